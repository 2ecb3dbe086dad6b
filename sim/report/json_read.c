/* json_read.c -- results.json, read: the experiment and its results are built again as far
 * as the table of results needs them, so that both ways to it are one. */
#include "report/report.h"

#include <errno.h>
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

struct restored {
    json_t *root; /* owns all texts */
    struct experiment experiment;
    struct cell_result *results;
    const char **swept;
};

static void release(struct restored *restored)
{
    for (size_t i = 0; restored->experiment.cells && i < restored->experiment.ncells; i++)
        free((void *)restored->experiment.cells[i].settings);
    free(restored->experiment.cells);
    free(restored->results);
    free(restored->swept);
    json_decref(restored->root);
}

static enum status not_ours(const char *path, size_t cell, const char *member,
                            struct error *err)
{
    return error_set(err, ERR_SYNTAX, at_file(path),
                     "cell %zu has no '%s'; a results.json written by this version of "
                     "faultline is needed",
                     cell + 1, member);
}

static const char *text_of(const json_t *object, const char *member)
{
    const char *text = json_string_value(json_object_get(object, member));
    return text ? text : "";
}

static enum status restore_settings(struct cell_config *config, json_t *object,
                                    struct error *err)
{
    struct setting *settings = calloc(json_object_size(object) + 1, sizeof *settings);
    if (!settings)
        return error_nomem(err);
    config->settings = settings;
    const char *key;
    json_t *value;
    json_object_foreach(object, key, value)
    {
        const char *text = json_string_value(value);
        settings[config->nsettings++] = (struct setting){key, text ? text : "", {0}};
    }
    return OK;
}

static bool restore_counter(const struct counter *counter, struct counters *counters,
                            const json_t *value)
{
    void *member = (char *)counters + counter->offset;
    const double number = json_number_value(value);
    switch (counter->kind) {
    case COUNTER_COUNT:
        *(uint64_t *)member =
            json_is_null(value) ? COUNT_UNKNOWN : (uint64_t)json_integer_value(value);
        return json_is_integer(value) || json_is_null(value);
    case COUNTER_TIME:
        if (!json_is_number(value) || !(number >= 0 && number * 1e12 < 0x1p64))
            return false;
        /* To the picosecond up to some 4,000 seconds, which is more than a plot shows. */
        *(psec_t *)member = (psec_t)(number * 1e12 + 0.5);
        return true;
    case COUNTER_RATIO:
        break;
    }
    *(double *)member = json_is_number(value) ? number : NAN;
    return json_is_number(value) || json_is_null(value);
}

static enum status restore_counters(struct cell_config *config, struct counters *counters,
                                    const json_t *object, const char *path, size_t cell,
                                    struct error *err)
{
    /* All that reports ask is that it is there; the device is among the settings. */
    static const struct events_config events;
    const bool timed = json_is_number(json_object_get(object, "elapsed"));
    config->events = timed ? &events : NULL;
    for (size_t i = 0; i < counter_count; i++) {
        const struct counter *counter = &counter_table[i];
        const json_t *value = json_object_get(object, counter->name);
        if (counter->own && !value)
            continue; /* no cell's kernel has it */
        if ((timed || !counter->timed) && !restore_counter(counter, counters, value))
            return not_ours(path, cell, counter->name, err);
        if (json_is_number(value))
            counter_tells_kernel(counter, counters);
    }
    return OK;
}

static enum status restore_cell(struct restored *restored, size_t cell, json_t *object,
                                const char *path, struct error *err)
{
    struct cell_config *config = &restored->experiment.cells[cell];
    struct cell_result *result = &restored->results[cell];
    if (!json_is_string(json_object_get(object, "trace")))
        return not_ours(path, cell, "trace", err);
    if (!json_is_string(json_object_get(object, "policy")))
        return not_ours(path, cell, "policy", err);
    if (!json_is_integer(json_object_get(object, "page_size")))
        return not_ours(path, cell, "page_size", err);
    const json_t *frames = json_object_get(object, "frames");
    config->trace_label = text_of(object, "trace");
    config->policy_label = text_of(object, "policy");
    config->page_size = (uint64_t)json_integer_value(json_object_get(object, "page_size"));
    config->frames =
        json_is_integer(frames) ? (uint64_t)json_integer_value(frames) : UINT64_MAX;
    snprintf(result->warning, sizeof result->warning, "%s", text_of(object, "warning"));
    snprintf(result->notes, sizeof result->notes, "%s", text_of(object, "notes"));
    const enum status status =
        restore_settings(config, json_object_get(object, "settings"), err);
    if (status != OK || strcmp(text_of(object, "state"), "done") != 0)
        return status;
    result->state = CELL_DONE;
    return restore_counters(config, &result->counters, json_object_get(object, "counters"),
                            path, cell, err);
}

static enum status restore(struct restored *restored, const char *path, struct error *err)
{
    const json_t *cells = json_object_get(restored->root, "cells");
    const json_t *swept = json_object_get(restored->root, "swept");
    if (!json_is_array(cells) || !json_is_array(swept))
        return error_set(err, ERR_SYNTAX, at_file(path),
                         "has no 'cells' and 'swept'; a results.json is needed");
    struct experiment *experiment = &restored->experiment;
    const size_t ncells = json_array_size(cells), nswept = json_array_size(swept);
    experiment->cells = calloc(ncells + 1, sizeof *experiment->cells);
    restored->results = calloc(ncells + 1, sizeof *restored->results);
    restored->swept = calloc(nswept + 1, sizeof *restored->swept);
    if (!experiment->cells || !restored->results || !restored->swept)
        return error_nomem(err);
    experiment->name = text_of(restored->root, "experiment");
    experiment->file = path;
    experiment->ncells = ncells;
    experiment->swept = restored->swept;
    for (size_t i = 0; i < nswept; i++) {
        const char *key = json_string_value(json_array_get(swept, i));
        if (key)
            restored->swept[experiment->nswept++] = key;
    }
    enum status status = OK;
    for (size_t i = 0; status == OK && i < ncells; i++)
        status = restore_cell(restored, i, json_array_get(cells, i), path, err);
    return status;
}

enum status json_read(struct data **out, const char *path, struct error *err)
{
    FILE *stream = fopen(path, "rbe");
    if (!stream)
        return error_set(err, ERR_IO, at_file(path), "cannot be opened: %s",
                         strerror(errno));
    json_error_t wrong;
    struct restored restored = {.root = json_loadf(stream, JSON_REJECT_DUPLICATES, &wrong)};
    fclose(stream);
    if (!restored.root) {
        const struct location at = {path, (uint64_t)wrong.line, (uint32_t)wrong.column};
        return error_set(err, ERR_SYNTAX, at, "does not read as JSON: %s", wrong.text);
    }
    enum status status = restore(&restored, path, err);
    if (status == OK) {
        const struct result_set set = {&restored.experiment, restored.results};
        status = data_from_results(out, &set, true, err);
    }
    release(&restored);
    return status;
}
