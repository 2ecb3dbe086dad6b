/* vax_test.c -- the page tables of a VAX-11: worked translations, every length and field,
 * and where tables lie in system space.  vax_walk_test.c compares them with a slow model.
 *
 * Numbers by hand: the system page table is the first table, at 0x30000000; with 8192
 * entries it ends at 0x30008000, where pages of process tables begin.  P0's table is at the
 * beginning of system space (0x80000000), P1's at its end (0x80400000 with 8192 pages).
 * Entries: V 0x80000000, users write 0x20000000, users read 0x78000000, kernel writes
 * 0x10000000, M 0x04000000, fill on demand 0x02000000. */
#include "pagetable_model.h"

#include <stdio.h>

enum { V = PTE_VALID, W = PTE_WRITABLE, M = PTE_MODIFIED, P1 = 0x200000 };
enum { SYSTEM_TABLE = 8192 * 4 }; /* bytes */

static const paddr_t sbr = 0x30000000, memory = 0x30008000;

static const struct pagetable_ops *vax;
static struct model model;
static struct tlb system_half;

static void setup(void)
{
    vax = pagetable_find("vax");
    ck_assert_ptr_nonnull(vax);
}

static void open_with(unsigned page_shift, const char *system_pages)
{
    max_align_t params[PARAM_VALUES_MAX / sizeof(max_align_t)];
    param_defaults(vax->params, params);
    ck_assert_int_eq(param_set(vax->params, params, "system_pages", system_pages, "vax",
                               at_nowhere(), NULL),
                     OK);
    model_open(&model, vax, page_shift, page_shift != 9, params, 1 << 21);
    model_add_space(&model, 0);
    model_add_space(&model, 1);
}

static void open_machine(void)
{
    open_with(9, "8192");
}

static void open_system_half(uint32_t entries)
{
    const struct tlb_params params = {.entries = entries, .ways = 1};
    ck_assert_int_eq(tlb_init(&system_half, &params, 1, NULL), OK);
    model.system = &system_half;
}

static void close_machine(void)
{
    if (model.system)
        tlb_release(&system_half);
    model_close(&model);
}

static void enter_in(uint32_t space, vpn_t vpn, pfn_t pfn, unsigned bits)
{
    struct error err = {0};
    ck_assert_msg(vax->enter(model.spaces[space], vpn, pfn, model.page_shift, bits, &err) ==
                      OK,
                  "%s", err.text);
}

static void enter(vpn_t vpn, pfn_t pfn, unsigned bits)
{
    enter_in(0, vpn, pfn, bits);
}

static void refuse(uint32_t space, vpn_t vpn, pfn_t pfn, const char *message)
{
    struct error err = {0};
    ck_assert_int_eq(vax->enter(model.spaces[space], vpn, pfn, model.page_shift, V, &err),
                     ERR_CELL);
    ck_assert_str_eq(err.text, message);
}

static uint32_t word_at(paddr_t paddr)
{
    return table_read4(model.memory, paddr);
}

static void expect_reads(const struct walk *walk, paddr_t first, paddr_t second)
{
    const struct walk_logged reads[] = {{first, false}, {second, false}};
    ck_assert_int_eq(walk->result, WALK_OK);
    model_expect_log(&model, reads, 2);
}

static void expect_one_read(const struct walk *walk, paddr_t paddr)
{
    const struct walk_logged reads[] = {{paddr, false}};
    ck_assert_int_eq(walk->result, WALK_OK);
    model_expect_log(&model, reads, 1);
}

static void expect(uint32_t space, vpn_t vpn, enum walk_result result, uint32_t reads)
{
    const struct walk walk = model_walk(&model, space, vpn, false);
    ck_assert_int_eq(walk.result, result);
    ck_assert_uint_eq(walk.reads, reads);
    ck_assert_uint_eq(walk.writes, 0);
}

/* --- worked translations -------------------------------------------------------------- */

/* 0x00000212: P0 page 1.  Its entry is at 0x80000004: word 1 of system page 0, whose own
 * entry is word 0 of the system page table and names frame 0x30008000 / 512 = 0x180040. */
