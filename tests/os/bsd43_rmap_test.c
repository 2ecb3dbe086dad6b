/* bsd43_rmap_test.c -- resource maps against hand-worked examples and a map that looks at
 * every block; swap devices. */
#include "bsd43_machine.h"
#include "bsd43_slow_map.h"

#include "base/rng.h"
#include "base/types.h"

static struct bsd43_rmap map, argmap;

static void setup(void)
{
    ck_assert_int_eq(bsd43_rmap_init(&map, 1000, NULL), OK);
    ck_assert_int_eq(bsd43_rmap_init(&argmap, 16, NULL), OK);
}

static void teardown(void)
{
    bsd43_rmap_release(&map);
    bsd43_rmap_release(&argmap);
}

/* pieces: {addr, size} ..., ended by a size of 0 */
static void holds(const struct bsd43_rmap *m, const struct bsd43_piece *pieces)
{
    ck_assert_ptr_null(bsd43_rmap_check(m));
    uint32_t n = 0;
    for (; pieces[n].size; n++) {
        ck_assert_uint_lt(n, m->npieces);
        ck_assert_uint_eq(m->pieces[n].addr, pieces[n].addr);
        ck_assert_uint_eq(m->pieces[n].size, pieces[n].size);
    }
    ck_assert_uint_eq(m->npieces, n);
}

#define HOLDS(m, ...) holds((m), (const struct bsd43_piece[]){__VA_ARGS__, {0, 0}})

START_TEST(the_first_piece_that_is_large_enough_is_used_from_its_front)
{
    bsd43_rmfree(&map, 10, 100);
    bsd43_rmfree(&map, 50, 200);
    bsd43_rmfree(&map, 20, 300);
    ck_assert_uint_eq(bsd43_rmalloc(&map, 20), 200);
    ck_assert_uint_eq(bsd43_rmalloc(&map, 4), 100);
    ck_assert_uint_eq(bsd43_rmalloc(&map, 20), 220);
    ck_assert_uint_eq(bsd43_rmalloc(&map, 20), 300); /* 10 are left at 240, 6 at 104 */
    HOLDS(&map, {104, 6}, {240, 10});
    ck_assert_uint_eq(bsd43_rmalloc(&map, 11), 0);
    ck_assert_uint_eq(bsd43_rmalloc(&map, 6), 104); /* all of it */
    HOLDS(&map, {240, 10});
    ck_assert_uint_eq(bsd43_rmap_free_blocks(&map), 10);
}
END_TEST

START_TEST(what_is_given_back_joins_its_neighbours)
{
    bsd43_rmfree(&map, 10, 100);
    bsd43_rmfree(&map, 10, 140);
    bsd43_rmfree(&map, 10, 120);
    HOLDS(&map, {100, 10}, {120, 10}, {140, 10});
    bsd43_rmfree(&map, 2, 110); /* left    */
    HOLDS(&map, {100, 12}, {120, 10}, {140, 10});
    bsd43_rmfree(&map, 2, 138); /* right   */
    HOLDS(&map, {100, 12}, {120, 10}, {138, 12});
    bsd43_rmfree(&map, 8, 112); /* both    */
    HOLDS(&map, {100, 30}, {138, 12});
    bsd43_rmfree(&map, 8, 130); /* both, the last ones */
    HOLDS(&map, {100, 50});
    bsd43_rmfree(&map, 1, 1); /* neither, in front */
    HOLDS(&map, {1, 1}, {100, 50});
}
END_TEST

/* dmmax 1024.  A piece that crosses a multiple is used from there on, although the request
 * would fit in front: so the kernel does it. */
START_TEST(an_interleaved_map_gives_nothing_across_a_boundary)
{
    map.interleave = 1024;
    bsd43_rmfree(&map, 600, 900); /* 900 .. 1499 */
    ck_assert_uint_eq(bsd43_rmalloc(&map, 64), 1024);
    HOLDS(&map, {900, 124}, {1088, 412});
    ck_assert_uint_eq(bsd43_rmalloc(&map, 64), 900); /* now it ends at the boundary */
    ck_assert_uint_eq(bsd43_rmalloc(&map, 64), 1088);
    ck_assert_uint_eq(bsd43_rmalloc(&map, 60), 964);
    HOLDS(&map, {1152, 348});
    teardown();
    setup();
    map.interleave = 1024;
    bsd43_rmfree(&map, 100, 1000); /* 24 before the boundary, 76 behind it */
    ck_assert_uint_eq(bsd43_rmalloc(&map, 80), 0);
    ck_assert_uint_eq(bsd43_rmalloc(&map, 76), 1024);
    HOLDS(&map, {1000, 24});
}
END_TEST

