/* linux5.c -- Linux's active and inactive lists as they are since 5.7: mm/vmscan.c, mm/swap.c
 * and mm/workingset.c of 5.7, 5.8, 5.9, 5.15, 6.1, 6.5 and 6.14, compared with a live 6.18.
 *
 * A page that comes starts inactive, and turns active if it is found used twice at the tail of
 * its inactive list, or if it comes back so soon after it was evicted that it would still be in
 * memory, had the active list been as much shorter.  Active pages turn inactive when the
 * inactive list is short, or when such pages come back, used or not.
 *
 * The scans of one priority are shrink_lruvec()'s; what is counted for a memory cgroup is told
 * in the order in which the kernel counts it.  Where the kernel reads a cgroup's counts that
 * may be out of date, so does this. */
#include "faultline/lru_lists.h"

enum version { V5_7, V5_8, V5_9, V5_15, V6_1, V6_5, V6_12, V6_18 };

/* Counts of a cgroup that change when an anonymous page is swapped out (measured on 6.18), and
 * when a page of a file is let go: it is not mapped, and not in the page cache, any more. */
enum { UPDATES_SWAP_OUT = 8, UPDATES_DROP = 2 };

/* Pages of files that have gone are no longer charged so many at a time (PAGEVEC_SIZE). */
enum { UNCHARGE_BATCH = 31 };

/* How often the priorities are gone through for a victim: a page that was used goes on the
 * second look, and an active one when active pages are not passed over any more. */
enum { VICTIM_RUNS = 4 };

struct linux5_params {
    uint32_t version;
    uint64_t batch, addition_batch, swappiness;
};

/* What the kernel reads of its own counts. */
struct seen {
    uint64_t n[LRU_EVICTABLE]; /* of the lists                                           */
    uint64_t activated[RECLAIM_TYPES];
};

struct linux5 {
    const struct policy_env *env;
    const struct linux5_params *params;
    struct lru_lists lists;
    struct reclaim_counts counts;
    uint64_t age;                     /* nonresident_age: evictions and activations    */
    uint64_t cost[RECLAIM_TYPES];     /* anon_cost, file_cost; recent, from 5.8        */
    uint64_t scanned[RECLAIM_TYPES];  /* recent, before                                */
    uint64_t rotated[RECLAIM_TYPES];  /* of these: used                                */
    uint64_t refaults[RECLAIM_TYPES]; /* activated, when a process had reclaimed last  */
    bool lags;                        /* the kernel reads what was flushed last        */
    struct seen flushed;
    /* Of the priority under way: */
    uint64_t cost_before[RECLAIM_TYPES];
    bool deactivate[RECLAIM_TYPES]; /* active pages may turn inactive                */
    bool cache_trim, file_is_tiny;
    /* Of the victim chosen last: */
    unsigned priority;
    bool last_resort;
};

static const char *const version_choices[] = {"5.7", "5.8",  "5.9",  "5.15", "6.1",
                                              "6.5", "6.12", "6.18", NULL};

static const struct param linux5_table[] = {
    {.name = "version",
     .kind = PARAM_CHOICE,
     .offset = offsetof(struct linux5_params, version),
     .fallback = "6.18",
     .choices = version_choices,
     .help = "the kernel whose rules are followed; from 6.5 on they are the same"},
    {.name = "batch",
     .kind = PARAM_UINT,
     .offset = offsetof(struct linux5_params, batch),
     .fallback = "1",
     .min = 1,
     .max = 1e6,
     .unit = "pages",
     .help = "taken off a list at a time, where no kernel says how many; Linux: 32 "
             "(SWAP_CLUSTER_MAX)"},
    {.name = "addition_batch",
     .kind = PARAM_UINT,
     .offset = offsetof(struct linux5_params, addition_batch),
     .fallback = "0",
     .max = 1e6,
     .unit = "pages",
     .help = "new pages come to the lists so many at a time; 0: where the kernel reclaims, "
             "as in its version (PAGEVEC_SIZE), 15, from 6.12 on 31, else one by one"},
    {.name = "swappiness",
     .kind = PARAM_UINT,
     .offset = offsetof(struct linux5_params, swappiness),
     .fallback = "60",
     .min = 0,
     .max = 200,
     .help = "how readily pages go to swap space rather than those of files, where no "
             "kernel says it; before 5.8 at most 100"},
    {0},
};

