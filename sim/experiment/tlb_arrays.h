/* tlb_arrays.h -- the arrays of a TLB that a layer names, and those that there are unless
 * told otherwise. */
#ifndef FAULTLINE_EXPERIMENT_TLB_ARRAYS_H
#define FAULTLINE_EXPERIMENT_TLB_ARRAYS_H

#include "experiment/layer.h"
#include "experiment/tlb_name.h"
#include "machine/mmu.h"

enum { TLB_KEYS = 8 };

/* The keys of an array, made once for all cells. */
struct tlb_keys {
    const char *array; /* "l1d-2m"                                                       */
    struct tlb_name name;
    struct key
        keys[TLB_KEYS]; /* instances of the patterns, in the order of key_table     */
    struct tlb_keys *next;
};

struct tlb_arrays {
    const struct tlb_keys *all[MMU_ARRAYS_MAX]; /* sorted by their names                  */
    size_t n;
};

/* l1i and l1d are there unless l1 is named, l2 always.  known: the keys made so far, which
 * lie in the arena.  ERR_CONFIG for too many arrays. */
MUST_CHECK enum status tlb_arrays_find(struct tlb_arrays *arrays, const struct layer *layer,
                                       struct tlb_keys **known, struct arena *arena,
                                       struct error *err);

/* The key with that last part. */
const struct key *tlb_key(const struct tlb_keys *keys, const char *part);

#endif
