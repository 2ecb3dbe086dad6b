/* linux24age_strings_test.c -- strings of pages of one process, which are clean, under the
 * textbook kernel, against slow lists in which every step of Linux 2.4.0 is taken. */
#include "policy/list_model.h"

enum { PAGES = 256 };

struct model {
    uint64_t m, pressure, second, due, done;
    vpn_t last;
    struct page_list active, dirty, clean;
    struct {
        bool mapped, used;
        unsigned age;
    } pages[PAGES];
    vpn_t at;      /* where the walk is                                                   */
    uint64_t left; /* pages that it may look at                                           */
};

static void *model_create(uint64_t frames, const void *params)
{
    struct model *m = calloc(1, sizeof *m);
    ck_assert_ptr_nonnull(m);
    m->m = frames;
    m->second = m->due = *(const uint64_t *)params;
    m->last = NO_VICTIM;
    return m;
}

static void use(struct model *m, vpn_t page)
{
    struct page_list *lists[] = {&m->dirty, &m->clean};
    if (m->pages[page].age == 0) {
        m->pages[page].age = 2;
        for (int i = 0; i < 2; i++)
            if (list_has(lists[i], page)) {
                list_remove(lists[i], page);
                list_push(&m->active, page);
            }
    }
    m->pages[page].age += 3;
    if (m->pages[page].age > 64)
        m->pages[page].age = 64;
}

static bool busy(const struct model *m, vpn_t page)
{
    return m->pages[page].age > 0 || m->pages[page].mapped;
}

static uint64_t at_least(uint64_t wanted, uint64_t has)
{
    return wanted > has ? wanted - has : 0;
}

static uint64_t target(const struct model *m)
{
    return m->pressure / 64 < m->m / 4 ? m->pressure / 64 : m->m / 4;
}

/* No frame is free, and one more than none is wanted. */
static uint64_t short_of_clean(const struct model *m)
{
    const uint64_t wanted = target(m) / 3 > 1 ? target(m) / 3 : 1;
    return at_least(wanted, m->clean.n);
}

static uint64_t short_of_inactive(const struct model *m)
{
    return at_least(target(m), m->clean.n + m->dirty.n);
}

/* Looks at n active pages, or until one is deactivated: true. */
static bool age_active(struct model *m, uint64_t n, bool until_one)
{
    bool any = false;
    for (; n > 0 && !(any && until_one); n--) {
        const vpn_t page = list_pop_oldest(&m->active);
        m->pages[page].age /= 2;
        any |= !busy(m, page);
        list_push(busy(m, page) ? &m->active : &m->dirty, page);
    }
    return any;
}

/* One call of swap_out. */
static bool walk(struct model *m)
{
    uint64_t rss = 0;
    for (vpn_t page = 0; page < PAGES; page++)
        rss += m->pages[page].mapped;
    if (m->left == 0)
        m->left = rss / 32 < 8 ? 8 : rss / 32;
    if (rss == 0)
        return false;
    for (vpn_t page = m->at; page < PAGES; page++) {
        if (!m->pages[page].mapped)
            continue;
        m->at = page + 1;
        if (m->left == 0)
            return true;
        m->left--;
        if (m->pages[page].used) {
            m->pages[page].used = false;
            use(m, page);
            continue;
        }
        const bool active = list_has(&m->active, page);
        if (!active)
            m->pages[page].age /= 2;
        if (m->pages[page].age > 0)
            continue;
        m->pages[page].mapped = false;
        if (active) {
            list_remove(&m->active, page);
            list_push(&m->dirty, page);
        }
    }
    m->at = m->left = 0;
    return false;
}

static void launder(struct model *m)
{
    for (uint64_t n = m->dirty.n; n > 0; n--) {
        const vpn_t page = list_pop_oldest(&m->dirty);
        list_push(busy(m, page) ? &m->active : &m->clean, page);
    }
}

