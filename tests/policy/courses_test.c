/* courses_test.c -- the traces of two courses, CS1550 at Pittsburgh and CSC369 at Toronto,
 * at a few memory sizes; courses_long_test.c has the rest of the table. */
#include "policy/courses.h"

START_TEST(v1_gcc_counts_as_in_cs1550_until_2018)
{
    ck_assert_uint_eq(course_check("v1-gcc", "v1-gcc.trace.zst", 32), 2 * COURSE_POLICIES);
}
END_TEST

START_TEST(v2_gcc_counts_as_in_cs1550_of_2020)
{
    ck_assert_uint_eq(course_check("v2-gcc", "v2-gcc.trace.zst", 50), 4 * COURSE_POLICIES);
}
END_TEST

START_TEST(v2_gzip_counts_as_in_cs1550_of_2020)
{
    ck_assert_uint_eq(course_check("v2-gzip", "v2-gzip.trace.zst", 100),
                      2 * COURSE_POLICIES);
}
END_TEST

START_TEST(simpleloop_counts_as_in_csc369)
{
    ck_assert_uint_eq(course_check("simpleloop", "simpleloop.ref.zst", 1),
                      6 * COURSE_POLICIES);
}
END_TEST

START_TEST(blocked_matrix_product_counts_as_in_csc369)
{
    ck_assert_uint_eq(course_check("blocked100-25", "blocked100-25.ref.zst", 200),
                      COURSE_POLICIES);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("courses");
    TCase *tests = tcase_create("courses");
    tcase_add_test(tests, v1_gcc_counts_as_in_cs1550_until_2018);
    tcase_add_test(tests, v2_gcc_counts_as_in_cs1550_of_2020);
    tcase_add_test(tests, v2_gzip_counts_as_in_cs1550_of_2020);
    tcase_add_test(tests, simpleloop_counts_as_in_csc369);
    tcase_add_test(tests, blocked_matrix_product_counts_as_in_csc369);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
