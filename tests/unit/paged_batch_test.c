/* paged_batch_test.c -- what a step is to a machine of one page size. */
#include "trace/paged_batch.h"

#include <check.h>
#include <stdlib.h>

enum { LONGEST = 6 };

/* The class, from the touches that the references of the step make one by one. */
static unsigned slow_class(const struct shape *shape, bool boundary)
{
    bool touched[LONGEST] = {false}; /* the data page or else the instruction page */
    unsigned ntouches = 0, ndata = 0, nstores = 0;
    for (unsigned i = 0; i < shape->length; i++) {
        const bool data = shape->data >> i & 1;
        if (i == 0 && shape->continued && !boundary)
            continue; /* the page was touched by the part before it */
        touched[ntouches++] = data;
        ndata += data;
        nstores += (unsigned)(shape->store >> i & 1);
    }
    unsigned class = shape->data & 1 ? STEP_MOVER_DATA : 0;
    if (ntouches > 0) {
        class |= STEP_TOUCHES;
        class |= touched[0] ? STEP_FIRST_DATA : 0;
        class |= ndata > 0 && ndata < ntouches ? STEP_OTHER : 0;
        class |= touched[ntouches - 1] != touched[0] ? STEP_LAST_OTHER : 0;
        class |= nstores ? STEP_STORE : 0;
    }
    const unsigned references = shape->length - (shape->continued ? 1u : 0u);
    return class | (ntouches > references ? 1u << STEP_EXTRA_SHIFT : 0);
}

START_TEST(class_is_what_the_references_do)
{
    unsigned ncompared = 0;
    for (unsigned length = 1; length <= LONGEST; length++)
        for (uint64_t data = 0; data < (uint64_t)1 << length; data++)
            for (uint64_t store = 0; store < (uint64_t)1 << length; store++)
                for (unsigned flags = 0; flags < 4; flags++) {
                    if (store & ~data)
                        continue;
                    const struct shape shape = {.data = data,
                                                .store = store,
                                                .length = (uint8_t)length,
                                                .continued = flags & 1};
                    const bool boundary = flags & 2;
                    ck_assert_msg(
                        shape_class(&shape, boundary) == slow_class(&shape, boundary),
                        "length %u, data %llx, store %llx, flags %u: %x, not %x", length,
                        (unsigned long long)data, (unsigned long long)store, flags,
                        shape_class(&shape, boundary), slow_class(&shape, boundary));
                    ncompared++;
                }
    ck_assert_uint_eq(ncompared, 4u * (3 + 9 + 27 + 81 + 243 + 729));
}
END_TEST

START_TEST(longest_shapes_have_classes_too)
{
    const struct shape loads = {.data = UINT64_MAX, .length = STEP_REFERENCES};
    ck_assert_uint_eq(shape_class(&loads, false),
                      STEP_MOVER_DATA | STEP_FIRST_DATA | STEP_TOUCHES);
    const struct shape last_is_code = {
        .data = UINT64_MAX >> 1, .length = STEP_REFERENCES, .continued = true};
    ck_assert_uint_eq(shape_class(&last_is_code, true),
                      STEP_MOVER_DATA | STEP_FIRST_DATA | STEP_TOUCHES | STEP_OTHER |
                          STEP_LAST_OTHER | 1u << STEP_EXTRA_SHIFT);
    const struct shape last_stores = {
        .data = UINT64_MAX, .store = (uint64_t)1 << 63, .length = STEP_REFERENCES};
    ck_assert_uint_eq(shape_class(&last_stores, true),
                      STEP_MOVER_DATA | STEP_FIRST_DATA | STEP_TOUCHES | STEP_STORE);
}
END_TEST

START_TEST(batch_has_two_classes_a_shape)
{
    struct shape shapes[] = {{.data = 1, .length = 1, .continued = true},
                             {.data = 2, .store = 2, .length = 2}};
    const struct batch batch = {.shapes = shapes, .nshapes = 2};
    uint8_t classes[5] = {0, 0, 0, 0, 0xaa};
    batch_classify(&batch, classes);
    ck_assert_uint_eq(classes[0], STEP_MOVER_DATA);
    ck_assert_uint_eq(classes[1], STEP_MOVER_DATA | STEP_FIRST_DATA | STEP_TOUCHES |
                                      1u << STEP_EXTRA_SHIFT);
    const unsigned second = STEP_TOUCHES | STEP_OTHER | STEP_LAST_OTHER | STEP_STORE;
    ck_assert_uint_eq(classes[2], second);
    ck_assert_uint_eq(classes[3], second);
    ck_assert_uint_eq(classes[4], 0xaa);
}
END_TEST

