/* workload.c -- see workload.h. */
#include "experiment/workload.h"

#include "experiment/generate.h"
#include "experiment/process_traces.h"
#include "experiment/processes.h"
#include "experiment/regions.h"
#include "stats/numbers.h"

#include <inttypes.h>
#include <string.h>

enum {
    LABEL_NAMES =
        4,      /* of processes in the label of a workload; the others are counted    */
    FIELDS = 9, /* settings of a process                                              */
};

/* A workload, and what it was made of: the next cell often has the same. */
struct workload {
    const struct yaml_node
        *node; /* the list of processes, or the value of `trace`; NULL: generated     */
    const struct yaml_node *beside; /* the list of those that run beside; NULL: none      */
    const struct trace_name *generated;
    struct location at;      /* of `generate`                                        */
    uint64_t copies, offset; /* of processes that do not say                         */
    enum regions_from regions_from;
    bool generates; /* some process of a list does                                */
    uint64_t seed;  /* of what processes generate                                */
    struct process_config *processes;
    size_t nprocesses, nbeside;     /* the first ones run beside                          */
    const struct setting *settings; /* of the processes                                   */
    size_t nsettings;
    const char *trace; /* NULL: a list of processes                                       */
    const char *label, *beside_label;
};

enum status workload_trace(const struct cellwork *work, const struct yaml_node **node)
{
    const struct assignment *a = layer_find(work->layer, "trace", AXIS_NONE);
    if (!a || !*a->node->text)
        return error_set(work->builder->err, ERR_CONFIG,
                         a ? a->at : at_file(work->builder->file),
                         "no trace is named; write 'trace: PATH' into the experiment or "
                         "give --set trace=PATH");
    *node = a->node;
    return OK;
}

/* The items of the list, or one that `trace` or `generate` makes. */
static enum status read_main(const struct workload *workload, struct process_item **items,
                             size_t *n, struct cellconfig_builder *builder)
{
    const struct yaml_node *node = workload->node;
    if (node && node->kind == YAML_LIST)
        return processes_read(items, n, node, builder->arena, builder->err);
    *n = 1;
    *items = arena_array(builder->arena, 1, sizeof **items);
    if (!*items)
        return error_nomem(builder->err);
    **items = (struct process_item){
        .config = {.repeat = 1, .at = node ? node->at : workload->at}, .trace = node};
    return OK;
}

/* All of them: those that run beside begin first. */
static enum status read_items(struct workload *workload, struct process_item **items,
                              size_t *n, struct cellconfig_builder *builder)
{
    struct process_item *main = NULL, *beside = NULL;
    enum status status = read_main(workload, &main, n, builder);
    if (status == OK && workload->beside)
        status = processes_read(&beside, &workload->nbeside, workload->beside,
                                builder->arena, builder->err);
    *items = main;
    if (status != OK || !beside || workload->nbeside == 0)
        return status;
    *items = arena_array(builder->arena, workload->nbeside + *n, sizeof **items);
    if (!*items)
        return error_nomem(builder->err);
    memcpy(*items, beside, workload->nbeside * sizeof **items);
    memcpy(*items + workload->nbeside, main, *n * sizeof **items);
    *n += workload->nbeside;
    return OK;
}

/* Fill in what the item leaves to the workload, but for the name. */
static enum status complete(struct process_item *item, const struct workload *workload,
                            struct cellconfig_builder *builder, const char **label)
{
    const enum status status =
        process_traces_find(item, label, workload->generated, workload->seed, builder);
    if (status != OK)
        return status;
    item->config.named = item->config.name != NULL;
    if (item->config.named)
        *label = NULL;
    if (item->config.copies == 0)
        item->config.copies = workload->copies;
    if (!item->says_offset)
        item->config.offset = workload->offset;
    if (!item->says_regions)
        item->config.regions_from = workload->regions_from;
    return OK;
}

static bool name_taken(const struct process_item *items, size_t n, const char *name)
{
    for (size_t i = 0; i < n; i++)
        if (items[i].config.name && strcmp(items[i].config.name, name) == 0)
            return true;
    return false;
}

/* The label, or with a number from `number` on where that is taken: "cc1", "cc1.2". */
static const char *free_name(const struct process_item *items, size_t n, const char *label,
                             size_t number, struct arena *arena)
{
    const char *name = number > 1 ? arena_printf(arena, "%s.%zu", label, number) : label;
    while (name && name_taken(items, n, name))
        name = arena_printf(arena, "%s.%zu", label, ++number);
    return name;
}

/* Names that were given must differ; a process without one is called by its trace, whose
 * label then is not NULL. */
