/* bsd43_worked_fills_test.c -- how pages come in, and what klusters and advice do to memory, on
 * small programs worked out by hand. */
#include "os/bsd43_worked.h"

/* A file of three pages at 0, data at 10, and a stack, whose pages count from its top.  The
 * file's blocks have 8 KiB, so that page 1 comes with page 0, and 2 alone.  Whatever is
 * filled on demand is dirty.  L2 waits, the others do not. */
START_TEST(zeros_and_files_are_filled_on_demand_and_pass_for_modified)
{
    static const struct worked_row rows[] = {
        /* the stack has one page to begin with: SSIZE is half a cluster */
        {0, 128, "", "*", "a0", "nexfod 24 nzfod 40 front 15"},
        /* exfod is 8 for the faulting cluster alone; the neighbour is in the resident set, not valid */
        {0, 112, "0=a:D0 mt, 1=a:D1 mt", "*", "a16", "exfod 8 faults 1"},
        {10, 112, "0=a:D0 m, 1=a:D1 m", "*", "a16", "pgin 1 pgpgin 16"},
        {10, 112, "0=a:D0 vm", "*", "a16", ""},
        /* fast reclaim */
        {11, 112, "1=a:D1 vm", "*", "a16", "pgrec 1 faults 1 fastpgrec 1"},
        /* zero fill, at once */
        {12, 104, "2=a:D0 vm", "*", "a24", "zfod 8 faults 1"},
        {13, 96, "3=a:D1 vm", "*", "a32", "zfod 8 faults 1"},
        {14, 88, "4=a:D2 mt", "*", "a40", "exfod 8 faults 1"},
        {24, 88, "4=a:D2 m", "*", "a40", "pgin 1 pgpgin 8"},
        {24, 88, "4=a:D2 vm", "*", "a40", ""},
        /* the highest page of the stack is its first */
        {26, 80, "5=a:S0 vm", "*", "a48", "zfod 8 faults 1"},
        /* it grows to the next page, and SINCR, half a cluster, below */
        {28, 72, "6=a:S1 vm", "*", "a56", "zfod 8 nzfod 16 faults 1"},
        {29, 64, "7=a:D2 vm", "*", "a64", "zfod 8 faults 1"},
        {30, 56, "8=a:D3 vm", "*", "a72", "zfod 8 faults 1"},
        /* data in the order of addresses, then the stack upwards: the last page freed is the head */
        {32, 128, "0=-, 1=-, 2=-, 3=-, 4=-, 5=-, 6=-, 7=-, 8=-", "5 6 8 7 3 2 4 1 0 *", "",
         ""},
    };
    rig_file(0, 0, 3, 0, 0);
    rig_region(0, 10, 4, 0);
    rig_region(0, 524284, 4, 0);
    rig_program(0, "L0 S1 L10 S11 L2 L0 S524287 S10 L524286 L12 L13 S13");
    WORKED(rows);
}
END_TEST

/* A window of 4 clusters, and 10 pages on swap.  The faulting page has the first frame, the
 * others those behind it in their order. */
