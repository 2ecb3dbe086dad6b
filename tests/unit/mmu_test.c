/* mmu_test.c -- when hardware sets the bits of entries, what TLBs keep, and what turns out
 * to be stale.  Every count is reckoned by hand from the manuals' rules. */
#include "unit/mmu_rig.h"

static struct rig rig;

static struct tlb_array_params array(const char *name, unsigned level, uint32_t entries,
                                     uint32_t ways)
{
    return (struct tlb_array_params){.name = name,
                                     .tlb = {.entries = entries, .ways = ways},
                                     .level = level,
                                     .streams = {true, true},
                                     .page_sizes = UINT64_MAX};
}

static void start(const char *format)
{
    const struct mmu_params params = rig_params(format, &rig_unified, 1);
    rig_init(&rig, &params, 2);
}

static void stop(void)
{
    RIG_CHECK(&rig);
    rig_release(&rig);
}

static bool accessed(page_t page)
{
    return mmu_referenced(&rig.mmu, page);
}

static bool dirty(page_t page)
{
    return mmu_modified(&rig.mmu, page);
}

/* --- the accessed bit --------------------------------------------------------------------- */

START_TEST(walk_sets_the_accessed_bit_and_a_tlb_hit_does_not)
{
    start("x86-64");
    const page_t page = rig_map(&rig, 0, 5);
    ck_assert(!accessed(page));
    rig_load(&rig, 0, page);
    ck_assert(accessed(page));
    mmu_clear_referenced(&rig.mmu, page, false);
    rig_load(&rig, 0, page);
    rig_store(&rig, 0, page); /* sets D by a walk of its own, and A with it */
    ck_assert_uint_eq(rig_counts(&rig).walks, 1);
    stop();
}
END_TEST

START_TEST(cleared_accessed_bit_stays_clear_until_the_entry_has_left)
{
    start("x86-64");
    const page_t page = rig_map(&rig, 0, 5);
    rig_load(&rig, 0, page);
    mmu_clear_referenced(&rig.mmu, page, false);
    for (int i = 0; i < 10; i++)
        rig_load(&rig, 0, page);
    ck_assert(!accessed(page));
    for (vpn_t vpn = 100; vpn < 116; vpn++) /* 16 entries: the page's is the oldest */
        rig_load(&rig, 0, rig_map(&rig, 0, vpn));
    ck_assert(!accessed(page));
    rig_load(&rig, 0, page);
    ck_assert(accessed(page));
    stop();
}
END_TEST

START_TEST(clearing_with_invalidation_makes_the_next_access_walk)
{
    start("x86-64");
    const page_t page = rig_map(&rig, 0, 5);
    rig_load(&rig, 0, page);
    mmu_clear_referenced(&rig.mmu, page, true);
    ck_assert(!accessed(page));
    rig_load(&rig, 0, page);
    ck_assert(accessed(page));
    ck_assert_uint_eq(rig_counts(&rig).walks, 2);
    stop();
}
END_TEST

START_TEST(frame_bits_are_set_by_a_tlb_hit_too)
{
    start("rs6000");
    const page_t page = rig_map(&rig, 0, 5);
    rig_load(&rig, 0, page);
    ck_assert(accessed(page));
    mmu_clear_referenced(&rig.mmu, page, false);
    ck_assert(!accessed(page));
    RIG_CHECK(&rig);
    rig_load(&rig, 0, page);
    ck_assert(accessed(page));
    ck_assert(rig.mmu.bits[page] & PAGE_VALID);
    ck_assert_uint_eq(rig_counts(&rig).walks, 1);
    stop();
}
END_TEST

START_TEST(vax_and_mips_have_no_referenced_bit)
{
    static const char *const formats[] = {"vax", "mips", "x86-32", "srmmu", "rs6000"};
    for (size_t i = 0; i < ARRAY_LEN(formats); i++) {
        const struct mmu mmu = {.has_tlb = true, .format = pagetable_find(formats[i])};
        ck_assert_msg(mmu_has_referenced(&mmu) == (i >= 2), "%s", formats[i]);
    }
}
END_TEST

