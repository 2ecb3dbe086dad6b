/* mmu_rig.h -- an MMU with pages to try it on, for tests. */
#ifndef FAULTLINE_TESTS_UNIT_MMU_RIG_H
#define FAULTLINE_TESTS_UNIT_MMU_RIG_H

#include "machine/mmu.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

enum { RIG_SPACES = 8, RIG_FRAMES = 4096 };

#define RIG_OK(call)                                                                       \
    do {                                                                                   \
        struct error err = {0};                                                            \
        char text_[512];                                                                   \
        const enum status status_ = (call);                                                \
        ck_assert_msg(status_ == OK, "%s", error_format(&err, text_, sizeof text_));       \
    } while (0)

struct rig {
    struct mmu mmu;
    struct page_index index;
    struct page_space spaces[RIG_SPACES];
    uint32_t nspaces;
    pfn_t next; /* frame that is used next */
};

/* One level-1 array for both streams. */
static const struct tlb_array_params rig_unified = {.name = "l1",
                                                    .tlb = {.entries = 16, .ways = 16},
                                                    .level = 1,
                                                    .streams = {true, true},
                                                    .page_sizes = UINT64_MAX};

static inline struct mmu_params
rig_params(const char *format, const struct tlb_array_params *arrays, size_t narrays)
{
    return (struct mmu_params){
        .format = pagetable_find(format),
        .page_shift = 12,
        .frames = RIG_FRAMES,
        .arrays = arrays,
        .narrays = narrays,
        .table_cache = {.miss = 10},
        .shootdown = {.batch = UINT64_MAX, .flush_ceiling = UINT64_MAX},
        .asids = UINT64_MAX,
        .ncpus = 1,
        .seed = 1,
    };
}

static inline void rig_init(struct rig *rig, const struct mmu_params *params,
                            uint32_t nspaces)
{
    unsigned char values[PARAM_VALUES_MAX] = {0};
    struct mmu_params own = *params;
    *rig = (struct rig){.nspaces = nspaces};
    if (params->format->params && !params->format_params) {
        param_defaults(params->format->params, values);
        own.format_params = values;
    }
    page_index_init(&rig->index);
    RIG_OK(mmu_init(&rig->mmu, &own, &err));
    for (uint32_t i = 0; i < nspaces; i++) {
        page_space_init(&rig->spaces[i], &rig->index, i, own.page_shift, own.page_shift);
        RIG_OK(mmu_add_space(&rig->mmu, i, &err));
    }
}

static inline void rig_release(struct rig *rig)
{
    for (uint32_t i = 0; i < rig->nspaces; i++)
        page_space_release(&rig->spaces[i]);
    mmu_release(&rig->mmu);
    page_index_release(&rig->index);
}

/* The page of a VPN in a space; known to the MMU, not mapped. */
static inline page_t rig_page(struct rig *rig, uint32_t space, vpn_t vpn)
{
    page_t page;
    bool fresh;
    RIG_OK(page_space_page(&rig->spaces[space], &page, vpn, &fresh, &err));
    RIG_OK(mmu_add_pages(&rig->mmu, &rig->index, rig->index.npages, &err));
    return page;
}

/* ... mapped to a frame of its own. */
static inline page_t rig_map(struct rig *rig, uint32_t space, vpn_t vpn)
{
    const page_t page = rig_page(rig, space, vpn);
    RIG_OK(mmu_map(&rig->mmu, page, rig->next++, &err));
    return page;
}

static inline psec_t rig_load(struct rig *rig, unsigned cpu, page_t page)
{
    return mmu_access(&rig->mmu, &rig->mmu.cpus[cpu], 1, page, false);
}

static inline psec_t rig_store(struct rig *rig, unsigned cpu, page_t page)
{
    return mmu_access(&rig->mmu, &rig->mmu.cpus[cpu], 1, page, true);
}

static inline psec_t rig_fetch(struct rig *rig, unsigned cpu, page_t page)
{
    return mmu_access(&rig->mmu, &rig->mmu.cpus[cpu], 0, page, false);
}

static inline struct mmu_counts rig_counts(const struct rig *rig)
{
    struct mmu_counts counts;
    mmu_sum(&rig->mmu, &counts);
    return counts;
}

#define RIG_CHECK(rig) ck_assert_pstr_eq(mmu_check(&(rig)->mmu), NULL)

#endif