START_TEST(p0_page_by_hand)
{
    open_machine();
    enter(1, 5, V | W);
    const struct walk walk = model_walk(&model, 0, 1, false);
    expect_reads(&walk, sbr, memory + 4);
    ck_assert_uint_eq(walk.pfn, 5);
    ck_assert_uint_eq(walk.page_shift, 9);
    ck_assert(walk.writable && !walk.modified);
    ck_assert_uint_eq(walk.instructions, 0);
    ck_assert_uint_eq(walk.time, 2000);
    ck_assert_uint_eq(word_at(sbr), 0x90180040);
    ck_assert_uint_eq(word_at(memory + 4), 0xa0000005);
    ck_assert_uint_eq(word_at(memory), 0x22000000);
    close_machine();
}
END_TEST

/* 0x7ffffe00: the last page of P1, vpn 0x1fffff there.  P1's table ends with system space,
 * at 0x80400000, so that P1BR = 0x80400000 - 4 * 0x200000 = 0x7fc00000, and the entry is at
 * 0x803ffffc: the last word of system page 8191. */
START_TEST(last_page_of_p1_by_hand)
{
    open_machine();
    enter(P1 + 0x1fffff, 0x1fffff, V | M);
    const struct walk walk = model_walk(&model, 0, P1 + 0x1fffff, false);
    expect_reads(&walk, sbr + 4 * 8191, memory + 0x1fc);
    ck_assert_uint_eq(walk.pfn, 0x1fffff);
    ck_assert(!walk.writable && walk.modified);
    ck_assert_uint_eq(word_at(memory + 0x1fc), 0xfc1fffff);
    close_machine();
}
END_TEST

/* Page 0x81 of P0 lies in the second page of the table: system page 1. */
START_TEST(second_page_of_a_table_by_hand)
{
    open_machine();
    enter(0x7f, 1, V);
    enter(0x81, 2, V);
    struct walk walk = model_walk(&model, 0, 0x81, false);
    expect_reads(&walk, sbr + 4, memory + 0x200 + 4);
    ck_assert_uint_eq(walk.pfn, 2);
    walk = model_walk(&model, 0, 0x7f, false);
    expect_reads(&walk, sbr, memory + 0x1fc);
    close_machine();
}
END_TEST

START_TEST(store_into_a_clean_page_writes_its_entry)
{
    open_machine();
    enter(1, 5, V | W);
    const struct walk_logged all[] = {
        {sbr, false}, {memory + 4, false}, {memory + 4, true}};
    struct walk walk = model_walk(&model, 0, 1, true);
    ck_assert_int_eq(walk.result, WALK_OK);
    ck_assert(walk.modified);
    model_expect_log(&model, all, 3);
    ck_assert_uint_eq(word_at(memory + 4), 0xa4000005);
    walk = model_walk(&model, 0, 1, true);
    model_expect_log(&model, all, 2);
    vax->change(model.spaces[0], 1, 0, M);
    walk = model_walk_as(&model, 0, 1, true, true);
    ck_assert_int_eq(walk.result, WALK_OK);
    model_expect_log(&model, all, 3);
    close_machine();
}
END_TEST

/* Codes 12 to 15 let users read; of these the tables have only the last. */
START_TEST(protection_is_checked_before_validity)
{
    open_machine();
    enter(0, 5, 0);
    ck_assert_int_eq(model_walk(&model, 0, 0, true).result, WALK_PROTECTION);
    ck_assert_int_eq(model_walk(&model, 0, 0, false).result, WALK_NOT_PRESENT);
    vax->change(model.spaces[0], 0, V, 0);
    ck_assert_int_eq(model_walk(&model, 0, 0, true).result, WALK_PROTECTION);
    ck_assert_int_eq(model_walk(&model, 0, 0, false).result, WALK_OK);
    static const uint32_t readable[] = {0x60000000, 0x68000000, 0x70000000, 0x78000000};
    for (size_t i = 0; i < ARRAY_LEN(readable); i++) {
        table_write4(model.memory, memory, 0x80000005 | readable[i]);
        ck_assert_int_eq(model_walk(&model, 0, 0, false).result, WALK_OK);
        ck_assert_int_eq(model_walk(&model, 0, 0, true).result, WALK_PROTECTION);
    }
    static const uint32_t kernel[] = {0x00000000, 0x10000000, 0x18000000, 0x58000000};
    for (size_t i = 0; i < ARRAY_LEN(kernel); i++) {
        table_write4(model.memory, memory, 0x80000005 | kernel[i]);
        ck_assert_int_eq(model_walk(&model, 0, 0, false).result, WALK_PROTECTION);
    }
    close_machine();
}
END_TEST

