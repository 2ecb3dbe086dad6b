/* opt.c -- the optimum, Belady's MIN: Belady, "A study of replacement algorithms for a
 * virtual-storage computer", IBM Systems Journal 5(2), 1966.
 *
 * A heap orders the frames by the next use of their pages.  A hit only notes the new time
 * and puts the frame on a list of changed ones; the heap is put right at the next fault,
 * so that its cost is shared by all hits on a page between two faults. */
#include "faultline/frame_heap.h"
#include "pager/replay.h"

enum { TIE_LOWEST_FRAME, TIE_HIGHEST_FRAME, TIE_LRU, TIE_LAST_LOADED };
enum { SHOWN_MAX = 16 }; /* a list of all takes time in proportion to their square */

struct opt_params {
    uint32_t tie;
};

struct opt {
    const struct policy_env *env;
    struct frame_heap heap; /* its key is NEXT_NEVER less the next use                    */
    uint64_t *next;         /* [frame]: next use of its page: in the heap when that is put
                             * right                                                     */
    uint64_t *order;        /* [frame]: of several pages that are never used again the one
                             * with the least goes                                       */
    pfn_t *changed;         /* list of frames                                            */
    bool *is_changed;       /* [frame]: it is in the list                                */
    pfn_t nchanged;
    uint32_t tie;
    uint64_t accesses, loads;
};

static const char *const tie_choices[] = {"lowest-frame", "highest-frame", "lru",
                                          "last-loaded", NULL};

static const struct param opt_table[] = {
    {.name = "tie",
     .kind = PARAM_CHOICE,
     .offset = offsetof(struct opt_params, tie),
     .fallback = "lowest-frame",
     .choices = tie_choices,
     .help = "which of several pages goes that are never used again; it changes the "
             "write-backs, not the faults"},
    {0},
};

static enum status opt_init(void *state, const struct policy_env *env, struct error *err)
{
    struct opt *o = state;
    const size_t n = env->nframes;
    (void)err;
    o->env = env;
    o->tie = ((const struct opt_params *)env->params)->tie;
    o->heap.keys = env->frames;
    o->next = (uint64_t *)(void *)(o->heap.keys + n);
    o->order = o->next + n;
    o->heap.slots = (pfn_t *)(void *)(o->order + n);
    o->heap.at = o->heap.slots + n;
    o->changed = o->heap.at + n;
    o->is_changed = (bool *)(o->changed + n);
    return OK;
}

static void opt_page_in(void *state, pfn_t pfn, pfn_t ghost)
{
    (void)ghost;
    struct opt *o = state;
    const uint64_t load = o->loads++;
    o->order[pfn] = o->tie == TIE_HIGHEST_FRAME ? PFN_NONE - pfn
                    : o->tie == TIE_LAST_LOADED ? UINT64_MAX - load
                                                : pfn;
    /* The last of all until its first access. */
    frame_heap_add(&o->heap, pfn, (struct frame_key){NEXT_NEVER, UINT64_MAX});
}

static void opt_page_out(void *state, pfn_t pfn, bool evicted)
{
    (void)evicted;
    struct opt *o = state;
    frame_heap_remove(&o->heap, pfn);
    o->heap.at[pfn] = PFN_NONE;
}

ALWAYS_INLINE void opt_access(void *state, pfn_t pfn, uint64_t next)
{
    struct opt *o = state;
    o->next[pfn] = next;
    if (o->tie == TIE_LRU)
        o->order[pfn] = o->accesses++;
    if (o->is_changed[pfn])
        return;
    o->is_changed[pfn] = true;
    o->changed[o->nchanged++] = pfn;
}

/* Put the heap right after the hits, each of which has moved a next use away.  A tie is only
 * possible between pages that are never used again, whose order does not change any more. */
static void update_heap(struct opt *o)
{
    while (o->nchanged > 0) {
        const pfn_t pfn = o->changed[--o->nchanged];
        o->is_changed[pfn] = false;
        if (o->heap.at[pfn] == PFN_NONE) /* its page has gone since */
            continue;
        o->heap.keys[pfn] = (struct frame_key){NEXT_NEVER - o->next[pfn], o->order[pfn]};
        frame_heap_rise(&o->heap, pfn);
    }
}

static pfn_t opt_victim(void *state)
{
    struct opt *o = state;
    update_heap(o);
    return frame_heap_first(&o->heap);
}

/* Pages that are never used again. */
static pfn_t count_useless(const struct opt *o)
{
    pfn_t n = 0;
    for (pfn_t slot = 0; slot < o->heap.n; slot++)
        n += o->heap.keys[o->heap.slots[slot]].key == 0;
    return n;
}

static void opt_why(void *state, pfn_t victim, struct policy_view *view)
{
    static const char *const ties[] = {
        [TIE_LOWEST_FRAME] = "is in the lowest frame",
        [TIE_HIGHEST_FRAME] = "is in the highest frame",
        [TIE_LRU] = "was used longest ago",
        [TIE_LAST_LOADED] = "was loaded last",
    };
    const struct opt *o = state;
    const char *page = view_page(view, victim);
    const pfn_t useless = count_useless(o);
    if (useless == 0)
        view_say(view, "page %s is used again later than any other", page);
    else if (useless == 1)
        view_say(view, "page %s is never used again", page);
    else
        view_say(view, "%u pages are never used again, and of those page %s %s", useless,
                 page, ties[o->tie]);
}

/* The frame that goes next after `last`, or first of all (PFN_NONE). */
static pfn_t goes_after(const struct frame_heap *heap, pfn_t last)
{
    pfn_t best = PFN_NONE;
    for (pfn_t slot = 0; slot < heap->n; slot++) {
        const pfn_t pfn = heap->slots[slot];
        if ((last == PFN_NONE || frame_key_less(heap->keys[last], heap->keys[pfn])) &&
            (best == PFN_NONE || frame_key_less(heap->keys[pfn], heap->keys[best])))
            best = pfn;
    }
    return best;
}

static void opt_show(void *state, struct policy_view *view)
{
    struct opt *o = state;
    update_heap(o);
    view_list(view,
              o->env->nframes > SHOWN_MAX ? "those needed last" : "next use, last first");
    pfn_t pfn = goes_after(&o->heap, PFN_NONE);
    for (unsigned n = 0; n < SHOWN_MAX && pfn != PFN_NONE; n++) {
        view_entry(view, pfn);
        pfn = goes_after(&o->heap, pfn);
    }
}

static enum status opt_replay(struct pager *pager, struct stretch *stretch,
                              struct error *err)
{
    return replay_with(pager, stretch, opt_access, NULL, POLICY_FUTURE, err);
}

const struct policy_ops policy_opt = {
    .abi = POLICY_ABI,
    .name = "opt",
    .summary = "evicts the page whose next use is farthest away: no policy faults less",
    .source = "Belady 1966 (MIN)",
    .sees = POLICY_FUTURE,
    .params = opt_table,
    .params_size = sizeof(struct opt_params),
    .state_size = sizeof(struct opt),
    .frame_size =
        sizeof(struct frame_key) + 2 * sizeof(uint64_t) + 3 * sizeof(pfn_t) + sizeof(bool),
    .init = opt_init,
    .page_in = opt_page_in,
    .page_out = opt_page_out,
    .access = opt_access,
    .victim = opt_victim,
    .why = opt_why,
    .show = opt_show,
    .replay = opt_replay,
};
