/* walk_cache_test.c -- page-walk caches against slow ones, which are one list of all
 * entries of all levels with their times of use. */
#include "machine/walk_cache.h"

#include "base/rng.h"

#include <check.h>
#include <signal.h>
#include <stdlib.h>

enum { ENTRIES_MAX = 512, SPACES = 4, HIT = 700 };

struct slow_entry {
    unsigned level;
    uint32_t space;
    uint64_t prefix, used;
    paddr_t table;
};

static struct slow {
    struct slow_entry entries[ENTRIES_MAX];
    unsigned n;
    struct walk_cache_params params;
    uint64_t now, hits[WALK_LEVELS_MAX + 1];
} slow;

static struct walk_cache *cache;
static struct rng rng;

static uint32_t below(uint64_t n)
{
    return (uint32_t)rng_below(&rng, n);
}

static void start(const struct walk_cache_params *params)
{
    slow = (struct slow){.params = *params};
    ck_assert_int_eq(walk_cache_create(&cache, params, NULL), OK);
}

static void setup(void)
{
    rng_seed(&rng, 1);
}

static struct slow_entry *slow_find(unsigned level, uint32_t space, uint64_t prefix)
{
    for (unsigned i = 0; i < slow.n; i++) {
        struct slow_entry *e = &slow.entries[i];
        if (e->level == level && e->space == space && e->prefix == prefix)
            return e;
    }
    return NULL;
}

static void slow_add(struct slow_entry entry)
{
    const struct walk_cache_level_params *params = &slow.params.level[entry.level];
    if (params->entries == 0)
        return;
    const uint32_t nsets = params->entries / params->ways;
    struct slow_entry *oldest = NULL;
    unsigned members = 0;
    for (unsigned i = 0; i < slow.n; i++) {
        struct slow_entry *e = &slow.entries[i];
        if (e->level != entry.level || e->prefix % nsets != entry.prefix % nsets)
            continue;
        members++;
        if (!oldest || e->used < oldest->used)
            oldest = e;
    }
    if (members < params->ways)
        oldest = &slow.entries[slow.n++];
    entry.used = ++slow.now;
    *oldest = entry;
}

/* Drop the entries of one space, or of all. */
static void slow_drop(uint32_t space, bool all)
{
    unsigned kept = 0;
    for (unsigned i = 0; i < slow.n; i++)
        if (!all && slow.entries[i].space != space)
            slow.entries[kept++] = slow.entries[i];
    slow.n = kept;
}

static void drop_something(void)
{
    const uint32_t space = below(SPACES);
    const bool all = below(4) == 0;
    if (all)
        walk_cache_flush(cache);
    else
        walk_cache_drop_space(cache, space);
    slow_drop(space, all);
}

static void must(bool condition, const char *what, unsigned trial, unsigned i)
{
    if (!condition)
        ck_abort_msg("%s at use %u of trial %u", what, i, trial);
}

/* Look for an entry, and add it as a walk does if it is not there. */
static void use(unsigned level, uint32_t space, uint64_t prefix, unsigned trial, unsigned i)
{
    struct slow_entry *wanted = slow_find(level, space, prefix);
    paddr_t table = 0;
    must(walk_cache_find(cache, level, space, prefix, &table) == !!wanted,
         "a wrong hit or miss", trial, i);
    if (wanted) {
        must(table == wanted->table, "a wrong table", trial, i);
        wanted->used = ++slow.now;
        slow.hits[level]++;
        return;
    }
    table = (paddr_t)(i + 1) << 12;
    walk_cache_add(cache, level, space, prefix, table);
    slow_add((struct slow_entry){
        .level = level, .space = space, .prefix = prefix, .table = table});
}

static void compare_random_uses(unsigned trial)
{
    struct walk_cache_params params = {.hit = HIT};
    for (unsigned level = 2; level <= WALK_LEVELS_MAX; level++) {
        const uint32_t ways = 1 + below(8), sets = 1 + below(8);
        if (below(4)) /* else the level is not cached */
            params.level[level] = (struct walk_cache_level_params){ways * sets, ways};
    }
    start(&params);
    const uint64_t reach = 1 + below(60);
    for (unsigned i = 0; i < 3000; i++) {
        if (below(300) == 0)
            drop_something();
        use(2 + below(WALK_LEVELS_MAX - 1), below(SPACES),
            below(reach) + ((uint64_t)below(2) << 36), trial, i);
    }
    for (unsigned level = 0; level <= WALK_LEVELS_MAX; level++) {
        ck_assert_uint_eq(walk_cache_hits(cache, level), slow.hits[level]);
        ck_assert_int_eq(walk_cache_has(cache, level), params.level[level].entries > 0);
    }
    ck_assert_uint_eq(walk_cache_hit_time(cache), HIT);
    walk_cache_free(cache);
}

START_TEST(random_uses_hit_as_in_a_list_with_times_of_use)
{
    for (unsigned trial = 0; trial < 200; trial++)
        compare_random_uses(trial);
}
END_TEST

