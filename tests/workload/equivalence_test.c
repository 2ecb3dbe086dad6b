/* equivalence_test.c -- with one process the clock changes nothing in what is counted: the
 * common counters of `timing: events` are those of `timing: none`. */
#include "pager/policies.h"
#include "workload/timed.h"

#include <math.h>

/* Every policy, and some with their parameters. */
static const char *all_policies(void)
{
    static char text[2048];
    size_t n = (size_t)snprintf(text, sizeof text, "sweep.policy=[");
    for (const struct policy_ops *const *p = policy_table; *p; p++)
        n += (size_t)snprintf(text + n, sizeof text - n, "%s, ", (*p)->name);
    snprintf(text + n, sizeof text - n,
             "{name: clock, hand: stays}, {name: clock, ref_on_load: no}]");
    return text;
}

/* With time, what a policy releases without need is written while the process runs on, and a
 * fault may find it still in memory, and no frame free yet.  What linux24age writes ahead of
 * need is not clean yet either. */
static bool is_compared(const struct cell_config *config)
{
    return !policy_find(config->policy.name)->release &&
           strcmp(config->policy.name, "linux24age") != 0;
}

/* The resident set may change a reference sooner or later than without time, since a page is
 * in transfer on its way. */
static bool is_same(const struct counter *counter, const char *x, const char *y)
{
    if (strcmp(counter->name, "resident_mean") == 0)
        return fabs(strtod(x, NULL) - strtod(y, NULL)) <= 1e-3 * strtod(x, NULL);
    return strcmp(x, y) == 0;
}

/* Run the settings, ended by NULL, in both ways and compare cell by cell. */
static void assert_equivalent(const char *device, const char *const *common)
{
    const char *none[SETTINGS_MAX] = {"timing=none", all_policies()};
    const char *events[SETTINGS_MAX] = {"timing=events", all_policies(), device};
    size_t n = 0;
    for (; common[n]; n++) {
        none[2 + n] = common[n];
        events[3 + n] = common[n];
    }
    struct outcome a = run_settings(none), b = run_settings(events);
    ck_assert_uint_eq(a.experiment->ncells, b.experiment->ncells);
    for (size_t i = 0; i < a.experiment->ncells; i++)
        for (size_t k = 0; k < counter_count && !counter_table[k].timed; k++) {
            char x[FIELD_MAX], y[FIELD_MAX];
            const struct counter *c = &counter_table[k];
            counter_format(c, &a.results[i].counters, x, sizeof x);
            counter_format(c, &b.results[i].counters, y, sizeof y);
            ck_assert_msg(!is_compared(&a.experiment->cells[i]) || is_same(c, x, y),
                          "%s: %s, with events %s (%s, %llu frames)", c->name, x, y,
                          a.experiment->cells[i].policy_label,
                          (unsigned long long)a.experiment->cells[i].frames);
        }
    outcome_free(&a);
    outcome_free(&b);
}

static const char *const devices[] = {
    "swap.device={name: fixed, latency: 0 s}",
    "swap.device={name: fixed, latency: 1 ms, bandwidth: 1 MB/s}",
};

static const struct random_program programs[] = {
    {.seed = 1, .references = 600, .pages = 10},
    {.seed = 2, .references = 300, .pages = 40},
};

static const char *const kernels[] = {
    "kernel=textbook",
    "kernel={name: textbook, dirty: unsaved, count_faults: once-full}",
    "kernel={name: textbook, clear_invalidates_tlb: no}",
};

/* References without instructions, down to a single frame. */
START_TEST(an_ideal_machine_faults_the_same)
{
    random_program("a.trace", &programs[_i]);
    assert_equivalent(devices[_i],
                      (const char *[]){"trace=a.trace", kernels[_i],
                                       "sweep.machine.frames=[1, 2, 7, 25, unlimited]",
                                       NULL});
}
END_TEST

/* Fetches, modifies, and references across pages, at several sizes of these. */
START_TEST(programs_with_instructions_fault_the_same)
{
    struct random_program r = programs[_i];
    r.instructions = true;
    random_program("a.trace", &r);
    assert_equivalent(devices[0],
                      (const char *[]){"trace=a.trace", "sweep.machine.frames=[16, 30]",
                                       "sweep.machine.page_size=[512, 16 KiB]", NULL});
}
END_TEST

START_TEST(a_machine_with_tlbs_faults_and_misses_the_same)
{
    struct random_program r = programs[1];
    r.instructions = true;
    random_program("a.trace", &r);
    assert_equivalent(
        devices[_i % (int)ARRAY_LEN(devices)],
        (const char *[]){"trace=a.trace", kernels[_i], "sweep.machine.frames=[16, 30]",
                         "machine={mmu: x86-64, tlb: {l1i: {entries: 4, ways: 2}, l1d: "
                         "{entries: 8, ways: full, replacement: fifo}, l2: {entries: 16, "
                         "ways: 4, replacement: random}}}",
                         NULL});
}
END_TEST

/* Quanta cut the program into stretches of a few steps. */
START_TEST(interrupting_the_program_changes_nothing)
{
    random_program("a.trace", &programs[1]);
    assert_equivalent("scheduler.quantum=1 us",
                      (const char *[]){"trace=a.trace", "machine.frames=20", NULL});
    assert_equivalent("series=2 us",
                      (const char *[]){"trace=a.trace", "machine.frames=20", NULL});
}
END_TEST

static Suite *equivalence_suite(void)
{
    Suite *suite = suite_create("equivalence");
    TCase *tcase = tcase_create("equivalence");
    const int n = ARRAY_LEN(programs);
    tcase_add_checked_fixture(tcase, folder_setup, folder_teardown);
    tcase_add_loop_test(tcase, an_ideal_machine_faults_the_same, 0, n);
    tcase_add_loop_test(tcase, programs_with_instructions_fault_the_same, 0, n);
    tcase_add_loop_test(tcase, a_machine_with_tlbs_faults_and_misses_the_same, 0,
                        ARRAY_LEN(kernels));
    tcase_add_test(tcase, interrupting_the_program_changes_nothing);
    suite_add_tcase(suite, tcase);
    return suite;
}

int main(void)
{
    return run_suite(equivalence_suite());
}
