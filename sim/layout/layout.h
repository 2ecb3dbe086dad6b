/* layout.h -- the layout of an address space, and what was used of it, from one reading of a
 * trace: regions with their kinds, and the references over time and address.
 *
 * Regions are those that the operations in the trace tell; what is used outside them, and all
 * of a trace without operations, is told by the pages touched alone (docs/regions.md).
 *
 * Times are numbers of references before the moment; in a reduced trace, of those that it
 * has kept.  Memory is bounded by what is touched and by the regions, not by the length of
 * the trace. */
#ifndef FAULTLINE_LAYOUT_LAYOUT_H
#define FAULTLINE_LAYOUT_LAYOUT_H

#include "base/types.h"
#include "layout/density.h"
#include "layout/uses.h"
#include "trace/batch.h"

enum region_kind {
    REGION_TEXT, /* a file, executable; or a place from which is executed             */
    REGION_DATA, /* writable data of a file with text, that which is zero at first
                       * included; or a place that is written                              */
    REGION_CONSTANTS, /* a file with text, read only; or a place that is read only         */
    REGION_HEAP,
    REGION_STACK,
    REGION_FILE, /* another file                                                          */
    REGION_SHARED,
    REGION_ANONYMOUS,
    REGION_KINDS
};

extern const char
    *const region_kind_names[REGION_KINDS]; /* "text", "data", ...            */

struct layout_region {
    vaddr_t start,
        last; /* bytes, both inclusive: whole blocks, or pages if not mapped     */
    enum region_kind kind;
    const char
        *name;   /* of the file; "" if there is none                                  */
    bool mapped; /* told by operations; if not, the next six fields are 0             */
    bool shared;
    uint8_t protection; /* the last one: bits of enum vm_protection                     */
    uint8_t ever;       /* all bits that it ever had                                    */
    uint64_t from,
        until;      /* mapped at first, unmapped at last; TIME_NEVER: it is not      */
    uint64_t pages; /* touched                                                      */
    uint64_t
        pages_of[USE_KINDS]; /* of these executed, read, written                      */
    uint64_t references[USE_KINDS];
};

struct layout_map {
    struct layout_region *regions; /* by start, then by time                              */
    size_t n;
    uint64_t references; /* of all regions                                                */
    uint64_t blocks, pages; /* touched, each counted once                                 */
};

struct layout_options {
    unsigned granule_shift;
    unsigned page_shift; /* of the pages counted; at least granule_shift          */
    const struct density_size
        *plot; /* NULL: no references over time and address are asked for */
};

struct layout;

MUST_CHECK enum status
layout_create(struct layout **out, const struct layout_options *options, struct error *err);
void layout_free(struct layout *layout);

/* Count a batch, in the order of the trace.  ERR_NOMEM. */
MUST_CHECK enum status layout_add(struct layout *layout, const struct batch *batch,
                                  struct error *err);

/* What it has come to, valid until layout_free.  Once, after the last batch.  ERR_NOMEM. */
MUST_CHECK enum status layout_finish(struct layout *layout, struct layout_map *map,
                                     struct error *err);

/* References over time and address; NULL if they were not asked for. */
const struct density *layout_density(const struct layout *layout);

#endif
