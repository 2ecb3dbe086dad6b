/* reclaim_rig.h -- a memory of a few frames around a policy that reclaims, without the pager:
 * all that such a policy may ask (faultline/policy.h, faultline/reclaim.h) is answered from
 * tables that a test fills as it likes, and what the policy shows is written as text.
 *
 *     rig_open ─► (rig_page / rig_file)* ─► (rig_touch / rig_store / rig_read)* ─► rig_close
 *
 * A page without a frame is brought in; for that, if no frame is free, rig->make_room is
 * called: rig_choose (the policy's victim()), or rig_reclaim (shrink() from priority 12 down,
 * as a process that needs memory does). */
#ifndef FAULTLINE_TESTS_POLICY_RECLAIM_RIG_H
#define FAULTLINE_TESTS_POLICY_RECLAIM_RIG_H

#include "faultline/reclaim.h"
#include "harness.h"

#include <stdarg.h>

/* Before it is included, a test may ask for more pages. */
#ifndef RIG_SIZE
#define RIG_SIZE 1024
#endif

enum { RIG_FRAMES = RIG_SIZE, RIG_PAGES = RIG_SIZE, RIG_TEXT = 8 * RIG_SIZE };

struct rig_frame {
    unsigned folio; /* pages that begin in the frame; 0: a page by itself                 */
    unsigned page;
    unsigned mappings,
        young; /* of the mappings, how many have their accessed bit set     */
    bool evictable, dirty, writing, locked, read_ahead;
};

struct rig_page {
    pfn_t pfn,
        ghost; /* PFN_NONE: none                                                    */
    bool file, executable;
    bool saved; /* it has been evicted before                                            */
    bool young,
        advised,   /* for walks: of its one mapping                                  */
        recency;   /* uses of the advised count all the same                         */
    unsigned area; /* neighbours with the same number are in one area               */
};

struct policy_view {
    char text[RIG_TEXT], sentence[512];
    unsigned
        marks; /* numbers of entries that have been shown, of the list begun last     */
};

struct rig {
    struct policy_env env;
    const struct policy_ops *ops;
    void *state;
    uint64_t values[PARAM_VALUES_MAX / 8];
    struct rng rng;
    void (*make_room)(struct rig *rig);
    struct rig_frame frames[RIG_FRAMES];
    struct rig_page pages[RIG_PAGES];
    unsigned
        remembers[RIG_PAGES]; /* [ghost - nframes]: the page                           */
    pfn_t free[RIG_FRAMES];   /* a stack                                              */
    pfn_t nfree;
    bool leaving; /* within page_out, of a page that is evicted           */
    bool can_swap;
    unsigned
        processes; /* RIG_PAGES / processes pages belong to each                      */
    bool clock;    /* it is known which processes a CPU has switched to:           */
    uint64_t switched_to; /* a bit for each                                              */
    uint64_t swap_left;
    uint64_t now;
    unsigned victims[RIG_PAGES],
        nvictims;          /* pages evicted since this was set to 0         */
    struct reclaim run;    /* rig_reclaim: what it starts from, and how it ended         */
    enum page_fate answer; /* ... what becomes of pages; PAGE_GONE: they are evicted     */
    unsigned nwriting;     /* ... asked for though a write of it is under way            */
    unsigned nall_dirty;   /* ... calls of reclaim->all_dirty                            */
    uint64_t updates;      /* ... counted by policy_updated()                            */
    char lumps[RIG_TEXT];  /* ... the same, one by one                                   */
    struct policy_view view;
};

static inline struct rig *rig_of(const struct policy_env *env)
{
    return CONTAINER_OF(env, struct rig, env);
}

/* --- answers ---------------------------------------------------------------------------- */

bool page_evictable(const struct policy_env *env, pfn_t pfn)
{
    return pfn < env->nframes && rig_of(env)->frames[pfn].evictable;
}

bool page_referenced(const struct policy_env *env, pfn_t pfn)
{
    return rig_of(env)->frames[pfn].young > 0;
}

void page_clear_referenced(const struct policy_env *env, pfn_t pfn)
{
    rig_of(env)->frames[pfn].young = 0;
}

void page_set_referenced(const struct policy_env *env, pfn_t pfn)
{
    struct rig_frame *frame = &rig_of(env)->frames[pfn];
    frame->young = frame->mappings;
}

