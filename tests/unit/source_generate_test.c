/* source_generate_test.c -- traces that a run generates for itself. */
#include "experiment/source.h"
#include "trace/generator.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

static struct source_table table;
static volatile sig_atomic_t interrupted;

static struct generate_config config_of(const char *name, uint64_t seed)
{
    struct generate_config config = {.generator.name = name, .seed = seed};
    param_defaults(generator_find(name)->params, config.generator.params);
    return config;
}

static enum status add(const char *path, const char *name, uint64_t seed)
{
    const struct generate_config config = config_of(name, seed);
    return source_table_generate(&table, path, &config, &interrupted, NULL);
}

static void setup(void)
{
    table = (struct source_table){0};
    interrupted = 0;
}

static void teardown(void)
{
    source_table_release(&table);
}

START_TEST(a_trace_is_made_once)
{
    ck_assert_int_eq(add("a", "uniform", 1), OK);
    ck_assert_int_eq(add("b", "uniform", 2), OK);
    ck_assert_int_eq(add("a", "uniform", 1), OK);
    ck_assert_uint_eq(table.n, 2);
}
END_TEST

START_TEST(its_digest_is_that_of_its_content)
{
    ck_assert_int_eq(add("uniform", "uniform", 1), OK);
    ck_assert_int_eq(add("other seed", "uniform", 2), OK);
    ck_assert_int_eq(add("loop", "loop", 1), OK);
    struct source_table again = table;
    table = (struct source_table){0};
    ck_assert_int_eq(add("uniform", "uniform", 1), OK);
    ck_assert_str_eq(source_table_find(&table, "uniform")->digest,
                     source_table_find(&again, "uniform")->digest);
    for (size_t i = 0; i < 3; i++)
        for (size_t k = 0; k < i; k++)
            ck_assert_str_ne(again.all[i].digest, again.all[k].digest);
    source_table_release(&again);
}
END_TEST

START_TEST(it_is_read_as_often_as_one_likes)
{
    ck_assert_int_eq(add("u", "uniform", 1), OK);
    const struct source *source = source_table_find(&table, "u");
    ck_assert_uint_eq(source->references, 1000000);
    ck_assert_uint_eq(source->granule_shift, GRANULE_SHIFT_DEFAULT);
    const struct source_use use = {.operations = true};
    struct trace *readers[2];
    struct batch batch;
    ck_assert_int_eq(batch_init(&batch, NULL), OK);
    for (int i = 0; i < 2; i++) {
        ck_assert_int_eq(source_read(source, &use, &readers[i], NULL), OK);
        ck_assert_str_eq(trace_info(readers[i])->origin, "u");
    }
    for (int i = 0; i < 2; i++) {
        uint64_t references = 0;
        while (trace_next(readers[i], &batch, NULL) == OK)
            references += batch_references(&batch);
        ck_assert_uint_eq(references, 1000000);
        trace_close(readers[i]);
    }
    batch_release(&batch);
}
END_TEST

/* References of a source, and operations but SWITCHes. */
static void count(const struct source *source, uint64_t *references, uint64_t *ops)
{
    const struct source_use use = {.operations = true};
    struct trace *reader;
    struct batch batch;
    ck_assert_int_eq(batch_init(&batch, NULL), OK);
    ck_assert_int_eq(source_read(source, &use, &reader, NULL), OK);
    while (trace_next(reader, &batch, NULL) == OK) {
        *references += batch_references(&batch);
        for (uint32_t i = 0; i < batch.nops; i++)
            *ops += batch.ops[i].kind != VM_SWITCH;
    }
    trace_close(reader);
    batch_release(&batch);
}

START_TEST(its_threads_are_taken_out_of_it)
{
    static const char *const names[] = {"vt, thread 0", "vt, thread 1"};
    struct generate_config config = config_of("vt", 1);
    const struct param *params = generator_find("vt")->params;
    ck_assert_int_eq(param_set(params, config.generator.params, "pattern", "fork", "vt",
                               at_nowhere(), NULL),
                     OK);
    uint64_t all[2] = {0}, apart[2] = {0};
    for (uint32_t i = 0; i < 2; i++) {
        const struct trace_file file = {
            .path = "vt", .generate = &config, .one_thread = true, .thread = i};
        ck_assert_int_eq(source_table_add(&table, names[i], &file, &interrupted, NULL), OK);
        ck_assert_int_eq(source_table_add(&table, names[i], &file, &interrupted, NULL), OK);
    }
    ck_assert_uint_eq(table.n, 3);
    ck_assert_uint_eq(source_table_find(&table, "vt")->switches, 2);
    count(source_table_find(&table, "vt"), &all[0], &all[1]);
    for (uint32_t i = 0; i < 2; i++) {
        const struct source *source = source_table_find(&table, names[i]);
        const uint64_t before = apart[0];
        ck_assert_uint_eq(source->switches, 0);
        count(source, &apart[0], &apart[1]);
        ck_assert_uint_eq(apart[0] - before, source->references);
        ck_assert_uint_gt(source->references, 0);
    }
    ck_assert_uint_eq(apart[0], all[0]);
    ck_assert_uint_eq(apart[1], all[1]);
}
END_TEST

START_TEST(making_it_can_be_interrupted)
{
    interrupted = 1;
    ck_assert_int_eq(add("u", "uniform", 1), ERR_INTERRUPTED);
    ck_assert_uint_eq(table.n, 0);
}
END_TEST

START_TEST(a_folder_for_temporary_files_that_is_not_there_is_told)
{
    const struct generate_config config = config_of("loop", 1);
    struct error err;
    setenv("TMPDIR", "/nonexistent", 1);
    ck_assert_int_eq(source_table_generate(&table, "u", &config, &interrupted, &err),
                     ERR_OUTPUT);
    ck_assert_str_eq(err.file, "/nonexistent");
    ck_assert_uint_eq(table.n, 0);
}
END_TEST

static Suite *source_generate_suite(void)
{
    Suite *suite = suite_create("source_generate");
    TCase *tests = tcase_create("source_generate");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, a_trace_is_made_once);
    tcase_add_test(tests, its_digest_is_that_of_its_content);
    tcase_add_test(tests, it_is_read_as_often_as_one_likes);
    tcase_add_test(tests, its_threads_are_taken_out_of_it);
    tcase_add_test(tests, making_it_can_be_interrupted);
    tcase_add_test(tests, a_folder_for_temporary_files_that_is_not_there_is_told);
    suite_add_tcase(suite, tests);
    return suite;
}

int main(void)
{
    SRunner *runner = srunner_create(source_generate_suite());
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
