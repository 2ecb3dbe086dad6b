/* mips_test.c -- the two-level tables of a MIPS R2000 or R3000 and its handlers, by hand
 * and against a slow model.
 *
 * Numbers by hand: tables are taken from 0xc0000000 on, a segment table of 512 words first,
 * then pages of entries on multiples of 4 KiB.  An entry is the frame in bits 31:12, D
 * 0x400, V 0x200, mapped 0x10, swap 0x8, read-only 0x1. */
#include "pagetable_steps.h"

#include <stdio.h>

enum { REFILL = 20, MODIFY = 375, SPACES = 3 };
enum { V = PTE_VALID, W = PTE_WRITABLE, M = PTE_MODIFIED };

static const struct pagetable_ops *mips;
static struct model model;

static void setup(void)
{
    mips = pagetable_find("mips");
    ck_assert_ptr_nonnull(mips);
}

static void open_machine(unsigned page_shift)
{
    model_open(&model, mips, page_shift, page_shift != 12, NULL, 1 << 20);
    model_add_space(&model, 0);
}

static void enter(vpn_t vpn, pfn_t pfn, unsigned bits)
{
    struct error err = {0};
    ck_assert_msg(mips->enter(model.spaces[0], vpn, pfn, model.page_shift, bits, &err) ==
                      OK,
                  "%s", err.text);
}

static void expect_reads(const struct walk *walk, paddr_t first, paddr_t second)
{
    const struct walk_logged reads[] = {{first, false}, {second, false}};
    ck_assert_uint_eq(walk->reads, 2);
    ck_assert_uint_eq(walk->writes, 0);
    model_expect_log(&model, reads, 2);
}

/* --- by hand -------------------------------------------------------------------------- */

/* 0x00403abc: segment 1, entry 3: segment table + 4, page of entries + 12. */
START_TEST(refill_reads_the_segment_table_and_a_page_of_entries)
{
    open_machine(12);
    enter(0x403, 0x12345, V | W);
    const struct walk walk = model_walk(&model, 0, 0x403, false);
    ck_assert_int_eq(walk.result, WALK_OK);
    ck_assert_uint_eq(walk.pfn, 0x12345);
    ck_assert_uint_eq(walk.page_shift, 12);
    ck_assert(walk.writable && !walk.modified);
    ck_assert_uint_eq(walk.instructions, REFILL);
    ck_assert_uint_eq(walk.time, 2 * 1000 + REFILL * 10);
    expect_reads(&walk, 0xc0000004, 0xc000100c);
    ck_assert_uint_eq(table_read4(model.memory, 0xc0000004), 0xc0001000);
    ck_assert_uint_eq(table_read4(model.memory, 0xc000100c), 0x12345210);
    model_close(&model);
}
END_TEST

/* 0x7ffff000, the last page of kuseg: segment 511 at 0x7fc, entry 1023 at 0xffc. */
START_TEST(first_and_last_page_of_kuseg)
{
    open_machine(12);
    enter(0x7ffff, 0xfffff, V);
    enter(0, 0, V | W | M);
    struct walk walk = model_walk(&model, 0, 0x7ffff, false);
    ck_assert_uint_eq(walk.pfn, 0xfffff);
    ck_assert(!walk.writable && !walk.modified);
    expect_reads(&walk, 0xc00007fc, 0xc0001ffc);
    ck_assert_uint_eq(table_read4(model.memory, 0xc0001ffc), 0xfffff211);
    walk = model_walk(&model, 0, 0, true);
    ck_assert_int_eq(walk.result, WALK_OK);
    ck_assert_uint_eq(walk.pfn, 0);
    ck_assert(walk.writable && walk.modified);
    expect_reads(&walk, 0xc0000000, 0xc0002000);
    ck_assert_uint_eq(table_read4(model.memory, 0xc0002000), 0x00000610);
    model_close(&model);
}
END_TEST

/* D is clear in what the refill loads, so that the store traps again. */
START_TEST(store_into_a_clean_page_takes_both_handlers)
{
    open_machine(12);
    enter(0x1801, 7, V | W);
    const struct walk walk = model_walk(&model, 0, 0x1801, true);
    ck_assert_int_eq(walk.result, WALK_OK);
    ck_assert_uint_eq(walk.pfn, 7);
    ck_assert(walk.modified);
    ck_assert_uint_eq(walk.instructions, REFILL + MODIFY);
    const struct walk_logged all[] = {{0xc0000018, false},
                                      {0xc0001004, false},
                                      {0xc0000018, false},
                                      {0xc0001004, false},
                                      {0xc0001004, true}};
    model_expect_log(&model, all, 5);
    ck_assert_uint_eq(table_read4(model.memory, 0xc0001004), 0x00007610);
    model_close(&model);
}
END_TEST

