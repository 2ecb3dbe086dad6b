/* tabulate.c -- a result set as a table: the order of columns of results.csv. */
#include "report/data.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const struct cell_config *config_of(const struct result_set *set, size_t cell)
{
    return &set->experiment->cells[cell];
}

static const char *setting_of(const struct cell_config *config, const char *key)
{
    for (size_t i = 0; i < config->nsettings; i++)
        if (strcmp(config->settings[i].key, key) == 0)
            return config->settings[i].value;
    return NULL;
}

static bool setting_varies(const struct result_set *set, const char *key)
{
    const char *first = setting_of(config_of(set, 0), key);
    for (size_t cell = 1; cell < set->experiment->ncells; cell++) {
        const char *value = setting_of(config_of(set, cell), key);
        if (!first != !value || (first && strcmp(first, value) != 0))
            return true;
    }
    return false;
}

/* The four first columns say the same under names of their own. */
static bool has_own_column(const char *key)
{
    static const char *const keys[] = {"trace", "policy", "machine.page_size",
                                       "machine.frames"};
    for (size_t i = 0; i < ARRAY_LEN(keys); i++)
        if (strcmp(keys[i], key) == 0)
            return true;
    return false;
}

static void add_once(struct data *data, const char *key, enum column_kind kind)
{
    if (!has_own_column(key) && data_find(data, key) == COLUMN_NONE)
        data_add_column(data, key, kind);
}

static bool is_setting(const struct result_set *set, const char *key)
{
    for (size_t cell = 0; cell < set->experiment->ncells; cell++)
        if (setting_of(config_of(set, cell), key))
            return true;
    return false;
}

static bool is_within(const char *key, const char *section)
{
    const size_t length = strlen(section);
    return strncmp(key, section, length) == 0 && key[length] == '.';
}

/* A swept section, and a kernel with parameters, stands for those of its settings that
 * vary.  The parameters of a swept policy or swap device are in its label. */
static void add_swept(struct data *data, const struct result_set *set, const char *swept)
{
    if (has_own_column(swept))
        return;
    if (is_setting(set, swept))
        add_once(data, swept, COLUMN_KEY);
    if (strcmp(swept, "swap.device") == 0)
        return;
    for (size_t cell = 0; cell < set->experiment->ncells; cell++) {
        const struct cell_config *config = config_of(set, cell);
        for (size_t i = 0; i < config->nsettings; i++) {
            const char *key = config->settings[i].key;
            if (is_within(key, swept) && data_find(data, key) == COLUMN_NONE &&
                setting_varies(set, key))
                add_once(data, key, COLUMN_KEY);
        }
    }
}

bool results_timed(const struct result_set *set)
{
    for (size_t cell = 0; cell < set->experiment->ncells; cell++)
        if (config_of(set, cell)->events)
            return true;
    return false;
}

unsigned results_own(const struct result_set *set)
{
    unsigned kernels = 0;
    for (size_t cell = 0; cell < set->experiment->ncells; cell++)
        kernels |= set->results[cell].counters.kernel_own;
    return kernels;
}

static void add_columns(struct data *data, const struct result_set *set)
{
    const struct experiment *experiment = set->experiment;
    static const char *const first[] = {"trace", "policy", "page_size", "frames"};
    for (size_t i = 0; i < ARRAY_LEN(first); i++)
        data_add_column(data, first[i], COLUMN_KEY);
    const bool timed = results_timed(set);
    const unsigned own = results_own(set);
    for (size_t i = 0; i < counter_count; i++)
        if ((timed || !counter_table[i].timed) &&
            (!counter_table[i].own || counter_table[i].own & own))
            data_add_column(data, counter_table[i].name, COLUMN_COUNTER);
    for (size_t i = 0; i < experiment->nswept; i++)
        add_swept(data, set, experiment->swept[i]);
    for (size_t cell = 0; cell < experiment->ncells; cell++) {
        const struct cell_config *config = config_of(set, cell);
        for (size_t i = 0; i < config->nsettings; i++)
            add_once(data, config->settings[i].key, COLUMN_EXTRA);
    }
    add_once(data, "notes", COLUMN_EXTRA);
    add_once(data, "state", COLUMN_EXTRA);
}

/* What was not counted stays "". */
static void put_counters(struct data *data, const struct experiment *experiment,
                         const struct cell_config *config, const struct counters *counters)
{
    char buffer[64];
    for (size_t i = 0; i < counter_count; i++) {
        const struct counter *counter = &counter_table[i];
        if (experiment_wants(experiment, counter) && counter_known(counter, counters) &&
            (!counter->timed || config->events))
            data_put(data, data_find(data, counter->name),
                     counter_format(counter, counters, buffer, sizeof buffer));
    }
}

static void add_cell(struct data *data, const struct experiment *experiment,
                     const struct cell_config *config, const struct cell_result *result)
{
    char buffer[64];
    data_add_row(data);
    data_put(data, 0, config->trace_label);
    data_put(data, 1, config->policy_label);
    snprintf(buffer, sizeof buffer, "%" PRIu64, config->page_size);
    data_put(data, 2, buffer);
    snprintf(buffer, sizeof buffer, "%" PRIu64, config->frames);
    data_put(data, 3, config->frames == UINT64_MAX ? "unlimited" : buffer);
    if (result->state == CELL_DONE)
        put_counters(data, experiment, config, &result->counters);
    for (size_t i = 0; i < config->nsettings; i++) {
        const char *key = config->settings[i].key;
        const size_t column = has_own_column(key) ? COLUMN_NONE : data_find(data, key);
        if (column != COLUMN_NONE && data_kind(data, column) != COLUMN_COUNTER)
            data_put(data, column, config->settings[i].value);
    }
    const char *device = config->events ? config->events->swap_device_label : NULL;
    if (device && data_find(data, "swap.device") != COLUMN_NONE)
        data_put(data, data_find(data, "swap.device"), device);
    data_put(data, data_find(data, "notes"), result->notes);
    data_put(data, data_find(data, "state"), cell_state_name(result->state));
}

const char *cell_state_name(enum cell_state state)
{
    return state == CELL_DONE ? "done" : state == CELL_FAILED ? "failed" : "missing";
}

enum status data_from_results(struct data **out, const struct result_set *set,
                              bool finished_only, struct error *err)
{
    const struct experiment *experiment = set->experiment;
    struct data *data = data_create(experiment->file ? experiment->file : experiment->name);
    if (!data)
        return error_nomem(err);
    data_set_title(data, experiment->name);
    add_columns(data, set);
    for (size_t i = 0; i < experiment->ncells && data_complete(data); i++)
        if (set->results[i].state == CELL_DONE || !finished_only)
            add_cell(data, experiment, &experiment->cells[i], &set->results[i]);
    if (!data_complete(data)) {
        data_free(data);
        return error_nomem(err);
    }
    *out = data;
    return OK;
}
