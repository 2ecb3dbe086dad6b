/* pagetable_test.c -- page-table formats: what they map and what their walks cost. */
#include "machine/pagetable.h"

#include "base/rng.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ADDRESS_BITS = 48, SHIFT_MIN = 9, SHIFT_MAX = 30, MAPPINGS = 2000 };

static const struct pagetable_ops *x86_64;
static struct pagetable *table;
static struct rng rng;

static void setup(void)
{
    x86_64 = pagetable_find("x86-64");
    ck_assert_ptr_nonnull(x86_64);
    rng_seed(&rng, 1);
}

static void open_table(unsigned page_shift)
{
    ck_assert_int_eq(x86_64->create(&table, page_shift, NULL), OK);
}

/* The sign-extended address, as a page number. */
static vpn_t vpn_of(uint64_t low_bits, unsigned page_shift)
{
    const uint64_t sign = low_bits >> (ADDRESS_BITS - 1) & 1;
    const uint64_t address = low_bits & (((uint64_t)1 << ADDRESS_BITS) - 1);
    return (address | (sign ? UINT64_MAX << ADDRESS_BITS : 0)) >> page_shift;
}

START_TEST(formats_are_found_by_name)
{
    const struct pagetable_ops *ideal = pagetable_find("ideal");
    ck_assert_ptr_nonnull(ideal);
    ck_assert(!ideal->create);
    ck_assert_ptr_null(pagetable_find("x86"));
}
END_TEST

/* Intel SDM vol. 3A, 4.5: four levels, a 2 MiB page one less, a 1 GiB page two. */
START_TEST(walk_reads_an_entry_a_level)
{
    for (unsigned shift = SHIFT_MIN; shift <= SHIFT_MAX; shift++) {
        open_table(shift);
        const vpn_t vpn = vpn_of(UINT64_C(0x7f1234567890), shift);
        ck_assert_int_eq(x86_64->enter(table, vpn, 77, NULL), OK);
        unsigned accesses = 99;
        ck_assert_uint_eq(x86_64->walk(table, vpn, &accesses), 77);
        ck_assert_uint_eq(accesses, shift == 30 ? 2 : shift >= 21 ? 3 : 4);
        x86_64->free(table);
    }
}
END_TEST

struct mapping {
    vpn_t vpn;
    pfn_t pfn; /* PFN_NONE: not mapped now */
};

/* Addresses near each other and far apart, in both halves. */
static vpn_t random_vpn(unsigned page_shift)
{
    uint64_t address = rng_next(&rng);
    if (rng_below(&rng, 2))
        address = (address & 0x7fffffff) | (address >> 63 ? UINT64_MAX << 31 : 0);
    return vpn_of(address, page_shift);
}

static struct mapping *find_mapping(struct mapping *mappings, unsigned n, vpn_t vpn)
{
    for (unsigned i = 0; i < n; i++)
        if (mappings[i].vpn == vpn)
            return &mappings[i];
    return NULL;
}

/* Enter, move and remove mappings at random, all the while comparing with the list. */
static void compare_with_a_list(unsigned page_shift)
{
    static struct mapping mappings[MAPPINGS];
    unsigned n = 0, accesses;
    open_table(page_shift);
    while (n < MAPPINGS) {
        const vpn_t vpn = random_vpn(page_shift);
        struct mapping *mapping = find_mapping(mappings, n, vpn);
        ck_assert(mapping || x86_64->walk(table, vpn, &accesses) == PFN_NONE);
        if (!mapping)
            mapping = &mappings[n++];
        *mapping = (struct mapping){vpn, (pfn_t)rng_below(&rng, PFN_NONE)};
        ck_assert_int_eq(x86_64->enter(table, vpn, mapping->pfn, NULL), OK);
        mapping = &mappings[rng_below(&rng, n)];
        if (rng_below(&rng, 3) == 0) {
            x86_64->remove(table, mapping->vpn);
            mapping->pfn = PFN_NONE;
        }
        if (page_shift >= 29 && n >= 100) /* few such pages */
            break;
    }
    for (unsigned i = 0; i < n; i++)
        ck_assert_uint_eq(x86_64->walk(table, mappings[i].vpn, &accesses), mappings[i].pfn);
    x86_64->free(table);
}

START_TEST(walks_find_what_was_entered_and_not_removed)
{
    for (unsigned shift = SHIFT_MIN; shift <= SHIFT_MAX; shift += 3)
        compare_with_a_list(shift);
}
END_TEST