START_TEST(first_store_through_the_tlb_takes_the_modify_handler_alone)
{
    open_machine(12);
    enter(0x1801, 7, V | W);
    const struct walk walk = model_walk_as(&model, 0, 0x1801, true, true);
    ck_assert_int_eq(walk.result, WALK_OK);
    ck_assert(walk.modified);
    ck_assert_uint_eq(walk.instructions, MODIFY);
    const struct walk_logged all[] = {
        {0xc0000018, false}, {0xc0001004, false}, {0xc0001004, true}};
    model_expect_log(&model, all, 3);
    pfn_t pfn;
    ck_assert_uint_eq(mips->get(model.spaces[0], 0x1801, &pfn), V | W | M);
    model_close(&model);
}
END_TEST

START_TEST(store_into_a_modified_page_takes_the_refill_alone)
{
    open_machine(12);
    enter(5, 9, V | W | M);
    const struct walk walk = model_walk(&model, 0, 5, true);
    ck_assert_int_eq(walk.result, WALK_OK);
    ck_assert_uint_eq(walk.instructions, REFILL);
    expect_reads(&walk, 0xc0000000, 0xc0001014);
    model_close(&model);
}
END_TEST

START_TEST(store_into_a_read_only_page_is_refused)
{
    open_machine(12);
    enter(5, 9, V);
    struct walk walk = model_walk(&model, 0, 5, true);
    ck_assert_int_eq(walk.result, WALK_PROTECTION);
    ck_assert_uint_eq(walk.instructions, REFILL);
    expect_reads(&walk, 0xc0000000, 0xc0001014);
    walk = model_walk_as(&model, 0, 5, true, true);
    ck_assert_int_eq(walk.result, WALK_PROTECTION);
    ck_assert_uint_eq(walk.instructions, MODIFY);
    expect_reads(&walk, 0xc0000000, 0xc0001014);
    model_close(&model);
}
END_TEST

/* D lets stores through, so that a read-only page keeps `modified` elsewhere. */
START_TEST(page_that_becomes_read_only_stays_modified_without_d)
{
    open_machine(12);
    enter(5, 9, V | W | M);
    mips->change(model.spaces[0], 5, 0, W);
    pfn_t pfn;
    ck_assert_uint_eq(mips->get(model.spaces[0], 5, &pfn), V | M);
    ck_assert_uint_eq(table_read4(model.memory, 0xc0001014), 0x00009219);
    mips->change(model.spaces[0], 5, W, 0);
    ck_assert_uint_eq(mips->get(model.spaces[0], 5, &pfn), V | W | M);
    ck_assert_uint_eq(table_read4(model.memory, 0xc0001014), 0x00009610);
    mips->change(model.spaces[0], 5, 0, M);
    ck_assert_uint_eq(mips->get(model.spaces[0], 5, &pfn), V | W);
    model_close(&model);
}
END_TEST

START_TEST(segment_without_entries_costs_one_read)
{
    open_machine(12);
    enter(0, 1, V);
    const struct walk walk = model_walk(&model, 0, 0x400, false);
    ck_assert_int_eq(walk.result, WALK_NOT_PRESENT);
    const struct walk_logged all[] = {{0xc0000004, false}};
    model_expect_log(&model, all, 1);
    ck_assert_uint_eq(walk.instructions, REFILL);
    model_close(&model);
}
END_TEST

/* Frame 0, clean and writable, has none of the bits of 4.4BSD: still it is there. */
START_TEST(page_that_is_not_valid_keeps_its_frame)
{
    open_machine(12);
    enter(0, 0, W);
    pfn_t pfn = 5;
    ck_assert_uint_eq(mips->get(model.spaces[0], 0, &pfn), W);
    ck_assert_uint_eq(pfn, 0);
    ck_assert_int_eq(model_walk(&model, 0, 0, false).result, WALK_NOT_PRESENT);
    mips->change(model.spaces[0], 0, V, 0);
    ck_assert_int_eq(model_walk(&model, 0, 0, false).result, WALK_OK);
    mips->remove(model.spaces[0], 0);
    ck_assert_uint_eq(mips->get(model.spaces[0], 0, &pfn), 0);
    ck_assert_uint_eq(pfn, PFN_NONE);
    mips->remove(model.spaces[0], 0);
    mips->remove(model.spaces[0], 0x7ffff);
    model_close(&model);
}
END_TEST

