/* processes_test.c -- what a kernel is told of processes, and that it may end them.  Times
 * are worked out by hand in microseconds, as in sleep_test.c. */
#include "workload/kernel_rig.h"

#define LOG(...) ck_assert_str_eq(told.log, __VA_ARGS__)
#define KILLING "@map 0x2000000 4KiB rw;" /* page 8192 */

static void assert_killed(const char *name, uint64_t end_us, uint64_t references)
{
    ck_assert_str_eq(ended(name)->how, "killed");
    ck_assert_uint_eq(end_of(name), end_us);
    ck_assert_uint_eq(ended(name)->references, references);
}

/* --- beginning and end ------------------------------------------------------------------ */

/*   a  5 S1 36 ends   b  since 100; 105 S2 136 ends */
START_TEST(a_process_begins_at_its_start_with_its_regions)
{
    process("S1");
    rig_region(0, 2000, 10, 0);
    process("S2");
    rig.processes[1].start = 100 * US;
    run_well();
    LOG("0 begin 0\n0 region 0 0-999\n0 region 0 2000-2009\n36 end 0\n"
        "100 begin 1\n100 region 1 0-999\n136 end 1\n");
}
END_TEST

/* The first to start is not the first to be named. */
START_TEST(processes_in_one_space_begin_once)
{
    process("S1");
    process("S1");
    rig.processes[0].start = 100 * US;
    rig.processes[0].space = rig.processes[1].space = 5;
    run_well();
    LOG("0 begin 0\n0 region 0 0-999\n106 end 0\n");
    ck_assert_uint_eq(end_of("b"), 36);
}
END_TEST

/*   a    5 S1 36 fork 46 wait 56 sleeps
 *   a.1  since 36; 61 L1 62 ends
 *   a    67 exec 77 S1 108 ends */
#define FORKS "S1 @fork 1; @wait; @exec; S1"

START_TEST(a_child_is_told_of_with_its_parent_and_an_exec_is_a_new_process)
{
    process(FORKS);
    rig_program(0, "L1");
    run_well();
    LOG("0 begin 0\n0 region 0 0-999\n36 begin 1 of 0\n36 region 1 0-999\n56 sleeps 0\n"
        "62 end 1\n62 wakes 0\n67 begin 1\n67 region 1 0-999\n67 end 0\n108 end 1\n");
}
END_TEST

START_TEST(a_kernel_may_be_told_whose_space_an_exec_replaces)
{
    told.ops.process_exec = told_exec;
    process(FORKS);
    rig_program(0, "L1");
    run_well();
    LOG("0 begin 0\n0 region 0 0-999\n36 begin 1 of 0\n36 region 1 0-999\n56 sleeps 0\n"
        "62 end 1\n62 wakes 0\n67 exec 1 for 0\n67 region 1 0-999\n67 end 0\n108 end 1\n");
}
END_TEST

/*   a    5 thread 15 sleep 25 until 125
 *   a.1  since 5; 30 zero 60 S1x50 110 sleep 120 until 320
 *   a    130 S1 131 ends   a.1  325 ends */
START_TEST(a_process_sleeps_while_all_its_threads_do)
{
    process("@thread 1; @sleep 100us; S1");
    rig_program(0, "S1x50 @sleep 200us;");
    run_well();
    LOG("0 begin 0\n0 region 0 0-999\n120 sleeps 0\n125 wakes 0\n131 sleeps 0\n"
        "320 wakes 0\n325 end 0\n");
    ck_assert_uint_eq(ended("a")->sleeping, 100 * US);
    ck_assert_uint_eq(ended("a.1")->sleeping, 200 * US);
}
END_TEST

/* Also what is unmapped since something else is mapped there; and nothing where nothing was. */
START_TEST(regions_come_and_go)
{
    process("@map 0x1000000 8KiB rw; @unmap 0x1000000 4KiB; @map 0x1001000 4KiB r; "
            "@unmap 0x1000000 4KiB; @unmap 0xfff000 16KiB;");
    run_well();
    LOG("0 begin 0\n0 region 0 0-999\n5 region 0 4096-4097\n15 removed 0 4096-4096\n"
        "25 removed 0 4097-4097\n25 region 0 4097-4097\n45 removed 0 4095-4098\n55 end "
        "0\n");
}
END_TEST

