/* x86-64.c -- page tables of 64-bit x86: four levels of tables of 512 entries of 8 bytes
 * for 48-bit addresses; with PS set an entry of the second level maps a page of 2 MiB, of
 * the third one of 1 GiB.  Source: Intel SDM vol. 3A, 4.5, tables 4-14 to 4-19. */
#include "machine/radix.h"

static const struct radix_format format = {
    .name = "x86-64",
    .address_bits = 48,
    .canonical = true,
    .paddr_bits = 52,
    .page_shift = 12,
    .levels = 4,
    .index_bits = {0, 9, 9, 9, 9},
    .leaf_levels = 1 << 1 | 1 << 2 | 1 << 3,
    .entry_shift = 3,
    .table_align = 4096,
    .type_mask = 0x81, /* P and, above page tables, PS */
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
    .pointer_mask = 0xffffffffff000,
};

static enum status x86_64_create(struct pagetable_tables **out,
                                 const struct pagetable_params *params, struct error *err)
{
    return radix_create(out, params, &format, err);
}

static void x86_64_note(const struct pagetable_params *params, char *buffer, size_t size)
{
    radix_note(params, &format, buffer, size);
}

static const unsigned page_shifts[] = {12, 21, 30, 0};

const struct pagetable_ops pagetable_x86_64 = {
    .name = "x86-64",
    .summary = "four-level radix tree of 64-bit x86, walked by hardware",
    .source = "Intel SDM vol. 3A, 4.5",
    .features = PAGETABLE_REFERENCED | PAGETABLE_MODIFIED,
    .address_bits = 64,
    .paddr_bits = 52,
    .page_shifts = page_shifts,
    .create = x86_64_create,
    .free = radix_free,
    .add_space = radix_add_space,
    .end_space = radix_end_space,
    .enter = radix_enter,
    .remove = radix_remove,
    .get = radix_get,
    .change = radix_change,
    .split = radix_split,
    .walk = radix_walk,
    .note = x86_64_note,
};
