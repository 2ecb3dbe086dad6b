/* mglru.c -- Linux's multi-gen LRU: mm/vmscan.c, mm/swap.c and mm/workingset.c of 6.1, 6.12
 * and 6.14, and of the long-term branches 6.1.69 (as of 6.1.192) and 6.12.114 (6.12.117), which
 * have had fixes of later versions.
 *
 * Pages are in generations.  One that is faulted in is of the youngest; a walk through page
 * tables from time to time counts those that have been used to the youngest, and makes a
 * younger one; eviction takes from the tail of the oldest.  There, pages whose tier comes back
 * too often go on to the next generation, and those whose accessed bit is set to the youngest,
 * with the neighbours that are used as well.
 *
 * Not modelled: the kernel's choice among memory cgroups, min_ttl_ms (it ends a process rather
 * than evict), and that pages which were kept are tried again at once (no write ends
 * meanwhile).  Where no kernel drives, dirty pages of files do not wait for whoever writes
 * them: they are evicted like others. */
#include "faultline/mglru_drive.h"
#include "faultline/mglru_shadows.h"

#include <inttypes.h>
#include <stdio.h>

/* How often the priorities are gone through for a victim, as often as an allocation tries
 * again: mm/page_alloc.c MAX_RECLAIM_RETRIES. */
enum { VICTIM_RUNS = 16 };

static const char *const versions[] = {"6.1", "6.1.69", "6.12", "6.12.114", "6.14", NULL};

static const struct param mglru_table[] = {
    {.name = "version",
     .kind = PARAM_CHOICE,
     .offset = offsetof(struct mglru_params, version),
     .fallback = "6.14",
     .choices = versions,
     .help =
         "the kernel whose rules are followed; 6.1.69 and 6.12.114 are those of long-term "
         "branches since then"},
    {.name = "batch",
     .kind = PARAM_UINT,
     .offset = offsetof(struct mglru_params, batch),
     .fallback = "1",
     .min = 1,
     .max = MGLRU_BATCH,
     .unit = "pages",
     .help = "taken off a list at a time, where no kernel drives; Linux: 64 "
             "(MIN_LRU_BATCH)"},
    {.name = "addition_batch",
     .kind = PARAM_UINT,
     .offset = offsetof(struct mglru_params, addition_batch),
     .fallback = "0",
     .min = 0,
     .max = MGLRU_PAGEVEC_MAX,
     .unit = "pages",
     .help =
         "new and newly active pages come to the lists so many at a time; 0: where the "
         "kernel reclaims, as in its version (PAGEVEC_SIZE), 15 or 31, else one by one"},
    {.name = "swappiness",
     .kind = PARAM_UINT,
     .offset = offsetof(struct mglru_params, swappiness),
     .fallback = "60",
     .min = 0,
     .max = 200,
     .help = "how readily pages go to swap space rather than those of files, where no "
             "kernel says it"},
    {.name = "walk_least",
     .kind = PARAM_UINT,
     .offset = offsetof(struct mglru_params, walk_least),
     .fallback = "64",
     .min = 0,
     .max = 1e12,
     .unit = "pages",
     .help = "that a process has in memory for its page tables to be walked, before 6.12; "
             "Linux: 64 (MIN_LRU_BATCH)"},
    {.name = "refaults_least",
     .kind = PARAM_UINT,
     .offset = offsetof(struct mglru_params, refaults_least),
     .fallback = "64",
     .min = 0,
     .max = 1e12,
     .unit = "pages",
     .help = "of a type or tier that must have come back for it to be protected; Linux: 64 "
             "(MIN_LRU_BATCH)"},
    {0},
};

/* Shadow entries are not bounded by the frames. */
static uint64_t mglru_ghosts(const void *params, pfn_t nframes)
{
    (void)params;
    (void)nframes;
    return UINT32_MAX;
}

static enum status mglru_create(void *state, const struct policy_env *env,
                                struct error *err)
{
    (void)err;
    mglru_init(state, env);
    return OK;
}

/* --- pages come, are used, and go -------------------------------------------------------- */

static void mglru_page_in(void *state, pfn_t pfn, pfn_t ghost)
{
    struct mglru *m = state;
    const bool in_fault = page_faulted_in(m->env, pfn);
    m->pages[pfn] = (struct mglru_page){
        .list = MGLRU_ISOLATED, .marks = page_is_file(m->env, pfn) ? MGLRU_FILE : 0};
    if (!page_read_ahead(m->env, pfn))
        page_set_referenced(m->env, pfn);
    if (ghost != PFN_NONE)
        mglru_refault(m, pfn, ghost, in_fault);
    mglru_mark(m, pfn, MGLRU_ACTIVE, in_fault);
    mglru_wait(m, pfn);
}