START_TEST(addresses_and_frames_beyond_their_bits_are_refused)
{
    struct error err = {0};
    open_machine(12);
    ck_assert_int_eq(mips->enter(model.spaces[0], 0x80000, 0, 12, V, &err), ERR_CELL);
    ck_assert_str_eq(err.text,
                     "address 0x80000000 is beyond the 31 bits of kuseg of a MIPS; "
                     "machine.mmu: ideal, or workload.fold: yes, can take it");
    ck_assert_int_eq(mips->enter(model.spaces[0], 0, 0x100000, 12, V, &err), ERR_CELL);
    ck_assert_str_eq(err.text,
                     "frame 1048576 is beyond the 20 bits of mips's frame numbers");
    const struct walk walk = model_walk(&model, 0, 0x80000, false);
    ck_assert_int_eq(walk.result, WALK_NOT_PRESENT);
    ck_assert_uint_eq(walk.reads + walk.instructions, 0);
    pfn_t pfn;
    ck_assert_uint_eq(mips->get(model.spaces[0], 0x80000, &pfn), 0);
    mips->remove(model.spaces[0], 0x80000);
    ck_assert_uint_eq(table_memory_bytes(model.memory), 2048);
    model_close(&model);
}
END_TEST

START_TEST(tables_take_memory_as_they_are_needed_and_give_it_back)
{
    model_open(&model, mips, 12, false, NULL, 1 << 20);
    ck_assert_uint_eq(table_memory_bytes(model.memory), 0);
    model_add_space(&model, 0);
    model_add_space(&model, 1);
    ck_assert_uint_eq(table_memory_bytes(model.memory), 2 * 2048);
    enter(0x3ff, 1, V);
    enter(0, 2, V);
    ck_assert_uint_eq(table_memory_bytes(model.memory), 2 * 2048 + 4096);
    enter(0x400, 3, V);
    mips->remove(model.spaces[0], 0x400);
    ck_assert_uint_eq(table_memory_bytes(model.memory), 2 * 2048 + 2 * 4096);
    mips->end_space(model.spaces[0]);
    model.spaces[0] = NULL;
    ck_assert_uint_eq(table_memory_bytes(model.memory), 2048);
    mips->end_space(model.spaces[1]);
    model.spaces[1] = NULL;
    ck_assert_uint_eq(table_memory_bytes(model.memory), 0);
    model_close(&model);
}
END_TEST

START_TEST(instructions_of_the_handlers_are_parameters)
{
    max_align_t params[PARAM_VALUES_MAX / sizeof(max_align_t)];
    param_defaults(mips->params, params);
    ck_assert_int_eq(param_set(mips->params, params, "refill_instructions", "9", "mips",
                               at_nowhere(), NULL),
                     OK);
    ck_assert_int_eq(param_set(mips->params, params, "modify_instructions", "500", "mips",
                               at_nowhere(), NULL),
                     OK);
    model_open(&model, mips, 12, false, params, 1 << 20);
    model_add_space(&model, 0);
    enter(5, 9, V | W);
    ck_assert_uint_eq(model_walk(&model, 0, 5, false).instructions, 9);
    ck_assert_uint_eq(model_walk(&model, 0, 5, true).instructions, 509);
    model_close(&model);
}
END_TEST

/* --- other page sizes ----------------------------------------------------------------- */

static enum status create_at(unsigned page_shift, bool adapted, struct error *err)
{
    max_align_t params[PARAM_VALUES_MAX / sizeof(max_align_t)];
    param_defaults(mips->params, params);
    const struct pagetable_params machine = {
        .page_shift = page_shift, .adapted = adapted, .frames = 1, .params = params};
    struct pagetable_tables *tables;
    const enum status status = mips->create(&tables, &machine, err);
    if (status == OK)
        mips->free(tables);
    return status;
}

