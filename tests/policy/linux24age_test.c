/* linux24age_test.c -- Linux 2.4.0's ages, lists and walk, page by page: mm/vmscan.c and
 * mm/swap.c.  Lists show a page's age behind an a: 7a is of age 1, 7 of age 0. */
#include "policy/reclaim_rig.h"

extern const struct policy_ops policy_linux24age;

/* Pages 0 to 99 are those of files, others those of processes that have been swapped out, but
 * for those from 512 on, which are new. */
static struct rig *open_rig(pfn_t frames)
{
    struct rig *rig = rig_open(&policy_linux24age, frames, NULL);
    rig_file(rig, 0, 99);
    for (unsigned page = 100; page < 512; page++)
        rig->pages[page].saved = true;
    return rig;
}

static struct rig_frame *frame_of(struct rig *rig, unsigned page)
{
    ck_assert_uint_ne(rig->pages[page].pfn, PFN_NONE);
    return &rig->frames[rig->pages[page].pfn];
}

static void use(struct rig *rig, unsigned page)
{
    rig->ops->reclaim->used(rig->state, rig->pages[page].pfn);
}

static const struct reclaim_counts *counts(const struct rig *rig)
{
    return rig->ops->reclaim->counts(rig->state);
}

static uint64_t pressure(struct rig *rig)
{
    return to_number(strstr(rig_show(rig), "pressure=") + 9);
}

static void assert_lists(struct rig *rig, const char *active, const char *dirty,
                         const char *clean)
{
    char text[300];
    const char *shown = rig_show(rig);
    snprintf(text, sizeof text, "active:%s; inactive dirty:%s; inactive clean:%s; ", active,
             dirty, clean);
    ck_assert_msg(strncmp(shown, text, strlen(text)) == 0, "'%s' instead of '%s'", shown,
                  text);
}

/* One turn of kswapd, with so many frames free and wanted; nothing is to go. */
static void kswapd(struct rig *rig, uint64_t free, uint64_t high)
{
    rig->run.daemon = true;
    rig->run.free = free;
    rig->run.high = high;
    rig->run.wanted = 0;
    rig_shrink(rig, 6);
}

/* A process wants a frame, of so many that are free. */
static void want(struct rig *rig, uint64_t free, uint64_t high)
{
    rig->run.daemon = false;
    rig->run.free = free;
    rig->run.high = high;
    rig->run.wanted = 1;
    rig->run.reclaimed = rig->run.scanned = 0;
    rig_shrink(rig, 6);
}

static void bring(struct rig *rig, unsigned first, unsigned last, unsigned mappings)
{
    for (unsigned page = first; page <= last; page++)
        rig_bring(rig, page, mappings);
}

/* There must be no clean pages. */
static void press(struct rig *rig, uint64_t to)
{
    while (pressure(rig) < to)
        want(rig, 1000, 0);
    ck_assert_uint_le(pressure(rig), to + 1);
}

/* --- ages -------------------------------------------------------------------------------- */

START_TEST(pages_begin_at_two_and_gain_three_by_each_use_up_to_64)
{
    struct rig *rig = open_rig(20);
    rig_bring(rig, 101, 1);
    rig_bring(rig, 1, 0);
    rig_bring(rig, 2, 1); /* by a fault, which finds it once it has been read */
    assert_lists(rig, " 2a5 1a2 101a2", "", "");
    use(rig, 1);
    assert_lists(rig, " 2a5 1a5 101a2", "", "");
    for (unsigned i = 0; i < 19; i++)
        use(rig, 1);
    assert_lists(rig, " 2a5 1a62 101a2", "", "");
    use(rig, 1);
    assert_lists(rig, " 2a5 1a64 101a2", "", "");
    rig->ops->mapped(rig->state, rig->pages[101].pfn);
    assert_lists(rig, " 2a5 1a64 101a5", "", "");
    rig_close(rig);
}
END_TEST

START_TEST(new_pages_of_processes_are_on_no_list)
{
    struct rig *rig = open_rig(20);
    rig_bring(rig, 512, 1);
    rig_bring(rig, 101, 1);
    assert_lists(rig, " 101a2", "", "");
    rig_evict(rig, rig->pages[512].pfn, true);
    rig_bring(rig, 512, 1);
    assert_lists(rig, " 512a2 101a2", "", "");
    rig_close(rig);
}
END_TEST

