/* vpn_tree.c -- see vpn_tree.h. */
#include "pager/vpn_tree.h"

#include "base/bits.h"

#include <assert.h>
#include <stdlib.h>

enum { SHIFT = 6, PLACES = 1 << SHIFT, LEVELS_MAX = (64 + SHIFT - 1) / SHIFT };

struct vpn_node {
    uint64_t taken; /* [place]: a bit                                                     */
    union {
        struct vpn_node *node;
        page_t page; /* at level 0                                                       */
    } at[PLACES];
};

static unsigned place_of(vpn_t vpn, unsigned level)
{
    return (unsigned)(vpn >> SHIFT * level) % PLACES;
}

static bool is_within(const struct vpn_tree *tree, vpn_t vpn)
{
    return tree->levels == LEVELS_MAX || vpn >> SHIFT * tree->levels == 0;
}

/* --- pages come and go ------------------------------------------------------------------- */

/* Have a root below which the VPN lies: the first one, or more above it. */
static bool raise_root(struct vpn_tree *tree, vpn_t vpn)
{
    const bool empty = !tree->root;
    if (empty)
        tree->levels = 1;
    while (empty && !is_within(tree, vpn))
        tree->levels++;
    while (!tree->root || !is_within(tree, vpn)) {
        struct vpn_node *node = calloc(1, sizeof *node);
        if (!node)
            return false;
        node->taken = !empty;
        node->at[0].node = tree->root;
        tree->root = node;
        tree->levels += !empty;
    }
    return true;
}

bool vpn_tree_add(struct vpn_tree *tree, vpn_t vpn, page_t page)
{
    if (!raise_root(tree, vpn))
        return false;
    struct vpn_node *node = tree->root;
    for (unsigned level = tree->levels - 1; level > 0; level--) {
        struct vpn_node **link = &node->at[place_of(vpn, level)].node;
        if (!*link)
            *link = calloc(1, sizeof **link);
        if (!*link)
            return false;
        node->taken |= UINT64_C(1) << place_of(vpn, level);
        node = *link;
    }
    const unsigned place = place_of(vpn, 0);
    assert(!(node->taken >> place & 1));
    node->taken |= UINT64_C(1) << place;
    node->at[place].page = page;
    return true;
}

void vpn_tree_remove(struct vpn_tree *tree, vpn_t vpn)
{
    struct vpn_node *path[LEVELS_MAX] = {tree->root};
    unsigned level = tree->levels - 1;
    for (unsigned i = level; i > 0; i--)
        path[level - i + 1] = path[level - i]->at[place_of(vpn, i)].node;
    for (unsigned i = 0; i <= level; i++) {
        struct vpn_node *node = path[level - i];
        assert(node->taken >> place_of(vpn, i) & 1);
        node->taken &= ~(UINT64_C(1) << place_of(vpn, i));
        if (node->taken)
            return;
        free(node);
        if (i < level)
            path[level - i - 1]->at[place_of(vpn, i + 1)].node = NULL;
    }
    *tree = (struct vpn_tree){.root = NULL};
}

static void free_node(struct vpn_node *node, unsigned level)
{
    for (uint64_t left = level > 0 ? node->taken : 0; left; left &= left - 1)
        free_node(node->at[lowest_bit(left)].node, level - 1);
    free(node);
}

void vpn_tree_clear(struct vpn_tree *tree)
{
    if (tree->root)
        free_node(tree->root, tree->levels - 1);
    *tree = (struct vpn_tree){.root = NULL};
}

/* --- the next one ------------------------------------------------------------------------ */

/* The first page below the node, from the one on that the places of *vpn lead to. */
static page_t next_below(const struct vpn_node *node, unsigned level, vpn_t *vpn)
{
    const vpn_t here = (vpn_t)1 << SHIFT * level;
    uint64_t left = node->taken >> place_of(*vpn, level) << place_of(*vpn, level);
    for (; left; left &= left - 1) {
        const unsigned place = lowest_bit(left);
        if (place != place_of(*vpn, level)) { /* its first one */
            *vpn -= *vpn % here + place_of(*vpn, level) * here;
            *vpn += place * here;
        }
        if (level == 0)
            return node->at[place].page;
        const page_t page = next_below(node->at[place].node, level - 1, vpn);
        if (page != PAGE_NONE)
            return page;
    }
    return PAGE_NONE;
}

page_t vpn_tree_next(const struct vpn_tree *tree, vpn_t *vpn)
{
    if (!tree->root || !is_within(tree, *vpn))
        return PAGE_NONE;
    return next_below(tree->root, tree->levels - 1, vpn);
}