START_TEST(page_that_is_not_valid_keeps_its_frame)
{
    pfn_t pfn = 5;
    open_machine();
    enter(3, 0, W | M);
    ck_assert_uint_eq(vax->get(model.spaces[0], 3, &pfn), W | M);
    ck_assert_uint_eq(pfn, 0);
    ck_assert_uint_eq(word_at(memory + 12), 0x24000000);
    vax->change(model.spaces[0], 3, V, M);
    ck_assert_uint_eq(vax->get(model.spaces[0], 3, &pfn), V | W);
    vax->remove(model.spaces[0], 3);
    ck_assert_uint_eq(vax->get(model.spaces[0], 3, &pfn), 0);
    ck_assert_uint_eq(pfn, PFN_NONE);
    ck_assert_uint_eq(word_at(memory + 12), 0x22000000);
    expect(0, 3, WALK_NOT_PRESENT, 2);
    close_machine();
}
END_TEST

/* --- lengths and widths --------------------------------------------------------------- */

START_TEST(p0_ends_with_the_highest_page_ever_entered)
{
    open_machine();
    expect(0, 0, WALK_LENGTH, 0);
    enter(4, 1, V);
    expect(0, 3, WALK_NOT_PRESENT, 2);
    expect(0, 4, WALK_OK, 2);
    expect(0, 5, WALK_LENGTH, 0);
    enter(2, 2, V);
    expect(0, 4, WALK_OK, 2);
    expect(0, 5, WALK_LENGTH, 0);
    vax->remove(model.spaces[0], 4);
    expect(0, 4, WALK_NOT_PRESENT, 2);
    expect(0, P1 - 1, WALK_LENGTH, 0);
    expect(1, 4, WALK_LENGTH, 0);
    close_machine();
}
END_TEST

START_TEST(p1_begins_with_the_lowest_page_ever_entered)
{
    open_machine();
    expect(0, P1 + 0x1fffff, WALK_LENGTH, 0);
    enter(P1 + 0x1ffffb, 1, V);
    expect(0, P1 + 0x1ffffc, WALK_NOT_PRESENT, 2);
    expect(0, P1 + 0x1ffffb, WALK_OK, 2);
    expect(0, P1 + 0x1ffffa, WALK_LENGTH, 0);
    enter(P1 + 0x1ffffd, 2, V);
    expect(0, P1 + 0x1ffffb, WALK_OK, 2);
    expect(0, P1 + 0x1ffffa, WALK_LENGTH, 0);
    vax->remove(model.spaces[0], P1 + 0x1ffffb);
    expect(0, P1 + 0x1ffffb, WALK_NOT_PRESENT, 2);
    expect(0, P1, WALK_LENGTH, 0);
    close_machine();
}
END_TEST

/* A whole region has 2^21 entries: 16384 system pages. */
START_TEST(regions_reach_to_their_far_ends)
{
    open_with(9, "32768");
    enter(P1 - 1, 1, V);
    enter(P1, 2, V);
    struct walk walk = model_walk(&model, 0, P1 - 1, false);
    expect_reads(&walk, sbr + 4 * 16383, sbr + 32768 * 4 + 0x1fc);
    ck_assert_uint_eq(walk.pfn, 1);
    walk = model_walk(&model, 0, P1, false);
    expect_reads(&walk, sbr + 4 * 16384, sbr + 32768 * 4 + 0x200);
    ck_assert_uint_eq(walk.pfn, 2);
    expect(0, 0, WALK_NOT_PRESENT, 1);
    expect(0, P1 + 0x1fffff, WALK_NOT_PRESENT, 1);
    pfn_t pfn;
    expect(0, 2 * P1, WALK_LENGTH, 0); /* the first page of system space */
    ck_assert_uint_eq(vax->get(model.spaces[0], 2 * P1, &pfn), 0);
    close_machine();
}
END_TEST

