/* eventsconfig.c -- see eventsconfig.h. */
#include "experiment/eventsconfig.h"

#include "base/units.h"
#include "experiment/machineconfig.h"
#include "experiment/region_pages.h"
#include "experiment/workload.h"
#include "faultline/policy.h"
#include "machine/pagetable.h"

#include <assert.h>
#include <inttypes.h>
#include <stddef.h>
#include <string.h>

/* Keys that are numbers, and where they go. */
static const struct {
    const char *key;
    size_t offset; /* of a uint64_t or psec_t in struct events_config                     */
} numbers[] = {
    {"machine.cpus", offsetof(struct events_config, cpus)},
    {"machine.cpu_lag", offsetof(struct events_config, cpu_lag)},
    {"machine.cost.reference", offsetof(struct events_config, cost_reference)},
    {"machine.cost.fault", offsetof(struct events_config, cost_fault)},
    {"machine.cost.page_copy", offsetof(struct events_config, cost_page_copy)},
    {"machine.cost.page_zero", offsetof(struct events_config, cost_page_zero)},
    {"scheduler.quantum", offsetof(struct events_config, quantum)},
    {"scheduler.switch", offsetof(struct events_config, cost_switch)},
    {"swap.cluster", offsetof(struct events_config, swap_cluster)},
    {"swap.read_ahead", offsetof(struct events_config, swap_read_ahead)},
    {"series", offsetof(struct events_config, series)},
};

static enum status build_numbers(struct cellwork *work, struct events_config *events)
{
    enum status status = OK;
    for (size_t i = 0; i < ARRAY_LEN(numbers) && status == OK; i++) {
        struct cell_value value;
        status = cellwork_get(work, numbers[i].key, &value);
        if (status == OK)
            status = cellwork_record_number(work, &value, value.number);
        memcpy((char *)events + numbers[i].offset, &value.number, sizeof value.number);
    }
    return status;
}

static enum status build_choices(struct cellwork *work, struct events_config *events)
{
    struct cell_value allocation, baseline, replacement;
    enum status status = cellwork_get(work, "swap.allocation", &allocation);
    if (status == OK)
        status = cellwork_get(work, "replacement", &replacement);
    if (status == OK)
        status = cellwork_get(work, "baseline", &baseline);
    if (status == OK)
        status = cellwork_record_choice(work, &allocation, &events->swap_allocation);
    if (status == OK)
        status = cellwork_record_choice(work, &replacement, NULL);
    if (status == OK)
        status = cellwork_record_choice(work, &baseline, NULL);
    if (status != OK)
        return status;
    events->by_process = replacement.number == 1;
    events->baseline = baseline.number == 1;
    return status;
}

/* A device with its parameters; *model NULL: none. */
struct device_choice {
    struct plugin plugin;
    const struct device_ops *model;
    uint64_t capacity; /* bytes; UINT64_MAX: no bound                                     */
    struct location at;
};

static enum status build_device(struct cellwork *work, struct device_choice *choice,
                                const char *key, struct plugin_config *config,
                                const char **label)
{
    struct cellconfig_builder *builder = work->builder;
    struct cell_value name;
    enum status status = cellwork_get(work, key, &name);
    if (status == OK)
        status = storage_find(&choice->plugin, &choice->model, &builder->storage, key,
                              name.text, name.at, builder->err);
    if (status == OK)
        status = plugin_configure(config, &choice->plugin, work->layer, builder->err);
    if (status == OK)
        status = cellwork_record(work, key, choice->plugin.name, name.at);
    if (status == OK)
        status = cellwork_record_params(work, &choice->plugin, config, label);
    choice->at = name.at;
    if (status != OK || choice->model)
        return status;
    config->name = NULL;
    return OK;
}

