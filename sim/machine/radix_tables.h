/* radix_tables.h -- for radix*.c: the tables of radix.h as they lie in memory. */
#ifndef FAULTLINE_MACHINE_RADIX_TABLES_H
#define FAULTLINE_MACHINE_RADIX_TABLES_H

#include "base/map.h"
#include "machine/radix.h"

struct radix_level {
    unsigned shift;      /* of a VPN: index bits of the levels below                      */
    unsigned bits;       /* of its index                                                 */
    uint64_t page_type;  /* type of an entry that maps a page here                        */
    uint64_t table_bits; /* bits of an entry that points to a table                       */
};

/* The shape that the tables have at one page size. */
struct radix_shape {
    unsigned page_shift;
    unsigned leaf, top; /* levels of the entries that map base pages, and of the root     */
    unsigned vpn_bits;
    unsigned frame_bit;  /* of an entry: the lowest of the frame's number                 */
    unsigned frame_bits; /* how many it has                                              */
    struct radix_level level[RADIX_LEVELS_MAX + 1];
};

struct pagetable_tables {
    struct radix_format format;
    struct radix_shape shape;
    uint64_t vpn_mask, vpn_bias, vpn_width; /* see radix_in_range()                       */
    uint64_t frame_mask;                    /* of an entry                               */
    struct table_memory *memory;
    paddr_t contexts; /* table of contexts                                               */
    uint32_t *free_contexts; /* [nfree]: a stack                                         */
    uint64_t nfree;
};

/* The tables that a large page keeps for the day when it is split. */
struct radix_deposit {
    paddr_t table; /* of the level below, with all that it points to                      */
    unsigned level;
    bool kept; /* else the place of a large page that is gone                            */
};

struct pagetable {
    struct pagetable_tables *tables;
    paddr_t root;
    uint32_t context;
    struct map
        places; /* address of an entry that has ever mapped a large page: its deposit */
    struct radix_deposit *deposits; /* [ndeposits of capacity]                            */
    uint32_t ndeposits, capacity;
};

/* ERR_CONFIG if the format has no such shape. */
MUST_CHECK enum status radix_shape_make(struct radix_shape *out,
                                        const struct radix_format *format,
                                        unsigned page_shift, bool adapted,
                                        struct error *err);

/* Does the format have the address?  With canonical ones, half of all VPNs is added, modulo
 * the width of a VPN, so that the two halves become one range. */
static inline bool radix_in_range(const struct pagetable_tables *tables, vpn_t vpn)
{
    return ((vpn + tables->vpn_bias) & tables->vpn_width) <= tables->vpn_mask;
}

/* The address of the entry for a VPN in a table of a level. */
static inline paddr_t radix_at(const struct pagetable_tables *tables, paddr_t table,
                               unsigned level, vpn_t vpn)
{
    const struct radix_level *at = &tables->shape.level[level];
    const uint64_t index = vpn >> at->shift & (((uint64_t)1 << at->bits) - 1);
    return table + (index << tables->format.entry_shift);
}

/* Entries of a table of a level; the address of one of them. */
static inline uint64_t radix_entries(const struct pagetable_tables *tables, unsigned level)
{
    return (uint64_t)1 << tables->shape.level[level].bits;
}

static inline paddr_t radix_entry_at(const struct pagetable_tables *tables, paddr_t table,
                                     uint64_t index)
{
    return table + (index << tables->format.entry_shift);
}

static inline uint64_t radix_read(const struct pagetable_tables *tables, paddr_t paddr)
{
    return tables->format.entry_shift == 2 ? table_read4(tables->memory, paddr)
                                           : table_read8(tables->memory, paddr);
}

static inline void radix_write(struct pagetable_tables *tables, paddr_t paddr,
                               uint64_t entry)
{
    if (tables->format.entry_shift == 2)
        table_write4(tables->memory, paddr, (uint32_t)entry);
    else
        table_write8(tables->memory, paddr, entry);
}

/* Of an entry above the level of base pages: does it point to a table, and to which? */
static inline bool radix_is_table(const struct pagetable_tables *tables, uint64_t entry)
{
    return (entry & tables->format.type_mask) == tables->format.table_type;
}

static inline paddr_t radix_pointer(const struct pagetable_tables *tables, uint64_t entry)
{
    return (entry & tables->format.pointer_mask) << tables->format.address_shift;
}

/* An entry that points to a table. */
static inline uint64_t radix_table_entry(const struct pagetable_tables *tables,
                                         unsigned level, paddr_t table)
{
    return table >> tables->format.address_shift | tables->shape.level[level].table_bits;
}

/* The frame of a base page in what an entry of this level maps. */
static inline pfn_t radix_frame(const struct pagetable_tables *tables, uint64_t entry,
                                unsigned level, vpn_t vpn)
{
    const uint64_t within = ((uint64_t)1 << tables->shape.level[level].shift) - 1;
    return (pfn_t)(((entry & tables->frame_mask) >> tables->shape.frame_bit) +
                   (vpn & within));
}

/* An empty table of a level. */
MUST_CHECK enum status radix_take(struct pagetable_tables *tables, paddr_t *out,
                                  unsigned level, struct error *err);
/* Give back a table and all below it, but for what large pages keep. */
void radix_give(struct pagetable_tables *tables, paddr_t table, unsigned level);
/* The table that an entry of a level points to; it is made if the entry is empty. */
MUST_CHECK enum status radix_below(struct pagetable_tables *tables, paddr_t paddr,
                                   unsigned level, paddr_t *out, struct error *err);

/* Make the tables that a large page, to be mapped by the entry at paddr, needs when it is
 * split, and keep them for it.  If this fails the entry is 0 or points to empty tables. */
MUST_CHECK enum status radix_deposit(struct pagetable *table, paddr_t paddr, unsigned level,
                                     struct error *err);
/* Take them out: they are no longer kept. */
struct radix_deposit radix_withdraw(struct pagetable *table, paddr_t paddr);

#endif
