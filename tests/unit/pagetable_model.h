/* pagetable_model.h -- page-table formats against a slow, obvious model: an array with the
 * frame and the bits of every page, and a prediction of every access of a walk.
 *
 * A test opens a machine, adds the areas (runs of pages) that it uses, and lets
 * model_run() enter, remove, change, split and walk their pages at random.  What a walk
 * reads and writes it has from `predict`, which the test writes from the manual. */
#ifndef FAULTLINE_TESTS_UNIT_PAGETABLE_MODEL_H
#define FAULTLINE_TESTS_UNIT_PAGETABLE_MODEL_H

#include "base/rng.h"
#include "machine/pagetable.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

enum { MODEL_SPACES = 8, MODEL_AREAS = 16, MODEL_LOG = 32 };

struct model_entry {
    pfn_t pfn;     /* PFN_NONE: nothing is mapped                                        */
    unsigned bits; /* enum pte_bits                                                      */
};

struct model_area {
    uint32_t space;
    vpn_t vpn; /* its first page                                                         */
    uint32_t npages;
    unsigned large_shift; /* the area can be one large page of this size; 0: it cannot    */
    bool large;           /* it is now: entries[0] maps all of it                         */
    uint32_t mapped;      /* entries that map something                                */
    struct model_entry *entries; /* [npages]                                             */
};

/* What a walk should do, but for the frame and bits, which the model knows. */
struct model_prediction {
    enum walk_result result;
    struct walk_logged all[MODEL_LOG];
    size_t n;
    uint32_t instructions;
};

struct model {
    const struct pagetable_ops *ops;
    unsigned page_shift;
    uint64_t nframes; /* frames are picked below                                         */
    struct table_memory *memory;
    struct table_cache *data_cache;
    struct pagetable_tables *tables;
    struct pagetable *spaces[MODEL_SPACES];
    struct model_area areas[MODEL_AREAS];
    size_t nareas;
    uint8_t *used; /* [nframes] with PAGETABLE_PER_FRAME: the frame is mapped             */
    struct walk_logged logged[MODEL_LOG];
    struct walk_log log;
    struct tlb *system;       /* given to walks; NULL: none                              */
    struct walk_cache *cache; /* likewise                                                */
    struct rng rng;
    uint64_t walks[3], large, splits; /* walks by result; what the run came upon          */
    /* Called just before each walk.  NULL: accesses are not compared. */
    void (*predict)(const struct model *m, uint32_t space, vpn_t vpn, bool store,
                    struct model_prediction *out);
};

/* An assertion that costs nothing while it holds: Check's write to a file each time. */
static inline void model_equal(const char *what, uint64_t is, uint64_t should_be)
{
    if (is != should_be)
        ck_abort_msg("%s is %llu, not %llu", what, (unsigned long long)is,
                     (unsigned long long)should_be);
}

static inline unsigned model_below(struct model *m, uint64_t n)
{
    return (unsigned)rng_below(&m->rng, n);
}

/* The parameters' defaults if params is NULL. */
static inline void model_open(struct model *m, const struct pagetable_ops *ops,
                              unsigned page_shift, bool adapted, const void *params,
                              uint64_t nframes)
{
    static max_align_t defaults[PARAM_VALUES_MAX / sizeof(max_align_t)];
    static const struct table_cache_params no_cache = {.miss = 1000};
    *m = (struct model){.ops = ops, .page_shift = page_shift, .nframes = nframes};
    m->log = (struct walk_log){m->logged, 0, MODEL_LOG};
    rng_seed(&m->rng, 1);
    if (!params && ops->params)
        param_defaults(ops->params, defaults);
    ck_assert_int_eq(table_memory_create(&m->memory, ops->paddr_bits, page_shift, NULL),
                     OK);
    ck_assert_int_eq(table_cache_create(&m->data_cache, &no_cache, NULL), OK);
    const struct pagetable_params machine = {.page_shift = page_shift,
                                             .adapted = adapted,
                                             .frames = nframes,
                                             .memory = m->memory,
                                             .params = params ? params : defaults};
    struct error err = {0};
    ck_assert_msg(ops->create(&m->tables, &machine, &err) == OK, "%s", err.text);
    if (ops->features & PAGETABLE_PER_FRAME) {
        ck_assert_uint_lt(nframes, PFN_NONE);
        m->used = calloc(nframes, 1);
        ck_assert_ptr_nonnull(m->used);
    }
}

static inline void model_add_space(struct model *m, uint32_t number)
{
    struct error err = {0};
    ck_assert_msg(m->ops->add_space(m->tables, number, &m->spaces[number], &err) == OK,
                  "%s", err.text);
}

static inline void model_close(struct model *m)
{
    for (uint32_t i = 0; i < MODEL_SPACES; i++)
        if (m->spaces[i])
            m->ops->end_space(m->spaces[i]);
    m->ops->free(m->tables);
    table_cache_free(m->data_cache);
    table_memory_free(m->memory);
    for (size_t i = 0; i < m->nareas; i++)
        free(m->areas[i].entries);
    free(m->used);
}

