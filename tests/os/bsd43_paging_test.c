/* bsd43_paging_test.c -- faults, the pagedaemon and shared text of 4.3BSD on programs of
 * a few references: every counter, and the time, worked out by hand.
 *
 * With 16 frames memory has L = 128 hw pages: lotsfree 32, desfree 16, minfree 8,
 * fastscan L/5 = 25 and slowscan 12 clusters a second; a page-in sleeps with less than
 * 32 hw pages, 4 frames, free.  A turn of the hands has 17 steps, and they are 16 apart. */
#include "os/bsd43_rig.h"

#define TICK (250 * MS)

/* --- fill on demand ------------------------------------------------------------------ */

START_TEST(zero_fill_takes_no_transfer_and_eight_hw_pages_each)
{
    rig_frames(16);
    rig_region(0, 0, 8, 0);
    rig_program(0, "S0 L1 S2 L0");
    rig43_run();
    ck_assert_uint_eq(counted(BSD43_NZFOD), 64); /* entries made for the region */
    ck_assert_uint_eq(counted(BSD43_FAULTS), 3);
    ck_assert_uint_eq(counted(BSD43_ZFOD), 24);
    ck_assert_uint_eq(counted(BSD43_PGREC), 0);
    ck_assert_uint_eq(rig.counts.faults_zero_fill, 3);
    ck_assert_uint_eq(rig.swap.reads + rig.swap.writes, 0);
    ck_assert_uint_eq(rig.totals.elapsed, SWITCH + 3 * (FAULT + ZERO) + 4 * REFERENCE);
}
END_TEST

/* A block of the file system is 8 KiB: pages 0 and 1, then 2.  The neighbour is in the
 * resident set, and not valid. */
START_TEST(a_fill_from_a_file_brings_the_rest_of_its_block)
{
    rig_frames(16);
    rig_file(0, 0, 3, 0, 0);
    rig_program(0, "L0 L1 S2");
    rig43_run();
    ck_assert_uint_eq(counted(BSD43_NEXFOD), 24);
    ck_assert_uint_eq(counted(BSD43_FAULTS), 3);
    ck_assert_uint_eq(counted(BSD43_PGIN), 2);
    ck_assert_uint_eq(counted(BSD43_PGPGIN), 24);
    ck_assert_uint_eq(counted(BSD43_EXFOD), 16); /* the faulting clusters alone */
    ck_assert_uint_eq(counted(BSD43_PGREC), 1);
    ck_assert_uint_eq(counted(BSD43_FASTPGREC), 1);
    ck_assert_uint_eq(counted(BSD43_PGFREC), 0);
    ck_assert_uint_eq(rig.counts.faults_major, 2);
    ck_assert_uint_eq(rig.totals.elapsed, SWITCH + 3 * (FAULT + REFERENCE) + 2 * LATENCY);
}
END_TEST

/* What a holds nobody wants when it has ended: its frames are at the head of the free list, and
 * b takes them and not others that were never used. */
START_TEST(frames_of_a_process_that_has_ended_are_used_first)
{
    rig_frames(16);
    rig_region(0, 0, 8, 0);
    rig_program(0, "S0 S1 S2");
    rig_region(1, 0, 8, 0);
    rig_program(1, "S0 S1 S2 S3");
    rig.processes[1].start = 1000 * MS;
    rig43_run();
    ck_assert_uint_eq(rig43.nused, 4);
    ck_assert_int_eq(rig43.freemem, 128);
}
END_TEST

/* The same when a segment shrinks: pages 1 and 2 are detached. */
START_TEST(frames_of_what_is_unmapped_are_used_first)
{
    rig_frames(16);
    rig_region(0, 0, 8, 0);
    rig_program(0, "S0 S1 S2 @unmap 0x1000 8192; S5 S6 S7");
    rig43_run();
    ck_assert_uint_eq(rig43.nused, 4);
}
END_TEST

/* A u-area has 10 hw pages, 2 frames of 8; a page table of 138 entries (128 of data, 10 of the
 * u-area) 2 hw pages, a whole number of clusters: 1 frame more. */
START_TEST(u_area_and_page_table_of_a_process_take_memory)
{
    rig_frames(16);
    rig43_kernel("u_areas", "yes");
    rig_region(0, 0, 16, 0);
    rig_program(0, "S0");
    rig43_run();
    ck_assert_uint_eq(rig43.nused, 4);
    ck_assert_int_eq(rig43.freemem, 128);
}
END_TEST

/* --- fork ------------------------------------------------------------------------------- */

/* Three of the parent's pages hold something: they are copied when it forks, one by one, and
 * neither has a fault for what it stores into then.  The fourth is filled for each. */
