/* linux5_test.c -- Linux's lists since 5.7, by hand: what becomes of pages.  Rules by version:
 * mm/vmscan.c, mm/swap.c and mm/workingset.c of 5.7 to 6.14. */
#include "policy/linux5_rig.h"

/* Reads of a file in four frames, without swap space, by 5.15: the distances of the last fault
 * are too large; page 3 comes back in time, so that active pages are let go. */
static const struct read_step reads[] = {
    {1, false, "inactive file: 1*"},
    {1, true, "active file: 1"},
    {2, false, "inactive file: 2*; active file: 1"},
    {2, true, "active file: 2 1"},
    {3, false, "inactive file: 3*; active file: 2 1"},
    {4, false, "inactive file: 4* 3*; active file: 2 1"},
    {5, false, "inactive file: 5* 4*; active file: 2 1"},
    {3, false, "inactive file: 5*; active file: 3* 2 1"},
    {6, false, "inactive file: 6* 2w 1w; active file: 3*"},
    {1, true, "inactive file: 6* 2w 1*w; active file: 3*"},
    {7, false, "inactive file: 7* 6* 2w; active file: 3*"},
    {1, false, "inactive file: 1* 7* 6*; active file: 3*"},
};

static void (*const room_makers[])(struct rig *) = {rig_choose, rig_reclaim};

START_TEST(reads_in_four_frames_with_and_without_a_driver)
{
    struct rig *rig = open_rig(4, "5.15");
    rig_file(rig, 0, 9);
    rig->can_swap = rig->run.may_swap = false;
    rig->make_room = room_makers[_i];
    read_in_turn(rig, reads, ARRAY_LEN(reads));
    ck_assert_uint_eq(shown(rig, "age"), 8);
    const struct reclaim_counts *counts = rig->ops->reclaim->counts(rig->state);
    ck_assert_uint_eq(counts->workingset_refault[RECLAIM_FILE], 2);
    ck_assert_uint_eq(counts->workingset_activate[RECLAIM_FILE], 1);
    ck_assert_uint_eq(counts->workingset_restore[RECLAIM_FILE], 0);
    rig_close(rig);
}
END_TEST

static void scan(struct rig *rig)
{
    rig_shrink(rig, 0);
}

START_TEST(an_anonymous_page_starts_inactive_and_is_looked_at_twice_since_5_9)
{
    struct rig *rig = open_rig(4, "5.9");
    rig_touch(rig, 1);
    ck_assert_str_eq(lists(rig), "inactive anon: 1");
    scan(rig);
    ck_assert_str_eq(lists(rig), "inactive anon: 1*");
    rig_touch(rig, 1);
    scan(rig);
    ck_assert_str_eq(lists(rig), "inactive anon: 1*w"); /* too many are active at the end */
    scan(rig);
    ck_assert_uint_eq(rig->nvictims, 1);
    rig_close(rig);
}
END_TEST

START_TEST(a_page_that_is_not_used_again_goes_at_the_second_look)
{
    struct rig *rig = open_rig(4, "5.9");
    rig_touch(rig, 1);
    scan(rig);
    ck_assert_uint_eq(rig->nvictims, 0);
    scan(rig);
    ck_assert_uint_eq(rig->nvictims, 1);
    rig_close(rig);
}
END_TEST

START_TEST(before_5_9_an_anonymous_page_starts_active_and_stays_so_while_used)
{
    struct rig *rig = open_rig(8, "5.8");
    rig->run.batch = 2;
    rig_touch(rig, 1);
    ck_assert_str_eq(lists(rig), "active anon: 1");
    bring(rig, 2, 3);
    scan(rig); /* nothing is inactive to be scanned: two turn so at the end */
    ck_assert_str_eq(lists(rig), "inactive anon: 2w 1w; active anon: 4 3");
    rig_touch(rig, 1);
    rig->run.batch = 1;
    rig->run.wanted = 9;
    scan(rig);
    ck_assert_uint_eq(rig->victims[0], 2);
    ck_assert_str_eq(lists(rig), "inactive anon: 3w; active anon: 1w 4");
    rig_close(rig);
}
END_TEST

