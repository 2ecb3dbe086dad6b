/* replacement_test.c -- replacement by process: a share of the frames for each, and an
 * instance of the policy with a time of its own.  All counts are worked out by hand. */
#include "workload/timed.h"

/* Pages 0 .. 3 again and again, and a walk through 100 pages. */
static void write_programs(void)
{
    char loop[2048] = "", walk[2048] = "";
    for (int i = 0; i < 400; i++)
        snprintf(loop + strlen(loop), sizeof loop - strlen(loop), "L%d ", i % 4);
    for (int i = 0; i < 100; i++)
        snprintf(walk + strlen(walk), sizeof walk - strlen(walk), "L%d ", i);
    program("loop.trace", loop);
    program("walk.trace", walk);
}

#define BOTH                                                                               \
    "workload=[{trace: loop.trace, " ZEROS "}, {trace: walk.trace, " ZEROS "}]",           \
        "machine.frames=8", "scheduler.quantum=20 us"

/* Of eight frames each process has four: the loop stays in memory, and the walk faults at
 * every page and evicts its own; all but the last eight, since it has all frames when the
 * loop has ended. */
START_TEST(a_process_cannot_take_the_share_of_another)
{
    write_programs();
    struct outcome o = run_timed(BOTH, "replacement=process", "policy=lru", NULL);
    ck_assert_uint_eq(count_of(o.results, "loop", "faults"), 4);
    ck_assert_uint_eq(count_of(o.results, "walk", "faults"), 100);
    ck_assert_uint_eq(o.results[0].counters.page_outs, 92);
    outcome_free(&o);
    o = run_timed(BOTH, "policy=fifo", NULL);
    ck_assert_uint_gt(count_of(o.results, "loop", "faults"), 4);
    outcome_free(&o);
}
END_TEST

/* The parent has all frames when it forks; the child takes its half of them, and its loop of
 * four pages stays in memory: four faults for its own pages, of 400 references. */
START_TEST(a_child_takes_its_share)
{
    char parent[4096] = "", child[4096] = "";
    for (int i = 0; i < 8; i++)
        snprintf(parent + strlen(parent), sizeof parent - strlen(parent), "L%d ", i);
    strcat(parent, "@fork 1; L0x64");
    for (int i = 0; i < 400; i++)
        snprintf(child + strlen(child), sizeof child - strlen(child), "L%d ", 100 + i % 4);
    program("parent.trace", parent);
    program("child.trace", child);
    struct outcome o =
        run_timed("workload=[{trace: parent.trace, streams: [child.trace], " ZEROS "}]",
                  "machine.frames=8", "replacement=process", "policy=lru", NULL);
    ck_assert_uint_eq(o.results[0].counters.faults, 8 + 4);
    outcome_free(&o);
}
END_TEST

/* With a window of three references of its own time the loop of four pages faults at every
 * reference, whatever the other process does meanwhile, and with four at none but the first
 * four. */
START_TEST(time_is_that_of_the_process)
{
    write_programs();
    struct outcome o = run_timed(BOTH, "replacement=process",
                                 "policy={name: working-set, window: 3}", NULL);
    ck_assert_uint_eq(count_of(o.results, "loop", "faults"), 400);
    outcome_free(&o);
    o = run_timed(BOTH, "replacement=process", "policy={name: working-set, window: 4}",
                  NULL);
    ck_assert_uint_eq(count_of(o.results, "loop", "faults"), 4);
    outcome_free(&o);
}
END_TEST

/* One process alone has all frames, with every policy. */
START_TEST(one_process_replaces_as_with_global_replacement)
{
    const struct random_program r = {.seed = 7, .references = 2000, .pages = 40};
    random_program("a.trace", &r);
    for (const struct policy_ops *const *p = policy_table; *p; p++) {
        char policy[64];
        snprintf(policy, sizeof policy, "policy=%s", (*p)->name);
        struct outcome a = run_timed("trace=a.trace", policy, "machine.frames=16", NULL);
        struct outcome b = run_timed("trace=a.trace", policy, "machine.frames=16",
                                     "replacement=process", NULL);
        for (size_t k = 0; k < counter_count; k++) {
            char x[FIELD_MAX], y[FIELD_MAX];
            counter_format(&counter_table[k], &a.results[0].counters, x, sizeof x);
            counter_format(&counter_table[k], &b.results[0].counters, y, sizeof y);
            ck_assert_msg(strcmp(x, y) == 0, "%s: %s: %s, by process %s", policy,
                          counter_table[k].name, x, y);
        }
        outcome_free(&a);
        outcome_free(&b);
    }
}
END_TEST

static Suite *replacement_suite(void)
{
    Suite *suite = suite_create("replacement");
    TCase *tcase = tcase_create("replacement");
    tcase_add_checked_fixture(tcase, folder_setup, folder_teardown);
    tcase_add_test(tcase, a_process_cannot_take_the_share_of_another);
    tcase_add_test(tcase, a_child_takes_its_share);
    tcase_add_test(tcase, time_is_that_of_the_process);
    tcase_add_test(tcase, one_process_replaces_as_with_global_replacement);
    suite_add_tcase(suite, tcase);
    return suite;
}

int main(void)
{
    return run_suite(replacement_suite());
}
