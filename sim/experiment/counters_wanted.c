/* counters_wanted.c -- see counters_wanted.h. */
#include "experiment/counters_wanted.h"

#include "base/units.h"
#include "stats/counters.h"

enum { NAMES_MAX = 256 };

static enum status unknown_counter(const struct yaml_node *node, struct error *err)
{
    const char *names[NAMES_MAX];
    size_t n = 0;
    for (; n < counter_count && n < NAMES_MAX; n++)
        names[n] = counter_table[n].name;
    const char *nearest = nearest_name(node->text, names, n);
    return error_set(err, ERR_CONFIG, node->at,
                     "unknown counter '%s' for counters%s%s%s; 'faultline list counters' "
                     "shows all",
                     node->text, nearest ? "; nearest is '" : "", nearest ? nearest : "",
                     nearest ? "'" : "");
}

/* The first or only one; then next_of() the others. */
static const struct yaml_node *first_of(const struct yaml_node *node)
{
    return node->kind == YAML_LIST ? node->first : node;
}

static const struct yaml_node *next_of(const struct yaml_node *node,
                                       const struct yaml_node *item)
{
    return node->kind == YAML_LIST ? item->next : NULL;
}

enum status counters_check(const struct yaml_node *node, struct error *err)
{
    if (!first_of(node))
        return error_set(err, ERR_CONFIG, node->at,
                         "the list of 'counters' is empty; it needs at least one");
    for (const struct yaml_node *i = first_of(node); i; i = next_of(node, i)) {
        if (i->kind != YAML_SCALAR)
            return error_set(err, ERR_CONFIG, i->at,
                             "'counters' is a counter or a list of counters, such as "
                             "[faults, fault_rate], not %s",
                             yaml_kind_name(i->kind));
        if (!counter_find(i->text))
            return unknown_counter(i, err);
    }
    return OK;
}

enum status counters_build(struct experiment *experiment, const struct layer *layer,
                           struct arena *arena, struct error *err)
{
    const struct assignment *a = layer_find(layer, "counters", AXIS_NONE);
    if (!a)
        return OK;
    bool *wanted = arena_array(arena, counter_count, sizeof *wanted);
    if (!wanted)
        return error_nomem(err);
    for (const struct yaml_node *i = first_of(a->node); i; i = next_of(a->node, i))
        wanted[counter_find(i->text) - counter_table] = true;
    experiment->counters = wanted;
    return OK;
}

bool experiment_wants(const struct experiment *experiment, const struct counter *counter)
{
    return !experiment->counters || experiment->counters[counter - counter_table];
}