START_TEST(invalid_page_leaves_the_tlb_and_is_found_again_when_valid)
{
    struct mmu_params params = rig_params("vax", &rig_unified, 1);
    params.page_shift = 9;
    rig_init(&rig, &params, 1);
    const page_t page = rig_map(&rig, 0, 5);
    rig_load(&rig, 0, page);
    mmu_set_invalid(&rig.mmu, page);
    ck_assert(!(rig.mmu.bits[page] & (PAGE_VALID | PAGE_WATCHED)));
    ck_assert(rig.mmu.bits[page] & PAGE_RESIDENT);
    RIG_CHECK(&rig);
    mmu_set_valid(&rig.mmu, page);
    rig_load(&rig, 0, page);
    ck_assert_uint_eq(rig_counts(&rig).walks, 2);
    stop();
}
END_TEST

/* --- the dirty bit ------------------------------------------------------------------------ */

START_TEST(first_store_through_a_clean_entry_walks_once_more)
{
    start("x86-64");
    const page_t page = rig_map(&rig, 0, 5);
    rig_load(&rig, 0, page);
    ck_assert(!dirty(page));
    ck_assert(rig.mmu.bits[page] & PAGE_STORE_SLOW);
    ck_assert_uint_gt(rig_store(&rig, 0, page), 0);
    ck_assert(dirty(page));
    ck_assert(!(rig.mmu.bits[page] & PAGE_STORE_SLOW));
    ck_assert_uint_eq(rig_store(&rig, 0, page), 0);
    const struct mmu_counts counts = rig_counts(&rig);
    ck_assert_uint_eq(counts.walks, 1);
    ck_assert_uint_eq(counts.modify_walks, 1);
    ck_assert_uint_eq(counts.walk_accesses, 8);
    ck_assert_uint_eq(counts.walk_writes, 5); /* A at four levels, then D */
    stop();
}
END_TEST

START_TEST(walk_for_a_store_sets_both_bits_at_once)
{
    start("x86-64");
    const page_t page = rig_map(&rig, 0, 5);
    rig_store(&rig, 0, page);
    ck_assert(dirty(page) && accessed(page));
    const struct mmu_counts counts = rig_counts(&rig);
    ck_assert_uint_eq(counts.modify_walks, 0);
    ck_assert_uint_eq(counts.walk_writes, 4);
    stop();
}
END_TEST

/* The entry in the TLB says M, so that the hardware has no reason to write the table. */
START_TEST(cleared_dirty_bit_stays_clear_until_the_entry_has_left)
{
    start("x86-64");
    const page_t page = rig_map(&rig, 0, 5);
    rig_store(&rig, 0, page);
    mmu_clear_modified(&rig.mmu, page, false);
    for (int i = 0; i < 3; i++)
        rig_store(&rig, 0, page);
    ck_assert(!dirty(page));
    RIG_CHECK(&rig);
    for (vpn_t vpn = 100; vpn < 116; vpn++)
        rig_load(&rig, 0, rig_map(&rig, 0, vpn));
    rig_load(&rig, 0, page);
    ck_assert(!dirty(page));
    ck_assert(rig.mmu.bits[page] & PAGE_VALID); /* nothing is stale any more */
    rig_store(&rig, 0, page);
    ck_assert(dirty(page));
    stop();
}
END_TEST

START_TEST(clearing_the_dirty_bit_with_invalidation_loses_no_store)
{
    start("x86-64");
    const page_t page = rig_map(&rig, 0, 5);
    rig_store(&rig, 0, page);
    mmu_clear_modified(&rig.mmu, page, true);
    ck_assert(!dirty(page));
    rig_store(&rig, 0, page);
    ck_assert(dirty(page));
    ck_assert_uint_eq(rig_counts(&rig).walks, 2);
    stop();
}
END_TEST

/* Two CPUs load the clean page; each sets M in its own entry at its own first store. */
START_TEST(every_cpu_has_a_modified_bit_of_its_own)
{
    struct mmu_params params = rig_params("x86-64", &rig_unified, 1);
    params.ncpus = 2;
    rig_init(&rig, &params, 1);
    mmu_switch(&rig.mmu, 0, 0);
    mmu_switch(&rig.mmu, 1, 0);
    const page_t page = rig_map(&rig, 0, 5);
    rig_load(&rig, 0, page);
    rig_load(&rig, 1, page);
    rig_store(&rig, 0, page);
    ck_assert(rig.mmu.bits[page] & PAGE_STORE_SLOW); /* the other one's entry is clean */
    ck_assert_uint_eq(rig_store(&rig, 0, page), 0);
    ck_assert_uint_gt(rig_store(&rig, 1, page), 0);
    ck_assert(!(rig.mmu.bits[page] & PAGE_STORE_SLOW));
    ck_assert_uint_eq(rig_counts(&rig).modify_walks, 2);
    stop();
}
END_TEST

