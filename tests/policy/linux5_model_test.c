/* linux5_model_test.c -- Linux's lists since 5.7 against a slow model of them, in which a list
 * is an array, the head first, and everything is moved about as the rules say it: random
 * strings of uses, advice, evictions and scans must leave the same lists, marks and numbers
 * behind, whatever the version and the parameters. */
#include "policy/lru_rig.h"

extern const struct policy_ops policy_linux5;

enum { PAGES = 60, FRAMES = 24, FIRST_FILE = 30, STEPS = 300 };
enum { NONE, WAITING, INACTIVE, ACTIVE, PLACES }; /* a page not in memory is in none */

static const char *const versions[] = {"5.7", "5.8", "5.9", "5.15", "6.1", "6.18"};
static const unsigned numbers[] = {507, 508, 509, 515, 601, 618};

struct mpage {
    bool file, active, marked, workingset; /* file: of the lists for files */
    bool known, known_workingset;          /* it has been evicted, at the age */
    unsigned place, age;
};

struct mlist {
    unsigned n, pages[PAGES];
};

struct model {
    struct rig *rig;
    unsigned version, addition_batch;
    struct mpage pages[PAGES];
    struct mlist waiting, list[2][2]; /* [file][active] */
    unsigned age, cost[2], activated[2], refaults[2];
    bool lags;
    unsigned seen_n[2][2], seen_activated[2];
    unsigned reclaimed, gone_before;
    bool passed_over;
};

/* --- lists as arrays --------------------------------------------------------------------- */

static void push_head(struct mlist *list, unsigned page)
{
    memmove(list->pages + 1, list->pages, list->n * sizeof *list->pages);
    list->pages[0] = page;
    list->n++;
}

static bool drop(struct mlist *list, unsigned page)
{
    for (unsigned i = 0; i < list->n; i++)
        if (list->pages[i] == page) {
            list->n--;
            memmove(list->pages + i, list->pages + i + 1,
                    (list->n - i) * sizeof *list->pages);
            return true;
        }
    return false;
}

static struct mlist *own(struct model *m, unsigned page)
{
    return &m->list[m->pages[page].file][m->pages[page].active];
}

static void remove_page(struct model *m, unsigned page)
{
    if (drop(&m->waiting, page))
        return;
    for (unsigned i = 0; i < 4; i++)
        if (drop(&m->list[i / 2][i % 2], page))
            return;
}

static void drain(struct model *m)
{
    for (unsigned i = m->waiting.n; i-- > 0;) /* the oldest is the last */
        push_head(own(m, m->waiting.pages[i]), m->waiting.pages[i]);
    m->waiting.n = 0;
}

/* --- what is seen ------------------------------------------------------------------------ */

static unsigned seen_n(const struct model *m, unsigned file, unsigned active)
{
    return m->lags ? m->seen_n[file][active] : m->list[file][active].n;
}

static unsigned seen_activated(const struct model *m, unsigned file)
{
    return m->lags ? m->seen_activated[file] : m->activated[file];
}

static void model_flush(struct model *m)
{
    m->lags = true;
    for (unsigned file = 0; file < 2; file++) {
        m->seen_activated[file] = m->activated[file];
        for (unsigned active = 0; active < 2; active++)
            m->seen_n[file][active] = m->list[file][active].n;
    }
}

/* Memory is below 1 GiB. */
static bool low(const struct model *m, unsigned file)
{
    return seen_n(m, file, 0) < seen_n(m, file, 1);
}

static void add_cost(struct model *m, unsigned file, unsigned cost)
{
    unsigned all = 0;
    for (unsigned i = 0; i < 4; i++)
        all += seen_n(m, i / 2, i % 2);
    m->cost[file] += cost;
    if (m->cost[0] + m->cost[1] > all / 4) {
        m->cost[0] /= 2;
        m->cost[1] /= 2;
    }
}

/* --- pages ------------------------------------------------------------------------------- */

static unsigned competes_with(const struct model *m, bool file)
{
    const bool swap = m->rig->can_swap;
    if (m->version == 507)
        return seen_n(m, 1, 1);
    if (file)
        return seen_n(m, 1, 1) + (swap ? seen_n(m, 0, 0) + seen_n(m, 0, 1) : 0);
    return seen_n(m, 1, 0) + seen_n(m, 1, 1) + (swap ? seen_n(m, 0, 1) : 0);
}

