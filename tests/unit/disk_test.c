/* disk_test.c -- the disk: service times by hand and by a model that goes from sector to
 * sector, its seek curve, its averages, the orders of its queue, its presets. */
#include "base/units.h"
#include "swap/device.h"
#include "swap/platter.h"
#include "swap/seek_curve.h"

#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MS UINT64_C(1000000000) /* picoseconds */

enum { SECTOR = 512, SETTINGS_MAX = 40 };

static struct engine *engine;
static struct device *device;
static struct rng rng;

static void setup(void)
{
    ck_assert_int_eq(engine_create(&engine, NULL), OK);
    device = NULL;
    rng_seed(&rng, 1);
}

static void teardown(void)
{
    device_free(device);
    engine_free(engine);
}

/* Names and values, ended by NULL, over the defaults. */
static enum status create(const char *const *settings, uint64_t page_size,
                          struct error *err)
{
    const struct device_ops *ops = device_find("disk");
    _Alignas(max_align_t) unsigned char params[PARAM_VALUES_MAX];
    param_defaults(ops->params, params);
    for (; *settings; settings += 2) {
        const enum status status = param_set(ops->params, params, settings[0], settings[1],
                                             "device 'disk'", at_nowhere(), err);
        if (status != OK)
            return status;
    }
    return device_create(&device, engine, ops, params, page_size, 1, err);
}

static void create_ok(const char *const *settings, uint64_t page_size)
{
    struct error err = {0};
    const enum status status = create(settings, page_size, &err);
    ck_assert_msg(status == OK, "%s", err.text);
}

static void ignore(struct request *request)
{
    (void)request;
}

/* Serve one request now and alone; returns its service time. */
static psec_t serve(uint64_t offset, uint64_t length, bool write)
{
    const psec_t start = engine_now(engine);
    struct request request = {
        .offset = offset, .length = length, .write = write, .done = ignore};
    device_submit(device, &request);
    if (!engine_step(engine) ||
        device_pending(device) != 0) /* not each time an assertion */
        ck_abort_msg("the request is not complete");
    return engine_now(engine) - start;
}

static void wait_for(psec_t time)
{
    engine_advance(engine, engine_now(engine) + time);
}

/* --- by hand ------------------------------------------------------------------------- */

/* A turn takes 8 ms, so a sector 1 ms; the arm takes 2 ms to the next cylinder and 10 ms to
 * the last one. */
#define TINY                                                                               \
    "cylinders", "10", "heads", "2", "zones", "1", "sectors_outer", "8", "sectors_inner",  \
        "8", "rpm", "7500", "seek_min", "2 ms", "seek_average", "5.5 ms", "seek_max",      \
        "10 ms", "head_switch", "500 us", "write_settle", "250 us", "overhead", "100 us"

START_TEST(service_is_overhead_seek_rotation_and_transfer)
{
    create_ok((const char *const[]){TINY, "skew", "no", NULL}, SECTOR);
    ck_assert_uint_eq(device_capacity(device), 10 * 2 * 8 * SECTOR);
    /* At 0.1 ms sector 0 has just passed: it comes at 8. */
    serve(0, SECTOR, false);
    ck_assert_uint_eq(engine_now(engine), 9 * MS);
    /* So with sector 1: from 17 on. */
    serve(SECTOR, SECTOR, false);
    ck_assert_uint_eq(engine_now(engine), 18 * MS);
    /* The cylinder: sector 0 at 24, until 32; the head is switched at 32.5, when sector 0
     * has passed: from 40 to 48. */
    serve(0, 16 * SECTOR, false);
    ck_assert_uint_eq(engine_now(engine), 48 * MS);
    /* Cylinder 1, head 0, sector 3: a seek of 2 ms, which hides that of the head, and the
     * settling end at 50.35; sector 3 passes from 51 to 52. */
    serve(19 * SECTOR, SECTOR, true);
    ck_assert_uint_eq(engine_now(engine), 52 * MS);
    /* The next sector, without moving and so without settling, from 60 (52.1 is late). */
    serve(20 * SECTOR, SECTOR, true);
    ck_assert_uint_eq(engine_now(engine), 61 * MS);
    /* Back: at 63.1, sector 0 from 64 to 65.  To the last sector of the last cylinder: at
     * 75.1, sector 7 from 79 to 80. */
    serve(0, SECTOR, false);
    ck_assert_uint_eq(engine_now(engine), 65 * MS);
    serve(159 * SECTOR, SECTOR, false);
    ck_assert_uint_eq(engine_now(engine), 80 * MS);
}
END_TEST

