/* schedule_test.c -- processes on CPUs: who runs when, and what the waiting is booked as.
 * All times are worked out by hand, from the costs of the machine in timed.h.
 *
 * A step holds up to 64 references here, and what falls due within one happens at its end;
 * programs and times are chosen so that steps begin and end where the comments say. */
#include "workload/timed.h"

#define NO_FAULT_COSTS "machine.cost.fault=0 s", "machine.cost.page_zero=0 s"

/* 5+64: switch and run; A, B and C have 160, 160 and 96 references.
 *   A 5..69  B 74..138  C 143..207  A 212..276  B 281..345  C 350..382 ends
 *   A 387..419 ends  B 424..456 ends */
START_TEST(processes_take_turns_of_one_quantum)
{
    program("a.trace", "S1x160");
    program("c.trace", "S1x96");
    struct outcome o = run_timed(NO_FAULT_COSTS, "scheduler.quantum=64 us",
                                 "workload=[{trace: a.trace, " ZEROS
                                 "}, {trace: a.trace, " ZEROS "}, {trace: "
                                 "c.trace, " ZEROS "}]",
                                 NULL);
    const struct cell_result *r = o.results;
    ck_assert_uint_eq(time_of(r, "a", "elapsed"), 419 * US);
    ck_assert_uint_eq(time_of(r, "a", "user"), 160 * US);
    ck_assert_uint_eq(time_of(r, "a", "ready_wait"), 259 * US);
    ck_assert_uint_eq(time_of(r, "a.2", "elapsed"), 456 * US);
    ck_assert_uint_eq(time_of(r, "a.2", "ready_wait"), 296 * US);
    ck_assert_uint_eq(time_of(r, "c", "elapsed"), 382 * US);
    ck_assert_uint_eq(time_of(r, "c", "ready_wait"), 286 * US);
    ck_assert_uint_eq(r->counters.elapsed, 456 * US);
    ck_assert_uint_eq(r->counters.context_switches, 8);
    ck_assert_uint_eq(r->counters.cpu_switch, 40 * US);
    ck_assert_uint_eq(r->counters.cpu_user, 416 * US);
    ck_assert_uint_eq(r->counters.cpu_idle + r->counters.cpu_idle_paging, 0);
    outcome_free(&o);
}
END_TEST

/* Alone it is given a new quantum each time: one switch in all. */
START_TEST(a_process_that_is_alone_keeps_the_cpu)
{
    program("a.trace", "S1x1000");
    struct outcome o = run_timed(NO_FAULT_COSTS, "scheduler.quantum=64 us",
                                 "workload=[{trace: a.trace, " ZEROS "}]", NULL);
    ck_assert_uint_eq(o.results[0].counters.elapsed, 1005 * US);
    ck_assert_uint_eq(o.results[0].counters.context_switches, 1);
    outcome_free(&o);
}
END_TEST

/* A's quanta end at 133, 261 and 389.  B starts in the second one, and waits for its end:
 * 266..330 ends.  A: 335..399 ends. */
START_TEST(each_quantum_lasts_its_time)
{
    program("a.trace", "S1x320");
    program("b.trace", "S1x64");
    struct outcome o = run_timed(NO_FAULT_COSTS, "scheduler.quantum=128 us",
                                 "workload=[{trace: a.trace, " ZEROS
                                 "}, {trace: b.trace, start: 150 us, " ZEROS "}]",
                                 NULL);
    ck_assert_uint_eq(time_of(o.results, "b", "elapsed"), (330 - 150) * US);
    ck_assert_uint_eq(time_of(o.results, "a", "elapsed"), 399 * US);
    outcome_free(&o);
}
END_TEST

/* Low: 5..133, where High starts: High 138..202 ends, Low 207..335 ends. */
START_TEST(a_larger_priority_preempts_at_once)
{
    program("low.trace", "S1x256");
    program("high.trace", "S1x64");
    struct outcome o = run_timed(NO_FAULT_COSTS,
                                 "workload=[{trace: low.trace, " ZEROS
                                 "}, {trace: high.trace, start: 133 us, "
                                 "priority: 1, " ZEROS "}]",
                                 NULL);
    const struct cell_result *r = o.results;
    ck_assert_uint_eq(time_of(r, "high", "start"), 133 * US);
    ck_assert_uint_eq(time_of(r, "high", "elapsed"), 69 * US);
    ck_assert_uint_eq(time_of(r, "high", "ready_wait"), 5 * US);
    ck_assert_uint_eq(count_of(r, "high", "priority"), 1);
    ck_assert_uint_eq(time_of(r, "low", "elapsed"), 335 * US);
    ck_assert_uint_eq(time_of(r, "low", "ready_wait"), 79 * US);
    ck_assert_uint_eq(r->counters.context_switches, 3);
    outcome_free(&o);
}
END_TEST

