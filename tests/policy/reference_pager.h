/* reference_pager.h -- a pager that is slow and obvious, to hold the fast one to.
 * It knows nothing of steps, batches and dense page numbers: it takes the references of a
 * program as they are, one touch of a page after the other, and looks for everything by
 * searching lists.  What it replays has at most REFERENCE_PAGES distinct pages. */
#ifndef FAULTLINE_TESTS_POLICY_REFERENCE_PAGER_H
#define FAULTLINE_TESTS_POLICY_REFERENCE_PAGER_H

#include "base/rng.h"
#include "trace/builder.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { REFERENCE_FRAMES = 40, REFERENCE_PAGES = 4096, REFERENCE_TLB = 64 };
enum { REF_TLBS = 4 }; /* L1I, L1D, L2, L3; nothing beyond one that does not exist */

enum ref_policy { LRU, MRU, FIFO, CLOCK, SECOND_CHANCE, RANDOM, OPT, REF_POLICIES };
enum ref_tie { LOWEST_FRAME, HIGHEST_FRAME, TIE_BY_LRU, LAST_LOADED };

struct ref_tlb_config {
    unsigned entries, ways; /* 0: no such level */
    bool fifo;              /* or else LRU      */
};

struct ref_config {
    unsigned page_shift;
    unsigned frames; /* at most REFERENCE_FRAMES */
    enum ref_policy policy;
    bool ref_on_load, hand_stays; /* clock, second-chance      */
    enum ref_tie tie;             /* OPT                       */
    bool unsaved_is_dirty;        /* a page without a copy     */
    bool count_once_full;         /* faults that find no frame */
    bool clear_invalidates_tlb;
    bool simulated; /* the accessed bit, by validity */
    bool x86_64;    /* or else ideal */
    struct ref_tlb_config tlb[REF_TLBS];
    uint64_t seed;
};

struct program_ref {
    enum reference_kind kind;
    vaddr_t vaddr;
    uint32_t size;
};

/* One touch of one page. */
struct ref_touch {
    vpn_t vpn;
    bool data, store;
};

struct ref_frame {
    bool filled, accessed, dirty;
    bool valid;    /* with simulated bits: accesses need not trap */
    bool modified; /* the bit in the entry of the page table */
    vpn_t vpn;
    uint64_t loaded, queued, used; /* when: loaded, put at the queue's end, used last */
};

struct ref_page {
    vpn_t vpn;
    bool saved; /* has a copy on the swap device */
};

struct ref_tlb_entry {
    bool valid;
    vpn_t vpn;
    uint64_t filled, used;
};

struct ref_counts {
    uint64_t faults, faults_cold, faults_referenced, page_ins, page_outs, page_outs_dirty,
        accesses;
    uint64_t l1_misses[2], hits[REF_TLBS], misses[REF_TLBS];
    uint64_t walks, modify_walks, walk_accesses;
};

struct ref_pager {
    struct ref_config config;
    struct ref_touch *touches; /* of the whole program */
    size_t ntouches, capacity;
    size_t now; /* the touch under way */
    uint64_t clock;
    struct ref_frame frames[REFERENCE_FRAMES];
    struct ref_page pages[REFERENCE_PAGES]; /* those that were resident once */
    unsigned npages;
    unsigned hand;
    struct ref_tlb_entry tlb[REF_TLBS][REFERENCE_TLB]; /* [set * ways + way] */
    struct rng rng;
    struct ref_counts counts;
};

/* --- from references to touches -------------------------------------------------------- */

static void ref_touch_pages(struct ref_pager *p, const struct program_ref *ref, bool store)
{
    const vaddr_t last = ref->vaddr + ref->size - 1;
    for (vpn_t vpn = ref->vaddr >> p->config.page_shift;
         vpn <= last >> p->config.page_shift; vpn++) {
        if (p->ntouches == p->capacity) {
            p->capacity = p->capacity ? 2 * p->capacity : 1024;
            p->touches = realloc(p->touches, p->capacity * sizeof *p->touches);
            assert(p->touches);
        }
        p->touches[p->ntouches++] =
            (struct ref_touch){.vpn = vpn, .data = ref->kind != IFETCH, .store = store};
    }
}

/* Add a reference to the program; returns the touches so far. */
static size_t ref_pager_add(struct ref_pager *p, const struct program_ref *ref)
{
    if (ref->kind != STORE)
        ref_touch_pages(p, ref, false);
    if (ref->kind == STORE || ref->kind == MODIFY)
        ref_touch_pages(p, ref, true);
    return p->ntouches;
}

static struct ref_pager *ref_pager_create(const struct ref_config *config)
{
    struct ref_pager *p = calloc(1, sizeof *p);
    assert(p && config->frames <= REFERENCE_FRAMES);
    p->config = *config;
    rng_seed(&p->rng, config->seed);
    return p;
}

static void ref_pager_free(struct ref_pager *p)
{
    free(p->touches);
    free(p);
}

/* --- TLBs ------------------------------------------------------------------------------ */

