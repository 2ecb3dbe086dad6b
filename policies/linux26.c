/* linux26.c -- Linux 2.6.0 to 2.6.27: an active and an inactive list, and reclaim_mapped.
 *
 * Linux 2.6.24, mm/vmscan.c, shrink_zone(), shrink_active_list(), shrink_page_list() and
 * try_to_free_pages(); mm/rmap.c, page_referenced(); mm/swap.c, mark_page_accessed() and
 * rotate_reclaimable_page(); imbalance is not in the versions before 2.6.24.
 *
 * Pages of processes begin on the active list, pages of files on the inactive one, from
 * which a second use takes them to the other.  A page that is mapped leaves the active list
 * only when reclaim_mapped says so, and it has not been used since it was looked at.
 *
 * All of memory is one zone.  There is no swap token; and of a page of a file that is not
 * mapped itself it is not known that others of the file are, which would let its uses count.
 *
 * Without a driver the priorities are gone through until a page goes, again and again if need
 * be; if nothing can go, it is the oldest inactive page that is not locked, or active one. */
#include "faultline/page_lists.h"

enum { ACTIVE, INACTIVE, LISTS };
enum { REFERENCED = 1, RECLAIM = 2 /* it was written so that it can go */ };

/* Times that victim() goes through the priorities: the first may only clear accessed bits of
 * pages that are active, and the second of those that are inactive; and each adds at least
 * one to what is to be scanned, which comes to be done at `batch`. */
enum { TURNS = 3 };

struct linux26_params {
    uint64_t swappiness, batch;
};

struct linux26 {
    const struct policy_env *env;
    struct page_lists lists;
    uint64_t nr_scan[LISTS];
    unsigned prev_priority;
    uint64_t pages_scanned; /* since a page went                                         */
    bool stuck;             /* the last victim is one that could not go                  */
    struct reclaim_counts counts;
};

static const struct param linux26_table[] = {
    {.name = "swappiness",
     .kind = PARAM_UINT,
     .offset = offsetof(struct linux26_params, swappiness),
     .fallback = "60",
     .min = 0,
     .max = 100,
     .unit = "%",
     .help = "how soon mapped pages go beside others, where the kernel does not say "
             "(vm.swappiness)"},
    {.name = "batch",
     .kind = PARAM_UINT,
     .offset = offsetof(struct linux26_params, batch),
     .fallback = "1",
     .min = 1,
     .max = 1024,
     .unit = "pages",
     .help =
         "pages that are looked at together, where the kernel does not say; 32 in Linux "
         "(SWAP_CLUSTER_MAX)"},
    {0},
};

static enum status linux26_init(void *state, const struct policy_env *env,
                                struct error *err)
{
    struct linux26 *l = state;
    (void)err;
    l->env = env;
    l->prev_priority = RECLAIM_PRIORITY;
    page_lists_init(&l->lists, env);
    return OK;
}

/* --- pages come, are used, and go -------------------------------------------------------- */

/* mark_page_accessed() */
static void linux26_used(void *state, pfn_t pfn)
{
    struct linux26 *l = state;
    uint8_t *mark = &l->lists.mark[pfn];
    if (l->lists.list[pfn] == INACTIVE && *mark & REFERENCED) {
        page_list_move(&l->lists, ACTIVE, pfn);
        *mark &= (uint8_t)~REFERENCED;
        l->counts.pgactivate++;
    } else {
        *mark |= REFERENCED;
    }
}

static void linux26_page_in(void *state, pfn_t pfn, pfn_t ghost)
{
    struct linux26 *l = state;
    const bool file = page_is_file(l->env, pfn);
    (void)ghost;
    l->lists.mark[pfn] = 0;
    page_list_add(&l->lists, file ? INACTIVE : ACTIVE, pfn);
    page_set_referenced(l->env, pfn);
    if (file && page_mappings(l->env, pfn) > 0) /* filemap_fault() */
        linux26_used(l, pfn);
}

static void linux26_page_out(void *state, pfn_t pfn, bool evicted)
{
    struct linux26 *l = state;
    (void)evicted;
    page_list_remove(&l->lists, pfn);
    l->pages_scanned = 0;
}

static void linux26_written(void *state, pfn_t pfn)
{
    struct linux26 *l = state;
    if (!(l->lists.mark[pfn] & RECLAIM))
        return;
    l->lists.mark[pfn] &= (uint8_t)~RECLAIM;
    if (l->lists.list[pfn] != INACTIVE || page_dirty(l->env, pfn))
        return;
    page_list_move_tail(&l->lists, INACTIVE, pfn);
    l->counts.pgrotated++;
}

