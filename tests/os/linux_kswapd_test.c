/* linux_kswapd_test.c -- when kswapd is woken, how far it goes, when it gives up; and what a
 * process has to do by itself. */
#include "os/linux_rig.h"

#include "pager/frame.h"

enum { PAGES = 2000 };

/* 4 MiB are one zone of 1024 frames: int_sqrt(16 * 4096) = 256 kB, 64 pages are the lowest
 * mark; 80 and 96 the others.  2.4.16: 1024 / 128 = 8, but at least 20; 40 and 60.  2.4.0:
 * 1024 / 32 = 32; 64 and 96.
 *
 * Without a clock: each store takes a frame down to what is left at the low mark; the next
 * wakes kswapd, which frees until memory is balanced, and takes one of these.  So from then
 * on each `cycle` pages wake it once, and it frees as many. */
static const struct steady {
    const char *version;
    uint64_t left_low; /* frames when it is woken                                         */
    uint64_t cycle;    /* from there to where memory is balanced                          */
    uint64_t runs;     /* that it takes: in 2.4 of 32 pages                               */
} steady[] = {
    {"6.18", 80, 97 - 80, 1},   {"3.16", 80, 97 - 80, 1},  {"2.6.24", 80, 97 - 80, 1},
    {"2.4.16", 41, 61 - 41, 1}, {"2.4.0", 63, 96 - 63, 2},
};

START_TEST(kswapd_is_woken_at_low_and_goes_on_to_high)
{
    const struct steady *row = &steady[_i];
    lrig_kernel("version", row->version);
    ASSERT_OK(lrig_stores(PAGES), &lrig.err);
    const uint64_t without = 1024 - row->left_low;
    const uint64_t cycles = (PAGES - without + row->cycle - 1) / row->cycle;
    ck_assert_uint_eq(lrig.counts.pageoutrun, cycles * row->runs);
    ck_assert_uint_eq(lrig.counts.pgsteal_kswapd, cycles * row->cycle);
    ck_assert_uint_eq(lrig.counts.allocstall, 0);
    ck_assert_uint_eq(lrig.free + PAGES, 1024 + cycles * row->cycle);
}
END_TEST

/* --- with a clock ------------------------------------------------------------------------- */

/* n stores into each of the pages first .. first + pages - 1. */
static void add_stores(char *text, unsigned first, unsigned pages, unsigned n)
{
    for (char *end = text + strlen(text); pages > 0; pages--)
        end += sprintf(end, " S%ux%u", first++, n);
}

static char text[1 << 16];

/* A page takes 1.53 ms, and the disk writes it in one: kswapd is always in time. */
START_TEST(kswapd_spares_a_slow_program_reclaim)
{
    *text = '\0';
    add_stores(text, 0, PAGES, 1500);
    lrig_process(0, PAGES, text);
    lrig_run();
    ck_assert_uint_eq(lrig.counts.allocstall, 0);
    ck_assert_uint_gt(lrig.counts.pageoutrun, 10);
    ck_assert_uint_gt(lrig.counts.pgsteal_kswapd, PAGES - 1024);
    ck_assert_uint_eq(lrig.counts.pgsteal_direct, 0);
}
END_TEST

/* One takes 31 us, and the disk has a request of its own for each: what is kept free is soon
 * used, and the program must wait. */
START_TEST(a_fast_program_reclaims_too_and_waits_for_writes)
{
    lrig_kernel("max_sectors_kb", "4");
    *text = '\0';
    add_stores(text, 0, PAGES, 1);
    lrig_process(0, PAGES, text);
    lrig_run();
    ck_assert_uint_gt(lrig.counts.allocstall, 0);
    ck_assert_uint_gt(rig.totals.paging_wait, 500 * MS);
    ck_assert_uint_eq(lrig.counts.oom_kill, 0);
}
END_TEST

/* A page that kswapd looks at takes 1000 references of a microsecond. */
START_TEST(what_kswapd_does_takes_cpu_time)
{
    lrig_kernel("cost_scan", "1000");
    *text = '\0';
    add_stores(text, 0, PAGES, 3000);
    strcat(text, " @sleep 5s;");
    lrig_process(0, PAGES, text);
    lrig_run();
    ck_assert_uint_gt(lrig.counts.pgscan_kswapd, PAGES - 1024);
    ck_assert_uint_eq(lrig.counts.allocstall, 0);
    ck_assert_uint_eq(rig.totals.kernel, lrig.counts.pgscan_kswapd * MS);
}
END_TEST

/* --- step by step ------------------------------------------------------------------------- */

/* A machine with a clock on which nothing runs yet, with so many frames free: all that are in
 * use are the kernel's. */
