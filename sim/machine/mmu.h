/* mmu.h -- what the hardware does: translations, the bits of page-table entries, TLBs.
 *
 * The tables themselves lie in modelled memory (pagetable.h).  Beside them, what the replay
 * must know of a page is kept flat, so that the hit path is one load: bits[page] and
 * frame_of[page].  bits mirrors the page's entry; mmu_check() compares the two.
 *
 * With page tables the accessed bit is set by the walk that loads the TLB, not by later
 * hits, and the dirty bit by the first store through an entry that has it clear; the ideal
 * machine, which never walks, sets them at every access. */
#ifndef FAULTLINE_MACHINE_MMU_H
#define FAULTLINE_MACHINE_MMU_H

#include "base/map.h"
#include "machine/pagetable.h"
#include "machine/tlb.h"
#include "trace/paged_batch.h"

enum page_bits {
    PAGE_VALID = 1,    /* an access that does not store needs nothing but a translation */
    PAGE_ACCESSED = 2, /* A; of a large page see mmu_referenced()                       */
    PAGE_DIRTY = 4,    /* D; likewise mmu_modified()                                    */
    PAGE_SEEN = 8,     /* for software: the page has been resident before               */
    PAGE_STORE_SLOW =
        16, /* a store may trap, or set a dirty bit; the same bit as STEP_STORE,
                           * see replay_loop.h                                           */
    PAGE_READ_ONLY = 32, /* a store traps                                                */
    PAGE_RESIDENT = 64,  /* it has a frame                                               */
    PAGE_WATCHED = 128,  /* resident and not VALID, yet no access traps: the next one sets
                          * bits that are kept by frame                                  */
};

enum {
    MMU_CPUS_MAX = 64,
    MMU_LEVELS_MAX = 8,
    MMU_SIZES_MAX = 3,
    MMU_ARRAYS_MAX = 24,
    MMU_LAZY_MAX = 64
};

enum tlb_half {
    TLB_WHOLE,   /* holds pages of all kinds                                             */
    TLB_PROCESS, /* VAX: those of processes only                                         */
    TLB_SYSTEM,  /* ... of system space only: where process page tables are               */
};

/* One array of the TLB of each CPU. */
struct tlb_array_params {
    const char *name; /* "l1d-large"; borrowed                                           */
    struct tlb_params tlb;
    unsigned level;  /* from 1                                                       */
    bool streams[2]; /* serves instructions [0], data [1]                             */
    uint64_t
        page_sizes; /* bit i: pages of 1 << i bytes; all ones: any                    */
    enum tlb_half half;
    bool inclusive; /* what leaves it leaves the levels above (nearer the CPU) too       */
    psec_t hit;     /* time of a hit, on top of what a hit of level 1 takes               */
};

/* What other CPUs are told of when a translation is taken back. */
struct shootdown_params {
    uint64_t batch;         /* most pages told of with one interrupt; 1: page by page     */
    uint64_t flush_ceiling; /* more pages than this flush the whole TLB instead           */
    bool lazy; /* CPUs that do not run the space are told when they next switch           */
    psec_t send, receive; /* time of an interrupt to each CPU at its sender, receiver  */
    psec_t invalidate,
        flush; /* time of dropping one page, all, on any CPU                */
};

struct mmu_params {
    const struct pagetable_ops *format;
    const void *format_params;
    unsigned page_shift;
    bool adapted;    /* see struct pagetable_params                                       */
    uint64_t frames; /* UINT64_MAX: unlimited                                            */
    bool tables_apart; /* tables take no frames of the machine                            */
    const struct tlb_array_params *arrays; /* [narrays]; of each CPU; borrowed            */
    size_t narrays;
    struct walk_cache_params walk_cache;
    struct table_cache_params table_cache;
    struct shootdown_params shootdown;
    uint64_t
        asids; /* address spaces whose entries a TLB can hold at once; 0: entries have no
                     * address-space identifier, and each switch flushes; UINT64_MAX: any   */
    unsigned ncpus; /* 1 .. MMU_CPUS_MAX                                                 */
    psec_t cost_walk;  /* of each walk, beside its accesses                         */
    psec_t cost_fault; /* of a trap to the kernel that the MMU's user does not see    */
    psec_t cost_instruction; /* of a handler in software                                  */
    uint64_t seed;           /* for random replacement in TLBs                            */
};

