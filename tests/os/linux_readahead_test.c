/* linux_readahead_test.c -- what is read from swap and from files with a page that is missing,
 * on devices that take a millisecond for each request; worked out by hand. */
#include "os/linux_io_rig.h"

#include "faultline/lru_rules.h"

#define TWO_MS(page) "L" #page "x2000 "

/* --- swap --------------------------------------------------------------------------------- */

enum { PAGES = 800, LIMIT = 900, OTHERS = 2400 };

/* A process stores into PAGES pages, in their order; its child, which begins in a file that is
 * not shared, pushes them all out, and ends; then it goes on in an almost empty group. */
static void run_swapped_out(const char *text)
{
    char *program = malloc(64 + 6 * PAGES + strlen(text));
    char *others = malloc(64 + 6 * OTHERS);
    ck_assert(program && others);
    *program = *others = '\0';
    rig_stores(program, 0, PAGES);
    strcat(program, " @fork 1; @wait; ");
    strcat(program, text);
    rig_stores(others, 1000, OTHERS);
    rig_limit(LIMIT);
    rig_frames(2 * LIMIT);
    rig_region(0, 0, PAGES, 0);
    rig_region(0, 1000, OTHERS, 0);
    rig_program(0, program);
    rig_program(0, others);
    rig_device("latency", "1 us");
    rig_linux.every = 0;
    rig_linux_run();
    free(program);
    free(others);
}

/* 100 reads 97 to 104, 105 goes on to 112, and 300 and those behind it read less and less, for
 * there are no hits: the sheet of rules' example. */
START_TEST(the_window_about_a_page_grows_with_hits_and_shrinks_without)
{
    run_swapped_out("L100 L101 L102 L103 L104 L105 L300 L500 L700");
    ck_assert_uint_eq(rig_linux.counts.pgmajfault, 5);
    ck_assert_uint_eq(rig_linux.counts.swap_ra, 7 + 7 + 3 + 1);
    ck_assert_uint_eq(rig_linux.counts.swap_ra_hit, 4);
    ck_assert_uint_eq(rig_linux.counts.pswpin, 8 + 8 + 4 + 2 + 1);
    ck_assert_uint_eq(rig.counts.pages_read_ahead, 18);
    ck_assert_uint_eq(rig.counts.read_ahead_hits, 4);
}
END_TEST

/* On a disk that says that it rotates neighbours are those on the device: slots were given out
 * in the order of the first stores, from 1 on, so that page 100 lies in slot 101, and its block
 * of eight has pages 95 to 102; by address it would be 97 to 104. */
START_TEST(a_disk_that_rotates_has_the_slots_round_a_page_read)
{
    static const struct {
        const char *name, *value;
        unsigned major;
    } rows[] = {{"swap_rotates", "yes", 1},
                {"swap_rotates", "device", 2},
                {"swap_rotates", "no", 2},
                {"vma_ra_enabled", "no", 1}};
    rig_linux_kernel(rows[_i].name, rows[_i].value);
    run_swapped_out("L100 L96");
    ck_assert_uint_eq(rig_linux.counts.pgmajfault, rows[_i].major);
    ck_assert_uint_eq(rig_linux.counts.swap_ra_hit, 2 - rows[_i].major);
}
END_TEST

START_TEST(without_a_cluster_a_page_is_read_alone)
{
    rig_linux_kernel("page_cluster", "0");
    run_swapped_out("L100 L101 L102");
    ck_assert_uint_eq(rig_linux.counts.pgmajfault, 3);
    ck_assert_uint_eq(rig_linux.counts.swap_ra, 0);
    ck_assert_uint_eq(rig_linux.counts.pswpin, 3);
}
END_TEST

/* --- files -------------------------------------------------------------------------------- */

static void run_file(uint64_t pages, uint8_t advice, const char *text)
{
    char program[512];
    rig_linux.every = 0;
    rig_frames(256);
    rig_file(0, 0, pages, 0, 0);
    snprintf(program, sizeof program, "%s%s",
             advice == VM_RANDOM       ? "@advise 0x0 524288 random; "
             : advice == VM_SEQUENTIAL ? "@advise 0x0 524288 sequential; "
                                       : "",
             text);
    rig_program(0, program);
    rig_linux_run();
}

/* 40 reads 24 to 55, and when it has come those of 32 to 47 are mapped with it; 30 is mapped when
 * it is used, with what is in memory of 16 to 31.  56 reads 56 to 71, since 40 to 55 are there; 23
 * so 7 to 22; 100 reads 84 to 115. */
