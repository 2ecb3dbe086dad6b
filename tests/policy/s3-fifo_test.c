/* s3-fifo_test.c -- S3-FIFO: algorithm 1 of Yang et al., SOSP 2023, by hand and as a slow
 * model.  The model evicts one page at a time, as the authors' libCacheSim does; the algorithm
 * as printed goes on in the small queue after the main one has given way. */
#include "policy/list_model.h"

enum { MODEL_PAGES = 256 };

struct model_params {
    uint64_t small_percent, ghost_percent;
    bool fill_main;
};

struct model {
    uint64_t frames, small_size, ghost_size;
    bool fill_main, evicted;
    struct page_list small, main, ghost;
    unsigned uses[MODEL_PAGES];
};

static void *model_create(uint64_t frames, const void *params)
{
    const struct model_params *p = params;
    struct model *m = calloc(1, sizeof *m);
    ck_assert_ptr_nonnull(m);
    m->frames = frames;
    m->small_size = frames * p->small_percent / 100;
    m->ghost_size = frames * (100 - p->small_percent) * p->ghost_percent / 10000;
    m->fill_main = p->fill_main;
    return m;
}

static vpn_t model_evict(struct model *m)
{
    m->evicted = true;
    if (m->small.n >= m->small_size) {
        while (m->small.n > 0) {
            const vpn_t page = list_pop_oldest(&m->small);
            if (m->uses[page] <= 1) {
                list_push(&m->ghost, page);
                if (m->ghost.n > m->ghost_size)
                    list_pop_oldest(&m->ghost);
                return page;
            }
            m->uses[page] = 0;
            list_push(&m->main, page);
        }
    }
    for (;;) {
        const vpn_t page = list_pop_oldest(&m->main);
        if (m->uses[page] == 0)
            return page;
        m->uses[page]--;
        list_push(&m->main, page);
    }
}

static bool model_reference(void *state, vpn_t page, vpn_t *victim)
{
    struct model *m = state;
    ck_assert_uint_lt(page, MODEL_PAGES);
    if (list_has(&m->small, page) || list_has(&m->main, page)) {
        m->uses[page] += m->uses[page] < 3;
        return true;
    }
    const bool in_ghost = list_has(&m->ghost, page);
    if (in_ghost)
        list_remove(&m->ghost, page);
    if (m->small.n + m->main.n == m->frames)
        *victim = model_evict(m);
    const bool fills = m->fill_main && !m->evicted && m->small.n >= m->small_size;
    list_push(in_ghost || fills ? &m->main : &m->small, page);
    m->uses[page] = 0;
    return false;
}

static const struct {
    const char *policy;
    struct model_params params;
} kinds[] = {
    {"policy=s3-fifo", {10, 100, false}},
    {"policy={name: s3-fifo, small: 40, ghosts: 50, fill: main}", {40, 50, true}},
};

START_TEST(hits_and_victims_are_those_of_the_papers_algorithm)
{
    const struct policy_model model = {model_create, free, model_reference,
                                       &kinds[_i].params};
    const char *const set[] = {kinds[_i].policy, NULL};
    model_compare_many(&model, set, 40);
}
END_TEST

/* Five frames: the small queue is to hold 2 pages, the ghost queue 3.  When 6 comes, 1 has
 * been used twice since it was loaded, and 2 once. */
START_TEST(pages_pass_into_main_if_used_twice_or_wanted_again)
{
    static const char *const set[] = {"policy={name: s3-fifo, small: 40}",
                                      "machine.frames=5", NULL};
    struct shown *s = shown_open("1 1 1 2 2 3 4 5 6 2 7 8 9 4 5 1 10", set);
    shown_take(s, 5);
    ck_assert_uint_eq(shown_number(s, "uses", 1), 2);
    shown_evicts(s, 2,
                 "page 2 is the oldest of the small queue and was used only once since it "
                 "came");
    ck_assert_str_eq(shown_list(s, "small"), "6 5 4 3");
    ck_assert_str_eq(shown_list(s, "main"), "1");
    ck_assert_uint_eq(shown_number(s, "uses", 1), 0);
    shown_evicts(s, 3, NULL); /* 2 was a ghost */
    ck_assert_str_eq(shown_list(s, "main"), "2 1");
    shown_evicts(s, 4, NULL);
    shown_evicts(s, 5, NULL);
    ck_assert_str_eq(shown_list(s, "ghost"), "5 4 3");
    shown_evicts(s, 6, NULL); /* 3 is forgotten */
    shown_evicts(s, 7, NULL);
    shown_evicts(s, 8, NULL);
    ck_assert_str_eq(shown_list(s, "main"), "5 4 2 1");
    ck_assert_str_eq(shown_list(s, "small"), "9");
    shown_take(s, 1); /* 1 is used */
    shown_evicts(s, 2,
                 "page 2 is the oldest of the main queue and has no uses left to count");
    ck_assert_str_eq(shown_list(s, "main"), "1 5 4");
    ck_assert_uint_eq(shown_number(s, "uses", 1), 0);
    ck_assert_str_eq(shown_list(s, "ghost"),
                     "8 7 6"); /* pages of main are not remembered */
    shown_close(s);
}
END_TEST

START_TEST(uses_count_to_three)
{
    static const char *const set[] = {"policy=s3-fifo", "machine.frames=2", NULL};
    struct shown *s = shown_open("1 1 1 2 1 1 1 2", set);
    shown_take(s, 2);
    ck_assert_uint_eq(shown_number(s, "uses", 1), 2);
    shown_take(s, 2);
    ck_assert_uint_eq(shown_number(s, "uses", 1), 3);
    ck_assert_uint_eq(shown_number(s, "uses", 2), 1);
    shown_close(s);
}
END_TEST

START_TEST(before_memory_is_full_pages_come_to_small_or_go_on_into_main)
{
    static const char *const paper[] = {"policy={name: s3-fifo, small: 50}",
                                        "machine.frames=4", NULL};
    static const char *const later[] = {"policy={name: s3-fifo, small: 50, fill: main}",
                                        "machine.frames=4", NULL};
    struct shown *s = shown_open("1 2 3 4 5 6 7", paper);
    shown_take(s, 4);
    ck_assert_str_eq(shown_list(s, "small"), "4 3 2 1");
    shown_evicts(s, 1, NULL);
    shown_evicts(s, 2, NULL);
    shown_evicts(s, 3, NULL);
    shown_close(s);
    s = shown_open("1 2 3 4 5 6 7", later);
    shown_take(s, 4);
    ck_assert_str_eq(shown_list(s, "small"), "2 1");
    ck_assert_str_eq(shown_list(s, "main"), "4 3");
    shown_evicts(s, 1, NULL);
    shown_evicts(s, 2, NULL);
    shown_evicts(s, 5, NULL);
    ck_assert_str_eq(shown_list(s, "main"), "4 3");
    shown_close(s);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("s3-fifo");
    TCase *tests = tcase_create("s3-fifo");
    tcase_add_loop_test(tests, hits_and_victims_are_those_of_the_papers_algorithm, 0,
                        ARRAY_LEN(kinds));
    tcase_add_test(tests, pages_pass_into_main_if_used_twice_or_wanted_again);
    tcase_add_test(tests, uses_count_to_three);
    tcase_add_test(tests, before_memory_is_full_pages_come_to_small_or_go_on_into_main);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
