/* radix_test.c -- what radix page tables can hold: addresses, frames, sizes, memory. */
#include "radix_manual.h"

#include "base/bits.h"

enum { BITS = PTE_VALID | PTE_WRITABLE };

static struct model model;
static struct error err;

static void begin(const struct pagetable_ops *ops, unsigned page_shift)
{
    model_open(&model, ops, page_shift, false, NULL, UINT64_MAX);
    model_add_space(&model, 0);
}

static enum status enter(uint64_t address, pfn_t pfn, unsigned shift)
{
    err = (struct error){0};
    return model.ops->enter(model.spaces[0], address >> model.page_shift, pfn, shift, BITS,
                            &err);
}

static uint64_t bytes(void)
{
    return table_memory_bytes(model.memory);
}

/* The address that has the same bits as far as the tables go. */
static uint64_t alias_of(const struct pagetable_ops *ops, uint64_t address)
{
    const unsigned bits = ops == &pagetable_x86_64     ? 48
                          : ops == &pagetable_x86_64_5 ? 57
                                                       : 32;
    const uint64_t low = address & low_bits(bits);
    return bits > 32 && low >> (bits - 1) ? low | UINT64_MAX << bits : low;
}

/* The first and last addresses of each format, and what is just beyond. */
static const struct {
    const struct pagetable_ops *ops;
    uint64_t address;
    const char *text; /* NULL: it can be mapped                                      */
} edges[] = {
    {&pagetable_x86_32, 0, NULL},
    {&pagetable_x86_32, 0xfffff000, NULL},
    {&pagetable_x86_32, 0x100000000,
     "address 0x100000000 is beyond the 32 bits of x86-32; machine.mmu: ideal, or "
     "workload.fold: yes, can take it"},
    {&pagetable_x86_32, 0x1ffeffe000,
     "address 0x1ffeffe000 is beyond the 32 bits of x86-32; machine.mmu: ideal, or "
     "workload.fold: yes, can take it"},
    {&pagetable_x86_32, UINT64_C(0xfffffffffffff000),
     "address 0xfffffffffffff000 is beyond the 32 bits of x86-32; machine.mmu: ideal, "
     "or workload.fold: yes, can take it"},
    {&pagetable_x86_pae, 0xfffff000, NULL},
    {&pagetable_x86_pae, 0x100000000,
     "address 0x100000000 is beyond the 32 bits of x86-pae; machine.mmu: ideal, or "
     "workload.fold: yes, can take it"},
    {&pagetable_srmmu, 0xfffff000, NULL},
    {&pagetable_srmmu, 0x100000000,
     "address 0x100000000 is beyond the 32 bits of srmmu; machine.mmu: ideal, or "
     "workload.fold: yes, can take it"},
    {&pagetable_x86_64, 0x7ffffffff000, NULL},
    {&pagetable_x86_64, UINT64_C(0xffff800000000000), NULL},
    {&pagetable_x86_64, UINT64_C(0xfffffffffffff000), NULL},
    {&pagetable_x86_64, 0x800000000000,
     "address 0x800000000000 is not canonical, so that x86-64 cannot map it (bits 63 "
     "to 47 must be equal); machine.mmu: ideal, or workload.fold: yes, can take it"},
    {&pagetable_x86_64, UINT64_C(0xffff7ffffffff000),
     "address 0xffff7ffffffff000 is not canonical, so that x86-64 cannot map it (bits "
     "63 to 47 must be equal); machine.mmu: ideal, or workload.fold: yes, can take it"},
    {&pagetable_x86_64, UINT64_C(0x8000000000000000),
     "address 0x8000000000000000 is not canonical, so that x86-64 cannot map it (bits "
     "63 to 47 must be equal); machine.mmu: ideal, or workload.fold: yes, can take it"},
    {&pagetable_x86_64_5, 0x00fffffffffff000, NULL},
    {&pagetable_x86_64_5, 0x800000000000, NULL},
    {&pagetable_x86_64_5, UINT64_C(0xff00000000000000), NULL},
    {&pagetable_x86_64_5, UINT64_C(0xfffffffffffff000), NULL},
    {&pagetable_x86_64_5, UINT64_C(0x0100000000000000),
     "address 0x100000000000000 is not canonical, so that x86-64-5 cannot map it (bits "
     "63 to 56 must be equal); machine.mmu: ideal, or workload.fold: yes, can take it"},
    {&pagetable_x86_64_5, UINT64_C(0xfefffffffffff000),
     "address 0xfefffffffffff000 is not canonical, so that x86-64-5 cannot map it "
     "(bits 63 to 56 must be equal); machine.mmu: ideal, or workload.fold: yes, can "
     "take it"},
};

