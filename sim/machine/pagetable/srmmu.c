/* srmmu.c -- page tables of the SPARC V8 reference MMU (sun4m): a table of contexts in
 * memory, whose entries point to tables of 256 entries, these to tables of 64, and these to
 * tables of 64.  An entry of each of the three may map a page: of 16 MiB, 256 KiB, 4 KiB.
 *
 * Entries have 4 bytes: the type in bits 1:0 (0 invalid, 1 pointer, 2 page).  A pointer is
 * bits 35:6 of a physical address.  A page has its frame in bits 31:8, modified in 6,
 * referenced in 5, and access in 4:2, where 2 is read and execute, and 3 write too.
 * Source: SPARC Architecture Manual V8, appendix H, as told in the Tadpole SPARCbook 3
 * technical reference manual, 2.4, and Linux, arch/sparc/include/asm/pgtsrmmu.h.
 *
 * A space keeps its context.  Kernels take one from another process when all are in use;
 * here there must be as many contexts as there are address spaces at a time. */
#include "base/bits.h"
#include "machine/radix.h"

static const struct radix_format format = {
    .name = "srmmu",
    .address_bits = 32,
    .paddr_bits = 36,
    .page_shift = 12,
    .levels = 3,
    .index_bits = {0, 6, 6, 8},
    .leaf_levels = 1 << 1 | 1 << 2 | 1 << 3,
    .entry_shift = 2,
    .address_shift = 4,
    .table_align = 64,
    .type_mask = 3,
    .table_type = 1,
    .page_type = 2,
    .large_type = 2,
    .valid_mask = 3,
    .table_bits = 1,
    .page_bits = 0x08, /* access: read and execute */
    .writable = 0x04,
    .referenced = 0x20,
    .modified = 0x40,
    .pointer_mask = 0xfffffffc,
};

struct srmmu_params {
    uint64_t contexts;
};

static const struct param srmmu_table[] = {
    {.name = "contexts",
     .kind = PARAM_UINT,
     .offset = offsetof(struct srmmu_params, contexts),
     .fallback = "256",
     .min = 2,
     .max = 65536,
     .unit = "address spaces",
     .help = "entries of the context table, a power of two"},
    {0},
};

static enum status srmmu_create(struct pagetable_tables **out,
                                const struct pagetable_params *params, struct error *err)
{
    const struct srmmu_params *own = params->params;
    if (!is_power_of_two(own->contexts))
        return error_set(err, ERR_CONFIG, at_nowhere(),
                         "machine.mmu.contexts: %llu is not a power of two",
                         (unsigned long long)own->contexts);
    struct radix_format with_contexts = format;
    with_contexts.contexts = own->contexts;
    return radix_create(out, params, &with_contexts, err);
}

static void srmmu_note(const struct pagetable_params *params, char *buffer, size_t size)
{
    radix_note(params, &format, buffer, size);
}

static const unsigned page_shifts[] = {12, 18, 24, 0};

const struct pagetable_ops pagetable_srmmu = {
    .name = "srmmu",
    .summary =
        "SPARC V8 reference MMU (sun4m): contexts and three levels, walked by hardware",
    .source = "SPARC Architecture Manual V8, appendix H",
    .features = PAGETABLE_REFERENCED | PAGETABLE_MODIFIED,
    .address_bits = 32,
    .paddr_bits = 36,
    .page_shifts = page_shifts,
    .params = srmmu_table,
    .params_size = sizeof(struct srmmu_params),
    .create = srmmu_create,
    .free = radix_free,
    .add_space = radix_add_space,
    .end_space = radix_end_space,
    .enter = radix_enter,
    .remove = radix_remove,
    .get = radix_get,
    .change = radix_change,
    .split = radix_split,
    .walk = radix_walk,
    .note = srmmu_note,
};
