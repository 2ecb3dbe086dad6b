/* format_test.c -- foreign trace formats: what they read, what they refuse, and how they
 * are told apart. */
#include "trace/format.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Lines as lackey prints them, and as Valgrind prints between them. */
static const char lackey_sample[] = "==4242== Lackey, an example Valgrind tool\n"
                                    "==4242== Command: ./sort\n"
                                    "\n"
                                    "I  0401ab70,3\n"
                                    "I  0401ab73,5\n"
                                    " S 1fff0006e8,8\n"
                                    "I  0401b770,1\n"
                                    " S 1fff000660,16\n"
                                    "--4242-- warning: something\n"
                                    " M 04033e06,1\n"
                                    " L 1ffeffeb40,8\n"
                                    "==4242== \n";

/* Lines of course traces: Pittsburgh's CS1550 of 2018 and of 2020, Toronto's CSC369. */
static const char v1_sample[] = "07b243a0 R\n00228d40 R\n00228d60 R\n31348900 W\n";
static const char v2_sample[] = "s 0x1fffff50 1\nl 0x1fffff58 1\nl 0x1fffff88 6\n";
static const char ref_sample[] =
    "I 401a000\nS fff000000\nI 401b000\nM 4033000\nL 4000000\n";

static char path[64];
static struct error error;

static void setup(void)
{
    snprintf(path, sizeof path, "/tmp/faultline-format-XXXXXX");
    const int fd = mkstemp(path);
    ck_assert_int_ge(fd, 0);
    close(fd);
}

static void teardown(void)
{
    unlink(path);
}

static const struct format_ops *find(const char *name)
{
    for (const struct format_ops *const *f = format_table; *f; f++)
        if (strcmp((*f)->name, name) == 0)
            return *f;
    ck_abort_msg("no format '%s'", name);
    return NULL;
}

/* What a reader pushed, as words "L7b243a": the kind (I, L, S; + is the part of the one
 * before that crosses into a further block) and the block in hexadecimal. */
struct record {
    char *words;
    size_t length, capacity;
    struct reference_counts counts;
    unsigned batches;
};

static void add_word(struct record *record, char kind, uint64_t block)
{
    if (record->length + 32 > record->capacity) {
        record->capacity = 2 * record->capacity + 64;
        record->words = realloc(record->words, record->capacity);
        ck_assert_ptr_nonnull(record->words);
    }
    record->length +=
        (size_t)sprintf(record->words + record->length, "%s%c%llx",
                        record->length ? " " : "", kind, (unsigned long long)block);
}

static void add_batch(struct record *record, const struct batch *batch)
{
    uint32_t stream[2] = {batch->start[0], batch->start[1]};
    for (uint32_t i = 0; i < batch->nsteps; i++) {
        const struct shape *shape = &batch->shapes[batch->steps[i] & STEP_SHAPE_MASK];
        stream[shape->data & 1] = batch->steps[i] >> STEP_SHAPE_BITS;
        for (unsigned r = 0; r < shape->length; r++) {
            const unsigned data = shape->data >> r & 1;
            const char kind = shape->store >> r & 1 ? 'S' : data ? 'L' : 'I';
            add_word(record, r == 0 && shape->continued ? '+' : kind,
                     batch->blocks[stream[data]]);
        }
    }
    record->counts.ifetches += batch->counts.ifetches;
    record->counts.loads += batch->counts.loads;
    record->counts.stores += batch->counts.stores;
    record->counts.modifies += batch->counts.modifies;
    record->batches++;
}

static enum status read_all(const struct format_ops *format,
                            const struct format_options *options, unsigned shift,
                            struct record *record)
{
    struct text *text;
    struct builder *builder;
    struct batch batch;
    void *state = calloc(1, format->state_size + 1);
    ck_assert_int_eq(text_open(&text, path, &error), OK);
    ck_assert_int_eq(builder_create(&builder, shift, &error), OK);
    ck_assert_int_eq(batch_init(&batch, &error), OK);
    enum status status;
    do {
        status = format->read(state, text, builder, options, &error);
        builder_take(builder, &batch);
        add_batch(record, &batch);
    } while (status == OK);
    batch_release(&batch);
    builder_free(builder);
    text_close(text);
    free(state);
    return status;
}

static void write_trace(const char *trace, size_t size)
{
    FILE *file = fopen(path, "wb");
    ck_assert_uint_eq(fwrite(trace, 1, size, file), size);
    fclose(file);
}

/* Blocks are of 16 bytes, so a word is an address without its last digit; for a list of
 * pages they are the pages. */