/* The model is recorded beside the device's name, which may be that of a preset. */
static enum status check_device(struct cellwork *work, struct device_choice *choice,
                                const struct plugin_config *config)
{
    struct cellconfig_builder *builder = work->builder;
    const char *key = arena_printf(builder->arena, "%s.model", choice->plugin.key);
    if (!key)
        return error_nomem(builder->err);
    const enum status status =
        storage_try(&choice->capacity, &builder->storage, &choice->plugin, choice->model,
                    config, work->cell->page_size, work->layer, builder->err);
    return status == OK ? cellwork_record(work, key, choice->plugin.model, choice->at)
                        : status;
}

static enum status build_size(struct cellwork *work, struct events_config *events,
                              const struct device_choice *swap)
{
    struct cell_value size;
    struct error *err = work->builder->err;
    const uint64_t page_size = work->cell->page_size;
    const enum status status = cellwork_get(work, "swap.size", &size);
    if (status != OK)
        return status;
    events->swap_slots = UINT64_MAX;
    if (size.number == CAPACITY_UNLIMITED)
        return cellwork_record(work, size.key->name, "unlimited", size.at);
    char text[32], page[32];
    format_size(page_size, page, sizeof page);
    if (size.number < page_size)
        return error_set(err, ERR_CONFIG, size.at,
                         "swap.size of %s holds no page of %s; it must be at least one "
                         "page",
                         format_size(size.number, text, sizeof text), page);
    if (size.number > swap->capacity)
        return error_set(err, ERR_CONFIG, size.at,
                         "swap.size '%s' is more than swap.device '%s' holds, %s",
                         size.text, swap->plugin.name,
                         format_size(swap->capacity, text, sizeof text));
    events->swap_slots = size.number / page_size;
    return cellwork_record_number(work, &size, size.number);
}

static enum status build_devices(struct cellwork *work, struct events_config *events,
                                 struct device_choice *swap, struct device_choice *files)
{
    const char *unused;
    enum status status = build_device(work, swap, "swap.device", &events->swap_device,
                                      &events->swap_device_label);
    if (status == OK)
        status = check_device(work, swap, &events->swap_device);
    if (status == OK)
        status = build_size(work, events, swap);
    if (status == OK)
        status = build_device(work, files, "files.device", &events->files_device, &unused);
    if (status != OK || !files->model)
        return status;
    if (files->model->in_memory)
        return error_set(work->builder->err, ERR_CONFIG, files->at,
                         "files.device '%s' is memory, which cannot hold files; it can be "
                         "swap.device only",
                         files->plugin.name);
    return check_device(work, files, &events->files_device);
}

/* What a swap device in memory cannot do: hold pages that nobody wrote to it, and files. */
static enum status check_region(const struct region_config *region,
                                const struct device_choice *swap, bool files,
                                struct error *err)
{
    if (region->backing == BACKING_STORE)
        return error_set(err, ERR_CONFIG, region->at,
                         "region '%s' lies on the swap device from the start, and "
                         "swap.device '%s' is memory, which is empty then; its backing can "
                         "be zero or file",
                         region->name, swap->plugin.name);
    if (region->backing == BACKING_FILE && !files)
        return error_set(err, ERR_CONFIG, region->at,
                         "region '%s' is a part of a file, and swap.device '%s' is memory, "
                         "which cannot hold files; name a files.device",
                         region->name, swap->plugin.name);
    return OK;
}

static enum status check_process(const struct process_config *process,
                                 const struct device_choice *swap, bool files,
                                 struct error *err)
{
    if (process->regions_from == REGIONS_ALL)
        return error_set(err, ERR_CONFIG, process->at,
                         "'%s' lies on the swap device from the start ('regions: all'), "
                         "and swap.device '%s' is memory, which is empty then; write "
                         "'workload.regions: infer' or list its regions",
                         process->name, swap->plugin.name);
    if (process->regions_from == REGIONS_INFER && !files)
        return error_set(err, ERR_CONFIG, process->at,
                         "'%s' has files ('regions: infer'), and swap.device '%s' is "
                         "memory, which cannot hold files; name a files.device",
                         process->name, swap->plugin.name);
    enum status status = OK;
    for (size_t i = 0; i < process->nregions && status == OK; i++)
        status = check_region(&process->regions[i], swap, files, err);
    return status;
}

