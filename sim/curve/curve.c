/* curve.c -- see curve.h. */
#include "curve/curve.h"

#include "curve/intervals.h"
#include "curve/lru.h"
#include "curve/next_uses.h"
#include "curve/opt.h"
#include "curve/page_string.h"

#include <assert.h>
#include <stdlib.h>

/* What is kept for one page size alone. */
struct size {
    size_t index; /* in the request                                                       */
    unsigned page_shift;
    struct interval_counter intervals;
    struct page_string string;
    struct next_uses next_uses;
    struct opt_stack opt;
};

/* Page sizes that are taken together: sizes[first] and the next of the run. */
struct group {
    size_t first;
    struct levels levels;
    struct lru_stacks lru;
};

enum { GROUPS_MAX = CURVE_PAGE_SIZES / LEVELS_MAX };

struct run {
    const struct curve_host *host;
    struct trace *trace;
    bool lru, opt, windows; /* what is kept                                              */
    struct batch batch;
    uint32_t *kinds;
    struct shape_uses shapes;
    uint64_t *next; /* [place in a batch's string]: for OPT                              */
    size_t nsizes, ngroups;
    struct size sizes[CURVE_PAGE_SIZES]; /* ascending                                    */
    struct footprint footprints[CURVE_PAGE_SIZES];
    struct group groups[GROUPS_MAX];
};

static int compare_sizes(const void *a, const void *b)
{
    const struct size *x = a, *y = b;
    return (x->page_shift > y->page_shift) - (x->page_shift < y->page_shift);
}

static enum status check(const struct curve_request *request, const struct trace *trace,
                         struct error *err)
{
    const struct trace_info *info = trace_info(trace);
    assert(request->npage_sizes > 0 && request->npage_sizes <= CURVE_PAGE_SIZES);
    assert(request->kinds);
    if (info->reduction.method != REDUCTION_NONE && request->kinds & CURVE_WINDOWS)
        return error_set(err, ERR_CONFIG, at_file(info->path),
                         "windows need all references, and this trace has been reduced for "
                         "%llu frames or more: take the full one",
                         (unsigned long long)info->reduction.frames);
    for (size_t i = 0; i < request->npage_sizes; i++)
        if (request->page_shifts[i] < info->granule_shift)
            return error_set(err, ERR_CONFIG, at_file(info->path),
                             "pages of %llu bytes: the trace knows addresses to %llu bytes "
                             "only",
                             1ull << request->page_shifts[i], 1ull << info->granule_shift);
    return OK;
}

/* First uses are noted by the LRU stacks or, if there are none, with the intervals. */
static enum status init_size(struct run *run, size_t i, struct error *err)
{
    struct size *size = &run->sizes[i];
    enum status status = OK;
    if (run->windows)
        status =
            intervals_init(&size->intervals, run->lru ? NULL : &run->footprints[i], err);
    if (status == OK && run->opt)
        status = page_string_init(&size->string, err);
    return status;
}

static enum status init_group(struct run *run, size_t g, struct error *err)
{
    struct group *group = &run->groups[g];
    const size_t left = run->nsizes - g * LEVELS_MAX;
    unsigned page_shifts[LEVELS_MAX], n = 0;
    group->first = g * LEVELS_MAX;
    for (; n < LEVELS_MAX && n < left; n++)
        page_shifts[n] = run->sizes[group->first + n].page_shift;
    const enum status status = levels_init(&group->levels, page_shifts, n,
                                           trace_info(run->trace)->granule_shift, err);
    if (status == OK && run->lru)
        lru_init(&group->lru, &group->levels, &run->footprints[group->first]);
    return status;
}

static enum status prepare(struct run *run, const struct curve_request *request,
                           struct error *err)
{
    run->lru = request->kinds & CURVE_LRU;
    run->opt = request->kinds & CURVE_OPT;
    run->windows = request->kinds & CURVE_WINDOWS || !run->lru;
    for (size_t i = 0; i < request->npage_sizes; i++)
        run->sizes[i] = (struct size){.index = i, .page_shift = request->page_shifts[i]};
    run->nsizes = request->npage_sizes;
    qsort(run->sizes, run->nsizes, sizeof *run->sizes, compare_sizes);
    enum status status = batch_init(&run->batch, err);
    if (status == OK)
        status = shape_uses_init(&run->shapes, err);
    if (status != OK)
        return status;
    run->kinds = malloc(2 * (size_t)BATCH_SHAPES * sizeof *run->kinds);
    if (run->opt)
        run->next = malloc(PAGE_STRING_MAX * sizeof *run->next);
    if (!run->kinds || (run->opt && !run->next))
        return error_nomem(err);
    for (size_t i = 0; i < run->nsizes && status == OK; i++)
        status = init_size(run, i, err);
    const size_t ngroups = (run->nsizes + LEVELS_MAX - 1) / LEVELS_MAX;
    for (; run->ngroups < ngroups && status == OK; run->ngroups++)
        status = init_group(run, run->ngroups, err);
    return status;
}

