/* bsd43_swapper_test.c -- the swapper's decisions on process tables made by hand. */
#include "bsd43_machine.h"

#include "base/rng.h"
#include "base/types.h"
#include "os/bsd43/swapper.h"

/* lotsfree 1024, desfree 400, minfree 128; maxpgio 40, klin 4: 160 pages a second. */
static struct bsd43_defaults d;
static struct bsd43_meter meter;
static struct bsd43_proc procs[16];
static struct bsd43_swap_view view;
static struct bsd43_swap_turn turn;

static void setup(void)
{
    d = with_loop(BSD43_43BSD, 8192);
    meter = (struct bsd43_meter){.avefree = 2000, .avefree30 = 2000};
    view = (struct bsd43_swap_view){
        .defaults = &d, .meter = &meter, .procs = procs, .freemem = 2000};
    turn = (struct bsd43_swap_turn){0};
}

/* In memory and running for so long, with a resident set. */
static struct bsd43_proc *runs(int32_t time, int32_t rssize)
{
    procs[view.nprocs] = (struct bsd43_proc){.stat = BSD43_SRUN,
                                             .flags = BSD43_SLOAD,
                                             .pri = 50,
                                             .time = time,
                                             .rssize = rssize};
    return &procs[view.nprocs++];
}

static struct bsd43_proc *sleeps(int32_t slptime, int32_t rssize)
{
    struct bsd43_proc *proc = runs(slptime, rssize);
    proc->stat = BSD43_SSLEEP;
    proc->slptime = slptime;
    return proc;
}

/* Swapped out for so long, and able to run. */
static struct bsd43_proc *wants_in(int32_t time, int32_t swrss)
{
    struct bsd43_proc *proc = runs(time, 0);
    proc->flags = 0;
    proc->swrss = swrss;
    return proc;
}

static void next_is(enum bsd43_swap_verb verb, size_t proc, int32_t reserve)
{
    const struct bsd43_swap_action action = bsd43_sched(&turn, &view, false);
    ck_assert_int_eq(action.verb, verb);
    ck_assert_uint_eq(action.proc, proc);
    ck_assert_int_eq(action.reserve, reserve);
}

/* Memory is short, and two processes run. */
static void be_desperate(void)
{
    meter.avenrun[0] = 2;
    meter.avefree = meter.avefree30 = 100;
}

/* --- desperate ------------------------------------------------------------------------ */

START_TEST(the_swapper_is_desperate_under_load_with_little_memory_and_much_paging)
{
    static const struct {
        double load;
        int32_t avefree, avefree30;
        uint32_t pgin, pgout;
        bool desperate;
    } rows[] = {
        {2, 399, 399, 30, 11, true},  /* 41 transfers a second */
        {2, 399, 399, 30, 10, false}, /* 40                    */
        {2, 399, 399, 0, 41, true},
        {2, 127, 399, 0, 0, true}, /* below minfree         */
        {2, 128, 399, 0, 0, false},
        {2, 127, 400, 0, 0, false}, /* either average        */
        {2, 400, 127, 99, 99, false},
        {1.99, 100, 100, 99, 99, false},
        {2.5, 399, 127, 41, 0, true},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        meter.avenrun[0] = rows[i].load;
        meter.avefree = rows[i].avefree;
        meter.avefree30 = rows[i].avefree30;
        meter.rate[BSD43_PGIN] = rows[i].pgin;
        meter.rate[BSD43_PGOUT] = rows[i].pgout;
        ck_assert_msg(bsd43_desperate(&view) == rows[i].desperate, "row %zu", i);
    }
}
END_TEST

START_TEST(want_of_page_tables_alone_makes_desperate)
{
    ck_assert(!bsd43_desperate(&view));
    view.kmapwnt = true;
    ck_assert(bsd43_desperate(&view));
}
END_TEST

