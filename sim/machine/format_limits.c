/* format_limits.c -- see format_limits.h. */
#include "machine/format_limits.h"

#include "base/units.h"

#include <assert.h>

enum status format_check_page_size(const struct pagetable_ops *format,
                                   const struct pagetable_params *params, struct error *err)
{
    const unsigned shift = params->page_shift;
    char page[32], only[32];
    format_size((uint64_t)1 << shift, page, sizeof page);
    if (!params->adapted && !pagetable_has_shift(format, shift)) {
        assert(format->page_shifts[0] && !format->page_shifts[1]);
        return error_set(
            err, ERR_CONFIG, at_nowhere(),
            "%s has no pages of %s, only of %s; machine.adapt_page_size: yes, adapts its "
            "tables",
            format->name, page,
            format_size((uint64_t)1 << format->page_shifts[0], only, sizeof only));
    }
    const unsigned bits = format->address_bits < format->paddr_bits ? format->address_bits
                                                                    : format->paddr_bits;
    if (shift < bits)
        return OK;
    return error_set(err, ERR_CONFIG, at_nowhere(),
                     "a page of %s does not fit into the %u bits of %s's addresses", page,
                     bits, format->name);
}

enum status format_check_address(const struct pagetable_ops *format, const char *owner,
                                 unsigned page_shift, vpn_t vpn, struct error *err)
{
    if (vpn >> (format->address_bits - page_shift) == 0)
        return OK;
    return error_set(err, ERR_CELL, at_nowhere(),
                     "address 0x%llx is beyond the %u bits of %s; machine.mmu: ideal, or "
                     "workload.fold: yes, can take it",
                     (unsigned long long)(vpn << page_shift), format->address_bits, owner);
}

enum status format_check_frame(const struct pagetable_ops *format, unsigned page_shift,
                               unsigned field_bits, pfn_t pfn, struct error *err)
{
    const unsigned physical_bits = format->paddr_bits - page_shift;
    const unsigned bits = field_bits < physical_bits ? field_bits : physical_bits;
    if (pfn >> bits == 0)
        return OK;
    return error_set(err, ERR_CELL, at_nowhere(),
                     "frame %llu is beyond the %u bits of %s's frame numbers",
                     (unsigned long long)pfn, bits, format->name);
}

uint64_t format_table_bytes(uint64_t bytes)
{
    uint64_t power = 8;
    while (power < bytes && power < 4096)
        power *= 2;
    return power < 4096 ? power : (bytes + 4095) / 4096 * 4096;
}
