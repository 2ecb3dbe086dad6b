/* tlb_test.c -- one array of a TLB against a slow one that keeps times of use; what holds
 * whatever the replacement is.  tlb_model_test.c has every replacement against a model. */
#include "machine/tlb.h"

#include <check.h>
#include <stdlib.h>

enum { PAGES = 300, ENTRIES_MAX = 64 };

/* An entry of the slow TLB, which is one list of all sets. */
struct entry {
    vpn_t vpn;
    uint64_t filled, used;
};

static struct slow {
    struct entry entries[ENTRIES_MAX];
    unsigned n, nsets, ways;
    uint64_t now;
} slow;

static struct tlb tlb;
static vpn_t vpns[PAGES];
static struct rng rng;

static unsigned below(unsigned n)
{
    return (unsigned)rng_below(&rng, n);
}

static void start(struct tlb_params params, uint64_t seed)
{
    slow = (struct slow){.nsets = params.entries / params.ways, .ways = params.ways};
    ck_assert_int_eq(tlb_init(&tlb, &params, seed, NULL), OK);
    /* Pages become known in two portions, as they do when batches come. */
    ck_assert_int_eq(tlb_add_pages(&tlb, vpns, 0, 10, 16, NULL), OK);
    ck_assert_int_eq(tlb_add_pages(&tlb, vpns, 10, PAGES, PAGES, NULL), OK);
}

static void setup(void)
{
    rng_seed(&rng, 1);
    for (page_t page = 0; page < PAGES; page++) /* distinct, in no order */
        vpns[page] = (vpn_t)page * 7919 % 4099 + ((vpn_t)below(3) << 35);
}

static void teardown(void)
{
    tlb_release(&tlb);
}

static struct entry *slow_find(vpn_t vpn)
{
    for (unsigned i = 0; i < slow.n; i++)
        if (slow.entries[i].vpn == vpn)
            return &slow.entries[i];
    return NULL;
}

static void slow_remove(struct entry *entry)
{
    *entry = slow.entries[--slow.n];
}

static void slow_fill(vpn_t vpn, enum tlb_replacement replacement)
{
    struct entry *oldest = NULL;
    unsigned members = 0;
    for (unsigned i = 0; i < slow.n; i++) {
        struct entry *e = &slow.entries[i];
        if (e->vpn % slow.nsets != vpn % slow.nsets)
            continue;
        members++;
        if (!oldest ||
            (replacement == TLB_LRU ? e->used < oldest->used : e->filled < oldest->filled))
            oldest = e;
    }
    if (members == slow.ways)
        slow_remove(oldest);
    slow.now++;
    slow.entries[slow.n++] = (struct entry){vpn, slow.now, slow.now};
}

/* A use of a page that mostly is one of a few; true on a hit. */
static bool use(page_t page)
{
    if (tlb_lookup(&tlb, page))
        return true;
    tlb_fill(&tlb, page);
    return false;
}

static void must(bool condition, const char *what, unsigned trial, unsigned i)
{
    if (!condition)
        ck_abort_msg("%s at use %u of trial %u", what, i, trial);
}

static void compare_random_uses(struct tlb_params params, unsigned trial)
{
    start(params, 0);
    const unsigned reach = 1 + below(params.entries * 2 + 10);
    for (unsigned i = 0; i < 3000; i++) {
        const page_t page = below(below(4) ? reach : PAGES);
        struct entry *entry = slow_find(vpns[page]);
        if (below(10) == 0) {
            tlb_invalidate(&tlb, page);
            if (entry)
                slow_remove(entry);
            must(!tlb_lookup(&tlb, page), "a dropped entry that hits", trial, i);
            continue;
        }
        must(use(page) == !!entry, "a wrong hit or miss", trial, i);
        if (entry)
            entry->used = ++slow.now;
        else
            slow_fill(vpns[page], params.replacement);
    }
    tlb_release(&tlb);
}

START_TEST(lru_and_fifo_evict_as_lists_with_times_do)
{
    for (unsigned trial = 0; trial < 200; trial++) {
        const unsigned ways = 1 + below(8), sets = 1 + below(8); /* 3, 5, 6, 7 too */
        compare_random_uses(
            (struct tlb_params){.entries = ways * sets,
                                .ways = ways,
                                .replacement = trial % 2 ? TLB_LRU : TLB_FIFO},
            trial);
    }
}
END_TEST

START_TEST(fully_associative_is_one_set)
{
    for (unsigned ways = 1; ways <= ENTRIES_MAX; ways++)
        compare_random_uses(
            (struct tlb_params){.entries = ways,
                                .ways = ways,
                                .replacement = ways % 2 ? TLB_LRU : TLB_FIFO},
            ways);
}
END_TEST

