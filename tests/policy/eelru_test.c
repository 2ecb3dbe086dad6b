/* eelru_test.c -- EELRU: loops and a scan worked by hand, and against a slow model that
 * keeps the pages and the uses by position. */
#include "policy/variants.h"

enum { REACH_MAX = 4 * STRING_FRAMES_MAX };

struct model_params {
    uint64_t early_points, late_points;
    double reach, fade;
};

struct model {
    uint64_t frames, reach, half, events;
    struct model_params params;
    struct page_list order; /* last used first, resident or not */
    bool resident[VARIANT_PAGES_MAX];
    uint64_t nresident;
    double uses[REACH_MAX + 1]; /* [position, from 1] */
};

static void *model_create(uint64_t frames, const void *params)
{
    struct model *m = calloc(1, sizeof *m);
    ck_assert_ptr_nonnull(m);
    m->params = *(const struct model_params *)params;
    m->frames = frames;
    m->reach = (uint64_t)(m->params.reach * (double)frames);
    m->half = (uint64_t)(m->params.fade * (double)frames) + 1;
    ck_assert_uint_le(m->reach, REACH_MAX);
    return m;
}

static uint64_t early_point(const struct model *m, uint64_t i)
{
    return m->frames * i / (m->params.early_points + 1);
}

static uint64_t late_point(const struct model *m, uint64_t j)
{
    return m->frames + (m->reach - m->frames) * j / m->params.late_points;
}

/* The first early point above 0, or the number of frames if none is. */
static uint64_t least_early_point(const struct model *m)
{
    uint64_t i = 1;
    while (early_point(m, i) == 0)
        i++;
    return early_point(m, i);
}

static void model_count(struct model *m, uint64_t position)
{
    if (position <= least_early_point(m) || position > m->reach)
        return;
    m->uses[position]++;
    if (++m->events % m->half == 0)
        for (uint64_t i = 1; i <= m->reach; i++)
            m->uses[i] /= 2;
}

static double sum_uses(const struct model *m, uint64_t from, uint64_t to)
{
    double sum = 0;
    for (uint64_t i = from; i <= to; i++)
        sum += m->uses[i];
    return sum;
}

/* Of pairs that are equally good the largest e, and then the smallest l. */
static double model_choose(const struct model *m, uint64_t *best_e, uint64_t *best_l)
{
    double best = 0;
    for (uint64_t i = m->params.early_points; i > 0; i--) {
        for (uint64_t j = 1; j <= m->params.late_points; j++) {
            const uint64_t e = early_point(m, i), l = late_point(m, j);
            if (e == 0 || e == m->frames || l == m->frames)
                continue;
            const double total = sum_uses(m, e + 1, l),
                         early = sum_uses(m, e + 1, m->frames);
            const double benefit =
                total * (double)(m->frames - e) / (double)(l - e) - early;
            if (benefit > best) {
                best = benefit;
                *best_e = e;
                *best_l = l;
            }
        }
    }
    return best;
}

/* wanted: position of the page that is wanted, or UINT64_MAX. */
static vpn_t model_victim(const struct model *m, uint64_t wanted)
{
    const vpn_t *pages = m->order.pages;
    uint64_t e = 0, l = 0, lru = m->order.n;
    while (!m->resident[pages[lru - 1]])
        lru--;
    if (model_choose(m, &e, &l) <= 0 || lru <= e || lru > l || (lru == l && wanted > l))
        return pages[lru - 1];
    while (!m->resident[pages[e - 1]])
        e++;
    return pages[e - 1];
}

static bool model_reference(void *state, vpn_t page, vpn_t *victim)
{
    struct model *m = state;
    const bool hit = m->resident[page], known = list_has(&m->order, page);
    const uint64_t position = known ? list_find(&m->order, page) + 1 : UINT64_MAX;
    model_count(m, position);
    if (!hit && m->nresident == m->frames) {
        *victim = model_victim(m, position);
        m->resident[*victim] = false;
        m->nresident--;
    }
    if (known)
        list_remove(&m->order, page);
    list_push(&m->order, page);
    m->nresident += !hit;
    m->resident[page] = true;
    if (m->order.n > m->reach && !m->resident[m->order.pages[m->order.n - 1]])
        m->order.n--;
    return hit;
}

