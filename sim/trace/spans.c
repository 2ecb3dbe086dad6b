/* spans.c -- see spans.h. */
#include "trace/spans.h"

#include "base/types.h"
#include "trace/paged_batch.h"

#include <stdlib.h>
#include <string.h>

/* What a shape does, in one word. */
enum {
    ROLE_DATA = 1,       /* the data stream moves                                         */
    ROLE_OTHER = 2,      /* the other stream's block is used too                          */
    ROLE_OTHER_LAST = 4, /* ... and last                                                  */
    ROLE_STORES = 8,     /* into the data stream's block                                  */
    ROLE_CARRIED = 16,   /* the first reference is carried over from another block        */
    ROLE_REFERENCES_SHIFT = 8,
};

enum status spans_init(struct spans *spans, struct error *err)
{
    *spans = (struct spans){
        .spans = malloc((SPANS_MAX + 1) * sizeof *spans->spans),
        .blocks = malloc((size_t)2 * BATCH_STEPS * sizeof *spans->blocks),
        .carried = malloc(BATCH_STEPS * sizeof *spans->carried),
        .roles = malloc(BATCH_SHAPES * sizeof *spans->roles),
        .last = malloc(BATCH_BLOCKS * sizeof *spans->last),
        .stored = malloc(BATCH_BLOCKS * sizeof *spans->stored),
    };
    return spans->spans && spans->blocks && spans->carried && spans->roles && spans->last &&
                   spans->stored
               ? OK
               : error_nomem(err);
}

void spans_release(struct spans *spans)
{
    free(spans->spans);
    free(spans->blocks);
    free(spans->carried);
    free(spans->roles);
    free(spans->last);
    free(spans->stored);
    *spans = (struct spans){0};
}

static void find_roles(uint32_t *roles, const struct batch *batch, const uint8_t *classes)
{
    for (uint32_t i = 0; i < batch->nshapes; i++) {
        const unsigned class = classes[2 * i + 1];
        const struct shape *shape = &batch->shapes[i];
        const uint32_t references = (uint32_t)shape->length - shape->continued;
        roles[i] = (class & STEP_MOVER_DATA ? ROLE_DATA : 0) |
                   (class & STEP_OTHER ? ROLE_OTHER : 0) |
                   (class & STEP_LAST_OTHER ? ROLE_OTHER_LAST : 0) |
                   (class & STEP_STORE ? ROLE_STORES : 0) |
                   (shape->continued ? ROLE_CARRIED : 0) |
                   references << ROLE_REFERENCES_SHIFT;
    }
}

/* The span that is walked through.  Its uses are noted as start + 2 * step of the span, plus
 * 1 for the later of a step's two; what was noted before is below start. */
struct walk {
    const uint32_t *steps; /* [nsteps]                                                   */
    uint32_t nsteps, start;
    uint32_t streams[2]; /* the blocks where they are                                    */
    uint32_t n;
    uint32_t entries[SPAN_STEPS + 1]; /* as in spans->blocks, yet without bit 0          */
};

static uint32_t make_entry(uint32_t block, uint32_t use)
{
    return block << SPAN_BLOCK_SHIFT | use << SPAN_USE_SHIFT;
}

/* A stream that stays where it was before the span may use its block there before it moves,
 * and be the first to use it. */
static void find_stay(struct spans *spans, struct walk *walk)
{
    const uint32_t mover = spans->roles[walk->steps[0] & STEP_SHAPE_MASK] & ROLE_DATA;
    const uint32_t block = walk->streams[!mover];
    for (uint32_t i = 0; i < walk->nsteps; i++) {
        const uint32_t role = spans->roles[walk->steps[i] & STEP_SHAPE_MASK];
        if ((role & ROLE_DATA) != mover || walk->steps[i] >> STEP_SHAPE_BITS == block)
            return;
        if (!(role & ROLE_OTHER))
            continue;
        walk->entries[walk->n++] = make_entry(block, 2 * i + 1);
        spans->last[block] = walk->start;
        return;
    }
}

/* Walk through the steps, and list each block where a stream comes upon it first.  Returns
 * the references. */
static uint32_t walk_steps(struct spans *spans, struct walk *walk)
{
    const uint32_t *restrict steps = walk->steps, *restrict roles = spans->roles;
    uint32_t *restrict last = spans->last, *restrict stored = spans->stored;
    uint32_t *restrict entries = walk->entries;
    const uint32_t nsteps = walk->nsteps, start = walk->start;
    uint32_t iblock = walk->streams[0], dblock = walk->streams[1], n = walk->n;
    uint32_t references = 0;
    for (uint32_t i = 0; i < nsteps; i++) {
        const uint32_t role = roles[steps[i] & STEP_SHAPE_MASK];
        const uint32_t block = steps[i] >> STEP_SHAPE_BITS, use = start + 2 * i;
        const uint32_t stay = role & ROLE_DATA ? iblock : dblock;
        const bool other_last = role & ROLE_OTHER_LAST;
        iblock = role & ROLE_DATA ? iblock : block;
        dblock = role & ROLE_DATA ? block : dblock;
        entries[n] = make_entry(block, 2 * i);
        n += last[block] < start;
        if (role & ROLE_OTHER)
            last[stay] = use + other_last;
        last[block] = use + !other_last;
        if (role & ROLE_STORES)
            stored[dblock] = use;
        references += role >> ROLE_REFERENCES_SHIFT;
        if (UNLIKELY(role & ROLE_CARRIED))
            spans->carried[spans->ncarried++] = (uint16_t)block;
    }
    walk->streams[0] = iblock;
    walk->streams[1] = dblock;
    walk->n = n;
    return references;
}

