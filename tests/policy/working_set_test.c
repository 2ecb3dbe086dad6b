/* working_set_test.c -- the policy `working-set` against Denning's definition. */
#include "policy/allocation_model.h"

/* --- a slow model ------------------------------------------------------------------------ */

/* W(t, T): the distinct pages among the T references up to number t. */
static void working_set(const struct allocation *a, uint64_t t, bool pages[MODEL_PAGES])
{
    memset(pages, 0, MODEL_PAGES * sizeof *pages);
    for (uint64_t u = t > a->window ? t - a->window + 1 : 1; u <= t; u++)
        pages[a->uses[u - 1].page] = true;
}

static vpn_t used_longest_ago(const struct allocation *a, uint64_t t)
{
    vpn_t oldest = MODEL_PAGES;
    for (vpn_t page = 0; page < MODEL_PAGES; page++)
        if (a->resident[page] &&
            (oldest == MODEL_PAGES ||
             model_last_use(a, page, t) < model_last_use(a, oldest, t)))
            oldest = page;
    return oldest;
}

static void reference(struct allocation *a, uint64_t t)
{
    const struct use *use = &a->uses[t - 1];
    bool wanted[MODEL_PAGES];
    working_set(a, t - 1, wanted);
    for (vpn_t page = 0; page < MODEL_PAGES; page++)
        if (a->resident[page] && !wanted[page])
            model_evict(a, page);
    if (!a->resident[use->page]) {
        if (a->nresident == a->frames)
            model_evict(a, used_longest_ago(a, t));
        model_load(a, use->page);
    }
    a->dirty[use->page] |= use->kind == STORE;
}

START_TEST(the_resident_set_is_that_of_the_definition)
{
    allocation_compare_many(reference, "policy={name: working-set, window: %llu}");
}
END_TEST

/* --- examples ---------------------------------------------------------------------------- */

/* What is resident between reference t and the next one: that at t + 1 without the page
 * that is loaded then. */
static void check_set(const char *string, const char *policy, uint64_t t,
                      const char *expected)
{
    struct use uses[64];
    size_t n = 0;
    char text[4 * MODEL_PAGES], *end;
    for (const char *at = string; *at; at = end)
        uses[n++] = (struct use){strtoull(at, &end, 10), LOAD};
    const vpn_t unused = MODEL_PAGES - 1;
    uses[t] = (struct use){unused, LOAD};
    struct allocation_run run;
    bool resident[MODEL_PAGES] = {0};
    allocation_open(&run, uses, t + 1, (const char *[]){policy, NULL});
    while (allocation_step(&run))
        allocation_resident(&run, resident);
    ck_assert_uint_eq(run.done, t + 1);
    ck_assert(resident[unused]);
    resident[unused] = false;
    ck_assert_str_eq(allocation_text(resident, text), expected);
    string_close(&run.run);
}

/* Silberschatz, Galvin, Gagne, Operating System Concepts, 10th edition, figure 10.20 (9th
 * edition, 9.20). */
START_TEST(the_working_sets_of_silberschatz_are_resident)
{
    static const char string[] = "2 6 1 5 7 7 7 7 5 1 6 2 3 4 1 2 3 4 4 4 3 4 3 4 4 4 "
                                 "1 3 2 3 4 4 4 3 4 4 4";
    static const char policy[] = "policy={name: working-set, window: 10}";
    check_set(string, policy, 10, "{1 2 5 6 7}");
    check_set(string, policy, 26, "{3 4}");
}
END_TEST

/* The string of Bic and Shaw, Operating Systems Principles, 8.3.2, whose times begin at -2
 * with e, d, a.  There a page is shown up to and with the time that is tau = 3 references
 * after its last use, which is here what is in memory during that reference. */
START_TEST(the_resident_sets_of_bic_and_shaw_are_kept)
{
    static const char *const expected[] = {"acde", "acd", "acd", "bcd",  "bcd", "bcde",
                                           "bce",  "ce",  "ace", "acde", NULL};
    allocation_example("edaccdbcecead",
                       (const char *[]){"policy={name: working-set, window: 3}", NULL}, 4,
                       expected);
}
END_TEST

/* A window of 3 covers the page's last use if it is 3 references ago, not if it is 4. */
START_TEST(a_page_stays_for_as_many_references_as_the_window_has)
{
    const char *const set[] = {"policy={name: working-set, window: 3}", NULL};
    ck_assert_uint_eq(replay_string("1 2 3 1", set).faults, 3);
    ck_assert_uint_eq(replay_string("1 2 3 2 1", set).faults, 4);
}
END_TEST

/* All three pages are in the window of 10, and memory holds two. */
START_TEST(the_page_used_longest_ago_goes_where_memory_is_too_small)
{
    const char *const set[] = {"policy={name: working-set, window: 10}", "machine.frames=2",
                               NULL};
    const struct replayed run = replay_string("1 2 1 3", set);
    ck_assert_uint_eq(run.victim[3], 2);
}
END_TEST

START_TEST(it_says_why_a_page_goes)
{
    struct shown *s = allocation_shown(
        "1 2 3 4 5", (const char *[]){"policy={name: working-set, window: 3}", NULL});
    shown_take(s, 4);
    shown_evicts(s, 1,
                 "page 1 has left the working set: it was used 4 references ago, and the "
                 "window is 3");
    ck_assert_str_eq(shown_list(s, "working set, last used first"), "5 4 3 2");
    ck_assert_uint_eq(shown_number(s, "age", 5), 0);
    ck_assert_uint_eq(shown_number(s, "age", 2), 3);
    shown_close(s);
    s = allocation_shown("1 2 1 3",
                         (const char *[]){"policy={name: working-set, window: 10}",
                                          "machine.frames=2", NULL});
    shown_take(s, 3);
    shown_evicts(s, 2,
                 "memory holds less than the working set, of which page 2 was used longest "
                 "ago: 2 references");
    shown_close(s);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("working-set");
    TCase *tests = tcase_create("working-set");
    tcase_add_test(tests, the_resident_set_is_that_of_the_definition);
    tcase_add_test(tests, the_working_sets_of_silberschatz_are_resident);
    tcase_add_test(tests, the_resident_sets_of_bic_and_shaw_are_kept);
    tcase_add_test(tests, a_page_stays_for_as_many_references_as_the_window_has);
    tcase_add_test(tests, the_page_used_longest_ago_goes_where_memory_is_too_small);
    tcase_add_test(tests, it_says_why_a_page_goes);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
