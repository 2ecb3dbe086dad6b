/* record_images_test.c -- images of processes become traces that start each other, whatever
 * the order in which their rings are seen. */
#include "unit/record_rig.h"

static struct words words;

static void setup(void)
{
    rig_start();
}

static void teardown(void)
{
    rig_stop();
    free(words.at);
    words = (struct words){0};
}

/* The program's image, whose segment n has n instructions, n from 1 to 4. */
static struct recording_ring *begin_program(void)
{
    struct image *first;
    ck_assert_int_eq(image_begin(&first, &session, NULL, RIG_PID, &error), OK);
    struct recording_ring *ring = rig_ring(RIG_PID, 0);
    for (uint32_t n = 1; n <= 4; n++)
        put_plain_definition(&words, n, 0x400000, n);
    return ring;
}

static void put(enum recording_kind kind, uint32_t argument)
{
    put_record(&words, kind, argument, NULL, 0);
}

static void put_exit(uint32_t status)
{
    put_record(&words, RECORDING_EXIT, status, (const uint64_t[]){0}, 1);
}

START_TEST(program_is_its_regions_its_name_its_references_and_its_end)
{
    struct recording_ring *ring = begin_program();
    put_map(&words, 0x400000, 0x1000, 5, "/bin/p");
    put_map(&words, 0x600000, 0x2000, 3, NULL);
    put_name(&words, 1, "p -x");
    put_word(&words, 3);
    put_record(&words, RECORDING_PROTECT, 1, (const uint64_t[]){0x600000, 0x1000}, 2);
    put_record(&words, RECORDING_ADVISE, VM_DONTNEED, (const uint64_t[]){0x600000, 0x10},
               2);
    put_record(&words, RECORDING_UNMAP, 0, (const uint64_t[]){0x600000, 0x1000}, 2);
    put_word(&words, 2);
    put_exit(3);
    rig_publish(ring, &words);
    ck_assert_int_eq(rig_rounds(3, 3), OK);
    ck_assert_ptr_null(session.images);
    ck_assert_str_eq(rig_trace(0), "map 400000+1000 p5 /bin/p @0; map 600000+2000 p3 @0; "
                                   "name p -x; 3 refs; protect 600000+1000 p1 @0; "
                                   "advise 600000+10 p0 @0; unmap 600000+1000 p0 @0; "
                                   "2 refs; exit 4; ");
    ck_assert_str_eq(session.streams[0].name, "p -x");
}
END_TEST

START_TEST(status_that_is_waited_for_counts_for_the_program)
{
    struct recording_ring *ring = begin_program();
    put_word(&words, 3);
    put_exit(256);
    rig_publish(ring, &words);
    ck_assert_int_eq(rig_rounds(3, -1), OK);
    ck_assert_ptr_nonnull(session.images); /* nothing is known of its end yet */
    ck_assert_int_eq(rig_rounds(1, 128 + 15), OK);
    ck_assert_str_eq(rig_trace(0), "3 refs; exit 144; ");
}
END_TEST

/* The parent's ring and that of its child RIG_PID + 1, which makes 4 references; each is
 * published where a test says so. */
static struct recording_ring *begin_child(const struct recording_ring *parent)
{
    struct recording_ring *child = rig_ring(RIG_PID + 1, RIG_PID);
    child->forked_at = parent->produced;
    return child;
}

static void child_runs(struct recording_ring *child)
{
    put_word(&words, 4); /* as its parent defined it */
    put_exit(0);
    rig_publish(child, &words);
}

START_TEST(child_that_is_told_of_before_it_is_seen_is_forked)
{
    struct recording_ring *parent = begin_program();
    put_word(&words, 1);
    put(RECORDING_FORK, RIG_PID + 1);
    rig_publish(parent, &words);
    ck_assert_int_eq(rig_rounds(1, -1), OK);
    child_runs(begin_child(parent));
    put_word(&words, 2);
    put_exit(0);
    rig_publish(parent, &words);
    ck_assert_int_eq(rig_rounds(4, 0), OK);
    ck_assert_ptr_null(session.images);
    ck_assert_str_eq(rig_trace(0), "1 refs; fork 1; 2 refs; exit 1; ");
    ck_assert_str_eq(rig_trace(1), "4 refs; exit 1; ");
}
END_TEST

