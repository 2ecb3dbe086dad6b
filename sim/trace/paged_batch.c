/* paged_batch.c -- see paged_batch.h. */
#include "trace/paged_batch.h"

#include <assert.h>
#include <stdlib.h>

uint8_t shape_class(const struct shape *shape, bool boundary)
{
    unsigned class = shape->data & 1 ? STEP_MOVER_DATA : 0;
    if (shape->continued && boundary)
        class |= 1u << STEP_EXTRA_SHIFT;
    /* Within a page the part carried over is no touch of its own. */
    const unsigned skip = shape->continued && !boundary;
    const unsigned length = shape->length - skip;
    if (length == 0)
        return (uint8_t) class;
    const uint64_t all = low_bits(length);
    const uint64_t data = shape->data >> skip, store = shape->store >> skip;
    class |= STEP_TOUCHES;
    if (data & 1)
        class |= STEP_FIRST_DATA;
    if (data != 0 && data != all)
        class |= STEP_OTHER;
    if ((data & 1) != (data >> (length - 1) & 1))
        class |= STEP_LAST_OTHER;
    if (store)
        class |= STEP_STORE;
    return (uint8_t) class;
}

void batch_classify(const struct batch *batch, uint8_t *classes)
{
    for (uint32_t i = 0; i < batch->nshapes; i++) {
        classes[2 * (size_t)i] = shape_class(&batch->shapes[i], false);
        classes[2 * (size_t)i + 1] = shape_class(&batch->shapes[i], true);
    }
}

void page_space_init(struct page_space *space, unsigned page_shift, unsigned granule_shift)
{
    assert(page_shift >= granule_shift);
    *space = (struct page_space){.page_shift = page_shift, .granule_shift = granule_shift};
}

void page_space_release(struct page_space *space)
{
    map_release(&space->map);
    free(space->vpns);
    *space = (struct page_space){0};
}

static enum status new_page(struct page_space *space, vpn_t vpn, struct error *err)
{
    if (space->npages == space->capacity) {
        const size_t capacity = space->capacity ? 2 * space->capacity : 1024;
        vpn_t *vpns = realloc(space->vpns, capacity * sizeof *vpns);
        if (!vpns)
            return error_nomem(err);
        space->vpns = vpns;
        space->capacity = capacity;
    }
    space->vpns[space->npages++] = vpn;
    return OK;
}

enum status page_space_translate(struct page_space *space, const struct batch *batch,
                                 uint32_t *pages, struct error *err)
{
    const unsigned shift = space->page_shift - space->granule_shift;
    const uint64_t within = ((uint64_t)1 << shift) - 1;
    for (uint32_t i = 0; i < batch->nblocks; i++) {
        const vpn_t vpn = batch->blocks[i] >> shift;
        const page_t page = map_get_or_add(&space->map, vpn, space->npages, err);
        if (page == MAP_ABSENT)
            return ERR_NOMEM;
        if (page == space->npages && new_page(space, vpn, err) != OK)
            return ERR_NOMEM;
        if (page >= UINT32_MAX / 2)
            return error_set(err, ERR_CELL, at_nowhere(), "more than 2^31 pages");
        pages[i] = page << 1 | ((batch->blocks[i] & within) == 0);
    }
    return OK;
}