START_TEST(addresses_beyond_the_format_are_refused)
{
    for (size_t i = 0; i < ARRAY_LEN(edges); i++) {
        begin(edges[i].ops, 12);
        const vpn_t vpn = edges[i].address >> 12;
        pfn_t pfn = 1;
        ck_assert_int_eq(enter(edges[i].address, 77, 12), edges[i].text ? ERR_CELL : OK);
        ck_assert_str_eq(err.text, edges[i].text ? edges[i].text : "");
        /* Nor does anything else take it for another address. */
        const enum walk_result result = edges[i].text ? WALK_NOT_PRESENT : WALK_OK;
        if (edges[i].text)
            ck_assert_int_eq(enter(alias_of(edges[i].ops, edges[i].address), 5, 12), OK);
        ck_assert_int_eq(model_walk(&model, 0, vpn, false).result, result);
        ck_assert(!edges[i].text || model.log.n == 0);
        ck_assert_uint_eq(model.ops->get(model.spaces[0], vpn, &pfn) != 0, !edges[i].text);
        ck_assert_uint_eq(pfn, edges[i].text ? PFN_NONE : 77);
        model.ops->remove(model.spaces[0], vpn);
        ck_assert_int_eq(model_walk(&model, 0, vpn, false).result, WALK_NOT_PRESENT);
        const vpn_t alias = alias_of(edges[i].ops, edges[i].address) >> 12;
        ck_assert_int_eq(model_walk(&model, 0, alias, false).result,
                         edges[i].text ? WALK_OK : WALK_NOT_PRESENT);
        model_close(&model);
    }
}
END_TEST

/* Bits of a frame's number: physical address bits less those of the base page. */
START_TEST(frames_beyond_the_format_are_refused)
{
    static const struct {
        const struct pagetable_ops *ops;
        unsigned page_shift, bits;
        const char *text;
    } of[] = {
        {&pagetable_x86_32, 12, 20,
         "frame 1048576 is beyond the 20 bits of x86-32's frame numbers"},
        {&pagetable_x86_32, 22, 10,
         "frame 1024 is beyond the 10 bits of x86-32's frame numbers"},
        {&pagetable_x86_pae, 12, 24,
         "frame 16777216 is beyond the 24 bits of x86-pae's frame numbers"},
        {&pagetable_x86_pae, 21, 15,
         "frame 32768 is beyond the 15 bits of x86-pae's frame numbers"},
        {&pagetable_x86_64, 21, 31,
         "frame 2147483648 is beyond the 31 bits of x86-64's frame numbers"},
        {&pagetable_x86_64_5, 30, 22,
         "frame 4194304 is beyond the 22 bits of x86-64-5's frame numbers"},
        {&pagetable_srmmu, 12, 24,
         "frame 16777216 is beyond the 24 bits of srmmu's frame numbers"},
        {&pagetable_srmmu, 24, 12,
         "frame 4096 is beyond the 12 bits of srmmu's frame numbers"},
    };
    for (size_t i = 0; i < ARRAY_LEN(of); i++) {
        const unsigned shift = of[i].page_shift;
        const pfn_t beyond = (pfn_t)1 << of[i].bits;
        begin(of[i].ops, shift);
        ck_assert_int_eq(enter(0, beyond - 1, shift), OK);
        ck_assert_uint_eq(model_walk(&model, 0, 0, false).pfn, beyond - 1);
        ck_assert_int_eq(enter((uint64_t)1 << shift, beyond, shift), ERR_CELL);
        ck_assert_str_eq(err.text, of[i].text);
        model_close(&model);
    }
}
END_TEST