static void mglru_page_out(void *state, pfn_t pfn, bool evicted)
{
    struct mglru *m = state;
    mglru_leave_batches(m, pfn);
    if (m->pages[pfn].gen)
        mglru_take(m, pfn);
    m->pages[pfn].list = MGLRU_NOWHERE;
    if (!evicted)
        return;
    m->tiers[mglru_type(m, pfn)][mglru_tier_of(m, pfn)].evicted++;
    const pfn_t ghost = ghost_add(m->env, pfn);
    if (ghost != PFN_NONE)
        mglru_remember(m, ghost, pfn);
}

static void mglru_forget(void *state, pfn_t ghost)
{
    (void)state;
    (void)ghost;
}

static void mglru_used(void *state, pfn_t pfn)
{
    mglru_count_use(state, pfn);
}

/* folio_rotate_reclaimable(). */
static void mglru_written(void *state, pfn_t pfn)
{
    struct mglru *m = state;
    const bool next = mglru_is(m, pfn, MGLRU_RECLAIM);
    mglru_mark(m, pfn, MGLRU_RECLAIM, false);
    if (!next || !m->pages[pfn].gen || page_dirty(m->env, pfn) || page_locked(m->env, pfn))
        return;
    mglru_take(m, pfn);
    mglru_add(m, pfn, true);
    m->counts.pgrotated++;
}

static void mglru_deactivate(void *state, pfn_t pfn)
{
    struct mglru *m = state;
    mglru_drain_batches(m);
    if (!m->pages[pfn].gen)
        return;
    if (m->params->version < MGLRU_6_14) {
        mglru_mark(m, pfn, MGLRU_REFERENCED, false);
    } else {
        mglru_clear_uses(m, pfn);
        mglru_mark(m, pfn, MGLRU_WORKINGSET, false);
        if (m->pages[pfn].gen == mglru_gen(m->min_seq[mglru_type(m, pfn)]) + 1)
            return;
    }
    mglru_take(m, pfn);
    mglru_add(m, pfn, false);
    m->counts.pgdeactivate++;
}

static void mglru_lazy_free(void *state, pfn_t pfn)
{
    struct mglru *m = state;
    mglru_drain_batches(m);
    if (!m->pages[pfn].gen || mglru_is(m, pfn, MGLRU_FILE))
        return;
    mglru_take(m, pfn);
    mglru_mark(m, pfn, MGLRU_REFERENCED, false);
    if (m->params->version >= MGLRU_6_14) {
        mglru_clear_uses(m, pfn);
        mglru_mark(m, pfn, MGLRU_WORKINGSET, false);
    }
    mglru_mark(m, pfn, MGLRU_FILE | MGLRU_LAZY, true);
    mglru_add(m, pfn, false);
}

static void mglru_sizes(const void *state, struct reclaim_sizes *sizes)
{
    mglru_measure(state, sizes);
}

static const struct reclaim_counts *mglru_counts(const void *state)
{
    return &((const struct mglru *)state)->counts;
}

/* --- reclaim ----------------------------------------------------------------------------- */

static void mglru_drain(void *state)
{
    mglru_drain_batches(state);
}

static void mglru_shrink(void *state, struct reclaim *reclaim)
{
    mglru_reclaim(state, reclaim);
}

static void mglru_age(void *state, struct reclaim *reclaim)
{
    mglru_begin_round(state, reclaim);
}

/* For want of anything better: the oldest page that the kernel has not locked. */
static pfn_t last_resort(const struct mglru *m)
{
    pfn_t locked = PFN_NONE;
    for (unsigned gens = MGLRU_GENS; gens-- > 0;)
        for (unsigned type = RECLAIM_TYPES; type-- > 0;) {
            const unsigned gen = mglru_gen(m->max_seq - gens);
            const pfn_t tail = mglru_tail(m, gen, type);
            pfn_t pfn = tail;
            while (pfn != PFN_NONE) {
                if (!page_locked(m->env, pfn))
                    return pfn;
                locked = locked == PFN_NONE ? pfn : locked;
                pfn = m->ring[gen][type].links[pfn].newer;
                pfn = pfn == tail ? PFN_NONE : pfn;
            }
        }
    return locked;
}

