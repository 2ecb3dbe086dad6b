/* bsd43_dmap_test.c -- disk maps: block sequences by hand, and random growth against maps
 * that list the block of every page. */
#include "bsd43_machine.h"
#include "bsd43_slow_map.h"

#include "base/rng.h"
#include "base/types.h"
#include "os/bsd43/dmap.h"

static struct bsd43_defaults d;
static struct bsd43_rmap map, argmap;

/* A swap partition of so many blocks, of which 512 .. are in the map. */
static void start(uint32_t blocks)
{
    struct bsd43_config config = loop_config(BSD43_43BSD, 8192);
    config.swap_blocks[0] = blocks;
    d = booted(&config);
    ck_assert_int_eq(bsd43_rmap_init(&map, 1000, NULL), OK);
    ck_assert_int_eq(bsd43_rmap_init(&argmap, 16, NULL), OK);
    bsd43_swap_on(&map, &argmap, &d, 0, blocks);
}

static void teardown(void)
{
    bsd43_rmap_release(&map);
    bsd43_rmap_release(&argmap);
}

START_TEST(chunks_double_from_dmmin_to_dmmax)
{
    static const uint32_t sizes[] = {32, 64, 128, 256, 512, 1024, 1024, 1024};
    struct bsd43_dmap data = {0};
    uint32_t alloc = 0;
    start(33440);
    for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
        /* One page more than the chunks so far hold. */
        ck_assert(bsd43_vsexpand(&data, &map, &d, alloc + 2));
        ck_assert_uint_eq(data.chunk[i], 512 + alloc);
        alloc += sizes[i];
        ck_assert_uint_eq(data.alloc, alloc);
        ck_assert(bsd43_vsexpand(&data, &map, &d, alloc)); /* it is full */
        ck_assert_uint_eq(data.alloc, alloc);
        ck_assert_uint_eq(data.size, alloc);
    }
    ck_assert_uint_eq(bsd43_rmap_free_blocks(&map), 32928 - alloc);
}
END_TEST

START_TEST(the_largest_segment_fills_the_map)
{
    struct bsd43_dmap data = {0};
    start(40000);
    ck_assert(bsd43_vsexpand(&data, &map, &d, 17809408 / 512));
    ck_assert_uint_eq(data.alloc, 34784);
    ck_assert_uint_ne(data.chunk[37], 0);
}
END_TEST

/* Chunks of 32 to 512 blocks, 992 in all, then 58 of 1024: 25 more than a map has.  They lie
 * behind one another from block 512 on, and a stack uses the last one, which begins at 59360,
 * from its end. */
START_TEST(a_map_may_be_held_to_no_limit)
{
    struct bsd43_dmap data = {0};
    start(100000);
    const uint64_t all = bsd43_rmap_free_blocks(&map);
    ck_assert_int_eq(bsd43_dmap_hold(&data, &d, 60000, NULL), OK);
    ck_assert(bsd43_vsexpand(&data, &map, &d, 60000));
    ck_assert_uint_eq(data.alloc, 60384);
    ck_assert_uint_eq(bsd43_data_block(&data, &d, 34782), 512 + 34782);
    ck_assert_uint_eq(bsd43_data_block(&data, &d, 50000), 512 + 50000);
    ck_assert_uint_eq(bsd43_stack_block(&data, &d, 59998), 512 + 59360 + 1024 - 640);
    ck_assert(bsd43_vsexpand(&data, &map, &d, 0));
    ck_assert_uint_eq(bsd43_rmap_free_blocks(&map), all);
    bsd43_dmap_release(&data);
}
END_TEST

START_TEST(so_may_that_of_a_text)
{
    struct bsd43_xdmap text = {0};
    start(100000);
    const uint64_t all = bsd43_rmap_free_blocks(&map);
    ck_assert_int_eq(bsd43_xdmap_hold(&text, &d, 20000, NULL), OK);
    ck_assert(bsd43_vsxalloc(&text, &map, &d, 20000, true));
    ck_assert_uint_eq(bsd43_text_block(&text, &d, 19000), 512 + 19000);
    ck_assert_uint_eq(bsd43_rmap_free_blocks(&map), all - 20000 - 158); /* 157 of table */
    bsd43_vsxfree(&text, &map, &d);
    ck_assert_uint_eq(bsd43_rmap_free_blocks(&map), all);
    bsd43_xdmap_release(&text);
}
END_TEST

/* Data 100 pages, stack 40: chunks 512 (32), 544 (64), 608 (128); stack 736 (32), 768
 * (64). */
