/* linux_kswapd_test.c -- when kswapd is woken, how far it goes, when it gives up; and what a
 * process has to do by itself. */
#include "os/linux_rig.h"

enum { PAGES = 2000 };

/* 4 MiB are one zone of 1024 frames: int_sqrt(16 * 4096) = 256 kB, 64 pages are the lowest
 * mark; 80 and 96 the others.  2.4.16: 1024 / 128 = 8, but at least 20; 40 and 60.  2.4.0:
 * 1024 / 32 = 32; 64 and 96.
 *
 * Without a clock: each store takes a frame down to what is left at the low mark; the next
 * wakes kswapd, which frees until memory is balanced, and takes one of these.  So from then
 * on each `cycle` pages wake it once, and it frees as many. */
static const struct steady {
    const char *version;
    uint64_t left_low; /* frames when it is woken                                         */
    uint64_t cycle;    /* from there to where memory is balanced                          */
    uint64_t runs;     /* that it takes: in 2.4 of 32 pages                               */
} steady[] = {
    {"6.18", 80, 97 - 80, 1},   {"3.16", 80, 97 - 80, 1},  {"2.6.24", 80, 97 - 80, 1},
    {"2.4.16", 41, 61 - 41, 1}, {"2.4.0", 63, 96 - 63, 2},
};

START_TEST(kswapd_is_woken_at_low_and_goes_on_to_high)
{
    const struct steady *row = &steady[_i];
    lrig_kernel("version", row->version);
    ASSERT_OK(lrig_stores(PAGES), &lrig.err);
    const uint64_t without = 1024 - row->left_low;
    const uint64_t cycles = (PAGES - without + row->cycle - 1) / row->cycle;
    ck_assert_uint_eq(lrig.counts.pageoutrun, cycles * row->runs);
    ck_assert_uint_eq(lrig.counts.pgsteal_kswapd, cycles * row->cycle);
    ck_assert_uint_eq(lrig.counts.allocstall, 0);
    ck_assert_uint_eq(lrig.free + PAGES, 1024 + cycles * row->cycle);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("linux kswapd");
    TCase *tcase = tcase_create("linux kswapd");
    tcase_add_checked_fixture(tcase, lrig_setup, rig_teardown);
    tcase_add_loop_test(tcase, kswapd_is_woken_at_low_and_goes_on_to_high, 0,
                        ARRAY_LEN(steady));
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
