/* vmin.c -- VMIN: Prieve, Fabry, "VMIN -- an optimal variable-space page replacement
 * algorithm", Communications of the ACM 19(5), 1976.
 *
 * To keep a page until its next use costs memory for as long; to give it up costs a fault.
 * With a fault worth the memory of one page for `window` references, a page whose next use
 * is farther away than that leaves right after its use, and every other one stays.  So it
 * faults exactly as often as the working set with the same window (a page used x
 * references after its last use is a hit if x is at most the window), and no variable
 * allocation with as few faults takes less memory.
 *
 * The paper gives the window no value: it is a ratio of costs.  If memory holds less than
 * VMIN wants, the page goes whose next use is farthest away, as in MIN. */
#include "faultline/frame_ring.h"
#include "faultline/policy.h"

struct vmin_params {
    uint64_t window;
};

struct vmin {
    const struct policy_env *env;
    struct frame_ring
        leaving;      /* pages that are not used again within the window          */
    uint64_t *next;   /* [frame]: time of the next use; 0: none known             */
    bool *is_leaving; /* [frame]                                                  */
    uint64_t window;
    uint64_t used_at; /* time of the last use */
    pfn_t nused;      /* frames 0 .. nused-1 have been used */
};

static const struct param vmin_table[] = {
    {.name = "window",
     .kind = PARAM_UINT,
     .offset = offsetof(struct vmin_params, window),
     .fallback = "100000",
     .min = 1,
     .max = 1e15,
     .unit = "references",
     .help = "a page that is not used again within so many references leaves at once"},
    {0},
};

static enum status vmin_init(void *state, const struct policy_env *env, struct error *err)
{
    struct vmin *v = state;
    (void)err;
    v->env = env;
    v->window = ((const struct vmin_params *)env->params)->window;
    frame_ring_init(&v->leaving, env->frames);
    v->next = (uint64_t *)(void *)(v->leaving.links + env->nframes);
    v->is_leaving = (bool *)(v->next + env->nframes);
    return OK;
}

static void set_leaving(struct vmin *v, pfn_t pfn, bool leaving)
{
    if (leaving == v->is_leaving[pfn])
        return;
    v->is_leaving[pfn] = leaving;
    if (leaving)
        frame_ring_add(&v->leaving, pfn);
    else
        frame_ring_remove(&v->leaving, pfn);
}

static void vmin_page_in(void *state, pfn_t pfn, pfn_t ghost)
{
    struct vmin *v = state;
    (void)ghost;
    if (pfn >= v->nused)
        v->nused = pfn + 1;
}

static void vmin_page_out(void *state, pfn_t pfn, bool evicted)
{
    struct vmin *v = state;
    (void)evicted;
    v->next[pfn] = 0;
    set_leaving(v, pfn, false);
}

static void vmin_access(void *state, pfn_t pfn, uint64_t next)
{
    struct vmin *v = state;
    v->used_at = policy_now(v->env);
    v->next[pfn] = next;
    set_leaving(v, pfn, next - v->used_at > v->window);
}

/* A reference may use several pages; none of them goes before it is over. */
static pfn_t vmin_release(void *state)
{
    const struct vmin *v = state;
    return policy_now(v->env) > v->used_at ? frame_ring_oldest(&v->leaving) : PFN_NONE;
}

static pfn_t vmin_victim(void *state)
{
    const struct vmin *v = state;
    pfn_t farthest = PFN_NONE;
    for (pfn_t pfn = 0; pfn < v->nused; pfn++)
        if ((farthest == PFN_NONE || v->next[pfn] > v->next[farthest]) &&
            page_evictable(v->env, pfn))
            farthest = pfn;
    return farthest;
}

static void vmin_why(void *state, pfn_t victim, struct policy_view *view)
{
    const struct vmin *v = state;
    const unsigned long long next = v->next[victim], window = v->window;
    const char *page = view_page(view, victim);
    if (v->next[victim] == NEXT_NEVER)
        view_say(view, "page %s is never used again", page);
    else if (v->is_leaving[victim])
        view_say(view,
                 "page %s is used next at reference %llu, more than %llu after its "
                 "last use",
                 page, next, window);
    else
        view_say(view,
                 "memory holds less than is wanted, of which page %s is used last: "
                 "at reference %llu",
                 page, next);
}

static void vmin_show(void *state, struct policy_view *view)
{
    const struct vmin *v = state;
    for (pfn_t pfn = 0; pfn < v->nused; pfn++)
        if (v->next[pfn] != 0 && v->next[pfn] != NEXT_NEVER)
            view_number(view, "next use", pfn, v->next[pfn]);
}

const struct policy_ops policy_vmin = {
    .abi = POLICY_ABI,
    .name = "vmin",
    .summary = "keeps a page until its next use only if that is near: the optimum of "
               "variable allocation",
    .source = "Prieve, Fabry 1976",
    .sees = POLICY_FUTURE,
    .uses_time = true,
    .params = vmin_table,
    .params_size = sizeof(struct vmin_params),
    .state_size = sizeof(struct vmin),
    .frame_size = sizeof(struct frame_link) + sizeof(uint64_t) + sizeof(bool),
    .init = vmin_init,
    .page_in = vmin_page_in,
    .page_out = vmin_page_out,
    .access = vmin_access,
    .victim = vmin_victim,
    .release = vmin_release,
    .why = vmin_why,
    .show = vmin_show,
};
