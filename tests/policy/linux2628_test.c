/* linux2628_test.c -- Linux's lists of 2.6.28 to 2.6.33, by hand.  Rules: mm/vmscan.c and
 * mm/swap.c of 2.6.32. */
#include "policy/lru_rig.h"

extern const struct policy_ops policy_linux2628;

enum { FILES = 512 }; /* pages from this number on are those of files */

static struct rig *open_rig(pfn_t nframes)
{
    struct rig *rig = rig_open(&policy_linux2628, nframes, NULL);
    rig_file(rig, FILES, RIG_PAGES - 1);
    return rig;
}

/* Reads of a file in four frames, without swap space.  The mark of a page that nothing maps
 * does not keep it. */
static const struct read_step reads[] = {
    {1, false, "inactive file: 1*"},
    {1, true, "active file: 1"},
    {2, false, "inactive file: 2*; active file: 1"},
    {2, true, "active file: 2 1"},
    {3, false, "inactive file: 3*; active file: 2 1"},
    {4, false, "inactive file: 4* 3*; active file: 2 1"},
    {5, false, "inactive file: 5* 1 4*; active file: 2"},
    {3, false, "inactive file: 3* 5* 1; active file: 2"},
    {6, false, "inactive file: 6* 3* 5*; active file: 2"},
    {1, false, "inactive file: 1* 6* 3*; active file: 2"},
    {7, false, "inactive file: 7* 1* 6*; active file: 2"},
    {1, true, "inactive file: 7* 6*; active file: 1 2"},
};

START_TEST(reads_in_four_frames)
{
    struct rig *rig = open_rig(4);
    rig_file(rig, 0, 9);
    rig->can_swap = false;
    read_in_turn(rig, reads, ARRAY_LEN(reads));
    rig_close(rig);
}
END_TEST

/* All are inactive at first. */
static const struct {
    bool file, marked, dirty;
    unsigned mappings, young;
    const char *lists; /* "": it is gone */
} looks[] = {
    {false, false, false, 1, 0, ""},
    {false, false, false, 1, 1, "active anon: 1"},
    {false, true, false, 1, 0, "active anon: 1"},
    {false, true, false, 0, 0, "active anon: 1"}, /* in the swap cache */
    {true, false, false, 1, 0, ""},
    {true, false, false, 1, 1, "active file: 1"},
    {true, true, false, 1, 0, "active file: 1"},
    {true, true, false, 0, 0, ""},
    {true, true, true, 0, 0, "inactive file: 1"},
    {true, false, true, 0, 0, ""},
};

START_TEST(what_a_look_at_an_inactive_page_leads_to)
{
    struct rig *rig = open_rig(8);
    rig->pages[1].file = looks[_i].file;
    const pfn_t pfn = rig_bring(rig, 1, looks[_i].mappings);
    rig->ops->reclaim->deactivate(rig->state, pfn);
    rig->frames[pfn].young = looks[_i].young;
    rig->frames[pfn].dirty = looks[_i].dirty;
    if (looks[_i].marked)
        rig->ops->reclaim->used(rig->state, pfn);
    rig->can_swap = false; /* nothing is evened out at the end */
    rig_shrink(rig, 0);
    ck_assert_str_eq(lists(rig), looks[_i].lists[0] ? looks[_i].lists : rig->view.text);
    ck_assert_uint_eq(rig->nvictims, looks[_i].lists[0] == '\0');
    rig_close(rig);
}
END_TEST

START_TEST(a_page_that_is_being_written_stays)
{
    struct rig *rig = open_rig(4);
    bring(rig, FILES, 2);
    rig->frames[rig->pages[FILES].pfn].writing = true;
    rig->answer = PAGE_KEEP;
    rig->run.may_swap = false;
    rig_shrink(rig, 1);
    ck_assert_str_eq(lists(rig), "inactive file: 512 513");
    rig_close(rig);
}
END_TEST

START_TEST(the_mark_of_a_mapped_page_is_taken_with_the_bits)
{
    struct rig *rig = open_rig(8);
    rig_bring(rig, 1, 1);
    rig_bring(rig, FILES, 1);
    rig_bring(rig, FILES + 1, 0);
    activate(rig, FILES, 2);
    for (unsigned page = FILES; page <= FILES + 1; page++) {
        rig->ops->reclaim->used(rig->state, rig->pages[page].pfn);
        rig->frames[rig->pages[page].pfn].young = 0;
    }
    ck_assert_str_eq(lists(rig), "active anon: 1; active file: 513* 512*");
    rig->run.may_swap = rig->can_swap = false;
    rig->run.batch = 2;
    rig_shrink(rig, 0);
    ck_assert_str_eq(lists(rig), "active anon: 1; inactive file: 513* 512");
    rig_close(rig);
}
END_TEST

