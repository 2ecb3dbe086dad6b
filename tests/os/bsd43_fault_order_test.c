/* bsd43_fault_order_test.c -- what a fault of 4.3BSD does, step by step as pagein() of
 * sys/vm_page.c does it: each branch, with all that it counts.
 *
 *     fast path  a frame that is not free is made valid       1
 *     2a         text in transit: valid, or not, afterwards   2, 3
 *     2b         off the free list                            4
 *     3          where it comes from                          5, 6, 7
 *     4          text in the hash, by swap, file, or locked   8, 9, 10
 *     5          the gate                                     11, 12
 *     7          zeros                                        5
 *     8          a file, with its block                       6, 13
 *     9          swap, with a window                          7, 14, 15
 *     10         one page becomes valid; text was written     10, 13
 *     11         prepaged pages: data, text, kept             14, 15, 16
 *     12         around a sequential process                  17, 18, 19
 *     swap()     no header is free                            20
 *     trap()     the process is swapped out meanwhile         21
 *
 * Times are those of bsd43_worked.h: 1 ms a reference, 10 ms a transfer. */
#include "os/bsd43_worked.h"

static void setup(void)
{
    worked_setup();
    rig43.watch = NULL;
}

static void text(size_t i, uint64_t pages, const char *program, psec_t start)
{
    rig_file(i, 0, pages, 0, 0)->protection = VM_READ | VM_EXECUTE;
    rig_program(i, program);
    rig.processes[i].start = start;
}

static void on_swap(uint64_t pages, const char *program)
{
    rig_region(0, 0, pages, 0)->backing = BACKING_STORE;
    rig_program(0, program);
}

/* What has been counted of these; all others are 0. */
struct tally {
    uint64_t faults, pgin, pgpgin, zfod, exfod, intrans, pgrec, fastpgrec, pgfrec, xsfrec,
        xifrec, pgout, seqfree;
};

static void assert_tally(const struct tally *t)
{
    ck_assert_uint_eq(counted(BSD43_FAULTS), t->faults);
    ck_assert_uint_eq(counted(BSD43_PGIN), t->pgin);
    ck_assert_uint_eq(counted(BSD43_PGPGIN), t->pgpgin);
    ck_assert_uint_eq(counted(BSD43_ZFOD), t->zfod);
    ck_assert_uint_eq(counted(BSD43_EXFOD), t->exfod);
    ck_assert_uint_eq(counted(BSD43_INTRANS), t->intrans);
    ck_assert_uint_eq(counted(BSD43_PGREC), t->pgrec);
    ck_assert_uint_eq(counted(BSD43_FASTPGREC), t->fastpgrec);
    ck_assert_uint_eq(counted(BSD43_PGFREC), t->pgfrec);
    ck_assert_uint_eq(counted(BSD43_XSFREC), t->xsfrec);
    ck_assert_uint_eq(counted(BSD43_XIFREC), t->xifrec);
    ck_assert_uint_eq(counted(BSD43_PGOUT), t->pgout);
    ck_assert_uint_eq(counted(BSD43_SEQFREE), t->seqfree);
}

#define COUNTED(...) assert_tally(&(const struct tally){__VA_ARGS__})

/* 1: page 1 came along, is in the resident set and not valid. */
START_TEST(what_is_in_memory_and_not_free_is_made_valid)
{
    rig_file(0, 0, 2, 0, 0);
    rig_program(0, "L0 L1");
    rig43_run();
    COUNTED(.faults = 2, .pgin = 1, .pgpgin = 16, .exfod = 8, .pgrec = 1, .fastpgrec = 1);
    ck_assert_uint_eq(rig.totals.elapsed, 12 * MS);
}
END_TEST

/* 2: the page for which b has slept is valid. */
START_TEST(who_finds_text_in_transit_sleeps_and_finds_it_valid)
{
    text(0, 1, "I0", 0);
    text(1, 1, "I0", 5 * MS);
    rig43_run();
    COUNTED(.faults = 2, .pgin = 1, .pgpgin = 8, .exfod = 8, .intrans = 1);
}
END_TEST

/* 3: b wants the page that comes along with that of a, and is woken when that is valid: its
 * own is in memory by then.  That is no fast reclaim. */
