/* x86-32.c -- page tables of 32-bit x86: a page directory and page tables of 1024 entries
 * of 4 bytes; a directory entry with PS set maps a page of 4 MiB.
 * Source: Intel SDM vol. 3A, 4.3 (32-bit paging), tables 4-4 to 4-6.  Frames of 4 MiB pages
 * are bits 31:22 of an entry; physical addresses beyond 32 bits (PSE-36) are left out. */
#include "machine/radix.h"

static const struct radix_format format = {
    .name = "x86-32",
    .address_bits = 32,
    .paddr_bits = 32,
    .page_shift = 12,
    .levels = 2,
    .index_bits = {0, 10, 10},
    .leaf_levels = 1 << 1 | 1 << 2,
    .entry_shift = 2,
    .table_align = 4096,
    .type_mask = 0x81, /* P and, in the directory, PS */
    .table_type = 0x01,
    .page_type = 0x01,
    .large_type = 0x81,
    .valid_mask = 0x01,
    .table_bits = 0x07, /* P, R/W, U/S */
    .page_bits = 0x04,  /* U/S */
    .writable = 0x02,
    .referenced = 0x20, /* A */
    .modified = 0x40,   /* D */
    .tables_referenced = true,
    .pointer_mask = 0xfffff000,
};

struct x86_32_params {
    bool pse;
};

static const struct param x86_32_table[] = {
    {.name = "pse",
     .kind = PARAM_BOOL,
     .offset = offsetof(struct x86_32_params, pse),
     .fallback = "yes",
     .help = "pages of 4 MiB (CR4.PSE); the 80386 and 80486 have none"},
    {0},
};

static struct radix_format format_of(const struct pagetable_params *params)
{
    const struct x86_32_params *own = params->params;
    struct radix_format result = format;
    if (!own->pse)
        result.leaf_levels = 1 << 1;
    return result;
}

static enum status x86_32_create(struct pagetable_tables **out,
                                 const struct pagetable_params *params, struct error *err)
{
    const struct radix_format own = format_of(params);
    return radix_create(out, params, &own, err);
}

static void x86_32_note(const struct pagetable_params *params, char *buffer, size_t size)
{
    const struct radix_format own = format_of(params);
    radix_note(params, &own, buffer, size);
}

static const unsigned page_shifts[] = {12, 22, 0};

const struct pagetable_ops pagetable_x86_32 = {
    .name = "x86-32",
    .summary = "two-level radix tree of the 80386 to the Pentium 4, walked by hardware",
    .source = "Intel SDM vol. 3A, 4.3",
    .features = PAGETABLE_REFERENCED | PAGETABLE_MODIFIED,
    .address_bits = 32,
    .paddr_bits = 32,
    .page_shifts = page_shifts,
    .params = x86_32_table,
    .params_size = sizeof(struct x86_32_params),
    .create = x86_32_create,
    .free = radix_free,
    .add_space = radix_add_space,
    .end_space = radix_end_space,
    .enter = radix_enter,
    .remove = radix_remove,
    .get = radix_get,
    .change = radix_change,
    .split = radix_split,
    .walk = radix_walk,
    .note = x86_32_note,
};
