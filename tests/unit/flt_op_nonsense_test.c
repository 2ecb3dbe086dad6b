/* flt_op_nonsense_test.c -- native traces whose checksums are right and whose operations are
 * not: no field of them may be believed. */
#include "unit/flt_file.h"

#include <xxhash.h>
#include <zstd.h>

enum { RAW_MAX = 1 << 21 };

/* The payload of the sound batch, expanded, and where its operations begin. */
static unsigned char raw[RAW_MAX];
static size_t raw_size;
enum { OPS_AT = 1 + 3 + 4 }; /* a block, a shape, a step */

/* One load; a map of a file before it, a map of another and a fork after it. */
static void write_sound(void)
{
    struct builder *builder;
    const struct vm_op map = {.kind = VM_MAP, .start = 4096, .length = 10, .protection = 5};
    const struct vm_op fork = {.kind = VM_FORK, .stream = 2};
    ck_assert_int_eq(builder_create(&builder, 9, NULL), OK);
    ck_assert_int_eq(batch_init(&batches[0], NULL), OK);
    nbatches = 1;
    builder_op(builder, &map, "a");
    builder_add(builder, LOAD, 4096, 8);
    builder_op(builder, &map, "bc");
    builder_op(builder, &fork, NULL);
    builder_take(builder, &batches[0]);
    builder_free(builder);
    write_trace(9, "");
    load_file();
    raw_size = ZSTD_decompress(raw, RAW_MAX, bytes + chunk_at[0] + FLT_CHUNK_HEADER,
                               chunk_at[1] - chunk_at[0] - FLT_CHUNK_HEADER);
    ck_assert(!ZSTD_isError(raw_size));
}

/* Write the file anew with `length` bytes of raw as its payload, all checksums right. */
static void save_raw(size_t length)
{
    static unsigned char packed[RAW_MAX];
    load_file();
    unsigned char *h = bytes + chunk_at[0], *end = bytes + chunk_at[1];
    const size_t n = ZSTD_compress(packed, sizeof packed, raw, length, 1);
    ck_assert(!ZSTD_isError(n));
    memmove(h + FLT_CHUNK_HEADER + n, end, size - chunk_at[1]);
    memcpy(h + FLT_CHUNK_HEADER, packed, n);
    size = size - chunk_at[1] + chunk_at[0] + FLT_CHUNK_HEADER + n;
    put64(bytes + size - FLT_TRAILER, chunk_at[0] + FLT_CHUNK_HEADER + n);
    put32(h + 64, (uint32_t)n);
    put32(h + 68, (uint32_t)length);
    put64(h + 72, XXH3_64bits(h + FLT_CHUNK_HEADER, n));
    put32(h + 4,
          (uint32_t)XXH3_64bits(h + FLT_CHUNK_SUMMED, FLT_CHUNK_HEADER - FLT_CHUNK_SUMMED));
    save_file(size);
}

static void must_refuse(const char *what, size_t at)
{
    read_trace(path, false);
    must(got.status == ERR_DAMAGED && got.n == 0, "nonsense that is believed", at);
    must_say(what, at);
}

START_TEST(operations_are_as_documented)
{
    static const unsigned char expected[] = {
        3, 0,  0, 0,   5, 0,   0,   0, /* operations, bytes of names                            */
        0, 0,  0, 0,   0, 5,   0,   0, /* step, kind, protection, advice, shared                */
        0, 0,  0, 0,   0, 0,   0,   0, /* file, stream                                          */
        0, 16, 0, 0,   0, 0,   0,   0, 10, 0, 0, 0,   0,   0,   0,   0, /* start, length               */
        0, 0,  0, 0,   0, 0,   0,   0, /* offset                      */
        1, 0,  0, 0,   0, 5,   0,   0, 2,  0, 0, 0,   0,   0,   0,   0, /* the second map              */
        0, 16, 0, 0,   0, 0,   0,   0, 10, 0, 0, 0,   0,   0,   0,   0, 0, 0, 0, 0, 0,
        0, 0,  0, 1,   0, 0,   0,   4, 0,  0, 0, 255, 255, 255, 255, 2, 0, 0, 0, /* the fork               */
        0, 0,  0, 0,   0, 0,   0,   0, 0,  0, 0, 0,   0,   0,   0,   0, 0, 0, 0, 0, 0,
        0, 0,  0, 'a', 0, 'b', 'c', 0};
    write_sound();
    ck_assert_uint_eq(raw_size - OPS_AT, sizeof expected);
    ck_assert_mem_eq(raw + OPS_AT, expected, sizeof expected);
    save_raw(raw_size);
    read_trace(path, false);
    ck_assert_msg(got.status == END, "%s", error.text);
    ck_assert_uint_eq(got.n, 1);
}
END_TEST

