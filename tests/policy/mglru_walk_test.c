/* mglru_walk_test.c -- the aging of Linux's multi-gen LRU, and the look around used pages;
 * after 6.1, 6.12 and 6.14 mm/vmscan.c. */
#include "policy/mglru_rig.h"

enum { A = 1, B, C, D };

/* --- when there is a younger generation -------------------------------------------------- */

START_TEST(aging_comes_with_three_generations_that_are_unevenly_filled)
{
    static const struct {
        uint64_t min, n[3]; /* of the youngest, the next, the next */
        bool age, age_6_14;
    } cases[] = {
        {6, {1, 1, 0}, true, true},     /* two generations */
        {4, {90, 5, 5}, false, false},  /* four */
        {5, {50, 25, 25}, false, true}, /* young·2 > total; old·4 < total: neither */
        {5, {51, 24, 25}, true, true},  /* too many young ones */
        {5, {40, 36, 24}, true, true},  /* too few old ones */
        {5, {40, 35, 25}, false, true},
    };
    for (unsigned version = 0; version <= MGLRU_6_14; version++)
        for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
            struct rig *rig = open_version(version);
            uint64_t total;
            set_generations(rig, 7, cases[i].min, cases[i].min);
            for (unsigned older = 0; older < 3; older++)
                state(rig)->n[mglru_gen(7 - older)][RECLAIM_FILE] = cases[i].n[older];
            state(rig)->n[mglru_gen(7)][RECLAIM_ANON] = 1000;
            ck_assert_int_eq(mglru_should_age(state(rig), false, &total),
                             version == MGLRU_6_14 ? cases[i].age_6_14 : cases[i].age);
            if (i > 0)
                ck_assert_uint_eq(total, 100);
            else
                ck_assert_uint_eq(total, version < MGLRU_6_12 ? 2 : 0);
            rig_close(rig);
        }
}
END_TEST

START_TEST(the_older_type_says_how_many_generations_there_are)
{
    for (unsigned version = 0; version <= MGLRU_6_14; version++) {
        struct rig *rig = open_version(version);
        uint64_t total;
        set_generations(rig, 7, 4, 6);
        ck_assert(!mglru_should_age(state(rig), true, &total));
        ck_assert(mglru_should_age(state(rig), false, &total));
        rig_close(rig);
    }
}
END_TEST

/* Pages that can go join the next generation at its tail, one by one; others stay, and turn
 * young. */
START_TEST(the_oldest_of_four_generations_ends_when_there_is_a_fifth)
{
    for (unsigned version = 0; version <= MGLRU_6_14; version++) {
        struct rig *rig = open_version(version);
        rig_file(rig, A, C);
        for (unsigned page = A; page <= C; page++)
            rig_touch(rig, page);
        rig_touch(rig, D);
        for (unsigned page = A; page <= D; page++) {
            rig->frames[frame_of(rig, page)].young = 0;
            mglru_take(state(rig), frame_of(rig, page));
            mglru_put(state(rig), frame_of(rig, page), page == C ? 1 : 0, false);
        }
        mglru_run_aging(state(rig), false);
        check_shown(rig, "anon 4: 4; file 1: 3 1 2; max_seq=4; min_seq anon=1; "
                         "min_seq file=1");
        ck_assert_uint_eq(state(rig)->tiers[RECLAIM_FILE][0].avg_total,
                          version == MGLRU_6_14 ? 1 : 0); /* protected: 2 */
        rig_close(rig);
    }
}
END_TEST

/* --- walks ------------------------------------------------------------------------------- */

START_TEST(a_walk_counts_used_pages_to_the_youngest_where_they_are)
{
    for (unsigned version = 0; version <= MGLRU_6_14; version++) {
        struct rig *rig = open_version(version);
        rig_file(rig, A, C);
        for (unsigned page = A; page <= D; page++)
            rig_touch(rig, page);
        rig->pages[B].advised = true;
        const uint64_t seq = mglru_seq(state(rig), frame_of(rig, A));
        set_generations(rig, 4, 2, 2);
        mglru_run_aging(state(rig), false); /* D cannot go */
        ck_assert_uint_eq(state(rig)->max_seq, 5);
        ck_assert_uint_eq(mglru_seq(state(rig), frame_of(rig, A)),
                          version < MGLRU_6_14 ? 4 : seq);
        ck_assert_int_eq(mglru_is(state(rig), frame_of(rig, A), MGLRU_REFERENCED),
                         version == MGLRU_6_14);
        ck_assert_uint_eq(state(rig)->pages[frame_of(rig, A)].list, mglru_gen(seq));
        ck_assert_uint_eq(rig->frames[frame_of(rig, A)].young, 0);
        ck_assert_uint_eq(rig->frames[frame_of(rig, B)].young, 1);
        ck_assert_uint_eq(rig->frames[frame_of(rig, D)].young, 1);
        rig_close(rig);
    }
}
END_TEST

