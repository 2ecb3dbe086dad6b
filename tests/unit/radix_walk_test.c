/* radix_walk_test.c -- walks of the radix formats worked out by hand from the manuals' bit
 * fields, entry by entry.  A walk is written as what it finds and then its accesses as they
 * come: `12345 r c0000080 w c0000080` finds frame 0x12345, reads an entry, writes it. */
#include "radix_manual.h"

#include <stdio.h>

enum { BITS = PTE_VALID | PTE_WRITABLE };

static struct model model;

static void begin(const struct pagetable_ops *ops, unsigned page_shift)
{
    model_open(&model, ops, page_shift, false, NULL, UINT64_MAX);
    model_add_space(&model, 0);
}

static void map(uint64_t address, pfn_t pfn, unsigned shift, unsigned bits)
{
    struct error err = {0};
    ck_assert_msg(model.ops->enter(model.spaces[0], address >> model.page_shift, pfn, shift,
                                   bits, &err) == OK,
                  "%s", err.text);
}

static void expect_walk(uint64_t address, bool store, const char *expected)
{
    static const char *const results[] = {"absent", "length", "protected"};
    char text[512];
    const struct walk walk = model_walk(&model, 0, address >> model.page_shift, store);
    size_t n = (size_t)(walk.result == WALK_OK
                            ? snprintf(text, sizeof text, "%x", walk.pfn)
                            : snprintf(text, sizeof text, "%s",
                                       results[walk.result - WALK_NOT_PRESENT]));
    for (size_t i = 0; i < model.log.n; i++)
        n += (size_t)snprintf(text + n, sizeof text - n, " %c %llx",
                              model.logged[i].write ? 'w' : 'r',
                              (unsigned long long)model.logged[i].paddr);
    ck_assert_str_eq(text, expected);
}

static void expect4(paddr_t paddr, uint32_t entry)
{
    ck_assert_uint_eq(table_read4(model.memory, paddr), entry);
}

static void expect8(paddr_t paddr, uint64_t entry)
{
    ck_assert_uint_eq(table_read8(model.memory, paddr), entry);
}

/* CR3 is 0xc0000000.  0x08048123: directory index 0x20, table index 0x48, offset 0x123.
 * Entries: P 1, R/W 2, U/S 4, A 0x20, D 0x40. */
START_TEST(x86_32_small_page)
{
    begin(&pagetable_x86_32, 12);
    expect_walk(0x08048123, false, "absent r c0000080");
    map(0x08048123, 0x12345, 12, BITS);
    expect4(0xc0000080, 0xc0001007);
    expect4(0xc0001120, 0x12345007);
    expect_walk(0x08048123, false, "12345 r c0000080 w c0000080 r c0001120 w c0001120");
    expect4(0xc0000080, 0xc0001027);
    expect4(0xc0001120, 0x12345027);
    expect_walk(0x08048fff, true, "12345 r c0000080 r c0001120 w c0001120");
    expect4(0xc0001120, 0x12345067);
    expect_walk(0x08048000, true, "12345 r c0000080 r c0001120");
    expect_walk(0x08049000, false, "absent r c0000080 r c0001124");
    model_close(&model);
}
END_TEST

/* 0xffffffff: the last entry of each table, 0x3ff.  0x003ff000: the last of the first. */
START_TEST(x86_32_last_entries)
{
    begin(&pagetable_x86_32, 12);
    map(0xffffffff, 0xfffff, 12, PTE_VALID);
    expect4(0xc0000ffc, 0xc0001007);
    expect4(0xc0001ffc, 0xfffff005);
    expect_walk(0xffffffff, true, "protected r c0000ffc w c0000ffc r c0001ffc");
    expect4(0xc0001ffc, 0xfffff005);
    expect_walk(0xffffffff, false, "fffff r c0000ffc r c0001ffc w c0001ffc");
    map(0x003ff000, 0, 12, BITS);
    expect_walk(0x003ff000, false, "0 r c0000000 w c0000000 r c0002ffc w c0002ffc");
    expect_walk(0x00400000, false, "absent r c0000004");
    model_close(&model);
}
END_TEST

