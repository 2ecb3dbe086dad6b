/* layer.c -- see layer.h. */
#include "experiment/layer.h"

#include "experiment/value_check.h"

#include <inttypes.h>
#include <string.h>

struct visit {
    struct layer *layer;
    bool replace;
    struct arena *arena;
    struct error *err;
};

const char *const axis_names[] = {"", "sweep", "zip"};

static bool starts_with_part(const char *key, const char *part)
{
    const size_t length = strlen(part);
    return strncmp(key, part, length) == 0 && key[length] == '.';
}

/* True for two keys that say the same thing, or are the same. */
static bool stand_for_each_other(const char *a, const char *b)
{
    static const char *const pairs[][2] = {{"machine.memory", "machine.frames"},
                                           {"trace", "workload.processes"},
                                           {"trace", "generate"},
                                           {"generate", "workload.processes"}};
    bool stand = strcmp(a, b) == 0;
    for (size_t i = 0; i < ARRAY_LEN(pairs); i++)
        stand = stand || (strcmp(a, pairs[i][0]) == 0 && strcmp(b, pairs[i][1]) == 0) ||
                (strcmp(b, pairs[i][0]) == 0 && strcmp(a, pairs[i][1]) == 0);
    return stand;
}

bool layer_overrides(const char *key, const struct yaml_node *value, const char *other)
{
    const char *param;
    const struct key *plugin = key_of_param(other, &param);
    if (stand_for_each_other(key, other) ||
        (plugin && stand_for_each_other(key, plugin->name)))
        return true;
    if (!value)
        return false;
    if (strcmp(key, "timing") == 0)
        return strcmp(value->text, "none") == 0 && key_needs_events(other);
    return strcmp(key, "machine.mmu") == 0 && key_mmu_is_ideal(value->text) &&
           key_needs_tables(other);
}

const struct assignment *layer_find(const struct layer *layer, const char *key,
                                    enum axis axis)
{
    for (const struct assignment *a = layer->first; a; a = a->next)
        if (a->axis == axis && strcmp(a->key, key) == 0)
            return a;
    return NULL;
}

const struct assignment *layer_axis_over(const struct layer *layer, const char *key)
{
    for (const struct assignment *a = layer->first; a; a = a->next)
        if (a->axis != AXIS_NONE && layer_overrides(a->key, NULL, key))
            return a;
    return NULL;
}

void layer_remove(struct layer *layer, const char *key)
{
    for (struct assignment **link = &layer->first; *link;)
        if (strcmp((*link)->key, key) == 0)
            *link = (*link)->next;
        else
            link = &(*link)->next;
}

static enum status append(struct layer *layer, const struct assignment *assignment,
                          struct arena *arena, struct error *err)
{
    struct assignment *copy = arena_alloc(arena, sizeof *copy);
    if (!copy)
        return error_nomem(err);
    *copy = *assignment;
    copy->next = NULL;
    struct assignment **link = &layer->first;
    while (*link)
        link = &(*link)->next;
    *link = copy;
    return OK;
}

static enum status twice(const struct assignment *earlier, const struct assignment *later,
                         struct error *err)
{
    if (strcmp(earlier->key, later->key) != 0)
        return error_set(err, ERR_CONFIG, later->at,
                         "'%s' and '%s' say the same thing twice; leave one of them out",
                         earlier->key, later->key);
    if (earlier->axis != later->axis)
        return error_set(err, ERR_CONFIG, later->at,
                         "'%s' is in sweep and in zip; leave one of them out", later->key);
    if (earlier->at.line > 0)
        return error_set(err, ERR_CONFIG, later->at,
                         "key '%s' is given twice; it is on line %" PRIu64 " already",
                         later->key, earlier->at.line);
    return error_set(err, ERR_CONFIG, later->at, "key '%s' is given twice", later->key);
}

/* Two words of one layer that cannot both hold. */
static bool clash(const struct assignment *a, const struct assignment *b)
{
    return stand_for_each_other(a->key, b->key) &&
           (a->axis == AXIS_NONE) == (b->axis == AXIS_NONE);
}

/* A later --set takes away what an earlier one said and it makes meaningless, as the
 * parameters of a plug-in that is named anew. */
static void drop_overridden(struct layer *layer, const struct assignment *later)
{
    for (struct assignment **link = &layer->first; *link;) {
        const struct assignment *earlier = *link;
        if (earlier->at.file != later->at.file && earlier->axis == AXIS_NONE &&
            strcmp(earlier->key, later->key) != 0 && !clash(earlier, later) &&
            layer_overrides(later->key, later->node, earlier->key))
            *link = earlier->next;
        else
            link = &(*link)->next;
    }
}

static enum status add(const struct visit *visit, const struct assignment *assignment)
{
    for (struct assignment *a = visit->layer->first; a; a = a->next) {
        if (!clash(a, assignment))
            continue;
        if (!visit->replace || strcmp(a->key, assignment->key) != 0)
            return twice(a, assignment, visit->err);
        a->axis = assignment->axis;
        a->at = assignment->at;
        a->node = assignment->node;
        if (assignment->axis == AXIS_NONE)
            drop_overridden(visit->layer, a);
        return OK;
    }
    return append(visit->layer, assignment, visit->arena, visit->err);
}

static enum status visit_key(const struct visit *visit, struct assignment a);

static enum status visit_children(const struct visit *visit, const char *prefix,
                                  enum axis axis, const struct yaml_node *map)
{
    for (const struct yaml_node *child = map->first; child; child = child->next) {
        const char *key =
            *prefix ? arena_printf(visit->arena, "%s.%s", prefix, child->key) : child->key;
        if (!key)
            return error_nomem(visit->err);
        const enum status status = visit_key(
            visit, (struct assignment){
                       .key = key, .axis = axis, .at = child->key_at, .node = child});
        if (status != OK)
            return status;
    }
    return OK;
}