START_TEST(neighbours_that_come_along_go_to_the_tail_and_are_reclaimed_from_there)
{
    static const struct worked_row rows[] = {
        {0, 128, "", "*", "a0", "front 15"},
        /* window 0 .. 3 */
        {0, 96, "0=a:D1 t, 1=a:D0 t, 2=a:D2 t, 3=a:D3 t", "*", "a32", "faults 1"},
        /* the neighbours leave the resident set for the tail, in the order of addresses */
        {10, 120, "0=a:D1, 1=a:D0 -, 2=a:D2 -, 3=a:D3 -", "* 1 2 3", "a8",
         "pgin 1 pgpgin 32"},
        {10, 120, "0=a:D1 v", "* 1 2 3", "a8", ""},
        /* out of the middle */
        {11, 112, "2=a:D2 v", "* 1 3", "a16", "pgrec 1 pgfrec 1 faults 1"},
        /* a store */
        {12, 104, "1=a:D0 vm", "* 3", "a24", "pgrec 1 pgfrec 1 faults 1"},
        /* window 4 .. 7 */
        {13, 72, "4=a:D5 t, 5=a:D4 t, 6=a:D6 t, 7=a:D7 t", "* 3", "a56", "faults 1"},
        {23, 96, "4=a:D5, 5=a:D4 -, 6=a:D6 -, 7=a:D7 -", "* 3 5 6 7", "a32",
         "pgin 1 pgpgin 32"},
        {23, 96, "4=a:D5 v", "* 3 5 6 7", "a32", ""},
        {24, 88, "3=a:D3 v", "* 5 6 7", "a40", "pgrec 1 pgfrec 1 faults 1"},
        /* 8 and 9, where the segment ends */
        {25, 72, "8=a:D9 t, 9=a:D8 t", "* 5 6 7", "a56", "faults 1"},
        /* 9 is the faulting page */
        {35, 80, "8=a:D9, 9=a:D8 -", "* 5 6 7 9", "a48", "pgin 1 pgpgin 16"},
        {35, 80, "8=a:D9 v", "* 5 6 7 9", "a48", ""},
        {36, 72, "5=a:D4 v", "* 6 7 9", "a56", "pgrec 1 pgfrec 1 faults 1"},
        {37, 64, "7=a:D7 v", "* 6 9", "a64", "pgrec 1 pgfrec 1 faults 1"},
        {38, 56, "6=a:D6 v", "* 9", "a72", "pgrec 1 pgfrec 1 faults 1"},
        {39, 48, "9=a:D8 v", "*", "a80", "pgrec 1 pgfrec 1 faults 1"},
        /* pages 0 .. 9 were in frames 1, 0, 2, 3, 5, 4, 6, 7, 9, 8 */
        {40, 128, "0=-, 1=-, 2=-, 3=-, 4=-, 5=-, 6=-, 7=-, 8=-, 9=-",
         "8 9 7 6 4 5 3 2 0 1 *", "", ""},
    };
    rig43_kernel("klin", "4");
    rig_region(0, 0, 10, 0)->backing = BACKING_STORE;
    rig_program(0, "L1 L2 S0 L5 L3 L9 L4 L7 L6 L8");
    WORKED(rows);
}
END_TEST

/* 13 of 16 frames are in use when page 13 is wanted: 24 hw pages are free.  The hands, four
 * steps apart, look at up to 10 pairs a tick while less than lotsfree (32) is free: in
 * tick 1 the front hand is at frame k + 2 with pair k, the back hand at frame k - 2. */