/* What one array did. */
struct tlb_counts {
    uint64_t hits, misses, fills, displaced, invalidated, flushes;
};

struct mmu_counts {
    uint64_t level_hits[MMU_LEVELS_MAX + 1], level_misses[MMU_LEVELS_MAX + 1];
    uint64_t l1_misses[2]; /* by stream                                                  */
    uint64_t walks, walk_accesses, walk_writes, walk_instructions;
    uint64_t walk_cache_hits, table_cache_hits, table_cache_misses;
    uint64_t modify_walks; /* dirty bits set through an entry that was in the TLB         */
    uint64_t alias_faults; /* translations that a table with one for each frame had lost, or
                            * did not find, and that were entered again                   */
    uint64_t flushes;      /* of the whole TLB                                           */
    uint64_t shootdowns;   /* operations that told other CPUs                          */
    uint64_t ipis;         /* interrupts for them                                     */
    uint64_t ipis_saved;   /* interrupts that lazy CPUs did without                    */
    uint64_t pages_shot_down; /* pages told of                                            */
    psec_t translation; /* time of TLB hits beyond level 1, and of walks                  */
    psec_t shootdown;   /* time at senders and receivers                                  */
};

/* One CPU's TLBs, walk caches, and what they counted. */
struct mmu_cpu {
    page_t current[2]; /* tag that the instruction [0] and the data [1] stream used last,
                        * still in its L1 TLB and the newest there; or PAGE_NONE          */
    uint8_t
        stream_of[2];   /* its place in `current`: 0, 0 if level 1 is one array          */
    struct tlb *l1[2];  /* of base pages                                               */
    struct tlb *arrays; /* [narrays]                                                    */
    struct tlb *system; /* the array of system space, or NULL                          */
    struct walk_cache *walk_cache; /* NULL: there is none                                */
    struct table_cache *table_cache;
    uint64_t
        *modified;  /* bit [page]: if its translation is cached here, its M bit is set */
    uint32_t space; /* that it runs or ran last; UINT32_MAX: none yet                 */
    bool running;   /* ... and does so now                                           */
    psec_t stolen;  /* time of interrupts that the CPU has not spent yet              */
    /* Invalidations that it has not been told of; flush: all. */
    struct mmu_lazy {
        page_t pages[MMU_LAZY_MAX];
        unsigned n;
        bool flush;
    } lazy;
    uint64_t generation; /* of address-space identifiers: number of flushes               */
    uint64_t nasids;     /* given out in this generation                                  */
    uint64_t
        *asid_generation; /* [space]: in which it got one; with finite identifiers     */
    struct tlb_counts *array_counts; /* [narrays]                                        */
    struct mmu_counts counts;
};