/* young: how many mappings have the accessed bit set. */
static const struct {
    bool file, executable, marked;
    unsigned young;
    const char *lists; /* "": it is gone */
} looks[] = {
    {false, false, false, 0, ""},
    {false, false, true, 0, ""},
    {false, false, false, 1, "inactive anon: 1*"},
    {false, false, true, 1, "active anon: 1*"},
    {false, false, false, 2, "active anon: 1*"},
    {false, true, false, 1, "inactive anon: 1*"},
    {true, false, false, 0, ""},
    {true, false, true, 0, ""},
    {true, false, false, 1, "inactive file: 1*"},
    {true, false, true, 1, "active file: 1*"},
    {true, false, false, 2, "active file: 1*"},
    {true, true, false, 1, "active file: 1*"},
};

START_TEST(what_a_look_at_an_inactive_page_leads_to)
{
    struct rig *rig = open_rig(8, "6.18");
    rig->pages[1].file = looks[_i].file;
    rig->pages[1].executable = looks[_i].executable;
    const pfn_t pfn = rig_bring(rig, 1, 2);
    rig->frames[pfn].young = looks[_i].young;
    if (looks[_i].marked)
        rig->ops->reclaim->used(rig->state, pfn);
    rig->can_swap = false; /* nothing is evened out at the end */
    const uint64_t age = shown(rig, "age");
    scan(rig);
    ck_assert_str_eq(lists(rig), looks[_i].lists[0] ? looks[_i].lists : rig->view.text);
    ck_assert_uint_eq(rig->nvictims, looks[_i].lists[0] == '\0');
    /* Both what goes and what reclaim makes active count. */
    ck_assert_uint_eq(shown(rig, "age") - age,
                      strncmp(looks[_i].lists, "inactive", 8) != 0);
    rig_close(rig);
}
END_TEST

/* The oldest of three pages is dirty; does it go, marked as used or not? */
static const struct {
    bool file, marked;
    unsigned victim;
} dirty_ones[] = {{true, true, 2}, {true, false, 1}, {false, true, 1}};

START_TEST(without_a_driver_a_dirty_page_of_a_file_that_is_marked_stays)
{
    struct rig *rig = open_rig(3, "6.18");
    if (dirty_ones[_i].file)
        rig_file(rig, 0, 9);
    bring(rig, 1, 3);
    rig->frames[rig->pages[1].pfn].dirty = true;
    if (dirty_ones[_i].marked)
        rig->ops->reclaim->used(rig->state, rig->pages[1].pfn);
    rig_choose(rig);
    ck_assert_uint_eq(rig->victims[0], dirty_ones[_i].victim);
    rig_close(rig);
}
END_TEST

START_TEST(locked_pages_are_not_looked_at_and_stay)
{
    struct rig *rig = open_rig(4, "6.18");
    bring(rig, 1, 2);
    rig->frames[rig->pages[1].pfn].locked = true;
    rig->run.wanted = 2;
    scan(rig);
    ck_assert_str_eq(lists(rig), "inactive anon: 1");
    ck_assert_uint_eq(rig->run.scanned, 1);
    rig_close(rig);
}
END_TEST

/* The answers of a driver, and where the page is then. */
static const struct {
    enum page_fate fate;
    const char *lists;
} answers[] = {
    {PAGE_KEEP, "inactive anon: 1 2"},
    {PAGE_WRITING, "inactive anon: 1 2"},
    {PAGE_ACTIVATE, "inactive anon: 2; active anon: 1"},
};

START_TEST(a_page_that_could_not_go_is_at_the_head)
{
    struct rig *rig = open_rig(4, "6.18");
    bring(rig, 1, 2);
    rig->run.wanted = 1;
    rig->answer = answers[_i].fate;
    rig_shrink(rig, 1);
    ck_assert_str_eq(lists(rig), answers[_i].lists);
    rig_close(rig);
}
END_TEST

