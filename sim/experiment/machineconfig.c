/* machineconfig.c -- see machineconfig.h. */
#include "experiment/machineconfig.h"

#include "base/bits.h"
#include "base/units.h"
#include "experiment/machinetrial.h"
#include "experiment/tlbcheck.h"
#include "experiment/tlbconfig.h"

#include <assert.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

/* The levels of tables that can have a walk cache. */
enum { WALK_CACHE_FIRST = 2, WALK_CACHE_LAST = 5 };

/* A key that is a number, and where it goes. */
struct number {
    const char *key;
    size_t offset; /* of a uint64_t or psec_t in struct machine_config                    */
};

static const struct number numbers[] = {
    {"machine.tlb.asids", offsetof(struct machine_config, asids)},
    {"machine.walk_cache.hit", offsetof(struct machine_config, walk_cache.hit)},
    {"machine.cost.walk", offsetof(struct machine_config, cost_walk)},
    {"machine.cost.walk_access", offsetof(struct machine_config, table_cache.miss)},
};

static const struct number shootdown_numbers[] = {
    {"machine.shootdown.batch", offsetof(struct machine_config, shootdown.batch)},
    {"machine.shootdown.flush_ceiling",
     offsetof(struct machine_config, shootdown.flush_ceiling)},
    {"machine.shootdown.send", offsetof(struct machine_config, shootdown.send)},
    {"machine.shootdown.receive", offsetof(struct machine_config, shootdown.receive)},
    {"machine.shootdown.invalidate", offsetof(struct machine_config, shootdown.invalidate)},
    {"machine.shootdown.flush", offsetof(struct machine_config, shootdown.flush)},
};

static enum status build_numbers(struct cellwork *work, const struct number *keys, size_t n)
{
    enum status status = OK;
    for (size_t i = 0; i < n && status == OK; i++) {
        struct cell_value value;
        status = cellwork_get(work, keys[i].key, &value);
        if (status == OK)
            status = value.key->kind == KEY_LIMIT
                         ? cellwork_record_limit(work, &value)
                         : cellwork_record_number(work, &value, value.number);
        memcpy((char *)&work->cell->machine + keys[i].offset, &value.number,
               sizeof value.number);
    }
    return status;
}

enum status machineconfig_clock(struct cellwork *work)
{
    struct machine_config *machine = &work->cell->machine;
    const struct model *model;
    struct cell_value clock;
    enum status status =
        model_find(&model, &work->builder->models, work->layer, work->builder->err);
    if (status == OK && model) {
        machine->model = model->name;
        status = cellwork_record(work, "machine.model", model->name, model->node->at);
    }
    if (status == OK)
        status = cellwork_get(work, "machine.clock", &clock);
    if (status != OK)
        return status;
    machine->clock = clock.number;
    machine->cost_instruction = cycle_time(clock.number);
    return cellwork_record_number(work, &clock, clock.number);
}

/* --- what there is without page tables ---------------------------------------------------- */

static enum status check_no_tables(const struct cellwork *work, const char *mmu, bool given)
{
    for (const struct assignment *a = work->layer->first; a; a = a->next)
        if (key_needs_tables(a->key))
            return error_set(work->builder->err, ERR_CONFIG, a->at,
                             "'%s' needs a machine.mmu with page tables ('faultline list "
                             "formats'); '%s'%s has none",
                             a->key, mmu, given ? "" : " (the default)");
    return OK;
}

/* --- page size and memory ----------------------------------------------------------------- */

