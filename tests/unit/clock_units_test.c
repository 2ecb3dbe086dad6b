/* clock_units_test.c -- frequencies, and times in cycles of a clock. */
#include "base/units.h"

#include <check.h>
#include <stdlib.h>

#define GHZ UINT64_C(1000000000)
#define MHZ UINT64_C(1000000)

static const struct {
    const char *text;
    uint64_t hertz;
    psec_t psec;
} cycles[] = {
    {"1 cycle", 3 * GHZ, 333},       /* 333.33                                            */
    {"7 cycles", 3 * GHZ, 2333},     /* 2333.33                                           */
    {"2 cycles", 3 * GHZ, 667},      /* 666.67                                            */
    {"1 cycle", 16670000, 59988},    /* 59988.002                                         */
    {"2.5 cycles", 5 * MHZ, 500000}, /* 200 ns each                                       */
    {"2.50cycles", 5 * MHZ, 500000},
    {" 4 cycles\t", 1 * GHZ, 4000},
    {"1 cycles", 1 * GHZ, 1000},
    {"3 cycle", 2 * GHZ, 1500},
    {"0 cycles", 3 * GHZ, 0},
    {"0.0005 cycles", 1 * GHZ, 1}, /* a half goes up                                      */
    {"0.0004 cycles", 1 * GHZ, 0},
    {"1 cycle", 1, UINT64_C(1000000000000)},
    {"18446744073709551615 cycles", 1000 * GHZ, UINT64_MAX},
    {"1.000000000000000001 cycles", UINT64_MAX, 0},
    /* Times with other units do not ask the clock. */
    {"5 ns", 1, 5000},
    {"0", 1, 0},
};

START_TEST(cycles_are_a_time_rounded_to_the_nearest_picosecond)
{
    psec_t time = 7;
    ck_assert_int_eq(parse_clocked_time(&time, cycles[_i].text, cycles[_i].hertz, "x",
                                        at_nowhere(), NULL),
                     OK);
    ck_assert_uint_eq(time, cycles[_i].psec);
}
END_TEST

#define NOT_A_TIME                                                                         \
    ": a time is a number with a unit (ps, ns, us, ms, s, min, cycles), such as '60 us'"
#define LONGEST                                                                            \
    ": the number has too many digits; the longest time is 2^64 - 1 ps, some 213 days"

static const struct {
    const char *text;
    uint64_t hertz;
    const char *message;
} bad_cycles[] = {
    {"7", GHZ, "bad time '7' for machine.cost.walk" NOT_A_TIME},
    {"cycles", GHZ, "bad time 'cycles' for machine.cost.walk" NOT_A_TIME},
    {"-1 cycles", GHZ, "bad time '-1 cycles' for machine.cost.walk" NOT_A_TIME},
    {"7 cycels", GHZ,
     "bad time '7 cycels' for machine.cost.walk: unknown unit 'cycels'; units are ps, ns, "
     "us, ms, s, min and cycles"},
    {"7 cycless", GHZ,
     "bad time '7 cycless' for machine.cost.walk: unknown unit 'cycless'; units are ps, "
     "ns, us, ms, s, min and cycles"},
    {"7 cycl", GHZ,
     "bad time '7 cycl' for machine.cost.walk: unknown unit 'cycl'; units are ps, ns, us, "
     "ms, s, min and cycles"},
    {"18446744073709551615 cycles", 999 * GHZ,
     "bad time '18446744073709551615 cycles' for machine.cost.walk" LONGEST},
    {"18446744073709551616 cycles", 1000 * GHZ,
     "bad time '18446744073709551616 cycles' for machine.cost.walk" LONGEST},
    /* 2^64 - 1 and 5/7: 10/7 ps each. */
    {"12912720851596686131 cycles", 700 * GHZ,
     "bad time '12912720851596686131 cycles' for machine.cost.walk" LONGEST},
};

START_TEST(bad_cycles_are_refused_and_say_what_would_be_right)
{
    struct error err;
    psec_t time;
    ck_assert_int_eq(parse_clocked_time(&time, bad_cycles[_i].text, bad_cycles[_i].hertz,
                                        "machine.cost.walk", at_nowhere(), &err),
                     ERR_CONFIG);
    ck_assert_str_eq(err.text, bad_cycles[_i].message);
}
END_TEST

START_TEST(a_time_without_a_clock_is_never_in_cycles)
{
    struct error err;
    psec_t time;
    ck_assert_int_eq(parse_time(&time, "7 cycles", "series", at_nowhere(), &err),
                     ERR_CONFIG);
    ck_assert_str_eq(err.text, "bad time '7 cycles' for series: unknown unit 'cycles'; "
                               "units are ps, ns, us, ms, s and min");
}
END_TEST