START_TEST(frames_of_large_pages_are_refused_by_their_last)
{
    begin(&pagetable_x86_32, 12);
    ck_assert_int_eq(enter(0, 0xffc00, 22), OK);
    ck_assert_uint_eq(model_walk(&model, 0, 0x3ff, false).pfn, 0xfffff);
    ck_assert_int_eq(enter(0x400000, 0x100000, 22), ERR_CELL);
    ck_assert_str_eq(err.text,
                     "frame 1049599 is beyond the 20 bits of x86-32's frame numbers");
    model_close(&model);
    begin(&pagetable_x86_64, 12);
    ck_assert_int_eq(enter(0, 0xfffffffe, 12), OK);
    ck_assert_uint_eq(model_walk(&model, 0, 0, false).pfn, 0xfffffffe);
    ck_assert_int_eq(enter(0x200000, 0xfffffe00, 21), OK);
    ck_assert_uint_eq(model_walk(&model, 0, 0x3fe, false).pfn, 0xfffffffe);
    model_close(&model);
}
END_TEST

START_TEST(large_pages_of_no_size_of_the_hardware_are_refused)
{
    static const struct {
        const struct pagetable_ops *ops;
        unsigned page_shift, shift;
        const char *text;
    } of[] = {
        {&pagetable_x86_32, 12, 21, "x86-32 has no pages of 2 MiB beside those of 4 KiB"},
        {&pagetable_x86_pae, 12, 30, "x86-pae has no pages of 1 GiB beside those of 4 KiB"},
        {&pagetable_x86_64, 21, 12, "x86-64 has no pages of 4 KiB beside those of 2 MiB"},
        {&pagetable_x86_64, 12, 39, "x86-64 has no pages of 512 GiB beside those of 4 KiB"},
        {&pagetable_srmmu, 18, 22, "srmmu has no pages of 4 MiB beside those of 256 KiB"},
    };
    for (size_t i = 0; i < ARRAY_LEN(of); i++) {
        begin(of[i].ops, of[i].page_shift);
        ck_assert_int_eq(enter(0, 0, of[i].shift), ERR_CELL);
        ck_assert_str_eq(err.text, of[i].text);
        model_close(&model);
    }
    begin(&pagetable_srmmu, 18);
    ck_assert_int_eq(enter(0x1000000, 64, 24), OK);
    ck_assert_uint_eq(model_walk(&model, 0, 0x7f, false).pfn, 127);
    model_close(&model);
}
END_TEST

/* Create a machine that cannot be. */
static void expect_refused(const struct pagetable_ops *ops, unsigned page_shift,
                           bool adapted, const void *params, const char *text)
{
    struct pagetable_tables *tables;
    struct table_memory *memory;
    ck_assert_int_eq(table_memory_create(&memory, ops->paddr_bits, page_shift, NULL), OK);
    const struct pagetable_params machine = {.page_shift = page_shift,
                                             .adapted = adapted,
                                             .frames = UINT64_MAX,
                                             .memory = memory,
                                             .params = params};
    err = (struct error){0};
    ck_assert_int_eq(ops->create(&tables, &machine, &err), ERR_CONFIG);
    ck_assert_str_eq(err.text, text);
    table_memory_free(memory);
}

