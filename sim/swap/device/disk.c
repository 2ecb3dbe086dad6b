/* disk.c -- a disk with a moving arm: seek, rotation, transfer.
 *
 *     overhead ─► move the arm ─► wait for the sector ─► pass along the track ─┐
 *                      ▲                                                       │
 *                      └──────────── next head, next cylinder ◄────────────────┘
 *
 * The arm stays where a request left it, and the platters turn with the simulated clock.
 * No buffer in the drive: every request goes to the platter.  The parts of the model are
 * those of Ruemmler and Wilkes, "An introduction to disk drive modeling", IEEE Computer
 * 27(3), 1994; the orders of the queue are in disk_arm.h. */
#include "swap/device.h"

#include "base/units.h"
#include "swap/disk_arm.h"
#include "swap/platter.h"
#include "swap/seek_curve.h"

#include <assert.h>
#include <inttypes.h>

#define PSEC_PER_MINUTE UINT64_C(60000000000000)

struct disk_params {
    uint64_t cylinders, heads, zones, sectors_outer, sectors_inner;
    uint64_t sector_size; /* bytes                 */
    uint64_t rpm;         /* revolutions a minute  */
    psec_t seek_min, seek_average, seek_max, write_settle, head_switch, overhead;
    uint64_t merge;                             /* bytes                       */
    uint64_t search, search_least, search_most; /* sectors */
    uint32_t queue;
    bool skew;
};

struct disk {
    const struct disk_params *params;
    struct platter platter;
    struct seek_curve curve;
    struct disk_arm arm;
    uint64_t head; /* that reads or writes */
};

#define SECONDS_10 10e12 /* more than any part of a request takes on a real disk */

static const struct param disk_table[] = {
    {.name = "cylinders",
     .kind = PARAM_UINT,
     .offset = offsetof(struct disk_params, cylinders),
     .fallback = "106402",
     .min = 1,
     .max = 4194304,
     .unit = "cylinders",
     .help = "positions of the arm (this and the other defaults: configs/devices/"
             "disk-7200.yaml)"},
    {.name = "heads",
     .kind = PARAM_UINT,
     .offset = offsetof(struct disk_params, heads),
     .fallback = "10",
     .min = 1,
     .max = 256,
     .unit = "heads",
     .help = "tracks of a cylinder"},
    {.name = "sectors_outer",
     .kind = PARAM_UINT,
     .offset = offsetof(struct disk_params, sectors_outer),
     .fallback = "1242",
     .min = 1,
     .max = 65536,
     .unit = "sectors",
     .help = "sectors of a track in the first, outermost zone"},
    {.name = "sectors_inner",
     .kind = PARAM_UINT,
     .offset = offsetof(struct disk_params, sectors_inner),
     .fallback = "594",
     .min = 1,
     .max = 65536,
     .unit = "sectors",
     .help = "sectors of a track in the last, innermost zone"},
    {.name = "zones",
     .kind = PARAM_UINT,
     .offset = offsetof(struct disk_params, zones),
     .fallback = "30",
     .min = 1,
     .max = PLATTER_ZONES_MAX,
     .unit = "zones",
     .help = "groups of equally many cylinders with equally many sectors a track, which "
             "falls linearly from sectors_outer to sectors_inner"},
    {.name = "sector_size",
     .kind = PARAM_SIZE,
     .offset = offsetof(struct disk_params, sector_size),
     .fallback = "512 B",
     .min = 1,
     .max = 65536,
     .help = "bytes of data in a sector; divides the page"},
    {.name = "rpm",
     .kind = PARAM_UINT,
     .offset = offsetof(struct disk_params, rpm),
     .fallback = "7200",
     .min = 1,
     .max = 1000000,
     .unit = "revolutions a minute",
     .help = "speed of rotation"},
    {.name = "seek_min",
     .kind = PARAM_TIME,
     .offset = offsetof(struct disk_params, seek_min),
     .fallback = "480 us",
     .min = 0,
     .max = SECONDS_10,
     .help = "seek to the next cylinder, settling included"},
    {.name = "seek_average",
     .kind = PARAM_TIME,
     .offset = offsetof(struct disk_params, seek_average),
     .fallback = "8.5 ms",
     .min = 0,
     .max = SECONDS_10,
     .help = "mean over all pairs of different cylinders, each alike"},
    {.name = "seek_max",
     .kind = PARAM_TIME,
     .offset = offsetof(struct disk_params, seek_max),
     .fallback = "14.7 ms",
     .min = 0,
     .max = SECONDS_10,
     .help = "seek from the first cylinder to the last"},
    {.name = "write_settle",
     .kind = PARAM_TIME,
     .offset = offsetof(struct disk_params, write_settle),
     .fallback = "1 ms",
     .min = 0,
     .max = SECONDS_10,
     .help = "what a write waits longer than a read after a seek or head switch"},
    {.name = "head_switch",
     .kind = PARAM_TIME,
     .offset = offsetof(struct disk_params, head_switch),
     .fallback = "480 us",
     .min = 0,
     .max = SECONDS_10,
     .help = "until another head of the same cylinder is on its track; a seek hides it"},
    {.name = "overhead",
     .kind = PARAM_TIME,
     .offset = offsetof(struct disk_params, overhead),
     .fallback = "0 s",
     .min = 0,
     .max = SECONDS_10,
     .help = "time of the controller for each request, before the arm moves"},
    {.name = "search",
     .kind = PARAM_UINT,
     .offset = offsetof(struct disk_params, search),
     .fallback = "0",
     .max = 65536,
     .unit = "sectors",
     .help =
         "the driver has the drive look for the sector so many before the one it wants, "
         "and starts the transfer when that has passed; always after a seek; 0: it does "
         "not"},
    {.name = "search_least",
     .kind = PARAM_UINT,
     .offset = offsetof(struct disk_params, search_least),
     .fallback = "0",
     .max = 65536,
     .unit = "sectors",
     .help =
         "with `search`: without a seek it looks if so many sectors, or more, lie before "
         "the one it wants"},
    {.name = "search_most",
     .kind = PARAM_UINT,
     .offset = offsetof(struct disk_params, search_most),
     .fallback = "0",
     .max = 65536,
     .unit = "sectors",
     .help = "... and at most so many"},
    {.name = "skew",
     .kind = PARAM_BOOL,
     .offset = offsetof(struct disk_params, skew),
     .fallback = "yes",
     .help = "the sectors of a track lie so much behind those of the track before that a "
             "sequential transfer, read or write, loses no turn between them"},
    {.name = "queue",
     .kind = PARAM_CHOICE,
     .offset = offsetof(struct disk_params, queue),
     .fallback = "fcfs",
     .choices = disk_orders,
     .help = "which request is next: the first come, the nearest, or in sweeps of the arm, "
             "both ways or one way (c-), to the last cylinder (scan) or the last request "
             "(look)"},
    {.name = "merge",
     .kind = PARAM_SIZE,
     .offset = offsetof(struct disk_params, merge),
     .fallback = "128 KiB",
     .help = "adjacent waiting requests of one direction are served as one up to this "
             "size; 0 is never"},
    {0},
};