START_TEST(child_runs_before_a_parent_tells_of_it_that_waits_for_the_child)
{
    struct recording_ring *parent = begin_program();
    put_word(&words, 1);
    put_name(&words, 1, "sh");
    rig_publish(parent, &words);
    child_runs(begin_child(parent));
    ck_assert_int_eq(rig_rounds(4, -1), OK);
    ck_assert_str_eq(rig_trace(1), "4 refs; exit 1; ");
    put(RECORDING_FORK, RIG_PID + 1);
    put_word(&words, 2);
    put_exit(0);
    rig_publish(parent, &words);
    ck_assert_int_eq(rig_rounds(3, 0), OK);
    ck_assert_str_eq(rig_trace(0), "1 refs; name sh; fork 1; 2 refs; exit 1; ");
}
END_TEST

START_TEST(child_is_not_seen_before_what_it_shares_has_been_decoded)
{
    struct recording_ring *parent = begin_program();
    struct words definitions = words;
    words = (struct words){0};
    struct recording_ring *child = begin_child(parent);
    child->forked_at = 1;
    child_runs(child);
    ck_assert_int_eq(rig_rounds(2, -1), OK);
    ck_assert_uint_eq(session.nstreams, 1);
    rig_publish(parent, &definitions);
    free(definitions.at);
    ck_assert_int_eq(rig_rounds(3, -1), OK);
    ck_assert_str_eq(rig_trace(1), "4 refs; exit 1; ");
}
END_TEST

START_TEST(child_that_never_makes_a_ring_is_a_stream_that_ends)
{
    struct recording_ring *parent = begin_program();
    put(RECORDING_FORK, RIG_PID + 1);
    put_exit(0);
    rig_publish(parent, &words);
    ck_assert_int_eq(rig_rounds(4, 0), OK);
    ck_assert_ptr_null(session.images);
    ck_assert_str_eq(rig_trace(1), "exit 0; ");
}
END_TEST

START_TEST(ring_of_a_child_whose_parent_has_gone_untold_is_passed_over)
{
    struct recording_ring *orphan = rig_ring(RIG_PID + 7, RIG_PID + 6);
    put_word(&words, 4);
    rig_publish(orphan, &words);
    struct recording_ring *ring = begin_program();
    put_word(&words, 1);
    put_exit(0);
    rig_publish(ring, &words);
    ck_assert_int_eq(rig_rounds(4, 0), OK);
    ck_assert_ptr_null(found);
    ck_assert_uint_eq(orphan->consumed, 1);
    ck_assert_uint_eq(session.nstreams, 1);
}
END_TEST

START_TEST(program_that_becomes_another_goes_on_in_a_trace_of_its_own)
{
    struct recording_ring *ring = begin_program();
    put_word(&words, 1);
    put(RECORDING_EXEC, 0); /* a try that fails */
    rig_publish(ring, &words);
    put(RECORDING_EXEC, 1);
    put_word(&words, 2);
    put(RECORDING_EXEC, 0);
    rig_publish(ring, &words);
    struct recording_ring *next = rig_ring(RIG_PID, 0);
    put_plain_definition(&words, 1, 0x500000, 7);
    put_map(&words, 0x500000, 0x1000, 5, NULL);
    put_word(&words, 1);
    put_exit(9);
    rig_publish(next, &words);
    ck_assert_int_eq(rig_rounds(5, 9), OK);
    ck_assert_str_eq(rig_trace(0), "3 refs; exec 1; ");
    ck_assert_str_eq(rig_trace(1), "map 500000+1000 p5 @0; 7 refs; exit 10; ");
}
END_TEST

