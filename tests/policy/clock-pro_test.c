/* clock-pro_test.c -- CLOCK-Pro: sections 4.2 to 4.4 of Jiang, Chen and Zhang, USENIX 2005, by
 * hand and as a slow model, in which the hands are searched for again each time.
 *
 * No counts of libCacheSim are compared: its ClockPro (2025) starts with all of memory for cold
 * pages, and turns every cold page hot that was used, in its test period or after it. */
#include "policy/list_model.h"

enum kind { HOT, COLD, GHOST };

struct entry {
    vpn_t page;
    enum kind kind;
    bool in_test, referenced;
};

struct model {
    uint64_t m, target, least;
    bool full;
    size_t n;
    struct entry list[4 * STRING_FRAMES_MAX]; /* oldest first */
};

static void *model_create(uint64_t frames, const void *params)
{
    const uint64_t percent = *(const uint64_t *)params;
    struct model *m = calloc(1, sizeof *m);
    ck_assert_ptr_nonnull(m);
    m->m = frames;
    m->least = frames * percent / 100 > 1 ? frames * percent / 100 : 1;
    m->target = m->least;
    return m;
}

static size_t model_find(const struct model *m, vpn_t page)
{
    size_t i = 0;
    while (i < m->n && m->list[i].page != page)
        i++;
    return i;
}

static uint64_t model_count(const struct model *m, enum kind kind)
{
    uint64_t n = 0;
    for (size_t i = 0; i < m->n; i++)
        n += m->list[i].kind == kind;
    return n;
}

static struct entry model_take(struct model *m, size_t at)
{
    const struct entry entry = m->list[at];
    m->n--;
    for (size_t i = at; i < m->n; i++)
        m->list[i] = m->list[i + 1];
    return entry;
}

static void model_put(struct model *m, vpn_t page, enum kind kind, bool in_test)
{
    ck_assert_uint_lt(m->n, ARRAY_LEN(m->list));
    m->list[m->n++] = (struct entry){.page = page, .kind = kind, .in_test = in_test};
}

static size_t model_oldest(const struct model *m, enum kind kind)
{
    size_t i = 0;
    while (i < m->n && m->list[i].kind != kind)
        i++;
    return i;
}

static void model_adapt(struct model *m, bool used)
{
    if (used && m->target + 1 < (m->m > m->least + 1 ? m->m : m->least + 1))
        m->target++;
    else if (!used && m->target > m->least)
        m->target--;
}

/* True if the entry is still there. */
static bool model_end_test(struct model *m, size_t at)
{
    model_adapt(m, m->list[at].kind == COLD && m->list[at].referenced);
    m->list[at].in_test = false;
    if (m->list[at].kind != GHOST)
        return true;
    model_take(m, at);
    return false;
}

/* No entry behind the hot hand is in test. */
static void model_end_tests(struct model *m)
{
    if (model_count(m, HOT) == 0)
        return;
    for (size_t i = 0; m->list[i].kind != HOT;)
        i += !m->list[i].in_test || model_end_test(m, i);
}

static void model_turn_cold(struct model *m)
{
    for (bool done = false; !done;) {
        const struct entry entry = model_take(m, model_oldest(m, HOT));
        done = !entry.referenced;
        model_put(m, entry.page, done ? COLD : HOT, false);
        model_end_tests(m);
    }
}

static void model_turn_hot(struct model *m, vpn_t page)
{
    model_adapt(m, true);
    model_put(m, page, HOT, false);
    model_end_tests(m);
    while (model_count(m, HOT) > m->m - m->target)
        model_turn_cold(m);
}

/* The test hand: end tests, oldest first, until there are no more ghosts than frames. */
static void model_limit_ghosts(struct model *m)
{
    while (model_count(m, GHOST) > m->m) {
        size_t i = 0;
        while (!m->list[i].in_test)
            i++;
        model_end_test(m, i);
    }
}

static vpn_t model_evict(struct model *m)
{
    m->full = true;
    for (;;) {
        const size_t at = model_oldest(m, COLD);
        const vpn_t page = m->list[at].page;
        const bool in_test = m->list[at].in_test;
        if (!m->list[at].referenced) {
            if (in_test)
                m->list[at].kind = GHOST;
            else
                model_take(m, at);
            model_limit_ghosts(m);
            return page;
        }
        model_take(m, at);
        if (in_test)
            model_turn_hot(m, page);
        else
            model_put(m, page, COLD, false);
    }
}

