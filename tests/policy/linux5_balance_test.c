/* linux5_balance_test.c -- Linux's lists since 5.7, by hand: how many pages of which lists are
 * looked at, by priority, costs and statistics.  Rules: mm/vmscan.c get_scan_count(),
 * prepare_scan_control(), shrink_lruvec(); mm/swap.c lru_note_cost(). */
#define RIG_SIZE 16384 /* of 8192 pages two are looked at with priority 12 */
#include "policy/linux5_rig.h"

/* --- inactive_is_low --------------------------------------------------------------------- */

/* The least number of active pages beside which the list of inactive ones is too short. */
static const struct {
    unsigned page_shift, inactive, low; /* in all: 1 GiB and a bit, 10, 100 */
    const char *ratio;
} lows[] = {
    {12, 10, 11, "1: less than 1 GiB"},
    {22, 100, 301, "3: 1 GiB"},
    {26, 15, 151, "10: 10 GiB"},
    {27, 25, 776, "31: 100 GiB"},
};

START_TEST(the_larger_memory_the_fewer_pages_need_be_inactive)
{
    for (unsigned low = 0; low <= 1; low++) {
        struct rig *rig = open_scans("6.18");
        rig->env.page_size = (uint64_t)1 << lows[_i].page_shift;
        const unsigned active = lows[_i].low - 1 + low;
        for (unsigned page = 0; page < active + lows[_i].inactive; page++)
            rig->pages[page].file = false;
        bring(rig, 0, active + lows[_i].inactive);
        activate(rig, 0, active);
        rig->ops->reclaim->age(rig->state, &rig->run);
        ck_assert_msg((sizes(rig).inactive[RECLAIM_ANON] > lows[_i].inactive) == low,
                      "ratio %s, %u active", lows[_i].ratio, active);
        rig_close(rig);
    }
}
END_TEST

START_TEST(kswapd_evens_the_lists_out_only_with_swap_space)
{
    struct rig *rig = open_scans("6.18");
    bring(rig, 0, 100);
    activate(rig, 0, 100);
    rig->can_swap = false;
    rig->ops->reclaim->age(rig->state, &rig->run);
    ck_assert_uint_eq(sizes(rig).inactive[RECLAIM_ANON], 0);
    rig->can_swap = true;
    rig->ops->reclaim->age(rig->state, &rig->run);
    ck_assert_uint_eq(sizes(rig).inactive[RECLAIM_ANON], RECLAIM_BATCH);
    rig_close(rig);
}
END_TEST

/* --- which types ------------------------------------------------------------------------- */

/* 128 inactive pages of each type; `active`: and as many and one more active ones of files. */
static const struct {
    const char *what;
    struct reclaim run;
    bool active;
    unsigned anon, file; /* looked at */
} counts[] = {
    {"no swap space", {.priority = 0, .swappiness = 60}, false, 0, 128},
    {"a group, swappiness 0",
     {.priority = 0, .may_swap = true, .in_group = true},
     false,
     0,
     128},
    {"priority 0", {.priority = 0, .may_swap = true, .swappiness = 1}, false, 128, 128},
    {"priority 0, swappiness 0, all of memory",
     {.priority = 0, .may_swap = true, .force = true},
     false,
     0,
     128},
    {"few pages of files",
     {.priority = 1, .may_swap = true, .swappiness = 60, .free = 2, .high = 130},
     false,
     64,
     0},
    {"not so few",
     {.priority = 1, .may_swap = true, .swappiness = 60, .free = 3, .high = 130},
     false,
     0,
     64},
    {"few in a group",
     {.priority = 1,
      .may_swap = true,
      .swappiness = 60,
      .free = 2,
      .high = 130,
      .in_group = true},
     false,
     0,
     64},
    {"few, but inactive ones may come",
     {.priority = 1,
      .may_swap = true,
      .swappiness = 60,
      .free = 2,
      .high = 130,
      .force = true},
     false,
     19,
     44},
    {"few, and hardly any inactive",
     {.priority = 8, .may_swap = true, .swappiness = 60, .free = 2, .high = 130},
     false,
     0,
     0},
    {"many inactive pages of files",
     {.priority = 7, .may_swap = true, .swappiness = 200},
     false,
     0,
     1},
    {"not so many", {.priority = 8, .may_swap = true, .swappiness = 200}, false, 0, 0},
    {"no cost yet", {.priority = 1, .may_swap = true, .swappiness = 60}, true, 19, 44},
    {"swappiness 200", {.priority = 1, .may_swap = true, .swappiness = 200}, true, 64, 0},
    {"swappiness 100", {.priority = 1, .may_swap = true, .swappiness = 100}, true, 32, 32},
};