static void clean_up(struct run *run)
{
    for (size_t g = 0; g < run->ngroups; g++) {
        if (run->lru)
            lru_release(&run->groups[g].lru);
        levels_release(&run->groups[g].levels);
    }
    for (size_t i = 0; i < run->nsizes; i++) {
        struct size *size = &run->sizes[i];
        intervals_release(&size->intervals);
        page_string_release(&size->string);
        next_uses_release(&size->next_uses);
        opt_release(&size->opt);
        footprint_release(&run->footprints[i]);
    }
    free(run->next);
    free(run->kinds);
    shape_uses_release(&run->shapes);
    batch_release(&run->batch);
    free(run);
}

static struct level_batch at_level(const struct run *run, const struct group *group,
                                   unsigned level)
{
    return (struct level_batch){
        .batch = &run->batch,
        .kinds = run->kinds,
        .entries = group->levels.entries[level],
        .npages = group->levels.npages[level],
    };
}

/* First reading, for OPT: what will be used when. */
static enum status look_ahead(struct run *run, const struct group *group, struct error *err)
{
    enum status status = OK;
    for (unsigned l = 0; l < group->levels.n && status == OK; l++) {
        struct size *size = &run->sizes[group->first + l];
        const struct level_batch batch = at_level(run, group, l);
        page_string_next(&size->string, &batch);
        status = next_uses_note(&size->next_uses, size->string.pages, size->string.n,
                                batch.npages, err);
    }
    return status;
}

static enum status add_opt(struct run *run, struct size *size,
                           const struct level_batch *batch, struct error *err)
{
    page_string_next(&size->string, batch);
    const struct page_string *string = &size->string;
    enum status status = opt_reserve(&size->opt, batch->npages, err);
    if (status == OK)
        status = next_uses_find(&size->next_uses, string->pages, string->n, run->next, err);
    for (uint32_t i = 0; i < string->n && status == OK; i++)
        opt_touch(&size->opt, string->pages[i], run->next[i]);
    return status;
}

/* Second reading, or the only one. */
static enum status analyse(struct run *run, struct group *group, struct error *err)
{
    const struct level_batch smallest = at_level(run, group, 0);
    enum status status = OK;
    if (run->lru)
        status = lru_add(&group->lru, &smallest, err);
    for (unsigned l = 0; l < group->levels.n && status == OK; l++) {
        struct size *size = &run->sizes[group->first + l];
        const struct level_batch batch = at_level(run, group, l);
        if (run->windows)
            status = intervals_add(&size->intervals, &batch, &run->shapes, err);
        if (run->opt && status == OK)
            status = add_opt(run, size, &batch, err);
    }
    return status;
}

static enum status next_batch(struct run *run, bool ahead, struct error *err)
{
    batch_kinds(&run->batch, run->kinds);
    if (run->windows && !ahead)
        shape_uses_find(&run->shapes, &run->batch);
    enum status status = OK;
    for (size_t g = 0; g < run->ngroups && status == OK; g++) {
        struct group *group = &run->groups[g];
        status = levels_translate(&group->levels, &run->batch, err);
        if (status == OK)
            status = ahead ? look_ahead(run, group, err) : analyse(run, group, err);
    }
    const uint64_t done = ahead ? 0 : batch_references(&run->batch);
    if (status == OK && !run->host->advance(run->host->context, done))
        return error_set(err, ERR_INTERRUPTED, at_nowhere(), "interrupted");
    return status;
}

static enum status read_all(struct run *run, bool ahead, struct error *err)
{
    enum status status;
    while ((status = trace_next(run->trace, &run->batch, err)) == OK)
        if ((status = next_batch(run, ahead, err)) != OK)
            return status;
    return status == END ? OK : status;
}

