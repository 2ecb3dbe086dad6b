/* yaml.h -- a YAML text as a tree in which every key and value knows file, line and column.
 * What an experiment does not need is refused with a sentence: anchors and aliases, tags,
 * several documents, keys that are not plain text, keys given twice. */
#ifndef FAULTLINE_EXPERIMENT_YAML_H
#define FAULTLINE_EXPERIMENT_YAML_H

#include "base/arena.h"
#include "base/error.h"

#include <stdbool.h>
#include <stdio.h>

enum yaml_kind { YAML_NULL, YAML_SCALAR, YAML_LIST, YAML_MAP };

struct yaml_node {
    enum yaml_kind kind;
    struct location at;
    const char *text;               /* SCALAR: its value; else ""                        */
    const char *key;                /* in a map: its key; else NULL                      */
    struct location key_at;         /* in a map: where the key is                        */
    struct yaml_node *first, *next; /* first child of a LIST or MAP; next sibling        */
    size_t count;                   /* of children                                       */
};

/* Read a file; ERR_CONFIG if it cannot be opened or is not such YAML.  path must live as
 * long as the tree, which lies in the arena.  A file without content is an empty map. */
MUST_CHECK enum status yaml_read_file(struct yaml_node **out, const char *path,
                                      struct arena *arena, struct error *err);

/* Read a text.  With lines false, every location is origin as a whole: the text is no file
 * that has lines. */
MUST_CHECK enum status yaml_read_text(struct yaml_node **out, const char *text,
                                      size_t length, const char *origin, bool lines,
                                      struct arena *arena, struct error *err);

/* The child of a map with that key, or NULL. */
struct yaml_node *yaml_find(const struct yaml_node *map, const char *key);

/* "nothing", "a value", "a list", "a map": for messages. */
const char *yaml_kind_name(enum yaml_kind kind);

/* Write a scalar, quoted where YAML or a reader would take it for something else. */
void yaml_write_scalar(FILE *out, const char *text);

/* Write a whole node in flow style: `[lru, {name: clock, hand: stays}]`. */
void yaml_write_flow(FILE *out, const struct yaml_node *node);

#endif