/* High starts at 100, within Low's step from 69 to 133. */
START_TEST(a_step_is_not_preempted)
{
    program("low.trace", "S1x256");
    program("high.trace", "S1x64");
    struct outcome o = run_timed(NO_FAULT_COSTS,
                                 "workload=[{trace: low.trace, " ZEROS
                                 "}, {trace: high.trace, start: 100 us, "
                                 "priority: 1, " ZEROS "}]",
                                 NULL);
    const struct cell_result *r = o.results;
    ck_assert_uint_eq(time_of(r, "high", "elapsed"), 102 * US);
    ck_assert_uint_eq(time_of(r, "high", "ready_wait"), 38 * US);
    ck_assert_uint_eq(time_of(r, "low", "elapsed"), 335 * US);
    outcome_free(&o);
}
END_TEST

/* B has A's priority and waits for A's end; C has a smaller one and waits for both, however
 * often the quantum ends.
 *   A 5..261, B starts at 133: A's first quantum, 192, ends at 197: B 202..266 ends
 *   A 271..335 ends  C 340..404 */
START_TEST(equals_wait_for_the_quantum_and_lesser_ones_for_the_end)
{
    program("a.trace", "S1x256");
    program("b.trace", "S1x64");
    struct outcome o = run_timed(
        NO_FAULT_COSTS, "scheduler.quantum=192 us",
        "workload=[{trace: a.trace, priority: 2, " ZEROS "}, {name: b, trace: b.trace, "
        "start: 133 us, priority: 2, " ZEROS "}, {name: c, trace: b.trace, " ZEROS "}]",
        NULL);
    const struct cell_result *r = o.results;
    ck_assert_uint_eq(time_of(r, "b", "elapsed"), (266 - 133) * US);
    ck_assert_uint_eq(time_of(r, "a", "elapsed"), 335 * US);
    ck_assert_uint_eq(time_of(r, "c", "elapsed"), 404 * US);
    ck_assert_uint_eq(time_of(r, "c", "ready_wait"), 340 * US);
    outcome_free(&o);
}
END_TEST

/* Nothing is to be done before 1 ms, and between 1.015+0.064 and 3 ms. */
START_TEST(a_cpu_is_idle_until_a_process_starts)
{
    program("a.trace", "S1x64");
    struct outcome o = run_timed("workload=[{trace: a.trace, start: 1 ms, " ZEROS
                                 "}, {trace: a.trace, start: 3 ms, " ZEROS "}]",
                                 NULL);
    const struct counters *c = &o.results[0].counters;
    const uint64_t run = SWITCH + FAULT + ZERO + 64 * REFERENCE;
    ck_assert_uint_eq(c->elapsed, 3 * MS + run);
    ck_assert_uint_eq(c->cpu_idle, MS + (2 * MS - run));
    ck_assert_uint_eq(c->cpu_idle_paging, 0);
    ck_assert_uint_eq(time_of(o.results, "a", "start"), MS);
    ck_assert_uint_eq(time_of(o.results, "a", "elapsed"), run);
    ck_assert_uint_eq(time_of(o.results, "a.2", "elapsed"), run);
    outcome_free(&o);
}
END_TEST

/* The second and third time all pages are there: only the references take time. */
START_TEST(a_repeated_trace_finds_its_address_space_as_it_left_it)
{
    program("a.trace", "S1x10 S2 L1");
    struct outcome o = run_timed("workload=[{trace: a.trace, repeat: 3, " ZEROS "}]", NULL);
    const struct counters *c = &o.results[0].counters;
    ck_assert_uint_eq(c->references, 36);
    ck_assert_uint_eq(c->stores, 33);
    ck_assert_uint_eq(c->loads, 3);
    ck_assert_uint_eq(c->faults, 2);
    ck_assert_uint_eq(c->faults_zero_fill, 2);
    ck_assert_uint_eq(c->bytes_touched, 1024);
    ck_assert_uint_eq(c->elapsed, SWITCH + 36 * REFERENCE + 2 * (FAULT + ZERO));
    outcome_free(&o);
}
END_TEST

