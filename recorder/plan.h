/* SPDX-License-Identifier: GPL-2.0-or-later */
/* plan.h -- what is to be recorded of a superblock: its segments, their instructions, and
 * the loads and stores of these, each with the statement before which its word is written.
 *
 * What is a reference follows lackey, the tool of Valgrind's distribution that prints them
 * (manual, chapter 'Lackey: an example tool'): an IMark is a fetch; a store behind a load of
 * the same size and address, with nothing between, makes that load a modify. */
#ifndef FAULTLINE_RECORDER_PLAN_H
#define FAULTLINE_RECORDER_PLAN_H

#include "tool.h"

struct plan_slot {
    Int statement; /* its word is written before this one                              */
    IRExpr *address;
    IRExpr *guard; /* NULL: not left out                                               */
    UInt size;     /* bytes                                                           */
    enum recording_access access;
};

struct plan_instruction {
    Addr address;
    UInt length; /* bytes; 0: its fetch is in the segment before                        */
    UInt nslots;
};

struct plan_segment {
    Int statement; /* it begins before this one                                       */
    Bool start;    /* the function asked for is entered here                           */
    UInt word;     /* of the superblock's words, the one that it begins with           */
    UInt first_instruction, ninstructions;
    UInt first_slot, nslots;
};

struct plan {
    struct plan_segment *segments;
    struct plan_instruction *instructions;
    struct plan_slot *slots;
    UInt nsegments, ninstructions, nslots;
    UInt capacity; /* of each of the three                                              */
    UInt words;    /* of all segments                                                  */
};

/* Is what the instruction at the address does to be recorded? */
Bool plan_records(Addr address);

/* Make the plan of a superblock, whose first instruction begins at statement `first`. */
void plan_make(struct plan *plan, const IRSB *block, Int first);

#endif
