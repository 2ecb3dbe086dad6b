/* region_pages.c -- see region_pages.h. */
#include "experiment/region_pages.h"

#include "base/bits.h"
#include "base/units.h"
#include "experiment/tlbcheck.h"
#include "trace/vm_op.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

static const char *of_region(const struct region_config *region, char buffer[32])
{
    return format_size(UINT64_C(1) << region->page_shift, buffer, 32);
}

static enum status check_size(const struct cell_config *cell,
                              const struct region_config *region, struct error *err)
{
    const struct pagetable_ops *format = pagetable_find(cell->machine.mmu.name);
    const unsigned base = log2_of(cell->page_size);
    char page[32], size[32], list[128];
    assert(format); /* it was configured before */
    format_size(cell->page_size, page, sizeof page);
    if (region->page_shift == 0 || region->page_shift == base)
        return OK;
    if (region->page_shift < base)
        return error_set(err, ERR_CONFIG, region->at,
                         "region '%s' has pages of %s, but none can be smaller than "
                         "machine.page_size, %s",
                         region->name, of_region(region, size), page);
    if (!format->split || cell->machine.adapted)
        return error_set(err, ERR_CONFIG, region->at,
                         "region '%s' has pages of %s, but with machine.mmu '%s'%s all "
                         "pages have one size, %s",
                         region->name, of_region(region, size), format->name,
                         cell->machine.adapted ? " and adapted tables" : "", page);
    if (pagetable_has_shift(format, region->page_shift))
        return OK;
    return error_set(err, ERR_CONFIG, region->at,
                     "region '%s' has pages of %s, which %s lacks; it has %s", region->name,
                     of_region(region, size), format->name,
                     tlbcheck_sizes(format, list, sizeof list));
}

/* What is mapped by one translation for all is one page for all: a store must not make a
 * copy of it. */
static enum status check_global(const struct region_config *region, struct error *err)
{
    if (region->backing != BACKING_FILE)
        return error_set(err, ERR_CONFIG, region->at,
                         "region '%s' is global, the same in every address space, and so "
                         "must be a part of a file; its backing is zero or store",
                         region->name);
    if (!region->shared && region->protection & VM_WRITE)
        return error_set(err, ERR_CONFIG, region->at,
                         "region '%s' is global, the same in every address space, so that "
                         "it must be 'shared: yes' or without w in its protection",
                         region->name);
    return OK;
}

static bool overlap(const struct region_config *a, const struct region_config *b)
{
    return a->start < b->start ? b->start - a->start < a->length
                               : a->start - b->start < b->length;
}

static bool same_place(const struct region_config *a, const struct region_config *b)
{
    return a->global && b->global && a->start == b->start && a->length == b->length &&
           a->offset == b->offset && strcmp(a->file, b->file) == 0;
}

/* Another process has something else where a global region is. */
static enum status check_other(const struct region_config *region,
                               const struct process_config *process, struct error *err)
{
    if (process->regions_from != REGIONS_LIST)
        return error_set(
            err, ERR_CONFIG, region->at,
            "region '%s' is global, and the regions of '%s' are not listed, so "
            "that it may have others there",
            region->name, process->name);
    for (size_t i = 0; i < process->nregions; i++)
        if (overlap(region, &process->regions[i]) &&
            !same_place(region, &process->regions[i]))
            return error_set(err, ERR_CONFIG, region->at,
                             "region '%s' is global, but region '%s' of '%s' lies there "
                             "too; it must be the same part of the same file, and global",
                             region->name, process->regions[i].name, process->name);
    return OK;
}

enum status region_pages_check(const struct cell_config *cell,
                               const struct process_config *processes, size_t nprocesses,
                               struct error *err)
{
    enum status status = OK;
    for (size_t i = 0; i < nprocesses; i++)
        for (size_t k = 0; k < processes[i].nregions && status == OK; k++) {
            const struct region_config *region = &processes[i].regions[k];
            status = check_size(cell, region, err);
            if (status == OK && region->global)
                status = check_global(region, err);
            for (size_t n = 0; n < nprocesses && status == OK && region->global; n++)
                status = check_other(region, &processes[n], err);
        }
    return status;
}