static struct ref_tlb_entry *ref_tlb_set(struct ref_pager *p, int level, vpn_t vpn)
{
    const struct ref_tlb_config *config = &p->config.tlb[level];
    return &p->tlb[level][vpn % (config->entries / config->ways) * config->ways];
}

static bool ref_tlb_lookup(struct ref_pager *p, int level, vpn_t vpn)
{
    struct ref_tlb_entry *set = ref_tlb_set(p, level, vpn);
    for (unsigned way = 0; way < p->config.tlb[level].ways; way++)
        if (set[way].valid && set[way].vpn == vpn) {
            set[way].used = ++p->clock;
            return true;
        }
    return false;
}

static void ref_tlb_fill(struct ref_pager *p, int level, vpn_t vpn)
{
    const struct ref_tlb_config *config = &p->config.tlb[level];
    struct ref_tlb_entry *set = ref_tlb_set(p, level, vpn), *victim = set;
    for (unsigned way = 0; way < config->ways; way++) {
        if (!set[way].valid) {
            victim = &set[way];
            break;
        }
        if (config->fifo ? set[way].filled < victim->filled : set[way].used < victim->used)
            victim = &set[way];
    }
    p->clock++;
    *victim = (struct ref_tlb_entry){true, vpn, p->clock, p->clock};
}

static void ref_tlb_drop(struct ref_pager *p, vpn_t vpn)
{
    for (int level = 0; level < REF_TLBS; level++)
        for (unsigned i = 0; i < p->config.tlb[level].entries; i++)
            if (p->tlb[level][i].vpn == vpn)
                p->tlb[level][i].valid = false;
}

/* Find the page's entry as the hardware does.  True if it walked the tables for it. */
static bool ref_find_entry(struct ref_pager *p, bool data, vpn_t vpn)
{
    if (ref_tlb_lookup(p, data, vpn))
        return false;
    p->counts.l1_misses[data]++;
    int level = 2;
    bool hit = false;
    while (level < REF_TLBS && p->config.tlb[level].entries && !hit) {
        hit = ref_tlb_lookup(p, level, vpn);
        p->counts.hits[level] += hit;
        p->counts.misses[level] += !hit;
        level += !hit;
    }
    while (--level >= 2)
        ref_tlb_fill(p, level, vpn);
    ref_tlb_fill(p, data, vpn);
    return !hit;
}

/* Look the resident page up; walks set the bits of its entry. */
static void ref_translate(struct ref_pager *p, const struct ref_touch *touch,
                          struct ref_frame *frame)
{
    if (ref_find_entry(p, touch->data, frame->vpn)) {
        p->counts.walks++;
        p->counts.walk_accesses += 4;
        frame->accessed = true;
        frame->modified = frame->modified || touch->store;
    } else if (touch->store && !frame->modified) {
        p->counts.modify_walks++;
        p->counts.walk_accesses += 4;
        frame->accessed = true;
        frame->modified = true;
    }
}

/* --- policies -------------------------------------------------------------------------- */

static bool ref_is_accessed(const struct ref_pager *p, const struct ref_frame *frame)
{
    return p->config.simulated ? frame->valid : frame->accessed;
}

static void ref_clear_accessed(struct ref_pager *p, struct ref_frame *frame)
{
    frame->accessed = frame->valid = false;
    if (p->config.clear_invalidates_tlb || p->config.simulated)
        ref_tlb_drop(p, frame->vpn);
}

static unsigned ref_clock_victim(struct ref_pager *p)
{
    for (;;) {
        const unsigned at = p->hand;
        const bool accessed = ref_is_accessed(p, &p->frames[at]);
        if (accessed)
            ref_clear_accessed(p, &p->frames[at]);
        if (accessed || !p->config.hand_stays)
            p->hand = (at + 1) % p->config.frames;
        if (!accessed)
            return at;
    }
}

/* The frame for which `key` is least. */
static unsigned ref_least(const struct ref_pager *p, size_t offset)
{
    unsigned best = 0;
    uint64_t least = UINT64_MAX;
    for (unsigned i = 0; i < p->config.frames; i++) {
        uint64_t key;
        memcpy(&key, (const char *)&p->frames[i] + offset, sizeof key);
        if (key < least) {
            least = key;
            best = i;
        }
    }
    return best;
}

static unsigned ref_second_chance_victim(struct ref_pager *p)
{
    for (;;) {
        const unsigned oldest = ref_least(p, offsetof(struct ref_frame, queued));
        if (!ref_is_accessed(p, &p->frames[oldest]))
            return oldest;
        ref_clear_accessed(p, &p->frames[oldest]);
        p->frames[oldest].queued = ++p->clock;
    }
}

static unsigned ref_mru_victim(const struct ref_pager *p)
{
    unsigned best = 0;
    for (unsigned i = 1; i < p->config.frames; i++)
        if (p->frames[i].used > p->frames[best].used)
            best = i;
    return best;
}

/* The next touch of the page after the one under way; SIZE_MAX: none. */
static size_t ref_next_touch(const struct ref_pager *p, vpn_t vpn)
{
    for (size_t i = p->now + 1; i < p->ntouches; i++)
        if (p->touches[i].vpn == vpn)
            return i;
    return SIZE_MAX;
}

