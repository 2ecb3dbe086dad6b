/* report_timed_test.c -- reports of experiments with `timing: events`: timed counters, and
 * the files of the cells' tables. */
#include "report/report.h"

#include "base/file.h"
#include "results_made_up.h"
#include "timed_made_up.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char folder[64];
static struct error err;

static void setup(void)
{
    strcpy(folder, "/tmp/report_timed_test.XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
}

static void teardown(void)
{
    static const char *const names[] = {"effective.yaml", "results.csv", "results.json",
                                        "in.csv",         "in.json",     "processes.csv",
                                        "devices.csv",    "tlbs.csv",    "series.csv"};
    char path[256];
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        snprintf(path, sizeof path, "%s/%s", folder, names[i]);
        unlink(path);
    }
    ck_assert_int_eq(rmdir(folder), 0);
    timed_release();
}

static char *path_of(const char *name)
{
    static char path[256];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

static char *csv_of(const struct data *data)
{
    char *text;
    size_t size;
    FILE *stream = open_memstream(&text, &size);
    csv_write(data, stream);
    fclose(stream);
    return text;
}

static struct data *read_back(const char *name, const char *text, enum status expected)
{
    struct data *data = NULL;
    ck_assert_int_eq(file_write(path_of(name), text, strlen(text), &err), OK);
    ck_assert_int_eq(report_read(&data, path_of(name), &err), expected);
    return data;
}

static const char processes_of_timed[] =
    "trace,policy,process,space,priority,start,elapsed,user,fault,paging_wait,ready_wait,"
    "references,faults,faults_major,faults_minor,page_ins,effective_access_time,slowdown,"
    "resident_max\n"
    "a+b,lru,a,1,0,0.0,0.1,0.05,0.0,0.05,0.0,5,4,3,2,1,0.000000001,,4\n"
    "a+b,lru,\"b,\"\"c\"\"\",1,0,0.0,0.123,0.0615,0.0,0.0615,0.0,5,4,3,2,1,0.000000001,,4\n"
    "a+b,clock,a,1,0,0.0,0.1,0.05,0.0,0.05,0.0,5,4,3,2,1,0.000000001,,4\n"
    "a+b,clock,\"b,\"\"c\"\"\",1,0,0.0,0.246,0.123,0.0,0.123,0.0,5,4,3,2,1,0.000000001,,"
    "4\n";

static char *text_of(const char *name)
{
    char *text;
    size_t size;
    ck_assert_int_eq(file_read(&text, &size, path_of(name), &err), OK);
    return text;
}

static const char *value(const struct data *data, size_t row, const char *name)
{
    ck_assert_uint_ne(data_find(data, name), COLUMN_NONE);
    return data_get(data, row, data_find(data, name));
}

START_TEST(timed_counters_have_columns_behind_the_others)
{
    struct data *data;
    const struct result_set set = timed_made_up();
    ck_assert_int_eq(data_from_results(&data, &set, true, &err), OK);
    ck_assert_uint_eq(data_find(data, "elapsed"), data_find(data, "bytes_touched") + 1);
    ck_assert_str_eq(value(data, 1, "elapsed"), "0.246");
    ck_assert_str_eq(value(data, 1, "cpu_utilisation"), "0.25");
    ck_assert_str_eq(value(data, 1, "slowdown"), "");
    ck_assert_str_eq(value(data, 1, "cpu_idle"), "0.0");
    data_free(data);
}
END_TEST

START_TEST(cells_without_time_have_blanks_in_timed_columns)
{
    struct data *data, *again;
    const struct result_set set = timed_made_up();
    timed_cells[0].events = NULL;
    ck_assert_int_eq(data_from_results(&data, &set, true, &err), OK);
    FILE *stream = fopen(path_of("in.json"), "w");
    ck_assert_int_eq(json_write(&set, "1", stream, &err), OK);
    fclose(stream);
    timed_cells[0].events = &timed_events;
    ck_assert_str_eq(value(data, 0, "faults"), "4");
    ck_assert_str_eq(value(data, 0, "elapsed"), "");
    ck_assert_str_eq(value(data, 0, "cpu_utilisation"), "");
    ck_assert_str_eq(value(data, 0, "scans"), "");
    ck_assert_str_eq(value(data, 1, "elapsed"), "0.246");
    ck_assert_int_eq(json_read(&again, path_of("in.json"), &err), OK);
    char *before = csv_of(data), *after = csv_of(again);
    ck_assert_str_eq(before, after);
    free(after);
    free(before);
    data_free(again);
    data_free(data);
}
END_TEST

START_TEST(timed_json_reads_back_as_the_same_table_and_tells_of_the_files)
{
    struct data *data, *again;
    const struct result_set set = timed_made_up();
    ck_assert_int_eq(data_from_results(&data, &set, true, &err), OK);
    FILE *stream = fopen(path_of("in.json"), "w");
    ck_assert_int_eq(json_write(&set, "1", stream, &err), OK);
    fclose(stream);
    ck_assert_int_eq(json_read(&again, path_of("in.json"), &err), OK);
    char *before = csv_of(data), *after = csv_of(again), *json = text_of("in.json");
    ck_assert_str_eq(before, after);
    ck_assert_ptr_nonnull(strstr(json, "\"slowdown\": null"));
    ck_assert_ptr_nonnull(strstr(json, "\"elapsed\": 0.123,"));
    ck_assert_ptr_nonnull(
        strstr(json, "\"name\": \"series\", \"file\": \"series.csv\", \"columns\": ["));
    ck_assert_ptr_nonnull(
        strstr(json, "{\"name\": \"resident_max\", \"unit\": \"pages\", "));
    ck_assert_ptr_null(strstr(json, "\"swapped\""));
    free(json);
    free(after);
    free(before);
    data_free(again);
    data_free(data);
}
END_TEST

static const char *const bad_timed_json[][2] = {
    {"\"elapsed\": 0.123", "\"elapsed\": -0.123"},
    {"\"elapsed\": 0.123", "\"elapsed\": 1e30"},
    {"\"slowdown\": null", "\"slowdown\": \"x\""},
    {"\"cpu_user\": 0.06", "\"cpu_user\": null"},
};

START_TEST(timed_json_with_other_values_is_refused)
{
    char *json, *text;
    size_t size;
    const struct result_set set = timed_made_up();
    FILE *stream = open_memstream(&json, &size);
    ck_assert_int_eq(json_write(&set, "1", stream, &err), OK);
    fclose(stream);
    const char *at = strstr(json, bad_timed_json[_i][0]);
    ck_assert_ptr_nonnull(at);
    ck_assert_int_gt(asprintf(&text, "%.*s%s%s", (int)(at - json), json,
                              bad_timed_json[_i][1], at + strlen(bad_timed_json[_i][0])),
                     0);
    read_back("in.json", text, ERR_SYNTAX);
    free(text);
    free(json);
}
END_TEST

START_TEST(tables_are_files_that_say_of_which_cell_a_row_is)
{
    const struct result_set set = timed_made_up();
    struct report_pictures pictures;
    ck_assert_int_eq(report_write_folder(&set, folder, "1", &pictures, &err), OK);
    char *processes = text_of("processes.csv"), *series = text_of("series.csv");
    ck_assert_str_eq(processes, processes_of_timed);
    ck_assert_ptr_nonnull(strstr(series, "a+b,lru,0.05,all,3,5,1.5,1.5,0.5,0.5,0.5,0,1,2\n"
                                         "a+b,lru,0.05,a,1,,0.5,0.5,,,,,,\n"));
    free(series);
    free(processes);
    processes = text_of("devices.csv");
    ck_assert_ptr_nonnull(strstr(processes, "a+b,clock,swap,disk,0,1,2,3,4,5,0.25,0.003,"));
    free(processes);
}
END_TEST

static const char processes_with_sleep[] =
    "trace,policy,process,space,priority,start,elapsed,user,fault,paging_wait,ready_wait,"
    "references,faults,faults_major,faults_minor,page_ins,effective_access_time,slowdown,"
    "resident_max,sleep,swapped,end\n"
    "a+b,lru,a,1,0,0.0,0.1,0.05,0.0,0.05,0.0,5,4,3,2,1,0.000000001,,4,,,\n"
    "a+b,lru,\"b,\"\"c\"\"\",1,0,0.0,0.123,0.0615,0.0,0.0615,0.0,5,4,3,2,1,0.000000001,,4,,"
    ","
    "\n"
    "a+b,clock,z,1,0,0.0,0.1,0.05,0.0,0.03,0.0,5,4,3,2,1,0.000000001,,4,0.02,0.0,asleep\n";

/* A cell in which a process slept gives the file three columns more, blank in the others. */
START_TEST(columns_that_few_runs_have_are_there_if_one_has_them)
{
    static const char slept[] =
        "z,1,0,0.0,0.1,0.05,0.0,0.03,0.0,5,4,3,2,1,0.000000001,,4,0.02,0.0,asleep\n";
    struct data *data;
    const struct result_set set = timed_made_up();
    struct rows *rows = &timed_results[1].tables[TABLE_PROCESSES];
    rows_release(rows);
    ck_assert(rows_restore(rows, slept, sizeof slept - 1,
                           result_tables[TABLE_PROCESSES].ncolumns));
    ck_assert_int_eq(data_from_table(&data, &set, TABLE_PROCESSES, &err), OK);
    ck_assert_uint_eq(data_leading(data), 2);
    char *text = csv_of(data);
    ck_assert_str_eq(text, processes_with_sleep);
    free(text);
    data_free(data);
    data = read_back("in.csv", processes_with_sleep, OK);
    ck_assert_ptr_eq(data_table(data), &result_tables[TABLE_PROCESSES]);
    ck_assert_uint_eq(data_leading(data), 2);
    ck_assert_int_eq(data_kind(data, data_find(data, "sleep")), COLUMN_COUNTER);
    data_free(data);
    FILE *stream = open_memstream(&text, &(size_t){0});
    ck_assert_int_eq(json_write(&set, "1", stream, &err), OK);
    fclose(stream);
    ck_assert_ptr_nonnull(strstr(text, "{\"name\": \"swapped\", \"unit\": \"s\", "));
    free(text);
}
END_TEST

/* What else varies is a leading column too, also while its other cells are missing. */
START_TEST(leading_columns_do_not_depend_on_what_has_finished)
{
    struct data *data;
    const struct result_set set = timed_made_up();
    timed_cells[1].page_size = 512;
    timed_results[1].state = CELL_MISSING;
    ck_assert_int_eq(data_from_table(&data, &set, TABLE_PROCESSES, &err), OK);
    timed_cells[1].page_size = 4096;
    ck_assert_uint_eq(data_rows(data), 2);
    ck_assert_uint_eq(data_leading(data), 3);
    ck_assert_str_eq(data_name(data, 2), "page_size");
    ck_assert_str_eq(data_get(data, 1, 2), "4096");
    ck_assert_str_eq(data_get(data, 1, 3), "b,\"c\"");
    data_free(data);
}
END_TEST

START_TEST(a_table_reads_back_as_it_was)
{
    struct data *data = read_back("in.csv", processes_of_timed, OK);
    ck_assert_ptr_eq(data_table(data), &result_tables[TABLE_PROCESSES]);
    ck_assert_uint_eq(data_leading(data), 2);
    ck_assert_int_eq(data_kind(data, data_find(data, "process")), COLUMN_KEY);
    ck_assert_int_eq(data_kind(data, data_find(data, "space")), COLUMN_COUNTER);
    ck_assert_str_eq(data_get(data, 3, 2), "b,\"c\"");
    char *text = csv_of(data);
    ck_assert_str_eq(text, processes_of_timed);
    free(text);
    data_free(data);
}
END_TEST

START_TEST(a_table_of_an_earlier_run_does_not_stay)
{
    struct result_set set = timed_made_up();
    struct report_pictures pictures;
    ck_assert_int_eq(report_write_folder(&set, folder, "1", &pictures, &err), OK);
    set = made_up();
    ck_assert_int_eq(report_write_folder(&set, folder, "1", &pictures, &err), OK);
    for (size_t t = 0; t < TABLES; t++) {
        char *path = report_table_path(folder, t);
        ck_assert_int_ne(access(path, F_OK), 0);
        free(path);
    }
}
END_TEST

/* 20 ms of 60 + 15 + 20 + 5 ms are waits for paging. */
START_TEST(the_table_for_the_eye_tells_of_time)
{
    const struct result_set set = timed_made_up();
    char *text;
    size_t size;
    FILE *stream = open_memstream(&text, &size);
    ck_assert_int_eq(table_print(&set, 0, stream, &err), OK);
    fclose(stream);
    ck_assert_str_eq(
        text,
        "trace  policy  page size  frames  faults major  elapsed  CPU use  paging wait  "
        "swap use\n"
        "a+b    lru         4 KiB       8             3   123 ms    50.0%        20.0%  "
        "   75.0%\n"
        "a+b    clock       4 KiB       8             6   246 ms    25.0%        20.0%  "
        "   75.0%\n"
        "\nin force:\n  kernel textbook\n  swap device disk\n");
    free(text);
}
END_TEST

START_TEST(a_slowdown_that_was_measured_is_shown)
{
    const struct result_set set = timed_made_up();
    char *text;
    size_t size;
    timed_results[0].counters.slowdown = 1.5;
    FILE *stream = open_memstream(&text, &size);
    ck_assert_int_eq(table_print(&set, 0, stream, &err), OK);
    fclose(stream);
    ck_assert_ptr_nonnull(strstr(text, "slowdown"));
    ck_assert_ptr_nonnull(strstr(text, "1.500"));
    free(text);
}
END_TEST

static Suite *report_timed_suite(void)
{
    Suite *suite = suite_create("report_timed");
    TCase *tests = tcase_create("timed");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, timed_counters_have_columns_behind_the_others);
    tcase_add_test(tests, cells_without_time_have_blanks_in_timed_columns);
    tcase_add_test(tests, timed_json_reads_back_as_the_same_table_and_tells_of_the_files);
    tcase_add_loop_test(tests, timed_json_with_other_values_is_refused, 0,
                        (int)ARRAY_LEN(bad_timed_json));
    tcase_add_test(tests, tables_are_files_that_say_of_which_cell_a_row_is);
    tcase_add_test(tests, columns_that_few_runs_have_are_there_if_one_has_them);
    tcase_add_test(tests, leading_columns_do_not_depend_on_what_has_finished);
    tcase_add_test(tests, a_table_reads_back_as_it_was);
    tcase_add_test(tests, a_table_of_an_earlier_run_does_not_stay);
    tcase_add_test(tests, the_table_for_the_eye_tells_of_time);
    tcase_add_test(tests, a_slowdown_that_was_measured_is_shown);
    suite_add_tcase(suite, tests);
    return suite;
}

int main(void)
{
    SRunner *runner = srunner_create(report_timed_suite());
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
