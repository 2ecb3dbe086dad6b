/* record_decode_test.c -- segments decoded by their definitions are the references that
 * instruction by instruction, slot by slot, one would add. */
#include "record/decode.h"

#include "base/rng.h"
#include "unit/record_words.h"

enum { SEGMENTS = 300, SEGMENT_WORDS = 1200 };

static struct rng rng;
static struct builder *builder;
static struct decoder decoder;
static struct definitions definitions;
static struct tally tally;
static struct words words;
static struct pieces got, wanted;
static struct builder *model; /* takes the same references one by one */
static uint64_t model_skip, model_left;
static unsigned begun, records;
static uint32_t last_argument;
static struct error error;

static unsigned below(unsigned n)
{
    return (unsigned)rng_below(&rng, n);
}

/* --- the decoder's host ------------------------------------------------------------------- */

static enum status take(void *context, struct error *err)
{
    (void)context;
    (void)err;
    take_pieces(&got, builder);
    return OK;
}

static enum status record(void *context, enum recording_kind kind, uint32_t argument,
                          const uint64_t *more, uint32_t n, struct error *err)
{
    (void)context;
    (void)kind;
    (void)more;
    (void)n;
    (void)err;
    records++;
    last_argument = argument;
    return OK;
}

static enum status begin(void *context, struct error *err)
{
    (void)context;
    (void)err;
    begun++;
    return OK;
}

static const struct decode_host host = {.take = take, .record = record, .begin = begin};

static void start(unsigned granule_shift, bool instructions)
{
    rng_seed(&rng, 1 + granule_shift);
    ck_assert_int_eq(builder_create(&builder, granule_shift, NULL), OK);
    ck_assert_int_eq(builder_create(&model, granule_shift, NULL), OK);
    ck_assert_int_eq(definitions_init(&definitions, granule_shift, instructions, NULL), OK);
    decoder_init(&decoder, &definitions, builder, &tally, &host, NULL);
    tally = (struct tally){.started = true, .keeping = true, .left = UINT64_MAX};
    model_skip = 0;
    model_left = UINT64_MAX;
}

static void teardown(void)
{
    decoder_release(&decoder);
    builder_free(builder);
    builder_free(model);
    free(words.at);
    free(got.at);
    free(wanted.at);
}

/* --- the model ---------------------------------------------------------------------------- */

struct instruction {
    uint64_t address;
    uint32_t length, nslots;
    struct {
        enum recording_access access;
        uint32_t size;
        bool optional;
    } slots[4];
};

static struct segment {
    uint32_t n;
    struct instruction instructions[90];
} segments[SEGMENTS];

static void model_add(enum reference_kind kind, uint64_t address, uint32_t size)
{
    const unsigned n = kind == MODIFY ? 2 : 1;
    if (model_skip > 0) {
        model_skip -= model_skip < n ? model_skip : n;
        return;
    }
    if (model_left < n) {
        model_left = 0;
        return;
    }
    if (builder_full(model))
        take_pieces(&wanted, model);
    builder_add(model, kind, address, size);
    model_left -= n;
}

/* Code that goes through a few KiB, some of it at the top of the address space. */
static void define_random(uint32_t number)
{
    struct segment *segment = &segments[number];
    uint64_t address = below(30) ? 0x400000 + below(20000) : 0xffffffffff600000 + below(99);
    uint64_t more[SEGMENT_WORDS];
    uint32_t nmore = 1, nslots = 0;
    segment->n = below(20) ? below(12) : below(90);
    for (uint32_t i = 0; i < segment->n; i++) {
        struct instruction *in = &segment->instructions[i];
        in->address = address;
        in->length = i == 0 && below(8) == 0 ? 0 : 1 + below(15);
        in->nslots = below(2) ? 0 : 1 + below(below(10) ? 2 : 4);
        address += in->length + (below(20) ? 0 : below(600));
        more[nmore++] = (in->address & 0xffffffffffff) | (uint64_t)in->length << 48 |
                        (uint64_t)in->nslots << 56;
        for (uint32_t s = 0; s < in->nslots; s++, nslots++) {
            in->slots[s].access = (enum recording_access)below(3);
            in->slots[s].size = below(30) ? 1u << below(6) : 1 + below(3000);
            in->slots[s].optional = below(6) == 0;
            more[nmore++] = in->slots[s].access | in->slots[s].size << 8 |
                            (uint64_t)in->slots[s].optional << 31;
        }
    }
    more[0] = segment->n | (uint64_t)nslots << 32;
    put_record(&words, RECORDING_DEFINE, number, more, nmore);
}

