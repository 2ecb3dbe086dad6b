/* instance.c -- see instance.h. */
#include "pager/instance.h"

#include "pager/frame.h"

#include <assert.h>
#include <stdlib.h>
#include <sys/mman.h>

/* Beside those that the policy asks for: for ghosts that it has taken out of its lists when
 * their fault began, one for each thread that may wait. */
enum { GHOSTS_SPARE = 64 };

/* What a policy did wrong with its ghosts comes out at its next decision. */
static enum status check_wrong(const struct instance *instance, struct error *err)
{
    return instance->wrong ? error_set(err, ERR_CELL, at_nowhere(), "policy '%s': %s",
                                       instance->pager->policy->name, instance->wrong)
                           : OK;
}

enum status instance_tick(struct instance *instance, struct error *err)
{
    const char *name = instance->pager->policy->name;
    instance->tick_at = instance->pager->policy->tick(instance->state, instance->now);
    if (instance->tick_at <= instance->now)
        return error_set(err, ERR_CELL, at_nowhere(),
                         "policy '%s', call tick(): at time %llu it asks to be called at "
                         "time %llu, which is not later",
                         name, (unsigned long long)instance->now,
                         (unsigned long long)instance->tick_at);
    return check_wrong(instance, err);
}

/* --- life ------------------------------------------------------------------------------- */

/* Reserve the entries' memory.  It is mapped, not allocated: an ample memory costs only what
 * is used of it, and the system hands out zeroed pages. */
static enum status reserve(struct instance *instance, struct error *err)
{
    const size_t entries = (size_t)instance->env.nframes + instance->env.nghosts;
    const size_t each = instance->pager->policy->frame_size;
    const size_t frames = (entries * each + 63) / 64 * 64;
    instance->bytes = frames + instance->env.nghosts * sizeof *instance->remembered;
    if (instance->bytes == 0)
        return OK;
    void *memory = mmap(NULL, instance->bytes, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED) {
        instance->bytes = 0;
        return error_nomem(err);
    }
    instance->env.frames = memory;
    instance->remembered = (content_t *)(void *)((char *)memory + frames);
    return OK;
}

static pfn_t ghosts_wanted(const struct pager *pager)
{
    if (!pager->policy->ghosts)
        return 0;
    const uint64_t n = pager->policy->ghosts(pager->params->policy_params, pager->nframes);
    return (pfn_t)(n < PAGER_FRAMES_MAX ? n : PAGER_FRAMES_MAX) + GHOSTS_SPARE;
}

/* Frames for each process: all of them unless replacement is by process. */
static pfn_t share_of(const struct pager *pager)
{
    pfn_t processes = 0;
    for (uint32_t i = 0; i < pager->nspaces; i++)
        processes += pager->spaces[i] != NULL;
    if (!pager->by_process || processes == 0)
        return pager->nframes;
    return pager->nframes > processes ? pager->nframes / processes : 1;
}

enum status instance_create(struct pager *pager, uint32_t number, struct instance **out,
                            struct error *err)
{
    const struct policy_ops *ops = pager->policy;
    struct instance *instance = *out = calloc(1, sizeof *instance);
    if (!instance)
        return error_nomem(err);
    *instance = (struct instance){.env = {.nframes = pager->nframes,
                                          .share = share_of(pager),
                                          .nghosts = ghosts_wanted(pager),
                                          .rng = &pager->rng,
                                          .params = pager->params->policy_params,
                                          .page_size = (uint64_t)1 << pager->mmu.page_shift,
                                          .driven = pager->kernel->drives},
                                  .pager = pager,
                                  .number = number,
                                  .free_ghost = PFN_NONE,
                                  .tick_at = UINT64_MAX};
    instance->state = calloc(1, ops->state_size + 1);
    enum status status = instance->state ? reserve(instance, err) : error_nomem(err);
    if (status == OK && ops->init)
        status = ops->init(instance->state, &instance->env, err);
    return status == OK && ops->tick ? instance_tick(instance, err) : status;
}

void instance_free(struct instance *instance)
{
    if (!instance)
        return;
    if (instance->bytes)
        munmap(instance->env.frames, instance->bytes);
    free(instance->state);
    free(instance);
}

/* --- who has what ----------------------------------------------------------------------- */

struct instance *pager_instance(const struct pager *pager, uint32_t process)
{
    return pager->instances[pager->by_process ? process : 0];
}