START_TEST(a_text_in_cycles_is_told_by_its_end)
{
    static const char *const are[] = {"7 cycles", "1 cycle", "2.5cycles", "x cycles\t"};
    static const char *const are_not[] = {"",           "7 ns",   "cycles 7",
                                          "7 bicycles", "7 cycl", "7"};
    for (size_t i = 0; i < ARRAY_LEN(are); i++)
        ck_assert_msg(is_in_cycles(are[i]), "%s", are[i]);
    for (size_t i = 0; i < ARRAY_LEN(are_not); i++)
        ck_assert_msg(!is_in_cycles(are_not[i]), "%s", are_not[i]);
}
END_TEST

START_TEST(the_time_of_a_cycle_is_rounded_to_the_nearest_picosecond)
{
    ck_assert_uint_eq(cycle_time(3 * GHZ), 333);
    ck_assert_uint_eq(cycle_time(1500 * MHZ), 667);
    ck_assert_uint_eq(cycle_time(1000 * GHZ), 1);
    ck_assert_uint_eq(cycle_time(1000), UINT64_C(1000000000));
}
END_TEST

static const struct {
    const char *text;
    uint64_t hertz;
} frequencies[] = {
    {"3 GHz", 3 * GHZ},    {"16.67 MHz", 16670000},
    {"200MHz", 200 * MHZ}, {" 32.768 kHz ", 32768},
    {"1 Hz", 1},           {"18446744073709551615 Hz", UINT64_MAX},
};

START_TEST(a_frequency_is_a_number_with_a_unit)
{
    uint64_t hertz = 7;
    ck_assert_int_eq(parse_frequency(&hertz, frequencies[_i].text, "x", at_nowhere(), NULL),
                     OK);
    ck_assert_uint_eq(hertz, frequencies[_i].hertz);
}
END_TEST

#define NOT_A_FREQUENCY                                                                    \
    ": a frequency is a number with a unit (Hz, kHz, MHz, GHz), such as '3 GHz'"

static const struct {
    const char *text, *message;
} bad_frequencies[] = {
    {"3000000000", "bad frequency '3000000000' for machine.clock" NOT_A_FREQUENCY},
    {"0", "bad frequency '0' for machine.clock" NOT_A_FREQUENCY},
    {"", "bad frequency '' for machine.clock" NOT_A_FREQUENCY},
    {"GHz", "bad frequency 'GHz' for machine.clock" NOT_A_FREQUENCY},
    {"3 ghz", "bad frequency '3 ghz' for machine.clock: unknown unit 'ghz'; units are Hz, "
              "kHz, MHz and GHz"},
    {"3 THz", "bad frequency '3 THz' for machine.clock: unknown unit 'THz'; units are Hz, "
              "kHz, MHz and GHz"},
    {"0.0001 kHz",
     "bad frequency '0.0001 kHz' for machine.clock: it is not a whole number of hertz"},
    {"18446744074 GHz", "bad frequency '18446744074 GHz' for machine.clock: the number has "
                        "too many digits; the highest frequency is 2^64 - 1 Hz"},
};

START_TEST(a_bad_frequency_is_refused_and_says_what_would_be_right)
{
    struct error err;
    uint64_t hertz;
    ck_assert_int_eq(parse_frequency(&hertz, bad_frequencies[_i].text, "machine.clock",
                                     at_nowhere(), &err),
                     ERR_CONFIG);
    ck_assert_str_eq(err.text, bad_frequencies[_i].message);
}
END_TEST

static Suite *clock_units_suite(void)
{
    Suite *suite = suite_create("clock_units");
    TCase *tests = tcase_create("clock_units");
    tcase_add_loop_test(tests, cycles_are_a_time_rounded_to_the_nearest_picosecond, 0,
                        ARRAY_LEN(cycles));
    tcase_add_loop_test(tests, bad_cycles_are_refused_and_say_what_would_be_right, 0,
                        ARRAY_LEN(bad_cycles));
    tcase_add_test(tests, a_time_without_a_clock_is_never_in_cycles);
    tcase_add_test(tests, a_text_in_cycles_is_told_by_its_end);
    tcase_add_test(tests, the_time_of_a_cycle_is_rounded_to_the_nearest_picosecond);
    tcase_add_loop_test(tests, a_frequency_is_a_number_with_a_unit, 0,
                        ARRAY_LEN(frequencies));
    tcase_add_loop_test(tests, a_bad_frequency_is_refused_and_says_what_would_be_right, 0,
                        ARRAY_LEN(bad_frequencies));
    suite_add_tcase(suite, tests);
    return suite;
}

int main(void)
{
    SRunner *runner = srunner_create(clock_units_suite());
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