static uint64_t random_address(void)
{
    static uint64_t base = 0x10000000;
    if (below(4) == 0)
        base = 0x10000000 + below(1 << 20);
    return base + below(40);
}

/* Execute a segment; its instructions after the last one do nothing. */
static void execute(uint32_t number, uint32_t ninstructions, bool instructions)
{
    static const enum reference_kind kinds[] = {LOAD, STORE, MODIFY};
    const struct segment *segment = &segments[number];
    put_word(&words, number);
    for (uint32_t i = 0; i < segment->n; i++) {
        const struct instruction *in = &segment->instructions[i];
        if (i < ninstructions && in->length > 0 && instructions)
            model_add(IFETCH, in->address, in->length);
        /* One of several accesses faults, and the later ones are not made. */
        const uint32_t made = i + 1 == ninstructions && ninstructions < segment->n
                                  ? below(in->nslots + 1)
                                  : in->nslots;
        for (uint32_t s = 0; s < in->nslots; s++) {
            const bool done = s < made && !(in->slots[s].optional && below(3) == 0);
            const uint64_t at = done ? random_address() : RECORDING_NOT_DONE;
            put_word(&words, at);
            if (done && i < ninstructions)
                model_add(kinds[in->slots[s].access], at, in->slots[s].size);
        }
    }
}

/* --- strings of segments ------------------------------------------------------------------ */

static void run_random(unsigned n, bool instructions)
{
    uint32_t known = 0;
    static const uint64_t nothing[2] = {0x1000, 0x1000};
    for (unsigned i = 0; i < n; i++) {
        if (known < SEGMENTS && (known == 0 || below(10) == 0))
            define_random(known++);
        const uint32_t number = below(known);
        const struct segment *segment = &segments[number];
        if (segment->n > 0 && below(50) == 0) {
            /* Addresses may repeat after jumps; then it is the first one. */
            const uint32_t last = below(segment->n);
            const uint64_t address = segment->instructions[last].address;
            uint32_t first = 0;
            while (segment->instructions[first].address != address)
                first++;
            execute(number, first + 1, instructions);
            put_record(&words, RECORDING_FAULTED, 1, &address, 1);
        } else {
            execute(number, segment->n, instructions);
        }
        if (below(100) == 0)
            put_record(&words, RECORDING_UNMAP, 7, nothing, 2);
    }
    put_record(&words, RECORDING_UNMAP, 8, nothing, 2);
}

/* Where segments and records end, so that chunks can end there. */
static uint32_t *find_ends(uint32_t *nends)
{
    uint32_t *ends = malloc(words.n * sizeof *ends);
    ck_assert_ptr_nonnull(ends);
    *nends = 0;
    for (uint32_t at = 0; at < words.n;) {
        const uint64_t word = words.at[at++];
        if (word >> 56 == RECORDING_SEGMENT)
            for (uint32_t i = 0; i < segments[word].n; i++)
                at += segments[word].instructions[i].nslots;
        else
            at += (uint32_t)(word >> 32) & 0xffffff;
        ends[(*nends)++] = at;
    }
    return ends;
}