START_TEST(an_interleaved_piece_that_begins_at_a_boundary_is_used_from_the_next_one)
{
    map.interleave = 1024;
    bsd43_rmfree(&map, 3000, 2048);
    ck_assert_uint_eq(bsd43_rmalloc(&map, 1024), 3072);
    HOLDS(&map, {2048, 1024}, {4096, 952});
    ck_assert_uint_eq(bsd43_rmalloc(&map, 1024), 2048);
    ck_assert_uint_eq(bsd43_rmalloc(&map, 1024), 0);
    ck_assert_uint_eq(bsd43_rmalloc(&map, 32), 4096);
}
END_TEST

START_TEST(when_pieces_do_not_fit_the_last_but_one_is_lost)
{
    teardown();
    ck_assert_int_eq(bsd43_rmap_init(&map, 3, NULL), OK);
    ck_assert_int_eq(bsd43_rmap_init(&argmap, 3, NULL), OK);
    bsd43_rmfree(&map, 1, 10);
    bsd43_rmfree(&map, 2, 20);
    bsd43_rmfree(&map, 3, 30);
    ck_assert_uint_eq(map.lost, 0);
    bsd43_rmfree(&map, 4, 40);
    HOLDS(&map, {10, 1}, {20, 2}, {40, 4});
    ck_assert_uint_eq(map.lost, 3);
    bsd43_rmfree(&map, 5, 50); /* 40 is the last but one now */
    HOLDS(&map, {10, 1}, {20, 2}, {50, 5});
    ck_assert_uint_eq(map.lost, 7);
    bsd43_rmfree(&map, 1, 2);
    HOLDS(&map, {2, 1}, {10, 1}, {50, 5});
    ck_assert_uint_eq(map.lost, 9);
}
END_TEST

enum { HELD = 400 };

/* Requests and returns at random, in phases in which one or the other prevails. */
static void random_course(struct rng *rng, struct slow_map *slow, uint32_t most)
{
    static struct bsd43_piece held[HELD];
    uint32_t nheld = 0, takes = 70;
    for (int step = 0; step < 1500; step++) {
        if (rng_below(rng, 100) == 0)
            takes = 20 + (uint32_t)rng_below(rng, 75);
        if (nheld < HELD && rng_below(rng, 100) < takes) {
            const uint32_t size = 1 + (uint32_t)rng_below(rng, most);
            const uint32_t expected = slow_take(slow, size),
                           addr = bsd43_rmalloc(&map, size);
            if (addr != expected)
                ck_abort_msg("step %d: %u blocks at %u, not %u", step, size, addr,
                             expected);
            if (addr)
                held[nheld++] = (struct bsd43_piece){addr, size};
        } else if (nheld > 0) {
            const uint32_t i = (uint32_t)rng_below(rng, nheld);
            slow_set(slow, held[i].addr, held[i].size, true);
            bsd43_rmfree(&map, held[i].size, held[i].addr);
            held[i] = held[--nheld];
        }
        if (step % 50 == 0)
            compare_with_slow(&map, slow);
    }
    compare_with_slow(&map, slow);
}

START_TEST(random_requests_equal_those_of_the_slow_map)
{
    static const uint32_t interleaves[] = {0, 64, 256, 1024};
    static struct slow_map slow;
    struct rng rng;
    rng_seed(&rng, (uint64_t)_i);
    for (int trial = 0; trial < 4; trial++) {
        slow = (struct slow_map){.interleave = interleaves[_i]};
        map.npieces = 0;
        map.interleave = interleaves[_i];
        const uint32_t size = 200 + (uint32_t)rng_below(&rng, 8000);
        const uint32_t addr = 1 + (uint32_t)rng_below(&rng, 3000);
        slow_set(&slow, addr, size, true);
        bsd43_rmfree(&map, size, addr);
        random_course(&rng, &slow, interleaves[_i] == 64 ? 64 : 200);
        ck_assert_uint_eq(map.lost, 0);
    }
}
END_TEST

/* The live kernel's swap partition; half of the first 1024 blocks is argmap's. */
START_TEST(the_first_half_of_the_first_chunk_is_for_the_arguments_of_exec)
{
    const struct bsd43_defaults d = with_loop(BSD43_43BSD, 8192);
    bsd43_swap_on(&map, &argmap, &d, 0, 33440);
    HOLDS(&argmap, {2, 510});
    HOLDS(&map, {512, 32928});
    ck_assert_uint_eq(map.interleave, 0);
}
END_TEST

START_TEST(a_device_smaller_than_a_chunk_is_halved_too)
{
    struct bsd43_config config = loop_config(BSD43_43BSD, 8192);
    config.swap_blocks[0] = 300;
    const struct bsd43_defaults d = booted(&config);
    bsd43_swap_on(&map, &argmap, &d, 0, 300);
    HOLDS(&argmap, {2, 148});
    HOLDS(&map, {150, 150});
}
END_TEST

