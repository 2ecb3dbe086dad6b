/* linux24_strings_test.c -- strings of pages of one process under the textbook kernel, against
 * slow lists in which every step of Linux 2.4.16 and 2.4.32 is taken one by one. */
#include "policy/list_model.h"

enum { PAGES = 256 };

struct settings {
    bool late; /* 2.4.32 */
    uint64_t batch;
};

struct model {
    struct settings set;
    uint64_t m;
    struct page_list active, inactive;
    struct {
        bool mapped, used, marked;
    } pages[PAGES];
    vpn_t at; /* where the walk is */
    bool failed;
};

static void *model_create(uint64_t frames, const void *params)
{
    struct model *m = calloc(1, sizeof *m);
    ck_assert_ptr_nonnull(m);
    m->set = *(const struct settings *)params;
    m->m = frames;
    return m;
}

static void use(struct model *m, vpn_t page)
{
    if (list_has(&m->inactive, page) && m->pages[page].marked) {
        list_remove(&m->inactive, page);
        list_push(&m->active, page);
        m->pages[page].marked = false;
    } else {
        m->pages[page].marked = true;
    }
}

/* One way from where the walk is to the end, or until enough pages are unmapped: the number
 * of those that are still to be. */
static uint64_t walk(struct model *m, uint64_t n)
{
    for (vpn_t page = m->at; page < PAGES; page++) {
        if (!m->pages[page].mapped)
            continue;
        m->at = page + 1;
        if (m->pages[page].used) {
            m->pages[page].used = false;
            use(m, page);
        } else if (list_has(&m->inactive, page)) {
            m->pages[page].mapped = false;
            if (--n == 0)
                return 0;
        }
    }
    m->at = 0;
    return n;
}

static bool swap_out(struct model *m)
{
    uint64_t n = m->set.batch;
    for (int way = 0; n > 0 && way < (m->set.late ? 3 : 2); way++)
        n = walk(m, n);
    return n == 0;
}

static void deactivate(struct model *m)
{
    const uint64_t all = m->set.batch * m->active.n;
    uint64_t left =
        m->set.late ? all / (2 * m->inactive.n + 1) : all / (2 * (m->inactive.n + 1));
    while (left > 0 && m->active.n > 0) {
        const bool alone = m->active.n == 1;
        const vpn_t page = list_pop_oldest(&m->active);
        const bool marked = m->pages[page].marked;
        list_push(marked ? &m->active : &m->inactive, page);
        m->pages[page].marked = !marked;
        if (!marked || !m->set.late)
            left--;
        if (alone)
            return;
    }
}

/* True: *victim goes. */
static bool scan(struct model *m, uint64_t priority, vpn_t *victim)
{
    const uint64_t scans =
        m->set.late ? (m->active.n + m->inactive.n) / 6 : m->inactive.n / priority;
    const uint64_t budget =
        m->set.late ? 100 * m->set.batch : m->set.batch << (9 - priority);
    uint64_t met = 0;
    for (uint64_t i = 0; i < scans && m->inactive.n > 0; i++) {
        const vpn_t page = list_pop_oldest(&m->inactive);
        list_push(&m->inactive, page);
        if (!m->pages[page].mapped) {
            *victim = page;
            return true;
        }
        if (++met <= budget)
            continue;
        ck_assert(!m->set.late); /* there are no 600 frames */
        swap_out(m);
        return false;
    }
    return false;
}

static vpn_t last_resort(const struct model *m)
{
    return m->inactive.n > 0 ? m->inactive.pages[m->inactive.n - 1]
                             : m->active.pages[m->active.n - 1];
}

static vpn_t evict(struct model *m)
{
    vpn_t victim;
    for (int turn = 0; turn < 8; turn++) {
        m->failed = false;
        if (turn > 0)
            swap_out(m);
        for (uint64_t left = m->set.late ? 60 : 6; left > 0; left--) {
            deactivate(m);
            if (scan(m, left, &victim))
                return victim;
            if (m->set.late && !m->failed)
                m->failed = !swap_out(m);
        }
    }
    return last_resort(m);
}

static bool model_reference(void *state, vpn_t page, vpn_t *victim)
{
    struct model *m = state;
    ck_assert_uint_lt(page, PAGES);
    const bool hit = list_has(&m->active, page) || list_has(&m->inactive, page);
    if (!hit && m->active.n + m->inactive.n == m->m) {
        *victim = evict(m);
        m->pages[*victim].mapped = false;
        list_remove(list_has(&m->active, *victim) ? &m->active : &m->inactive, *victim);
    }
    if (!hit) {
        list_push(&m->inactive, page);
        m->pages[page].marked = false;
    }
    if (!m->pages[page].mapped)
        use(m, page);
    m->pages[page].mapped = m->pages[page].used = true;
    return hit;
}

START_TEST(hits_and_victims_are_those_of_the_slow_lists)
{
    static const struct {
        struct settings set;
        uint64_t frames;
        const char *policy;
    } rows[] = {
        {{false, 1}, 40, "policy=linux24"},
        {{false, 1}, 64, "policy=linux24"},
        {{false, 3}, 64, "policy={name: linux24, batch: 3}"},
        {{true, 1}, 64, "policy={name: linux24, version: 2.4.32}"},
        {{true, 32}, 40, "policy={name: linux24, version: 2.4.32, batch: 32}"},
    };
    const struct policy_model model = {model_create, free, model_reference, &rows[_i].set};
    const char *const set[] = {rows[_i].policy, NULL};
    for (uint64_t seed = 1; seed <= 20; seed++) {
        const uint64_t frames = 1 + seed * 7 % rows[_i].frames;
        model_compare(&model, set, frames, frames + 1 + seed * 3 % (2 * frames + 3),
                      200 + 30 * seed, seed);
    }
}
END_TEST

static vpn_t mapped_again[4];
static size_t nmapped;

static void note_mapped(void *state, pfn_t pfn)
{
    const struct shown *s = shown_now;
    ck_assert(page_evictable(&s->view.instance->env, pfn));
    ck_assert_uint_lt(nmapped, ARRAY_LEN(mapped_again));
    mapped_again[nmapped++] = shown_page(s, pfn);
    s->policy->mapped(state, pfn);
}

/* For page 5 pages 1, 2 and 3 are unmapped, and 1 goes. */
START_TEST(minor_faults_are_told_and_no_others)
{
    static const char *const set[] = {"policy={name: linux24, batch: 3}",
                                      "machine.frames=4", NULL};
    struct shown *s = shown_open("1 2 3 4 5 3 2 3 4 5", set);
    s->ops.mapped = note_mapped;
    shown_take(s, 4);
    shown_evicts(s, 1, NULL);
    ck_assert_uint_eq(nmapped, 0);
    shown_take(s, 5);
    ck_assert_uint_eq(nmapped, 2);
    ck_assert_uint_eq(mapped_again[0], 3);
    ck_assert_uint_eq(mapped_again[1], 2);
    ck_assert_str_eq(shown_list(s, "active"), "2 3");
    shown_close(s);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("linux24 strings");
    TCase *tests = tcase_create("strings");
    tcase_add_loop_test(tests, hits_and_victims_are_those_of_the_slow_lists, 0, 5);
    tcase_add_test(tests, minor_faults_are_told_and_no_others);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
