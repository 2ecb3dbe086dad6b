/* linux_writeback_test.c -- anonymous pages swapped out to a device that takes a millisecond
 * for each request, worked out by hand with linux5 as in 6.5 and a swappiness of 200, which
 * halves the scans of no list; without read-ahead, and with requests of one page but where it
 * says otherwise.
 *
 * Five pages are stored into with room for four.  For the fifth, priorities down to 3 look at
 * nothing; 2 looks at 0 and keeps it, for it is young; 1 does so with 1 and 2; and 0 with 3,
 * and finds 0, 1 and 2 used but once: they are written.  Nothing has gone, so the process
 * waits for them.  Written, they are at the tail, 2 first: priority 2 frees 2, 1 frees 1, and
 * 0 frees 0 and has 3 written.  Slots are then those of 0, 1, 2 and 3. */
#include "os/linux_io_rig.h"

#define FIVE "S0 S1 S2 S3 S4 "
#define FIVE_TIME (SWITCH + 5 * (FAULT + ZERO + REFERENCE) + 3 * MS)
#define TWO_MS "L4x2000 "

static const char *version;
static bool larger_requests;

static void setup(void)
{
    rig_linux_setup();
    larger_requests = false;
    version = "6.5";
}

static void run(unsigned limit, const char *text)
{
    if (!larger_requests)
        rig_linux_kernel("max_sectors_kb", "4");
    rig_linux_kernel("version", version);
    rig_linux_kernel("swappiness", "200");
    rig_linux_kernel("page_cluster", "0");
    rig_limit(limit);
    rig_frames(64);
    rig_region(0, 0, 64, 0);
    rig_program(0, text);
    rig_linux_run();
}

START_TEST(dirty_pages_are_written_and_free_when_the_next_scan_finds_them_clean)
{
    run(4, FIVE);
    ck_assert_uint_eq(rig_linux.counts.pswpout, 4);
    ck_assert_uint_eq(rig_linux.lists.pgscan[RECLAIM_ANON], 7 + 4);
    ck_assert_uint_eq(rig_linux.lists.pgsteal[RECLAIM_ANON], 3);
    ck_assert_uint_eq(rig_linux.lists.pgrotated, 3);
    ck_assert_uint_eq(rig.swap.writes,
                      3); /* the fourth is under way                      */
    ck_assert_uint_eq(rig.totals.elapsed, FIVE_TIME);
}
END_TEST

/* Since 6.11 nothing gone means once more at once: 3, used but once as well by now, is at the
 * tail and is written by priority 2; priorities 1 and 0 find 0 and 1, and 2 and 3, being written,
 * and have them active.  When all four have been written each is put to the tail, and all go. */
START_TEST(a_reclaim_in_vain_goes_through_the_priorities_twice_since_6_11)
{
    version = "6.18";
    run(4, FIVE);
    ck_assert_uint_eq(rig_linux.counts.pswpout, 4);
    ck_assert_uint_eq(rig_linux.lists.pgscan[RECLAIM_ANON], 7 + 5 + 4);
    ck_assert_uint_eq(rig_linux.lists.pgsteal[RECLAIM_ANON], 4);
    ck_assert_uint_eq(rig_linux.lists.pgrotated, 4);
    ck_assert_uint_eq(rig.totals.elapsed, FIVE_TIME + MS);
}
END_TEST

/* 3 is unmapped, and being written. */
START_TEST(a_fault_on_a_page_that_is_being_written_is_minor)
{
    run(4, FIVE "L3");
    ck_assert_uint_eq(rig_linux.counts.pgfault, 6);
    ck_assert_uint_eq(rig_linux.counts.pgmajfault, 0);
    ck_assert_uint_eq(rig.counts.faults_reclaim, 1);
    ck_assert_uint_eq(rig_linux.slots, 4);
    ck_assert_uint_eq(rig.swap.reads, 0);
    ck_assert_uint_eq(rig.totals.elapsed, FIVE_TIME + FAULT + REFERENCE);
}
END_TEST

/* While it is being written it keeps its slot even if it is stored into. */
START_TEST(a_store_takes_the_slot_of_the_only_user_unless_it_is_being_written)
{
    run(4, FIVE "S3");
    ck_assert_uint_eq(rig_linux.slots, 4);
    rig_teardown();
    rig_linux_setup();
    run(4, FIVE TWO_MS "L3");
    ck_assert_uint_eq(rig_linux.slots, 4);
    rig_teardown();
    rig_linux_setup();
    run(4, FIVE TWO_MS "S3");
    ck_assert_uint_eq(rig_linux.slots, 3);
}
END_TEST

