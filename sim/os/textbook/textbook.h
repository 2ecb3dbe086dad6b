/* textbook.h -- what the files of the textbook kernel share. */
#ifndef FAULTLINE_OS_TEXTBOOK_TEXTBOOK_H
#define FAULTLINE_OS_TEXTBOOK_TEXTBOOK_H

#include "pager/pager.h"

enum { DIRTY_WRITTEN, DIRTY_UNSAVED };
enum { COUNT_ALL, COUNT_ONCE_FULL };
enum { REFERENCED_HARDWARE, REFERENCED_SIMULATED };

struct textbook_params {
    uint32_t dirty, count_faults, referenced;
    bool clear_invalidates_tlb;
    uint64_t keep_free;
    psec_t write_back;
    uint64_t in_flight;
};

struct textbook {
    struct pager *pager;
    const struct textbook_params *params;
    struct event write_back;
    pfn_t hand; /* next frame that the write-back looks at */
};

/* background.c: evict ahead of need, as far as keep_free says. */
MUST_CHECK enum status textbook_keep_free(struct textbook *kernel, struct error *err);

void textbook_start(void *state, struct pager *pager);
void textbook_stop(void *state, struct pager *pager);

#endif