START_TEST(who_finds_text_in_transit_sleeps_and_reclaims_it)
{
    text(0, 2, "I0", 0);
    text(1, 2, "I1", 5 * MS);
    rig43_run();
    COUNTED(.faults = 2, .pgin = 1, .pgpgin = 16, .exfod = 8, .pgrec = 1);
}
END_TEST

/* 4 */
START_TEST(what_is_free_and_not_used_for_anything_else_is_taken_off_the_list)
{
    rig43_kernel("klin", "2");
    on_swap(2, "L0 L1");
    rig43_run();
    COUNTED(.faults = 2, .pgin = 1, .pgpgin = 16, .pgrec = 1, .pgfrec = 1);
    ck_assert_uint_eq(rig.totals.elapsed, 12 * MS);
}
END_TEST

/* 5 */
START_TEST(zeros_are_filled_without_a_transfer)
{
    rig_region(0, 0, 2, 0);
    rig_program(0, "S0 L1");
    rig43_run();
    COUNTED(.faults = 2, .zfod = 16);
    ck_assert_uint_eq(rig.totals.elapsed, 2 * MS);
}
END_TEST

/* 6 */
START_TEST(data_of_a_file_are_read_from_it)
{
    rig_file(0, 0, 1, 0, 0);
    rig_program(0, "S0");
    rig43_run();
    COUNTED(.faults = 1, .pgin = 1, .pgpgin = 8, .exfod = 8);
    ck_assert_uint_eq(rig.totals.elapsed, 11 * MS);
}
END_TEST

/* 7 */
START_TEST(outswapped_pages_are_read_from_swap)
{
    on_swap(2, "L0 S1");
    rig43_run();
    COUNTED(.faults = 2, .pgin = 2, .pgpgin = 16);
    ck_assert_uint_eq(rig.totals.elapsed, 22 * MS);
}
END_TEST

/* 8: a fills from the file and writes it when it ends, b reads it from swap, for c it is in
 * memory under that name. */
START_TEST(text_is_found_by_its_block_on_swap)
{
    text(0, 1, "I0", 0);
    text(1, 1, "I0", 100 * MS);
    text(2, 1, "I0", 200 * MS);
    rig43_run();
    COUNTED(.faults = 3, .pgin = 2, .pgpgin = 16, .exfod = 8, .pgrec = 1, .xsfrec = 1);
}
END_TEST

/* 9: with 37 texts at most the first one loses its entry to the 38th, and its place on swap
 * with it; its page is still in memory, by the block of the file. */
START_TEST(text_is_found_by_its_block_in_the_file)
{
    char program[8000] = "@map 0x0 4096 rx file f 0; I0 @unmap 0x0 4096; @sleep 100ms;";
    char *end = program + strlen(program);
    rig43_kernel("maxusers", "1");
    for (int i = 1; i <= 37; i++)
        end += sprintf(end, " @map 0x10000 4096 rx file f %d; @unmap 0x10000 4096;",
                       i * PROGRAM_PAGE);
    strcpy(end, " @map 0x0 4096 rx file f 0; I0");
    rig_region(0, 100, 1, 0);
    rig_program(0, program);
    rig43_run();
    COUNTED(.faults = 2, .pgin = 1, .pgpgin = 8, .exfod = 8, .pgrec = 1, .xifrec = 1);
    ck_assert_uint_eq(rig.totals.elapsed, 112 * MS);
    ck_assert_uint_eq(counted(BSD43_NEXFOD), 39 * 8);
    ck_assert_uint_eq(counted(BSD43_PSWPOUT), 16); /* modified again by that */
}
END_TEST

/* 10: a ends at 11 ms, and its page is written till 21; b comes at 15, waits for that, and
 * reads it till 31. */
START_TEST(text_that_is_being_written_is_waited_for)
{
    text(0, 1, "I0", 0);
    text(1, 1, "I0", 15 * MS);
    rig43_run();
    COUNTED(.faults = 2, .pgin = 2, .pgpgin = 16, .exfod = 8);
    ck_assert_uint_eq(counted(BSD43_PSWPOUT), 8);
    ck_assert_uint_eq(rig.totals.elapsed, 32 * MS);
}
END_TEST

/* 11: with 24 hw pages free; the hands, 16 steps apart, look at 3 pairs a tick.  The front
 * hand is at frame 0 with pair 2, and takes it at pair 19, in tick 7. */
