/* lru.c -- least recently used: Belady, "A study of replacement algorithms for a
 * virtual-storage computer", IBM Systems Journal 5(2), 1966; Mattson et al. 1970. */
#include "faultline/frame_ring.h"
#include "pager/replay.h"

struct lru {
    struct frame_ring order; /* by last use */
};

static enum status lru_init(void *state, const struct policy_env *env, struct error *err)
{
    (void)err;
    frame_ring_init(&((struct lru *)state)->order, env->frames);
    return OK;
}

static void lru_page_in(void *state, pfn_t pfn, pfn_t ghost)
{
    (void)ghost;
    frame_ring_add(&((struct lru *)state)->order, pfn);
}

static void lru_page_out(void *state, pfn_t pfn, bool evicted)
{
    (void)evicted;
    frame_ring_remove(&((struct lru *)state)->order, pfn);
}

ALWAYS_INLINE void lru_access(void *state, pfn_t pfn, uint64_t next)
{
    (void)next;
    frame_ring_renew(&((struct lru *)state)->order, pfn);
}

static pfn_t lru_victim(void *state)
{
    return frame_ring_oldest(&((struct lru *)state)->order);
}

static enum status lru_replay(struct pager *pager, struct stretch *stretch,
                              struct error *err)
{
    return replay_with(pager, stretch, lru_access, NULL, POLICY_EVERY_ACCESS, err);
}

const struct policy_ops policy_lru = {
    .abi = POLICY_ABI,
    .name = "lru",
    .summary = "evicts the page that was used longest ago",
    .source = "Belady 1966; Mattson, Gecsei, Slutz, Traiger 1970",
    .sees = POLICY_EVERY_ACCESS,
    .state_size = sizeof(struct lru),
    .frame_size = sizeof(struct frame_link),
    .init = lru_init,
    .page_in = lru_page_in,
    .page_out = lru_page_out,
    .access = lru_access,
    .victim = lru_victim,
    .replay = lru_replay,
};
