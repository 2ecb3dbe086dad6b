/* aging.c -- LRU simulated by aging counters: Tanenbaum, Modern Operating Systems, 3.4.7;
 * the additional-reference-bits algorithm of Silberschatz, Galvin, Gagne, Operating System
 * Concepts, 10.4.5.1.
 *
 * At every clock interrupt each page's counter is shifted right and the accessed bit, which
 * is cleared, comes in at the left.  The page with the lowest counter is evicted.  Counters
 * stand still between interrupts, and the books do not say what a page is loaded with: with
 * zero it would be the first to go until the next interrupt, so that one page would be
 * evicted by the next over and over; by default it comes in as if used in the interval
 * before. */
#include "faultline/policy.h"

enum { TIE_RANDOM, TIE_FIRST };

#define ABSENT UINT32_MAX /* above any counter, which has 31 bits at most */

struct aging_params {
    uint64_t interval, bits;
    uint32_t tie;
    bool count_on_load, ref_on_load;
};

struct aging {
    const struct policy_env *env;
    uint32_t *counters; /* [frame], or ABSENT          */
    pfn_t end;          /* frames up to here have been used */
};

static const char *const tie_choices[] = {"random", "first", NULL};

static const struct param aging_table[] = {
    {.name = "interval",
     .kind = PARAM_UINT,
     .offset = offsetof(struct aging_params, interval),
     .fallback = "20000",
     .min = 1,
     .max = 1e15,
     .unit = "references",
     .help = "time between two clock interrupts: Tanenbaum's 20 ms at a million references "
             "a second"},
    {.name = "bits",
     .kind = PARAM_UINT,
     .offset = offsetof(struct aging_params, bits),
     .fallback = "8",
     .min = 1,
     .max = 31,
     .unit = "bits",
     .help = "width of a counter: so many interrupts are remembered"},
    {.name = "tie",
     .kind = PARAM_CHOICE,
     .offset = offsetof(struct aging_params, tie),
     .fallback = "random",
     .choices = tie_choices,
     .help = "of several pages with the lowest counter one at random goes, or that in the "
             "first frame"},
    {.name = "count_on_load",
     .kind = PARAM_BOOL,
     .offset = offsetof(struct aging_params, count_on_load),
     .fallback = "yes",
     .help = "a page is loaded with the highest bit of its counter set, or with 0"},
    {.name = "ref_on_load",
     .kind = PARAM_BOOL,
     .offset = offsetof(struct aging_params, ref_on_load),
     .fallback = "yes",
     .help =
         "a page is loaded with its reference bit set (the reference that faulted counts)"},
    {0},
};

static const struct aging_params *params_of(const struct aging *a)
{
    return a->env->params;
}

static enum status aging_init(void *state, const struct policy_env *env, struct error *err)
{
    struct aging *a = state;
    (void)err;
    a->env = env;
    a->counters = env->frames;
    return OK;
}

static uint32_t highest_bit(const struct aging *a)
{
    return (uint32_t)1 << (params_of(a)->bits - 1);
}

static void aging_page_in(void *state, pfn_t pfn, pfn_t ghost)
{
    struct aging *a = state;
    (void)ghost;
    while (a->end <= pfn)
        a->counters[a->end++] = ABSENT;
    a->counters[pfn] = params_of(a)->count_on_load ? highest_bit(a) : 0;
    if (params_of(a)->ref_on_load)
        page_set_referenced(a->env, pfn);
}

static void aging_page_out(void *state, pfn_t pfn, bool evicted)
{
    (void)evicted;
    ((struct aging *)state)->counters[pfn] = ABSENT;
}

static uint64_t aging_tick(void *state, uint64_t now)
{
    struct aging *a = state;
    const uint64_t interval = params_of(a)->interval;
    const uint32_t highest = highest_bit(a);
    for (pfn_t pfn = 0; pfn < a->end; pfn++) {
        if (a->counters[pfn] == ABSENT)
            continue;
        a->counters[pfn] >>= 1;
        if (!page_referenced(a->env, pfn))
            continue;
        page_clear_referenced(a->env, pfn);
        a->counters[pfn] |= highest;
    }
    return now - now % interval + interval;
}

/* The lowest counter and how many pages have it; two plain loops, which compilers turn into
 * vector instructions. */
static uint32_t lowest(const struct aging *a, pfn_t *ties)
{
    const uint32_t *counters = a->counters;
    const pfn_t end = a->end;
    uint32_t least = ABSENT;
    pfn_t n = 0;
    for (pfn_t pfn = 0; pfn < end; pfn++)
        least = counters[pfn] < least ? counters[pfn] : least;
    for (pfn_t pfn = 0; pfn < end; pfn++)
        n += counters[pfn] == least;
    *ties = n;
    return least;
}

static pfn_t aging_victim(void *state)
{
    const struct aging *a = state;
    pfn_t ties, pfn = 0;
    const uint32_t least = lowest(a, &ties);
    uint64_t skip =
        params_of(a)->tie == TIE_RANDOM && ties > 1 ? rng_below(a->env->rng, ties) : 0;
    while (a->counters[pfn] != least || skip-- > 0)
        pfn++;
    return pfn;
}

static void aging_why(void *state, pfn_t victim, struct policy_view *view)
{
    const struct aging *a = state;
    pfn_t ties;
    lowest(a, &ties);
    view_say(view, "page %s has the lowest counter, ", view_page(view, victim));
    for (uint32_t bit = highest_bit(a); bit; bit >>= 1)
        view_say(view, "%d", !!(a->counters[victim] & bit));
    if (ties > 1)
        view_say(view, ", as have %u others; %s", ties - 1,
                 params_of(a)->tie == TIE_RANDOM ? "chance decides"
                                                 : "it is in the first frame of these");
}

static void aging_show(void *state, struct policy_view *view)
{
    const struct aging *a = state;
    for (pfn_t pfn = 0; pfn < a->end; pfn++)
        if (a->counters[pfn] != ABSENT)
            view_number(view, "counter", pfn, a->counters[pfn]);
}

const struct policy_ops policy_aging = {
    .abi = POLICY_ABI,
    .name = "aging",
    .summary = "evicts the page with the lowest counter of accessed bits shifted in",
    .source = "Tanenbaum, Modern Operating Systems, 3.4.7",
    .sees = POLICY_REF_BITS,
    .uses_time = true,
    .params = aging_table,
    .params_size = sizeof(struct aging_params),
    .state_size = sizeof(struct aging),
    .frame_size = sizeof(uint32_t),
    .init = aging_init,
    .page_in = aging_page_in,
    .page_out = aging_page_out,
    .victim = aging_victim,
    .tick = aging_tick,
    .why = aging_why,
    .show = aging_show,
};
