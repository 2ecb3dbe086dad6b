/* linux_groupstats_test.c -- how many statistics of a group change, counted by hand from
 * mm/memcontrol.c of the version and from what calls it. */
#include "harness.h"

#include "os/linux/linux.h"

static struct linux_params params;
static struct linux_kernel kernel;

/* A group on one CPU, whose counter holds 63 at most; devices have slots. */
static void begin(uint32_t version, uint32_t cgroup)
{
    static char slots;
    params = (struct linux_params){.cgroup_frames = 100, .cgroup_version = cgroup};
    kernel = (struct linux_kernel){
        .params = &params, .version = version, .slots = (struct swapslots *)&slots};
    rstat_init(&kernel.group.rstat, 1, false);
}

/* What has been counted since the last call. */
static uint64_t counted(void)
{
    const uint64_t n = kernel.group.rstat.pending + kernel.group.rstat.cpus[0];
    rstat_init(&kernel.group.rstat, 1, false);
    return n;
}

static uint64_t of(enum linux_event event)
{
    linux_count_event(&kernel, event);
    return counted();
}

static void all_are(uint64_t touch, uint64_t swap_in, uint64_t swap_ahead,
                    uint64_t swap_out, uint64_t file, uint64_t file_ahead)
{
    ck_assert_uint_eq(of(LINUX_FIRST_TOUCH), touch);
    ck_assert_uint_eq(of(LINUX_SWAP_IN), swap_in);
    ck_assert_uint_eq(of(LINUX_SWAP_AHEAD), swap_ahead);
    ck_assert_uint_eq(of(LINUX_SWAP_OUT), swap_out);
    ck_assert_uint_eq(of(LINUX_FILE_IN), file);
    linux_count_folio(&kernel, 1);
    ck_assert_uint_eq(counted(), file_ahead);
    linux_count_drop(&kernel, 1, 1);
    ck_assert_uint_eq(counted(), 2);
    ck_assert_uint_eq(of(LINUX_LAZY_FREED), 2);
}

static uint64_t uncharged(enum reclaim_type type, uint64_t n)
{
    linux_count_uncharged(&kernel, type, n);
    return counted();
}

/* As measured. */
START_TEST(version_1_counts_pages_in_and_out_of_memory_and_of_swap_space)
{
    begin(LINUX_VERSION(6, 18, 0), LINUX_CGROUP_1);
    all_are(3, 6, 4, 8, 5, 2);
    begin(LINUX_VERSION(6, 12, 0), LINUX_CGROUP_1); /* pswpin and pswpout are not yet */
    all_are(3, 5, 3, 7, 5, 2);
}
END_TEST

/* pgpgout waits for all that go, and swap space is given back with the slot. */
START_TEST(version_2_counts_swap_space_by_the_slot)
{
    begin(LINUX_VERSION(6, 1, 0), LINUX_CGROUP_2);
    all_are(2, 3, 2, 6, 4, 2); /* beside each fault */
    begin(LINUX_VERSION(6, 18, 0), LINUX_CGROUP_2);
    all_are(3, 5, 3, 7, 5, 2);
    linux_count_slots(&kernel, 40);
    ck_assert_uint_eq(counted(), 40);
    begin(LINUX_VERSION(6, 18, 0), LINUX_CGROUP_1);
    linux_count_slots(&kernel, 40);
    ck_assert_uint_eq(counted(), 0);
}
END_TEST

START_TEST(without_slots_swap_space_is_given_back_at_once)
{
    begin(LINUX_VERSION(6, 12, 0), LINUX_CGROUP_2);
    kernel.slots = NULL;
    ck_assert_uint_eq(of(LINUX_SWAP_IN), 5);
}
END_TEST

/* handle_mm_fault(), later mm_account_fault(). */
START_TEST(before_6_5_a_fault_counts_when_it_begins)
{
    begin(LINUX_VERSION(6, 1, 0), LINUX_CGROUP_2);
    ck_assert_uint_eq(of(LINUX_FAULT), 1);
    begin(LINUX_VERSION(6, 5, 0), LINUX_CGROUP_2);
    ck_assert_uint_eq(of(LINUX_FAULT), 0);
    all_are(3, 4, 2, 6, 5, 2);
}
END_TEST

