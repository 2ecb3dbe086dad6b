/* radix_model_test.c -- the radix formats against the model on operations at random. */
#include "radix_manual.h"

static struct model model;

START_TEST(tables_and_walks_are_those_of_the_manual)
{
    manual_open(&model, &manual_formats[_i]);
    model_run(&model, 80000);
    /* The run came upon all there is. */
    for (size_t i = 0; i < ARRAY_LEN(model.walks); i++)
        ck_assert_uint_gt(model.walks[i], 500);
    ck_assert_uint_gt(model.large, 20);
    ck_assert_uint_gt(model.splits, 2);
    model_close(&model);
}
END_TEST

/* Pages at the beginning, in the middle and at the end of all that a format can address. */
static void open_adapted(const struct pagetable_ops *ops, unsigned shift, unsigned bits)
{
    const uint64_t all = UINT64_C(1) << (bits - shift);
    const uint32_t n = all / 4 < 100 ? (uint32_t)(all / 4) : 100;
    const uint64_t first[] = {0, all / 4, all / 2, all - n};
    /* Above 32 bits the upper half is at the end of 64-bit addresses. */
    const uint64_t upper = bits > 32 ? (UINT64_MAX << bits) >> shift : 0;
    model_open(&model, ops, shift, true, NULL, 4);
    for (uint32_t space = 0; space < 2; space++) {
        model_add_space(&model, space);
        for (size_t i = 0; i < ARRAY_LEN(first); i++)
            model_add_area(&model, space, first[i] | (i < 2 ? 0 : upper), n, 0);
    }
}

START_TEST(adapted_tables_map_what_they_should)
{
    static const struct {
        const struct pagetable_ops *ops;
        unsigned bits;
    } formats[] = {{&pagetable_x86_32, 32},
                   {&pagetable_x86_pae, 32},
                   {&pagetable_x86_64, 48},
                   {&pagetable_x86_64_5, 57},
                   {&pagetable_srmmu, 32}};
    for (size_t i = 0; i < ARRAY_LEN(formats); i++) {
        open_adapted(formats[i].ops, (unsigned)_i, formats[i].bits);
        model_run(&model, 2000);
        model_close(&model);
    }
}
END_TEST

static Suite *radix_model_suite(void)
{
    Suite *suite = suite_create("radix_model");
    TCase *tests = tcase_create("radix_model");
    tcase_add_loop_test(tests, tables_and_walks_are_those_of_the_manual, 0,
                        ARRAY_LEN(manual_formats));
    tcase_add_loop_test(tests, adapted_tables_map_what_they_should, 9, 31);
    suite_add_tcase(suite, tests);
    return suite;
}

int main(void)
{
    SRunner *runner = srunner_create(radix_model_suite());
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
