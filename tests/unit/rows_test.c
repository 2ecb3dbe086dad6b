/* rows_test.c -- growing tables of text, and how numbers are written in them. */
#include "stats/rows.h"

#include "stats/counters.h"
#include "stats/numbers.h"
#include "stats/tables.h"

#include <check.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static struct rows rows;

static void setup(void)
{
    rows = (struct rows){0};
}

static void teardown(void)
{
    rows_release(&rows);
}

static const struct {
    psec_t time;
    const char *text;
} times[] = {
    {0, "0.0"},
    {1, "0.000000000001"},
    {123000000, "0.000123"},
    {UINT64_C(1000000000000), "1.0"},
    {UINT64_C(10500000000000), "10.5"},
    {UINT64_C(100000000000000), "100.0"},
    {UINT64_MAX, "18446744.073709551615"},
};

START_TEST(times_are_exact_seconds_without_zeros_at_the_end)
{
    char buffer[NUMBER_SIZE];
    ck_assert_str_eq(number_time(times[_i].time, buffer), times[_i].text);
}
END_TEST

START_TEST(what_was_not_measured_is_blank)
{
    char buffer[NUMBER_SIZE];
    ck_assert_str_eq(number_real(NAN, buffer), "");
    ck_assert_str_eq(number_real(INFINITY, buffer), "");
}
END_TEST

START_TEST(a_row_is_fields_between_commas)
{
    rows_text(&rows, "swap");
    rows_count(&rows, UINT64_MAX);
    rows_blank(&rows);
    rows_time(&rows, 123000000);
    rows_real(&rows, 0.1);
    rows_real(&rows, NAN);
    rows_end(&rows);
    rows_blank(&rows);
    rows_blank(&rows);
    rows_end(&rows);
    ck_assert_str_eq(rows.text, "swap,18446744073709551615,,0.000123,0.1,\n,\n");
    ck_assert_uint_eq(rows.length, strlen(rows.text));
    ck_assert_uint_eq(rows.n, 2);
    ck_assert(!rows.failed);
}
END_TEST

/* RFC 4180, section 2: rules 5 to 7. */
START_TEST(texts_are_quoted_where_csv_needs_it)
{
    rows_text(&rows, "a,b");
    rows_text(&rows, "say \"a\"");
    rows_text(&rows, "two\nlines");
    rows_text(&rows, " blank");
    rows_text(&rows, "");
    rows_text(&rows, "a b;c'");
    rows_end(&rows);
    ck_assert_str_eq(rows.text,
                     "\"a,b\",\"say \"\"a\"\"\",\"two\nlines\",\" blank\",,a b;c'\n");
}
END_TEST

START_TEST(rows_grow_without_end)
{
    for (uint64_t i = 0; i < 20000; i++) {
        rows_count(&rows, i);
        rows_text(&rows, "process");
        rows_end(&rows);
    }
    ck_assert_uint_eq(rows.n, 20000);
    ck_assert_str_eq(rows.text + rows.length - 14, "19999,process\n");
    ck_assert_mem_eq(rows.text, "0,process\n1,process\n", 20);
    size_t lines = 0;
    for (const char *c = rows.text; *c; c++)
        lines += *c == '\n';
    ck_assert_uint_eq(lines, 20000);
}
END_TEST

START_TEST(after_a_failure_nothing_more_is_added)
{
    rows_count(&rows, 1);
    rows_end(&rows);
    rows.failed = true;
    rows_count(&rows, 2);
    rows_end(&rows);
    ck_assert_str_eq(rows.text, "1\n");
    ck_assert_uint_eq(rows.n, 1);
}
END_TEST

START_TEST(rows_come_back_from_their_text)
{
    const char text[] = "\"a,\"\"b\n\",1,\n,\"\",x\"y\n";
    ck_assert(rows_restore(&rows, text, sizeof text - 1, 3));
    ck_assert_str_eq(rows.text, text);
    ck_assert_uint_eq(rows.n, 2);
    rows_count(&rows, 7);
    ck_assert_str_eq(rows.text + sizeof text - 1, "7");
}
END_TEST

static const struct {
    const char *text;
    size_t length;
} broken[] = {
    {"", 0},        {"a,b", 3},        {"a,b\nc\n", 6}, {"a,b,c\n", 6},
    {"a,\"b\n", 5}, {"\"a\"x,b\n", 7}, {"a,b\nc,d", 7}, {"a\n", 2},
    {"a,\0b\n", 5}, {"a,\"", 3},       {"a,b\n\n", 5},  {"a,b,c,d\n", 8},
};

START_TEST(text_that_is_not_rows_of_two_fields_is_refused)
{
    ck_assert(!rows_restore(&rows, broken[_i].text, broken[_i].length, 2));
    ck_assert_ptr_null(rows.text);
    ck_assert_uint_eq(rows.n, 0);
}
END_TEST

static const struct {
    const char *text;
    size_t fields;
    bool held[3];
} holdings[] = {
    {"a,,\n", 3, {true}},
    {"a,,\nb,,\n", 3, {true}},
    {"a,,\nb,,c\n", 3, {true, false, true}},
    {",,\n,c,\n", 3, {false, true, false}},
    {",,\n", 3, {false}},
    {"\"\n,,\",,\n", 3, {true}},
    {",\",\",\"\"\n", 3, {false, true, true}},
    {"a,b\n", 2, {true, true}},
};

START_TEST(fields_that_some_row_holds_are_told)
{
    bool held[3] = {false};
    rows_held(&rows, 3, held); /* there are none */
    ck_assert(!held[0] && !held[1] && !held[2]);
    ck_assert(rows_restore(&rows, holdings[_i].text, strlen(holdings[_i].text),
                           holdings[_i].fields));
    rows_held(&rows, holdings[_i].fields, held);
    for (size_t i = 0; i < ARRAY_LEN(held); i++)
        ck_assert_int_eq(held[i], holdings[_i].held[i]);
}
END_TEST

