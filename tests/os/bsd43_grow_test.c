/* bsd43_grow_test.c -- segments of 4.3BSD are made, grow and shrink, and end their process
 * where they cannot; advice to a process; what a vfork takes.  All is worked out by hand.
 *
 * A cluster has 8 hw pages here.  Chunks of a disk map have 32, 64, 128, ... blocks: 4, 8,
 * 16, ... clusters.  A swap device of 10 slots has 80 blocks, of which the first 8, less
 * one cluster, are for the arguments of exec where chunks are largest, so that one
 * chunk of 32 is to be had, and none of 64. */
#include "os/bsd43_rig.h"

enum {
    TOP = 524007
}; /* the highest page of a stack in P1 space                          */

static void again(void)
{
    rig.params.nprocesses = 0;
    rig.processes[0] = rig.processes[1] = (struct process_params){0};
}

static void killed_for(const char *what)
{
    ck_assert_msg(strstr(rig43.kills, what), "'%s' does not tell of '%s'", rig43.kills,
                  what);
}

/* --- the stack --------------------------------------------------------------------------- */

/* SSIZE and SINCR are 4 hw pages, a cluster here.  It begins with TOP; a fault at TOP - 2
 * grows it to TOP - 3, at TOP - 3 not at all, and at TOP - 7, the lowest of its region, to
 * that. */
START_TEST(a_stack_grows_to_each_fault_and_sincr_pages_below)
{
    rig_frames(16);
    rig_region(0, TOP - 7, 8, 0);
    rig_program(0, "S524007");
    rig43_run();
    ck_assert_uint_eq(counted(BSD43_NZFOD), 8);
    again();
    rig_region(0, TOP - 7, 8, 0);
    rig_program(0, "S524007 S524005");
    rig43_run();
    ck_assert_uint_eq(counted(BSD43_NZFOD), 32);
    again();
    rig_region(0, TOP - 7, 8, 0);
    rig_program(0, "S524007 S524005 S524004");
    rig43_run();
    ck_assert_uint_eq(counted(BSD43_NZFOD), 32);
    again();
    rig_region(0, TOP - 7, 8, 0);
    rig_program(0, "S524007 S524005 S524000");
    rig43_run();
    ck_assert_uint_eq(counted(BSD43_NZFOD), 64);
    ck_assert_uint_eq(counted(BSD43_FAULTS), 3);
    ck_assert_str_eq(rig43.kills, "");
}
END_TEST

/* Four clusters are in the one chunk that there is, five are not. */
START_TEST(a_stack_that_cannot_grow_ends_its_process)
{
    rig_frames(16);
    rig.params.slots.nslots = 10;
    rig_region(0, TOP - 7, 8, 0);
    rig_program(0, "S524007 S524005 S524004 S524003 S524007");
    rig43_run();
    ck_assert_uint_eq(counted(BSD43_FAULTS), 3);
    ck_assert_uint_eq(rig.totals.references.stores, 3);
    killed_for("process 'a' was ended");
    killed_for("at 0x7fee0000");
    killed_for("raise swap.size");
}
END_TEST

/* What is zero-filled and lies lower is data, and has its swap space from the beginning: 8
 * clusters do not fit into the chunk. */
START_TEST(only_the_highest_zero_filled_region_is_a_stack)
{
    rig_frames(16);
    rig_region(0, TOP - 20, 2, 0);
    rig_region(0, TOP - 7, 8, 0);
    rig_program(0, "S524007");
    rig43_run();
    ck_assert_uint_eq(counted(BSD43_NZFOD), 16 + 8);
}
END_TEST

/* The child's stack is as large as the parent's, which has grown to 4 clusters: with it, and
 * what remains of the swap space, it can grow to 4 and not to 5. */
START_TEST(a_childs_stack_is_as_large_as_its_parents)
{
    rig_frames(32);
    rig_region(0, TOP - 7, 8, 0);
    rig_program(0, "S524007 S524005 @fork 1; @wait; S524004");
    rig_program(0, "S524004");
    rig43_run();
    ck_assert_uint_eq(counted(BSD43_NZFOD), 32);
    ck_assert_uint_eq(counted(BSD43_FAULTS), 4);
}
END_TEST

