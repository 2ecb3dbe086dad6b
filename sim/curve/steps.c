/* steps.c -- see steps.h. */
#include "curve/steps.h"

uint32_t shape_kind(const struct shape *shape, bool boundary)
{
    const unsigned skip = shape_first_touch(shape, boundary);
    const unsigned length = shape->length - skip;
    uint32_t changes = 0;
    if (length > 1) {
        const uint64_t data = shape->data >> skip;
        changes = (uint32_t)__builtin_popcountll((data ^ data >> 1) & low_bits(length - 1));
    }
    const uint32_t alternations = changes ? changes - 1 : 0;
    const uint32_t references = (uint32_t)shape->length - shape->continued;
    return shape_class(shape, boundary) | alternations << STEP_ALTERNATIONS_SHIFT |
           references << STEP_REFERENCES_SHIFT;
}

void batch_kinds(const struct batch *batch, uint32_t *kinds)
{
    for (uint32_t i = 0; i < batch->nshapes; i++) {
        kinds[2 * (size_t)i] = shape_kind(&batch->shapes[i], false);
        kinds[2 * (size_t)i + 1] = shape_kind(&batch->shapes[i], true);
    }
}

unsigned shape_other_touch(const struct shape *shape, bool boundary)
{
    const unsigned skip = shape_first_touch(shape, boundary);
    const bool first = shape->data >> skip & 1;
    const uint64_t others = first ? ~shape->data : shape->data;
    return lowest_bit(others & ~(uint64_t)0 << skip);
}