struct instance *pager_owner(const struct pager *pager, pfn_t pfn)
{
    return pager_instance(pager, pager->frames[pfn].owner);
}

pfn_t instance_share(struct instance *instance)
{
    const pfn_t share = share_of(instance->pager);
    if (share == instance->env.share)
        return share;
    instance->env.share = share;
    if (instance->pager->policy->resize)
        instance->pager->policy->resize(instance->state);
    return share;
}

/* The resident set is going to change: with the present reference, or between stretches. */
static void resident_changes(struct instance *instance)
{
    const uint64_t past =
        instance->now > instance->clock ? instance->now - 1 : instance->clock;
    if (past > instance->resident_since) {
        instance->resident_time +=
            (double)instance->active * (double)(past - instance->resident_since);
        instance->resident_since = past;
    }
}

double instance_resident_mean(const struct instance *instance)
{
    if (instance->clock == 0)
        return 0;
    const double last =
        (double)instance->active * (double)(instance->clock - instance->resident_since);
    return (instance->resident_time + last) / (double)instance->clock;
}

uint32_t instance_process(const struct pager *pager, pfn_t pfn)
{
    page_t page = pager->frames[pfn].page;
    if (page == PAGE_NONE)
        page = pager->contents.all[pager->frames[pfn].content].page;
    return page == PAGE_NONE ? 0 : pager->mmu.index->space_of[page];
}

/* --- ghosts ----------------------------------------------------------------------------- */

/* The entry is free again. */
static void free_ghost(struct instance *instance, pfn_t ghost)
{
    struct contents *contents = &instance->pager->contents;
    content_t *remembered = &instance->remembered[ghost - instance->env.nframes];
    contents->all[*remembered].ghost = PFN_NONE;
    *remembered = instance->free_ghost;
    instance->free_ghost = ghost;
    instance->ghosts--;
}

pfn_t ghost_add(const struct policy_env *env, pfn_t pfn)
{
    struct instance *instance = CONTAINER_OF(env, struct instance, env);
    struct pager *pager = instance->pager;
    if (!instance->leaving) {
        instance->wrong =
            "ghost_add() was called outside page_out(), or for a page that is "
            "gone";
        return PFN_NONE;
    }
    const content_t content = pager->frames[pfn].content;
    pfn_t ghost = instance->free_ghost;
    if (ghost != PFN_NONE)
        instance->free_ghost = instance->remembered[ghost - env->nframes];
    else if (instance->ghosts_used < env->nghosts)
        ghost = env->nframes + instance->ghosts_used++;
    else
        return PFN_NONE;
    instance->remembered[ghost - env->nframes] = content;
    pager->contents.all[content].ghost = ghost;
    pager->contents.all[content].ghost_of = instance->number;
    if (++instance->ghosts > instance->ghosts_max)
        instance->ghosts_max = instance->ghosts;
    return ghost;
}

void ghost_drop(const struct policy_env *env, pfn_t ghost)
{
    struct instance *instance = CONTAINER_OF(env, struct instance, env);
    const struct contents *contents = &instance->pager->contents;
    const pfn_t n = ghost - env->nframes;
    /* That of a free entry is the next free one. */
    const content_t content = ghost >= env->nframes && n < instance->ghosts_used
                                  ? instance->remembered[n]
                                  : CONTENT_NONE;
    if (content < contents->n && contents->all[content].ghost == ghost &&
        contents->all[content].ghost_of == instance->number)
        free_ghost(instance, ghost);
    else
        instance->wrong = "ghost_drop() was called for an entry that is no ghost";
}

void instance_forget(struct pager *pager, content_t content)
{
    const struct content *c = &pager->contents.all[content];
    if (c->ghost == PFN_NONE)
        return;
    struct instance *instance = pager_instance(pager, c->ghost_of);
    const pfn_t ghost = c->ghost;
    pager->policy->forget(instance->state, ghost);
    free_ghost(instance, ghost);
}

/* --- pages come and go ------------------------------------------------------------------- */

/* The ghost of what is in the frames, the last if several are remembered; the others are
 * forgotten. */
static pfn_t returning(struct pager *pager, const struct instance *instance, pfn_t pfn,
                       pfn_t n)
{
    pfn_t ghost = PFN_NONE;
    while (n-- > 0) {
        const content_t content = pager->frames[pfn + n].content;
        const struct content *c = &pager->contents.all[content];
        if (c->ghost == PFN_NONE)
            continue;
        if (ghost == PFN_NONE && c->ghost_of == instance->number)
            ghost = c->ghost;
        else
            instance_forget(pager, content);
    }
    return ghost;
}

