/* mq.c -- MQ, the multi-queue algorithm: Zhou, Philbin, Li, "The multi-queue replacement
 * algorithm for second level buffer caches", USENIX 2001, section 4.
 *
 * A page used f times is in LRU queue log2 f, and moves down a queue when it has not been
 * used for the lifetime; the oldest page of the lowest queue goes.  Time is counted in
 * uses.
 *
 * The paper sets the lifetime to the peak temporal distance: of the distances between two
 * uses of a page that are larger than the number of frames, the most frequent one.  Here
 * it is found in classes of powers of two, with the history Qout for evicted pages, and
 * set to the end of the fullest class at every page-in; until there is one it is the
 * number of frames.
 *
 * The paper looks at the oldest page of each queue at every use; here `due` is the
 * earliest time at which one of them expires, so that most uses need not. */
#include "faultline/frame_ring.h"
#include "faultline/policy.h"

enum { QUEUES_MOST = 32, CLASSES = 64 };

struct mq_params {
    uint64_t queues, lifetime;
    double ghosts;
};

struct mq {
    const struct policy_env *env;
    struct frame_ring queues[QUEUES_MOST]; /* by last use, or by coming down             */
    struct frame_ring out; /* Qout: ghosts by eviction; links shared with the queues   */
    uint64_t *expires;     /* [frame]: time after which it goes down                   */
    uint64_t *last;        /* [entry]: time of its last use                            */
    uint32_t *references;  /* [entry]: uses, counted up to what the last queue needs   */
    uint8_t *queue;        /* [frame]: its queue                                       */
    unsigned nqueues;
    uint64_t now, due, lifetime;
    uint64_t distances[CLASSES]; /* [c]: uses at a distance of 2^c .. 2^(c+1) - 1      */
    pfn_t nout, out_most;
};

static const struct param mq_table[] = {
    {.name = "queues",
     .kind = PARAM_UINT,
     .offset = offsetof(struct mq_params, queues),
     .fallback = "8",
     .min = 1,
     .max = QUEUES_MOST,
     .help = "m: LRU queues, for pages used 1, 2-3, 4-7 ... times"},
    {.name = "lifetime",
     .kind = PARAM_UINT,
     .offset = offsetof(struct mq_params, lifetime),
     .fallback = "0",
     .unit = "references",
     .help =
         "lifeTime: a page not used for so long moves down a queue; 0: the peak temporal "
         "distance, measured as the paper has it"},
    {.name = "ghosts",
     .kind = PARAM_REAL,
     .offset = offsetof(struct mq_params, ghosts),
     .fallback = "4",
     .max = 10000,
     .unit = "frames",
     .help =
         "Qout: most evicted pages whose counts are kept, in multiples of the frames; 4 "
         "in the paper"},
    {0},
};

static uint64_t mq_ghosts(const void *params, pfn_t nframes)
{
    return (uint64_t)(((const struct mq_params *)params)->ghosts * nframes);
}

/* The end of the fullest class of distances. */
static void set_lifetime(struct mq *m)
{
    const uint64_t fixed = ((const struct mq_params *)m->env->params)->lifetime;
    unsigned peak = 0;
    for (unsigned c = 1; c < CLASSES; c++)
        if (m->distances[c] > m->distances[peak])
            peak = c;
    const bool known = m->distances[peak] > 0;
    m->lifetime = fixed ? fixed : known ? ((uint64_t)2 << peak) - 1 : m->env->share;
}

/* The history gets shorter as pages go. */
static void mq_resize(void *state)
{
    struct mq *m = state;
    const uint64_t ghosts = mq_ghosts(m->env->params, m->env->share);
    m->out_most = ghosts < m->env->nghosts ? (pfn_t)ghosts : m->env->nghosts;
    set_lifetime(m);
}

static enum status mq_init(void *state, const struct policy_env *env, struct error *err)
{
    struct mq *m = state;
    const struct mq_params *params = env->params;
    const size_t entries = (size_t)env->nframes + env->nghosts;
    struct frame_link *links = env->frames;
    (void)err;
    m->env = env;
    m->nqueues = (unsigned)params->queues;
    mq_resize(m);
    m->due = UINT64_MAX;
    for (unsigned k = 0; k < m->nqueues; k++)
        frame_ring_init(&m->queues[k], links);
    frame_ring_init(&m->out, links);
    m->expires = (uint64_t *)(links + entries);
    m->last = m->expires + entries;
    m->references = (uint32_t *)(m->last + entries);
    m->queue = (uint8_t *)(m->references + entries);
    return OK;
}

/* --- queues ----------------------------------------------------------------------------- */

/* The oldest page of a queue may be another one. */
static void note_due(struct mq *m, unsigned k)
{
    const pfn_t oldest = frame_ring_oldest(&m->queues[k]);
    if (k > 0 && oldest != PFN_NONE && m->expires[oldest] < m->due)
        m->due = m->expires[oldest];
}

static void enqueue(struct mq *m, pfn_t pfn, unsigned k)
{
    frame_ring_add(&m->queues[k], pfn);
    m->queue[pfn] = (uint8_t)k;
    m->expires[pfn] = m->now + m->lifetime;
    note_due(m, k);
}

static void dequeue(struct mq *m, pfn_t pfn)
{
    frame_ring_remove(&m->queues[m->queue[pfn]], pfn);
    note_due(m, m->queue[pfn]);
}

