/* sieve.c -- SIEVE: Zhang, Yang, Yue, Vigfusson, Rashmi, "SIEVE is simpler than LRU: an
 * efficient turn-key eviction algorithm for web caches", NSDI 2024, algorithm 1.
 *
 * Its visited bit is set by every hit and cleared by the hand, so the accessed bit of the
 * page is all that it needs.  A page comes in unvisited: where the hardware notes the
 * access that faulted too, every page is visited once. */
#include "faultline/frame_ring.h"
#include "faultline/policy.h"

struct sieve {
    const struct policy_env *env;
    struct frame_ring queue; /* by time of loading, whatever happens to a page later    */
    pfn_t hand;              /* page to look at next; PFN_NONE: the oldest              */
    pfn_t passed;            /* visited pages that the hand passed on its last way      */
};

static enum status sieve_init(void *state, const struct policy_env *env, struct error *err)
{
    struct sieve *s = state;
    (void)err;
    s->env = env;
    s->hand = PFN_NONE;
    frame_ring_init(&s->queue, env->frames);
    return OK;
}

static void sieve_page_in(void *state, pfn_t pfn, pfn_t ghost)
{
    (void)ghost;
    frame_ring_add(&((struct sieve *)state)->queue, pfn);
}

static void sieve_page_out(void *state, pfn_t pfn, bool evicted)
{
    struct sieve *s = state;
    (void)evicted;
    if (s->hand == pfn)
        s->hand =
            pfn == frame_ring_newest(&s->queue) ? PFN_NONE : s->queue.links[pfn].newer;
    frame_ring_remove(&s->queue, pfn);
}

static pfn_t sieve_victim(void *state)
{
    struct sieve *s = state;
    pfn_t at = s->hand != PFN_NONE ? s->hand : frame_ring_oldest(&s->queue);
    /* Ends: a full turn clears every bit.  Newer than the newest is the oldest. */
    for (s->passed = 0; page_referenced(s->env, at); s->passed++) {
        page_clear_referenced(s->env, at);
        at = s->queue.links[at].newer;
    }
    s->hand = at; /* and on, when the page leaves */
    return at;
}

static void sieve_why(void *state, pfn_t victim, struct policy_view *view)
{
    const struct sieve *s = state;
    if (s->passed)
        view_say(view, "the hand passed %u visited page%s and cleared the bit; ", s->passed,
                 s->passed == 1 ? "" : "s");
    view_say(view, "page %s is the first that was not visited since the hand was there",
             view_page(view, victim));
}

static void sieve_show(void *state, struct policy_view *view)
{
    const struct sieve *s = state;
    const pfn_t newest = frame_ring_newest(&s->queue);
    if (newest == PFN_NONE)
        return;
    view_hand(view, "hand", s->hand != PFN_NONE ? s->hand : frame_ring_oldest(&s->queue));
    view_list(view, "queue, newest first");
    pfn_t at = newest;
    do {
        view_entry(view, at);
        at = s->queue.links[at].older;
    } while (at != newest);
}

const struct policy_ops policy_sieve = {
    .abi = POLICY_ABI,
    .name = "sieve",
    .summary = "a hand goes over a FIFO queue and evicts the first page not visited since",
    .source = "Zhang, Yang, Yue, Vigfusson, Rashmi, NSDI 2024",
    .sees = POLICY_REF_BITS,
    .state_size = sizeof(struct sieve),
    .frame_size = sizeof(struct frame_link),
    .init = sieve_init,
    .page_in = sieve_page_in,
    .page_out = sieve_page_out,
    .victim = sieve_victim,
    .why = sieve_why,
    .show = sieve_show,
};