START_TEST(system_page_table_ends_at_slr)
{
    open_with(9, "2");
    enter(127, 1, V);
    enter(P1 + 0x1fffff - 127, 2, V);
    refuse(0, 128, 3,
           "the page table of a process needs 2 free pages in a row of the system space of "
           "2; machine.mmu.system_pages can be 2097152");
    expect(0, 128, WALK_LENGTH, 0);
    refuse(1, 0, 3,
           "the page table of a process needs 1 free pages in a row of the system space of "
           "2; machine.mmu.system_pages can be 2097152");
    struct walk walk = model_walk(&model, 0, 127, false);
    expect_reads(&walk, sbr, sbr + 0x200 + 0x1fc);
    walk = model_walk(&model, 0, P1 + 0x1fffff - 127, false);
    expect_reads(&walk, sbr + 4, sbr + 0x400);
    close_machine();
    open_with(9, "3");
    enter(0, 1, V);
    refuse(0, 2 * 128, 2,
           "the page table of a process needs 4 free pages in a row of the system space of "
           "3; machine.mmu.system_pages can be 2097152");
    enter_in(1, P1 + 0x1fffff, 1, V);
    refuse(1, P1 + 0x1fffff - 2 * 128, 2,
           "the page table of a process needs 4 free pages in a row of the system space of "
           "3; machine.mmu.system_pages can be 2097152");
    close_machine();
    open_with(9, "16383");
    refuse(
        0, P1 - 1, 1,
        "the page table of a process needs 16384 free pages in a row of the system space "
        "of 16383; machine.mmu.system_pages can be 2097152");
    close_machine();
}
END_TEST

START_TEST(addresses_and_frames_beyond_their_bits_are_refused)
{
    pfn_t pfn;
    open_machine();
    refuse(0, 0x400000, 1,
           "address 0x80000000 is beyond the 31 bits of a VAX process; machine.mmu: ideal, "
           "or workload.fold: yes, can take it");
    refuse(0, UINT64_C(0x7fffffffe00) >> 9, 1,
           "address 0x7fffffffe00 is beyond the 31 bits of a VAX process; machine.mmu: "
           "ideal, or workload.fold: yes, can take it");
    refuse(0, 0, 0x200000, "frame 2097152 is beyond the 21 bits of vax's frame numbers");
    expect(0, 0x400000, WALK_LENGTH, 0);
    expect(0, 0, WALK_LENGTH, 0);
    ck_assert_uint_eq(vax->get(model.spaces[0], 0x400000, &pfn), 0);
    ck_assert_uint_eq(pfn, PFN_NONE);
    vax->remove(model.spaces[0], 0x400000);
    vax->remove(model.spaces[0], 0);
    ck_assert_uint_eq(table_memory_bytes(model.memory), SYSTEM_TABLE);
    close_machine();
}
END_TEST

/* --- the system half ------------------------------------------------------------------ */

/* One entry of the system half serves the 128 pages whose entries lie in its page. */
START_TEST(a_miss_may_miss_again_in_the_system_half)
{
    open_machine();
    open_system_half(1);
    enter(0, 1, V);
    enter(127, 2, V);
    enter(128, 3, V);
    struct walk walk = model_walk(&model, 0, 0, false);
    expect_reads(&walk, sbr, memory);
    walk = model_walk(&model, 0, 127, false);
    expect_one_read(&walk, memory + 0x1fc);
    walk = model_walk(&model, 0, 128, false);
    expect_reads(&walk, sbr + 4, memory + 0x200);
    walk = model_walk(&model, 0, 128, false);
    expect_one_read(&walk, memory + 0x200);
    walk = model_walk(&model, 0, 127, false);
    expect_reads(&walk, sbr, memory + 0x1fc);
    close_machine();
}
END_TEST

START_TEST(system_half_is_indexed_by_the_system_page)
{
    open_machine();
    open_system_half(2);
    enter(0, 1, V);
    enter(128, 2, V);
    enter(256, 3, V);
    expect(0, 0, WALK_OK, 2);
    expect(0, 128, WALK_OK, 2);
    ck_assert(tlb_holds_at(&system_half, tlb_set(&system_half, 0), 0));
    ck_assert(tlb_holds_at(&system_half, tlb_set(&system_half, 1), 1));
    expect(0, 256, WALK_OK, 2);
    expect(0, 128, WALK_OK, 1);
    expect(0, 0, WALK_OK, 2);
    close_machine();
}
END_TEST

