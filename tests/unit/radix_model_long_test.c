/* radix_model_long_test.c -- millions of operations; see radix_model_test.c. */
#include "radix_manual.h"

static struct model model;

START_TEST(tables_and_walks_are_those_of_the_manual)
{
    manual_open(&model, &manual_formats[_i]);
    model_run(&model, 3000000);
    ck_assert_uint_gt(model.splits, 100);
    model_close(&model);
}
END_TEST

static Suite *radix_model_long_suite(void)
{
    Suite *suite = suite_create("radix_model_long");
    TCase *tests = tcase_create("radix_model_long");
    tcase_add_loop_test(tests, tables_and_walks_are_those_of_the_manual, 0,
                        ARRAY_LEN(manual_formats));
    suite_add_tcase(suite, tests);
    return suite;
}

int main(void)
{
    SRunner *runner = srunner_create(radix_model_long_suite());
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