void instance_page_in(struct pager *pager, pfn_t pfn)
{
    const uint32_t process = pager->by_process ? instance_process(pager, pfn) : 0;
    const pfn_t n = folio_frames(pager, pfn);
    for (pfn_t i = 0; i < n; i++)
        pager->frames[pfn + i].owner = process;
    struct instance *instance = pager_owner(pager, pfn);
    resident_changes(instance);
    instance->active += n;
    if (instance->active > instance->active_max)
        instance->active_max = instance->active;
    const pfn_t ghost = returning(pager, instance, pfn, n);
    if (pager->policy->page_in)
        pager->policy->page_in(instance->state, pfn, ghost);
    if (ghost != PFN_NONE)
        free_ghost(instance, ghost);
}

void instance_page_out(struct pager *pager, pfn_t pfn, bool evicted)
{
    struct instance *instance = pager_owner(pager, pfn);
    resident_changes(instance);
    instance->active -= folio_frames(pager, pfn);
    instance->leaving = evicted;
    if (pager->policy->page_out)
        pager->policy->page_out(instance->state, pfn, evicted);
    instance->leaving = false;
}

void instance_fault(struct pager *pager, const struct fault *fault)
{
    if (!pager->policy->fault)
        return;
    struct instance *instance =
        pager_instance(pager, pager->mmu.index->space_of[fault->page]);
    const content_t content = pager->content_of[fault->page];
    pfn_t ghost = PFN_NONE;
    if (content != CONTENT_NONE && !(fault->store && pager_must_copy(pager, fault->page)) &&
        pager->contents.all[content].ghost_of == instance->number)
        ghost = pager->contents.all[content].ghost;
    pager->policy->fault(instance->state, ghost);
}

static enum status breach(const struct pager *pager, const char *call, pfn_t pfn,
                          struct error *err)
{
    return error_set(err, ERR_CELL, at_nowhere(),
                     "policy '%s', call %s(): chose frame %u, which is not one of the %u "
                     "that can be evicted",
                     pager->policy->name, call, pfn, pager->count[FRAME_ACTIVE]);
}

bool instance_can_evict(const struct instance *instance, pfn_t pfn)
{
    const struct pager *pager = instance->pager;
    return pfn < pager->nused && pager->frames[pfn].state == FRAME_ACTIVE &&
           pager_owner(pager, pfn) == instance;
}

enum status instance_release(struct pager *pager, struct instance *instance,
                             struct error *err)
{
    enum status status = check_wrong(instance, err);
    while (status == OK) {
        const pfn_t pfn = pager->policy->release(instance->state);
        if (pfn == PFN_NONE)
            return OK;
        status = instance_can_evict(instance, pfn) ? pager_evict_frame(pager, pfn, err)
                                                   : breach(pager, "release", pfn, err);
    }
    return status;
}

/* The instance with most frames. */
static struct instance *largest(const struct pager *pager)
{
    struct instance *most = NULL;
    for (uint32_t i = 0; i < pager->ninstances; i++) {
        struct instance *instance = pager->instances[i];
        if (instance && (!most || instance->active > most->active))
            most = instance;
    }
    return most;
}

enum status instance_victim(struct pager *pager, uint32_t process, pfn_t *victim,
                            struct error *err)
{
    struct instance *instance =
        pager->by_process && process == PROCESS_ANY ? NULL : pager_instance(pager, process);
    /* Who has less than its share takes from who has most. */
    const bool takes = pager->by_process && !pager->policy->release && instance &&
                       instance->active < instance->env.share;
    if (!instance || instance->active == 0 || takes)
        instance = largest(pager);
    *victim = pager->policy->victim(instance->state);
    return instance_can_evict(instance, *victim) ? check_wrong(instance, err)
                                                 : breach(pager, "victim", *victim, err);
}

enum status instance_scan(struct pager *pager, uint32_t *budget, pfn_t *pfn,
                          struct error *err)
{
    struct instance *instance = largest(pager);
    *pfn = pager->policy->scan(instance->state, budget);
    return *pfn == PFN_NONE || instance_can_evict(instance, *pfn)
               ? check_wrong(instance, err)
               : breach(pager, "scan", *pfn, err);
}
