/* radix.h -- what all page tables have in common that are trees of tables indexed by parts
 * of the address: x86 in its four forms and the SPARC reference MMU.
 *
 * A format is data: how many index bits each level has, which levels may map pages, and
 * where the bits of an entry are.  Its file in pagetable/ has nothing else.
 *
 * Levels count from the leaves of the smallest page: 1 is the table whose entries map it.
 * With a larger base page the leaves are at a higher level; those below do not exist. */
#ifndef FAULTLINE_MACHINE_RADIX_H
#define FAULTLINE_MACHINE_RADIX_H

#include "machine/pagetable.h"

enum { RADIX_LEVELS_MAX = 5 };

struct radix_format {
    const char *name;
    unsigned address_bits; /* of virtual addresses that tables translate                 */
    bool canonical;        /* longer addresses repeat the highest of these bits           */
    unsigned paddr_bits;
    unsigned page_shift; /* of the smallest page                                         */
    unsigned levels;
    uint8_t index_bits[RADIX_LEVELS_MAX + 1]; /* [level]                                 */
    unsigned leaf_levels;    /* bit [level]: its entries can map pages                    */
    unsigned register_level; /* entries of this level are held in registers: no access,
                              * no referenced bit, not cached; 0: there is none           */
    uint64_t contexts; /* the root is an entry of a table of so many; 0: a register   */

    unsigned entry_shift;   /* an entry has 1 << entry_shift bytes, 4 or 8                */
    unsigned address_shift; /* it holds physical addresses shifted right by this          */
    uint64_t table_align; /* of a table, in bytes: this or its size, if that is more     */

    /* Bits of an entry.  One that maps no page and points to no table is 0. */
    uint64_t type_mask;
    /* Under type_mask: points to a table; maps a page at level 1; at another level. */
    uint64_t table_type, page_type, large_type;
    uint64_t valid_mask; /* of the type, what makes the entry valid: without these bits the
                          * rest of an entry is the kernel's                              */
    uint64_t table_bits, register_bits; /* of an entry that points to a table; the same of
                                         * the register level                             */
    uint64_t page_bits; /* of an entry that maps a page: never 0           */
    uint64_t writable, referenced, modified;
    bool tables_referenced; /* entries that point to tables have a referenced bit         */
    uint64_t pointer_mask;  /* of a table's address                                      */
};

/* The verbs of struct pagetable_ops.  A format defines `create` and `note` itself, as calls
 * of these with its format, which is copied. */
enum status radix_create(struct pagetable_tables **out,
                         const struct pagetable_params *params,
                         const struct radix_format *format, struct error *err);
void radix_free(struct pagetable_tables *tables);
enum status radix_add_space(struct pagetable_tables *tables, uint32_t number,
                            struct pagetable **out, struct error *err);
void radix_end_space(struct pagetable *table);
enum status radix_enter(struct pagetable *table, vpn_t vpn, pfn_t pfn, unsigned shift,
                        unsigned bits, struct error *err);
void radix_remove(struct pagetable *table, vpn_t vpn);
unsigned radix_get(const struct pagetable *table, vpn_t vpn, pfn_t *pfn);
void radix_change(struct pagetable *table, vpn_t vpn, unsigned set, unsigned clear);
void radix_split(struct pagetable *table, vpn_t vpn);
void radix_walk(struct pagetable *table, vpn_t vpn, struct walk *walk);
void radix_note(const struct pagetable_params *params, const struct radix_format *format,
                char *buffer, size_t size);

#endif
