/* vmin_test.c -- the policy `vmin` against its definition. */
#include "policy/allocation_model.h"

/* --- a slow model ------------------------------------------------------------------------ */

static vpn_t used_last(const struct allocation *a, uint64_t t)
{
    vpn_t farthest = MODEL_PAGES;
    for (vpn_t page = 0; page < MODEL_PAGES; page++)
        if (a->resident[page] &&
            (farthest == MODEL_PAGES ||
             model_next_use(a, page, t) > model_next_use(a, farthest, t)))
            farthest = page;
    return farthest;
}

/* What is used next more than the window after its last use has left at that use. */
static void reference(struct allocation *a, uint64_t t)
{
    const struct use *use = &a->uses[t - 1];
    for (vpn_t page = 0; page < MODEL_PAGES; page++) {
        const uint64_t last = a->resident[page] ? model_last_use(a, page, t) : 0;
        if (last > 0 && model_next_use(a, page, last) - last > a->window)
            model_evict(a, page);
    }
    if (!a->resident[use->page]) {
        if (a->nresident == a->frames)
            model_evict(a, used_last(a, t));
        model_load(a, use->page);
    }
    a->dirty[use->page] |= use->kind == STORE;
}

START_TEST(the_resident_set_is_that_of_the_definition)
{
    allocation_compare_many(reference, "policy={name: vmin, window: %llu}");
}
END_TEST

/* Prieve and Fabry: with the same window VMIN faults as often as the working set, and takes
 * less memory. */
START_TEST(it_faults_as_often_as_the_working_set_in_less_memory)
{
    static struct use uses[STRING_MAX];
    for (uint64_t seed = 1; seed <= 20; seed++) {
        static const char *const names[] = {"vmin", "working-set"};
        uint64_t faults[2];
        double mean[2];
        allocation_program(uses, 2000, MODEL_PAGES, seed);
        for (int i = 0; i < 2; i++) {
            struct allocation_run r;
            struct error err = {0};
            char setting[64];
            snprintf(setting, sizeof setting, "policy={name: %s, window: %" PRIu64 "}",
                     names[i], 3 * seed);
            allocation_open(&r, uses, 2000, (const char *[]){setting, NULL});
            ASSERT_OK(pager_replay(&r.run.cell.pager, &r.run.string.paged, &err), &err);
            faults[i] = r.run.cell.pager.counts.faults;
            mean[i] = instance_resident_mean(r.run.cell.pager.instances[0]);
            string_close(&r.run);
        }
        ck_assert_uint_eq(faults[0], faults[1]);
        ck_assert(mean[0] < mean[1]);
    }
}
END_TEST

/* --- examples ---------------------------------------------------------------------------- */

/* The string of Bic and Shaw, Operating Systems Principles, 8.3.2, whose times begin at 0
 * with d, and tau = 3: d is kept from 0 to 3, given up after 3, since it is not used until
 * 10; b, a and d at 10 are there for one reference only. */
START_TEST(the_resident_sets_of_bic_and_shaw_are_kept)
{
    static const char *const expected[] = {"d",  "cd", "cd", "cd", "bc", "c",
                                           "ce", "ce", "e",  "a",  "d",  NULL};
    allocation_example("dccdbcecead",
                       (const char *[]){"policy={name: vmin, window: 3}", NULL}, 1,
                       expected);
}
END_TEST

/* The window of 3 reaches as far as the third reference after a use. */
START_TEST(a_page_is_kept_whose_next_use_is_at_the_end_of_the_window)
{
    const char *const set[] = {"policy={name: vmin, window: 3}", NULL};
    ck_assert_uint_eq(replay_string("1 2 3 1", set).faults, 3);
    ck_assert_uint_eq(replay_string("1 2 3 2 1", set).faults, 4);
}
END_TEST

/* At 3, the pages 1 and 2 are wanted, at once and in two references, and memory holds two. */
START_TEST(the_page_used_last_goes_where_memory_is_too_small)
{
    const char *const set[] = {"policy={name: vmin, window: 10}", "machine.frames=2", NULL};
    const struct replayed run = replay_string("1 2 3 1 2 3", set);
    ck_assert_uint_eq(run.victim[2], 2);
}
END_TEST

START_TEST(it_says_why_a_page_goes)
{
    struct shown *s = allocation_shown(
        "1 2 1 2 4 2 4 1", (const char *[]){"policy={name: vmin, window: 3}", NULL});
    shown_take(s, 3);
    shown_evicts(s, 1,
                 "page 1 is used next at reference 8, more than 3 after its last use");
    ck_assert_uint_eq(shown_number(s, "next use", 2), 6);
    shown_take(s, 2);
    shown_evicts(s, 2, "page 2 is never used again");
    shown_take(s, 1);
    shown_close(s);
    s = allocation_shown("1 2 3 1 2 3", (const char *[]){"policy={name: vmin, window: 10}",
                                                         "machine.frames=2", NULL});
    shown_take(s, 2);
    ck_assert_uint_eq(shown_number(s, "next use", 1), 4);
    shown_evicts(s, 2,
                 "memory holds less than is wanted, of which page 2 is used last: at "
                 "reference 5");
    shown_take(s, 3);
    shown_close(s);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("vmin");
    TCase *tests = tcase_create("vmin");
    tcase_add_test(tests, the_resident_set_is_that_of_the_definition);
    tcase_add_test(tests, it_faults_as_often_as_the_working_set_in_less_memory);
    tcase_add_test(tests, the_resident_sets_of_bic_and_shaw_are_kept);
    tcase_add_test(tests, a_page_is_kept_whose_next_use_is_at_the_end_of_the_window);
    tcase_add_test(tests, the_page_used_last_goes_where_memory_is_too_small);
    tcase_add_test(tests, it_says_why_a_page_goes);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
