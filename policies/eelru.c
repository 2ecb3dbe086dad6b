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
#include "faultline/frame_ring.h"
#include "pager/replay.h"

enum { POINTS_MOST = 16, SEGMENTS_MOST = 2 * POINTS_MOST + 1 };

struct eelru_params {
    uint64_t early, late;
    double reach, fade;
};

/* Segment s: positions start[s] + 1 .. start[s + 1].  1 .. nearly begin at the early points,
 * nearly + 1 at the number of frames; nearly + j ends at the j-th late point. */
struct eelru {
    const struct policy_env *env;
    struct frame_ring order;        /* all entries, by last use                      */
    struct frame_ring old;          /* frames beyond segment 0, by last use          */
    uint8_t *segment;               /* [entry]                                       */
    pfn_t start[SEGMENTS_MOST + 1]; /* [segment], and the last late point            */
    pfn_t first[SEGMENTS_MOST];     /* [segment]: its newest entry, or PFN_NONE      */
    double uses[SEGMENTS_MOST];     /* [segment]: recent ones                        */
    unsigned nearly, nsegments;
    pfn_t length;         /* of the order                                           */
    uint64_t half, aged;  /* uses until counts are halved; since they were          */
    unsigned wanted;      /* segment of the page that is wanted; nsegments: none    */
    unsigned early, late; /* followed: e = start[early], l = start[late]; 0: LRU    */
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

/* The next segment begins at a point, unless one does so already. */
static void add_point(struct eelru *e, uint64_t point)
{
    if (point > e->start[e->nsegments - 1])
        e->start[e->nsegments++] = (pfn_t)point;
}

static void set_points(struct eelru *e)
{
    const struct eelru_params *params = e->env->params;
    const uint64_t frames = e->env->share, most = e->env->nghosts;
    uint64_t reach = eelru_ghosts(params, e->env->share);
    reach = reach < most ? reach : most;
    e->nsegments = 1;
    for (uint64_t i = 1; i <= params->early; i++)
        add_point(e, frames * i / (params->early + 1));
    e->nearly = e->nsegments - 1;
    add_point(e, frames);
    for (uint64_t j = 1; j <= params->late; j++)
        add_point(e, frames + (reach - frames) * j / params->late);
    e->nsegments--; /* the last point ends the last segment */
    e->half = (uint64_t)(params->fade * e->env->share) + 1;
    e->wanted = e->nsegments;
}

static bool is_resident(const struct eelru *e, pfn_t entry)
{
    return entry < e->env->nframes;
}

/* The newest entry of a segment is one that comes from the segment before. */
static void come_in(struct eelru *e, unsigned s, pfn_t entry)
{
    e->first[s] = entry;
    e->segment[entry] = (uint8_t)s;
    if (s == 1 && is_resident(e, entry))
        frame_ring_add(&e->old, entry);
}

/* An entry of the segment, or a new one (nsegments), is going to the front: each segment up
 * to it gets the oldest entry of the one before. */
static void shift(struct eelru *e, unsigned segment)
{
    for (unsigned s = 1; s <= segment && s < e->nsegments; s++) {
        if (e->first[s] != PFN_NONE)
            come_in(e, s, e->order.links[e->first[s]].newer);
        else if (e->length == e->start[s])
            come_in(e, s, frame_ring_oldest(&e->order));
    }
}

/* The entry, known or new to the order, is used. */
static void to_front(struct eelru *e, pfn_t entry, bool known)
{
    shift(e, known ? e->segment[entry] : e->nsegments);
    e->segment[entry] = 0;
    e->length += !known;
    if (known)
        frame_ring_renew(&e->order, entry);
    else
        frame_ring_add(&e->order, entry);
}

/* Cut the order at new points; what was counted between the old ones is void. */
static void eelru_resize(void *state)
{
    struct eelru *e = state;
    const pfn_t n = e->length;
    pfn_t at = frame_ring_oldest(&e->order);
    set_points(e);
    e->order.head = e->old.head = PFN_NONE;
    e->length = e->early = e->late = 0;
    for (unsigned s = 0; s < SEGMENTS_MOST; s++) {
        e->first[s] = PFN_NONE;
        e->uses[s] = 0;
    }
    for (pfn_t next; e->length < n; at = next) {
        next = e->order.links[at].newer;
        to_front(e, at, false);
    }
}

static enum status eelru_init(void *state, const struct policy_env *env, struct error *err)
{
    struct eelru *e = state;
    const size_t entries = (size_t)env->nframes + env->nghosts;
    struct frame_link *links = env->frames;
    (void)err;
    e->env = env;
    frame_ring_init(&e->order, links);
    frame_ring_init(&e->old, links + entries);
    e->segment = (uint8_t *)(links + 2 * entries);
    eelru_resize(e);
    return OK;
}

/* The entry after this one in the order, or PFN_NONE. */
static pfn_t next_older(const struct eelru *e, pfn_t entry)
{
    return entry == frame_ring_oldest(&e->order) ? PFN_NONE : e->order.links[entry].older;
}

/* Take out an entry: each segment after its own gives its newest to the one before.  A
 * frame must be out of `old`. */
static void take_out(struct eelru *e, pfn_t entry)
{
    const unsigned segment = e->segment[entry];
    if (segment > 0 && e->first[segment] == entry)
        e->first[segment] = next_older(e, entry);
    for (unsigned s = segment + 1; s < e->nsegments && e->first[s] != PFN_NONE; s++) {
        const pfn_t newest = e->first[s];
        e->first[s] = next_older(e, newest);
        e->segment[newest] = (uint8_t)(s - 1);
        if (s == 1 && is_resident(e, newest))
            frame_ring_remove(&e->old, newest);
    }
    frame_ring_remove(&e->order, entry);
    e->length--;
}

/* Put an entry in the place of another; frames must be put into `old`, and out of it. */
static void replace(struct eelru *e, pfn_t from, pfn_t to)
{
    struct frame_link *links = e->order.links;
    const struct frame_link link = links[from];
    const unsigned segment = e->segment[from];
    links[to] = e->length == 1 ? (struct frame_link){to, to} : link;
    if (e->length > 1) {
        links[link.newer].older = to;
        links[link.older].newer = to;
    }
    if (e->order.head == from)
        e->order.head = to;
    if (segment > 0 && e->first[segment] == from)
        e->first[segment] = to;
    e->segment[to] = (uint8_t)segment;
}

/* Drop what is beyond the last late point. */
static void trim(struct eelru *e)
{
    while (e->length > e->start[e->nsegments] &&
           !is_resident(e, frame_ring_oldest(&e->order))) {
        const pfn_t oldest = frame_ring_oldest(&e->order);
        take_out(e, oldest);
        ghost_drop(e->env, oldest);
    }
}

static void count_use(struct eelru *e, unsigned segment)
{
    e->uses[segment] += 1;
    if (++e->aged < e->half)
        return;
    e->aged = 0;
    for (unsigned s = 1; s < e->nsegments; s++)
        e->uses[s] /= 2;
}

static void use_old(struct eelru *e, pfn_t pfn)
{
    count_use(e, e->segment[pfn]);
    frame_ring_remove(&e->old, pfn);
    to_front(e, pfn, true);
}

ALWAYS_INLINE void eelru_access(void *state, pfn_t pfn, uint64_t next)
{
    struct eelru *e = state;
    (void)next;
    if (LIKELY(e->segment[pfn] == 0))
        frame_ring_renew(&e->order, pfn);
    else
        use_old(e, pfn);
}

ALWAYS_INLINE bool eelru_settled(const void *state, pfn_t pfn)
{
    return ((const struct eelru *)state)->segment[pfn] == 0;
}

static void eelru_fault(void *state, pfn_t ghost)
{
    struct eelru *e = state;
    e->wanted = ghost == PFN_NONE ? e->nsegments : e->segment[ghost];
    if (e->wanted > 0 && e->wanted < e->nsegments)
        count_use(e, e->wanted);
}

static void eelru_page_in(void *state, pfn_t pfn, pfn_t ghost)
{
    struct eelru *e = state;
    if (ghost != PFN_NONE)
        replace(e, ghost, pfn);
    to_front(e, pfn, ghost != PFN_NONE);
    trim(e);
}

static void eelru_page_out(void *state, pfn_t pfn, bool evicted)
{
    struct eelru *e = state;
    if (e->segment[pfn] > 0)
        frame_ring_remove(&e->old, pfn);
    const pfn_t ghost = evicted ? ghost_add(e->env, pfn) : PFN_NONE;
    if (ghost == PFN_NONE)
        take_out(e, pfn);
    else
        replace(e, pfn, ghost);
    trim(e);
}

static void eelru_forget(void *state, pfn_t ghost)
{
    take_out(state, ghost);
}

static void choose_points(struct eelru *e)
{
    const double frames = e->env->share;
    double best = 0, early_uses = 0;
    e->early = e->late = 0;
    for (unsigned i = e->nearly; i > 0; i--) {
        early_uses += e->uses[i];
        double total = early_uses;
        for (unsigned j = e->nearly + 2; j <= e->nsegments; j++) {
            total += e->uses[j - 1];
            const double kept = total * (frames - e->start[i]);
            const double benefit = kept / (e->start[j] - e->start[i]) - early_uses;
            if (benefit > best) {
                best = benefit;
                e->early = i;
                e->late = j;
            }
        }
    }
}

/* The resident page used longest ago. */
static pfn_t least_recent(const struct eelru *e)
{
    pfn_t at = frame_ring_oldest(&e->old);
    if (at == PFN_NONE)
        at = e->first[1] != PFN_NONE ? e->first[1] : frame_ring_oldest(&e->order);
    while (!is_resident(e, at))
        at = e->order.links[at].newer;
    return at;
}

/* Is the page at the position that is the s-th point, or beyond the last point? */
static bool is_at_point(const struct eelru *e, pfn_t pfn, unsigned s)
{
    const pfn_t older = next_older(e, pfn);
    return older == PFN_NONE ? e->length >= e->start[s]
                             : s < e->nsegments && older == e->first[s];
}

static pfn_t eelru_victim(void *state)
{
    struct eelru *e = state;
    const pfn_t lru = least_recent(e);
    const unsigned segment = e->segment[lru], wanted = e->wanted;
    e->wanted = e->nsegments;
    choose_points(e);
    if (e->early == 0 || segment < e->early || segment >= e->late ||
        (wanted >= e->late && is_at_point(e, lru, e->late)))
        return lru;
    pfn_t at = e->order.links[e->first[e->early]].newer;
    while (!is_resident(e, at)) /* ends: lru is beyond the early point */
        at = e->order.links[at].older;
    return at;
}

static void eelru_why(void *state, pfn_t victim, struct policy_view *view)
{
    const struct eelru *e = state;
    view_say(view, "page %s ", view_page(view, victim));
    if (e->early)
        view_say(view,
                 "is not among those that early eviction at position %u keeps up to %u",
                 e->start[e->early], e->start[e->late]);
    else
        view_say(view,
                 "was used longest ago, and early eviction would not have paid lately");
}

static void eelru_show(void *state, struct policy_view *view)
{
    const struct eelru *e = state;
    view_list(view, "last used first");
    for (pfn_t at = e->order.head; at != PFN_NONE; at = next_older(e, at))
        view_entry(view, at);
    view_number(view, "e", PFN_NONE, e->start[e->early]);
    view_number(view, "l", PFN_NONE, e->start[e->late]);
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
    .frame_size = 2 * sizeof(struct frame_link) + sizeof(uint8_t),
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
