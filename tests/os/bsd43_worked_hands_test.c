/* bsd43_worked_hands_test.c -- what the hands of the pagedaemon do with every page of a few
 * small programs, worked out by hand. */
#include "os/bsd43_worked.h"

/* All of memory counts as scarce, so that the hands move at every tick: 8 pairs a second make 2
 * a tick.  They are two steps apart; step 0 of the 17 of a turn is no frame, step n is frame
 * n - 1. */
static void slow_hands(void)
{
    rig43_kernel("lotsfree", "128");
    rig43_kernel("saferss", "1");
    rig43_kernel("fastscan", "8");
    rig43_kernel("slowscan", "8");
    rig43_policy("handspread", "8 KiB");
}

/* Tick n looks at pairs 2n-1 and 2n; of pair k the front hand is at step k + 1, the back hand
 * at step k - 1.  Page i of the program is in frame i: the front hand is there at pair i,
 * the back hand at pair i + 2.  Pages come from swap and are clean. */
START_TEST(a_page_that_the_front_hand_has_passed_and_nobody_used_goes_with_the_back_hand)
{
    static const struct worked_row rows[] = {
        {0, 128, "", "*", "a0", "front 1"},
        {0, 120, "0=a:D0 t", "*", "a8", "faults 1"},
        /* pg_v of the faulting page; the access is made */
        {10, 120, "0=a:D0", "*", "a8", "pgin 1 pgpgin 8"},
        {10, 120, "0=a:D0 v", "*", "a8", ""},
        {11, 112, "1=a:D1 t", "*", "a16", "faults 1"},
        {21, 112, "1=a:D1", "*", "a16", "pgin 1 pgpgin 8"},
        {21, 112, "1=a:D1 v", "*", "a16", ""},
        {22, 104, "2=a:D2 t", "*", "a24", "faults 1"},
        {32, 104, "2=a:D2", "*", "a24", "pgin 1 pgpgin 8"},
        {32, 104, "2=a:D2 v", "*", "a24", ""},
        {33, 96, "3=a:D3 t", "*", "a32", "faults 1"},
        {43, 96, "3=a:D3", "*", "a32", "pgin 1 pgpgin 8"},
        {43, 96, "3=a:D3 v", "*", "a32", ""},
        /* pairs 1, 2: frames 1 and 2 cleared; back: nothing, then frame 0, which is valid */
        {250, 96, "1=a:D1, 2=a:D2", "*", "a32", "scan 2 front 3 back 1"},
        /* pairs 3, 4: frame 3 cleared, 4 never used; back: frames 1 and 2 have not been used */
        {500, 112, "1=a:D1 -, 2=a:D2 -, 3=a:D3", "* 1 2", "a16",
         "scan 2 dfree 16 front 5 back 3"},
        /* from the middle of the list */
        {501, 104, "1=a:D1 v", "* 2", "a24", "pgrec 1 pgfrec 1 faults 1"},
        /* frame 3 was made invalid only: a simulated reference bit */
        {502, 104, "3=a:D3 v", "* 2", "a24", "pgrec 1 faults 1 fastpgrec 1"},
        /* the front hand is where nothing is; back: frames 3 and 4 */
        {750, 104, "", "* 2", "a24", "scan 2 front 7 back 5"},
        {1000, 104, "", "* 2", "a24", "scan 2 front 9 back 7"},
        {1250, 104, "", "* 2", "a24", "scan 2 front 11 back 9"},
        {1500, 104, "", "* 2", "a24", "scan 2 front 13 back 11"},
        {1750, 104, "", "* 2", "a24", "scan 2 front 15 back 13"},
        /* pair 15: step 16, frame 15; pair 16 is at step 0 */
        {2000, 104, "", "* 2", "a24", "scan 2 rev 1 front 0 back 15"},
        /* off the tail, 1.5 s after it was freed */
        {2005, 96, "2=a:D2 v", "*", "a32", "pgrec 1 pgfrec 1 faults 1"},
        /* at exit: each to the head, in the order of addresses */
        {2006, 128, "0=-, 1=-, 2=-, 3=-", "3 2 1 0 *", "", ""},
    };
    slow_hands();
    rig_region(0, 0, 4, 0)->backing = BACKING_STORE;
    rig_program(0, "L0 L1 L2 L3 L0x206 L2 L0x250 L1 L3 L0x1500 L0 L1 L2");
    WORKED(rows);
}
END_TEST

/* 4.2BSD: fastscan and slowscan are seconds for a turn: 16 clusters / 2 s / 4 = 2 a tick.  The
 * hand begins at step 0 and is at step s at pairs s + 1, s + 18: at frame i at pair i + 2,
 * tick 1 + i / 2, and again 17 pairs later, ticks 10 and 11. */
