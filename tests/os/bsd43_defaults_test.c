/* bsd43_defaults_test.c -- what 4.3BSD computes when it boots, against the variables of a
 * kernel of June 1986 on an emulated VAX-11/780 and against the formulas of its sources. */
#include "bsd43_machine.h"

#include "base/types.h"

#define MIB (UINT64_C(1) << 20)

/* Read from /dev/kmem after booting the GENERIC kernel of the 4.3BSD tape; firstfree and
 * maxfree say what is pageable. */
static const struct {
    uint32_t physmem, firstfree, maxfree, ncmap, nbuf, bufpages, nswbuf;
    int32_t lotsfree, desfree, minfree, fastscan, slowscan;
    int64_t rss_bytes;
} live[] = {
    {2048, 1290, 2040, 377, 51, 102, 24, 187, 93, 46, 150, 75, 336384},
    {4096, 1530, 4088, 1281, 102, 204, 50, 639, 319, 128, 200, 100, 1146368},
    {8192, 1804, 8184, 3192, 149, 307, 76, 1024, 400, 128, 200, 100, 3061760},
    {16384, 2338, 16376, 7021, 140, 512, 128, 1024, 400, 128, 200, 100, 6982656},
    {32768, 3404, 32760, 14680, 124, 921, 230, 1024, 400, 128, 200, 100, 14825472},
};

START_TEST(a_boot_takes_for_the_kernel_what_the_live_kernel_took)
{
    const struct bsd43_config config = vax_config(live[_i].physmem);
    const struct bsd43_defaults d = booted(&config);
    ck_assert_int_eq(d.loop_pages, (int32_t)(live[_i].maxfree - live[_i].firstfree));
    ck_assert_uint_eq(d.ncmap, live[_i].ncmap);
    ck_assert_uint_eq(d.nbuf, live[_i].nbuf);
    ck_assert_uint_eq(d.bufpages, live[_i].bufpages);
    ck_assert_uint_eq(d.nswbuf, live[_i].nswbuf);
}
END_TEST

START_TEST(thresholds_are_those_of_the_live_kernel)
{
    const struct bsd43_config config = vax_config(live[_i].physmem);
    const struct bsd43_defaults d = booted(&config);
    ck_assert_int_eq(d.lotsfree, live[_i].lotsfree);
    ck_assert_int_eq(d.desfree, live[_i].desfree);
    ck_assert_int_eq(d.minfree, live[_i].minfree);
    ck_assert_int_eq(d.fastscan, live[_i].fastscan);
    ck_assert_int_eq(d.slowscan, live[_i].slowscan);
    ck_assert_int_eq((int64_t)d.maxrss * BSD43_NBPG, live[_i].rss_bytes);
}
END_TEST

/* The columns of the same table that are equal in all its rows. */
START_TEST(what_does_not_depend_on_memory_is_that_of_the_live_kernel)
{
    const struct bsd43_config config = vax_config(live[_i].physmem);
    const struct bsd43_defaults d = booted(&config);
    ck_assert_int_eq(d.maxpgio, 40);
    ck_assert_uint_eq(d.klin, 4);
    ck_assert_uint_eq(d.kltxt, 2);
    ck_assert_uint_eq(d.klout, 16);
    ck_assert_uint_eq(d.klseql, 8);
    ck_assert_uint_eq(d.klsdist, 3);
    ck_assert_int_eq(d.maxslp, 20);
    ck_assert_int_eq(d.saferss, 32);
    ck_assert_uint_eq(d.dmmin, 32);
    ck_assert_uint_eq(d.dmmax, 1024);
    ck_assert_uint_eq(d.maxdmap, 17809408);
    ck_assert_uint_eq(d.nswap, 33440);
    ck_assert_uint_eq(d.nswdev, 1);
    ck_assert_uint_eq(d.dfldsize, 6291456);
    ck_assert_uint_eq(d.dflssize, 524288);
}
END_TEST

