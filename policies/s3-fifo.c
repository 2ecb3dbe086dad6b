/* s3-fifo.c -- simple and scalable FIFO with three queues: Yang, Zhang, Qiu, Yue and Rashmi,
 * "FIFO queues are all you need for cache eviction", SOSP 2023, algorithm 1.
 *
 * New pages come into a small FIFO.  From there those used more than once go on into the main
 * FIFO, where used pages get another turn; the others are evicted and remembered in the ghost
 * FIFO, and come into the main one if they are wanted while they are there.
 *
 * A use only counts up to 3, and nothing changes after that. */
#include "faultline/frame_ring.h"
#include "pager/replay.h"

enum { SMALL, MAIN, GHOST, QUEUES, NOWHERE = QUEUES };

enum { FILL_SMALL, FILL_MAIN };

enum { USES_MAX = 3 };

struct s3_fifo_params {
    double small;  /* % of the frames     */
    double ghosts; /* % of the main queue */
    uint32_t fill;
};

struct s3_fifo {
    const struct policy_env *env;
    struct frame_ring queue[QUEUES];
    pfn_t n[QUEUES];
    pfn_t small, ghosts; /* pages that the queues are meant to hold */
    bool evicted;        /* a victim has been wanted                */
    uint8_t *where; /* [entry]: its queue, or NOWHERE: a ghost that is on its way back */
    uint8_t *uses;  /* [entry]: of a frame, at most USES_MAX */
};

static const char *const fill_choices[] = {"small", "main", NULL};

static const struct param s3_fifo_table[] = {
    {.name = "small",
     .kind = PARAM_REAL,
     .offset = offsetof(struct s3_fifo_params, small),
     .fallback = "10",
     .min = 0,
     .max = 100,
     .unit = "% of the frames",
     .help = "size of the small queue, rounded down; 10 in the paper"},
    {.name = "ghosts",
     .kind = PARAM_REAL,
     .offset = offsetof(struct s3_fifo_params, ghosts),
     .fallback = "100",
     .min = 0,
     .max = 1000,
     .unit = "% of the main queue",
     .help =
         "size of the ghost queue, rounded down; as many as the main queue in the paper"},
    {.name = "fill",
     .kind = PARAM_CHOICE,
     .offset = offsetof(struct s3_fifo_params, fill),
     .fallback = "small",
     .choices = fill_choices,
     .help =
         "before memory is full, where a new page goes when the small queue has its size: "
         "small, as in the paper, or main, as in its authors' libCacheSim since 2024"},
    {0},
};

static uint64_t s3_fifo_ghosts(const void *params, pfn_t nframes)
{
    const struct s3_fifo_params *p = params;
    return (uint64_t)(nframes * (100 - p->small) * p->ghosts / 10000);
}

static void s3_fifo_resize(void *state)
{
    struct s3_fifo *s = state;
    const struct s3_fifo_params *params = s->env->params;
    s->small = (pfn_t)(s->env->share * params->small / 100);
    s->ghosts = (pfn_t)s3_fifo_ghosts(params, s->env->share);
}

static enum status s3_fifo_init(void *state, const struct policy_env *env,
                                struct error *err)
{
    struct s3_fifo *s = state;
    const size_t nentries = (size_t)env->nframes + env->nghosts;
    (void)err;
    s->env = env;
    s3_fifo_resize(s);
    s->where = (uint8_t *)env->frames + nentries * sizeof(struct frame_link);
    s->uses = s->where + nentries;
    for (unsigned i = 0; i < QUEUES; i++)
        frame_ring_init(&s->queue[i], env->frames);
    return OK;
}

static void add(struct s3_fifo *s, unsigned queue, pfn_t entry)
{
    frame_ring_add(&s->queue[queue], entry);
    s->n[queue]++;
    s->where[entry] = (uint8_t)queue;
}

static void take(struct s3_fifo *s, pfn_t entry)
{
    frame_ring_remove(&s->queue[s->where[entry]], entry);
    s->n[s->where[entry]]--;
}

static void s3_fifo_fault(void *state, pfn_t ghost)
{
    struct s3_fifo *s = state;
    if (ghost == PFN_NONE || s->where[ghost] == NOWHERE)
        return;
    take(s, ghost);
    s->where[ghost] = NOWHERE;
}

static void s3_fifo_page_in(void *state, pfn_t pfn, pfn_t ghost)
{
    struct s3_fifo *s = state;
    const struct s3_fifo_params *params = s->env->params;
    const bool wanted = ghost != PFN_NONE && s->where[ghost] == NOWHERE;
    const bool fills = params->fill == FILL_MAIN && !s->evicted && s->n[SMALL] >= s->small;
    if (ghost != PFN_NONE && !wanted) /* it is read ahead of any use */
        take(s, ghost);
    s->uses[pfn] = 0;
    add(s, wanted || fills ? MAIN : SMALL, pfn);
}

