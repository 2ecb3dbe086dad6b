/* trace_view_test.c -- cells of a pass share what they know of the trace, and end as they do
 * alone. */
#include "experiment/trace_view.h"

#include "harness.h"

static void same_result(const struct experiment *together, size_t i,
                        const struct cell_result *a, const struct cell_result *b)
{
    const struct cell_config *config = &together->cells[i];
    ck_assert_msg(memcmp(&a->counters, &b->counters, sizeof a->counters) == 0,
                  "cell %zu, %s, pages of %" PRIu64 ": %" PRIu64 " faults, alone %" PRIu64,
                  i, config->policy_label, config->page_size, a->counters.faults,
                  b->counters.faults);
    ck_assert_uint_eq(a->index_bytes, b->index_bytes);
    ck_assert_str_eq(a->notes, b->notes);
}

START_TEST(cells_of_several_page_sizes_and_policies_end_as_alone)
{
    static const char *const policies[] = {"opt", "arc", "vmin", "fifo"};
    static const char *const sizes[] = {"1KiB", "4KiB", "8KiB"};
    const char *const all[] = {"generate=phases",
                               "generate.phases=40",
                               "generate.set=24KiB",
                               "generate.overlap=8KiB",
                               "generate.length=10000",
                               "machine.frames=20",
                               "sweep.policy=[opt, arc, vmin, fifo]",
                               "sweep.machine.page_size=[1KiB, 4KiB, 8KiB]",
                               NULL};
    struct outcome together = run_settings(all);
    ck_assert_uint_eq(together.experiment->ncells, ARRAY_LEN(policies) * ARRAY_LEN(sizes));
    for (size_t i = 0; i < together.experiment->ncells; i++) {
        char policy[32], size[40];
        const char *one[ARRAY_LEN(all)];
        memcpy(one, all, sizeof all);
        snprintf(policy, sizeof policy, "policy=%s",
                 together.experiment->cells[i].policy.name);
        snprintf(size, sizeof size, "machine.page_size=%" PRIu64 "B",
                 together.experiment->cells[i].page_size);
        one[6] = policy;
        one[7] = size;
        struct outcome alone = run_settings(one);
        same_result(together.experiment, i, &together.results[i], &alone.results[0]);
        outcome_free(&alone);
    }
    outcome_free(&together);
}
END_TEST

static const struct policy_ops by_time = {.sees = POLICY_FUTURE, .uses_time = true};
static const struct policy_ops by_order = {.sees = POLICY_FUTURE};
static const struct policy_ops bits = {.sees = POLICY_REF_BITS};

START_TEST(view_serves_one_page_size_and_one_unit_of_the_future)
{
    struct trace_view view;
    trace_view_init(&view, 12, 9);
    ck_assert(!trace_view_serves(&view, 13, &bits));
    ck_assert(trace_view_serves(&view, 12, &bits));
    ck_assert(!view.needs_future);
    ck_assert(trace_view_serves(&view, 12, &by_order));
    ck_assert(trace_view_keeps_spans(&view));
    ck_assert(!trace_view_serves(&view, 12, &by_time));
    ck_assert(trace_view_serves(&view, 12, &bits));
    trace_view_release(&view);
    trace_view_init(&view, 12, 9);
    ck_assert(trace_view_serves(&view, 12, &by_time));
    ck_assert(!trace_view_keeps_spans(&view));
    ck_assert(!trace_view_serves(&view, 12, &by_order));
    trace_view_release(&view);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("trace_view");
    TCase *tests = tcase_create("trace_view");
    tcase_add_test(tests, cells_of_several_page_sizes_and_policies_end_as_alone);
    tcase_add_test(tests, view_serves_one_page_size_and_one_unit_of_the_future);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
