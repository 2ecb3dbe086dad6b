/* pager.c -- see pager.h: the pager's life, and address spaces. */
#include "pager/pager.h"

#include "pager/frame.h"
#include "pager/runs.h"
#include "trace/vm_op.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

const struct policy_ops *policy_find(const char *name)
{
    for (const struct policy_ops *const *p = policy_table; *p; p++)
        if (strcmp((*p)->name, name) == 0)
            return *p;
    return NULL;
}

const struct kernel_ops *kernel_find(const char *name)
{
    for (const struct kernel_ops *const *k = kernel_table; *k; k++)
        if (strcmp((*k)->name, name) == 0)
            return *k;
    return NULL;
}

/* --- life ------------------------------------------------------------------------------- */

/* Reserve the core map.  It is mapped, not allocated: an ample memory costs only what is
 * used of it, and the system hands out zeroed pages. */
static enum status reserve_frames(struct pager *pager, struct error *err)
{
    pager->frame_bytes = (size_t)pager->nframes * sizeof *pager->frames;
    void *memory = mmap(NULL, pager->frame_bytes, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED) {
        pager->frame_bytes = 0;
        return error_nomem(err);
    }
    pager->frames = memory;
    return OK;
}

/* Without an index of its own the pager has one address space, which the store backs. */
static enum status add_only_space(struct pager *pager, struct error *err)
{
    static const struct region everything = {.last = UINT64_MAX,
                                             .backing = BACKING_STORE,
                                             .protection = VM_READ | VM_WRITE | VM_EXECUTE};
    struct space *space;
    const enum status status = pager_add_space(pager, &space, err);
    return status == OK ? space_add_region(space, &everything, err) : status;
}

/* The instance of the policy for a process, if there is none yet. */
static enum status add_instance(struct pager *pager, uint32_t process, struct error *err)
{
    if (process >= pager->ninstances) {
        const uint32_t n = 2 * process + 1;
        struct instance **all = realloc(pager->instances, n * sizeof(struct instance *));
        if (!all)
            return error_nomem(err);
        for (uint32_t i = pager->ninstances; i < n; i++)
            all[i] = NULL;
        pager->instances = all;
        pager->ninstances = n;
    }
    return pager->instances[process]
               ? OK
               : instance_create(pager, process, &pager->instances[process], err);
}

static enum status init_parts(struct pager *pager, struct error *err)
{
    const struct pager_params *params = pager->params;
    enum status status = mmu_init(&pager->mmu, &params->mmu, err);
    if (status == OK)
        status = reserve_frames(pager, err);
    if (status != OK)
        return status;
    pager->kernel_state = calloc(1, pager->kernel->state_size + 1);
    pager->arena = arena_create();
    if (!pager->kernel_state || !pager->arena)
        return error_nomem(err);
    if (pager->kernel->init)
        status =
            pager->kernel->init(pager->kernel_state, pager, params->kernel_params, err);
    pager->simulate_referenced |= !mmu_has_referenced(&pager->mmu);
    if (status == OK && !pager->by_process)
        status = add_instance(pager, 0, err);
    if (status == OK && !params->index)
        status = add_only_space(pager, err);
    return status == OK ? frame_pay_tables(pager, err) : status;
}

enum status pager_init(struct pager *pager, const struct pager_params *params,
                       struct error *err)
{
    assert(params->frames > 0 && params->policy->abi == POLICY_ABI);
    *pager = (struct pager){
        .nframes =
            params->frames < PAGER_FRAMES_MAX ? (pfn_t)params->frames : PAGER_FRAMES_MAX,
        .params = params,
        .storage = params->storage,
        .host = params->host,
        .policy = params->policy,
        .by_process = params->by_process,
        .kernel = params->kernel,
        .future = params->future,
        .free_list = PFN_NONE,
        .pool_list = PFN_NONE,
        .tick_at = UINT64_MAX,
    };
    const struct policy_ops *policy = params->policy;
    pager->releases = policy->release && (policy->sees == POLICY_EVERY_REFERENCE ||
                                          policy->sees == POLICY_FUTURE);
    pager->singly = params->single_step || pager->releases ||
                    (policy->sees == POLICY_EVERY_REFERENCE && !policy->settled);
    pager->uses = 1;
    rng_seed(&pager->rng, params->seed);
    contents_init(&pager->contents);
    pager->mmu.index = params->index;
    const enum status status = init_parts(pager, err);
    if (status != OK)
        pager_release(pager);
    return status;
}