/* The index of the future is that of one trace, replayed once. */
static enum status check_future(const struct cellwork *work,
                                const struct events_config *events)
{
    const struct policy_ops *policy = work->cell->policy_ops;
    const struct process_config *first = &events->processes[0];
    if (policy->sees != POLICY_FUTURE || (events->nprocesses == 1 && first->copies == 1 &&
                                          first->nstreams == 0 && first->repeat == 1))
        return OK;
    const struct assignment *a = layer_find(work->layer, "policy", AXIS_NONE);
    return error_set(work->builder->err, ERR_CONFIG, a ? a->node->at : at_nowhere(),
                     "policy '%s' sees the future and needs one process: one copy, one "
                     "trace without streams, replayed once",
                     policy->name);
}

/* The run that a slowdown is measured against has all the memory that it wants. */
static enum status check_baseline(const struct cellwork *work,
                                  const struct events_config *events)
{
    const struct pagetable_ops *format = pagetable_find(work->cell->machine.mmu.name);
    assert(format); /* it was configured before */
    if (!events->baseline || !(format->features & PAGETABLE_PER_FRAME))
        return OK;
    const struct assignment *a = layer_find(work->layer, "baseline", AXIS_NONE);
    return error_set(work->builder->err, ERR_CONFIG, a ? a->node->at : at_nowhere(),
                     "the baseline has unlimited memory, and %s needs a number of frames, "
                     "so that baseline must be no",
                     format->name);
}

static enum status build_machine(struct cellwork *work, const struct events_config *events)
{
    enum status status = machineconfig_shootdown(work);
    if (status == OK)
        status = check_baseline(work, events);
    return status == OK ? region_pages_check(work->cell, events->processes,
                                             events->nprocesses, work->builder->err)
                        : status;
}

enum status eventsconfig_build(struct cellwork *work)
{
    struct events_config *events = arena_alloc(work->builder->arena, sizeof *events);
    if (!events)
        return error_nomem(work->builder->err);
    work->cell->events = events;
    struct device_choice swap, files;
    enum status status = build_numbers(work, events);
    if (status == OK)
        status = build_choices(work, events);
    if (status == OK)
        status = workload_build(work, events);
    if (status == OK)
        status = build_machine(work, events);
    if (status == OK)
        status = check_future(work, events);
    if (status == OK)
        status = build_devices(work, events, &swap, &files);
    for (size_t i = 0; status == OK && swap.model->in_memory && i < events->nprocesses; i++)
        status = check_process(&events->processes[i], &swap, files.model != NULL,
                               work->builder->err);
    return status;
}

enum status eventsconfig_check_none(const struct cellwork *work)
{
    const struct assignment *timing = layer_find(work->layer, "timing", AXIS_NONE);
    for (const struct assignment *a = work->layer->first; a; a = a->next)
        if (key_needs_events(a->key))
            return error_set(work->builder->err, ERR_CONFIG, a->at,
                             "'%s' needs 'timing: events'; with timing none%s there is no "
                             "clock",
                             a->key, timing ? "" : " (the default)");
    return OK;
}

enum status eventsconfig_check_devices(const struct layer *layer, struct storage *storage,
                                       struct error *err)
{
    static const char *const keys[] = {"swap.device", "files.device"};
    for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
        const struct assignment *name = layer_find(layer, keys[i], AXIS_NONE);
        if (!name)
            continue;
        struct plugin plugin;
        const struct device_ops *model;
        struct plugin_config scratch = {0};
        enum status status = storage_find(&plugin, &model, storage, keys[i],
                                          name->node->text, name->node->at, err);
        if (status == OK)
            status = plugin_configure(&scratch, &plugin, layer, err);
        if (status != OK)
            return status;
    }
    return OK;
}
