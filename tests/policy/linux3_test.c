/* linux3_test.c -- Linux's lists of 3.15 to 5.4, by hand.  Rules by version: mm/vmscan.c,
 * mm/swap.c and mm/workingset.c of 3.16, 4.19 and 5.4. */
#include "policy/lru_rig.h"

extern const struct policy_ops policy_linux3;

enum { FILES = 512 }; /* pages from this number on are those of files */

static const char *const versions[] = {"3.16", "4.19", "5.4"};

static struct rig *open_rig(pfn_t nframes, const char *version)
{
    char set[32];
    snprintf(set, sizeof set, "version=%s", version);
    struct rig *rig = rig_open(&policy_linux3, nframes, (const char *const[]){set, NULL});
    rig_file(rig, FILES, RIG_PAGES - 1);
    return rig;
}

static struct rig *open_large(const char *version)
{
    struct rig *rig = open_rig(RIG_FRAMES, version);
    rig->run.batch = RECLAIM_BATCH;
    rig->run.wanted = 1000;
    rig->answer = PAGE_KEEP;
    return rig;
}

/* --- pages ------------------------------------------------------------------------------- */

/* Reads of a file in four frames, without swap space, by 3.16. */
static const struct read_step reads[] = {
    {1, false, "inactive file: 1*"},
    {1, true, "active file: 1"},
    {2, false, "inactive file: 2*; active file: 1"},
    {2, true, "active file: 2 1"},
    {3, false, "inactive file: 3*; active file: 2 1"},
    {4, false, "inactive file: 4* 3*; active file: 2 1"},
    {5, false, "inactive file: 5* 1 4*; active file: 2"},
    {3, false, "inactive file: 5* 1; active file: 3* 2"},
    {6, false, "inactive file: 6* 2 5*; active file: 3*"},
    {1, false, "inactive file: 6* 2; active file: 1* 3*"},
    {7, false, "inactive file: 7* 3* 6*; active file: 1*"},
    {1, true, "inactive file: 7* 3* 6*; active file: 1*"},
};

static void (*const room_makers[])(struct rig *) = {rig_choose, rig_reclaim};

START_TEST(reads_in_four_frames_with_and_without_a_driver)
{
    struct rig *rig = open_rig(4, "3.16");
    rig_file(rig, 0, 9);
    rig->can_swap = rig->run.may_swap = false;
    rig->make_room = room_makers[_i];
    read_in_turn(rig, reads, ARRAY_LEN(reads));
    ck_assert_uint_eq(shown(rig, "age"), 9);
    rig_close(rig);
}
END_TEST

/* young: how many mappings have the accessed bit set; all are inactive at first. */
static const struct {
    bool file, executable, marked;
    unsigned young;
    const char *lists; /* "": it is gone */
} looks[] = {
    {false, false, false, 0, ""},
    {false, false, true, 0, ""},
    {false, false, false, 1, "active anon: 1"},
    {false, false, true, 1, "active anon: 1"},
    {true, false, false, 0, ""},
    {true, false, true, 0, ""},
    {true, false, false, 1, "inactive file: 1*"},
    {true, false, true, 1, "active file: 1*"},
    {true, false, false, 2, "active file: 1*"},
    {true, true, false, 1, "active file: 1*"},
};

START_TEST(what_a_look_at_an_inactive_page_leads_to)
{
    struct rig *rig = open_rig(8, "4.19");
    rig->pages[1].file = looks[_i].file;
    rig->pages[1].executable = looks[_i].executable;
    const pfn_t pfn = rig_bring(rig, 1, 2);
    rig->ops->reclaim->deactivate(rig->state, pfn);
    rig->frames[pfn].young = looks[_i].young;
    if (looks[_i].marked)
        rig->ops->reclaim->used(rig->state, pfn);
    rig->can_swap = false; /* nothing is evened out at the end */
    rig_shrink(rig, 0);
    ck_assert_str_eq(lists(rig), looks[_i].lists[0] ? looks[_i].lists : rig->view.text);
    ck_assert_uint_eq(rig->nvictims, looks[_i].lists[0] == '\0');
    rig_close(rig);
}
END_TEST

