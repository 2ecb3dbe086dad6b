/* linux24_test.c -- Linux 2.4's lists and its walk, page by page: 2.4.16 and 2.4.32
 * mm/vmscan.c, refill_inactive(), shrink_cache(), swap_out(). */
#include "policy/reclaim_rig.h"

extern const struct policy_ops policy_linux24;

static const char *const v16[] = {"version=2.4.16", NULL};
static const char *const v32[] = {"version=2.4.32", NULL};

static struct rig *open_rig(pfn_t frames, const char *const *set)
{
    struct rig *rig = rig_open(&policy_linux24, frames, set);
    rig->answer = PAGE_KEEP;
    return rig;
}

static struct rig_frame *frame_of(struct rig *rig, unsigned page)
{
    ck_assert_uint_ne(rig->pages[page].pfn, PFN_NONE);
    return &rig->frames[rig->pages[page].pfn];
}

/* Pages first..last, inactive: not marked as referenced, and mapped so often. */
static void bring(struct rig *rig, unsigned first, unsigned last, unsigned mappings)
{
    for (unsigned page = first; page <= last; page++) {
        rig->pages[page].saved = true;
        rig_bring(rig, page, 0);
        frame_of(rig, page)->mappings = mappings;
    }
}

static const struct reclaim_counts *counts(const struct rig *rig)
{
    return rig->ops->reclaim->counts(rig->state);
}

static void assert_lists(struct rig *rig, const char *active, const char *inactive)
{
    char text[300];
    snprintf(text, sizeof text, "active:%s; inactive:%s", active, inactive);
    ck_assert_str_eq(rig_show(rig), text);
}

/* Which of the pages, ended by 0, are mapped: "10": the first, and the second is not. */
static const char *mapped(struct rig *rig, const unsigned *pages)
{
    static char text[32];
    size_t n = 0;
    for (; pages[n]; n++)
        text[n] = frame_of(rig, pages[n])->mappings > 0 ? '1' : '0';
    text[n] = '\0';
    return text;
}

/* --- worked examples --------------------------------------------------------------------- */

