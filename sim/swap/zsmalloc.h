/* zsmalloc.h -- how many pages compressed ones take: the size classes of Linux' zsmalloc
 * [6.3: mm/zsmalloc.c; Documentation/mm/zsmalloc.rst].
 *
 * A class has groups of pages, zspages, that hold objects of one size; the number of pages
 * in a group is the one that wastes least, and neighbouring classes whose groups are alike
 * are one.  Here all groups of a class but one are full, as after compaction. */
#ifndef FAULTLINE_SWAP_ZSMALLOC_H
#define FAULTLINE_SWAP_ZSMALLOC_H

#include "base/types.h"

#include <stdbool.h>

enum { ZS_CLASSES_MAX = 257, ZS_CHAIN_MAX = 16 };

struct zs_class {
    uint64_t size;    /* bytes of an object                                              */
    uint32_t pages;   /* of a zspage                                                     */
    uint32_t objects; /* of a zspage                                                     */
    uint32_t merged;  /* the class that is used in its place                             */
    uint64_t used;    /* objects                                                         */
};

struct zsmalloc {
    uint64_t page_size, delta; /* bytes                                                  */
    uint64_t pages;            /* taken                                                  */
    uint32_t n;
    struct zs_class classes[ZS_CLASSES_MAX];
};

/* page_size: a power of two, at least 64.  chain: pages of a zspage at most, 1 ..
 * ZS_CHAIN_MAX. */
void zsmalloc_init(struct zsmalloc *zs, uint64_t page_size, uint32_t chain);

/* The class of an object of so many bytes, at most a page. */
uint32_t zsmalloc_class(const struct zsmalloc *zs, uint64_t bytes);

/* True if each object of the class has a page for itself. */
bool zsmalloc_is_huge(const struct zsmalloc *zs, uint32_t class);

void zsmalloc_take(struct zsmalloc *zs, uint32_t class);
void zsmalloc_give(struct zsmalloc *zs, uint32_t class);

#endif