START_TEST(software_sets_the_modified_bit_of_mips)
{
    struct mmu_params params = rig_params("mips", &rig_unified, 1);
    params.cost_instruction = 1000;
    rig_init(&rig, &params, 1);
    const page_t page = rig_map(&rig, 0, 5);
    const psec_t refill = rig_load(&rig, 0, page);
    ck_assert_uint_eq(refill, 20 * 1000 + 2 * 10);
    const psec_t modify = rig_store(&rig, 0, page);
    ck_assert_uint_gt(modify, refill);
    ck_assert(dirty(page));
    ck_assert_uint_eq(rig_store(&rig, 0, page), 0);
    stop();
}
END_TEST

START_TEST(read_only_page_is_mapped_so_and_let_go)
{
    start("x86-64");
    const page_t page = rig_page(&rig, 0, 5);
    rig.mmu.bits[page] |= PAGE_READ_ONLY;
    RIG_OK(mmu_map(&rig.mmu, page, 7, &err));
    rig_load(&rig, 0, page);
    RIG_CHECK(&rig);
    mmu_set_read_only(&rig.mmu, page, false);
    rig_store(&rig, 0, page);
    ck_assert(dirty(page));
    mmu_set_read_only(&rig.mmu, page, true);
    ck_assert(rig.mmu.bits[page] & PAGE_STORE_SLOW);
    stop();
}
END_TEST

/* --- levels ----------------------------------------------------------------------------- */

START_TEST(levels_are_asked_in_turn_and_cost_their_hit)
{
    struct tlb_array_params arrays[3] = {array("l1", 1, 1, 1), array("l2", 2, 2, 2),
                                         array("l3", 3, 4, 4)};
    arrays[1].hit = 3;
    arrays[2].hit = 100;
    const struct mmu_params params = rig_params("x86-64", arrays, 3);
    rig_init(&rig, &params, 1);
    page_t pages[3];
    for (vpn_t i = 0; i < 3; i++)
        rig_load(&rig, 0, pages[i] = rig_map(&rig, 0, i));
    ck_assert_uint_eq(rig_load(&rig, 0, pages[1]), 3);
    ck_assert_uint_eq(rig_load(&rig, 0, pages[0]), 100);
    const struct mmu_counts counts = rig_counts(&rig);
    ck_assert_uint_eq(counts.level_misses[1], 5);
    ck_assert_uint_eq(counts.level_hits[2], 1);
    ck_assert_uint_eq(counts.level_misses[2], 4);
    ck_assert_uint_eq(counts.level_hits[3], 1);
    ck_assert_uint_eq(counts.level_misses[3], 3);
    ck_assert_uint_eq(counts.translation, 3 + 100 + 3 * (4 + 4) * 10 - 6 * 10);
    stop();
}
END_TEST

/* Pages 0 and 2 share a set of the second level, 0 stays in the first all the time. */
START_TEST(inclusive_level_takes_its_entries_from_the_first)
{
    for (int inclusive = 0; inclusive < 2; inclusive++) {
        struct tlb_array_params arrays[2] = {array("l1", 1, 4, 4), array("l2", 2, 2, 1)};
        arrays[1].inclusive = inclusive;
        const struct mmu_params params = rig_params("x86-64", arrays, 2);
        rig_init(&rig, &params, 1);
        const page_t zero = rig_map(&rig, 0, 0), two = rig_map(&rig, 0, 2);
        rig_load(&rig, 0, zero);
        rig_load(&rig, 0, two);
        rig_load(&rig, 0, zero);
        ck_assert_uint_eq(rig_counts(&rig).level_misses[1], inclusive ? 3 : 2);
        stop();
    }
}
END_TEST

/* One array for both streams, of one set and three ways: the instruction page is used again
 * and again between three data pages, so that it is never the oldest, and they never fit. */
START_TEST(unified_first_level_sees_both_streams)
{
    const struct tlb_array_params one = array("l1", 1, 3, 3);
    const struct mmu_params params = rig_params("x86-64", &one, 1);
    rig_init(&rig, &params, 1);
    const page_t code = rig_map(&rig, 0, 10);
    page_t data[3];
    for (vpn_t i = 0; i < 3; i++)
        data[i] = rig_map(&rig, 0, i);
    for (int turn = 0; turn < 6; turn++) {
        rig_fetch(&rig, 0, code);
        rig_load(&rig, 0, data[turn % 3]);
    }
    const struct mmu_counts counts = rig_counts(&rig);
    ck_assert_uint_eq(counts.l1_misses[0], 1);
    ck_assert_uint_eq(counts.l1_misses[1], 6);
    stop();
}
END_TEST