START_TEST(program_that_fails_to_become_another_ends_when_it_says_so)
{
    const uint32_t living = (uint32_t)getpid();
    struct image *first;
    ck_assert_int_eq(image_begin(&first, &session, NULL, living, &error), OK);
    struct recording_ring *ring = rig_ring(living, 0);
    put(RECORDING_EXEC, 0);
    put(RECORDING_EXEC, 1);
    put_exit(7);
    rig_publish(ring, &words);
    ck_assert_int_eq(rig_rounds(3, -1), OK);
    ck_assert_ptr_nonnull(session.images);
    ring->ended = 1;
    ck_assert_int_eq(rig_rounds(1, -1), OK);
    ck_assert_ptr_null(session.images);
    ck_assert_str_eq(rig_trace(0), "exit 8; ");
}
END_TEST

START_TEST(images_that_follow_each_other_are_taken_in_their_order)
{
    struct recording_ring *ring = begin_program();
    rig_publish(ring, &words);
    struct recording_ring *images[3];
    for (uint32_t i = 0; i < 3; i++) {
        usleep(20000); /* file systems have clocks of their own, some of them coarse */
        images[i] = rig_ring(RIG_PID, 0);
        put_plain_definition(&words, 0, 0x500000, 10 + i);
        put_word(&words, 0);
        if (i < 2)
            put(RECORDING_EXEC, 0);
        else
            put_exit(0);
        rig_publish(images[i], &words);
    }
    put(RECORDING_EXEC, 0);
    rig_publish(ring, &words);
    ck_assert_int_eq(rig_rounds(9, 0), OK);
    ck_assert_str_eq(rig_trace(0), "exec 1; ");
    ck_assert_str_eq(rig_trace(1), "10 refs; exec 2; ");
    ck_assert_str_eq(rig_trace(2), "11 refs; exec 3; ");
    ck_assert_str_eq(rig_trace(3), "12 refs; exit 1; ");
}
END_TEST

/* A reader that is slow finds the rings of a child and of what it has become at once. */
START_TEST(image_of_a_child_waits_for_that_of_its_fork)
{
    struct recording_ring *parent = begin_program();
    struct words definitions = words;
    words = (struct words){0};
    struct recording_ring *child = begin_child(parent);
    child->forked_at = 1;
    put_word(&words, 4);
    put(RECORDING_EXEC, 0);
    rig_publish(child, &words);
    usleep(20000); /* as above */
    struct recording_ring *next = rig_ring(RIG_PID + 1, 0);
    put_plain_definition(&words, 0, 0x500000, 9);
    put_word(&words, 0);
    put_exit(0);
    rig_publish(next, &words);
    ck_assert_int_eq(rig_rounds(2, -1), OK);
    ck_assert_uint_eq(next->consumed, 0);
    rig_publish(parent, &definitions);
    free(definitions.at);
    ck_assert_int_eq(rig_rounds(6, -1), OK);
    ck_assert_str_eq(rig_trace(1), "4 refs; exec 2; ");
    ck_assert_str_eq(rig_trace(2), "9 refs; exit 1; ");
}
END_TEST

/* If nobody ever told of the fork, neither of the two holds its process up. */
START_TEST(image_of_a_child_that_nobody_knows_is_passed_over_too)
{
    struct recording_ring *orphan = rig_ring(RIG_PID + 7, RIG_PID + 6);
    put_word(&words, 4);
    rig_publish(orphan, &words);
    usleep(20000);
    struct recording_ring *next = rig_ring(RIG_PID + 7, 0);
    put_word(&words, 4);
    rig_publish(next, &words);
    begin_program();
    ck_assert_int_eq(rig_rounds(4, -1), OK);
    ck_assert_uint_eq(orphan->consumed, 1);
    ck_assert_uint_eq(next->consumed, 1);
}
END_TEST

START_TEST(what_a_killed_process_had_not_published_is_kept_but_for_its_last_segment)
{
    struct recording_ring *ring = begin_program();
    put_word(&words, 3);
    put_word(&words, 4);
    rig_write(ring, &words);
    ck_assert_int_eq(rig_rounds(3, 128 + 9), OK);
    ck_assert_ptr_null(session.images);
    ck_assert_str_eq(rig_trace(0), "3 refs; exit 138; ");
}
END_TEST

