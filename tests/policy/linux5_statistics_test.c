/* linux5_statistics_test.c -- Linux's lists since 5.7, by hand: the statistics of a memory cgroup
 * that reclaim goes by, and those that it is told of, in the order of mm/vmscan.c. */
#include "policy/linux5_rig.h"

START_TEST(a_group_reads_what_was_flushed_last)
{
    struct rig *rig = open_scans("6.18");
    const struct reclaim_counts *counted = rig->ops->reclaim->counts(rig->state);
    rig->run.in_group = true;
    bring(rig, FILES, 64);
    rig->ops->reclaim->flushed(rig->state);
    activate(rig, FILES, 63);
    rig_shrink(rig, 1); /* its lists are as they were: nothing is active */
    ck_assert_uint_eq(counted->pgrefill, 0);
    rig->ops->reclaim->flushed(rig->state);
    rig_shrink(rig, 1);
    ck_assert_uint_eq(counted->pgrefill, 31 * 140 / 200);
    rig_close(rig);
}
END_TEST

START_TEST(pages_that_came_back_let_active_ones_go_once_a_flush)
{
    struct rig *rig = open_scans("6.18");
    const struct reclaim_ops *ops = rig->ops->reclaim;
    const struct reclaim_counts *counted = ops->counts(rig->state);
    rig->run.in_group = true;
    bring(rig, FILES, 200);
    activate(rig, FILES, 64);
    ops->flushed(rig->state);
    rig_evict(rig, rig->pages[FILES + 100].pfn, true);
    bring(rig, FILES + 100, 1);
    ck_assert_uint_eq(counted->workingset_activate[RECLAIM_FILE], 1);
    rig_shrink(rig, 1); /* nobody has seen that yet */
    ck_assert_uint_eq(counted->pgrefill, 0);
    ops->flushed(rig->state);
    rig_shrink(rig, 1);
    ck_assert_uint_gt(counted->pgrefill, 0);
    const uint64_t before = counted->pgrefill;
    rig_shrink(rig, 1);
    ck_assert_uint_gt(counted->pgrefill, before);
    ops->finish(rig->state, &rig->run);
    const uint64_t after = counted->pgrefill;
    rig_shrink(rig, 1);
    ck_assert_uint_eq(counted->pgrefill, after);
    rig_close(rig);
}
END_TEST

START_TEST(pages_that_came_back_let_active_ones_of_their_type_go)
{
    static const char *const versions[] = {"5.8", "5.9"};
    for (unsigned i = 0; i < ARRAY_LEN(versions); i++) {
        struct rig *rig = open_scans(versions[i]);
        const struct reclaim_counts *counted = rig->ops->reclaim->counts(rig->state);
        bring(rig, 0, 100);
        bring(rig, FILES, 100);
        activate(rig, FILES, 20);
        if (i == 0)
            for (unsigned page = 50; page < 100; page++)
                rig->ops->reclaim->deactivate(rig->state, rig->pages[page].pfn);
        else
            activate(rig, 0, 20);
        const unsigned page = i == 0 ? FILES + 50 : 50;
        rig_evict(rig, rig->pages[page].pfn, true);
        bring(rig, page, 1);
        ck_assert_uint_eq(counted->workingset_activate[i == 0], 1);
        rig->run.batch = 4;
        rig->can_swap = false;
        rig_shrink(rig, 0);
        ck_assert_uint_eq(counted->pgrefill, 21);
        rig_close(rig);
    }
}
END_TEST

START_TEST(statistics_are_told_in_the_order_of_a_scan)
{
    struct rig *rig = open_scans("6.18");
    bring(rig, 0, 6);
    rig->frames[rig->pages[1].pfn].young = 1; /* stays */
    rig->frames[rig->pages[2].pfn].young = 2; /* turns active */
    rig->answer = PAGE_GONE;
    rig->run.batch = 4;
    rig->run.wanted = 1;
    rig->can_swap = false;
    rig_clear_updates(rig);
    rig_shrink(rig, 0);
    ck_assert_str_eq(rig->lumps, " 4 4"      /* off the list, pgscan */
                                 " 1"        /* page 2, pgactivate */
                                 " (anon 2)" /* pages 0 and 3 */
                                 " 1 1"      /* back on lists */
                                 " 2");      /* pgsteal */
    rig_close(rig);
}
END_TEST