/* Of two frames whose pages are never used again, does b go rather than a < b? */
static bool ref_tie_goes_to(const struct ref_pager *p, unsigned a, unsigned b)
{
    switch (p->config.tie) {
    case HIGHEST_FRAME:
        return true;
    case TIE_BY_LRU:
        return p->frames[b].used < p->frames[a].used;
    case LAST_LOADED:
        return p->frames[b].loaded > p->frames[a].loaded;
    default:
        return false;
    }
}

static unsigned ref_opt_victim(const struct ref_pager *p)
{
    unsigned best = 0;
    size_t farthest = ref_next_touch(p, p->frames[0].vpn);
    for (unsigned i = 1; i < p->config.frames; i++) {
        const size_t next = ref_next_touch(p, p->frames[i].vpn);
        if (next > farthest ||
            (next == SIZE_MAX && farthest == SIZE_MAX && ref_tie_goes_to(p, best, i))) {
            farthest = next;
            best = i;
        }
    }
    return best;
}

static unsigned ref_victim(struct ref_pager *p)
{
    switch (p->config.policy) {
    case LRU:
        return ref_least(p, offsetof(struct ref_frame, used));
    case MRU:
        return ref_mru_victim(p);
    case FIFO:
        return ref_least(p, offsetof(struct ref_frame, loaded));
    case CLOCK:
        return ref_clock_victim(p);
    case SECOND_CHANCE:
        return ref_second_chance_victim(p);
    case RANDOM:
        return (unsigned)rng_below(&p->rng, p->config.frames);
    default:
        return ref_opt_victim(p);
    }
}

/* --- the pager ------------------------------------------------------------------------- */

static struct ref_page *ref_find_page(struct ref_pager *p, vpn_t vpn)
{
    for (unsigned i = 0; i < p->npages; i++)
        if (p->pages[i].vpn == vpn)
            return &p->pages[i];
    return NULL;
}

static struct ref_frame *ref_find_frame(struct ref_pager *p, vpn_t vpn)
{
    for (unsigned i = 0; i < p->config.frames; i++)
        if (p->frames[i].filled && p->frames[i].vpn == vpn)
            return &p->frames[i];
    return NULL;
}

static void ref_evict(struct ref_pager *p, struct ref_frame *frame)
{
    p->counts.page_outs++;
    if (frame->dirty) {
        p->counts.page_outs_dirty++;
        ref_find_page(p, frame->vpn)->saved = true;
    }
    ref_tlb_drop(p, frame->vpn);
    frame->filled = false;
}

static struct ref_frame *ref_fault(struct ref_pager *p, vpn_t vpn)
{
    struct ref_page *page = ref_find_page(p, vpn);
    const bool cold = !page;
    if (cold) {
        assert(p->npages < REFERENCE_PAGES);
        page = &p->pages[p->npages++];
        *page = (struct ref_page){.vpn = vpn};
    }
    unsigned at = 0;
    while (at < p->config.frames && p->frames[at].filled)
        at++;
    const bool full = at == p->config.frames;
    if (full || !p->config.count_once_full) {
        p->counts.faults++;
        p->counts.faults_cold += cold;
    }
    if (full) {
        at = ref_victim(p);
        ref_evict(p, &p->frames[at]);
    }
    p->counts.page_ins++;
    p->clock++;
    const bool loads_accessed =
        p->config.policy == CLOCK || p->config.policy == SECOND_CHANCE;
    p->frames[at] = (struct ref_frame){
        .filled = true,
        .accessed = loads_accessed && p->config.ref_on_load,
        .valid = true,
        .dirty = p->config.unsaved_is_dirty && !page->saved,
        .vpn = vpn,
        .loaded = p->clock,
        .queued = p->clock,
    };
    return &p->frames[at];
}

/* The page is there and invalid: the kernel notes that it is used. */
static void ref_note_use(struct ref_pager *p, struct ref_frame *frame)
{
    bool full = true;
    for (unsigned i = 0; i < p->config.frames; i++)
        full = full && p->frames[i].filled;
    frame->valid = true;
    if (full || !p->config.count_once_full)
        p->counts.faults++;
    p->counts.faults_referenced += full || !p->config.count_once_full;
}

/* Replay the touches from where the last call ended to before number `end`. */
static void ref_pager_run(struct ref_pager *p, size_t end)
{
    for (; p->now < end; p->now++) {
        const struct ref_touch *touch = &p->touches[p->now];
        p->counts.accesses++;
        struct ref_frame *frame = ref_find_frame(p, touch->vpn);
        if (!frame)
            frame = ref_fault(p, touch->vpn);
        else if (p->config.simulated && !frame->valid)
            ref_note_use(p, frame);
        else if (!p->config.x86_64)
            frame->accessed = true;
        if (p->config.x86_64)
            ref_translate(p, touch, frame);
        frame->dirty = frame->dirty || touch->store;
        frame->used = ++p->clock;
    }
}

#endif
