/* mglru_tiers_test.c -- tiers of Linux's multi-gen LRU, its controller, and pages that come
 * back; after 6.1, 6.12 and 6.14 mm/vmscan.c, mm/workingset.c, mm/swap.c. */
#include "policy/mglru_rig.h"

enum { A = 1, B, C, D };

/* --- the controller ---------------------------------------------------------------------- */

START_TEST(a_tier_is_protected_if_it_comes_back_twice_as_often)
{
    static const struct mglru_point set = {100, 1000, 1};
    ck_assert(!mglru_positive(set, (struct mglru_point){120, 300, 2}, 64));
    ck_assert(mglru_positive(set, (struct mglru_point){70, 1000, 2}, 64));
    ck_assert(mglru_positive(set, (struct mglru_point){63, 1, 2}, 64)); /* too few */
    ck_assert(!mglru_positive(set, (struct mglru_point){64, 1, 2}, 64));
}
END_TEST

START_TEST(the_type_that_comes_back_less_is_evicted)
{
    static const struct {
        uint64_t anon, anon_total, file, file_total;
        unsigned type;
    } cases[] = {
        {200, 1000, 100, 1000, RECLAIM_FILE}, /* 100·1064·60 <= 201·1000·140 */
        {10, 1000, 300, 1000, RECLAIM_ANON},  /* 300·1064·60 >  11·1000·140 */
        {0, 0, 63, 63, RECLAIM_FILE},         /* too few to tell */
        {0, 0, 64, 64, RECLAIM_ANON},
    };
    for (unsigned version = 0; version <= MGLRU_6_14; version++)
        for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
            struct rig *rig = open_version(version);
            unsigned last;
            set_tier(rig, RECLAIM_ANON, 0, cases[i].anon, cases[i].anon_total);
            set_tier(rig, RECLAIM_FILE, 0, cases[i].file, cases[i].file_total);
            ck_assert_uint_eq(mglru_choose_type(state(rig), 60, &last), cases[i].type);
            rig_close(rig);
        }
}
END_TEST

/* By the first tiers file pages are the ones that stay; by the sums they are not. */
START_TEST(since_6_14_all_tiers_say_which_type_is_evicted)
{
    for (unsigned version = 0; version <= MGLRU_6_14; version++) {
        struct rig *rig = open_version(version);
        unsigned last;
        set_tier(rig, RECLAIM_ANON, 0, 10, 1000);
        set_tier(rig, RECLAIM_FILE, 0, 300, 1000);
        set_tier(rig, RECLAIM_ANON, 2, 500, 1000);
        const unsigned type = mglru_choose_type(state(rig), 60, &last);
        /* 300·2064·60 = 37.2 million <= 511·1000·140 = 71.5 million */
        ck_assert_uint_eq(type, version == MGLRU_6_14 ? RECLAIM_FILE : RECLAIM_ANON);
        rig_close(rig);
    }
}
END_TEST

START_TEST(swappiness_decides_at_its_ends_and_the_older_type_before_6_14)
{
    for (unsigned version = 0; version <= MGLRU_6_14; version++) {
        struct rig *rig = open_version(version);
        unsigned last;
        set_tier(rig, RECLAIM_FILE, 0, 300, 300);
        ck_assert_uint_eq(mglru_choose_type(state(rig), 0, &last), RECLAIM_FILE);
        ck_assert_uint_eq(mglru_choose_type(state(rig), 1, &last), RECLAIM_FILE);
        ck_assert_uint_eq(mglru_choose_type(state(rig), 60, &last), RECLAIM_ANON);
        ck_assert_uint_eq(mglru_choose_type(state(rig), 200, &last), RECLAIM_ANON);
        state(rig)->min_seq[RECLAIM_FILE] = 1;
        ck_assert_uint_eq(mglru_choose_type(state(rig), 0, &last), RECLAIM_FILE);
        ck_assert_uint_eq(mglru_choose_type(state(rig), 1, &last),
                          version == MGLRU_6_14 ? RECLAIM_FILE : RECLAIM_ANON);
        rig_close(rig);
    }
}
END_TEST

