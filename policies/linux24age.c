/* linux24age.c -- Linux 2.4.0 to 2.4.9: ages of pages, and active, inactive dirty and inactive
 * clean ones.
 *
 * Linux 2.4.0, mm/vmscan.c, do_try_to_free_pages(), page_launder(), refill_inactive(),
 * swap_out(), reclaim_page() and kswapd(); mm/swap.c, age_page_up() and deactivate_page();
 * mm/page_alloc.c, __alloc_pages(); mm/filemap.c, __find_page_nolock().
 *
 * A page grows younger when it is used, and older when it is looked at and was not.  Pages
 * that are old are unmapped by a walk through the largest process, and become inactive;
 * page_launder has them written, and those that are clean can be had at once.  How many are
 * to be inactive follows from memory_pressure: how many were needed in about a minute.
 *
 * PG_referenced, which in 2.4.0 only buffers of a file system's own data get, is left out;
 * so are drop_behind() and zones.  Processes whose numbers are as far apart as there are
 * frames share what swap_out keeps of a process.
 *
 * The driver's priorities are tries, 6 to 0: the versions have priorities of their own within
 * each.  Without a driver kswapd runs until a clean page can be had, and at most a number of
 * times that is enough for all pages to grow old.  While its walk finds pages to look at it
 * looks at none of fewer than 64 active ones; of so few one is looked at after each turn.  If
 * no page can be had, the oldest one goes that is not locked, of the clean, the dirty or the
 * active ones. */
#include "faultline/page_ages.h"

enum { PAGE_CLUSTER = 3, PRIORITY = 6 };

struct linux24age_params {
    uint64_t second;
};

struct linux24age {
    struct page_ages ages;
    bool timed;   /* the kernel says when a second has passed                             */
    bool stuck;   /* the last victim is one that could not go                             */
    pfn_t direct; /* that victim, which is not freed but used at once                     */
};

static const struct param linux24age_table[] = {
    {.name = "second",
     .kind = PARAM_UINT,
     .offset = offsetof(struct linux24age_params, second),
     .fallback = "1000000",
     .min = 1,
     .max = 1e15,
     .unit = "references",
     .help = "a second, after which kswapd looks at a part of the active pages and "
             "memory_pressure has decreased by a 64th, where the kernel keeps no time"},
    {0},
};

static enum status linux24age_init(void *state, const struct policy_env *env,
                                   struct error *err)
{
    struct linux24age *l = state;
    (void)err;
    ages_init(&l->ages, env);
    l->direct = PFN_NONE;
    return OK;
}

/* --- pages come, are used, and go -------------------------------------------------------- */

static void linux24age_used(void *state, pfn_t pfn)
{
    ages_used(&((struct linux24age *)state)->ages, pfn);
}

static void linux24age_page_in(void *state, pfn_t pfn, pfn_t ghost)
{
    struct page_ages *l = &((struct linux24age *)state)->ages;
    (void)ghost;
    l->memory_pressure++;
    l->lists.mark[pfn] = AGE_START;
    l->lists.list[pfn] = PAGE_ON_NO_LIST;
    if (page_is_saved(l->env, pfn))
        page_list_add(&l->lists, ACTIVE, pfn);
    page_set_referenced(l->env, pfn);
    if (page_is_file(l->env, pfn) && page_mappings(l->env, pfn) > 0) /* filemap_nopage() */
        ages_used(l, pfn);
}

static void linux24age_page_out(void *state, pfn_t pfn, bool evicted)
{
    struct linux24age *l = state;
    (void)evicted;
    page_list_remove(&l->ages.lists, pfn);
    if (pfn != l->direct && l->ages.memory_pressure > 1) /* __free_pages_ok() */
        l->ages.memory_pressure--;
    l->direct = PFN_NONE;
}

/* --- the lists --------------------------------------------------------------------------- */

static bool is_busy(const struct page_ages *l, pfn_t pfn)
{
    return page_locked(l->env, pfn) || page_writing(l->env, pfn);
}

/* Look at so many active pages.  True if one has been deactivated; oneshot: then that is all. */
static bool scan_active(struct page_ages *l, uint64_t left, bool oneshot)
{
    bool found = false;
    for (; left > 0; left--) {
        const pfn_t pfn = page_list_tail(&l->lists, ACTIVE);
        l->counts.pgrefill++;
        l->lists.mark[pfn] /= 2;
        if (ages_in_use(l, pfn)) {
            page_list_move(&l->lists, ACTIVE, pfn);
            continue;
        }
        ages_deactivate(l, pfn);
        found = true;
        if (oneshot)
            break;
    }
    return found;
}

static bool refill_inactive_scan(struct page_ages *l, unsigned priority, bool oneshot)
{
    return scan_active(l, l->lists.n[ACTIVE] >> priority, oneshot);
}

static void count_gone(struct page_ages *l, struct reclaim *r, enum reclaim_type type)
{
    r->reclaimed++;
    l->free++;
    l->counts.pgsteal[type]++;
}

