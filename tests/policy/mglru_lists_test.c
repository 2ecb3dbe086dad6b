/* mglru_lists_test.c -- where pages of Linux's multi-gen LRU come in, and which go; after 6.1,
 * 6.12 and 6.14 mm/vmscan.c, include/linux/mm_inline.h. */
#include "policy/mglru_rig.h"

enum { A = 1, B, C, D };

/* --- where pages come in ----------------------------------------------------------------- */

enum { FAULT, ADVISED, AHEAD, READ };

/* The generation of a new page of a file. */
static uint64_t seq_of_new(enum mglru_version version, uint64_t min, unsigned how)
{
    struct rig *rig = open_version(version);
    set_generations(rig, 7, min, min);
    rig_file(rig, A, A);
    rig->pages[A].advised = how == ADVISED;
    if (how == FAULT || how == ADVISED)
        rig_touch(rig, A);
    else if (how == READ)
        rig_read(rig, A);
    else {
        rig->frames[rig->free[rig->nfree - 1]].read_ahead = true;
        rig_bring(rig, A, 0);
    }
    const uint64_t seq = mglru_seq(state(rig), frame_of(rig, A));
    rig_close(rig);
    return seq;
}

START_TEST(new_pages_come_into_the_generations_of_the_version)
{
    static const struct {
        uint64_t min, fault, advised, ahead, read;
    } cases[][3] = {
        [MGLRU_6_1] = {{4, 7, 4, 7, 4}, {5, 7, 5, 7, 5}, {6, 7, 6, 7, 6}},
        [MGLRU_6_1_69] = {{4, 7, 5, 7, 5}, {5, 7, 5, 7, 5}, {6, 7, 6, 7, 6}},
        [MGLRU_6_12] = {{4, 7, 5, 7, 5}, {5, 7, 5, 7, 5}, {6, 7, 6, 7, 6}},
        [MGLRU_6_12_114] = {{4, 7, 5, 7, 5}, {5, 7, 5, 7, 5}, {6, 7, 6, 7, 6}},
        [MGLRU_6_14] = {{4, 6, 4, 6, 4}, {5, 6, 5, 6, 5}, {6, 6, 6, 6, 6}},
    };
    for (unsigned version = 0; version <= MGLRU_6_14; version++)
        for (size_t i = 0; i < ARRAY_LEN(cases[version]); i++) {
            const uint64_t min = cases[version][i].min;
            ck_assert_uint_eq(seq_of_new(version, min, FAULT), cases[version][i].fault);
            ck_assert_uint_eq(seq_of_new(version, min, ADVISED), cases[version][i].advised);
            ck_assert_uint_eq(seq_of_new(version, min, AHEAD), cases[version][i].ahead);
            ck_assert_uint_eq(seq_of_new(version, min, READ), cases[version][i].read);
        }
}
END_TEST

START_TEST(pages_that_wait_to_be_written_come_into_an_older_generation)
{
    /* anon not in the swap cache; of a file, waiting; written; 6.14: of the working set */
    static const uint64_t seqs[][4] = {
        {5, 5, 4, 4}, {6, 6, 4, 5}, {6, 6, 4, 5}, {6, 6, 4, 5}, {6, 6, 4, 5}};
    for (unsigned version = 0; version <= MGLRU_6_14; version++) {
        struct rig *rig = open_version(version);
        struct mglru *m = state(rig);
        rig_file(rig, B, C);
        rig_store(rig, A);
        rig_store(rig, B);
        rig_touch(rig, C);
        set_generations(rig, 7, 4, 4);
        ck_assert_uint_eq(mglru_seq_of_new(m, frame_of(rig, A), false), seqs[version][0]);
        rig->frames[frame_of(rig, A)].dirty = false;
        ck_assert_uint_eq(mglru_seq_of_new(m, frame_of(rig, A), false), seqs[version][0]);
        rig->pages[A].saved = true;
        ck_assert_uint_eq(mglru_seq_of_new(m, frame_of(rig, A), false),
                          is_between(version) ? 5 : 4);
        mglru_mark(m, frame_of(rig, B), MGLRU_RECLAIM, true);
        ck_assert_uint_eq(mglru_seq_of_new(m, frame_of(rig, B), false), seqs[version][1]);
        ck_assert_uint_eq(mglru_seq_of_new(m, frame_of(rig, C), true), seqs[version][2]);
        mglru_mark(m, frame_of(rig, C), MGLRU_WORKINGSET, true);
        ck_assert_uint_eq(mglru_seq_of_new(m, frame_of(rig, C), false), seqs[version][3]);
        mglru_mark(m, frame_of(rig, C), MGLRU_ACTIVE, true);
        ck_assert_uint_eq(mglru_seq_of_new(m, frame_of(rig, C), false), 7);
        rig_close(rig);
    }
}
END_TEST

