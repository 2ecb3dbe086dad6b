/* file_test.c -- files that appear whole or not at all. */
#include "base/file.h"

#include <check.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[64];
static struct error err;

static char *path_of(const char *name)
{
    static char path[256];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

static void setup(void)
{
    strcpy(folder, "/tmp/file_test.XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
}

static void teardown(void)
{
    unlink(path_of("a"));
    unlink(path_of("link"));
    rmdir(path_of("x/y"));
    rmdir(path_of("x"));
    ck_assert_int_eq(rmdir(folder), 0); /* so nothing temporary is left */
}

static void expect_content(const char *name, const char *expected)
{
    char *text;
    size_t size;
    ck_assert_int_eq(file_read(&text, &size, path_of(name), &err), OK);
    ck_assert_str_eq(text, expected);
    ck_assert_uint_eq(size, strlen(expected));
    free(text);
}

START_TEST(what_is_written_is_read)
{
    ck_assert_int_eq(file_write(path_of("a"), "one", 3, &err), OK);
    expect_content("a", "one");
    ck_assert_int_eq(file_write(path_of("a"), "", 0, &err), OK);
    expect_content("a", "");
}
END_TEST

START_TEST(large_files_are_read_whole)
{
    const size_t size = 300000;
    char *text = malloc(size + 1);
    memset(text, 'x', size);
    text[size] = '\0';
    ck_assert_int_eq(file_write(path_of("a"), text, size, &err), OK);
    expect_content("a", text);
    free(text);
}
END_TEST

START_TEST(the_name_keeps_its_content_until_the_new_one_is_whole)
{
    struct file_writer writer;
    ck_assert_int_eq(file_write(path_of("a"), "old", 3, &err), OK);
    ck_assert_int_eq(file_create(&writer, path_of("a"), &err), OK);
    fputs("new", writer.stream);
    fflush(writer.stream);
    expect_content("a", "old");
    ck_assert_int_eq(file_commit(&writer, &err), OK);
    expect_content("a", "new");
}
END_TEST

START_TEST(an_abandoned_file_leaves_nothing)
{
    struct file_writer writer;
    ck_assert_int_eq(file_create(&writer, path_of("a"), &err), OK);
    fputs("new", writer.stream);
    file_abandon(&writer);
    ck_assert_int_ne(access(path_of("a"), F_OK), 0);
}
END_TEST

START_TEST(two_writers_of_one_name_do_not_mix)
{
    struct file_writer first, second;
    ck_assert_int_eq(file_create(&first, path_of("a"), &err), OK);
    ck_assert_int_eq(file_create(&second, path_of("a"), &err), OK);
    fputs("1111", first.stream);
    fputs("22", second.stream);
    ck_assert_int_eq(file_commit(&first, &err), OK);
    ck_assert_int_eq(file_commit(&second, &err), OK);
    expect_content("a", "22");
}
END_TEST

START_TEST(a_link_stays_and_its_file_is_replaced)
{
    struct stat found;
    ck_assert_int_eq(file_write(path_of("a"), "old", 3, &err), OK);
    ck_assert_int_eq(symlink("a", path_of("link")), 0);
    ck_assert_int_eq(file_write(path_of("link"), "new", 3, &err), OK);
    expect_content("a", "new");
    ck_assert_int_eq(lstat(path_of("link"), &found), 0);
    ck_assert(S_ISLNK(found.st_mode));
}
END_TEST

START_TEST(a_pipe_is_written_in_place)
{
    char text[8] = "";
    struct stat found;
    ck_assert_int_eq(mkfifo(path_of("a"), 0600), 0);
    const int reader = open(path_of("a"), O_RDWR | O_NONBLOCK);
    ck_assert_int_ge(reader, 0);
    ck_assert_int_eq(file_write(path_of("a"), "one", 3, &err), OK);
    ck_assert_int_eq(read(reader, text, sizeof text), 3);
    ck_assert_str_eq(text, "one");
    close(reader);
    ck_assert_int_eq(lstat(path_of("a"), &found), 0);
    ck_assert(S_ISFIFO(found.st_mode));
}
END_TEST

/* A limit on the size of files stands for a full disk. */
START_TEST(a_write_that_fails_is_reported_and_leaves_the_old_content)
{
    struct rlimit unlimited, limit;
    char text[5000];
    memset(text, 'x', sizeof text);
    ck_assert_int_eq(file_write(path_of("a"), "old", 3, &err), OK);
    ck_assert_int_eq(getrlimit(RLIMIT_FSIZE, &unlimited), 0);
    limit = unlimited;
    limit.rlim_cur = 100;
    signal(SIGXFSZ, SIG_IGN);
    ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
    const enum status at_once = file_write(path_of("a"), text, sizeof text, &err);
    struct file_writer writer;
    struct error later;
    ck_assert_int_eq(file_create(&writer, path_of("a"), &err), OK);
    for (int i = 0; i < 2; i++)
        (void)!fwrite(text, 1, sizeof text, writer.stream);
    const enum status at_end = file_commit(&writer, &later);
    ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &unlimited), 0);
    ck_assert_int_eq(at_once, ERR_OUTPUT);
    ck_assert_str_eq(err.text, "cannot be written: File too large");
    ck_assert_str_eq(err.at.file, path_of("a"));
    ck_assert_int_eq(at_end, ERR_OUTPUT);
    expect_content("a", "old");
}
END_TEST

