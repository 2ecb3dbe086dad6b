/* policy_model.h -- a policy against a slow, obvious model of it, written from the paper:
 * both see the same random string of pages, and must hit, fault and evict alike. */
#ifndef FAULTLINE_TESTS_POLICY_POLICY_MODEL_H
#define FAULTLINE_TESTS_POLICY_POLICY_MODEL_H

#include "base/rng.h"
#include "harness.h"

struct policy_model {
    void *(*create)(uint64_t frames, const void *params);
    void (*free)(void *model);
    /* Reference a page: true for a hit; *victim is NO_VICTIM unless one was evicted. */
    bool (*reference)(void *model, vpn_t page, vpn_t *victim);
    const void *params;
};

/* Pages that a program might use: mostly near the last one, now and then in a loop, now and
 * then anywhere. */
static inline vpn_t model_next_page(struct rng *rng, vpn_t last, vpn_t npages)
{
    const uint64_t kind = rng_below(rng, 10);
    if (kind < 2)
        return last;
    if (kind < 4)
        return (last + 1) % npages;
    if (kind < 7) /* favours low numbers */
        return rng_below(rng, rng_below(rng, npages) + 1);
    return rng_below(rng, npages);
}

/* Replay one random string of nrefs references to npages pages with the settings, ended by
 * NULL, and in the model. */
static inline void model_compare(const struct policy_model *model, const char *const *set,
                                 uint64_t frames, vpn_t npages, size_t nrefs, uint64_t seed)
{
    static char string[24 * STRING_MAX];
    static vpn_t pages[STRING_MAX];
    char memory[64], *end = string;
    const char *all[12] = {memory};
    struct rng rng;
    ck_assert_uint_le(nrefs, STRING_MAX);
    snprintf(memory, sizeof memory, "machine.frames=%" PRIu64, frames);
    for (size_t i = 0; set[i]; i++)
        all[i + 1] = set[i];
    rng_seed(&rng, seed);
    for (size_t i = 0; i < nrefs; i++) {
        pages[i] = model_next_page(&rng, i ? pages[i - 1] : 0, npages);
        end += sprintf(end, i ? " %" PRIu64 : "%" PRIu64, pages[i]);
    }
    const struct replayed run = replay_string(string, all);
    void *state = model->create(frames, model->params);
    for (size_t i = 0; i < nrefs; i++) {
        vpn_t victim = NO_VICTIM;
        const bool hit = model->reference(state, pages[i], &victim);
        ck_assert_msg(hit == run.hit[i] && victim == run.victim[i],
                      "%s, %" PRIu64 " frames, seed %" PRIu64
                      ", reference %zu (page %" PRIu64 "): %s, victim %" PRId64
                      "; the model says %s, %" PRId64,
                      set[0], frames, seed, i, pages[i], run.hit[i] ? "hit" : "fault",
                      (int64_t)run.victim[i], hit ? "hit" : "fault", (int64_t)victim);
    }
    model->free(state);
}

/* The same for many random strings of all shapes, with up to max_frames frames. */
static inline void model_compare_many(const struct policy_model *model,
                                      const char *const *set, uint64_t max_frames)
{
    for (uint64_t seed = 1; seed <= 60; seed++) {
        const uint64_t frames = 1 + seed * 7 % max_frames;
        const vpn_t npages = frames + 1 + seed % (2 * frames + 3);
        model_compare(model, set, frames, npages, 200 + 10 * seed, seed);
    }
}

#endif