/* A second looks at a 64th of the active pages, from the tail: those that are not mapped are
 * deactivated at age 0. */
START_TEST(a_64th_of_the_active_pages_grows_older_in_a_second)
{
    struct rig *rig = open_rig(200);
    bring(rig, 101, 101, 1);
    bring(rig, 1, 62, 0);
    rig->ops->reclaim->second(rig->state);
    ck_assert_uint_eq(counts(rig)->pgrefill, 0);
    rig_bring(rig, 63, 0);
    rig->ops->reclaim->second(rig->state); /* 101 */
    ck_assert_uint_eq(counts(rig)->pgrefill, 1);
    bring(rig, 102, 165, 0);
    for (unsigned i = 0; i < 64; i++) /* the others, and 101 a second time */
        rig->ops->reclaim->second(rig->state);
    ck_assert_uint_eq(counts(rig)->pgrefill, 129);
    ck_assert_uint_eq(counts(rig)->pgdeactivate, 0);
    rig->ops->reclaim->second(rig->state); /* 1 and 2; 127 / 64 is 1 */
    ck_assert_uint_eq(counts(rig)->pgdeactivate, 2);
    rig->ops->reclaim->second(rig->state);
    ck_assert_uint_eq(counts(rig)->pgdeactivate, 3);
    rig_close(rig);
}
END_TEST

/* --- how many ---------------------------------------------------------------------------- */

/* 200 active pages that are not mapped, of age 2, so that all are looked at once before one is
 * deactivated; and at the end a 64th of what is left is looked at again. */
static struct rig *open_active(uint64_t memory_pressure)
{
    struct rig *rig = open_rig(240);
    bring(rig, 101, 300, 0);
    press(rig, memory_pressure);
    return rig;
}

START_TEST(kswapd_deactivates_what_is_short_in_all)
{
    static const struct {
        uint64_t pressure, free, high, deactivated;
    } rows[] = {
        {200, 20, 30, 11 + 13 + 2}, /* 30 + 3 / 3; 30 + 3; 176 / 64 */
        {200, 30, 30, 1 + 3 + 3},   /* 196 / 64                     */
        {200, 31, 30, 0},           /* none was old enough at once */ {200, 33, 30, 0},
        {200, 0, 0, 1 + 3 + 3},     {384, 0, 0, 2 + 6 + 3},
        {6400, 0, 0, 20 + 60 + 1}, /* a fourth of 240 */
    };
    struct rig *rig = open_active(rows[_i].pressure);
    kswapd(rig, rows[_i].free, rows[_i].high);
    ck_assert_uint_eq(counts(rig)->pgdeactivate, rows[_i].deactivated);
    ck_assert_uint_eq(rig->run.reclaimed, 0);
    rig_close(rig);
}
END_TEST

START_TEST(a_process_has_eight_deactivated)
{
    struct rig *rig = open_active(200);
    want(rig, 20, 30);
    ck_assert_uint_eq(counts(rig)->pgdeactivate, 8);
    rig_close(rig);
}
END_TEST

START_TEST(memory_pressure_counts_what_was_needed_and_decreases_by_the_second)
{
    struct rig *rig = open_rig(20);
    bring(rig, 1, 3, 0);
    ck_assert_uint_eq(pressure(rig), 3);
    for (unsigned page = 1; page <= 3; page++)
        rig_evict(rig, rig->pages[page].pfn, false);
    ck_assert_uint_eq(pressure(rig), 1);
    want(rig, 1000, 0); /* twice none is found */
    ck_assert_uint_eq(pressure(rig), 3);
    press(rig, 640);
    const uint64_t before = pressure(rig);
    rig->ops->reclaim->second(rig->state);
    ck_assert_uint_eq(pressure(rig), before - before / 64);
    rig_close(rig);
}
END_TEST

START_TEST(seconds_are_references_unless_the_kernel_tells_them)
{
    struct rig *rig =
        rig_open(&policy_linux24age, 20, (const char *const[]){"second=50", NULL});
    press(rig, 640);
    const uint64_t before = pressure(rig);
    ck_assert_uint_eq(rig->ops->tick(rig->state, 0), 50);
    ck_assert_uint_eq(pressure(rig), before);
    ck_assert_uint_eq(rig->ops->tick(rig->state, 50), 100);
    ck_assert_uint_eq(pressure(rig), before - 10);
    rig->ops->reclaim->second(rig->state);
    ck_assert_uint_eq(pressure(rig), before - 19);
    ck_assert_uint_eq(rig->ops->tick(rig->state, 100), 150);
    ck_assert_uint_eq(pressure(rig), before - 19);
    rig_close(rig);
}
END_TEST

