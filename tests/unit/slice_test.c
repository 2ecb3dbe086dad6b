/* slice_test.c -- cutting a range of references out of batches, exact to the step. */
#include "trace/slice.h"

#include "trace/builder.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SHIFT = 9, BLOCK = 1 << SHIFT };

static struct builder *builder;
static struct batch batch;
static struct slice slice;

static void setup(void)
{
    ck_assert_int_eq(builder_create(&builder, SHIFT, NULL), OK);
    ck_assert_int_eq(batch_init(&batch, NULL), OK);
}

static void teardown(void)
{
    slice_release(&slice);
    batch_release(&batch);
    builder_free(builder);
}

/* Text in block 100, data in blocks 1, 2, ...; references 0 .. 8 in five steps:
 *   I | L | L | S I | L I M       (a new step wherever a stream moves)
 *   0   1   2   3 4   5 6 7,8 */
static void build(void)
{
    builder_add(builder, IFETCH, 100 * BLOCK, 4);
    builder_add(builder, LOAD, 1 * BLOCK, 8);
    builder_add(builder, LOAD, 2 * BLOCK, 8);
    builder_add(builder, STORE, 3 * BLOCK, 8);
    builder_add(builder, IFETCH, 100 * BLOCK + 4, 4);
    builder_add(builder, LOAD, 4 * BLOCK, 8);
    builder_add(builder, IFETCH, 100 * BLOCK + 8, 4);
    builder_add(builder, MODIFY, 4 * BLOCK, 8);
    builder_take(builder, &batch);
    ck_assert_uint_eq(batch_references(&batch), 9);
    ck_assert_uint_eq(batch.nsteps, 5);
}

static void cut(uint64_t from, uint64_t count)
{
    ck_assert_int_eq(slice_init(&slice, from, count, NULL), OK);
    slice_batch(&slice, &batch);
}

static uint64_t block_of_step(uint32_t i)
{
    return batch.blocks[batch.steps[i] >> STEP_SHAPE_BITS];
}

START_TEST(the_whole_range_changes_nothing)
{
    build();
    cut(0, 9);
    ck_assert_uint_eq(batch.nsteps, 5);
    ck_assert_uint_eq(batch.nblocks, 5);
    ck_assert_uint_eq(batch_references(&batch), 9);
    ck_assert_uint_eq(batch.counts.modifies, 1);
    ck_assert(slice_done(&slice));
}
END_TEST

START_TEST(steps_that_begin_in_the_range_are_kept_whole)
{
    build();
    cut(3, 1); /* the store begins at 3, and its step holds the fetch after it */
    ck_assert_uint_eq(batch.nsteps, 1);
    ck_assert_uint_eq(block_of_step(0), 3);
    ck_assert_uint_eq(batch.counts.ifetches, 1);
    ck_assert_uint_eq(batch.counts.loads, 0);
    ck_assert_uint_eq(batch.counts.stores, 1);
    ck_assert_uint_eq(batch.counts.modifies, 0);
}
END_TEST

START_TEST(a_range_inside_a_step_begins_at_the_next_one)
{
    build();
    cut(4, 2);
    ck_assert_uint_eq(batch.nsteps, 1);
    ck_assert_uint_eq(block_of_step(0), 4);
    ck_assert_uint_eq(batch_references(&batch), 4);
    ck_assert_uint_eq(batch.counts.modifies, 1);
}
END_TEST

/* The kept steps fetch from block 100, to which the stream moved before the cut: it stays
 * in the dictionary as the start; block 2, where the data was, does not. */
START_TEST(dictionaries_keep_what_is_used_only)
{
    build();
    cut(3, 6);
    ck_assert_uint_eq(batch.nsteps, 2);
    ck_assert_uint_eq(batch.nblocks, 3); /* 3, 4 and 100 */
    ck_assert_uint_eq(batch.nshapes, 2); /* S I and L I L S */
    ck_assert_uint_ne(batch.start[0], BLOCK_NONE);
    ck_assert_uint_eq(batch.blocks[batch.start[0]], 100);
    ck_assert_uint_eq(batch.start[1], BLOCK_NONE);
    for (uint32_t i = 0; i < batch.nsteps; i++)
        ck_assert_uint_lt(batch.steps[i] & STEP_SHAPE_MASK, batch.nshapes);
}
END_TEST