static bool since(const struct linux5 *l, enum version version)
{
    return l->params->version >= version;
}

/* Shadow entries are not bounded by the frames. */
static uint64_t linux5_ghosts(const void *params, pfn_t nframes)
{
    (void)params;
    (void)nframes;
    return UINT32_MAX;
}

static enum status linux5_init(void *state, const struct policy_env *env, struct error *err)
{
    struct linux5 *l = state;
    (void)err;
    l->env = env;
    l->params = env->params;
    lru_init(&l->lists, env);
    return OK;
}

/* --- what the kernel reads --------------------------------------------------------------- */

static struct seen exact(const struct linux5 *l)
{
    struct seen seen;
    for (unsigned list = 0; list < LRU_EVICTABLE; list++)
        seen.n[list] = l->lists.n[list];
    for (unsigned type = 0; type < RECLAIM_TYPES; type++)
        seen.activated[type] = l->counts.workingset_activate[type];
    return seen;
}

static struct seen see(const struct linux5 *l)
{
    return l->lags ? l->flushed : exact(l);
}

static void linux5_flushed(void *state)
{
    struct linux5 *l = state;
    l->lags = true;
    l->flushed = exact(l);
}

static uint64_t int_sqrt(uint64_t n)
{
    uint64_t root = 0;
    while ((root + 1) * (root + 1) <= n)
        root++;
    return root;
}

/* The larger the lists, the larger a part of them is to be active. */
static bool inactive_is_low(const struct linux5 *l, unsigned type)
{
    const struct seen seen = see(l);
    const uint64_t inactive = seen.n[2 * type], active = seen.n[2 * type + LRU_ACTIVE];
    const uint64_t gib = (inactive + active) / (((uint64_t)1 << 30) / l->env->page_size);
    return inactive * (gib > 0 ? int_sqrt(10 * gib) : 1) < active;
}

/* lru_note_cost(): of writes and reads, and of pages that were looked at in vain. */
static void note_cost(struct linux5 *l, unsigned type, uint64_t io, uint64_t rotated)
{
    const struct seen seen = see(l);
    uint64_t pages = 0;
    for (unsigned list = 0; list < LRU_EVICTABLE; list++)
        pages += seen.n[list];
    l->cost[type] += since(l, V6_5) ? io * RECLAIM_BATCH + rotated : io;
    if (l->cost[RECLAIM_ANON] + l->cost[RECLAIM_FILE] > pages / 4) {
        l->cost[RECLAIM_ANON] /= 2;
        l->cost[RECLAIM_FILE] /= 2;
    }
}

/* --- pages come, are used, and go -------------------------------------------------------- */

/* lru_add_drain(): the new pages come to their lists, one after the other. */
static void drain(struct linux5 *l)
{
    for (uint64_t n = l->lists.n[LRU_WAITING]; n > 0; n--)
        policy_updated(l->env, 1);
    lru_drain(&l->lists, LRU_WAITING);
}

static uint64_t addition_batch(const struct linux5 *l)
{
    if (l->params->addition_batch > 0 || !l->env->driven)
        return l->params->addition_batch;
    return since(l, V6_12) ? 31 : 15;
}

static void add(struct linux5 *l, pfn_t pfn)
{
    lru_put(&l->lists, LRU_WAITING, pfn);
    if (l->lists.n[LRU_WAITING] >= addition_batch(l))
        drain(l);
}

/* workingset_test_recent(): would the page still be here, had those of the lists that it
 * competes with not been? */
static bool is_recent(const struct linux5 *l, unsigned type, pfn_t ghost)
{
    const struct seen seen = see(l);
    const bool file = type == RECLAIM_FILE;
    uint64_t size = seen.n[LRU_ACTIVE_FILE];
    if (!file)
        size += seen.n[LRU_INACTIVE_FILE];
    if (since(l, V5_8) && policy_can_swap(l->env)) {
        size += seen.n[LRU_ACTIVE_ANON];
        if (file)
            size += seen.n[LRU_INACTIVE_ANON];
    }
    return l->age - lru_age(&l->lists, ghost) <= size;
}

