/* pff_test.c -- the policy `pff` against its definition. */
#include "policy/allocation_model.h"

/* --- a slow model ------------------------------------------------------------------------ */

/* Has the page been used since the last fault?  The reference that faulted counts with
 * ref_on_load. */
static bool used(const struct allocation *a, vpn_t page, uint64_t t)
{
    return model_last_use(a, page, t) > a->fault_time ||
           (a->ref_on_load && a->fault_time > 0 && a->uses[a->fault_time - 1].page == page);
}

/* Bring the pages in the order in which they go if they must: first those not used since the
 * last fault, as they were, then the others, as they were.  Returns how many are the
 * first. */
static uint64_t put_in_order(struct allocation *a, uint64_t t)
{
    vpn_t order[MODEL_PAGES];
    uint64_t n = 0, idle = 0;
    for (int which = 0; which < 2; which++)
        for (uint64_t i = 0; i < a->nresident; i++)
            if (used(a, a->order[i], t) == which) {
                order[n++] = a->order[i];
                idle += which == 0;
            }
    memcpy(a->order, order, sizeof order);
    return idle;
}

static void first_goes(struct allocation *a)
{
    model_evict(a, a->order[0]);
    memmove(a->order, a->order + 1, a->nresident * sizeof *a->order);
}

static void reference(struct allocation *a, uint64_t t)
{
    const struct use *use = &a->uses[t - 1];
    if (!a->resident[use->page]) {
        uint64_t idle = put_in_order(a, t);
        if (t - a->fault_time > a->window)
            while (idle-- > 0)
                first_goes(a);
        if (a->nresident == a->frames)
            first_goes(a);
        a->order[a->nresident] = use->page;
        model_load(a, use->page);
        a->fault_time = t;
    }
    a->dirty[use->page] |= use->kind == STORE;
}

START_TEST(the_resident_set_is_that_of_the_definition)
{
    allocation_compare_many(reference,
                            "policy={name: pff, threshold: %llu, ref_on_load: %s}");
}
END_TEST

/* --- examples ---------------------------------------------------------------------------- */

/* The string of Bic and Shaw, Operating Systems Principles, 8.3.2, whose times begin at -2
 * with e, d, a, and tau = 2.  At 1 and 6 faults are frequent; at 4 a and e go, not used
 * since 1, and at 9 b and d, not used since 6. */
START_TEST(the_resident_sets_of_bic_and_shaw_are_kept)
{
    static const char *const expected[] = {"acde", "acde", "acde", "bcd",  "bcd", "bcde",
                                           "bcde", "bcde", "ace",  "acde", NULL};
    allocation_example("edaccdbcecead",
                       (const char *[]){"policy={name: pff, threshold: 2}", NULL}, 4,
                       expected);
}
END_TEST

/* After the fault at 2 the next one comes 3 references later. */
START_TEST(pages_are_given_up_if_faults_are_farther_apart_than_the_threshold)
{
    static const char *const kept[] = {"abc", NULL}, *const left[] = {"bc", NULL};
    allocation_example("abbbc", (const char *[]){"policy={name: pff, threshold: 3}", NULL},
                       5, kept);
    allocation_example("abbbc", (const char *[]){"policy={name: pff, threshold: 2}", NULL},
                       5, left);
}
END_TEST

/* The page loaded at the last fault and not used again. */
START_TEST(the_reference_that_faulted_counts_if_asked)
{
    static const char *const kept[] = {"abc", NULL}, *const left[] = {"ac", NULL};
    const char *set[] = {"policy={name: pff, threshold: 1, ref_on_load: yes}", NULL};
    allocation_example("abaac", set, 5, kept);
    set[0] = "policy={name: pff, threshold: 1, ref_on_load: no}";
    allocation_example("abaac", set, 5, left);
}
END_TEST

/* Faults are frequent, and memory holds three.  At the fault on d, a has been found unused
 * since the fault on c. */
START_TEST(the_page_found_unused_goes_where_memory_is_too_small)
{
    static const char *const expected[] = {"abc", "abc", "bcd", NULL};
    allocation_example(
        "abcbd",
        (const char *[]){"policy={name: pff, threshold: 10}", "machine.frames=3", NULL}, 3,
        expected);
}
END_TEST

START_TEST(it_says_why_a_page_goes)
{
    struct shown *s = allocation_shown(
        "1 2 3 2 3 2 4 5",
        (const char *[]){"policy={name: pff, threshold: 3}", "machine.frames=3", NULL});
    shown_take(s, 6);
    ck_assert_str_eq(shown_list(s, "pages, last found used first"), "3 2 1");
    shown_evicts(
        s, 1,
        "the last fault was 4 references ago, more than 3, and page 1 has not been "
        "used since");
    ck_assert_str_eq(shown_list(s, "pages, last found used first"), "4 3 2");
    shown_evicts(s, 2,
                 "memory holds less than is wanted, of which page 2 was found used longest "
                 "ago");
    shown_close(s);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("pff");
    TCase *tests = tcase_create("pff");
    tcase_add_test(tests, the_resident_set_is_that_of_the_definition);
    tcase_add_test(tests, the_resident_sets_of_bic_and_shaw_are_kept);
    tcase_add_test(tests,
                   pages_are_given_up_if_faults_are_farther_apart_than_the_threshold);
    tcase_add_test(tests, the_reference_that_faulted_counts_if_asked);
    tcase_add_test(tests, the_page_found_unused_goes_where_memory_is_too_small);
    tcase_add_test(tests, it_says_why_a_page_goes);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
