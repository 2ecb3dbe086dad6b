/* operations_test.c -- what a program does to its memory: map, unmap, protect, advise.
 * Counts and times are worked out by hand, from the costs of the machine in timed.h; an
 * operation takes the CPU as long as a trap. */
#include "workload/alone.h"

#define OPERATION FAULT

/* --- map, unmap ----------------------------------------------------------------------- */

START_TEST(mapped_memory_is_zero_and_unmapped_memory_an_error)
{
    program("a.trace", "@map 0x1000000 8KiB rw; S4096 S4097 @unmap 0x1000000 4KiB; "
                       "L4097 L4096");
    assert_fails(
        "a.trace: address 0x1000000 of address space 0 is in none of its regions; map it, "
        "or declare a region for it (at reference 4)",
        PROCESS, NULL);
    const struct counters *c =
        run_alone("@map 0x1000000 8KiB rw; S4096 S4097 @unmap 0x1000000 4KiB; L4097",
                  PROCESS, NULL, NULL);
    ck_assert_uint_eq(c->faults_zero_fill, 2);
    ck_assert_uint_eq(c->faults, 2);
    ck_assert_uint_eq(c->elapsed,
                      SWITCH + 2 * OPERATION + 3 * REFERENCE + 2 * (FAULT + ZERO));
    ck_assert_uint_eq(c->cpu_fault, 2 * OPERATION + 2 * (FAULT + ZERO));
}
END_TEST

/* The message names the byte's page and the reference that used it, of any kind. */
START_TEST(a_reference_that_crosses_into_nothing_fails)
{
    program("a.trace", "I1 L998 S999+");
    assert_fails("a.trace: address 0x3e8000 of address space 0 is in none of its regions; "
                 "map it, or declare a region for it (at reference 3)",
                 PROCESS, NULL);
}
END_TEST

START_TEST(a_mapping_in_the_place_of_another_one_is_new_memory)
{
    const struct counters *c =
        run_alone("@map 0x1000000 4KiB rw; S4096 @map 0x1000000 4KiB rw; L4096 S4096",
                  PROCESS, "machine.frames=1", NULL);
    ck_assert_uint_eq(c->faults_zero_fill, 2);
    ck_assert_uint_eq(c->faults, 2);
    ck_assert_uint_eq(c->page_outs, 0);
    ck_assert_uint_eq(count_of(o.results, "a", "resident_max"), 1);
    ck_assert_uint_eq(c->elapsed,
                      SWITCH + 2 * OPERATION + 3 * REFERENCE + 2 * (FAULT + ZERO));
}
END_TEST

/* One byte before and one after the boundary between two pages are those two pages. */
START_TEST(ranges_are_rounded_outwards_to_pages)
{
    const struct counters *c = run_alone(
        "@map 0x1000fff 2 rw; S4096 S4097 @unmap 0x1001000 1; L4096", PROCESS, NULL, NULL);
    ck_assert_uint_eq(c->faults, 2);
    drop_outcome();
    program("a.trace", "@map 0x1000fff 2 rw; S4096 S4097 @unmap 0x1001000 1; L4097");
    assert_fails(
        "a.trace: address 0x1001000 of address space 0 is in none of its regions; map it, "
        "or declare a region for it (at reference 3)",
        PROCESS, NULL);
}
END_TEST

/* The second frame is free for page 3; or, in one frame, the only slot is free for page 2,
 * after page 1 had it. */
START_TEST(unmapping_frees_frames_and_slots)
{
    const struct counters *c =
        run_alone("S1 S2 @unmap 0x1000 4KiB; S3", PROCESS, "machine.frames=2", NULL);
    ck_assert_uint_eq(c->page_outs, 0);
    c = run_again(PROCESS, "machine.frames=1", "swap.size=4096");
    ck_assert_uint_eq(c->page_outs_dirty, 2);
    ck_assert_uint_eq(c->swap_used_max, 1);
}
END_TEST

/* --- protect -------------------------------------------------------------------------- */

/* The fault is the program's own business: the second store does not fault again. */
START_TEST(a_store_into_a_read_only_page_is_a_protection_fault)
{
    const struct counters *c =
        run_alone("S1 S2 @protect 0x1000 4KiB r; L1 S2 S1 S1 L1", PROCESS, NULL, NULL);
    ck_assert_uint_eq(c->faults_protection, 1);
    ck_assert_uint_eq(c->faults_zero_fill, 2);
    ck_assert_uint_eq(c->faults_reclaim, 0);
    ck_assert_uint_eq(c->faults, 3);
    ck_assert_uint_eq(c->faults_cold, 2);
    ck_assert_uint_eq(c->elapsed,
                      SWITCH + OPERATION + 7 * REFERENCE + 2 * (FAULT + ZERO) + FAULT);
}
END_TEST