/* Wired hw pages at 1, 2, 4, 8, 16 MB, and L. */
START_TEST(wired_memory_and_the_loop_are_those_of_the_live_kernel)
{
    static const int32_t wired[] = {1298, 1538, 1812, 2346, 3412};
    static const int32_t loop[] = {750, 2558, 6380, 14038, 29356};
    const struct bsd43_config config = vax_config(2048u << _i);
    const struct bsd43_defaults d = booted(&config);
    ck_assert_int_eq(d.wired, wired[_i]);
    ck_assert_int_eq(d.loop_pages, loop[_i]);
}
END_TEST

/* vax/machdep.c: the table for 1, 2, 4, 8, 16, 32 MB. */
START_TEST(swap_headers_are_half_of_the_buffers_before_these_are_clipped)
{
    static const uint32_t nswbuf[] = {24, 50, 76, 128, 230, 256};
    const struct bsd43_config config = vax_config(2048u << _i);
    ck_assert_uint_eq(booted(&config).nswbuf, nswbuf[_i]);
}
END_TEST

START_TEST(a_larger_page_table_of_the_kernel_leaves_the_buffers_unclipped)
{
    struct bsd43_config config = vax_config(32768);
    config.maxusers = 64;
    struct bsd43_defaults d = booted(&config);
    ck_assert_uint_eq(d.bufpages, 921);
    ck_assert_uint_eq(d.nbuf, 460);
    ck_assert_uint_eq(d.nswbuf, 230);
    config.nbuf = 16; /* then each holds at most 8 clusters */
    d = booted(&config);
    ck_assert_uint_eq(d.nbuf, 16);
    ck_assert_uint_eq(d.bufpages, 128);
    ck_assert_uint_eq(d.nswbuf, 8);
    config.nbuf = 0;
    config.bufpages = 20; /* 10 buffers: at least 16 */
    ck_assert_uint_eq(booted(&config).nbuf, 16);
}
END_TEST

/* L; lotsfree, desfree, minfree; slow, fast; hand gap; tenths of a second that the back
 * hand takes to where the front hand was, fast and slow.  Computed from the formulas by
 * hand. */
static const struct {
    uint32_t loop_pages;
    int32_t lotsfree, desfree, minfree, slowscan, fastscan;
    uint32_t gap, fast_ds, slow_ds;
} formulas[] = {
    {1024, 256, 128, 64, 100, 200, 512, 26, 51},
    {2048, 512, 256, 128, 100, 200, 1024, 51, 102},
    {4096, 1024, 400, 128, 100, 200, 2048, 102, 205},
    {8192, 1024, 400, 128, 100, 200, 2048, 102, 205},
    {16384, 1024, 400, 128, 100, 200, 2048, 102, 205},
    {32768, 1024, 400, 128, 100, 200, 2048, 102, 205},
};

START_TEST(thresholds_follow_the_pageable_memory)
{
    const struct bsd43_defaults d = with_loop(BSD43_43BSD, formulas[_i].loop_pages);
    ck_assert_int_eq(d.loop_pages, (int32_t)formulas[_i].loop_pages);
    ck_assert_int_eq(d.lotsfree, formulas[_i].lotsfree);
    ck_assert_int_eq(d.desfree, formulas[_i].desfree);
    ck_assert_int_eq(d.minfree, formulas[_i].minfree);
    ck_assert_int_eq(d.slowscan, formulas[_i].slowscan);
    ck_assert_int_eq(d.fastscan, formulas[_i].fastscan);
    ck_assert_int_eq(d.maxrss, d.loop_pages - formulas[_i].desfree);
}
END_TEST

static uint32_t tenths(uint32_t clusters, int32_t per_second)
{
    return (20 * clusters / (uint32_t)per_second + 1) / 2;
}

START_TEST(the_hands_are_2_mb_apart_but_less_than_a_turn)
{
    const struct bsd43_defaults d = with_loop(BSD43_43BSD, formulas[_i].loop_pages);
    ck_assert_uint_eq(d.turn, formulas[_i].loop_pages / 2 + 1);
    ck_assert_uint_eq(d.handspread, formulas[_i].gap);
    ck_assert_uint_eq(tenths(d.handspread, d.fastscan), formulas[_i].fast_ds);
    ck_assert_uint_eq(tenths(d.handspread, d.slowscan), formulas[_i].slow_ds);
}
END_TEST