START_TEST(pages_of_data_go_forward_and_of_the_stack_backward_within_chunks)
{
    struct bsd43_dmap data = {0}, stack = {0};
    start(33440);
    ck_assert(bsd43_swpexpand(&data, &stack, &map, &d, 100, 40));
    static const struct {
        uint32_t page, data, stack;
    } rows[] = {
        {0, 512, 766}, /* the stack's top is at the end of its chunk: 736 + 32 - 2      */
        {2, 514, 764},  {30, 542, 736}, {32, 544, 830}, /* 768 + 64 - 2 */
        {38, 550, 824},
    };
    ck_assert_uint_eq(stack.chunk[0], 736);
    ck_assert_uint_eq(stack.chunk[1], 768);
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        ck_assert_uint_eq(bsd43_data_block(&data, &d, rows[i].page), rows[i].data);
        ck_assert_uint_eq(bsd43_stack_block(&stack, &d, rows[i].page), rows[i].stack);
    }
    ck_assert_uint_eq(bsd43_data_block(&data, &d, 96), 608);
    ck_assert_uint_eq(bsd43_data_block(&data, &d, 98), 610);
}
END_TEST

START_TEST(a_run_of_pages_is_split_where_chunks_end)
{
    struct bsd43_dmap data = {0}, stack = {0};
    start(33440);
    ck_assert(bsd43_swpexpand(&data, &stack, &map, &d, 100, 40));
    struct bsd43_dblock block = bsd43_vstodb(&data, &d, 10, 80, false);
    ck_assert_uint_eq(block.base, 522);
    ck_assert_uint_eq(block.size, 22);
    block = bsd43_vstodb(&data, &d, 32, 58, false);
    ck_assert_uint_eq(block.base, 544);
    ck_assert_uint_eq(block.size, 58);
    block = bsd43_vstodb(&stack, &d, 20, 20, true); /* 736 .. 747, the top 20 above them */
    ck_assert_uint_eq(block.base, 736);
    ck_assert_uint_eq(block.size, 12);
    block = bsd43_vstodb(&stack, &d, 4, 8, true); /* 736 + 32 - 12 */
    ck_assert_uint_eq(block.base, 756);
    ck_assert_uint_eq(block.size, 8);
}
END_TEST

START_TEST(what_does_not_fit_is_backed_out)
{
    struct bsd43_dmap data = {0}, stack = {0};
    start(1024 + 200);                                          /* 712 blocks */
    ck_assert(bsd43_swpexpand(&data, &stack, &map, &d, 40, 4)); /* 32 + 64, 32 */
    ck_assert_uint_eq(bsd43_rmap_free_blocks(&map), 584);
    ck_assert(!bsd43_vsexpand(&data, &map, &d, 500)); /* 128 + 256 do, 512 do not */
    ck_assert_uint_eq(data.size, 40);
    ck_assert_uint_eq(data.alloc, 96);
    ck_assert_uint_eq(data.chunk[2], 0);
    ck_assert_uint_eq(bsd43_rmap_free_blocks(&map), 584);
    /* The data do (384), the stack does not (64 and 128 do, 256 do not). */
    ck_assert(!bsd43_swpexpand(&data, &stack, &map, &d, 480, 300));
    ck_assert_uint_eq(data.size, 40);
    ck_assert_uint_eq(data.alloc, 96);
    ck_assert_uint_eq(stack.size, 4);
    ck_assert_uint_eq(stack.alloc, 32);
    ck_assert_uint_eq(bsd43_rmap_free_blocks(&map), 584);
}
END_TEST

START_TEST(a_segment_keeps_its_space_till_it_shrinks_to_nothing)
{
    struct bsd43_dmap data = {0}, stack = {0};
    start(33440);
    ck_assert(bsd43_swpexpand(&data, &stack, &map, &d, 400, 4));
    ck_assert_uint_eq(data.alloc, 480);
    ck_assert(bsd43_vsexpand(&data, &map, &d, 2));
    ck_assert_uint_eq(data.size, 2);
    ck_assert_uint_eq(data.alloc, 480);
    ck_assert(bsd43_vsexpand(&data, &map, &d, 0));
    ck_assert_uint_eq(data.alloc, 0);
    ck_assert_uint_eq(data.chunk[0], 0);
    ck_assert_uint_eq(data.chunk[3], 0);
    ck_assert_uint_eq(bsd43_rmap_free_blocks(&map), 32928 - 32);
}
END_TEST

/* The stack, which must grow, goes first, or else its failure would cost the data, which
 * shrink, the chunks that they no longer need. */
