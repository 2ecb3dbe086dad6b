/* flt_ops.c -- see flt_ops.h; the bytes are described in flt_layout.h. */
#include "trace/flt_ops.h"

#include "trace/flt_layout.h"

unsigned char *flt_ops_put(unsigned char *p, const struct batch *batch)
{
    if (batch->nops == 0)
        return p;
    put32(p, batch->nops);
    put32(p + 4, batch->names_length);
    p += FLT_OPS_HEADER;
    for (uint32_t i = 0; i < batch->nops; i++, p += FLT_OP) {
        const struct vm_op *op = &batch->ops[i];
        put32(p, op->step);
        p[4] = op->kind;
        p[5] = op->protection;
        p[6] = op->advice;
        p[7] = op->shared;
        put32(p + 8, op->file);
        put32(p + 12, op->stream);
        put64(p + 16, op->start);
        put64(p + 24, op->length);
        put64(p + 32, op->offset);
    }
    memcpy(p, batch->names, batch->names_length);
    return p + batch->names_length;
}

/* A name is not empty, not too long, and its NUL lies within the names. */
static bool name_is_sound(const struct batch *batch, uint32_t file)
{
    if (file >= batch->names_length)
        return false;
    const char *name = batch->names + file;
    const char *nul = memchr(name, '\0', batch->names_length - file);
    return nul && nul > name && nul - name <= VM_NAME_MAX;
}

static bool get_op(const unsigned char *p, struct batch *batch, uint32_t i)
{
    struct vm_op *op = &batch->ops[i];
    *op = (struct vm_op){
        .step = get32(p),
        .kind = p[4],
        .protection = p[5],
        .advice = p[6],
        .shared = p[7],
        .file = get32(p + 8),
        .stream = get32(p + 12),
        .start = get64(p + 16),
        .length = get64(p + 24),
        .offset = get64(p + 32),
    };
    return p[7] <= 1 && op->step <= batch->nsteps &&
           (i == 0 || op->step >= batch->ops[i - 1].step) && vm_op_is_sound(op) &&
           (op->file == VM_ANONYMOUS || name_is_sound(batch, op->file));
}

bool flt_ops_get(const unsigned char *p, const unsigned char *end, struct batch *batch)
{
    batch->nops = batch->names_length = 0;
    if (p == end)
        return true;
    if (end - p < FLT_OPS_HEADER)
        return false;
    const uint32_t nops = get32(p), names_length = get32(p + 4);
    p += FLT_OPS_HEADER;
    if (nops == 0 || nops > BATCH_OPS || names_length > BATCH_NAMES ||
        (size_t)(end - p) != (size_t)nops * FLT_OP + names_length)
        return false;
    batch->names_length = names_length;
    memcpy(batch->names, p + (size_t)nops * FLT_OP, names_length);
    for (; batch->nops < nops; batch->nops++, p += FLT_OP)
        if (!get_op(p, batch, batch->nops))
            return false;
    return true;
}

uint32_t flt_ops_kinds(uint32_t version)
{
    return version == FLT_VERSION_FULL ? VM_OP_KINDS : version == 2 ? FLT_KINDS_2 : 0;
}

uint32_t flt_ops_kinds_least(uint32_t version)
{
    return version == FLT_VERSION_FULL ? FLT_KINDS_4 : flt_ops_kinds(version);
}

const char *flt_ops_refuse(const struct batch *batch, uint32_t version)
{
    if (batch->nops && version == 1)
        return "has operations, which a trace of version 1 cannot";
    if (batch->nops && version == FLT_VERSION_REDUCED)
        return "has operations, which a reduced trace cannot";
    for (uint32_t i = 0; i < batch->nops && version < FLT_VERSION_FULL; i++) {
        const struct vm_op *op = &batch->ops[i];
        if (op->kind >= FLT_KINDS_2 || (op->kind == VM_EXIT && op->stream) ||
            op->advice >= FLT_ADVICES_2)
            return "has an operation that a trace of version 2 cannot";
    }
    return NULL;
}
