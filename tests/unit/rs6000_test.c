/* rs6000_test.c -- the inverted page table of an RS/6000: worked translations, chains, the
 * bits of frames, every limit.  rs6000_walk_test.c compares it with a slow model.
 *
 * Numbers by hand: with 1024 frames there are 1024 anchors of 4 bytes at 0xc0000000, and
 * the entries, of 16 bytes, at 0xc0001000.  Segment register i of space n has the id
 * 14352 n + 273 i.  Word 0 of an entry: key 2 (all) 0x80000000, key 3 (read only)
 * 0xc0000000, segment id times 64, page index divided by 1024. */
#include "pagetable_model.h"

#include <stdio.h>

enum { V = PTE_VALID, W = PTE_WRITABLE, R = PTE_REFERENCED, C = PTE_MODIFIED };

static const paddr_t anchors = 0xc0000000, entries = 0xc0001000;

static const struct pagetable_ops *rs6000;
static struct model model;

static void setup(void)
{
    rs6000 = pagetable_find("rs6000");
    ck_assert_ptr_nonnull(rs6000);
}

static void open_with(unsigned page_shift, uint64_t nframes, const char *parameter,
                      const char *value)
{
    max_align_t params[PARAM_VALUES_MAX / sizeof(max_align_t)];
    param_defaults(rs6000->params, params);
    if (parameter)
        ck_assert_int_eq(param_set(rs6000->params, params, parameter, value, "rs6000",
                                   at_nowhere(), NULL),
                         OK);
    model_open(&model, rs6000, page_shift, page_shift != 12, params, nframes);
    model_add_space(&model, 0);
    model_add_space(&model, 1);
}

static void open_machine(void)
{
    open_with(12, 1024, NULL, NULL);
}

static void enter_in(uint32_t space, vpn_t vpn, pfn_t pfn, unsigned bits)
{
    struct error err = {0};
    ck_assert_msg(
        rs6000->enter(model.spaces[space], vpn, pfn, model.page_shift, bits, &err) == OK,
        "%s", err.text);
}

static void enter(vpn_t vpn, pfn_t pfn, unsigned bits)
{
    enter_in(0, vpn, pfn, bits);
}

/* A walk reads these addresses, and finds the frame or, if PFN_NONE, nothing. */
static struct walk expect(uint32_t space, vpn_t vpn, pfn_t pfn, const paddr_t *reads,
                          size_t n)
{
    const struct walk walk = model_walk(&model, space, vpn, false);
    ck_assert_int_eq(walk.result, pfn == PFN_NONE ? WALK_NOT_PRESENT : WALK_OK);
    if (pfn != PFN_NONE)
        ck_assert_uint_eq(walk.pfn, pfn);
    ck_assert_uint_eq(walk.writes + walk.instructions, 0);
    ck_assert_uint_eq(model.log.n, n);
    for (size_t i = 0; i < n; i++)
        ck_assert_uint_eq(model.logged[i].paddr, reads[i]);
    return walk;
}

static uint32_t word_at(paddr_t paddr)
{
    return table_read4(model.memory, paddr);
}

static paddr_t tag_of(pfn_t frame)
{
    return entries + 16 * frame;
}

static paddr_t next_of(pfn_t frame)
{
    return entries + 16 * frame + 4;
}

/* --- worked translations -------------------------------------------------------------- */

/* 0x00003000 of space 0: segment id 0, page index 3, hash 3. */
START_TEST(page_of_the_first_segment_by_hand)
{
    open_machine();
    enter(3, 7, V | W);
    const paddr_t reads[] = {0xc000000c, 0xc0001070};
    const struct walk walk = expect(0, 3, 7, reads, 2);
    ck_assert_uint_eq(walk.page_shift, 12);
    ck_assert(walk.writable && !walk.modified);
    ck_assert_uint_eq(walk.time, 2000);
    ck_assert_uint_eq(word_at(0xc000000c), 7);
    ck_assert_uint_eq(word_at(0xc0001070), 0x80000000);
    ck_assert_uint_eq(word_at(0xc0001074), 0x80000000);
    model_close(&model);
}
END_TEST

