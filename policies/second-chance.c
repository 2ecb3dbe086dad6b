/* second-chance.c -- FIFO that passes over used pages: Tanenbaum, Modern Operating Systems,
 * 3.4.4; Silberschatz, Galvin, Gagne, Operating System Concepts, 10.4.5.2. */
#include "faultline/frame_ring.h"
#include "faultline/policy.h"

struct second_chance_params {
    bool ref_on_load;
};

struct second_chance {
    const struct policy_env *env;
    struct frame_ring queue; /* by time of loading, or of the last second chance */
    uint64_t waiting;        /* pages in the queue                                */
    uint64_t spared;         /* at the last eviction: pages given a second chance */
};

static const struct param second_chance_table[] = {
    {.name = "ref_on_load",
     .kind = PARAM_BOOL,
     .offset = offsetof(struct second_chance_params, ref_on_load),
     .fallback = "yes",
     .help =
         "a page is loaded with its reference bit set (the reference that faulted counts)"},
    {0},
};

static enum status second_chance_init(void *state, const struct policy_env *env,
                                      struct error *err)
{
    struct second_chance *s = state;
    (void)err;
    s->env = env;
    frame_ring_init(&s->queue, env->frames);
    return OK;
}

static void second_chance_page_in(void *state, pfn_t pfn, pfn_t ghost)
{
    (void)ghost;
    struct second_chance *s = state;
    frame_ring_add(&s->queue, pfn);
    s->waiting++;
    if (((const struct second_chance_params *)s->env->params)->ref_on_load)
        page_set_referenced(s->env, pfn);
}

static void second_chance_page_out(void *state, pfn_t pfn, bool evicted)
{
    struct second_chance *s = state;
    (void)evicted;
    frame_ring_remove(&s->queue, pfn);
    s->waiting--;
}

static pfn_t second_chance_victim(void *state)
{
    struct second_chance *s = state;
    /* Ends: a full turn at most clears every bit. */
    for (s->spared = 0;; s->spared++) {
        const pfn_t oldest = frame_ring_oldest(&s->queue);
        if (!page_referenced(s->env, oldest))
            return oldest;
        page_clear_referenced(s->env, oldest);
        frame_ring_renew(&s->queue, oldest);
    }
}

static void second_chance_why(void *state, pfn_t victim, struct policy_view *view)
{
    const struct second_chance *s = state;
    const char *page = view_page(view, victim);
    if (s->spared == 0)
        view_say(view, "page %s is the oldest of the queue and was not used", page);
    else if (s->spared < s->waiting)
        view_say(view, "%llu older page%s used and went to the end; page %s was not",
                 (unsigned long long)s->spared, s->spared == 1 ? " was" : "s were", page);
    else
        view_say(view, "all pages were used and went to the end; page %s is first again",
                 page);
}

static void second_chance_show(void *state, struct policy_view *view)
{
    const struct frame_ring *queue = &((struct second_chance *)state)->queue;
    const pfn_t newest = frame_ring_newest(queue);
    view_list(view, "queue, oldest first");
    for (pfn_t pfn = frame_ring_oldest(queue); pfn != PFN_NONE;
         pfn = pfn == newest ? PFN_NONE : queue->links[pfn].newer)
        view_entry(view, pfn);
}

const struct policy_ops policy_second_chance = {
    .abi = POLICY_ABI,
    .name = "second-chance",
    .summary = "FIFO queue in which a used page goes back to the tail once",
    .source = "Tanenbaum, Modern Operating Systems, 3.4.4",
    .sees = POLICY_REF_BITS,
    .params = second_chance_table,
    .params_size = sizeof(struct second_chance_params),
    .state_size = sizeof(struct second_chance),
    .frame_size = sizeof(struct frame_link),
    .init = second_chance_init,
    .page_in = second_chance_page_in,
    .page_out = second_chance_page_out,
    .victim = second_chance_victim,
    .why = second_chance_why,
    .show = second_chance_show,
};
