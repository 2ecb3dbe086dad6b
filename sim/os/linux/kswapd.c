/* kswapd.c -- the process of the kernel that frees memory before somebody has to wait for it.
 *
 * 2.4.16, 2.4.32 mm/vmscan.c kswapd(), kswapd_balance_pgdat(); 2.6.24, 2.6.32
 * balance_pgdat(); 5.15, 6.12 balance_pgdat(), kswapd_shrink_node(), kswapd_try_to_sleep(),
 * wakeup_kswapd(), throttle_direct_reclaim().  All zones are in one set of lists, so that a
 * pass over each zone is one pass over all.
 *
 * With a clock each pass is done at once, and what comes after it when its CPU time has been
 * spent; while programs can run, too, kswapd has no more than its share of the CPUs, as the
 * scheduler of the kernel sees to. */
#include "os/linux/linux.h"

#define SECOND UINT64_C(1000000000000) /* psec */

enum { MAX_RECLAIM_RETRIES = 16 };

/* --- what is left ------------------------------------------------------------------------ */

/* Where lists are so short that the share of each priority is no page, kernels before 4.12 look
 * again and again; here, where that takes no time, they have given up too. */
static bool has_given_up(const struct linux_kernel *kernel)
{
    const struct linux_kswapd *kswapd = &kernel->memory.kswapd;
    if (kernel->version >= LINUX_VERSION(4, 12, 0))
        return kswapd->failures >= MAX_RECLAIM_RETRIES;
    return kernel->version >= LINUX_VERSION(2, 6, 0) &&
           (kswapd->idle || kswapd->scanned >= 6 * linux_reclaimable(kernel));
}

/* allow_direct_reclaim() */
static bool may_reclaim(const struct linux_kernel *kernel)
{
    const struct zones *zones = &kernel->memory.zones;
    return kernel->version < LINUX_VERSION(3, 6, 0) || zones->endless ||
           has_given_up(kernel) || zones_free(zones) > zones->min / 2;
}

static void let_reclaim(struct linux_kernel *kernel)
{
    if (may_reclaim(kernel))
        pager_wakeup(kernel->pager, &kernel->memory.throttled);
}

bool linux_throttle(struct linux_kernel *kernel, struct fault *fault)
{
    if (!kernel->pager->storage.engine || may_reclaim(kernel))
        return false;
    linux_wake_kswapd(kernel);
    pager_sleep(kernel->pager, fault, &kernel->memory.throttled);
    return true;
}

/* --- a pass ------------------------------------------------------------------------------- */

/* How kswapd goes about it: 2.4 reclaims as a process does, until a zone is balanced; up to
 * 3.x all zones are to be, priority after priority, with naps; then it has goals. */
enum manner { MANNER_24, MANNER_26, MANNER_3 };

static enum manner manner(const struct linux_kernel *kernel)
{
    return kernel->version < LINUX_VERSION(2, 6, 0)    ? MANNER_24
           : kernel->version < LINUX_VERSION(3, 13, 0) ? MANNER_26
                                                       : MANNER_3;
}

/* Enter a state, for a time. */
static void enter(struct linux_kswapd *kswapd, enum linux_kswapd_state state, psec_t delay)
{
    kswapd->state = state;
    kswapd->delay = delay;
}

/* The lists are told that kswapd has been through the priorities, as far as it came. */
static void end_run(struct linux_kernel *kernel)
{
    struct linux_kswapd *kswapd = &kernel->memory.kswapd;
    const struct reclaim_ops *lists = linux_lists(kernel);
    if (kswapd->passes > 0 && lists && lists->finish)
        lists->finish(linux_lists_state(kernel), &kswapd->pass);
    kswapd->passes = 0;
}

static void begin_run(struct linux_kernel *kernel)
{
    struct linux_kswapd *kswapd = &kernel->memory.kswapd;
    end_run(kernel);
    linux_priorities(kernel, &kswapd->first, &kswapd->last);
    kswapd->priority = kswapd->first;
    kswapd->reclaimed = kswapd->looked_at = 0;
    kernel->counts.pageoutrun++;
    enter(kswapd, KSWAPD_RUNS, 0);
}

/* Pages that a pass is to free. */
static uint64_t wanted(const struct linux_kernel *kernel)
{
    uint64_t n = 0;
    if (manner(kernel) == MANNER_24)
        return RECLAIM_BATCH;
    for (int i = 0; i < ZONES; i++) {
        const struct zone *zone = &kernel->memory.zones.zones[i];
        if (zone->managed > 0)
            n += zone->high > RECLAIM_BATCH ? zone->high : RECLAIM_BATCH;
    }
    return n;
}