/* page_referenced(): uses since it was called last. */
static unsigned take_referenced(struct linux26 *l, pfn_t pfn)
{
    uint8_t *mark = &l->lists.mark[pfn];
    const unsigned n = *mark & REFERENCED ? 1 : 0;
    *mark &= (uint8_t)~REFERENCED;
    return n + page_take_young(l->env, pfn);
}

/* --- from the active list ---------------------------------------------------------------- */

static bool reclaim_mapped(const struct linux26 *l, const struct reclaim *r)
{
    const uint64_t active = l->lists.n[ACTIVE], inactive = l->lists.n[INACTIVE];
    if (l->pages_scanned >= (active + inactive) * 3) /* zone_is_near_oom() */
        return true;
    const uint64_t distress = 100u >> l->prev_priority;
    const uint64_t mapped_ratio = policy_mapped(l->env) * 100 / l->env->nframes;
    const uint64_t unbalanced = active / (inactive + 1) * (r->swappiness + 1) / 100;
    const uint64_t imbalance = unbalanced * mapped_ratio / 100;
    return mapped_ratio / 2 + distress + r->swappiness + imbalance >= 100;
}

static void shrink_active_list(struct linux26 *l, const struct reclaim *r, uint64_t n)
{
    const bool mapped_too = reclaim_mapped(l, r);
    const uint64_t taken = n < l->lists.n[ACTIVE] ? n : l->lists.n[ACTIVE];
    l->pages_scanned += taken;
    l->counts.pgrefill += taken;
    for (uint64_t i = 0; i < taken; i++) {
        const pfn_t pfn = page_list_tail(&l->lists, ACTIVE);
        const bool stays = page_mappings(l->env, pfn) > 0 &&
                           (!mapped_too || (!r->may_swap && !page_is_file(l->env, pfn)) ||
                            take_referenced(l, pfn) > 0);
        page_list_move(&l->lists, stays ? ACTIVE : INACTIVE, pfn);
        l->counts.pgdeactivate += !stays;
    }
}

/* --- from the inactive list -------------------------------------------------------------- */

/* shrink_page_list() for one page. */
static enum page_fate try_page(struct linux26 *l, struct reclaim *r, pfn_t pfn)
{
    if (page_locked(l->env, pfn))
        return PAGE_KEEP;
    const bool anon = !page_is_file(l->env, pfn);
    const bool in_use = anon || page_mappings(l->env, pfn) > 0;
    r->scanned += in_use ? 2 : 1;
    if (page_writing(l->env, pfn))
        return PAGE_KEEP;
    const bool referenced = take_referenced(l, pfn) > 0;
    if (referenced && in_use)
        return PAGE_ACTIVATE;
    if (referenced && page_dirty(l->env, pfn))
        return PAGE_KEEP;
    if (!r->page && anon && !r->may_swap)
        return PAGE_ACTIVATE;
    return reclaim_page(r, pfn);
}

/* Look at the page at the tail; false if it has been chosen, and stays there. */
static bool shrink_page(struct linux26 *l, struct reclaim *r)
{
    const pfn_t pfn = page_list_tail(&l->lists, INACTIVE);
    const unsigned type = page_is_file(l->env, pfn) ? RECLAIM_FILE : RECLAIM_ANON;
    const enum page_fate fate = try_page(l, r, pfn);
    const bool goes = fate == PAGE_GONE || fate == PAGE_CHOSEN;
    l->counts.pgscan[type]++;
    l->counts.pgsteal[type] += goes;
    r->reclaimed += goes;
    if (goes)
        return fate == PAGE_GONE;
    if (fate == PAGE_WRITING)
        l->lists.mark[pfn] |= RECLAIM;
    l->counts.pgactivate += fate == PAGE_ACTIVATE;
    page_list_move(&l->lists, fate == PAGE_ACTIVATE ? ACTIVE : INACTIVE, pfn);
    return true;
}

/* A batch is taken as a whole, however few are to be scanned; pages that are put back are
 * not looked at again before it is done.  False as shrink_page. */
static bool shrink_inactive_list(struct linux26 *l, struct reclaim *r, uint64_t max_scan)
{
    for (uint64_t scanned = 0; scanned < max_scan && l->lists.n[INACTIVE] > 0;) {
        const uint64_t have = l->lists.n[INACTIVE];
        const uint64_t taken = r->batch < have ? r->batch : have;
        l->pages_scanned += taken;
        scanned += taken;
        for (uint64_t i = 0; i < taken; i++)
            if (!shrink_page(l, r))
                return false;
    }
    return true;
}

/* --- the driver's part ------------------------------------------------------------------- */

/* Pages of a list that are to be scanned now. */
static uint64_t to_scan(struct linux26 *l, unsigned list, const struct reclaim *r)
{
    l->nr_scan[list] += (l->lists.n[list] >> r->priority) + 1;
    const uint64_t n = l->nr_scan[list];
    if (n < r->batch)
        return 0;
    l->nr_scan[list] = 0;
    return n;
}

