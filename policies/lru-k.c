/* lru-k.c -- LRU-K: O'Neil, O'Neil, Weikum, "The LRU-K page replacement algorithm for
 * database disk buffering", SIGMOD 1993, figure 2.1.
 *
 * A page's HIST are the times of its last K references, of which those that follow each
 * other within the correlated reference period count as one.  The page whose K-th last
 * reference is the longest ago goes; that of a page with fewer is infinitely long ago, and
 * of several such pages the one used longest ago goes (the paper's example of a subsidiary
 * policy).  A page that was used within the correlated reference period stays, unless all
 * were.  HIST of a page outlives its eviction for the retained information period.
 *
 * The figure adds the length of a correlated period to every older time of the page; here
 * an unknown time stays unknown.  As a page's times only grow, a hit need not put the heap
 * right (frame_heap.h). */
#include "faultline/frame_heap.h"
#include "faultline/frame_ring.h"
#include "faultline/policy.h"

enum { K_MOST = 4 };

struct lru_k_params {
    uint64_t k, correlated, retained;
    double ghosts;
};

struct lru_k {
    const struct policy_env *env;
    uint64_t *hist; /* [entry * k + i]: time of the i-th last reference from 0, 0: none   */
    uint64_t *last; /* [entry]: time of the last reference, correlated or not             */
    struct frame_heap heap;   /* by the K-th last reference, ties by the last one         */
    struct frame_ring aside;  /* frames out of the heap while a victim is looked for      */
    struct frame_ring ghosts; /* by eviction; links shared with aside                     */
    bool *listed;             /* [entry]: a ghost in the order of ghosts                  */
    uint64_t k, correlated, retained;
    pfn_t nghosts, ghosts_most;
};

static const struct param lru_k_table[] = {
    {.name = "k",
     .kind = PARAM_UINT,
     .offset = offsetof(struct lru_k_params, k),
     .fallback = "2",
     .min = 1,
     .max = K_MOST,
     .unit = "references",
     .help = "K: how many references of a page count; 1 is LRU, the paper advises 2"},
    {.name = "correlated",
     .kind = PARAM_UINT,
     .offset = offsetof(struct lru_k_params, correlated),
     .fallback = "0",
     .unit = "references",
     .help = "correlated reference period: a page used again within it was used once, and "
             "is not evicted"},
    {.name = "retained",
     .kind = PARAM_UINT,
     .offset = offsetof(struct lru_k_params, retained),
     .fallback = "0",
     .unit = "references",
     .help = "retained information period: the times of an evicted page are forgotten so "
             "long after its last use; 0: never"},
    {.name = "ghosts",
     .kind = PARAM_REAL,
     .offset = offsetof(struct lru_k_params, ghosts),
     .fallback = "4",
     .max = 10000,
     .unit = "frames",
     .help = "most evicted pages whose times are kept, in multiples of the frames; the "
             "paper has no bound but the retained information period"},
    {0},
};

static uint64_t lru_k_ghosts(const void *params, pfn_t nframes)
{
    return (uint64_t)(((const struct lru_k_params *)params)->ghosts * nframes);
}

/* Histories that are too many now are dropped as pages go. */
static void lru_k_resize(void *state)
{
    struct lru_k *l = state;
    const uint64_t ghosts = lru_k_ghosts(l->env->params, l->env->share);
    l->ghosts_most = ghosts < l->env->nghosts ? (pfn_t)ghosts : l->env->nghosts;
}

static enum status lru_k_init(void *state, const struct policy_env *env, struct error *err)
{
    struct lru_k *l = state;
    const struct lru_k_params *params = env->params;
    const size_t entries = (size_t)env->nframes + env->nghosts;
    (void)err;
    l->env = env;
    l->k = params->k;
    l->correlated = params->correlated;
    l->retained = params->retained ? params->retained : UINT64_MAX;
    lru_k_resize(l);
    l->hist = env->frames;
    l->last = l->hist + K_MOST * entries;
    l->heap.keys = (struct frame_key *)(l->last + entries);
    struct frame_link *links = (struct frame_link *)(l->heap.keys + entries);
    frame_ring_init(&l->aside, links);
    frame_ring_init(&l->ghosts, links);
    l->heap.slots = (pfn_t *)(links + entries);
    l->heap.at = l->heap.slots + entries;
    l->listed = (bool *)(l->heap.at + entries);
    return OK;
}

