/* machine_counts_test.c -- what the hardware did, from the keys of a machine to the counters
 * and the table of its TLBs. */
#include "unit/experiment_folder.h"

#include "experiment/run.h"

/* Four loads; the fourth finds its page in the second level only. */
#define TRACE "trace: t.txt\n"
#define LOADS "1\n2\n3\n1\n"

static const char machine[] =
    "machine:\n"
    "  clock: 1 GHz\n"
    "  mmu: x86-64\n"
    "  tlb: { l1d: { entries: 2, ways: full }, l2: { entries: 4, ways: full,\n"
    "         hit: 10 cycles } }\n"
    "  cost: { walk: 20 cycles, walk_access: 5 cycles }\n";

static struct cell_result result;

static void run(const char *text, const char *set)
{
    struct error err = {0};
    char message[1400];
    static const volatile sig_atomic_t interrupted = 0;
    const struct run_options options = {.jobs = 1, .interrupted = &interrupted};
    write_file("t.txt", LOADS);
    load(text, set, NULL);
    ck_assert_uint_eq(experiment->ncells, 1);
    cell_result_release(&result);
    result = (struct cell_result){0};
    const enum status status = experiment_run(experiment, &options, &result, &err);
    ck_assert_msg(status == OK, "%s", error_format(&err, message, sizeof message));
    ck_assert_msg(result.state == CELL_DONE, "%s", result.message);
}

static void teardown(void)
{
    cell_result_release(&result);
    folder_teardown();
}

static void load_machine(const char *set)
{
    char text[1024];
    snprintf(text, sizeof text, TRACE "%s", machine);
    run(text, set);
}

/* Three walks of four reads.  The first finds no accessed bit set and sets all four, the
 * others set that of their leaf. */
START_TEST(translations_are_counted_and_timed_without_a_clock)
{
    load_machine(NULL);
    const struct counters *c = &result.counters;
    ck_assert_uint_eq(c->references, 4);
    ck_assert_uint_eq(c->tlb_l1i_misses, 0);
    ck_assert_uint_eq(c->tlb_l1d_misses, 4);
    ck_assert_uint_eq(c->tlb_l2_hits, 1);
    ck_assert_uint_eq(c->tlb_l2_misses, 3);
    ck_assert_uint_eq(c->tlb_l3_misses, 0);
    ck_assert_uint_eq(c->walks, 3);
    ck_assert_uint_eq(c->walk_accesses, 12);
    ck_assert_uint_eq(c->walk_writes, 6);
    ck_assert_uint_eq(c->table_cache_misses, 18);
    ck_assert_uint_eq(c->table_bytes, 4 * 4096);
    /* 3 * 20 + 18 * 5 + 10 cycles of 1 ns. */
    ck_assert_uint_eq(c->translation_time, 160000);
    ck_assert_double_eq_tol(c->cycles_per_reference, 40, 1e-9);
    ck_assert_str_eq(result.tables[TABLE_TLBS].text, "l1i,1,64,4,,0,0,0,0,0\n"
                                                     "l1d,1,2,2,,4,4,2,0,0\n"
                                                     "l2,2,4,4,1,3,3,0,0,0\n");
}
END_TEST

START_TEST(cycles_of_a_slower_clock_are_longer_and_as_many)
{
    load_machine("machine.clock=500 MHz");
    ck_assert_uint_eq(result.counters.translation_time, 320000);
    ck_assert_double_eq_tol(result.counters.cycles_per_reference, 40, 1e-9);
}
END_TEST

/* What is in the TLBs when the process ends is taken back. */
START_TEST(with_events_there_is_the_same_and_a_table_beside_the_others)
{
    load_machine("timing=events");
    ck_assert_uint_eq(result.counters.walks, 3);
    ck_assert_uint_eq(result.counters.translation_time, 160000);
    ck_assert_uint_eq(result.counters.shootdown_ipis, 0);
    ck_assert_str_eq(result.tables[TABLE_TLBS].text, "l1i,1,64,4,,0,0,0,0,0\n"
                                                     "l1d,1,2,2,,4,4,2,2,0\n"
                                                     "l2,2,4,4,1,3,3,0,3,0\n");
    ck_assert_uint_eq(result.tables[TABLE_PROCESSES].n, 1);
}
END_TEST