START_TEST(stream_without_a_first_level_asks_the_second)
{
    struct tlb_array_params arrays[2] = {array("l1d", 1, 4, 4), array("l2", 2, 4, 4)};
    arrays[0].streams[0] = false;
    const struct mmu_params params = rig_params("x86-64", arrays, 2);
    rig_init(&rig, &params, 1);
    const page_t page = rig_map(&rig, 0, 1), other = rig_map(&rig, 0, 2);
    rig_fetch(&rig, 0, page);
    rig_fetch(&rig, 0, other);
    rig_fetch(&rig, 0, page);
    const struct mmu_counts counts = rig_counts(&rig);
    ck_assert_uint_eq(counts.l1_misses[0], 3);
    ck_assert_uint_eq(counts.level_hits[2], 1);
    ck_assert_uint_eq(counts.walks, 2);
    stop();
}
END_TEST

/* --- switches of address spaces ------------------------------------------------------------ */

static uint64_t walks_of_three_turns(uint64_t asids)
{
    struct mmu_params params = rig_params("x86-64", &rig_unified, 1);
    params.asids = asids;
    rig_init(&rig, &params, 4);
    page_t pages[4];
    for (uint32_t i = 0; i < 4; i++)
        pages[i] = rig_map(&rig, i, 5);
    for (int turn = 0; turn < 3; turn++)
        for (uint32_t i = 0; i < 4; i++) {
            mmu_switch(&rig.mmu, 0, i);
            rig_load(&rig, 0, pages[i]);
        }
    const uint64_t walks = rig_counts(&rig).walks;
    stop();
    return walks;
}

START_TEST(identifiers_keep_entries_over_switches)
{
    ck_assert_uint_eq(walks_of_three_turns(UINT64_MAX), 4);
    ck_assert_uint_eq(walks_of_three_turns(4), 4);
    ck_assert_uint_eq(walks_of_three_turns(0), 12);
    /* Three for four spaces: they run out at each fourth switch, 0 1 2 | 3 0 1 | 2 3 0 | ... */
    ck_assert_uint_eq(walks_of_three_turns(3), 12);
}
END_TEST

START_TEST(global_page_survives_the_flush_and_serves_all_spaces)
{
    struct mmu_params params = rig_params("x86-64", &rig_unified, 1);
    params.asids = 0;
    rig_init(&rig, &params, 2);
    page_t kernel[2];
    for (uint32_t i = 0; i < 2; i++) {
        kernel[i] = rig_page(&rig, i, 9);
        RIG_OK(mmu_set_global(&rig.mmu, kernel[i], &err));
        RIG_OK(mmu_map(&rig.mmu, kernel[i], 3, &err));
    }
    for (uint32_t i = 0; i < 6; i++) {
        mmu_switch(&rig.mmu, 0, i % 2);
        rig_load(&rig, 0, kernel[i % 2]);
    }
    ck_assert_uint_eq(rig_counts(&rig).walks, 1);
    mmu_unmap(&rig.mmu, kernel[0]); /* which drops it for all */
    RIG_CHECK(&rig);
    rig_load(&rig, 0, kernel[1]);
    ck_assert_uint_eq(rig_counts(&rig).walks, 2);
    stop();
}
END_TEST

START_TEST(system_half_outlives_a_switch)
{
    struct tlb_array_params arrays[2] = {array("l1", 1, 8, 8), array("l1-system", 1, 8, 8)};
    arrays[0].half = TLB_PROCESS;
    arrays[1].half = TLB_SYSTEM;
    struct mmu_params params = rig_params("vax", arrays, 2);
    params.page_shift = 9;
    params.asids = 0;
    rig_init(&rig, &params, 2);
    const page_t page = rig_map(&rig, 0, 5);
    mmu_switch(&rig.mmu, 0, 0);
    rig_load(&rig, 0, page); /* misses twice: the PTE's page, and the page */
    ck_assert_uint_eq(rig_counts(&rig).walk_accesses, 2);
    mmu_switch(&rig.mmu, 0, 1);
    mmu_switch(&rig.mmu, 0, 0);
    rig_load(&rig, 0, page);
    ck_assert_uint_eq(rig_counts(&rig).walk_accesses, 3);
    /* Its tables' place goes to others when it ends. */
    mmu_unmap(&rig.mmu, page);
    mmu_end_space(&rig.mmu, 0);
    RIG_OK(mmu_add_space(&rig.mmu, 0, &err));
    RIG_OK(mmu_map(&rig.mmu, page, 9, &err));
    mmu_switch(&rig.mmu, 0, 0);
    rig_load(&rig, 0, page);
    ck_assert_uint_eq(rig_counts(&rig).walk_accesses, 5);
    stop();
}
END_TEST

