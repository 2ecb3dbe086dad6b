/* flt_nonsense_test.c -- native traces whose checksums are right and whose contents are not:
 * none of them may make a batch that leads its reader out of bounds. */
#include "unit/flt_file.h"

#include <xxhash.h>
#include <zstd.h>

/* A sound batch to spoil: code in block 0, data in block 1; I L | L S. */
static void build_sound(void)
{
    struct batch *batch = &batches[0];
    ck_assert_int_eq(batch_init(batch, NULL), OK);
    nbatches = 1;
    batch->nblocks = batch->nshapes = batch->nsteps = 2;
    batch->blocks[0] = 8;
    batch->blocks[1] = 2000;
    batch->shapes[0] = (struct shape){.data = 1, .length = 2};
    batch->shapes[1] = (struct shape){.data = 3, .store = 2, .length = 2};
    batch->steps[0] = 1 << STEP_SHAPE_BITS;
    batch->steps[1] = 1 << STEP_SHAPE_BITS | 1;
    batch->start[0] = 0;
    batch->counts = (struct reference_counts){.ifetches = 1, .loads = 2, .stores = 1};
}

static void block_out_of_range(struct batch *batch)
{
    batch->steps[1] = 2 << STEP_SHAPE_BITS;
}

static void shape_out_of_range(struct batch *batch)
{
    batch->steps[1] = 1 << STEP_SHAPE_BITS | 2;
}

static void store_without_data(struct batch *batch)
{
    batch->shapes[1].store = 2;
    batch->shapes[1].data = 1;
}

static void bit_beyond_the_length(struct batch *batch)
{
    batch->shapes[1].data = 7;
}

static void start_out_of_range(struct batch *batch)
{
    batch->start[1] = 2;
}

static void code_used_before_it_is_anywhere(struct batch *batch)
{
    batch->start[0] = BLOCK_NONE;
}

static void data_used_before_it_is_anywhere(struct batch *batch)
{
    batch->shapes[0] = (struct shape){.data = 2, .length = 2};
}

static void code_used_later_but_never_placed(struct batch *batch)
{
    batch->start[0] = BLOCK_NONE;
    batch->shapes[0].data = 3;
    batch->shapes[1].data = 1;
    batch->shapes[1].store = 0;
}

static void (*const spoilers[])(struct batch *) = {
    block_out_of_range,
    shape_out_of_range,
    store_without_data,
    bit_beyond_the_length,
    start_out_of_range,
    code_used_before_it_is_anywhere,
    data_used_before_it_is_anywhere,
    code_used_later_but_never_placed,
};

static void must_refuse(const char *what)
{
    read_trace(path, false);
    ck_assert_msg(got.status == ERR_DAMAGED, "%s", error.text);
    ck_assert_uint_eq(got.n, 0);
    must_say(what, 0);
}

START_TEST(sound_batch_is_accepted)
{
    build_sound();
    write_trace(9, "");
    read_trace(path, false);
    ck_assert_msg(got.status == END, "%s", error.text);
    ck_assert_uint_eq(got.n, 1);
}
END_TEST

START_TEST(nonsense_in_a_batch_is_refused)
{
    build_sound();
    spoilers[_i](&batches[0]);
    write_trace(9, "");
    must_refuse("damaged: chunk 0 at byte 36 has contents that make no sense");
}
END_TEST

/* --- bytes changed, checksums made right again ------------------------------------------ */

static void write_sound(void)
{
    build_sound();
    write_trace(9, "");
    load_file();
}

static void seal_chunk(void)
{
    unsigned char *h = bytes + chunk_at[0];
    put64(h + 72, XXH3_64bits(h + FLT_CHUNK_HEADER, get32(h + 64)));
    put32(h + 4,
          (uint32_t)XXH3_64bits(h + FLT_CHUNK_SUMMED, FLT_CHUNK_HEADER - FLT_CHUNK_SUMMED));
}

/* Put other bytes in the place of the payload. */
static void replace_payload(const void *payload, size_t length)
{
    unsigned char *h = bytes + chunk_at[0], *end = bytes + chunk_at[1];
    memmove(h + FLT_CHUNK_HEADER + length, end, size - chunk_at[1]);
    memcpy(h + FLT_CHUNK_HEADER, payload, length);
    size = size - chunk_at[1] + chunk_at[0] + FLT_CHUNK_HEADER + length;
    put32(h + 64, (uint32_t)length);
    seal_chunk();
    save_file(size);
}

/* Compress these bytes into the payload. */
static void expand_to(const unsigned char *raw, size_t length)
{
    static unsigned char packed[1 << 16];
    const size_t n = ZSTD_compress(packed, sizeof packed, raw, length, 1);
    ck_assert(!ZSTD_isError(n));
    put32(bytes + chunk_at[0] + 68, (uint32_t)length);
    replace_payload(packed, n);
}