START_TEST(fork_copies_at_once_what_has_been_filled)
{
    rig_frames(16);
    rig_region(0, 0, 4, 0);
    rig_program(0, "S0 S1 S2 @fork 1; S0 S3");
    rig_program(0, "S0 S1 S2 S3");
    rig43_run();
    ck_assert_uint_eq(counted(BSD43_FAULTS), 5);
    ck_assert_uint_eq(counted(BSD43_ZFOD), 40);
    ck_assert_uint_eq(counted(BSD43_NZFOD), 32); /* the child's entries are copies */
    ck_assert_uint_eq(rig.totals.fault, 5 * (FAULT + ZERO) + FAULT + 3 * COPY);
}
END_TEST

/* The child runs in the parent's pages, and fills one for it. */
START_TEST(vfork_copies_nothing)
{
    rig_frames(16);
    rig_region(0, 0, 4, 0);
    rig_program(0, "S0 S1 S2 @vfork 1; S0 S3");
    rig_program(0, "S0 S1 S2 S3");
    rig43_run();
    ck_assert_uint_eq(counted(BSD43_FAULTS), 4);
    ck_assert_uint_eq(counted(BSD43_ZFOD), 32);
    ck_assert_uint_eq(rig.totals.fault, 4 * (FAULT + ZERO) + FAULT);
}
END_TEST

/* --- swap space ------------------------------------------------------------------------- */

/* 80 blocks of 512 bytes, 10 pages: half of the first chunk, but for a cluster, is for the
 * arguments of exec; the first chunk of a map has 32 blocks, and the second, of 64, is not
 * to be had.  The process ends before it has begun. */
START_TEST(a_segment_that_finds_no_swap_space_ends_its_process)
{
    rig_frames(16);
    rig.params.slots.nslots = 10;
    rig_region(0, 0, 4, 0);
    rig_program(0, "S0 S1");
    rig43_run();
    ck_assert_uint_eq(counted(BSD43_FAULTS), 2);
    rig.params.nprocesses = 0;
    rig.processes[0] = (struct process_params){0};
    rig_region(0, 0, 5, 0);
    rig_program(0, "S0 S1");
    rig43_run();
    ck_assert_uint_eq(counted(BSD43_FAULTS), 0);
}
END_TEST

/* --- the pagedaemon ------------------------------------------------------------------ */

static void store(char *text, unsigned n)
{
    text[0] = '\0';
    rig_stores(text, 0, n);
}

/* 13 pages leave 24 hw pages free, less than lotsfree.  At the first tick 3 pairs are
 * looked at, (12 * 24 + 25 * 8) / 32 / 4; the front hand passes frame 15, nothing, and
 * frame 0, whose page is used again and costs one fault.  The next tick comes in time to
 * clear pages that are not used again. */
START_TEST(a_page_that_the_front_hand_made_invalid_is_reclaimed_at_its_next_use)
{
    char text[512];
    rig_frames(16);
    rig_region(0, 0, 16, 0);
    rig.params.pager.cost_reference = MS;
    store(text, 13);
    strcat(text, " L0x500");
    rig_program(0, text);
    rig43_run();
    ck_assert_uint_eq(counted(BSD43_SCAN), 6);
    ck_assert_uint_eq(counted(BSD43_REV), 1);
    ck_assert_uint_eq(counted(BSD43_FAULTS), 14);
    ck_assert_uint_eq(counted(BSD43_PGREC), 1);
    ck_assert_uint_eq(counted(BSD43_FASTPGREC), 1);
    ck_assert_uint_eq(rig.counts.faults_referenced, 1);
    ck_assert_uint_eq(counted(BSD43_DFREE), 0);
    ck_assert_uint_eq(rig.totals.elapsed, SWITCH + 13 * (FAULT + ZERO) + FAULT + 513 * MS);
}
END_TEST

/* The 14th page finds 24 hw pages free and sleeps.  3 pairs a tick: the front hand
 * clears frame i at pair i + 3, the back hand is at frame 0 for the second time at pair
 * 19, in the 7th tick.  It is dirty, and is pushed with the other 3 of its window.  They
 * stay locked until the daemon is woken again: in the 8th tick, at pair 23, frame 4 is
 * to be pushed with its window, and before a swap header is looked for frame 0 is freed,
 * to the list's tail. That makes lotsfree, and the hands stop.  The fault goes on, with
 * frame 13. */
