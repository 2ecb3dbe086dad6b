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
        ck_assert_ptr_eq(key_find(key->name), key->flags & KEY_PATTERN ? NULL : key);
        ck_assert_ptr_nonnull(key->type);
        ck_assert_ptr_nonnull(key->help);
        if (key->fallback && key_is_scalar(key))
            ck_assert_int_eq(key_parse(key, &number, key->fallback, at_nowhere(), NULL),
                             OK);
    }
    ck_assert_ptr_null(key_find("machine"));
    ck_assert_ptr_null(key_find("machine.tlb.l2.entries.x"));
    ck_assert_ptr_null(key_find("machine.tlb.l2"));
    ck_assert_ptr_null(key_find("machine.tlb.NAME.entries"));
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

/* The length of the section that a key is in, with its dot; 0: none. */
static size_t section_of(const char *name)
{
    const char *dot = strrchr(name, '.');
    return dot ? (size_t)(dot - name) + 1 : 0;
}

START_TEST(the_keys_of_a_section_stand_together)
{
    for (size_t i = 0; i + 1 < key_count; i++) {
        const size_t length = section_of(key_table[i].name);
        size_t next = i + 1;
        while (next < key_count &&
               strncmp(key_table[next].name, key_table[i].name, length) == 0)
            next++;
        for (; next < key_count && length; next++)
            ck_assert_msg(strncmp(key_table[next].name, key_table[i].name, length) != 0,
                          "%s and %s", key_table[i].name, key_table[next].name);
    }
}
END_TEST

START_TEST(an_array_of_the_tlb_has_the_keys_of_the_patterns)
{
    static const char *const names[] = {
        "l1",    "l8",     "l1i",    "l8d",
        "l2-1g", "l1d-2m", "l3-a-b", "l2-12345678901234567890123456789"};
    static const char *const none[] = {"",
                                       "l",
                                       "l0",
                                       "l9",
                                       "l1x",
                                       "l11",
                                       "l1-",
                                       "l1d-",
                                       "l1di",
                                       "L1",
                                       "i1",
                                       "l1 ",
                                       "l1_2m",
                                       "l1-2M",
                                       "l1-a-",
                                       "l1-a.b",
                                       "l2-123456789012345678901234567890",
                                       "NAME"};
    char name[128];
    size_t length = 0;
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        snprintf(name, sizeof name, "machine.tlb.%s.ways", names[i]);
        const struct key *key = key_find(name);
        ck_assert_msg(key, "%s", name);
        ck_assert_str_eq(key->name, "machine.tlb.NAME.ways");
        ck_assert_str_eq(key_last_part(key), "ways");
        const char *array = key_array(name, &length);
        ck_assert_msg(array && length == strlen(names[i]), "%s", name);
        ck_assert(strncmp(array, names[i], length) == 0);
        ck_assert(key_needs_tables(name) && !key_needs_events(name));
        snprintf(name, sizeof name, "machine.tlb.%s", names[i]);
        ck_assert_msg(key_is_section(name), "%s", name);
        ck_assert_ptr_null(key_find(name));
        snprintf(name, sizeof name, "machine.tlb.%s.wayz", names[i]);
        ck_assert_msg(!key_find(name) && !key_array(name, &length), "%s", name);
    }
    for (size_t i = 0; i < ARRAY_LEN(none); i++) {
        snprintf(name, sizeof name, "machine.tlb.%s.ways", none[i]);
        ck_assert_msg(!key_find(name), "%s", name);
    }
    ck_assert_ptr_null(key_array("machine.tlb.asids", &length));
    ck_assert_ptr_null(key_array("machine.mmu", &length));
    ck_assert(!key_is_section("machine.tlb.x"));
}
END_TEST

START_TEST(an_array_has_its_own_defaults)
{
    static const char *const defaults[][2] = {
        {"machine.tlb.l1i.entries", "64"},
        {"machine.tlb.l1d.entries", "64"},
        {"machine.tlb.l2.entries", "1536"},
        {"machine.tlb.l1.entries", NULL},
        {"machine.tlb.l2-1g.entries", NULL},
        {"machine.tlb.l3.entries", NULL},
        {"machine.tlb.l1i.ways", "4"},
        {"machine.tlb.l1d.ways", "4"},
        {"machine.tlb.l2.ways", "12"},
        {"machine.tlb.l1d-2m.ways", "full"},
        {"machine.tlb.l1i.hit", "0 s"},
        {"machine.tlb.l1-system.hit", "0 s"},
        {"machine.tlb.l2.hit", "3 ns"},
        {"machine.tlb.l3d.hit", "3 ns"},
        {"machine.tlb.l2.wired", "0"},
        {"machine.tlb.l1i.pages", "any"},
        {"seed", "1"},
    };
    for (size_t i = 0; i < ARRAY_LEN(defaults); i++) {
        const struct key key = key_instance(key_find(defaults[i][0]), defaults[i][0]);
        ck_assert_str_eq(key.name, defaults[i][0]);
        ck_assert_pstr_eq(key.fallback, defaults[i][1]);
    }
}
END_TEST

