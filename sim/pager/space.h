/* space.h -- an address space: its regions and its pages. */
#ifndef FAULTLINE_PAGER_SPACE_H
#define FAULTLINE_PAGER_SPACE_H

#include "base/error.h"
#include "pager/region.h"
#include "pager/vpn_tree.h"
#include "trace/paged_batch.h"

struct vpn_place {
    vpn_t vpn;
    page_t page;
};

/* All its pages in ascending order of their VPNs, found again when there are new ones. */
struct vpn_order {
    struct vpn_place *places; /* [n]                                                      */
    size_t n, of;             /* of so many entries of the pages' map                     */
};

struct space {
    uint32_t number;
    uint32_t users;   /* threads that run in it; 0: the number is free                    */
    uint32_t asleep;  /* of these, threads that sleep                                     */
    bool begun;       /* the kernel has been told of it                                   */
    bool suspended;   /* by the kernel: its threads do not run                            */
    bool switched_to; /* a CPU has, since this was asked last                            */
    struct page_space pages;
    struct map blocks; /* every block touched, for what counts them                       */
    struct region *regions; /* sorted, without overlap                                   */
    size_t nregions, capacity;
    bool violations; /* a use of what is in no region, or that its protection forbids, is
                      * counted and passed over, as if the program had caught a signal;
                      * else the first one is an error, the second a fault             */
    uint64_t resident, resident_max; /* pages mapped to frames                           */
    char *killed_for; /* why the kernel ends its process, or NULL                        */
    struct vpn_order order;
    struct vpn_tree mapped; /* the pages that are mapped to frames, once `walked`        */
    bool walked;            /* some policy walks through them                            */
};

/* An address space without regions. */
void space_init(struct space *space, struct page_index *index, uint32_t number,
                unsigned page_shift);
void space_release(struct space *space);

/* The position in its order of the first page at or behind vpn; n: there is none.
 * ERR_NOMEM. */
MUST_CHECK enum status space_order(struct space *space, vpn_t vpn, size_t *at,
                                   struct error *err);

/* The page of the VPN is mapped to a frame from now on, or not any more. */
void space_page_mapped(struct space *space, vpn_t vpn, page_t page);
void space_page_unmapped(struct space *space, vpn_t vpn);

/* Keep the first sentence that says why the kernel ends its process. */
PRINTF_LIKE(2, 3) void space_killed(struct space *space, const char *format, ...);

/* The region of a page, or NULL. */
const struct region *space_region(const struct space *space, vpn_t vpn);

/* The same, for the kernel to remember something of it. */
struct region *space_region_of(struct space *space, vpn_t vpn);

/* True if a region has pages of first..last. */
bool space_has_regions(const struct space *space, vpn_t first, vpn_t last);

/* Add a region in the place of whatever lay there (the caller has forgotten its pages). */
MUST_CHECK enum status space_add_region(struct space *space, const struct region *region,
                                        struct error *err);

/* Cut the pages first..last out of the regions; what sticks out remains. */
MUST_CHECK enum status space_cut(struct space *space, vpn_t first, vpn_t last,
                                 struct error *err);

/* Split the regions so that none crosses the ends of first..last, and return the first one
 * within; *n of them follow each other (0: none). */
MUST_CHECK enum status space_split(struct space *space, vpn_t first, vpn_t last,
                                   struct region **within, size_t *n, struct error *err);

/* Make one region of those round vpn, which lies in one, that follow each other and differ in
 * nothing; all private and zero-filled.  Pointers to regions do not outlast it. */
void space_merge(struct space *space, vpn_t vpn);

/* Give a copy of all regions to a space that has none; violations are to it what they are
 * to the other. */
MUST_CHECK enum status space_copy_regions(struct space *to, const struct space *from,
                                          struct error *err);

#endif