static pfn_t mglru_victim(void *state)
{
    struct mglru *m = state;
    struct reclaim reclaim = {.wanted = 1,
                              .batch = (uint32_t)m->params->batch,
                              .swappiness = (uint32_t)m->params->swappiness,
                              .may_swap = policy_can_swap(m->env),
                              .may_write = true,
                              .chosen = PFN_NONE};
    for (unsigned run = 0; run < VICTIM_RUNS; run++)
        for (unsigned priority = RECLAIM_PRIORITY + 1; priority-- > 0;) {
            reclaim.priority = m->priority = priority;
            mglru_reclaim(m, &reclaim);
            m->last_resort = false;
            if (reclaim.chosen != PFN_NONE)
                return reclaim.chosen;
        }
    m->last_resort = true;
    return last_resort(m);
}

/* --- what is shown ----------------------------------------------------------------------- */

static const char *const type_names[RECLAIM_TYPES] = {"anon", "file"};

static void mglru_why(void *state, pfn_t victim, struct policy_view *view)
{
    const struct mglru *m = state;
    const char *page = view_page(view, victim), *type = type_names[mglru_type(m, victim)];
    if (m->last_resort)
        view_say(view,
                 "no page could be evicted at any priority: page %s, the oldest, goes",
                 page);
    else
        view_say(view,
                 "page %s of tier %u was at the tail of the oldest generation of %s pages "
                 "and had not been used (priority %u; the youngest is %" PRIu64 ")",
                 page, mglru_tier_of(m, victim), type, m->priority, m->max_seq);
}

static void show_list(const struct mglru *m, uint64_t seq, unsigned type,
                      struct policy_view *view)
{
    char name[32];
    const struct frame_ring *ring = &m->ring[mglru_gen(seq)][type];
    const pfn_t head = frame_ring_newest(ring);
    snprintf(name, sizeof name, "%s %" PRIu64, type_names[type], seq);
    view_list(view, name);
    for (pfn_t pfn = head; pfn != PFN_NONE;) {
        view_entry(view, pfn);
        if (mglru_seq(m, pfn) != seq)
            view_number(view, "generation", pfn, mglru_seq(m, pfn));
        if (mglru_tier_of(m, pfn) > 0)
            view_number(view, "tier", pfn, mglru_tier_of(m, pfn));
        pfn = ring->links[pfn].older == head ? PFN_NONE : ring->links[pfn].older;
    }
}

static void mglru_show(void *state, struct policy_view *view)
{
    const struct mglru *m = state;
    for (unsigned type = 0; type < RECLAIM_TYPES; type++)
        for (uint64_t seq = m->max_seq + 1; seq-- > m->min_seq[type];)
            if (frame_ring_newest(&m->ring[mglru_gen(seq)][type]) != PFN_NONE)
                show_list(m, seq, type, view);
    view_number(view, "max_seq", PFN_NONE, m->max_seq);
    view_number(view, "min_seq anon", PFN_NONE, m->min_seq[RECLAIM_ANON]);
    view_number(view, "min_seq file", PFN_NONE, m->min_seq[RECLAIM_FILE]);
}

static const struct reclaim_ops reclaim_ops = {
    .shrink = mglru_shrink,
    .age = mglru_age,
    .used = mglru_used,
    .drain = mglru_drain,
    .written = mglru_written,
    .deactivate = mglru_deactivate,
    .lazy_free = mglru_lazy_free,
    .sizes = mglru_sizes,
    .counts = mglru_counts,
    .check = mglru_check,
};

const struct policy_ops policy_mglru = {
    .abi = POLICY_ABI,
    .name = "mglru",
    .summary = "Linux's multi-gen LRU: generations, aged by walks through page tables",
    .source = "Linux 6.1, 6.12, 6.14 mm/vmscan.c, mm/workingset.c",
    .sees = POLICY_REF_BITS,
    .params = mglru_table,
    .params_size = sizeof(struct mglru_params),
    .state_size = sizeof(struct mglru),
    .frame_size = MGLRU_FRAME_SIZE,
    .ghosts = mglru_ghosts,
    .init = mglru_create,
    .page_in = mglru_page_in,
    .page_out = mglru_page_out,
    .forget = mglru_forget,
    .victim = mglru_victim,
    .why = mglru_why,
    .show = mglru_show,
    .reclaim = &reclaim_ops,
};
