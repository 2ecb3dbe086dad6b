/* lru-k_test.c -- LRU-K: strings worked by hand after figure 2.1 of its paper, and against
 * a slow model of that figure. */
#include "policy/variants.h"

enum { K_MAX = 4 };

struct model_params {
    uint64_t k, correlated, retained; /* retained 0: for ever */
    double ghosts;
};

struct model {
    uint64_t frames, ghosts_most, now;
    struct model_params params;
    struct page_list resident, ghosts; /* ghosts by eviction */
    uint64_t hist[VARIANT_PAGES_MAX][K_MAX], last[VARIANT_PAGES_MAX];
};

static void *model_create(uint64_t frames, const void *params)
{
    struct model *m = calloc(1, sizeof *m);
    ck_assert_ptr_nonnull(m);
    m->frames = frames;
    m->params = *(const struct model_params *)params;
    m->ghosts_most = (uint64_t)(m->params.ghosts * (double)frames);
    return m;
}

static bool goes_before(const struct model *m, vpn_t a, vpn_t b)
{
    const uint64_t ka = m->hist[a][m->params.k - 1], kb = m->hist[b][m->params.k - 1];
    return ka != kb ? ka < kb : m->last[a] < m->last[b];
}

/* Of the resident pages, or of those that may be evicted; NO_VICTIM if there are none. */
static vpn_t model_first(const struct model *m, bool all)
{
    vpn_t first = NO_VICTIM;
    for (uint64_t i = 0; i < m->resident.n; i++) {
        const vpn_t page = m->resident.pages[i];
        if (!all && m->now - m->last[page] <= m->params.correlated)
            continue;
        if (first == NO_VICTIM || goes_before(m, page, first))
            first = page;
    }
    return first;
}

static void model_evict(struct model *m, vpn_t victim)
{
    list_remove(&m->resident, victim);
    list_push(&m->ghosts, victim);
    if (m->ghosts.n > m->ghosts_most)
        memset(m->hist[list_pop_oldest(&m->ghosts)], 0, sizeof m->hist[0]);
}

static void model_shift(struct model *m, vpn_t page, uint64_t period)
{
    for (int i = K_MAX - 1; i > 0; i--)
        m->hist[page][i] = m->hist[page][i - 1] ? m->hist[page][i - 1] + period : 0;
    m->hist[page][0] = m->now;
}

static bool model_reference(void *state, vpn_t page, vpn_t *victim)
{
    struct model *m = state;
    m->now++;
    if (list_has(&m->resident, page)) {
        if (m->now - m->last[page] > m->params.correlated)
            model_shift(m, page, m->last[page] - m->hist[page][0]);
        m->last[page] = m->now;
        return true;
    }
    if (list_has(&m->ghosts, page))
        list_remove(&m->ghosts, page);
    if (m->params.retained && m->now - m->last[page] > m->params.retained)
        memset(m->hist[page], 0, sizeof m->hist[0]);
    if (m->resident.n == m->frames) {
        *victim = model_first(m, false);
        if (*victim == NO_VICTIM)
            *victim = model_first(m, true);
        model_evict(m, *victim);
    }
    list_push(&m->resident, page);
    model_shift(m, page, 0);
    m->last[page] = m->now;
    return false;
}

static const struct {
    struct model_params params;
    const char *set;
} models[] = {
    {{2, 0, 0, 4}, "policy=lru-k"},
    {{1, 0, 0, 4}, "policy={name: lru-k, k: 1}"},
    {{3, 0, 0, 1}, "policy={name: lru-k, k: 3, ghosts: 1}"},
    {{2, 5, 0, 0.5}, "policy={name: lru-k, correlated: 5, ghosts: 0.5}"},
    {{4, 20, 100, 4}, "policy={name: lru-k, k: 4, correlated: 20, retained: 100}"},
    {{2, 2, 40, 0}, "policy={name: lru-k, correlated: 2, retained: 40, ghosts: 0}"},
};