static uint64_t take_batch(uint64_t *n, const struct reclaim *r)
{
    const uint64_t batch = *n < r->batch ? *n : r->batch;
    *n -= batch;
    return batch;
}

static void linux26_shrink(void *state, struct reclaim *r)
{
    struct linux26 *l = state;
    if (r->priority < l->prev_priority) /* note_zone_scanning_priority() */
        l->prev_priority = r->priority;
    uint64_t active = to_scan(l, ACTIVE, r), inactive = to_scan(l, INACTIVE, r);
    while (active > 0 || inactive > 0) {
        if (active > 0)
            shrink_active_list(l, r, take_batch(&active, r));
        if (inactive > 0 && !shrink_inactive_list(l, r, take_batch(&inactive, r)))
            return;
    }
}

static void linux26_finish(void *state, const struct reclaim *r)
{
    struct linux26 *l = state;
    l->prev_priority = r->priority;
}

static pfn_t linux26_victim(void *state)
{
    struct linux26 *l = state;
    const struct linux26_params *params = l->env->params;
    struct reclaim r = {.wanted = 1,
                        .batch = (uint32_t)params->batch,
                        .swappiness = (uint32_t)params->swappiness,
                        .may_swap = policy_can_swap(l->env),
                        .may_write = true,
                        .chosen = PFN_NONE};
    for (uint64_t turn = 0; turn < TURNS + params->batch && r.chosen == PFN_NONE; turn++) {
        for (r.priority = RECLAIM_PRIORITY;; r.priority--) {
            linux26_shrink(l, &r);
            if (r.chosen != PFN_NONE || r.priority == 0)
                break;
        }
        linux26_finish(l, &r);
    }
    l->stuck = r.chosen == PFN_NONE;
    return l->stuck ? page_lists_last_resort(&l->lists, l->env) : r.chosen;
}

static void linux26_sizes(const void *state, struct reclaim_sizes *sizes)
{
    const struct linux26 *l = state;
    *sizes = (struct reclaim_sizes){.active = {0}};
    page_list_count(&l->lists, ACTIVE, l->env, sizes->active);
    page_list_count(&l->lists, INACTIVE, l->env, sizes->inactive);
}

static const char *linux26_check(const void *state)
{
    const struct linux26 *l = state;
    return page_lists_check(&l->lists, l->env);
}

static const struct reclaim_counts *linux26_counts(const void *state)
{
    return &((const struct linux26 *)state)->counts;
}

/* --- what it says ------------------------------------------------------------------------ */

static void linux26_why(void *state, pfn_t victim, struct policy_view *view)
{
    const struct linux26 *l = state;
    const char *page = view_page(view, victim);
    if (l->stuck)
        view_say(view, "no page could go: page %s, at the tail of the %s list, has to",
                 page, l->lists.list[victim] == INACTIVE ? "inactive" : "active");
    else if (page_mappings(l->env, victim) > 0)
        view_say(view,
                 "page %s, at the tail of the inactive list, was not used since it was "
                 "looked at last",
                 page);
    else
        view_say(view, "page %s, at the tail of the inactive list, is not mapped", page);
}

static void linux26_show(void *state, struct policy_view *view)
{
    const struct linux26 *l = state;
    page_list_show(&l->lists, ACTIVE, "active", REFERENCED, "referenced", view);
    page_list_show(&l->lists, INACTIVE, "inactive", REFERENCED, "referenced", view);
    view_number(view, "previous priority", PFN_NONE, l->prev_priority);
}

static const struct reclaim_ops linux26_reclaim = {
    .shrink = linux26_shrink,
    .finish = linux26_finish,
    .used = linux26_used,
    .written = linux26_written,
    .sizes = linux26_sizes,
    .counts = linux26_counts,
    .check = linux26_check,
};

const struct policy_ops policy_linux26 = {
    .abi = POLICY_ABI,
    .name = "linux26",
    .summary = "Linux 2.6 up to 2.6.27: active and inactive pages, mapped ones last",
    .source = "Linux 2.6.24 mm/vmscan.c, shrink_zone()",
    .sees = POLICY_REF_BITS,
    .params = linux26_table,
    .params_size = sizeof(struct linux26_params),
    .state_size = sizeof(struct linux26),
    .frame_size = PAGE_LISTS_FRAME_SIZE,
    .init = linux26_init,
    .page_in = linux26_page_in,
    .page_out = linux26_page_out,
    .victim = linux26_victim,
    .why = linux26_why,
    .show = linux26_show,
    .mapped = linux26_used,
    .reclaim = &linux26_reclaim,
};
