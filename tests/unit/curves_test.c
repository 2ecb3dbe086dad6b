/* curves_test.c -- `curve` of experiments: what may be said, and what comes out.
 *
 * The string is that of Belady, Nelson, Shedler, CACM 12(6), 1969; the numbers are counted
 * by hand. */
#include "unit/experiment_folder.h"

#include "experiment/curve_rows.h"
#include "experiment/run.h"
#include "experiment/store.h"

#define STRING "1\n2\n3\n4\n1\n2\n5\n1\n2\n3\n4\n5\n"
#define T "trace: t.txt\n"

enum { RESULTS_MAX = 64 };
static struct cell_result results[RESULTS_MAX];
static const volatile sig_atomic_t not_interrupted = 0;

static void setup(void)
{
    folder_setup();
    write_file("t.txt", STRING);
}

static void release(void)
{
    for (size_t i = 0; i < RESULTS_MAX; i++)
        cell_result_release(&results[i]);
    memset(results, 0, sizeof results);
}

static void teardown(void)
{
    release();
    folder_teardown();
}

static void run_into(const char *text, const char *kept, bool resume)
{
    struct error err = {0};
    char message[1400];
    const struct run_options options = {
        .jobs = 2, .folder = kept, .resume = resume, .interrupted = &not_interrupted};
    load(text, NULL);
    ck_assert_uint_le(experiment->ncells + experiment->ncurves, RESULTS_MAX);
    release();
    const enum status status = experiment_run(experiment, &options, results, &err);
    ck_assert_msg(status == OK, "%s", error_format(&err, message, sizeof message));
}

static void run(const char *text)
{
    run_into(text, NULL, false);
}

static const struct cell_result *curves(size_t i)
{
    ck_assert_uint_lt(i, experiment->ncurves);
    return &results[experiment->ncells + i];
}

static void has_row(const char *row)
{
    const struct rows *rows = &curves(0)->tables[TABLE_CURVES];
    char line[200];
    snprintf(line, sizeof line, "\n%s\n", row);
    ck_assert_msg(strstr(rows->text, line) ||
                      strncmp(rows->text, line + 1, strlen(line) - 1) == 0,
                  "no row '%s' in\n%s", row, rows->text);
}

START_TEST(each_curve_has_the_points_that_a_hand_counts)
{
    run(T "curve: [lru, opt, working-set, vmin, footprint, reuse-distance]\n");
    ck_assert_int_eq(curves(0)->state, CELL_DONE);
    static const unsigned lru[] = {12, 12, 10, 8, 5}, opt[] = {12, 9, 7, 6, 5};
    for (unsigned frames = 1; frames <= 5; frames++) {
        char row[200];
        struct rows rate = {0};
        rows_real(&rate, lru[frames - 1] / 12.0);
        snprintf(row, sizeof row, "4096,lru,%u,%u,,,,%u,%s,,", frames, frames * 4096,
                 lru[frames - 1], rate.text);
        has_row(row);
        rows_release(&rate);
        rows_real(&rate, opt[frames - 1] / 12.0);
        snprintf(row, sizeof row, "4096,opt,%u,%u,,,,%u,%s,,", frames, frames * 4096,
                 opt[frames - 1], rate.text);
        has_row(row);
        rows_release(&rate);
    }
    /* Intervals 4 4 3 3 7 7 5; 40 pages in the windows of 4 that end at 1 .. 12. */
    has_row("4096,working-set,,13653.333333333334,4,,,8,0.6666666666666666,"
            "3.3333333333333335,");
    has_row("4096,working-set,,4096,1,,,12,1,1,");
    has_row("4096,vmin,,4096,1,,,12,1,1,");
    has_row("4096,footprint,,16384,,,4,,,4,");
    has_row("4096,footprint,,20480,,,7,,,5,");
    has_row("4096,footprint,,20480,,,12,,,5,");
    has_row("4096,reuse-distance,,,,2,,,,,2");
    has_row("4096,reuse-distance,,,,3,,,,,2");
    has_row("4096,reuse-distance,,,,4,,,,,3");
    has_row("4096,reuse-distance,,,,,,,,,5");
}
END_TEST

