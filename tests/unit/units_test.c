/* units_test.c -- sizes, times, rates, counts and names as users write them. */
#include "base/units.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    const char *text;
    uint64_t bytes;
} sizes[] = {
    {"4096", 4096},
    {"4 KiB", 4096},
    {"4KiB", 4096},
    {" 4 KiB\t", 4096},
    {"0", 0},
    {"512 B", 512},
    {"1.5 MiB", 1572864},
    {"1.50 kB", 1500},
    {"3 GiB", 3221225472},
    {"2 TiB", 2199023255552},
    {"7 MB", 7000000},
    {"2 GB", 2000000000},
    {"1 TB", 1000000000000},
    {"18446744073709551615", UINT64_MAX},
    {"16777215 TiB", UINT64_C(0xffffff0000000000)},
};

START_TEST(a_size_is_bytes_or_a_number_with_a_unit)
{
    uint64_t bytes = 1;
    ck_assert_int_eq(parse_size(&bytes, sizes[_i].text, "x", at_nowhere(), NULL), OK);
    ck_assert_uint_eq(bytes, sizes[_i].bytes);
}
END_TEST

#define NOT_A_SIZE                                                                         \
    ": a size is a number of bytes or a number with a unit, such as '4096' or "
#define TOO_LARGE ": the number has too many digits; the largest size is 2^64 - 1 bytes"

static const struct {
    const char *text, *message;
} bad_sizes[] = {
    {"4K", "bad size '4K' for machine.memory: 'K' may mean a power of 1000 or of 1024; "
           "write '4 KiB' or '4 kB'"},
    {"1.5 mb", "bad size '1.5 mb' for machine.memory: 'mb' may mean a power of 1000 or of "
               "1024; write '1.5 MiB' or '1.5 MB'"},
    {"4 gib", "bad size '4 gib' for machine.memory: 'gib' may mean a power of 1000 or of "
              "1024; write '4 GiB' or '4 GB'"},
    {"4 pages", "bad size '4 pages' for machine.memory: unknown unit 'pages'; units are B, "
                "KiB, MiB, GiB, TiB (powers of 1024) and kB, MB, GB, TB (powers of 1000)"},
    {"", "bad size '' for machine.memory" NOT_A_SIZE "'4 KiB'"},
    {"KiB", "bad size 'KiB' for machine.memory" NOT_A_SIZE "'4 KiB'"},
    {"-4 KiB", "bad size '-4 KiB' for machine.memory" NOT_A_SIZE "'4 KiB'"},
    {"4. KiB", "bad size '4. KiB' for machine.memory" NOT_A_SIZE "'4 KiB'"},
    {"0.3 KiB", "bad size '0.3 KiB' for machine.memory: it is not a whole number of bytes"},
    {"18446744073709551616",
     "bad size '18446744073709551616' for machine.memory" TOO_LARGE},
    {"16777216 TiB", "bad size '16777216 TiB' for machine.memory" TOO_LARGE},
};

START_TEST(a_bad_size_is_refused_and_says_what_would_be_right)
{
    struct error err;
    uint64_t bytes;
    ck_assert_int_eq(
        parse_size(&bytes, bad_sizes[_i].text, "machine.memory", at_file("a.yaml"), &err),
        ERR_CONFIG);
    ck_assert_str_eq(err.text, bad_sizes[_i].message);
    ck_assert_str_eq(err.file, "a.yaml");
}
END_TEST

START_TEST(a_count_is_digits_only)
{
    uint64_t count;
    ck_assert_int_eq(parse_count(&count, " 1024 ", "seed", at_nowhere(), NULL), OK);
    ck_assert_uint_eq(count, 1024);
    ck_assert_int_eq(
        parse_count(&count, "18446744073709551615", "seed", at_nowhere(), NULL), OK);
    ck_assert_uint_eq(count, UINT64_MAX);
    static const char *const bad[] = {"", "-1", "1k", "1.0", "0x10", "1 2", "many"};
    for (size_t i = 0; i < ARRAY_LEN(bad); i++)
        ck_assert_int_eq(parse_count(&count, bad[i], "seed", at_nowhere(), NULL),
                         ERR_CONFIG);
    struct error err;
    ck_assert_int_eq(parse_count(&count, "1k", "seed", at_nowhere(), &err), ERR_CONFIG);
    ck_assert_str_eq(err.text, "bad count '1k' for seed: a count is a whole number in "
                               "digits only, such as '1024'");
    ck_assert_int_eq(
        parse_count(&count, "18446744073709551616", "seed", at_nowhere(), &err),
        ERR_CONFIG);
    ck_assert_str_eq(err.text, "bad count '18446744073709551616' for seed: the largest is "
                               "18446744073709551615");
}
END_TEST