unsigned page_take_young(const struct policy_env *env, pfn_t pfn)
{
    struct rig_frame *frame = &rig_of(env)->frames[pfn];
    const unsigned young = frame->young;
    frame->young = 0;
    return young;
}

unsigned page_folio(const struct policy_env *env, pfn_t pfn)
{
    const unsigned folio = rig_of(env)->frames[pfn].folio;
    return folio ? folio : 1;
}

unsigned page_mappings(const struct policy_env *env, pfn_t pfn)
{
    return rig_of(env)->frames[pfn].mappings;
}

bool page_dirty(const struct policy_env *env, pfn_t pfn)
{
    return rig_of(env)->frames[pfn].dirty;
}

bool page_clean(const struct policy_env *env, pfn_t pfn)
{
    struct rig_frame *frame = &rig_of(env)->frames[pfn];
    const bool started = frame->dirty && !frame->writing;
    frame->dirty = false;
    return started;
}

bool page_expendable(const struct policy_env *env, pfn_t pfn)
{
    (void)env;
    (void)pfn;
    return false;
}

bool page_locked(const struct policy_env *env, pfn_t pfn)
{
    return rig_of(env)->frames[pfn].locked;
}

bool page_writing(const struct policy_env *env, pfn_t pfn)
{
    return rig_of(env)->frames[pfn].writing;
}

bool page_read_ahead(const struct policy_env *env, pfn_t pfn)
{
    return rig_of(env)->frames[pfn].read_ahead;
}

bool page_faulted_in(const struct policy_env *env, pfn_t pfn)
{
    struct page_walk walk;
    return walk_mapping(env, pfn, 0, &walk) ? !walk_is_advised(env, &walk)
                                            : page_read_ahead(env, pfn);
}

static inline struct rig_page *rig_page_in(const struct policy_env *env, pfn_t pfn)
{
    return &rig_of(env)->pages[rig_of(env)->frames[pfn].page];
}

bool page_is_file(const struct policy_env *env, pfn_t pfn)
{
    return rig_page_in(env, pfn)->file;
}

bool page_is_executable(const struct policy_env *env, pfn_t pfn)
{
    return rig_page_in(env, pfn)->executable;
}

bool page_is_saved(const struct policy_env *env, pfn_t pfn)
{
    return rig_page_in(env, pfn)->saved;
}

bool policy_can_swap(const struct policy_env *env)
{
    return rig_of(env)->can_swap;
}

uint64_t policy_mapped(const struct policy_env *env)
{
    uint64_t n = 0;
    for (pfn_t pfn = 0; pfn < env->nframes; pfn++)
        n += rig_of(env)->frames[pfn].mappings > 0;
    return n;
}

uint64_t policy_swap_left(const struct policy_env *env)
{
    return rig_of(env)->can_swap ? rig_of(env)->swap_left : 0;
}

void policy_turned(const struct policy_env *env)
{
    (void)env;
}

uint32_t page_process(const struct policy_env *env, pfn_t pfn)
{
    (void)env;
    (void)pfn;
    return 0;
}

uint64_t policy_now(const struct policy_env *env)
{
    return rig_of(env)->now;
}

uint64_t policy_use(const struct policy_env *env)
{
    return rig_of(env)->now;
}

pfn_t ghost_add(const struct policy_env *env, pfn_t pfn)
{
    struct rig *rig = rig_of(env);
    const unsigned page = rig->frames[pfn].page;
    ck_assert(rig->leaving && rig->pages[page].ghost == PFN_NONE);
    return rig->pages[page].ghost = env->nframes + page;
}

void ghost_drop(const struct policy_env *env, pfn_t ghost)
{
    struct rig *rig = rig_of(env);
    ck_assert_uint_eq(rig->pages[ghost - env->nframes].ghost, ghost);
    rig->pages[ghost - env->nframes].ghost = PFN_NONE;
}

/* --- walks: pages are mapped once, in the order of their numbers; as many as the others
 * belong to each process ------------------------------------------------------------------- */

uint32_t walk_process(const struct policy_env *env, uint32_t process)
{
    return process < rig_of(env)->processes ? process : UINT32_MAX;
}

uint64_t walk_resident(const struct policy_env *env, uint32_t process)
{
    const struct rig *rig = rig_of(env);
    const unsigned each = RIG_PAGES / rig->processes;
    uint64_t n = 0;
    for (unsigned page = process * each; page < (process + 1) * each; page++)
        n += rig->pages[page].pfn != PFN_NONE &&
             rig->frames[rig->pages[page].pfn].mappings > 0;
    return n;
}