START_TEST(the_first_tier_that_comes_back_too_often_ends_those_evicted)
{
    static const struct {
        uint64_t first, second, third;
        unsigned last;
    } cases[] = {
        {63, 63, 63, 3},  /* too few */
        {120, 10, 10, 0}, /* 120·1064·1 > 101·300·2, and ·2 > ·3 */
        {10, 120, 10, 1},
        {10, 10, 120, 2},
    };
    for (unsigned version = 0; version <= MGLRU_6_14; version++)
        for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
            struct rig *rig = open_version(version);
            set_tier(rig, RECLAIM_FILE, 0, 100, 1000);
            set_tier(rig, RECLAIM_FILE, 1, cases[i].first, 300);
            set_tier(rig, RECLAIM_FILE, 2, cases[i].second, 300);
            set_tier(rig, RECLAIM_FILE, 3, cases[i].third, 300);
            ck_assert_uint_eq(mglru_own_last_tier(state(rig), RECLAIM_FILE), cases[i].last);
            rig_close(rig);
        }
}
END_TEST

/* The gains are 1:2, and then 2:3. */
START_TEST(since_6_14_a_tier_is_protected_sooner)
{
    for (unsigned version = 0; version <= MGLRU_6_14; version++) {
        struct rig *rig = open_version(version);
        set_tier(rig, RECLAIM_FILE, 0, 100, 1000);
        /* 100·1064·1 <= 101·600·2 = 121200; 100·1064·2 = 212800 > 101·600·3 = 181800 */
        set_tier(rig, RECLAIM_FILE, 1, 100, 600);
        ck_assert_uint_eq(mglru_own_last_tier(state(rig), RECLAIM_FILE),
                          version == MGLRU_6_14 ? 0 : 3);
        rig_close(rig);
    }
}
END_TEST

/* Before 6.14, where the type has been chosen, its tiers are compared with the other's first. */
START_TEST(tiers_are_compared_with_the_other_type_that_was_not_chosen)
{
    struct rig *rig = open_version(MGLRU_6_1);
    unsigned last;
    set_tier(rig, RECLAIM_ANON, 0, 200, 1000);
    set_tier(rig, RECLAIM_FILE, 0, 10, 1000);
    set_tier(rig, RECLAIM_FILE, 1, 100, 300);
    ck_assert_uint_eq(mglru_own_last_tier(state(rig), RECLAIM_FILE), 0);
    /* 100·1064·60 = 6384000 <= 201·300·140 = 8442000 */
    ck_assert_uint_eq(mglru_choose_type(state(rig), 60, &last), RECLAIM_FILE);
    ck_assert_uint_eq(last, 3);
    rig_close(rig);
}
END_TEST

START_TEST(averages_halve_with_every_generation)
{
    struct rig *rig = open_version(MGLRU_6_1);
    struct mglru_tier *tier = &state(rig)->tiers[RECLAIM_FILE][2];
    *tier = (struct mglru_tier){.avg_refaulted = 11,
                                .avg_total = 100,
                                .refaulted = 20,
                                .evicted = 40,
                                .protected = 9};
    const struct mglru_point point = mglru_read(state(rig), RECLAIM_FILE, 2, 2, 5);
    ck_assert_uint_eq(point.refaulted, 31);
    ck_assert_uint_eq(point.total, 149);
    ck_assert_uint_eq(point.gain, 5);
    mglru_carry_over(state(rig), RECLAIM_FILE);
    ck_assert_uint_eq(tier->avg_refaulted, 15);
    ck_assert_uint_eq(tier->avg_total, 74);
    ck_assert_uint_eq(tier->refaulted + tier->evicted + tier->protected, 0);
    rig_close(rig);
}
END_TEST

