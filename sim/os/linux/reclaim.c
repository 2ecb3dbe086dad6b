/* reclaim.c -- direct reclaim, and what becomes of each page that the policy would have go.
 *
 * 6.12 mm/vmscan.c do_try_to_free_pages(), shrink_folio_list() from the reference check on;
 * mm/swap_state.c add_to_swap(). */
#include "os/linux/linux.h"

#include "pager/frame.h"

/* Nobody waits for the write: it is over when it has been started. */
static bool writes_at_once(const struct pager *pager, const struct content *content)
{
    if (!pager->storage.engine)
        return true;
    return content->file == FILE_NONE && pager->storage.swap.in_memory;
}

static void unmap(struct pager *pager, pfn_t pfn)
{
    while (pager->frames[pfn].page != PAGE_NONE)
        frame_unmap(pager, pager->frames[pfn].page);
}

/* pageout() and what follows. */
static enum page_fate write_out(struct linux_reclaim *reclaim, pfn_t pfn)
{
    struct linux_kernel *kernel = reclaim->kernel;
    struct pager *pager = kernel->pager;
    struct frame *frame = &pager->frames[pfn];
    const struct content *content = &pager->contents.all[frame->content];
    struct error err;
    reclaim->r.written++;
    kernel->counts.pswpout += content->file == FILE_NONE;
    if (!writes_at_once(pager, content))
        return pager_clean(pager, pfn, NULL) == OK ? PAGE_WRITING : PAGE_ACTIVATE;
    if (pager_evict_frame(pager, pfn, &err) == OK)
        return PAGE_GONE;
    pager_fail(pager, &err);
    return PAGE_KEEP;
}

static enum page_fate let_go(struct reclaim *r, pfn_t pfn)
{
    struct linux_reclaim *reclaim = CONTAINER_OF(r, struct linux_reclaim, r);
    struct pager *pager = reclaim->kernel->pager;
    struct frame *frame = &pager->frames[pfn];
    struct error err;
    const bool anon = pager->contents.all[frame->content].file == FILE_NONE;
    if (anon && pager->contents.all[frame->content].slot == SLOT_NONE) {
        if (!r->may_swap || !policy_can_swap(&pager_instance(pager, 0)->env))
            return PAGE_ACTIVATE;
        frame->dirty = true; /* add_to_swap() */
    }
    unmap(pager, pfn);
    if (frame->dirty && !r->may_write)
        return PAGE_KEEP;
    if (frame->dirty)
        return write_out(reclaim, pfn);
    if (pager_evict_frame(pager, pfn, &err) == OK)
        return PAGE_GONE;
    pager_fail(pager, &err);
    return PAGE_KEEP;
}

static void updated(struct reclaim *r, uint64_t n)
{
    linux_updated(CONTAINER_OF(r, struct linux_reclaim, r)->kernel, n);
}

static enum status take_victim(struct linux_kernel *kernel, struct error *err)
{
    struct pager *pager = kernel->pager;
    const uint64_t written = pager->counts.page_outs_dirty;
    pfn_t victim;
    enum status status = instance_victim(pager, PROCESS_ANY, &victim, err);
    if (status != OK)
        return status;
    const bool anon = pager->contents.all[pager->frames[victim].content].file == FILE_NONE;
    status = pager_evict_frame(pager, victim, err);
    kernel->counts.pswpout += anon && pager->counts.page_outs_dirty > written;
    return status;
}

/* A policy without lists: it names one victim after the other. */
static void take_victims(struct linux_reclaim *reclaim)
{
    struct pager *pager = reclaim->kernel->pager;
    struct error err;
    while (reclaim->r.reclaimed < reclaim->r.wanted && pager->count[FRAME_ACTIVE] > 0 &&
           pager->failed.code == OK) {
        const uint64_t before = pager_free_frames(pager);
        if (take_victim(reclaim->kernel, &err) != OK)
            pager_fail(pager, &err);
        reclaim->r.scanned++;
        if (pager_free_frames(pager) > before)
            reclaim->r.reclaimed++;
    }
}

static void shrink(struct linux_reclaim *reclaim)
{
    struct linux_kernel *kernel = reclaim->kernel;
    const struct reclaim_ops *lists = linux_lists(kernel);
    if (!lists) {
        take_victims(reclaim);
        return;
    }
    unsigned first = RECLAIM_PRIORITY, last = 0;
    if (lists->priorities)
        lists->priorities(linux_lists_state(kernel), &first, &last);
    for (unsigned priority = first + 1; priority-- > last;) {
        reclaim->r.priority = priority;
        lists->shrink(linux_lists_state(kernel), &reclaim->r);
        if (reclaim->r.reclaimed >= reclaim->r.wanted)
            break;
    }
    if (lists->finish)
        lists->finish(linux_lists_state(kernel), &reclaim->r);
}

uint64_t linux_direct_reclaim(struct linux_kernel *kernel, bool in_group)
{
    struct pager *pager = kernel->pager;
    struct linux_reclaim reclaim = {
        .kernel = kernel,
        .r =
            {
                .wanted = RECLAIM_BATCH,
                .batch = RECLAIM_BATCH,
                .swappiness = (uint32_t)kernel->params->swappiness,
                .may_swap = policy_can_swap(&pager_instance(pager, 0)->env),
                .may_write = true,
                .in_group = in_group,
                .page = let_go,
                .updated = in_group ? updated : NULL,
                .chosen = PFN_NONE,
            },
    };
    kernel->counts.allocstall += !in_group;
    shrink(&reclaim);
    if (reclaim.r.reclaimed == 0 && reclaim.r.passed_over) {
        reclaim.r.force = true;
        reclaim.r.passed_over = false;
        shrink(&reclaim);
    }
    linux_count_reclaim(kernel, &reclaim.r);
    return reclaim.r.reclaimed;
}