static void refault(struct linux5 *l, pfn_t pfn, pfn_t ghost)
{
    const unsigned type = lru_type(&l->lists, pfn);
    l->counts.workingset_refault[type]++;
    policy_updated(l->env, 1);
    if (!is_recent(l, type, ghost))
        return;
    lru_mark(&l->lists, pfn, LRU_ACTIVE, true);
    l->age++;
    l->counts.workingset_activate[type]++;
    policy_updated(l->env, 1);
    if (!lru_is(&l->lists, ghost, LRU_WORKINGSET))
        return;
    lru_mark(&l->lists, pfn, LRU_WORKINGSET, true);
    if (since(l, V5_8))
        note_cost(l, type, 1, 0);
    l->counts.workingset_restore[type]++;
    policy_updated(l->env, 1);
}

static void linux5_page_in(void *state, pfn_t pfn, pfn_t ghost)
{
    struct linux5 *l = state;
    const bool file = page_is_file(l->env, pfn);
    l->lists.marks[pfn] = file ? LRU_FILE : since(l, V5_9) ? 0 : LRU_ACTIVE;
    if (!page_read_ahead(l->env, pfn))
        page_set_referenced(l->env, pfn);
    if (ghost != PFN_NONE)
        refault(l, pfn, ghost);
    add(l, pfn);
}

static void linux5_page_out(void *state, pfn_t pfn, bool evicted)
{
    struct linux5 *l = state;
    lru_take(&l->lists, pfn);
    if (!evicted || (!since(l, V5_9) && !lru_is(&l->lists, pfn, LRU_FILE)))
        return;
    const uint64_t age = l->age++;
    const pfn_t ghost = ghost_add(l->env, pfn);
    if (ghost != PFN_NONE)
        lru_remember(&l->lists, ghost, since(l, V5_15) ? age : l->age,
                     lru_is(&l->lists, pfn, LRU_WORKINGSET));
}

/* A ghost is in no list. */
static void linux5_forget(void *state, pfn_t ghost)
{
    (void)state;
    (void)ghost;
}

/* folio_mark_accessed(). */
static void linux5_used(void *state, pfn_t pfn)
{
    struct linux5 *l = state;
    if (!lru_is(&l->lists, pfn, LRU_REFERENCED)) {
        lru_mark(&l->lists, pfn, LRU_REFERENCED, true);
        return;
    }
    if (lru_is(&l->lists, pfn, LRU_ACTIVE))
        return;
    lru_mark(&l->lists, pfn, LRU_REFERENCED, false);
    lru_mark(&l->lists, pfn, LRU_ACTIVE, true);
    l->age++;
    if (l->lists.where[pfn] == LRU_WAITING)
        return;
    lru_move(&l->lists, pfn);
    l->counts.pgactivate++;
}

/* folio_rotate_reclaimable(): it is to be the next to go. */
static void linux5_written(void *state, pfn_t pfn)
{
    struct linux5 *l = state;
    if (l->lists.where[pfn] >= LRU_EVICTABLE || page_dirty(l->env, pfn) ||
        page_locked(l->env, pfn))
        return;
    lru_take(&l->lists, pfn);
    lru_mark(&l->lists, pfn, LRU_ACTIVE, false);
    lru_add_tail(&l->lists, pfn);
    l->counts.pgrotated++;
}

static void linux5_deactivate(void *state, pfn_t pfn)
{
    struct linux5 *l = state;
    drain(l);
    if (!lru_is(&l->lists, pfn, LRU_ACTIVE))
        return;
    lru_mark(&l->lists, pfn, LRU_ACTIVE | LRU_REFERENCED, false);
    lru_move(&l->lists, pfn);
    l->counts.pgdeactivate++;
}

static void linux5_lazy_free(void *state, pfn_t pfn)
{
    struct linux5 *l = state;
    drain(l);
    if (lru_is(&l->lists, pfn, LRU_FILE))
        return;
    lru_mark(&l->lists, pfn, LRU_ACTIVE | LRU_REFERENCED, false);
    lru_mark(&l->lists, pfn, LRU_FILE | LRU_LAZY, true);
    lru_move(&l->lists, pfn);
}

/* --- scans ------------------------------------------------------------------------------- */

