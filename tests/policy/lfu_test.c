/* lfu_test.c -- LFU: a string worked by hand under each tie rule, and against a slow model
 * that looks at all counts. */
#include "policy/variants.h"

enum tie { LRU, MRU, FIFO, LIFO };

struct model_params {
    enum tie tie;
    bool perfect;
};

struct model {
    uint64_t frames, now;
    struct model_params params;
    struct page_list resident;
    uint64_t count[VARIANT_PAGES_MAX], loaded[VARIANT_PAGES_MAX],
        used[VARIANT_PAGES_MAX]; /* [page] */
};

static void *model_create(uint64_t frames, const void *params)
{
    struct model *m = calloc(1, sizeof *m);
    ck_assert_ptr_nonnull(m);
    m->frames = frames;
    m->params = *(const struct model_params *)params;
    return m;
}

/* Does a go before b? */
static bool goes_before(const struct model *m, vpn_t a, vpn_t b)
{
    if (m->count[a] != m->count[b])
        return m->count[a] < m->count[b];
    switch (m->params.tie) {
    case LRU:
        return m->used[a] < m->used[b];
    case MRU:
        return m->used[a] > m->used[b];
    case FIFO:
        return m->loaded[a] < m->loaded[b];
    default:
        return m->loaded[a] > m->loaded[b];
    }
}

static bool model_reference(void *state, vpn_t page, vpn_t *victim)
{
    struct model *m = state;
    const bool hit = list_has(&m->resident, page);
    m->now++;
    if (!hit && m->resident.n == m->frames) {
        *victim = m->resident.pages[0];
        for (uint64_t i = 1; i < m->resident.n; i++)
            if (goes_before(m, m->resident.pages[i], *victim))
                *victim = m->resident.pages[i];
        list_remove(&m->resident, *victim);
        if (!m->params.perfect)
            m->count[*victim] = 0;
    }
    if (!hit) {
        list_push(&m->resident, page);
        m->loaded[page] = m->now;
    }
    m->count[page]++;
    m->used[page] = m->now;
    return hit;
}

static const struct {
    struct model_params params;
    const char *set;
} models[] = {
    {{LRU, false}, "policy=lfu"},
    {{MRU, false}, "policy={name: lfu, tie: mru}"},
    {{FIFO, false}, "policy={name: lfu, tie: fifo}"},
    {{LIFO, false}, "policy={name: lfu, tie: lifo}"},
    {{LRU, true}, "policy={name: lfu, count: perfect}"},
    {{LIFO, true}, "policy={name: lfu, count: perfect, tie: lifo}"},
};

START_TEST(hits_and_victims_are_those_of_the_model)
{
    const struct policy_model model = {model_create, free, model_reference,
                                       &models[_i].params};
    variant_compare(&model, models[_i].set, _i);
}
END_TEST

/* When 5 comes, 1 and 4 have been used twice, 2 and 3 once; 2 was loaded and used before
 * 3. */
static const struct {
    const char *set;
    vpn_t victim;
    const char *why;
} ties[] = {
    {"policy=lfu", 2, "used longest ago"},
    {"policy={name: lfu, tie: mru}", 3, "used last"},
    {"policy={name: lfu, tie: fifo}", 2, "loaded first"},
    {"policy={name: lfu, tie: lifo}", 3, "loaded last"},
};

START_TEST(of_pages_with_the_least_count_the_tie_rule_takes_one)
{
    const char *const set[] = {ties[_i].set, "machine.frames=4", NULL};
    char why[256];
    struct shown *s = shown_open("1 2 3 4 1 4 5", set);
    shown_take(s, 6);
    ck_assert_uint_eq(shown_number(s, "count", 4), 2);
    snprintf(why, sizeof why,
             "no page was used less often than page %" PRIu64 ", 1 time, and of those it "
             "was %s",
             ties[_i].victim, ties[_i].why);
    shown_evicts(s, ties[_i].victim, why);
    shown_close(s);
}
END_TEST

/* 1 is used three times, evicted and loaded again. */
#define RETURN "1 2 1 3 1 2 3 2 3 2 3 4 1"

START_TEST(in_the_cache_a_count_begins_anew_at_every_loading)
{
    static const char *const set[] = {"policy=lfu", "machine.frames=3", NULL};
    struct shown *s = shown_open(RETURN, set);
    shown_take(s, 11); /* 1: 3 times, 2 and 3: 4 times */
    shown_evicts(s, 1, NULL);
    shown_evicts(s, 4, NULL);
    ck_assert_uint_eq(shown_number(s, "count", 1), 1);
    shown_close(s);
}
END_TEST

START_TEST(a_perfect_count_goes_on)
{
    static const char *const set[] = {"policy={name: lfu, count: perfect}",
                                      "machine.frames=3", NULL};
    struct shown *s = shown_open(RETURN, set);
    shown_take(s, 13);
    ck_assert_uint_eq(shown_number(s, "count", 1), 4);
    shown_close(s);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("lfu");
    TCase *tests = tcase_create("lfu");
    tcase_add_loop_test(tests, hits_and_victims_are_those_of_the_model, 0,
                        ARRAY_LEN(models));
    tcase_add_loop_test(tests, of_pages_with_the_least_count_the_tie_rule_takes_one, 0,
                        ARRAY_LEN(ties));
    tcase_add_test(tests, in_the_cache_a_count_begins_anew_at_every_loading);
    tcase_add_test(tests, a_perfect_count_goes_on);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
