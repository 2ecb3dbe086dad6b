/* json.c -- results.json, written; see report.h.
 * The layout is ours, one line a cell and part, so that a difference between two runs shows
 * well, and ratios are the shortest decimals, as in results.csv; strings are jansson's. */
#include "experiment/keys.h"
#include "report/report.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

struct writer {
    FILE *stream;
    const struct experiment *experiment;
    unsigned own; /* kernels of cells that count by names of their own                   */
    bool short_of_memory;
};

/* A text that is not UTF-8 (names of files may be anything) is taken for Latin-1. */
static json_t *string_of(const char *text)
{
    json_t *string = json_string(text);
    if (string)
        return string;
    char *utf8 = malloc(2 * strlen(text) + 1), *out = utf8;
    if (!utf8)
        return NULL;
    for (const unsigned char *in = (const unsigned char *)text; *in; in++) {
        if (*in < 0x80) {
            *out++ = (char)*in;
        } else {
            *out++ = (char)(0xc0 | *in >> 6);
            *out++ = (char)(0x80 | (*in & 0x3f));
        }
    }
    *out = '\0';
    string = json_string(utf8);
    free(utf8);
    return string;
}

/* `lead` is what comes before: `, "key": `. */
static void put_string(struct writer *writer, const char *lead, const char *text)
{
    fputs(lead, writer->stream);
    json_t *string = string_of(text);
    /* A failed write shows in ferror(), which the caller of json_write looks at. */
    if (!string || (json_dumpf(string, writer->stream, JSON_ENCODE_ANY) != 0 &&
                    !ferror(writer->stream)))
        writer->short_of_memory = true;
    json_decref(string);
}

struct description {
    const char *name, *unit, *text, *formula;
};

/* A key that is not one of the experiment's file is a parameter of a plug-in, whose own
 * table says more. */
static struct description describe(const char *name)
{
    static const struct description first[] = {
        {"trace", "", "the program traced", ""},
        {"policy", "", "replacement policy", ""},
        {"page_size", "bytes", "page size", ""},
        {"frames", "frames", "memory; \"unlimited\" if no page is ever evicted", ""},
    };
    for (size_t i = 0; i < ARRAY_LEN(first); i++)
        if (strcmp(first[i].name, name) == 0)
            return first[i];
    const struct counter *counter = counter_find(name);
    if (counter)
        return (struct description){name, counter->unit, counter->description,
                                    counter->formula};
    const struct key *key = key_find(name);
    if (key)
        return (struct description){name, key->unit ? key->unit : "", key->help, ""};
    return (struct description){name, "", "parameter of a policy or a kernel", ""};
}

/* The columns of results.csv. */
static void put_columns(struct writer *writer, const struct data *data)
{
    const char *lead = "\n";
    fputs("  \"columns\": [", writer->stream);
    for (size_t i = 0; i < data_columns(data); i++) {
        if (data_kind(data, i) == COLUMN_EXTRA)
            continue;
        const struct description description = describe(data_name(data, i));
        fputs(lead, writer->stream);
        put_string(writer, "    {\"name\": ", description.name);
        put_string(writer, ", \"unit\": ", description.unit);
        put_string(writer, ", \"description\": ", description.text);
        put_string(writer, ", \"formula\": ", description.formula);
        fputs("}", writer->stream);
        lead = ",\n";
    }
    fputs("\n  ],\n", writer->stream);
}

/* The tables are files of their own, since they may be long: here is what they mean. */
static void put_table(struct writer *writer, const struct result_table_kind *table,
                      const bool *included)
{
    const char *lead = "\n      {\"name\": ";
    put_string(writer, "    {\"name\": ", table->name);
    fprintf(writer->stream, ", \"file\": \"%s.csv\", \"columns\": [", table->name);
    for (size_t i = 0; i < table->ncolumns; i++) {
        const struct table_column *column = &table->columns[i];
        if (!included[i])
            continue;
        put_string(writer, lead, column->name);
        lead = ",\n      {\"name\": ";
        put_string(writer, ", \"unit\": ", column->unit);
        put_string(writer, ", \"description\": ", column->description);
        fputs("}", writer->stream);
    }
    fputs("\n    ]}", writer->stream);
}

