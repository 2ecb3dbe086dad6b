/* radix_cache_test.c -- walks of the radix formats with page-walk caches: whichever levels
 * are cached, a walk is that of the manual from below the deepest entry that it has met.
 * Source: Intel SDM vol. 3A, 4.10.3. */
#include "radix_manual.h"

#include "base/bits.h"

enum { MET_MAX = 100, HIT = 7, MISS = 1000 };

/* An entry above the leaves that some walk has used: a cache that never forgets. */
struct met {
    uint32_t space;
    unsigned level;
    uint64_t prefix;
};

static struct model model;
static const struct manual_format *format;
static struct met met[MET_MAX];
static unsigned nmet;
static unsigned subset; /* bit [level]: it is cached                                     */

/* Bits of the address below what an entry of a level is found by. */
static unsigned low_bits_of(unsigned level)
{
    if (format->ops == &pagetable_srmmu)
        return level == 4 ? 32 : 12 + 6 * (level - 1);
    return format->ops == &pagetable_x86_32 ? 12 + 10 * (level - 1) : 12 + 9 * (level - 1);
}

static struct met met_of(uint32_t space, uint64_t address, unsigned level)
{
    return (struct met){space, level, address >> low_bits_of(level)};
}

static bool have_met(struct met entry)
{
    for (unsigned i = 0; i < nmet; i++)
        if (met[i].space == entry.space && met[i].level == entry.level &&
            met[i].prefix == entry.prefix)
            return true;
    return false;
}

static void forget(uint32_t space)
{
    unsigned kept = 0;
    for (unsigned i = 0; i < nmet; i++)
        if (met[i].space != space)
            met[kept++] = met[i];
    nmet = kept;
}

/* The level at which a walk begins, if the caches have what has been met. */
static unsigned start_of(uint32_t space, uint64_t address)
{
    for (unsigned level = 2; level <= format->top; level++)
        if (subset >> level & 1 && have_met(met_of(space, address, level)))
            return level - 1;
    return format->top;
}

/* What the manual says, but for the accesses above where the walk begins. */
static void compare_walk(uint32_t space, uint64_t address, bool store)
{
    const unsigned start = start_of(space, address);
    struct manual manual = {.store = store};
    struct model_prediction expected = {0};
    format->walk(&model, space, address, &manual);
    for (size_t i = 0; i < manual.out.n; i++)
        if (manual.levels[i] <= start)
            model_predict(&expected, manual.out.all[i].paddr, manual.out.all[i].write);
    const struct walk walk = model_walk(&model, space, address >> 12, store);
    model_expect_log(&model, expected.all, expected.n);
    model_equal("result", walk.result, manual.out.result);
    model_equal("time", walk.time, expected.n * MISS + (start < format->top ? HIT : 0));
    /* All but the last entry read pointed to tables. */
    const unsigned last = manual.levels[manual.out.n - 1];
    for (unsigned level = start; level > last; level--)
        if (!have_met(met_of(space, address, level)))
            met[nmet++] = met_of(space, address, level);
}

static void open_cached(unsigned levels)
{
    struct walk_cache_params params = {.hit = HIT};
    subset = levels;
    nmet = 0;
    for (unsigned level = 2; level <= format->top; level++)
        if (subset >> level & 1)
            params.level[level] = (struct walk_cache_level_params){64, 64};
    manual_open(&model, format);
    ck_assert_int_eq(walk_cache_create(&model.cache, &params, NULL), OK);
}

static void close_cached(void)
{
    walk_cache_free(model.cache);
    model_close(&model);
}

/* Addresses that have all, some or none of their upper levels in common, one of them within
 * a large page, one not mapped. */