/* A field of the second operation, or of the section's head (op -1) or the names (op 3). */
static const struct {
    int op;
    size_t at, width;
    uint64_t value;
} changed[] = {
    {-1, 0, 4, 0}, /* none, and yet it is there */
    {-1, 0, 4, 2},
    {-1, 0, 4, 4},
    {-1, 0, 4, BATCH_OPS + 1},
    {-1, 0, 4, UINT32_MAX},
    {-1, 4, 4, 4},
    {-1, 4, 4, 6},
    {-1, 4, 4, BATCH_NAMES + 1},
    {-1, 4, 4, UINT32_MAX},
    {0, 0, 4, 2}, /* after the step of the second */
    {2, 0, 4, 2}, /* beyond the last step */
    {2, 0, 4, UINT32_MAX},
    {2, 0, 4, 0}, /* before that of the second */
    {1, 4, 1, VM_OP_KINDS},
    {1, 4, 1, 255},
    {1, 4, 1, VM_UNMAP}, /* which has neither protection nor file */
    {1, 4, 1, VM_EXIT},
    {1, 5, 1, 8},
    {1, 5, 1, 255},
    {1, 6, 1, VM_RANDOM}, /* of a map */
    {1, 6, 1, 255},
    {1, 7, 1, 2}, /* neither shared nor not */
    {1, 7, 1, 255},
    {2, 7, 1, 1}, /* a shared fork */
    {1, 8, 4, 5}, /* beyond the names */
    {1, 8, 4, 4}, /* an empty name */
    {1, 8, 4, VM_ANONYMOUS - 1},
    {2, 8, 4, 0},  /* a fork of a file */
    {1, 12, 4, 1}, /* a map of a stream */
    {2, 12, 4, 0}, /* a fork of none */
    {2, 16, 8, 1},
    {2, 24, 8, 1},
    {1, 24, 8, 0}, /* no byte */
    {1, 16, 8, UINT64_MAX - 8},
    {1, 32, 8, UINT64_MAX - 8},
    {2, 32, 8, 1},
    {3, 4, 1, 'd'}, /* the last name has no end */
};

START_TEST(no_field_is_believed)
{
    write_sound();
    unsigned char *field = raw + OPS_AT + changed[_i].at;
    if (changed[_i].op >= 0)
        field += FLT_OPS_HEADER + FLT_OP * (size_t)changed[_i].op;
    for (size_t i = 0; i < changed[_i].width; i++)
        field[i] = (unsigned char)(changed[_i].value >> (8 * i));
    save_raw(raw_size);
    must_refuse("damaged: chunk 0 at byte 36 has contents that make no sense", 0);
}
END_TEST

START_TEST(operations_of_another_length_are_refused)
{
    write_sound();
    raw[raw_size] = 0;
    for (size_t length = OPS_AT + 1; length <= raw_size + 1; length++) {
        if (length == raw_size)
            continue;
        write_trace(9, "");
        save_raw(length);
        must_refuse("has contents that make no sense", length);
    }
}
END_TEST

START_TEST(name_longer_than_any_is_refused)
{
    write_sound();
    unsigned char *names = raw + raw_size - 5;
    put32(raw + OPS_AT + 4, VM_NAME_MAX + 2); /* the first name; no second */
    put32(raw + OPS_AT + FLT_OPS_HEADER + FLT_OP + 8, 0);
    memset(names, 'n', VM_NAME_MAX + 1);
    names[VM_NAME_MAX + 1] = '\0';
    save_raw((size_t)(names + VM_NAME_MAX + 2 - raw));
    must_refuse("has contents that make no sense", 0);
    names[VM_NAME_MAX] = '\0'; /* as long as one may be */
    write_trace(9, "");
    save_raw((size_t)(names + VM_NAME_MAX + 2 - raw));
    struct trace *trace;
    const struct trace_options options = {.path = path};
    ck_assert_int_eq(trace_open(&trace, &options, &error), OK);
    ck_assert_int_eq(trace_next(trace, &read_batch, &error), OK);
    ck_assert_uint_eq(strlen(read_batch.names), VM_NAME_MAX);
    trace_close(trace);
}
END_TEST

