/* translate.c -- see mmu.h: what happens when a first-level TLB does not answer. */
#include "machine/mmu_inside.h"

#include <assert.h>

/* --- entries of TLBs ---------------------------------------------------------------------- */

bool mmu_cpu_holds(const struct mmu *mmu, const struct mmu_cpu *cpu, page_t page)
{
    const struct mmu_tag tag = mmu_tag_of(mmu, page);
    for (size_t i = 0; i < mmu->params.narrays; i++)
        if (mmu_array_serves(mmu, i, tag.class) &&
            tlb_holds_at(&cpu->arrays[i], tlb_set(&cpu->arrays[i], tag.vpn), tag.tag))
            return true;
    return false;
}

/* Drop a tag from the arrays of the levels below `level` (nearer the CPU). */
static void drop_above(struct mmu *mmu, struct mmu_cpu *cpu, struct mmu_tag tag,
                       unsigned level)
{
    for (size_t i = 0; i < mmu->params.narrays; i++) {
        struct tlb *tlb = &cpu->arrays[i];
        if (mmu->params.arrays[i].level >= level || !mmu_array_serves(mmu, i, tag.class))
            continue;
        const uint32_t set = tlb_set(tlb, tag.vpn);
        if (!tlb_holds_at(tlb, set, tag.tag))
            continue;
        tlb_invalidate_at(tlb, set, tag.tag);
        cpu->array_counts[i].invalidated++;
    }
    cpu->current[0] = cpu->current[1] = PAGE_NONE;
}

void mmu_cpu_drop(struct mmu *mmu, struct mmu_cpu *cpu, page_t page)
{
    drop_above(mmu, cpu, mmu_tag_of(mmu, page), MMU_LEVELS_MAX + 1);
}

static void fill(struct mmu *mmu, struct mmu_cpu *cpu, size_t array, struct mmu_tag tag)
{
    struct tlb *tlb = &cpu->arrays[array];
    struct tlb_counts *counts = &cpu->array_counts[array];
    const page_t displaced = tlb_fill_at(tlb, tlb_set(tlb, tag.vpn), tag.tag);
    counts->fills++;
    if (displaced == PAGE_NONE)
        return;
    counts->displaced++;
    const unsigned level = mmu->params.arrays[array].level;
    if (!mmu->params.arrays[array].inclusive)
        return;
    if (!(displaced & TLB_TAG_GLOBAL))
        drop_above(mmu, cpu, mmu_tag_of(mmu, displaced), level);
    /* One space may have it in a large page and another one not. */
    for (unsigned class = 0; displaced & TLB_TAG_GLOBAL && class < mmu->nshifts; class ++)
        drop_above(mmu, cpu, mmu_global_tag(mmu, displaced, class), level);
}

/* --- walks ------------------------------------------------------------------------------ */

static void walk_once(struct mmu *mmu, page_t page, struct walk *walk)
{
    mmu->format->walk(mmu_space_of(mmu, page)->table, mmu->index->vpns[page], walk);
}

/* The page's frame has its one entry for another page: the kernel enters this one. */
static psec_t take_alias(struct mmu *mmu, struct mmu_cpu *cpu, page_t page)
{
    const enum status status = mmu_enter(mmu, page, NULL);
    assert(status ==
           OK); /* it was entered before, and all memory is taken from the start */
    (void)status;
    cpu->counts.alias_faults++;
    return mmu->params.cost_fault;
}

/* Walk the tables for a resident page, for a miss or to set its modified bit. */
static psec_t walk(struct mmu *mmu, struct mmu_cpu *cpu, page_t page, bool store,
                   bool modify)
{
    const page_t leaf = mmu_leaf(mmu, page);
    struct mmu_counts *counts = &cpu->counts;
    struct walk walk = {
        .store = store,
        .modify = modify,
        .space = mmu->index->space_of[page],
        .cache = cpu->walk_cache,
        .data_cache = cpu->table_cache,
        .system = cpu->system,
        .instruction = mmu->params.cost_instruction,
        .log = mmu->log,
    };
    psec_t cost = mmu->params.cost_walk;
    walk_once(mmu, page, &walk);
    if (UNLIKELY(walk.result != WALK_OK) && mmu->mapped_by) {
        cost += take_alias(mmu, cpu, page);
        walk_once(mmu, page, &walk);
    }
    assert(walk.result == WALK_OK && walk.pfn == mmu->frame_of[page]);
    counts->walk_accesses += walk.reads;
    counts->walk_writes += walk.writes;
    counts->walk_instructions += walk.instructions;
    *(modify ? &counts->modify_walks : &counts->walks) += 1;
    if (cpu->system) {
        struct tlb_counts *system = &cpu->array_counts[cpu->system - cpu->arrays];
        system->hits += walk.system_hit;
        system->misses += walk.system_miss;
        system->fills += walk.system_miss;
        system->displaced += walk.system_displaced;
    }
    if (mmu->format->features & PAGETABLE_REFERENCED)
        mmu->bits[leaf] |= PAGE_ACCESSED;
    if (walk.modified)
        mmu->bits[leaf] |= PAGE_DIRTY;
    mmu_cpu_set_modified(cpu, leaf, walk.modified);
    return cost + walk.time;
}

/* --- misses ----------------------------------------------------------------------------- */