static void put_tables(struct writer *writer, const struct result_set *set)
{
    const char *lead = "  \"tables\": [\n";
    bool included[TABLE_COLUMNS_MAX];
    for (size_t t = 0; t < TABLES; t++) {
        if (!results_have_table(set, t))
            continue;
        fputs(lead, writer->stream);
        results_table_columns(set, t, included);
        put_table(writer, &result_tables[t], included);
        lead = ",\n";
    }
    if (lead[0] == ',')
        fputs("\n  ],\n", writer->stream);
}

static void put_settings(struct writer *writer, const struct cell_config *config)
{
    fputs("     \"settings\": {", writer->stream);
    for (size_t i = 0; i < config->nsettings; i++) {
        put_string(writer, i ? ", " : "", config->settings[i].key);
        put_string(writer, ": ", config->settings[i].value);
    }
    fputs("}", writer->stream);
}

/* `timed`: there are cells that have timed counters; in others they are null. */
static void put_counters(struct writer *writer, const struct cell_config *config,
                         const struct counters *counters, bool timed)
{
    char buffer[64];
    const char *lead = "";
    fputs(",\n     \"counters\": {", writer->stream);
    for (size_t i = 0; i < counter_count; i++) {
        const struct counter *counter = &counter_table[i];
        if ((counter->timed && !timed) || (counter->own && !(counter->own & writer->own)))
            continue;
        counter_format(counter, counters, buffer, sizeof buffer);
        const bool known = *buffer && (!counter->timed || config->events) &&
                           experiment_wants(writer->experiment, counter);
        fprintf(writer->stream, "%s\"%s\": %s", lead, counter->name,
                known ? buffer : "null");
        lead = ", ";
    }
    fputs("}", writer->stream);
}

static void put_cell(struct writer *writer, const struct cell_config *config,
                     const struct cell_result *result, bool timed)
{
    put_string(writer, "    {\"id\": ", result->id);
    put_string(writer, ", \"state\": ", cell_state_name(result->state));
    put_string(writer, ",\n     \"trace\": ", config->trace_label);
    put_string(writer, ", \"policy\": ", config->policy_label);
    fprintf(writer->stream,
            ", \"page_size\": %" PRIu64 ", \"frames\": ", config->page_size);
    if (config->frames == UINT64_MAX)
        fputs("\"unlimited\"", writer->stream);
    else
        fprintf(writer->stream, "%" PRIu64, config->frames);
    fprintf(writer->stream, ", \"index_bytes\": %" PRIu64, result->index_bytes);
    put_string(writer, ",\n     \"message\": ", result->message);
    put_string(writer, ",\n     \"warning\": ", result->warning);
    put_string(writer, ",\n     \"notes\": ", result->notes);
    fputs(",\n", writer->stream);
    put_settings(writer, config);
    if (result->state == CELL_DONE)
        put_counters(writer, config, &result->counters, timed);
    fputs("}", writer->stream);
}

enum status json_write(const struct result_set *set, const char *model_version,
                       FILE *stream, struct error *err)
{
    const struct experiment *experiment = set->experiment;
    struct writer writer = {
        .stream = stream, .experiment = experiment, .own = results_own(set)};
    struct data *data;
    const enum status status = data_from_results(&data, set, true, err);
    if (status != OK)
        return status;
    put_string(&writer, "{\n  \"experiment\": ", experiment->name);
    put_string(&writer, ",\n  \"model\": ", model_version);
    fputs(",\n  \"swept\": [", stream);
    for (size_t i = 0; i < experiment->nswept; i++)
        put_string(&writer, i ? ", " : "", experiment->swept[i]);
    fputs("],\n", stream);
    put_columns(&writer, data);
    data_free(data);
    put_tables(&writer, set);
    fputs("  \"cells\": [\n", stream);
    const bool timed = results_timed(set);
    for (size_t i = 0; i < experiment->ncells; i++) {
        put_cell(&writer, &experiment->cells[i], &set->results[i], timed);
        fputs(i + 1 < experiment->ncells ? ",\n" : "\n", stream);
    }
    fputs("  ]\n}\n", stream);
    return writer.short_of_memory ? error_nomem(err) : OK;
}