static bool find(uint32_t space, uint64_t prefix)
{
    paddr_t table;
    return walk_cache_find(cache, 2, space, prefix, &table);
}

/* By hand: one set of two. */
START_TEST(hit_renews_an_entry)
{
    start(&(struct walk_cache_params){.level[2] = {2, 2}});
    walk_cache_add(cache, 2, 0, 10, 0x1000);
    walk_cache_add(cache, 2, 0, 11, 0x2000);
    ck_assert(find(0, 10));
    walk_cache_add(cache, 2, 0, 12, 0x3000);
    ck_assert(find(0, 10) && find(0, 12));
    ck_assert(!find(0, 11));
    ck_assert_uint_eq(walk_cache_hits(cache, 2), 3);
    walk_cache_free(cache);
}
END_TEST

/* By hand: the entries that stay when a space goes keep their order, and its ways are the
 * first to be filled. */
START_TEST(dropped_space_leaves_the_others_as_they_were)
{
    start(&(struct walk_cache_params){.level[2] = {4, 4}});
    for (uint32_t prefix = 0; prefix < 4; prefix++)
        walk_cache_add(cache, 2, prefix == 1 ? 7 : 3, prefix, 0x1000);
    walk_cache_drop_space(cache, 7);
    ck_assert(!find(7, 1));
    walk_cache_add(cache, 2, 3, 4, 0x1000); /* into the free way */
    walk_cache_add(cache, 2, 3, 5, 0x1000); /* 0 was used longest ago */
    ck_assert(!find(3, 0));
    ck_assert(find(3, 2) && find(3, 3) && find(3, 4) && find(3, 5));
    walk_cache_free(cache);
}
END_TEST

START_TEST(same_prefix_of_another_space_is_another_entry)
{
    paddr_t table;
    start(&(struct walk_cache_params){.level[3] = {4, 1}});
    walk_cache_add(cache, 3, 1, 5, 0x1000);
    ck_assert(!walk_cache_find(cache, 3, 2, 5, &table));
    ck_assert(walk_cache_find(cache, 3, 1, 5, &table));
    ck_assert_uint_eq(table, 0x1000);
    walk_cache_free(cache);
}
END_TEST

START_TEST(level_that_is_not_cached_keeps_nothing)
{
    paddr_t table;
    start(&(struct walk_cache_params){.level[3] = {4, 4}});
    ck_assert(!walk_cache_has(cache, 2) && walk_cache_has(cache, 3));
    walk_cache_add(cache, 2, 0, 1, 0x1000);
    ck_assert(!walk_cache_find(cache, 2, 0, 1, &table));
    ck_assert(!walk_cache_find(cache, 3, 0, 1, &table));
    walk_cache_free(cache);
}
END_TEST

START_TEST(none_is_freed)
{
    walk_cache_free(NULL);
}
END_TEST

#ifndef NDEBUG
START_TEST(entries_must_be_sets_of_ways)
{
    start(&(struct walk_cache_params){.level[2] = {7, 2}});
}
END_TEST

START_TEST(set_without_ways_is_refused)
{
    start(&(struct walk_cache_params){.level[2] = {4, 0}});
}
END_TEST

START_TEST(leaves_are_never_cached)
{
    start(&(struct walk_cache_params){.level[1] = {4, 4}});
}
END_TEST

START_TEST(entry_that_is_there_is_not_added)
{
    start(&(struct walk_cache_params){.level[2] = {4, 4}});
    walk_cache_add(cache, 2, 0, 1, 0x1000);
    walk_cache_add(cache, 2, 0, 1, 0x2000);
}
END_TEST
#endif

static Suite *walk_cache_suite(void)
{
    Suite *suite = suite_create("walk_cache");
    TCase *tests = tcase_create("walk_cache");
    tcase_add_checked_fixture(tests, setup, NULL);
    tcase_add_test(tests, random_uses_hit_as_in_a_list_with_times_of_use);
    tcase_add_test(tests, hit_renews_an_entry);
    tcase_add_test(tests, dropped_space_leaves_the_others_as_they_were);
    tcase_add_test(tests, same_prefix_of_another_space_is_another_entry);
    tcase_add_test(tests, level_that_is_not_cached_keeps_nothing);
    tcase_add_test(tests, none_is_freed);
#ifndef NDEBUG
    tcase_add_test_raise_signal(tests, entries_must_be_sets_of_ways, SIGABRT);
    tcase_add_test_raise_signal(tests, set_without_ways_is_refused, SIGABRT);
    tcase_add_test_raise_signal(tests, leaves_are_never_cached, SIGABRT);
    tcase_add_test_raise_signal(tests, entry_that_is_there_is_not_added, SIGABRT);
#endif
    suite_add_tcase(suite, tests);
    return suite;
}

int main(void)
{
    SRunner *runner = srunner_create(walk_cache_suite());
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