START_TEST(a_given_spread_of_the_hands_is_kept_up_to_a_turn)
{
    struct bsd43_config config = loop_config(BSD43_43BSD, 8192);
    config.handspread = 64 << 10;
    ck_assert_uint_eq(booted(&config).handspread, 64);
    config.handspread = 4 * MIB;
    ck_assert_uint_eq(booted(&config).handspread, 4096);
    config.handspread = 4 * MIB + 1024;
    ck_assert_uint_eq(booted(&config).handspread, 4096);
    config.variant = BSD43_42BSD;
    ck_assert_uint_eq(booted(&config).handspread, 0);
}
END_TEST

START_TEST(further_swap_devices_allow_more_paging)
{
    static const int32_t maxpgio[BSD43_VARIANTS][4] = {
        [BSD43_3BSD] = {40, 40, 40, 40},    [BSD43_41BSD] = {40, 60, 40, 40},
        [BSD43_42BSD] = {40, 60, 60, 60},   [BSD43_43BSD] = {40, 60, 100, 140},
        [BSD43_TAHOE] = {40, 60, 100, 140},
    };
    struct bsd43_config config = loop_config((enum bsd43_variant)_i, 8192);
    for (uint32_t n = 1; n <= 4; n++) {
        config.nswdev = n;
        config.swap_blocks[n - 1] = 33440;
        ck_assert_int_eq(booted(&config).maxpgio, maxpgio[_i][n - 1]);
    }
    config.nswdev = 2;
    config.maxpgio = 30;
    ck_assert_int_eq(booted(&config).maxpgio, _i == BSD43_3BSD ? 30 : 45);
}
END_TEST

START_TEST(chunks_are_the_smallest_with_which_a_map_covers_the_largest_segment)
{
    static const struct {
        uint64_t maxdsize, covered;
        uint32_t dmmax;
    } rows[] = {
        {16 * MIB, 17809408, 1024}, /* 32 + .. + 512 = 992, 33 * 1024: 34784 blocks  */
        {4 * MIB, 4702208, 256},    /* 32 + 64 + 128 = 224, 35 * 256: 9184 blocks    */
        {4702208, 4702208, 256},
        {4702209, 9158656, 512},    /* 32 + .. + 256 = 480, 34 * 512: 17888 blocks   */
        {64 * MIB, 67092480, 4096}, /* 32 + .. + 2048 = 4064, 31 * 4096              */
        {100000, 622592, 32},       /* 38 * 32                                       */
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct bsd43_config config = loop_config(BSD43_43BSD, 8192);
        config.maxdsize = rows[i].maxdsize;
        const struct bsd43_defaults d = booted(&config);
        ck_assert_uint_eq(d.dmmax, rows[i].dmmax);
        ck_assert_uint_eq(d.maxdmap, rows[i].covered);
        const bool fits = rows[i].maxdsize <= d.maxdmap;
        ck_assert_uint_eq(d.maxdsize, fits ? rows[i].maxdsize : d.maxdmap);
        ck_assert_uint_eq(d.maxssize, d.maxdsize);
    }
}
END_TEST

START_TEST(a_text_has_at_most_12_chunks)
{
    struct bsd43_config config = loop_config(BSD43_43BSD, 8192);
    struct bsd43_defaults d = booted(&config);
    ck_assert_uint_eq(d.dmtext, 1024);
    ck_assert_uint_eq(d.maxtsize, 6291456); /* 12 * 1024 * 512 too */
    config.maxtsize = 5 * MIB;
    ck_assert_uint_eq(booted(&config).maxtsize, 5 * MIB);
    config.maxtsize = 7 * MIB;
    ck_assert_uint_eq(booted(&config).maxtsize, 6291456);
    config.maxdsize = 4 * MIB; /* dmmax 256 */
    d = booted(&config);
    ck_assert_uint_eq(d.dmtext, 256);
    ck_assert_uint_eq(d.maxtsize, 1572864);
}
END_TEST

START_TEST(several_swap_devices_count_as_the_largest_in_whole_chunks)
{
    struct bsd43_config config = loop_config(BSD43_43BSD, 8192);
    config.nswdev = 2;
    config.swap_blocks[1] = 1024;
    ck_assert_uint_eq(booted(&config).nswap, 2 * 33 * 1024);
    config.swap_blocks[1] = 33 * 1024;
    ck_assert_uint_eq(booted(&config).nswap, 2 * 33 * 1024);
    config.swap_blocks[1] = 33 * 1024 + 1;
    ck_assert_uint_eq(booted(&config).nswap, 2 * 34 * 1024);
    config.nswdev = 3;
    ck_assert_uint_eq(booted(&config).nswap, 3 * 34 * 1024);
}
END_TEST