/* shrink_node() at the priority. */
static void shrink(struct linux_kernel *kernel)
{
    struct linux_kswapd *kswapd = &kernel->memory.kswapd;
    const struct reclaim_ops *lists = linux_lists(kernel);
    struct linux_reclaim reclaim;
    linux_reclaim_begin(&reclaim, kernel, false, true);
    if (kswapd->resumes) {
        reclaim.r = kswapd->pass;
        reclaim.r.stop = false;
    } else {
        reclaim.r.wanted = wanted(kernel);
        reclaim.r.priority = kswapd->priority;
        if (manner(kernel) == MANNER_24) /* one goal for all priorities */
            reclaim.r.reclaimed = kswapd->reclaimed;
        if (lists && lists->age)
            lists->age(linux_lists_state(kernel), &reclaim.r);
    }
    linux_shrink(&reclaim);
    kswapd->pass = reclaim.r;
    kswapd->priority = reclaim.r.priority;
    kswapd->resumes = reclaim.r.stop;
    kswapd->looked_at += kswapd->resumes ? 0 : reclaim.r.scanned;
    kswapd->passes++;
}

/* --- between two passes ------------------------------------------------------------------- */

/* prepare_kswapd_sleep() */
static void fall_asleep(struct linux_kernel *kernel, psec_t delay)
{
    struct linux_kswapd *kswapd = &kernel->memory.kswapd;
    end_run(kernel);
    pager_wakeup(kernel->pager, &kernel->memory.throttled);
    kswapd->woken = false;
    enter(kswapd, KSWAPD_FALLS_ASLEEP, delay);
}

/* Has nothing gone, and would nothing go before writes have ended?  congestion_wait(), later
 * reclaim_throttle(). */
static bool must_wait(const struct linux_kernel *kernel)
{
    const struct reclaim *pass = &kernel->memory.kswapd.pass;
    return pass->reclaimed == 0 && pass->written == 0 && kernel->pager->writes > 0;
}

/* How long it is before it sleeps, once it need not run. */
static psec_t nap(const struct linux_kernel *kernel)
{
    return manner(kernel) == MANNER_3 ? SECOND / 10 : 0;
}

/* It has been through the priorities, or done its share: once more, if need be. */
static void run_again(struct linux_kernel *kernel)
{
    kernel->memory.kswapd.idle = kernel->memory.kswapd.looked_at == 0;
    if (zones_balanced(&kernel->memory.zones) || has_given_up(kernel))
        fall_asleep(kernel, nap(kernel));
    else
        begin_run(kernel);
}

static void end_24(struct linux_kernel *kernel)
{
    struct linux_kswapd *kswapd = &kernel->memory.kswapd;
    const bool late = kernel->version >= LINUX_VERSION(2, 4, 32);
    kswapd->reclaimed = kswapd->pass.reclaimed;
    if (kswapd->reclaimed >= kswapd->pass.wanted)
        run_again(kernel);
    else if (kswapd->priority-- == kswapd->last)
        fall_asleep(kernel, (late ? 5 : 1) * SECOND);
}

static void end_26(struct linux_kernel *kernel)
{
    struct linux_kswapd *kswapd = &kernel->memory.kswapd;
    const unsigned priority = kswapd->priority;
    kswapd->reclaimed += kswapd->pass.reclaimed;
    if (kswapd->reclaimed >= RECLAIM_BATCH || priority == kswapd->last)
        run_again(kernel);
    else
        kswapd->priority--;
    if (priority < RECLAIM_PRIORITY - 2 && kswapd->state == KSWAPD_RUNS)
        enter(kswapd, KSWAPD_WAITS, SECOND / 10);
}

static void end_3(struct linux_kernel *kernel)
{
    struct linux_kswapd *kswapd = &kernel->memory.kswapd;
    const struct reclaim *pass = &kswapd->pass;
    kswapd->reclaimed += pass->reclaimed;
    let_reclaim(kernel);
    if (pass->scanned < pass->wanted || pass->reclaimed == 0)
        kswapd->priority--;
    if (kswapd->priority == 0) {
        kswapd->failures += kswapd->reclaimed == 0;
        run_again(kernel);
    } else if (must_wait(kernel)) {
        enter(kswapd, KSWAPD_WAITS, SECOND / 10);
    }
}

/* The pass is over: what now? */
static void end_pass(struct linux_kernel *kernel)
{
    switch (manner(kernel)) {
    case MANNER_24:
        end_24(kernel);
        break;
    case MANNER_26:
        end_26(kernel);
        break;
    case MANNER_3:
        end_3(kernel);
        break;
    }
}

