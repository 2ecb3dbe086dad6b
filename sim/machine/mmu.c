/* mmu.c -- see mmu.h: its life, address spaces, pages. */
#include "machine/mmu_inside.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

const struct pagetable_ops *pagetable_find(const char *name)
{
    for (const struct pagetable_ops *const *p = pagetable_table; *p; p++)
        if (strcmp((*p)->name, name) == 0)
            return *p;
    return NULL;
}

bool pagetable_has_shift(const struct pagetable_ops *format, unsigned page_shift)
{
    for (const unsigned *shift = format->page_shifts; shift && *shift; shift++)
        if (*shift == page_shift)
            return true;
    return !format->page_shifts;
}

/* --- life ------------------------------------------------------------------------------- */

bool mmu_array_serves(const struct mmu *mmu, size_t array, unsigned class)
{
    const struct tlb_array_params *params = &mmu->params.arrays[array];
    return params->half != TLB_SYSTEM && params->page_sizes >> mmu->shifts[class] & 1;
}

/* The page sizes that can be mapped: the base size, and the hardware's above it. */
static void find_sizes(struct mmu *mmu)
{
    mmu->shifts[mmu->nshifts++] = mmu->page_shift;
    const unsigned *shift = mmu->params.adapted ? NULL : mmu->format->page_shifts;
    for (; shift && *shift && mmu->nshifts < MMU_SIZES_MAX; shift++)
        if (*shift > mmu->page_shift && mmu->format->split)
            mmu->shifts[mmu->nshifts++] = *shift;
}

/* Which arrays are asked for a page, by rising level. */
static void chain_arrays(struct mmu *mmu, int stream, unsigned class)
{
    struct mmu_chain *chain = &mmu->chains[stream][class];
    for (unsigned level = 1; level <= MMU_LEVELS_MAX; level++)
        for (size_t i = 0; i < mmu->params.narrays; i++) {
            const struct tlb_array_params *array = &mmu->params.arrays[i];
            if (array->level != level || !array->streams[stream] ||
                !mmu_array_serves(mmu, i, class))
                continue;
            chain->array[chain->n++] = (uint8_t)i;
            break;
        }
}

static const struct tlb_array_params *first_array(const struct mmu *mmu, int stream)
{
    const struct mmu_chain *chain = &mmu->chains[stream][0];
    const struct tlb_array_params *array =
        chain->n ? &mmu->params.arrays[chain->array[0]] : NULL;
    return array && array->level == 1 ? array : NULL;
}

static bool caches_walks(const struct walk_cache_params *params)
{
    bool some = false;
    for (unsigned level = 2; level <= WALK_LEVELS_MAX; level++)
        some = some || params->level[level].entries > 0;
    return some;
}

static enum status init_cpu(struct mmu *mmu, unsigned number, struct error *err)
{
    const struct mmu_params *params = &mmu->params;
    struct mmu_cpu *cpu = &mmu->cpus[number];
    enum status status = OK;
    cpu->current[0] = cpu->current[1] = PAGE_NONE;
    cpu->space = UINT32_MAX;
    cpu->generation = 1;
    cpu->arrays = calloc(params->narrays + 1, sizeof *cpu->arrays);
    cpu->array_counts = calloc(params->narrays + 1, sizeof *cpu->array_counts);
    if (!cpu->arrays || !cpu->array_counts)
        return error_nomem(err);
    const uint64_t seed = params->seed + (uint64_t)number * params->narrays;
    for (size_t i = 0; i < params->narrays && status == OK; i++) {
        status = tlb_init(&cpu->arrays[i], &params->arrays[i].tlb, seed + i, err);
        if (params->arrays[i].half == TLB_SYSTEM)
            cpu->system = &cpu->arrays[i];
    }
    for (int stream = 0; stream < 2; stream++)
        if (first_array(mmu, stream))
            cpu->l1[stream] = &cpu->arrays[mmu->chains[stream][0].array[0]];
    cpu->stream_of[1] = cpu->l1[0] != cpu->l1[1];
    if (status == OK && caches_walks(&params->walk_cache))
        status = walk_cache_create(&cpu->walk_cache, &params->walk_cache, err);
    if (status == OK)
        status = table_cache_create(&cpu->table_cache, &params->table_cache, err);
    return status;
}

static enum status make_tables(struct mmu *mmu, struct error *err)
{
    const struct pagetable_ops *format = mmu->format;
    enum status status =
        table_memory_create(&mmu->memory, format->paddr_bits, mmu->page_shift, err);
    if (status != OK)
        return status;
    const struct pagetable_params params = {.page_shift = mmu->page_shift,
                                            .adapted = mmu->params.adapted,
                                            .frames = mmu->params.frames,
                                            .memory = mmu->memory,
                                            .params = mmu->params.format_params};
    status = format->create(&mmu->tables, &params, err);
    if (status != OK || !(format->features & PAGETABLE_PER_FRAME))
        return status;
    mmu->mapped_by = malloc(mmu->params.frames * sizeof *mmu->mapped_by);
    if (!mmu->mapped_by)
        return error_nomem(err);
    for (uint64_t i = 0; i < mmu->params.frames; i++)
        mmu->mapped_by[i] = PAGE_NONE;
    return OK;
}