START_TEST(hits_and_victims_are_those_of_figure_2_1)
{
    const struct policy_model model = {model_create, free, model_reference,
                                       &models[_i].params};
    variant_compare(&model, models[_i].set, _i);
}
END_TEST

START_TEST(with_k_1_it_is_lru)
{
    static const char *const lru[] = {"policy=lru", "machine.frames=4", NULL};
    static const char *const lru_1[] = {"policy={name: lru-k, k: 1}", "machine.frames=4",
                                        NULL};
    static const char string[] = "1 2 3 4 1 2 5 1 2 3 4 5 3 3 6 1 2 7 4 4 1 6 5";
    const struct replayed a = replay_string(string, lru), b = replay_string(string, lru_1);
    ck_assert_uint_eq(a.n, b.n);
    ck_assert_mem_eq(a.hit, b.hit, a.n * sizeof a.hit[0]);
    ck_assert_mem_eq(a.victim, b.victim, a.n * sizeof a.victim[0]);
}
END_TEST

/* As example 1.1 of the paper has it: pages of an index, used again and again, and pages
 * of records, used once each.  LRU would evict 1 for 5, having used 3 and 4 since; LRU-2
 * evicts the records, longest ago first. */
START_TEST(pages_used_once_go_before_pages_used_twice)
{
    static const char *const set[] = {"policy=lru-k", "machine.frames=4", NULL};
    struct shown *s = shown_open("1 2 1 2 3 4 5 6 1 2", set);
    shown_take(s, 6);
    ck_assert_uint_eq(shown_number(s, "HIST1", 2), 4);
    ck_assert_uint_eq(shown_number(s, "HIST2", 2), 2);
    ck_assert_uint_eq(shown_number(s, "HIST2", 3), 0);
    shown_evicts(s, 3,
                 "of the pages with fewer than 2 known references, page 3 was used longest "
                 "ago");
    shown_evicts(s, 4, NULL);
    shown_take(s, 2);
    ck_assert(s->replayed.hit[8] && s->replayed.hit[9]);
    shown_close(s);
}
END_TEST

/* The last references but one: 1 at 1, 2 at 3, 3 at 2; the last ones: 1 at 6. */
START_TEST(the_last_reference_but_one_decides)
{
    static const char *const set[] = {"policy=lru-k", "machine.frames=3", NULL};
    struct shown *s = shown_open("1 3 2 3 2 1 4", set);
    shown_take(s, 6);
    shown_evicts(s, 1, "reference 1 of page 1, its last but 1, is the longest ago");
    shown_close(s);
}
END_TEST

/* 3 goes after one reference, at 5, and comes back at 7, in the place of 4.  So the last
 * references but one are 1 (page 1), 2 (page 2) and 5 (page 3). */
START_TEST(history_outlives_the_eviction)
{
    static const char *const set[] = {"policy=lru-k", "machine.frames=3", NULL};
    struct shown *s = shown_open("1 2 1 2 3 4 3 5", set);
    shown_take(s, 5);
    shown_evicts(s, 3, NULL);
    ck_assert_str_eq(shown_list(s, "history, last evicted first"), "3");
    ck_assert_uint_eq(shown_number(s, "HIST1", 3), 5);
    shown_evicts(s, 4, NULL);
    ck_assert_uint_eq(shown_number(s, "HIST2", 3), 5);
    shown_evicts(s, 1, NULL);
    ck_assert_str_eq(shown_list(s, "history, last evicted first"), "1 4");
    shown_close(s);
}
END_TEST

