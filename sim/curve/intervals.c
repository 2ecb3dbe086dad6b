/* intervals.c -- see intervals.h. */
#include "curve/intervals.h"

#include "base/bits.h"

#include <stdlib.h>
#include <string.h>

enum status shape_uses_init(struct shape_uses *shapes, struct error *err)
{
    shapes->uses = malloc(2 * (size_t)BATCH_SHAPES * sizeof *shapes->uses);
    return shapes->uses ? OK : error_nomem(err);
}

void shape_uses_release(struct shape_uses *shapes)
{
    free(shapes->uses);
    shapes->uses = NULL;
}

/* The references of a shape by stream [data], without a first part that is no touch. */
static void split(const struct shape *shape, bool boundary, uint64_t by_stream[2])
{
    const uint64_t all =
        shape_references(shape) & ~(uint64_t)0 << shape_first_touch(shape, boundary);
    by_stream[0] = all & ~shape->data;
    by_stream[1] = all & shape->data;
}

static unsigned last_bit(uint64_t references)
{
    return 63 - (unsigned)__builtin_clzll(references);
}

static struct step_uses uses_of(const struct shape *shape, bool boundary)
{
    struct step_uses uses = {0};
    uint64_t by_stream[2];
    split(shape, boundary, by_stream);
    if (!(by_stream[0] | by_stream[1]))
        return uses;
    /* Bit 0 is the first reference after those before, or the last one of those. */
    const unsigned base = 1u - shape->continued;
    const bool stream = shape->data >> shape_first_touch(shape, boundary) & 1;
    uses.first = (uint8_t)(base + lowest_bit(by_stream[stream]));
    uses.first_last = (uint8_t)(base + last_bit(by_stream[stream]));
    if (by_stream[!stream]) {
        uses.other = (uint8_t)(base + lowest_bit(by_stream[!stream]));
        uses.other_last = (uint8_t)(base + last_bit(by_stream[!stream]));
    }
    return uses;
}

void shape_uses_find(struct shape_uses *shapes, const struct batch *batch)
{
    for (uint32_t i = 0; i < batch->nshapes; i++) {
        shapes->uses[2 * (size_t)i] = uses_of(&batch->shapes[i], false);
        shapes->uses[2 * (size_t)i + 1] = uses_of(&batch->shapes[i], true);
    }
}

enum status intervals_init(struct interval_counter *counter, struct footprint *footprint,
                           struct error *err)
{
    *counter = (struct interval_counter){
        .count = calloc(WINDOW_COUNT, sizeof *counter->count),
        .sum = calloc(WINDOW_COUNT, sizeof *counter->sum),
        .steps = calloc(2 * (size_t)BATCH_SHAPES, sizeof *counter->steps),
        .footprint = footprint,
    };
    if (counter->count && counter->sum && counter->steps)
        return OK;
    intervals_release(counter);
    return error_nomem(err);
}

void intervals_release(struct interval_counter *counter)
{
    free(counter->last_use);
    free(counter->count);
    free(counter->sum);
    free(counter->steps);
    *counter = (struct interval_counter){0};
}

static NOINLINE void count_long(struct interval_counter *c, uint64_t interval)
{
    /* No reference uses a page twice, unless a trace is made up so. */
    const size_t window = interval ? window_number(interval) : 0;
    c->count[window]++;
    c->sum[window] += interval;
}

/* A page is used by the references number from .. last, or some of these. */
ALWAYS_INLINE void use(struct interval_counter *c, page_t page, uint64_t from,
                       uint64_t last)
{
    const uint64_t before = c->last_use[page];
    c->last_use[page] = last;
    if (UNLIKELY(before == 0)) {
        if (c->footprint)
            footprint_add(c->footprint, from);
        return;
    }
    const uint64_t interval = from - before;
    if (LIKELY(interval - 1 < WINDOW_DENSE))
        c->count[interval - 1]++;
    else
        count_long(c, interval);
}

/* The intervals within the steps of a batch that use two pages: between the references of
 * each stream. */
static void count_within(struct interval_counter *c, const struct batch *batch)
{
    for (uint32_t i = 0; i < 2 * batch->nshapes; i++) {
        const uint32_t steps = c->steps[i];
        if (steps == 0)
            continue;
        uint64_t by_stream[2];
        split(&batch->shapes[i / 2], i & 1, by_stream);
        for (unsigned stream = 0; stream < 2; stream++) {
            uint64_t left = by_stream[stream];
            unsigned at = lowest_bit(left);
            while (left &= left - 1) {
                c->count[lowest_bit(left) - at - 1] += steps;
                at = lowest_bit(left);
            }
        }
        c->steps[i] = 0;
    }
}

