/* vax.c -- VAX-11: pages of 512 bytes; the process regions P0 and P1 have a linear table
 * each, in the virtual memory of the system, whose own table is linear in physical memory.
 * Sources: open-simh VAX/vax_mmu.c, fill(), for walks; 4.3BSD vax/pte.h for the entry and
 * sys/vm_pt.c for how tables are laid out and grow.
 *
 *     P0  address 31:30 = 00  entry at P0BR + 4 * vpn, absent from vpn P0LR on
 *     P1  address 31:30 = 01  entry at P1BR + 4 * vpn, absent below vpn P1LR: it grows down
 *
 * P0BR and P1BR are addresses of system space.  The system page where an entry lies is
 * looked up in the system half of the TLB, and after a miss there in the system page table
 * at SBR, so that a miss reads one entry or two.  Protection is checked before validity.
 *
 * Tables lie in windows of system space (vax_system.h), and the length registers grow to
 * what has been entered.  Only pages of a table that hold entries are backed by memory; the
 * system entries of the others are not valid (4.3BSD backs them all).  Once a space has
 * ended, the system halves of all TLBs must be flushed before the next walk.
 *
 * An entry that maps nothing is what 4.3BSD fills tables with: fill on demand, users may
 * write, not valid. */
#include "machine/format_limits.h"
#include "machine/vax_system.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

enum { FRAME_BITS = 21, P0 = 0, P1 = 1 };

/* The lowest of the protection codes, 12 to 15, that let users read and not write. */
#define USERS_READ UINT32_C(0x60000000)
#define NOTHING (PG_FOD | PG_UW)

struct vax_params {
    uint64_t system_pages;
};

struct pagetable_tables {
    struct vax_system system;
    uint32_t region_pages;
    uint32_t page_bytes; /* of a page of a table; all of it if adapted pages are larger  */
};

struct pagetable {
    struct pagetable_tables *tables;
    struct region {
        struct vax_window window;
        uint32_t br, lr; /* P0BR and P0LR, or P1BR and P1LR                              */
    } regions[2];
};

/* Where the entry of a page is. */
struct place {
    unsigned region;
    uint32_t vpn; /* within the region */
};

static const unsigned vax_shifts[] = {9, 0};
extern const struct pagetable_ops pagetable_vax; /* below */

/* --- life ----------------------------------------------------------------------------- */

static void vax_free(struct pagetable_tables *tables)
{
    if (!tables)
        return;
    vax_system_release(&tables->system);
    free(tables);
}

static enum status vax_create(struct pagetable_tables **out,
                              const struct pagetable_params *params, struct error *err)
{
    const struct vax_params *own = params->params;
    enum status status = format_check_page_size(&pagetable_vax, params, err);
    if (status != OK)
        return status;
    struct pagetable_tables *tables = calloc(1, sizeof *tables);
    if (!tables)
        return error_nomem(err);
    status = vax_system_init(&tables->system, params->memory, params->page_shift,
                             own->system_pages, err);
    if (status != OK) {
        vax_free(tables);
        return status;
    }
    tables->region_pages = vax_region_pages(params->page_shift);
    const uint32_t page = UINT32_C(1) << params->page_shift;
    const uint32_t table = VAX_ENTRY * tables->region_pages;
    tables->page_bytes = page < table ? page : table;
    *out = tables;
    return OK;
}

static enum status vax_add_space(struct pagetable_tables *tables, uint32_t number,
                                 struct pagetable **out, struct error *err)
{
    (void)number;
    struct pagetable *table = calloc(1, sizeof *table);
    if (!table)
        return error_nomem(err);
    table->tables = tables;
    table->regions[P1].window.down = true;
    table->regions[P1].lr = tables->region_pages;
    *out = table;
    return OK;
}

static void vax_end_space(struct pagetable *table)
{
    struct pagetable_tables *tables = table->tables;
    for (unsigned i = 0; i < 2; i++)
        vax_window_free(&tables->system, &table->regions[i].window, tables->page_bytes);
    vax_system_recycle(&tables->system);
    free(table);
}

/* --- where entries are ---------------------------------------------------------------- */

static struct place place_of(const struct pagetable_tables *tables, vpn_t vpn)
{
    return (struct place){vpn >= tables->region_pages ? P1 : P0,
                          (uint32_t)vpn & (tables->region_pages - 1)};
}

static bool is_absent(const struct pagetable *table, struct place place)
{
    const uint32_t lr = table->regions[place.region].lr;
    return place.region == P0 ? place.vpn >= lr : place.vpn < lr;
}

