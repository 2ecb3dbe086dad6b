/* zram.c -- compressed memory as a swap device, after Linux' zram
 * [6.3: drivers/block/zram; Documentation/admin-guide/blockdev/zram.rst].
 *
 * A page that is written is one of three kinds, at random: same-filled (takes no memory),
 * incompressible (stored as it is), or compressed to a random size.  It keeps its size until
 * it is written again or discarded.  What compressed pages take is rounded as zsmalloc
 * does. */
#include "swap/device.h"

#include "base/units.h"
#include "swap/duration.h"
#include "swap/zsmalloc.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

struct zram_params {
    uint64_t size; /* bytes                                                              */
    uint32_t algorithm;
    double ratio; /* 0: of the algorithm                                                 */
    double spread, same_filled, incompressible, metadata;
    uint64_t compress_rate, expand_rate; /* bytes per second, 0: of the algorithm        */
    uint64_t copy_rate;
    psec_t overhead;
    uint64_t chain_size; /* pages                                                        */
};

/* What lies in a slot; a larger value is FIRST_CLASS + the class of zsmalloc. */
enum { NOTHING, SAME_FILLED, FIRST_CLASS };

struct zram {
    const struct zram_params *params;
    struct rng *rng;
    uint64_t page_size; /* bytes                                                         */
    double mean;        /* bytes of a compressed page                                    */
    psec_t compress, expand, copy; /* of a page                                          */
    uint16_t *slots;
    struct zsmalloc zs;
};

/* On the Silesia corpus, one core: zstd 0.8.2 -1, LZO 2.09 and LZ4 r131 on a Core i7-3930K
 * at 4.5 GHz (README of zstd, github.com/facebook/zstd, 2016).  Blocks of a page compress
 * worse than that. */
static const struct {
    double ratio;
    uint64_t compress_rate, expand_rate;
} algorithms[] = {
    {2.101, 620000000, 3100000000},
    {2.106, 610000000, 870000000},
    {2.877, 330000000, 940000000},
};

static const char *const algorithm_choices[] = {"lz4", "lzo", "zstd", NULL};

static const struct param zram_table[] = {
    {.name = "size",
     .kind = PARAM_SIZE,
     .offset = offsetof(struct zram_params, size),
     .fallback = "256 MiB",
     .min = 512,
     .max = 0x1p44,
     .help = "capacity, of pages before compression; zram.rst advises twice the memory at "
             "most"},
    {.name = "algorithm",
     .kind = PARAM_CHOICE,
     .offset = offsetof(struct zram_params, algorithm),
     .fallback = "lzo",
     .choices = algorithm_choices,
     .help = "from which ratio, compress_rate and expand_rate are taken (README of zstd "
             "0.8.2, large blocks)"},
    {.name = "ratio",
     .kind = PARAM_REAL,
     .offset = offsetof(struct zram_params, ratio),
     .fallback = "0",
     .min = 0,
     .max = 100,
     .help = "page size over mean size of what is compressed, at least 1; 0: that of the "
             "algorithm"},
    {.name = "spread",
     .kind = PARAM_REAL,
     .offset = offsetof(struct zram_params, spread),
     .fallback = "0.5",
     .min = 0,
     .max = 1,
     .help = "sizes are uniform from 1 - spread to 1 + spread times the mean; at most "
             "ratio - 1"},
    {.name = "same_filled",
     .kind = PARAM_REAL,
     .offset = offsetof(struct zram_params, same_filled),
     .fallback = "0.086",
     .min = 0,
     .max = 1,
     .help = "part of the pages that have the same word everywhere (0.086 on Android: "
             "Linux commit 8e19d540d107)"},
    {.name = "incompressible",
     .kind = PARAM_REAL,
     .offset = offsetof(struct zram_params, incompressible),
     .fallback = "0",
     .min = 0,
     .max = 1,
     .help = "part of the pages that are stored as they are"},
    {.name = "metadata",
     .kind = PARAM_REAL,
     .offset = offsetof(struct zram_params, metadata),
     .fallback = "0.001",
     .min = 0,
     .max = 1,
     .help = "memory that is always taken, as a part of size (zram.rst)"},
    {.name = "compress_rate",
     .kind = PARAM_RATE,
     .offset = offsetof(struct zram_params, compress_rate),
     .fallback = "unlimited",
     .help = "of compressing, in bytes of pages; unlimited: that of the algorithm"},
    {.name = "expand_rate",
     .kind = PARAM_RATE,
     .offset = offsetof(struct zram_params, expand_rate),
     .fallback = "unlimited",
     .help = "of expanding, in bytes of pages; unlimited: that of the algorithm"},
    {.name = "copy_rate",
     .kind = PARAM_RATE,
     .offset = offsetof(struct zram_params, copy_rate),
     .fallback = "8 GB/s",
     .help = "of copying or filling a page, for those that are not compressed"},
    {.name = "overhead",
     .kind = PARAM_TIME,
     .offset = offsetof(struct zram_params, overhead),
     .fallback = "0 s",
     .min = 0,
     .max = 1e12,
     .help = "CPU time for each page beside that"},
    {.name = "chain_size",
     .kind = PARAM_UINT,
     .offset = offsetof(struct zram_params, chain_size),
     .fallback = "8",
     .min = 1,
     .max = ZS_CHAIN_MAX,
     .unit = "pages",
     .help = "pages that zsmalloc joins at most, CONFIG_ZSMALLOC_CHAIN_SIZE"},
    {0},
};

static double ratio_of(const struct zram_params *params)
{
    return params->ratio > 0.0 ? params->ratio : algorithms[params->algorithm].ratio;
}

