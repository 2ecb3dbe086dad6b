/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tool.h -- what every file of the recorder's Valgrind tool needs of Valgrind, and what its
 * files offer each other.  Words are those of include/faultline/recording.h.
 *
 * A tool has state of its own in static variables, for Valgrind has one per process and the
 * code that it instruments holds their addresses. */
#ifndef FAULTLINE_RECORDER_TOOL_H
#define FAULTLINE_RECORDER_TOOL_H

#include "pub_tool_basics.h"
#include "pub_tool_libcassert.h"
#include "pub_tool_libcbase.h"
#include "pub_tool_libcprint.h"
#include "pub_tool_tooliface.h"

#include "faultline/recording.h"

/* main.c: the options. */
struct options {
    const HChar *folder;   /* of the bell and the rings                                */
    const HChar *start_at; /* function whose entry is to be told; NULL: none           */
    Bool children;         /* record what is forked, too                               */
    Bool as_lackey;        /* leave in the program what Valgrind puts there            */
};
extern struct options options;

/* instrument.c: see VG_(basic_tool_funcs) */
IRSB *instrument(VgCallbackClosure *closure, IRSB *in, const VexGuestLayout *layout,
                 const VexGuestExtents *extents, const VexArchInfo *archinfo,
                 IRType guest_word, IRType host_word);

/* image.c */

/* Take out of the program's environment what Valgrind put there. */
void image_clean_environment(void);

/* Record what is mapped, and the command line.  Thread `tid` is about to start. */
void image_record(ThreadId tid);

/* mappings.c */

/* A segment of the address-space manager is mapped, of which `start` and `length` are a
 * part; `argument` as for RECORDING_MAP, but for whether a text follows. */
void mappings_record(UInt argument, Addr start, SizeT length, ULong offset, Bool anonymous);

/* A system call has been made without an error. */
void mappings_after_call(UInt number, const UWord *args, UWord result);

/* events.c */

/* Have Valgrind call the tool when a thread or a process begins or ends, and at system
 * calls. */
void events_register(void);

/* The program has ended. */
void events_end(void);

/* Have all code translated anew; only between two runs of translated code. */
void translations_discard(const HChar *why);

/* faults.c */

/* A system call has been made without an error. */
void faults_after_call(UInt number, const UWord *args);

#endif
