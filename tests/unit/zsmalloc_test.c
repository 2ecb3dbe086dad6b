/* zsmalloc_test.c -- size classes of compressed pages against those that Linux'
 * documentation lists. */
#include "swap/zsmalloc.h"

#include <check.h>
#include <stdlib.h>

static struct zsmalloc zs;

/* Documentation/mm/zsmalloc.rst: pages of a zspage at most, size of the largest class that
 * shares pages.  For 4 KiB pages.  (The numbers of classes there were counted when the chain
 * was still chosen by whole percents of use.) */
static const struct {
    uint32_t chain, watermark;
} documented[] = {
    {4, 3264},  {5, 3408},  {6, 3504},  {7, 3584},  {8, 3632},  {9, 3680},  {10, 3712},
    {11, 3744}, {12, 3776}, {13, 3792}, {14, 3808}, {15, 3840}, {16, 3840},
};

START_TEST(objects_above_the_documented_size_have_pages_for_themselves)
{
    zsmalloc_init(&zs, 4096, documented[_i].chain);
    uint64_t watermark = 0;
    for (uint32_t i = 0; i < zs.n; i++)
        if (!zsmalloc_is_huge(&zs, i))
            watermark = zs.classes[i].size;
    ck_assert_uint_eq(zs.n, 255);
    ck_assert_uint_eq(watermark, documented[_i].watermark);
}
END_TEST

/* The same document, with eight pages at most: the last classes and their pages. */
static const struct {
    uint64_t size;
    uint32_t index, pages;
} listed[] = {{3264, 202, 4}, {3408, 211, 5}, {3504, 217, 6},
              {3584, 222, 7}, {3632, 225, 8}, {4096, 254, 1}};

START_TEST(classes_are_merged_as_documented)
{
    zsmalloc_init(&zs, 4096, 8);
    uint32_t next = 0;
    for (uint32_t i = listed[0].index; i < zs.n; i++) {
        ck_assert_uint_eq(zs.classes[i].merged, listed[next].index);
        if (i < listed[next].index)
            continue;
        ck_assert_uint_eq(zs.classes[i].size, listed[next].size);
        ck_assert_uint_eq(zs.classes[i].pages, listed[next].pages);
        next++;
    }
    ck_assert_uint_eq(next, ARRAY_LEN(listed));
}
END_TEST

START_TEST(of_chains_that_waste_alike_the_shortest_is_taken)
{
    zsmalloc_init(&zs, 4096, 8);
    ck_assert_uint_eq(zs.classes[94].size, 1536); /* fills 3 pages, and 6 */
    ck_assert_uint_eq(zs.classes[94].pages, 3);
}
END_TEST

/* The same document: 13 objects of 1568 bytes take six pages where a zspage has four at
 * most, since they go to the class of 1632 bytes, and five where it has eight. */
static uint64_t pages_of_13(uint32_t chain)
{
    zsmalloc_init(&zs, 4096, chain);
    for (unsigned i = 0; i < 13; i++)
        zsmalloc_take(&zs, zsmalloc_class(&zs, 1568 - 8)); /* 8: the handle */
    return zs.pages;
}

START_TEST(objects_share_pages_as_documented)
{
    ck_assert_uint_eq(pages_of_13(4), 6);
    ck_assert_uint_eq(zs.classes[zsmalloc_class(&zs, 1568 - 8)].size, 1632);
    ck_assert_uint_eq(pages_of_13(8), 5);
}
END_TEST

START_TEST(an_object_has_a_class_that_it_and_its_handle_fit_into)
{
    static const uint64_t sizes[] = {512, 4096, 16384, 65536, 1 << 30};
    for (unsigned i = 0; i < ARRAY_LEN(sizes); i++) {
        zsmalloc_init(&zs, sizes[i], 8);
        for (uint64_t part = 0; part <= 1000; part++) {
            const uint64_t bytes = sizes[i] * part / 1000;
            const struct zs_class *class = &zs.classes[zsmalloc_class(&zs, bytes)];
            ck_assert(class->size >= bytes + 8 || class->size == sizes[i]);
            ck_assert(class->objects * class->size <= class->pages * sizes[i]);
            ck_assert(class->objects > 0);
        }
        ck_assert(zsmalloc_is_huge(&zs, zsmalloc_class(&zs, sizes[i])));
    }
}
END_TEST

/* 2056 bytes with handle: class of 2064, 8 pages for 15. */
START_TEST(pages_come_and_go_by_zspages)
{
    zsmalloc_init(&zs, 4096, 8);
    const uint32_t class = zsmalloc_class(&zs, 2048);
    for (uint32_t n = 1; n <= 40; n++) {
        zsmalloc_take(&zs, class);
        ck_assert_uint_eq(zs.pages, (n + 14) / 15 * 8);
    }
    for (uint32_t n = 40; n-- > 0;) {
        zsmalloc_give(&zs, class);
        ck_assert_uint_eq(zs.pages, (n + 14) / 15 * 8);
    }
}
END_TEST

static Suite *zsmalloc_suite(void)
{
    Suite *suite = suite_create("zsmalloc");
    TCase *tests = tcase_create("zsmalloc");
    tcase_add_loop_test(tests, objects_above_the_documented_size_have_pages_for_themselves,
                        0, ARRAY_LEN(documented));
    tcase_add_test(tests, classes_are_merged_as_documented);
    tcase_add_test(tests, of_chains_that_waste_alike_the_shortest_is_taken);
    tcase_add_test(tests, objects_share_pages_as_documented);
    tcase_add_test(tests, an_object_has_a_class_that_it_and_its_handle_fit_into);
    tcase_add_test(tests, pages_come_and_go_by_zspages);
    suite_add_tcase(suite, tests);
    return suite;
}

int main(void)
{
    SRunner *runner = srunner_create(zsmalloc_suite());
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