START_TEST(threads_are_streams_of_the_same_trace)
{
    struct recording_ring *ring = begin_program();
    put_name(&words, 1, "p");
    put(RECORDING_THREAD, 2);
    put_word(&words, 1);
    put(RECORDING_SWITCH, 2);
    put_word(&words, 2);
    put_name(&words, 2, "worker");
    put_word(&words, 3);
    put(RECORDING_THREAD_EXIT, 2);
    put(RECORDING_SWITCH, 1);
    put_name(&words, 1, "main");
    put(RECORDING_THREAD, 2); /* another one with the same number */
    put(RECORDING_SWITCH, 2);
    put_word(&words, 4);
    put_exit(0);
    rig_publish(ring, &words);
    ck_assert_int_eq(rig_rounds(3, 0), OK);
    ck_assert_str_eq(rig_trace(0),
                     "name p; thread 1; 1 refs; switch 1; 2 refs; name worker; 3 refs; "
                     "exit 0; switch 0; name main; thread 2; switch 2; 4 refs; exit 1; ");
    ck_assert_uint_eq(session.nstreams, 3);
    ck_assert_uint_eq(session.streams[1].trace, 0);
    ck_assert_str_eq(session.streams[1].name, "worker");
    ck_assert_str_eq(session.streams[0].name, "p");
    ck_assert(session.streams[0].has_threads);
}
END_TEST

START_TEST(recording_that_begins_late_begins_with_what_there_is)
{
    session.tally.keeping = false;
    session.tally.skip = 1 + 2 + 1;
    struct recording_ring *parent = begin_program();
    put_map(&words, 0x400000, 0x4000, 5, "/bin/p");
    put_record(&words, RECORDING_UNMAP, 0, (const uint64_t[]){0x401000, 0x1000}, 2);
    put_name(&words, 1, "p");
    put_word(&words, 1);
    put(RECORDING_THREAD, 2);
    put(RECORDING_THREAD, 3);
    put(RECORDING_SWITCH, 2);
    put_name(&words, 2, "two");
    put_word(&words, 2);
    put(RECORDING_THREAD_EXIT, 2);
    put(RECORDING_SWITCH, 3);
    put(RECORDING_FORK, RIG_PID + 1);
    rig_publish(parent, &words);
    struct recording_ring *child = begin_child(parent);
    child->thread = 3;
    put_map(&words, 0x700000, 0x1000, 3, NULL);
    put_word(&words, 4); /* what is kept begins in it */
    put_word(&words, 1);
    put_exit(0);
    rig_publish(child, &words);
    ck_assert_int_eq(rig_rounds(3, -1), OK);
    put_word(&words, 2);
    put_exit(0);
    rig_publish(parent, &words);
    ck_assert_int_eq(rig_rounds(3, 0), OK);
    ck_assert_ptr_null(session.images);
    ck_assert_str_eq(
        rig_trace(0),
        "name p; map 400000+1000 p5 /bin/p @0; map 402000+2000 p5 /bin/p @2000; "
        "thread 1; fork 2; 2 refs; exit 1; ");
    ck_assert_str_eq(rig_trace(2),
                     "exec 0; name p; map 400000+1000 p5 /bin/p @0; "
                     "map 402000+2000 p5 /bin/p @2000; map 700000+1000 p3 @0; "
                     "4 refs; exit 1; ");
}
END_TEST

START_TEST(no_stream_is_made_of_children_that_are_not_wanted)
{
    session.children = false;
    struct recording_ring *ring = begin_program();
    put_word(&words, 1);
    put(RECORDING_FORK, RIG_PID + 1);
    put_word(&words, 2);
    put_exit(0);
    rig_publish(ring, &words);
    ck_assert_int_eq(rig_rounds(3, 0), OK);
    ck_assert_str_eq(rig_trace(0), "3 refs; exit 1; ");
    ck_assert_uint_eq(session.nstreams, 1);
}
END_TEST