START_TEST(programs_in_use_stay_active)
{
    struct rig *rig = open_rig(8);
    rig->pages[FILES].executable = rig->pages[FILES + 1].executable = true;
    rig_bring(rig, FILES, 1);
    rig_bring(rig, FILES + 1, 1);
    activate(rig, FILES, 2);
    rig->frames[rig->pages[FILES].pfn].young = 1;
    rig->frames[rig->pages[FILES + 1].pfn].young = 0;
    rig->ops->reclaim->used(rig->state, rig->pages[FILES + 1].pfn); /* not by a mapping */
    rig->run.may_swap = rig->can_swap = false;
    rig->run.batch = 2;
    rig_shrink(rig, 0);
    ck_assert_str_eq(lists(rig), "inactive file: 513; active file: 512");
    rig_close(rig);
}
END_TEST

START_TEST(the_type_found_in_use_less_is_looked_at_more)
{
    struct rig *rig = open_rig(RIG_FRAMES);
    rig->answer = PAGE_KEEP;
    bring(rig, 0, 100); /* active: 100 looked at and in use */
    for (unsigned page = 0; page < 100; page++)
        rig->ops->reclaim->deactivate(rig->state, rig->pages[page].pfn); /* 100 more */
    bring(rig, FILES, 360);
    activate(rig, FILES, 40); /* 400, 40 of them in use */
    /* Halved, as that is more than a quarter of the pages: 100 and 50, 200 and 20.  ap 61 * 101
     * / 51 = 120, fp 141 * 201 / 21 = 1349: 8 % of 50 and 92 % of 160, and of the inactive list
     * in place of the active one 92 % of 20. */
    rig_shrink(rig, 1);
    ck_assert_uint_eq(scanned(rig, RECLAIM_ANON), 4);
    ck_assert_uint_eq(scanned(rig, RECLAIM_FILE), 147 + 18);
    rig_close(rig);
}
END_TEST

/* 64 inactive pages of each type. */
static const struct {
    const char *what;
    struct reclaim run;
    unsigned anon, file; /* looked at */
} counts[] = {
    {"no swap space", {.priority = 0, .swappiness = 60}, 0, 64},
    {"priority 0", {.priority = 0, .may_swap = true, .swappiness = 60}, 64, 64},
    {"few pages of files",
     {.priority = 1, .may_swap = true, .swappiness = 60, .free = 6, .high = 70},
     32,
     0},
    {"not so few",
     {.priority = 1, .may_swap = true, .swappiness = 60, .free = 7, .high = 70},
     0,
     31},
    {"few in a group",
     {.priority = 1,
      .may_swap = true,
      .swappiness = 60,
      .free = 6,
      .high = 70,
      .in_group = true},
     0,
     31},
};

START_TEST(how_many_pages_of_each_type_are_looked_at)
{
    struct rig *rig = open_rig(RIG_FRAMES);
    rig->answer = PAGE_KEEP;
    bring(rig, 0, 64);
    for (unsigned page = 0; page < 64; page++)
        rig->ops->reclaim->deactivate(rig->state, rig->pages[page].pfn);
    bring(rig, FILES, 64);
    /* Halved: 64 and 32, 32 and 0.  ap 61 * 65 / 33 = 120, fp 141 * 33 / 1 = 4653: 2 % of 32,
     * and 98 % of 32. */
    rig->run = counts[_i].run;
    rig->run.batch = 1;
    rig->run.chosen = PFN_NONE;
    rig_shrink(rig, counts[_i].run.priority);
    ck_assert_msg(scanned(rig, RECLAIM_ANON) == counts[_i].anon &&
                      scanned(rig, RECLAIM_FILE) == counts[_i].file,
                  "%s: %" PRIu64 ", %" PRIu64, counts[_i].what, scanned(rig, RECLAIM_ANON),
                  scanned(rig, RECLAIM_FILE));
    rig_close(rig);
}
END_TEST

START_TEST(what_is_too_little_for_a_batch_is_kept_for_the_next_time)
{
    struct rig *rig = open_rig(RIG_FRAMES);
    bring(rig, FILES, 64);
    rig->answer = PAGE_KEEP;
    rig->run.may_swap = rig->can_swap = false;
    rig->run.batch = RECLAIM_BATCH;
    for (unsigned i = 1; i < 16; i++)
        rig_shrink(rig, 5); /* two pages each */
    ck_assert_uint_eq(scanned(rig, RECLAIM_FILE), 0);
    rig_shrink(rig, 5);
    ck_assert_uint_eq(scanned(rig, RECLAIM_FILE), RECLAIM_BATCH);
    rig_shrink(rig, 5);
    ck_assert_uint_eq(scanned(rig, RECLAIM_FILE), RECLAIM_BATCH);
    rig_close(rig);
}
END_TEST

START_TEST(whole_batches_are_looked_at)
{
    struct rig *rig = open_rig(RIG_FRAMES);
    bring(rig, FILES, 5);
    rig->answer = PAGE_KEEP;
    rig->run.may_swap = rig->can_swap = false;
    rig->run.batch = 4;
    rig_shrink(rig, 0); /* four, and for the fifth four more */
    ck_assert_uint_eq(scanned(rig, RECLAIM_FILE), 8);
    rig_close(rig);
}
END_TEST