/* --- the break --------------------------------------------------------------------------- */

/* Two clusters and two more: the one chunk has room for both where they are one segment. */
START_TEST(data_that_grows_goes_on_in_its_own_chunks)
{
    rig_frames(16);
    rig.params.slots.nslots = 10;
    rig_region(0, 0, 2, 0);
    rig_program(0, "S0 @map 0x2000 8KiB rw; S2 S3");
    rig43_run();
    ck_assert_uint_eq(counted(BSD43_FAULTS), 3);
    ck_assert_uint_eq(counted(BSD43_NZFOD), 32);
    ck_assert_str_eq(rig43.kills, "");
    again();
    rig_region(0, 0, 2, 0);
    rig_program(0, "S0 @map 0x3000 8KiB rw; S3 S4");
    rig43_run();
    ck_assert_uint_eq(counted(BSD43_FAULTS), 1);
    killed_for("for the 2 pages at 0x3000");
    again();
    rig_region(0, 0, 2, 0);
    rig_program(0, "S0 @map 0x2000 12KiB rw; S2 S3");
    rig43_run();
    ck_assert_uint_eq(counted(BSD43_FAULTS), 1);
    killed_for("for the 3 pages at 0x2000");
}
END_TEST

/* Pages that go are free at once, and are used first; their swap space is not before the last
 * has gone. */
START_TEST(data_that_shrinks_gives_back_its_chunks_when_nothing_is_left)
{
    rig_frames(16);
    rig.params.slots.nslots = 10;
    rig_region(0, 0, 4, 0);
    rig_program(0, "S0 S1 S2 S3 @unmap 0x1000 12KiB; @map 0x8000 4KiB rw; S8");
    rig43_run();
    ck_assert_uint_eq(counted(BSD43_FAULTS), 4);
    killed_for("for the 1 pages at 0x8000");
    again();
    rig_region(0, 0, 4, 0);
    rig_program(0, "S0 S1 S2 S3 @unmap 0 16KiB; @map 0x8000 4KiB rw; S8");
    rig43_run();
    ck_assert_uint_eq(counted(BSD43_FAULTS), 5);
    ck_assert_uint_eq(rig43.nused, 4);
    ck_assert_str_eq(rig43.kills, "");
}
END_TEST

/* 100 pages that nobody may use; then one of them may be stored into. */
START_TEST(what_nobody_may_use_takes_no_swap_space)
{
    rig_frames(16);
    rig.params.slots.nslots = 10;
    rig_region(0, 0, 1, 0);
    rig_program(0,
                "@map 0x100000 400KiB -; @unmap 0 4KiB; @protect 0x104000 4KiB rw; S260");
    rig43_run();
    ck_assert_uint_eq(counted(BSD43_NZFOD), 8 + 8);
    ck_assert_uint_eq(counted(BSD43_FAULTS), 1);
    ck_assert_str_eq(rig43.kills, "");
}
END_TEST

/* --- limits ------------------------------------------------------------------------------ */

/* MAXTSIZ is 6 MiB, 1536 pages of 4 KiB; MAXDSIZ 16 MiB, 4096 pages, of all data together. */
static const struct {
    const char *limits;
    uint64_t text, data, more;
    const char
        *why; /* NULL: it is not ended                                              */
} sizes[] = {
    {"kernel", 1536, 4096, 0, NULL},
    {"kernel", 1537, 1, 0, "its text would have 6148 KiB, of at most 6144 KiB"},
    {"kernel", 1, 4097, 0, "its data would have 16388 KiB, of at most 16384 KiB"},
    {"kernel", 1, 4000, 97, "its data would have 16388 KiB"},
    {"kernel", 1, 4000, 96, NULL},
    {"none", 1537, 4097, 97, NULL},
    {"none", 20000, 40000, 20000, NULL},
};

