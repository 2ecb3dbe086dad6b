/* pagetable.h -- the plug-in interface of a page-table format: one file X.c in
 * sim/machine/pagetable/ that defines `const struct pagetable_ops pagetable_X`. */
#ifndef FAULTLINE_MACHINE_PAGETABLE_H
#define FAULTLINE_MACHINE_PAGETABLE_H

#include "base/error.h"
#include "base/types.h"

#include <stddef.h>

struct pagetable;

struct pagetable_ops {
    const char *name;    /* as in `machine.mmu`                                          */
    const char *summary; /* one line                                                     */
    /* NULL: the machine has no tables to walk and no TLB (every translation is free). */
    enum status (*create)(struct pagetable **out, unsigned page_shift, struct error *err);
    void (*free)(struct pagetable *table);
    /* Map the page to a frame; ERR_CELL if the format cannot map such an address. */
    enum status (*enter)(struct pagetable *table, vpn_t vpn, pfn_t pfn, struct error *err);
    void (*remove)(struct pagetable *table, vpn_t vpn);
    /* Walk the tables for a mapped page: its frame; *accesses memory accesses made. */
    pfn_t (*walk)(const struct pagetable *table, vpn_t vpn, unsigned *accesses);
    /* What differs from the real machine at this page size, as a sentence; "" if nothing. */
    void (*note)(unsigned page_shift, char *buffer, size_t size);
};

extern const struct pagetable_ops *const pagetable_table[]; /* ended by NULL */

const struct pagetable_ops *pagetable_find(const char *name);

#endif