START_TEST(a_failing_stack_takes_nothing_from_data_that_shrink)
{
    struct bsd43_dmap data = {0}, stack = {0};
    start(1224);
    ck_assert(bsd43_swpexpand(&data, &stack, &map, &d, 400, 4)); /* 480, 32; 200 free */
    ck_assert(!bsd43_swpexpand(&data, &stack, &map, &d, 100, 300));
    ck_assert_uint_eq(data.size, 400);
    ck_assert_uint_eq(data.alloc, 480);
    ck_assert_uint_eq(stack.alloc, 32);
    ck_assert_uint_eq(bsd43_rmap_free_blocks(&map), 200);
}
END_TEST

/* As the kernel has it: backing out gives back what lies behind the old size, and not only
 * what has just been taken. */
START_TEST(data_that_had_shrunk_lose_their_unused_chunks_when_the_stack_fails)
{
    struct bsd43_dmap data = {0}, stack = {0};
    start(1224);
    ck_assert(bsd43_swpexpand(&data, &stack, &map, &d, 400, 4)); /* 480, 32; 200 free */
    ck_assert(bsd43_swpexpand(&data, &stack, &map, &d, 100, 4));
    ck_assert_uint_eq(data.alloc, 480);
    ck_assert(!bsd43_swpexpand(&data, &stack, &map, &d, 480, 300));
    ck_assert_uint_eq(data.size, 100);
    ck_assert_uint_eq(data.alloc, 224); /* the chunk of 256 is given back */
    ck_assert_uint_eq(bsd43_rmap_free_blocks(&map), 456);
}
END_TEST

START_TEST(a_text_has_chunks_of_dmtext_and_an_exact_last_one)
{
    struct bsd43_xdmap text = {0};
    start(33440);
    ck_assert(bsd43_vsxalloc(&text, &map, &d, 2500, true));
    ck_assert_uint_eq(text.daddr[0], 512);
    ck_assert_uint_eq(text.daddr[1], 1536);
    ck_assert_uint_eq(text.daddr[2], 2560);
    ck_assert_uint_eq(text.daddr[3], 0);
    ck_assert_uint_eq(text.ptdaddr, 3012); /* 2500 / 128, rounded up: 20 */
    ck_assert_uint_eq(bsd43_rmap_free_blocks(&map), 32928 - 2500 - 20);
    ck_assert_uint_eq(bsd43_text_block(&text, &d, 0), 512);
    ck_assert_uint_eq(bsd43_text_block(&text, &d, 1022), 1534);
    ck_assert_uint_eq(bsd43_text_block(&text, &d, 1024), 1536);
    ck_assert_uint_eq(bsd43_text_block(&text, &d, 2498), 3010);
    bsd43_vsxfree(&text, &map, &d);
    ck_assert_uint_eq(bsd43_rmap_free_blocks(&map), 32928);
    ck_assert_uint_eq(text.size, 0);
    /* Not demand paged: no page table.  130 pages would have taken 2 for it. */
    ck_assert(bsd43_vsxalloc(&text, &map, &d, 130, false));
    ck_assert_uint_eq(text.ptdaddr, 0);
    ck_assert_uint_eq(bsd43_rmap_free_blocks(&map), 32928 - 130);
}
END_TEST

START_TEST(a_text_that_does_not_fit_takes_nothing)
{
    struct bsd43_xdmap text = {0};
    start(1024 + 1024); /* 1536 blocks */
    ck_assert(!bsd43_vsxalloc(&text, &map, &d, 12 * 1024 + 2, true));
    ck_assert(!bsd43_vsxalloc(&text, &map, &d, 1538, false));
    ck_assert_uint_eq(bsd43_rmap_free_blocks(&map), 1536);
    ck_assert(!bsd43_vsxalloc(&text, &map, &d, 1536, true)); /* its page table does not */
    ck_assert_uint_eq(bsd43_rmap_free_blocks(&map), 1536);
    ck_assert_uint_eq(text.daddr[0], 0);
    ck_assert(bsd43_vsxalloc(&text, &map, &d, 1536, false));
}
END_TEST

START_TEST(a_text_has_at_most_12_chunks_wherever_they_are)
{
    struct bsd43_xdmap text = {0};
    start(33440);
    const uint32_t hole = bsd43_rmalloc(&map, 1024);
    ck_assert_uint_ne(bsd43_rmalloc(&map, 100), 0);
    bsd43_rmfree(&map, 1024, hole);
    ck_assert(!bsd43_vsxalloc(&text, &map, &d, 12 * 1024 + 2, false));
    ck_assert(bsd43_vsxalloc(&text, &map, &d, 12 * 1024, false));
    ck_assert_uint_eq(text.daddr[0], 512);
    ck_assert_uint_eq(text.daddr[1], 1636);
    ck_assert_uint_eq(bsd43_text_block(&text, &d, 1022), 1534);
    ck_assert_uint_eq(bsd43_text_block(&text, &d, 1024), 1636);
    ck_assert_uint_eq(bsd43_text_block(&text, &d, 12 * 1024 - 2), 1636 + 11 * 1024 - 2);
}
END_TEST

