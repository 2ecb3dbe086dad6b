/* flt_test.c -- the native format: what was written comes back, and damage is noticed. */
#include "unit/flt_file.h"

#include <fcntl.h>

static const unsigned shifts[] = {4, 9, 12, 30};

static uint64_t distinct_blocks(void)
{
    static uint64_t seen[BATCHES_MAX * 20000];
    uint64_t n = 0;
    for (unsigned i = 0; i < nbatches; i++)
        for (uint32_t k = 0; k < batches[i].nblocks; k++) {
            const uint64_t block = batches[i].blocks[k];
            uint64_t at = 0;
            while (at < n && seen[at] != block)
                at++;
            if (at == n)
                seen[n++] = block;
        }
    return n;
}

START_TEST(what_was_written_comes_back)
{
    build(BATCHES_MAX, 5000, shifts[_i]);
    write_trace(shifts[_i], "random references");
    read_trace(path, false);
    ck_assert_msg(got.status == END, "%s", error.text);
    ck_assert_uint_eq(got.n, BATCHES_MAX);
    ck_assert_uint_eq(got.lost_batches, 0);
}
END_TEST

START_TEST(header_and_index_tell_of_the_trace)
{
    build(5, 2000, 9);
    write_trace(9, "made by hand");
    struct trace *trace;
    const struct trace_options options = {.path = path};
    ck_assert_int_eq(trace_open(&trace, &options, &error), OK);
    const struct trace_info *info = trace_info(trace);
    ck_assert_str_eq(info->format, "flt");
    ck_assert_str_eq(info->origin, "made by hand");
    ck_assert_uint_eq(info->granule_shift, 9);
    ck_assert_uint_eq(info->address_bits, 64);
    ck_assert(info->complete);
    struct reference_counts sum = {0};
    uint64_t steps = 0, ops[VM_OP_KINDS] = {0}, nops = 0;
    for (unsigned i = 0; i < nbatches; i++) {
        sum.ifetches += batches[i].counts.ifetches;
        sum.loads += batches[i].counts.loads;
        sum.stores += batches[i].counts.stores;
        sum.modifies += batches[i].counts.modifies;
        steps += batches[i].nsteps;
        nops += batches[i].nops;
        for (uint32_t k = 0; k < batches[i].nops; k++)
            ops[batches[i].ops[k].kind]++;
    }
    ck_assert_int_eq(memcmp(&info->counts, &sum, sizeof sum), 0);
    ck_assert_uint_eq(sum.ifetches + sum.loads + sum.stores - sum.modifies, 10000);
    ck_assert_uint_eq(info->steps, steps);
    ck_assert_uint_eq(info->batches, 5);
    ck_assert_uint_eq(info->blocks, distinct_blocks());
    ck_assert_uint_gt(nops, 1000);
    ck_assert_uint_eq(info->ops, nops);
    ck_assert_mem_eq(info->ops_of, ops, sizeof ops);
    trace_close(trace);
}
END_TEST

START_TEST(longest_origin_is_kept)
{
    char origin[4096];
    memset(origin, 'o', 4095);
    origin[4095] = '\0';
    build(1, 10, 9);
    write_trace(9, origin);
    struct trace *trace;
    const struct trace_options options = {.path = path};
    ck_assert_int_eq(trace_open(&trace, &options, &error), OK);
    ck_assert_str_eq(trace_info(trace)->origin, origin);
    trace_close(trace);
}
END_TEST

START_TEST(reading_twice_gives_the_same)
{
    write_small();
    bytes[chunk_at[1] + FLT_CHUNK_HEADER] ^= 1;
    save_file(size);
    struct trace *trace;
    const struct trace_options options = {.path = path, .skip_damaged = true};
    ck_assert_int_eq(trace_open(&trace, &options, &error), OK);
    for (int i = 0; i < 3; i++) {
        read_to_end(trace);
        ck_assert_int_eq(got.status, END);
        ck_assert_int_eq(trace_next(trace, &read_batch, &error), END);
        ck_assert_uint_eq(got.n, 2);
        ck_assert_uint_eq(got.lost_batches, 1);
        ck_assert_uint_eq(got.lost_bytes, chunk_at[2] - chunk_at[1]);
        ck_assert_int_eq(trace_rewind(trace, &error), OK);
    }
    trace_close(trace);
}
END_TEST

