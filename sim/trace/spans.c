/* spans.c -- see spans.h. */
#include "trace/spans.h"

#include "base/types.h"
#include "trace/paged_batch.h"

#include <stdlib.h>
#include <string.h>

/* Most entries of a span: two blocks a step. */
enum { ENTRIES_MAX = 2 * SPAN_STEPS };

enum status spans_init(struct spans *spans, struct error *err)
{
    *spans = (struct spans){
        .first = malloc((SPANS_MAX + 1) * sizeof *spans->first),
        .blocks = malloc(2 * BATCH_STEPS * sizeof *spans->blocks),
        .references = malloc(SPANS_MAX * sizeof *spans->references),
        .streams = malloc(SPANS_MAX * sizeof *spans->streams),
        .carried_first = malloc((SPANS_MAX + 1) * sizeof *spans->carried_first),
        .carried = malloc(BATCH_STEPS * sizeof *spans->carried),
        .last = malloc(BATCH_BLOCKS * sizeof *spans->last),
        .roles = malloc(BATCH_SHAPES * sizeof *spans->roles),
    };
    return spans->first && spans->blocks && spans->references && spans->streams &&
                   spans->carried_first && spans->carried && spans->last && spans->roles
               ? OK
               : error_nomem(err);
}

void spans_release(struct spans *spans)
{
    free(spans->first);
    free(spans->blocks);
    free(spans->references);
    free(spans->streams);
    free(spans->carried_first);
    free(spans->carried);
    free(spans->last);
    free(spans->roles);
    *spans = (struct spans){0};
}

/* A use of a block in a step is numbered 4 * step + 4, plus 2 if it is the step's last one,
 * plus 1 if the block has been stored into: so 0 is before all. */
enum { USE_STORED = 1, USE_LAST = 2, USE_STEP = 4 };

/* What a shape does, in one word: its mover, whether the other block is used too,
 * references, and what is added to the number of the use of each block. */
enum {
    ROLE_DATA = 1,
    ROLE_OTHER = 2,
    ROLE_CARRIED = 4,
    ROLE_REFERENCES = 8,
    ROLE_MOVER_USE = 16,
    ROLE_OTHER_USE = 24
};

static void find_roles(uint32_t *roles, const struct batch *batch, const uint8_t *classes)
{
    for (uint32_t i = 0; i < batch->nshapes; i++) {
        const unsigned class = classes[2 * i + 1];
        const bool data = class & STEP_MOVER_DATA, stored = class & STEP_STORE;
        const bool other_last = class & STEP_LAST_OTHER;
        const uint32_t mover = (other_last ? 0 : USE_LAST) | (data && stored);
        const uint32_t other = (other_last ? USE_LAST : 0) | (!data && stored);
        const uint32_t references =
            (uint32_t)batch->shapes[i].length - batch->shapes[i].continued;
        roles[i] = (data ? ROLE_DATA : 0) | (class & STEP_OTHER ? ROLE_OTHER : 0) |
                   (class >> STEP_EXTRA_SHIFT ? ROLE_CARRIED : 0) |
                   references << ROLE_REFERENCES | mover << ROLE_MOVER_USE |
                   other << ROLE_OTHER_USE;
    }
}

/* The entries of a span, in any order; their uses lie in its steps, and no two are in the
 * same half of a step.  Sort them by these. */
static void add_entries(struct spans *spans, uint32_t *at, const uint16_t *blocks,
                        uint32_t n, uint32_t start)
{
    uint64_t used[ENTRIES_MAX / 64] = {0};
    uint32_t entry_at[ENTRIES_MAX];
    for (uint32_t i = 0; i < n; i++) {
        const uint32_t use = spans->last[blocks[i]], place = (use - start) / 2;
        used[place / 64] |= UINT64_C(1) << place % 64;
        entry_at[place] = (uint32_t)blocks[i] << 1 | (use & USE_STORED);
    }
    uint32_t *out = spans->blocks + *at;
    for (uint32_t word = 0; word < ENTRIES_MAX / 64; word++)
        for (uint64_t bits = used[word]; bits; bits &= bits - 1)
            *out++ = entry_at[64 * word + (uint32_t)__builtin_ctzll(bits)];
    *at += n;
}

/* Where the streams are, and the number of their blocks' last use in the span; 0: none. */
struct walker {
    uint32_t block[2], use[2];
};

/* A stream leaves its block: note its last use, and list it if it has not been so before. */
ALWAYS_INLINE uint32_t leave(uint32_t *restrict last, uint16_t *restrict blocks, uint32_t n,
                             uint32_t block, uint32_t use, uint32_t start)
{
    const uint32_t before = last[block];
    const bool listed = before >= start;
    blocks[n] = (uint16_t)block;
    last[block] = use > before || !listed ? use | (listed ? before & USE_STORED : 0)
                                          : before | (use & USE_STORED);
    return n + (!listed && use);
}

