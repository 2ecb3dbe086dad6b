/* vt_program.h -- the test program by which counters of a 4.3BSD kernel of June 1986 were
 * measured on an emulated VAX-11/780: its address space, and code to execute in it.
 *
 * Time is counted in instructions, as on that machine: every instruction is one reference,
 * that to its last operand in memory, or its fetch if it has none.  The instructions are
 * those that the portable C compiler and its optimiser c2 should make of the loops; they
 * were derived by hand, not taken from a listing.  The sizes of text and data are the
 * program's; where in them a routine or a variable lies is made up. */
#ifndef FAULTLINE_TRACE_VT_PROGRAM_H
#define FAULTLINE_TRACE_VT_PROGRAM_H

#include "trace/generator.h"

enum {
    VT_CLUSTER = 1024, /* bytes that the kernel pages at once: two pages of the VAX     */
    VT_AREA =
        7168 + 2048, /* where the touched clusters begin: text and data end           */
};

/* A routine's place, and the word of the stack and of the static data that it uses. */
struct vt_routine {
    vaddr_t text, frame, data;
};

extern const struct vt_routine vt_main, vt_snap, vt_libc, vt_system_calls;

struct vt_program {
    const struct generator_sink *sink;
    vaddr_t end; /* the break                                                            */
    uint32_t x;  /* of the random numbers                                                */
};

void vt_program_init(struct vt_program *program, const struct generator_sink *sink);

/* All of these return false when the sink says stop. */

/* Execute code of the routine from `offset` on, a letter an instruction: `.` one without
 * operand in memory, `s` and `d` one that loads from the stack or the static data, `t` from
 * the touched byte; capitals store. */
bool vt_execute(const struct vt_program *program, const struct vt_routine *routine,
                unsigned offset, const char *code, vaddr_t touched);

/* exec, and what it makes of the file: text, data and stack. */
bool vt_exec(const struct vt_program *program);
/* sbrk(kb * 1024) */
bool vt_sbrk(struct vt_program *program, uint64_t kb);
/* fork() or vfork(), and wait() for the child. */
bool vt_fork(const struct vt_program *program, bool vfork, uint32_t stream);
bool vt_wait(const struct vt_program *program, uint32_t stream);
/* What follows is of that stream, which the trace has inside. */
bool vt_switch(const struct vt_program *program, uint32_t stream);
/* A phase of the program has ended. */
bool vt_mark(const struct vt_program *program, const char *phase);
/* What a child executes of fork(). */
bool vt_forked(const struct vt_program *program);
bool vt_exit(const struct vt_program *program);
/* *value: the next random number, below `below`. */
bool vt_random(struct vt_program *program, uint64_t below, uint64_t *value);

#endif
