/* radix_tables.c -- taking tables and giving them back; see radix_tables.h. */
#include "machine/radix_tables.h"

#include <assert.h>
#include <stdlib.h>

static uint64_t bytes_of(const struct pagetable_tables *tables, unsigned level)
{
    return radix_entries(tables, level) << tables->format.entry_shift;
}

enum status radix_take(struct pagetable_tables *tables, paddr_t *out, unsigned level,
                       struct error *err)
{
    const uint64_t bytes = bytes_of(tables, level), least = tables->format.table_align;
    return table_memory_take(tables->memory, out, bytes, bytes < least ? least : bytes,
                             err);
}

void radix_give(struct pagetable_tables *tables, paddr_t table, unsigned level)
{
    for (uint64_t i = 0; level > tables->shape.leaf && i < radix_entries(tables, level);
         i++) {
        const uint64_t entry = radix_read(tables, radix_entry_at(tables, table, i));
        if (radix_is_table(tables, entry))
            radix_give(tables, radix_pointer(tables, entry), level - 1);
    }
    table_memory_give(tables->memory, table, bytes_of(tables, level));
}

enum status radix_below(struct pagetable_tables *tables, paddr_t paddr, unsigned level,
                        paddr_t *out, struct error *err)
{
    const uint64_t entry = radix_read(tables, paddr);
    assert(entry == 0 || radix_is_table(tables, entry));
    if (entry) {
        *out = radix_pointer(tables, entry);
        return OK;
    }
    const enum status status = radix_take(tables, out, level - 1, err);
    if (status == OK)
        radix_write(tables, paddr, radix_table_entry(tables, level, *out));
    return status;
}

/* Make all tables below one of this level. */
static enum status complete(struct pagetable_tables *tables, paddr_t table, unsigned level,
                            struct error *err)
{
    enum status status = OK;
    if (level == tables->shape.leaf)
        return OK;
    for (uint64_t i = 0; i < radix_entries(tables, level) && status == OK; i++) {
        paddr_t below;
        status = radix_below(tables, radix_entry_at(tables, table, i), level, &below, err);
        if (status == OK)
            status = complete(tables, below, level - 1, err);
    }
    return status;
}

/* Keep a complete table for the entry at paddr. */
static enum status keep(struct pagetable *table, paddr_t paddr,
                        struct radix_deposit deposit, struct error *err)
{
    if (table->ndeposits == table->capacity) {
        const uint32_t capacity = table->capacity ? 2 * table->capacity : 16;
        struct radix_deposit *deposits =
            realloc(table->deposits, capacity * sizeof *deposits);
        if (!deposits)
            return error_nomem(err);
        table->deposits = deposits;
        table->capacity = capacity;
    }
    const uint32_t place = map_get_or_add(&table->places, paddr, table->ndeposits, err);
    if (place == MAP_ABSENT)
        return ERR_NOMEM;
    table->ndeposits += place == table->ndeposits;
    table->deposits[place] = deposit;
    return OK;
}

enum status radix_deposit(struct pagetable *table, paddr_t paddr, unsigned level,
                          struct error *err)
{
    struct radix_deposit deposit = {.level = level - 1, .kept = true};
    enum status status = radix_below(table->tables, paddr, level, &deposit.table, err);
    if (status == OK)
        status = complete(table->tables, deposit.table, deposit.level, err);
    return status == OK ? keep(table, paddr, deposit, err) : status;
}

struct radix_deposit radix_withdraw(struct pagetable *table, paddr_t paddr)
{
    const uint32_t place = map_get(&table->places, paddr);
    assert(place < table->ndeposits && table->deposits[place].kept);
    const struct radix_deposit deposit = table->deposits[place];
    table->deposits[place].kept = false;
    return deposit;
}