START_TEST(how_many_pages_of_each_type_are_looked_at)
{
    struct rig *rig = open_scans("6.18");
    bring(rig, 0, 128);
    bring(rig, FILES, 128 + (counts[_i].active ? 129 : 0));
    if (counts[_i].active)
        activate(rig, FILES, 129);
    rig->run = counts[_i].run;
    rig->run.batch = RECLAIM_BATCH;
    rig->run.wanted = 1000;
    rig->run.chosen = PFN_NONE;
    rig_shrink(rig, counts[_i].run.priority);
    ck_assert_msg(scanned(rig, RECLAIM_ANON) == counts[_i].anon &&
                      scanned(rig, RECLAIM_FILE) == counts[_i].file,
                  "%s: %" PRIu64 ", %" PRIu64, counts[_i].what, scanned(rig, RECLAIM_ANON),
                  scanned(rig, RECLAIM_FILE));
    rig_close(rig);
}
END_TEST

/* So many pages of a type are written and gone, by one scan. */
static void page_out(struct rig *rig, enum reclaim_type type, unsigned n)
{
    const unsigned first = type == RECLAIM_FILE ? FILES : 0;
    for (unsigned page = first; page < first + n; page++)
        rig->frames[rig->pages[page].pfn].dirty = true;
    const struct reclaim before = rig->run;
    rig->run.batch = n;
    rig->run.wanted = n;
    rig->run.swappiness = type == RECLAIM_FILE ? 0 : 200;
    rig->run.force = true;
    rig->answer = PAGE_GONE;
    rig_shrink(rig, 1);
    rig->run = before;
    rig->answer = PAGE_KEEP;
}

START_TEST(the_type_that_cost_less_is_looked_at_more)
{
    struct rig *rig = open_scans("5.15");
    bring(rig, 0, 138);
    bring(rig, FILES, 8030);
    page_out(rig, RECLAIM_ANON, 10);
    page_out(rig, RECLAIM_FILE, 30);
    ck_assert_uint_eq(shown(rig, "anon cost"), 10);
    ck_assert_uint_eq(shown(rig, "file cost"), 30);
    const uint64_t anon = scanned(rig, RECLAIM_ANON), file = scanned(rig, RECLAIM_FILE);
    rig->run.force = true;
    rig_shrink(rig, 1); /* ap 60 * 121 / 51 = 142, fp 140 * 121 / 71 = 238 */
    ck_assert_uint_eq(scanned(rig, RECLAIM_ANON) - anon, 23);
    ck_assert_uint_eq(scanned(rig, RECLAIM_FILE) - file, 4000 * 238 / 380);
    rig_close(rig);
}
END_TEST

START_TEST(before_5_8_the_type_found_in_use_less_is_looked_at_more)
{
    struct rig *rig = open_scans("5.7");
    bring(rig, 0, 200);     /* active: 200 looked at and in use */
    bring(rig, FILES, 200); /* inactive: 200 looked at        */
    rig->run.swappiness = 100;
    for (unsigned page = 0; page < 200; page++)
        rig->ops->reclaim->deactivate(rig->state, rig->pages[page].pfn); /* 200 more */
    rig->run.force = true;
    /* Halved, as that is more than a quarter of the pages: 200 and 100, 100 and 0;
     * ap 100 * 201 / 101 = 199, fp 100 * 101 / 1 = 10100, of 10300. */
    rig_shrink(rig, 1);
    ck_assert_uint_eq(scanned(rig, RECLAIM_ANON), 100 * 199 / 10300);
    ck_assert_uint_eq(scanned(rig, RECLAIM_FILE), 100 * 10100 / 10300);
    rig_close(rig);
}
END_TEST

/* --- costs ------------------------------------------------------------------------------- */

static const struct {
    const char *version;
    unsigned pages,
        cost; /* after a scan of four: one written and gone, one gone, two kept */
} scan_costs[] = {
    {"6.5", 138, 34}, {"6.5", 137, 17}, {"6.18", 138, 34},
    {"6.1", 8, 1},    {"6.1", 5, 0},    {"5.8", 9, 1},
};

