/* lru.h -- LRU stack distances at up to eight page sizes in one pass.
 *
 * The pages used last stand in a small set of slots.  A slot holds a page of the smallest
 * size, and for each page size its *rank*: how many distinct pages of that size in the set
 * were used after the one that holds it.  So one number says the distance, and touching a
 * page of rank r is the same simple step for all slots and page sizes: ranks below r grow
 * by one, those equal to r become 0.  The processor takes sixteen
 * or more of them at a time.
 *
 * Of a page size the set holds the top of its LRU stack, since a page of this size is in
 * the set with the last used of its smallest pages.  What follows is in an order of its own
 * for each page size (recency.h). */
#ifndef FAULTLINE_CURVE_LRU_H
#define FAULTLINE_CURVE_LRU_H

#include "curve/footprint.h"
#include "curve/levels.h"
#include "curve/recency.h"
#include "curve/steps.h"

enum {
    LRU_SLOTS = 32, /* of the set; ranks must stay below 128                          */
    LRU_ROW = 32,   /* bytes of the longest vector */
    LRU_ALIGNMENTS = 64,
};

struct lru_stacks;

/* Adds the steps of a batch, for which there is room. */
typedef void lru_steps_fn(struct lru_stacks *lru, const struct level_batch *batch);
lru_steps_fn lru_steps_narrow, lru_steps_wide; /* wide: see lru_wide.c */

struct lru_stacks {
    const struct levels *levels;
    lru_steps_fn *steps; /* one of the two                                               */
    size_t width; /* ranks of a slot: 1, or 8 of which the first levels->n are in use  */
    struct footprint *footprints; /* [level], or NULL: somebody else keeps them          */
    int8_t ranks[LRU_SLOTS * LEVELS_MAX];   /* [slot * width + level] */
    page_t page_at[LRU_SLOTS];              /* smallest pages, or PAGE_NONE             */
    page_t pages_at[LEVELS_MAX][LRU_SLOTS]; /* [level][slot], the same at all page sizes  */
    uint8_t distinct[LEVELS_MAX];           /* [level]: pages of the set, empty slots too */
    uint8_t *slot_of; /* [smallest page]: its slot, or LRU_NO_SLOT                        */
    size_t nslot_of;
    /* Accesses by distance, within the set: [0] of the page that a step touches first, [1]
     * of the other one.  (They are counted apart so that a step's two counts need not wait
     * for each other.) */
    uint64_t near[2][LRU_SLOTS][LEVELS_MAX];
    uint64_t alternations[LEVELS_MAX]; /* accesses at distance 1, not in near */
    uint64_t *far[LEVELS_MAX];         /* accesses by distance, beyond the set */
    size_t nfar[LEVELS_MAX];
    struct recency order[LEVELS_MAX];
    page_t npages[LEVELS_MAX]; /* used so far                                             */
    uint64_t references;
    uint64_t crossings[LRU_ALIGNMENTS];   /* parts of references in further pages, by the
                                         * number of low zeros of their blocks' numbers   */
    int8_t same[LRU_SLOTS][LRU_ROW];      /* a rank, repeated */
    int8_t slots[LRU_SLOTS * LEVELS_MAX]; /* as ranks: the slot's number, at level 0 */
};

#define LRU_NO_SLOT 0x80

/* footprints: filled, if not NULL; borrowed, as levels. */
void lru_init(struct lru_stacks *lru, const struct levels *levels,
              struct footprint *footprints);
void lru_release(struct lru_stacks *lru);

/* Add a batch that levels_translate() has had.  level_batch: of the smallest pages. */
MUST_CHECK enum status lru_add(struct lru_stacks *lru, const struct level_batch *batch,
                               struct error *err);

/* Accesses so far at one page size. */
uint64_t lru_accesses(const struct lru_stacks *lru, unsigned level);

/* Faults of LRU for every number of frames: faults[0 .. npages]. */
void lru_faults(const struct lru_stacks *lru, unsigned level, uint64_t *faults);

/* Memory that it takes, bytes. */
uint64_t lru_bytes(const struct lru_stacks *lru);

#endif