/* Pages of 4 KiB hold eight blocks of 512 bytes. */
START_TEST(pages_are_numbered_in_order_of_appearance)
{
    uint64_t first[] = {16, 17, 9, 8, 23}, second[] = {24, 8, UINT64_MAX >> 9};
    uint32_t pages[5];
    struct batch batch = {.blocks = first, .nblocks = 5};
    struct page_index index;
    struct page_space space;
    page_index_init(&index);
    page_space_init(&space, &index, 0, 12, 9);
    ck_assert_int_eq(page_space_translate(&space, &batch, pages, NULL), OK);
    ck_assert_uint_eq(index.npages, 2);
    ck_assert_uint_eq(pages[0], 0 << 1 | 1); /* block 16 begins VPN 2 */
    ck_assert_uint_eq(pages[1], 0 << 1);
    ck_assert_uint_eq(pages[2], 1 << 1);
    ck_assert_uint_eq(pages[3], 1 << 1 | 1);
    ck_assert_uint_eq(pages[4], 0 << 1);
    batch = (struct batch){.blocks = second, .nblocks = 3, .start = {1, BLOCK_NONE}};
    ck_assert_int_eq(page_space_translate(&space, &batch, pages, NULL), OK);
    ck_assert_uint_eq(index.npages, 4);
    ck_assert_uint_eq(pages[0], 2 << 1 | 1);
    ck_assert_uint_eq(pages[1], 1 << 1 | 1);
    ck_assert_uint_eq(pages[2], 3 << 1);
    ck_assert_uint_eq(index.vpns[0], 2);
    ck_assert_uint_eq(index.vpns[1], 1);
    ck_assert_uint_eq(index.vpns[2], 3);
    ck_assert_uint_eq(index.vpns[3], UINT64_MAX >> 12);
    const struct paged_batch paged = {.batch = &batch, .pages = pages};
    ck_assert_uint_eq(paged_batch_start(&paged, 0), 1);
    ck_assert_uint_eq(paged_batch_start(&paged, 1), PAGE_NONE);
    page_space_release(&space);
    page_index_release(&index);
}
END_TEST

START_TEST(every_block_is_a_boundary_where_it_is_the_page)
{
    uint64_t blocks[3000]; /* more pages than are reserved at first */
    static uint32_t pages[3000];
    for (uint64_t i = 0; i < 3000; i++)
        blocks[i] = i * i;
    const struct batch batch = {.blocks = blocks, .nblocks = 3000};
    struct page_index index;
    struct page_space space;
    page_index_init(&index);
    page_space_init(&space, &index, 0, 9, 9);
    ck_assert_int_eq(page_space_translate(&space, &batch, pages, NULL), OK);
    ck_assert_uint_eq(index.npages, 3000);
    for (uint32_t i = 0; i < 3000; i++) {
        ck_assert_uint_eq(pages[i], i << 1 | 1);
        ck_assert_uint_eq(index.vpns[i], blocks[i]);
    }
    page_space_release(&space);
    page_index_release(&index);
}
END_TEST

static Suite *paged_batch_suite(void)
{
    Suite *suite = suite_create("paged_batch");
    TCase *tests = tcase_create("paged_batch");
    tcase_add_test(tests, class_is_what_the_references_do);
    tcase_add_test(tests, longest_shapes_have_classes_too);
    tcase_add_test(tests, batch_has_two_classes_a_shape);
    tcase_add_test(tests, pages_are_numbered_in_order_of_appearance);
    tcase_add_test(tests, every_block_is_a_boundary_where_it_is_the_page);
    suite_add_tcase(suite, tests);
    return suite;
}

int main(void)
{
    SRunner *runner = srunner_create(paged_batch_suite());
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
