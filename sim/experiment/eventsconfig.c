/* eventsconfig.c -- see eventsconfig.h. */
#include "experiment/eventsconfig.h"

#include "base/units.h"
#include "experiment/deviceconfig.h"
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
        status = deviceconfig_build(work, events, &swap, &files);
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