/* desfree 64, minfree 32; the 30-second average is not looked at. */
START_TEST(the_swapper_of_3bsd_counts_processes_instead_of_the_load)
{
    d = with_loop(BSD43_3BSD, 8192);
    meter.avefree = 31;
    meter.avefree30 = 2000;
    view.multprog = 2;
    ck_assert(bsd43_desperate(&view));
    meter.avefree = 32;
    ck_assert(!bsd43_desperate(&view));
    meter.rate[BSD43_PGIN] = 41;
    ck_assert(bsd43_desperate(&view));
    meter.avefree = 64;
    ck_assert(!bsd43_desperate(&view));
    meter.avefree = 31;
    view.multprog = 1;
    meter.avenrun[0] = 9;
    ck_assert(!bsd43_desperate(&view));
}
END_TEST

/* --- who may be swapped --------------------------------------------------------------- */

START_TEST(only_what_is_in_memory_and_not_held_there_can_be_swapped_out)
{
    struct bsd43_proc proc = {.flags = BSD43_SLOAD};
    ck_assert(bsd43_swappable(&proc));
    static const uint32_t held[] = {BSD43_SSYS,  BSD43_SLOCK,  BSD43_SULOCK, BSD43_SPAGE,
                                    BSD43_SKEEP, BSD43_SWEXIT, BSD43_SPHYSIO};
    for (size_t i = 0; i < ARRAY_LEN(held); i++) {
        proc.flags = BSD43_SLOAD | held[i];
        ck_assert(!bsd43_swappable(&proc));
    }
    proc.flags = 0;
    ck_assert(!bsd43_swappable(&proc));
}
END_TEST

/* time - swrss / 160 + slptime - 8 nice */
START_TEST(priority_to_come_in_grows_with_time_and_falls_with_size_and_niceness)
{
    static const struct {
        int32_t time, swrss, slptime, nice, priority;
    } rows[] = {{10, 0, 0, 0, 10},   {10, 159, 0, 0, 10},    {10, 160, 0, 0, 9},
                {10, 1600, 0, 0, 0}, {10, 1600, 5, 0, 5},    {10, 0, 0, 4, -22},
                {10, 0, 0, -4, 42},  {127, 320, 127, 1, 244}};
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        const struct bsd43_proc proc = {.time = rows[i].time,
                                        .swrss = rows[i].swrss,
                                        .slptime = rows[i].slptime,
                                        .nice = rows[i].nice};
        ck_assert_int_eq(bsd43_swap_in_priority(&proc, &d), rows[i].priority);
    }
    d.maxpgio = 1; /* half of it is nothing, which does not divide */
    const struct bsd43_proc proc = {.time = 10, .swrss = 7};
    ck_assert_int_eq(bsd43_swap_in_priority(&proc, &d), 3);
}
END_TEST

START_TEST(a_process_has_its_share_of_its_text)
{
    const struct bsd43_text text = {.rssize = 100, .ccount = 3};
    struct bsd43_proc proc = {.rssize = 50};
    ck_assert_int_eq(bsd43_size_in_memory(&proc), 50);
    proc.text = &text;
    ck_assert_int_eq(bsd43_size_in_memory(&proc), 83);
}
END_TEST

/* --- a turn: nobody, deadwood --------------------------------------------------------- */

START_TEST(without_anyone_who_wants_in_the_swapper_sleeps_on_runout)
{
    runs(5, 100);
    sleeps(5, 100);
    next_is(BSD43_SLEEP_RUNOUT, BSD43_NO_PROC, 0);
}
END_TEST

START_TEST(if_someone_came_to_want_in_meanwhile_it_sleeps_till_the_next_second)
{
    const struct bsd43_swap_action action = bsd43_sched(&turn, &view, true);
    ck_assert_int_eq(action.verb, BSD43_SLEEP_LBOLT);
}
END_TEST

START_TEST(who_slept_for_more_than_20_s_goes_if_memory_is_short_or_it_has_none)
{
    sleeps(21, 100);
    next_is(BSD43_SLEEP_RUNOUT, BSD43_NO_PROC, 0); /* memory is not short */
    turn = (struct bsd43_swap_turn){0};
    view.freemem = 399;
    next_is(BSD43_SWAP_OUT_DEADWOOD, 0, 0);
    turn = (struct bsd43_swap_turn){0};
    procs[0].slptime = 20;
    next_is(BSD43_SLEEP_RUNOUT, BSD43_NO_PROC, 0);
    turn = (struct bsd43_swap_turn){0};
    procs[0].slptime = 21;
    view.freemem = 400;
    procs[0].rssize = 0;
    next_is(BSD43_SWAP_OUT_DEADWOOD, 0, 0);
}
END_TEST

