/* paging_test.c -- swap space, read-ahead, what the textbook kernel does ahead of need, and
 * swap devices in memory.  Counts and times are worked out by hand, from the costs of the
 * machine in timed.h. */
#include "workload/alone.h"

/* --- slots ---------------------------------------------------------------------------- */

/* S1 zero; L2 waits for page 1's writing; L1 reads it, and page 2, which is zero still, is
 * dropped; L2 is zero again, and page 1, which has its slot, is dropped. */
START_TEST(a_dirty_page_goes_to_a_slot_and_comes_back_from_it)
{
    const struct counters *c = run_alone("S1 L2 L1 L2", PROCESS, "machine.frames=1", NULL);
    ck_assert_uint_eq(c->faults_zero_fill, 3);
    ck_assert_uint_eq(c->faults_major, 1);
    ck_assert_uint_eq(c->page_outs, 3);
    ck_assert_uint_eq(c->page_outs_dirty, 1);
    ck_assert_uint_eq(c->page_ins, 1);
    ck_assert_uint_eq(c->swap_writes, 1);
    ck_assert_uint_eq(c->swap_reads, 1);
    ck_assert_uint_eq(c->swap_used_max, 1);
    ck_assert_uint_eq(c->elapsed,
                      SWITCH + 4 * REFERENCE + 4 * FAULT + 3 * ZERO + 2 * LATENCY);
    ck_assert_uint_eq(c->paging_wait, 2 * LATENCY);
    ck_assert_uint_eq(count_at(o.results, TABLE_DEVICES, 0, "bytes_written"), 4096);
    ck_assert_uint_eq(count_at(o.results, TABLE_DEVICES, 0, "bytes_read"), 4096);
}
END_TEST

/* The textbooks' backing store: each page has its slot from its first use on. */
START_TEST(a_page_of_the_backing_store_keeps_its_slot)
{
    const struct counters *c = run_alone("S1 L2 S1 L3 L1", "workload=[{trace: a.trace}]",
                                         "machine.frames=1", "swap.size=12288");
    ck_assert_uint_eq(c->swap_used_max, 3);
    ck_assert_uint_eq(c->faults_major, 5);
    ck_assert_uint_eq(c->swap_reads, 5);
    ck_assert_uint_eq(c->swap_writes, 2);
}
END_TEST

START_TEST(full_swap_space_ends_the_cell)
{
    program("a.trace", "S1 S2 L2 S3");
    assert_fails(
        "a.trace: swap space is full: all 1 slots are taken, and the page at 0x2000 of "
        "address space 0 needs one more; raise swap.size (at reference 4)",
        PROCESS, "machine.frames=1", "swap.size=4096", NULL);
    program("a.trace", "L1 L2 L3");
    assert_fails(
        "a.trace: swap space is full: all 2 slots are taken, and the page at 0x3000 of "
        "address space 0 needs one more; raise swap.size (at reference 3)",
        "workload=[{trace: a.trace}]", "swap.size=8192", NULL);
}
END_TEST

/* Files lie in the other half of a device that has an end. */
START_TEST(swap_space_is_half_of_a_device_that_files_lie_on_too)
{
    program("a.trace", "S1 S2 S3 S4");
    assert_fails(
        "a.trace: swap space is full: all 2 slots are taken, and the page at 0x3000 of "
        "address space 0 needs one more; raise swap.size (at reference 4)",
        PROCESS, "machine.frames=1", "swap.device={name: fixed, size: 16384}", NULL);
    const struct counters *c =
        run_alone("S1 S2 S3 S4", PROCESS, "swap.device={name: fixed, size: 16384}",
                  "files.device=fixed");
    ck_assert_uint_eq(c->page_outs, 0);
}
END_TEST

/* Pages 3, 1, 2, 0 are evicted in this order; then there is room, and 0 and 1 are used.  In
 * the order of eviction the neighbours of 0 and 1 are 2 and 3, by address each other. */
START_TEST(slots_by_address_keep_neighbours_together)
{
    static const struct {
        const char *allocation;
        unsigned major, hits, ahead;
    } cases[] = {
        {"swap.allocation=page", 2, 0, 2},
        {"swap.allocation=cluster", 2, 0, 2},
        {"swap.allocation=address", 1, 1, 1},
    };
    program("a.trace", "S3 S1 S2 S0 S10 S11 S12 S13 @unmap 0xa000 16KiB; L0 L1");
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct outcome each = run_timed(PROCESS, "machine.frames=4", "swap.read_ahead=2",
                                        "swap.cluster=4", cases[i].allocation, NULL);
        const struct counters *c = &each.results[0].counters;
        ck_assert_uint_eq(c->faults_major, cases[i].major);
        ck_assert_uint_eq(c->read_ahead_hits, cases[i].hits);
        ck_assert_uint_eq(c->pages_read_ahead, cases[i].ahead);
        ck_assert_uint_eq(c->faults_reclaim, cases[i].hits);
        ck_assert_uint_eq(c->page_ins, cases[i].major + cases[i].ahead);
        ck_assert_uint_eq(c->swap_reads, cases[i].major);
        ck_assert_uint_eq(count_at(each.results, TABLE_DEVICES, 0, "bytes_read"),
                          4096 * c->page_ins);
        outcome_free(&each);
    }
}
END_TEST

