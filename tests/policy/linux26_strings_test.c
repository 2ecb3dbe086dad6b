/* linux26_strings_test.c -- strings of pages of processes under the textbook kernel, against
 * slow lists in which every step of Linux 2.6.24 is taken one by one. */
#include "policy/list_model.h"

enum { PAGES = 4096 };

struct settings {
    uint64_t swappiness, batch;
};

struct model {
    struct settings set;
    uint64_t m, waiting_active, waiting_inactive, scanned, previous;
    struct page_list active, inactive;
    bool used[PAGES];
};

static void *model_create(uint64_t frames, const void *params)
{
    struct model *m = calloc(1, sizeof *m);
    ck_assert_ptr_nonnull(m);
    m->set = *(const struct settings *)params;
    m->m = frames;
    m->previous = 12;
    return m;
}

static bool take_used(struct model *m, vpn_t page)
{
    const bool used = m->used[page];
    m->used[page] = false;
    return used;
}

/* All pages are mapped, in all frames. */
static bool mapped_go(const struct model *m)
{
    uint64_t tendency = 50 + m->set.swappiness;
    for (uint64_t i = 0, part = 100; i <= m->previous; i++, part /= 2)
        if (i == m->previous)
            tendency += part;
    tendency += m->active.n / (m->inactive.n + 1) * (m->set.swappiness + 1) / 100;
    return tendency >= 100 || m->scanned >= 3 * (m->active.n + m->inactive.n);
}

static void scan_active(struct model *m, uint64_t n)
{
    const bool go = mapped_go(m);
    for (uint64_t left = n < m->active.n ? n : m->active.n; left > 0; left--) {
        const vpn_t page = list_pop_oldest(&m->active);
        m->scanned++;
        if (go && !take_used(m, page))
            list_push(&m->inactive, page);
        else
            list_push(&m->active, page);
    }
}

/* True: *victim goes.  The batch is off the list while it is looked at. */
static bool scan_batch(struct model *m, vpn_t *victim)
{
    vpn_t batch[STRING_FRAMES_MAX];
    uint64_t n = 0;
    while (n < m->set.batch && m->inactive.n > 0)
        batch[n++] = list_pop_oldest(&m->inactive);
    m->scanned += n;
    for (uint64_t i = 0; i < n; i++) {
        if (take_used(m, batch[i])) {
            list_push(&m->active, batch[i]);
            continue;
        }
        *victim = batch[i];
        while (--n > i) /* back to the tail */
            m->inactive.pages[m->inactive.n++] = batch[n];
        return true;
    }
    return false;
}

static bool scan_inactive(struct model *m, uint64_t n, vpn_t *victim)
{
    for (uint64_t done = 0; done < n && m->inactive.n > 0;) {
        const uint64_t taken = m->inactive.n < m->set.batch ? m->inactive.n : m->set.batch;
        if (scan_batch(m, victim))
            return true;
        done += taken;
    }
    return false;
}

/* Pages to be scanned: none before there is a batch of them. */
static uint64_t due(uint64_t *waiting, const struct page_list *list, uint64_t priority,
                    uint64_t batch)
{
    *waiting += list->n / ((uint64_t)1 << priority) + 1;
    const uint64_t n = *waiting < batch ? 0 : *waiting;
    *waiting -= n;
    return n;
}

static bool scan_zone(struct model *m, uint64_t priority, vpn_t *victim)
{
    const uint64_t batch = m->set.batch;
    if (priority < m->previous)
        m->previous = priority;
    uint64_t active = due(&m->waiting_active, &m->active, priority, batch);
    uint64_t inactive = due(&m->waiting_inactive, &m->inactive, priority, batch);
    for (; active > 0 || inactive > 0;) {
        const uint64_t a = active < batch ? active : batch;
        const uint64_t i = inactive < batch ? inactive : batch;
        active -= a;
        inactive -= i;
        if (a > 0)
            scan_active(m, a);
        if (scan_inactive(m, i, victim))
            return true;
    }
    return false;
}

static vpn_t evict(struct model *m)
{
    vpn_t victim = NO_VICTIM;
    for (int turn = 0; turn < 100; turn++)
        for (uint64_t left = 13; left > 0; left--)
            if (scan_zone(m, left - 1, &victim)) {
                m->previous = left - 1;
                m->scanned = 0;
                return victim;
            }
    ck_abort_msg("no page goes");
}

static bool model_reference(void *state, vpn_t page, vpn_t *victim)
{
    struct model *m = state;
    ck_assert_uint_lt(page, PAGES);
    const bool hit = list_has(&m->active, page) || list_has(&m->inactive, page);
    if (!hit && m->active.n + m->inactive.n == m->m)
        *victim = evict(m);
    if (!hit)
        list_push(&m->active, page);
    m->used[page] = true;
    return hit;
}

START_TEST(hits_and_victims_are_those_of_the_slow_lists)
{
    static const struct {
        struct settings set;
        const char *policy;
    } rows[] = {
        {{60, 1}, "policy=linux26"},
        {{0, 1}, "policy={name: linux26, swappiness: 0}"},
        {{49, 3}, "policy={name: linux26, swappiness: 49, batch: 3}"},
        {{30, 32}, "policy={name: linux26, swappiness: 30, batch: 32}"},
    };
    const struct policy_model model = {model_create, free, model_reference, &rows[_i].set};
    const char *const set[] = {rows[_i].policy, NULL};
    model_compare_many(&model, set, 40);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("linux26 strings");
    TCase *tests = tcase_create("strings");
    tcase_add_loop_test(tests, hits_and_victims_are_those_of_the_slow_lists, 0, 4);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
