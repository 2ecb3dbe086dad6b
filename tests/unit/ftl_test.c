/* ftl_test.c -- the flash translation layer: laws that hold whatever is written, and write
 * amplification against theory. */
#include "base/rng.h"
#include "swap/ftl.h"

#include <check.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { UNITS_MAX = 700, PAGES_MAX = 8192 };

static struct ftl *ftl;
static struct rng rng;

static uint32_t below(uint64_t n)
{
    return (uint32_t)rng_below(&rng, n);
}

static void setup(void)
{
    rng_seed(&rng, 1);
}

static void start(struct ftl_params params)
{
    ck_assert_int_eq(ftl_create(&ftl, &params, NULL), OK);
}

static void must(bool condition, const char *what)
{
    if (!condition)
        ck_abort_msg("%s", what);
}

/* --- laws ------------------------------------------------------------------------------ */

/* Where each unit lay before a call, and the operations so far. */
static struct {
    struct ftl_params params;
    uint32_t before[UNITS_MAX];
    uint64_t programs, erases;
    bool left[PAGES_MAX]; /* a unit was moved from there */
} seen;

static void look(void)
{
    for (uint32_t unit = 0; unit < seen.params.units; unit++)
        seen.before[unit] = ftl_page(ftl, unit);
}

static bool is_among(uint32_t unit, const uint32_t *units, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        if (units[i] == unit)
            return true;
    return false;
}

static void check_write(const uint32_t *units, uint32_t n, const struct ftl_work *work)
{
    const uint32_t page = ftl_page(ftl, units[0]);
    must(page != FTL_NONE && ftl_die(ftl, page) == work->die, "written to another die");
    uint32_t moved = 0, pages = 0, left = 0;
    memset(seen.left, 0, sizeof seen.left);
    for (uint32_t unit = 0; unit < seen.params.units; unit++) {
        const uint32_t now = ftl_page(ftl, unit), before = seen.before[unit];
        const bool written = is_among(unit, units, n);
        must(written == (now == page), "a page holds what was written with it, alone");
        if (written || now == before)
            continue;
        must(before != FTL_NONE && now != FTL_NONE, "a unit came or went by itself");
        must(ftl_die(ftl, before) == work->die && ftl_die(ftl, now) == work->die,
             "a unit was moved on or to another die");
        moved++;
        must(before < PAGES_MAX, "more pages than this test has room for");
        pages += !seen.left[before];
        seen.left[before] = true;
    }
    for (uint32_t unit = 0; unit < seen.params.units; unit++)
        left += seen.before[unit] == page && !is_among(unit, units, n);
    must(work->erases > 0 || (moved == 0 && left == 0), "a page was written twice");
    /* Collecting twice may move a unit twice. */
    must(work->erases > 1 ? work->reads >= pages : work->reads == pages,
         "reads are not the pages from which units were moved");
    must(work->programs >= 1 && moved <= (work->programs - 1) * seen.params.page_units,
         "programs do not fit the units moved");
}

/* Every program takes an erased page. */
static void check_pages(const struct ftl_work *work)
{
    seen.programs += work->programs;
    seen.erases += work->erases;
    const uint64_t blocks = ftl_blocks(&seen.params) * seen.params.dies;
    must(seen.programs <= (blocks + seen.erases) * seen.params.pages,
         "more pages were programmed than had been erased");
}

/* Units to write: any, or in a cruel course only those that leave die 0 full. */
static uint32_t choose_unit(bool cruel)
{
    for (;;) {
        const uint32_t unit = below(seen.params.units), page = ftl_page(ftl, unit);
        if (!cruel || page == FTL_NONE || ftl_die(ftl, page) != 0 || below(50) == 0)
            return unit;
    }
}

static void write_some(bool cruel)
{
    uint32_t units[FTL_PAGE_UNITS_MAX], n = 0;
    const uint32_t most = below(8) ? seen.params.page_units : 1;
    while (n < most && n < seen.params.units) {
        const uint32_t unit = choose_unit(cruel);
        if (is_among(unit, units, n))
            break;
        units[n++] = unit;
    }
    for (uint32_t i = 0; i < n; i++)
        ftl_discard(ftl, units[i]);
    look();
    const struct ftl_work work = ftl_write(ftl, units, n);
    check_write(units, n, &work);
    check_pages(&work);
}

static void fill(void)
{
    for (uint32_t unit = 0; unit < seen.params.units; unit++) {
        const struct ftl_work work = ftl_write(ftl, &unit, 1);
        check_pages(&work);
    }
}

static const double over_provisionings[] = {0.0, 0.1, 0.5};

static void random_course(bool cruel)
{
    seen.params = (struct ftl_params){
        .units = 1 + below(UNITS_MAX),
        .over_provisioning = over_provisionings[below(3)],
        .dies = 1 + below(4),
        .pages = 2 + below(16),
        .page_units = 1 + below(5),
        .erased_min = 1 + below(3),
    };
    seen.programs = seen.erases = 0;
    start(seen.params);
    if (cruel)
        fill();
    for (unsigned step = 0; step < 1500; step++) {
        write_some(cruel && below(500));
        if (!cruel && below(4) == 0)
            ftl_discard(ftl, below(seen.params.units));
    }
    ftl_free(ftl);
}

START_TEST(pages_are_written_once_between_erases_and_units_stay_found)
{
    for (unsigned trial = 0; trial < 60; trial++)
        random_course(false);
}
END_TEST

START_TEST(collecting_ends_even_if_one_die_keeps_all_it_has)
{
    for (unsigned trial = 0; trial < 60; trial++)
        random_course(true);
}
END_TEST

