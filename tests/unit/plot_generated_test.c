/* plot_generated_test.c -- plots of generated traces, whose names follow from the generator
 * and its parameters. */
#include "report/figure.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

static struct error err;
static struct data *data;
static struct figure figure;

static void setup(void)
{
    data = NULL;
    figure = (struct figure){0};
}

static void teardown(void)
{
    figure_release(&figure);
    data_free(data);
}

enum { COLUMNS = 6 };

/* Names that begin with '+' are those of extra columns, with '#' of counters. */
static void table(const char *const names[COLUMNS], const char *const (*rows)[COLUMNS],
                  size_t n)
{
    data = data_create("test");
    ck_assert_ptr_nonnull(data);
    for (size_t i = 0; i < COLUMNS; i++)
        data_add_column(data, names[i] + strspn(names[i], "+#"),
                        *names[i] == '+'   ? COLUMN_EXTRA
                        : *names[i] == '#' ? COLUMN_COUNTER
                                           : COLUMN_KEY);
    for (size_t row = 0; row < n; row++) {
        data_add_row(data);
        for (size_t i = 0; i < COLUMNS; i++)
            data_put(data, i, rows[row][i]);
    }
}

/* Pages and their stride are swept; some notes hold for one stride only. */
static const char *const swept_names[COLUMNS] = {
    "trace", "#walks", "generate.stride", "generate.pages", "+notes", "+generate"};
static const char *const swept_rows[][COLUMNS] = {
    {"uniform(pages=64,stride=4096)", "1", "4096", "64", "dense", "uniform"},
    {"uniform(pages=64,stride=2101248)", "2", "2101248", "64", "", "uniform"},
    {"uniform(pages=128,stride=4096)", "3", "4096", "128", "dense", "uniform"},
    {"uniform(pages=128,stride=2101248)", "4", "2101248", "128", "", "uniform"},
};

START_TEST(lines_are_told_apart_by_swept_parameters_and_join_the_others)
{
    const struct plot_options options = {.x = "generate.pages", .y = "walks"};
    table(swept_names, swept_rows, ARRAY_LEN(swept_rows));
    ck_assert_int_eq(figure_init(&figure, data, &options, &err), OK);
    ck_assert_uint_eq(figure.nlines, 2);
    ck_assert_str_eq(figure.key_title, "generate stride");
    ck_assert_str_eq(figure.lines[0].label, "4 KiB");
    ck_assert_str_eq(figure.lines[1].label, "2052 KiB");
    ck_assert_uint_eq(figure.lines[1].npoints, 2);
    ck_assert(figure.lines[1].points[0].x == 64 && figure.lines[1].points[0].y == 2);
    ck_assert(figure.lines[1].points[1].x == 128 && figure.lines[1].points[1].y == 4);
}
END_TEST

START_TEST(the_caption_tells_the_generator_and_for_which_parameters_a_note_holds)
{
    const struct plot_options options = {.x = "generate.pages", .y = "walks"};
    table(swept_names, swept_rows, ARRAY_LEN(swept_rows));
    ck_assert_int_eq(figure_init(&figure, data, &options, &err), OK);
    ck_assert_uint_eq(figure.ncaption, 2);
    ck_assert_str_eq(figure.caption[0], "generate uniform");
    ck_assert_str_eq(figure.caption[1], "dense (generate stride 4 KiB)");
}
END_TEST

/* The first two rows have the same trace, in which its generator's name is told. */
START_TEST(the_caption_tells_the_generator_of_one_trace_once)
{
    static const char *const names[COLUMNS] = {"trace",  "#walks",    "machine.memory",
                                               "+notes", "+generate", "+seed"};
    static const char *const rows[][COLUMNS] = {
        {"uniform(pages=64)", "1", "4096", "", "uniform", "1"},
        {"uniform(pages=64)", "2", "8192", "", "uniform", "1"},
    };
    const struct plot_options options = {.x = "machine.memory", .y = "walks"};
    table(names, rows, ARRAY_LEN(rows));
    ck_assert_int_eq(figure_init(&figure, data, &options, &err), OK);
    ck_assert_uint_eq(figure.ncaption, 1);
    ck_assert_str_eq(figure.caption[0], "trace uniform(pages=64)");
}
END_TEST

START_TEST(sizes_among_parameters_are_sizes_along_x)
{
    const struct plot_options options = {.x = "generate.stride", .y = "walks"};
    table(swept_names, swept_rows, ARRAY_LEN(swept_rows));
    ck_assert_int_eq(figure_init(&figure, data, &options, &err), OK);
    ck_assert_uint_eq(figure.nlines, 2);
    ck_assert_str_eq(figure.lines[0].label, "64");
    ck_assert_str_eq(figure.x_axis.tics[0].label, "4 KiB");
    ck_assert_str_eq(figure.x_axis.tics[1].label, "2052 KiB");
}
END_TEST