START_TEST(deadwood_is_stopped_or_asleep_and_swappable)
{
    struct bsd43_text text = {.locked = true};
    view.freemem = 10;
    sleeps(30, 10)->flags |= BSD43_SPAGE;
    sleeps(30, 10)->text = &text;
    runs(30, 10)->slptime = 30;
    sleeps(30, 10)->flags = 0;
    sleeps(30, 10)->stat = BSD43_SSTOP;
    next_is(BSD43_SWAP_OUT_DEADWOOD, 4, 0);
    next_is(BSD43_SLEEP_RUNOUT, BSD43_NO_PROC, 0);
}
END_TEST

START_TEST(the_scan_goes_on_behind_deadwood_and_looks_at_memory_anew)
{
    view.freemem = 300;
    wants_in(3, 100);
    sleeps(25, 60);
    sleeps(30, 60);
    wants_in(5, 100);
    next_is(BSD43_SWAP_OUT_DEADWOOD, 1, 0);
    procs[1].flags = 0;
    view.freemem = 450; /* no longer short: the next sleeper may stay */
    next_is(BSD43_SWAP_IN, 3, 100);
}
END_TEST

/* --- a turn: swapping in -------------------------------------------------------------- */

START_TEST(the_first_of_highest_priority_comes_in)
{
    wants_in(3, 0);
    wants_in(7, 0);
    wants_in(7, 0);
    wants_in(6, 0);
    next_is(BSD43_SWAP_IN, 1, 0);
}
END_TEST

START_TEST(who_is_still_being_written_does_not_come_in)
{
    const struct bsd43_text text = {.poip = 1, .ccount = 1};
    wants_in(9, 0)->poip = 1;
    wants_in(8, 0)->text = &text;
    wants_in(4, 0);
    next_is(BSD43_SWAP_IN, 2, 0);
}
END_TEST

/* freemem - deficit > needs */
START_TEST(a_process_comes_in_if_as_much_as_it_had_is_free)
{
    wants_in(5, 300);
    view.freemem = 301;
    next_is(BSD43_SWAP_IN, 0, 300);
    turn = (struct bsd43_swap_turn){0};
    view.freemem = 300;
    next_is(BSD43_SLEEP_RUNIN, BSD43_NO_PROC, 0);
    turn = (struct bsd43_swap_turn){0};
    view.freemem = 800;
    meter.deficit = 500;
    next_is(BSD43_SLEEP_RUNIN, BSD43_NO_PROC, 0);
    turn = (struct bsd43_swap_turn){0};
    meter.deficit = 499;
    next_is(BSD43_SWAP_IN, 0, 300);
}
END_TEST

/* Priority above 10 = maxslp / 2. */
START_TEST(half_is_enough_for_who_has_been_out_for_long)
{
    wants_in(12, 300); /* priority 12 - 1 */
    view.freemem = 151;
    next_is(BSD43_SWAP_IN, 0, 300); /* all of it is reserved */
    turn = (struct bsd43_swap_turn){0};
    view.freemem = 150;
    next_is(BSD43_SLEEP_RUNIN, BSD43_NO_PROC, 0);
    turn = (struct bsd43_swap_turn){0};
    procs[0].time = 11; /* priority 10 */
    view.freemem = 300;
    next_is(BSD43_SLEEP_RUNIN, BSD43_NO_PROC, 0);
}
END_TEST

START_TEST(needs_include_a_text_that_nobody_has_in_memory)
{
    struct bsd43_text text = {.swrss = 200};
    wants_in(5, 300)->text = &text;
    next_is(BSD43_SWAP_IN, 0, 500);
    turn = (struct bsd43_swap_turn){0};
    text.ccount = 1;
    next_is(BSD43_SWAP_IN, 0, 300);
}
END_TEST

