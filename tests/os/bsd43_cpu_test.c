/* bsd43_cpu_test.c -- CPU time that 4.3BSD takes itself, worked out by hand: the pagedaemon
 * and interrupts take the CPU from the program, and what adds up to the time elapsed counts
 * them.  Costs are in references. */
#include "os/bsd43_rig.h"

#define TICK (250 * MS)

/* 16 frames: lotsfree is 32 hw pages, and the gate too; see bsd43_paging_test.c. */
static void sixteen_frames(void)
{
    rig_frames(16);
    rig_region(0, 0, 16, 0);
}

static void check_times(void)
{
    ck_assert_uint_eq(rig.totals.elapsed, rig.totals.user + rig.totals.fault +
                                              rig.totals.switching + rig.totals.kernel +
                                              rig.totals.idle_paging + rig.totals.idle);
}

/* 1000 references of 100 us take 100 ms, in which the clock interrupts 10 times, for 1 ms
 * each; of these 10 ms it interrupts again, at 110 ms. */
START_TEST(the_clock_takes_its_time_a_hundred_times_a_second)
{
    sixteen_frames();
    rig.params.pager.cost_reference = 100 * US;
    rig43_kernel("cost_tick", "10");
    rig_program(0, "S0 L0x999");
    rig43_run();
    ck_assert_uint_eq(rig.totals.kernel, 11 * MS);
    ck_assert_uint_eq(rig.totals.elapsed, SWITCH + FAULT + ZERO + 111 * MS);
    ck_assert_uint_eq(rig.totals.ready_wait, SWITCH + 11 * MS);
    check_times();
}
END_TEST

/* 13 pages leave 24 hw pages free: 3 pairs a tick.  At 50 ms a pair the program stands
 * still for 150 ms of every 250: 514 ms of it end after the ticks at 250, 500 and 750. */
START_TEST(the_program_waits_while_the_pagedaemon_looks)
{
    char text[512] = "";
    sixteen_frames();
    rig.params.pager.cost_reference = MS;
    rig43_kernel("cost_pair", "50");
    rig_stores(text, 0, 13);
    strcat(text, " L0x500");
    rig_program(0, text);
    rig43_run();
    ck_assert_uint_eq(counted(BSD43_SCAN), 9);
    ck_assert_uint_eq(rig.totals.kernel, 450 * MS);
    ck_assert_uint_eq(rig.totals.elapsed, SWITCH + 13 * (FAULT + ZERO) +
                                              counted(BSD43_PGREC) * FAULT + 963 * MS);
    check_times();
}
END_TEST

/* The 14th page sleeps at the gate.  Without a cost the 23rd pair, in the 8th tick, frees
 * memory.  At 100 ms a pair the daemon has not done its 3 when the next tick comes, and
 * never sleeps: 23 pairs take 2.3 s from the first tick on, and only then the fault goes
 * on, although the memory was free before the last pair's time was spent. */
START_TEST(a_scan_that_takes_longer_than_a_tick_falls_behind)
{
    char text[512] = "";
    sixteen_frames();
    rig43_kernel("cost_pair", "100000");
    ck_assert_uint_eq(REFERENCE, US);
    rig_stores(text, 0, 14);
    rig_program(0, text);
    rig43_run();
    ck_assert_uint_eq(counted(BSD43_SCAN), 23);
    ck_assert_uint_eq(rig.totals.elapsed, TICK + 2300 * MS + ZERO + REFERENCE);
    check_times();
}
END_TEST

/* Two fills from a file, of two clusters and of one, and a fast reclaim.  What is done
 * before a transfer passes while it is under way; the interrupts at the ends of the two
 * keep the program from going on. */
START_TEST(transfers_take_time_at_their_beginning_and_at_their_end)
{
    rig_frames(16);
    rig_file(0, 0, 3, 0, 0);
    rig43_kernel("cost_pagein", "5");
    rig43_kernel("cost_transfer", "70");
    rig43_kernel("cost_cluster", "11");
    rig43_kernel("cost_interrupt", "40");
    rig_program(0, "L0 L1 S2");
    rig43_run();
    ck_assert_uint_eq(counted(BSD43_PGIN), 2);
    ck_assert_uint_eq(rig.totals.fault, 3 * FAULT + (2 * (5 + 70) + 3 * 11) * REFERENCE);
    ck_assert_uint_eq(rig.totals.kernel, 2 * 40 * REFERENCE);
    ck_assert_uint_eq(rig.totals.elapsed,
                      SWITCH + 3 * (FAULT + REFERENCE) + 2 * (LATENCY + 40 * REFERENCE));
    check_times();
}
END_TEST

/* 10 hw pages are the pagedaemon's u-area; its page table maps what all swap headers push,
 * 100 * 32 hw pages, and the u-area, 128 a page: 26, in whole clusters of 8 32; and 16 are
 * the network's: 58, or 8 clusters. */
START_TEST(the_kernels_own_processes_have_memory_where_the_kernel_has)
{
    for (int own = 0; own < 2; own++) {
        rig_teardown();
        rig43_setup();
        rig_frames(64);
        rig_region(0, 0, 4, 0);
        rig43_kernel("u_areas", "yes");
        rig43_kernel("nswbuf", "100");
        rig43_kernel("wired", own ? "8" : "0");
        rig_program(0, "S0");
        rig43_run();
        /* The kernel's cluster, or one beside the 64. */
        ck_assert_int_eq(rig43.freemem, own ? (63 - 8) * 8 : 64 * 8);
    }
}
END_TEST

/* A turn of the hands has 17 steps, the clock's second a hundred ticks, the list 16 frames:
 * of 40 seeds some begin elsewhere, by the policy's parameter as by the kernel's. */
START_TEST(a_kernel_that_has_run_for_long_begins_anywhere)
{
    char text[512];
    uint64_t first = 0, others = 0;
    for (uint64_t seed = 1; seed <= 40; seed++) {
        rig_teardown();
        rig43_setup();
        sixteen_frames();
        if (_i == 0)
            rig43_kernel("start", "random");
        else
            rig43_policy("start", "random");
        rig.params.pager.seed = seed;
        text[0] = '\0';
        rig_stores(text, 0, 14);
        rig_program(0, text);
        rig43_run();
        first = seed == 1 ? rig.totals.elapsed : first;
        others += rig.totals.elapsed != first;
    }
    ck_assert_uint_ge(others, 5);
}
END_TEST

static Suite *bsd43_cpu_suite(void)
{
    Suite *suite = suite_create("bsd43 cpu");
    TCase *tcase = tcase_create("bsd43 cpu");
    tcase_add_checked_fixture(tcase, rig43_setup, rig_teardown);
    tcase_add_test(tcase, the_clock_takes_its_time_a_hundred_times_a_second);
    tcase_add_test(tcase, the_program_waits_while_the_pagedaemon_looks);
    tcase_add_test(tcase, a_scan_that_takes_longer_than_a_tick_falls_behind);
    tcase_add_test(tcase, transfers_take_time_at_their_beginning_and_at_their_end);
    tcase_add_test(tcase, the_kernels_own_processes_have_memory_where_the_kernel_has);
    tcase_add_loop_test(tcase, a_kernel_that_has_run_for_long_begins_anywhere, 0, 2);
    suite_add_tcase(suite, tcase);
    return suite;
}

int main(void)
{
    return run_suite(bsd43_cpu_suite());
}
