/* linux_zone_test.c -- where an allocation may take a frame, and when memory is balanced: at
 * the boundaries, by the conditions of mm/page_alloc.c of each version. */
#include "os/linux_rig.h"

#include "pager/frame.h"

/* 16 MiB are one zone of 4096 frames.  2.6 and later: int_sqrt(16 * 16384) = 512 kB or 128
 * pages are the lowest mark; from 4.6 on steps of max(128 / 4, 4096 / 1000) = 32, before it
 * a quarter and a half of it above.  2.4: 4096 / 128 = 32, and multiples; in 2.4.0 a 32th of
 * the DMA zone, 128.  left: frames that are left when none more can be taken above the mark:
 * from 2.6 on it must be above it without the frame, in 2.4.16 with one to spare, in 2.4.0 it
 * may be at it. */
static const struct one {
    const char *version;
    uint64_t min, low, high, left_low, left_min;
} one[] = {
    {"6.18", 128, 160, 192, 160, 128},   {"3.16", 128, 160, 192, 160, 128},
    {"2.6.24", 128, 160, 192, 160, 128}, {"2.4.32", 32, 64, 96, 64, 32},
    {"2.4.16", 32, 64, 96, 65, 33},      {"2.4.0", 128, 256, 384, 255, 127},
};

static struct pager pager;

static struct zones *booted(const char *version, uint64_t frames)
{
    rig_frames(frames);
    lrig_kernel("version", version);
    ASSERT_OK(pager_init(&pager, &rig.params.pager, &lrig.err), &lrig.err);
    return &((struct linux_kernel *)pager.kernel_state)->memory.zones;
}

static uint64_t take_all(struct zones *zones, enum zone_mark mark)
{
    uint64_t n = 0;
    while (zones_take(zones, &pager, mark, 0) != PFN_NONE)
        n++;
    return n;
}

START_TEST(an_allocation_leaves_what_its_mark_says)
{
    const struct one *row = &one[_i];
    struct zones *zones = booted(row->version, 4096);
    ck_assert_uint_eq(zones->min, row->min);
    ck_assert_uint_eq(zones->low, row->low);
    ck_assert_uint_eq(zones->high, row->high);
    ck_assert_uint_eq(take_all(zones, ZONE_LOW), 4096 - row->left_low);
    ck_assert_uint_eq(zones_free(zones), row->left_low);
    ck_assert_uint_eq(take_all(zones, ZONE_MIN), row->left_low - row->left_min);
    ck_assert_uint_eq(take_all(zones, ZONE_LAST), row->left_min);
    pager_release(&pager);
}
END_TEST

/* 32 MiB: the frames from 4096 on are another zone, which is used first.  6.18: int_sqrt(16 *
 * 32768) = 724 kB, 181 pages, 90 for each; steps of 22, so 112 and 134; DMA keeps 4096 / 256 =
 * 16 more.  2.4.16: 32, 64, 96 for each; going down marks add up.  2.4.32: they do not, and
 * DMA keeps 16 more. */
static const struct two {
    const char *version;
    uint64_t left_upper, left_dma;
} two[] = {{"6.18", 112, 112 + 16}, {"2.4.16", 65, 129}, {"2.4.32", 64, 64 + 16}};

START_TEST(the_upper_zone_is_used_first_and_the_lower_keeps_more)
{
    const struct two *row = &two[_i];
    struct zones *zones = booted(row->version, 8192);
    ck_assert_uint_eq(zones_take(zones, &pager, ZONE_LOW, 0),
                      _i == 0 ? 4096 : zones->first[zones->top] + 511);
    ck_assert_uint_eq(take_all(zones, ZONE_LOW) + 1,
                      2 * 4096 - row->left_upper - row->left_dma);
    ck_assert_uint_eq(zones->buddies[zones->top].nfree, row->left_upper);
    ck_assert_uint_eq(zones->buddies[ZONE_DMA].nfree, row->left_dma);
    pager_release(&pager);
}
END_TEST

/* Give back until memory is balanced; of which zone the frames are does not matter where
 * there is one. */
static const struct balance {
    const char *version;
    uint64_t frees; /* so many free frames are balanced, and one less is not              */
} balances[] = {
    {"6.18", 193}, {"3.16", 193}, {"2.6.24", 193}, {"2.4.16", 97}, {"2.4.0", 384}};

START_TEST(memory_is_balanced_above_the_high_mark)
{
    const struct balance *row = &balances[_i];
    struct zones *zones = booted(row->version, 4096);
    (void)take_all(zones, ZONE_LAST);
    for (uint64_t n = 0; n < row->frees; n++) {
        ck_assert(!zones_balanced(zones));
        zones_give(zones, &pager, (pfn_t)n);
    }
    ck_assert(zones_balanced(zones));
    pager_release(&pager);
}
END_TEST

