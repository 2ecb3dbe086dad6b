/* vm_op.h -- operations on virtual memory that a program makes between its references.
 * docs/trace-ops.md has their text form.  Units: bytes; start and length are multiples of
 * nothing in particular: a kernel rounds to its pages, outwards to map, unmap, protect and
 * advise whole pages. */
#ifndef FAULTLINE_TRACE_VM_OP_H
#define FAULTLINE_TRACE_VM_OP_H

#include <stdbool.h>
#include <stdint.h>

enum vm_op_kind {
    VM_MAP,     /* a region appears; what lay there before is unmapped                   */
    VM_UNMAP,   /* the range is in no region any more                                    */
    VM_PROTECT, /* the range may be used as `protection` says                            */
    VM_ADVISE,  /* how the range will be used                                            */
    VM_FORK,    /* a child with a copy of the address space starts with stream `stream`   */
    VM_THREAD,  /* a thread in the same address space starts with stream `stream`         */
    VM_EXEC,    /* the address space is replaced by a new one without pages; with a `stream`
                 * (not 0) the process goes on with that one from its beginning           */
    VM_EXIT,    /* the process or thread ends here, whatever follows in its trace         */
    VM_SWITCH,  /* what follows is of the thread or child that THREAD, FORK or VFORK starts
                 * with stream `stream`; 0: of the one that the trace begins with         */
    VM_NAME,    /* the process, or the thread whose references follow, is called so: a
                 * command line, or a thread's name                                       */
    VM_WAIT,    /* nothing is done until what this process or thread has started with
                 * stream `stream` has ended; 0: until all that it has started has        */
    VM_SLEEP,   /* nothing is done for `length` picoseconds; 0: never again, and the end
                 * is when all others have ended, or sleep so too                         */
    VM_VFORK,   /* a child in the same address space starts with stream `stream`; nothing is
                 * done until it has ended, or has an address space of its own by an exec  */
    VM_MARK,    /* a phase of the program ends here: what has been counted so far is noted
                 * under the name                                                         */
    VM_OP_KINDS
};

enum vm_protection { VM_READ = 1, VM_WRITE = 2, VM_EXECUTE = 4 };

enum vm_advice {
    VM_NORMAL,
    VM_RANDOM,     /* no read-ahead                                                      */
    VM_SEQUENTIAL, /* read-ahead; pages behind may go                                     */
    VM_WILLNEED,   /* read it in now                                                     */
    VM_DONTNEED,   /* drop it: anonymous pages are zero at their next use                */
    VM_FREE,       /* anonymous pages may be dropped when memory is short, unless they are
                    * stored into before                                                 */
    VM_COLD,       /* it will not be used soon                                           */
    VM_PAGEOUT,    /* reclaim it now                                                     */
    VM_HUGEPAGE,   /* huge pages are worth having                                        */
    VM_NOHUGEPAGE, /* they are not                                                       */
    VM_ADVICES
};

#define VM_ANONYMOUS UINT32_MAX

enum {
    VM_NAME_MAX =
        4095, /* bytes of a file's or other name, its NUL not counted            */
    VM_STATUS_MAX = 255, /* of an exit                                                   */
};

/* Fields that a kind does not name are 0; `file` is VM_ANONYMOUS. */
struct vm_op {
    uint32_t step; /* it comes before steps[step] of its batch; nsteps: after the last    */
    uint8_t kind;  /* enum vm_op_kind                                               */
    uint8_t protection; /* MAP, PROTECT: bits of enum vm_protection                       */
    uint8_t advice;     /* ADVISE: enum vm_advice                                        */
    bool shared;        /* MAP: stores are seen by all that map it, and go to the file    */
    uint32_t file;      /* MAP: offset in names[] of the batch of the file's name, ended by
                      * NUL; VM_ANONYMOUS: no file, pages are zero at first.  NAME, MARK:
                      * of the name                                                            */
    uint32_t stream;    /* FORK, VFORK, THREAD, EXEC: number of a trace in the `streams` of
                      * the process in the workload, from 1; EXEC: 0 for none; WAIT: 0 for
                      * all.  SWITCH: that of the thread.  EXIT: 1 + the exit status as a shell has it (128 + the
                      * number of the signal that ended it), 0 if it is not said           */
    uint64_t start, length; /* MAP, UNMAP, PROTECT, ADVISE; SLEEP: length only            */
    uint64_t offset;        /* MAP: where in the file the region starts                   */
};

/* "map", "unmap", ... by kind; "normal", "random", ... by advice. */
extern const char *const vm_op_names[VM_OP_KINDS];
extern const char *const vm_advice_names[VM_ADVICES];

/* Does the kind have a start and a length? */
bool vm_op_has_range(const struct vm_op *op);

/* Does the kind have a name that is not that of a file? */
bool vm_op_has_name(const struct vm_op *op);

/* Do the fields say something, and only what the kind has?  A range has at least one byte
 * and ends within 2^64, and so does the part of a file that is mapped; FORK, VFORK and
 * THREAD name a stream; an exit status is at most VM_STATUS_MAX.  `step`, and where `file` points to, are not looked at. */
bool vm_op_is_sound(const struct vm_op *op);

#endif
