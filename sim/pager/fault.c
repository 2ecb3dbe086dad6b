/* fault.c -- a fault on its way: waiting for frames and transfers, and its end. */
#include "pager/frame.h"

#include <assert.h>

static void append(struct fault_list *list, struct fault *fault)
{
    fault->next = NULL;
    if (list->last)
        list->last->next = fault;
    else
        list->first = fault;
    list->last = fault;
    list->n++;
}

static struct fault *pop(struct fault_list *list)
{
    struct fault *fault = list->first;
    list->first = fault->next;
    if (!list->first)
        list->last = NULL;
    list->n--;
    fault->next = NULL;
    return fault;
}

/* The fault that the kernel works on goes on by itself; the thread of any other is woken. */
static void make_ready(struct pager *pager, struct fault *fault)
{
    fault->ready = true;
    if (fault != pager->current && fault->wake)
        fault->wake(fault);
}

/* --- what a fault waits for --------------------------------------------------------------- */

/* The fault refers to the frame until it has used it, or its page is not wanted any more. */
static void refer(struct pager *pager, struct fault *fault, pfn_t pfn)
{
    struct frame *frame = &pager->frames[pfn];
    assert(fault->waited == PFN_NONE && !fault->ready);
    fault->waited = pfn;
    fault->next_waiter = fault;
    if (frame->waiters) {
        fault->next_waiter = frame->waiters->next_waiter;
        frame->waiters->next_waiter = fault;
    }
    frame->waiters = fault;
}

/* The fault, which has been ready or never waited, refers to no frame any more. */
static void unrefer(struct pager *pager, struct fault *fault)
{
    fault->ready = false;
    if (fault->waited == PFN_NONE)
        return;
    struct fault **last = &pager->frames[fault->waited].waiters, *before = *last;
    fault->waited = PFN_NONE;
    while (before->next_waiter != fault)
        before = before->next_waiter;
    before->next_waiter = fault->next_waiter;
    if (*last == fault)
        *last = before == fault ? NULL : before;
}

void fault_forget_frame(struct pager *pager, pfn_t pfn)
{
    struct fault *fault = pager->frames[pfn].waiters;
    pager->frames[pfn].waiters = NULL;
    for (; fault && fault->waited != PFN_NONE; fault = fault->next_waiter) {
        assert(fault->ready);
        fault->waited = PFN_NONE;
    }
}

bool fault_wake_waiters(struct pager *pager, pfn_t pfn)
{
    struct fault *last = pager->frames[pfn].waiters, *fault = last;
    while (fault) {
        fault = fault->next_waiter;
        make_ready(pager, fault);
        if (fault == last)
            return true;
    }
    return false;
}

void pager_wait(struct pager *pager, struct fault *fault, pfn_t pfn)
{
    assert(pager->frames[pfn].state == FRAME_FILLING && !fault->next);
    fault->has_waited = true;
    refer(pager, fault, pfn);
}

void pager_use(struct pager *pager, struct fault *fault, pfn_t pfn)
{
    refer(pager, fault, pfn);
    fault->ready = true;
}

/* --- frames for faults ------------------------------------------------------------------ */

static void grant(struct pager *pager, pfn_t pfn)
{
    struct fault *fault = pop(&pager->starved);
    fault->frame = pfn;
    if (fault != pager->current)
        append(&pager->granted, fault);
}

static uint32_t process_of(const struct pager *pager, const struct fault *fault)
{
    return pager->mmu.index->space_of[fault->page];
}

/* Give free frames to the faults that wait for them, and evict until there are as many on
 * their way as are wanted. */
static enum status balance(struct pager *pager, struct error *err)
{
    while (pager->starved.first) {
        const pfn_t pfn = frame_take(pager);
        if (pfn != PFN_NONE) {
            grant(pager, pfn);
            continue;
        }
        if (pager->count[FRAME_LEAVING] >= pager->starved.n ||
            pager->count[FRAME_ACTIVE] == 0)
            return OK;
        const enum status status =
            pager_evict_for(pager, process_of(pager, pager->starved.first), err);
        if (status != OK)
            return status;
    }
    return OK;
}

enum status fault_prepare(struct pager *pager, struct fault *fault, struct error *err)
{
    if (fault->told)
        return OK;
    fault->told = true;
    const uint32_t process = process_of(pager, fault);
    struct instance *instance = pager_instance(pager, process);
    const pfn_t share = instance_share(instance);
    instance_fault(pager, fault);
    if (pager->policy->release)
        return instance_release(pager, instance, err);
    if (pager->by_process && instance->active >= share)
        return pager_evict_for(pager, process, err);
    return OK;
}

