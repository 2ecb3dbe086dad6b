/* recording.h -- what the recorder's Valgrind tool (recorder/) tells `faultline record`
 * (sim/record/), and how: a stream of 64-bit words for each process image, in a ring of
 * chunks in shared memory.
 *
 * Both sides work in one folder, which `faultline record` makes and removes:
 *
 *     bell       struct recording_bell, mapped by all; says that something has happened
 *     PID.N      the ring of an image, N any number that is free.  The tool makes it under
 *                the name PID.N.new and renames it; the reader maps it and unlinks it
 *
 * An image is a process from a fork or an exec to the next exec or its end.  A ring is a
 * struct recording_ring and, RECORDING_HEADER bytes into the file, RECORDING_CHUNKS chunks.
 * The tool fills chunk produced % RECORDING_CHUNKS and publishes it by adding to `produced`;
 * the reader reads chunk consumed % RECORDING_CHUNKS and gives it back by adding to
 * `consumed`.  Both are futexes and wrap round.
 *
 * A word is the beginning of a *segment* or of a *record*, or belongs to what began before:
 *
 *     63 ....... 56 55 ................ 32 31 ........................ 0
 *     0             0                      number of the segment
 *     kind          words that follow      argument
 *
 * A segment is code that is executed from its first to its last instruction: between two
 * places where a superblock may be left.  Its word is followed by the addresses of its
 * loads and stores in their order, as many as its definition says; where the definition says
 * that one may be left out, the word is RECORDING_NOT_DONE if it was.  A definition comes
 * before the first use, in the same ring, or in that of the process that this one was forked
 * from, before the fork.  Neither a segment nor a record is split between chunks.
 *
 * The header is free of Valgrind and of the C library, for both sides include it. */
#ifndef FAULTLINE_RECORDING_H
#define FAULTLINE_RECORDING_H

#include <stdint.h>

enum {
    RECORDING_VERSION = 1,
    RECORDING_HEADER = 4096,         /* bytes before the first chunk                     */
    RECORDING_CHUNK_WORDS = 1 << 15, /* 256 KiB                                          */
    RECORDING_CHUNKS = 32,
    RECORDING_TEXT_MAX = 4095, /* bytes of a name, or of a command line            */
};

#define RECORDING_MAGIC UINT32_C(0x52544c46) /* "FLTR" */

/* The address of a load or store that was not made; no program can have it. */
#define RECORDING_NOT_DONE UINT64_C(0x8000000000000001)

/* One for all rings.  Zeroed at first but for the first two fields. */
struct recording_bell {
    uint32_t magic, version;
    uint32_t rung; /* futex: added to by whoever has published, made a ring, or ended   */
    uint32_t
        waiting;     /* the reader sleeps on `rung`, so that it is worth to wake it       */
    uint32_t stop;   /* set by the reader: nothing more is wanted, of any image          */
    uint32_t reader; /* process that reads; if it is gone nobody will                    */
};

struct recording_ring {
    uint32_t magic, version;
    uint32_t pid;
    uint32_t parent;    /* process that forked it; 0: it was exec'd, or is the first    */
    uint32_t thread;    /* Valgrind's number of the thread that it begins with       */
    uint32_t produced;  /* futex: chunks published                                  */
    uint32_t consumed;  /* futex: chunks read                                      */
    uint32_t ended;     /* the tool will publish nothing more                       */
    uint32_t forked_at; /* what `produced` of the parent's ring was when it forked: all
                         * that this image shares with it was published by then.  A parent
                         * that vforks sends its FORK only when the child has let it go on */
    uint32_t used[RECORDING_CHUNKS]; /* words in each chunk, written before `produced`.  Of
                                      * the chunk that is being filled: the words that hold
                                      * if the process should be killed (SIGKILL); goes up
                                      * at system calls                                  */
};

/* What begins with a kind that is not 0. */
enum recording_kind {
    RECORDING_SEGMENT,

    /* argument: the segment's number.  Words: a word `instructions | slots << 32`, then for
     * each instruction `address | length << 48 | slots << 56` (length 0: the rest of an
     * instruction whose fetch was in the segment before), each followed by one word a slot,
     * `enum recording_access | size << 8 | may be left out << 31`. */
    RECORDING_DEFINE,

    /* The segment before ended early: argument the thread, a word: the address of its last
     * instruction, which faulted.  Of its slots those are valid that are not NOT_DONE. */
    RECORDING_FAULTED,

    RECORDING_SWITCH, /* argument: the thread that what follows is of               */
    RECORDING_START,  /* the function asked for has been entered                    */

    /* Operations; see trace/vm_op.h.  Words: start, length in bytes, and further ones.   */
    RECORDING_MAP,     /* argument: protection | shared << 8 | has text << 9 (bits of enum
                        * vm_protection).  Words: start, length, offset, then the file's name
                        * as for NAME                                                    */
    RECORDING_UNMAP,   /* words: start, length                                           */
    RECORDING_PROTECT, /* argument: protection.  Words: start, length                     */
    RECORDING_ADVISE,  /* argument: enum vm_advice.  Words: start, length                 */

    RECORDING_NAME, /* argument: the thread; of the image's first thread, the command line,
                        * its words separated by blanks and quoted as a shell needs it.
                        * Words: the bytes of the text in memory order, ended by NUL and
                        * filled up with NULs                                            */
    RECORDING_FORK, /* argument: process id of the child.  The segments defined so far
                        * are the child's too.  Published at once                         */
    RECORDING_THREAD, /* argument: number of a new thread                                */
    RECORDING_THREAD_EXIT, /* argument: number of the thread                              */
    RECORDING_EXEC,        /* the image is about to be replaced: argument 0; or has not been
                        * after all: argument 1.  Published at once                       */
    RECORDING_EXIT, /* argument: exit status 0 .. 255; 256: a signal ended it.  A word: the
                        * address of the next instruction, which tells where the segment
                        * before ended if a fault ended it                               */
    RECORDING_KINDS
};

enum recording_access { RECORDING_LOAD, RECORDING_STORE, RECORDING_MODIFY };

static inline uint64_t recording_word(enum recording_kind kind, uint32_t words,
                                      uint32_t argument)
{
    return (uint64_t)kind << 56 | (uint64_t)words << 32 | argument;
}

#endif
