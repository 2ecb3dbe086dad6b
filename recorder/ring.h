/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ring.h -- the ring of chunks that this image writes, and the bell.
 *
 * Where nothing is recorded (the reader has enough, or is gone, or no ring could be made)
 * words go to a chunk that nobody reads, so that nobody but this module needs to know. */
#ifndef FAULTLINE_RECORDER_RING_H
#define FAULTLINE_RECORDER_RING_H

#include "tool.h"

/* Where the next word goes, and the end of the room for segments.  Behind the limit there
 * is always room for the RING_RESERVE words of records that may come at any time.  Written
 * by instrumented code, too. */
struct ring_cursor {
    uint64_t *next, *limit;
};
extern struct ring_cursor ring_cursor;

enum { RING_RESERVE = 4 };

/* The most words that a segment and what goes before it may have. */
enum { RING_ROOM_MAX = RECORDING_CHUNK_WORDS - RING_RESERVE };

/* Map the bell of the folder and make the ring of a process that was exec'd. */
void ring_open(const HChar *folder);

/* In the parent, before it forks: publish, so that the child's reader finds the
 * definitions. */
void ring_before_fork(void);

/* In the child: leave the parent's ring to it, and make another one, or none. */
void ring_after_fork(ThreadId tid, Bool record);

/* Is what is written read by anyone? */
Bool ring_is_read(void);

/* See to it that `words` fit below the limit; called by instrumented code. */
VG_REGPARM(1) void ring_make_room(UWord words);

/* A record of the words given, at once or when its chunk is full. */
void ring_put(enum recording_kind kind, UInt argument, const uint64_t *words, UInt n);

/* As ring_put(), with a text behind the n words. */
void ring_put_text(enum recording_kind kind, UInt argument, const uint64_t *words, UInt n,
                   const HChar *text);

/* As ring_put(), from where no other chunk may be taken: n is at most RING_RESERVE - 1, and
 * this is said only once behind a segment. */
void ring_put_reserved(enum recording_kind kind, UInt argument, const uint64_t *words,
                       UInt n);

/* Give the reader what is there. */
void ring_publish(void);

/* Tell how much of the chunk holds, should the process be killed. */
void ring_mark(void);

/* Publish; nothing more will come. */
void ring_end(void);

#endif
