/* plot_time_test.c -- plots of times, and over simulated time. */
#include "report/plot.h"

#include "base/file.h"
#include "report/figure.h"
#include "report/report.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char path[64];
static struct error err;
static struct data *data;
static struct figure figure;

static void setup(void)
{
    strcpy(path, "/tmp/plot_time_test.XXXXXX");
    const int fd = mkstemp(path);
    ck_assert_int_ge(fd, 0);
    close(fd);
    data = NULL;
    figure = (struct figure){0};
}

static void teardown(void)
{
    figure_release(&figure);
    data_free(data);
    unlink(path);
}

static enum status lay_out(const char *csv, const struct plot_options *options)
{
    ck_assert_int_eq(file_write(path, csv, strlen(csv), &err), OK);
    ck_assert_int_eq(csv_read(&data, path, &err), OK);
    return figure_init(&figure, data, options, &err);
}

#define SERIES_HEADINGS                                                                    \
    "policy,time,process,resident,free_frames,faults_per_second,page_ins_per_second,"      \
    "page_outs_per_second,scans_per_second,cpu_utilisation,ready,waiting,swap_queue\n"

static const struct {
    const char *csv, *y, *label;
    double unit;
} times[] = {
    {"frames,elapsed\n1,3.5\n2,2.25\n", "elapsed", "simulated time (s)", 1},
    {"frames,elapsed\n1,0.035\n2,0.02\n", "elapsed", "simulated time (ms)", 1e-3},
    {"frames,elapsed\n1,1.0\n2,0.5\n", "elapsed", "simulated time (s)", 1},
    {"frames,elapsed\n1,0.0\n2,0.0\n", "elapsed", "simulated time (s)", 1},
    {"frames,effective_access_time\n1,0.000035\n2,0.0000012\n", "effective_access_time",
     "effective access time (µs)", 1e-6},
    {"frames,effective_access_time\n1,0.00000005\n2,0.000000049\n", "effective_access_time",
     "effective access time (ns)", 1e-9},
    {"frames,elapsed,cpu_user\n1,0.5,0.25\n2,0.4,0.25\n", "elapsed,cpu_user", "time (ms)",
     1e-3},
    {"frames,elapsed,faults\n1,0.5,1\n2,0.4,2\n", "elapsed,faults", "value", 1},
};

START_TEST(times_are_shown_in_a_unit_that_fits)
{
    const struct plot_options options = {.x = "frames", .y = times[_i].y};
    ck_assert_int_eq(lay_out(times[_i].csv, &options), OK);
    ck_assert_str_eq(figure.y_axis.label, times[_i].label);
    ck_assert(figure.y_axis.unit == times[_i].unit);
}
END_TEST

START_TEST(a_log_axis_of_times_is_in_their_unit)
{
    const struct plot_options options = {.x = "frames", .y = "elapsed"};
    ck_assert_int_eq(lay_out("frames,elapsed\n1,0.25\n2,0.001\n", &options), OK);
    ck_assert(figure.y_axis.log);
    ck_assert_str_eq(figure.y_axis.label, "simulated time (ms)");
    ck_assert(figure.lines[0].points[0].y == 250);
    ck_assert(figure.y_axis.low < 1 && figure.y_axis.low > 0.5);
    ck_assert(figure.y_axis.high > 250 && figure.y_axis.high < 500);
}
END_TEST

START_TEST(times_along_x_are_shown_in_a_unit_that_fits)
{
    const struct plot_options options = {.x = "elapsed", .y = "faults"};
    ck_assert_int_eq(lay_out("elapsed,faults\n0.004,5\n0.002,9\n", &options), OK);
    ck_assert_str_eq(figure.x_axis.label, "simulated time (ms)");
    ck_assert_str_eq(figure.title, "page faults by simulated time");
    ck_assert(figure.lines[0].points[0].x == 2 && figure.lines[0].points[0].y == 9);
    ck_assert(figure.x_axis.high < 5);
}
END_TEST

/* As parameters of plug-ins are recorded. */
START_TEST(swept_times_are_times)
{
    const struct plot_options options = {.x = "swap.device.seek", .y = "faults"};
    ck_assert_int_eq(lay_out("swap.device.seek,faults\n10 ms,5\n0,1\n20 ms,9\n", &options),
                     OK);
    ck_assert_str_eq(figure.x_axis.label, "swap device seek (ms)");
    ck_assert(figure.lines[0].points[1].x == 10 && figure.lines[0].points[2].x == 20);
}
END_TEST

