/* one_thread_test.c -- threads taken out of a trace of several, beside traces of each. */
#include "trace/compare.h"

#include "trace/builder.h"
#include "trace/flt.h"
#include "unit/random_op.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { THREADS = 4 };

/* A native trace being written, whose chunks end at random places. */
struct output {
    char path[64];
    struct flt_writer *writer;
    struct builder *builder;
};

static struct output all, single[THREADS];
static struct batch batch;
static struct error error;
static struct rng rng;
static struct reference_counts counts[THREADS];

static unsigned below(unsigned n)
{
    return (unsigned)rng_below(&rng, n);
}

static void start(struct output *output)
{
    const struct flt_writer_options options = {.granule_shift = 9, .level = 1};
    snprintf(output->path, sizeof output->path, "/tmp/faultline-thread-XXXXXX");
    const int fd = mkstemp(output->path);
    ck_assert_int_ge(fd, 0);
    close(fd);
    ck_assert_int_eq(builder_create(&output->builder, 9, &error), OK);
    ck_assert_int_eq(flt_writer_create(&output->writer, output->path, &options, &error),
                     OK);
}

static void end_chunk(struct output *output)
{
    builder_take(output->builder, &batch);
    ck_assert_int_eq(flt_writer_put(output->writer, &batch, &error), OK);
}

static void finish(struct output *output)
{
    end_chunk(output);
    ck_assert_int_eq(flt_writer_finish(output->writer, &error), OK);
    builder_free(output->builder);
}

static void setup(void)
{
    rng_seed(&rng, 5);
    ck_assert_int_eq(batch_init(&batch, NULL), OK);
    start(&all);
    for (unsigned i = 0; i < THREADS; i++)
        start(&single[i]);
}

static void teardown(void)
{
    unlink(all.path);
    for (unsigned i = 0; i < THREADS; i++)
        unlink(single[i].path);
    batch_release(&batch);
}

static void switch_to(unsigned thread)
{
    const struct vm_op op = {.kind = VM_SWITCH, .stream = thread};
    builder_op(all.builder, &op, NULL);
}

/* One reference or operation of a thread, into the trace of all and that of its own. */
static void add(unsigned thread)
{
    if (below(12) == 0) {
        struct vm_op op;
        char name[12];
        const char *file = random_op(&rng, &op, name, sizeof name - 1);
        if (op.kind == VM_SWITCH)
            return;
        builder_op(all.builder, &op, file);
        builder_op(single[thread].builder, &op, file);
        return;
    }
    const enum reference_kind kind = (enum reference_kind)below(3);
    const vaddr_t at = 0x10000 + below(6) * 512 + below(512);
    const uint32_t size = below(8) ? 1 + below(8) : 1 + below(1400);
    builder_add(all.builder, kind, at, size);
    builder_add(single[thread].builder, kind, at, size);
    counts[thread].ifetches += kind == IFETCH;
    counts[thread].loads += kind == LOAD;
    counts[thread].stores += kind == STORE;
}

static void make(unsigned turns, unsigned threads)
{
    memset(counts, 0, sizeof counts);
    unsigned thread = 0;
    for (unsigned i = 0; i < threads; i++) { /* so that every thread is there */
        if (i > 0)
            switch_to(i);
        add(i);
        end_chunk(&all); /* the next begins where this thread is */
    }
    switch_to(0);
    for (unsigned turn = 0; turn < turns; turn++) {
        for (unsigned i = below(60); i > 0; i--) {
            add(thread);
            if (below(40) == 0)
                end_chunk(&all);
            if (below(40) == 0)
                end_chunk(&single[thread]);
        }
        if (below(8))
            switch_to(thread = below(threads));
    }
    switch_to(1);
    add(1);
    for (unsigned i = 0; i < THREADS; i++)
        finish(&single[i]);
    finish(&all);
}

static struct trace *open_thread(unsigned thread)
{
    struct trace *trace;
    const struct trace_options options = {
        .path = all.path, .one_thread = true, .thread = thread};
    ck_assert_int_eq(trace_open(&trace, &options, &error), OK);
    return trace;
}