START_TEST(a_start_that_no_kept_step_uses_is_forgotten)
{
    build();
    cut(2, 1); /* the load of block 2 alone: no fetch in it */
    ck_assert_uint_eq(batch.nsteps, 1);
    ck_assert_uint_eq(batch.nblocks, 1);
    ck_assert_uint_eq(batch.start[0], BLOCK_NONE);
}
END_TEST

/* References: I, L (over two blocks, so a step and a continued one), L in another block. */
static void build_crossing(void)
{
    builder_add(builder, IFETCH, 100 * BLOCK, 4);
    builder_add(builder, LOAD, 2 * BLOCK - 4, 8);
    builder_add(builder, LOAD, 7 * BLOCK, 8);
    builder_take(builder, &batch);
    ck_assert_uint_eq(batch.nsteps, 4);
}

START_TEST(the_rest_of_a_crossing_reference_stays_with_it)
{
    build_crossing();
    cut(0, 2);
    ck_assert_uint_eq(batch.nsteps, 3);
    ck_assert_uint_eq(block_of_step(2), 2);
    ck_assert_uint_eq(batch_references(&batch), 2);
}
END_TEST

START_TEST(the_rest_of_a_crossing_reference_alone_is_not_kept)
{
    build_crossing();
    cut(2, 5);
    ck_assert_uint_eq(batch.nsteps, 1);
    ck_assert_uint_eq(block_of_step(0), 7);
    ck_assert_uint_eq(batch_references(&batch), 1);
}
END_TEST

START_TEST(ranges_run_on_over_batches)
{
    build();
    cut(5, 9); /* 5 .. 13: the last step here, and the first ones of the second batch */
    ck_assert_uint_eq(batch_references(&batch), 4);
    ck_assert(!slice_done(&slice));
    builder_add(builder, LOAD, 8 * BLOCK, 8);  /* 9 */
    builder_add(builder, LOAD, 9 * BLOCK, 8);  /* 10 */
    builder_add(builder, LOAD, 10 * BLOCK, 8); /* 11 */
    builder_add(builder, LOAD, 11 * BLOCK, 8); /* 12 */
    builder_add(builder, LOAD, 12 * BLOCK, 8); /* 13 */
    builder_add(builder, LOAD, 13 * BLOCK, 8); /* 14 */
    builder_take(builder, &batch);
    slice_batch(&slice, &batch);
    ck_assert_uint_eq(batch.nsteps, 5);
    ck_assert_uint_eq(block_of_step(0), 8);
    ck_assert_uint_eq(block_of_step(4), 12);
    ck_assert(slice_done(&slice));
}
END_TEST

START_TEST(a_range_behind_the_end_holds_nothing)
{
    build();
    cut(9, 100);
    ck_assert(batch_is_empty(&batch));
    ck_assert_uint_eq(batch_references(&batch), 0);
    ck_assert(!slice.kept);
    ck_assert(!slice_done(&slice));
}
END_TEST

/* --- operations ------------------------------------------------------------------------ */

static void add_op(unsigned number, const char *file)
{
    const struct vm_op op = {.kind = VM_MAP, .start = number, .length = 1};
    builder_op(builder, &op, file);
}

/* References 0 .. 4, a step each, and operations 0 .. 5 between them:
 *   op0 | L0 L1 op1 op2 L2 | L3 op3 L4 | op4 op5 */
static void build_with_ops(void)
{
    add_op(0, "zero");
    builder_add(builder, LOAD, 1 * BLOCK, 8);
    builder_add(builder, LOAD, 2 * BLOCK, 8);
    add_op(1, "one");
    add_op(2, NULL);
    builder_add(builder, LOAD, 3 * BLOCK, 8);
    builder_add(builder, LOAD, 4 * BLOCK, 8);
    add_op(3, "three");
    builder_add(builder, LOAD, 5 * BLOCK, 8);
    add_op(4, "four");
    add_op(5, NULL);
    builder_take(builder, &batch);
    ck_assert_uint_eq(batch.nsteps, 5);
}

/* "1@0 one" is operation 1 before step 0. */
static void expect_ops(const char *expected)
{
    char text[256] = "", *p = text;
    for (uint32_t i = 0; i < batch.nops; i++) {
        const struct vm_op *op = &batch.ops[i];
        p += sprintf(p, "%s%d@%u", i ? ", " : "", (int)op->start, op->step);
        if (op->file != VM_ANONYMOUS)
            p += sprintf(p, " %s", batch.names + op->file);
    }
    ck_assert_str_eq(text, expected);
}