/* With the generator swept itself, what cannot be told by it is by parameters: of these,
 * uniform has no exponent. */
START_TEST(swept_generators_are_told_apart_by_the_parameters_that_they_have)
{
    static const char *const names[COLUMNS] = {
        "trace",        "#walks", "machine.memory", "generate", "generate.exponent",
        "generate.item"};
    static const char *const rows[][COLUMNS] = {
        {"uniform", "1", "4096", "uniform", "", ""},
        {"zipf(exponent=0.8)", "2", "4096", "zipf", "0.8", "64"},
        {"zipf(exponent=1.2)", "3", "4096", "zipf", "1.2", "64"},
        {"uniform", "4", "8192", "uniform", "", ""},
        {"zipf(exponent=0.8)", "5", "8192", "zipf", "0.8", "64"},
        {"zipf(exponent=1.2)", "6", "8192", "zipf", "1.2", "64"},
    };
    struct plot_options options = {.x = "machine.memory", .y = "walks"};
    table(names, rows, ARRAY_LEN(rows));
    ck_assert_int_eq(figure_init(&figure, data, &options, &err), OK);
    ck_assert_uint_eq(figure.nlines, 3);
    ck_assert_str_eq(figure.lines[0].label, "uniform");
    ck_assert_str_eq(figure.lines[1].label, "zipf, generate exponent=0.8");
    ck_assert_str_eq(figure.lines[2].label, "zipf, generate exponent=1.2");
    figure_release(&figure);
    options.series = "generate.exponent";
    ck_assert_int_eq(figure_init(&figure, data, &options, &err), OK);
    ck_assert_uint_eq(figure.nlines, 3);
    ck_assert_str_eq(figure.lines[0].label, "none");
    ck_assert_str_eq(figure.lines[1].label, "0.8");
}
END_TEST

/* As in a table put together from results of two experiments. */
START_TEST(traces_that_keys_do_not_tell_apart_have_lines_of_their_own)
{
    static const char *const names[COLUMNS] = {"trace",  "#walks",   "generate.pages",
                                               "+notes", "+machine", "+seed"};
    static const char *const rows[][COLUMNS] = {
        {"uniform(pages=64,references=1000)", "1", "64", "", "", "1"},
        {"uniform(pages=128,references=1000)", "2", "128", "", "", "1"},
        {"uniform(pages=64,references=9000)", "3", "64", "", "", "1"},
    };
    const struct plot_options options = {.x = "generate.pages", .y = "walks"};
    table(names, rows, ARRAY_LEN(rows));
    ck_assert_int_eq(figure_init(&figure, data, &options, &err), OK);
    ck_assert_uint_eq(figure.nlines, 3);
}
END_TEST

/* `size` is one in all generators and devices that have it; `merge` in devices only. */
static const struct {
    const char *column, *text, *value;
} values[] = {
    {"generate.stride", "2101248", "2052 KiB"},  {"generate.size", "1048576", "1 MiB"},
    {"generate.pages", "1024", "1024"},          {"generate.merge", "4096", "4096"},
    {"swap.device.merge", "131072", "128 KiB"},  {"files.device.size", "1048576", "1 MiB"},
    {"swap.device.queue_depth", "4096", "4096"}, {"policy.size", "4096", "4096"},
};

START_TEST(parameters_that_are_sizes_have_units)
{
    char buffer[NAME_SIZE];
    ck_assert_str_eq(column_value(values[_i].column, values[_i].text, buffer),
                     values[_i].value);
}
END_TEST

static Suite *plot_generated_suite(void)
{
    Suite *suite = suite_create("plot_generated");
    TCase *tests = tcase_create("generated");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, lines_are_told_apart_by_swept_parameters_and_join_the_others);
    tcase_add_test(tests,
                   the_caption_tells_the_generator_and_for_which_parameters_a_note_holds);
    tcase_add_test(tests, the_caption_tells_the_generator_of_one_trace_once);
    tcase_add_test(tests, sizes_among_parameters_are_sizes_along_x);
    tcase_add_test(tests, swept_generators_are_told_apart_by_the_parameters_that_they_have);
    tcase_add_test(tests, traces_that_keys_do_not_tell_apart_have_lines_of_their_own);
    tcase_add_loop_test(tests, parameters_that_are_sizes_have_units, 0,
                        (int)ARRAY_LEN(values));
    suite_add_tcase(suite, tests);
    return suite;
}

int main(void)
{
    SRunner *runner = srunner_create(plot_generated_suite());
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
