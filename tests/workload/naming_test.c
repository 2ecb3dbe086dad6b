/* naming_test.c -- what processes and threads are called in tables. */
#include "workload/alone.h"

/* The names in the order of their rows, between blanks. */
static const char *names(void)
{
    static char text[4096];
    char buffer[FIELD_MAX];
    text[0] = '\0';
    for (size_t row = 0; row < o.results[0].tables[TABLE_PROCESSES].n; row++)
        snprintf(text + strlen(text), sizeof text - strlen(text), "%s%s", row ? " " : "",
                 field(&o.results[0], TABLE_PROCESSES, row, "process", buffer));
    return text;
}

static const struct {
    const char *command, *shown;
} commands[] = {
    {"xz", "xz"},
    {"/usr/bin/xz\\x20-9", "xz"},
    {"./sort\\x20/tmp/file", "sort"},
    {"\\x20\\x09ls\\x09-l", "ls"},
    {"bin/", "bin"},
    {"//", "a"}, /* nothing is left */
    {"\\x20", "a"},
    {"-bash", "-bash"},
    {"a,b;\\\"c'", "a_b__c_"},
    {"d\xc3\xa9j\xc3\xa0", "d\xc3\xa9j\xc3\xa0"},
    {"0123456789012345678901234567890123456789012345678901234567890123456789",
     "012345678901234567890123456789012345678901234567890"},
    {"a", "a"},
};

START_TEST(a_process_is_called_by_the_last_part_of_its_first_word)
{
    FILE *out = fopen("a.trace", "w");
    fprintf(out, "@name \"%s\"\nL 1000,8\n", commands[_i].command);
    fclose(out);
    run_again(PROCESS, NULL, NULL);
    ck_assert_str_eq(names(), commands[_i].shown);
}
END_TEST

START_TEST(a_name_of_the_workload_wins_and_children_are_called_by_their_traces)
{
    program("b.trace", "L1 @name \"/bin/sort -n\"; L1");
    program("c.trace", "L1x50");
    run_alone("@name xz; L1 @fork 1; @fork 2; @thread 1; L1",
              "workload=[{name: mine, trace: a.trace, streams: [b.trace, c.trace], " ZEROS
              "}]",
              NULL, NULL);
    ck_assert_str_eq(names(), "mine sort mine.2 sort.2");
}
END_TEST

START_TEST(no_two_have_one_name)
{
    program("b.trace", "@name sort; L1");
    program("c.trace", "@name sort.2; L1");
    run_alone("@name sort; L1",
              "workload=[{trace: a.trace, copies: 3, " ZEROS "}, {trace: c.trace, " ZEROS
              "}, {trace: b.trace, " ZEROS "}]",
              NULL, NULL);
    ck_assert_str_eq(names(), "sort sort.2 sort.3 sort.2.2 sort.4");
    program("c.trace", "@name sort.3; L1");
    run_again("workload=[{trace: c.trace, " ZEROS "}, {trace: b.trace, copies: 2, " ZEROS
              "}]",
              NULL, NULL);
    ck_assert_str_eq(names(), "sort.3 sort sort.4");
}
END_TEST

START_TEST(the_last_name_counts_and_the_same_again_changes_nothing)
{
    run_alone("@name sh; L1 @name sh; L1 @exec; @name \"ls -l\"; L1",
              "workload=[{trace: a.trace, copies: 2, " ZEROS "}]", NULL, NULL);
    ck_assert_str_eq(names(), "ls ls.2");
}
END_TEST

/* With memory for all, the one that pages otherwise is called `sort` first. */
START_TEST(processes_are_known_again_in_the_run_without_paging)
{
    program("b.trace", "L1x2000 @name sort; L1");
    program("c.trace", "S4 S5 S6 S7 S4 S5 S6 S7 S4 @name sort; L1");
    program("a.trace", "@name sh; @fork 1; @fork 2; L1");
    o = run_timed("workload=[{trace: a.trace, streams: [b.trace, c.trace], " ZEROS "}]",
                  "machine.frames=4", "machine.cpus=3", "baseline=yes", NULL);
    ck_assert_str_eq(names(), "sh sort sort.2");
    char buffer[FIELD_MAX];
    ck_assert_double_lt(
        strtod(field(&o.results[0], TABLE_PROCESSES, 1, "slowdown", buffer), NULL), 2);
    ck_assert_double_gt(
        strtod(field(&o.results[0], TABLE_PROCESSES, 2, "slowdown", buffer), NULL), 5);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("naming");
    TCase *tests = tcase_create("naming");
    tcase_add_checked_fixture(tests, alone_setup, alone_teardown);
    tcase_add_loop_test(tests, a_process_is_called_by_the_last_part_of_its_first_word, 0,
                        ARRAY_LEN(commands));
    tcase_add_test(tests,
                   a_name_of_the_workload_wins_and_children_are_called_by_their_traces);
    tcase_add_test(tests, no_two_have_one_name);
    tcase_add_test(tests, the_last_name_counts_and_the_same_again_changes_nothing);
    tcase_add_test(tests, processes_are_known_again_in_the_run_without_paging);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