/* Two pages, and a folio of four, which turn active. */
START_TEST(of_a_folio_all_pages_count)
{
    struct rig *rig = open_rig(16, "6.18");
    rig_file(rig, 0, 8);
    rig->frames[rig->free[rig->nfree - 1]].folio = 4;
    bring(rig, 1, 3);
    ck_assert_str_eq(lists(rig), "inactive file: 3 2 1p4");
    ck_assert_uint_eq(sizes(rig).inactive[RECLAIM_FILE], 6);
    rig->answer = PAGE_ACTIVATE;
    rig_shrink(rig, 0);
    const struct reclaim_counts *counts = rig->ops->reclaim->counts(rig->state);
    ck_assert_uint_eq(scanned(rig, RECLAIM_FILE), 6);
    ck_assert_uint_eq(counts->pgactivate, 6);
    ck_assert_uint_eq(shown(rig, "age"), 6);
    ck_assert_uint_eq(sizes(rig).active[RECLAIM_FILE], 6);
    rig_close(rig);
}
END_TEST

/* It does not wait for others to be put on its list with them, who come there before it. */
START_TEST(a_folio_of_several_pages_does_not_wait)
{
    struct rig *rig = open_rig(64, "6.18");
    rig->env.driven = true;
    rig_file(rig, 0, 8);
    bring(rig, 1, 1);
    ck_assert_str_eq(lists(rig), "waiting: 1");
    rig->frames[rig->free[rig->nfree - 1]].folio = 4;
    bring(rig, 2, 1);
    ck_assert_str_eq(lists(rig), "inactive file: 2p4 1");
    rig_close(rig);
}
END_TEST

START_TEST(a_page_that_is_being_written_turns_active)
{
    struct rig *rig = open_rig(4, "6.18");
    bring(rig, 1, 2);
    rig->frames[rig->pages[1].pfn].writing = true;
    rig->frames[rig->pages[1].pfn].young = 1;
    rig_shrink(rig, 1);
    ck_assert_str_eq(lists(rig), "inactive anon: 2; active anon: 1");
    ck_assert_uint_eq(rig->nwriting, 1); /* the kernel knows that it was met */
    ck_assert_uint_eq(rig->frames[rig->pages[1].pfn].young, 1);
    rig_close(rig);
}
END_TEST

START_TEST(a_page_that_has_been_written_goes_next)
{
    struct rig *rig = open_rig(8, "6.18");
    bring(rig, 1, 4);
    activate(rig, 3, 2);
    ck_assert_str_eq(lists(rig), "inactive anon: 2 1; active anon: 4 3");
    const struct reclaim_ops *ops = rig->ops->reclaim;
    ops->written(rig->state, rig->pages[2].pfn);
    ck_assert_str_eq(lists(rig), "inactive anon: 1 2; active anon: 4 3");
    ops->written(rig->state, rig->pages[3].pfn);
    ck_assert_str_eq(lists(rig), "inactive anon: 1 2 3; active anon: 4");
    rig->frames[rig->pages[1].pfn].dirty = true;
    ops->written(rig->state, rig->pages[1].pfn);
    rig->frames[rig->pages[4].pfn].locked = true;
    ops->written(rig->state, rig->pages[4].pfn);
    ck_assert_str_eq(lists(rig), "inactive anon: 1 2 3; active anon: 4");
    ck_assert_uint_eq(ops->counts(rig->state)->pgrotated, 2);
    rig_close(rig);
}
END_TEST

START_TEST(uses_that_are_told_mark_and_then_activate)
{
    struct rig *rig = open_rig(4, "6.18");
    const struct reclaim_ops *ops = rig->ops->reclaim;
    bring(rig, 1, 2);
    ops->used(rig->state, rig->pages[1].pfn);
    ck_assert_str_eq(lists(rig), "inactive anon: 2 1*");
    ops->used(rig->state, rig->pages[1].pfn);
    ck_assert_str_eq(lists(rig), "inactive anon: 2; active anon: 1");
    ck_assert_uint_eq(shown(rig, "age"), 1);
    ops->used(rig->state, rig->pages[1].pfn);
    ops->used(rig->state, rig->pages[1].pfn);
    ck_assert_str_eq(lists(rig), "inactive anon: 2; active anon: 1*");
    ck_assert_uint_eq(shown(rig, "age"), 1);
    ck_assert_uint_eq(ops->counts(rig->state)->pgactivate, 1);
    rig_close(rig);
}
END_TEST