struct mmu {
    uint8_t *bits;   /* [page]: enum page_bits                                           */
    pfn_t *frame_of; /* [page]: PFN_NONE unless resident                                 */
    const struct page_index *index; /* borrowed                                          */
    page_t npages;
    size_t capacity;
    bool has_tlb;
    bool general; /* large or global pages exist: tags are not page numbers               */
    struct mmu_cpu *cpus; /* [ncpus]                                                     */
    unsigned ncpus;
    unsigned at_cpu; /* CPU on which the kernel runs                                     */
    struct walk_log *log; /* of every access of walks; NULL: none is kept                 */
    const struct pagetable_ops *format;
    struct mmu_params params;
    unsigned page_shift;
    struct table_memory *memory; /* NULL: the format has no tables                       */
    struct pagetable_tables *tables;
    struct mmu_space {
        struct pagetable *table; /* NULL: the format has none, or the space has ended    */
        uint64_t cpus;           /* bit i: CPU i may hold translations of it             */
    } * spaces;                  /* [number of the space]                                */
    uint32_t nspaces;
    page_t
        *mapped_by; /* [frame] with PAGETABLE_PER_FRAME: page that has its entry        */
    /* Arrays that look for a page, level by level, by stream and size; [0]: base pages. */
    struct mmu_chain {
        uint8_t n, array[MMU_LEVELS_MAX];
    } chains[2][MMU_SIZES_MAX];
    unsigned shifts[MMU_SIZES_MAX],
        nshifts; /* page sizes, the base size first            */
    uint32_t
        *large_of; /* [page]: place in `larges`, or NO_LARGE; NULL: there is none     */
    uint32_t
        *global_of; /* [page]: number as a global page, or NO_GLOBAL; NULL: none       */
    struct mmu_large {
        page_t *pages; /* NULL: free */
        unsigned shift;
    } * larges;
    uint32_t nlarges;
    struct map globals; /* from VPN to number                                            */
    vpn_t *global_vpns; /* [number]                                                      */
    uint32_t
        *global_resident; /* [number]: pages that are resident                        */
    uint32_t nglobals;
    /* What has been taken back and not been accounted yet. */
    struct mmu_pending {
        uint64_t pages,
            targets; /* targets: bit of each CPU to be told                     */
        psec_t cost; /* at the sender                                         */
    } pending;
};

/* params: copied; what it points to is borrowed.  ERR_CONFIG, ERR_NOMEM. */
MUST_CHECK enum status mmu_init(struct mmu *mmu, const struct mmu_params *params,
                                struct error *err);
void mmu_release(struct mmu *mmu);

/* What all CPUs counted. */
void mmu_sum(const struct mmu *mmu, struct mmu_counts *sum);
/* What one array of all CPUs counted. */
void mmu_sum_array(const struct mmu *mmu, size_t array, struct tlb_counts *sum);

/* Frames of the machine that tables take, now, and bytes of tables at most. */
uint64_t mmu_table_frames(const struct mmu *mmu);
uint64_t mmu_table_bytes_max(const struct mmu *mmu);

/* True if the hardware keeps a referenced bit; else kernels simulate it by validity. */
bool mmu_has_referenced(const struct mmu *mmu);

/* --- address spaces and pages ------------------------------------------------------------ */

/* Begin and end an address space; spaces count from 0 and numbers may be used again. */
MUST_CHECK enum status mmu_add_space(struct mmu *mmu, uint32_t number, struct error *err);
void mmu_end_space(struct mmu *mmu, uint32_t number);

/* Learn of new pages: the index has npages of which mmu->npages are known already. */
MUST_CHECK enum status mmu_add_pages(struct mmu *mmu, const struct page_index *index,
                                     page_t npages, struct error *err);

/* A number that was another page's before, and is not resident, is this page's now. */
MUST_CHECK enum status mmu_renew_page(struct mmu *mmu, page_t page, struct error *err);

/* --- for kernels: translations and their bits --------------------------------------------- */

/* Enter a translation, for stores too unless the page is READ_ONLY in bits.  The entry's
 * referenced and modified bits are clear.  ERR_CELL. */
MUST_CHECK enum status mmu_map(struct mmu *mmu, page_t page, pfn_t pfn, struct error *err);

/* Enter one translation for a large page: the n = 1 << (shift - page_shift) pages of an
 * aligned run, in their order, in as many aligned frames from `pfn` on. */
MUST_CHECK enum status mmu_map_large(struct mmu *mmu, const page_t *pages, unsigned shift,
                                     pfn_t pfn, struct error *err);
