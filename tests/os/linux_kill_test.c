/* linux_kill_test.c -- nothing can be reclaimed: who dies, when, and what becomes of the
 * others. */
#include "os/linux_rig.h"

/* Memory of 1024 frames, of which 64 are kept (linux_kswapd_test.c), and of swap space one
 * slot. */
static void kill_setup(void)
{
    lrig_setup();
    rig.params.slots.nslots = 2; /* the first is the header */
}

/* Process i stores into so many pages, and then sleeps for ever. */
static void stores_and_sleeps(size_t i, unsigned pages, psec_t start)
{
    static char text[1 << 16];
    *text = '\0';
    rig_stores(text, 0, pages);
    strcat(text, " @sleep;");
    lrig_process(i, 1024, text);
    rig.processes[i].start = start;
}

/* 600 pages of a, of which one has been swapped out and 599 are in memory, leave b 1024 - 64 -
 * 599 = 361; b's 362nd page is one too many.  Page tables: 600 pages need two of the last
 * level, and one of each of the two above. */
START_TEST(the_largest_process_dies_and_the_others_go_on)
{
    stores_and_sleeps(0, 600, 0);
    stores_and_sleeps(1, 500, 1000 * MS);
    lrig_run();
    ck_assert_ptr_nonnull(strstr(lrig.kills, "process 'a' was ended at"));
    ck_assert_ptr_nonnull(
        strstr(lrig.kills, "out of memory: it had 599 pages in memory, 1 in swap space "
                           "and 4 of page tables"));
    ck_assert_uint_eq(lrig.counts.oom_kill, 1);
    ck_assert_uint_eq(lrig.free, 1024);
}
END_TEST

/* The 700 pages that a has only read are all the zero page, and one of its 200 has been swapped out:
 * b has 1024 - 64 - 199 - 1. */
START_TEST(the_zero_page_counts_for_nobody)
{
    static char text[1 << 16];
    *text = '\0';
    rig_stores(text, 0, 200);
    for (unsigned page = 200; page < 900; page++)
        sprintf(text + strlen(text), " L%u", page);
    strcat(text, " @sleep;");
    lrig_process(0, 1024, text);
    stores_and_sleeps(1, 800, 1000 * MS);
    lrig_run();
    ck_assert_ptr_nonnull(strstr(lrig.kills, "process 'b' was ended at"));
    ck_assert_ptr_nonnull(strstr(lrig.kills, "out of memory: it had 760 pages in memory"));
    ck_assert_uint_eq(lrig.counts.oom_kill, 1);
}
END_TEST

START_TEST(nobody_dies_while_there_is_enough)
{
    stores_and_sleeps(0, 600, 0);
    stores_and_sleeps(1, 361, 1000 * MS);
    lrig_run();
    ck_assert_str_eq(lrig.kills, "");
    ck_assert_uint_eq(lrig.counts.oom_kill, 0);
}
END_TEST

START_TEST(who_faults_dies_if_it_is_the_largest)
{
    stores_and_sleeps(0, 300, 0);
    stores_and_sleeps(1, 700, 1000 * MS);
    lrig_run();
    ck_assert_ptr_nonnull(strstr(lrig.kills, "process 'b' was ended at"));
    ck_assert_uint_eq(lrig.counts.oom_kill, 1);
}
END_TEST

/* Of three the largest die, one after the other, until the last has what it needs. */
START_TEST(several_die_if_one_is_not_enough)
{
    stores_and_sleeps(0, 330, 0);
    stores_and_sleeps(1, 320, 1000 * MS);
    stores_and_sleeps(2, 940, 2000 * MS);
    lrig_run();
    ck_assert_ptr_nonnull(strstr(lrig.kills, "process 'a'"));
    ck_assert_uint_eq(lrig.counts.oom_kill, 2);
    ck_assert_ptr_nonnull(strstr(lrig.kills, "1 more"));
}
END_TEST

/* Endless memory, and a group that may have 300 frames. */
START_TEST(in_a_cgroup_it_dies_at_the_groups_limit)
{
    rig_frames(UINT64_MAX);
    lrig_kernel("cgroup_frames", "300");
    stores_and_sleeps(0, 200, 0);
    stores_and_sleeps(1, 150, 1000 * MS);
    lrig_run();
    ck_assert_ptr_nonnull(strstr(lrig.kills, "process 'a' was ended at"));
    ck_assert_ptr_nonnull(strstr(lrig.kills, "out of memory in the memory cgroup: it had"));
    ck_assert_uint_eq(lrig.counts.oom_kill, 1);
}
END_TEST

START_TEST(in_a_cgroup_who_faults_dies_if_it_is_the_largest)
{
    rig_frames(UINT64_MAX);
    lrig_kernel("cgroup_frames", "300");
    stores_and_sleeps(0, 100, 0);
    stores_and_sleeps(1, 250, 1000 * MS);
    lrig_run();
    ck_assert_ptr_nonnull(strstr(lrig.kills, "process 'b' was ended at"));
    ck_assert_uint_eq(lrig.counts.oom_kill, 1);
}
END_TEST