START_TEST(anonymous_pages_start_active_and_those_of_files_inactive)
{
    struct rig *rig = open_rig(4, "4.19");
    rig_touch(rig, 1);
    rig_touch(rig, FILES);
    ck_assert_str_eq(lists(rig), "active anon: 1; inactive file: 512");
    rig_close(rig);
}
END_TEST

START_TEST(a_page_that_is_being_written_stays_or_turns_active)
{
    static const char *const expected[] = {"inactive file: 512 513",
                                           "inactive file: 513; active file: 512",
                                           "inactive file: 513; active file: 512"};
    struct rig *rig = open_rig(4, versions[_i]);
    bring(rig, FILES, 2);
    rig->frames[rig->pages[FILES].pfn].writing = true;
    rig_shrink(rig, 1);
    ck_assert_str_eq(lists(rig), expected[_i]);
    rig_close(rig);
}
END_TEST

START_TEST(an_active_page_that_has_been_written_goes_next_since_4_19)
{
    static const char *const expected[] = {"inactive file: 513; active file: 512",
                                           "inactive file: 513 512",
                                           "inactive file: 513 512"};
    struct rig *rig = open_rig(4, versions[_i]);
    bring(rig, FILES, 2);
    activate(rig, FILES, 1);
    rig->ops->reclaim->written(rig->state, rig->pages[FILES].pfn);
    ck_assert_str_eq(lists(rig), expected[_i]);
    rig_close(rig);
}
END_TEST

START_TEST(only_uses_of_files_add_to_the_age)
{
    struct rig *rig = open_rig(4, "5.4");
    bring(rig, 1, 1);
    bring(rig, FILES, 1);
    rig->ops->reclaim->deactivate(rig->state, rig->pages[1].pfn);
    activate(rig, 1, 1);
    ck_assert_uint_eq(shown(rig, "age"), 0);
    rig_evict(rig, rig->pages[1].pfn, true);
    ck_assert_uint_eq(shown(rig, "age"), 0);
    ck_assert_uint_eq(rig->pages[1].ghost, PFN_NONE);
    activate(rig, FILES, 1);
    ck_assert_uint_eq(shown(rig, "age"), 1);
    rig_close(rig);
}
END_TEST

START_TEST(a_page_turns_active_if_it_comes_back_before_as_many_have_gone_as_are_active)
{
    for (unsigned others = 3; others <= 4; others++) {
        struct rig *rig = open_rig(16, versions[_i]);
        bring(rig, FILES, 6);
        activate(rig, FILES, 3);
        rig_evict(rig, rig->pages[FILES + 5].pfn, true);
        for (unsigned page = FILES + 100; page < FILES + 100 + others; page++) {
            rig_bring(rig, page, 0);
            rig_evict(rig, rig->pages[page].pfn, true);
        }
        rig_bring(rig, FILES + 5, 0);
        ck_assert_uint_eq(sizes(rig).active[RECLAIM_FILE], others == 3 ? 4 : 3);
        rig_close(rig);
    }
}
END_TEST

START_TEST(the_working_set_is_marked_since_5_4)
{
    struct rig *rig = open_rig(16, versions[_i]);
    bring(rig, FILES, 8);
    activate(rig, FILES, 8);
    rig_shrink(rig, 0); /* one turns inactive */
    ck_assert_ptr_nonnull(strstr(lists(rig), _i == 2 ? "512w;" : "512;"));
    rig_evict(rig, rig->pages[FILES].pfn, true);
    bring(rig, FILES, 1);
    ck_assert_uint_eq(rig->ops->reclaim->counts(rig->state)->workingset_restore[1],
                      _i == 2);
    rig_close(rig);
}
END_TEST

/* --- which lists are looked at, and how much of them ------------------------------------- */

enum { V3_16 = 1, V4_19 = 2, V5_4 = 4, ALL = 7 };

