/* marks_test.c -- what is noted when a program comes to a mark.  Times are worked out by
 * hand in microseconds, from the costs of the machine in timed.h. */
#include "workload/alone.h"

#define PAIR "workload=[{trace: a.trace, " ZEROS "}, {trace: b.trace, " ZEROS "}]"

enum { OWN_COLUMNS = 11 };

static const char *noted(size_t row, const char *column)
{
    static char text[FIELD_MAX];
    return field(o.results, TABLE_MARKS, row, column, text);
}

static void assert_mark(size_t row, const char *name, const char *process, uint64_t us)
{
    ck_assert_str_eq(noted(row, "mark"), name);
    ck_assert_str_eq(noted(row, "process"), process);
    ck_assert_uint_eq(time_at(o.results, TABLE_MARKS, row, "time"), us * US);
}

static void assert_time(size_t row, const char *column, uint64_t us)
{
    ck_assert_uint_eq(time_at(o.results, TABLE_MARKS, row, column), us * US);
}

static void assert_count(size_t row, const char *column, uint64_t count)
{
    ck_assert_uint_eq(count_at(o.results, TABLE_MARKS, row, column), count);
}

/*   a    5 S1 36 one S1x10 46 S2 77 two L1x5 82 ends */
START_TEST(a_mark_notes_what_has_been_done_before_it_and_takes_no_time)
{
    run_alone("S1 @mark one; S1x10 S2 @mark two; L1x5", PROCESS, NULL, NULL);
    ck_assert_uint_eq(time_of(o.results, "a", "elapsed"), 82 * US);
    ck_assert_uint_eq(o.results[0].tables[TABLE_MARKS].n, 2);
    assert_mark(0, "one", "a", 36);
    assert_time(0, "user", 1);
    assert_time(0, "fault", 30);
    assert_time(0, "ready_wait", 5);
    assert_time(0, "paging_wait", 0);
    assert_count(0, "own_references", 1);
    assert_count(0, "own_faults_minor", 1);
    assert_count(0, "own_resident", 1);
    assert_mark(1, "two", "a", 77);
    assert_time(1, "user", 12);
    assert_time(1, "fault", 60);
    assert_count(1, "own_references", 12);
    assert_count(1, "own_faults_minor", 2);
    assert_count(1, "own_faults_major", 0);
    assert_count(1, "own_resident", 2);
    assert_count(1, "faults_zero_fill", 2);
    ck_assert_str_eq(noted(1, "pgin"), "");
}
END_TEST

/*   a    5 S1x5 40 first S1x5 45 ends
 *   b    50 S2 81 second S2 82 ends */
START_TEST(a_mark_notes_what_others_have_done_too)
{
    program("b.trace", "S2 @mark second; S2");
    run_alone("S1x5 @mark first; S1x5", PAIR, NULL, NULL);
    assert_mark(0, "first", "a", 40);
    assert_count(0, "references", 5);
    assert_mark(1, "second", "b", 81);
    assert_count(1, "own_references", 1);
    assert_count(1, "own_faults_minor", 1);
    assert_count(1, "references", 11);
    assert_count(1, "faults", 2);
    assert_count(1, "context_switches", 2);
    assert_time(1, "user", 1);
    assert_time(1, "ready_wait", 50);
    assert_time(1, "cpu_user", 11);
    assert_time(1, "cpu_fault", 60);
    assert_time(1, "cpu_switch", 10);
}
END_TEST

/*   a    5 L1: 15, waits until 1015; 1016 read ends */
START_TEST(waiting_is_in_the_times_of_a_mark)
{
    run_alone("L1 @mark read;", "trace=a.trace", NULL, NULL);
    assert_mark(0, "read", "a", 1016);
    assert_time(0, "paging_wait", 1000);
    assert_time(0, "cpu_idle_paging", 1000);
    assert_time(0, "cpu_idle", 0);
    assert_count(0, "own_faults_major", 1);
    assert_count(0, "swap_reads", 1);
}
END_TEST

