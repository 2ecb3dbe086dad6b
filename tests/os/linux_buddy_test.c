/* linux_buddy_test.c -- the buddy allocator by hand, and against a model that looks for free
 * blocks frame by frame. */
#include "harness.h"

#include "base/rng.h"
#include "os/linux/buddy.h"

#include <string.h>

static const uint32_t v24 = LINUX_VERSION(2, 4, 16), v6 = LINUX_VERSION(6, 1, 0);

static struct buddy buddy;

static void begin(pfn_t nframes, pfn_t reserved, uint32_t version)
{
    ck_assert_int_eq(buddy_init(&buddy, nframes, reserved, version, NULL), OK);
}

static void teardown(void)
{
    buddy_release(&buddy);
}

static void sound(void)
{
    const char *problem = buddy_check(&buddy);
    ck_assert_msg(!problem, "%s", problem);
}

/* The list of an order, from its head, ended by PFN_NONE. */
static void lists(uint32_t order, const pfn_t *blocks)
{
    sound();
    pfn_t pfn = buddy.heads[order];
    for (; *blocks != PFN_NONE; blocks++) {
        ck_assert_uint_eq(pfn, *blocks);
        pfn = buddy.next[pfn];
    }
    ck_assert_uint_eq(pfn, PFN_NONE);
}

#define LISTS(order, ...) lists((order), (const pfn_t[]){__VA_ARGS__ PFN_NONE})

START_TEST(a_block_is_split_from_below_and_joined_again)
{
    begin(1024, 0, v6);
    LISTS(10, 0, );
    ck_assert_uint_eq(buddy_alloc(&buddy, 0), 0);
    LISTS(10, );
    for (uint32_t order = 0; order < 10; order++)
        LISTS(order, (pfn_t)1 << order, );
    ck_assert_uint_eq(buddy_alloc(&buddy, 0), 1);
    ck_assert_uint_eq(buddy_alloc(&buddy, 0), 2);
    ck_assert_uint_eq(buddy_alloc(&buddy, 3), 8);
    ck_assert_uint_eq(buddy.nfree, 1024 - 11);
    buddy_give(&buddy, 8, 3);
    buddy_give(&buddy, 1, 0);
    LISTS(0, 1, 3, ); /* 0 and 2 are not free */
    buddy_give(&buddy, 0, 0);
    LISTS(0, 3, );
    LISTS(1, 0, );
    buddy_give(&buddy, 2, 0);
    LISTS(10, 0, );
    ck_assert_uint_eq(buddy.nfree, 1024);
}
END_TEST

/* expand() of 2.4 lists the lower half and goes on with the upper one. */
START_TEST(in_2_4_a_block_is_split_from_above)
{
    begin(512, 0, v24);
    ck_assert_uint_eq(buddy_alloc(&buddy, 0), 511);
    LISTS(0, 510, );
    LISTS(1, 508, );
    LISTS(8, 0, );
    ck_assert_uint_eq(buddy_alloc(&buddy, 0), 510);
    ck_assert_uint_eq(buddy_alloc(&buddy, 2), 504);
}
END_TEST

START_TEST(the_largest_block_has_2_to_the_10_frames_or_9_in_2_4)
{
    begin(4096, 0, v6);
    LISTS(10, 0, 1024, 2048, 3072, );
    ck_assert_uint_eq(buddy_alloc(&buddy, 10), 0);
    ck_assert_uint_eq(buddy_alloc(&buddy, 11), PFN_NONE);
    buddy_give(&buddy, 0, 10);
    LISTS(10, 0, 1024, 2048, 3072, ); /* neighbours of the last order stay apart */
    teardown();
    begin(2048, 0, v24);
    LISTS(9, 0, 512, 1024, 1536, );
    ck_assert_uint_eq(buddy_alloc(&buddy, 10), PFN_NONE);
    ck_assert_uint_eq(buddy_alloc(&buddy, 9), 0);
}
END_TEST

/* Of 0 .. 63 frame 5 is free, and block 8; 64 is free as a whole. */
START_TEST(one_frame_may_be_taken_of_a_part_of_memory)
{
    begin(128, 0, v6);
    for (pfn_t i = 0; i < 64; i++)
        ck_assert_uint_eq(buddy_alloc(&buddy, 0), i);
    buddy_give(&buddy, 5, 0);
    buddy_give(&buddy, 8, 3);
    ck_assert_uint_eq(buddy_take_within(&buddy, 0, 5, 6), PFN_NONE);
    ck_assert_uint_eq(buddy_take_within(&buddy, 0, 64, 6), 5);
    ck_assert_uint_eq(buddy_take_within(&buddy, 0, 64, 3), PFN_NONE);
    ck_assert_uint_eq(buddy_take_within(&buddy, 0, 64, 6), 8);
    LISTS(0, 9, );
    LISTS(1, 10, );
    LISTS(2, 12, );
    ck_assert_uint_eq(buddy_take_within(&buddy, 64, 128, 6), PFN_NONE);
    ck_assert_uint_eq(buddy.nfree, 64 + 7);
}
END_TEST

