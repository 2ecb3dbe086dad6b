/* arc.c -- adaptive replacement cache: Megiddo and Modha, "ARC: A self-tuning, low overhead
 * replacement cache", FAST 2003, figure 4.
 *
 * T1 and T2 are the pages in memory that were used once and more than once lately, B1 and B2
 * the ghosts of pages evicted from them, each list by last use.
 *
 * Every access is enough: a hit puts its page at the head of T2, wherever it was, and changes
 * nothing else.  So after any hits T2 holds, in the order of their last uses, the pages that
 * were hit, and then what it held; how often each was hit does not matter. */
#include "faultline/frame_ring.h"
#include "pager/replay.h"

enum { T1, T2, B1, B2, LISTS, NOWHERE = LISTS };

struct arc {
    const struct policy_env *env;
    struct frame_ring list[LISTS];
    pfn_t n[LISTS];
    uint8_t *where; /* [entry]: its list, or NOWHERE: a ghost that is on its way back */
    double target;  /* for T1, in pages: p of the paper                          */
    uint8_t hit;    /* B1 or B2: the last fault's page was there; else NOWHERE    */
};

static uint64_t arc_ghosts(const void *params, pfn_t nframes)
{
    (void)params;
    return nframes;
}

static enum status arc_init(void *state, const struct policy_env *env, struct error *err)
{
    struct arc *a = state;
    const size_t nentries = (size_t)env->nframes + env->nghosts;
    (void)err;
    a->env = env;
    a->where = (uint8_t *)env->frames + nentries * sizeof(struct frame_link);
    a->hit = NOWHERE;
    for (unsigned i = 0; i < LISTS; i++)
        frame_ring_init(&a->list[i], env->frames);
    return OK;
}

/* A list that is too long now gets shorter as pages go. */
static void arc_resize(void *state)
{
    struct arc *a = state;
    const double c = a->env->share;
    if (a->target > c)
        a->target = c;
}

static void add(struct arc *a, unsigned list, pfn_t entry)
{
    frame_ring_add(&a->list[list], entry);
    a->n[list]++;
    a->where[entry] = (uint8_t)list;
}

static void take(struct arc *a, pfn_t entry)
{
    frame_ring_remove(&a->list[a->where[entry]], entry);
    a->n[a->where[entry]]--;
}

static void drop_oldest(struct arc *a, unsigned list)
{
    const pfn_t ghost = frame_ring_oldest(&a->list[list]);
    take(a, ghost);
    ghost_drop(a->env, ghost);
}

/* The page is in no list: case IV, which keeps T1 and B1 to c entries and all to 2c. */
static void fault_of_unknown(struct arc *a)
{
    const uint64_t c = a->env->share;
    a->hit = NOWHERE;
    if ((uint64_t)a->n[T1] + a->n[B1] >= c) {
        while ((uint64_t)a->n[T1] + a->n[B1] >= c && a->n[B1] > 0)
            drop_oldest(a, B1);
        return;
    }
    while ((uint64_t)a->n[T1] + a->n[T2] + a->n[B1] + a->n[B2] >= 2 * c && a->n[B2] > 0)
        drop_oldest(a, B2);
}

static void arc_fault(void *state, pfn_t ghost)
{
    struct arc *a = state;
    if (ghost == PFN_NONE) {
        fault_of_unknown(a);
        return;
    }
    if (a->where[ghost] == NOWHERE)
        return;
    const double b1 = a->n[B1], b2 = a->n[B2], c = a->env->share;
    a->hit = a->where[ghost];
    if (a->hit == B1) { /* case II */
        const double p = a->target + (b1 >= b2 ? 1 : b2 / b1);
        a->target = p < c ? p : c;
    } else { /* case III */
        const double p = a->target - (b2 >= b1 ? 1 : b1 / b2);
        a->target = p > 0 ? p : 0;
    }
    take(a, ghost);
    a->where[ghost] = NOWHERE;
}

static void arc_page_in(void *state, pfn_t pfn, pfn_t ghost)
{
    struct arc *a = state;
    const bool wanted = ghost != PFN_NONE && a->where[ghost] == NOWHERE;
    if (ghost != PFN_NONE && !wanted) /* it is read ahead of any use */
        take(a, ghost);
    add(a, wanted ? T2 : T1, pfn);
}

