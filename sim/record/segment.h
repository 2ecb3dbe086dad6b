/* segment.h -- a segment reference by reference: for one that ended early, and where what is
 * kept begins or ends in it. */
#ifndef FAULTLINE_RECORD_SEGMENT_H
#define FAULTLINE_RECORD_SEGMENT_H

#include "record/decode.h"

/* References that the segment made: what was left out does not count. */
static inline uint64_t segment_references(const struct definition *definition,
                                          const uint64_t *addresses)
{
    uint64_t references = definition->references;
    if (definition->optional)
        for (uint32_t i = 0; i < definition->nslots; i++)
            if (addresses[i] == RECORDING_NOT_DONE)
                references -= definition->slots[i].access == RECORDING_MODIFY ? 2 : 1;
    return references;
}

/* Add a segment's references to the decoder's builder, as far as they are kept, and to the
 * tally.  last: NULL, or the address of the last instruction that was executed; one that the
 * segment does not have is none.  END: as many have been kept as are wanted. */
MUST_CHECK enum status segment_add(struct decoder *decoder,
                                   const struct definition *definition,
                                   const uint64_t *addresses, const uint64_t *last,
                                   struct error *err);

#endif