static enum status name_processes(struct process_item *items, size_t n,
                                  const char *const *labels,
                                  const struct cellconfig_builder *builder)
{
    for (size_t i = 0; i < n; i++)
        if (items[i].config.name && name_taken(items, i, items[i].config.name))
            return error_set(builder->err, ERR_CONFIG, items[i].config.at,
                             "a second process with the name '%s'", items[i].config.name);
    for (size_t i = 0; i < n; i++) {
        if (!labels[i])
            continue;
        size_t number = 1; /* the search begins behind those of the same label */
        for (size_t k = 0; k < i; k++)
            number += labels[k] && strcmp(labels[k], labels[i]) == 0;
        items[i].config.name = free_name(items, n, labels[i], number, builder->arena);
        if (!items[i].config.name)
            return error_nomem(builder->err);
    }
    return OK;
}

static void share_regions(struct process_config *to, const struct process_config *from)
{
    to->regions_from = from->regions_from;
    to->regions = from->regions;
    to->nregions = from->nregions;
}

static bool same_regions(const struct process_config *a, const struct process_config *b)
{
    return a->regions_from == b->regions_from &&
           regions_equal(a->regions, a->nregions, b->regions, b->nregions);
}

/* The first of the processes in the same space that says what its regions are, or NULL. */
static const struct process_item *speaker(const struct process_item *items, size_t n,
                                          uint64_t space)
{
    for (size_t i = 0; i < n && space; i++)
        if (items[i].config.space == space && items[i].says_regions)
            return &items[i];
    return NULL;
}

/* Processes in one space have one set of regions: that of whoever says it. */
static enum status share_spaces(struct process_item *items, size_t n, struct error *err)
{
    for (size_t i = 0; i < n; i++) {
        struct process_config *config = &items[i].config;
        const struct process_item *first = speaker(items, n, config->space);
        if (first && !items[i].says_regions)
            share_regions(config, &first->config);
        else if (first && !same_regions(config, &first->config))
            return error_set(err, ERR_CONFIG, config->at,
                             "'%s' and '%s' share space %" PRIu64 ", but say different "
                             "regions of it; say them once",
                             first->config.name, config->name, config->space);
    }
    return OK;
}

static enum status count_processes(const struct process_item *items, size_t n,
                                   struct error *err)
{
    uint64_t total = 0;
    for (size_t i = 0; i < n; i++) {
        total += items[i].config.copies;
        if (total > PROCESSES_MAX)
            return error_set(err, ERR_CONFIG, items[i].config.at,
                             "the workload has %" PRIu64 " processes up to '%s', copies "
                             "counted; the most are %d",
                             total, items[i].config.name, PROCESSES_MAX);
    }
    return OK;
}

/* "cc1+perl", or of many processes "cc1+perl+cc1.2+cc1.3+12". */
static const char *label_of(const struct process_config *processes, size_t n,
                            struct arena *arena)
{
    const size_t shown = n <= LABEL_NAMES + 1 ? n : LABEL_NAMES;
    const char *label = processes[0].name;
    for (size_t i = 1; i < shown && label; i++)
        label = arena_printf(arena, "%s+%s", label, processes[i].name);
    return shown < n && label ? arena_printf(arena, "%s+%zu", label, n - shown) : label;
}

static const char *regions_of(const struct process_config *process, struct arena *arena)
{
    return process->regions_from == REGIONS_ALL     ? "all"
           : process->regions_from == REGIONS_INFER ? "infer"
           : process->regions_from == REGIONS_OPERATIONS
               ? "operations"
               : regions_text(process->regions, process->nregions, arena);
}

/* All but the traces, which count by their content. */
static enum status describe_process(struct workload *workload, struct setting *settings,
                                    size_t number, struct arena *arena)
{
    const struct process_config *process = &workload->processes[number];
    char start[NUMBER_SIZE];
    number_time(process->start, start);
    const struct {
        const char *key, *text;
        uint64_t number;
    } fields[FIELDS] = {
        {"copies", NULL, process->copies},
        {"name", process->name, 0},
        {"offset", NULL, process->offset},
        {"priority", NULL, process->priority},
        {"regions", regions_of(process, arena), 0},
        {"repeat", NULL, process->repeat},
        {"space", NULL, process->space},
        {"start", start, 0},
        {"streams", NULL, process->nstreams},
    };
    for (size_t i = 0; i < FIELDS; i++) {
        char text[NUMBER_SIZE];
        number_count(fields[i].number, text);
        settings[i].key =
            arena_printf(arena, "workload.processes.%zu.%s", number, fields[i].key);
        settings[i].value = arena_strdup(arena, fields[i].text ? fields[i].text : text);
        settings[i].at = process->at;
        if (!settings[i].key || !settings[i].value)
            return ERR_NOMEM;
    }
    return OK;
}

static enum status describe(struct workload *workload, struct cellconfig_builder *builder)
{
    struct setting *settings =
        arena_array(builder->arena, workload->nprocesses * FIELDS, sizeof *settings);
    const size_t nbeside = workload->nbeside;
    workload->label = label_of(workload->processes + nbeside,
                               workload->nprocesses - nbeside, builder->arena);
    workload->beside_label =
        nbeside ? label_of(workload->processes, nbeside, builder->arena) : "";
    if (!settings || !workload->label || !workload->beside_label)
        return error_nomem(builder->err);
    for (size_t i = 0; i < workload->nprocesses; i++)
        if (describe_process(workload, &settings[i * FIELDS], i, builder->arena) != OK)
            return error_nomem(builder->err);
    workload->settings = settings;
    workload->nsettings = workload->nprocesses * FIELDS;
    return OK;
}