START_TEST(given_values_are_kept)
{
    struct bsd43_config config = loop_config(BSD43_43BSD, 8192);
    config.lotsfree = 2000;
    config.desfree = 90;
    config.fastscan = 1000;
    config.slowscan = 7;
    config.maxslp = 5;
    config.saferss = 64;
    config.klin = 1;
    config.klseql = 16;
    config.kltxt = 8;
    config.klout = 2;
    config.klsdist = 5;
    config.dmmin = 64;
    config.dmmax = 128;
    config.dflssize = MIB;
    const struct bsd43_defaults d = booted(&config);
    ck_assert_int_eq(d.lotsfree, 2000);
    ck_assert_int_eq(d.desfree, 90);
    ck_assert_int_eq(d.minfree, 45); /* half of what desfree is */
    ck_assert_int_eq(d.fastscan, 1000);
    ck_assert_int_eq(d.slowscan, 7);
    ck_assert_int_eq(d.maxrss, 8192 - 90);
    ck_assert_int_eq(d.maxslp, 5);
    ck_assert_int_eq(d.saferss, 64);
    ck_assert_uint_eq(d.klin, 1);
    ck_assert_uint_eq(d.klseql, 16);
    ck_assert_uint_eq(d.kltxt, 8);
    ck_assert_uint_eq(d.klout, 2);
    ck_assert_uint_eq(d.klsdist, 5);
    ck_assert_uint_eq(d.dmmin, 64);
    ck_assert_uint_eq(d.dmmax, 128);
    ck_assert_uint_eq(d.dmtext, 128);
    ck_assert_uint_eq(d.dflssize, MIB);
}
END_TEST

START_TEST(given_values_are_kept_within_the_kernels_caps)
{
    struct bsd43_config config = loop_config(BSD43_43BSD, 8192);
    config.fastscan = 5000;
    config.minfree = 300;
    config.maxrss = 512;
    struct bsd43_defaults d = booted(&config);
    ck_assert_int_eq(d.fastscan, 8192 / 5);
    ck_assert_int_eq(d.slowscan, 8192 / 5 / 2);
    ck_assert_int_eq(d.minfree, 300);
    ck_assert_int_eq(d.maxrss, 512);
    config.variant = BSD43_42BSD;
    config.fastscan = 2;
    d = booted(&config);
    ck_assert_int_eq(d.fastscan, 5);
    ck_assert_int_eq(d.slowscan, 10);
    config.variant = BSD43_41BSD;
    config.fastscan = 30;
    config.slowscan = 40;
    d = booted(&config);
    ck_assert_int_eq(d.fastscan, 20);
    ck_assert_int_eq(d.slowscan, 20);
}
END_TEST

/* Thresholds in hw pages, rates in their unit, by release and L. */
START_TEST(older_releases_have_other_thresholds)
{
    static const struct {
        enum bsd43_variant variant;
        uint32_t loop_pages;
        int32_t lotsfree, desfree, minfree, fastscan, slowscan;
    } rows[] = {
        {BSD43_3BSD, 16384, 2048, 64, 32, 20, 30},
        {BSD43_3BSD, 1024, 128, 64, 32, 20, 30},
        {BSD43_41BSD, 16384, 4096, 400, 128, 20, 20}, /* 8192 / 300 = 27, at most 20    */
        {BSD43_41BSD, 4096, 1024, 400, 128, 6, 18},   /* 2048 / 300                     */
        {BSD43_41BSD, 2048, 512, 256, 128, 5, 15},    /* 1024 / 300 = 3, at least 5     */
        {BSD43_42BSD, 16384, 4096, 400, 128, 40, 80}, /* 8192 / 200                     */
        {BSD43_42BSD, 1024, 256, 128, 64, 5, 10},     /* 512 / 200 = 2, at least 5      */
        {BSD43_TAHOE, 16384, 1024, 400, 128, 200, 100},
        {BSD43_43BSD, 500, 125, 62, 31, 100, 50}, /* 500 / 5                            */
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        const struct bsd43_defaults d = with_loop(rows[i].variant, rows[i].loop_pages);
        ck_assert_int_eq(d.lotsfree, rows[i].lotsfree);
        ck_assert_int_eq(d.desfree, rows[i].desfree);
        ck_assert_int_eq(d.minfree, rows[i].minfree);
        ck_assert_int_eq(d.fastscan, rows[i].fastscan);
        ck_assert_int_eq(d.slowscan, rows[i].slowscan);
        const bool limited = rows[i].variant >= BSD43_43BSD;
        ck_assert_int_eq(d.maxrss,
                         limited ? d.loop_pages - d.desfree : BSD43_RSS_UNLIMITED);
    }
}
END_TEST

