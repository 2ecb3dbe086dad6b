/* text_test.c -- lines out of plain, piped and compressed files. */
#include "trace/text.h"

#include <archive.h>
#include <archive_entry.h>
#include <check.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>

enum { PLENTY = 400 << 10 }; /* bytes: more than any buffer holds */

static char folder[32];
static char path[64];
static struct error error;

static void setup(void)
{
    snprintf(folder, sizeof folder, "/tmp/faultline-text-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/trace", folder);
}

static void teardown(void)
{
    unlink(path);
    rmdir(folder);
}

static void write_file(const void *data, size_t size)
{
    FILE *file = fopen(path, "wb");
    ck_assert_ptr_nonnull(file);
    ck_assert_uint_eq(fwrite(data, 1, size, file), size);
    ck_assert_int_eq(fclose(file), 0);
}

/* Write the data through filters, the outermost first; returns the size of the file. */
static off_t write_compressed(const char *data, size_t size, const char *const *filters)
{
    struct archive *a = archive_write_new();
    struct archive_entry *entry = archive_entry_new();
    archive_write_set_format_raw(a);
    archive_write_set_bytes_per_block(a, 0);
    size_t n = 0;
    while (filters[n])
        n++;
    while (n-- > 0)
        ck_assert_int_eq(archive_write_add_filter_by_name(a, filters[n]), ARCHIVE_OK);
    archive_entry_set_filetype(entry, AE_IFREG);
    ck_assert_int_eq(archive_write_open_filename(a, path), ARCHIVE_OK);
    ck_assert_int_eq(archive_write_header(a, entry), ARCHIVE_OK);
    ck_assert_int_eq(archive_write_data(a, data, size), (la_ssize_t)size);
    ck_assert_int_eq(archive_write_close(a), ARCHIVE_OK);
    archive_entry_free(entry);
    archive_write_free(a);
    struct stat st;
    ck_assert_int_eq(stat(path, &st), 0);
    return st.st_size;
}

/* Lines "line 0", "line 1", ... of `size` bytes and more; the caller frees them. */
static char *numbered_lines(size_t size, unsigned *lines, size_t *length)
{
    char *data = malloc(size + 32);
    ck_assert_ptr_nonnull(data);
    *length = 0;
    for (*lines = 0; *length < size; ++*lines)
        *length += (size_t)sprintf(data + *length, "line %u\n", *lines);
    return data;
}

static struct text *open_text(const char *name)
{
    struct text *text;
    ck_assert_int_eq(text_open(&text, name, &error), OK);
    return text;
}

static void expect_line(struct text *text, const char *expected)
{
    char *line;
    size_t length;
    ck_assert_int_eq(text_line(text, &line, &length, &error), OK);
    ck_assert_str_eq(line, expected);
    ck_assert_uint_eq(length, strlen(expected));
}

static void expect_end(struct text *text)
{
    char *line;
    size_t length;
    ck_assert_int_eq(text_line(text, &line, &length, &error), END);
    text_close(text);
}

/* Read numbered lines while there are any; returns what came then. */
static enum status read_numbered(struct text *text, unsigned *lines)
{
    char *line, expected[32];
    size_t length;
    enum status status;
    for (*lines = 0; (status = text_line(text, &line, &length, &error)) == OK; ++*lines) {
        snprintf(expected, sizeof expected, "line %u", *lines);
        if (strcmp(line, expected) != 0 || text_at(text, 1).line != *lines + 1)
            ck_abort_msg("line %u is '%s'", *lines, line); /* an assert a line is slow */
    }
    return status;
}

/* The error's message; the file's path in it is "FILE". */
static const char *message(void)
{
    static char buffer[1280], shown[1300];
    error_format(&error, buffer, sizeof buffer);
    const size_t n = strlen(path);
    const bool ours = strncmp(buffer, path, n) == 0;
    snprintf(shown, sizeof shown, "%s%s", ours ? "FILE" : "", buffer + (ours ? n : 0));
    return shown;
}