/* 2.4.16 keeps 20 frames, which leaves b 1024 - 20 - 599 = 405.  Reclaim fails for the first time
 * when b wants its page too many; after 100 ticks of 10 ms failures begin to count, and the tenth,
 * nine ticks later, kills. */
START_TEST(linux_24_kills_after_ten_failures_in_its_second_second)
{
    lrig_kernel("version", "2.4.16");
    stores_and_sleeps(0, 600, 0);
    stores_and_sleeps(1, 500, 10000 * MS);
    lrig_run();
    const double ms = strtod(strstr(lrig.kills, " at ") + 4, NULL);
    const double stored = 405 * (double)(REFERENCE + FAULT + ZERO) / MS;
    ck_assert_double_eq_tol(ms, 10000 + stored + 1090, 1);
    ck_assert_uint_eq(lrig.counts.oom_kill, 1);
}
END_TEST

/* Swap space in memory, for more than is stored: pages that cannot be compressed take a frame
 * each, there as here. */
static void in_memory(void)
{
    static const char *const values[][2] = {
        {"ratio", "1"}, {"spread", "0"}, {"same_filled", "0"}, {"size", "16 MiB"}};
    const struct param *table = device_find("zram")->params;
    rig.params.swap.ops = device_find("zram");
    param_defaults(table, rig.device.bytes);
    for (size_t i = 0; i < ARRAY_LEN(values); i++)
        rig_set(table, &rig.device, values[i][0], values[i][1]);
    rig.params.slots.nslots = 4096;
}

/* 600 + 500 pages are more than 1024 frames, wherever they are.  16 MiB have 4096 slots. */
START_TEST(linux_24_kills_nobody_while_there_is_swap_space_and_the_run_says_so)
{
    static const char *const versions[] = {"2.4.0", "2.4.16", "2.4.32"};
    lrig_kernel("version", versions[_i]);
    in_memory();
    stores_and_sleeps(0, 600, 0);
    stores_and_sleeps(1, 500, 1000 * MS);
    ck_assert_int_eq(lrig_try(), ERR_CELL);
    ck_assert_uint_eq(lrig.counts.oom_kill, 0);
    ck_assert_msg(strstr(lrig.err.text, "out of memory: nothing can be reclaimed in 1024 "
                                        "frames, of which "),
                  "%s", lrig.err.text);
    ck_assert_ptr_nonnull(strstr(lrig.err.text,
                                 "2.4 kills no process while there is swap space left; "
                                 "raise machine.memory or lower swap.size"));
}
END_TEST

START_TEST(later_versions_kill_there)
{
    static const char *const versions[] = {"2.6.24", "3.16", "6.18"};
    lrig_kernel("version", versions[_i]);
    in_memory();
    stores_and_sleeps(0, 600, 0);
    stores_and_sleeps(1, 500, 1000 * MS);
    lrig_run();
    ck_assert_uint_eq(lrig.counts.oom_kill, 1);
}
END_TEST

/* Pages of page tables cannot be reclaimed: the 20th page, which is the only one of its table
 * as all are, is one too many. */
START_TEST(the_same_in_a_cgroup)
{
    char text[4096] = "";
    lrig_kernel("version", "2.4.16");
    lrig_kernel("cgroup_frames", "20");
    lrig_kernel("cgroup_tables", "all");
    for (unsigned i = 0; i < 24; i++)
        rig_stores(text, i * 512, 1);
    lrig_process(0, 24 * 512, text);
    rig.params.slots.nslots = UINT64_MAX;
    ck_assert_int_eq(lrig_try(), ERR_CELL);
    ck_assert_str_eq(lrig.err.text,
                     "out of memory: nothing can be reclaimed in the memory cgroup of 20 "
                     "frames, and 2.4 kills no process while there is swap space left; "
                     "raise kernel.cgroup_frames or lower swap.size");
}
END_TEST

/* All that the group has can be swapped out, however much memory is free beside it. */
START_TEST(nobody_dies_in_a_cgroup_of_which_all_can_be_reclaimed)
{
    static const struct {
        const char *version, *policy;
    } natives[] = {{"2.4.0", "linux24age"}, {"2.4.16", "linux24"}, {"2.6.24", "linux26"},
                   {"2.6.32", "linux2628"}, {"5.4", "linux3"},     {"6.18", "linux5"},
                   {"6.18", "mglru"}};
    lrig_kernel("version", natives[_i].version);
    rig_policy(natives[_i].policy);
    rig_frames(4096);
    rig.params.slots.nslots = UINT64_MAX;
    lrig_kernel("cgroup_frames", "300");
    stores_and_sleeps(0, 600, 0);
    lrig_run();
    ck_assert_str_eq(lrig.kills, "");
    ck_assert_uint_ge(lrig.counts.pswpout, 300);
}
END_TEST

/* 280 pages are used time after time, and turn active; some more come, for which pages must go
 * of the group's 300 frames.  Up to 5.9 a count of the group is late by some pages of each CPU
 * only, and since 5.15 all are brought together before each pass, or if there are enough. */
