/* x86-64.c -- the four-level radix tree of 64-bit x86: 48-bit addresses, tables of 512
 * entries of 8 bytes, index bits 9/9/9/9 above a 4 KiB page; 2 MiB pages end the walk one
 * level earlier, 1 GiB pages two.  Source: Intel SDM vol. 3A, 4.5; table boundaries 47:39,
 * 47:30 and 47:21 as in its section 4.10.
 *
 * For page sizes that the machine lacks the tables below the top keep 9 index bits, a
 * page of 2 MiB or more is a leaf one level up, of 1 GiB two, and the top table takes the
 * bits that remain (note() says so). */
#include "machine/pagetable.h"

#include <stdio.h>
#include <stdlib.h>

enum {
    ADDRESS_BITS = 48,
    INDEX_BITS = 9,
    LEVELS_MAX = 4,
    PRESENT = 1,     /* P, bit 0 of an entry                                    */
    FRAME_SHIFT = 12 /* bits 51:12 of an entry: frame, or number of a lower table */
};

struct pagetable {
    unsigned levels;
    unsigned page_shift;
    unsigned top_bits; /* index bits of the top table                        */
    uint64_t **tables; /* [number]: the tables that exist; 0 is the top one   */
    uint32_t ntables, capacity;
};

static unsigned levels_at(unsigned page_shift)
{
    return page_shift >= 30 ? 2 : page_shift >= 21 ? 3 : 4;
}

static unsigned top_bits_at(unsigned page_shift)
{
    return ADDRESS_BITS - page_shift - INDEX_BITS * (levels_at(page_shift) - 1);
}

static unsigned index_at(const struct pagetable *table, vpn_t vpn, unsigned level)
{
    const unsigned shift = INDEX_BITS * (table->levels - 1 - level);
    const unsigned bits = level == 0 ? table->top_bits : INDEX_BITS;
    return (unsigned)(vpn >> shift & ((1u << bits) - 1));
}

/* Add a table of 1 << bits entries; its number, or UINT32_MAX without memory. */
static uint32_t add_table(struct pagetable *table, unsigned bits)
{
    if (table->ntables == table->capacity) {
        const uint32_t capacity = table->capacity ? 2 * table->capacity : 16;
        uint64_t **tables = realloc(table->tables, capacity * sizeof *tables);
        if (!tables)
            return UINT32_MAX;
        table->tables = tables;
        table->capacity = capacity;
    }
    uint64_t *entries = calloc((size_t)1 << bits, sizeof *entries);
    if (!entries)
        return UINT32_MAX;
    table->tables[table->ntables] = entries;
    return table->ntables++;
}

static void x86_64_free(struct pagetable *table)
{
    if (!table)
        return;
    for (uint32_t i = 0; i < table->ntables; i++)
        free(table->tables[i]);
    free(table->tables);
    free(table);
}

static enum status x86_64_create(struct pagetable **out, unsigned page_shift,
                                 struct error *err)
{
    struct pagetable *table = calloc(1, sizeof *table);
    if (!table)
        return error_nomem(err);
    table->page_shift = page_shift;
    table->levels = levels_at(page_shift);
    table->top_bits = top_bits_at(page_shift);
    if (add_table(table, table->top_bits) == UINT32_MAX) {
        x86_64_free(table);
        return error_nomem(err);
    }
    *out = table;
    return OK;
}

/* Bits 63:47 of an address must be equal, or the processor refuses it. */
static bool is_canonical(const struct pagetable *table, vpn_t vpn)
{
    const uint64_t top = (vpn << table->page_shift) >> (ADDRESS_BITS - 1);
    return top == 0 || top == UINT64_MAX >> (ADDRESS_BITS - 1);
}

static enum status x86_64_enter(struct pagetable *table, vpn_t vpn, pfn_t pfn,
                                struct error *err)
{
    if (!is_canonical(table, vpn))
        return error_set(err, ERR_CELL, at_nowhere(),
                         "address 0x%llx is not canonical, so that x86-64 cannot map it "
                         "(bits 63 to 47 must be equal); machine.mmu: ideal can",
                         (unsigned long long)(vpn << table->page_shift));
    uint32_t number = 0;
    for (unsigned level = 0; level + 1 < table->levels; level++) {
        const unsigned index = index_at(table, vpn, level);
        if (!(table->tables[number][index] & PRESENT)) {
            const uint32_t below = add_table(table, INDEX_BITS);
            if (below == UINT32_MAX)
                return error_nomem(err);
            table->tables[number][index] = (uint64_t)below << FRAME_SHIFT | PRESENT;
        }
        number = (uint32_t)(table->tables[number][index] >> FRAME_SHIFT);
    }
    table->tables[number][index_at(table, vpn, table->levels - 1)] =
        (uint64_t)pfn << FRAME_SHIFT | PRESENT;
    return OK;
}

/* The leaf entry of a page, counting the entries read; NULL if a table is missing. */
static uint64_t *leaf(const struct pagetable *table, vpn_t vpn, unsigned *accesses)
{
    uint32_t number = 0;
    for (unsigned level = 0;; level++) {
        uint64_t *entry = &table->tables[number][index_at(table, vpn, level)];
        ++*accesses;
        if (level + 1 == table->levels)
            return entry;
        if (!(*entry & PRESENT))
            return NULL;
        number = (uint32_t)(*entry >> FRAME_SHIFT);
    }
}

static void x86_64_remove(struct pagetable *table, vpn_t vpn)
{
    unsigned accesses = 0;
    uint64_t *entry = leaf(table, vpn, &accesses);
    if (entry)
        *entry = 0;
}

static pfn_t x86_64_walk(const struct pagetable *table, vpn_t vpn, unsigned *accesses)
{
    *accesses = 0;
    const uint64_t *entry = leaf(table, vpn, accesses);
    return entry && *entry & PRESENT ? (pfn_t)(*entry >> FRAME_SHIFT) : PFN_NONE;
}

static void x86_64_note(unsigned page_shift, char *buffer, size_t size)
{
    buffer[0] = '\0';
    if (page_shift == 12 || page_shift == 21 || page_shift == 30)
        return;
    const unsigned levels = levels_at(page_shift);
    snprintf(buffer, size,
             "x86-64 has no pages of %llu bytes: its tables are adapted, index bits %u%s",
             1ull << page_shift, top_bits_at(page_shift),
             levels == 4   ? "+9+9+9"
             : levels == 3 ? "+9+9"
                           : "+9");
}

const struct pagetable_ops pagetable_x86_64 = {
    .name = "x86-64",
    .summary = "four-level radix tree, walked by hardware that sets the accessed bit",
    .create = x86_64_create,
    .free = x86_64_free,
    .enter = x86_64_enter,
    .remove = x86_64_remove,
    .walk = x86_64_walk,
    .note = x86_64_note,
};
