/* working-set.c -- the working set: Denning, "The working set model for program behavior",
 * Communications of the ACM 11(5), 1968.
 *
 * W(t, T) is the set of distinct pages among the T references up to and with number t
 * (in this discrete form: Denning, Schwartz, "Properties of the working-set model", CACM
 * 15(3), 1972).  So a page stays for T references after its last use: a reference is a hit
 * if its page was used at most T references ago, and faults if it was T + 1 or more.  What
 * is resident between the references t and t + 1 is exactly W(t, T).  (During t + 1 it is
 * that and the page used, so the mean resident set is larger than the mean of W by as many
 * pages as leave in a reference.)
 *
 * The paper gives the window no value.  If memory holds less than the working set, the page
 * of it goes that was used longest ago: it is the nearest to leaving by itself. */
#include "faultline/frame_ring.h"
#include "faultline/policy.h"

struct working_set_params {
    uint64_t window;
};

struct working_set {
    const struct policy_env *env;
    struct frame_ring order; /* by last use */
    uint64_t *last_use;      /* [frame]: time */
    uint64_t window;
    uint64_t quiet_until; /* no page leaves up to this time */
};

static const struct param working_set_table[] = {
    {.name = "window",
     .kind = PARAM_UINT,
     .offset = offsetof(struct working_set_params, window),
     .fallback = "100000",
     .min = 1,
     .max = 1e15,
     .unit = "references",
     .help = "a page that is not among those used in the last so many references leaves"},
    {0},
};

static enum status working_set_init(void *state, const struct policy_env *env,
                                    struct error *err)
{
    struct working_set *w = state;
    (void)err;
    w->env = env;
    w->window = ((const struct working_set_params *)env->params)->window;
    frame_ring_init(&w->order, env->frames);
    w->last_use = (uint64_t *)(void *)(w->order.links + env->nframes);
    return OK;
}

static void working_set_page_in(void *state, pfn_t pfn, pfn_t ghost)
{
    struct working_set *w = state;
    (void)ghost;
    w->last_use[pfn] = policy_now(w->env);
    frame_ring_add(&w->order, pfn);
}

static void working_set_page_out(void *state, pfn_t pfn, bool evicted)
{
    (void)evicted;
    frame_ring_remove(&((struct working_set *)state)->order, pfn);
}

static void working_set_access(void *state, pfn_t pfn, uint64_t when)
{
    struct working_set *w = state;
    (void)when;
    w->last_use[pfn] = policy_now(w->env);
    frame_ring_renew(&w->order, pfn);
}

static pfn_t working_set_victim(void *state)
{
    return frame_ring_oldest(&((struct working_set *)state)->order);
}

static pfn_t working_set_release(void *state)
{
    struct working_set *w = state;
    const uint64_t now = policy_now(w->env);
    if (now <= w->quiet_until)
        return PFN_NONE;
    const pfn_t oldest = frame_ring_oldest(&w->order);
    const uint64_t last_use = oldest == PFN_NONE ? now : w->last_use[oldest];
    if (now - last_use > w->window)
        return oldest;
    /* Pages are only used later than this, so none leaves earlier. */
    w->quiet_until = last_use + w->window;
    return PFN_NONE;
}

static void working_set_why(void *state, pfn_t victim, struct policy_view *view)
{
    const struct working_set *w = state;
    const uint64_t age = policy_now(w->env) - w->last_use[victim];
    const char *page = view_page(view, victim);
    if (age > w->window)
        view_say(view,
                 "page %s has left the working set: it was used %llu references ago, "
                 "and the window is %llu",
                 page, (unsigned long long)age, (unsigned long long)w->window);
    else
        view_say(view,
                 "memory holds less than the working set, of which page %s was used "
                 "longest ago: %llu references",
                 page, (unsigned long long)age);
}

static void working_set_show(void *state, struct policy_view *view)
{
    const struct working_set *w = state;
    const uint64_t now = policy_now(w->env);
    pfn_t pfn = frame_ring_newest(&w->order);
    view_list(view, "working set, last used first");
    for (const pfn_t oldest = frame_ring_oldest(&w->order); pfn != PFN_NONE;
         pfn = pfn == oldest ? PFN_NONE : w->order.links[pfn].older) {
        view_entry(view, pfn);
        view_number(view, "age", pfn, now - w->last_use[pfn]);
    }
}

const struct policy_ops policy_working_set = {
    .abi = POLICY_ABI,
    .name = "working-set",
    .summary = "keeps the pages used in the last references, as many as they may be",
    .source = "Denning 1968; Denning, Schwartz 1972",
    .sees = POLICY_EVERY_REFERENCE,
    .uses_time = true,
    .params = working_set_table,
    .params_size = sizeof(struct working_set_params),
    .state_size = sizeof(struct working_set),
    .frame_size = sizeof(struct frame_link) + sizeof(uint64_t),
    .init = working_set_init,
    .page_in = working_set_page_in,
    .page_out = working_set_page_out,
    .access = working_set_access,
    .victim = working_set_victim,
    .release = working_set_release,
    .why = working_set_why,
    .show = working_set_show,
};
