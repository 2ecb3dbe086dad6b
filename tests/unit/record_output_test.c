/* record_output_test.c -- traces of a recording on a disk that fills up, and the workload
 * file that names them. */
#include "base/rng.h"
#include "unit/record_rig.h"

#include "record/workload_file.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>

static char path[128];

static void setup(void)
{
    rig_start();
    snprintf(path, sizeof path, "%s.flt", rig_stem);
}

static void teardown(void)
{
    rig_stop();
}

/* Files can have so many bytes from here on; the test's process ends with it. */
static void limit_files(rlim_t bytes)
{
    const struct rlimit limit = {bytes, bytes};
    signal(SIGXFSZ, SIG_IGN);
    ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

/* A batch of n references, each of which takes some bytes. */
static struct batch *make_batch(struct rng *rng, unsigned n)
{
    struct builder *builder;
    ck_assert_int_eq(builder_create(&builder, 9, NULL), OK);
    for (unsigned i = 0; i < n; i++)
        builder_add(builder, (enum reference_kind)rng_below(rng, 4),
                    0x10000 + rng_below(rng, 1 << 24), 4);
    struct batch *batch = output_blank(session.output);
    builder_take(builder, batch);
    builder_free(builder);
    return batch;
}

static uint64_t references_in_trace(void)
{
    struct trace *trace;
    struct batch batch;
    uint64_t references = 0;
    const struct trace_options options = {.path = path};
    ck_assert_msg(trace_open(&trace, &options, &error) == OK, "%s", error.text);
    ck_assert_int_eq(batch_init(&batch, NULL), OK);
    enum status status;
    while ((status = trace_next(trace, &batch, &error)) == OK)
        references += batch_references(&batch);
    ck_assert_int_eq(status, END);
    ck_assert(trace_info(trace)->complete);
    ck_assert_uint_eq(
        references, batch_references(&(struct batch){.counts = trace_info(trace)->counts}));
    batch_release(&batch);
    trace_close(trace);
    return references;
}

enum { WHOLE = 3, MORE = 4 };

/* Write batches, of which not all may find room, and a last one that is small. */
static void write_batches(const char *name, unsigned n, uint64_t *references)
{
    struct output_trace *trace;
    struct rng rng;
    rng_seed(&rng, 1);
    ck_assert_int_eq(output_open(session.output, &trace, name, "test", &error), OK);
    for (unsigned i = 0; i < n; i++) {
        struct batch *batch = make_batch(&rng, i < WHOLE + MORE - 1 ? 20000 : 1);
        if (i < WHOLE)
            *references += batch_references(batch);
        output_put(session.output, trace, batch);
    }
    output_finish(session.output, trace);
    output_drain(session.output);
}

/* The limits lie where three chunks have been written but for the index, in all that is
 * between there and the fourth one's end, and right before that. */
START_TEST(what_found_room_on_the_disk_is_a_sound_trace)
{
    char other[160];
    uint64_t ignored = 0, whole = 0;
    struct stat st;
    snprintf(other, sizeof other, "%s.other", rig_stem);
    write_batches(other, WHOLE, &ignored);
    unlink(other);
    const rlim_t bytes = output_bytes(session.output);
    const uint64_t before = output_references(session.output);
    const rlim_t limit = bytes + (_i < 8 ? 30 * (rlim_t)_i : 9001 * (rlim_t)(_i - 7));
    limit_files(limit);
    write_batches(path, WHOLE + MORE, &whole);
    ck_assert_int_eq(output_status(session.output, &error), ERR_OUTPUT);
    ck_assert_ptr_nonnull(strstr(error.text, "cannot be written"));
    const uint64_t references = output_references(session.output) - before;
    ck_assert_uint_eq(references_in_trace(), references);
    ck_assert_int_eq(stat(path, &st), 0);
    ck_assert_uint_le((rlim_t)st.st_size, limit);
    /* docs/flt.md: an index of three chunks takes 16 + 3 * 24 + 48 bytes, 80 if there are
     * operations, 8 and 16. */
    if (_i < 8)
        ck_assert_uint_lt(references, whole);
    else
        ck_assert_uint_eq(references, whole);
    unlink(path);
}
END_TEST

START_TEST(trace_that_finds_no_room_at_all_is_not_begun)
{
    struct output_trace *trace;
    limit_files(100);
    ck_assert_int_eq(output_open(session.output, &trace, path, "test", &error), ERR_OUTPUT);
    ck_assert_int_ne(access(path, F_OK), 0);
}
END_TEST

START_TEST(trace_of_which_nothing_found_room_says_that_it_ends)
{
    struct output_trace *trace;
    struct rng rng;
    rng_seed(&rng, 3);
    limit_files(4096);
    ck_assert_int_eq(output_open(session.output, &trace, path, "test", &error), OK);
    output_put(session.output, trace, make_batch(&rng, 20000));
    output_finish(session.output, trace);
    ck_assert_int_eq(session_add_trace(&session, 1, &(uint32_t){0}, NULL), OK);
    ck_assert_str_eq(rig_trace(0), "exit 0; ");
}
END_TEST

START_TEST(file_is_no_longer_than_what_is_in_it)
{
    struct output_trace *trace;
    struct rng rng;
    rng_seed(&rng, 2);
    ck_assert_int_eq(output_open(session.output, &trace, path, "test", &error), OK);
    output_put(session.output, trace, make_batch(&rng, 20000));
    output_finish(session.output, trace);
    output_drain(session.output);
    FILE *file = fopen(path, "rb");
    char end[8];
    ck_assert_ptr_nonnull(file);
    ck_assert_int_eq(fseek(file, -8, SEEK_END), 0);
    ck_assert_uint_eq(fread(end, 1, 8, file), 8);
    ck_assert_mem_eq(end, "FLTEND\r\n", 8); /* docs/flt.md */
    fclose(file);
    unlink(path);
}
END_TEST

/* Finish a workload file and read it, without its second line, which has the date. */
static char *finished(struct workload_file *file, const struct recorder_state *state)
{
    char *text;
    size_t size;
    snprintf(path, sizeof path, "%s.yaml", rig_stem);
    ck_assert_int_eq(workload_file_finish(file, &session, state, &error), OK);
    ck_assert_int_eq(file_read(&text, &size, path, &error), OK);
    ck_assert_uint_eq(strlen(text), size);
    unlink(path);
    char *second = strchr(text, '\n') + 1, *third = strchr(second, '\n') + 1;
    memmove(second, third, strlen(third) + 1);
    return text;
}

START_TEST(workload_file_names_traces_and_threads_in_the_order_of_streams)
{
    struct workload_file file;
    uint32_t number;
    session.origin = "faultline record: p";
    ck_assert_int_eq(workload_file_create(&file, rig_stem, &error), OK);
    ck_assert_int_eq(session_add_trace(&session, 10, &number, NULL), OK);
    ck_assert_int_eq(session_add_trace(&session, 11, &number, NULL), OK);
    ck_assert_int_eq(session_add_trace(&session, 12, &number, NULL), OK);
    ck_assert_int_eq(session_add_thread(&session, 1, &number, NULL), OK);
    ck_assert_int_eq(session_name(&session, 0, "p", NULL), OK);
    ck_assert_int_eq(session_name(&session, 2, "a\nb", NULL), OK);
    ck_assert_int_eq(session_name(&session, number, "worker", NULL), OK);
    ck_assert_int_eq(workload_file_reserve(&file, &session, &error), OK);
    const struct recorder_state state = {.kept = 1, .end = RECORDER_PROGRAM};
    char *text = finished(&file, &state);
    ck_assert_str_eq(text, "# faultline record: p\n"
                           "#\n"
                           "# stream  process  command\n"
                           "#      0       10  p\n"
                           "#      1       11  \n"
                           "#      2       12  a?b\n"
                           "#      3       11  thread of 1: worker\n"
                           "timing: events\n"
                           "workload:\n"
                           "  processes:\n"
                           "    - trace: \"t.flt\"\n"
                           "      regions: operations\n"
                           "      streams:\n"
                           "        - { trace: \"t.1.flt\", thread: 0 }\n"
                           "        - \"t.2.flt\"\n"
                           "        - { trace: \"t.1.flt\", thread: 3 }\n");
    free(text);
}
END_TEST

START_TEST(workload_file_quotes_names_as_yaml_has_it)
{
    char stem[160];
    struct workload_file file;
    uint32_t number;
    snprintf(stem, sizeof stem, "%s/a \"b\\\tc: #d", rig_folder);
    ck_assert_int_eq(workload_file_create(&file, rig_stem, &error), OK);
    session.stem = stem;
    ck_assert_int_eq(session_add_trace(&session, 10, &number, NULL), OK);
    char *text = finished(&file, &(struct recorder_state){.kept = 1});
    ck_assert_ptr_nonnull(strstr(text, "trace: \"a \\\"b\\\\\\x09c: #d.flt\"\n"));
    free(text);
    session.stem = rig_stem;
}
END_TEST

START_TEST(workload_file_finds_the_room_that_was_reserved_for_it)
{
    struct workload_file file;
    struct stat st;
    ck_assert_int_eq(workload_file_create(&file, rig_stem, &error), OK);
    for (uint32_t i = 0; i < 100; i++) {
        uint32_t number;
        ck_assert_int_eq(session_add_trace(&session, i, &number, NULL), OK);
    }
    ck_assert_int_eq(workload_file_reserve(&file, &session, &error), OK);
    ck_assert_int_eq(fstat(fileno(file.writer.stream), &st), 0);
    char *text = finished(&file, &(struct recorder_state){.kept = 1});
    ck_assert_uint_lt(strlen(text), (size_t)st.st_size);
    free(text);
    ck_assert_int_eq(workload_file_create(&file, rig_stem, &error), OK);
    limit_files(1000);
    ck_assert_int_eq(workload_file_reserve(&file, &session, &error), ERR_OUTPUT);
    workload_file_abandon(&file);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("record_output");
    TCase *tests = tcase_create("output");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_loop_test(tests, what_found_room_on_the_disk_is_a_sound_trace, 0, 12);
    tcase_add_test(tests, trace_that_finds_no_room_at_all_is_not_begun);
    tcase_add_test(tests, trace_of_which_nothing_found_room_says_that_it_ends);
    tcase_add_test(tests, file_is_no_longer_than_what_is_in_it);
    tcase_add_test(tests, workload_file_names_traces_and_threads_in_the_order_of_streams);
    tcase_add_test(tests, workload_file_quotes_names_as_yaml_has_it);
    tcase_add_test(tests, workload_file_finds_the_room_that_was_reserved_for_it);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
