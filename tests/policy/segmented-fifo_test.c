/* segmented-fifo_test.c -- segmented FIFO against a slow model of two lists, against the
 * FIFO and LRU between which it lies, and by hand. */
#include "policy/policy_model.h"
#include "policy/shown.h"

/* One list, newest first: the first `primary` pages are the primary segment.  A use there
 * changes nothing; any other page used, in the list or not, comes to the front. */
struct model {
    uint64_t frames, primary, n;
    vpn_t pages[STRING_FRAMES_MAX];
};

static void *model_create(uint64_t frames, const void *params)
{
    struct model *m = calloc(1, sizeof *m);
    ck_assert_ptr_nonnull(m);
    const uint64_t secondary = frames * *(const uint64_t *)params / 100;
    m->frames = frames;
    m->primary = secondary < frames ? frames - secondary : 1;
    return m;
}

static bool model_reference(void *state, vpn_t page, vpn_t *victim)
{
    struct model *m = state;
    uint64_t at = 0;
    while (at < m->n && m->pages[at] != page)
        at++;
    const bool hit = at < m->n;
    if (hit && at < m->primary)
        return true;
    if (!hit && m->n < m->frames) {
        m->n++;
    } else if (!hit) {
        at--;
        *victim = m->pages[at];
    }
    for (; at > 0; at--)
        m->pages[at] = m->pages[at - 1];
    m->pages[0] = page;
    return hit;
}

START_TEST(hits_and_victims_are_those_of_two_fifo_lists)
{
    static const struct {
        uint64_t percent;
        const char *policy;
    } rows[] = {
        {25, "policy=segmented-fifo"},
        {29, "policy={name: segmented-fifo, secondary: 0.29}"},
        {50, "policy={name: segmented-fifo, secondary: 0.5}"},
        {90, "policy={name: segmented-fifo, secondary: 0.9}"},
    };
    const char *const set[] = {rows[_i].policy, NULL};
    const struct policy_model model = {model_create, free, model_reference,
                                       &rows[_i].percent};
    model_compare_many(&model, set, 40);
}
END_TEST

/* Turner, Levy 1981, abstract: the curves lie between FIFO and LRU.  The ends of the family
 * are these. */
START_TEST(without_a_second_segment_it_is_fifo_and_with_nothing_else_lru)
{
    static const char *const policies[][2] = {
        {"policy={name: segmented-fifo, secondary: 0}", "policy=fifo"},
        {"policy={name: segmented-fifo, secondary: 1}", "policy=lru"}};
    char string[20 * STRING_MAX], *end = string;
    struct rng rng;
    rng_seed(&rng, 7);
    vpn_t last = 0;
    for (size_t i = 0; i < 2000; i++) {
        last = model_next_page(&rng, last, 40);
        end += sprintf(end, i ? " %" PRIu64 : "%" PRIu64, last);
    }
    for (size_t i = 0; i < ARRAY_LEN(policies); i++) {
        const char *const first[] = {policies[i][0], "machine.frames=16", NULL};
        const char *const second[] = {policies[i][1], "machine.frames=16", NULL};
        const struct replayed a = replay_string(string, first);
        const struct replayed b = replay_string(string, second);
        ck_assert_uint_gt(b.page_outs, 100);
        ck_assert_mem_eq(a.victim, b.victim, b.n * sizeof *b.victim);
    }
}
END_TEST

/* Four frames, two of them secondary, by hand.  3 and 4 push 1 and 2 out of the primary
 * segment.  A use of 4 changes nothing; one of 1 takes it back, and 3 goes over instead.  5
 * evicts 2, the oldest there, and pushes 4 over. */
START_TEST(a_use_takes_a_page_back_from_the_second_segment)
{
    static const char *const set[] = {"policy={name: segmented-fifo, secondary: 0.5}",
                                      "machine.frames=4", NULL};
    struct shown *s = shown_open("1 2 3 4 3 4 1 5 6", set);
    shown_take(s, 6);
    ck_assert_str_eq(shown_list(s, "primary, newest first"), "4 3");
    ck_assert_str_eq(shown_list(s, "secondary, newest first"), "2 1");
    shown_take(s, 1);
    ck_assert_str_eq(shown_list(s, "primary, newest first"), "1 4");
    ck_assert_str_eq(shown_list(s, "secondary, newest first"), "3 2");
    shown_evicts(s, 2,
                 "page 2 has been in the secondary segment longest and was not used there");
    ck_assert_str_eq(shown_list(s, "primary, newest first"), "5 1");
    ck_assert_str_eq(shown_list(s, "secondary, newest first"), "4 3");
    shown_evicts(s, 3, NULL);
    ck_assert_uint_eq(s->run.cell.pager.counts.faults, 6);
    shown_close(s);
}
END_TEST

START_TEST(with_no_second_segment_the_reason_is_age)
{
    static const char *const set[] = {"policy={name: segmented-fifo, secondary: 0}",
                                      "machine.frames=2", NULL};
    struct shown *s = shown_open("1 2 1 3", set);
    shown_take(s, 3);
    shown_evicts(s, 1,
                 "page 1 is the oldest of the primary segment; the secondary one is empty");
    shown_close(s);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("segmented-fifo");
    TCase *tests = tcase_create("segmented-fifo");
    tcase_add_loop_test(tests, hits_and_victims_are_those_of_two_fifo_lists, 0, 4);
    tcase_add_test(tests, without_a_second_segment_it_is_fifo_and_with_nothing_else_lru);
    tcase_add_test(tests, a_use_takes_a_page_back_from_the_second_segment);
    tcase_add_test(tests, with_no_second_segment_the_reason_is_age);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
