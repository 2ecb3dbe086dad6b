/* plot_layout_test.c -- long texts of a plot stay within the picture. */
#include "report/figure.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

static struct error err;
static struct data *data;
static struct figure figure;

static void setup(void)
{
    data = data_create("test");
    ck_assert_ptr_nonnull(data);
    figure = (struct figure){0};
}

static void teardown(void)
{
    figure_release(&figure);
    data_free(data);
}

static void lay_out(const char *const *names, const char *const *values)
{
    const struct plot_options options = {.x = "frames", .y = "faults"};
    data_add_column(data, "frames", COLUMN_KEY);
    data_add_column(data, "faults", COLUMN_COUNTER);
    for (size_t i = 0; names[i]; i++)
        data_add_column(data, names[i], COLUMN_EXTRA);
    for (size_t row = 0; row < 2; row++) {
        data_add_row(data);
        data_put(data, 0, row ? "2" : "1");
        data_put(data, 1, row ? "8" : "9");
        for (size_t i = 0; names[i]; i++)
            data_put(data, 2 + i, values[i]);
    }
    ck_assert_int_eq(figure_init(&figure, data, &options, &err), OK);
}

/* The lines hold at most 112 characters. */
static const struct {
    const char *values[4];
    const char *lines[3];
} captions[] = {
    /* 91 characters without the kernel, 118 with it. */
    {{"pointer-chase(nodes=16384,node_size=4096,references=500000)", "lru", "x86-64",
      "textbook, our own"},
     {"trace pointer-chase(nodes=16384,node_size=4096,references=500000) · policy lru · "
      "MMU "
      "x86-64",
      "kernel textbook, our own"}},
    /* A fact that no line can hold. */
    {{"phases(phases=12,set=65536,overlap=4096,length=1000000,element=8,exponent=0.8,"
      "writes=0."
      "25,ifetches=1000000,references=9000000)",
      "lru", "x86-64", "none"},
     {"trace phases(phases=12,set=65536,overlap=4096,length=1000000,element=8,exponent=0.8,"
      "writes=0.25,",
      "ifetches=1000000,references=9000000) · policy lru · MMU x86-64 · kernel none"}},
};

START_TEST(a_long_caption_breaks_between_facts)
{
    static const char *const names[] = {"trace", "policy", "machine.mmu", "kernel", NULL};
    lay_out(names, captions[_i].values);
    ck_assert_uint_eq(figure.ncaption, 2);
    ck_assert_str_eq(figure.caption[0], captions[_i].lines[0]);
    ck_assert_str_eq(figure.caption[1], captions[_i].lines[1]);
}
END_TEST

/* A name with commas keeps together if there are blanks behind it. */
START_TEST(a_caption_breaks_at_a_blank_rather_than_within_a_name)
{
    static const char *const names[] = {"notes", NULL};
    static const char *const values[] = {"policy clock(hand=stays,ref_on_load=no): as in "
                                         "the first course on the subject, in "
                                         "which pages are loaded without a reference"};
    lay_out(names, values);
    ck_assert_uint_eq(figure.ncaption, 2);
    ck_assert_str_eq(
        figure.caption[0],
        "policy clock(hand=stays,ref_on_load=no): as in the first course on the "
        "subject, in which pages are loaded");
    ck_assert_str_eq(figure.caption[1], "without a reference");
}
END_TEST

/* A number does not lose what is behind its comma. */
START_TEST(a_caption_does_not_break_within_numbers)
{
    static const char *const names[] = {"notes", NULL};
    static const char *const values[] = {"it-has-taken-1,234,567,890,123,456,789,012,345,"
                                         "678,901,234,567,890,123,456,789,012,"
                                         "345,678,901,234,567,890,123,456,789-references"};
    lay_out(names, values);
    ck_assert_uint_eq(figure.ncaption, 1);
}
END_TEST

/* The number behind a text of the script. */
static double number_in(const char *script, const char *text)
{
    const char *at = strstr(script, text);
    ck_assert_ptr_nonnull(at);
    return strtod(at + strlen(text), NULL);
}

/* gnuplot breaks a key that is higher than the axes into columns: 18 lines and the title,
 * 27 pixels each. */
START_TEST(the_axes_are_as_high_as_a_key_above_them)
{
    const struct plot_options options = {.x = "frames", .y = "faults", .series = "policy"};
    char name[64], *script;
    size_t size;
    data_add_column(data, "policy", COLUMN_KEY);
    data_add_column(data, "frames", COLUMN_KEY);
    data_add_column(data, "faults", COLUMN_COUNTER);
    for (int i = 0; i < 18; i++) {
        snprintf(name, sizeof name, "a policy with so many parameters, number %d", i);
        data_add_row(data);
        data_put(data, 0, name);
        data_put(data, 1, "1");
        data_put(data, 2, "9");
    }
    ck_assert_int_eq(figure_init(&figure, data, &options, &err), OK);
    FILE *stream = open_memstream(&script, &size);
    figure_script(&figure, "a", stream);
    fclose(stream);
    const double part = number_in(script, "set tmargin at screen ") -
                        number_in(script, "set bmargin at screen ");
    ck_assert_ptr_nonnull(strstr(script, "vertical maxrows 18 "));
    ck_assert(part * number_in(script, "set terminal svg size 1000,") >= 19 * 27);
    free(script);
}
END_TEST

static Suite *plot_layout_suite(void)
{
    Suite *suite = suite_create("plot_layout");
    TCase *tests = tcase_create("layout");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_loop_test(tests, a_long_caption_breaks_between_facts, 0,
                        (int)ARRAY_LEN(captions));
    tcase_add_test(tests, a_caption_breaks_at_a_blank_rather_than_within_a_name);
    tcase_add_test(tests, a_caption_does_not_break_within_numbers);
    tcase_add_test(tests, the_axes_are_as_high_as_a_key_above_them);
    suite_add_tcase(suite, tests);
    return suite;
}

int main(void)
{
    SRunner *runner = srunner_create(plot_layout_suite());
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