static struct linux_kernel *idle_machine(uint64_t free_frames)
{
    lrig_process(0, 1, "S0");
    rig.processes[0].start = 1000000 * MS;
    ASSERT_OK(simulation_create(&rig.sim, &rig.params, &lrig.err), &lrig.err);
    struct linux_kernel *kernel = rig.sim->pager.kernel_state;
    while (zones_free(&kernel->memory.zones) > free_frames)
        frame_set_state(&rig.sim->pager,
                        zones_take(&kernel->memory.zones, &rig.sim->pager, ZONE_LAST, 0),
                        FRAME_WIRED);
    return kernel;
}

static void give_frames(struct linux_kernel *kernel, uint64_t free_frames)
{
    struct pager *pager = kernel->pager;
    while (zones_free(&kernel->memory.zones) < free_frames) {
        pfn_t pfn = 0;
        while (pager->frames[pfn].state != FRAME_WIRED)
            pfn++;
        frame_set_state(pager, pfn, FRAME_FREE);
        zones_give(&kernel->memory.zones, pager, pfn);
    }
}

/* Go on until kswapd is in another state; returns the time that it has taken. */
static psec_t until_it_changes(struct linux_kernel *kernel)
{
    struct engine *engine = rig.sim->engine;
    const enum linux_kswapd_state state = kernel->memory.kswapd.state;
    const psec_t then = engine_now(engine);
    while (kernel->memory.kswapd.state == state && engine_step(engine))
        ;
    return engine_now(engine) - then;
}

/* Nothing is reclaimable: 16 runs of no avail, and it is not woken again; until somebody has
 * reclaimed a page. */
START_TEST(kswapd_gives_up_after_16_runs)
{
    struct linux_kernel *kernel = idle_machine(70);
    struct linux_kswapd *kswapd = &kernel->memory.kswapd;
    linux_wake_kswapd(kernel);
    ck_assert_int_eq(kswapd->state, KSWAPD_RUNS);
    ck_assert_uint_eq(until_it_changes(kernel), 0);
    ck_assert_int_eq(kswapd->state, KSWAPD_FALLS_ASLEEP);
    ck_assert_uint_eq(kernel->counts.pageoutrun, 16);
    ck_assert_uint_eq(kswapd->failures, 16);
    ck_assert_uint_eq(until_it_changes(kernel), 100 * MS);
    ck_assert_int_eq(kswapd->state, KSWAPD_ASLEEP);
    linux_wake_kswapd(kernel);
    ck_assert_int_eq(kswapd->state, KSWAPD_ASLEEP);
    kswapd->failures = 0;
    linux_wake_kswapd(kernel);
    ck_assert_int_eq(kswapd->state, KSWAPD_RUNS);
}
END_TEST

static void nothing(struct event *event)
{
    (void)event;
}

/* Woken 50 ms later, it looks at memory again, and then the nap begins anew. */
START_TEST(kswapd_naps_before_it_sleeps_unless_it_is_woken)
{
    struct linux_kernel *kernel = idle_machine(97);
    struct linux_kswapd *kswapd = &kernel->memory.kswapd;
    struct engine *engine = rig.sim->engine;
    struct event later;
    linux_wake_kswapd(kernel); /* in vain */
    ck_assert_uint_eq(until_it_changes(kernel), 0);
    ck_assert_int_eq(kswapd->state, KSWAPD_FALLS_ASLEEP);
    event_init(&later, nothing);
    engine_schedule(engine, &later, 50 * MS);
    ck_assert(engine_step(engine));
    linux_wake_kswapd(kernel);
    ck_assert_uint_eq(until_it_changes(kernel), 100 * MS);
    ck_assert_uint_eq(kernel->counts.pageoutrun, 2);
    ck_assert_int_eq(kswapd->state, KSWAPD_ASLEEP);
}
END_TEST

/* Of a lowest mark of 64 half must be free. */
START_TEST(who_needs_memory_waits_for_kswapd_while_next_to_none_is_free)
{
    struct linux_kernel *kernel = idle_machine(33);
    struct pager *pager = kernel->pager;
    struct fault fault = {.frame = PFN_NONE};
    ck_assert(!linux_throttle(kernel, &fault));
    frame_set_state(pager, zones_take(&kernel->memory.zones, pager, ZONE_LAST, 0),
                    FRAME_WIRED);
    ck_assert(linux_throttle(kernel, &fault));
    ck_assert_ptr_eq(kernel->memory.throttled.first, &fault);
    ck_assert_int_eq(kernel->memory.kswapd.state, KSWAPD_RUNS);
    give_frames(kernel, 33);
    until_it_changes(kernel);
    ck_assert_ptr_null(kernel->memory.throttled.first);
    ck_assert_ptr_eq(pager->granted.first, &fault);
    pager->granted = (struct fault_list){0};
}
END_TEST

