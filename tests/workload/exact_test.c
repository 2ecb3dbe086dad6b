/* exact_test.c -- the time of one process on a device with fixed times is a sum of what was
 * counted times what it costs, to the picosecond, whatever the policy and the program. */
#include "pager/policies.h"
#include "workload/timed.h"

/* Numbers without a common divisor, so that no two sums are the same. */
#define COSTS                                                                              \
    "machine.cost.reference=1009 ps", "machine.cost.fault=1234577 ps",                     \
        "machine.cost.page_zero=765437 ps", "machine.cost.page_copy=897689 ps",            \
        "scheduler.switch=4000037 ps"

#define DEVICE "swap.device={name: fixed, latency: 104729 ns, bandwidth: 250 MB/s}"

/* Of a page: the latency, and its bytes at 4 ns each. */
static uint64_t transfer_of(const struct cell_config *config)
{
    return 104729 * NS + config->page_size * 4 * NS;
}

/* "sweep.policy=[clock, fifo, ...]": all but those that evict while the process runs, so
 * that a write need not be waited for, and one that has pages written ahead of need. */
static const char *all_policies(void)
{
    static char text[2048];
    size_t n = (size_t)snprintf(text, sizeof text, "sweep.policy=[");
    for (const struct policy_ops *const *p = policy_table; *p; p++)
        if (!(*p)->release && strcmp((*p)->name, "linux24age") != 0)
            n += (size_t)snprintf(text + n, sizeof text - n, "%s, ", (*p)->name);
    snprintf(text + n - 2, sizeof text - n + 2, "]");
    return text;
}

static void assert_exact(const struct outcome *o, size_t cell)
{
    const struct counters *c = &o->results[cell].counters;
    const uint64_t transfers = c->page_ins + c->page_outs_dirty;
    const uint64_t user = c->references * 1009 + c->tlb_l2_hits * 3011 +
                          (c->walk_accesses + c->walk_writes) * 5021;
    const uint64_t fault =
        c->faults * 1234577 + c->faults_zero_fill * 765437 + c->faults_copy * 897689;
    const uint64_t waited = transfers * transfer_of(&o->experiment->cells[cell]);
    ck_assert_uint_eq(c->cpu_user, user);
    ck_assert_uint_eq(c->cpu_fault, fault);
    ck_assert_uint_eq(c->cpu_switch, 4000037);
    ck_assert_uint_eq(c->ready_wait, 4000037);
    ck_assert_uint_eq(c->paging_wait, waited);
    ck_assert_uint_eq(c->cpu_idle_paging, waited);
    ck_assert_uint_eq(c->cpu_idle, 0);
    ck_assert_uint_eq(c->elapsed, 4000037 + user + fault + waited);
    ck_assert_uint_eq(c->effective_access_time, (user + fault + waited) / c->references);
    ck_assert_uint_eq(c->swap_reads + c->swap_writes, transfers);
    ck_assert_uint_eq(c->swap_wait_mean, 0);
    if (transfers > 0)
        ck_assert_uint_eq(c->swap_service_mean, transfer_of(&o->experiment->cells[cell]));
}

/* The upkeep of TLBs is fault time; how often policies clear bits is not counted. */
#define QUIET                                                                              \
    "cost: {walk_access: 5021 ps}, shootdown: {invalidate: 0 s, flush: 0 s}, "             \
    "adapt_page_size: yes}"
#define X86 "machine={mmu: x86-64, tlb: {"

static const char *const machines[] = {
    "machine.mmu=ideal",
    X86 "l1i: {entries: 4, ways: 2}, l1d: {entries: 8, ways: full}, l2: {entries: 24, hit: "
        "3011 ps}}, " QUIET,
    X86 "l1i: {entries: 4, ways: 1}, l1d: {entries: 4, ways: 1}, l2: {entries: 0}}, " QUIET,
};

static const char frames[] = "sweep.machine.frames=[17, 40, unlimited]";

/* elapsed = references * cost + major faults * (fault + latency + page / bandwidth) */
START_TEST(reading_takes_references_and_faults)
{
    program("a.trace", "L1x5 L2 L3x70 L1 L4 L5+ L1 I3 I99 L2 L9 L1 L10 L11 L12 L13 L14 L15 "
                       "L16 L17 L18 L19 L20 L21 L22 I3x90 L1 L23 L24 L9 L2+");
    struct outcome o =
        run_timed(COSTS, DEVICE, machines[_i], all_policies(), frames,
                  "sweep.machine.page_size=[4 KiB, 16 KiB]", "trace=a.trace", NULL);
    for (size_t i = 0; i < o.experiment->ncells; i++) {
        const struct counters *c = &o.results[i].counters;
        assert_exact(&o, i);
        ck_assert_uint_eq(c->faults, c->faults_major);
        ck_assert_uint_eq(c->page_ins, c->faults_major);
        ck_assert_uint_eq(c->page_outs_dirty, 0);
        ck_assert(_i == 0 || c->walk_accesses > 0);
    }
    outcome_free(&o);
}
END_TEST