static enum status check_sectors(const struct disk_params *params, uint64_t page_size,
                                 struct error *err)
{
    char size[32], page[32];
    format_size(params->sector_size, size, sizeof size);
    format_size(page_size, page, sizeof page);
    if (page_size % params->sector_size)
        return error_set(
            err, ERR_CONFIG, at_nowhere(),
            "'sector_size' (%s) of device 'disk' does not divide the page (%s)", size,
            page);
    if (params->sectors_inner > params->sectors_outer)
        return error_set(err, ERR_CONFIG, at_nowhere(),
                         "'sectors_inner' (%" PRIu64 ") of device 'disk' is more than "
                         "'sectors_outer' (%" PRIu64 "): outer tracks are longer",
                         params->sectors_inner, params->sectors_outer);
    if (params->zones == 1 && params->sectors_inner != params->sectors_outer)
        return error_set(err, ERR_CONFIG, at_nowhere(),
                         "with 1 of 'zones' of device 'disk', 'sectors_inner' (%" PRIu64
                         ") must be 'sectors_outer' (%" PRIu64 ")",
                         params->sectors_inner, params->sectors_outer);
    if (params->zones > params->cylinders)
        return error_set(err, ERR_CONFIG, at_nowhere(),
                         "'zones' (%" PRIu64 ") of device 'disk' are more than its "
                         "'cylinders' (%" PRIu64 ")",
                         params->zones, params->cylinders);
    return OK;
}

static uint64_t disk_capacity(const void *state)
{
    const struct disk *disk = state;
    return disk->platter.sectors * disk->params->sector_size;
}

