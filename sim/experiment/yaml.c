/* yaml.c -- see yaml.h.  The tree is built from libyaml's events. */
#include "experiment/yaml.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

enum {
    FILE_BYTES_MAX = 4 << 20, /* an experiment is a page; this is some other file       */
    DEPTH_MAX = 32,
};

struct reader {
    yaml_parser_t parser;
    yaml_event_t event; /* the current one                                              */
    const char *text;
    size_t length;
    const char *origin;
    bool lines;
    struct arena *arena;
    struct error *err;
};

static struct location location_of(const struct reader *reader, yaml_mark_t mark)
{
    struct location at = {.file = reader->origin};
    if (reader->lines) {
        at.line = mark.line + 1;
        at.column = (uint32_t)(mark.column + 1);
    }
    return at;
}

/* A byte that cannot be in YAML: libyaml gives its offset, but no mark. */
static struct location location_of_byte(const struct reader *reader, size_t offset)
{
    yaml_mark_t mark = {0};
    for (size_t i = 0; i < offset && i < reader->length; i++) {
        mark.column++;
        if (reader->text[i] == '\n') {
            mark.line++;
            mark.column = 0;
        }
    }
    return location_of(reader, mark);
}

static enum status broken(struct reader *reader)
{
    const yaml_parser_t *parser = &reader->parser;
    if (parser->error == YAML_MEMORY_ERROR)
        return error_nomem(reader->err);
    const char *problem = parser->problem ? parser->problem : "it cannot be read";
    if (parser->error == YAML_READER_ERROR)
        return error_set(reader->err, ERR_CONFIG,
                         location_of_byte(reader, parser->problem_offset),
                         "broken YAML: %s (byte %zu)", problem, parser->problem_offset);
    const struct location at = location_of(reader, parser->problem_mark);
    if (parser->context && reader->lines)
        return error_set(reader->err, ERR_CONFIG, at,
                         "broken YAML: %s, %s that starts on line %zu", problem,
                         parser->context, parser->context_mark.line + 1);
    return error_set(reader->err, ERR_CONFIG, at, "broken YAML: %s", problem);
}

static enum status next_event(struct reader *reader)
{
    yaml_event_delete(&reader->event);
    if (!yaml_parser_parse(&reader->parser, &reader->event))
        return broken(reader);
    return OK;
}

static enum status refuse(const struct reader *reader, const char *sentence)
{
    return error_set(reader->err, ERR_CONFIG, location_of(reader, reader->event.start_mark),
                     "%s", sentence);
}

/* Anchors, aliases and tags would give a value a second place or a hidden type. */
static enum status check_event(const struct reader *reader)
{
    const yaml_event_t *event = &reader->event;
    const yaml_char_t *anchor = NULL, *tag = NULL;
    if (event->type == YAML_SCALAR_EVENT) {
        anchor = event->data.scalar.anchor;
        tag = event->data.scalar.tag;
    } else if (event->type == YAML_SEQUENCE_START_EVENT) {
        anchor = event->data.sequence_start.anchor;
        tag = event->data.sequence_start.tag;
    } else if (event->type == YAML_MAPPING_START_EVENT) {
        anchor = event->data.mapping_start.anchor;
        tag = event->data.mapping_start.tag;
    }
    if (event->type == YAML_ALIAS_EVENT)
        return error_set(reader->err, ERR_CONFIG, location_of(reader, event->start_mark),
                         "alias '*%s': anchors and aliases are not read; write the value "
                         "out, or put what is shared into a file that 'extends' names",
                         (const char *)event->data.alias.anchor);
    if (anchor)
        return error_set(reader->err, ERR_CONFIG, location_of(reader, event->start_mark),
                         "anchor '&%s': anchors and aliases are not read; write the value "
                         "out, or put what is shared into a file that 'extends' names",
                         (const char *)anchor);
    if (tag)
        return error_set(reader->err, ERR_CONFIG, location_of(reader, event->start_mark),
                         "tag '%s': tags are not read; leave it out", (const char *)tag);
    return OK;
}

static bool is_null(const char *text)
{
    return !*text || strcmp(text, "~") == 0 || strcmp(text, "null") == 0 ||
           strcmp(text, "Null") == 0 || strcmp(text, "NULL") == 0;
}

