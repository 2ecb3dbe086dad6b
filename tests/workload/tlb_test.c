/* tlb_test.c -- TLBs of processes and threads on several CPUs: switches, shootdowns, and a
 * machine whose kernel must keep the referenced bits.  Counts are reckoned by hand. */
#include "workload/timed.h"

#define X86 "machine.mmu=x86-64", "machine.cost.walk_access=0 s"
#define NO_UPKEEP "machine.shootdown={send: 0 s, receive: 0 s, invalidate: 0 s, flush: 0 s}"

/* Two processes of four pages take turns, one quantum of eight references each. */
static uint64_t walks_with(const char *asids, const char *text)
{
    program("a.trace", text);
    struct outcome o = run_timed(X86, NO_UPKEEP, asids, "scheduler.quantum=8 us",
                                 "machine.cost.fault=0 s", "machine.cost.page_zero=0 s",
                                 "workload=[{trace: a.trace, copies: 2, " ZEROS "}]", NULL);
    const uint64_t walks = o.results[0].counters.walks;
    ck_assert_uint_eq(o.results[0].counters.faults, 8);
    outcome_free(&o);
    return walks;
}

START_TEST(a_switch_of_processes_flushes_entries_without_identifiers)
{
    static const char text[] = "S1 S2 S3 S4 L1 L2 L3 L4 L1 L2 L3 L4 L1 L2 L3 L4";
    ck_assert_uint_eq(walks_with("machine.tlb.asids=unlimited", text), 8);
    ck_assert_uint_eq(walks_with("machine.tlb.asids=2", text), 8);
    ck_assert_uint_eq(walks_with("machine.tlb.asids=0", text), 16);
    ck_assert_uint_eq(walks_with("machine.tlb.asids=1", text), 16);
}
END_TEST

START_TEST(threads_of_a_process_leave_the_tlb_to_each_other)
{
    program("a.trace", "S1 S2 S3 S4 L1 L2 L3 L4 L1 L2 L3 L4 L1 L2 L3 L4");
    struct outcome o =
        run_timed(X86, NO_UPKEEP, "machine.tlb.asids=0", "scheduler.quantum=8 us",
                  "machine.cost.fault=0 s", "machine.cost.page_zero=0 s",
                  "workload=[{trace: a.trace, copies: 2, space: 1, " ZEROS "}]", NULL);
    ck_assert_uint_eq(o.results[0].counters.faults, 4);
    ck_assert_uint_eq(o.results[0].counters.walks, 4);
    outcome_free(&o);
}
END_TEST

/* A thread unmaps four pages that the one on the other CPU, which runs on, has used. */
static struct outcome unmap_with(const char *batch, const char *lazy)
{
    program("a.trace", "S1 S2 S3 S4 L9x40 @unmap 0x1000 0x4000; L9x40");
    program("b.trace", "L8x20 L1 L2 L3 L4 L8x600");
    return run_timed(X86, "machine.cpus=2", batch, lazy, "machine.cpu_lag=1 us",
                     "machine.shootdown.send=1 us", "machine.shootdown.receive=2 us",
                     "machine.shootdown.invalidate=0 s",
                     "workload.processes=[{trace: a.trace, space: 1, " ZEROS
                     "}, {trace: b.trace, space: 1, " ZEROS "}]",
                     NULL);
}

START_TEST(pages_unmapped_are_shot_down_on_the_other_cpu)
{
    for (int page_by_page = 0; page_by_page < 2; page_by_page++) {
        struct outcome o = unmap_with(page_by_page ? "machine.shootdown.batch=1"
                                                   : "machine.shootdown.batch=unlimited",
                                      "machine.shootdown.lazy=no");
        const struct counters *c = &o.results[0].counters;
        const uint64_t rounds = page_by_page ? 4 : 1;
        const uint64_t exit = page_by_page ? 2 : 1; /* of pages 8 and 9, when b ends */
        ck_assert_uint_eq(c->shootdowns, rounds + exit);
        ck_assert_uint_eq(c->shootdown_ipis, rounds + exit);
        ck_assert_uint_eq(c->shootdown_pages, 4 + 2);
        ck_assert_uint_eq(c->shootdown_time, (rounds + exit) * 3 * US);
        /* Faults, the operation, and the interrupts at both ends; nobody runs after b. */
        ck_assert_uint_eq(c->cpu_fault, c->faults * FAULT + c->faults_zero_fill * ZERO +
                                            FAULT + rounds * 3 * US);
        outcome_free(&o);
    }
}
END_TEST

/* The other thread has ended: its CPU has nobody to run and is not interrupted. */
START_TEST(idle_cpu_is_left_alone_if_lazy)
{
    for (int lazy = 0; lazy < 2; lazy++) {
        program("a.trace", "S1 S2 S3 S4 L9x400 @unmap 0x1000 0x4000; L9x40");
        program("b.trace", "L8 L1 L2 L3 L4 L8");
        struct outcome o =
            run_timed(X86, "machine.cpus=2",
                      lazy ? "machine.shootdown.lazy=yes" : "machine.shootdown.lazy=no",
                      "workload.processes=[{trace: a.trace, space: 1, " ZEROS
                      "}, {trace: b.trace, space: 1, " ZEROS "}]",
                      NULL);
        const struct counters *c = &o.results[0].counters;
        /* The last two pages, 8 and 9, go when the process ends. */
        ck_assert_uint_eq(c->shootdown_ipis, lazy ? 0 : 2);
        ck_assert_uint_eq(c->shootdown_ipis_saved, lazy ? 6 : 0);
        outcome_free(&o);
    }
}
END_TEST

/* The clock's hand clears bits by making pages invalid: the next use of each is a fault
 * that needs no device.  With five frames for pages 1 to 6, page 6 takes a turn round all
 * five and the frame of page 1; pages 2 and 3 are used again, at a fault each. */
START_TEST(kernel_keeps_referenced_bits_where_hardware_does_not)
{
    program("a.trace", "L1 L2 L3 L4 L5 L6 L2 L3 L2");
    struct outcome o =
        run_timed("kernel.referenced=simulated", "policy=clock", "machine.frames=5",
                  "workload=[{trace: a.trace, " ZEROS "}]", NULL);
    const struct counters *c = &o.results[0].counters;
    ck_assert_uint_eq(c->faults_referenced, 2);
    ck_assert_uint_eq(c->faults, 8);
    ck_assert_uint_eq(c->faults_zero_fill, 6);
    ck_assert_uint_eq(c->cpu_fault, 8 * FAULT + 6 * ZERO);
    outcome_free(&o);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("tlb");
    TCase *tcase = tcase_create("tlb");
    tcase_add_checked_fixture(tcase, folder_setup, folder_teardown);
    tcase_add_test(tcase, a_switch_of_processes_flushes_entries_without_identifiers);
    tcase_add_test(tcase, threads_of_a_process_leave_the_tlb_to_each_other);
    tcase_add_test(tcase, pages_unmapped_are_shot_down_on_the_other_cpu);
    tcase_add_test(tcase, idle_cpu_is_left_alone_if_lazy);
    tcase_add_test(tcase, kernel_keeps_referenced_bits_where_hardware_does_not);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