/* Without a driver: the page that is to go has been chosen; it is off its list, and nothing
 * but active lists are looked at from then on. */
static bool has_victim(const struct reclaim *r)
{
    return !r->page && r->chosen != PFN_NONE;
}

/* shrink_active_list(): all turn inactive but programs in use. */
static void shrink_active(struct linux5 *l, struct reclaim *r, unsigned type, uint64_t n)
{
    const enum lru_list list = 2 * type + LRU_ACTIVE;
    uint64_t used = 0, rotated = 0;
    drain(l);
    const uint64_t taken = lru_isolate(&l->lists, list, n);
    reclaim_updated(r, taken);
    reclaim_updated(r, taken);
    l->counts.pgrefill += taken;
    l->scanned[type] += taken;
    for (uint64_t i = 0; i < taken; i++) {
        const pfn_t pfn = lru_tail(&l->lists, LRU_TAKEN);
        const bool young = page_take_young(l->env, pfn) > 0;
        used += young;
        if (young && page_is_executable(l->env, pfn)) {
            rotated++;
        } else {
            lru_mark(&l->lists, pfn, LRU_ACTIVE, false);
            lru_mark(&l->lists, pfn, LRU_WORKINGSET, true);
        }
        lru_move(&l->lists, pfn);
        reclaim_updated(r, 1);
    }
    reclaim_updated(r, taken - rotated);
    l->counts.pgdeactivate += taken - rotated;
    l->rotated[type] += used;
    if (rotated > 0 && since(l, V6_5))
        note_cost(l, type, 0, rotated);
}

/* page_check_references(): what is to become of a page at the tail of an inactive list.
 * PAGE_GONE: it may go. */
static enum page_fate check_references(struct linux5 *l, const struct reclaim *r, pfn_t pfn)
{
    const bool file = lru_is(&l->lists, pfn, LRU_FILE);
    const bool referenced = lru_is(&l->lists, pfn, LRU_REFERENCED);
    const unsigned young = page_take_young(l->env, pfn);
    lru_mark(&l->lists, pfn, LRU_REFERENCED, young > 0);
    if (young > 0 && !file && !since(l, V5_9))
        return PAGE_ACTIVATE;
    if (young > 0)
        return referenced || young > 1 || (file && page_is_executable(l->env, pfn))
                   ? PAGE_ACTIVATE
                   : PAGE_KEEP;
    /* Of a dirty page of a file, a kernel says itself what becomes of it. */
    return referenced && file && !r->page && page_dirty(l->env, pfn) ? PAGE_KEEP
                                                                     : PAGE_GONE;
}

static void count_gone(struct reclaim *r, bool file)
{
    for (int i = 0; i < (file ? UPDATES_DROP : UPDATES_SWAP_OUT); i++)
        reclaim_updated(r, 1);
}

/* mem_cgroup_uncharge_folios() */
static void uncharge(struct reclaim *r, unsigned type, uint64_t gone)
{
    for (; type == RECLAIM_FILE && gone > UNCHARGE_BATCH; gone -= UNCHARGE_BATCH)
        reclaim_updated(r, UNCHARGE_BATCH);
    if (type == RECLAIM_FILE)
        reclaim_updated(r, gone);
}

/* shrink_folio_list(), of one page, which is off its list. */
static enum page_fate try_page(struct linux5 *l, struct reclaim *r, pfn_t pfn)
{
    if (page_locked(l->env, pfn))
        return PAGE_KEEP;
    r->scanned++;
    if (page_writing(l->env, pfn))
        return PAGE_ACTIVATE;
    const enum page_fate fate = check_references(l, r, pfn);
    if (fate != PAGE_GONE)
        return fate;
    const bool file = lru_is(&l->lists, pfn, LRU_FILE);
    const enum page_fate done = reclaim_page(r, pfn);
    if (done == PAGE_CHOSEN)
        r->written += page_dirty(l->env, pfn);
    else if (done == PAGE_GONE)
        count_gone(r, file);
    else if (done == PAGE_ACTIVATE && lru_is(&l->lists, pfn, LRU_LAZY))
        lru_mark(&l->lists, pfn, LRU_LAZY | LRU_FILE, false); /* stored into since */
    return done;
}