START_TEST(one_hand_takes_what_has_not_been_used_for_a_turn)
{
    static const struct worked_row rows[] = {
        {0, 128, "", "*", "a0", ""},
        {0, 120, "0=a:D0 t", "*", "a8", "faults 1"},
        {10, 120, "0=a:D0", "*", "a8", "pgin 1 pgpgin 8"},
        {10, 120, "0=a:D0 v", "*", "a8", ""},
        {11, 112, "1=a:D1 t", "*", "a16", "faults 1"},
        {21, 112, "1=a:D1", "*", "a16", "pgin 1 pgpgin 8"},
        {21, 112, "1=a:D1 v", "*", "a16", ""},
        {22, 104, "2=a:D2 t", "*", "a24", "faults 1"},
        {32, 104, "2=a:D2", "*", "a24", "pgin 1 pgpgin 8"},
        {32, 104, "2=a:D2 v", "*", "a24", ""},
        /* steps 0 and 1 */
        {250, 104, "0=a:D0", "*", "a24", "scan 2 front 1"},
        /* the next step of references: a reclaim keeps it */
        {289, 104, "0=a:D0 v", "*", "a24", "pgrec 1 faults 1 fastpgrec 1"},
        /* steps 2 and 3 */
        {500, 104, "1=a:D1, 2=a:D2", "*", "a24", "scan 2 front 3"},
        {750, 104, "", "*", "a24", "scan 2 front 5"},
        {1000, 104, "", "*", "a24", "scan 2 front 7"},
        {1250, 104, "", "*", "a24", "scan 2 front 9"},
        {1500, 104, "", "*", "a24", "scan 2 front 11"},
        {1734, 104, "2=a:D2 v", "*", "a24", "pgrec 1 faults 1 fastpgrec 1"},
        {1750, 104, "", "*", "a24", "scan 2 front 13"},
        {2000, 104, "", "*", "a24", "scan 2 front 15"},
        /* steps 16 and 0 */
        {2250, 104, "", "*", "a24", "scan 2 rev 1 front 0"},
        /* steps 1 and 2: frame 0 was used and is cleared anew, frame 1 was not */
        {2500, 112, "0=a:D0, 1=a:D1 -", "* 1", "a16", "scan 2 dfree 8 front 2"},
        {2503, 112, "0=a:D0 v", "* 1", "a16", "pgrec 1 faults 1 fastpgrec 1"},
        /* steps 3 and 4: frame 2 was used */
        {2750, 112, "2=a:D2", "* 1", "a16", "scan 2 front 4"},
        /* off the list */
        {2835, 104, "1=a:D1 v", "*", "a24", "pgrec 1 pgfrec 1 faults 1"},
        {2836, 104, "2=a:D2 v", "*", "a24", "pgrec 1 faults 1 fastpgrec 1"},
        {2838, 128, "0=-, 1=-, 2=-", "2 1 0 *", "", ""},
    };
    slow_hands();
    rig43_kernel("variant", "4.2bsd");
    rig43_kernel("fastscan", "2");
    rig43_kernel("slowscan", "2");
    rig43_policy("hands", "1");
    rig_region(0, 0, 3, 0)->backing = BACKING_STORE;
    rig_program(0, "L0 L1 L2 L0x300 L2 L0x1400 L2 L0x1100 L1 L2 L0");
    WORKED(rows);
}
END_TEST

/* Five dirty pages; a kluster has 4 clusters: pages 0 to 3, and 4 alone.  The process uses page 4,
 * then 0, and in the third second what was taken of it. */
