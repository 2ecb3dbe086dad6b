/* fold_test.c -- where the segments of a trace go: cases worked out by hand, and random
 * traces against a model that keeps an array of segments and looks at each of them. */
#include "trace/fold.h"

#include "base/rng.h"
#include "trace/builder.h"

#include <check.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* A machine with 10 bits of address, 16 segments of 64 bytes; blocks of 16 bytes. */
enum { BITS = 10, SEGMENT_SHIFT = 6, GRANULE_SHIFT = 4, PLACES = 16, SEGMENT = 64 };

static struct fold *fold;
static struct builder *builder;
static struct batch batch;
static struct error error;

static void begin(void)
{
    const struct fold_params params = {
        .bits = BITS, .segment_shift = SEGMENT_SHIFT, .machine = "toy"};
    ck_assert_int_eq(fold_create(&fold, &params, &error), OK);
    ck_assert_int_eq(builder_create(&builder, GRANULE_SHIFT, &error), OK);
}

static void setup(void)
{
    begin();
    ck_assert_int_eq(batch_init(&batch, &error), OK);
}

static void teardown(void)
{
    fold_free(fold);
    builder_free(builder);
    batch_release(&batch);
}

static void load(uint64_t segment)
{
    builder_add(builder, LOAD, segment * SEGMENT, 1);
}

static void map(uint64_t start, uint64_t length)
{
    const struct vm_op op = {
        .kind = VM_MAP, .protection = VM_READ, .start = start, .length = length};
    builder_op(builder, &op, NULL);
}

/* Look at what has been built. */
static enum status look(void)
{
    builder_take(builder, &batch);
    return fold_look(fold, &batch, GRANULE_SHIFT, &error);
}

static void place(void)
{
    ck_assert_msg(look() == OK && fold_place(fold, &error) == OK, "%s", error.text);
}

static uint64_t place_of(uint64_t segment)
{
    const uint64_t to = fold_address(fold, segment * SEGMENT);
    ck_assert_uint_eq(to % SEGMENT, 0);
    return to / SEGMENT;
}

/* --- by hand ---------------------------------------------------------------------------- */

START_TEST(what_lies_below_the_limit_stays_even_if_it_comes_last)
{
    load(100);
    load(15);
    load(3);
    place();
    ck_assert_uint_eq(place_of(15), 15);
    ck_assert_uint_eq(place_of(3), 3);
    ck_assert_uint_eq(place_of(100), 13); /* 14 stays free, so that they do not touch */
}
END_TEST

START_TEST(within_a_segment_nothing_changes)
{
    load(100);
    place();
    for (uint64_t i = 0; i < SEGMENT; i++)
        ck_assert_uint_eq(fold_address(fold, 100 * SEGMENT + i), 15 * SEGMENT + i);
}
END_TEST

START_TEST(extents_go_to_the_top_in_the_order_of_first_use)
{
    load(300);
    load(900);
    load(300);
    load(600);
    place();
    ck_assert_uint_eq(place_of(300), 15);
    ck_assert_uint_eq(place_of(900), 13);
    ck_assert_uint_eq(place_of(600), 11);
}
END_TEST

/* A stack that grows downwards, and what lies between two of its uses. */
START_TEST(neighbours_stay_neighbours_whenever_they_come)
{
    load(1000);
    load(500);
    load(999);
    load(998);
    place();
    ck_assert_uint_eq(place_of(1000), 15);
    ck_assert_uint_eq(place_of(999), 14);
    ck_assert_uint_eq(place_of(998), 13);
    ck_assert_uint_eq(place_of(500), 11);
}
END_TEST

/* A dictionary may have any order, and its first entry may be used last. */
START_TEST(the_order_is_that_of_the_steps_and_not_of_the_dictionary)
{
    load(300);
    load(900);
    builder_take(builder, &batch);
    const uint64_t first = batch.blocks[0];
    batch.blocks[0] = batch.blocks[1];
    batch.blocks[1] = first;
    for (uint32_t i = 0; i < 2; i++)
        batch.steps[i] ^= 1u << STEP_SHAPE_BITS;
    ck_assert_int_eq(fold_look(fold, &batch, GRANULE_SHIFT, &error), OK);
    ck_assert_int_eq(fold_place(fold, &error), OK);
    ck_assert_uint_eq(place_of(300), 15);
    ck_assert_uint_eq(place_of(900), 13);
}
END_TEST

