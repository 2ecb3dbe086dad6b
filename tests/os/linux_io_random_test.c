/* linux_io_random_test.c -- random programs on random machines whose swap and files are on
 * devices that take time: a build that checks looks at what must hold after each event, any
 * other at the end. */
#include "os/linux_io_random.h"

enum { RUNS = 24, STEPS = 150, PROGRAMS = 2, ANON = 40, FILES = 1000, PAGES = 48 };

static size_t refer(char *text)
{
    static uint64_t at;
    at = below(4) ? at + below(3) : below(1000);
    const bool file = below(3) == 0;
    const uint64_t page = file ? FILES + 100 * below(2) + at % PAGES : at % ANON;
    return (size_t)sprintf(text, " %c%llux%llu", "LSLSM"[below(5)],
                           (unsigned long long)page, (unsigned long long)(1 + below(90)));
}

static size_t operate(char *text, bool forks)
{
    static const char *const advices[] = {"dontneed", "willneed", "random",    "sequential",
                                          "normal",   "free",     "free",      "cold",
                                          "pageout",  "hugepage", "nohugepage"};
    static const char *const sleeps[] = {"@sleep 100us;", "@sleep 10ms;", "@sleep 6s;",
                                         "@sleep 31s;"};
    const uint64_t start = 4096 * (below(2) ? below(ANON - 8) : FILES + 100 * below(2));
    switch (below(5)) {
    case 0:
        return (size_t)sprintf(text, " %s", forks ? "@fork 1;" : "");
    case 1:
        return (size_t)sprintf(text, " @wait;");
    case 2:
        return (size_t)sprintf(text, " %s", PICK(sleeps));
    case 3:
        return (size_t)sprintf(text, " %s", forks ? "@thread 1;" : "");
    default:
        return (size_t)sprintf(text, " @advise 0x%llx 32768 %s;", (unsigned long long)start,
                               PICK(advices));
    }
}

static void write_program(size_t process, bool forks)
{
    char *text = malloc(STEPS * 48), *end = text;
    ck_assert_ptr_nonnull(text);
    for (unsigned i = 0; i < STEPS; i++)
        end += below(20) || (!forks && below(2)) ? refer(end) : operate(end, forks);
    rig_program(process, text + 1);
    free(text);
}

static void make_kernel(void)
{
    static const char *const versions[] = {"6.18", "6.12", "6.1", "4.19", "3.16", "2.4.16"};
    static const char *const requests[] = {"1", "2", "8", "128"};
    static const char *const numbers[] = {"0", "1", "3"};
    static const char *const ratios[] = {"0", "5", "20", "60"};
    rig_linux_kernel("version", PICK(versions));
    rig_linux_kernel("nr_requests", PICK(requests));
    rig_linux_kernel("page_cluster", PICK(numbers));
    rig_linux_kernel("read_ahead_kb", below(2) ? "128" : "16");
    rig_linux_kernel("swap_priority", below(2) ? "falling" : "equal");
    rig_linux_kernel("zswap", below(3) ? "no" : "yes");
    rig_linux_kernel("zswap_max_pool_percent", below(2) ? "20" : "5");
    rig_linux_kernel("dirty_ratio", PICK(ratios));
    rig_linux_kernel("dirty_background_ratio", PICK(ratios));
    rig_linux_kernel("stats_flush_every", below(2) ? "100" : "0");
}

/* Huge pages of 64 base pages, and room for a few of them. */
static void make_huge(void)
{
    rig_large_pages();
    rig_linux_kernel("thp", below(2) ? "always" : "madvise");
    rig_limit(80 + (unsigned)below(80));
    rig_frames(250 + below(100));
}

static void make(uint64_t seed, struct device_params *more)
{
    static const char *const policies[] = {"linux5", "linux5", "lru", "clock"};
    rng_seed(&rng, seed);
    rig_linux.every = 0;
    rig_policy(PICK(policies));
    make_kernel();
    rig_limit(24 + (unsigned)below(40));
    rig_frames(120 + below(100));
    if (below(3) == 0)
        make_huge();
    rig_device("latency", below(2) ? "1 ms" : "50 us");
    rig_device("servers", below(2) ? "1" : "4");
    rig.params.slots.nslots = 1000;
    rig.params.nmore_swap = below(3);
    rig.params.more_swap = more;
    rig.params.pager.mmu.ncpus = 1 + (unsigned)below(2);
    for (size_t i = 0; i < PROGRAMS; i++) {
        rig_region(i, 0, 2 * N, 0); /* of which ANON are used                            */
        rig_file(i, FILES, PAGES, 0, 0)->shared = true;
        rig_file(i, FILES + 100, PAGES, 0, 20);
        write_program(i, true);
        write_program(i, false);
    }
}

START_TEST(whatever_happens_what_must_hold_holds)
{
    struct device_params more[2];
    uint64_t writes = 0, waits = 0, flushed = 0, ahead = 0, compressed = 0, killed = 0;
    uint64_t dropped = 0, huge = 0, split = 0;
    for (uint64_t seed = 1; seed <= RUNS; seed++) {
        more[0] = more[1] = (struct device_params){device_find("fixed"), rig.device.bytes};
        make(seed, more);
        killed += !rig_linux_survives(seed);
        writes += rig_linux.counts.pswpout;
        waits += rig.counts.faults_in_transfer;
        flushed += rig.counts.write_backs;
        ahead += rig_linux.counts.swap_ra;
        compressed += rig_linux.counts.zswpout;
        dropped += rig_linux.counts.pglazyfreed;
        huge += rig_linux.counts.thp_fault_alloc;
        split += rig.counts.large_page_splits;
        rig_teardown();
        rig_linux_setup();
    }
    ck_assert_uint_gt(writes, RUNS);
    ck_assert_uint_gt(waits, 0);
    ck_assert_uint_gt(flushed, RUNS);
    ck_assert_uint_gt(ahead, RUNS);
    ck_assert_uint_gt(compressed, RUNS);
    ck_assert_uint_gt(dropped, 0);
    ck_assert_uint_gt(huge, 0);
    ck_assert_uint_gt(split, 0);
    ck_assert_uint_lt(killed, RUNS / 4);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("os/linux_io_random");
    TCase *all = tcase_create("all");
    tcase_add_checked_fixture(all, rig_linux_setup, rig_teardown);
    tcase_add_test(all, whatever_happens_what_must_hold_holds);
    suite_add_tcase(suite, all);
    return run_suite(suite);
}