/* As keys are recorded: in seconds. */
START_TEST(swept_keys_of_time_have_a_unit)
{
    const struct plot_options by_x = {.x = "scheduler.quantum", .y = "faults"};
    const struct plot_options by_series = {
        .x = "frames", .y = "faults", .series = "scheduler.quantum"};
    ck_assert_int_eq(lay_out("scheduler.quantum,frames,faults\n0.01,1,5\n0.1,1,9\n", &by_x),
                     OK);
    ck_assert_str_eq(figure.x_axis.label, "scheduler quantum (ms)");
    ck_assert(figure.lines[0].points[0].x == 10 && figure.lines[0].points[1].x == 100);
    figure_release(&figure);
    ck_assert_int_eq(figure_init(&figure, data, &by_series, &err), OK);
    ck_assert_str_eq(figure.lines[0].label, "10 ms");
    ck_assert_str_eq(figure.lines[1].label, "100 ms");
}
END_TEST

/* 1 is more than 20 times 0.01. */
START_TEST(parts_of_one_are_linear_from_0)
{
    const struct plot_options options = {.x = "frames", .y = "cpu_utilisation"};
    ck_assert_int_eq(lay_out("frames,cpu_utilisation\n1,1\n2,0.01\n", &options), OK);
    ck_assert(!figure.y_axis.log);
    ck_assert(figure.y_axis.low == 0);
    ck_assert_str_eq(figure.y_axis.label, "CPU utilisation");
}
END_TEST

START_TEST(lines_over_time_are_linear_from_0)
{
    const struct plot_options options = {
        .x = "time", .y = "faults_per_second", .series = "process"};
    ck_assert_int_eq(lay_out(SERIES_HEADINGS "lru,0.002,all,1,1,5000,1,1,1,1,1,1,1\n"
                                             "lru,0.002,a,1,,5000,1,,,,,,\n"
                                             "lru,0.004,all,1,1,50,1,1,1,1,1,1,1\n"
                                             "lru,0.004,a,1,,,1,,,,,,\n"
                                             "lru,0.008,all,1,1,1,1,1,1,1,1,1,1\n",
                             &options),
                     OK);
    ck_assert(!figure.x_axis.log && !figure.y_axis.log);
    ck_assert(figure.x_axis.low == 0 && figure.y_axis.low == 0);
    ck_assert_str_eq(figure.x_axis.label, "time (ms)");
    ck_assert_str_eq(figure.y_axis.label, "page faults per second");
    ck_assert_uint_eq(figure.nlines, 2);
    ck_assert_uint_eq(figure.lines[0].npoints, 3);
    ck_assert_str_eq(figure.lines[1].label, "a");
    ck_assert_uint_eq(figure.lines[1].npoints, 1); /* a blank is a gap */
    ck_assert_str_eq(figure.caption[0], "policy lru");
}
END_TEST

START_TEST(an_x_that_was_not_measured_is_left_out)
{
    const struct plot_options options = {.x = "free_frames", .y = "resident"};
    ck_assert_int_eq(lay_out(SERIES_HEADINGS "lru,0.002,all,1,7,5,1,1,1,1,1,1,1\n"
                                             "lru,0.002,a,1,,5000,1,,,,,,\n",
                             &options),
                     OK);
    ck_assert(!figure.x_axis.categories);
    ck_assert_str_eq(figure.x_axis.label, "free frames");
    ck_assert_uint_eq(figure.nlines, 1);
}
END_TEST

/* Of a kernel's own columns, beside the others: those of 4.3BSD. */
#define OWN_HEADINGS                                                                       \
    "time,process,resident,free_frames,faults_per_second,page_ins_per_second,"             \
    "page_outs_per_second,scans_per_second,cpu_utilisation,ready,waiting,swap_queue,"      \
    "freemem,lotsfree,desfree,minfree,deficit,desscan,front,back,rss,pgin,pgout,pgrec,"    \
    "fastpgrec,pgfrec,zfod,scan,rev,dfree,swpin,swpout\n"
#define OWN_ROW(time, freemem, front, back)                                                \
    time ",all,1,1,1,1,1,1,1,1,1,1," freemem ",64,16,8,0,0," front "," back                \
         ",1,0,0,0,0,0,0,0,0,0,0,0\n"

START_TEST(a_kernels_own_columns_are_drawn_in_their_unit)
{
    const struct plot_options options = {
        .x = "time", .y = "freemem,lotsfree", .yscale = PLOT_LOG};
    ck_assert_int_eq(lay_out(OWN_HEADINGS OWN_ROW("1", "100", "7", "")
                                 OWN_ROW("2", "32", "1", "3"),
                             &options),
                     OK);
    ck_assert(figure_is_course(&figure));
    ck_assert(figure.y_axis.log);
    ck_assert_str_eq(figure.y_axis.label, "hw pages");
    ck_assert_uint_eq(figure.nlines, 2);
    ck_assert_str_eq(figure.lines[0].label, "freemem");
    ck_assert_str_eq(figure.lines[1].label, "lotsfree");
    ck_assert(!figure.lines[0].goes_round);
    ck_assert(figure.lines[1].points[0].y == 64 && figure.lines[1].points[1].y == 64);
}
END_TEST

