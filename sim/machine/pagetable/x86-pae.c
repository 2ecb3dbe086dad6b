/* x86-pae.c -- page tables of 32-bit x86 with physical-address extension: four pointers to
 * page directories; these and page tables have 512 entries of 8 bytes; a directory entry
 * with PS set maps a page of 2 MiB.  Physical addresses have 36 bits, as the Pentium Pro's.
 * Source: Intel SDM vol. 3A, 4.4 (PAE paging), tables 4-8 to 4-11.
 *
 * The processor holds the four pointers in registers, which it loads when CR3 is (4.4.1): a
 * walk begins with a register, reads two entries at most, and pointers have neither an
 * accessed bit (table 4-8) nor a cache (4.10.3).  They lie in memory too, 32 bytes a space,
 * here in the quarter of all tables and not, as CR3 would have it, below 4 GiB. */
#include "machine/radix.h"

static const struct radix_format format = {
    .name = "x86-pae",
    .address_bits = 32,
    .paddr_bits = 36,
    .page_shift = 12,
    .levels = 3,
    .index_bits = {0, 9, 9, 2},
    .leaf_levels = 1 << 1 | 1 << 2,
    .register_level = 3,
    .entry_shift = 3,
    .table_align = 32,
    .type_mask = 0x81, /* P and, in directories, PS */
    .table_type = 0x01,
    .page_type = 0x01,
    .large_type = 0x81,
    .valid_mask = 0x01,
    .table_bits = 0x07,    /* P, R/W, U/S */
    .register_bits = 0x01, /* P; R/W and U/S are reserved there */
    .page_bits = 0x04,     /* U/S */
    .writable = 0x02,
    .referenced = 0x20, /* A */
    .modified = 0x40,   /* D */
    .tables_referenced = true,
    .pointer_mask = 0xffffff000,
};

static enum status x86_pae_create(struct pagetable_tables **out,
                                  const struct pagetable_params *params, struct error *err)
{
    return radix_create(out, params, &format, err);
}

static void x86_pae_note(const struct pagetable_params *params, char *buffer, size_t size)
{
    radix_note(params, &format, buffer, size);
}

static const unsigned page_shifts[] = {12, 21, 0};

const struct pagetable_ops pagetable_x86_pae = {
    .name = "x86-pae",
    .summary = "32-bit x86 with 36-bit physical addresses: two levels below four registers",
    .source = "Intel SDM vol. 3A, 4.4",
    .features = PAGETABLE_REFERENCED | PAGETABLE_MODIFIED,
    .address_bits = 32,
    .paddr_bits = 36,
    .page_shifts = page_shifts,
    .create = x86_pae_create,
    .free = radix_free,
    .add_space = radix_add_space,
    .end_space = radix_end_space,
    .enter = radix_enter,
    .remove = radix_remove,
    .get = radix_get,
    .change = radix_change,
    .split = radix_split,
    .walk = radix_walk,
    .note = x86_pae_note,
};
