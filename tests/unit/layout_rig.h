/* layout_rig.h -- builds a trace reference by reference and asks for its layout. */
#ifndef FAULTLINE_TESTS_LAYOUT_RIG_H
#define FAULTLINE_TESTS_LAYOUT_RIG_H

#include "layout/areas.h"
#include "layout/layout.h"
#include "trace/builder.h"

#include <check.h>
#include <string.h>

struct rig {
    struct builder *builder;
    struct batch batch;
    struct layout *layout;
    struct layout_map map;
};

static inline void rig_init(struct rig *rig, unsigned granule_shift, unsigned page_shift,
                            const struct density_size *plot)
{
    const struct layout_options options = {granule_shift, page_shift, plot};
    ck_assert_int_eq(builder_create(&rig->builder, granule_shift, NULL), OK);
    ck_assert_int_eq(batch_init(&rig->batch, NULL), OK);
    ck_assert_int_eq(layout_create(&rig->layout, &options, NULL), OK);
}

/* What has been built becomes a batch of its own. */
static inline void rig_flush(struct rig *rig)
{
    builder_take(rig->builder, &rig->batch);
    ck_assert_int_eq(layout_add(rig->layout, &rig->batch, NULL), OK);
}

static inline void rig_finish(struct rig *rig)
{
    rig_flush(rig);
    ck_assert_int_eq(layout_finish(rig->layout, &rig->map, NULL), OK);
}

static inline void rig_release(struct rig *rig)
{
    layout_free(rig->layout);
    batch_release(&rig->batch);
    builder_free(rig->builder);
}

static inline uint8_t rig_protection(const char *letters)
{
    return (uint8_t)((strchr(letters, 'r') ? VM_READ : 0) |
                     (strchr(letters, 'w') ? VM_WRITE : 0) |
                     (strchr(letters, 'x') ? VM_EXECUTE : 0));
}

static inline void rig_map_at(struct rig *rig, vaddr_t start, uint64_t length,
                              const char *protection, const char *file, uint64_t offset,
                              bool shared)
{
    const struct vm_op op = {.kind = VM_MAP,
                             .start = start,
                             .length = length,
                             .protection = rig_protection(protection),
                             .offset = offset,
                             .shared = shared,
                             .file = file ? 0 : VM_ANONYMOUS};
    builder_op(rig->builder, &op, file);
}

/* file: NULL: anonymous memory. */
static inline void rig_map(struct rig *rig, vaddr_t start, uint64_t length,
                           const char *protection, const char *file)
{
    rig_map_at(rig, start, length, protection, file, 0, false);
}

static inline void rig_unmap(struct rig *rig, vaddr_t start, uint64_t length)
{
    const struct vm_op op = {
        .kind = VM_UNMAP, .start = start, .length = length, .file = VM_ANONYMOUS};
    builder_op(rig->builder, &op, NULL);
}

static inline void rig_protect(struct rig *rig, vaddr_t start, uint64_t length,
                               const char *protection)
{
    const struct vm_op op = {.kind = VM_PROTECT,
                             .start = start,
                             .length = length,
                             .protection = rig_protection(protection),
                             .file = VM_ANONYMOUS};
    builder_op(rig->builder, &op, NULL);
}

/* EXEC, SWITCH, THREAD, ... */
static inline void rig_op(struct rig *rig, enum vm_op_kind kind, uint32_t stream)
{
    const struct vm_op op = {.kind = (uint8_t)kind, .stream = stream, .file = VM_ANONYMOUS};
    builder_op(rig->builder, &op, NULL);
}

static inline void rig_touch(struct rig *rig, enum reference_kind kind, vaddr_t vaddr)
{
    builder_add(rig->builder, kind, vaddr, 4);
}

/* The region of this kind that begins there; there must be one. */
static inline const struct layout_region *rig_region(const struct rig *rig,
                                                     enum region_kind kind, vaddr_t start)
{
    for (size_t i = 0; i < rig->map.n; i++)
        if (rig->map.regions[i].kind == kind && rig->map.regions[i].start == start)
            return &rig->map.regions[i];
    ck_abort_msg("no region '%s' at 0x%llx", region_kind_names[kind],
                 (unsigned long long)start);
}

#endif