/* 0x21234000 of space 1: segment register 2 has 14352 + 546 = 0x3a32, the page index is
 * 0x1234, so that the hash is 0x2806 mod 1024 = 6 and the tag 0x3a32 * 64 + 4 = 0xe8c84. */
START_TEST(page_of_another_space_by_hand)
{
    open_machine();
    enter_in(1, 0x21234, 1023, V);
    const paddr_t reads[] = {0xc0000018, 0xc0004ff0};
    const struct walk walk = expect(1, 0x21234, 1023, reads, 2);
    ck_assert(!walk.writable);
    ck_assert_uint_eq(word_at(0xc0000018), 1023);
    ck_assert_uint_eq(word_at(0xc0004ff0), 0xc00e8c84);
    model_close(&model);
}
END_TEST

/* 0xfffff000 of space 0: segment id 15 * 273 = 0xfff, page index 0xffff, hash 0xf000 mod
 * 1024 = 0, tag 0xfff * 64 + 63 = 0x3ffff. */
START_TEST(last_page_of_the_last_segment_by_hand)
{
    open_machine();
    enter(0xfffff, 0, V | W);
    const paddr_t reads[] = {0xc0000000, 0xc0001000};
    expect(0, 0xfffff, 0, reads, 2);
    ck_assert_uint_eq(word_at(0xc0000000), 0);
    ck_assert_uint_eq(word_at(0xc0001000), 0x8003ffff);
    model_close(&model);
}
END_TEST

/* --- chains --------------------------------------------------------------------------- */

START_TEST(empty_chain_costs_one_read)
{
    open_machine();
    const paddr_t reads[] = {0xc0000014};
    ck_assert_uint_eq(word_at(0xc0000014), 0x80000000);
    expect(0, 5, PFN_NONE, reads, 1);
    model_close(&model);
}
END_TEST

/* Page indexes that differ by 1024 have one hash. */
START_TEST(second_of_a_chain_costs_two_reads_more)
{
    open_machine();
    enter(3, 10, V);
    enter(3 + 1024, 11, V);
    const paddr_t newer[] = {anchors + 12, tag_of(11)};
    const paddr_t older[] = {anchors + 12, tag_of(11), next_of(11), tag_of(10)};
    const paddr_t none[] = {anchors + 12, tag_of(11), next_of(11), tag_of(10), next_of(10)};
    expect(0, 3 + 1024, 11, newer, 2);
    expect(0, 3, 10, older, 4);
    expect(0, 3 + 2048, PFN_NONE, none, 5);
    ck_assert_uint_eq(word_at(next_of(11)), 10);
    ck_assert_uint_eq(word_at(next_of(10)), 0x80000000);
    model_close(&model);
}
END_TEST

START_TEST(chains_may_be_long)
{
    enum { N = 12 };
    paddr_t reads[2 * N + 1];
    open_machine();
    for (pfn_t i = 0; i < N; i++)
        enter(3 + 1024 * i, 100 + i, V);
    reads[0] = anchors + 12;
    for (pfn_t i = 0; i < N; i++) {
        reads[2 * i + 1] = tag_of(100 + N - 1 - i);
        reads[2 * i + 2] = next_of(100 + N - 1 - i);
    }
    for (pfn_t i = 0; i < N; i++)
        expect(0, 3 + 1024 * (N - 1 - i), 100 + N - 1 - i, reads, 2 * i + 2);
    expect(0, 3 + 1024 * N, PFN_NONE, reads, 2 * N + 1);
    model_close(&model);
}
END_TEST

