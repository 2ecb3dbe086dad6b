/* linux24.c -- Linux 2.4.10 to 2.4.37: an active and an inactive list, and a walk through the
 * page tables of processes.
 *
 * Linux 2.4.16 and 2.4.32, mm/vmscan.c, try_to_free_pages(), shrink_cache(),
 * refill_inactive() and swap_out(); mm/filemap.c, mark_page_accessed(); mm/memory.c,
 * do_swap_page() and do_anonymous_page().
 *
 * Nobody knows who maps a page.  A page that is mapped only counts against max_mapped on
 * the inactive list; when too many do, swap_out unmaps some, which stay in memory and can go
 * later.  A second use takes a page to the active list; PG_referenced does not save it from
 * going.
 *
 * The driver's priorities are 6 to 1; 2.4.32 has passes instead, numbered 60 to 1.
 *
 * 2.4.16 comes to max_mapped only with more than some 1,500 inactive pages: in a smaller memory
 * that is all mapped it would try again for ever while swap space is left, which 2.4.17 mended.
 * Here swap_out is called if at the last priority all inactive pages were mapped.
 *
 * Without a driver swap_out is called after all passes as well, where the kernel would call
 * it a failure, and they begin again: in a memory of some hundred pages 2.4.16 never comes
 * to max_mapped.  If nothing can go, it is the oldest page of the inactive list that is not
 * locked, of the active one, or any. */
#include "faultline/page_lists.h"

enum { ACTIVE, INACTIVE };
enum { REFERENCED = 1 };
enum { V2_4_16, V2_4_32 };

enum { PRIORITIES = 6, PASSES = 60 /* vm_passes */ };
enum { CACHE_SCAN_RATIO = 6, MAPPED_RATIO = 100, LRU_BALANCE_RATIO = 2 };

/* Times that victim() goes through the priorities: by swap_out accessed bits are cleared and
 * pages activated, refill_inactive clears PG_referenced and moves them back, half of them or
 * more, and the next swap_out unmaps. */
enum { TURNS = 8 };

struct linux24_params {
    uint32_t version;
    uint64_t batch;
};

struct linux24 {
    const struct policy_env *env;
    uint32_t version;
    struct page_lists lists;
    struct page_walk walk; /* where swap_out is: swap_mm and its swap_address             */
    bool swap_failed;      /* since the driver began                                      */
    bool stuck;            /* the last victim is one that could not go                    */
    struct reclaim_counts counts;
};

static const char *const version_choices[] = {"2.4.16", "2.4.32", NULL};

static const struct param linux24_table[] = {
    {.name = "version",
     .kind = PARAM_CHOICE,
     .offset = offsetof(struct linux24_params, version),
     .fallback = "2.4.16",
     .choices = version_choices,
     .help =
         "2.4.32 keeps pages of processes off the lists until they are unmapped, scans a "
         "sixth of both lists each time, and has other ratios"},
    {.name = "batch",
     .kind = PARAM_UINT,
     .offset = offsetof(struct linux24_params, batch),
     .fallback = "1",
     .min = 1,
     .max = 1024,
     .unit = "pages",
     .help =
         "pages to be freed at a time, and to be unmapped by swap_out, where the kernel "
         "does not say; 32 in Linux (SWAP_CLUSTER_MAX)"},
    {0},
};

static enum status linux24_init(void *state, const struct policy_env *env,
                                struct error *err)
{
    struct linux24 *l = state;
    (void)err;
    l->env = env;
    l->version = ((const struct linux24_params *)env->params)->version;
    page_lists_init(&l->lists, env);
    return OK;
}

/* --- pages come, are used, and go -------------------------------------------------------- */

/* mark_page_accessed(); a page on no list is not activated, but forgets. */
static void linux24_used(void *state, pfn_t pfn)
{
    struct linux24 *l = state;
    uint8_t *mark = &l->lists.mark[pfn];
    if (l->lists.list[pfn] == ACTIVE || !(*mark & REFERENCED)) {
        *mark |= REFERENCED;
        return;
    }
    *mark &= (uint8_t)~REFERENCED;
    if (l->lists.list[pfn] == INACTIVE) {
        page_list_move(&l->lists, ACTIVE, pfn);
        l->counts.pgactivate++;
    }
}

static void linux24_page_in(void *state, pfn_t pfn, pfn_t ghost)
{
    struct linux24 *l = state;
    (void)ghost;
    l->lists.mark[pfn] = 0;
    l->lists.list[pfn] = PAGE_ON_NO_LIST;
    if (l->version == V2_4_16 || page_is_saved(l->env, pfn))
        page_list_add(&l->lists, INACTIVE, pfn);
    page_set_referenced(l->env, pfn);
    if (page_mappings(l->env, pfn) > 0)
        linux24_used(l, pfn);
}

static void linux24_page_out(void *state, pfn_t pfn, bool evicted)
{
    struct linux24 *l = state;
    (void)evicted;
    page_list_remove(&l->lists, pfn);
}

/* --- swap_out ---------------------------------------------------------------------------- */

