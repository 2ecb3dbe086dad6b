/* mglru_model_test.c -- Linux's multi-gen LRU, of pages in no file, as a slow model: one array
 * of pages, in which lists are searched for; generations have their numbers and never wrap
 * round; and one page table, which is walked or not. */
#include "policy/variants.h"

enum { OLD, OLD_69, MIDDLE, MIDDLE_114, NEW, VERSIONS }; /* 6.1 to 6.14 */

enum { PAGES = 512 }; /* of the page table */

struct rules {
    unsigned version;
    uint64_t walk_least, refaults_least, batch;
};

struct page {
    bool resident, young, referenced, workingset;
    bool saved; /* it has been evicted before, and is never stored into                  */
    unsigned refs;
    uint64_t seq, list; /* number of its generation, and of that of its list             */
    int64_t place;      /* on the list: the least is at the tail                         */
    bool waits;         /* it is new, and on no list yet                                 */
    bool remembered, was_workingset;
    uint64_t seq_then; /* the oldest when it was evicted                                 */
    unsigned refs_then;
};

struct tier {
    uint64_t average_back, average_all, back, all;
};

struct model {
    struct rules rules;
    uint64_t frames, max, min;
    struct page pages[PAGES];
    struct tier tiers[4];
    int64_t head, tail;               /* places given out last                           */
    bool begun, filter[2], listed[2]; /* a filter is there, and names the table           */
    bool walker;                      /* 6.1: this priority has aged                      */
    struct page *new[31], *activating[31];
    unsigned nnew, nactivating;
};

static void *model_create(uint64_t frames, const void *params)
{
    struct model *m = calloc(1, sizeof *m);
    ck_assert_ptr_nonnull(m);
    m->rules = *(const struct rules *)params;
    m->frames = frames;
    m->max = 3;
    return m;
}

static uint64_t model_count(const struct model *m, uint64_t from, uint64_t to)
{
    uint64_t n = 0;
    for (unsigned i = 0; i < PAGES; i++)
        n += m->pages[i].resident && !m->pages[i].waits && m->pages[i].seq >= from &&
             m->pages[i].seq <= to;
    return n;
}

static void to_head(struct model *m, struct page *page, uint64_t list)
{
    page->list = list;
    page->place = ++m->head;
}

static void to_tail(struct model *m, struct page *page, uint64_t list)
{
    page->list = list;
    page->place = --m->tail;
}

static struct page *at_tail(struct model *m, uint64_t list)
{
    struct page *oldest = NULL;
    for (struct page *page = m->pages; page < m->pages + PAGES; page++)
        if (page->resident && !page->waits && page->list == list &&
            (!oldest || page->place < oldest->place))
            oldest = page;
    return oldest;
}

/* --- tiers ------------------------------------------------------------------------------- */

static unsigned model_refs(const struct model *m, const struct page *page)
{
    if (m->rules.version == NEW)
        return page->referenced ? page->refs + 1 : 0;
    return page->refs + page->workingset;
}

static unsigned tier_of(const struct model *m, unsigned refs, bool workingset)
{
    static const unsigned old[] = {0, 1, 2, 2, 3}, new[] = {0, 0, 1, 2, 2};
    if (m->rules.version == NEW)
        return workingset ? 3 : new[refs];
    return old[refs];
}

static bool is_full(const struct model *m, const struct page *page)
{
    const unsigned refs = model_refs(m, page);
    return refs == 4 && m->rules.version >= OLD_69 &&
           (m->rules.version != NEW || page->workingset);
}

static void clear_uses(const struct model *m, struct page *page)
{
    page->refs = 0;
    page->referenced = false;
    if (m->rules.version != NEW)
        page->workingset = false;
}

