/* report_test.c -- results.csv, results.json and the table for the terminal. */
#include "report/report.h"

#include "base/file.h"
#include "results_made_up.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define COUNTER_NAMES                                                                      \
    "references,ifetches,loads,stores,accesses,faults,faults_cold,faults_major,"           \
    "faults_minor,faults_referenced,fault_rate,page_ins,page_outs,page_outs_dirty,"        \
    "resident_mean,ghosts_max,policy_memory,"                                              \
    "tlb_l1i_misses,tlb_l1d_misses,tlb_l2_hits,tlb_l2_misses,tlb_l3_hits,tlb_l3_misses,"   \
    "tlb_flushes,walks,walk_accesses,walk_writes,walk_instructions,walk_cache_hits,"       \
    "table_cache_hits,table_cache_misses,modify_walks,alias_faults,table_bytes,"           \
    "translation_time,cycles_per_reference,bytes_fetched,bytes_touched"

/* Only finished cells, in cell order, page size and policy in their own columns, the third
 * swept key last; a label with a comma is quoted. */
static const char csv_of_made_up[] =
    "trace,policy,page_size,frames," COUNTER_NAMES ",seed\n"
    "cc1,lru,512,16,10,0,0,0,0,8,0,0,0,0,0.8,0,0,0,0,0,0,0,0,0,0,0,0,0,7,0,0,0,0,0,0,0,0,0,"
    "0.000000021,6.25,0,0,1\n"
    "cc1,\"clock(hand=a,b)\",512,16,10,0,0,0,0,1234567,0,0,0,0,0.1,0,0,0,0,0,0,0,0,0,0,0,"
    "0,0,0,0,0,0,0,0,0,0,0,0,0.0,0,0,0,1\n"
    "cc1,lru,4096,2,10,0,0,0,0,3,0,0,0,0,0.3,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,"
    "0.0,"
    "0,0,0,2\n";

static char folder[64];
static struct error err;