START_TEST(what_a_scan_costs_and_when_costs_are_halved)
{
    struct rig *rig = open_scans(scan_costs[_i].version);
    bring(rig, FILES, scan_costs[_i].pages);
    rig->frames[rig->pages[FILES].pfn].dirty = true;
    for (unsigned page = FILES + 2; page < FILES + 4; page++)
        rig->frames[rig->pages[page].pfn].young = 1;
    rig->answer = PAGE_GONE;
    rig->run.batch = 4;
    rig->run.wanted = 1;
    rig_shrink(rig, 0);
    ck_assert_uint_eq(scanned(rig, RECLAIM_FILE), 4);
    ck_assert_uint_eq(shown(rig, "file cost"), scan_costs[_i].cost);
    rig_close(rig);
}
END_TEST

static const struct {
    const char *version;
    unsigned refault,
        program; /* what a known page that is back costs, and one that stays */
} other_costs[] = {
    {"5.7", 0, 0}, {"5.8", 1, 0}, {"6.1", 1, 0}, {"6.5", 32, 1}, {"6.18", 32, 1}};

START_TEST(what_pages_that_come_back_and_programs_cost)
{
    struct rig *rig = open_scans(other_costs[_i].version);
    bring(rig, FILES, 300);
    activate(rig, FILES, 300);
    rig->run.batch = 1;
    rig->pages[FILES + 1].executable = true;
    rig->frames[rig->pages[FILES + 1].pfn].young = 1;
    rig_shrink(rig, 0); /* nothing is inactive of which the share is not zero */
    ck_assert_uint_eq(shown(rig, "file cost"), other_costs[_i].program);
    rig_evict(rig, rig->pages[FILES].pfn, true);
    bring(rig, FILES, 1);
    ck_assert_uint_eq(rig->ops->reclaim->counts(rig->state)->workingset_restore[1], 1);
    ck_assert_uint_eq(shown(rig, "file cost"),
                      other_costs[_i].program + other_costs[_i].refault);
    rig_close(rig);
}
END_TEST

START_TEST(before_6_5_programs_that_stay_do_not_halve_costs)
{
    struct rig *rig = open_scans("6.1");
    bring(rig, FILES, 50);
    page_out(rig, RECLAIM_FILE, 10); /* of the 40 pages that are left a quarter */
    ck_assert_uint_eq(shown(rig, "file cost"), 10);
    activate(rig, FILES + 10, 1);
    for (unsigned page = FILES + 11; page < FILES + 50; page++)
        rig_evict(rig, rig->pages[page].pfn, true);
    rig->pages[FILES + 10].executable = true;
    rig->frames[rig->pages[FILES + 10].pfn].young = 1;
    rig_shrink(rig, 0);
    ck_assert_uint_eq(rig->ops->reclaim->counts(rig->state)->pgrefill, 1);
    ck_assert_uint_eq(shown(rig, "file cost"), 10);
    rig_close(rig);
}
END_TEST

/* --- the scans of a priority ------------------------------------------------------------- */

/* 128 pages to be swapped out, 256 of files: 19 and 89 are to be looked at.  After eight of
 * each, 11 and 81 are left: of files 45 % of 89 less 8 are still looked at, in one batch since
 * 6.1. */
static const struct {
    const char *version;
    unsigned anon, file;
} cuts[] = {{"5.15", 8, 40}, {"6.1", 8, 16}, {"6.18", 8, 16}};

START_TEST(when_enough_have_gone_the_rest_is_cut)
{
    struct rig *rig = open_scans(cuts[_i].version);
    bring(rig, 0, 128);
    bring(rig, FILES, 256);
    rig->answer = PAGE_GONE;
    rig->run.force = true;
    rig->run.batch = 8;
    rig->run.wanted = 8;
    rig_shrink(rig, 1);
    ck_assert_uint_eq(scanned(rig, RECLAIM_ANON), cuts[_i].anon);
    ck_assert_uint_eq(scanned(rig, RECLAIM_FILE), cuts[_i].file);
    ck_assert_uint_eq(rig->run.reclaimed, cuts[_i].anon + cuts[_i].file);
    rig_close(rig);
}
END_TEST

START_TEST(the_type_of_which_less_is_left_is_given_up)
{
    struct rig *rig = open_scans("5.15");
    bring(rig, 0, 256);
    bring(rig, FILES, 64);
    rig->answer = PAGE_GONE;
    rig->run.force = true;
    rig->run.batch = 8;
    rig->run.wanted = 8;
    /* 128 * 60 / 200 = 38 and 32 * 140 / 200 = 22; 30 and 14 are left; 14 of 23 are 60 %, so
     * that of 38 there remain 40 %, 15, less 8. */
    rig_shrink(rig, 1);
    ck_assert_uint_eq(scanned(rig, RECLAIM_ANON), 15);
    ck_assert_uint_eq(scanned(rig, RECLAIM_FILE), 8);
    rig_close(rig);
}
END_TEST

