/* mips.c -- MIPS R2000/R3000: the TLB is filled by software; the tables are those of
 * 4.4BSD: a segment table with a pointer to a page of 1024 entries for each 4 MiB of kuseg
 * (addresses 0 to 0x7fffffff), which its refill handler walks.
 * Sources: 4.4BSD pmax/locore.s, MachUTLBMiss (20 instructions on its fast path), trap.c
 * (T_TLB_MOD), pmap.c and include/pte.h.
 *
 * An entry is the EntryLo that the handler loads, with software's bits below:
 *
 *     31:12 frame, 11 N, 10 D, 9 V, 8 G, 3 PG_SWAPM, 0 PG_RO
 *
 * D lets stores through, so that it means writable and modified: a page that is writable
 * and clean has it clear, as has one that is read-only, and PG_RO tells the two apart.  The
 * first store into a clean page traps to a handler that sets D in the entry.  A page that
 * is modified when it becomes read-only keeps that in pg_swapm, the bit of 4.4BSD's entries
 * for a page that must go to swap.  As in 4.4BSD, an entry of 0 maps nothing; so that none
 * that maps a frame is 0, a bit that 4.4BSD leaves unused marks those (PG_MAPPED here).
 *
 * The handler's load of the segment table's address, from the u. area, is one of its
 * instructions and no access to the tables. */
#include "machine/format_limits.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

enum { ADDRESS_BITS = 31, INDEX_BITS = 10, FRAME_BITS = 20, FRAME_SHIFT = 12, ENTRY = 4 };

#define PG_M UINT32_C(0x00000400) /* D                                                   */
#define PG_V UINT32_C(0x00000200)
#define PG_MAPPED UINT32_C(0x00000010)
#define PG_SWAPM UINT32_C(0x00000008)
#define PG_RO UINT32_C(0x00000001)

struct mips_params {
    uint64_t refill_instructions, modify_instructions;
};

struct pagetable_tables {
    struct table_memory *memory;
    unsigned page_shift;
    uint32_t refill_instructions, modify_instructions;
    unsigned index_bits, segment_bits; /* of a VPN, low and high                         */
};

struct pagetable {
    struct pagetable_tables *tables;
    paddr_t segments;
};

static const unsigned mips_shifts[] = {12, 0};
extern const struct pagetable_ops pagetable_mips; /* below */

/* --- life ----------------------------------------------------------------------------- */

/* Index bits of a page of entries; those of the segment table are the others. */
static unsigned index_bits_at(unsigned page_shift)
{
    const unsigned bits = ADDRESS_BITS - page_shift;
    return bits < INDEX_BITS ? bits : INDEX_BITS;
}

static uint64_t bytes_of(unsigned bits)
{
    return format_table_bytes((uint64_t)ENTRY << bits);
}

static enum status mips_create(struct pagetable_tables **out,
                               const struct pagetable_params *params, struct error *err)
{
    const struct mips_params *own = params->params;
    const enum status status = format_check_page_size(&pagetable_mips, params, err);
    if (status != OK)
        return status;
    struct pagetable_tables *tables = malloc(sizeof *tables);
    if (!tables)
        return error_nomem(err);
    const unsigned shift = params->page_shift, bits = index_bits_at(shift);
    *tables = (struct pagetable_tables){
        .memory = params->memory,
        .page_shift = shift,
        .refill_instructions = (uint32_t)own->refill_instructions,
        .modify_instructions = (uint32_t)own->modify_instructions,
        .index_bits = bits,
        .segment_bits = ADDRESS_BITS - shift - bits,
    };
    *out = tables;
    return OK;
}

static void mips_free(struct pagetable_tables *tables)
{
    free(tables);
}

static enum status mips_add_space(struct pagetable_tables *tables, uint32_t number,
                                  struct pagetable **out, struct error *err)
{
    (void)number;
    struct pagetable *table = malloc(sizeof *table);
    if (!table)
        return error_nomem(err);
    table->tables = tables;
    const uint64_t bytes = bytes_of(tables->segment_bits);
    const enum status status =
        table_memory_take(tables->memory, &table->segments, bytes, bytes, err);
    if (status != OK) {
        free(table);
        return status;
    }
    *out = table;
    return OK;
}

static void mips_end_space(struct pagetable *table)
{
    const struct pagetable_tables *tables = table->tables;
    for (paddr_t i = 0; i < (paddr_t)1 << tables->segment_bits; i++) {
        const paddr_t page = table_read4(tables->memory, table->segments + ENTRY * i);
        if (page)
            table_memory_give(tables->memory, page, bytes_of(tables->index_bits));
    }
    table_memory_give(tables->memory, table->segments, bytes_of(tables->segment_bits));
    free(table);
}