/* Decode all words in chunks of random lengths, some of one segment only. */
static enum status decode_in_chunks(void)
{
    uint32_t nends;
    uint32_t *ends = find_ends(&nends), from = 0;
    enum status status = OK;
    for (uint32_t i = 0; i < nends && status == OK; i++) {
        if (i + 1 < nends && below(200) != 0 && below(20) != 0)
            continue;
        status = decode_chunk(&decoder, words.at + from, ends[i] - from, &error);
        from = ends[i];
    }
    free(ends);
    return status;
}

static void compare(void)
{
    take_pieces(&got, builder);
    take_pieces(&wanted, model);
    ck_assert_same_pieces(&got, &wanted);
    ck_assert_uint_eq(tally.kept,
                      wanted.counts.ifetches + wanted.counts.loads + wanted.counts.stores);
}

static const unsigned shifts[] = {4, 9, 12, 30};

START_TEST(segments_are_the_references_of_their_definitions)
{
    start(shifts[_i / 2], _i % 2);
    run_random(15000, _i % 2);
    ck_assert_int_eq(decode_in_chunks(), OK);
    compare();
    ck_assert_uint_gt(records, 50);
    ck_assert_uint_eq(last_argument, 8);
}
END_TEST

START_TEST(what_is_left_out_and_what_is_kept_is_exact_to_the_reference)
{
    start(9, true);
    rng_seed(&rng, (uint64_t)_i);
    model_skip = tally.skip = below(20000);
    model_left = tally.left = 1 + below(20000);
    tally.keeping = tally.skip == 0;
    run_random(6000, true);
    ck_assert_int_eq(decode_in_chunks(), END);
    compare();
    ck_assert_uint_eq(begun, 1);
}
END_TEST

START_TEST(nothing_counts_before_the_function_is_entered)
{
    start(9, true);
    tally.started = tally.keeping = false;
    tally.skip = 2;
    put_plain_definition(&words, 0, 0x400000, 3);
    put_word(&words, 0);
    put_word(&words, 0);
    put_record(&words, RECORDING_START, 0, NULL, 0);
    put_word(&words, 0);
    put_word(&words, 0);
    put_record(&words, RECORDING_EXIT, 0, (const uint64_t[]){0x40000c}, 1);
    ck_assert_int_eq(decode_chunk(&decoder, words.at, words.n, &error), OK);
    ck_assert_uint_eq(tally.passed, 6 + 2);
    ck_assert_uint_eq(tally.kept, 1 + 3);
}
END_TEST

/* Of a segment of three instructions. */
static const struct {
    uint32_t status;
    uint64_t address;
    unsigned fetches;
} ends[] = {
    {0, 0x400004, 3},   /* it has called exit */
    {256, 0x400004, 2}, /* the second one faulted */
    {256, 0x40000c, 3}, /* a signal came after it */
};

START_TEST(the_last_segment_ends_where_a_fault_ended_the_program)
{
    start(9, true);
    put_plain_definition(&words, 0, 0x400000, 3);
    put_word(&words, 0);
    put_record(&words, RECORDING_EXIT, ends[_i].status, &ends[_i].address, 1);
    ck_assert_int_eq(decode_chunk(&decoder, words.at, words.n, &error), OK);
    ck_assert_uint_eq(tally.kept, ends[_i].fetches);
}
END_TEST

START_TEST(a_segment_at_the_end_waits_for_what_comes_next)
{
    start(9, true);
    put_plain_definition(&words, 0, 0x400000, 3);
    put_word(&words, 0);
    ck_assert_int_eq(decode_chunk(&decoder, words.at, words.n, &error), OK);
    ck_assert_uint_eq(tally.kept, 0);
    words.n = 0;
    put_record(&words, RECORDING_FAULTED, 1, (const uint64_t[]){0x400000}, 1);
    ck_assert_int_eq(decode_chunk(&decoder, words.at, words.n, &error), OK);
    ck_assert_uint_eq(tally.kept, 1);
}
END_TEST

