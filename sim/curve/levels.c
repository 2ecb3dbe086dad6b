/* levels.c -- see levels.h. */
#include "curve/levels.h"

#include <stdlib.h>

enum status levels_init(struct levels *levels, const unsigned *page_shifts, unsigned n,
                        unsigned granule_shift, struct error *err)
{
    *levels = (struct levels){.n = n, .granule_shift = granule_shift};
    page_index_init(&levels->index);
    page_space_init(&levels->space, &levels->index, 0, page_shifts[0], granule_shift);
    for (unsigned l = 0; l < n; l++) {
        levels->page_shifts[l] = page_shifts[l];
        levels->entries[l] = malloc(BATCH_BLOCKS * sizeof *levels->entries[l]);
        if (levels->entries[l])
            continue;
        levels_release(levels);
        return error_nomem(err);
    }
    return OK;
}

void levels_release(struct levels *levels)
{
    page_space_release(&levels->space);
    page_index_release(&levels->index);
    for (unsigned l = 0; l < levels->n; l++) {
        map_release(&levels->maps[l]);
        free(levels->entries[l]);
    }
    free(levels->rows);
    *levels = (struct levels){0};
}

/* Find the larger pages that hold a smallest page which has just got its number. */
static enum status add_row(struct levels *levels, page_t page, struct error *err)
{
    page_t *row = &levels->rows[(size_t)page * levels->n];
    row[0] = page;
    for (unsigned l = 1; l < levels->n; l++) {
        const vpn_t vpn =
            levels->index.vpns[page] >> (levels->page_shifts[l] - levels->page_shifts[0]);
        row[l] = map_get_or_add(&levels->maps[l], vpn, levels->npages[l], err);
        if (row[l] == MAP_ABSENT)
            return ERR_NOMEM;
        levels->npages[l] += row[l] == levels->npages[l];
    }
    return OK;
}

static enum status add_rows(struct levels *levels, struct error *err)
{
    const page_t npages = levels->index.npages;
    if (npages > levels->capacity) {
        const size_t capacity = npages < 1024 ? 1024 : npages + (size_t)npages / 2;
        page_t *rows = realloc(levels->rows, capacity * levels->n * sizeof *rows);
        if (!rows)
            return error_nomem(err);
        levels->rows = rows;
        levels->capacity = capacity;
    }
    for (; levels->npages[0] < npages; levels->npages[0]++)
        if (add_row(levels, levels->npages[0], err) != OK)
            return ERR_NOMEM;
    return OK;
}

enum status levels_translate(struct levels *levels, const struct batch *batch,
                             struct error *err)
{
    uint32_t *smallest = levels->entries[0];
    enum status status = page_space_translate(&levels->space, batch, smallest, err);
    if (status == OK)
        status = add_rows(levels, err);
    if (status != OK)
        return status;
    for (unsigned l = 1; l < levels->n; l++) {
        const uint64_t within =
            ((uint64_t)1 << (levels->page_shifts[l] - levels->granule_shift)) - 1;
        for (uint32_t i = 0; i < batch->nblocks; i++)
            levels->entries[l][i] = levels_row(levels, smallest[i] >> 1)[l] << 1 |
                                    ((batch->blocks[i] & within) == 0);
    }
    return OK;
}

uint64_t levels_bytes(const struct levels *levels)
{
    const struct page_index *index = &levels->index;
    uint64_t bytes = index->capacity * (sizeof *index->vpns + sizeof *index->space_of) +
                     levels->space.map.nslots * sizeof *levels->space.map.slots +
                     levels->capacity * levels->n * sizeof *levels->rows;
    for (unsigned l = 0; l < levels->n; l++)
        bytes += levels->maps[l].nslots * sizeof *levels->maps[l].slots +
                 BATCH_BLOCKS * sizeof *levels->entries[l];
    return bytes;
}
