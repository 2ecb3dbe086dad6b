/* ssd.c -- a solid-state drive: a host interface, a write buffer, flash on channels.
 *
 *     read:   interface ─► page on its die ─► channel ─► interface, latency
 *     write:  interface ─► buffer, latency ─ ─ when a page is full ─ ─► channel, die
 *
 * The interface takes one request after the other: for its command and then for its bytes,
 * in one piece, though the bytes of a read come at its end; so a request never waits for
 * one that started later.  A write is done when its bytes are in the buffer, which has room
 * again when the page that lay there has been programmed.  What was never written, or was
 * discarded, is read without asking the flash.
 *
 * The parts are those of Agrawal, Prabhakaran, Wobber, Davis, Manasse and Panigrahy,
 * "Design tradeoffs for SSD performance", USENIX 2008. */
#include "swap/device.h"

#include "base/units.h"
#include "swap/duration.h"
#include "swap/write_buffer.h"

struct ssd_params {
    uint64_t size, flash_page, unit, write_buffer, merge; /* bytes                       */
    double over_provisioning;
    uint64_t channels, dies, pages_per_block, erased_blocks, queue_depth;
    psec_t read_time, program_time, erase_time;
    uint64_t channel_rate, read_rate, write_rate; /* bytes per second                     */
    psec_t read_command, write_command, read_latency, write_latency;
    bool suspend;
};

struct ssd {
    const struct ssd_params *params;
    struct flash flash;
    struct write_buffer buffer;
    psec_t interface; /* free from then on                                               */
};

#define SECOND 1e12

static const struct param ssd_table[] = {
    {.name = "size",
     .kind = PARAM_SIZE,
     .offset = offsetof(struct ssd_params, size),
     .fallback = "16 GiB",
     .min = 4096,
     .max = 0x1p44,
     .help = "capacity; simulating it takes memory for what was ever written, 2 bytes for "
             "each KiB at most (the defaults are those of configs/devices/ssd-sata.yaml)"},
    {.name = "over_provisioning",
     .kind = PARAM_REAL,
     .offset = offsetof(struct ssd_params, over_provisioning),
     .fallback = "0.0995",
     .min = 0,
     .max = 100,
     .help = "flash beyond the size, as a part of it; collecting blocks takes some more if "
             "this is too little"},
    {.name = "channels",
     .kind = PARAM_UINT,
     .offset = offsetof(struct ssd_params, channels),
     .fallback = "8",
     .min = 1,
     .max = 64,
     .unit = "channels",
     .help = "buses between controller and flash, each moves one page at a time"},
    {.name = "dies",
     .kind = PARAM_UINT,
     .offset = offsetof(struct ssd_params, dies),
     .fallback = "4",
     .min = 1,
     .max = 64,
     .unit = "dies",
     .help = "of a channel; each does one operation at a time (planes that work on their "
             "own count as dies)"},
    {.name = "unit",
     .kind = PARAM_SIZE,
     .offset = offsetof(struct ssd_params, unit),
     .fallback = "4 KiB",
     .min = 512,
     .max = 1048576,
     .help = "what the translation layer maps; to write a part of one, the rest is read"},
    {.name = "flash_page",
     .kind = PARAM_SIZE,
     .offset = offsetof(struct ssd_params, flash_page),
     .fallback = "16 KiB",
     .min = 512,
     .max = 4194304,
     .help = "what a die reads or programs at once, 1 to 64 units"},
    {.name = "pages_per_block",
     .kind = PARAM_UINT,
     .offset = offsetof(struct ssd_params, pages_per_block),
     .fallback = "256",
     .min = 2,
     .max = 65536,
     .unit = "pages",
     .help = "what a die erases at once"},
    {.name = "erased_blocks",
     .kind = PARAM_UINT,
     .offset = offsetof(struct ssd_params, erased_blocks),
     .fallback = "2",
     .min = 1,
     .max = 1024,
     .unit = "blocks",
     .help = "of a die; when there are fewer, the block with the fewest valid units is "
             "collected"},
    {.name = "read_time",
     .kind = PARAM_TIME,
     .offset = offsetof(struct ssd_params, read_time),
     .fallback = "45 us",
     .min = 0,
     .max = SECOND,
     .help = "of a page, on its die"},
    {.name = "program_time",
     .kind = PARAM_TIME,
     .offset = offsetof(struct ssd_params, program_time),
     .fallback = "450 us",
     .min = 0,
     .max = SECOND,
     .help = "of a page, on its die"},
    {.name = "erase_time",
     .kind = PARAM_TIME,
     .offset = offsetof(struct ssd_params, erase_time),
     .fallback = "4 ms",
     .min = 0,
     .max = SECOND,
     .help = "of a block, on its die"},
    {.name = "suspend",
     .kind = PARAM_BOOL,
     .offset = offsetof(struct ssd_params, suspend),
     .fallback = "yes",
     .help = "a read interrupts programming and erasing (Wu and He 2012); no: it waits its "
             "turn"},
    {.name = "channel_rate",
     .kind = PARAM_RATE,
     .offset = offsetof(struct ssd_params, channel_rate),
     .fallback = "800 MB/s",
     .help = "of one channel"},
    {.name = "read_rate",
     .kind = PARAM_RATE,
     .offset = offsetof(struct ssd_params, read_rate),
     .fallback = "560 MB/s",
     .help = "of the host interface"},
    {.name = "write_rate",
     .kind = PARAM_RATE,
     .offset = offsetof(struct ssd_params, write_rate),
     .fallback = "530 MB/s",
     .help = "of the host interface and into the write buffer"},
    {.name = "read_command",
     .kind = PARAM_TIME,
     .offset = offsetof(struct ssd_params, read_command),
     .fallback = "2.89 us",
     .min = 0,
     .max = SECOND,
     .help = "for which a read occupies the interface beside its bytes"},
    {.name = "write_command",
     .kind = PARAM_TIME,
     .offset = offsetof(struct ssd_params, write_command),
     .fallback = "3.635 us",
     .min = 0,
     .max = SECOND,
     .help = "the same of a write"},
    {.name = "read_latency",
     .kind = PARAM_TIME,
     .offset = offsetof(struct ssd_params, read_latency),
     .fallback = "16.6 us",
     .min = 0,
     .max = SECOND,
     .help = "of a read, beside all else; others go on meanwhile"},
    {.name = "write_latency",
     .kind = PARAM_TIME,
     .offset = offsetof(struct ssd_params, write_latency),
     .fallback = "16.415 us",
     .min = 0,
     .max = SECOND,
     .help = "the same of a write"},
    {.name = "write_buffer",
     .kind = PARAM_SIZE,
     .offset = offsetof(struct ssd_params, write_buffer),
     .fallback = "8 MiB",
     .min = 512,
     .max = 17179869184,
     .help = "written data that are not programmed yet; at least one flash_page"},
    {.name = "queue_depth",
     .kind = PARAM_UINT,
     .offset = offsetof(struct ssd_params, queue_depth),
     .fallback = "32",
     .min = 1,
     .max = 65536,
     .unit = "requests",
     .help = "requests that the drive takes at once; 32 is that of SATA"},
    {.name = "merge",
     .kind = PARAM_SIZE,
     .offset = offsetof(struct ssd_params, merge),
     .fallback = "1280 KiB",
     .help = "adjacent waiting requests of one direction are served as one up to this "
             "size; 0 is never"},
    {0},
};

