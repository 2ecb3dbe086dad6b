/* radix.c -- making and changing radix page tables; see radix.h.
 *
 * A page smaller than the hardware's smallest has its frame's number where that of a
 * hardware page would be.  Tables, once there, stay until the space ends; one that a large
 * page takes the place of is kept for it, complete, until the page is split or removed. */
#include "machine/radix_tables.h"

#include "base/bits.h"
#include "base/units.h"

#include <assert.h>
#include <stdlib.h>

/* --- the machine ---------------------------------------------------------------------- */

static enum status create_contexts(struct pagetable_tables *tables, struct error *err)
{
    const uint64_t n = tables->format.contexts;
    const uint64_t bytes = n << tables->format.entry_shift;
    tables->free_contexts = malloc(n * sizeof *tables->free_contexts);
    if (!tables->free_contexts)
        return error_nomem(err);
    for (uint64_t i = 0; i < n; i++)
        tables->free_contexts[i] = (uint32_t)(n - 1 - i);
    tables->nfree = n;
    return table_memory_take(tables->memory, &tables->contexts, bytes, bytes, err);
}

enum status radix_create(struct pagetable_tables **out,
                         const struct pagetable_params *params,
                         const struct radix_format *format, struct error *err)
{
    struct radix_shape shape;
    enum status status =
        radix_shape_make(&shape, format, params->page_shift, params->adapted, err);
    if (status != OK)
        return status;
    struct pagetable_tables *tables = calloc(1, sizeof *tables);
    if (!tables)
        return error_nomem(err);
    *tables = (struct pagetable_tables){
        .format = *format,
        .shape = shape,
        .vpn_mask = low_bits(shape.vpn_bits),
        .vpn_bias = format->canonical ? (uint64_t)1 << (shape.vpn_bits - 1) : 0,
        .vpn_width = format->canonical ? UINT64_MAX >> params->page_shift : UINT64_MAX,
        .frame_mask = low_bits(shape.frame_bits) << shape.frame_bit,
        .memory = params->memory,
    };
    status = format->contexts ? create_contexts(tables, err) : OK;
    if (status == OK)
        *out = tables;
    else
        radix_free(tables);
    return status;
}

void radix_free(struct pagetable_tables *tables)
{
    if (tables)
        free(tables->free_contexts);
    free(tables);
}

/* --- address spaces ------------------------------------------------------------------- */

static enum status take_context(struct pagetable *table, struct error *err)
{
    struct pagetable_tables *tables = table->tables;
    if (tables->nfree == 0)
        return error_set(err, ERR_CELL, at_nowhere(),
                         "no context is free for another address space; "
                         "machine.mmu.contexts: %llu must be at least their number",
                         (unsigned long long)tables->format.contexts);
    table->context = tables->free_contexts[--tables->nfree];
    radix_write(tables, radix_entry_at(tables, tables->contexts, table->context),
                table->root >> tables->format.address_shift | tables->format.table_bits);
    return OK;
}

enum status radix_add_space(struct pagetable_tables *tables, uint32_t number,
                            struct pagetable **out, struct error *err)
{
    (void)number;
    struct pagetable *table = calloc(1, sizeof *table);
    if (!table)
        return error_nomem(err);
    table->tables = tables;
    enum status status = radix_take(tables, &table->root, tables->shape.top, err);
    if (status == OK && tables->format.contexts) {
        status = take_context(table, err);
        if (status != OK)
            radix_give(tables, table->root, tables->shape.top);
    }
    if (status == OK)
        *out = table;
    else
        free(table);
    return status;
}

void radix_end_space(struct pagetable *table)
{
    struct pagetable_tables *tables = table->tables;
    for (uint32_t i = 0; i < table->ndeposits; i++)
        if (table->deposits[i].kept)
            radix_give(tables, table->deposits[i].table, table->deposits[i].level);
    radix_give(tables, table->root, tables->shape.top);
    if (tables->format.contexts) {
        radix_write(tables, radix_entry_at(tables, tables->contexts, table->context), 0);
        tables->free_contexts[tables->nfree++] = table->context;
    }
    map_release(&table->places);
    free(table->deposits);
    free(table);
}

