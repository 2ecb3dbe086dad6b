/* devices.c -- the devices of a simulation: those of swap space and that of files. */
#include "workload/thread.h"

/* Where files begin on a device without bounds that holds swap space too. */
#define FILES_APART ((uint64_t)1 << 48)

static const struct device_params *swap_params(const struct simulation_params *params,
                                               size_t i)
{
    return i == 0 ? &params->swap : &params->more_swap[i - 1];
}

static uint64_t least(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

/* Swap space and files share a device half and half; returns bytes for swap space. */
static uint64_t divide(struct simulation *sim, const struct device *swap)
{
    struct pager_storage *storage = &sim->pager_params.storage;
    const uint64_t capacity = device_capacity(swap);
    const unsigned shift = sim->params->page_shift;
    if (sim->files != swap)
        return capacity;
    if (capacity == UINT64_MAX) {
        storage->files_start = storage->files_size = FILES_APART;
        return capacity;
    }
    storage->files_start = capacity / 2 >> shift << shift;
    storage->files_size = capacity - storage->files_start;
    return storage->files_start;
}

/* Several devices have stripes of swap.cluster slots, or of as many as each of them holds. */
static void lay_out(struct swap_space *swap, uint64_t cluster)
{
    for (unsigned i = 0; i < swap->n; i++)
        while (cluster > 1 && cluster > swap->sizes[i])
            cluster /= 2;
    swap_space_stripe(swap, cluster);
}

static enum status make_swap(struct simulation *sim, struct error *err)
{
    const struct simulation_params *params = sim->params;
    const uint64_t page_size = (uint64_t)1 << params->page_shift;
    const size_t n = params->nmore_swap + 1;
    for (size_t i = 0; i < n; i++) {
        const struct device_params *swap = swap_params(params, i);
        const uint64_t seed = params->pager.seed + (i ? i + 1 : 0);
        struct device *device;
        const enum status status = device_create(&device, sim->engine, swap->ops,
                                                 swap->params, page_size, seed, err);
        if (status != OK)
            return status;
        if (i == 0 && !params->files.ops && !swap->ops->in_memory)
            sim->files = device;
        const uint64_t slots = divide(sim, device) >> params->page_shift;
        swap_space_add(&sim->swap, device,
                       least(least(slots, params->slots.nslots), SLOT_NONE / n));
    }
    lay_out(&sim->swap, params->slots.cluster);
    return OK;
}

static enum status make_files(struct simulation *sim, struct error *err)
{
    const struct simulation_params *params = sim->params;
    const uint64_t page_size = (uint64_t)1 << params->page_shift;
    if (!params->files.ops)
        return OK;
    const enum status status =
        device_create(&sim->files, sim->engine, params->files.ops, params->files.params,
                      page_size, params->pager.seed + 1, err);
    if (status != OK)
        return status;
    const uint64_t capacity = device_capacity(sim->files);
    sim->pager_params.storage.files_size = capacity == UINT64_MAX ? FILES_APART : capacity;
    return OK;
}

enum status devices_make(struct simulation *sim, struct error *err)
{
    struct pager_storage *storage = &sim->pager_params.storage;
    enum status status = make_swap(sim, err);
    if (status == OK)
        status = make_files(sim, err);
    if (status != OK)
        return status;
    struct slots_params slots = sim->params->slots;
    slots.nslots = sim->swap.nslots;
    storage->engine = sim->engine;
    storage->swap = sim->swap;
    storage->files = sim->files;
    storage->read_ahead = sim->params->read_ahead;
    status = slots_create(&sim->slots, &slots, err);
    storage->slots = sim->slots;
    return status;
}

bool devices_share(const struct simulation *sim)
{
    return sim->files == sim->swap.devices[0];
}

void devices_release(struct simulation *sim)
{
    if (!devices_share(sim))
        device_free(sim->files);
    for (unsigned i = 0; i < sim->swap.n; i++)
        device_free(sim->swap.devices[i]);
}

const char *devices_check(const struct simulation *sim)
{
    const char *wrong = NULL;
    for (unsigned i = 0; i < sim->swap.n && !wrong; i++)
        wrong = device_check(sim->swap.devices[i]);
    if (!wrong && sim->files && !devices_share(sim))
        wrong = device_check(sim->files);
    return wrong;
}