/* --- tiers ------------------------------------------------------------------------------- */

START_TEST(tiers_grow_with_the_logarithm_of_uses_through_descriptors)
{
    /* [version]: after 0, 1, 2, ... uses */
    static const unsigned tiers[][8] = {{0, 0, 1, 2, 2, 3, 3, 3},
                                        {0, 0, 1, 2, 2, 3, 3, 3},
                                        {0, 0, 1, 2, 2, 3, 3, 3},
                                        {0, 0, 1, 2, 2, 3, 3, 3},
                                        {0, 0, 1, 2, 2, 3, 3, 3}};
    static const unsigned refs[][8] = {{0, 0, 1, 2, 3, 4, 4, 4},
                                       {0, 0, 1, 2, 3, 4, 4, 4},
                                       {0, 0, 1, 2, 3, 4, 4, 4},
                                       {0, 0, 1, 2, 3, 4, 4, 4},
                                       {0, 1, 2, 3, 4, 4, 4, 4}};
    for (unsigned version = 0; version <= MGLRU_6_14; version++) {
        struct rig *rig = open_version(version);
        rig_file(rig, A, A);
        rig_touch(rig, A);
        for (unsigned uses = 0; uses < 8; uses++) {
            ck_assert_uint_eq(mglru_refs(state(rig), frame_of(rig, A)),
                              refs[version][uses]);
            ck_assert_uint_eq(mglru_tier_of(state(rig), frame_of(rig, A)),
                              tiers[version][uses]);
            ck_assert_int_eq(mglru_is_full(state(rig), frame_of(rig, A)),
                             version != MGLRU_6_1 && uses >= 5);
            rig_read(rig, A);
        }
        rig_close(rig);
    }
}
END_TEST

/* --- pages that come back ---------------------------------------------------------------- */

static void leave(struct rig *rig, unsigned page)
{
    rig_evict(rig, frame_of(rig, page), true);
}

START_TEST(a_page_that_comes_back_is_counted_to_the_tier_it_left)
{
    for (unsigned version = 0; version <= MGLRU_6_14; version++) {
        struct rig *rig = open_version(version);
        const struct reclaim_counts *counts = policy_mglru.reclaim->counts(rig->state);
        const struct mglru_tier *tier = &state(rig)->tiers[RECLAIM_FILE][2];
        rig_file(rig, A, A);
        for (unsigned uses = 0; uses < 4; uses++)
            rig_read(rig, A);
        leave(rig, A);
        ck_assert_uint_eq(tier->evicted, 1);
        rig_bring(rig, A, 0); /* read(): not a fault */
        const pfn_t pfn = frame_of(rig, A);
        ck_assert_uint_eq(tier->refaulted, 1);
        ck_assert_uint_eq(counts->workingset_refault[RECLAIM_FILE], 1);
        ck_assert_uint_eq(counts->workingset_activate[RECLAIM_FILE],
                          version >= MGLRU_6_12 && version < MGLRU_6_14);
        ck_assert_uint_eq(counts->workingset_restore[RECLAIM_FILE], is_between(version));
        ck_assert_int_eq(mglru_is(state(rig), pfn, MGLRU_WORKINGSET), is_between(version));
        ck_assert_uint_eq(state(rig)->pages[pfn].refs, version == MGLRU_6_1 ? 0 : 3);
        rig_close(rig);
    }
}
END_TEST

