/* 2q.c -- 2Q, full version: Johnson and Shasha, "2Q: A low overhead high performance buffer
 * management replacement algorithm", VLDB 1994.
 *
 * A page comes into A1in, a FIFO; evicted from there it is remembered in A1out; only if it is
 * wanted while it is there does it come into Am, an LRU list.
 *
 * Every access is enough: a hit in A1in changes nothing, and one in Am only the order of last
 * uses. */
#include "faultline/frame_ring.h"
#include "pager/replay.h"

enum { A1IN, AM, A1OUT, LISTS, NOWHERE = LISTS };

struct two_q_params {
    double kin, kout; /* % of the frames */
};

struct two_q {
    const struct policy_env *env;
    struct frame_ring list[LISTS];
    pfn_t n[LISTS];
    pfn_t kin, kout; /* most pages of A1in and A1out */
    uint8_t *where;  /* [entry]: its list, or NOWHERE: a ghost that is on its way back */
};

static const struct param two_q_table[] = {
    {.name = "kin",
     .kind = PARAM_REAL,
     .offset = offsetof(struct two_q_params, kin),
     .fallback = "25",
     .min = 0,
     .max = 100,
     .unit = "% of the frames",
     .help =
         "size of A1in, rounded down, above which its oldest page goes; 25 in the paper"},
    {.name = "kout",
     .kind = PARAM_REAL,
     .offset = offsetof(struct two_q_params, kout),
     .fallback = "50",
     .min = 0,
     .max = 1000,
     .unit = "% of the frames",
     .help = "size of A1out, rounded down; 50 in the paper"},
    {0},
};

static uint64_t two_q_ghosts(const void *params, pfn_t nframes)
{
    return (uint64_t)(nframes * ((const struct two_q_params *)params)->kout / 100);
}

static void two_q_resize(void *state)
{
    struct two_q *q = state;
    const struct two_q_params *params = q->env->params;
    q->kin = (pfn_t)(q->env->share * params->kin / 100);
    q->kout = (pfn_t)two_q_ghosts(params, q->env->share);
}

static enum status two_q_init(void *state, const struct policy_env *env, struct error *err)
{
    struct two_q *q = state;
    const size_t nentries = (size_t)env->nframes + env->nghosts;
    (void)err;
    q->env = env;
    two_q_resize(q);
    q->where = (uint8_t *)env->frames + nentries * sizeof(struct frame_link);
    for (unsigned i = 0; i < LISTS; i++)
        frame_ring_init(&q->list[i], env->frames);
    return OK;
}

static void add(struct two_q *q, unsigned list, pfn_t entry)
{
    frame_ring_add(&q->list[list], entry);
    q->n[list]++;
    q->where[entry] = (uint8_t)list;
}

static void take(struct two_q *q, pfn_t entry)
{
    frame_ring_remove(&q->list[q->where[entry]], entry);
    q->n[q->where[entry]]--;
}

/* The paper does not say whether a page that is wanted leaves A1out before or after the page
 * that makes room for it comes there: here it leaves first, so that no third page is forgotten
 * on its account. */
static void two_q_fault(void *state, pfn_t ghost)
{
    struct two_q *q = state;
    if (ghost == PFN_NONE || q->where[ghost] == NOWHERE)
        return;
    take(q, ghost);
    q->where[ghost] = NOWHERE;
}

static void two_q_page_in(void *state, pfn_t pfn, pfn_t ghost)
{
    struct two_q *q = state;
    const bool wanted = ghost != PFN_NONE && q->where[ghost] == NOWHERE;
    if (ghost != PFN_NONE && !wanted) /* it is read ahead of any use */
        take(q, ghost);
    add(q, wanted ? AM : A1IN, pfn);
}

static void two_q_page_out(void *state, pfn_t pfn, bool evicted)
{
    struct two_q *q = state;
    const bool remembered = evicted && q->where[pfn] == A1IN;
    take(q, pfn);
    if (!remembered)
        return;
    while (q->n[A1OUT] >= q->kout && q->n[A1OUT] > 0) {
        const pfn_t oldest = frame_ring_oldest(&q->list[A1OUT]);
        take(q, oldest);
        ghost_drop(q->env, oldest);
    }
    const pfn_t ghost = q->kout > 0 ? ghost_add(q->env, pfn) : PFN_NONE;
    if (ghost != PFN_NONE)
        add(q, A1OUT, ghost);
}

static void two_q_forget(void *state, pfn_t ghost)
{
    struct two_q *q = state;
    if (q->where[ghost] != NOWHERE)
        take(q, ghost);
}

ALWAYS_INLINE void two_q_access(void *state, pfn_t pfn, uint64_t when)
{
    struct two_q *q = state;
    (void)when;
    if (q->list[AM].head != pfn && q->where[pfn] == AM)
        frame_ring_renew(&q->list[AM], pfn);
}

static pfn_t two_q_victim(void *state)
{
    const struct two_q *q = state;
    const bool from_a1in = q->n[A1IN] > q->kin || q->n[AM] == 0;
    return frame_ring_oldest(&q->list[from_a1in ? A1IN : AM]);
}

static void two_q_why(void *state, pfn_t victim, struct policy_view *view)
{
    const struct two_q *q = state;
    const char *page = view_page(view, victim);
    if (q->where[victim] == A1IN)
        view_say(view, "A1in holds %u pages, its limit is %u: page %s, its oldest, goes",
                 q->n[A1IN], q->kin, page);
    else
        view_say(view,
                 "A1in holds %u pages, within its limit of %u: page %s, the least recently "
                 "used of Am, goes",
                 q->n[A1IN], q->kin, page);
}

static void two_q_show(void *state, struct policy_view *view)
{
    static const char *const names[LISTS] = {"A1in", "Am", "A1out"};
    const struct two_q *q = state;
    for (unsigned i = 0; i < LISTS; i++) {
        view_list(view, names[i]);
        pfn_t entry = frame_ring_newest(&q->list[i]);
        for (pfn_t n = q->n[i]; n > 0; n--, entry = q->list[i].links[entry].older)
            view_entry(view, entry);
    }
}

static enum status two_q_replay(struct pager *pager, struct stretch *stretch,
                                struct error *err)
{
    return replay_with(pager, stretch, two_q_access, NULL, POLICY_EVERY_ACCESS, err);
}

const struct policy_ops policy_2q = {
    .abi = POLICY_ABI,
    .name = "2q",
    .summary =
        "a FIFO for new pages, and LRU for those wanted again soon after they left it",
    .source = "Johnson, Shasha 1994",
    .sees = POLICY_EVERY_ACCESS,
    .params = two_q_table,
    .params_size = sizeof(struct two_q_params),
    .state_size = sizeof(struct two_q),
    .frame_size = sizeof(struct frame_link) + sizeof(uint8_t),
    .ghosts = two_q_ghosts,
    .init = two_q_init,
    .resize = two_q_resize,
    .fault = two_q_fault,
    .page_in = two_q_page_in,
    .page_out = two_q_page_out,
    .forget = two_q_forget,
    .access = two_q_access,
    .victim = two_q_victim,
    .why = two_q_why,
    .show = two_q_show,
    .replay = two_q_replay,
};
