/* zram_test.c -- compressed memory: CPU time and memory worked out by hand. */
#include "device_preset.h"
#include "swap/device.h"

#include <stdlib.h>

enum { PAGE = 4096 };
#define MIB UINT64_C(1048576)

static _Alignas(max_align_t) unsigned char params[PARAM_VALUES_MAX];
static const struct device_ops *zram;
static struct engine *engine;
static struct device *device;

static void set(const char *name, const char *text)
{
    struct error err;
    if (param_set(zram->params, params, name, text, "zram", at_nowhere(), &err) != OK)
        ck_abort_msg("%s", err.text);
}

static void setup(void)
{
    zram = device_find("zram");
    param_defaults(zram->params, params);
    set("size", "64 MiB");
    set("metadata", "0");
    set("same_filled", "0");
    ck_assert_int_eq(engine_create(&engine, NULL), OK);
}

static void teardown(void)
{
    if (device)
        ck_assert_ptr_null(device_check(device));
    device_free(device);
    engine_free(engine);
    device = NULL;
}

static void start(uint64_t page_size, uint64_t seed)
{
    struct error err;
    if (device_create(&device, engine, zram, params, page_size, seed, &err) != OK)
        ck_abort_msg("%s", err.text);
}

static psec_t write_pages(uint64_t first, uint64_t n)
{
    return device_transfer(device, first * PAGE, n * PAGE, true);
}

static psec_t read_pages(uint64_t first, uint64_t n)
{
    return device_transfer(device, first * PAGE, n * PAGE, false);
}

/* 4096 bytes over the rates, rounded up to picoseconds. */
static const struct {
    const char *algorithm;
    psec_t compress, expand;
} times[] = {
    {"lz4", 6606452, 1321291},
    {"lzo", 6714755, 4708046},
    {"zstd", 12412122, 4357447},
};

START_TEST(a_page_takes_the_time_of_its_algorithm)
{
    set("algorithm", times[_i].algorithm);
    start(PAGE, 1);
    ck_assert_uint_eq(write_pages(0, 1), times[_i].compress);
    ck_assert_uint_eq(read_pages(0, 1), times[_i].expand);
    ck_assert_uint_eq(write_pages(1, 3), 3 * times[_i].compress);
    ck_assert_uint_eq(read_pages(0, 4), 4 * times[_i].expand);
}
END_TEST

START_TEST(explicit_rates_and_overheads_count)
{
    set("compress_rate", "409.6 MB/s"); /* 10 us a page */
    set("expand_rate", "4096 MB/s");    /* 1 us         */
    set("overhead", "500 ns");
    start(PAGE, 1);
    ck_assert_uint_eq(write_pages(0, 2), 21000000);
    ck_assert_uint_eq(read_pages(0, 2), 3000000);
}
END_TEST

START_TEST(same_filled_pages_take_no_memory)
{
    set("same_filled", "1");
    set("copy_rate", "4096 MB/s");
    set("metadata", "0.001");
    start(PAGE, 1);
    ck_assert_uint_eq(device_memory(device), 67109); /* 64 MiB / 1000, rounded up */
    ck_assert_uint_eq(write_pages(0, 100), 100 * UINT64_C(1000000));
    ck_assert_uint_eq(read_pages(0, 100), 100 * UINT64_C(1000000));
    ck_assert_uint_eq(device_memory(device), 67109);
}
END_TEST

START_TEST(incompressible_pages_are_tried_in_vain_and_stored_whole)
{
    set("incompressible", "1");
    set("copy_rate", "4096 MB/s");
    set("compress_rate", "409.6 MB/s");
    start(PAGE, 1);
    ck_assert_uint_eq(write_pages(0, 100), 100 * UINT64_C(11000000));
    ck_assert_uint_eq(read_pages(0, 100), 100 * UINT64_C(1000000));
    ck_assert_uint_eq(device_memory(device), 100 * PAGE);
    ck_assert_uint_eq(read_pages(100, 1), 1000000); /* never written: zeros */
}
END_TEST

/* With its handle a page of 2048 bytes goes to the class of 2064, of which eight pages hold
 * 15: 91 take 7 * 8 pages, 90 take 6 * 8. */
START_TEST(pages_keep_their_size_until_they_are_written_again_or_discarded)
{
    set("ratio", "2");
    set("spread", "0");
    start(PAGE, 1);
    write_pages(0, 91);
    ck_assert_uint_eq(device_memory(device), 56 * PAGE);
    read_pages(0, 91);
    write_pages(0, 91);
    ck_assert_uint_eq(device_memory(device), 56 * PAGE);
    device_discard(device, 10 * PAGE - 1, PAGE); /* no whole page */
    ck_assert_uint_eq(device_memory(device), 56 * PAGE);
    device_discard(device, 10 * PAGE - 1, PAGE + 1);
    ck_assert_uint_eq(device_memory(device), 48 * PAGE);
    device_discard(device, 0, 91 * PAGE);
    ck_assert_uint_eq(device_memory(device), 0);
}
END_TEST

/* A fifth whole, half at 1024 bytes: with handle the class of 1040, of which seven pages
 * hold 27. */