static void model_in(struct model *m, unsigned page)
{
    struct mpage *p = &m->pages[page];
    p->file = m->rig->pages[page].file;
    p->active = !p->file && m->version < 509;
    p->marked = p->workingset = false;
    if (p->known && m->age - p->age <= competes_with(m, p->file)) {
        p->active = true;
        m->age++;
        m->activated[p->file]++;
        p->workingset = p->known_workingset;
        if (p->workingset && m->version >= 508)
            add_cost(m, p->file, m->version >= 605 ? 32 : 1);
    }
    p->known = false;
    push_head(&m->waiting, page);
    if (m->waiting.n >= m->addition_batch)
        drain(m);
}

static void model_out(struct model *m, unsigned page, bool evicted)
{
    struct mpage *p = &m->pages[page];
    remove_page(m, page);
    if (!evicted || (m->version < 509 && !p->file))
        return;
    p->known = true;
    p->known_workingset = p->workingset;
    p->age = m->age + (m->version < 515);
    m->age++;
}

static void model_used(struct model *m, unsigned page)
{
    struct mpage *p = &m->pages[page];
    if (!p->marked || p->active) {
        p->marked = true;
        return;
    }
    const bool waits = !drop(own(m, page), page);
    p->marked = false;
    p->active = true;
    m->age += p->file || m->version >= 508;
    if (!waits)
        push_head(own(m, page), page);
}

static void model_cold(struct model *m, unsigned page)
{
    struct mpage *p = &m->pages[page];
    drain(m);
    if (!p->active)
        return;
    remove_page(m, page);
    p->active = p->marked = false;
    push_head(own(m, page), page);
}

static void model_written(struct model *m, unsigned page)
{
    const pfn_t pfn = m->rig->pages[page].pfn;
    if (m->rig->frames[pfn].dirty || !drop(own(m, page), page))
        return;
    m->pages[page].active = false;
    struct mlist *list = own(m, page);
    list->pages[list->n++] = page;
}

/* --- scans ------------------------------------------------------------------------------- */

/* What the driver is going to say, before it is asked: only the accessed bits are looked at. */
static bool look(struct model *m, unsigned page, unsigned young)
{
    struct mpage *p = &m->pages[page];
    const bool marked = p->marked;
    p->marked = false;
    if (young == 0)
        return true;
    if (!p->file && m->version < 509) {
        p->active = true;
        return false;
    }
    p->marked = true;
    p->active = marked || young > 1 || (p->file && m->rig->pages[page].executable);
    return false;
}

static unsigned scan_inactive(struct model *m, unsigned file, unsigned n, unsigned *young)
{
    struct mlist *list = &m->list[file][0];
    unsigned taken[PAGES], kept[PAGES], ntaken = 0, nkept = 0, written = 0;
    drain(m);
    for (; ntaken < n && list->n > 0; ntaken++)
        taken[ntaken] = list->pages[--list->n];
    if (ntaken == 0)
        return 0;
    for (unsigned i = 0; i < ntaken; i++) {
        const unsigned page = taken[i];
        if (look(m, page, young[page]) && m->rig->answer == PAGE_GONE) {
            written += m->rig->frames[m->rig->pages[page].pfn].dirty;
            model_out(m, page, true);
        } else {
            m->pages[page].active |= young[page] == 0 && m->rig->answer == PAGE_ACTIVATE;
            kept[nkept++] = page;
        }
        young[page] = 0;
    }
    for (unsigned i = 0; i < nkept; i++) {
        push_head(own(m, kept[i]), kept[i]);
        m->age += m->pages[kept[i]].active && m->version >= 508;
    }
    if (m->version >= 605)
        add_cost(m, file, 32 * written + nkept);
    else if (m->version >= 508)
        add_cost(m, file, written);
    return ntaken - nkept;
}

static void scan_active(struct model *m, unsigned file, unsigned n, unsigned *young)
{
    struct mlist *list = &m->list[file][1];
    unsigned taken[PAGES], ntaken = 0, rotated = 0;
    drain(m);
    for (; ntaken < n && list->n > 0; ntaken++)
        taken[ntaken] = list->pages[--list->n];
    for (unsigned i = 0; i < ntaken; i++) {
        const unsigned page = taken[i];
        const bool stays = young[page] > 0 && file && m->rig->pages[page].executable;
        young[page] = 0;
        rotated += stays;
        m->pages[page].active = stays;
        m->pages[page].workingset |= !stays;
        push_head(own(m, page), page);
    }
    if (rotated > 0 && m->version >= 605)
        add_cost(m, file, rotated);
}

/* Numerators for both types and the denominator; 5.7 is not asked at other priorities than 0,
 * since what it looked at lately is not in the model. */