static unsigned last_tier(const struct model *m)
{
    const uint64_t gain0 = m->rules.version == NEW ? 2 : 1, gain = gain0 + 1;
    const uint64_t back0 = m->tiers[0].average_back + m->tiers[0].back;
    const uint64_t all0 = m->tiers[0].average_all + m->tiers[0].all;
    for (unsigned i = 1; i < 4; i++) {
        const uint64_t back = m->tiers[i].average_back + m->tiers[i].back;
        const uint64_t all = m->tiers[i].average_all + m->tiers[i].all;
        if (back >= m->rules.refaults_least &&
            back * (all0 + m->rules.refaults_least) * gain0 > (back0 + 1) * all * gain)
            return i - 1;
    }
    return 3;
}

static void end_generation(struct model *m)
{
    for (unsigned i = 0; i < 4; i++) {
        struct tier *tier = &m->tiers[i];
        tier->average_back = (tier->average_back + tier->back) / 2;
        tier->average_all = (tier->average_all + tier->all) / 2;
        tier->back = tier->all = 0;
    }
}

/* --- aging ------------------------------------------------------------------------------- */

/* 6.14: true if the page had been found used before. */
static bool found_again(struct page *page)
{
    const bool again = page->referenced || page->workingset;
    page->refs = 0;
    page->referenced = !again;
    page->workingset |= again;
    return again;
}

static void promote(struct model *m, struct page *page)
{
    if (m->rules.version == NEW) {
        if (!found_again(page))
            return;
    } else {
        clear_uses(m, page);
    }
    page->seq = m->max;
}

static void walk(struct model *m)
{
    uint64_t young = 0;
    if (m->rules.version < MIDDLE && model_count(m, 0, UINT64_MAX) < m->rules.walk_least)
        return;
    const bool look = !m->begun || !m->filter[m->max % 2] || m->listed[m->max % 2];
    m->begun = true;
    m->filter[(m->max + 1) % 2] = true;
    m->listed[(m->max + 1) % 2] = false;
    for (unsigned i = 0; look && i < PAGES; i++)
        if (m->pages[i].resident && m->pages[i].young) {
            m->pages[i].young = false;
            promote(m, &m->pages[i]);
            young++;
        }
    if (look && young * 8 >= PAGES)
        m->listed[(m->max + 1) % 2] = true;
}

static void age(struct model *m)
{
    walk(m);
    m->begun = true;
    if (m->max - m->min == 3) {
        struct page *page;
        while ((page = at_tail(m, m->min))) {
            if (m->rules.version == NEW && !is_full(m, page))
                m->tiers[tier_of(m, model_refs(m, page), page->workingset)].all++;
            if (page->seq == m->min) {
                clear_uses(m, page);
                page->seq++;
            }
            to_tail(m, page, page->seq);
        }
        end_generation(m);
        m->min++;
    }
    m->max++;
}

static bool wants_aging(const struct model *m)
{
    const uint64_t gens = m->max - m->min + 1, all = model_count(m, 0, UINT64_MAX);
    if (gens != 3)
        return gens == 2;
    return m->rules.version == NEW || model_count(m, m->max, m->max) * 2 > all ||
           model_count(m, m->min, m->min) * 4 < all;
}

/* --- batches ----------------------------------------------------------------------------- */

static void add_active(struct model *m, struct page *page)
{
    if (m->rules.version == MIDDLE_114) {
        page->refs = 0;
        page->referenced = false;
    }
    page->seq = m->max;
    to_head(m, page, page->seq);
}

static void add_new(struct model *m)
{
    for (unsigned i = 0; i < m->nnew; i++) {
        struct page *page = m->new[i];
        page->waits = false;
        if (m->rules.version == NEW) {
            page->seq = m->max - 1 + page->workingset;
            to_head(m, page, page->seq);
        } else {
            add_active(m, page);
        }
    }
    m->nnew = 0;
}

static void activate_all(struct model *m)
{
    for (unsigned i = 0; i < m->nactivating; i++) {
        struct page *page = m->activating[i];
        page->seq = m->rules.version == NEW ? m->max - 1 + page->workingset : m->max;
        to_head(m, page, page->seq);
    }
    m->nactivating = 0;
}