/* --- entries -------------------------------------------------------------------------- */

struct found {
    paddr_t paddr;
    unsigned level;
    uint64_t entry; /* 0: no page is mapped                                              */
};

/* The entry that maps a page. */
static struct found find(const struct pagetable *table, vpn_t vpn)
{
    const struct pagetable_tables *tables = table->tables;
    struct found found = {.level = tables->shape.top};
    if (!radix_in_range(tables, vpn))
        return found;
    for (paddr_t at = table->root;; found.level--) {
        found.paddr = radix_at(tables, at, found.level, vpn);
        found.entry = radix_read(tables, found.paddr);
        if (found.level == tables->shape.leaf || !radix_is_table(tables, found.entry))
            return found;
        at = radix_pointer(tables, found.entry);
    }
}

static uint64_t encode(const struct radix_format *format, unsigned bits)
{
    return (bits & PTE_WRITABLE ? format->writable : 0) |
           (bits & PTE_REFERENCED ? format->referenced : 0) |
           (bits & PTE_MODIFIED ? format->modified : 0);
}

static unsigned decode(const struct radix_format *format, uint64_t entry)
{
    return (entry & format->valid_mask ? PTE_VALID : 0u) |
           (entry & format->writable ? PTE_WRITABLE : 0u) |
           (entry & format->referenced ? PTE_REFERENCED : 0u) |
           (entry & format->modified ? PTE_MODIFIED : 0u);
}

/* An entry of a level that maps a page. */
static uint64_t page_entry(const struct pagetable_tables *tables, unsigned level, pfn_t pfn,
                           unsigned bits)
{
    const struct radix_format *format = &tables->format;
    const uint64_t type = tables->shape.level[level].page_type;
    return (uint64_t)pfn << tables->shape.frame_bit | format->page_bits |
           (bits & PTE_VALID ? type : type & ~format->valid_mask) | encode(format, bits);
}

unsigned radix_get(const struct pagetable *table, vpn_t vpn, pfn_t *pfn)
{
    const struct pagetable_tables *tables = table->tables;
    const struct found found = find(table, vpn);
    *pfn = PFN_NONE;
    if (!found.entry)
        return 0;
    *pfn = radix_frame(tables, found.entry, found.level, vpn);
    return decode(&tables->format, found.entry);
}

void radix_change(struct pagetable *table, vpn_t vpn, unsigned set, unsigned clear)
{
    struct pagetable_tables *tables = table->tables;
    const struct radix_format *format = &tables->format;
    const struct found found = find(table, vpn);
    assert(found.entry);
    const uint64_t valid = tables->shape.level[found.level].page_type & format->valid_mask;
    uint64_t entry = found.entry;
    entry |= encode(format, set) | (set & PTE_VALID ? valid : 0);
    entry &= ~(encode(format, clear) | (clear & PTE_VALID ? valid : 0));
    radix_write(tables, found.paddr, entry);
}

/* Map the base pages of a table and of those below it; returns the frame after theirs. */
static pfn_t fill(struct pagetable_tables *tables, paddr_t table, unsigned level, pfn_t pfn,
                  unsigned bits)
{
    for (uint64_t i = 0; i < radix_entries(tables, level); i++) {
        const paddr_t paddr = radix_entry_at(tables, table, i);
        if (level == tables->shape.leaf)
            radix_write(tables, paddr, page_entry(tables, level, pfn++, bits));
        else
            pfn = fill(tables, radix_pointer(tables, radix_read(tables, paddr)), level - 1,
                       pfn, bits);
    }
    return pfn;
}

void radix_split(struct pagetable *table, vpn_t vpn)
{
    struct pagetable_tables *tables = table->tables;
    const struct found found = find(table, vpn);
    assert(found.entry && found.level > tables->shape.leaf);
    const struct radix_deposit deposit = radix_withdraw(table, found.paddr);
    fill(tables, deposit.table, deposit.level,
         radix_frame(tables, found.entry, found.level, 0),
         decode(&tables->format, found.entry));
    radix_write(tables, found.paddr, radix_table_entry(tables, found.level, deposit.table));
}

