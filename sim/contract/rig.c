/* rig.c -- see rig.h: replays. */
#include "contract/rig.h"

#include "base/rng.h"
#include "pager/future.h"
#include "pager/view.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    GRANULE_SHIFT = 9, /* several blocks a page                                          */
    RIG_REFERENCE = 8, /* bytes of a reference, which are in one block                    */
};

struct replay {
    const struct contract_subject *subject;
    const struct rig_options *options;
    const struct rig_string *string;
    struct rig_log *log;
    struct guard guard;
    struct page_index index;
    struct space *space; /* the pager's                                                  */
    struct pager_params params;
    struct pager pager;
    bool has_pager;
    bool between; /* batches                                                             */
    struct future future;
    struct batch batch;
    uint16_t current[2]; /* block where each stream is                                   */
    uint32_t *pages;
    uint8_t *classes;
    struct rng rng; /* for what is forgotten                                             */
    _Alignas(16) unsigned char kernel_params[PARAM_VALUES_MAX];
};

/* --- the string as a batch ---------------------------------------------------------------- */

static enum status build(struct replay *replay, struct error *err)
{
    const struct rig_string *string = replay->string;
    struct builder *builder;
    enum status status = batch_init(&replay->batch, err);
    if (status == OK)
        status = builder_create(&builder, GRANULE_SHIFT, err);
    if (status != OK)
        return status;
    for (size_t i = 0; i < string->n; i++)
        builder_add(builder, (enum reference_kind)string->refs[i].kind,
                    string->refs[i].vaddr, RIG_REFERENCE);
    builder_take(builder, &replay->batch);
    builder_free(builder);
    batch_classify(&replay->batch, replay->classes);
    return OK;
}

static struct paged_batch page_batch(const struct replay *replay,
                                     const struct page_index *index,
                                     const struct batch *batch)
{
    return (struct paged_batch){.batch = batch,
                                .classes = replay->classes,
                                .pages = replay->pages,
                                .index = index,
                                .npages = index->npages};
}

/* Make the index of the future. */
static enum status look_ahead(struct replay *replay, struct error *err)
{
    struct page_index index;
    struct page_space space;
    page_index_init(&index);
    page_space_init(&space, &index, 0, RIG_PAGE_SHIFT, GRANULE_SHIFT);
    replay->future.in_references = replay->subject->policy->uses_time;
    enum status status = page_space_translate(&space, &replay->batch, replay->pages, err);
    if (status == OK) {
        const struct paged_batch paged = page_batch(replay, &index, &replay->batch);
        status = future_add(&replay->future, &paged, err);
    }
    future_finish(&replay->future);
    page_space_release(&space);
    page_index_release(&index);
    return status;
}

/* --- what happens ----------------------------------------------------------------------- */

static void note(struct rig_log *log, struct rig_departure departure)
{
    if (log->n == log->capacity) {
        const size_t capacity = 2 * log->capacity + 256;
        struct rig_departure *grown =
            realloc(log->departures, capacity * sizeof *log->departures);
        if (!grown) {
            log->short_of_memory = true;
            return;
        }
        log->departures = grown;
        log->capacity = capacity;
    }
    log->departures[log->n++] = departure;
}

/* Have the policy say why, and show what it keeps. */
static void explain(struct replay *replay, const struct instance *instance, pfn_t pfn)
{
    const struct policy_ops *ops = &replay->guard.ops;
    struct policy_view view;
    view_init(&view, instance, false);
    if (ops->why)
        ops->why(instance->state, pfn, &view);
    replay->log->sentences += view.sentence[0] != '\0';
    if (ops->show)
        ops->show(instance->state, &view);
    replay->log->short_of_memory |= view.failed;
    view_release(&view);
}

