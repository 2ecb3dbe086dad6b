/* tlbconfig.c -- see tlbconfig.h. */
#include "experiment/tlbconfig.h"

#include "base/bits.h"
#include "base/units.h"
#include "experiment/page_sizes.h"
#include "experiment/tlb_arrays.h"
#include "experiment/tlbcheck.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { PLRU_WAYS_MAX = 64 };

/* An array under construction. */
struct draft {
    struct cellwork *work;
    const struct pagetable_ops *format;
    const struct tlb_keys *keys;
    struct tlb_array_params *array;
    struct cell_value entries, ways, replacement, wired, half, inclusive, hit;
    uint64_t pages; /* as they were named                                               */
};

static enum status bad_ways(const struct cellwork *work, const struct cell_value *entries,
                            const struct cell_value *ways)
{
    const uint64_t below = entries->number / ways->number * ways->number;
    const uint64_t above = below + ways->number;
    const struct location at = ways->given ? ways->at : entries->at;
    char fitting[64];
    if (below > 0)
        snprintf(fitting, sizeof fitting, "%" PRIu64 " or %" PRIu64, below, above);
    else
        snprintf(fitting, sizeof fitting, "%" PRIu64, above);
    return error_set(work->builder->err, ERR_CONFIG, at,
                     "%s %" PRIu64 "%s does not divide %s %" PRIu64 "%s; with these ways "
                     "it can be %s entries, with these entries the ways can be full",
                     ways->key->name, ways->number, ways->given ? "" : " (the default)",
                     entries->key->name, entries->number,
                     entries->given ? "" : " (the default)", fitting);
}

enum status tlbconfig_ways(const struct cellwork *work, const struct cell_value *entries,
                           const struct cell_value *ways, uint64_t *number)
{
    *number = ways->number == WAYS_FULL ? entries->number : ways->number;
    return entries->number % *number == 0 ? OK : bad_ways(work, entries, ways);
}

static enum status get(const struct draft *draft, const char *part,
                       struct cell_value *value)
{
    return cellwork_get_key(draft->work, tlb_key(draft->keys, part), value);
}

static enum status get_all(struct draft *draft)
{
    const struct {
        const char *part;
        struct cell_value *value;
    } parts[] = {
        {"entries", &draft->entries}, {"ways", &draft->ways},
        {"wired", &draft->wired},     {"replacement", &draft->replacement},
        {"half", &draft->half},       {"inclusive", &draft->inclusive},
        {"hit", &draft->hit},
    };
    enum status status = OK;
    for (size_t i = 0; i < ARRAY_LEN(parts) && status == OK; i++)
        status = get(draft, parts[i].part, parts[i].value);
    if (status != OK || draft->entries.text)
        return status;
    return error_set(draft->work->builder->err, ERR_CONFIG,
                     tlbcheck_place(draft->work->layer, draft->keys->array),
                     "machine.tlb.%s needs %s, how many it has; 0: there is no such array",
                     draft->keys->array, draft->entries.key->name);
}

/* What the replacement asks of the ways. */
static enum status check_replacement(const struct draft *draft)
{
    const struct tlb_params *tlb = &draft->array->tlb;
    const struct cell_value *ways = &draft->ways, *replacement = &draft->replacement;
    const bool plru = tlb->replacement == TLB_TREE_PLRU ||
                      tlb->replacement == TLB_BIT_PLRU ||
                      tlb->replacement == TLB_BIT_PLRU_DYNAMORIO;
    struct error *err = draft->work->builder->err;
    if (plru && tlb->ways > PLRU_WAYS_MAX)
        return error_set(err, ERR_CONFIG, replacement->at,
                         "%s '%s' knows sets of %d ways at most, and %s is %" PRIu32,
                         replacement->key->name, replacement->text, PLRU_WAYS_MAX,
                         ways->key->name, tlb->ways);
    if (tlb->replacement == TLB_TREE_PLRU && !is_power_of_two(tlb->ways))
        return error_set(err, ERR_CONFIG, replacement->at,
                         "%s '%s' needs ways that are a power of two, and %s is %" PRIu32,
                         replacement->key->name, replacement->text, ways->key->name,
                         tlb->ways);
    if (tlb->wired >= tlb->ways)
        return error_set(err, ERR_CONFIG, draft->wired.at,
                         "%s %" PRIu32 " leaves no entry of a set: it must be below %s, "
                         "which is %" PRIu32,
                         draft->wired.key->name, tlb->wired, ways->key->name, tlb->ways);
    return OK;
}

static enum status set_geometry(struct draft *draft)
{
    uint64_t ways;
    const enum status status =
        tlbconfig_ways(draft->work, &draft->entries, &draft->ways, &ways);
    if (status != OK)
        return status;
    draft->array->tlb = (struct tlb_params){
        .entries = (uint32_t)draft->entries.number,
        .ways = (uint32_t)ways,
        .replacement = (enum tlb_replacement)draft->replacement.number,
        .wired = (uint32_t)draft->wired.number,
    };
    return check_replacement(draft);
}

static enum status set_half(const struct draft *draft)
{
    draft->array->half = (enum tlb_half)draft->half.number;
    if (draft->array->half == TLB_WHOLE || draft->format->features & PAGETABLE_SYSTEM_SPACE)
        return OK;
    return error_set(draft->work->builder->err, ERR_CONFIG, draft->half.at,
                     "%s '%s' needs a format with page tables in a system space, as vax "
                     "has; %s has none, so that it must be whole",
                     draft->half.key->name, draft->half.text, draft->format->name);
}

