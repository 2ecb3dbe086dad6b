/* keys_test.c -- the table of keys: whole, findable, documented. */
#include "experiment/keys.h"

#include "trace/vm_op.h"

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

START_TEST(every_default_of_an_item_is_valid)
{
    uint64_t number;
    for (size_t i = 0; i < process_key_count; i++)
        if (process_keys[i].fallback)
            ck_assert_int_eq(key_parse(&process_keys[i], &number, process_keys[i].fallback,
                                       at_nowhere(), NULL),
                             OK);
    for (size_t i = 0; i < region_key_count; i++)
        if (region_keys[i].fallback)
            ck_assert_int_eq(key_parse(&region_keys[i], &number, region_keys[i].fallback,
                                       at_nowhere(), NULL),
                             OK);
}
END_TEST

/* text has a row for each of the keys, with their defaults. */
static void assert_rows(const char *text, const struct key *keys, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        char cell[80];
        snprintf(cell, sizeof cell, "\n| `%s` | ", keys[i].name);
        const char *row = strstr(text, cell);
        ck_assert_msg(row, "docs/experiments.md has no row for %s", keys[i].name);
        if (!keys[i].fallback)
            continue;
        snprintf(cell, sizeof cell, " | `%s` | ", keys[i].fallback);
        const char *found = strstr(row, cell);
        ck_assert_msg(found && found < strchr(row + 1, '\n'), "wrong default of %s there",
                      keys[i].name);
    }
}

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
    assert_rows(manual, key_table, key_count);
    const char *processes = strstr(manual, "\n### Processes\n");
    ck_assert_ptr_nonnull(processes);
    const char *regions = strstr(processes, "\n**Regions**");
    ck_assert_ptr_nonnull(regions);
    assert_rows(processes, process_keys, process_key_count);
    assert_rows(regions, region_keys, region_key_count);
}
END_TEST

START_TEST(sections_are_the_beginnings_of_keys)
{
    ck_assert(key_is_section("machine"));
    ck_assert(key_is_section("machine.tlb"));
    ck_assert(key_is_section("machine.tlb.l2"));
    ck_assert(key_is_section("workload"));
    ck_assert(key_is_section("machine.cost"));
    ck_assert(!key_is_section("swap.device"));
    ck_assert(!key_is_section("machine.mmu"));
    ck_assert(!key_is_section("mach"));
    ck_assert(!key_is_section(""));
}
END_TEST

