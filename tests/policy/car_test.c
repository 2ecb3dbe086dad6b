/* car_test.c -- CAR: figure 2 of Bansal and Modha, FAST 2004, by hand and as a slow model.
 *
 * libCacheSim's CAR (2025) has other counts (see ghost_lists_oracle_long_test.c) because it
 * departs from the figure in four places.  It adapts the target before it replaces, where the
 * figure does so after (lines 5 and 15); it divides integers where the figure divides; it
 * discards from B1 when a ghost returns too, where the figure does so only for a page that is
 * in neither (line 6); and it never discards from B2 (line 9).  A CAR with these four has its
 * counts to the last fault. */
#include "policy/list_model.h"

enum { MODEL_PAGES = 256 };

struct model {
    uint64_t c;
    double p;
    struct page_list t1, t2, b1, b2; /* of the clocks, [n - 1] is at the hand */
    bool referenced[MODEL_PAGES];
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

static vpn_t model_replace(struct model *m)
{
    for (;;) {
        const bool first = (double)m->t1.n >= larger(1, m->p);
        const vpn_t page = list_pop_oldest(first ? &m->t1 : &m->t2);
        if (!m->referenced[page]) {
            list_push(first ? &m->b1 : &m->b2, page);
            return page;
        }
        m->referenced[page] = false;
        list_push(&m->t2, page);
    }
}

static bool model_reference(void *state, vpn_t page, vpn_t *victim)
{
    struct model *m = state;
    ck_assert_uint_lt(page, MODEL_PAGES);
    if (list_has(&m->t1, page) || list_has(&m->t2, page)) {
        m->referenced[page] = true;
        return true;
    }
    const bool in_b1 = list_has(&m->b1, page), in_b2 = list_has(&m->b2, page);
    if (m->t1.n + m->t2.n == m->c) {
        *victim = model_replace(m);
        if (!in_b1 && !in_b2 && m->t1.n + m->b1.n == m->c)
            list_pop_oldest(&m->b1);
        else if (m->t1.n + m->t2.n + m->b1.n + m->b2.n == 2 * m->c && !in_b1 && !in_b2)
            list_pop_oldest(&m->b2);
    }
    const double b1 = (double)m->b1.n, b2 = (double)m->b2.n;
    if (in_b1)
        m->p = m->p + larger(1, b2 / b1) < (double)m->c ? m->p + larger(1, b2 / b1)
                                                        : (double)m->c;
    else if (in_b2)
        m->p = larger(m->p - larger(1, b1 / b2), 0);
    if (in_b1 || in_b2)
        list_remove(in_b1 ? &m->b1 : &m->b2, page);
    list_push(in_b1 || in_b2 ? &m->t2 : &m->t1, page);
    m->referenced[page] = false;
    return false;
}

START_TEST(hits_and_victims_are_those_of_figure_2)
{
    static const struct policy_model model = {model_create, free, model_reference, NULL};
    static const char *const set[] = {"policy=car", NULL};
    model_compare_many(&model, set, 40);
}
END_TEST

START_TEST(used_pages_go_from_t1_to_t2_as_the_hand_passes)
{
    static const char *const set[] = {"policy=car", "machine.frames=3", NULL};
    struct shown *s = shown_open("1 2 3 1 4", set);
    shown_take(s, 4);
    ck_assert_str_eq(shown_list(s, "T1"), "3 2 1");
    shown_evicts(
        s, 2,
        "T1 holds 2 of 3 pages, its target is 0.00: page 2, not used since the hand "
        "of T1 last passed, goes");
    ck_assert_str_eq(shown_list(s, "T1"), "4 3");
    ck_assert_str_eq(shown_list(s, "T2"), "1");
    ck_assert_str_eq(shown_list(s, "B1"), "2");
    shown_close(s);
}
END_TEST

/* With the target moved first, T1 would be too small to give way to 3, and 1 would go. */
START_TEST(the_target_moves_after_the_replacement)
{
    static const char *const set[] = {"policy=car", "machine.frames=3", NULL};
    struct shown *s = shown_open("1 2 3 1 4 2 3", set);
    shown_take(s, 5);
    shown_evicts(s, 3, NULL); /* 2 was in B1: the target is 1 */
    ck_assert_uint_eq(shown_total(s, "target of T1"), 1);
    ck_assert_str_eq(shown_list(s, "T1"), "4");
    ck_assert_str_eq(shown_list(s, "T2"), "2 1");
    ck_assert_str_eq(shown_list(s, "B1"), "3");
    shown_evicts(s, 4, NULL); /* T1 holds 1, its target; now it is 2 */
    ck_assert_uint_eq(shown_total(s, "target of T1"), 2);
    shown_close(s);
}
END_TEST

/* T1 and B1 have as many entries as memory when 1 comes back from B2.  Line 6 discards for a
 * page that is in neither B1 nor B2 only: 4 stays in B1, and comes back to T2. */
START_TEST(a_ghost_that_returns_costs_no_other)
{
    static const char *const set[] = {"policy=car", "machine.frames=3", NULL};
    struct shown *s = shown_open("1 2 3 1 4 2 5 3 6 1 4", set);
    shown_take(s, 6);         /* T1 = 4, T2 = 2 1, B1 = 3, the target is 1 */
    shown_evicts(s, 4, NULL); /* T1 = 5, B1 = 4 3 */
    shown_evicts(s, 5, NULL); /* T1 is empty, T2 = 3 2 1, B1 = 5 4, the target is 2 */
    shown_evicts(s, 1, NULL); /* T1 = 6 is too small to give way */
    ck_assert_str_eq(shown_list(s, "B2"), "1");
    shown_evicts(s, 2, NULL);
    ck_assert_str_eq(shown_list(s, "T1"), "6");
    ck_assert_str_eq(shown_list(s, "B1"), "5 4");
    ck_assert_uint_eq(shown_total(s, "target of T1"), 1);
    shown_evicts(s, 6, NULL);
    ck_assert_str_eq(shown_list(s, "T2"), "4 1 3");
    shown_close(s);
}
END_TEST

/* When 5 has come, all lists together have twice as many entries as memory: 1, the oldest of
 * B2, is discarded, and comes back to T1. */
START_TEST(the_directory_never_exceeds_twice_the_frames)
{
    static const char *const set[] = {"policy=car", "machine.frames=2", NULL};
    struct shown *s = shown_open("1 2 1 3 3 4 2 5 1", set);
    shown_take(s, 3);
    shown_evicts(s, 2, NULL); /* T1 = 3, T2 = 1, B1 = 2; 3 is used again */
    shown_evicts(s, 1, NULL); /* T1 = 4, T2 = 3, B1 = 2, B2 = 1 */
    shown_evicts(s, 4, NULL); /* T2 = 2 3, B1 = 4, B2 = 1, the target is 1 */
    shown_evicts(s, 3, NULL);
    ck_assert_str_eq(shown_list(s, "T1"), "5");
    ck_assert_str_eq(shown_list(s, "T2"), "2");
    ck_assert_str_eq(shown_list(s, "B1"), "4");
    ck_assert_str_eq(shown_list(s, "B2"), "3");
    shown_evicts(s, 5, NULL);
    ck_assert_str_eq(shown_list(s, "T1"), "1");
    shown_close(s);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("car");
    TCase *tests = tcase_create("car");
    tcase_add_test(tests, hits_and_victims_are_those_of_figure_2);
    tcase_add_test(tests, used_pages_go_from_t1_to_t2_as_the_hand_passes);
    tcase_add_test(tests, the_target_moves_after_the_replacement);
    tcase_add_test(tests, a_ghost_that_returns_costs_no_other);
    tcase_add_test(tests, the_directory_never_exceeds_twice_the_frames);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