/* The pages of the large page that holds `page`; NULL if it is in none. */
const page_t *mmu_large(const struct mmu *mmu, page_t page, size_t *n);
/* Map them one by one from now on. */
void mmu_split(struct mmu *mmu, page_t page);
/* Remove their one translation and invalidate the TLBs. */
void mmu_unmap_large(struct mmu *mmu, page_t page);

/* Remove a translation and invalidate the TLBs; a large page is split first. */
void mmu_unmap(struct mmu *mmu, page_t page);

/* Forbid stores (TLBs are invalidated), or allow them again. */
void mmu_set_read_only(struct mmu *mmu, page_t page, bool read_only);

/* The page is the same in every address space that has its VPN (before it is mapped). */
MUST_CHECK enum status mmu_set_global(struct mmu *mmu, page_t page, struct error *err);

/* The bits of the entry that maps the page, also if that is a large one.  Clearing without
 * `invalidate` leaves what TLBs hold: the referenced bit then stays clear until the entry has
 * left, and stores through an entry whose modified bit is set leave no trace. */
bool mmu_referenced(const struct mmu *mmu, page_t page);
bool mmu_modified(const struct mmu *mmu, page_t page);
void mmu_set_referenced(struct mmu *mmu, page_t page);
void mmu_clear_referenced(struct mmu *mmu, page_t page, bool invalidate);
void mmu_clear_modified(struct mmu *mmu, page_t page, bool invalidate);

/* Make the next access to a resident page trap, and let accesses through again: how
 * software keeps a referenced bit of its own. */
void mmu_set_invalid(struct mmu *mmu, page_t page);
void mmu_set_valid(struct mmu *mmu, page_t page);

/* Drop the page from every TLB, so that its next use walks the tables. */
void mmu_invalidate(struct mmu *mmu, page_t page);

/* The kernel's operation is over: other CPUs have been told of what it took back.  Returns
 * the time that this took the CPU at_cpu; receivers find theirs in `stolen`. */
psec_t mmu_finish_shootdown(struct mmu *mmu);

/* The CPU runs this space from now on.  Returns the time that the TLB takes for it. */
psec_t mmu_switch(struct mmu *mmu, unsigned number, uint32_t space);
/* The CPU runs no thread; what it has loaded stays. */
void mmu_leave(struct mmu *mmu, unsigned cpu);

/* NULL, or what does not hold: a TLB holds a translation that has been taken back, an entry
 * of the tables differs from bits.  For tests and builds that check. */
const char *mmu_check(const struct mmu *mmu);

/* --- for the replay ----------------------------------------------------------------------- */

/* The rest of mmu_translate: the page missed the L1 TLB of its stream. */
psec_t mmu_l1_miss(struct mmu *mmu, struct mmu_cpu *cpu, int stream, page_t page,
                   bool store);
/* mmu_translate where tags are not page numbers. */
psec_t mmu_translate_general(struct mmu *mmu, struct mmu_cpu *cpu, int stream, page_t page,
                             bool store);
/* A reference uses a resident page of a machine with a TLB: the same, and what the hardware
 * does to its bits. */
psec_t mmu_access(struct mmu *mmu, struct mmu_cpu *cpu, int stream, page_t page,
                  bool store);

/* A stream of a CPU uses a VALID page without storing, or one that is not STORE_SLOW: look
 * it up in the TLBs and walk the tables if need be.  Returns the time that it takes beyond a
 * hit of the first level. */
static inline psec_t mmu_translate(struct mmu *mmu, struct mmu_cpu *cpu, int stream,
                                   page_t page)
{
    page_t *current = &cpu->current[cpu->stream_of[stream]];
    if (*current == page)
        return 0;
    if (UNLIKELY(mmu->general))
        return mmu_translate_general(mmu, cpu, stream, page, false);
    *current = page;
    if (UNLIKELY(!tlb_lookup(cpu->l1[stream], page)))
        return mmu_l1_miss(mmu, cpu, stream, page, false);
    return 0;
}

#endif
