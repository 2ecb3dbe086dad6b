/* pagetable_steps.h -- random operations on a page-table format whose walks a test predicts
 * to the last access: result, addresses read and written, instructions, bits.  On top of
 * pagetable_model.h, for formats whose walks differ from what that expects of all. */
#ifndef FAULTLINE_TESTS_UNIT_PAGETABLE_STEPS_H
#define FAULTLINE_TESTS_UNIT_PAGETABLE_STEPS_H

#include "pagetable_model.h"

struct steps_page {
    uint32_t space;
    vpn_t vpn;
};

/* What a test knows of its format.  Each is told of what has just been done; `predict`
 * comes before a walk of a page with that entry. */
struct steps_oracle {
    unsigned bits; /* enum pte_bits that entries have                                    */
    void (*entered)(struct model *m, struct steps_page page, struct model_entry entry);
    void (*removed)(struct model *m, struct steps_page page, struct model_entry entry);
    void (*begun)(struct model *m, uint32_t space);
    void (*ended)(struct model *m, uint32_t space);
    void (*predict)(struct model *m, struct steps_page page, struct model_entry entry,
                    bool store, bool modify, struct model_prediction *out);
};

/* Cheaper than ck_assert, which tells the test's parent of each that holds. */
static inline void steps_equal(uint64_t got, uint64_t expected, const char *what)
{
    if (got != expected)
        ck_abort_msg("%s: 0x%llx, not 0x%llx", what, (unsigned long long)got,
                     (unsigned long long)expected);
}

static inline void steps_check(struct model *m, const struct steps_oracle *oracle,
                               struct steps_page page, const struct model_entry *entry)
{
    pfn_t pfn = 12345;
    const unsigned bits = m->ops->get(m->spaces[page.space], page.vpn, &pfn);
    steps_equal(pfn, entry->pfn, "get(): frame");
    steps_equal(bits, entry->pfn == PFN_NONE ? 0 : entry->bits, "get(): bits");
    steps_equal(bits & ~oracle->bits, 0, "get(): bits that the format lacks");
}

static inline void steps_enter(struct model *m, const struct steps_oracle *oracle,
                               struct steps_page page, struct model_entry *entry)
{
    struct error err = {0};
    if (entry->pfn != PFN_NONE)
        return;
    *entry =
        (struct model_entry){model_pick_frame(m, 1), model_below(m, 16) & oracle->bits};
    if (model_below(m, 4))
        entry->bits |= PTE_VALID;
    if (m->used)
        m->used[entry->pfn] = 1;
    if (m->ops->enter(m->spaces[page.space], page.vpn, entry->pfn, m->page_shift,
                      entry->bits, &err) != OK)
        ck_abort_msg("%s", err.text);
    oracle->entered(m, page, *entry);
}

static inline void steps_remove(struct model *m, const struct steps_oracle *oracle,
                                struct steps_page page, struct model_entry *entry)
{
    m->ops->remove(m->spaces[page.space], page.vpn);
    if (entry->pfn == PFN_NONE)
        return;
    if (m->used)
        m->used[entry->pfn] = 0;
    oracle->removed(m, page, *entry);
    entry->pfn = PFN_NONE;
}

static inline void steps_change(struct model *m, const struct steps_oracle *oracle,
                                struct steps_page page, struct model_entry *entry)
{
    if (entry->pfn == PFN_NONE)
        return;
    const unsigned set = model_below(m, 16) & oracle->bits;
    const unsigned clear = model_below(m, 16) & oracle->bits & ~set;
    m->ops->change(m->spaces[page.space], page.vpn, set, clear);
    entry->bits = (entry->bits | set) & ~clear;
}

static inline void steps_walk(struct model *m, const struct steps_oracle *oracle,
                              struct steps_page page, struct model_entry *entry)
{
    const bool store = model_below(m, 2) != 0;
    const bool modify = store && model_below(m, 4) == 0;
    struct model_prediction expected = {.result = WALK_OK};
    oracle->predict(m, page, *entry, store, modify, &expected);
    const struct walk walk = model_walk_as(m, page.space, page.vpn, store, modify);
    steps_equal(walk.result, expected.result, "result");
    steps_equal(m->log.n, expected.n, "accesses");
    for (size_t i = 0; i < expected.n; i++) {
        steps_equal(m->logged[i].paddr, expected.all[i].paddr, "address of an access");
        steps_equal(m->logged[i].write, expected.all[i].write, "access is a write");
    }
    steps_equal(walk.instructions, expected.instructions, "instructions");
    steps_equal(walk.time, 1000 * expected.n + 10 * expected.instructions, "time");
    m->walks[walk.result == WALK_OK ? 0 : walk.result == WALK_PROTECTION ? 2 : 1]++;
    if (walk.result != WALK_OK)
        return;
    entry->bits |= oracle->bits & (PTE_REFERENCED | (store ? PTE_MODIFIED : 0u));
    steps_equal(walk.pfn, entry->pfn, "frame");
    steps_equal(walk.page_shift, m->page_shift, "page shift");
    steps_equal(walk.writable, (entry->bits & PTE_WRITABLE) != 0, "writable");
    steps_equal(walk.modified, (entry->bits & PTE_MODIFIED) != 0, "modified");
}

/* End a space with whatever it maps and begin it anew. */
static inline void steps_renew(struct model *m, const struct steps_oracle *oracle,
                               uint32_t space)
{
    for (size_t i = 0; i < m->nareas; i++) {
        struct model_area *area = &m->areas[i];
        for (uint32_t j = 0; area->space == space && j < area->npages; j++) {
            if (m->used && area->entries[j].pfn != PFN_NONE)
                m->used[area->entries[j].pfn] = 0;
            area->entries[j].pfn = PFN_NONE;
        }
    }
    m->ops->end_space(m->spaces[space]);
    oracle->ended(m, space);
    model_add_space(m, space);
    oracle->begun(m, space);
}

static inline void steps_run(struct model *m, const struct steps_oracle *oracle,
                             uint64_t operations)
{
    for (uint64_t done = 0; done < operations; done++) {
        struct model_area *area = &m->areas[model_below(m, m->nareas)];
        const uint32_t i = model_pick_page(m, area);
        const struct steps_page page = {area->space, area->vpn + i};
        struct model_entry *entry = &area->entries[i];
        const unsigned what = model_below(m, 20000);
        if (what < 4)
            steps_renew(m, oracle, page.space);
        else if (what < 5000)
            steps_enter(m, oracle, page, entry);
        else if (what < 7000)
            steps_remove(m, oracle, page, entry);
        else if (what < 11000)
            steps_change(m, oracle, page, entry);
        else
            steps_walk(m, oracle, page, entry);
        steps_check(m, oracle, page, entry);
    }
}

#endif