/* The address of the entry, in system space. */
static uint32_t address_of(const struct pagetable *table, struct place place)
{
    return table->regions[place.region].br + VAX_ENTRY * place.vpn;
}

static uint32_t system_page_of(const struct pagetable_tables *tables, uint32_t address)
{
    return (address - VAX_S0_BASE) >> tables->system.page_shift;
}

/* Where an address of system space is, by the entry of its page. */
static paddr_t physical(const struct pagetable_tables *tables, uint32_t address,
                        uint32_t system_entry)
{
    const unsigned shift = tables->system.page_shift;
    return ((paddr_t)(system_entry & PG_PFNUM) << shift) +
           (address & ((UINT32_C(1) << shift) - 1));
}

/* Where the entry of a page is; 0 if it is absent or has no memory. */
static paddr_t find_entry(const struct pagetable *table, vpn_t vpn)
{
    const struct pagetable_tables *tables = table->tables;
    const struct place place = place_of(tables, vpn);
    if (vpn >= 2 * (vpn_t)tables->region_pages || is_absent(table, place))
        return 0;
    const uint32_t address = address_of(table, place);
    const uint32_t system_entry =
        table_read4(tables->system.memory,
                    vax_system_entry(&tables->system, system_page_of(tables, address)));
    return system_entry & PG_V ? physical(tables, address, system_entry) : 0;
}

/* Let the length register take in the page, and have memory for its entry. */
static enum status make_entry(struct pagetable *table, vpn_t vpn, struct error *err)
{
    struct pagetable_tables *tables = table->tables;
    const struct place place = place_of(tables, vpn);
    struct region *region = &table->regions[place.region];
    struct vax_window *window = &region->window;
    const uint32_t from_its_start =
        place.region == P0 ? place.vpn : tables->region_pages - 1 - place.vpn;
    enum status status =
        vax_window_reach(&tables->system, window,
                         from_its_start / (tables->page_bytes / VAX_ENTRY) + 1, err);
    if (status != OK)
        return status;
    const unsigned shift = tables->system.page_shift;
    region->br = VAX_S0_BASE + (window->first << shift);
    if (place.region == P1) /* its last entry is the last of the window */
        region->br += window->pages * tables->page_bytes - VAX_ENTRY * tables->region_pages;
    status =
        vax_system_back(&tables->system, system_page_of(tables, address_of(table, place)),
                        tables->page_bytes, NOTHING, err);
    if (status == OK && is_absent(table, place))
        region->lr = place.region == P0 ? place.vpn + 1 : place.vpn;
    return status;
}

/* --- entries -------------------------------------------------------------------------- */

static uint32_t encode(pfn_t pfn, unsigned bits)
{
    return (bits & PTE_VALID ? PG_V : 0) | (bits & PTE_WRITABLE ? PG_UW : PG_URKR) |
           (bits & PTE_MODIFIED ? PG_M : 0) | pfn;
}

static unsigned decode(uint32_t entry)
{
    return (entry & PG_V ? PTE_VALID : 0u) |
           ((entry & PG_PROT) == PG_UW ? PTE_WRITABLE : 0u) |
           (entry & PG_M ? PTE_MODIFIED : 0u);
}

static enum status vax_enter(struct pagetable *table, vpn_t vpn, pfn_t pfn, unsigned shift,
                             unsigned bits, struct error *err)
{
    struct pagetable_tables *tables = table->tables;
    assert(shift == tables->system.page_shift && !(bits & PTE_REFERENCED));
    enum status status =
        format_check_address(&pagetable_vax, "a VAX process", shift, vpn, err);
    if (status == OK)
        status = format_check_frame(&pagetable_vax, shift, FRAME_BITS, pfn, err);
    if (status == OK)
        status = make_entry(table, vpn, err);
    if (status != OK)
        return status;
    const paddr_t paddr = find_entry(table, vpn);
    assert(table_read4(tables->system.memory, paddr) & PG_FOD);
    table_write4(tables->system.memory, paddr, encode(pfn, bits));
    return OK;
}

static void vax_remove(struct pagetable *table, vpn_t vpn)
{
    const paddr_t paddr = find_entry(table, vpn);
    if (paddr)
        table_write4(table->tables->system.memory, paddr, NOTHING);
}

static unsigned vax_get(const struct pagetable *table, vpn_t vpn, pfn_t *pfn)
{
    const paddr_t paddr = find_entry(table, vpn);
    const uint32_t entry =
        paddr ? table_read4(table->tables->system.memory, paddr) : NOTHING;
    *pfn = entry & PG_FOD ? PFN_NONE : entry & PG_PFNUM;
    return entry & PG_FOD ? 0 : decode(entry);
}