START_TEST(pages_of_files_that_have_gone_are_told_together)
{
    struct rig *rig = open_scans("6.18");
    bring(rig, FILES, 40);
    rig->answer = PAGE_GONE;
    rig->run.batch = 33;
    rig_clear_updates(rig);
    rig->run.wanted = 1;
    rig_shrink(rig, 0);
    ck_assert_str_eq(rig->lumps, " 33 33 (file 33) 33");
    rig_close(rig);
}
END_TEST

START_TEST(statistics_of_an_active_list_are_told_page_by_page)
{
    struct rig *rig = open_scans("6.18");
    bring(rig, 0, 5);
    activate(rig, 0, 5);
    rig->run.batch = 3;
    rig->ops->reclaim->age(rig->state, &rig->run);
    rig_clear_updates(rig);
    rig->ops->reclaim->age(rig->state, &rig->run); /* 3 inactive, 2 active: no more */
    ck_assert_str_eq(rig->lumps, "");
    activate(rig, 0, 1);
    rig_clear_updates(rig);
    rig->ops->reclaim->age(rig->state, &rig->run);
    ck_assert_str_eq(rig->lumps, " 3 3 1 1 1 3");
    rig_close(rig);
}
END_TEST

START_TEST(pages_of_files_are_uncharged_before_others_go_back_on_lists)
{
    struct rig *rig = open_scans("6.18");
    bring(rig, FILES, 3);
    rig->frames[rig->pages[FILES].pfn].young = 1;
    rig->answer = PAGE_GONE;
    rig->run.wanted = 1;
    rig_clear_updates(rig);
    rig_shrink(rig, 0);
    ck_assert_str_eq(rig->lumps, " 3 3 (file 2) 1 2");
    rig_close(rig);
}
END_TEST

START_TEST(programs_that_stay_active_are_not_told_as_deactivated)
{
    struct rig *rig = open_scans("6.18");
    bring(rig, FILES, 2);
    activate(rig, FILES, 2);
    rig->pages[FILES].executable = true;
    rig->frames[rig->pages[FILES].pfn].young = 1;
    rig_clear_updates(rig);
    rig_shrink(rig, 0);
    ck_assert_str_eq(rig->lumps, " 2 2 1 1 1");
    rig_close(rig);
}
END_TEST

START_TEST(pages_that_come_are_told_when_they_are_on_a_list)
{
    struct rig *rig =
        rig_open(&policy_linux5, 16, (const char *const[]){"addition_batch=2", NULL});
    bring(rig, 0, 1);
    ck_assert_uint_eq(rig->updates, 0);
    bring(rig, 1, 1);
    ck_assert_uint_eq(rig->updates, 2);
    activate(rig, 0, 2);
    rig->can_swap = false;
    rig->run.force = true;
    rig_shrink(rig,
               0); /* nothing but active pages: one batch at the end, with swap space */
    rig->can_swap = true;
    rig->ops->reclaim->age(rig->state, &rig->run);
    rig_clear_updates(rig);
    rig_evict(rig, rig->pages[0].pfn, true);
    bring(rig, 0, 1); /* it comes back, turns active, is of the working set */
    ck_assert_uint_eq(rig->updates, 3);
    rig_close(rig);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("linux5 statistics");
    TCase *statistics = tcase_create("statistics");
    tcase_add_test(statistics, a_group_reads_what_was_flushed_last);
    tcase_add_test(statistics, pages_that_came_back_let_active_ones_go_once_a_flush);
    tcase_add_test(statistics, pages_that_came_back_let_active_ones_of_their_type_go);
    tcase_add_test(statistics, statistics_are_told_in_the_order_of_a_scan);
    tcase_add_test(statistics, pages_of_files_that_have_gone_are_told_together);
    tcase_add_test(statistics, statistics_of_an_active_list_are_told_page_by_page);
    tcase_add_test(statistics, pages_of_files_are_uncharged_before_others_go_back_on_lists);
    tcase_add_test(statistics, programs_that_stay_active_are_not_told_as_deactivated);
    tcase_add_test(statistics, pages_that_come_are_told_when_they_are_on_a_list);
    suite_add_tcase(suite, statistics);
    return run_suite(suite);
}
