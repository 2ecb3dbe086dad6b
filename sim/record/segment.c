/* segment.c -- see segment.h. */
#include "record/segment.h"

/* A reference is left out, kept, or one too many. */
static enum status add(struct decoder *decoder, enum reference_kind kind, vaddr_t address,
                       uint32_t size, struct error *err)
{
    struct tally *tally = decoder->tally;
    const unsigned n = kind == MODIFY ? 2 : 1;
    if (!tally->keeping) {
        tally->passed += n;
        if (!tally->started)
            return OK;
        tally->skip -= tally->skip < n ? tally->skip : n;
        tally->keeping = tally->skip == 0;
        return tally->keeping ? decoder->host->begin(decoder->context, err) : OK;
    }
    if (tally->left < n) {
        tally->left = 0;
        return END;
    }
    if (builder_full(decoder->builder)) {
        const enum status status = decoder->host->take(decoder->context, err);
        if (status != OK)
            return status;
    }
    builder_add(decoder->builder, kind, address, size);
    tally->kept += n;
    tally->left -= n;
    return OK;
}

/* Number of instructions to add: up to the one at address `last`, if there is one. */
static uint32_t executed(const uint64_t *words, const uint64_t *last)
{
    const uint32_t n = (uint32_t)words[0];
    if (last)
        for (uint32_t i = 0, at = 1; i < n; i++, at += 1 + definition_slots(words[at]))
            if (definition_address(words[at]) == *last)
                return i + 1;
    return n;
}

enum status segment_add(struct decoder *decoder, const struct definition *definition,
                        const uint64_t *addresses, const uint64_t *last, struct error *err)
{
    static const enum reference_kind kinds[] = {
        [RECORDING_LOAD] = LOAD, [RECORDING_STORE] = STORE, [RECORDING_MODIFY] = MODIFY};
    const uint64_t *word = definition->words + 1;
    enum status status = OK;
    for (uint32_t i = executed(definition->words, last); i > 0 && status == OK; i--) {
        const uint64_t instruction = *word++;
        if (definition_length(instruction) > 0 && decoder->definitions.instructions)
            status = add(decoder, IFETCH, definition_address(instruction),
                         definition_length(instruction), err);
        for (uint32_t slot = definition_slots(instruction); slot > 0; slot--) {
            const uint64_t access = *word++, address = *addresses++;
            if (status == OK && address != RECORDING_NOT_DONE)
                status = add(decoder, kinds[definition_access(access)], address,
                             definition_size(access), err);
        }
    }
    return status;
}