/* 6.18: high is 134, and DMA keeps 16 more; before 4.6: share 90, high 90 + 45 = 135. */
static const struct which {
    const char *version;
    uint64_t upper, dma; /* free frames                                                   */
    bool balanced;
} which[] = {
    {"6.18", 135, 0, true},    {"6.18", 134, 150, false}, {"6.18", 134, 151, true},
    {"3.16", 136, 135, false}, {"3.16", 135, 136, false}, {"3.16", 136, 136, true},
    {"2.4.16", 97, 0, true},   {"2.4.16", 96, 97, true},  {"2.4.16", 96, 96, false},
};

START_TEST(one_zone_has_to_be_balanced_or_all_by_version)
{
    const struct which *row = &which[_i];
    struct zones *zones = booted(row->version, 8192);
    (void)take_all(zones, ZONE_LAST);
    for (uint64_t n = 0; n < row->upper; n++)
        zones_give(zones, &pager, 4096 + (pfn_t)n);
    for (uint64_t n = 0; n < row->dma; n++)
        zones_give(zones, &pager, (pfn_t)n);
    ck_assert(zones_balanced(zones) == row->balanced);
    pager_release(&pager);
}
END_TEST

/* 2^order frames are taken, and in use. */
static pfn_t use(struct zones *zones, uint32_t order)
{
    const pfn_t pfn = zones_take(zones, &pager, ZONE_LOW, order);
    for (pfn_t i = 0; i < (pfn_t)1 << order; i++)
        frame_set_state(&pager, pfn + i, FRAME_GRANTED);
    return pfn;
}

START_TEST(blocks_of_frames_are_aligned_and_of_one_zone)
{
    struct zones *zones = booted("6.18", 8192);
    ck_assert_uint_eq(use(zones, 0), 4096);
    /* The rest of the block of 1024 is in parts of 1, 2, 4, ... 512. */
    ck_assert_uint_eq(use(zones, 9), 4096 + 512);
    ck_assert_uint_eq(use(zones, 9), 4096 + 1024);
    for (int i = 0; i < 5; i++)
        (void)use(zones, 9);
    /* 7 blocks and a frame are gone: 511 frames, and no block, are left of that zone. */
    ck_assert_uint_eq(zones->buddies[ZONE_DMA32].nfree, 511);
    ck_assert_uint_eq(use(zones, 9), 0);
    ck_assert_ptr_null(zones_check(zones, &pager));
    pager_release(&pager);
}
END_TEST

/* 4096 - 7 * 512 = 512 are left; of these the block may go if 128 + 511 were free besides. */
START_TEST(a_block_is_not_taken_from_below_the_mark)
{
    struct zones *zones = booted("6.18", 4096);
    for (int i = 0; i < 6; i++)
        ck_assert_uint_ne(zones_take(zones, &pager, ZONE_MIN, 9), PFN_NONE);
    ck_assert_uint_eq(zones_free(zones), 1024);
    ck_assert_uint_ne(zones_take(zones, &pager, ZONE_MIN, 9), PFN_NONE);
    ck_assert_uint_eq(zones_take(zones, &pager, ZONE_MIN, 9), PFN_NONE);
    ck_assert_uint_ne(zones_take(zones, &pager, ZONE_LAST, 9), PFN_NONE);
    pager_release(&pager);
}
END_TEST

START_TEST(endless_memory_has_no_zones)
{
    struct zones *zones = booted("6.18", UINT64_MAX);
    ck_assert(zones_balanced(zones) && zones_ok(zones, ZONE_HIGH, 0));
    ck_assert_uint_eq(use(zones, 0), 0);
    ck_assert_uint_eq(use(zones, 0), 1);
    frame_set_state(&pager, 0, FRAME_FREE);
    zones_give(zones, &pager, 0);
    ck_assert_ptr_null(zones_check(zones, &pager));
    ck_assert_uint_eq(use(zones, 0), 0);
    ck_assert_uint_eq(use(zones, 0), 2);
    pager_release(&pager);
}
END_TEST

START_TEST(small_pages_are_refused)
{
    rig_mmu("ideal", 9);
    ck_assert_int_eq(pager_init(&pager, &rig.params.pager, &lrig.err), ERR_CELL);
    ck_assert_ptr_nonnull(
        strstr(lrig.err.text, "pages of 1 KiB at least, not of 512 bytes"));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("linux zone");
    TCase *tcase = tcase_create("linux zone");
    tcase_add_checked_fixture(tcase, lrig_setup, rig_teardown);
    tcase_add_loop_test(tcase, an_allocation_leaves_what_its_mark_says, 0, ARRAY_LEN(one));
    tcase_add_loop_test(tcase, the_upper_zone_is_used_first_and_the_lower_keeps_more, 0,
                        ARRAY_LEN(two));
    tcase_add_loop_test(tcase, memory_is_balanced_above_the_high_mark, 0,
                        ARRAY_LEN(balances));
    tcase_add_loop_test(tcase, one_zone_has_to_be_balanced_or_all_by_version, 0,
                        ARRAY_LEN(which));
    tcase_add_test(tcase, blocks_of_frames_are_aligned_and_of_one_zone);
    tcase_add_test(tcase, a_block_is_not_taken_from_below_the_mark);
    tcase_add_test(tcase, endless_memory_has_no_zones);
    tcase_add_test(tcase, small_pages_are_refused);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
