/* car.c -- clock with adaptive replacement: Bansal and Modha, "CAR: Clock with adaptive
 * replacement", FAST 2004, figure 2.
 *
 * T1 and T2 are clocks, kept as queues: the hand is at the oldest page, and a page that it
 * passes goes to the tail.  B1 and B2 are the ghosts of pages evicted from them. */
#include "faultline/frame_ring.h"
#include "faultline/policy.h"

enum { T1, T2, B1, B2, LISTS, WANTED_B1 = LISTS, WANTED_B2 };

struct car {
    const struct policy_env *env;
    struct frame_ring list[LISTS];
    pfn_t n[LISTS];
    uint8_t *where; /* [entry]: its list; WANTED_: left it, as a ghost on its way back */
    double target;  /* for T1, in pages: p of the paper                            */
    bool unknown;   /* the last fault's page was in no list                        */
};

static uint64_t car_ghosts(const void *params, pfn_t nframes)
{
    (void)params;
    return nframes;
}

static enum status car_init(void *state, const struct policy_env *env, struct error *err)
{
    struct car *c = state;
    const size_t nentries = (size_t)env->nframes + env->nghosts;
    (void)err;
    c->env = env;
    c->where = (uint8_t *)env->frames + nentries * sizeof(struct frame_link);
    for (unsigned i = 0; i < LISTS; i++)
        frame_ring_init(&c->list[i], env->frames);
    return OK;
}

/* A list that is too long now gets shorter as pages go. */
static void car_resize(void *state)
{
    struct car *c = state;
    const double frames = c->env->share;
    if (c->target > frames)
        c->target = frames;
}

static void add(struct car *c, unsigned list, pfn_t entry)
{
    frame_ring_add(&c->list[list], entry);
    c->n[list]++;
    c->where[entry] = (uint8_t)list;
}

static void take(struct car *c, pfn_t entry)
{
    frame_ring_remove(&c->list[c->where[entry]], entry);
    c->n[c->where[entry]]--;
}

static void drop_oldest(struct car *c, unsigned list)
{
    const pfn_t ghost = frame_ring_oldest(&c->list[list]);
    take(c, ghost);
    ghost_drop(c->env, ghost);
}

static void car_fault(void *state, pfn_t ghost)
{
    struct car *c = state;
    c->unknown = ghost == PFN_NONE;
    if (ghost == PFN_NONE || c->where[ghost] > B2)
        return;
    const unsigned list = c->where[ghost];
    take(c, ghost);
    c->where[ghost] = list == B1 ? WANTED_B1 : WANTED_B2;
}

/* A ghost has come back: lines 15 and 18.  Its list still counts it. */
static void adapt(struct car *c, bool was_in_b1)
{
    const double b1 = (double)c->n[B1] + (was_in_b1 ? 1 : 0);
    const double b2 = (double)c->n[B2] + (was_in_b1 ? 0 : 1);
    const double frames = c->env->share;
    if (was_in_b1) {
        const double p = c->target + (b2 > b1 ? b2 / b1 : 1);
        c->target = p < frames ? p : frames;
    } else {
        const double p = c->target - (b1 > b2 ? b1 / b2 : 1);
        c->target = p > 0 ? p : 0;
    }
}

static void car_page_in(void *state, pfn_t pfn, pfn_t ghost)
{
    struct car *c = state;
    const bool wanted = ghost != PFN_NONE && c->where[ghost] > B2;
    if (wanted)
        adapt(c, c->where[ghost] == WANTED_B1);
    else if (ghost != PFN_NONE) /* it is read ahead of any use */
        take(c, ghost);
    add(c, wanted ? T2 : T1, pfn);
}

/* Make room in the directory for the page of a frame: lines 6 to 10.  False: that page would
 * be the one to be discarded. */
static bool make_room(struct car *c, pfn_t pfn)
{
    const uint64_t frames = c->env->share, t1 = c->n[T1], resident = t1 + c->n[T2];
    if (c->unknown && t1 + c->n[B1] >= frames) {
        if (c->n[B1] == 0 && c->where[pfn] == T1)
            return false;
        while (t1 + c->n[B1] >= frames && c->n[B1] > 0)
            drop_oldest(c, B1);
    } else if (c->unknown) {
        while (resident + c->n[B1] + c->n[B2] >= 2 * frames && c->n[B2] > 0)
            drop_oldest(c, B2);
    }
    /* Only where faults overlap, pages go ahead of faults, or there were more frames:
     * otherwise there is room. */
    while ((uint64_t)c->n[B1] + c->n[B2] >= frames)
        drop_oldest(c, c->n[B1] >= c->n[B2] ? B1 : B2);
    return true;
}

static void car_page_out(void *state, pfn_t pfn, bool evicted)
{
    struct car *c = state;
    const bool remembered = evicted && make_room(c, pfn);
    const unsigned list = c->where[pfn];
    take(c, pfn);
    const pfn_t ghost = remembered ? ghost_add(c->env, pfn) : PFN_NONE;
    if (ghost != PFN_NONE)
        add(c, list == T1 ? B1 : B2, ghost);
}

static void car_forget(void *state, pfn_t ghost)
{
    struct car *c = state;
    if (c->where[ghost] <= B2)
        take(c, ghost);
}

/* replace() of the paper.  Ends: every page that is passed has its bit cleared. */
static pfn_t car_victim(void *state)
{
    struct car *c = state;
    for (;;) {
        const pfn_t t1 = c->n[T1];
        const bool from_t1 = (t1 > 0 && (double)t1 >= c->target) || c->n[T2] == 0;
        const pfn_t pfn = frame_ring_oldest(&c->list[from_t1 ? T1 : T2]);
        if (!page_referenced(c->env, pfn))
            return pfn;
        page_clear_referenced(c->env, pfn);
        take(c, pfn);
        add(c, T2, pfn);
    }
}

static void car_why(void *state, pfn_t victim, struct policy_view *view)
{
    struct car *c = state;
    const bool in_t1 = c->where[victim] == T1;
    view_say(
        view,
        "T1 holds %u of %u pages, its target is %.2f: page %s, not used since the hand "
        "of %s last passed, goes",
        c->n[T1], c->n[T1] + c->n[T2], c->target, view_page(view, victim),
        in_t1 ? "T1" : "T2");
}

static void car_show(void *state, struct policy_view *view)
{
    static const char *const names[LISTS] = {"T1", "T2", "B1", "B2"};
    struct car *c = state;
    for (unsigned i = 0; i < LISTS; i++) {
        view_list(view, names[i]);
        pfn_t entry = frame_ring_newest(&c->list[i]);
        for (pfn_t n = c->n[i]; n > 0; n--, entry = c->list[i].links[entry].older)
            view_entry(view, entry);
    }
    view_number(view, "target of T1", PFN_NONE, (uint64_t)(c->target + 0.5));
}

const struct policy_ops policy_car = {
    .abi = POLICY_ABI,
    .name = "car",
    .summary = "two clocks, balanced by the ghosts that return: ARC from accessed bits",
    .source = "Bansal, Modha 2004",
    .sees = POLICY_REF_BITS,
    .state_size = sizeof(struct car),
    .frame_size = sizeof(struct frame_link) + sizeof(uint8_t),
    .ghosts = car_ghosts,
    .init = car_init,
    .resize = car_resize,
    .fault = car_fault,
    .page_in = car_page_in,
    .page_out = car_page_out,
    .forget = car_forget,
    .victim = car_victim,
    .why = car_why,
    .show = car_show,
};