START_TEST(trace_without_references_is_refused)
{
    write_trace(9, "");
    read_trace(path, false);
    ck_assert_int_eq(got.status, ERR_SYNTAX);
    ck_assert_str_eq(error.text, "empty trace: no references and no operations");
}
END_TEST

START_TEST(abandoned_file_never_appears)
{
    struct flt_writer *writer;
    const struct flt_writer_options options = {.granule_shift = 9, .origin = ""};
    build(1, 10, 9);
    ck_assert_int_eq(flt_writer_create(&writer, path, &options, &error), OK);
    ck_assert_int_eq(flt_writer_put(writer, &batches[0], &error), OK);
    ck_assert_int_ne(access(path, F_OK), 0);
    flt_writer_abandon(writer);
    ck_assert_int_ne(access(path, F_OK), 0);
}
END_TEST

/* --- damage ---------------------------------------------------------------------------- */

static void check_flip(size_t at)
{
    read_trace(path, false);
    must(got.status != END, "a flip that nobody notices", at);
    if (at == 0) /* not even a native trace any more */
        must_say("not recognised as a trace", at);
    else if (at < 8)
        must_say("not a native trace", at);
    else if (at == 8 && strstr(error.text, "damaged")) /* a version of another header */
        must_say("damaged: the header ", at);
    else if (at < 12)
        must_say("native trace of version", at);
    else if (at < chunk_at[0])
        must_say("damaged: the header ", at);
    else
        must_name_part(at);
}

static void check_flip_skipped(size_t at)
{
    const unsigned part = part_of(at);
    const bool lost = part < nbatches; /* and not only the index */
    if (at < chunk_at[0])
        return;
    read_trace(path, true);
    must(got.status == END && got.n == nbatches - lost, "sound chunks", at);
    must(!lost || !got.came[part], "a damaged chunk", at);
    must(got.lost_batches == lost, "lost chunks", at);
    must(got.lost_bytes == (lost ? chunk_at[part + 1] - chunk_at[part] : 0), "lost bytes",
         at);
}

/* Change a byte of the file in place. */
static void poke(size_t at, unsigned char byte)
{
    const int fd = open(path, O_WRONLY);
    must(fd >= 0 && pwrite(fd, &byte, 1, (off_t)at) == 1, "cannot write", at);
    close(fd);
}

START_TEST(every_flipped_bit_is_noticed_and_costs_one_chunk)
{
    write_small();
    for (size_t at = 0; at < size; at++) {
        for (int bit = 0; bit < 8; bit++) {
            poke(at, (unsigned char)(bytes[at] ^ 1u << bit));
            check_flip(at);
        }
        check_flip_skipped(at);
        poke(at, bytes[at]);
    }
}
END_TEST

START_TEST(flipped_bits_of_a_larger_file_are_noticed)
{
    build(6, 20000, 9);
    write_trace(9, "");
    load_file();
    for (int i = 0; i < 200; i++) {
        const size_t at = (size_t)rng_below(&rng, size);
        poke(at, (unsigned char)(bytes[at] ^ 1u << below(8)));
        check_flip(at);
        check_flip_skipped(at);
        poke(at, bytes[at]);
    }
}
END_TEST

START_TEST(every_truncation_is_noticed_and_costs_what_is_cut)
{
    write_small();
    for (size_t length = size; length-- > 0;) {
        ck_assert_int_eq(truncate(path, (off_t)length), 0);
        read_trace(path, false);
        must(got.status != OK && got.status != END, "a cut that nobody notices", length);
        if (length == 0)
            must_say("empty trace", length);
        else if (length < chunk_at[0])
            must_say("damaged: the header is cut short", length);
        else if (length < chunk_at[nbatches] + 4) {
            char place[80]; /* the index may as well be a chunk up to its magic */
            const unsigned part = part_of(length);
            snprintf(place, sizeof place, "damaged: chunk %u at byte %zu is ", part,
                     chunk_at[part]);
            must_say(place, length);
        } else
            must_name_part(length);
        if (length < chunk_at[1])
            continue;
        const unsigned whole = part_of(length);
        const bool in_chunk = length > chunk_at[whole] && length < chunk_at[nbatches] + 4;
        read_trace(path, true);
        must(got.status == END && got.n == whole, "whole chunks", length);
        must(got.lost_batches == in_chunk, "lost chunks", length);
        must(got.lost_bytes == (in_chunk ? length - chunk_at[whole] : 0), "lost bytes",
             length);
    }
}
END_TEST

