/* mapping.c -- see mmu.h: entries of the tables and their bits, as kernels change them. */
#include "machine/mmu_inside.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* --- what stands for a page in TLBs --------------------------------------------------------- */

static unsigned class_of(const struct mmu *mmu, unsigned shift)
{
    unsigned class = 0;
    while (mmu->shifts[class] != shift)
        class ++;
    return class;
}

struct mmu_tag mmu_tag_of(const struct mmu *mmu, page_t page)
{
    const struct mmu_large *large = mmu_large_of(mmu, page);
    struct mmu_tag tag = {.tag = page, .vpn = mmu->index->vpns[page]};
    if (large) {
        tag.tag = large->pages[0];
        tag.vpn >>= large->shift - mmu->page_shift;
        tag.class = class_of(mmu, large->shift);
    }
    if (mmu->global_of && mmu->global_of[tag.tag] != NO_GLOBAL)
        tag.tag = TLB_TAG_GLOBAL | mmu->global_of[tag.tag];
    return tag;
}

struct mmu_tag mmu_global_tag(const struct mmu *mmu, page_t tag, unsigned class)
{
    const vpn_t vpn = mmu->global_vpns[tag & ~TLB_TAG_GLOBAL];
    return (struct mmu_tag){tag, vpn >> (mmu->shifts[class] - mmu->page_shift), class};
}

/* Tags are not page numbers from now on, and those are what CPUs have not been told of. */
static void set_general(struct mmu *mmu)
{
    for (unsigned i = 0; i < mmu->ncpus && !mmu->general; i++)
        mmu->cpus[i].lazy.flush |= mmu->cpus[i].lazy.n > 0;
    mmu->general = true;
}

static enum status new_global(struct mmu *mmu, page_t page, uint32_t *number,
                              struct error *err)
{
    const vpn_t vpn = mmu->index->vpns[page];
    *number = map_get_or_add(&mmu->globals, vpn, mmu->nglobals, err);
    if (*number == MAP_ABSENT)
        return ERR_NOMEM;
    if (*number < mmu->nglobals)
        return OK;
    const size_t n = mmu->nglobals + 1;
    vpn_t *vpns = realloc(mmu->global_vpns, n * sizeof *vpns);
    if (!vpns)
        return error_nomem(err);
    mmu->global_vpns = vpns;
    uint32_t *resident = realloc(mmu->global_resident, n * sizeof *resident);
    if (!resident)
        return error_nomem(err);
    mmu->global_resident = resident;
    vpns[mmu->nglobals] = vpn;
    resident[mmu->nglobals++] = 0;
    return OK;
}

/* An array of one number for each page, none of which has one yet. */
static enum status make_numbers(const struct mmu *mmu, uint32_t **numbers,
                                struct error *err)
{
    if (*numbers)
        return OK;
    *numbers = malloc(mmu->capacity * sizeof **numbers);
    if (!*numbers)
        return error_nomem(err);
    memset(*numbers, 0xff, mmu->capacity * sizeof **numbers); /* NO_LARGE, NO_GLOBAL */
    return OK;
}

enum status mmu_set_global(struct mmu *mmu, page_t page, struct error *err)
{
    assert(!(mmu->bits[page] & PAGE_RESIDENT));
    uint32_t number;
    if (!mmu->has_tlb)
        return OK;
    enum status status = make_numbers(mmu, &mmu->global_of, err);
    if (status == OK)
        status = new_global(mmu, page, &number, err);
    if (status != OK)
        return status;
    mmu->global_of[page] = number;
    set_general(mmu);
    return OK;
}

static void count_global(struct mmu *mmu, page_t page, uint32_t change)
{
    if (mmu->global_of && mmu->global_of[page] != NO_GLOBAL)
        mmu->global_resident[mmu->global_of[page]] += change;
}

/* --- entries ---------------------------------------------------------------------------- */

static struct pagetable *table_of(struct mmu *mmu, page_t page)
{
    return mmu_space_of(mmu, page)->table;
}

static void change(struct mmu *mmu, page_t page, unsigned set, unsigned clear)
{
    if (mmu->has_tlb && (!mmu->mapped_by || mmu->mapped_by[mmu->frame_of[page]] == page))
        mmu->format->change(table_of(mmu, page), mmu->index->vpns[page], set, clear);
}