static void setup(void)
{
    strcpy(folder, "/tmp/report_test.XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
}

static void teardown(void)
{
    static const char *const names[] = {"effective.yaml", "results.csv", "results.json",
                                        "in.csv", "in.json"};
    char path[256];
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        snprintf(path, sizeof path, "%s/%s", folder, names[i]);
        unlink(path);
    }
    rmdir(folder);
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

START_TEST(csv_has_finished_cells_and_documented_columns)
{
    const struct result_set set = made_up();
    struct data *data;
    ck_assert_int_eq(data_from_results(&data, &set, true, &err), OK);
    char *text = csv_of(data);
    ck_assert_str_eq(text, csv_of_made_up);
    free(text);
    data_free(data);
}
END_TEST

START_TEST(csv_reads_back_as_it_was)
{
    struct data *data = read_back("in.csv", csv_of_made_up, OK);
    char *text = csv_of(data);
    ck_assert_str_eq(text, csv_of_made_up);
    free(text);
    data_free(data);
}
END_TEST

START_TEST(csv_of_a_spreadsheet_is_read)
{
    struct data *data = read_back(
        "in.csv", "\xef\xbb\xbfpolicy,faults\r\n\"a \"\"b\"\"\nc\",1\r\n\r\nd,2", OK);
    ck_assert_uint_eq(data_rows(data), 2);
    ck_assert_uint_eq(data_find(data, "policy"), 0);
    ck_assert_str_eq(data_get(data, 0, 0), "a \"b\"\nc");
    ck_assert_str_eq(data_get(data, 0, 1), "1");
    ck_assert_str_eq(data_get(data, 1, 0), "d");
    ck_assert_str_eq(data_get(data, 1, 1), "2");
    ck_assert_int_eq(data_kind(data, 0), COLUMN_KEY);
    ck_assert_int_eq(data_kind(data, 1), COLUMN_COUNTER);
    data_free(data);
}
END_TEST

static const struct {
    const char *text;
    unsigned line;
    const char *sentence;
} bad_csv[] = {
    {"", 0, "is empty; a row of headings is needed"},
    {"a,b\n1,2\n1,2,3\n", 3, "row has 3 fields, but there are 2 headings"},
    {"a,b\n1,\"2\n\n", 2, "quoted field is not closed by '\"'"},
    {"a,b\n\"1\n2\"x,3\n", 3,
     "'x' follows a quoted field, where ',' or the end of the line "
     "is right"},
    {"a,b,a\n", 1, "heading 'a' comes twice"},
};

START_TEST(bad_csv_is_refused_with_its_line)
{
    read_back("in.csv", bad_csv[_i].text, ERR_SYNTAX);
    ck_assert_str_eq(err.text, bad_csv[_i].sentence);
    ck_assert_uint_eq(err.at.line, bad_csv[_i].line);
    ck_assert_str_eq(err.at.file, path_of("in.csv"));
}
END_TEST

static char *json_of_made_up(void)
{
    const struct result_set set = made_up();
    char *text;
    size_t size;
    FILE *stream = open_memstream(&text, &size);
    ck_assert_int_eq(json_write(&set, "1.2.3", stream, &err), OK);
    fclose(stream);
    return text;
}

START_TEST(json_tells_all_cells_and_what_columns_mean)
{
    char *text = json_of_made_up();
    ck_assert_ptr_nonnull(strstr(text, "\"experiment\": \"made-up\",\n"));
    ck_assert_ptr_nonnull(strstr(text, "\"model\": \"1.2.3\",\n"));
    ck_assert_ptr_nonnull(
        strstr(text, "{\"name\": \"fault_rate\", \"unit\": \"1\", \"description\": \"fault "
                     "rate\", \"formula\": \"faults / references\"}"));
    ck_assert_ptr_nonnull(strstr(text, "{\"name\": \"seed\", "));
    ck_assert_ptr_nonnull(strstr(text, "\"state\": \"failed\""));
    ck_assert_ptr_nonnull(strstr(text, "\"message\": \"no frame left\""));
    ck_assert_ptr_nonnull(strstr(text, "\"fault_rate\": 0.1,"));
    ck_assert_ptr_nonnull(strstr(text,
                                 "{\"kernel\": \"textbook\", \"machine.mmu\": \"ideal\", "
                                 "\"machine.page_size\": \"4096\", \"seed\": \"2\"}"));
    free(text);
}
END_TEST

START_TEST(json_reads_back_as_the_same_table)
{
    char *text = json_of_made_up();
    struct data *data = read_back("in.json", text, OK);
    char *csv = csv_of(data);
    ck_assert_str_eq(csv, csv_of_made_up);
    ck_assert_str_eq(data_title(data), "made-up");
    ck_assert_str_eq(data_get(data, 0, data_find(data, "machine.mmu")), "ideal");
    ck_assert_str_eq(data_get(data, 1, data_find(data, "notes")),
                     "kernel textbook; seen 4 times");
    free(csv);
    data_free(data);
    free(text);
}
END_TEST

START_TEST(json_stays_json_with_a_label_that_is_not_utf8)
{
    struct data *data;
    struct result_set set = made_up();
    struct experiment experiment = *set.experiment;
    experiment.name = "caf\xe9 \"a\\b\"";
    set.experiment = &experiment;
    FILE *stream = fopen(path_of("in.json"), "w");
    ck_assert_int_eq(json_write(&set, "1", stream, &err), OK);
    fclose(stream);
    ck_assert_int_eq(report_read(&data, path_of("in.json"), &err), OK);
    ck_assert_str_eq(data_title(data), "café \"a\\b\"");
    data_free(data);
}
END_TEST

START_TEST(broken_json_is_refused_with_its_line)
{
    read_back("in.json", "{\n  \"cells\": [\n", ERR_SYNTAX);
    ck_assert_uint_eq(err.at.line, 3);
    ck_assert_ptr_nonnull(strstr(err.text, "does not read as JSON"));
}
END_TEST

START_TEST(foreign_json_is_refused)
{
    read_back("in.json", "{\"a\": 1}", ERR_SYNTAX);
    ck_assert_str_eq(err.text, "has no 'cells' and 'swept'; a results.json is needed");
    read_back("in.json",
              "{\"swept\": [], \"cells\": [{\"trace\": \"t\", \"policy\": \"p\", "
              "\"page_size\": 512, \"state\": \"done\"}]}",
              ERR_SYNTAX);
    ck_assert_str_eq(err.text, "cell 1 has no 'references'; a results.json written by this "
                               "version of faultline is needed");
}
END_TEST

START_TEST(table_is_aligned_and_shows_failed_cells_and_conventions)
{
    const struct result_set set = made_up();
    char *text;
    size_t size;
    FILE *stream = open_memstream(&text, &size);
    ck_assert_int_eq(table_print(&set, 0, stream, &err), OK);
    fclose(stream);
    ck_assert_str_eq(
        text, "trace  policy           page size  frames  seed     faults  fault rate  "
              "walks  cycles/reference  state\n"
              "cc1    lru                  512 B      16     1          8      0.8000      "
              "7             6.250  done\n"
              "cc1    clock(hand=a,b)      512 B      16     1  1,234,567      0.1000      "
              "0             0.000  done\n"
              "cc1    lru                  4 KiB       2     2          3      0.3000      "
              "0             0.000  done\n"
              "cc1    clock(hand=a,b)      4 KiB       2     2                             "
              "                     failed\n"
              "\nin force:\n  kernel textbook\n  the policy is ideal\n  seen 4 times\n");
    free(text);
}
END_TEST

START_TEST(table_says_how_many_cells_it_leaves_out)
{
    const struct result_set set = made_up();
    char *text;
    size_t size;
    FILE *stream = open_memstream(&text, &size);
    ck_assert_int_eq(table_print(&set, 3, stream, &err), OK);
    fclose(stream);
    ck_assert_ptr_nonnull(strstr(text, "done\n... and 1 more cell\n\nin force:"));
    ck_assert_ptr_null(strstr(text, "failed"));
    free(text);
}
END_TEST

START_TEST(unlimited_memory_is_a_word)
{
    struct data *data;
    const struct result_set set = made_up();
    made_up_cells[0].frames = UINT64_MAX;
    ck_assert_int_eq(data_from_results(&data, &set, true, &err), OK);
    made_up_cells[0].frames = 16;
    ck_assert_str_eq(data_get(data, 0, 3), "unlimited");
    data_free(data);
}
END_TEST

/* A whole section swept: only its settings that vary are columns. */
START_TEST(a_swept_section_is_told_by_what_varies_in_it)
{
    static const struct setting small[] = {{"machine.tlb.l1d.entries", "16", {0}},
                                           {"machine.tlb.l1d.ways", "4", {0}}};
    static const struct setting large[] = {{"machine.tlb.l1d.entries", "64", {0}},
                                           {"machine.tlb.l1d.ways", "4", {0}}};
    static const char *const swept[] = {"machine.tlb"};
    struct cell_config cells[2] = {made_up_cells[0], made_up_cells[0]};
    cells[0].settings = small;
    cells[1].settings = large;
    cells[0].nsettings = cells[1].nsettings = 2;
    const struct experiment experiment = {
        .name = "x", .cells = cells, .ncells = 2, .swept = swept, .nswept = 1};
    const struct result_set set = {&experiment, made_up_results};
    struct data *data;
    ck_assert_int_eq(data_from_results(&data, &set, true, &err), OK);
    const size_t entries = data_find(data, "machine.tlb.l1d.entries");
    ck_assert_int_eq(data_kind(data, entries), COLUMN_KEY);
    ck_assert_str_eq(data_get(data, 1, entries), "64");
    ck_assert_int_eq(data_kind(data, data_find(data, "machine.tlb.l1d.ways")),
                     COLUMN_EXTRA);
    data_free(data);
}
END_TEST

START_TEST(a_folder_is_written_and_read_and_written_the_same_again)
{
    const struct result_set set = made_up();
    struct report_pictures pictures;
    char *first, *second;
    size_t size, again;
    ck_assert_int_eq(report_write_folder(&set, folder, "1", &pictures, &err), OK);
    ck_assert_uint_eq(pictures.n, 0);
    ck_assert_int_eq(file_read(&first, &size, path_of("results.json"), &err), OK);
    ck_assert_int_eq(report_write_folder(&set, folder, "1", &pictures, &err), OK);
    ck_assert_int_eq(file_read(&second, &again, path_of("results.json"), &err), OK);
    ck_assert_str_eq(first, second);
    free(first);
    free(second);
    ck_assert_int_eq(file_read(&first, &size, path_of("results.csv"), &err), OK);
    ck_assert_str_eq(first, csv_of_made_up);
    free(first);
    struct data *data;
    ck_assert_int_eq(report_read(&data, folder, &err), OK);
    ck_assert_uint_eq(data_rows(data), 3);
    data_free(data);
}
END_TEST

START_TEST(a_folder_without_results_is_refused)
{
    struct data *data;
    ck_assert_int_eq(report_read(&data, folder, &err), ERR_IO);
    ck_assert_str_eq(err.text,
                     "holds neither results.json nor results.csv; the folder that "
                     "'faultline run' has written is needed");
}
END_TEST

START_TEST(untimed_results_tell_nothing_of_time)
{
    char *json = json_of_made_up();
    ck_assert_ptr_null(strstr(json, "elapsed"));
    ck_assert_ptr_null(strstr(json, "\"tables\""));
    free(json);
}
END_TEST

static Suite *report_suite(void)
{
    Suite *suite = suite_create("report");
    TCase *tests = tcase_create("report");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, csv_has_finished_cells_and_documented_columns);
    tcase_add_test(tests, csv_reads_back_as_it_was);
    tcase_add_test(tests, csv_of_a_spreadsheet_is_read);
    tcase_add_loop_test(tests, bad_csv_is_refused_with_its_line, 0,
                        (int)ARRAY_LEN(bad_csv));
    tcase_add_test(tests, json_tells_all_cells_and_what_columns_mean);
    tcase_add_test(tests, json_reads_back_as_the_same_table);
    tcase_add_test(tests, json_stays_json_with_a_label_that_is_not_utf8);
    tcase_add_test(tests, broken_json_is_refused_with_its_line);
    tcase_add_test(tests, foreign_json_is_refused);
    tcase_add_test(tests, table_is_aligned_and_shows_failed_cells_and_conventions);
    tcase_add_test(tests, table_says_how_many_cells_it_leaves_out);
    tcase_add_test(tests, unlimited_memory_is_a_word);
    tcase_add_test(tests, a_swept_section_is_told_by_what_varies_in_it);
    tcase_add_test(tests, a_folder_is_written_and_read_and_written_the_same_again);
    tcase_add_test(tests, a_folder_without_results_is_refused);
    tcase_add_test(tests, untimed_results_tell_nothing_of_time);
    suite_add_tcase(suite, tests);
    return suite;
}

int main(void)
{
    SRunner *runner = srunner_create(report_suite());
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