static enum status build_adaption(struct cellwork *work, const struct pagetable_ops *format,
                                  struct location at_mmu)
{
    struct cell_config *cell = work->cell;
    struct cell_value adapt, page_size;
    enum status status = cellwork_get(work, "machine.adapt_page_size", &adapt);
    if (status == OK)
        status = cellwork_get(work, "machine.page_size", &page_size);
    if (status == OK)
        status = cellwork_record_choice(work, &adapt, NULL);
    cell->machine.adapted = !pagetable_has_shift(format, log2_of(cell->page_size));
    if (status != OK || !cell->machine.adapted || adapt.number == 1)
        return status;
    char size[32], list[128];
    return error_set(
        work->builder->err, ERR_CONFIG, page_size.given ? page_size.at : at_mmu,
        "%s has no pages of %s%s; it has %s; with machine.adapt_page_size: yes its tables "
        "are adapted",
        format->name, format_size(cell->page_size, size, sizeof size),
        page_size.given ? "" : " (the default)", tlbcheck_sizes(format, list, sizeof list));
}

/* Where the amount of memory was said. */
static struct location place_of_memory(const struct cellwork *work, struct location other)
{
    const struct assignment *a = layer_find(work->layer, "machine.memory", AXIS_NONE);
    if (!a)
        a = layer_find(work->layer, "machine.frames", AXIS_NONE);
    return a ? a->node->at : other;
}

/* Page tables lie in the upper quarter of what can be addressed (table_memory.h). */
static enum status check_memory(const struct cellwork *work,
                                const struct pagetable_ops *format, struct location at_mmu)
{
    const struct cell_config *cell = work->cell;
    struct error *err = work->builder->err;
    const struct location at = place_of_memory(work, at_mmu);
    if (cell->frames == LIMIT_UNLIMITED && format->features & PAGETABLE_PER_FRAME)
        return error_set(err, ERR_CONFIG, at,
                         "%s has one entry for each frame, so that their number must be "
                         "known; set machine.memory or machine.frames",
                         format->name);
    const uint64_t most = (UINT64_C(3) << (format->paddr_bits - 2)) / cell->page_size;
    if (cell->frames == LIMIT_UNLIMITED || cell->frames <= most)
        return OK;
    char page[32], all[32];
    return error_set(err, ERR_CONFIG, at,
                     "%" PRIu64 " frames of %s are more than %s can address: it has "
                     "addresses for %s, of which tables take a quarter, so that the most "
                     "are %" PRIu64,
                     cell->frames, format_size(cell->page_size, page, sizeof page),
                     format->name,
                     format_size(UINT64_C(1) << format->paddr_bits, all, sizeof all), most);
}

/* --- caches of tables --------------------------------------------------------------------- */

static enum status build_walk_cache(struct cellwork *work, unsigned level)
{
    struct walk_cache_level_params *cache = &work->cell->machine.walk_cache.level[level];
    struct cell_value entries, ways;
    char key[64];
    uint64_t number;
    snprintf(key, sizeof key, "machine.walk_cache.l%u.entries", level);
    enum status status = cellwork_get(work, key, &entries);
    if (status == OK)
        status = cellwork_record_number(work, &entries, entries.number);
    if (status != OK || entries.number == 0)
        return status;
    snprintf(key, sizeof key, "machine.walk_cache.l%u.ways", level);
    status = cellwork_get(work, key, &ways);
    if (status == OK)
        status = tlbconfig_ways(work, &entries, &ways, &number);
    if (status != OK)
        return status;
    cache->entries = (uint32_t)entries.number;
    cache->ways = (uint32_t)number;
    return cellwork_record_number(work, &ways, number);
}

static enum status bad_table_cache(const struct cellwork *work,
                                   const struct cell_value *size,
                                   const struct cell_value *line,
                                   const struct cell_value *ways)
{
    char is[32], of[32];
    if (ways->number == WAYS_FULL)
        return error_set(work->builder->err, ERR_CONFIG, size->at,
                         "machine.table_cache.size of %s is no whole number of lines of %s",
                         format_size(size->number, is, sizeof is),
                         format_size(line->number, of, sizeof of));
    return error_set(work->builder->err, ERR_CONFIG, size->at,
                     "machine.table_cache.size of %s is no whole number of sets of %" PRIu64
                     " lines of %s",
                     format_size(size->number, is, sizeof is), ways->number,
                     format_size(line->number, of, sizeof of));
}