START_TEST(a_large_block_may_be_missing_though_enough_frames_are_free)
{
    begin(8, 0, v6);
    for (pfn_t pfn = 0; pfn < 8; pfn++)
        ck_assert_uint_eq(buddy_alloc(&buddy, 0), pfn);
    ck_assert_uint_eq(buddy_alloc(&buddy, 0), PFN_NONE);
    for (pfn_t pfn = 0; pfn < 8; pfn += 2)
        buddy_give(&buddy, pfn, 0);
    ck_assert_uint_eq(buddy.nfree, 4);
    ck_assert_uint_eq(buddy_alloc(&buddy, 1), PFN_NONE);
    LISTS(0, 6, 4, 2, 0, ); /* the last one in is the first one out */
    ck_assert_uint_eq(buddy_alloc(&buddy, 0), 6);
}
END_TEST

/* 3 .. 12: 3, 4-7, 8-11, 12. */
START_TEST(ends_that_are_not_aligned_are_small_blocks)
{
    begin(13, 3, v6);
    ck_assert_uint_eq(buddy.nfree, 10);
    LISTS(0, 3, 12, );
    LISTS(1, );
    LISTS(2, 4, 8, );
    ck_assert_uint_eq(buddy_alloc(&buddy, 3), PFN_NONE); /* 0 .. 7 is in part reserved */
    ck_assert_uint_eq(buddy_alloc(&buddy, 0), 3);
    buddy_give(&buddy, 3, 0);
    LISTS(0, 3, 12, );
    teardown();
    begin(5, 5, v6);
    ck_assert_uint_eq(buddy.nfree, 0);
    ck_assert_uint_eq(buddy_alloc(&buddy, 0), PFN_NONE);
    buddy_give(&buddy, 4, 0); /* what was reserved may be given */
    ck_assert_uint_eq(buddy_alloc(&buddy, 0), 4);
}
END_TEST

START_TEST(a_block_may_come_back_in_parts)
{
    begin(16, 0, v6);
    ck_assert_uint_eq(buddy_alloc(&buddy, 3), 0);
    for (pfn_t pfn = 0; pfn < 8; pfn++)
        buddy_give(&buddy, pfn ^ 5, 0);
    LISTS(4, 0, );
}
END_TEST

START_TEST(the_check_sees_each_kind_of_damage)
{
    begin(64, 0, v6);
    ck_assert_uint_eq(buddy_alloc(&buddy, 0), 0);
    sound();
    buddy.nfree++;
    ck_assert_ptr_nonnull(buddy_check(&buddy));
    buddy.nfree--;
    buddy.nblocks[0]++;
    ck_assert_ptr_nonnull(buddy_check(&buddy));
    buddy.nblocks[0] -= 2;
    ck_assert_ptr_nonnull(buddy_check(&buddy));
    buddy.nblocks[0]++;
    buddy.order[1] = 1;
    ck_assert_ptr_nonnull(buddy_check(&buddy));
    buddy.order[1] = 0;
    buddy.order[5] = 0;
    ck_assert_ptr_nonnull(buddy_check(&buddy));
    buddy.order[5] = UINT8_MAX;
    buddy.order[0] = 0; /* in no list, and the buddy of 1 */
    ck_assert_ptr_nonnull(buddy_check(&buddy));
    buddy.order[0] = UINT8_MAX;
    buddy.heads[0] = 64;
    ck_assert_ptr_nonnull(buddy_check(&buddy));
    buddy.heads[0] = 1;
    sound();
}
END_TEST

/* The lists of blocks as plain arrays; joins by searching them. */
enum { SLOW_FRAMES = 3000 };

struct slow_buddy {
    uint32_t n[BUDDY_ORDERS_MAX]; /* blocks, the first one out last */
    pfn_t blocks[BUDDY_ORDERS_MAX][SLOW_FRAMES];
    uint32_t orders;
    bool upper;
};

static void slow_add(struct slow_buddy *slow, pfn_t pfn, uint32_t order)
{
    slow->blocks[order][slow->n[order]++] = pfn;
}

static bool slow_del(struct slow_buddy *slow, pfn_t pfn, uint32_t order)
{
    for (uint32_t i = 0; i < slow->n[order]; i++)
        if (slow->blocks[order][i] == pfn) {
            slow->n[order]--;
            memmove(&slow->blocks[order][i], &slow->blocks[order][i + 1],
                    (slow->n[order] - i) * sizeof slow->blocks[order][0]);
            return true;
        }
    return false;
}

static void slow_give(struct slow_buddy *slow, pfn_t pfn, uint32_t order)
{
    const pfn_t size = (pfn_t)1 << order;
    const pfn_t other = pfn / size % 2 ? pfn - size : pfn + size;
    if (order + 1 < slow->orders && slow_del(slow, other, order))
        slow_give(slow, pfn < other ? pfn : other, order + 1);
    else
        slow_add(slow, pfn, order);
}

