/* store_test.c -- finished cells come back from their files as they were, or not at all. */
#include "experiment/store.h"

#include "base/file.h"
#include "timed_made_up.h"

#include <check.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char folder[64];
static int use;
static struct error err;
static struct cell_result kept, found;

static void setup(void)
{
    strcpy(folder, "/tmp/store_test.XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    ck_assert_int_eq(store_enter(&use, folder, &err), OK);
    timed_fill(&kept, 2);
    for (size_t i = 0; i < result_tables[TABLE_CURVES].ncolumns; i++)
        rows_count(&kept.tables[TABLE_CURVES], i);
    rows_end(&kept.tables[TABLE_CURVES]);
    found = (struct cell_result){0};
    memcpy(found.id, kept.id, sizeof found.id);
}

static char *cell_file(void)
{
    static char path[256];
    snprintf(path, sizeof path, "%s/cells/%s.json", folder, kept.id);
    return path;
}

static void teardown(void)
{
    char path[128];
    store_leave(use);
    unlink(cell_file());
    snprintf(path, sizeof path, "%s/cells", folder);
    ck_assert_int_eq(rmdir(path), 0); /* one file a cell, and nothing temporary */
    rmdir(folder);
    cell_result_release(&kept);
    cell_result_release(&found);
}

static void put_and_get(void)
{
    ck_assert_int_eq(store_put(folder, &kept, &err), OK);
    ck_assert(store_get(folder, &found));
}

/* Of no kernel that counts by names of its own, of 4.3BSD, of Linux. */
START_TEST(every_counter_comes_back_as_it_was)
{
    /* A different value for each; the ratios need all digits that a double has. */
    for (size_t i = 0; i < counter_count; i++) {
        void *member = (char *)&kept.counters + counter_table[i].offset;
        if (counter_table[i].kind == COUNTER_RATIO)
            *(double *)member = 1.0 / (3 + (double)i);
        else
            *(uint64_t *)member = (UINT64_C(1) << 62) + i;
    }
    kept.counters.kernel_own = (unsigned)_i;
    put_and_get();
    for (size_t i = 0; i < counter_count; i++) {
        char before[64], after[64];
        counter_format(&counter_table[i], &kept.counters, before, sizeof before);
        counter_format(&counter_table[i], &found.counters, after, sizeof after);
        ck_assert_str_eq(before, after);
    }
    ck_assert_uint_eq(found.counters.kernel_own, (unsigned)_i);
    ck_assert_int_eq(found.state, CELL_DONE);
    ck_assert_str_eq(found.notes, kept.notes);
}
END_TEST

START_TEST(what_was_not_measured_stays_so)
{
    kept.counters.slowdown = NAN;
    kept.counters.accesses = COUNT_UNKNOWN;
    put_and_get();
    ck_assert(isnan(found.counters.slowdown));
    ck_assert_uint_eq(found.counters.accesses, COUNT_UNKNOWN);
    ck_assert(found.counters.fault_rate == kept.counters.fault_rate);
}
END_TEST

START_TEST(tables_come_back_byte_for_byte)
{
    put_and_get();
    for (size_t t = 0; t < TABLES; t++) {
        ck_assert_uint_eq(found.tables[t].n, kept.tables[t].n);
        ck_assert_uint_eq(found.tables[t].length, kept.tables[t].length);
        ck_assert_pstr_eq(found.tables[t].text, kept.tables[t].text);
    }
}
END_TEST

/* Files, and so processes, may have names that are not UTF-8, and ones that are. */
START_TEST(names_come_back_whatever_bytes_they_are)
{
    const char name[] = "caf\xe9 \xff\x80 caf\xc3\xa9 \x01\\\"\n";
    snprintf(kept.notes, sizeof kept.notes, "%s", name);
    timed_process(&kept.tables[TABLE_PROCESSES], name, MSEC);
    put_and_get();
    ck_assert_str_eq(found.notes, name);
    ck_assert_str_eq(found.tables[TABLE_PROCESSES].text, kept.tables[TABLE_PROCESSES].text);
}
END_TEST

START_TEST(a_cell_without_tables_has_none_again)
{
    cell_result_release(&kept);
    put_and_get();
    for (size_t t = 0; t < TABLES; t++)
        ck_assert_ptr_null(found.tables[t].text);
}
END_TEST

START_TEST(a_cell_that_is_put_again_has_the_same_bytes)
{
    char *first, *second;
    size_t size, again;
    put_and_get();
    ck_assert_int_eq(file_read(&first, &size, cell_file(), &err), OK);
    ck_assert_int_eq(store_put(folder, &found, &err), OK);
    ck_assert_int_eq(file_read(&second, &again, cell_file(), &err), OK);
    ck_assert_str_eq(first, second);
    free(first);
    free(second);
}
END_TEST

/* Each replaces a part of the file of a finished cell. */
static const struct {
    const char *part, *by;
} damages[] = {
    {"\"elapsed\": 246000000000,", ""},
    {"\"elapsed\": 246000000000", "\"elapsed\": -1"},
    {"\"elapsed\": 246000000000", "\"elapsed\": 0.246"},
    {"\"slowdown\": null", "\"slowdown\": \"none\""},
    {"\"devices\": \"swap,", "\"devices\": \"swap,1,"},
    {"\"devices\": \"swap,", "\"devices\": \"\\u0107,"},
    {"\"devices\": \"swap,", "\"devices\": 1, \"x\": \""},
    {"\"tables\"", "\"tabels\""},
    {"\"id\": \"2", "\"id\": \"3"},
};

START_TEST(a_damaged_cell_is_as_good_as_none)
{
    char *text;
    size_t size;
    ck_assert_int_eq(store_put(folder, &kept, &err), OK);
    ck_assert_int_eq(file_read(&text, &size, cell_file(), &err), OK);
    const char *at = strstr(text, damages[_i].part);
    ck_assert_ptr_nonnull(at);
    FILE *stream = fopen(cell_file(), "w");
    fprintf(stream, "%.*s%s%s", (int)(at - text), text, damages[_i].by,
            at + strlen(damages[_i].part));
    fclose(stream);
    free(text);
    ck_assert(!store_get(folder, &found));
    ck_assert_int_eq(found.state, CELL_MISSING);
}
END_TEST

START_TEST(a_cell_cut_short_is_as_good_as_none)
{
    char *text;
    size_t size;
    ck_assert_int_eq(store_put(folder, &kept, &err), OK);
    ck_assert_int_eq(file_read(&text, &size, cell_file(), &err), OK);
    for (size_t length = 0; length + 1 < size; length += 97) {
        ck_assert_int_eq(file_write(cell_file(), text, length, &err), OK);
        ck_assert(!store_get(folder, &found));
    }
    free(text);
}
END_TEST

static Suite *store_suite(void)
{
    Suite *suite = suite_create("store");
    TCase *tests = tcase_create("store");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_loop_test(tests, every_counter_comes_back_as_it_was, 0, COUNTING_LINUX + 1);
    tcase_add_test(tests, what_was_not_measured_stays_so);
    tcase_add_test(tests, tables_come_back_byte_for_byte);
    tcase_add_test(tests, names_come_back_whatever_bytes_they_are);
    tcase_add_test(tests, a_cell_without_tables_has_none_again);
    tcase_add_test(tests, a_cell_that_is_put_again_has_the_same_bytes);
    tcase_add_loop_test(tests, a_damaged_cell_is_as_good_as_none, 0,
                        (int)ARRAY_LEN(damages));
    tcase_add_test(tests, a_cell_cut_short_is_as_good_as_none);
    suite_add_tcase(suite, tests);
    return suite;
}

int main(void)
{
    SRunner *runner = srunner_create(store_suite());
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