START_TEST(page_sizes_that_the_hardware_lacks_are_refused_unless_adapted)
{
    struct error err = {0};
    ck_assert_int_eq(create_at(12, false, &err), OK);
    ck_assert_int_eq(create_at(9, false, &err), ERR_CONFIG);
    ck_assert_str_eq(err.text, "mips has no pages of 512 B, only of 4 KiB; "
                               "machine.adapt_page_size: yes, adapts its tables");
    ck_assert_int_eq(create_at(9, true, &err), OK);
    ck_assert_int_eq(create_at(30, true, &err), OK);
    ck_assert_int_eq(create_at(31, true, &err), ERR_CONFIG);
    ck_assert_str_eq(err.text,
                     "a page of 2 GiB does not fit into the 31 bits of mips's addresses");
}
END_TEST

/* Index bits of the segment table and of a page of entries: 31 less the page's. */
static const struct {
    unsigned shift;
    paddr_t segment, entry; /* of the last page                                          */
    const char *index;
} adapted[] = {
    {9, 0xc0000000 + 4 * 4095, 0xc0004000 + 4 * 1023, "12+10"},
    {13, 0xc0000000 + 4 * 255, 0xc0001000 + 4 * 1023, "8+10"},
    {20, 0xc0000000 + 4 * 1, 0xc0001000 + 4 * 1023, "1+10"},
    {21, 0xc0000000, 0xc0001000 + 4 * 1023, "0+10"},
    {30, 0xc0000000, 0xc0000008 + 4 * 1, "0+1"},
};

START_TEST(adapted_tables_keep_ten_bits_for_a_page_of_entries)
{
    const unsigned shift = adapted[_i].shift;
    open_machine(shift);
    const vpn_t last = (UINT64_C(1) << (31 - shift)) - 1;
    enter(last, 1, V);
    const struct walk walk = model_walk(&model, 0, last, false);
    ck_assert_uint_eq(walk.pfn, 1);
    ck_assert_uint_eq(walk.page_shift, shift);
    expect_reads(&walk, adapted[_i].segment, adapted[_i].entry);
    ck_assert_int_eq(model_walk(&model, 0, last - 1, false).result, WALK_NOT_PRESENT);
    const unsigned bits = 32 - shift < 20 ? 32 - shift : 20;
    struct error err = {0};
    ck_assert_int_eq(mips->enter(model.spaces[0], 0, (pfn_t)1 << bits, shift, V, &err),
                     ERR_CELL);
    enter(0, ((pfn_t)1 << bits) - 1, V);
    ck_assert_uint_eq(model_walk(&model, 0, 0, false).pfn, ((pfn_t)1 << bits) - 1);
    model_close(&model);
    char note[256], expected[256];
    const struct pagetable_params params = {.page_shift = shift, .adapted = true};
    snprintf(expected, sizeof expected,
             "mips has no pages of %llu bytes: its tables are adapted, index bits %s",
             1ull << shift, adapted[_i].index);
    mips->note(&params, note, sizeof note);
    ck_assert_str_eq(note, expected);
}
END_TEST

START_TEST(hardware_page_size_has_no_note)
{
    char note[256] = "x";
    const struct pagetable_params params = {.page_shift = 12};
    mips->note(&params, note, sizeof note);
    ck_assert_str_eq(note, "");
}
END_TEST

/* --- against a slow model ------------------------------------------------------------- */

/* The address of each space's segment table, and which of its segments have entries. */
static struct {
    paddr_t table;
    bool has[512];
} known[SPACES];

/* The first read of a walk of address 0 is of the segment table's first word. */
static void begun(struct model *m, uint32_t space)
{
    memset(&known[space], 0, sizeof known[space]);
    const struct walk walk = model_walk(m, space, 0, false);
    ck_assert_uint_eq(walk.reads, 1);
    known[space].table = m->logged[0].paddr;
    for (uint32_t i = 0; i < SPACES; i++)
        ck_assert(i == space || !m->spaces[i] || known[i].table != known[space].table);
}

static void ended(struct model *m, uint32_t space)
{
    (void)m;
    (void)space;
}

static void entered(struct model *m, struct steps_page page, struct model_entry entry)
{
    (void)m;
    (void)entry;
    known[page.space].has[page.vpn / 1024] = true;
}

static void removed(struct model *m, struct steps_page page, struct model_entry entry)
{
    (void)m;
    (void)page;
    (void)entry;
}

