/* swap.c -- swap areas: 6.12 mm/swapfile.c.  One content has a slot, however many pages stand
 * for it, so that the content's count of these is that of the slot, and the slot's own says
 * only that it is taken. */
#include "os/linux/linux.h"

#include "pager/frame.h"

#include <assert.h>
#include <string.h>

enum {
    SWAPFILE_CLUSTER = 512, /* with huge pages in swap (CONFIG_THP_SWAP); else 256        */
    UNBOUNDED = 1 << 22, /* slots of a device without bounds: 16 GiB in pages of 4 KiB    */
    LARGEST = 1 << 27,
    FIRST_PRIORITY = -2, /* that swapon gives, without -p                                 */
};

/* Whole slots of the area on a device. */
static uint32_t area_slots(const struct swap_space *swap, unsigned i)
{
    if (swap->sizes[i] >= SLOT_NONE / DEVICES_MAX)
        return UNBOUNDED;
    return (uint32_t)(swap->sizes[i] < LARGEST ? swap->sizes[i] : LARGEST);
}

static bool rotates(const struct linux_kernel *kernel, const struct device *device)
{
    return kernel->params->swap_rotates == LINUX_ROTATES_DEVICE
               ? strcmp(device_model(device)->name, "disk") == 0
               : kernel->params->swap_rotates == LINUX_ROTATES_YES;
}

static enum status check_areas(const struct swap_space *swap, struct error *err)
{
    for (unsigned i = 0; i < swap->n; i++)
        if (swap->sizes[i] < 2)
            return error_set(err, ERR_CELL, at_nowhere(),
                             "kernel 'linux' keeps the first page of swap space for its "
                             "header: %llu page%s on a swap device is not enough; raise "
                             "swap.size",
                             (unsigned long long)swap->sizes[i],
                             swap->sizes[i] == 1 ? "" : "s");
    return OK;
}

enum status linux_swapon(struct linux_kernel *kernel, struct error *err)
{
    struct swap_space *swap = &kernel->pager->storage.swap;
    struct swapslots_params params = {.version = kernel->version,
                                      .ncpus = kernel->pager->mmu.ncpus,
                                      .cluster = SWAPFILE_CLUSTER,
                                      .nareas = swap->n};
    const enum status status = check_areas(swap, err);
    if (status != OK || swap->n == 0)
        return status;
    for (unsigned i = 0; i < swap->n; i++)
        swap->sizes[i] = area_slots(swap, i);
    const uint64_t apart = swap_space_chain(swap);
    for (unsigned i = 0; i < swap->n; i++) {
        const bool falling = kernel->params->swap_priority == LINUX_SWAP_FALLING;
        params.areas[i] = (struct swapslots_area){
            .first = (slot_t)(i * apart),
            .nslots = (uint32_t)swap->sizes[i],
            .priority = FIRST_PRIORITY - (falling ? (int32_t)i : 0),
            .rotational = rotates(kernel, swap->devices[i]),
        };
        kernel->swap_rotates |= params.areas[i].rotational;
    }
    swap_readahead_init(&kernel->swap_ahead);
    const unsigned last = swap->n - 1;
    const enum status created = swapslots_create(&kernel->slots, &params, err);
    return created == OK
               ? linux_zswap_init(kernel,
                                  params.areas[last].first + params.areas[last].nslots, err)
               : created;
}

void linux_swapoff(struct linux_kernel *kernel)
{
    swapslots_free(kernel->slots);
    linux_zswap_release(kernel);
}

enum status linux_place(void *state, struct pager *pager, content_t content, slot_t *slot,
                        struct error *err)
{
    struct linux_kernel *kernel = state;
    *slot = swapslots_alloc(kernel->slots, pager->mmu.at_cpu);
    if (*slot == SLOT_NONE)
        return error_set(err, ERR_CELL, at_nowhere(),
                         "swap space is full: all %llu slots are taken; raise swap.size",
                         (unsigned long long)swapslots_total(kernel->slots));
    swapslots_set_owner(kernel->slots, *slot, content);
    if (++kernel->slots_taken > kernel->slots_max)
        kernel->slots_max = kernel->slots_taken;
    return OK;
}

void linux_place_given(void *state, struct pager *pager, slot_t slot)
{
    struct linux_kernel *kernel = state;
    const uint64_t before = swapslots_nfree(kernel->slots);
    const bool free = swapslots_cache_clear(kernel->slots, pager->mmu.at_cpu, slot);
    assert(free);
    (void)free; /* without assertions */
    linux_count_slots(kernel, swapslots_nfree(kernel->slots) - before);
    linux_zswap_invalidate(kernel, slot);
    kernel->slots_taken--;
}

bool linux_can_swap(const void *state, const struct pager *pager)
{
    const struct linux_kernel *kernel = state;
    (void)pager;
    return !kernel->slots || swapslots_nfree(kernel->slots) > 0;
}

bool linux_swap_full(const struct linux_kernel *kernel)
{
    return kernel->slots && swapslots_full(kernel->slots);
}

static const char *check_content(const struct linux_kernel *kernel, content_t number)
{
    const struct pager *pager = kernel->pager;
    const struct content *content = &pager->contents.all[number];
    if (content->slot == SLOT_NONE)
        return content->saved && content->refs > 0 && content->file == FILE_NONE
                   ? "what a swap device should have has no slot"
                   : NULL;
    if (swapslots_owner(kernel->slots, content->slot) != number)
        return "a content has a slot that belongs to another one";
    const pfn_t pfn = content->frame;
    if (!content->saved && (pfn == PFN_NONE || !pager->frames[pfn].writing))
        return "a slot is taken, and nothing has been or is being written to it";
    return NULL;
}

/* zswap has no page of a slot that is free. */
static const char *check_pool(const struct linux_kernel *kernel)
{
    const struct zswap *pool = &kernel->zswap.pool;
    const char *wrong = kernel->zswap.on ? zswap_check(pool) : NULL;
    for (slot_t slot = 0; kernel->zswap.on && slot < pool->params.nslots && !wrong; slot++)
        if (pool->entries[slot].kind != ZSWAP_NONE &&
            swapslots_owner(kernel->slots, slot) == SWAPSLOTS_NO_OWNER)
            wrong = "zswap has a page whose slot is free";
    return wrong;
}

/* Looking at every slot takes longer than all the rest, but where there are few. */
static bool looks_at_slots(const struct linux_kernel *kernel)
{
    enum { FEW = 1 << 12, EVENTS = 1 << 12 };
    return swapslots_total(kernel->slots) < FEW ||
           engine_counts(kernel->pager->storage.engine).fired % EVENTS == 0;
}

const char *linux_swap_check(const struct linux_kernel *kernel)
{
    const struct contents *contents = &kernel->pager->contents;
    uint64_t taken = 0;
    const char *wrong = NULL;
    for (content_t i = 0; i < contents->n && !wrong && kernel->slots; i++) {
        taken += contents->all[i].slot != SLOT_NONE;
        wrong = check_content(kernel, i);
    }
    if (wrong || !kernel->slots)
        return wrong;
    if (taken != kernel->slots_taken || taken != swapslots_nused(kernel->slots))
        return "a slot is taken and belongs to no content";
    if (looks_at_slots(kernel))
        wrong = swapslots_check(kernel->slots);
    return wrong || !looks_at_slots(kernel) ? wrong : check_pool(kernel);
}