START_TEST(since_6_14_a_page_turns_young_when_it_is_found_used_twice)
{
    struct rig *rig = open_version(MGLRU_6_14);
    rig_file(rig, A, A);
    rig_touch(rig, A);
    ck_assert_uint_eq(mglru_seq(state(rig), frame_of(rig, A)), 2);
    state(rig)->walked = 0;
    mglru_run_aging(state(rig), false);
    ck_assert_uint_eq(mglru_seq(state(rig), frame_of(rig, A)), 2);
    set_young(rig, A, A);
    state(rig)->walked = 0; /* all tables */
    mglru_run_aging(state(rig), false);
    ck_assert_uint_eq(mglru_seq(state(rig), frame_of(rig, A)), 4);
    ck_assert(mglru_is(state(rig), frame_of(rig, A), MGLRU_WORKINGSET));
    ck_assert(!mglru_is(state(rig), frame_of(rig, A), MGLRU_REFERENCED));
    ck_assert_uint_eq(state(rig)->max_seq, 5);
    rig_close(rig);
}
END_TEST

/* Tables of 512 pages: one with a used page in every eight is walked the next time too. */
START_TEST(walks_pass_over_tables_that_had_few_used_pages)
{
    struct rig *rig = open_version(MGLRU_6_1);
    for (unsigned page = 0; page < 64; page++)
        rig_touch(rig, page);
    for (unsigned page = 512; page < 512 + 63; page++)
        rig_touch(rig, page);
    mglru_run_aging(state(rig), true);
    ck_assert_uint_eq(rig->frames[frame_of(rig, 512)].young, 0);
    set_young(rig, 0, 63);
    set_young(rig, 512, 512 + 62);
    mglru_run_aging(state(rig), true);
    ck_assert_uint_eq(rig->frames[frame_of(rig, 0)].young, 0);
    ck_assert_uint_eq(rig->frames[frame_of(rig, 512)].young, 1);
    mglru_run_aging(state(rig), true); /* none was used in the first now */
    set_young(rig, 0, 0);
    mglru_run_aging(state(rig), true);
    ck_assert_uint_eq(rig->frames[frame_of(rig, 0)].young, 1);
    rig_close(rig);
}
END_TEST

START_TEST(small_processes_are_not_walked)
{
    const char *const set[] = {"version=6.1", NULL};
    struct rig *rig = rig_open(&policy_mglru, RIG_FRAMES, set);
    for (unsigned page = 0; page < 63; page++)
        rig_touch(rig, page);
    mglru_run_aging(state(rig), true);
    ck_assert_uint_eq(rig->frames[frame_of(rig, 0)].young, 1);
    rig_file(rig, 63, 63);
    rig_touch(rig, 63);
    mglru_run_aging(state(rig), false); /* one page that can go */
    ck_assert_uint_eq(rig->frames[frame_of(rig, 63)].young, 1);
    state(rig)->walked = 0;
    mglru_run_aging(state(rig), true);
    ck_assert_uint_eq(rig->frames[frame_of(rig, 0)].young, 0);
    rig_close(rig);
}
END_TEST

START_TEST(since_6_12_small_processes_are_walked_too)
{
    const char *const set[] = {"version=6.12", NULL};
    struct rig *rig = rig_open(&policy_mglru, RIG_FRAMES, set);
    rig_touch(rig, A);
    mglru_run_aging(state(rig), true);
    ck_assert_uint_eq(rig->frames[frame_of(rig, A)].young, 0);
    rig_close(rig);
}
END_TEST

/* Half of the rig's pages are each process's. */
START_TEST(processes_are_walked_once_and_then_when_they_have_been_switched_to)
{
    enum { OTHER = RIG_PAGES / 2, ROUNDS = 4 };
    static const struct {
        uint64_t switched_to;
        unsigned walked;
    } rounds[ROUNDS] = {{0, 3}, {0, 0}, {2, 2}, {0, 0}}; /* a bit for each process */
    for (unsigned version = 0; version <= MGLRU_6_14; version++) {
        struct rig *rig = open_version(version);
        rig->processes = 2;
        rig->clock = true;
        rig_touch(rig, A);
        rig_touch(rig, OTHER);
        for (unsigned i = 0; i < ROUNDS; i++) {
            rig->switched_to |= rounds[i].switched_to;
            mglru_suggest(state(rig), state(rig)->max_seq, 0, 0);
            mglru_suggest(state(rig), state(rig)->max_seq, 1, OTHER / MGLRU_TABLE);
            set_young(rig, A, A);
            set_young(rig, OTHER, OTHER);
            mglru_run_aging(state(rig), true);
            ck_assert_uint_eq(rig->frames[frame_of(rig, A)].young, !(rounds[i].walked & 1));
            ck_assert_uint_eq(rig->frames[frame_of(rig, OTHER)].young,
                              !(rounds[i].walked & 2));
            ck_assert_uint_eq(state(rig)->max_seq, 4 + i);
        }
        rig_close(rig);
    }
}
END_TEST

