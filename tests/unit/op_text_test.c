/* op_text_test.c -- operations as lines of text: what is read, what is refused and how it
 * is written. */
#include "trace/op_text.h"

#include "trace/format.h"
#include "unit/random_op.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { OUTPUT_MAX = 1 << 20 };

static char path[64];
static struct error error;
static struct batch batch;
static char *output; /* what was read, a line each */

static void setup(void)
{
    snprintf(path, sizeof path, "/tmp/faultline-op-XXXXXX");
    const int fd = mkstemp(path);
    ck_assert_int_ge(fd, 0);
    close(fd);
    ck_assert_int_eq(batch_init(&batch, NULL), OK);
    output = malloc(OUTPUT_MAX);
    ck_assert_ptr_nonnull(output);
}

static void teardown(void)
{
    unlink(path);
    batch_release(&batch);
    free(output);
}

static const struct format_ops *find(const char *name)
{
    for (const struct format_ops *const *f = format_table; *f; f++)
        if (strcmp((*f)->name, name) == 0)
            return *f;
    ck_abort_msg("no format '%s'", name);
    return NULL;
}

/* Blocks of loads and stores in hexadecimal, and operations, each on a line. */
static char *print_batch(char *p)
{
    uint32_t op = 0;
    for (uint32_t i = 0; i <= batch.nsteps; i++) {
        for (; op < batch.nops && batch.ops[op].step == i; op++) {
            char line[OP_TEXT_MAX];
            p += sprintf(p, "%s\n", op_text_format(&batch.ops[op], batch.names, line));
        }
        if (i == batch.nsteps)
            break;
        const struct shape *shape = step_shape(&batch, batch.steps[i]);
        for (unsigned k = 0; k < shape->length; k++)
            p += sprintf(p, "%llx\n",
                         (unsigned long long)batch.blocks[batch.steps[i] >> 16]);
    }
    ck_assert_uint_eq(op, batch.nops);
    return p;
}

/* Read the text into `output`. */
static enum status read_text(const char *format, const char *trace)
{
    const struct format_ops *ops = find(format);
    const struct format_options options = {.list_page_size = 4096};
    struct text *text;
    struct builder *builder;
    FILE *file = fopen(path, "wb");
    ck_assert_uint_eq(fwrite(trace, 1, strlen(trace), file), strlen(trace));
    fclose(file);
    void *state = calloc(1, ops->state_size + 1);
    ck_assert_int_eq(text_open(&text, path, &error), OK);
    ck_assert_int_eq(builder_create(&builder, 12, &error), OK);
    enum status status;
    char *p = output;
    *p = '\0';
    do {
        status = ops->read(state, text, builder, &options, &error);
        builder_take(builder, &batch);
        p = print_batch(p);
    } while (status == OK);
    builder_free(builder);
    text_close(text);
    free(state);
    return status;
}

