/* counters_test.c -- the table of counters and how their values are written. */
#include "stats/counters.h"

#include "base/types.h"

#include <check.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The columns of results.csv, which readers' scripts rely on. */
static const char *const names[] = {
    "references",
    "ifetches",
    "loads",
    "stores",
    "accesses",
    "faults",
    "faults_cold",
    "faults_major",
    "faults_minor",
    "faults_referenced",
    "fault_rate",
    "page_ins",
    "page_outs",
    "page_outs_dirty",
    "resident_mean",
    "ghosts_max",
    "policy_memory",
    "tlb_l1i_misses",
    "tlb_l1d_misses",
    "tlb_l2_hits",
    "tlb_l2_misses",
    "tlb_l3_hits",
    "tlb_l3_misses",
    "tlb_flushes",
    "walks",
    "walk_accesses",
    "walk_writes",
    "walk_instructions",
    "walk_cache_hits",
    "table_cache_hits",
    "table_cache_misses",
    "modify_walks",
    "alias_faults",
    "table_bytes",
    "translation_time",
    "cycles_per_reference",
    "bytes_fetched",
    "bytes_touched",
    "elapsed",
    "cpu_user",
    "cpu_fault",
    "cpu_switch",
    "cpu_idle_paging",
    "cpu_idle",
    "cpu_utilisation",
    "paging_wait",
    "ready_wait",
    "effective_access_time",
    "slowdown",
    "context_switches",
    "faults_zero_fill",
    "faults_copy",
    "faults_in_transfer",
    "faults_reclaim",
    "faults_protection",
    "violations",
    "pages_read_ahead",
    "read_ahead_hits",
    "write_backs",
    "scans",
    "shootdowns",
    "shootdown_ipis",
    "shootdown_ipis_saved",
    "shootdown_pages",
    "shootdown_time",
    "large_pages",
    "large_page_failures",
    "large_page_splits",
    "swap_used_max",
    "swap_reads",
    "swap_writes",
    "swap_utilisation",
    "swap_queue_mean",
    "swap_wait_mean",
    "swap_wait_p99",
    "swap_service_mean",
    "swap_service_p99",
    "v_faults",
    "pgin",
    "pgout",
    "pgpgin",
    "pgpgout",
    "intrans",
    "pgrec",
    "fastpgrec",
    "pgfrec",
    "xsfrec",
    "xifrec",
    "exfod",
    "zfod",
    "nexfod",
    "nzfod",
    "scan",
    "rev",
    "seqfree",
    "dfree",
    "swpin",
    "swpout",
    "pswpin",
    "pswpout",
    "cpu_kernel",
    "pgfault",
    "pgmajfault",
    "swap_ra",
    "swap_ra_hit",
    "zswpin",
    "zswpout",
    "zswpwb",
    "pgscan_direct",
    "pgscan_kswapd",
    "pgsteal_direct",
    "pgsteal_kswapd",
    "allocstall",
    "pageoutrun",
    "oom_kill",
    "pglazyfree",
    "pglazyfreed",
    "thp_fault_alloc",
    "thp_fault_fallback",
    "thp_fault_fallback_charge",
    "thp_split_page",
    "thp_collapse_alloc",
    "thp_collapse_alloc_failed",
    "thp_scan_exceed_none_pte",
    "thp_scan_exceed_swap_pte",
    "thp_scan_exceed_share_pte",
    "pages_collapsed",
    "full_scans",
    "compact_stall",
    "compact_fail",
    "compact_success",
    "compact_daemon_wake",
    "compact_migrate_scanned",
    "compact_free_scanned",
    "pgmigrate_success",
    "pgscan_anon",
    "pgscan_file",
    "pgsteal_anon",
    "pgsteal_file",
    "pgrefill",
    "pgactivate",
    "pgdeactivate",
    "pgrotated",
    "workingset_refault_anon",
    "workingset_refault_file",
    "workingset_activate_anon",
    "workingset_activate_file",
    "workingset_restore_anon",
    "workingset_restore_file",
};

