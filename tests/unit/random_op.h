/* random_op.h -- operations of every kind with every field that they have, made up. */
#ifndef FAULTLINE_TESTS_UNIT_RANDOM_OP_H
#define FAULTLINE_TESTS_UNIT_RANDOM_OP_H

#include "base/rng.h"
#include "trace/batch.h"

#include <string.h>

/* Fill name with up to `most` characters of which many need care in the text form. */
static inline void random_name(struct rng *rng, char *name, size_t most)
{
    static const char characters[] = "ab/.0\"\\# \t\n\x01\x7f\xc3\xa4x,@'";
    const size_t length = 1 + (size_t)rng_below(rng, most);
    for (size_t i = 0; i < length; i++)
        name[i] = characters[rng_below(rng, sizeof characters - 1)];
    name[length] = '\0';
}

/* Where `length` bytes may begin, the last place that they can have included. */
static inline uint64_t random_start(struct rng *rng, uint64_t length)
{
    const uint64_t last = UINT64_MAX - (length - 1);
    return rng_below(rng, 4) == 0 || last == UINT64_MAX ? last : rng_below(rng, last + 1);
}

static inline void random_range(struct rng *rng, struct vm_op *op)
{
    op->length = 1 + (rng_next(rng) >> rng_below(rng, 64));
    op->length += op->length == 0;
    op->start = random_start(rng, op->length);
}

/* Returns the name of the file that is mapped, or a name given, of at most `most` characters,
 * or NULL; op->file is not set. */
static inline const char *random_op(struct rng *rng, struct vm_op *op, char *name,
                                    size_t most)
{
    *op = (struct vm_op){.kind = (uint8_t)rng_below(rng, VM_OP_KINDS)};
    if (op->kind == VM_MAP || op->kind == VM_UNMAP || op->kind == VM_PROTECT ||
        op->kind == VM_ADVISE)
        random_range(rng, op);
    if (op->kind == VM_MAP || op->kind == VM_PROTECT)
        op->protection = (uint8_t)rng_below(rng, 8);
    if (op->kind == VM_ADVISE)
        op->advice = (uint8_t)rng_below(rng, VM_ADVICES);
    if (op->kind == VM_FORK || op->kind == VM_VFORK || op->kind == VM_THREAD)
        op->stream = 1 + (uint32_t)rng_below(rng, UINT32_MAX);
    if (op->kind == VM_SLEEP)
        op->length = rng_below(rng, 3) ? rng_next(rng) >> rng_below(rng, 64) : 0;
    if (op->kind == VM_EXEC || op->kind == VM_SWITCH || op->kind == VM_WAIT)
        op->stream = (uint32_t)rng_below(rng, 3);
    if (op->kind == VM_EXIT)
        op->stream = (uint32_t)rng_below(rng, VM_STATUS_MAX + 2);
    if (vm_op_has_name(op)) {
        random_name(rng, name, most);
        return name;
    }
    if (op->kind != VM_MAP)
        return NULL;
    op->shared = rng_below(rng, 2);
    if (rng_below(rng, 2))
        return NULL;
    if (rng_below(rng, 2))
        op->offset = random_start(rng, op->length);
    random_name(rng, name, most);
    return name;
}

/* Are the operations equal?  Their files are by name. */
static inline bool same_op(const struct vm_op *a, const char *a_names,
                           const struct vm_op *b, const char *b_names)
{
    const bool a_file = a->file != VM_ANONYMOUS, b_file = b->file != VM_ANONYMOUS;
    return a->step == b->step && a->kind == b->kind && a->protection == b->protection &&
           a->advice == b->advice && a->shared == b->shared && a->stream == b->stream &&
           a->start == b->start && a->length == b->length && a->offset == b->offset &&
           a_file == b_file &&
           (!a_file || strcmp(a_names + a->file, b_names + b->file) == 0);
}

#endif