void pager_release(struct pager *pager)
{
    for (uint32_t i = 0; i < pager->nspaces; i++)
        if (pager->spaces[i]) {
            space_release(pager->spaces[i]);
            free(pager->spaces[i]);
        }
    free(pager->spaces);
    for (uint32_t i = 0; i < pager->ninstances; i++)
        instance_free(pager->instances[i]);
    free(pager->instances);
    mmu_release(&pager->mmu);
    if (pager->kernel_state && pager->kernel->release)
        pager->kernel->release(pager->kernel_state);
    if (pager->frame_bytes)
        munmap(pager->frames, pager->frame_bytes);
    runs_free(pager->runs);
    contents_release(&pager->contents);
    map_release(&pager->extents);
    free(pager->content_of);
    free(pager->next_mapping);
    free(pager->kernel_state);
    free(pager->lengths);
    arena_free(pager->arena);
    *pager = (struct pager){0};
}

psec_t pager_take_owed(struct pager *pager)
{
    const psec_t owed = pager->owed + mmu_finish_shootdown(&pager->mmu);
    pager->owed = 0;
    return owed;
}

/* --- pages ------------------------------------------------------------------------------ */

static enum status grow_pages(struct pager *pager, page_t npages, struct error *err)
{
    size_t capacity = pager->page_capacity ? pager->page_capacity : 1024;
    while (capacity < npages)
        capacity *= 2;
    content_t *content_of = realloc(pager->content_of, capacity * sizeof *content_of);
    if (!content_of)
        return error_nomem(err);
    pager->content_of = content_of;
    page_t *next = realloc(pager->next_mapping, capacity * sizeof *next);
    if (!next)
        return error_nomem(err);
    pager->next_mapping = next;
    pager->page_capacity = capacity;
    return OK;
}

enum status pager_add_pages(struct pager *pager, const struct page_index *index,
                            page_t npages, struct error *err)
{
    if (npages > pager->page_capacity && grow_pages(pager, npages, err) != OK)
        return ERR_NOMEM;
    for (; pager->npages < npages; pager->npages++)
        pager->content_of[pager->npages] = CONTENT_NONE;
    return mmu_add_pages(&pager->mmu, index, npages, err);
}

enum status pager_page(struct pager *pager, struct space *space, page_t *page, vpn_t vpn,
                       struct error *err)
{
    bool fresh;
    const struct page_index *index = pager->params->index;
    const enum status status = page_space_page(&space->pages, page, vpn, &fresh, err);
    if (status != OK || !fresh)
        return status;
    if (*page < pager->npages)
        return mmu_renew_page(&pager->mmu, *page, err);
    return pager_add_pages(pager, index, index->npages, err);
}

enum status pager_translate(struct pager *pager, struct space *space,
                            const struct batch *batch, unsigned granule_shift,
                            uint32_t *pages, struct error *err)
{
    const unsigned shift = pager->mmu.page_shift - granule_shift;
    const uint64_t within = ((uint64_t)1 << shift) - 1;
    for (uint32_t i = 0; i < batch->nblocks; i++) {
        page_t page;
        const enum status status =
            pager_page(pager, space, &page, batch->blocks[i] >> shift, err);
        if (status != OK)
            return status;
        pages[i] = page << 1 | ((batch->blocks[i] & within) == 0);
    }
    return OK;
}

struct space *pager_space_of(const struct pager *pager, page_t page)
{
    return pager->spaces[pager->mmu.index->space_of[page]];
}

/* --- address spaces --------------------------------------------------------------------- */

static enum status grow_spaces(struct pager *pager, struct error *err)
{
    const uint32_t nspaces = pager->nspaces ? 2 * pager->nspaces : 4;
    struct space **spaces = realloc(pager->spaces, nspaces * sizeof *spaces);
    if (!spaces)
        return error_nomem(err);
    for (uint32_t i = pager->nspaces; i < nspaces; i++)
        spaces[i] = NULL;
    pager->spaces = spaces;
    pager->nspaces = nspaces;
    return OK;
}

enum status pager_add_space(struct pager *pager, struct space **out, struct error *err)
{
    uint32_t number = 0;
    while (number < pager->nspaces && pager->spaces[number])
        number++;
    if (number == pager->nspaces && grow_spaces(pager, err) != OK)
        return ERR_NOMEM;
    struct space *space = malloc(sizeof *space);
    if (!space)
        return error_nomem(err);
    space_init(space, pager->params->index, number, pager->mmu.page_shift);
    pager->spaces[number] = *out = space;
    const enum status status = mmu_add_space(&pager->mmu, number, err);
    return status == OK && pager->by_process ? add_instance(pager, number, err) : status;
}
