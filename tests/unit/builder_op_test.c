/* builder_op_test.c -- operations between references, found again at their places. */
#include "trace/builder.h"

#include "unit/random_op.h"

#include <check.h>
#include <stdlib.h>

enum { SHIFT = 9 };

/* What was added: a reference to a block, or an operation. */
struct event {
    bool is_op;
    uint64_t block;
    struct vm_op op;
    char *file; /* NULL: none */
};

static struct events {
    struct event *at;
    size_t n, capacity, ncompared;
} events;

static struct builder *builder;
static struct batch batch;
static struct rng rng;
static uint64_t nbatches;

static void setup(void)
{
    rng_seed(&rng, 1);
    ck_assert_int_eq(builder_create(&builder, SHIFT, NULL), OK);
    ck_assert_int_eq(batch_init(&batch, NULL), OK);
}

static void teardown(void)
{
    batch_release(&batch);
    builder_free(builder);
    for (size_t i = 0; i < events.n; i++)
        free(events.at[i].file);
    free(events.at);
}

static void expect(struct event event)
{
    if (events.n == events.capacity) {
        events.capacity = events.capacity ? 2 * events.capacity : 1024;
        events.at = realloc(events.at, events.capacity * sizeof *events.at);
        ck_assert_ptr_nonnull(events.at);
    }
    events.at[events.n++] = event;
}

/* Check's own assertions note each success, which would take most of the time here. */
static void must(bool condition, const char *what)
{
    if (!condition)
        ck_abort_msg("%s, event %zu", what, events.ncompared);
}

static const struct event *next_event(bool is_op)
{
    must(events.ncompared < events.n, "more than was added");
    const struct event *event = &events.at[events.ncompared];
    must(event->is_op == is_op, "an operation out of its place");
    events.ncompared++;
    return event;
}

static uint32_t compare_ops(uint32_t op, uint32_t step)
{
    for (; op < batch.nops && batch.ops[op].step == step; op++) {
        const struct event *event = next_event(true);
        struct vm_op expected = event->op;
        expected.step = step;
        expected.file = event->file ? 0 : VM_ANONYMOUS;
        must(same_op(&batch.ops[op], batch.names, &expected, event->file),
             "another operation");
    }
    return op;
}

/* All references are loads, so a step stays in one block. */
static void take(void)
{
    builder_take(builder, &batch);
    ck_assert_uint_eq(batch.number, nbatches);
    nbatches += !batch_is_empty(&batch);
    ck_assert_uint_le(batch.nsteps, BATCH_STEPS);
    ck_assert_uint_le(batch.nops, BATCH_OPS);
    ck_assert_uint_le(batch.names_length, BATCH_NAMES);
    uint32_t op = 0;
    for (uint32_t i = 0; i < batch.nsteps; i++) {
        op = compare_ops(op, i);
        const uint64_t block = batch.blocks[batch.steps[i] >> STEP_SHAPE_BITS];
        for (unsigned k = step_shape(&batch, batch.steps[i])->length; k > 0; k--)
            must(next_event(false)->block == block, "another block");
    }
    op = compare_ops(op, batch.nsteps);
    ck_assert_uint_eq(op, batch.nops);
    ck_assert_uint_eq(events.ncompared, events.n);
}

static void add_load(uint64_t block)
{
    if (builder_full(builder))
        take();
    builder_add(builder, LOAD, block << SHIFT, 1);
    expect((struct event){.block = block});
}

static void add_op(struct vm_op op, const char *file)
{
    if (builder_full(builder))
        take();
    builder_op(builder, &op, file);
    expect((struct event){.is_op = true, .op = op, .file = file ? strdup(file) : NULL});
}

START_TEST(operation_ends_the_step_under_way)
{
    add_load(5);
    add_load(5);
    add_op((struct vm_op){.kind = VM_EXIT}, NULL);
    add_load(5);
    take();
    ck_assert_uint_eq(batch.nsteps, 2);
    ck_assert_uint_eq(batch.nblocks, 1);
    ck_assert_uint_eq(batch.ops[0].step, 1);
}
END_TEST

