/* switched_test.c -- which processes a CPU has switched to, as policies that walk through page
 * tables ask; after 6.1 kernel/sched/core.c context_switch(): not to one that goes on, or comes
 * back from an interrupt.  Times are worked out by hand, from the costs in timed.h. */
#include "workload/kernel_rig.h"

#define LOG(text) ck_assert_str_eq(strstr(told.log, "region 0 0-999\n") + 15, text)

/* One quantum after the other is its own.
 *   a  5..2036 but for the interrupt */
START_TEST(one_that_goes_on_is_not_switched_to)
{
    rig.params.quantum = 64 * US;
    process("S1x2000");
    at(100, ACT_SWITCHED, 0);
    at(300, ACT_SWITCHED, 0);
    at(400, ACT_INTERRUPT, 0);
    at(700, ACT_SWITCHED, 0);
    run_well();
    LOG("100 to 0\n300 not to 0\n700 not to 0\n2045 end 0\n");
}
END_TEST

/*   a  5..517, kernel 10 us, on till 2045 */
START_TEST(after_a_process_of_the_kernel_has_run_it_is)
{
    process("S1x2000");
    at(100, ACT_SWITCHED, 0);
    at(500, ACT_WORK, 0);
    at(700, ACT_SWITCHED, 0);
    at(900, ACT_SWITCHED, 0);
    run_well();
    LOG("100 to 0\n700 to 0\n900 not to 0\n2045 end 0\n");
}
END_TEST

/* The CPU is idle meanwhile.
 *   a  5 L500: 15 waits until 1015 L500 S1 1046 .. */
START_TEST(after_it_has_waited_it_is)
{
    process("L500 S1x500");
    rig.parts[0].regions[0].backing = BACKING_STORE;
    at(500, ACT_SWITCHED, 0);
    at(600, ACT_SWITCHED, 0);
    at(2200, ACT_SWITCHED, 0);
    at(2300, ACT_SWITCHED, 0);
    run_well();
    ck_assert_ptr_nonnull(strstr(told.log, "500 to 0\n600 not to 0\n2200 to 0\n"
                                           "2300 not to 0\n"));
}
END_TEST

/*   a 5..517  b 522..1034  a 1039.. */
START_TEST(those_that_take_turns_are_each_in_its_turn)
{
    rig.params.quantum = 512 * US;
    process("S1x2000");
    process("S1x2000");
    at(200, ACT_SWITCHED, 0);
    at(700, ACT_SWITCHED, 0);
    at(710, ACT_SWITCHED, 1);
    at(720, ACT_SWITCHED, 1);
    at(1200, ACT_SWITCHED, 0);
    run_well();
    ck_assert_ptr_nonnull(strstr(told.log, "200 to 0\n700 not to 0\n710 to 1\n"
                                           "720 not to 1\n1200 to 0\n"));
}
END_TEST

static void setup(void)
{
    kernel_setup();
    told.ops.drives = true;
}

int main(void)
{
    Suite *suite = suite_create("switched");
    TCase *tests = tcase_create("switched");
    tcase_add_checked_fixture(tests, setup, rig_teardown);
    tcase_add_test(tests, one_that_goes_on_is_not_switched_to);
    tcase_add_test(tests, after_a_process_of_the_kernel_has_run_it_is);
    tcase_add_test(tests, after_it_has_waited_it_is);
    tcase_add_test(tests, those_that_take_turns_are_each_in_its_turn);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