START_TEST(chunk_of_nothing_is_refused)
{
    write_sound();
    put32(bytes + chunk_at[0] + 16, 0);
    save_file(size);
    save_raw(OPS_AT - 4);
    must_refuse("has contents that make no sense", 0);
}
END_TEST

/* All that is there is as long as it says, and yet no batch has room for it. */
static const struct {
    uint32_t nops, names_length;
} sizes[] = {{0, 0}, {0, 5}, {BATCH_OPS + 1, 0}, {1, BATCH_NAMES + 1}};

START_TEST(operations_that_no_batch_has_are_refused)
{
    write_sound();
    unsigned char *ops = raw + OPS_AT + FLT_OPS_HEADER;
    const size_t length = sizes[_i].nops * (size_t)FLT_OP + sizes[_i].names_length;
    memset(ops, 0, length);
    for (uint32_t i = 0; i < sizes[_i].nops; i++) {
        ops[FLT_OP * (size_t)i + 4] = VM_EXIT;
        put32(ops + FLT_OP * (size_t)i + 8, VM_ANONYMOUS);
    }
    put32(raw + OPS_AT, sizes[_i].nops);
    put32(raw + OPS_AT + 4, sizes[_i].names_length);
    save_raw(OPS_AT + FLT_OPS_HEADER + length);
    must_refuse("has contents that make no sense", 0);
}
END_TEST

/* A load, a switch, a load: of the second load all that can be wrong. */
static void write_switch(bool moved, bool continued)
{
    struct builder *builder;
    const struct vm_op to = {.kind = VM_SWITCH, .stream = 1};
    ck_assert_int_eq(builder_create(&builder, 9, NULL), OK);
    ck_assert_int_eq(batch_init(&batches[0], NULL), OK);
    nbatches = 1;
    builder_add(builder, IFETCH, 4096, 8);
    builder_add(builder, LOAD, 4096, 8);
    builder_op(builder, &to, NULL);
    builder_add(builder, LOAD, 4096, 8);
    if (!moved)
        builder_add(builder, LOAD, 4096, 8);
    builder_take(builder, &batches[0]);
    builder_free(builder);
    struct batch *batch = &batches[0];
    ck_assert_uint_eq(batch->nsteps, 3);
    struct shape *last = &batch->shapes[batch->steps[2] & STEP_SHAPE_MASK];
    last->data = moved ? 1 : 1u << 1; /* or: a fetch where the other thread was */
    last->continued = continued;
    write_trace(9, "");
}

START_TEST(thread_goes_on_nowhere_after_a_switch)
{
    write_switch(true, false);
    read_trace(path, false);
    ck_assert_msg(got.status == END, "%s", error.text);
    batch_release(&batches[0]);
    write_switch(false, false);
    must_refuse("has contents that make no sense", 0);
    batch_release(&batches[0]);
    write_switch(true, true);
    must_refuse("has contents that make no sense", 0);
}
END_TEST

/* --- versions -------------------------------------------------------------------------- */

static void make_version(uint32_t version)
{
    put32(bytes + 8, version);
    put64(bytes + chunk_at[0] - 8, XXH3_64bits(bytes, chunk_at[0] - 8));
    save_file(size);
}

static void build_plain(void)
{
    struct builder *builder;
    ck_assert_int_eq(builder_create(&builder, 9, NULL), OK);
    for (nbatches = 0; nbatches < 2; nbatches++) {
        for (unsigned i = 0; i < 100; i++)
            builder_add(builder, LOAD, below(1 << 20), 1);
        ck_assert_int_eq(batch_init(&batches[nbatches], NULL), OK);
        builder_take(builder, &batches[nbatches]);
    }
    builder_free(builder);
    write_trace(9, "");
    load_file();
}

START_TEST(trace_of_version_1_is_read)
{
    build_plain();
    make_version(1);
    read_trace(path, false);
    ck_assert_msg(got.status == END, "%s", error.text);
    ck_assert_uint_eq(got.n, 2);
}
END_TEST