START_TEST(a_curve_alone_is_as_among_the_others)
{
    char text[200];
    run(T "curve: [lru, opt, working-set, vmin, window-footprint, footprint, "
          "reuse-distance]\n");
    char *all = strdup(curves(0)->tables[TABLE_CURVES].text);
    snprintf(text, sizeof text, T "curve: %s\n", curve_names[_i]);
    run(text);
    ck_assert_ptr_nonnull(strstr(all, curves(0)->tables[TABLE_CURVES].text));
    free(all);
}
END_TEST

START_TEST(cells_and_curves_agree)
{
    run("generate: { name: zipf, references: 20000, size: 256 KiB, writes: 0.5 }\n"
        "curve: { curves: [lru, opt] }\n"
        "sweep:\n"
        "  machine.page_size: [1 KiB, 4 KiB]\n"
        "  machine.frames: [1, 2, 3, 7, 20, 63, 64, 65, 300]\n"
        "  policy: [lru, opt]\n");
    ck_assert_uint_eq(experiment->ncurves, 1);
    for (size_t i = 0; i < experiment->ncells; i++) {
        const struct cell_config *cell = &experiment->cells[i];
        char start[80], *row, *field;
        const uint64_t most = cell->page_size == 4096 ? 64 : 256;
        const uint64_t frames = cell->frames < most ? cell->frames : most;
        snprintf(start, sizeof start, "\n%llu,%s,%llu,",
                 (unsigned long long)cell->page_size, cell->policy.name,
                 (unsigned long long)frames);
        row = strstr(curves(0)->tables[TABLE_CURVES].text, start);
        if (!row && i < 2) /* the first row follows no other */
            row = curves(0)->tables[TABLE_CURVES].text - 1;
        ck_assert_ptr_nonnull(row);
        field = row;
        for (int k = 0; k < 7; k++)
            field = strchr(field + 1, ',');
        ck_assert_uint_eq(strtoull(field + 1, NULL, 10), results[i].counters.faults);
    }
}
END_TEST

START_TEST(page_sizes_are_those_of_the_cells_unless_said)
{
    load(T "curve: lru\nsweep: { machine.page_size: [8 KiB, 1 KiB] }\n", NULL);
    ck_assert_uint_eq(experiment->curves[0].page_sizes, 8192 | 1024);
    load(T "curve: { curves: opt, page_sizes: [512 B, 2 MiB] }\n", NULL);
    ck_assert_uint_eq(experiment->curves[0].page_sizes, 512 | 2 << 20);
    ck_assert_uint_eq(experiment->curves[0].set, 1u << CURVE_NAME_OPT);
    load(T "curve.curves: [lru]\ncurve.page_sizes: 4 KiB\n", "curve=[vmin, footprint]",
         NULL);
    ck_assert_uint_eq(experiment->curves[0].set,
                      1u << CURVE_NAME_VMIN | 1u << CURVE_NAME_FOOTPRINT);
    load(T, NULL);
    ck_assert_uint_eq(experiment->ncurves, 0);
}
END_TEST

START_TEST(each_trace_has_its_curves)
{
    write_file("u.txt", "1\n1\n2\n");
    run("curve: lru\nsweep: { trace: [t.txt, u.txt], policy: [lru, fifo] }\n");
    ck_assert_uint_eq(experiment->ncurves, 2);
    ck_assert_str_eq(experiment->curves[1].cell->trace_label, "u");
    ck_assert_uint_eq(curves(0)->tables[TABLE_CURVES].n, 5);
    ck_assert_uint_eq(curves(1)->tables[TABLE_CURVES].n, 2);
    ck_assert_str_ne(curves(0)->id, curves(1)->id);
}
END_TEST

/* The rows in the store are replaced by others, which are then found or not. */
static bool is_taken_again(const char *text)
{
    struct error err;
    struct cell_result made_up = {.state = CELL_DONE};
    run_into(T "curve: [lru, opt]\n", "kept", false);
    memcpy(made_up.id, curves(0)->id, sizeof made_up.id);
    struct rows *rows = &made_up.tables[TABLE_CURVES];
    for (size_t i = 0; i < result_tables[TABLE_CURVES].ncolumns; i++)
        rows_text(rows, "7");
    rows_end(rows);
    ck_assert_int_eq(store_put("kept", &made_up, &err), OK);
    cell_result_release(&made_up);
    run_into(text, "kept", true);
    return curves(0)->tables[TABLE_CURVES].n == 1;
}