START_TEST(a_kernel_without_version_1_counts_no_pages_in_and_out)
{
    begin(LINUX_VERSION(6, 12, 0), LINUX_CGROUP_2_ONLY);
    all_are(2, 3, 1, 6, 4, 1);
    ck_assert_uint_eq(uncharged(RECLAIM_ANON, 32), 0);
    ck_assert_uint_eq(uncharged(RECLAIM_FILE, 32), 0);
    begin(LINUX_VERSION(6, 14, 0), LINUX_CGROUP_2_ONLY);
    all_are(2, 4, 2, 7, 4, 1);
    begin(LINUX_VERSION(6, 8, 0), LINUX_CGROUP_2_ONLY); /* there was none yet */
    all_are(3, 4, 2, 6, 5, 2);
}
END_TEST

/* In all versions: pgfault with file_mapped or anon_mapped; file_dirty, and file_writeback up and
 * down, one each. */
START_TEST(pages_that_are_in_memory_and_writes_of_files_count)
{
    begin(LINUX_VERSION(6, 18, 0), LINUX_CGROUP_1);
    ck_assert_uint_eq(of(LINUX_FOUND), 2);
    ck_assert_uint_eq(of(LINUX_FOUND_MAPPED), 1);
    ck_assert_uint_eq(of(LINUX_DIRTIED), 1);
    ck_assert_uint_eq(of(LINUX_FLUSH), 2);
    ck_assert_uint_eq(of(LINUX_FLUSHED), 1);
}
END_TEST

START_TEST(pages_that_have_gone_count_once_more)
{
    begin(LINUX_VERSION(6, 12, 0), LINUX_CGROUP_2);
    ck_assert_uint_eq(uncharged(RECLAIM_ANON, 32), 32);
    ck_assert_uint_eq(uncharged(RECLAIM_FILE, 32), 32);
    begin(LINUX_VERSION(6, 12, 0), LINUX_CGROUP_1);
    ck_assert_uint_eq(uncharged(RECLAIM_ANON, 32), 0); /* each has, when it went */
    ck_assert_uint_eq(uncharged(RECLAIM_FILE, 32), 32);
}
END_TEST

/* Of 64 pages the CPU, with 40 before, hands in 40 + 31 and keeps 31 + 2; before 6.12 it
 * hands in all. */
START_TEST(since_6_12_they_count_31_at_a_time)
{
    begin(LINUX_VERSION(6, 12, 0), LINUX_CGROUP_1);
    linux_stats(&kernel, 40);
    linux_count_uncharged(&kernel, RECLAIM_FILE, 64);
    ck_assert_uint_eq(kernel.group.rstat.pending, 71);
    begin(LINUX_VERSION(6, 8, 0), LINUX_CGROUP_1);
    linux_stats(&kernel, 40);
    linux_count_uncharged(&kernel, RECLAIM_FILE, 64);
    ck_assert_uint_eq(kernel.group.rstat.pending, 104);
}
END_TEST

static unsigned flushes;

static void note_flush(void *state)
{
    (void)state;
    flushes++;
}

/* How often the lists have been told of a flush before a pass, after so many updates. */
static unsigned flushed_before_pass(uint32_t version, unsigned updates)
{
    static const struct reclaim_ops lists = {.flushed = note_flush};
    static const struct policy_ops policy = {.reclaim = &lists};
    static struct instance instance, *instances = &instance;
    static struct pager pager;
    begin(version, LINUX_CGROUP_1);
    pager = (struct pager){.policy = &policy, .instances = &instances};
    kernel.pager = &pager;
    kernel.group.lags = true;
    linux_stats(&kernel, updates);
    flushes = 0;
    linux_flush_before_pass(&kernel);
    return flushes;
}

/* mm/vmscan.c: shrink_node() of 5.15 asks for all; prepare_scan_count() of 6.1 and 6.8 for more
 * than 64 updates of one CPU; that of 6.12 for a timer that is late. */