/* 64 inactive pages of each type, and `active` ones of files and of none. */
static const struct {
    const char *what;
    unsigned versions;
    struct reclaim run;
    unsigned active_file, active_anon;
    unsigned anon, file; /* looked at */
} counts[] = {
    {"no swap space", ALL, {.priority = 0, .swappiness = 60}, 99, 0, 0, 64},
    {"a group, swappiness 0", ALL, {.may_swap = true, .in_group = true}, 99, 0, 0, 64},
    {"priority 0", ALL, {.may_swap = true, .swappiness = 1}, 0, 0, 64, 64},
    {"inactive file is not low",
     ALL,
     {.priority = 1, .may_swap = true, .swappiness = 60},
     64,
     0,
     0,
     32},
    {"few pages of files",
     ALL,
     {.priority = 1, .may_swap = true, .swappiness = 60, .free = 6, .high = 70},
     0,
     0,
     32,
     0},
    {"not so few",
     ALL,
     {.priority = 1, .may_swap = true, .swappiness = 60, .free = 7, .high = 70},
     0,
     0,
     0,
     32},
    {"few in a group",
     ALL,
     {.priority = 1,
      .may_swap = true,
      .swappiness = 60,
      .free = 6,
      .high = 70,
      .in_group = true},
     0,
     0,
     0,
     32},
    {"few, and inactive anon is low",
     V3_16,
     {.priority = 1, .may_swap = true, .swappiness = 60, .free = 6, .high = 70},
     0,
     65,
     32,
     0},
    {"few, and inactive anon is low",
     V4_19 | V5_4,
     {.priority = 1, .may_swap = true, .swappiness = 60, .free = 6, .high = 70},
     0,
     65,
     0,
     32},
    /* Of one in 128 pages nothing is left but for rounding. */
    {"nothing at this priority",
     ALL,
     {.priority = 7, .may_swap = true, .swappiness = 60},
     0,
     0,
     0,
     0},
    {"nothing in a group",
     V3_16,
     {.priority = 7, .may_swap = true, .swappiness = 60, .in_group = true},
     0,
     0,
     0,
     32},
    {"nothing in a group",
     V4_19 | V5_4,
     {.priority = 7, .may_swap = true, .swappiness = 60, .in_group = true},
     0,
     0,
     0,
     0},
};

START_TEST(how_many_pages_of_each_type_are_looked_at)
{
    for (unsigned v = 0; v < ARRAY_LEN(versions); v++) {
        if (!(counts[_i].versions & 1u << v))
            continue;
        struct rig *rig = open_large(versions[v]);
        bring(rig, 0, 64 + counts[_i].active_anon);
        for (unsigned page = 0; page < 64; page++)
            rig->ops->reclaim->deactivate(rig->state, rig->pages[page].pfn);
        bring(rig, FILES, 64 + counts[_i].active_file);
        activate(rig, FILES, counts[_i].active_file);
        rig->run = counts[_i].run;
        rig->run.batch = RECLAIM_BATCH;
        rig->run.wanted = 1000;
        rig->run.chosen = PFN_NONE;
        rig_shrink(rig, counts[_i].run.priority);
        ck_assert_msg(scanned(rig, RECLAIM_ANON) == counts[_i].anon &&
                          scanned(rig, RECLAIM_FILE) == counts[_i].file,
                      "%s, %s: %" PRIu64 ", %" PRIu64, counts[_i].what, versions[v],
                      scanned(rig, RECLAIM_ANON), scanned(rig, RECLAIM_FILE));
        rig_close(rig);
    }
}
END_TEST

START_TEST(the_type_found_in_use_less_is_looked_at_more)
{
    struct rig *rig = open_large(versions[_i]);
    bring(rig, 0, 100); /* active: 100 looked at and in use */
    for (unsigned page = 0; page < 100; page++)
        rig->ops->reclaim->deactivate(rig->state, rig->pages[page].pfn); /* 100 more */
    bring(rig, FILES, 70);
    activate(rig, FILES, 40); /* 110, 40 of them in use */
    /* Halved, as that is more than a quarter of the pages: 100 and 50, 55 and 20.  ap 60 * 101
     * / 51 = 118, fp 140 * 56 / 21 = 373; of 492 these are 11.99 of 50 and 11.4 of 15. */
    rig_shrink(rig, 1);
    ck_assert_uint_eq(scanned(rig, RECLAIM_ANON), _i == 2 ? 12 : 11);
    ck_assert_uint_eq(scanned(rig, RECLAIM_FILE), _i == 2 ? 12 : 11);
    rig_close(rig);
}
END_TEST

