/* courses_long_test.c -- the two traces of CS1550 that the table has at 149 memory sizes,
 * at every one of them. */
#include "policy/courses.h"

START_TEST(v2_gcc_counts_as_in_cs1550_at_every_memory_size)
{
    ck_assert_uint_eq(course_check("v2-gcc", "v2-gcc.trace.zst", 1), 149 * COURSE_POLICIES);
}
END_TEST

START_TEST(v2_gzip_counts_as_in_cs1550_at_every_memory_size)
{
    ck_assert_uint_eq(course_check("v2-gzip", "v2-gzip.trace.zst", 1),
                      149 * COURSE_POLICIES);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("courses_long");
    TCase *tests = tcase_create("courses_long");
    tcase_add_test(tests, v2_gcc_counts_as_in_cs1550_at_every_memory_size);
    tcase_add_test(tests, v2_gzip_counts_as_in_cs1550_at_every_memory_size);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