START_TEST(platters_turn_while_the_disk_is_idle)
{
    create_ok((const char *const[]){TINY, "overhead", "0 s", NULL}, SECTOR);
    wait_for(3 * MS + 1);
    ck_assert_uint_eq(serve(3 * SECTOR, SECTOR, false), 9 * MS - 1);
    ck_assert_uint_eq(serve(4 * SECTOR, SECTOR, false), 1 * MS);
}
END_TEST

/* The drive looks for the sector 3 before the one that is wanted. */
START_TEST(a_driver_that_looks_for_a_sector_first_loses_turns)
{
    create_ok((const char *const[]){TINY, "overhead", "0 s", "skew", "no", "search", "3",
                                    "search_least", "1", "search_most", "1", NULL},
              SECTOR);
    /* Sector 0 begins now, 7 lies 6 ahead of 1, and 2 lies 2 ahead of 0: none is looked
     * for. */
    serve(0, SECTOR, false);
    ck_assert_uint_eq(engine_now(engine), 1 * MS);
    serve(7 * SECTOR, SECTOR, false);
    ck_assert_uint_eq(engine_now(engine), 8 * MS);
    serve(2 * SECTOR, SECTOR, false);
    ck_assert_uint_eq(engine_now(engine), 11 * MS);
    /* Sector 4 lies 1 ahead: sector 1 is looked for, from 17 on, and 4 comes at 20. */
    serve(4 * SECTOR, SECTOR, false);
    ck_assert_uint_eq(engine_now(engine), 21 * MS);
    /* Cylinder 1, sector 1: there at 23, sector 6 at 30, 1 at 33. */
    serve(17 * SECTOR, SECTOR, false);
    ck_assert_uint_eq(engine_now(engine), 34 * MS);
    /* Cylinder 0, sector 0: there at 36, sector 5 at 37, 0 at 40, and on without looking
     * for the next. */
    serve(0, 2 * SECTOR, false);
    ck_assert_uint_eq(engine_now(engine), 42 * MS);
}
END_TEST

static const bool directions[] = {false, true};

/* The skew is a sector between tracks of a cylinder (0.75 ms) and 3 between cylinders
 * (2.25 ms): 4 tracks of 8 ms and waits of 1, 3 and 1 ms. */
START_TEST(skew_saves_the_turn_between_tracks)
{
    create_ok((const char *const[]){TINY, "overhead", "0 s", NULL}, SECTOR);
    ck_assert_uint_eq(serve(0, 32 * SECTOR, directions[_i]), 37 * MS);
}
END_TEST

START_TEST(inner_tracks_have_fewer_and_slower_sectors)
{
    create_ok((const char *const[]){TINY, "overhead", "0 s", "zones", "2", "sectors_inner",
                                    "4", "seek_average", "10 ms", "seek_min", "10 ms",
                                    "skew", "no", NULL},
              SECTOR);
    ck_assert_uint_eq(device_capacity(device), (5 * 2 * 8 + 5 * 2 * 4) * SECTOR);
    /* Sector 1 of the zone: the arm arrives at 10, it passes from 10 to 12. */
    ck_assert_uint_eq(serve(81 * SECTOR, SECTOR, false), 12 * MS);
}
END_TEST

START_TEST(a_skew_of_whole_turns_is_none)
{
    /* As large a disk and as long a skew as the parameters allow, but for one sector. */
    struct platter_params params = {.cylinders = 4194304,
                                    .heads = 256,
                                    .zones = 1,
                                    .sectors_outer = 65535,
                                    .sectors_inner = 65535,
                                    .turn = 60000000,
                                    .head_skew = 1000000};
    static struct platter plain, turned;
    platter_init(&plain, &params);
    params.head_skew += 20000 * MS / params.turn * params.turn;
    platter_init(&turned, &params);
    for (unsigned i = 0; i < 100; i++) {
        const uint64_t sector = rng_below(&rng, plain.sectors);
        const struct place a = platter_locate(&plain, sector);
        const struct place b = platter_locate(&turned, sector);
        ck_assert_uint_eq(platter_wait(&turned, &b, i), platter_wait(&plain, &a, i));
    }
}
END_TEST

START_TEST(a_disk_of_one_cylinder_is_a_drum)
{
    create_ok((const char *const[]){TINY, "overhead", "0 s", "cylinders", "1",
                                    "head_switch", "0 s", "skew", "no", NULL},
              SECTOR);
    ck_assert_uint_eq(serve(0, 16 * SECTOR, false), 16 * MS);
}
END_TEST

/* --- against a model that goes from sector to sector --------------------------------- */

enum { SLOW_SECTORS_MAX = 4096 };

/* Every sector of the disk, one by one. */
static struct {
    uint64_t cylinder, head, slot, track_sectors;
} slow[SLOW_SECTORS_MAX];
static uint64_t nslow, slow_cylinder, slow_head;

struct slow_params {
    uint64_t cylinders, heads, zones, outer, inner, turn;
    psec_t head_switch, settle;
    bool skew;
};