START_TEST(operations_come_in_the_order_in_which_they_are_made)
{
    load(300);
    map(900 * SEGMENT, 1);
    load(600);
    map(700 * SEGMENT, 1);
    place();
    ck_assert_uint_eq(place_of(300), 15);
    ck_assert_uint_eq(place_of(900), 13);
    ck_assert_uint_eq(place_of(600), 11);
    ck_assert_uint_eq(place_of(700), 9);
}
END_TEST

/* A cut from the middle of a trace says where the streams are before its first step. */
START_TEST(where_a_trace_begins_is_used_first)
{
    load(300);
    load(900);
    builder_take(builder, &batch);
    batch.start[1] = (uint16_t)(batch.steps[1] >> STEP_SHAPE_BITS);
    ck_assert_int_eq(fold_look(fold, &batch, GRANULE_SHIFT, &error), OK);
    ck_assert_int_eq(fold_place(fold, &error), OK);
    ck_assert_uint_eq(place_of(900), 15);
    ck_assert_uint_eq(place_of(300), 13);
}
END_TEST

/* A native trace may have them. */
START_TEST(a_block_that_no_step_needs_moves_too)
{
    load(300);
    builder_take(builder, &batch);
    batch.blocks[batch.nblocks++] = 900 * SEGMENT >> GRANULE_SHIFT;
    ck_assert_int_eq(fold_look(fold, &batch, GRANULE_SHIFT, &error), OK);
    ck_assert_int_eq(fold_place(fold, &error), OK);
    ck_assert(fold_batch(fold, &batch, GRANULE_SHIFT));
    ck_assert_uint_eq(batch.blocks[0] << GRANULE_SHIFT, 15 * SEGMENT);
    ck_assert_uint_eq(batch.blocks[1] << GRANULE_SHIFT, 13 * SEGMENT);
}
END_TEST

/* From the middle outwards, so that they come at both ends of what is known. */
START_TEST(thousands_of_segments_can_be_moved)
{
    enum { SEGMENTS = 4000, BASE = 1 << 20 };
    const struct fold_params params = {
        .bits = 20, .segment_shift = SEGMENT_SHIFT, .machine = "toy"};
    fold_free(fold);
    ck_assert_int_eq(fold_create(&fold, &params, &error), OK);
    for (uint64_t i = 0; i < SEGMENTS; i++)
        load(BASE + 2 * (i % 2 ? SEGMENTS + i : SEGMENTS - i));
    place();
    for (uint64_t i = 0; i < SEGMENTS; i++)
        ck_assert_uint_eq(place_of(BASE + 2 * (i % 2 ? SEGMENTS + i : SEGMENTS - i)),
                          (1 << 14) - 1 - 2 * i);
}
END_TEST

START_TEST(extents_touch_where_there_is_no_room_between_them)
{
    for (uint64_t i = 0; i < PLACES; i++)
        load(2 * i + 100);
    place();
    for (uint64_t i = 0; i < PLACES; i++)
        ck_assert_uint_eq(place_of(2 * i + 100), 15 - i);
}
END_TEST

/* 0, 4, 8 and 12 are taken; the extent of five goes in pieces, the highest segment first. */
START_TEST(an_extent_that_fits_nowhere_goes_by_segments)
{
    for (uint64_t i = 0; i < PLACES; i += 4)
        load(i);
    for (uint64_t i = 0; i < 5; i++)
        load(100 + i);
    place();
    static const uint64_t expected[] = {10, 11, 13, 14, 15};
    for (uint64_t i = 0; i < 5; i++)
        ck_assert_uint_eq(place_of(100 + i), expected[i]);
}
END_TEST

