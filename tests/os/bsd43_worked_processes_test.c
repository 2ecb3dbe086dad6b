/* bsd43_worked_processes_test.c -- texts, forks, execs, exits and swaps of small programs, worked
 * out by hand. */
#include "os/bsd43_worked.h"

static void text(size_t i, uint64_t pages)
{
    rig_file(i, 0, pages, 0, 0)->protection = VM_READ | VM_EXECUTE;
}

/* a and b execute the four pages of one text, c and d do so later on.  Pages come from the file
 * by blocks of two, from swap by klusters of two. */
START_TEST(text_is_found_in_memory_by_where_it_came_from)
{
    static const struct worked_row rows[] = {
        {0, 128, "", "*", "a0, x0 0", "nexfod 32 front 15"},
        {0, 128, "", "*", "a0, b0, x0 0", ""},
        {0, 112, "0=x0:0 mt, 1=x0:1 mt", "*", "a0, b0, x0 16", "exfod 8 faults 1"},
        /* b finds page 0 in transit, and sleeps on the text */
        {0, 112, "", "*", "a0, b0, x0 16", "faults 1"},
        /* both frames are hashed by the block of the file */
        {10, 112, "0=x0:0 mF, 1=x0:1 mF", "*", "a0, b0, x0 16", "pgin 1 pgpgin 16"},
        /* valid for both: that counts as intrans for b */
        {10, 112, "0=x0:0 vmF", "*", "a0, b0, x0 16", "intrans 1"},
        {11, 96, "2=x0:2 mt, 3=x0:3 mt", "*", "a0, b0, x0 32", "exfod 8 faults 1"},
        /* b: page 1, for a too */
        {12, 96, "1=x0:1 vmF", "*", "a0, b0, x0 32", "pgrec 1 faults 1 fastpgrec 1"},
        /* b: page 3 is in transit */
        {13, 96, "", "*", "a0, b0, x0 32", "faults 1"},
        {21, 96, "2=x0:2 mF, 3=x0:3 mF", "*", "a0, b0, x0 32", "pgin 1 pgpgin 16"},
        /* page 2 is valid, which wakes b: page 3 is reclaimed, but not by the fast path */
        {21, 96, "2=x0:2 vmF", "*", "a0, b0, x0 32", "pgrec 1"},
        /* a has gone */
        {23, 96, "3=x0:3 vmF", "*", "b0, x0 32", ""},
        /* b was the last: what is dirty is written to its place on swap */
        {24, 96, "0=x0:0 LgF-, 1=x0:1 LgF-, 2=x0:2 LgF-, 3=x0:3 LgF-", "*", "x0 0",
         "pswpout 32"},
        /* no page table has them: in their order to the tail, under the names that they had */
        {34, 128, "0=x0:0 gF-, 1=x0:1 gF-, 2=x0:2 gF-, 3=x0:3 gF-", "* 0 1 2 3", "x0 0",
         ""},
        {100, 128, "", "* 0 1 2 3", "c0, x0 0", ""},
        /* c: they belong on swap now, where the hash has nothing of: read again, and frames 0 and 1 hold nothing more */
        {100, 112, "0=-, 1=-, 4=x0:0 t, 5=x0:1 t", "* 0 1 2 3", "c0, x0 16", "faults 1"},
        {110, 112, "4=x0:0 S, 5=x0:1 S", "* 0 1 2 3", "c0, x0 16", "pgin 1 pgpgin 16"},
        {110, 112, "4=x0:0 vS", "* 0 1 2 3", "c0, x0 16", ""},
        /* prepaged text stays in the resident set */
        {111, 112, "5=x0:1 vS", "* 0 1 2 3", "c0, x0 16", "pgrec 1 faults 1 fastpgrec 1"},
        /* clean: to the tail at once */
        {112, 128, "4=x0:0 gS-, 5=x0:1 gS-", "* 0 1 2 3 4 5", "x0 0", ""},
        {200, 128, "", "* 0 1 2 3 4 5", "d0, x0 0", ""},
        /* d: by the block of swap */
        {200, 120, "4=x0:0 vS", "* 0 1 2 3 5", "d0, x0 8", "pgrec 1 xsfrec 1 faults 1"},
        {201, 112, "5=x0:1 vS", "* 0 1 2 3", "d0, x0 16", "pgrec 1 xsfrec 1 faults 1"},
        /* pages 2 and 3 were in memory by the block of the file only */
        {202, 96, "2=-, 3=-, 6=x0:2 t, 7=x0:3 t", "* 0 1 2 3", "d0, x0 32", "faults 1"},
        {212, 96, "6=x0:2 S, 7=x0:3 S", "* 0 1 2 3", "d0, x0 32", "pgin 1 pgpgin 16"},
        {212, 96, "6=x0:2 vS", "* 0 1 2 3", "d0, x0 32", ""},
        {213, 96, "7=x0:3 vS", "* 0 1 2 3", "d0, x0 32", "pgrec 1 faults 1 fastpgrec 1"},
        {214, 128, "4=x0:0 gS-, 5=x0:1 gS-, 6=x0:2 gS-, 7=x0:3 gS-", "* 0 1 2 3 4 5 6 7",
         "x0 0", ""},
    };
    rig43_kernel("kltxt", "2");
    text(0, 4);
    rig_program(0, "I0 I2 I1");
    text(1, 4);
    rig_program(1, "I0 I1 I3");
    text(2, 4);
    rig_program(2, "I0 I1");
    rig.processes[2].start = 100 * MS;
    text(3, 4);
    rig_program(3, "I0 I1 I2 I3");
    rig.processes[3].start = 200 * MS;
    WORKED(rows);
}
END_TEST