/* From the first on they have a meaning with `timing: events` only, from the second on with
 * some kernels only. */
#define FIRST_TIMED "elapsed"
#define FIRST_OWN "v_faults"

START_TEST(columns_are_in_the_documented_order)
{
    ck_assert_uint_eq(counter_count, ARRAY_LEN(names));
    for (size_t i = 0; i < counter_count; i++)
        ck_assert_str_eq(counter_table[i].name, names[i]);
}
END_TEST

START_TEST(timed_counters_come_behind_the_others_and_kernels_own_last)
{
    bool timed = false, own = false;
    for (size_t i = 0; i < counter_count; i++) {
        timed = timed || strcmp(counter_table[i].name, FIRST_TIMED) == 0;
        own = own || strcmp(counter_table[i].name, FIRST_OWN) == 0;
        ck_assert(own || counter_table[i].timed == timed);
        ck_assert_int_eq(counter_table[i].own != 0, own);
        ck_assert_int_eq(counter_table[i].kind == COUNTER_TIME,
                         strcmp(counter_table[i].unit, "s") == 0);
    }
    ck_assert(timed);
}
END_TEST

START_TEST(every_counter_says_what_it_is)
{
    for (size_t i = 0; i < counter_count; i++) {
        ck_assert_str_ne(counter_table[i].unit, "");
        ck_assert_str_ne(counter_table[i].description, "");
        ck_assert_ptr_nonnull(counter_table[i].formula);
    }
}
END_TEST

START_TEST(every_counter_has_a_place_of_its_own)
{
    for (size_t i = 0; i < counter_count; i++) {
        struct counters counters = {.kernel_own = counter_table[i].own};
        *(uint64_t *)(void *)((char *)&counters + counter_table[i].offset) = 1;
        size_t set = 0;
        for (size_t k = 0; k < counter_count; k++)
            set += counter_value(&counter_table[k], &counters) > 0;
        ck_assert_uint_eq(set, 1);
    }
    ck_assert_uint_eq(counter_find("page_outs")->offset,
                      offsetof(struct counters, page_outs));
}
END_TEST

START_TEST(find_knows_whole_names_only)
{
    ck_assert_ptr_eq(counter_find("references"), &counter_table[0]);
    ck_assert_ptr_null(counter_find("fault"));
    ck_assert_ptr_null(counter_find(""));
}
END_TEST

START_TEST(counts_are_written_whole)
{
    char buffer[32];
    const struct counters counters = {.references = UINT64_MAX - 1, .faults = 0};
    ck_assert_str_eq(
        counter_format(counter_find("references"), &counters, buffer, sizeof buffer),
        "18446744073709551614");
    ck_assert_str_eq(
        counter_format(counter_find("faults"), &counters, buffer, sizeof buffer), "0");
}
END_TEST

/* 0.1 + 0.2 is the known case that needs 17 digits; 1/3 needs 16, 0.1 only one. */
static const struct {
    double ratio;
    const char *text;
} ratios[] = {
    {0, "0"},
    {0.1, "0.1"},
    {1.0 / 3, "0.3333333333333333"},
    {0.1 + 0.2, "0.30000000000000004"},
    {2.5e-7, "2.5e-07"},
};

START_TEST(ratios_are_the_shortest_decimals_that_read_back)
{
    char buffer[32];
    const struct counters counters = {.fault_rate = ratios[_i].ratio};
    counter_format(counter_find("fault_rate"), &counters, buffer, sizeof buffer);
    ck_assert_str_eq(buffer, ratios[_i].text);
    ck_assert(strtod(buffer, NULL) == ratios[_i].ratio);
}
END_TEST

START_TEST(times_are_seconds)
{
    char buffer[32];
    const struct counters counters = {.elapsed = UINT64_C(1500000000123)};
    const struct counter *elapsed = counter_find("elapsed");
    ck_assert_str_eq(counter_format(elapsed, &counters, buffer, sizeof buffer),
                     "1.500000000123");
    ck_assert(fabs(counter_value(elapsed, &counters) - 1.500000000123) < 1e-15);
}
END_TEST

