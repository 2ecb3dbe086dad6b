/* areas.h -- what a process has mapped where, and since when, from the operations in its
 * trace.
 *
 * Units: places are blocks of the trace, all that hold a byte of a range; times are numbers
 * of references before the moment.
 *
 * A *mapping* is what a map operation made, or several alike at one place one after the
 * other.  An *area* is a stretch of a mapping with one protection.  The areas on top are
 * disjoint and in order of address; one that was unmapped stays on top until another mapping
 * comes over it, and then is buried.  So memory is bounded by the regions that there were. */
#ifndef FAULTLINE_LAYOUT_AREAS_H
#define FAULTLINE_LAYOUT_AREAS_H

#include "base/map.h"
#include "trace/vm_op.h"

#include <stdbool.h>

#define MAPPING_NONE UINT32_MAX
#define FILE_NONE UINT32_MAX
#define TIME_NEVER UINT64_MAX

enum mapping_mark {
    MARK_BSS = 1,  /* the rest of the writable data of its file                          */
    MARK_HEAP = 2, /* begins behind the program's data                                   */
    MARK_STACK =
        4, /* a thread's first data reference was in it                           */
};

struct mapping {
    uint32_t file;   /* number of its name; of BSS that of its data; or FILE_NONE         */
    uint32_t image;  /* 0; it rises with every exec                                       */
    uint64_t origin; /* of a file: offset of its first byte less its address, modulo 2^64 */
    bool anonymous, shared;
    uint8_t marks;
};

struct area {
    uint64_t first, last; /* blocks, both inclusive                                       */
    uint64_t from,
        until; /* mapped for the first time, unmapped for the last; TIME_NEVER  */
    uint32_t mapping;
    uint8_t protection; /* the last one: bits of enum vm_protection                       */
    uint8_t ever;       /* all bits that it ever had                                      */
};

struct area_list {
    struct area *areas;
    size_t n, room;
};

struct areas {
    unsigned granule_shift;
    struct area_list top, buried;
    struct mapping *mappings;
    uint32_t nmappings, mappings_room;
    char **files; /* [nfiles], in order of appearance                                     */
    uint32_t nfiles, files_room;
    struct map file_index; /* from a hash of the name                                     */
    uint32_t image;
    uint64_t image_start; /* time                                                         */
    uint32_t heap;   /* the mapping, or MAPPING_NONE                                      */
    uint32_t newest; /* the mapping that the last map made, or MAPPING_NONE               */
    size_t found; /* of areas_find: where the last one was                              */
};

void areas_init(struct areas *areas, unsigned granule_shift);
void areas_release(struct areas *areas);

/* Does an operation of this kind change what is mapped? */
static inline bool areas_change(enum vm_op_kind kind)
{
    return kind == VM_MAP || kind == VM_UNMAP || kind == VM_PROTECT || kind == VM_EXEC;
}

/* Carry out such an operation; names: of its batch.  ERR_NOMEM. */
MUST_CHECK enum status areas_apply(struct areas *areas, const struct vm_op *op,
                                   const char *names, uint64_t time, struct error *err);

/* The mapping that has the block now, or MAPPING_NONE. */
uint32_t areas_find(struct areas *areas, uint64_t block);

/* A thread's first data reference was in this mapping: it is a stack if it may be one. */
void areas_mark_stack(struct areas *areas, uint32_t mapping);

#endif
