/* reduced.c -- see reduced.h. */
#include "experiment/reduced.h"

#include "experiment/keys.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static enum status check_source(const struct cell_config *config,
                                const struct source *source, struct error *err)
{
    const struct reduction_use use = {
        /* What a file has may be called lru, and be anything. */
        .policy = config->policy_file ? config->policy_label : config->policy.name,
        .frames = config->frames,
        .page_size = config->page_size,
        .granule = UINT64_C(1) << source->granule_shift,
        .tables = !key_mmu_is_ideal(config->machine.mmu.name),
        .timed = config->events != NULL,
    };
    return reduction_allows(&source->reduction, source->path, &use, err);
}

enum status reduced_check(const struct cell_config *config,
                          const struct source_table *sources, struct error *err)
{
    if (!config->events)
        return check_source(config, source_table_find(sources, config->trace), err);
    enum status status = OK;
    for (size_t i = 0; i < config->events->nprocesses && status == OK; i++) {
        const struct process_config *process = &config->events->processes[i];
        status = check_source(config, source_table_find(sources, process->trace), err);
        for (size_t k = 0; k < process->nstreams && status == OK; k++)
            status =
                check_source(config, source_table_find(sources, process->streams[k]), err);
    }
    return status;
}

void reduced_mark(struct cell_result *result, const struct source *source)
{
    const struct reduction *reduction = &source->reduction;
    const size_t used = strlen(result->notes);
    if (reduction->method == REDUCTION_NONE)
        return;
    snprintf(
        result->notes + used, sizeof result->notes - used,
        "%sthe trace is reduced by %s for %" PRIu64
        " frames: references, faults, page-ins and page-outs are those of the full one",
        used ? "; " : "", reduction_titles[reduction->method], reduction->frames);
    result->counters.accesses = COUNT_UNKNOWN;
    result->counters.bytes_touched = COUNT_UNKNOWN;
    result->counters.resident_mean = NAN;
}