/* --- the look around --------------------------------------------------------------------- */

START_TEST(neighbours_are_those_of_the_table_and_area_64_at_most)
{
    static const struct {
        vpn_t at, area_first, area_last, first, end;
    } cases[] = {
        {100, 0, 1023, 68, 132},  {10, 0, 1023, 0, 64},      {31, 0, 1023, 0, 64},
        {32, 0, 1023, 0, 64},     {33, 0, 1023, 1, 65},      {500, 0, 1023, 448, 512},
        {480, 0, 1023, 448, 512}, {513, 0, 1023, 512, 576},  {100, 90, 110, 90, 111},
        {100, 90, 1000, 90, 154}, {511, 511, 512, 511, 512},
    };
    struct rig *rig = open_version(MGLRU_6_1);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        vpn_t first, end;
        for (vpn_t vpn = 0; vpn < RIG_PAGES; vpn++)
            rig->pages[vpn].area = vpn >= cases[i].area_first && vpn <= cases[i].area_last;
        mglru_window(state(rig), &(struct page_walk){.vpn = cases[i].at}, &first, &end);
        ck_assert_uint_eq(first, cases[i].first);
        ck_assert_uint_eq(end, cases[i].end);
    }
    rig_close(rig);
}
END_TEST

/* The page is taken off its list and looked at; what is it to be? */
static enum page_fate look(struct rig *rig, unsigned page, bool walker)
{
    struct mglru_batch batch = {.reclaim = &rig->run, .swappiness = 60, .walker = walker};
    const pfn_t pfn = frame_of(rig, page);
    bool activate;
    mglru_take(state(rig), pfn);
    const bool used = mglru_is_used(state(rig), &batch, pfn, &activate);
    mglru_put(state(rig), pfn, 4, true);
    return activate ? PAGE_ACTIVATE : used ? PAGE_KEEP : PAGE_GONE;
}

START_TEST(kswapd_counts_used_neighbours_to_the_youngest_and_others_move_them)
{
    for (unsigned version = 0; version <= MGLRU_6_14; version++)
        for (unsigned walker = 0; walker < 2; walker++) {
            struct rig *rig = open_used(version, 3);
            const struct reclaim_counts *counts = policy_mglru.reclaim->counts(rig->state);
            ck_assert_int_eq(look(rig, 0, walker),
                             version < MGLRU_6_12 ? PAGE_ACTIVATE : PAGE_KEEP);
            if (version == MGLRU_6_14) { /* found used once, and now twice */
                ck_assert(is_on(rig, 1, 4, 4) &&
                          mglru_is(state(rig), frame_of(rig, 1), MGLRU_REFERENCED));
                set_young(rig, 0, 2);
                ck_assert_int_eq(look(rig, 0, walker), PAGE_ACTIVATE);
            }
            for (unsigned page = 1; page < 3; page++) {
                ck_assert(is_on(rig, page, walker ? 4 : 6, 6));
                ck_assert_uint_eq(rig->frames[frame_of(rig, page)].young, 0);
            }
            ck_assert(is_on(rig, 3, 4, 4));
            ck_assert_uint_eq(counts->pgactivate, walker ? 0 : 2);
            rig_close(rig);
        }
}
END_TEST

START_TEST(in_6_1_fifteen_used_neighbours_are_too_many_to_be_moved)
{
    for (unsigned used = 15; used <= 16; used++)
        for (unsigned version = 0; version < MGLRU_6_14; version++) {
            struct rig *rig = open_used(version, used);
            look(rig, 0, false);
            const bool moved = used == 15 || version >= MGLRU_6_12;
            ck_assert(is_on(rig, 1, moved ? 6 : 4, 6));
            rig_close(rig);
        }
}
END_TEST

START_TEST(isolated_neighbours_are_marked_until_6_14_and_kept)
{
    for (unsigned version = 0; version <= MGLRU_6_14; version++) {
        struct rig *rig = open_used(version, 2);
        const pfn_t neighbour = frame_of(rig, 1);
        mglru_take(state(rig), neighbour);
        look(rig, 0, true);
        ck_assert_int_eq(mglru_is(state(rig), neighbour, MGLRU_REFERENCED),
                         version < MGLRU_6_14);
        ck_assert_uint_eq(rig->frames[neighbour].young, version == MGLRU_6_14);
        mglru_put(state(rig), neighbour, 4, false);
        ck_assert_int_eq(look(rig, 1, true), PAGE_KEEP);
        rig_close(rig);
    }
}
END_TEST