START_TEST(limits_of_the_kernel_end_a_process_that_is_too_large)
{
    rig_frames(16);
    rig.params.slots.nslots = 300000;
    rig43_kernel("limits", sizes[_i].limits);
    rig_file(0, 0, sizes[_i].text, 0, 0)->protection = VM_READ | VM_EXECUTE;
    rig_region(0, 30000, sizes[_i].data, 0);
    if (sizes[_i].more)
        rig_region(0, 100000, sizes[_i].more, 0);
    char text[100];
    sprintf(text, "L%u S%u S30000", (unsigned)sizes[_i].text - 1,
            30000 + (unsigned)sizes[_i].data - 1);
    rig_program(0, text);
    rig43_run();
    if (sizes[_i].why)
        killed_for(sizes[_i].why);
    else
        ck_assert_str_eq(rig43.kills, "");
    ck_assert_uint_eq(counted(BSD43_FAULTS), sizes[_i].why ? 0 : 2 + (sizes[_i].data > 1));
}
END_TEST

/* 36 + maxusers texts; the one that the process begins with is one of them. */
START_TEST(the_table_of_texts_is_as_long_as_the_kernels_where_its_limits_hold)
{
    static const char *const limits[] = {"kernel", "kernel", "none"};
    const unsigned n = _i == 0 ? 37 : 38;
    char text[4000] = "";
    rig_frames(16);
    rig43_kernel("limits", limits[_i]);
    rig43_kernel("maxusers", "1");
    rig_region(0, 0, 1, 0);
    for (unsigned i = 0; i < n; i++)
        sprintf(text + strlen(text), "@map 0x%x 4KiB rx file f%u; ", (100 + i) << 12, i);
    strcat(text, "S0");
    rig_program(0, text);
    rig43_run();
    ck_assert_uint_eq(counted(BSD43_FAULTS), _i != 1);
    if (_i == 1)
        killed_for("full with 37 of them");
    ck_assert_uint_eq(counted(BSD43_NEXFOD), 8 * (_i == 1 ? 37 : n));
}
END_TEST

/* --- advice ------------------------------------------------------------------------------ */

/* With klin 1 a page-in reads one cluster; with sequential advice klseql, 4. */
START_TEST(advice_to_any_memory_is_that_of_the_process)
{
    char text[1000] = "";
    rig_frames(16);
    rig43_kernel("klin", "1");
    rig43_kernel("klseql", "4");
    rig_region(0, 0, 40, 0);
    rig_region(0, 1000, 1, 0);
    if (_i == 1)
        strcat(text, "@advise 0x3e8000 4KiB sequential;");
    if (_i == 2)
        strcat(text, "@advise 0x3e8000 4KiB sequential; @advise 0 4KiB normal;");
    rig_stores(text, 0, 40);
    rig_stores(text, 0, 40);
    rig_program(0, text);
    rig43_run();
    ck_assert_uint_gt(counted(BSD43_PGIN), 0);
    if (_i == 1)
        ck_assert_uint_gt(counted(BSD43_PGPGIN), 8 * counted(BSD43_PGIN));
    else
        ck_assert_uint_eq(counted(BSD43_PGPGIN), 8 * counted(BSD43_PGIN));
}
END_TEST

/* Then a process's data, and not its stack, has no valid pages any more. */
static const struct {
    const char *from, *to;
    unsigned reclaims;
} advices[] = {{"random", "normal", 2},     {"random", "sequential", 2},
               {"random", "random", 0},     {"normal", "random", 0},
               {"sequential", "normal", 0}, {"random", "willneed", 0}};

START_TEST(a_process_that_is_anomalous_no_more_has_its_data_invalidated)
{
    char text[200];
    rig_frames(16);
    rig_region(0, 0, 4, 0);
    rig_region(0, TOP, 1, 0);
    sprintf(text,
            "S0 S1 S524007 @advise 0 4KiB %s; L0 L1 L524007 @advise 0 4KiB %s; L0 L1 "
            "L524007",
            advices[_i].from, advices[_i].to);
    rig_program(0, text);
    rig43_run();
    ck_assert_uint_eq(counted(BSD43_FASTPGREC), advices[_i].reclaims);
    ck_assert_uint_eq(counted(BSD43_FAULTS), 3 + advices[_i].reclaims);
}
END_TEST

/* --- u-areas and page tables ------------------------------------------------------------- */

/* A u-area has 10 hw pages, and the table of a child after a vfork 8, a cluster; the parent's
 * has 8 too: 18 hw pages are 3 frames, 36 are 5.  With two pages that is 7. */