START_TEST(kinds_of_pages_are_as_many_as_asked_for)
{
    enum { N = 16000 };
    set("same_filled", "0.3");
    set("incompressible", "0.2");
    set("ratio", "4");
    set("spread", "0");
    start(PAGE, 1);
    write_pages(0, N);
    const double expected = N * (0.2 + 0.5 * 7 / 27) * PAGE;
    ck_assert_double_eq_tol((double)device_memory(device) / expected, 1.0, 0.02);
}
END_TEST

/* The mean of the sizes does not depend on the spread; rounding to classes adds some
 * percent. */
START_TEST(sizes_have_the_mean_that_the_ratio_says)
{
    enum { N = 16000 };
    static const char *const spreads[] = {"0.2", "0.5", "1"};
    set("ratio", "3");
    set("spread", spreads[_i]);
    start(PAGE, 1);
    write_pages(0, N);
    const double mean = (double)device_memory(device) / N;
    ck_assert_double_gt(mean, PAGE / 3.0 + 8);
    ck_assert_double_lt(mean, PAGE / 3.0 * 1.07);
}
END_TEST

/* Sizes from 0 to 4096: those above 3624, the largest class less the handle, are stored
 * whole, and copied in 1 us instead of expanded in 10. */
START_TEST(sizes_are_spread_evenly)
{
    enum { N = 16000 };
    set("ratio", "2");
    set("spread", "1");
    set("expand_rate", "409.6 MB/s");
    set("copy_rate", "4096 MB/s");
    start(PAGE, 1);
    write_pages(0, N);
    const double whole = (10.0 - (double)read_pages(0, N) / 1e6 / N) / 9.0;
    ck_assert_double_eq_tol(whole, (4096.0 - 3624.0) / 4096.0, 0.01);
}
END_TEST

START_TEST(the_same_seed_gives_the_same_sizes)
{
    uint64_t memory[3];
    for (unsigned i = 0; i < 3; i++) {
        start(PAGE, i / 2);
        write_pages(0, 5000);
        device_discard(device, 0, 1000 * PAGE);
        memory[i] = device_memory(device);
        device_free(device);
        device = NULL;
    }
    ck_assert_uint_eq(memory[0], memory[1]);
    ck_assert_uint_ne(memory[0], memory[2]);
}
END_TEST

START_TEST(capacity_is_in_whole_pages)
{
    set("size", "10000 B");
    start(PAGE, 1);
    ck_assert_uint_eq(device_capacity(device), 2 * PAGE);
    write_pages(1, 1);
}
END_TEST

static const struct {
    const char *name, *value, *message;
} wrong[] = {
    {"size", "2 KiB", "'size' (2 KiB) of device 'zram' is less than a page (4 KiB)"},
    {"ratio", "0.9", "'ratio' (0.9) of device 'zram' is less than 1: pages would grow"},
    {"ratio", "1.25",
     "'spread' (0.5) of device 'zram' makes some pages grow: with a ratio of 1.25 it is at "
     "most 0.25"},
    {"incompressible", "0.75",
     "'same_filled' (0.5) and 'incompressible' (0.75) of device 'zram' are more than all "
     "pages: together they are at most 1"},
};

START_TEST(parameters_that_cannot_be_together_are_refused)
{
    struct error err;
    set("same_filled", "0.5");
    set(wrong[_i].name, wrong[_i].value);
    ck_assert_int_eq(device_create(&device, engine, zram, params, PAGE, 1, &err),
                     ERR_CONFIG);
    ck_assert_str_eq(err.text, wrong[_i].message);
}
END_TEST

START_TEST(the_defaults_are_those_of_the_preset)
{
    static _Alignas(max_align_t) unsigned char preset[PARAM_VALUES_MAX];
    char expected[64], value[64];
    preset_read(zram, preset, "zram");
    param_defaults(zram->params, params);
    for (const struct param *p = zram->params; p->name; p++)
        ck_assert_str_eq(param_format(p, params, value, sizeof value),
                         param_format(p, preset, expected, sizeof expected));
}
END_TEST

static Suite *zram_suite(void)
{
    Suite *suite = suite_create("zram");
    TCase *tests = tcase_create("zram");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_loop_test(tests, a_page_takes_the_time_of_its_algorithm, 0, ARRAY_LEN(times));
    tcase_add_test(tests, explicit_rates_and_overheads_count);
    tcase_add_test(tests, same_filled_pages_take_no_memory);
    tcase_add_test(tests, incompressible_pages_are_tried_in_vain_and_stored_whole);
    tcase_add_test(tests, pages_keep_their_size_until_they_are_written_again_or_discarded);
    tcase_add_test(tests, kinds_of_pages_are_as_many_as_asked_for);
    tcase_add_loop_test(tests, sizes_have_the_mean_that_the_ratio_says, 0, 3);
    tcase_add_test(tests, sizes_are_spread_evenly);
    tcase_add_test(tests, the_same_seed_gives_the_same_sizes);
    tcase_add_test(tests, capacity_is_in_whole_pages);
    tcase_add_loop_test(tests, parameters_that_cannot_be_together_are_refused, 0,
                        ARRAY_LEN(wrong));
    tcase_add_test(tests, the_defaults_are_those_of_the_preset);
    suite_add_tcase(suite, tests);
    return suite;
}

int main(void)
{
    SRunner *runner = srunner_create(zram_suite());
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
