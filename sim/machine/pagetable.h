/* pagetable.h -- the plug-in interface of a page-table format: one file X.c in
 * sim/machine/pagetable/ that defines `const struct pagetable_ops pagetable_X` (a `-` in the
 * name is a `_` in the symbol).
 *
 * Tables lie in modelled memory, entry by entry as the hardware has them; frames of pages
 * are named by their numbers.  A format has one state for the machine (`tables`: an inverted
 * table, a context table, a system page table) and one for each address space. */
#ifndef FAULTLINE_MACHINE_PAGETABLE_H
#define FAULTLINE_MACHINE_PAGETABLE_H

#include "base/error.h"
#include "base/param.h"
#include "base/types.h"
#include "machine/table_memory.h"
#include "machine/walk.h"

#include <stddef.h>

enum pagetable_features {
    PAGETABLE_REFERENCED = 1, /* hardware keeps a referenced (accessed) bit              */
    PAGETABLE_MODIFIED = 2,   /* hardware keeps a modified (dirty) bit; without it the first
                               * store traps to software, which does                      */
    PAGETABLE_FRAME_BITS = 4, /* those bits are kept by frame outside the tables and set by
                               * every access, not by the walk that loads the TLB         */
    PAGETABLE_PER_FRAME = 8,  /* one entry for each frame, so that only one page at a time
                               * can map it, and the number of frames must be known       */
    PAGETABLE_SYSTEM_SPACE =
        16, /* tables of processes lie in system space: walks look their
                                  * pages up in a half of the TLB of their own            */
};

/* The bits of an entry that kernels know, in every format. */
enum pte_bits {
    PTE_VALID = 1,
    PTE_WRITABLE = 2,
    PTE_REFERENCED = 4, /* not without PAGETABLE_REFERENCED                               */
    PTE_MODIFIED = 8,   /* a modified bit that software keeps is one too                  */
};

struct pagetable_params {
    unsigned page_shift; /* of a base page                                               */
    bool adapted;        /* the page size need not be one that the hardware has          */
    uint64_t frames;     /* of the machine; UINT64_MAX: unlimited                        */
    struct table_memory *memory; /* borrowed                                             */
    const void *params;          /* as the format's table lays them out                   */
};

struct pagetable_tables; /* of the machine                                               */
struct pagetable;        /* of one address space                                         */

struct pagetable_ops {
    const char *name;    /* as in `machine.mmu`                                          */
    const char *summary; /* one line                                                     */
    const char *source;  /* manual or source followed                                    */
    unsigned features;   /* bits of enum pagetable_features                              */
    unsigned address_bits; /* of virtual addresses; 64 for x86 means canonical ones only  */
    unsigned paddr_bits;   /* of physical addresses                                      */
    const unsigned
        *page_shifts;           /* sizes that the hardware has, rising, ended by 0        */
    const struct param *params; /* NULL: none                                           */
    size_t params_size;         /* at most PARAM_VALUES_MAX                             */

    /* NULL: the machine has no tables to walk and no TLB (every translation is free).
     * ERR_CONFIG if it cannot be: a page size that neither hardware nor adaptation gives, no
     * number of frames with PAGETABLE_PER_FRAME, parameters that do not go together. */
    enum status (*create)(struct pagetable_tables **out,
                          const struct pagetable_params *params, struct error *err);
    void (*free)(struct pagetable_tables *tables);

    /* An address space, by its number, without entries.  ERR_CELL if there is no room. */
    enum status (*add_space)(struct pagetable_tables *tables, uint32_t number,
                             struct pagetable **out, struct error *err);
    void (*end_space)(struct pagetable *table);

    /* Map a page of 1 << shift bytes (a base page, or one of page_shifts above it: then vpn
     * and pfn, both of base pages, are multiples of its size) with bits of enum pte_bits.
     * No page is mapped there.  ERR_CELL if the format cannot address it or the frame. */
    enum status (*enter)(struct pagetable *table, vpn_t vpn, pfn_t pfn, unsigned shift,
                         unsigned bits, struct error *err);
    /* Unmap the page that holds vpn.  Tables stay until the space ends. */
    void (*remove)(struct pagetable *table, vpn_t vpn);
    /* The entry's bits and frame (of vpn); 0 and PFN_NONE if none is mapped.  No access. */
    unsigned (*get)(const struct pagetable *table, vpn_t vpn, pfn_t *pfn);
    /* Set and clear bits of the entry that maps vpn; it keeps its frame while not VALID. */
    void (*change)(struct pagetable *table, vpn_t vpn, unsigned set, unsigned clear);
    /* Map the base pages of a large page one by one, with the bits of the large entry; it
     * has kept the table that this needs.  NULL: the format has no large pages. */
    void (*split)(struct pagetable *table, vpn_t vpn);
    /* Walk the tables as the hardware (or its handler) does. */
    void (*walk)(struct pagetable *table, vpn_t vpn, struct walk *walk);

    /* What differs from the real machine at this page size, as a sentence; "" if nothing. */
    void (*note)(const struct pagetable_params *params, char *buffer, size_t size);
};

extern const struct pagetable_ops *const pagetable_table[]; /* ended by NULL */

const struct pagetable_ops *pagetable_find(const char *name);

/* True if the hardware has pages of this size, or has no size of its own. */
bool pagetable_has_shift(const struct pagetable_ops *format, unsigned page_shift);

#endif
