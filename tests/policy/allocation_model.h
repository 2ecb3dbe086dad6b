/* allocation_model.h -- policies of variable allocation against slow, obvious models of them,
 * written from the papers: both see the same program, and after every step the same pages
 * must be in memory. */
#ifndef FAULTLINE_TESTS_POLICY_ALLOCATION_MODEL_H
#define FAULTLINE_TESTS_POLICY_ALLOCATION_MODEL_H

#include "policy/policy_model.h"
#include "policy/shown.h"

enum { MODEL_PAGES = 48 };

/* One reference of a program. */
struct use {
    vpn_t page;               /* less than MODEL_PAGES */
    enum reference_kind kind; /* IFETCH, LOAD or STORE */
};

/* What a model keeps.  It may look at as much of the program as its policy sees. */
struct allocation {
    const struct use *uses; /* that at time t is uses[t - 1] */
    size_t nuses;
    uint64_t frames, window;
    bool ref_on_load;

    bool resident[MODEL_PAGES];
    uint64_t nresident;
    uint64_t faults, page_outs, written, resident_sum; /* so far */
    bool dirty[MODEL_PAGES];

    vpn_t order[MODEL_PAGES];       /* pff: the resident pages */
    uint64_t fault_time;            /* pff: of the last fault; 0: none yet */
    vpn_t in_frame[MODEL_PAGES];    /* wsclock: the frames that have been used */
    uint64_t nframes, hand;         /* wsclock */
    bool referenced[MODEL_PAGES];   /* wsclock: [page] */
    uint64_t last_use[MODEL_PAGES]; /* wsclock: [page] */
};

/* What happens at time t. */
typedef void allocation_reference(struct allocation *a, uint64_t t);

static inline void model_evict(struct allocation *a, vpn_t page)
{
    ck_assert(a->resident[page]);
    a->resident[page] = false;
    a->nresident--;
    a->page_outs++;
    a->written += a->dirty[page];
    a->dirty[page] = false;
}

static inline void model_load(struct allocation *a, vpn_t page)
{
    ck_assert(!a->resident[page] && a->nresident < a->frames);
    a->resident[page] = true;
    a->nresident++;
    a->faults++;
}

/* The page's last use before time t, or 0. */
static inline uint64_t model_last_use(const struct allocation *a, vpn_t page, uint64_t t)
{
    while (--t > 0)
        if (a->uses[t - 1].page == page)
            return t;
    return 0;
}

/* Its next use after time t, or NEXT_NEVER. */
static inline uint64_t model_next_use(const struct allocation *a, vpn_t page, uint64_t t)
{
    while (++t <= a->nuses)
        if (a->uses[t - 1].page == page)
            return t;
    return NEXT_NEVER;
}

/* --- the fast one ------------------------------------------------------------------------ */

struct allocation_run {
    struct string_run run;
    uint32_t step;       /* the next one */
    uint16_t current[2]; /* blocks of the instruction and the data stream */
    uint64_t done;       /* references replayed */
};

/* Steps of one reference each, all loads. */
static inline void allocation_cut(struct batch *batch, const struct use *uses, size_t n)
{
    batch->shapes[batch->nshapes++] = (struct shape){.data = 1, .length = 1};
    for (uint32_t page = 0; page < MODEL_PAGES; page++)
        batch->blocks[batch->nblocks++] = page;
    for (size_t i = 0; i < n; i++)
        batch->steps[batch->nsteps++] = (uint32_t)uses[i].page << STEP_SHAPE_BITS;
    batch->start[0] = batch->start[1] = BLOCK_NONE;
    batch->counts.loads = n;
}

/* Make ready to replay a program in the cell that settings, ended by NULL, make. */
static inline void allocation_open(struct allocation_run *r, const struct use *uses,
                                   size_t n, const char *const *set)
{
    struct error err = {0};
    struct builder *builder;
    *r = (struct allocation_run){.current = {BLOCK_NONE, BLOCK_NONE}};
    struct batch *batch = &r->run.string.batch;
    ASSERT_OK(batch_init(batch, &err), &err);
    ASSERT_OK(builder_create(&builder, STRING_PAGE_SHIFT, &err), &err);
    for (size_t i = 0; i < n; i++)
        builder_add(builder, uses[i].kind, uses[i].page << STRING_PAGE_SHIFT, 1);
    builder_take(builder, batch);
    builder_free(builder);
    string_open(&r->run, set);
}