static enum status build_table_cache(struct cellwork *work)
{
    struct table_cache_params *cache = &work->cell->machine.table_cache;
    struct cell_value size, line, ways, hit;
    enum status status = cellwork_get(work, "machine.table_cache.size", &size);
    if (status == OK)
        status = cellwork_get(work, "machine.table_cache.line", &line);
    if (status == OK)
        status = cellwork_get(work, "machine.table_cache.ways", &ways);
    if (status == OK)
        status = cellwork_get(work, "machine.table_cache.hit", &hit);
    if (status == OK)
        status = cellwork_record_number(work, &size, size.number);
    if (status != OK || size.number == 0)
        return status;
    const uint64_t lines = size.number / line.number;
    const uint64_t of_set = ways.number == WAYS_FULL ? lines : ways.number;
    if (size.number % line.number != 0 || lines % of_set != 0)
        return bad_table_cache(work, &size, &line, &ways);
    cache->size = size.number;
    cache->line = line.number;
    cache->ways = of_set;
    cache->hit = hit.number;
    status = cellwork_record_number(work, &line, line.number);
    if (status == OK)
        status = cellwork_record_number(work, &ways, of_set);
    return status == OK ? cellwork_record_number(work, &hit, hit.number) : status;
}

/* --- all of it ---------------------------------------------------------------------------- */

static enum status build_tables(struct cellwork *work, const struct pagetable_ops *format)
{
    enum status status = tlbconfig_build(work, format);
    for (unsigned level = WALK_CACHE_FIRST; level <= WALK_CACHE_LAST && status == OK;
         level++)
        status = build_walk_cache(work, level);
    if (status == OK)
        status = build_table_cache(work);
    return status == OK ? build_numbers(work, numbers, ARRAY_LEN(numbers)) : status;
}

static enum status build_table_frames(struct cellwork *work)
{
    struct cell_value frames;
    const enum status status = cellwork_get(work, "machine.table_frames", &frames);
    if (status != OK)
        return status;
    work->cell->machine.tables_apart = frames.number == 1;
    return cellwork_record_choice(work, &frames, NULL);
}

enum status machineconfig_build(struct cellwork *work)
{
    const char *unused;
    const struct assignment *mmu = layer_find(work->layer, "machine.mmu", AXIS_NONE);
    const struct location at = mmu ? mmu->node->at : at_nowhere();
    /* Without time there is one CPU, which nobody need tell. */
    work->cell->machine.shootdown =
        (struct shootdown_params){.batch = UINT64_MAX, .flush_ceiling = UINT64_MAX};
    enum status status =
        cellwork_plugin(work, "machine.mmu", &work->cell->machine.mmu, &unused);
    if (status != OK)
        return status;
    const struct pagetable_ops *format = pagetable_find(work->cell->machine.mmu.name);
    assert(format); /* key_parse looked it up in the same table */
    if (!format->create)
        return check_no_tables(work, format->name, mmu != NULL);
    status = build_adaption(work, format, at);
    if (status == OK)
        status = build_table_frames(work);
    if (status == OK)
        status = check_memory(work, format, at);
    if (status == OK)
        status = build_tables(work, format);
    return status == OK ? machinetrial(work, format) : status;
}

enum status machineconfig_shootdown(struct cellwork *work)
{
    struct machine_config *machine = &work->cell->machine;
    const struct pagetable_ops *format = pagetable_find(machine->mmu.name);
    struct cell_value lazy;
    if (!format->create)
        return OK;
    enum status status = cellwork_get(work, "machine.shootdown.lazy", &lazy);
    if (status == OK)
        status = cellwork_record_choice(work, &lazy, NULL);
    if (status != OK)
        return status;
    machine->shootdown.lazy = lazy.number == 1;
    return build_numbers(work, shootdown_numbers, ARRAY_LEN(shootdown_numbers));
}