/* The paper's Adjust(), for a time at which there is something to do. */
static void adjust(struct mq *m)
{
    m->due = UINT64_MAX;
    for (unsigned k = 1; k < m->nqueues; k++) {
        const pfn_t oldest = frame_ring_oldest(&m->queues[k]);
        if (oldest != PFN_NONE && m->expires[oldest] < m->now) {
            frame_ring_remove(&m->queues[k], oldest);
            enqueue(m, oldest, k - 1);
        }
        note_due(m, k);
    }
}

/* --- uses ------------------------------------------------------------------------------- */

/* The entry's page, used before, is used now. */
static void note_distance(struct mq *m, pfn_t entry)
{
    const uint64_t distance = m->now - m->last[entry];
    if (distance > m->env->share)
        m->distances[63 - __builtin_clzll(distance)]++;
}

/* Count a use of a page that is in no queue, and put it in its queue. */
static void use(struct mq *m, pfn_t pfn)
{
    if (m->references[pfn] >> (m->nqueues - 1) == 0)
        m->references[pfn]++;
    m->last[pfn] = m->now;
    enqueue(m, pfn, 31 - (unsigned)__builtin_clz(m->references[pfn]));
    if (++m->now > m->due)
        adjust(m);
}

static void mq_access(void *state, pfn_t pfn, uint64_t next)
{
    struct mq *m = state;
    (void)next;
    note_distance(m, pfn);
    dequeue(m, pfn);
    use(m, pfn);
}

/* --- pages come and go ------------------------------------------------------------------- */

static void unlist(struct mq *m, pfn_t ghost)
{
    frame_ring_remove(&m->out, ghost);
    m->nout--;
}

static void mq_page_in(void *state, pfn_t pfn, pfn_t ghost)
{
    struct mq *m = state;
    m->references[pfn] = 0;
    if (ghost != PFN_NONE) {
        m->references[pfn] = m->references[ghost];
        note_distance(m, ghost);
        unlist(m, ghost);
    }
    set_lifetime(m);
    use(m, pfn);
}

static void mq_page_out(void *state, pfn_t pfn, bool evicted)
{
    struct mq *m = state;
    dequeue(m, pfn);
    if (!evicted)
        return;
    while (m->nout >= m->out_most && m->nout > 0) {
        const pfn_t oldest = frame_ring_oldest(&m->out);
        unlist(m, oldest);
        ghost_drop(m->env, oldest);
    }
    const pfn_t ghost = m->out_most > 0 ? ghost_add(m->env, pfn) : PFN_NONE;
    if (ghost == PFN_NONE)
        return;
    m->references[ghost] = m->references[pfn];
    m->last[ghost] = m->last[pfn];
    frame_ring_add(&m->out, ghost);
    m->nout++;
}

static void mq_forget(void *state, pfn_t ghost)
{
    unlist(state, ghost);
}

static pfn_t mq_victim(void *state)
{
    const struct mq *m = state;
    pfn_t victim = PFN_NONE;
    for (unsigned k = 0; k < m->nqueues && victim == PFN_NONE; k++)
        victim = frame_ring_oldest(&m->queues[k]);
    return victim;
}

/* --- what explain shows ------------------------------------------------------------------ */

static void mq_why(void *state, pfn_t victim, struct policy_view *view)
{
    const struct mq *m = state;
    view_say(view, "page %s is the oldest of Q%u, the lowest queue that is not empty",
             view_page(view, victim), (unsigned)m->queue[victim]);
}

static void show_ring(struct policy_view *view, const char *name, const struct mq *m,
                      const struct frame_ring *ring)
{
    view_list(view, name);
    pfn_t at = frame_ring_newest(ring);
    for (bool more = at != PFN_NONE; more; more = at != ring->head) {
        view_entry(view, at);
        view_number(view, "references", at, m->references[at]);
        at = ring->links[at].older;
    }
}

static void mq_show(void *state, struct policy_view *view)
{
    static const char *const names[QUEUES_MOST] = {
        "Q0",  "Q1",  "Q2",  "Q3",  "Q4",  "Q5",  "Q6",  "Q7",  "Q8",  "Q9",  "Q10",
        "Q11", "Q12", "Q13", "Q14", "Q15", "Q16", "Q17", "Q18", "Q19", "Q20", "Q21",
        "Q22", "Q23", "Q24", "Q25", "Q26", "Q27", "Q28", "Q29", "Q30", "Q31"};
    const struct mq *m = state;
    for (unsigned k = 0; k < m->nqueues; k++)
        if (frame_ring_newest(&m->queues[k]) != PFN_NONE)
            show_ring(view, names[k], m, &m->queues[k]);
    show_ring(view, "Qout", m, &m->out);
    view_number(view, "lifetime", PFN_NONE, m->lifetime);
}

const struct policy_ops policy_mq = {
    .abi = POLICY_ABI,
    .name = "mq",
    .summary = "LRU queues for pages used 1, 2-3, 4-7 ... times; unused pages sink, the "
               "lowest queue gives the victim",
    .source = "Zhou, Philbin, Li, USENIX 2001",
    .sees = POLICY_EVERY_REFERENCE,
    .params = mq_table,
    .params_size = sizeof(struct mq_params),
    .state_size = sizeof(struct mq),
    .frame_size = sizeof(struct frame_link) + 2 * sizeof(uint64_t) + sizeof(uint32_t) +
                  sizeof(uint8_t),
    .ghosts = mq_ghosts,
    .init = mq_init,
    .resize = mq_resize,
    .page_in = mq_page_in,
    .page_out = mq_page_out,
    .forget = mq_forget,
    .access = mq_access,
    .victim = mq_victim,
    .why = mq_why,
    .show = mq_show,
};