bool walk_take_switched_to(const struct policy_env *env, uint32_t process)
{
    struct rig *rig = rig_of(env);
    const uint64_t bit = (uint64_t)1 << process;
    const bool switched_to = !rig->clock || (rig->switched_to & bit);
    ck_assert_uint_lt(process, rig->processes);
    rig->switched_to &= ~bit;
    return switched_to;
}

pfn_t walk_next(const struct policy_env *env, struct page_walk *walk)
{
    const struct rig *rig = rig_of(env);
    const vpn_t each = RIG_PAGES / rig->processes, first = walk->process * each;
    for (vpn_t vpn = walk->next > first ? walk->next : first; vpn < first + each; vpn++) {
        const pfn_t pfn = rig->pages[vpn].pfn;
        if (pfn == PFN_NONE || rig->frames[pfn].mappings == 0)
            continue;
        walk->vpn = vpn;
        walk->next = vpn + 1;
        return pfn;
    }
    walk->next = UINT64_MAX;
    return PFN_NONE;
}

bool walk_take_young(const struct policy_env *env, const struct page_walk *walk)
{
    return page_take_young(env, rig_of(env)->pages[walk->vpn].pfn) > 0;
}

bool walk_is_advised(const struct policy_env *env, const struct page_walk *walk)
{
    return rig_of(env)->pages[walk->vpn].advised;
}

bool walk_has_recency(const struct policy_env *env, const struct page_walk *walk)
{
    const struct rig_page *page = &rig_of(env)->pages[walk->vpn];
    return !page->advised || page->recency;
}

bool walk_mapping(const struct policy_env *env, pfn_t pfn, unsigned n,
                  struct page_walk *walk)
{
    const struct rig_frame *frame = &rig_of(env)->frames[pfn];
    *walk =
        (struct page_walk){.process = frame->page / (RIG_PAGES / rig_of(env)->processes),
                           .vpn = frame->page,
                           .next = frame->page + 1};
    return n < frame->mappings;
}

void walk_area(const struct policy_env *env, const struct page_walk *walk, vpn_t *first,
               vpn_t *last)
{
    const struct rig_page *pages = rig_of(env)->pages;
    *first = *last = walk->vpn;
    while (*first > 0 && pages[*first - 1].area == pages[walk->vpn].area)
        --*first;
    while (*last + 1 < RIG_PAGES && pages[*last + 1].area == pages[walk->vpn].area)
        ++*last;
}

uint64_t walk_pages(const struct policy_env *env, uint32_t process, vpn_t first, vpn_t last)
{
    uint64_t n = 0;
    (void)process;
    for (vpn_t vpn = first; vpn <= last && vpn < RIG_PAGES; vpn++)
        n += !rig_of(env)->pages[vpn].advised;
    return n;
}

void walk_unmap(const struct policy_env *env, const struct page_walk *walk)
{
    struct rig_frame *frame = &rig_of(env)->frames[rig_of(env)->pages[walk->vpn].pfn];
    frame->mappings--;
    if (frame->young > frame->mappings)
        frame->young = frame->mappings;
}

/* --- what is shown ----------------------------------------------------------------------- */

static inline void PRINTF_LIKE(2, 3) rig_write(char *text, const char *format, ...)
{
    va_list args;
    const size_t at = strlen(text);
    va_start(args, format);
    vsnprintf(text + at, RIG_TEXT - at, format, args);
    va_end(args);
}

static struct rig *rig_shown; /* whose policy is asked to show what it keeps */

void view_say(struct policy_view *view, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(view->sentence, sizeof view->sentence, format, args);
    va_end(args);
}

const char *view_page(struct policy_view *view, pfn_t entry)
{
    static char names[4][16];
    static unsigned next;
    const struct rig *rig = rig_shown;
    char *name = names[next++ % 4];
    (void)view;
    const pfn_t nframes = rig->env.nframes;
    const unsigned page = entry < nframes ? rig->frames[entry].page : entry - nframes;
    snprintf(name, sizeof names[0], "%u", page);
    return name;
}

void view_hand(struct policy_view *view, const char *name, pfn_t pfn)
{
    (void)view;
    (void)name;
    (void)pfn;
}

void view_list(struct policy_view *view, const char *name)
{
    rig_write(view->text, "%s%s:", view->text[0] ? "; " : "", name);
}

void view_entry(struct policy_view *view, pfn_t entry)
{
    rig_write(view->text, " %s", view_page(view, entry));
}

