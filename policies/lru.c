/* lru.c -- least recently used: Belady, "A study of replacement algorithms for a
 * virtual-storage computer", IBM Systems Journal 5(2), 1966; Mattson et al. 1970.
 *
 * A use only notes its number.  A heap has the order of the uses that it knows of; where a
 * victim is wanted its first frames are brought up to date until one is so already.  Each
 * frame comes up so about once between two evictions of as many pages as there are frames. */
#include "faultline/frame_heap.h"
#include "pager/replay.h"

enum { SHOWN_MAX = 16 }; /* a list of n takes time in proportion to n times all */

struct lru {
    const struct policy_env *env;
    uint64_t *used; /* [frame]: number of its last use */
    uint64_t loads;
    struct frame_heap heap;
};

static enum status lru_init(void *state, const struct policy_env *env, struct error *err)
{
    struct lru *l = state;
    (void)err;
    l->env = env;
    l->heap.keys = env->frames;
    l->used = (uint64_t *)(void *)(l->heap.keys + env->nframes);
    l->heap.slots = (pfn_t *)(void *)(l->used + env->nframes);
    l->heap.at = l->heap.slots + env->nframes;
    return OK;
}

static void lru_page_in(void *state, pfn_t pfn, pfn_t ghost)
{
    struct lru *l = state;
    (void)ghost;
    l->used[pfn] = policy_use(l->env);
    frame_heap_add(&l->heap, pfn, (struct frame_key){l->used[pfn], l->loads++});
}

static void lru_page_out(void *state, pfn_t pfn, bool evicted)
{
    (void)evicted;
    frame_heap_remove(&((struct lru *)state)->heap, pfn);
}

ALWAYS_INLINE void lru_access(void *state, pfn_t pfn, uint64_t when)
{
    ((struct lru *)state)->used[pfn] = when;
}

static pfn_t lru_victim(void *state)
{
    struct lru *l = state;
    for (;;) {
        const pfn_t first = frame_heap_first(&l->heap);
        const struct frame_key known = l->heap.keys[first];
        if (known.key == l->used[first])
            return first;
        frame_heap_raise(&l->heap, first, (struct frame_key){l->used[first], known.tie});
    }
}

static void lru_why(void *state, pfn_t victim, struct policy_view *view)
{
    (void)state;
    view_say(view, "page %s was used longest ago", view_page(view, victim));
}

/* Is the last use of a after that of b? */
static bool is_later(const struct lru *l, pfn_t a, pfn_t b)
{
    return l->used[a] != l->used[b] ? l->used[a] > l->used[b]
                                    : l->heap.keys[a].tie > l->heap.keys[b].tie;
}

/* The frame used last before frame `after`, or of all (PFN_NONE). */
static pfn_t used_before(const struct lru *l, pfn_t after)
{
    pfn_t best = PFN_NONE;
    for (pfn_t slot = 0; slot < l->heap.n; slot++) {
        const pfn_t pfn = l->heap.slots[slot];
        if ((after == PFN_NONE || is_later(l, after, pfn)) &&
            (best == PFN_NONE || is_later(l, pfn, best)))
            best = pfn;
    }
    return best;
}

static void lru_show(void *state, struct policy_view *view)
{
    const struct lru *l = state;
    view_list(view,
              l->env->nframes > SHOWN_MAX ? "those used last" : "stack, last used first");
    pfn_t pfn = used_before(l, PFN_NONE);
    for (unsigned n = 0; n < SHOWN_MAX && pfn != PFN_NONE; n++) {
        view_entry(view, pfn);
        pfn = used_before(l, pfn);
    }
}

static enum status lru_replay(struct pager *pager, struct stretch *stretch,
                              struct error *err)
{
    return replay_with(pager, stretch, lru_access, NULL, POLICY_EVERY_ACCESS, err);
}

const struct policy_ops policy_lru = {
    .abi = POLICY_ABI,
    .name = "lru",
    .summary = "evicts the page that was used longest ago",
    .source = "Belady 1966; Mattson, Gecsei, Slutz, Traiger 1970",
    .sees = POLICY_EVERY_ACCESS,
    .state_size = sizeof(struct lru),
    .frame_size = sizeof(struct frame_key) + sizeof(uint64_t) + 2 * sizeof(pfn_t),
    .init = lru_init,
    .page_in = lru_page_in,
    .page_out = lru_page_out,
    .access = lru_access,
    .victim = lru_victim,
    .why = lru_why,
    .show = lru_show,
    .replay = lru_replay,
};