START_TEST(kept_curves_are_taken_if_trace_and_list_are_the_same)
{
    ck_assert(is_taken_again(T "curve: [lru, opt]\n"));
    ck_assert(is_taken_again(T "curve: [opt, lru]\npolicy: clock\nseed: 9\n"));
    ck_assert(!is_taken_again(T "curve: [lru]\n"));
    ck_assert(!is_taken_again(T "curve: [lru, opt]\nmachine.page_size: 8 KiB\n"));
    write_file("u.txt", "1\n2\n3\n");
    ck_assert(!is_taken_again("trace: u.txt\ncurve: [lru, opt]\n"));
}
END_TEST

START_TEST(operations_do_not_change_curves)
{
    run(T "curve: [lru, opt]\n");
    char *plain = strdup(curves(0)->tables[TABLE_CURVES].text);
    write_file("t.txt", "@map 0x10000 64KiB rw\n1\n2\n3\n4\n@switch 1\n1\n2\n@fork 1\n"
                        "@unmap 4096 4096\n5\n1\n2\n3\n4\n5\n@exit\n");
    run(T "curve: [lru, opt]\n");
    ck_assert_int_eq(curves(0)->state, CELL_DONE);
    ck_assert_str_eq(curves(0)->tables[TABLE_CURVES].text, plain);
    free(plain);
}
END_TEST

START_TEST(windows_double_in_equal_steps_and_meet_every_power_of_two)
{
    uint64_t window = 0, power = 1;
    for (int i = 0; i < 3000; i++) {
        const uint64_t next = curve_next_window(window);
        ck_assert_uint_gt(next, window);
        ck_assert_uint_eq(window_length(window_number(next)), next);
        if (next >= power) {
            ck_assert_uint_eq(next, power);
            power *= 2;
        }
        window = next;
    }
}
END_TEST

static const struct {
    const char *text, *message;
} wrong[] = {
    {T "curve: lur\n",
     "e.yaml:2:8: unknown curve 'lur' for curve.curves; nearest is 'lru'; there are lru, "
     "opt, working-set, vmin, window-footprint, footprint, reuse-distance"},
    {T "curve: [lru, lru]\n",
     "e.yaml:2:14: curve 'lru' is twice in the list of curve.curves"},
    {T "curve: []\n",
     "e.yaml:2:8: the list of 'curve.curves' is empty; it needs at least one curve"},
    {T "curve:\n", "e.yaml:2:7: 'curve.curves' is a curve or a list of curves, such as "
                   "[lru, opt], not nothing"},
    {T "curve: { curvs: lru }\n",
     "e.yaml:2:10: unknown key 'curve.curvs'; nearest is 'curve.curves'"},
    {T "curve: { page_sizes: 4 KiB }\n",
     "e.yaml:2:10: 'curve.page_sizes' says nothing without 'curve.curves', such as [lru, "
     "opt]"},
    {T "curve: { curves: lru, page_sizes: 5 KiB }\n",
     "e.yaml:2:35: curve.page_sizes '5 KiB' is not a power of two; nearest are '4 KiB' and "
     "'8 KiB'"},
    {T "sweep: { curve: [lru, opt] }\n",
     "e.yaml:2:10: 'curve' is a section; vary its keys one by one, or together with 'zip'"},
    {T "sweep: { curve.curves: [lru, opt] }\n",
     "e.yaml:2:10: 'curve.curves' cannot vary within sweep"},
    {T "curve: lru\ntiming: events\n",
     "e.yaml:2:1: 'curve' is of traces, and all cells have 'timing: events'; 'faultline "
     "curve' computes the curves of a trace by itself"},
    {T "plots: [{ curve: lru }]\n",
     "e.yaml:2:18: curve 'lru' is not computed; it has to be in the list of 'curve', such "
     "as 'curve: [lru]'"},
    {T "curve: lru\nplots: [{ x: machine.frames, y: faults, curves: [lru, opt] }]\n",
     "e.yaml:3:49: curve 'opt' is not computed; it has to be in the list of 'curve', such "
     "as 'curve: [opt]'"},
    {T "curve: lru\nplots: [{ x: machine.page_size, y: faults, curves: lru }]\n",
     "e.yaml:3:52: curve 'lru' cannot be drawn with 'machine.page_size' for x; it has "
     "frames, memory, faults, fault_rate"},
    {T "curve: lru\nplots: [{ x: machine.frames, y: page_outs, curves: lru }]\n",
     "e.yaml:3:52: curve 'lru' cannot be drawn with 'page_outs' for y; it has frames, "
     "memory, faults, fault_rate"},
    {T "curve: lru\nplots: [{ curve: lru, y: pages }]\n",
     "e.yaml:3:26: curve 'lru' cannot be drawn with 'pages' for y; it has frames, memory, "
     "faults, fault_rate"},
    {T "curve: lru\nplots: [{ curve: lru, series: policy }]\n",
     "e.yaml:3:31: 'policy' cannot be the series of curves; page_size, curve or trace can"},
    {T "curve: lru\nplots: [{ curve: lru, curves: lru }]\n",
     "e.yaml:3:23: a plot has 'curve', for curves alone, or 'curves', for curves over "
     "cells, not both"},
    {T "plots: [{ x: machine.frames, y: faults, pictures: tarce }]\n",
     "e.yaml:2:51: unknown column 'tarce' for pictures; nearest is 'trace'"},
    {T "plots: [{ x: machine.frames, y: faults, only: [lru] }]\n",
     "e.yaml:2:47: 'only' chooses values of the series, and the plot has none"},
    {T "plots: [{ x: machine.frames, y: faults, series: policy, only: lru }]\n",
     "e.yaml:2:63: 'only' is a list of values of the series, such as [lru, fifo]"},
};

