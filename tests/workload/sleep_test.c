/* sleep_test.c -- processes that wait for their children, and sleep for a time or for ever.
 * Times are worked out by hand in microseconds, from the costs of the machine in timed.h; an
 * operation takes the CPU as long as a trap, and a child begins when its operation does. */
#include "workload/alone.h"

#define OPERATION FAULT
#define FAMILY "workload=[{trace: a.trace, streams: [b.trace, c.trace], " ZEROS "}]"
#define PAIR "workload=[{trace: a.trace, " ZEROS "}, {trace: b.trace, " ZEROS "}]"

static const char *text_of(const char *process, const char *column)
{
    static char text[FIELD_MAX];
    return field(o.results, TABLE_PROCESSES, row_of(o.results, process), column, text);
}

static void children(const char *b, const char *c)
{
    program("b.trace", b);
    program("c.trace", c);
}

/* When it ended. */
static uint64_t end_of(const char *process)
{
    return time_of(o.results, process, "start") + time_of(o.results, process, "elapsed");
}

/* --- wait ----------------------------------------------------------------------------- */

/*   a    5 S1 36 fork 46 wait 56 sleeps
 *   a.1  since 36; 61 copy 101 S1x64 165 ends
 *   a    170 L1 171 ends */
START_TEST(a_parent_sleeps_until_its_child_has_ended)
{
    children("S1x64", "L1");
    const struct counters *c = run_alone("S1 @fork 1; @wait; L1", FAMILY, NULL, NULL);
    const struct cell_result *r = o.results;
    ck_assert_uint_eq(time_of(r, "a", "elapsed"), 171 * US);
    ck_assert_uint_eq(time_of(r, "a", "sleep"), (165 - 56) * US);
    ck_assert_uint_eq(time_of(r, "a", "ready_wait"), 2 * SWITCH);
    ck_assert_uint_eq(time_of(r, "a", "fault"), FAULT + ZERO + 2 * OPERATION);
    ck_assert_uint_eq(time_of(r, "a", "swapped"), 0);
    ck_assert_uint_eq(time_of(r, "a.1", "start"), 36 * US);
    ck_assert_uint_eq(end_of("a.1"), 165 * US);
    ck_assert_uint_eq(time_of(r, "a.1", "sleep"), 0);
    ck_assert_uint_eq(c->context_switches, 3);
    ck_assert_uint_eq(c->cpu_idle + c->cpu_idle_paging, 0);
    ck_assert_str_eq(text_of("a", "end"), "");
    ck_assert_str_eq(text_of("a.1", "end"), "");
}
END_TEST

/*   a    5 fork 15 wait 25 sleeps
 *   a.1  since 5; 30 L1: 40 waits until 1040; 1041 ends
 *   a    1046 ends */
START_TEST(a_cpu_is_idle_for_the_page_of_the_child)
{
    program("b.trace", "L1");
    const struct counters *c = run_alone(
        "@fork 1; @wait;", "workload=[{trace: a.trace, streams: b.trace}]", NULL, NULL);
    ck_assert_uint_eq(c->cpu_idle_paging, MS);
    ck_assert_uint_eq(c->cpu_idle, 0);
    ck_assert_uint_eq(time_of(o.results, "a", "elapsed"), 1046 * US);
    ck_assert_uint_eq(time_of(o.results, "a", "sleep"), (1041 - 25) * US);
    ck_assert_uint_eq(time_of(o.results, "a", "paging_wait"), 0);
}
END_TEST

/*   a    5 fork 15 fork 25 wait 35 sleeps
 *   a.1  since 5; 40 zero 70 S1x20 90 ends
 *   a.2  since 15; 95 zero 125 S1x10 135 ends */
START_TEST(a_wait_may_be_for_the_children_of_one_stream)
{
    children("S1x10", "S1x20");
    run_alone("@fork 2; @fork 1; @wait 1; S2", FAMILY, NULL, NULL);
    ck_assert_uint_eq(end_of("a.1"), 90 * US);
    ck_assert_uint_eq(end_of("a.2"), 135 * US);
    ck_assert_uint_eq(time_of(o.results, "a", "sleep"), (135 - 35) * US);
    ck_assert_uint_eq(time_of(o.results, "a", "ready_wait"), 2 * SWITCH);
    ck_assert_uint_eq(end_of("a"), 171 * US);
    /* ready at 90, behind a.2; 140 */
    run_alone("@fork 2; @fork 1; @wait 2; S2", FAMILY, NULL, NULL);
    ck_assert_uint_eq(time_of(o.results, "a", "sleep"), (90 - 35) * US);
    ck_assert_uint_eq(time_of(o.results, "a", "ready_wait"), SWITCH + (140 - 90) * US);
    ck_assert_uint_eq(end_of("a"), 171 * US);
}
END_TEST

