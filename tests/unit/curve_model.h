/* curve_model.h -- curves by their definitions: a string of references, each with the pages
 * that it touches in order, is gone through once for every number of frames and every
 * window, and everything is looked for by searching lists. */
#ifndef FAULTLINE_TESTS_UNIT_CURVE_MODEL_H
#define FAULTLINE_TESTS_UNIT_CURVE_MODEL_H

#include "trace/builder.h"

#include <check.h>
#include <string.h>

enum { MODEL_ACCESSES = 1 << 17, MODEL_PAGES = 1024 };

struct model {
    size_t n;                           /* accesses                                      */
    unsigned page[MODEL_ACCESSES];      /* [access], numbered in order of appearance      */
    uint64_t reference[MODEL_ACCESSES]; /* [access]: number of its reference, from 1      */
    size_t next[MODEL_ACCESSES];        /* [access]: the next one of its page, or n       */
    vpn_t vpn[MODEL_PAGES];
    unsigned npages;
    uint64_t references;
    uint64_t first_use[MODEL_PAGES];
};

static inline unsigned model_page(struct model *m, vpn_t vpn)
{
    for (unsigned i = 0; i < m->npages; i++)
        if (m->vpn[i] == vpn)
            return i;
    ck_assert_uint_lt(m->npages, MODEL_PAGES);
    m->vpn[m->npages] = vpn;
    m->first_use[m->npages] = m->references;
    return m->npages++;
}

static inline void model_reference(struct model *m, vaddr_t vaddr, uint32_t size,
                                   unsigned page_shift)
{
    m->references++;
    const vpn_t last = (vaddr + size - 1) >> page_shift;
    for (vpn_t vpn = vaddr >> page_shift; vpn <= last; vpn++) {
        ck_assert_uint_lt(m->n, MODEL_ACCESSES);
        m->page[m->n] = model_page(m, vpn);
        m->reference[m->n++] = m->references;
    }
}

/* A modify is a load and then a store. */
static inline void model_add(struct model *m, enum reference_kind kind, vaddr_t vaddr,
                             uint32_t size, unsigned page_shift)
{
    model_reference(m, vaddr, size, page_shift);
    if (kind == MODIFY)
        model_reference(m, vaddr, size, page_shift);
}

static inline void model_look_ahead(struct model *m)
{
    size_t next[MODEL_PAGES];
    for (unsigned i = 0; i < m->npages; i++)
        next[i] = m->n;
    for (size_t i = m->n; i-- > 0;) {
        m->next[i] = next[m->page[i]];
        next[m->page[i]] = i;
    }
}

/* Accesses by the number of other pages since the last access to theirs; the first ones are
 * not among them. */
static inline void model_distances(const struct model *m, uint64_t count[MODEL_PAGES])
{
    unsigned stack[MODEL_PAGES], depth = 0;
    memset(count, 0, MODEL_PAGES * sizeof *count);
    for (size_t i = 0; i < m->n; i++) {
        unsigned d = 0;
        while (d < depth && stack[d] != m->page[i])
            d++;
        if (d < depth)
            count[d]++;
        else
            depth++;
        memmove(stack + 1, stack, d * sizeof *stack);
        stack[0] = m->page[i];
    }
}

/* Belady's MIN: the page goes whose next access is farthest away. */
static inline uint64_t model_opt_faults(const struct model *m, unsigned frames)
{
    unsigned held[MODEL_PAGES], used = 0;
    size_t next[MODEL_PAGES];
    uint64_t faults = 0;
    for (size_t i = 0; i < m->n; i++) {
        unsigned f = 0;
        while (f < used && held[f] != m->page[i])
            f++;
        if (f == used) {
            faults++;
            if (used < frames)
                used++;
            else
                for (unsigned k = f = 0; k < used; k++)
                    f = next[k] > next[f] ? k : f;
        }
        held[f] = m->page[i];
        next[f] = m->next[i];
    }
    return faults;
}

struct model_window {
    uint64_t faults;
    double working_set, vmin, footprint;
};

/* Denning's working set: at each time the pages used by the last `window` references. */
static inline void model_working_set(const struct model *m, uint64_t window,
                                     struct model_window *out)
{
    uint64_t last[MODEL_PAGES] = {0}, size = 0;
    out->faults = 0;
    for (size_t i = 0; i < m->n; i++) {
        const uint64_t now = m->reference[i], before = last[m->page[i]];
        out->faults += before == 0 || before + window < now;
        last[m->page[i]] = now;
        if (i + 1 < m->n && m->reference[i + 1] == now)
            continue;
        for (unsigned p = 0; p < m->npages; p++)
            size += last[p] != 0 && last[p] + window > now;
    }
    out->working_set = (double)size / (double)m->references;
}

/* VMIN: at each time the pages used then, and those between two uses no more than `window`
 * references apart. */
static inline double model_vmin(const struct model *m, uint64_t window)
{
    uint64_t last[MODEL_PAGES] = {0}, size = 0;
    for (size_t i = 0; i < m->n; i++) {
        const uint64_t now = m->reference[i], before = last[m->page[i]];
        last[m->page[i]] = now;
        if (before == now)
            continue;
        size++;
        if (before != 0 && before + window >= now)
            size += now - before - 1;
    }
    return (double)size / (double)m->references;
}

/* Distinct pages of all windows that lie within the string, on the average. */
static inline double model_footprint(const struct model *m, uint64_t window)
{
    if (window >= m->references)
        return m->npages;
    uint64_t last[MODEL_PAGES] = {0}, distinct = 0;
    for (size_t i = 0; i < m->n; i++) {
        const uint64_t now = m->reference[i];
        last[m->page[i]] = now;
        if (now < window || (i + 1 < m->n && m->reference[i + 1] == now))
            continue;
        for (unsigned p = 0; p < m->npages; p++)
            distinct += last[p] != 0 && last[p] + window > now;
    }
    return (double)distinct / (double)(m->references - window + 1);
}

static inline struct model_window model_window(const struct model *m, uint64_t window)
{
    struct model_window out;
    model_working_set(m, window, &out);
    out.vmin = model_vmin(m, window);
    out.footprint = model_footprint(m, window);
    return out;
}

#endif
