/* suspend_test.c -- processes that a kernel does not let run: suspended and resumed in every
 * state that they may be in.  Times are worked out by hand in microseconds, as in
 * sleep_test.c; a step of up to 64 references is not interrupted. */
#include "workload/kernel_rig.h"

#define STUCK                                                                              \
    "no process can go on: %u wait for memory, %u are swapped out, and nothing is under "  \
    "way that could change that; raise machine.memory"

/* The CPU has been idle so long for paging, and otherwise. */
static void assert_idle(uint64_t paging, uint64_t otherwise)
{
    ck_assert_uint_eq(rig.totals.idle_paging, paging * US);
    ck_assert_uint_eq(rig.totals.idle, otherwise * US);
}

/*   a  5 zero 35 S1x64 99 suspended until 1000 S1x64 1064 ends */
START_TEST(one_that_runs_leaves_its_cpu)
{
    process("S1x128");
    at(60, ACT_SUSPEND, 0);
    at(1000, ACT_RESUME, 0);
    run_well();
    ck_assert_uint_eq(end_of("a"), 1064);
    ck_assert_uint_eq(swapped("a"), 1000 - 99);
    ck_assert_uint_eq(ended("a")->ready, SWITCH);
    ck_assert_uint_eq(rig.totals.context_switches, 1);
    assert_idle(1000 - 99, 0);
}
END_TEST

/* Resumed before its step is over it has not left. */
START_TEST(one_that_is_resumed_in_time_runs_on)
{
    process("S1x128");
    at(60, ACT_SUSPEND, 0);
    at(80, ACT_RESUME, 0);
    run_well();
    ck_assert_uint_eq(end_of("a"), 163);
    ck_assert_uint_eq(swapped("a"), 0);
}
END_TEST

/*   a  5 zero 35 S1x1000 1035 ends
 *   b  ready, suspended from 50 to 500; 1040 S1 1071 ends */
START_TEST(one_that_is_ready_leaves_the_queue)
{
    process("S1x1000");
    process("S1");
    at(50, ACT_SUSPEND, 1);
    at(500, ACT_RESUME, 1);
    run_well();
    ck_assert_uint_eq(end_of("a"), 1035);
    ck_assert_uint_eq(end_of("b"), 1071);
    ck_assert_uint_eq(swapped("b"), 450);
    ck_assert_uint_eq(ended("b")->ready, (50 + 1040 - 500) * US);
    assert_idle(0, 0);
}
END_TEST

/* b, c and d are ready in this order while a runs until 1035; first c, in the middle, then
 * b, at the head, then d, at the tail, leave the queue, and come back in another order. */
START_TEST(the_queue_keeps_its_order)
{
    process("S1x1000");
    process("S1");
    rig.processes[1].copies = 3;
    at(50, ACT_SUSPEND, 2);
    at(51, ACT_SUSPEND, 1);
    at(52, ACT_SUSPEND, 3);
    at(53, ACT_ASK, 0);
    at(60, ACT_RESUME, 3);
    at(61, ACT_RESUME, 1);
    at(70, ACT_RESUME, 2);
    at(71, ACT_ASK, 0);
    run_well();
    ck_assert_ptr_nonnull(strstr(told.log, "\n53 runnable 4 waiting 0\n"));
    ck_assert_ptr_nonnull(strstr(told.log, "\n71 runnable 4 waiting 0\n"));
    ck_assert_uint_eq(end_of("b#3"), 1071);
    ck_assert_uint_eq(end_of("b#1"), 1107);
    ck_assert_uint_eq(end_of("b#2"), 1143);
}
END_TEST

/* What it waits for comes; it is not let go on.
 *   a  5 L500: 15 waits until 1015, suspended until 2000 L500 2001 ends */
START_TEST(one_that_waits_for_a_page_gets_it)
{
    process("L500");
    rig.parts[0].regions[0].backing = BACKING_STORE;
    at(100, ACT_SUSPEND, 0);
    at(500, ACT_ASK, 0);
    at(1500, ACT_ASK, 0);
    at(2000, ACT_RESUME, 0);
    run_well();
    ck_assert_str_eq(told.log, "0 begin 0\n0 region 0 0-999\n"
                               "500 runnable 0 waiting 1 in a fault\n"
                               "1500 runnable 1 waiting 0 in a fault\n2001 end 0\n");
    ck_assert_uint_eq(ended("a")->waiting, MS);
    ck_assert_uint_eq(swapped("a"), 2000 - 1015);
    ck_assert_uint_eq(end_of("a"), 2001);
    assert_idle(2000 - 15, 0);
}
END_TEST