static uint64_t slow_skew(const struct slow_params *p, psec_t time, uint64_t sectors)
{
    uint64_t n = 0;
    while (p->skew && n * p->turn < time * sectors)
        n++;
    return n;
}

static void slow_build(const struct slow_params *p, psec_t seek)
{
    nslow = slow_cylinder = slow_head = 0;
    uint64_t zone = 0, first = 0;
    for (uint64_t cylinder = 0; cylinder < p->cylinders; cylinder++) {
        while ((zone + 1) * p->cylinders / p->zones <= cylinder)
            zone++;
        double sectors = (double)p->outer;
        if (p->zones > 1)
            sectors -= floor((double)(p->outer - p->inner) * (double)zone /
                                 (double)(p->zones - 1) +
                             0.5);
        const uint64_t n = (uint64_t)sectors;
        if (zone * p->cylinders / p->zones == cylinder)
            first = 0;
        else
            first += slow_skew(p, seek + p->settle, n);
        for (uint64_t head = 0; head < p->heads; head++) {
            if (head)
                first += slow_skew(p, p->head_switch + p->settle, n);
            for (uint64_t k = 0; k < n; k++, nslow++) {
                ck_assert_uint_lt(nslow, SLOW_SECTORS_MAX);
                slow[nslow].cylinder = cylinder;
                slow[nslow].head = head;
                slow[nslow].slot = (first + k) % n;
                slow[nslow].track_sectors = n;
            }
        }
    }
}

static psec_t slow_serve(const struct slow_params *p, const struct seek_curve *curve,
                         uint64_t sector, uint64_t n, bool write, psec_t now)
{
    for (; n; n--, sector++) {
        const uint64_t cylinder = slow[sector].cylinder, head = slow[sector].head;
        if (cylinder != slow_cylinder || head != slow_head) {
            psec_t move =
                seek_curve_time(curve, cylinder > slow_cylinder ? cylinder - slow_cylinder
                                                                : slow_cylinder - cylinder);
            if (head != slow_head && move < p->head_switch)
                move = p->head_switch;
            now += move + (write ? p->settle : 0);
            slow_cylinder = cylinder;
            slow_head = head;
        }
        const uint64_t all = slow[sector].track_sectors, slot = slow[sector].slot;
        const psec_t begin = slot * p->turn / all;
        const psec_t angle = now % p->turn;
        now += angle <= begin ? begin - angle : p->turn - angle + begin;
        now += (slot + 1) * p->turn / all - begin;
    }
    return now;
}

START_TEST(service_is_that_of_going_from_sector_to_sector)
{
    rng_seed(&rng, 1 + (uint64_t)_i);
    struct slow_params p = {.cylinders = 5 + rng_below(&rng, 30),
                            .heads = 1 + rng_below(&rng, 4),
                            .inner = 1 + rng_below(&rng, 12),
                            .head_switch = rng_below(&rng, 9) * MS / 3,
                            .settle = rng_below(&rng, 3) * MS / 7,
                            .skew = _i % 2 == 0};
    p.outer = p.inner + rng_below(&rng, 12);
    p.zones = p.outer > p.inner ? 2 + rng_below(&rng, 2) : 1;
    const uint64_t rpm = 1 + rng_below(&rng, 20000);
    p.turn = (60000 * MS + rpm / 2) / rpm;
    struct seek_curve curve;
    ck_assert_int_eq(seek_curve_init(&curve, p.cylinders, 1 * MS, 4 * MS, 7 * MS, NULL),
                     OK);
    slow_build(&p, p.head_switch > MS ? p.head_switch : MS);

    static const char *const names[] = {"cylinders",     "heads",         "zones",
                                        "sectors_outer", "sectors_inner", "rpm",
                                        "head_switch",   "write_settle"};
    const uint64_t values[] = {p.cylinders, p.heads, p.zones,       p.outer,
                               p.inner,     rpm,     p.head_switch, p.settle};
    const char *settings[2 * ARRAY_LEN(names) + 9] = {
        "seek_min", "1 ms", "seek_average", "4 ms",
        "seek_max", "7 ms", "skew",         p.skew ? "yes" : "no"};
    char text[ARRAY_LEN(names)][32];
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        snprintf(text[i], sizeof text[i], "%llu%s", (unsigned long long)values[i],
                 i < 6 ? "" : " ps");
        settings[8 + 2 * i] = names[i];
        settings[9 + 2 * i] = text[i];
    }
    create_ok(settings, SECTOR);
    ck_assert_uint_eq(device_capacity(device), nslow * SECTOR);
    for (unsigned i = 0; i < 500; i++) {
        const uint64_t sector = rng_below(&rng, nslow);
        const uint64_t rest = nslow - sector;
        const uint64_t n = 1 + rng_below(&rng, rest < 60 ? rest : 60);
        const bool write = rng_below(&rng, 2) == 0;
        if (rng_below(&rng, 3))
            wait_for(rng_below(&rng, 40 * MS));
        const psec_t now = engine_now(engine);
        const psec_t expected = slow_serve(&p, &curve, sector, n, write, now) - now;
        ck_assert_uint_eq(serve(sector * SECTOR, n * SECTOR, write), expected);
    }
}
END_TEST