static enum status read_ahead(struct run *run, struct error *err)
{
    enum status status = read_all(run, true, err);
    for (size_t i = 0; i < run->nsizes && status == OK; i++) {
        page_string_rewind(&run->sizes[i].string);
        status = next_uses_turn(&run->sizes[i].next_uses, err);
    }
    return status == OK ? trace_rewind(run->trace, err) : status;
}

/* With one frame every access to another page than the access before faults. */
static void opt_faults(const struct size *size, uint64_t accesses, uint64_t *faults)
{
    const page_t npages = size->opt.npages;
    faults[npages] = npages;
    for (page_t d = npages; d-- > 2;)
        faults[d] = faults[d + 1] + size->opt.count[d];
    if (npages > 1)
        faults[1] = size->string.changes;
    faults[0] = accesses;
}

static bool take_faults(struct stack_curve *curve, page_t npages)
{
    curve->npages = npages;
    curve->faults = malloc(((size_t)npages + 1) * sizeof *curve->faults);
    return curve->faults;
}

/* Its own memory, and a share of its group's. */
static uint64_t bytes_of(const struct run *run, const struct group *group,
                         const struct size *size)
{
    uint64_t shared = levels_bytes(&group->levels);
    if (run->lru)
        shared += lru_bytes(&group->lru);
    uint64_t bytes = shared / group->levels.n;
    if (run->windows)
        bytes += intervals_bytes(&size->intervals);
    if (run->opt)
        bytes += next_uses_bytes(&size->next_uses) + opt_bytes(&size->opt);
    return bytes;
}

static enum status finish(struct run *run, const struct group *group, unsigned level,
                          bool windows, struct curve *curve, struct error *err)
{
    const size_t i = group->first + level;
    struct size *size = &run->sizes[i];
    const page_t npages = run->footprints[i].npages;
    *curve = (struct curve){
        .page_shift = size->page_shift,
        .references = run->lru ? group->lru.references : size->intervals.references,
        .accesses = run->lru ? lru_accesses(&group->lru, level) : size->intervals.uses,
        .npages = npages,
        .bytes = bytes_of(run, group, size),
        .index_bytes = next_uses_bytes(&size->next_uses),
    };
    if (run->lru) {
        if (!take_faults(&curve->lru, npages))
            return error_nomem(err);
        lru_faults(&group->lru, level, curve->lru.faults);
    }
    if (run->opt) {
        if (!take_faults(&curve->opt, npages))
            return error_nomem(err);
        opt_faults(size, curve->accesses, curve->opt.faults);
    }
    curve->first_uses = run->footprints[i].first_uses;
    run->footprints[i].first_uses = NULL;
    if (!windows)
        return OK;
    return intervals_finish(&size->intervals, curve->first_uses, npages, &curve->windows,
                            err);
}

static enum status finish_all(struct run *run, bool windows, struct curve *curves,
                              struct error *err)
{
    enum status status = OK;
    for (size_t i = 0; i < run->nsizes; i++)
        curves[i] = (struct curve){0};
    for (size_t i = 0; i < run->nsizes && status == OK; i++)
        status = finish(run, &run->groups[i / LEVELS_MAX], (unsigned)(i % LEVELS_MAX),
                        windows, &curves[run->sizes[i].index], err);
    for (size_t i = 0; i < run->nsizes && status != OK; i++)
        curve_release(&curves[i]);
    return status;
}

enum status curve_run(struct curve *curves, const struct curve_request *request,
                      struct trace *trace, const struct curve_host *host, struct error *err)
{
    enum status status = check(request, trace, err);
    if (status != OK)
        return status;
    struct run *run = calloc(1, sizeof *run);
    if (!run)
        return error_nomem(err);
    run->host = host;
    run->trace = trace;
    status = prepare(run, request, err);
    if (status == OK && run->opt)
        status = read_ahead(run, err);
    if (status == OK)
        status = read_all(run, false, err);
    if (status == OK)
        status = finish_all(run, request->kinds & CURVE_WINDOWS, curves, err);
    clean_up(run);
    return status;
}

void curve_release(struct curve *curve)
{
    free(curve->first_uses);
    free(curve->lru.faults);
    free(curve->opt.faults);
    window_curve_release(&curve->windows);
    *curve = (struct curve){0};
}