/* 0x40123456: directory index 0x100.  A 4 MiB page has PS, 0x80, and its frame in 31:22;
 * 0x123 base pages into it is frame 0x5c00 + 0x123. */
START_TEST(x86_32_large_page)
{
    begin(&pagetable_x86_32, 12);
    map(0x40000000, 0x5c00, 22, BITS);
    expect4(0xc0000400, 0x05c00087);
    expect_walk(0x40123456, true, "5d23 r c0000400 w c0000400");
    expect4(0xc0000400, 0x05c000e7);
    expect_walk(0x403fffff, true, "5fff r c0000400");
    ck_assert_uint_eq(model_walk(&model, 0, 0x40000, false).page_shift, 22);
    /* The table that it kept, taken second, holds base pages with its bits. */
    model.ops->split(model.spaces[0], 0x40000);
    expect4(0xc0000400, 0xc0001007);
    expect4(0xc0001000, 0x05c00067);
    expect4(0xc0001ffc, 0x05fff067);
    expect_walk(0x40123456, true, "5d23 r c0000400 w c0000400 r c000148c");
    model_close(&model);
}
END_TEST

/* The pointers, 32 bytes at 0xc00000000, are in registers.  0x08048123: pointer 0, index
 * 0x40 in its directory, 0x48 in the table. */
START_TEST(x86_pae_small_page)
{
    begin(&pagetable_x86_pae, 12);
    expect_walk(0x08048123, false, "absent");
    map(0x08048123, 0xabcdef, 12, BITS);
    expect8(0xc00000000, 0xc00001001);
    expect8(0xc00001200, 0xc00002007);
    expect8(0xc00002240, 0xabcdef007);
    expect_walk(0x08048123, false,
                "abcdef r c00001200 w c00001200 r c00002240 w c00002240");
    expect8(0xc00000000, 0xc00001001);
    expect8(0xc00001200, 0xc00002027);
    expect8(0xc00002240, 0xabcdef027);
    expect_walk(0x08048123, true, "abcdef r c00001200 r c00002240 w c00002240");
    expect8(0xc00002240, 0xabcdef067);
    model_close(&model);
}
END_TEST

/* 0xbffff000: pointer 2, the last entries of a directory and a table; then the first page
 * of the last pointer, 0xc0000000. */
START_TEST(x86_pae_pointers)
{
    begin(&pagetable_x86_pae, 12);
    map(0xbffff000, 0xffffff, 12, BITS);
    expect8(0xc00000010, 0xc00001001);
    expect_walk(0xbffff000, false,
                "ffffff r c00001ff8 w c00001ff8 r c00002ff8 w c00002ff8");
    expect_walk(0xc0000000, false, "absent");
    map(0xc0000000, 1, 12, BITS);
    expect8(0xc00000018, 0xc00003001);
    expect_walk(0xc0000000, false, "1 r c00003000 w c00003000 r c00004000 w c00004000");
    model_close(&model);
}
END_TEST

/* 0x7fe12345: pointer 1, directory index 0x1ff; base page 0x12 of its 2 MiB. */
START_TEST(x86_pae_large_page)
{
    begin(&pagetable_x86_pae, 12);
    map(0x7fe00000, 0xfffe00, 21, PTE_VALID);
    expect8(0xc00001ff8, 0xfffe00085);
    expect_walk(0x7fe12345, true, "protected r c00001ff8");
    expect_walk(0x7fe12345, false, "fffe12 r c00001ff8 w c00001ff8");
    expect8(0xc00001ff8, 0xfffe000a5);
    model_close(&model);
}
END_TEST

