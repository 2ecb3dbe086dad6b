/* builder_test.c -- steps made of references, expanded back into what they were made of. */
#include "trace/builder.h"

#include "base/rng.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

/* What one reference does in one block. */
struct piece {
    uint64_t block;
    bool data, store, continued;
};

static struct pieces {
    struct piece *at;
    size_t n, capacity;
} expected;

static struct builder *builder;
static struct batch batch;
static unsigned granule_shift;
static struct reference_counts counts;
static struct rng rng;

/* Where the streams are after what was expanded so far; the number of batches taken. */
static uint64_t where[2];
static bool placed[2];
static uint64_t nbatches;
static size_t ncompared;

static void start(unsigned shift, uint64_t seed)
{
    granule_shift = shift;
    rng_seed(&rng, seed);
    ck_assert_int_eq(builder_create(&builder, shift, NULL), OK);
    ck_assert_int_eq(batch_init(&batch, NULL), OK);
}

static void teardown(void)
{
    batch_release(&batch);
    builder_free(builder);
    free(expected.at);
}

static void expect(struct piece piece)
{
    if (expected.n == expected.capacity) {
        expected.capacity = expected.capacity ? 2 * expected.capacity : 1024;
        expected.at = realloc(expected.at, expected.capacity * sizeof *expected.at);
        ck_assert_ptr_nonnull(expected.at);
    }
    expected.at[expected.n++] = piece;
}

static void expect_access(bool data, bool store, vaddr_t vaddr, uint32_t size)
{
    const uint64_t bytes = (uint64_t)1 << granule_shift;
    uint64_t last = UINT64_MAX; /* no block */
    for (uint32_t i = 0; i < size; i++) {
        const uint64_t block = (vaddr + i) / bytes;
        if (block != last)
            expect((struct piece){block, data, store, i > 0});
        last = block;
    }
}

static uint32_t index_of_block(const struct batch *b, uint32_t i)
{
    return b->steps[i] >> STEP_SHAPE_BITS;
}

/* Check's own assertions note each success, which would take most of the time here. */
static void must(bool condition, const char *what, size_t number)
{
    if (!condition)
        ck_abort_msg("%s, number %zu", what, number);
}

static void compare_piece(const struct shape *shape, unsigned j)
{
    const struct piece *piece = &expected.at[ncompared++];
    const bool data = shape->data >> j & 1;
    must(placed[data] && where[data] == piece->block && data == piece->data &&
             (shape->store >> j & 1) == piece->store &&
             (j == 0 && shape->continued) == piece->continued,
         "a different part of a reference", ncompared - 1);
}

/* Expand the batch; each step must be as long as it can be. */
static void compare_steps(void)
{
    unsigned length_before = 0;
    for (uint32_t i = 0; i < batch.nsteps; i++) {
        must(index_of_block(&batch, i) < batch.nblocks, "a block out of range", i);
        must((batch.steps[i] & STEP_SHAPE_MASK) < batch.nshapes, "a shape out of range", i);
        const struct shape *shape = &batch.shapes[batch.steps[i] & STEP_SHAPE_MASK];
        const uint64_t block = batch.blocks[index_of_block(&batch, i)];
        const bool mover = shape->data & 1;
        must(i == 0 || length_before == STEP_REFERENCES || !placed[mover] ||
                 where[mover] != block,
             "a step that does not move", i);
        where[mover] = block;
        placed[mover] = true;
        length_before = shape->length;
        must(shape->length >= 1 && shape->length <= STEP_REFERENCES, "a wrong length", i);
        must(ncompared + shape->length <= expected.n, "too many references", i);
        for (unsigned j = 0; j < shape->length; j++)
            compare_piece(shape, j);
    }
}