/* Hw pages; 128 entries a page of page table, 10 pages of u-area. */
START_TEST(u_area_and_page_tables_are_swapped_in_one_piece)
{
    static const struct {
        uint32_t tsize, dsize, ssize, szpt, vusize;
    } rows[] = {
        {0, 0, 0, 2, 12},       {14, 4, 4, 2, 12},
        {100, 100, 46, 2, 12},  /* 256 with the u-area               */
        {100, 100, 48, 4, 14},  /* 258: 3, rounded to a cluster      */
        {128, 100, 48, 4, 14},  /* one page only maps text: 10 + 3   */
        {300, 2000, 20, 20, 28} /* 19.. -> 20; two map only text     */
    };
    start(33440);
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        ck_assert_uint_eq(bsd43_szpt(&d, rows[i].tsize, rows[i].dsize, rows[i].ssize),
                          rows[i].szpt);
        ck_assert_uint_eq(bsd43_vusize(&d, rows[i].tsize, rows[i].dsize, rows[i].ssize),
                          rows[i].vusize);
    }
}
END_TEST

/* A kluster is at most 16 clusters, aligned in the segment: no chunk ends within. */
START_TEST(every_window_of_a_kluster_is_contiguous_on_swap)
{
    struct bsd43_dmap data = {0}, stack = {0};
    start(33440);
    ck_assert(bsd43_swpexpand(&data, &stack, &map, &d, 9000, 3000));
    for (uint32_t page = 0; page + 32 <= 9000; page += 32)
        if (bsd43_vstodb(&data, &d, page, 32, false).size != 32)
            ck_abort_msg("page %u of the data", page);
    for (uint32_t page = 0; page + 32 <= 3000; page += 32)
        if (bsd43_vstodb(&stack, &d, page, 32, true).size != 32)
            ck_abort_msg("page %u of the stack", page);
}
END_TEST

/* --- maps that list all blocks ------------------------------------------------------- */

enum { SEGMENTS = 12, PAGES_MAX = 4096 };

struct slow_segment {
    uint32_t size, alloc,
        block[PAGES_MAX]; /* [page] of alloc, in the order of the segment */
};

static struct slow_map slow;
static struct slow_segment slow_segments[SEGMENTS];
static struct bsd43_dmap
    segments[SEGMENTS]; /* even: data, odd: the stack of the one before */

static uint32_t slow_chunk(uint32_t base)
{
    uint32_t chunk = 32;
    for (uint32_t at = 0; at < base; chunk = chunk < 1024 ? chunk * 2 : 1024)
        at += chunk;
    return chunk;
}

static void slow_give_behind(struct slow_segment *s, uint32_t size)
{
    uint32_t keep = 0;
    while (keep < size && keep < s->alloc)
        keep += slow_chunk(keep);
    for (uint32_t i = keep; i < s->alloc; i++)
        slow_set(&slow, s->block[i], 1, true);
    s->alloc = keep;
    s->size = size;
}

static bool slow_grow(struct slow_segment *s, uint32_t size, bool reversed)
{
    while (s->alloc < size) {
        const uint32_t chunk = slow_chunk(s->alloc), addr = slow_take(&slow, chunk);
        if (!addr) {
            slow_give_behind(s, s->size);
            return false;
        }
        for (uint32_t i = 0; i < chunk; i++)
            s->block[s->alloc + i] = addr + (reversed ? chunk - 1 - i : i);
        s->alloc += chunk;
    }
    if (size == 0)
        slow_give_behind(s, 0);
    s->size = size;
    return true;
}

static bool slow_grow_both(struct slow_segment *data, uint32_t data_size,
                           uint32_t stack_size)
{
    struct slow_segment *stack = data + 1;
    const uint32_t old_data = data->size, old_stack = stack->size;
    if (data->alloc > data_size) {
        if (!slow_grow(stack, stack_size, true))
            return false;
        if (slow_grow(data, data_size, false))
            return true;
        slow_give_behind(stack, old_stack);
        return false;
    }
    if (!slow_grow(data, data_size, false))
        return false;
    if (slow_grow(stack, stack_size, true))
        return true;
    slow_give_behind(data, old_data);
    return false;
}