START_TEST(page_sizes_that_the_hardware_lacks_are_refused)
{
    static const bool yes = true, no = false;
    static const uint64_t contexts = 256;
    expect_refused(&pagetable_x86_32, 21, false, &yes,
                   "x86-32 has no pages of 2 MiB, only of 4 KiB, 4 MiB; "
                   "machine.adapt_page_size: yes, adapts its tables");
    expect_refused(&pagetable_x86_32, 22, false, &no,
                   "x86-32 has no pages of 4 MiB, only of 4 KiB; "
                   "machine.adapt_page_size: yes, adapts its tables");
    expect_refused(&pagetable_x86_pae, 30, false, NULL,
                   "x86-pae has no pages of 1 GiB, only of 4 KiB, 2 MiB; "
                   "machine.adapt_page_size: yes, adapts its tables");
    expect_refused(&pagetable_x86_64, 9, false, NULL,
                   "x86-64 has no pages of 512 B, only of 4 KiB, 2 MiB, 1 GiB; "
                   "machine.adapt_page_size: yes, adapts its tables");
    expect_refused(&pagetable_srmmu, 13, false, &contexts,
                   "srmmu has no pages of 8 KiB, only of 4 KiB, 256 KiB, 16 MiB; "
                   "machine.adapt_page_size: yes, adapts its tables");
    expect_refused(&pagetable_x86_32, 32, true, &yes,
                   "a page of 4 GiB does not fit into the 32 bits of x86-32's addresses");
    expect_refused(&pagetable_x86_64, 48, true, NULL,
                   "a page of 256 TiB does not fit into the 48 bits of x86-64's addresses");
    expect_refused(&pagetable_x86_64_5, 52, true, NULL,
                   "a page of 4096 TiB does not fit into the 52 bits of x86-64-5's "
                   "addresses");
}
END_TEST

START_TEST(processors_before_pse_have_no_large_pages)
{
    static const bool no = false;
    model_open(&model, &pagetable_x86_32, 12, false, &no, UINT64_MAX);
    model_add_space(&model, 0);
    ck_assert_int_eq(enter(0, 0, 22), ERR_CELL);
    ck_assert_str_eq(err.text, "x86-32 has no pages of 4 MiB beside those of 4 KiB");
    model_close(&model);
    /* Adapted to 4 MiB, they map them with one table, whose entries are those of 4 KiB. */
    model_open(&model, &pagetable_x86_32, 22, true, &no, UINT64_MAX);
    model_add_space(&model, 0);
    ck_assert_int_eq(enter(0xffc00000, 1, 22), OK);
    ck_assert_uint_eq(table_read4(model.memory, BASE_32 + 0xffc), 0x00400007);
    model_close(&model);
}
END_TEST

START_TEST(contexts_run_out)
{
    static const uint64_t four = 4, six = 6;
    expect_refused(&pagetable_srmmu, 12, false, &six,
                   "machine.mmu.contexts: 6 is not a power of two");
    model_open(&model, &pagetable_srmmu, 12, false, &four, UINT64_MAX);
    ck_assert_uint_eq(bytes(), 16);
    for (uint32_t space = 0; space < 4; space++)
        model_add_space(&model, space);
    const uint64_t before = bytes();
    ck_assert_int_eq(model.ops->add_space(model.tables, 4, &model.spaces[4], &err),
                     ERR_CELL);
    ck_assert_str_eq(err.text, "no context is free for another address space; "
                               "machine.mmu.contexts: 4 must be at least their number");
    ck_assert_uint_eq(bytes(), before);
    /* One that ends leaves its context to the next. */
    model.ops->end_space(model.spaces[2]);
    model_add_space(&model, 2);
    (void)model_walk(&model, 2, 0, false);
    ck_assert_uint_eq(model.logged[0].paddr, BASE_36 + 8);
    model_close(&model);
}
END_TEST

/* Bytes: of the machine itself, of a top table, of the tables below it that a page needs,
 * and of those that one a GiB away needs too. */