/*   a    5 fork 15 wait 25 sleeps
 *   a.1  since 5; 30 S1 61 child ends
 *   a    66 parent */
START_TEST(a_child_has_marks_of_its_own)
{
    program("b.trace", "S1 @mark child;");
    run_alone("@fork 1; @wait; @mark parent;",
              "workload=[{trace: a.trace, streams: b.trace, " ZEROS "}]", NULL, NULL);
    assert_mark(0, "child", "a.1", 61);
    assert_mark(1, "parent", "a", 66);
    assert_time(1, "cpu_idle", 0);
}
END_TEST

/* The second one has nothing to do. */
START_TEST(idle_cpus_are_in_the_times_of_a_mark)
{
    run_alone("S1 @mark one; S1", PROCESS, "machine.cpus=2", NULL);
    assert_mark(0, "one", "a", 36);
    assert_time(0, "cpu_idle", 36);
    assert_time(0, "cpu_user", 1);
}
END_TEST

/* Each time that the trace comes to it. */
START_TEST(a_mark_has_a_row_each_time)
{
    run_alone("S1 @mark \"a, b\";", "workload=[{trace: a.trace, repeat: 3, " ZEROS "}]",
              NULL, NULL);
    ck_assert_uint_eq(o.results[0].tables[TABLE_MARKS].n, 3);
    ck_assert_ptr_nonnull(strstr(o.results[0].tables[TABLE_MARKS].text, "\n\"a, b\",a,"));
}
END_TEST

/* At the end of a run its counters are the results, whatever happened before. */
START_TEST(a_mark_at_the_end_has_the_counters_of_the_results)
{
    const struct random_program random = {
        .seed = 3, .references = 4000, .pages = 60, .instructions = true};
    random_program("a.trace", &random);
    FILE *out = fopen("a.trace", "a");
    ck_assert_ptr_nonnull(out);
    fputs("@mark end\n", out);
    fclose(out);
    const struct counters *c = run_again(PROCESS, "machine.frames=20", "swap.read_ahead=4");
    const struct result_table_kind *marks = &result_tables[TABLE_MARKS];
    ck_assert_uint_gt(c->page_outs_dirty, 100);
    assert_time(0, "time", c->elapsed / US);
    for (size_t i = OWN_COLUMNS; i < marks->ncolumns; i++) {
        const char *name = marks->columns[i].name;
        char result[FIELD_MAX];
        counter_format(counter_find(name), c, result, sizeof result);
        ck_assert_msg(strcmp(noted(0, name), result) == 0, "%s is '%s', not '%s'", name,
                      noted(0, name), result);
    }
}
END_TEST

START_TEST(without_time_marks_are_passed_over)
{
    program("a.trace", "L1 @mark one; L2");
    const char *set[] = {"trace=a.trace", "machine.frames=1", NULL};
    drop_outcome();
    o = run_settings(set);
    ck_assert_uint_eq(o.results[0].counters.faults, 2);
    ck_assert_uint_eq(o.results[0].tables[TABLE_MARKS].n, 0);
}
END_TEST

static Suite *marks_suite(void)
{
    Suite *suite = suite_create("marks");
    TCase *tests = tcase_create("marks");
    tcase_add_checked_fixture(tests, alone_setup, alone_teardown);
    tcase_add_test(tests, a_mark_notes_what_has_been_done_before_it_and_takes_no_time);
    tcase_add_test(tests, a_mark_notes_what_others_have_done_too);
    tcase_add_test(tests, waiting_is_in_the_times_of_a_mark);
    tcase_add_test(tests, idle_cpus_are_in_the_times_of_a_mark);
    tcase_add_test(tests, a_child_has_marks_of_its_own);
    tcase_add_test(tests, a_mark_has_a_row_each_time);
    tcase_add_test(tests, a_mark_at_the_end_has_the_counters_of_the_results);
    tcase_add_test(tests, without_time_marks_are_passed_over);
    suite_add_tcase(suite, tests);
    return suite;
}

int main(void)
{
    SRunner *runner = srunner_create(marks_suite());
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