START_TEST(recording_ends_at_the_limit_whoever_reaches_it)
{
    session.tally.left = 5;
    struct recording_ring *parent = begin_program();
    put_word(&words, 2);
    put(RECORDING_FORK, RIG_PID + 1);
    rig_publish(parent, &words);
    child_runs(begin_child(parent));
    ck_assert_int_eq(rig_rounds(4, -1), END);
    while (session.images)
        image_end(session.images, NULL);
    ck_assert_str_eq(rig_trace(0), "2 refs; fork 1; ");
    ck_assert_str_eq(rig_trace(1), "3 refs; ");
}
END_TEST

/* Records whose words do not say what their kinds need. */
static const struct {
    enum recording_kind kind;
    uint32_t argument, n;
    uint64_t more[4];
} nonsense[] = {
    {RECORDING_MAP, 3, 2, {0x1000, 0x1000}},
    {RECORDING_MAP, 3, 3, {0x1000, 0}},
    {RECORDING_MAP, 3 | 1 << 9, 3, {0x1000, 0x1000}},
    {RECORDING_MAP, 3 | 1 << 9, 4, {0x1000, 0x1000, 0, UINT64_C(0x4141414141414141)}},
    {RECORDING_UNMAP, 0, 1, {0x1000}},
    {RECORDING_PROTECT, 8, 2, {0x1000, 0x1000}},
    {RECORDING_ADVISE, VM_ADVICES, 2, {0x1000, 0x1000}},
    {RECORDING_SWITCH, 2, 0, {0}},
    {RECORDING_THREAD, 1, 0, {0}},
    {RECORDING_NAME, 1, 0, {0}},
};

START_TEST(records_that_make_no_sense_are_damage)
{
    struct recording_ring *ring = begin_program();
    put_record(&words, nonsense[_i].kind, nonsense[_i].argument, nonsense[_i].more,
               nonsense[_i].n);
    rig_publish(ring, &words);
    ck_assert_int_eq(rig_rounds(1, -1), ERR_DAMAGED);
}
END_TEST

static Suite *images_suite(void)
{
    Suite *suite = suite_create("record_images");
    TCase *tests = tcase_create("images");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, program_is_its_regions_its_name_its_references_and_its_end);
    tcase_add_test(tests, status_that_is_waited_for_counts_for_the_program);
    tcase_add_test(tests, child_that_is_told_of_before_it_is_seen_is_forked);
    tcase_add_test(tests, child_runs_before_a_parent_tells_of_it_that_waits_for_the_child);
    tcase_add_test(tests, child_is_not_seen_before_what_it_shares_has_been_decoded);
    tcase_add_test(tests, child_that_never_makes_a_ring_is_a_stream_that_ends);
    tcase_add_test(tests, ring_of_a_child_whose_parent_has_gone_untold_is_passed_over);
    tcase_add_test(tests, program_that_becomes_another_goes_on_in_a_trace_of_its_own);
    tcase_add_test(tests, program_that_fails_to_become_another_ends_when_it_says_so);
    tcase_add_test(tests, images_that_follow_each_other_are_taken_in_their_order);
    tcase_add_test(tests, image_of_a_child_waits_for_that_of_its_fork);
    tcase_add_test(tests, image_of_a_child_that_nobody_knows_is_passed_over_too);
    tcase_add_test(
        tests, what_a_killed_process_had_not_published_is_kept_but_for_its_last_segment);
    tcase_add_test(tests, threads_are_streams_of_the_same_trace);
    tcase_add_test(tests, recording_that_begins_late_begins_with_what_there_is);
    tcase_add_test(tests, no_stream_is_made_of_children_that_are_not_wanted);
    tcase_add_test(tests, recording_ends_at_the_limit_whoever_reaches_it);
    tcase_add_loop_test(tests, records_that_make_no_sense_are_damage, 0,
                        (int)ARRAY_LEN(nonsense));
    suite_add_tcase(suite, tests);
    return suite;
}

int main(void)
{
    SRunner *runner = srunner_create(images_suite());
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