/* The flag that says that reclaim writes a page says of others that they were read ahead. */
START_TEST(a_page_found_while_reclaim_writes_it_counts_as_read_ahead_and_stays_where_it_is)
{
    run(4, FIVE "L3 " TWO_MS);
    ck_assert_uint_eq(rig_linux.counts.swap_ra_hit, 1);
    ck_assert_uint_eq(rig_linux.counts.swap_ra, 0);
    ck_assert_uint_eq(rig.counts.read_ahead_hits, 0);
    ck_assert_uint_eq(rig_linux.lists.pgrotated, 3);
}
END_TEST

/* In memory are 3, clean and with its slot, and 4 to 6.  For 7, 3 is at the tail: priority 2 keeps it, for it is young, 1 so 4 and 5, 0 so 6, frees 3, and has 4
 * and 5 written. */
START_TEST(a_clean_page_in_the_swap_cache_goes_without_a_transfer)
{
    run(4, FIVE "L3 S5 S6 " TWO_MS "S7");
    ck_assert_uint_eq(rig_linux.counts.pswpout, 6);
    ck_assert_uint_eq(rig_linux.lists.pgsteal[RECLAIM_ANON], 4);
    ck_assert_uint_eq(rig.swap.writes, 4);
    ck_assert_uint_eq(rig_linux.slots, 6);
    ck_assert_uint_eq(rig.totals.elapsed, FIVE_TIME + FAULT + REFERENCE + 2000 * REFERENCE +
                                              3 * (FAULT + ZERO + REFERENCE));
}
END_TEST

/* The same, but 3 is dirty again, and is not put to the tail, which does not matter here: it is
 * written once more, to the slot that it has, before it goes. */
START_TEST(a_page_stored_into_since_is_written_again_to_its_slot)
{
    run(4, FIVE "S3 S5 S6 " TWO_MS "S7");
    ck_assert_uint_eq(rig_linux.lists.pgrotated, 3 + 3);
    ck_assert_uint_eq(rig_linux.counts.pswpout, 4 + 4); /* 3, 4, 5, and then 6            */
    ck_assert_uint_eq(rig_linux.slots, 7);
    ck_assert_uint_eq(rig.totals.elapsed, FIVE_TIME + FAULT + REFERENCE + 2000 * REFERENCE +
                                              3 * (FAULT + ZERO + REFERENCE) + 3 * MS);
}
END_TEST

/* What has been read back keeps its slot, and goes again without a transfer. */
START_TEST(a_page_that_was_read_back_is_clean_until_it_is_stored_into)
{
    run(4, FIVE "L0");
    ck_assert_uint_eq(rig_linux.counts.pgmajfault, 1);
    ck_assert_uint_eq(rig_linux.counts.pswpin, 1);
    ck_assert_uint_eq(rig.swap.reads, 1);
    ck_assert_uint_eq(rig_linux.slots, 4);
    rig_teardown();
    rig_linux_setup();
    run(4, FIVE "S0");
    ck_assert_uint_eq(rig_linux.counts.pgmajfault, 1);
    ck_assert_uint_eq(rig_linux.slots, 3);
}
END_TEST

/* Of 7 slots 4 are taken by 0 to 3, so that less than half is free. */
START_TEST(a_page_read_back_gives_its_slot_up_if_swap_space_is_rather_full)
{
    rig.params.slots.nslots = 8;
    run(4, FIVE TWO_MS "L0");
    ck_assert_uint_eq(rig_linux.slots, 3);
    rig_teardown();
    rig_linux_setup();
    rig.params.slots.nslots = 9;
    run(4, FIVE TWO_MS "L0");
    ck_assert_uint_eq(rig_linux.slots, 4);
}
END_TEST

/* --- queues ------------------------------------------------------------------------------- */

/* Priority 0 is to look at four pages: it keeps 3, and stops when it has had 0 written.  A
 * millisecond later that is at the tail: the other two looks are at it, and it goes, and at 1,
 * which is written: the queue is full once more, and then the reclaim is done. */
START_TEST(reclaim_waits_for_a_request_when_the_queue_is_full_and_goes_on_where_it_was)
{
    rig_linux_kernel("nr_requests", "1");
    run(4, FIVE);
    ck_assert_uint_eq(rig_linux.counts.pswpout, 2);
    ck_assert_uint_eq(rig_linux.lists.pgsteal[RECLAIM_ANON], 1);
    ck_assert_uint_eq(rig_linux.lists.pgscan[RECLAIM_ANON], 3 + 4);
    ck_assert_uint_eq(rig.totals.elapsed, FIVE_TIME - MS);
}
END_TEST

/* 0, 1 and 2 lie behind one another in slots 1 to 3, and are one request. */
START_TEST(pages_written_to_neighbouring_slots_are_one_request)
{
    larger_requests = true;
    run(4, FIVE);
    ck_assert_uint_eq(rig_linux.counts.pswpout, 4);
    ck_assert_uint_eq(rig_linux.lists.pgsteal[RECLAIM_ANON], 3);
    ck_assert_uint_eq(rig.swap.writes, 1);
    ck_assert_uint_eq(rig.totals.elapsed, FIVE_TIME - 2 * MS);
}
END_TEST