/* Of a chain of three: its middle, its end, its beginning, its all. */
START_TEST(entries_leave_a_chain_wherever_they_are)
{
    static const struct {
        uint32_t go,
            stay[2]; /* of entries 0 (the last of the chain) to 2 (the first)     */
    } cases[] = {{1, {2, 0}}, {0, {2, 1}}, {2, {1, 0}}};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        open_machine();
        for (pfn_t j = 0; j < 3; j++)
            enter(3 + 1024 * j, 20 + j, V);
        rs6000->remove(model.spaces[0], 3 + 1024 * cases[i].go);
        const pfn_t first = 20 + cases[i].stay[0], second = 20 + cases[i].stay[1];
        const paddr_t reads[] = {anchors + 12, tag_of(first), next_of(first),
                                 tag_of(second), next_of(second)};
        expect(0, 3 + 1024 * cases[i].stay[0], first, reads, 2);
        expect(0, 3 + 1024 * cases[i].stay[1], second, reads, 4);
        expect(0, 3 + 1024 * cases[i].go, PFN_NONE, reads, 5);
        for (size_t j = 0; j < 2; j++)
            rs6000->remove(model.spaces[0], 3 + 1024 * cases[i].stay[j]);
        expect(0, 3, PFN_NONE, reads, 1);
        ck_assert_uint_eq(word_at(anchors + 12), 0x80000000);
        model_close(&model);
    }
}
END_TEST

/* The RT PC's TCR.I, with 2 for its 128. */
START_TEST(search_is_given_up_after_the_probe_limit)
{
    open_with(12, 1024, "probe_limit", "2");
    for (pfn_t i = 0; i < 3; i++)
        enter(3 + 1024 * i, 20 + i, V);
    const paddr_t reads[] = {anchors + 12, tag_of(22), next_of(22), tag_of(21)};
    expect(0, 3 + 1024, 21, reads, 4);
    expect(0, 3, PFN_NONE, reads, 4);
    pfn_t pfn;
    ck_assert_uint_eq(rs6000->get(model.spaces[0], 3, &pfn), V);
    ck_assert_uint_eq(pfn, 20);
    enter(3, 20, V); /* the system puts it first */
    const paddr_t after[] = {anchors + 12, tag_of(20), next_of(20), tag_of(22)};
    expect(0, 3, 20, after, 2);
    expect(0, 3 + 2048, 22, after, 4);
    expect(0, 3 + 1024, PFN_NONE, after, 4);
    model_close(&model);
}
END_TEST

START_TEST(search_without_a_limit_goes_to_the_end)
{
    open_with(12, 1024, "probe_limit", "0");
    for (pfn_t i = 0; i < 12; i++)
        enter(3 + 1024 * i, 20 + i, V);
    ck_assert_uint_eq(model_walk(&model, 0, 3, false).reads, 24);
    model_close(&model);
}
END_TEST

/* --- bits ----------------------------------------------------------------------------- */

START_TEST(key_says_what_users_may)
{
    open_machine();
    enter(3, 7, V | W);
    rs6000->change(model.spaces[0], 3, 0, W);
    ck_assert_uint_eq(word_at(tag_of(7)), 0xc0000000);
    ck_assert_int_eq(model_walk(&model, 0, 3, true).result, WALK_PROTECTION);
    ck_assert_int_eq(model_walk(&model, 0, 3, false).result, WALK_OK);
    rs6000->change(model.spaces[0], 3, W, V);
    ck_assert_uint_eq(word_at(tag_of(7)), 0);
    const paddr_t reads[] = {anchors + 12, tag_of(7)};
    expect(0, 3, PFN_NONE, reads, 2);
    pfn_t pfn;
    ck_assert_uint_eq(rs6000->get(model.spaces[0], 3, &pfn) & (V | W), W);
    ck_assert_uint_eq(pfn, 7);
    rs6000->change(model.spaces[0], 3, V, 0);
    ck_assert_uint_eq(word_at(tag_of(7)), 0x80000000);
    model_close(&model);
}
END_TEST