START_TEST(a_fault_sleeps_till_the_back_hand_has_come_round_and_what_it_pushed_is_clean)
{
    char text[512];
    rig_frames(16);
    rig_region(0, 0, 16, 0);
    store(text, 14);
    rig_program(0, text);
    rig43_run();
    ck_assert_uint_eq(rig.totals.elapsed, 8 * TICK + ZERO + REFERENCE);
    ck_assert_uint_eq(counted(BSD43_SCAN), 23);
    ck_assert_uint_eq(counted(BSD43_REV), 2);
    ck_assert_uint_eq(counted(BSD43_FAULTS), 14);
    ck_assert_uint_eq(counted(BSD43_PGOUT), 1); /* the second is under way */
    ck_assert_uint_eq(counted(BSD43_PGPGOUT), 32);
    ck_assert_uint_eq(counted(BSD43_DFREE), 8);
    ck_assert_uint_eq(counted(BSD43_PGIN), 0);
    ck_assert_uint_eq(counted(BSD43_INTRANS), 0);
    ck_assert_uint_eq(rig.counts.write_backs, 8);
    ck_assert_uint_eq(rig.counts.page_outs, 0); /* page 0 can be reclaimed yet */
}
END_TEST

/* The same, and then page 0, which is taken off the tail of the free list; its entry knows
 * its frame still.  Nothing sleeps for that. */
START_TEST(a_page_on_the_free_list_is_reclaimed_though_memory_is_short)
{
    char text[512];
    rig_frames(16);
    rig_region(0, 0, 16, 0);
    store(text, 14);
    strcat(text, " L0");
    rig_program(0, text);
    rig43_run();
    ck_assert_uint_eq(counted(BSD43_PGFREC), 1);
    ck_assert_uint_eq(counted(BSD43_PGREC), 1);
    ck_assert_uint_eq(counted(BSD43_FASTPGREC), 0);
    ck_assert_uint_eq(counted(BSD43_PGIN), 0);
    ck_assert_uint_eq(rig.totals.elapsed, 8 * TICK + ZERO + FAULT + 2 * REFERENCE);
}
END_TEST

/* Over its limit a process loses at once what the front hand passes: frame 0, in the first
 * tick, is pushed with frames 1 to 3; its page is used again before the write is done.  The
 * process ends before the daemon has unlocked the four, and as cleanup() does they then
 * count as freed by it. */
START_TEST(a_page_that_is_used_while_it_is_pushed_stays)
{
    char text[512];
    rig_frames(16);
    rig_region(0, 0, 16, 0);
    rig43_kernel("maxrss", "64");
    rig.params.pager.cost_reference = 100 * US;
    store(text, 13);
    strcat(text, " L0x3000");
    rig_program(0, text);
    rig43_run();
    ck_assert_uint_eq(counted(BSD43_PGOUT), 1);
    ck_assert_uint_eq(counted(BSD43_PGPGOUT), 32);
    ck_assert_uint_eq(counted(BSD43_FASTPGREC), 1);
    ck_assert_uint_eq(counted(BSD43_PGFREC), 0);
    ck_assert_uint_eq(counted(BSD43_DFREE), 32);
    ck_assert_uint_eq(rig.counts.write_backs, 4);
    ck_assert_uint_eq(rig.totals.elapsed,
                      SWITCH + 13 * (FAULT + ZERO) + FAULT + 3013 * 100 * US);
}
END_TEST

/* --- shared text --------------------------------------------------------------------- */

static void text_of(size_t i, const char *program, psec_t start)
{
    rig_file(i, 0, 2, 0, 0)->protection = VM_READ | VM_EXECUTE;
    rig_program(i, program);
    rig.processes[i].start = start;
}

/* b finds page 0 in transit and sleeps until a has made it valid, for both; so it does page
 * 1, which came along. */
START_TEST(a_text_page_is_valid_for_all_who_share_it)
{
    rig_frames(16);
    text_of(0, "I0 I1", 0);
    text_of(1, "I0 I1", 0);
    rig43_run();
    ck_assert_uint_eq(counted(BSD43_FAULTS), 3);
    ck_assert_uint_eq(counted(BSD43_PGIN), 1);
    ck_assert_uint_eq(counted(BSD43_INTRANS), 1);
    ck_assert_uint_eq(counted(BSD43_PGREC), 1);
    ck_assert_uint_eq(counted(BSD43_FASTPGREC), 1);
    ck_assert_uint_eq(counted(BSD43_NEXFOD), 16); /* once for the text */
}
END_TEST

/* What was filled from the file was written to swap when a, the last who had it, ended.
 * For b its home is there, and its frame cannot be found under the file's block; it
 * comes from swap, and c finds it under that. */
START_TEST(text_is_read_from_swap_once_and_found_in_memory_after)
{
    rig_frames(16);
    text_of(0, "I0 I1", 0);
    text_of(1, "I0", 1000 * MS);
    text_of(2, "I0 I1", 2000 * MS);
    rig43_run();
    ck_assert_uint_eq(counted(BSD43_FAULTS), 5);
    ck_assert_uint_eq(counted(BSD43_PGIN), 3); /* page 1 is nowhere under its swap block */
    ck_assert_uint_eq(counted(BSD43_PGPGIN), 32);
    ck_assert_uint_eq(counted(BSD43_XSFREC), 1);
    ck_assert_uint_eq(counted(BSD43_XIFREC), 0);
    ck_assert_uint_eq(counted(BSD43_PGREC), 2);
    ck_assert_uint_eq(counted(BSD43_PSWPOUT), 16);
    ck_assert_uint_eq(rig.swap.writes, 1);
}
END_TEST