/* The payload of the sound batch: blocks 8 and 2000, two shapes, two steps. */
static const unsigned char sound[] = {8 * 2,
                                      (1992 * 2 & 0x7f) | 0x80,
                                      1992 * 2 >> 7, /* zigzag differences */
                                      2,
                                      1,
                                      0,
                                      2,
                                      3,
                                      2, /* length, data, store */
                                      0,
                                      0,
                                      1,
                                      0,
                                      1,
                                      0,
                                      1,
                                      0};

START_TEST(payload_is_as_documented)
{
    unsigned char raw[64];
    write_sound();
    ck_assert_uint_eq(ZSTD_decompress(raw, sizeof raw, bytes + chunk_at[0] + 80,
                                      chunk_at[1] - chunk_at[0] - 80),
                      sizeof sound);
    ck_assert_mem_eq(raw, sound, sizeof sound);
}
END_TEST

/* One byte of the sound payload changed. */
static const struct {
    size_t at;
    unsigned char byte;
} changed[] = {
    {3, 0}, /* a shape of no references */
    {3, 65},
    {3, 127},  /* of too many */
    {6, 9},    /* of so many that the rest is too short */
    {2, 0xff}, /* a number that goes on */
    {sizeof sound - 1, 1},
    {sizeof sound - 3, 2}, /* block, shape out of range */
};

START_TEST(nonsense_in_the_payload_is_refused)
{
    unsigned char raw[sizeof sound];
    memcpy(raw, sound, sizeof sound);
    raw[changed[_i].at] = changed[_i].byte;
    write_sound();
    expand_to(raw, sizeof raw);
    must_refuse("damaged: chunk 0 at byte 36 has contents that make no sense");
}
END_TEST

START_TEST(payload_of_another_length_is_refused)
{
    static unsigned char raw[sizeof sound + 1];
    memcpy(raw, sound, sizeof sound);
    write_sound();
    for (size_t length = 0; length <= sizeof raw; length++) {
        if (length == sizeof sound)
            continue;
        load_file();
        expand_to(raw, length);
        must_refuse("has contents that make no sense");
    }
}
END_TEST

START_TEST(block_number_that_never_ends_is_refused)
{
    static unsigned char raw[100];
    memset(raw, 0x80, sizeof raw);
    write_sound();
    expand_to(raw, sizeof raw);
    must_refuse("has contents that make no sense");
}
END_TEST

/* Masks of nine bytes or more, which are all there. */
START_TEST(shape_of_more_than_64_references_is_refused)
{
    static const unsigned char lengths[] = {65, 72, 127};
    for (size_t i = 0; i < ARRAY_LEN(lengths); i++) {
        unsigned char raw[sizeof sound + 30] = {0};
        const size_t masks = 2 * (((size_t)lengths[i] + 7) / 8);
        memcpy(raw, sound, 3);
        raw[3] = lengths[i];
        memcpy(raw + 4 + masks, sound + 6, sizeof sound - 6);
        if (i > 0)
            batch_release(&batches[0]);
        write_sound();
        expand_to(raw, sizeof sound - 2 + masks);
        must_refuse("has contents that make no sense");
    }
}
END_TEST

START_TEST(payload_that_is_not_compressed_is_refused)
{
    write_sound();
    replace_payload("not compressed", 14);
    must_refuse("damaged: chunk 0 at byte 36 does not expand");
}
END_TEST

/* Some kilobytes that stand for more than any batch holds. */
START_TEST(payload_that_expands_beyond_all_bounds_is_refused)
{
    const size_t length = 2 * (size_t)FLT_EXPANDED_MAX;
    unsigned char *raw = calloc(1, length);
    ck_assert_ptr_nonnull(raw);
    write_sound();
    expand_to(raw, length);
    must_refuse("has impossible sizes");
    load_file();
    put32(bytes + chunk_at[0] + 68, sizeof sound);
    seal_chunk();
    save_file(size);
    must_refuse("does not expand");
    free(raw);
}
END_TEST

/* Fields of the chunk's header; 4 bytes each. */
static const struct {
    size_t at;
    uint32_t value;
    const char *expected;
} fields[] = {
    {16, 0, "has contents that make no sense"}, /* no steps, so its steps are operations */
    {16, BATCH_STEPS + 1, "has impossible sizes"},
    {20, BATCH_SHAPES + 1, "has impossible sizes"},
    {24, BATCH_BLOCKS + 1, "has impossible sizes"},
    {64, UINT32_MAX, "has impossible sizes"},
    {68, FLT_EXPANDED_MAX + 1, "has impossible sizes"},
    {68, sizeof sound - 1, "does not expand"},
    {16, 1, "has contents that make no sense"},
    {20, 1, "has contents that make no sense"},
    {24, 1, "has contents that make no sense"},
    {8, 1, "is missing from the file"}, /* number 1 in the place of 0 */
};

