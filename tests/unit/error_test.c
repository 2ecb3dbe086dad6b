/* error_test.c -- errors outlive what they were made from. */
#include "base/error.h"

#include <check.h>
#include <stdlib.h>

START_TEST(copy_points_to_its_own_file_name)
{
    struct error from, to;
    error_set(&from, ERR_SYNTAX, (struct location){"a.txt", 3, 4}, "bad '%c'", 'x');
    error_copy(&to, &from);
    ck_assert_ptr_eq(to.at.file, to.file);
    error_set(&from, ERR_IO, at_file("b.txt"), "gone");
    char line[128];
    ck_assert_str_eq(error_format(&to, line, sizeof line), "a.txt:3:4: bad 'x'");
    ck_assert_str_eq(to.at.file, "a.txt");
}
END_TEST

START_TEST(copy_without_a_file_names_none)
{
    struct error from, to;
    error_set(&from, ERR_CONFIG, at_nowhere(), "wrong");
    error_copy(&to, &from);
    ck_assert_ptr_null(to.at.file);
    error_copy(NULL, &from);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("error");
    TCase *tests = tcase_create("error");
    tcase_add_test(tests, copy_points_to_its_own_file_name);
    tcase_add_test(tests, copy_without_a_file_names_none);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