/* --- a fork that copies ------------------------------------------------------------------ */

static enum status note_copy(void *state, struct pager *pager, struct space *child,
                             struct space *parent, struct fault *fault, struct error *err)
{
    told_note("copy to %u", child->number);
    return told_copy(state, pager, child, parent, fault, err);
}

/*   a    5 S1 S2 67 fork 77, copies 137 ends   a.1  since 67; 142 L1 S2 144 ends */
START_TEST(a_fork_may_copy_what_the_parent_has)
{
    told.ops.fork_copy = note_copy;
    process("S1 S2 @fork 1;");
    rig_program(0, "L1 S2");
    run_well();
    LOG("0 begin 0\n0 region 0 0-999\n67 begin 1 of 0\n67 region 1 0-999\n67 copy to 1\n"
        "137 end 0\n144 end 1\n");
    ck_assert_uint_eq(ended("a")->faults, 4);
    ck_assert_uint_eq(ended("a")->system, 2 * (FAULT + ZERO) + FAULT + 2 * COPY);
    ck_assert_uint_eq(rig.counts.faults_copy, 2);
}
END_TEST

/* In three frames: the copy of page 2 takes the frame of page 1, which is dirty.
 *   a    5 S1 S2 67 fork 77, copies one 107 waits until 1067, copies one 1097 ends
 *   a.1  since 1067; 1102 L1 1103 ends */
START_TEST(a_fork_that_copies_may_wait_for_memory)
{
    told.ops.fork_copy = note_copy;
    rig_frames(3);
    process("S1 S2 @fork 1;");
    rig_program(0, "L1");
    at(500, ACT_ASK, 0);
    run_well();
    LOG("0 begin 0\n0 region 0 0-999\n67 begin 1 of 0\n67 region 1 0-999\n67 copy to 1\n"
        "500 runnable 0 waiting 1 in a fault\n1067 copy to 1\n1097 end 0\n1103 end 1\n");
    ck_assert_uint_eq(ended("a")->waiting, (1067 - 107) * US);
    ck_assert_uint_eq(ended("a")->system, 2 * (FAULT + ZERO) + FAULT + 2 * COPY);
    ck_assert_uint_eq(ended("a.1")->begun, 1067 * US);
}
END_TEST

/* A thread of it maps what it is killed for: the child does not start.
 *   a    5 thread 15 S1 S2 77 fork 87, copies one 117 waits until 1077
 *   a.1  since 5; 122 map 132 ends   a  1082 ends */
START_TEST(a_process_may_be_killed_while_it_forks)
{
    told.ops.fork_copy = note_copy;
    told.kill_region = 8192;
    rig_frames(3);
    process("@thread 1; S1 S2 @fork 2; S3");
    rig_program(0, KILLING);
    rig_program(0, "S1");
    run_well();
    LOG("0 begin 0\n0 region 0 0-999\n77 begin 1 of 0\n77 region 1 0-999\n77 copy to 1\n"
        "122 region 0 8192-8192 killed\n1082 end 1\n1082 end 0\n");
    assert_killed("a", 1082, 2);
    assert_killed("a.1", 132, 0);
    ck_assert_uint_eq(told.nended, 2);
}
END_TEST

/* On the second CPU the process is killed while the fork, which must wait, still takes its
 * time on the first: it has to wait for what it has asked for.
 *   a    5 thread 15 S1 S2 77 fork 87, copies one 117 waits until 1077, ends
 *   a.1  since 5; 10 sleep 20 until 90 map 100 ends */
START_TEST(one_that_is_killed_waits_for_what_it_has_asked_for)
{
    told.ops.fork_copy = note_copy;
    told.kill_region = 8192;
    rig_frames(3);
    rig.params.pager.mmu.ncpus = 2;
    rig.params.cpu_lag = US;
    process("@thread 1; S1 S2 @fork 2; S3");
    rig_program(0, "@sleep 70us; " KILLING);
    rig_program(0, "S1");
    run_well();
    assert_killed("a.1", 100, 0);
    assert_killed("a", 1077, 2);
    ck_assert_uint_eq(ended("a")->waiting, (1077 - 117) * US);
}
END_TEST

/* --- vfork ------------------------------------------------------------------------------ */

static void vforks(void)
{
    told.ops.vfork = told_vfork;
    told.ops.vfork_end = told_vfork_end;
}