static void expect(const char *name, const char *trace, const char *words)
{
    const struct format_ops *format = find(name);
    const struct format_options options = {.list_page_size = 4096};
    struct record record = {0};
    write_trace(trace, strlen(trace));
    const unsigned shift = format->granule_shift ? format->granule_shift(&options) : 4;
    ck_assert_int_eq(read_all(format, &options, shift, &record), END);
    ck_assert_str_eq(record.words ? record.words : "", words);
    free(record.words);
}

START_TEST(lackey_gives_kinds_addresses_and_sizes)
{
    /* 0401ab73,5 ends in the same block; 1fff00065a,16 would cross into the next. */
    expect("lackey", lackey_sample,
           "I401ab7 I401ab7 S1fff0006e I401b77 S1fff00066 L4033e0 S4033e0 L1ffeffeb4");
    expect("lackey", " S 1fff00065a,16\nI  0401ab7e,2\nI  0401ab7f,2\n",
           "S1fff00065 +1fff00066 I401ab7 I401ab7 +401ab8");
}
END_TEST

START_TEST(modify_counts_as_load_then_store)
{
    struct record record = {0};
    const struct format_options options = {.list_page_size = 4096};
    write_trace(" M 04033e06,1\n S 04033e06,1\n", 28);
    ck_assert_int_eq(read_all(find("lackey"), &options, 9, &record), END);
    ck_assert_uint_eq(record.counts.loads, 1);
    ck_assert_uint_eq(record.counts.stores, 2);
    ck_assert_uint_eq(record.counts.modifies, 1);
    free(record.words);
}
END_TEST

START_TEST(din_gives_labels_as_kinds)
{
    expect("din", "0 1fff0006e8\n1 0x1fff0006e0\n2 401ab70\n3 0\n4 0\n\n2 401AB7E 4\n",
           "L1fff0006e S1fff0006e I401ab7 I401ab7 +401ab8");
}
END_TEST

START_TEST(din_without_size_never_crosses_a_block)
{
    expect("din", "0 1000f\n", "L1000");
}
END_TEST

START_TEST(addresses_are_read_as_courses_write_them)
{
    expect("addresses", v1_sample, "L7b243a L228d4 L228d6 S3134890");
    expect("addresses", v2_sample, "S1fffff5 L1fffff5 L1fffff8");
    expect("addresses", ref_sample, "I401a00 Sfff00000 I401b00 S403300 L400000");
    expect("addresses", "# heap\n0x1234\n\nR 0x20 # first\n30 w\nW 0X4f\r\n40",
           "L123 L2 S3 S4 L4");
    expect("addresses", "ffffffffffffffff R\n00000000000000000010 R\n",
           "Lfffffffffffffff L1");
}
END_TEST

START_TEST(pages_are_read_one_or_several_a_line)
{
    expect("pages", "# Belady 1969\n1 2,3\n7 W, 0 r 16 R\n8 w # last\n9",
           "L1 L2 L3 S7 L0 L10 S8 L9");
}
END_TEST

START_TEST(page_number_is_that_of_the_size_given)
{
    const struct format_ops *format = find("pages");
    const struct format_options options = {.list_page_size = 512};
    struct record record = {0};
    ck_assert_uint_eq(format->granule_shift(&options), 9);
    write_trace("8 9\n", 4);
    ck_assert_int_eq(read_all(format, &options, 12, &record), END);
    ck_assert_str_eq(record.words, "L1 L1"); /* 4096 / 512 is 8 */
    free(record.words);
}
END_TEST

START_TEST(line_of_pages_goes_on_in_the_next_batch)
{
    enum { PER_LINE = 7, LINES = BATCH_STEPS / PER_LINE + 100 }; /* a step each number */
    const struct format_options options = {.list_page_size = 4096};
    struct record record = {0}, expected = {0};
    FILE *file = fopen(path, "w");
    for (unsigned i = 0; i < LINES * PER_LINE; i++) {
        fprintf(file, "%u%c", i % 11, i % PER_LINE == PER_LINE - 1 ? '\n' : ' ');
        add_word(&expected, 'L', i % 11);
    }
    fclose(file);
    ck_assert_int_eq(read_all(find("pages"), &options, 12, &record), END);
    ck_assert_uint_eq(record.batches, 2);
    ck_assert_str_eq(record.words, expected.words);
    free(record.words);
    free(expected.words);
}
END_TEST

