/* vax_system.c -- see vax_system.h. */
#include "machine/vax_system.h"

#include "machine/format_limits.h"

#include <stdlib.h>

enum vax_system_page { SYSTEM_FREE, SYSTEM_USED, SYSTEM_LEFT /* by a window that moved */ };

static uint64_t table_bytes(const struct vax_system *system)
{
    return format_table_bytes((uint64_t)VAX_ENTRY * system->slr);
}

enum status vax_system_init(struct vax_system *system, struct table_memory *memory,
                            unsigned page_shift, uint64_t pages, struct error *err)
{
    const uint32_t most = vax_region_pages(page_shift);
    *system = (struct vax_system){.memory = memory,
                                  .page_shift = page_shift,
                                  .slr = pages < most ? (uint32_t)pages : most};
    system->pages = calloc(system->slr, 1);
    if (!system->pages)
        return error_nomem(err);
    return table_memory_take(memory, &system->sbr, table_bytes(system), VAX_ENTRY, err);
}

void vax_system_release(struct vax_system *system)
{
    if (system->sbr)
        table_memory_give(system->memory, system->sbr, table_bytes(system));
    free(system->pages);
    *system = (struct vax_system){0};
}

/* --- room ----------------------------------------------------------------------------- */

static bool are_free(const struct vax_system *system, uint32_t first, uint32_t n)
{
    for (uint32_t page = first; page < first + n; page++)
        if (system->pages[page] != SYSTEM_FREE)
            return false;
    return true;
}

/* Can the window have n pages without moving what it maps?  Then it begins at *first. */
static bool fits_in_place(const struct vax_system *system, const struct vax_window *window,
                          uint32_t n, uint32_t *first)
{
    const uint32_t end = window->first + window->pages, more = n - window->pages;
    if (window->pages == 0)
        return false;
    if (window->down) {
        *first = end - n;
        return end >= n && are_free(system, end - n, more);
    }
    *first = window->first;
    return n <= system->slr - window->first && are_free(system, end, more);
}

/* n free pages in a row: the lowest, or for windows that grow downward the highest. */
static bool find_room(const struct vax_system *system, bool down, uint32_t n,
                      uint32_t *first)
{
    uint32_t run = 0;
    for (uint32_t i = 0; i < system->slr; i++) {
        const uint32_t page = down ? system->slr - 1 - i : i;
        run = system->pages[page] == SYSTEM_FREE ? run + 1 : 0;
        if (run < n)
            continue;
        *first = down ? page : page + 1 - n;
        return true;
    }
    return false;
}

/* --- windows -------------------------------------------------------------------------- */

/* Take the entries of the window's pages along to where `to` is the first. */
static void move(struct vax_system *system, const struct vax_window *window, uint32_t to)
{
    for (uint32_t i = 0; i < window->pages; i++) {
        const paddr_t old = vax_system_entry(system, window->first + i);
        table_write4(system->memory, vax_system_entry(system, to + i),
                     table_read4(system->memory, old));
        table_write4(system->memory, old, 0);
        system->pages[window->first + i] = SYSTEM_LEFT;
    }
    system->nleft += window->pages;
}

enum status vax_window_reach(struct vax_system *system, struct vax_window *window,
                             uint32_t n, struct error *err)
{
    uint32_t pages = window->pages ? window->pages : 1, first;
    while (pages < n)
        pages *= 2;
    if (pages == window->pages)
        return OK;
    if (!fits_in_place(system, window, pages, &first)) {
        if (!find_room(system, window->down, pages, &first))
            return error_set(err, ERR_CELL, at_nowhere(),
                             "the page table of a process needs %u free pages in a row of "
                             "the system space of %u; machine.mmu.system_pages can be %u",
                             pages, system->slr, vax_region_pages(system->page_shift));
        move(system, window, window->down ? first + pages - window->pages : first);
    }
    for (uint32_t page = first; page < first + pages; page++) {
        const paddr_t paddr = vax_system_entry(system, page);
        system->pages[page] = SYSTEM_USED;
        if (!table_read4(system->memory, paddr))
            table_write4(system->memory, paddr, PG_KW);
    }
    window->first = first;
    window->pages = pages;
    return OK;
}

enum status vax_system_back(struct vax_system *system, uint32_t page, uint32_t bytes,
                            uint32_t fill, struct error *err)
{
    const paddr_t entry = vax_system_entry(system, page);
    if (table_read4(system->memory, entry) & PG_V)
        return OK;
    paddr_t paddr;
    const enum status status = table_memory_take(system->memory, &paddr, bytes,
                                                 (uint64_t)1 << system->page_shift, err);
    if (status != OK)
        return status;
    for (uint32_t i = 0; i < bytes; i += VAX_ENTRY)
        table_write4(system->memory, paddr + i, fill);
    table_write4(system->memory, entry,
                 PG_V | PG_KW | (uint32_t)(paddr >> system->page_shift));
    return OK;
}

void vax_window_free(struct vax_system *system, const struct vax_window *window,
                     uint32_t bytes)
{
    for (uint32_t page = window->first; page < window->first + window->pages; page++) {
        const paddr_t paddr = vax_system_entry(system, page);
        const uint32_t entry = table_read4(system->memory, paddr);
        if (entry & PG_V)
            table_memory_give(system->memory,
                              (paddr_t)(entry & PG_PFNUM) << system->page_shift, bytes);
        table_write4(system->memory, paddr, 0);
        system->pages[page] = SYSTEM_FREE;
    }
}

void vax_system_recycle(struct vax_system *system)
{
    for (uint32_t page = 0; system->nleft; page++) {
        if (system->pages[page] != SYSTEM_LEFT)
            continue;
        system->pages[page] = SYSTEM_FREE;
        system->nleft--;
    }
}
