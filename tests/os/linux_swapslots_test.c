/* linux_swapslots_test.c -- references to swap slots, slot caches and several areas, by hand;
 * and random operations against a plain list of references. */
#include "harness.h"

#include "base/rng.h"
#include "os/linux/swapslots.h"

#include <string.h>

static struct swapslots *slots;
static struct swapslots_params params;

static void begin(uint32_t version, uint32_t ncpus, uint32_t nslots)
{
    params = (struct swapslots_params){
        .version = version, .ncpus = ncpus, .cluster = 256, .nareas = 1};
    params.areas[0] = (struct swapslots_area){.nslots = nslots};
    ck_assert_int_eq(swapslots_create(&slots, &params, NULL), OK);
}

static void teardown(void)
{
    swapslots_free(slots);
    slots = NULL;
}

static void sound(void)
{
    const char *problem = swapslots_check(slots);
    ck_assert_msg(!problem, "%s", problem);
}

static void allocs(uint32_t cpu, int n)
{
    for (int i = 0; i < n; i++)
        ck_assert_uint_ne(swapslots_alloc(slots, cpu), SLOT_NONE);
}

START_TEST(a_slot_is_free_when_neither_entries_nor_the_cache_refer_to_it)
{
    begin(LINUX_VERSION(6, 18, 0), 1, 1000);
    ck_assert_uint_eq(swapslots_total(slots), 999);
    const slot_t slot = swapslots_alloc(slots, 0);
    ck_assert_uint_eq(slot, 1); /* of the cluster that is partly used: by the header */
    ck_assert(swapslots_cached(slots, slot));
    ck_assert_uint_eq(swapslots_count(slots, slot), 0);
    swapslots_dup(slots, slot);
    swapslots_dup(slots, slot);
    ck_assert_uint_eq(swapslots_count(slots, slot), 2);
    ck_assert(!swapslots_cache_clear(slots, 0, slot));
    ck_assert(!swapslots_cached(slots, slot));
    ck_assert(!swapslots_put(slots, 0, slot));
    swapslots_cache_set(slots, slot);
    ck_assert(!swapslots_put(slots, 0, slot));
    ck_assert_uint_eq(swapslots_nfree(slots), 998);
    ck_assert(swapslots_cache_clear(slots, 0, slot));
    ck_assert_uint_eq(swapslots_nfree(slots), 999);
    swapslots_dup(slots, swapslots_alloc(slots, 0));
    ck_assert(!swapslots_cache_clear(slots, 0, slot + 1));
    ck_assert(swapslots_put(slots, 0, slot + 1));
    sound();
}
END_TEST

START_TEST(an_owner_lasts_as_long_as_its_slot)
{
    begin(LINUX_VERSION(6, 18, 0), 1, 1000);
    const slot_t slot = swapslots_alloc(slots, 0);
    ck_assert_uint_eq(swapslots_owner(slots, slot), SWAPSLOTS_NO_OWNER);
    swapslots_set_owner(slots, slot, 0);
    ck_assert_uint_eq(swapslots_owner(slots, slot), 0);
    swapslots_set_owner(slots, slot, 4000000000);
    ck_assert_uint_eq(swapslots_owner(slots, slot), 4000000000);
    ck_assert_uint_eq(swapslots_owner(slots, slot + 1), SWAPSLOTS_NO_OWNER);
    ck_assert_uint_eq(swapslots_owner(slots, 0), SWAPSLOTS_NO_OWNER);
    ck_assert_uint_eq(swapslots_owner(slots, 1000), SWAPSLOTS_NO_OWNER);
    ck_assert(swapslots_cache_clear(slots, 0, slot));
    ck_assert_uint_eq(swapslots_owner(slots, slot), SWAPSLOTS_NO_OWNER);
    for (slot_t again = 0; again != slot;)
        again = swapslots_alloc(slots, 0);
    ck_assert_uint_eq(swapslots_owner(slots, slot), SWAPSLOTS_NO_OWNER);
}
END_TEST