static void observe(void *context, enum guard_call call, pfn_t entry,
                    const struct instance *instance)
{
    struct replay *replay = context;
    const struct pager *pager = instance->pager;
    if ((call != CALL_VICTIM && call != CALL_RELEASE) || entry >= pager->nused)
        return;
    const content_t content = pager->frames[entry].content;
    if (content == CONTENT_NONE)
        return;
    const page_t page = pager->contents.all[content].page; /* it may be unmapped by now */
    note(replay->log,
         (struct rig_departure){.reference = replay->between ? replay->log->references
                                                             : instance->now,
                                .vpn = pager->mmu.index->vpns[page],
                                .call = call});
    if (replay->options->explain)
        explain(replay, instance, entry);
}

/* Some pages are unmapped for ever, which nobody asked to leave.  Then some are evicted
 * although there are free frames, so that one which is free may not be chosen. */
static enum status forget_some(struct replay *replay, struct error *err)
{
    struct pager *pager = &replay->pager;
    const vpn_t first = rng_below(&replay->rng, replay->index.npages + 1);
    const vpn_t last = first + rng_below(&replay->rng, 1 + replay->index.npages / 3);
    enum status status = OK;
    replay->between = true;
    pager_forget(pager, replay->space, first, last);
    for (uint64_t n = rng_below(&replay->rng, 3); n > 0 && status == OK; n--)
        if (pager->count[FRAME_ACTIVE] > 0)
            status = pager_evict(pager, err);
    replay->between = false;
    return status;
}

/* Where the stream of the last reference is. */
static page_t last_page(const struct replay *replay, const struct batch *piece)
{
    const struct shape *shape = step_shape(piece, piece->steps[piece->nsteps - 1]);
    const unsigned stream = shape->data >> (shape->length - 1) & 1;
    return replay->pages[replay->current[stream]] >> 1;
}

static void look_around(struct replay *replay, const struct batch *piece)
{
    struct rig_log *log = replay->log;
    const uint8_t bits = replay->pager.mmu.bits[last_page(replay, piece)];
    log->resident = replay->pager.count[FRAME_ACTIVE];
    if (log->resident > log->resident_max)
        log->resident_max = log->resident;
    log->lost += !(bits & PAGE_RESIDENT);
    if (!log->unsound)
        log->unsound = pager_check(&replay->pager);
}

/* The steps from `first` on, at most n, as a batch of their own. */
static struct batch cut(struct replay *replay, uint32_t first, size_t n)
{
    struct batch piece = replay->batch;
    piece.steps += first;
    piece.nsteps = piece.nsteps - first < n ? piece.nsteps - first : (uint32_t)n;
    piece.counts = (struct reference_counts){0};
    for (int stream = 0; stream < 2; stream++)
        piece.start[stream] = replay->current[stream];
    for (uint32_t i = 0; i < piece.nsteps; i++) {
        const struct shape *shape = step_shape(&piece, piece.steps[i]);
        replay->current[shape->data & 1] = (uint16_t)(piece.steps[i] >> STEP_SHAPE_BITS);
        piece.counts.loads += shape->length;
    }
    return piece;
}

static enum status replay_pieces(struct replay *replay, struct error *err)
{
    const struct rig_options *options = replay->options;
    const size_t most = options->steps ? options->steps : replay->batch.nsteps;
    enum status status = pager_translate(&replay->pager, replay->space, &replay->batch,
                                         GRANULE_SHIFT, replay->pages, err);
    for (uint32_t step = 0; step < replay->batch.nsteps && status == OK;) {
        const struct batch piece = cut(replay, step, most);
        const struct paged_batch paged = page_batch(replay, &replay->index, &piece);
        status = pager_replay(&replay->pager, &paged, err);
        if (status != OK)
            return status;
        replay->log->references += piece.counts.loads;
        replay->subject->record->references += piece.counts.loads;
        look_around(replay, &piece);
        if (options->forget)
            status = forget_some(replay, err);
        step += piece.nsteps;
    }
    return status;
}

/* --- the whole -------------------------------------------------------------------------- */

