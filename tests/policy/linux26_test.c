/* linux26_test.c -- Linux 2.6.24's lists, page by page: mm/vmscan.c, shrink_zone(),
 * shrink_active_list(), shrink_page_list(); mm/swap.c, mark_page_accessed(). */
#include "policy/reclaim_rig.h"

extern const struct policy_ops policy_linux26;

/* Pages 0 to 99 are those of files, from 100 on those of processes. */
static struct rig *open_rig(pfn_t frames)
{
    struct rig *rig = rig_open(&policy_linux26, frames, NULL);
    rig_file(rig, 0, 99);
    return rig;
}

static struct rig_frame *frame_of(struct rig *rig, unsigned page)
{
    ck_assert_uint_ne(rig->pages[page].pfn, PFN_NONE);
    return &rig->frames[rig->pages[page].pfn];
}

static const struct reclaim_counts *counts(const struct rig *rig)
{
    return rig->ops->reclaim->counts(rig->state);
}

static void finish(struct rig *rig, unsigned priority)
{
    rig->run.priority = priority;
    rig->ops->reclaim->finish(rig->state, &rig->run);
}

static void assert_lists(struct rig *rig, const char *active, const char *inactive)
{
    char text[300];
    const char *shown = rig_show(rig);
    snprintf(text, sizeof text, "active:%s; inactive:%s; ", active, inactive);
    ck_assert_msg(strncmp(shown, text, strlen(text)) == 0, "'%s' instead of '%s'", shown,
                  text);
}

/* --- worked examples --------------------------------------------------------------------- */

/* Four frames, pages that are read, a batch of one.  The lists are those after a reference. */
static void check_reads(void (*make_room)(struct rig *rig))
{
    static const struct {
        unsigned page;
        bool hit;
        unsigned victim;
        const char *active, *inactive;
    } rows[] = {
        {1, false, 0, "", " 1*"},          {1, true, 0, " 1", ""},
        {2, false, 0, " 1", " 2*"},        {2, true, 0, " 2 1", ""},
        {3, false, 0, " 2 1", " 3*"},      {4, false, 0, " 2 1", " 4* 3*"},
        {5, false, 3, " 2", " 5* 1 4*"},   {3, false, 4, "", " 3* 2 5* 1"},
        {6, false, 1, "", " 6* 3* 2 5*"},  {1, false, 5, "", " 1* 6* 3* 2"},
        {7, false, 2, "", " 7* 1* 6* 3*"}, {1, true, 0, " 1", " 7* 6* 3*"},
    };
    struct rig *rig = open_rig(4);
    rig->make_room = make_room;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        rig->nvictims = 0;
        ck_assert_int_eq(rig_read(rig, rows[i].page), rows[i].hit);
        ck_assert_uint_eq(rig->nvictims, rows[i].victim != 0);
        if (rig->nvictims)
            ck_assert_uint_eq(rig->victims[0], rows[i].victim);
        assert_lists(rig, rows[i].active, rows[i].inactive);
    }
    rig_close(rig);
}

START_TEST(pages_that_are_read_twice_are_active_and_fall_back_one_by_one)
{
    check_reads(rig_choose);
    check_reads(rig_reclaim);
}
END_TEST

/* Of 100 frames 90 are active, 60 of them, the oldest, mapped and unused; 9 are inactive. */
static struct rig *open_numeric(void)
{
    struct rig *rig = open_rig(100);
    for (unsigned page = 100; page < 160; page++) {
        rig_touch(rig, page);
        frame_of(rig, page)->young = 0;
    }
    for (unsigned page = 0; page < 39; page++) {
        rig_read(rig, page);
        if (page < 30)
            rig_read(rig, page);
    }
    rig->answer = PAGE_KEEP;
    return rig;
}

/* mapped_ratio is 60; the imbalance 90 / 10 = 9, times (swappiness + 1) / 100, times 60 / 100,
 * rounded down each time.  With the rest it must come to 100:
 *  60: 30 + 60 + 3, distress  7 is missing: 100 >> 3 = 12
 *   0: 30 +  0 + 0,          70:            100 >> 0
 *  40: 30 + 40 + 1,          29:            100 >> 1 = 50
 *  64: 30 + 64 + 3,           3:            100 >> 5
 *  66: 30 + 66 + 3,           1:            100 >> 6
 *  67: 30 + 67 + 3,           0 */
