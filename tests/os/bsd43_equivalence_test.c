/* bsd43_equivalence_test.c -- with memory for all, and neither pagedaemon nor swapper, 4.3BSD
 * faults where the textbook kernel does; what simulated referenced bits cost is counted. */
#include "os/bsd43_rig.h"

static const char *const formats[] = {"ideal", "vax", "mips", "x86-32", "x86-64"};

/* A trace on a machine. */
static void begin(const char *trace, const char *format)
{
    rig.params.nprocesses = 0;
    rig.processes[0] = (struct process_params){0};
    rig_mmu(format, 12);
    rig.params.pager.mmu.adapted = true;
    rig_frames(40000);
    rig.params.slots.nslots = UINT32_MAX;
    rig_program(0, "L0");
    rig.parts[0].streams[0].context = trace;
}

static uint64_t textbook_faults(void)
{
    rig.params.pager.kernel = kernel_find("textbook");
    param_defaults(kernel_find("textbook")->params, rig.kernel.bytes);
    rig_run();
    rig.params.pager.kernel = kernel_find("bsd43");
    param_defaults(kernel_find("bsd43")->params, rig.kernel.bytes);
    rig43_free_of_cost();
    rig43_kernel("u_areas", "no");
    rig43_kernel("swapper", "no");
    return rig.counts.faults;
}

START_TEST(without_daemons_it_faults_as_the_textbook_kernel_does)
{
    const struct random_program wild = {
        .seed = (uint64_t)_i + 1, .references = 6000, .pages = 90, .instructions = _i % 2};
    random_program("wild.trace", &wild);
    begin("wild.trace", formats[(size_t)_i % ARRAY_LEN(formats)]);
    rig_region(0, 0, 4000, 0);
    rig.processes[0].nregions = 1;
    const uint64_t expected = textbook_faults();
    rig43_kernel("pagedaemon", "no");
    rig43_run();
    ck_assert_uint_gt(expected, 50);
    ck_assert_uint_eq(rig.counts.faults, expected);
    ck_assert_uint_eq(counted(BSD43_FAULTS), expected);
    ck_assert_uint_eq(counted(BSD43_PGREC), 0);
    ck_assert_uint_eq(counted(BSD43_ZFOD) / 8, expected);
}
END_TEST

/* Its pages lie on swap, and come one by one. */
START_TEST(so_it_does_on_a_recorded_program)
{
    begin(TEST_DATA "/../../traces/sort.flt", "ideal");
    rig_region(0, 0, (uint64_t)1 << 26, 0)->backing = BACKING_STORE;
    rig.processes[0].nregions = 1;
    const uint64_t expected = textbook_faults();
    rig43_kernel("pagedaemon", "no");
    rig43_run();
    ck_assert_uint_gt(expected, 100);
    ck_assert_uint_eq(counted(BSD43_FAULTS), expected);
    ck_assert_uint_eq(counted(BSD43_PGIN), expected);
}
END_TEST

/* A hand that goes round while all of memory counts as scarce makes pages invalid, and takes
 * none, since each process may keep more than it has: every fault more is a fast reclaim. */
START_TEST(what_simulated_bits_cost_is_counted_as_reclaims)
{
    const struct random_program wild = {
        .seed = (uint64_t)_i + 100, .references = 6000, .pages = 90};
    random_program("wild.trace", &wild);
    begin("wild.trace", formats[(size_t)_i % ARRAY_LEN(formats)]);
    rig_region(0, 0, 4000, 0);
    rig.processes[0].nregions = 1;
    rig_frames(400);
    rig.params.pager.cost_reference = MS;
    const uint64_t expected = textbook_faults();
    rig43_kernel("lotsfree", "3200");
    rig43_kernel("fastscan", "640");
    rig43_kernel("saferss", "100000");
    rig43_kernel("referenced", _i % 2 ? "simulated" : "hardware");
    rig43_run();
    const bool simulated = _i % 2 || strcmp(formats[_i], "mips") == 0; /* it has none */
    ck_assert(simulated == (rig.counts.faults_referenced > 0));
    ck_assert_uint_eq(counted(BSD43_DFREE) + counted(BSD43_PGOUT), 0);
    ck_assert_uint_ge(counted(BSD43_REV), 5);
    ck_assert_uint_eq(counted(BSD43_FAULTS), expected + counted(BSD43_PGREC));
    ck_assert_uint_eq(counted(BSD43_PGREC), counted(BSD43_FASTPGREC));
    ck_assert_uint_eq(counted(BSD43_PGREC), rig.counts.faults_referenced);
    ck_assert_uint_eq(counted(BSD43_ZFOD) / 8, expected);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("bsd43 equivalence");
    TCase *tests = tcase_create("bsd43 equivalence");
    tcase_add_checked_fixture(tests, rig43_setup, rig_teardown);
    tcase_add_loop_test(tests, without_daemons_it_faults_as_the_textbook_kernel_does, 0,
                        10);
    tcase_add_test(tests, so_it_does_on_a_recorded_program);
    tcase_add_loop_test(tests, what_simulated_bits_cost_is_counted_as_reclaims, 0, 5);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
