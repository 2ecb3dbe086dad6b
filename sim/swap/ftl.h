/* ftl.h -- flash translation layer: where on the flash chips a logical unit lies.
 *
 *     die ──► blocks, erased as a whole ──► pages, programmed once ──► units, mapped singly
 *
 * Pages are written one after the other into the open block of a die, the dies in turn.
 * When a die's erased blocks fall under a number, its closed block with the fewest valid
 * units is collected: they are written anew, the block is erased.  Time is not kept here. */
#ifndef FAULTLINE_SWAP_FTL_H
#define FAULTLINE_SWAP_FTL_H

#include "base/error.h"

#define FTL_NONE UINT32_MAX
#define FTL_UNITS_MAX (UINT32_MAX - 1) /* of the flash                                    */

enum { FTL_PAGE_UNITS_MAX = 64 };

struct ftl_params {
    uint64_t units;           /* logical ones                                             */
    double over_provisioning; /* flash beyond the logical units, as a part of these     */
    uint32_t dies;
    uint32_t pages;      /* of a block, at least 2                                      */
    uint32_t page_units; /* of a page, 1 .. FTL_PAGE_UNITS_MAX                          */
    uint32_t erased_min; /* blocks of a die, at least 1: with fewer one is collected     */
};

struct ftl;

/* Blocks of a die that the parameters ask for: those of the over-provisioning, or as many
 * as cleaning needs to come to an end, whichever is more. */
uint64_t ftl_blocks(const struct ftl_params *params);

/* Memory that is not touched until written to: 4 bytes a logical unit and as much for each
 * unit of the flash, of which there must be at most FTL_UNITS_MAX.  ERR_NOMEM. */
MUST_CHECK enum status ftl_create(struct ftl **out, const struct ftl_params *params,
                                  struct error *err);
void ftl_free(struct ftl *ftl); /* NULL is nothing */

/* The flash page on which a unit lies, or FTL_NONE; and the die of a page. */
uint32_t ftl_page(const struct ftl *ftl, uint64_t unit);
uint32_t ftl_die(const struct ftl *ftl, uint32_t page);

/* The unit lies nowhere any more. */
void ftl_discard(struct ftl *ftl, uint64_t unit);

/* Operations of one die. */
struct ftl_work {
    uint32_t die, reads, programs, erases;
};

/* Program a page with n different units, 1 .. page_units, that lie nowhere now; what is
 * missing of a full page stays empty.  Collects if need be, before.  programs counts the
 * page, too. */
struct ftl_work ftl_write(struct ftl *ftl, const uint32_t *units, uint32_t n);

#endif