/* A and B, on a CPU each, store into frames 0 and 2, 1 and 3; at 10 ms all are written
 * back, in this order.  B ends; A pushes its pages out, makes room, and uses them again.
 * Page by page A's are not neighbours, in clusters of two they are. */
START_TEST(clusters_keep_the_pages_of_a_process_together)
{
    static const struct {
        const char *allocation;
        unsigned major, hits;
    } cases[] = {{"swap.allocation=page", 2, 0}, {"swap.allocation=cluster", 1, 1}};
    program("a.trace", "S1x1000 S2 L2x20000 S5 S6 S7 S8 @unmap 0x5000 16KiB; L1 L2");
    program("b.trace", "S1x1000 S2 L2x15000");
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct outcome each = run_timed(
            "workload=[{trace: a.trace, " ZEROS "}, {trace: b.trace, start: 500 us, " ZEROS
            "}]",
            "machine.cpus=2", "machine.frames=4", "swap.read_ahead=2", "swap.cluster=2",
            "kernel={name: textbook, write_back: 10 ms}", cases[i].allocation, NULL);
        const struct counters *c = &each.results[0].counters;
        ck_assert_uint_eq(c->page_outs_dirty, 0);
        ck_assert_uint_eq(c->faults_major, cases[i].major);
        ck_assert_uint_eq(c->read_ahead_hits, cases[i].hits);
        ck_assert_uint_eq(c->pages_read_ahead, cases[i].hits);
        outcome_free(&each);
    }
}
END_TEST

/* As above page by page, but B goes on: its page 1, in the slot beside that of A's, is on
 * the device too when A reads, and frames are free. */
START_TEST(read_ahead_leaves_the_pages_of_other_processes)
{
    program("a.trace", "S1x1000 S2 L2x20000 S5 S6 S7 S8 @unmap 0x5000 16KiB; L1 L2");
    program("b.trace", "S1x1000 S2 L2x40000");
    o = run_timed("workload=[{trace: a.trace, " ZEROS
                  "}, {trace: b.trace, start: 500 us, " ZEROS "}]",
                  "machine.cpus=2", "machine.frames=4", "swap.read_ahead=2",
                  "kernel={name: textbook, write_back: 10 ms}", NULL);
    ck_assert_uint_eq(o.results[0].counters.faults_major, 2);
    ck_assert_uint_eq(o.results[0].counters.pages_read_ahead, 0);
}
END_TEST

/* --- ahead of need -------------------------------------------------------------------- */

/* In two frames S3 waits for page 1; with one frame kept free S2 has page 1 written while
 * it runs, and S3 page 2. */
START_TEST(a_frame_that_is_kept_free_spares_the_wait_for_writing)
{
    const uint64_t cpu = SWITCH + 2003 * REFERENCE + 3 * (FAULT + ZERO);
    const struct counters *c =
        run_alone("S1 S2 L2x2000 S3", PROCESS, "machine.frames=2", NULL);
    ck_assert_uint_eq(c->elapsed, cpu + LATENCY);
    ck_assert_uint_eq(c->page_outs, 1);
    c = run_alone("S1 S2 L2x2000 S3", PROCESS, "machine.frames=2",
                  "kernel={name: textbook, keep_free: 1}");
    ck_assert_uint_eq(c->elapsed, cpu);
    ck_assert_uint_eq(c->paging_wait, 0);
    ck_assert_uint_eq(c->page_outs, 2);
    ck_assert_uint_eq(c->page_outs_dirty, 2);
    /* Without the loads page 1's writing is under way, 46 to 1046, when S3 traps at 77. */
    c = run_alone("S1 S2 S3", PROCESS, "machine.frames=2",
                  "kernel={name: textbook, keep_free: 1}");
    ck_assert_uint_eq(c->paging_wait, (1046 - 77) * US);
}
END_TEST

/* Of eight frames four are to be free: at S5 one must go, at S6 another one, ... */
START_TEST(keeping_frames_free_writes_so_many_at_once)
{
    static const struct {
        const char *kernel;
        unsigned queue;
    } cases[] = {
        {"kernel={name: textbook, keep_free: 4, in_flight: 1}", 1},
        {"kernel={name: textbook, keep_free: 4, in_flight: 2}", 2},
        {"kernel={name: textbook, keep_free: 4, in_flight: 8}", 4},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        run_alone("S1 S2 S3 S4 S5 S6 S7 S8", PROCESS, "machine.frames=8", cases[i].kernel);
        ck_assert_uint_eq(count_at(o.results, TABLE_DEVICES, 0, "queue_max"),
                          cases[i].queue);
    }
}
END_TEST