/*   a    5 fork 15 fork 25 fork 35 wait 1 45 sleeps
 *   a.1  since 5; 50 sleep 60 until 50060
 *   a.2  since 15; 65 zero 95 S1x10 105 ends
 *   a.3  since 25; 110 zero 140 S1x10 150 ends
 *   a    155 S2 186 wait 196 sleeps
 *   a.1  50065 ends
 *   a    50070 S3 50101 ends */
START_TEST(a_wait_is_for_all_children_of_its_stream)
{
    children("S1x10", "@sleep 50ms;");
    const struct counters *c =
        run_alone("@fork 2; @fork 1; @fork 1; @wait 1; S2 @wait; S3", FAMILY, NULL, NULL);
    ck_assert_uint_eq(end_of("a.1"), 50065 * US);
    ck_assert_uint_eq(end_of("a.2"), 105 * US);
    ck_assert_uint_eq(end_of("a.3"), 150 * US);
    ck_assert_uint_eq(end_of("a"), 50101 * US);
    ck_assert_uint_eq(time_of(o.results, "a", "sleep"),
                      (150 - 45) * US + (50065 - 196) * US);
    ck_assert_uint_eq(time_of(o.results, "a.1", "sleep"), 50 * MS);
    ck_assert_uint_eq(c->cpu_idle, (50060 - 196) * US);
    ck_assert_uint_eq(c->cpu_idle_paging, 0);
}
END_TEST

/* As after a child that has ended already.   a  5 wait 15 S1 46 ends */
START_TEST(a_wait_for_nobody_takes_no_time_but_its_own)
{
    children("L1", "L1");
    run_alone("@wait; S1", FAMILY, NULL, NULL);
    ck_assert_uint_eq(end_of("a"), 46 * US);
    ck_assert_str_eq(text_of("a", "sleep"), "");
    run_alone("@wait 2; S1", FAMILY, NULL, NULL);
    ck_assert_uint_eq(end_of("a"), 46 * US);
}
END_TEST

/*   a      5 fork 15 wait 25 sleeps
 *   a.1    since 5; 30 fork 40 S1 71 ends
 *   a.1.1  since 30; 76 sleep 86 until 1086
 *   a      91 S2 122 ends   a.1.1  1091 ends */
START_TEST(nobody_waits_for_the_children_of_children)
{
    children("@fork 2; S1", "@sleep 1ms;");
    run_alone("@fork 1; @wait; S2", FAMILY, NULL, NULL);
    ck_assert_uint_eq(end_of("a"), 122 * US);
    ck_assert_uint_eq(time_of(o.results, "a", "sleep"), (71 - 25) * US);
    ck_assert_uint_eq(end_of("a.1.1"), 1091 * US);
}
END_TEST

/*   a    5 fork 15 wait 1 25 sleeps
 *   a.1  since 5; 30 exec 40 zero 70 S1x5 75 ends
 *   a    80 L1 111 ends */
START_TEST(a_child_is_waited_for_whatever_it_executes)
{
    children("@exec 2;", "S1x5");
    run_alone("@fork 1; @wait 1; L1", FAMILY, NULL, NULL);
    ck_assert_uint_eq(time_of(o.results, "a", "sleep"), (75 - 25) * US);
    ck_assert_uint_eq(end_of("a"), 111 * US);
}
END_TEST

/*   a    5 thread 15 wait 25 sleeps
 *   a.1  since 5; 30 zero 60 S1x10 70 ends
 *   a    75 L1 76 ends */
START_TEST(threads_are_waited_for_too)
{
    children("S1x10", "L1");
    run_alone("@thread 1; @wait; L1", FAMILY, NULL, NULL);
    ck_assert_uint_eq(time_of(o.results, "a", "sleep"), (70 - 25) * US);
    ck_assert_uint_eq(end_of("a"), 76 * US);
    ck_assert_uint_eq(count_of(o.results, "a", "space"),
                      count_of(o.results, "a.1", "space"));
}
END_TEST

