/* linux_readahead_test.c -- what is read from swap and from files with a page that is missing,
 * on devices that take a millisecond for each request; worked out by hand. */
#include "os/linux_io_rig.h"

enum { PAGES = 64 };

/* Have pages 0 to n - 1 of the process swapped out in this order, and no other: MADV_PAGEOUT is
 * not needed where there is room for all of them but one, and each has been looked at twice. */
static void run(const char *text)
{
    rig_frames(256);
    rig_region(0, 0, PAGES, 0);
    rig_program(0, text);
    rig_linux_run();
    fprintf(stderr, "%s: maj %llu minor-reclaim %llu in %llu ra %llu hit %llu reads %llu out %llu el %g\n", text,
     (unsigned long long)rig_linux.counts.pgmajfault, (unsigned long long)rig.counts.faults_reclaim,
     (unsigned long long)rig_linux.counts.pswpin,(unsigned long long)rig_linux.counts.swap_ra, (unsigned long long)rig_linux.counts.swap_ra_hit,
     (unsigned long long)rig.swap.reads, (unsigned long long)rig_linux.counts.pswpout, (double)rig.totals.elapsed/1e9);
}

START_TEST(first)
{
    char text[4096] = "";
    rig_limit(32);
    rig_linux_kernel("swappiness", "200");
    rig_stores(text, 0, 48);
    strcat(text, " L47x40000 L0 L1 L2 L3 L4 L5 L6 L7 L8");
    run(text);
}
END_TEST

START_TEST(file)
{
    rig_frames(256);
    rig_file(0, 0, 128, 0, 0);
    rig_program(0, "L40 L41 L30 L56 L24 L23 L100");
    rig_linux_run();
    fprintf(stderr, "maj %llu minor %llu ahead %llu reads %llu el %g\n",
     (unsigned long long)rig_linux.counts.pgmajfault, (unsigned long long)rig.counts.faults_minor,
     (unsigned long long)rig.counts.pages_read_ahead, (unsigned long long)rig.swap.reads, (double)rig.totals.elapsed/1e9);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("os/linux_readahead");
    TCase *all = tcase_create("all");
    tcase_add_checked_fixture(all, rig_linux_setup, rig_teardown);
    tcase_add_test(all, first);
    tcase_add_test(all, file);
    suite_add_tcase(suite, all);
    return run_suite(suite);
}