/* The first slot of an empty area of 1000 tells the rule: runs begin at 1, clusters at 256. */
static const struct {
    uint32_t version;
    bool rotational;
    slot_t first;
} rules[] = {
    {LINUX_VERSION(2, 4, 16), false, 1},   {LINUX_VERSION(2, 6, 24), false, 1},
    {LINUX_VERSION(3, 11, 0), false, 1},   {LINUX_VERSION(3, 12, 0), false, 256},
    {LINUX_VERSION(6, 12, 0), false, 256}, {LINUX_VERSION(3, 12, 0), true, 1},
    {LINUX_VERSION(6, 13, 0), true, 1},    {LINUX_VERSION(6, 14, 0), true, 256},
};

START_TEST(the_version_and_the_disk_decide_on_the_rule)
{
    begin(rules[_i].version, 1, 1000);
    params.areas[0].rotational = rules[_i].rotational;
    teardown();
    ck_assert_int_eq(swapslots_create(&slots, &params, NULL), OK);
    ck_assert_uint_eq(swapslots_alloc(slots, 0), rules[_i].first);
}
END_TEST

/* The first slot is free again; after 257 slots a new run is looked for. */
START_TEST(only_2_4_takes_257_slots_of_a_run)
{
    for (int i = 0; i < 2; i++) {
        begin(i ? LINUX_VERSION(2, 6, 24) : LINUX_VERSION(2, 4, 16), 1, 1000);
        allocs(0, 256);
        swapslots_cache_clear(slots, 0, 1);
        allocs(0, 1);
        for (slot_t slot = 1; slot <= 256; slot++)
            if (swapslots_cached(slots, slot))
                swapslots_cache_clear(slots, 0, slot);
        ck_assert_uint_eq(swapslots_alloc(slots, 0), i ? 258 : 1);
        teardown();
    }
}
END_TEST

START_TEST(all_cpus_go_on_at_one_place_of_a_rotating_disk)
{
    begin(LINUX_VERSION(6, 15, 0), 2, 100);
    params.areas[0] = (struct swapslots_area){.nslots = 1000, .rotational = true};
    for (int i = 0; i < 2; i++) {
        teardown();
        ck_assert_int_eq(swapslots_create(&slots, &params, NULL), OK);
        ck_assert_uint_eq(swapslots_alloc(slots, 0), 256);
        ck_assert_uint_eq(swapslots_alloc(slots, 1), i ? 512 : 257);
        params.areas[0].rotational = false;
    }
}
END_TEST

START_TEST(swap_is_full_when_less_than_half_is_free)
{
    begin(LINUX_VERSION(6, 18, 0), 1, 11);
    allocs(0, 5);
    ck_assert(!swapslots_full(slots));
    allocs(0, 1);
    ck_assert(swapslots_full(slots));
    allocs(0, 4);
    ck_assert_uint_eq(swapslots_alloc(slots, 0), SLOT_NONE);
    ck_assert_uint_eq(swapslots_nfree(slots), 0);
}
END_TEST

/* 5 * 64 free slots are not enough, one more is; 2 * 64 are still enough. */
START_TEST(a_cpu_takes_64_slots_while_there_are_many)
{
    begin(LINUX_VERSION(6, 1, 0), 1, 1 + 320);
    allocs(0, 1);
    ck_assert_uint_eq(swapslots_nfree(slots), 319);
    teardown();
    begin(LINUX_VERSION(6, 1, 0), 1, 1 + 321);
    allocs(0, 1);
    ck_assert_uint_eq(swapslots_nfree(slots), 257);
    allocs(0, 63);
    ck_assert_uint_eq(swapslots_nfree(slots), 257);
    allocs(0, 128);
    ck_assert_uint_eq(swapslots_nfree(slots), 129);
    allocs(0, 1);
    ck_assert_uint_eq(swapslots_nfree(slots), 65);
    sound();
    allocs(0, 1); /* 63 come back */
    ck_assert_uint_eq(swapslots_nfree(slots), 127);
    sound();
    allocs(0, 127);
    ck_assert_uint_eq(swapslots_alloc(slots, 0), SLOT_NONE);
}
END_TEST