/* The columns of the files, which readers' scripts rely on. */
static const char *const columns[TABLES] = {
    "process space priority start elapsed user fault paging_wait ready_wait references "
    "faults faults_major faults_minor page_ins effective_access_time slowdown "
    "resident_max sleep swapped end",
    "device model reads writes bytes_read bytes_written merges operations utilisation "
    "wait_mean wait_p99 service_mean service_p99 queue_mean queue_max",
    "tlb level entries ways hits misses fills displaced invalidated flushes",
    "time process resident free_frames faults_per_second page_ins_per_second "
    "page_outs_per_second scans_per_second cpu_utilisation ready waiting swap_queue "
    "freemem lotsfree desfree minfree deficit desscan "
    "front back rss pgin pgout pgrec fastpgrec pgfrec zfod scan rev dfree swpin swpout "
    "nr_free_pages watermark_min watermark_low watermark_high nr_inactive_anon "
    "nr_active_anon nr_inactive_file nr_active_file "
    "cgroup_usage pgfault pgmajfault pswpin pswpout pgscan_direct pgscan_kswapd "
    "pgsteal_direct "
    "pgsteal_kswapd allocstall pageoutrun",
    "page_size curve frames memory window distance reference faults fault_rate pages "
    "accesses",
    "mark process time user fault paging_wait ready_wait own_references own_faults_major "
    "own_faults_minor own_resident references faults faults_major faults_minor "
    "faults_zero_fill faults_copy faults_reclaim page_ins page_outs page_outs_dirty "
    "write_backs scans swap_reads swap_writes cpu_user cpu_fault cpu_switch "
    "cpu_idle_paging cpu_idle context_switches cpu_kernel v_faults pgin pgout pgpgin "
    "pgpgout intrans "
    "pgrec fastpgrec pgfrec xsfrec xifrec exfod zfod nexfod nzfod scan rev seqfree dfree "
    "swpin swpout pswpin pswpout pgfault pgmajfault pgscan_direct pgscan_kswapd "
    "pgsteal_direct pgsteal_kswapd allocstall pageoutrun oom_kill",
};

START_TEST(columns_are_in_the_documented_order)
{
    const struct result_table_kind *table = &result_tables[_i];
    char names[1600] = "";
    for (size_t i = 0; i < table->ncolumns; i++) {
        const struct table_column *column = &table->columns[i];
        strcat(strcat(names, i ? " " : ""), column->name);
        ck_assert_str_ne(column->description, "");
        ck_assert_ptr_nonnull(column->unit);
        ck_assert_ptr_eq(table_column_find(table, column->name), column);
    }
    ck_assert_str_eq(names, columns[_i]);
    ck_assert_ptr_null(table_column_find(table, "proces"));
}
END_TEST

/* Behind the process's own: kernels' own are those that may be left out. */
START_TEST(marks_have_counters_with_their_units)
{
    const struct result_table_kind *marks = &result_tables[TABLE_MARKS];
    for (size_t i = 11; i < marks->ncolumns; i++) {
        const struct counter *counter = counter_find(marks->columns[i].name);
        ck_assert_ptr_nonnull(counter);
        ck_assert_str_eq(marks->columns[i].unit, counter->unit);
        ck_assert_uint_eq(counter->own, marks->columns[i].group);
    }
}
END_TEST

START_TEST(files_have_the_names_of_their_tables)
{
    ck_assert_str_eq(result_tables[TABLE_PROCESSES].name, "processes");
    ck_assert_str_eq(result_tables[TABLE_DEVICES].name, "devices");
    ck_assert_str_eq(result_tables[TABLE_TLBS].name, "tlbs");
    ck_assert_str_eq(result_tables[TABLE_SERIES].name, "series");
    ck_assert_str_eq(result_tables[TABLE_MARKS].name, "marks");
}
END_TEST

START_TEST(tlbs_and_curves_are_known_without_time)
{
    for (size_t t = 0; t < TABLES; t++)
        ck_assert_int_eq(result_tables[t].timed, t != TABLE_TLBS && t != TABLE_CURVES);
}
END_TEST

static Suite *rows_suite(void)
{
    Suite *suite = suite_create("rows");
    TCase *tests = tcase_create("rows");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_loop_test(tests, times_are_exact_seconds_without_zeros_at_the_end, 0,
                        (int)ARRAY_LEN(times));
    tcase_add_test(tests, what_was_not_measured_is_blank);
    tcase_add_test(tests, a_row_is_fields_between_commas);
    tcase_add_test(tests, texts_are_quoted_where_csv_needs_it);
    tcase_add_test(tests, rows_grow_without_end);
    tcase_add_loop_test(tests, fields_that_some_row_holds_are_told, 0,
                        (int)ARRAY_LEN(holdings));
    tcase_add_test(tests, after_a_failure_nothing_more_is_added);
    tcase_add_test(tests, rows_come_back_from_their_text);
    tcase_add_loop_test(tests, text_that_is_not_rows_of_two_fields_is_refused, 0,
                        (int)ARRAY_LEN(broken));
    tcase_add_loop_test(tests, columns_are_in_the_documented_order, 0, TABLES);
    tcase_add_test(tests, marks_have_counters_with_their_units);
    tcase_add_test(tests, files_have_the_names_of_their_tables);
    tcase_add_test(tests, tlbs_and_curves_are_known_without_time);
    suite_add_tcase(suite, tests);
    return suite;
}

int main(void)
{
    SRunner *runner = srunner_create(rows_suite());
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