START_TEST(a_range_is_not_torn_apart)
{
    load(14);
    map(100 * SEGMENT + 63, 2 * SEGMENT); /* a byte of 100, 101, 63 bytes of 102 */
    place();
    ck_assert_uint_eq(place_of(102), 12);
    ck_assert_uint_eq(place_of(101), 11);
    ck_assert_uint_eq(place_of(100), 10);
}
END_TEST

START_TEST(ranges_that_share_a_segment_go_together)
{
    for (uint64_t i = 0; i < PLACES; i += 5)
        load(i); /* 0, 5, 10, 15: four free places between them */
    map(100 * SEGMENT, 2 * SEGMENT);
    map(102 * SEGMENT, 2 * SEGMENT);
    map(101 * SEGMENT, 2 * SEGMENT);
    place();
    for (uint64_t i = 0; i < 4; i++)
        ck_assert_uint_eq(place_of(100 + i), 11 + i);
}
END_TEST

START_TEST(a_range_across_the_limit_is_moved_and_its_low_neighbour_stays)
{
    load(13);
    map(14 * SEGMENT, 3 * SEGMENT);
    place();
    ck_assert_uint_eq(place_of(13), 13);
    ck_assert_uint_eq(place_of(14), 9); /* 9 to 11: 12 stays free */
    ck_assert_uint_eq(place_of(15), 10);
    ck_assert_uint_eq(place_of(16), 11);
}
END_TEST

START_TEST(the_highest_address_can_be_moved)
{
    ck_assert_int_eq(fold_look_at_range(fold, UINT64_MAX, 1, &error), OK);
    ck_assert_int_eq(fold_place(fold, &error), OK);
    ck_assert_uint_eq(fold_address(fold, UINT64_MAX), PLACES * SEGMENT - 1);
}
END_TEST

START_TEST(a_batch_is_rewritten_and_its_lengths_and_files_are_not)
{
    const struct vm_op op = {.kind = VM_MAP,
                             .protection = VM_READ,
                             .start = 100 * SEGMENT + 5,
                             .length = 90,
                             .offset = 64};
    load(100);
    builder_add(builder, STORE, 200 * SEGMENT + 40, 1);
    builder_op(builder, &op, "f");
    builder_op(builder, &(struct vm_op){.kind = VM_FORK, .stream = 1}, NULL);
    place();
    ck_assert(fold_batch(fold, &batch, GRANULE_SHIFT));
    ck_assert_uint_eq(batch.blocks[0] << GRANULE_SHIFT, 14 * SEGMENT);
    ck_assert_uint_eq(batch.blocks[1] << GRANULE_SHIFT, 12 * SEGMENT + 32);
    ck_assert_uint_eq(batch.ops[0].start, 14 * SEGMENT + 5);
    ck_assert_uint_eq(batch.ops[0].length, 90);
    ck_assert_uint_eq(batch.ops[0].offset, 64);
    ck_assert_str_eq(batch.names + batch.ops[0].file, "f");
    ck_assert_uint_eq(batch.ops[1].start, 0);
}
END_TEST

START_TEST(a_segment_can_be_one_block)
{
    load(100);
    builder_take(builder, &batch);
    ck_assert_int_eq(fold_look(fold, &batch, SEGMENT_SHIFT, &error), OK);
    ck_assert_int_eq(fold_place(fold, &error), OK);
    ck_assert(fold_batch(fold, &batch, SEGMENT_SHIFT));
    ck_assert_uint_eq(batch.blocks[0], 15);
}
END_TEST

START_TEST(what_was_not_looked_at_is_not_rewritten)
{
    load(100);
    place();
    load(100);
    load(101);
    builder_take(builder, &batch);
    ck_assert(!fold_batch(fold, &batch, GRANULE_SHIFT));
    load(100);
    map(100 * SEGMENT, SEGMENT + 1);
    builder_take(builder, &batch);
    ck_assert(!fold_batch(fold, &batch, GRANULE_SHIFT));
}
END_TEST

/* --- what does not fit ------------------------------------------------------------------ */

