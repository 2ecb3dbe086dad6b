/* radix_shape.c -- the shape of radix page tables at a page size; see radix.h. */
#include "machine/radix_tables.h"

#include "base/units.h"

#include <stdio.h>

/* Address bits below the index of a level, as the hardware has them. */
static unsigned hardware_shift(const struct radix_format *format, unsigned level)
{
    unsigned shift = format->page_shift;
    for (unsigned below = 1; below < level; below++)
        shift += format->index_bits[below];
    return shift;
}

/* The level whose entries map pages of this size, or of the largest size below it that the
 * hardware has; the lowest if there is none. */
static unsigned leaf_level(const struct radix_format *format, unsigned page_shift)
{
    unsigned leaf = 0;
    for (unsigned level = 1; level <= format->levels; level++)
        if (format->leaf_levels >> level & 1 &&
            (leaf == 0 || hardware_shift(format, level) <= page_shift))
            leaf = level;
    return leaf;
}

static bool is_adapted(const struct radix_format *format, unsigned page_shift)
{
    return hardware_shift(format, leaf_level(format, page_shift)) != page_shift;
}

static enum status refuse_size(const struct radix_format *format, unsigned page_shift,
                               struct error *err)
{
    char page[32], sizes[128], size[32];
    size_t used = 0;
    for (unsigned level = 1; level <= format->levels; level++)
        if (format->leaf_levels >> level & 1)
            used += (size_t)snprintf(
                sizes + used, sizeof sizes - used, "%s%s", used ? ", " : "",
                format_size((uint64_t)1 << hardware_shift(format, level), size,
                            sizeof size));
    return error_set(err, ERR_CONFIG, at_nowhere(),
                     "%s has no pages of %s, only of %s; machine.adapt_page_size: yes, "
                     "adapts its tables",
                     format->name,
                     format_size((uint64_t)1 << page_shift, page, sizeof page), sizes);
}

static struct radix_level level_of(const struct radix_format *format, unsigned level,
                                   unsigned shift, unsigned bits)
{
    return (struct radix_level){
        .shift = shift,
        .bits = bits,
        .page_type = level == 1 ? format->page_type : format->large_type,
        .table_bits =
            level == format->register_level ? format->register_bits : format->table_bits,
    };
}

/* From the leaves up each level has the index bits of the hardware, as long as there are
 * any; the highest has those that remain. */
static void divide(struct radix_shape *shape, const struct radix_format *format)
{
    unsigned shift = 0, level = shape->leaf;
    for (; level < format->levels; level++) {
        const unsigned bits = format->index_bits[level];
        if (shift + bits >= shape->vpn_bits)
            break;
        shape->level[level] = level_of(format, level, shift, bits);
        shift += bits;
    }
    shape->level[level] = level_of(format, level, shift, shape->vpn_bits - shift);
    shape->top = level;
}

enum status radix_shape_make(struct radix_shape *out, const struct radix_format *format,
                             unsigned page_shift, bool adapted, struct error *err)
{
    if (!adapted && is_adapted(format, page_shift))
        return refuse_size(format, page_shift, err);
    if (page_shift >= format->address_bits || page_shift >= format->paddr_bits) {
        char page[32];
        return error_set(err, ERR_CONFIG, at_nowhere(),
                         "a page of %s does not fit into the %u bits of %s's addresses",
                         format_size((uint64_t)1 << page_shift, page, sizeof page),
                         page_shift >= format->address_bits ? format->address_bits
                                                            : format->paddr_bits,
                         format->name);
    }
    const unsigned frame_shift =
        page_shift > format->page_shift ? page_shift : format->page_shift;
    *out = (struct radix_shape){
        .page_shift = page_shift,
        .leaf = leaf_level(format, page_shift),
        .vpn_bits = format->address_bits - page_shift,
        .frame_bit = frame_shift - format->address_shift,
        .frame_bits = format->paddr_bits - frame_shift,
    };
    divide(out, format);
    return OK;
}

void radix_note(const struct pagetable_params *params, const struct radix_format *format,
                char *buffer, size_t size)
{
    struct radix_shape shape;
    buffer[0] = '\0';
    if (!is_adapted(format, params->page_shift) ||
        radix_shape_make(&shape, format, params->page_shift, true, NULL) != OK)
        return;
    int used = snprintf(buffer, size,
                        "%s has no pages of %llu bytes: its tables are adapted, index bits",
                        format->name, 1ull << params->page_shift);
    for (unsigned level = shape.top; level >= shape.leaf; level--)
        if (used > 0 && (size_t)used < size)
            used += snprintf(buffer + used, size - (size_t)used, "%c%u",
                             level == shape.top ? ' ' : '+', shape.level[level].bits);
}
