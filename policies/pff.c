/* pff.c -- page fault frequency: Chu, Opderbeck, "The page fault frequency replacement
 * algorithm", AFIPS Fall Joint Computer Conference 1972.
 *
 * The allocation changes at faults only.  If the fault before was more than `threshold`
 * references ago (the frequency is below 1 / threshold) the pages not used since then are
 * given up; else the new page is added to them.  Accessed bits, cleared at every fault, say
 * which pages have been used since the last one.
 *
 * The paper tries several thresholds and makes none the default.  If memory holds less than
 * PFF wants, the page goes that was last found used the most faults ago, of several the one
 * that has been in this order longest. */
#include "faultline/frame_ring.h"
#include "faultline/policy.h"

struct pff_params {
    uint64_t threshold;
    bool ref_on_load;
};

struct pff {
    const struct policy_env *env;
    struct frame_ring order; /* by when pages were loaded or last found used */
    pfn_t resident;
    pfn_t idle;        /* of them the oldest, not used since the fault before this one */
    bool shrinks;      /* at this fault                                              */
    bool gives_up;     /* the frame chosen last went without need                    */
    uint64_t last;     /* time of this fault                                         */
    uint64_t interval; /* to it from the fault before                                */
};

static const struct param pff_table[] = {
    {.name = "threshold",
     .kind = PARAM_UINT,
     .offset = offsetof(struct pff_params, threshold),
     .fallback = "10000",
     .min = 1,
     .max = 1e15,
     .unit = "references",
     .help =
         "at a fault that comes later than this after the one before, pages not used in "
         "between are given up"},
    {.name = "ref_on_load",
     .kind = PARAM_BOOL,
     .offset = offsetof(struct pff_params, ref_on_load),
     .fallback = "yes",
     .help =
         "a page is loaded with its reference bit set (the reference that faulted counts)"},
    {0},
};

static enum status pff_init(void *state, const struct policy_env *env, struct error *err)
{
    struct pff *p = state;
    (void)err;
    p->env = env;
    frame_ring_init(&p->order, env->frames);
    return OK;
}

/* Move the pages used since the fault before to the newest end; the others keep their
 * order, and are the oldest. */
static void pff_fault(void *state, pfn_t ghost)
{
    struct pff *p = state;
    (void)ghost;
    const struct pff_params *params = p->env->params;
    const uint64_t now = policy_now(p->env);
    pfn_t pfn = frame_ring_oldest(&p->order);
    p->idle = 0;
    for (pfn_t n = p->resident; n > 0; n--) {
        const pfn_t next = p->order.links[pfn].newer;
        if (page_referenced(p->env, pfn)) {
            page_clear_referenced(p->env, pfn);
            frame_ring_renew(&p->order, pfn);
        } else {
            p->idle++;
        }
        pfn = next;
    }
    p->interval = now - p->last;
    p->shrinks = p->interval > params->threshold;
    p->last = now;
}

static void pff_page_in(void *state, pfn_t pfn, pfn_t ghost)
{
    struct pff *p = state;
    (void)ghost;
    frame_ring_add(&p->order, pfn);
    p->resident++;
    if (((const struct pff_params *)p->env->params)->ref_on_load)
        page_set_referenced(p->env, pfn);
}

static void pff_page_out(void *state, pfn_t pfn, bool evicted)
{
    struct pff *p = state;
    (void)evicted;
    frame_ring_remove(&p->order, pfn);
    p->resident--;
}

static pfn_t pff_release(void *state)
{
    struct pff *p = state;
    if (!p->shrinks || p->idle == 0)
        return PFN_NONE;
    p->idle--;
    p->gives_up = true;
    return frame_ring_oldest(&p->order);
}

static pfn_t pff_victim(void *state)
{
    struct pff *p = state;
    p->gives_up = false;
    return frame_ring_oldest(&p->order);
}

static void pff_why(void *state, pfn_t victim, struct policy_view *view)
{
    const struct pff *p = state;
    const struct pff_params *params = p->env->params;
    const char *page = view_page(view, victim);
    if (p->gives_up)
        view_say(view,
                 "the last fault was %llu references ago, more than %llu, and page %s "
                 "has not been used since",
                 (unsigned long long)p->interval, (unsigned long long)params->threshold,
                 page);
    else
        view_say(
            view,
            "memory holds less than is wanted, of which page %s was found used longest "
            "ago",
            page);
}

static void pff_show(void *state, struct policy_view *view)
{
    const struct pff *p = state;
    pfn_t pfn = frame_ring_newest(&p->order);
    view_list(view, "pages, last found used first");
    for (pfn_t n = p->resident; n > 0; n--, pfn = p->order.links[pfn].older)
        view_entry(view, pfn);
    view_number(view, "since the last fault", PFN_NONE, policy_now(p->env) - p->last);
}

const struct policy_ops policy_pff = {
    .abi = POLICY_ABI,
    .name = "pff",
    .summary = "grows while faults are frequent, and at a rare fault gives up unused pages",
    .source = "Chu, Opderbeck 1972",
    .sees = POLICY_REF_BITS,
    .uses_time = true,
    .params = pff_table,
    .params_size = sizeof(struct pff_params),
    .state_size = sizeof(struct pff),
    .frame_size = sizeof(struct frame_link),
    .init = pff_init,
    .fault = pff_fault,
    .page_in = pff_page_in,
    .page_out = pff_page_out,
    .victim = pff_victim,
    .release = pff_release,
    .why = pff_why,
    .show = pff_show,
};
