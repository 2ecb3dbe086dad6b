/* check.c -- pager_check: what must hold between any two events. */
#include "faultline/reclaim.h"
#include "pager/frame.h"
#include "pager/runs.h"

/* Faults that refer to the frame know of it, and wait as long as it is being filled. */
static const char *check_waiters(const struct pager *pager, pfn_t pfn)
{
    const struct frame *frame = &pager->frames[pfn];
    const struct fault *fault = frame->waiters;
    if (fault && frame->content == CONTENT_NONE)
        return "a fault refers to a frame that holds nothing";
    do {
        if (!fault)
            return NULL;
        if (!fault->active || fault->waited != pfn)
            return "a frame is kept for a fault that does not want it";
        if (fault->ready == (frame->state == FRAME_FILLING))
            return "a fault waits for a frame that is not being filled, or does not wait";
        fault = fault->next_waiter;
    } while (fault != frame->waiters);
    return NULL;
}

/* Frames are where their states say, and counted as such. */
static const char *check_frames(const struct pager *pager)
{
    pfn_t count[FRAME_STATES] = {0}, writing = 0, mapped = 0;
    for (pfn_t pfn = 0; pfn < pager->nused; pfn++) {
        const struct frame *frame = &pager->frames[pfn];
        count[frame->state]++;
        writing += frame->writing;
        mapped += frame->page != PAGE_NONE;
        const bool wired = frame->state == FRAME_WIRED;
        const bool empty = frame->state == FRAME_FREE || frame->state == FRAME_GRANTED ||
                           frame->state == FRAME_POOL ||
                           (wired && frame->content == CONTENT_NONE);
        if (empty != (frame->content == CONTENT_NONE))
            return "a frame is empty and holds something, or the other way round";
        if (!empty && pager->contents.all[frame->content].frame != pfn)
            return "a frame holds a content that is in another place";
        if (frame->state == FRAME_CACHED &&
            (frame->dirty || frame->writing || !pager->contents.all[frame->content].saved))
            return "a free frame keeps what no device has";
        if (frame->page != PAGE_NONE && frame->state != FRAME_ACTIVE && !wired)
            return "a page maps a frame that is not in use";
        const char *wrong = check_waiters(pager, pfn);
        if (wrong)
            return wrong;
    }
    for (int state = 0; state < FRAME_STATES; state++)
        if (count[state] != pager->count[state])
            return "the number of frames in a state is not what was counted";
    if (count[FRAME_POOL] + count[FRAME_LEAVING] < mmu_table_frames(&pager->mmu) &&
        count[FRAME_ACTIVE] > 0)
        return "page tables take more frames than were set aside for them";
    if (writing != pager->writes)
        return "the number of frames being written is not what was counted";
    if (mapped != pager->mapped)
        return "the number of frames that pages are mapped to is not what was counted";
    if (pager->kernel->take_frame)
        return NULL; /* the kernel's list */
    pfn_t listed = 0;
    for (pfn_t pfn = pager->free_list; pfn != PFN_NONE && listed <= count[FRAME_FREE];
         pfn = pager->frames[pfn].link)
        listed += pager->frames[pfn].state == FRAME_FREE;
    return listed == count[FRAME_FREE] ? NULL : "the free list has not all free frames";
}

/* The frames of a folio are in one state, and hold pages of a file as they lie there. */
static const char *check_folios(const struct pager *pager)
{
    for (pfn_t pfn = 0; pfn < pager->nused; pfn++) {
        const struct frame *frame = &pager->frames[pfn];
        if (frame->order == 0)
            continue;
        const pfn_t first = folio_first(pager, pfn), n = folio_frames(pager, pfn);
        const struct frame *head = &pager->frames[first];
        if (first + n > pager->nused || head->order != frame->order ||
            head->state != frame->state)
            return "a frame of a folio is not in the state of the others";
        if (frame->state != FRAME_FILLING && frame->state != FRAME_HELD &&
            frame->state != FRAME_ACTIVE)
            return "a frame is one of a folio and not in use";
        const struct content *of = &pager->contents.all[head->content];
        const struct content *content = &pager->contents.all[frame->content];
        if (of->file == FILE_NONE || content->file != of->file || of->file_page % n != 0 ||
            content->file_page != of->file_page + (pfn - first))
            return "a folio holds what is not together in a file";
        if (frame->state == FRAME_ACTIVE && content->marked != of->marked)
            return "a part of a folio has the mark of read-ahead";
    }
    return NULL;
}