static enum status check(const struct zram_params *params, uint64_t page_size,
                         struct error *err)
{
    char size[32], page[32];
    const double ratio = ratio_of(params);
    if (params->size < page_size)
        return error_set(err, ERR_CONFIG, at_nowhere(),
                         "'size' (%s) of device 'zram' is less than a page (%s)",
                         format_size(params->size, size, sizeof size),
                         format_size(page_size, page, sizeof page));
    if (ratio < 1.0)
        return error_set(err, ERR_CONFIG, at_nowhere(),
                         "'ratio' (%g) of device 'zram' is less than 1: pages would grow",
                         ratio);
    if (params->spread > ratio - 1.0)
        return error_set(err, ERR_CONFIG, at_nowhere(),
                         "'spread' (%g) of device 'zram' makes some pages grow: with a "
                         "ratio of %g it is at most %g",
                         params->spread, ratio, ratio - 1.0);
    if (params->same_filled + params->incompressible > 1.0)
        return error_set(err, ERR_CONFIG, at_nowhere(),
                         "'same_filled' (%g) and 'incompressible' (%g) of device 'zram' "
                         "are more than all pages: together they are at most 1",
                         params->same_filled, params->incompressible);
    return OK;
}

static enum status zram_init(void *state, const struct device_env *env, struct error *err)
{
    struct zram *zram = state;
    const struct zram_params *params = env->params;
    const enum status status = check(params, env->page_size, err);
    if (status != OK)
        return status;
    const uint32_t algorithm = params->algorithm;
    const uint64_t compress =
        params->compress_rate ? params->compress_rate : algorithms[algorithm].compress_rate;
    const uint64_t expand =
        params->expand_rate ? params->expand_rate : algorithms[algorithm].expand_rate;
    zram->params = params;
    zram->rng = env->rng;
    zram->page_size = env->page_size;
    zram->mean = (double)env->page_size / ratio_of(params);
    zram->compress = transfer_time(env->page_size, compress);
    zram->expand = transfer_time(env->page_size, expand);
    zram->copy = transfer_time(env->page_size, params->copy_rate);
    zsmalloc_init(&zram->zs, env->page_size, (uint32_t)params->chain_size);
    zram->slots = calloc(params->size / env->page_size, sizeof *zram->slots);
    return zram->slots ? OK : error_nomem(err);
}

static void zram_release(void *state)
{
    free(((struct zram *)state)->slots);
}

static uint64_t zram_capacity(const void *state)
{
    const struct zram *zram = state;
    return zram->params->size / zram->page_size * zram->page_size;
}

static void empty(struct zram *zram, uint64_t slot)
{
    if (zram->slots[slot] >= FIRST_CLASS)
        zsmalloc_give(&zram->zs, zram->slots[slot] - FIRST_CLASS);
    zram->slots[slot] = NOTHING;
}

/* What a page that is written now turns out to be. */
static uint16_t draw(struct zram *zram)
{
    const struct zram_params *params = zram->params;
    const double kind = rng_real(zram->rng);
    if (kind < params->same_filled)
        return SAME_FILLED;
    const double at = 2.0 * rng_real(zram->rng) - 1.0;
    const double size = kind < params->same_filled + params->incompressible
                            ? (double)zram->page_size
                            : ceil(zram->mean * (1.0 + params->spread * at));
    return (uint16_t)(FIRST_CLASS + zsmalloc_class(&zram->zs, (uint64_t)size));
}

static bool is_whole(const struct zram *zram, uint16_t kind)
{
    return kind >= FIRST_CLASS && zsmalloc_is_huge(&zram->zs, kind - FIRST_CLASS);
}

static psec_t write_page(struct zram *zram, uint64_t slot)
{
    empty(zram, slot);
    const uint16_t kind = zram->slots[slot] = draw(zram);
    if (kind == SAME_FILLED)
        return zram->copy; /* it was looked at once */
    zsmalloc_take(&zram->zs, kind - FIRST_CLASS);
    return zram->compress + (is_whole(zram, kind) ? zram->copy : 0); /* tried in vain */
}

static psec_t read_page(const struct zram *zram, uint64_t slot)
{
    const uint16_t kind = zram->slots[slot];
    return kind < FIRST_CLASS || is_whole(zram, kind) ? zram->copy : zram->expand;
}

static psec_t zram_serve(void *state, const struct request *request, psec_t now)
{
    struct zram *zram = state;
    const uint64_t first = request->span_offset / zram->page_size;
    const uint64_t n = request->span_length / zram->page_size;
    assert(request->span_offset % zram->page_size == 0);
    assert(request->span_length % zram->page_size == 0);
    for (uint64_t slot = first; slot < first + n; slot++)
        now += zram->params->overhead +
               (request->write ? write_page(zram, slot) : read_page(zram, slot));
    return now;
}

static void zram_discard(void *state, uint64_t offset, uint64_t length)
{
    struct zram *zram = state;
    const uint64_t first = (offset + zram->page_size - 1) / zram->page_size;
    for (uint64_t slot = first; slot < (offset + length) / zram->page_size; slot++)
        empty(zram, slot);
}

static uint64_t zram_memory(const void *state)
{
    const struct zram *zram = state;
    return zram->zs.pages * zram->page_size +
           (uint64_t)ceil((double)zram->params->size * zram->params->metadata);
}

const struct device_ops device_zram = {
    .abi = DEVICE_ABI,
    .name = "zram",
    .summary = "memory in which pages are compressed; takes CPU time and the machine's "
               "memory",
    .source = "Linux 6.3, drivers/block/zram and mm/zsmalloc.c",
    .params = zram_table,
    .params_size = sizeof(struct zram_params),
    .state_size = sizeof(struct zram),
    .in_memory = true,
    .init = zram_init,
    .release = zram_release,
    .capacity = zram_capacity,
    .serve = zram_serve,
    .discard = zram_discard,
    .memory = zram_memory,
};