START_TEST(mapped_pages_are_reclaimed_from_that_distress_on)
{
    static const struct {
        unsigned swappiness, priority;
    } rows[] = {{60, 3}, {0, 0}, {40, 1}, {64, 5}, {66, 6}, {67, 12}};
    for (unsigned priority = 1; priority <= RECLAIM_PRIORITY; priority++) {
        struct rig *rig = open_numeric();
        rig->run.swappiness = rows[_i].swappiness;
        rig_shrink(rig, priority); /* not so many as are mapped */
        ck_assert_uint_eq(counts(rig)->pgrefill, (90u >> priority) + 1);
        ck_assert_int_eq(counts(rig)->pgdeactivate > 0, priority <= rows[_i].priority);
        rig_close(rig);
    }
}
END_TEST

/* All are mapped, nine inactive: 50 + 48 + imbalance.  49 / 10 = 4, * 49 / 100 = 1; 50 / 10 = 5,
 * * 49 / 100 = 2. */
START_TEST(the_imbalance_is_rounded_down_at_every_step)
{
    for (unsigned active = 49; active <= 50; active++) {
        struct rig *rig = open_rig(active + 9);
        for (unsigned page = 100; page < 100 + active; page++)
            rig_touch(rig, page);
        for (unsigned page = 1; page <= 9; page++)
            rig_touch(rig, page);
        frame_of(rig, 100)->young = 0;
        rig->run.swappiness = 48;
        rig->answer = PAGE_KEEP;
        rig_shrink(rig, 12);
        ck_assert_uint_eq(counts(rig)->pgdeactivate, active == 50);
        rig_close(rig);
    }
}
END_TEST

START_TEST(distress_is_that_of_the_last_run_or_more)
{
    struct rig *rig = open_numeric();
    finish(rig, 3);
    rig_shrink(rig, 12);
    ck_assert_uint_eq(counts(rig)->pgdeactivate, 1);
    finish(rig, 4);
    rig_shrink(rig, 12);
    ck_assert_uint_eq(counts(rig)->pgdeactivate, 1);
    rig_shrink(rig, 3); /* (89 >> 3) + 1 pages */
    ck_assert_uint_eq(counts(rig)->pgdeactivate, 13);
    rig_shrink(rig, 12); /* in the same run */
    ck_assert_uint_eq(counts(rig)->pgdeactivate, 14);
    finish(rig, 12);
    rig_shrink(rig, 12);
    ck_assert_uint_eq(counts(rig)->pgdeactivate, 14);
    rig_close(rig);
}
END_TEST

/* Three times as many pages as there are on the lists, 99, have been scanned: each step is
 * one of either. */
START_TEST(mapped_pages_are_reclaimed_when_nothing_has_gone_for_long)
{
    struct rig *rig = open_numeric();
    rig->run.swappiness = 0;
    for (unsigned page = 0; page < 30; page++) /* the others would be deactivated */
        frame_of(rig, page)->mappings = 1;
    for (unsigned scanned = 0; scanned < 297; scanned += 2) {
        ck_assert_uint_eq(counts(rig)->pgdeactivate, 0);
        rig_shrink(rig, 12);
    }
    ck_assert_uint_eq(counts(rig)->pgdeactivate, 0);
    rig_shrink(rig, 12);
    ck_assert_uint_eq(counts(rig)->pgdeactivate, 1);
    rig_evict(rig, rig->pages[5].pfn, false);
    rig_shrink(rig, 12);
    ck_assert_uint_eq(counts(rig)->pgdeactivate, 1);
    rig_close(rig);
}
END_TEST

/* Active, newest first: 5, read; 4 of a file and 103 of a process, mapped and used; 2, read;
 * 101, mapped and unused. */
static struct rig *open_lists(void)
{
    struct rig *rig = open_rig(100);
    rig_touch(rig, 101);
    rig_read(rig, 2);
    rig_read(rig, 2);
    rig_touch(rig, 103);
    rig_touch(rig, 4);
    rig->ops->mapped(rig->state, rig->pages[4].pfn); /* by another process */
    rig_read(rig, 5);
    rig_read(rig, 5);
    frame_of(rig, 101)->young = 0;
    assert_lists(rig, " 5 4 103 2 101", "");
    rig->run.batch = 5;
    rig->answer = PAGE_KEEP;
    return rig;
}

