/* table_memory.c -- see table_memory.h.
 *
 * The quarter is handed out from its lower end, and host memory is taken as far as that has
 * come.  Free tables of one size are a list, whose links lie in the tables themselves: the
 * address of the next in the first 8 bytes, NO_TABLE at the end. */
#include "machine/table_memory.h"

#include "base/bits.h"
#include "base/units.h"

#include <stdlib.h>

enum { TABLE_BYTES_MIN = 8 };
#define PIECE ((uint64_t)1 << TABLE_PIECE_SHIFT)
#define NO_TABLE UINT64_MAX

struct table_list {
    uint64_t bytes;
    paddr_t head; /* NO_TABLE: none is free */
};

enum status table_memory_create(struct table_memory **out, unsigned paddr_bits,
                                unsigned page_shift, struct error *err)
{
    assert(paddr_bits >= 8 && paddr_bits < 64);
    struct table_memory *memory = calloc(1, sizeof *memory);
    if (!memory)
        return error_nomem(err);
    memory->base = memory->next = (paddr_t)3 << (paddr_bits - 2);
    memory->end = (paddr_t)1 << paddr_bits;
    memory->page_shift = page_shift;
    *out = memory;
    return OK;
}

void table_memory_free(struct table_memory *memory)
{
    if (!memory)
        return;
    for (size_t i = 0; i < memory->npieces; i++)
        free(memory->pieces[i]);
    free(memory->pieces);
    free(memory->lists);
    free(memory);
}

static void clear(struct table_memory *memory, paddr_t paddr, uint64_t bytes)
{
    while (bytes > 0) {
        const uint64_t rest = PIECE - ((paddr - memory->base) & (PIECE - 1));
        const uint64_t n = bytes < rest ? bytes : rest;
        memset(table_memory_at(memory, paddr), 0, n);
        paddr += n;
        bytes -= n;
    }
}

/* Have host memory, zeroed, for the addresses below `end`. */
static enum status reach(struct table_memory *memory, paddr_t end, struct error *err)
{
    const size_t npieces = (size_t)((end - memory->base + PIECE - 1) >> TABLE_PIECE_SHIFT);
    if (npieces > memory->capacity) {
        const size_t capacity =
            npieces > 2 * memory->capacity ? npieces : 2 * memory->capacity;
        unsigned char **pieces = realloc(memory->pieces, capacity * sizeof *pieces);
        if (!pieces)
            return error_nomem(err);
        memory->pieces = pieces;
        memory->capacity = capacity;
    }
    for (; memory->npieces < npieces; memory->npieces++) {
        unsigned char *piece = calloc(1, PIECE);
        if (!piece)
            return error_nomem(err);
        memory->pieces[memory->npieces] = piece;
    }
    return OK;
}

/* The list of free tables of a size, or NULL if none was ever taken. */
static struct table_list *find_list(struct table_memory *memory, uint64_t bytes)
{
    for (size_t i = 0; i < memory->nlists; i++)
        if (memory->lists[i].bytes == bytes)
            return &memory->lists[i];
    return NULL;
}

/* Lists are made when tables are taken, so that giving one back cannot fail. */
static enum status add_list(struct table_memory *memory, uint64_t bytes, struct error *err)
{
    struct table_list *lists =
        realloc(memory->lists, (memory->nlists + 1) * sizeof *memory->lists);
    if (!lists)
        return error_nomem(err);
    memory->lists = lists;
    lists[memory->nlists++] = (struct table_list){bytes, NO_TABLE};
    return OK;
}

/* Unlink the latest free table that is aligned so; NO_TABLE if there is none. */
static paddr_t take_free(struct table_memory *memory, struct table_list *list,
                         uint64_t align)
{
    paddr_t before = NO_TABLE, paddr = list->head;
    while (paddr != NO_TABLE && paddr & (align - 1)) {
        before = paddr;
        paddr = table_read8(memory, paddr);
    }
    if (paddr == NO_TABLE)
        return NO_TABLE;
    const paddr_t after = table_read8(memory, paddr);
    if (before == NO_TABLE)
        list->head = after;
    else
        table_write8(memory, before, after);
    return paddr;
}

/* Hand out what has never been used. */
static enum status take_new(struct table_memory *memory, paddr_t *out, uint64_t bytes,
                            uint64_t align, struct error *err)
{
    const uint64_t room = memory->end - memory->next;
    const uint64_t gap = -memory->next & (align - 1);
    if (gap > room || bytes > room - gap) {
        char size[32];
        return error_set(err, ERR_CELL, at_nowhere(),
                         "page tables do not fit into the upper quarter of physical memory "
                         "(%s), which is all that they can have",
                         format_size(memory->end - memory->base, size, sizeof size));
    }
    const paddr_t paddr = memory->next + gap;
    const enum status status = reach(memory, paddr + bytes, err);
    if (status != OK)
        return status;
    memory->next = paddr + bytes;
    *out = paddr;
    return OK;
}

enum status table_memory_take(struct table_memory *memory, paddr_t *out, uint64_t bytes,
                              uint64_t align, struct error *err)
{
    assert(is_power_of_two(align) && bytes >= TABLE_BYTES_MIN);
    assert(is_power_of_two(bytes) || bytes % 4096 == 0);
    /* The links of free lists are 8 bytes that are aligned. */
    align = align > TABLE_BYTES_MIN ? align : TABLE_BYTES_MIN;
    struct table_list *list = find_list(memory, bytes);
    paddr_t paddr = list ? take_free(memory, list, align) : NO_TABLE;
    if (paddr != NO_TABLE) {
        clear(memory, paddr, bytes);
    } else {
        enum status status = list ? OK : add_list(memory, bytes, err);
        if (status == OK)
            status = take_new(memory, &paddr, bytes, align, err);
        if (status != OK)
            return status;
    }
    memory->bytes += bytes;
    if (memory->bytes > memory->bytes_max)
        memory->bytes_max = memory->bytes;
    *out = paddr;
    return OK;
}

void table_memory_give(struct table_memory *memory, paddr_t paddr, uint64_t bytes)
{
    struct table_list *list = find_list(memory, bytes);
    assert(list && memory->bytes >= bytes);
    table_write8(memory, paddr, list->head);
    list->head = paddr;
    memory->bytes -= bytes;
}

uint64_t table_memory_bytes(const struct table_memory *memory)
{
    return memory->bytes;
}

uint64_t table_memory_bytes_max(const struct table_memory *memory)
{
    return memory->bytes_max;
}

uint64_t table_memory_frames(const struct table_memory *memory)
{
    const uint64_t page = (uint64_t)1 << memory->page_shift;
    return (memory->bytes + page - 1) >> memory->page_shift;
}
