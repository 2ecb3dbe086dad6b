/* op_text_write.c -- see op_text.h: operations are written. */
#include "trace/op_text.h"

#include "base/units.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static char *put_name(char *p, const char *name)
{
    bool plain = true;
    for (const char *c = name; *c; c++)
        plain = plain && (unsigned char)*c > ' ' && *c != '"' && *c != '#' && *c != 0x7f;
    if (plain)
        return stpcpy(p, name);
    *p++ = '"';
    for (const char *c = name; *c; c++)
        if ((unsigned char)*c < ' ' || *c == 0x7f) {
            p += sprintf(p, "\\x%02x", (unsigned)(unsigned char)*c);
        } else {
            if (*c == '"' || *c == '\\')
                *p++ = '\\';
            *p++ = *c;
        }
    return stpcpy(p, "\"");
}

static char *put_protection(char *p, const struct vm_op *op)
{
    *p++ = ' ';
    if (op->protection & VM_READ)
        *p++ = 'r';
    if (op->protection & VM_WRITE)
        *p++ = 'w';
    if (op->protection & VM_EXECUTE)
        *p++ = 'x';
    if (op->protection == 0)
        *p++ = '-';
    return p;
}

static char *put_time(char *p, psec_t time)
{
    char text[32];
    format_time(time, text, sizeof text);
    *p++ = ' ';
    for (const char *c = text; *c; c++)
        if (*c != ' ')
            *p++ = *c;
    return p;
}

char *op_text_format(const struct vm_op *op, const char *names, char *buffer)
{
    char *p = buffer + sprintf(buffer, "@%s", vm_op_names[op->kind]);
    if (vm_op_has_range(op))
        p += sprintf(p, " 0x%" PRIx64 " 0x%" PRIx64, op->start, op->length);
    if (op->kind == VM_MAP || op->kind == VM_PROTECT)
        p = put_protection(p, op);
    if (op->kind == VM_SLEEP && op->length)
        p = put_time(p, op->length);
    if (op->kind == VM_ADVISE)
        p += sprintf(p, " %s", vm_advice_names[op->advice]);
    if (op->kind == VM_EXIT && op->stream)
        p += sprintf(p, " %" PRIu32, op->stream - 1);
    else if (op->stream || op->kind == VM_SWITCH)
        p += sprintf(p, " %" PRIu32, op->stream);
    if (op->file != VM_ANONYMOUS)
        p = put_name(stpcpy(p, vm_op_has_name(op) ? " " : " file "), names + op->file);
    if (op->offset)
        p += sprintf(p, " 0x%" PRIx64, op->offset);
    if (op->shared)
        p = stpcpy(p, " shared");
    *p = '\0';
    return buffer;
}