/* --- page_launder ------------------------------------------------------------------------ */

/* Page 1 and a newer one, 2, inactive. */
static struct rig *open_inactive(void)
{
    struct rig *rig = open_rig(20);
    bring(rig, 1, 2, 0);
    kswapd(rig, 0, 100);
    assert_lists(rig, "", " 2 1", "");
    rig->answer = PAGE_WRITING;
    return rig;
}

static const struct {
    unsigned mappings;
    bool used, locked, writing, dirty;
    const char *active, *inactive;
} launders[] = {
    {.mappings = 1, .active = " 1", .inactive = " 2"},
    {.used = true, .active = " 1a5", .inactive = " 2"},
    {.locked = true, .active = "", .inactive = " 2 1"},
    {.writing = true, .active = "", .inactive = " 2 1"},
    {.dirty = true, .active = "", .inactive = " 2 1"},
};

/* More are inactive than free, and one frame is free, which is enough.  Page 2 is locked, and
 * goes to the head each time. */
START_TEST(inactive_pages_in_use_are_activated_and_busy_ones_wait)
{
    struct rig *rig = open_inactive();
    struct rig_frame *frame = frame_of(rig, 1);
    frame->mappings = launders[_i].mappings;
    frame->locked = launders[_i].locked;
    frame->writing = launders[_i].writing;
    frame->dirty = launders[_i].dirty;
    if (launders[_i].used)
        use(rig, 1);
    frame_of(rig, 2)->locked = true;
    want(rig, launders[_i].used ? 0 : 1, 0);
    if (launders[_i].used) /* it was activated at once; and grew older in the shortage */
        ck_assert_uint_eq(counts(rig)->pgactivate, 1);
    else
        assert_lists(rig, launders[_i].active, launders[_i].inactive, "");
    ck_assert_uint_eq(rig->run.written, 0);
    rig_close(rig);
}
END_TEST

START_TEST(kswapd_leaves_inactive_pages_alone_when_nothing_is_short)
{
    struct rig *rig = open_inactive();
    kswapd(rig, 1, 0);
    assert_lists(rig, "", " 2 1", "");
    rig_close(rig);
}
END_TEST

START_TEST(clean_pages_can_be_had)
{
    struct rig *rig = open_inactive();
    frame_of(rig, 2)->dirty = true;
    rig->answer = PAGE_GONE;
    want(rig, 1, 0);
    assert_lists(rig, "", " 2", "");
    ck_assert_uint_eq(rig->run.reclaimed, 1);
    ck_assert_uint_eq(rig->victims[0], 1);
    rig_close(rig);
}
END_TEST

START_TEST(dirty_pages_are_written_in_a_shortage)
{
    static const struct {
        enum page_fate answer;
        const char *inactive;
        uint64_t reclaimed, activated;
    } rows[] = {{PAGE_WRITING, " 1 2", 0, 0}, /* and met again: 2 is not looked at */
                {PAGE_GONE, " 2", 1, 0},
                {PAGE_KEEP, " 1 2", 0, 1}, /* activated, and too old to stay so */
                {PAGE_ACTIVATE, " 1 2", 0, 1}};
    struct rig *rig = open_inactive();
    rig->answer = rows[_i].answer;
    frame_of(rig, 1)->dirty = frame_of(rig, 2)->locked = true;
    kswapd(rig, 0, 2);
    assert_lists(rig, "", rows[_i].inactive, "");
    ck_assert_uint_eq(counts(rig)->pgactivate, rows[_i].activated);
    ck_assert_uint_eq(rig->run.reclaimed, rows[_i].reclaimed);
    rig_close(rig);
}
END_TEST

/* --- reclaim_page ------------------------------------------------------------------------ */

