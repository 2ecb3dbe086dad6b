/* khugepaged.c -- see khugepaged.h: whom it looks at, how far it goes at a time, and when.
 *
 * 3.16 mm/huge_memory.c, 6.12 mm/khugepaged.c khugepaged_scan_mm_slot(), khugepaged_do_scan(),
 * khugepaged_wait_work(), __khugepaged_enter(); since 2.6.38.  Looking at entries takes no
 * time here; what it copies, zeroes and reads does.  Its weight among those who want a CPU is
 * that of nice 19: kernel/sched/core.c sched_prio_to_weight. */
#include "os/linux/linux.h"

#include <stdlib.h>

enum { WEIGHT = 15, WEIGHT_OF_OTHERS = 1024 };

/* --- whom it looks at --------------------------------------------------------------------- */

static pfn_t huge_pages(const struct linux_kernel *kernel)
{
    const struct pager *pager = kernel->pager;
    return (pfn_t)1 << (linux_huge_shift(pager) - pager->mmu.page_shift);
}

/* The ranges of the region that could be huge pages are from *first to before *end. */
static bool find_ranges(const struct region *region, pfn_t n, vpn_t *first, vpn_t *end)
{
    *first = (region->first + (n - 1)) & ~(vpn_t)(n - 1);
    *end = (region->last + 1) & ~(vpn_t)(n - 1);
    return *first < *end;
}

/* It has an anon_vma: a page of it has been used. */
static enum status is_used(struct space *space, const struct region *region, bool *used,
                           struct error *err)
{
    size_t at;
    const enum status status = space_order(space, region->first, &at, err);
    *used =
        status == OK && at < space->order.n && space->order.places[at].vpn <= region->last;
    return status;
}

/* thp_vma_allowable_order() */
static enum status may_look(struct linux_kernel *kernel, struct space *space,
                            const struct region *region, bool *may, struct error *err)
{
    vpn_t first, end;
    *may = linux_may_be_huge(kernel, region) &&
           find_ranges(region, huge_pages(kernel), &first, &end);
    return *may ? is_used(space, region, may, err) : OK;
}

static uint32_t find(const struct linux_khugepaged *k, uint32_t number)
{
    uint32_t i = 0;
    while (i < k->n && k->spaces[i] != number)
        i++;
    return i;
}

static enum status add(struct linux_kernel *kernel, uint32_t number, struct error *err)
{
    struct linux_khugepaged *k = &kernel->khugepaged;
    struct engine *engine = kernel->pager->storage.engine;
    if (k->n == k->capacity) {
        const uint32_t capacity = k->capacity ? 2 * k->capacity : 16;
        uint32_t *spaces = realloc(k->spaces, capacity * sizeof *spaces);
        if (!spaces)
            return error_nomem(err);
        k->spaces = spaces;
        k->capacity = capacity;
    }
    const bool at_head = k->at == k->n;
    k->spaces[k->n++] = number;
    if (at_head)
        k->at = k->n;
    if (k->sleeps) {
        k->sleeps = false;
        engine_schedule(engine, &k->event, engine_now(engine));
    }
    return OK;
}

enum status linux_khugepaged_enter(struct linux_kernel *kernel, struct space *space,
                                   const struct region *region, struct error *err)
{
    const struct linux_khugepaged *k = &kernel->khugepaged;
    bool may;
    if (kernel->params->khugepaged.pages_to_scan == 0 ||
        linux_huge_shift(kernel->pager) == 0 || find(k, space->number) < k->n)
        return OK;
    const enum status status = may_look(kernel, space, region, &may, err);
    return status == OK && may ? add(kernel, space->number, err) : status;
}

enum status linux_process_begin(void *state, struct pager *pager, struct space *space,
                                struct space *parent, struct error *err)
{
    struct linux_kernel *kernel = state;
    const struct linux_khugepaged *k = &kernel->khugepaged;
    (void)pager;
    return parent && find(k, parent->number) < k->n ? add(kernel, space->number, err) : OK;
}

void linux_process_end(void *state, struct pager *pager, struct space *space)
{
    struct linux_khugepaged *k = &((struct linux_kernel *)state)->khugepaged;
    const uint32_t i = find(k, space->number);
    (void)pager;
    if (i == k->n)
        return;
    if (k->at == i)
        k->next = 0;
    k->at -= k->at > i;
    k->n--;
    for (uint32_t next = i; next < k->n; next++)
        k->spaces[next] = k->spaces[next + 1];
}

/* --- a scan ------------------------------------------------------------------------------- */

/* The ranges of a region, on from where it was, until enough has been looked at or one was
 * tried, for which the space is let go of: *stop. */
static enum status scan_region(struct linux_kernel *kernel, struct space *space,
                               const struct region *region, uint64_t most,
                               uint64_t *progress, enum linux_collapse *result, bool *stop,
                               struct error *err)
{
    struct linux_khugepaged *k = &kernel->khugepaged;
    const pfn_t n = huge_pages(kernel);
    vpn_t first, end;
    bool may;
    enum status status = may_look(kernel, space, region, &may, err);
    if (status != OK)
        return status;
    if (!may || !find_ranges(region, n, &first, &end) || k->next > end) {
        ++*progress;
        return OK;
    }
    if (k->next < first)
        k->next = first;
    while (k->next < end && !*stop) {
        status = linux_collapse(kernel, space, k->next, result, err);
        if (status != OK)
            return status;
        k->next += n;
        *progress += n;
        *stop = *result != COLLAPSE_NOT_DUE || *progress >= most;
    }
    return OK;
}