START_TEST(they_are_brought_together_before_a_pass_as_the_version_does)
{
    ck_assert_uint_eq(flushed_before_pass(LINUX_VERSION(5, 15, 0), 1), 1);
    ck_assert_uint_eq(flushed_before_pass(LINUX_VERSION(6, 1, 0), 63), 0);
    ck_assert_uint_eq(flushed_before_pass(LINUX_VERSION(6, 1, 0), 200), 1);
    ck_assert_uint_eq(flushed_before_pass(LINUX_VERSION(6, 8, 0), 200), 1);
    ck_assert_uint_eq(flushed_before_pass(LINUX_VERSION(6, 12, 0), 200), 0);
}
END_TEST

/* pgpgin counts folios, and what is in the page cache and mapped there pages. */
START_TEST(a_folio_is_charged_once_and_counts_all_its_pages)
{
    begin(LINUX_VERSION(6, 18, 0), LINUX_CGROUP_1);
    linux_count_folio(&kernel, 32);
    ck_assert_uint_eq(counted(), 33);
    linux_count_drop(&kernel, 32, 20);
    ck_assert_uint_eq(counted(), 52);
    linux_count_in_vain(&kernel);
    ck_assert_uint_eq(counted(), 2);
    begin(LINUX_VERSION(6, 18, 0), LINUX_CGROUP_2_ONLY);
    linux_count_folio(&kernel, 32);
    ck_assert_uint_eq(counted(), 32);
    linux_count_in_vain(&kernel);
    ck_assert_uint_eq(counted(), 0);
}
END_TEST

/* Of 100 frames, with so many in use; 64 are charged at a time while there is room. */
START_TEST(several_frames_must_all_be_in_stock)
{
    static struct pager pager;
    begin(LINUX_VERSION(6, 18, 0), LINUX_CGROUP_1);
    kernel.pager = &pager;
    kernel.group.limit = 100;
    ck_assert(linux_charge_now(&kernel, 1));
    ck_assert_uint_eq(kernel.group.stock, 63);
    pager.count[FRAME_ACTIVE] = 1;
    ck_assert(linux_charge_now(&kernel, 32));
    ck_assert_uint_eq(kernel.group.stock, 31);
    pager.count[FRAME_ACTIVE] = 33;
    ck_assert(linux_charge_now(&kernel, 32)); /* beside the stock: 64 are too many */
    ck_assert_uint_eq(kernel.group.stock, 31);
    pager.count[FRAME_ACTIVE] = 65;
    ck_assert(!linux_charge_now(&kernel, 32)); /* though 35 are not in use */
    ck_assert(linux_charge_now(&kernel, 31));
    ck_assert_uint_eq(kernel.group.stock, 0);
    pager.count[FRAME_ACTIVE] = 4;
    ck_assert(linux_charge_now(&kernel, 96));
    ck_assert(!linux_charge_now(&kernel, 97));
}
END_TEST

static Suite *groupstats_suite(void)
{
    Suite *suite = suite_create("linux_groupstats");
    TCase *tests = tcase_create("groupstats");
    tcase_add_test(tests, version_1_counts_pages_in_and_out_of_memory_and_of_swap_space);
    tcase_add_test(tests, version_2_counts_swap_space_by_the_slot);
    tcase_add_test(tests, without_slots_swap_space_is_given_back_at_once);
    tcase_add_test(tests, before_6_5_a_fault_counts_when_it_begins);
    tcase_add_test(tests, a_kernel_without_version_1_counts_no_pages_in_and_out);
    tcase_add_test(tests, pages_that_are_in_memory_and_writes_of_files_count);
    tcase_add_test(tests, pages_that_have_gone_count_once_more);
    tcase_add_test(tests, since_6_12_they_count_31_at_a_time);
    tcase_add_test(tests, they_are_brought_together_before_a_pass_as_the_version_does);
    tcase_add_test(tests, a_folio_is_charged_once_and_counts_all_its_pages);
    tcase_add_test(tests, several_frames_must_all_be_in_stock);
    suite_add_tcase(suite, tests);
    return suite;
}

int main(void)
{
    return run_suite(groupstats_suite());
}
