/* swap_space_test.c -- slots of several swap devices: hand-worked places, and every slot of
 * random machines against a list that is filled stripe by stripe. */
#include "base/rng.h"
#include "harness.h"
#include "swap/swap_space.h"

#include <stdlib.h>

enum { SLOTS_MAX = 4096 };

static struct engine *engine;
static struct device *made[DEVICES_MAX];
static struct swap_space space;

static struct device *make(const char *model)
{
    _Alignas(max_align_t) unsigned char params[PARAM_VALUES_MAX];
    const struct device_ops *ops = device_find(model);
    struct device *device;
    struct error err = {0};
    param_defaults(ops->params, params);
    ASSERT_OK(device_create(&device, engine, ops, params, 4096, 1, &err), &err);
    return device;
}

static void setup(void)
{
    struct error err = {0};
    ASSERT_OK(engine_create(&engine, &err), &err);
    for (unsigned i = 0; i < DEVICES_MAX; i++)
        made[i] = make("fixed");
    space = (struct swap_space){0};
}

static void teardown(void)
{
    for (unsigned i = 0; i < DEVICES_MAX; i++)
        device_free(made[i]);
    engine_free(engine);
}

static void add(unsigned n, const uint64_t sizes[])
{
    space = (struct swap_space){0};
    for (unsigned i = 0; i < n; i++)
        swap_space_add(&space, made[i], sizes[i]);
}

static void lies(uint64_t slot, unsigned device, uint64_t at)
{
    const struct swap_place place = swap_space_place(&space, slot);
    ck_assert_ptr_eq(place.device, made[device]);
    ck_assert_uint_eq(place.slot, at);
}

START_TEST(a_slot_of_one_device_is_that_slot_of_it)
{
    add(1, (const uint64_t[]){1000});
    swap_space_stripe(&space, 8);
    swap_space_interleave(&space, 8);
    ck_assert_uint_eq(space.nslots, 1000);
    for (uint64_t slot = 0; slot < 1000; slot++) {
        lies(slot, 0, slot);
        ck_assert(swap_space_adjacent(&space, slot));
    }
}
END_TEST

/* Stripes of 4.  Device 1 has one of them and a rest of 3 slots, device 0 two, device 2
 * three: 0 1 2, then 0 2, then 2. */
START_TEST(stripes_pass_over_a_device_that_is_at_its_end)
{
    add(3, (const uint64_t[]){8, 7, 12});
    swap_space_stripe(&space, 4);
    ck_assert_uint_eq(space.nslots, 24);
    lies(0, 0, 0);
    lies(3, 0, 3);
    lies(4, 1, 0);
    lies(11, 2, 3);
    lies(12, 0, 4);
    lies(16, 2, 4);
    lies(20, 2, 8);
    lies(23, 2, 11);
    ck_assert(swap_space_adjacent(&space, 0) && swap_space_adjacent(&space, 2));
    ck_assert(!swap_space_adjacent(&space, 3) && !swap_space_adjacent(&space, 19));
}
END_TEST

/* 4.3BSD: three devices of 3584, 2048 and 3072 blocks and chunks of 1024; a slot is a block
 * here.  Block b is on device (b / 1024) mod 3 at (b / 1024 / 3) * 1024 + b mod 1024. */
START_TEST(interleaved_devices_count_as_the_largest)
{
    static const struct {
        uint32_t block, device, at;
    } rows[] = {{512, 0, 512},   {1023, 0, 1023}, {1024, 1, 0},    {2047, 1, 1023},
                {2050, 2, 2},    {3072, 0, 1024}, {5120, 2, 1024}, {7168, 1, 2048},
                {9216, 0, 3072}, {9727, 0, 3583}};
    add(3, (const uint64_t[]){3 * 1024 + 512, 2 * 1024, 3 * 1024});
    swap_space_interleave(&space, 1024);
    ck_assert_uint_eq(space.nslots, 3 * 4 * 1024);
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        lies(rows[i].block, rows[i].device, rows[i].at);
    ck_assert(swap_space_holds(&space, 9727) && !swap_space_holds(&space, 9728));
    ck_assert(swap_space_holds(&space, 4 * 1024) && !swap_space_holds(&space, 7 * 1024));
    ck_assert(!swap_space_holds(&space, 12 * 1024));
    add(2, (const uint64_t[]){1000, 2000}); /* the largest is not the first */
    swap_space_interleave(&space, 1024);
    ck_assert_uint_eq(space.nslots, 2 * 2 * 1024);
    lies(3 * 1024 + 5, 1, 1024 + 5);
    ck_assert(swap_space_holds(&space, 999) && !swap_space_holds(&space, 1000));
}
END_TEST

