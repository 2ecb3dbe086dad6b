/* mglru_batches_test.c -- pages that wait for others, of Linux's multi-gen LRU; after 6.1 and
 * 6.12 mm/swap.c. */
#include "policy/mglru_rig.h"

enum { A = 1, B, C, D };

START_TEST(pages_come_in_batches_which_they_leave_when_they_end)
{
    const char *const set[] = {"version=6.12", "addition_batch=3", NULL};
    struct rig *rig = rig_open(&policy_mglru, RIG_FRAMES, set);
    rig_touch(rig, A);
    rig_touch(rig, B);
    rig_evict(rig, frame_of(rig, A), false);
    rig_touch(rig, C);
    check_shown(rig, "; max_seq=3; min_seq anon=0; min_seq file=0");
    rig_touch(rig, D);
    check_shown(rig, "anon 3: 4 3 2; max_seq=3; min_seq anon=0; min_seq file=0");
    mglru_activate(state(rig), frame_of(rig, C));
    mglru_activate(state(rig), frame_of(rig, B));
    rig_evict(rig, frame_of(rig, B), false);
    check_shown(rig, "anon 3: 4 3; max_seq=3; min_seq anon=0; min_seq file=0");
    rig_touch(rig, A);
    policy_mglru.reclaim->drain(rig->state); /* new pages first */
    check_shown(rig, "anon 3: 3 1 4; max_seq=3; min_seq anon=0; min_seq file=0");
    rig_close(rig);
}
END_TEST

/* The batch holds it: it is kept, as one that was used. */
START_TEST(a_page_to_be_activated_cannot_go_before_it_is)
{
    struct rig *rig = open_used(MGLRU_6_12, 0);
    struct mglru_batch batch = {.reclaim = &rig->run, .swappiness = 200};
    bool swapped = false;
    rig->run.page = rig_answer;
    rig->answer = PAGE_GONE;
    state(rig)->activating[state(rig)->nactivating++] = frame_of(rig, 0);
    mglru_evict(state(rig), &batch, &swapped);
    ck_assert_uint_eq(rig->nvictims, 19);
    ck_assert(is_on(rig, 0, 6, 6));
    rig_close(rig);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("mglru_batches");
    TCase *tests = tcase_create("mglru_batches");
    tcase_add_test(tests, pages_come_in_batches_which_they_leave_when_they_end);
    tcase_add_test(tests, a_page_to_be_activated_cannot_go_before_it_is);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
