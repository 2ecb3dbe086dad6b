/* lru_stacks_test.c -- the loop for long vectors against the one for short ones, which every
 * processor has.  (curve_test.c holds the one that is used to the definitions.) */
#include "curve/lru.h"

#include "base/rng.h"
#include "trace/builder.h"

#include <check.h>
#include <stdlib.h>

enum { GRANULE_SHIFT = 6, PAGES = 3000, BATCHES = 4, REFERENCES = 20000 };

static struct batch batches[BATCHES];

static void make_batches(uint64_t seed)
{
    struct builder *builder;
    struct rng rng;
    rng_seed(&rng, seed);
    ck_assert_int_eq(builder_create(&builder, GRANULE_SHIFT, NULL), OK);
    vaddr_t at[4] = {0};
    for (unsigned b = 0; b < BATCHES; b++) {
        for (unsigned i = 0; i < REFERENCES; i++) {
            const unsigned k = (unsigned)rng_below(&rng, 4);
            const uint64_t most = rng_below(&rng, 20) ? 60 : PAGES;
            if (rng_below(&rng, 3) == 0)
                at[k] = (rng_below(&rng, most) << GRANULE_SHIFT) + rng_below(&rng, 60);
            builder_add(builder, k ? LOAD : IFETCH, at[k],
                        1 + (uint32_t)rng_below(&rng, 8));
        }
        ck_assert_int_eq(batch_init(&batches[b], NULL), OK);
        builder_take(builder, &batches[b]);
    }
    builder_free(builder);
}

/* Faults at all page sizes, one after the other. */
static uint64_t *faults_by(lru_steps_fn *steps, const unsigned *page_shifts, unsigned n,
                           size_t *length)
{
    struct levels levels;
    struct lru_stacks *lru = malloc(sizeof *lru);
    uint32_t *kinds = malloc(2 * BATCH_SHAPES * sizeof *kinds);
    uint64_t *faults = malloc((size_t)n * (PAGES + 2) * sizeof *faults);
    ck_assert(lru && kinds && faults);
    ck_assert_int_eq(levels_init(&levels, page_shifts, n, GRANULE_SHIFT, NULL), OK);
    lru_init(lru, &levels, NULL);
    lru->steps = steps;
    for (unsigned b = 0; b < BATCHES; b++) {
        batch_kinds(&batches[b], kinds);
        ck_assert_int_eq(levels_translate(&levels, &batches[b], NULL), OK);
        const struct level_batch batch = {.batch = &batches[b],
                                          .kinds = kinds,
                                          .entries = levels.entries[0],
                                          .npages = levels.npages[0]};
        ck_assert_int_eq(lru_add(lru, &batch, NULL), OK);
    }
    *length = 0;
    for (unsigned l = 0; l < n; l++) {
        lru_faults(lru, l, faults + *length);
        *length += lru->npages[l] + (size_t)1;
    }
    lru_release(lru);
    levels_release(&levels);
    free(lru);
    free(kinds);
    return faults;
}

static bool has_long_vectors(void)
{
#if defined(__x86_64__)
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("popcnt");
#else
    return true; /* they are the short ones */
#endif
}

START_TEST(both_loops_count_the_same)
{
    static const unsigned page_shifts[] = {6, 7, 8, 9, 10, 12, 14, 16};
    const unsigned n = _i % 2 ? 1 : 2 + (unsigned)_i;
    size_t narrow_length, wide_length;
    if (!has_long_vectors())
        return;
    make_batches((uint64_t)_i);
    uint64_t *narrow = faults_by(lru_steps_narrow, page_shifts, n, &narrow_length);
    uint64_t *wide = faults_by(lru_steps_wide, page_shifts, n, &wide_length);
    ck_assert_uint_eq(narrow_length, wide_length);
    ck_assert_uint_ge(narrow_length, 1000);
    for (size_t i = 0; i < narrow_length; i++)
        if (narrow[i] != wide[i])
            ck_abort_msg("%zu: %llu and %llu", i, (unsigned long long)narrow[i],
                         (unsigned long long)wide[i]);
    free(narrow);
    free(wide);
    for (unsigned b = 0; b < BATCHES; b++)
        batch_release(&batches[b]);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("lru_stacks");
    TCase *tests = tcase_create("lru_stacks");
    tcase_add_loop_test(tests, both_loops_count_the_same, 0, 7);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