static const struct {
    const char *text, *written;
} forms[] = {
    {"@map 0x10000 65536 rw", "@map 0x10000 0x10000 rw\n"},
    {"@map 65536 64KiB wr anon", "@map 0x10000 0x10000 rw\n"},
    {"@map 0X10000 0xFfFf - shared", "@map 0x10000 0xffff - shared\n"},
    {"@map 1 1 xr anon shared", "@map 0x1 0x1 rx shared\n"},
    {"@map 1 1.5MiB rwx file /lib/libc.so.6",
     "@map 0x1 0x180000 rwx file /lib/libc.so.6\n"},
    {"@map 1 1 r file anon 4KiB", "@map 0x1 0x1 r file anon 0x1000\n"},
    {"@map 1 1 r file shared shared", "@map 0x1 0x1 r file shared shared\n"},
    {"@map 1 1 r file 4096 0", "@map 0x1 0x1 r file 4096\n"},
    {"@map 1 1 r file a\\b\"c#d 0x10 shared # as it is",
     "@map 0x1 0x1 r file \"a\\\\b\\\"c#d\" 0x10 shared\n"},
    {"@map 1 1 r file \"a b\\\\\\\"\\x41\\x0a\"\t8",
     "@map 0x1 0x1 r file \"a b\\\\\\\"A\\x0a\" 0x8\n"},
    {"@map 1 1 r file \"plain\"", "@map 0x1 0x1 r file plain\n"},
    {"@map 1 1 r file \"#\"", "@map 0x1 0x1 r file \"#\"\n"},
    {"@map 1 1 r file d\xc3\xa9j\xc3\xa0", "@map 0x1 0x1 r file d\xc3\xa9j\xc3\xa0\n"},
    {"@map 0 0xffffffffffffffff r", "@map 0x0 0xffffffffffffffff r\n"},
    {"@map 18446744073709551615 1 r", "@map 0xffffffffffffffff 0x1 r\n"},
    {"@unmap 0x1000 0x2000", "@unmap 0x1000 0x2000\n"},
    {"  @unmap\t1\t 2 # away", "@unmap 0x1 0x2\n"},
    {"@protect 1 2 -", "@protect 0x1 0x2 -\n"},
    {"@advise 1 2 normal", "@advise 0x1 0x2 normal\n"},
    {"@advise 1 2 random", "@advise 0x1 0x2 random\n"},
    {"@advise 1 2 sequential", "@advise 0x1 0x2 sequential\n"},
    {"@advise 1 2 willneed", "@advise 0x1 0x2 willneed\n"},
    {"@advise 1 2 dontneed", "@advise 0x1 0x2 dontneed\n"},
    {"@advise 1 2 free", "@advise 0x1 0x2 free\n"},
    {"@advise 1 2 cold", "@advise 0x1 0x2 cold\n"},
    {"@advise 1 2 pageout", "@advise 0x1 0x2 pageout\n"},
    {"@advise 1 2 hugepage", "@advise 0x1 0x2 hugepage\n"},
    {"@advise 1 2 nohugepage", "@advise 0x1 0x2 nohugepage\n"},
    {"@fork 1", "@fork 1\n"},
    {"@thread 4294967295", "@thread 4294967295\n"},
    {"@exec", "@exec\n"},
    {"@exec # of nothing", "@exec\n"},
    {"@exec 3", "@exec 3\n"},
    {"@exit\r\n", "@exit\n"},
    {"@exit 0", "@exit 0\n"},
    {"@exit 255 # killed by nobody", "@exit 255\n"},
    {"@exit # somehow", "@exit\n"},
    {"@switch 0", "@switch 0\n"},
    {"@switch 4294967295 # the last", "@switch 4294967295\n"},
    {"@name xz", "@name xz\n"},
    {"@name \"xz -9\" # a command", "@name \"xz -9\"\n"},
    {"@name file", "@name file\n"},
    {"@wait", "@wait\n"},
    {"@wait # for all", "@wait\n"},
    {"@wait 3", "@wait 3\n"},
    {"@sleep", "@sleep\n"},
    {"@sleep # for ever", "@sleep\n"},
    {"@sleep 20ms # a while", "@sleep 20ms\n"},
    {"@sleep 1.5s", "@sleep 1.5s\n"},
    {"@sleep 1ps", "@sleep 1ps\n"},
    {"@sleep 2min", "@sleep 120s\n"},
    {"@vfork 2", "@vfork 2\n"},
    {"@mark sorted", "@mark sorted\n"},
    {"@mark \"pass 1\" # of two", "@mark \"pass 1\"\n"},
};

START_TEST(every_form_is_read_and_written)
{
    ck_assert_msg(read_text("lackey", forms[_i].text) == END, "%s", error.text);
    ck_assert_str_eq(output, forms[_i].written);
}
END_TEST

static const struct {
    const char *format, *text;
} between[] = {
    {"lackey", "@fork 2\n L 1000,4\n S 1008,4\n@exec\n@exit\n==1== says\n S 1ffc,4\n"
               " L 2000,4\n@thread 3"},
    {"din", "@fork 2\n0 1000\n1 0x1008\n@exec\n@exit\n3 0\n1 1ffc\n0 2000\n@thread 3\n"},
    {"addresses", "# kinds\n@fork 2\n1000 R\n1008 W\n@exec\n@exit\n1ffc W\n2000\n"
                  "@thread 3\n"},
    {"pages", "# 4 KiB\n@fork 2\n1 1 W\n@exec\n@exit\n1,2\n@thread 3\n"},
};