/* In one frame 1 2 2 1 faults three times; begun at the second 1 2, it is 2 2 1 1 or
 * 2 1 1 2, two or three times.  The copies run one after the other: nothing blocks. */
START_TEST(copies_start_further_in_the_trace_and_go_round)
{
    program("a.trace", "L1x64 L2x64 L2x64 L1x64");
    struct outcome o =
        run_timed("machine.frames=1",
                  "workload=[{trace: a.trace, copies: 4, offset: 64, " ZEROS "}]", NULL);
    const struct cell_result *r = o.results;
    const uint64_t faults[] = {3, 2, 3, 2};
    for (size_t i = 0; i < 4; i++) {
        ck_assert_uint_eq(count_at(r, TABLE_PROCESSES, i, "references"), 256);
        ck_assert_uint_eq(count_at(r, TABLE_PROCESSES, i, "faults"), faults[i]);
    }
    ck_assert_uint_eq(r->counters.references, 1024);
    outcome_free(&o);
}
END_TEST

/* Four copies of a random program, begun anywhere in its steps, and gone round twice. */
START_TEST(copies_with_any_offset_replay_all_references)
{
    static const struct random_program r = {
        .seed = 7, .references = 1000, .pages = 30, .instructions = true};
    random_program("a.trace", &r);
    struct outcome whole =
        run_timed("workload=[{trace: a.trace, repeat: 2, copies: 4}]", NULL);
    struct outcome o =
        run_timed("sweep.workload.offset=[1, 333, 1000, 123456789]", "machine.frames=25",
                  "workload.processes=[{trace: a.trace, repeat: 2, copies: 4}]", NULL);
    for (size_t i = 0; i < 4; i++) {
        const struct counters *c = &o.results[i].counters;
        ck_assert_uint_eq(c->ifetches, whole.results[0].counters.ifetches);
        ck_assert_uint_eq(c->loads, whole.results[0].counters.loads);
        ck_assert_uint_eq(c->stores, whole.results[0].counters.stores);
        ck_assert_uint_eq(c->accesses, whole.results[0].counters.accesses);
        ck_assert_uint_eq(c->bytes_touched, whole.results[0].counters.bytes_touched);
        for (size_t row = 0; row < 4; row++)
            ck_assert_uint_eq(count_at(&o.results[i], TABLE_PROCESSES, row, "references"),
                              whole.results[0].counters.references / 4);
    }
    outcome_free(&whole);
    outcome_free(&o);
}
END_TEST

/* A: 5..15 fault, waits until 1015.  B: 20..30 fault on the page that A is waiting for.
 * A: 1020..1021 ends.  B: 1026..1027 ends. */
START_TEST(a_thread_finds_the_page_that_another_one_waits_for)
{
    program("a.trace", "L1");
    struct outcome o = run_timed(
        "workload=[{trace: a.trace, space: 7}, {trace: a.trace, space: 7}]", NULL);
    const struct cell_result *r = o.results;
    ck_assert_uint_eq(r->counters.faults, 2);
    ck_assert_uint_eq(r->counters.faults_major, 1);
    ck_assert_uint_eq(r->counters.faults_in_transfer, 1);
    ck_assert_uint_eq(r->counters.page_ins, 1);
    ck_assert_uint_eq(count_of(r, "a", "faults_major"), 1);
    ck_assert_uint_eq(count_of(r, "a.2", "faults_minor"), 1);
    ck_assert_uint_eq(count_of(r, "a", "space"), count_of(r, "a.2", "space"));
    ck_assert_uint_eq(time_of(r, "a", "paging_wait"), 1000 * US);
    ck_assert_uint_eq(time_of(r, "a.2", "paging_wait"), 985 * US);
    ck_assert_uint_eq(time_of(r, "a", "elapsed"), 1021 * US);
    ck_assert_uint_eq(time_of(r, "a.2", "elapsed"), 1027 * US);
    ck_assert_uint_eq(r->counters.cpu_idle_paging, 985 * US);
    ck_assert_uint_eq(r->counters.cpu_idle, 0);
    outcome_free(&o);
}
END_TEST

/* A: 5..15 fault, waits until 1015.  B: 20..50 fault, then its references without a break,
 * 50..2050, although A could run again.  A: 2055..2056. */