START_TEST(older_releases_have_other_disk_maps)
{
    static const struct {
        enum bsd43_variant variant;
        uint32_t ndmap, dmmin, dmmax;
        uint64_t maxdmap;
    } rows[] = {
        {BSD43_3BSD, 16, 16, 4096, 18866176}, /* 16 + .. + 2048 = 4080, 8 * 4096      */
        {BSD43_41BSD, 16, 32, 1024, 6275072}, /* 32 + .. + 512 = 992, 11 * 1024       */
        {BSD43_42BSD, 16, 32, 1024, 6275072},  {BSD43_43BSD, 38, 32, 1024, 17809408},
        {BSD43_TAHOE, 38, 32, 1024, 17809408},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        const struct bsd43_defaults d = with_loop(rows[i].variant, 8192);
        ck_assert_uint_eq(d.ndmap, rows[i].ndmap);
        ck_assert_uint_eq(d.dmmin, rows[i].dmmin);
        ck_assert_uint_eq(d.dmmax, rows[i].dmmax);
        ck_assert_uint_eq(d.maxdmap, rows[i].maxdmap);
    }
}
END_TEST

START_TEST(without_klusters_windows_are_one_cluster)
{
    const struct bsd43_defaults old = with_loop(BSD43_3BSD, 8192);
    ck_assert_uint_eq(old.klmax, 1);
    ck_assert_uint_eq(old.klin, 1);
    ck_assert_uint_eq(old.klseql, 1);
    ck_assert_uint_eq(old.kltxt, 1);
    ck_assert_uint_eq(old.klout, 1);
    ck_assert_int_eq(old.memory_gate, 2);
    const struct bsd43_defaults new = with_loop(BSD43_42BSD, 8192);
    ck_assert_uint_eq(new.klmax, 16);
    ck_assert_uint_eq(new.klout, 16);
    ck_assert_int_eq(new.memory_gate, 32);
}
END_TEST

/* Windows in bytes are those of the VAX, so far as a cluster lets them. */
START_TEST(larger_clusters_have_fewer_in_a_window)
{
    struct bsd43_config config = loop_config(BSD43_43BSD, 8192);
    config.clsize = 8; /* 4 KiB */
    struct bsd43_defaults d = booted(&config);
    ck_assert_uint_eq(d.klmax, 4);
    ck_assert_uint_eq(d.klin, 1);
    ck_assert_uint_eq(d.klseql, 2);
    ck_assert_uint_eq(d.kltxt, 1);
    ck_assert_uint_eq(d.klout, 4);
    ck_assert_int_eq(d.memory_gate, 32);
    ck_assert_uint_eq(d.handspread, 512);
    ck_assert_uint_eq(d.turn, 1025);
    config.clsize = 128; /* 64 KiB */
    d = booted(&config);
    ck_assert_uint_eq(d.klmax, 1);
    ck_assert_uint_eq(d.klout, 1);
    ck_assert_int_eq(d.memory_gate, 128);
    ck_assert_uint_eq(d.dmmin, 128);
    config.wired = 0;
    config.physmem = 16384;
    d = booted(&config);
    ck_assert_int_eq(d.loop_pages % 128, 0);
    ck_assert_int_gt(d.loop_pages, 10000);
}
END_TEST