START_TEST(operations_stand_between_references_of_every_format)
{
    ck_assert_msg(read_text(between[_i].format, between[_i].text) == END, "%s", error.text);
    ck_assert_str_eq(output, "@fork 2\n1\n1\n@exec\n@exit\n1\n2\n@thread 3\n");
}
END_TEST

START_TEST(what_is_written_reads_back)
{
    struct rng rng;
    char *text = malloc(OUTPUT_MAX), *p = text, line[OP_TEXT_MAX], name[21];
    ck_assert_ptr_nonnull(text);
    rng_seed(&rng, 7);
    for (int i = 0; i < 3000; i++) {
        struct vm_op op;
        op.file = random_op(&rng, &op, name, sizeof name - 1) ? 0 : VM_ANONYMOUS;
        p += sprintf(p, "%s\n", op_text_format(&op, name, line));
    }
    ck_assert_msg(read_text("pages", text) == END, "%s", error.text);
    ck_assert_str_eq(output, text);
    free(text);
}
END_TEST

START_TEST(longest_name_reads_back)
{
    static char name[VM_NAME_MAX + 1], text[OP_TEXT_MAX], line[OP_TEXT_MAX + 2];
    memset(name, '\n', VM_NAME_MAX); /* four characters each */
    const struct vm_op op = {.kind = VM_MAP,
                             .protection = 7,
                             .shared = true,
                             .start = UINT64_MAX,
                             .length = 1,
                             .offset = UINT64_MAX};
    sprintf(line, "%s\n", op_text_format(&op, name, text));
    ck_assert_msg(read_text("lackey", line) == END, "%s", error.text);
    ck_assert_str_eq(output, line);
}
END_TEST

START_TEST(longer_name_is_refused)
{
    static char line[VM_NAME_MAX + 64];
    char *p = line + sprintf(line, "@map 0 1 r file ");
    memset(p, 'n', VM_NAME_MAX + 1);
    ck_assert_int_eq(read_text("lackey", line), ERR_SYNTAX);
    ck_assert_str_eq(error.text, "bad file name 'nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn"
                                 "...': at most 4095 characters but NUL expected");
    p[VM_NAME_MAX] = '\0';
    ck_assert_int_eq(read_text("lackey", line), END);
}
END_TEST

#define ADDRESS "an address expected: decimal, or hexadecimal with 0x"
#define BYTES "bytes expected: decimal, hexadecimal with 0x, or with a unit as in 64KiB"
#define LETTERS "letters of r, w and x, or - for none expected"
#define ZEROS "000000000000000000000000000000"
#define KINDS                                                                              \
    "(map, unmap, protect, advise, fork, thread, exec, exit, switch, name, wait, sleep, "  \
    "vfork, mark)"
#define TIME "a time above 0 expected, with a unit as in 20ms (ps, ns, us, ms, s, min)"
#define ADVICES                                                                            \
    "(normal, random, sequential, willneed, dontneed, free, cold, pageout, hugepage, "     \
    "nohugepage)"