START_TEST(pages_found_in_use_on_either_list_count)
{
    struct rig *rig = open_large("3.16");
    rig->run.batch = 80;
    bring(rig, 0, 400); /* 400 looked at and in use */
    for (unsigned page = 0; page < 40; page++)
        rig->frames[rig->pages[page].pfn].young = 1;
    rig->ops->reclaim->age(rig->state, &rig->run); /* 480, 440 in use; 80 are inactive */
    for (unsigned page = 0; page < 30; page++)
        rig->frames[rig->pages[page].pfn].young = 1;
    rig->can_swap = false; /* active ones are left alone */
    rig_shrink(rig, 0);    /* 560, 470 in use */
    ck_assert_uint_eq(scanned(rig, RECLAIM_ANON), 80);
    bring(rig, FILES, 300);
    activate(rig, FILES, 200); /* 500, 200 in use */
    /* Halved: 280 and 235, 250 and 100.  ap 60 * 281 / 236 = 71, fp 140 * 251 / 101 = 347. */
    rig_shrink(rig, 1);
    ck_assert_uint_eq(scanned(rig, RECLAIM_ANON) - 80, 25 * 71 / 419);
    ck_assert_uint_eq(scanned(rig, RECLAIM_FILE), 50 * 347 / 419);
    rig_close(rig);
}
END_TEST

START_TEST(what_was_looked_at_is_halved_down_to_a_quarter_of_the_pages)
{
    struct rig *rig = open_large("3.16");
    bring(rig, 0, 100);
    for (unsigned page = 0; page < 100; page++)
        rig->ops->reclaim->deactivate(rig->state, rig->pages[page].pfn);
    bring(rig, FILES, 70);
    activate(rig, FILES, 40);
    for (unsigned i = 0; i < 10; i++)
        rig_shrink(rig, 12); /* nothing but halved: 200 and 100 to 25 and 12, 110 and 40 to
                              * 13 and 5 */
    rig_shrink(rig, 1);      /* ap 60 * 26 / 13 = 120, fp 140 * 14 / 6 = 326 */
    ck_assert_uint_eq(scanned(rig, RECLAIM_ANON), 50 * 120 / 447);
    ck_assert_uint_eq(scanned(rig, RECLAIM_FILE), 15 * 326 / 447);
    rig_close(rig);
}
END_TEST

START_TEST(active_lists_are_looked_at_while_inactive_ones_are_the_shorter)
{
    struct rig *rig = open_large(versions[_i]);
    const struct reclaim_counts *counted = rig->ops->reclaim->counts(rig->state);
    rig->run.may_swap = rig->can_swap = false;
    bring(rig, FILES, 20);
    activate(rig, FILES, 10);
    rig_shrink(rig, 0);
    ck_assert_uint_eq(counted->pgrefill, 0);
    activate(rig, FILES + 10, 1);
    rig_shrink(rig, 0);
    ck_assert_uint_eq(counted->pgrefill, 11);
    ck_assert(!rig->run.passed_over);
    rig_close(rig);
}
END_TEST

START_TEST(pages_that_came_back_let_active_ones_go_since_4_19)
{
    struct rig *rig = open_large(versions[_i]);
    const struct reclaim_counts *counted = rig->ops->reclaim->counts(rig->state);
    rig->run.may_swap = rig->can_swap = false;
    bring(rig, FILES, 40);
    activate(rig, FILES, 10);
    rig_evict(rig, rig->pages[FILES + 30].pfn, true);
    bring(rig, FILES + 30, 1);
    ck_assert_uint_eq(counted->workingset_activate[RECLAIM_FILE], 1);
    rig_shrink(rig, 1);
    ck_assert_uint_eq(counted->pgrefill, _i == 0 ? 0 : 5);
    rig->ops->reclaim->finish(rig->state, &rig->run);
    rig_shrink(rig, 1);
    ck_assert_uint_eq(counted->pgrefill, _i == 0 ? 0 : 5);
    rig_close(rig);
}
END_TEST