unsigned mmu_entry_bits(const struct mmu *mmu, page_t page)
{
    const uint8_t bits = mmu->bits[page];
    const bool referenced = mmu->format->features & PAGETABLE_REFERENCED;
    return (bits & (PAGE_VALID | PAGE_WATCHED) ? PTE_VALID : 0u) |
           (bits & PAGE_READ_ONLY ? 0u : PTE_WRITABLE) |
           (bits & PAGE_ACCESSED && referenced ? PTE_REFERENCED : 0u) |
           (bits & PAGE_DIRTY ? PTE_MODIFIED : 0u);
}

/* With one entry for each frame: take it from whatever page has it. */
static void claim(struct mmu *mmu, page_t page, pfn_t pfn)
{
    const page_t other = mmu->mapped_by[pfn];
    if (other != PAGE_NONE && other != page) {
        mmu->format->remove(table_of(mmu, other), mmu->index->vpns[other]);
        mmu_invalidate(mmu, other);
    }
    mmu->mapped_by[pfn] = page;
}

enum status mmu_enter(struct mmu *mmu, page_t page, struct error *err)
{
    const pfn_t pfn = mmu->frame_of[page];
    if (mmu->mapped_by)
        claim(mmu, page, pfn);
    return mmu->format->enter(table_of(mmu, page), mmu->index->vpns[page], pfn,
                              mmu->page_shift, mmu_entry_bits(mmu, page), err);
}

enum status mmu_map(struct mmu *mmu, page_t page, pfn_t pfn, struct error *err)
{
    uint8_t *bits = &mmu->bits[page];
    assert(!(*bits & PAGE_RESIDENT));
    *bits &= PAGE_SEEN | PAGE_READ_ONLY;
    *bits |= PAGE_RESIDENT | PAGE_VALID;
    if (mmu->has_tlb || *bits & PAGE_READ_ONLY)
        *bits |= PAGE_STORE_SLOW;
    mmu->frame_of[page] = pfn;
    count_global(mmu, page, 1);
    return mmu->has_tlb ? mmu_enter(mmu, page, err) : OK;
}

void mmu_unmap(struct mmu *mmu, page_t page)
{
    if (mmu_large_of(mmu, page))
        mmu_split(mmu, page);
    if (mmu->has_tlb) {
        const pfn_t pfn = mmu->frame_of[page];
        if (!mmu->mapped_by || mmu->mapped_by[pfn] == page)
            mmu->format->remove(table_of(mmu, page), mmu->index->vpns[page]);
        if (mmu->mapped_by && mmu->mapped_by[pfn] == page)
            mmu->mapped_by[pfn] = PAGE_NONE;
    }
    count_global(mmu, page, UINT32_MAX);
    mmu->bits[page] &= PAGE_SEEN;
    mmu->frame_of[page] = PFN_NONE;
    mmu_invalidate(mmu, page);
}

/* --- large pages ------------------------------------------------------------------------ */

static enum status new_large(struct mmu *mmu, const page_t *pages, size_t n, unsigned shift,
                             uint32_t *number, struct error *err)
{
    enum status status = make_numbers(mmu, &mmu->large_of, err);
    if (status != OK)
        return status;
    uint32_t i = 0;
    while (i < mmu->nlarges && mmu->larges[i].pages)
        i++;
    if (i == mmu->nlarges) {
        const uint32_t nlarges = 2 * mmu->nlarges + 1;
        struct mmu_large *larges = realloc(mmu->larges, nlarges * sizeof *larges);
        if (!larges)
            return error_nomem(err);
        for (uint32_t k = mmu->nlarges; k < nlarges; k++)
            larges[k] = (struct mmu_large){0};
        mmu->larges = larges;
        mmu->nlarges = nlarges;
    }
    page_t *copy = malloc(n * sizeof *copy);
    if (!copy)
        return error_nomem(err);
    memcpy(copy, pages, n * sizeof *copy);
    mmu->larges[i] = (struct mmu_large){copy, shift};
    *number = i;
    return OK;
}

