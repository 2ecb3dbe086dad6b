/* fault.c -- what a fault means, in the order of the kernel: 6.12 mm/memory.c
 * handle_pte_fault(), do_anonymous_page(), do_swap_page(), do_wp_page(), do_fault();
 * mm/filemap.c filemap_fault(). */
#include "os/linux/linux.h"

#include "pager/frame.h"

/* Without a clock there are no regions: all memory is anonymous. */
static bool is_anonymous(const struct pager *pager, const struct region *region)
{
    return region->backing == BACKING_ZERO ||
           (region->backing == BACKING_STORE && !pager->storage.engine);
}

static enum status content_of(struct linux_kernel *kernel, const struct region *region,
                              page_t page, content_t *out, struct error *err)
{
    struct pager *pager = kernel->pager;
    if (pager->content_of[page] != CONTENT_NONE || !is_anonymous(pager, region))
        return pager_content(pager, page, out, err);
    const enum status status = contents_add(&pager->contents, out, page, err);
    if (status == OK)
        pager->content_of[page] = *out;
    return status;
}

/* A fault that must wait for what another one reads is tried again, and major for the process,
 * but read nothing itself: mm_account_fault(). */
static void count(struct linux_kernel *kernel, struct fault *fault, bool major,
                  bool in_transit, bool copy, bool resident, bool barred)
{
    struct pager_counts *counts = &kernel->pager->counts;
    const bool minor = !major && !in_transit;
    if (fault->counted)
        return;
    fault->counted = true;
    linux_forget_stopped(kernel);
    kernel->counts.pgfault++;
    kernel->counts.pgmajfault += major;
    counts->faults++;
    counts->faults_major += !minor;
    counts->faults_minor += minor;
    counts->faults_in_transfer += in_transit;
    counts->faults_cold += !(kernel->pager->mmu.bits[fault->page] & PAGE_SEEN);
    counts->faults_protection += barred;
    counts->faults_copy += minor && copy;
    counts->faults_zero_fill += minor && !copy && !resident;
    counts->faults_reclaim += minor && !copy && resident && !barred;
}

/* A policy that is told of every access is told of pages that it has, each in a frame of its
 * own. */
static bool shares_zeros(const struct pager *pager)
{
    return pager->policy->sees == POLICY_REF_BITS;
}

/* The frame that stands for all anonymous pages that have only been read. */
static enum status zero_page(struct linux_kernel *kernel, page_t page, struct error *err)
{
    struct pager *pager = kernel->pager;
    if (kernel->zero == CONTENT_NONE) {
        const pfn_t pfn = frame_take(pager);
        if (pfn == PFN_NONE)
            return OK;
        const enum status status = contents_add(&pager->contents, &kernel->zero, page, err);
        if (status != OK)
            return status;
        frame_put(pager, pfn, kernel->zero, FRAME_WIRED);
    }
    pager->contents.all[kernel->zero].refs++;
    pager->content_of[page] = kernel->zero;
    return OK;
}

/* What is read back at once, and by its only user, does not go through the swap cache. */
bool linux_swaps_at_once(const struct pager *pager, const struct content *content)
{
    if (!pager->storage.engine)
        return true;
    return pager->storage.swap.in_memory && content->refs == 1;
}

/* Fill the fault's frame, with neighbours if the device takes time. */
static enum status fill(struct linux_kernel *kernel, struct fault *fault, content_t content,
                        struct error *err)
{
    struct pager *pager = kernel->pager;
    const struct content *c = &pager->contents.all[content];
    if (!c->saved || !pager->storage.engine || fault->run_length)
        return pager_fill(pager, fault, content, err);
    if (c->file != FILE_NONE)
        return linux_file_in(kernel, fault, content, err);
    return linux_swaps_at_once(pager, c) ? pager_fill(pager, fault, content, err)
                                         : linux_swap_in(kernel, fault, content, err);
}

/* A frame, charged, if it need not wait for it.  What is to be copied stays meanwhile: who copies
 * has a reference of it. */
static enum status get_frame(struct linux_kernel *kernel, struct fault *fault, pfn_t source,
                             bool *got, struct error *err)
{
    kernel->pinned = source == PFN_NONE ? PFN_NONE : folio_first(kernel->pager, source);
    enum status status = linux_alloc(kernel, fault, err);
    *got = status == OK && fault->frame != PFN_NONE;
    if (*got && !fault->run_length) /* which is charged */
        status = linux_charge(kernel, fault, 1, got, err);
    kernel->pinned = PFN_NONE;
    return status;
}

