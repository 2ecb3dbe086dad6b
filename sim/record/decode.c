/* decode.c -- see decode.h.
 * Nearly all segments go through keep_segments(), as masks of bits; those that faulted, those
 * at the ends of what is kept, and those before it go reference by reference
 * (segment.h). */
#include "record/decode.h"

#include "record/segment.h"
#include "trace/builder_inside.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

void decoder_init(struct decoder *decoder, struct definitions *definitions,
                  struct builder *builder, struct tally *tally,
                  const struct decode_host *host, void *context)
{
    *decoder = (struct decoder){
        .definitions = *definitions,
        .builder = builder,
        .tally = tally,
        .host = host,
        .context = context,
    };
    *definitions = (struct definitions){0};
}

void decoder_release(struct decoder *decoder)
{
    definitions_release(&decoder->definitions);
    free(decoder->held);
    *decoder = (struct decoder){0};
}

/* --- many segments ---------------------------------------------------------------------- */

/* A load or store that was not made, or that reaches into a further block. */
static NOINLINE void keep_odd_slot(struct builder *builder,
                                   const struct definition_slot *slot, vaddr_t address)
{
    static const enum reference_kind kinds[] = {
        [RECORDING_LOAD] = LOAD, [RECORDING_STORE] = STORE, [RECORDING_MODIFY] = MODIFY};
    if (address != RECORDING_NOT_DONE) {
        const struct reference_counts counts = builder->batch.counts;
        builder_add(builder, kinds[slot->access], address, slot->size);
        builder->batch.counts = counts; /* the definition's have it */
        return;
    }
    builder->batch.counts.loads -= slot->access != RECORDING_STORE;
    builder->batch.counts.stores -= slot->access != RECORDING_LOAD;
    builder->batch.counts.modifies -= slot->access == RECORDING_MODIFY;
}

/* Append bits from .. to - 1 of a part's masks, if there are any. */
ALWAYS_INLINE void append_bits(struct builder *builder, struct builder_cursor *cursor,
                               const struct definition_part *part, unsigned from,
                               unsigned to)
{
    if (from == to)
        return;
    const uint64_t wanted = low_bits(to - from);
    builder_append(builder, cursor, part->data >> from & wanted,
                   part->store >> from & wanted, to - from);
}

ALWAYS_INLINE void keep_part(struct builder *builder, struct builder_cursor *cursor,
                             const struct definition_part *part,
                             const struct definition_slot *slots, const uint64_t *addresses,
                             unsigned shift)
{
    if (part->fetches && part->block != cursor->block[0])
        builder_move(builder, cursor, false, part->block, part->continued);
    unsigned done = 0;
    for (unsigned i = 0; i < part->nslots; i++) {
        const struct definition_slot *slot = &slots[i];
        const uint64_t address = addresses[i];
        if (address - (cursor->block[1] << shift) < slot->limit)
            continue;
        append_bits(builder, cursor, part, done, slot->position);
        done = slot->position;
        const uint64_t within = address & ((UINT64_C(1) << shift) - 1);
        if (LIKELY(within < slot->limit && address != RECORDING_NOT_DONE)) {
            builder_move(builder, cursor, true, address >> shift, false);
            continue;
        }
        builder->at = *cursor;
        keep_odd_slot(builder, slot, address);
        *cursor = builder->at;
        done += slot->access == RECORDING_MODIFY ? 2 : 1;
    }
    append_bits(builder, cursor, part, done, part->length);
}

ALWAYS_INLINE void add_counts(struct reference_counts *to,
                              const struct reference_counts *counts)
{
    to->ifetches += counts->ifetches;
    to->loads += counts->loads;
    to->stores += counts->stores;
    to->modifies += counts->modifies;
}

/* Keep segments as long as nothing needs care: there is room in the batch and under the
 * limit for all of each, and after it comes another one.  Returns where it stopped. */
static const uint64_t *keep_segments(struct decoder *decoder, const uint64_t *at,
                                     const uint64_t *end)
{
    struct builder *builder = decoder->builder;
    const struct definition *const *definitions = decoder->definitions.at;
    const uint64_t n = decoder->definitions.n;
    const unsigned shift = builder->granule_shift;
    struct builder_cursor cursor = builder->at;
    uint64_t room = builder_room(builder);
    if (room > decoder->tally->left)
        room = decoder->tally->left;
    while (at < end && *at < n) {
        const struct definition *segment = definitions[*at];
        if (segment->room > room || (uint64_t)(end - at) < segment->nslots + 2 ||
            at[1 + segment->nslots] >= n)
            break;
        room -= segment->room;
        const struct definition_part *part = segment->parts;
        const struct definition_slot *slots = segment->slots;
        at++;
        for (uint32_t i = segment->nparts; i > 0; i--, part++) {
            keep_part(builder, &cursor, part, slots, at, shift);
            slots += part->nslots;
            at += part->nslots;
        }
        add_counts(&builder->batch.counts, &segment->counts);
    }
    builder->at = cursor;
    return at;
}

/* Bring the tally up to date with what has been kept since there were `before`. */
static void settle(struct decoder *decoder, uint64_t before)
{
    const uint64_t kept = batch_references(&decoder->builder->batch) - before;
    assert(kept <= decoder->tally->left);
    decoder->tally->kept += kept;
    decoder->tally->left -= kept;
}

