/* clock.c -- one-handed clock: Corbato, "A paging experiment with the Multics system",
 * in: In Honor of Philip M. Morse, MIT Press 1969. */
#include "faultline/policy.h"

enum { HAND_ADVANCES, HAND_STAYS };

struct clock_params {
    bool ref_on_load;
    uint32_t hand;
};

struct clock {
    const struct policy_env *env;
    pfn_t hand;          /* next frame to look at                                  */
    uint64_t cleared;    /* bits that it cleared on its way to the last victim     */
    pfn_t first_cleared; /* ... the first of them; valid unless cleared is 0      */
};

static const char *const hand_choices[] = {"advances", "stays", NULL};

static const struct param clock_table[] = {
    {.name = "ref_on_load",
     .kind = PARAM_BOOL,
     .offset = offsetof(struct clock_params, ref_on_load),
     .fallback = "yes",
     .help =
         "a page is loaded with its reference bit set (the reference that faulted counts)"},
    {.name = "hand",
     .kind = PARAM_CHOICE,
     .offset = offsetof(struct clock_params, hand),
     .fallback = "advances",
     .choices = hand_choices,
     .help = "after a replacement the hand advances past the new page or stays on it"},
    {0},
};

static enum status clock_init(void *state, const struct policy_env *env, struct error *err)
{
    (void)err;
    ((struct clock *)state)->env = env;
    return OK;
}

static void clock_page_in(void *state, pfn_t pfn, pfn_t ghost)
{
    (void)ghost;
    const struct clock *c = state;
    if (((const struct clock_params *)c->env->params)->ref_on_load)
        page_set_referenced(c->env, pfn);
}

static pfn_t clock_victim(void *state)
{
    struct clock *c = state;
    const struct clock_params *params = c->env->params;
    c->cleared = 0;
    /* Ends: there is a frame that can be evicted, and a full turn clears every bit. */
    for (;;) {
        const pfn_t pfn = c->hand;
        const pfn_t next = pfn + 1 < c->env->nframes ? pfn + 1 : 0;
        if (!page_evictable(c->env, pfn)) {
            c->hand = next;
            continue;
        }
        if (!page_referenced(c->env, pfn)) {
            c->hand = params->hand == HAND_ADVANCES ? next : pfn;
            return pfn;
        }
        page_clear_referenced(c->env, pfn);
        if (c->cleared++ == 0)
            c->first_cleared = pfn;
        c->hand = next;
    }
}

static void clock_why(void *state, pfn_t victim, struct policy_view *view)
{
    const struct clock *c = state;
    const char *page = view_page(view, victim);
    if (c->cleared == 0)
        view_say(view, "the hand finds that page %s was not used", page);
    else if (victim != c->first_cleared)
        view_say(view,
                 "the hand clears the bit%s of %llu page%s and finds that page %s was "
                 "not used",
                 c->cleared == 1 ? "" : "s", (unsigned long long)c->cleared,
                 c->cleared == 1 ? "" : "s", page);
    else
        view_say(view,
                 "the hand finds that all pages were used, clears their bits and "
                 "comes back to page %s",
                 page);
}

static void clock_show(void *state, struct policy_view *view)
{
    view_hand(view, "hand", ((const struct clock *)state)->hand);
}

const struct policy_ops policy_clock = {
    .abi = POLICY_ABI,
    .name = "clock",
    .summary =
        "a hand turns over the frames and evicts the first page not used since it passed",
    .source = "Corbato 1969",
    .sees = POLICY_REF_BITS,
    .params = clock_table,
    .params_size = sizeof(struct clock_params),
    .state_size = sizeof(struct clock),
    .init = clock_init,
    .page_in = clock_page_in,
    .victim = clock_victim,
    .why = clock_why,
    .show = clock_show,
};