/* What is written of line `number` as data. */
static char *data_of(unsigned number)
{
    char *script = NULL, start[32];
    size_t length;
    FILE *out = open_memstream(&script, &length);
    figure_script(&figure, "hands", out);
    fclose(out);
    snprintf(start, sizeof start, "$line%u << END\n", number);
    const char *begin = strstr(script, start) + strlen(start);
    char *text = strndup(begin, (size_t)(strstr(begin, "END\n") - begin));
    free(script);
    return text;
}

START_TEST(the_line_of_a_hand_is_broken_where_it_comes_round)
{
    const struct plot_options options = {.x = "time", .y = "front,back"};
    ck_assert_int_eq(lay_out(OWN_HEADINGS OWN_ROW("1", "9", "5", "")
                                 OWN_ROW("2", "8", "7", "2") OWN_ROW("3", "8", "7", "4")
                                     OWN_ROW("4", "8", "1", "6"),
                             &options),
                     OK);
    ck_assert_str_eq(figure.y_axis.label, "frame");
    char *front = data_of(1), *back = data_of(2);
    ck_assert_str_eq(front, "1 5\n2 7\n3 7\n\n4 1\n");
    ck_assert_str_eq(back, "2 2\n3 4\n4 6\n");
    free(front);
    free(back);
}
END_TEST

/* 30 samples have symbols, 31 none. */
START_TEST(long_lines_over_time_have_no_symbols)
{
    const struct plot_options options = {.x = "time", .y = "resident"};
    for (int n = 30; n <= 31; n++) {
        char csv[4096] = "";
        size_t used = (size_t)snprintf(csv, sizeof csv, "%s", SERIES_HEADINGS);
        for (int i = 1; i <= n; i++)
            used += (size_t)snprintf(csv + used, sizeof csv - used,
                                     "lru,%d,all,1,1,1,1,1,1,1,1,1,1\n", i);
        ck_assert_int_eq(lay_out(csv, &options), OK);
        char *script = NULL;
        size_t length;
        FILE *out = open_memstream(&script, &length);
        figure_script(&figure, "long", out);
        fclose(out);
        ck_assert_int_eq(strstr(script, "with linespoints") != NULL, n == 30);
        ck_assert_int_eq(strstr(script, "with lines ") != NULL, n == 31);
        ck_assert_int_eq(strstr(script, "pointtype") != NULL, n == 30);
        free(script);
        figure_release(&figure);
        data_free(data);
        data = NULL;
    }
}
END_TEST

START_TEST(means_of_counts_may_have_decimals)
{
    const struct plot_options options = {.x = "frames", .y = "swap_queue_mean"};
    ck_assert_int_eq(lay_out("frames,swap_queue_mean\n1,0.5\n2,1.75\n", &options), OK);
    ck_assert_str_eq(figure.y_axis.label, "mean queue of the swap device (requests)");
    ck_assert_str_eq(figure.y_axis.tics[1].label, "0.5");
}
END_TEST

static Suite *plot_time_suite(void)
{
    Suite *suite = suite_create("plot_time");
    TCase *tests = tcase_create("plot_time");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_loop_test(tests, times_are_shown_in_a_unit_that_fits, 0,
                        (int)ARRAY_LEN(times));
    tcase_add_test(tests, a_log_axis_of_times_is_in_their_unit);
    tcase_add_test(tests, times_along_x_are_shown_in_a_unit_that_fits);
    tcase_add_test(tests, swept_times_are_times);
    tcase_add_test(tests, swept_keys_of_time_have_a_unit);
    tcase_add_test(tests, parts_of_one_are_linear_from_0);
    tcase_add_test(tests, lines_over_time_are_linear_from_0);
    tcase_add_test(tests, an_x_that_was_not_measured_is_left_out);
    tcase_add_test(tests, a_kernels_own_columns_are_drawn_in_their_unit);
    tcase_add_test(tests, the_line_of_a_hand_is_broken_where_it_comes_round);
    tcase_add_test(tests, long_lines_over_time_have_no_symbols);
    tcase_add_test(tests, means_of_counts_may_have_decimals);
    suite_add_tcase(suite, tests);
    return suite;
}

int main(void)
{
    SRunner *runner = srunner_create(plot_time_suite());
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
