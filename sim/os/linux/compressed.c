/* compressed.c -- see compressed.h. */
#include "os/linux/linux.h"

#include "base/units.h"
#include "pager/frame.h"
#include "swap/duration.h"

#include <math.h>

enum { CHAIN = 8 /* CONFIG_ZSMALLOC_CHAIN_SIZE */ };

static const struct linux_zswap_params *params_of(const struct linux_kernel *kernel)
{
    return &kernel->params->zswap;
}

static uint64_t page_size(const struct linux_kernel *kernel)
{
    return (uint64_t)1 << kernel->pager->mmu.page_shift;
}

enum status linux_zswap_init(struct linux_kernel *kernel, uint32_t nslots,
                             struct error *err)
{
    const struct linux_zswap_params *params = params_of(kernel);
    struct linux_zswap *zswap = &kernel->zswap;
    struct pager *pager = kernel->pager;
    if (!params->enabled || pager->storage.swap.in_memory)
        return OK;
    if (params->ratio < 1 || params->spread > params->ratio - 1)
        return error_set(
            err, ERR_CELL, at_nowhere(),
            "'zswap_spread' (%g) of kernel 'linux' makes some pages grow: with "
            "a 'zswap_ratio' of %g, which is at least 1, it is at most %g",
            params->spread, params->ratio, params->ratio < 1 ? 0 : params->ratio - 1);
    rng_seed(&zswap->rng, pager->params->seed ^ UINT64_C(0x7a73776170)); /* "zswap" */
    zswap->io = (struct pager_io){.pager = pager};
    const struct zswap_params pool = {
        .page_size = page_size(kernel),
        .nframes = pager->nframes,
        .nslots = nslots,
        .max_percent = (uint32_t)params->max_pool_percent,
        .accept_percent = (uint32_t)params->accept_percent,
        .chain = CHAIN,
        .exclusive = kernel->version >= LINUX_VERSION(6, 9, 0),
    };
    const enum status status = zswap_init(&zswap->pool, &pool, err);
    zswap->on = status == OK;
    return status;
}

void linux_zswap_release(struct linux_kernel *kernel)
{
    if (kernel->zswap.on)
        zswap_release(&kernel->zswap.pool);
}

/* The pool has grown or shrunk: it takes frames of the machine. */
static void balance(struct linux_kernel *kernel)
{
    kernel->pager->pool_extra = zswap_frames(&kernel->zswap.pool);
    frame_balance_pool(kernel->pager);
}

/* --- the worker --------------------------------------------------------------------------- */

/* shrink_worker(): the page used longest ago goes to its slot on the device. */
static void shrink(struct linux_kernel *kernel)
{
    struct linux_zswap *zswap = &kernel->zswap;
    if (zswap->busy)
        return;
    const slot_t slot = zswap_shrink(&zswap->pool);
    if (slot == SLOT_NONE)
        return;
    zswap->busy = true;
    kernel->counts.zswpwb++;
    kernel->counts.pswpout++;
    kernel->pager->owed += transfer_time(page_size(kernel), params_of(kernel)->expand_rate);
    zswap->io.first = PFN_NONE;
    zswap->io.n = 1;
    zswap->io.write = zswap->io.on_swap = true;
    zswap->io.offset = (uint64_t)slot << kernel->pager->mmu.page_shift;
    balance(kernel);
    io_start(&zswap->io);
}

static void shrunk(struct pager_io *io)
{
    struct linux_kernel *kernel = CONTAINER_OF(io, struct linux_kernel, zswap.io);
    kernel->zswap.busy = false;
    shrink(kernel);
}

/* --- pages -------------------------------------------------------------------------------- */

/* What the page turns out to take. */
static uint64_t draw(struct linux_kernel *kernel)
{
    const struct linux_zswap_params *params = params_of(kernel);
    struct rng *rng = &kernel->zswap.rng;
    if (rng_real(rng) < params->same_filled)
        return 0;
    const double mean = (double)page_size(kernel) / params->ratio;
    return (uint64_t)ceil(mean * (1 + params->spread * (2 * rng_real(rng) - 1)));
}

bool linux_zswap_store(struct linux_kernel *kernel, pfn_t pfn)
{
    struct linux_zswap *zswap = &kernel->zswap;
    struct pager *pager = kernel->pager;
    struct content *content = &pager->contents.all[pager->frames[pfn].content];
    if (!zswap->on)
        return false;
    pager->owed += transfer_time(page_size(kernel), params_of(kernel)->compress_rate);
    zswap->io.done = shrunk;
    const bool stored = zswap_store(&zswap->pool, content->slot, draw(kernel));
    balance(kernel);
    shrink(kernel);
    if (!stored)
        return false;
    kernel->counts.zswpout++;
    pager->frames[pfn].dirty = false;
    content->saved = content->paged_out = true;
    return true;
}

bool linux_zswap_has(const struct linux_kernel *kernel, slot_t slot)
{
    return kernel->zswap.on && slot != SLOT_NONE &&
           kernel->zswap.pool.entries[slot].kind != ZSWAP_NONE;
}

void linux_zswap_load(struct linux_kernel *kernel, pfn_t pfn)
{
    struct pager *pager = kernel->pager;
    const content_t content = pager->frames[pfn].content;
    kernel->counts.zswpin++;
    pager->owed += transfer_time(page_size(kernel), params_of(kernel)->expand_rate);
    (void)zswap_load(&kernel->zswap.pool, pager->contents.all[content].slot);
    pager->frames[pfn].dirty = kernel->zswap.pool.params.exclusive;
    balance(kernel);
    io_filled(pager, pfn);
}

void linux_zswap_invalidate(struct linux_kernel *kernel, slot_t slot)
{
    if (!kernel->zswap.on)
        return;
    zswap_invalidate(&kernel->zswap.pool, slot);
    balance(kernel);
}
