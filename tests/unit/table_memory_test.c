/* table_memory_test.c -- physical memory for page tables against a list of what is taken. */
#include "machine/table_memory.h"

#include "base/rng.h"

#include <check.h>
#include <stdlib.h>

enum { LIVE_MAX = 60 };

static struct table_memory *memory;
static struct rng rng;

static void setup(void)
{
    rng_seed(&rng, 1);
    ck_assert_int_eq(table_memory_create(&memory, 32, 12, NULL), OK);
}

static void teardown(void)
{
    table_memory_free(memory);
}

static paddr_t take(uint64_t bytes, uint64_t align)
{
    paddr_t paddr;
    ck_assert_int_eq(table_memory_take(memory, &paddr, bytes, align, NULL), OK);
    return paddr;
}

START_TEST(tables_lie_in_the_upper_quarter)
{
    static const struct {
        unsigned paddr_bits;
        paddr_t first;
    } of[] = {{16, 0xc000}, {32, 0xc0000000}, {36, 0xc00000000}, {52, 0xc000000000000}};
    for (size_t i = 0; i < ARRAY_LEN(of); i++) {
        struct table_memory *other;
        paddr_t paddr;
        ck_assert_int_eq(table_memory_create(&other, of[i].paddr_bits, 12, NULL), OK);
        ck_assert_int_eq(table_memory_take(other, &paddr, 4096, 4096, NULL), OK);
        ck_assert_uint_eq(paddr, of[i].first);
        ck_assert_int_eq(table_memory_take(other, &paddr, 4096, 4096, NULL), OK);
        ck_assert_uint_eq(paddr, of[i].first + 4096);
        table_memory_free(other);
    }
}
END_TEST

START_TEST(entries_are_read_as_written)
{
    const paddr_t table = take(4096, 4096);
    table_write8(memory, table + 8, UINT64_C(0x0123456789abcdef));
    table_write4(memory, table + 16, 0xfedcba98);
    ck_assert_uint_eq(table_read8(memory, table), 0);
    ck_assert_uint_eq(table_read8(memory, table + 8), UINT64_C(0x0123456789abcdef));
    ck_assert_uint_eq(table_read4(memory, table + 16), 0xfedcba98);
    ck_assert_uint_eq(table_read4(memory, table + 20), 0);
}
END_TEST

START_TEST(freed_tables_are_used_again_the_latest_first)
{
    const paddr_t a = take(4096, 4096), b = take(4096, 4096), c = take(256, 256);
    table_memory_give(memory, a, 4096);
    table_memory_give(memory, b, 4096);
    table_memory_give(memory, c, 256);
    ck_assert_uint_eq(take(4096, 4096), b);
    ck_assert_uint_eq(take(256, 256), c);
    ck_assert_uint_eq(take(4096, 4096), a);
    ck_assert_uint_gt(take(4096, 4096), c);
}
END_TEST

/* 3 pages of 0x1000 from 0xc0000000 on: of these only the first is a multiple of 0x4000. */
START_TEST(freed_table_is_passed_over_if_its_alignment_is_too_small)
{
    const paddr_t a = take(4096, 4096), b = take(4096, 4096), c = take(4096, 4096);
    table_memory_give(memory, a, 4096);
    table_memory_give(memory, b, 4096);
    table_memory_give(memory, c, 4096);
    ck_assert_uint_eq(take(4096, 0x4000), a);
    ck_assert_uint_eq(take(4096, 0x4000), 0xc0004000);
    ck_assert_uint_eq(take(4096, 4096), c);
    ck_assert_uint_eq(take(4096, 4096), b);
}
END_TEST

START_TEST(bytes_are_counted_and_rounded_up_to_frames)
{
    ck_assert_uint_eq(table_memory_frames(memory), 0);
    const paddr_t a = take(32, 32);
    ck_assert_uint_eq(table_memory_frames(memory), 1);
    const paddr_t b = take(4096, 4096);
    ck_assert_uint_eq(table_memory_bytes(memory), 4128);
    ck_assert_uint_eq(table_memory_frames(memory), 2);
    table_memory_give(memory, a, 32);
    ck_assert_uint_eq(table_memory_bytes(memory), 4096);
    ck_assert_uint_eq(table_memory_frames(memory), 1);
    table_memory_give(memory, b, 4096);
    (void)take(4096, 4096);
    ck_assert_uint_eq(table_memory_bytes_max(memory), 4128);
    (void)take(64, 64);
    ck_assert_uint_eq(table_memory_bytes_max(memory), 4160);
}
END_TEST

