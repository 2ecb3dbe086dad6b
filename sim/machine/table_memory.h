/* table_memory.h -- the part of physical memory in which page tables lie.
 * Addresses are physical; tables are in the upper quarter of what the format can address,
 * frames of pages below.  Bytes are those of the modelled machine: whoever holds a table
 * reads and writes its entries here. */
#ifndef FAULTLINE_MACHINE_TABLE_MEMORY_H
#define FAULTLINE_MACHINE_TABLE_MEMORY_H

#include "base/error.h"
#include "base/types.h"

#include <assert.h>
#include <string.h>

typedef uint64_t paddr_t; /* physical address, bytes */

struct table_memory;

/* paddr_bits: width of physical addresses.  page_shift: of frames, in which what the tables
 * take is reckoned. */
MUST_CHECK enum status table_memory_create(struct table_memory **out, unsigned paddr_bits,
                                           unsigned page_shift, struct error *err);
void table_memory_free(struct table_memory *memory);

/* A zeroed table of `bytes` (a power of two, or a multiple of 4096) at an address that is a
 * multiple of `align`, a power of two.  Freed tables of the same size and alignment are
 * used again, the latest first.  ERR_CELL if the quarter is full; ERR_NOMEM. */
MUST_CHECK enum status table_memory_take(struct table_memory *memory, paddr_t *out,
                                         uint64_t bytes, uint64_t align, struct error *err);
void table_memory_give(struct table_memory *memory, paddr_t paddr, uint64_t bytes);

/* Bytes of all tables; most ever; frames that hold them: bytes rounded up to frames. */
uint64_t table_memory_bytes(const struct table_memory *memory);
uint64_t table_memory_bytes_max(const struct table_memory *memory);
uint64_t table_memory_frames(const struct table_memory *memory);

/* --- entries -------------------------------------------------------------------------- */

enum { TABLE_PIECE_SHIFT = 18 };

struct table_memory {
    unsigned char **pieces; /* [npieces of capacity]: host memory from base on, each of
                             * 1 << TABLE_PIECE_SHIFT bytes                               */
    size_t npieces, capacity;
    paddr_t base, next,
        end; /* the quarter; what has been handed out ends at next         */
    struct table_list
        *lists; /* [nlists]: free tables of each size ever taken             */
    size_t nlists;
    unsigned page_shift;
    uint64_t bytes, bytes_max;
};

/* Where an address is in host memory. */
static inline unsigned char *table_memory_at(const struct table_memory *memory,
                                             paddr_t paddr)
{
    const uint64_t offset = paddr - memory->base;
    assert(offset >> TABLE_PIECE_SHIFT < memory->npieces);
    return memory->pieces[offset >> TABLE_PIECE_SHIFT] +
           (offset & (((uint64_t)1 << TABLE_PIECE_SHIFT) - 1));
}

/* Aligned entries of 4 and 8 bytes, within a table. */
static inline uint32_t table_read4(const struct table_memory *memory, paddr_t paddr)
{
    uint32_t value;
    assert(paddr % sizeof value == 0);
    memcpy(&value, table_memory_at(memory, paddr), sizeof value);
    return value;
}

static inline uint64_t table_read8(const struct table_memory *memory, paddr_t paddr)
{
    uint64_t value;
    assert(paddr % sizeof value == 0);
    memcpy(&value, table_memory_at(memory, paddr), sizeof value);
    return value;
}

static inline void table_write4(struct table_memory *memory, paddr_t paddr, uint32_t value)
{
    assert(paddr % sizeof value == 0);
    memcpy(table_memory_at(memory, paddr), &value, sizeof value);
}

static inline void table_write8(struct table_memory *memory, paddr_t paddr, uint64_t value)
{
    assert(paddr % sizeof value == 0);
    memcpy(table_memory_at(memory, paddr), &value, sizeof value);
}

#endif