static const struct {
    const char *text, *message;
} mistakes[] = {
    {"@", "1:2: missing operation: a word such as @map expected"},
    {"@ map 1 1 r", "1:2: missing operation: a word such as @map expected"},
    {"@mapp 1 1 r", "1:2: unknown operation 'mapp'; did you mean 'map'? " KINDS},
    {"@Exit", "1:2: unknown operation 'Exit'; did you mean 'exit'? " KINDS},
    {"@clone 2", "1:2: unknown operation 'clone' " KINDS},
    {"@map", "1:5: missing start: " ADDRESS},
    {"@map # 1", "1:6: missing start: " ADDRESS},
    {"@map 40a000 1 r", "1:6: bad start '40a000': 0x expected before hexadecimal digits"},
    {"@map 0x 1 r", "1:6: bad start '0x': " ADDRESS},
    {"@map 0x12g 1 r", "1:6: bad start '0x12g': " ADDRESS},
    {"@map -1 1 r", "1:6: bad start '-1': " ADDRESS},
    {"@map 4KiB 1 r", "1:6: bad start '4KiB': " ADDRESS},
    {"@map 0x1000,4096 r", "1:6: bad start '0x1000,4096': " ADDRESS},
    {"@map 0x1ffffffffffffffff 1 r",
     "1:6: bad start '0x1ffffffffffffffff': at most 64 bits expected"},
    {"@map 18446744073709551616 1 r",
     "1:6: bad start '18446744073709551616': at most 64 bits expected"},
    {"@map 0x" ZEROS ZEROS ZEROS "1 1 r",
     "1:6: bad start '0x" ZEROS "00000000...': at most 64 bits expected"},
    {"@map 1", "1:7: missing length: " BYTES},
    {"@map 1 4K r", "1:8: bad length '4K': " BYTES},
    {"@map 1 64 KiB r", "1:11: bad protection 'KiB': " LETTERS},
    {"@map 1 1ff r", "1:8: bad length '1ff': 0x expected before hexadecimal digits"},
    {"@map 1 0 r", "1:8: bad length '0': at least 1 byte expected"},
    {"@unmap 2 0xffffffffffffffff",
     "1:10: bad length '0xffffffffffffffff': a range that ends within 64 bits expected"},
    {"@map 1 1", "1:9: missing protection: " LETTERS},
    {"@map 1 1 rr", "1:10: bad protection 'rr': " LETTERS},
    {"@map 1 1 r-x", "1:10: bad protection 'r-x': " LETTERS},
    {"@map 1 1 --", "1:10: bad protection '--': " LETTERS},
    {"@map 1 1 anon", "1:10: bad protection 'anon': " LETTERS},
    {"@map 1 1 r shraed",
     "1:12: unknown word 'shraed'; did you mean 'shared'? (shared, anon, file)"},
    {"@map 1 1 r /lib/libc.so.6",
     "1:12: unknown word '/lib/libc.so.6' (shared, anon, file)"},
    {"@map 1 1 r anon 4096", "1:17: unknown word '4096' (shared)"},
    {"@map 1 1 r anon file a", "1:17: unknown word 'file' (shared)"},
    {"@map 1 1 r shared anon",
     "1:19: unexpected 'anon': nothing expected after the word 'shared'"},
    {"@map 1 1 r file",
     "1:16: missing file name: a name expected, in quotation marks if it has blanks"},
    {"@map 1 1 r file \"\"",
     "1:17: bad file name '\"\"': a name expected, in quotation marks if it has blanks"},
    {"@map 1 1 r file \"a b",
     "1:17: bad file name '\"a b': a quotation mark at its end expected"},
    {"@map 1 1 r file \"a\"b", "1:20: bad end of the name 'b': a blank expected"},
    {"@map 1 1 r file \"a\\n\"",
     "1:19: bad escape '\\n\"': one of \\\\, \\\" and \\x with two digits expected"},
    {"@map 1 1 r file \"a\\x1\"",
     "1:19: bad escape '\\x1\"': one of \\\\, \\\" and \\x with two digits expected"},
    {"@map 1 1 r file \"a\\",
     "1:19: bad escape '\\': one of \\\\, \\\" and \\x with two digits expected"},
    {"@map 1 1 r file \"a\\x00\"",
     "1:17: bad file name '\"a\\x00\"': at most 4095 characters but NUL expected"},
    {"@map 1 1 r file a 1x", "1:19: bad offset '1x': " BYTES},
    {"@map 1 2 r file a 0xffffffffffffffff",
     "1:19: bad offset '0xffffffffffffffff': a part of the file within 64 bits expected"},
    {"@map 1 1 r file a b c", "1:19: unknown word 'b' (shared)"},
    {"@unmap 1 1 r", "1:12: unexpected 'r': nothing expected after the length"},
    {"@protect 1 1", "1:13: missing protection: " LETTERS},
    {"@protect 1 1 r w", "1:16: unexpected 'w': nothing expected after the protection"},
    {"@advise 1 1", "1:12: missing advice: a word such as dontneed expected"},
    {"@advise 1 1 dontned",
     "1:13: unknown advice 'dontned'; did you mean 'dontneed'? " ADVICES},
    {"@advise 1 1 merge", "1:13: unknown advice 'merge' " ADVICES},
    {"@advise 1 1 random 1", "1:20: unexpected '1': nothing expected after the advice"},
    {"@fork", "1:6: missing stream: decimal digits expected"},
    {"@fork 0", "1:7: bad stream '0': a number from 1 expected"},
    {"@fork child", "1:7: bad stream 'child': decimal digits expected"},
    {"@thread 4294967296", "1:9: bad stream '4294967296': at most 4294967295 expected"},
    {"@thread 1 2", "1:11: unexpected '2': nothing expected after the stream"},
    {"@exec 0", "1:7: bad stream '0': a number from 1 expected"},
    {"@exec /bin/sh", "1:7: bad stream '/bin/sh': decimal digits expected"},
    {"@exit 256", "1:7: bad exit status '256': at most 255 expected"},
    {"@exit -1", "1:7: bad exit status '-1': decimal digits expected"},
    {"@exit 1 2", "1:9: unexpected '2': nothing expected after the exit status"},
    {"@switch", "1:8: missing stream: decimal digits expected"},
    {"@switch 1 2", "1:11: unexpected '2': nothing expected after the stream"},
    {"@name", "1:6: missing name: a name expected, in quotation marks if it has blanks"},
    {"@name xz -9", "1:10: unexpected '-9': nothing expected after the name"},
    {"@name \"xz -9", "1:7: bad name '\"xz -9': a quotation mark at its end expected"},
    {"@wait 0", "1:7: bad stream '0': a number from 1 expected"},
    {"@wait 1 2", "1:9: unexpected '2': nothing expected after the stream"},
    {"@sleep 20", "1:8: bad time '20': " TIME},
    {"@sleep 0", "1:8: bad time '0': " TIME},
    {"@sleep 0s", "1:8: bad time '0s': " TIME},
    {"@sleep 20 ms", "1:8: bad time '20': " TIME},
    {"@sleep 20cycles", "1:8: bad time '20cycles': " TIME},
    {"@sleep 310000min", "1:8: bad time '310000min': " TIME},
    {"@sleep 0.1ps", "1:8: bad time '0.1ps': " TIME},
    {"@sleep 20ms 1", "1:13: unexpected '1': nothing expected after the time"},
    {"@mark", "1:6: missing name: a name expected, in quotation marks if it has blanks"},
    {"@mark a b", "1:9: unexpected 'b': nothing expected after the name"},
    {"@vfork", "1:7: missing stream: decimal digits expected"},
    {"@vfork 0", "1:8: bad stream '0': a number from 1 expected"},
    {"@exit\x1b[31m", "1:2: unknown operation 'exit?[31m' " KINDS},
    {" L 10,4\n@exit\n\n  @forc 2\n",
     "4:4: unknown operation 'forc'; did you mean 'fork'? " KINDS},
};