static void map_addresses(uint64_t *addresses, unsigned n, uint32_t space)
{
    static const unsigned far[] = {0, 1, 13, 19, 25, 28, 31};
    const unsigned large = format->areas[0].shift;
    for (unsigned i = 0; i < n; i++)
        addresses[i] = i < ARRAY_LEN(far) ? (UINT64_C(1) << far[i]) + 4096 * i
                                          : (uint64_t)0x50000000 + 4096 * i;
    if (format->ops->address_bits == 64)
        addresses[1] = UINT64_C(0xffffff8000000000);
    for (unsigned i = 0; i + 1 < n; i++) {
        const bool is_large = i == n - 2;
        addresses[i] &= is_large ? ~low_bits(large) : ~low_bits(12);
        ck_assert_int_eq(model.ops->enter(model.spaces[space], addresses[i] >> 12, 1024 * i,
                                          is_large ? large : 12,
                                          PTE_VALID | (i % 2 ? PTE_WRITABLE : 0), NULL),
                         OK);
    }
    addresses[n - 1] = addresses[0] + 0x3000;
}

START_TEST(walks_begin_below_the_deepest_entry_cached)
{
    enum { ADDRESSES = 9 };
    uint64_t addresses[ADDRESSES];
    format = &manual_formats[_i];
    for (unsigned levels = 0; levels < 2u << format->top; levels += 4) {
        open_cached(levels);
        map_addresses(addresses, ADDRESSES, 0);
        map_addresses(addresses, ADDRESSES, 1);
        for (unsigned step = 0; step < 300; step++) {
            const uint32_t space = model_below(&model, 2);
            if (model_below(&model, 40) == 0) {
                walk_cache_drop_space(model.cache, space);
                forget(space);
            }
            compare_walk(space, addresses[model_below(&model, ADDRESSES)],
                         model_below(&model, 2) != 0);
        }
        close_cached();
    }
}
END_TEST

/* x86-64 with all levels cached.  A walk has 4 reads; one of another page of the same 2 MiB
 * has 1, of the same 1 GiB 2, of the same 512 GiB 3. */
START_TEST(neighbours_need_fewer_reads)
{
    static const struct {
        uint64_t address;
        uint32_t reads;
    } walks[] = {{0x40000000, 4},   {0x40001000, 1}, {0x40200000, 2}, {0x80000000, 3},
                 {0x8000000000, 4}, {0x40000000, 1}, {0x80001000, 1}, {0x80200000, 2}};
    format = &manual_formats[2];
    open_cached(1 << 2 | 1 << 3 | 1 << 4);
    for (size_t i = 0; i < ARRAY_LEN(walks); i++) {
        if (i != 5)
            ck_assert_int_eq(model.ops->enter(model.spaces[0], walks[i].address >> 12, 5,
                                              12, PTE_VALID, NULL),
                             OK);
        const struct walk walk = model_walk(&model, 0, walks[i].address >> 12, false);
        ck_assert_uint_eq(walk.reads, walks[i].reads);
        ck_assert_uint_eq(walk.time,
                          (walk.reads + walk.writes) * MISS + (walk.reads < 4 ? HIT : 0));
    }
    ck_assert_uint_eq(walk_cache_hits(model.cache, 2), 3);
    ck_assert_uint_eq(walk_cache_hits(model.cache, 3), 2);
    ck_assert_uint_eq(walk_cache_hits(model.cache, 4), 1);
    close_cached();
}
END_TEST

/* 0xffff8ffffedcb000: bits 47:39 are 0x11f, 47:30 0x23fff, 47:21 0x47ffff6. */
START_TEST(caches_are_asked_by_the_bits_that_lead_to_an_entry)
{
    static const uint64_t prefixes[] = {0, 0, 0x47ffff6, 0x23fff, 0x11f};
    const vpn_t vpn = UINT64_C(0xffff8ffffedcb000) >> 12;
    format = &manual_formats[2];
    open_cached(1 << 2 | 1 << 3 | 1 << 4);
    ck_assert_int_eq(model.ops->enter(model.spaces[1], vpn, 5, 12, PTE_VALID, NULL), OK);
    (void)model_walk(&model, 1, vpn, false);
    for (unsigned level = 2; level <= 4; level++) {
        paddr_t table = 0;
        ck_assert(walk_cache_find(model.cache, level, 1, prefixes[level], &table));
        ck_assert(!walk_cache_find(model.cache, level, 0, prefixes[level], &table));
        /* The three spaces' top tables come first, then those of the page, from the top. */
        ck_assert_uint_eq(table, BASE_52 + (7 - level) * 4096);
    }
    close_cached();
}
END_TEST