/* All slots in their order: round after round a stripe of each device that has one more. */
static unsigned list_all(struct swap_place all[], unsigned n, const uint64_t sizes[],
                         uint64_t stripe)
{
    unsigned listed = 0;
    for (uint64_t round = 0; round < SLOTS_MAX / DEVICES_MAX; round++)
        for (unsigned i = 0; i < n; i++)
            for (uint64_t k = 0; k < stripe && (round + 1) * stripe <= sizes[i]; k++)
                all[listed++] = (struct swap_place){made[i], round * stripe + k};
    return listed;
}

START_TEST(every_slot_lies_where_the_list_has_it)
{
    static struct swap_place all[SLOTS_MAX];
    struct rng rng;
    rng_seed(&rng, (uint64_t)_i + 1);
    for (int machine = 0; machine < 20; machine++) {
        const unsigned n = 2 + (unsigned)rng_below(&rng, DEVICES_MAX - 1);
        const uint64_t stripe = (uint64_t)1 << rng_below(&rng, 5);
        uint64_t sizes[DEVICES_MAX];
        for (unsigned i = 0; i < n; i++)
            sizes[i] = rng_below(&rng, SLOTS_MAX / DEVICES_MAX);
        add(n, sizes);
        swap_space_stripe(&space, stripe);
        const unsigned listed = list_all(all, n, sizes, stripe);
        ck_assert_uint_eq(space.nslots, listed);
        for (unsigned slot = 0; slot < listed; slot++) {
            const struct swap_place place = swap_space_place(&space, slot);
            ck_assert(place.device == all[slot].device && place.slot == all[slot].slot);
            ck_assert(swap_space_holds(&space, slot));
            const bool behind = slot + 1 < listed && all[slot + 1].device == place.device &&
                                all[slot + 1].slot == place.slot + 1;
            ck_assert(!swap_space_adjacent(&space, slot) || slot + 1 == listed || behind);
        }
    }
}
END_TEST

static void nothing(struct request *request)
{
    (void)request;
}

/* Device 0 serves two requests of 4096 bytes, device 1 one: 100 us each.  Between 0 and
 * 200 us device 0 is busy throughout and device 1 half of the time; one of the three waits
 * 100 us. */
START_TEST(statistics_of_all_devices_are_those_of_all_requests)
{
    struct request requests[3];
    struct device_stats stats;
    add(2, (const uint64_t[]){100, 100});
    for (int i = 0; i < 3; i++) {
        requests[i] = (struct request){.length = 4096, .write = i == 2, .done = nothing};
        device_submit(made[i == 1], &requests[i]);
    }
    ck_assert_uint_eq(swap_space_pending(&space), 3);
    while (engine_step(engine))
        ;
    swap_space_stats(&space, &stats);
    const psec_t us = 1000000;
    ck_assert_uint_eq(stats.reads, 2);
    ck_assert_uint_eq(stats.writes, 1);
    ck_assert_uint_eq(stats.bytes_read, 8192);
    ck_assert_uint_eq(stats.bytes_written, 4096);
    ck_assert_uint_eq(stats.busy, 300 * us);
    ck_assert_double_eq(stats.utilisation, 0.75);
    ck_assert_double_eq_tol(stats.wait_mean, 100e6 / 3, 1);
    ck_assert_double_eq(stats.service_mean, 100e6);
    ck_assert_uint_ge(stats.wait_p99, 100 * us);
    ck_assert_uint_le(stats.wait_p99, 101 * us);
    ck_assert_double_eq(stats.queue_mean, (2 + 1 + 1) / 2.0);
    ck_assert_uint_eq(stats.queue_max, 2);
}
END_TEST

START_TEST(several_devices_in_memory_take_memory_together)
{
    struct device *packed[2] = {make("zram"), make("zram")};
    for (int i = 0; i < 2; i++)
        swap_space_add(&space, packed[i], 64);
    ck_assert(space.in_memory);
    const uint64_t empty = swap_space_memory(&space);
    ck_assert_uint_eq(empty, 2 * device_memory(packed[0]));
    for (uint64_t slot = 0; slot < 8; slot++)
        (void)device_transfer(packed[slot % 2], slot * 4096, 4096, true);
    ck_assert_uint_eq(swap_space_memory(&space),
                      device_memory(packed[0]) + device_memory(packed[1]));
    ck_assert_uint_gt(swap_space_memory(&space), empty);
    device_free(packed[0]);
    device_free(packed[1]);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("swap_space");
    TCase *tests = tcase_create("swap_space");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, a_slot_of_one_device_is_that_slot_of_it);
    tcase_add_test(tests, stripes_pass_over_a_device_that_is_at_its_end);
    tcase_add_test(tests, interleaved_devices_count_as_the_largest);
    tcase_add_loop_test(tests, every_slot_lies_where_the_list_has_it, 0, 4);
    tcase_add_test(tests, statistics_of_all_devices_are_those_of_all_requests);
    tcase_add_test(tests, several_devices_in_memory_take_memory_together);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
