/* shootdown.c -- see mmu.h: taking translations back from the TLBs of all CPUs, and what a
 * CPU's TLBs do when it turns to another address space.
 *
 * A translation is dropped at once from the CPU on which the kernel runs and from those that
 * are interrupted for it; CPUs that do not run the space just now keep it, with `lazy`, and
 * drop it when they next run a thread (Linux, arch/x86/mm/tlb.c, does the same with
 * generations).  Times are reckoned when the kernel's operation ends, or a batch is full. */
#include "machine/mmu_inside.h"

#include <assert.h>

/* --- flushing a CPU ----------------------------------------------------------------------- */

/* The system half outlives it: what lies there goes when a space ends. */
static void flush(struct mmu *mmu, struct mmu_cpu *cpu, bool keep_global)
{
    for (size_t i = 0; i < mmu->params.narrays; i++)
        if (mmu->params.arrays[i].half != TLB_SYSTEM) {
            tlb_flush(&cpu->arrays[i], keep_global);
            cpu->array_counts[i].flushes++;
        }
    if (cpu->walk_cache)
        walk_cache_flush(cpu->walk_cache);
    cpu->current[0] = cpu->current[1] = PAGE_NONE;
    cpu->counts.flushes++;
    const uint64_t bit = (uint64_t)1 << (cpu - mmu->cpus);
    for (uint32_t i = 0; i < mmu->nspaces; i++)
        mmu->spaces[i].cpus &= ~bit;
    if (cpu->space < mmu->nspaces)
        mmu->spaces[cpu->space].cpus |= bit;
}

/* --- taking back ------------------------------------------------------------------------ */

static bool told_later(const struct mmu *mmu, const struct mmu_cpu *cpu, uint32_t space)
{
    return mmu->params.shootdown.lazy && !(cpu->running && cpu->space == space);
}

/* The CPU drops the page when it next runs a thread. */
static void defer(struct mmu *mmu, struct mmu_cpu *cpu, page_t page)
{
    struct mmu_lazy *lazy = &cpu->lazy;
    cpu->counts.ipis_saved++;
    if (mmu->general || lazy->n == MMU_LAZY_MAX)
        lazy->flush = true; /* what the page is may be forgotten by then */
    else
        lazy->pages[lazy->n++] = page;
}

static void drop_now(struct mmu *mmu, struct mmu_cpu *cpu, page_t page)
{
    mmu_cpu_drop(mmu, cpu, page);
    if (cpu->walk_cache)
        walk_cache_drop_space(cpu->walk_cache, mmu->index->space_of[page]);
}

/* Reckon what has been taken back since the last time. */
static void close_batch(struct mmu *mmu)
{
    struct mmu_pending *pending = &mmu->pending;
    const struct shootdown_params *params = &mmu->params.shootdown;
    struct mmu_cpu *sender = &mmu->cpus[mmu->at_cpu];
    const bool all = pending->pages > params->flush_ceiling;
    const psec_t work = all ? params->flush : pending->pages * params->invalidate;
    if (all)
        flush(mmu, sender, mmu->nglobals > 0);
    psec_t sending = 0;
    for (uint64_t left = pending->targets; left; left &= left - 1) {
        struct mmu_cpu *cpu = &mmu->cpus[lowest_bit(left)];
        if (all)
            flush(mmu, cpu, mmu->nglobals > 0);
        cpu->stolen += params->receive + work;
        cpu->counts.shootdown += params->receive + work;
        sending += params->send;
        sender->counts.ipis++;
    }
    if (pending->targets) {
        sender->counts.shootdowns++;
        sender->counts.pages_shot_down += pending->pages;
    }
    sender->counts.shootdown += sending;
    pending->cost += sending + work;
    pending->pages = 0;
    pending->targets = 0;
}

void mmu_invalidate(struct mmu *mmu, page_t page)
{
    if (!mmu->has_tlb)
        return;
    const uint32_t space = mmu->index->space_of[page];
    const bool global = mmu_tag_of(mmu, page).tag & TLB_TAG_GLOBAL;
    uint64_t cpus = global ? low_bits(mmu->ncpus) : mmu->spaces[space].cpus;
    for (; cpus; cpus &= cpus - 1) {
        const unsigned number = lowest_bit(cpus);
        struct mmu_cpu *cpu = &mmu->cpus[number];
        /* Another space may bring a global page's entry back, with its own M bit. */
        mmu_cpu_set_modified(cpu, mmu_leaf(mmu, page), false);
        if (number != mmu->at_cpu && told_later(mmu, cpu, space)) {
            defer(mmu, cpu, page);
            continue;
        }
        drop_now(mmu, cpu, page);
        if (number != mmu->at_cpu)
            mmu->pending.targets |= (uint64_t)1 << number;
    }
    if (++mmu->pending.pages >= mmu->params.shootdown.batch)
        close_batch(mmu);
}

psec_t mmu_finish_shootdown(struct mmu *mmu)
{
    if (mmu->pending.pages)
        close_batch(mmu);
    const psec_t cost = mmu->pending.cost;
    mmu->pending.cost = 0;
    return cost;
}

/* --- turning to another address space -------------------------------------------------------- */

/* Drop what the CPU has not been told of. */
static psec_t catch_up(struct mmu *mmu, struct mmu_cpu *cpu)
{
    struct mmu_lazy *lazy = &cpu->lazy;
    const struct shootdown_params *params = &mmu->params.shootdown;
    psec_t cost = 0;
    if (lazy->flush || lazy->n > params->flush_ceiling) {
        flush(mmu, cpu, false); /* what was not told may have been global */
        cost = params->flush;
    } else {
        for (unsigned i = 0; i < lazy->n; i++) {
            drop_now(mmu, cpu, lazy->pages[i]);
            cost += params->invalidate;
        }
    }
    lazy->n = 0;
    lazy->flush = false;
    return cost;
}

/* Give the space an identifier on the CPU; flush if there is none left. */
static psec_t identify(struct mmu *mmu, struct mmu_cpu *cpu, uint32_t space)
{
    if (mmu->params.asids == UINT64_MAX ||
        (mmu->params.asids && cpu->asid_generation[space] == cpu->generation))
        return 0;
    psec_t cost = 0;
    if (cpu->nasids == mmu->params.asids || !mmu->params.asids) {
        flush(mmu, cpu, mmu->nglobals > 0);
        cost = mmu->params.shootdown.flush;
        cpu->generation++;
        cpu->nasids = 0;
    }
    cpu->asid_generation[space] = cpu->generation;
    cpu->nasids++;
    return cost;
}

psec_t mmu_switch(struct mmu *mmu, unsigned number, uint32_t space)
{
    struct mmu_cpu *cpu = &mmu->cpus[number];
    psec_t cost = 0;
    if (mmu->has_tlb && (cpu->lazy.n || cpu->lazy.flush))
        cost = catch_up(mmu, cpu);
    cpu->running = true;
    if (cpu->space == space)
        return cost;
    cpu->space = space;
    cpu->current[0] = cpu->current[1] = PAGE_NONE;
    if (mmu->has_tlb)
        cost += identify(mmu, cpu, space);
    mmu->spaces[space].cpus |= (uint64_t)1 << number;
    return cost;
}

void mmu_leave(struct mmu *mmu, unsigned cpu)
{
    mmu->cpus[cpu].running = false;
}