START_TEST(walk_caches_and_table_caches_shorten_walks)
{
    load_machine("machine.walk_cache.l2.entries=1");
    /* The second walk and the third begin at the last table. */
    ck_assert_uint_eq(result.counters.walk_cache_hits, 2);
    ck_assert_uint_eq(result.counters.walk_accesses, 6);
    load_machine("machine.table_cache={size: 4 KiB, line: 64, ways: 4, hit: 1 cycle}");
    /* Each table's line is read once, the rest is there: 6 cycles for 18 - 4 accesses. */
    ck_assert_uint_eq(result.counters.table_cache_misses, 4);
    ck_assert_uint_eq(result.counters.table_cache_hits, 14);
    ck_assert_uint_eq(result.counters.translation_time,
                      60000 + 4 * 5000 + 14 * 1000 + 10000);
}
END_TEST

START_TEST(the_ideal_machine_counts_nothing)
{
    run(TRACE, NULL);
    ck_assert_uint_eq(result.counters.references, 4);
    ck_assert_uint_eq(result.counters.walks, 0);
    ck_assert_uint_eq(result.counters.table_bytes, 0);
    ck_assert_uint_eq(result.counters.translation_time, 0);
    ck_assert_uint_eq(result.tables[TABLE_TLBS].n, 0);
}
END_TEST

/* Of seven frames four are for tables, so that the three pages fit and nothing goes; of six
 * two are left.  Apart, two are enough for the same. */
START_TEST(tables_take_frames_unless_they_lie_apart)
{
    load_machine("machine.frames=7");
    ck_assert_uint_eq(result.counters.page_outs, 0);
    load_machine("machine.frames=6");
    ck_assert_uint_eq(result.counters.page_outs, 2);
    ck_assert_uint_eq(result.counters.faults, 4);
    run(TRACE "machine: { mmu: x86-64, frames: 2, table_frames: apart }\n", NULL);
    ck_assert_uint_eq(result.counters.page_outs, 2);
    ck_assert_uint_eq(result.counters.faults, 4);
    ck_assert_uint_eq(result.counters.table_bytes, 4 * 4096);
}
END_TEST

START_TEST(adapted_tables_are_in_the_notes)
{
    load_machine("machine.page_size=4 KiB");
    ck_assert_ptr_null(strstr(result.notes, "adapted"));
    run(TRACE "machine: { mmu: x86-64, page_size: 8 KiB, adapt_page_size: yes }\n", NULL);
    ck_assert_ptr_nonnull(strstr(result.notes, "x86-64 has no pages of 8192 bytes: its "
                                               "tables are adapted, index bits 8+9+9+9"));
}
END_TEST

static Suite *machine_counts_suite(void)
{
    Suite *suite = suite_create("machine_counts");
    TCase *tests = tcase_create("machine_counts");
    tcase_add_checked_fixture(tests, folder_setup, teardown);
    tcase_add_test(tests, translations_are_counted_and_timed_without_a_clock);
    tcase_add_test(tests, tables_take_frames_unless_they_lie_apart);
    tcase_add_test(tests, cycles_of_a_slower_clock_are_longer_and_as_many);
    tcase_add_test(tests, with_events_there_is_the_same_and_a_table_beside_the_others);
    tcase_add_test(tests, walk_caches_and_table_caches_shorten_walks);
    tcase_add_test(tests, the_ideal_machine_counts_nothing);
    tcase_add_test(tests, adapted_tables_are_in_the_notes);
    suite_add_tcase(suite, tests);
    return suite;
}

int main(void)
{
    SRunner *runner = srunner_create(machine_counts_suite());
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