/* Have a dirty page written.  False: it is gone already. */
static bool write_page(struct page_ages *l, struct reclaim *r, pfn_t pfn)
{
    const enum reclaim_type type = page_is_file(l->env, pfn) ? RECLAIM_FILE : RECLAIM_ANON;
    enum page_fate fate;
    if (r->page)
        fate = r->page(r, pfn);
    else
        fate = page_clean(l->env, pfn) ? PAGE_WRITING : PAGE_ACTIVATE;
    if (fate == PAGE_WRITING)
        page_list_move(&l->lists, INACTIVE_DIRTY, pfn);
    else if (fate == PAGE_GONE)
        count_gone(l, r, type);
    else
        ages_activate(l, pfn);
    return fate == PAGE_WRITING;
}

/* One of the two loops of page_launder(); only the second writes. */
static void launder(struct page_ages *l, struct reclaim *r, bool writes)
{
    for (uint64_t left = l->lists.n[INACTIVE_DIRTY]; left > 0; left--) {
        const pfn_t pfn = page_list_tail(&l->lists, INACTIVE_DIRTY);
        if (pfn == PFN_NONE)
            return;
        r->scanned++;
        l->counts.pgscan[page_is_file(l->env, pfn) ? RECLAIM_FILE : RECLAIM_ANON]++;
        if (ages_in_use(l, pfn))
            ages_activate(l, pfn);
        else if (is_busy(l, pfn) || (page_dirty(l->env, pfn) && !writes))
            page_list_move(&l->lists, INACTIVE_DIRTY, pfn);
        else if (!page_dirty(l->env, pfn))
            page_list_move(&l->lists, INACTIVE_CLEAN, pfn);
        else if (write_page(l, r, pfn) && left > 1)
            left--; /* it was met again, locked */
    }
}

static void page_launder(struct page_ages *l, struct reclaim *r)
{
    launder(l, r, false);
    if (ages_free_shortage(l) > 0)
        launder(l, r, true);
}

static void refill_inactive(struct page_ages *l, bool user)
{
    uint64_t count =
        user ? 1 << PAGE_CLUSTER : ages_inactive_shortage(l) + ages_free_shortage(l);
    for (int priority = PRIORITY; priority >= 0;) {
        bool progress = false;
        while (refill_inactive_scan(l, (unsigned)priority, true)) {
            progress = true;
            if (count-- <= 1)
                return;
        }
        while (ages_swap_out(l)) {
            progress = true;
            if (count-- <= 1)
                return;
        }
        if (ages_inactive_shortage(l) == 0 || ages_free_shortage(l) == 0)
            return;
        priority -= !progress;
    }
    while (refill_inactive_scan(l, 0, true) && count-- > 1)
        ;
}

/* do_try_to_free_pages() */
static void free_pages(struct page_ages *l, struct reclaim *r, bool user)
{
    if (ages_free_shortage(l) > 0 ||
        l->lists.n[INACTIVE_DIRTY] > l->free + l->lists.n[INACTIVE_CLEAN])
        page_launder(l, r);
    if (ages_free_shortage(l) > 0 || ages_inactive_shortage(l) > 0)
        refill_inactive(l, user);
}

/* One turn of its loop. */
static void kswapd(struct page_ages *l, struct reclaim *r)
{
    if (ages_inactive_shortage(l) > 0 || ages_free_shortage(l) > 0)
        free_pages(l, r, false);
    refill_inactive_scan(l, PRIORITY, false);
}

/* reclaim_page(): true if one of the clean pages has gone or been chosen. */
static bool take_clean(struct page_ages *l, struct reclaim *r)
{
    l->memory_pressure++;
    for (uint64_t left = l->lists.n[INACTIVE_CLEAN]; left > 0; left--) {
        const pfn_t pfn = page_list_tail(&l->lists, INACTIVE_CLEAN);
        const enum reclaim_type type =
            page_is_file(l->env, pfn) ? RECLAIM_FILE : RECLAIM_ANON;
        if (ages_in_use(l, pfn)) {
            ages_activate(l, pfn);
            continue;
        }
        if (!page_dirty(l->env, pfn) && !is_busy(l, pfn)) {
            const enum page_fate fate = reclaim_page(r, pfn);
            if (fate == PAGE_GONE || fate == PAGE_CHOSEN) {
                count_gone(l, r, type);
                return true;
            }
        }
        page_list_move(&l->lists, INACTIVE_DIRTY, pfn);
    }
    return false;
}

/* --- the driver's part ------------------------------------------------------------------- */

static void linux24age_priorities(const void *state, unsigned *first, unsigned *last)
{
    (void)state;
    *first = PRIORITY;
    *last = 0;
}

static void take_wanted(struct page_ages *l, struct reclaim *r)
{
    while (r->reclaimed < r->wanted && take_clean(l, r))
        ;
}

static void linux24age_shrink(void *state, struct reclaim *r)
{
    struct page_ages *l = &((struct linux24age *)state)->ages;
    l->free = r->free;
    l->high = r->high;
    take_wanted(l, r);
    if (r->daemon)
        kswapd(l, r);
    else if (r->reclaimed < r->wanted)
        free_pages(l, r, true);
    take_wanted(l, r);
}

