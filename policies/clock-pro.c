/* clock-pro.c -- CLOCK-Pro: Jiang, Chen and Zhang, "CLOCK-Pro: An effective improvement of the
 * CLOCK replacement", USENIX 2005, sections 4.2 to 4.4.
 *
 * All pages that are known are in one ring, newest at its head: hot ones, cold ones, and
 * ghosts, which are cold pages evicted in their test period.  Each hand is at the oldest entry
 * of its kind: hot, cold and in memory, in test.  A page starts cold and in test.  Used again
 * before the hot hand passes it, it turns hot; else its test is over.
 *
 * Where the paper leaves it open this follows the authors' simulator (clock-pro.c, S. Jiang,
 * 2005): until memory is full, pages are hot except for the least number of cold ones; and a
 * cold page that the hot hand passes stays the oldest. */
#include "faultline/frame_ring.h"
#include "faultline/policy.h"

/* Kinds of entries that have a hand, as bits; a cold page may be in test, a ghost is. */
enum { HOT, COLD, TEST, KINDS };
enum { IS_HOT = 1 << HOT, IS_COLD = 1 << COLD, IS_TEST = 1 << TEST, IS_WANTED = 8 };

struct clock_pro_params {
    double cold; /* % of the frames */
};

struct clock_pro {
    const struct policy_env *env;
    struct frame_ring ring;
    pfn_t hand[KINDS]; /* the oldest of its kind, or PFN_NONE */
    pfn_t n[KINDS];
    pfn_t ghosts; /* in the ring                                      */
    pfn_t target; /* for cold pages in memory: m_c of the paper       */
    pfn_t target_min, target_max;
    bool full;   /* a victim has been wanted                         */
    uint8_t *is; /* [entry]: IS_; WANTED: the ghost has been faulted on */
};

static const struct param clock_pro_table[] = {
    {.name = "cold",
     .kind = PARAM_REAL,
     .offset = offsetof(struct clock_pro_params, cold),
     .fallback = "1",
     .min = 0,
     .max = 100,
     .unit = "% of the frames",
     .help =
         "least number of cold pages, with which it starts, at least one; 1 after LIRS, "
         "the paper gives none"},
    {0},
};

static uint64_t clock_pro_ghosts(const void *params, pfn_t nframes)
{
    (void)params;
    return nframes;
}

/* From the number of frames; what the target has got above its least value it keeps. */
static void set_target(struct clock_pro *c)
{
    const struct clock_pro_params *params = c->env->params;
    const pfn_t frames = c->env->share, cold = (pfn_t)(frames * params->cold / 100);
    const pfn_t above = c->target - c->target_min;
    c->target_min = cold > 0 ? cold : 1;
    c->target_max = frames > c->target_min ? frames - 1 : frames;
    c->target = c->target_min + above;
    if (c->target > c->target_max)
        c->target = c->target_max;
}

static enum status clock_pro_init(void *state, const struct policy_env *env,
                                  struct error *err)
{
    struct clock_pro *c = state;
    const size_t nentries = (size_t)env->nframes + env->nghosts;
    (void)err;
    c->env = env;
    c->is = (uint8_t *)env->frames + nentries * sizeof(struct frame_link);
    set_target(c);
    c->hand[HOT] = c->hand[COLD] = c->hand[TEST] = PFN_NONE;
    frame_ring_init(&c->ring, env->frames);
    return OK;
}

static pfn_t newer(const struct clock_pro *c, pfn_t entry)
{
    return c->ring.links[entry].newer;
}

/* The entry, which is in the ring, is not of the kind any more. */
static void leave(struct clock_pro *c, unsigned kind, pfn_t entry)
{
    c->is[entry] &= (uint8_t) ~(1u << kind);
    c->n[kind]--;
    if (c->hand[kind] != entry)
        return;
    pfn_t to = entry;
    while (c->n[kind] > 0 && !(c->is[to] & 1u << kind))
        to = newer(c, to);
    c->hand[kind] = c->n[kind] > 0 ? to : PFN_NONE;
}

