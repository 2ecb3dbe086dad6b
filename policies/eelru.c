/* eelru.c -- EELRU, early eviction LRU: Smaragdakis, Kaplan, Wilson, "EELRU: simple and
 * effective adaptive page replacement", SIGMETRICS 1999.
 *
 * All pages used lately, resident or not, are in one order of last use, and uses are
 * counted by position in it.  With M frames, early eviction at position e for the sake of
 * pages up to position l keeps the e pages used last and M - e of the next l - e.  Of
 * `total` recent uses at positions e+1 .. l, it would have hit total * (M - e) / (l - e);
 * LRU hits the `early` ones, at positions up to M.  The pair (e, l) with the largest
 * difference is followed; LRU if none is above zero.
 *
 * Early eviction takes the page at position e, or the next older resident one, but for two
 * cases: a resident page that is beyond l, or gets there since the page that is wanted is,
 * goes first.
 *
 * The counts fade as in the authors' "The case for compressed caching in virtual memory
 * systems", USENIX 1999: with every so many uses that tell something, here those beyond the
 * first early point.  The order is cut into segments at the points.  A use in the first one
 * changes nothing but the order in it, so that those uses may come as one. */
#include "faultline/cut_order.h"
#include "pager/replay.h"

enum { POINTS_MOST = 16 };

_Static_assert(2 * POINTS_MOST + 1 <= CUT_ORDER_SEGMENTS_MAX, "early, frames, late");

struct eelru_params {
    uint64_t early, late;
    double reach, fade;
};

/* Segments 1 .. nearly begin at the early points, nearly + 1 at the number of frames;
 * nearly + j ends at the j-th late point. */
struct eelru {
    const struct policy_env *env;
    struct cut_order order;
    double uses[CUT_ORDER_SEGMENTS_MAX]; /* [segment]: recent ones                        */
    unsigned nearly;
    uint64_t half, aged;  /* uses until counts are halved; since they were                */
    unsigned wanted;      /* segment of the page that is wanted; nsegments: none          */
    unsigned early, late; /* followed: e = start[early], l = start[late]; 0: LRU          */
};

static const struct param eelru_table[] = {
    {.name = "early_points",
     .kind = PARAM_UINT,
     .offset = offsetof(struct eelru_params, early),
     .fallback = "7",
     .min = 1,
     .max = POINTS_MOST,
     .help = "positions e to choose from, evenly spread below the number of frames"},
    {.name = "late_points",
     .kind = PARAM_UINT,
     .offset = offsetof(struct eelru_params, late),
     .fallback = "6",
     .min = 1,
     .max = POINTS_MOST,
     .help = "positions l to choose from, evenly spread from there to `reach`"},
    {.name = "reach",
     .kind = PARAM_REAL,
     .offset = offsetof(struct eelru_params, reach),
     .fallback = "2.5",
     .min = 1,
     .max = 1000,
     .unit = "frames",
     .help = "last late point, and most pages in the order of last use; 2.5 in the paper"},
    {.name = "fade",
     .kind = PARAM_REAL,
     .offset = offsetof(struct eelru_params, fade),
     .fallback = "0.43",
     .max = 1e6,
     .unit = "frames",
     .help =
         "counted uses after which older ones weigh half; 0.43: 20 % after as many uses "
         "as there are frames (USENIX 1999)"},
    {0},
};

static uint64_t eelru_ghosts(const void *params, pfn_t nframes)
{
    return (uint64_t)(((const struct eelru_params *)params)->reach * nframes);
}

static void set_points(struct eelru *e)
{
    const struct eelru_params *params = e->env->params;
    const uint64_t frames = e->env->share, most = e->env->nghosts;
    uint64_t reach = eelru_ghosts(params, e->env->share);
    reach = reach < most ? reach : most;
    cut_order_begin(&e->order);
    for (uint64_t i = 1; i <= params->early; i++)
        cut_order_add_point(&e->order, frames * i / (params->early + 1));
    e->nearly = e->order.nsegments - 1;
    cut_order_add_point(&e->order, frames);
    for (uint64_t j = 1; j <= params->late; j++)
        cut_order_add_point(&e->order, frames + (reach - frames) * j / params->late);
    cut_order_recut(&e->order);
    e->half = (uint64_t)(params->fade * e->env->share) + 1;
    e->wanted = e->order.nsegments;
}

/* Cut the order at new points; what was counted between the old ones is void. */
static void eelru_resize(void *state)
{
    struct eelru *e = state;
    set_points(e);
    e->early = e->late = 0;
    for (unsigned s = 0; s < CUT_ORDER_SEGMENTS_MAX; s++)
        e->uses[s] = 0;
}

static enum status eelru_init(void *state, const struct policy_env *env, struct error *err)
{
    struct eelru *e = state;
    (void)err;
    e->env = env;
    cut_order_init(&e->order, env->frames, env->nframes,
                   (size_t)env->nframes + env->nghosts);
    eelru_resize(e);
    return OK;
}

/* Drop what is beyond the last late point. */
static void trim(struct eelru *e)
{
    while (e->order.length > e->order.start[e->order.nsegments] &&
           !cut_order_is_resident(&e->order, frame_ring_oldest(&e->order.uses))) {
        const pfn_t oldest = frame_ring_oldest(&e->order.uses);
        cut_order_take_out(&e->order, oldest);
        ghost_drop(e->env, oldest);
    }
}