START_TEST(nonsense_in_a_chunk_header_is_refused)
{
    write_sound();
    unsigned char *h = bytes + chunk_at[0];
    put32(h + fields[_i].at, fields[_i].value);
    put32(h + 4,
          (uint32_t)XXH3_64bits(h + FLT_CHUNK_SUMMED, FLT_CHUNK_HEADER - FLT_CHUNK_SUMMED));
    save_file(size);
    must_refuse(fields[_i].expected);
    must_say("damaged: chunk 0 at byte 36 ", 0);
}
END_TEST

/* Fields of the file's header: version, size, granule shift, length of the origin. */
static const struct {
    size_t at;
    uint32_t value;
    const char *expected;
} header_fields[] = {
    {8, 0, "native trace of version 0; this program reads 1 to 4"},
    {8, 3, "damaged: the header at byte 0"}, /* it would say how the trace is reduced */
    {8, 5, "native trace of version 5; this program reads 1 to 4"},
    {12, 37, "damaged: the header at byte 0"},
    {16, 3, "damaged: the header at byte 0"},
    {16, 31, "damaged: the header at byte 0"},
    {24, 1, "damaged: the header at byte 0"},
    {24, FLT_ORIGIN_MAX + 1, "damaged: the header at byte 0"},
    {24, UINT32_MAX, "damaged: the header at byte 0"},
};

START_TEST(nonsense_in_the_header_is_refused)
{
    write_sound();
    put32(bytes + header_fields[_i].at, header_fields[_i].value);
    put64(bytes + chunk_at[0] - 8, XXH3_64bits(bytes, chunk_at[0] - 8));
    save_file(size);
    must_refuse(header_fields[_i].expected);
}
END_TEST

START_TEST(origin_longer_than_any_is_refused)
{
    const size_t length = FLT_HEADER_FIXED + FLT_ORIGIN_MAX + 1 + 8;
    write_sound();
    memset(bytes + FLT_HEADER_FIXED, 'o', FLT_ORIGIN_MAX + 1);
    put32(bytes + 12, (uint32_t)length);
    put32(bytes + 24, FLT_ORIGIN_MAX + 1);
    put64(bytes + length - 8, XXH3_64bits(bytes, length - 8));
    save_file(length);
    must_refuse("damaged: the header at byte 0");
}
END_TEST

START_TEST(index_of_another_number_of_chunks_is_refused)
{
    for (uint64_t n = 0; n < 3; n += 2) {
        if (n > 0)
            batch_release(&batches[0]);
        write_sound();
        unsigned char *index = bytes + chunk_at[1];
        const size_t summed = size - chunk_at[1] - FLT_TRAILER - 8;
        put64(index + 8, n);
        put64(index + summed, XXH3_64bits(index, summed));
        save_file(size);
        char text[100];
        snprintf(text, sizeof text,
                 n ? "damaged: chunk 1 at byte %zu is missing"
                   : "damaged: the index at byte %zu does not tell of all chunks",
                 chunk_at[1]);
        read_trace(path, false);
        ck_assert_int_eq(got.status, ERR_DAMAGED);
        must_say(text, 0);
    }
}
END_TEST

static Suite *flt_nonsense_suite(void)
{
    Suite *suite = suite_create("flt_nonsense");
    TCase *tests = tcase_create("flt_nonsense");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, sound_batch_is_accepted);
    tcase_add_loop_test(tests, nonsense_in_a_batch_is_refused, 0, (int)ARRAY_LEN(spoilers));
    tcase_add_test(tests, payload_is_as_documented);
    tcase_add_loop_test(tests, nonsense_in_the_payload_is_refused, 0,
                        (int)ARRAY_LEN(changed));
    tcase_add_test(tests, payload_of_another_length_is_refused);
    tcase_add_test(tests, block_number_that_never_ends_is_refused);
    tcase_add_test(tests, shape_of_more_than_64_references_is_refused);
    tcase_add_test(tests, payload_that_is_not_compressed_is_refused);
    tcase_add_test(tests, payload_that_expands_beyond_all_bounds_is_refused);
    tcase_add_loop_test(tests, nonsense_in_a_chunk_header_is_refused, 0,
                        (int)ARRAY_LEN(fields));
    tcase_add_loop_test(tests, nonsense_in_the_header_is_refused, 0,
                        (int)ARRAY_LEN(header_fields));
    tcase_add_test(tests, origin_longer_than_any_is_refused);
    tcase_add_test(tests, index_of_another_number_of_chunks_is_refused);
    suite_add_tcase(suite, tests);
    return suite;
}

int main(void)
{
    return run_suite(flt_nonsense_suite());
}
