/* pictures_test.c -- from which table a plot is drawn, into how many pictures, and that
 * the files of a run give the same ones. */
#include "report/report.h"

#include "base/file.h"
#include "timed_made_up.h"

#include <check.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char folder[64];
static struct error err;
static struct picture_source source;
static struct report_pictures pictures;

static char *path_of(const char *name)
{
    static char path[256];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

static void setup(void)
{
    strcpy(folder, "/tmp/pictures_test.XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    source = (struct picture_source){0};
    pictures = (struct report_pictures){0};
}

static void teardown(void)
{
    picture_source_release(&source);
    report_pictures_free(&pictures);
    timed_release();
    DIR *dir = opendir(folder);
    for (struct dirent *entry; (entry = readdir(dir));)
        unlinkat(dirfd(dir), entry->d_name, 0);
    closedir(dir);
    ck_assert_int_eq(rmdir(folder), 0);
}

static enum status draw(const char *x, const char *y, const char *series)
{
    const struct plot_options options = {
        .x = x, .y = y, .series = series, .at = {"e.yaml", 12, 5}};
    static struct result_set set;
    set = timed_made_up();
    ck_assert_int_eq(picture_source_of(&source, &set, &err), OK);
    return pictures_draw(&source, &options, path_of("a"), &pictures, &err);
}

static void script(char **text, const char *name)
{
    size_t size;
    ck_assert_int_eq(file_read(text, &size, path_of(name), &err), OK);
}

static void script_says(const char *name, const char *what)
{
    char *text;
    script(&text, name);
    ck_assert_msg(strstr(text, what) != NULL, "'%s' is not in %s:\n%s", what, name, text);
    free(text);
}

/* The lines of a picture, by the titles in its script. */
static void lines_are(const char *name, const char *titles)
{
    char found[200] = "", *text;
    script(&text, name);
    const char *at = strstr(text, "plot $");
    while ((at = strstr(at, " title '"))) {
        at += strlen(" title '");
        const size_t length = strcspn(at, "'");
        snprintf(found + strlen(found), sizeof found - strlen(found), "%s%.*s",
                 *found ? " | " : "", (int)length, at);
        if (strncmp(at + length, "'\nset terminal", 14) == 0)
            break;
    }
    ck_assert_str_eq(found, titles);
    free(text);
}

START_TEST(what_results_have_is_drawn_from_them)
{
    ck_assert_int_eq(draw("policy", "elapsed", NULL), OK);
    ck_assert_uint_eq(pictures.n, 2);
    script_says("a.gp", "'timed: simulated time by policy'");
    script_says("a.gp", "0 123\n1 246\n");
}
END_TEST

START_TEST(lines_of_processes_come_from_their_table)
{
    ck_assert_int_eq(draw("policy", "elapsed", "process"), OK);
    lines_are("a.gp", "a | b,\"c\"");
    script_says("a.gp", "'timed: time from start to end by policy'");
}
END_TEST

START_TEST(processes_are_told_apart_without_a_series_too)
{
    ck_assert_int_eq(draw("policy", "user", NULL), OK);
    lines_are("a.gp", "a | b,\"c\"");
}
END_TEST

START_TEST(lines_of_devices_come_from_their_table)
{
    ck_assert_int_eq(draw("policy", "wait_mean", "device"), OK);
    lines_are("a.gp", "swap");
    script_says("a.gp", "'mean wait of a request (ms)'");
}
END_TEST

START_TEST(over_time_each_cell_has_a_line_of_all_processes)
{
    ck_assert_int_eq(draw("time", "resident", "policy"), OK);
    ck_assert_uint_eq(pictures.n, 2);
    lines_are("a.gp", "lru | clock");
    script_says("a.gp", "$line1 << END\n50 3\n100 6\nEND\n");
    /* What holds for all cells is told as in pictures of results.csv. */
    script_says("a.gp", "'trace a+b · page size 4 KiB · memory 32 KiB (8 frames)'");
}
END_TEST

START_TEST(over_time_cells_are_told_apart_without_a_series_too)
{
    ck_assert_int_eq(draw("time", "ready", NULL), OK);
    lines_are("a.gp", "lru | clock");
}
END_TEST

START_TEST(processes_over_time_have_a_picture_for_each_cell)
{
    ck_assert_int_eq(draw("time", "resident", "process"), OK);
    ck_assert_uint_eq(pictures.n, 4);
    ck_assert_str_eq(pictures.paths[0], path_of("a-lru.svg"));
    ck_assert_str_eq(pictures.paths[3], path_of("a-clock.png"));
    lines_are("a-lru.gp", "a | b,\"c\"");
    script_says("a-clock.gp", "'timed: resident pages by time (policy clock)'");
    script_says("a-clock.gp", "'trace a+b · policy clock · page size 4 KiB");
}
END_TEST

START_TEST(what_only_all_processes_have_is_drawn_for_all)
{
    ck_assert_int_eq(draw("time", "cpu_utilisation", "process"), OK);
    ck_assert_uint_eq(pictures.n, 4);
    lines_are("a-lru.gp", "all");
}
END_TEST

START_TEST(one_cell_has_one_picture_under_the_name_given)
{
    timed_experiment.ncells = 1;
    const enum status status = draw("time", "resident", "process");
    timed_experiment.ncells = 2;
    ck_assert_int_eq(status, OK);
    ck_assert_uint_eq(pictures.n, 2);
    ck_assert_str_eq(pictures.paths[0], path_of("a.svg"));
    lines_are("a.gp", "a | b,\"c\"");
    script_says("a.gp", "'timed: resident pages by time'");
}
END_TEST

START_TEST(cells_whose_names_files_cannot_have_get_numbers)
{
    timed_cells[0].policy_label = "p(a/b)";
    timed_cells[1].policy_label = "p(a b)";
    const enum status status = draw("time", "resident", "process");
    timed_cells[0].policy_label = "lru";
    timed_cells[1].policy_label = "clock";
    ck_assert_int_eq(status, OK);
    ck_assert_uint_eq(pictures.n, 4);
    ck_assert_str_eq(pictures.paths[0], path_of("a-p-a-b-.svg"));
    ck_assert_str_eq(pictures.paths[2], path_of("a-p-a-b--2.svg"));
}
END_TEST

/* The generated traces' names follow from the size, which is shown as one. */
START_TEST(cells_of_a_generator_are_told_apart_by_what_is_swept)
{
    static const struct setting small[] = {{"generate", "loop", {0}},
                                           {"generate.size", "8192", {0}}};
    static const struct setting large[] = {{"generate", "loop", {0}},
                                           {"generate.size", "16384", {0}}};
    static const char *const swept[] = {"generate.size"};
    struct cell_config cells[2] = {timed_cells[0], timed_cells[0]};
    struct experiment experiment = timed_experiment;
    struct result_set set = timed_made_up();
    const struct plot_options options = {
        .x = "time", .y = "resident", .series = "process", .at = {"e.yaml", 12, 5}};
    cells[0].trace_label = "loop(size=8192)";
    cells[1].trace_label = "loop(size=16384)";
    cells[0].settings = small;
    cells[1].settings = large;
    cells[0].nsettings = cells[1].nsettings = 2;
    experiment.cells = cells;
    experiment.swept = swept;
    set.experiment = &experiment;
    ck_assert_int_eq(picture_source_of(&source, &set, &err), OK);
    ck_assert_int_eq(pictures_draw(&source, &options, path_of("a"), &pictures, &err), OK);
    ck_assert_uint_eq(pictures.n, 4);
    ck_assert_str_eq(pictures.paths[0], path_of("a-8192.svg"));
    ck_assert_str_eq(pictures.paths[2], path_of("a-16384.svg"));
    script_says("a-8192.gp", "'timed: resident pages by time (generate size 8 KiB)'");
}
END_TEST

static const struct {
    const char *x, *y, *series, *sentence;
} bad[] = {
    {"time", "residen", NULL, "unknown column 'residen' for y; did you mean 'resident'?"},
    {"time", "faults", "process",
     "unknown column 'faults' for y; series.csv has trace, policy, time, process, "
     "resident, "
     "free_frames, faults_per_second, page_ins_per_second, page_outs_per_second, "
     "scans_per_second, cpu_utilisation, ready, waiting, swap_queue"},
    {"policy", "resident", NULL,
     "'resident' of series.csv cannot be drawn by 'policy': x has to be a column of its "
     "own, "
     "such as time"},
    {"frames", "resident_max", NULL,
     "unknown column 'frames' for x; processes.csv has trace, policy, process, "},
    {"policy", "faults", "proces", "unknown column 'proces' for series; there are "},
    {"tim", "faults", NULL, "unknown column 'tim' for x; there are "},
    {"time", "process", NULL, "column 'process' cannot be y: 'a' is not a number"},
};

START_TEST(what_no_table_has_is_refused)
{
    ck_assert_int_eq(draw(bad[_i].x, bad[_i].y, bad[_i].series), ERR_CONFIG);
    char head[600];
    snprintf(head, sizeof head, "%.*s", (int)strlen(bad[_i].sentence), err.text);
    ck_assert_str_eq(head, bad[_i].sentence);
    ck_assert_uint_eq(err.at.line, 12);
}
END_TEST

START_TEST(a_table_that_was_not_written_is_told)
{
    const struct plot_options options = {.x = "time", .y = "resident"};
    const char csv[] = "policy,faults\nlru,1\n";
    ck_assert_int_eq(file_write(path_of("results.csv"), csv, sizeof csv - 1, &err), OK);
    ck_assert_int_eq(picture_source_read(&source, folder, &err), OK);
    ck_assert_int_eq(pictures_draw(&source, &options, path_of("a"), &pictures, &err),
                     ERR_CONFIG);
    ck_assert_str_eq(err.text,
                     "'time' is a column of series.csv, which these results do not have; "
                     "an experiment with 'timing: events' writes it if it takes samples");
}
END_TEST

START_TEST(a_table_that_was_not_written_is_told_of_y_too)
{
    const struct plot_options options = {.x = "policy", .y = "resident_max"};
    const char csv[] = "policy,faults\nlru,1\n";
    ck_assert_int_eq(file_write(path_of("results.csv"), csv, sizeof csv - 1, &err), OK);
    ck_assert_int_eq(picture_source_read(&source, folder, &err), OK);
    ck_assert_int_eq(pictures_draw(&source, &options, path_of("a"), &pictures, &err),
                     ERR_CONFIG);
    ck_assert_str_eq(err.text,
                     "'resident_max' is a column of processes.csv, which these results do "
                     "not have; an experiment with 'timing: events' writes it");
}
END_TEST

START_TEST(a_table_with_other_headings_is_refused)
{
    const struct plot_options options = {.x = "time", .y = "resident"};
    const char csv[] = "policy,faults\nlru,1\n";
    ck_assert_int_eq(file_write(path_of("results.csv"), csv, sizeof csv - 1, &err), OK);
    ck_assert_int_eq(file_write(path_of("series.csv"), csv, sizeof csv - 1, &err), OK);
    ck_assert_int_eq(picture_source_read(&source, folder, &err), OK);
    ck_assert_int_eq(pictures_draw(&source, &options, path_of("a"), &pictures, &err),
                     ERR_SYNTAX);
    ck_assert_str_eq(err.at.file, path_of("series.csv"));
}
END_TEST

START_TEST(a_table_given_by_its_name_is_drawn)
{
    const struct plot_options options = {.x = "time", .y = "resident", .series = "process"};
    const struct result_set set = timed_made_up();
    ck_assert_int_eq(report_write_folder(&set, folder, "1", &pictures, &err), OK);
    char *series = strdup(path_of("series.csv"));
    ck_assert_int_eq(picture_source_read(&source, series, &err), OK);
    ck_assert_int_eq(pictures_draw(&source, &options, path_of("a"), &pictures, &err), OK);
    free(series);
    ck_assert_uint_eq(pictures.n, 4);
    lines_are("a-clock.gp", "a | b,\"c\"");
}
END_TEST

/* The run's own pictures, then the same from its files. */
START_TEST(a_folder_draws_the_pictures_of_its_run_again)
{
    static struct plot_config plots[] = {
        {.x = "time", .y = "resident", .series = "process", .file = "a"},
        {.x = "policy", .y = "elapsed", .series = "process", .file = "b"},
        {.x = "time", .y = "swap_queue", .file = "c"},
        {.x = "policy", .y = "cpu_utilisation", .file = "d"},
    };
    struct experiment experiment = timed_experiment;
    experiment.plots = plots;
    experiment.nplots = ARRAY_LEN(plots);
    struct result_set set = timed_made_up();
    set.experiment = &experiment;
    ck_assert_int_eq(report_write_folder(&set, folder, "1", &pictures, &err), OK);
    ck_assert_uint_eq(pictures.n, 10);
    ck_assert_int_eq(picture_source_read(&source, folder, &err), OK);
    for (size_t i = 0; i < ARRAY_LEN(plots); i++) {
        const struct plot_options options = {
            .x = plots[i].x, .y = plots[i].y, .series = plots[i].series};
        struct report_pictures again = {0};
        char stem[8];
        snprintf(stem, sizeof stem, "%s-2", plots[i].file);
        ck_assert_int_eq(pictures_draw(&source, &options, path_of(stem), &again, &err), OK);
        report_pictures_free(&again);
    }
    static const char *const pairs[][2] = {{"a-lru.svg", "a-2-lru.svg"},
                                           {"a-clock.png", "a-2-clock.png"},
                                           {"b.svg", "b-2.svg"},
                                           {"c.svg", "c-2.svg"},
                                           {"d.png", "d-2.png"}};
    for (size_t i = 0; i < ARRAY_LEN(pairs); i++) {
        char *first, *second;
        size_t size, size_again;
        ck_assert_int_eq(file_read(&first, &size, path_of(pairs[i][0]), &err), OK);
        ck_assert_int_eq(file_read(&second, &size_again, path_of(pairs[i][1]), &err), OK);
        ck_assert_uint_eq(size, size_again);
        ck_assert_mem_eq(first, second, size);
        free(first);
        free(second);
    }
}
END_TEST

static Suite *pictures_suite(void)
{
    Suite *suite = suite_create("pictures");
    TCase *tests = tcase_create("pictures");
    tcase_set_timeout(tests, 60); /* gnuplot may start slowly on a busy machine */
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, what_results_have_is_drawn_from_them);
    tcase_add_test(tests, lines_of_processes_come_from_their_table);
    tcase_add_test(tests, processes_are_told_apart_without_a_series_too);
    tcase_add_test(tests, lines_of_devices_come_from_their_table);
    tcase_add_test(tests, over_time_each_cell_has_a_line_of_all_processes);
    tcase_add_test(tests, over_time_cells_are_told_apart_without_a_series_too);
    tcase_add_test(tests, processes_over_time_have_a_picture_for_each_cell);
    tcase_add_test(tests, what_only_all_processes_have_is_drawn_for_all);
    tcase_add_test(tests, one_cell_has_one_picture_under_the_name_given);
    tcase_add_test(tests, cells_whose_names_files_cannot_have_get_numbers);
    tcase_add_test(tests, cells_of_a_generator_are_told_apart_by_what_is_swept);
    tcase_add_loop_test(tests, what_no_table_has_is_refused, 0, (int)ARRAY_LEN(bad));
    tcase_add_test(tests, a_table_that_was_not_written_is_told);
    tcase_add_test(tests, a_table_that_was_not_written_is_told_of_y_too);
    tcase_add_test(tests, a_table_with_other_headings_is_refused);
    tcase_add_test(tests, a_table_given_by_its_name_is_drawn);
    tcase_add_test(tests, a_folder_draws_the_pictures_of_its_run_again);
    suite_add_tcase(suite, tests);
    return suite;
}

int main(void)
{
    SRunner *runner = srunner_create(pictures_suite());
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