/*   a    5 S1 36 vfork 46 sleeps
 *   a.1  since 36; 51 S1 52 zero 82 S2 83 exec 93 zero 123 S3 124 ends
 *   a    ready since 83; 129 S1 S2 131 ends */
START_TEST(a_vforked_child_runs_in_its_parents_space_until_it_executes)
{
    vforks();
    process("S1 @vfork 1; S1 S2");
    rig_program(0, "S1 S2 @exec; S3");
    run_well();
    LOG("0 begin 0\n0 region 0 0-999\n36 vfork 0\n83 begin 1\n83 region 1 0-999\n"
        "83 vfork of 0 ends\n124 end 1\n131 end 0\n");
    ck_assert_uint_eq(ended("a")->sleeping, (83 - 46) * US);
    ck_assert_uint_eq(ended("a")->ready, SWITCH + (129 - 83) * US);
    ck_assert_uint_eq(rig.counts.faults_zero_fill, 3);
    ck_assert_uint_eq(rig.counts.faults, 3);
}
END_TEST

/*   a.1  since 36; 51 zero 81 S2 82 ends   a  87 S2 88 ends */
START_TEST(a_vforked_child_that_ends_leaves_the_space_to_its_parent)
{
    vforks();
    process("S1 @vfork 1; S2");
    rig_program(0, "S2");
    run_well();
    LOG("0 begin 0\n0 region 0 0-999\n36 vfork 0\n82 vfork of 0 ends\n88 end 0\n");
    ck_assert_uint_eq(end_of("a"), 88);
    ck_assert_uint_eq(ended("a")->space, ended("a.1")->space);
}
END_TEST

/* The parent goes on when the child executes, and waits for its end after that.
 *   a.1  as above, but 129 S3.. */
START_TEST(who_has_vforked_may_wait_too)
{
    vforks();
    process("@vfork 1; @wait; S1");
    rig_program(0, "@exec; S1x64");
    run_well();
    /* 15 a sleeps; a.1 since 5: 20 exec 30 zero 60 124 ends; a 129 wait 139 zero 169 170 */
    ck_assert_uint_eq(end_of("a.1"), 124);
    ck_assert_uint_eq(end_of("a"), 170);
    ck_assert_uint_eq(ended("a")->sleeping, (20 - 15) * US);
}
END_TEST

/* Grandchildren in one space: each parent sleeps for its own child.
 *   a 5 vfork 15   a.1 since 5; 20 vfork 30   a.1.1 since 20; 35 zero 65 S1 66 ends
 *   a.1  71 S1 72 ends   a  77 S1 78 ends */
START_TEST(a_vforked_child_may_vfork)
{
    vforks();
    process("@vfork 1; S1");
    rig_program(0, "@vfork 2; S1");
    rig_program(0, "S1");
    run_well();
    LOG("0 begin 0\n0 region 0 0-999\n5 vfork 0\n20 vfork 0\n66 vfork of 0 ends\n"
        "72 vfork of 0 ends\n78 end 0\n");
    ck_assert_uint_eq(ended("a")->sleeping, (72 - 15) * US);
    ck_assert_uint_eq(ended("a.1")->sleeping, (66 - 30) * US);
}
END_TEST

/* --- killed ------------------------------------------------------------------------------ */

/*   a  5 S1x10 45 map 55 ends: what it has done counts, of a step not yet over too */
START_TEST(a_process_may_be_killed_for_a_region)
{
    told.kill_region = 8192;
    process("S1x10 " KILLING " S1 S2");
    run_well();
    LOG("0 begin 0\n0 region 0 0-999\n45 region 0 8192-8192 killed\n55 end 0\n");
    assert_killed("a", 55, 10);
    ck_assert_uint_eq(rig.totals.references.stores, 10);
    ck_assert_str_eq(told.kills,
                     "process 'a' was ended at 45 us: there was not enough swap space");
}
END_TEST

/* Its threads are not counted.
 *   a    5 fork 15 thread 25 map 35 ends   a.1  40 map 50 ends   a.2  ends */
