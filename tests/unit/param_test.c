/* param_test.c -- parameter tables of plug-ins. */
#include "base/param.h"

#include <check.h>
#include <stdbool.h>
#include <stdlib.h>

struct values {
    bool flag;
    uint64_t count, size;
    double ratio;
    uint32_t hand;
    psec_t time;
    uint64_t rate, any_rate;
};

static const char *const hands[] = {"advances", "stays", NULL};

static const struct param table[] = {
    {"flag", PARAM_BOOL, offsetof(struct values, flag), "yes", 0, 0, NULL, NULL, "a flag"},
    {"count", PARAM_UINT, offsetof(struct values, count), "10", 1, 100, NULL, "pages",
     "a count"},
    {"size", PARAM_SIZE, offsetof(struct values, size), "4 KiB", 512, 65536, NULL, NULL,
     "a size"},
    {"ratio", PARAM_REAL, offsetof(struct values, ratio), "0.5", -1, 1, NULL, NULL,
     "a ratio"},
    {"hand", PARAM_CHOICE, offsetof(struct values, hand), "advances", 0, 0, hands, NULL,
     "a choice"},
    {"time", PARAM_TIME, offsetof(struct values, time), "60 us", 1e6, 8.5e9, NULL, NULL,
     "a time"},
    {"rate", PARAM_RATE, offsetof(struct values, rate), "560 MB/s", 1, 0x1p64, NULL, NULL,
     "a rate"},
    {"any_rate", PARAM_RATE, offsetof(struct values, any_rate), "unlimited", 0, 0, NULL,
     NULL, "a rate that may be unlimited"},
    {0},
};

static struct values values;

static void setup(void)
{
    param_defaults(table, &values);
}

static enum status set(const char *name, const char *text, struct error *err)
{
    return param_set(table, &values, name, text, "policy 'clock'",
                     (struct location){"a.yaml", 3, 7}, err);
}

static void assert_defaults(void)
{
    ck_assert(values.flag);
    ck_assert_uint_eq(values.count, 10);
    ck_assert_uint_eq(values.size, 4096);
    ck_assert_double_eq(values.ratio, 0.5);
    ck_assert_uint_eq(values.hand, 0);
    ck_assert_uint_eq(values.time, 60000000);
    ck_assert_uint_eq(values.rate, 560000000);
    ck_assert_uint_eq(values.any_rate, 0);
}

START_TEST(defaults_are_what_the_table_says)
{
    assert_defaults();
}
END_TEST

START_TEST(every_kind_is_set_as_users_write_it)
{
    ck_assert_int_eq(set("flag", "off", NULL), OK);
    ck_assert_int_eq(set("count", "100", NULL), OK);
    ck_assert_int_eq(set("size", "64 KiB", NULL), OK);
    ck_assert_int_eq(set("ratio", "-2.5e-1", NULL), OK);
    ck_assert_int_eq(set("hand", "stays", NULL), OK);
    ck_assert_int_eq(set("time", "8.33 ms", NULL), OK);
    ck_assert_int_eq(set("rate", "2.2 MB/s", NULL), OK);
    ck_assert_int_eq(set("any_rate", "1 GiB/s", NULL), OK);
    ck_assert(!values.flag);
    ck_assert_uint_eq(values.count, 100);
    ck_assert_uint_eq(values.size, 65536);
    ck_assert_double_eq(values.ratio, -0.25);
    ck_assert_uint_eq(values.hand, 1);
    ck_assert_uint_eq(values.time, 8330000000);
    ck_assert_uint_eq(values.rate, 2200000);
    ck_assert_uint_eq(values.any_rate, 1073741824);
}
END_TEST

START_TEST(yes_true_and_on_are_the_same)
{
    static const char *const pairs[][2] = {{"yes", "no"}, {"true", "false"}, {"on", "off"}};
    for (size_t i = 0; i < ARRAY_LEN(pairs); i++) {
        ck_assert_int_eq(set("flag", pairs[i][1], NULL), OK);
        ck_assert(!values.flag);
        ck_assert_int_eq(set("flag", pairs[i][0], NULL), OK);
        ck_assert(values.flag);
    }
}
END_TEST