/* Put the pages that were looked at back.  Those that are active are a reason for others to
 * come back later. */
static void put_back(struct linux5 *l, struct reclaim *r)
{
    while (l->lists.n[LRU_KEPT] > 0) {
        const pfn_t pfn = lru_tail(&l->lists, LRU_KEPT);
        lru_move(&l->lists, pfn);
        l->age += since(l, V5_8) && lru_is(&l->lists, pfn, LRU_ACTIVE);
        reclaim_updated(r, 1);
    }
}

/* shrink_inactive_list(); returns how many pages have gone. */
static uint64_t shrink_inactive(struct linux5 *l, struct reclaim *r, unsigned type,
                                uint64_t n)
{
    const uint64_t written = r->written;
    uint64_t gone = 0;
    drain(l);
    const uint64_t taken =
        has_victim(r) || r->stop ? 0 : lru_isolate(&l->lists, 2 * type, n);
    if (taken == 0)
        return 0;
    reclaim_updated(r, taken);
    reclaim_updated(r, taken);
    while (l->lists.n[LRU_TAKEN] > 0 && !has_victim(r) && !r->stop) {
        const pfn_t pfn = lru_tail(&l->lists, LRU_TAKEN);
        lru_take(&l->lists, pfn);
        const enum page_fate fate = try_page(l, r, pfn);
        gone += fate == PAGE_GONE || fate == PAGE_CHOSEN;
        if (fate == PAGE_ACTIVATE) {
            lru_mark(&l->lists, pfn, LRU_ACTIVE, true);
            l->counts.pgactivate++;
            l->rotated[type]++;
            reclaim_updated(r, 1);
        }
        if (fate != PAGE_GONE && fate != PAGE_CHOSEN)
            lru_put(&l->lists, LRU_KEPT, pfn);
    }
    const uint64_t scanned = taken - l->lists.n[LRU_TAKEN];
    lru_return(&l->lists);
    uncharge(r, type, gone);
    put_back(l, r);
    reclaim_updated(r, gone);
    r->reclaimed += gone;
    l->counts.pgscan[type] += scanned;
    l->counts.pgsteal[type] += gone;
    l->scanned[type] += scanned;
    if (since(l, V5_8))
        note_cost(l, type, r->written - written, scanned - gone);
    return gone;
}

/* Of a list's pages, share of each type / of are scanned. */
struct balance {
    uint64_t share[RECLAIM_TYPES], of;
};

/* Before 5.8: a type of whose pages fewer were found used is scanned more. */
static struct balance balance_by_use(struct linux5 *l, const uint64_t *weight)
{
    struct balance balance = {.of = 1};
    for (unsigned type = 0; type < RECLAIM_TYPES; type++) {
        if (l->scanned[type] > (l->lists.n[2 * type] + l->lists.n[2 * type + 1]) / 4) {
            l->scanned[type] /= 2;
            l->rotated[type] /= 2;
        }
        balance.share[type] =
            weight[type] * (l->scanned[type] + 1) / (l->rotated[type] + 1);
        balance.of += balance.share[type];
    }
    return balance;
}

/* Since then: one that cost less. */
static struct balance balance_by_cost(const struct linux5 *l, const uint64_t *weight)
{
    const uint64_t both = l->cost_before[RECLAIM_ANON] + l->cost_before[RECLAIM_FILE];
    struct balance balance = {.of = 0};
    for (unsigned type = 0; type < RECLAIM_TYPES; type++) {
        balance.share[type] =
            weight[type] * (3 * both + 1) / (both + l->cost_before[type] + 1);
        balance.of += balance.share[type];
    }
    return balance;
}

/* get_scan_count(): which types are scanned. */
static struct balance balance_of(struct linux5 *l, const struct reclaim *r)
{
    const uint64_t weight[RECLAIM_TYPES] = {r->swappiness, 200 - r->swappiness};
    if (!r->may_swap || (r->in_group && r->swappiness == 0))
        return (struct balance){.share = {0, 1}, .of = 1};
    if (r->priority == 0 && r->swappiness > 0)
        return (struct balance){.share = {1, 1}, .of = 1};
    if (l->file_is_tiny)
        return (struct balance){.share = {1, 0}, .of = 1};
    if (l->cache_trim)
        return (struct balance){.share = {0, 1}, .of = 1};
    return since(l, V5_8) ? balance_by_cost(l, weight) : balance_by_use(l, weight);
}