/* try_to_swap_out(): true if the page, which the walk has come to, can go now. */
static bool try_to_swap_out(struct linux24 *l, pfn_t pfn)
{
    const bool anon = !page_is_file(l->env, pfn);
    if (walk_take_young(l->env, &l->walk)) {
        linux24_used(l, pfn);
        return false;
    }
    if (l->lists.list[pfn] == ACTIVE || page_locked(l->env, pfn))
        return false;
    if (anon && page_dirty(l->env, pfn) && !policy_can_swap(l->env))
        return false;
    walk_unmap(l->env, &l->walk);
    if (l->lists.list[pfn] == PAGE_ON_NO_LIST) /* add_to_swap_cache() */
        page_list_add(&l->lists, INACTIVE, pfn);
    return page_mappings(l->env, pfn) == 0;
}

/* The next process, from its first page on; false: there is none. */
static bool next_process(struct linux24 *l, uint32_t from)
{
    uint32_t process = walk_process(l->env, from);
    if (process == UINT32_MAX)
        process = walk_process(l->env, 0);
    l->walk = (struct page_walk){.process = process == UINT32_MAX ? 0 : process};
    return process != UINT32_MAX;
}

static uint64_t count_processes(const struct linux24 *l)
{
    uint64_t n = 0;
    for (uint32_t i = walk_process(l->env, 0); i != UINT32_MAX;
         i = walk_process(l->env, i + 1))
        n++;
    return n;
}

/* Unmap n pages, of one process after the other, from where it stopped last; true if there
 * were so many that can go now. */
static bool swap_out(struct linux24 *l, uint64_t n)
{
    const uint64_t processes = count_processes(l);
    uint64_t tries = (l->version == V2_4_16 ? processes : 2 * processes) + 1;
    if (walk_process(l->env, l->walk.process) != l->walk.process &&
        !next_process(l, l->walk.process))
        return false;
    for (; tries > 0; tries--) {
        for (pfn_t pfn; n > 0 && (pfn = walk_next(l->env, &l->walk)) != PFN_NONE;)
            n -= try_to_swap_out(l, pfn);
        if (n == 0)
            return true;
        next_process(l, l->walk.process + 1);
    }
    return false;
}

/* --- the lists --------------------------------------------------------------------------- */

static uint64_t missing(const struct reclaim *r)
{
    return r->wanted > r->reclaimed ? r->wanted - r->reclaimed : 0;
}

static void refill_inactive(struct linux24 *l, const struct reclaim *r)
{
    const uint64_t active = l->lists.n[ACTIVE], inactive = l->lists.n[INACTIVE];
    uint64_t ratio = l->version == V2_4_16
                         ? missing(r) * active / ((inactive + 1) * 2)
                         : missing(r) * active / (inactive * LRU_BALANCE_RATIO + 1);
    for (bool last = false; ratio > 0 && !last && l->lists.n[ACTIVE] > 0;) {
        const pfn_t pfn = page_list_tail(&l->lists, ACTIVE);
        const bool stays = l->lists.mark[pfn] & REFERENCED;
        last = l->lists.n[ACTIVE] == 1; /* the loop is at the end of the list */
        l->counts.pgrefill++;
        page_list_move(&l->lists, stays ? ACTIVE : INACTIVE, pfn);
        l->lists.mark[pfn] = stays ? 0 : REFERENCED;
        l->counts.pgdeactivate += !stays;
        ratio -= l->version == V2_4_16 || !stays;
    }
}

static void try_swap_out(struct linux24 *l, const struct reclaim *r)
{
    if (!l->swap_failed)
        l->swap_failed = !swap_out(l, r->batch);
}

/* So many pages that are mapped may be met before something is done about it. */
static uint64_t mapped_budget(const struct linux24 *l, const struct reclaim *r)
{
    return l->version == V2_4_16 ? missing(r) << (9 - r->priority)
                                 : MAPPED_RATIO * missing(r);
}

/* Try to let the page go, which has been moved to the head. */
static enum page_fate free_page(struct linux24 *l, struct reclaim *r, pfn_t pfn)
{
    const unsigned type = page_is_file(l->env, pfn) ? RECLAIM_FILE : RECLAIM_ANON;
    if (page_locked(l->env, pfn) || page_writing(l->env, pfn))
        return PAGE_KEEP;
    const enum page_fate fate = reclaim_page(r, pfn);
    if (fate == PAGE_GONE || fate == PAGE_CHOSEN) {
        l->counts.pgsteal[type]++;
        r->reclaimed++;
    }
    return fate;
}