static enum status bring_in(struct linux_kernel *kernel, struct fault *fault,
                            content_t content, bool copy, struct error *err)
{
    struct pager *pager = kernel->pager;
    bool got;
    enum status status = get_frame(
        kernel, fault, copy ? pager->contents.all[content].frame : PFN_NONE, &got, err);
    if (status != OK || !got)
        return status;
    const struct content c = pager->contents.all[content];
    const bool here = copy && (c.frame != PFN_NONE || !c.saved);
    if (!here && c.file != FILE_NONE && kernel->params->cgroup_frames)
        status = linux_charge_nodes(kernel, c.file, c.file_page, 0, err);
    if (status != OK)
        return status;
    if (here) {
        linux_count_event(kernel, LINUX_FIRST_TOUCH);
        return pager_copy(pager, fault, err);
    }
    const bool swap_in = c.saved && c.file == FILE_NONE;
    linux_count_event(kernel, c.file != FILE_NONE ? LINUX_FILE_IN
                              : swap_in           ? LINUX_SWAP_IN
                                                  : LINUX_FIRST_TOUCH);
    const bool at_once = swap_in && linux_swaps_at_once(pager, &c);
    if (c.saved && !at_once)
        linux_count_event(kernel, LINUX_FAULT);
    kernel->counts.pswpin += at_once;
    kernel->memory.sparing = true;
    status = fill(kernel, fault, content, err);
    kernel->memory.sparing = false;
    if (status != OK || !at_once)
        return status;
    linux_leave_swap(pager, content);
    return OK;
}

/* What the fault's page stands for is in a frame. */
static void use_frame(struct pager *pager, struct fault *fault, pfn_t pfn)
{
    if (pager->frames[pfn].state == FRAME_FILLING) {
        pager_wait(pager, fault, pfn);
        return;
    }
    if (pager->frames[pfn].state == FRAME_LEAVING)
        pager_rescue(pager, pfn);
    pager_use(pager, fault, pfn);
}

/* What a fault begins with, whatever becomes of it: its neighbours are mapped, and what is in a
 * cache because it was read ahead is told from what is not. */
static enum status look_around(struct linux_kernel *kernel, const struct region *region,
                               struct fault *fault, content_t content, struct error *err)
{
    const struct content *c = &kernel->pager->contents.all[content];
    const bool mapped = kernel->pager->mmu.bits[fault->page] & PAGE_RESIDENT;
    if (c->file != FILE_NONE && !mapped)
        return linux_file_found(kernel, region, fault, content, err);
    if (c->frame != PFN_NONE && c->slot != SLOT_NONE && !mapped)
        linux_swap_found(kernel, fault, c->frame);
    return OK;
}

/* What the group counts and pays for before anything else. */
static enum status begin(struct linux_kernel *kernel, struct fault *fault,
                         const struct region *region, struct error *err)
{
    if (!fault->counted)
        linux_count_event(kernel, LINUX_FAULT);
    return kernel->params->cgroup_frames ? linux_charge_table(kernel, fault, region, err)
                                         : OK;
}

enum status linux_fault(void *state, struct pager *pager, struct fault *fault,
                        struct error *err)
{
    struct linux_kernel *kernel = state;
    const struct region *region;
    content_t content = CONTENT_NONE;
    if (pager_space_of(pager, fault->page)->killed_for) {
        linux_forget_stopped(kernel);
        fault->killed = true;
        return OK;
    }
    enum status status = pager_region(pager, fault, &region, err);
    if (status == OK)
        status = begin(kernel, fault, region, err);
    if (status == OK)
        status = linux_huge_fault(kernel, fault, err);
    if (status == OK)
        status = pager_region(pager, fault, &region, err);
    if (status == OK && pager->content_of[fault->page] == CONTENT_NONE && !fault->store &&
        !fault->run_length && is_anonymous(pager, region) && shares_zeros(pager))
        status = zero_page(kernel, fault->page, err);
    if (status == OK)
        status = content_of(kernel, region, fault->page, &content, err);
    if (status != OK)
        return status;
    if (!fault->counted)
        status = look_around(kernel, region, fault, content, err);
    if (status != OK)
        return status;
    const struct content c = pager->contents.all[content];
    const bool copy = fault->store && pager_must_copy(pager, fault->page);
    const bool resident = c.frame != PFN_NONE;
    const bool barred =
        fault->store ? !(region->protection & VM_WRITE) : !region->protection;
    const bool filling = resident && pager->frames[c.frame].state == FRAME_FILLING;
    if (!fault->counted && resident && !copy && content != kernel->zero &&
        (!filling || c.file != FILE_NONE))
        linux_count_event(kernel, pager->frames[c.frame].page == PAGE_NONE
                                      ? LINUX_FOUND
                                      : LINUX_FOUND_MAPPED);
    count(kernel, fault, !resident && c.saved, filling, copy, resident, barred);
    if (fault->store && !copy && c.file != FILE_NONE && pager->storage.engine &&
        !(resident && pager->frames[c.frame].dirty) && linux_pace(kernel, fault))
        return OK;
    if (resident && (!copy || filling)) {
        use_frame(pager, fault, c.frame);
        return OK;
    }
    return bring_in(kernel, fault, content, copy, err);
}