START_TEST(at_2_times_64_the_slot_cache_stays)
{
    begin(LINUX_VERSION(6, 1, 0), 1, 1 + 320 + 64);
    allocs(0, 4 * 64);
    ck_assert_uint_eq(swapslots_nfree(slots), 128);
    allocs(0, 1);
    ck_assert_uint_eq(swapslots_nfree(slots), 64);
}
END_TEST

START_TEST(thresholds_are_for_each_cpu)
{
    begin(LINUX_VERSION(6, 1, 0), 2, 1 + 640);
    allocs(0, 1);
    ck_assert_uint_eq(swapslots_nfree(slots), 639);
    teardown();
    begin(LINUX_VERSION(6, 1, 0), 2, 1 + 641);
    allocs(0, 1);
    allocs(1, 1);
    ck_assert_uint_eq(swapslots_nfree(slots), 641 - 128);
}
END_TEST

static const struct {
    uint32_t version;
    uint64_t nfree; /* after one of 2000 was taken and given back */
} caches[] = {
    {LINUX_VERSION(4, 10, 0), 2000},      {LINUX_VERSION(4, 11, 0), 2000 - 64},
    {LINUX_VERSION(6, 13, 0), 2000 - 64}, {LINUX_VERSION(6, 14, 0), 2000 - 63},
    {LINUX_VERSION(6, 15, 0), 2000},
};

START_TEST(slot_caches_are_there_from_4_11_to_6_14)
{
    begin(caches[_i].version, 1, 2001);
    const slot_t slot = swapslots_alloc(slots, 0);
    ck_assert(swapslots_cache_clear(slots, 0, slot));
    ck_assert_uint_eq(swapslots_nfree(slots), caches[_i].nfree);
    sound();
}
END_TEST

START_TEST(a_cpu_gives_64_free_slots_back_at_a_time)
{
    begin(LINUX_VERSION(6, 1, 0), 1, 2001);
    allocs(0, 128);
    for (slot_t slot = 256; slot < 256 + 64; slot++)
        ck_assert(swapslots_cache_clear(slots, 0, slot));
    ck_assert_uint_eq(swapslots_nfree(slots), 2000 - 128);
    ck_assert_uint_eq(swapslots_owner(slots, 256), SWAPSLOTS_NO_OWNER);
    ck_assert(!swapslots_cached(slots, 256));
    ck_assert(swapslots_cache_clear(slots, 0, 256 + 64));
    ck_assert_uint_eq(swapslots_nfree(slots), 2000 - 64);
    sound();
}
END_TEST

/* Areas 0, 1 and 2: of priorities 1, 5 and 5. */
static void begin_three(uint32_t version, uint32_t nslots)
{
    begin(version, 1, nslots);
    teardown();
    params.nareas = 3;
    for (uint32_t i = 0; i < 3; i++)
        params.areas[i] = (struct swapslots_area){
            .first = i << 16, .nslots = nslots, .priority = i ? 5 : 1};
    ck_assert_int_eq(swapslots_create(&slots, &params, NULL), OK);
}

static void areas(const char *expected)
{
    for (; *expected; expected++) {
        ck_assert_uint_eq(swapslots_alloc(slots, 0) >> 16, (uint32_t)(*expected - '0'));
        sound();
    }
}

START_TEST(areas_of_equal_priority_take_turns)
{
    begin_three(LINUX_VERSION(4, 10, 0), 6);
    areas("121212121200000");
    ck_assert_uint_eq(swapslots_alloc(slots, 0), SLOT_NONE);
    ck_assert(swapslots_cache_clear(slots, 0, 3));
    ck_assert(swapslots_cache_clear(slots, 0, (2u << 16) + 3));
    areas("20");
}
END_TEST