START_TEST(advised_areas_are_not_looked_at_when_pages_go)
{
    for (unsigned version = 0; version <= MGLRU_6_14; version++) {
        struct rig *rig = open_used(version, 2);
        rig->pages[0].advised = true;
        ck_assert_int_eq(look(rig, 0, true), PAGE_GONE);
        ck_assert_uint_eq(rig->frames[frame_of(rig, 0)].young, version >= MGLRU_6_12);
        ck_assert(is_on(rig, 1, 4, 4));
        rig_close(rig);
    }
}
END_TEST

/* MADV_RANDOM before 6.3: the page stays, its neighbours are not looked at. */
START_TEST(advised_areas_whose_uses_count_keep_their_pages_in_6_1_only)
{
    for (unsigned version = 0; version <= MGLRU_6_14; version++) {
        struct rig *rig = open_used(version, 2);
        rig->pages[0].advised = rig->pages[0].recency = true;
        ck_assert_int_eq(look(rig, 0, true), version < MGLRU_6_12 ? PAGE_KEEP : PAGE_GONE);
        ck_assert(is_on(rig, 1, 4, 4));
        rig_close(rig);
    }
}
END_TEST

/* Eight used ones of 64. */
START_TEST(a_table_with_many_used_neighbours_is_walked_next)
{
    for (unsigned used = 7; used <= 8; used++) {
        struct rig *rig = open_used(MGLRU_6_12, used);
        state(rig)->walked = 1;
        *mglru_filter(state(rig), 6) = (struct mglru_filter){.there = true};
        ck_assert(!mglru_is_suggested(state(rig), 6, 0, 0));
        look(rig, 0, true);
        ck_assert_int_eq(mglru_is_suggested(state(rig), 6, 0, 0), used == 8);
        ck_assert(!mglru_is_suggested(state(rig), 6, 0, 1));
        ck_assert(!mglru_is_suggested(state(rig), 6, 1, 0));
        ck_assert(mglru_is_suggested(state(rig), 7, 0, 1)); /* no filter yet: all */
        rig_close(rig);
    }
}
END_TEST

START_TEST(pages_of_files_spare_used_neighbours_of_files_only_since_6_12)
{
    for (unsigned version = 0; version < MGLRU_6_14; version++) {
        struct rig *rig = open_used(version, 2);
        mglru_take(state(rig), frame_of(rig, 0));
        rig_file(rig, 0, 0);
        mglru_mark(state(rig), frame_of(rig, 0), MGLRU_FILE, true);
        mglru_put(state(rig), frame_of(rig, 0), 4, true);
        look(rig, 0, true);
        ck_assert_uint_eq(rig->frames[frame_of(rig, 1)].young, version >= MGLRU_6_12);
        rig_close(rig);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("mglru_walk");
    TCase *tests = tcase_create("mglru_walk");
    tcase_add_test(tests, aging_comes_with_three_generations_that_are_unevenly_filled);
    tcase_add_test(tests, the_older_type_says_how_many_generations_there_are);
    tcase_add_test(tests, the_oldest_of_four_generations_ends_when_there_is_a_fifth);
    tcase_add_test(tests, a_walk_counts_used_pages_to_the_youngest_where_they_are);
    tcase_add_test(tests, since_6_14_a_page_turns_young_when_it_is_found_used_twice);
    tcase_add_test(tests, walks_pass_over_tables_that_had_few_used_pages);
    tcase_add_test(tests, small_processes_are_not_walked);
    tcase_add_test(tests, since_6_12_small_processes_are_walked_too);
    tcase_add_test(tests,
                   processes_are_walked_once_and_then_when_they_have_been_switched_to);
    tcase_add_test(tests, neighbours_are_those_of_the_table_and_area_64_at_most);
    tcase_add_test(tests,
                   kswapd_counts_used_neighbours_to_the_youngest_and_others_move_them);
    tcase_add_test(tests, in_6_1_fifteen_used_neighbours_are_too_many_to_be_moved);
    tcase_add_test(tests, isolated_neighbours_are_marked_until_6_14_and_kept);
    tcase_add_test(tests, advised_areas_are_not_looked_at_when_pages_go);
    tcase_add_test(tests, advised_areas_whose_uses_count_keep_their_pages_in_6_1_only);
    tcase_add_test(tests, a_table_with_many_used_neighbours_is_walked_next);
    tcase_add_test(tests, pages_of_files_spare_used_neighbours_of_files_only_since_6_12);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