START_TEST(of_several_that_are_killed_the_first_is_told_of)
{
    told.kill_region = 8192;
    told.kill_why = "it is too large";
    process("@fork 1; @thread 2; " KILLING);
    rig_program(0, KILLING);
    rig_program(0, "@sleep;");
    run_well();
    ck_assert_str_eq(ended("a.1")->how, "killed");
    ck_assert_str_eq(ended("a.2")->how, "killed");
    ck_assert_str_eq(
        told.kills,
        "process 'a' was ended at 25 us: it is too large (and 1 more after it)");
}
END_TEST

/*   a    5 thread 15 thread 25 sleep 35 until 135
 *   a.1  since 5; 40 L500: 50 waits until 1050
 *   a.2  since 15; 55 sleep 65 for ever
 *   a    140 map 150 ends   a.2  155 ends   a.1  1055 ends */
START_TEST(all_threads_of_a_process_are_killed)
{
    told.kill_region = 8192;
    rig_region(0, 0, 500, 0);
    rig_region(0, 500, 100, 0)->backing = BACKING_STORE;
    rig_program(0, "@thread 1; @thread 2; @sleep 100us; " KILLING);
    rig_program(0, "L500");
    rig_program(0, "@sleep;");
    run_well();
    assert_killed("a", 150, 0);
    assert_killed("a.1", 1055, 0);
    assert_killed("a.2", 155, 0);
    ck_assert_uint_eq(ended("a.2")->sleeping, (140 - 65) * US);
    ck_assert_uint_eq(rig.counts.page_ins, 1);
}
END_TEST

/*   a  5 fork 15 map 25 ends   a.1  since 5; 30 zero 60 S1x10 70 ends */
START_TEST(the_children_of_one_that_is_killed_live_on)
{
    told.kill_region = 8192;
    process("@fork 1; " KILLING);
    rig_program(0, "S1x10");
    run_well();
    assert_killed("a", 25, 0);
    ck_assert_str_eq(ended("a.1")->how, "");
    ck_assert_uint_eq(end_of("a.1"), 70);
}
END_TEST

/* The second region is not even asked for.   a  5 ends */
START_TEST(a_process_may_be_killed_before_it_has_begun)
{
    told.kill_region = 0;
    process("S1");
    rig_region(0, 2000, 10, 0);
    run_well();
    LOG("0 begin 0\n0 region 0 0-999 killed\n5 end 0\n");
    assert_killed("a", 5, 0);
}
END_TEST

/*   a    5 S1 36 fork 46 wait 56 sleeps   a.1  since 36; 61 ends
 *   a    66 S1 67 S2 98 ends: nothing was shared */
START_TEST(a_child_for_which_there_is_no_room_ends_at_once)
{
    told.kill_in = 1;
    process("S1 @fork 1; @wait; S1 S2");
    rig_program(0, "S1 S2");
    run_well();
    LOG("0 begin 0\n0 region 0 0-999\n36 begin 1 of 0\n36 region 1 0-999 killed\n"
        "56 sleeps 0\n61 end 1\n61 wakes 0\n98 end 0\n");
    assert_killed("a.1", 61, 0);
    ck_assert_str_eq(ended("a")->how, "");
    ck_assert_uint_eq(rig.counts.faults, 2);
}
END_TEST

/*   a  5 S1 36 exec 46 ends */
START_TEST(a_process_may_be_killed_by_its_exec)
{
    told.kill_in = 1;
    process("S1 @exec; S2");
    run_well();
    LOG("0 begin 0\n0 region 0 0-999\n36 begin 1\n36 region 1 0-999 killed\n36 end 1\n"
        "46 end 0\n");
    assert_killed("a", 46, 1);
}
END_TEST

/*   a.1, vforked, since 5: 20 map 30 ends, and its parent goes on: 35 S1 66 ends */
START_TEST(the_parent_of_a_vforked_child_that_is_killed_goes_on)
{
    vforks();
    told.kill_region = 8192;
    process("@vfork 1; S1");
    rig_program(0, KILLING);
    run_well();
    LOG("0 begin 0\n0 region 0 0-999\n5 vfork 0\n20 region 0 8192-8192 killed\n"
        "30 vfork of 0 ends\n66 end 0\n");
    assert_killed("a.1", 30, 0);
    ck_assert_str_eq(ended("a")->how, "");
    ck_assert_uint_eq(end_of("a"), 66);
}
END_TEST

/*   a    5 thread 15 sleep 25 until 125
 *   a.1  since 5; 30 L500: 40 waits until 1040
 *   a    130 map 140 ends   a.1  1045 ends */