START_TEST(a_missing_page_is_read_with_those_round_it)
{
    run_file(128, VM_NORMAL, "L40 L41 L30 L56 L24 L23 L100");
    ck_assert_uint_eq(rig_linux.counts.pgmajfault, 4);
    ck_assert_uint_eq(rig_linux.counts.pgfault, 5);
    ck_assert_uint_eq(rig.counts.pages_read_ahead, 31 + 15 + 16 + 31);
    ck_assert_uint_eq(rig.swap.reads, 4);
    ck_assert_uint_eq(rig.totals.elapsed, SWITCH + 5 * FAULT + 7 * REFERENCE + 4 * LATENCY);
}
END_TEST

/* 0 reads to 31 and marks 24.  It maps to 15, 16 to 31 but 24; 24 is in memory, and has 32 to
 * 63 read in folios of four, of which it marks the first; that is there 2 ms later, and has 64 to
 * 95 read.  No other page of a marked folio is mapped with one: 33 is, and 34 and 35 with it. */
START_TEST(a_marked_page_has_the_next_ones_read_while_the_program_goes_on)
{
    run_file(128, VM_NORMAL, "L0 L1 L16 L23 " TWO_MS(24) TWO_MS(32) "L33 L48");
    ck_assert_uint_eq(rig_linux.counts.pgmajfault, 1);
    ck_assert_uint_eq(rig_linux.counts.pgfault, 6);
    ck_assert_uint_eq(rig.counts.pages_read_ahead, 31 + 32 + 32);
    ck_assert_uint_eq(rig.swap.reads, 3);
    ck_assert_uint_eq(rig.totals.elapsed, SWITCH + 6 * FAULT + 4006 * REFERENCE + LATENCY);
}
END_TEST

/* Used too early, 32, whose read began with the fault on 24, is waited for: that fault read
 * nothing itself, but is major for the process. */
START_TEST(a_page_on_its_way_is_waited_for)
{
    run_file(128, VM_NORMAL, "L0 L24 L32");
    ck_assert_uint_eq(rig_linux.counts.pgmajfault, 1);
    ck_assert_uint_eq(rig.counts.faults_major, 2);
    ck_assert_uint_eq(rig.counts.faults_in_transfer, 1);
    ck_assert_uint_eq(rig.totals.elapsed, SWITCH + 2 * (FAULT + LATENCY + REFERENCE));
}
END_TEST

START_TEST(advised_random_nothing_is_read_ahead)
{
    run_file(128, VM_RANDOM, "L40 L41");
    ck_assert_uint_eq(rig_linux.counts.pgmajfault, 2);
    ck_assert_uint_eq(rig.counts.pages_read_ahead, 0);
}
END_TEST

/* As if a whole window had been asked for, from the page on; of that of 39 only 39 is
 * missing. */
START_TEST(advised_sequential_what_follows_is_read)
{
    run_file(128, VM_SEQUENTIAL, "L40 L71 L39");
    ck_assert_uint_eq(rig_linux.counts.pgmajfault, 2);
    ck_assert_uint_eq(rig.counts.pages_read_ahead, 31);
}
END_TEST

/* 38 to 41 are read, then for the mark at 41 what is to the next multiple of four, 42 and 43, as
 * one folio with the mark.  43, on its way, is not where that is, and so what is missing from
 * there on is read: 44 to 47.  37 reads 35 to 37. */
START_TEST(the_parameter_bounds_the_window)
{
    rig_linux_kernel("read_ahead_kb", "16");
    run_file(128, VM_NORMAL, "L40 L41 L43 L37 L44");
    ck_assert_uint_eq(rig_linux.counts.pgmajfault, 2);
    ck_assert_uint_eq(rig.counts.pages_read_ahead, 3 + 2 + 4 + 2);
}
END_TEST

static void run_round(const char *folios)
{
    enum { FILE_PAGES = 512, FRAMES = 300 };
    char program[6 * 2 * FILE_PAGES + 64] = "";
    for (unsigned i = 0; i < 2 * FILE_PAGES; i++)
        sprintf(program + strlen(program), "L%u ", i % FILE_PAGES);
    rig_linux_kernel("file_large_folios", folios);
    rig_limit(FRAMES);
    rig_frames(2 * FILE_PAGES);
    rig_linux.every = 0;
    rig_file(0, 0, FILE_PAGES, 0, 0);
    rig_program(0, program);
    rig_linux_run();
}