/* A load lets the page be read; a store needs another fault. */
START_TEST(a_page_without_access_faults_at_every_kind_of_access)
{
    const struct counters *c =
        run_alone("S1 @protect 0x1000 1 -; L1 L1 S1 S1", PROCESS, NULL, NULL);
    ck_assert_uint_eq(c->faults_protection, 2);
    ck_assert_uint_eq(c->faults, 3);
    ck_assert_uint_eq(count_of(o.results, "a", "resident_max"), 1);
    ck_assert_uint_eq(c->elapsed,
                      SWITCH + OPERATION + 5 * REFERENCE + (FAULT + ZERO) + 2 * FAULT);
}
END_TEST

START_TEST(a_page_that_is_made_writable_again_does_not_fault)
{
    const struct counters *c = run_alone(
        "S1 @protect 0x1000 4KiB r; @protect 0x1000 4KiB rw; S1", PROCESS, NULL, NULL);
    ck_assert_uint_eq(c->faults, 1);
    ck_assert_uint_eq(c->faults_protection, 0);
}
END_TEST

/* One trap for both: the page is not there, and is not to be stored into. */
START_TEST(a_first_store_into_a_read_only_region_counts_as_both)
{
    const struct counters *c =
        run_alone("@map 0x1000000 4KiB r; S4096 S4096", PROCESS, NULL, NULL);
    ck_assert_uint_eq(c->faults, 1);
    ck_assert_uint_eq(c->faults_zero_fill, 1);
    ck_assert_uint_eq(c->faults_protection, 1);
    ck_assert_uint_eq(c->elapsed, SWITCH + OPERATION + 2 * REFERENCE + FAULT + ZERO);
}
END_TEST

/* --- advise --------------------------------------------------------------------------- */

/* The dirty page is dropped, not written. */
START_TEST(memory_that_is_not_needed_is_zero_again)
{
    const struct counters *c = run_alone("S1 S2 @advise 0x1000 4KiB dontneed; L1 L2",
                                         PROCESS, "machine.frames=2", NULL);
    ck_assert_uint_eq(c->faults_zero_fill, 3);
    ck_assert_uint_eq(c->faults, 3);
    ck_assert_uint_eq(c->page_outs, 0);
    ck_assert_uint_eq(c->swap_writes, 0);
    ck_assert_uint_eq(c->elapsed, SWITCH + OPERATION + 4 * REFERENCE + 3 * (FAULT + ZERO));
}
END_TEST

/* The textbook's kernel knows nothing of it. */
START_TEST(advice_that_a_kernel_does_not_know_is_passed_over)
{
    const struct counters *c = run_alone(
        "S1 S2 @advise 0x1000 8KiB free; @advise 0x1000 8KiB cold; @advise 0x1000 8KiB "
        "pageout; @advise 0x1000 8KiB hugepage; @advise 0x1000 8KiB nohugepage; L1 L2",
        PROCESS, "machine.frames=2", NULL);
    ck_assert_uint_eq(c->faults, 2);
    ck_assert_uint_eq(c->page_outs, 0);
}
END_TEST

/* A file is what it was: its page is still in memory. */
START_TEST(a_page_of_a_file_that_is_not_needed_is_reclaimed)
{
    const struct counters *c = run_alone(
        "@map 0x1000000 4KiB r file f; L4096 @advise 0x1000000 4KiB dontneed; L4096",
        PROCESS, NULL, NULL);
    ck_assert_uint_eq(c->faults_major, 1);
    ck_assert_uint_eq(c->faults_reclaim, 1);
    ck_assert_uint_eq(c->page_ins, 1);
    ck_assert_uint_eq(c->elapsed,
                      SWITCH + 2 * OPERATION + 2 * REFERENCE + 2 * FAULT + LATENCY);
}
END_TEST

/* The three pages are read from 5 on, each 1 ms.  S9: 15..46, and on to 1546, when page 1
 * is there (1005) and the others are not: page 2 is waited for from 1567 to 2005, page 3
 * from 2016 to 3005. */
START_TEST(memory_that_will_be_needed_is_read_meanwhile)
{
    const struct counters *c = run_alone(
        "@advise 0x1000 12KiB willneed; S9x1501 L1 L2 L3",
        "workload=[{trace: a.trace, regions: [{start: 0x1000, size: 12 KiB, backing: "
        "store}, {start: 0x9000, size: 4 KiB}]}]",
        NULL, NULL);
    ck_assert_uint_eq(c->page_ins, 3);
    ck_assert_uint_eq(c->pages_read_ahead, 3);
    ck_assert_uint_eq(c->read_ahead_hits, 3);
    ck_assert_uint_eq(c->faults_reclaim, 1);
    ck_assert_uint_eq(c->faults_in_transfer, 2);
    ck_assert_uint_eq(c->faults_major, 0);
    ck_assert_uint_eq(c->elapsed, 3006 * US);
    ck_assert_uint_eq(c->paging_wait, (2005 - 1567 + 3005 - 2016) * US);
}
END_TEST