/* Add the entries in the order of their last uses, of which no two are the same.  Returns
 * where they end. */
static uint32_t add_entries(struct spans *spans, const struct walk *walk, uint32_t at)
{
    uint64_t used[SPAN_ENTRIES / 64] = {0};
    uint32_t entry_at[SPAN_ENTRIES];
    for (uint32_t i = 0; i < walk->n; i++) {
        const uint32_t block = span_entry_block(walk->entries[i]);
        const uint32_t place = spans->last[block] - walk->start;
        used[place / 64] |= UINT64_C(1) << place % 64;
        entry_at[place] = walk->entries[i] | (spans->stored[block] >= walk->start);
    }
    for (uint32_t word = 0; word < SPAN_ENTRIES / 64; word++)
        for (uint64_t bits = used[word]; bits; bits &= bits - 1)
            spans->blocks[at++] = entry_at[64 * word + (uint32_t)__builtin_ctzll(bits)];
    return at;
}

void spans_find(struct spans *spans, const struct batch *batch, const uint8_t *classes)
{
    struct walk walk = {.streams = {batch->start[0], batch->start[1]}};
    uint32_t at = 0;
    memset(spans->last, 0, batch->nblocks * sizeof *spans->last);
    memset(spans->stored, 0, batch->nblocks * sizeof *spans->stored);
    find_roles(spans->roles, batch, classes);
    spans->nspans = (batch->nsteps + SPAN_STEPS - 1) >> SPAN_SHIFT;
    spans->ncarried = 0;
    for (uint32_t i = 0; i < spans->nspans; i++) {
        struct span *span = &spans->spans[i];
        const uint32_t from = i << SPAN_SHIFT, carried = spans->ncarried;
        walk.steps = batch->steps + from;
        walk.nsteps = span_steps(batch, i);
        walk.start = 2 * from + 1;
        walk.n = 0;
        find_stay(spans, &walk);
        span->first = at;
        span->references = (uint16_t)walk_steps(spans, &walk);
        span->crossings = (uint16_t)(spans->ncarried - carried);
        span->streams[0] = (uint16_t)walk.streams[0];
        span->streams[1] = (uint16_t)walk.streams[1];
        at = add_entries(spans, &walk, at);
    }
    spans->spans[spans->nspans].first = at;
}

/* --- in pages --------------------------------------------------------------------------- */

/* Marks of a batch's spans can begin after it. */
#define MARK_MAX (UINT32_MAX - (SPANS_MAX + 1) * SPAN_ENTRIES)

/* What is known of a page in the span with this mark; less if it is known of one before. */
struct span_page {
    uint32_t use;    /* mark + SPAN_ENTRIES - 1 - number of the first use                */
    uint32_t stored; /* mark, if it was stored into                                      */
};

enum status paged_spans_init(struct paged_spans *paged, struct error *err)
{
    *paged = (struct paged_spans){
        .spans = malloc((SPANS_MAX + 1) * sizeof *paged->spans),
        .pages = malloc((size_t)2 * BATCH_STEPS * sizeof *paged->pages),
    };
    return paged->spans && paged->pages ? OK : error_nomem(err);
}

void paged_spans_release(struct paged_spans *paged)
{
    free(paged->spans);
    free(paged->pages);
    *paged = (struct paged_spans){0};
}

enum status span_finder_init(struct span_finder *finder, struct error *err)
{
    *finder = (struct span_finder){
        .uses = malloc((size_t)2 * BATCH_STEPS * sizeof *finder->uses),
    };
    return finder->uses ? OK : error_nomem(err);
}

void span_finder_release(struct span_finder *finder)
{
    free(finder->uses);
    free(finder->seen);
    *finder = (struct span_finder){0};
}

static enum status reserve(struct span_finder *finder, uint32_t npages, struct error *err)
{
    if (npages <= finder->capacity)
        return OK;
    const size_t capacity = npages + (size_t)npages / 2 + 1024;
    struct span_page *seen = realloc(finder->seen, capacity * sizeof *seen);
    if (!seen)
        return error_nomem(err);
    memset(seen + finder->capacity, 0, (capacity - finder->capacity) * sizeof *seen);
    finder->seen = seen;
    finder->capacity = capacity;
    return OK;
}

static uint32_t larger(uint32_t a, uint32_t b)
{
    return a > b ? a : b;
}

static void note_use(struct span_page *page, uint32_t mark, uint32_t use, bool stored)
{
    page->use = larger(page->use, mark + SPAN_ENTRIES - 1 - use);
    page->stored = larger(page->stored, -(uint32_t)stored & mark);
}

