/* plot_test.c -- what a plot shows, before gnuplot draws it, and that it is drawn. */
#include "report/plot.h"

#include "base/file.h"
#include "report/figure.h"
#include "report/report.h"

#include <check.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char folder[64];
static struct error err;
static struct data *data;
static struct figure figure;

static char *path_of(const char *name)
{
    static char path[256];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

static void setup(void)
{
    strcpy(folder, "/tmp/plot_test.XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    data = NULL;
    figure = (struct figure){0};
}

static void teardown(void)
{
    static const char *const names[] = {"in.csv", "a.svg", "a.png", "a.gp"};
    figure_release(&figure);
    data_free(data);
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        unlink(path_of(names[i]));
    ck_assert_int_eq(rmdir(folder), 0); /* so nothing temporary is left */
}

static enum status lay_out(const char *csv, const struct plot_options *options)
{
    ck_assert_int_eq(file_write(path_of("in.csv"), csv, strlen(csv), &err), OK);
    ck_assert_int_eq(csv_read(&data, path_of("in.csv"), &err), OK);
    return figure_init(&figure, data, options, &err);
}

/* 8 KiB of memory: the number of frames follows from the page size. */
static const char by_page_size[] = "trace,policy,page_size,frames,faults\n"
                                   "cc1,lru,4096,2,30\n"
                                   "cc1,lru,512,16,5\n"
                                   "cc1,lru,1024,8,4\n"
                                   "cc1,fifo,4096,2,31\n"
                                   "cc1,fifo,512,16,9\n"
                                   "cc1,fifo,1024,8,8\n";

START_TEST(a_series_has_a_line_with_points_in_the_order_of_x)
{
    const struct plot_options options = {
        .x = "machine.page_size", .y = "faults", .series = "policy"};
    ck_assert_int_eq(lay_out(by_page_size, &options), OK);
    ck_assert_uint_eq(figure.nlines, 2);
    ck_assert_str_eq(figure.lines[0].label, "lru");
    ck_assert_str_eq(figure.lines[1].label, "fifo");
    ck_assert_uint_eq(figure.lines[0].npoints, 3);
    ck_assert(figure.lines[0].points[0].x == 512 && figure.lines[0].points[0].y == 5);
    ck_assert(figure.lines[0].points[2].x == 4096 && figure.lines[0].points[2].y == 30);
    ck_assert_str_eq(figure.title, "page faults by page size");
    ck_assert_str_eq(figure.key_title, "policy");
}
END_TEST

START_TEST(page_sizes_have_a_log_axis_with_units)
{
    const struct plot_options options = {.x = "page_size", .y = "faults"};
    ck_assert_int_eq(lay_out(by_page_size, &options), OK);
    ck_assert(figure.x_axis.log);
    ck_assert_uint_eq(figure.x_axis.ntics, 3);
    ck_assert_str_eq(figure.x_axis.tics[0].label, "512 B");
    ck_assert_str_eq(figure.x_axis.tics[2].label, "4 KiB");
    ck_assert_str_eq(figure.x_axis.label, "page size");
    ck_assert_str_eq(figure.y_axis.label, "page faults");
}
END_TEST

START_TEST(what_varies_besides_x_makes_lines_although_no_series_is_given)
{
    const struct plot_options options = {.x = "page_size", .y = "faults"};
    ck_assert_int_eq(lay_out(by_page_size, &options), OK);
    ck_assert_uint_eq(figure.nlines, 2);
    ck_assert_str_eq(figure.lines[0].label, "lru");
}
END_TEST

START_TEST(further_keys_are_in_the_labels)
{
    const struct plot_options options = {.x = "frames", .y = "faults", .series = "policy"};
    const char csv[] =
        "trace,policy,frames,faults,machine.tlb.l2.entries\n"
        "cc1,lru,1,9,64\ncc1,lru,1,8,128\ngzip,lru,1,7,64\ngzip,lru,1,6,128\n";
    ck_assert_int_eq(lay_out(csv, &options), OK);
    ck_assert_uint_eq(figure.nlines, 4);
    ck_assert_str_eq(figure.lines[0].label, "lru, trace=cc1, TLB L2 entries=64");
    ck_assert_str_eq(figure.lines[3].label, "lru, trace=gzip, TLB L2 entries=128");
}
END_TEST

/* Frames follow from memory and page size; they are not what lines are told apart by. */
START_TEST(memory_that_varies_makes_the_lines_not_the_frames_it_holds)
{
    const struct plot_options options = {.x = "page_size", .y = "faults"};
    const char csv[] = "page_size,frames,faults,machine.memory\n"
                       "512,16,1,8192\n4096,2,2,8192\n512,32,3,16384\n4096,4,4,16384\n";
    ck_assert_int_eq(lay_out(csv, &options), OK);
    ck_assert_uint_eq(figure.nlines, 2);
    ck_assert_str_eq(figure.key_title, "memory");
    ck_assert_str_eq(figure.lines[0].label, "8 KiB");
    ck_assert_str_eq(figure.lines[1].label, "16 KiB");
    ck_assert_uint_eq(figure.ncaption, 0);
}
END_TEST

/* Belady's anomaly as textbooks draw it: frames 1 to 5, evenly. */
START_TEST(values_that_are_spread_evenly_have_a_linear_axis)
{
    const struct plot_options options = {.x = "frames", .y = "faults"};
    ck_assert_int_eq(lay_out("frames,faults\n1,12\n2,12\n3,9\n4,10\n5,5\n", &options), OK);
    ck_assert(!figure.x_axis.log);
    ck_assert(!figure.y_axis.log);
    ck_assert(figure.y_axis.low == 0);
    ck_assert_uint_eq(figure.x_axis.ntics, 5);
    ck_assert_str_eq(figure.x_axis.label, "memory (frames)");
}
END_TEST

static const struct {
    const char *csv;
    enum plot_scale scale;
    bool log;
} y_scales[] = {
    {"frames,faults\n1,20\n2,1\n", PLOT_AUTO, false},
    {"frames,faults\n1,21\n2,1\n", PLOT_AUTO, true},
    {"frames,faults\n1,21\n2,1\n", PLOT_LINEAR, false},
    {"frames,faults\n1,21\n2,0\n", PLOT_AUTO, false},
    {"frames,faults\n1,2\n2,1\n", PLOT_LOG, true},
};

START_TEST(y_is_logarithmic_from_a_factor_of_twenty_on)
{
    const struct plot_options options = {
        .x = "frames", .y = "faults", .yscale = y_scales[_i].scale};
    ck_assert_int_eq(lay_out(y_scales[_i].csv, &options), OK);
    ck_assert_int_eq(figure.y_axis.log, y_scales[_i].log);
}
END_TEST

START_TEST(zero_on_a_log_axis_is_left_out_and_told)
{
    const struct plot_options options = {.x = "frames", .y = "faults", .yscale = PLOT_LOG};
    ck_assert_int_eq(lay_out("frames,faults\n1,7\n2,0\n", &options), OK);
    ck_assert_uint_eq(figure.lines[0].npoints, 1);
    ck_assert_str_eq(figure.caption[figure.ncaption - 1],
                     "1 value not above 0 cannot be shown on a logarithmic axis");
}
END_TEST

START_TEST(zeros_alone_are_drawn_on_a_linear_axis_only)
{
    struct plot_options options = {.x = "frames", .y = "faults"};
    const char csv[] = "frames,faults\n1,0\n2,0\n";
    ck_assert_int_eq(lay_out(csv, &options), OK);
    ck_assert(figure.y_axis.high > figure.y_axis.low);
    figure_release(&figure);
    options.yscale = PLOT_LOG;
    ck_assert_int_eq(figure_init(&figure, data, &options, &err), ERR_CONFIG);
    ck_assert_ptr_nonnull(strstr(err.text, "no value of 'faults' is above 0"));
}
END_TEST

START_TEST(unlimited_memory_is_right_of_all_numbers)
{
    const struct plot_options options = {.x = "frames", .y = "faults"};
    ck_assert_int_eq(lay_out("frames,faults\nunlimited,1\n64,7\n16,9\n", &options), OK);
    const struct figure_line *line = &figure.lines[0];
    ck_assert(line->points[0].x == 16 && line->points[2].y == 1);
    ck_assert(isfinite(line->points[2].x) && line->points[2].x > 64);
    ck_assert(line->points[2].x < figure.x_axis.high);
    ck_assert_str_eq(figure.x_axis.tics[2].label, "unlimited");
}
END_TEST

START_TEST(names_on_the_x_axis_are_categories)
{
    const struct plot_options options = {.x = "policy", .y = "faults"};
    ck_assert_int_eq(lay_out("policy,faults\nlru,1\nfifo,2\n", &options), OK);
    ck_assert(figure.x_axis.categories);
    ck_assert_uint_eq(figure.nlines, 1);
    ck_assert_str_eq(figure.lines[0].label, "");
    ck_assert_str_eq(figure.x_axis.tics[1].label, "fifo");
    ck_assert(figure.lines[0].points[1].x == 1);
}
END_TEST

START_TEST(several_counters_have_lines_each_and_equal_ones_are_one)
{
    const struct plot_options options = {
        .x = "page_size", .y = "page_ins,bytes_touched", .series = "policy"};
    const char csv[] = "policy,page_size,page_ins,bytes_touched\n"
                       "lru,512,1,100\nlru,1024,2,100\nfifo,512,3,100\nfifo,1024,4,100\n";
    ck_assert_int_eq(lay_out(csv, &options), OK);
    ck_assert_uint_eq(figure.nlines, 3);
    ck_assert_str_eq(figure.lines[0].label, "page ins, lru");
    ck_assert_str_eq(figure.lines[1].label, "page ins, fifo");
    ck_assert_str_eq(figure.lines[2].label, "bytes touched");
    ck_assert_str_eq(figure.y_axis.label, "count");
}
END_TEST

static const struct {
    const char *csv, *y, *label;
    double unit;
} y_labels[] = {
    {"frames,faults\n1,3000000\n2,2000000\n", "faults", "page faults (millions)", 1e6},
    {"frames,loads\n1,30\n2,20\n", "loads", "loads (references)", 1},
    {"frames,fault_rate\n1,0.5\n2,0.4\n", "fault_rate", "fault rate (faults / references)",
     1},
    {"frames,fault_rate\n1,0.0005\n2,0.0004\n", "fault_rate",
     "fault rate (faults per million references)", 1e-6},
    {"frames,bytes_fetched\n1,3145728\n2,2097152\n", "bytes_fetched", "bytes fetched (MiB)",
     1048576},
};

START_TEST(y_says_what_it_is_in_which_unit)
{
    const struct plot_options options = {.x = "frames", .y = y_labels[_i].y};
    ck_assert_int_eq(lay_out(y_labels[_i].csv, &options), OK);
    ck_assert_str_eq(figure.y_axis.label, y_labels[_i].label);
    ck_assert(figure.y_axis.unit == y_labels[_i].unit);
}
END_TEST

START_TEST(a_key_above_has_no_more_columns_than_there_is_room_for)
{
    const struct plot_options options = {.x = "frames", .y = "faults", .series = "policy"};
    const char csv[] = "policy,frames,faults\n"
                       "a policy with its settings,1,9\nanother policy and so on,1,8\n"
                       "a third policy is the last,1,7\n";
    char *script;
    size_t size;
    ck_assert_int_eq(lay_out(csv, &options), OK);
    FILE *stream = open_memstream(&script, &size);
    figure_script(&figure, "a", stream);
    fclose(stream);
    ck_assert_ptr_nonnull(strstr(script, "left top vertical maxrows 2 "));
    free(script);
}
END_TEST

START_TEST(the_caption_tells_what_all_cells_share)
{
    const struct plot_options options = {
        .x = "page_size", .y = "faults", .series = "policy"};
    ck_assert_int_eq(lay_out(by_page_size, &options), OK);
    ck_assert_uint_eq(figure.ncaption, 1);
    ck_assert_str_eq(figure.caption[0], "trace cc1 · memory 8 KiB");
}
END_TEST

/* Notes come once; what only some cells have says for whom, what differs in a number only
 * is one note. */
START_TEST(the_caption_tells_the_conventions_once)
{
    static const char *const rows[][4] = {
        {"lru", "512",
         "policy lru; kernel textbook: a=b; seen by all; ideal; no pages of 512 bytes",
         "1"},
        {"clock", "512",
         "policy clock: hand=stays; kernel textbook: a=b; seen by all; no pages of 512 "
         "bytes",
         "2"},
        {"lru", "1024",
         "policy lru; kernel textbook: a=b; seen by all; ideal; no pages of 1024 bytes",
         "3"},
        {"lru", "4096", "policy lru; kernel textbook: a=b; seen by all; ideal", "3"},
    };
    static const char *const names[] = {"policy", "page_size", "notes", "faults"};
    const struct plot_options options = {.x = "page_size", .y = "faults"};
    data = data_create("test");
    for (size_t i = 0; i < 4; i++)
        data_add_column(data, names[i],
                        i == 2   ? COLUMN_EXTRA
                        : i == 3 ? COLUMN_COUNTER
                                 : COLUMN_KEY);
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        data_add_row(data);
        for (size_t k = 0; k < 4; k++)
            data_put(data, k, rows[i][k]);
    }
    ck_assert_int_eq(figure_init(&figure, data, &options, &err), OK);
    ck_assert_uint_eq(figure.ncaption, 2);
    ck_assert_str_eq(figure.caption[0],
                     "kernel textbook: a=b; seen by all; ideal (lru); "
                     "no pages of … bytes (page size 512 B, 1 KiB); policy clock:");
    ck_assert_str_eq(figure.caption[1], "hand=stays");
}
END_TEST

static const struct {
    struct plot_options options;
    const char *sentence;
} bad_options[] = {
    {{.x = "polcy", .y = "faults"}, "unknown column 'polcy' for x; did you mean 'policy'?"},
    {{.x = "policy", .y = "fault"}, "unknown column 'fault' for y; did you mean 'faults'?"},
    {{.x = "policy", .y = "faults", .series = "xxxxxxxx"},
     "unknown column 'xxxxxxxx' for series; there are trace, policy, page_size, frames, "
     "and "
     "the counters of 'faultline list counters'"},
    {{.x = "policy", .y = "trace"}, "column 'trace' cannot be y: 'cc1' is not a number"},
    {{.x = "policy", .y = ","}, "y names no column"},
};

START_TEST(columns_that_cannot_be_drawn_are_refused)
{
    struct plot_options options = bad_options[_i].options;
    options.at = (struct location){"e.yaml", 12, 5};
    ck_assert_int_eq(lay_out(by_page_size, &options), ERR_CONFIG);
    ck_assert_str_eq(err.text, bad_options[_i].sentence);
    ck_assert_uint_eq(err.at.line, 12);
}
END_TEST

START_TEST(a_table_without_rows_has_nothing_to_draw)
{
    const struct plot_options options = {.x = "frames", .y = "faults"};
    ck_assert_int_eq(lay_out("frames,faults\n", &options), ERR_CONFIG);
    ck_assert_ptr_nonnull(strstr(err.text, "has no finished cell"));
}
END_TEST

START_TEST(the_stem_tells_what_is_drawn)
{
    char buffer[100];
    const struct plot_options options = {
        .x = "machine.page_size", .y = "faults,page_ins", .series = "policy"};
    ck_assert_str_eq(plot_stem(&options, buffer, sizeof buffer),
                     "faults-page_ins-by-page_size-per-policy");
}
END_TEST

static char *content(const char *name, size_t *size)
{
    char *text;
    ck_assert_int_eq(file_read(&text, size, path_of(name), &err), OK);
    return text;
}

START_TEST(pictures_are_drawn_and_drawn_the_same_again)
{
    const struct plot_options options = {
        .x = "page_size", .y = "faults", .series = "policy", .title = "It's {a} _b^2 'c'"};
    static const char *const names[] = {"a.gp", "a.svg", "a.png"};
    size_t sizes[3], size;
    char *first[3];
    ck_assert_int_eq(lay_out(by_page_size, &options), OK);
    ck_assert_int_eq(plot_write(data, &options, path_of("a"), &err), OK);
    for (size_t i = 0; i < 3; i++)
        first[i] = content(names[i], &sizes[i]);
    ck_assert_ptr_nonnull(strstr(first[0], "'It''s {a} _b^2 ''c'''"));
    ck_assert_ptr_nonnull(strstr(first[0], "set output 'a' . '.svg'"));
    ck_assert_ptr_nonnull(strstr(first[1], "</svg>"));
    ck_assert_mem_eq(first[2], "\x89PNG", 4);
    ck_assert_int_eq(plot_write(data, &options, path_of("a"), &err), OK);
    for (size_t i = 0; i < 3; i++) {
        char *second = content(names[i], &size);
        ck_assert_uint_eq(size, sizes[i]);
        ck_assert_mem_eq(first[i], second, size);
        free(first[i]);
        free(second);
    }
}
END_TEST

START_TEST(a_missing_gnuplot_is_named)
{
    const struct plot_options options = {.x = "page_size", .y = "faults"};
    ck_assert_int_eq(lay_out(by_page_size, &options), OK);
    ck_assert_int_eq(setenv("PATH", "/nowhere", 1), 0);
    ck_assert_int_eq(plot_write(data, &options, path_of("a"), &err), ERR_OUTPUT);
    ck_assert_str_eq(err.text,
                     "gnuplot is not installed; plots need it (package gnuplot-nox)");
}
END_TEST

START_TEST(what_gnuplot_says_is_reported)
{
    ck_assert_int_eq(file_write(path_of("a.gp"), "plot nothing\n", 13, &err), OK);
    ck_assert_int_eq(gnuplot_run(folder, "a", &err), ERR_OUTPUT);
    ck_assert_ptr_nonnull(strstr(err.text, "gnuplot has failed: "));
    ck_assert_ptr_nonnull(strstr(err.text, "a.gp\" line 1: undefined variable: nothing"));
}
END_TEST

START_TEST(a_place_that_cannot_be_written_is_named)
{
    const struct plot_options options = {.x = "page_size", .y = "faults"};
    ck_assert_int_eq(lay_out(by_page_size, &options), OK);
    ck_assert_int_eq(plot_write(data, &options, path_of("none/a"), &err), ERR_OUTPUT);
    ck_assert_str_eq(err.text, "cannot be written: No such file or directory");
    ck_assert_str_eq(err.at.file, path_of("none/a"));
}
END_TEST

static Suite *plot_suite(void)
{
    Suite *suite = suite_create("plot");
    TCase *tests = tcase_create("plot");
    tcase_set_timeout(tests, 60); /* gnuplot may start slowly on a busy machine */
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, a_series_has_a_line_with_points_in_the_order_of_x);
    tcase_add_test(tests, page_sizes_have_a_log_axis_with_units);
    tcase_add_test(tests, what_varies_besides_x_makes_lines_although_no_series_is_given);
    tcase_add_test(tests, further_keys_are_in_the_labels);
    tcase_add_test(tests, memory_that_varies_makes_the_lines_not_the_frames_it_holds);
    tcase_add_test(tests, values_that_are_spread_evenly_have_a_linear_axis);
    tcase_add_loop_test(tests, y_is_logarithmic_from_a_factor_of_twenty_on, 0,
                        (int)ARRAY_LEN(y_scales));
    tcase_add_test(tests, zero_on_a_log_axis_is_left_out_and_told);
    tcase_add_test(tests, zeros_alone_are_drawn_on_a_linear_axis_only);
    tcase_add_test(tests, unlimited_memory_is_right_of_all_numbers);
    tcase_add_test(tests, names_on_the_x_axis_are_categories);
    tcase_add_test(tests, several_counters_have_lines_each_and_equal_ones_are_one);
    tcase_add_loop_test(tests, y_says_what_it_is_in_which_unit, 0,
                        (int)ARRAY_LEN(y_labels));
    tcase_add_test(tests, a_key_above_has_no_more_columns_than_there_is_room_for);
    tcase_add_test(tests, the_caption_tells_what_all_cells_share);
    tcase_add_test(tests, the_caption_tells_the_conventions_once);
    tcase_add_loop_test(tests, columns_that_cannot_be_drawn_are_refused, 0,
                        (int)ARRAY_LEN(bad_options));
    tcase_add_test(tests, a_table_without_rows_has_nothing_to_draw);
    tcase_add_test(tests, the_stem_tells_what_is_drawn);
    tcase_add_test(tests, pictures_are_drawn_and_drawn_the_same_again);
    tcase_add_test(tests, a_missing_gnuplot_is_named);
    tcase_add_test(tests, what_gnuplot_says_is_reported);
    tcase_add_test(tests, a_place_that_cannot_be_written_is_named);
    suite_add_tcase(suite, tests);
    return suite;
}

int main(void)
{
    SRunner *runner = srunner_create(plot_suite());
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