/* Version 1 had an index of 24 bytes a chunk and 88 more, its trailer 16 of them. */
/* One operation of a kind in a file whose index counts the first so many kinds. */
static void write_kinds(uint32_t version, uint32_t kinds, struct vm_op op, const char *name)
{
    struct builder *builder;
    ck_assert_int_eq(builder_create(&builder, 9, NULL), OK);
    ck_assert_int_eq(batch_init(&batches[0], NULL), OK);
    nbatches = 1;
    builder_op(builder, &op, name);
    builder_add(builder, LOAD, 4096, 8);
    builder_take(builder, &batches[0]);
    builder_free(builder);
    write_trace(9, "");
    load_file();
    make_version(version);
    const size_t at = chunk_at[1], kinds_end = size - FLT_TRAILER - 8;
    put32(bytes + at + 4, kinds);
    const size_t more = 8 * (VM_OP_KINDS - kinds);
    memmove(bytes + kinds_end - more, bytes + kinds_end, FLT_TRAILER + 8);
    size -= more;
    put64(bytes + kinds_end - more, XXH3_64bits(bytes + at, kinds_end - more - at));
    save_file(size);
}

/* As version 2 was: its index counts eight kinds. */
static void write_version_2(struct vm_op op, const char *name)
{
    write_kinds(2, 8, op, name);
}

/* The index of version 4 had as many kinds as there were when its program was made. */
START_TEST(index_of_version_4_counts_ten_kinds_or_more)
{
    write_kinds(4, (uint32_t)_i, (struct vm_op){.kind = VM_EXIT}, NULL);
    read_trace(path, false);
    ck_assert_msg(got.status == (_i < 10 ? ERR_DAMAGED : END), "%s", error.text);
    if (_i < 10)
        return;
    struct trace *trace;
    const struct trace_options options = {.path = path};
    ck_assert_int_eq(trace_open(&trace, &options, &error), OK);
    ck_assert(trace_info(trace)->complete);
    ck_assert_uint_eq(trace_info(trace)->ops, 1);
    ck_assert_uint_eq(trace_info(trace)->ops_of[VM_EXIT], 1);
    trace_close(trace);
}
END_TEST

START_TEST(trace_of_version_2_is_read_with_its_eight_kinds)
{
    write_version_2((struct vm_op){.kind = VM_EXIT}, NULL);
    read_trace(path, false);
    ck_assert_msg(got.status == END, "%s", error.text);
    ck_assert_uint_eq(got.n, 1);
    struct trace *trace;
    const struct trace_options options = {.path = path};
    ck_assert_int_eq(trace_open(&trace, &options, &error), OK);
    ck_assert(trace_info(trace)->complete);
    ck_assert_uint_eq(trace_info(trace)->ops, 1);
    ck_assert_uint_eq(trace_info(trace)->ops_of[VM_EXIT], 1);
    trace_close(trace);
}
END_TEST

static const struct {
    struct vm_op op;
    const char *name;
} since_4[] = {
    {{.kind = VM_SWITCH}, NULL},
    {{.kind = VM_NAME}, "a"},
    {{.kind = VM_EXIT, .stream = 1}, NULL},
    {{.kind = VM_WAIT}, NULL},
    {{.kind = VM_SLEEP}, NULL},
    {{.kind = VM_VFORK, .stream = 1}, NULL},
    {{.kind = VM_MARK}, "a"},
    {{.kind = VM_ADVISE, .length = 1, .advice = VM_FREE}, NULL},
    {{.kind = VM_ADVISE, .length = 1, .advice = VM_NOHUGEPAGE}, NULL},
};

START_TEST(operations_of_version_4_in_a_trace_of_version_2_are_refused)
{
    write_version_2(since_4[_i].op, since_4[_i].name);
    must_refuse("damaged: chunk 0 at byte 36 has an operation that a trace of version 2 "
                "cannot",
                0);
}
END_TEST

START_TEST(index_of_version_2_that_counts_the_kinds_of_version_4_is_refused)
{
    write_sound();
    make_version(2);
    read_trace(path, false);
    ck_assert_int_eq(got.status, ERR_DAMAGED);
    must_say("damaged: the index at byte ", 0);
}
END_TEST

START_TEST(trace_without_operations_has_no_byte_for_them)
{
    build_plain();
    ck_assert_uint_eq(get32(bytes + chunk_at[2] + 4), 0);
    ck_assert_uint_eq(size - chunk_at[2], 2 * 24 + 88);
    for (unsigned i = 0; i < 2; i++) {
        const size_t n = ZSTD_decompress(raw, RAW_MAX, bytes + chunk_at[i] + 80,
                                         chunk_at[i + 1] - chunk_at[i] - 80);
        ck_assert_uint_eq(n, get32(bytes + chunk_at[i] + 68));
        ck_assert_mem_eq(raw + n - 4, &batches[i].steps[batches[i].nsteps - 1], 4);
    }
}
END_TEST

