/* sieve_test.c -- SIEVE: by hand, and against a slow model of its paper's algorithm 1. */
#include "policy/policy_model.h"
#include "policy/shown.h"

/* A queue in an array: [0] is the head, where pages come in. */
struct model {
    uint64_t frames, n;
    vpn_t pages[STRING_FRAMES_MAX];
    bool visited[STRING_FRAMES_MAX];
    vpn_t hand; /* a page, or NO_VICTIM: nil */
};

static void *model_create(uint64_t frames, const void *params)
{
    struct model *m = calloc(1, sizeof *m);
    (void)params;
    ck_assert_ptr_nonnull(m);
    m->frames = frames;
    m->hand = NO_VICTIM;
    return m;
}

static uint64_t model_find(const struct model *m, vpn_t page)
{
    uint64_t i = 0;
    while (i < m->n && m->pages[i] != page)
        i++;
    return i;
}

static vpn_t model_evict(struct model *m)
{
    uint64_t at = m->hand == NO_VICTIM ? m->n - 1 : model_find(m, m->hand);
    while (m->visited[at]) {
        m->visited[at] = false;
        at = at > 0 ? at - 1 : m->n - 1;
    }
    const vpn_t victim = m->pages[at];
    m->hand = at > 0 ? m->pages[at - 1] : NO_VICTIM;
    m->n--;
    for (uint64_t i = at; i < m->n; i++) {
        m->pages[i] = m->pages[i + 1];
        m->visited[i] = m->visited[i + 1];
    }
    return victim;
}

static bool model_reference(void *state, vpn_t page, vpn_t *victim)
{
    struct model *m = state;
    const uint64_t at = model_find(m, page);
    if (at < m->n) {
        m->visited[at] = true;
        return true;
    }
    if (m->n == m->frames)
        *victim = model_evict(m);
    for (uint64_t i = m->n++; i > 0; i--) {
        m->pages[i] = m->pages[i - 1];
        m->visited[i] = m->visited[i - 1];
    }
    m->pages[0] = page;
    m->visited[0] = false;
    return false;
}

START_TEST(hits_and_victims_are_those_of_the_papers_algorithm)
{
    static const struct policy_model model = {model_create, free, model_reference, NULL};
    static const char *const set[] = {"policy=sieve", NULL};
    model_compare_many(&model, set, 40);
}
END_TEST

/* Worked by hand after algorithm 1: seven frames hold 1 to 7, of which 1, 2 and 7 have been
 * visited; the hand starts at the tail, 1.  8 evicts 3, from behind the two retained ones;
 * 1 and 4 are visited; 9 evicts 5, since 4 is retained; 2 is visited; 10 evicts 6. */
START_TEST(retained_pages_keep_their_place_and_the_hand_goes_on_from_where_it_was)
{
    static const char *const set[] = {"policy=sieve", "machine.frames=7", NULL};
    struct shown *s = shown_open("1 2 3 4 5 6 7 1 2 7 8 1 4 9 2 10", set);
    shown_take(s, 10);
    ck_assert_uint_eq(shown_hand(s, "hand"), 0);
    shown_evicts(s, 3,
                 "the hand passed 2 visited pages and cleared the bit; page 3 is the first "
                 "that was not visited since the hand was there");
    ck_assert_str_eq(shown_list(s, "queue, newest first"), "8 7 6 5 4 2 1");
    ck_assert_uint_eq(shown_hand(s, "hand"), 3);
    shown_take(s, 2);
    shown_evicts(s, 5, NULL);
    ck_assert_str_eq(shown_list(s, "queue, newest first"), "9 8 7 6 4 2 1");
    shown_take(s, 1);
    shown_evicts(s, 6, "page 6 is the first that was not visited since the hand was there");
    ck_assert_str_eq(shown_list(s, "queue, newest first"), "10 9 8 7 4 2 1");
    shown_close(s);
}
END_TEST

/* 3 is the newest when it goes: the hand starts from the tail again, where 1 is not visited
 * any more. */
START_TEST(the_hand_returns_to_the_tail_after_the_head)
{
    static const char *const set[] = {"policy=sieve", "machine.frames=3", NULL};
    struct shown *s = shown_open("1 2 3 1 2 4 5", set);
    shown_take(s, 5);
    shown_evicts(s, 3, NULL);
    ck_assert_uint_eq(shown_hand(s, "hand"), 0);
    shown_evicts(s, 1, NULL);
    shown_close(s);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("sieve");
    TCase *tests = tcase_create("sieve");
    tcase_add_test(tests, hits_and_victims_are_those_of_the_papers_algorithm);
    tcase_add_test(tests,
                   retained_pages_keep_their_place_and_the_hand_goes_on_from_where_it_was);
    tcase_add_test(tests, the_hand_returns_to_the_tail_after_the_head);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