START_TEST(before_6_12_nobody_dies_of_late_statistics)
{
    static const struct {
        const char *version, *lists;
    } of[] = {
        {"5.7", "5.7"}, {"5.9", "5.9"}, {"5.15", "5.15"}, {"6.1", "6.1"}, {"6.8", "6.5"}};
    static char text[1 << 18];
    lrig_kernel("version", of[_i].version);
    rig_policy("linux5");
    rig_set(policy_find("linux5")->params, &rig.policy, "version", of[_i].lists);
    lrig_kernel("cgroup_frames", "300");
    lrig_kernel("stats_flush_every", "1000000000");
    rig_frames(4096);
    rig.params.slots.nslots = UINT64_MAX;
    for (unsigned i = 0; i < 40; i++) {
        rig_stores(text, 300 + i, 1);
        rig_stores(text, 0, 280);
    }
    lrig_process(0, 1024, text);
    lrig_run();
    ck_assert_uint_eq(lrig.counts.oom_kill, 0);
    ck_assert_uint_gt(lrig.counts.pswpout, 0);
}
END_TEST

/* WSClock writes pages before it names them, and all its victims are still being written when
 * memory is short. */
START_TEST(nobody_dies_while_a_policy_has_pages_written)
{
    static char text[1 << 18];
    rig_policy("wsclock");
    rig_set(policy_find("wsclock")->params, &rig.policy, "window", "1");
    rig.params.slots.nslots = UINT64_MAX;
    for (unsigned i = 0; i < 3; i++)
        rig_stores(text, 0, 2000);
    lrig_process(0, 2000, text);
    lrig_run();
    ck_assert_str_eq(lrig.kills, "");
    ck_assert_uint_eq(lrig.counts.pswpout, rig.counts.write_backs);
    ck_assert_uint_ge(lrig.counts.pswpout, 5000);
    ck_assert_uint_ge(lrig.counts.pswpin, 2000);
}
END_TEST

/* All that the group may have is being read ahead, for four processes: it can go when it has
 * come. */
START_TEST(nobody_dies_while_pages_are_being_read)
{
    static const char *const limits[] = {"36", "40", "60", "80"};
    static char text[1 << 16];
    rig_policy("linux5");
    lrig_kernel("cgroup_frames", limits[_i]);
    lrig_kernel("stats_flush_every", "100");
    lrig_kernel("page_cluster", "5");
    rig.params.slots.nslots = UINT64_MAX;
    rig_frames(4096);
    for (unsigned i = 0; i < 4; i++)
        rig_stores(text, 0, 200);
    for (size_t i = 0; i < 4; i++)
        lrig_process(i, 200, text);
    lrig_run();
    ck_assert_str_eq(lrig.kills, "");
}
END_TEST

/* 32 frames are the least that is kept free: 128 kB. */
START_TEST(without_a_clock_the_run_fails_and_says_so)
{
    rig_frames(32);
    ck_assert_int_eq(lrig_stores(1), ERR_CELL);
    ck_assert_str_eq(
        lrig.err.text,
        "out of memory: nothing can be reclaimed in 32 frames, of which 32 are "
        "free and 32 are kept free, and the only process would be killed; raise "
        "machine.memory or give it swap space (at reference 1)");
    rig_frames(33);
    ASSERT_OK(lrig_stores(1), &lrig.err);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("linux kill");
    TCase *tcase = tcase_create("linux kill");
    tcase_add_checked_fixture(tcase, kill_setup, rig_teardown);
    tcase_add_test(tcase, the_largest_process_dies_and_the_others_go_on);
    tcase_add_test(tcase, the_zero_page_counts_for_nobody);
    tcase_add_test(tcase, nobody_dies_while_there_is_enough);
    tcase_add_test(tcase, who_faults_dies_if_it_is_the_largest);
    tcase_add_test(tcase, several_die_if_one_is_not_enough);
    tcase_add_test(tcase, in_a_cgroup_it_dies_at_the_groups_limit);
    tcase_add_test(tcase, in_a_cgroup_who_faults_dies_if_it_is_the_largest);
    tcase_add_test(tcase, linux_24_kills_after_ten_failures_in_its_second_second);
    tcase_add_loop_test(
        tcase, linux_24_kills_nobody_while_there_is_swap_space_and_the_run_says_so, 0, 3);
    tcase_add_loop_test(tcase, later_versions_kill_there, 0, 3);
    tcase_add_test(tcase, the_same_in_a_cgroup);
    tcase_add_loop_test(tcase, nobody_dies_in_a_cgroup_of_which_all_can_be_reclaimed, 0, 7);
    tcase_add_loop_test(tcase, before_6_12_nobody_dies_of_late_statistics, 0, 5);
    tcase_add_test(tcase, nobody_dies_while_a_policy_has_pages_written);
    tcase_add_loop_test(tcase, nobody_dies_while_pages_are_being_read, 0, 4);
    tcase_add_test(tcase, without_a_clock_the_run_fails_and_says_so);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
