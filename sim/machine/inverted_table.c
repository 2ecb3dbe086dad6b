/* inverted_table.c -- see inverted_table.h. */
#include "machine/inverted_table.h"

#include "machine/format_limits.h"

enum { ALIGN = 4096 };

static uint64_t anchor_bytes(const struct inverted_table *table)
{
    return format_table_bytes((uint64_t)INVERTED_WORD * table->nanchors);
}

static uint64_t entry_bytes(const struct inverted_table *table)
{
    return format_table_bytes((uint64_t)INVERTED_ENTRY * table->nframes);
}

enum status inverted_table_init(struct inverted_table *table, struct table_memory *memory,
                                uint32_t nframes, uint32_t nanchors, struct error *err)
{
    *table =
        (struct inverted_table){.memory = memory, .nframes = nframes, .nanchors = nanchors};
    enum status status =
        table_memory_take(memory, &table->anchors, anchor_bytes(table), ALIGN, err);
    if (status == OK)
        status = table_memory_take(memory, &table->entries, entry_bytes(table), ALIGN, err);
    for (uint32_t i = 0; status == OK && i < nanchors; i++)
        table_write4(memory, inverted_anchor(table, i), INVERTED_EMPTY);
    return status;
}

void inverted_table_release(struct inverted_table *table)
{
    if (table->anchors)
        table_memory_give(table->memory, table->anchors, anchor_bytes(table));
    if (table->entries)
        table_memory_give(table->memory, table->entries, entry_bytes(table));
    *table = (struct inverted_table){0};
}

pfn_t inverted_table_first(const struct inverted_table *table, uint32_t anchor)
{
    const uint32_t word = table_read4(table->memory, inverted_anchor(table, anchor));
    return word & INVERTED_EMPTY ? PFN_NONE : word & INVERTED_POINTER;
}

pfn_t inverted_table_next(const struct inverted_table *table, pfn_t frame)
{
    const uint32_t word = inverted_read(table, frame, INVERTED_NEXT);
    return word & INVERTED_LAST ? PFN_NONE : word & INVERTED_POINTER;
}

struct inverted_place inverted_table_find(const struct inverted_table *table,
                                          uint32_t anchor, uint32_t tag)
{
    struct inverted_place place = {anchor, inverted_table_first(table, anchor), PFN_NONE};
    while (place.frame != PFN_NONE &&
           (inverted_read(table, place.frame, INVERTED_TAG) & ~INVERTED_KEY) != tag) {
        place.before = place.frame;
        place.frame = inverted_table_next(table, place.frame);
    }
    return place;
}

void inverted_table_link(const struct inverted_table *table, uint32_t anchor, pfn_t frame)
{
    const pfn_t next = inverted_table_first(table, anchor);
    inverted_write(table, frame, INVERTED_NEXT, next == PFN_NONE ? INVERTED_LAST : next);
    table_write4(table->memory, inverted_anchor(table, anchor), frame);
}

void inverted_table_unlink(const struct inverted_table *table,
                           const struct inverted_place *place)
{
    const pfn_t next = inverted_table_next(table, place->frame);
    if (place->before != PFN_NONE)
        inverted_write(table, place->before, INVERTED_NEXT,
                       next == PFN_NONE ? INVERTED_LAST : next);
    else
        table_write4(table->memory, inverted_anchor(table, place->anchor),
                     next == PFN_NONE ? INVERTED_EMPTY : next);
}