/* A page's own number follows it: * for "referenced", else the first letter of its name,
 * and the number if that is not 1. */
void view_number(struct policy_view *view, const char *name, pfn_t entry, uint64_t value)
{
    if (entry == PFN_NONE)
        rig_write(view->text, "; %s=%" PRIu64, name, value);
    else if (value > 0)
        rig_write(view->text, "%c", strcmp(name, "referenced") == 0 ? '*' : name[0]);
    if (entry != PFN_NONE && value > 1)
        rig_write(view->text, "%" PRIu64, value);
}

/* What the policy shows: "inactive file: 4* 3*; active file: 2 1; age=2". */
static inline const char *rig_show(struct rig *rig)
{
    rig->view.text[0] = '\0';
    rig_shown = rig;
    rig->ops->show(rig->state, &rig->view);
    return rig->view.text;
}

static inline const char *rig_why(struct rig *rig, pfn_t victim)
{
    rig->view.sentence[0] = '\0';
    rig_shown = rig;
    rig->ops->why(rig->state, victim, &rig->view);
    return rig->view.sentence;
}

/* --- pages come and go ------------------------------------------------------------------- */

static inline void rig_evict(struct rig *rig, pfn_t pfn, bool remembered)
{
    struct rig_frame *frame = &rig->frames[pfn];
    ck_assert_msg(page_evictable(&rig->env, pfn), "frame %u cannot be evicted", pfn);
    rig->leaving = remembered;
    rig->ops->page_out(rig->state, pfn, remembered);
    rig->leaving = false;
    if (rig->nvictims < RIG_PAGES)
        rig->victims[rig->nvictims++] = frame->page;
    rig->pages[frame->page].pfn = PFN_NONE;
    rig->pages[frame->page].saved = true;
    *frame = (struct rig_frame){0};
    rig->free[rig->nfree++] = pfn;
}

static inline void rig_choose(struct rig *rig)
{
    rig_evict(rig, rig->ops->victim(rig->state), true);
}

static inline enum page_fate rig_answer(struct reclaim *reclaim, pfn_t pfn)
{
    struct rig *rig = CONTAINER_OF(reclaim, struct rig, run);
    if (rig->frames[pfn].writing) {
        rig->nwriting++;
        return PAGE_ACTIVATE;
    }
    if (rig->answer == PAGE_GONE) {
        rig->run.written += rig->frames[pfn].dirty;
        rig_evict(rig, pfn, true);
    } else if (rig->answer == PAGE_WRITING) {
        rig->run.written++;
        rig->frames[pfn].writing = true;
        rig->frames[pfn].dirty = false;
    }
    return rig->answer;
}

void policy_updated(const struct policy_env *env, uint64_t n)
{
    struct rig *rig = rig_of(env);
    rig->updates += n;
    rig_write(rig->lumps, " %" PRIu64, n);
}

static inline void rig_uncharge(struct reclaim *reclaim, enum reclaim_type type, uint64_t n)
{
    struct rig *rig = CONTAINER_OF(reclaim, struct rig, run);
    rig_write(rig->lumps, " (%s %" PRIu64 ")", type == RECLAIM_FILE ? "file" : "anon", n);
}

static inline void rig_all_dirty(struct reclaim *reclaim)
{
    CONTAINER_OF(reclaim, struct rig, run)->nall_dirty++;
}

/* Count from now on. */
static inline void rig_clear_updates(struct rig *rig)
{
    rig->updates = 0;
    rig->lumps[0] = '\0';
}

/* One priority, from what rig->run says otherwise. */
static inline void rig_shrink(struct rig *rig, unsigned priority)
{
    rig->run.priority = priority;
    rig->run.page = rig_answer;
    rig->run.uncharge = rig_uncharge;
    rig->run.all_dirty = rig_all_dirty;
    rig->ops->reclaim->shrink(rig->state, &rig->run);
}

static inline void rig_reclaim(struct rig *rig)
{
    unsigned first = RECLAIM_PRIORITY, last = 0;
    if (rig->ops->reclaim->priorities)
        rig->ops->reclaim->priorities(rig->state, &first, &last);
    rig->run.scanned = rig->run.reclaimed = 0;
    for (unsigned left = first + 1; left > last && rig->run.reclaimed < rig->run.wanted;
         left--)
        rig_shrink(rig, left - 1);
    if (rig->ops->reclaim->finish)
        rig->ops->reclaim->finish(rig->state, &rig->run);
}

