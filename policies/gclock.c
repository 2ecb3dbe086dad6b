/* gclock.c -- generalized clock: Smith, "Sequentiality and prefetching in database
 * systems", ACM TODS 3(3), 1978; Nicola, Dan, Dias, "Analysis of the generalized clock
 * buffer replacement scheme for database transaction processing", SIGMETRICS 1992.
 *
 * Each page has a count.  The hand takes one off every page that it passes and evicts the
 * first whose count is used up.  A use sets the count to the page's weight; as the count
 * matters only when the hand comes by, the accessed bit tells all that is needed, and the
 * result is that of setting it at every use.  `on_use: add` adds the weight instead, up to
 * max, once for all uses between two visits of the hand, as a kernel does that ages pages
 * by their bits. */
#include "faultline/policy.h"

enum { USE_SETS, USE_ADDS };

struct gclock_params {
    uint64_t initial, weight, max;
    uint32_t on_use;
};

struct gclock {
    const struct policy_env *env;
    uint8_t *counts; /* [frame]                                            */
    uint64_t passed; /* pages that the hand passed on its last way         */
    pfn_t hand;      /* next frame to look at                              */
};

static const char *const on_use_choices[] = {"set", "add", NULL};

static const struct param gclock_table[] = {
    {.name = "initial",
     .kind = PARAM_UINT,
     .offset = offsetof(struct gclock_params, initial),
     .fallback = "1",
     .min = 0,
     .max = UINT8_MAX,
     .help = "count of a page that is loaded; with initial and weight 1 it is the clock"},
    {.name = "weight",
     .kind = PARAM_UINT,
     .offset = offsetof(struct gclock_params, weight),
     .fallback = "2",
     .min = 1,
     .max = UINT8_MAX,
     .help = "count of a page that has been used; the papers weigh pages by what they "
             "hold, and have no default"},
    {.name = "on_use",
     .kind = PARAM_CHOICE,
     .offset = offsetof(struct gclock_params, on_use),
     .fallback = "set",
     .choices = on_use_choices,
     .help = "a use sets the count to the weight, or adds the weight to it"},
    {.name = "max",
     .kind = PARAM_UINT,
     .offset = offsetof(struct gclock_params, max),
     .fallback = "255",
     .min = 1,
     .max = UINT8_MAX,
     .help = "adding goes no further than this"},
    {0},
};

static enum status gclock_init(void *state, const struct policy_env *env, struct error *err)
{
    struct gclock *g = state;
    (void)err;
    g->env = env;
    g->counts = env->frames;
    return OK;
}

static void gclock_page_in(void *state, pfn_t pfn, pfn_t ghost)
{
    const struct gclock *g = state;
    (void)ghost;
    g->counts[pfn] = (uint8_t)((const struct gclock_params *)g->env->params)->initial;
}

/* What a use since the hand's last visit has made of the count. */
static uint8_t count_used(const struct gclock_params *params, uint8_t count)
{
    const uint64_t sum = count + params->weight;
    if (params->on_use == USE_SETS)
        return (uint8_t)params->weight;
    if (sum <= params->max)
        return (uint8_t)sum;
    return count < params->max ? (uint8_t)params->max : count;
}

static pfn_t gclock_victim(void *state)
{
    struct gclock *g = state;
    /* Ends: there is a page that can be evicted, and each turn takes one off its count. */
    for (g->passed = 0;;) {
        const pfn_t pfn = g->hand;
        g->hand = pfn + 1 < g->env->nframes ? pfn + 1 : 0;
        if (!page_evictable(g->env, pfn))
            continue;
        if (page_referenced(g->env, pfn)) {
            page_clear_referenced(g->env, pfn);
            g->counts[pfn] = count_used(g->env->params, g->counts[pfn]);
        }
        if (g->counts[pfn] == 0)
            return pfn;
        g->counts[pfn]--;
        g->passed++;
    }
}

static void gclock_why(void *state, pfn_t victim, struct policy_view *view)
{
    const struct gclock *g = state;
    if (g->passed)
        view_say(view, "the hand took one off the count of each page %llu time%s; ",
                 (unsigned long long)g->passed, g->passed == 1 ? "" : "s");
    view_say(view, "page %s is the first that it found with count 0 and not used",
             view_page(view, victim));
}

static void gclock_show(void *state, struct policy_view *view)
{
    const struct gclock *g = state;
    view_hand(view, "hand", g->hand);
    for (pfn_t pfn = 0; pfn < g->env->nframes; pfn++)
        if (page_evictable(g->env, pfn))
            view_number(view, "count", pfn, g->counts[pfn]);
}

const struct policy_ops policy_gclock = {
    .abi = POLICY_ABI,
    .name = "gclock",
    .summary = "a clock whose hand counts pages down; a use sets the count to a weight",
    .source = "Smith 1978; Nicola, Dan, Dias 1992",
    .sees = POLICY_REF_BITS,
    .params = gclock_table,
    .params_size = sizeof(struct gclock_params),
    .state_size = sizeof(struct gclock),
    .frame_size = sizeof(uint8_t),
    .init = gclock_init,
    .page_in = gclock_page_in,
    .victim = gclock_victim,
    .why = gclock_why,
    .show = gclock_show,
};