/*   a  5 sleep 15 until 1015, suspended until 1500 S1 1531 ends */
START_TEST(one_that_sleeps_wakes_and_is_not_let_go_on)
{
    process("@sleep 1ms; S1");
    at(100, ACT_SUSPEND, 0);
    at(500, ACT_ASK, 0);
    at(1200, ACT_ASK, 0);
    at(1500, ACT_RESUME, 0);
    run_well();
    ck_assert_str_eq(told.log, "0 begin 0\n0 region 0 0-999\n15 sleeps 0\n"
                               "500 runnable 0 waiting 0\n1015 wakes 0\n"
                               "1200 runnable 1 waiting 0\n1531 end 0\n");
    ck_assert_uint_eq(ended("a")->sleeping, MS);
    ck_assert_uint_eq(swapped("a"), 1500 - 1015);
    ck_assert_uint_eq(end_of("a"), 1531);
    assert_idle(1500 - 1015, 1000);
}
END_TEST

/* As above, but for who acts: suspended at 15 and resumed at 1015.   a  1015 S1 1046 ends */
START_TEST(a_kernel_may_act_as_it_is_told)
{
    told.suspends_sleepers = told.resumes_wakers = true;
    process("@sleep 1ms; S1 @sleep 1ms;");
    run_well();
    ck_assert_uint_eq(end_of("a"), 1046 + 1010);
    ck_assert_uint_eq(swapped("a"), 0);
    ck_assert_uint_eq(ended("a")->sleeping, 2 * MS);
}
END_TEST

/* The CPU finishes what it has begun; the second time it is still switched to a.
 *   a  switched to until 5, suspended until 100 S1 131 ends */
START_TEST(one_that_a_cpu_is_switched_to_leaves_it_then)
{
    process("S1");
    at(3, ACT_SUSPEND, 0);
    at(100, ACT_RESUME, 0);
    run_well();
    ck_assert_uint_eq(end_of("a"), 131);
    ck_assert_uint_eq(swapped("a"), 95);
    ck_assert_uint_eq(rig.totals.context_switches, 1);
    assert_idle(95, 0);
}
END_TEST

START_TEST(one_may_be_suspended_as_it_begins)
{
    told.suspends_beginners = true;
    process("S1");
    at(1000, ACT_RESUME, 0);
    run_well();
    ck_assert_uint_eq(end_of("a"), 1036);
    ck_assert_uint_eq(swapped("a"), 1000);
}
END_TEST

/* Both threads of the space, on a CPU each, and b not.
 *   a    5 thread 15 zero 45 S1x64 109 suspended until 1000 S1x64 1064 ends
 *   a.1  since 5; 10 zero 40 S2x64 104 suspended until 1000 S2x64 1064 ends
 *   b    from 104 on: 109 zero 139 S1 140 ends, 5 of them switched to */
START_TEST(all_threads_of_a_space_are_suspended)
{
    rig.params.pager.mmu.ncpus = 2;
    rig.params.cpu_lag = US;
    process("@thread 1; S1x128");
    rig_program(0, "S2x128");
    process("S1");
    rig.processes[1].start = 50 * US;
    at(60, ACT_SUSPEND, 0);
    at(1000, ACT_RESUME, 0);
    run_well();
    ck_assert_uint_eq(swapped("a"), 1000 - 109);
    ck_assert_uint_eq(swapped("a.1"), 1000 - 104);
    ck_assert_uint_eq(end_of("b"), 140);
    ck_assert_uint_eq(swapped("b"), 0);
}
END_TEST

/* It ends asleep, with b.   b  5+.. */
START_TEST(one_that_sleeps_for_ever_ends_while_it_is_suspended)
{
    process("@sleep;");
    process("S1x100");
    at(100, ACT_SUSPEND, 0);
    run_well();
    /* a 5 15; b 20 zero 50 150 */
    ck_assert_uint_eq(end_of("b"), 150);
    ck_assert_uint_eq(end_of("a"), 150);
    ck_assert_str_eq(ended("a")->how, "asleep");
    ck_assert_uint_eq(swapped("a"), 0);
}
END_TEST

