/* fault.c -- what a fault means, in the order of the kernel: 6.12 mm/memory.c
 * handle_pte_fault(), do_anonymous_page(), do_swap_page(), do_wp_page(), do_fault();
 * mm/filemap.c filemap_fault(). */
#include "os/linux/linux.h"

#include "pager/frame.h"

/* How many statistics of the group change, beside that of the list to which the page comes
 * later; see group.c. */
enum { STATS_FIRST_TOUCH = 3, STATS_SWAP_IN = 6, STATS_FILE = 5 };

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

static void count(struct linux_kernel *kernel, struct fault *fault, bool major, bool copy,
                  bool resident, bool barred)
{
    struct pager_counts *counts = &kernel->pager->counts;
    if (fault->counted)
        return;
    fault->counted = true;
    kernel->counts.pgfault++;
    kernel->counts.pgmajfault += major;
    counts->faults++;
    counts->faults_major += major;
    counts->faults_minor += !major;
    counts->faults_cold += !(kernel->pager->mmu.bits[fault->page] & PAGE_SEEN);
    counts->faults_protection += barred;
    counts->faults_copy += !major && copy;
    counts->faults_zero_fill += !major && !copy && !resident;
    counts->faults_reclaim += !major && !copy && resident && !barred;
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

/* What is read back at once, without going through the swap cache, has no place in swap
 * space any more. */
static void leave_swap(struct pager *pager, content_t content)
{
    struct content *c = &pager->contents.all[content];
    if (c->slot != SLOT_NONE)
        content_give_slot(pager, content);
    c->saved = false;
}

static bool swaps_at_once(const struct pager *pager)
{
    return !pager->storage.engine || pager->storage.swap.in_memory;
}

static enum status bring_in(struct linux_kernel *kernel, struct fault *fault,
                            content_t content, bool copy, struct error *err)
{
    struct pager *pager = kernel->pager;
    bool charged;
    enum status status =
        fault->frame == PFN_NONE ? linux_charge(kernel, fault, 1, &charged, err) : OK;
    if (status == OK)
        status = pager_get_frame(pager, fault, err);
    if (status != OK || fault->frame == PFN_NONE)
        return status;
    const pfn_t pfn = fault->frame;
    const struct content c = pager->contents.all[content];
    if (!copy && c.file != FILE_NONE && kernel->params->cgroup_frames)
        status = linux_charge_nodes(kernel, fault, c.file, c.file_page, err);
    if (status != OK)
        return status;
    if (copy) {
        linux_stats(kernel, STATS_FIRST_TOUCH);
        return pager_copy(pager, fault, err);
    }
    const bool swap_in = c.saved && c.file == FILE_NONE;
    linux_stats(kernel, c.file != FILE_NONE ? STATS_FILE
                        : swap_in           ? STATS_SWAP_IN
                                            : STATS_FIRST_TOUCH);
    kernel->counts.pswpin += swap_in;
    status = pager_fill(pager, fault, content, err);
    if (status != OK || !swap_in || !swaps_at_once(pager))
        return status;
    leave_swap(pager, content);
    pager->frames[pfn].dirty = true;
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

enum status linux_fault(void *state, struct pager *pager, struct fault *fault,
                        struct error *err)
{
    struct linux_kernel *kernel = state;
    const struct region *region;
    content_t content = CONTENT_NONE;
    enum status status = pager_region(pager, fault, &region, err);
    if (status != OK)
        return status;
    if (pager->content_of[fault->page] == CONTENT_NONE && !fault->store &&
        is_anonymous(pager, region))
        status = zero_page(kernel, fault->page, err);
    if (status == OK)
        status = content_of(kernel, region, fault->page, &content, err);
    if (status != OK)
        return status;
    if (kernel->params->cgroup_frames)
        status = linux_charge_table(kernel, fault, region, err);
    if (status == OK && region->backing == BACKING_FILE && !fault->store && !fault->counted)
        status = linux_fault_around(kernel, region, fault->page, err);
    if (status != OK)
        return status;
    const struct content c = pager->contents.all[content];
    const bool copy = fault->store && pager_must_copy(pager, fault->page);
    const bool resident = c.frame != PFN_NONE;
    const bool barred =
        fault->store ? !(region->protection & VM_WRITE) : !region->protection;
    count(kernel, fault, !resident && c.saved, copy, resident, barred);
    const bool filling = resident && pager->frames[c.frame].state == FRAME_FILLING;
    if (resident && (!copy || filling)) {
        use_frame(pager, fault, c.frame);
        return OK;
    }
    return bring_in(kernel, fault, content, copy, err);
}
