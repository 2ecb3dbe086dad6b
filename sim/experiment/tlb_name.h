/* tlb_name.h -- names of the arrays of a TLB: `l`, a level, `i` (instructions) or `d` (data)
 * if it does not serve both, and a suffix after a dash where a level has several: l1i, l2,
 * l1d-2m, l1-system. */
#ifndef FAULTLINE_EXPERIMENT_TLB_NAME_H
#define FAULTLINE_EXPERIMENT_TLB_NAME_H

#include <stdbool.h>
#include <stddef.h>

#define TLB_NAME_MAX 32 /* characters */

struct tlb_name {
    unsigned level;  /* 1 .. 8                                                           */
    bool streams[2]; /* instructions, data                                               */
};

/* Read the first length characters of text; false if they are no such name. */
bool tlb_name_read(struct tlb_name *name, const char *text, size_t length);

/* How two names are ordered: by level, then instructions, data, both, then by suffix. */
int tlb_name_compare(const char *a, const char *b);

#endif