static const unsigned in_flight[] = {1, 3, 8};

/* Twenty dirty pages are written while the program runs on as if nothing were. */
START_TEST(dirty_pages_are_written_back_so_many_at_once)
{
    char kernel[96];
    snprintf(kernel, sizeof kernel,
             "kernel={name: textbook, write_back: 100 us, in_flight: %u}", in_flight[_i]);
    const struct counters *c =
        run_alone("S0 S1 S2 S3 S4 S5 S6 S7 S8 S9 S10 S11 S12 S13 S14 S15 "
                  "S16 S17 S18 S19 L0x40000",
                  PROCESS, kernel, "series=100 us");
    ck_assert_uint_eq(c->write_backs, 20);
    ck_assert_uint_eq(c->swap_writes, 20);
    ck_assert_uint_eq(c->swap_used_max, 20);
    ck_assert_uint_eq(c->page_outs, 0);
    ck_assert_uint_eq(count_at(o.results, TABLE_DEVICES, 0, "queue_max"), in_flight[_i]);
    ck_assert_uint_eq(c->elapsed, SWITCH + 40020 * REFERENCE + 20 * (FAULT + ZERO));
    size_t all = 0;
    for (size_t row = 0; row < o.results[0].tables[TABLE_SERIES].n; row++) {
        char process[FIELD_MAX];
        if (strcmp(field(o.results, TABLE_SERIES, row, "process", process), "all") != 0)
            continue;
        all++;
        ck_assert_uint_eq(time_at(o.results, TABLE_SERIES, row, "time"), all * 100 * US);
        ck_assert_uint_le(count_at(o.results, TABLE_SERIES, row, "swap_queue"),
                          in_flight[_i]);
    }
    ck_assert_uint_eq(all, c->elapsed / (100 * US));
}
END_TEST

/* Pages 1 and 2 have been written when page 3 needs a frame. */
START_TEST(what_was_written_back_need_not_be_written_when_it_goes)
{
    const struct counters *c = run_alone("S1 S2 L2x3000 S3", PROCESS, "machine.frames=2",
                                         "kernel={name: textbook, write_back: 100 us}");
    ck_assert_uint_eq(c->page_outs, 1);
    ck_assert_uint_eq(c->page_outs_dirty, 0);
    ck_assert_uint_eq(c->write_backs, 2);
    ck_assert_uint_eq(c->elapsed, SWITCH + 3003 * REFERENCE + 3 * (FAULT + ZERO));
}
END_TEST

/* It is dirty again, and goes to the slot that it has. */
START_TEST(a_page_that_is_stored_into_again_is_written_again)
{
    const struct counters *c =
        run_alone("S1x3000", PROCESS, "kernel={name: textbook, write_back: 500 us}", NULL);
    ck_assert_uint_eq(c->write_backs, 3); /* at 500, 1500 and 2500 us */
    ck_assert_uint_eq(c->swap_used_max, 1);
}
END_TEST

/* Nobody waits for the page that finds no slot. */
START_TEST(write_back_stops_when_swap_space_is_full)
{
    const struct counters *c = run_alone("S1 S2 L1x3000", PROCESS, "swap.size=4096",
                                         "kernel={name: textbook, write_back: 100 us}");
    ck_assert_uint_eq(c->write_backs, 1);
    ck_assert_uint_eq(c->swap_writes, 1);
}
END_TEST

/* The run ends while requests wait and are served. */
START_TEST(a_run_may_end_with_transfers_under_way)
{
    const struct counters *c = run_alone("@advise 0x1000 12KiB willneed; L0",
                                         "workload=[{trace: a.trace}]", NULL, NULL);
    ck_assert_uint_eq(c->pages_read_ahead, 3);
    ck_assert_uint_eq(c->swap_reads, 4 - 3 + 3); /* those of L0 came last */
}
END_TEST

/* --- threads -------------------------------------------------------------------------- */

/* In two frames, both dirty, two threads on a CPU each want page 500: both wait for a frame
 * and get one.  The first one's is filled; the other one's is free again, and page 3 finds
 * it. */
START_TEST(a_thread_gives_back_the_frame_that_it_does_not_need)
{
    program("b.trace", "L500");
    const struct counters *c = run_alone(
        "S1 S2 @thread 1; L500x100 S3 L500 L3 L500 L3",
        "workload=[{trace: a.trace, streams: b.trace, regions: [{start: 0, size: 64 "
        "KiB}, {start: 0x1f4000, size: 4 KiB, backing: store}]}]",
        "machine.frames=2", "machine.cpus=2");
    ck_assert_uint_eq(c->page_ins, 1);
    ck_assert_uint_eq(c->page_outs, 2);
    ck_assert_uint_eq(c->faults_zero_fill, 3);
}
END_TEST