START_TEST(cold_pages_turn_inactive_and_unmarked)
{
    struct rig *rig = open_rig(4, "6.18");
    const struct reclaim_ops *ops = rig->ops->reclaim;
    bring(rig, 1, 3);
    activate(rig, 1, 2);
    ops->used(rig->state, rig->pages[1].pfn);
    ops->deactivate(rig->state, rig->pages[1].pfn);
    ops->deactivate(rig->state, rig->pages[3].pfn);
    ck_assert_str_eq(lists(rig), "inactive anon: 1 3; active anon: 2");
    ck_assert_uint_eq(ops->counts(rig->state)->pgdeactivate, 1);
    rig_close(rig);
}
END_TEST

START_TEST(pages_that_may_be_freed_go_with_those_of_files_unless_stored_into)
{
    struct rig *rig = open_rig(4, "6.18");
    const struct reclaim_ops *ops = rig->ops->reclaim;
    bring(rig, 1, 3);
    activate(rig, 2, 1);
    ops->lazy_free(rig->state, rig->pages[1].pfn);
    ops->lazy_free(rig->state, rig->pages[2].pfn);
    ck_assert_str_eq(lists(rig), "inactive anon: 3; inactive file: 2 1");
    rig->run.may_swap = rig->can_swap = false;
    scan(rig);
    ck_assert_str_eq(lists(rig), "inactive anon: 3; inactive file: 2");
    rig->answer = PAGE_ACTIVATE;
    scan(rig);
    ck_assert_str_eq(lists(rig), "inactive anon: 3; active anon: 2");
    rig_close(rig);
}
END_TEST

START_TEST(programs_in_use_stay_active_and_all_others_turn_inactive)
{
    struct rig *rig = open_rig(8, "6.18");
    rig_file(rig, 0, 4);
    rig->pages[1].executable = rig->pages[2].executable = true;
    bring(rig, 1, 6);
    activate(rig, 1, 6);
    for (unsigned page = 2; page <= 6; page++)
        rig->frames[rig->pages[page].pfn].young = 1;
    rig->can_swap = rig->run.may_swap = false;
    rig->run.batch = 4;
    rig->answer = PAGE_KEEP;
    rig_shrink(rig, 0);
    ck_assert_str_eq(lists(rig),
                     "active anon: 6 5; inactive file: 4w 3w 1w; active file: 2");
    const struct reclaim_counts *counts = rig->ops->reclaim->counts(rig->state);
    ck_assert_uint_eq(counts->pgrefill, 4);
    ck_assert_uint_eq(counts->pgdeactivate, 3);
    for (unsigned page = 1; page <= 4; page++)
        ck_assert(!page_referenced(&rig->env, rig->pages[page].pfn));
    rig_close(rig);
}
END_TEST

/* --- pages that come back ---------------------------------------------------------------- */

/* Three active and five inactive anonymous pages, seven and eleven of files. */
static const struct {
    const char *version;
    bool file, can_swap;
    unsigned size; /* of what the page competes with */
    unsigned less; /* pages that have gone before the distance counts them */
} distances[] = {
    {"5.7", true, true, 7, 1},           {"5.8", true, false, 7, 1},
    {"5.8", true, true, 7 + 8, 1},       {"5.9", true, true, 7 + 8, 1},
    {"5.9", false, true, 7 + 11 + 3, 1}, {"5.15", true, false, 7, 0},
    {"5.15", true, true, 7 + 8, 0},      {"5.15", false, true, 7 + 11 + 3, 0},
    {"6.18", false, false, 7 + 11, 0},   {"6.18", false, true, 7 + 11 + 3, 0},
};

/* Evict the page, then so many others that come and go; is it active when it is back? */
static bool comes_back_active(struct rig *rig, unsigned page, unsigned others)
{
    rig_bring(rig, page, 0);
    rig_evict(rig, rig->pages[page].pfn, true);
    for (unsigned other = 500; other < 500 + others; other++) {
        rig_bring(rig, other, 0);
        rig_evict(rig, rig->pages[other].pfn, true);
    }
    const struct reclaim_sizes before = sizes(rig);
    rig_bring(rig, page, 0);
    const unsigned type = rig->pages[page].file ? RECLAIM_FILE : RECLAIM_ANON;
    return sizes(rig).active[type] > before.active[type];
}

