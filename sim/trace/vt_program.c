/* vt_program.c -- see vt_program.h. */
#include "trace/vt_program.h"

enum {
    INSTRUCTION =
        4, /* bytes; 3.8 on average: Emer & Clark, "A characterization of processor
                      * performance in the VAX-11/780", 1984                             */
    TEXT_END = 7168,
    FILE_TEXT = 1024, /* where the text is in a file with magic number 413          */
    STACK_TOP =
        0x7fffec00,    /* 2^31 less the 10 pages of the u-area: 4.3BSD, vax/vmparam.h */
    STACK_SIZE = 3072, /* SSIZE, 4 pages, and the arguments                         */
};

/* Offsets in vt_system_calls. */
enum { CODE_SBRK = 0x80, CODE_FORK = 0x40, CODE_EXIT = 0xc0, CODE_WAIT = 0xe0 };

static const struct vt_routine in_rnd = {0x380, 0x7fffe7e0, 0x1d00};
static const struct vt_routine in_urem = {0x1a40, 0x7fffe7c0, 0x2000};
const struct vt_routine vt_snap = {0x100, 0x7fffe680, 0x1c80};
const struct vt_routine vt_main = {0x400, 0x7fffe82c, 0x2300};
const struct vt_routine vt_libc = {0x800, 0x7fffe500, 0x2000};
const struct vt_routine vt_system_calls = {0x16e0, 0x7fffe660, 0x2000};

void vt_program_init(struct vt_program *program, const struct generator_sink *sink)
{
    *program = (struct vt_program){.sink = sink, .end = VT_AREA, .x = 12345};
}

bool vt_execute(const struct vt_program *program, const struct vt_routine *routine,
                unsigned offset, const char *code, vaddr_t touched)
{
    const struct generator_sink *sink = program->sink;
    vaddr_t pc = routine->text + offset;
    for (; *code; code++, pc += INSTRUCTION) {
        const enum reference_kind kind = *code >= 'a' ? LOAD : STORE;
        bool more;
        switch (*code) {
        case '.':
            more = sink->put(sink->context, IFETCH, pc, INSTRUCTION);
            break;
        case 's':
        case 'S':
            more = sink->put(sink->context, kind, routine->frame, 4);
            break;
        case 'd':
        case 'D':
            more = sink->put(sink->context, kind, routine->data, 4);
            break;
        default:
            more = sink->put(sink->context, kind, touched, 1);
        }
        if (!more)
            return false;
    }
    return true;
}

static bool op(const struct vt_program *program, enum vm_op_kind kind, uint32_t stream,
               const char *name)
{
    const struct vm_op op = {.kind = (uint8_t)kind, .stream = stream};
    return program->sink->op(program->sink->context, &op, name);
}

static bool map(const struct vt_program *program, vaddr_t start, uint64_t length,
                unsigned protection, const char *file, uint64_t offset)
{
    const struct vm_op op = {.kind = VM_MAP,
                             .start = start,
                             .length = length,
                             .protection = (uint8_t)protection,
                             .offset = offset};
    return program->sink->op(program->sink->context, &op, file);
}

bool vt_exec(const struct vt_program *program)
{
    const unsigned all = VM_READ | VM_WRITE | VM_EXECUTE; /* no bit of its own on a VAX */
    return op(program, VM_EXEC, 0, NULL) && op(program, VM_NAME, 0, "vt") &&
           map(program, 0, TEXT_END, VM_READ | VM_EXECUTE, "vt", FILE_TEXT) &&
           map(program, TEXT_END, VT_AREA - TEXT_END, all, "vt", FILE_TEXT + TEXT_END) &&
           map(program, STACK_TOP - STACK_SIZE, STACK_SIZE, all, NULL, 0);
}

bool vt_sbrk(struct vt_program *program, uint64_t kb)
{
    const vaddr_t start = program->end;
    program->end += kb * VT_CLUSTER;
    return vt_execute(program, &vt_system_calls, CODE_SBRK, "..d.", 0) &&
           map(program, start, kb * VT_CLUSTER, VM_READ | VM_WRITE, NULL, 0) &&
           vt_execute(program, &vt_system_calls, CODE_SBRK + 0x10, ".Ds", 0);
}

bool vt_fork(const struct vt_program *program, bool vfork, uint32_t stream)
{
    return vt_execute(program, &vt_system_calls, CODE_FORK, "..", 0) &&
           op(program, vfork ? VM_VFORK : VM_FORK, stream, NULL) &&
           vt_execute(program, &vt_system_calls, CODE_FORK + 0x08, "..s", 0);
}

bool vt_wait(const struct vt_program *program, uint32_t stream)
{
    return vt_execute(program, &vt_system_calls, CODE_WAIT, "..", 0) &&
           op(program, VM_WAIT, stream, NULL) &&
           vt_execute(program, &vt_system_calls, CODE_WAIT + 0x08, "sS.", 0);
}

bool vt_switch(const struct vt_program *program, uint32_t stream)
{
    return op(program, VM_SWITCH, stream, NULL);
}

bool vt_mark(const struct vt_program *program, const char *phase)
{
    return op(program, VM_MARK, 0, phase);
}

bool vt_forked(const struct vt_program *program)
{
    return vt_execute(program, &vt_system_calls, CODE_FORK + 0x14, "..s", 0);
}

bool vt_exit(const struct vt_program *program)
{
    return vt_execute(program, &vt_system_calls, CODE_EXIT, ".s.", 0) &&
           op(program, VM_EXIT, 1, NULL); /* status 0 */
}

/* The remainder of unsigned numbers is taken by a routine of the library. */
bool vt_random(struct vt_program *program, uint64_t below, uint64_t *value)
{
    uint32_t bits = 0;
    for (int i = 0; i < 2; i++) {
        program->x = program->x * UINT32_C(1103515245) + 12345; /* a VAX's long: 32 bits */
        bits = bits << 15 | (program->x >> 16 & 0x7fff);
    }
    *value = bits % below;
    return vt_execute(program, &in_rnd, 0, "d.D...d.D....SSS", 0) &&
           vt_execute(program, &in_urem, 0, "s.s....s", 0) &&
           vt_execute(program, &in_rnd, 0x40, "s", 0);
}