/* --- the seek curve ------------------------------------------------------------------ */

/* Mean over all pairs of different cylinders, pair by distance. */
static double mean_seek(const struct seek_curve *curve, uint64_t cylinders)
{
    double sum = 0.0, pairs = 0.0;
    for (uint64_t d = 1; d < cylinders; d++) {
        sum += (double)(cylinders - d) * (double)seek_curve_time(curve, d);
        pairs += (double)(cylinders - d);
    }
    return sum / pairs;
}

static const struct {
    uint64_t cylinders;
    psec_t least, average, most;
} seeks[] = {
    {1248, 6 * MS, 28 * MS, 52 * MS},  /* RA81                                 */
    {815, 10 * MS, 30 * MS, 55 * MS},  /* RP06                                 */
    {842, 5 * MS, 18 * MS, 35 * MS},   /* Eagle                                */
    {90000, 1 * MS, 12 * MS, 20 * MS}, /* Travelstar 7K320: above sqrt all over */
    {1000, 1 * MS, 9900 * MS / 1000, 10 * MS},
    {10, 1 * MS, 3 * MS, 5 * MS},
    {200, 1 * MS, 67 * MS, 199 * MS}, /* a straight line                      */
    {500000, 1 * MS, 5 * MS, 10 * MS},
    {5, 3 * MS, 3 * MS, 3 * MS},
    {2, 3 * MS, 3 * MS, 3 * MS},
};

START_TEST(a_seek_curve_has_the_three_times_and_does_not_fall)
{
    struct seek_curve curve;
    const uint64_t cylinders = seeks[_i].cylinders;
    ck_assert_int_eq(seek_curve_init(&curve, cylinders, seeks[_i].least, seeks[_i].average,
                                     seeks[_i].most, NULL),
                     OK);
    ck_assert_uint_eq(seek_curve_time(&curve, 0), 0);
    ck_assert_uint_eq(seek_curve_time(&curve, 1), seeks[_i].least);
    ck_assert_uint_eq(seek_curve_time(&curve, cylinders - 1), seeks[_i].most);
    const double average = (double)seeks[_i].average;
    ck_assert_double_eq_tol(mean_seek(&curve, cylinders), average, 1e-6 * average);
    uint64_t d = 1;
    while (d + 1 < cylinders &&
           seek_curve_time(&curve, d) <= seek_curve_time(&curve, d + 1))
        d++;
    ck_assert_uint_eq(d + 1, cylinders);
}
END_TEST

START_TEST(a_straight_seek_curve_is_straight)
{
    struct seek_curve curve;
    ck_assert_int_eq(seek_curve_init(&curve, 200, 1 * MS, 67 * MS, 199 * MS, NULL), OK);
    for (uint64_t d = 1; d < 200; d++)
        ck_assert_uint_eq(seek_curve_time(&curve, d), d * MS);
}
END_TEST

/* The HP 97560 as measured by Ruemmler and Wilkes 1994, table 2: 1962 cylinders,
 * 3.24 + 0.400 sqrt(d) ms below 383 cylinders, 8.00 + 0.008 d ms from there on. */
static double hp97560(double d)
{
    return d < 383.0 ? 3.24 + 0.400 * sqrt(d) : 8.00 + 0.008 * d;
}

START_TEST(three_times_of_the_hp_97560_give_its_measured_curve)
{
    const double n = 1962.0;
    double sum = 0.0, pairs = 0.0;
    for (double d = 1.0; d < n; d += 1.0) {
        sum += (n - d) * hp97560(d);
        pairs += n - d;
    }
    struct seek_curve curve;
    ck_assert_int_eq(seek_curve_init(&curve, 1962, (psec_t)(hp97560(1.0) * 1e9),
                                     (psec_t)(sum / pairs * 1e9),
                                     (psec_t)(hp97560(n - 1.0) * 1e9), NULL),
                     OK);
    for (uint64_t d = 1; d < 1962; d++) {
        const double measured = hp97560((double)d) * 1e9;
        ck_assert_double_eq_tol((double)seek_curve_time(&curve, d), measured,
                                0.015 * measured);
    }
}
END_TEST

/* --- averages ------------------------------------------------------------------------ */