static pfn_t slow_alloc(struct slow_buddy *slow, uint32_t order)
{
    if (order >= slow->orders)
        return PFN_NONE;
    if (slow->n[order] > 0)
        return slow->blocks[order][--slow->n[order]];
    const pfn_t pfn = slow_alloc(slow, order + 1);
    if (pfn == PFN_NONE)
        return PFN_NONE;
    const pfn_t half = (pfn_t)1 << order;
    slow_add(slow, slow->upper ? pfn : pfn + half, order);
    return slow->upper ? pfn + half : pfn;
}

static struct slow_buddy slow_begin(void)
{
    struct slow_buddy slow = {.orders = buddy.orders, .upper = buddy.upper_first};
    for (uint32_t order = 0; order < buddy.orders; order++) {
        slow.n[order] = buddy.nblocks[order];
        uint32_t i = slow.n[order];
        for (pfn_t pfn = buddy.heads[order]; pfn != PFN_NONE; pfn = buddy.next[pfn])
            slow.blocks[order][--i] = pfn;
    }
    return slow;
}

static struct held {
    pfn_t pfn;
    uint32_t order;
} held[SLOW_FRAMES];

/* Phases in which taking or giving prevails; now and then half of a block is given. */
static void random_course(struct rng *rng, struct slow_buddy *slow)
{
    uint32_t nheld = 0, takes = 70;
    for (int step = 0; step < 6000; step++) {
        if (rng_below(rng, 200) == 0)
            takes = 20 + (uint32_t)rng_below(rng, 70);
        if (rng_below(rng, 100) < takes) {
            const uint32_t order = (uint32_t)(rng_below(rng, 4) ? 0 : rng_below(rng, 12));
            const pfn_t pfn = buddy_alloc(&buddy, order);
            ck_assert_uint_eq(pfn, slow_alloc(slow, order));
            if (pfn != PFN_NONE)
                held[nheld++] = (struct held){pfn, order};
        } else if (nheld > 0) {
            const uint32_t i = (uint32_t)rng_below(rng, nheld);
            if (held[i].order > 0 && rng_below(rng, 3) == 0)
                held[i].order--;
            buddy_give(&buddy, held[i].pfn, held[i].order);
            slow_give(slow, held[i].pfn, held[i].order);
            held[i] = held[--nheld];
        }
        if (step % 100 == 0)
            sound();
    }
}

START_TEST(random_operations_equal_those_of_the_slow_model)
{
    static struct slow_buddy slow;
    struct rng rng;
    rng_seed(&rng, (uint64_t)_i);
    const pfn_t nframes = 1 + (pfn_t)rng_below(&rng, SLOW_FRAMES);
    begin(nframes, (pfn_t)rng_below(&rng, nframes), _i % 2 ? v24 : v6);
    sound();
    slow = slow_begin();
    random_course(&rng, &slow);
    sound();
}
END_TEST

/* Whatever the reserved front: no frame twice, all in the end. */
START_TEST(every_frame_is_handed_out_once)
{
    static bool seen[200];
    for (pfn_t reserved = 0; reserved < 200; reserved += 7) {
        begin(200, reserved, reserved % 2 ? v24 : v6);
        memset(seen, 0, sizeof seen);
        sound();
        for (pfn_t n = reserved; n < 200; n++) {
            const pfn_t pfn = buddy_alloc(&buddy, 0);
            ck_assert(pfn >= reserved && pfn < 200 && !seen[pfn]);
            seen[pfn] = true;
        }
        ck_assert_uint_eq(buddy_alloc(&buddy, 0), PFN_NONE);
        teardown();
    }
}
END_TEST

static Suite *buddy_suite(void)
{
    Suite *suite = suite_create("linux_buddy");
    TCase *tests = tcase_create("buddy");
    tcase_add_checked_fixture(tests, NULL, teardown);
    tcase_add_test(tests, a_block_is_split_from_below_and_joined_again);
    tcase_add_test(tests, in_2_4_a_block_is_split_from_above);
    tcase_add_test(tests, the_largest_block_has_2_to_the_10_frames_or_9_in_2_4);
    tcase_add_test(tests, one_frame_may_be_taken_of_a_part_of_memory);
    tcase_add_test(tests, a_large_block_may_be_missing_though_enough_frames_are_free);
    tcase_add_test(tests, ends_that_are_not_aligned_are_small_blocks);
    tcase_add_test(tests, a_block_may_come_back_in_parts);
    tcase_add_test(tests, the_check_sees_each_kind_of_damage);
    tcase_add_loop_test(tests, random_operations_equal_those_of_the_slow_model, 0, 20);
    tcase_add_test(tests, every_frame_is_handed_out_once);
    suite_add_tcase(suite, tests);
    return suite;
}

int main(void)
{
    return run_suite(buddy_suite());
}
