/* courses_long_test.c -- the traces of the two courses at every memory size of the table,
 * which are 149 for the two of CS1550 of 2020; simpleloop is whole in courses_test.c. */
#include "policy/courses.h"

START_TEST(v1_gcc_counts_as_in_cs1550_until_2018_at_every_memory_size)
{
    ck_assert_uint_eq(course_check("v1-gcc", "v1-gcc.trace.zst", 1), 4 * COURSE_POLICIES);
}
END_TEST

START_TEST(blocked_matrix_product_counts_as_in_csc369_at_every_memory_size)
{
    ck_assert_uint_eq(course_check("blocked100-25", "blocked100-25.ref.zst", 1),
                      4 * COURSE_POLICIES);
}
END_TEST

START_TEST(v2_gcc_counts_as_in_cs1550_of_2020_at_every_memory_size)
{
    ck_assert_uint_eq(course_check("v2-gcc", "v2-gcc.trace.zst", 1), 149 * COURSE_POLICIES);
}
END_TEST

START_TEST(v2_gzip_counts_as_in_cs1550_of_2020_at_every_memory_size)
{
    ck_assert_uint_eq(course_check("v2-gzip", "v2-gzip.trace.zst", 1),
                      149 * COURSE_POLICIES);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("courses_long");
    TCase *tests = tcase_create("courses_long");
    tcase_add_test(tests, v1_gcc_counts_as_in_cs1550_until_2018_at_every_memory_size);
    tcase_add_test(tests, blocked_matrix_product_counts_as_in_csc369_at_every_memory_size);
    tcase_add_test(tests, v2_gcc_counts_as_in_cs1550_of_2020_at_every_memory_size);
    tcase_add_test(tests, v2_gzip_counts_as_in_cs1550_of_2020_at_every_memory_size);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