START_TEST(with_less_than_32_free_pages_a_fault_sleeps)
{
    on_swap(14, "L0 L1 L2 L3 L4 L5 L6 L7 L8 L9 L10 L11 L12 L13");
    rig43_kernel("saferss", "1");
    rig43_run();
    COUNTED(.faults = 14, .pgin = 14, .pgpgin = 14 * 8);
    ck_assert_uint_eq(rig.totals.elapsed, 1750 * MS + 11 * MS);
    ck_assert_uint_eq(counted(BSD43_DFREE), 8);
}
END_TEST

/* 12: with 32 it does not; nor is it asked for what is in memory. */
START_TEST(with_32_free_pages_a_fault_goes_on)
{
    on_swap(13, "L0 L1 L2 L3 L4 L5 L6 L7 L8 L9 L10 L11 L12");
    rig43_run();
    COUNTED(.faults = 13, .pgin = 13, .pgpgin = 13 * 8);
    ck_assert_uint_eq(rig.totals.elapsed, 13 * 11 * MS);
}
END_TEST

/* 13: a block of 16 KiB has four pages; page 5 is the second of its block: both ways.  Each of
 * the others is in the resident set and not valid. */
START_TEST(of_a_file_the_rest_of_the_block_comes_along)
{
    rig43_kernel("file_block", "16 KiB");
    rig_file(0, 0, 8, 0, 0);
    rig_program(0, "L5 L4 L6 L7");
    rig43_run();
    COUNTED(.faults = 4, .pgin = 1, .pgpgin = 32, .exfod = 8, .pgrec = 3, .fastpgrec = 3);
    ck_assert_int_eq(rig43.nused, 4);
}
END_TEST

/* 14: data on the free list, and with sequential advice in a larger window. */
START_TEST(data_come_in_windows_of_klin_and_of_klseql)
{
    rig43_kernel("klin", "2");
    rig43_kernel("klseql", "4");
    on_swap(8, "L1 L0 @advise 0x4000 16KiB sequential; L6 L4 L5 L7");
    rig43_run();
    COUNTED(.faults = 6, .pgin = 2, .pgpgin = 48, .pgrec = 4, .pgfrec = 4);
}
END_TEST

/* 15: text in windows of kltxt, and not on the free list. */
START_TEST(text_comes_in_windows_of_kltxt_and_stays)
{
    rig43_kernel("klin", "4");
    rig43_kernel("kltxt", "2");
    text(0, 4, "I0 I1 I2 I3", 0);
    text(1, 4, "I0 I1 I2 I3", 100 * MS);
    rig43_run();
    COUNTED(.faults = 8, .pgin = 4, .pgpgin = 64, .exfod = 16, .pgrec = 4, .fastpgrec = 4);
}
END_TEST

/* 16 */
START_TEST(without_preptofree_prepaged_data_stay_in_the_resident_set)
{
    rig43_kernel("klin", "2");
    rig43_kernel("preptofree", "no");
    on_swap(2, "L0 L1");
    rig43_run();
    COUNTED(.faults = 2, .pgin = 1, .pgpgin = 16, .pgrec = 1, .fastpgrec = 1);
}
END_TEST

/* All of memory is scarce, and windows are as small as can be. */
static void sequential(const char *lotsfree)
{
    rig43_kernel("klin", "1");
    rig43_kernel("klseql", "1");
    rig43_kernel("klout", "1");
    rig43_kernel("klsdist", "1");
    rig43_kernel("lotsfree", lotsfree);
    rig43_kernel("pagedaemon", "no");
}

/* 17: page 1 frees 0, page 2 pushes 1, which was stored into. */
START_TEST(around_a_sequential_process_clean_pages_are_freed_and_others_pushed)
{
    sequential("128");
    on_swap(4, "@advise 0 16KiB sequential; L0 S1 L2 L2x20");
    rig43_run();
    COUNTED(.faults = 3, .pgin = 3, .pgpgin = 24, .pgout = 1, .seqfree = 8);
}
END_TEST

/* 18: what is filled with zeros is dirty: each push of the page before. */
START_TEST(pages_are_pushed_around_zero_fills_too)
{
    sequential("128");
    rig_region(0, 0, 4, 0);
    rig_program(0, "@advise 0 16KiB sequential; S0 S1 S2 L2x30");
    rig43_run();
    COUNTED(.faults = 3, .zfod = 24, .pgout = 2);
}
END_TEST

