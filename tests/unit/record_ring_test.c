/* record_ring_test.c -- chunks come out of a ring as they went in, while another thread fills
 * it, and after their process has gone. */
#include "unit/record_rig.h"

#include <pthread.h>
#include <sys/wait.h>

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

static struct ring *find(void)
{
    ck_assert_int_eq(rings_find(&found, rig_folder, &error), OK);
    ck_assert_ptr_nonnull(found);
    return found;
}

static void publish(struct recording_ring *ring, uint64_t number)
{
    put_word(&words, number);
    put_word(&words, ~number);
    rig_publish(ring, &words);
}

static void expect_chunk(struct ring *ring, uint64_t number)
{
    const uint64_t *at;
    uint32_t n;
    ck_assert(ring_chunk(ring, &at, &n));
    ck_assert_uint_eq(n, 2);
    ck_assert_uint_eq(at[0], number);
    ck_assert_uint_eq(at[1], ~number);
    ring_done(ring);
}

enum { CHUNKS = 20000 };

struct filler {
    struct recording_ring *ring;
    struct recording_bell *bell;
};

static void *fill(void *context)
{
    const struct filler *filler = context;
    struct recording_ring *ring = filler->ring;
    for (uint64_t i = 0; i < CHUNKS; i++) {
        while (ring->produced - __atomic_load_n(&ring->consumed, __ATOMIC_ACQUIRE) ==
               RECORDING_CHUNKS)
            sched_yield();
        publish(ring, i);
        __atomic_add_fetch(&filler->bell->rung, 1, __ATOMIC_SEQ_CST);
    }
    __atomic_store_n(&ring->ended, 1, __ATOMIC_RELEASE);
    __atomic_add_fetch(&filler->bell->rung, 1, __ATOMIC_SEQ_CST);
    return NULL;
}

START_TEST(chunks_come_in_their_order_while_others_are_made)
{
    struct recording_bell *bell;
    ck_assert_int_eq(bell_create(&bell, rig_folder, &error), OK);
    ck_assert_uint_eq(bell->magic, RECORDING_MAGIC);
    ck_assert_uint_eq(bell->reader, (uint32_t)getpid());
    struct filler filler = {rig_ring((uint32_t)getpid(), 0), bell};
    struct ring *ring = find();
    pthread_t thread;
    ck_assert_int_eq(pthread_create(&thread, NULL, fill, &filler), 0);
    for (uint64_t i = 0; i < CHUNKS; i++) {
        const uint64_t *at;
        uint32_t n;
        for (;;) {
            const uint32_t rung = bell_rung(bell);
            if (ring_chunk(ring, &at, &n))
                break;
            bell_wait(bell, rung, 1);
        }
        if (n != 2 || at[0] != i || at[1] != ~i)
            ck_abort_msg("chunk %llu is wrong", (unsigned long long)i);
        ring_done(ring);
    }
    pthread_join(thread, NULL);
    ck_assert(ring_is_over(ring));
    bell_free(bell);
}
END_TEST

START_TEST(ring_of_a_living_process_is_not_over_before_it_says_so)
{
    struct recording_ring *shared = rig_ring((uint32_t)getpid(), 0);
    struct ring *ring = find();
    publish(shared, 1);
    put_word(&words, 7);
    rig_write(shared, &words); /* not published */
    expect_chunk(ring, 1);
    const uint64_t *at;
    uint32_t n;
    ck_assert(!ring_chunk(ring, &at, &n));
    ck_assert(!ring_is_over(ring));
    shared->used[1] = 0;
    shared->ended = 1;
    ck_assert(ring_is_over(ring));
}
END_TEST

START_TEST(last_words_of_a_killed_process_are_taken_once)
{
    struct recording_ring *shared = rig_ring(RIG_PID, 0);
    publish(shared, 1);
    put_word(&words, 2);
    put_word(&words, ~UINT64_C(2));
    rig_write(shared, &words);
    struct ring *ring = find();
    expect_chunk(ring, 1);
    ck_assert(!ring_is_over(ring));
    expect_chunk(ring, 2);
    ck_assert(ring_is_over(ring));
}
END_TEST

START_TEST(chunk_of_a_full_ring_is_not_taken_twice_when_its_process_dies)
{
    struct recording_ring *shared = rig_ring(RIG_PID, 0);
    for (uint64_t i = 0; i < RECORDING_CHUNKS; i++)
        publish(shared, i);
    struct ring *ring = find();
    for (uint64_t i = 0; i < RECORDING_CHUNKS; i++)
        expect_chunk(ring, i);
    ck_assert(ring_is_over(ring));
}
END_TEST

START_TEST(process_is_gone_when_it_has_ended_and_not_before)
{
    int hold[2];
    ck_assert_int_eq(pipe(hold), 0);
    const pid_t pid = fork();
    if (pid == 0) {
        char byte;
        close(hold[1]);
        _exit(read(hold[0], &byte, 1) == 0 ? 0 : 1);
    }
    (void)rig_ring((uint32_t)pid, 0);
    struct ring *ring = find();
    ck_assert(!process_is_gone(ring->process));
    close(hold[1]);
    int status;
    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    ck_assert(process_is_gone(ring->process));
    ck_assert(ring_is_over(ring));
    close(hold[0]);
}
END_TEST

START_TEST(ring_of_another_version_is_refused)
{
    struct recording_ring *shared = rig_ring(RIG_PID, 0);
    shared->version++;
    ck_assert_int_eq(rings_find(&found, rig_folder, &error), ERR_DAMAGED);
    ck_assert_ptr_nonnull(strstr(error.text, "another version"));
    char command[128]; /* it is left where it was */
    snprintf(command, sizeof command, "rm %s/%d.*", rig_folder, RIG_PID);
    ck_assert_int_eq(system(command), 0);
}
END_TEST

START_TEST(files_that_are_not_finished_are_no_rings)
{
    char path[128];
    snprintf(path, sizeof path, "%s/12.0.new", rig_folder);
    FILE *file = fopen(path, "w");
    ck_assert_ptr_nonnull(file);
    fclose(file);
    ck_assert_int_eq(rings_find(&found, rig_folder, &error), OK);
    ck_assert_ptr_null(found);
    unlink(path);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("record_ring");
    TCase *tests = tcase_create("ring");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, chunks_come_in_their_order_while_others_are_made);
    tcase_add_test(tests, ring_of_a_living_process_is_not_over_before_it_says_so);
    tcase_add_test(tests, last_words_of_a_killed_process_are_taken_once);
    tcase_add_test(tests, chunk_of_a_full_ring_is_not_taken_twice_when_its_process_dies);
    tcase_add_test(tests, process_is_gone_when_it_has_ended_and_not_before);
    tcase_add_test(tests, ring_of_another_version_is_refused);
    tcase_add_test(tests, files_that_are_not_finished_are_no_rings);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
