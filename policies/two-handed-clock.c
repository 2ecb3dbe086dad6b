/* two-handed-clock.c -- two hands that move together: the page daemon of 4.3BSD
 * (vm_page.c, pageout() and checkpage()) and of SVR4 and Solaris (vm_pageout.c); Leffler,
 * McKusick, Karels, Quarterman, The Design and Implementation of the 4.3BSD UNIX Operating
 * System, 1989, ch. 5.
 *
 * The front hand clears the accessed bit; a page that is not used until the back hand
 * comes by is free to be taken.  The hands move when a frame is needed and none is free,
 * and with a scan rate also at every wake-up of the daemon, as long as fewer than lotsfree
 * frames are free: empty ones, and pages found unused.  Such a page stays in memory, first
 * found first taken, and a use takes it back. */
#include "faultline/frame_ring.h"
#include "faultline/policy.h"

enum { FRONT_CLEARS, FRONT_TAKES };
enum { BY_NONE, BY_BACK, BY_FRONT };

struct two_handed_params {
    double spread, lotsfree;
    uint64_t scan_rate, interval;
    uint32_t front;
    bool ref_on_load;
};

struct two_handed {
    const struct policy_env *env;
    struct frame_ring unused; /* pages found unused, by the time when                    */
    uint8_t *found;           /* [frame]: by which hand, if it is among these             */
    pfn_t back, front;        /* frames to look at next                                   */
    pfn_t nunused, npages;
};

static const char *const front_choices[] = {"clears", "takes", NULL};

static const struct param two_handed_table[] = {
    {.name = "spread",
     .kind = PARAM_REAL,
     .offset = offsetof(struct two_handed_params, spread),
     .fallback = "0.5",
     .min = 0,
     .max = 1,
     .help = "way from the back hand to the front hand as a part of the frames, rounded "
             "down: half in Solaris (2 MB in 4.3BSD); at most one frame less than all"},
    {.name = "front",
     .kind = PARAM_CHOICE,
     .offset = offsetof(struct two_handed_params, front),
     .fallback = "clears",
     .choices = front_choices,
     .help = "the front hand only clears bits, or takes pages that are unused already, as "
             "the kernels do"},
    {.name = "scan_rate",
     .kind = PARAM_UINT,
     .offset = offsetof(struct two_handed_params, scan_rate),
     .fallback = "0",
     .min = 0,
     .max = 1e9,
     .unit = "frames",
     .help = "frames that the hands pass at most at a wake-up of the daemon; 0: they move "
             "on demand only"},
    {.name = "interval",
     .kind = PARAM_UINT,
     .offset = offsetof(struct two_handed_params, interval),
     .fallback = "250000",
     .min = 1,
     .max = 1e15,
     .unit = "references",
     .help = "time between two wake-ups: the kernels' quarter of a second at a million "
             "references a second"},
    {.name = "lotsfree",
     .kind = PARAM_REAL,
     .offset = offsetof(struct two_handed_params, lotsfree),
     .fallback = "0.015625",
     .min = 0,
     .max = 1,
     .help =
         "part of the frames that the daemon keeps free, one at least: 1/64 in Solaris"},
    {.name = "ref_on_load",
     .kind = PARAM_BOOL,
     .offset = offsetof(struct two_handed_params, ref_on_load),
     .fallback = "yes",
     .help =
         "a page is loaded with its reference bit set (the reference that faulted counts)"},
    {0},
};

static const struct two_handed_params *params_of(const struct two_handed *t)
{
    return t->env->params;
}

/* A part of the frames, rounded down; what a fraction such as 0.29 lacks does not count. */
static pfn_t part_of(pfn_t frames, double part)
{
    return (pfn_t)(part * frames + 1e-6);
}

static enum status two_handed_init(void *state, const struct policy_env *env,
                                   struct error *err)
{
    struct two_handed *t = state;
    (void)err;
    t->env = env;
    frame_ring_init(&t->unused, env->frames);
    t->found = (uint8_t *)(t->unused.links + env->nframes);
    /* The hands pass all frames, and with them as large a part of those of a process. */
    const pfn_t spread = part_of(env->nframes, params_of(t)->spread);
    t->front = spread < env->nframes ? spread : env->nframes - 1;
    return OK;
}

static void two_handed_page_in(void *state, pfn_t pfn, pfn_t ghost)
{
    struct two_handed *t = state;
    (void)ghost;
    t->npages++;
    if (params_of(t)->ref_on_load)
        page_set_referenced(t->env, pfn);
}

