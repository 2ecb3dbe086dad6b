/* tlbcheck.c -- see tlbcheck.h. */
#include "experiment/tlbcheck.h"

#include "base/bits.h"
#include "base/units.h"
#include "experiment/tlb_name.h"

#include <stdio.h>
#include <string.h>

static const char *const streams[] = {"instructions", "data"};

char *tlbcheck_sizes(const struct pagetable_ops *format, char *buffer, size_t size)
{
    size_t used = 0;
    buffer[0] = '\0';
    for (const unsigned *shift = format->page_shifts; shift && *shift && used < size;
         shift++) {
        char text[32];
        format_size(UINT64_C(1) << *shift, text, sizeof text);
        used +=
            (size_t)snprintf(buffer + used, size - used, "%s%s", used ? ", " : "", text);
    }
    return buffer;
}

struct location tlbcheck_place(const struct layer *layer, const char *array)
{
    for (const struct assignment *a = layer->first; a; a = a->next) {
        struct tlb_name name;
        size_t length;
        const char *named = key_array(a->key, &length);
        if (named && (array ? strlen(array) == length && strncmp(named, array, length) == 0
                            : tlb_name_read(&name, named, length) && name.level == 1))
            return a->at;
    }
    return at_nowhere();
}

/* What --set says of an array of level 1 for the stream, which it may have taken away; else
 * the first that is said of the level. */
static struct location place_of_first(const struct layer *layer, size_t stream)
{
    for (const struct assignment *a = layer->first; a; a = a->next) {
        struct tlb_name name;
        size_t length;
        const char *named = key_array(a->key, &length);
        if (named && a->at.line == 0 && tlb_name_read(&name, named, length) &&
            name.level == 1 && name.streams[stream])
            return a->at;
    }
    return tlbcheck_place(layer, NULL);
}

/* The sizes that pages can have: the hardware's and the base size. */
static uint64_t sizes_of(const struct cellwork *work, const struct pagetable_ops *format)
{
    uint64_t sizes = work->cell->page_size;
    for (const unsigned *shift = format->page_shifts; shift && *shift; shift++)
        sizes |= UINT64_C(1) << *shift;
    return sizes;
}

static bool same_half(const struct tlb_array_params *a, const struct tlb_array_params *b)
{
    return a->half == b->half || a->half == TLB_WHOLE || b->half == TLB_WHOLE;
}

static enum status check_pair(const struct cellwork *work, const struct tlb_array_params *a,
                              const struct tlb_array_params *b, uint64_t sizes)
{
    struct error *err = work->builder->err;
    struct location at = tlbcheck_place(work->layer, b->name);
    if (!at.file) /* it is there by default */
        at = tlbcheck_place(work->layer, a->name);
    if (a->half == TLB_SYSTEM && b->half == TLB_SYSTEM)
        return error_set(err, ERR_CONFIG, at,
                         "machine.tlb.%s and machine.tlb.%s are both for system space; "
                         "there can be one such array",
                         a->name, b->name);
    const uint64_t both = a->page_sizes & b->page_sizes & sizes;
    const bool stream0 = a->streams[0] && b->streams[0];
    const bool stream1 = a->streams[1] && b->streams[1];
    char size[32];
    if (a->level != b->level || !same_half(a, b) || !both || (!stream0 && !stream1))
        return OK;
    return error_set(err, ERR_CONFIG, at,
                     "machine.tlb.%s and machine.tlb.%s both hold pages of %s for %s; give "
                     "them different 'pages', or one of them 0 entries",
                     a->name, b->name,
                     format_size(UINT64_C(1) << lowest_bit(both), size, sizeof size),
                     streams[stream0 ? 0 : 1]);
}

static enum status check_pairs(const struct cellwork *work, uint64_t sizes)
{
    const struct machine_config *machine = &work->cell->machine;
    enum status status = OK;
    for (size_t i = 0; i < machine->narrays; i++)
        for (size_t k = 0; k < i && status == OK; k++)
            status = check_pair(work, &machine->arrays[k], &machine->arrays[i], sizes);
    return status;
}

static bool serves(const struct tlb_array_params *array, size_t stream, uint64_t page_size)
{
    return array->level == 1 && array->half != TLB_SYSTEM && array->streams[stream] &&
           array->page_sizes & page_size;
}

static enum status check_first(const struct cellwork *work, size_t stream)
{
    const struct machine_config *machine = &work->cell->machine;
    char size[32];
    for (size_t i = 0; i < machine->narrays; i++)
        if (serves(&machine->arrays[i], stream, work->cell->page_size))
            return OK;
    return error_set(work->builder->err, ERR_CONFIG, place_of_first(work->layer, stream),
                     "machine.tlb has no array of level 1 for %s that holds pages of %s, "
                     "the machine.page_size",
                     streams[stream],
                     format_size(work->cell->page_size, size, sizeof size));
}

/* Arrays are sorted by level; that of system space is beside them. */
static enum status check_levels(const struct cellwork *work)
{
    const struct machine_config *machine = &work->cell->machine;
    unsigned level = 1;
    for (size_t i = 0; i < machine->narrays; i++) {
        const struct tlb_array_params *array = &machine->arrays[i];
        if (array->half == TLB_SYSTEM)
            continue;
        if (array->level > level + 1)
            return error_set(
                work->builder->err, ERR_CONFIG, tlbcheck_place(work->layer, array->name),
                "machine.tlb.%s is of level %u, and there is no array of level "
                "%u",
                array->name, array->level, level + 1);
        level = array->level;
    }
    return OK;
}

enum status tlbcheck(const struct cellwork *work, const struct pagetable_ops *format)
{
    enum status status = check_pairs(work, sizes_of(work, format));
    for (size_t stream = 0; stream < 2 && status == OK; stream++)
        status = check_first(work, stream);
    return status == OK ? check_levels(work) : status;
}
