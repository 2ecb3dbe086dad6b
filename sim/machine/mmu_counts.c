/* mmu_counts.c -- see mmu.h: what all CPUs counted. */
#include "machine/mmu.h"

static void add_counts(struct mmu_counts *sum, const struct mmu_cpu *cpu)
{
    const struct mmu_counts *counts = &cpu->counts;
    for (unsigned level = 0; level <= MMU_LEVELS_MAX; level++) {
        sum->level_hits[level] += counts->level_hits[level];
        sum->level_misses[level] += counts->level_misses[level];
    }
    for (int stream = 0; stream < 2; stream++)
        sum->l1_misses[stream] += counts->l1_misses[stream];
    sum->walks += counts->walks;
    sum->walk_accesses += counts->walk_accesses;
    sum->walk_writes += counts->walk_writes;
    sum->walk_instructions += counts->walk_instructions;
    sum->modify_walks += counts->modify_walks;
    sum->alias_faults += counts->alias_faults;
    sum->flushes += counts->flushes;
    sum->shootdowns += counts->shootdowns;
    sum->ipis += counts->ipis;
    sum->ipis_saved += counts->ipis_saved;
    sum->pages_shot_down += counts->pages_shot_down;
    sum->translation += counts->translation;
    sum->shootdown += counts->shootdown;
    for (unsigned level = 2; level <= WALK_LEVELS_MAX && cpu->walk_cache; level++)
        sum->walk_cache_hits += walk_cache_hits(cpu->walk_cache, level);
    if (!cpu->table_cache)
        return;
    sum->table_cache_hits += table_cache_hits(cpu->table_cache);
    sum->table_cache_misses += table_cache_misses(cpu->table_cache);
}

void mmu_sum(const struct mmu *mmu, struct mmu_counts *sum)
{
    *sum = (struct mmu_counts){0};
    for (unsigned i = 0; i < mmu->ncpus; i++)
        add_counts(sum, &mmu->cpus[i]);
}

void mmu_sum_array(const struct mmu *mmu, size_t array, struct tlb_counts *sum)
{
    *sum = (struct tlb_counts){0};
    for (unsigned i = 0; i < mmu->ncpus; i++) {
        const struct tlb_counts *counts = &mmu->cpus[i].array_counts[array];
        sum->hits += counts->hits;
        sum->misses += counts->misses;
        sum->fills += counts->fills;
        sum->displaced += counts->displaced;
        sum->invalidated += counts->invalidated;
        sum->flushes += counts->flushes;
    }
}

uint64_t mmu_table_frames(const struct mmu *mmu)
{
    return mmu->memory && !mmu->params.tables_apart ? table_memory_frames(mmu->memory) : 0;
}

uint64_t mmu_table_bytes_max(const struct mmu *mmu)
{
    return mmu->memory ? table_memory_bytes_max(mmu->memory) : 0;
}

bool mmu_has_referenced(const struct mmu *mmu)
{
    return !mmu->has_tlb || mmu->format->features & PAGETABLE_REFERENCED;
}