START_TEST(line_endings_are_stripped)
{
    write_file("one\ntwo\r\n\n\r\nfive\r", 17);
    struct text *text = open_text(path);
    expect_line(text, "one");
    expect_line(text, "two");
    expect_line(text, "");
    expect_line(text, "");
    expect_line(text, "five");
    expect_end(text);
}
END_TEST

START_TEST(last_line_needs_no_ending)
{
    write_file("one\ntwo", 7);
    struct text *text = open_text(path);
    expect_line(text, "one");
    expect_line(text, "two");
    ck_assert_uint_eq(text_at(text, 3).line, 2);
    ck_assert_uint_eq(text_at(text, 3).column, 3);
    ck_assert_str_eq(text_at(text, 3).file, path);
    expect_end(text);
}
END_TEST

START_TEST(line_with_a_nul_keeps_its_length)
{
    write_file("a\0b\n", 4);
    struct text *text = open_text(path);
    char *line;
    size_t length;
    ck_assert_int_eq(text_line(text, &line, &length, &error), OK);
    ck_assert_uint_eq(length, 3);
    expect_end(text);
}
END_TEST

START_TEST(empty_file_has_no_line)
{
    write_file("", 0);
    struct text *text = open_text(path);
    size_t size;
    text_head(text, &size);
    ck_assert_uint_eq(size, 0);
    expect_end(text);
}
END_TEST

START_TEST(head_is_at_least_64_kib_and_not_consumed)
{
    unsigned lines, got;
    size_t length, size;
    char *data = numbered_lines(PLENTY, &lines, &length);
    write_file(data, length);
    struct text *text = open_text(path);
    const char *head = text_head(text, &size);
    ck_assert_uint_ge(size, 64 << 10);
    ck_assert_mem_eq(head, data, size);
    free(data);
    ck_assert_int_eq(read_numbered(text, &got), END);
    ck_assert_uint_eq(got, lines);
    text_close(text);
}
END_TEST

START_TEST(consumed_ends_at_the_size_on_disk)
{
    unsigned lines;
    size_t length;
    char *data = numbered_lines(PLENTY, &lines, &length);
    const off_t on_disk = write_compressed(data, length, (const char *[]){"gzip", NULL});
    free(data);
    struct text *text = open_text(path);
    uint64_t size;
    ck_assert_uint_le(text_consumed(text, &size), size);
    ck_assert_int_eq(read_numbered(text, &lines), END);
    ck_assert_uint_eq(text_consumed(text, &size), (uint64_t)on_disk);
    ck_assert_uint_eq(size, (uint64_t)on_disk);
    text_close(text);
}
END_TEST

static const char *const nestings[][3] = {
    {"gzip"}, {"xz"}, {"zstd"}, {"bzip2"}, {"lz4"}, {"gzip", "zstd"}, {"xz", "bzip2"},
};

START_TEST(compressed_file_reads_as_its_content)
{
    unsigned lines, got;
    size_t length;
    char *data = numbered_lines(PLENTY, &lines, &length);
    write_compressed(data, length, nestings[_i]);
    free(data);
    struct text *text = open_text(path);
    ck_assert_int_eq(read_numbered(text, &got), END);
    ck_assert_uint_eq(got, lines);
    text_close(text);
}
END_TEST

START_TEST(compressed_nothing_has_no_line)
{
    /* libarchive's writer cannot end an lz4 file that it has not begun. */
    if (strcmp(nestings[_i][0], "lz4") == 0)
        return;
    write_compressed("", 0, nestings[_i]);
    expect_end(open_text(path));
}
END_TEST

START_TEST(truncated_compression_names_file_and_byte)
{
    unsigned lines, got;
    size_t length;
    char *data = numbered_lines(PLENTY, &lines, &length), expected[128];
    const off_t on_disk = write_compressed(data, length, nestings[_i]);
    free(data);
    const off_t cuts[] = {on_disk - 1, on_disk - 3, on_disk / 2, 40};
    for (size_t i = 0; i < ARRAY_LEN(cuts); i++) {
        ck_assert_int_eq(truncate(path, cuts[i]), 0);
        struct text *text = open_text(path);
        ck_assert_int_eq(read_numbered(text, &got), ERR_DAMAGED);
        text_close(text);
        ck_assert_uint_le(got, lines);
        snprintf(expected, sizeof expected,
                 "FILE: truncated or damaged compressed data near byte %lld",
                 (long long)cuts[i]);
        ck_assert_mem_eq(message(), expected, strlen(expected));
        ck_assert_ptr_eq(error.at.file, error.file);
    }
}
END_TEST