START_TEST(parameters_belong_to_policies_kernels_and_devices_only)
{
    const char *param = NULL;
    ck_assert_ptr_eq(key_of_param("policy.hand", &param), key_find("policy"));
    ck_assert_str_eq(param, "hand");
    ck_assert_ptr_eq(key_of_param("kernel.dirty", &param), key_find("kernel"));
    ck_assert_ptr_eq(key_of_param("swap.device.queue", &param), key_find("swap.device"));
    ck_assert_str_eq(param, "queue");
    ck_assert_ptr_eq(key_of_param("files.device.a.b", &param), key_find("files.device"));
    ck_assert_str_eq(param, "a.b");
    ck_assert_ptr_null(key_of_param("swap.devicex.queue", &param));
    ck_assert_ptr_null(key_of_param("swap.size.queue", &param));
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
        {"swap.size", "2 KiB", 2048},
        {"swap.size", "unlimited", CAPACITY_UNLIMITED},
        {"swap.cluster", "65536", 65536},
        {"swap.read_ahead", "1", 1},
        {"swap.allocation", "address", 2},
        {"scheduler.quantum", "1.5 ms", UINT64_C(1500000000)},
        {"series", "0", 0},
        {"machine.cost.page_zero", "333 ps", 333},
        {"workload.regions", "infer", 1},
        {"baseline", "yes", 1},
        {"swap.device", "any name", 0},
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

START_TEST(addresses_and_protections_are_numbers_too)
{
    static const struct key address = {.name = "start", .kind = KEY_ADDRESS};
    static const struct key protection = {.name = "protection", .kind = KEY_PROTECTION};
    static const struct {
        const struct key *key;
        const char *text;
        uint64_t number;
    } values[] = {
        {&address, "0x0", 0},
        {&address, "0XfF", 255},
        {&address, "0x00000000000000000001", 1},
        {&address, "0xffffffffffffffff", UINT64_MAX},
        {&address, "4 MiB", 1 << 22},
        {&address, "100", 100},
        {&protection, "r", VM_READ},
        {&protection, "rw", VM_READ | VM_WRITE},
        {&protection, "r-x", VM_READ | VM_EXECUTE},
        {&protection, "xwr", VM_READ | VM_WRITE | VM_EXECUTE},
        {&protection, "---", 0},
    };
    for (size_t i = 0; i < ARRAY_LEN(values); i++) {
        uint64_t number = 77;
        ck_assert_int_eq(
            key_parse(values[i].key, &number, values[i].text, at_nowhere(), NULL), OK);
        ck_assert_uint_eq(number, values[i].number);
    }
}
END_TEST

START_TEST(keys_and_parameters_know_that_they_need_events)
{
    static const char *const need[] = {"workload.processes",
                                       "workload.copies",
                                       "machine.cpus",
                                       "machine.cost.fault",
                                       "scheduler.quantum",
                                       "swap.device",
                                       "swap.device.queue",
                                       "files.device.latency",
                                       "series",
                                       "baseline"};
    static const char *const none[] = {"timing", "trace",       "seed",  "machine.mmu",
                                       "policy", "policy.hand", "sweep", "machine"};
    for (size_t i = 0; i < ARRAY_LEN(need); i++)
        ck_assert_msg(key_needs_events(need[i]), "%s", need[i]);
    for (size_t i = 0; i < ARRAY_LEN(none); i++)
        ck_assert_msg(!key_needs_events(none[i]), "%s", none[i]);
}
END_TEST

START_TEST(what_is_no_number_of_its_kind_is_refused)
{
    static const struct key address = {.name = "start", .kind = KEY_ADDRESS};
    static const struct key protection = {.name = "protection", .kind = KEY_PROTECTION};
    static const struct {
        const struct key *key;
        const char *text;
    } wrong[] = {
        {&address, "0x"},       {&address, "0x1g"},  {&address, "0x10000000000000000"},
        {&address, "abc"},      {&address, "-1"},    {&protection, ""},
        {&protection, "rwxr"},  {&protection, "rr"}, {&protection, "q"},
        {&protection, "-----"},
    };
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
        uint64_t number;
        ck_assert_msg(key_parse(wrong[i].key, &number, wrong[i].text, at_nowhere(), NULL) ==
                          ERR_CONFIG,
                      "%s", wrong[i].text);
    }
    static const char *const texts[][2] = {
        {"swap.cluster", "8 B"},
        {"swap.cluster", "0"},
        {"swap.cluster", "3"},
        {"swap.read_ahead", "unlimited"},
        {"swap.size", "full"},
        {"scheduler.quantum", "999 ns"},
        {"scheduler.quantum", "3601 s"},
        {"machine.cost.reference", "0 s"},
        {"machine.cost.fault", "1001 ms"},
        {"machine.cpus", "0"},
        {"machine.cpus", "65"},
        {"workload.copies", "4097"},
    };
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        uint64_t number;
        const struct key *key = key_find(texts[i][0]);
        ck_assert_msg(key_parse(key, &number, texts[i][1], at_nowhere(), NULL) ==
                          ERR_CONFIG,
                      "%s: %s", texts[i][0], texts[i][1]);
    }
}
END_TEST

static Suite *keys_suite(void)
{
    Suite *suite = suite_create("keys");
    TCase *tests = tcase_create("keys");
    tcase_add_test(tests, every_key_is_found_and_its_default_is_valid);
    tcase_add_test(tests, every_default_of_an_item_is_valid);
    tcase_add_test(tests, the_manual_has_every_key_with_its_default);
    tcase_add_test(tests, sections_are_the_beginnings_of_keys);
    tcase_add_test(tests, parameters_belong_to_policies_kernels_and_devices_only);
    tcase_add_test(tests, keys_and_parameters_know_that_they_need_events);
    tcase_add_test(tests, what_is_no_number_of_its_kind_is_refused);
    tcase_add_test(tests, numbers_come_out_in_bytes_counts_and_places);
    tcase_add_test(tests, addresses_and_protections_are_numbers_too);
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