START_TEST(operations_stand_before_the_first_reference_and_after_the_last)
{
    add_op((struct vm_op){.kind = VM_UNMAP, .start = 1, .length = 2}, NULL);
    add_op((struct vm_op){.kind = VM_FORK, .stream = 2}, NULL);
    add_load(5);
    add_op((struct vm_op){.kind = VM_EXEC}, NULL);
    add_op((struct vm_op){.kind = VM_EXIT}, NULL);
    take();
    ck_assert_uint_eq(batch.nops, 4);
    ck_assert_uint_eq(batch.ops[0].step, 0);
    ck_assert_uint_eq(batch.ops[1].step, 0);
    ck_assert_uint_eq(batch.ops[2].step, 1);
    ck_assert_uint_eq(batch.ops[3].step, 1);
}
END_TEST

START_TEST(operations_alone_are_a_batch)
{
    take();
    ck_assert(batch_is_empty(&batch));
    add_op((struct vm_op){.kind = VM_EXIT}, NULL);
    take(); /* number 0 */
    ck_assert_uint_eq(batch.nsteps, 0);
    ck_assert(!batch_is_empty(&batch));
    add_load(5);
    take(); /* number 1, and no operation is left of the one before */
    ck_assert_uint_eq(batch.nops, 0);
    ck_assert_uint_eq(batch.names_length, 0);
}
END_TEST

START_TEST(step_and_file_of_the_caller_are_not_used)
{
    struct vm_op op = {.kind = VM_MAP, .length = 1, .step = 7, .file = 7};
    builder_op(builder, &op, NULL);
    builder_op(builder, &op, "a");
    builder_op(builder, &op, "bc");
    builder_take(builder, &batch);
    ck_assert_uint_eq(batch.ops[0].step, 0);
    ck_assert_uint_eq(batch.ops[0].file, VM_ANONYMOUS);
    ck_assert_uint_eq(batch.ops[1].file, 0);
    ck_assert_uint_eq(batch.ops[2].file, 2);
    ck_assert_uint_eq(batch.names_length, 5);
    ck_assert_mem_eq(batch.names, "a\0bc", 5);
}
END_TEST

START_TEST(random_references_and_operations_come_back_in_order)
{
    uint64_t block = 0;
    for (int i = 0; i < 40000; i++) {
        struct vm_op op;
        char name[21];
        const uint64_t choice = rng_below(&rng, 10);
        if (choice == 0) {
            const char *file = random_op(&rng, &op, name, sizeof name - 1);
            add_op(op, file);
        } else {
            block = choice < 6 ? block : rng_below(&rng, 1000);
            add_load(block);
        }
        if (rng_below(&rng, 3000) == 0)
            take();
    }
    take();
    ck_assert_uint_gt(nbatches, 5);
}
END_TEST

START_TEST(batch_full_of_operations_is_followed_by_the_next)
{
    for (uint64_t i = 0; i < 2 * BATCH_OPS + 1; i++)
        add_op((struct vm_op){.kind = VM_UNMAP, .start = i, .length = 1}, NULL);
    take();
    ck_assert_uint_eq(nbatches, 3);
}
END_TEST

START_TEST(longest_names_fit_whenever_the_builder_is_not_full)
{
    char name[VM_NAME_MAX + 1];
    memset(name, 'n', VM_NAME_MAX);
    name[VM_NAME_MAX] = '\0';
    const unsigned most = BATCH_NAMES / (VM_NAME_MAX + 1);
    for (unsigned i = 0; i < 2 * most + 1; i++) {
        add_op((struct vm_op){.kind = VM_MAP, .length = 1}, name);
        add_op((struct vm_op){.kind = VM_EXIT}, NULL);
    }
    take();
    ck_assert_uint_eq(nbatches, 3);
}
END_TEST

START_TEST(operation_in_a_batch_full_of_steps_goes_into_the_next)
{
    for (unsigned i = 0; i < BATCH_STEPS + 1000; i++) {
        add_load(i % 3);
        if (i % 20 == 0 || i + 300 > BATCH_STEPS) /* the open step must still fit */
            add_op((struct vm_op){.kind = VM_EXIT}, NULL);
    }
    take();
    ck_assert_uint_eq(nbatches, 2);
}
END_TEST

/* --- what an operation may be ---------------------------------------------------------- */

START_TEST(operations_of_every_kind_are_sound)
{
    for (int i = 0; i < 20000; i++) {
        struct vm_op op;
        char name[8];
        op.file = random_op(&rng, &op, name, sizeof name - 1) ? 0 : VM_ANONYMOUS;
        must(vm_op_is_sound(&op), "no sound operation");
    }
}
END_TEST

#define OP(...)                                                                            \
    {                                                                                      \
        .file = VM_ANONYMOUS, __VA_ARGS__                                                  \
    }