static inline void model_add_area(struct model *m, uint32_t space, vpn_t vpn,
                                  uint32_t npages, unsigned large_shift)
{
    ck_assert_uint_lt(m->nareas, MODEL_AREAS);
    struct model_entry *entries = calloc(npages, sizeof *entries);
    ck_assert_ptr_nonnull(entries);
    for (uint32_t i = 0; i < npages; i++)
        entries[i].pfn = PFN_NONE;
    m->areas[m->nareas++] =
        (struct model_area){space, vpn, npages, large_shift, false, 0, entries};
}

/* --- walks -------------------------------------------------------------------------- */

/* A walk of its own, whose accesses are in m->logged. */
static inline struct walk model_walk_as(struct model *m, uint32_t space, vpn_t vpn,
                                        bool store, bool modify)
{
    struct walk walk = {.store = store,
                        .modify = modify,
                        .space = space,
                        .cache = m->cache,
                        .data_cache = m->data_cache,
                        .system = m->system,
                        .instruction = 10,
                        .log = &m->log};
    m->log.n = 0;
    m->ops->walk(m->spaces[space], vpn, &walk);
    model_equal("reads and writes", walk.reads + walk.writes, m->log.n);
    return walk;
}

static inline struct walk model_walk(struct model *m, uint32_t space, vpn_t vpn, bool store)
{
    return model_walk_as(m, space, vpn, store, false);
}

/* The accesses of the last walk are these. */
static inline void model_expect_log(const struct model *m, const struct walk_logged *all,
                                    size_t n)
{
    for (size_t i = 0; i < n && i < m->log.n; i++)
        if (m->logged[i].paddr != all[i].paddr || m->logged[i].write != all[i].write)
            ck_abort_msg("access %zu: %s of 0x%llx, not %s of 0x%llx", i,
                         m->logged[i].write ? "write" : "read",
                         (unsigned long long)m->logged[i].paddr,
                         all[i].write ? "write" : "read", (unsigned long long)all[i].paddr);
    model_equal("number of accesses", m->log.n, n);
}

/* Add an access to a prediction. */
static inline void model_predict(struct model_prediction *out, paddr_t paddr, bool write)
{
    if (out->n == MODEL_LOG)
        ck_abort_msg("a walk of more than %d accesses", MODEL_LOG);
    out->all[out->n++] = (struct walk_logged){paddr, write};
}

/* --- random operations -------------------------------------------------------------- */

static inline struct model_entry *model_entry_at(struct model_area *area, uint32_t i)
{
    return &area->entries[area->large ? 0 : i];
}

/* The bits that an entry of this format has for itself. */
static inline unsigned model_bits(const struct model *m)
{
    const unsigned features = m->ops->features;
    unsigned bits = PTE_VALID | PTE_WRITABLE;
    if (features & PAGETABLE_FRAME_BITS)
        return bits;
    return bits | PTE_MODIFIED | (features & PAGETABLE_REFERENCED ? PTE_REFERENCED : 0);
}

static inline void model_check_get(const struct model *m, struct model_area *area,
                                   uint32_t i)
{
    const struct model_entry *entry = model_entry_at(area, i);
    pfn_t pfn = 12345;
    const unsigned bits = m->ops->get(m->spaces[area->space], area->vpn + i, &pfn);
    if (entry->pfn == PFN_NONE) {
        model_equal("bits of nothing", bits, 0);
        model_equal("frame of nothing", pfn, PFN_NONE);
        return;
    }
    model_equal("bits", bits & model_bits(m), entry->bits);
    model_equal("frame", pfn, area->large ? entry->pfn + i : entry->pfn);
}

/* A frame that may be mapped: the first of n aligned ones. */
static inline pfn_t model_pick_frame(struct model *m, uint32_t n)
{
    pfn_t pfn;
    do
        pfn = (pfn_t)rng_below(&m->rng, m->nframes / n) * n;
    while (m->used && m->used[pfn]);
    return pfn;
}

static inline void model_enter(struct model *m, struct model_area *area, uint32_t i)
{
    struct model_entry *entry = model_entry_at(area, i);
    if (entry->pfn != PFN_NONE)
        return;
    const bool large = area->large_shift && model_below(m, 2) && area->mapped == 0;
    const uint32_t n = large ? area->npages : 1;
    const vpn_t vpn = large ? area->vpn : area->vpn + i;
    entry = &area->entries[large ? 0 : i];
    *entry =
        (struct model_entry){model_pick_frame(m, n), model_below(m, 16) & model_bits(m)};
    area->large = large;
    area->mapped++;
    m->large += large;
    if (m->used)
        m->used[entry->pfn] = 1;
    struct error err = {0};
    if (m->ops->enter(m->spaces[area->space], vpn, entry->pfn,
                      large ? area->large_shift : m->page_shift, entry->bits, &err) != OK)
        ck_abort_msg("%s", err.text);
}