/*   a    on the first CPU: 5 S1 36 fork 46 wait 56 L1 57 ends
 *   a.1  on the second: since 36; 41 L1 42 ends */
START_TEST(a_child_that_ends_while_the_wait_begins_is_not_waited_for)
{
    children("L1", "L1");
    run_alone("S1 @fork 1; @wait; L1", FAMILY, "machine.cpus=2", NULL);
    ck_assert_uint_eq(end_of("a.1"), 42 * US);
    ck_assert_uint_eq(end_of("a"), 57 * US);
    ck_assert_str_eq(text_of("a", "sleep"), "");
}
END_TEST

START_TEST(a_wait_must_name_a_stream_of_its_process)
{
    children("L1", "L1");
    program("a.trace", "S1 @wait 3;");
    assert_fails(
        "a.trace: a wait names stream 3, and the process has 2 in `streams`, after "
        "reference 1 of process 'a'",
        FAMILY, NULL);
}
END_TEST

/* --- sleep ---------------------------------------------------------------------------- */

/*   a  5 S1 36 sleep 46 until 1046 L1 1047 ends */
START_TEST(a_process_sleeps_for_a_time)
{
    const struct counters *c = run_alone("S1 @sleep 1ms; L1", PROCESS, NULL, NULL);
    ck_assert_uint_eq(end_of("a"), 1047 * US);
    ck_assert_uint_eq(time_of(o.results, "a", "sleep"), MS);
    ck_assert_uint_eq(c->cpu_idle, MS);
    ck_assert_uint_eq(c->cpu_idle_paging, 0);
    ck_assert_uint_eq(c->context_switches, 1);
    ck_assert_str_eq(text_of("a", "end"), "");
}
END_TEST

/*   a  5 sleep 15 until 115, b then has the CPU: 255 S1 286 ends
 *   b  20 zero 50 S2x200 250 ends */
START_TEST(who_wakes_waits_for_a_cpu)
{
    program("b.trace", "S2x200");
    run_alone("@sleep 100us; S1", PAIR, NULL, NULL);
    ck_assert_uint_eq(end_of("b"), 250 * US);
    ck_assert_uint_eq(end_of("a"), 286 * US);
    ck_assert_uint_eq(time_of(o.results, "a", "sleep"), 100 * US);
    ck_assert_uint_eq(time_of(o.results, "a", "ready_wait"), SWITCH + (255 - 115) * US);
}
END_TEST

/*   a  5 S1 36 sleep 46   b  51 zero 81 S1x100 181 ends */
START_TEST(who_sleeps_for_ever_ends_with_the_last_of_the_others)
{
    program("b.trace", "S1x100");
    const struct counters *c = run_alone("S1 @sleep; S2 S3", PAIR, NULL, NULL);
    ck_assert_uint_eq(end_of("b"), 181 * US);
    ck_assert_uint_eq(end_of("a"), 181 * US);
    ck_assert_uint_eq(time_of(o.results, "a", "sleep"), (181 - 46) * US);
    ck_assert_uint_eq(count_of(o.results, "a", "references"), 1);
    ck_assert_str_eq(text_of("a", "end"), "asleep");
    ck_assert_str_eq(text_of("b", "end"), "");
    ck_assert_uint_eq(c->elapsed, 181 * US);
    ck_assert_uint_eq(c->references, 101);
    ck_assert_uint_eq(c->faults_zero_fill, 2);
    ck_assert_uint_eq(c->bytes_touched, 2 * 512);
}
END_TEST

START_TEST(a_run_ends_when_all_sleep_for_ever)
{
    const struct counters *c = run_alone("S1 @sleep; S2", PROCESS, NULL, NULL);
    ck_assert_uint_eq(c->elapsed, 46 * US);
    ck_assert_uint_eq(time_of(o.results, "a", "sleep"), 0);
    ck_assert_str_eq(text_of("a", "end"), "asleep");
}
END_TEST

/* Nothing is to be done from 46 to 5000, where b begins, nor while b waits for its alarm.
 *   b  5005 zero 5035 S1x100 5135 sleep 5145 until 6145 ends */
START_TEST(for_ever_is_until_those_that_begin_later_have_ended)
{
    program("b.trace", "S1x100 @sleep 1ms;");
    const struct counters *c = run_alone("S1 @sleep;",
                                         "workload=[{trace: a.trace, " ZEROS
                                         "}, {trace: b.trace, start: 5 ms, " ZEROS "}]",
                                         NULL, NULL);
    ck_assert_uint_eq(c->elapsed, 6145 * US);
    ck_assert_uint_eq(time_of(o.results, "a", "sleep"), (6145 - 46) * US);
    ck_assert_uint_eq(c->cpu_idle, (5000 - 46) * US + MS);
}
END_TEST