/* One step of what kswapd does, in no time. */
static void step(struct linux_kernel *kernel)
{
    struct linux_kswapd *kswapd = &kernel->memory.kswapd;
    const bool balanced = zones_balanced(&kernel->memory.zones);
    /* 2.6 looks once at what it has given up. */
    const bool hopeless = has_given_up(kernel) &&
                          (manner(kernel) != MANNER_26 || kswapd->priority < kswapd->first);
    if (kswapd->state == KSWAPD_FALLS_ASLEEP) {
        if (kswapd->woken || (nap(kernel) && !balanced && !hopeless))
            begin_run(kernel);
        else
            enter(kswapd, KSWAPD_ASLEEP, 0);
        return;
    }
    enter(kswapd, KSWAPD_RUNS, 0);
    if (!kswapd->resumes && (balanced || hopeless)) {
        fall_asleep(kernel, nap(kernel));
        return;
    }
    shrink(kernel);
    if (kswapd->resumes)
        enter(kswapd, KSWAPD_WAITS, SECOND / 10);
    else
        end_pass(kernel);
}

/* --- when it runs ------------------------------------------------------------------------- */

/* The time that is left to programs after kswapd has had some: each thread that can run has
 * the same share of all CPUs, and kswapd is one. */
static psec_t time_of_others(const struct pager *pager, psec_t time)
{
    const uint64_t threads = pager->host->runnable(pager->host->context) + 1;
    const uint64_t cpus = pager->mmu.ncpus;
    return threads > cpus ? time * (threads - cpus) / cpus : 0;
}

/* Stay in the state as long as it takes. */
static void stay(struct linux_kswapd *kswapd, struct engine *engine)
{
    if (kswapd->state != KSWAPD_ASLEEP)
        engine_schedule(engine, &kswapd->event, engine_now(engine) + kswapd->delay);
}

/* Go on until it has time to spend first, or waits. */
static void go_on(struct event *event)
{
    struct linux_kernel *kernel =
        CONTAINER_OF(event, struct linux_kernel, memory.kswapd.event);
    struct linux_kswapd *kswapd = &kernel->memory.kswapd;
    const struct pager_host *host = kernel->pager->host;
    kswapd->work.time = 0;
    do {
        kswapd->spends = true;
        step(kernel);
        kswapd->spends = false;
    } while (kswapd->work.time == 0 && kswapd->delay == 0 &&
             kswapd->state != KSWAPD_ASLEEP);
    if (kswapd->work.time > 0)
        host->work(host->context, &kswapd->work);
    else
        stay(kswapd, kernel->pager->storage.engine);
}

/* What it has done takes no longer. */
static void spent(struct kernel_work *work)
{
    struct linux_kernel *kernel =
        CONTAINER_OF(work, struct linux_kernel, memory.kswapd.work);
    struct linux_kswapd *kswapd = &kernel->memory.kswapd;
    const psec_t others = time_of_others(kernel->pager, work->time);
    work->time = 0;
    if (kswapd->state == KSWAPD_FALLS_ASLEEP && kswapd->woken)
        kswapd->delay = 0;
    if (kswapd->delay < others)
        kswapd->delay = others;
    stay(kswapd, kernel->pager->storage.engine);
}

void linux_kswapd_init(struct linux_kernel *kernel)
{
    struct linux_kswapd *kswapd = &kernel->memory.kswapd;
    kswapd->work.done = spent;
    event_init(&kswapd->event, go_on);
}

void linux_kswapd_stop(struct linux_kernel *kernel)
{
    engine_cancel(kernel->pager->storage.engine, &kernel->memory.kswapd.event);
}

/* It goes on now instead of later. */
static void cut_short(struct linux_kernel *kernel)
{
    struct engine *engine = kernel->pager->storage.engine;
    struct event *event = &kernel->memory.kswapd.event;
    if (!event_pending(event))
        return; /* it has time to spend first */
    engine_cancel(engine, event);
    engine_schedule(engine, event, engine_now(engine));
}

void linux_wake_kswapd(struct linux_kernel *kernel)
{
    struct linux_kswapd *kswapd = &kernel->memory.kswapd;
    struct engine *engine = kernel->pager->storage.engine;
    if (kernel->memory.zones.endless || kswapd->spends ||
        (manner(kernel) == MANNER_3 && has_given_up(kernel)))
        return;
    if (kswapd->state == KSWAPD_FALLS_ASLEEP && !kswapd->woken) {
        kswapd->woken = true;
        if (manner(kernel) == MANNER_3)
            cut_short(kernel);
    }
    if (kswapd->state != KSWAPD_ASLEEP)
        return;
    begin_run(kernel);
    if (engine)
        engine_schedule(engine, &kswapd->event, engine_now(engine));
    while (!engine && kswapd->state != KSWAPD_ASLEEP)
        step(kernel);
}

void linux_kswapd_written(struct linux_kernel *kernel)
{
    if (kernel->memory.kswapd.state == KSWAPD_WAITS)
        cut_short(kernel);
}

void linux_spend(struct linux_kernel *kernel, uint64_t references)
{
    struct pager *pager = kernel->pager;
    const psec_t time = references * pager->params->cost_reference;
    if (kernel->memory.kswapd.spends)
        kernel->memory.kswapd.work.time += time;
    else
        pager->owed += time;
}