static int compare_blocks(const void *a, const void *b)
{
    const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

static int compare_shapes(const void *a, const void *b)
{
    const struct shape *x = a, *y = b;
    if (x->data != y->data)
        return x->data < y->data ? -1 : 1;
    if (x->store != y->store)
        return x->store < y->store ? -1 : 1;
    if (x->length != y->length)
        return x->length - y->length;
    return x->continued - y->continued;
}

/* No block and no shape is there twice. */
static void compare_dictionaries(void)
{
    static uint64_t blocks[BATCH_BLOCKS];
    static struct shape shapes[BATCH_SHAPES];
    memcpy(blocks, batch.blocks, batch.nblocks * sizeof *blocks);
    qsort(blocks, batch.nblocks, sizeof *blocks, compare_blocks);
    for (uint32_t i = 1; i < batch.nblocks; i++)
        must(blocks[i - 1] != blocks[i], "a block twice", i);
    memcpy(shapes, batch.shapes, batch.nshapes * sizeof *shapes);
    qsort(shapes, batch.nshapes, sizeof *shapes, compare_shapes);
    for (uint32_t i = 1; i < batch.nshapes; i++)
        must(compare_shapes(&shapes[i - 1], &shapes[i]) != 0, "a shape twice", i);
}

static void compare_start(void)
{
    for (int stream = 0; stream < 2; stream++) {
        if (!placed[stream]) {
            ck_assert_uint_eq(batch.start[stream], BLOCK_NONE);
            continue;
        }
        ck_assert_uint_lt(batch.start[stream], batch.nblocks);
        ck_assert_uint_eq(batch.blocks[batch.start[stream]], where[stream]);
    }
}

/* Take the batch and compare it with the references added since the last one. */
static void take(void)
{
    builder_take(builder, &batch);
    ck_assert_uint_eq(batch.number, nbatches);
    nbatches += batch.nsteps > 0;
    ck_assert_uint_le(batch.nsteps, BATCH_STEPS);
    ck_assert_uint_le(batch.nshapes, BATCH_SHAPES);
    ck_assert_uint_lt(batch.nblocks, BATCH_BLOCKS); /* the last index is BLOCK_NONE */
    compare_start();
    compare_steps();
    compare_dictionaries();
    ck_assert_uint_eq(ncompared, expected.n);
    ck_assert_uint_eq(batch.counts.ifetches, counts.ifetches);
    ck_assert_uint_eq(batch.counts.loads, counts.loads);
    ck_assert_uint_eq(batch.counts.stores, counts.stores);
    ck_assert_uint_eq(batch.counts.modifies, counts.modifies);
    counts = (struct reference_counts){0};
    expected.n = ncompared = 0;
}

static void add(enum reference_kind kind, vaddr_t vaddr, uint32_t size)
{
    if (builder_full(builder))
        take();
    builder_add(builder, kind, vaddr, size);
    const bool loads = kind == LOAD || kind == MODIFY;
    const bool stores = kind == STORE || kind == MODIFY;
    if (kind == IFETCH || loads)
        expect_access(kind != IFETCH, false, vaddr, size);
    if (stores)
        expect_access(true, true, vaddr, size);
    counts.ifetches += kind == IFETCH;
    counts.loads += loads;
    counts.stores += stores;
    counts.modifies += kind == MODIFY;
}

static unsigned below(unsigned n)
{
    return (unsigned)rng_below(&rng, n);
}

static void compare_shape(uint32_t i, struct shape expected_shape)
{
    const struct shape *shape = &batch.shapes[batch.steps[i] & STEP_SHAPE_MASK];
    ck_assert_uint_eq(shape->data, expected_shape.data);
    ck_assert_uint_eq(shape->store, expected_shape.store);
    ck_assert_uint_eq(shape->length, expected_shape.length);
    ck_assert_uint_eq(shape->continued, expected_shape.continued);
}

START_TEST(streams_that_stay_make_one_step)
{
    start(9, 0);
    add(IFETCH, 0x400000, 4);
    add(IFETCH, 0x400004, 4);
    add(LOAD, 0x800000, 8);
    add(IFETCH, 0x400008, 4);
    add(STORE, 0x8001f8, 8);
    add(IFETCH, 0x400200, 4); /* the instruction stream moves */
    take();
    ck_assert_uint_eq(batch.nsteps, 3);
    compare_shape(0, (struct shape){.length = 2});
    compare_shape(1, (struct shape){.data = 5, .store = 4, .length = 3});
    compare_shape(2, (struct shape){.length = 1});
    ck_assert_uint_eq(batch.blocks[index_of_block(&batch, 0)], 0x400000 >> 9);
    ck_assert_uint_eq(batch.blocks[index_of_block(&batch, 1)], 0x800000 >> 9);
    ck_assert_uint_eq(batch.blocks[index_of_block(&batch, 2)], 0x400200 >> 9);
    ck_assert_uint_eq(batch.nblocks, 3);
    ck_assert_uint_eq(batch.nshapes, 3);
}
END_TEST

START_TEST(modify_is_a_load_and_then_a_store)
{
    start(9, 0);
    add(MODIFY, 0x1000, 8);
    take();
    ck_assert_uint_eq(batch.nsteps, 1);
    compare_shape(0, (struct shape){.data = 3, .store = 2, .length = 2});
    ck_assert_uint_eq(batch.counts.loads, 1);
    ck_assert_uint_eq(batch.counts.stores, 1);
    ck_assert_uint_eq(batch.counts.modifies, 1);
}
END_TEST

/* Its load touches both blocks before its store touches both. */
START_TEST(modify_that_crosses_loads_all_of_it_first)
{
    start(9, 0);
    add(MODIFY, 0x11fc, 8);
    take();
    ck_assert_uint_eq(batch.nsteps, 4);
    compare_shape(0, (struct shape){.data = 1, .length = 1});
    compare_shape(1, (struct shape){.data = 1, .length = 1, .continued = true});
    compare_shape(2, (struct shape){.data = 1, .store = 1, .length = 1});
    compare_shape(3, (struct shape){.data = 1, .store = 1, .length = 1, .continued = true});
    ck_assert_uint_eq(batch_references(&batch), 2);
}
END_TEST

START_TEST(step_ends_after_64_references)
{
    start(9, 0);
    for (int i = 0; i < 65; i++)
        add(LOAD, 0x2000, 4);
    take();
    ck_assert_uint_eq(batch.nsteps, 2);
    compare_shape(0, (struct shape){.data = UINT64_MAX, .length = 64});
    compare_shape(1, (struct shape){.data = 1, .length = 1});
    ck_assert_uint_eq(batch.nblocks, 1);
}
END_TEST

START_TEST(next_batch_starts_where_the_streams_were)
{
    start(9, 0);
    add(LOAD, 0x2000, 4);
    take();
    ck_assert_uint_eq(batch.start[0], BLOCK_NONE);
    ck_assert_uint_eq(batch.start[1], BLOCK_NONE);
    add(LOAD, 0x2004, 4); /* does not move, but begins a step */
    add(IFETCH, 0x4000, 4);
    take();
    ck_assert_uint_eq(batch.start[0], BLOCK_NONE);
    ck_assert_uint_eq(batch.blocks[batch.start[1]], 0x2000 >> 9);
    take();
    ck_assert_uint_eq(batch.nsteps, 0);
    ck_assert_uint_eq(batch.blocks[batch.start[0]], 0x4000 >> 9);
    add(IFETCH, 0x4004, 4);
    take(); /* has the number that the empty one did not use up */
}
END_TEST

START_TEST(reference_ends_with_the_address_space)
{
    start(9, 0);
    builder_add(builder, LOAD, UINT64_MAX - 3, 16);
    builder_take(builder, &batch);
    ck_assert_uint_eq(batch.nsteps, 1);
    ck_assert_uint_eq(batch.blocks[0], UINT64_MAX >> 9);
}
END_TEST

static const unsigned shifts[] = {4, 9, 12};

START_TEST(random_references_expand_to_themselves)
{
    start(shifts[_i], (uint64_t)_i);
    vaddr_t at[4] = {0x400000, 0x7fff0000, 0x10000, UINT64_MAX << 20};
    for (int i = 0; i < 30000; i++) {
        const unsigned which = below(4);
        const enum reference_kind kind = (enum reference_kind)below(4);
        add(kind, at[which], below(20) ? 1 + below(16) : 1 + below(2000));
        at[which] += below(30) ? below(24) : below(1 << 16);
        if (below(5000) == 0)
            take();
    }
    take();
    ck_assert_uint_gt(nbatches, 3);
}
END_TEST

START_TEST(batch_full_of_steps_is_followed_by_the_next)
{
    start(9, 1);
    for (int i = 0; i < 2 * BATCH_STEPS; i++)
        add(LOAD, (vaddr_t)(i % 7) << 9, 4);
    take();
    ck_assert_uint_eq(nbatches, 3);
}
END_TEST

START_TEST(batch_full_of_blocks_is_followed_by_the_next)
{
    start(9, 2);
    for (vaddr_t i = 0; i < 2 * (vaddr_t)BATCH_BLOCKS; i++)
        add(STORE, i << 9, 4);
    take();
    ck_assert_uint_eq(nbatches, 3);
}
END_TEST

START_TEST(batch_full_of_shapes_is_followed_by_the_next)
{
    start(12, 3);
    for (unsigned i = 0; i < BATCH_SHAPES + 4000; i++) {
        add(LOAD, (vaddr_t)(i & 1) << 12, 4);
        for (unsigned bit = 0; bit < 17; bit++) /* a number that no other step has */
            add(i >> bit & 1 ? LOAD : STORE, (vaddr_t)(i & 1) << 12, 4);
    }
    take();
    ck_assert_uint_eq(nbatches, 2);
}
END_TEST

/* The largest reference needs the most room: 4,097 blocks of 16 bytes, twice. */
START_TEST(largest_references_fit_whenever_the_builder_is_not_full)
{
    start(4, 4);
    for (unsigned i = 0; i < 60; i++) {
        add(MODIFY, (vaddr_t)i * 65536 + 8, 65536);
        add(IFETCH, 0x40000000 + i * 16, 4);
    }
    take();
    ck_assert_uint_gt(nbatches, 3);
}
END_TEST

static Suite *builder_suite(void)
{
    Suite *suite = suite_create("builder");
    TCase *tests = tcase_create("builder");
    tcase_add_checked_fixture(tests, NULL, teardown);
    tcase_add_test(tests, streams_that_stay_make_one_step);
    tcase_add_test(tests, modify_is_a_load_and_then_a_store);
    tcase_add_test(tests, modify_that_crosses_loads_all_of_it_first);
    tcase_add_test(tests, step_ends_after_64_references);
    tcase_add_test(tests, next_batch_starts_where_the_streams_were);
    tcase_add_test(tests, reference_ends_with_the_address_space);
    tcase_add_loop_test(tests, random_references_expand_to_themselves, 0,
                        (int)ARRAY_LEN(shifts));
    tcase_add_test(tests, batch_full_of_steps_is_followed_by_the_next);
    tcase_add_test(tests, batch_full_of_blocks_is_followed_by_the_next);
    tcase_add_test(tests, batch_full_of_shapes_is_followed_by_the_next);
    tcase_add_test(tests, largest_references_fit_whenever_the_builder_is_not_full);
    suite_add_tcase(suite, tests);
    return suite;
}

int main(void)
{
    SRunner *runner = srunner_create(builder_suite());
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
