/* children_test.c -- forks, threads, exec and exit.  Counts and times are worked out by
 * hand, from the costs of the machine in timed.h; an operation takes the CPU as long as a
 * trap. */
#include "workload/alone.h"

#define OPERATION FAULT

/* --- fork ----------------------------------------------------------------------------- */

/* Pages 1 and 2 are shared after the fork.
 *   a    5 S1 36 S2 67 fork 77 S1: copy 118 L500: waits until 1128
 *   a.1  since 67; 133 L1 134 S2: copy 175 S1: alone with it 186 L2 187 ends
 *   a    1133 L500 1134 L2 1135 ends */
#define PARENT "S1 S2 @fork 1; S1 L500 L2"
#define CHILD "L1 S2 S1 L2"
#define FAMILY                                                                             \
    "workload=[{trace: a.trace, streams: child.trace, regions: [{start: 0, size: 64 "      \
    "KiB}, {start: 0x1f4000, size: 4 KiB, backing: store}]}]"

START_TEST(a_child_shares_its_parents_pages_until_one_of_them_stores)
{
    program("child.trace", CHILD);
    const struct counters *c = run_alone(PARENT, FAMILY, "machine.frames=5", NULL);
    const struct cell_result *r = o.results;
    ck_assert_uint_eq(c->faults_zero_fill, 2);
    ck_assert_uint_eq(c->faults_copy, 2);
    ck_assert_uint_eq(c->faults_reclaim, 1);
    ck_assert_uint_eq(c->faults_major, 1);
    ck_assert_uint_eq(c->faults, 6);
    ck_assert_uint_eq(c->faults_protection, 0);
    ck_assert_uint_eq(c->page_ins, 1);
    ck_assert_uint_eq(c->page_outs, 0);
    ck_assert_uint_eq(time_of(r, "a", "elapsed"), 1135 * US);
    ck_assert_uint_eq(time_of(r, "a.1", "start"), 67 * US);
    ck_assert_uint_eq(time_of(r, "a.1", "elapsed"), 120 * US);
    ck_assert_uint_eq(time_of(r, "a.1", "fault"), 2 * FAULT + COPY);
    ck_assert_uint_eq(count_of(r, "a.1", "faults"), 2);
    ck_assert_uint_eq(count_of(r, "a.1", "references"), 4);
    ck_assert_uint_eq(count_of(r, "a.1", "resident_max"), 2);
    ck_assert_uint_eq(count_of(r, "a", "resident_max"), 3);
    ck_assert_uint_ne(count_of(r, "a", "space"), count_of(r, "a.1", "space"));
}
END_TEST

/* Two copies of page 1, two of page 2, and page 500: with four frames one page must go. */
START_TEST(shared_pages_take_one_frame)
{
    program("child.trace", CHILD);
    ck_assert_uint_gt(run_alone(PARENT, FAMILY, "machine.frames=4", NULL)->page_outs, 0);
}
END_TEST

/* The page is on the swap device when parent and child want it: one reads it, and the other
 * one finds it under way. */
START_TEST(a_shared_page_is_read_once)
{
    program("child.trace", "L1");
    const struct counters *c = run_alone("S1 S2 S3 @unmap 0x2000 8KiB; @fork 1; L1", FAMILY,
                                         "machine.frames=2", NULL);
    ck_assert_uint_eq(c->faults_major, 1);
    ck_assert_uint_eq(c->faults_in_transfer, 1);
    ck_assert_uint_eq(c->page_ins, 1);
    ck_assert_uint_eq(c->faults_copy, 0);
}
END_TEST

/* Child: its copy of 1 and its own 2; with the parent's 1 and 500 that makes four frames.
 * Its exit frees two of them, for the parent's 2 and 3. */
START_TEST(a_child_that_ends_leaves_its_frames_to_others)
{
    program("child.trace", "S1 S2");
    const struct counters *c =
        run_alone("S1 @fork 1; L500 S2 S3", FAMILY, "machine.frames=4", NULL);
    ck_assert_uint_eq(c->page_outs, 0);
    ck_assert_uint_eq(c->faults_copy, 1);
    ck_assert_uint_eq(c->faults_zero_fill, 4);
    program("child.trace", "S1 S2 L500"); /* it lives on */
    ck_assert_uint_gt(run_again(FAMILY, "machine.frames=4", NULL)->page_outs, 0);
}
END_TEST