static void count_use(struct eelru *e, unsigned segment)
{
    e->uses[segment] += 1;
    if (++e->aged < e->half)
        return;
    e->aged = 0;
    for (unsigned s = 1; s < e->order.nsegments; s++)
        e->uses[s] /= 2;
}

static void use_old(struct eelru *e, pfn_t pfn)
{
    count_use(e, e->order.segment[pfn]);
    frame_ring_remove(&e->order.old, pfn);
    cut_order_use(&e->order, pfn, true);
}

ALWAYS_INLINE void eelru_access(void *state, pfn_t pfn, uint64_t next)
{
    struct eelru *e = state;
    (void)next;
    if (LIKELY(e->order.segment[pfn] == 0))
        frame_ring_renew(&e->order.uses, pfn);
    else
        use_old(e, pfn);
}

ALWAYS_INLINE bool eelru_settled(const void *state, pfn_t pfn)
{
    return ((const struct eelru *)state)->order.segment[pfn] == 0;
}

static void eelru_fault(void *state, pfn_t ghost)
{
    struct eelru *e = state;
    e->wanted = ghost == PFN_NONE ? e->order.nsegments : e->order.segment[ghost];
    if (e->wanted > 0 && e->wanted < e->order.nsegments)
        count_use(e, e->wanted);
}

static void eelru_page_in(void *state, pfn_t pfn, pfn_t ghost)
{
    struct eelru *e = state;
    if (ghost != PFN_NONE)
        cut_order_replace(&e->order, ghost, pfn);
    cut_order_use(&e->order, pfn, ghost != PFN_NONE);
    trim(e);
}

static void eelru_page_out(void *state, pfn_t pfn, bool evicted)
{
    struct eelru *e = state;
    if (e->order.segment[pfn] > 0)
        frame_ring_remove(&e->order.old, pfn);
    const pfn_t ghost = evicted ? ghost_add(e->env, pfn) : PFN_NONE;
    if (ghost == PFN_NONE)
        cut_order_take_out(&e->order, pfn);
    else
        cut_order_replace(&e->order, pfn, ghost);
    trim(e);
}

static void eelru_forget(void *state, pfn_t ghost)
{
    struct eelru *e = state;
    cut_order_take_out(&e->order, ghost);
}

static void choose_points(struct eelru *e)
{
    const double frames = e->env->share;
    double best = 0, early_uses = 0;
    e->early = e->late = 0;
    for (unsigned i = e->nearly; i > 0; i--) {
        early_uses += e->uses[i];
        double total = early_uses;
        for (unsigned j = e->nearly + 2; j <= e->order.nsegments; j++) {
            total += e->uses[j - 1];
            const double kept = total * (frames - e->order.start[i]);
            const double benefit =
                kept / (e->order.start[j] - e->order.start[i]) - early_uses;
            if (benefit > best) {
                best = benefit;
                e->early = i;
                e->late = j;
            }
        }
    }
}

static pfn_t eelru_victim(void *state)
{
    struct eelru *e = state;
    const pfn_t lru = cut_order_least_recent(&e->order);
    const unsigned segment = e->order.segment[lru], wanted = e->wanted;
    e->wanted = e->order.nsegments;
    choose_points(e);
    if (e->early == 0 || segment < e->early || segment >= e->late ||
        (wanted >= e->late && cut_order_is_at_point(&e->order, lru, e->late)))
        return lru;
    pfn_t at = e->order.uses.links[e->order.first[e->early]].newer;
    while (!cut_order_is_resident(&e->order, at)) /* ends: lru is beyond the early point */
        at = e->order.uses.links[at].older;
    return at;
}

static void eelru_why(void *state, pfn_t victim, struct policy_view *view)
{
    const struct eelru *e = state;
    view_say(view, "page %s ", view_page(view, victim));
    if (e->early)
        view_say(view,
                 "is not among those that early eviction at position %u keeps up to %u",
                 e->order.start[e->early], e->order.start[e->late]);
    else
        view_say(view,
                 "was used longest ago, and early eviction would not have paid lately");
}

static void eelru_show(void *state, struct policy_view *view)
{
    const struct eelru *e = state;
    view_list(view, "last used first");
    for (pfn_t at = e->order.uses.head; at != PFN_NONE;
         at = cut_order_next_older(&e->order, at))
        view_entry(view, at);
    view_number(view, "e", PFN_NONE, e->order.start[e->early]);
    view_number(view, "l", PFN_NONE, e->order.start[e->late]);
}

static enum status eelru_replay(struct pager *pager, struct stretch *stretch,
                                struct error *err)
{
    return replay_with(pager, stretch, eelru_access, eelru_settled, POLICY_EVERY_REFERENCE,
                       err);
}

const struct policy_ops policy_eelru = {
    .abi = POLICY_ABI,
    .name = "eelru",
    .summary = "LRU that evicts pages early where uses of older ones show that it pays",
    .source = "Smaragdakis, Kaplan, Wilson, SIGMETRICS 1999",
    .sees = POLICY_EVERY_REFERENCE,
    .params = eelru_table,
    .params_size = sizeof(struct eelru_params),
    .state_size = sizeof(struct eelru),
    .frame_size = CUT_ORDER_ENTRY_SIZE,
    .ghosts = eelru_ghosts,
    .init = eelru_init,
    .resize = eelru_resize,
    .fault = eelru_fault,
    .page_in = eelru_page_in,
    .page_out = eelru_page_out,
    .forget = eelru_forget,
    .access = eelru_access,
    .settled = eelru_settled,
    .victim = eelru_victim,
    .why = eelru_why,
    .show = eelru_show,
    .replay = eelru_replay,
};