/* Accessed bits above where a walk begins are not set again: the hardware does not look. */
START_TEST(walk_does_not_touch_what_is_cached)
{
    format = &manual_formats[0];
    open_cached(1 << 2);
    ck_assert_int_eq(model.ops->enter(model.spaces[0], 0, 5, 12, PTE_VALID, NULL), OK);
    (void)model_walk(&model, 0, 0, false);
    const uint32_t pde = table_read4(model.memory, BASE_32);
    ck_assert_uint_eq(pde & 0x20, 0x20);
    table_write4(model.memory, BASE_32, pde & ~0x20u);
    const struct walk walk = model_walk(&model, 0, 0, false);
    ck_assert_uint_eq(walk.reads, 1);
    ck_assert_uint_eq(walk.writes, 0);
    ck_assert_uint_eq(table_read4(model.memory, BASE_32) & 0x20, 0);
    close_cached();
}
END_TEST

/* With base pages of 2 MiB x86-64 has levels 2 to 4, of which 3 and 4 can be cached; the
 * pointers of x86-pae, level 3, lie in registers. */
START_TEST(levels_of_larger_base_pages_keep_their_numbers)
{
    struct walk_cache_params params = {.hit = HIT};
    for (unsigned level = 2; level <= WALK_LEVELS_MAX; level++)
        params.level[level] = (struct walk_cache_level_params){8, 8};
    static const struct {
        const struct pagetable_ops *ops;
        unsigned shift,
            hit; /* level that the second walk has its entry from, or 0        */
        uint32_t reads;
    } of[] = {{&pagetable_x86_64, 12, 2, 1},  {&pagetable_x86_64, 21, 3, 1},
              {&pagetable_x86_64, 30, 4, 1},  {&pagetable_x86_64_5, 21, 3, 1},
              {&pagetable_x86_pae, 12, 2, 1}, {&pagetable_x86_pae, 21, 0, 1},
              {&pagetable_x86_32, 22, 0, 1},  {&pagetable_srmmu, 18, 3, 1},
              {&pagetable_srmmu, 24, 4, 1}};
    for (size_t i = 0; i < ARRAY_LEN(of); i++) {
        model_open(&model, of[i].ops, of[i].shift, false, NULL, UINT64_MAX);
        model_add_space(&model, 0);
        ck_assert_int_eq(walk_cache_create(&model.cache, &params, NULL), OK);
        ck_assert_int_eq(
            model.ops->enter(model.spaces[0], 0, 1, of[i].shift, PTE_VALID, NULL), OK);
        (void)model_walk(&model, 0, 0, false);
        ck_assert_uint_eq(model_walk(&model, 0, 0, false).reads, of[i].reads);
        for (unsigned level = 2; level <= WALK_LEVELS_MAX; level++)
            ck_assert_uint_eq(walk_cache_hits(model.cache, level), level == of[i].hit);
        close_cached();
    }
}
END_TEST

static Suite *radix_cache_suite(void)
{
    Suite *suite = suite_create("radix_cache");
    TCase *tests = tcase_create("radix_cache");
    tcase_add_loop_test(tests, walks_begin_below_the_deepest_entry_cached, 0,
                        ARRAY_LEN(manual_formats));
    tcase_add_test(tests, neighbours_need_fewer_reads);
    tcase_add_test(tests, caches_are_asked_by_the_bits_that_lead_to_an_entry);
    tcase_add_test(tests, walk_does_not_touch_what_is_cached);
    tcase_add_test(tests, levels_of_larger_base_pages_keep_their_numbers);
    suite_add_tcase(suite, tests);
    return suite;
}

int main(void)
{
    SRunner *runner = srunner_create(radix_cache_suite());
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
