/* mq_test.c -- MQ: its paper's example of a promotion and strings worked by hand, and
 * against a slow model of the paper's algorithm. */
#include "policy/variants.h"

enum { QUEUES_MAX = 8, CLASSES = 20 };

struct model_params {
    uint64_t queues, lifetime; /* 0: measured */
    double ghosts;
};

struct model {
    uint64_t frames, now, lifetime, out_most;
    struct model_params params;
    struct page_list queues[QUEUES_MAX], out; /* newest first */
    uint64_t references[VARIANT_PAGES_MAX], last[VARIANT_PAGES_MAX];
    uint64_t expires[VARIANT_PAGES_MAX];
    uint64_t distances[CLASSES]; /* [c]: of 2^c .. 2^(c+1) - 1 references */
};

static void *model_create(uint64_t frames, const void *params)
{
    struct model *m = calloc(1, sizeof *m);
    ck_assert_ptr_nonnull(m);
    m->params = *(const struct model_params *)params;
    m->frames = frames;
    m->lifetime = m->params.lifetime ? m->params.lifetime : frames;
    m->out_most = (uint64_t)(m->params.ghosts * (double)frames);
    return m;
}

static void model_note_distance(struct model *m, vpn_t page)
{
    const uint64_t distance = m->now - m->last[page];
    uint64_t c = 0;
    while ((uint64_t)2 << c <= distance)
        c++;
    if (distance > m->frames)
        m->distances[c]++;
}

static void model_measure(struct model *m)
{
    uint64_t most = 0;
    for (uint64_t c = 0; c < CLASSES && !m->params.lifetime; c++)
        if (m->distances[c] > most) {
            most = m->distances[c];
            m->lifetime = ((uint64_t)2 << c) - 1;
        }
}

/* The queue that a page is in, or the number of queues. */
static uint64_t model_queue(const struct model *m, vpn_t page)
{
    uint64_t k = 0;
    while (k < m->params.queues && !list_has(&m->queues[k], page))
        k++;
    return k;
}

static vpn_t model_evict(struct model *m)
{
    uint64_t k = 0;
    while (m->queues[k].n == 0)
        k++;
    const vpn_t victim = list_pop_oldest(&m->queues[k]);
    list_push(&m->out, victim);
    if (m->out.n > m->out_most)
        m->references[list_pop_oldest(&m->out)] = 0;
    return victim;
}

static void model_adjust(struct model *m)
{
    m->now++;
    for (uint64_t k = 1; k < m->params.queues; k++) {
        struct page_list *queue = &m->queues[k];
        if (queue->n == 0 || m->expires[queue->pages[queue->n - 1]] >= m->now)
            continue;
        const vpn_t page = list_pop_oldest(queue);
        list_push(&m->queues[k - 1], page);
        m->expires[page] = m->now + m->lifetime;
    }
}

static bool model_reference(void *state, vpn_t page, vpn_t *victim)
{
    struct model *m = state;
    const uint64_t queue = model_queue(m, page);
    const bool hit = queue < m->params.queues;
    uint64_t resident = 0;
    for (uint64_t k = 0; k < m->params.queues; k++)
        resident += m->queues[k].n;
    if (!hit && resident == m->frames)
        *victim = model_evict(m);
    if (hit || list_has(&m->out, page)) {
        model_note_distance(m, page);
        list_remove(hit ? &m->queues[queue] : &m->out, page);
    }
    if (!hit)
        model_measure(m);
    m->references[page]++;
    m->last[page] = m->now;
    uint64_t to = 0;
    while (to + 1 < m->params.queues && (uint64_t)2 << to <= m->references[page])
        to++;
    list_push(&m->queues[to], page);
    m->expires[page] = m->now + m->lifetime;
    model_adjust(m);
    return hit;
}

static const struct {
    struct model_params params;
    const char *set;
} models[] = {
    {{8, 0, 4}, "policy=mq"},
    {{8, 30, 1}, "policy={name: mq, lifetime: 30, ghosts: 1}"},
    {{3, 5, 0.5}, "policy={name: mq, queues: 3, lifetime: 5, ghosts: 0.5}"},
    {{4, 200, 0}, "policy={name: mq, queues: 4, lifetime: 200, ghosts: 0}"},
};

START_TEST(hits_and_victims_are_those_of_the_papers_algorithm)
{
    const struct policy_model model = {model_create, free, model_reference,
                                       &models[_i].params};
    variant_compare(&model, models[_i].set, _i);
}
END_TEST

