/* bsd43_rate_test.c -- the pagedaemon's rate and vmmeter()'s averages, in the kernel's
 * integer arithmetic, worked by hand. */
#include "bsd43_machine.h"

#include "base/types.h"
#include "os/bsd43/rate.h"

#include <math.h>

/* L, hw pages free and promised; clusters that the hands may look at, or -1: not woken. */
static const struct {
    enum bsd43_variant variant;
    uint32_t loop_pages;
    int32_t freemem, deficit, desscan;
} points[] = {
    /* lotsfree 1024, 100 .. 200 clusters a second, 4 wakes */
    {BSD43_43BSD, 8192, 1024, 0, -1},
    {BSD43_43BSD, 8192, 1024, 500, -1}, /* what is promised does not wake it            */
    {BSD43_43BSD, 8192, 1023, 0, 25},   /* (102300 + 200) / 1024 = 100                  */
    {BSD43_43BSD, 8192, 768, 0, 31},    /* (76800 + 51200) / 1024 = 125                 */
    {BSD43_43BSD, 8192, 512, 0, 37},    /* (51200 + 102400) / 1024 = 150                */
    {BSD43_43BSD, 8192, 30, 0, 49},     /* (3000 + 198800) / 1024 = 197                 */
    {BSD43_43BSD, 8192, 0, 0, 50},
    {BSD43_43BSD, 8192, 1000, 500, 37}, /* (50000 + 104800) / 1024 = 151                */
    {BSD43_43BSD, 8192, 1000, 1000, 50},
    {BSD43_43BSD, 8192, 1000, 1200, 50},
    /* lotsfree 639: at 2 MB the live kernel had 30 pages free and desscan 48 for minutes */
    {BSD43_43BSD, 2558, 30, 0, 48},
    /* lotsfree 187, 75 .. 150: 1 MB */
    {BSD43_43BSD, 750, 0, 0, 37},
    {BSD43_43BSD, 750, 186, 0, 18}, /* (13950 + 150) / 187 = 75                         */
    {BSD43_TAHOE, 8192, 512, 0, 37},
    /* lotsfree 4096, 80 .. 40 seconds a turn of 8192 clusters, 4 wakes */
    {BSD43_42BSD, 16384, 4096, 0, -1},
    {BSD43_42BSD, 16384, 4095, 0, 25}, /* (327600 + 40) / 4096 = 79; 103 a second       */
    {BSD43_42BSD, 16384, 2048, 0, 34}, /* 60; 136                                       */
    {BSD43_42BSD, 16384, 0, 0, 51},    /* 40; 204                                       */
    {BSD43_42BSD, 16384, 100, 100, 51},
    /* lotsfree 1024, 18 .. 6 seconds a turn of 2048 clusters */
    {BSD43_41BSD, 4096, 1023, 0, 30}, /* (18414 + 6) / 1024 = 17; 120                   */
    {BSD43_41BSD, 4096, 512, 0, 42},  /* 12; 170                                        */
    {BSD43_41BSD, 4096, 0, 0, 85},    /* 6; 341                                         */
    /* lotsfree 2048, 30 .. 20 seconds a turn of 8192 clusters, one wake */
    {BSD43_3BSD, 16384, 2048, 0, -1},
    {BSD43_3BSD, 16384, 2047, 0, 282}, /* 61430 / 2048 = 29                             */
    {BSD43_3BSD, 16384, 1024, 0, 327}, /* 25                                            */
    {BSD43_3BSD, 16384, 0, 0, 409},
};

START_TEST(the_scan_rate_follows_free_memory)
{
    const struct bsd43_defaults d = with_loop(points[_i].variant, points[_i].loop_pages);
    int32_t desscan = 77;
    const bool woken =
        bsd43_schedpaging(&d, points[_i].freemem, points[_i].deficit, &desscan);
    ck_assert(woken == (points[_i].desscan >= 0));
    ck_assert_int_eq(desscan, woken ? points[_i].desscan : 0);
}
END_TEST

