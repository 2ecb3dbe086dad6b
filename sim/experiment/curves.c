/* curves.c -- see curves.h. */
#include "experiment/curves.h"

#include "experiment/curve_rows.h"
#include "experiment/page_sizes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

enum status curves_read(curve_set *set, const struct yaml_node *node, const char *what,
                        struct error *err)
{
    const struct yaml_node *item = node->kind == YAML_LIST ? node->first : node;
    *set = 0;
    if (!item)
        return error_set(err, ERR_CONFIG, node->at,
                         "the list of '%s' is empty; it needs at least one curve", what);
    for (; item; item = node->kind == YAML_LIST ? item->next : NULL) {
        if (item->kind != YAML_SCALAR)
            return error_set(err, ERR_CONFIG, item->at,
                             "'%s' is a curve or a list of curves, such as [lru, opt], not "
                             "%s",
                             what, yaml_kind_name(item->kind));
        const enum status status = curve_set_add(set, item->text, what, item->at, err);
        if (status != OK)
            return status;
    }
    return OK;
}

/* --- configuration ----------------------------------------------------------------------- */

static struct curves_config *curves_of(struct experiment *experiment, const char *trace)
{
    for (size_t i = 0; i < experiment->ncurves; i++)
        if (strcmp(experiment->curves[i].cell->trace, trace) == 0)
            return &experiment->curves[i];
    return NULL;
}

static unsigned count_sizes(uint64_t page_sizes)
{
    unsigned n = 0;
    for (; page_sizes; page_sizes &= page_sizes - 1)
        n++;
    return n;
}

static enum status build(struct experiment *experiment, curve_set set, uint64_t page_sizes,
                         struct location at, struct error *err)
{
    for (size_t i = 0; i < experiment->ncells; i++) {
        const struct cell_config *cell = &experiment->cells[i];
        if (cell->events)
            continue;
        struct curves_config *curves = curves_of(experiment, cell->trace);
        if (!curves) {
            curves = &experiment->curves[experiment->ncurves++];
            *curves =
                (struct curves_config){.cell = cell, .set = set, .page_sizes = page_sizes};
        }
        if (!page_sizes)
            curves->page_sizes |= cell->page_size;
    }
    if (experiment->ncurves == 0)
        return error_set(err, ERR_CONFIG, at,
                         "'curve' is of traces, and all cells have 'timing: events'; "
                         "'faultline curve' computes the curves of a trace by itself");
    for (size_t i = 0; i < experiment->ncurves; i++)
        if (count_sizes(experiment->curves[i].page_sizes) > CURVE_PAGE_SIZES)
            return error_set(err, ERR_CONFIG, at, "curves have at most %d page sizes",
                             CURVE_PAGE_SIZES);
    return OK;
}

enum status curves_build(struct experiment *experiment, const struct layer *layer,
                         struct arena *arena, struct error *err)
{
    const struct assignment *names = layer_find(layer, "curve.curves", AXIS_NONE);
    const struct assignment *sizes = layer_find(layer, "curve.page_sizes", AXIS_NONE);
    curve_set set;
    uint64_t page_sizes = 0;
    if (!names && sizes)
        return error_set(err, ERR_CONFIG, sizes->at,
                         "'curve.page_sizes' says nothing without 'curve.curves', such as "
                         "[lru, opt]");
    if (!names)
        return OK;
    enum status status = curves_read(&set, names->node, names->key, err);
    if (status == OK && sizes)
        status = page_sizes_read_list(&page_sizes, sizes->node, sizes->key, err);
    if (status != OK)
        return status;
    experiment->curves = arena_array(arena, experiment->ncells, sizeof *experiment->curves);
    if (!experiment->curves)
        return error_nomem(err);
    return build(experiment, set, page_sizes, names->at, err);
}

/* --- computation ------------------------------------------------------------------------- */

enum status curves_check(const struct curves_config *config, const struct source *source,
                         struct error *err)
{
    const struct curve_trace trace = {.path = source->path,
                                      .reduction = &source->reduction,
                                      .granule = UINT64_C(1) << source->granule_shift};
    return curve_request_check(&trace, config->set, config->page_sizes, 0, err);
}

/* Changes when the same request may give other rows than before. */
#define CURVES_VERSION "curves 1"

void curves_identity(char id[33], const struct curves_config *config,
                     const struct source *source)
{
    char text[160];
    const int length =
        snprintf(text, sizeof text, "%s %s %x %llx", CURVES_VERSION, source->digest,
                 config->set, (unsigned long long)config->page_sizes);
    const XXH128_hash_t hash = XXH3_128bits(text, (size_t)length);
    snprintf(id, 33, "%016llx%016llx", (unsigned long long)hash.high64,
             (unsigned long long)hash.low64);
}

static void take_rows(struct pass *pass, const struct curve *curves, size_t ncurves)
{
    struct cell_result *result = pass->results[0];
    const struct source *source = pass->source;
    const struct curve_points points = {
        .set = pass->curves->set,
        .references = source->references,
        .frames_least = source->reduction.frames ? source->reduction.frames : 1,
    };
    for (size_t i = 0; i < ncurves; i++)
        curve_rows_add(&result->tables[TABLE_CURVES], &curves[i], &points);
    result->state = CELL_DONE;
    result->counters.references = source->references;
}

enum status curves_run(struct pass *pass, const struct pass_host *host, struct error *err)
{
    const struct curve_host own = {.context = host->context, .advance = host->advance};
    const struct curve_request request =
        curve_request_of(pass->curves->set, pass->curves->page_sizes);
    struct curve *curves = calloc(request.npage_sizes, sizeof *curves);
    if (!curves)
        return error_nomem(err);
    struct trace *trace = NULL;
    struct error why;
    const struct source_use use = {.operations = false};
    enum status status = source_read(pass->source, &use, &trace, &why);
    if (status == OK)
        status = curve_run(curves, &request, trace, &own, &why);
    trace_close(trace);
    if (status == OK) {
        take_rows(pass, curves, request.npage_sizes);
        for (size_t i = 0; i < request.npage_sizes; i++)
            curve_release(&curves[i]);
        if (pass->results[0]->tables[TABLE_CURVES].failed)
            status = error_nomem(&why);
    }
    free(curves);
    if (status == ERR_CELL) {
        pass->results[0]->state = CELL_FAILED;
        snprintf(pass->results[0]->message, sizeof pass->results[0]->message, "%s",
                 why.text);
        return OK;
    }
    if (status != OK)
        error_copy(err, &why);
    return status;
}
