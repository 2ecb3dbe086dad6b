/* lirs.c -- LIRS, low inter-reference recency set: Jiang and Zhang, "LIRS: an efficient low
 * inter-reference recency set replacement policy to improve buffer cache performance",
 * SIGMETRICS 2002, section 3.
 *
 * Most frames hold LIR pages, whose last two uses were close together; a few hold HIR
 * pages, of which the one used longest ago goes.  Stack S has, by last use, the LIR pages
 * and all HIR pages used after the oldest of them, resident or not: one of those that is
 * used again becomes LIR, and the oldest LIR page becomes HIR.
 *
 * S is pruned, so that its bottom is a LIR page, before it matters whether a page is in it,
 * and not at every use.  That is the same: while only LIR pages are used, the last use of
 * the oldest of them can only become later, so that what pruning then would have taken,
 * pruning takes now.  For the same reason uses of LIR pages may come as one: they change
 * nothing but the order of LIR pages by last use. */
#include "faultline/frame_ring.h"
#include "pager/replay.h"

enum place {
    NOWHERE,
    LIR,       /* in S                                                                  */
    HIR_IN_S,  /* in S and Q                                                            */
    HIR,       /* in Q                                                                  */
    GHOST,     /* not resident; in S and the order of ghosts                            */
    RETURNING, /* a ghost of S whose page is on its way to memory; in no list           */
};

struct lirs_params {
    double hir, ghosts;
};

struct lirs {
    const struct policy_env *env;
    struct frame_ring stack;  /* S                                                    */
    struct frame_ring queue;  /* Q: resident HIR pages, next to go is the oldest      */
    struct frame_ring ghosts; /* by last use; its links are those of Q                */
    uint8_t *place;           /* [entry]: enum place                                  */
    pfn_t nlir, lir_most;
    pfn_t nghosts, ghosts_most;
    pfn_t kept; /* ghost that is the core's to free, or PFN_NONE */
};

static const struct param lirs_table[] = {
    {.name = "hir",
     .kind = PARAM_REAL,
     .offset = offsetof(struct lirs_params, hir),
     .fallback = "0.01",
     .max = 1,
     .help = "share of the frames that is for HIR pages, at least one frame; 1 % in the "
             "paper"},
    {.name = "ghosts",
     .kind = PARAM_REAL,
     .offset = offsetof(struct lirs_params, ghosts),
     .fallback = "2",
     .max = 10000,
     .unit = "frames",
     .help = "most non-resident pages in S, in multiples of the frames; none in the paper, "
             "whose authors' program takes a stack of 3 times the frames as an example"},
    {0},
};

static uint64_t lirs_ghosts(const void *params, pfn_t nframes)
{
    return (uint64_t)(((const struct lirs_params *)params)->ghosts * nframes);
}

static void set_sizes(struct lirs *l)
{
    const struct lirs_params *params = l->env->params;
    const pfn_t frames = l->env->share, hir = (pfn_t)(params->hir * frames);
    const uint64_t ghosts = lirs_ghosts(params, frames);
    l->lir_most = frames - (hir ? hir : 1);
    l->ghosts_most = ghosts < l->env->nghosts ? (pfn_t)ghosts : l->env->nghosts;
}

static enum status lirs_init(void *state, const struct policy_env *env, struct error *err)
{
    struct lirs *l = state;
    const size_t entries = (size_t)env->nframes + env->nghosts;
    struct frame_link *links = env->frames;
    (void)err;
    l->env = env;
    set_sizes(l);
    l->kept = PFN_NONE;
    frame_ring_init(&l->stack, links);
    frame_ring_init(&l->queue, links + entries);
    frame_ring_init(&l->ghosts, links + entries);
    l->place = (uint8_t *)(links + 2 * entries);
    return OK;
}

/* A ghost has left S. */
static void drop(struct lirs *l, pfn_t ghost)
{
    frame_ring_remove(&l->ghosts, ghost);
    l->nghosts--;
    l->place[ghost] = NOWHERE;
    if (ghost != l->kept)
        ghost_drop(l->env, ghost);
}