START_TEST(of_a_kluster_that_is_pushed_only_the_page_that_was_chosen_is_freed)
{
    static const struct worked_row rows[] = {
        {0, 128, "", "*", "a0", "nzfod 40 front 1"},
        {0, 120, "0=a:D0 vm", "*", "a8", "zfod 8 faults 1"},
        {1, 112, "1=a:D1 vm", "*", "a16", "zfod 8 faults 1"},
        {2, 104, "2=a:D2 vm", "*", "a24", "zfod 8 faults 1"},
        {3, 96, "3=a:D3 vm", "*", "a32", "zfod 8 faults 1"},
        {4, 88, "4=a:D4 vm", "*", "a40", "zfod 8 faults 1"},
        /* frames 1, 2 cleared; still modified */
        {250, 88, "1=a:D1 m, 2=a:D2 m", "*", "a40", "scan 2 front 3 back 1"},
        /* pair 3: frame 3 cleared; back: frame 1 is dirty: its window 0 .. 3 is pushed, locked and clean from now on; pair 4: frame 4 cleared, frame 2 locked */
        {500, 88, "0=a:D0 vL, 1=a:D1 L, 2=a:D2 L, 3=a:D3 L, 4=a:D4 m", "*", "a40 +1",
         "scan 2 front 5 back 3"},
        /* the transfer is done; the frames stay locked till the daemon looks at its list */
        {510, 88, "", "*", "a40 +1", "pgout 1 pgpgout 32"},
        /* page 4 is used on */
        {516, 88, "4=a:D4 vm", "*", "a40 +1", "pgrec 1 faults 1 fastpgrec 1"},
        /* the hands first (frame 3 is locked yet), then the cleanup: only the center, frame 1, is freed */
        {750, 96, "0=a:D0 v, 1=a:D1 -, 2=a:D2, 3=a:D3", "* 1", "a32",
         "scan 2 dfree 8 front 7 back 5"},
        {1000, 96, "", "* 1", "a32", "scan 2 front 9 back 7"},
        {1250, 96, "", "* 1", "a32", "scan 2 front 11 back 9"},
        {1500, 96, "", "* 1", "a32", "scan 2 front 13 back 11"},
        {1750, 96, "", "* 1", "a32", "scan 2 front 15 back 13"},
        {2000, 96, "", "* 1", "a32", "scan 2 rev 1 front 0 back 15"},
        /* the next turn: frame 0 cleared; frame 1 is free */
        {2250, 96, "0=a:D0", "* 1", "a32", "scan 2 front 2 back 0"},
        /* pair 19: front: frame 2 is invalid and clean: the front hand frees it; back: frame 0, unused; pair 20: front: frame 3; back: frame 1 is free */
        {2500, 120, "0=a:D0 -, 2=a:D2 -, 3=a:D3 -", "* 1 2 0 3", "a8",
         "scan 2 dfree 24 front 4 back 2"},
        /* frame 4 is cleared by the front hand and then cleared no more */
        {2750, 120, "4=a:D4 m", "* 1 2 0 3", "a8", "scan 2 front 6 back 4"},
        {2781, 120, "4=a:D4 vm", "* 1 2 0 3", "a8", "pgrec 1 faults 1 fastpgrec 1"},
        {3000, 120, "", "* 1 2 0 3", "a8", "scan 2 front 8 back 6"},
        /* the list is left in the order of use */
        {3205, 112, "1=a:D1 v", "* 2 0 3", "a16", "pgrec 1 pgfrec 1 faults 1"},
        {3206, 104, "0=a:D0 v", "* 2 3", "a24", "pgrec 1 pgfrec 1 faults 1"},
        /* a store: dirty again */
        {3207, 96, "2=a:D2 vm", "* 3", "a32", "pgrec 1 pgfrec 1 faults 1"},
        {3208, 88, "3=a:D3 v", "*", "a40", "pgrec 1 pgfrec 1 faults 1"},
        {3209, 128, "0=-, 1=-, 2=-, 3=-, 4=-", "4 3 2 1 0 *", "", ""},
    };
    slow_hands();
    rig_region(0, 0, 5, 0);
    rig_program(0, "S0 S1 S2 S3 S4 L4x600 L0x1600 L4x1000 L1 L0 S2 L3");
    WORKED(rows);
}
END_TEST

/* The process is anomalous (vadvise), whatever part of its memory it meant: the front hand,
 * which is at frame i at pair i, takes 1 and 2 at once, and then 3. */