static const struct {
    uint64_t bytes;
    const char *text;
} formatted[] = {
    {0, "0 B"},
    {512, "512 B"},
    {1023, "1023 B"},
    {1024, "1 KiB"},
    {1025, "1025 B"},
    {1536, "1.5 KiB"},
    {4096, "4 KiB"},
    {1310720, "1.25 MiB"},
    {1572864, "1.5 MiB"},
    {1835008, "1.75 MiB"},
    {1073741824, "1 GiB"},
    {2199023255552, "2 TiB"},
};

START_TEST(a_formatted_size_is_exact_and_reads_back)
{
    char buffer[32];
    ck_assert_str_eq(format_size(formatted[_i].bytes, buffer, sizeof buffer),
                     formatted[_i].text);
    uint64_t bytes;
    ck_assert_int_eq(parse_size(&bytes, buffer, "x", at_nowhere(), NULL), OK);
    ck_assert_uint_eq(bytes, formatted[_i].bytes);
}
END_TEST

static const struct {
    const char *text;
    psec_t psec;
} times[] = {
    {"0", 0},
    {"0 s", 0},
    {"0.0", 0},
    {"500 ps", 500},
    {"1.5 ns", 1500},
    {"60 us", 60000000},
    {"60us", 60000000},
    {" 8.33 ms\t", 8330000000},
    {"1.50 s", 1500000000000},
    {"2 min", 120000000000000},
    {"0.001 ns", 1},
    {"0.000000000001 s", 1},
    {"18446744.073709551615 s", UINT64_MAX},
};

START_TEST(a_time_is_exact_to_the_picosecond)
{
    psec_t time = 1;
    ck_assert_int_eq(parse_time(&time, times[_i].text, "x", at_nowhere(), NULL), OK);
    ck_assert_uint_eq(time, times[_i].psec);
}
END_TEST

#define NOT_A_TIME                                                                         \
    ": a time is a number with a unit (ps, ns, us, ms, s, min), such as '60 us'"
#define LONGEST                                                                            \
    ": the number has too many digits; the longest time is 2^64 - 1 ps, some 213 days"

static const struct {
    const char *text, *message;
} bad_times[] = {
    {"60", "bad time '60' for swap.read_time" NOT_A_TIME},
    {"0.5", "bad time '0.5' for swap.read_time" NOT_A_TIME},
    {"", "bad time '' for swap.read_time" NOT_A_TIME},
    {"ms", "bad time 'ms' for swap.read_time" NOT_A_TIME},
    {"-1 ms", "bad time '-1 ms' for swap.read_time" NOT_A_TIME},
    {"1. ms", "bad time '1. ms' for swap.read_time" NOT_A_TIME},
    {"5 msec", "bad time '5 msec' for swap.read_time: unknown unit 'msec'; units are ps, "
               "ns, us, ms, s and min"},
    {"5 MS", "bad time '5 MS' for swap.read_time: unknown unit 'MS'; units are ps, ns, us, "
             "ms, s and min"},
    {"0.5 ps",
     "bad time '0.5 ps' for swap.read_time: it is not a whole number of picoseconds"},
    {"1.0005 ns",
     "bad time '1.0005 ns' for swap.read_time: it is not a whole number of picoseconds"},
    {"18446744.073709551616 s",
     "bad time '18446744.073709551616 s' for swap.read_time" LONGEST},
    {"18446745 s", "bad time '18446745 s' for swap.read_time" LONGEST},
    {"0.0000000000000000001 s",
     "bad time '0.0000000000000000001 s' for swap.read_time" LONGEST},
};

START_TEST(a_bad_time_is_refused_and_says_what_would_be_right)
{
    struct error err;
    psec_t time;
    ck_assert_int_eq(
        parse_time(&time, bad_times[_i].text, "swap.read_time", at_nowhere(), &err),
        ERR_CONFIG);
    ck_assert_str_eq(err.text, bad_times[_i].message);
}
END_TEST

static const struct {
    const char *text;
    uint64_t rate;
} rates[] = {
    {"2.2 MB/s", 2200000},
    {"560MB/s", 560000000},
    {" 3500 MB/s ", 3500000000},
    {"1 GiB/s", 1073741824},
    {"1 B/s", 1},
    {"unlimited", 0},
    {" unlimited ", 0},
    {"18446744073709551615 B/s", UINT64_MAX},
};