START_TEST(what_was_read_for_one_that_is_killed_may_go)
{
    told.kill_region = 8192;
    rig_frames(1);
    rig_region(0, 0, 500, 0);
    rig_file(0, 500, 100, 0, 0);
    rig_program(0, "@thread 1; @sleep 100us; " KILLING);
    rig_program(0, "L500");
    process("S1");
    rig.processes[1].start = 5 * MS;
    run_well();
    assert_killed("a", 140, 0);
    assert_killed("a.1", 1045, 0);
    ck_assert_str_eq(ended("b")->how, ""); /* there is a frame for it */
}
END_TEST

/* The other thread has not done anything wrong.   a  5 thread 15 S7 25 ends
 *   a.1  since 5; 30 ends */
START_TEST(a_fault_kills_all_threads)
{
    told.kill_page = 7;
    process("@thread 1; S7");
    rig_program(0, "S1");
    run_well();
    assert_killed("a", 25, 0);
    assert_killed("a.1", 30, 0);
}
END_TEST

/*   a  5 S7: 15 ends; b, which shares its space, ends when it has begun: 105 or 110 */
START_TEST(processes_in_one_space_are_killed_together)
{
    told.kill_page = 7;
    process("S7");
    process("S1");
    process("S1");
    rig.processes[0].space = rig.processes[1].space = 5;
    rig.processes[1].start = rig.processes[2].start = 100 * US;
    run_well();
    assert_killed("a", 15, 0);
    assert_killed("b", 105, 0);
    ck_assert_str_eq(ended("c")->how, "");
}
END_TEST

/* Page 1 is in memory and must not be stored into: the third of five references of a step.
 *   a  5 S1 36 protect 46 I2 zero 76 I2x2 78 S1: 88 ends */
START_TEST(what_one_that_is_killed_has_done_counts)
{
    told.kill_page = 1;
    told.kill_if = KILL_RESIDENT;
    process("S1 @protect 0x1000 4KiB r; I2x2 S1x2 L1");
    run_well();
    assert_killed("a", 88, 3);
    ck_assert_uint_eq(rig.totals.references.stores, 1);
    ck_assert_uint_eq(rig.totals.references.ifetches, 2);
    ck_assert_uint_eq(rig.totals.references.loads, 0);
    ck_assert_uint_eq(rig.totals.bytes_touched, 2 * 512);
}
END_TEST

/*   a  5 S1 36 L1 37 S7: 47 ends */
START_TEST(a_process_may_be_killed_in_a_fault)
{
    told.kill_page = 7;
    process("S1 L1 S7 S2");
    run_well();
    assert_killed("a", 47, 2);
    ck_assert_uint_eq(rig.totals.references.stores, 1);
    ck_assert_uint_eq(rig.totals.references.loads, 1);
    ck_assert_uint_eq(rig.totals.bytes_touched, 512);
}
END_TEST

/* In one frame: page 7 must wait until page 1 has been written, and then its fault is over.
 *   a  5 S1 36 S7: 46 waits until 1046, 1046 ends */
START_TEST(a_process_may_be_killed_when_it_has_got_a_frame)
{
    told.kill_page = 7;
    told.kill_if = KILL_GRANTED;
    rig_frames(1);
    process("S1 S7 S2");
    process("S3");
    rig.processes[1].start = 5 * MS;
    run_well();
    assert_killed("a", 1046, 1);
    ck_assert_uint_eq(ended("a")->waiting, MS);
    ck_assert_uint_eq(rig.counts.page_outs, 1); /* b finds the frame free */
}
END_TEST

/*   a  5 S1 36 sleep 46; killed at 1000, and ends at once: no other has run */
START_TEST(a_kernel_may_kill_one_that_sleeps)
{
    process("S1 @sleep 10ms; S2");
    at(1000, ACT_KILL, 0);
    run_well();
    assert_killed("a", 1000, 1);
    LOG("0 begin 0\n0 region 0 0-999\n46 sleeps 0\n1000 wakes 0\n1000 0 pages\n"
        "1000 end 0\n");
    ck_assert_str_eq(told.kills, "process 'a' was ended at 1 ms: it had 41 us from 0");
}
END_TEST