START_TEST(a_child_after_a_vfork_has_a_u_area_of_its_own)
{
    rig_frames(16);
    rig43_kernel("u_areas", "yes");
    rig_region(0, 0, 4, 0);
    rig_program(0, "S0 @vfork 1; S1");
    rig_program(0, "S0");
    rig43_run();
    ck_assert_uint_eq(rig43.nused,
                      6); /* the page stored last is in a frame of the u-area */
    ck_assert_int_eq(rig43.freemem, 128);
    again();
    rig_region(0, 0, 4, 0);
    rig_program(0, "S0 @vfork 1; @sleep 1ms; S1");
    rig_program(0, "S1 S2");
    rig43_run();
    ck_assert_uint_eq(rig43.nused, 8);
}
END_TEST

/* a has 3 frames of u-area and tables, fills 9 pages and sleeps: 4 frames are free.  b's 700
 * pages want 44 hw pages of table, with whole clusters 48, and 10 of u-area: 8 frames, 4
 * more than are free; and one for its page: 5 pages of a go. */
START_TEST(a_process_does_not_run_before_it_has_its_page_tables)
{
    rig_frames(16);
    rig43_kernel("u_areas", "yes");
    rig_region(0, 0, 16, 0);
    rig_program(0, "S0 S1 S2 S3 S4 S5 S6 S7 S8 @sleep;");
    rig_region(1, 0, 700, 0);
    rig_program(1, "S0");
    rig.processes[1].start = 1000 * MS;
    rig43_run();
    ck_assert_uint_eq(rig.counts.page_outs, 5);
    ck_assert_int_eq(rig43.freemem, 128);
}
END_TEST

/* Of 24 frames a has 3 and 8 pages, b 8 of u-area and tables and a page: 4 are free.  b's child
 * has 8 too, and a copy of the page: 5 pages of a go, though it never uses any memory. */
START_TEST(a_fork_waits_for_the_childs_page_tables)
{
    rig_frames(24);
    rig43_kernel("u_areas", "yes");
    rig_region(0, 0, 16, 0);
    rig_program(0, "S0 S1 S2 S3 S4 S5 S6 S7 @sleep;");
    rig_region(1, 0, 700, 0);
    rig_program(1, "S0 @fork 1;");
    rig_program(1, "@exit; S0");
    rig.processes[1].start = 1000 * MS;
    rig43_run();
    ck_assert_uint_eq(rig.counts.page_outs, 5);
    ck_assert_int_eq(rig43.freemem, 192);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("bsd43 grow");
    TCase *tcase = tcase_create("bsd43 grow");
    tcase_add_checked_fixture(tcase, rig43_setup, rig_teardown);
    tcase_add_test(tcase, a_stack_grows_to_each_fault_and_sincr_pages_below);
    tcase_add_test(tcase, a_stack_that_cannot_grow_ends_its_process);
    tcase_add_test(tcase, only_the_highest_zero_filled_region_is_a_stack);
    tcase_add_test(tcase, a_childs_stack_is_as_large_as_its_parents);
    tcase_add_test(tcase, data_that_grows_goes_on_in_its_own_chunks);
    tcase_add_test(tcase, data_that_shrinks_gives_back_its_chunks_when_nothing_is_left);
    tcase_add_test(tcase, what_nobody_may_use_takes_no_swap_space);
    tcase_add_loop_test(tcase, limits_of_the_kernel_end_a_process_that_is_too_large, 0,
                        ARRAY_LEN(sizes));
    tcase_add_loop_test(
        tcase, the_table_of_texts_is_as_long_as_the_kernels_where_its_limits_hold, 0, 3);
    tcase_add_loop_test(tcase, advice_to_any_memory_is_that_of_the_process, 0, 3);
    tcase_add_loop_test(tcase, a_process_that_is_anomalous_no_more_has_its_data_invalidated,
                        0, ARRAY_LEN(advices));
    tcase_add_test(tcase, a_child_after_a_vfork_has_a_u_area_of_its_own);
    tcase_add_test(tcase, a_process_does_not_run_before_it_has_its_page_tables);
    tcase_add_test(tcase, a_fork_waits_for_the_childs_page_tables);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