/* Each dirty page that goes is waited for as well. */
START_TEST(writing_takes_dirty_evictions_besides)
{
    static const struct random_program r = {
        .seed = 11, .references = 700, .pages = 50, .instructions = true};
    random_program("a.trace", &r);
    struct outcome o = run_timed(COSTS, DEVICE, machines[_i], all_policies(), frames,
                                 "trace=a.trace", NULL);
    uint64_t dirty = 0, l2_hits = 0;
    for (size_t i = 0; i < o.experiment->ncells; i++) {
        assert_exact(&o, i);
        ck_assert_uint_eq(o.results[i].counters.faults, o.results[i].counters.faults_major);
        dirty += o.results[i].counters.page_outs_dirty;
        l2_hits += o.results[i].counters.tlb_l2_hits;
    }
    ck_assert_uint_gt(dirty, 100);
    ck_assert((_i == 1) == (l2_hits > 0));
    outcome_free(&o);
}
END_TEST

/* Each page that goes is dropped from the TLB, which takes time too. */
START_TEST(taking_back_takes_its_cost)
{
    static const struct random_program r = {
        .seed = 14, .references = 700, .pages = 50, .instructions = true};
    random_program("a.trace", &r);
    struct outcome o =
        run_timed(COSTS, DEVICE, "machine.mmu=x86-64", "machine.frames=30", "trace=a.trace",
                  "sweep.machine.shootdown.invalidate=[0 s, 7919 ps]", NULL);
    const struct counters *without = &o.results[0].counters, *with = &o.results[1].counters;
    ck_assert_uint_gt(with->page_outs, 20);
    ck_assert_uint_eq(with->cpu_fault, without->cpu_fault + with->page_outs * 7919);
    outcome_free(&o);
}
END_TEST

/* Memory that is zero at first, and a file of what is only read. */
START_TEST(zeroing_takes_its_cost)
{
    static const struct random_program r = {
        .seed = 12, .references = 700, .pages = 50, .instructions = true};
    random_program("a.trace", &r);
    struct outcome o = run_timed(COSTS, DEVICE, machines[_i], all_policies(), frames,
                                 "trace=a.trace", "workload.regions=infer", NULL);
    for (size_t i = 0; i < o.experiment->ncells; i++) {
        assert_exact(&o, i);
        ck_assert_uint_gt(o.results[i].counters.faults_zero_fill, 10);
        ck_assert_uint_gt(o.results[i].counters.faults_major, 10);
    }
    outcome_free(&o);
}
END_TEST

/* A private file: a store copies its page, if that is in memory, or reads it. */
START_TEST(copying_takes_its_cost)
{
    static const struct random_program r = {
        .seed = 13, .references = 700, .pages = 50, .instructions = true};
    random_program("a.trace", &r);
    struct outcome o = run_timed(
        COSTS, DEVICE, machines[_i], all_policies(),
        "workload=[{trace: a.trace, regions: [{start: 0, size: 1 MiB, file: f}]}]", NULL);
    for (size_t i = 0; i < o.experiment->ncells; i++) {
        assert_exact(&o, i);
        ck_assert_uint_gt(o.results[i].counters.faults_copy, 5);
        ck_assert_uint_gt(o.results[i].counters.faults_major, 10);
    }
    outcome_free(&o);
}
END_TEST

static Suite *exact_suite(void)
{
    Suite *suite = suite_create("exact");
    TCase *tcase = tcase_create("exact");
    const int n = ARRAY_LEN(machines);
    tcase_add_checked_fixture(tcase, folder_setup, folder_teardown);
    tcase_add_loop_test(tcase, reading_takes_references_and_faults, 0, n);
    tcase_add_loop_test(tcase, writing_takes_dirty_evictions_besides, 0, n);
    tcase_add_test(tcase, taking_back_takes_its_cost);
    tcase_add_loop_test(tcase, zeroing_takes_its_cost, 0, n);
    tcase_add_loop_test(tcase, copying_takes_its_cost, 0, n);
    suite_add_tcase(suite, tcase);
    return suite;
}

int main(void)
{
    return run_suite(exact_suite());
}