START_TEST(scans_add_up_to_a_batch_and_mapped_pages_stay_unlooked_at)
{
    struct rig *rig = open_lists();
    for (unsigned i = 0; i < 4; i++) {
        rig_shrink(rig, 12);
        assert_lists(rig, " 5 4 103 2 101", "");
    }
    rig_shrink(rig, 12);
    assert_lists(rig, " 4 103 101", " 5 2");
    ck_assert_uint_eq(frame_of(rig, 4)->young, 1);
    ck_assert_uint_eq(frame_of(rig, 103)->young, 1);
    rig_close(rig);
}
END_TEST

START_TEST(mapped_pages_that_were_not_used_are_deactivated_in_order)
{
    struct rig *rig = open_lists();
    rig->run.swappiness = 100;
    for (unsigned i = 0; i < 5; i++)
        rig_shrink(rig, 12);
    assert_lists(rig, " 4 103", " 5 2 101");
    ck_assert_uint_eq(frame_of(rig, 4)->young, 0);
    ck_assert_uint_eq(frame_of(rig, 103)->young, 0);
    rig_close(rig);
}
END_TEST

START_TEST(without_swap_space_pages_of_processes_stay_unlooked_at)
{
    struct rig *rig = open_lists();
    rig->run.swappiness = 100;
    rig->run.may_swap = false;
    for (unsigned i = 0; i < 5; i++)
        rig_shrink(rig, 12);
    assert_lists(rig, " 4 103 101", " 5 2");
    ck_assert_uint_eq(frame_of(rig, 4)->young, 0);
    ck_assert_uint_eq(frame_of(rig, 103)->young, 1);
    rig_close(rig);
}
END_TEST

/* --- the inactive list ------------------------------------------------------------------- */

static const struct {
    unsigned page, mappings;
    bool young, used, dirty, locked, writing;
    const char *active, *inactive;
    unsigned scanned;
} fates[] = {
    {.page = 1, .active = "", .inactive = "", .scanned = 1},
    {.page = 1, .used = true, .active = "", .inactive = "", .scanned = 1},
    {.page = 1, .dirty = true, .active = "", .inactive = "", .scanned = 1},
    {.page = 1, .used = true, .dirty = true, .active = "", .inactive = " 1", .scanned = 1},
    {.page = 1, .mappings = 2, .active = "", .inactive = "", .scanned = 2},
    {.page = 1, .mappings = 2, .young = true, .active = " 1", .inactive = "", .scanned = 2},
    {.page = 1, .mappings = 2, .used = true, .active = " 1", .inactive = "", .scanned = 2},
    {.page = 1, .locked = true, .active = "", .inactive = " 1", .scanned = 0},
    {.page = 1, .writing = true, .active = "", .inactive = " 1", .scanned = 1},
    {.page = 101, .active = "", .inactive = "", .scanned = 2},
    {.page = 101, .used = true, .active = " 101", .inactive = "", .scanned = 2},
    {.page = 101, .mappings = 1, .active = "", .inactive = "", .scanned = 2},
    {.page = 101,
     .mappings = 1,
     .young = true,
     .active = " 101",
     .inactive = "",
     .scanned = 2},
};

/* A page of a process is unmapped, or it would not become inactive. */
START_TEST(inactive_pages_go_or_stay_or_are_activated)
{
    struct rig *rig = open_rig(100);
    const pfn_t pfn = rig_bring(rig, fates[_i].page, 0);
    struct rig_frame *frame = &rig->frames[pfn];
    rig->answer = PAGE_KEEP;
    rig_shrink(rig, 12);
    rig->answer = PAGE_GONE;
    rig->run.scanned = 0;
    frame->mappings = fates[_i].mappings;
    frame->young = fates[_i].young;
    frame->dirty = fates[_i].dirty;
    frame->locked = fates[_i].locked;
    frame->writing = fates[_i].writing;
    if (fates[_i].used)
        rig->ops->reclaim->used(rig->state, pfn);
    rig_shrink(rig, 12);
    assert_lists(rig, fates[_i].active, fates[_i].inactive);
    ck_assert_uint_eq(rig->run.scanned, fates[_i].scanned);
    ck_assert_uint_eq(rig->nvictims, !*fates[_i].active && !*fates[_i].inactive);
    ck_assert_uint_eq(rig->run.reclaimed, rig->nvictims);
    rig_close(rig);
}
END_TEST

