/* decode.h -- from the words of an image (faultline/recording.h) to steps: segments become
 * references in a builder, definitions are kept, all other records are handed on.
 *
 * A segment is taken when the word after it is there, which may say that it ended early. */
#ifndef FAULTLINE_RECORD_DECODE_H
#define FAULTLINE_RECORD_DECODE_H

#include "record/definition.h"
#include "trace/builder.h"

/* What is kept of all images together. */
struct tally {
    bool started;  /* no function is waited for, or it has been entered                  */
    bool keeping;  /* as many references as were to be left out have been made           */
    uint64_t skip; /* references to be left out yet                                      */
    uint64_t left; /* references to be kept yet                                          */
    uint64_t kept; /* references kept                                                    */
    uint64_t passed; /* references left out                                               */
};

/* What is done with it; the context is the decoder's. */
struct decode_host {
    /* The builder is full: take its batch. */
    enum status (*take)(void *context, struct error *err);
    /* A record that the decoder does not see to itself; its words are valid in the call. */
    enum status (*record)(void *context, enum recording_kind kind, uint32_t argument,
                          const uint64_t *words, uint32_t n, struct error *err);
    /* What follows is kept: tally->keeping has just been set. */
    enum status (*begin)(void *context, struct error *err);
};

struct decoder {
    struct definitions definitions;
    struct builder *builder; /* borrowed */
    struct tally *tally;     /* borrowed */
    const struct decode_host *host;
    void *context;
    uint64_t *held; /* a segment at the end of what came, with its slots                 */
    uint32_t nheld, held_capacity;
};

/* Nothing is owned but the definitions, which are moved here, and what is held. */
void decoder_init(struct decoder *decoder, struct definitions *definitions,
                  struct builder *builder, struct tally *tally,
                  const struct decode_host *host, void *context);
void decoder_release(struct decoder *decoder);

/* Decode the n words of a chunk.  END: as many references as are wanted have been kept.
 * ERR_DAMAGED, or an error of the host. */
MUST_CHECK enum status decode_chunk(struct decoder *decoder, const uint64_t *words,
                                    uint32_t n, struct error *err);

#endif
