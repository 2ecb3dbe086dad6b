/* lru_cells.c -- see lru_cells.h. */
#include "experiment/lru_cells.h"

#include "curve/curve.h"
#include "experiment/operations.h"
#include "experiment/reduced.h"
#include "machine/pagetable.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* True if every parameter has its default. */
static bool are_defaults(const struct param *table, const void *values)
{
    _Alignas(16) unsigned char defaults[PARAM_VALUES_MAX];
    param_defaults(table, defaults);
    for (const struct param *p = table; p && p->name; p++) {
        char own[128], fallback[128];
        param_format(p, values, own, sizeof own);
        param_format(p, defaults, fallback, sizeof fallback);
        if (strcmp(own, fallback) != 0)
            return false;
    }
    return true;
}

bool lru_cell_is_known(const struct experiment *experiment,
                       const struct cell_config *config)
{
    const bool wanted = experiment_wants(experiment, counter_find("page_outs_dirty"));
    return !wanted && !config->events && !config->policy_file &&
           strcmp(config->policy.name, "lru") == 0 &&
           strcmp(config->kernel.name, "textbook") == 0 &&
           are_defaults(kernel_find("textbook")->params, config->kernel.params) &&
           !pagetable_find(config->machine.mmu.name)->create;
}

/* --- one cell ---------------------------------------------------------------------------- */

/* A page comes in with its first use, and from then on, as long as there are frames left,
 * there is one page more. */
static double resident_mean(const struct curve *curve, page_t most)
{
    uint64_t integral = 0; /* pages times references */
    for (page_t i = 0; i < most; i++)
        integral += curve->references - (curve->first_uses[i] - 1);
    return curve->references ? (double)integral / (double)curve->references : 0;
}

/* The pager as it would be after the replay, as far as results are made of it. */
static void count(struct pager *pager, const struct curve *curve, uint64_t frames,
                  page_t most)
{
    struct pager_counts *counts = &pager->counts;
    counts->faults = stack_curve_faults(&curve->lru, frames);
    counts->faults_cold = curve->npages;
    counts->faults_major = counts->faults;
    counts->page_ins = counts->faults;
    counts->page_outs = counts->faults - most;
    counts->extra_accesses = curve->accesses - curve->references;
}

static enum status fill(const struct cell_config *config, const struct source *source,
                        const struct curve *curve, const struct trace_info *info,
                        struct cell_result *result, struct error *err)
{
    struct cell cell;
    const page_t most =
        config->frames < curve->npages ? (page_t)config->frames : curve->npages;
    const enum status status = cell_init(&cell, config, NULL, err);
    if (status != OK)
        return status;
    count(&cell.pager, curve, config->frames, most);
    cell_result(config, &cell.pager, &info->counts, info->blocks << info->granule_shift,
                result);
    const struct policy_ops *policy = config->policy_ops;
    result->counters.page_outs_dirty = COUNT_UNKNOWN;
    result->counters.resident_mean = resident_mean(curve, most);
    result->counters.policy_memory =
        policy->state_size + (uint64_t)most * policy->frame_size;
    reduced_mark(result, source);
    operations_mark(result, source);
    cell_release(&cell);
    return OK;
}

/* --- a pass ------------------------------------------------------------------------------ */

static void cells_fail(struct pass *pass, const char *message)
{
    for (size_t i = 0; i < pass->ncells; i++) {
        pass->results[i]->state = CELL_FAILED;
        snprintf(pass->results[i]->message, sizeof pass->results[i]->message, "%s",
                 message);
    }
}

static struct curve_request request_of(const struct pass *pass)
{
    struct curve_request request = {.kinds = CURVE_LRU};
    uint64_t sizes = 0;
    for (size_t i = 0; i < pass->ncells; i++) {
        const uint64_t size = pass->configs[i]->page_size;
        if (!(sizes & size))
            request.page_shifts[request.npage_sizes++] = log2_of(size);
        sizes |= size;
    }
    return request;
}

static enum status fill_all(struct pass *pass, const struct curve_request *request,
                            const struct curve *curves, const struct trace_info *info,
                            struct error *err)
{
    enum status status = OK;
    for (size_t i = 0; i < pass->ncells && status == OK; i++) {
        const struct cell_config *config = pass->configs[i];
        size_t k = 0;
        while (request->page_shifts[k] != log2_of(config->page_size))
            k++;
        status = fill(config, pass->source, &curves[k], info, pass->results[i], err);
    }
    return status;
}

enum status lru_cells_run(struct pass *pass, const struct pass_host *host,
                          struct error *err)
{
    const struct curve_host own = {.context = host->context, .advance = host->advance};
    const struct curve_request request = request_of(pass);
    struct curve curves[CURVE_PAGE_SIZES];
    struct trace *trace = NULL;
    struct error why;
    const struct source_use use = {.operations = false};
    enum status status = source_read(pass->source, &use, &trace, &why);
    if (status == OK)
        status = curve_run(curves, &request, trace, &own, &why);
    if (status == OK) {
        status = fill_all(pass, &request, curves, trace_info(trace), &why);
        for (size_t i = 0; i < request.npage_sizes; i++)
            curve_release(&curves[i]);
    }
    trace_close(trace);
    if (status == ERR_CELL || status == ERR_CONFIG) {
        cells_fail(pass, why.text);
        return OK;
    }
    if (status != OK)
        error_copy(err, &why);
    return status;
}
