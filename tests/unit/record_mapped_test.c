/* record_mapped_test.c -- the regions that random operations leave are those of a model that
 * knows every byte. */
#include "record/mapped.h"

#include "base/rng.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BYTES = 200, FILES = 3 };

static const uint64_t base = UINT64_MAX - BYTES + 1; /* so that regions end at 2^64, too */
static const char *const files[FILES] = {NULL, "a", "bc"};

static struct byte {
    bool mapped, shared;
    uint8_t protection;
    unsigned file;
    uint64_t offset; /* of this byte in its file */
} model[BYTES];

static struct mapped mapped;

static void change(struct rng *rng)
{
    static const enum vm_op_kind kinds[] = {VM_MAP, VM_MAP, VM_UNMAP, VM_PROTECT,
                                            VM_ADVISE};
    const unsigned start = (unsigned)rng_below(rng, BYTES);
    const unsigned length =
        1 + (unsigned)rng_below(rng, rng_below(rng, 4) ? 20 : BYTES) % (BYTES - start);
    struct vm_op op = {.kind = (uint8_t)kinds[rng_below(rng, 5)],
                       .file = VM_ANONYMOUS,
                       .start = base + start,
                       .length = length};
    const unsigned file = (unsigned)rng_below(rng, FILES);
    if (op.kind == VM_MAP || op.kind == VM_PROTECT)
        op.protection = (uint8_t)rng_below(rng, 8);
    if (op.kind == VM_MAP) {
        op.shared = rng_below(rng, 2);
        op.offset = files[file] ? rng_below(rng, 1000) : 0;
    }
    ck_assert_int_eq(
        mapped_change(&mapped, &op, op.kind == VM_MAP ? files[file] : NULL, NULL), OK);
    for (unsigned i = start; i < start + length; i++) {
        if (op.kind == VM_MAP)
            model[i] = (struct byte){true, op.shared, op.protection, file,
                                     op.offset + (files[file] ? i - start : 0)};
        else if (op.kind == VM_UNMAP)
            model[i] = (struct byte){0};
        else if (op.kind == VM_PROTECT && model[i].mapped)
            model[i].protection = op.protection;
    }
}

/* Check's own assertions note each success, which would take most of the time here. */
static void must(bool condition, unsigned at)
{
    if (!condition)
        ck_abort_msg("byte %u is not as the model has it", at);
}

/* The regions say of each byte what the model says. */
static void compare(const struct mapped *regions)
{
    unsigned at = 0;
    for (size_t r = 0; r < regions->n; r++) {
        const struct vm_op *map = &regions->regions[r].map;
        const char *file = regions->regions[r].file;
        const unsigned start = (unsigned)(map->start - base);
        ck_assert_uint_ge(start, at);
        for (; at < start; at++)
            must(!model[at].mapped, at);
        for (uint64_t i = 0; i < map->length; i++, at++) {
            const struct byte *byte = &model[at];
            const char *wanted = files[byte->file];
            must(byte->mapped && byte->shared == map->shared &&
                     byte->protection == map->protection &&
                     byte->offset == map->offset + (file ? i : 0),
                 at);
            must(file && wanted ? strcmp(file, wanted) == 0 : file == wanted, at);
        }
    }
    for (; at < BYTES; at++)
        must(!model[at].mapped, at);
}

START_TEST(regions_are_what_the_operations_have_left)
{
    struct rng rng;
    rng_seed(&rng, (uint64_t)_i);
    for (unsigned n = 0; n < 60; n++)
        change(&rng);
    compare(&mapped);
    struct mapped copy;
    ck_assert_int_eq(mapped_copy(&copy, &mapped, NULL), OK);
    mapped_release(&mapped);
    compare(&copy);
    mapped_release(&copy);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("record_mapped");
    TCase *tests = tcase_create("mapped");
    tcase_add_loop_test(tests, regions_are_what_the_operations_have_left, 0, 40);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
