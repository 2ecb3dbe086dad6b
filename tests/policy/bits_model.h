/* bits_model.h -- slow, obvious memories with accessed and dirty bits and a clock
 * interrupt, for models of policies that see only these.  A page is dirty until it has
 * been evicted once, as with the kernel's `dirty: unsaved`. */
#ifndef FAULTLINE_TESTS_POLICY_BITS_MODEL_H
#define FAULTLINE_TESTS_POLICY_BITS_MODEL_H

#include "policy/policy_model.h"

enum { BITS_PAGES = 4096 };

struct bits_frame {
    vpn_t page;
    bool used, dirty;
    uint64_t loaded; /* number of the reference that loaded it                           */
    uint64_t count;  /* what the policy keeps of it                                      */
};

struct bits_model;

/* What a policy does; NULL: nothing. */
struct bits_rules {
    uint64_t interval; /* references between two interrupts; 0: none                     */
    bool ref_on_load;
    uint64_t a, b, c, d; /* of the policy                                                */
    void (*loaded)(struct bits_model *model, uint64_t frame);
    void (*hit)(struct bits_model *model, uint64_t frame);
    void (*tick)(struct bits_model *model);
    uint64_t (*victim)(struct bits_model *model);
    /* For a policy that throws dice: may it choose this one? */
    bool (*may_go)(const struct bits_model *model, uint64_t frame);
};

struct bits_model {
    const struct bits_rules *rules;
    uint64_t nframes, nused, done, due; /* done, due: references                         */
    vpn_t last;
    struct bits_frame frames[STRING_FRAMES_MAX];
    bool saved[BITS_PAGES];
    uint64_t hand, other_hand; /* of the policy                               */
    uint64_t list[STRING_FRAMES_MAX],
        nlist; /* of the policy: frames, first to go first   */
};

static inline void *bits_create(uint64_t frames, const void *params)
{
    struct bits_model *model = calloc(1, sizeof *model);
    ck_assert_ptr_nonnull(model);
    model->rules = params;
    model->nframes = frames;
    model->due = model->rules->interval;
    model->last = NO_VICTIM;
    return model;
}

/* References to one page in a row are one step, within which no interrupt comes. */
static inline void bits_interrupt(struct bits_model *model, vpn_t page)
{
    const struct bits_rules *rules = model->rules;
    if (rules->interval && page != model->last && model->done >= model->due) {
        rules->tick(model);
        model->due = (model->done / rules->interval + 1) * rules->interval;
    }
    model->last = page;
    model->done++;
}

static inline struct bits_frame *bits_find(struct bits_model *model, vpn_t page)
{
    for (uint64_t i = 0; i < model->nused; i++)
        if (model->frames[i].page == page)
            return &model->frames[i];
    return NULL;
}

/* Put the page into a frame, which is empty. */
static inline void bits_load(struct bits_model *model, vpn_t page, uint64_t frame)
{
    struct bits_frame *f = &model->frames[frame];
    ck_assert_uint_lt(page, BITS_PAGES);
    *f = (struct bits_frame){.page = page,
                             .used = model->rules->ref_on_load,
                             .dirty = !model->saved[page],
                             .loaded = model->done};
    if (model->rules->loaded)
        model->rules->loaded(model, frame);
}

static inline bool bits_reference(void *state, vpn_t page, vpn_t *victim)
{
    struct bits_model *model = state;
    bits_interrupt(model, page);
    struct bits_frame *f = bits_find(model, page);
    if (f) {
        if (model->rules->hit)
            model->rules->hit(model, (uint64_t)(f - model->frames));
        f->used = true;
        return true;
    }
    uint64_t frame = model->nused;
    if (frame == model->nframes) {
        frame = model->rules->victim(model);
        *victim = model->frames[frame].page;
        model->saved[*victim] = true;
    } else {
        model->nused++;
    }
    bits_load(model, page, frame);
    return false;
}

/* Compare with settings, ended by NULL, on random strings with up to 40 frames. */
static inline void bits_compare(const struct bits_rules *rules, const char *const *set)
{
    const struct policy_model model = {
        .create = bits_create, .free = free, .reference = bits_reference, .params = rules};
    for (uint64_t seed = 1; seed <= 20; seed++) {
        const uint64_t frames = 1 + seed * 7 % 40;
        model_compare(&model, set, frames, frames + 1 + seed * 3 % (2 * frames + 3),
                      200 + 30 * seed, seed);
    }
}

/* The same for a policy that throws dice, on one string: it chooses, the model says whether
 * it may.  Returns how many victims there were, and counts in chosen[frame]. */
static inline uint64_t bits_check_choices(const struct bits_rules *rules,
                                          const char *const *set, uint64_t frames,
                                          vpn_t npages, size_t nrefs, uint64_t *chosen)
{
    static char string[24 * STRING_MAX];
    char *end = string;
    struct rng rng;
    vpn_t pages[STRING_MAX];
    uint64_t victims = 0;
    rng_seed(&rng, frames * 1000 + npages);
    for (size_t i = 0; i < nrefs; i++) {
        pages[i] = model_next_page(&rng, i ? pages[i - 1] : 0, npages);
        end += sprintf(end, i ? " %" PRIu64 : "%" PRIu64, pages[i]);
    }
    const struct replayed run = replay_string(string, set);
    struct bits_model *model = bits_create(frames, rules);
    for (size_t i = 0; i < nrefs; i++) {
        bits_interrupt(model, pages[i]);
        struct bits_frame *f = bits_find(model, pages[i]);
        ck_assert_int_eq(run.hit[i], f != NULL);
        if (f) {
            f->used = true;
        } else if (run.victim[i] == NO_VICTIM) {
            ck_assert_uint_lt(model->nused, frames);
            bits_load(model, pages[i], model->nused++);
        } else {
            f = bits_find(model, run.victim[i]);
            ck_assert_ptr_nonnull(f);
            const uint64_t frame = (uint64_t)(f - model->frames);
            ck_assert_msg(rules->may_go(model, frame),
                          "%s: reference %zu must not evict page %" PRIu64, set[0], i,
                          run.victim[i]);
            model->saved[run.victim[i]] = true;
            bits_load(model, pages[i], frame);
            chosen[frame]++;
            victims++;
        }
    }
    free(model);
    return victims;
}

#endif