static enum status make_hardware(struct mmu *mmu, struct error *err)
{
    find_sizes(mmu);
    for (int stream = 0; stream < 2; stream++)
        for (unsigned class = 0; class < mmu->nshifts; class ++)
            chain_arrays(mmu, stream, class);
    mmu->general = !first_array(mmu, 0) || !first_array(mmu, 1);
    enum status status = make_tables(mmu, err);
    for (unsigned i = 0; i < mmu->ncpus && status == OK; i++)
        status = init_cpu(mmu, i, err);
    return status;
}

enum status mmu_init(struct mmu *mmu, const struct mmu_params *params, struct error *err)
{
    assert(params->ncpus >= 1 && params->ncpus <= MMU_CPUS_MAX);
    assert(params->narrays <= MMU_ARRAYS_MAX);
    *mmu = (struct mmu){
        .has_tlb = params->format->create != NULL,
        .ncpus = params->ncpus,
        .format = params->format,
        .params = *params,
        .page_shift = params->page_shift,
    };
    mmu->cpus = calloc(params->ncpus, sizeof *mmu->cpus);
    if (!mmu->cpus)
        return error_nomem(err);
    const enum status status = mmu->has_tlb ? make_hardware(mmu, err) : OK;
    if (status != OK)
        mmu_release(mmu);
    return status;
}

static void release_cpu(struct mmu_cpu *cpu, size_t narrays)
{
    for (size_t i = 0; cpu->arrays && i < narrays; i++)
        tlb_release(&cpu->arrays[i]);
    walk_cache_free(cpu->walk_cache);
    table_cache_free(cpu->table_cache);
    free(cpu->arrays);
    free(cpu->array_counts);
    free(cpu->modified);
    free(cpu->asid_generation);
}

void mmu_release(struct mmu *mmu)
{
    for (unsigned i = 0; mmu->cpus && i < mmu->ncpus; i++)
        release_cpu(&mmu->cpus[i], mmu->params.narrays);
    for (uint32_t i = 0; i < mmu->nspaces; i++)
        if (mmu->spaces[i].table)
            mmu->format->end_space(mmu->spaces[i].table);
    if (mmu->tables)
        mmu->format->free(mmu->tables);
    table_memory_free(mmu->memory);
    for (uint32_t i = 0; i < mmu->nlarges; i++)
        free(mmu->larges[i].pages);
    map_release(&mmu->globals);
    free(mmu->larges);
    free(mmu->large_of);
    free(mmu->global_of);
    free(mmu->global_vpns);
    free(mmu->global_resident);
    free(mmu->mapped_by);
    free(mmu->cpus);
    free(mmu->spaces);
    free(mmu->bits);
    free(mmu->frame_of);
    *mmu = (struct mmu){0};
}

/* --- address spaces --------------------------------------------------------------------- */

static enum status grow_spaces(struct mmu *mmu, uint32_t number, struct error *err)
{
    const uint32_t nspaces = 2 * number + 1;
    struct mmu_space *spaces = realloc(mmu->spaces, nspaces * sizeof *spaces);
    if (!spaces)
        return error_nomem(err);
    for (uint32_t i = mmu->nspaces; i < nspaces; i++)
        spaces[i] = (struct mmu_space){0};
    mmu->spaces = spaces;
    for (unsigned i = 0; i < mmu->ncpus; i++) {
        uint64_t *generation =
            realloc(mmu->cpus[i].asid_generation, nspaces * sizeof *generation);
        if (!generation)
            return error_nomem(err);
        mmu->cpus[i].asid_generation = generation;
        for (uint32_t k = mmu->nspaces; k < nspaces; k++)
            generation[k] = 0;
    }
    mmu->nspaces = nspaces;
    return OK;
}

enum status mmu_add_space(struct mmu *mmu, uint32_t number, struct error *err)
{
    if (number >= mmu->nspaces && grow_spaces(mmu, number, err) != OK)
        return ERR_NOMEM;
    assert(!mmu->spaces[number].table);
    mmu->spaces[number].cpus = mmu->ncpus == 1; /* else mmu_switch() says who runs it */
    for (unsigned i = 0; i < mmu->ncpus; i++)
        mmu->cpus[i].asid_generation[number] = 0;
    return mmu->has_tlb ? mmu->format->add_space(mmu->tables, number,
                                                 &mmu->spaces[number].table, err)
                        : OK;
}