/* 8 KiB are two pages: 0 and 1, and 2 behind them. */
START_TEST(a_request_is_no_larger_than_the_queue_of_the_disk_allows)
{
    larger_requests = true;
    rig_linux_kernel("max_sectors_kb", "8");
    run(4, FIVE);
    ck_assert_uint_eq(rig.swap.writes, 2);
    ck_assert_uint_eq(rig.totals.elapsed, FIVE_TIME - MS);
}
END_TEST

/* A queue of one request has room for all three, which are one. */
START_TEST(what_is_one_request_takes_one_place_of_the_queue)
{
    larger_requests = true;
    rig_linux_kernel("nr_requests", "1");
    rig_linux_kernel("max_sectors_kb", "8");
    run(4, FIVE);
    ck_assert_uint_eq(rig_linux.counts.pswpout, 2);
}
END_TEST

/* With two requests 0 and 1 are written at first.  One is handed on at a time (2 / 8, at least
 * 1): when 0 has been written, the last of the four looks finds it clean. */
START_TEST(a_request_that_has_ended_is_handed_on)
{
    rig_linux_kernel("nr_requests", "2");
    run(4, FIVE);
    ck_assert_uint_eq(rig_linux.counts.pswpout, 2);
    ck_assert_uint_eq(rig_linux.lists.pgsteal[RECLAIM_ANON], 1);
    ck_assert_uint_eq(rig.totals.elapsed, FIVE_TIME - 2 * MS);
}
END_TEST

/* --- time --------------------------------------------------------------------------------- */

/* The seven looks of the first walk take 3.5 ms, so that 0, 1 and 2 have been written when the
 * second begins, which is as the one after the wait in 6.5. */
START_TEST(pages_are_written_while_reclaim_goes_on)
{
    version = "6.18";
    rig_linux_kernel("cost_scan", "500");
    run(4, FIVE);
    ck_assert_uint_eq(rig_linux.counts.pswpout, 4);
    ck_assert_uint_eq(rig_linux.lists.pgscan[RECLAIM_ANON], 7 + 4);
    ck_assert_uint_eq(rig_linux.lists.pgsteal[RECLAIM_ANON], 3);
    ck_assert_uint_eq(rig.totals.elapsed, FIVE_TIME - 3 * MS + 11 * 500 * REFERENCE);
}
END_TEST

/* The first walk's seven looks take 0.77 ms.  In the second one priority 2 has 3 written; 1 looks
 * at 0 and 1, which are being written still, begins nothing, and takes 0.22 ms all the same:
 * then 0 has been written and is at the tail, and priority 0 lets it go and meets 2 and 3. */
START_TEST(reclaim_takes_time_as_long_as_anything_is_being_written)
{
    version = "6.18";
    rig_linux_kernel("cost_scan", "110");
    run(4, FIVE);
    ck_assert_uint_eq(rig_linux.counts.pswpout, 4);
    ck_assert_uint_eq(rig_linux.lists.pgscan[RECLAIM_ANON], 7 + 1 + 2 + 3);
    ck_assert_uint_eq(rig_linux.lists.pgsteal[RECLAIM_ANON], 1);
    ck_assert_uint_eq(rig.totals.elapsed, FIVE_TIME - 3 * MS + 13 * 110 * REFERENCE);
}
END_TEST

/* 65 pages with room for 64.  Priorities 6 to 1 look at 1, 2, 4 ... 32, which are young, and
 * 0 at 64 in two batches: in the first are the last one, which is young, and 31 that are
 * written; these 32 looks take 32 ms.  Then the 31 are at the tail and go, and one more is
 * written. */
START_TEST(a_reclaim_spends_its_time_after_each_batch)
{
    char text[65 * 4 + 1] = "";
    rig_linux_kernel("max_sectors_kb", "4");
    rig_linux_kernel("version", version);
    rig_linux_kernel("swappiness", "200");
    rig_linux_kernel("cost_scan", "1000");
    rig_limit(64);
    rig_frames(128);
    rig_region(0, 0, 128, 0);
    for (size_t i = 0, n = 0; i < 65; i++)
        n += (size_t)snprintf(text + n, sizeof text - n, "S%zu ", i);
    rig_program(0, text);
    rig_linux_run();
    ck_assert_uint_eq(rig_linux.counts.pswpout, 31 + 1);
    ck_assert_uint_eq(rig_linux.lists.pgscan[RECLAIM_ANON], 63 + 64);
    ck_assert_uint_eq(rig_linux.lists.pgsteal[RECLAIM_ANON], 31);
    ck_assert_uint_eq(rig.totals.elapsed, SWITCH + 65 * (FAULT + ZERO + REFERENCE) +
                                              (63 + 64) * 1000 * REFERENCE);
}
END_TEST