static void prune(struct lirs *l)
{
    pfn_t bottom;
    while ((bottom = frame_ring_oldest(&l->stack)) != PFN_NONE && l->place[bottom] != LIR) {
        frame_ring_remove(&l->stack, bottom);
        if (l->place[bottom] == GHOST)
            drop(l, bottom);
        else
            l->place[bottom] = HIR;
    }
}

/* S is pruned; while there are too many LIR pages, the one at its bottom becomes HIR. */
static void demote_excess(struct lirs *l)
{
    for (; l->nlir > l->lir_most; l->nlir--) {
        const pfn_t bottom = frame_ring_oldest(&l->stack);
        l->place[bottom] = HIR;
        frame_ring_remove(&l->stack, bottom);
        frame_ring_add(&l->queue, bottom);
        prune(l);
    }
}

/* The page at the top of S becomes LIR, if need be instead of the one at the bottom. */
static void become_lir(struct lirs *l, pfn_t pfn)
{
    l->place[pfn] = LIR;
    l->nlir++;
    demote_excess(l);
}

/* Ghosts that are too many now are dropped as pages go. */
static void lirs_resize(void *state)
{
    struct lirs *l = state;
    set_sizes(l);
    prune(l);
    demote_excess(l);
}

/* Take the ghost of a page that is wanted out of S.  False if it was not in S any more; it
 * is in no list then either, and for the caller to free. */
static bool take_back(struct lirs *l, pfn_t ghost)
{
    if (l->place[ghost] == RETURNING)
        return true;
    l->kept = ghost;
    prune(l);
    const bool in_stack = l->place[ghost] == GHOST;
    if (in_stack) {
        frame_ring_remove(&l->stack, ghost);
        drop(l, ghost);
    }
    l->kept = PFN_NONE;
    return in_stack;
}

static void lirs_fault(void *state, pfn_t ghost)
{
    struct lirs *l = state;
    if (ghost == PFN_NONE)
        return;
    if (take_back(l, ghost))
        l->place[ghost] = RETURNING;
    else
        ghost_drop(l->env, ghost);
}

static void lirs_page_in(void *state, pfn_t pfn, pfn_t ghost)
{
    struct lirs *l = state;
    const bool known = ghost != PFN_NONE && take_back(l, ghost);
    if (known)
        l->place[ghost] = NOWHERE;
    prune(l);
    frame_ring_add(&l->stack, pfn);
    if (known || l->nlir < l->lir_most) {
        become_lir(l, pfn);
    } else {
        l->place[pfn] = HIR_IN_S;
        frame_ring_add(&l->queue, pfn);
    }
}

/* Put the ghost in the place of its page in S. */
static void replace_in_stack(struct lirs *l, pfn_t pfn, pfn_t ghost)
{
    struct frame_link *links = l->stack.links;
    const struct frame_link link = links[pfn];
    const bool alone = link.newer == pfn;
    links[ghost] = alone ? (struct frame_link){ghost, ghost} : link;
    if (!alone) {
        links[link.newer].older = ghost;
        links[link.older].newer = ghost;
    }
    if (l->stack.head == pfn)
        l->stack.head = ghost;
}

/* A page of S is evicted: keep its place in S, if need be instead of the oldest ghost's. */
static void remember(struct lirs *l, pfn_t pfn)
{
    while (l->nghosts >= l->ghosts_most && l->nghosts > 0) {
        const pfn_t oldest = frame_ring_oldest(&l->ghosts);
        frame_ring_remove(&l->stack, oldest);
        drop(l, oldest);
    }
    const pfn_t ghost = l->nghosts < l->ghosts_most ? ghost_add(l->env, pfn) : PFN_NONE;
    if (ghost == PFN_NONE) {
        frame_ring_remove(&l->stack, pfn);
        return;
    }
    replace_in_stack(l, pfn, ghost);
    frame_ring_add(&l->ghosts, ghost);
    l->nghosts++;
    l->place[ghost] = GHOST;
}

static void lirs_page_out(void *state, pfn_t pfn, bool evicted)
{
    struct lirs *l = state;
    prune(l);
    if (l->place[pfn] == LIR)
        l->nlir--;
    else
        frame_ring_remove(&l->queue, pfn);
    if (l->place[pfn] == HIR_IN_S && evicted)
        remember(l, pfn);
    else if (l->place[pfn] != HIR)
        frame_ring_remove(&l->stack, pfn);
    l->place[pfn] = NOWHERE;
}