void mmu_end_space(struct mmu *mmu, uint32_t number)
{
    if (mmu->spaces[number].table)
        mmu->format->end_space(mmu->spaces[number].table);
    mmu->spaces[number] = (struct mmu_space){0};
    for (unsigned i = 0; i < mmu->ncpus && mmu->has_tlb; i++) {
        struct mmu_cpu *cpu = &mmu->cpus[i];
        if (cpu->walk_cache)
            walk_cache_drop_space(cpu->walk_cache, number);
        /* The numbers of its pages may soon be others'. */
        for (unsigned k = 0; k < cpu->lazy.n; k++)
            cpu->lazy.flush |= mmu->index->space_of[cpu->lazy.pages[k]] == number;
        if (cpu->system) { /* where its tables were */
            tlb_flush(cpu->system, false);
            cpu->array_counts[cpu->system - cpu->arrays].flushes++;
        }
        if (cpu->space == number) {
            cpu->space = UINT32_MAX;
            cpu->running = false;
        }
    }
}

/* --- pages ------------------------------------------------------------------------------ */

static enum status grow_numbers(uint32_t **numbers, size_t old, size_t capacity,
                                struct error *err)
{
    uint32_t *more = realloc(*numbers, capacity * sizeof *more);
    if (!more)
        return error_nomem(err);
    *numbers = more;
    memset(more + old, 0xff, (capacity - old) * sizeof *more); /* NO_LARGE, NO_GLOBAL */
    return OK;
}

static enum status grow_modified(struct mmu_cpu *cpu, size_t old, size_t capacity,
                                 struct error *err)
{
    uint64_t *modified = realloc(cpu->modified, capacity / 8);
    if (!modified)
        return error_nomem(err);
    cpu->modified = modified;
    memset(modified + old / 64, 0, (capacity - old) / 8);
    return OK;
}

static enum status grow(struct mmu *mmu, page_t npages, struct error *err)
{
    const size_t old = mmu->capacity;
    size_t capacity = old ? old : 1024;
    while (capacity < npages)
        capacity *= 2;
    uint8_t *bits = realloc(mmu->bits, capacity);
    if (!bits)
        return error_nomem(err);
    mmu->bits = bits;
    pfn_t *frame_of = realloc(mmu->frame_of, capacity * sizeof *frame_of);
    if (!frame_of)
        return error_nomem(err);
    mmu->frame_of = frame_of;
    enum status status = OK;
    if (mmu->large_of)
        status = grow_numbers(&mmu->large_of, old, capacity, err);
    if (status == OK && mmu->global_of)
        status = grow_numbers(&mmu->global_of, old, capacity, err);
    for (unsigned i = 0; i < mmu->ncpus && mmu->has_tlb && status == OK; i++)
        status = grow_modified(&mmu->cpus[i], old, capacity, err);
    if (status == OK)
        mmu->capacity = capacity;
    return status;
}

/* Tell the arrays that hold base pages the VPNs of the pages from..to-1. */
static enum status place_pages(struct mmu *mmu, page_t from, page_t to, struct error *err)
{
    for (unsigned i = 0; i < mmu->ncpus && mmu->has_tlb; i++)
        for (size_t k = 0; k < mmu->params.narrays; k++)
            if (mmu_array_serves(mmu, k, 0) &&
                tlb_add_pages(&mmu->cpus[i].arrays[k], mmu->index->vpns, from, to,
                              mmu->capacity, err) != OK)
                return ERR_NOMEM;
    return OK;
}

enum status mmu_add_pages(struct mmu *mmu, const struct page_index *index, page_t npages,
                          struct error *err)
{
    mmu->index = index;
    if (npages <= mmu->npages)
        return OK;
    if (npages > mmu->capacity && grow(mmu, npages, err) != OK)
        return ERR_NOMEM;
    for (page_t page = mmu->npages; page < npages; page++) {
        mmu->bits[page] = 0;
        mmu->frame_of[page] = PFN_NONE;
    }
    const page_t old = mmu->npages;
    mmu->npages = npages;
    return place_pages(mmu, old, npages, err);
}

enum status mmu_renew_page(struct mmu *mmu, page_t page, struct error *err)
{
    assert(mmu->frame_of[page] == PFN_NONE);
    mmu->bits[page] = 0;
    if (mmu->global_of)
        mmu->global_of[page] = NO_GLOBAL;
    /* Who has not been told of the page that was cannot be told of it later. */
    for (unsigned i = 0; i < mmu->ncpus; i++)
        for (unsigned k = 0; k < mmu->cpus[i].lazy.n; k++)
            mmu->cpus[i].lazy.flush |= mmu->cpus[i].lazy.pages[k] == page;
    return place_pages(mmu, page, page + 1, err);
}