/* The page is dirty and goes; when it is back and clean, the entry in the TLB is that of the
 * other space, whose M bit is clear. */
START_TEST(store_through_a_global_entry_of_another_space_is_not_lost)
{
    struct mmu_params params = rig_params("x86-64", &rig_unified, 1);
    rig_init(&rig, &params, 2);
    page_t pages[2];
    for (uint32_t i = 0; i < 2; i++) {
        pages[i] = rig_page(&rig, i, 9);
        RIG_OK(mmu_set_global(&rig.mmu, pages[i], &err));
        RIG_OK(mmu_map(&rig.mmu, pages[i], 3, &err));
    }
    rig_store(&rig, 0, pages[1]);
    for (uint32_t i = 0; i < 2; i++)
        mmu_unmap(&rig.mmu, pages[i]);
    for (uint32_t i = 0; i < 2; i++)
        RIG_OK(mmu_map(&rig.mmu, pages[i], 4, &err));
    rig_load(&rig, 0, pages[0]);
    rig_store(&rig, 0, pages[1]);
    ck_assert(dirty(pages[1]));
    stop();
}
END_TEST

/* One entry for large pages, which instructions and data use in turn. */
START_TEST(large_pages_displace_each_other_in_an_array_of_their_own)
{
    struct tlb_array_params arrays[3] = {array("l1i", 1, 4, 4), array("l1d", 1, 4, 4),
                                         array("l1-2m", 1, 1, 1)};
    arrays[0].streams[1] = arrays[1].streams[0] = false;
    arrays[0].page_sizes = arrays[1].page_sizes = 1 << 12;
    arrays[2].page_sizes = 1 << 21;
    const struct mmu_params params = rig_params("x86-64", arrays, 3);
    rig_init(&rig, &params, 1);
    page_t pages[2][512];
    for (unsigned large = 0; large < 2; large++) {
        for (unsigned i = 0; i < 512; i++)
            pages[large][i] = rig_page(&rig, 0, 512 * (large + 1) + i);
        RIG_OK(mmu_map_large(&rig.mmu, pages[large], 21, 512 * (large + 1), &err));
    }
    for (int turn = 0; turn < 5; turn++) {
        rig_fetch(&rig, 0, pages[0][3]);
        rig_load(&rig, 0, pages[1][3]);
    }
    ck_assert_uint_eq(rig_counts(&rig).walks, 10);
    stop();
}
END_TEST

/* The TLB finds the page by the entry of the other space's, which has the frame's. */
START_TEST(frame_bits_are_set_through_a_global_entry_of_another_space)
{
    struct mmu_params params = rig_params("rs6000", &rig_unified, 1);
    rig_init(&rig, &params, 2);
    page_t pages[2];
    for (uint32_t i = 0; i < 2; i++) {
        pages[i] = rig_page(&rig, i, 9);
        RIG_OK(mmu_set_global(&rig.mmu, pages[i], &err));
        RIG_OK(mmu_map(&rig.mmu, pages[i], 3, &err));
    }
    rig_load(&rig, 0, pages[1]);
    mmu_clear_referenced(&rig.mmu, pages[0], false);
    rig_store(&rig, 0, pages[0]);
    ck_assert(accessed(pages[0]) && dirty(pages[0]));
    ck_assert_uint_eq(rig_counts(&rig).walks, 1);
    stop();
}
END_TEST

/* Intel SDM vol. 3A, 4.10.4.1: INVLPG drops all that the caches of walks know of the space. */
START_TEST(invalidating_a_page_empties_the_walk_cache)
{
    struct mmu_params params = rig_params("x86-64", &rig_unified, 1);
    params.walk_cache.level[2] = (struct walk_cache_level_params){4, 4};
    rig_init(&rig, &params, 1);
    const page_t page = rig_map(&rig, 0, 5), neighbour = rig_map(&rig, 0, 6);
    rig_load(&rig, 0, page);
    rig_load(&rig, 0, neighbour);
    ck_assert_uint_eq(rig_counts(&rig).walk_accesses, 4 + 1);
    mmu_invalidate(&rig.mmu, neighbour);
    rig_load(&rig, 0, neighbour);
    ck_assert_uint_eq(rig_counts(&rig).walk_accesses, 4 + 1 + 4);
    stop();
}
END_TEST