/* Pages a b c by hand; two ways, one set. */
START_TEST(hit_renews_with_lru_and_not_with_fifo)
{
    for (int fifo = 0; fifo < 2; fifo++) {
        start((struct tlb_params){2, 2, fifo ? TLB_FIFO : TLB_LRU, 0}, 0);
        use(0);
        use(1);
        ck_assert(use(0));
        use(2);
        ck_assert_int_eq(tlb_lookup(&tlb, 0), !fifo);
        ck_assert_int_eq(tlb_lookup(&tlb, 1), fifo);
        tlb_release(&tlb);
    }
}
END_TEST

/* Which pages are in the TLB. */
static void snapshot(bool in[PAGES])
{
    for (page_t page = 0; page < PAGES; page++)
        in[page] = tlb_holds(&tlb, page);
}

static unsigned members(const bool in[PAGES], vpn_t set)
{
    unsigned n = 0;
    for (page_t page = 0; page < PAGES; page++)
        n += in[page] && vpns[page] % tlb.nsets == set;
    return n;
}

static bool always(const void *context, page_t tag)
{
    (void)context;
    (void)tag;
    return true;
}

START_TEST(absent_array_needs_nothing)
{
    ck_assert_int_eq(tlb_init(&tlb, &(struct tlb_params){0}, 0, NULL), OK);
    ck_assert_int_eq(tlb_add_pages(&tlb, vpns, 0, PAGES, PAGES, NULL), OK);
    tlb_invalidate(&tlb, 3);
    tlb_invalidate_at(&tlb, 0, 3);
    tlb_flush(&tlb, false);
    tlb_flush(&tlb, true);
    tlb_drop(&tlb, always, NULL);
    ck_assert(!tlb_holds(&tlb, 3) && !tlb_holds_at(&tlb, 0, 3));
    ck_assert_uint_eq(tlb.nsets, 0);
}
END_TEST

/* Global tags and pages in turn, in one set of eight. */
START_TEST(flush_may_keep_global_entries_and_their_order)
{
    start((struct tlb_params){8, 8, TLB_LRU, 0}, 0);
    for (page_t i = 0; i < 4; i++) {
        tlb_fill_at(&tlb, 0, TLB_TAG_GLOBAL | i);
        tlb_fill(&tlb, i);
    }
    ck_assert(tlb_lookup_at(&tlb, 0, TLB_TAG_GLOBAL | 0));
    tlb_flush(&tlb, true);
    for (page_t i = 0; i < 4; i++) {
        ck_assert(tlb_holds_at(&tlb, 0, TLB_TAG_GLOBAL | i));
        ck_assert(!tlb_holds(&tlb, i));
    }
    for (page_t i = 10; i < 14; i++)
        ck_assert_uint_eq(tlb_fill(&tlb, i), PAGE_NONE);
    static const page_t order[] = {1, 2, 3, 0};
    for (page_t i = 0; i < 4; i++)
        ck_assert_uint_eq(tlb_fill(&tlb, 20 + i), TLB_TAG_GLOBAL | order[i]);
    tlb_flush(&tlb, false);
    for (page_t i = 0; i < 8; i++)
        ck_assert_uint_eq(tlb_fill(&tlb, i), PAGE_NONE);
}
END_TEST

START_TEST(to_ask_whether_a_page_is_there_is_no_use)
{
    start((struct tlb_params){2, 2, TLB_LRU, 0}, 0);
    tlb_fill(&tlb, 0);
    tlb_fill(&tlb, 1);
    ck_assert(tlb_holds(&tlb, 0));
    ck_assert_uint_eq(tlb_fill(&tlb, 2), 0);
}
END_TEST

/* MIPS: three sets of four ways of which two are the system's. */
START_TEST(wired_ways_hold_nothing)
{
    for (enum tlb_replacement r = TLB_LRU; r <= TLB_BIT_PLRU_DYNAMORIO; r++) {
        start((struct tlb_params){12, 4, r, 2}, 0);
        for (page_t page = 0; page < PAGES; page++)
            tlb_fill(&tlb, page);
        static bool in[PAGES];
        snapshot(in);
        for (vpn_t set = 0; set < 3; set++)
            ck_assert_uint_eq(members(in, set), 2);
        tlb_release(&tlb);
    }
}
END_TEST

