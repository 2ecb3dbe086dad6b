/* instruction.h -- how many pages one instruction touches.
 * An instruction is restarted when one of its accesses faults, so that all of its pages
 * must be in memory at once: with fewer frames than that a real machine faults for ever. */
#ifndef FAULTLINE_WORKLOAD_INSTRUCTION_H
#define FAULTLINE_WORKLOAD_INSTRUCTION_H

#include "trace/paged_batch.h"

enum { INSTRUCTION_PAGES = 16 }; /* memories with more frames are large enough            */

struct instruction {
    page_t pages[INSTRUCTION_PAGES];
    unsigned npages;
    bool
        fetched; /* an instruction fetch has been seen: the trace has instructions        */
};

/* Look at a batch of which the streams are at `current` first.  *need: most pages of an
 * instruction, if they are more than `frames`, else 0; *reference: which one it is of those
 * in the batch, from 0. */
void instruction_look(struct instruction *instruction, const struct paged_batch *batch,
                      const page_t current[2], pfn_t frames, unsigned *need,
                      uint64_t *reference);

#endif