START_TEST(pages_go_to_the_dies_in_turn)
{
    start((struct ftl_params){100, 0.5, 3, 4, 2, 1});
    for (uint32_t page = 0; page < 9; page++) {
        const uint32_t units[] = {2 * page, 2 * page + 1};
        ck_assert_uint_eq(ftl_write(ftl, units, 2).die, page % 3);
    }
    ftl_free(ftl);
}
END_TEST

/* Two blocks are full and one is open; by hand. */
START_TEST(the_block_with_the_fewest_valid_units_is_collected)
{
    /* 5 units and a page's worth are 6 of 3 a block, so 2 blocks, and 1 erased: 3. */
    const struct ftl_params params = {5, 0.0, 1, 4, 1, 1};
    ck_assert_uint_eq(ftl_blocks(&params), 3);
    start(params);
    static const uint32_t units[] = {0, 1, 2, 3, 4, 0, 1, 2}; /* blocks 0 and 1 */
    for (unsigned i = 0; i < ARRAY_LEN(units); i++) {
        ftl_discard(ftl, units[i]);
        const struct ftl_work work = ftl_write(ftl, &units[i], 1);
        ck_assert_uint_eq(work.programs, 1);
        ck_assert_uint_eq(work.erases, 0);
    }
    /* Block 0 has unit 3 yet, block 1 has 4, 0, 1, 2: block 2 is opened, which leaves no
     * erased one, and gets 3 and then what is written. */
    ftl_discard(ftl, 4);
    const struct ftl_work work = ftl_write(ftl, &(uint32_t){4}, 1);
    ck_assert_uint_eq(work.reads, 1);
    ck_assert_uint_eq(work.programs, 2);
    ck_assert_uint_eq(work.erases, 1);
    ck_assert_uint_eq(ftl_page(ftl, 3), 8);
    ck_assert_uint_eq(ftl_page(ftl, 4), 9);
    ck_assert_uint_eq(ftl_page(ftl, 0), 5);
    ftl_free(ftl);
}
END_TEST

/* --- write amplification --------------------------------------------------------------- */

/* Uniform random writes: Xiang and Kurkoski, "An improved analytical expression for write
 * amplification in NAND flash", ICNC 2012, the same as that of log-structured storage in
 * Menon 1995: a block that is collected has the part u of its units valid, where
 * (1 - u) / -ln u = 1 / (1 + over-provisioning), and 1 / (1 - u) units are written for one
 * of the host's.  At 0.3 that is 2.36; the paper measured 2.35 by simulation. */
static double theory(double over_provisioning)
{
    double low = 0.0, high = 1.0;
    for (unsigned i = 0; i < 60; i++) {
        const double u = (low + high) / 2.0;
        *((1.0 - u) / -log(u) < 1.0 / (1.0 + over_provisioning) ? &low : &high) = u;
    }
    return 1.0 / (1.0 - low);
}

static double measure(struct ftl_params params, uint64_t warm_up, uint64_t writes)
{
    uint64_t programs = 0;
    start(params);
    for (uint64_t i = 0; i < warm_up + writes; i++) {
        const uint32_t unit = i < params.units ? (uint32_t)i : below(params.units);
        ftl_discard(ftl, unit);
        const struct ftl_work work = ftl_write(ftl, &unit, 1);
        programs += i < warm_up ? 0 : work.programs;
    }
    ftl_free(ftl);
    return (double)programs / (double)writes;
}

/* The theory is for large blocks, and cleaning by age; with the emptiest of blocks of 128
 * units it is a little less, the more so the less there is to choose from. */
static const struct {
    double over_provisioning, tolerance;
} amplified[] = {{0.1, 0.05}, {0.3, 0.02}, {0.5, 0.01}, {1.0, 0.01}};

START_TEST(write_amplification_of_random_writes_is_that_of_theory)
{
    enum { UNITS = 65536 };
    ck_assert_double_eq_tol(theory(0.3), 2.36, 0.005);
    const double over_provisioning = amplified[_i].over_provisioning;
    const struct ftl_params params = {UNITS, over_provisioning, 1, 128, 1, 1};
    const double measured = measure(params, 8 * UNITS, 4 * UNITS);
    ck_assert_double_eq_tol(measured / theory(over_provisioning), 1.0,
                            amplified[_i].tolerance);
}
END_TEST

START_TEST(sequential_writes_are_not_amplified)
{
    start((struct ftl_params){10000, 0.1, 4, 64, 1, 2});
    uint64_t programs = 0;
    for (uint32_t i = 0; i < 50000; i++) {
        const uint32_t unit = i % 10000;
        ftl_discard(ftl, unit);
        programs += ftl_write(ftl, &unit, 1).programs;
    }
    ck_assert_uint_eq(programs, 50000);
    ftl_free(ftl);
}
END_TEST

static Suite *ftl_suite(void)
{
    Suite *suite = suite_create("ftl");
    TCase *tests = tcase_create("ftl");
    tcase_add_checked_fixture(tests, setup, NULL);
    tcase_add_test(tests, pages_are_written_once_between_erases_and_units_stay_found);
    tcase_add_test(tests, collecting_ends_even_if_one_die_keeps_all_it_has);
    tcase_add_test(tests, pages_go_to_the_dies_in_turn);
    tcase_add_test(tests, the_block_with_the_fewest_valid_units_is_collected);
    tcase_add_loop_test(tests, write_amplification_of_random_writes_is_that_of_theory, 0,
                        ARRAY_LEN(amplified));
    tcase_add_test(tests, sequential_writes_are_not_amplified);
    suite_add_tcase(suite, tests);
    return suite;
}

int main(void)
{
    SRunner *runner = srunner_create(ftl_suite());
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