START_TEST(damaged_compression_names_file_and_byte)
{
    unsigned lines;
    size_t length;
    char *data = numbered_lines(PLENTY, &lines, &length), *line;
    const off_t on_disk = write_compressed(data, length, nestings[_i]);
    free(data);
    /* So much that it does not take a checksum to notice: not every file has one. */
    FILE *file = fopen(path, "r+b");
    ck_assert_int_eq(fseek(file, on_disk / 2, SEEK_SET), 0);
    for (off_t i = on_disk / 2; i < on_disk; i++)
        putc(0xff, file);
    fclose(file);
    struct text *text = open_text(path);
    enum status status;
    while ((status = text_line(text, &line, &length, &error)) == OK)
        ;
    text_close(text);
    static const char start[] = "FILE: truncated or damaged compressed data near byte ";
    ck_assert_int_eq(status, ERR_DAMAGED);
    ck_assert_mem_eq(message(), start, sizeof start - 1);
    const unsigned long long near = strtoull(message() + sizeof start - 1, NULL, 10);
    ck_assert_uint_gt(near, 0);
    ck_assert_uint_le(near, (uint64_t)on_disk);
}
END_TEST

START_TEST(truncated_gzip_file_says_so)
{
    unsigned lines;
    size_t length;
    char *data = numbered_lines(PLENTY, &lines, &length);
    write_compressed(data, length, (const char *[]){"gzip", NULL});
    free(data);
    ck_assert_int_eq(truncate(path, 50000), 0);
    struct text *text = open_text(path);
    ck_assert_int_eq(read_numbered(text, &lines), ERR_DAMAGED);
    text_close(text);
    ck_assert_uint_gt(lines, 0); /* those before the damage are given out */
    ck_assert_str_eq(message(), "FILE: truncated or damaged compressed data near byte "
                                "50000: truncated gzip input");
}
END_TEST

START_TEST(file_is_read_on_from_where_it_was_looked_at)
{
    write_file("one\ntwo\n", 8);
    FILE *file = fopen(path, "rb");
    ungetc(getc(file), file);
    struct text *text;
    ck_assert_int_eq(text_open_file(&text, file, path, &error), OK);
    expect_line(text, "one");
    expect_line(text, "two");
    expect_end(text);
}
END_TEST

START_TEST(line_of_64_kib_is_read_and_a_longer_one_refused)
{
    enum { LONGEST = 64 << 10 };
    char *data = malloc(LONGEST + 4), *line;
    size_t length;
    memset(data, '7', LONGEST + 4);
    data[0] = '\n';
    data[LONGEST + 1] = '\r';
    data[LONGEST + 2] = '\n';
    write_file(data, LONGEST + 3);
    struct text *text = open_text(path);
    expect_line(text, "");
    ck_assert_int_eq(text_line(text, &line, &length, &error), OK);
    ck_assert_uint_eq(length, LONGEST);
    expect_end(text);

    data[LONGEST + 1] = '7';
    write_file(data, LONGEST + 3);
    text = open_text(path);
    expect_line(text, "");
    ck_assert_int_eq(text_line(text, &line, &length, &error), ERR_SYNTAX);
    ck_assert_str_eq(message(), "FILE:2: line too long: at most 65536 bytes expected");
    text_close(text);
    free(data);
}
END_TEST

START_TEST(endless_line_is_refused_without_reading_it_all)
{
    struct text *text = open_text("/dev/zero");
    char *line;
    size_t length;
    ck_assert_int_eq(text_line(text, &line, &length, &error), ERR_SYNTAX);
    text_close(text);
}
END_TEST

START_TEST(missing_file_is_named)
{
    struct text *text;
    ck_assert_int_eq(text_open(&text, path, &error), ERR_IO);
    ck_assert_str_eq(message(), "FILE: cannot open: No such file or directory");
}
END_TEST

