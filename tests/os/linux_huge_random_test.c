/* linux_huge_random_test.c -- random programs on machines with room for a few huge pages, of which
 * khugepaged, compaction and reclaim each want their share: what must hold is looked at after
 * every twentieth event. */
#include "os/linux_io_random.h"

enum { RUNS = 6, CHECKED = 20, STEPS = 120, PAGES = 4 * N };

static void look(struct linux_kernel *kernel)
{
    static unsigned n;
    if (++n % CHECKED == 0)
        rig_linux_holds(kernel);
}

/* Some pages in a row, or each few. */
static char *refer(char *end)
{
    const uint64_t first = below(PAGES), step = 1 + below(8) * below(2);
    for (uint64_t i = 0; i < 1 + below(20); i++)
        end +=
            sprintf(end, " %c%u", "LSS"[below(3)], (unsigned)((first + i * step) % PAGES));
    return end;
}

static char *operate(char *end, bool forks)
{
    static const char *const advices[] = {"dontneed", "dontneed", "pageout", "cold",
                                          "free"};
    static const char *const sleeps[] = {"@sleep 1ms;", "@sleep 5ms;", "@sleep 30ms;"};
    switch (below(6)) {
    case 0:
        return end + sprintf(end, " %s", forks ? "@fork 1;" : "@sleep 2ms;");
    case 1:
    case 2:
        return end + sprintf(end, " %s", PICK(sleeps));
    case 3:
        return end +
               sprintf(end, " @advise 0x0 1MiB %s;", below(3) ? "hugepage" : "nohugepage");
    default:
        return end + sprintf(end, " @advise 0x%x %uKiB %s;", (unsigned)below(PAGES) * 4096,
                             4 * (1 + (unsigned)below(N)), PICK(advices));
    }
}

static void write_program(size_t process, bool forks)
{
    static char text[STEPS * 160];
    char *end = text;
    for (unsigned i = 0; i < STEPS; i++)
        end = below(3) ? refer(end) : operate(end, forks && i > STEPS / 2);
    rig_program(process, text + 1);
}

static void make(uint64_t seed)
{
    static const char *const versions[] = {"6.18", "6.18", "6.1", "5.4"};
    static const char *const policies[] = {"linux5", "linux5", "fifo", "clock", "mglru"};
    static const char *const defrags[] = {"always", "defer", "defer+madvise", "madvise",
                                          "never"};
    static const char *const none[] = {"20", "60", "63"};
    static const char *const others[] = {"0", "4", "32"};
    rng_seed(&rng, seed);
    rig_policy(PICK(policies));
    rig_large_pages();
    rig.params.pager.mmu.ncpus = 1 + (unsigned)below(2);
    rig_linux.every = 0;
    rig_linux.watch = look;
    rig_linux_kernel("version", PICK(versions));
    rig_linux_kernel("thp", below(2) ? "always" : "madvise");
    rig_linux_kernel("thp_defrag", PICK(defrags));
    rig_linux_kernel("khugepaged_pages_to_scan", below(2) ? "100" : "4096");
    rig_linux_kernel("khugepaged_scan_sleep", "1 ms");
    rig_linux_kernel("khugepaged_alloc_sleep", "3 ms");
    rig_linux_kernel("khugepaged_max_ptes_none", PICK(none));
    rig_linux_kernel("khugepaged_max_ptes_swap", PICK(others));
    rig_linux_kernel("khugepaged_max_ptes_shared", PICK(others));
    rig_linux_kernel("zswap", below(4) ? "no" : "yes");
    const bool limited = below(3) == 0;
    rig_limit(limited ? 150 + (unsigned)below(200) : 0);
    rig_frames(limited ? 900 : 300 + below(200));
    rig_device("latency", "50 us");
    for (size_t i = 0; i < 2; i++) {
        rig_region(i, 0, PAGES, 0);
        write_program(i, true);
        write_program(i, false);
    }
}

START_TEST(whatever_happens_what_must_hold_holds)
{
    uint64_t collapsed = 0, moved = 0, faults = 0, split = 0, failed = 0, in = 0;
    for (uint64_t seed = 1; seed <= RUNS; seed++) {
        make(seed);
        (void)rig_linux_survives(seed);
        faults += rig_linux.counts.thp_fault_alloc;
        split += rig.counts.large_page_splits;
        collapsed += rig_linux.counts.pages_collapsed;
        failed += rig_linux.counts.thp_collapse_alloc_failed;
        moved += rig_linux.counts.pgmigrate_success;
        in += rig_linux.counts.pswpin;
        rig_teardown();
        rig_linux_setup();
    }
    ck_assert_uint_gt(faults, RUNS);
    ck_assert_uint_gt(split, RUNS);
    ck_assert_uint_gt(collapsed, RUNS);
    ck_assert_uint_gt(failed, 0);
    ck_assert_uint_gt(moved, RUNS);
    ck_assert_uint_gt(in, RUNS);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("os/linux_huge_random");
    TCase *tcase = tcase_create("all");
    tcase_add_checked_fixture(tcase, rig_linux_setup, rig_teardown);
    tcase_add_test(tcase, whatever_happens_what_must_hold_holds);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
