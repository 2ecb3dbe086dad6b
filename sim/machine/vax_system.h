/* vax_system.h -- the system space of a VAX, as far as page tables of processes lie in it:
 * the system page table, and windows of consecutive system pages that hold one table each.
 * Sources: open-simh VAX/vax_mmu.c for the table, 4.3BSD sys/vm_pt.c, ptexpand(), for
 * windows that double.
 *
 * Stale entries in the system half of a TLB: what a system page maps does not change before
 * its window is freed, and the pages that a window has left by moving are not used again
 * before vax_system_recycle().  So if all system halves are flushed after that and before
 * the next walk, no stale entry is ever asked for, and none need be flushed at any other
 * time.  (4.3BSD flushes everything each time a window moves.) */
#ifndef FAULTLINE_MACHINE_VAX_SYSTEM_H
#define FAULTLINE_MACHINE_VAX_SYSTEM_H

#include "base/error.h"
#include "machine/table_memory.h"

#include <stdbool.h>

/* Bits of an entry, of the system's and of processes' tables, by the names of 4.3BSD,
 * vax/pte.h: 31 valid, 30:27 protection, 26 modified, 25 software's, 20:0 frame. */
#define PG_V UINT32_C(0x80000000)
#define PG_PROT UINT32_C(0x78000000)
#define PG_KW UINT32_C(0x10000000)   /* the kernel may read and write, users nothing     */
#define PG_UW UINT32_C(0x20000000)   /* all may read and write                           */
#define PG_URKR UINT32_C(0x78000000) /* all may read                                     */
#define PG_M UINT32_C(0x04000000)
#define PG_FOD UINT32_C(0x02000000) /* fill on demand: no frame is mapped                */
#define PG_PFNUM UINT32_C(0x001fffff)

#define VAX_S0_BASE UINT32_C(0x80000000)

enum {
    VAX_REGION_BITS = 30, /* of an address within P0, P1 or S0 */
    VAX_ENTRY = 4,        /* bytes                             */
};

struct vax_system {
    struct table_memory *memory;
    unsigned page_shift;
    uint32_t slr; /* system pages: the length of the system page table                   */
    paddr_t sbr;
    uint8_t *pages; /* [slr]: enum vax_system_page, private                              */
    uint32_t nleft;
};

struct vax_window {
    uint32_t first, pages; /* system pages; a power of two of them, or none yet          */
    bool down;             /* grows downward, what it maps stays at its upper end        */
};

/* pages: of the system page table; more than the space has (vax_region_pages()) are none.
 * ERR_CELL, ERR_NOMEM; to be released in any case. */
MUST_CHECK enum status vax_system_init(struct vax_system *system,
                                       struct table_memory *memory, unsigned page_shift,
                                       uint64_t pages, struct error *err);
void vax_system_release(struct vax_system *system);

/* Pages of P0, P1 or S0. */
static inline uint32_t vax_region_pages(unsigned page_shift)
{
    return UINT32_C(1) << (VAX_REGION_BITS - page_shift);
}

/* Where the entry of a system page is. */
static inline paddr_t vax_system_entry(const struct vax_system *system, uint32_t page)
{
    return system->sbr + (paddr_t)VAX_ENTRY * page;
}

/* Have n pages at least.  A window doubles until it has: in place if the system pages next
 * to it are free, else it moves.  ERR_CELL if there is no room. */
MUST_CHECK enum status vax_window_reach(struct vax_system *system,
                                        struct vax_window *window, uint32_t n,
                                        struct error *err);

/* Have memory, of so many bytes, for a page of a window; its entries are set to fill. */
MUST_CHECK enum status vax_system_back(struct vax_system *system, uint32_t page,
                                       uint32_t bytes, uint32_t fill, struct error *err);

/* Give back a window and the memory of its pages. */
void vax_window_free(struct vax_system *system, const struct vax_window *window,
                     uint32_t bytes);

/* Pages that windows have left may be used again: see above. */
void vax_system_recycle(struct vax_system *system);

#endif
