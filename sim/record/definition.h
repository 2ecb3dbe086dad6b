/* definition.h -- definitions of segments (faultline/recording.h), made ready for the
 * recording's granule: which of a segment's references lie in one block is known before it
 * is executed, but for the blocks of its loads and stores. */
#ifndef FAULTLINE_RECORD_DEFINITION_H
#define FAULTLINE_RECORD_DEFINITION_H

#include "base/error.h"
#include "faultline/recording.h"
#include "trace/batch.h"

#include <stdbool.h>

/* A load or a store (or both, a modify) of a segment. */
struct definition_slot {
    uint32_t limit;   /* at so many bytes into a block or more it reaches into the next  */
    uint8_t position; /* in the masks of its part                                        */
    uint8_t access;   /* enum recording_access                                          */
    bool optional;    /* may be left out                                                 */
    uint32_t size;    /* bytes                                                           */
};

/* At most STEP_REFERENCES references whose instruction fetches lie in one block, as if no
 * load or store reached into a further block.  If it has fetches, one of them, or of the
 * rest of one that began in the block before, comes first. */
struct definition_part {
    uint64_t data, store; /* as in struct shape                                          */
    uint64_t block;       /* of the fetches                                              */
    uint16_t nslots;
    uint8_t length; /* bits of the masks, at least 1                                   */
    bool fetches;   /* there are some                                                  */
    bool continued; /* the first one is the rest of one in the block before           */
};

struct definition {
    struct reference_counts counts; /* if nothing is left out                            */
    uint32_t references;            /* the same in all                                   */
    uint32_t room; /* most steps that it can add to a batch; at least `references`        */
    uint32_t nslots, nparts;
    bool optional;                       /* some slot may be left out                    */
    const struct definition_slot *slots; /* of all parts                                 */
    const struct definition_part *parts;
    const uint64_t *words; /* of the RECORDING_DEFINE                                    */
};

/* The definitions that an image knows, by number: its own, and those of the image that it was
 * forked from, which are shared. */
struct definition_pool;

struct definitions {
    const struct definition **at; /* [n]; none is NULL, see definition_is_known()         */
    uint32_t n, capacity;
    unsigned granule_shift;
    bool instructions; /* fetches are wanted                                           */
    struct definition_pool *pool;
};

/* Initialise an empty table.  definitions_release is to be called in any case. */
MUST_CHECK enum status definitions_init(struct definitions *definitions,
                                        unsigned granule_shift, bool instructions,
                                        struct error *err);
/* Initialise a table that begins with what another one has. */
MUST_CHECK enum status definitions_fork(struct definitions *definitions,
                                        const struct definitions *from, struct error *err);
void definitions_release(struct definitions *definitions);

/* Enter what a RECORDING_DEFINE with n words says of segment `number`.  ERR_DAMAGED if it
 * makes no sense. */
MUST_CHECK enum status definitions_add(struct definitions *definitions, uint32_t number,
                                       const uint64_t *words, uint32_t n,
                                       struct error *err);

/* False for what stands in the place of a number that was passed over; it needs more room
 * than there ever is. */
static inline bool definition_is_known(const struct definition *definition)
{
    return definition->words != NULL;
}

/* What a word of a definition says of an instruction; the address of one of the upper half
 * of the address space is as the processor has it. */
static inline vaddr_t definition_address(uint64_t word)
{
    const uint64_t low = word & 0xffffffffffffu;
    return low >> 47 ? low | UINT64_C(0xffff) << 48 : low;
}

static inline uint32_t definition_length(uint64_t word)
{
    return (uint32_t)(word >> 48) & 0xff;
}

static inline uint32_t definition_slots(uint64_t word)
{
    return (uint32_t)(word >> 56);
}

/* The same of a slot. */
static inline enum recording_access definition_access(uint64_t word)
{
    return (enum recording_access)(word & 0xff);
}

static inline uint32_t definition_size(uint64_t word)
{
    return (uint32_t)(word >> 8) & 0x7fffff;
}

static inline bool definition_optional(uint64_t word)
{
    return word >> 31 & 1;
}

#endif