START_TEST(with_slot_caches_areas_take_turns_in_batches)
{
    begin_three(LINUX_VERSION(6, 1, 0), 1001);
    for (slot_t area = 0; area < 6; area++)
        for (int i = 0; i < 64; i++)
            ck_assert_uint_eq(swapslots_alloc(slots, 0) >> 16, 1 + area % 2);
}
END_TEST

START_TEST(from_6_15_on_a_cluster_is_used_up_before_the_next_area)
{
    begin_three(LINUX_VERSION(6, 15, 0), 1 << 16);
    for (slot_t area = 0; area < 4; area++)
        for (int i = 0; i < 256; i++)
            ck_assert_uint_eq(swapslots_alloc(slots, 0) >> 16, 1 + area % 2);
    teardown();
    params.areas[1].rotational = true; /* which has no cluster of a CPU */
    ck_assert_int_eq(swapslots_create(&slots, &params, NULL), OK);
    areas("122222");
}
END_TEST

/* CPU 1 uses up the area in which CPU 0 has a cluster; back from the other one, CPU 0 begins
 * anew. */
START_TEST(a_cpu_forgets_its_cluster_in_the_area_that_it_leaves)
{
    begin(LINUX_VERSION(6, 15, 0), 2, 4);
    teardown();
    params.nareas = 2;
    params.areas[1] = (struct swapslots_area){.first = 1 << 16, .nslots = 4};
    ck_assert_int_eq(swapslots_create(&slots, &params, NULL), OK);
    ck_assert_uint_eq(swapslots_alloc(slots, 0), 1);
    for (slot_t slot = 1; slot <= 3; slot++)
        ck_assert_uint_eq(swapslots_alloc(slots, 1), (1 << 16) + slot);
    ck_assert_uint_eq(swapslots_alloc(slots, 1), 2);
    ck_assert_uint_eq(swapslots_alloc(slots, 1), 3);
    ck_assert_uint_eq(swapslots_alloc(slots, 0), SLOT_NONE);
    ck_assert(swapslots_cache_clear(slots, 0, (1 << 16) + 2));
    ck_assert_uint_eq(swapslots_alloc(slots, 0), (1 << 16) + 2);
    ck_assert(swapslots_cache_clear(slots, 0, 1));
    ck_assert(swapslots_cache_clear(slots, 0, 3));
    ck_assert_uint_eq(swapslots_alloc(slots, 0), 1);
}
END_TEST

enum { RANDOM_SLOTS = 4000 };

static const uint32_t versions[] = {LINUX_VERSION(2, 4, 16), LINUX_VERSION(2, 6, 24),
                                    LINUX_VERSION(4, 19, 0), LINUX_VERSION(6, 12, 0),
                                    LINUX_VERSION(6, 14, 0), LINUX_VERSION(6, 18, 0)};

static void begin_random(struct rng *rng, uint32_t version)
{
    begin(version, 3, 2);
    teardown();
    params.cluster = 16;
    params.nareas = 1 + (uint32_t)rng_below(rng, 3);
    for (uint32_t i = 0; i < params.nareas; i++)
        params.areas[i] =
            (struct swapslots_area){.first = i * RANDOM_SLOTS,
                                    .nslots = 2 + (uint32_t)rng_below(rng, 1300),
                                    .priority = (int32_t)rng_below(rng, 2),
                                    .rotational = rng_below(rng, 3) == 0};
    ck_assert_int_eq(swapslots_create(&slots, &params, NULL), OK);
}

