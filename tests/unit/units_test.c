/* units_test.c -- sizes, counts and names as users write them. */
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
