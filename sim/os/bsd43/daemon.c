/* daemon.c -- the pagedaemon, process 2: pageout() of sys/vm_page.c.  Which pages are looked
 * at, in which order, is the policy's: pagedaemon-43 has the two hands.
 *
 * It takes the CPU before all processes, a pair of pages at a time: so what it does not
 * get done before the next tick stays undone, and who waits for memory goes on when it
 * sleeps. */
#include "os/bsd43/bsd43.h"

/* The next page that the policy would have go.  PFN_NONE: a pair of hands has moved on. */
static pfn_t next_candidate(struct bsd43 *kernel, enum status *status, struct error *err)
{
    struct pager *pager = kernel->pager;
    struct bsd43_daemon *daemon = &kernel->daemon;
    pfn_t pfn = PFN_NONE;
    if (pager->policy->scan) {
        *status = instance_scan(pager, &daemon->budget, &pfn, err);
        return pfn;
    }
    /* One page a unit. */
    if (daemon->in_pair || pager->count[FRAME_ACTIVE] == 0) {
        daemon->budget--;
        return PFN_NONE;
    }
    *status = instance_victim(pager, PROCESS_ANY, &pfn, err);
    return pfn;
}

/* The hands are past a pair of pages: how many of the budget are left, and has the policy
 * given up? */
static void end_pair(struct bsd43 *kernel, uint32_t before)
{
    struct bsd43_daemon *daemon = &kernel->daemon;
    const uint64_t turns = kernel->pager->counts.turns;
    daemon->in_pair = false;
    daemon->nscan++;
    bsd43_count(kernel, BSD43_SCAN, 1);
    bsd43_spend(kernel, kernel->params->cost_pair);
    bsd43_count(kernel, BSD43_REV, (int32_t)(turns - daemon->turns));
    daemon->turns = turns;
    if (daemon->budget + 1 < before)
        daemon->desscan = daemon->nscan; /* till the next tick */
}

static bool goes_on(const struct bsd43 *kernel)
{
    return kernel->daemon.nscan < kernel->daemon.desscan &&
           bsd43_freemem(kernel) < kernel->d.lotsfree;
}

/* Look at what is left of a pair of pages.  False: a page waits for a swap header. */
static bool look_at_pair(struct bsd43 *kernel, enum status *status, struct error *err)
{
    struct bsd43_daemon *daemon = &kernel->daemon;
    if (!daemon->in_pair)
        daemon->budget = (uint32_t)(daemon->desscan - daemon->nscan);
    for (;;) {
        if (daemon->pending == PFN_NONE) {
            const uint32_t before = daemon->budget;
            daemon->pending = next_candidate(kernel, status, err);
            daemon->in_pair = true;
            if (*status == OK && daemon->pending == PFN_NONE)
                end_pair(kernel, before);
        } else if (frame_referenced(kernel->pager, daemon->pending)) {
            daemon->pending = PFN_NONE; /* used while it waited for a header */
            continue;
        }
        if (*status != OK || daemon->pending == PFN_NONE)
            return true;
        if (bsd43_take(kernel, daemon->pending, status, err) == BSD43_BLOCKED)
            return false;
        daemon->pending = PFN_NONE;
        if (*status != OK)
            return true;
    }
}

/* A pair of pages; or, if there is none to be looked at, what has been pushed.  False: it
 * sleeps. */
static bool step(struct bsd43 *kernel)
{
    struct bsd43_daemon *daemon = &kernel->daemon;
    struct error err;
    enum status status = OK;
    if (!daemon->in_pair && !goes_on(kernel)) {
        bsd43_cleanup(kernel);
        return false;
    }
    const bool more = look_at_pair(kernel, &status, &err);
    if (status != OK)
        pager_fail(kernel->pager, &err);
    return more && status == OK;
}

/* Go on until it has time to spend first, or sleeps. */
static void go_on(struct kernel_work *work)
{
    struct bsd43_daemon *daemon = CONTAINER_OF(work, struct bsd43_daemon, work);
    struct bsd43 *kernel = CONTAINER_OF(daemon, struct bsd43, daemon);
    const struct pager_host *host = kernel->pager->host;
    bool more = true;
    work->time = 0;
    daemon->runs = true;
    while (work->time == 0 && (more || daemon->woken)) {
        daemon->woken = false;
        more = step(kernel);
    }
    daemon->runs = false;
    daemon->awake = work->time > 0;
    if (daemon->awake)
        host->work(host->context, work);
}

static void wake_up(struct event *event)
{
    struct bsd43_daemon *daemon = CONTAINER_OF(event, struct bsd43_daemon, event);
    struct bsd43 *kernel = CONTAINER_OF(daemon, struct bsd43, daemon);
    const struct pager_host *host = kernel->pager->host;
    daemon->awake = true;
    if (daemon->pending == PFN_NONE)
        daemon->pushes = 0;
    else
        bsd43_cleanup(kernel);
    if (!kernel->params->cost_pair) {
        go_on(&daemon->work);
        return;
    }
    daemon->work.time = 0; /* first it gets the CPU */
    host->work(host->context, &daemon->work);
}

void bsd43_daemon_init(struct bsd43 *kernel)
{
    kernel->daemon = (struct bsd43_daemon){.pending = PFN_NONE};
    kernel->daemon.work.done = go_on;
    event_init(&kernel->daemon.event, wake_up);
}

void bsd43_wake_daemon(struct bsd43 *kernel)
{
    struct bsd43_daemon *daemon = &kernel->daemon;
    struct engine *engine = kernel->pager->storage.engine;
    if (daemon->awake)
        daemon->woken = true;
    else if (kernel->params->pagedaemon && !event_pending(&daemon->event))
        engine_schedule(engine, &daemon->event, engine_now(engine));
}
