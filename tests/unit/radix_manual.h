/* radix_manual.h -- the walks of the radix formats at their smallest page, one by one and
 * step by step as the manuals tell them, over the raw entries in memory.
 * Sources: Intel SDM vol. 3A, 4.3.2, 4.4.2, 4.5 and 4.8; SPARC V8 manual, appendix H. */
#ifndef FAULTLINE_TESTS_UNIT_RADIX_MANUAL_H
#define FAULTLINE_TESTS_UNIT_RADIX_MANUAL_H

#include "pagetable_model.h"

extern const struct pagetable_ops pagetable_x86_32, pagetable_x86_pae, pagetable_x86_64,
    pagetable_x86_64_5, pagetable_srmmu;

/* Three quarters of 2^32, 2^36 and 2^52: where tables begin. */
#define BASE_32 UINT64_C(0xc0000000)
#define BASE_36 UINT64_C(0xc00000000)
#define BASE_52 UINT64_C(0xc000000000000)

/* What the walk reads and writes, and at which level of tables. */
struct manual {
    bool store;
    struct model_prediction out;
    unsigned levels[MODEL_LOG];
};

static inline void manual_access(struct manual *manual, unsigned level, paddr_t paddr,
                                 bool write)
{
    manual->levels[manual->out.n] = level;
    model_predict(&manual->out, paddr, write);
}

/* P 0, R/W 1, A 5, D 6 of an entry that maps a page. */
static inline void manual_x86_page(struct manual *manual, unsigned level, paddr_t paddr,
                                   uint64_t entry)
{
    manual->out.result = WALK_NOT_PRESENT;
    if (!(entry & 1))
        return;
    manual->out.result = WALK_PROTECTION;
    if (manual->store && !(entry & 2))
        return;
    manual->out.result = WALK_OK;
    if (!(entry & 0x20) || (manual->store && !(entry & 0x40)))
        manual_access(manual, level, paddr, true);
}

/* Walk 8-byte tables of 512 entries, from a level down. */
static inline void manual_x86_long(const struct model *m, uint64_t address, unsigned level,
                                   paddr_t table, struct manual *manual)
{
    const unsigned index = address >> (12 + 9 * (level - 1)) & 0x1ff;
    const paddr_t paddr = table + 8 * index;
    const uint64_t entry = table_read8(m->memory, paddr);
    manual_access(manual, level, paddr, false);
    if (level == 1 || !(entry & 1) || entry & 0x80) {
        manual_x86_page(manual, level, paddr, entry);
        return;
    }
    if (!(entry & 0x20))
        manual_access(manual, level, paddr, true);
    manual_x86_long(m, address, level - 1, entry & UINT64_C(0x000ffffffffff000), manual);
}

/* Spaces have been added first, in order, so that their top tables follow each other. */
static inline void manual_x86_64(const struct model *m, uint32_t space, uint64_t address,
                                 struct manual *manual)
{
    manual_x86_long(m, address, 4, BASE_52 + 4096 * space, manual);
}

static inline void manual_x86_64_5(const struct model *m, uint32_t space, uint64_t address,
                                   struct manual *manual)
{
    manual_x86_long(m, address, 5, BASE_52 + 4096 * space, manual);
}

/* The page-directory-pointer table of 4 entries is in registers: no access. */
static inline void manual_x86_pae(const struct model *m, uint32_t space, uint64_t address,
                                  struct manual *manual)
{
    const uint64_t pdpte =
        table_read8(m->memory, BASE_36 + 32 * space + 8 * (address >> 30));
    manual->out.result = WALK_NOT_PRESENT;
    if (pdpte & 1)
        manual_x86_long(m, address, 2, pdpte & UINT64_C(0x0000000ffffff000), manual);
}

static inline void manual_x86_32(const struct model *m, uint32_t space, uint64_t address,
                                 struct manual *manual)
{
    const paddr_t pde_at = BASE_32 + 4096 * space + 4 * (address >> 22);
    const uint32_t pde = table_read4(m->memory, pde_at);
    manual_access(manual, 2, pde_at, false);
    if (!(pde & 1) || pde & 0x80) {
        manual_x86_page(manual, 2, pde_at, pde);
        return;
    }
    if (!(pde & 0x20))
        manual_access(manual, 2, pde_at, true);
    const paddr_t pte_at = (pde & 0xfffff000) + 4 * (address >> 12 & 0x3ff);
    manual_access(manual, 1, pte_at, false);
    manual_x86_page(manual, 1, pte_at, table_read4(m->memory, pte_at));
}

