/* lirs_test.c -- LIRS: the stacks of the paper's figures, worked by hand, and against a
 * slow model of section 3 of the paper. */
#include "policy/variants.h"

struct model_params {
    double hir, ghosts;
};

struct model {
    uint64_t frames, lir_most, ghosts_most, nlir;
    struct page_list s, q; /* newest first: S from its top, Q from its end */
    bool lir[VARIANT_PAGES_MAX];
};

static void *model_create(uint64_t frames, const void *params)
{
    const struct model_params *p = params;
    struct model *m = calloc(1, sizeof *m);
    ck_assert_ptr_nonnull(m);
    const uint64_t hir = (uint64_t)(p->hir * (double)frames);
    m->frames = frames;
    m->lir_most = frames - (hir > 0 ? hir : 1);
    m->ghosts_most = (uint64_t)(p->ghosts * (double)frames);
    return m;
}

static bool is_resident(const struct model *m, vpn_t page)
{
    return m->lir[page] || list_has(&m->q, page);
}

static void model_prune(struct model *m)
{
    while (m->s.n > 0 && !m->lir[m->s.pages[m->s.n - 1]])
        m->s.n--;
}

static void model_make_lir(struct model *m, vpn_t page)
{
    m->lir[page] = true;
    if (++m->nlir > m->lir_most) {
        const vpn_t bottom = list_pop_oldest(&m->s);
        m->lir[bottom] = false;
        m->nlir--;
        list_push(&m->q, bottom);
    }
}

static void model_bound(struct model *m, vpn_t wanted)
{
    uint64_t ghosts = 0;
    for (uint64_t i = 0; i < m->s.n; i++) {
        const vpn_t page = m->s.pages[i];
        if (page != wanted && !is_resident(m, page) && ++ghosts > m->ghosts_most)
            list_remove(&m->s, m->s.pages[i--]);
    }
}

static bool model_reference(void *state, vpn_t page, vpn_t *victim)
{
    struct model *m = state;
    const bool hit = is_resident(m, page), in_s = list_has(&m->s, page);
    if (!hit && m->nlir + m->q.n == m->frames) {
        *victim = list_pop_oldest(&m->q);
        model_bound(m, page);
    }
    if (in_s)
        list_remove(&m->s, page);
    list_push(&m->s, page);
    if (!m->lir[page]) {
        if (list_has(&m->q, page))
            list_remove(&m->q, page);
        if (in_s || (!hit && m->nlir < m->lir_most))
            model_make_lir(m, page);
        else
            list_push(&m->q, page);
    }
    model_prune(m);
    return hit;
}

static const struct {
    struct model_params params;
    const char *set;
} models[] = {
    {{0.01, 2}, "policy=lirs"},
    {{0.3, 2}, "policy={name: lirs, hir: 0.3}"},
    {{0.1, 0.5}, "policy={name: lirs, hir: 0.1, ghosts: 0.5}"},
    {{0.2, 0}, "policy={name: lirs, hir: 0.2, ghosts: 0}"},
    {{1, 2}, "policy={name: lirs, hir: 1}"},
};

START_TEST(hits_and_victims_are_those_of_section_3)
{
    const struct policy_model model = {model_create, free, model_reference,
                                       &models[_i].params};
    variant_compare(&model, models[_i].set, _i);
}
END_TEST

/* The state that the paper's figures begin with: three LIR pages, 1, 4 and 8, and room for
 * two HIR pages; 2, 6 and 9 have been evicted and are in S. */
#define FIGURE "8 4 1 9 6 1 2 3 5 "
enum { FIGURE_REFERENCES = 9 };

static struct shown *figure_open(const char *string)
{
    static const char *const set[] = {"policy={name: lirs, hir: 0.4}", "machine.frames=5",
                                      NULL};
    struct shown *s = shown_open(string, set);
    shown_take(s, FIGURE_REFERENCES);
    ck_assert_str_eq(shown_list(s, "S, top first"), "5 3 2 1 6 9 4 8");
    ck_assert_str_eq(shown_list(s, "Q, front first"), "3 5");
    return s;
}

static void hits(struct shown *s)
{
    shown_take(s, 1);
    ck_assert(s->replayed.hit[s->replayed.n - 1]);
}

START_TEST(a_lir_page_goes_to_the_top_and_s_is_pruned_at_the_bottom)
{
    struct shown *s = figure_open(FIGURE "4 8");
    hits(s);
    ck_assert_str_eq(shown_list(s, "S, top first"), "4 5 3 2 1 6 9 8");
    hits(s);
    ck_assert_str_eq(shown_list(s, "S, top first"), "8 4 5 3 2 1");
    ck_assert_uint_eq(shown_number(s, "LIR", 8), 1);
    ck_assert_uint_eq(shown_number(s, "LIR", 3), 0);
    shown_close(s);
}
END_TEST