/* Why the pages that the streams of a CPU use last need not be looked up again. */
START_TEST(second_use_in_a_row_changes_nothing)
{
    static struct tlb once;
    for (enum tlb_replacement r = TLB_LRU; r <= TLB_BIT_PLRU_DYNAMORIO; r++) {
        const struct tlb_params params = {24, 8, r, 0};
        start(params, 5);
        ck_assert_int_eq(tlb_init(&once, &params, 5, NULL), OK);
        ck_assert_int_eq(tlb_add_pages(&once, vpns, 0, PAGES, PAGES, NULL), OK);
        for (unsigned i = 0; i < 5000; i++) {
            const page_t page = below(60);
            const bool hit = tlb_lookup(&once, page);
            must(tlb_lookup(&tlb, page) == hit, "a different hit", r, i);
            must(hit || tlb_fill(&tlb, page) == tlb_fill(&once, page), "a different victim",
                 r, i);
            ck_assert(tlb_lookup(&tlb, page));
        }
        tlb_release(&once);
        tlb_release(&tlb);
    }
}
END_TEST

START_TEST(random_fills_empty_ways_and_evicts_within_the_set)
{
    static bool before[PAGES], after[PAGES];
    start((struct tlb_params){15, 5, TLB_RANDOM, 0}, 7);
    for (unsigned i = 0; i < 2000; i++) {
        const page_t page = below(PAGES);
        const vpn_t set = vpns[page] % 3;
        snapshot(before);
        if (below(4) == 0)
            tlb_invalidate(&tlb, page);
        else
            must(use(page) == before[page], "a wrong hit or miss", 0, i);
        snapshot(after);
        const unsigned had = members(before, set), has = members(after, set);
        if (!after[page])
            must(has == had - before[page], "more than one dropped", 0, i);
        else
            must(has == (before[page] || had == 5 ? had : had + 1), "a wrong victim", 0, i);
        for (vpn_t other = 0; other < 3; other++)
            must(other == set || members(before, other) == members(after, other),
                 "a change in another set", 0, i);
    }
}
END_TEST

/* A set of four that is always full: each of its entries goes about as often. */
START_TEST(random_victims_are_spread_evenly)
{
    unsigned went[4] = {0};
    start((struct tlb_params){4, 4, TLB_RANDOM, 0}, 7);
    for (page_t page = 0; page < 4; page++)
        tlb_fill(&tlb, page);
    for (page_t i = 0; i < 8000; i++) {
        page_t old[4];
        for (int way = 0; way < 4; way++)
            old[way] = tlb.tags[way];
        tlb_fill(&tlb, 4 + i % (PAGES - 4));
        for (int way = 0; way < 4; way++)
            went[way] += tlb.tags[way] != old[way];
    }
    ck_assert_uint_eq(went[0] + went[1] + went[2] + went[3], 8000);
    for (int way = 0; way < 4; way++) /* five standard deviations of 39 */
        ck_assert(went[way] > 2000 - 195 && went[way] < 2000 + 195);
}
END_TEST

static void record_hits(enum tlb_replacement replacement, uint64_t seed, bool hits[1000])
{
    start((struct tlb_params){12, 4, replacement, 0}, seed);
    struct rng pages;
    rng_seed(&pages, 3);
    for (int i = 0; i < 1000; i++)
        hits[i] = use((page_t)rng_below(&pages, 20));
    tlb_release(&tlb);
}

static const enum tlb_replacement drawn[] = {TLB_RANDOM, TLB_NMRU, TLB_BIT_PLRU_DYNAMORIO};

START_TEST(same_seed_gives_the_same_victims)
{
    static bool hits[3][1000];
    record_hits(drawn[_i], 5, hits[0]);
    record_hits(drawn[_i], 5, hits[1]);
    record_hits(drawn[_i], 6, hits[2]);
    ck_assert_mem_eq(hits[0], hits[1], sizeof hits[0]);
    ck_assert_mem_ne(hits[0], hits[2], sizeof hits[0]);
}
END_TEST

static Suite *tlb_suite(void)
{
    Suite *suite = suite_create("tlb");
    TCase *tests = tcase_create("tlb");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, lru_and_fifo_evict_as_lists_with_times_do);
    tcase_add_test(tests, fully_associative_is_one_set);
    tcase_add_test(tests, hit_renews_with_lru_and_not_with_fifo);
    tcase_add_test(tests, absent_array_needs_nothing);
    tcase_add_test(tests, flush_may_keep_global_entries_and_their_order);
    tcase_add_test(tests, to_ask_whether_a_page_is_there_is_no_use);
    tcase_add_test(tests, wired_ways_hold_nothing);
    tcase_add_test(tests, second_use_in_a_row_changes_nothing);
    tcase_add_test(tests, random_fills_empty_ways_and_evicts_within_the_set);
    tcase_add_test(tests, random_victims_are_spread_evenly);
    tcase_add_loop_test(tests, same_seed_gives_the_same_victims, 0, (int)ARRAY_LEN(drawn));
    suite_add_tcase(suite, tests);
    return suite;
}

int main(void)
{
    SRunner *runner = srunner_create(tlb_suite());
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