static void compare_segment(int i)
{
    const struct slow_segment *s = &slow_segments[i];
    const struct bsd43_dmap *m = &segments[i];
    if (m->size != s->size || m->alloc != s->alloc)
        ck_abort_msg("segment %d: %u of %u, not %u of %u", i, m->size, m->alloc, s->size,
                     s->alloc);
    for (uint32_t page = 0; page < s->size; page += 2) {
        /* The lower block of a stack's cluster is its second page. */
        const uint32_t expected = s->block[i % 2 ? page + 1 : page];
        const uint32_t block =
            i % 2 ? bsd43_stack_block(m, &d, page) : bsd43_data_block(m, &d, page);
        if (block != expected)
            ck_abort_msg("segment %d page %u: block %u, not %u", i, page, block, expected);
    }
}

static uint32_t random_size(struct rng *rng, uint32_t now)
{
    switch (rng_below(rng, 6)) {
    case 0:
        return 0;
    case 1:
        return now;
    case 2:
        return (uint32_t)rng_below(rng, now / 2 + 1) * 2;
    default:
        return (uint32_t)rng_below(rng, 1u << (1 + rng_below(rng, 11))) / 2 * 2 + 2;
    }
}

START_TEST(random_growth_equals_that_of_maps_that_list_all_blocks)
{
    struct rng rng;
    rng_seed(&rng, (uint64_t)_i);
    unsigned refused = 0;
    start(_i == 0 ? 7000 : 4000);
    slow_set(&slow, map.pieces[0].addr, map.pieces[0].size, true);
    for (int step = 0; step < 1500; step++) {
        const int i = (int)rng_below(&rng, SEGMENTS / 2) * 2;
        const uint32_t data_size = random_size(&rng, segments[i].size);
        const uint32_t stack_size = random_size(&rng, segments[i + 1].size);
        const bool expected = slow_grow_both(&slow_segments[i], data_size, stack_size);
        const bool done = bsd43_swpexpand(&segments[i], &segments[i + 1], &map, &d,
                                          data_size, stack_size);
        if (done != expected)
            ck_abort_msg("step %d: %d, not %d", step, done, expected);
        refused += !done;
        compare_segment(i);
        compare_segment(i + 1);
        if (step % 20 == 0)
            compare_with_slow(&map, &slow);
    }
    compare_with_slow(&map, &slow);
    ck_assert_uint_gt(refused, 50);
    for (int i = 0; i < SEGMENTS; i++)
        ck_assert(bsd43_vsexpand(&segments[i], &map, &d, 0));
    ck_assert_uint_eq(map.npieces, 1);
    ck_assert_uint_eq(bsd43_rmap_free_blocks(&map), d.nswap - 512);
}
END_TEST

static Suite *dmap_suite(void)
{
    Suite *suite = suite_create("bsd43_dmap");
    TCase *tests = tcase_create("dmap");
    tcase_add_checked_fixture(tests, NULL, teardown);
    tcase_add_test(tests, chunks_double_from_dmmin_to_dmmax);
    tcase_add_test(tests, the_largest_segment_fills_the_map);
    tcase_add_test(tests, a_map_may_be_held_to_no_limit);
    tcase_add_test(tests, so_may_that_of_a_text);
    tcase_add_test(tests, pages_of_data_go_forward_and_of_the_stack_backward_within_chunks);
    tcase_add_test(tests, a_run_of_pages_is_split_where_chunks_end);
    tcase_add_test(tests, what_does_not_fit_is_backed_out);
    tcase_add_test(tests, a_segment_keeps_its_space_till_it_shrinks_to_nothing);
    tcase_add_test(tests, a_failing_stack_takes_nothing_from_data_that_shrink);
    tcase_add_test(tests,
                   data_that_had_shrunk_lose_their_unused_chunks_when_the_stack_fails);
    tcase_add_test(tests, a_text_has_at_most_12_chunks_wherever_they_are);
    tcase_add_test(tests, a_text_has_chunks_of_dmtext_and_an_exact_last_one);
    tcase_add_test(tests, a_text_that_does_not_fit_takes_nothing);
    tcase_add_test(tests, u_area_and_page_tables_are_swapped_in_one_piece);
    tcase_add_test(tests, every_window_of_a_kluster_is_contiguous_on_swap);
    tcase_add_loop_test(tests, random_growth_equals_that_of_maps_that_list_all_blocks, 0,
                        2);
    suite_add_tcase(suite, tests);
    return suite;
}

int main(void)
{
    return run_suite(dmap_suite());
}
