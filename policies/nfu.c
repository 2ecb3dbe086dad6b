/* nfu.c -- not frequently used: Tanenbaum, Modern Operating Systems, 3.4.7.
 *
 * At every clock interrupt the accessed bit of each page, which is cleared, is added to its
 * counter.  The page with the lowest counter is evicted.  Counters begin at zero, as the
 * book has it, so until the next interrupt a page just loaded is among the first to go. */
#include "faultline/policy.h"

enum { TIE_RANDOM, TIE_FIRST };

#define ABSENT UINT32_MAX

struct nfu_params {
    uint64_t interval;
    uint32_t tie;
    bool ref_on_load;
};

struct nfu {
    const struct policy_env *env;
    uint32_t *counters; /* [frame], or ABSENT               */
    pfn_t end;          /* frames before it have been used  */
};

static const char *const tie_choices[] = {"random", "first", NULL};

static const struct param nfu_table[] = {
    {.name = "interval",
     .kind = PARAM_UINT,
     .offset = offsetof(struct nfu_params, interval),
     .fallback = "20000",
     .min = 1,
     .max = 1e15,
     .unit = "references",
     .help = "time between two clock interrupts: Tanenbaum's 20 ms at a million references "
             "a second"},
    {.name = "tie",
     .kind = PARAM_CHOICE,
     .offset = offsetof(struct nfu_params, tie),
     .fallback = "random",
     .choices = tie_choices,
     .help = "of several pages with the lowest counter one at random goes, or that in the "
             "first frame"},
    {.name = "ref_on_load",
     .kind = PARAM_BOOL,
     .offset = offsetof(struct nfu_params, ref_on_load),
     .fallback = "yes",
     .help =
         "a page is loaded with its reference bit set (the reference that faulted counts)"},
    {0},
};

static const struct nfu_params *params_of(const struct nfu *n)
{
    return n->env->params;
}

static enum status nfu_init(void *state, const struct policy_env *env, struct error *err)
{
    struct nfu *n = state;
    (void)err;
    n->env = env;
    n->counters = env->frames;
    return OK;
}

static void nfu_page_in(void *state, pfn_t pfn, pfn_t ghost)
{
    struct nfu *n = state;
    (void)ghost;
    while (n->end <= pfn)
        n->counters[n->end++] = ABSENT;
    n->counters[pfn] = 0;
    if (params_of(n)->ref_on_load)
        page_set_referenced(n->env, pfn);
}

static void nfu_page_out(void *state, pfn_t pfn, bool evicted)
{
    (void)evicted;
    ((struct nfu *)state)->counters[pfn] = ABSENT;
}

static uint64_t nfu_tick(void *state, uint64_t now)
{
    struct nfu *n = state;
    const uint64_t interval = params_of(n)->interval;
    for (pfn_t pfn = 0; pfn < n->end; pfn++) {
        if (n->counters[pfn] == ABSENT || !page_referenced(n->env, pfn))
            continue;
        page_clear_referenced(n->env, pfn);
        n->counters[pfn] += n->counters[pfn] < ABSENT - 1;
    }
    return now - now % interval + interval;
}

/* The lowest counter and how many pages have it; two plain loops, which compilers turn into
 * vector instructions. */
static uint32_t lowest(const struct nfu *n, pfn_t *ties)
{
    const uint32_t *counters = n->counters;
    const pfn_t end = n->end;
    uint32_t least = ABSENT;
    pfn_t equal = 0;
    for (pfn_t pfn = 0; pfn < end; pfn++)
        least = counters[pfn] < least ? counters[pfn] : least;
    for (pfn_t pfn = 0; pfn < end; pfn++)
        equal += counters[pfn] == least;
    *ties = equal;
    return least;
}

static pfn_t nfu_victim(void *state)
{
    const struct nfu *n = state;
    pfn_t ties, pfn = 0;
    const uint32_t least = lowest(n, &ties);
    uint64_t skip =
        params_of(n)->tie == TIE_RANDOM && ties > 1 ? rng_below(n->env->rng, ties) : 0;
    while (n->counters[pfn] != least || skip-- > 0)
        pfn++;
    return pfn;
}

static void nfu_why(void *state, pfn_t victim, struct policy_view *view)
{
    const struct nfu *n = state;
    pfn_t ties;
    const uint32_t least = lowest(n, &ties);
    view_say(view,
             "page %s was used in %u intervals since it was loaded, and none in fewer",
             view_page(view, victim), least);
    if (ties > 1)
        view_say(view, "; of the %u pages with that %s", ties,
                 params_of(n)->tie == TIE_RANDOM ? "chance decides"
                                                 : "it is in the first frame");
}

static void nfu_show(void *state, struct policy_view *view)
{
    const struct nfu *n = state;
    for (pfn_t pfn = 0; pfn < n->end; pfn++)
        if (n->counters[pfn] != ABSENT)
            view_number(view, "counter", pfn, n->counters[pfn]);
}

const struct policy_ops policy_nfu = {
    .abi = POLICY_ABI,
    .name = "nfu",
    .summary = "evicts the page that was found used at the fewest clock interrupts",
    .source = "Tanenbaum, Modern Operating Systems, 3.4.7",
    .sees = POLICY_REF_BITS,
    .uses_time = true,
    .params = nfu_table,
    .params_size = sizeof(struct nfu_params),
    .state_size = sizeof(struct nfu),
    .frame_size = sizeof(uint32_t),
    .init = nfu_init,
    .page_in = nfu_page_in,
    .page_out = nfu_page_out,
    .victim = nfu_victim,
    .tick = nfu_tick,
    .why = nfu_why,
    .show = nfu_show,
};
