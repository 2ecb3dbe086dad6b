/* swap_readahead.h -- which neighbours of a page are read in with it from swap.
 *
 *     block     2.4.16 mm/swapfile.c valid_swaphandles(): the aligned block of slots, from its
 *               beginning to the first one that is not used; through early 3.x
 *     cluster   6.1 mm/swap_state.c swap_cluster_readahead() (seen in 3.16): such a block,
 *               as large as recent read-ahead was of use; unused slots are skipped
 *     VMA       6.1 swap_vma_readahead() (4.19; if no swap disk rotates): neighbours in the
 *               address space, those of them that are in swap
 *
 * A range always contains the page itself, which is read in any case.  Units: slots and
 * pages. */
#ifndef FAULTLINE_OS_LINUX_SWAP_READAHEAD_H
#define FAULTLINE_OS_LINUX_SWAP_READAHEAD_H

#include "base/types.h"

#include <stdbool.h>

struct readahead_range {
    uint64_t first, last;
};

/* What read-ahead has been good for: of the machine (cluster), or of a VMA. */
struct swap_readahead {
    uint64_t prev; /* slot (cluster) or page (VMA) of the last fault                     */
    uint32_t window; /* of the last fault; 0 before the first one                         */
    uint32_t hits;   /* pages read ahead that were touched since                          */
};

/* As at boot, and of a new VMA: the first window is a whole one. */
void swap_readahead_init(struct swap_readahead *state);

/* page_cluster for so much memory: a block is 2^page_cluster slots. */
uint32_t swap_readahead_page_cluster(uint64_t memory_bytes);

/* The block of a slot within an area of so many slots, of which the first is its header. */
struct readahead_range swap_readahead_block(uint32_t page_cluster, uint64_t slot,
                                            uint64_t nslots);

/* A slot is read: the window round it, within its area. */
struct readahead_range swap_readahead_cluster(struct swap_readahead *state,
                                              uint32_t page_cluster, uint64_t slot,
                                              uint64_t nslots);
/* A page was found in the swap cache that had been read ahead, and was not touched before. */
void swap_readahead_cluster_hit(struct swap_readahead *state);

/* A page is read: the window about it, within its VMA first..last and the pmd_pages (a power
 * of two) of one page table. */
struct readahead_range swap_readahead_vma(struct swap_readahead *state,
                                          uint32_t page_cluster, vpn_t vpn,
                                          struct readahead_range vma, uint64_t pmd_pages);
/* A page of the VMA was found in the swap cache; ahead: as for cluster_hit. */
void swap_readahead_vma_hit(struct swap_readahead *state, vpn_t vpn, bool ahead);

#endif
