/* vpn_tree_test.c -- the tree of pages in the order of their VPNs, against a sorted array. */
#include "pager/vpn_tree.h"

#include "base/rng.h"

#include <check.h>
#include <stdlib.h>

enum { PAGES = 300, STEPS = 4000 };

struct set {
    struct {
        vpn_t vpn;
        page_t page;
    } pages[PAGES]; /* ascending */
    size_t n;
};

static size_t place_of(const struct set *set, vpn_t vpn)
{
    size_t i = 0;
    while (i < set->n && set->pages[i].vpn < vpn)
        i++;
    return i;
}

static void add(struct set *set, struct vpn_tree *tree, vpn_t vpn, page_t page)
{
    const size_t at = place_of(set, vpn);
    if (set->n == PAGES || (at < set->n && set->pages[at].vpn == vpn))
        return;
    for (size_t i = set->n++; i > at; i--)
        set->pages[i] = set->pages[i - 1];
    set->pages[at].vpn = vpn;
    set->pages[at].page = page;
    ck_assert(vpn_tree_add(tree, vpn, page));
}

static void drop(struct set *set, struct vpn_tree *tree, size_t at)
{
    vpn_tree_remove(tree, set->pages[at].vpn);
    set->n--;
    for (size_t i = at; i < set->n; i++)
        set->pages[i] = set->pages[i + 1];
}

static void check_next(const struct set *set, const struct vpn_tree *tree, vpn_t vpn)
{
    const size_t at = place_of(set, vpn);
    vpn_t found = vpn;
    const page_t page = vpn_tree_next(tree, &found);
    if (at == set->n) {
        ck_assert_uint_eq(page, PAGE_NONE);
        return;
    }
    ck_assert_uint_eq(page, set->pages[at].page);
    ck_assert_uint_eq(found, set->pages[at].vpn);
}

/* Near each other, or anywhere. */
static vpn_t any_vpn(struct rng *rng, unsigned bits)
{
    const vpn_t vpn = rng_next(rng) >> (64 - bits);
    return rng_below(rng, 2) ? vpn : vpn >> rng_below(rng, bits);
}

START_TEST(the_next_page_is_that_of_the_sorted_array)
{
    static const unsigned bits[] = {1, 6, 7, 12, 13, 36, 60, 61, 64};
    struct set set = {.n = 0};
    struct vpn_tree tree = {.root = NULL};
    struct rng rng;
    rng_seed(&rng, (uint64_t)_i);
    check_next(&set, &tree, 0);
    for (page_t step = 0; step < STEPS; step++) {
        const bool grows = step / 500 % 2 == 0;
        if (set.n > 0 && rng_below(&rng, 3) > (grows ? 1 : 0))
            drop(&set, &tree, (size_t)rng_below(&rng, set.n));
        else
            add(&set, &tree, any_vpn(&rng, bits[_i]), step);
        check_next(&set, &tree, any_vpn(&rng, bits[_i]));
        check_next(&set, &tree, any_vpn(&rng, 64));
        if (set.n > 0)
            check_next(&set, &tree, set.pages[rng_below(&rng, set.n)].vpn + 1);
    }
    while (set.n > 0) {
        drop(&set, &tree, (size_t)rng_below(&rng, set.n));
        check_next(&set, &tree, 0);
    }
    ck_assert_ptr_null(tree.root);
}
END_TEST

START_TEST(a_tree_that_is_cleared_is_empty)
{
    struct vpn_tree tree = {.root = NULL};
    vpn_t vpn = 0;
    ck_assert(vpn_tree_add(&tree, UINT64_MAX, 1) && vpn_tree_add(&tree, 5, 2));
    vpn_tree_clear(&tree);
    ck_assert_uint_eq(vpn_tree_next(&tree, &vpn), PAGE_NONE);
    ck_assert(vpn_tree_add(&tree, 6, 3));
    ck_assert_uint_eq(vpn_tree_next(&tree, &vpn), 3);
    vpn_tree_clear(&tree);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("vpn tree");
    TCase *tests = tcase_create("tree");
    tcase_add_loop_test(tests, the_next_page_is_that_of_the_sorted_array, 0, 9);
    tcase_add_test(tests, a_tree_that_is_cleared_is_empty);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