START_TEST(as_many_segments_as_there_are_places_fit_and_one_more_does_not)
{
    for (uint64_t i = 0; i < PLACES; i++)
        load(100 + 3 * i);
    ck_assert_int_eq(look(), OK);
    load(1);
    ck_assert_int_eq(look(), ERR_CELL);
    ck_assert_str_eq(error.text, "the trace touches more than the 10 bits of toy can hold, "
                                 "in segments of 64 B");
}
END_TEST

START_TEST(an_operation_on_more_than_fits_is_named)
{
    map(0x10000, PLACES * SEGMENT + 1);
    ck_assert_int_eq(look(), ERR_CELL);
    ck_assert_str_eq(error.text, "the trace touches more than the 10 bits of toy can hold, "
                                 "in segments of 64 B, with the map of 1025 bytes from "
                                 "0x10000 on");
    ck_assert_int_eq(fold_look_at_range(fold, 0, UINT64_MAX, &error), ERR_CELL);
}
END_TEST

START_TEST(a_range_that_finds_no_place_in_one_piece_is_an_error)
{
    load(8); /* 8 places below it, 7 above */
    map(100 * SEGMENT, 8 * SEGMENT);
    ck_assert_int_eq(look(), OK);
    ck_assert_int_eq(fold_place(fold, &error), OK);
    fold_free(fold);
    builder_free(builder);
    begin();
    load(7);
    load(9);
    map(100 * SEGMENT, 8 * SEGMENT);
    ck_assert_int_eq(look(), OK);
    ck_assert_int_eq(fold_place(fold, &error), ERR_CELL);
    ck_assert_str_eq(
        error.text, "what the trace and its operations touch does not fit into the 10 bits "
                    "of toy without tearing a range apart");
}
END_TEST

START_TEST(a_segment_larger_than_all_addresses_never_fits)
{
    const struct fold_params params = {.bits = 6, .segment_shift = 6, .machine = "toy"};
    fold_free(fold);
    ck_assert_int_eq(fold_create(&fold, &params, &error), OK);
    load(0);
    ck_assert_int_eq(look(), ERR_CELL);
}
END_TEST

/* --- random traces ---------------------------------------------------------------------- */

enum { UNIVERSE = 64, BATCHES = 3, NEVER = 1 << 20 };

/* By segment. */
struct model {
    int use[UNIVERSE];   /* time of its first use, or NEVER                               */
    bool tied[UNIVERSE]; /* to the one above                                             */
    int to[UNIVERSE];
    bool taken[PLACES];
};

static void model_touch(struct model *m, int first, int last, int now)
{
    for (int i = first; i <= last; i++) {
        m->use[i] = now < m->use[i] ? now : m->use[i];
        m->tied[i] = m->tied[i] || i < last;
    }
}

/* The last segment of the group that must stay in one piece. */
static int group_end(const struct model *m, int segment)
{
    while (m->tied[segment])
        segment++;
    return segment;
}

static bool is_free(const struct model *m, int place)
{
    return place < 0 || place >= PLACES || !m->taken[place];
}

/* Put segments first to last at the highest place that will do. */
static bool model_put(struct model *m, int first, int last, bool apart)
{
    const int length = last - first + 1;
    for (int at = PLACES - length; at >= 0; at--) {
        bool fits = !apart || (is_free(m, at - 1) && is_free(m, at + length));
        for (int i = 0; i < length; i++)
            fits = fits && !m->taken[at + i];
        for (int i = 0; fits && i < length; i++) {
            m->taken[at + i] = true;
            m->to[first + i] = at + i;
        }
        if (fits)
            return true;
    }
    return false;
}

/* The segments of a moved extent from the highest group to the lowest. */
static bool model_put_groups(struct model *m, int first, int last)
{
    while (last >= first) {
        int start = last;
        while (start > first && m->tied[start - 1])
            start--;
        if (!model_put(m, start, last, false))
            return false;
        last = start - 1;
    }
    return true;
}