START_TEST(mistake_is_named_with_line_and_column)
{
    char message[1280];
    ck_assert_int_eq(read_text("lackey", mistakes[_i].text), ERR_SYNTAX);
    error_format(&error, message, sizeof message);
    ck_assert_int_eq(strncmp(message, path, strlen(path)), 0);
    ck_assert_str_eq(message + strlen(path) + 1, mistakes[_i].message);
}
END_TEST

START_TEST(mistake_is_named_in_a_list_of_pages)
{
    char message[1280];
    ck_assert_int_eq(read_text("pages", "1 2\n3\n@exit 1 2\n"), ERR_SYNTAX);
    error_format(&error, message, sizeof message);
    ck_assert_str_eq(message + strlen(path) + 1,
                     "3:9: unexpected '2': nothing expected after the exit status");
}
END_TEST

/* Lines that are no strings: a NUL within, or no end where the line has its own. */
static const struct {
    const char *line;
    size_t length;
    const char *message;
} no_strings[] = {
    {"@map 0 1 r file a\0b", 19,
     "bad file name 'a?b': at most 4095 characters but NUL expected"},
    {"@unmap 0\0z 1", 12, "bad start '0?z': " ADDRESS},
    {"@map 0 1 r file \"\\x41\"", 20,
     "bad escape '\\x4': one of \\\\, \\\" and \\x with two digits expected"},
};