/* --- policies without lists --------------------------------------------------------------- */

/* All four pages are victims, since 32 are wanted, and the first that has been written makes
 * room. */
START_TEST(victims_are_written_and_the_first_one_that_is_makes_room)
{
    rig_policy("lru");
    run(4, FIVE);
    ck_assert_uint_eq(rig_linux.counts.pswpout, 4);
    ck_assert_uint_eq(rig.counts.page_outs_dirty, 4);
    ck_assert_uint_eq(rig.totals.elapsed, FIVE_TIME - 2 * MS);
}
END_TEST

/* --- areas -------------------------------------------------------------------------------- */

/* Two areas of three slots and a header each; 6.1 takes slots one by one where so few are
 * free. */
static void run_with_two_areas(const char *priority)
{
    struct device_params more = {device_find("fixed"), rig.device.bytes};
    rig.params.nmore_swap = 1;
    rig.params.more_swap = &more;
    rig.params.slots.nslots = 4;
    rig_linux_kernel("version", "6.1");
    rig_linux_kernel("swap_priority", priority);
    run(4, FIVE TWO_MS);
    ck_assert_uint_eq(rig_linux.slots, 4);
}

START_TEST(an_area_is_used_when_those_before_it_are_full)
{
    run_with_two_areas("falling");
    ck_assert_uint_eq(rig_linux.writes[0], 3);
    ck_assert_uint_eq(rig_linux.writes[1], 1);
}
END_TEST

/* 0 and 2 are written beside 1 and 3. */
START_TEST(areas_of_one_priority_are_used_in_turn)
{
    run_with_two_areas("equal");
    ck_assert_uint_eq(rig_linux.writes[0], 2);
    ck_assert_uint_eq(rig_linux.writes[1], 2);
    ck_assert_uint_eq(rig.totals.elapsed, FIVE_TIME - MS + 2000 * REFERENCE);
}
END_TEST

START_TEST(an_area_of_one_page_is_refused)
{
    struct error err = {0};
    rig.params.slots.nslots = 1;
    rig_limit(4);
    rig_region(0, 0, 64, 0);
    rig_program(0, FIVE);
    ck_assert_int_eq(rig_linux_try(&err), ERR_CELL);
    ck_assert_ptr_nonnull(strstr(err.text, "header"));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("os/linux_writeback");
    TCase *all = tcase_create("all");
    tcase_add_checked_fixture(all, setup, rig_teardown);
    tcase_add_test(all,
                   dirty_pages_are_written_and_free_when_the_next_scan_finds_them_clean);
    tcase_add_test(all, a_reclaim_in_vain_goes_through_the_priorities_twice_since_6_11);
    tcase_add_test(all, a_fault_on_a_page_that_is_being_written_is_minor);
    tcase_add_test(all, a_store_takes_the_slot_of_the_only_user_unless_it_is_being_written);
    tcase_add_test(
        all,
        a_page_found_while_reclaim_writes_it_counts_as_read_ahead_and_stays_where_it_is);
    tcase_add_test(all, a_clean_page_in_the_swap_cache_goes_without_a_transfer);
    tcase_add_test(all, a_page_stored_into_since_is_written_again_to_its_slot);
    tcase_add_test(all, a_page_that_was_read_back_is_clean_until_it_is_stored_into);
    tcase_add_test(all, a_page_read_back_gives_its_slot_up_if_swap_space_is_rather_full);
    tcase_add_test(
        all, reclaim_waits_for_a_request_when_the_queue_is_full_and_goes_on_where_it_was);
    tcase_add_test(all, pages_written_to_neighbouring_slots_are_one_request);
    tcase_add_test(all, a_request_is_no_larger_than_the_queue_of_the_disk_allows);
    tcase_add_test(all, what_is_one_request_takes_one_place_of_the_queue);
    tcase_add_test(all, a_request_that_has_ended_is_handed_on);
    tcase_add_test(all, pages_are_written_while_reclaim_goes_on);
    tcase_add_test(all, reclaim_takes_time_as_long_as_anything_is_being_written);
    tcase_add_test(all, a_reclaim_spends_its_time_after_each_batch);
    tcase_add_test(all, victims_are_written_and_the_first_one_that_is_makes_room);
    tcase_add_test(all, an_area_is_used_when_those_before_it_are_full);
    tcase_add_test(all, areas_of_one_priority_are_used_in_turn);
    tcase_add_test(all, an_area_of_one_page_is_refused);
    suite_add_tcase(suite, all);
    return run_suite(suite);
}