/* Section 4: the 8th access to a block promotes it from Q2 to Q3. */
START_TEST(the_eighth_use_of_a_page_promotes_it_from_q2_to_q3)
{
    static const char *const set[] = {"policy=mq", "machine.frames=8", NULL};
    struct shown *s = shown_open("1 2 1 3 1 4 1 5 1 6 1 7 1 8 1", set);
    shown_take(s, 3);
    ck_assert_str_eq(shown_list(s, "Q1"), "1");
    shown_take(s, 4);
    ck_assert_str_eq(shown_list(s, "Q2"), "1");
    shown_take(s, 6);
    ck_assert_uint_eq(shown_number(s, "references", 1), 7);
    ck_assert_str_eq(shown_list(s, "Q2"), "1");
    shown_take(s, 2);
    ck_assert_str_eq(shown_list(s, "Q3"), "1");
    ck_assert_str_eq(shown_list(s, "Q0"), "8 7 6 5 4 3 2");
    shown_close(s);
}
END_TEST

/* Lifetime 3, times from 0.  1 is used at 0 and 2, 2 at 1 and 3, which puts them into Q1
 * up to 5 and 6.  So 1 goes down at 6, after 4, and 2 at 7, after 5, which has evicted 3.
 * 3 had been used once, so that it comes back into Q1. */
START_TEST(a_page_not_used_for_the_lifetime_goes_down_and_qout_keeps_the_counts)
{
    static const char *const set[] = {"policy={name: mq, lifetime: 3}", "machine.frames=4",
                                      NULL};
    struct shown *s = shown_open("1 2 1 2 3 4 5 3", set);
    shown_take(s, 5);
    ck_assert_str_eq(shown_list(s, "Q1"), "2 1");
    ck_assert_str_eq(shown_list(s, "Q0"), "3");
    shown_take(s, 1);
    ck_assert_str_eq(shown_list(s, "Q1"), "2");
    ck_assert_str_eq(shown_list(s, "Q0"), "1 4 3");
    shown_evicts(s, 3, "page 3 is the oldest of Q0, the lowest queue that is not empty");
    ck_assert_str_eq(shown_list(s, "Q0"), "2 5 1 4");
    ck_assert_str_eq(shown_list(s, "Qout"), "3");
    shown_evicts(s, 4, NULL);
    ck_assert_str_eq(shown_list(s, "Q1"), "3");
    ck_assert_str_eq(shown_list(s, "Q0"), "2 5 1");
    ck_assert_str_eq(shown_list(s, "Qout"), "4");
    shown_close(s);
}
END_TEST

/* A page that has been used more often is evicted when all others have: here none is in
 * Q0. */
START_TEST(the_victim_comes_from_a_higher_queue_if_the_lower_ones_are_empty)
{
    static const char *const set[] = {"policy={name: mq, lifetime: 100}",
                                      "machine.frames=2", NULL};
    struct shown *s = shown_open("1 2 1 2 1 2 3", set);
    shown_take(s, 6);
    ck_assert_str_eq(shown_list(s, "Q1"), "2 1");
    shown_evicts(s, 1, "page 1 is the oldest of Q1, the lowest queue that is not empty");
    shown_close(s);
}
END_TEST

/* Three pages in turn, in two frames: each comes back after 3 uses, in the class of 2 and
 * 3.  Uses at distances up to the number of frames do not count. */
START_TEST(the_lifetime_is_the_peak_temporal_distance)
{
    static const char *const set[] = {"policy=mq", "machine.frames=2", NULL};
    struct shown *s = shown_open("1 2 3 1 2 3 2 3 2 3 2 3", set);
    shown_take(s, 3);
    ck_assert_uint_eq(shown_total(s, "lifetime"), 2);
    shown_take(s, 9);
    ck_assert_uint_eq(shown_total(s, "lifetime"), 3);
    shown_close(s);
}
END_TEST

START_TEST(the_oldest_of_qout_makes_room)
{
    static const char *const set[] = {"policy={name: mq, ghosts: 1}", "machine.frames=2",
                                      NULL};
    struct shown *s = shown_open("1 2 3 4 5", set);
    shown_take(s, 4);
    ck_assert_str_eq(shown_list(s, "Qout"), "2 1");
    shown_evicts(s, 3, NULL);
    ck_assert_str_eq(shown_list(s, "Qout"), "3 2");
    shown_close(s);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("mq");
    TCase *tests = tcase_create("mq");
    tcase_add_loop_test(tests, hits_and_victims_are_those_of_the_papers_algorithm, 0,
                        ARRAY_LEN(models));
    tcase_add_test(tests, the_eighth_use_of_a_page_promotes_it_from_q2_to_q3);
    tcase_add_test(tests,
                   a_page_not_used_for_the_lifetime_goes_down_and_qout_keeps_the_counts);
    tcase_add_test(tests, the_victim_comes_from_a_higher_queue_if_the_lower_ones_are_empty);
    tcase_add_test(tests, the_lifetime_is_the_peak_temporal_distance);
    tcase_add_test(tests, the_oldest_of_qout_makes_room);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
