/* plots.c -- see plots.h. */
#include "experiment/plots.h"

#include "base/units.h"
#include "stats/counters.h"

#include <string.h>

enum { NAMES_MAX = 256 };

static const char *const fields[] = {"x", "y", "series", "title", "file"};

/* The key or counter that name means: in full, or a key's last part if that is one only. */
static const char *find_column(const char *name)
{
    const char *param, *found = NULL;
    const struct key *key = key_find(name);
    if (key)
        return key_can_vary(key) ? key->name : NULL;
    if (key_of_param(name, &param))
        return name;
    const struct counter *counter = counter_find(name);
    if (counter)
        return counter->name;
    for (size_t i = 0; i < key_count; i++) {
        const char *dot = strrchr(key_table[i].name, '.');
        if (!dot || strcmp(dot + 1, name) != 0)
            continue;
        if (found)
            return NULL;
        found = key_table[i].name;
    }
    return found;
}

static size_t counter_names(const char **names, size_t max)
{
    size_t n = 0;
    for (; n < counter_count && n < max; n++)
        names[n] = counter_table[n].name;
    return n;
}

static enum status unknown_column(const struct yaml_node *node, struct error *err)
{
    const char *names[NAMES_MAX];
    size_t n = counter_names(names, NAMES_MAX / 2);
    for (size_t i = 0; i < key_count && n < NAMES_MAX; i++)
        if (key_can_vary(&key_table[i]))
            names[n++] = key_table[i].name;
    const char *nearest = nearest_name(node->text, names, n);
    if (nearest)
        return error_set(err, ERR_CONFIG, node->at,
                         "unknown column '%s' for %s; nearest is '%s'", node->text,
                         node->key, nearest);
    return error_set(err, ERR_CONFIG, node->at,
                     "unknown column '%s' for %s; it is a key such as 'machine.page_size' "
                     "('faultline list keys') or a counter ('faultline list counters')",
                     node->text, node->key);
}

static enum status check_counter(const char *name, struct location at, struct error *err)
{
    if (counter_find(name))
        return OK;
    const char *names[NAMES_MAX];
    const char *nearest = nearest_name(name, names, counter_names(names, NAMES_MAX));
    return error_set(err, ERR_CONFIG, at, "unknown counter '%s' for y%s%s%s%s", name,
                     nearest ? "; nearest is '" : "", nearest ? nearest : "",
                     nearest ? "'" : "",
                     nearest ? "" : "; 'faultline list counters' shows all");
}

/* y: a counter, or a list of counters, which becomes "a,b". */
static enum status build_y(struct plot_config *plot, const struct yaml_node *node,
                           struct arena *arena, struct error *err)
{
    if (node->kind != YAML_LIST) {
        plot->y = node->text;
        return check_counter(node->text, node->at, err);
    }
    if (node->count == 0)
        return error_set(err, ERR_CONFIG, node->at, "the list of counters for y is empty");
    for (const struct yaml_node *item = node->first; item; item = item->next) {
        if (item->kind != YAML_SCALAR)
            return error_set(err, ERR_CONFIG, item->at,
                             "y is a counter or a list of counters, not %s",
                             yaml_kind_name(item->kind));
        const enum status status = check_counter(item->text, item->at, err);
        if (status != OK)
            return status;
        plot->y = plot->y ? arena_printf(arena, "%s,%s", plot->y, item->text) : item->text;
        if (!plot->y)
            return error_nomem(err);
    }
    return OK;
}

static enum status build_column(const char **out, const struct yaml_node *node,
                                struct error *err)
{
    *out = find_column(node->text);
    return *out ? OK : unknown_column(node, err);
}

