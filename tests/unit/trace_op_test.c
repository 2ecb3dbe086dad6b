/* trace_op_test.c -- operations on their way from text into a native trace and back: none
 * is lost, and each stays between the references where it was. */
#include "trace/flt.h"
#include "trace/op_text.h"

#include "unit/random_op.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { TEXT_MAX = 1 << 24 };

static char folder[] = "/tmp/faultline-trace-op-XXXXXX";
static char text_path[64], flt_path[64];
static struct error error;
static struct rng rng;
static struct batch batch;
static char *written, *end; /* the text, and where it ends so far */

static void setup(void)
{
    strcpy(folder + strlen(folder) - 6, "XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    snprintf(text_path, sizeof text_path, "%s/trace.txt", folder);
    snprintf(flt_path, sizeof flt_path, "%s/trace.flt", folder);
    ck_assert_int_eq(batch_init(&batch, NULL), OK);
    end = written = malloc(TEXT_MAX);
    ck_assert_ptr_nonnull(written);
    rng_seed(&rng, 3);
}

static void teardown(void)
{
    unlink(text_path);
    unlink(flt_path);
    ck_assert_int_eq(rmdir(folder), 0);
    batch_release(&batch);
    free(written);
}

static void add_page(uint64_t page, bool store)
{
    end += sprintf(end, "%llu %c\n", (unsigned long long)page, store ? 'W' : 'R');
    ck_assert(end < written + TEXT_MAX - OP_TEXT_MAX);
}

static void add_op(void)
{
    struct vm_op op;
    char name[9], line[OP_TEXT_MAX];
    op.file = random_op(&rng, &op, name, sizeof name - 1) ? 0 : VM_ANONYMOUS;
    end += sprintf(end, "%s\n", op_text_format(&op, name, line));
    ck_assert(end < written + TEXT_MAX - OP_TEXT_MAX);
}

static struct trace *open_trace(const char *path)
{
    struct trace *trace;
    const struct trace_options options = {.path = path};
    ck_assert_msg(trace_open(&trace, &options, &error) == OK, "%s", error.text);
    return trace;
}

/* Copy the text into a native trace; returns its batches. */
static unsigned convert(void)
{
    FILE *file = fopen(text_path, "wb");
    ck_assert_ptr_nonnull(file);
    ck_assert_uint_eq(fwrite(written, 1, (size_t)(end - written), file),
                      (size_t)(end - written));
    fclose(file);
    struct trace *trace = open_trace(text_path);
    struct flt_writer *writer;
    const struct flt_writer_options options = {
        .granule_shift = trace_info(trace)->granule_shift, .origin = "", .level = 1};
    ck_assert_int_eq(flt_writer_create(&writer, flt_path, &options, &error), OK);
    unsigned batches = 0;
    enum status status;
    while ((status = trace_next(trace, &batch, &error)) == OK) {
        ck_assert_int_eq(flt_writer_put(writer, &batch, &error), OK);
        batches++;
    }
    ck_assert_msg(status == END, "%s", error.text);
    ck_assert_int_eq(flt_writer_finish(writer, &error), OK);
    trace_close(trace);
    return batches;
}

/* Compare what comes next with the text, from which *at goes on. */
static void compare(const char **at, const char *line)
{
    const size_t length = strlen(line);
    if (strncmp(*at, line, length) != 0)
        ck_abort_msg("'%s' and not '%.60s'", line, *at);
    *at += length;
}

static void compare_batch(const char **at)
{
    char line[OP_TEXT_MAX + 1];
    uint32_t op = 0;
    for (uint32_t i = 0; i <= batch.nsteps; i++) {
        for (; op < batch.nops && batch.ops[op].step == i; op++) {
            op_text_format(&batch.ops[op], batch.names, line);
            compare(at, strcat(line, "\n"));
        }
        if (i == batch.nsteps)
            break;
        const struct shape *shape = step_shape(&batch, batch.steps[i]);
        const uint64_t page = batch.blocks[batch.steps[i] >> STEP_SHAPE_BITS];
        for (unsigned bit = 0; bit < shape->length; bit++) {
            sprintf(line, "%llu %c\n", (unsigned long long)page,
                    shape->store >> bit & 1 ? 'W' : 'R');
            compare(at, line);
        }
    }
    ck_assert_uint_eq(op, batch.nops);
}

static void compare_with_native(void)
{
    struct trace *trace = open_trace(flt_path);
    const char *at = written;
    uint64_t ops = 0;
    enum status status;
    while ((status = trace_next(trace, &batch, &error)) == OK) {
        ops += batch.nops;
        compare_batch(&at);
    }
    ck_assert_msg(status == END, "%s", error.text);
    ck_assert_ptr_eq(at, end);
    ck_assert_uint_eq(trace_info(trace)->ops, ops);
    trace_close(trace);
}

START_TEST(random_operations_come_back_from_random_places)
{
    for (int i = 0; i < 20000; i++)
        if (rng_below(&rng, 8) == 0)
            add_op();
        else
            add_page(rng_below(&rng, 3) ? 7 : rng_below(&rng, 500), rng_below(&rng, 2));
    convert();
    compare_with_native();
}
END_TEST

/* A step for each page, and operations around the place where a batch gets full. */
START_TEST(operations_at_the_border_of_two_chunks_stay_there)
{
    add_op();
    for (uint64_t i = 0; i < BATCH_STEPS + 10; i++) {
        add_page(i % 3, false);
        if (i + 300 > BATCH_STEPS) { /* a builder keeps some room */
            add_op();
            add_op();
        }
    }
    ck_assert_uint_eq(convert(), 2);
    compare_with_native();
}
END_TEST

START_TEST(more_operations_than_a_chunk_holds_go_on_in_the_next)
{
    add_page(1, true); /* tells the format */
    for (unsigned i = 0; i < 2 * BATCH_OPS + 1; i++)
        add_op();
    add_page(1, true);
    ck_assert_uint_eq(convert(), 3); /* the second of operations alone */
    compare_with_native();
}
END_TEST

START_TEST(trace_of_operations_alone_is_not_empty)
{
    add_op();
    ck_assert_uint_eq(convert(), 1);
    compare_with_native();
}
END_TEST

/* As many as a head has room for and more, so the format must be said. */
START_TEST(format_that_operations_hide_is_not_guessed)
{
    struct trace *trace;
    while (end < written + (300 << 10))
        end += sprintf(end, "@exit\n");
    add_page(7, false);
    FILE *file = fopen(text_path, "wb");
    fwrite(written, 1, (size_t)(end - written), file);
    fclose(file);
    struct trace_options options = {.path = text_path};
    ck_assert_int_eq(trace_open(&trace, &options, &error), ERR_SYNTAX);
    ck_assert_ptr_nonnull(strstr(error.text, "not recognised"));
    options.format = "pages";
    ck_assert_int_eq(trace_open(&trace, &options, &error), OK);
    ck_assert_int_eq(trace_next(trace, &batch, &error), OK);
    trace_close(trace);
}
END_TEST

static Suite *trace_op_suite(void)
{
    Suite *suite = suite_create("trace_op");
    TCase *tests = tcase_create("trace_op");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, random_operations_come_back_from_random_places);
    tcase_add_test(tests, operations_at_the_border_of_two_chunks_stay_there);
    tcase_add_test(tests, more_operations_than_a_chunk_holds_go_on_in_the_next);
    tcase_add_test(tests, trace_of_operations_alone_is_not_empty);
    tcase_add_test(tests, format_that_operations_hide_is_not_guessed);
    suite_add_tcase(suite, tests);
    return suite;
}

int main(void)
{
    SRunner *runner = srunner_create(trace_op_suite());
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