static bool model_reference(void *state, vpn_t page, vpn_t *victim)
{
    struct model *m = state;
    size_t at = model_find(m, page);
    if (at < m->n && m->list[at].kind != GHOST) {
        m->list[at].referenced = true;
        return true;
    }
    if (model_count(m, HOT) + model_count(m, COLD) == m->m)
        *victim = model_evict(m);
    at = model_find(m, page);
    if (at < m->n) {
        model_take(m, at);
        model_turn_hot(m, page);
    } else if (!m->full && model_count(m, HOT) < m->m - m->target) {
        model_put(m, page, HOT, false);
    } else {
        model_put(m, page, COLD, true);
    }
    return false;
}

START_TEST(hits_and_victims_are_those_of_the_paper)
{
    static const uint64_t usual = 1, half = 50;
    const struct policy_model model = {model_create, free, model_reference, &usual};
    const struct policy_model halves = {model_create, free, model_reference, &half};
    static const char *const set[] = {"policy=clock-pro", NULL};
    static const char *const half_set[] = {"policy={name: clock-pro, cold: 50}", NULL};
    model_compare_many(&model, set, 40);
    model_compare_many(&halves, half_set, 40);
}
END_TEST

/* Four frames, of which at first one is for cold pages. */
START_TEST(pages_wanted_or_used_in_their_test_turn_hot)
{
    static const char *const set[] = {"policy=clock-pro", "machine.frames=4", NULL};
    struct shown *s = shown_open("1 2 3 4 5 4 6 6 7 8 9", set);
    shown_take(s, 4);
    ck_assert_uint_eq(shown_number(s, "hot", 3), 1);
    ck_assert_uint_eq(shown_number(s, "hot", 4), 0);
    ck_assert_uint_eq(shown_number(s, "in test", 4), 1);
    shown_evicts(
        s, 4,
        "page 4 is the oldest cold page that was not used since it came or the cold "
        "hand passed it; it stays in test");
    ck_assert_str_eq(shown_list(s, "clock"), "5 4 3 2 1");
    /* 4 is wanted in its test: two pages are to be cold, and the hot hand turns 1 and 2. */
    shown_evicts(s, 5, NULL);
    ck_assert_uint_eq(shown_total(s, "target of cold pages"), 2);
    ck_assert_str_eq(shown_list(s, "clock"), "2 1 4 5 3");
    ck_assert_uint_eq(shown_number(s, "hot", 4), 1);
    ck_assert_uint_eq(shown_number(s, "hot", 3), 1);
    ck_assert_uint_eq(shown_number(s, "hot", 2), 0);
    ck_assert_uint_eq(shown_number(s, "in test", 2), 0);
    shown_evicts(s, 1, NULL); /* it was not in test: forgotten */
    ck_assert_str_eq(shown_list(s, "clock"), "6 2 4 5 3");
    shown_evicts(s, 2, NULL);
    /* 6 was used in its test: it turns hot, and 3 cold; the hot hand goes on to 4 and ends
     * the test of 5 on its way. */
    shown_evicts(s, 7, NULL);
    ck_assert_str_eq(shown_list(s, "clock"), "8 3 6 7 4");
    ck_assert_uint_eq(shown_number(s, "hot", 6), 1);
    ck_assert_uint_eq(shown_total(s, "target of cold pages"), 2);
    ck_assert_uint_eq(shown_page(s, shown_hand(s, "hot")), 4);
    ck_assert_uint_eq(shown_page(s, shown_hand(s, "cold")), 3);
    ck_assert_uint_eq(shown_page(s, shown_hand(s, "test")), 7);
    shown_evicts(
        s, 3,
        "page 3 is the oldest cold page that was not used since it came or the cold "
        "hand passed it; its test is over");
    shown_close(s);
}
END_TEST

/* A page that is cold and not in test is spared if it was used, but does not turn hot. */
START_TEST(a_cold_page_used_after_its_test_stays_cold)
{
    static const char *const set[] = {"policy=clock-pro", "machine.frames=4", NULL};
    struct shown *s = shown_open("1 2 3 4 5 4 1 6", set);
    shown_take(s, 6);
    ck_assert_str_eq(shown_list(s, "clock"), "2 1 4 5 3");
    shown_take(s, 1);
    shown_evicts(s, 2, NULL);
    ck_assert_str_eq(shown_list(s, "clock"), "6 1 4 5 3");
    ck_assert_uint_eq(shown_number(s, "hot", 1), 0);
    ck_assert_uint_eq(shown_number(s, "in test", 1), 0);
    shown_close(s);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("clock-pro");
    TCase *tests = tcase_create("clock-pro");
    tcase_add_test(tests, hits_and_victims_are_those_of_the_paper);
    tcase_add_test(tests, pages_wanted_or_used_in_their_test_turn_hot);
    tcase_add_test(tests, a_cold_page_used_after_its_test_stays_cold);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
