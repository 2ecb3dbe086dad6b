/* keys_test.c -- the table of keys: whole, findable, documented. */
#include "experiment/keys.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char manual[1 << 16];

START_TEST(every_key_is_found_and_its_default_is_valid)
{
    for (size_t i = 0; i < key_count; i++) {
        const struct key *key = &key_table[i];
        uint64_t number;
        ck_assert_ptr_eq(key_find(key->name), key);
        ck_assert_ptr_nonnull(key->type);
        ck_assert_ptr_nonnull(key->help);
        if (key->fallback)
            ck_assert_int_eq(key_parse(key, &number, key->fallback, at_nowhere(), NULL),
                             OK);
    }
    ck_assert_ptr_null(key_find("machine"));
    ck_assert_ptr_null(key_find("machine.tlb.l2.entries.x"));
}
END_TEST

START_TEST(the_manual_has_every_key_with_its_default)
{
    static const char tests[] = TEST_DATA;
    char path[4096];
    snprintf(path, sizeof path, "%.*s/../docs/experiments.md",
             (int)(strrchr(tests, '/') - tests), tests);
    FILE *file = fopen(path, "r");
    ck_assert_ptr_nonnull(file);
    ck_assert_uint_lt(fread(manual, 1, sizeof manual - 1, file), sizeof manual - 1);
    fclose(file);
    for (size_t i = 0; i < key_count; i++) {
        char text[80];
        snprintf(text, sizeof text, "\n| `%s` | ", key_table[i].name);
        const char *row = strstr(manual, text);
        ck_assert_msg(row, "docs/experiments.md has no row for %s", key_table[i].name);
        if (!key_table[i].fallback)
            continue;
        snprintf(text, sizeof text, " | `%s` | ", key_table[i].fallback);
        const char *found = strstr(row, text);
        ck_assert_msg(found && found < strchr(row + 1, '\n'), "wrong default of %s there",
                      key_table[i].name);
    }
}
END_TEST

START_TEST(sections_are_the_beginnings_of_keys)
{
    ck_assert(key_is_section("machine"));
    ck_assert(key_is_section("machine.tlb"));
    ck_assert(key_is_section("machine.tlb.l2"));
    ck_assert(!key_is_section("machine.mmu"));
    ck_assert(!key_is_section("mach"));
    ck_assert(!key_is_section(""));
}
END_TEST

START_TEST(parameters_belong_to_policies_and_kernels_only)
{
    const char *param = NULL;
    ck_assert_ptr_eq(key_of_param("policy.hand", &param), key_find("policy"));
    ck_assert_str_eq(param, "hand");
    ck_assert_ptr_eq(key_of_param("kernel.dirty", &param), key_find("kernel"));
    ck_assert_ptr_null(key_of_param("policy", &param));
    ck_assert_ptr_null(key_of_param("policyx.hand", &param));
    ck_assert_ptr_null(key_of_param("pol.hand", &param));
    ck_assert_ptr_null(key_of_param("machine.memory", &param));
}
END_TEST

START_TEST(numbers_come_out_in_bytes_counts_and_places)
{
    static const struct {
        const char *key, *text;
        uint64_t number;
    } values[] = {
        {"machine.page_size", "64 KiB", 65536},
        {"machine.memory", "1.5 kB", 1500},
        {"machine.frames", "unlimited", FRAMES_UNLIMITED},
        {"machine.frames", "4294967294", 4294967294},
        {"machine.tlb.l2.ways", "full", WAYS_FULL},
        {"machine.tlb.l2.entries", "0", 0},
        {"machine.tlb.l1d.replacement", "random", 2},
        {"seed", "18446744073709551615", UINT64_MAX},
    };
    for (size_t i = 0; i < ARRAY_LEN(values); i++) {
        uint64_t number = 77;
        ck_assert_int_eq(
            key_parse(key_find(values[i].key), &number, values[i].text, at_nowhere(), NULL),
            OK);
        ck_assert_uint_eq(number, values[i].number);
    }
}
END_TEST

static Suite *keys_suite(void)
{
    Suite *suite = suite_create("keys");
    TCase *tests = tcase_create("keys");
    tcase_add_test(tests, every_key_is_found_and_its_default_is_valid);
    tcase_add_test(tests, the_manual_has_every_key_with_its_default);
    tcase_add_test(tests, sections_are_the_beginnings_of_keys);
    tcase_add_test(tests, parameters_belong_to_policies_and_kernels_only);
    tcase_add_test(tests, numbers_come_out_in_bytes_counts_and_places);
    suite_add_tcase(suite, tests);
    return suite;
}

int main(void)
{
    SRunner *runner = srunner_create(keys_suite());
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
