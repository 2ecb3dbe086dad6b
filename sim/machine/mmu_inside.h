/* mmu_inside.h -- what the files of the MMU share: mmu.c (its life), mapping.c (entries and
 * their bits), translate.c (misses, walks), shootdown.c (what is taken back), mmu_counts.c,
 * mmu_check.c. */
#ifndef FAULTLINE_MACHINE_MMU_INSIDE_H
#define FAULTLINE_MACHINE_MMU_INSIDE_H

#include "machine/mmu.h"

#define NO_LARGE UINT32_MAX
#define NO_GLOBAL UINT32_MAX

/* What stands for a page in TLBs. */
struct mmu_tag {
    page_t tag;
    uint64_t vpn;   /* in pages of its size                                              */
    unsigned class; /* of its size                                                       */
};

static inline struct mmu_space *mmu_space_of(struct mmu *mmu, page_t page)
{
    return &mmu->spaces[mmu->index->space_of[page]];
}

static inline const struct mmu_large *mmu_large_of(const struct mmu *mmu, page_t page)
{
    return mmu->large_of && mmu->large_of[page] != NO_LARGE
               ? &mmu->larges[mmu->large_of[page]]
               : NULL;
}

/* The page whose bits say what the entry has that maps `page`. */
static inline page_t mmu_leaf(const struct mmu *mmu, page_t page)
{
    const struct mmu_large *large = mmu_large_of(mmu, page);
    return large ? large->pages[0] : page;
}

static inline bool mmu_cpu_modified(const struct mmu_cpu *cpu, page_t leaf)
{
    return cpu->modified[leaf / 64] >> leaf % 64 & 1;
}

static inline void mmu_cpu_set_modified(struct mmu_cpu *cpu, page_t leaf, bool modified)
{
    const uint64_t bit = (uint64_t)1 << leaf % 64;
    cpu->modified[leaf / 64] =
        modified ? cpu->modified[leaf / 64] | bit : cpu->modified[leaf / 64] & ~bit;
}

/* Does the array hold pages of this size (of processes)? */
bool mmu_array_serves(const struct mmu *mmu, size_t array, unsigned class);

struct mmu_tag mmu_tag_of(const struct mmu *mmu, page_t page);
/* The same of a global page from its tag, if it is mapped with pages of this size. */
struct mmu_tag mmu_global_tag(const struct mmu *mmu, page_t tag, unsigned class);

/* Does the CPU hold a translation of the page? */
bool mmu_cpu_holds(const struct mmu *mmu, const struct mmu_cpu *cpu, page_t page);

/* Drop the page from the TLBs of one CPU. */
void mmu_cpu_drop(struct mmu *mmu, struct mmu_cpu *cpu, page_t page);

/* Bits that the entry of a resident page has, by what `bits` says. */
unsigned mmu_entry_bits(const struct mmu *mmu, page_t page);

/* Enter the translation of a resident page into the tables. */
MUST_CHECK enum status mmu_enter(struct mmu *mmu, page_t page, struct error *err);

/* After an access: the page is VALID again, and stores into it need no look, as far as its
 * entry and what TLBs hold of it allow. */
void mmu_settle(struct mmu *mmu, page_t page);

#endif