START_TEST(with_one_type_left_it_ends_when_enough_have_gone)
{
    struct rig *rig = open_scans("6.18");
    bring(rig, FILES, 256);
    rig->answer = PAGE_GONE;
    rig->run.batch = 8;
    rig->run.wanted = 8;
    rig_shrink(rig, 1);
    ck_assert_uint_eq(scanned(rig, RECLAIM_FILE), 8);
    rig_close(rig);
}
END_TEST

/* Who reclaims with priority 12, and how much: two pages would be looked at. */
static const struct {
    bool in_group, daemon;
    unsigned priority, gone;
} wholes[] = {{false, false, 12, 2},
              {true, false, 12, 1},
              {false, true, 12, 1},
              {false, false, 11, 1}};

START_TEST(a_process_that_needs_memory_does_all_of_the_first_priority)
{
    struct rig *rig = open_scans("6.18");
    bring(rig, FILES, 8192);
    rig->answer = PAGE_GONE;
    rig->run.batch = 1;
    rig->run.wanted = 1;
    rig->run.in_group = wholes[_i].in_group;
    rig->run.daemon = wholes[_i].daemon;
    rig_shrink(rig, wholes[_i].priority);
    ck_assert_uint_eq(rig->run.reclaimed, wholes[_i].gone);
    rig_close(rig);
}
END_TEST

START_TEST(without_a_driver_it_ends_with_the_round_of_the_victim)
{
    struct rig *rig =
        rig_open(&policy_linux5, RIG_FRAMES, (const char *const[]){"batch=1", NULL});
    rig_file(rig, 0, RIG_PAGES - 1);
    rig->can_swap = false;
    bring(rig, 0, 7000 + 8900);
    activate(rig, 0, 8900); /* one and two would be looked at with priority 12 */
    rig_choose(rig);
    ck_assert_uint_eq(rig->ops->reclaim->counts(rig->state)->pgrefill, 1);
    rig_close(rig);
}
END_TEST

static enum page_fate stop_at_third(struct reclaim *r, pfn_t pfn)
{
    r->stop = r->scanned == 3;
    return rig_answer(r, pfn);
}

/* Of the six that were to be looked at three are left then. */
START_TEST(the_kernel_can_stop_a_scan_in_its_midst_and_it_goes_on_there)
{
    struct rig *rig = open_scans("6.18");
    bring(rig, 0, 1);
    activate(rig, 0, 1); /* to be evened out at the end */
    bring(rig, FILES, 8);
    activate(rig, FILES + 6, 2);
    rig->run.may_swap = false;
    rig->run.page = stop_at_third;
    rig->run.priority = 0;
    rig->run.force = true;
    rig->answer = PAGE_WRITING;
    rig->ops->reclaim->shrink(rig->state, &rig->run);
    ck_assert_str_eq(
        lists(rig),
        "active anon: 0; inactive file: 514 513 512 517 516 515; active file: 519 518");
    ck_assert_uint_eq(scanned(rig, RECLAIM_FILE), 3);
    for (unsigned page = FILES; page < FILES + 3; page++)
        rig->frames[rig->pages[page].pfn].writing = false;
    rig->run.stop = false;
    rig->answer = PAGE_KEEP;
    rig_shrink(rig, 0);
    ck_assert_str_eq(lists(rig),
                     "inactive anon: 0w; inactive file: 519w 518w 517 516 515 514 513 512");
    ck_assert_uint_eq(scanned(rig, RECLAIM_FILE), 6);
    rig_close(rig);
}
END_TEST

/* Three pages, in batches of two. */
static const struct {
    const char *what;
    bool anon, clean[3], writing;
    unsigned times;
} dirty[] = {
    {"all dirty", .times = 2},
    {"the first batch", .clean = {false, false, true}, .times = 1},
    {"one of the first is clean", .clean = {true}, .times = 1},
    {"none", .clean = {true, false, true}, .times = 0},
    {"being written", .writing = true, .times = 1}, /* the second batch */
    {"anonymous", .anon = true, .times = 0},
};

