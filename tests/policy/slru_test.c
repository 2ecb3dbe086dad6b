/* slru_test.c -- segmented LRU: Karedla, Love and Wherry, IEEE Computer 27(3), 1994, by hand
 * and as a slow model, which takes every reference by itself. */
#include "policy/list_model.h"

struct model_params {
    uint64_t segments, protected_percent;
};

struct model {
    uint64_t frames, limit;
    struct model_params params;
    struct page_list segment[8]; /* lowest first */
};

static void *model_create(uint64_t frames, const void *params)
{
    struct model *m = calloc(1, sizeof *m);
    ck_assert_ptr_nonnull(m);
    m->params = *(const struct model_params *)params;
    m->frames = frames;
    m->limit = frames * m->params.protected_percent / 100 / (m->params.segments - 1);
    return m;
}

static bool model_reference(void *state, vpn_t page, vpn_t *victim)
{
    struct model *m = state;
    uint64_t resident = 0, at = m->params.segments;
    for (uint64_t i = 0; i < m->params.segments; i++) {
        resident += m->segment[i].n;
        if (list_has(&m->segment[i], page))
            at = i;
    }
    if (at < m->params.segments) {
        list_remove(&m->segment[at], page);
        at += at + 1 < m->params.segments;
        list_push(&m->segment[at], page);
        for (; at > 0 && m->segment[at].n > m->limit; at--)
            list_push(&m->segment[at - 1], list_pop_oldest(&m->segment[at]));
        return true;
    }
    if (resident == m->frames) {
        uint64_t lowest = 0;
        while (m->segment[lowest].n == 0)
            lowest++;
        *victim = list_pop_oldest(&m->segment[lowest]);
    }
    list_push(&m->segment[0], page);
    return false;
}

static const struct {
    const char *policy;
    struct model_params params;
} kinds[] = {
    {"policy=slru", {2, 80}},
    {"policy={name: slru, segments: 3, protected: 50}", {3, 50}},
    {"policy={name: slru, segments: 4, protected: 75}", {4, 75}},
};

START_TEST(hits_and_victims_are_those_of_single_references)
{
    const struct policy_model model = {model_create, free, model_reference,
                                       &kinds[_i].params};
    const char *const set[] = {kinds[_i].policy, NULL};
    model_compare_many(&model, set, 40);
}
END_TEST

START_TEST(what_the_protected_segment_cannot_hold_gets_another_chance)
{
    static const char *const set[] = {"policy={name: slru, protected: 50}",
                                      "machine.frames=4", NULL};
    struct shown *s = shown_open("1 2 3 4 1 2 3 5 6", set);
    shown_take(s, 6);
    ck_assert_str_eq(shown_list(s, "probationary"), "4 3");
    ck_assert_str_eq(shown_list(s, "protected"), "2 1");
    shown_take(s, 1); /* a third page was used again */
    ck_assert_str_eq(shown_list(s, "probationary"), "1 4");
    ck_assert_str_eq(shown_list(s, "protected"), "3 2");
    shown_evicts(s, 4, "page 4 is the least recently used of the probationary segment");
    ck_assert_str_eq(shown_list(s, "probationary"), "5 1");
    shown_evicts(s, 1, NULL);
    shown_close(s);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("slru");
    TCase *tests = tcase_create("slru");
    tcase_add_loop_test(tests, hits_and_victims_are_those_of_single_references, 0,
                        ARRAY_LEN(kinds));
    tcase_add_test(tests, what_the_protected_segment_cannot_hold_gets_another_chance);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
