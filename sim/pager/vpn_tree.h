/* vpn_tree.h -- some pages of an address space in the order of their VPNs: a radix tree, in
 * which the next one is found in a time that does not depend on how far away it is.
 *
 * A node has 64 places, of those that are taken a bit each; one that has none is freed. */
#ifndef FAULTLINE_PAGER_VPN_TREE_H
#define FAULTLINE_PAGER_VPN_TREE_H

#include "trace/paged_batch.h"

#include <stdbool.h>

struct vpn_node;

struct vpn_tree {
    struct vpn_node *root; /* NULL: there are no pages                                    */
    unsigned levels;       /* of nodes; at the lowest one are pages                       */
};

/* Add a page, of which there is none of its VPN.  False: there is no memory for it. */
MUST_CHECK bool vpn_tree_add(struct vpn_tree *tree, vpn_t vpn, page_t page);

/* Remove a page that is there. */
void vpn_tree_remove(struct vpn_tree *tree, vpn_t vpn);

/* Remove all. */
void vpn_tree_clear(struct vpn_tree *tree);

/* The first page at or behind *vpn, which becomes its own; PAGE_NONE: there is none. */
page_t vpn_tree_next(const struct vpn_tree *tree, vpn_t *vpn);

#endif