static enum status build_field(struct plot_config *plot, const struct yaml_node *node,
                               struct arena *arena, struct error *err)
{
    const char *nearest = nearest_name(node->key, fields, ARRAY_LEN(fields));
    if (!nearest || strcmp(nearest, node->key) != 0)
        return error_set(err, ERR_CONFIG, node->key_at,
                         "unknown key '%s' of a plot%s%s%s; it has x, y, series, title, "
                         "file",
                         node->key, nearest ? "; nearest is '" : "", nearest ? nearest : "",
                         nearest ? "'" : "");
    const bool list = strcmp(node->key, "y") == 0 && node->kind == YAML_LIST;
    if (node->kind != YAML_SCALAR && !list)
        return error_set(err, ERR_CONFIG, node->at,
                         "'%s' of a plot takes a single value, not %s", node->key,
                         yaml_kind_name(node->kind));
    if (strcmp(node->key, "x") == 0)
        return build_column(&plot->x, node, err);
    if (strcmp(node->key, "y") == 0)
        return build_y(plot, node, arena, err);
    if (strcmp(node->key, "series") == 0)
        return build_column(&plot->series, node, err);
    if (strcmp(node->key, "title") == 0) {
        plot->title = node->text;
        return OK;
    }
    uint64_t unused;
    const struct key name = {.name = "file", .kind = KEY_NAME};
    plot->file = node->text;
    return key_parse(&name, &unused, node->text, node->at, err);
}

/* x: the first swept key; series: the first one that is not x. */
static enum status fill_in(struct plot_config *plot, const struct experiment *experiment,
                           struct error *err)
{
    if (!plot->y)
        return error_set(err, ERR_CONFIG, plot->at,
                         "a plot needs y, a counter such as 'fault_rate'; 'faultline list "
                         "counters' shows all");
    if (!plot->x && experiment->nswept > 0)
        plot->x = experiment->swept[0];
    if (!plot->x)
        return error_set(err, ERR_CONFIG, plot->at,
                         "a plot needs x, a key such as 'machine.page_size': nothing is "
                         "swept that it could be taken from");
    for (size_t i = 0; i < experiment->nswept && !plot->series; i++)
        if (strcmp(experiment->swept[i], plot->x) != 0)
            plot->series = experiment->swept[i];
    return OK;
}

static bool file_taken(const struct experiment *experiment, const struct plot_config *self)
{
    for (const struct plot_config *plot = experiment->plots; plot < self; plot++)
        if (strcmp(plot->file, self->file) == 0)
            return true;
    return false;
}

/* A stem such as "fault_rate-by-page_size", with a number where two would be the same. */
static enum status make_file(const struct experiment *experiment, struct plot_config *plot,
                             struct arena *arena, struct error *err)
{
    if (plot->file && file_taken(experiment, plot))
        return error_set(err, ERR_CONFIG, plot->at, "a second plot with the file '%s'",
                         plot->file);
    if (plot->file)
        return OK;
    const char *dot = strrchr(plot->x, '.');
    char *stem = arena_printf(arena, "%s-by-%s", plot->y, dot ? dot + 1 : plot->x);
    for (char *c = stem; c && *c; c++)
        if (*c == ',')
            *c = '-';
    plot->file = stem;
    for (unsigned i = 2; plot->file && file_taken(experiment, plot); i++)
        plot->file = arena_printf(arena, "%s-%u", stem, i);
    return plot->file ? OK : error_nomem(err);
}

static enum status build_plot(struct experiment *experiment, struct plot_config *plot,
                              const struct yaml_node *map, struct arena *arena,
                              struct error *err)
{
    plot->at = map->at;
    if (map->kind != YAML_MAP)
        return error_set(err, ERR_CONFIG, map->at,
                         "a plot is a map, such as {x: machine.page_size, y: fault_rate}, "
                         "not %s",
                         yaml_kind_name(map->kind));
    for (const struct yaml_node *node = map->first; node; node = node->next) {
        const enum status status = build_field(plot, node, arena, err);
        if (status != OK)
            return status;
    }
    const enum status status = fill_in(plot, experiment, err);
    return status == OK ? make_file(experiment, plot, arena, err) : status;
}

enum status plots_build(struct experiment *experiment, const struct layer *layer,
                        struct arena *arena, struct error *err)
{
    const struct assignment *plots = layer_find(layer, "plots", AXIS_NONE);
    if (!plots)
        return OK;
    experiment->plots = arena_array(arena, plots->node->count, sizeof *experiment->plots);
    if (!experiment->plots)
        return error_nomem(err);
    for (const struct yaml_node *map = plots->node->first; map; map = map->next) {
        struct plot_config *plot = &experiment->plots[experiment->nplots];
        const enum status status = build_plot(experiment, plot, map, arena, err);
        if (status != OK)
            return status;
        experiment->nplots++;
    }
    return OK;
}