static const struct {
    struct model_params params;
    const char *set;
} models[] = {
    {{7, 6, 2.5, 0.43}, "policy=eelru"},
    {{3, 2, 2, 4},
     "policy={name: eelru, early_points: 3, late_points: 2, reach: 2, fade: 4}"},
    {{16, 16, 3, 50},
     "policy={name: eelru, early_points: 16, late_points: 16, reach: 3, fade: 50}"},
    {{1, 1, 1.5, 1},
     "policy={name: eelru, early_points: 1, late_points: 1, reach: 1.5, fade: 1}"},
};

START_TEST(hits_and_victims_are_those_of_the_model)
{
    const struct policy_model model = {model_create, free, model_reference,
                                       &models[_i].params};
    variant_compare(&model, models[_i].set, _i);
}
END_TEST

/* Four frames; points e at 1, 2, 3 and l at 5 .. 10.  The first page that comes back has
 * been at position 5: e = 1 for l = 5 would keep 3 of those 4, and pays most.  From then
 * on the page used last goes, and three of four references hit, as with OPT; with LRU none
 * does. */
START_TEST(a_loop_over_a_page_more_than_there_are_frames_faults_every_fourth_time)
{
    static const char *const set[] = {"policy=eelru", "machine.frames=4", NULL};
    struct shown *s = shown_open("1 2 3 4 5 1 2 3 4 5 1 2 3 4", set);
    shown_take(s, 4);
    shown_evicts(
        s, 1, "page 1 was used longest ago, and early eviction would not have paid lately");
    shown_evicts(
        s, 5, "page 5 is not among those that early eviction at position 1 keeps up to 5");
    ck_assert_uint_eq(shown_total(s, "e"), 1);
    ck_assert_uint_eq(shown_total(s, "l"), 5);
    ck_assert_str_eq(shown_list(s, "last used first"), "1 5 4 3 2");
    shown_take(s, 3);
    shown_evicts(s, 4, NULL);
    shown_take(s, 3);
    shown_evicts(s, 3, NULL);
    ck_assert_uint_eq(s->replayed.n, 14);
    static const bool hit[14] = {
        [6] = true, [7] = true, [8] = true, [10] = true, [11] = true, [12] = true};
    ck_assert_mem_eq(s->replayed.hit, hit, sizeof hit);
    shown_close(s);
}
END_TEST

/* After the loop, 6 has never been used: what is, or would get, beyond position 5 goes, and
 * that is 2, at position 5. */
START_TEST(a_page_that_would_get_beyond_the_late_point_goes_first)
{
    static const char *const set[] = {"policy=eelru", "machine.frames=4", NULL};
    struct shown *s = shown_open("1 2 3 4 5 1 6", set);
    shown_take(s, 6);
    ck_assert_str_eq(shown_list(s, "last used first"), "1 5 4 3 2");
    shown_evicts(
        s, 2, "page 2 is not among those that early eviction at position 1 keeps up to 5");
    shown_close(s);
}
END_TEST

/* Four uses at position 4 and one at 5: to keep three of the last four of 5 pages would hit
 * 3/4 of five, LRU hits four. */
START_TEST(uses_that_lru_hits_speak_for_lru)
{
    static const char *const set[] = {"policy={name: eelru, fade: 4}", "machine.frames=4",
                                      NULL};
    struct shown *s = shown_open("1 2 3 4 1 2 3 4 5 1", set);
    shown_take(s, 9);
    shown_evicts(
        s, 2, "page 2 was used longest ago, and early eviction would not have paid lately");
    shown_close(s);
}
END_TEST

START_TEST(the_order_reaches_to_the_last_late_point)
{
    static const char *const set[] = {"policy={name: eelru, reach: 1.5}",
                                      "machine.frames=4", NULL};
    struct shown *s = shown_open("1 2 3 4 5 6 7", set);
    shown_take(s, 7);
    ck_assert_str_eq(shown_list(s, "last used first"), "7 6 5 4 3 2");
    shown_close(s);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("eelru");
    TCase *tests = tcase_create("eelru");
    tcase_add_loop_test(tests, hits_and_victims_are_those_of_the_model, 0,
                        ARRAY_LEN(models));
    tcase_add_test(tests,
                   a_loop_over_a_page_more_than_there_are_frames_faults_every_fourth_time);
    tcase_add_test(tests, a_page_that_would_get_beyond_the_late_point_goes_first);
    tcase_add_test(tests, uses_that_lru_hits_speak_for_lru);
    tcase_add_test(tests, the_order_reaches_to_the_last_late_point);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