/* What differs between the releases, one row each. */
START_TEST(releases_differ_as_their_sources_say)
{
    static const struct {
        const char *name;
        uint8_t hands, wakes, push_divisor;
        enum bsd43_scan_unit unit;
        enum bsd43_load load;
        bool at_once, busy, klusters, fodklusters, tahoe;
    } rows[BSD43_VARIANTS] = {
        {"3bsd", 1, 1, 2, BSD43_SECONDS_PER_TURN, BSD43_MULTPROG, 0, 1, 0, 0, 0},
        {"4.1bsd", 1, 4, 4, BSD43_SECONDS_PER_TURN, BSD43_AVENRUN, 1, 1, 1, 0, 0},
        {"4.2bsd", 1, 4, 4, BSD43_SECONDS_PER_TURN, BSD43_AVENRUN, 1, 1, 1, 0, 0},
        {"4.3bsd", 2, 4, 4, BSD43_CLUSTERS_PER_SECOND, BSD43_AVENRUN, 1, 0, 1, 1, 0},
        {"tahoe", 2, 4, 4, BSD43_CLUSTERS_PER_SECOND, BSD43_AVENRUN, 1, 0, 1, 1, 1},
    };
    const struct bsd43_rules *rules = bsd43_rules((enum bsd43_variant)_i);
    ck_assert_str_eq(rules->name, rows[_i].name);
    ck_assert_uint_eq(rules->hands, rows[_i].hands);
    ck_assert_uint_eq(rules->wakes_per_second, rows[_i].wakes);
    ck_assert_uint_eq(rules->push_divisor, rows[_i].push_divisor);
    ck_assert_int_eq(rules->unit, rows[_i].unit);
    ck_assert_int_eq(rules->load, rows[_i].load);
    ck_assert(rules->takes_at_once == rows[_i].at_once);
    ck_assert(rules->busy_counts_as_push == rows[_i].busy);
    ck_assert(rules->klusters == rows[_i].klusters);
    ck_assert(rules->fodklusters == rows[_i].fodklusters);
    ck_assert(rules->reference_bit == rows[_i].tahoe);
    ck_assert(rules->hands_before_wrap == rows[_i].tahoe);
    ck_assert(rules->validates_text == rows[_i].tahoe);
    ck_assert(rules->flushes_kluster == rows[_i].tahoe);
    ck_assert(rules->skips_label == rows[_i].tahoe);
}
END_TEST

START_TEST(constants_are_the_vax_headers)
{
    ck_assert_int_eq(BSD43_NBPG, 512);
    ck_assert_int_eq(BSD43_UPAGES, 10);
    ck_assert_int_eq(BSD43_NPTEPG, 128);
    ck_assert_int_eq(BSD43_SSIZE, 4);
    ck_assert_int_eq(BSD43_SINCR, 4);
    ck_assert_int_eq(BSD43_NXDAD, 12);
    ck_assert_int_eq(BSD43_NDMAP, 38);
    ck_assert_int_eq(BSD43_CMHSIZ, 2048);
    ck_assert_int_eq(BSD43_MAXPHYS, 63 * 1024);
    ck_assert_int_eq(BSD43_NCARGS, 20480);
    ck_assert_int_eq(BSD43_HZ, 100);
}
END_TEST

static void refused(const struct bsd43_config *config, const char *why)
{
    struct bsd43_defaults d;
    struct error err = {0};
    ck_assert_int_eq(bsd43_boot(&d, config, &err), ERR_CONFIG);
    ck_assert_msg(strstr(err.text, why), "'%s' does not say '%s'", err.text, why);
}

START_TEST(a_kernel_that_would_not_boot_is_refused)
{
    struct bsd43_config config = vax_config(1024);
    refused(&config, "no memory for processes");
    config = vax_config(1280);
    refused(&config, "less than 80 pages");
    config = vax_config(1u << 18); /* 128 MB: its core map fills the page table */
    refused(&config, "maxusers");
    config.maxusers = 100;
    ck_assert_uint_ge(booted(&config).nbuf, 16);
    config = vax_config(8192);
    config.wired = 8192;
    refused(&config, "less than 80 pages");
    config.wired = 8192 - 80;
    ck_assert_int_eq(booted(&config).loop_pages, 80);
}
END_TEST

