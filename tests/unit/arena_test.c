/* arena_test.c -- memory that is taken in pieces and given back at once. */
#include "base/arena.h"

#include <check.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

static struct arena *arena;

static void setup(void)
{
    arena = arena_create();
}

static void teardown(void)
{
    arena_free(arena);
}

START_TEST(pieces_are_zeroed_aligned_and_apart)
{
    unsigned char *pieces[200];
    for (size_t i = 0; i < ARRAY_LEN(pieces); i++) {
        pieces[i] = arena_alloc(arena, i * 7); /* in all several chunks */
        ck_assert_uint_eq((uintptr_t)pieces[i] % _Alignof(max_align_t), 0);
        for (size_t k = 0; k < i * 7; k++)
            ck_assert_uint_eq(pieces[i][k], 0);
        memset(pieces[i], (int)i + 1, i * 7);
    }
    for (size_t i = 0; i < ARRAY_LEN(pieces); i++)
        for (size_t k = 0; k < i * 7; k++)
            ck_assert_uint_eq(pieces[i][k], i + 1);
}
END_TEST

START_TEST(a_piece_may_be_larger_than_a_chunk)
{
    unsigned char *piece = arena_alloc(arena, 1 << 20);
    memset(piece, 1, 1 << 20);
    ck_assert_str_eq(arena_strdup(arena, "after"), "after");
}
END_TEST

START_TEST(sizes_that_overflow_are_refused)
{
    ck_assert_ptr_null(arena_alloc(arena, SIZE_MAX));
    ck_assert_ptr_null(arena_array(arena, SIZE_MAX / 4, 8));
}
END_TEST

START_TEST(texts_are_copied)
{
    char text[] = "clock";
    char *copy = arena_strdup(arena, text);
    text[0] = 'x';
    ck_assert_str_eq(copy, "clock");
    ck_assert_str_eq(arena_strndup(arena, "policy.hand", 6), "policy");
    ck_assert_str_eq(arena_printf(arena, "%s=%d", "frames", 3), "frames=3");
}
END_TEST

static Suite *arena_suite(void)
{
    Suite *suite = suite_create("arena");
    TCase *tests = tcase_create("arena");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, pieces_are_zeroed_aligned_and_apart);
    tcase_add_test(tests, a_piece_may_be_larger_than_a_chunk);
    tcase_add_test(tests, sizes_that_overflow_are_refused);
    tcase_add_test(tests, texts_are_copied);
    suite_add_tcase(suite, tests);
    return suite;
}

int main(void)
{
    SRunner *runner = srunner_create(arena_suite());
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