/* Look at so many pages of the space under way: 1 for the space, 1 for each region that is
 * passed over, and those of the ranges. */
static enum status scan_space(struct linux_kernel *kernel, uint64_t most,
                              uint64_t *progress, enum linux_collapse *result,
                              struct error *err)
{
    struct linux_khugepaged *k = &kernel->khugepaged;
    struct space *space = kernel->pager->spaces[k->spaces[k->at]];
    bool stop = false;
    enum status status = OK;
    *progress = 1;
    *result = COLLAPSE_NOT_DUE;
    for (size_t i = 0; i < space->nregions && status == OK && !stop; i++) {
        if (linux_may_be_huge(kernel, &space->regions[i])) /* as they come: vma_merge() */
            space_merge(space, space->regions[i].first);
        const struct region *region = &space->regions[i];
        if (region->last >= k->next)
            status = scan_region(kernel, space, region, most, progress, result, &stop, err);
    }
    if (stop || status != OK)
        return status;
    k->at++;
    k->next = 0;
    kernel->counts.full_scans += k->at == k->n;
    return OK;
}

/* One step of a scan, in no time; k->delay: until the next one. */
static enum status step(struct linux_kernel *kernel, struct error *err)
{
    struct linux_khugepaged *k = &kernel->khugepaged;
    const struct linux_khugepaged_params *params = &kernel->params->khugepaged;
    enum linux_collapse result = COLLAPSE_NOT_DUE;
    enum status status = OK;
    uint64_t progress = params->pages_to_scan;
    if (!k->scanning) {
        k->scanning = true;
        k->progress = k->heads = 0;
        k->has_waited = false;
    }
    k->heads += k->at == k->n;
    if (k->n > 0 && k->heads < 2) {
        k->at = k->at == k->n ? 0 : k->at;
        status = scan_space(kernel, params->pages_to_scan - k->progress, &progress, &result,
                            err);
    }
    k->progress += progress;
    k->scanning = k->progress < params->pages_to_scan &&
                  !(result == COLLAPSE_NO_FRAMES && k->has_waited);
    if (!k->scanning) {
        k->sleeps = k->n == 0;
        k->delay = params->scan_sleep;
    } else if (result == COLLAPSE_NO_FRAMES) {
        k->has_waited = true;
        k->delay = params->alloc_sleep;
    }
    return status;
}

/* --- when it runs ------------------------------------------------------------------------- */

/* The time that others have beside so much of khugepaged's, while all CPUs are wanted. */
static psec_t time_of_others(const struct pager *pager, psec_t time)
{
    const uint64_t threads = pager->host->runnable(pager->host->context);
    const uint64_t cpus = pager->mmu.ncpus;
    return threads >= cpus ? time / WEIGHT * WEIGHT_OF_OTHERS * threads / cpus : 0;
}

static void stay(struct linux_kernel *kernel)
{
    struct linux_khugepaged *k = &kernel->khugepaged;
    struct engine *engine = kernel->pager->storage.engine;
    if (!k->sleeps)
        engine_schedule(engine, &k->event, engine_now(engine) + k->delay);
}

/* Go on until it has time to spend first, or waits. */
static void go_on(struct event *event)
{
    struct linux_kernel *kernel =
        CONTAINER_OF(event, struct linux_kernel, khugepaged.event);
    struct linux_khugepaged *k = &kernel->khugepaged;
    struct pager *pager = kernel->pager;
    const psec_t owed = pager->owed; /* by others */
    struct error err;
    enum status status;
    k->delay = 0;
    do {
        status = step(kernel, &err);
        k->work.time = pager->owed - owed;
    } while (status == OK && k->work.time == 0 && k->delay == 0);
    pager->owed = owed;
    k->work.time += mmu_finish_shootdown(&pager->mmu);
    if (status != OK)
        pager_fail(pager, &err);
    else if (k->work.time > 0)
        pager->host->work(pager->host->context, &k->work);
    else
        stay(kernel);
}

static void spent(struct kernel_work *work)
{
    struct linux_kernel *kernel = CONTAINER_OF(work, struct linux_kernel, khugepaged.work);
    const psec_t others = time_of_others(kernel->pager, work->time);
    if (kernel->khugepaged.delay < others)
        kernel->khugepaged.delay = others;
    stay(kernel);
}

void linux_khugepaged_init(struct linux_kernel *kernel)
{
    struct linux_khugepaged *k = &kernel->khugepaged;
    k->sleeps = true;
    k->work.done = spent;
    event_init(&k->event, go_on);
}

void linux_khugepaged_stop(struct linux_kernel *kernel)
{
    engine_cancel(kernel->pager->storage.engine, &kernel->khugepaged.event);
}

void linux_khugepaged_release(struct linux_kernel *kernel)
{
    free(kernel->khugepaged.spaces);
}