START_TEST(a_resident_hir_page_in_s_takes_the_place_of_the_lir_page_at_its_bottom)
{
    struct shown *s = figure_open(FIGURE "3");
    hits(s);
    ck_assert_str_eq(shown_list(s, "S, top first"), "3 5 2 1 6 9 4");
    ck_assert_str_eq(shown_list(s, "Q, front first"), "5 8");
    ck_assert_uint_eq(shown_number(s, "LIR", 3), 1);
    shown_close(s);
}
END_TEST

/* libCacheSim (May 2025) takes a LIR page out of S here too, so that Q overflows and 1
 * goes, which is why it counts other faults (lirs_oracle_long_test.c).  Section 3.3 of the
 * paper: the page stays HIR, and moves to the end of Q. */
START_TEST(a_resident_hir_page_out_of_s_stays_hir)
{
    struct shown *s = figure_open(FIGURE "4 8 3 5 1 5");
    shown_take(s, 3);
    ck_assert_str_eq(shown_list(s, "S, top first"), "3 8 4");
    ck_assert_str_eq(shown_list(s, "Q, front first"), "5 1");
    hits(s);
    ck_assert_str_eq(shown_list(s, "S, top first"), "5 3 8 4");
    ck_assert_str_eq(shown_list(s, "Q, front first"), "1 5");
    ck_assert_uint_eq(shown_number(s, "LIR", 5), 0);
    hits(s);
    hits(s); /* and again, now that it is in S */
    ck_assert_uint_eq(shown_number(s, "LIR", 5), 1);
    ck_assert_str_eq(shown_list(s, "S, top first"), "5 1 3 8");
    ck_assert_str_eq(shown_list(s, "Q, front first"), "1 4");
    shown_close(s);
}
END_TEST

START_TEST(an_evicted_page_stays_in_s_and_is_lir_when_it_comes_back)
{
    struct shown *s = figure_open(FIGURE "7 9 4 8 9 3");
    shown_evicts(s, 3, "page 3 is at the front of Q; it stays in S without a frame");
    ck_assert_str_eq(shown_list(s, "S, top first"), "7 5 3 2 1 6 9 4 8");
    ck_assert_str_eq(shown_list(s, "Q, front first"), "5 7");
    shown_evicts(s, 5, NULL); /* 9 becomes LIR, 8 HIR */
    ck_assert_str_eq(shown_list(s, "S, top first"), "9 7 5 3 2 1 6 4");
    ck_assert_str_eq(shown_list(s, "Q, front first"), "7 8");
    shown_take(s, 3);
    ck_assert_str_eq(shown_list(s, "S, top first"), "9 8 4 7 5 3 2 1");
    shown_evicts(s, 7, NULL);
    ck_assert_str_eq(shown_list(s, "S, top first"), "3 9 8 4");
    ck_assert_str_eq(shown_list(s, "Q, front first"), "8 1");
    shown_close(s);
}
END_TEST

START_TEST(a_page_that_was_pruned_goes_without_a_trace)
{
    struct shown *s = figure_open(FIGURE "4 8 3 7 6 1");
    shown_take(s, 3); /* 5 is not in S any more */
    shown_evicts(s, 5, "page 5 is at the front of Q, and no longer in S");
    ck_assert_str_eq(shown_list(s, "S, top first"), "7 3 8 4");
    shown_evicts(s, 1, NULL); /* 6 was pruned: it is HIR */
    ck_assert_str_eq(shown_list(s, "S, top first"), "6 7 3 8 4");
    shown_evicts(s, 7, NULL);
    ck_assert_str_eq(shown_list(s, "Q, front first"), "6 1");
    shown_close(s);
}
END_TEST

/* Two ghosts: the third one displaces that used longest ago, 9. */
START_TEST(the_bound_on_ghosts_drops_the_lowest_of_s)
{
    static const char *const set[] = {"policy={name: lirs, hir: 0.4, ghosts: 0.4}",
                                      "machine.frames=5", NULL};
    struct shown *s = shown_open(FIGURE "4", set);
    shown_take(s, FIGURE_REFERENCES);
    ck_assert_str_eq(shown_list(s, "S, top first"), "5 3 2 1 6 4 8");
    hits(s);
    shown_close(s);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("lirs");
    TCase *tests = tcase_create("lirs");
    tcase_add_loop_test(tests, hits_and_victims_are_those_of_section_3, 0,
                        ARRAY_LEN(models));
    tcase_add_test(tests, a_lir_page_goes_to_the_top_and_s_is_pruned_at_the_bottom);
    tcase_add_test(tests,
                   a_resident_hir_page_in_s_takes_the_place_of_the_lir_page_at_its_bottom);
    tcase_add_test(tests, a_resident_hir_page_out_of_s_stays_hir);
    tcase_add_test(tests, an_evicted_page_stays_in_s_and_is_lir_when_it_comes_back);
    tcase_add_test(tests, a_page_that_was_pruned_goes_without_a_trace);
    tcase_add_test(tests, the_bound_on_ghosts_drops_the_lowest_of_s);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