/* --- life ------------------------------------------------------------------------------ */

static struct flash_params flash_params(const struct ssd_params *params)
{
    return (struct flash_params){
        .layout = {.units = (params->size + params->unit - 1) / params->unit,
                   .over_provisioning = params->over_provisioning,
                   .dies = (uint32_t)(params->channels * params->dies),
                   .pages = (uint32_t)params->pages_per_block,
                   .page_units = (uint32_t)(params->flash_page / params->unit),
                   .erased_min = (uint32_t)params->erased_blocks},
        .channels = (uint32_t)params->channels,
        .unit = params->unit,
        .channel_rate = params->channel_rate,
        .read = params->read_time,
        .program = params->program_time,
        .erase = params->erase_time,
        .suspend = params->suspend,
    };
}

static enum status check_sizes(const struct ssd_params *params, uint64_t page_size,
                               struct error *err)
{
    char a[32], b[32];
    format_size(params->flash_page, a, sizeof a);
    if (params->flash_page % params->unit ||
        params->flash_page / params->unit > FTL_PAGE_UNITS_MAX)
        return error_set(err, ERR_CONFIG, at_nowhere(),
                         "'flash_page' (%s) of device 'ssd' is not 1 to %d times 'unit' "
                         "(%s)",
                         a, FTL_PAGE_UNITS_MAX, format_size(params->unit, b, sizeof b));
    if (params->write_buffer < params->flash_page)
        return error_set(err, ERR_CONFIG, at_nowhere(),
                         "'write_buffer' (%s) of device 'ssd' is less than 'flash_page' "
                         "(%s)",
                         format_size(params->write_buffer, b, sizeof b), a);
    if (params->size < page_size)
        return error_set(err, ERR_CONFIG, at_nowhere(),
                         "'size' (%s) of device 'ssd' is less than a page (%s)",
                         format_size(params->size, a, sizeof a),
                         format_size(page_size, b, sizeof b));
    const struct ftl_params layout = flash_params(params).layout;
    const double units = (double)ftl_blocks(&layout) * (double)layout.dies *
                         (double)(layout.pages * layout.page_units);
    if (units > (double)FTL_UNITS_MAX)
        return error_set(err, ERR_CONFIG, at_nowhere(),
                         "'size' (%s) of device 'ssd' makes more than 2^32 of 'unit' (%s) "
                         "of flash; take larger units, smaller blocks or a smaller size",
                         format_size(params->size, a, sizeof a),
                         format_size(params->unit, b, sizeof b));
    return OK;
}

static void ssd_release(void *state)
{
    struct ssd *ssd = state;
    write_buffer_release(&ssd->buffer);
    flash_release(&ssd->flash);
}