static void arc_page_out(void *state, pfn_t pfn, bool evicted)
{
    struct arc *a = state;
    const pfn_t c = a->env->share;
    const unsigned list = a->where[pfn];
    /* Case IV (A): where T1 has all of memory, its oldest page is forgotten. */
    const bool forgotten = list == T1 && a->n[T1] >= c && a->hit == NOWHERE;
    take(a, pfn);
    if (!evicted || forgotten)
        return;
    /* Only where faults overlap, pages go ahead of faults, or c has become less: otherwise
     * there is room. */
    while ((uint64_t)a->n[B1] + a->n[B2] >= c)
        drop_oldest(a, a->n[B1] >= a->n[B2] ? B1 : B2);
    const pfn_t ghost = ghost_add(a->env, pfn);
    if (ghost != PFN_NONE)
        add(a, list == T1 ? B1 : B2, ghost);
}

static void arc_forget(void *state, pfn_t ghost)
{
    struct arc *a = state;
    if (a->where[ghost] != NOWHERE)
        take(a, ghost);
}

ALWAYS_INLINE void arc_access(void *state, pfn_t pfn, uint64_t when)
{
    struct arc *a = state;
    (void)when;
    if (a->list[T2].head == pfn)
        return;
    if (UNLIKELY(a->where[pfn] == T1)) {
        take(a, pfn);
        add(a, T2, pfn);
    } else {
        frame_ring_renew(&a->list[T2], pfn);
    }
}

/* REPLACE of the paper. */
static pfn_t arc_victim(void *state)
{
    struct arc *a = state;
    const double t1 = a->n[T1];
    const bool from_t1 = t1 > a->target || (t1 == a->target && a->hit == B2);
    return frame_ring_oldest(&a->list[(from_t1 && t1 > 0) || a->n[T2] == 0 ? T1 : T2]);
}

static void arc_why(void *state, pfn_t victim, struct policy_view *view)
{
    struct arc *a = state;
    const bool in_t1 = a->where[victim] == T1;
    view_say(view, "T1 holds %u of %u pages, its target is %.2f", a->n[T1],
             a->n[T1] + a->n[T2], a->target);
    if (a->n[T1] == a->target && a->hit == B2)
        view_say(view, " and the wanted page was in B2");
    view_say(view, ": page %s, the least recently used of %s, goes",
             view_page(view, victim), in_t1 ? "T1" : "T2");
}

static void arc_show(void *state, struct policy_view *view)
{
    static const char *const names[LISTS] = {"T1", "T2", "B1", "B2"};
    struct arc *a = state;
    for (unsigned i = 0; i < LISTS; i++) {
        view_list(view, names[i]);
        pfn_t entry = frame_ring_newest(&a->list[i]);
        for (pfn_t n = a->n[i]; n > 0; n--, entry = a->list[i].links[entry].older)
            view_entry(view, entry);
    }
    view_number(view, "target of T1", PFN_NONE, (uint64_t)(a->target + 0.5));
}

static enum status arc_replay(struct pager *pager, struct stretch *stretch,
                              struct error *err)
{
    return replay_with(pager, stretch, arc_access, NULL, POLICY_EVERY_ACCESS, err);
}

const struct policy_ops policy_arc = {
    .abi = POLICY_ABI,
    .name = "arc",
    .summary = "balances pages used once and pages used again by the ghosts that return",
    .source = "Megiddo, Modha 2003",
    .sees = POLICY_EVERY_ACCESS,
    .state_size = sizeof(struct arc),
    .frame_size = sizeof(struct frame_link) + sizeof(uint8_t),
    .ghosts = arc_ghosts,
    .init = arc_init,
    .resize = arc_resize,
    .fault = arc_fault,
    .page_in = arc_page_in,
    .page_out = arc_page_out,
    .forget = arc_forget,
    .access = arc_access,
    .victim = arc_victim,
    .why = arc_why,
    .show = arc_show,
    .replay = arc_replay,
};