/* Else it would wait for ever. */
START_TEST(nobody_waits_for_kswapd_once_it_has_given_up)
{
    struct linux_kernel *kernel = idle_machine(10);
    struct pager *pager = kernel->pager;
    struct fault fault = {.frame = PFN_NONE};
    ck_assert(linux_throttle(kernel, &fault));
    until_it_changes(kernel);
    ck_assert_ptr_eq(pager->granted.first, &fault);
    pager->granted = (struct fault_list){0};
    fault = (struct fault){.frame = PFN_NONE};
    ck_assert(!linux_throttle(kernel, &fault));
}
END_TEST

START_TEST(before_3_6_nobody_waited_for_kswapd)
{
    lrig_kernel("version", "2.6.32");
    struct linux_kernel *kernel = idle_machine(10);
    struct fault fault = {.frame = PFN_NONE};
    frame_set_state(kernel->pager, 0,
                    FRAME_LEAVING); /* it has not given up               */
    ck_assert(!linux_throttle(kernel, &fault));
}
END_TEST

static uint64_t runnable;

static uint64_t say_runnable(void *context)
{
    (void)context;
    return runnable;
}

/* After 10 ms of CPU time: n threads and kswapd have the same share of the CPUs. */
static const struct {
    uint64_t runnable;
    unsigned cpus;
    psec_t pause;
} shares[] = {{0, 1, 0}, {1, 1, 10 * MS}, {3, 1, 30 * MS}, {1, 2, 0}, {3, 2, 10 * MS}};

START_TEST(kswapd_has_its_share_of_the_cpus)
{
    struct linux_kernel *kernel = idle_machine(70);
    struct pager *pager = kernel->pager;
    struct linux_kswapd *kswapd = &kernel->memory.kswapd;
    struct pager_host host = *pager->host;
    host.runnable = say_runnable;
    pager->host = &host;
    pager->mmu.ncpus = shares[_i].cpus;
    runnable = shares[_i].runnable;
    linux_wake_kswapd(kernel);
    engine_cancel(rig.sim->engine, &kswapd->event);
    kswapd->work.time = 10 * MS;
    kswapd->work.done(&kswapd->work);
    ck_assert_uint_eq(engine_next(rig.sim->engine), shares[_i].pause);
    pager->mmu.ncpus = 1;
}
END_TEST

/* A kernel that sleeps for a second, and for five, after a run of no avail; if it is woken
 * meanwhile it runs again after that. */
static const struct {
    const char *version;
    psec_t time;
} naps[] = {{"2.4.16", 1000 * MS}, {"2.4.32", 5000 * MS}, {"2.6.24", 0}};

START_TEST(older_kernels_sleep_after_a_run_in_vain)
{
    lrig_kernel("version", naps[_i].version);
    struct linux_kernel *kernel = idle_machine(30);
    struct linux_kswapd *kswapd = &kernel->memory.kswapd;
    linux_wake_kswapd(kernel);
    ck_assert_uint_eq(until_it_changes(kernel), 0);
    if (naps[_i].time > 0) {
        ck_assert_int_eq(kswapd->state, KSWAPD_FALLS_ASLEEP);
        ck_assert_uint_eq(until_it_changes(kernel), naps[_i].time);
    }
    ck_assert_int_eq(kswapd->state, KSWAPD_ASLEEP);
    ck_assert_uint_eq(kernel->counts.pageoutrun, 1);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("linux kswapd");
    TCase *tcase = tcase_create("linux kswapd");
    tcase_add_checked_fixture(tcase, lrig_setup, rig_teardown);
    tcase_add_loop_test(tcase, kswapd_is_woken_at_low_and_goes_on_to_high, 0,
                        ARRAY_LEN(steady));
    tcase_add_test(tcase, kswapd_spares_a_slow_program_reclaim);
    tcase_add_test(tcase, a_fast_program_reclaims_too_and_waits_for_writes);
    tcase_add_test(tcase, what_kswapd_does_takes_cpu_time);
    tcase_add_test(tcase, kswapd_gives_up_after_16_runs);
    tcase_add_test(tcase, kswapd_naps_before_it_sleeps_unless_it_is_woken);
    tcase_add_test(tcase, who_needs_memory_waits_for_kswapd_while_next_to_none_is_free);
    tcase_add_test(tcase, nobody_waits_for_kswapd_once_it_has_given_up);
    tcase_add_test(tcase, before_3_6_nobody_waited_for_kswapd);
    tcase_add_loop_test(tcase, kswapd_has_its_share_of_the_cpus, 0, ARRAY_LEN(shares));
    tcase_add_loop_test(tcase, older_kernels_sleep_after_a_run_in_vain, 0, ARRAY_LEN(naps));
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