START_TEST(a_fault_restores_the_working_set_and_since_6_14_only_what_was_in_it)
{
    for (unsigned version = 0; version <= MGLRU_6_14; version++) {
        struct rig *rig = open_version(version);
        const struct reclaim_counts *counts = policy_mglru.reclaim->counts(rig->state);
        rig_touch(rig, A);
        leave(rig, A);
        rig_touch(rig, A);
        ck_assert_uint_eq(counts->workingset_restore[RECLAIM_ANON], version < MGLRU_6_14);
        ck_assert_uint_eq(counts->workingset_activate[RECLAIM_ANON], version >= MGLRU_6_12);
        mglru_mark(state(rig), frame_of(rig, A), MGLRU_WORKINGSET, true);
        leave(rig, A);
        rig_touch(rig, A);
        ck_assert_uint_eq(counts->workingset_restore[RECLAIM_ANON],
                          version < MGLRU_6_14 ? 2 : 1);
        ck_assert_uint_eq(mglru_seq(state(rig), frame_of(rig, A)), 3);
        ck_assert(mglru_is(state(rig), frame_of(rig, A), MGLRU_WORKINGSET));
        rig_close(rig);
    }
}
END_TEST

/* 6.14: what the counter held from before is not taken for uses. */
START_TEST(a_first_use_begins_to_count_anew)
{
    struct rig *rig = open_version(MGLRU_6_14);
    rig_file(rig, A, A);
    for (unsigned uses = 0; uses < 4; uses++)
        rig_read(rig, A);
    leave(rig, A);
    rig_read(rig, A); /* it brings back a counter of 3 */
    ck_assert_uint_eq(mglru_refs(state(rig), frame_of(rig, A)), 1);
    rig_read(rig, A);
    ck_assert_uint_eq(mglru_refs(state(rig), frame_of(rig, A)), 2);
    rig_close(rig);
}
END_TEST

/* Before 6.14 the oldest generation must be the same, then the youngest less than 4 younger. */
START_TEST(a_page_that_comes_back_too_late_is_not_counted)
{
    for (unsigned version = 0; version <= MGLRU_6_14; version++)
        for (unsigned late = 0; late < 2; late++) {
            struct rig *rig = open_version(version);
            const struct reclaim_counts *counts = policy_mglru.reclaim->counts(rig->state);
            rig_touch(rig, A);
            set_generations(rig, 6, 4, 4);
            state(rig)->pages[frame_of(rig, A)].gen = (uint8_t)(mglru_gen(3) + 1);
            memset(state(rig)->n, 0, sizeof state(rig)->n);
            state(rig)->n[mglru_gen(3)][RECLAIM_ANON] = 1;
            leave(rig, A);
            if (version < MGLRU_6_14)
                set_generations(rig, 7, 4 + late, 4 + late);
            else
                set_generations(rig, 7 + late, 6, 6);
            rig_touch(rig, A);
            ck_assert_uint_eq(state(rig)->tiers[RECLAIM_ANON][0].refaulted, !late);
            ck_assert_uint_eq(counts->workingset_refault[RECLAIM_ANON],
                              version >= MGLRU_6_12 || !late);
            rig_close(rig);
        }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("mglru_tiers");
    TCase *tests = tcase_create("mglru_tiers");
    tcase_add_test(tests, a_tier_is_protected_if_it_comes_back_twice_as_often);
    tcase_add_test(tests, the_type_that_comes_back_less_is_evicted);
    tcase_add_test(tests, since_6_14_all_tiers_say_which_type_is_evicted);
    tcase_add_test(tests, swappiness_decides_at_its_ends_and_the_older_type_before_6_14);
    tcase_add_test(tests, the_first_tier_that_comes_back_too_often_ends_those_evicted);
    tcase_add_test(tests, since_6_14_a_tier_is_protected_sooner);
    tcase_add_test(tests, tiers_are_compared_with_the_other_type_that_was_not_chosen);
    tcase_add_test(tests, averages_halve_with_every_generation);
    tcase_add_test(tests, tiers_grow_with_the_logarithm_of_uses_through_descriptors);
    tcase_add_test(tests, a_page_that_comes_back_is_counted_to_the_tier_it_left);
    tcase_add_test(tests,
                   a_fault_restores_the_working_set_and_since_6_14_only_what_was_in_it);
    tcase_add_test(tests, a_first_use_begins_to_count_anew);
    tcase_add_test(tests, a_page_that_comes_back_too_late_is_not_counted);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
