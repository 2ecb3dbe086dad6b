/* fifo.c -- first in, first out: Belady, "A study of replacement algorithms for a
 * virtual-storage computer", IBM Systems Journal 5(2), 1966. */
#include "faultline/frame_ring.h"
#include "faultline/policy.h"

struct fifo {
    struct frame_ring order; /* by time of loading */
};

static enum status fifo_init(void *state, const struct policy_env *env, struct error *err)
{
    (void)err;
    frame_ring_init(&((struct fifo *)state)->order, env->frames);
    return OK;
}

static void fifo_page_in(void *state, pfn_t pfn, pfn_t ghost)
{
    (void)ghost;
    frame_ring_add(&((struct fifo *)state)->order, pfn);
}

static void fifo_page_out(void *state, pfn_t pfn, bool evicted)
{
    (void)evicted;
    frame_ring_remove(&((struct fifo *)state)->order, pfn);
}

static pfn_t fifo_victim(void *state)
{
    return frame_ring_oldest(&((struct fifo *)state)->order);
}

static void fifo_why(void *state, pfn_t victim, struct policy_view *view)
{
    (void)state;
    view_say(view, "page %s has been in memory longest", view_page(view, victim));
}

static void fifo_show(void *state, struct policy_view *view)
{
    const struct frame_ring *order = &((struct fifo *)state)->order;
    const pfn_t newest = frame_ring_newest(order);
    view_list(view, "queue, oldest first");
    for (pfn_t pfn = frame_ring_oldest(order); pfn != PFN_NONE;
         pfn = pfn == newest ? PFN_NONE : order->links[pfn].newer)
        view_entry(view, pfn);
}

const struct policy_ops policy_fifo = {
    .abi = POLICY_ABI,
    .name = "fifo",
    .summary = "evicts the page that was loaded first, used or not",
    .source = "Belady 1966",
    .sees = POLICY_REF_BITS,
    .state_size = sizeof(struct fifo),
    .frame_size = sizeof(struct frame_link),
    .init = fifo_init,
    .page_in = fifo_page_in,
    .page_out = fifo_page_out,
    .victim = fifo_victim,
    .why = fifo_why,
    .show = fifo_show,
};