START_TEST(tables_are_made_when_needed_and_given_back)
{
    static const struct {
        const struct pagetable_ops *ops;
        uint64_t machine, top, page, far;
    } of[] = {
        {&pagetable_x86_32, 0, 4096, 4096, 4096},
        {&pagetable_x86_pae, 0, 32, 8192, 8192},
        {&pagetable_x86_64, 0, 4096, 12288, 8192},
        {&pagetable_x86_64_5, 0, 4096, 16384, 8192},
        {&pagetable_srmmu, 1024, 1024, 512, 512},
    };
    for (size_t i = 0; i < ARRAY_LEN(of); i++) {
        begin(of[i].ops, 12);
        const uint64_t start = of[i].machine + of[i].top;
        ck_assert_uint_eq(bytes(), start);
        ck_assert_int_eq(enter(0x7ffff000, 1, 12), OK);
        ck_assert_uint_eq(bytes(), start + of[i].page);
        ck_assert_int_eq(enter(0x7fffe000, 2, 12), OK);
        ck_assert_uint_eq(bytes(), start + of[i].page);
        ck_assert_int_eq(enter(0x0000f000, 3, 12), OK);
        ck_assert_uint_eq(bytes(), start + of[i].page + of[i].far);
        model.ops->remove(model.spaces[0], 0xf); /* empty tables stay */
        ck_assert_uint_eq(bytes(), start + of[i].page + of[i].far);
        model.ops->end_space(model.spaces[0]);
        ck_assert_uint_eq(bytes(), of[i].machine);
        model.spaces[0] = NULL;
        model_close(&model);
    }
}
END_TEST

/* A large page keeps the tables for its base pages: one, or with 1 GiB 513. */
START_TEST(large_pages_keep_the_tables_of_a_split)
{
    static const struct {
        const struct pagetable_ops *ops;
        unsigned shift;
        uint64_t above, kept;
    } of[] = {
        {&pagetable_x86_32, 22, 0, 4096},         {&pagetable_x86_pae, 21, 4096, 4096},
        {&pagetable_x86_64, 21, 8192, 4096},      {&pagetable_x86_64, 30, 4096, 2101248},
        {&pagetable_x86_64_5, 30, 8192, 2101248}, {&pagetable_srmmu, 18, 256, 256},
        {&pagetable_srmmu, 24, 0, 16640}, /* 64 tables below one                         */
    };
    for (size_t i = 0; i < ARRAY_LEN(of); i++) {
        begin(of[i].ops, 12);
        const uint64_t start = bytes();
        const vpn_t vpn = 0x40000000 >> 12;
        for (int turn = 0; turn < 2; turn++) {
            ck_assert_int_eq(enter(0x40000000, 0, of[i].shift), OK);
            ck_assert_uint_eq(bytes(), start + of[i].above + of[i].kept);
            model.ops->remove(model.spaces[0], vpn + 3);
            ck_assert_uint_eq(bytes(), start + of[i].above);
        }
        ck_assert_int_eq(enter(0x40000000, 0, of[i].shift), OK);
        model.ops->split(model.spaces[0], vpn + 1);
        ck_assert_uint_eq(bytes(), start + of[i].above + of[i].kept);
        /* Tables of base pages that are gone are kept for the next large page. */
        for (vpn_t page = 0; page < (vpn_t)1 << (of[i].shift - 12); page++)
            model.ops->remove(model.spaces[0], vpn + page);
        ck_assert_uint_eq(bytes(), start + of[i].above + of[i].kept);
        ck_assert_int_eq(enter(0x40000000, 0, of[i].shift), OK);
        ck_assert_uint_eq(bytes(), start + of[i].above + of[i].kept);
        model.ops->end_space(model.spaces[0]);
        ck_assert_uint_eq(bytes(), of[i].ops == &pagetable_srmmu ? 1024 : 0);
        model.spaces[0] = NULL;
        model_close(&model);
    }
}
END_TEST

START_TEST(many_large_pages_keep_tables_of_their_own)
{
    enum { LARGE = 300 };
    begin(&pagetable_x86_64, 12);
    for (pfn_t i = 0; i < LARGE; i++)
        ck_assert_int_eq(enter((uint64_t)i << 21, 512 * (LARGE - i), 21), OK);
    ck_assert_uint_eq(bytes(), 3 * 4096 + LARGE * 4096);
    for (vpn_t i = 0; i < LARGE; i += 2)
        model.ops->split(model.spaces[0], i * 512 + 100);
    for (pfn_t i = 0; i < LARGE * 512; i += 7) {
        const struct walk walk = model_walk(&model, 0, i, false);
        model_equal("frame", walk.pfn, 512 * (LARGE - i / 512) + i % 512);
        model_equal("page shift", walk.page_shift, i / 512 % 2 ? 21 : 12);
    }
    model_close(&model);
}
END_TEST