START_TEST(a_page_in_waits_for_32_free_pages_and_a_reclaim_does_not)
{
    static const struct worked_row rows[] = {
        {0, 128, "", "*", "a0", "front 3"},
        {0, 96, "0=a:D0 t, 1=a:D1 t, 2=a:D2 t, 3=a:D3 t", "*", "a32", "faults 1"},
        {10, 120, "0=a:D0, 1=a:D1 -, 2=a:D2 -, 3=a:D3 -", "* 1 2 3", "a8",
         "pgin 1 pgpgin 32"},
        {10, 120, "0=a:D0 v", "* 1 2 3", "a8", ""},
        {11, 112, "1=a:D1 v", "* 2 3", "a16", "pgrec 1 pgfrec 1 faults 1"},
        {12, 104, "2=a:D2 v", "* 3", "a24", "pgrec 1 pgfrec 1 faults 1"},
        {13, 96, "3=a:D3 v", "*", "a32", "pgrec 1 pgfrec 1 faults 1"},
        {14, 64, "4=a:D4 t, 5=a:D5 t, 6=a:D6 t, 7=a:D7 t", "*", "a64", "faults 1"},
        {24, 88, "4=a:D4, 5=a:D5 -, 6=a:D6 -, 7=a:D7 -", "* 5 6 7", "a40",
         "pgin 1 pgpgin 32"},
        {24, 88, "4=a:D4 v", "* 5 6 7", "a40", ""},
        {25, 80, "5=a:D5 v", "* 6 7", "a48", "pgrec 1 pgfrec 1 faults 1"},
        {26, 72, "6=a:D6 v", "* 7", "a56", "pgrec 1 pgfrec 1 faults 1"},
        {27, 64, "7=a:D7 v", "*", "a64", "pgrec 1 pgfrec 1 faults 1"},
        /* 56 left after the first frame: the kluster may go on down to 32 */
        {28, 32, "8=a:D8 t, 9=a:D9 t, 10=a:D10 t, 11=a:D11 t", "*", "a96", "faults 1"},
        {38, 56, "8=a:D8, 9=a:D9 -, 10=a:D10 -, 11=a:D11 -", "* 9 10 11", "a72",
         "pgin 1 pgpgin 32"},
        {38, 56, "8=a:D8 v", "* 9 10 11", "a72", ""},
        {39, 48, "9=a:D9 v", "* 10 11", "a80", "pgrec 1 pgfrec 1 faults 1"},
        {40, 40, "10=a:D10 v", "* 11", "a88", "pgrec 1 pgfrec 1 faults 1"},
        {41, 32, "11=a:D11 v", "*", "a96", "pgrec 1 pgfrec 1 faults 1"},
        /* 24 left after the first frame: no kluster */
        {42, 24, "12=a:D12 t", "*", "a104", "faults 1"},
        {52, 24, "12=a:D12", "*", "a104", "pgin 1 pgpgin 8"},
        {52, 24, "12=a:D12 v", "*", "a104", ""},
        /* 24 free: it sleeps, and does not count again when it goes on */
        {53, 24, "", "*", "a104 gate", "faults 1"},
        /* frames 3 .. 7 cleared; pair 5: frame 3 behind, free: 32 free, the hands stop; frame 13 is the head */
        {250, 24, "3=a:D3 -, 4=a:D4, 5=a:D5, 6=a:D6, 7=a:D7, 13=a:D13 t", "* 3", "a104",
         "scan 5 dfree 8 front 8 back 4"},
        {260, 24, "13=a:D13", "* 3", "a104", "pgin 1 pgpgin 8"},
        {260, 24, "13=a:D13 v", "* 3", "a104", ""},
        /* with 24 free, from the list */
        {261, 16, "3=a:D3 v", "*", "a112", "pgrec 1 pgfrec 1 faults 1"},
        /* with 16 free, a fast reclaim */
        {262, 16, "5=a:D5 v", "*", "a112", "pgrec 1 faults 1 fastpgrec 1"},
        /* page 14 sleeps */
        {263, 16, "", "*", "a112 gate", "faults 1"},
        /* pair 6: frame 8 cleared, frame 4 free; pair 7: frame 9 cleared, frame 5 is used; pair 8: frame 10 cleared, frame 6 free: 32 */
        {500, 24, "4=a:D4 -, 6=a:D6 -, 8=a:D8, 9=a:D9, 10=a:D10, 14=a:D14 t", "* 4 6",
         "a104", "scan 3 dfree 16 front 11 back 7"},
        {510, 24, "14=a:D14", "* 4 6", "a104", "pgin 1 pgpgin 8"},
        {510, 24, "14=a:D14 v", "* 4 6", "a104", ""},
        {511, 16, "4=a:D4 v", "* 6", "a112", "pgrec 1 pgfrec 1 faults 1"},
        /* frame 6 stays where it is in the list */
        {512, 128,
         "0=-, 1=-, 2=-, 3=-, 4=-, 5=-, 6=-, 7=-, 8=-, 9=-, 10=-, 11=-, 12=-, 13=-, 14=-",
         "14 13 12 11 10 9 8 7 5 4 3 2 1 0 * 6", "", ""},
    };
    rig43_kernel("saferss", "1");
    rig43_kernel("fastscan", "40");
    rig43_kernel("slowscan", "40");
    rig43_policy("handspread", "16 KiB");
    rig_region(0, 0, 16, 0)->backing = BACKING_STORE;
    rig43_kernel("klin", "4");
    rig_program(0, "L0 L1 L2 L3 L4 L5 L6 L7 L8 L9 L10 L11 L12 L13 L3 L5 L14 L4");
    WORKED(rows);
}
END_TEST

/* Advice: windows of 2, and at each page-in the 2 clusters that lie one kluster before and one
 * behind the fault are taken, since memory counts as scarce.  There is no pagedaemon, so that
 * what is pushed stays locked. */