static enum status not_a_map(const struct visit *visit, const struct assignment *a,
                             const char *holds)
{
    return error_set(visit->err, ERR_CONFIG, a->node->at, "'%s' is a map of %s, not %s",
                     a->key, holds, yaml_kind_name(a->node->kind));
}

/* `sweep`, `zip`, or with a dot before the key that varies. */
static enum status visit_axes(const struct visit *visit, struct assignment a,
                              enum axis axis)
{
    const char *rest = a.key + strlen(axis_names[axis]);
    if (a.axis != AXIS_NONE)
        return error_set(visit->err, ERR_CONFIG, a.at,
                         "'%s' inside %s: sweeps cannot be nested", axis_names[axis],
                         axis_names[a.axis]);
    if (*rest) {
        a.key = rest + 1;
        a.axis = axis;
        return visit_key(visit, a);
    }
    if (a.node->kind != YAML_MAP)
        return not_a_map(visit, &a, "keys and lists of their values");
    return visit_children(visit, "", axis, a.node);
}

static enum status visit_leaf(const struct visit *visit, const struct key *key,
                              struct assignment a)
{
    const char *param = NULL;
    const struct key *plugin = key ? NULL : key_of_param(a.key, &param);
    if (key && key_is_plugin(key) && a.node->kind == YAML_MAP)
        return visit_children(visit, a.key, a.axis, a.node);
    if (plugin && strcmp(param, "name") == 0) {
        key = plugin;
        a.key = plugin->name;
    }
    if (key && a.axis != AXIS_NONE && !key_can_vary(key))
        return error_set(visit->err, ERR_CONFIG, a.at, "'%s' cannot vary within %s", a.key,
                         axis_names[a.axis]);
    const enum status status = value_check(key, &a, visit->arena, visit->err);
    return status == OK ? add(visit, &a) : status;
}

static enum status visit_key(const struct visit *visit, struct assignment a)
{
    for (enum axis axis = AXIS_SWEEP; axis <= AXIS_ZIP; axis++)
        if (strcmp(a.key, axis_names[axis]) == 0 ||
            starts_with_part(a.key, axis_names[axis]))
            return visit_axes(visit, a, axis);
    const char *param;
    const struct key *key = key_find(a.key);
    if (key || key_of_param(a.key, &param))
        return visit_leaf(visit, key, a);
    if (!key_is_section(a.key))
        return key_unknown(a.key, a.at, visit->err);
    if (a.node->kind == YAML_LIST && strcmp(a.key, "workload") == 0) {
        a.key = "workload.processes";
        return visit_leaf(visit, key_find(a.key), a);
    }
    if (a.node->kind == YAML_MAP)
        return visit_children(visit, a.key, a.axis, a.node);
    if (a.axis == AXIS_NONE && strcmp(a.key, "curve") == 0) {
        a.key = "curve.curves";
        return visit_leaf(visit, key_find(a.key), a);
    }
    if (a.axis != AXIS_NONE)
        return error_set(visit->err, ERR_CONFIG, a.at,
                         "'%s' is a section; vary its keys one by one, or together with "
                         "'zip'",
                         a.key);
    return not_a_map(visit, &a, "further keys");
}

enum status layer_read(struct layer *layer, const struct yaml_node *map, bool replace,
                       struct arena *arena, struct error *err)
{
    if (map->kind != YAML_MAP)
        return error_set(err, ERR_CONFIG, map->at,
                         "an experiment is a map of keys and values, such as "
                         "'policy: clock', not %s",
                         yaml_kind_name(map->kind));
    const struct visit visit = {layer, replace, arena, err};
    return visit_children(&visit, "", AXIS_NONE, map);
}

enum status layer_assign(struct layer *layer, const struct assignment *axis,
                         const struct yaml_node *item, struct arena *arena,
                         struct error *err)
{
    const struct visit visit = {layer, false, arena, err};
    const struct assignment a = {.key = axis->key, .at = item->at, .node = item};
    if (item->kind == YAML_MAP)
        return visit_children(&visit, axis->key, AXIS_NONE, item);
    return add(&visit, &a);
}

/* Take out of base what `a` overrides, but for the same word: that is replaced in place. */
static void remove_overridden(struct layer *base, const struct assignment *a)
{
    const bool plain = a->axis == AXIS_NONE;
    for (struct assignment **link = &base->first; *link;) {
        const struct assignment *b = *link;
        const bool same = b->axis == a->axis && strcmp(b->key, a->key) == 0;
        const bool reaches = plain || b->axis != AXIS_NONE;
        if (!same && reaches && layer_overrides(a->key, plain ? a->node : NULL, b->key))
            *link = b->next;
        else
            link = &(*link)->next;
    }
}

enum status layer_merge(struct layer *base, const struct layer *over, struct arena *arena,
                        struct error *err)
{
    /* First all that goes, so that words of the same layer do not remove each other. */
    for (const struct assignment *a = over->first; a; a = a->next)
        remove_overridden(base, a);
    for (const struct assignment *a = over->first; a; a = a->next) {
        struct assignment *b = base->first;
        while (b && (b->axis != a->axis || strcmp(b->key, a->key) != 0))
            b = b->next;
        if (b) {
            *b = (struct assignment){a->key, a->axis, a->at, a->node, b->next};
            continue;
        }
        const enum status status = append(base, a, arena, err);
        if (status != OK)
            return status;
    }
    return OK;
}