static struct rig *open_sized(const char *version)
{
    struct rig *rig = open_rig(64, version);
    rig_file(rig, 100, 199);
    rig_file(rig, 500, 599); /* the others: their ages count in all versions */
    bring(rig, 1, 8);
    activate(rig, 1, 8);
    for (unsigned page = 1; page <= 5; page++)
        rig->ops->reclaim->deactivate(rig->state, rig->pages[page].pfn);
    bring(rig, 101, 18);
    activate(rig, 101, 7);
    return rig;
}

START_TEST(a_page_turns_active_if_it_comes_back_within_the_size_of_what_it_competes_with)
{
    for (unsigned late = 0; late <= 1; late++) {
        struct rig *rig = open_sized(distances[_i].version);
        rig->can_swap = distances[_i].can_swap;
        const unsigned page = distances[_i].file ? 150 : 50;
        const unsigned others = distances[_i].size - 1 + distances[_i].less + late;
        ck_assert_uint_eq(comes_back_active(rig, page, others), !late);
        const struct reclaim_counts *counts = rig->ops->reclaim->counts(rig->state);
        ck_assert_uint_eq(counts->workingset_refault[distances[_i].file], 1);
        ck_assert_uint_eq(counts->workingset_activate[distances[_i].file], !late);
        rig_close(rig);
    }
}
END_TEST

START_TEST(before_5_9_anonymous_pages_are_not_remembered)
{
    struct rig *rig = open_rig(4, "5.8");
    bring(rig, 1, 1);
    rig_evict(rig, rig->pages[1].pfn, true);
    ck_assert_uint_eq(rig->pages[1].ghost, PFN_NONE);
    ck_assert_uint_eq(shown(rig, "age"), 0);
    rig_close(rig);
}
END_TEST

START_TEST(a_page_that_is_gone_for_good_is_not_remembered)
{
    struct rig *rig = open_rig(4, "6.18");
    bring(rig, 1, 1);
    rig_evict(rig, rig->pages[1].pfn, false);
    ck_assert_uint_eq(shown(rig, "age"), 0);
    rig_close(rig);
}
END_TEST

START_TEST(the_working_set_is_known_again)
{
    struct rig *rig = open_rig(64, "6.18");
    bring(rig, 1, 40);
    activate(rig, 1, 30);
    rig->run.batch = 1;
    rig->ops->reclaim->age(rig->state, &rig->run); /* turns page 1 inactive */
    ck_assert_ptr_nonnull(strstr(lists(rig), "inactive anon: 1w 40"));
    rig_evict(rig, rig->pages[1].pfn, true);
    bring(rig, 1, 1);
    ck_assert_ptr_nonnull(strstr(lists(rig), "active anon: 1w 30"));
    ck_assert_uint_eq(rig->ops->reclaim->counts(rig->state)->workingset_restore[0], 1);
    rig_close(rig);
}
END_TEST

START_TEST(pages_read_ahead_are_not_in_use)
{
    struct rig *rig = open_rig(3, "6.18");
    rig->make_room = rig_reclaim;
    rig->frames[0].read_ahead = true;
    rig_bring(rig, 1, 1);
    rig_bring(rig, 2, 1);
    ck_assert(!page_referenced(&rig->env, rig->pages[1].pfn));
    ck_assert(page_referenced(&rig->env, rig->pages[2].pfn));
    rig_close(rig);
}
END_TEST

/* --- the batch of new pages -------------------------------------------------------------- */