#define RA81                                                                               \
    "cylinders", "1248", "heads", "14", "zones", "1", "sectors_outer", "51",               \
        "sectors_inner", "51", "head_switch", "0 s", "write_settle", "0 s", "skew", "no"
#define RA81_SEEKS "seek_min", "6 ms", "seek_average", "28 ms", "seek_max", "52 ms"
#define NO_SEEKS "seek_min", "0 s", "seek_average", "0 s", "seek_max", "0 s"

enum { RANDOM_REQUESTS = 100000 };

static const double ra81_turn = 60e12 / 3600.0;

/* Mean service of requests for random sectors, each at a random time after the one before:
 * at its end the platter always stands at the end of a sector. */
static double mean_random_service(psec_t least, psec_t most)
{
    const uint64_t sectors = device_capacity(device) / SECTOR;
    double sum = 0.0;
    for (unsigned i = 0; i < RANDOM_REQUESTS; i++) {
        wait_for(rng_below(&rng, 1000 * MS));
        const psec_t time = serve(rng_below(&rng, sectors) * SECTOR, SECTOR, false);
        if (time < least || time > most)
            ck_abort_msg("a request took %llu ps", (unsigned long long)time);
        sum += (double)time;
    }
    return sum / RANDOM_REQUESTS;
}

/* Standard error of the mean: 0.29 turns / sqrt(100,000), 0.2 % of half a turn. */
START_TEST(rotation_delays_by_half_a_turn_on_average)
{
    create_ok((const char *const[]){RA81, "rpm", "3600", NO_SEEKS, NULL}, SECTOR);
    const double transfer = ra81_turn / 51.0;
    const double mean =
        mean_random_service((psec_t)transfer - 1, (psec_t)(ra81_turn + transfer) + 1);
    ck_assert_double_eq_tol(mean - transfer, ra81_turn / 2.0, 0.01 * ra81_turn / 2.0);
}
END_TEST

/* Standard error: 9.8 ms / sqrt(100,000), 0.11 % of the mean. */
START_TEST(seeks_take_the_integral_of_the_curve_on_average)
{
    /* A turn of 60 us: what remains are seeks. */
    create_ok((const char *const[]){RA81, "rpm", "1000000", RA81_SEEKS, NULL}, SECTOR);
    const double mean = mean_random_service(0, 53 * MS);
    struct seek_curve curve;
    ck_assert_int_eq(seek_curve_init(&curve, 1248, 6 * MS, 28 * MS, 52 * MS, NULL), OK);
    double integral = 0.0; /* start and end independent: at distance d 2 (n - d) of n * n */
    for (uint64_t d = 1; d < 1248; d++)
        integral += 2.0 * (1248.0 - (double)d) / (1248.0 * 1248.0) *
                    (double)seek_curve_time(&curve, d);
    ck_assert_double_eq_tol(mean, integral, 0.01 * integral);
    ck_assert_double_eq_tol(mean, 28e9, 0.01 * 28e9);
}
END_TEST

START_TEST(a_random_request_takes_seek_half_a_turn_and_transfer_on_average)
{
    create_ok((const char *const[]){RA81, "rpm", "3600", RA81_SEEKS, NULL}, SECTOR);
    const double expected =
        28e9 * (1.0 - 1.0 / 1248.0) + ra81_turn / 2.0 + ra81_turn / 51.0;
    ck_assert_double_eq_tol(mean_random_service(0, 70 * MS), expected, 0.005 * expected);
}
END_TEST

/* --- transfer rates ------------------------------------------------------------------ */

/* Bytes per second from one byte of the disk on, page after page, each as soon as the one
 * before has come. */
static double sequential_rate(uint64_t offset, uint64_t bytes, uint64_t page, bool write)
{
    serve(offset, page, write); /* brings the arm there */
    const psec_t start = engine_now(engine);
    for (uint64_t done = page; done < bytes; done += page)
        serve(offset + done, page, write);
    return (double)(bytes - page) * 1e12 / (double)(engine_now(engine) - start);
}

START_TEST(pages_of_a_track_come_at_the_rate_of_the_media)
{
    create_ok((const char *const[]){RA81, "rpm", "3600", RA81_SEEKS, NULL}, SECTOR);
    const double media = 51.0 * SECTOR * 60.0; /* 1.567 MB/s */
    /* With heads that are switched at once the whole cylinder comes so. */
    ck_assert_double_eq_tol(sequential_rate(0, 14 * 51 * SECTOR, SECTOR, false), media,
                            1e-6 * media);
}
END_TEST

/* Hitachi's specification of the Deskstar 7K500 says 64.8 MB/s in the first zone and 31.0
 * in the last, sustained over heads and cylinders. */