/* prepare_scan_control() */
static void prepare(struct linux5 *l, const struct reclaim *r)
{
    const struct seen seen = see(l);
    for (unsigned type = 0; type < RECLAIM_TYPES; type++) {
        const bool refaulted = seen.activated[type] != l->refaults[type] &&
                               (type == RECLAIM_FILE || since(l, V5_9));
        l->deactivate[type] = r->force || refaulted || inactive_is_low(l, type);
        l->cost_before[type] = l->cost[type];
    }
    const uint64_t inactive_file = seen.n[LRU_INACTIVE_FILE] >> r->priority;
    l->cache_trim = inactive_file > 0 && !l->deactivate[RECLAIM_FILE];
    const uint64_t file = seen.n[LRU_INACTIVE_FILE] + seen.n[LRU_ACTIVE_FILE];
    l->file_is_tiny = !r->in_group && file + r->free <= r->high &&
                      !l->deactivate[RECLAIM_ANON] &&
                      seen.n[LRU_INACTIVE_ANON] >> r->priority > 0;
}

/* One batch of each list that has pages left to be scanned; returns how many have gone. */
static uint64_t shrink_lists(struct linux5 *l, struct reclaim *r, uint64_t *left)
{
    uint64_t gone = 0;
    for (unsigned list = 0; list < LRU_EVICTABLE; list++) {
        const uint64_t n = left[list] < r->batch ? left[list] : r->batch;
        const unsigned type = list / 2;
        left[list] -= n;
        if (n == 0)
            continue;
        if (!(list & LRU_ACTIVE))
            gone += shrink_inactive(l, r, type, n);
        else if (l->deactivate[type])
            shrink_active(l, r, type, n);
        else
            r->passed_over = true;
    }
    return gone;
}

/* Enough have gone: stop scanning the type of which less is left, and of the other scan no
 * larger a part than of this.  False: one has nothing left. */
static bool cut(uint64_t *left, const uint64_t *target)
{
    const uint64_t anon = left[LRU_INACTIVE_ANON] + left[LRU_ACTIVE_ANON];
    const uint64_t file = left[LRU_INACTIVE_FILE] + left[LRU_ACTIVE_FILE];
    if (anon == 0 || file == 0)
        return false;
    const unsigned less = file > anon ? LRU_INACTIVE_ANON : LRU_INACTIVE_FILE;
    const unsigned more = LRU_INACTIVE_FILE - less;
    const uint64_t percent =
        (file > anon ? anon : file) * 100 / (target[less] + target[less + LRU_ACTIVE] + 1);
    left[less] = left[less + LRU_ACTIVE] = 0;
    for (unsigned list = more; list <= more + LRU_ACTIVE; list++) {
        const uint64_t scanned = target[list] - left[list];
        const uint64_t all = target[list] * (100 - percent) / 100;
        left[list] = all > scanned ? all - scanned : 0;
    }
    return true;
}

/* shrink_node() and shrink_lruvec() */
static void linux5_shrink(void *state, struct reclaim *r)
{
    struct linux5 *l = state;
    uint64_t left[LRU_EVICTABLE], target[LRU_EVICTABLE], gone = 0;
    prepare(l, r);
    const struct balance balance = balance_of(l, r);
    for (unsigned list = 0; list < LRU_EVICTABLE; list++)
        left[list] = target[list] =
            (l->lists.n[list] >> r->priority) * balance.share[list / 2] / balance.of;
    bool whole = !r->in_group && !r->daemon && r->priority == RECLAIM_PRIORITY;
    while (left[LRU_INACTIVE_ANON] || left[LRU_ACTIVE_FILE] || left[LRU_INACTIVE_FILE]) {
        gone += shrink_lists(l, r, left);
        if (r->stop)
            return;
        if (gone < r->wanted || whole)
            continue;
        if (!cut(left, target))
            break;
        whole = !since(l, V6_1);
    }
    if (policy_can_swap(l->env) && inactive_is_low(l, RECLAIM_ANON))
        shrink_active(l, r, RECLAIM_ANON, r->batch);
    if (has_victim(r))
        lru_add_tail(&l->lists, r->chosen);
}