enum status pager_get_frame(struct pager *pager, struct fault *fault, struct error *err)
{
    if (fault->frame != PFN_NONE)
        return OK;
    enum status status = fault_prepare(pager, fault, err);
    if (status == OK)
        status = large_get_run(pager, fault, err);
    if (status != OK)
        return status;
    if (fault->frame == PFN_NONE && !pager->starved.first)
        fault->frame = frame_take(pager);
    if (fault->frame != PFN_NONE)
        return OK;
    append(&pager->starved, fault);
    return balance(pager, err);
}

/* --- the end of a fault ----------------------------------------------------------------- */

/* True if what the fault's page stands for is in the frame, to be used as it is. */
static bool can_map(const struct pager *pager, const struct fault *fault, pfn_t pfn,
                    bool copy)
{
    if (pfn == PFN_NONE || (copy && fault->store))
        return false;
    const uint8_t state = pager->frames[pfn].state;
    return state == FRAME_HELD || state == FRAME_ACTIVE || state == FRAME_WIRED;
}

/* What the fault waited for stays in memory for others. */
static void let_go(struct pager *pager, const struct fault *fault)
{
    if (fault->waited != PFN_NONE && pager->frames[fault->waited].state == FRAME_HELD)
        frame_activate(pager, fault->waited);
}

/* Map the page, alone or with its large page. */
static enum status map_page(struct pager *pager, const struct fault *fault, pfn_t pfn,
                            const struct region *region, bool writable, struct error *err)
{
    bool large = false;
    enum status status = OK;
    if (region && region->page_shift)
        status = large_map(pager, fault, pfn, &large, err);
    if (status != OK || large)
        return status;
    status = page_set_global(pager, region, fault->page, err);
    uint8_t *bits = &pager->mmu.bits[fault->page];
    *bits =
        (uint8_t)((*bits & ~PAGE_READ_ONLY) | PAGE_SEEN | (writable ? 0 : PAGE_READ_ONLY));
    if (status == OK)
        status = frame_map(pager, pfn, fault->page, err);
    return status == OK ? frame_pay_tables(pager, err) : status;
}

enum status pager_map_ahead(struct pager *pager, const struct region *region, page_t page,
                            content_t content, struct error *err)
{
    struct content *c = &pager->contents.all[content];
    c->refs += pager->content_of[page] == CONTENT_NONE;
    pager->content_of[page] = content;
    enum status status = page_set_global(pager, region, page, err);
    pager->mmu.bits[page] |= PAGE_READ_ONLY;
    if (status == OK)
        status = frame_map(pager, c->frame, page, err);
    if (status == OK)
        mmu_set_referenced(&pager->mmu, page);
    return status == OK ? frame_pay_tables(pager, err) : status;
}

/* Let through what the page's translation did not. */
static void unbar_page(struct pager *pager, page_t page, bool writable)
{
    struct mmu *mmu = &pager->mmu;
    const uint8_t bits = mmu->bits[page];
    if (!(bits & (PAGE_VALID | PAGE_WATCHED)))
        mmu_set_valid(mmu, page);
    if (writable != !!(bits & PAGE_READ_ONLY))
        return;
    if (writable)
        large_allow_store(pager, page);
    mmu_set_read_only(mmu, page, !writable);
}

/* The page has been mapped to the frame, which the policy knows. */
static void tell_mapped(struct pager *pager, pfn_t pfn, page_t page)
{
    if (!pager->policy->mapped)
        return;
    mmu_set_referenced(&pager->mmu, page);
    pager->policy->mapped(pager_owner(pager, pfn)->state, pfn);
}

/* Give the fault its page, which is in the frame. */
static enum status use_page(struct pager *pager, struct fault *fault, pfn_t pfn, bool copy,
                            struct error *err)
{
    const page_t page = fault->page;
    const struct region *region =
        space_region(pager_space_of(pager, page), pager->mmu.index->vpns[page]);
    const bool writable = !copy &&
                          (fault->store || !region || region->protection & VM_WRITE) &&
                          kernel_lets_store(pager, page, pfn, fault->store);
    if (pager->mmu.bits[page] & PAGE_RESIDENT) {
        unbar_page(pager, page, writable);
    } else {
        const enum status status = map_page(pager, fault, pfn, region, writable, err);
        if (status != OK)
            return status;
        if (pager->frames[pfn].state == FRAME_ACTIVE)
            tell_mapped(pager, pfn, page);
    }
    struct frame *frame = &pager->frames[pfn];
    pager->counts.read_ahead_hits += frame->read_ahead;
    frame->read_ahead = false;
    fault->brought = frame->state == FRAME_HELD;
    if (fault->brought)
        frame_activate(pager, pfn);
    /* Where referenced bits are simulated a policy may have made it invalid at once; the
     * access that follows finds it valid, unless tables have taken its frame. */
    if ((pager->mmu.bits[page] & (PAGE_RESIDENT | PAGE_VALID | PAGE_WATCHED)) ==
        PAGE_RESIDENT)
        mmu_set_valid(&pager->mmu, page);
    return OK;
}