static inline void model_remove(struct model *m, struct model_area *area, uint32_t i)
{
    struct model_entry *entry = model_entry_at(area, i);
    m->ops->remove(m->spaces[area->space], area->vpn + i);
    if (entry->pfn == PFN_NONE)
        return;
    area->mapped--;
    if (m->used)
        m->used[entry->pfn] = 0;
    *entry = (struct model_entry){.pfn = PFN_NONE};
    area->large = false;
}

static inline void model_change(struct model *m, struct model_area *area, uint32_t i)
{
    struct model_entry *entry = model_entry_at(area, i);
    if (entry->pfn == PFN_NONE)
        return;
    const unsigned set = model_below(m, 16) & model_bits(m);
    const unsigned clear = model_below(m, 16) & model_bits(m) & ~set;
    m->ops->change(m->spaces[area->space], area->vpn + i, set, clear);
    entry->bits = (entry->bits | set) & ~clear;
}

static inline void model_split(struct model *m, struct model_area *area, uint32_t i)
{
    if (!area->large)
        return;
    m->ops->split(m->spaces[area->space], area->vpn + i);
    const struct model_entry entry = area->entries[0];
    for (uint32_t j = 0; j < area->npages; j++)
        area->entries[j] = (struct model_entry){entry.pfn + j, entry.bits};
    area->large = false;
    area->mapped = area->npages;
    m->splits++;
}

static inline enum walk_result model_result(const struct model_entry *entry, bool store)
{
    if (entry->pfn == PFN_NONE || !(entry->bits & PTE_VALID))
        return WALK_NOT_PRESENT;
    return store && !(entry->bits & PTE_WRITABLE) ? WALK_PROTECTION : WALK_OK;
}

/* A walk leaves nothing to write to the next one. */
static inline void model_check_repeat(struct model *m, const struct model_area *area,
                                      uint32_t i, bool store)
{
    const struct walk walk = model_walk(m, area->space, area->vpn + i, store);
    model_equal("writes of a repeated walk", walk.writes, 0);
}

static inline void model_check_walk(struct model *m, struct model_area *area, uint32_t i)
{
    struct model_entry *entry = model_entry_at(area, i);
    const bool store = model_below(m, 2) != 0;
    const bool modify = store && model_result(entry, true) == WALK_OK &&
                        !(entry->bits & PTE_MODIFIED) && model_below(m, 2);
    struct model_prediction expected = {.result = model_result(entry, store)};
    if (m->predict)
        m->predict(m, area->space, area->vpn + i, store, &expected);
    const struct walk walk = model_walk_as(m, area->space, area->vpn + i, store, modify);
    m->walks[walk.result == WALK_OK ? 0 : walk.result == WALK_PROTECTION ? 2 : 1]++;
    model_equal("result", walk.result, expected.result);
    if (expected.result != WALK_LENGTH)
        model_equal("predicted result", expected.result, model_result(entry, store));
    if (m->predict) {
        model_expect_log(m, expected.all, expected.n);
        model_equal("instructions", walk.instructions, expected.instructions);
    }
    if (walk.result != WALK_OK)
        return;
    const unsigned features = m->ops->features;
    if (features & PAGETABLE_REFERENCED && !(features & PAGETABLE_FRAME_BITS))
        entry->bits |= PTE_REFERENCED;
    if ((modify || (store && features & PAGETABLE_MODIFIED)) &&
        !(features & PAGETABLE_FRAME_BITS))
        entry->bits |= PTE_MODIFIED;
    model_equal("frame found", walk.pfn, area->large ? entry->pfn + i : entry->pfn);
    model_equal("page shift found", walk.page_shift,
                area->large ? area->large_shift : m->page_shift);
    model_equal("writable", walk.writable, (entry->bits & PTE_WRITABLE) != 0);
    if (!(features & PAGETABLE_FRAME_BITS))
        model_equal("modified", walk.modified, (entry->bits & PTE_MODIFIED) != 0);
    if (model_below(m, 4) == 0)
        model_check_repeat(m, area, i, store);
}

/* One of the area's pages, often one near its edges. */
static inline uint32_t model_pick_page(struct model *m, const struct model_area *area)
{
    const uint32_t n = area->npages;
    const uint32_t near = n < 4 ? n : 4;
    switch (model_below(m, 3)) {
    case 0:
        return model_below(m, near);
    case 1:
        return n - 1 - model_below(m, near);
    default:
        return model_below(m, n);
    }
}

/* Do so many operations at random, comparing all that each of them tells. */
static inline void model_run(struct model *m, uint64_t operations)
{
    for (uint64_t done = 0; done < operations; done++) {
        struct model_area *area = &m->areas[model_below(m, m->nareas)];
        const uint32_t i = model_pick_page(m, area);
        const unsigned what = model_below(m, 1000);
        if (what == 0) {
            for (uint32_t j = 0; j < area->npages; j++)
                model_remove(m, area, j);
        } else if (what < 10) {
            model_split(m, area, i);
        } else if (what < 250) {
            model_enter(m, area, i);
        } else if (what < 350) {
            model_remove(m, area, i);
        } else if (what < 550) {
            model_change(m, area, i);
        } else {
            model_check_walk(m, area, i);
        }
        model_check_get(m, area, i);
    }
}

#endif