/* 0x7f1234567abc: indexes 0xfe, 0x48, 0x1a2, 0x167. */
START_TEST(x86_64_small_page)
{
    begin(&pagetable_x86_64, 12);
    map(0x7f1234567abc, 0xfedcba98, 12, BITS);
    expect8(0xc0000000007f0, 0xc000000001007);
    expect8(0xc000000001240, 0xc000000002007);
    expect8(0xc000000002d10, 0xc000000003007);
    expect8(0xc000000003b38, 0xfedcba98007);
    expect_walk(0x7f1234567abc, true,
                "fedcba98 r c0000000007f0 w c0000000007f0 r c000000001240 w c000000001240 "
                "r c000000002d10 w c000000002d10 r c000000003b38 w c000000003b38");
    expect8(0xc0000000007f0, 0xc000000001027);
    expect8(0xc000000001240, 0xc000000002027);
    expect8(0xc000000002d10, 0xc000000003027);
    expect8(0xc000000003b38, 0xfedcba98067);
    expect_walk(0x7f1234567abc, true,
                "fedcba98 r c0000000007f0 r c000000001240 r c000000002d10 r c000000003b38");
    model_close(&model);
}
END_TEST

/* 0xffff800000000000, the first of the upper half: index 0x100, then 0s.  0x7fffffffffff,
 * the last of the lower: 0xff, then 0x1ffs. */
START_TEST(x86_64_edges_of_the_halves)
{
    begin(&pagetable_x86_64, 12);
    map(UINT64_C(0xffff800000000000), 1, 12, PTE_VALID);
    expect_walk(UINT64_C(0xffff800000000000), false,
                "1 r c000000000800 w c000000000800 r c000000001000 w c000000001000 "
                "r c000000002000 w c000000002000 r c000000003000 w c000000003000");
    map(0x7fffffffffff, 2, 12, PTE_VALID);
    expect_walk(0x7fffffffffff, false,
                "2 r c0000000007f8 w c0000000007f8 r c000000004ff8 w c000000004ff8 "
                "r c000000005ff8 w c000000005ff8 r c000000006ff8 w c000000006ff8");
    expect_walk(0x800000000000, false, "absent");
    expect_walk(UINT64_C(0xffff7ffffffff000), false, "absent");
    model_close(&model);
}
END_TEST

/* 0x40200000: indexes 0, 1, 1, 0; its 2 MiB page ends at level 2.  0x80000000: 0, 2; its
 * 1 GiB page at level 3, and base page 0x3ffff is its last. */
START_TEST(x86_64_large_pages)
{
    begin(&pagetable_x86_64, 12);
    map(0x40200000, 0x200, 21, BITS);
    expect8(0xc000000002008, 0x200087);
    expect_walk(0x402abcde, false,
                "2ab r c000000000000 w c000000000000 r c000000001008 w c000000001008 "
                "r c000000002008 w c000000002008");
    map(0x80000000, 0x40000, 30, BITS);
    expect8(0xc000000001010, 0x40000087);
    expect_walk(0xbfffffff, true, "7ffff r c000000000000 r c000000001010 w c000000001010");
    expect8(0xc000000001010, 0x400000e7);
    ck_assert_uint_eq(model_walk(&model, 0, 0x80000, false).page_shift, 30);
    model_close(&model);
}
END_TEST

/* 0x00abcdef12345678: indexes 0xab, 0x19b, 0x1bc, 0x91, 0x145. */
START_TEST(x86_64_5_small_page)
{
    begin(&pagetable_x86_64_5, 12);
    map(0x00abcdef12345678, 7, 12, BITS);
    expect_walk(0x00abcdef12345678, false,
                "7 r c000000000558 w c000000000558 r c000000001cd8 w c000000001cd8 "
                "r c000000002de0 w c000000002de0 r c000000003488 w c000000003488 "
                "r c000000004a28 w c000000004a28");
    expect8(0xc000000004a28, 0x7027);
    expect8(0xc000000000558, 0xc000000001027);
    expect_walk(0x00abcdef12345000, false,
                "7 r c000000000558 r c000000001cd8 r c000000002de0 r c000000003488 "
                "r c000000004a28");
    model_close(&model);
}
END_TEST

