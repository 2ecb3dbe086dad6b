/* asked_lists.c -- what a policy that reclaims may ask of the pager; see
 * faultline/reclaim.h. */
#include "faultline/reclaim.h"
#include "pager/frame.h"
#include "pager/instance.h"
#include "trace/vm_op.h"

static struct pager *pager_of(const struct policy_env *env)
{
    return CONTAINER_OF(env, struct instance, env)->pager;
}

static const struct region *region_of(const struct pager *pager, page_t page)
{
    return space_region(pager_space_of(pager, page), pager->mmu.index->vpns[page]);
}

bool page_is_file(const struct policy_env *env, pfn_t pfn)
{
    const struct pager *pager = pager_of(env);
    return pager->contents.all[pager->frames[pfn].content].file != FILE_NONE;
}

unsigned page_folio(const struct policy_env *env, pfn_t pfn)
{
    return folio_frames(pager_of(env), pfn);
}

static bool is_executable(const struct pager *pager, pfn_t pfn)
{
    for (page_t page = pager->frames[pfn].page; page != PAGE_NONE;
         page = pager->next_mapping[page]) {
        const struct region *region = region_of(pager, page);
        if (region && region->protection & VM_EXECUTE)
            return true;
    }
    return false;
}

bool page_is_executable(const struct policy_env *env, pfn_t pfn)
{
    const struct pager *pager = pager_of(env);
    const pfn_t end = pfn + folio_frames(pager, pfn);
    if (!page_is_file(env, pfn))
        return false;
    while (pfn < end && !is_executable(pager, pfn))
        pfn++;
    return pfn < end;
}

unsigned page_mappings(const struct policy_env *env, pfn_t pfn)
{
    const struct pager *pager = pager_of(env);
    unsigned n = 0;
    for (const pfn_t end = pfn + folio_frames(pager, pfn); pfn < end; pfn++)
        for (page_t page = pager->frames[pfn].page; page != PAGE_NONE;
             page = pager->next_mapping[page])
            n++;
    return n;
}

/* Uses through this mapping say nothing of how soon the page will be used again. */
static bool passes_over(const struct pager *pager, page_t page)
{
    const struct region *region = region_of(pager, page);
    return region && !pager->kernel->has_recency(pager->kernel_state, region);
}

static bool take_young(struct pager *pager, page_t page)
{
    const bool counts = !pager->kernel->has_recency || !passes_over(pager, page);
    return counts && mapping_take_referenced(pager, page);
}

/* Regions through which pages of the folio were used: 0, 1, or 2 for more. */
static unsigned take_young_regions(struct pager *pager, pfn_t first)
{
    const struct region *region = NULL;
    unsigned n = 0;
    for (pfn_t i = 0; i < folio_frames(pager, first); i++)
        for (page_t page = pager->frames[first + i].page; page != PAGE_NONE;
             page = pager->next_mapping[page]) {
            if (!take_young(pager, page))
                continue;
            if (n == 0)
                region = region_of(pager, page);
            n = n == 2 || region_of(pager, page) != region ? 2 : 1;
        }
    return n;
}

unsigned page_take_young(const struct policy_env *env, pfn_t pfn)
{
    struct pager *pager = pager_of(env);
    unsigned n = 0;
    if (folio_frames(pager, pfn) > 1)
        return take_young_regions(pager, pfn);
    if (!pager->kernel->has_recency)
        return frame_take_referenced(pager, pfn);
    for (page_t page = pager->frames[pfn].page; page != PAGE_NONE;
         page = pager->next_mapping[page])
        n += take_young(pager, page);
    return n;
}

bool page_read_ahead(const struct policy_env *env, pfn_t pfn)
{
    return pager_of(env)->frames[pfn].read_ahead;
}

bool page_is_saved(const struct policy_env *env, pfn_t pfn)
{
    const struct pager *pager = pager_of(env);
    return pager->contents.all[pager->frames[pfn].content].saved;
}

bool page_writing(const struct policy_env *env, pfn_t pfn)
{
    const struct pager *pager = pager_of(env);
    const pfn_t end = pfn + folio_frames(pager, pfn);
    while (pfn < end && !pager->frames[pfn].writing)
        pfn++;
    return pfn < end;
}

uint64_t policy_mapped(const struct policy_env *env)
{
    return pager_of(env)->mapped;
}

bool policy_can_swap(const struct policy_env *env)
{
    const struct pager *pager = pager_of(env);
    const struct slots *slots = pager->storage.slots;
    if (pager->kernel->can_swap)
        return pager->kernel->can_swap(pager->kernel_state, pager);
    return !slots || slots_used(slots) < slots_total(slots);
}

void policy_updated(const struct policy_env *env, uint64_t n)
{
    struct pager *pager = pager_of(env);
    if (pager->kernel->updated)
        pager->kernel->updated(pager->kernel_state, n);
}

uint64_t policy_swap_left(const struct policy_env *env)
{
    const struct slots *slots = pager_of(env)->storage.slots;
    if (!policy_can_swap(env))
        return 0;
    return slots ? slots_total(slots) - slots_used(slots) : UINT64_MAX;
}

uint32_t walk_process(const struct policy_env *env, uint32_t process)
{
    const struct instance *instance = CONTAINER_OF(env, const struct instance, env);
    const struct pager *pager = instance->pager;
    const uint32_t own = instance->number;
    if (pager->by_process)
        return process <= own && own < pager->nspaces && pager->spaces[own] ? own
                                                                            : UINT32_MAX;
    while (process < pager->nspaces && !pager->spaces[process])
        process++;
    return process < pager->nspaces ? process : UINT32_MAX;
}

