/* vm_op.c -- see vm_op.h. */
#include "trace/vm_op.h"

const char *const vm_op_names[VM_OP_KINDS] = {
    [VM_MAP] = "map",       [VM_UNMAP] = "unmap", [VM_PROTECT] = "protect",
    [VM_ADVISE] = "advise", [VM_FORK] = "fork",   [VM_THREAD] = "thread",
    [VM_EXEC] = "exec",     [VM_EXIT] = "exit",   [VM_SWITCH] = "switch",
    [VM_NAME] = "name",     [VM_WAIT] = "wait",   [VM_SLEEP] = "sleep",
    [VM_VFORK] = "vfork",   [VM_MARK] = "mark",
};

const char *const vm_advice_names[VM_ADVICES] = {
    [VM_NORMAL] = "normal",
    [VM_RANDOM] = "random",
    [VM_SEQUENTIAL] = "sequential",
    [VM_WILLNEED] = "willneed",
    [VM_DONTNEED] = "dontneed",
    [VM_FREE] = "free",
    [VM_COLD] = "cold",
    [VM_PAGEOUT] = "pageout",
    [VM_HUGEPAGE] = "hugepage",
    [VM_NOHUGEPAGE] = "nohugepage",
};

bool vm_op_has_range(const struct vm_op *op)
{
    return op->kind == VM_MAP || op->kind == VM_UNMAP || op->kind == VM_PROTECT ||
           op->kind == VM_ADVISE;
}

bool vm_op_has_name(const struct vm_op *op)
{
    return op->kind == VM_NAME || op->kind == VM_MARK;
}

/* length bytes from start on lie below 2^64. */
static bool fits(uint64_t start, uint64_t length)
{
    return start <= UINT64_MAX - (length - 1);
}

static bool range_is_sound(const struct vm_op *op)
{
    if (!vm_op_has_range(op))
        return op->start == 0 && (op->length == 0 || op->kind == VM_SLEEP);
    return op->length > 0 && fits(op->start, op->length) && fits(op->offset, op->length);
}

static bool stream_is_sound(const struct vm_op *op)
{
    if (op->kind == VM_FORK || op->kind == VM_VFORK || op->kind == VM_THREAD)
        return op->stream > 0;
    if (op->kind == VM_EXIT)
        return op->stream <= VM_STATUS_MAX + 1;
    return op->kind == VM_EXEC || op->kind == VM_SWITCH || op->kind == VM_WAIT ||
           op->stream == 0;
}

static bool map_is_sound(const struct vm_op *op)
{
    if (op->kind == VM_MAP)
        return op->offset == 0 || op->file != VM_ANONYMOUS;
    return !op->shared && op->offset == 0 &&
           (op->file == VM_ANONYMOUS) == !vm_op_has_name(op);
}

bool vm_op_is_sound(const struct vm_op *op)
{
    const unsigned all = VM_READ | VM_WRITE | VM_EXECUTE;
    const unsigned protection = op->kind == VM_MAP || op->kind == VM_PROTECT ? all : 0;
    const unsigned advice = op->kind == VM_ADVISE ? VM_ADVICES - 1 : 0;
    return op->kind < VM_OP_KINDS && op->protection <= protection && op->advice <= advice &&
           range_is_sound(op) && stream_is_sound(op) && map_is_sound(op);
}