START_TEST(walks_set_the_bits_of_the_frame)
{
    pfn_t pfn;
    open_machine();
    enter(3, 7, V | W);
    ck_assert_uint_eq(rs6000->get(model.spaces[0], 3, &pfn), V | W);
    ck_assert(!model_walk(&model, 0, 3, false).modified);
    ck_assert_uint_eq(rs6000->get(model.spaces[0], 3, &pfn), V | W | R);
    ck_assert(model_walk(&model, 0, 3, true).modified);
    ck_assert_uint_eq(rs6000->get(model.spaces[0], 3, &pfn), V | W | R | C);
    rs6000->change(model.spaces[0], 3, 0, R);
    ck_assert_uint_eq(rs6000->get(model.spaces[0], 3, &pfn), V | W | C);
    ck_assert(model_walk(&model, 0, 3, false).modified);
    rs6000->change(model.spaces[0], 3, 0, R | C);
    rs6000->change(model.spaces[0], 3, 0, W);
    model_walk(&model, 0, 3, true); /* refused */
    ck_assert_uint_eq(rs6000->get(model.spaces[0], 3, &pfn), V);
    rs6000->change(model.spaces[0], 3, W | R | C, 0);
    rs6000->remove(model.spaces[0], 3);
    enter_in(1, 9, 7, V);
    ck_assert_uint_eq(rs6000->get(model.spaces[1], 9, &pfn), V);
    ck_assert_uint_eq(pfn, 7);
    model_close(&model);
}
END_TEST

/* --- limits and memory ---------------------------------------------------------------- */

START_TEST(addresses_frames_and_spaces_beyond_their_bits_are_refused)
{
    struct error err = {0};
    pfn_t pfn;
    open_with(12, (1 << 20) + 5, NULL, NULL);
    ck_assert_int_eq(rs6000->enter(model.spaces[0], 0x100000, 0, 12, V, &err), ERR_CELL);
    ck_assert_str_eq(err.text, "address 0x100000000 is beyond the 32 bits of rs6000; "
                               "machine.mmu: ideal, or workload.fold: yes, can take it");
    ck_assert_int_eq(rs6000->enter(model.spaces[0], 0, 1 << 20, 12, V, &err), ERR_CELL);
    ck_assert_str_eq(err.text,
                     "frame 1048576 is beyond the 20 bits of rs6000's frame numbers");
    enter(0, (1 << 20) - 1, V);
    ck_assert_uint_eq(model_walk(&model, 0, 0, false).pfn, (1 << 20) - 1);
    ck_assert_uint_eq(model.logged[1].paddr, 0xc0000000 + (4 << 20) + (16 << 20) - 16);
    expect(0, 0x100000, PFN_NONE, NULL, 0);
    ck_assert_uint_eq(rs6000->get(model.spaces[0], 0x100000, &pfn), 0);
    rs6000->remove(model.spaces[0], 0x100000);
    struct pagetable *table;
    ck_assert_int_eq(rs6000->add_space(model.tables, 1 << 20, &table, &err), ERR_CELL);
    ck_assert_str_eq(err.text, "rs6000 has segment ids for 1048576 address spaces only");
    ck_assert_int_eq(rs6000->add_space(model.tables, (1 << 20) - 1, &table, NULL), OK);
    rs6000->end_space(table);
    model_close(&model);
}
END_TEST

/* Anchors: a power of two of them, at least the frames and at least 1024. */
static const struct {
    uint64_t nframes;
    const char *per_frame;
    uint64_t anchor_bytes, entry_bytes;
} sizes[] = {
    {1, "1", 4096, 16},           {256, "1", 4096, 4096},   {256, "4", 4096, 4096},
    {256, "8", 8192, 4096},       {1024, "1", 4096, 16384}, {1025, "1", 8192, 20480},
    {1024, "4", 16384, 16384},    {1500, "1", 8192, 24576}, {1500, "2", 16384, 24576},
    {4096, "64", 1 << 20, 65536},
};