/* Device 0: chunks 0, 3, 6 and half of 9; device 1: chunks 1, 4; device 2: 2, 5, 8. */
static struct bsd43_defaults three_devices(enum bsd43_variant variant)
{
    struct bsd43_config config = loop_config(variant, 8192);
    config.nswdev = 3;
    config.swap_blocks[0] = 3 * 1024 + 512;
    config.swap_blocks[1] = 2 * 1024;
    config.swap_blocks[2] = 3 * 1024;
    const struct bsd43_defaults d = booted(&config);
    ck_assert_uint_eq(d.nswap, 3 * 4 * 1024);
    return d;
}

START_TEST(chunks_of_several_devices_alternate)
{
    const struct bsd43_defaults d = three_devices(BSD43_43BSD);
    bsd43_swap_on(&map, &argmap, &d, 0, 3 * 1024 + 512);
    ck_assert_uint_eq(map.interleave, 1024);
    HOLDS(&argmap, {2, 510});
    HOLDS(&map, {512, 512}, {3072, 1024}, {6144, 1024}, {9216, 512});
    bsd43_swap_on(&map, &argmap, &d, 2, 3 * 1024); /* by swapon(), in any order */
    HOLDS(&map, {512, 512}, {2048, 2048}, {5120, 2048}, {8192, 1536});
    bsd43_swap_on(&map, &argmap, &d, 1, 2 * 1024);
    HOLDS(&map, {512, 6656}, {8192, 1536});
    ck_assert_uint_eq(bsd43_rmalloc(&map, 1024), 1024);
}
END_TEST

START_TEST(tahoe_spares_the_label_of_further_devices)
{
    const struct bsd43_defaults d = three_devices(BSD43_TAHOE);
    bsd43_swap_on(&map, &argmap, &d, 0, 3 * 1024 + 512);
    bsd43_swap_on(&map, &argmap, &d, 2, 3 * 1024);
    HOLDS(&map, {512, 512}, {2050, 2046}, {5120, 2048}, {8192, 1536});
}
END_TEST

/* What is in the map is on the devices, each block once. */
START_TEST(every_block_of_every_device_is_in_the_map_but_the_first_half_chunk)
{
    const struct bsd43_defaults d = three_devices(BSD43_43BSD);
    static const uint32_t blocks[] = {3 * 1024 + 512, 2 * 1024, 3 * 1024};
    static bool seen[3][4096];
    for (uint32_t device = 0; device < 3; device++)
        bsd43_swap_on(&map, &argmap, &d, device, blocks[device]);
    for (uint32_t i = 0; i < map.npieces; i++)
        for (uint32_t k = 0; k < map.pieces[i].size; k++) {
            const uint32_t block = map.pieces[i].addr + k, device = block / 1024 % 3;
            const uint32_t at = block / 1024 / 3 * 1024 + block % 1024;
            if (at >= blocks[device] || seen[device][at])
                ck_abort_msg("block %u of device %u", at, device);
            seen[device][at] = true;
        }
    ck_assert_uint_eq(bsd43_rmap_free_blocks(&map),
                      blocks[0] + blocks[1] + blocks[2] - 512);
    ck_assert(!seen[0][511] && seen[0][512]);
}
END_TEST

static Suite *rmap_suite(void)
{
    Suite *suite = suite_create("bsd43_rmap");
    TCase *tests = tcase_create("rmap");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, the_first_piece_that_is_large_enough_is_used_from_its_front);
    tcase_add_test(tests, what_is_given_back_joins_its_neighbours);
    tcase_add_test(tests, an_interleaved_map_gives_nothing_across_a_boundary);
    tcase_add_test(
        tests, an_interleaved_piece_that_begins_at_a_boundary_is_used_from_the_next_one);
    tcase_add_test(tests, when_pieces_do_not_fit_the_last_but_one_is_lost);
    tcase_add_loop_test(tests, random_requests_equal_those_of_the_slow_map, 0, 4);
    tcase_add_test(tests, the_first_half_of_the_first_chunk_is_for_the_arguments_of_exec);
    tcase_add_test(tests, a_device_smaller_than_a_chunk_is_halved_too);
    tcase_add_test(tests, chunks_of_several_devices_alternate);
    tcase_add_test(tests, tahoe_spares_the_label_of_further_devices);
    tcase_add_test(tests,
                   every_block_of_every_device_is_in_the_map_but_the_first_half_chunk);
    suite_add_tcase(suite, tests);
    return suite;
}

int main(void)
{
    return run_suite(rmap_suite());
}