static uint64_t *hist_of(const struct lru_k *l, pfn_t entry)
{
    return l->hist + l->k * entry;
}

static struct frame_key key_of(const struct lru_k *l, pfn_t pfn)
{
    return (struct frame_key){.key = hist_of(l, pfn)[l->k - 1], .tie = l->last[pfn]};
}

/* --- history ---------------------------------------------------------------------------- */

/* Take the ghost out of the order; it is for the caller to free. */
static void unlist(struct lru_k *l, pfn_t ghost)
{
    if (!l->listed[ghost])
        return;
    frame_ring_remove(&l->ghosts, ghost);
    l->listed[ghost] = false;
    l->nghosts--;
}

static bool is_retained(const struct lru_k *l, pfn_t ghost, uint64_t now)
{
    return now - l->last[ghost] <= l->retained;
}

/* Drop the ghosts evicted first while they are too old or too many for one more. */
static void make_room(struct lru_k *l)
{
    const uint64_t now = policy_now(l->env);
    pfn_t oldest;
    while ((oldest = frame_ring_oldest(&l->ghosts)) != PFN_NONE &&
           (l->nghosts >= l->ghosts_most || !is_retained(l, oldest, now))) {
        unlist(l, oldest);
        ghost_drop(l->env, oldest);
    }
}

static void copy_history(struct lru_k *l, pfn_t to, pfn_t from)
{
    for (uint64_t i = 0; i < l->k; i++)
        hist_of(l, to)[i] = hist_of(l, from)[i];
    l->last[to] = l->last[from];
}

/* A reference that is not correlated with the one before, which ended after `period`. */
static void shift_history(struct lru_k *l, pfn_t pfn, uint64_t period, uint64_t now)
{
    uint64_t *hist = hist_of(l, pfn);
    for (uint64_t i = l->k - 1; i > 0; i--)
        hist[i] = hist[i - 1] ? hist[i - 1] + period : 0;
    hist[0] = now;
}

/* --- verbs ------------------------------------------------------------------------------ */

/* The victim's history must not displace that of the page that is wanted. */
static void lru_k_fault(void *state, pfn_t ghost)
{
    if (ghost != PFN_NONE)
        unlist(state, ghost);
}

static void lru_k_page_in(void *state, pfn_t pfn, pfn_t ghost)
{
    struct lru_k *l = state;
    const uint64_t now = policy_now(l->env);
    for (uint64_t i = 0; i < l->k; i++)
        hist_of(l, pfn)[i] = 0;
    if (ghost != PFN_NONE) {
        unlist(l, ghost);
        if (is_retained(l, ghost, now))
            copy_history(l, pfn, ghost);
    }
    shift_history(l, pfn, 0, now);
    l->last[pfn] = now;
    frame_heap_add(&l->heap, pfn, key_of(l, pfn));
}

static void lru_k_page_out(void *state, pfn_t pfn, bool evicted)
{
    struct lru_k *l = state;
    frame_heap_remove(&l->heap, pfn);
    if (!evicted)
        return;
    make_room(l);
    const pfn_t ghost = l->ghosts_most > 0 ? ghost_add(l->env, pfn) : PFN_NONE;
    if (ghost == PFN_NONE)
        return;
    copy_history(l, ghost, pfn);
    frame_ring_add(&l->ghosts, ghost);
    l->listed[ghost] = true;
    l->nghosts++;
}

static void lru_k_forget(void *state, pfn_t ghost)
{
    unlist(state, ghost);
}