START_TEST(a_clean_page_goes_unless_it_has_been_used_or_stored_into)
{
    static const struct {
        unsigned mappings;
        bool dirty, locked, writing, gone;
        const char *active, *inactive;
    } rows[] = {
        {.gone = true, .active = "", .inactive = ""},
        {.mappings = 1, .active = " 1", .inactive = ""},
        {.dirty = true, .active = "", .inactive = " 1"},
        {.locked = true, .active = "", .inactive = " 1"},
        {.writing = true, .active = "", .inactive = " 1"},
    };
    struct rig *rig = open_inactive();
    kswapd(rig, 0, 2);
    assert_lists(rig, "", "", " 2 1");
    struct rig_frame *frame = frame_of(rig, 1);
    frame->mappings = rows[_i].mappings;
    frame->dirty = rows[_i].dirty;
    frame->locked = rows[_i].locked;
    frame->writing = rows[_i].writing;
    rig->answer = PAGE_GONE;
    want(rig, 100, 0);
    assert_lists(rig, rows[_i].active, rows[_i].inactive, rows[_i].gone ? " 2" : "");
    ck_assert_uint_eq(rig->run.reclaimed, 1);
    rig_close(rig);
}
END_TEST

START_TEST(a_clean_page_that_cannot_go_is_taken_for_dirty)
{
    struct rig *rig = open_inactive();
    kswapd(rig, 0, 2);
    rig->answer = PAGE_KEEP;
    want(rig, 100, 0);
    assert_lists(rig, "", " 2 1", "");
    rig_close(rig);
}
END_TEST

START_TEST(a_clean_page_that_is_used_is_active)
{
    struct rig *rig = open_inactive();
    kswapd(rig, 0, 2);
    use(rig, 1);
    assert_lists(rig, " 1a5", "", " 2");
    rig_close(rig);
}
END_TEST

/* --- swap_out ---------------------------------------------------------------------------- */

/* New pages of two processes, 5 and 300, all used.  Of the larger one 300 / 32 = 9 pages are
 * looked at, and one is passed over; of the other one all, which is no success.  After eight
 * successes it is enough. */
START_TEST(the_largest_process_is_looked_at_first_a_part_at_a_time)
{
    struct rig *rig = open_rig(400);
    rig->processes = 2;
    for (unsigned page = 101; page <= 105; page++)
        rig->pages[page].saved = false;
    bring(rig, 101, 105, 1);
    bring(rig, 512, 811, 1);
    want(rig, 0, 9);
    for (unsigned i = 0; i < 300; i++)
        ck_assert_msg(frame_of(rig, 512 + i)->young == (i >= 80 || i % 10 == 9), "page %u",
                      512 + i);
    /* Looked at seven times: used, then 5, 2, 1, 0. */
    assert_lists(rig, "", " 105 104 103 102 101", "");
    for (unsigned page = 101; page <= 105; page++)
        ck_assert_uint_eq(frame_of(rig, page)->mappings, 0);
    rig_close(rig);
}
END_TEST

/* One page, which is not young, is looked at in turn by refill_inactive and the walk. */
static const struct {
    unsigned page, mappings;
    bool locked, dirty, swap, unmapped;
    const char *active, *inactive;
} walked[] = {
    {513, 1, .swap = true, .unmapped = true, .active = "", .inactive = " 513"},
    {513, 1, .swap = true, .locked = true, .active = "", .inactive = ""},
    {513, 1, .swap = true, .dirty = true, .unmapped = true, .active = "",
     .inactive = " 513"},
    {513, 1, .dirty = true, .active = "", .inactive = ""},
    {513, 1, .unmapped = true, .active = "", .inactive = " 513"},
    {101, 1, .swap = true, .unmapped = true, .active = "", .inactive = " 101"},
    {1, 1, .dirty = true, .unmapped = true, .active = "", .inactive = " 1"},
    {513, 20, .swap = true, .active = " 513", .inactive = ""},
    {101, 20, .swap = true, .active = " 101", .inactive = ""},
};

START_TEST(old_pages_are_unmapped_and_inactive_when_nobody_maps_them)
{
    struct rig *rig = open_rig(20);
    rig_bring(rig, walked[_i].page, walked[_i].mappings);
    struct rig_frame *frame = frame_of(rig, walked[_i].page);
    frame->young = 0;
    frame->locked = walked[_i].locked;
    frame->dirty = walked[_i].dirty;
    rig->can_swap = walked[_i].swap;
    want(rig, 0, 9);
    if (walked[_i].page < 512) /* only refill_inactive makes it older, at priority 0 */
        want(rig, 0, 9);
    ck_assert_uint_eq(frame->mappings == 0, walked[_i].unmapped);
    assert_lists(rig, walked[_i].active, walked[_i].inactive, "");
    rig_close(rig);
}
END_TEST