static bool model_try(struct model *m, bool apart)
{
    bool done[UNIVERSE] = {false};
    memset(m->taken, 0, sizeof m->taken);
    int first_high = 0; /* groups that end below the limit stay */
    for (int i = 0; i < PLACES; first_high = i) {
        const int end = group_end(m, i);
        if (end >= PLACES)
            break;
        for (; i <= end; i++)
            if (m->use[i] != NEVER) {
                m->taken[i] = true;
                m->to[i] = i;
            }
    }
    for (;;) {
        int earliest = NEVER, first = 0, last = 0;
        for (int i = first_high; i < UNIVERSE; i++)
            if (!done[i] && m->use[i] < earliest) {
                earliest = m->use[i];
                first = last = i;
            }
        if (earliest == NEVER)
            return true;
        while (first > first_high && m->use[first - 1] != NEVER)
            first--;
        while (last + 1 < UNIVERSE && m->use[last + 1] != NEVER)
            last++;
        for (int i = first; i <= last; i++)
            done[i] = true;
        if (!model_put(m, first, last, apart) &&
            (apart || !model_put_groups(m, first, last)))
            return false;
    }
}

static bool model_place(struct model *m)
{
    int touched = 0;
    for (int i = 0; i < UNIVERSE; i++)
        touched += m->use[i] != NEVER;
    return touched <= PLACES && (model_try(m, true) || model_try(m, false));
}

struct random_trace {
    struct batch *batches; /* [BATCHES]                                                   */
    struct model model;
    struct rng rng;
    int now;
};

/* References and operations; few places are hot, and some are at the limit. */
static void random_events(struct random_trace *t, int n)
{
    for (int i = 0; i < n; i++) {
        const int segment = (int)rng_below(&t->rng, rng_below(&t->rng, 2) ? UNIVERSE : 24);
        const uint64_t start = (uint64_t)segment * SEGMENT + rng_below(&t->rng, SEGMENT);
        if (rng_below(&t->rng, 4)) {
            builder_add(builder, rng_below(&t->rng, 2) ? IFETCH : STORE, start, 1);
            model_touch(&t->model, segment, segment, t->now++);
            continue;
        }
        const uint64_t most = (uint64_t)UNIVERSE * SEGMENT - start;
        const uint64_t length = 1 + rng_below(&t->rng, most < 300 ? most : 300);
        map(start, length);
        model_touch(&t->model, segment, (int)((start + length - 1) / SEGMENT), t->now++);
    }
}

/* Another order of the dictionary. */
static void shuffle(struct random_trace *t, struct batch *b)
{
    for (uint32_t i = 0; i + 1 < b->nblocks; i++) {
        const uint32_t j = i + (uint32_t)rng_below(&t->rng, b->nblocks - i);
        const uint64_t block = b->blocks[i];
        b->blocks[i] = b->blocks[j];
        b->blocks[j] = block;
        for (uint32_t k = 0; k < b->nsteps; k++) {
            const uint32_t at = b->steps[k] >> STEP_SHAPE_BITS;
            const uint32_t to = at == i ? j : at == j ? i : at;
            b->steps[k] = to << STEP_SHAPE_BITS | (b->steps[k] & STEP_SHAPE_MASK);
        }
        for (int s = 0; s < 2; s++)
            if (b->start[s] != BLOCK_NONE)
                b->start[s] = (uint16_t)(b->start[s] == i   ? j
                                         : b->start[s] == j ? i
                                                            : b->start[s]);
    }
}

/* Where the model has put what has this number, of which a segment has so many. */
static uint64_t model_moves(const struct model *m, uint64_t number, uint64_t per_segment)
{
    return (uint64_t)m->to[number / per_segment] * per_segment + number % per_segment;
}

static void check_rewritten(const struct random_trace *t, struct batch *b)
{
    uint64_t blocks[UNIVERSE * SEGMENT >> GRANULE_SHIFT], starts[64];
    memcpy(blocks, b->blocks, b->nblocks * sizeof *blocks);
    for (uint32_t i = 0; i < b->nops; i++)
        starts[i] = b->ops[i].start;
    ck_assert(fold_batch(fold, b, GRANULE_SHIFT));
    for (uint32_t i = 0; i < b->nblocks; i++)
        ck_assert_uint_eq(b->blocks[i],
                          model_moves(&t->model, blocks[i], SEGMENT >> GRANULE_SHIFT));
    for (uint32_t i = 0; i < b->nops; i++)
        ck_assert_uint_eq(b->ops[i].start, model_moves(&t->model, starts[i], SEGMENT));
}

