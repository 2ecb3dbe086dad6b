/* livelock_test.c -- an instruction is restarted when one of its accesses faults, so that
 * all of its pages must fit into memory at once.  Pages are counted by hand. */
#include "workload/timed.h"

#define PROCESS "workload=[{trace: a.trace}]"

static const struct {
    const char *text;
    unsigned reference, pages;
} cases[] = {
    {"L1+", 1, 2},                      /* nothing but data: each one by itself         */
    {"L1 L2 L3 L4+ L5", 4, 2},          /*                                              */
    {"L1 L2 L3 I1 L2", 4, 2},           /* the first fetch ends what is taken as that   */
    {"I1 L2 S3", 1, 3},                 /* fetch, load, store                           */
    {"I1 M2", 1, 2},                    /* a modify loads and stores one page           */
    {"I1 L1 S1", 1, 1},                 /* code and data in one page                    */
    {"I1+ L3+ S5+", 1, 6},              /* ... each across a boundary                   */
    {"I1+ L2+ S1+", 1, 3},              /* ... pages 1, 2 and 3                         */
    {"I1 L2 I1 L2 I1 L3+ I1 L2", 5, 3}, /* the third of four instructions               */
    {"I1x200 L2 I1 L3 S4 L5", 202, 4},  /* behind several steps                         */
    {"I1 L2 L3 L4 L5 L6 L7 L8 L9 L10 L11 L12 L13 L14 L15", 1, 15}, /* a string of them    */
};

START_TEST(the_message_names_the_frames_that_an_instruction_needs)
{
    char message[256], frames[64];
    program("a.trace", cases[_i].text);
    if (cases[_i].pages > 1) {
        snprintf(frames, sizeof frames, "machine.frames=%u", cases[_i].pages - 1);
        snprintf(
            message, sizeof message,
            "a.trace: livelock: the instruction at reference %u touches %u pages, which "
            "must be in memory at once, and there are %u frames; it needs "
            "machine.frames of at least %u",
            cases[_i].reference, cases[_i].pages, cases[_i].pages - 1, cases[_i].pages);
        assert_fails(message, PROCESS, frames, NULL);
    }
    snprintf(frames, sizeof frames, "machine.frames=%u", cases[_i].pages);
    struct outcome o = run_timed(PROCESS, frames, NULL);
    ck_assert_uint_gt(o.results[0].counters.faults, 0);
    outcome_free(&o);
}
END_TEST

/* Two pages of 4 KiB are one of 8 KiB. */
START_TEST(larger_pages_are_fewer)
{
    program("a.trace", "I0 L2+");
    struct outcome o =
        run_timed(PROCESS, "machine.frames=2", "machine.page_size=8 KiB", NULL);
    ck_assert_uint_eq(o.results[0].counters.faults, 2);
    outcome_free(&o);
    assert_fails("a.trace: livelock: the instruction at reference 1 touches 3 pages, which "
                 "must be in memory at once, and there are 2 frames; it needs "
                 "machine.frames of at least 3",
                 PROCESS, "machine.frames=2", NULL);
}
END_TEST

/* Only the one that needs too much fails: here a child, by the name of its trace. */
START_TEST(children_are_looked_at_too)
{
    program("a.trace", "L1 @fork 1; L1");
    program("child.trace", "I1 L2 L3");
    assert_fails("child.trace: livelock: the instruction at reference 1 touches 3 pages, "
                 "which must be in memory at once, and there are 2 frames; it needs "
                 "machine.frames of at least 3",
                 "workload=[{trace: a.trace, streams: child.trace}]", "machine.frames=2",
                 NULL);
}
END_TEST

static Suite *livelock_suite(void)
{
    Suite *suite = suite_create("livelock");
    TCase *tcase = tcase_create("livelock");
    tcase_add_checked_fixture(tcase, folder_setup, folder_teardown);
    tcase_add_loop_test(tcase, the_message_names_the_frames_that_an_instruction_needs, 0,
                        ARRAY_LEN(cases));
    tcase_add_test(tcase, larger_pages_are_fewer);
    tcase_add_test(tcase, children_are_looked_at_too);
    suite_add_tcase(suite, tcase);
    return suite;
}

int main(void)
{
    return run_suite(livelock_suite());
}
