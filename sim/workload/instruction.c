/* instruction.c -- see instruction.h. */
#include "workload/instruction.h"

static void add(struct instruction *instruction, page_t page)
{
    for (unsigned i = 0; i < instruction->npages; i++)
        if (instruction->pages[i] == page)
            return;
    if (instruction->npages < INSTRUCTION_PAGES)
        instruction->pages[instruction->npages++] = page;
}

/* Take one access; `whole`: it is a reference, not the rest of one in a further block. */
static void take(struct instruction *instruction, page_t page, bool data, bool whole)
{
    const bool fetch = !data && whole;
    instruction->fetched |= fetch;
    if (fetch || (whole && !instruction->fetched))
        instruction->npages = 0;
    add(instruction, page);
}

void instruction_look(struct instruction *instruction, const struct paged_batch *batch,
                      const page_t current[2], pfn_t frames, unsigned *need,
                      uint64_t *reference)
{
    page_t at[2] = {current[0], current[1]};
    uint64_t n = 0, first = 0;
    *need = 0;
    for (uint32_t i = 0; i < batch->batch->nsteps; i++) {
        const uint32_t step = batch->batch->steps[i];
        const struct shape *shape = step_shape(batch->batch, step);
        at[shape->data & 1] = batch->pages[step >> STEP_SHAPE_BITS] >> 1;
        for (unsigned j = 0; j < shape->length; j++) {
            const bool data = shape->data >> j & 1;
            const bool whole = j > 0 || !shape->continued;
            if (*need && whole && (!data || !instruction->fetched))
                return; /* the instruction that needs too much is over */
            first = whole && (!data || !instruction->fetched) ? n : first;
            take(instruction, at[data], data, whole);
            n += whole;
            if (instruction->npages > frames) {
                *need = instruction->npages;
                *reference = first;
            }
        }
    }
}