START_TEST(cold_pages_go_to_old_generations_and_lose_their_uses)
{
    for (unsigned version = 0; version <= MGLRU_6_14; version++) {
        struct rig *rig = open_version(version);
        set_generations(rig, 6, 3, 3);
        rig_file(rig, A, A);
        rig_touch(rig, A);
        rig_read(rig, A);
        rig_store(rig, B);
        policy_mglru.reclaim->deactivate(rig->state, frame_of(rig, A));
        policy_mglru.reclaim->deactivate(rig->state, frame_of(rig, B));
        ck_assert_uint_eq(mglru_seq(state(rig), frame_of(rig, A)),
                          is_between(version) ? 4 : 3);
        ck_assert_uint_eq(mglru_seq(state(rig), frame_of(rig, B)),
                          version == MGLRU_6_1 ? 4 : 5);
        ck_assert(!mglru_is(state(rig), frame_of(rig, A), MGLRU_REFERENCED));
        ck_assert_uint_eq(policy_mglru.reclaim->counts(rig->state)->pgdeactivate, 2);
        policy_mglru.reclaim->deactivate(rig->state, frame_of(rig, A));
        ck_assert_uint_eq(policy_mglru.reclaim->counts(rig->state)->pgdeactivate,
                          version == MGLRU_6_14 ? 2 : 3); /* it is in the oldest */
        rig_close(rig);
    }
}
END_TEST

START_TEST(pages_freed_lazily_are_among_those_of_files_until_they_are_stored_into)
{
    for (unsigned version = 0; version <= MGLRU_6_14; version++) {
        struct rig *rig = open_version(version);
        set_generations(rig, 6, 3, 3);
        rig_touch(rig, A);
        policy_mglru.reclaim->lazy_free(rig->state, frame_of(rig, A));
        check_shown(rig, is_between(version)
                             ? "file 4: 1; max_seq=6; min_seq anon=3; min_seq file=3"
                             : "file 3: 1; max_seq=6; min_seq anon=3; min_seq file=3");
        rig_store(rig, A);
        rig->answer = PAGE_ACTIVATE;
        rig->frames[frame_of(rig, A)].young = 0;
        rig->run.wanted = 32;
        for (unsigned i = 0; i < 4; i++)
            rig_shrink(rig, 0);
        ck_assert_uint_eq(mglru_type(state(rig), frame_of(rig, A)), RECLAIM_ANON);
        rig_close(rig);
    }
}
END_TEST

/* --- eviction ---------------------------------------------------------------------------- */

START_TEST(pages_of_protected_tiers_join_the_next_generation)
{
    for (unsigned version = 0; version <= MGLRU_6_14; version++) {
        struct rig *rig = open_read(version, 5);
        for (unsigned uses = 1; uses < 3; uses++) { /* tier 2 */
            rig_read(rig, 1);
            rig_read(rig, 3);
        }
        set_tier(rig, RECLAIM_FILE, 2, 100, 100);
        mglru_mark(state(rig), frame_of(rig, 5), MGLRU_REFERENCED, true);
        const uint64_t evicted = state(rig)->tiers[RECLAIM_FILE][2].protected;
        ck_assert_uint_eq(evict(rig), 0); /* two generations remain */
        check_shown(rig, version < MGLRU_6_14
                             ? "file 5: 1 3; max_seq=6; min_seq anon=4; min_seq file=5"
                             : "file 5: 3 1; max_seq=6; min_seq anon=4; min_seq file=5");
        ck_assert_uint_eq(rig->nvictims, 3);
        /* of the generation that is over: (100 of before + 2 protected) / 2 */
        ck_assert_uint_eq(state(rig)->tiers[RECLAIM_FILE][2].avg_total, 51);
        ck_assert_uint_eq(evicted, 50);
        ck_assert(!mglru_is(state(rig), frame_of(rig, 1), MGLRU_REFERENCED));
        ck_assert_uint_eq(
            policy_mglru.reclaim->counts(rig->state)->workingset_activate[RECLAIM_FILE],
            version < MGLRU_6_12 ? 2 : 0);
        rig_close(rig);
    }
}
END_TEST