START_TEST(a_rate_is_bytes_per_second_or_unlimited)
{
    uint64_t rate = 1;
    ck_assert_int_eq(parse_rate(&rate, rates[_i].text, "x", at_nowhere(), NULL), OK);
    ck_assert_uint_eq(rate, rates[_i].rate);
}
END_TEST

#define NOT_A_RATE ": a rate is a number with a unit, such as '560 MB/s', or 'unlimited'"
#define RATE_UNITS                                                                         \
    "; units are B/s, KiB/s, MiB/s, GiB/s, TiB/s (powers of 1024) and kB/s, MB/s, GB/s, "  \
    "TB/s (powers of 1000)"

static const struct {
    const char *text, *message;
} bad_rates[] = {
    {"560", "bad rate '560' for swap.rate" NOT_A_RATE},
    {"0", "bad rate '0' for swap.rate" NOT_A_RATE},
    {"", "bad rate '' for swap.rate" NOT_A_RATE},
    {"MB/s", "bad rate 'MB/s' for swap.rate" NOT_A_RATE},
    {"unlimite", "bad rate 'unlimite' for swap.rate" NOT_A_RATE},
    {"unlimitedly", "bad rate 'unlimitedly' for swap.rate" NOT_A_RATE},
    {"560 MB", "bad rate '560 MB' for swap.rate: a rate is per second; write '560 MB/s'"},
    {"560 MB/h",
     "bad rate '560 MB/h' for swap.rate: a rate is per second; write '560 MB/s'"},
    {"1.5 mb/s", "bad rate '1.5 mb/s' for swap.rate: 'mb' may mean a power of 1000 or of "
                 "1024; write '1.5 MiB/s' or '1.5 MB/s'"},
    {"5 G", "bad rate '5 G' for swap.rate: 'G' may mean a power of 1000 or of 1024; write "
            "'5 GiB/s' or '5 GB/s'"},
    {"5 pages/s", "bad rate '5 pages/s' for swap.rate: unknown unit 'pages/s'" RATE_UNITS},
    {"5 /s", "bad rate '5 /s' for swap.rate: unknown unit '/s'" RATE_UNITS},
    {"0.5 B/s",
     "bad rate '0.5 B/s' for swap.rate: it is not a whole number of bytes per second"},
    {"0 MB/s", "bad rate '0 MB/s' for swap.rate: nothing would ever be done; write "
               "'unlimited' for what takes no time"},
    {"16777216 TiB/s", "bad rate '16777216 TiB/s' for swap.rate: the number has too many "
                       "digits; the largest rate is 2^64 - 1 bytes per second"},
};

START_TEST(a_bad_rate_is_refused_and_says_what_would_be_right)
{
    struct error err;
    uint64_t rate;
    ck_assert_int_eq(parse_rate(&rate, bad_rates[_i].text, "swap.rate", at_nowhere(), &err),
                     ERR_CONFIG);
    ck_assert_str_eq(err.text, bad_rates[_i].message);
}
END_TEST

static const struct {
    psec_t psec;
    const char *text;
} formatted_times[] = {
    {0, "0 s"},
    {333, "333 ps"},
    {1500, "1.5 ns"},
    {1001, "1.001 ns"},
    {1000000, "1 us"},
    {60000000, "60 us"},
    {8330000000, "8.33 ms"},
    {8333333333, "8333333.333 ns"},
    {90000000000000, "90 s"},
    {UINT64_MAX, "18446744073709551.615 ns"},
};

START_TEST(a_formatted_time_is_exact_and_reads_back)
{
    char buffer[32];
    ck_assert_str_eq(format_time(formatted_times[_i].psec, buffer, sizeof buffer),
                     formatted_times[_i].text);
    psec_t time;
    ck_assert_int_eq(parse_time(&time, buffer, "x", at_nowhere(), NULL), OK);
    ck_assert_uint_eq(time, formatted_times[_i].psec);
}
END_TEST

static const struct {
    uint64_t rate;
    const char *text;
} formatted_rates[] = {
    {0, "unlimited"},        {1, "1 B/s"},
    {1024, "1 KiB/s"},       {1100, "1.1 kB/s"},
    {1536, "1.5 KiB/s"},     {2200000, "2.2 MB/s"},
    {560000000, "560 MB/s"}, {1073741824, "1 GiB/s"},
    {26214400, "25 MiB/s"},  {UINT64_MAX, "18446744073709551615 B/s"},
};