/* The upper quarter of 16 bits is 16 KiB. */
START_TEST(full_quarter_is_refused)
{
    struct table_memory *small;
    struct error err = {0};
    paddr_t paddr, last;
    ck_assert_int_eq(table_memory_create(&small, 16, 12, NULL), OK);
    ck_assert_int_eq(table_memory_take(small, &paddr, 32, 32, NULL), OK);
    ck_assert_int_eq(table_memory_take(small, &paddr, 16384, 16, &err), ERR_CELL);
    ck_assert_int_eq(table_memory_take(small, &paddr, 4096, 0x10000, &err), ERR_CELL);
    for (int i = 0; i < 3; i++)
        ck_assert_int_eq(table_memory_take(small, &last, 4096, 4096, NULL), OK);
    ck_assert_uint_eq(last, 0xf000);
    ck_assert_int_eq(table_memory_take(small, &paddr, 4096, 4096, &err), ERR_CELL);
    ck_assert_str_eq(err.text, "page tables do not fit into the upper quarter of physical "
                               "memory (16 KiB), which is all that they can have");
    ck_assert_uint_eq(table_memory_bytes(small), 32 + 3 * 4096);
    table_memory_give(small, last, 4096);
    ck_assert_int_eq(table_memory_take(small, &paddr, 4096, 4096, NULL), OK);
    table_memory_free(small);
}
END_TEST

START_TEST(host_memory_follows_what_is_taken)
{
    const size_t piece = (size_t)1 << TABLE_PIECE_SHIFT;
    (void)take(4096, 4096);
    ck_assert_uint_eq(memory->npieces, 1);
    (void)take(piece, 4096);
    ck_assert_uint_eq(memory->npieces, 2);
    const paddr_t large = take(64 * piece, 4096);
    ck_assert_uint_eq(memory->npieces, 66);
    /* A table lies across pieces as if there were none. */
    for (uint64_t i = 0; i < 64 * piece; i += 1024)
        table_write8(memory, large + i, i + 1);
    for (uint64_t i = 0; i < 64 * piece; i += 1024)
        ck_assert_uint_eq(table_read8(memory, large + i), i + 1);
    table_memory_give(memory, large, 64 * piece);
    ck_assert_uint_eq(take(64 * piece, 4096), large);
    for (uint64_t i = 0; i < 64 * piece; i += 1024)
        ck_assert_uint_eq(table_read8(memory, large + i), 0);
}
END_TEST

struct live {
    paddr_t paddr;
    uint64_t bytes, mark; /* of its entry i: mark + i */
};

static void check_and_give(const struct live *live)
{
    for (uint64_t i = 0; i < live->bytes; i += 8)
        if (table_read8(memory, live->paddr + i) != live->mark + i)
            ck_abort_msg("0x%llx was changed", (unsigned long long)(live->paddr + i));
    table_memory_give(memory, live->paddr, live->bytes);
}

static void take_and_mark(struct live *live, const struct live *others, unsigned n,
                          uint64_t align)
{
    live->paddr = take(live->bytes, align);
    live->mark = rng_next(&rng);
    ck_assert_uint_eq(live->paddr % align, 0);
    ck_assert_uint_ge(live->paddr, 0xc0000000);
    ck_assert_uint_le(live->paddr + live->bytes, UINT64_C(0x100000000));
    for (unsigned i = 0; i < n; i++)
        ck_assert(live->paddr + live->bytes <= others[i].paddr ||
                  others[i].paddr + others[i].bytes <= live->paddr);
    for (uint64_t i = 0; i < live->bytes; i += 8) {
        if (table_read8(memory, live->paddr + i) != 0)
            ck_abort_msg("0x%llx is not zero", (unsigned long long)(live->paddr + i));
        table_write8(memory, live->paddr + i, live->mark + i);
    }
}

START_TEST(tables_are_zeroed_aligned_and_disjoint)
{
    static const uint64_t sizes[] = {8, 32, 256, 1024, 4096, 12288, 65536, 1 << 20};
    struct live all[LIVE_MAX];
    unsigned n = 0;
    for (unsigned step = 0; step < 3000; step++) {
        uint64_t bytes = 0;
        if (n == LIVE_MAX || (n > 0 && rng_below(&rng, 2))) {
            const unsigned which = (unsigned)rng_below(&rng, n);
            check_and_give(&all[which]);
            all[which] = all[--n];
        } else {
            all[n].bytes = sizes[rng_below(&rng, rng_below(&rng, 10) ? 6 : 8)];
            take_and_mark(&all[n], all, n, UINT64_C(1) << rng_below(&rng, 15));
            n++;
        }
        for (unsigned i = 0; i < n; i++)
            bytes += all[i].bytes;
        ck_assert_uint_eq(table_memory_bytes(memory), bytes);
    }
}
END_TEST

static Suite *table_memory_suite(void)
{
    Suite *suite = suite_create("table_memory");
    TCase *tests = tcase_create("table_memory");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, tables_lie_in_the_upper_quarter);
    tcase_add_test(tests, entries_are_read_as_written);
    tcase_add_test(tests, freed_tables_are_used_again_the_latest_first);
    tcase_add_test(tests, freed_table_is_passed_over_if_its_alignment_is_too_small);
    tcase_add_test(tests, bytes_are_counted_and_rounded_up_to_frames);
    tcase_add_test(tests, full_quarter_is_refused);
    tcase_add_test(tests, host_memory_follows_what_is_taken);
    tcase_add_test(tests, tables_are_zeroed_aligned_and_disjoint);
    suite_add_tcase(suite, tests);
    return suite;
}

int main(void)
{
    SRunner *runner = srunner_create(table_memory_suite());
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