static void lru_k_access(void *state, pfn_t pfn, uint64_t next)
{
    struct lru_k *l = state;
    const uint64_t now = policy_now(l->env);
    (void)next;
    if (now - l->last[pfn] > l->correlated)
        shift_history(l, pfn, l->last[pfn] - hist_of(l, pfn)[0], now);
    l->last[pfn] = now;
}

/* The first frame of the heap, its key up to date. */
static pfn_t first_frame(struct lru_k *l)
{
    for (;;) {
        const pfn_t first = frame_heap_first(&l->heap);
        if (first == PFN_NONE || !frame_key_less(l->heap.keys[first], key_of(l, first)))
            return first;
        frame_heap_raise(&l->heap, first, key_of(l, first));
    }
}

static pfn_t lru_k_victim(void *state)
{
    struct lru_k *l = state;
    const uint64_t now = policy_now(l->env);
    pfn_t pfn, victim;
    while ((victim = first_frame(l)) != PFN_NONE &&
           now - l->last[victim] <= l->correlated) {
        frame_heap_remove(&l->heap, victim);
        frame_ring_add(&l->aside, victim);
    }
    while ((pfn = frame_ring_newest(&l->aside)) != PFN_NONE) {
        frame_ring_remove(&l->aside, pfn);
        frame_heap_add(&l->heap, pfn, key_of(l, pfn));
    }
    return victim != PFN_NONE ? victim : frame_heap_first(&l->heap);
}

static void lru_k_why(void *state, pfn_t victim, struct policy_view *view)
{
    const struct lru_k *l = state;
    const uint64_t kth = hist_of(l, victim)[l->k - 1];
    if (kth)
        view_say(view, "reference %llu of page %s, its last but %llu, is the longest ago",
                 (unsigned long long)kth, view_page(view, victim),
                 (unsigned long long)l->k - 1);
    else
        view_say(view,
                 "of the pages with fewer than %llu known references, page %s was used "
                 "longest ago",
                 (unsigned long long)l->k, view_page(view, victim));
}

static void lru_k_show(void *state, struct policy_view *view)
{
    static const char *const names[K_MOST] = {"HIST1", "HIST2", "HIST3", "HIST4"};
    const struct lru_k *l = state;
    for (pfn_t slot = 0; slot < l->heap.n; slot++)
        for (uint64_t i = 0; i < l->k; i++)
            view_number(view, names[i], l->heap.slots[slot],
                        hist_of(l, l->heap.slots[slot])[i]);
    view_list(view, "history, last evicted first");
    pfn_t at = frame_ring_newest(&l->ghosts);
    for (bool more = at != PFN_NONE; more; more = at != l->ghosts.head) {
        view_entry(view, at);
        for (uint64_t i = 0; i < l->k; i++)
            view_number(view, names[i], at, hist_of(l, at)[i]);
        at = l->ghosts.links[at].older;
    }
}

const struct policy_ops policy_lru_k = {
    .abi = POLICY_ABI,
    .name = "lru-k",
    .summary =
        "evicts the page whose K-th last use is the longest ago; uses close together "
        "may count as one",
    .source = "O'Neil, O'Neil, Weikum, SIGMOD 1993",
    .sees = POLICY_EVERY_REFERENCE,
    .uses_time = true,
    .params = lru_k_table,
    .params_size = sizeof(struct lru_k_params),
    .state_size = sizeof(struct lru_k),
    .frame_size = (K_MOST + 1) * sizeof(uint64_t) + sizeof(struct frame_key) +
                  sizeof(struct frame_link) + 2 * sizeof(pfn_t) + sizeof(bool),
    .ghosts = lru_k_ghosts,
    .init = lru_k_init,
    .resize = lru_k_resize,
    .fault = lru_k_fault,
    .page_in = lru_k_page_in,
    .page_out = lru_k_page_out,
    .forget = lru_k_forget,
    .access = lru_k_access,
    .victim = lru_k_victim,
    .why = lru_k_why,
    .show = lru_k_show,
};