/*   a  5 L1 15 reads until 1015; killed at 500, 1015 ends */
START_TEST(a_kernel_may_kill_one_that_waits)
{
    process("L1 L2");
    rig.parts[0].regions[0].backing = BACKING_STORE;
    at(500, ACT_KILL, 0);
    run_well();
    assert_killed("a", 1015, 0);
}
END_TEST

/* Two threads run, on CPUs of their own, which may be ahead of the clock by a millisecond. */
START_TEST(a_kernel_may_kill_threads_that_run_and_one_that_has_not_begun)
{
    rig.params.pager.mmu.ncpus = 2;
    process("S1x1000 S2x1000 S3");
    process("S1x1000 S4x1000");
    process("S5");
    for (int i = 0; i < 3; i++)
        rig.processes[i].space = 7;
    rig.processes[2].start = 5 * MS;
    at(1500, ACT_KILL, 0);
    run_well();
    for (const char *name = "abc"; *name; name++) {
        const char one[] = {*name, '\0'};
        ck_assert_str_eq(ended(one)->how, "killed");
    }
    ck_assert_uint_eq(ended("c")->references, 0);
    ck_assert_uint_eq(end_of("c"), 5005);
    ck_assert_uint_lt(end_of("a"), 2500);
    ck_assert_uint_lt(end_of("b"), 2500);
}
END_TEST

static Suite *processes_suite(void)
{
    Suite *suite = suite_create("processes");
    TCase *tcase = tcase_create("processes");
    tcase_add_checked_fixture(tcase, kernel_setup, rig_teardown);
    tcase_add_test(tcase, a_process_begins_at_its_start_with_its_regions);
    tcase_add_test(tcase, processes_in_one_space_begin_once);
    tcase_add_test(tcase, a_child_is_told_of_with_its_parent_and_an_exec_is_a_new_process);
    tcase_add_test(tcase, a_kernel_may_be_told_whose_space_an_exec_replaces);
    tcase_add_test(tcase, a_process_sleeps_while_all_its_threads_do);
    tcase_add_test(tcase, regions_come_and_go);
    tcase_add_test(tcase, a_fork_may_copy_what_the_parent_has);
    tcase_add_test(tcase, a_fork_that_copies_may_wait_for_memory);
    tcase_add_test(tcase, a_process_may_be_killed_while_it_forks);
    tcase_add_test(tcase, one_that_is_killed_waits_for_what_it_has_asked_for);
    tcase_add_test(tcase, a_vforked_child_runs_in_its_parents_space_until_it_executes);
    tcase_add_test(tcase, a_vforked_child_that_ends_leaves_the_space_to_its_parent);
    tcase_add_test(tcase, who_has_vforked_may_wait_too);
    tcase_add_test(tcase, a_vforked_child_may_vfork);
    tcase_add_test(tcase, a_process_may_be_killed_for_a_region);
    tcase_add_test(tcase, of_several_that_are_killed_the_first_is_told_of);
    tcase_add_test(tcase, all_threads_of_a_process_are_killed);
    tcase_add_test(tcase, the_children_of_one_that_is_killed_live_on);
    tcase_add_test(tcase, a_process_may_be_killed_before_it_has_begun);
    tcase_add_test(tcase, a_child_for_which_there_is_no_room_ends_at_once);
    tcase_add_test(tcase, a_process_may_be_killed_by_its_exec);
    tcase_add_test(tcase, the_parent_of_a_vforked_child_that_is_killed_goes_on);
    tcase_add_test(tcase, what_was_read_for_one_that_is_killed_may_go);
    tcase_add_test(tcase, a_fault_kills_all_threads);
    tcase_add_test(tcase, processes_in_one_space_are_killed_together);
    tcase_add_test(tcase, what_one_that_is_killed_has_done_counts);
    tcase_add_test(tcase, a_process_may_be_killed_in_a_fault);
    tcase_add_test(tcase, a_process_may_be_killed_when_it_has_got_a_frame);
    tcase_add_test(tcase, a_kernel_may_kill_one_that_sleeps);
    tcase_add_test(tcase, a_kernel_may_kill_one_that_waits);
    tcase_add_test(tcase, a_kernel_may_kill_threads_that_run_and_one_that_has_not_begun);
    suite_add_tcase(suite, tcase);
    return suite;
}

int main(void)
{
    return run_suite(processes_suite());
}