/* --- beside the textbook kernel ------------------------------------------------------ */

/* Without pagedaemon, and with memory for all, the two fault at the same references. */
START_TEST(with_ample_memory_it_faults_as_the_textbook_kernel_does)
{
    const struct random_program wild = {
        .seed = (uint64_t)_i + 1, .references = 4000, .pages = 60};
    random_program("wild.trace", &wild);
    uint64_t faults[2];
    for (int textbook = 0; textbook < 2; textbook++) {
        rig.params.nprocesses = 0;
        rig.processes[0] = (struct process_params){0};
        rig_frames(1000);
        rig_region(0, 0, 50, 0);
        rig_region(0, 50, 50, 0);
        rig_program(0, "L0");
        rig.parts[0].streams[0].context = "wild.trace";
        if (textbook) {
            rig.params.pager.kernel = kernel_find("textbook");
            param_defaults(kernel_find("textbook")->params, rig.kernel.bytes);
            rig_run();
        } else {
            rig43_kernel("pagedaemon", "no");
            rig43_run();
        }
        faults[textbook] = rig.counts.faults;
    }
    ck_assert_uint_gt(faults[0], 50);
    ck_assert_uint_eq(faults[0], faults[1]);
}
END_TEST

/* --- what cannot be ------------------------------------------------------------------ */

START_TEST(memory_must_leave_room_for_eight_u_areas)
{
    struct error err;
    rig_frames(9);
    rig_region(0, 0, 1, 0);
    rig_program(0, "S0");
    ck_assert_int_eq(rig43_try(&err), ERR_CONFIG);
    ck_assert_str_eq(err.text, "less than 80 pages of 512 bytes are left for processes");
}
END_TEST

/* 172 instructions of a millisecond each, a hundred times a second. */
START_TEST(clock_interrupts_must_leave_time_for_programs)
{
    struct error err;
    rig_frames(64);
    rig43_kernel("cost_tick", "172");
    rig.params.pager.cost_reference = MS;
    rig_region(0, 0, 1, 0);
    rig_program(0, "S0");
    ck_assert_int_eq(rig43_try(&err), ERR_CELL);
    ck_assert_str_eq(err.text,
                     "a clock interrupt takes all of the CPU: 'kernel.cost_tick' is 172 "
                     "references, and a hundredth of a second has 10 at "
                     "'machine.cost.reference'; one of the two is to be less");
}
END_TEST

static Suite *bsd43_paging_suite(void)
{
    Suite *suite = suite_create("bsd43 paging");
    TCase *tcase = tcase_create("bsd43 paging");
    tcase_add_checked_fixture(tcase, rig43_setup, rig_teardown);
    tcase_add_test(tcase, zero_fill_takes_no_transfer_and_eight_hw_pages_each);
    tcase_add_test(tcase, a_fill_from_a_file_brings_the_rest_of_its_block);
    tcase_add_test(tcase, frames_of_a_process_that_has_ended_are_used_first);
    tcase_add_test(tcase, frames_of_what_is_unmapped_are_used_first);
    tcase_add_test(tcase, u_area_and_page_table_of_a_process_take_memory);
    tcase_add_test(tcase, fork_copies_at_once_what_has_been_filled);
    tcase_add_test(tcase, vfork_copies_nothing);
    tcase_add_test(tcase, a_segment_that_finds_no_swap_space_ends_its_process);
    tcase_add_test(tcase,
                   a_page_that_the_front_hand_made_invalid_is_reclaimed_at_its_next_use);
    tcase_add_test(
        tcase,
        a_fault_sleeps_till_the_back_hand_has_come_round_and_what_it_pushed_is_clean);
    tcase_add_test(tcase, a_page_on_the_free_list_is_reclaimed_though_memory_is_short);
    tcase_add_test(tcase, a_page_that_is_used_while_it_is_pushed_stays);
    tcase_add_test(tcase, a_text_page_is_valid_for_all_who_share_it);
    tcase_add_test(tcase, text_is_read_from_swap_once_and_found_in_memory_after);
    tcase_add_loop_test(tcase, with_ample_memory_it_faults_as_the_textbook_kernel_does, 0,
                        3);
    tcase_add_test(tcase, memory_must_leave_room_for_eight_u_areas);
    tcase_add_test(tcase, clock_interrupts_must_leave_time_for_programs);
    suite_add_tcase(suite, tcase);
    return suite;
}

int main(void)
{
    return run_suite(bsd43_paging_suite());
}