START_TEST(pages_that_have_been_written_are_next_unless_dirty_again)
{
    struct rig *rig = open_rig(100);
    for (unsigned page = 1; page <= 4; page++)
        rig_bring(rig, page, 0);
    rig->answer = PAGE_WRITING;
    rig->run.batch = 3;
    rig_shrink(rig, 1); /* 1, 2 and 3 */
    assert_lists(rig, "", " 3 2 1 4");
    ck_assert_uint_eq(rig->run.written, 3);
    for (unsigned page = 1; page <= 4; page++)
        frame_of(rig, page)->writing = false;
    frame_of(rig, 1)->dirty = true;
    rig->ops->reclaim->used(rig->state, rig->pages[2].pfn);
    rig->ops->reclaim->used(rig->state, rig->pages[2].pfn);
    for (unsigned page = 1; page <= 4; page++)
        rig->ops->reclaim->written(rig->state, rig->pages[page].pfn);
    assert_lists(rig, " 2", " 1 4 3");
    ck_assert_uint_eq(counts(rig)->pgrotated, 1);
    rig_close(rig);
}
END_TEST

/* Eight are inactive; (8 >> 2) + 1 = 3 are to be scanned, which makes a batch of 3, or is not
 * yet enough for one of 4: (8 >> 1) + 1 = 5 more make 8, two batches. */
START_TEST(inactive_pages_are_taken_by_batches)
{
    struct rig *rig = open_rig(100);
    for (unsigned page = 1; page <= 8; page++)
        rig_bring(rig, page, 0);
    rig->answer = PAGE_ACTIVATE;
    rig->run.batch = 4;
    rig_shrink(rig, 2);
    assert_lists(rig, "", " 8 7 6 5 4 3 2 1");
    rig_shrink(rig, 1);
    assert_lists(rig, " 8 7 6 5 4 3 2 1", "");
    rig_close(rig);
    rig = open_rig(100);
    for (unsigned page = 1; page <= 8; page++)
        rig_bring(rig, page, 0);
    rig->answer = PAGE_ACTIVATE;
    rig->run.batch = 3;
    rig_shrink(rig, 2);
    assert_lists(rig, " 3 2 1", " 8 7 6 5 4");
    rig_close(rig);
}
END_TEST

/* (10 >> 1) + 1 = 6 on either list, by fours: 4 active, then as many inactive, 2 active; and
 * for the last 2 a whole batch, of what is there by then. */
START_TEST(batches_of_both_lists_alternate_the_active_first)
{
    struct rig *rig = open_rig(100);
    for (unsigned page = 1; page <= 10; page++) {
        rig_read(rig, page);
        rig_read(rig, page);
    }
    for (unsigned page = 11; page <= 20; page++)
        rig_bring(rig, page, 0);
    rig->answer = PAGE_KEEP;
    rig->run.batch = 4;
    rig_shrink(rig, 1);
    assert_lists(rig, " 10 9 8 7", " 18 17 16 15 6 5 14 13 12 11 4 3 2 1 20 19");
    rig_close(rig);
}
END_TEST

/* --- pages come -------------------------------------------------------------------------- */

START_TEST(pages_of_processes_begin_active_those_of_files_inactive)
{
    struct rig *rig = open_rig(100);
    rig_bring(rig, 1, 0);
    rig_bring(rig, 101, 0);
    rig_bring(rig, 2, 1);
    rig_bring(rig, 102, 1);
    assert_lists(rig, " 102 101", " 2* 1");
    ck_assert_uint_eq(frame_of(rig, 2)->young, 1);
    struct reclaim_sizes sizes;
    rig_bring(rig, 3, 1);
    rig->ops->reclaim->sizes(rig->state, &sizes);
    ck_assert_uint_eq(sizes.active[RECLAIM_ANON], 2);
    ck_assert_uint_eq(sizes.active[RECLAIM_FILE], 0);
    ck_assert_uint_eq(sizes.inactive[RECLAIM_ANON], 0);
    ck_assert_uint_eq(sizes.inactive[RECLAIM_FILE], 3);
    rig_close(rig);
}
END_TEST

START_TEST(an_active_page_that_is_used_is_marked_and_stays_in_its_place)
{
    struct rig *rig = open_rig(100);
    for (unsigned page = 1; page <= 2; page++) {
        rig_read(rig, page);
        rig_read(rig, page);
    }
    rig_read(rig, 1);
    assert_lists(rig, " 2 1*", "");
    rig_read(rig, 1);
    assert_lists(rig, " 2 1*", "");
    rig_close(rig);
}
END_TEST