/* --- no way on -------------------------------------------------------------------------- */

static void assert_stuck(unsigned waiting, unsigned suspended, uint64_t over_us)
{
    char text[200];
    snprintf(text, sizeof text, STUCK, waiting, suspended);
    ck_assert_int_eq(run_processes(), ERR_CELL);
    ck_assert_str_eq(told.err.text, text);
    ck_assert_uint_eq(told.over / US, over_us);
}

START_TEST(a_kernel_without_patience_fails_when_all_are_suspended)
{
    told.ops.patience = 0;
    process("S1x128");
    at(60, ACT_SUSPEND, 0);
    at(1000, ACT_RESUME, 0);
    assert_stuck(0, 1, 99);
}
END_TEST

/* a sleeps for its child.   a.1  since 5; 30 zero 60 S1x64 124 suspended */
START_TEST(those_that_sleep_until_another_ends_do_not_help)
{
    process("@fork 1; @wait;");
    rig_program(0, "S1x128");
    at(100, ACT_SUSPEND, 1);
    assert_stuck(0, 1, 124);
}
END_TEST

/* The kernel looks every millisecond, and gives up after 5 (from 99 on, at 6000). */
START_TEST(a_kernel_is_given_time_to_resume_one)
{
    told.ops.patience = 5 * MS;
    process("S1x128");
    at(60, ACT_SUSPEND, 0);
    for (uint64_t i = 1; i < 8; i++)
        at(1000 * i, i == 5 ? ACT_RESUME : ACT_TICK, 0);
    run_well();
    ck_assert_uint_eq(end_of("a"), 5064);
    told.acts[5].kind = ACT_TICK;
    rig.params.nprocesses = 0;
    rig.processes[0] = (struct process_params){0};
    process("S1x128");
    assert_stuck(0, 1, 6000);
}
END_TEST

/* Patience is of no use when no event is left. */
START_TEST(a_run_without_events_fails_at_once)
{
    process("S1x128");
    at(60, ACT_SUSPEND, 0);
    assert_stuck(0, 1, 99);
}
END_TEST

/* A page is under way until 1015. */
START_TEST(a_transfer_under_way_is_waited_for)
{
    process("L500");
    rig.parts[0].regions[0].backing = BACKING_STORE;
    told.ops.patience = 0;
    at(100, ACT_SUSPEND, 0);
    assert_stuck(0, 1, 1015);
}
END_TEST

static Suite *suspend_suite(void)
{
    Suite *suite = suite_create("suspend");
    TCase *tcase = tcase_create("suspend");
    tcase_add_checked_fixture(tcase, kernel_setup, rig_teardown);
    tcase_add_test(tcase, one_that_runs_leaves_its_cpu);
    tcase_add_test(tcase, one_that_is_resumed_in_time_runs_on);
    tcase_add_test(tcase, one_that_is_ready_leaves_the_queue);
    tcase_add_test(tcase, the_queue_keeps_its_order);
    tcase_add_test(tcase, one_that_waits_for_a_page_gets_it);
    tcase_add_test(tcase, one_that_sleeps_wakes_and_is_not_let_go_on);
    tcase_add_test(tcase, a_kernel_may_act_as_it_is_told);
    tcase_add_test(tcase, one_that_a_cpu_is_switched_to_leaves_it_then);
    tcase_add_test(tcase, one_may_be_suspended_as_it_begins);
    tcase_add_test(tcase, all_threads_of_a_space_are_suspended);
    tcase_add_test(tcase, one_that_sleeps_for_ever_ends_while_it_is_suspended);
    tcase_add_test(tcase, a_kernel_without_patience_fails_when_all_are_suspended);
    tcase_add_test(tcase, those_that_sleep_until_another_ends_do_not_help);
    tcase_add_test(tcase, a_kernel_is_given_time_to_resume_one);
    tcase_add_test(tcase, a_run_without_events_fails_at_once);
    tcase_add_test(tcase, a_transfer_under_way_is_waited_for);
    suite_add_tcase(suite, tcase);
    return suite;
}

int main(void)
{
    return run_suite(suspend_suite());
}