void radix_remove(struct pagetable *table, vpn_t vpn)
{
    const struct found found = find(table, vpn);
    if (!found.entry)
        return;
    if (found.level > table->tables->shape.leaf) {
        const struct radix_deposit deposit = radix_withdraw(table, found.paddr);
        radix_give(table->tables, deposit.table, deposit.level);
    }
    radix_write(table->tables, found.paddr, 0);
}

/* --- entering ------------------------------------------------------------------------- */

static enum status check_address(const struct pagetable_tables *tables, vpn_t vpn,
                                 struct error *err)
{
    const struct radix_format *format = &tables->format;
    const unsigned long long address = vpn << tables->shape.page_shift;
    if (radix_in_range(tables, vpn))
        return OK;
    if (format->canonical)
        return error_set(err, ERR_CELL, at_nowhere(),
                         "address 0x%llx is not canonical, so that %s cannot map it (bits "
                         "63 to %u must be equal); machine.mmu: ideal, or workload.fold: "
                         "yes, can take it",
                         address, format->name, format->address_bits - 1);
    return error_set(err, ERR_CELL, at_nowhere(),
                     "address 0x%llx is beyond the %u bits of %s; machine.mmu: ideal, or "
                     "workload.fold: yes, can take it",
                     address, format->address_bits, format->name);
}

static enum status check_frames(const struct pagetable_tables *tables, pfn_t pfn,
                                unsigned shift, struct error *err)
{
    const unsigned bits = tables->shape.frame_bits;
    const uint64_t last = pfn + ((uint64_t)1 << (shift - tables->shape.page_shift)) - 1;
    if (last >> bits == 0)
        return OK;
    return error_set(err, ERR_CELL, at_nowhere(),
                     "frame %llu is beyond the %u bits of %s's frame numbers",
                     (unsigned long long)last, bits, tables->format.name);
}

/* The level whose entries map pages of this size; 0 if none do. */
static unsigned level_for(const struct pagetable_tables *tables, unsigned shift)
{
    const struct radix_shape *shape = &tables->shape;
    if (shift == shape->page_shift)
        return shape->leaf;
    for (unsigned level = shape->leaf + 1; level <= shape->top; level++)
        if (tables->format.leaf_levels >> level & 1 &&
            shape->page_shift + shape->level[level].shift == shift)
            return level;
    return 0;
}

/* Where the entry of a level for a page is; the tables on the way there are made. */
static enum status descend(struct pagetable *table, vpn_t vpn, unsigned level, paddr_t *out,
                           struct error *err)
{
    struct pagetable_tables *tables = table->tables;
    enum status status = OK;
    paddr_t at = table->root;
    for (unsigned i = tables->shape.top; i > level && status == OK; i--)
        status = radix_below(tables, radix_at(tables, at, i, vpn), i, &at, err);
    *out = radix_at(tables, at, level, vpn);
    return status;
}

enum status radix_enter(struct pagetable *table, vpn_t vpn, pfn_t pfn, unsigned shift,
                        unsigned bits, struct error *err)
{
    struct pagetable_tables *tables = table->tables;
    const unsigned level = level_for(tables, shift);
    if (level == 0) {
        char size[32], base[32];
        return error_set(
            err, ERR_CELL, at_nowhere(), "%s has no pages of %s beside those of %s",
            tables->format.name, format_size((uint64_t)1 << shift, size, sizeof size),
            format_size((uint64_t)1 << tables->shape.page_shift, base, sizeof base));
    }
    enum status status = check_address(tables, vpn, err);
    if (status == OK)
        status = check_frames(tables, pfn, shift, err);
    paddr_t paddr;
    if (status == OK)
        status = descend(table, vpn, level, &paddr, err);
    if (status == OK && level > tables->shape.leaf)
        status = radix_deposit(table, paddr, level, err);
    if (status == OK)
        radix_write(tables, paddr, page_entry(tables, level, pfn, bits));
    return status;
}