static void activate(struct model *m, struct page *page)
{
    m->activating[m->nactivating++] = page;
    if (m->nactivating >= m->rules.batch)
        activate_all(m);
}

static bool is_activating(const struct model *m, const struct page *page)
{
    for (unsigned i = 0; i < m->nactivating; i++)
        if (m->activating[i] == page)
            return true;
    return false;
}

static void drain(struct model *m)
{
    add_new(m);
    activate_all(m);
}

/* --- eviction ---------------------------------------------------------------------------- */

static void look_around(struct model *m, struct page *at)
{
    const unsigned version = m->rules.version, vpn = (unsigned)(at - m->pages);
    const unsigned first = vpn < 32 ? 0 : vpn - 32 > PAGES - 64 ? PAGES - 64 : vpn - 32;
    struct page *found[64];
    unsigned nfound = 0, young = 1;
    for (unsigned i = first; i < first + 64; i++) {
        struct page *page = &m->pages[i];
        if (page == at || !page->resident || !page->young)
            continue;
        page->young = false;
        young++;
        if (page->seq != m->max || version >= MIDDLE)
            found[nfound++] = page;
    }
    for (unsigned i = 0; i < nfound; i++) {
        if (version < MIDDLE && (nfound >= 15 || m->walker)) {
            promote(m, found[i]);
        } else if ((version != NEW || found_again(found[i])) && found[i]->seq != m->max) {
            if (version == MIDDLE_114)
                clear_uses(m, found[i]);
            activate(m, found[i]);
        }
    }
    if (young * 8 >= 64)
        m->listed[m->max % 2] = m->filter[m->max % 2];
}

/* The page at the tail of the oldest generation moves elsewhere, if its tier is one above the
 * last to go, say. */
static bool moves(struct model *m, struct page *page, unsigned last)
{
    const unsigned tier = tier_of(m, model_refs(m, page), page->workingset);
    if (page->seq != m->min) {
        to_head(m, page, page->seq);
        return true;
    }
    if (tier <= last && !is_full(m, page))
        return false;
    m->tiers[tier].all += m->rules.version != NEW || !is_full(m, page);
    clear_uses(m, page);
    page->seq++;
    if (m->rules.version == NEW)
        to_head(m, page, page->seq);
    else
        to_tail(m, page, page->seq);
    return true;
}

/* A page, off its list, goes back: it is used, or in the batch of those to be activated. */
static void spare(struct model *m, struct page *page)
{
    uint64_t seq = m->max;
    const bool used = page->young;
    page->young = false;
    if (used)
        look_around(m, page);
    if (m->rules.version != NEW) {
        clear_uses(m, page);
    } else if (!used || !found_again(page)) {
        seq = m->max - 3 + page->workingset;
        if (seq <= m->min) {
            page->referenced = false;
            seq = m->max - 1 + page->workingset;
        }
    }
    page->seq = seq;
    to_head(m, page, seq);
}

static bool skip_empty(struct model *m)
{
    const uint64_t before = m->min;
    while (m->min + 2 <= m->max && !at_tail(m, m->min))
        m->min++;
    if (m->min > before)
        end_generation(m);
    return m->min > before;
}

/* Take one page off the oldest generation: *victim, or it is used.  Returns how many were
 * looked at. */
static uint64_t evict(struct model *m, struct page **victim)
{
    const unsigned last = last_tier(m);
    struct page *page = NULL;
    uint64_t scanned = 0;
    if (m->max - m->min + 1 > 2)
        do {
            page = at_tail(m, m->min);
            scanned++;
        } while (page && moves(m, page, last));
    if (page) {
        if (!page->referenced)
            clear_uses(m, page);
        page->list = UINT64_MAX;
    } else {
        scanned = 0;
    }
    scanned += skip_empty(m);
    if (m->max - m->min + 1 == 2)
        scanned = 0;
    if (page && (page->young || is_activating(m, page)))
        spare(m, page);
    else
        *victim = page;
    return scanned;
}

