/* uses.c -- see uses.h. */
#include "layout/uses.h"

#include <stdlib.h>

void uses_release(struct uses *uses)
{
    map_release(&uses->blocks);
    free(uses->newest);
    free(uses->use);
    *uses = (struct uses){0};
}

static enum status grow(struct uses *uses, struct error *err)
{
    if (uses->newest_room < uses->blocks.used) {
        const size_t room = uses->newest_room ? 2 * uses->newest_room : 1024;
        uint32_t *newest = realloc(uses->newest, room * sizeof *newest);
        if (!newest)
            return error_nomem(err);
        uses->newest = newest;
        uses->newest_room = room;
    }
    if (uses->room == uses->n) {
        const size_t room = uses->room ? 2 * uses->room : 1024;
        struct use *use = realloc(uses->use, room * sizeof *use);
        if (!use)
            return error_nomem(err);
        uses->use = use;
        uses->room = room;
    }
    return OK;
}

/* The use of the block in this mapping, or USE_NONE. */
static uint32_t find(const struct uses *uses, uint32_t newest, uint32_t mapping)
{
    uint32_t at = newest;
    while (at != USE_NONE && uses->use[at].mapping != mapping)
        at = uses->use[at].older;
    return at;
}

enum status uses_add(struct uses *uses, uint64_t block, uint32_t mapping,
                     const struct use_count *count, struct error *err)
{
    const uint32_t fresh = (uint32_t)uses->blocks.used;
    const uint32_t dense = map_get_or_add(&uses->blocks, block, fresh, err);
    if (dense == MAP_ABSENT || grow(uses, err) != OK)
        return ERR_NOMEM;
    if (dense == fresh)
        uses->newest[dense] = USE_NONE;
    uint32_t at = find(uses, uses->newest[dense], mapping);
    if (at == USE_NONE) {
        at = (uint32_t)uses->n++;
        uses->use[at] =
            (struct use){.block = block, .mapping = mapping, .older = uses->newest[dense]};
        uses->newest[dense] = at;
    }
    struct use *use = &uses->use[at];
    for (int kind = 0; kind < USE_KINDS; kind++) {
        use->references[kind] += count->references[kind];
        use->touched |= (uint8_t)((count->accesses[kind] != 0) << kind);
    }
    return OK;
}