static void shrink_cache(struct linux24 *l, struct reclaim *r)
{
    const uint64_t active = l->lists.n[ACTIVE], inactive = l->lists.n[INACTIVE];
    uint64_t max_scan = l->version == V2_4_16 ? inactive / r->priority
                                              : (inactive + active) / CACHE_SCAN_RATIO;
    uint64_t max_mapped = mapped_budget(l, r);
    const bool at_last = r->page && l->version == V2_4_16 && r->priority == 1;
    bool all_mapped = true;
    for (; max_scan > 0 && l->lists.n[INACTIVE] > 0 && missing(r) > 0; max_scan--) {
        const pfn_t pfn = page_list_tail(&l->lists, INACTIVE);
        page_list_move(&l->lists, INACTIVE, pfn);
        r->scanned++;
        l->counts.pgscan[page_is_file(l->env, pfn) ? RECLAIM_FILE : RECLAIM_ANON]++;
        all_mapped = all_mapped && page_mappings(l->env, pfn) > 0;
        if (page_mappings(l->env, pfn) == 0) {
            if (free_page(l, r, pfn) == PAGE_CHOSEN)
                return;
        } else if (max_mapped > 0) {
            max_mapped--;
        } else if (l->version == V2_4_16) {
            swap_out(l, r->batch);
            return;
        } else {
            try_swap_out(l, r);
            max_mapped = mapped_budget(l, r);
            refill_inactive(l, r);
        }
    }
    if (at_last && all_mapped && policy_can_swap(l->env))
        swap_out(l, r->batch);
}

/* --- the driver's part ------------------------------------------------------------------- */

static unsigned first_priority(const struct linux24 *l)
{
    return l->version == V2_4_16 ? PRIORITIES : PASSES;
}

static void linux24_priorities(const void *state, unsigned *first, unsigned *last)
{
    *first = first_priority(state);
    *last = 1;
}

static void linux24_shrink(void *state, struct reclaim *r)
{
    struct linux24 *l = state;
    if (r->priority == first_priority(l))
        l->swap_failed = false;
    refill_inactive(l, r);
    shrink_cache(l, r);
    if (l->version == V2_4_32 && missing(r) > 0 && r->chosen == PFN_NONE)
        try_swap_out(l, r);
}

static pfn_t linux24_victim(void *state)
{
    struct linux24 *l = state;
    const uint64_t batch = ((const struct linux24_params *)l->env->params)->batch;
    struct reclaim r = {.wanted = batch,
                        .batch = (uint32_t)batch,
                        .may_swap = policy_can_swap(l->env),
                        .may_write = true,
                        .chosen = PFN_NONE};
    for (unsigned turn = 0; turn < TURNS && r.chosen == PFN_NONE; turn++) {
        if (turn > 0)
            swap_out(l, batch);
        r.priority = first_priority(l);
        for (; r.priority > 0 && r.chosen == PFN_NONE; r.priority--)
            linux24_shrink(l, &r);
    }
    l->stuck = r.chosen == PFN_NONE;
    return l->stuck ? page_lists_last_resort(&l->lists, l->env) : r.chosen;
}

static void linux24_sizes(const void *state, struct reclaim_sizes *sizes)
{
    const struct linux24 *l = state;
    *sizes = (struct reclaim_sizes){.active = {0}};
    page_list_count(&l->lists, ACTIVE, l->env, sizes->active);
    page_list_count(&l->lists, INACTIVE, l->env, sizes->inactive);
}

static const char *linux24_check(const void *state)
{
    const struct linux24 *l = state;
    return page_lists_check(&l->lists, l->env);
}

static const struct reclaim_counts *linux24_counts(const void *state)
{
    return &((const struct linux24 *)state)->counts;
}

/* --- what it says ------------------------------------------------------------------------ */

static void linux24_why(void *state, pfn_t victim, struct policy_view *view)
{
    const struct linux24 *l = state;
    const char *page = view_page(view, victim);
    if (l->stuck)
        view_say(view, "no page could go: page %s has to", page);
    else
        view_say(view, "page %s was the oldest inactive page that is not mapped", page);
}

static void linux24_show(void *state, struct policy_view *view)
{
    const struct linux24 *l = state;
    page_list_show(&l->lists, ACTIVE, "active", REFERENCED, "referenced", view);
    page_list_show(&l->lists, INACTIVE, "inactive", REFERENCED, "referenced", view);
}

static const struct reclaim_ops linux24_reclaim = {
    .priorities = linux24_priorities,
    .shrink = linux24_shrink,
    .used = linux24_used,
    .sizes = linux24_sizes,
    .counts = linux24_counts,
    .check = linux24_check,
};

const struct policy_ops policy_linux24 = {
    .abi = POLICY_ABI,
    .name = "linux24",
    .summary =
        "Linux 2.4 from 2.4.10 on: active and inactive pages; a walk unmaps some first",
    .source = "Linux 2.4.16 mm/vmscan.c, try_to_free_pages()",
    .sees = POLICY_REF_BITS,
    .params = linux24_table,
    .params_size = sizeof(struct linux24_params),
    .state_size = sizeof(struct linux24),
    .frame_size = PAGE_LISTS_FRAME_SIZE,
    .init = linux24_init,
    .page_in = linux24_page_in,
    .page_out = linux24_page_out,
    .victim = linux24_victim,
    .why = linux24_why,
    .show = linux24_show,
    .mapped = linux24_used,
    .reclaim = &linux24_reclaim,
};
