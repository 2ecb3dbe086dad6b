/* asked.c -- what a policy may ask of the pager; see faultline/policy.h. */
#include "pager/frame.h"
#include "pager/instance.h"

bool page_evictable(const struct policy_env *env, pfn_t pfn)
{
    const struct instance *instance = CONTAINER_OF(env, const struct instance, env);
    return instance_can_evict(instance, pfn);
}

bool page_referenced(const struct policy_env *env, pfn_t pfn)
{
    return frame_referenced(CONTAINER_OF(env, struct instance, env)->pager, pfn);
}

void page_clear_referenced(const struct policy_env *env, pfn_t pfn)
{
    frame_clear_referenced(CONTAINER_OF(env, struct instance, env)->pager, pfn);
}

void page_set_referenced(const struct policy_env *env, pfn_t pfn)
{
    frame_set_referenced(CONTAINER_OF(env, struct instance, env)->pager, pfn);
}

bool page_dirty(const struct policy_env *env, pfn_t pfn)
{
    const struct pager *pager = CONTAINER_OF(env, const struct instance, env)->pager;
    const pfn_t end = pfn + folio_frames(pager, pfn);
    while (pfn < end && !frame_dirty(pager, pfn))
        pfn++;
    return pfn < end;
}

bool page_clean(const struct policy_env *env, pfn_t pfn)
{
    struct pager *pager = CONTAINER_OF(env, struct instance, env)->pager;
    return page_evictable(env, pfn) && !pager->frames[pfn].writing &&
           frame_dirty(pager, pfn) && pager_clean(pager, pfn, NULL) == OK;
}

bool page_expendable(const struct policy_env *env, pfn_t pfn)
{
    const struct pager *pager = CONTAINER_OF(env, const struct instance, env)->pager;
    return page_evictable(env, pfn) && pager->kernel->expendable &&
           pager->kernel->expendable(pager->kernel_state, pager, pfn);
}

bool page_locked(const struct policy_env *env, pfn_t pfn)
{
    const struct pager *pager = CONTAINER_OF(env, const struct instance, env)->pager;
    return pager->kernel->locked && pager->kernel->locked(pager->kernel_state, pager, pfn);
}

void policy_turned(const struct policy_env *env)
{
    CONTAINER_OF(env, struct instance, env)->pager->counts.turns++;
}

uint32_t page_process(const struct policy_env *env, pfn_t pfn)
{
    return instance_process(CONTAINER_OF(env, const struct instance, env)->pager, pfn);
}

uint64_t policy_use(const struct policy_env *env)
{
    return CONTAINER_OF(env, const struct instance, env)->pager->use;
}

uint64_t policy_now(const struct policy_env *env)
{
    return CONTAINER_OF(env, const struct instance, env)->now;
}