/* Copy the scalar of the current event. */
static enum status copy_scalar(const struct reader *reader, const char **out)
{
    const char *value = (const char *)reader->event.data.scalar.value;
    const size_t length = reader->event.data.scalar.length;
    if (memchr(value, '\0', length) || memchr(value, '\n', length))
        return refuse(reader, "text with a line break; keep it on one line");
    *out = arena_strndup(reader->arena, value, length);
    return *out ? OK : error_nomem(reader->err);
}

static enum status read_node(struct reader *reader, struct yaml_node **out, int depth);

static void append(struct yaml_node *parent, struct yaml_node *child)
{
    struct yaml_node **link = &parent->first;
    while (*link)
        link = &(*link)->next;
    *link = child;
    parent->count++;
}

static enum status read_list(struct reader *reader, struct yaml_node *list, int depth)
{
    for (;;) {
        enum status status = next_event(reader);
        if (status != OK || reader->event.type == YAML_SEQUENCE_END_EVENT)
            return status;
        struct yaml_node *child;
        status = read_node(reader, &child, depth + 1);
        if (status != OK)
            return status;
        append(list, child);
    }
}

/* The current event is a map's key. */
static enum status read_key(struct reader *reader, const struct yaml_node *map,
                            const char **key, struct location *at)
{
    enum status status = check_event(reader);
    if (status != OK)
        return status;
    *at = location_of(reader, reader->event.start_mark);
    if (reader->event.type != YAML_SCALAR_EVENT)
        return refuse(reader, "a key must be a name, not a list or a map");
    status = copy_scalar(reader, key);
    if (status != OK)
        return status;
    const struct yaml_node *earlier = yaml_find(map, *key);
    if (earlier && reader->lines)
        return error_set(reader->err, ERR_CONFIG, *at,
                         "key '%s' is given twice; it is on line %" PRIu64 " already", *key,
                         earlier->key_at.line);
    if (earlier)
        return error_set(reader->err, ERR_CONFIG, *at, "key '%s' is given twice", *key);
    return OK;
}

static enum status read_map(struct reader *reader, struct yaml_node *map, int depth)
{
    for (;;) {
        enum status status = next_event(reader);
        if (status != OK || reader->event.type == YAML_MAPPING_END_EVENT)
            return status;
        const char *key;
        struct location key_at;
        status = read_key(reader, map, &key, &key_at);
        if (status == OK)
            status = next_event(reader);
        struct yaml_node *child;
        if (status == OK)
            status = read_node(reader, &child, depth + 1);
        if (status != OK)
            return status;
        child->key = key;
        child->key_at = key_at;
        append(map, child);
    }
}

static struct yaml_node *new_node(const struct reader *reader, enum yaml_kind kind,
                                  struct location at)
{
    struct yaml_node *node = arena_alloc(reader->arena, sizeof *node);
    if (node)
        *node = (struct yaml_node){.kind = kind, .at = at, .text = ""};
    return node;
}

/* The current event begins the node. */
static enum status read_node(struct reader *reader, struct yaml_node **out, int depth)
{
    enum status status = check_event(reader);
    if (status != OK)
        return status;
    if (depth > DEPTH_MAX)
        return refuse(reader, "lists and maps are nested too deeply");
    const yaml_event_t *event = &reader->event;
    struct yaml_node *node =
        new_node(reader, YAML_SCALAR, location_of(reader, event->start_mark));
    if (!node)
        return error_nomem(reader->err);
    *out = node;
    if (event->type == YAML_SEQUENCE_START_EVENT) {
        node->kind = YAML_LIST;
        return read_list(reader, node, depth);
    }
    if (event->type == YAML_MAPPING_START_EVENT) {
        node->kind = YAML_MAP;
        return read_map(reader, node, depth);
    }
    assert(event->type == YAML_SCALAR_EVENT); /* libyaml's grammar leaves nothing else */
    const bool plain = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
    status = copy_scalar(reader, &node->text);
    if (status == OK && plain && is_null(node->text)) {
        node->kind = YAML_NULL;
        node->text = "";
    }
    return status;
}

/* stream start, [document start, node, document end], stream end */
static enum status read_stream(struct reader *reader, struct yaml_node **out)
{
    enum status status = next_event(reader);
    if (status == OK)
        status = next_event(reader);
    if (status != OK)
        return status;
    if (reader->event.type == YAML_STREAM_END_EVENT) {
        *out = new_node(reader, YAML_MAP, at_file(reader->origin));
        return *out ? OK : error_nomem(reader->err);
    }
    status = next_event(reader);
    if (status == OK)
        status = read_node(reader, out, 0);
    if (status == OK)
        status = next_event(reader);
    if (status == OK)
        status = next_event(reader);
    if (status == OK && reader->event.type != YAML_STREAM_END_EVENT)
        return refuse(reader, "a second document; an experiment is one document");
    return status;
}