/* The file is larger than the group, and read in order twice: each time its first page is
 * missing, and nothing that was read ahead goes before it is used. */
START_TEST(a_file_read_in_order_misses_its_first_page_alone)
{
    run_round("yes");
    ck_assert_uint_eq(rig_linux.counts.pgmajfault, 2);
    ck_assert_uint_eq(rig.counts.page_ins, 2 * 512);
}
END_TEST

/* --- in order, and for the fault ------------------------------------------------------------ */

/* Pages of their file on the inactive list when 40 was mapped, the oldest first. */
static uint64_t oldest_first[64];
static unsigned npages;
static bool was_awaited;

static void note_order(struct linux_kernel *kernel)
{
    const struct pager *pager = kernel->pager;
    const struct lru_lists *lists = &((const struct lru *)linux_lists_state(kernel))->lists;
    if (npages > 0 || pager->mapped == 0)
        return;
    pfn_t pfn = frame_ring_oldest(&lists->ring[LRU_INACTIVE_FILE]);
    for (; npages < lists->n[LRU_INACTIVE_FILE];
         pfn = lists->ring[LRU_INACTIVE_FILE].links[pfn].newer)
        oldest_first[npages++] = pager->contents.all[pager->frames[pfn].content].file_page;
}

/* 24 to 55 are read; 40 is not put behind the others because it is the one that is wanted. */
START_TEST(pages_come_to_the_lists_in_the_order_in_which_they_are_read)
{
    npages = 0;
    rig_linux.watch = note_order;
    run_file(128, VM_NORMAL, "L40");
    ck_assert_uint_eq(npages, 32);
    for (unsigned i = 0; i < npages; i++)
        ck_assert_uint_eq(oldest_first[i], 24 + i);
}
END_TEST

/* What has been read, and the fault that waited for it has not mapped yet. */
static void try_awaited(struct linux_kernel *kernel)
{
    struct pager *pager = kernel->pager;
    for (pfn_t pfn = 0; pfn < pager->nused; pfn++) {
        struct linux_reclaim reclaim;
        if (!pager->frames[pfn].waiters || pager->frames[pfn].state != FRAME_ACTIVE)
            continue;
        was_awaited = true;
        ck_assert(page_locked(&pager_instance(pager, 0)->env, pfn));
        linux_reclaim_begin(&reclaim, kernel, false, false);
        ck_assert_int_eq(reclaim.r.page(&reclaim.r, pfn), PAGE_KEEP);
        ck_assert_uint_eq(pager->frames[pfn].state, FRAME_ACTIVE);
    }
}

START_TEST(what_a_fault_has_waited_for_is_not_reclaimed_before_it_is_mapped)
{
    was_awaited = false;
    rig_linux.watch = try_awaited;
    run_file(128, VM_NORMAL, "L40 L41");
    ck_assert(was_awaited);
    ck_assert_uint_eq(rig.counts.page_outs, 0);
    ck_assert_uint_eq(rig_linux.counts.pgmajfault, 1);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("os/linux_readahead");
    TCase *all = tcase_create("all");
    tcase_add_checked_fixture(all, rig_linux_setup, rig_teardown);
    tcase_add_test(all, the_window_about_a_page_grows_with_hits_and_shrinks_without);
    tcase_add_loop_test(all, a_disk_that_rotates_has_the_slots_round_a_page_read, 0, 4);
    tcase_add_test(all, without_a_cluster_a_page_is_read_alone);
    tcase_add_test(all, a_missing_page_is_read_with_those_round_it);
    tcase_add_test(all, a_marked_page_has_the_next_ones_read_while_the_program_goes_on);
    tcase_add_test(all, a_page_on_its_way_is_waited_for);
    tcase_add_test(all, advised_random_nothing_is_read_ahead);
    tcase_add_test(all, advised_sequential_what_follows_is_read);
    tcase_add_test(all, the_parameter_bounds_the_window);
    tcase_add_test(all, pages_come_to_the_lists_in_the_order_in_which_they_are_read);
    tcase_add_test(all, what_a_fault_has_waited_for_is_not_reclaimed_before_it_is_mapped);
    tcase_add_test(all, a_file_read_in_order_misses_its_first_page_alone);
    suite_add_tcase(suite, all);
    return run_suite(suite);
}
