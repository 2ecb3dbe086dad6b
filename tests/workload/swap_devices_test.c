/* swap_devices_test.c -- several swap devices under the textbook kernel: where pages go,
 * and transfers that overlap, to the picosecond. */
#include "workload/devices_rig.h"

#define PAGE ((uint64_t)PROGRAM_PAGE)

/* A process that finds all its pages on swap. */
static void stored(size_t i, const char *text)
{
    rig_region(i, 0, 64, 0)->backing = BACKING_STORE;
    rig_program(i, text);
}

static void two_readers(unsigned devices)
{
    rig.params.nprocesses = 0;
    rig.processes[0] = rig.processes[1] = (struct process_params){0};
    noting_devices(devices);
    stored(0, "L0");
    stored(1, "L0");
    rig_run();
}

/* Each process costs a switch and a fault before its request; the second request comes 15 us
 * after the first one.  With one device it waits for that, 985 us; with two it is done 15 us
 * after the first one, when the first process has just been switched to and has run for
 * 6 us. */
START_TEST(two_transfers_overlap_on_two_devices)
{
    rig_mmu("ideal", 12);
    rig.params.pager.mmu.narrays = 0;
    const psec_t begun = SWITCH + FAULT;
    two_readers(1);
    ck_assert_uint_eq(rig.totals.elapsed, begun + 2 * LATENCY + SWITCH + REFERENCE);
    ck_assert_uint_eq(rig.totals.paging_wait, LATENCY + (2 * LATENCY - begun));
    ck_assert_double_eq(rig.swap.wait_mean, (double)(LATENCY - begun) / 2);
    two_readers(2);
    ck_assert_uint_eq(rig.totals.elapsed, 2 * begun + LATENCY + SWITCH + REFERENCE);
    ck_assert_uint_eq(rig.totals.paging_wait, 2 * LATENCY);
    ck_assert_double_eq(rig.swap.wait_mean, 0);
    ck_assert_uint_eq(rig.swap.reads, 2);
}
END_TEST

/* Frames for 4 of 14 pages, first in first out: pages 0 to 9 are written one after the
 * other, two slots of each of three devices, and round them again.  Page 7 is read from
 * where it went, and page 10 goes to the next slot. */
START_TEST(pages_go_round_the_devices_by_clusters_of_slots)
{
    char text[128] = "";
    size_t at = 0;
    rig_mmu("ideal", 12);
    noting_devices(3);
    rig.params.slots.cluster = 2;
    rig_frames(4);
    rig_region(0, 0, 64, 0);
    rig_stores(text, 0, 14);
    strcat(text, " L7");
    rig_program(0, text);
    rig_run();
    static const struct {
        unsigned device, page;
    } places[] = {{0, 0}, {0, 1}, {1, 0}, {1, 1}, {2, 0}, {2, 1},
                  {0, 2}, {0, 3}, {1, 2}, {1, 3}, {2, 2}};
    for (size_t i = 0; i < ARRAY_LEN(places); i++)
        noted_next(&at, true, places[i].device, places[i].page * PAGE, PAGE);
    at = 0;
    noted_next(&at, false, 0, 3 * PAGE, PAGE);
    ck_assert_uint_eq(nnoted, ARRAY_LEN(places) + 1);
}
END_TEST

/* Pages 0 to 7 are on swap, 0 to 3 on the first device and 4 to 7 on the second.  A window
 * of 8 slots would reach from one to the other: that of page 5 is what the second has. */
START_TEST(what_is_read_ahead_lies_on_one_device)
{
    char text[192] = "";
    size_t at = 0;
    rig_mmu("ideal", 12);
    noting_devices(2);
    rig.params.slots.cluster = 4;
    rig.params.read_ahead = 8;
    rig_frames(8);
    rig_region(0, 0, 64, 0);
    rig_stores(text, 0, 16);
    strcat(text, " @advise 0x8000 32KiB dontneed; L5 L4 L7");
    rig_program(0, text);
    rig_run();
    noted_next(&at, false, 1, 0, 4 * PAGE);
    ck_assert_uint_eq(rig.counts.pages_read_ahead, 3);
    ck_assert_uint_eq(rig.counts.read_ahead_hits, 2);
    ck_assert_uint_eq(rig.swap.reads, 1);
}
END_TEST

/* Swap space of 4 slots and of 10, of which the rest of 2 is no whole cluster of 4: 12 in
 * all. */
START_TEST(devices_of_different_sizes_are_used_up)
{
    char text[192] = "";
    struct error err = {0};
    rig_mmu("ideal", 12);
    noting_devices(2);
    noting[0].size = 8 * PAGE; /* files have the other half */
    noting[1].size = 10 * PAGE;
    rig.params.slots.cluster = 4;
    rig_frames(4);
    rig_region(0, 0, 64, 0);
    rig_stores(text, 0, 16);
    rig_program(0, text);
    rig_run();
    ck_assert_uint_eq(rig.swap.writes, 12);
    for (size_t i = 0; i < nnoted; i++)
        ck_assert_uint_eq(noted[i].device, i >= 4);
    rig.params.nprocesses = 0;
    rig.processes[0] = (struct process_params){0};
    rig_region(0, 0, 64, 0);
    rig_stores(text, 16, 1);
    rig_program(0, text);
    const struct simulation_host host = {.advance = rig_advance};
    ASSERT_OK(simulation_create(&rig.sim, &rig.params, &err), &err);
    ck_assert_int_eq(simulation_run(rig.sim, &host, &err), ERR_CELL);
    ck_assert_msg(strstr(err.text, "all 12 slots are taken"), "%s", err.text);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("swap devices");
    TCase *tcase = tcase_create("swap devices");
    tcase_add_checked_fixture(tcase, rig_setup, rig_teardown);
    tcase_add_test(tcase, two_transfers_overlap_on_two_devices);
    tcase_add_test(tcase, pages_go_round_the_devices_by_clusters_of_slots);
    tcase_add_test(tcase, what_is_read_ahead_lies_on_one_device);
    tcase_add_test(tcase, devices_of_different_sizes_are_used_up);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