/* True if it could be folded. */
static bool check_random(struct batch *batches, uint64_t seed)
{
    struct random_trace t = {.batches = batches};
    rng_seed(&t.rng, seed);
    for (int i = 0; i < UNIVERSE; i++)
        t.model.use[i] = NEVER;
    enum status status = OK;
    for (int i = 0; i < BATCHES; i++) {
        random_events(&t, (int)rng_below(&t.rng, 7));
        builder_take(builder, &t.batches[i]);
        shuffle(&t, &t.batches[i]);
    }
    for (int i = 0; i < BATCHES && status == OK; i++)
        status = fold_look(fold, &t.batches[i], GRANULE_SHIFT, &error);
    if (status == OK)
        status = fold_place(fold, &error);
    ck_assert_int_eq(status, model_place(&t.model) ? OK : ERR_CELL);
    for (int i = 0; i < BATCHES && status == OK; i++)
        check_rewritten(&t, &t.batches[i]);
    return status == OK;
}

START_TEST(random_traces_go_where_the_model_says)
{
    enum { TRACES = 1000 };
    struct batch batches[BATCHES];
    unsigned placed = 0;
    for (int i = 0; i < BATCHES; i++)
        ck_assert_int_eq(batch_init(&batches[i], &error), OK);
    for (uint64_t seed = 1; seed <= TRACES; seed++) {
        fold_free(fold);
        builder_free(builder);
        begin();
        placed += check_random(batches, seed);
    }
    for (int i = 0; i < BATCHES; i++)
        batch_release(&batches[i]);
    ck_assert_uint_gt(placed, TRACES / 4);
    ck_assert_uint_lt(placed, TRACES * 3 / 4);
}
END_TEST

static Suite *fold_suite(void)
{
    Suite *suite = suite_create("fold");
    TCase *tests = tcase_create("fold");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, what_lies_below_the_limit_stays_even_if_it_comes_last);
    tcase_add_test(tests, within_a_segment_nothing_changes);
    tcase_add_test(tests, extents_go_to_the_top_in_the_order_of_first_use);
    tcase_add_test(tests, neighbours_stay_neighbours_whenever_they_come);
    tcase_add_test(tests, the_order_is_that_of_the_steps_and_not_of_the_dictionary);
    tcase_add_test(tests, operations_come_in_the_order_in_which_they_are_made);
    tcase_add_test(tests, where_a_trace_begins_is_used_first);
    tcase_add_test(tests, a_block_that_no_step_needs_moves_too);
    tcase_add_test(tests, thousands_of_segments_can_be_moved);
    tcase_add_test(tests, extents_touch_where_there_is_no_room_between_them);
    tcase_add_test(tests, an_extent_that_fits_nowhere_goes_by_segments);
    tcase_add_test(tests, a_range_is_not_torn_apart);
    tcase_add_test(tests, ranges_that_share_a_segment_go_together);
    tcase_add_test(tests, a_range_across_the_limit_is_moved_and_its_low_neighbour_stays);
    tcase_add_test(tests, the_highest_address_can_be_moved);
    tcase_add_test(tests, a_batch_is_rewritten_and_its_lengths_and_files_are_not);
    tcase_add_test(tests, a_segment_can_be_one_block);
    tcase_add_test(tests, what_was_not_looked_at_is_not_rewritten);
    tcase_add_test(tests, as_many_segments_as_there_are_places_fit_and_one_more_does_not);
    tcase_add_test(tests, an_operation_on_more_than_fits_is_named);
    tcase_add_test(tests, a_range_that_finds_no_place_in_one_piece_is_an_error);
    tcase_add_test(tests, a_segment_larger_than_all_addresses_never_fits);
    tcase_add_test(tests, random_traces_go_where_the_model_says);
    suite_add_tcase(suite, tests);
    return suite;
}

int main(void)
{
    SRunner *runner = srunner_create(fold_suite());
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
