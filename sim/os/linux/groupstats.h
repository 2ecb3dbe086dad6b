/* groupstats.h -- by how much the statistics of the memory cgroup change with what becomes of a
 * page: what has changed that much is flushed. */
#ifndef FAULTLINE_OS_LINUX_GROUPSTATS_H
#define FAULTLINE_OS_LINUX_GROUPSTATS_H

#include "faultline/reclaim.h"

struct linux_kernel;

/* What statistics of the group change by.  AHEAD: nobody has asked for the page yet.  FOUND: it
 * is in memory, and nobody maps it; MAPPED: somebody does.  DIRTIED, FLUSH, FLUSHED: a page of
 * a file is stored into, a write of it begins and ends. */
enum linux_event {
    LINUX_FAULT, /* one begins, or its page has been read                                */
    LINUX_FOUND,
    LINUX_FOUND_MAPPED,
    LINUX_DIRTIED,
    LINUX_FLUSH,
    LINUX_FLUSHED,
    LINUX_FIRST_TOUCH,
    LINUX_SWAP_IN,
    LINUX_SWAP_AHEAD,
    LINUX_SWAP_OUT,
    LINUX_FILE_IN,
    LINUX_LAZY_FREED
};

/* It has come to pass of one page. */
void linux_count_event(struct linux_kernel *kernel, enum linux_event event);
/* A folio of n pages of a file has been charged and is in the page cache. */
void linux_count_folio(struct linux_kernel *kernel, uint64_t n);
/* It has been dropped, when so many of them were mapped. */
void linux_count_drop(struct linux_kernel *kernel, uint64_t n, uint64_t mapped);
/* One has been charged and was in the page cache already. */
void linux_count_in_vain(struct linux_kernel *kernel);
/* So many folios, freed together, are not charged any more. */
void linux_count_uncharged(struct linux_kernel *kernel, enum reclaim_type type, uint64_t n);
/* So many slots that the group used are free, and in no cache of slots. */
void linux_count_slots(struct linux_kernel *kernel, uint64_t n);

#endif