/* --- one entry for each frame --------------------------------------------------------------- */

START_TEST(two_pages_of_one_frame_take_the_entry_from_each_other)
{
    struct mmu_params params = rig_params("rs6000", &rig_unified, 1);
    params.cost_fault = 1000000;
    rig_init(&rig, &params, 2);
    page_t pages[2];
    for (uint32_t i = 0; i < 2; i++) {
        pages[i] = rig_page(&rig, i, 5);
        RIG_OK(mmu_map(&rig.mmu, pages[i], 3, &err));
    }
    /* The second mapping has taken the entry. */
    ck_assert_uint_ge(rig_load(&rig, 0, pages[0]), 1000000);
    RIG_CHECK(&rig);
    ck_assert_uint_ge(rig_load(&rig, 0, pages[1]), 1000000);
    ck_assert_uint_eq(rig_load(&rig, 0, pages[1]), 0);
    ck_assert_uint_ge(rig_load(&rig, 0, pages[0]), 1000000); /* not left in the TLB */
    ck_assert_uint_eq(rig_counts(&rig).alias_faults, 3);
    RIG_CHECK(&rig);
    mmu_unmap(&rig.mmu, pages[0]);
    ck_assert_uint_ge(rig_load(&rig, 0, pages[1]), 1000000);
    stop();
}
END_TEST

static Suite *mmu_suite(void)
{
    Suite *suite = suite_create("mmu");
    TCase *bits = tcase_create("bits");
    tcase_add_test(bits, walk_sets_the_accessed_bit_and_a_tlb_hit_does_not);
    tcase_add_test(bits, cleared_accessed_bit_stays_clear_until_the_entry_has_left);
    tcase_add_test(bits, clearing_with_invalidation_makes_the_next_access_walk);
    tcase_add_test(bits, frame_bits_are_set_by_a_tlb_hit_too);
    tcase_add_test(bits, vax_and_mips_have_no_referenced_bit);
    tcase_add_test(bits, invalid_page_leaves_the_tlb_and_is_found_again_when_valid);
    tcase_add_test(bits, first_store_through_a_clean_entry_walks_once_more);
    tcase_add_test(bits, walk_for_a_store_sets_both_bits_at_once);
    tcase_add_test(bits, cleared_dirty_bit_stays_clear_until_the_entry_has_left);
    tcase_add_test(bits, clearing_the_dirty_bit_with_invalidation_loses_no_store);
    tcase_add_test(bits, every_cpu_has_a_modified_bit_of_its_own);
    tcase_add_test(bits, software_sets_the_modified_bit_of_mips);
    tcase_add_test(bits, read_only_page_is_mapped_so_and_let_go);
    suite_add_tcase(suite, bits);
    TCase *tlbs = tcase_create("TLBs");
    tcase_add_test(tlbs, levels_are_asked_in_turn_and_cost_their_hit);
    tcase_add_test(tlbs, inclusive_level_takes_its_entries_from_the_first);
    tcase_add_test(tlbs, unified_first_level_sees_both_streams);
    tcase_add_test(tlbs, stream_without_a_first_level_asks_the_second);
    tcase_add_test(tlbs, identifiers_keep_entries_over_switches);
    tcase_add_test(tlbs, global_page_survives_the_flush_and_serves_all_spaces);
    tcase_add_test(tlbs, system_half_outlives_a_switch);
    tcase_add_test(tlbs, frame_bits_are_set_through_a_global_entry_of_another_space);
    tcase_add_test(tlbs, store_through_a_global_entry_of_another_space_is_not_lost);
    tcase_add_test(tlbs, large_pages_displace_each_other_in_an_array_of_their_own);
    tcase_add_test(tlbs, invalidating_a_page_empties_the_walk_cache);
    tcase_add_test(tlbs, two_pages_of_one_frame_take_the_entry_from_each_other);
    suite_add_tcase(suite, tlbs);
    return suite;
}

int main(void)
{
    SRunner *runner = srunner_create(mmu_suite());
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
