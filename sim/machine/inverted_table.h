/* inverted_table.h -- an inverted page table: one entry for each frame, found through a
 * table of hash anchors, from each of which hangs a chain of entries.
 * Source: IBM RT PC Hardware Technical Reference vol. I (75X0232), by way of MAME's
 * rosetta.cpp; there the anchors are in the entries.
 *
 *     anchor  31 E: the chain is empty, 30:0 its first frame
 *     entry   16 bytes.  Word 0: 31:30 key, 29:0 tag; word 1: 31 L: the last of its chain,
 *             30:0 the next frame; word 2 (locks) not used; word 3 for software */
#ifndef FAULTLINE_MACHINE_INVERTED_TABLE_H
#define FAULTLINE_MACHINE_INVERTED_TABLE_H

#include "base/error.h"
#include "base/types.h"
#include "machine/table_memory.h"

#define INVERTED_EMPTY UINT32_C(0x80000000)
#define INVERTED_LAST UINT32_C(0x80000000)
#define INVERTED_POINTER UINT32_C(0x7fffffff)
#define INVERTED_KEY UINT32_C(0xc0000000)

enum { INVERTED_TAG, INVERTED_NEXT, INVERTED_LOCKS, INVERTED_SOFTWARE }; /* words */
enum { INVERTED_WORD = 4, INVERTED_ENTRY = 16 };                         /* bytes */

struct inverted_table {
    struct table_memory *memory;
    uint32_t nframes, nanchors;
    paddr_t anchors, entries; /* 0: not taken                                            */
};

/* Where a page is: in which chain, in which frame (PFN_NONE: not there), and after which
 * other one (PFN_NONE: it is the first). */
struct inverted_place {
    uint32_t anchor;
    pfn_t frame, before;
};

/* All chains are empty, all entries 0.  ERR_CELL; to be released in any case. */
MUST_CHECK enum status inverted_table_init(struct inverted_table *table,
                                           struct table_memory *memory, uint32_t nframes,
                                           uint32_t nanchors, struct error *err);
void inverted_table_release(struct inverted_table *table);

/* No access is counted by these. */
struct inverted_place inverted_table_find(const struct inverted_table *table,
                                          uint32_t anchor, uint32_t tag);
pfn_t inverted_table_first(const struct inverted_table *table, uint32_t anchor);
pfn_t inverted_table_next(const struct inverted_table *table, pfn_t frame);

/* Put a frame's entry before the others of a chain; take it out of the chain. */
void inverted_table_link(const struct inverted_table *table, uint32_t anchor, pfn_t frame);
void inverted_table_unlink(const struct inverted_table *table,
                           const struct inverted_place *place);

static inline paddr_t inverted_anchor(const struct inverted_table *table, uint32_t anchor)
{
    return table->anchors + (paddr_t)INVERTED_WORD * anchor;
}

static inline paddr_t inverted_word(const struct inverted_table *table, pfn_t frame,
                                    unsigned word)
{
    return table->entries + (paddr_t)INVERTED_ENTRY * frame + (paddr_t)INVERTED_WORD * word;
}

static inline uint32_t inverted_read(const struct inverted_table *table, pfn_t frame,
                                     unsigned word)
{
    return table_read4(table->memory, inverted_word(table, frame, word));
}

static inline void inverted_write(const struct inverted_table *table, pfn_t frame,
                                  unsigned word, uint32_t value)
{
    table_write4(table->memory, inverted_word(table, frame, word), value);
}

#endif