START_TEST(a_batch_of_nothing_but_dirty_pages_of_files_has_the_flusher_woken)
{
    struct rig *rig = open_scans("6.18");
    const unsigned first = dirty[_i].anon ? 0 : FILES;
    bring(rig, first, 3);
    for (unsigned i = 0; i < 3; i++)
        rig->frames[rig->pages[first + i].pfn].dirty = !dirty[_i].clean[i];
    rig->frames[rig->pages[first].pfn].writing = dirty[_i].writing;
    rig->frames[rig->pages[first + 1].pfn].young = 1; /* it counts though it stays */
    rig->can_swap = dirty[_i].anon;
    rig->answer = PAGE_ACTIVATE;
    rig->run.batch = 2;
    rig_shrink(rig, 0);
    ck_assert_msg(rig->nall_dirty == dirty[_i].times, "%s: %u times", dirty[_i].what,
                  rig->nall_dirty);
    rig_close(rig);
}
END_TEST

START_TEST(active_lists_are_left_alone_unless_inactive_ones_are_short_or_it_is_forced)
{
    struct rig *rig = open_scans("6.18");
    const struct reclaim_counts *counted = rig->ops->reclaim->counts(rig->state);
    bring(rig, FILES, 64);
    activate(rig, FILES, 32);
    rig_shrink(rig, 0);
    ck_assert(rig->run.passed_over);
    ck_assert_uint_eq(counted->pgrefill, 0);
    rig->run.passed_over = false;
    rig->run.force = true;
    rig_shrink(rig, 0);
    ck_assert(!rig->run.passed_over);
    ck_assert_uint_eq(counted->pgrefill, 32);
    rig_close(rig);
}
END_TEST

START_TEST(without_a_driver_a_dirty_victim_costs_a_write)
{
    struct rig *rig =
        rig_open(&policy_linux5, 8, (const char *const[]){"version=6.1", NULL});
    bring(rig, 0, 8);
    rig->frames[rig->pages[0].pfn].dirty = true;
    rig_choose(rig);
    ck_assert_uint_eq(rig->victims[0], 0);
    ck_assert_uint_eq(shown(rig, "anon cost"), 1);
    rig_choose(rig);
    ck_assert_uint_eq(shown(rig, "anon cost"), 1);
    rig_close(rig);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("linux5 balance");
    TCase *types = tcase_create("types");
    tcase_add_loop_test(types, the_larger_memory_the_fewer_pages_need_be_inactive, 0,
                        ARRAY_LEN(lows));
    tcase_add_test(types, kswapd_evens_the_lists_out_only_with_swap_space);
    tcase_add_loop_test(types, how_many_pages_of_each_type_are_looked_at, 0,
                        ARRAY_LEN(counts));
    tcase_add_test(types, the_type_that_cost_less_is_looked_at_more);
    tcase_add_test(types, before_5_8_the_type_found_in_use_less_is_looked_at_more);
    tcase_add_loop_test(types, what_a_scan_costs_and_when_costs_are_halved, 0,
                        ARRAY_LEN(scan_costs));
    tcase_add_loop_test(types, what_pages_that_come_back_and_programs_cost, 0,
                        ARRAY_LEN(other_costs));
    tcase_add_test(types, before_6_5_programs_that_stay_do_not_halve_costs);
    suite_add_tcase(suite, types);
    TCase *scans = tcase_create("scans");
    tcase_add_loop_test(scans, when_enough_have_gone_the_rest_is_cut, 0, ARRAY_LEN(cuts));
    tcase_add_test(scans, the_type_of_which_less_is_left_is_given_up);
    tcase_add_test(scans, with_one_type_left_it_ends_when_enough_have_gone);
    tcase_add_loop_test(scans, a_process_that_needs_memory_does_all_of_the_first_priority,
                        0, ARRAY_LEN(wholes));
    tcase_add_test(scans, without_a_driver_it_ends_with_the_round_of_the_victim);
    tcase_add_loop_test(scans,
                        a_batch_of_nothing_but_dirty_pages_of_files_has_the_flusher_woken,
                        0, ARRAY_LEN(dirty));
    tcase_add_test(scans, the_kernel_can_stop_a_scan_in_its_midst_and_it_goes_on_there);
    tcase_add_test(
        scans, active_lists_are_left_alone_unless_inactive_ones_are_short_or_it_is_forced);
    tcase_add_test(scans, without_a_driver_a_dirty_victim_costs_a_write);
    suite_add_tcase(suite, scans);
    return run_suite(suite);
}