START_TEST(folder_is_refused)
{
    struct text *text;
    ck_assert_int_eq(text_open(&text, folder, &error), ERR_IO);
    ck_assert_str_eq(error.text, "cannot open: Is a directory");
}
END_TEST

/* Make standard input a pipe and return the end to write to. */
static int pipe_to_stdin(void)
{
    int ends[2];
    ck_assert_int_eq(pipe(ends), 0);
    ck_assert_int_eq(dup2(ends[0], STDIN_FILENO), STDIN_FILENO);
    close(ends[0]);
    return ends[1];
}

START_TEST(standard_input_may_be_a_compressed_pipe)
{
    const off_t size = write_compressed("one\ntwo\n", 8, (const char *[]){"xz", NULL});
    char data[256];
    const int fd = open(path, O_RDONLY);
    ck_assert_int_eq(read(fd, data, sizeof data), size);
    close(fd);
    const int writer = pipe_to_stdin();
    ck_assert_int_eq(write(writer, data, (size_t)size), size);
    close(writer);
    ungetc(getc(stdin), stdin); /* as one looks for a native trace */
    struct text *text = open_text("-");
    uint64_t known;
    text_consumed(text, &known);
    ck_assert_uint_eq(known, 0);
    expect_line(text, "one");
    ck_assert_str_eq(text_at(text, 0).file, "standard input");
    expect_line(text, "two");
    expect_end(text);
}
END_TEST

static void on_alarm(int signal)
{
    (void)signal;
}

START_TEST(signal_ends_the_wait_for_a_pipe)
{
    const struct sigaction action = {.sa_handler = on_alarm};
    ck_assert_int_eq(sigaction(SIGALRM, &action, NULL), 0);
    const int writer = pipe_to_stdin();
    /* Again and again: one signal might come before the wait begins. */
    const struct timeval soon = {.tv_usec = 20000};
    setitimer(ITIMER_REAL, &(struct itimerval){soon, soon}, NULL);
    struct text *text = open_text("-");
    char *line;
    size_t length;
    const enum status status = text_line(text, &line, &length, &error);
    setitimer(ITIMER_REAL, &(struct itimerval){0}, NULL);
    ck_assert_int_eq(status, ERR_INTERRUPTED);
    ck_assert_str_eq(message(), "standard input: interrupted while reading");
    text_close(text);
    close(writer);
}
END_TEST

int main(void)
{
    TCase *tcase = tcase_create("text");
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, line_endings_are_stripped);
    tcase_add_test(tcase, last_line_needs_no_ending);
    tcase_add_test(tcase, line_with_a_nul_keeps_its_length);
    tcase_add_test(tcase, empty_file_has_no_line);
    tcase_add_test(tcase, head_is_at_least_64_kib_and_not_consumed);
    tcase_add_test(tcase, consumed_ends_at_the_size_on_disk);
    tcase_add_loop_test(tcase, compressed_file_reads_as_its_content, 0,
                        (int)ARRAY_LEN(nestings));
    tcase_add_loop_test(tcase, compressed_nothing_has_no_line, 0, (int)ARRAY_LEN(nestings));
    tcase_add_loop_test(tcase, truncated_compression_names_file_and_byte, 0,
                        (int)ARRAY_LEN(nestings));
    tcase_add_loop_test(tcase, damaged_compression_names_file_and_byte, 0,
                        (int)ARRAY_LEN(nestings));
    tcase_add_test(tcase, truncated_gzip_file_says_so);
    tcase_add_test(tcase, file_is_read_on_from_where_it_was_looked_at);
    tcase_add_test(tcase, line_of_64_kib_is_read_and_a_longer_one_refused);
    tcase_add_test(tcase, endless_line_is_refused_without_reading_it_all);
    tcase_add_test(tcase, missing_file_is_named);
    tcase_add_test(tcase, folder_is_refused);
    tcase_add_test(tcase, standard_input_may_be_a_compressed_pipe);
    tcase_add_test(tcase, signal_ends_the_wait_for_a_pipe);
    Suite *suite = suite_create("text");
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
