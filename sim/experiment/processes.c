/* processes.c -- see processes.h. */
#include "experiment/processes.h"

#include "experiment/generate.h"
#include "experiment/items.h"
#include "experiment/regions.h"

#include <assert.h>
#include <inttypes.h>
#include <stddef.h>
#include <string.h>

enum { KEYS_MAX = 16 };

static const char a_process[] = "a process";

/* Keys that are numbers, and where they go. */
static const struct {
    const char *key;
    size_t offset; /* of a uint64_t or psec_t in struct process_config                    */
} numbers[] = {
    {"start", offsetof(struct process_config, start)},
    {"repeat", offsetof(struct process_config, repeat)},
    {"space", offsetof(struct process_config, space)},
    {"priority", offsetof(struct process_config, priority)},
    {"copies", offsetof(struct process_config, copies)},
    {"offset", offsetof(struct process_config, offset)},
};

static enum status read_number(struct process_config *config, const struct key *key,
                               const struct yaml_node *node, struct error *err)
{
    size_t i = 0;
    while (i < ARRAY_LEN(numbers) && strcmp(numbers[i].key, key->name) != 0)
        i++;
    if (i == ARRAY_LEN(numbers) || (!node && !key->fallback))
        return OK;
    uint64_t number;
    const enum status status = key_parse(key, &number, node ? node->text : key->fallback,
                                         node ? node->at : at_nowhere(), err);
    memcpy((char *)config + numbers[i].offset, &number, sizeof number);
    return status;
}

static enum status read_regions(struct process_item *item, const struct key *key,
                                const struct yaml_node *node, struct arena *arena,
                                struct error *err)
{
    struct process_config *config = &item->config;
    item->says_regions = true;
    if (node->kind == YAML_LIST) {
        config->regions_from = REGIONS_LIST;
        return regions_read(&config->regions, &config->nregions, node, arena, err);
    }
    if (node->kind != YAML_SCALAR)
        return error_set(
            err, ERR_CONFIG, node->at,
            "'regions' of %s is all, infer, operations or a list of maps, not %s",
            a_process, yaml_kind_name(node->kind));
    struct key choice = *key;
    uint64_t number;
    choice.kind = KEY_CHOICE;
    const enum status status = key_parse(&choice, &number, node->text, node->at, err);
    config->regions_from = (enum regions_from)number;
    return status;
}

enum status stream_read(struct stream_item *stream, const struct yaml_node *node,
                        struct error *err)
{
    static const char what[] = "a stream";
    const struct yaml_node *said[KEYS_MAX] = {node};
    assert(stream_key_count <= KEYS_MAX);
    if (node->kind == YAML_MAP) {
        const enum status status =
            item_read(said, node, stream_keys, stream_key_count, what, err);
        if (status != OK)
            return status;
    }
    *stream =
        (struct stream_item){.trace = said[0], .thread = said[1], .generate = said[2]};
    if (!stream->trace == !stream->generate)
        return error_set(err, ERR_CONFIG, node->at,
                         "%s needs a trace, such as {trace: cc1.flt, thread: 1}, or a "
                         "generator, and not both",
                         what);
    const struct yaml_node *trace = stream->trace;
    if (trace && (trace->kind != YAML_SCALAR || !*trace->text))
        return error_set(err, ERR_CONFIG, trace->at,
                         "'streams' of %s is a path, a map such as {trace: cc1.flt, "
                         "thread: 1}, or a list of these, not %s",
                         a_process, yaml_kind_name(trace->kind));
    return OK;
}

static enum status check_stream(const struct yaml_node *node, struct arena *arena,
                                struct error *err)
{
    struct stream_item stream;
    struct generate_config config;
    const enum status status = stream_read(&stream, node, err);
    return status == OK && stream.generate
               ? generate_read(&config, stream.generate, arena, err)
               : status;
}