/* With 16 KiB for tables: the top one and three more. */
START_TEST(full_table_memory_is_refused_and_leaves_what_is_mapped)
{
    model_open(&model, &pagetable_x86_64, 12, false, NULL, UINT64_MAX);
    model.memory->end = model.memory->base + 16384;
    model_add_space(&model, 0);
    ck_assert_int_eq(enter(0, 1, 12), OK);
    ck_assert_int_eq(enter(0x1ff000, 2, 12), OK);
    ck_assert_int_eq(enter(0x200000, 3, 12), ERR_CELL);
    ck_assert_int_eq(enter(0x200000, 0x200, 21), ERR_CELL);
    ck_assert_int_eq(enter(UINT64_C(0xffffffffc0000000), 0, 30), ERR_CELL);
    ck_assert_int_eq(model.ops->add_space(model.tables, 1, &model.spaces[1], &err),
                     ERR_CELL);
    ck_assert_uint_eq(model_walk(&model, 0, 0, false).pfn, 1);
    ck_assert_uint_eq(model_walk(&model, 0, 0x1ff, false).pfn, 2);
    ck_assert_int_eq(model_walk(&model, 0, 0x200, false).result, WALK_NOT_PRESENT);
    model.ops->end_space(model.spaces[0]);
    model.spaces[0] = NULL;
    ck_assert_uint_eq(bytes(), 0);
    model_close(&model);
}
END_TEST

/* One that fails in the middle of the 513 tables of 1 GiB gives back all in the end. */
START_TEST(large_page_without_room_for_its_tables_is_refused)
{
    model_open(&model, &pagetable_x86_64, 12, false, NULL, UINT64_MAX);
    model.memory->end = model.memory->base + 100 * 4096;
    model_add_space(&model, 0);
    ck_assert_int_eq(enter(0x40000000, 0, 30), ERR_CELL);
    ck_assert_int_eq(model_walk(&model, 0, 0x40000, false).result, WALK_NOT_PRESENT);
    ck_assert_int_eq(enter(0x40000000, 9, 12), OK);
    ck_assert_uint_eq(model_walk(&model, 0, 0x40000, false).pfn, 9);
    ck_assert_uint_eq(bytes(), 100 * 4096);
    model.ops->end_space(model.spaces[0]);
    model.spaces[0] = NULL;
    ck_assert_uint_eq(bytes(), 0);
    model_close(&model);
}
END_TEST

static Suite *radix_suite(void)
{
    Suite *suite = suite_create("radix");
    TCase *tests = tcase_create("radix");
    tcase_add_test(tests, addresses_beyond_the_format_are_refused);
    tcase_add_test(tests, frames_beyond_the_format_are_refused);
    tcase_add_test(tests, frames_of_large_pages_are_refused_by_their_last);
    tcase_add_test(tests, large_pages_of_no_size_of_the_hardware_are_refused);
    tcase_add_test(tests, page_sizes_that_the_hardware_lacks_are_refused);
    tcase_add_test(tests, processors_before_pse_have_no_large_pages);
    tcase_add_test(tests, contexts_run_out);
    tcase_add_test(tests, tables_are_made_when_needed_and_given_back);
    tcase_add_test(tests, large_pages_keep_the_tables_of_a_split);
    tcase_add_test(tests, many_large_pages_keep_tables_of_their_own);
    tcase_add_test(tests, full_table_memory_is_refused_and_leaves_what_is_mapped);
    tcase_add_test(tests, large_page_without_room_for_its_tables_is_refused);
    suite_add_tcase(suite, tests);
    return suite;
}

int main(void)
{
    SRunner *runner = srunner_create(radix_suite());
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