static enum status make(struct workload *workload, struct cellconfig_builder *builder)
{
    struct process_item *items;
    size_t n;
    enum status status = read_items(workload, &items, &n, builder);
    if (status != OK)
        return status;
    const char **labels = arena_array(builder->arena, n, sizeof *labels);
    workload->processes = arena_array(builder->arena, n, sizeof *workload->processes);
    if (!labels || !workload->processes)
        return error_nomem(builder->err);
    for (size_t i = 0; i < n && status == OK; i++)
        status = complete(&items[i], workload, builder, &labels[i]);
    if (status == OK)
        status = name_processes(items, n, labels, builder);
    if (status == OK)
        status = share_spaces(items, n, builder->err);
    if (status == OK)
        status = count_processes(items, n, builder->err);
    if (status != OK)
        return status;
    for (size_t i = 0; i < n; i++) {
        workload->processes[i] = items[i].config;
        workload->generates = workload->generates || process_traces_made(&items[i].config);
    }
    workload->nprocesses = n;
    const bool list = workload->node && workload->node->kind == YAML_LIST;
    workload->trace = list ? NULL : items[workload->nbeside].config.trace;
    return describe(workload, builder);
}

/* The workload of the cell built last if it is the same, or a new one. */
static enum status find(const struct workload **out, const struct workload *wanted,
                        struct cellconfig_builder *builder)
{
    const struct workload *last = builder->workload;
    if (!last || last->node != wanted->node || last->beside != wanted->beside ||
        last->generated != wanted->generated || last->copies != wanted->copies ||
        last->offset != wanted->offset || (last->generates && last->seed != wanted->seed) ||
        last->regions_from != wanted->regions_from) {
        struct workload *made = arena_alloc(builder->arena, sizeof *made);
        if (!made)
            return error_nomem(builder->err);
        *made = *wanted;
        const enum status status = make(made, builder);
        if (status != OK)
            return status;
        builder->workload = made;
    }
    *out = builder->workload;
    return OK;
}

static enum status read_defaults(struct cellwork *work, struct workload *wanted)
{
    struct cell_value copies, offset, regions;
    enum status status = cellwork_get(work, "workload.copies", &copies);
    if (status == OK)
        status = cellwork_get(work, "workload.offset", &offset);
    if (status == OK)
        status = cellwork_get(work, "workload.regions", &regions);
    if (status == OK)
        status = cellwork_record_number(work, &copies, copies.number);
    if (status == OK)
        status = cellwork_record_number(work, &offset, offset.number);
    if (status == OK)
        status = cellwork_record_choice(work, &regions, NULL);
    if (status != OK)
        return status;
    wanted->copies = copies.number;
    wanted->offset = offset.number;
    wanted->regions_from = (enum regions_from)regions.number;
    wanted->seed = work->cell->seed;
    return OK;
}

/* Record which processes there are. */
static enum status record(struct cellwork *work, const struct workload *workload)
{
    const struct assignment *list =
        layer_find(work->layer, "workload.processes", AXIS_NONE);
    enum status status = OK;
    if (list) {
        work->cell->trace_label = workload->label;
        status = cellwork_record(work, list->key, workload->label, list->node->at);
    }
    if (status == OK && workload->beside)
        status = cellwork_record(work, "workload.beside", workload->beside_label,
                                 workload->beside->at);
    for (size_t i = 0; i < workload->nsettings && status == OK; i++)
        status = cellwork_record(work, workload->settings[i].key,
                                 workload->settings[i].value, workload->settings[i].at);
    return status;
}

enum status workload_build(struct cellwork *work, struct events_config *events)
{
    struct workload wanted = {0};
    enum status status = read_defaults(work, &wanted);
    const struct assignment *list =
        layer_find(work->layer, "workload.processes", AXIS_NONE);
    const struct assignment *beside = layer_find(work->layer, "workload.beside", AXIS_NONE);
    if (beside)
        wanted.beside = beside->node;
    if (status == OK)
        status = generate_build(work, &wanted.generated);
    if (wanted.generated)
        wanted.at = layer_find(work->layer, "generate", AXIS_NONE)->node->at;
    else if (list)
        wanted.node = list->node;
    else if (status == OK)
        status = workload_trace(work, &wanted.node);
    const struct workload *workload = NULL;
    if (status == OK)
        status = find(&workload, &wanted, work->builder);
    if (status != OK)
        return status;
    events->processes = workload->processes;
    events->nprocesses = workload->nprocesses;
    work->cell->trace = workload->trace;
    return record(work, workload);
}