/* Counted as protected before 6.14. */
START_TEST(since_6_1_69_pages_whose_uses_cannot_be_counted_any_more_do_not_go)
{
    for (unsigned version = 0; version <= MGLRU_6_14; version++) {
        struct rig *rig = open_read(version, 3);
        for (unsigned uses = 1; uses < 5; uses++) {
            rig_read(rig, 1);
            rig_read(rig, 2);
        }
        evict(rig);
        const struct mglru_tier *tier = &state(rig)->tiers[RECLAIM_FILE][3];
        ck_assert_uint_eq(rig->nvictims, version == MGLRU_6_1 ? 3 : 1);
        ck_assert_uint_eq(tier->evicted, version == MGLRU_6_1 ? 2 : 0);
        ck_assert_uint_eq(tier->avg_total, is_between(version) ? 1 : 0);
        if (version == MGLRU_6_14)
            ck_assert(mglru_is(state(rig), frame_of(rig, 1), MGLRU_WORKINGSET));
        rig_close(rig);
    }
}
END_TEST

START_TEST(sixty_four_pages_are_taken_at_a_time)
{
    struct rig *rig = open_read(MGLRU_6_12, 100);
    ck_assert_uint_eq(evict(rig), 64);
    ck_assert_uint_eq(rig->nvictims, 64);
    ck_assert_uint_eq(rig->victims[0], 1);
    ck_assert_uint_eq(rig->victims[63], 64);
    rig_close(rig);
}
END_TEST

START_TEST(pages_of_two_generations_are_not_taken)
{
    struct rig *rig = open_read(MGLRU_6_12, 4);
    set_generations(rig, 5, 4, 4);
    ck_assert_uint_eq(evict(rig), 0);
    ck_assert_uint_eq(rig->nvictims, 0);
    rig_close(rig);
}
END_TEST

START_TEST(types_stay_together)
{
    static const struct {
        uint64_t anon, file, anon_old, file_old, anon_6_14, file_6_14;
    } cases[] = {
        {8, 8, 8, 8, 8, 8}, {8, 6, 6, 6, 7, 6}, {6, 8, 6, 6, 6, 7},
        {7, 6, 6, 6, 7, 6}, {6, 7, 6, 6, 6, 7}, {8, 7, 7, 7, 8, 7},
    };
    for (unsigned version = 0; version <= MGLRU_6_14; version++)
        for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
            struct rig *rig = open_version(version);
            uint64_t seq[] = {cases[i].anon, cases[i].file};
            const bool newer = version == MGLRU_6_14;
            set_generations(rig, 9, 6, 6);
            mglru_hold_together(state(rig), seq);
            ck_assert_uint_eq(seq[RECLAIM_ANON],
                              newer ? cases[i].anon_6_14 : cases[i].anon_old);
            ck_assert_uint_eq(seq[RECLAIM_FILE],
                              newer ? cases[i].file_6_14 : cases[i].file_old);
            rig_close(rig);
        }
}
END_TEST

/* Without a driver, four are taken at a time: the first is used, the second goes. */
START_TEST(what_has_not_been_looked_at_goes_back_where_it_was)
{
    for (unsigned version = 0; version <= MGLRU_6_14; version++) {
        const char *const set[] = {versions[version], "batch=4", NULL};
        struct rig *rig = rig_open(&policy_mglru, RIG_FRAMES, set);
        for (unsigned page = 0; page < 6; page++)
            rig_touch(rig, page);
        for (unsigned page = 0; page < 6; page++) {
            const pfn_t pfn = frame_of(rig, page);
            rig->frames[pfn].young = page == 0;
            mglru_take(state(rig), pfn);
            mglru_put(state(rig), pfn, 4, false);
        }
        set_generations(rig, 7, 4, 4);
        mglru_mark(state(rig), frame_of(rig, 3), MGLRU_WORKINGSET, true);
        const uint8_t marks = state(rig)->pages[frame_of(rig, 3)].marks;
        const pfn_t victim = policy_mglru.victim(rig->state);
        ck_assert_uint_eq(victim, frame_of(rig, 1));
        check_shown(rig, version < MGLRU_6_14
                             ? "anon 7: 0; anon 4: 5 4 3t 2 1; max_seq=7; "
                               "min_seq anon=4; min_seq file=4"
                             : "anon 6: 0; anon 4: 5 4 3t3 2 1; max_seq=7; "
                               "min_seq anon=4; min_seq file=4");
        ck_assert_uint_eq(state(rig)->pages[frame_of(rig, 3)].marks, marks);
        ck_assert_str_eq(rig_why(rig, victim),
                         "page 1 of tier 0 was at the tail of the oldest generation of "
                         "anon pages and had not been used (priority 2; the youngest is "
                         "7)");
        rig_close(rig);
    }
}
END_TEST