START_TEST(all_memory_is_taken_at_the_start)
{
    open_with(12, sizes[_i].nframes, "anchors_per_frame", sizes[_i].per_frame);
    const uint64_t bytes = sizes[_i].anchor_bytes + sizes[_i].entry_bytes;
    ck_assert_uint_eq(table_memory_bytes(model.memory), bytes);
    const pfn_t last = (pfn_t)(sizes[_i].nframes - 1);
    enter(0, last, V);
    const paddr_t reads[] = {anchors, anchors + sizes[_i].anchor_bytes + 16 * last};
    expect(0, 0, last, reads, 2);
    ck_assert_uint_eq(table_memory_bytes(model.memory), bytes);
    rs6000->end_space(model.spaces[0]);
    rs6000->end_space(model.spaces[1]);
    model.spaces[0] = model.spaces[1] = NULL;
    rs6000->free(model.tables);
    model.tables = NULL;
    ck_assert_uint_eq(table_memory_bytes(model.memory), 0);
    model_close(&model);
}
END_TEST

START_TEST(space_that_ends_leaves_no_entry_behind)
{
    open_machine();
    for (pfn_t i = 0; i < 8; i++)
        enter_in(i % 2, 3 + 1024 * (i / 2), 20 + i, V);
    enter_in(1, 5, 1, V);
    rs6000->end_space(model.spaces[0]);
    model_add_space(&model, 0);
    for (pfn_t i = 0; i < 8; i++) {
        const struct walk walk = model_walk(&model, i % 2, 3 + 1024 * (i / 2), false);
        ck_assert_int_eq(walk.result, i % 2 ? WALK_OK : WALK_NOT_PRESENT);
        ck_assert(i % 2 == 0 || walk.pfn == 20 + i);
    }
    for (pfn_t i = 0; i < 8; i += 2)
        enter_in(1, 0x50000 + i, 20 + i, V);
    ck_assert_uint_eq(model_walk(&model, 1, 0x50006, false).pfn, 26);
    model_close(&model);
}
END_TEST

static enum status create_at(unsigned page_shift, bool adapted, uint64_t nframes,
                             struct error *err)
{
    max_align_t params[PARAM_VALUES_MAX / sizeof(max_align_t)];
    param_defaults(rs6000->params, params);
    struct pagetable_params machine = {
        .page_shift = page_shift, .adapted = adapted, .frames = nframes, .params = params};
    ck_assert_int_eq(table_memory_create(&machine.memory, 32, page_shift, NULL), OK);
    struct pagetable_tables *tables;
    const enum status status = rs6000->create(&tables, &machine, err);
    if (status == OK)
        rs6000->free(tables);
    table_memory_free(machine.memory);
    return status;
}

START_TEST(number_of_frames_must_be_known)
{
    struct error err = {0};
    ck_assert_int_eq(create_at(12, false, UINT64_MAX, &err), ERR_CONFIG);
    ck_assert_str_eq(
        err.text, "rs6000 has a table entry for each frame, so the number of frames must "
                  "be known; set machine.memory");
}
END_TEST

/* --- other page sizes ----------------------------------------------------------------- */

START_TEST(page_sizes_that_the_hardware_lacks_are_refused_unless_adapted)
{
    struct error err = {0};
    char note[256];
    ck_assert_int_eq(create_at(12, false, 1, &err), OK);
    ck_assert_int_eq(create_at(16, false, 1, &err), ERR_CONFIG);
    ck_assert_str_eq(err.text, "rs6000 has no pages of 64 KiB, only of 4 KiB; "
                               "machine.adapt_page_size: yes, adapts its tables");
    for (unsigned shift = 9; shift <= 31; shift++)
        ck_assert_int_eq(create_at(shift, true, 1, &err), OK);
    ck_assert_int_eq(create_at(32, true, 1, &err), ERR_CONFIG);
    struct pagetable_params params = {.page_shift = 12};
    rs6000->note(&params, note, sizeof note);
    ck_assert_str_eq(note, "rs6000 has table entries and chains like those of the RT PC, "
                           "since those of POWER are not documented");
    params.page_shift = 16;
    rs6000->note(&params, note, sizeof note);
    ck_assert_str_eq(note,
                     "rs6000 has table entries and chains like those of the RT PC, "
                     "since those of POWER are not documented; rs6000 has no pages of "
                     "65536 bytes: its tables are adapted");
}
END_TEST