/* Index 0x100 and 0s; 0xff and 0x1ffs. */
START_TEST(x86_64_5_edges_of_the_halves)
{
    begin(&pagetable_x86_64_5, 12);
    map(UINT64_C(0xff00000000000000), 1, 12, PTE_VALID);
    expect_walk(UINT64_C(0xff00000000000fff), false,
                "1 r c000000000800 w c000000000800 r c000000001000 w c000000001000 "
                "r c000000002000 w c000000002000 r c000000003000 w c000000003000 "
                "r c000000004000 w c000000004000");
    map(0x00ffffffffffffff, 2, 12, PTE_VALID);
    expect8(0xc0000000007f8, 0xc000000005007);
    expect8(0xc000000008ff8, 0x2005);
    expect_walk(0x0100000000000000, false, "absent");
    expect_walk(UINT64_C(0xfefffffffffff000), false, "absent");
    model_close(&model);
}
END_TEST

/* 0x1c0000000000: indexes 0, 0x38, 0, 0, 0: a 1 GiB page is the third entry read. */
START_TEST(x86_64_5_large_page)
{
    begin(&pagetable_x86_64_5, 12);
    map(0x1c0000000000, 0x1c0000, 30, BITS);
    expect_walk(0x1c0000001000, false,
                "1c0001 r c000000000000 w c000000000000 r c0000000011c0 w c0000000011c0 "
                "r c000000002000 w c000000002000");
    expect8(0xc000000002000, 0x1c00000a7);
    model_close(&model);
}
END_TEST

/* 256 contexts of 4 bytes at 0xc00000000, the top table of 1 KiB after them, then tables of
 * 256 bytes.  0x12345678: indexes 0x12, 0x0d, 0x05.  A pointer is bits 35:6 of an address
 * and type 1: 0xc00000900 becomes 0xc0000091.  A page: frame in 31:8, access 3 at bit 2
 * (0xc), type 2; R 0x20, M 0x40. */
START_TEST(srmmu_small_page)
{
    begin(&pagetable_srmmu, 12);
    expect4(0xc00000000, 0xc0000041);
    map(0x12345678, 0xabcdef, 12, BITS);
    expect4(0xc00000448, 0xc0000081);
    expect4(0xc00000834, 0xc0000091);
    expect4(0xc00000914, 0xabcdef0e);
    expect_walk(0x12345678, false,
                "abcdef r c00000000 r c00000448 r c00000834 r c00000914 w c00000914");
    expect4(0xc00000914, 0xabcdef2e);
    expect4(0xc00000834, 0xc0000091);
    expect_walk(0x12345000, true,
                "abcdef r c00000000 r c00000448 r c00000834 r c00000914 w c00000914");
    expect4(0xc00000914, 0xabcdef6e);
    expect_walk(0x12346000, true, "absent r c00000000 r c00000448 r c00000834 r c00000918");
    model_close(&model);
}
END_TEST

/* 0xfffff000: indexes 0xff, 0x3f, 0x3f; read only is access 2 (0x8). */
START_TEST(srmmu_last_entries)
{
    begin(&pagetable_srmmu, 12);
    map(0xfffff000, 0xffffff, 12, PTE_VALID);
    expect4(0xc000009fc, 0xffffff0a);
    expect_walk(0xfffff000, true,
                "protected r c00000000 r c000007fc r c000008fc r c000009fc");
    expect_walk(0xfffff000, false,
                "ffffff r c00000000 r c000007fc r c000008fc r c000009fc w c000009fc");
    expect_walk(0xfeffffff, false, "absent r c00000000 r c000007f8");
    model_close(&model);
}
END_TEST

/* 0x34040000: indexes 0x34, 1: 256 KiB end at the second level, 64 frames from 0x40 on;
 * 0x35000000: index 0x35: 16 MiB at the first. */
