/* 2q_test.c -- 2Q, full version: Johnson and Shasha, VLDB 1994, by hand and as a slow model. */
#include "policy/list_model.h"

struct model {
    uint64_t frames, kin, kout;
    struct page_list a1in, am, a1out;
};

/* params: Kin and Kout, in percent. */
static void *model_create(uint64_t frames, const void *params)
{
    const uint64_t *percent = params;
    struct model *m = calloc(1, sizeof *m);
    ck_assert_ptr_nonnull(m);
    m->frames = frames;
    m->kin = frames * percent[0] / 100;
    m->kout = frames * percent[1] / 100;
    return m;
}

static void model_reclaim(struct model *m, vpn_t *victim)
{
    if (m->a1in.n + m->am.n < m->frames)
        return;
    if (m->a1in.n <= m->kin) {
        *victim = list_pop_oldest(&m->am);
        return;
    }
    *victim = list_pop_oldest(&m->a1in);
    list_push(&m->a1out, *victim);
    if (m->a1out.n > m->kout)
        list_pop_oldest(&m->a1out);
}

static bool model_reference(void *state, vpn_t page, vpn_t *victim)
{
    struct model *m = state;
    if (list_has(&m->am, page)) {
        list_remove(&m->am, page);
        list_push(&m->am, page);
        return true;
    }
    if (list_has(&m->a1in, page))
        return true;
    if (list_has(&m->a1out, page)) {
        list_remove(&m->a1out, page);
        model_reclaim(m, victim);
        list_push(&m->am, page);
    } else {
        model_reclaim(m, victim);
        list_push(&m->a1in, page);
    }
    return false;
}

START_TEST(hits_and_victims_are_those_of_the_papers_program)
{
    static const uint64_t usual[] = {25, 50}, other[] = {60, 140};
    const struct policy_model model = {model_create, free, model_reference, usual};
    const struct policy_model odd = {model_create, free, model_reference, other};
    static const char *const set[] = {"policy=2q", NULL};
    static const char *const odd_set[] = {"policy={name: 2q, kin: 60, kout: 140}", NULL};
    model_compare_many(&model, set, 40);
    model_compare_many(&odd, odd_set, 40);
}
END_TEST

/* Four frames: Kin is 1, Kout 2. */
START_TEST(a_page_must_come_back_from_a1out_to_stay)
{
    static const char *const set[] = {"policy=2q", "machine.frames=4", NULL};
    struct shown *s = shown_open("1 2 3 4 5 3 1 6 7 2 4 5 8", set);
    shown_take(s, 4);
    shown_evicts(s, 1, "A1in holds 4 pages, its limit is 1: page 1, its oldest, goes");
    ck_assert_str_eq(shown_list(s, "A1out"), "1");
    shown_take(s, 1);
    ck_assert_str_eq(shown_list(s, "A1in"), "5 4 3 2"); /* the hit on 3 changed nothing */
    shown_evicts(s, 2, NULL);                           /* 1 is back */
    ck_assert_str_eq(shown_list(s, "Am"), "1");
    ck_assert_str_eq(shown_list(s, "A1out"), "2");
    shown_evicts(s, 3, NULL);
    shown_evicts(s, 4, NULL);
    ck_assert_str_eq(shown_list(s, "A1out"), "4 3"); /* 2 is forgotten */
    shown_evicts(s, 5, NULL);
    ck_assert_str_eq(shown_list(s, "A1in"), "2 7 6");
    shown_evicts(s, 6, NULL);
    shown_evicts(s, 7, NULL);
    ck_assert_str_eq(shown_list(s, "Am"), "5 4 1");
    ck_assert_str_eq(shown_list(s, "A1in"), "2");
    shown_evicts(
        s, 1,
        "A1in holds 1 pages, within its limit of 1: page 1, the least recently used "
        "of Am, goes");
    ck_assert_str_eq(shown_list(s, "A1out"), "7 6"); /* pages of Am are not remembered */
    shown_close(s);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("2q");
    TCase *tests = tcase_create("2q");
    tcase_add_test(tests, hits_and_victims_are_those_of_the_papers_program);
    tcase_add_test(tests, a_page_must_come_back_from_a1out_to_stay);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
