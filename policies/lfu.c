/* lfu.c -- least frequently used: Mattson, Gecsei, Slutz, Traiger, "Evaluation techniques
 * for storage hierarchies", IBM Systems Journal 9(2), 1970; the two ways of counting as
 * named by Breslau, Cao, Fan, Phillips, Shenker, "Web caching and Zipf-like distributions:
 * evidence and implications", INFOCOM 1999.
 *
 * Every reference counts.  A hit only counts; the heap is put right when a victim is
 * wanted (frame_heap.h). */
#include "faultline/frame_heap.h"
#include "faultline/policy.h"

enum { COUNT_IN_CACHE, COUNT_PERFECT };
enum { TIE_LRU, TIE_MRU, TIE_FIFO, TIE_LIFO };

struct lfu_params {
    uint32_t count, tie;
};

/* What a frame or ghost has been used. */
struct use {
    uint64_t count;
    uint64_t time; /* of its last use, or of its loading, as the tie rule wants */
};

struct lfu {
    const struct policy_env *env;
    struct frame_heap heap;
    struct use *uses; /* [entry] */
    uint64_t time;    /* page-ins and uses so far */
    bool by_use;      /* ties by last use, else by loading */
    uint64_t turn;    /* all bits set: of equal pages the one with the later time goes */
};

static const char *const count_choices[] = {"in-cache", "perfect", NULL};
static const char *const tie_choices[] = {"lru", "mru", "fifo", "lifo", NULL};

static const struct param lfu_table[] = {
    {.name = "count",
     .kind = PARAM_CHOICE,
     .offset = offsetof(struct lfu_params, count),
     .fallback = "in-cache",
     .choices = count_choices,
     .help = "a page's count begins anew when it is loaded, or goes on (perfect)"},
    {.name = "tie",
     .kind = PARAM_CHOICE,
     .offset = offsetof(struct lfu_params, tie),
     .fallback = "lru",
     .choices = tie_choices,
     .help = "which of several pages with the least count goes: the one used longest ago "
             "(lru) or last (mru), or loaded first (fifo) or last (lifo)"},
    {0},
};

/* Perfect counts are those of all pages ever seen. */
static uint64_t lfu_ghosts(const void *params, pfn_t nframes)
{
    (void)nframes;
    return ((const struct lfu_params *)params)->count == COUNT_PERFECT ? UINT64_MAX : 0;
}

static enum status lfu_init(void *state, const struct policy_env *env, struct error *err)
{
    struct lfu *l = state;
    const struct lfu_params *params = env->params;
    const size_t entries = (size_t)env->nframes + env->nghosts;
    (void)err;
    l->env = env;
    l->uses = env->frames;
    l->heap.keys = (struct frame_key *)(l->uses + entries);
    l->heap.slots = (pfn_t *)(l->heap.keys + entries);
    l->heap.at = l->heap.slots + entries;
    l->by_use = params->tie == TIE_LRU || params->tie == TIE_MRU;
    l->turn = params->tie == TIE_MRU || params->tie == TIE_LIFO ? UINT64_MAX : 0;
    return OK;
}

/* Only grows: every use adds to the count. */
static struct frame_key key_of(const struct lfu *l, pfn_t pfn)
{
    return (struct frame_key){.key = l->uses[pfn].count,
                              .tie = l->uses[pfn].time ^ l->turn};
}

static void lfu_page_in(void *state, pfn_t pfn, pfn_t ghost)
{
    struct lfu *l = state;
    const uint64_t before = ghost == PFN_NONE ? 0 : l->uses[ghost].count;
    l->uses[pfn] = (struct use){.count = before + 1, .time = ++l->time};
    frame_heap_add(&l->heap, pfn, key_of(l, pfn));
}

static void lfu_page_out(void *state, pfn_t pfn, bool evicted)
{
    struct lfu *l = state;
    const bool perfect =
        ((const struct lfu_params *)l->env->params)->count == COUNT_PERFECT;
    const pfn_t ghost = evicted && perfect ? ghost_add(l->env, pfn) : PFN_NONE;
    frame_heap_remove(&l->heap, pfn);
    if (ghost != PFN_NONE)
        l->uses[ghost] = l->uses[pfn];
}

static void lfu_forget(void *state, pfn_t ghost)
{
    ((struct lfu *)state)->uses[ghost] = (struct use){0};
}

static void lfu_access(void *state, pfn_t pfn, uint64_t next)
{
    struct lfu *l = state;
    (void)next;
    l->uses[pfn].count++;
    if (l->by_use)
        l->uses[pfn].time = ++l->time;
}

static pfn_t lfu_victim(void *state)
{
    struct lfu *l = state;
    for (;;) {
        const pfn_t first = frame_heap_first(&l->heap);
        const struct frame_key key = key_of(l, first);
        if (!frame_key_less(l->heap.keys[first], key))
            return first;
        frame_heap_raise(&l->heap, first, key);
    }
}

static void lfu_why(void *state, pfn_t victim, struct policy_view *view)
{
    static const char *const rules[] = {
        [TIE_LRU] = "used longest ago",
        [TIE_MRU] = "used last",
        [TIE_FIFO] = "loaded first",
        [TIE_LIFO] = "loaded last",
    };
    const struct lfu *l = state;
    const struct lfu_params *params = l->env->params;
    const uint64_t count = l->uses[victim].count;
    view_say(view,
             "no page was used less often than page %s, %llu time%s, and of those it "
             "was %s",
             view_page(view, victim), (unsigned long long)count, count == 1 ? "" : "s",
             rules[params->tie]);
}

static void lfu_show(void *state, struct policy_view *view)
{
    const struct lfu *l = state;
    for (pfn_t slot = 0; slot < l->heap.n; slot++)
        view_number(view, "count", l->heap.slots[slot], l->uses[l->heap.slots[slot]].count);
}

const struct policy_ops policy_lfu = {
    .abi = POLICY_ABI,
    .name = "lfu",
    .summary = "evicts the page that was used least often since it was loaded, or ever",
    .source = "Mattson, Gecsei, Slutz, Traiger 1970; Breslau et al. 1999",
    .sees = POLICY_EVERY_REFERENCE,
    .params = lfu_table,
    .params_size = sizeof(struct lfu_params),
    .state_size = sizeof(struct lfu),
    .frame_size = sizeof(struct use) + sizeof(struct frame_key) + 2 * sizeof(pfn_t),
    .ghosts = lfu_ghosts,
    .init = lfu_init,
    .page_in = lfu_page_in,
    .page_out = lfu_page_out,
    .forget = lfu_forget,
    .access = lfu_access,
    .victim = lfu_victim,
    .why = lfu_why,
    .show = lfu_show,
};