START_TEST(a_formatted_rate_is_exact_and_reads_back)
{
    char buffer[32];
    ck_assert_str_eq(format_rate(formatted_rates[_i].rate, buffer, sizeof buffer),
                     formatted_rates[_i].text);
    uint64_t rate;
    ck_assert_int_eq(parse_rate(&rate, buffer, "x", at_nowhere(), NULL), OK);
    ck_assert_uint_eq(rate, formatted_rates[_i].rate);
}
END_TEST

START_TEST(a_formatted_count_has_groups_of_three)
{
    char buffer[32];
    ck_assert_str_eq(format_count(0, buffer, sizeof buffer), "0");
    ck_assert_str_eq(format_count(999, buffer, sizeof buffer), "999");
    ck_assert_str_eq(format_count(1000, buffer, sizeof buffer), "1,000");
    ck_assert_str_eq(format_count(213712345, buffer, sizeof buffer), "213,712,345");
    ck_assert_str_eq(format_count(UINT64_MAX, buffer, sizeof buffer),
                     "18,446,744,073,709,551,615");
}
END_TEST

static const struct {
    const char *name, *nearest;
} names[] = {
    {"clok", "clock"}, {"colck", "clock"}, /* one swap is one edit           */
    {"LRU", "lru"},                        /* case is no edit                */
    {"fif", "fifo"},   {"secondchance", "second-chance"},
    {"second", NULL},  {"arc", NULL},
    {"xyz", NULL},     {"lrux", "lru"},
};

START_TEST(the_nearest_name_is_one_that_may_have_been_meant)
{
    static const char *const known[] = {"clock", "fifo", "lru", "mru", "second-chance"};
    const char *nearest = nearest_name(names[_i].name, known, ARRAY_LEN(known));
    if (names[_i].nearest)
        ck_assert_str_eq(nearest, names[_i].nearest);
    else
        ck_assert_ptr_null(nearest);
}
END_TEST

START_TEST(names_too_long_to_compare_have_no_nearest)
{
    char name[400];
    memset(name, 'a', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    const char *known[] = {name, "lru"};
    ck_assert_ptr_null(nearest_name(name, known, 2));
    ck_assert_str_eq(nearest_name("lru", known, 2), "lru");
}
END_TEST

START_TEST(joined_names_are_cut_where_the_buffer_ends)
{
    static const char *const known[] = {"lru", "fifo", "clock"};
    char buffer[32], small[8];
    ck_assert_str_eq(join_names(buffer, sizeof buffer, known, 3), "lru, fifo, clock");
    ck_assert_str_eq(join_names(buffer, sizeof buffer, known, 0), "");
    ck_assert_str_eq(join_names(small, sizeof small, known, 3), "lru, fi");
}
END_TEST

static Suite *units_suite(void)
{
    Suite *suite = suite_create("units");
    TCase *tests = tcase_create("units");
    tcase_add_loop_test(tests, a_size_is_bytes_or_a_number_with_a_unit, 0,
                        ARRAY_LEN(sizes));
    tcase_add_loop_test(tests, a_bad_size_is_refused_and_says_what_would_be_right, 0,
                        ARRAY_LEN(bad_sizes));
    tcase_add_test(tests, a_count_is_digits_only);
    tcase_add_loop_test(tests, a_formatted_size_is_exact_and_reads_back, 0,
                        ARRAY_LEN(formatted));
    tcase_add_loop_test(tests, a_time_is_exact_to_the_picosecond, 0, ARRAY_LEN(times));
    tcase_add_loop_test(tests, a_bad_time_is_refused_and_says_what_would_be_right, 0,
                        ARRAY_LEN(bad_times));
    tcase_add_loop_test(tests, a_rate_is_bytes_per_second_or_unlimited, 0,
                        ARRAY_LEN(rates));
    tcase_add_loop_test(tests, a_bad_rate_is_refused_and_says_what_would_be_right, 0,
                        ARRAY_LEN(bad_rates));
    tcase_add_loop_test(tests, a_formatted_time_is_exact_and_reads_back, 0,
                        ARRAY_LEN(formatted_times));
    tcase_add_loop_test(tests, a_formatted_rate_is_exact_and_reads_back, 0,
                        ARRAY_LEN(formatted_rates));
    tcase_add_test(tests, a_formatted_count_has_groups_of_three);
    tcase_add_loop_test(tests, the_nearest_name_is_one_that_may_have_been_meant, 0,
                        ARRAY_LEN(names));
    tcase_add_test(tests, names_too_long_to_compare_have_no_nearest);
    tcase_add_test(tests, joined_names_are_cut_where_the_buffer_ends);
    suite_add_tcase(suite, tests);
    return suite;
}

int main(void)
{
    SRunner *runner = srunner_create(units_suite());
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