/* --- entries -------------------------------------------------------------------------- */

static bool is_beyond(const struct pagetable_tables *tables, vpn_t vpn)
{
    return vpn >> (ADDRESS_BITS - tables->page_shift) != 0;
}

/* Where the pointer to the page of entries is. */
static paddr_t segment_of(const struct pagetable *table, vpn_t vpn)
{
    return table->segments + ENTRY * (vpn >> table->tables->index_bits);
}

/* Where the entry is in its page. */
static paddr_t entry_in(const struct pagetable_tables *tables, paddr_t page, vpn_t vpn)
{
    return page + ENTRY * (vpn & (((vpn_t)1 << tables->index_bits) - 1));
}

/* Where the entry of a page is; 0 if it has none. */
static paddr_t find_entry(const struct pagetable *table, vpn_t vpn)
{
    const struct pagetable_tables *tables = table->tables;
    if (is_beyond(tables, vpn))
        return 0;
    const paddr_t page = table_read4(tables->memory, segment_of(table, vpn));
    return page ? entry_in(tables, page, vpn) : 0;
}

static uint32_t encode(uint32_t frame, unsigned bits)
{
    const uint32_t modified = bits & PTE_WRITABLE ? PG_M : PG_SWAPM;
    return frame << FRAME_SHIFT | PG_MAPPED | (bits & PTE_VALID ? PG_V : 0) |
           (bits & PTE_WRITABLE ? 0 : PG_RO) | (bits & PTE_MODIFIED ? modified : 0);
}

static unsigned decode(uint32_t entry)
{
    return (entry & PG_V ? PTE_VALID : 0u) | (entry & PG_RO ? 0u : PTE_WRITABLE) |
           (entry & (PG_M | PG_SWAPM) ? PTE_MODIFIED : 0u);
}

static enum status make_entry(struct pagetable *table, vpn_t vpn, paddr_t *entry,
                              struct error *err)
{
    const struct pagetable_tables *tables = table->tables;
    *entry = find_entry(table, vpn);
    if (*entry)
        return OK;
    const uint64_t bytes = bytes_of(tables->index_bits);
    paddr_t page;
    const enum status status = table_memory_take(tables->memory, &page, bytes, bytes, err);
    if (status != OK)
        return status;
    table_write4(tables->memory, segment_of(table, vpn), (uint32_t)page);
    *entry = entry_in(tables, page, vpn);
    return OK;
}

static enum status mips_enter(struct pagetable *table, vpn_t vpn, pfn_t pfn, unsigned shift,
                              unsigned bits, struct error *err)
{
    const struct pagetable_tables *tables = table->tables;
    paddr_t entry = 0;
    assert(shift == tables->page_shift && !(bits & PTE_REFERENCED));
    enum status status =
        format_check_address(&pagetable_mips, "kuseg of a MIPS", shift, vpn, err);
    if (status == OK)
        status = format_check_frame(&pagetable_mips, shift, FRAME_BITS, pfn, err);
    if (status == OK)
        status = make_entry(table, vpn, &entry, err);
    if (status != OK)
        return status;
    assert(!table_read4(tables->memory, entry));
    table_write4(tables->memory, entry, encode(pfn, bits));
    return OK;
}

static void mips_remove(struct pagetable *table, vpn_t vpn)
{
    const paddr_t entry = find_entry(table, vpn);
    if (entry)
        table_write4(table->tables->memory, entry, 0);
}

static unsigned mips_get(const struct pagetable *table, vpn_t vpn, pfn_t *pfn)
{
    const paddr_t paddr = find_entry(table, vpn);
    const uint32_t entry = paddr ? table_read4(table->tables->memory, paddr) : 0;
    *pfn = entry ? entry >> FRAME_SHIFT : PFN_NONE;
    return entry ? decode(entry) : 0;
}

static void mips_change(struct pagetable *table, vpn_t vpn, unsigned set, unsigned clear)
{
    struct table_memory *memory = table->tables->memory;
    const paddr_t paddr = find_entry(table, vpn);
    const uint32_t entry = table_read4(memory, paddr);
    assert(entry && !((set | clear) & PTE_REFERENCED));
    table_write4(memory, paddr,
                 encode(entry >> FRAME_SHIFT, (decode(entry) | set) & ~clear));
}

/* --- handlers ------------------------------------------------------------------------- */