START_TEST(sequential_transfers_of_the_default_disk_reach_its_specified_rates)
{
    create_ok((const char *const[]){NULL}, 4096);
    const uint64_t size = UINT64_C(200) << 20;
    const double outer = sequential_rate(0, size, 131072, directions[_i]);
    ck_assert_double_eq_tol(outer, 64.8e6, 0.005 * 64.8e6);
    const uint64_t last = (device_capacity(device) - size) / 4096 * 4096;
    const double inner = sequential_rate(last, size, 131072, directions[_i]);
    ck_assert_double_eq_tol(inner, 31.0e6, 0.005 * 31.0e6);
}
END_TEST

/* --- orders of the queue ------------------------------------------------------------- */

/* Silberschatz, Galvin and Gagne, "Disk scheduling": requests for these cylinders of 200
 * wait, the arm is at 53.  A cylinder takes 1 ms; a turn is 60 us. */
static const unsigned waiting[] = {98, 183, 37, 122, 14, 124, 65, 67};
enum { NWAITING = ARRAY_LEN(waiting) };

static const struct {
    const char *queue;
    unsigned order[NWAITING];
    unsigned moved; /* cylinders */
} orders[] = {
    {"fcfs", {98, 183, 37, 122, 14, 124, 65, 67}, 640},
    {"sstf", {65, 67, 37, 14, 98, 122, 124, 183}, 236},
    {"look", {65, 67, 98, 122, 124, 183, 37, 14}, 130 + 169},
    {"scan", {65, 67, 98, 122, 124, 183, 37, 14}, 146 + 185},
    {"c-look", {65, 67, 98, 122, 124, 183, 14, 37}, 130 + 169 + 23},
    {"c-scan", {65, 67, 98, 122, 124, 183, 14, 37}, 146 + 199 + 37},
};

#define BOOK_DISK                                                                          \
    "cylinders", "200", "heads", "1", "zones", "1", "sectors_outer", "1", "sectors_inner", \
        "1", "rpm", "1000000", "seek_min", "1 ms", "seek_average", "67 ms", "seek_max",    \
        "199 ms", "merge", "0 B", "write_settle", "0 s", "skew", "no"

static unsigned came[16], ncame;

static void note_cylinder(struct request *request)
{
    ck_assert_uint_lt(ncame, ARRAY_LEN(came));
    came[ncame++] = (unsigned)(request->offset / SECTOR);
}

/* The arm goes to `at`; meanwhile requests for cylinders arrive.  Returns the milliseconds
 * from its arrival until all are served, turns left out. */
static unsigned serve_waiting(unsigned at, const unsigned *cylinders, unsigned n)
{
    struct request requests[16];
    ck_assert_uint_lt(n, ARRAY_LEN(requests));
    ncame = 0;
    requests[n] =
        (struct request){.offset = at * SECTOR, .length = SECTOR, .done = note_cylinder};
    device_submit(device, &requests[n]);
    for (unsigned i = 0; i < n; i++) {
        requests[i] = (struct request){
            .offset = cylinders[i] * SECTOR, .length = SECTOR, .done = note_cylinder};
        device_submit(device, &requests[i]);
    }
    ck_assert(engine_step(engine));
    const psec_t start = engine_now(engine);
    while (engine_step(engine))
        ;
    ck_assert_uint_eq(ncame, n + 1);
    return (unsigned)((engine_now(engine) - start) / MS);
}

START_TEST(the_queue_is_served_in_the_order_of_the_textbook)
{
    create_ok((const char *const[]){BOOK_DISK, "queue", orders[_i].queue, NULL}, SECTOR);
    ck_assert_uint_eq(serve_waiting(53, waiting, NWAITING), orders[_i].moved);
    ck_assert_mem_eq(came + 1, orders[_i].order, sizeof orders[_i].order);
}
END_TEST

/* The book's SCAN, with the arm on its way to cylinder 0. */
START_TEST(scan_goes_on_in_the_direction_of_the_arm)
{
    create_ok((const char *const[]){BOOK_DISK, "queue", "scan", NULL}, SECTOR);
    const unsigned back[] = {53};
    serve_waiting(60, back, 1);
    const unsigned order[] = {37, 14, 65, 67, 98, 122, 124, 183};
    ck_assert_uint_eq(serve_waiting(53, waiting, NWAITING), 53 + 183);
    ck_assert_mem_eq(came + 1, order, sizeof order);
}
END_TEST

START_TEST(equally_near_requests_are_served_as_they_came)
{
    create_ok((const char *const[]){BOOK_DISK, "queue", "sstf", NULL}, SECTOR);
    const unsigned cylinders[] = {90, 110};
    serve_waiting(100, cylinders, 2);
    const unsigned order[] = {100, 90, 110};
    ck_assert_mem_eq(came, order, sizeof order);
}
END_TEST