enum status yaml_read_text(struct yaml_node **out, const char *text, size_t length,
                           const char *origin, bool lines, struct arena *arena,
                           struct error *err)
{
    struct reader reader = {
        .text = text,
        .length = length,
        .origin = origin,
        .lines = lines,
        .arena = arena,
        .err = err,
    };
    if (!yaml_parser_initialize(&reader.parser))
        return error_nomem(err);
    yaml_parser_set_input_string(&reader.parser, (const unsigned char *)text, length);
    const enum status status = read_stream(&reader, out);
    yaml_event_delete(&reader.event);
    yaml_parser_delete(&reader.parser);
    return status;
}

static enum status read_bytes(FILE *file, char *buffer, size_t *length, const char *path,
                              struct error *err)
{
    *length = fread(buffer, 1, FILE_BYTES_MAX + 1, file);
    if (ferror(file))
        return error_set(err, ERR_CONFIG, at_file(path), "cannot be read: %s",
                         strerror(errno));
    if (*length > FILE_BYTES_MAX)
        return error_set(err, ERR_CONFIG, at_file(path),
                         "is larger than %d MiB, so it is no experiment file",
                         FILE_BYTES_MAX >> 20);
    return OK;
}

enum status yaml_read_file(struct yaml_node **out, const char *path, struct arena *arena,
                           struct error *err)
{
    FILE *file = fopen(path, "rb");
    if (!file)
        return error_set(err, ERR_CONFIG, at_file(path), "cannot be opened: %s",
                         strerror(errno));
    char *buffer = malloc(FILE_BYTES_MAX + 1);
    size_t length = 0;
    enum status status =
        buffer ? read_bytes(file, buffer, &length, path, err) : error_nomem(err);
    fclose(file);
    if (status == OK)
        status = yaml_read_text(out, buffer, length, path, true, arena, err);
    free(buffer);
    return status;
}

struct yaml_node *yaml_find(const struct yaml_node *map, const char *key)
{
    for (struct yaml_node *child = map->first; child; child = child->next)
        if (child->key && strcmp(child->key, key) == 0)
            return child;
    return NULL;
}

const char *yaml_kind_name(enum yaml_kind kind)
{
    static const char *const names[] = {"nothing", "a value", "a list", "a map"};
    return names[kind];
}

/* Text that every YAML reader takes for the same plain scalar inside and outside of flow
 * style.  What it might take for a Boolean or a number stays plain: so it was written. */
static bool is_plain(const char *text)
{
    static const char safe[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                               "0123456789_./+-";
    const size_t length = strlen(text);
    if (is_null(text) || strchr("-+ ", text[0]) || text[length - 1] == ' ')
        return false;
    if (strcmp(text, "...") == 0)
        return false;
    for (size_t i = 0; i < length; i++)
        if (text[i] != ' ' && !strchr(safe, text[i]))
            return false;
    return true;
}

void yaml_write_scalar(FILE *out, const char *text)
{
    if (is_plain(text)) {
        fputs(text, out);
        return;
    }
    fputc('"', out);
    for (const char *c = text; *c; c++) {
        if (*c == '"' || *c == '\\')
            fprintf(out, "\\%c", *c);
        else if ((unsigned char)*c < ' ' || *c == 0x7f)
            fprintf(out, "\\x%02x", (unsigned)*c);
        else
            fputc(*c, out);
    }
    fputc('"', out);
}

void yaml_write_flow(FILE *out, const struct yaml_node *node)
{
    if (node->kind == YAML_NULL || node->kind == YAML_SCALAR) {
        yaml_write_scalar(out, node->text);
        return;
    }
    fputc(node->kind == YAML_LIST ? '[' : '{', out);
    for (const struct yaml_node *child = node->first; child; child = child->next) {
        if (child != node->first)
            fputs(", ", out);
        if (child->key) {
            yaml_write_scalar(out, child->key);
            fputs(": ", out);
        }
        yaml_write_flow(out, child);
    }
    fputc(node->kind == YAML_LIST ? ']' : '}', out);
}
