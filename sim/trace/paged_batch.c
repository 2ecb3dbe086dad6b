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

void batch_measure(const struct batch *batch, uint8_t *lengths)
{
    for (uint32_t i = 0; i < batch->nshapes; i++)
        lengths[i] = (uint8_t)(batch->shapes[i].length - batch->shapes[i].continued);
}

void page_index_init(struct page_index *index)
{
    *index = (struct page_index){.free = PAGE_NONE};
}

void page_index_release(struct page_index *index)
{
    free(index->vpns);
    free(index->space_of);
    page_index_init(index);
}

static enum status grow(struct page_index *index, struct error *err)
{
    if (index->npages >= UINT32_MAX / 2)
        return error_set(err, ERR_CELL, at_nowhere(), "more than 2^31 pages");
    const size_t capacity = index->capacity ? 2 * index->capacity : 1024;
    vpn_t *vpns = realloc(index->vpns, capacity * sizeof *vpns);
    if (!vpns)
        return error_nomem(err);
    index->vpns = vpns;
    uint32_t *space_of = realloc(index->space_of, capacity * sizeof *space_of);
    if (!space_of)
        return error_nomem(err);
    index->space_of = space_of;
    index->capacity = capacity;
    return OK;
}

void page_space_init(struct page_space *space, struct page_index *index, uint32_t number,
                     unsigned page_shift, unsigned granule_shift)
{
    assert(page_shift >= granule_shift);
    *space = (struct page_space){.page_shift = page_shift,
                                 .granule_shift = granule_shift,
                                 .number = number,
                                 .index = index};
}

void page_space_release(struct page_space *space)
{
    struct page_index *index = space->index;
    for (size_t i = 0; i < space->map.nslots; i++) {
        const page_t page = space->map.slots[i].value;
        if (page == MAP_ABSENT)
            continue;
        index->vpns[page] = index->free;
        index->free = page;
    }
    map_release(&space->map);
    *space = (struct page_space){0};
}

enum status page_space_page(struct page_space *space, page_t *page, vpn_t vpn, bool *fresh,
                            struct error *err)
{
    struct page_index *index = space->index;
    const bool reuse = index->free != PAGE_NONE;
    const page_t next = reuse ? index->free : index->npages;
    if (!reuse && index->npages == index->capacity) {
        const enum status status = grow(index, err);
        if (status != OK)
            return status;
    }
    *page = map_get_or_add(&space->map, vpn, next, err);
    if (*page == MAP_ABSENT)
        return ERR_NOMEM;
    *fresh = *page == next;
    if (!*fresh)
        return OK;
    if (reuse)
        index->free = (page_t)index->vpns[next];
    else
        index->npages++;
    index->vpns[next] = vpn;
    index->space_of[next] = space->number;
    return OK;
}

enum status page_space_translate(struct page_space *space, const struct batch *batch,
                                 uint32_t *pages, struct error *err)
{
    const unsigned shift = space->page_shift - space->granule_shift;
    const uint64_t within = ((uint64_t)1 << shift) - 1;
    for (uint32_t i = 0; i < batch->nblocks; i++) {
        page_t page;
        bool fresh;
        const enum status status =
            page_space_page(space, &page, batch->blocks[i] >> shift, &fresh, err);
        if (status != OK)
            return status;
        pages[i] = page << 1 | ((batch->blocks[i] & within) == 0);
    }
    return OK;
}