START_TEST(srmmu_large_pages)
{
    begin(&pagetable_srmmu, 12);
    map(0x34040000, 0x40, 18, BITS);
    expect4(0xc00000804, 0x0000400e);
    expect_walk(0x34050000, false, "50 r c00000000 r c000004d0 r c00000804 w c00000804");
    map(0x35000000, 0xfff000, 24, BITS);
    expect4(0xc000004d4, 0xfff0000e);
    expect_walk(0x35ffffff, true, "ffffff r c00000000 r c000004d4 w c000004d4");
    expect4(0xc000004d4, 0xfff0006e);
    ck_assert_uint_eq(model_walk(&model, 0, 0x35000, false).page_shift, 24);
    model_close(&model);
}
END_TEST

/* The second context is the entry after the first. */
START_TEST(srmmu_spaces_have_contexts)
{
    begin(&pagetable_srmmu, 12);
    model_add_space(&model, 1);
    expect4(0xc00000004, 0xc0000081);
    ck_assert_int_eq(model_walk(&model, 1, 5, false).result, WALK_NOT_PRESENT);
    ck_assert_uint_eq(model.logged[0].paddr, 0xc00000004);
    model.ops->end_space(model.spaces[1]);
    model.spaces[1] = NULL;
    expect4(0xc00000004, 0);
    model_close(&model);
}
END_TEST

/* A base page of a larger size is mapped by the table above, with the bits of its kind:
 * levels that a walk reads, and the entry that it ends at. */
START_TEST(larger_base_pages_have_fewer_levels)
{
    static const struct {
        const struct pagetable_ops *ops;
        unsigned shift;
        const char *walk;
    } of[] = {
        {&pagetable_x86_32, 22, "3 r c0000400 w c0000400"},
        {&pagetable_x86_pae, 21, "3 r c00001000 w c00001000"},
        {&pagetable_x86_64, 21,
         "3 r c000000000000 w c000000000000 r c000000001008 w c000000001008 "
         "r c000000002000 w c000000002000"},
        {&pagetable_x86_64, 30,
         "3 r c000000000000 w c000000000000 r c000000001008 w c000000001008"},
        {&pagetable_x86_64_5, 30,
         "3 r c000000000000 w c000000000000 r c000000001000 w c000000001000 "
         "r c000000002008 w c000000002008"},
        {&pagetable_srmmu, 18, "3 r c00000000 r c00000500 r c00000800 w c00000800"},
        {&pagetable_srmmu, 24, "3 r c00000000 r c00000500 w c00000500"},
    };
    for (size_t i = 0; i < ARRAY_LEN(of); i++) {
        begin(of[i].ops, of[i].shift);
        map(0x40000000, 3, of[i].shift, BITS);
        expect_walk(0x40000000, false, of[i].walk);
        if (of[i].ops == &pagetable_x86_32)
            expect4(0xc0000400, 0x00c000a7); /* 3 * 4 MiB, PS */
        if (of[i].ops == &pagetable_x86_64 && of[i].shift == 21)
            expect8(0xc000000002000, 0x6000a7);
        if (of[i].ops == &pagetable_srmmu && of[i].shift == 18)
            expect4(0xc00000800, 0x0000c02e); /* 3 * 256 KiB */
        ck_assert_uint_eq(
            model_walk(&model, 0, 0x40000000 >> of[i].shift, false).page_shift,
            of[i].shift);
        model_close(&model);
    }
}
END_TEST