static enum page_fate stop_at_2(struct reclaim *reclaim, pfn_t pfn)
{
    struct rig *rig = CONTAINER_OF(reclaim, struct rig, run);
    reclaim->stop = pfn == frame_of(rig, 2);
    return reclaim->stop ? PAGE_KEEP : rig_answer(reclaim, pfn);
}

/* Page 0 goes; 1 is used, and so is 4, its neighbour; 2 is kept and the kernel must wait. */
START_TEST(what_the_kernel_stops_before_goes_back_where_it_was)
{
    for (unsigned version = 0; version <= MGLRU_6_14; version++) {
        struct rig *rig = open_used(version, 0);
        for (unsigned page = 6; page < 20; page++)
            rig_evict(rig, frame_of(rig, page), true);
        set_young(rig, 1, 1);
        set_young(rig, 4, 4);
        set_generations(rig, 7, 4, 4);
        set_tier(rig, RECLAIM_ANON, 0, 10, 80);
        struct mglru_tier tier = state(rig)->tiers[RECLAIM_ANON][0];
        rig->run.page = stop_at_2;
        rig->run.priority = 0;
        rig->run.wanted = 32;
        policy_mglru.reclaim->shrink(rig->state, &rig->run);
        ck_assert_uint_eq(rig->run.scanned, 3);
        check_shown(rig, version == MGLRU_6_14 ? "anon 6: 2 1; anon 4: 5 4 3; max_seq=7; "
                                                 "min_seq anon=4; min_seq file=4"
                                               : "anon 7: 2 1 4; anon 4: 5 3; max_seq=7; "
                                                 "min_seq anon=4; min_seq file=4");
        tier.evicted++;
        ck_assert_mem_eq(&state(rig)->tiers[RECLAIM_ANON][0], &tier, sizeof tier);
        rig_close(rig);
    }
}
END_TEST

START_TEST(without_swap_space_the_oldest_page_goes_in_the_end)
{
    struct rig *rig = open_used(MGLRU_6_14, 0);
    rig->swap_left = 63; /* that is little */
    rig->frames[frame_of(rig, 0)].locked = true;
    const pfn_t victim = policy_mglru.victim(rig->state);
    ck_assert_uint_eq(victim, frame_of(rig, 1));
    ck_assert_str_eq(rig_why(rig, victim),
                     "no page could be evicted at any priority: page 1, the oldest, goes");
    rig_close(rig);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("mglru_lists");
    TCase *tests = tcase_create("mglru_lists");
    tcase_add_test(tests, new_pages_come_into_the_generations_of_the_version);
    tcase_add_test(tests, pages_that_wait_to_be_written_come_into_an_older_generation);
    tcase_add_test(tests, cold_pages_go_to_old_generations_and_lose_their_uses);
    tcase_add_test(tests,
                   pages_freed_lazily_are_among_those_of_files_until_they_are_stored_into);
    tcase_add_test(tests, pages_of_protected_tiers_join_the_next_generation);
    tcase_add_test(tests,
                   since_6_1_69_pages_whose_uses_cannot_be_counted_any_more_do_not_go);
    tcase_add_test(tests, sixty_four_pages_are_taken_at_a_time);
    tcase_add_test(tests, pages_of_two_generations_are_not_taken);
    tcase_add_test(tests, types_stay_together);
    tcase_add_test(tests, what_has_not_been_looked_at_goes_back_where_it_was);
    tcase_add_test(tests, what_the_kernel_stops_before_goes_back_where_it_was);
    tcase_add_test(tests, without_swap_space_the_oldest_page_goes_in_the_end);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