START_TEST(needs_are_at_most_lotsfree)
{
    wants_in(50, 5000);
    view.freemem = 513;
    next_is(BSD43_SWAP_IN, 0, 1024);
    turn = (struct bsd43_swap_turn){0};
    view.freemem = 512;
    next_is(BSD43_SLEEP_RUNIN, BSD43_NO_PROC, 0);
}
END_TEST

START_TEST(a_swap_in_that_fails_makes_room_instead)
{
    wants_in(30, 100);
    runs(25, 100);
    next_is(BSD43_SWAP_IN, 0, 100);
    next_is(BSD43_SWAP_OUT, 1, 0);
    next_is(BSD43_SLEEP_RUNIN, BSD43_NO_PROC, 0); /* that failed too */
}
END_TEST

/* --- a turn: swapping out ------------------------------------------------------------- */

START_TEST(the_longest_sleeper_goes_first)
{
    be_desperate();
    runs(60, 500);
    sleeps(22, 100);
    sleeps(40, 50);
    sleeps(40, 70);
    sleeps(20, 900);
    next_is(BSD43_SWAP_OUT, 2, 50);
}
END_TEST

START_TEST(a_stopped_process_counts_as_asleep_and_an_uninterruptible_one_does_not)
{
    be_desperate();
    sleeps(90, 50)->pri = BSD43_PZERO;
    sleeps(30, 60)->stat = BSD43_SSTOP;
    sleeps(25, 70)->pri = BSD43_PZERO + 1;
    next_is(BSD43_SWAP_OUT, 1, 60);
    turn = (struct bsd43_swap_turn){0};
    procs[1].flags = 0;
    next_is(BSD43_SWAP_OUT, 2, 70);
    turn = (struct bsd43_swap_turn){0};
    procs[2].flags = 0;
    next_is(BSD43_SWAP_OUT, 0, 50); /* as one of the largest */
}
END_TEST

START_TEST(of_the_four_largest_the_one_longest_in_memory_goes)
{
    be_desperate();
    runs(9, 100);
    runs(90, 10); /* not one of the four */
    runs(3, 400);
    runs(5, 300);
    runs(7, 200);
    next_is(BSD43_SWAP_OUT, 0, 100);
    turn = (struct bsd43_swap_turn){0};
    runs(2, 101); /* drives out the one of 100 */
    next_is(BSD43_SWAP_OUT, 4, 200);
    turn = (struct bsd43_swap_turn){0};
    procs[2].nice = 5; /* as old as one of 8 */
    next_is(BSD43_SWAP_OUT, 2, 400);
}
END_TEST

/* Of equal age the largest; of equal size too, the one that comes later. */
START_TEST(ties_go_to_the_larger_and_then_to_the_later)
{
    be_desperate();
    runs(5, 100);
    runs(5, 300);
    runs(5, 300);
    runs(5, 200);
    next_is(BSD43_SWAP_OUT, 2, 300);
    turn = (struct bsd43_swap_turn){0};
    runs(9, 100); /* takes the place of the first, of equal size */
    next_is(BSD43_SWAP_OUT, 4, 100);
}
END_TEST

START_TEST(size_includes_the_share_of_the_text)
{
    const struct bsd43_text text = {.rssize = 1000, .ccount = 2};
    be_desperate();
    runs(9, 100);
    runs(3, 50)->text = &text; /* 550 */
    runs(4, 110);
    runs(5, 120);
    runs(6, 130);
    next_is(BSD43_SWAP_OUT, 4, 130); /* the four: 1 .. 4 */
    turn = (struct bsd43_swap_turn){0};
    procs[1].time = 20;
    next_is(BSD43_SWAP_OUT, 1, 550);
}
END_TEST

START_TEST(who_cannot_go_is_passed_over)
{
    const struct bsd43_text locked = {.locked = true, .ccount = 1};
    be_desperate();
    sleeps(90, 50)->text = &locked;
    sleeps(90, 50)->flags |= BSD43_SKEEP;
    runs(50, 500)->stat = BSD43_SIDL;
    runs(50, 500)->stat = BSD43_SZOMB;
    runs(5, 10);
    next_is(BSD43_SWAP_OUT, 4, 10);
}
END_TEST