/* What both handlers do: find the page's entry, 0 if there is none, and where it is. */
static uint32_t read_entry(const struct pagetable *table, vpn_t vpn, paddr_t *paddr,
                           struct walk *walk)
{
    const struct pagetable_tables *tables = table->tables;
    walk_read(walk, segment_of(table, vpn));
    *paddr = find_entry(table, vpn);
    if (!*paddr)
        return 0;
    walk_read(walk, *paddr);
    return table_read4(tables->memory, *paddr);
}

/* The refill handler, for a miss.  True if the access can go on, as far as it has seen. */
static bool refill(const struct pagetable *table, vpn_t vpn, struct walk *walk)
{
    paddr_t paddr;
    walk_instructions(walk, table->tables->refill_instructions);
    const uint32_t entry = read_entry(table, vpn, &paddr, walk);
    walk->result = !(entry & PG_V)                  ? WALK_NOT_PRESENT
                   : walk->store && (entry & PG_RO) ? WALK_PROTECTION
                                                    : WALK_OK;
    return walk->result == WALK_OK;
}

/* The handler of a store whose TLB entry has D clear. */
static void set_modified(const struct pagetable *table, vpn_t vpn, struct walk *walk)
{
    paddr_t paddr;
    walk_instructions(walk, table->tables->modify_instructions);
    const uint32_t entry = read_entry(table, vpn, &paddr, walk);
    walk->result = !(entry & PG_V) ? WALK_NOT_PRESENT
                   : entry & PG_RO ? WALK_PROTECTION
                                   : WALK_OK;
    if (walk->result != WALK_OK)
        return;
    table_write4(table->tables->memory, paddr, entry | PG_M);
    walk_write(walk, paddr);
}

static void mips_walk(struct pagetable *table, vpn_t vpn, struct walk *walk)
{
    const struct pagetable_tables *tables = table->tables;
    walk->result = WALK_NOT_PRESENT;
    if (is_beyond(tables, vpn)) /* an address error, which no handler looks up */
        return;
    if (!walk->modify && !refill(table, vpn, walk))
        return;
    pfn_t pfn;
    const unsigned bits = mips_get(table, vpn, &pfn);
    if (walk->modify || (walk->store && !(bits & PTE_MODIFIED)))
        set_modified(table, vpn, walk);
    if (walk->result != WALK_OK)
        return;
    const unsigned now = mips_get(table, vpn, &walk->pfn);
    walk->page_shift = tables->page_shift;
    walk->writable = now & PTE_WRITABLE;
    walk->modified = now & PTE_MODIFIED;
}

static void mips_note(const struct pagetable_params *params, char *buffer, size_t size)
{
    const unsigned shift = params->page_shift, bits = index_bits_at(shift);
    buffer[0] = '\0';
    if (pagetable_has_shift(&pagetable_mips, shift))
        return;
    snprintf(buffer, size,
             "mips has no pages of %llu bytes: its tables are adapted, index bits %u+%u",
             1ull << shift, ADDRESS_BITS - shift - bits, bits);
}

static const struct param mips_table[] = {
    {.name = "refill_instructions",
     .kind = PARAM_UINT,
     .offset = offsetof(struct mips_params, refill_instructions),
     .fallback = "20",
     .min = 1,
     .max = 100000,
     .unit = "instructions",
     .help = "of the handler that refills the TLB, with its exception (4.4BSD, "
             "pmax/locore.s)"},
    {.name = "modify_instructions",
     .kind = PARAM_UINT,
     .offset = offsetof(struct mips_params, modify_instructions),
     .fallback = "375",
     .min = 1,
     .max = 100000,
     .unit = "instructions",
     .help =
         "of the handler of the first store into a page (Nagle, Uhlig et al., 1993: 375 "
         "to 500 cycles on a DECstation 3100, by kernel; unverified)"},
    {0},
};

const struct pagetable_ops pagetable_mips = {
    .name = "mips",
    .summary = "R2000/R3000 with the two-level tables of 4.4BSD: software refills the TLB "
               "and keeps the modified bit",
    .source = "4.4BSD pmax/locore.s, trap.c, pmap.c, pte.h",
    .address_bits = ADDRESS_BITS,
    .paddr_bits = 32,
    .page_shifts = mips_shifts,
    .params = mips_table,
    .params_size = sizeof(struct mips_params),
    .create = mips_create,
    .free = mips_free,
    .add_space = mips_add_space,
    .end_space = mips_end_space,
    .enter = mips_enter,
    .remove = mips_remove,
    .get = mips_get,
    .change = mips_change,
    .walk = mips_walk,
    .note = mips_note,
};