/* Only pages of the table that hold entries have memory. */
START_TEST(table_page_without_entries_is_not_valid_and_not_cached)
{
    open_machine();
    open_system_half(1);
    enter(300, 1, V);
    ck_assert_uint_eq(table_memory_bytes(model.memory), SYSTEM_TABLE + 512);
    ck_assert_uint_eq(word_at(sbr), 0x10000000);
    expect(0, 5, WALK_NOT_PRESENT, 1);
    ck_assert(!tlb_holds_at(&system_half, 0, 0));
    expect(0, 5, WALK_NOT_PRESENT, 1);
    enter(6, 2, V);
    expect(0, 5, WALK_NOT_PRESENT, 2);
    expect(0, 5, WALK_NOT_PRESENT, 1);
    close_machine();
}
END_TEST

START_TEST(fault_loads_the_system_half_all_the_same)
{
    open_machine();
    open_system_half(1);
    enter(0, 1, 0);
    expect(0, 0, WALK_NOT_PRESENT, 2);
    expect(0, 0, WALK_NOT_PRESENT, 1);
    expect(0, 1, WALK_LENGTH, 0);
    close_machine();
}
END_TEST

/* --- system space --------------------------------------------------------------------- */

/* Space 0's table at system page 0 is followed by space 1's, so that it moves: to pages 2
 * and 3, as page 1 is taken and page 0 is too few. */
START_TEST(window_that_cannot_grow_in_place_moves_with_its_entries)
{
    open_machine();
    enter(1, 5, V | W);
    enter_in(1, 1, 6, V | W);
    enter(128, 7, V);
    struct walk walk = model_walk(&model, 0, 1, false);
    expect_reads(&walk, sbr + 4 * 2, memory + 4);
    ck_assert_uint_eq(walk.pfn, 5);
    walk = model_walk(&model, 0, 128, false);
    expect_reads(&walk, sbr + 4 * 3, memory + 2 * 512);
    walk = model_walk(&model, 1, 1, false);
    expect_reads(&walk, sbr + 4 * 1, memory + 512 + 4);
    ck_assert_uint_eq(walk.pfn, 6);
    ck_assert_uint_eq(word_at(sbr), 0);
    close_machine();
}
END_TEST

/* The same in P1, from the end of system space downward. */
START_TEST(window_of_p1_moves_and_keeps_its_end)
{
    const vpn_t last = P1 + 0x1fffff;
    open_machine();
    enter(last, 5, V | W);
    enter_in(1, last, 6, V | W);
    enter(last - 128, 7, V);
    struct walk walk = model_walk(&model, 0, last, false);
    expect_reads(&walk, sbr + 4 * 8189, memory + 0x1fc);
    walk = model_walk(&model, 0, last - 128, false);
    expect_reads(&walk, sbr + 4 * 8188, memory + 2 * 512 + 0x1fc);
    walk = model_walk(&model, 1, last, false);
    expect_reads(&walk, sbr + 4 * 8190, memory + 512 + 0x1fc);
    enter(last - 256, 8, V);
    walk = model_walk(&model, 0, last - 256, false);
    expect_reads(&walk, sbr + 4 * 8187, memory + 3 * 512 + 0x1fc);
    walk = model_walk(&model, 0, last, false);
    expect_reads(&walk, sbr + 4 * 8189, memory + 0x1fc);
    close_machine();
}
END_TEST

/* A TLB may still hold system page 0, which space 0 has left: no other table gets it before
 * a space has ended and system halves are flushed. */
START_TEST(system_page_that_was_left_is_not_used_before_a_space_ends)
{
    open_machine();
    model_add_space(&model, 2);
    model_add_space(&model, 3);
    enter(0, 1, V);
    enter_in(1, 0, 2, V);
    enter(128, 3, V);
    enter_in(2, 0, 4, V);
    struct walk walk = model_walk(&model, 2, 0, false);
    expect_reads(&walk, sbr + 4 * 4, memory + 3 * 512);
    vax->end_space(model.spaces[1]);
    model.spaces[1] = NULL;
    enter_in(3, 0, 5, V);
    walk = model_walk(&model, 3, 0, false);
    expect_reads(&walk, sbr, memory + 512);
    model_add_space(&model, 1);
    enter_in(1, 0, 6, V);
    walk = model_walk(&model, 1, 0, false);
    expect_reads(&walk, sbr + 4, memory + 4 * 512);
    close_machine();
}
END_TEST