START_TEST(threshold_above_what_there_is_is_refused)
{
    struct bsd43_config config = vax_config(8192); /* 4 MB: 6380 pages are left */
    config.lotsfree = 6380;
    ck_assert_int_eq(booted(&config).lotsfree, 6380);
    config.lotsfree = 6381;
    refused(&config, "'lotsfree' is 6381 pages of 512 bytes: processes have only 6380");
    config.lotsfree = 0;
    config.desfree = 6381;
    refused(&config, "'desfree' is 6381 pages");
    config.desfree = 0;
    config.minfree = 6381;
    refused(&config, "'minfree' is 6381 pages");
}
END_TEST

START_TEST(swap_space_that_would_not_do_is_refused)
{
    struct bsd43_config config = vax_config(8192);
    config.nswdev = 0;
    refused(&config, "no swap device");
    config = vax_config(8192);
    config.swap_blocks[0] = 7;
    refused(&config, "at least 4 clusters");
    config = vax_config(8192);
    config.dmmin = 16;
    refused(&config, "'dmmin' is 16 blocks");
    config.dmmin = 96;
    refused(&config, "'dmmin' is 96 blocks");
    config = vax_config(8192);
    config.dmmax = 1000;
    refused(&config, "'dmmax' is 1000 blocks");
    config.dmmax = 16;
    refused(&config, "'dmmax' is 16 blocks");
    config = vax_config(8192);
    config.nswdev = 2;
    config.swap_blocks[1] = 1u << 30;
    refused(&config, "2147483647 blocks");
}
END_TEST

static Suite *defaults_suite(void)
{
    Suite *suite = suite_create("bsd43_defaults");
    TCase *tests = tcase_create("defaults");
    const int nlive = ARRAY_LEN(live), nformulas = ARRAY_LEN(formulas);
    tcase_add_loop_test(tests, a_boot_takes_for_the_kernel_what_the_live_kernel_took, 0,
                        nlive);
    tcase_add_loop_test(tests, thresholds_are_those_of_the_live_kernel, 0, nlive);
    tcase_add_loop_test(tests, what_does_not_depend_on_memory_is_that_of_the_live_kernel, 0,
                        nlive);
    tcase_add_loop_test(tests, wired_memory_and_the_loop_are_those_of_the_live_kernel, 0,
                        nlive);
    tcase_add_loop_test(
        tests, swap_headers_are_half_of_the_buffers_before_these_are_clipped, 0, 6);
    tcase_add_test(tests, a_larger_page_table_of_the_kernel_leaves_the_buffers_unclipped);
    tcase_add_loop_test(tests, thresholds_follow_the_pageable_memory, 0, nformulas);
    tcase_add_loop_test(tests, the_hands_are_2_mb_apart_but_less_than_a_turn, 0, nformulas);
    tcase_add_test(tests, a_given_spread_of_the_hands_is_kept_up_to_a_turn);
    tcase_add_loop_test(tests, further_swap_devices_allow_more_paging, 0, BSD43_VARIANTS);
    tcase_add_test(tests,
                   chunks_are_the_smallest_with_which_a_map_covers_the_largest_segment);
    tcase_add_test(tests, a_text_has_at_most_12_chunks);
    tcase_add_test(tests, several_swap_devices_count_as_the_largest_in_whole_chunks);
    tcase_add_test(tests, given_values_are_kept);
    tcase_add_test(tests, given_values_are_kept_within_the_kernels_caps);
    tcase_add_test(tests, older_releases_have_other_thresholds);
    tcase_add_test(tests, older_releases_have_other_disk_maps);
    tcase_add_test(tests, without_klusters_windows_are_one_cluster);
    tcase_add_test(tests, larger_clusters_have_fewer_in_a_window);
    tcase_add_loop_test(tests, releases_differ_as_their_sources_say, 0, BSD43_VARIANTS);
    tcase_add_test(tests, constants_are_the_vax_headers);
    tcase_add_test(tests, a_kernel_that_would_not_boot_is_refused);
    tcase_add_test(tests, threshold_above_what_there_is_is_refused);
    tcase_add_test(tests, swap_space_that_would_not_do_is_refused);
    suite_add_tcase(suite, tests);
    return suite;
}

int main(void)
{
    return run_suite(defaults_suite());
}