/* The page is in memory: map it.  False if that is no longer so, or a store needs more. */
static enum status finish(struct pager *pager, struct fault *fault, bool *mapped,
                          struct error *err)
{
    const page_t page = fault->page;
    const content_t content = pager->content_of[page];
    const pfn_t pfn =
        content == CONTENT_NONE ? PFN_NONE : pager->contents.all[content].frame;
    const bool copy = pager_must_copy(pager, page);
    *mapped = can_map(pager, fault, pfn, copy);
    if (!*mapped || fault->waited != pfn)
        let_go(pager, fault);
    enum status status = *mapped ? use_page(pager, fault, pfn, copy, err) : OK;
    if (status == OK)
        large_let_go(pager, fault);
    if (status == OK && *mapped && pager->kernel->mapped)
        status = pager->kernel->mapped(pager->kernel_state, pager, fault, pfn, err);
    /* Tables that the mapping needed may have taken the frame. */
    *mapped = *mapped && pager->mmu.bits[page] & PAGE_RESIDENT;
    return status;
}

/* Is the access not to be made?  Execution is not told from reading, which any protection
 * but none allows, as on hardware without a bit that forbids it. */
static bool is_violation(const struct pager *pager, const struct fault *fault)
{
    const struct space *space = pager_space_of(pager, fault->page);
    if (!space->violations)
        return false;
    const struct region *region = space_region(space, pager->mmu.index->vpns[fault->page]);
    return !region || !(region->protection & (fault->store ? VM_WRITE : UINT8_MAX));
}

/* Have the kernel work on the fault until it waits or its page is there. */
static enum status work(struct pager *pager, struct fault *fault, struct error *err)
{
    pager->current = fault;
    fault->busy = false;
    const enum status status = pager->kernel->fault(pager->kernel_state, pager, fault, err);
    pager->current = NULL;
    if (status == OK && fault->run_length)
        large_follow(pager, fault);
    return status;
}

static void end(struct pager *pager, struct fault *fault)
{
    fault->active = false;
    /* A frame that it was given and does not need: another thread was faster. */
    if (fault->frame != PFN_NONE)
        frame_free(pager, fault->frame);
    fault->frame = PFN_NONE;
}

/* What it has waited for is left to others. */
void pager_abandon(struct pager *pager, struct fault *fault)
{
    assert(fault->active && !fault->next);
    let_go(pager, fault);
    unrefer(pager, fault);
    end(pager, fault);
    large_let_go(pager, fault);
}

static enum status end_violation(struct pager *pager, struct fault *fault)
{
    pager->counts.violations++;
    fault->violated = true;
    pager_abandon(pager, fault);
    return OK;
}

enum status pager_fault(struct pager *pager, struct fault *fault, page_t page, bool store,
                        struct error *err)
{
    if (!fault->active)
        *fault = (struct fault){.page = page,
                                .store = store,
                                .active = true,
                                .frame = PFN_NONE,
                                .waited = PFN_NONE,
                                .page_ins = fault->page_ins,
                                .wake = fault->wake};
    for (bool mapped = false; !mapped;) {
        if (is_violation(pager, fault))
            return end_violation(pager, fault);
        enum status status = fault->ready ? OK : work(pager, fault, err);
        if (status != OK || !fault->ready)
            return status;
        status = finish(pager, fault, &mapped, err);
        if (status != OK)
            return status;
        unrefer(pager, fault);
    }
    end(pager, fault);
    return OK;
}

enum status pager_run_granted(struct pager *pager, struct error *err)
{
    enum status status = frame_pay_tables(pager, err);
    if (pager->failed.code != OK) {
        error_copy(err, &pager->failed);
        return pager->failed.code;
    }
    if (status == OK)
        status = balance(pager, err);
    while (status == OK && pager->granted.first) {
        struct fault *fault = pop(&pager->granted);
        if (is_violation(pager, fault)) /* of what it waited for nothing is left */
            fault->ready = true;
        else /* it sets ready by itself where the frame is filled at once */
            status = work(pager, fault, err);
        if (status == OK && (fault->ready || fault->killed || fault->busy) && fault->wake)
            fault->wake(fault);
        if (status == OK)
            status = balance(pager, err);
    }
    return status;
}