START_TEST(what_is_wrong_is_told_with_place_and_remedy)
{
    static const char *const none[] = {NULL};
    struct error err = {0};
    char message[1400];
    write_file("e.yaml", wrong[_i].text);
    ck_assert_int_eq(load_with(&err, "e.yaml", none), ERR_CONFIG);
    ck_assert_str_eq(error_format(&err, message, sizeof message), wrong[_i].message);
}
END_TEST

START_TEST(plots_of_curves_take_what_is_usual)
{
    load(T "curve: [lru, opt, vmin, footprint]\n"
           "sweep: { machine.frames: [1, 2], policy: [lru, fifo, clock] }\n"
           "plots:\n"
           "  - { curve: [lru, opt] }\n"
           "  - { curve: vmin, series: machine.page_size }\n"
           "  - { y: faults, curves: lru, pictures: policy, only: [lru, 'a, b'] }\n",
         NULL);
    const struct plot_config *plots = experiment->plots;
    ck_assert_str_eq(plots[0].x, "memory");
    ck_assert_str_eq(plots[0].y, "fault_rate");
    ck_assert_str_eq(plots[0].curves, "lru,opt");
    ck_assert(plots[0].alone);
    ck_assert_str_eq(plots[1].x, "window");
    ck_assert_str_eq(plots[1].y, "pages");
    ck_assert_str_eq(plots[1].series, "page_size");
    ck_assert_str_eq(plots[2].x, "machine.frames");
    ck_assert_str_eq(plots[2].pictures, "policy");
    ck_assert_str_eq(plots[2].only, "lru\na, b");
    ck_assert(!plots[2].alone);
    /* And so the effective experiment says it. */
    char *effective = strdup(experiment->effective);
    load(effective, NULL);
    ck_assert_str_eq(experiment->effective, effective);
    ck_assert_str_eq(experiment->plots[2].only, "lru\na, b");
    free(effective);
}
END_TEST

static Suite *curves_suite(void)
{
    Suite *suite = suite_create("curves");
    TCase *tests = tcase_create("curves");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, each_curve_has_the_points_that_a_hand_counts);
    tcase_add_loop_test(tests, a_curve_alone_is_as_among_the_others, 0, CURVE_NAMES);
    tcase_add_test(tests, cells_and_curves_agree);
    tcase_add_test(tests, page_sizes_are_those_of_the_cells_unless_said);
    tcase_add_test(tests, each_trace_has_its_curves);
    tcase_add_test(tests, kept_curves_are_taken_if_trace_and_list_are_the_same);
    tcase_add_test(tests, operations_do_not_change_curves);
    tcase_add_test(tests, windows_double_in_equal_steps_and_meet_every_power_of_two);
    tcase_add_loop_test(tests, what_is_wrong_is_told_with_place_and_remedy, 0,
                        ARRAY_LEN(wrong));
    tcase_add_test(tests, plots_of_curves_take_what_is_usual);
    suite_add_tcase(suite, tests);
    return suite;
}

int main(void)
{
    SRunner *runner = srunner_create(curves_suite());
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