static void lirs_forget(void *state, pfn_t ghost)
{
    struct lirs *l = state;
    if (l->place[ghost] == GHOST) {
        frame_ring_remove(&l->stack, ghost);
        l->kept = ghost;
        drop(l, ghost);
        l->kept = PFN_NONE;
    }
    l->place[ghost] = NOWHERE;
}

static void use_hir(struct lirs *l, pfn_t pfn)
{
    prune(l);
    if (l->place[pfn] == HIR_IN_S) {
        frame_ring_remove(&l->queue, pfn);
        frame_ring_renew(&l->stack, pfn);
        become_lir(l, pfn);
    } else {
        frame_ring_renew(&l->queue, pfn);
        frame_ring_add(&l->stack, pfn);
        l->place[pfn] = HIR_IN_S;
    }
}

ALWAYS_INLINE void lirs_access(void *state, pfn_t pfn, uint64_t next)
{
    struct lirs *l = state;
    (void)next;
    if (LIKELY(l->place[pfn] == LIR))
        frame_ring_renew(&l->stack, pfn);
    else
        use_hir(l, pfn);
}

ALWAYS_INLINE bool lirs_settled(const void *state, pfn_t pfn)
{
    return ((const struct lirs *)state)->place[pfn] == LIR;
}

/* Q is empty only where frames are taken from the policy, or not given to it. */
static pfn_t lirs_victim(void *state)
{
    struct lirs *l = state;
    const pfn_t front = frame_ring_oldest(&l->queue);
    if (front != PFN_NONE)
        return front;
    prune(l);
    return frame_ring_oldest(&l->stack);
}

static void lirs_why(void *state, pfn_t victim, struct policy_view *view)
{
    struct lirs *l = state;
    prune(l);
    if (l->place[victim] == LIR)
        view_say(view, "there is no HIR page, and page %s is the LIR page used longest ago",
                 view_page(view, victim));
    else
        view_say(view, "page %s is at the front of Q%s", view_page(view, victim),
                 l->place[victim] == HIR_IN_S ? "; it stays in S without a frame"
                                              : ", and no longer in S");
}

static void lirs_show(void *state, struct policy_view *view)
{
    struct lirs *l = state;
    prune(l);
    view_list(view, "S, top first");
    pfn_t at = frame_ring_newest(&l->stack);
    for (bool more = at != PFN_NONE; more; more = at != l->stack.head) {
        view_entry(view, at);
        view_number(view, "LIR", at, l->place[at] == LIR);
        at = l->stack.links[at].older;
    }
    view_list(view, "Q, front first");
    const pfn_t front = at = frame_ring_oldest(&l->queue);
    for (bool more = at != PFN_NONE; more; more = at != front) {
        view_entry(view, at);
        at = l->queue.links[at].newer;
    }
}

static enum status lirs_replay(struct pager *pager, struct stretch *stretch,
                               struct error *err)
{
    return replay_with(pager, stretch, lirs_access, lirs_settled, POLICY_EVERY_REFERENCE,
                       err);
}

const struct policy_ops policy_lirs = {
    .abi = POLICY_ABI,
    .name = "lirs",
    .summary = "keeps the pages whose last two uses were closest together, and gives the "
               "others a small queue",
    .source = "Jiang, Zhang, SIGMETRICS 2002",
    .sees = POLICY_EVERY_REFERENCE,
    .params = lirs_table,
    .params_size = sizeof(struct lirs_params),
    .state_size = sizeof(struct lirs),
    .frame_size = 2 * sizeof(struct frame_link) + sizeof(uint8_t),
    .ghosts = lirs_ghosts,
    .init = lirs_init,
    .resize = lirs_resize,
    .fault = lirs_fault,
    .page_in = lirs_page_in,
    .page_out = lirs_page_out,
    .forget = lirs_forget,
    .access = lirs_access,
    .settled = lirs_settled,
    .victim = lirs_victim,
    .why = lirs_why,
    .show = lirs_show,
    .replay = lirs_replay,
};