/* What a handler reads: the segment's word, and the entry if the segment has any. */
static uint32_t predict_reads(struct model *m, struct steps_page page,
                              struct model_entry entry, struct model_prediction *out)
{
    const paddr_t segment = known[page.space].table + 4 * (page.vpn / 1024);
    model_predict(out, segment, false);
    if (!known[page.space].has[page.vpn / 1024])
        return 0;
    const paddr_t paddr = table_read4(m->memory, segment) + 4 * (page.vpn % 1024);
    model_predict(out, paddr, false);
    uint32_t raw = 0;
    if (entry.pfn != PFN_NONE) {
        raw = entry.pfn * 4096 + 0x10 + (entry.bits & V ? 0x200 : 0);
        raw += entry.bits & W ? 0 : 1;
        if (entry.bits & M)
            raw += entry.bits & W ? 0x400 : 0x8;
    }
    steps_equal(table_read4(m->memory, paddr), raw, "entry");
    return raw;
}

static void predict(struct model *m, struct steps_page page, struct model_entry entry,
                    bool store, bool modify, struct model_prediction *out)
{
    const bool valid = entry.pfn != PFN_NONE && entry.bits & V;
    const enum walk_result result = !valid                       ? WALK_NOT_PRESENT
                                    : store && !(entry.bits & W) ? WALK_PROTECTION
                                                                 : WALK_OK;
    out->result = result;
    if (!modify) {
        out->instructions += REFILL;
        predict_reads(m, page, entry, out);
        if (!store || result != WALK_OK || entry.bits & M)
            return;
    }
    out->instructions += MODIFY;
    predict_reads(m, page, entry, out);
    if (result == WALK_OK)
        model_predict(out, out->all[out->n - 1].paddr, true);
}

static const struct steps_oracle oracle = {
    .bits = V | W | M,
    .entered = entered,
    .removed = removed,
    .begun = begun,
    .ended = ended,
    .predict = predict,
};

START_TEST(random_operations_do_what_a_slow_model_does)
{
    model_open(&model, mips, 12, false, NULL, 1 << 20);
    for (uint32_t space = 0; space < SPACES; space++) {
        model_add_space(&model, space);
        begun(&model, space);
        model_add_area(&model, space, 0, 3000, 0);
        model_add_area(&model, space, 0x12345 + space, 700, 0);
        model_add_area(&model, space, 0x80000 - 1500, 1500, 0);
    }
    steps_run(&model, &oracle, 1000000);
    for (size_t i = 0; i < 3; i++)
        ck_assert_uint_gt(model.walks[i], 10000);
    model_close(&model);
}
END_TEST

static Suite *mips_suite(void)
{
    Suite *suite = suite_create("mips");
    TCase *tests = tcase_create("mips");
    tcase_add_checked_fixture(tests, setup, NULL);
    tcase_add_test(tests, refill_reads_the_segment_table_and_a_page_of_entries);
    tcase_add_test(tests, first_and_last_page_of_kuseg);
    tcase_add_test(tests, store_into_a_clean_page_takes_both_handlers);
    tcase_add_test(tests, first_store_through_the_tlb_takes_the_modify_handler_alone);
    tcase_add_test(tests, store_into_a_modified_page_takes_the_refill_alone);
    tcase_add_test(tests, store_into_a_read_only_page_is_refused);
    tcase_add_test(tests, page_that_becomes_read_only_stays_modified_without_d);
    tcase_add_test(tests, segment_without_entries_costs_one_read);
    tcase_add_test(tests, page_that_is_not_valid_keeps_its_frame);
    tcase_add_test(tests, addresses_and_frames_beyond_their_bits_are_refused);
    tcase_add_test(tests, tables_take_memory_as_they_are_needed_and_give_it_back);
    tcase_add_test(tests, instructions_of_the_handlers_are_parameters);
    tcase_add_test(tests, page_sizes_that_the_hardware_lacks_are_refused_unless_adapted);
    tcase_add_loop_test(tests, adapted_tables_keep_ten_bits_for_a_page_of_entries, 0,
                        (int)ARRAY_LEN(adapted));
    tcase_add_test(tests, hardware_page_size_has_no_note);
    tcase_add_test(tests, random_operations_do_what_a_slow_model_does);
    suite_add_tcase(suite, tests);
    return suite;
}

int main(void)
{
    SRunner *runner = srunner_create(mips_suite());
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