START_TEST(space_that_ends_gives_its_memory_back)
{
    open_machine();
    ck_assert_uint_eq(table_memory_bytes(model.memory), SYSTEM_TABLE);
    for (vpn_t vpn = 0; vpn < 1000; vpn += 100) {
        enter(vpn, 1, V);
        enter(P1 + 0x1fffff - vpn, 2, V);
    }
    /* pages 0, 0, 1, 2, 3, 3, 4, 5, 6, 7 of each table */
    ck_assert_uint_eq(table_memory_bytes(model.memory), SYSTEM_TABLE + 2 * 8 * 512);
    vax->end_space(model.spaces[0]);
    ck_assert_uint_eq(table_memory_bytes(model.memory), SYSTEM_TABLE);
    for (paddr_t paddr = sbr; paddr < memory; paddr += 4)
        ck_assert_uint_eq(word_at(paddr), 0);
    model_add_space(&model, 0);
    expect(0, 0, WALK_LENGTH, 0);
    expect(0, P1 + 0x1fffff, WALK_LENGTH, 0);
    for (uint32_t space = 0; space < 2; space++) {
        vax->end_space(model.spaces[space]);
        model.spaces[space] = NULL;
    }
    vax->free(model.tables);
    model.tables = NULL;
    ck_assert_uint_eq(table_memory_bytes(model.memory), 0);
    close_machine();
}
END_TEST

/* --- other page sizes ----------------------------------------------------------------- */

static enum status create_at(unsigned page_shift, bool adapted, struct error *err)
{
    max_align_t params[PARAM_VALUES_MAX / sizeof(max_align_t)];
    param_defaults(vax->params, params);
    struct pagetable_params machine = {
        .page_shift = page_shift, .adapted = adapted, .frames = 1, .params = params};
    ck_assert_int_eq(table_memory_create(&machine.memory, 30, page_shift, NULL), OK);
    struct pagetable_tables *tables;
    const enum status status = vax->create(&tables, &machine, err);
    if (status == OK)
        vax->free(tables);
    table_memory_free(machine.memory);
    return status;
}

START_TEST(page_sizes_that_the_hardware_lacks_are_refused_unless_adapted)
{
    struct error err = {0};
    ck_assert_int_eq(create_at(9, false, &err), OK);
    ck_assert_int_eq(create_at(12, false, &err), ERR_CONFIG);
    ck_assert_str_eq(err.text, "vax has no pages of 4 KiB, only of 512 B; "
                               "machine.adapt_page_size: yes, adapts its tables");
    ck_assert_int_eq(create_at(12, true, &err), OK);
    ck_assert_int_eq(create_at(29, true, &err), OK);
    ck_assert_int_eq(create_at(30, true, &err), ERR_CONFIG);
    ck_assert_str_eq(err.text,
                     "a page of 1 GiB does not fit into the 30 bits of vax's addresses");
}
END_TEST

/* The last pages of both regions.  A page of table is a page, or all of the table if that
 * is less: 4 << (30 - shift) bytes. */
static const struct {
    unsigned shift;
    const char *system_pages;
    paddr_t system0, entry0, system1, entry1;
    unsigned entries;
} adapted[] = {
    /* 2^18 entries a region in 256 pages of 4 KiB: 0x400 bytes of system page table */
    {12, "512", 0x300003fc, 0x30001ffc, 0x300007fc, 0x30002ffc, 1 << 18},
    /* 2^14 entries, just a page of 64 KiB */
    {16, "2", 0x30000000, 0x3001fffc, 0x30000004, 0x3002fffc, 1 << 14},
    /* 2^13 entries, a quarter of a page of 128 KiB */
    {17, "2", 0x30000000, 0x30027ffc, 0x30000004, 0x30047ffc, 1 << 13},
    /* 2^9 entries; system space has 512 pages */
    {21, "8192", 0x30000000, 0x302007fc, 0x300007fc, 0x304007fc, 1 << 9},
};

