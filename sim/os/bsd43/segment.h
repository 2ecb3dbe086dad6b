/* segment.h -- segments of processes: how they are made and grow, and where their pages are
 * on swap.
 *
 * Units: hw pages and clusters as in defaults.h; a cluster is the simulator's page. */
#ifndef FAULTLINE_OS_BSD43_SEGMENT_H
#define FAULTLINE_OS_BSD43_SEGMENT_H

#include "os/bsd43/dmap.h"
#include "pager/pager.h"

struct bsd43;
struct bsd43_process;

enum bsd43_type { BSD43_CSYS, BSD43_CTEXT, BSD43_CDATA, BSD43_CSTACK };

/* A stretch of a process with one place on swap: 4.3BSD has three; a process of the
 * simulator has one for each region. */
struct bsd43_segment {
    enum bsd43_type type;
    vpn_t first, last;
    vpn_t limit; /* CSTACK: it may grow down to this                                      */
    bool sparse; /* too large to be reserved: clusters get their places, a window of them at
                  * once, when they are first used                                        */
    uint32_t text;          /* CTEXT: number of the text                                  */
    struct bsd43_dmap dmap; /* CDATA, CSTACK                                              */
};

/* Pages that a process has used, in the order of their addresses. */
struct bsd43_used {
    vpn_t *vpns; /* [n]                                                                   */
    size_t n, at; /* the next one to be looked at                                         */
};

/* --- expand.c ------------------------------------------------------------------------ */

/* The segment of the region, which is made, or grows.  *killed as in
 * kernel_ops.region_added. */
MUST_CHECK enum status bsd43_segment_of(struct bsd43 *kernel, struct bsd43_process *process,
                                        const struct region *region,
                                        struct bsd43_segment **out, bool *killed,
                                        struct error *err);
/* grow(): let the stack that may have the page have it, and SINCR pages below.  *out NULL:
 * none may. */
MUST_CHECK enum status bsd43_grow_stack(struct bsd43 *kernel, struct bsd43_process *process,
                                        const struct region *region, vpn_t vpn,
                                        struct bsd43_segment **out, bool *killed,
                                        struct error *err);
/* Note that there are not so many blocks for the region of a process. */
void bsd43_refuse_room(const struct bsd43 *kernel, struct space *space,
                       const struct region *region, uint64_t blocks);

/* --- segment.c ----------------------------------------------------------------------- */

/* hw pages of its segments by type. */
void bsd43_segment_pages(const struct bsd43 *kernel, const struct bsd43_process *process,
                         uint64_t pages[BSD43_CSTACK + 1]);
struct bsd43_segment *bsd43_segment_find(const struct bsd43_process *process, vpn_t vpn);
/* Give back what the segment has of swap space, or its text. */
void bsd43_segment_end(struct bsd43 *kernel, struct bsd43_process *process,
                       struct bsd43_segment *segment);
/* The slot of a page: where it is, or will be, on the swap device. */
MUST_CHECK enum status bsd43_slot(struct bsd43 *kernel, struct bsd43_process *process,
                                  const struct bsd43_segment *segment, vpn_t vpn,
                                  slot_t *out, struct error *err);
enum status bsd43_place(void *state, struct pager *pager, content_t content, slot_t *slot,
                        struct error *err);
/* Cluster of a page within its segment, and the other way round; of a sparse one within the
 * window that holds `near`. */
uint32_t bsd43_cluster(const struct bsd43_segment *segment, vpn_t vpn);
vpn_t bsd43_vpn(const struct bsd43_segment *segment, uint32_t cluster, vpn_t near);
uint32_t bsd43_clusters(const struct bsd43_segment *segment);

MUST_CHECK enum status bsd43_no_room(const struct bsd43 *kernel, struct error *err);
/* --- used.c -------------------------------------------------------------------------- */

/* All pages of the space that have been used; *out, which may have others, is released by
 * the caller. */
MUST_CHECK enum status bsd43_used_pages(struct space *space, struct bsd43_used *out,
                                        struct error *err);
void bsd43_used_release(struct bsd43_used *used);

#endif
