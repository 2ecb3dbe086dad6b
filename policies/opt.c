/* opt.c -- the optimum, Belady's MIN: Belady, "A study of replacement algorithms for a
 * virtual-storage computer", IBM Systems Journal 5(2), 1966.
 *
 * A heap orders the frames by the next use of their pages.  A hit only notes the new time
 * and puts the frame on a list of changed ones; the heap is put right at the next fault,
 * so that its cost is shared by all hits on a page between two faults. */
#include "pager/replay.h"

enum { TIE_LOWEST_FRAME, TIE_HIGHEST_FRAME, TIE_LRU, TIE_LAST_LOADED };
enum { SHOWN_MAX = 16 }; /* a list of n takes time in proportion to n times all */

struct opt_params {
    uint32_t tie;
};

struct opt_frame {
    uint64_t key,
        tie;       /* place in the heap: the larger key goes first, then the larger tie */
    uint64_t next; /* next use of its page: the key as soon as the heap is put right */
    uint64_t last_use;  /* accesses before its last one                               */
    uint64_t loaded;    /* pages loaded before it                                     */
    pfn_t at;           /* its place in the heap, or PFN_NONE                          */
    pfn_t heap;         /* the frame at the heap's place of this number                */
    pfn_t changed_next; /* list of changed frames: the next one, or PFN_NONE           */
    bool changed;
};

struct opt {
    const struct policy_env *env;
    struct opt_frame *frames;
    uint32_t tie;
    pfn_t nheap;
    pfn_t changed; /* head of the list, or PFN_NONE */
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
    (void)err;
    o->env = env;
    o->frames = env->frames;
    o->tie = ((const struct opt_params *)env->params)->tie;
    o->changed = PFN_NONE;
    return OK;
}

static bool goes_before(const struct opt *o, pfn_t a, pfn_t b)
{
    const struct opt_frame *fa = &o->frames[a], *fb = &o->frames[b];
    return fa->key != fb->key ? fa->key > fb->key : fa->tie > fb->tie;
}

static void place(struct opt *o, pfn_t at, pfn_t pfn)
{
    o->frames[at].heap = pfn;
    o->frames[pfn].at = at;
}

/* Move the frame up or down from its place until the heap is in order. */
static void sift(struct opt *o, pfn_t pfn)
{
    pfn_t at = o->frames[pfn].at;
    while (at > 0 && goes_before(o, pfn, o->frames[(at - 1) / 2].heap)) {
        place(o, at, o->frames[(at - 1) / 2].heap);
        at = (at - 1) / 2;
    }
    for (;;) {
        pfn_t child = 2 * at + 1;
        if (child >= o->nheap)
            break;
        if (child + 1 < o->nheap &&
            goes_before(o, o->frames[child + 1].heap, o->frames[child].heap))
            child++;
        if (!goes_before(o, o->frames[child].heap, pfn))
            break;
        place(o, at, o->frames[child].heap);
        at = child;
    }
    place(o, at, pfn);
}

static void opt_page_in(void *state, pfn_t pfn, pfn_t ghost)
{
    (void)ghost;
    struct opt *o = state;
    struct opt_frame *frame = &o->frames[pfn];
    frame->loaded = o->loads++;
    frame->key = frame->tie = 0; /* the last of all until its first access */
    place(o, o->nheap++, pfn);
}

static void opt_page_out(void *state, pfn_t pfn, bool evicted)
{
    (void)evicted;
    struct opt *o = state;
    const pfn_t at = o->frames[pfn].at, last = o->frames[--o->nheap].heap;
    o->frames[pfn].at = PFN_NONE;
    if (last == pfn)
        return;
    place(o, at, last);
    sift(o, last);
}

ALWAYS_INLINE void opt_access(void *state, pfn_t pfn, uint64_t next)
{
    struct opt *o = state;
    struct opt_frame *frame = &o->frames[pfn];
    frame->next = next;
    frame->last_use = o->accesses++;
    if (frame->changed)
        return;
    frame->changed = true;
    frame->changed_next = o->changed;
    o->changed = pfn;
}

/* A tie is only possible between pages that are never used again, whose frame, last use
 * and time of loading do not change any more. */
static uint64_t tie_of(const struct opt *o, pfn_t pfn)
{
    switch (o->tie) {
    case TIE_HIGHEST_FRAME:
        return pfn;
    case TIE_LRU:
        return UINT64_MAX - o->frames[pfn].last_use;
    case TIE_LAST_LOADED:
        return o->frames[pfn].loaded;
    default:
        return PFN_NONE - pfn;
    }
}

/* Put the heap right after the hits. */
static void update_heap(struct opt *o)
{
    while (o->changed != PFN_NONE) {
        const pfn_t pfn = o->changed;
        struct opt_frame *frame = &o->frames[pfn];
        o->changed = frame->changed_next;
        frame->changed = false;
        if (frame->at == PFN_NONE) /* its page has gone since */
            continue;
        frame->key = frame->next;
        frame->tie = tie_of(o, pfn);
        sift(o, pfn);
    }
}

static pfn_t opt_victim(void *state)
{
    struct opt *o = state;
    update_heap(o);
    return o->frames[0].heap;
}

/* Pages that are never used again. */
static pfn_t count_useless(const struct opt *o)
{
    pfn_t n = 0;
    for (pfn_t at = 0; at < o->nheap; at++)
        n += o->frames[o->frames[at].heap].key == NEXT_NEVER;
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
static pfn_t goes_after(const struct opt *o, pfn_t last)
{
    pfn_t best = PFN_NONE;
    for (pfn_t at = 0; at < o->nheap; at++) {
        const pfn_t pfn = o->frames[at].heap;
        if ((last == PFN_NONE || goes_before(o, last, pfn)) &&
            (best == PFN_NONE || goes_before(o, pfn, best)))
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
    pfn_t pfn = goes_after(o, PFN_NONE);
    for (unsigned n = 0; n < SHOWN_MAX && pfn != PFN_NONE; n++) {
        view_entry(view, pfn);
        pfn = goes_after(o, pfn);
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
    .frame_size = sizeof(struct opt_frame),
    .init = opt_init,
    .page_in = opt_page_in,
    .page_out = opt_page_out,
    .access = opt_access,
    .victim = opt_victim,
    .why = opt_why,
    .show = opt_show,
    .replay = opt_replay,
};