static const struct {
    const char *format, *trace, *message;
} wrong[] = {
    {"lackey", "I  0401ab70,3\n S 04zz,8\n",
     ":2:4: bad address '04zz': hexadecimal digits expected"},
    {"lackey", "I  0401ab70,3\n\n X 04,8\n", ":3:2: bad kind 'X': I, S, L or M expected"},
    {"lackey", "SB 0401ab70\n", ":1:1: bad kind 'SB': I, S, L or M expected"},
    {"lackey", " L 04\n",
     ":1:6: missing size: a comma and a number of bytes expected after the address"},
    {"lackey", " L 04,\n", ":1:7: missing size: 1 to 65536 bytes expected"},
    {"lackey", " L 04,x\n", ":1:7: bad size 'x': 1 to 65536 bytes expected"},
    {"lackey", " L 04,0\n", ":1:7: bad size '0': 1 to 65536 bytes expected"},
    {"lackey", " L 04,65537\n", ":1:7: bad size '65537': 1 to 65536 bytes expected"},
    {"lackey", " L 04,99999999999999999999\n",
     ":1:7: bad size '99999999999999999999': 1 to 65536 bytes expected"},
    {"lackey", " L 04,4294967304\n", /* 8 in 32 bits */
     ":1:7: bad size '4294967304': 1 to 65536 bytes expected"},
    {"lackey", " L 04,-8\n", ":1:7: bad size '-8': 1 to 65536 bytes expected"},
    {"lackey", " L 04,8 9\n", ":1:9: unexpected '9': nothing expected after the size"},
    {"lackey", " L ,8\n", ":1:4: missing address: hexadecimal digits expected"},
    {"lackey", " L\n", ":1:3: missing address: hexadecimal digits expected"},
    {"lackey", " L -4,8\n", ":1:4: bad address '-4': hexadecimal digits expected"},
    {"lackey", " L 10000000000000000,8\n",
     ":1:4: bad address '10000000000000000': at most 64 bits expected"},
    {"din", "0 10\n5 10\n",
     ":2:1: bad label '5': 0 (read), 1 (write) or 2 (instruction fetch) expected"},
    {"din", "0\n", ":1:2: missing address: hexadecimal digits expected"},
    {"din", "0 0xg\n", ":1:3: bad address '0xg': hexadecimal digits expected"},
    {"din", "1 10 four\n", ":1:6: bad size 'four': 1 to 65536 bytes expected"},
    {"din", "1 10 4 4\n", ":1:8: unexpected '4': nothing expected after the size"},
    {"addresses", "07b243a0 R\n07b243a0 X\n",
     ":2:10: bad kind 'X': I, L, R, S, W or M expected"},
    {"addresses", "s 0x1fffff5g 1\n",
     ":1:3: bad address '0x1fffff5g': hexadecimal digits expected"},
    {"addresses", "0x1ffffffffffffffff\n",
     ":1:1: bad address '0x1ffffffffffffffff': at most 64 bits expected"},
    {"addresses", "q 0x1fff 1\n",
     ":1:1: bad address or kind 'q': hexadecimal digits or one of I, L, R, S, W and M "
     "expected"},
    {"addresses", "s 0x1fff one\n", ":1:10: bad cycles 'one': decimal digits expected"},
    {"addresses", "07b243a0 R 1\n",
     ":1:12: unexpected '1': nothing expected after the kind"},
    {"addresses", "0x10,0x20\n", ":1:5: missing kind: I, L, R, S, W or M expected"},
    {"addresses", "R\n", ":1:2: missing address: hexadecimal digits expected"},
    {"pages", "7 0 1\n2 -5\n", ":2:3: bad page number '-5': decimal digits expected"},
    {"pages", "7 0x1\n", ":1:3: bad page number '0x1': decimal digits expected"},
    {"pages", "7 X\n", ":1:3: bad page number 'X': decimal digits expected"},
    {"pages", "W 7\n", ":1:1: bad page number 'W': decimal digits expected"},
    {"pages", "7 4503599627370496\n",
     ":1:3: bad page number '4503599627370496': at most 4503599627370495 expected"},
    {"pages", "99999999999999999999999\n",
     ":1:1: bad page number '99999999999999999999999': at most 4503599627370495 expected"},
    {"pages", "1 \x1b[31m\xff\n",
     ":1:3: bad page number '?[31m?': decimal digits expected"},
    {"pages", "x123456789012345678901234567890123456789012345\n",
     ":1:1: bad page number 'x123456789012345678901234567890123456789...': decimal digits "
     "expected"},
};

START_TEST(mistake_is_named_with_line_and_column)
{
    const struct format_options options = {.list_page_size = 4096};
    struct record record = {0};
    char message[1280];
    write_trace(wrong[_i].trace, strlen(wrong[_i].trace));
    ck_assert_int_eq(read_all(find(wrong[_i].format), &options, 12, &record), ERR_SYNTAX);
    error_format(&error, message, sizeof message);
    ck_assert_int_eq(strncmp(message, path, strlen(path)), 0);
    ck_assert_str_eq(message + strlen(path), wrong[_i].message);
    free(record.words);
}
END_TEST