enum status mmu_map_large(struct mmu *mmu, const page_t *pages, unsigned shift, pfn_t pfn,
                          struct error *err)
{
    const size_t n = (size_t)1 << (shift - mmu->page_shift);
    assert(mmu->has_tlb && mmu->format->split && n > 1 && pfn % n == 0);
    const page_t head = pages[0];
    uint32_t number = NO_LARGE;
    enum status status = new_large(mmu, pages, n, shift, &number, err);
    if (status != OK)
        return status;
    for (size_t i = 0; i < n; i++) {
        uint8_t *bits = &mmu->bits[pages[i]];
        assert(!(*bits & PAGE_RESIDENT));
        *bits = (uint8_t)((*bits & (PAGE_SEEN | PAGE_READ_ONLY)) | PAGE_RESIDENT |
                          PAGE_VALID | PAGE_STORE_SLOW);
        mmu->frame_of[pages[i]] = pfn + (pfn_t)i;
        mmu->large_of[pages[i]] = number;
        count_global(mmu, pages[i], 1);
    }
    set_general(mmu);
    return mmu->format->enter(table_of(mmu, head), mmu->index->vpns[head], pfn, shift,
                              mmu_entry_bits(mmu, head), err);
}

const page_t *mmu_large(const struct mmu *mmu, page_t page, size_t *n)
{
    const struct mmu_large *large = mmu_large_of(mmu, page);
    if (!large)
        return NULL;
    *n = (size_t)1 << (large->shift - mmu->page_shift);
    return large->pages;
}

void mmu_split(struct mmu *mmu, page_t page)
{
    const uint32_t number = mmu->large_of[page];
    struct mmu_large *large = &mmu->larges[number];
    const size_t n = (size_t)1 << (large->shift - mmu->page_shift);
    const page_t head = large->pages[0];
    const uint8_t shared = mmu->bits[head] & (PAGE_ACCESSED | PAGE_DIRTY | PAGE_READ_ONLY |
                                              PAGE_VALID | PAGE_WATCHED | PAGE_STORE_SLOW);
    mmu_invalidate(mmu, head);
    mmu->format->split(table_of(mmu, head), mmu->index->vpns[head]);
    for (size_t i = 0; i < n; i++) {
        uint8_t *bits = &mmu->bits[large->pages[i]];
        *bits = (uint8_t)((*bits & (PAGE_SEEN | PAGE_RESIDENT)) | shared);
        mmu->large_of[large->pages[i]] = NO_LARGE;
    }
    free(large->pages);
    *large = (struct mmu_large){0};
}

void mmu_unmap_large(struct mmu *mmu, page_t page)
{
    struct mmu_large *large = &mmu->larges[mmu->large_of[page]];
    const size_t n = (size_t)1 << (large->shift - mmu->page_shift);
    const page_t head = large->pages[0];
    mmu_invalidate(mmu, head);
    mmu->format->remove(table_of(mmu, head), mmu->index->vpns[head]);
    for (size_t i = 0; i < n; i++) {
        count_global(mmu, large->pages[i], UINT32_MAX);
        mmu->bits[large->pages[i]] &= PAGE_SEEN;
        mmu->frame_of[large->pages[i]] = PFN_NONE;
        mmu->large_of[large->pages[i]] = NO_LARGE;
    }
    free(large->pages);
    *large = (struct mmu_large){0};
}

/* --- bits ------------------------------------------------------------------------------- */

/* Set and clear bits of all pages of the entry that maps the page. */
static void mark(struct mmu *mmu, page_t page, unsigned set, unsigned clear)
{
    size_t n = 1;
    const page_t *pages = mmu_large(mmu, page, &n);
    for (size_t i = 0; i < n; i++) {
        uint8_t *bits = &mmu->bits[pages ? pages[i] : page];
        *bits = (uint8_t)((*bits & ~clear) | set);
    }
}

bool mmu_referenced(const struct mmu *mmu, page_t page)
{
    return mmu->bits[mmu_leaf(mmu, page)] & PAGE_ACCESSED;
}

bool mmu_modified(const struct mmu *mmu, page_t page)
{
    return mmu->bits[mmu_leaf(mmu, page)] & PAGE_DIRTY;
}