START_TEST(a_desperate_swapper_takes_nobody_in_and_reserves_what_it_frees)
{
    be_desperate();
    wants_in(99, 10);
    next_is(BSD43_SLEEP_RUNIN, BSD43_NO_PROC, 0);
    turn = (struct bsd43_swap_turn){0};
    runs(1, 5000);
    next_is(BSD43_SWAP_OUT, 1, 1024); /* at most lotsfree */
}
END_TEST

/* Out for 20 s, priority 20 - 8 > 10; who goes must have been in for more than 20 s. */
START_TEST(for_who_deserves_it_one_goes_that_has_been_in_for_long)
{
    wants_in(20, 1280);
    view.freemem = 500; /* it needs 1024 / 2 */
    runs(20, 300);
    next_is(BSD43_SLEEP_RUNIN, BSD43_NO_PROC, 0);
    turn = (struct bsd43_swap_turn){0};
    procs[1].time = 21;
    next_is(BSD43_SWAP_OUT, 1, 0); /* and reserves nothing */
    turn = (struct bsd43_swap_turn){0};
    procs[1].nice = -1;
    next_is(BSD43_SLEEP_RUNIN, BSD43_NO_PROC, 0);
}
END_TEST

START_TEST(for_who_does_not_deserve_it_only_sleepers_go)
{
    wants_in(5, 600);
    view.freemem = 500;
    runs(90, 300);
    next_is(BSD43_SLEEP_RUNIN, BSD43_NO_PROC, 0);
    turn = (struct bsd43_swap_turn){0};
    sleeps(21, 300);
    next_is(BSD43_SWAP_OUT, 2, 0);
}
END_TEST

/* How many of the processes that may go are larger, or as large and later in the table. */
static int larger_than(size_t i)
{
    int n = 0;
    for (size_t k = 0; k < view.nprocs; k++) {
        const int32_t more =
            bsd43_size_in_memory(&procs[k]) - bsd43_size_in_memory(&procs[i]);
        n += bsd43_swappable(&procs[k]) && (more > 0 || (more == 0 && k > i));
    }
    return n;
}

/* Whom a desperate swapper takes when nobody sleeps for long: read off the whole table. */
static size_t slow_choice(void)
{
    size_t best = BSD43_NO_PROC;
    for (size_t i = 0; i < view.nprocs; i++) {
        if (!bsd43_swappable(&procs[i]) || larger_than(i) >= 4)
            continue;
        const int32_t older =
            best == BSD43_NO_PROC
                ? 1
                : procs[i].time + procs[i].nice - procs[best].time - procs[best].nice;
        if (older > 0 || (older == 0 && larger_than(i) < larger_than(best)))
            best = i;
    }
    return best;
}

START_TEST(random_tables_lose_whom_a_look_at_all_of_them_says)
{
    struct rng rng;
    rng_seed(&rng, 1986);
    be_desperate();
    for (int trial = 0; trial < 20000; trial++) {
        view.nprocs = 0;
        for (uint64_t n = rng_below(&rng, 12); n > 0; n--) {
            struct bsd43_proc *proc =
                runs((int32_t)rng_below(&rng, 6), (int32_t)rng_below(&rng, 8));
            proc->nice = (int32_t)rng_below(&rng, 3) - 1;
            if (rng_below(&rng, 6) == 0)
                proc->flags |= BSD43_SPAGE;
        }
        turn = (struct bsd43_swap_turn){0};
        const size_t expected = slow_choice();
        const struct bsd43_swap_action action = bsd43_sched(&turn, &view, false);
        if (action.proc != expected)
            ck_abort_msg("trial %d: %zu, not %zu", trial, action.proc, expected);
    }
}
END_TEST

/* --- the clock ------------------------------------------------------------------------ */

START_TEST(times_count_to_127)
{
    runs(126, 0);
    sleeps(125, 0);
    sleeps(3, 0)->stat = BSD43_SSTOP;
    procs[0].slptime = 4;
    bsd43_age(procs, view.nprocs);
    ck_assert_int_eq(procs[0].time, 127);
    ck_assert_int_eq(procs[0].slptime, 4);
    ck_assert_int_eq(procs[1].slptime, 126);
    ck_assert_int_eq(procs[2].slptime, 4);
    bsd43_age(procs, view.nprocs);
    bsd43_age(procs, view.nprocs);
    ck_assert_int_eq(procs[0].time, 127);
    ck_assert_int_eq(procs[1].time, 127);
    ck_assert_int_eq(procs[1].slptime, 127);
}
END_TEST