START_TEST(adapted_tables_are_linear_at_every_page_size)
{
    const unsigned shift = adapted[_i].shift;
    const vpn_t p1 = (vpn_t)1 << (30 - shift);
    open_with(shift, adapted[_i].system_pages);
    enter(p1 - 1, 1, V);
    enter(2 * p1 - 1, 2, V);
    struct walk walk = model_walk(&model, 0, p1 - 1, false);
    expect_reads(&walk, adapted[_i].system0, adapted[_i].entry0);
    ck_assert_uint_eq(walk.pfn, 1);
    ck_assert_uint_eq(walk.page_shift, shift);
    walk = model_walk(&model, 0, 2 * p1 - 1, false);
    expect_reads(&walk, adapted[_i].system1, adapted[_i].entry1);
    ck_assert_uint_eq(walk.pfn, 2);
    expect(0, 2 * p1, WALK_LENGTH, 0);
    expect(0, p1, WALK_LENGTH, 0);
    struct error err = {0};
    ck_assert_int_eq(
        vax->enter(model.spaces[0], 0, (pfn_t)1 << (30 - shift), shift, V, &err), ERR_CELL);
    enter(0, (pfn_t)(p1 - 1), V);
    ck_assert_uint_eq(model_walk(&model, 0, 0, false).pfn, p1 - 1);
    close_machine();
    char note[256], expected[256];
    const struct pagetable_params params = {.page_shift = shift, .adapted = true};
    snprintf(expected, sizeof expected,
             "vax has no pages of %llu bytes: its tables are adapted, %u entries a region",
             1ull << shift, adapted[_i].entries);
    vax->note(&params, note, sizeof note);
    ck_assert_str_eq(note, expected);
}
END_TEST

START_TEST(hardware_page_size_has_no_note)
{
    char note[256] = "x";
    const struct pagetable_params params = {.page_shift = 9};
    vax->note(&params, note, sizeof note);
    ck_assert_str_eq(note, "");
}
END_TEST

static Suite *vax_suite(void)
{
    Suite *suite = suite_create("vax");
    TCase *tests = tcase_create("vax");
    tcase_add_checked_fixture(tests, setup, NULL);
    tcase_add_test(tests, p0_page_by_hand);
    tcase_add_test(tests, last_page_of_p1_by_hand);
    tcase_add_test(tests, second_page_of_a_table_by_hand);
    tcase_add_test(tests, store_into_a_clean_page_writes_its_entry);
    tcase_add_test(tests, protection_is_checked_before_validity);
    tcase_add_test(tests, page_that_is_not_valid_keeps_its_frame);
    tcase_add_test(tests, p0_ends_with_the_highest_page_ever_entered);
    tcase_add_test(tests, p1_begins_with_the_lowest_page_ever_entered);
    tcase_add_test(tests, regions_reach_to_their_far_ends);
    tcase_add_test(tests, system_page_table_ends_at_slr);
    tcase_add_test(tests, addresses_and_frames_beyond_their_bits_are_refused);
    tcase_add_test(tests, a_miss_may_miss_again_in_the_system_half);
    tcase_add_test(tests, system_half_is_indexed_by_the_system_page);
    tcase_add_test(tests, table_page_without_entries_is_not_valid_and_not_cached);
    tcase_add_test(tests, fault_loads_the_system_half_all_the_same);
    tcase_add_test(tests, window_that_cannot_grow_in_place_moves_with_its_entries);
    tcase_add_test(tests, window_of_p1_moves_and_keeps_its_end);
    tcase_add_test(tests, system_page_that_was_left_is_not_used_before_a_space_ends);
    tcase_add_test(tests, space_that_ends_gives_its_memory_back);
    tcase_add_test(tests, page_sizes_that_the_hardware_lacks_are_refused_unless_adapted);
    tcase_add_loop_test(tests, adapted_tables_are_linear_at_every_page_size, 0,
                        (int)ARRAY_LEN(adapted));
    tcase_add_test(tests, hardware_page_size_has_no_note);
    suite_add_tcase(suite, tests);
    return suite;
}

int main(void)
{
    SRunner *runner = srunner_create(vax_suite());
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