void mmu_set_referenced(struct mmu *mmu, page_t page)
{
    const page_t leaf = mmu_leaf(mmu, page);
    mmu->bits[leaf] |= PAGE_ACCESSED;
    if (mmu->has_tlb && mmu->format->features & PAGETABLE_REFERENCED)
        change(mmu, leaf, PTE_REFERENCED, 0);
}

void mmu_clear_referenced(struct mmu *mmu, page_t page, bool invalidate)
{
    const page_t leaf = mmu_leaf(mmu, page);
    mmu->bits[leaf] &= (uint8_t)~PAGE_ACCESSED;
    if (!mmu->has_tlb)
        return;
    if (mmu->format->features & PAGETABLE_REFERENCED)
        change(mmu, leaf, 0, PTE_REFERENCED);
    if (mmu->format->features & PAGETABLE_FRAME_BITS && mmu->bits[leaf] & PAGE_VALID)
        mark(mmu, page, PAGE_WATCHED, PAGE_VALID); /* the next access sets it, TLB or not */
    if (invalidate)
        mmu_invalidate(mmu, page);
}

void mmu_clear_modified(struct mmu *mmu, page_t page, bool invalidate)
{
    const page_t leaf = mmu_leaf(mmu, page);
    mmu->bits[leaf] &= (uint8_t)~PAGE_DIRTY;
    if (!mmu->has_tlb)
        return;
    change(mmu, leaf, 0, PTE_MODIFIED);
    mark(mmu, page, PAGE_STORE_SLOW, 0);
    if (invalidate)
        mmu_invalidate(mmu, page);
}

void mmu_set_invalid(struct mmu *mmu, page_t page)
{
    const page_t leaf = mmu_leaf(mmu, page);
    mark(mmu, page, 0, PAGE_VALID | PAGE_WATCHED);
    change(mmu, leaf, 0, PTE_VALID);
    mmu_invalidate(mmu, page);
}

void mmu_set_valid(struct mmu *mmu, page_t page)
{
    mark(mmu, page, PAGE_VALID, 0);
    change(mmu, mmu_leaf(mmu, page), PTE_VALID, 0);
}

void mmu_set_read_only(struct mmu *mmu, page_t page, bool read_only)
{
    const page_t leaf = mmu_leaf(mmu, page);
    if (read_only) {
        mark(mmu, page, PAGE_READ_ONLY | PAGE_STORE_SLOW, 0);
        change(mmu, leaf, 0, PTE_WRITABLE);
        mmu_invalidate(mmu, page);
        return;
    }
    mark(mmu, page, 0, PAGE_READ_ONLY | (mmu->has_tlb ? 0u : PAGE_STORE_SLOW));
    change(mmu, leaf, PTE_WRITABLE, 0);
    /* The fault has dropped the entry of the CPU that took it: Intel SDM vol. 3A, 4.10.4.1. */
    if (mmu->has_tlb)
        mmu_cpu_drop(mmu, &mmu->cpus[mmu->at_cpu], page);
}

/* Some CPU holds a translation of the page whose M bit is clear. */
static bool held_clean(const struct mmu *mmu, page_t page)
{
    const page_t leaf = mmu_leaf(mmu, page);
    for (unsigned i = 0; i < mmu->ncpus; i++)
        if (!mmu_cpu_modified(&mmu->cpus[i], leaf) &&
            mmu_cpu_holds(mmu, &mmu->cpus[i], page))
            return true;
    return false;
}

void mmu_settle(struct mmu *mmu, page_t page)
{
    const uint8_t bits = mmu->bits[mmu_leaf(mmu, page)];
    const bool by_frame = mmu->format->features & PAGETABLE_FRAME_BITS;
    if (bits & PAGE_WATCHED)
        mark(mmu, page, PAGE_VALID, PAGE_WATCHED);
    if (bits & PAGE_STORE_SLOW && bits & PAGE_DIRTY && !(bits & PAGE_READ_ONLY) &&
        (by_frame || !held_clean(mmu, page)))
        mark(mmu, page, 0, PAGE_STORE_SLOW);
}
