/* random.c -- evicts any page: Belady, "A study of replacement algorithms for a
 * virtual-storage computer", IBM Systems Journal 5(2), 1966. */
#include "faultline/policy.h"

struct random {
    const struct policy_env *env;
};

static enum status random_init(void *state, const struct policy_env *env, struct error *err)
{
    (void)err;
    ((struct random *)state)->env = env;
    return OK;
}

static pfn_t random_victim(void *state)
{
    const struct policy_env *env = ((struct random *)state)->env;
    pfn_t pfn;
    do
        pfn = (pfn_t)rng_below(env->rng, env->nframes);
    while (!page_evictable(env, pfn));
    return pfn;
}

static void random_why(void *state, pfn_t victim, struct policy_view *view)
{
    (void)state;
    view_say(view, "page %s was drawn by lot", view_page(view, victim));
}

const struct policy_ops policy_random = {
    .abi = POLICY_ABI,
    .name = "random",
    .summary = "evicts any page, each with the same probability",
    .source = "Belady 1966",
    .sees = POLICY_REF_BITS,
    .state_size = sizeof(struct random),
    .init = random_init,
    .victim = random_victim,
    .why = random_why,
};
