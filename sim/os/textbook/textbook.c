/* textbook.c -- demand paging as textbooks have it: a fault brings the page in from its
 * backing store, evicting another if memory is full; a page that is dirty is written when
 * it is evicted, and its frame is free when it has been. */
#include "os/textbook/textbook.h"

static const char *const dirty_choices[] = {"written", "unsaved", NULL};
static const char *const count_choices[] = {"all", "once-full", NULL};

static const char *const referenced_choices[] = {"hardware", "simulated", NULL};

static const struct param textbook_table[] = {
    {.name = "dirty",
     .kind = PARAM_CHOICE,
     .offset = offsetof(struct textbook_params, dirty),
     .fallback = "written",
     .choices = dirty_choices,
     .help = "what makes a page dirty: a write (written), or also having no copy on the "
             "swap device yet (unsaved)"},
    {.name = "count_faults",
     .kind = PARAM_CHOICE,
     .offset = offsetof(struct textbook_params, count_faults),
     .fallback = "all",
     .choices = count_choices,
     .help = "which faults count: all, or only those that find memory full (once-full), as "
             "Stallings counts"},
    {.name = "clear_invalidates_tlb",
     .kind = PARAM_BOOL,
     .offset = offsetof(struct textbook_params, clear_invalidates_tlb),
     .fallback = "yes",
     .help =
         "clearing an accessed or dirty bit also drops the page's TLB entries; without it "
         "the bit stays clear until the entry has left the TLB, and a page that is stored "
         "into meanwhile passes for clean"},
    {.name = "referenced",
     .kind = PARAM_CHOICE,
     .offset = offsetof(struct textbook_params, referenced),
     .fallback = "hardware",
     .choices = referenced_choices,
     .help =
         "the accessed bit that policies see: that of the hardware, where it has one, or "
         "simulated: clearing it makes the page invalid, and the next access traps"},
    {.name = "keep_free",
     .kind = PARAM_UINT,
     .offset = offsetof(struct textbook_params, keep_free),
     .fallback = "0",
     .max = 1e9,
     .unit = "frames",
     .help = "evict ahead of need until so many frames are free or being freed; 0: evict "
             "when a fault needs a frame (with 'timing: events')"},
    {.name = "write_back",
     .kind = PARAM_TIME,
     .offset = offsetof(struct textbook_params, write_back),
     .fallback = "0 s",
     .help = "look for dirty pages so often and write them while they stay in memory; 0: "
             "write only what is evicted (with 'timing: events')"},
    {.name = "in_flight",
     .kind = PARAM_UINT,
     .offset = offsetof(struct textbook_params, in_flight),
     .fallback = "8",
     .min = 1,
     .max = 65536,
     .unit = "requests",
     .help = "most writes under way at once that keep_free and write_back may cause"},
    {0},
};

static enum status textbook_init(void *state, struct pager *pager, const void *params,
                                 struct error *err)
{
    struct textbook *kernel = state;
    (void)err;
    kernel->pager = pager;
    kernel->params = params;
    pager->clear_invalidates = kernel->params->clear_invalidates_tlb;
    pager->simulate_referenced = kernel->params->referenced == REFERENCED_SIMULATED;
    return OK;
}

/* Count the fault, once, by what it will take. */
static void count(struct textbook *kernel, struct fault *fault,
                  const struct content *content, bool copy, const struct region *region)
{
    struct pager *pager = kernel->pager;
    struct pager_counts *counts = &pager->counts;
    if (fault->counted)
        return;
    fault->counted = true;
    const bool barred =
        fault->store ? !(region->protection & VM_WRITE) : !region->protection;
    const uint8_t bits = pager->mmu.bits[fault->page];
    const bool referenced = bits & PAGE_RESIDENT && !(bits & (PAGE_VALID | PAGE_WATCHED));
    counts->faults_protection += barred;
    counts->faults_referenced += referenced;
    if (kernel->params->count_faults == COUNT_ONCE_FULL && pager_free_frames(pager) > 0)
        return;
    const bool resident = content->frame != PFN_NONE;
    const bool major = !resident && content->saved;
    counts->faults++;
    counts->faults_major += major;
    counts->faults_minor += !major;
    counts->faults_cold += !(pager->mmu.bits[fault->page] & PAGE_SEEN);
    if (major)
        return;
    if (copy)
        counts->faults_copy++;
    else if (!resident)
        counts->faults_zero_fill++;
    else if (pager->frames[content->frame].state == FRAME_FILLING)
        counts->faults_in_transfer++;
    else if (!barred && !referenced)
        counts->faults_reclaim++;
}

/* The content is in a frame: it can be used unless it is still on its way. */
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

static enum status textbook_fault(void *state, struct pager *pager, struct fault *fault,
                                  struct error *err)
{
    struct textbook *kernel = state;
    const struct region *region;
    content_t number;
    enum status status = pager_region(pager, fault, &region, err);
    if (status == OK)
        status = pager_content(pager, fault->page, &number, err);
    if (status != OK)
        return status;
    const struct content content = pager->contents.all[number];
    const bool copy = fault->store && pager_must_copy(pager, fault->page);
    count(kernel, fault, &content, copy, region);
    const bool filling =
        content.frame != PFN_NONE && pager->frames[content.frame].state == FRAME_FILLING;
    if (content.frame != PFN_NONE && (!copy || filling)) {
        use_frame(pager, fault, content.frame);
        return OK;
    }
    status = pager_get_frame(pager, fault, err);
    if (status == OK)
        status = textbook_keep_free(kernel, err);
    if (status != OK || fault->frame == PFN_NONE)
        return status;
    const pfn_t pfn = fault->frame;
    if (copy)
        return pager_copy(pager, fault, err);
    status = pager_fill(pager, fault, number, err);
    if (kernel->params->dirty == DIRTY_UNSAVED && !content.paged_out)
        pager->frames[pfn].dirty = true;
    return status;
}

const struct kernel_ops kernel_textbook = {
    .name = "textbook",
    .summary = "demand paging as textbooks have it, with their conventions as parameters",
    .source = "Silberschatz, Galvin, Gagne, Operating System Concepts, ch. 10; Tanenbaum, "
              "Modern Operating Systems, ch. 3",
    .params = textbook_table,
    .params_size = sizeof(struct textbook_params),
    .state_size = sizeof(struct textbook),
    .init = textbook_init,
    .fault = textbook_fault,
    .start = textbook_start,
    .stop = textbook_stop,
};