START_TEST(adjacent_waiting_pages_are_one_transfer)
{
    create_ok((const char *const[]){TINY, "merge", "1 KiB", "overhead", "0 s", NULL},
              SECTOR);
    struct request requests[4];
    const unsigned sectors[] = {0, 4, 3, 5};
    for (unsigned i = 0; i < 4; i++) {
        requests[i] = (struct request){
            .offset = sectors[i] * SECTOR, .length = SECTOR, .done = ignore};
        device_submit(device, &requests[i]);
    }
    while (engine_step(engine))
        ;
    /* Sector 0 in the first millisecond, 3 and 4 until 5, 5 until 6. */
    ck_assert_uint_eq(engine_now(engine), 6 * MS);
    struct device_stats stats;
    device_stats(device, &stats);
    ck_assert_uint_eq(stats.operations, 3);
    ck_assert_uint_eq(stats.merges, 1);
    ck_assert_ptr_null(device_check(device));
}
END_TEST

/* --- refusals ------------------------------------------------------------------------ */

static const struct {
    const char *settings[9];
    const char *sentence;
} refused[] = {
    {{"cylinders", "0"},
     "bad value '0' for 'cylinders' of device 'disk': it must be from 1 to 4194304 "
     "cylinders"},
    {{"rpm", "0"},
     "bad value '0' for 'rpm' of device 'disk': it must be from 1 to 1000000 revolutions a "
     "minute"},
    {{"sector_size", "520 B"},
     "'sector_size' (520 B) of device 'disk' does not divide the page (4 KiB)"},
    {{"sector_size", "8 KiB"},
     "'sector_size' (8 KiB) of device 'disk' does not divide the page (4 KiB)"},
    {{"sectors_outer", "500"},
     "'sectors_inner' (594) of device 'disk' is more than 'sectors_outer' (500): outer "
     "tracks are longer"},
    {{"zones", "1"},
     "with 1 of 'zones' of device 'disk', 'sectors_inner' (594) must be 'sectors_outer' "
     "(1242)"},
    {{"cylinders", "20"},
     "'zones' (30) of device 'disk' are more than its 'cylinders' (20)"},
    {{"seek_average", "400 us"},
     "'seek_average' (400 us) is less than 'seek_min' (480 us)"},
    {{"seek_average", "20 ms"}, "'seek_average' (20 ms) is more than 'seek_max' (14.7 ms)"},
    {{"seek_average", "5 ms"},
     "no seek curve has a 'seek_average' of 5 ms between a 'seek_min' of 480 us and a "
     "'seek_max' of 14.7 ms: it may be from 5.22 ms to 14.699 ms"},
    {{"cylinders", "2", "zones", "2"},
     "between 2 'cylinders' there is one seek, but 'seek_min' (480 us) and 'seek_max' "
     "(14.7 ms) differ"},
};

START_TEST(an_impossible_disk_is_refused_with_a_sentence)
{
    struct error err = {0};
    ck_assert_int_eq(create(refused[_i].settings, 4096, &err), ERR_CONFIG);
    ck_assert_str_eq(err.text, refused[_i].sentence);
}
END_TEST

START_TEST(a_disk_smaller_than_a_page_is_refused)
{
    struct error err = {0};
    const char *const settings[] = {
        "cylinders",     "1", "heads",         "1", "zones", "1",
        "sectors_outer", "7", "sectors_inner", "7", NULL};
    ck_assert_int_eq(create(settings, 4096, &err), ERR_CONFIG);
    ck_assert_str_eq(err.text,
                     "the capacity of device 'disk' (3.5 KiB) is less than a page (4 KiB)");
}
END_TEST

/* --- presets ------------------------------------------------------------------------- */

static const struct {
    const char *name;
    double megabytes; /* of the data sheet, within 1 % */
} presets[] = {{"ra81", 456},
               {"rp06", 174},
               {"eagle", 414},
               {"rp06-simh", 174},
               {"disk-7200", 500107}};

/* Read a flat preset into `words`: names and values, ended by NULL. */
static void read_preset(const char *name, char text[SETTINGS_MAX][2][64],
                        const char *words[2 * SETTINGS_MAX])
{
    char path[1024], line[256];
    snprintf(path, sizeof path, "%s/../../configs/devices/%s.yaml", TEST_DATA, name);
    FILE *file = fopen(path, "r");
    ck_assert_msg(file, "%s", path);
    unsigned n = 0;
    while (fgets(line, sizeof line, file)) {
        line[strcspn(line, "#\n")] = '\0';
        char *colon = strchr(line, ':');
        if (!colon)
            continue;
        ck_assert_uint_lt(n, SETTINGS_MAX);
        *colon = '\0';
        snprintf(text[n][0], sizeof text[n][0], "%.60s", line);
        char *value = colon + 1 + strspn(colon + 1, " ");
        for (size_t end = strlen(value); end && value[end - 1] == ' ';)
            value[--end] = '\0';
        snprintf(text[n][1], sizeof text[n][1], "%.60s", value);
        words[(size_t)2 * n] = text[n][0];
        words[(size_t)2 * n + 1] = text[n][1];
        n++;
    }
    fclose(file);
    words[(size_t)2 * n] = NULL;
}