START_TEST(a_forked_image_shares_definitions_and_adds_its_own)
{
    start(9, true);
    put_plain_definition(&words, 0, 0x400000, 3);
    ck_assert_int_eq(decode_chunk(&decoder, words.at, words.n, &error), OK);
    struct decoder child;
    ck_assert_int_eq(definitions_fork(&definitions, &decoder.definitions, NULL), OK);
    decoder_init(&child, &definitions, builder, &tally, &host, NULL);
    /* The same number means another segment on either side from here on. */
    words.n = 0;
    put_plain_definition(&words, 1, 0x500000, 5);
    ck_assert_int_eq(decode_chunk(&child, words.at, words.n, &error), OK);
    words.n = 0;
    put_plain_definition(&words, 1, 0x600000, 7);
    ck_assert_int_eq(decode_chunk(&decoder, words.at, words.n, &error), OK);
    decoder_release(&decoder); /* the parent ends first */
    decoder = child;
    words.n = 0;
    put_word(&words, 0);
    put_word(&words, 1);
    put_record(&words, RECORDING_EXIT, 0, (const uint64_t[]){0}, 1);
    ck_assert_int_eq(decode_chunk(&decoder, words.at, words.n, &error), OK);
    take_pieces(&got, builder);
    ck_assert_uint_eq(got.n, 3 + 5);
    ck_assert_uint_eq(got.at[7].block, 0x500000 >> 9);
}
END_TEST

/* Words that no tool writes, after a definition of segment 1 with one slot. */
static const uint64_t nonsense[][3] = {
    {0},                                                   /* number passed over */
    {2},                                                   /* number never defined */
    {UINT64_C(200) << 56},                                 /* no kind */
    {(uint64_t)RECORDING_UNMAP << 56 | UINT64_C(9) << 32}, /* longer than the chunk */
    {(uint64_t)RECORDING_DEFINE << 56 | 5},                /* of nothing */
    {(uint64_t)RECORDING_DEFINE << 56 | UINT64_C(2) << 32, 3, 0}, /* too short */
    {(uint64_t)RECORDING_DEFINE << 56 | UINT64_C(2) << 32, 1, UINT64_C(1) << 56},
};

START_TEST(words_that_make_no_sense_are_damage)
{
    start(9, true);
    const uint64_t more[] = {1 | UINT64_C(1) << 32, 0x400000 | UINT64_C(0x0104) << 48,
                             RECORDING_LOAD | 8 << 8};
    put_record(&words, RECORDING_DEFINE, 1, more, 3);
    put_word(&words, 1);
    put_word(&words, 0x1000);
    for (int i = 0; i < 3; i++)
        put_word(&words, nonsense[_i][i]);
    ck_assert_int_eq(decode_chunk(&decoder, words.at, words.n, &error), ERR_DAMAGED);
}
END_TEST

static Suite *decode_suite(void)
{
    Suite *suite = suite_create("record_decode");
    TCase *tests = tcase_create("decode");
    tcase_add_checked_fixture(tests, NULL, teardown);
    tcase_add_loop_test(tests, segments_are_the_references_of_their_definitions, 0,
                        2 * (int)ARRAY_LEN(shifts));
    tcase_add_loop_test(tests, what_is_left_out_and_what_is_kept_is_exact_to_the_reference,
                        1, 30);
    tcase_add_test(tests, nothing_counts_before_the_function_is_entered);
    tcase_add_loop_test(tests, the_last_segment_ends_where_a_fault_ended_the_program, 0,
                        (int)ARRAY_LEN(ends));
    tcase_add_test(tests, a_segment_at_the_end_waits_for_what_comes_next);
    tcase_add_test(tests, a_forked_image_shares_definitions_and_adds_its_own);
    tcase_add_loop_test(tests, words_that_make_no_sense_are_damage, 0,
                        (int)ARRAY_LEN(nonsense));
    suite_add_tcase(suite, tests);
    return suite;
}

int main(void)
{
    SRunner *runner = srunner_create(decode_suite());
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