static void s3_fifo_page_out(void *state, pfn_t pfn, bool evicted)
{
    struct s3_fifo *s = state;
    const bool remembered = evicted && s->where[pfn] == SMALL;
    take(s, pfn);
    if (!remembered)
        return;
    while (s->n[GHOST] >= s->ghosts && s->n[GHOST] > 0) {
        const pfn_t oldest = frame_ring_oldest(&s->queue[GHOST]);
        take(s, oldest);
        ghost_drop(s->env, oldest);
    }
    const pfn_t ghost = s->ghosts > 0 ? ghost_add(s->env, pfn) : PFN_NONE;
    if (ghost != PFN_NONE)
        add(s, GHOST, ghost);
}

static void s3_fifo_forget(void *state, pfn_t ghost)
{
    struct s3_fifo *s = state;
    if (s->where[ghost] != NOWHERE)
        take(s, ghost);
}

ALWAYS_INLINE void s3_fifo_access(void *state, pfn_t pfn, uint64_t when)
{
    struct s3_fifo *s = state;
    const uint8_t uses = s->uses[pfn];
    (void)when;
    s->uses[pfn] = (uint8_t)(uses + (uses < USES_MAX));
}

ALWAYS_INLINE bool s3_fifo_settled(const void *state, pfn_t pfn)
{
    return ((const struct s3_fifo *)state)->uses[pfn] == USES_MAX;
}

/* EVICTS and EVICTM of the paper.  Pages that pass from the small queue into the main one may
 * make that too large; as in the authors' libCacheSim the next victims come from there then,
 * since one is wanted at a time.  Ends: each page in the main queue has at most 3 turns. */
static pfn_t s3_fifo_victim(void *state)
{
    struct s3_fifo *s = state;
    s->evicted = true;
    for (bool small = s->n[SMALL] >= s->small; small && s->n[SMALL] > 0;) {
        const pfn_t pfn = frame_ring_oldest(&s->queue[SMALL]);
        if (s->uses[pfn] <= 1)
            return pfn;
        s->uses[pfn] = 0;
        take(s, pfn);
        add(s, MAIN, pfn);
    }
    while (s->n[MAIN] > 0) {
        const pfn_t pfn = frame_ring_oldest(&s->queue[MAIN]);
        if (s->uses[pfn] == 0)
            return pfn;
        s->uses[pfn]--;
        frame_ring_renew(&s->queue[MAIN], pfn);
    }
    return frame_ring_oldest(&s->queue[SMALL]);
}

static void s3_fifo_why(void *state, pfn_t victim, struct policy_view *view)
{
    const struct s3_fifo *s = state;
    const char *page = view_page(view, victim);
    if (s->where[victim] == SMALL)
        view_say(view,
                 "page %s is the oldest of the small queue and was used %s since it came",
                 page, s->uses[victim] ? "only once" : "never");
    else
        view_say(view,
                 "page %s is the oldest of the main queue and has no uses left to count",
                 page);
}

static void s3_fifo_show(void *state, struct policy_view *view)
{
    static const char *const names[QUEUES] = {"small", "main", "ghost"};
    const struct s3_fifo *s = state;
    for (unsigned i = 0; i < QUEUES; i++) {
        view_list(view, names[i]);
        pfn_t entry = frame_ring_newest(&s->queue[i]);
        for (pfn_t n = s->n[i]; n > 0; n--, entry = s->queue[i].links[entry].older) {
            view_entry(view, entry);
            if (i != GHOST)
                view_number(view, "uses", entry, s->uses[entry]);
        }
    }
}

static enum status s3_fifo_replay(struct pager *pager, struct stretch *stretch,
                                  struct error *err)
{
    return replay_with(pager, stretch, s3_fifo_access, s3_fifo_settled,
                       POLICY_EVERY_REFERENCE, err);
}

const struct policy_ops policy_s3_fifo = {
    .abi = POLICY_ABI,
    .name = "s3-fifo",
    .summary =
        "a small FIFO lets pages through to the main one that are used more than once",
    .source = "Yang, Zhang, Qiu, Yue, Rashmi 2023",
    .sees = POLICY_EVERY_REFERENCE,
    .params = s3_fifo_table,
    .params_size = sizeof(struct s3_fifo_params),
    .state_size = sizeof(struct s3_fifo),
    .frame_size = sizeof(struct frame_link) + 2 * sizeof(uint8_t),
    .ghosts = s3_fifo_ghosts,
    .init = s3_fifo_init,
    .resize = s3_fifo_resize,
    .fault = s3_fifo_fault,
    .page_in = s3_fifo_page_in,
    .page_out = s3_fifo_page_out,
    .forget = s3_fifo_forget,
    .access = s3_fifo_access,
    .settled = s3_fifo_settled,
    .victim = s3_fifo_victim,
    .why = s3_fifo_why,
    .show = s3_fifo_show,
    .replay = s3_fifo_replay,
};