/* --- without a driver -------------------------------------------------------------------- */

START_TEST(it_says_why_a_page_goes_and_takes_no_notice_of_it)
{
    struct rig *rig = open_rig(4);
    bring(rig, 101, 104, 1);
    const pfn_t pfn = rig->ops->victim(rig->state);
    ck_assert_uint_eq(pfn, rig->pages[101].pfn);
    ck_assert_str_eq(rig_why(rig, pfn),
                     "page 101 was the oldest of the inactive pages that are clean");
    const uint64_t before = pressure(rig);
    rig_evict(rig, pfn, true);
    ck_assert_uint_eq(pressure(rig), before);
    ck_assert_uint_eq(rig_bring(rig, 105, 0), pfn);
    rig_evict(rig, pfn, true); /* which is freed */
    ck_assert_uint_eq(pressure(rig), before);
    rig_evict(rig, rig->pages[102].pfn, true);
    ck_assert_uint_eq(pressure(rig), before - 1);
    rig_close(rig);
}
END_TEST

START_TEST(dirty_pages_are_written_before_they_go)
{
    struct rig *rig = open_rig(4);
    rig_bring(rig, 101, 0);
    frame_of(rig, 101)->dirty = true;
    ck_assert_uint_eq(rig->ops->victim(rig->state), rig->pages[101].pfn);
    ck_assert(!frame_of(rig, 101)->dirty);
    rig_close(rig);
}
END_TEST

START_TEST(what_cannot_go_goes_at_last)
{
    struct rig *rig = open_rig(4);
    bring(rig, 512, 513, 1);
    frame_of(rig, 512)->locked = true;
    frame_of(rig, 513)->dirty = true;
    rig->can_swap = false;
    const pfn_t pfn = rig->ops->victim(rig->state);
    ck_assert_uint_eq(pfn, rig->pages[513].pfn);
    ck_assert_str_eq(rig_why(rig, pfn), "no page could go: page 513 has to");
    rig_close(rig);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("linux24age");
    TCase *tests = tcase_create("linux24age");
    tcase_add_test(tests, pages_begin_at_two_and_gain_three_by_each_use_up_to_64);
    tcase_add_test(tests, new_pages_of_processes_are_on_no_list);
    tcase_add_test(tests, a_64th_of_the_active_pages_grows_older_in_a_second);
    tcase_add_loop_test(tests, kswapd_deactivates_what_is_short_in_all, 0, 7);
    tcase_add_test(tests, a_process_has_eight_deactivated);
    tcase_add_test(tests,
                   memory_pressure_counts_what_was_needed_and_decreases_by_the_second);
    tcase_add_test(tests, seconds_are_references_unless_the_kernel_tells_them);
    tcase_add_loop_test(tests, inactive_pages_in_use_are_activated_and_busy_ones_wait, 0,
                        ARRAY_LEN(launders));
    tcase_add_test(tests, kswapd_leaves_inactive_pages_alone_when_nothing_is_short);
    tcase_add_test(tests, clean_pages_can_be_had);
    tcase_add_loop_test(tests, dirty_pages_are_written_in_a_shortage, 0, 4);
    tcase_add_loop_test(tests, a_clean_page_goes_unless_it_has_been_used_or_stored_into, 0,
                        5);
    tcase_add_test(tests, a_clean_page_that_cannot_go_is_taken_for_dirty);
    tcase_add_test(tests, a_clean_page_that_is_used_is_active);
    tcase_add_test(tests, the_largest_process_is_looked_at_first_a_part_at_a_time);
    tcase_add_loop_test(tests, old_pages_are_unmapped_and_inactive_when_nobody_maps_them, 0,
                        ARRAY_LEN(walked));
    tcase_add_test(tests, it_says_why_a_page_goes_and_takes_no_notice_of_it);
    tcase_add_test(tests, dirty_pages_are_written_before_they_go);
    tcase_add_test(tests, what_cannot_go_goes_at_last);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