static void remove_ghost(struct clock_pro *c, pfn_t ghost)
{
    leave(c, TEST, ghost);
    frame_ring_remove(&c->ring, ghost);
    c->ghosts--;
}

static void adapt(struct clock_pro *c, bool used)
{
    if (used && c->target < c->target_max)
        c->target++;
    else if (!used && c->target > c->target_min)
        c->target--;
}

static void end_test(struct clock_pro *c, pfn_t entry)
{
    if (entry < c->env->nframes) {
        adapt(c, page_referenced(c->env, entry));
        leave(c, TEST, entry);
        return;
    }
    adapt(c, false);
    remove_ghost(c, entry);
    if (!(c->is[entry] & IS_WANTED))
        ghost_drop(c->env, entry);
}

/* The hot hand has come where it is from an entry: it has ended the tests on its way. */
static void passed(struct clock_pro *c, pfn_t from)
{
    for (pfn_t entry = from, next; entry != c->hand[HOT]; entry = next) {
        next = newer(c, entry);
        if (c->is[entry] & IS_TEST)
            end_test(c, entry);
    }
}

/* Put a frame that is not in the ring at its head. */
static void put(struct clock_pro *c, pfn_t pfn, unsigned is)
{
    frame_ring_add(&c->ring, pfn);
    c->is[pfn] = (uint8_t)is;
    for (unsigned kind = HOT; kind < KINDS; kind++) {
        if (!(is & 1u << kind))
            continue;
        c->n[kind]++;
        if (c->hand[kind] == PFN_NONE) {
            c->hand[kind] = pfn;
            if (kind == HOT)
                passed(c, frame_ring_oldest(&c->ring));
        }
    }
}

/* Take a frame out of the ring. */
static void take(struct clock_pro *c, pfn_t pfn)
{
    const bool at_hand = c->hand[HOT] == pfn;
    for (unsigned kind = HOT; kind < KINDS; kind++)
        if (c->is[pfn] & 1u << kind)
            leave(c, kind, pfn);
    const pfn_t next = newer(c, pfn);
    frame_ring_remove(&c->ring, pfn);
    if (at_hand && c->n[HOT] > 0)
        passed(c, next);
}

/* HAND_hot: turn the oldest hot page cold that has not been used since it was passed.  Ends:
 * each page that is passed has its bit cleared. */
static void turn_cold(struct clock_pro *c)
{
    for (bool used = true; used;) {
        const pfn_t pfn = c->hand[HOT];
        used = page_referenced(c->env, pfn);
        take(c, pfn);
        if (used)
            page_clear_referenced(c->env, pfn);
        put(c, pfn, used ? IS_HOT : IS_COLD);
    }
}

static void turn_excess_cold(struct clock_pro *c)
{
    while (c->n[HOT] > c->env->share - c->target)
        turn_cold(c);
}

/* A frame, which is not in the ring, has a page that was used in its test. */
static void turn_hot(struct clock_pro *c, pfn_t pfn)
{
    adapt(c, true);
    put(c, pfn, IS_HOT);
    turn_excess_cold(c);
}

static void clock_pro_resize(void *state)
{
    struct clock_pro *c = state;
    set_target(c);
    turn_excess_cold(c);
}

static void clock_pro_fault(void *state, pfn_t ghost)
{
    struct clock_pro *c = state;
    if (ghost != PFN_NONE)
        c->is[ghost] |= IS_WANTED;
}

static void clock_pro_page_in(void *state, pfn_t pfn, pfn_t ghost)
{
    struct clock_pro *c = state;
    /* Its test may be over since the fault; or it is read ahead of any use. */
    const unsigned was = ghost == PFN_NONE ? 0 : c->is[ghost];
    if (was & IS_TEST)
        remove_ghost(c, ghost);
    if (was == (IS_TEST | IS_WANTED))
        turn_hot(c, pfn);
    else if (!c->full && c->n[HOT] < c->env->share - c->target)
        put(c, pfn, IS_HOT);
    else
        put(c, pfn, IS_COLD | IS_TEST);
}