uint64_t walk_resident(const struct policy_env *env, uint32_t process)
{
    return pager_of(env)->spaces[process]->resident;
}

bool walk_take_switched_to(const struct policy_env *env, uint32_t process)
{
    const struct pager *pager = pager_of(env);
    struct space *space = pager->spaces[process];
    const bool known = pager->host && pager->kernel->drives;
    const bool switched_to = space->switched_to || !known;
    space->switched_to = false;
    return switched_to;
}

/* Where batches bring the index of pages, the pager has nothing of its own that finds a page
 * by its address. */
static enum status know_pages(const struct pager *pager, struct space *space,
                              struct error *err)
{
    struct map *map = &space->pages.map;
    if (pager->params->index)
        return OK;
    for (page_t page = (page_t)map->used; page < pager->npages; page++)
        if (map_get_or_add(map, pager->mmu.index->vpns[page], page, err) == MAP_ABSENT)
            return ERR_NOMEM;
    return OK;
}

/* Begin to keep the mapped pages of the space in their order. */
static enum status begin_walks(const struct pager *pager, struct space *space,
                               struct error *err)
{
    for (pfn_t pfn = 0; pfn < pager->nused; pfn++)
        for (page_t page = pager->frames[pfn].page; page != PAGE_NONE;
             page = pager->next_mapping[page])
            if (pager_space_of(pager, page) == space &&
                !vpn_tree_add(&space->mapped, pager->mmu.index->vpns[page], page)) {
                vpn_tree_clear(&space->mapped);
                return error_nomem(err);
            }
    space->walked = true;
    return OK;
}

pfn_t walk_next(const struct policy_env *env, struct page_walk *walk)
{
    struct pager *pager = pager_of(env);
    struct space *space = pager->spaces[walk->process];
    struct error err;
    page_t page;
    if (know_pages(pager, space, &err) != OK ||
        (!space->walked && begin_walks(pager, space, &err) != OK)) {
        pager_fail(pager, &err);
        return PFN_NONE;
    }
    for (vpn_t vpn = walk->next; (page = vpn_tree_next(&space->mapped, &vpn)) != PAGE_NONE;
         vpn++) {
        if (!page_evictable(env, pager->mmu.frame_of[page]))
            continue;
        walk->vpn = vpn;
        walk->next = vpn + 1;
        return pager->mmu.frame_of[page];
    }
    walk->next = UINT64_MAX;
    return PFN_NONE;
}

bool walk_mapping(const struct policy_env *env, pfn_t pfn, unsigned n,
                  struct page_walk *walk)
{
    struct pager *pager = pager_of(env);
    page_t page = pager->frames[pfn].page;
    struct error err;
    for (; page != PAGE_NONE && n > 0; n--)
        page = pager->next_mapping[page];
    if (page == PAGE_NONE)
        return false;
    if (know_pages(pager, pager_space_of(pager, page), &err) != OK) {
        pager_fail(pager, &err);
        return false;
    }
    *walk = (struct page_walk){.process = pager->mmu.index->space_of[page],
                               .vpn = pager->mmu.index->vpns[page],
                               .next = pager->mmu.index->vpns[page] + 1};
    return true;
}

static page_t walked(const struct pager *pager, const struct page_walk *walk)
{
    return page_space_find(&pager->spaces[walk->process]->pages, walk->vpn);
}

bool walk_take_young(const struct policy_env *env, const struct page_walk *walk)
{
    struct pager *pager = pager_of(env);
    return mapping_take_referenced(pager, walked(pager, walk));
}

static bool is_advised(const struct region *region)
{
    return region->advice == VM_RANDOM || region->advice == VM_SEQUENTIAL;
}

bool page_faulted_in(const struct policy_env *env, pfn_t pfn)
{
    const struct pager *pager = pager_of(env);
    const struct frame *frame = &pager->frames[pfn];
    const page_t page = frame->waiters ? frame->waiters->page : frame->page;
    if (page == PAGE_NONE)
        return frame->read_ahead;
    const struct region *region = region_of(pager, page);
    return !region || !is_advised(region);
}

bool walk_has_recency(const struct policy_env *env, const struct page_walk *walk)
{
    const struct pager *pager = pager_of(env);
    return !pager->kernel->has_recency || !passes_over(pager, walked(pager, walk));
}

bool walk_is_advised(const struct policy_env *env, const struct page_walk *walk)
{
    const struct pager *pager = pager_of(env);
    const struct region *region = region_of(pager, walked(pager, walk));
    return region && is_advised(region);
}

void walk_area(const struct policy_env *env, const struct page_walk *walk, vpn_t *first,
               vpn_t *last)
{
    const struct pager *pager = pager_of(env);
    const struct region *region = region_of(pager, walked(pager, walk));
    *first = region ? region->first : 0;
    *last = region ? region->last : UINT64_MAX;
}

uint64_t walk_pages(const struct policy_env *env, uint32_t process, vpn_t first, vpn_t last)
{
    const struct space *space = pager_of(env)->spaces[process];
    uint64_t n = space->nregions == 0 ? last - first + 1 : 0;
    for (size_t i = 0; i < space->nregions; i++) {
        const struct region *region = &space->regions[i];
        const vpn_t from = region->first > first ? region->first : first;
        const vpn_t to = region->last < last ? region->last : last;
        if (from <= to && !is_advised(region))
            n += to - from + 1;
    }
    return n;
}

void walk_unmap(const struct policy_env *env, const struct page_walk *walk)
{
    struct pager *pager = pager_of(env);
    frame_unmap(pager, walked(pager, walk));
}
