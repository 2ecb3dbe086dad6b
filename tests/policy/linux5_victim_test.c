/* linux5_victim_test.c -- Linux's lists since 5.7 without a driver, by hand: which page is the
 * victim, and what looking for it leaves behind. */
#include "policy/linux5_rig.h"

START_TEST(without_swap_space_and_files_the_oldest_page_that_is_not_locked_goes)
{
    struct rig *rig = open_rig(3, "6.18");
    rig->can_swap = false;
    for (unsigned page = 1; page <= 3; page++)
        rig_touch(rig, page);
    rig->frames[rig->pages[1].pfn].locked = true;
    const pfn_t victim = rig->ops->victim(rig->state);
    ck_assert_uint_eq(rig->frames[victim].page, 2);
    ck_assert_str_eq(
        rig_why(rig, victim),
        "no page could go: page 2, the oldest of the inactive anon list, goes");
    rig_close(rig);
}
END_TEST

START_TEST(a_victim_stays_where_it_was_and_is_explained)
{
    struct rig *rig = open_rig(3, "6.18");
    bring(rig, 1, 3);
    const pfn_t victim = rig->ops->victim(rig->state);
    ck_assert_str_eq(lists(rig), "inactive anon: 3 2 1");
    ck_assert_str_eq(rig_why(rig, victim),
                     "page 1 was the oldest of the inactive anon list and not in use when "
                     "that was looked at, at priority 1");
    rig_close(rig);
}
END_TEST

START_TEST(one_victim_is_chosen_though_both_types_are_looked_at)
{
    struct rig *rig = open_rig(8, "6.18");
    rig_file(rig, 5, 9);
    bring(rig, 1, 2);
    bring(rig, 5, 3);
    activate(rig, 6, 2);
    const pfn_t victim = rig->ops->victim(rig->state);
    ck_assert_uint_eq(rig->frames[victim].page, 1);
    ck_assert_str_eq(lists(rig), "inactive anon: 2 1; inactive file: 6w 5; active file: 7");
    rig_close(rig);
}
END_TEST

START_TEST(what_is_not_looked_at_for_a_victim_costs_nothing)
{
    struct rig *rig = rig_open(&policy_linux5, 64, (const char *const[]){"batch=4", NULL});
    rig_file(rig, 0, 99);
    bring(rig, 0, 64);
    rig->frames[rig->pages[0].pfn].young = 1; /* stays: priority 6 looks at no other */
    rig_choose(rig);                          /* priority 5 at the next one of two */
    ck_assert_uint_eq(rig->victims[0], 1);
    ck_assert_uint_eq(shown(rig, "file cost"), 1);
    ck_assert_uint_eq(scanned(rig, RECLAIM_FILE), 2);
    rig_close(rig);
}
END_TEST

START_TEST(active_pages_are_taken_when_no_inactive_one_can_go)
{
    struct rig *rig = open_rig(4, "6.18");
    rig_file(rig, 0, 9);
    bring(rig, 1, 4);
    activate(rig, 3, 2);
    rig->frames[rig->pages[1].pfn].locked = rig->frames[rig->pages[2].pfn].locked = true;
    const pfn_t victim = rig->ops->victim(rig->state);
    ck_assert_uint_eq(rig->frames[victim].page, 3);
    ck_assert_ptr_null(strstr(rig_why(rig, victim), "no page could go"));
    rig_close(rig);
}
END_TEST

START_TEST(a_page_that_came_back_counts_for_one_victim)
{
    struct rig *rig = open_rig(22, "6.18");
    const struct reclaim_counts *counted = rig->ops->reclaim->counts(rig->state);
    rig_file(rig, 0, 99);
    rig->can_swap = false;
    bring(rig, 1, 22);
    activate(rig, 1, 9);
    rig_evict(rig, rig->pages[22].pfn, true);
    bring(rig, 22, 1);
    ck_assert_uint_eq(counted->workingset_activate[RECLAIM_FILE], 1);
    rig_choose(rig); /* priority 3: one of twelve inactive pages, one of ten active ones */
    ck_assert_uint_eq(counted->pgrefill, 1);
    bring(rig, 23, 1);
    rig_choose(rig);
    ck_assert_uint_eq(counted->pgrefill, 1);
    rig_close(rig);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("linux5 victim");
    TCase *victims = tcase_create("victims");
    tcase_add_test(victims,
                   without_swap_space_and_files_the_oldest_page_that_is_not_locked_goes);
    tcase_add_test(victims, a_victim_stays_where_it_was_and_is_explained);
    tcase_add_test(victims, one_victim_is_chosen_though_both_types_are_looked_at);
    tcase_add_test(victims, what_is_not_looked_at_for_a_victim_costs_nothing);
    tcase_add_test(victims, active_pages_are_taken_when_no_inactive_one_can_go);
    tcase_add_test(victims, a_page_that_came_back_counts_for_one_victim);
    suite_add_tcase(suite, victims);
    return run_suite(suite);
}
