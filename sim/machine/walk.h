/* walk.h -- one walk of the page tables after a miss of all TLBs: what is asked, what may be
 * used on the way, what came of it.  Formats account every access through walk_read() and
 * walk_write(), so that its address meets the data cache and its time is counted. */
#ifndef FAULTLINE_MACHINE_WALK_H
#define FAULTLINE_MACHINE_WALK_H

#include "machine/table_cache.h"
#include "machine/tlb.h"
#include "machine/walk_cache.h"

#include <stdbool.h>

enum walk_result {
    WALK_OK,
    WALK_NOT_PRESENT, /* no translation, or one that is not valid                        */
    WALK_LENGTH,      /* beyond a length register (VAX)                                  */
    WALK_PROTECTION,  /* a store where none is allowed                                   */
};

/* Every access of walks. */
struct walk_log {
    struct walk_logged {
        paddr_t paddr;
        bool write;
    } * all; /* [capacity]; what does not fit is counted only                            */
    size_t n, capacity;
};

struct walk {
    /* asked */
    bool store; /* the access stores: where hardware keeps a modified bit it is set      */
    bool
        modify; /* not a miss: a store has hit an entry whose modified bit was clear      */
    uint32_t space; /* number of the address space, for caches                           */
    /* to be used; of the CPU that walks */
    struct walk_cache *cache;       /* NULL: none                                        */
    struct table_cache *data_cache; /* never NULL                                        */
    struct tlb *system;             /* entries of system space (VAX); NULL: none          */
    psec_t instruction;   /* time of an instruction of a handler in software     */
    struct walk_log *log; /* NULL: none                                        */
    /* found */
    enum walk_result result;
    pfn_t pfn;           /* frame of the base page asked for, also within a large page    */
    unsigned page_shift; /* of the entry that maps it                                    */
    bool writable, modified; /* as the entry is after the walk                           */
    uint32_t reads, writes;  /* memory accesses                                          */
    uint32_t instructions;   /* of handlers in software                                  */
    bool system_hit,
        system_miss;       /* what `system` said, if it was asked; filled on a miss  */
    bool system_displaced; /* ... and so another entry left it                      */
    psec_t time;
};

static inline void walk_note(struct walk *walk, paddr_t paddr, bool write)
{
    struct walk_log *log = walk->log;
    if (log && log->n < log->capacity)
        log->all[log->n] = (struct walk_logged){paddr, write};
    if (log)
        log->n++;
}

static inline void walk_read(struct walk *walk, paddr_t paddr)
{
    walk->reads++;
    walk->time += table_cache_access(walk->data_cache, paddr);
    walk_note(walk, paddr, false);
}

/* Write back an entry that the walk has read. */
static inline void walk_write(struct walk *walk, paddr_t paddr)
{
    walk->writes++;
    walk->time += table_cache_access(walk->data_cache, paddr);
    walk_note(walk, paddr, true);
}

static inline void walk_instructions(struct walk *walk, uint32_t n)
{
    walk->instructions += n;
    walk->time += n * walk->instruction;
}

#endif