static void vax_change(struct pagetable *table, vpn_t vpn, unsigned set, unsigned clear)
{
    struct table_memory *memory = table->tables->system.memory;
    const paddr_t paddr = find_entry(table, vpn);
    const uint32_t entry = table_read4(memory, paddr);
    assert(!(entry & PG_FOD) && !((set | clear) & PTE_REFERENCED));
    table_write4(memory, paddr, encode(entry & PG_PFNUM, (decode(entry) | set) & ~clear));
}

/* --- walks ---------------------------------------------------------------------------- */

/* The entry of a system page, from the system half of the TLB or the table; 0 if it is not
 * valid.  The windows have pages below SLR only, so that no length need be checked. */
static uint32_t walk_system(const struct vax_system *system, uint32_t page,
                            struct walk *walk)
{
    const paddr_t paddr = vax_system_entry(system, page);
    const uint32_t entry = table_read4(system->memory, paddr);
    const uint32_t set = walk->system ? tlb_set(walk->system, page) : 0;
    if (walk->system && tlb_lookup_at(walk->system, set, page)) {
        assert(entry & PG_V);
        walk->system_hit = true;
        return entry;
    }
    walk->system_miss = walk->system != NULL;
    walk_read(walk, paddr);
    if (!(entry & PG_V))
        return 0;
    if (walk->system)
        walk->system_displaced = tlb_fill_at(walk->system, set, page) != PAGE_NONE;
    return entry;
}

static bool allows(uint32_t entry, bool store)
{
    const uint32_t protection = entry & PG_PROT;
    return protection == PG_UW || (!store && protection >= USERS_READ);
}

static void vax_walk(struct pagetable *table, vpn_t vpn, struct walk *walk)
{
    const struct pagetable_tables *tables = table->tables;
    const struct place place = place_of(tables, vpn);
    const bool store = walk->store || walk->modify;
    walk->result = WALK_LENGTH;
    if (vpn >= 2 * (vpn_t)tables->region_pages || is_absent(table, place))
        return;
    walk->result = WALK_NOT_PRESENT;
    const uint32_t address = address_of(table, place);
    const uint32_t system_entry =
        walk_system(&tables->system, system_page_of(tables, address), walk);
    if (!system_entry)
        return;
    const paddr_t paddr = physical(tables, address, system_entry);
    uint32_t entry = table_read4(tables->system.memory, paddr);
    walk_read(walk, paddr);
    if (!allows(entry, store)) {
        walk->result = WALK_PROTECTION;
        return;
    }
    if (!(entry & PG_V))
        return;
    if (store && !(entry & PG_M)) {
        entry |= PG_M;
        table_write4(tables->system.memory, paddr, entry);
        walk_write(walk, paddr);
    }
    walk->result = WALK_OK;
    walk->pfn = entry & PG_PFNUM;
    walk->page_shift = tables->system.page_shift;
    walk->writable = allows(entry, true);
    walk->modified = entry & PG_M;
}

static void vax_note(const struct pagetable_params *params, char *buffer, size_t size)
{
    buffer[0] = '\0';
    if (pagetable_has_shift(&pagetable_vax, params->page_shift))
        return;
    snprintf(buffer, size,
             "vax has no pages of %llu bytes: its tables are adapted, %u entries a region",
             1ull << params->page_shift, vax_region_pages(params->page_shift));
}

static const struct param vax_table[] = {
    {.name = "system_pages",
     .kind = PARAM_UINT,
     .offset = offsetof(struct vax_params, system_pages),
     .fallback = "8192", /* an assumption: tables of 512 MiB of processes */
     .min = 2,
     .max = 1 << 21,
     .unit = "pages",
     .help = "length of the system page table (SLR): pages of system space, in which the "
             "page tables of all processes lie"},
    {0},
};

const struct pagetable_ops pagetable_vax = {
    .name = "vax",
    .summary =
        "linear tables of two regions in system space, whose table is linear too; no "
        "referenced bit",
    .source = "open-simh VAX/vax_mmu.c; 4.3BSD vax/pte.h, sys/vm_pt.c",
    .features = PAGETABLE_MODIFIED | PAGETABLE_SYSTEM_SPACE,
    .address_bits = 31,
    .paddr_bits = 30,
    .page_shifts = vax_shifts,
    .params = vax_table,
    .params_size = sizeof(struct vax_params),
    .create = vax_create,
    .free = vax_free,
    .add_space = vax_add_space,
    .end_space = vax_end_space,
    .enter = vax_enter,
    .remove = vax_remove,
    .get = vax_get,
    .change = vax_change,
    .walk = vax_walk,
    .note = vax_note,
};