static struct page *shrink(struct model *m, unsigned priority)
{
    const uint64_t first = m->max;
    const bool old = m->rules.version < MIDDLE;
    struct page *victim = NULL;
    uint64_t scanned = 0, wanted, now;
    m->walker = false;
    drain(m);
    do {
        const bool aging = wants_aging(m);
        wanted = model_count(m, 0, UINT64_MAX) >> priority;
        if (aging && priority < 12) {
            age(m);
            m->walker = old;
            if (!old)
                return NULL;
        } else if (aging && m->max - m->min + 1 == 2) {
            return NULL;
        }
        if (wanted == 0)
            return NULL;
        now = evict(m, &victim);
        scanned += now;
    } while (!victim && now > 0 && scanned < wanted && !(old && m->max - first > 1));
    return victim;
}

static vpn_t model_evict(struct model *m)
{
    for (unsigned step = 0; step < 16 * 13; step++) {
        struct page *page = shrink(m, 12 - step % 13);
        if (!page)
            continue;
        const unsigned refs = model_refs(m, page);
        m->tiers[tier_of(m, refs, page->workingset)].all++;
        page->resident = false;
        page->remembered = page->saved = true;
        page->seq_then = m->min;
        page->refs_then = refs > 0 ? refs - 1 : 0;
        page->was_workingset = m->rules.version == NEW ? page->workingset : refs > 0;
        return (vpn_t)(page - m->pages);
    }
    ck_abort_msg("the model finds no victim");
}

static void come_back(struct model *m, struct page *page)
{
    const bool new = m->rules.version == NEW;
    if (!page->remembered ||
        (new ? m->max - page->seq_then >= 4 : page->seq_then != m->min))
        return;
    const unsigned refs = page->refs_then + (new ? 1 : page->was_workingset);
    m->tiers[tier_of(m, refs, page->was_workingset)].back++;
    page->workingset = !new || page->was_workingset;
    if (!new && m->rules.version >= OLD_69)
        page->refs = 3;
    else if (new && !page->was_workingset)
        page->refs = page->refs_then;
}

static bool model_reference(void *state, vpn_t vpn, vpn_t *victim)
{
    struct model *m = state;
    struct page *page = &m->pages[vpn];
    ck_assert_uint_lt(vpn, PAGES);
    const bool hit = page->resident;
    page->young = true;
    if (hit)
        return true;
    page->young = false;
    if (model_count(m, 0, UINT64_MAX) + m->nnew == m->frames)
        *victim = model_evict(m);
    page->workingset = page->referenced = false;
    page->refs = 0;
    come_back(m, page);
    page->remembered = false;
    page->resident = page->young = page->waits = true;
    m->new[m->nnew++] = page;
    if (m->nnew >= m->rules.batch)
        add_new(m);
    return false;
}

/* [variant / VERSIONS]: walk_least, refaults_least, addition_batch */
static const uint64_t settings[][3] = {
    {64, 64, 0}, {0, 64, 5}, {0, 2, 31}, {20, 1, 0}, {0, 3, 2}};

START_TEST(hits_and_victims_are_those_of_the_model)
{
    static const char *const names[] = {"6.1", "6.1.69", "6.12", "6.12.114", "6.14"};
    const uint64_t *at = settings[_i / VERSIONS];
    const struct rules rules = {(unsigned)_i % VERSIONS, at[0], at[1], at[2]};
    const struct policy_model model = {model_create, free, model_reference, &rules};
    char setting[128];
    snprintf(setting, sizeof setting,
             "policy={name: mglru, version: '%s', walk_least: %" PRIu64
             ", refaults_least: %" PRIu64 ", addition_batch: %" PRIu64 "}",
             names[_i % VERSIONS], at[0], at[1], at[2]);
    variant_compare(&model, setting, _i);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("mglru_model");
    TCase *tests = tcase_create("mglru_model");
    tcase_add_loop_test(tests, hits_and_victims_are_those_of_the_model, 0,
                        VERSIONS * (int)ARRAY_LEN(settings));
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