/* 19: nothing is done with enough free memory, nor for the stack. */
START_TEST(with_memory_enough_and_for_a_stack_nothing_goes)
{
    sequential("8");
    on_swap(4, "@advise 0 16KiB sequential; L0 S1 L2");
    rig43_run();
    COUNTED(.faults = 3, .pgin = 3, .pgpgin = 24);
    rig.params.nprocesses = 0;
    rig.processes[0] = (struct process_params){0};
    rig43_kernel("lotsfree", "128");
    rig_region(0, 524284, 4, 0);
    rig_program(0, "@advise 0x7fffc000 16KiB sequential; S524286 S524285 S524284");
    rig43_run();
    COUNTED(.faults = 3, .zfod = 24);
}
END_TEST

/* 20: one header: b's read begins when that of a is done. */
START_TEST(without_a_swap_header_a_fault_sleeps)
{
    rig43_kernel("nswbuf", "1");
    rig_device("servers", "2");
    on_swap(1, "L0");
    rig_region(1, 0, 1, 0)->backing = BACKING_STORE;
    rig_program(1, "L0");
    rig43_run();
    COUNTED(.faults = 2, .pgin = 2, .pgpgin = 16);
    ck_assert_uint_eq(rig.totals.elapsed, 21 * MS);
}
END_TEST

/* 21: deadwood while it sleeps; then the u-area comes in, and the page, each in 10 ms. */
START_TEST(who_was_swapped_out_faults_its_pages_in_one_by_one)
{
    rig43_kernel("desfree", "128");
    rig43_kernel("minfree", "8");
    rig43_kernel("swapper", "yes");
    rig_region(0, 0, 2, 0);
    rig_program(0, "S0 S1 @sleep 30s; L0 L1");
    rig43_run();
    COUNTED(.faults = 4, .zfod = 16, .pgin = 2, .pgpgin = 16);
    ck_assert_uint_eq(counted(BSD43_SWPOUT), 1);
    ck_assert_uint_eq(counted(BSD43_SWPIN), 1);
    ck_assert_uint_eq(rig.totals.elapsed, 30034 * MS);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("bsd43 fault order");
    TCase *tests = tcase_create("bsd43 fault order");
    tcase_add_checked_fixture(tests, setup, rig_teardown);
    tcase_add_test(tests, what_is_in_memory_and_not_free_is_made_valid);
    tcase_add_test(tests, who_finds_text_in_transit_sleeps_and_finds_it_valid);
    tcase_add_test(tests, who_finds_text_in_transit_sleeps_and_reclaims_it);
    tcase_add_test(tests,
                   what_is_free_and_not_used_for_anything_else_is_taken_off_the_list);
    tcase_add_test(tests, zeros_are_filled_without_a_transfer);
    tcase_add_test(tests, data_of_a_file_are_read_from_it);
    tcase_add_test(tests, outswapped_pages_are_read_from_swap);
    tcase_add_test(tests, text_is_found_by_its_block_on_swap);
    tcase_add_test(tests, text_is_found_by_its_block_in_the_file);
    tcase_add_test(tests, text_that_is_being_written_is_waited_for);
    tcase_add_test(tests, with_less_than_32_free_pages_a_fault_sleeps);
    tcase_add_test(tests, with_32_free_pages_a_fault_goes_on);
    tcase_add_test(tests, of_a_file_the_rest_of_the_block_comes_along);
    tcase_add_test(tests, data_come_in_windows_of_klin_and_of_klseql);
    tcase_add_test(tests, text_comes_in_windows_of_kltxt_and_stays);
    tcase_add_test(tests, without_preptofree_prepaged_data_stay_in_the_resident_set);
    tcase_add_test(tests,
                   around_a_sequential_process_clean_pages_are_freed_and_others_pushed);
    tcase_add_test(tests, pages_are_pushed_around_zero_fills_too);
    tcase_add_test(tests, with_memory_enough_and_for_a_stack_nothing_goes);
    tcase_add_test(tests, without_a_swap_header_a_fault_sleeps);
    tcase_add_test(tests, who_was_swapped_out_faults_its_pages_in_one_by_one);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
