/* mru.c -- most recently used: Chou and DeWitt, "An evaluation of buffer management
 * strategies for relational database systems", VLDB 1985. */
#include "faultline/frame_ring.h"
#include "pager/replay.h"

struct mru {
    struct frame_ring order; /* by last use */
};

static enum status mru_init(void *state, const struct policy_env *env, struct error *err)
{
    (void)err;
    frame_ring_init(&((struct mru *)state)->order, env->frames);
    return OK;
}

static void mru_page_in(void *state, pfn_t pfn, pfn_t ghost)
{
    (void)ghost;
    frame_ring_add(&((struct mru *)state)->order, pfn);
}

static void mru_page_out(void *state, pfn_t pfn, bool evicted)
{
    (void)evicted;
    frame_ring_remove(&((struct mru *)state)->order, pfn);
}

ALWAYS_INLINE void mru_access(void *state, pfn_t pfn, uint64_t next)
{
    (void)next;
    frame_ring_renew(&((struct mru *)state)->order, pfn);
}

static pfn_t mru_victim(void *state)
{
    return frame_ring_newest(&((struct mru *)state)->order);
}

static void mru_why(void *state, pfn_t victim, struct policy_view *view)
{
    (void)state;
    view_say(view, "page %s was used last", view_page(view, victim));
}

static void mru_show(void *state, struct policy_view *view)
{
    const struct frame_ring *order = &((struct mru *)state)->order;
    const pfn_t oldest = frame_ring_oldest(order);
    view_list(view, "stack, last used first");
    for (pfn_t pfn = frame_ring_newest(order); pfn != PFN_NONE;
         pfn = pfn == oldest ? PFN_NONE : order->links[pfn].older)
        view_entry(view, pfn);
}

static enum status mru_replay(struct pager *pager, struct stretch *stretch,
                              struct error *err)
{
    return replay_with(pager, stretch, mru_access, NULL, POLICY_EVERY_ACCESS, err);
}

const struct policy_ops policy_mru = {
    .abi = POLICY_ABI,
    .name = "mru",
    .summary = "evicts the page that was used last: best for loops larger than memory",
    .source = "Chou, DeWitt 1985",
    .sees = POLICY_EVERY_ACCESS,
    .state_size = sizeof(struct mru),
    .frame_size = sizeof(struct frame_link),
    .init = mru_init,
    .page_in = mru_page_in,
    .page_out = mru_page_out,
    .access = mru_access,
    .victim = mru_victim,
    .why = mru_why,
    .show = mru_show,
    .replay = mru_replay,
};