START_TEST(last_page_of_the_address_space_is_accepted)
{
    expect("pages", "4503599627370495\n", "Lfffffffffffff");
}
END_TEST

/* The format of the highest score, "none" if all are 0. */
static const char *recognised(const char *head, size_t size)
{
    const char *best = "none";
    unsigned highest = 0;
    for (const struct format_ops *const *f = format_table; *f; f++) {
        const unsigned score = (*f)->probe(head, size);
        ck_assert_uint_le(score, 100);
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
    {"lackey", lackey_sample},
    {"addresses", v1_sample},
    {"addresses", v2_sample},
    {"addresses", ref_sample},
    {"addresses", "0x1234\n0x5678\n"},
    {"addresses", "401a000\n5000\n"},
    {"addresses", "00000010\n00000020\n"},     /* decimal, but padded */
    {"addresses", "07624310 R\n07624320 W\n"}, /* the same with kinds */
    {"pages", "7 0 1 2 0 3\n"},
    {"pages", "7 0 1 2 0 3"}, /* the only line need not end */
    {"pages", "7\n0\n1\n2\n0\n3\n"},
    {"pages", "7,0,1,2\r\n0,3\r\n"},
    {"pages", "# page kind\n7 W\n0 R\n"},
    {"pages", "0 1\n2 3\n1 7\n"},        /* labels of din, but small decimals */
    {"pages", "0 12345 1\n1 12345 2\n"}, /* three a line */
    {"pages", "7 12345\n0 1\n"},         /* no label of din */
    {"din", "0 1fff0006e8\n1 0x1fff0006e0\n2 401ab70\n"},
    {"din", "0 10\n1 20\n2 0x30\n"},
    {"din", "0 10000\n2 40\n"},
    {"din", "2 401ab70 4\n0 1fff00 8\n"},
    {"lackey", "I  0401ab70,3\n S 1fff"}, /* cut off */
    {"pages", "7 0 1\n2 R0"},
    {"lackey", "I  0401ab70,3\n S 04zz,8\n L 04,8\n"}, /* for its error */
    {"pages", "7\n0\n1\nx\n0\n3\n"},
    {"none", ""},
    {"none", "\n\n# nothing\n"},
    {"none", "==4242== Lackey, an example Valgrind tool\n"},
    {"none", "I like paging.\nIt is a fine thing.\n"},
    {"none", "{\"page\": 7}\n"},
    {"none", "time,page\n1.5,7\n"},
};

START_TEST(format_is_recognised_from_the_head)
{
    ck_assert_str_eq(recognised(heads[_i].head, strlen(heads[_i].head)), heads[_i].format);
}
END_TEST

START_TEST(binary_file_is_recognised_by_none)
{
    unsigned char head[4096];
    uint32_t state = 1;
    for (size_t i = 0; i < sizeof head; i++) {
        state = state * 1664525 + 1013904223;
        head[i] = (unsigned char)(state >> 24);
    }
    ck_assert_str_eq(recognised((const char *)head, sizeof head), "none");
    memset(head, 0, sizeof head);
    ck_assert_str_eq(recognised((const char *)head, sizeof head), "none");
}
END_TEST

START_TEST(file_in_which_half_the_lines_are_wrong_is_recognised_by_none)
{
    ck_assert_str_eq(recognised("I  0401ab70,3\n S 04zz,8\n", 24), "none");
}
END_TEST

int main(void)
{
    TCase *tcase = tcase_create("format");
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, lackey_gives_kinds_addresses_and_sizes);
    tcase_add_test(tcase, modify_counts_as_load_then_store);
    tcase_add_test(tcase, din_gives_labels_as_kinds);
    tcase_add_test(tcase, din_without_size_never_crosses_a_block);
    tcase_add_test(tcase, addresses_are_read_as_courses_write_them);
    tcase_add_test(tcase, pages_are_read_one_or_several_a_line);
    tcase_add_test(tcase, page_number_is_that_of_the_size_given);
    tcase_add_test(tcase, line_of_pages_goes_on_in_the_next_batch);
    tcase_add_loop_test(tcase, mistake_is_named_with_line_and_column, 0,
                        (int)ARRAY_LEN(wrong));
    tcase_add_test(tcase, last_page_of_the_address_space_is_accepted);
    tcase_add_loop_test(tcase, format_is_recognised_from_the_head, 0,
                        (int)ARRAY_LEN(heads));
    tcase_add_test(tcase, binary_file_is_recognised_by_none);
    tcase_add_test(tcase, file_in_which_half_the_lines_are_wrong_is_recognised_by_none);
    Suite *suite = suite_create("format");
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