/* In one frame S1 S2 S3 needs two slots; a second process that does the same finds those of
 * the first one free. */
START_TEST(a_process_that_ends_leaves_its_slots_to_others)
{
    const struct counters *c = run_alone("S1 S2 S3",
                                         "workload=[{trace: a.trace, " ZEROS
                                         "}, {trace: a.trace, start: 1 s, " ZEROS "}]",
                                         "machine.frames=1", "swap.size=8192");
    ck_assert_uint_eq(c->swap_used_max, 2);
    ck_assert_uint_eq(c->page_outs_dirty, 4);
}
END_TEST

START_TEST(children_of_children_are_named_after_them)
{
    program("child.trace", "L1 @fork 2; L1");
    program("grandchild.trace", "L1");
    run_alone("S1 @fork 1; @fork 2; L1",
              "workload=[{name: p, trace: a.trace, streams: [child.trace, "
              "grandchild.trace], " ZEROS "}]",
              NULL, NULL);
    char name[FIELD_MAX];
    static const char *const names[] = {"p", "p.1", "p.2", "p.1.1"};
    ck_assert_uint_eq(o.results[0].tables[TABLE_PROCESSES].n, ARRAY_LEN(names));
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        ck_assert_str_eq(field(o.results, TABLE_PROCESSES, i, "process", name), names[i]);
}
END_TEST

/* --- streams, exec, thread, exit ------------------------------------------------------ */

START_TEST(an_operation_must_name_a_stream_of_its_process)
{
    program("b.trace", "L1");
    program("a.trace", "L1 @fork 2; L2");
    assert_fails(
        "a.trace: a fork names stream 2, and the process has 1 in `streams`, after "
        "reference 1 of process 'a'",
        "workload=[{trace: a.trace, streams: b.trace}]", NULL);
    program("a.trace", "L1 L1 @thread 1; L2");
    assert_fails("a.trace: the start of a thread names stream 1, and the process has 0 in "
                 "`streams`, after reference 2 of process 'a'",
                 "workload=[{trace: a.trace}]", NULL);
    program("a.trace", "@exec 7; L2");
    assert_fails(
        "a.trace: an exec names stream 7, and the process has 1 in `streams`, after "
        "reference 0 of process 'a'",
        "workload=[{trace: a.trace, streams: b.trace}]", NULL);
}
END_TEST

/* Its frames are free again: one of two is in use afterwards. */
START_TEST(exec_begins_an_empty_address_space)
{
    const struct counters *c =
        run_alone("S1 S2 @exec; S1 S3 L1", PROCESS, "machine.frames=2", NULL);
    ck_assert_uint_eq(c->faults_zero_fill, 4);
    ck_assert_uint_eq(c->page_outs, 0);
    ck_assert_uint_eq(c->references, 5);
    ck_assert_uint_eq(c->bytes_touched, 4 * 512);
    ck_assert_uint_eq(count_of(o.results, "a", "resident_max"), 2);
    ck_assert_uint_eq(c->elapsed, SWITCH + OPERATION + 5 * REFERENCE + 4 * (FAULT + ZERO));
}
END_TEST

/* What follows in the first trace is not replayed. */
START_TEST(exec_of_a_stream_goes_on_with_that_one)
{
    program("b.trace", "S1x70 L2 @exec 2; S5");
    program("c.trace", "L8");
    const struct counters *c = run_alone(
        "S1 S2 @exec 1; S9 S10",
        "workload=[{trace: a.trace, streams: [b.trace, c.trace], " ZEROS "}]", NULL, NULL);
    ck_assert_uint_eq(c->references, 2 + 71 + 1);
    ck_assert_uint_eq(c->stores, 72);
    ck_assert_uint_eq(c->faults_zero_fill, 2 + 2 + 1);
    ck_assert_uint_eq(c->bytes_touched, 5 * 512);
    ck_assert_uint_eq(o.results[0].tables[TABLE_PROCESSES].n, 1);
    ck_assert_uint_eq(c->elapsed,
                      SWITCH + 2 * OPERATION + 74 * REFERENCE + 5 * (FAULT + ZERO));
}
END_TEST