static const struct {
    const char *name, *text, *message;
} wrong[] = {
    {"hnad", "stays",
     "a.yaml:3:7: unknown parameter 'hnad' of policy 'clock'; nearest is 'hand' (it has "
     "flag, count, size, ratio, hand, time, rate, any_rate)"},
    {"window", "3",
     "a.yaml:3:7: unknown parameter 'window' of policy 'clock'; it has flag, count, size, "
     "ratio, hand, time, rate, any_rate"},
    {"flag", "maybe",
     "a.yaml:3:7: bad value 'maybe' for 'flag' of policy 'clock': it is yes "
     "or no"},
    {"hand", "stay",
     "a.yaml:3:7: bad value 'stay' for 'hand' of policy 'clock'; nearest is "
     "'stays' (it is one of advances, stays)"},
    {"hand", "left",
     "a.yaml:3:7: bad value 'left' for 'hand' of policy 'clock': it is one "
     "of advances, stays"},
    {"count", "0",
     "a.yaml:3:7: bad value '0' for 'count' of policy 'clock': it must be "
     "from 1 to 100 pages"},
    {"count", "101",
     "a.yaml:3:7: bad value '101' for 'count' of policy 'clock': it must be "
     "from 1 to 100 pages"},
    {"count", "ten",
     "a.yaml:3:7: bad count 'ten' for 'count' of policy 'clock': a count is "
     "a whole number in digits only, such as '1024'"},
    {"size", "4k",
     "a.yaml:3:7: bad size '4k' for 'size' of policy 'clock': 'k' may mean a "
     "power of 1000 or of 1024; write '4 KiB' or '4 kB'"},
    {"size", "1 MiB",
     "a.yaml:3:7: bad value '1 MiB' for 'size' of policy 'clock': it must "
     "be from 512 B to 64 KiB"},
    {"ratio", "nan",
     "a.yaml:3:7: bad value 'nan' for 'ratio' of policy 'clock': it is a "
     "number such as '0.5'"},
    {"ratio", "1.5",
     "a.yaml:3:7: bad value '1.5' for 'ratio' of policy 'clock': it must be "
     "from -1 to 1"},
    {"time", "60",
     "a.yaml:3:7: bad time '60' for 'time' of policy 'clock': a time is a number with a "
     "unit (ps, ns, us, ms, s, min), such as '60 us'"},
    {"time", "999 ns",
     "a.yaml:3:7: bad value '999 ns' for 'time' of policy 'clock': it must be from 1 us to "
     "8.5 ms"},
    {"rate", "unlimited",
     "a.yaml:3:7: bad value 'unlimited' for 'rate' of policy 'clock': it must be from 1 "
     "B/s to 18446744073709551615 B/s"},
};

START_TEST(a_wrong_value_is_refused_and_changes_nothing)
{
    struct error err;
    char message[1400];
    ck_assert_int_eq(set(wrong[_i].name, wrong[_i].text, &err), ERR_CONFIG);
    ck_assert_str_eq(error_format(&err, message, sizeof message), wrong[_i].message);
    assert_defaults();
}
END_TEST

START_TEST(a_plugin_without_a_table_has_no_parameters)
{
    struct error err;
    ck_assert_int_eq(
        param_set(NULL, NULL, "hand", "stays", "policy 'lru'", at_nowhere(), &err),
        ERR_CONFIG);
    ck_assert_str_eq(err.text,
                     "unknown parameter 'hand' of policy 'lru': it has no parameters");
    param_defaults(NULL, NULL);
}
END_TEST

START_TEST(limits_are_written_as_users_would)
{
    char buffer[64];
    ck_assert_str_eq(param_format_limit(&table[1], 100, buffer, sizeof buffer), "100");
    ck_assert_str_eq(param_format_limit(&table[2], 65536, buffer, sizeof buffer), "64 KiB");
    ck_assert_str_eq(param_format_limit(&table[3], -1, buffer, sizeof buffer), "-1");
    ck_assert_str_eq(param_format_limit(&table[5], 8.5e9, buffer, sizeof buffer), "8.5 ms");
    ck_assert_str_eq(param_format_limit(&table[6], 1e6, buffer, sizeof buffer), "1 MB/s");
}
END_TEST

START_TEST(values_are_written_in_canonical_form)
{
    static const char *const canonical[] = {"no",    "7",       "8192",     "0.1",
                                            "stays", "8.33 ms", "2.2 MB/s", "unlimited"};
    ck_assert_int_eq(set("flag", "false", NULL), OK);
    ck_assert_int_eq(set("count", "007", NULL), OK);
    ck_assert_int_eq(set("size", "8 KiB", NULL), OK);
    ck_assert_int_eq(set("ratio", "0.100", NULL), OK);
    ck_assert_int_eq(set("hand", "stays", NULL), OK);
    ck_assert_int_eq(set("time", "8330us", NULL), OK);
    ck_assert_int_eq(set("rate", "2200 kB/s", NULL), OK);
    for (size_t i = 0; i < ARRAY_LEN(canonical); i++) {
        char buffer[64];
        ck_assert_str_eq(param_format(&table[i], &values, buffer, sizeof buffer),
                         canonical[i]);
    }
}
END_TEST

static Suite *param_suite(void)
{
    Suite *suite = suite_create("param");
    TCase *tests = tcase_create("param");
    tcase_add_checked_fixture(tests, setup, NULL);
    tcase_add_test(tests, defaults_are_what_the_table_says);
    tcase_add_test(tests, every_kind_is_set_as_users_write_it);
    tcase_add_test(tests, yes_true_and_on_are_the_same);
    tcase_add_loop_test(tests, a_wrong_value_is_refused_and_changes_nothing, 0,
                        ARRAY_LEN(wrong));
    tcase_add_test(tests, a_plugin_without_a_table_has_no_parameters);
    tcase_add_test(tests, limits_are_written_as_users_would);
    tcase_add_test(tests, values_are_written_in_canonical_form);
    suite_add_tcase(suite, tests);
    return suite;
}

int main(void)
{
    SRunner *runner = srunner_create(param_suite());
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