/* The parent has pages 0 and 2 of its data and the top of its stack. */
START_TEST(a_fork_copies_each_page_that_holds_something_at_once)
{
    static const struct worked_row rows[] = {
        {0, 128, "", "*", "a0, x0 0", "nexfod 16 nzfod 40 front 15"},
        {0, 112, "0=x0:0 mt, 1=x0:1 mt", "*", "a0, x0 16", "exfod 8 faults 1"},
        {10, 112, "0=x0:0 mF, 1=x0:1 mF", "*", "a0, x0 16", "pgin 1 pgpgin 16"},
        {10, 112, "0=x0:0 vmF", "*", "a0, x0 16", ""},
        {11, 104, "2=a:D0 vm", "*", "a8, x0 16", "zfod 8 faults 1"},
        {12, 96, "3=a:D2 vm", "*", "a16, x0 16", "zfod 8 faults 1"},
        {13, 88, "4=a:S0 vm", "*", "a24, x0 16", "zfod 8 faults 1"},
        /* three frames from the head, valid and modified; no fault; nothing for the text but its count */
        {14, 64, "5=b:D0 vm, 6=b:D2 vm, 7=b:S0 vm", "*", "a24, b24, x0 16", ""},
        /* the parent runs on */
        {15, 56, "8=a:D3 vm", "*", "a32, b24, x0 16", "zfod 8 faults 1"},
        /* L10 and S12 have not trapped; page 1 of the text is valid for both */
        {18, 56, "1=x0:1 vmF", "*", "a32, b24, x0 16", "pgrec 1 faults 1 fastpgrec 1"},
        {19, 48, "9=b:D3 vm", "*", "a32, b32, x0 16", "zfod 8 faults 1"},
        /* the child's stack was as large as its parent's, one page, and grows by two */
        {20, 40, "10=b:S1 vm", "*", "a32, b40, x0 16", "zfod 8 nzfod 16 faults 1"},
        /* the child ends: data in the order of addresses, stack upwards, each to the head: D0 5, D2 6, D3 9, S1 10, S0 7 */
        {21, 80, "5=-, 6=-, 7=-, 9=-, 10=-", "7 10 9 6 5 *", "a32, x0 16", ""},
        /* the head is used first */
        {22, 72, "7=a:D1 vm", "10 9 6 5 *", "a40, x0 16", "zfod 8 faults 1"},
        /* D0 2, D1 7, D2 3, D3 8, S0 4; its text is being written */
        {23, 112, "0=x0:0 LgF-, 1=x0:1 LgF-, 2=-, 3=-, 4=-, 7=-, 8=-",
         "4 8 3 7 2 10 9 6 5 *", "x0 0", "pswpout 16"},
    };
    text(0, 2);
    rig_region(0, 10, 4, 0);
    rig_region(0, 524284, 4, 0);
    rig_program(0, "I0 S10 S12 S524287 @fork 1; S10 S13 @wait; L13 S11");
    rig_program(0, "L10 S12 I1 S13 S524286");
    WORKED(rows);
}
END_TEST