/* S9 takes one of three frames; a page that has no frame is read when it is used. */
START_TEST(what_will_be_needed_is_read_while_frames_are_free)
{
    const struct counters *c = run_alone(
        "S9 @advise 0x1000 12KiB willneed; S9x3000 L1 L2 L3",
        "workload=[{trace: a.trace, regions: [{start: 0x1000, size: 12 KiB, backing: "
        "store}, {start: 0x9000, size: 4 KiB}]}]",
        "machine.frames=3", NULL);
    ck_assert_uint_eq(c->pages_read_ahead, 2);
    ck_assert_uint_eq(c->faults_reclaim, 2);
    ck_assert_uint_eq(c->faults_major, 1);
    ck_assert_uint_eq(c->page_outs, 1);
}
END_TEST

/* What is zero needs no reading. */
START_TEST(zeros_that_will_be_needed_are_not_read)
{
    const struct counters *c =
        run_alone("S2 @advise 0 16KiB willneed; L1 L2", PROCESS, NULL, NULL);
    ck_assert_uint_eq(c->page_ins, 0);
    ck_assert_uint_eq(c->pages_read_ahead, 0);
    ck_assert_uint_eq(c->faults_zero_fill, 2);
}
END_TEST

/* Of an aligned window of four pages of a file, all come with the first; not if use is said
 * to be random; and the window ends with the region. */
START_TEST(advice_of_random_use_stops_read_ahead)
{
    static const struct {
        const char *advice;
        unsigned major, reclaim, requests;
    } cases[] = {
        {"", 2, 3, 2},
        {"@advise 0x1000000 20KiB random;", 5, 0, 5},
        {"@advise 0x1000000 20KiB sequential;", 2, 3, 2},
        {"@advise 0x1000000 20KiB random; @advise 0x1000000 20KiB normal;", 2, 3, 2},
        {"@advise 0x1000000 8KiB random;", 4, 1, 4},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        char text[160];
        snprintf(text, sizeof text,
                 "@map 0x1000000 20KiB r file f; %s L4096 L4097 L4098 L4099 L4100",
                 cases[i].advice);
        const struct counters *c = run_alone(text, PROCESS, "swap.read_ahead=4", NULL);
        ck_assert_uint_eq(c->faults_major, cases[i].major);
        ck_assert_uint_eq(c->faults_reclaim, cases[i].reclaim);
        ck_assert_uint_eq(c->read_ahead_hits, cases[i].reclaim);
        ck_assert_uint_eq(c->swap_reads, cases[i].requests);
        ck_assert_uint_eq(c->page_ins, 5);
    }
}
END_TEST

static Suite *operations_suite(void)
{
    Suite *suite = suite_create("operations");
    TCase *tcase = tcase_create("operations");
    tcase_add_checked_fixture(tcase, alone_setup, alone_teardown);
    tcase_add_test(tcase, mapped_memory_is_zero_and_unmapped_memory_an_error);
    tcase_add_test(tcase, a_reference_that_crosses_into_nothing_fails);
    tcase_add_test(tcase, a_mapping_in_the_place_of_another_one_is_new_memory);
    tcase_add_test(tcase, ranges_are_rounded_outwards_to_pages);
    tcase_add_test(tcase, unmapping_frees_frames_and_slots);
    tcase_add_test(tcase, a_store_into_a_read_only_page_is_a_protection_fault);
    tcase_add_test(tcase, a_page_without_access_faults_at_every_kind_of_access);
    tcase_add_test(tcase, a_page_that_is_made_writable_again_does_not_fault);
    tcase_add_test(tcase, a_first_store_into_a_read_only_region_counts_as_both);
    tcase_add_test(tcase, memory_that_is_not_needed_is_zero_again);
    tcase_add_test(tcase, advice_that_a_kernel_does_not_know_is_passed_over);
    tcase_add_test(tcase, a_page_of_a_file_that_is_not_needed_is_reclaimed);
    tcase_add_test(tcase, memory_that_will_be_needed_is_read_meanwhile);
    tcase_add_test(tcase, what_will_be_needed_is_read_while_frames_are_free);
    tcase_add_test(tcase, zeros_that_will_be_needed_are_not_read);
    tcase_add_test(tcase, advice_of_random_use_stops_read_ahead);
    suite_add_tcase(suite, tcase);
    return suite;
}

int main(void)
{
    return run_suite(operations_suite());
}