static void take_back(struct two_handed *t, pfn_t pfn)
{
    frame_ring_remove(&t->unused, pfn);
    t->found[pfn] = BY_NONE;
    t->nunused--;
}

static void two_handed_page_out(void *state, pfn_t pfn, bool evicted)
{
    struct two_handed *t = state;
    (void)evicted;
    t->npages--;
    if (t->found[pfn])
        take_back(t, pfn);
}

static void look_at(struct two_handed *t, pfn_t pfn, uint8_t hand)
{
    if (!page_evictable(t->env, pfn))
        return;
    if (page_referenced(t->env, pfn)) {
        if (t->found[pfn])
            take_back(t, pfn);
        if (hand == BY_FRONT)
            page_clear_referenced(t->env, pfn);
    } else if (!t->found[pfn] && (hand == BY_BACK || params_of(t)->front == FRONT_TAKES)) {
        t->found[pfn] = hand;
        frame_ring_add(&t->unused, pfn);
        t->nunused++;
    }
}

static void move_hands(struct two_handed *t)
{
    const pfn_t nframes = t->env->nframes;
    look_at(t, t->front, BY_FRONT);
    look_at(t, t->back, BY_BACK);
    t->front = t->front + 1 < nframes ? t->front + 1 : 0;
    t->back = t->back + 1 < nframes ? t->back + 1 : 0;
}

static pfn_t two_handed_victim(void *state)
{
    struct two_handed *t = state;
    /* Ends: the front hand clears all bits in one turn, and the back hand follows. */
    for (;;) {
        const pfn_t pfn = frame_ring_oldest(&t->unused);
        if (pfn == PFN_NONE)
            move_hands(t);
        else if (page_referenced(t->env, pfn))
            take_back(t, pfn);
        else
            return pfn;
    }
}

/* Pages that have been used since they were found are not free any more. */
static void take_back_used(struct two_handed *t)
{
    const pfn_t n = t->nunused;
    pfn_t pfn = frame_ring_oldest(&t->unused);
    for (pfn_t i = 0; i < n; i++) {
        const pfn_t next = t->unused.links[pfn].newer;
        if (page_referenced(t->env, pfn))
            take_back(t, pfn);
        pfn = next;
    }
}

/* The daemon wakes up. */
static uint64_t two_handed_tick(void *state, uint64_t now)
{
    struct two_handed *t = state;
    const struct two_handed_params *params = params_of(t);
    const pfn_t share = t->env->share, part = part_of(share, params->lotsfree);
    const pfn_t lotsfree = part ? part : 1;
    if (params->scan_rate == 0)
        return UINT64_MAX;
    take_back_used(t);
    for (uint64_t i = 0; i < params->scan_rate; i++) {
        const pfn_t empty = share > t->npages ? share - t->npages : 0;
        if (t->nunused + empty >= lotsfree)
            break;
        move_hands(t);
    }
    return now - now % params->interval + params->interval;
}

static void two_handed_why(void *state, pfn_t victim, struct policy_view *view)
{
    const struct two_handed *t = state;
    view_say(view, "page %s was not used between the %s, nor since",
             view_page(view, victim),
             t->found[victim] == BY_BACK ? "front hand and the back hand"
                                         : "back hand and the front hand");
}

static void two_handed_show(void *state, struct policy_view *view)
{
    const struct two_handed *t = state;
    view_hand(view, "back", t->back);
    view_hand(view, "front", t->front);
    view_list(view, "found unused, first to go first");
    pfn_t pfn = frame_ring_oldest(&t->unused);
    for (pfn_t i = 0; i < t->nunused; i++) {
        view_entry(view, pfn);
        pfn = t->unused.links[pfn].newer;
    }
}

const struct policy_ops policy_two_handed_clock = {
    .abi = POLICY_ABI,
    .name = "two-handed-clock",
    .summary = "a front hand clears accessed bits, a back hand evicts pages not used since",
    .source = "4.3BSD vm_page.c; SVR4 and Solaris vm_pageout.c",
    .sees = POLICY_REF_BITS,
    .uses_time = true,
    .params = two_handed_table,
    .params_size = sizeof(struct two_handed_params),
    .state_size = sizeof(struct two_handed),
    .frame_size = sizeof(struct frame_link) + sizeof(uint8_t),
    .init = two_handed_init,
    .page_in = two_handed_page_in,
    .page_out = two_handed_page_out,
    .victim = two_handed_victim,
    .tick = two_handed_tick,
    .why = two_handed_why,
    .show = two_handed_show,
};