START_TEST(random_operations_keep_every_reference)
{
    static uint8_t refs[3 * RANDOM_SLOTS], cached[3 * RANDOM_SLOTS];
    static slot_t used[3 * RANDOM_SLOTS];
    struct rng rng;
    rng_seed(&rng, (uint64_t)_i);
    begin_random(&rng, versions[(size_t)_i % ARRAY_LEN(versions)]);
    memset(refs, 0, sizeof refs);
    memset(cached, 0, sizeof cached);
    uint32_t n = 0, takes = 60;
    for (int step = 0; step < 20000; step++) {
        const uint32_t cpu = (uint32_t)rng_below(&rng, 3);
        if (rng_below(&rng, 500) == 0)
            takes = 20 + (uint32_t)rng_below(&rng, 60);
        if (rng_below(&rng, 100) < takes) {
            const slot_t slot = swapslots_alloc(slots, cpu);
            if (slot == SLOT_NONE) {
                ck_assert_uint_eq(swapslots_nfree(slots), 0);
                continue;
            }
            ck_assert(!refs[slot] && !cached[slot]);
            cached[slot] = 1;
            swapslots_set_owner(slots, slot, slot + 5);
            used[n++] = slot;
        } else if (n > 0) {
            const uint32_t i = (uint32_t)rng_below(&rng, n);
            const slot_t slot = used[i];
            bool freed = false;
            ck_assert_uint_eq(swapslots_owner(slots, slot), slot + 5);
            ck_assert_uint_eq(swapslots_count(slots, slot), refs[slot]);
            ck_assert_uint_eq(swapslots_cached(slots, slot), cached[slot]);
            if (refs[slot] < 3 && rng_below(&rng, 3) == 0) {
                swapslots_dup(slots, slot);
                refs[slot]++;
            } else if (cached[slot]) {
                freed = swapslots_cache_clear(slots, cpu, slot);
                cached[slot] = 0;
            } else if (rng_below(&rng, 4) == 0) {
                swapslots_cache_set(slots, slot);
                cached[slot] = 1;
            } else {
                freed = swapslots_put(slots, cpu, slot);
                refs[slot]--;
            }
            ck_assert_uint_eq(freed, !refs[slot] && !cached[slot]);
            if (freed)
                used[i] = used[--n];
        }
        ck_assert_uint_le(n + swapslots_nfree(slots), swapslots_total(slots));
        if (step % 100 == 0)
            sound();
    }
    sound();
}
END_TEST

static Suite *swapslots_suite(void)
{
    Suite *suite = suite_create("linux_swapslots");
    TCase *tests = tcase_create("swapslots");
    tcase_add_checked_fixture(tests, NULL, teardown);
    tcase_add_test(tests, a_slot_is_free_when_neither_entries_nor_the_cache_refer_to_it);
    tcase_add_test(tests, an_owner_lasts_as_long_as_its_slot);
    tcase_add_loop_test(tests, the_version_and_the_disk_decide_on_the_rule, 0,
                        ARRAY_LEN(rules));
    tcase_add_test(tests, only_2_4_takes_257_slots_of_a_run);
    tcase_add_test(tests, all_cpus_go_on_at_one_place_of_a_rotating_disk);
    tcase_add_test(tests, swap_is_full_when_less_than_half_is_free);
    tcase_add_test(tests, a_cpu_takes_64_slots_while_there_are_many);
    tcase_add_test(tests, at_2_times_64_the_slot_cache_stays);
    tcase_add_test(tests, thresholds_are_for_each_cpu);
    tcase_add_loop_test(tests, slot_caches_are_there_from_4_11_to_6_14, 0,
                        ARRAY_LEN(caches));
    tcase_add_test(tests, a_cpu_gives_64_free_slots_back_at_a_time);
    tcase_add_test(tests, areas_of_equal_priority_take_turns);
    tcase_add_test(tests, with_slot_caches_areas_take_turns_in_batches);
    tcase_add_test(tests, from_6_15_on_a_cluster_is_used_up_before_the_next_area);
    tcase_add_test(tests, a_cpu_forgets_its_cluster_in_the_area_that_it_leaves);
    tcase_add_loop_test(tests, random_operations_keep_every_reference, 0, 24);
    suite_add_tcase(suite, tests);
    return suite;
}

int main(void)
{
    return run_suite(swapslots_suite());
}