/* CR3 has the address of a page, a pointer that of 64 bytes, if the table has 16 or not. */
START_TEST(small_top_tables_are_aligned)
{
    model_open(&model, &pagetable_x86_64, 20, true, NULL, UINT64_MAX); /* 2 entries of 8 */
    model_add_space(&model, 0);
    model_add_space(&model, 1);
    (void)model_walk(&model, 1, 0, false);
    ck_assert_uint_eq(model.logged[0].paddr, BASE_52 + 4096);
    model_close(&model);
    model_open(&model, &pagetable_srmmu, 30, true, NULL, UINT64_MAX); /* 4 of 4           */
    model_add_space(&model, 0);
    model_add_space(&model, 1);
    expect4(0xc00000000, 0xc0000041);
    expect4(0xc00000004, 0xc0000045);
    (void)model_walk(&model, 1, 0, false);
    ck_assert_uint_eq(model.logged[1].paddr, BASE_36 + 1024 + 64);
    model_close(&model);
}
END_TEST

/* A store through a TLB entry with a clear modified bit is a store. */
START_TEST(walk_to_modify_sets_the_modified_bit)
{
    begin(&pagetable_x86_32, 12);
    map(0, 5, 12, BITS | PTE_REFERENCED);
    const struct walk walk = model_walk_as(&model, 0, 0, false, true);
    ck_assert_int_eq(walk.result, WALK_OK);
    ck_assert(walk.modified);
    ck_assert_uint_eq(walk.writes, 2); /* the directory's A and the page's D */
    expect4(0xc0001000, 0x5067);
    model_close(&model);
}
END_TEST

/* An entry that is not valid keeps its frame, even where all else of it is 0. */
START_TEST(entry_without_bits_is_not_an_empty_one)
{
    for (size_t i = 0; i < ARRAY_LEN(manual_formats); i++) {
        begin(manual_formats[i].ops, 12);
        map(0x5000, 0, 12, 0);
        pfn_t pfn = 1;
        ck_assert_uint_eq(model.ops->get(model.spaces[0], 5, &pfn), 0);
        ck_assert_uint_eq(pfn, 0);
        ck_assert_int_eq(model_walk(&model, 0, 5, false).result, WALK_NOT_PRESENT);
        model.ops->change(model.spaces[0], 5, PTE_VALID, 0);
        ck_assert_int_eq(model_walk(&model, 0, 5, false).result, WALK_OK);
        model.ops->change(model.spaces[0], 5, 0, BITS);
        model.ops->remove(model.spaces[0], 5);
        model.ops->get(model.spaces[0], 5, &pfn);
        ck_assert_uint_eq(pfn, PFN_NONE);
        model.ops->remove(model.spaces[0], 5); /* nothing to remove is nothing */
        model_close(&model);
    }
}
END_TEST

static Suite *radix_walk_suite(void)
{
    Suite *suite = suite_create("radix_walk");
    TCase *tests = tcase_create("radix_walk");
    tcase_add_test(tests, x86_32_small_page);
    tcase_add_test(tests, x86_32_last_entries);
    tcase_add_test(tests, x86_32_large_page);
    tcase_add_test(tests, x86_pae_small_page);
    tcase_add_test(tests, x86_pae_pointers);
    tcase_add_test(tests, x86_pae_large_page);
    tcase_add_test(tests, x86_64_small_page);
    tcase_add_test(tests, x86_64_edges_of_the_halves);
    tcase_add_test(tests, x86_64_large_pages);
    tcase_add_test(tests, x86_64_5_small_page);
    tcase_add_test(tests, x86_64_5_edges_of_the_halves);
    tcase_add_test(tests, x86_64_5_large_page);
    tcase_add_test(tests, srmmu_small_page);
    tcase_add_test(tests, srmmu_last_entries);
    tcase_add_test(tests, srmmu_large_pages);
    tcase_add_test(tests, srmmu_spaces_have_contexts);
    tcase_add_test(tests, larger_base_pages_have_fewer_levels);
    tcase_add_test(tests, small_top_tables_are_aligned);
    tcase_add_test(tests, walk_to_modify_sets_the_modified_bit);
    tcase_add_test(tests, entry_without_bits_is_not_an_empty_one);
    suite_add_tcase(suite, tests);
    return suite;
}

int main(void)
{
    SRunner *runner = srunner_create(radix_walk_suite());
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