START_TEST(removing_what_was_never_entered_is_nothing)
{
    open_table(12);
    x86_64->remove(table, 5);
    ck_assert_int_eq(x86_64->enter(table, 4, 1, NULL), OK);
    x86_64->remove(table, 5);
    unsigned accesses;
    ck_assert_uint_eq(x86_64->walk(table, 4, &accesses), 1);
    ck_assert_uint_eq(x86_64->walk(table, 5, &accesses), PFN_NONE);
    x86_64->free(table);
}
END_TEST

/* The pages at the edges of the two halves, first and last of each. */
START_TEST(canonical_halves_are_mapped_to_their_edges)
{
    static const uint64_t edges[] = {0, UINT64_C(0x00007fffffffffff),
                                     UINT64_C(0xffff800000000000), UINT64_MAX};
    for (unsigned shift = SHIFT_MIN; shift <= SHIFT_MAX; shift++) {
        open_table(shift);
        for (pfn_t i = 0; i < ARRAY_LEN(edges); i++)
            ck_assert_int_eq(x86_64->enter(table, edges[i] >> shift, i, NULL), OK);
        for (pfn_t i = 0; i < ARRAY_LEN(edges); i++) {
            unsigned accesses;
            ck_assert_uint_eq(x86_64->walk(table, edges[i] >> shift, &accesses), i);
        }
        x86_64->free(table);
    }
}
END_TEST

START_TEST(address_between_the_halves_is_refused)
{
    static const uint64_t bad[] = {
        UINT64_C(0x0000800000000000), UINT64_C(0xffff7fffc0000000),
        UINT64_C(0x4000000000000000), UINT64_C(0x8000000000000000)};
    for (unsigned shift = SHIFT_MIN; shift <= SHIFT_MAX; shift += 7) {
        open_table(shift);
        for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
            struct error err = {0};
            char expected[256];
            snprintf(expected, sizeof expected,
                     "address 0x%llx is not canonical, so that x86-64 cannot map it (bits "
                     "63 to 47 must be equal); machine.mmu: ideal can",
                     (unsigned long long)(bad[i] >> shift << shift));
            ck_assert_int_eq(x86_64->enter(table, bad[i] >> shift, 0, &err), ERR_CELL);
            ck_assert_str_eq(err.text, expected);
        }
        x86_64->free(table);
    }
}
END_TEST

/* The bits of an index: 48 less the page's, 9 for each table below the top. */
START_TEST(note_tells_what_is_adapted)
{
    static const struct {
        unsigned shift;
        const char *bytes, *index;
    } adapted[] = {
        {9, "512 ", "12+9+9+9"},     {11, "2048 ", "10+9+9+9"},   {13, "8192 ", "8+9+9+9"},
        {16, "65536 ", "5+9+9+9"},   {20, "1048576 ", "1+9+9+9"}, {22, "4194304 ", "8+9+9"},
        {29, "536870912 ", "1+9+9"},
    };
    char note[256];
    for (size_t i = 0; i < ARRAY_LEN(adapted); i++) {
        x86_64->note(adapted[i].shift, note, sizeof note);
        ck_assert_msg(strstr(note, adapted[i].bytes) != NULL, "%s", note);
        const char *index = strstr(note, "index bits ");
        ck_assert_msg(index && strcmp(index + 11, adapted[i].index) == 0, "%s", note);
    }
    static const unsigned real[] = {12, 21, 30};
    for (size_t i = 0; i < ARRAY_LEN(real); i++) {
        x86_64->note(real[i], note, sizeof note);
        ck_assert_str_eq(note, "");
    }
}
END_TEST

static Suite *pagetable_suite(void)
{
    Suite *suite = suite_create("pagetable");
    TCase *tests = tcase_create("pagetable");
    tcase_add_checked_fixture(tests, setup, NULL);
    tcase_add_test(tests, formats_are_found_by_name);
    tcase_add_test(tests, walk_reads_an_entry_a_level);
    tcase_add_test(tests, walks_find_what_was_entered_and_not_removed);
    tcase_add_test(tests, removing_what_was_never_entered_is_nothing);
    tcase_add_test(tests, canonical_halves_are_mapped_to_their_edges);
    tcase_add_test(tests, address_between_the_halves_is_refused);
    tcase_add_test(tests, note_tells_what_is_adapted);
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