static enum status ssd_init(void *state, const struct device_env *env, struct error *err)
{
    struct ssd *ssd = state;
    const struct ssd_params *params = env->params;
    enum status status = check_sizes(params, env->page_size, err);
    if (status != OK)
        return status;
    const struct flash_params flash = flash_params(params);
    status = flash_init(&ssd->flash, &flash, err);
    if (status != OK)
        return status;
    ssd->params = params;
    status = write_buffer_init(&ssd->buffer, &ssd->flash,
                               params->write_buffer / params->flash_page, err);
    if (status != OK)
        flash_release(&ssd->flash);
    return status;
}

static uint64_t ssd_capacity(const void *state)
{
    return ((const struct ssd *)state)->params->size;
}

static uint32_t ssd_depth(const void *state)
{
    return (uint32_t)((const struct ssd *)state)->params->queue_depth;
}

static uint64_t ssd_merge_limit(const void *state)
{
    return ((const struct ssd *)state)->params->merge;
}

/* --- service --------------------------------------------------------------------------- */

/* A part of a request, within one unit. */
struct piece {
    uint32_t unit;
    uint64_t bytes;
};

/* The piece at an offset of a transfer that ends at `end`. */
static struct piece piece_at(const struct ssd *ssd, uint64_t offset, uint64_t end)
{
    const uint64_t size = ssd->params->unit;
    const uint64_t rest = size - offset % size;
    const uint64_t bytes = rest < end - offset ? rest : end - offset;
    return (struct piece){.unit = (uint32_t)(offset / size), .bytes = bytes};
}

/* Read the bytes of consecutive units that lie on one page; returns when the host has
 * them. */
static psec_t read_page(struct ssd *ssd, psec_t now, uint32_t page, uint64_t bytes)
{
    if (page == FTL_NONE)
        return now;
    return flash_read(&ssd->flash, now, page, bytes) +
           transfer_time(bytes, ssd->params->read_rate);
}

/* The commands are at the flash at `now`; the interface is done with the bytes at the
 * earliest at `end`. */
static psec_t serve_read(struct ssd *ssd, const struct request *request, psec_t now,
                         psec_t end)
{
    const uint64_t limit = request->span_offset + request->span_length;
    uint32_t page = FTL_NONE;
    uint64_t bytes = 0;
    struct piece piece;
    for (uint64_t at = request->span_offset; at < limit; at += piece.bytes) {
        piece = piece_at(ssd, at, limit);
        const uint32_t lies = ftl_page(ssd->flash.ftl, piece.unit);
        if (lies != page) {
            end = later(end, read_page(ssd, now, page, bytes));
            page = lies;
            bytes = 0;
        }
        bytes += piece.bytes;
    }
    end = later(end, read_page(ssd, now, page, bytes));
    return end + ssd->params->read_latency;
}

static psec_t serve_write(struct ssd *ssd, const struct request *request, psec_t now,
                          psec_t end)
{
    const uint64_t limit = request->span_offset + request->span_length;
    struct piece piece;
    for (uint64_t at = request->span_offset; at < limit; at += piece.bytes) {
        piece = piece_at(ssd, at, limit);
        const uint64_t come = at + piece.bytes - request->span_offset;
        const psec_t when = now + transfer_time(come, ssd->params->write_rate);
        end = later(end, write_buffer_put(&ssd->buffer, piece.unit, piece.bytes, when));
    }
    return end + ssd->params->write_latency;
}

static psec_t ssd_serve(void *state, const struct request *request, psec_t now)
{
    struct ssd *ssd = state;
    const struct ssd_params *params = ssd->params;
    const bool write = request->write;
    const psec_t start =
        later(now, ssd->interface) + (write ? params->write_command : params->read_command);
    ssd->interface = start + transfer_time(request->span_length,
                                           write ? params->write_rate : params->read_rate);
    return write ? serve_write(ssd, request, start, ssd->interface)
                 : serve_read(ssd, request, start, ssd->interface);
}

static void ssd_discard(void *state, uint64_t offset, uint64_t length)
{
    struct ssd *ssd = state;
    struct piece piece;
    for (uint64_t at = offset; at < offset + length; at += piece.bytes) {
        piece = piece_at(ssd, at, offset + length);
        if (piece.bytes == ssd->params->unit)
            write_buffer_discard(&ssd->buffer, piece.unit);
    }
}

const struct device_ops device_ssd = {
    .abi = DEVICE_ABI,
    .name = "ssd",
    .summary = "flash on channels behind a host interface and a write buffer, with a "
               "page-mapped translation layer",
    .source = "Agrawal et al. 2008",
    .params = ssd_table,
    .params_size = sizeof(struct ssd_params),
    .state_size = sizeof(struct ssd),
    .init = ssd_init,
    .release = ssd_release,
    .capacity = ssd_capacity,
    .depth = ssd_depth,
    .merge_limit = ssd_merge_limit,
    .serve = ssd_serve,
    .discard = ssd_discard,
};