START_TEST(new_pages_wait_for_a_batch_or_a_scan)
{
    struct rig *rig =
        rig_open(&policy_linux5, 16, (const char *const[]){"addition_batch=3", NULL});
    bring(rig, 1, 2);
    ck_assert_str_eq(lists(rig), "waiting: 2 1");
    ck_assert_uint_eq(sizes(rig).inactive[RECLAIM_ANON], 0);
    bring(rig, 3, 1);
    ck_assert_str_eq(lists(rig), "inactive anon: 3 2 1");
    bring(rig, 4, 2);
    activate(rig, 5, 1);
    rig_evict(rig, rig->pages[4].pfn, true);
    ck_assert_str_eq(lists(rig), "inactive anon: 3 2 1; waiting: 5");
    rig->answer = PAGE_KEEP;
    rig->run.wanted = 9;
    rig->can_swap = false;
    rig_shrink(rig, 0); /* as many are scanned as were on the list: three */
    ck_assert_str_eq(lists(rig), "inactive anon: 3 2 1; active anon: 5");
    ck_assert_uint_eq(scanned(rig, RECLAIM_ANON), 3);
    rig_close(rig);
}
END_TEST

static const struct {
    const char *version;
    unsigned batch;
} batches[] = {{"5.7", 15}, {"6.5", 15}, {"6.12", 31}, {"6.18", 31}};

START_TEST(a_kernel_adds_pages_a_pagevec_at_a_time)
{
    struct rig *rig = open_rig(64, batches[_i].version);
    rig->env.driven = true;
    rig_file(rig, 0, 99);
    bring(rig, 1, batches[_i].batch - 1);
    ck_assert_uint_eq(sizes(rig).inactive[RECLAIM_FILE], 0);
    bring(rig, 50, 1);
    ck_assert_uint_eq(sizes(rig).inactive[RECLAIM_FILE], batches[_i].batch);
    rig_close(rig);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("linux5");
    TCase *pages = tcase_create("pages");
    tcase_add_loop_test(pages, reads_in_four_frames_with_and_without_a_driver, 0,
                        ARRAY_LEN(room_makers));
    tcase_add_test(pages,
                   an_anonymous_page_starts_inactive_and_is_looked_at_twice_since_5_9);
    tcase_add_test(pages, a_page_that_is_not_used_again_goes_at_the_second_look);
    tcase_add_test(pages,
                   before_5_9_an_anonymous_page_starts_active_and_stays_so_while_used);
    tcase_add_loop_test(pages, what_a_look_at_an_inactive_page_leads_to, 0,
                        ARRAY_LEN(looks));
    tcase_add_loop_test(pages, without_a_driver_a_dirty_page_of_a_file_that_is_marked_stays,
                        0, ARRAY_LEN(dirty_ones));
    tcase_add_test(pages, locked_pages_are_not_looked_at_and_stay);
    tcase_add_loop_test(pages, a_page_that_could_not_go_is_at_the_head, 0,
                        ARRAY_LEN(answers));
    tcase_add_test(pages, a_page_that_is_being_written_turns_active);
    tcase_add_test(pages, of_a_folio_all_pages_count);
    tcase_add_test(pages, a_folio_of_several_pages_does_not_wait);
    tcase_add_test(pages, a_page_that_has_been_written_goes_next);
    tcase_add_test(pages, uses_that_are_told_mark_and_then_activate);
    tcase_add_test(pages, cold_pages_turn_inactive_and_unmarked);
    tcase_add_test(pages,
                   pages_that_may_be_freed_go_with_those_of_files_unless_stored_into);
    tcase_add_test(pages, programs_in_use_stay_active_and_all_others_turn_inactive);
    tcase_add_test(pages, pages_read_ahead_are_not_in_use);
    suite_add_tcase(suite, pages);
    TCase *back = tcase_create("pages that come back");
    tcase_add_loop_test(
        back, a_page_turns_active_if_it_comes_back_within_the_size_of_what_it_competes_with,
        0, ARRAY_LEN(distances));
    tcase_add_test(back, before_5_9_anonymous_pages_are_not_remembered);
    tcase_add_test(back, a_page_that_is_gone_for_good_is_not_remembered);
    tcase_add_test(back, the_working_set_is_known_again);
    suite_add_tcase(suite, back);
    TCase *batch = tcase_create("batches");
    tcase_add_test(batch, new_pages_wait_for_a_batch_or_a_scan);
    tcase_add_loop_test(batch, a_kernel_adds_pages_a_pagevec_at_a_time, 0,
                        ARRAY_LEN(batches));
    suite_add_tcase(suite, batch);
    return run_suite(suite);
}
