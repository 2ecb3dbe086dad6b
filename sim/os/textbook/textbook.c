/* textbook.c -- demand paging as textbooks have it: a fault reads the page from its
 * backing store, an eviction writes it if it is dirty, and both are done at once. */
#include "pager/pager.h"

enum { DIRTY_WRITTEN, DIRTY_UNSAVED };
enum { COUNT_ALL, COUNT_ONCE_FULL };

struct textbook_params {
    uint32_t dirty, count_faults;
    bool clear_invalidates_tlb;
};

static const char *const dirty_choices[] = {"written", "unsaved", NULL};
static const char *const count_choices[] = {"all", "once-full", NULL};

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
         "clearing an accessed bit also drops the page's TLB entries; without it the bit "
         "stays clear until the entry has left the TLB"},
    {0},
};

static void textbook_init(struct pager *pager, const void *params)
{
    const struct textbook_params *p = params;
    pager->clear_invalidates = p->clear_invalidates_tlb;
}

static enum status textbook_fault(struct pager *pager, const void *params, page_t page,
                                  struct error *err)
{
    const struct textbook_params *p = params;
    const uint8_t bits = pager->mmu.bits[page];
    pfn_t pfn = pager_free_frame(pager);
    if (p->count_faults == COUNT_ALL || pfn == PFN_NONE) {
        pager->faults++;
        pager->faults_major++;
        pager->faults_cold += !(bits & PAGE_SEEN);
    }
    if (pfn == PFN_NONE) {
        const enum status status = pager_evict(pager, &pfn, err);
        if (status != OK)
            return status;
    }
    const enum status status = pager_page_in(pager, page, pfn, err);
    if (p->dirty == DIRTY_UNSAVED && !(bits & PAGE_SAVED))
        pager->mmu.bits[page] |= PAGE_DIRTY;
    return status;
}

const struct kernel_ops kernel_textbook = {
    .name = "textbook",
    .summary = "demand paging as textbooks have it, with their conventions as parameters",
    .source = "Silberschatz, Galvin, Gagne, Operating System Concepts, ch. 10; Tanenbaum, "
              "Modern Operating Systems, ch. 3",
    .params = textbook_table,
    .params_size = sizeof(struct textbook_params),
    .init = textbook_init,
    .fault = textbook_fault,
};