START_TEST(a_folder_cannot_be_written_as_a_file)
{
    ck_assert_int_eq(file_write(folder, "x", 1, &err), ERR_OUTPUT);
    ck_assert_str_eq(err.text, "cannot be written: Is a directory");
    ck_assert_int_eq(file_write(path_of("none/a"), "x", 1, &err), ERR_OUTPUT);
    ck_assert_str_eq(err.text, "cannot be written: No such file or directory");
}
END_TEST

START_TEST(a_missing_file_cannot_be_opened)
{
    char *text;
    size_t size;
    ck_assert_int_eq(file_read(&text, &size, path_of("a"), &err), ERR_IO);
    ck_assert_str_eq(err.text, "cannot be opened: No such file or directory");
}
END_TEST

START_TEST(folders_are_made_with_those_above)
{
    struct stat found;
    ck_assert_int_eq(file_make_folder(path_of("x/y"), &err), OK);
    ck_assert_int_eq(file_make_folder(path_of("x/y/"), &err), OK);
    ck_assert_int_eq(stat(path_of("x/y"), &found), 0);
    ck_assert(S_ISDIR(found.st_mode));
    ck_assert_int_eq(file_write(path_of("a"), "x", 1, &err), OK);
    ck_assert_int_eq(file_make_folder(path_of("a/b"), &err), ERR_OUTPUT);
    ck_assert_str_eq(err.text, "folder cannot be created: Not a directory");
    ck_assert_int_eq(file_make_folder(path_of("a"), &err), ERR_OUTPUT);
    ck_assert_str_eq(err.text, "folder cannot be created: Not a directory");
}
END_TEST

static Suite *file_suite(void)
{
    Suite *suite = suite_create("file");
    TCase *tests = tcase_create("file");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, what_is_written_is_read);
    tcase_add_test(tests, large_files_are_read_whole);
    tcase_add_test(tests, the_name_keeps_its_content_until_the_new_one_is_whole);
    tcase_add_test(tests, an_abandoned_file_leaves_nothing);
    tcase_add_test(tests, two_writers_of_one_name_do_not_mix);
    tcase_add_test(tests, a_link_stays_and_its_file_is_replaced);
    tcase_add_test(tests, a_pipe_is_written_in_place);
    tcase_add_test(tests, a_write_that_fails_is_reported_and_leaves_the_old_content);
    tcase_add_test(tests, a_folder_cannot_be_written_as_a_file);
    tcase_add_test(tests, a_missing_file_cannot_be_opened);
    tcase_add_test(tests, folders_are_made_with_those_above);
    suite_add_tcase(suite, tests);
    return suite;
}

int main(void)
{
    SRunner *runner = srunner_create(file_suite());
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