/* Walk through the steps of a span; returns the number of its blocks. */
static uint32_t walk(struct walker *walker, const uint32_t *restrict steps, uint32_t from,
                     uint32_t to, const uint32_t *restrict roles, uint32_t *restrict last,
                     uint16_t *restrict blocks, uint32_t *restrict references,
                     struct spans *spans, uint32_t *carried)
{
    const uint32_t start = USE_STEP * from + USE_STEP;
    struct walker w = *walker;
    uint32_t n = 0, count = 0;
    w.use[0] = w.use[1] = 0;
    for (uint32_t i = from; i < to; i++) {
        const uint32_t step = steps[i], role = roles[step & STEP_SHAPE_MASK];
        const uint32_t mover = role & ROLE_DATA, number = USE_STEP * i + USE_STEP;
        n = leave(last, blocks, n, w.block[mover], w.use[mover], start);
        w.block[mover] = step >> STEP_SHAPE_BITS;
        w.use[mover] = number + (role >> ROLE_MOVER_USE & 3);
        const uint32_t other = w.use[!mover];
        w.use[!mover] = role & ROLE_OTHER
                            ? number + (role >> ROLE_OTHER_USE | (other & USE_STORED))
                            : other;
        count += role >> ROLE_REFERENCES & 0xff;
        if (UNLIKELY(role & ROLE_CARRIED))
            spans->carried[(*carried)++] = (uint16_t)(step >> STEP_SHAPE_BITS);
    }
    n = leave(last, blocks, n, w.block[0], w.use[0], start);
    n = leave(last, blocks, n, w.block[1], w.use[1], start);
    *walker = w;
    *references = count;
    return n;
}

void spans_find(struct spans *spans, const struct batch *batch, const uint8_t *classes)
{
    uint16_t blocks[ENTRIES_MAX + 2];
    uint32_t entry = 0, carried = 0;
    struct walker walker = {.block = {batch->start[0], batch->start[1]}};
    memset(spans->last, 0, batch->nblocks * sizeof *spans->last);
    find_roles(spans->roles, batch, classes);
    spans->nspans = (batch->nsteps + SPAN_STEPS - 1) >> SPAN_SHIFT;
    for (uint32_t span = 0; span < spans->nspans; span++) {
        const uint32_t from = span << SPAN_SHIFT;
        const uint32_t to =
            batch->nsteps - from < SPAN_STEPS ? batch->nsteps : from + SPAN_STEPS;
        spans->first[span] = entry;
        spans->carried_first[span] = carried;
        const uint32_t n = walk(&walker, batch->steps, from, to, spans->roles, spans->last,
                                blocks, &spans->references[span], spans, &carried);
        add_entries(spans, &entry, blocks, n, USE_STEP * from + USE_STEP);
        spans->streams[span][0] = (uint16_t)walker.block[0];
        spans->streams[span][1] = (uint16_t)walker.block[1];
    }
    spans->first[spans->nspans] = entry;
    spans->carried_first[spans->nspans] = carried;
}

/* --- in pages --------------------------------------------------------------------------- */

enum status paged_spans_init(struct paged_spans *paged, struct error *err)
{
    *paged = (struct paged_spans){
        .first = malloc((SPANS_MAX + 1) * sizeof *paged->first),
        .pages = malloc(2 * BATCH_STEPS * sizeof *paged->pages),
        .crossings = malloc(SPANS_MAX * sizeof *paged->crossings),
    };
    return paged->first && paged->pages && paged->crossings ? OK : error_nomem(err);
}

void paged_spans_release(struct paged_spans *paged)
{
    free(paged->first);
    free(paged->pages);
    free(paged->crossings);
    free(paged->seen);
    *paged = (struct paged_spans){0};
}

static enum status reserve(struct paged_spans *paged, uint32_t npages, struct error *err)
{
    if (npages <= paged->capacity)
        return OK;
    const size_t capacity = npages + (size_t)npages / 2 + 1024;
    uint32_t *seen = realloc(paged->seen, capacity * sizeof *seen);
    if (!seen)
        return error_nomem(err);
    memset(seen + paged->capacity, 0, (capacity - paged->capacity) * sizeof *seen);
    paged->seen = seen;
    paged->capacity = capacity;
    return OK;
}

/* The pages of a span's blocks, each once, at the place of its last use.  They are found
 * from the last one back and put where they end: entries at .. at+n-1 of a longer room. */
static uint32_t find_pages(struct paged_spans *paged, const uint32_t *pages, uint32_t span,
                           uint32_t at)
{
    const struct spans *spans = paged->spans;
    const uint32_t first = spans->first[span], last = spans->first[span + 1];
    uint32_t n = 0;
    uint32_t found[ENTRIES_MAX];
    for (uint32_t i = last; i > first; i--) {
        const uint32_t entry = spans->blocks[i - 1];
        const uint32_t page = pages[entry >> 1] >> 1;
        /* 1 + at + n is larger than all that the spans before have put there. */
        if (paged->seen[page] > at) {
            found[paged->seen[page] - 1 - at] |= entry & 1;
            continue;
        }
        found[n++] = page << 1 | (entry & 1);
        paged->seen[page] = at + n;
    }
    for (uint32_t i = 0; i < n; i++)
        paged->pages[at + i] = found[n - 1 - i];
    return n;
}

enum status paged_spans_find(struct paged_spans *paged, const struct spans *spans,
                             const uint32_t *pages, uint32_t npages, struct error *err)
{
    if (reserve(paged, npages, err) != OK)
        return ERR_NOMEM;
    uint32_t at = 0;
    paged->spans = spans;
    memset(paged->seen, 0, npages * sizeof *paged->seen);
    for (uint32_t span = 0; span < spans->nspans; span++) {
        paged->first[span] = at;
        at += find_pages(paged, pages, span, at);
        paged->crossings[span] = 0;
        for (uint32_t i = spans->carried_first[span]; i < spans->carried_first[span + 1];
             i++)
            paged->crossings[span] += pages[spans->carried[i]] & 1;
    }
    paged->first[spans->nspans] = at;
    return OK;
}