static const struct vm_op unsound[] = {
    OP(.kind = VM_OP_KINDS),
    OP(.kind = VM_MAP), /* no byte */
    OP(.kind = VM_UNMAP),
    OP(.kind = VM_PROTECT),
    OP(.kind = VM_ADVISE),
    OP(.kind = VM_MAP, .length = 1, .protection = 8),
    OP(.kind = VM_PROTECT, .length = 1, .protection = 8),
    OP(.kind = VM_UNMAP, .length = 1, .protection = VM_READ),
    OP(.kind = VM_ADVISE, .length = 1, .protection = VM_READ),
    OP(.kind = VM_EXIT, .protection = VM_READ),
    OP(.kind = VM_ADVISE, .length = 1, .advice = VM_ADVICES),
    OP(.kind = VM_MAP, .length = 1, .advice = VM_RANDOM),
    OP(.kind = VM_UNMAP, .start = UINT64_MAX, .length = 2),
    OP(.kind = VM_PROTECT, .start = 2, .length = UINT64_MAX),
    {.kind = VM_MAP, .length = 2, .offset = UINT64_MAX},
    OP(.kind = VM_MAP, .length = 1, .offset = 1), /* of no file */
    {.kind = VM_PROTECT, .length = 1},            /* a file */
    {.kind = VM_EXIT},
    OP(.kind = VM_UNMAP, .length = 1, .shared = true),
    OP(.kind = VM_UNMAP, .length = 1, .offset = 1),
    OP(.kind = VM_UNMAP, .length = 1, .stream = 1),
    OP(.kind = VM_EXIT, .stream = VM_STATUS_MAX + 2),
    OP(.kind = VM_NAME),            /* no name */
    {.kind = VM_NAME, .offset = 1}, /* of a file */
    {.kind = VM_NAME, .stream = 1},
    {.kind = VM_NAME, .shared = true},
    {.kind = VM_SWITCH}, /* a name */
    OP(.kind = VM_SWITCH, .length = 1),
    OP(.kind = VM_FORK), /* no stream */
    OP(.kind = VM_THREAD),
    OP(.kind = VM_FORK, .stream = 1, .start = 1),
    OP(.kind = VM_THREAD, .stream = 1, .length = 1),
    OP(.kind = VM_EXEC, .start = 1, .length = 1),
    OP(.kind = VM_EXIT, .length = 1),
    OP(.kind = VM_WAIT, .length = 1),
    {.kind = VM_WAIT}, /* a name */
    OP(.kind = VM_SLEEP, .start = 1),
    OP(.kind = VM_SLEEP, .length = 1, .stream = 1),
    OP(.kind = VM_MARK),            /* no name */
    {.kind = VM_MARK, .offset = 1}, /* of a file */
    {.kind = VM_MARK, .length = 1},
    {.kind = VM_MARK, .stream = 1},
    OP(.kind = VM_VFORK), /* no stream */
    OP(.kind = VM_VFORK, .stream = 1, .length = 1),
};

START_TEST(fields_that_a_kind_has_not_and_values_out_of_range_are_unsound)
{
    ck_assert(!vm_op_is_sound(&unsound[_i]));
}
END_TEST

static Suite *builder_op_suite(void)
{
    Suite *suite = suite_create("builder_op");
    TCase *tests = tcase_create("builder_op");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, operation_ends_the_step_under_way);
    tcase_add_test(tests, operations_stand_before_the_first_reference_and_after_the_last);
    tcase_add_test(tests, operations_alone_are_a_batch);
    tcase_add_test(tests, step_and_file_of_the_caller_are_not_used);
    tcase_add_test(tests, random_references_and_operations_come_back_in_order);
    tcase_add_test(tests, batch_full_of_operations_is_followed_by_the_next);
    tcase_add_test(tests, longest_names_fit_whenever_the_builder_is_not_full);
    tcase_add_test(tests, operation_in_a_batch_full_of_steps_goes_into_the_next);
    tcase_add_test(tests, operations_of_every_kind_are_sound);
    tcase_add_loop_test(tests,
                        fields_that_a_kind_has_not_and_values_out_of_range_are_unsound, 0,
                        (int)ARRAY_LEN(unsound));
    suite_add_tcase(suite, tests);
    return suite;
}

int main(void)
{
    SRunner *runner = srunner_create(builder_op_suite());
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