START_TEST(a_preset_is_a_disk_of_the_capacity_on_its_data_sheet)
{
    static char text[SETTINGS_MAX][2][64];
    const char *words[2 * SETTINGS_MAX];
    read_preset(presets[_i].name, text, words);
    ck_assert_str_eq(words[0], "device");
    ck_assert_str_eq(words[1], "disk");
    create_ok(words + 2, 4096);
    ck_assert_double_eq_tol((double)device_capacity(device) / 1e6, presets[_i].megabytes,
                            0.01 * presets[_i].megabytes);
}
END_TEST

static const char *value_of(const char *const *words, const char *name)
{
    while (strcmp(words[0], name) != 0)
        words += 2;
    return words[1];
}

/* To the nanosecond, at all distances. */
START_TEST(seeks_of_the_emulated_rp06_are_its_formula)
{
    static char text[SETTINGS_MAX][2][64];
    static const char *const names[] = {"seek_min", "seek_average", "seek_max"};
    const char *words[2 * SETTINGS_MAX];
    psec_t times[3];
    struct seek_curve curve;
    struct error err;
    read_preset("rp06-simh", text, words);
    for (int i = 0; i < 3; i++)
        ck_assert_int_eq(
            parse_time(&times[i], value_of(words, names[i]), names[i], at_nowhere(), &err),
            OK);
    ck_assert_int_eq(seek_curve_init(&curve, 815, times[0], times[1], times[2], &err), OK);
    ck_assert_uint_eq(seek_curve_time(&curve, 0), 0);
    for (uint64_t d = 1; d < 815; d++)
        ck_assert_double_eq_tol((double)seek_curve_time(&curve, d) * 1e-9,
                                6 + 1.33 * sqrt((double)d), 1e-6);
}
END_TEST

static Suite *disk_suite(void)
{
    Suite *suite = suite_create("disk");
    TCase *tests = tcase_create("disk");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, service_is_overhead_seek_rotation_and_transfer);
    tcase_add_test(tests, a_driver_that_looks_for_a_sector_first_loses_turns);
    tcase_add_test(tests, platters_turn_while_the_disk_is_idle);
    tcase_add_loop_test(tests, skew_saves_the_turn_between_tracks, 0, 2);
    tcase_add_test(tests, inner_tracks_have_fewer_and_slower_sectors);
    tcase_add_test(tests, a_skew_of_whole_turns_is_none);
    tcase_add_test(tests, a_disk_of_one_cylinder_is_a_drum);
    tcase_add_loop_test(tests, service_is_that_of_going_from_sector_to_sector, 0, 40);
    tcase_add_loop_test(tests, a_seek_curve_has_the_three_times_and_does_not_fall, 0,
                        ARRAY_LEN(seeks));
    tcase_add_test(tests, a_straight_seek_curve_is_straight);
    tcase_add_test(tests, three_times_of_the_hp_97560_give_its_measured_curve);
    tcase_add_test(tests, rotation_delays_by_half_a_turn_on_average);
    tcase_add_test(tests, seeks_take_the_integral_of_the_curve_on_average);
    tcase_add_test(tests, a_random_request_takes_seek_half_a_turn_and_transfer_on_average);
    tcase_add_test(tests, pages_of_a_track_come_at_the_rate_of_the_media);
    tcase_add_loop_test(
        tests, sequential_transfers_of_the_default_disk_reach_its_specified_rates, 0, 2);
    tcase_add_loop_test(tests, the_queue_is_served_in_the_order_of_the_textbook, 0,
                        ARRAY_LEN(orders));
    tcase_add_test(tests, scan_goes_on_in_the_direction_of_the_arm);
    tcase_add_test(tests, equally_near_requests_are_served_as_they_came);
    tcase_add_test(tests, adjacent_waiting_pages_are_one_transfer);
    tcase_add_loop_test(tests, an_impossible_disk_is_refused_with_a_sentence, 0,
                        ARRAY_LEN(refused));
    tcase_add_test(tests, a_disk_smaller_than_a_page_is_refused);
    tcase_add_loop_test(tests, a_preset_is_a_disk_of_the_capacity_on_its_data_sheet, 0,
                        ARRAY_LEN(presets));
    tcase_add_test(tests, seeks_of_the_emulated_rp06_are_its_formula);
    suite_add_tcase(suite, tests);
    return suite;
}

int main(void)
{
    SRunner *runner = srunner_create(disk_suite());
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