/* Replay the next step; false if there is none. */
static inline bool allocation_step(struct allocation_run *r)
{
    const struct string_batch *s = &r->run.string;
    if (r->step == s->batch.nsteps)
        return false;
    const uint32_t word = s->batch.steps[r->step];
    const struct shape *shape = step_shape(&s->batch, word);
    struct batch one = s->batch;
    struct paged_batch paged = s->paged;
    struct error err = {0};
    one.steps += r->step++;
    one.nsteps = 1;
    one.start[0] = r->current[0];
    one.start[1] = r->current[1];
    one.counts = (struct reference_counts){.loads = shape->length};
    paged.batch = &one;
    ASSERT_OK(pager_replay(&r->run.cell.pager, &paged, &err), &err);
    r->current[shape->data & 1] = (uint16_t)(word >> STEP_SHAPE_BITS);
    r->done += shape->length;
    return true;
}

static inline void allocation_resident(const struct allocation_run *r,
                                       bool resident[MODEL_PAGES])
{
    const struct pager *pager = &r->run.cell.pager;
    memset(resident, 0, MODEL_PAGES * sizeof *resident);
    for (pfn_t pfn = 0; pfn < pager->nused; pfn++)
        if (pager->frames[pfn].page != PAGE_NONE)
            resident[r->run.string.index.vpns[pager->frames[pfn].page]] = true;
}

/* Replay a string of pages a, b, c ... with the settings.  expected[i]: those that must be in
 * memory at the reference number first + i, from 1, NULL at the end. */
static inline void allocation_example(const char *string, const char *const *set,
                                      size_t first, const char *const *expected)
{
    struct use uses[64];
    struct allocation_run r = {.current = {BLOCK_NONE, BLOCK_NONE}};
    struct error err = {0};
    const size_t n = strlen(string);
    for (size_t i = 0; i < n; i++)
        uses[i] = (struct use){(vpn_t)(string[i] - 'a'), LOAD};
    ASSERT_OK(batch_init(&r.run.string.batch, &err), &err);
    allocation_cut(&r.run.string.batch, uses, n);
    string_open(&r.run, set);
    while (allocation_step(&r) && expected[0]) {
        char text[MODEL_PAGES + 1] = "", *end = text;
        bool resident[MODEL_PAGES];
        if (r.done < first)
            continue;
        allocation_resident(&r, resident);
        for (int page = 0; page < MODEL_PAGES; page++)
            if (resident[page])
                *end++ = (char)('a' + page);
        ck_assert_msg(strcmp(text, *expected) == 0, "at %" PRIu64 ": %s, not %s", r.done,
                      text, *expected);
        expected++;
    }
    ck_assert_ptr_null(*expected);
    string_close(&r.run);
}

/* --- one against the other --------------------------------------------------------------- */

/* "{0 3 7}" */
static inline const char *allocation_text(const bool resident[MODEL_PAGES], char *text)
{
    char *end = text + sprintf(text, "{");
    for (int page = 0; page < MODEL_PAGES; page++)
        if (resident[page])
            end += sprintf(end, "%s%d", end == text + 1 ? "" : " ", page);
    sprintf(end, "}");
    return text;
}

static inline void allocation_counts_agree(const struct allocation *a,
                                           const struct pager *pager, const char *what)
{
    const struct pager_counts *counts = &pager->counts;
    const uint64_t written = counts->page_outs_dirty + counts->write_backs;
    ck_assert_msg(counts->faults == a->faults && counts->page_outs == a->page_outs &&
                      written == a->written,
                  "%s: %" PRIu64 " faults, %" PRIu64 " page-outs, %" PRIu64
                  " written; the model says %" PRIu64 ", %" PRIu64 ", %" PRIu64,
                  what, counts->faults, counts->page_outs, written, a->faults, a->page_outs,
                  a->written);
    const double mean = instance_resident_mean(pager->instances[0]);
    const double expected = (double)a->resident_sum / (double)a->nuses;
    ck_assert_msg(mean > expected - 1e-9 && mean < expected + 1e-9,
                  "%s: mean resident set %g; the model says %g", what, mean, expected);
}

/* Replay the program of a model (its uses, frames and parameters are set) step by step and
 * at once.  The settings are those of the policy and the frames. */