/* Pass over segments that lie before what is kept, as keep_segments() keeps others. */
static const uint64_t *pass_segments(struct decoder *decoder, const uint64_t *at,
                                     const uint64_t *end)
{
    struct tally *tally = decoder->tally;
    const uint64_t n = decoder->definitions.n;
    while (at < end && *at < n) {
        const struct definition *segment = decoder->definitions.at[*at];
        if (!definition_is_known(segment) || (uint64_t)(end - at) < segment->nslots + 2 ||
            at[1 + segment->nslots] >= n)
            break;
        const uint64_t references = segment_references(segment, at + 1);
        if (tally->started && references >= tally->skip)
            break;
        if (tally->started)
            tally->skip -= references;
        tally->passed += references;
        at += 1 + segment->nslots;
    }
    return at;
}

/* --- single segments and records -------------------------------------------------------- */

static enum status damaged(const char *what, uint64_t word, struct error *err)
{
    return error_set(err, ERR_DAMAGED, at_nowhere(),
                     "what came of the program is damaged: %s, word 0x%llx", what,
                     (unsigned long long)word);
}

static enum recording_kind kind_of(uint64_t word)
{
    return (enum recording_kind)(word >> 56);
}

static uint32_t words_of(uint64_t word)
{
    return (uint32_t)(word >> 32) & 0xffffff;
}

/* Decode a segment, of which `left` words begin with the one after it. */
static enum status decode_segment(struct decoder *decoder, const uint64_t *segment,
                                  const uint64_t *next, uint64_t left, struct error *err)
{
    const struct definition *definition = decoder->definitions.at[segment[0]];
    const enum recording_kind kind = kind_of(*next);
    const bool early = left > 1 && (kind == RECORDING_FAULTED ||
                                    (kind == RECORDING_EXIT && (uint32_t)*next > 255));
    if (decoder->tally->keeping && definition->room > builder_room(decoder->builder)) {
        const enum status status = decoder->host->take(decoder->context, err);
        if (status != OK)
            return status;
    }
    return segment_add(decoder, definition, segment + 1, early ? &next[1] : NULL, err);
}

static enum status hold(struct decoder *decoder, const uint64_t *at, uint32_t n,
                        struct error *err)
{
    if (n > decoder->held_capacity) {
        uint64_t *held = realloc(decoder->held, n * sizeof *held);
        if (!held)
            return error_nomem(err);
        decoder->held = held;
        decoder->held_capacity = n;
    }
    memcpy(decoder->held, at, n * sizeof *at);
    decoder->nheld = n;
    return OK;
}

static enum status decode_record(struct decoder *decoder, const uint64_t *at,
                                 struct error *err)
{
    const uint64_t word = *at;
    const uint32_t argument = (uint32_t)word, n = words_of(word);
    struct tally *tally = decoder->tally;
    switch (kind_of(word)) {
    case RECORDING_DEFINE:
        return definitions_add(&decoder->definitions, argument, at + 1, n, err);
    case RECORDING_FAULTED: /* the segment before has been told */
        return OK;
    case RECORDING_START:
        tally->started = true;
        if (tally->keeping || tally->skip > 0)
            return OK;
        tally->keeping = true;
        return decoder->host->begin(decoder->context, err);
    default:
        return decoder->host->record(decoder->context, kind_of(word), argument, at + 1, n,
                                     err);
    }
}

/* Decode what begins at *at, a segment or a record, and go on behind it. */
static enum status decode_one(struct decoder *decoder, const uint64_t **at,
                              const uint64_t *end, struct error *err)
{
    const uint64_t word = **at, left = (uint64_t)(end - *at);
    const bool segment = kind_of(word) == RECORDING_SEGMENT;
    if (segment && (word >= decoder->definitions.n ||
                    !definition_is_known(decoder->definitions.at[word])))
        return damaged("a segment has no definition", word, err);
    const uint32_t n =
        1 + (segment ? decoder->definitions.at[word]->nslots : words_of(word));
    if (n > left || kind_of(word) >= RECORDING_KINDS)
        return damaged("a record makes no sense", word, err);
    const uint64_t *here = *at;
    *at += n;
    if (!segment)
        return decode_record(decoder, here, err);
    return left > n ? decode_segment(decoder, here, *at, left - n, err)
                    : hold(decoder, here, n, err);
}

enum status decode_chunk(struct decoder *decoder, const uint64_t *words, uint32_t n,
                         struct error *err)
{
    const uint64_t *at = words, *end = words + n;
    enum status status = OK;
    if (decoder->nheld > 0 && n > 0) {
        decoder->nheld = 0;
        status = decode_segment(decoder, decoder->held, at, n, err);
    }
    while (status == OK && at < end) {
        if (decoder->tally->keeping) {
            const uint64_t before = batch_references(&decoder->builder->batch);
            at = keep_segments(decoder, at, end);
            settle(decoder, before);
        } else {
            at = pass_segments(decoder, at, end);
        }
        if (at < end)
            status = decode_one(decoder, &at, end, err);
    }
    return status == OK && decoder->tally->left == 0 ? END : status;
}