/* Put the ghost of an evicted page in test in its place in the ring. */
static void remember(struct clock_pro *c, pfn_t pfn)
{
    while (c->ghosts >= c->env->share && c->is[pfn] & IS_TEST)
        end_test(c, c->hand[TEST]);
    const pfn_t ghost = c->is[pfn] & IS_TEST ? ghost_add(c->env, pfn) : PFN_NONE;
    if (ghost == PFN_NONE)
        return;
    struct frame_link *links = c->ring.links;
    links[ghost] = (struct frame_link){.newer = links[pfn].newer, .older = pfn};
    links[links[pfn].newer].older = ghost;
    links[pfn].newer = ghost;
    if (c->ring.head == pfn)
        c->ring.head = ghost;
    c->is[ghost] = IS_TEST;
    c->n[TEST]++;
    c->ghosts++;
}

static void clock_pro_page_out(void *state, pfn_t pfn, bool evicted)
{
    struct clock_pro *c = state;
    if (evicted && c->is[pfn] & IS_TEST)
        remember(c, pfn);
    take(c, pfn);
}

static void clock_pro_forget(void *state, pfn_t ghost)
{
    struct clock_pro *c = state;
    if (c->is[ghost] & IS_TEST)
        remove_ghost(c, ghost);
}

/* HAND_cold.  Ends: each page that is passed has its bit cleared. */
static pfn_t clock_pro_victim(void *state)
{
    struct clock_pro *c = state;
    c->full = true;
    for (;;) {
        if (c->n[COLD] == 0)
            turn_cold(c);
        const pfn_t pfn = c->hand[COLD];
        if (!page_referenced(c->env, pfn))
            return pfn;
        page_clear_referenced(c->env, pfn);
        const bool in_test = c->is[pfn] & IS_TEST;
        take(c, pfn);
        if (in_test)
            turn_hot(c, pfn);
        else
            put(c, pfn, IS_COLD);
    }
}

static void clock_pro_why(void *state, pfn_t victim, struct policy_view *view)
{
    const struct clock_pro *c = state;
    view_say(
        view,
        "page %s is the oldest cold page that was not used since it came or the cold hand "
        "passed it%s",
        view_page(view, victim),
        c->is[victim] & IS_TEST ? "; it stays in test" : "; its test is over");
}

static void clock_pro_show(void *state, struct policy_view *view)
{
    static const char *const hands[KINDS] = {"hot", "cold", "test"};
    struct clock_pro *c = state;
    view_list(view, "clock");
    pfn_t entry = frame_ring_newest(&c->ring);
    for (pfn_t n = c->n[HOT] + c->n[COLD] + c->ghosts; n > 0; n--) {
        view_entry(view, entry);
        view_number(view, "hot", entry, !!(c->is[entry] & IS_HOT));
        view_number(view, "in test", entry, !!(c->is[entry] & IS_TEST));
        entry = c->ring.links[entry].older;
    }
    for (unsigned kind = HOT; kind < KINDS; kind++)
        if (c->hand[kind] != PFN_NONE)
            view_hand(view, hands[kind], c->hand[kind]);
    view_number(view, "target of cold pages", PFN_NONE, c->target);
}

const struct policy_ops policy_clock_pro = {
    .abi = POLICY_ABI,
    .name = "clock-pro",
    .summary = "a clock with three hands that keeps pages used again within a test period",
    .source = "Jiang, Chen, Zhang 2005",
    .sees = POLICY_REF_BITS,
    .params = clock_pro_table,
    .params_size = sizeof(struct clock_pro_params),
    .state_size = sizeof(struct clock_pro),
    .frame_size = sizeof(struct frame_link) + sizeof(uint8_t),
    .ghosts = clock_pro_ghosts,
    .init = clock_pro_init,
    .resize = clock_pro_resize,
    .fault = clock_pro_fault,
    .page_in = clock_pro_page_in,
    .page_out = clock_pro_page_out,
    .forget = clock_pro_forget,
    .victim = clock_pro_victim,
    .why = clock_pro_why,
    .show = clock_pro_show,
};