START_TEST(a_patched_rate_of_nothing_is_no_division_by_zero)
{
    struct bsd43_defaults d = with_loop(BSD43_42BSD, 4096);
    int32_t desscan;
    d.fastscan = d.slowscan = 0;
    ck_assert(bsd43_schedpaging(&d, 0, 0, &desscan));
    ck_assert_int_eq(desscan, 512);
}
END_TEST

/* At least 80 pages a second: half of what 40 transfers of 8 pages bring, halved again. */
START_TEST(the_deficit_decays_by_a_tenth_or_80_pages)
{
    static const int32_t rows[][2] = {{2000, 1800}, {1000, 900}, {809, 729},
                                      {800, 720},   {500, 420},  {81, 1},
                                      {80, 0},      {30, 0},     {0, 0}};
    const struct bsd43_defaults d = with_loop(BSD43_43BSD, 8192);
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct bsd43_meter meter = {.deficit = rows[i][0]};
        bsd43_vmmeter(&meter, &d, 0);
        ck_assert_int_eq(meter.deficit, rows[i][1]);
    }
}
END_TEST

START_TEST(more_paging_or_larger_klusters_make_the_deficit_decay_faster)
{
    struct bsd43_config config = loop_config(BSD43_43BSD, 8192);
    config.nswdev = 2; /* maxpgio 60 */
    config.swap_blocks[1] = 33440;
    struct bsd43_defaults d = booted(&config);
    struct bsd43_meter meter = {.deficit = 1000};
    bsd43_vmmeter(&meter, &d, 0);
    ck_assert_int_eq(meter.deficit, 880);
    config.klin = 8;
    d = booted(&config);
    bsd43_vmmeter(&meter, &d, 0);
    ck_assert_int_eq(meter.deficit, 640);
    d = with_loop(BSD43_3BSD, 8192); /* half of maxpgio */
    meter.deficit = 100;
    bsd43_vmmeter(&meter, &d, 0);
    ck_assert_int_eq(meter.deficit, 80);
}
END_TEST

/* avefree is that of the live kernel at 2 MB, second by second, while 30 pages were
 * free. */
START_TEST(free_memory_is_averaged_over_5_and_30_seconds)
{
    const struct bsd43_defaults d = with_loop(BSD43_43BSD, 2558);
    struct bsd43_meter meter = {.avefree = 1654, .avefree30 = 2000};
    static const int32_t avefree[] = {1329, 1069, 861, 694, 561};
    static const int32_t avefree30[] = {1934, 1870, 1808, 1748, 1690};
    for (size_t i = 0; i < ARRAY_LEN(avefree); i++) {
        bsd43_vmmeter(&meter, &d, 30);
        ck_assert_int_eq(meter.avefree, avefree[i]);
        ck_assert_int_eq(meter.avefree30, avefree30[i]);
    }
}
END_TEST

START_TEST(counters_are_averaged_over_5_seconds_and_added_up)
{
    const struct bsd43_defaults d = with_loop(BSD43_43BSD, 8192);
    struct bsd43_meter meter = {0};
    static const uint32_t rates[] = {20, 16, 12, 9, 7, 5};
    meter.cnt[BSD43_PGIN] = meter.cnt[BSD43_FASTPGREC] = meter.cnt[BSD43_SWTCH] = 100;
    ck_assert_uint_eq(bsd43_counted(&meter, BSD43_PGIN), 100);
    for (size_t i = 0; i < ARRAY_LEN(rates); i++) {
        bsd43_vmmeter(&meter, &d, 0);
        ck_assert_uint_eq(meter.rate[BSD43_SWTCH], rates[i]);
        ck_assert_uint_eq(meter.rate[BSD43_PGIN], rates[i]);
        ck_assert_uint_eq(meter.rate[BSD43_FASTPGREC], rates[i]);
        ck_assert_uint_eq(meter.cnt[BSD43_PGIN], 0);
        ck_assert_uint_eq(meter.sum[BSD43_PGIN], 100);
    }
    meter.cnt[BSD43_PGIN] = 7;
    ck_assert_uint_eq(bsd43_counted(&meter, BSD43_PGIN), 107);
    bsd43_vmmeter(&meter, &d, 0); /* (4 * 5 + 7) / 5 */
    ck_assert_uint_eq(meter.rate[BSD43_PGIN], 5);
}
END_TEST