static void balance(const struct model *m, const struct reclaim *r, const bool *deactivate,
                    uint64_t *share, uint64_t *of)
{
    const unsigned inactive_file = seen_n(m, 1, 0);
    share[0] = share[1] = *of = 1;
    if (!r->may_swap || (r->in_group && r->swappiness == 0)) {
        share[0] = 0;
    } else if (r->priority == 0 && r->swappiness > 0) {
        return;
    } else if (!r->in_group && inactive_file + seen_n(m, 1, 1) + r->free <= r->high &&
               !deactivate[0] && seen_n(m, 0, 0) >> r->priority) {
        share[1] = 0;
    } else if (inactive_file >> r->priority && !deactivate[1]) {
        share[0] = 0;
    } else {
        const uint64_t t = m->cost[0] + m->cost[1], a = t + m->cost[0], f = t + m->cost[1];
        share[0] = r->swappiness * (a + f + 1) / (a + 1);
        share[1] = (200 - r->swappiness) * (a + f + 1) / (f + 1);
        *of = share[0] + share[1];
    }
}

static unsigned at_most(unsigned n, unsigned most)
{
    return n < most ? n : most;
}

/* Type `less` is given up, of the other as much is still looked at as of that. */
static void cut(unsigned left[2][2], unsigned target[2][2])
{
    const unsigned anon = left[0][0] + left[0][1], file = left[1][0] + left[1][1];
    const unsigned less = file > anon ? 0 : 1, more = 1 - less;
    const unsigned percent =
        at_most(anon, file) * 100 / (target[less][0] + target[less][1] + 1);
    for (unsigned active = 0; active < 2; active++) {
        const unsigned done = target[more][active] - left[more][active];
        const unsigned all = target[more][active] * (100 - percent) / 100;
        left[less][active] = 0;
        left[more][active] = all - at_most(all, done);
    }
}

static void model_shrink(struct model *m, const struct reclaim *r, unsigned *young)
{
    bool deactivate[2], adjusted = false;
    unsigned left[2][2], target[2][2], gone = 0;
    uint64_t share[2], of;
    for (unsigned file = 0; file < 2; file++)
        deactivate[file] =
            r->force || low(m, file) || seen_activated(m, file) != m->refaults[file];
    balance(m, r, deactivate, share, &of);
    for (unsigned i = 0; i < 4; i++) {
        const unsigned n = m->list[i / 2][i % 2].n >> r->priority;
        left[i / 2][i % 2] = target[i / 2][i % 2] = (unsigned)(n * share[i / 2] / of);
    }
    while (left[0][0] || left[1][0] || left[1][1]) {
        for (unsigned i = 0; i < 4; i++) {
            const unsigned file = i / 2, active = i % 2;
            const unsigned n = at_most(left[file][active], r->batch);
            left[file][active] -= n;
            if (n > 0 && !active)
                gone += scan_inactive(m, file, n, young);
            else if (n > 0 && deactivate[file])
                scan_active(m, file, n, young);
            else if (n > 0)
                m->passed_over = true;
        }
        if (gone < r->wanted || adjusted)
            continue;
        if (left[0][0] + left[0][1] == 0 || left[1][0] + left[1][1] == 0)
            break;
        cut(left, target);
        adjusted = m->version < 601;
    }
    m->reclaimed += gone;
    if (m->rig->can_swap && low(m, 0))
        scan_active(m, 0, r->batch, young);
}

/* --- both -------------------------------------------------------------------------------- */

static void write_list(char *text, const char *name, const struct mlist *list,
                       const struct model *m)
{
    if (list->n == 0)
        return;
    rig_write(text, "%s%s:", text[0] ? "; " : "", name);
    for (unsigned i = 0; i < list->n; i++) {
        const struct mpage *p = &m->pages[list->pages[i]];
        rig_write(text, " %u%s%s", list->pages[i], p->marked ? "*" : "",
                  p->workingset ? "w" : "");
    }
}

static const char *model_show(const struct model *m)
{
    static char text[RIG_TEXT];
    text[0] = '\0';
    write_list(text, "inactive anon", &m->list[0][0], m);
    write_list(text, "active anon", &m->list[0][1], m);
    write_list(text, "inactive file", &m->list[1][0], m);
    write_list(text, "active file", &m->list[1][1], m);
    write_list(text, "waiting", &m->waiting, m);
    rig_write(text, "%sage=%u; anon cost=%u; file cost=%u", "; ", m->age, m->cost[0],
              m->cost[1]);
    return text;
}