START_TEST(nothing_left_is_an_error_even_when_skipping)
{
    write_small();
    for (unsigned i = 0; i < nbatches; i++)
        bytes[chunk_at[i] + 20] ^= 1;
    save_file(size);
    read_trace(path, true);
    ck_assert_int_eq(got.status, ERR_DAMAGED);
    ck_assert_uint_eq(got.lost_batches, 3);
}
END_TEST

/* The two headers are not found, so that one search passes both chunks. */
START_TEST(neighbours_that_are_damaged_are_both_counted)
{
    build(4, 10, 9);
    write_trace(9, "");
    load_file();
    bytes[chunk_at[1] + 8] ^= 1;
    bytes[chunk_at[2] + 8] ^= 1;
    save_file(size);
    read_trace(path, true);
    ck_assert_int_eq(got.status, END);
    ck_assert(got.came[0] && got.came[3]);
    ck_assert_uint_eq(got.n, 2);
    ck_assert_uint_eq(got.lost_batches, 2);
    ck_assert_uint_eq(got.lost_bytes, chunk_at[3] - chunk_at[1]);
}
END_TEST

static void remove_chunk(unsigned i)
{
    memmove(bytes + chunk_at[i], bytes + chunk_at[i + 1], size - chunk_at[i + 1]);
    size -= chunk_at[i + 1] - chunk_at[i];
    save_file(size);
}

START_TEST(chunk_that_was_cut_out_is_missed)
{
    write_small();
    remove_chunk(1);
    read_trace(path, false);
    ck_assert_int_eq(got.status, ERR_DAMAGED);
    ck_assert_uint_eq(got.n, 1);
    must_say("damaged: chunk 1 at byte ", chunk_at[1]);
    must_say(" is missing from the file", chunk_at[1]);
    read_trace(path, true);
    ck_assert_int_eq(got.status, END);
    ck_assert(got.came[0] && got.came[2]);
    ck_assert_uint_eq(got.lost_batches, 1);
}
END_TEST

START_TEST(chunk_that_comes_twice_is_refused)
{
    write_small();
    memmove(bytes + chunk_at[2], bytes + chunk_at[1], size - chunk_at[1]);
    size += chunk_at[2] - chunk_at[1];
    save_file(size);
    read_trace(path, false);
    ck_assert_int_eq(got.status, ERR_DAMAGED);
    must_say("has a number that was there before", chunk_at[2]);
}
END_TEST

static Suite *flt_suite(void)
{
    Suite *suite = suite_create("flt");
    TCase *tests = tcase_create("flt");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_loop_test(tests, what_was_written_comes_back, 0, (int)ARRAY_LEN(shifts));
    tcase_add_test(tests, header_and_index_tell_of_the_trace);
    tcase_add_test(tests, longest_origin_is_kept);
    tcase_add_test(tests, reading_twice_gives_the_same);
    tcase_add_test(tests, trace_without_references_is_refused);
    tcase_add_test(tests, abandoned_file_never_appears);
    tcase_add_test(tests, every_flipped_bit_is_noticed_and_costs_one_chunk);
    tcase_add_test(tests, flipped_bits_of_a_larger_file_are_noticed);
    tcase_add_test(tests, every_truncation_is_noticed_and_costs_what_is_cut);
    tcase_add_test(tests, nothing_left_is_an_error_even_when_skipping);
    tcase_add_test(tests, neighbours_that_are_damaged_are_both_counted);
    tcase_add_test(tests, chunk_that_was_cut_out_is_missed);
    tcase_add_test(tests, chunk_that_comes_twice_is_refused);
    suite_add_tcase(suite, tests);
    return suite;
}

int main(void)
{
    return run_suite(flt_suite());
}