/* Note what is known of the pages of a span's blocks, and list each of them, the one used
 * last first.  Returns how many they are. */
static uint32_t list_pages(struct span_page *restrict seen, uint32_t mark,
                           const uint32_t *restrict blocks, uint32_t nblocks,
                           const uint32_t *restrict pages, page_t list[SPAN_ENTRIES])
{
    uint32_t n = 0;
    for (uint32_t i = nblocks; i-- > 0;) {
        const page_t number = pages[span_entry_block(blocks[i])] >> 1;
        struct span_page *page = &seen[number];
        list[n] = number;
        n += page->use < mark;
        note_use(page, mark, span_entry_use(blocks[i]), blocks[i] & 1);
    }
    return n;
}

/* Put down the pages that are used, in the order of their last uses.  Returns the end of the
 * entries. */
static uint32_t put_pages(const struct span_finder *finder, struct paged_spans *paged,
                          const page_t *list, uint32_t n, uint32_t at)
{
    const struct span_page *restrict seen = finder->seen;
    uint32_t *restrict pages = paged->pages;
    uint16_t *restrict uses = finder->uses;
    const uint32_t mark = finder->mark;
    while (n-- > 0) {
        const struct span_page *page = &seen[list[n]];
        pages[at] = list[n] << 1 | (page->stored == mark);
        uses[at] = (uint16_t)(mark + SPAN_ENTRIES - 1 - page->use);
        at += page->use >= mark;
    }
    return at;
}

/* A step may begin with the rest of a reference, in a further block of its page: that is no
 * use of the page.  Only at the beginning of a span does it matter, since otherwise the page
 * has just been used. */
static bool begins_inside(const struct paged_batch *batch, uint32_t span)
{
    const uint32_t step = batch->batch->steps[span << SPAN_SHIFT];
    return step_shape(batch->batch, step)->continued &&
           !(batch->pages[step >> STEP_SHAPE_BITS] & 1);
}

/* Note the uses of a span's pages again, step by step. */
static void note_uses(struct span_page *seen, uint32_t mark, const struct span *spans,
                      const struct paged_batch *batch, uint32_t span)
{
    const uint32_t *steps = batch->batch->steps + (span << SPAN_SHIFT);
    const uint32_t nsteps = span_steps(batch->batch, span);
    page_t current[2] = {span_stream(spans, batch, span, 0),
                         span_stream(spans, batch, span, 1)};
    for (uint32_t i = 0; i < nsteps; i++) {
        const uint32_t entry = batch->pages[steps[i] >> STEP_SHAPE_BITS];
        const unsigned class =
            batch->classes[2 * (steps[i] & STEP_SHAPE_MASK) + (entry & 1)];
        const bool first = class & STEP_FIRST_DATA, stored = class & STEP_STORE;
        current[class & STEP_MOVER_DATA] = entry >> 1;
        if (class & STEP_TOUCHES)
            note_use(&seen[current[first]], mark, 2 * i, first && stored);
        if (class & STEP_OTHER)
            note_use(&seen[current[!first]], mark, 2 * i + 1, !first && stored);
    }
}

static uint16_t count_crossings(const uint16_t *carried, uint32_t n, const uint32_t *pages)
{
    uint32_t crossings = 0;
    for (uint32_t i = 0; i < n; i++)
        crossings += pages[carried[i]] & 1;
    return (uint16_t)crossings;
}

enum status span_finder_run(struct span_finder *finder, struct paged_spans *paged,
                            const struct spans *spans, const struct paged_batch *batch,
                            struct error *err)
{
    const uint16_t *carried = spans->carried;
    page_t list[SPAN_ENTRIES];
    uint32_t at = 0;
    if (reserve(finder, batch->npages, err) != OK)
        return ERR_NOMEM;
    if (finder->mark > MARK_MAX) {
        memset(finder->seen, 0, finder->capacity * sizeof *finder->seen);
        finder->mark = 0;
    }
    paged->nspans = spans->nspans;
    for (uint32_t i = 0; i < spans->nspans; i++) {
        const struct span *span = &spans->spans[i];
        const uint32_t mark = finder->mark += SPAN_ENTRIES;
        const uint32_t n = list_pages(finder->seen, mark, spans->blocks + span->first,
                                      span[1].first - span->first, batch->pages, list);
        if (UNLIKELY(begins_inside(batch, i))) {
            for (uint32_t k = 0; k < n; k++)
                finder->seen[list[k]] = (struct span_page){0};
            note_uses(finder->seen, mark, spans->spans, batch, i);
        }
        paged->spans[i] = *span;
        paged->spans[i].first = at;
        paged->spans[i].crossings = count_crossings(carried, span->crossings, batch->pages);
        carried += span->crossings;
        at = put_pages(finder, paged, list, n, at);
    }
    paged->spans[spans->nspans].first = at;
    return OK;
}

uint32_t span_stream(const struct span *spans, const struct paged_batch *batch,
                     uint32_t span, int stream)
{
    const uint16_t block =
        span ? spans[span - 1].streams[stream] : batch->batch->start[stream];
    return block == BLOCK_NONE ? PAGE_NONE : batch->pages[block] >> 1;
}