/* exec takes only its own thread to the new space: the other one finds page 1 as it was. */
START_TEST(exec_leaves_the_address_space_to_other_threads)
{
    program("b.trace", "L1 L2");
    const struct counters *c =
        run_alone("S1 @thread 1; @exec; L1",
                  "workload=[{trace: a.trace, streams: b.trace, " ZEROS "}]", NULL, NULL);
    ck_assert_uint_eq(c->faults_zero_fill, 3);
    ck_assert_uint_eq(c->faults, 3);
    ck_assert_uint_ne(count_of(o.results, "a", "space"),
                      count_of(o.results, "a.1", "space"));
}
END_TEST

/*   a    5 thread 15 L1: 25 waits until 1025
 *   a.1  since 5; 30 L1: 40 waits until 1025
 *   a    1030 1031 ends   a.1  1036 1037 ends */
START_TEST(a_thread_runs_in_the_address_space_of_its_process)
{
    program("b.trace", "L1");
    const struct counters *c = run_alone(
        "@thread 1; L1", "workload=[{trace: a.trace, streams: b.trace}]", NULL, NULL);
    ck_assert_uint_eq(c->page_ins, 1);
    ck_assert_uint_eq(c->faults_in_transfer, 1);
    ck_assert_uint_eq(c->context_switches, 4);
    ck_assert_uint_eq(time_of(o.results, "a", "elapsed"), 1031 * US);
    ck_assert_uint_eq(time_of(o.results, "a.1", "start"), 5 * US);
    ck_assert_uint_eq(time_of(o.results, "a.1", "elapsed"), 1032 * US);
    ck_assert_uint_eq(time_of(o.results, "a.1", "paging_wait"), 985 * US);
    ck_assert_uint_eq(count_of(o.results, "a", "space"),
                      count_of(o.results, "a.1", "space"));
}
END_TEST

START_TEST(exit_ends_a_trace_early)
{
    const struct counters *c = run_alone("L1 S2 @exit; S3 S4", PROCESS, NULL, NULL);
    ck_assert_uint_eq(c->references, 2);
    ck_assert_uint_eq(c->loads, 1);
    ck_assert_uint_eq(c->faults, 2);
    ck_assert_uint_eq(c->bytes_touched, 2 * 512);
    ck_assert_uint_eq(c->elapsed, SWITCH + OPERATION + 2 * REFERENCE + 2 * (FAULT + ZERO));
}
END_TEST

START_TEST(operations_may_follow_the_last_reference_or_stand_alone)
{
    const struct counters *c =
        run_alone("@map 0x1000000 4KiB rw; @unmap 0x1000000 4KiB;", PROCESS, NULL, NULL);
    ck_assert_uint_eq(c->references, 0);
    ck_assert_uint_eq(c->elapsed, SWITCH + 2 * OPERATION);
}
END_TEST

static Suite *children_suite(void)
{
    Suite *suite = suite_create("children");
    TCase *tcase = tcase_create("children");
    tcase_add_checked_fixture(tcase, alone_setup, alone_teardown);
    tcase_add_test(tcase, a_child_shares_its_parents_pages_until_one_of_them_stores);
    tcase_add_test(tcase, shared_pages_take_one_frame);
    tcase_add_test(tcase, a_shared_page_is_read_once);
    tcase_add_test(tcase, a_child_that_ends_leaves_its_frames_to_others);
    tcase_add_test(tcase, a_process_that_ends_leaves_its_slots_to_others);
    tcase_add_test(tcase, children_of_children_are_named_after_them);
    tcase_add_test(tcase, an_operation_must_name_a_stream_of_its_process);
    tcase_add_test(tcase, exec_begins_an_empty_address_space);
    tcase_add_test(tcase, exec_of_a_stream_goes_on_with_that_one);
    tcase_add_test(tcase, exec_leaves_the_address_space_to_other_threads);
    tcase_add_test(tcase, a_thread_runs_in_the_address_space_of_its_process);
    tcase_add_test(tcase, exit_ends_a_trace_early);
    tcase_add_test(tcase, operations_may_follow_the_last_reference_or_stand_alone);
    suite_add_tcase(suite, tcase);
    return suite;
}

int main(void)
{
    return run_suite(children_suite());
}