/* Open a rig with the policy, whose parameters are "name=value", ended by NULL. */
static inline struct rig *rig_open(const struct policy_ops *ops, pfn_t nframes,
                                   const char *const *set)
{
    struct rig *rig = calloc(1, sizeof *rig);
    struct error err = {0};
    ck_assert(rig && nframes <= RIG_FRAMES && ops->params_size <= sizeof rig->values);
    rig->ops = ops;
    if (ops->params)
        param_defaults(ops->params, rig->values);
    for (; set && *set; set++) {
        char name[64];
        snprintf(name, sizeof name, "%.*s", (int)strcspn(*set, "="), *set);
        ASSERT_OK(param_set(ops->params, rig->values, name, strchr(*set, '=') + 1, "rig",
                            at_nowhere(), &err),
                  &err);
    }
    rng_seed(&rig->rng, 1);
    rig->env = (struct policy_env){.nframes = nframes,
                                   .share = nframes,
                                   .nghosts = ops->ghosts ? RIG_PAGES : 0,
                                   .rng = &rig->rng,
                                   .params = rig->values,
                                   .page_size = 4096};
    rig->env.frames = calloc((size_t)nframes + rig->env.nghosts, ops->frame_size + 1);
    rig->state = calloc(1, ops->state_size + 1);
    ck_assert(rig->env.frames && rig->state);
    rig->make_room = rig_choose;
    rig->can_swap = true;
    rig->processes = 1;
    rig->swap_left = UINT64_MAX;
    rig->run = (struct reclaim){.wanted = 1,
                                .batch = 1,
                                .swappiness = 60,
                                .may_swap = true,
                                .may_write = true,
                                .chosen = PFN_NONE};
    for (unsigned i = 0; i < RIG_PAGES; i++)
        rig->pages[i] = (struct rig_page){.pfn = PFN_NONE, .ghost = PFN_NONE};
    for (pfn_t pfn = nframes; pfn-- > 0;)
        rig->free[rig->nfree++] = pfn;
    ASSERT_OK(ops->init(rig->state, &rig->env, &err), &err);
    return rig;
}

static inline void rig_close(struct rig *rig)
{
    free(rig->env.frames);
    free(rig->state);
    free(rig);
}

/* The pages first..last are those of a file. */
static inline void rig_file(struct rig *rig, unsigned first, unsigned last)
{
    for (unsigned page = first; page <= last; page++)
        rig->pages[page].file = rig->pages[page].saved = true;
}

/* Bring the page in, mapped so often. */
static inline pfn_t rig_bring(struct rig *rig, unsigned page, unsigned mappings)
{
    if (rig->nfree == 0)
        rig->make_room(rig);
    ck_assert_uint_gt(rig->nfree, 0);
    const pfn_t pfn = rig->free[--rig->nfree];
    struct rig_page *of = &rig->pages[page];
    const pfn_t ghost = of->ghost;
    rig->frames[pfn].page = page;
    rig->frames[pfn].mappings = mappings;
    rig->frames[pfn].evictable = true;
    rig->ops->page_in(rig->state, pfn, ghost);
    of->ghost = PFN_NONE;
    of->pfn = pfn;
    return pfn;
}

/* Use of a mapped page; true: it was in memory. */
static inline bool rig_touch(struct rig *rig, unsigned page)
{
    const bool hit = rig->pages[page].pfn != PFN_NONE;
    rig->now++;
    const pfn_t pfn = hit ? rig->pages[page].pfn : rig_bring(rig, page, 1);
    if (rig->frames[pfn].mappings == 0) {
        rig->frames[pfn].mappings = 1;
        if (rig->ops->mapped)
            rig->ops->mapped(rig->state, pfn);
    }
    rig->frames[pfn].young = 1;
    return hit;
}

static inline bool rig_store(struct rig *rig, unsigned page)
{
    const bool hit = rig_touch(rig, page);
    rig->frames[rig->pages[page].pfn].dirty = true;
    return hit;
}

/* Use by read(): the page is not mapped. */
static inline bool rig_read(struct rig *rig, unsigned page)
{
    const bool hit = rig->pages[page].pfn != PFN_NONE;
    rig->now++;
    const pfn_t pfn = hit ? rig->pages[page].pfn : rig_bring(rig, page, 0);
    rig->ops->reclaim->used(rig->state, pfn);
    return hit;
}

#endif