static inline void allocation_compare(struct allocation *a, allocation_reference *reference,
                                      const char *const *set, const char *what)
{
    struct allocation_run run;
    char texts[2][4 * MODEL_PAGES];
    uint64_t t = 0;
    allocation_open(&run, a->uses, a->nuses, set);
    while (allocation_step(&run)) {
        bool resident[MODEL_PAGES];
        while (t < run.done) {
            reference(a, ++t);
            a->resident_sum += a->nresident;
        }
        allocation_resident(&run, resident);
        ck_assert_msg(memcmp(resident, a->resident, sizeof resident) == 0,
                      "%s, at reference %" PRIu64 ": %s is resident; the model says %s",
                      what, t, allocation_text(resident, texts[0]),
                      allocation_text(a->resident, texts[1]));
    }
    ck_assert_uint_eq(t, a->nuses);
    allocation_counts_agree(a, &run.run.cell.pager, what);
    string_close(&run.run);

    struct error err = {0};
    allocation_open(&run, a->uses, a->nuses, set);
    ASSERT_OK(pager_replay(&run.run.cell.pager, &run.run.string.paged, &err), &err);
    allocation_counts_agree(a, &run.run.cell.pager, what);
    string_close(&run.run);
}

/* A program whose data walks as in model_next_page() while its instructions stay in a page
 * for a while, so that steps alternate between two pages. */
static inline void allocation_program(struct use *uses, size_t n, vpn_t npages,
                                      uint64_t seed)
{
    struct rng rng;
    vpn_t data = 0, code = 0;
    rng_seed(&rng, seed);
    const uint64_t fetches = rng_below(&rng, 4), stays = 1 + rng_below(&rng, 12);
    for (size_t i = 0; i < n; i++) {
        if (rng_below(&rng, 4) < fetches) {
            if (rng_below(&rng, stays) == 0)
                code = model_next_page(&rng, code, npages);
            uses[i] = (struct use){code, IFETCH};
        } else {
            if (rng_below(&rng, stays) == 0)
                data = model_next_page(&rng, data, npages);
            uses[i] = (struct use){data, rng_below(&rng, 4) ? LOAD : STORE};
        }
    }
}

/* Many random programs with all windows and with memory of which there is too little, or as
 * much as is wanted.  policy: a setting with the window's place as %llu, and one %s for
 * ref_on_load if the policy has it. */
static inline void allocation_compare_many(allocation_reference *reference,
                                           const char *policy)
{
    static struct use uses[STRING_MAX];
    for (uint64_t seed = 1; seed <= 120; seed++) {
        const vpn_t npages = 2 + seed * 5 % (MODEL_PAGES - 2);
        struct allocation a = {.uses = uses,
                               .nuses = 100 + 10 * seed,
                               .frames = seed % 3 ? MODEL_PAGES : 1 + seed % npages,
                               .window = seed % 7 ? 1 + seed * seed % 90 : 1 + seed % 3,
                               .ref_on_load = seed % 2};
        char memory[64], setting[128], what[256];
        snprintf(memory, sizeof memory, "machine.frames=%" PRIu64, a.frames);
        snprintf(setting, sizeof setting, policy, (unsigned long long)a.window,
                 a.ref_on_load ? "yes" : "no");
        snprintf(what, sizeof what, "%s, %s, seed %" PRIu64, setting, memory, seed);
        allocation_program(uses, a.nuses, npages, seed);
        allocation_compare(&a, reference, (const char *[]){memory, setting, NULL}, what);
    }
}

/* --- what it says ------------------------------------------------------------------------ */

static inline pfn_t shown_release(void *state)
{
    struct shown *s = shown_now;
    const pfn_t pfn = s->policy->release(state);
    if (pfn == PFN_NONE)
        return pfn;
    ck_assert_uint_lt(s->nvictims, SHOWN_VICTIMS_MAX);
    ck_assert(entry_vpn(s->view.instance, pfn, &s->victims[s->nvictims++]));
    view_clear(&s->view);
    s->policy->why(state, pfn, &s->view);
    strcpy(s->why, s->view.sentence);
    return pfn;
}

/* As shown_open(); shown_evicts() takes pages that are given up, too. */
static inline struct shown *allocation_shown(const char *string, const char *const *set)
{
    struct shown *s = shown_open(string, set);
    s->ops.release = shown_release;
    return s;
}

#endif