static const struct {
    uint64_t from, count;
    const char *ops;
    uint32_t names_length;
} op_ranges[] = {
    {0, 6, "0@0 zero, 1@2 one, 2@2, 3@4 three, 4@5 four, 5@5", 20},
    {0, 5, "0@0 zero, 1@2 one, 2@2, 3@4 three", 15}, /* the last belong to reference 5 */
    {0, 2, "0@0 zero", 5},
    {0, 3, "0@0 zero, 1@2 one, 2@2", 9},
    {1, 1, "", 0},
    {2, 1, "1@0 one, 2@0", 4},
    {3, 1, "", 0},
    {3, 9, "3@1 three, 4@2 four, 5@2", 11},
    {4, 1, "3@0 three", 6},
    {5, 1, "4@0 four, 5@0", 5},
    {6, 1, "", 0},
};

START_TEST(operations_go_with_the_reference_after_them)
{
    build_with_ops();
    cut(op_ranges[_i].from, op_ranges[_i].count);
    expect_ops(op_ranges[_i].ops);
    ck_assert_uint_eq(batch.names_length, op_ranges[_i].names_length);
    ck_assert_int_eq(slice.kept, batch.nsteps || batch.nops);
}
END_TEST

START_TEST(operations_alone_are_cut_out_of_a_batch_of_references)
{
    build_with_ops();
    cut(5, 1);
    ck_assert_uint_eq(batch.nsteps, 0);
    ck_assert_uint_eq(batch.nblocks, 0);
    ck_assert_uint_eq(batch.nshapes, 0);
    ck_assert_uint_eq(batch_references(&batch), 0);
    ck_assert_uint_eq(batch.start[1], BLOCK_NONE);
    ck_assert(slice.kept);
    ck_assert(!slice.begun);
}
END_TEST

/* 0 1 2 3 4 | op0 op1 | 5 6 */
START_TEST(operations_between_batches_go_with_the_next_batch)
{
    static const struct {
        uint64_t count;
        const char *ops;
    } expected[] = {{5, ""}, {6, "0@0, 1@0"}};
    for (size_t i = 0; i < ARRAY_LEN(expected); i++) {
        if (i > 0) {
            slice_release(&slice);
            builder_free(builder);
            ck_assert_int_eq(builder_create(&builder, SHIFT, NULL), OK);
        }
        build_with_ops();
        cut(0, expected[i].count);
        add_op(0, NULL);
        add_op(1, NULL);
        builder_take(builder, &batch);
        slice_batch(&slice, &batch);
        expect_ops(expected[i].ops);
        builder_add(builder, LOAD, 7 * BLOCK, 8);
        builder_add(builder, LOAD, 8 * BLOCK, 8);
        builder_take(builder, &batch);
        slice_batch(&slice, &batch);
        ck_assert_uint_eq(batch.nsteps, expected[i].count - 5);
        ck_assert(slice_done(&slice));
    }
}
END_TEST

static Suite *slice_suite(void)
{
    Suite *suite = suite_create("slice");
    TCase *tests = tcase_create("slice");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, the_whole_range_changes_nothing);
    tcase_add_test(tests, steps_that_begin_in_the_range_are_kept_whole);
    tcase_add_test(tests, a_range_inside_a_step_begins_at_the_next_one);
    tcase_add_test(tests, dictionaries_keep_what_is_used_only);
    tcase_add_test(tests, a_start_that_no_kept_step_uses_is_forgotten);
    tcase_add_test(tests, the_rest_of_a_crossing_reference_stays_with_it);
    tcase_add_test(tests, the_rest_of_a_crossing_reference_alone_is_not_kept);
    tcase_add_test(tests, ranges_run_on_over_batches);
    tcase_add_test(tests, a_range_behind_the_end_holds_nothing);
    tcase_add_loop_test(tests, operations_go_with_the_reference_after_them, 0,
                        (int)ARRAY_LEN(op_ranges));
    tcase_add_test(tests, operations_alone_are_cut_out_of_a_batch_of_references);
    tcase_add_test(tests, operations_between_batches_go_with_the_next_batch);
    suite_add_tcase(suite, tests);
    return suite;
}

int main(void)
{
    SRunner *runner = srunner_create(slice_suite());
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
