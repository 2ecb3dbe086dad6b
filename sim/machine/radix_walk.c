/* radix_walk.c -- the walk of radix page tables as hardware does it; see radix.h.
 * Source: Intel SDM vol. 3A, 4.3 to 4.5 (walks), 4.8 (accessed and dirty flags), 4.10.3
 * (paging-structure caches); SPARC V8 manual, appendix H. */
#include "machine/radix_tables.h"

/* Where a walk begins: at a table of this level. */
struct start {
    paddr_t table;
    unsigned level; /* 0: nowhere, the register that is needed holds nothing              */
};

/* Read the context's entry, which always points to the root. */
static void read_context(const struct pagetable *table, struct walk *walk)
{
    const struct pagetable_tables *tables = table->tables;
    walk_read(walk,
              tables->contexts + ((paddr_t)table->context << tables->format.entry_shift));
    if (walk->cache)
        walk_cache_add(walk->cache, tables->shape.top + 1, walk->space, table->context,
                       table->root);
}

/* At the root, or below what a register says. */
static struct start start_at_root(const struct pagetable *table, vpn_t vpn,
                                  struct walk *walk)
{
    const struct pagetable_tables *tables = table->tables;
    const unsigned top = tables->shape.top;
    if (tables->format.contexts)
        read_context(table, walk);
    if (top != tables->format.register_level)
        return (struct start){table->root, top};
    const uint64_t entry = radix_read(tables, radix_at(tables, table->root, top, vpn));
    if (!radix_is_table(tables, entry))
        return (struct start){0};
    return (struct start){radix_pointer(tables, entry), top - 1};
}

/* Below the deepest entry that is cached, or where there is no cache. */
static struct start find_start(const struct pagetable *table, vpn_t vpn, struct walk *walk)
{
    const struct pagetable_tables *tables = table->tables;
    const struct radix_shape *shape = &tables->shape;
    paddr_t found;
    for (unsigned level = shape->leaf + 1; level <= shape->top; level++)
        if (walk_cache_find(walk->cache, level, walk->space,
                            vpn >> shape->level[level].shift, &found)) {
            walk->time += walk_cache_hit_time(walk->cache);
            return (struct start){found, level - 1};
        }
    if (tables->format.contexts &&
        walk_cache_find(walk->cache, shape->top + 1, walk->space, table->context, &found)) {
        walk->time += walk_cache_hit_time(walk->cache);
        return (struct start){found, shape->top};
    }
    return start_at_root(table, vpn, walk);
}

/* Use an entry that does not point to a table.  Its bits are set in one write. */
static void use_leaf(struct pagetable_tables *tables, struct walk *walk, paddr_t paddr,
                     uint64_t entry, unsigned level, vpn_t vpn)
{
    const struct radix_format *format = &tables->format;
    const bool store = walk->store || walk->modify;
    if (!(entry & format->valid_mask))
        return;
    if (store && !(entry & format->writable)) {
        walk->result = WALK_PROTECTION;
        return;
    }
    const uint64_t set = format->referenced | (store ? format->modified : 0);
    if ((entry & set) != set) {
        entry |= set;
        radix_write(tables, paddr, entry);
        walk_write(walk, paddr);
    }
    walk->result = WALK_OK;
    walk->pfn = radix_frame(tables, entry, level, vpn);
    walk->page_shift = tables->shape.page_shift + tables->shape.level[level].shift;
    walk->writable = (entry & format->writable) != 0;
    walk->modified = (entry & format->modified) != 0;
}

/* The accessed bits of upper entries are set as the walk passes them, also if it finds no
 * page then (the manual leaves that open); the leaf's only if the access is allowed.  An
 * entry is cached once its accessed bit is set. */
void radix_walk(struct pagetable *table, vpn_t vpn, struct walk *walk)
{
    struct pagetable_tables *tables = table->tables;
    const struct radix_format *format = &tables->format;
    walk->result = WALK_NOT_PRESENT;
    walk->pfn = PFN_NONE;
    if (UNLIKELY(!radix_in_range(tables, vpn)))
        return;
    vpn &= tables->vpn_mask;
    const struct start start =
        walk->cache ? find_start(table, vpn, walk) : start_at_root(table, vpn, walk);
    paddr_t at = start.table;
    for (unsigned level = start.level; level > 0; level--) {
        const paddr_t paddr = radix_at(tables, at, level, vpn);
        uint64_t entry = radix_read(tables, paddr);
        walk_read(walk, paddr);
        if (level == tables->shape.leaf || !radix_is_table(tables, entry)) {
            use_leaf(tables, walk, paddr, entry, level, vpn);
            return;
        }
        if (format->tables_referenced && !(entry & format->referenced)) {
            entry |= format->referenced;
            radix_write(tables, paddr, entry);
            walk_write(walk, paddr);
        }
        at = radix_pointer(tables, entry);
        if (walk->cache)
            walk_cache_add(walk->cache, level, walk->space,
                           vpn >> tables->shape.level[level].shift, at);
    }
}