static void refill(struct model *m)
{
    uint64_t count = short_of_inactive(m) + short_of_clean(m);
    for (int priority = 6; priority >= 0;) {
        bool progress = false;
        while (age_active(m, m->active.n >> priority, true)) {
            progress = true;
            if (--count == 0)
                return;
        }
        while (walk(m)) {
            progress = true;
            if (--count == 0)
                return;
        }
        if (short_of_inactive(m) == 0 || short_of_clean(m) == 0)
            return;
        if (!progress)
            priority--;
    }
    while (age_active(m, m->active.n, true))
        if (--count == 0)
            return;
}

static void daemon_turn(struct model *m)
{
    if (short_of_inactive(m) + short_of_clean(m) > 0) {
        if (short_of_clean(m) > 0 || m->dirty.n > m->clean.n) {
            launder(m);
            if (short_of_clean(m) > 0)
                launder(m);
        }
        if (short_of_clean(m) > 0 || short_of_inactive(m) > 0)
            refill(m);
    }
    age_active(m, m->active.n / 64, false);
}

/* True: *victim is clean and goes. */
static bool have_clean(struct model *m, vpn_t *victim)
{
    m->pressure++;
    while (m->clean.n > 0) {
        *victim = m->clean.pages[m->clean.n - 1];
        if (!busy(m, *victim))
            return true;
        list_push(&m->active, list_pop_oldest(&m->clean));
    }
    return false;
}

static vpn_t evict(struct model *m)
{
    vpn_t victim;
    if (short_of_inactive(m) > target(m) / 2 && short_of_clean(m) > 0)
        daemon_turn(m);
    for (uint64_t turn = 0; turn < 2 * m->m + 64; turn++) {
        if (have_clean(m, &victim))
            return victim;
        daemon_turn(m);
        if (m->active.n > 0 && m->active.n < 64)
            age_active(m, 1, false);
    }
    if (have_clean(m, &victim))
        return victim;
    const struct page_list *last = m->clean.n > 0   ? &m->clean
                                   : m->dirty.n > 0 ? &m->dirty
                                                    : &m->active;
    return last->pages[last->n - 1];
}

static bool model_reference(void *state, vpn_t page, vpn_t *victim)
{
    struct model *m = state;
    ck_assert_uint_lt(page, PAGES);
    /* References to one page in a row are one step. */
    if (page != m->last && m->done >= m->due) {
        age_active(m, m->active.n / 64, false);
        m->pressure -= m->pressure / 64;
        m->due = m->done + m->second;
    }
    m->last = page;
    m->done++;
    const bool hit = list_has(&m->active, page) || list_has(&m->dirty, page) ||
                     list_has(&m->clean, page);
    if (!hit && m->active.n + m->dirty.n + m->clean.n == m->m) {
        *victim = evict(m);
        m->pages[*victim].mapped = false;
        list_remove(list_has(&m->clean, *victim)   ? &m->clean
                    : list_has(&m->dirty, *victim) ? &m->dirty
                                                   : &m->active,
                    *victim);
    }
    if (!hit) {
        m->pressure++;
        m->pages[page].age = 2;
        list_push(&m->active, page);
    } else if (!m->pages[page].mapped) {
        use(m, page);
    }
    m->pages[page].mapped = m->pages[page].used = true;
    return hit;
}

START_TEST(hits_and_victims_are_those_of_the_slow_lists)
{
    static const struct {
        uint64_t second;
        const char *policy;
    } rows[] = {
        {1000000, "policy=linux24age"},
        {100, "policy={name: linux24age, second: 100}"},
    };
    const struct policy_model model = {model_create, free, model_reference,
                                       &rows[_i].second};
    const char *const set[] = {rows[_i].policy, NULL};
    for (uint64_t seed = 1; seed <= 12; seed++) {
        const uint64_t frames = 1 + seed * 7 % 64;
        model_compare(&model, set, frames, frames + 1 + seed % (2 * frames + 3),
                      200 + 30 * seed, seed);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("linux24age strings");
    TCase *tests = tcase_create("strings");
    tcase_add_loop_test(tests, hits_and_victims_are_those_of_the_slow_lists, 0, 2);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