/* 3 is used at 5 and again at 9. */
START_TEST(history_is_forgotten_after_the_retained_information_period)
{
    static const char *const sets[][3] = {
        {"policy={name: lru-k, retained: 4}", "machine.frames=3", NULL},
        {"policy={name: lru-k, retained: 3}", "machine.frames=3", NULL}};
    for (size_t i = 0; i < ARRAY_LEN(sets); i++) {
        struct shown *s = shown_open("1 2 1 2 3 4 1 2 3", sets[i]);
        shown_take(s, 9);
        ck_assert_uint_eq(shown_number(s, "HIST2", 3), i == 0 ? 5 : 0);
        shown_close(s);
    }
}
END_TEST

/* Two ghosts at most: 3, evicted first, is forgotten when 5 follows 4. */
START_TEST(the_bound_on_ghosts_forgets_the_history_of_the_page_evicted_first)
{
    static const char *const set[] = {"policy={name: lru-k, ghosts: 0.7}",
                                      "machine.frames=3", NULL};
    struct shown *s = shown_open("1 2 1 2 3 4 5 6", set);
    shown_take(s, 7);
    ck_assert_str_eq(shown_list(s, "history, last evicted first"), "4 3");
    shown_evicts(s, 5, NULL);
    ck_assert_str_eq(shown_list(s, "history, last evicted first"), "5 4");
    shown_close(s);
}
END_TEST

/* The uses of 1 at 1 and 3 are one, of 2 references' length; so the last reference but one,
 * at 8, is at 1 + 2. */
START_TEST(correlated_references_count_as_one_that_takes_no_time)
{
    static const char *const set[] = {"policy={name: lru-k, correlated: 3}",
                                      "machine.frames=4", NULL};
    struct shown *s = shown_open("1 2 1 3 2 3 2 1", set);
    shown_take(s, 7);
    ck_assert_uint_eq(shown_number(s, "HIST1", 1), 1);
    ck_assert_uint_eq(shown_number(s, "HIST1", 2), 2);
    ck_assert_uint_eq(shown_number(s, "HIST2", 2), 0);
    shown_take(s, 1);
    ck_assert_uint_eq(shown_number(s, "HIST1", 1), 8);
    ck_assert_uint_eq(shown_number(s, "HIST2", 1), 3);
    shown_close(s);
}
END_TEST

/* At 5, page 3 has one reference only, but that was just now. */
START_TEST(a_page_is_not_evicted_in_its_correlated_reference_period)
{
    static const char *const set[] = {"policy={name: lru-k, correlated: 1}",
                                      "machine.frames=2", NULL};
    struct shown *s = shown_open("1 2 1 3 4", set);
    shown_take(s, 3);
    shown_evicts(s, 2, NULL);
    shown_evicts(s, 1, "reference 1 of page 1, its last but 1, is the longest ago");
    shown_close(s);
}
END_TEST

START_TEST(where_all_pages_are_in_that_period_one_goes_all_the_same)
{
    static const char *const set[] = {"policy={name: lru-k, correlated: 100}",
                                      "machine.frames=2", NULL};
    struct shown *s = shown_open("1 2 3", set);
    shown_take(s, 2);
    shown_evicts(s, 1, NULL);
    shown_close(s);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("lru-k");
    TCase *tests = tcase_create("lru-k");
    tcase_add_loop_test(tests, hits_and_victims_are_those_of_figure_2_1, 0,
                        ARRAY_LEN(models));
    tcase_add_test(tests, with_k_1_it_is_lru);
    tcase_add_test(tests, pages_used_once_go_before_pages_used_twice);
    tcase_add_test(tests, the_last_reference_but_one_decides);
    tcase_add_test(tests, history_outlives_the_eviction);
    tcase_add_test(tests, history_is_forgotten_after_the_retained_information_period);
    tcase_add_test(tests,
                   the_bound_on_ghosts_forgets_the_history_of_the_page_evicted_first);
    tcase_add_test(tests, correlated_references_count_as_one_that_takes_no_time);
    tcase_add_test(tests, a_page_is_not_evicted_in_its_correlated_reference_period);
    tcase_add_test(tests, where_all_pages_are_in_that_period_one_goes_all_the_same);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
