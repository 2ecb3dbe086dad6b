/* flt_pipe_test.c -- native traces out of pipes, which can neither be sought nor read twice. */
#include "unit/flt_file.h"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/stat.h>

/* Writes the file's bytes into a pipe, as another program would. */
static void *feed(void *descriptor)
{
    const int fd = *(const int *)descriptor;
    size_t written = 0;
    ssize_t n;
    while (written < size && (n = write(fd, bytes + written, size - written)) > 0)
        written += (size_t)n;
    close(fd);
    return written == size ? descriptor : NULL;
}

/* Read the bytes through a pipe; true if they were taken to the last. */
static bool read_piped(bool standard_input, bool skip_damaged)
{
    int ends[2];
    pthread_t thread;
    void *all;
    char name[32] = "-";
    sigaction(SIGPIPE, &(struct sigaction){.sa_handler = SIG_IGN}, NULL);
    ck_assert_int_eq(pipe(ends), 0);
    if (standard_input)
        ck_assert_int_eq(dup2(ends[0], STDIN_FILENO), STDIN_FILENO);
    else
        snprintf(name, sizeof name, "/dev/fd/%d", ends[0]);
    ck_assert_int_eq(pthread_create(&thread, NULL, feed, &ends[1]), 0);
    read_trace(name, skip_damaged);
    close(ends[0]); /* who feeds may wait for a reader */
    if (standard_input)
        close(STDIN_FILENO);
    ck_assert_int_eq(pthread_join(thread, &all), 0);
    return all != NULL;
}

START_TEST(pipe_reads_as_the_file_does)
{
    build(4, 60000, 9); /* much more than a pipe holds */
    write_trace(9, "");
    load_file();
    ck_assert(read_piped(_i, false));
    ck_assert_msg(got.status == END, "%s", error.text);
    ck_assert_uint_eq(got.n, nbatches);
}
END_TEST

START_TEST(named_pipe_is_read_once)
{
    write_small();
    unlink(path);
    ck_assert_int_eq(mkfifo(path, 0600), 0);
    const int fd = open(path, O_RDWR); /* so that neither side waits for the other */
    ck_assert_int_eq(write(fd, bytes, size), (ssize_t)size);
    struct trace *trace;
    const struct trace_options options = {.path = path};
    ck_assert_int_eq(trace_open(&trace, &options, &error), OK);
    close(fd);
    ck_assert(!trace_info(trace)->complete);
    read_to_end(trace);
    ck_assert_int_eq(got.status, END);
    ck_assert_uint_eq(got.n, nbatches);
    ck_assert_int_eq(trace_rewind(trace, &error), ERR_IO);
    ck_assert_str_eq(error.text, "cannot be read twice: a file is needed, not a pipe");
    trace_close(trace);
}
END_TEST

START_TEST(damage_in_a_pipe_is_noticed)
{
    write_small();
    for (size_t at = chunk_at[0]; at < size; at++) {
        bytes[at] ^= 4;
        read_piped(false, false);
        bytes[at] ^= 4;
        /* Nothing but its magic tells an index in a pipe. */
        if (at < chunk_at[nbatches] || at >= chunk_at[nbatches] + 4)
            must_name_part(at);
        else
            must(got.status == ERR_DAMAGED, "an index without magic", at);
    }
}
END_TEST

START_TEST(truncated_pipe_is_noticed)
{
    write_small();
    const size_t whole = size;
    for (size = chunk_at[0]; size < whole; size++) {
        read_piped(false, false);
        must(got.status == ERR_DAMAGED && got.n == part_of(size), "a cut", size);
    }
}
END_TEST

START_TEST(last_chunk_missing_in_a_pipe_is_noticed)
{
    write_small();
    const size_t gone = chunk_at[3] - chunk_at[2];
    put64(bytes + size - FLT_TRAILER, chunk_at[2]);
    memmove(bytes + chunk_at[2], bytes + chunk_at[3], size - chunk_at[3]);
    size -= gone;
    read_piped(false, false);
    ck_assert_int_eq(got.status, ERR_DAMAGED);
    must_say("damaged: chunk 2 at byte ", chunk_at[2]);
    must_say(" is missing from the file", chunk_at[2]);
}
END_TEST

/* What follows is long enough for as many kinds as it says. */
START_TEST(index_of_other_kinds_in_a_pipe_is_refused)
{
    write_small();
    put32(bytes + chunk_at[nbatches] + 4, 1000);
    memset(bytes + size, 0, 8 * 1000);
    size += 8 * 1000;
    read_piped(false, false);
    ck_assert_int_eq(got.status, ERR_DAMAGED);
    must_say("damaged: the index at byte ", chunk_at[nbatches]);
}
END_TEST

START_TEST(pipe_cannot_be_searched_for_the_next_chunk)
{
    write_small();
    bytes[chunk_at[1] + 8] ^= 1;
    read_piped(false, true);
    char expected[120];
    snprintf(expected, sizeof expected,
             "damaged: chunk 1 at byte %zu, and a pipe cannot be searched for the next one",
             chunk_at[1]);
    ck_assert_int_eq(got.status, ERR_DAMAGED);
    ck_assert_str_eq(error.text, expected);
}
END_TEST
static Suite *flt_pipe_suite(void)
{
    Suite *suite = suite_create("flt_pipe");
    TCase *tests = tcase_create("flt_pipe");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_loop_test(tests, pipe_reads_as_the_file_does, 0, 2);
    tcase_add_test(tests, named_pipe_is_read_once);
    tcase_add_test(tests, damage_in_a_pipe_is_noticed);
    tcase_add_test(tests, truncated_pipe_is_noticed);
    tcase_add_test(tests, last_chunk_missing_in_a_pipe_is_noticed);
    tcase_add_test(tests, index_of_other_kinds_in_a_pipe_is_refused);
    tcase_add_test(tests, pipe_cannot_be_searched_for_the_next_chunk);
    suite_add_tcase(suite, tests);
    return suite;
}

int main(void)
{
    return run_suite(flt_pipe_suite());
}