/* Pages map the frames of what they stand for, and contents know how many stand for them. */
static const char *check_pages(const struct pager *pager)
{
    uint64_t mappings = 0, resident = 0, stands = 0, refs = 0;
    for (pfn_t pfn = 0; pfn < pager->nused; pfn++) {
        const struct frame *frame = &pager->frames[pfn];
        /* What a kernel has in a frame of its own it refers to, too. */
        stands += frame->state == FRAME_WIRED && frame->content != CONTENT_NONE;
        for (page_t page = frame->page; page != PAGE_NONE;
             page = pager->next_mapping[page]) {
            mappings++;
            if (pager->mmu.frame_of[page] != pfn ||
                pager->content_of[page] != frame->content)
                return "a page maps a frame that does not hold what it stands for";
        }
    }
    for (page_t page = 0; page < pager->npages; page++) {
        resident += (pager->mmu.bits[page] & PAGE_RESIDENT) != 0;
        stands += pager->content_of[page] != CONTENT_NONE;
    }
    for (content_t i = 0; i < pager->contents.n; i++)
        refs += pager->contents.all[i].refs;
    if (mappings != resident)
        return "a resident page is not in the list of its frame";
    return refs == stands ? NULL : "contents are referred to by another number of pages";
}

/* The pages of a large page follow each other, in frames that do so too and are in use. */
static const char *check_large(const struct pager *pager)
{
    const struct mmu *mmu = &pager->mmu;
    for (page_t page = 0; page < pager->npages; page++) {
        size_t n;
        const page_t *pages = mmu_large(mmu, page, &n);
        if (!pages || pages[0] != page)
            continue;
        const pfn_t run = mmu->frame_of[page];
        if (run % n != 0 || mmu->index->vpns[page] % n != 0)
            return "a large page, or its run of frames, is not aligned";
        for (size_t i = 0; i < n; i++) {
            size_t same;
            if (mmu_large(mmu, pages[i], &same) != pages ||
                mmu->index->space_of[pages[i]] != mmu->index->space_of[page] ||
                mmu->index->vpns[pages[i]] != mmu->index->vpns[page] + i)
                return "a large page is made of other pages than it should";
            if (mmu->frame_of[pages[i]] != run + i ||
                !(mmu->bits[pages[i]] & PAGE_RESIDENT))
                return "the frames of a large page are not a run, or not mapped";
        }
    }
    return NULL;
}

static const char *check_slots(const struct pager *pager)
{
    uint64_t owned = 0;
    const struct swap_space *swap = &pager->storage.swap;
    for (content_t i = 0; i < pager->contents.n && swap->n > 1; i++) {
        const slot_t slot = pager->contents.all[i].slot;
        if (slot != SLOT_NONE && !swap_space_holds(swap, slot))
            return "a content has a slot that no swap device holds";
    }
    if (!pager->storage.slots || pager->kernel->place)
        return NULL;
    for (content_t i = 0; i < pager->contents.n; i++) {
        const slot_t slot = pager->contents.all[i].slot;
        owned += slot != SLOT_NONE;
        if (slot != SLOT_NONE && slots_owner(pager->storage.slots, slot) != i)
            return "a content has a slot that belongs to another one";
    }
    return owned == slots_used(pager->storage.slots)
               ? NULL
               : "a slot is taken and belongs to no content";
}