static void recalculate(struct page_ages *l)
{
    refill_inactive_scan(l, PRIORITY, false);
    l->memory_pressure -= l->memory_pressure >> INACTIVE_SHIFT;
}

static void linux24age_second(void *state)
{
    struct linux24age *l = state;
    l->timed = true;
    recalculate(&l->ages);
}

static uint64_t linux24age_tick(void *state, uint64_t now)
{
    struct linux24age *l = state;
    if (!l->timed && now > 0)
        recalculate(&l->ages);
    return now + ((const struct linux24age_params *)l->ages.env->params)->second;
}

static pfn_t linux24age_victim(void *state)
{
    struct linux24age *l = state;
    struct page_ages *ages = &l->ages;
    const uint64_t turns = 2 * (uint64_t)ages->env->nframes + AGE_MAX;
    struct reclaim r = {.wanted = 1,
                        .may_swap = policy_can_swap(ages->env),
                        .may_write = true,
                        .chosen = PFN_NONE};
    ages->free = ages->high = 0;
    if (ages_inactive_shortage(ages) > ages_inactive_target(ages) / 2 &&
        ages_free_shortage(ages) > 0)
        kswapd(ages, &r);
    for (uint64_t turn = 0; !take_clean(ages, &r) && turn < turns; turn++) {
        kswapd(ages, &r);
        if (ages->lists.n[ACTIVE] > 0 && ages->lists.n[ACTIVE] >> PRIORITY == 0)
            scan_active(ages, 1, false);
    }
    l->stuck = r.chosen == PFN_NONE;
    l->direct = l->stuck ? page_lists_last_resort(&ages->lists, ages->env) : r.chosen;
    return l->direct;
}

static void linux24age_sizes(const void *state, struct reclaim_sizes *sizes)
{
    const struct page_ages *l = &((const struct linux24age *)state)->ages;
    *sizes = (struct reclaim_sizes){.active = {0}};
    page_list_count(&l->lists, ACTIVE, l->env, sizes->active);
    page_list_count(&l->lists, INACTIVE_DIRTY, l->env, sizes->inactive);
    page_list_count(&l->lists, INACTIVE_CLEAN, l->env, sizes->inactive);
}

static const char *linux24age_check(const void *state)
{
    const struct linux24age *l = state;
    return page_lists_check(&l->ages.lists, l->ages.env);
}

static const struct reclaim_counts *linux24age_counts(const void *state)
{
    return &((const struct linux24age *)state)->ages.counts;
}

/* --- what it says ------------------------------------------------------------------------ */

static void linux24age_why(void *state, pfn_t victim, struct policy_view *view)
{
    const struct linux24age *l = state;
    const char *page = view_page(view, victim);
    if (l->stuck)
        view_say(view, "no page could go: page %s has to", page);
    else
        view_say(view, "page %s was the oldest of the inactive pages that are clean", page);
}

static void linux24age_show(void *state, struct policy_view *view)
{
    static const char *const names[] = {"active", "inactive dirty", "inactive clean"};
    const struct page_ages *l = &((const struct linux24age *)state)->ages;
    for (unsigned list = ACTIVE; list <= INACTIVE_CLEAN; list++) {
        view_list(view, names[list]);
        pfn_t pfn = frame_ring_newest(&l->lists.ring[list]);
        for (uint64_t n = l->lists.n[list]; n > 0; n--) {
            view_entry(view, pfn);
            view_number(view, "age", pfn, l->lists.mark[pfn]);
            pfn = l->lists.ring[list].links[pfn].older;
        }
    }
    view_number(view, "memory pressure", PFN_NONE, l->memory_pressure);
}

static const struct reclaim_ops linux24age_reclaim = {
    .priorities = linux24age_priorities,
    .shrink = linux24age_shrink,
    .second = linux24age_second,
    .used = linux24age_used,
    .sizes = linux24age_sizes,
    .counts = linux24age_counts,
    .check = linux24age_check,
};

const struct policy_ops policy_linux24age = {
    .abi = POLICY_ABI,
    .name = "linux24age",
    .summary =
        "Linux 2.4 up to 2.4.9: ages of pages; old ones are unmapped, cleaned, taken",
    .source = "Linux 2.4.0 mm/vmscan.c, do_try_to_free_pages()",
    .sees = POLICY_REF_BITS,
    .uses_time = true,
    .params = linux24age_table,
    .params_size = sizeof(struct linux24age_params),
    .state_size = sizeof(struct linux24age),
    .frame_size = AGES_FRAME_SIZE,
    .init = linux24age_init,
    .page_in = linux24age_page_in,
    .page_out = linux24age_page_out,
    .victim = linux24age_victim,
    .tick = linux24age_tick,
    .why = linux24age_why,
    .show = linux24age_show,
    .mapped = linux24age_used,
    .reclaim = &linux24age_reclaim,
};