static enum status read_streams(struct process_item *item, const struct yaml_node *node,
                                struct arena *arena, struct error *err)
{
    const struct yaml_node *one = node->kind == YAML_LIST ? node->first : node;
    for (; one; one = node->kind == YAML_LIST ? one->next : NULL) {
        const enum status status = check_stream(one, arena, err);
        if (status != OK)
            return status;
    }
    item->streams = node;
    item->config.nstreams = node->kind == YAML_LIST ? node->count : 1;
    return OK;
}

static enum status read_generate(struct process_item *item, const struct yaml_node *node,
                                 struct arena *arena, struct error *err)
{
    struct generate_config *config = arena_alloc(arena, sizeof *config);
    if (!config)
        return error_nomem(err);
    item->generate = config;
    item->config.at = node->at;
    return generate_read(config, node, arena, err);
}

static enum status read_key(struct process_item *item, const struct key *key,
                            const struct yaml_node *node, struct arena *arena,
                            struct error *err)
{
    uint64_t unused;
    if (node && key->kind == KEY_REGIONS)
        return read_regions(item, key, node, arena, err);
    if (node && key->kind == KEY_STREAMS)
        return read_streams(item, node, arena, err);
    if (node && key->kind == KEY_GENERATOR)
        return read_generate(item, node, arena, err);
    if (node && strcmp(key->name, "trace") == 0)
        item->trace = node;
    if (node && strcmp(key->name, "thread") == 0)
        item->thread = node;
    if (node && strcmp(key->name, "offset") == 0)
        item->says_offset = true;
    if (node && strcmp(key->name, "name") == 0) {
        item->config.name = node->text;
        return key_parse(key, &unused, node->text, node->at, err);
    }
    return read_number(&item->config, key, node, err);
}

/* A trace or a generator; this has the streams that it makes. */
static enum status check_origin(struct process_item *item, const struct yaml_node *map,
                                struct error *err)
{
    const bool trace = item->trace && *item->trace->text;
    if (trace && item->generate)
        return error_set(err, ERR_CONFIG, item->trace->at,
                         "%s has a trace or generates one, not both", a_process);
    if (item->generate && (item->thread || item->streams))
        return error_set(err, ERR_CONFIG,
                         item->thread ? item->thread->at : item->streams->at,
                         "'%s' of %s is of a trace; a generator makes the streams that it "
                         "needs",
                         item->thread ? "thread" : "streams", a_process);
    if (!trace && !item->generate)
        return error_set(err, ERR_CONFIG, map->at,
                         "%s needs a trace, such as {trace: cc1.flt}, or a generator",
                         a_process);
    if (trace)
        item->config.at = item->trace->at;
    return OK;
}

static enum status read_process(struct process_item *item, const struct yaml_node *map,
                                struct arena *arena, struct error *err)
{
    const struct yaml_node *said[KEYS_MAX];
    assert(process_key_count <= KEYS_MAX);
    if (map->kind != YAML_MAP)
        return error_set(err, ERR_CONFIG, map->at,
                         "%s is a map, such as {trace: cc1.flt, copies: 2}, not %s",
                         a_process, yaml_kind_name(map->kind));
    enum status status =
        item_read(said, map, process_keys, process_key_count, a_process, err);
    for (size_t i = 0; i < process_key_count && status == OK; i++)
        status = read_key(item, &process_keys[i], said[i], arena, err);
    if (status != OK)
        return status;
    return check_origin(item, map, err);
}

enum status processes_read(struct process_item **out, size_t *n,
                           const struct yaml_node *list, struct arena *arena,
                           struct error *err)
{
    if (list->count == 0)
        return error_set(err, ERR_CONFIG, list->at,
                         "a workload needs at least one process, such as [{trace: "
                         "cc1.flt}]");
    *out = arena_array(arena, list->count, sizeof **out);
    if (!*out)
        return error_nomem(err);
    *n = 0;
    for (const struct yaml_node *map = list->first; map; map = map->next) {
        const enum status status = read_process(&(*out)[*n], map, arena, err);
        if (status != OK)
            return status;
        ++*n;
    }
    return OK;
}
