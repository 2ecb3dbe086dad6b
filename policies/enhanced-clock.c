/* enhanced-clock.c -- clock by classes of accessed and dirty bits: Goldman, "Mac VM
 * revealed", Byte, 1989, as Stallings, Operating Systems, 8.2, tells it; the
 * enhanced second-chance algorithm of Silberschatz, Galvin, Gagne, Operating System
 * Concepts, 10.4.5.3.
 *
 * From the hand on: the first page neither used nor dirty, in a turn that changes nothing;
 * else the first page not used, though dirty, in a turn that clears the accessed bits
 * which it passes; else all bits are clear, and the same again finds one.  Silberschatz
 * and others do not say when the bits are cleared. */
#include "faultline/policy.h"

struct enhanced_clock_params {
    bool ref_on_load;
};

struct enhanced_clock {
    const struct policy_env *env;
    pfn_t hand; /* next frame to look at              */
    int turn;   /* 1 to 4: in which it found the last victim */
};

static const struct param enhanced_clock_table[] = {
    {.name = "ref_on_load",
     .kind = PARAM_BOOL,
     .offset = offsetof(struct enhanced_clock_params, ref_on_load),
     .fallback = "yes",
     .help =
         "a page is loaded with its reference bit set (the reference that faulted counts)"},
    {0},
};

static enum status enhanced_clock_init(void *state, const struct policy_env *env,
                                       struct error *err)
{
    (void)err;
    ((struct enhanced_clock *)state)->env = env;
    return OK;
}

static void enhanced_clock_page_in(void *state, pfn_t pfn, pfn_t ghost)
{
    const struct enhanced_clock *e = state;
    (void)ghost;
    if (((const struct enhanced_clock_params *)e->env->params)->ref_on_load)
        page_set_referenced(e->env, pfn);
}

/* Turn the hand once.  clean: take a clean page only and change nothing; else clear the
 * accessed bits that it passes.  PFN_NONE if it is back and has found none. */
static pfn_t turn_hand(struct enhanced_clock *e, bool clean)
{
    const struct policy_env *env = e->env;
    pfn_t pfn = e->hand;
    for (pfn_t i = 0; i < env->nframes; i++) {
        const pfn_t next = pfn + 1 < env->nframes ? pfn + 1 : 0;
        if (page_evictable(env, pfn)) {
            const bool used = page_referenced(env, pfn);
            if (!used && !(clean && page_dirty(env, pfn))) {
                e->hand = next;
                return pfn;
            }
            if (used && !clean)
                page_clear_referenced(env, pfn);
        }
        pfn = next;
    }
    return PFN_NONE;
}

static pfn_t enhanced_clock_victim(void *state)
{
    struct enhanced_clock *e = state;
    /* Ends: the second turn has cleared all accessed bits. */
    for (e->turn = 1;; e->turn++) {
        const pfn_t pfn = turn_hand(e, e->turn % 2);
        if (pfn != PFN_NONE)
            return pfn;
    }
}

static void enhanced_clock_why(void *state, pfn_t victim, struct policy_view *view)
{
    static const char *const found[] = {
        "neither used nor dirty", "not used, though dirty; all unused ones are dirty",
        "clean; all pages had been used, so their bits were cleared first",
        "dirty as all are; all had been used, so their bits were cleared first"};
    const struct enhanced_clock *e = state;
    view_say(view, "page %s is the first from the hand on that is %s",
             view_page(view, victim), found[e->turn - 1]);
}

static void enhanced_clock_show(void *state, struct policy_view *view)
{
    view_hand(view, "hand", ((const struct enhanced_clock *)state)->hand);
}

const struct policy_ops policy_enhanced_clock = {
    .abi = POLICY_ABI,
    .name = "enhanced-clock",
    .summary = "a clock that prefers unused clean pages, then unused dirty ones",
    .source = "Goldman 1989, after Stallings, Operating Systems, 8.2",
    .sees = POLICY_REF_BITS,
    .params = enhanced_clock_table,
    .params_size = sizeof(struct enhanced_clock_params),
    .state_size = sizeof(struct enhanced_clock),
    .init = enhanced_clock_init,
    .page_in = enhanced_clock_page_in,
    .victim = enhanced_clock_victim,
    .why = enhanced_clock_why,
    .show = enhanced_clock_show,
};