/* ET 1:0, access 4:2, R 5, M 6 of an entry that is no pointer. */
static inline void manual_srmmu_page(struct manual *manual, unsigned level, paddr_t paddr,
                                     uint32_t entry)
{
    manual->out.result = WALK_NOT_PRESENT;
    if ((entry & 3) != 2)
        return;
    manual->out.result = WALK_PROTECTION;
    if (manual->store && (entry >> 2 & 7) != 3)
        return;
    manual->out.result = WALK_OK;
    if (!(entry & 0x20) || (manual->store && !(entry & 0x40)))
        manual_access(manual, level, paddr, true);
}

/* The context table of 256 entries comes first, then the top tables. */
static inline void manual_srmmu(const struct model *m, uint32_t space, uint64_t address,
                                struct manual *manual)
{
    const unsigned index[] = {space, (unsigned)(address >> 24), address >> 18 & 63,
                              address >> 12 & 63};
    paddr_t table = BASE_36;
    for (unsigned i = 0;; i++) {
        const paddr_t paddr = table + 4 * index[i];
        const uint32_t entry = table_read4(m->memory, paddr);
        manual_access(manual, 4 - i, paddr, false);
        if (i == 3 || (entry & 3) != 1) {
            manual_srmmu_page(manual, 4 - i, paddr, entry);
            return;
        }
        table = (paddr_t)(entry >> 2) << 6;
    }
}

/* A format, its walk, and addresses of large pages at the edges of what it can map. */
struct manual_format {
    const struct pagetable_ops *ops;
    void (*walk)(const struct model *m, uint32_t space, uint64_t address,
                 struct manual *manual);
    unsigned top;    /* highest level that a walk reads                                   */
    unsigned frames; /* log2 of how many there can be                                     */
    struct {
        uint64_t address;
        unsigned shift;
    } areas[6];
};

static const struct manual_format manual_formats[] = {
    {&pagetable_x86_32,
     manual_x86_32,
     2,
     20,
     {{0, 22}, {0x08000000, 22}, {0x7fc00000, 22}, {0x80000000, 22}, {0xffc00000, 22}}},
    {&pagetable_x86_pae,
     manual_x86_pae,
     2,
     24,
     {{0, 21}, {0x3fe00000, 21}, {0x40000000, 21}, {0x80000000, 21}, {0xffe00000, 21}}},
    {&pagetable_x86_64,
     manual_x86_64,
     4,
     32,
     {{0, 21},
      {0x7ffffffff000 & ~UINT64_C(0x1fffff), 21},
      {UINT64_C(0xffff800000000000), 21},
      {UINT64_C(0xffffffffffe00000), 21},
      {UINT64_C(0x40000000), 30}}},
    {&pagetable_x86_64_5,
     manual_x86_64_5,
     5,
     32,
     {{0, 21},
      {UINT64_C(0x00ffffffffe00000), 21},
      {UINT64_C(0xff00000000000000), 21},
      {UINT64_C(0xffffffffffe00000), 21},
      {UINT64_C(0x1000000000000), 30}}},
    {&pagetable_srmmu,
     manual_srmmu,
     4,
     24,
     {{0, 18}, {0x40000, 18}, {0x12000000, 24}, {0xff000000, 24}, {0xfefc0000, 18}}},
};

/* The format whose machine this is. */
static inline const struct manual_format *manual_of(const struct model *m)
{
    size_t i = 0;
    while (manual_formats[i].ops != m->ops)
        i++;
    return &manual_formats[i];
}

static inline void manual_predict(const struct model *m, uint32_t space, vpn_t vpn,
                                  bool store, struct model_prediction *out)
{
    struct manual manual = {.store = store};
    manual_of(m)->walk(m, space, vpn << 12, &manual);
    *out = manual.out;
}

/* A machine with pages of 4 KiB, three spaces, and areas in the first two. */
static inline void manual_open(struct model *m, const struct manual_format *format)
{
    model_open(m, format->ops, 12, false, NULL, UINT64_C(1) << format->frames);
    m->nframes -= format->frames == 32; /* PFN_NONE is none */
    m->predict = manual_predict;
    for (uint32_t space = 0; space < 3; space++)
        model_add_space(m, space);
    for (size_t i = 0; i < ARRAY_LEN(format->areas) && format->areas[i].shift; i++)
        model_add_area(m, i % 2, format->areas[i].address >> 12,
                       1u << (format->areas[i].shift - 12), format->areas[i].shift);
    model_add_area(m, 2, format->areas[1].address >> 12, 100, 0);
}

#endif