/* --- in memory ------------------------------------------------------------------------ */

/* 10 us to compress, 5 us to expand a page; four compressed pages fit into a frame. */
#define ZRAM                                                                               \
    "name: zram, size: 1 MiB, metadata: 0, ratio: 4.1, spread: 0, same_filled: 0, "        \
    "chain_size: 1, compress_rate: 409600000 B/s, expand_rate: 819200000 B/s"

/* S4 needs a frame: page 1's goes to the device, page 2's is left.  S5: page 3 goes.  L1:
 * page 4 goes, page 1 comes back.  Unmapped, they leave the device nothing to hold: pages
 * 5, 6 and 7 have the three frames. */
START_TEST(compressed_pages_take_frames_and_cpu_time)
{
    const struct counters *c = run_alone("S1 S2 S3 S4 S5 L1", PROCESS, "machine.frames=3",
                                         "swap.device={" ZRAM "}");
    ck_assert_uint_eq(c->page_outs, 4);
    ck_assert_uint_eq(c->page_outs_dirty, 4);
    ck_assert_uint_eq(c->page_ins, 1);
    ck_assert_uint_eq(c->faults_major, 1);
    ck_assert_uint_eq(c->swap_used_max, 4);
    ck_assert_uint_eq(c->paging_wait, 0);
    ck_assert_uint_eq(c->cpu_fault, 6 * FAULT + 5 * ZERO + (4 * 10 + 5) * US);
    ck_assert_uint_eq(c->elapsed, SWITCH + 6 * REFERENCE + c->cpu_fault);
    c = run_alone("S1 S2 S3 S4 S5 L1 @unmap 0x1000 16KiB; S6 S7 L5 L6 L7", PROCESS,
                  "machine.frames=3", "swap.device={" ZRAM "}");
    ck_assert_uint_eq(c->page_outs, 4);
    c = run_alone("S1 S2 S3 S4 S5 L1 @unmap 0x1000 16KiB; S6 S7 S8", PROCESS,
                  "machine.frames=3", "swap.device={" ZRAM "}");
    ck_assert_uint_gt(c->page_outs, 4);
}
END_TEST

/* Each page that goes leaves its frame to the device, until none is left. */
START_TEST(what_cannot_be_compressed_exhausts_memory)
{
    program("a.trace", "S1 S2 S3 S4");
    assert_fails(
        "memory is exhausted: 1 processes wait for a frame and none can be freed; "
        "of 3 frames 3 hold page tables and what the swap device keeps in memory, and "
        "0 are held for accesses that need more; raise machine.memory",
        PROCESS, "machine.frames=3", "swap.device={" ZRAM ", incompressible: 1}", NULL);
}
END_TEST

static Suite *paging_suite(void)
{
    Suite *suite = suite_create("paging");
    TCase *tcase = tcase_create("paging");
    tcase_add_checked_fixture(tcase, alone_setup, alone_teardown);
    tcase_add_test(tcase, a_dirty_page_goes_to_a_slot_and_comes_back_from_it);
    tcase_add_test(tcase, a_page_of_the_backing_store_keeps_its_slot);
    tcase_add_test(tcase, full_swap_space_ends_the_cell);
    tcase_add_test(tcase, swap_space_is_half_of_a_device_that_files_lie_on_too);
    tcase_add_test(tcase, slots_by_address_keep_neighbours_together);
    tcase_add_test(tcase, clusters_keep_the_pages_of_a_process_together);
    tcase_add_test(tcase, read_ahead_leaves_the_pages_of_other_processes);
    tcase_add_test(tcase, a_frame_that_is_kept_free_spares_the_wait_for_writing);
    tcase_add_test(tcase, keeping_frames_free_writes_so_many_at_once);
    tcase_add_loop_test(tcase, dirty_pages_are_written_back_so_many_at_once, 0,
                        ARRAY_LEN(in_flight));
    tcase_add_test(tcase, what_was_written_back_need_not_be_written_when_it_goes);
    tcase_add_test(tcase, a_page_that_is_stored_into_again_is_written_again);
    tcase_add_test(tcase, write_back_stops_when_swap_space_is_full);
    tcase_add_test(tcase, a_run_may_end_with_transfers_under_way);
    tcase_add_test(tcase, a_thread_gives_back_the_frame_that_it_does_not_need);
    tcase_add_test(tcase, compressed_pages_take_frames_and_cpu_time);
    tcase_add_test(tcase, what_cannot_be_compressed_exhausts_memory);
    suite_add_tcase(suite, tcase);
    return suite;
}

int main(void)
{
    return run_suite(paging_suite());
}