static void must_equal(struct trace *trace, const char *path)
{
    struct trace *other;
    struct compare compare;
    const struct trace_options options = {.path = path};
    ck_assert_int_eq(trace_open(&other, &options, &error), OK);
    ck_assert_int_eq(compare_init(&compare, trace, other, true, &error), OK);
    enum status status;
    while ((status = compare_next(&compare, &error)) == OK)
        ;
    ck_assert_msg(status == END, "%s", error.text);
    ck_assert_msg(!compare.differ, "after reference %llu",
                  (unsigned long long)compare.references);
    compare_release(&compare);
    trace_close(other);
}

/* The batches' dictionaries hold what is used and nothing else, and counts are right. */
static void must_be_compact(struct trace *trace, const struct reference_counts *expected)
{
    struct reference_counts sum = {0};
    enum status status;
    bool begun = false;
    while ((status = trace_next(trace, &batch, &error)) == OK) {
        if (!begun) /* other threads were somewhere */
            ck_assert(batch.start[0] == BLOCK_NONE && batch.start[1] == BLOCK_NONE);
        begun = true;
        static bool block[BATCH_BLOCKS], shape[BATCH_SHAPES];
        memset(block, 0, sizeof block);
        memset(shape, 0, sizeof shape);
        for (int s = 0; s < 2; s++)
            if (batch.start[s] != BLOCK_NONE)
                block[batch.start[s]] = true;
        for (uint32_t i = 0; i < batch.nsteps; i++) {
            block[batch.steps[i] >> STEP_SHAPE_BITS] = true;
            shape[batch.steps[i] & STEP_SHAPE_MASK] = true;
        }
        for (uint32_t i = 0; i < batch.nblocks; i++)
            ck_assert(block[i]);
        for (uint32_t i = 0; i < batch.nshapes; i++)
            ck_assert(shape[i]);
        for (uint32_t i = 0; i < batch.nops; i++)
            ck_assert_uint_ne(batch.ops[i].kind, VM_SWITCH);
        sum.ifetches += batch.counts.ifetches;
        sum.loads += batch.counts.loads;
        sum.stores += batch.counts.stores;
    }
    ck_assert_int_eq(status, END);
    ck_assert_uint_eq(sum.ifetches, expected->ifetches);
    ck_assert_uint_eq(sum.loads, expected->loads);
    ck_assert_uint_eq(sum.stores, expected->stores);
}

START_TEST(each_thread_is_as_if_it_had_run_alone)
{
    make(2000, THREADS);
    for (unsigned i = 0; i < THREADS; i++) {
        struct trace *trace = open_thread(i);
        must_equal(trace, single[i].path);
        ck_assert_int_eq(trace_rewind(trace, &error), OK);
        must_be_compact(trace, &counts[i]);
        ck_assert_int_eq(trace_rewind(trace, &error), OK);
        must_equal(trace, single[i].path);
        trace_close(trace);
    }
}
END_TEST

START_TEST(thread_that_is_not_there_is_an_error)
{
    make(10, 2);
    struct trace *trace = open_thread(2);
    ck_assert_int_eq(trace_next(trace, &batch, &error), ERR_SYNTAX);
    ck_assert_str_eq(error.text, "it has no thread 2");
    trace_close(trace);
}
END_TEST

START_TEST(operations_are_left_out_and_counted)
{
    make(200, THREADS);
    struct trace *trace;
    const struct trace_options options = {.path = all.path, .no_operations = true};
    ck_assert_int_eq(trace_open(&trace, &options, &error), OK);
    const struct trace_info *info = trace_info(trace);
    ck_assert_uint_gt(info->ops, 100);
    uint64_t references = 0;
    enum status status;
    while ((status = trace_next(trace, &batch, &error)) == OK) {
        ck_assert_uint_eq(batch.nops, 0);
        ck_assert_uint_gt(batch.nsteps, 0);
        references += batch_references(&batch);
    }
    ck_assert_int_eq(status, END);
    ck_assert_uint_eq(info->ops_left_out, info->ops);
    ck_assert_uint_eq(references,
                      info->counts.ifetches + info->counts.loads + info->counts.stores);
    trace_close(trace);
}
END_TEST

static Suite *one_thread_suite(void)
{
    Suite *suite = suite_create("one_thread");
    TCase *tests = tcase_create("one_thread");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, each_thread_is_as_if_it_had_run_alone);
    tcase_add_test(tests, thread_that_is_not_there_is_an_error);
    tcase_add_test(tests, operations_are_left_out_and_counted);
    suite_add_tcase(suite, tests);
    return suite;
}

int main(void)
{
    SRunner *runner = srunner_create(one_thread_suite());
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