static enum status start(struct replay *replay, struct error *err)
{
    static const struct region everything = {.last = UINT64_MAX,
                                             .backing = BACKING_STORE,
                                             .protection = VM_READ | VM_WRITE | VM_EXECUTE};
    const struct contract_subject *subject = replay->subject;
    const struct rig_options *options = replay->options;
    const struct kernel_ops *kernel = kernel_find("textbook");
    const bool future = subject->policy->sees == POLICY_FUTURE;
    guard_init(&replay->guard, subject->policy,
               options->params ? options->params : subject->params, subject->record);
    replay->guard.observe = observe;
    replay->guard.context = replay;
    param_defaults(kernel->params, replay->kernel_params);
    replay->params = (struct pager_params){
        .mmu = {.format = pagetable_find("ideal"),
                .page_shift = RIG_PAGE_SHIFT,
                .frames = options->frames,
                .asids = UINT64_MAX,
                .shootdown = {.batch = 1, .flush_ceiling = 1},
                .ncpus = 1},
        .frames = options->frames,
        .kernel = kernel,
        .kernel_params = replay->kernel_params,
        .policy = &replay->guard.ops,
        .policy_params = replay->guard.values,
        .single_step = options->single_step,
        .future = future ? &replay->future : NULL,
        .seed = options->seed,
        .index = &replay->index,
    };
    enum status status = future ? look_ahead(replay, err) : OK;
    if (status == OK)
        status = pager_init(&replay->pager, &replay->params, err);
    replay->has_pager = status == OK;
    if (status == OK)
        status = pager_add_space(&replay->pager, &replay->space, err);
    return status == OK ? space_add_region(replay->space, &everything, err) : status;
}

static void take_counts(struct replay *replay)
{
    const struct instance *instance = pager_instance(&replay->pager, 0);
    replay->log->counts = replay->pager.counts;
    replay->log->ghosts_max = instance->ghosts_max;
}

enum status rig_replay(struct rig_log *log, const struct contract_subject *subject,
                       const struct rig_string *string, const struct rig_options *options,
                       struct error *err)
{
    *log = (struct rig_log){0};
    struct replay *replay = calloc(1, sizeof *replay);
    if (!replay)
        return error_nomem(err);
    replay->subject = subject;
    replay->options = options;
    replay->string = string;
    replay->log = log;
    rng_seed(&replay->rng, options->seed);
    page_index_init(&replay->index);
    replay->pages = malloc(BATCH_BLOCKS * sizeof *replay->pages);
    replay->classes = malloc(2 * (size_t)BATCH_SHAPES);
    replay->current[0] = replay->current[1] = BLOCK_NONE;
    enum status status =
        replay->pages && replay->classes ? build(replay, err) : error_nomem(err);
    if (status == OK)
        status = start(replay, err);
    if (status == OK)
        status = replay_pieces(replay, err);
    if (replay->has_pager) {
        take_counts(replay);
        pager_release(&replay->pager);
    }
    future_release(&replay->future);
    page_index_release(&replay->index);
    batch_release(&replay->batch);
    free(replay->pages);
    free(replay->classes);
    free(replay);
    return status == OK && log->short_of_memory ? error_nomem(err) : status;
}

void rig_log_release(struct rig_log *log)
{
    free(log->departures);
    *log = (struct rig_log){0};
}

/* --- comparison ------------------------------------------------------------------------- */

static void describe(const struct rig_log *log, size_t i, uint64_t last, char *text,
                     size_t size)
{
    if (i < log->n && log->departures[i].reference <= last)
        snprintf(text, size, "page %" PRIu64 " at reference %" PRIu64,
                 log->departures[i].vpn, log->departures[i].reference);
    else
        snprintf(text, size, "nothing more");
}

bool rig_same_departures(const struct rig_log *a, const struct rig_log *b, uint64_t last,
                         char *difference, size_t size)
{
    for (size_t i = 0;; i++) {
        const struct rig_departure *x = &a->departures[i], *y = &b->departures[i];
        const bool more = i < a->n && x->reference <= last;
        if (more != (i < b->n && y->reference <= last) ||
            (more &&
             (x->reference != y->reference || x->vpn != y->vpn || x->call != y->call))) {
            char one[64], other[64];
            describe(a, i, last, one, sizeof one);
            describe(b, i, last, other, sizeof other);
            snprintf(difference, size, "%s; %s", one, other);
            return false;
        }
        if (!more)
            return true;
    }
}