/* What walks through a space go by are its mapped pages, all of them. */
static const char *check_walks(const struct pager *pager)
{
    for (uint32_t i = 0; i < pager->nspaces; i++) {
        const struct space *space = pager->spaces[i];
        if (!space || !space->walked)
            continue;
        uint64_t n = 0;
        page_t page;
        for (vpn_t vpn = 0; (page = vpn_tree_next(&space->mapped, &vpn)) != PAGE_NONE;
             vpn++, n++)
            if (!(pager->mmu.bits[page] & PAGE_RESIDENT) ||
                pager->mmu.index->vpns[page] != vpn || pager_space_of(pager, page) != space)
                return "a walk finds a page that is not mapped";
        if (n != space->resident)
            return "a walk does not find all pages that are mapped";
    }
    return NULL;
}

/* The lists of a policy that has some, unless there are frames without end to be looked through
 * for what is on none, and its ghosts: a page that is in use has none. */
static const char *check_policies(const struct pager *pager)
{
    const struct reclaim_ops *lists = pager->policy->reclaim;
    const bool checks = lists && lists->check && pager->params->frames < PAGER_FRAMES_MAX;
    const char *wrong = NULL;
    for (uint32_t i = 0; i < pager->ninstances && !wrong && checks; i++)
        if (pager->instances[i])
            wrong = lists->check(pager->instances[i]->state);
    for (content_t i = 0; i < pager->contents.n && !wrong; i++) {
        const struct content *content = &pager->contents.all[i];
        if (content->ghost == PFN_NONE)
            continue;
        if (content->frame != PFN_NONE &&
            pager->frames[content->frame].state == FRAME_ACTIVE)
            wrong = "a page that is in use is remembered as one that was evicted";
        if (content_is_dead(content) && content->frame == PFN_NONE)
            wrong = "a page that is gone for ever is remembered";
    }
    return wrong;
}

/* Instances have the active frames between them, and every ghost is remembered once. */
static const char *check_instances(const struct pager *pager)
{
    uint64_t active = 0, ghosts = 0, remembered = 0;
    for (uint32_t i = 0; i < pager->ninstances; i++) {
        const struct instance *instance = pager->instances[i];
        active += instance ? instance->active : 0;
        ghosts += instance ? instance->ghosts : 0;
    }
    if (active != pager->count[FRAME_ACTIVE])
        return "the policy has not all frames that are in use";
    for (content_t i = 0; i < pager->contents.n; i++) {
        const struct content *content = &pager->contents.all[i];
        if (content->ghost == PFN_NONE)
            continue;
        remembered++;
        const struct instance *instance = pager_instance(pager, content->ghost_of);
        if (instance->remembered[content->ghost - pager->nframes] != i)
            return "a ghost stands for another content";
    }
    return remembered == ghosts ? NULL : "ghosts are not those of contents";
}

static const char *check_lists(const struct pager *pager)
{
    uint64_t starved = 0;
    for (const struct fault *fault = pager->starved.first; fault; fault = fault->next) {
        starved++;
        if (!fault->active || fault->ready || fault->frame != PFN_NONE)
            return "a fault waits for a frame and has one";
    }
    if (starved != pager->starved.n)
        return "the number of faults that wait for a frame is not what was counted";
    if (starved && pager_free_frames(pager) > 0)
        return "a fault waits for a frame while one is free";
    return NULL;
}

const char *pager_check(const struct pager *pager)
{
    const char *wrong = check_frames(pager);
    if (!wrong)
        wrong = check_folios(pager);
    if (!wrong)
        wrong = check_pages(pager);
    if (!wrong)
        wrong = check_walks(pager);
    if (!wrong)
        wrong = runs_check(pager);
    if (!wrong)
        wrong = check_large(pager);
    if (!wrong)
        wrong = check_slots(pager);
    if (!wrong)
        wrong = check_instances(pager);
    if (!wrong)
        wrong = check_policies(pager);
    if (!wrong)
        wrong = mmu_check(&pager->mmu);
    if (!wrong)
        wrong = check_lists(pager);
    if (!wrong && pager->kernel->check)
        wrong = pager->kernel->check(pager->kernel_state, pager);
    return wrong;
}