START_TEST(operations_in_a_trace_of_version_1_are_refused)
{
    write_sound();
    make_version(1);
    must_refuse("damaged: chunk 0 at byte 36 has operations, which a trace of version 1 "
                "cannot",
                0);
}
END_TEST

static void seal_index(size_t at)
{
    const size_t summed = size - at - FLT_TRAILER - 8;
    put64(bytes + at + summed, XXH3_64bits(bytes + at, summed));
    save_file(size);
}

/* As many kinds as the index counts are there or not: both are refused. */
static const uint32_t kinds[] = {1, 8, VM_OP_KINDS - 1, VM_OP_KINDS + 1, UINT32_MAX};

START_TEST(index_that_counts_other_kinds_is_refused)
{
    write_sound();
    put32(bytes + chunk_at[1] + 4, kinds[_i]);
    seal_index(chunk_at[1]);
    read_trace(path, false);
    ck_assert_int_eq(got.status, ERR_DAMAGED);
    must_say("damaged: the index at byte ", 0);
}
END_TEST

START_TEST(index_too_short_for_what_it_counts_is_refused)
{
    build_plain();
    put32(bytes + chunk_at[2] + 4, VM_OP_KINDS);
    put64(bytes + chunk_at[2] + 8, 0); /* no entries, so that its length is the least */
    memmove(bytes + chunk_at[2] + 16, bytes + chunk_at[2] + 16 + 48, 48 + 8 + FLT_TRAILER);
    size -= 48;
    seal_index(chunk_at[2]);
    read_trace(path, false);
    ck_assert_int_eq(got.status, ERR_DAMAGED);
    must_say("damaged: the index at byte ", 0);
}
END_TEST

START_TEST(index_with_operations_is_found_after_damage)
{
    write_small();
    for (unsigned i = 1; i < nbatches; i++)
        bytes[chunk_at[i]] ^= 1; /* the magic, so that only a search goes on */
    ck_assert_uint_eq(get32(bytes + chunk_at[nbatches] + 4), VM_OP_KINDS);
    save_file(size);
    read_trace(path, true);
    ck_assert_int_eq(got.status, END);
    ck_assert_uint_eq(got.lost_batches, nbatches - 1);
    ck_assert_uint_eq(got.lost_bytes, chunk_at[nbatches] - chunk_at[1]);
}
END_TEST

static Suite *flt_op_nonsense_suite(void)
{
    Suite *suite = suite_create("flt_op_nonsense");
    TCase *tests = tcase_create("flt_op_nonsense");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, operations_are_as_documented);
    tcase_add_loop_test(tests, no_field_is_believed, 0, (int)ARRAY_LEN(changed));
    tcase_add_test(tests, operations_of_another_length_are_refused);
    tcase_add_test(tests, name_longer_than_any_is_refused);
    tcase_add_test(tests, chunk_of_nothing_is_refused);
    tcase_add_loop_test(tests, operations_that_no_batch_has_are_refused, 0,
                        (int)ARRAY_LEN(sizes));
    tcase_add_test(tests, thread_goes_on_nowhere_after_a_switch);
    tcase_add_test(tests, trace_of_version_1_is_read);
    tcase_add_loop_test(tests, index_of_version_4_counts_ten_kinds_or_more, 8,
                        VM_OP_KINDS + 1);
    tcase_add_test(tests, trace_of_version_2_is_read_with_its_eight_kinds);
    tcase_add_loop_test(tests, operations_of_version_4_in_a_trace_of_version_2_are_refused,
                        0, (int)ARRAY_LEN(since_4));
    tcase_add_test(tests, index_of_version_2_that_counts_the_kinds_of_version_4_is_refused);
    tcase_add_test(tests, trace_without_operations_has_no_byte_for_them);
    tcase_add_test(tests, operations_in_a_trace_of_version_1_are_refused);
    tcase_add_loop_test(tests, index_that_counts_other_kinds_is_refused, 0,
                        (int)ARRAY_LEN(kinds));
    tcase_add_test(tests, index_too_short_for_what_it_counts_is_refused);
    tcase_add_test(tests, index_with_operations_is_found_after_damage);
    suite_add_tcase(suite, tests);
    return suite;
}

int main(void)
{
    return run_suite(flt_op_nonsense_suite());
}