START_TEST(the_load_counts_who_runs_or_sleeps_uninterruptibly)
{
    runs(1, 1);
    wants_in(1, 1);
    runs(1, 1)->stat = BSD43_SIDL;
    sleeps(1, 1)->pri = BSD43_PZERO;
    ck_assert_uint_eq(bsd43_runnable(procs, view.nprocs), 4);
    sleeps(1, 1)->pri = BSD43_PZERO + 1;
    runs(1, 1)->flags |= BSD43_SSYS;
    runs(1, 1)->stat = BSD43_SZOMB;
    ck_assert_uint_eq(bsd43_runnable(procs, view.nprocs), 4);
}
END_TEST

static Suite *swapper_suite(void)
{
    Suite *suite = suite_create("bsd43_swapper");
    TCase *tests = tcase_create("swapper");
    tcase_add_checked_fixture(tests, setup, NULL);
    tcase_add_test(tests,
                   the_swapper_is_desperate_under_load_with_little_memory_and_much_paging);
    tcase_add_test(tests, want_of_page_tables_alone_makes_desperate);
    tcase_add_test(tests, the_swapper_of_3bsd_counts_processes_instead_of_the_load);
    tcase_add_test(tests, only_what_is_in_memory_and_not_held_there_can_be_swapped_out);
    tcase_add_test(tests,
                   priority_to_come_in_grows_with_time_and_falls_with_size_and_niceness);
    tcase_add_test(tests, a_process_has_its_share_of_its_text);
    tcase_add_test(tests, without_anyone_who_wants_in_the_swapper_sleeps_on_runout);
    tcase_add_test(tests,
                   if_someone_came_to_want_in_meanwhile_it_sleeps_till_the_next_second);
    tcase_add_test(tests,
                   who_slept_for_more_than_20_s_goes_if_memory_is_short_or_it_has_none);
    tcase_add_test(tests, deadwood_is_stopped_or_asleep_and_swappable);
    tcase_add_test(tests, the_scan_goes_on_behind_deadwood_and_looks_at_memory_anew);
    tcase_add_test(tests, the_first_of_highest_priority_comes_in);
    tcase_add_test(tests, who_is_still_being_written_does_not_come_in);
    tcase_add_test(tests, a_process_comes_in_if_as_much_as_it_had_is_free);
    tcase_add_test(tests, half_is_enough_for_who_has_been_out_for_long);
    tcase_add_test(tests, needs_include_a_text_that_nobody_has_in_memory);
    tcase_add_test(tests, needs_are_at_most_lotsfree);
    tcase_add_test(tests, a_swap_in_that_fails_makes_room_instead);
    tcase_add_test(tests, the_longest_sleeper_goes_first);
    tcase_add_test(tests,
                   a_stopped_process_counts_as_asleep_and_an_uninterruptible_one_does_not);
    tcase_add_test(tests, of_the_four_largest_the_one_longest_in_memory_goes);
    tcase_add_test(tests, ties_go_to_the_larger_and_then_to_the_later);
    tcase_add_test(tests, size_includes_the_share_of_the_text);
    tcase_add_test(tests, who_cannot_go_is_passed_over);
    tcase_add_test(tests, a_desperate_swapper_takes_nobody_in_and_reserves_what_it_frees);
    tcase_add_test(tests, for_who_deserves_it_one_goes_that_has_been_in_for_long);
    tcase_add_test(tests, for_who_does_not_deserve_it_only_sleepers_go);
    tcase_add_test(tests, random_tables_lose_whom_a_look_at_all_of_them_says);
    tcase_add_test(tests, times_count_to_127);
    tcase_add_test(tests, the_load_counts_who_runs_or_sleeps_uninterruptibly);
    suite_add_tcase(suite, tests);
    return suite;
}

int main(void)
{
    return run_suite(swapper_suite());
}
