/* recency_test.c -- the order of last pushes against a plain list. */
#include "curve/recency.h"

#include "base/rng.h"

#include <check.h>
#include <stdlib.h>

enum { PAGES_MAX = 4096 };

static struct {
    page_t pages[PAGES_MAX]; /* newest first */
    uint32_t n;
} list;

static uint32_t list_take(page_t page)
{
    uint32_t newer = 0;
    while (list.pages[newer] != page)
        newer++;
    memmove(list.pages + newer, list.pages + newer + 1,
            (--list.n - newer) * sizeof *list.pages);
    return newer;
}

static void list_push(page_t page)
{
    memmove(list.pages + 1, list.pages, list.n++ * sizeof *list.pages);
    list.pages[0] = page;
}

static void must_equal(uint32_t got, uint32_t expected, unsigned turn)
{
    if (got != expected)
        ck_abort_msg("turn %u: %u newer instead of %u", turn, got, expected);
}

/* Push or take random pages of the first npages, most often recent ones. */
static void churn(struct recency *recency, struct rng *rng, page_t npages, unsigned turns)
{
    for (unsigned turn = 0; turn < turns; turn++) {
        page_t page = (page_t)rng_below(rng, npages);
        if (list.n > 0 && rng_below(rng, 2))
            page = list.pages[rng_below(rng, 1 + rng_below(rng, list.n))];
        if (recency->slot_of[page] < RECENCY_OUT) {
            must_equal(recency_take(recency, page), list_take(page), turn);
            ck_assert(recency->slot_of[page] == RECENCY_OUT);
        }
        if (rng_below(rng, 100)) {
            recency_push(recency, page);
            list_push(page);
        }
    }
}

/* Slots are moved together many times in each of these, and once each into more slots. */
START_TEST(as_many_are_newer_as_in_a_list)
{
    static const page_t npages[] = {1, 2, 100, 1024, 1025, PAGES_MAX};
    struct recency recency = {0};
    struct rng rng;
    rng_seed(&rng, 1);
    list.n = 0;
    for (size_t i = 0; i < ARRAY_LEN(npages); i++) {
        ck_assert_int_eq(recency_reserve(&recency, npages[i], NULL), OK);
        for (page_t page = i ? npages[i - 1] : 0; page < npages[i]; page++)
            ck_assert(recency.slot_of[page] == RECENCY_NEVER);
        churn(&recency, &rng, npages[i], 30000);
    }
    ck_assert_uint_ge(recency_bytes(&recency), PAGES_MAX * sizeof(uint32_t));
    recency_release(&recency);
}
END_TEST

START_TEST(more_pages_than_slots_can_have_are_refused)
{
    struct recency recency = {0};
    struct error err;
    ck_assert_int_eq(recency_reserve(&recency, ((size_t)1 << 29) + 1, &err), ERR_CELL);
    ck_assert_str_eq(err.text, "more than 2^29 pages");
    recency_release(&recency);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("recency");
    TCase *tests = tcase_create("recency");
    tcase_add_test(tests, as_many_are_newer_as_in_a_list);
    tcase_add_test(tests, more_pages_than_slots_can_have_are_refused);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