/* snapshot_refaults() */
static void linux5_finish(void *state, const struct reclaim *r)
{
    struct linux5 *l = state;
    const struct seen seen = see(l);
    (void)r;
    for (unsigned type = 0; type < RECLAIM_TYPES; type++)
        l->refaults[type] = seen.activated[type];
}

static void linux5_age(void *state, struct reclaim *r)
{
    struct linux5 *l = state;
    if (policy_can_swap(l->env) && inactive_is_low(l, RECLAIM_ANON))
        shrink_active(l, r, RECLAIM_ANON, r->batch);
}

/* --- without a driver -------------------------------------------------------------------- */

static pfn_t linux5_victim(void *state)
{
    struct linux5 *l = state;
    struct reclaim r = {.wanted = 1,
                        .batch = (uint32_t)l->params->batch,
                        .swappiness = (uint32_t)l->params->swappiness,
                        .may_swap = policy_can_swap(l->env),
                        .may_write = true,
                        .chosen = PFN_NONE};
    for (unsigned run = 0; run < VICTIM_RUNS && r.chosen == PFN_NONE; run++) {
        r.force = r.passed_over;
        for (unsigned left = RECLAIM_PRIORITY + 1; left > 0 && !has_victim(&r); left--) {
            r.priority = l->priority = left - 1;
            linux5_shrink(l, &r);
        }
        linux5_finish(l, &r);
        drain(l);
    }
    l->last_resort = r.chosen == PFN_NONE;
    return l->last_resort ? lru_last_resort(&l->lists, l->env) : r.chosen;
}

static void linux5_why(void *state, pfn_t victim, struct policy_view *view)
{
    static const char *const names[] = {"inactive anon", "active anon", "inactive file",
                                        "active file"};
    const struct linux5 *l = state;
    const char *page = view_page(view, victim);
    const char *list = names[l->lists.marks[victim] & LRU_LIST];
    if (l->last_resort)
        view_say(view, "no page could go: page %s, the oldest of the %s list, goes", page,
                 list);
    else
        view_say(view,
                 "at priority %u page %s was at the tail of the %s list and had not been "
                 "used since it came there or was looked at last",
                 l->priority, page, list);
}

static void linux5_show(void *state, struct policy_view *view)
{
    const struct linux5 *l = state;
    lru_show(&l->lists, view);
    view_number(view, "age", PFN_NONE, l->age);
    view_number(view, "anon cost", PFN_NONE, l->cost[RECLAIM_ANON]);
    view_number(view, "file cost", PFN_NONE, l->cost[RECLAIM_FILE]);
}

static void linux5_sizes(const void *state, struct reclaim_sizes *sizes)
{
    lru_sizes(&((const struct linux5 *)state)->lists, sizes);
}

static const struct reclaim_counts *linux5_counts(const void *state)
{
    return &((const struct linux5 *)state)->counts;
}

static const struct reclaim_ops linux5_reclaim = {
    .shrink = linux5_shrink,
    .finish = linux5_finish,
    .age = linux5_age,
    .used = linux5_used,
    .written = linux5_written,
    .deactivate = linux5_deactivate,
    .lazy_free = linux5_lazy_free,
    .flushed = linux5_flushed,
    .sizes = linux5_sizes,
    .counts = linux5_counts,
};

const struct policy_ops policy_linux5 = {
    .abi = POLICY_ABI,
    .name = "linux5",
    .summary = "Linux since 5.7: active and inactive lists, with refault distances",
    .source = "Linux 5.7 to 6.18, mm/vmscan.c, mm/swap.c, mm/workingset.c",
    .sees = POLICY_REF_BITS,
    .params = linux5_table,
    .params_size = sizeof(struct linux5_params),
    .state_size = sizeof(struct linux5),
    .frame_size = LRU_FRAME_SIZE,
    .ghosts = linux5_ghosts,
    .init = linux5_init,
    .page_in = linux5_page_in,
    .page_out = linux5_page_out,
    .forget = linux5_forget,
    .victim = linux5_victim,
    .why = linux5_why,
    .show = linux5_show,
    .reclaim = &linux5_reclaim,
};
