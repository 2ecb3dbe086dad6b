/* pagetable_test.c -- what the page-table formats say of themselves; what they do is tested
 * in radix*_test.c and in tests of their own. */
#include "machine/pagetable.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

/* Page sizes are those of the manuals: x86 SDM vol. 3A, table 4-1; SPARC V8, appendix H. */
static const struct {
    const char *name;
    unsigned features, address_bits, paddr_bits;
    unsigned page_shifts[4];
} radix[] = {
    {"x86-32", PAGETABLE_REFERENCED | PAGETABLE_MODIFIED, 32, 32, {12, 22}},
    {"x86-pae", PAGETABLE_REFERENCED | PAGETABLE_MODIFIED, 32, 36, {12, 21}},
    {"x86-64", PAGETABLE_REFERENCED | PAGETABLE_MODIFIED, 64, 52, {12, 21, 30}},
    {"x86-64-5", PAGETABLE_REFERENCED | PAGETABLE_MODIFIED, 64, 52, {12, 21, 30}},
    {"srmmu", PAGETABLE_REFERENCED | PAGETABLE_MODIFIED, 32, 36, {12, 18, 24}},
};

START_TEST(formats_are_found_by_name)
{
    const struct pagetable_ops *ideal = pagetable_find("ideal");
    ck_assert_ptr_nonnull(ideal);
    ck_assert(!ideal->create);
    ck_assert_uint_eq(ideal->features, 0);
    ck_assert_uint_eq(ideal->address_bits, 64);
    ck_assert_ptr_null(pagetable_find("x86"));
    for (size_t i = 0; i < ARRAY_LEN(radix); i++) {
        const struct pagetable_ops *ops = pagetable_find(radix[i].name);
        ck_assert_msg(ops != NULL, "%s", radix[i].name);
        ck_assert_uint_eq(ops->features, radix[i].features);
        ck_assert_uint_eq(ops->address_bits, radix[i].address_bits);
        ck_assert_uint_eq(ops->paddr_bits, radix[i].paddr_bits);
        for (size_t j = 0; j < ARRAY_LEN(radix[i].page_shifts); j++) {
            ck_assert_uint_eq(ops->page_shifts[j], radix[i].page_shifts[j]);
            if (radix[i].page_shifts[j] == 0)
                break;
        }
    }
}
END_TEST

static void note_of(const char *name, unsigned page_shift, char *note, size_t size)
{
    static max_align_t values[PARAM_VALUES_MAX / sizeof(max_align_t)];
    const struct pagetable_ops *ops = pagetable_find(name);
    const struct pagetable_params params = {
        .page_shift = page_shift, .adapted = true, .params = values};
    if (ops->params)
        param_defaults(ops->params, values);
    ops->note(&params, note, size);
}

/* The bits of an index: those of an address less the page's, with the hardware's widths
 * from the leaves up and the rest at the top; a page of a large size or more is a leaf
 * where pages of that size are. */
static const struct {
    const char *name;
    unsigned shift;
    const char *note;
} adapted[] = {
    {"x86-64", 9,
     "x86-64 has no pages of 512 bytes: its tables are adapted, index bits "
     "12+9+9+9"},
    {"x86-64", 11,
     "x86-64 has no pages of 2048 bytes: its tables are adapted, index "
     "bits 10+9+9+9"},
    {"x86-64", 13,
     "x86-64 has no pages of 8192 bytes: its tables are adapted, index "
     "bits 8+9+9+9"},
    {"x86-64", 20,
     "x86-64 has no pages of 1048576 bytes: its tables are adapted, index "
     "bits 1+9+9+9"},
    {"x86-64", 22,
     "x86-64 has no pages of 4194304 bytes: its tables are adapted, index "
     "bits 8+9+9"},
    {"x86-64", 29,
     "x86-64 has no pages of 536870912 bytes: its tables are adapted, "
     "index bits 1+9+9"},
    {"x86-64-5", 16,
     "x86-64-5 has no pages of 65536 bytes: its tables are adapted, "
     "index bits 5+9+9+9+9"},
    {"x86-32", 9,
     "x86-32 has no pages of 512 bytes: its tables are adapted, index bits "
     "13+10"},
    {"x86-32", 21,
     "x86-32 has no pages of 2097152 bytes: its tables are adapted, index "
     "bits 1+10"},
    {"x86-32", 24,
     "x86-32 has no pages of 16777216 bytes: its tables are adapted, index "
     "bits 8"},
    {"x86-pae", 13,
     "x86-pae has no pages of 8192 bytes: its tables are adapted, index "
     "bits 1+9+9"},
    {"x86-pae", 14,
     "x86-pae has no pages of 16384 bytes: its tables are adapted, index "
     "bits 9+9"},
    {"x86-pae", 22,
     "x86-pae has no pages of 4194304 bytes: its tables are adapted, "
     "index bits 1+9"},
    {"srmmu", 13,
     "srmmu has no pages of 8192 bytes: its tables are adapted, index bits "
     "7+6+6"},
    {"srmmu", 19,
     "srmmu has no pages of 524288 bytes: its tables are adapted, index "
     "bits 7+6"},
};

START_TEST(note_tells_what_is_adapted)
{
    char note[256];
    for (size_t i = 0; i < ARRAY_LEN(adapted); i++) {
        note_of(adapted[i].name, adapted[i].shift, note, sizeof note);
        ck_assert_str_eq(note, adapted[i].note);
    }
    memset(note, '!', sizeof note); /* cut where the buffer ends                          */
    note_of("x86-64", 9, note, 20);
    ck_assert_str_eq(note, "x86-64 has no pages");
    for (size_t i = 20; i < sizeof note; i++)
        ck_assert_int_eq(note[i], '!');
}
END_TEST

START_TEST(nothing_is_noted_of_page_sizes_that_the_hardware_has)
{
    char note[256];
    for (size_t i = 0; i < ARRAY_LEN(radix); i++)
        for (const unsigned *shift = radix[i].page_shifts; *shift; shift++) {
            note_of(radix[i].name, *shift, note, sizeof note);
            ck_assert_str_eq(note, "");
        }
}
END_TEST

static Suite *pagetable_suite(void)
{
    Suite *suite = suite_create("pagetable");
    TCase *tests = tcase_create("pagetable");
    tcase_add_test(tests, formats_are_found_by_name);
    tcase_add_test(tests, note_tells_what_is_adapted);
    tcase_add_test(tests, nothing_is_noted_of_page_sizes_that_the_hardware_has);
    suite_add_tcase(suite, tests);
    return suite;
}

int main(void)
{
    SRunner *runner = srunner_create(pagetable_suite());
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
