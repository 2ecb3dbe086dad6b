/* map_test.c -- a map that grows and never forgets. */
#include "base/map.h"

#include "base/types.h"

#include <check.h>
#include <stdlib.h>

static struct map map;

static void teardown(void)
{
    map_release(&map);
}

START_TEST(empty_map_has_no_key)
{
    ck_assert_uint_eq(map_get(&map, 0), MAP_ABSENT);
    ck_assert_uint_eq(map.used, 0);
}
END_TEST

START_TEST(first_value_of_a_key_stays)
{
    ck_assert_uint_eq(map_get_or_add(&map, 7, 1, NULL), 1);
    ck_assert_uint_eq(map_get_or_add(&map, 7, 2, NULL), 1);
    ck_assert_uint_eq(map_get(&map, 7), 1);
    ck_assert_uint_eq(map_get(&map, 8), MAP_ABSENT);
    ck_assert_uint_eq(map.used, 1);
}
END_TEST

START_TEST(any_key_and_any_value_but_absent_can_be_kept)
{
    static const uint64_t keys[] = {0, 1, UINT64_MAX, (uint64_t)1 << 63, MAP_ABSENT};
    for (uint32_t i = 0; i < ARRAY_LEN(keys); i++)
        ck_assert_uint_eq(map_get_or_add(&map, keys[i], MAP_ABSENT - 1 - i, NULL),
                          MAP_ABSENT - 1 - i);
    for (uint32_t i = 0; i < ARRAY_LEN(keys); i++)
        ck_assert_uint_eq(map_get(&map, keys[i]), MAP_ABSENT - 1 - i);
}
END_TEST

/* Keys in steps of 2^12 and 2^40, of which the low bits alone say nothing. */
START_TEST(keys_survive_growth)
{
    enum { KEYS = 20000 };
    for (uint32_t i = 0; i < KEYS; i++) {
        const uint64_t key = (uint64_t)i << (i % 2 ? 12 : 40);
        ck_assert_uint_eq(map_get_or_add(&map, key, i, NULL), i);
        ck_assert_uint_lt(map.used, map.nslots);
    }
    ck_assert_uint_eq(map.used, KEYS);
    for (uint32_t i = 0; i < KEYS; i++) {
        ck_assert_uint_eq(map_get(&map, (uint64_t)i << (i % 2 ? 12 : 40)), i);
        ck_assert_uint_eq(map_get(&map, (uint64_t)i << 12 | 1), MAP_ABSENT);
    }
}
END_TEST

START_TEST(released_map_is_empty_again)
{
    ck_assert_uint_eq(map_get_or_add(&map, 7, 1, NULL), 1);
    map_release(&map);
    ck_assert_uint_eq(map_get(&map, 7), MAP_ABSENT);
    ck_assert_uint_eq(map_get_or_add(&map, 7, 2, NULL), 2);
}
END_TEST

static Suite *map_suite(void)
{
    Suite *suite = suite_create("map");
    TCase *tests = tcase_create("map");
    tcase_add_checked_fixture(tests, NULL, teardown);
    tcase_add_test(tests, empty_map_has_no_key);
    tcase_add_test(tests, first_value_of_a_key_stays);
    tcase_add_test(tests, any_key_and_any_value_but_absent_can_be_kept);
    tcase_add_test(tests, keys_survive_growth);
    tcase_add_test(tests, released_map_is_empty_again);
    suite_add_tcase(suite, tests);
    return suite;
}

int main(void)
{
    SRunner *runner = srunner_create(map_suite());
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
