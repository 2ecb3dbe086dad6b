/* record_words.h -- what the recorder's tool would write, made up by tests, and the pieces of
 * references in blocks that a trace of it must hold. */
#ifndef FAULTLINE_TESTS_UNIT_RECORD_WORDS_H
#define FAULTLINE_TESTS_UNIT_RECORD_WORDS_H

#include "faultline/recording.h"
#include "trace/builder.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

/* --- words ------------------------------------------------------------------------------ */

struct words {
    uint64_t *at;
    uint32_t n, capacity;
};

static inline void put_word(struct words *words, uint64_t word)
{
    if (words->n == words->capacity) {
        words->capacity = words->capacity ? 2 * words->capacity : 1024;
        words->at = realloc(words->at, words->capacity * sizeof *words->at);
        ck_assert_ptr_nonnull(words->at);
    }
    words->at[words->n++] = word;
}

static inline void put_record(struct words *words, enum recording_kind kind,
                              uint32_t argument, const uint64_t *more, uint32_t n)
{
    put_word(words, recording_word(kind, n, argument));
    for (uint32_t i = 0; i < n; i++)
        put_word(words, more[i]);
}

/* A MAP of a file, or with NULL of nothing. */
static inline void put_map(struct words *words, uint64_t start, uint64_t length,
                           uint32_t protection, const char *file)
{
    uint64_t more[3 + 8] = {start, length, 0};
    uint32_t n = 3;
    if (file) {
        ck_assert_uint_lt(strlen(file), 64);
        memcpy(more + 3, file, strlen(file) + 1);
        n += (uint32_t)(strlen(file) / 8 + 1);
    }
    put_record(words, RECORDING_MAP, protection | (file ? 1u << 9 : 0), more, n);
}

static inline void put_name(struct words *words, uint32_t thread, const char *name)
{
    uint64_t more[8] = {0};
    ck_assert_uint_lt(strlen(name), 64);
    memcpy(more, name, strlen(name));
    put_record(words, RECORDING_NAME, thread, more, (uint32_t)(strlen(name) / 8 + 1));
}

/* A segment without slots: n instructions of 4 bytes each. */
static inline void put_plain_definition(struct words *words, uint32_t number,
                                        uint64_t address, uint32_t n)
{
    uint64_t more[64] = {n};
    ck_assert_uint_lt(n, 64);
    for (uint32_t i = 0; i < n; i++)
        more[1 + i] = (address + 4 * (uint64_t)i) | UINT64_C(4) << 48;
    put_record(words, RECORDING_DEFINE, number, more, 1 + n);
}

/* --- pieces ----------------------------------------------------------------------------- */

/* What one reference does in one block. */
struct piece {
    uint64_t block;
    bool data, store, continued;
};

struct pieces {
    struct piece *at;
    size_t n, capacity;
    struct reference_counts counts;
    uint64_t where[2]; /* blocks of the streams */
};

static inline void put_piece(struct pieces *pieces, struct piece piece)
{
    if (pieces->n == pieces->capacity) {
        pieces->capacity = pieces->capacity ? 2 * pieces->capacity : 1024;
        pieces->at = realloc(pieces->at, pieces->capacity * sizeof *pieces->at);
        ck_assert_ptr_nonnull(pieces->at);
    }
    pieces->at[pieces->n++] = piece;
}

/* The pieces of a batch, added to those before. */
static inline void expand(struct pieces *pieces, const struct batch *batch)
{
    for (uint32_t i = 0; i < batch->nsteps; i++) {
        const struct shape *shape = step_shape(batch, batch->steps[i]);
        pieces->where[shape->data & 1] = batch->blocks[batch->steps[i] >> STEP_SHAPE_BITS];
        for (unsigned j = 0; j < shape->length; j++) {
            const bool data = shape->data >> j & 1;
            put_piece(pieces,
                      (struct piece){pieces->where[data], data, shape->store >> j & 1,
                                     j == 0 && shape->continued});
        }
    }
    pieces->counts.ifetches += batch->counts.ifetches;
    pieces->counts.loads += batch->counts.loads;
    pieces->counts.stores += batch->counts.stores;
    pieces->counts.modifies += batch->counts.modifies;
}

static inline void take_pieces(struct pieces *pieces, struct builder *builder)
{
    struct batch batch;
    ck_assert_int_eq(batch_init(&batch, NULL), OK);
    builder_take(builder, &batch);
    expand(pieces, &batch);
    batch_release(&batch);
}

static inline void ck_assert_same_pieces(const struct pieces *got,
                                         const struct pieces *wanted)
{
    for (size_t i = 0; i < got->n && i < wanted->n; i++)
        if (got->at[i].block != wanted->at[i].block ||
            got->at[i].data != wanted->at[i].data ||
            got->at[i].store != wanted->at[i].store ||
            got->at[i].continued != wanted->at[i].continued)
            ck_abort_msg("piece %zu is of block 0x%llx, not 0x%llx", i,
                         (unsigned long long)got->at[i].block,
                         (unsigned long long)wanted->at[i].block);
    ck_assert_uint_eq(got->n, wanted->n);
    ck_assert_mem_eq(&got->counts, &wanted->counts, sizeof got->counts);
}

#endif