START_TEST(line_ends_where_it_is_said_to)
{
    struct builder *builder;
    ck_assert_int_eq(builder_create(&builder, 12, &error), OK);
    const struct fields fields =
        fields_of(no_strings[_i].line, no_strings[_i].length, NULL);
    ck_assert_int_eq(op_text_read(fields, builder, &error), ERR_SYNTAX);
    ck_assert_str_eq(error.text, no_strings[_i].message);
    builder_free(builder);
}
END_TEST

/* --- recognition ----------------------------------------------------------------------- */

static const char *recognised(const char *head, size_t size)
{
    const char *best = "none";
    unsigned highest = 0;
    for (const struct format_ops *const *f = format_table; *f; f++) {
        const unsigned score = (*f)->probe(head, size);
        if (score > highest) {
            highest = score;
            best = (*f)->name;
        }
    }
    return best;
}

static const struct {
    const char *format, *head;
} heads[] = {
    {"lackey", "@map 0 1 r\n@fork 1\nI  0401ab70,3\n"},
    {"din", "@map 0 1 r\n@fork 1\n0 1fff0006e8\n1 0x1fff0006e0\n"},
    {"addresses", "@map 0 1 r\n@fork 1\n07b243a0 R\n@exit\n@exit\n@exit\n"},
    {"pages", "@map 0 1 r\n@fork 1\n7\n0 1\n2\n"},
    {"pages", "@mapp 0\n@frok\n7\n0 1\n2\n"}, /* for its error */
    {"lackey", "@map 0 1 r\n@exit"},          /* nothing else: the finest granule */
    {"lackey", "@exit"},
    {"none", "@exit\nI like paging.\n"},
    {"none", "--- a\n+++ b\n@@ -1,2 +1,2 @@\n one\n-two\n"},
};

START_TEST(format_is_recognised_past_operations)
{
    ck_assert_str_eq(recognised(heads[_i].head, strlen(heads[_i].head)), heads[_i].format);
}
END_TEST

/* What comes after the head may be of any format. */
START_TEST(head_of_operations_alone_is_not_guessed)
{
    char *head = malloc(TEXT_HEAD);
    ck_assert_ptr_nonnull(head);
    for (size_t i = 0; i < TEXT_HEAD; i += 8)
        memcpy(head + i, "@exit  \n", 8);
    ck_assert_str_eq(recognised(head, TEXT_HEAD), "none");
    ck_assert_str_eq(recognised(head, TEXT_HEAD - 8), "lackey");
    free(head);
}
END_TEST

static Suite *op_text_suite(void)
{
    Suite *suite = suite_create("op_text");
    TCase *tests = tcase_create("op_text");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_loop_test(tests, every_form_is_read_and_written, 0, (int)ARRAY_LEN(forms));
    tcase_add_loop_test(tests, operations_stand_between_references_of_every_format, 0,
                        (int)ARRAY_LEN(between));
    tcase_add_test(tests, what_is_written_reads_back);
    tcase_add_test(tests, longest_name_reads_back);
    tcase_add_test(tests, longer_name_is_refused);
    tcase_add_loop_test(tests, mistake_is_named_with_line_and_column, 0,
                        (int)ARRAY_LEN(mistakes));
    tcase_add_test(tests, mistake_is_named_in_a_list_of_pages);
    tcase_add_loop_test(tests, line_ends_where_it_is_said_to, 0,
                        (int)ARRAY_LEN(no_strings));
    tcase_add_loop_test(tests, format_is_recognised_past_operations, 0,
                        (int)ARRAY_LEN(heads));
    tcase_add_test(tests, head_of_operations_alone_is_not_guessed);
    suite_add_tcase(suite, tests);
    return suite;
}

int main(void)
{
    SRunner *runner = srunner_create(op_text_suite());
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