/* With adapted tables the base pages take the place of the next smaller ones that the
 * hardware has, or else of its smallest. */
static uint64_t stand_in(const struct pagetable_ops *format, unsigned page_shift)
{
    const unsigned *shift = format->page_shifts;
    while (shift[1] && shift[1] < page_shift)
        shift++;
    return UINT64_C(1) << *shift;
}

static enum status set_pages(struct draft *draft, const struct assignment *pages)
{
    const char *name = tlb_key(draft->keys, "pages")->name;
    struct error *err = draft->work->builder->err;
    const uint64_t base = draft->work->cell->page_size;
    uint64_t sizes = PAGE_SIZES_ANY;
    const enum status status = pages ? page_sizes_read(&sizes, pages->node, name, err) : OK;
    for (uint64_t rest = sizes; status == OK && sizes != PAGE_SIZES_ANY && rest;
         rest &= rest - 1) {
        const unsigned shift = lowest_bit(rest);
        char size[32], list[128];
        if (UINT64_C(1) << shift == base || pagetable_has_shift(draft->format, shift))
            continue;
        return error_set(err, ERR_CONFIG, pages->node->at,
                         "%s: %s has no pages of %s; it has %s", name, draft->format->name,
                         format_size(UINT64_C(1) << shift, size, sizeof size),
                         tlbcheck_sizes(draft->format, list, sizeof list));
    }
    draft->pages = sizes;
    if (draft->work->cell->machine.adapted &&
        sizes & stand_in(draft->format, log2_of(base)))
        sizes |= base;
    draft->array->page_sizes = sizes;
    return status;
}

/* A hit of level 1 takes the time of the reference itself. */
static enum status set_hit(const struct draft *draft)
{
    draft->array->hit = draft->hit.number;
    if (draft->array->hit == 0 || draft->keys->name.level > 1)
        return OK;
    return error_set(draft->work->builder->err, ERR_CONFIG, draft->hit.at,
                     "%s '%s' must be 0 s: the time of a hit of level 1 is part of that of "
                     "the reference, machine.cost.reference",
                     draft->hit.key->name, draft->hit.text);
}

static enum status record(const struct draft *draft, const struct assignment *pages)
{
    struct cellwork *work = draft->work;
    const char *sizes = page_sizes_text(draft->pages, work->builder->arena);
    enum status status = sizes ? OK : error_nomem(work->builder->err);
    if (status == OK)
        status = cellwork_record_number(work, &draft->entries, draft->entries.number);
    if (status == OK)
        status = cellwork_record_number(work, &draft->ways, draft->array->tlb.ways);
    if (status == OK)
        status = cellwork_record_choice(work, &draft->replacement, NULL);
    if (status == OK)
        status = cellwork_record_number(work, &draft->wired, draft->wired.number);
    if (status == OK)
        status = cellwork_record(work, tlb_key(draft->keys, "pages")->name, sizes,
                                 pages ? pages->node->at : at_nowhere());
    if (status == OK)
        status = cellwork_record_choice(work, &draft->half, NULL);
    if (status == OK)
        status = cellwork_record_choice(work, &draft->inclusive, NULL);
    return status == OK ? cellwork_record_number(work, &draft->hit, draft->hit.number)
                        : status;
}

/* *exists: it has entries. */
static enum status build_array(struct draft *draft, bool *exists)
{
    const struct assignment *pages =
        layer_find(draft->work->layer, tlb_key(draft->keys, "pages")->name, AXIS_NONE);
    enum status status = get_all(draft);
    if (status != OK)
        return status;
    *exists = draft->entries.number > 0;
    if (!*exists)
        return cellwork_record_number(draft->work, &draft->entries, 0);
    *draft->array = (struct tlb_array_params){
        .name = draft->keys->array,
        .level = draft->keys->name.level,
        .streams = {draft->keys->name.streams[0], draft->keys->name.streams[1]},
        .inclusive = draft->inclusive.number == 1,
    };
    status = set_geometry(draft);
    if (status == OK)
        status = set_half(draft);
    if (status == OK)
        status = set_pages(draft, pages);
    if (status == OK)
        status = set_hit(draft);
    return status == OK ? record(draft, pages) : status;
}

enum status tlbconfig_build(struct cellwork *work, const struct pagetable_ops *format)
{
    struct cellconfig_builder *builder = work->builder;
    struct machine_config *machine = &work->cell->machine;
    struct tlb_arrays named;
    enum status status = tlb_arrays_find(&named, work->layer, &builder->tlb_keys,
                                         builder->arena, builder->err);
    struct tlb_array_params *arrays =
        status == OK ? arena_array(builder->arena, named.n, sizeof *arrays) : NULL;
    if (status == OK && !arrays)
        return error_nomem(builder->err);
    machine->arrays = arrays;
    for (size_t i = 0; status == OK && i < named.n; i++) {
        bool exists;
        struct draft draft = {.work = work,
                              .format = format,
                              .keys = named.all[i],
                              .array = &arrays[machine->narrays]};
        status = build_array(&draft, &exists);
        machine->narrays += status == OK && exists;
    }
    return status == OK ? tlbcheck(work, format) : status;
}