static bool lookup(struct mmu *mmu, struct mmu_cpu *cpu, size_t array, struct mmu_tag tag)
{
    struct tlb *tlb = &cpu->arrays[array];
    const bool hit = tlb_lookup_at(tlb, tlb_set(tlb, tag.vpn), tag.tag);
    *(hit ? &cpu->array_counts[array].hits : &cpu->array_counts[array].misses) += 1;
    const unsigned level = mmu->params.arrays[array].level;
    *(hit ? &cpu->counts.level_hits[level] : &cpu->counts.level_misses[level]) += 1;
    return hit;
}

/* Ask the arrays of the chain from `first` on, walk if none has the tag, and fill those that
 * did not have it. */
static psec_t ask(struct mmu *mmu, struct mmu_cpu *cpu, const struct mmu_chain *chain,
                  unsigned first, struct mmu_tag tag, page_t page, bool store)
{
    unsigned i = first;
    while (i < chain->n && !lookup(mmu, cpu, chain->array[i], tag))
        i++;
    psec_t cost = i < chain->n ? mmu->params.arrays[chain->array[i]].hit
                               : walk(mmu, cpu, page, store, false);
    while (i > 0)
        fill(mmu, cpu, chain->array[--i], tag);
    cpu->counts.translation += cost;
    return cost;
}

/* Is there an array of the first level that has pages of this size? */
static bool has_first(const struct mmu *mmu, const struct mmu_chain *chain)
{
    return chain->n && mmu->params.arrays[chain->array[0]].level == 1;
}

static void count_l1_miss(const struct mmu *mmu, struct mmu_cpu *cpu, int stream,
                          const struct mmu_chain *chain)
{
    cpu->counts.l1_misses[stream]++;
    cpu->counts.level_misses[1]++;
    if (has_first(mmu, chain))
        cpu->array_counts[chain->array[0]].misses++;
}

psec_t mmu_l1_miss(struct mmu *mmu, struct mmu_cpu *cpu, int stream, page_t page,
                   bool store)
{
    const struct mmu_chain *chain = &mmu->chains[stream][0];
    const struct mmu_tag tag = {.tag = page, .vpn = mmu->index->vpns[page]};
    count_l1_miss(mmu, cpu, stream, chain);
    return ask(mmu, cpu, chain, 1, tag, page, store);
}

psec_t mmu_translate_general(struct mmu *mmu, struct mmu_cpu *cpu, int stream, page_t page,
                             bool store)
{
    const struct mmu_tag tag = mmu_tag_of(mmu, page);
    const struct mmu_chain *chain = &mmu->chains[stream][tag.class];
    const bool first = has_first(mmu, chain);
    struct tlb *tlb = first ? &cpu->arrays[chain->array[0]] : NULL;
    psec_t cost = 0;
    if (!tlb || !tlb_lookup_at(tlb, tlb_set(tlb, tag.vpn), tag.tag)) {
        count_l1_miss(mmu, cpu, stream, chain);
        cost = ask(mmu, cpu, chain, first, tag, page, store);
    }
    /* It is known of the arrays of base pages only that it is the newest there. */
    cpu->current[cpu->stream_of[stream]] = tag.class == 0 ? page : PAGE_NONE;
    return cost;
}

/* --- a reference ------------------------------------------------------------------------ */

static psec_t translate(struct mmu *mmu, struct mmu_cpu *cpu, int stream, page_t page,
                        bool store)
{
    page_t *current = &cpu->current[cpu->stream_of[stream]];
    if (*current == page)
        return 0;
    if (mmu->general)
        return mmu_translate_general(mmu, cpu, stream, page, store);
    *current = page;
    if (!tlb_lookup(cpu->l1[stream], page))
        return mmu_l1_miss(mmu, cpu, stream, page, store);
    return 0;
}

/* A store goes through an entry whose modified bit is clear. */
static psec_t modify(struct mmu *mmu, struct mmu_cpu *cpu, page_t page)
{
    const psec_t cost = walk(mmu, cpu, page, true, true);
    cpu->counts.translation += cost;
    return cost;
}

/* Bits kept by frame are set by the access itself.  The frame's entry is that of another
 * page if a TLB has found this one as the same global page of another space. */
static void set_frame_bits(struct mmu *mmu, page_t page, bool store)
{
    const uint8_t set = (uint8_t)(PAGE_ACCESSED | (store ? PAGE_DIRTY : 0));
    const page_t owner = mmu->mapped_by ? mmu->mapped_by[mmu->frame_of[page]] : page;
    assert(owner != PAGE_NONE);
    mmu->bits[page] |= set;
    mmu->bits[owner] |= set;
    mmu->format->change(mmu_space_of(mmu, owner)->table, mmu->index->vpns[owner],
                        PTE_REFERENCED | (store ? PTE_MODIFIED : 0u), 0);
}

psec_t mmu_access(struct mmu *mmu, struct mmu_cpu *cpu, int stream, page_t page, bool store)
{
    psec_t cost = translate(mmu, cpu, stream, page, store);
    const uint8_t bits = mmu->bits[page];
    if (!(bits & PAGE_WATCHED) && !(store && bits & PAGE_STORE_SLOW))
        return cost;
    if (mmu->format->features & PAGETABLE_FRAME_BITS)
        set_frame_bits(mmu, page, store);
    else if (store && !mmu_cpu_modified(cpu, mmu_leaf(mmu, page)))
        cost += modify(mmu, cpu, page);
    mmu_settle(mmu, page);
    return cost;
}