/* The child stores into one page that is there and fills another, both the parent's; its exec
 * gives it data of its own, while the text is shared. */
START_TEST(a_vforked_child_runs_in_its_parents_pages_till_it_execs)
{
    static const struct worked_row rows[] = {
        {0, 128, "", "*", "a0, x0 0", "nexfod 16 nzfod 32 front 15"},
        {0, 112, "0=x0:0 mt, 1=x0:1 mt", "*", "a0, x0 16", "exfod 8 faults 1"},
        {10, 112, "0=x0:0 mF, 1=x0:1 mF", "*", "a0, x0 16", "pgin 1 pgpgin 16"},
        {10, 112, "0=x0:0 vmF", "*", "a0, x0 16", ""},
        {11, 104, "2=a:D0 vm", "*", "a8, x0 16", "zfod 8 faults 1"},
        {12, 96, "3=a:D1 vm", "*", "a16, x0 16", "zfod 8 faults 1"},
        /* S13 of the child: page 3 of a */
        {15, 88, "4=a:D3 vm", "*", "a24, x0 16", "zfod 8 faults 1"},
        /* the exec: nzfod for its data, nothing for the text, whose page 0 is valid for it, too */
        {16, 88, "", "*", "a24, b0, x0 16", "nzfod 32"},
        {17, 80, "5=b:D0 vm", "*", "a24, b8, x0 16", "zfod 8 faults 1"},
        {18, 72, "6=b:D1 vm", "*", "a24, b16, x0 16", "zfod 8 faults 1"},
        /* page 1 is valid for a, too */
        {19, 72, "1=x0:1 vmF", "*", "a24, b16, x0 16", "pgrec 1 faults 1 fastpgrec 1"},
        /* the child has ended, its frames to the head: 6 and then 5; the parent stores into page 2 */
        {20, 80, "5=-, 6=a:D2 vm", "5 *", "a32, x0 16", "zfod 8 faults 1"},
        {23, 112, "0=x0:0 LgF-, 1=x0:1 LgF-, 2=-, 3=-, 4=-, 6=-", "4 6 3 2 5 *", "x0 0",
         "pswpout 16"},
    };
    text(0, 2);
    rig_region(0, 10, 4, 0);
    rig_program(0, "I0 S10 S11 @vfork 1; S12 L10 S13");
    rig_program(0, "I0 S11 S13 @exec 2; I0");
    rig_program(0, "I0 S10 S11 I1");
    WORKED(rows);
}
END_TEST

/* With less than desfree free a process that has slept for more than 20 s is deadwood.  The
 * swapper looks every 11 s: at 11 s, and at 22 s.  The u-area has 10 hw pages, 2 frames, and the
 * page table 2, 1 frame; on swap that makes 24 blocks. */