static enum status disk_init(void *state, const struct device_env *env, struct error *err)
{
    struct disk *disk = state;
    const struct disk_params *params = env->params;
    enum status status = check_sectors(params, env->page_size, err);
    if (status != OK)
        return status;
    disk->params = params;
    const psec_t seek =
        params->seek_min > params->head_switch ? params->seek_min : params->head_switch;
    platter_init(
        &disk->platter,
        &(struct platter_params){
            .cylinders = params->cylinders,
            .heads = params->heads,
            .zones = params->zones,
            .sectors_outer = params->sectors_outer,
            .sectors_inner = params->sectors_inner,
            .turn = (PSEC_PER_MINUTE + params->rpm / 2) / params->rpm,
            .head_skew = params->skew ? params->head_switch + params->write_settle : 0,
            .cylinder_skew = params->skew ? seek + params->write_settle : 0,
        });
    char size[32], page[32];
    if (disk_capacity(disk) < env->page_size)
        return error_set(err, ERR_CONFIG, at_nowhere(),
                         "the capacity of device 'disk' (%s) is less than a page (%s)",
                         format_size(disk_capacity(disk), size, sizeof size),
                         format_size(env->page_size, page, sizeof page));
    return seek_curve_init(&disk->curve, params->cylinders, params->seek_min,
                           params->seek_average, params->seek_max, err);
}

static uint64_t disk_merge_limit(const void *state)
{
    return ((const struct disk *)state)->params->merge;
}

static struct request *disk_choose(void *state, const struct request_queue *queue,
                                   psec_t now)
{
    struct disk *disk = state;
    (void)now;
    return disk_arm_choose(&disk->arm, disk->params->queue, queue, &disk->platter,
                           disk->params->sector_size);
}

/* --- service ------------------------------------------------------------------------- */

static psec_t seek(struct disk *disk, uint64_t cylinder)
{
    const uint64_t from = disk->arm.cylinder;
    disk->arm.cylinder = cylinder;
    return seek_curve_time(&disk->curve,
                           cylinder > from ? cylinder - from : from - cylinder);
}

/* Until a head is on the track and data can be read or written. */
static psec_t move(struct disk *disk, const struct place *to, bool write)
{
    if (disk->arm.cylinder == to->cylinder && disk->head == to->head)
        return 0;
    psec_t time = 0;
    for (unsigned i = 0; i < disk->arm.nvia; i++)
        time += seek(disk, disk->arm.via[i]);
    disk->arm.nvia = 0;
    time += seek(disk, to->cylinder);
    if (disk->head != to->head && time < disk->params->head_switch)
        time = disk->params->head_switch;
    disk->head = to->head;
    return time + (write ? disk->params->write_settle : 0);
}

/* Until the transfer is started, if the drive looks for the place first: on the cylinder
 * or not, as before it moved. */
static psec_t search(const struct disk *disk, const struct place *to, bool moved,
                     psec_t arrived, psec_t now)
{
    const struct disk_params *params = disk->params;
    if (!params->search)
        return 0;
    const psec_t sector = disk->platter.turn / to->zone->sectors;
    const uint64_t before = platter_wait(&disk->platter, to, arrived) / sector;
    if (!moved && (before < params->search_least || before > params->search_most))
        return 0;
    struct place ahead = *to;
    ahead.sector = (to->sector + to->zone->sectors - params->search % to->zone->sectors) %
                   to->zone->sectors;
    return platter_wait(&disk->platter, &ahead, now);
}

static psec_t disk_serve(void *state, const struct request *request, psec_t now)
{
    struct disk *disk = state;
    const uint64_t size = disk->params->sector_size;
    assert(request->span_offset % size == 0 && request->span_length % size == 0);
    uint64_t sector = request->span_offset / size;
    const uint64_t end = sector + request->span_length / size;
    assert(end <= disk->platter.sectors);
    psec_t time = now + disk->params->overhead;
    while (sector < end) {
        const struct place place = platter_locate(&disk->platter, sector);
        uint64_t n = place.zone->sectors - place.sector; /* rest of the track */
        if (n > end - sector)
            n = end - sector;
        const bool moves = disk->arm.cylinder != place.cylinder;
        const psec_t at = time;
        time += move(disk, &place, request->write);
        if (sector == request->span_offset / size)
            time += search(disk, &place, moves, at, time);
        time += platter_wait(&disk->platter, &place, time);
        time += platter_pass(&disk->platter, &place, n);
        sector += n;
    }
    return time;
}

const struct device_ops device_disk = {
    .abi = DEVICE_ABI,
    .name = "disk",
    .summary = "a disk with a seek curve, rotation, zones and an order of its queue",
    .source = "Ruemmler and Wilkes 1994",
    .params = disk_table,
    .params_size = sizeof(struct disk_params),
    .state_size = sizeof(struct disk),
    .init = disk_init,
    .capacity = disk_capacity,
    .merge_limit = disk_merge_limit,
    .choose = disk_choose,
    .serve = disk_serve,
};