/* The last page of space 0, in segment 15 with id 0xfff, or at 2 GiB in segment 8 with id
 * 0x888: the index has 28 - shift bits, the tag the upper six of them, and as many anchors
 * as the others need. */
static const struct {
    unsigned shift;
    uint64_t anchors;
    uint32_t hash, tag;
} adapted[] = {
    {9, 8192, 0x7f000 % 8192, 0xfff * 64 + 63}, /* 0xfff ^ 0x7ffff = 0x7f000            */
    {16, 64, 0xfff ^ 0xfff, 0xfff * 64 + 63},
    {22, 16, 0xfff % 16 ^ 15, 0xfff * 64 + 63},
    {24, 16, 0xfff % 16 ^ 15, 0xfff * 64 + 15},
    {28, 16, 15, 0xfff * 64},
    {31, 2, 0, 0x888 * 64}, /* there are two frames of 2 GiB */
};

START_TEST(adapted_tags_and_hashes_tell_all_pages_apart)
{
    const unsigned shift = adapted[_i].shift;
    open_with(shift, 16, NULL, NULL);
    const vpn_t last = (UINT64_C(1) << (32 - shift)) - 1;
    enter(last, 0, V | W);
    const uint64_t bytes = 4 * adapted[_i].anchors < 4096 ? 4096 : 4 * adapted[_i].anchors;
    const paddr_t reads[] = {anchors + 4 * adapted[_i].hash, anchors + bytes};
    expect(0, last, 0, reads, 2);
    ck_assert_uint_eq(word_at(anchors + bytes), 0x80000000 | adapted[_i].tag);
    ck_assert_int_eq(model_walk(&model, 0, last - 1, false).result, WALK_NOT_PRESENT);
    ck_assert_int_eq(model_walk(&model, 0, 0, false).result, WALK_NOT_PRESENT);
    model_close(&model);
}
END_TEST

static Suite *rs6000_suite(void)
{
    Suite *suite = suite_create("rs6000");
    TCase *tests = tcase_create("rs6000");
    tcase_add_checked_fixture(tests, setup, NULL);
    tcase_add_test(tests, page_of_the_first_segment_by_hand);
    tcase_add_test(tests, page_of_another_space_by_hand);
    tcase_add_test(tests, last_page_of_the_last_segment_by_hand);
    tcase_add_test(tests, empty_chain_costs_one_read);
    tcase_add_test(tests, second_of_a_chain_costs_two_reads_more);
    tcase_add_test(tests, chains_may_be_long);
    tcase_add_test(tests, entries_leave_a_chain_wherever_they_are);
    tcase_add_test(tests, search_is_given_up_after_the_probe_limit);
    tcase_add_test(tests, search_without_a_limit_goes_to_the_end);
    tcase_add_test(tests, key_says_what_users_may);
    tcase_add_test(tests, walks_set_the_bits_of_the_frame);
    tcase_add_test(tests, addresses_frames_and_spaces_beyond_their_bits_are_refused);
    tcase_add_loop_test(tests, all_memory_is_taken_at_the_start, 0, (int)ARRAY_LEN(sizes));
    tcase_add_test(tests, space_that_ends_leaves_no_entry_behind);
    tcase_add_test(tests, number_of_frames_must_be_known);
    tcase_add_test(tests, page_sizes_that_the_hardware_lacks_are_refused_unless_adapted);
    tcase_add_loop_test(tests, adapted_tags_and_hashes_tell_all_pages_apart, 0,
                        (int)ARRAY_LEN(adapted));
    suite_add_tcase(suite, tests);
    return suite;
}

int main(void)
{
    SRunner *runner = srunner_create(rs6000_suite());
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
