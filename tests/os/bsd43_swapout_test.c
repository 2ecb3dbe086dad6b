/* bsd43_swapout_test.c -- what a process leaves behind that is swapped out because it has
 * slept for long while memory is short, and in how many transfers it goes. */
#include "os/bsd43_rig.h"

enum { STACK = 262144 }; /* page at 1 GiB, where P1 space begins */

/* 64 frames, 512 hw pages: desfree is 64.  Process a fills 58 pages, which leaves 48, and
 * sleeps; b has one, and runs for 45 seconds. */
static void begin(void)
{
    rig_frames(64);
    rig43_kernel("pagedaemon", "no");
    rig43_kernel("swapper", "yes");
    rig.params.pager.cost_reference = MS;
    rig.params.quantum = 10 * MS;
    rig_program(1, "S0 L0x45000");
}

static void sleeper(char *text, unsigned data, unsigned stack, const char *rest)
{
    text[0] = '\0';
    rig_stores(text, 0, data);
    rig_stores(text, STACK, stack);
    strcat(text, rest);
}

/* Of 54 pages of data the first 32 go in one transfer, the largest that there is, then 22;
 * the four of the stack lie in one chunk; the u-area goes last. */
START_TEST(data_and_stack_go_in_as_few_transfers_as_their_places_allow)
{
    char text[1024];
    rig_region(0, 0, 54, 0);
    rig_region(0, STACK, 4, 0);
    sleeper(text, 54, 4, " @sleep;");
    rig_program(0, text);
    rig_region(1, 0, 1, 0);
    begin();
    rig43_run();
    ck_assert_uint_eq(counted(BSD43_SWPOUT), 1);
    ck_assert_uint_eq(rig.swap.writes, 4);
    /* u-area 10 hw pages, page table 4: clusters of 8 each. */
    ck_assert_uint_eq(counted(BSD43_PSWPOUT), 58 * 8 + 24);
    ck_assert_int_eq(rig43.freemem, 512);
}
END_TEST

/* What lies on the swap device from the start has its places in windows of four pages, one
 * behind the other as they are first used. */
START_TEST(pages_of_a_region_on_the_swap_device_go_too)
{
    char text[1024];
    rig_region(0, 0, 58, 0)->backing = BACKING_STORE;
    sleeper(text, 58, 0, " @sleep;");
    rig_program(0, text);
    rig_region(1, 0, 1, 0);
    begin();
    rig43_run();
    ck_assert_uint_eq(counted(BSD43_SWPOUT), 1);
    ck_assert_uint_eq(counted(BSD43_PSWPOUT), 58 * 8 + 24);
    ck_assert_int_eq(rig43.freemem, 512);
}
END_TEST

int main(void)
{
    TCase *tcase = tcase_create("swapout");
    tcase_add_checked_fixture(tcase, rig43_setup, rig_teardown);
    tcase_add_test(tcase, data_and_stack_go_in_as_few_transfers_as_their_places_allow);
    tcase_add_test(tcase, pages_of_a_region_on_the_swap_device_go_too);
    Suite *suite = suite_create("bsd43_swapout");
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
