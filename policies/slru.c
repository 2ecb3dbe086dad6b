/* slru.c -- segmented LRU: Karedla, Love and Wherry, "Caching strategies to improve disk system
 * performance", IEEE Computer 27(3), 1994.
 *
 * A new page comes to the head of the lowest segment, which the paper calls probationary; a
 * hit moves a page to the head of the next one.  Each but the lowest has a limit: what is too
 * much goes from its end to the head of the one below.  Pages are evicted from the end of the
 * lowest.
 *
 * With two segments, every access is enough.  Put one after the other they are one list: a
 * hit moves its page to the front, and the border moves back by one page for each page hit
 * below it until the limit is reached; so the last uses decide.  With more segments that holds
 * in the highest only. */
#include "faultline/frame_ring.h"
#include "pager/replay.h"

#include <stdio.h>

enum { SEGMENTS_MAX = 16 };

struct slru_params {
    uint64_t segments;
    double protected; /* % of the frames */
};

struct slru {
    const struct policy_env *env;
    struct frame_ring segment[SEGMENTS_MAX]; /* highest first */
    pfn_t n[SEGMENTS_MAX];
    pfn_t limit; /* of each but the lowest */
    uint8_t lowest;
    uint8_t settled; /* up to this segment only the order of last uses counts */
    uint8_t *where;  /* [frame]: its segment */
};

static const struct param slru_table[] = {
    {.name = "segments",
     .kind = PARAM_UINT,
     .offset = offsetof(struct slru_params, segments),
     .fallback = "2",
     .min = 2,
     .max = SEGMENTS_MAX,
     .help = "number of segments; 2 in the paper"},
    {.name = "protected",
     .kind = PARAM_REAL,
     .offset = offsetof(struct slru_params, protected),
     .fallback = "80",
     .min = 0,
     .max = 100,
     .unit = "% of the frames",
     .help = "limit of all segments above the lowest together; the paper leaves it to the "
             "workload, 80 after Einziger, Friedman, Manes, TinyLFU, 2017"},
    {0},
};

static void add(struct slru *s, unsigned segment, pfn_t pfn)
{
    frame_ring_add(&s->segment[segment], pfn);
    s->n[segment]++;
    s->where[pfn] = (uint8_t)segment;
}

static void take(struct slru *s, pfn_t pfn)
{
    frame_ring_remove(&s->segment[s->where[pfn]], pfn);
    s->n[s->where[pfn]]--;
}

/* What is too much in a segment, if it is not the lowest, goes to the one below. */
static void overflow(struct slru *s, unsigned segment)
{
    while (s->n[segment] > s->limit) {
        const pfn_t oldest = frame_ring_oldest(&s->segment[segment]);
        take(s, oldest);
        add(s, segment + 1, oldest);
    }
}

static void slru_resize(void *state)
{
    struct slru *s = state;
    const struct slru_params *params = s->env->params;
    s->limit = (pfn_t)(s->env->share * params->protected / 100 / s->lowest);
    for (unsigned segment = 0; segment < s->lowest; segment++)
        overflow(s, segment);
}

static enum status slru_init(void *state, const struct policy_env *env, struct error *err)
{
    struct slru *s = state;
    const struct slru_params *params = env->params;
    const size_t nentries = (size_t)env->nframes + env->nghosts;
    (void)err;
    s->env = env;
    s->lowest = (uint8_t)(params->segments - 1);
    s->settled = s->lowest == 1;
    s->where = (uint8_t *)env->frames + nentries * sizeof(struct frame_link);
    for (unsigned i = 0; i <= s->lowest; i++)
        frame_ring_init(&s->segment[i], env->frames);
    slru_resize(s);
    return OK;
}

static void slru_page_in(void *state, pfn_t pfn, pfn_t ghost)
{
    struct slru *s = state;
    (void)ghost;
    add(s, s->lowest, pfn);
}

static void slru_page_out(void *state, pfn_t pfn, bool evicted)
{
    (void)evicted;
    take(state, pfn);
}

static void promote(struct slru *s, pfn_t pfn)
{
    unsigned segment = s->where[pfn] - 1u;
    take(s, pfn);
    add(s, segment, pfn);
    for (; segment < s->lowest; segment++)
        overflow(s, segment);
}

ALWAYS_INLINE void slru_access(void *state, pfn_t pfn, uint64_t when)
{
    struct slru *s = state;
    (void)when;
    if (s->segment[0].head == pfn)
        return;
    if (UNLIKELY(s->where[pfn] > 0))
        promote(s, pfn);
    else
        frame_ring_renew(&s->segment[0], pfn);
}

ALWAYS_INLINE bool slru_settled(const void *state, pfn_t pfn)
{
    const struct slru *s = state;
    return s->where[pfn] <= s->settled;
}

static pfn_t slru_victim(void *state)
{
    const struct slru *s = state;
    unsigned segment = s->lowest;
    while (s->n[segment] == 0)
        segment--;
    return frame_ring_oldest(&s->segment[segment]);
}

static void slru_why(void *state, pfn_t victim, struct policy_view *view)
{
    const struct slru *s = state;
    view_say(view, "page %s is the least recently used of %s", view_page(view, victim),
             s->where[victim] == s->lowest ? "the probationary segment"
                                           : "the lowest segment that is not empty");
}

static void slru_show(void *state, struct policy_view *view)
{
    const struct slru *s = state;
    char name[16] = "probationary";
    for (unsigned i = 0; i <= s->lowest; i++) {
        const struct frame_ring *ring = &s->segment[s->lowest - i];
        if (i > 0)
            snprintf(name, sizeof name, s->lowest > 1 ? "protected %u" : "protected", i);
        view_list(view, name);
        pfn_t pfn = frame_ring_newest(ring);
        for (pfn_t n = s->n[s->lowest - i]; n > 0; n--, pfn = ring->links[pfn].older)
            view_entry(view, pfn);
    }
}

static enum status slru_replay(struct pager *pager, struct stretch *stretch,
                               struct error *err)
{
    return replay_with(pager, stretch, slru_access, slru_settled, POLICY_EVERY_REFERENCE,
                       err);
}

const struct policy_ops policy_slru = {
    .abi = POLICY_ABI,
    .name = "slru",
    .summary = "pages must be used again to come into a protected segment of LRU",
    .source = "Karedla, Love, Wherry 1994",
    .sees = POLICY_EVERY_REFERENCE,
    .params = slru_table,
    .params_size = sizeof(struct slru_params),
    .state_size = sizeof(struct slru),
    .frame_size = sizeof(struct frame_link) + sizeof(uint8_t),
    .init = slru_init,
    .resize = slru_resize,
    .page_in = slru_page_in,
    .page_out = slru_page_out,
    .access = slru_access,
    .settled = slru_settled,
    .victim = slru_victim,
    .why = slru_why,
    .show = slru_show,
    .replay = slru_replay,
};