START_TEST(a_count_that_was_not_measured_is_blank)
{
    char buffer[32];
    const struct counters counters = {.accesses = COUNT_UNKNOWN};
    const struct counter *accesses = counter_find("accesses");
    ck_assert_str_eq(counter_format(accesses, &counters, buffer, sizeof buffer), "");
    ck_assert(isnan(counter_value(accesses, &counters)));
}
END_TEST

START_TEST(a_ratio_that_was_not_measured_is_blank)
{
    char buffer[32];
    const struct counters counters = {.slowdown = NAN};
    const struct counter *slowdown = counter_find("slowdown");
    ck_assert_str_eq(counter_format(slowdown, &counters, buffer, sizeof buffer), "");
    ck_assert(isnan(counter_value(slowdown, &counters)));
}
END_TEST

/* Of a cell whose kernel has no names of its own they are blank. */
START_TEST(a_kernels_own_counters_are_unknown_under_another_one)
{
    char buffer[64];
    const struct counter *scan = counter_find("scan");
    struct counters counters = {.scan = 7};
    ck_assert(scan->own && !counter_known(scan, &counters));
    ck_assert_str_eq(counter_format(scan, &counters, buffer, sizeof buffer), "");
    ck_assert(isnan(counter_value(scan, &counters)));
    counters.kernel_own = COUNTING_LINUX;
    ck_assert(!counter_known(scan, &counters));
    counters.kernel_own = COUNTING_BSD43;
    ck_assert_str_eq(counter_format(scan, &counters, buffer, sizeof buffer), "7");
    counters.scan = COUNT_UNKNOWN;
    ck_assert(!counter_known(scan, &counters));
}
END_TEST

START_TEST(counters_that_were_read_back_tell_the_kernel_that_has_them)
{
    struct counters counters = {0};
    counter_tells_kernel(counter_find("faults"), &counters);
    counter_tells_kernel(counter_find("pswpin"), &counters); /* two have it */
    ck_assert_uint_eq(counters.kernel_own, 0);
    counter_tells_kernel(counter_find("pgfault"), &counters);
    ck_assert_uint_eq(counters.kernel_own, COUNTING_LINUX);
    ck_assert(counter_known(counter_find("pswpin"), &counters));
    ck_assert_str_eq(counter_kernels(counter_find("faults")), "");
    ck_assert_str_eq(counter_kernels(counter_find("scan")), "bsd43");
    ck_assert_str_eq(counter_kernels(counter_find("pgfault")), "linux");
    ck_assert_str_eq(counter_kernels(counter_find("pswpin")), "bsd43 or linux");
}
END_TEST

static Suite *counters_suite(void)
{
    Suite *suite = suite_create("counters");
    TCase *tests = tcase_create("counters");
    tcase_add_test(tests, columns_are_in_the_documented_order);
    tcase_add_test(tests, timed_counters_come_behind_the_others_and_kernels_own_last);
    tcase_add_test(tests, every_counter_says_what_it_is);
    tcase_add_test(tests, every_counter_has_a_place_of_its_own);
    tcase_add_test(tests, a_kernels_own_counters_are_unknown_under_another_one);
    tcase_add_test(tests, counters_that_were_read_back_tell_the_kernel_that_has_them);
    tcase_add_test(tests, find_knows_whole_names_only);
    tcase_add_test(tests, counts_are_written_whole);
    tcase_add_test(tests, times_are_seconds);
    tcase_add_test(tests, a_count_that_was_not_measured_is_blank);
    tcase_add_test(tests, a_ratio_that_was_not_measured_is_blank);
    tcase_add_loop_test(tests, ratios_are_the_shortest_decimals_that_read_back, 0,
                        (int)ARRAY_LEN(ratios));
    suite_add_tcase(suite, tests);
    return suite;
}

int main(void)
{
    SRunner *runner = srunner_create(counters_suite());
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