/*   a    5 fork 15 fork 25 wait 35 sleeps
 *   a.1  since 5; 40 sleep 50   a.2  since 15; 55 sleep 65: both end
 *   a    70 S1 101 ends */
START_TEST(who_waits_for_one_that_sleeps_for_ever_goes_on_in_the_end)
{
    children("@sleep; S1", "L1");
    run_alone("@fork 1; @fork 1; @wait; S1", FAMILY, NULL, NULL);
    ck_assert_uint_eq(end_of("a.1"), 65 * US);
    ck_assert_uint_eq(end_of("a.2"), 65 * US);
    ck_assert_uint_eq(end_of("a"), 101 * US);
    ck_assert_str_eq(text_of("a.1", "end"), "asleep");
    ck_assert_str_eq(text_of("a", "end"), "");
}
END_TEST

/* What it has in memory is not given up: with two frames b's second page takes that of a. */
START_TEST(who_sleeps_keeps_its_memory_until_it_is_needed)
{
    program("b.trace", "S1");
    const struct counters *c = run_alone("S1 @sleep;", PAIR, "machine.frames=2", NULL);
    ck_assert_uint_eq(c->page_outs, 0);
    program("b.trace", "S1 S2");
    ck_assert_uint_eq(run_again(PAIR, "machine.frames=2", NULL)->page_outs, 1);
}
END_TEST

/* --- vfork ---------------------------------------------------------------------------- */

START_TEST(vfork_is_fork_where_the_kernel_has_no_other)
{
    children("S1 L2 @exec; S1", "L1");
    run_alone("S1 S2 @fork 1; S1 S2", FAMILY, NULL, NULL);
    const uint64_t elapsed = o.results[0].counters.elapsed;
    char *processes = strdup(o.results[0].tables[TABLE_PROCESSES].text);
    run_alone("S1 S2 @vfork 1; S1 S2", FAMILY, NULL, NULL);
    ck_assert_uint_eq(o.results[0].counters.elapsed, elapsed);
    ck_assert_uint_eq(o.results[0].counters.faults_copy, 2);
    ck_assert_str_eq(o.results[0].tables[TABLE_PROCESSES].text, processes);
    free(processes);
}
END_TEST

static Suite *sleep_suite(void)
{
    Suite *suite = suite_create("sleep");
    TCase *tcase = tcase_create("sleep");
    tcase_add_checked_fixture(tcase, alone_setup, alone_teardown);
    tcase_add_test(tcase, a_parent_sleeps_until_its_child_has_ended);
    tcase_add_test(tcase, a_cpu_is_idle_for_the_page_of_the_child);
    tcase_add_test(tcase, a_wait_may_be_for_the_children_of_one_stream);
    tcase_add_test(tcase, a_wait_is_for_all_children_of_its_stream);
    tcase_add_test(tcase, a_wait_for_nobody_takes_no_time_but_its_own);
    tcase_add_test(tcase, nobody_waits_for_the_children_of_children);
    tcase_add_test(tcase, a_child_is_waited_for_whatever_it_executes);
    tcase_add_test(tcase, threads_are_waited_for_too);
    tcase_add_test(tcase, a_child_that_ends_while_the_wait_begins_is_not_waited_for);
    tcase_add_test(tcase, a_wait_must_name_a_stream_of_its_process);
    tcase_add_test(tcase, a_process_sleeps_for_a_time);
    tcase_add_test(tcase, who_wakes_waits_for_a_cpu);
    tcase_add_test(tcase, who_sleeps_for_ever_ends_with_the_last_of_the_others);
    tcase_add_test(tcase, a_run_ends_when_all_sleep_for_ever);
    tcase_add_test(tcase, for_ever_is_until_those_that_begin_later_have_ended);
    tcase_add_test(tcase, who_waits_for_one_that_sleeps_for_ever_goes_on_in_the_end);
    tcase_add_test(tcase, who_sleeps_keeps_its_memory_until_it_is_needed);
    tcase_add_test(tcase, vfork_is_fork_where_the_kernel_has_no_other);
    suite_add_tcase(suite, tcase);
    return suite;
}

int main(void)
{
    return run_suite(sleep_suite());
}