START_TEST(paging_of_one_process_overlaps_with_another_ones_running)
{
    program("a.trace", "L1");
    program("b.trace", "S1x2000");
    struct outcome o =
        run_timed("workload=[{trace: a.trace}, {trace: b.trace, " ZEROS "}]", NULL);
    const struct cell_result *r = o.results;
    ck_assert_uint_eq(time_of(r, "b", "elapsed"), 2050 * US);
    ck_assert_uint_eq(time_of(r, "a", "elapsed"), 2056 * US);
    ck_assert_uint_eq(time_of(r, "a", "paging_wait"), 1000 * US);
    ck_assert_uint_eq(time_of(r, "a", "ready_wait"), (5 + 1040) * US);
    ck_assert_uint_eq(r->counters.cpu_idle + r->counters.cpu_idle_paging, 0);
    ck_assert_double_eq(r->counters.cpu_utilisation, 2001.0 / 2056);
    ck_assert_uint_eq(r->counters.effective_access_time, (2001 + 40 + 1000) * US / 2001);
    outcome_free(&o);
}
END_TEST

/* As above, but A goes before B: B's step that ends first after 1015 ends at 50+16*64=1074.
 * A: 1079..1080 ends.  B: 1085..2061. */
START_TEST(a_process_preempts_when_its_page_has_come)
{
    program("a.trace", "L1");
    program("b.trace", "S1x2000");
    struct outcome o = run_timed(
        "workload=[{trace: a.trace, priority: 9}, {trace: b.trace, " ZEROS "}]", NULL);
    ck_assert_uint_eq(time_of(o.results, "a", "elapsed"), 1080 * US);
    ck_assert_uint_eq(time_of(o.results, "a", "ready_wait"), (5 + 64) * US);
    ck_assert_uint_eq(time_of(o.results, "b", "elapsed"), 2061 * US);
    outcome_free(&o);
}
END_TEST

/* CPU 0 runs A, B from 100 to 136, and A again when its page has come, at 1015, to 1021.
 * While A waits, from 15 to 1015, both CPUs are idle for paging unless they run B. */
START_TEST(idle_cpus_are_idle_for_paging_while_a_process_waits_for_it)
{
    program("a.trace", "L1");
    program("b.trace", "S1");
    struct outcome o = run_timed(
        "machine.cpus=2",
        "workload=[{trace: a.trace}, {trace: b.trace, start: 100 us, " ZEROS "}]", NULL);
    const struct counters *c = &o.results[0].counters;
    ck_assert_uint_eq(c->elapsed, 1021 * US);
    ck_assert_uint_eq(time_of(o.results, "b", "elapsed"), 36 * US);
    ck_assert_uint_eq(c->cpu_idle, (15 + 6) * US);
    ck_assert_uint_eq(c->cpu_idle_paging, (2 * 1000 - 36) * US);
    outcome_free(&o);
}
END_TEST

static const unsigned cpu_numbers[] = {1, 2, 4, 64};

/* Whatever it does (faults, TLB misses), so many processes on so many CPUs take as long as
 * one on one, if the device serves them all at once. */
START_TEST(independent_processes_on_their_own_cpus_take_the_time_of_one)
{
    static const struct random_program r = {
        .seed = 3, .references = 400, .pages = 10, .instructions = true};
    char cpus[64], copies[64];
    random_program("a.trace", &r);
    snprintf(cpus, sizeof cpus, "machine.cpus=%u", cpu_numbers[_i]);
    snprintf(copies, sizeof copies, "workload.copies=%u", cpu_numbers[_i]);
    struct outcome one =
        run_timed("workload=[{trace: a.trace}]", "machine.mmu=x86-64", NULL);
    struct outcome all = run_timed(
        "workload.processes=[{trace: a.trace}]", "machine.mmu=x86-64",
        "swap.device={name: fixed, latency: 1 ms, servers: 64}", cpus, copies, NULL);
    const struct counters *c = &all.results[0].counters;
    ck_assert_uint_eq(c->elapsed, one.results[0].counters.elapsed);
    ck_assert_uint_eq(c->cpu_user, cpu_numbers[_i] * one.results[0].counters.cpu_user);
    ck_assert_uint_eq(c->faults, cpu_numbers[_i] * one.results[0].counters.faults);
    ck_assert_uint_eq(c->walks, cpu_numbers[_i] * one.results[0].counters.walks);
    ck_assert_uint_eq(c->ready_wait, cpu_numbers[_i] * SWITCH);
    ck_assert_uint_gt(c->faults_major, 0);
    outcome_free(&one);
    outcome_free(&all);
}
END_TEST