/* Five frames, pages that are read, one page wanted at a time. */
static void check_reads(void (*make_room)(struct rig *rig))
{
    static const struct {
        unsigned page;
        bool hit;
        unsigned victim;
        const char *active, *inactive;
    } rows[] = {
        {1, false, 0, "", " 1*"},
        {2, false, 0, "", " 2* 1*"},
        {3, false, 0, "", " 3* 2* 1*"},
        {1, true, 0, " 1", " 3* 2*"},
        {4, false, 0, " 1", " 4* 3* 2*"},
        {5, false, 0, " 1", " 5* 4* 3* 2*"},
        {6, false, 2, " 1", " 6* 5* 4* 3*"},
        {3, true, 0, " 3 1", " 6* 5* 4*"},
        {7, false, 4, " 3 1", " 7* 6* 5*"},
        {1, true, 0, " 3 1*", " 7* 6* 5*"},
        {8, false, 5, " 3 1*", " 8* 7* 6*"},
        {6, true, 0, " 6 3 1*", " 8* 7*"},
    };
    struct rig *rig = open_rig(5, v16);
    rig_file(rig, 0, 9);
    rig->make_room = make_room;
    rig->answer = PAGE_GONE;
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

START_TEST(pages_that_are_read_twice_are_active_others_go_in_order)
{
    check_reads(rig_choose);
    check_reads(rig_reclaim);
}
END_TEST

/* Active, newest first: 5, 4*, 3, 2*, 1; inactive: 12, 11. */
static struct rig *open_lists(const char *const *version)
{
    struct rig *rig = open_rig(20, version);
    rig_file(rig, 0, 99);
    for (unsigned page = 1; page <= 5; page++) {
        rig_read(rig, page);
        rig_read(rig, page);
    }
    rig_read(rig, 4);
    rig_read(rig, 2);
    bring(rig, 11, 12, 0);
    assert_lists(rig, " 5 4* 3 2* 1", " 12 11");
    return rig;
}

/* 2.4.16 looks at 4 * 5 / ((2 + 1) * 2) = 3 pages; 4 / 6 inactive ones are none.  2.4.32
 * deactivates 4 * 5 / (2 * 2 + 1) = 4, and a sixth of all is one inactive page. */
START_TEST(active_pages_that_were_referenced_stay_once_and_others_are_marked)
{
    struct rig *rig = open_lists(v16);
    rig->run.wanted = 4;
    rig_shrink(rig, 6);
    assert_lists(rig, " 2 5 4*", " 3* 1* 12 11");
    ck_assert_uint_eq(rig->run.scanned, 0);
    rig_close(rig);
    rig = open_lists(v32);
    rig->run.wanted = 4;
    rig_shrink(rig, 60);
    assert_lists(rig, " 4", " 11 2* 5* 3* 1* 12");
    ck_assert_uint_eq(rig->run.scanned, 1);
    rig_close(rig);
}
END_TEST

/* --- refill_inactive --------------------------------------------------------------------- */

/* Unreferenced active pages and inactive ones: so many are deactivated. */
START_TEST(the_ratio_of_the_lists_says_how_many_are_deactivated)
{
    static const struct {
        unsigned active, inactive, wanted, gone, v16, v32;
    } rows[] = {
        {5, 2, 1, 0, 0, 1},  /* 5 / 6; 5 / 5             */
        {5, 2, 2, 1, 0, 1},  /* what has gone counts     */
        {5, 2, 2, 0, 1, 2},  /* 10 / 6; 10 / 5           */
        {5, 3, 1, 0, 0, 0},  /* 5 / 8; 5 / 7             */
        {7, 3, 1, 0, 0, 1},  /* 7 / 8; 7 / 7             */
        {8, 3, 1, 0, 1, 1},  /* 8 / 8; 8 / 7             */
        {16, 3, 1, 0, 2, 2}, /* 16 / 8; 16 / 7           */
        {4, 0, 1, 0, 2, 4},  /* 4 / 2; 4 / 1             */
        {4, 0, 9, 0, 4, 4},  /* no more than there are   */
    };
    for (unsigned v = 0; v < 2; v++) {
        struct rig *rig = open_rig(100, v ? v32 : v16);
        for (unsigned page = 1; page <= rows[_i].active; page++) {
            bring(rig, page, page, 0);
            rig->ops->reclaim->used(rig->state, rig->pages[page].pfn);
            rig->ops->reclaim->used(rig->state, rig->pages[page].pfn);
        }
        bring(rig, 50, 49 + rows[_i].inactive, 0);
        rig->run.wanted = rows[_i].wanted;
        rig->run.reclaimed = rows[_i].gone;
        rig_shrink(rig, v ? 60 : 6);
        ck_assert_uint_eq(counts(rig)->pgdeactivate, v ? rows[_i].v32 : rows[_i].v16);
        rig_close(rig);
    }
}
END_TEST

START_TEST(the_only_active_page_is_looked_at_once)
{
    struct rig *rig = open_rig(9, v16);
    bring(rig, 1, 1, 0);
    for (unsigned i = 0; i < 3; i++)
        rig->ops->reclaim->used(rig->state, rig->pages[1].pfn);
    assert_lists(rig, " 1*", "");
    rig->run.wanted = 4; /* 4 * 1 / 2 */
    rig_shrink(rig, 6);
    assert_lists(rig, " 1", "");
    rig_shrink(rig, 6);
    assert_lists(rig, "", " 1*");
    rig_close(rig);
}
END_TEST

/* --- shrink_cache ------------------------------------------------------------------------ */

START_TEST(a_part_of_the_inactive_list_is_scanned)
{
    static const unsigned at[] = {0, 12, 6, 4, 3, 2, 2}; /* [priority]: of 12 */
    for (unsigned priority = 1; priority <= 6; priority++) {
        struct rig *rig = open_rig(20, v16);
        bring(rig, 1, 12, 0);
        rig_shrink(rig, priority);
        ck_assert_uint_eq(rig->run.scanned, at[priority]);
        rig_close(rig);
    }
    for (unsigned n = 11; n <= 12; n++) {
        struct rig *rig = open_rig(20, v32);
        bring(rig, 1, n, 0);
        rig_shrink(rig, 1);
        ck_assert_uint_eq(rig->run.scanned, n / 6);
        rig_close(rig);
    }
}
END_TEST

/* Referenced or not, dirty or not.  The answer is what the kernel makes of it. */
START_TEST(pages_that_are_not_mapped_go_until_so_many_are_gone)
{
    struct rig *rig = open_rig(20, v16);
    bring(rig, 1, 6, 0);
    rig->ops->reclaim->used(rig->state, rig->pages[1].pfn);
    frame_of(rig, 2)->locked = true;
    frame_of(rig, 3)->writing = true;
    rig->answer = PAGE_GONE;
    rig->run.wanted = 2;
    rig_shrink(rig, 1);
    assert_lists(rig, "", " 3 2 6 5");
    ck_assert_uint_eq(rig->run.reclaimed, 2);
    ck_assert_uint_eq(counts(rig)->pgsteal[RECLAIM_ANON], 2);
    rig->run.wanted = 3;
    rig->answer = PAGE_WRITING;
    rig_shrink(rig, 1);
    ck_assert_uint_eq(rig->run.written, 2);
    assert_lists(rig, "", " 3 2 6 5");
    rig_close(rig);
}
END_TEST

/* Pages that are mapped and cannot be unmapped; pages 900 and 901 can. */
static struct rig *open_mapped(unsigned n, const char *const *version)
{
    struct rig *rig = open_rig(RIG_FRAMES, version);
    bring(rig, 1, n, 1);
    for (unsigned page = 1; page <= n; page++)
        frame_of(rig, page)->locked = true;
    bring(rig, 900, 901, 1);
    return rig;
}

START_TEST(mapped_pages_above_a_budget_lead_to_a_walk_and_the_end)
{
    static const struct {
        unsigned wanted, priority, budget;
    } rows[] = {{1, 6, 8}, {2, 6, 16}, {1, 5, 16}, {1, 4, 32}, {2, 3, 128}};
    const unsigned priority = rows[_i].priority, budget = rows[_i].budget;
    for (unsigned more = 0; more < 2; more++) {
        struct rig *rig = open_mapped((budget + more) * priority + priority - 2, v16);
        rig->run.wanted = rows[_i].wanted;
        if (!more) { /* one page less is scanned */
            for (unsigned page = 1; page <= priority; page++)
                rig_evict(rig, rig->pages[page].pfn, false);
        }
        rig_shrink(rig, priority);
        ck_assert_uint_eq(rig->run.scanned, budget + more);
        ck_assert_uint_eq(frame_of(rig, 900)->mappings, !more);
        rig_close(rig);
    }
}
END_TEST

/* 2.4.32: 100 of them; then a walk and refill_inactive, with 100 more, and it goes on.  At
 * the end there is always a walk. */
START_TEST(mapped_pages_above_a_budget_lead_to_a_walk_and_go_on)
{
    static const struct {
        unsigned pages, scanned;
        const char *mapped;
    } rows[] = {{605, 100, "01"}, {606, 101, "00"}, {702, 117, "00"}};
    struct rig *rig = open_mapped(rows[_i].pages - 2, v32);
    rig_shrink(rig, 60);
    ck_assert_uint_eq(rig->run.scanned, rows[_i].scanned);
    ck_assert_str_eq(mapped(rig, (const unsigned[]){900, 901, 0}), rows[_i].mapped);
    rig_close(rig);
}
END_TEST

/* 600 / (200 * 2 + 1) is one page at first, 599 / (201 * 2 + 1) another one after the walk. */
START_TEST(another_page_is_deactivated_after_the_walk)
{
    for (unsigned mappings = 0; mappings <= 1; mappings++) {
        struct rig *rig = open_rig(RIG_FRAMES, v32);
        bring(rig, 1, 200, mappings);
        for (unsigned page = 1; page <= 200; page++)
            frame_of(rig, page)->locked = true;
        bring(rig, 300, 899, 1);
        for (unsigned page = 300; page <= 899; page++) {
            rig->ops->reclaim->used(rig->state, rig->pages[page].pfn);
            rig->ops->reclaim->used(rig->state, rig->pages[page].pfn);
        }
        rig_shrink(rig, 60);
        ck_assert_uint_eq(rig->run.scanned, 800 / 6);
        ck_assert_uint_eq(counts(rig)->pgdeactivate, 1 + mappings);
        rig_close(rig);
    }
}
END_TEST

/* 2.4.16, in a memory too small for the budget: 8 pages, of 256 that may be met. */
START_TEST(an_inactive_list_that_is_all_mapped_leads_to_a_walk_at_last)
{
    static const unsigned pages[] = {1, 2, 3, 4, 0};
    static const struct {
        unsigned priority, unmapped; /* a page, or 0: all are mapped */
        bool can_swap;
        const char *mapped;
    } rows[] = {
        {2, 0, true, "1111"},
        {1, 0, true, "0001"},
        {1, 0, false, "1111"},
        {1, 4, true, "1110"},
    };
    struct rig *rig = open_rig(20, v16);
    bring(rig, 1, 8, 1);
    if (rows[_i].unmapped)
        frame_of(rig, rows[_i].unmapped)->mappings = 0;
    rig->can_swap = rows[_i].can_swap;
    rig->run.batch = 3;
    rig_shrink(rig, rows[_i].priority);
    ck_assert_str_eq(mapped(rig, pages), rows[_i].mapped);
    rig_close(rig);
}
END_TEST

/* --- swap_out ---------------------------------------------------------------------------- */

/* Two processes with pages 1, 2, 3 and 601, 602, all mapped, inactive and not used.  With
 * 2.4.32 and nothing that goes, each pass ends with a walk. */
static struct rig *open_processes(unsigned batch, bool young)
{
    struct rig *rig = open_rig(20, v32);
    rig->processes = 2;
    bring(rig, 1, 3, 1);
    bring(rig, 601, 602, 1);
    for (unsigned i = 0; i < 20; i++)
        rig->frames[i].young = young;
    rig->run.batch = batch;
    return rig;
}

static const unsigned all[] = {1, 2, 3, 601, 602, 0};

START_TEST(walks_go_on_where_they_stopped_through_one_process_after_the_other)
{
    static const char *const after[] = {"00111", "00001", "00000"};
    struct rig *rig = open_processes(2, false);
    for (size_t i = 0; i < ARRAY_LEN(after); i++) {
        rig_shrink(rig, 59);
        ck_assert_str_eq(mapped(rig, all), after[i]);
    }
    rig_close(rig);
}
END_TEST

/* A walk of 2.4.32 visits each process twice and one for a third time: it clears accessed
 * bits, and has come to unmapped pages when it comes back. */
START_TEST(a_walk_visits_processes_a_second_time)
{
    struct rig *rig = open_processes(4, true);
    rig_shrink(rig, 59);
    ck_assert_str_eq(mapped(rig, all), "00001");
    rig_close(rig);
}
END_TEST

/* 2.4.16 has one visit more than there are processes: the second one of the first. */
START_TEST(an_older_walk_visits_one_process_a_second_time)
{
    struct rig *rig = open_mapped(54, v16);
    rig->processes = 2;
    bring(rig, 602, 602, 1);
    bring(rig, 400, 400, 1);
    rig->run.batch = 3;
    frame_of(rig, 400)->young = frame_of(rig, 900)->young = frame_of(rig, 602)->young = 1;
    rig_shrink(rig, 6);
    ck_assert_str_eq(mapped(rig, (const unsigned[]){400, 602, 900, 0}), "011");
    ck_assert_uint_eq(frame_of(rig, 602)->young, 0);
    rig_close(rig);
}
END_TEST

START_TEST(a_walk_passes_over_pages_that_are_used_active_or_locked)
{
    struct rig *rig = open_rig(20, v32);
    bring(rig, 1, 6, 1);
    frame_of(rig, 1)->young = frame_of(rig, 2)->young = 1;
    rig->ops->reclaim->used(rig->state, rig->pages[2].pfn);
    rig->ops->reclaim->used(rig->state, rig->pages[3].pfn);
    rig->ops->reclaim->used(rig->state, rig->pages[3].pfn);
    frame_of(rig, 4)->locked = true;
    rig->run.batch = 1;
    rig_shrink(rig, 59); /* a sixth of them is page 1, which is mapped */
    ck_assert_str_eq(mapped(rig, (const unsigned[]){1, 2, 3, 4, 5, 6, 0}), "111101");
    assert_lists(rig, " 2 3", " 1* 6 5 4");
    rig_close(rig);
}
END_TEST

START_TEST(a_page_that_others_map_too_does_not_count)
{
    struct rig *rig = open_processes(1, false);
    frame_of(rig, 1)->mappings = 2;
    rig_shrink(rig, 59);
    ck_assert_str_eq(mapped(rig, all), "10111");
    rig_close(rig);
}
END_TEST

START_TEST(dirty_pages_stay_mapped_without_swap_space_unless_of_files)
{
    struct rig *rig = open_processes(5, false);
    rig_file(rig, 602, 602);
    rig->can_swap = false;
    frame_of(rig, 2)->dirty = frame_of(rig, 601)->dirty = frame_of(rig, 602)->dirty = true;
    rig_shrink(rig, 59);
    ck_assert_str_eq(mapped(rig, all), "01010");
    rig->can_swap = true;
    rig_shrink(rig, 60);
    ck_assert_str_eq(mapped(rig, all), "00000");
    rig_close(rig);
}
END_TEST

/* Nothing of the batch of 5 can be found after the first walk: until the driver begins again
 * there is no other. */
START_TEST(a_walk_that_found_too_little_is_the_last_one_of_its_run)
{
    struct rig *rig = open_processes(9, false);
    rig_shrink(rig, 59);
    ck_assert_str_eq(mapped(rig, all), "00000");
    frame_of(rig, 1)->mappings = 1;
    rig_shrink(rig, 58);
    ck_assert_uint_eq(frame_of(rig, 1)->mappings, 1);
    rig_shrink(rig, 60);
    ck_assert_uint_eq(frame_of(rig, 1)->mappings, 0);
    rig_close(rig);
}
END_TEST

/* --- pages come and are used ------------------------------------------------------------- */

START_TEST(new_pages_are_inactive_and_marked_where_a_fault_brought_them)
{
    struct rig *rig = open_rig(20, v16);
    rig_file(rig, 1, 9);
    rig_bring(rig, 1, 0);
    rig_bring(rig, 2, 1);
    rig_bring(rig, 11, 0);
    rig_bring(rig, 12, 1);
    assert_lists(rig, "", " 12* 11 2* 1");
    ck_assert_uint_eq(frame_of(rig, 12)->young, 1);
    rig_close(rig);
}
END_TEST

START_TEST(new_pages_of_processes_are_on_no_list_before_they_are_unmapped)
{
    struct rig *rig = open_rig(20, v32);
    rig_file(rig, 1, 9);
    rig->pages[1].saved = rig->pages[12].saved = true;
    for (unsigned page = 1; page <= 12; page += 11)
        rig_bring(rig, page, 1);
    rig_bring(rig, 11, 1);
    rig_bring(rig, 13, 1);
    assert_lists(rig, "", " 12* 1*");
    for (unsigned page = 11; page <= 13; page++)
        frame_of(rig, page)->young = page == 13;
    rig_shrink(rig, 59); /* 2 / 6: nothing is scanned; page 1 is used, 11 unmapped */
    assert_lists(rig, " 1", " 11* 12*");
    rig_evict(rig, rig->pages[13].pfn, false);
    rig_close(rig);
}
END_TEST

START_TEST(a_minor_fault_is_a_use)
{
    struct rig *rig = open_rig(20, v16);
    rig_bring(rig, 1, 0);
    rig_touch(rig, 1);
    assert_lists(rig, "", " 1*");
    rig_touch(rig, 1);
    assert_lists(rig, "", " 1*");
    frame_of(rig, 1)->mappings = 0;
    rig_touch(rig, 1);
    assert_lists(rig, " 1", "");
    rig_close(rig);
}
END_TEST

/* --- without a driver -------------------------------------------------------------------- */

START_TEST(it_says_why_a_page_goes)
{
    struct rig *rig = open_rig(4, v16);
    rig_touch(rig, 1);
    rig_touch(rig, 2);
    ck_assert_str_eq(rig_why(rig, rig->ops->victim(rig->state)),
                     "page 1 was the oldest inactive page that is not mapped");
    rig_close(rig);
}
END_TEST

START_TEST(what_cannot_go_goes_at_last)
{
    struct rig *rig = open_rig(4, v16);
    rig_touch(rig, 1);
    rig_touch(rig, 2);
    rig->can_swap = false;
    frame_of(rig, 1)->dirty = frame_of(rig, 2)->dirty = true;
    frame_of(rig, 1)->locked = true;
    const pfn_t pfn = rig->ops->victim(rig->state);
    ck_assert_uint_eq(pfn, rig->pages[2].pfn);
    ck_assert_str_eq(rig_why(rig, pfn), "no page could go: page 2 has to");
    rig_close(rig);
    rig = open_rig(4, v32);
    rig_touch(rig, 1);
    frame_of(rig, 1)->locked = true;
    ck_assert_uint_eq(rig->ops->victim(rig->state), rig->pages[1].pfn);
    rig_close(rig);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("linux24");
    TCase *tests = tcase_create("linux24");
    tcase_add_test(tests, pages_that_are_read_twice_are_active_others_go_in_order);
    tcase_add_test(tests,
                   active_pages_that_were_referenced_stay_once_and_others_are_marked);
    tcase_add_loop_test(tests, the_ratio_of_the_lists_says_how_many_are_deactivated, 0, 9);
    tcase_add_test(tests, the_only_active_page_is_looked_at_once);
    tcase_add_test(tests, a_part_of_the_inactive_list_is_scanned);
    tcase_add_test(tests, pages_that_are_not_mapped_go_until_so_many_are_gone);
    tcase_add_loop_test(tests, mapped_pages_above_a_budget_lead_to_a_walk_and_the_end, 0,
                        5);
    tcase_add_loop_test(tests, mapped_pages_above_a_budget_lead_to_a_walk_and_go_on, 0, 3);
    tcase_add_loop_test(tests, an_inactive_list_that_is_all_mapped_leads_to_a_walk_at_last,
                        0, 4);
    tcase_add_test(tests, another_page_is_deactivated_after_the_walk);
    tcase_add_test(tests,
                   walks_go_on_where_they_stopped_through_one_process_after_the_other);
    tcase_add_test(tests, a_walk_visits_processes_a_second_time);
    tcase_add_test(tests, an_older_walk_visits_one_process_a_second_time);
    tcase_add_test(tests, a_walk_passes_over_pages_that_are_used_active_or_locked);
    tcase_add_test(tests, a_page_that_others_map_too_does_not_count);
    tcase_add_test(tests, dirty_pages_stay_mapped_without_swap_space_unless_of_files);
    tcase_add_test(tests, a_walk_that_found_too_little_is_the_last_one_of_its_run);
    tcase_add_test(tests, new_pages_are_inactive_and_marked_where_a_fault_brought_them);
    tcase_add_test(tests, new_pages_of_processes_are_on_no_list_before_they_are_unmapped);
    tcase_add_test(tests, a_minor_fault_is_a_use);
    tcase_add_test(tests, it_says_why_a_page_goes);
    tcase_add_test(tests, what_cannot_go_goes_at_last);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