START_TEST(swaps_of_processes_are_counted_by_5_seconds)
{
    const struct bsd43_defaults d = with_loop(BSD43_43BSD, 8192);
    struct bsd43_meter meter = {0};
    meter.cnt[BSD43_SWPIN] = 3;
    meter.cnt[BSD43_SWPOUT] = 4;
    bsd43_vmmeter(&meter, &d, 0);
    ck_assert_uint_eq(meter.cnt[BSD43_SWPIN], 3);
    ck_assert_uint_eq(meter.rate[BSD43_SWPIN], 0);
    bsd43_vmtotal(&meter, 0);
    ck_assert_uint_eq(meter.cnt[BSD43_SWPIN], 0);
    ck_assert_uint_eq(meter.rate[BSD43_SWPIN], 3);
    ck_assert_uint_eq(meter.sum[BSD43_SWPIN], 3);
    ck_assert_uint_eq(meter.rate[BSD43_SWPOUT], 4);
    bsd43_vmtotal(&meter, 0);
    ck_assert_uint_eq(meter.rate[BSD43_SWPOUT], 0);
    ck_assert_uint_eq(meter.sum[BSD43_SWPOUT], 4);
}
END_TEST

/* n samples of r after none: r (1 - exp(-n/12)), and 60, 180 instead of 12. */
START_TEST(load_averages_are_exponential_over_1_5_and_15_minutes)
{
    static const double samples[] = {12, 60, 180};
    struct bsd43_meter meter = {0};
    for (int n = 1; n <= 400; n++) {
        bsd43_vmtotal(&meter, 3);
        for (int i = 0; i < 3; i++)
            ck_assert_double_eq_tol(meter.avenrun[i], 3 * (1 - exp(-n / samples[i])),
                                    1e-12);
    }
    bsd43_vmtotal(&meter, 0);
    for (int i = 0; i < 3; i++)
        ck_assert_double_eq_tol(meter.avenrun[i],
                                3 * (1 - exp(-400 / samples[i])) * exp(-1 / samples[i]),
                                1e-12);
}
END_TEST

START_TEST(the_swapper_is_woken_when_memory_is_minimal_or_it_has_slept_long)
{
    const struct bsd43_defaults d = with_loop(BSD43_43BSD, 8192); /* minfree 128 */
    struct bsd43_meter meter = {.avefree = 127};
    ck_assert(bsd43_wakes_swapper(&meter, &d, true, 0));
    ck_assert(!bsd43_wakes_swapper(&meter, &d, false, 10));
    ck_assert(bsd43_wakes_swapper(&meter, &d, false, 11));
    meter.avefree = 128;
    ck_assert(!bsd43_wakes_swapper(&meter, &d, true, 10));
    ck_assert(bsd43_wakes_swapper(&meter, &d, true, 11));
}
END_TEST

static Suite *rate_suite(void)
{
    Suite *suite = suite_create("bsd43_rate");
    TCase *tests = tcase_create("rate");
    tcase_add_loop_test(tests, the_scan_rate_follows_free_memory, 0, ARRAY_LEN(points));
    tcase_add_test(tests, a_patched_rate_of_nothing_is_no_division_by_zero);
    tcase_add_test(tests, the_deficit_decays_by_a_tenth_or_80_pages);
    tcase_add_test(tests, more_paging_or_larger_klusters_make_the_deficit_decay_faster);
    tcase_add_test(tests, free_memory_is_averaged_over_5_and_30_seconds);
    tcase_add_test(tests, counters_are_averaged_over_5_seconds_and_added_up);
    tcase_add_test(tests, swaps_of_processes_are_counted_by_5_seconds);
    tcase_add_test(tests, load_averages_are_exponential_over_1_5_and_15_minutes);
    tcase_add_test(tests, the_swapper_is_woken_when_memory_is_minimal_or_it_has_slept_long);
    suite_add_tcase(suite, tests);
    return suite;
}

int main(void)
{
    return run_suite(rate_suite());
}