START_TEST(the_front_hand_takes_at_once_pages_that_are_used_without_order)
{
    static const struct worked_row rows[] = {
        {0, 128, "", "*", "a0", "front 1"},
        {0, 120, "0=a:D0 t", "*", "a8", "faults 1"},
        {10, 120, "0=a:D0", "*", "a8", "pgin 1 pgpgin 8"},
        {10, 120, "0=a:D0 v", "*", "a8", ""},
        {11, 112, "1=a:D1 t", "*", "a16", "faults 1"},
        {21, 112, "1=a:D1", "*", "a16", "pgin 1 pgpgin 8"},
        {21, 112, "1=a:D1 v", "*", "a16", ""},
        {22, 104, "2=a:D2 t", "*", "a24", "faults 1"},
        {32, 104, "2=a:D2", "*", "a24", "pgin 1 pgpgin 8"},
        {32, 104, "2=a:D2 v", "*", "a24", ""},
        {33, 96, "3=a:D3 t", "*", "a32", "faults 1"},
        {43, 96, "3=a:D3", "*", "a32", "pgin 1 pgpgin 8"},
        {43, 96, "3=a:D3 v", "*", "a32", ""},
        /* valid till then, and gone with the same look */
        {250, 112, "1=a:D1 -, 2=a:D2 -", "* 1 2", "a16", "scan 2 dfree 16 front 3 back 1"},
        /* reclaimed off the tail */
        {344, 104, "1=a:D1 v", "* 2", "a24", "pgrec 1 pgfrec 1 faults 1"},
        {345, 96, "2=a:D2 v", "*", "a32", "pgrec 1 pgfrec 1 faults 1"},
        /* page 3 goes, the back hand finds 1 and 2 valid and leaves them */
        {500, 104, "3=a:D3 -", "* 3", "a24", "scan 2 dfree 8 front 5 back 3"},
        /* and it is reclaimed */
        {538, 96, "3=a:D3 v", "*", "a32", "pgrec 1 pgfrec 1 faults 1"},
        {750, 96, "", "*", "a32", "scan 2 front 7 back 5"},
        {1000, 96, "", "*", "a32", "scan 2 front 9 back 7"},
        {1250, 96, "", "*", "a32", "scan 2 front 11 back 9"},
        {1500, 96, "", "*", "a32", "scan 2 front 13 back 11"},
        {1750, 96, "", "*", "a32", "scan 2 front 15 back 13"},
        {2000, 96, "", "*", "a32", "scan 2 rev 1 front 0 back 15"},
        {2250, 128, "0=-, 1=-, 2=-, 3=-", "3 2 1 0 *", "", ""},
    };
    slow_hands();
    rig_region(0, 0, 4, 0)->backing = BACKING_STORE;
    rig_program(
        0, "@advise 0 12KiB random; L0 L1 L2 L3 L0x300 L1 L2 L3x300 L1x1600 L0 L1 L2 L3");
    WORKED(rows);
}
END_TEST

/* A limit of 16 hw pages, and 32 resident. */
START_TEST(a_process_over_its_limit_loses_pages_to_the_front_hand_and_keeps_what_is_locked)
{
    static const struct worked_row rows[] = {
        {0, 128, "", "*", "a0", "nzfod 32 front 1"},
        {0, 120, "0=a:D0 vm", "*", "a8", "zfod 8 faults 1"},
        {1, 112, "1=a:D1 vm", "*", "a16", "zfod 8 faults 1"},
        {2, 104, "2=a:D2 vm", "*", "a24", "zfod 8 faults 1"},
        {3, 96, "3=a:D3 vm", "*", "a32", "zfod 8 faults 1"},
        /* pair 1: frame 1 valid, cleared, dirty: all of its window is pushed; pair 2: frame 2 is locked, and the hand passes over it: it stays valid */
        {250, 96, "0=a:D0 vL, 1=a:D1 L, 2=a:D2 vL, 3=a:D3 vL", "*", "a32 +1",
         "scan 2 front 3 back 1"},
        {260, 96, "", "*", "a32 +1", "pgout 1 pgpgout 32"},
        /* pair 3: frame 3 is locked, so is frame 1 behind; pair 4: frame 2 locked; then the cleanup */
        {500, 104, "0=a:D0 v, 1=a:D1 -, 2=a:D2 v, 3=a:D3 v", "* 1", "a24",
         "scan 2 dfree 8 front 5 back 3"},
        {504, 96, "1=a:D1 v", "*", "a32", "pgrec 1 pgfrec 1 faults 1"},
        /* pairs 5 and 6: nothing in front, frames 3 and 4 behind: 3 is valid */
        {750, 96, "", "*", "a32", "scan 2 front 7 back 5"},
        {806, 96, "1=a:D1 vm", "*", "a32", ""},
        {807, 128, "0=-, 1=-, 2=-, 3=-", "3 2 1 0 *", "", ""},
    };
    slow_hands();
    rig43_kernel("maxrss", "16");
    rig_region(0, 0, 4, 0);
    rig_program(0, "S0 S1 S2 S3 L2x250 L2x250 L1 L0x300 L3 S1");
    WORKED(rows);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("bsd43 worked hands");
    TCase *tests = tcase_create("bsd43 worked hands");
    tcase_add_checked_fixture(tests, worked_setup, rig_teardown);
    tcase_add_test(
        tests,
        a_page_that_the_front_hand_has_passed_and_nobody_used_goes_with_the_back_hand);
    tcase_add_test(tests, one_hand_takes_what_has_not_been_used_for_a_turn);
    tcase_add_test(tests,
                   of_a_kluster_that_is_pushed_only_the_page_that_was_chosen_is_freed);
    tcase_add_test(tests, the_front_hand_takes_at_once_pages_that_are_used_without_order);
    tcase_add_test(
        tests,
        a_process_over_its_limit_loses_pages_to_the_front_hand_and_keeps_what_is_locked);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