START_TEST(anonymous_lists_are_evened_out_with_swap_space_only)
{
    struct rig *rig = open_large(versions[_i]);
    bring(rig, 0, 100);
    rig->can_swap = false;
    rig->ops->reclaim->age(rig->state, &rig->run);
    rig_shrink(rig, 12);
    ck_assert_uint_eq(sizes(rig).inactive[RECLAIM_ANON], 0);
    rig->can_swap = true;
    rig->ops->reclaim->age(rig->state, &rig->run);
    ck_assert_uint_eq(sizes(rig).inactive[RECLAIM_ANON], 32);
    rig_shrink(rig, 12);
    ck_assert_uint_eq(sizes(rig).inactive[RECLAIM_ANON], 64);
    rig_close(rig);
}
END_TEST

START_TEST(with_enough_gone_the_rest_is_cut_once)
{
    struct rig *rig = open_large("3.16");
    bring(rig, 0, 256);
    for (unsigned page = 0; page < 256; page++)
        rig->ops->reclaim->deactivate(rig->state, rig->pages[page].pfn);
    bring(rig, FILES, 64);
    rig->answer = PAGE_GONE;
    rig->run.batch = 8;
    rig->run.wanted = 8;
    rig->run.swappiness = 100;
    rig_shrink(rig, 0); /* 256 and 64: 248 and 56 are left; 56 of 65 are 86 % */
    ck_assert_uint_eq(scanned(rig, RECLAIM_ANON), 256 * 14 / 100);
    ck_assert_uint_eq(scanned(rig, RECLAIM_FILE), 8);
    rig_close(rig);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("linux3");
    TCase *pages = tcase_create("pages");
    const int nversions = ARRAY_LEN(versions);
    tcase_add_loop_test(pages, reads_in_four_frames_with_and_without_a_driver, 0,
                        ARRAY_LEN(room_makers));
    tcase_add_loop_test(pages, what_a_look_at_an_inactive_page_leads_to, 0,
                        ARRAY_LEN(looks));
    tcase_add_test(pages, anonymous_pages_start_active_and_those_of_files_inactive);
    tcase_add_loop_test(pages, a_page_that_is_being_written_stays_or_turns_active, 0,
                        nversions);
    tcase_add_loop_test(pages, an_active_page_that_has_been_written_goes_next_since_4_19, 0,
                        nversions);
    tcase_add_test(pages, only_uses_of_files_add_to_the_age);
    tcase_add_loop_test(
        pages, a_page_turns_active_if_it_comes_back_before_as_many_have_gone_as_are_active,
        0, nversions);
    tcase_add_loop_test(pages, the_working_set_is_marked_since_5_4, 0, nversions);
    suite_add_tcase(suite, pages);
    TCase *scans = tcase_create("lists");
    tcase_add_loop_test(scans, how_many_pages_of_each_type_are_looked_at, 0,
                        ARRAY_LEN(counts));
    tcase_add_loop_test(scans, the_type_found_in_use_less_is_looked_at_more, 0, nversions);
    tcase_add_loop_test(scans,
                        active_lists_are_looked_at_while_inactive_ones_are_the_shorter, 0,
                        nversions);
    tcase_add_loop_test(scans, pages_that_came_back_let_active_ones_go_since_4_19, 0,
                        nversions);
    tcase_add_loop_test(scans, anonymous_lists_are_evened_out_with_swap_space_only, 0,
                        nversions);
    tcase_add_test(scans, with_enough_gone_the_rest_is_cut_once);
    tcase_add_test(scans, pages_found_in_use_on_either_list_count);
    tcase_add_test(scans, what_was_looked_at_is_halved_down_to_a_quarter_of_the_pages);
    suite_add_tcase(suite, scans);
    return run_suite(suite);
}