START_TEST(around_a_sequential_process_pages_are_freed_that_lie_a_kluster_away)
{
    static const struct worked_row rows[] = {
        {0, 128, "", "*", "a0", "front 15"},
        {0, 112, "0=a:D0 t, 1=a:D1 t", "*", "a16", "faults 1"},
        /* page 0: nothing before it, 2 and 3 behind are not in memory */
        {10, 120, "0=a:D0, 1=a:D1 -", "* 1", "a8", "pgin 1 pgpgin 16"},
        {10, 120, "0=a:D0 v", "* 1", "a8", ""},
        {11, 112, "1=a:D1 vm", "*", "a16", "pgrec 1 pgfrec 1 faults 1"},
        {12, 96, "2=a:D2 t, 3=a:D3 t", "*", "a32", "faults 1"},
        /* page 2: of 0 and 1 the one is clean and freed behind the prepaged page, the other dirty and pushed */
        {22, 112, "0=a:D0 -, 1=a:D1 L, 2=a:D2, 3=a:D3 -", "* 3 0", "a16 +1",
         "pgin 1 pgpgin 16 seqfree 8"},
        {22, 112, "2=a:D2 v", "* 3 0", "a16 +1", ""},
        {23, 104, "3=a:D3 v", "* 0", "a24 +1", "pgrec 1 pgfrec 1 faults 1"},
        {24, 88, "4=a:D4 t, 5=a:D5 t", "* 0", "a40 +1", "faults 1"},
        /* pushed; no daemon cleans up */
        {32, 88, "", "* 0", "a40 +1", "pgout 1 pgpgout 8"},
        /* page 4: 2 and 3 go */
        {42, 112, "2=a:D2 -, 3=a:D3 -, 4=a:D4, 5=a:D5 -", "* 0 5 2 3", "a16 +1",
         "pgin 1 pgpgin 16 seqfree 16"},
        {42, 112, "4=a:D4 v", "* 0 5 2 3", "a16 +1", ""},
        {43, 104, "5=a:D5 v", "* 0 2 3", "a24 +1", "pgrec 1 pgfrec 1 faults 1"},
        /* valid again; its lock stays */
        {44, 104, "1=a:D1 vL", "* 0 2 3", "a24 +1", "pgrec 1 faults 1 fastpgrec 1"},
        {45, 88, "6=a:D6 t, 7=a:D7 t", "* 0 2 3", "a40 +1", "faults 1"},
        /* page 6: 4 and 5 */
        {55, 112, "4=a:D4 -, 5=a:D5 -, 6=a:D6, 7=a:D7 -", "* 0 2 3 7 4 5", "a16 +1",
         "pgin 1 pgpgin 16 seqfree 16"},
        {55, 112, "6=a:D6 v", "* 0 2 3 7 4 5", "a16 +1", ""},
        {56, 104, "7=a:D7 v", "* 0 2 3 4 5", "a24 +1", "pgrec 1 pgfrec 1 faults 1"},
        {57, 96, "0=a:D0 vm", "* 2 3 4 5", "a32 +1", "pgrec 1 pgfrec 1 faults 1"},
        /* frame 1, which was pushed, is freed by its lock: to the tail, as dfree */
        {58, 128, "0=-, 1=-, 2=-, 3=-, 4=-, 5=-, 6=-, 7=-", "7 6 0 * 2 3 4 5 1", "",
         "dfree 8"},
    };
    rig43_kernel("klin", "1");
    rig43_kernel("klseql", "2");
    rig43_kernel("klout", "2");
    rig43_kernel("klsdist", "1");
    rig43_kernel("lotsfree", "128");
    rig43_kernel("pagedaemon", "no");
    rig_region(0, 0, 8, 0)->backing = BACKING_STORE;
    rig_program(0, "@advise 0 32KiB sequential; L0 S1 L2 L3 L4 L5 L1 L6 L7 S0");
    WORKED(rows);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("bsd43 worked fills");
    TCase *tests = tcase_create("bsd43 worked fills");
    tcase_add_checked_fixture(tests, worked_setup, rig_teardown);
    tcase_add_test(tests, zeros_and_files_are_filled_on_demand_and_pass_for_modified);
    tcase_add_test(tests,
                   neighbours_that_come_along_go_to_the_tail_and_are_reclaimed_from_there);
    tcase_add_test(tests, a_page_in_waits_for_32_free_pages_and_a_reclaim_does_not);
    tcase_add_test(tests,
                   around_a_sequential_process_pages_are_freed_that_lie_a_kluster_away);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