/* --- without a driver -------------------------------------------------------------------- */

START_TEST(it_says_why_a_page_goes)
{
    struct rig *rig = open_rig(4);
    rig_bring(rig, 1, 0);
    ck_assert_str_eq(rig_why(rig, rig->ops->victim(rig->state)),
                     "page 1, at the tail of the inactive list, is not mapped");
    rig_evict(rig, rig->pages[1].pfn, true);
    rig_touch(rig, 101);
    ck_assert_str_eq(rig_why(rig, rig->ops->victim(rig->state)),
                     "page 101, at the tail of the inactive list, was not used since it "
                     "was looked at last");
    rig_close(rig);
}
END_TEST

/* With a driver, the driver knows of each page. */
START_TEST(without_swap_space_a_page_of_a_file_goes)
{
    struct rig *rig = open_rig(4);
    rig->can_swap = rig->run.may_swap = false;
    rig_bring(rig, 101, 0);
    rig->answer = PAGE_KEEP;
    rig_shrink(rig, 12);
    rig_bring(rig, 1, 0);
    assert_lists(rig, "", " 1 101");
    ck_assert_uint_eq(rig->ops->victim(rig->state), rig->pages[1].pfn);
    assert_lists(rig, "", " 101 1"); /* it was activated and has come back */
    rig->answer = PAGE_GONE;
    rig_shrink(rig, 12);
    rig_shrink(rig, 12);
    assert_lists(rig, "", "");
    rig_close(rig);
}
END_TEST

START_TEST(what_cannot_go_goes_at_last)
{
    struct rig *rig = open_rig(4);
    rig_bring(rig, 1, 0);
    rig_bring(rig, 2, 0);
    frame_of(rig, 1)->locked = frame_of(rig, 2)->locked = true;
    ck_assert_uint_eq(rig->ops->victim(rig->state), rig->pages[1].pfn);
    frame_of(rig, 1)->locked = frame_of(rig, 2)->locked = false;
    rig_evict(rig, rig->pages[1].pfn, true);
    rig_evict(rig, rig->pages[2].pfn, true);
    rig->can_swap = false;
    rig_touch(rig, 101);
    rig_touch(rig, 102);
    frame_of(rig, 101)->locked = true;
    const pfn_t pfn = rig->ops->victim(rig->state);
    ck_assert_uint_eq(pfn, rig->pages[102].pfn);
    ck_assert_str_eq(rig_why(rig, pfn),
                     "no page could go: page 102, at the tail of the active list, has to");
    rig_close(rig);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("linux26");
    TCase *tests = tcase_create("linux26");
    tcase_add_test(tests, pages_that_are_read_twice_are_active_and_fall_back_one_by_one);
    tcase_add_loop_test(tests, mapped_pages_are_reclaimed_from_that_distress_on, 0, 6);
    tcase_add_test(tests, the_imbalance_is_rounded_down_at_every_step);
    tcase_add_test(tests, distress_is_that_of_the_last_run_or_more);
    tcase_add_test(tests, mapped_pages_are_reclaimed_when_nothing_has_gone_for_long);
    tcase_add_test(tests, scans_add_up_to_a_batch_and_mapped_pages_stay_unlooked_at);
    tcase_add_test(tests, mapped_pages_that_were_not_used_are_deactivated_in_order);
    tcase_add_test(tests, without_swap_space_pages_of_processes_stay_unlooked_at);
    tcase_add_loop_test(tests, inactive_pages_go_or_stay_or_are_activated, 0,
                        ARRAY_LEN(fates));
    tcase_add_test(tests, pages_that_have_been_written_are_next_unless_dirty_again);
    tcase_add_test(tests, inactive_pages_are_taken_by_batches);
    tcase_add_test(tests, batches_of_both_lists_alternate_the_active_first);
    tcase_add_test(tests, pages_of_processes_begin_active_those_of_files_inactive);
    tcase_add_test(tests, an_active_page_that_is_used_is_marked_and_stays_in_its_place);
    tcase_add_test(tests, it_says_why_a_page_goes);
    tcase_add_test(tests, without_swap_space_a_page_of_a_file_goes);
    tcase_add_test(tests, what_cannot_go_goes_at_last);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