static void shrink_both(struct model *m)
{
    struct rig *rig = m->rig;
    struct rng *rng = &rig->rng;
    static const enum page_fate fates[] = {PAGE_GONE, PAGE_GONE, PAGE_GONE, PAGE_KEEP,
                                           PAGE_ACTIVATE};
    static const uint32_t swappinesses[] = {0, 1, 60, 60, 100, 200};
    unsigned young[PAGES] = {0};
    for (unsigned page = 0; page < PAGES; page++)
        if (rig->pages[page].pfn != PFN_NONE)
            young[page] = rig->frames[rig->pages[page].pfn].young;
    rig->answer = fates[rng_below(rng, ARRAY_LEN(fates))];
    rig->run.wanted = 1 + rng_below(rng, 8);
    rig->run.batch = (uint32_t)(1 + rng_below(rng, 8));
    rig->run.swappiness = swappinesses[rng_below(rng, ARRAY_LEN(swappinesses))];
    rig->run.force = rng_below(rng, 8) == 0;
    rig->run.in_group = m->lags || rng_below(rng, 4) == 0;
    rig->run.free = rng_below(rng, 8);
    rig->run.high = rng_below(rng, 24);
    rig->run.may_swap = rig->can_swap;
    rig->run.passed_over = m->passed_over = false;
    rig->run.reclaimed = m->reclaimed = 0;
    const unsigned priority = m->version == 507 ? 0 : (unsigned)rng_below(rng, 5);
    if (m->version == 507 && rig->run.swappiness == 0)
        rig->run.swappiness = 1;
    rig->run.priority = priority;
    model_shrink(m, &rig->run, young);
    rig_shrink(rig, priority);
    ck_assert_uint_eq(rig->run.reclaimed, m->reclaimed);
    ck_assert_uint_eq(rig->run.passed_over, m->passed_over);
    for (unsigned page = 0; page < PAGES; page++)
        if (rig->pages[page].pfn != PFN_NONE)
            ck_assert_uint_eq(rig->frames[rig->pages[page].pfn].young, young[page]);
}

static void step(struct model *m)
{
    struct rig *rig = m->rig;
    const unsigned page = (unsigned)rng_below(&rig->rng, PAGES);
    const pfn_t pfn = rig->pages[page].pfn;
    switch (rng_below(&rig->rng, 12)) {
    case 0:
        model_flush(m);
        rig->ops->reclaim->flushed(rig->state);
        m->lags = true;
        return;
    case 1:
        for (unsigned file = 0; file < 2; file++)
            m->refaults[file] = seen_activated(m, file);
        rig->ops->reclaim->finish(rig->state, &rig->run);
        return;
    case 2:
    case 3:
        shrink_both(m);
        return;
    default:
        break;
    }
    if (pfn == PFN_NONE) {
        if (rig->nfree == 0)
            return;
        model_in(m, page);
        rig_bring(rig, page, (unsigned)rng_below(&rig->rng, 3));
        return;
    }
    switch (rng_below(&rig->rng, 7)) {
    case 0:
        model_out(m, page, true);
        rig_evict(rig, pfn, true);
        return;
    case 1:
        model_cold(m, page);
        rig->ops->reclaim->deactivate(rig->state, pfn);
        return;
    case 2:
        model_written(m, page);
        rig->ops->reclaim->written(rig->state, pfn);
        return;
    case 3:
    case 4:
        model_used(m, page);
        rig->ops->reclaim->used(rig->state, pfn);
        return;
    default:
        rig->frames[pfn].young = rig->frames[pfn].mappings;
        rig->frames[pfn].dirty = rng_below(&rig->rng, 2);
    }
}

START_TEST(random_strings_leave_the_same_lists_as_in_the_model)
{
    for (unsigned seed = 1; seed <= 24; seed++) {
        char version[32], batch[32];
        struct model m = {.version = numbers[_i], .addition_batch = 1 + seed % 4};
        snprintf(version, sizeof version, "version=%s", versions[_i]);
        snprintf(batch, sizeof batch, "addition_batch=%u", m.addition_batch);
        m.rig =
            rig_open(&policy_linux5, FRAMES, (const char *const[]){version, batch, NULL});
        rng_seed(&m.rig->rng, seed);
        rig_file(m.rig, FIRST_FILE, PAGES - 1);
        m.rig->pages[FIRST_FILE].executable = m.rig->pages[FIRST_FILE + 1].executable =
            m.rig->pages[FIRST_FILE + 2].executable = true;
        m.rig->can_swap = seed % 5 > 0;
        for (unsigned i = 0; i < STEPS; i++) {
            step(&m);
            ck_assert_msg(strcmp(rig_show(m.rig), model_show(&m)) == 0,
                          "%s, seed %u, step %u:\n%s\nin the model\n%s", versions[_i], seed,
                          i, rig_show(m.rig), model_show(&m));
        }
        rig_close(m.rig);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("linux5 model");
    TCase *tests = tcase_create("strings");
    tcase_add_loop_test(tests, random_strings_leave_the_same_lists_as_in_the_model, 0,
                        ARRAY_LEN(versions));
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