START_TEST(a_short_list_is_looked_at_again_until_there_is_a_batch)
{
    struct rig *rig = open_rig(RIG_FRAMES);
    bring(rig, FILES, 64);
    rig->answer = PAGE_KEEP;
    rig->run.may_swap = rig->can_swap = false;
    rig->run.batch = RECLAIM_BATCH;
    for (unsigned i = 1; i < 16; i++)
        rig_shrink(rig, 5); /* two pages each: 30 are kept */
    for (unsigned page = FILES + 10; page < FILES + 64; page++)
        rig_evict(rig, rig->pages[page].pfn, true);
    rig_shrink(rig, 2); /* two more of ten */
    ck_assert_uint_eq(scanned(rig, RECLAIM_FILE), 40);
    rig_close(rig);
}
END_TEST

START_TEST(swappiness_counts_one_more)
{
    struct rig *rig = open_rig(RIG_FRAMES);
    rig->answer = PAGE_KEEP;
    bring(rig, 0, 100);
    for (unsigned page = 0; page < 100; page++)
        rig->ops->reclaim->deactivate(rig->state, rig->pages[page].pfn);
    bring(rig, FILES, 100);
    activate(rig, FILES, 100);
    /* Halved, 100 and 50 of both: ap 61 * 101 / 51 = 120, fp 141 * 101 / 51 = 279: 30 %. */
    rig_shrink(rig, 1);
    ck_assert_uint_eq(scanned(rig, RECLAIM_ANON), 50 * 30 / 100);
    rig_close(rig);
}
END_TEST

/* Whether the driver goes on when more than a batch has gone. */
static const struct {
    unsigned priority;
    bool daemon;
    unsigned gone;
} stops[] = {{1, false, 6}, {1, true, 32}, {0, false, 6}};

START_TEST(it_stops_when_more_than_a_batch_has_gone)
{
    struct rig *rig = open_rig(RIG_FRAMES);
    bring(rig, FILES, 64);
    rig->run.may_swap = rig->can_swap = false;
    rig->run.batch = 3;
    rig->run.daemon = stops[_i].daemon;
    rig_shrink(rig, stops[_i].priority);
    ck_assert_uint_ge(rig->run.reclaimed, stops[_i].gone);
    ck_assert_uint_lt(rig->run.reclaimed, stops[_i].gone + 3);
    rig_close(rig);
}
END_TEST

START_TEST(active_pages_turn_inactive_when_the_inactive_list_is_the_shorter)
{
    struct rig *rig = open_rig(RIG_FRAMES);
    const struct reclaim_counts *counted = rig->ops->reclaim->counts(rig->state);
    rig->answer = PAGE_KEEP;
    rig->run.may_swap = rig->can_swap = false;
    bring(rig, FILES, 20);
    activate(rig, FILES, 10);
    rig_shrink(rig, 0);
    ck_assert_uint_eq(counted->pgrefill, 0);
    ck_assert_uint_eq(scanned(rig, RECLAIM_FILE), 20); /* and ten in their place */
    activate(rig, FILES + 10, 1);
    rig_shrink(rig, 0);
    ck_assert_uint_eq(counted->pgrefill, 1); /* until it is not */
    rig_close(rig);
}
END_TEST

START_TEST(kswapd_evens_anonymous_lists_out)
{
    struct rig *rig = open_rig(16);
    bring(rig, 0, 9);
    rig->run.batch = 4;
    rig->ops->reclaim->age(rig->state, &rig->run);
    ck_assert_uint_eq(sizes(rig).inactive[RECLAIM_ANON], 4);
    rig->ops->reclaim->age(rig->state, &rig->run);
    rig->ops->reclaim->age(rig->state, &rig->run);
    ck_assert_uint_eq(sizes(rig).inactive[RECLAIM_ANON], 8);
    rig_close(rig);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("linux2628");
    TCase *pages = tcase_create("pages");
    tcase_add_test(pages, reads_in_four_frames);
    tcase_add_loop_test(pages, what_a_look_at_an_inactive_page_leads_to, 0,
                        ARRAY_LEN(looks));
    tcase_add_test(pages, a_page_that_is_being_written_stays);
    tcase_add_test(pages, the_mark_of_a_mapped_page_is_taken_with_the_bits);
    tcase_add_test(pages, programs_in_use_stay_active);
    suite_add_tcase(suite, pages);
    TCase *scans = tcase_create("lists");
    tcase_add_test(scans, the_type_found_in_use_less_is_looked_at_more);
    tcase_add_loop_test(scans, how_many_pages_of_each_type_are_looked_at, 0,
                        ARRAY_LEN(counts));
    tcase_add_test(scans, what_is_too_little_for_a_batch_is_kept_for_the_next_time);
    tcase_add_test(scans, whole_batches_are_looked_at);
    tcase_add_test(scans, swappiness_counts_one_more);
    tcase_add_test(scans, a_short_list_is_looked_at_again_until_there_is_a_batch);
    tcase_add_loop_test(scans, it_stops_when_more_than_a_batch_has_gone, 0,
                        ARRAY_LEN(stops));
    tcase_add_test(scans, active_pages_turn_inactive_when_the_inactive_list_is_the_shorter);
    tcase_add_test(scans, kswapd_evens_anonymous_lists_out);
    suite_add_tcase(suite, scans);
    return run_suite(suite);
}
