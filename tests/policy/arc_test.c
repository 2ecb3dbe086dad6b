/* arc_test.c -- ARC: figure 4 of Megiddo and Modha, FAST 2003, by hand and as a slow model. */
#include "policy/list_model.h"

struct model {
    uint64_t c;
    double p;
    struct page_list t1, t2, b1, b2;
};

static void *model_create(uint64_t frames, const void *params)
{
    struct model *m = calloc(1, sizeof *m);
    (void)params;
    ck_assert_ptr_nonnull(m);
    m->c = frames;
    return m;
}

static double larger(double a, double b)
{
    return a > b ? a : b;
}

static vpn_t model_replace(struct model *m, bool in_b2)
{
    const double t1 = (double)m->t1.n;
    const bool first = m->t1.n > 0 && (t1 > m->p || (in_b2 && t1 == m->p));
    const vpn_t victim = list_pop_oldest(first ? &m->t1 : &m->t2);
    list_push(first ? &m->b1 : &m->b2, victim);
    return victim;
}

static void model_case_4(struct model *m, vpn_t page, vpn_t *victim)
{
    const uint64_t l1 = m->t1.n + m->b1.n, l2 = m->t2.n + m->b2.n;
    if (l1 == m->c) {
        if (m->t1.n < m->c) {
            list_pop_oldest(&m->b1);
            *victim = model_replace(m, false);
        } else {
            *victim = list_pop_oldest(&m->t1);
        }
    } else if (l1 + l2 >= m->c) {
        if (l1 + l2 == 2 * m->c)
            list_pop_oldest(&m->b2);
        *victim = model_replace(m, false);
    }
    list_push(&m->t1, page);
}

static bool model_reference(void *state, vpn_t page, vpn_t *victim)
{
    struct model *m = state;
    const double b1 = (double)m->b1.n, b2 = (double)m->b2.n;
    if (list_has(&m->t1, page) || list_has(&m->t2, page)) {
        list_remove(list_has(&m->t1, page) ? &m->t1 : &m->t2, page);
        list_push(&m->t2, page);
        return true;
    }
    if (list_has(&m->b1, page)) {
        m->p = m->p + larger(b2 / b1, 1);
        if (m->p > (double)m->c)
            m->p = (double)m->c;
        *victim = model_replace(m, false);
        list_remove(&m->b1, page);
        list_push(&m->t2, page);
    } else if (list_has(&m->b2, page)) {
        m->p = larger(m->p - larger(b1 / b2, 1), 0);
        *victim = model_replace(m, true);
        list_remove(&m->b2, page);
        list_push(&m->t2, page);
    } else {
        model_case_4(m, page, victim);
    }
    return false;
}

START_TEST(hits_and_victims_are_those_of_figure_4)
{
    static const struct policy_model model = {model_create, free, model_reference, NULL};
    static const char *const set[] = {"policy=arc", NULL};
    model_compare_many(&model, set, 40);
}
END_TEST

START_TEST(ghosts_that_return_move_the_target)
{
    static const char *const set[] = {"policy=arc", "machine.frames=3", NULL};
    struct shown *s = shown_open("1 2 1 3 4 2 5 1", set);
    shown_take(s, 4); /* 1 has been used again */
    ck_assert_str_eq(shown_list(s, "T1"), "3 2");
    ck_assert_str_eq(shown_list(s, "T2"), "1");
    shown_evicts(
        s, 2,
        "T1 holds 2 of 3 pages, its target is 0.00: page 2, the least recently used "
        "of T1, goes");
    ck_assert_str_eq(shown_list(s, "B1"), "2");
    shown_evicts(s, 3, NULL); /* 2 was in B1: the target is 1, and T1 holds 2 */
    ck_assert_uint_eq(shown_total(s, "target of T1"), 1);
    ck_assert_str_eq(shown_list(s, "T1"), "4");
    ck_assert_str_eq(shown_list(s, "T2"), "2 1");
    ck_assert_str_eq(shown_list(s, "B1"), "3");
    shown_evicts(s, 1, NULL); /* T1 holds 1, no more than its target */
    ck_assert_str_eq(shown_list(s, "B2"), "1");
    shown_evicts(s, 4, NULL); /* 1 was in B2: the target is 0 */
    ck_assert_str_eq(shown_list(s, "T1"), "5");
    ck_assert_str_eq(shown_list(s, "T2"), "1 2");
    ck_assert_str_eq(shown_list(s, "B1"), "4 3");
    ck_assert_str_eq(shown_list(s, "B2"), "");
    shown_close(s);
}
END_TEST

/* Case IV (A): T1 has all of memory and B1 is empty. */
START_TEST(a_scan_leaves_no_ghosts)
{
    static const char *const set[] = {"policy=arc", "machine.frames=2", NULL};
    struct shown *s = shown_open("1 2 3 1", set);
    shown_take(s, 2);
    shown_evicts(s, 1, NULL);
    ck_assert_str_eq(shown_list(s, "B1"), "");
    shown_evicts(s, 2, NULL);
    ck_assert_str_eq(shown_list(s, "T1"), "1 3");
    shown_close(s);
}
END_TEST

/* T1 holds as many pages as its target: T2 gives way, except to a page of B2. */
START_TEST(at_its_target_t1_gives_way_to_a_page_of_b2_only)
{
    static const char *const set[] = {"policy=arc", "machine.frames=3", NULL};
    struct shown *s = shown_open("1 2 1 3 4 2 5 3 4 1", set);
    shown_take(s, 6);         /* T1 = 4, its target is 1 */
    shown_evicts(s, 1, NULL); /* T2 gives way */
    shown_evicts(s, 2, NULL); /* 3 was in B1: the target is 2, and T1 = 5 4 */
    ck_assert_uint_eq(shown_total(s, "target of T1"), 2);
    ck_assert_str_eq(shown_list(s, "B2"), "2 1");
    shown_take(s, 1); /* T1 = 5, T2 = 4 3 */
    shown_evicts(s, 5,
                 "T1 holds 1 of 3 pages, its target is 1.00 and the wanted page was in B2: "
                 "page 5, the least recently used of T1, goes");
    ck_assert_str_eq(shown_list(s, "T2"), "1 4 3");
    ck_assert_str_eq(shown_list(s, "B1"), "5");
    shown_close(s);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("arc");
    TCase *tests = tcase_create("arc");
    tcase_add_test(tests, hits_and_victims_are_those_of_figure_4);
    tcase_add_test(tests, ghosts_that_return_move_the_target);
    tcase_add_test(tests, a_scan_leaves_no_ghosts);
    tcase_add_test(tests, at_its_target_t1_gives_way_to_a_page_of_b2_only);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