/* Three processes of 64 references on two CPUs: the third runs when the first ends. */
START_TEST(an_idle_cpu_takes_the_next_process)
{
    program("a.trace", "S1x64");
    struct outcome o = run_timed(NO_FAULT_COSTS, "machine.cpus=2",
                                 "workload=[{trace: a.trace, copies: 3, " ZEROS "}]", NULL);
    ck_assert_uint_eq(o.results[0].counters.elapsed, 2 * 69 * US);
    ck_assert_uint_eq(time_of(o.results, "a#1", "elapsed"), 69 * US);
    ck_assert_uint_eq(time_of(o.results, "a#2", "elapsed"), 69 * US);
    ck_assert_uint_eq(time_of(o.results, "a#3", "elapsed"), 138 * US);
    ck_assert_uint_eq(o.results[0].counters.cpu_idle, 69 * US);
    outcome_free(&o);
}
END_TEST

/* A runs on CPU 0 to 36, B on CPU 1.  When B's page comes, at 1015, both are idle: it goes
 * on where it was, which needs no switch. */
START_TEST(a_process_goes_back_to_its_cpu)
{
    program("a.trace", "S1");
    program("b.trace", "L1");
    struct outcome o = run_timed(
        "machine.cpus=2", "workload=[{trace: a.trace, " ZEROS "}, {trace: b.trace}]", NULL);
    ck_assert_uint_eq(time_of(o.results, "b", "elapsed"), 1016 * US);
    ck_assert_uint_eq(o.results[0].counters.context_switches, 2);
    outcome_free(&o);
}
END_TEST

/* B waits for its page until 1015, when A ends on CPU 0, which takes B: 1020 1021 ends.  At
 * 2000 C starts there and forks; its child is another process than B was, which CPU 1 ran
 * last, whatever has become of B's memory. */
START_TEST(a_cpu_switches_to_a_new_process)
{
    program("a.trace", "S1x980");
    program("b.trace", "L1");
    program("c.trace", "@fork 1; S1x1000");
    struct outcome o = run_timed("machine.cpus=2",
                                 "workload=[{trace: a.trace, " ZEROS
                                 "}, {trace: b.trace}, {trace: c.trace, start: "
                                 "2 ms, streams: a.trace, " ZEROS "}]",
                                 NULL);
    ck_assert_uint_eq(time_of(o.results, "a", "elapsed"), 1015 * US);
    ck_assert_uint_eq(time_of(o.results, "b", "elapsed"), 1021 * US);
    ck_assert_uint_eq(time_of(o.results, "c.1", "ready_wait"), SWITCH);
    ck_assert_uint_eq(o.results[0].counters.context_switches, 5);
    outcome_free(&o);
}
END_TEST

static Suite *schedule_suite(void)
{
    Suite *suite = suite_create("schedule");
    TCase *tcase = tcase_create("schedule");
    tcase_add_checked_fixture(tcase, folder_setup, folder_teardown);
    tcase_add_test(tcase, processes_take_turns_of_one_quantum);
    tcase_add_test(tcase, a_process_that_is_alone_keeps_the_cpu);
    tcase_add_test(tcase, each_quantum_lasts_its_time);
    tcase_add_test(tcase, a_larger_priority_preempts_at_once);
    tcase_add_test(tcase, a_step_is_not_preempted);
    tcase_add_test(tcase, equals_wait_for_the_quantum_and_lesser_ones_for_the_end);
    tcase_add_test(tcase, a_cpu_is_idle_until_a_process_starts);
    tcase_add_test(tcase, a_repeated_trace_finds_its_address_space_as_it_left_it);
    tcase_add_test(tcase, copies_start_further_in_the_trace_and_go_round);
    tcase_add_test(tcase, copies_with_any_offset_replay_all_references);
    tcase_add_test(tcase, a_thread_finds_the_page_that_another_one_waits_for);
    tcase_add_test(tcase, paging_of_one_process_overlaps_with_another_ones_running);
    tcase_add_test(tcase, a_process_preempts_when_its_page_has_come);
    tcase_add_test(tcase, idle_cpus_are_idle_for_paging_while_a_process_waits_for_it);
    tcase_add_loop_test(tcase, independent_processes_on_their_own_cpus_take_the_time_of_one,
                        0, ARRAY_LEN(cpu_numbers));
    tcase_add_test(tcase, an_idle_cpu_takes_the_next_process);
    tcase_add_test(tcase, a_process_goes_back_to_its_cpu);
    tcase_add_test(tcase, a_cpu_switches_to_a_new_process);
    suite_add_tcase(suite, tcase);
    return suite;
}

int main(void)
{
    return run_suite(schedule_suite());
}