static void add_steps(struct interval_counter *c, const struct level_batch *batch,
                      const struct shape_uses *shapes)
{
    page_t ipage = level_batch_start(batch, 0), dpage = level_batch_start(batch, 1);
    uint64_t references = c->references, uses = 0, next = 0;
    for (uint32_t i = 0; i < batch->batch->nsteps; i++) {
        const uint32_t step = batch->batch->steps[i];
        const uint32_t entry = batch->entries[step >> STEP_SHAPE_BITS];
        const uint32_t at = 2 * (step & STEP_SHAPE_MASK) + (entry & 1);
        const uint32_t kind = batch->kinds[at];
        if (kind & STEP_MOVER_DATA)
            dpage = entry >> 1;
        else
            ipage = entry >> 1;
        if (UNLIKELY(!(kind & STEP_TOUCHES)))
            continue;
        const struct step_uses u = shapes->uses[at];
        const page_t first = kind & STEP_FIRST_DATA ? dpage : ipage;
        const page_t other = kind & STEP_FIRST_DATA ? ipage : dpage;
        const uint32_t touches = kind_references(kind) + !!(kind & STEP_CROSSES);
        uses += touches;
        if (kind & STEP_OTHER && first != other) {
            use(c, first, references + u.first, references + u.first_last);
            use(c, other, references + u.other, references + u.other_last);
            c->steps[at]++;
        } else {
            const uint8_t last = u.first_last > u.other_last ? u.first_last : u.other_last;
            use(c, first, references + u.first, references + last);
            next += touches - 1;
        }
        references += kind_references(kind);
    }
    c->count[0] += next;
    c->uses += uses;
    c->references = references;
}

static enum status reserve(struct interval_counter *c, page_t npages, struct error *err)
{
    if (c->footprint && footprint_reserve(c->footprint, npages, err) != OK)
        return ERR_NOMEM;
    if (npages <= c->npages)
        return OK;
    const size_t capacity = npages < 1024 ? 1024 : npages + (size_t)npages / 2;
    uint64_t *last_use = realloc(c->last_use, capacity * sizeof *last_use);
    if (!last_use)
        return error_nomem(err);
    memset(last_use + c->npages, 0, (capacity - c->npages) * sizeof *last_use);
    c->last_use = last_use;
    c->npages = capacity;
    return OK;
}

enum status intervals_add(struct interval_counter *counter, const struct level_batch *batch,
                          const struct shape_uses *shapes, struct error *err)
{
    const enum status status = reserve(counter, batch->npages, err);
    if (status != OK)
        return status;
    add_steps(counter, batch, shapes);
    count_within(counter, batch->batch);
    return OK;
}

static int compare(const void *a, const void *b)
{
    const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

/* The sums of the first 0 .. n of these numbers, or NULL. */
static uint64_t *sums_of(const uint64_t *numbers, page_t n)
{
    uint64_t *sums = malloc(((size_t)n + 1) * sizeof *sums);
    if (!sums)
        return NULL;
    sums[0] = 0;
    for (page_t i = 0; i < n; i++)
        sums[i + 1] = sums[i] + numbers[i];
    return sums;
}

static void find_rests(const struct interval_counter *c, uint64_t *rests)
{
    page_t n = 0;
    for (size_t page = 0; page < c->npages; page++)
        if (c->last_use[page])
            rests[n++] = c->references - c->last_use[page] + 1;
    qsort(rests, n, sizeof *rests, compare);
}

static void sum_up(const struct interval_counter *c, struct window_curve *curve)
{
    uint64_t intervals = 0, sum = 0;
    for (size_t i = 0; i < curve->n; i++) {
        intervals += c->count[i];
        sum += i < WINDOW_DENSE ? c->count[i] * window_length(i) : c->sum[i];
        curve->intervals[i] = intervals;
        curve->interval_sum[i] = sum;
    }
}

enum status intervals_finish(const struct interval_counter *c, uint64_t *first_uses,
                             page_t npages, struct window_curve *curve, struct error *err)
{
    *curve = (struct window_curve){
        .n = c->references ? window_number(c->references) + 1 : 1,
        .references = c->references,
        .uses = c->uses,
        .npages = npages,
        .first_uses = first_uses,
        .rests = malloc(((size_t)npages + 1) * sizeof *curve->rests),
        .first_sums = sums_of(first_uses, npages),
    };
    curve->intervals = malloc(curve->n * sizeof *curve->intervals);
    curve->interval_sum = malloc(curve->n * sizeof *curve->interval_sum);
    if (curve->rests) {
        find_rests(c, curve->rests);
        curve->rest_sums = sums_of(curve->rests, npages);
    }
    if (curve->intervals && curve->interval_sum && curve->first_sums && curve->rest_sums) {
        sum_up(c, curve);
        return OK;
    }
    window_curve_release(curve);
    return error_nomem(err);
}

uint64_t intervals_bytes(const struct interval_counter *c)
{
    return c->npages * sizeof *c->last_use +
           WINDOW_COUNT * (sizeof *c->count + sizeof *c->sum) +
           2 * (uint64_t)BATCH_SHAPES * sizeof *c->steps;
}
