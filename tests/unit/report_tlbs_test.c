/* report_tlbs_test.c -- the table of the arrays of TLBs, which is there without time too. */
#include "report/report.h"

#include "base/file.h"
#include "report/names.h"
#include "results_made_up.h"
#include "timed_made_up.h"

#include <check.h>
#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char folder[64];
static struct error err;
static struct picture_source source;
static struct report_pictures pictures;
static struct cell_result results[4];

static void setup(void)
{
    strcpy(folder, "/tmp/report_tlbs_test.XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    source = (struct picture_source){0};
    pictures = (struct report_pictures){0};
}

static void teardown(void)
{
    picture_source_release(&source);
    report_pictures_free(&pictures);
    for (size_t i = 0; i < ARRAY_LEN(results); i++)
        cell_result_release(&results[i]);
    DIR *dir = opendir(folder);
    for (struct dirent *entry; (entry = readdir(dir));)
        unlinkat(dirfd(dir), entry->d_name, 0);
    closedir(dir);
    ck_assert_int_eq(rmdir(folder), 0);
}

static char *path_of(const char *name)
{
    static char path[256];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

static char *text_of(const char *name)
{
    char *text;
    size_t size;
    ck_assert_int_eq(file_read(&text, &size, path_of(name), &err), OK);
    return text;
}

/* The two first cells have TLBs, the third has none, the fourth has failed. */
static struct result_set with_tlbs(void)
{
    static const struct setting settings[] = {{"machine.mmu", "x86-64", {0}},
                                              {"machine.model", "skylake-x", {0}},
                                              {"seed", "1", {0}}};
    const struct result_set set = made_up();
    memcpy(results, set.results, sizeof results);
    for (size_t i = 0; i < 4; i++) {
        made_up_cells[i].settings = settings;
        made_up_cells[i].nsettings = ARRAY_LEN(settings);
    }
    for (size_t i = 0; i < 2; i++) {
        timed_tlb(&results[i].tables[TABLE_TLBS], "l1", 1);
        timed_tlb(&results[i].tables[TABLE_TLBS], "l2-2m", 2);
    }
    return (struct result_set){set.experiment, results};
}

static const char tlbs[] =
    "trace,policy,page_size,frames,tlb,level,entries,ways,hits,misses,fills,displaced,"
    "invalidated,flushes\n"
    "cc1,lru,512,16,l1,1,11,12,13,14,15,16,17,18\n"
    "cc1,lru,512,16,l2-2m,2,21,22,23,24,25,26,27,28\n"
    "cc1,\"clock(hand=a,b)\",512,16,l1,1,11,12,13,14,15,16,17,18\n"
    "cc1,\"clock(hand=a,b)\",512,16,l2-2m,2,21,22,23,24,25,26,27,28\n";

START_TEST(tlbs_have_a_file_although_there_is_no_time)
{
    const struct result_set set = with_tlbs();
    ck_assert_int_eq(report_write_folder(&set, folder, "1", &pictures, &err), OK);
    char *text = text_of("tlbs.csv"), *json = text_of("results.json");
    ck_assert_str_eq(text, tlbs);
    ck_assert_ptr_nonnull(
        strstr(json, "\"name\": \"tlbs\", \"file\": \"tlbs.csv\", \"columns\": ["));
    ck_assert_ptr_null(strstr(json, "processes.csv"));
    ck_assert_int_ne(access(path_of("processes.csv"), F_OK), 0);
    free(json);
    free(text);
}
END_TEST

START_TEST(their_file_reads_back_with_the_array_as_a_key)
{
    struct data *data;
    ck_assert_int_eq(file_write(path_of("tlbs.csv"), tlbs, strlen(tlbs), &err), OK);
    ck_assert_int_eq(csv_read(&data, path_of("tlbs.csv"), &err), OK);
    ck_assert_ptr_eq(data_table(data), &result_tables[TABLE_TLBS]);
    ck_assert_uint_eq(data_leading(data), 4);
    ck_assert_int_eq(data_kind(data, data_find(data, "tlb")), COLUMN_KEY);
    ck_assert_int_eq(data_kind(data, data_find(data, "level")), COLUMN_COUNTER);
    data_free(data);
}
END_TEST

START_TEST(a_plot_of_arrays_is_drawn_from_their_table)
{
    const struct plot_options options = {
        .x = "tlb", .y = "displaced", .series = "policy", .at = {"e.yaml", 1, 1}};
    const struct result_set set = with_tlbs();
    ck_assert_int_eq(picture_source_of(&source, &set, &err), OK);
    ck_assert_int_eq(pictures_draw(&source, &options, path_of("a"), &pictures, &err), OK);
    char *script = text_of("a.gp");
    ck_assert_ptr_nonnull(strstr(script, "entries displaced"));
    ck_assert_ptr_nonnull(strstr(script, "l2-2m"));
    ck_assert_ptr_nonnull(strstr(script, "model skylake-x"));
    free(script);
}
END_TEST

START_TEST(who_has_no_tlb_is_told_so)
{
    const struct plot_options options = {.x = "tlb", .y = "fills"};
    const struct result_set set = made_up();
    ck_assert_int_eq(picture_source_of(&source, &set, &err), OK);
    ck_assert_int_eq(pictures_draw(&source, &options, path_of("a"), &pictures, &err),
                     ERR_CONFIG);
    ck_assert_str_eq(err.text, "'tlb' is a column of tlbs.csv, which these results do not "
                               "have; an experiment with a TLB writes it");
}
END_TEST

START_TEST(the_table_for_the_eye_leaves_out_what_no_cell_has)
{
    const struct result_set set = with_tlbs();
    char *text;
    size_t size;
    results[0].counters.walks = 0;
    FILE *stream = open_memstream(&text, &size);
    ck_assert_int_eq(table_print(&set, 0, stream, &err), OK);
    fclose(stream);
    ck_assert_ptr_null(strstr(text, "walks"));
    ck_assert_ptr_nonnull(strstr(text, "cycles/reference"));
    free(text);
}
END_TEST

/* Columns of keys, as tables and plots call them. */
static const char *const titles[][2] = {
    {"machine.tlb.l2.entries", "TLB L2 entries"},
    {"machine.tlb.l1d-2m.ways", "TLB L1D-2m ways"},
    {"tlb_l3_misses", "TLB L3 misses"},
    {"swap-l2x", "swap-l2x"},
};

START_TEST(arrays_are_called_by_their_names)
{
    char buffer[NAME_SIZE];
    ck_assert_str_eq(column_title(titles[_i][0], buffer), titles[_i][1]);
}
END_TEST

static const char *const clocks[][2] = {
    {"3300000000", "3.3 GHz"}, {"16670000", "16.67 MHz"}, {"1000", "1 kHz"}};

START_TEST(clocks_have_their_unit)
{
    char buffer[NAME_SIZE];
    ck_assert_str_eq(column_value("machine.clock", clocks[_i][0], buffer), clocks[_i][1]);
}
END_TEST

static Suite *report_tlbs_suite(void)
{
    Suite *suite = suite_create("report_tlbs");
    TCase *tests = tcase_create("tlbs");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, tlbs_have_a_file_although_there_is_no_time);
    tcase_add_test(tests, their_file_reads_back_with_the_array_as_a_key);
    tcase_add_test(tests, a_plot_of_arrays_is_drawn_from_their_table);
    tcase_add_test(tests, who_has_no_tlb_is_told_so);
    tcase_add_test(tests, the_table_for_the_eye_leaves_out_what_no_cell_has);
    tcase_add_loop_test(tests, arrays_are_called_by_their_names, 0, (int)ARRAY_LEN(titles));
    tcase_add_loop_test(tests, clocks_have_their_unit, 0, (int)ARRAY_LEN(clocks));
    suite_add_tcase(suite, tests);
    return suite;
}

int main(void)
{
    SRunner *runner = srunner_create(report_tlbs_suite());
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