START_TEST(a_time_in_cycles_needs_a_clock_to_be_a_number)
{
    const struct key *key = key_find("machine.cpu_lag");
    uint64_t number = 7;
    ck_assert_int_eq(
        key_parse_clocked(key, &number, "6 cycles", 3000000000, at_nowhere(), NULL), OK);
    ck_assert_uint_eq(number, 2000);
    /* Without one any number will do, with one it must be in range. */
    ck_assert_int_eq(key_parse(key, &number, "2 cycles", at_nowhere(), NULL), OK);
    ck_assert_int_eq(
        key_parse(key, &number, "18446744073709551615 cycles", at_nowhere(), NULL), OK);
    ck_assert_int_eq(
        key_parse_clocked(key, &number, "2 cycles", 3000000000, at_nowhere(), NULL),
        ERR_CONFIG);
    ck_assert_int_eq(key_parse(key, &number, "x cycles", at_nowhere(), NULL), ERR_CONFIG);
    ck_assert_int_eq(key_parse(key, &number, "2 ps", at_nowhere(), NULL), ERR_CONFIG);
    ck_assert_int_eq(key_parse(key_find("series"), &number, "2 cycles", at_nowhere(), NULL),
                     ERR_CONFIG);
}
END_TEST

START_TEST(parameters_belong_to_plug_ins_only)
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
    ck_assert_ptr_eq(key_of_param("machine.mmu.depth", &param), key_find("machine.mmu"));
    ck_assert_str_eq(param, "depth");
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
        {"machine.frames", "unlimited", LIMIT_UNLIMITED},
        {"machine.frames", "4294967294", 4294967294},
        {"machine.tlb.l2.ways", "full", WAYS_FULL},
        {"machine.tlb.l2.entries", "0", 0},
        {"machine.tlb.l1d.replacement", "random", 2},
        {"machine.tlb.l1d.replacement", "bit-plru-dynamorio", 6},
        {"machine.tlb.l1.half", "system", 2},
        {"machine.tlb.asids", "unlimited", LIMIT_UNLIMITED},
        {"machine.tlb.asids", "0", 0},
        {"machine.clock", "3.3 GHz", 3300000000},
        {"machine.model", "any name", 0},
        {"seed", "18446744073709551615", UINT64_MAX},
        {"swap.size", "2 KiB", 2048},
        {"swap.size", "unlimited", CAPACITY_UNLIMITED},
        {"swap.cluster", "65536", 65536},
        {"swap.read_ahead", "1", 1},
        {"swap.allocation", "address", 2},
        {"replacement", "process", 1},
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

START_TEST(keys_and_parameters_know_that_they_need_events_or_tables)
{
    static const char *const need[] = {"workload.processes",
                                       "workload.copies",
                                       "machine.cpus",
                                       "machine.cost.fault",
                                       "machine.shootdown.send",
                                       "scheduler.quantum",
                                       "swap.device",
                                       "swap.device.queue",
                                       "files.device.latency",
                                       "series",
                                       "baseline"};
    static const char *const none[] = {
        "timing",       "trace", "seed",    "machine.mmu",       "policy",
        "policy.hand",  "sweep", "machine", "machine.cost.walk", "machine.tlb.l2.hit",
        "machine.mmu.x"};
    for (size_t i = 0; i < ARRAY_LEN(need); i++)
        ck_assert_msg(key_needs_events(need[i]), "%s", need[i]);
    for (size_t i = 0; i < ARRAY_LEN(none); i++)
        ck_assert_msg(!key_needs_events(none[i]), "%s", none[i]);
    static const char *const tables[] = {
        "machine.tlb.asids",        "machine.tlb.l3.hit",     "machine.walk_cache.l2.ways",
        "machine.table_cache.size", "machine.cost.walk",      "machine.cost.walk_access",
        "machine.shootdown.batch",  "machine.adapt_page_size"};
    static const char *const no_tables[] = {"machine.clock",     "machine.mmu",
                                            "machine.mmu.x",     "machine.cost.fault",
                                            "machine.page_size", "machine.model"};
    for (size_t i = 0; i < ARRAY_LEN(tables); i++)
        ck_assert_msg(key_needs_tables(tables[i]), "%s", tables[i]);
    for (size_t i = 0; i < ARRAY_LEN(no_tables); i++)
        ck_assert_msg(!key_needs_tables(no_tables[i]), "%s", no_tables[i]);
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
    tcase_add_test(tests, the_keys_of_a_section_stand_together);
    tcase_add_test(tests, an_array_of_the_tlb_has_the_keys_of_the_patterns);
    tcase_add_test(tests, an_array_has_its_own_defaults);
    tcase_add_test(tests, a_time_in_cycles_needs_a_clock_to_be_a_number);
    tcase_add_test(tests, parameters_belong_to_plug_ins_only);
    tcase_add_test(tests, keys_and_parameters_know_that_they_need_events_or_tables);
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
