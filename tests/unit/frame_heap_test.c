/* frame_heap_test.c -- the heap of frames, against looking at all keys. */
#include "faultline/frame_heap.h"

#include "base/rng.h"

#include <check.h>
#include <stdlib.h>

enum { FRAMES = 40, CHANGES = 1500 };

static struct frame_key keys[FRAMES]; /* what the heap is to know, [frame]   */
static bool present[FRAMES];
static struct frame_heap heap;
static struct frame_key heap_keys[FRAMES];
static pfn_t slots[FRAMES], at[FRAMES];

static struct frame_key random_key(struct rng *rng)
{
    return (struct frame_key){rng_below(rng, 12), rng_below(rng, 1000)};
}

/* Any of the frames with the smallest key is right. */
static void check_first(void)
{
    const pfn_t first = frame_heap_first(&heap);
    pfn_t n = 0;
    for (pfn_t pfn = 0; pfn < FRAMES; pfn++) {
        if (!present[pfn])
            continue;
        n++;
        ck_assert_uint_lt(first, FRAMES);
        ck_assert(present[first] && !frame_key_less(keys[pfn], keys[first]));
    }
    ck_assert_uint_eq(n, heap.n);
    if (n == 0)
        ck_assert_uint_eq(first, PFN_NONE);
}

START_TEST(the_first_frame_has_the_smallest_key_whatever_comes_goes_and_grows)
{
    struct rng rng;
    rng_seed(&rng, 1);
    heap = (struct frame_heap){.keys = heap_keys, .slots = slots, .at = at};
    check_first();
    for (int i = 0; i < CHANGES; i++) {
        const pfn_t pfn = (pfn_t)rng_below(&rng, FRAMES);
        struct frame_key key = random_key(&rng);
        if (!present[pfn]) {
            frame_heap_add(&heap, pfn, key);
        } else if (rng_below(&rng, 2)) {
            key.key += keys[pfn].key + 1;
            frame_heap_raise(&heap, pfn, key);
        } else {
            frame_heap_remove(&heap, pfn);
            present[pfn] = false;
            check_first();
            continue;
        }
        present[pfn] = true;
        keys[pfn] = key;
        check_first();
    }
}
END_TEST

START_TEST(of_equal_keys_the_smaller_tie_is_first)
{
    heap = (struct frame_heap){.keys = heap_keys, .slots = slots, .at = at};
    frame_heap_add(&heap, 3, (struct frame_key){5, 7});
    frame_heap_add(&heap, 1, (struct frame_key){5, 6});
    frame_heap_add(&heap, 2, (struct frame_key){6, 1});
    ck_assert_uint_eq(frame_heap_first(&heap), 1);
    frame_heap_raise(&heap, 1, (struct frame_key){5, 8});
    ck_assert_uint_eq(frame_heap_first(&heap), 3);
    frame_heap_remove(&heap, 3);
    ck_assert_uint_eq(frame_heap_first(&heap), 1);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("frame_heap");
    TCase *tests = tcase_create("frame_heap");
    tcase_add_test(tests,
                   the_first_frame_has_the_smallest_key_whatever_comes_goes_and_grows);
    tcase_add_test(tests, of_equal_keys_the_smaller_tie_is_first);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