START_TEST(a_process_that_sleeps_long_is_swapped_out_and_faults_its_pages_in_again)
{
    static const struct worked_row rows[] = {
        {0, 104, "0=u, 1=u, 2=u", "*", "a0, x0 0", "nexfod 16 nzfod 32 front 15"},
        {0, 88, "3=x0:0 mt, 4=x0:1 mt", "*", "a0, x0 16", "exfod 8 faults 1"},
        {10, 88, "3=x0:0 mF, 4=x0:1 mF", "*", "a0, x0 16", "pgin 1 pgpgin 16"},
        {10, 88, "3=x0:0 vmF", "*", "a0, x0 16", ""},
        {11, 80, "5=a:D0 vm", "*", "a8, x0 16", "zfod 8 faults 1"},
        {12, 72, "6=a:D1 vm", "*", "a16, x0 16", "zfod 8 faults 1"},
        {13, 64, "7=a:D2 vm", "*", "a24, x0 16", "zfod 8 faults 1"},
        /* first the text, whose last process in memory it is, then the data: a transfer each */
        {22000, 64, "3=x0:0 LgF-, 4=x0:1 LgF-, 5=a:D0 L, 6=a:D1 L, 7=a:D2 L", "*",
         "a24 going, x0 0", "pswpout 40"},
        /* the text stays in memory, and can be found */
        {22010, 80, "3=x0:0 gF-, 4=x0:1 gF-", "* 3 4", "a24 going, x0 0", ""},
        /* its data do not */
        {22020, 104, "5=-, 6=-, 7=-", "7 6 5 * 3 4", "a0 going, x0 0", "pswpout 24"},
        /* 24 blocks of u-area and page table more */
        {22030, 128, "0=-, 1=-, 2=-", "0 1 2 7 6 5 * 3 4", "a0 out, x0 0", "swpout 1"},
        /* it wakes and wants in: there is memory for all that it had */
        {35015, 104, "0=u, 1=u, 2=u", "7 6 5 * 3 4", "a0 going, x0 0", "pswpin 24"},
        /* it is in with nothing but its u-area; page 1, from swap */
        {35025, 104, "", "7 6 5 * 3 4", "a0, x0 0", "swpin 1"},
        {35025, 96, "7=a:D1 t", "6 5 * 3 4", "a8, x0 0", "faults 1"},
        {35035, 96, "7=a:D1", "6 5 * 3 4", "a8, x0 0", "pgin 1 pgpgin 8"},
        {35035, 96, "7=a:D1 v", "6 5 * 3 4", "a8, x0 0", ""},
        {35036, 88, "6=a:D0 t", "5 * 3 4", "a16, x0 0", "faults 1"},
        {35046, 88, "6=a:D0", "5 * 3 4", "a16, x0 0", "pgin 1 pgpgin 8"},
        {35046, 88, "6=a:D0 vm", "5 * 3 4", "a16, x0 0", ""},
        /* the text comes from swap: it was hashed by the file */
        {35047, 80, "3=-, 5=x0:0 t", "* 3 4", "a16, x0 8", "faults 1"},
        {35057, 80, "5=x0:0 S", "* 3 4", "a16, x0 8", "pgin 1 pgpgin 8"},
        {35057, 80, "5=x0:0 vS", "* 3 4", "a16, x0 8", ""},
        {35058, 72, "4=-, 8=x0:1 t", "* 3 4", "a16, x0 16", "faults 1"},
        {35068, 72, "8=x0:1 S", "* 3 4", "a16, x0 16", "pgin 1 pgpgin 8"},
        {35068, 72, "8=x0:1 vS", "* 3 4", "a16, x0 16", ""},
        /* never touched before */
        {35069, 64, "9=a:D3 vm", "* 3 4", "a24, x0 16", "zfod 8 faults 1"},
        /* data 7 6 9 after the u-area to the head */
        {35070, 128, "0=-, 1=-, 2=-, 5=x0:0 gS-, 6=-, 7=-, 8=x0:1 gS-, 9=-",
         "0 1 2 9 7 6 * 3 4 5 8", "x0 0", ""},
    };
    rig43_kernel("desfree", "120");
    rig43_kernel("minfree", "8");
    rig43_kernel("lotsfree", "32");
    rig43_kernel("u_areas", "yes");
    rig43_kernel("swapper", "yes");
    rig_region(0, 10, 4, 0);
    text(0, 2);
    rig_program(0, "I0 S10 S11 L12 L10 @sleep 35s; L11 S10 I0 I1 L13");
    WORKED(rows);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("bsd43 worked processes");
    TCase *tests = tcase_create("bsd43 worked processes");
    tcase_add_checked_fixture(tests, worked_setup, rig_teardown);
    tcase_add_test(tests, text_is_found_in_memory_by_where_it_came_from);
    tcase_add_test(tests, a_fork_copies_each_page_that_holds_something_at_once);
    tcase_add_test(tests, a_vforked_child_runs_in_its_parents_pages_till_it_execs);
    tcase_add_test(tests,
                   a_process_that_sleeps_long_is_swapped_out_and_faults_its_pages_in_again);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
