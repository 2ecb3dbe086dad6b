/* files_test.c -- files that processes map.  Counts and times are worked out by hand, from
 * the costs of the machine in timed.h; an operation takes the CPU as long as a trap. */
#include "workload/alone.h"

#define OPERATION FAULT

#define TWO(start)                                                                         \
    "workload=[{trace: a.trace, " ZEROS "}, {name: b, trace: a.trace, start: " start       \
    ", " ZEROS "}]"

/* The file's page outlives its first user. */
START_TEST(a_file_is_read_once_for_all_that_map_it)
{
    const struct counters *c =
        run_alone("@map 0x1000000 4KiB rw file f shared; L4096", TWO("10 ms"), NULL, NULL);
    ck_assert_uint_eq(c->page_ins, 1);
    ck_assert_uint_eq(c->faults_major, 1);
    ck_assert_uint_eq(c->faults_reclaim, 1);
    ck_assert_uint_eq(time_of(o.results, "b", "elapsed"),
                      SWITCH + OPERATION + FAULT + REFERENCE);
    c = run_again(TWO("100 us"), NULL, NULL);
    ck_assert_uint_eq(c->page_ins, 1);
    ck_assert_uint_eq(c->faults_in_transfer, 1);
}
END_TEST

/* Pages 1 and 2 of f, page 2 at another address, and pages that nobody has read: page 0,
 * and page 2 of another file. */
START_TEST(what_is_mapped_is_a_part_of_the_file)
{
    const struct counters *c =
        run_alone("@map 0x1000000 8KiB r file f 4096; @map 0x2000000 4KiB r file f 8192; "
                  "@map 0x3000000 4KiB r file f; @map 0x4000000 4KiB r file g 8192; "
                  "L4096 L4097 L8192 L12288 L16384",
                  PROCESS, NULL, NULL);
    ck_assert_uint_eq(c->page_ins, 4);
    ck_assert_uint_eq(c->faults_major, 4);
    ck_assert_uint_eq(c->faults_reclaim, 1);
}
END_TEST

/* Both store into the one page; in one frame it goes back to the file when page 1 comes. */
START_TEST(stores_into_a_shared_file_go_to_the_file)
{
    const struct counters *c = run_alone("@map 0x1000000 4KiB rw file f shared; S4096 S1",
                                         TWO("10 ms"), "machine.frames=1", NULL);
    ck_assert_uint_eq(c->faults_copy, 0);
    ck_assert_uint_eq(c->faults_major, 2);
    ck_assert_uint_eq(c->page_outs_dirty, 2);
    ck_assert_uint_eq(c->swap_writes, 2);
    ck_assert_uint_eq(c->swap_used_max, 0);
    run_again(TWO("10 ms"), "machine.frames=1", "files.device=fixed");
    char role[FIELD_MAX];
    ck_assert_uint_eq(o.results[0].counters.swap_writes, 0);
    ck_assert_uint_eq(o.results[0].tables[TABLE_DEVICES].n, 2);
    ck_assert_str_eq(field(o.results, TABLE_DEVICES, 1, "device", role), "files");
    ck_assert_uint_eq(count_at(o.results, TABLE_DEVICES, 1, "reads"), 2);
    ck_assert_uint_eq(count_at(o.results, TABLE_DEVICES, 1, "writes"), 2);
}
END_TEST

/* The store gets a copy of the page; the file's own page stays for the other process. */
START_TEST(a_private_page_of_a_file_is_copied_at_a_store)
{
    const struct counters *c = run_alone("@map 0x1000000 4KiB rw file f; L4096 S4096 S4096",
                                         TWO("10 ms"), "machine.frames=2", NULL);
    ck_assert_uint_eq(c->faults_major, 1);
    ck_assert_uint_eq(c->faults_copy, 2);
    ck_assert_uint_eq(c->faults_reclaim, 1);
    ck_assert_uint_eq(c->page_ins, 1);
    ck_assert_uint_eq(c->page_outs, 0);
    ck_assert_uint_eq(time_of(o.results, "a", "elapsed"),
                      SWITCH + OPERATION + 3 * REFERENCE + FAULT + LATENCY + FAULT + COPY);
    ck_assert_uint_eq(time_of(o.results, "b", "elapsed"),
                      SWITCH + OPERATION + 3 * REFERENCE + FAULT + FAULT + COPY);
}
END_TEST

/* If the page is in memory it is copied there; if not, it is read into the copy, and the
 * next process must read it as well. */
START_TEST(a_first_store_into_a_private_page_of_a_file_copies_or_reads_it)
{
    const struct counters *c =
        run_alone("@map 0x1000000 4KiB rw file f; S4096", TWO("10 ms"), NULL, NULL);
    ck_assert_uint_eq(c->faults_major, 2);
    ck_assert_uint_eq(c->faults_copy, 0);
    ck_assert_uint_eq(c->page_ins, 2);
    program("b.trace", "@map 0x1000000 4KiB rw file f; L4096");
    c = run_again("workload=[{trace: b.trace, " ZEROS
                  "}, {trace: a.trace, start: 10 ms, " ZEROS "}]",
                  NULL, NULL);
    ck_assert_uint_eq(c->faults_major, 1);
    ck_assert_uint_eq(c->faults_copy, 1);
    ck_assert_uint_eq(c->page_ins, 1);
    ck_assert_uint_eq(time_of(o.results, "a", "elapsed"),
                      SWITCH + OPERATION + REFERENCE + FAULT + COPY);
}
END_TEST

START_TEST(files_need_a_device)
{
    program("a.trace", "L1 @map 0x1000000 4KiB r file f; L4096");
    assert_fails("a.trace: a file is mapped, and the swap device, which lies in memory, "
                 "holds no files: name a files.device, after reference 1 of process 'a'",
                 "swap.device=zram", PROCESS, NULL);
    const struct counters *c = run_alone("L1 @map 0x1000000 4KiB r file f; L4096", PROCESS,
                                         "files.device=fixed", NULL);
    ck_assert_uint_eq(c->page_ins, 1);
    ck_assert_uint_eq(c->swap_reads, 0);
}
END_TEST

static Suite *files_suite(void)
{
    Suite *suite = suite_create("files");
    TCase *tcase = tcase_create("files");
    tcase_add_checked_fixture(tcase, alone_setup, alone_teardown);
    tcase_add_test(tcase, a_file_is_read_once_for_all_that_map_it);
    tcase_add_test(tcase, what_is_mapped_is_a_part_of_the_file);
    tcase_add_test(tcase, stores_into_a_shared_file_go_to_the_file);
    tcase_add_test(tcase, a_private_page_of_a_file_is_copied_at_a_store);
    tcase_add_test(tcase, a_first_store_into_a_private_page_of_a_file_copies_or_reads_it);
    tcase_add_test(tcase, files_need_a_device);
    suite_add_tcase(suite, tcase);
    return suite;
}

int main(void)
{
    return run_suite(files_suite());
}
