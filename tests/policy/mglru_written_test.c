/* mglru_written_test.c -- pages of Linux's multi-gen LRU that wait to be written, and that have
 * been; after 6.1, 6.12, 6.12.117 and 6.14 mm/vmscan.c. */
#include "policy/mglru_rig.h"

enum { A = 1, B, C, D };

START_TEST(a_page_that_has_been_written_is_the_next_to_go)
{
    for (unsigned version = 0; version <= MGLRU_6_14; version++) {
        struct rig *rig = open_version(version);
        set_generations(rig, 5, 3, 3);
        rig_file(rig, A, C);
        for (unsigned page = A; page <= C; page++)
            rig_read(rig, page);
        rig_store(rig, D); /* of swap space */
        rig->frames[frame_of(rig, D)].dirty = false;
        rig->pages[D].saved = true;
        policy_mglru.reclaim->written(rig->state, frame_of(rig, D)); /* nobody asked */
        ck_assert_uint_eq(policy_mglru.reclaim->counts(rig->state)->pgrotated, 0);
        mglru_mark(state(rig), frame_of(rig, D), MGLRU_RECLAIM, true);
        mglru_mark(state(rig), frame_of(rig, C), MGLRU_RECLAIM, true);
        policy_mglru.reclaim->written(rig->state, frame_of(rig, D));
        policy_mglru.reclaim->written(rig->state, frame_of(rig, C));
        check_shown(rig,
                    "anon 3: 4; file 3: 2 1 3; max_seq=5; min_seq anon=3; min_seq file=3");
        ck_assert_uint_eq(policy_mglru.reclaim->counts(rig->state)->pgrotated, 2);
        rig_close(rig);
    }
}
END_TEST

/* 3 is locked: since 6.14 it is found so only when it is to go. */
START_TEST(pages_that_wait_to_be_written_join_the_next_generation)
{
    for (unsigned version = 0; version <= MGLRU_6_14; version++) {
        if (version == MGLRU_6_12_114)
            continue;
        struct rig *rig = open_read(version, 4);
        rig->frames[frame_of(rig, 1)].dirty = true;
        rig->frames[frame_of(rig, 2)].writing = true;
        rig->frames[frame_of(rig, 3)].locked = true;
        rig->answer = PAGE_GONE;
        evict(rig);
        ck_assert(mglru_is(state(rig), frame_of(rig, 1), MGLRU_RECLAIM));
        check_shown(rig, "file 5: 3 2 1; max_seq=6; min_seq anon=4; min_seq file=5");
        rig->frames[frame_of(rig, 1)].dirty = false;
        policy_mglru.reclaim->written(rig->state, frame_of(rig, 1));
        ck_assert(is_on(rig, 1, 5, 5));
        rig_close(rig);
    }
}
END_TEST

/* The driver does not let them go, and has them activated. */
START_TEST(in_6_12_114_pages_that_wait_to_be_written_join_the_youngest_generation)
{
    struct rig *rig = open_read(MGLRU_6_12_114, 4);
    rig->frames[frame_of(rig, 1)].dirty = true;
    rig->frames[frame_of(rig, 2)].writing = true;
    rig->answer = PAGE_ACTIVATE;
    evict(rig);
    check_shown(rig, "file 6: 4 3 2 1; max_seq=6; min_seq anon=4; min_seq file=5");
    for (unsigned page = 1; page <= 4; page++)
        ck_assert_int_eq(mglru_is(state(rig), frame_of(rig, page), MGLRU_RECLAIM),
                         page <= 2);
    rig->frames[frame_of(rig, 1)].dirty = false;
    policy_mglru.reclaim->written(rig->state, frame_of(rig, 1));
    ck_assert(is_on(rig, 1, 5, 5));
    rig_close(rig);
}
END_TEST

START_TEST(a_page_being_written_stays_in_an_older_generation_until_that_is_over)
{
    for (unsigned version = 0; version <= MGLRU_6_14; version++) {
        struct rig *rig = open_used(version, 0);
        rig->frames[frame_of(rig, 0)].dirty = true;
        rig->answer = PAGE_WRITING;
        struct mglru_batch batch = {.reclaim = &rig->run, .swappiness = 200};
        bool swapped = false;
        rig->run.page = rig_answer;
        mglru_evict(state(rig), &batch, &swapped);
        ck_assert(swapped);
        ck_assert_uint_eq(mglru_seq(state(rig), frame_of(rig, 0)),
                          version == MGLRU_6_1 ? 6 : 5); /* second oldest, youngest */
        rig->frames[frame_of(rig, 0)].writing = false;
        rig->pages[0].saved = true;
        policy_mglru.reclaim->written(rig->state, frame_of(rig, 0));
        ck_assert_uint_eq(mglru_seq(state(rig), frame_of(rig, 0)), 5);
        rig_close(rig);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("mglru_written");
    TCase *tests = tcase_create("mglru_written");
    tcase_add_test(tests, a_page_that_has_been_written_is_the_next_to_go);
    tcase_add_test(tests, pages_that_wait_to_be_written_join_the_next_generation);
    tcase_add_test(tests,
                   in_6_12_114_pages_that_wait_to_be_written_join_the_youngest_generation);
    tcase_add_test(tests,
                   a_page_being_written_stays_in_an_older_generation_until_that_is_over);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
