/* plots.c -- see plots.h. */
#include "experiment/plots.h"

#include "experiment/items.h"
#include "experiment/plot_columns.h"
#include "experiment/plot_curves.h"
#include "experiment/plot_file.h"
#include "experiment/plot_scale.h"
#include "stats/counters.h"
#include "stats/tables.h"

#include <string.h>

static const char a_plot[] = "a plot";

/* What is said of a plot, in this order; all but lists for y and of curves are scalars. */
enum {
    PLOT_X,
    PLOT_Y,
    PLOT_SERIES,
    PLOT_TITLE,
    PLOT_FILE,
    PLOT_CURVES,
    PLOT_CURVE,
    PLOT_PICTURES,
    PLOT_ONLY,
    PLOT_XSCALE,
    PLOT_YSCALE,
    PLOT_KEYS
};

static const struct key plot_keys[PLOT_KEYS] = {
    [PLOT_X] = {.name = "x", .kind = KEY_TEXT},
    [PLOT_Y] = {.name = "y", .kind = KEY_NAMES},
    [PLOT_SERIES] = {.name = "series", .kind = KEY_TEXT},
    [PLOT_TITLE] = {.name = "title", .kind = KEY_TEXT},
    [PLOT_FILE] = {.name = "file", .kind = KEY_NAME},
    [PLOT_CURVES] = {.name = "curves", .kind = KEY_CURVES},
    [PLOT_CURVE] = {.name = "curve", .kind = KEY_CURVES},
    [PLOT_PICTURES] = {.name = "pictures", .kind = KEY_TEXT},
    [PLOT_ONLY] = {.name = "only", .kind = KEY_NAMES},
    [PLOT_XSCALE] = {.name = "xscale", .kind = KEY_TEXT},
    [PLOT_YSCALE] = {.name = "yscale", .kind = KEY_TEXT},
};

/* A plot under construction. */
struct draft {
    struct plot_config *plot;
    const struct experiment *experiment;
    const struct yaml_node *said[PLOT_KEYS];
    const struct result_table_kind *table; /* that it is drawn from; NULL: results.csv    */
    struct arena *arena;
    struct error *err;
};

/* The first value of y, or its only one; then next_y() the others. */
static const struct yaml_node *first_y(const struct draft *draft)
{
    const struct yaml_node *y = draft->said[PLOT_Y];
    return y && y->kind == YAML_LIST ? y->first : y;
}

static const struct yaml_node *next_y(const struct draft *draft,
                                      const struct yaml_node *value)
{
    return value == draft->said[PLOT_Y] ? NULL : value->next;
}

static bool fits(const struct draft *draft, const struct result_table_kind *table)
{
    const struct yaml_node *x = draft->said[PLOT_X], *series = draft->said[PLOT_SERIES];
    bool good = (!x || plot_has_x(table, x->text)) &&
                (!series || plot_find_column(table, series->text));
    for (const struct yaml_node *y = first_y(draft); y && good; y = next_y(draft, y))
        good = plot_has_y(table, y->text);
    return good;
}

/* results.csv or the first table that has all columns, as reports choose it; if none has,
 * the one that has x, or else the first of y, so that what it lacks can be told. */
static void choose_table(struct draft *draft)
{
    const struct yaml_node *x = draft->said[PLOT_X], *y = first_y(draft);
    for (size_t pass = 0; pass < 2; pass++)
        for (size_t t = 0; t <= TABLES; t++) {
            draft->table = t == 0 ? NULL : &result_tables[t - 1];
            if (pass == 0 ? fits(draft, draft->table)
                : x       ? plot_has_x(draft->table, x->text)
                          : y && plot_has_y(draft->table, y->text))
                return;
        }
    draft->table = NULL;
}

static bool some_cell(const struct experiment *experiment, bool samples)
{
    for (size_t i = 0; i < experiment->ncells; i++) {
        const struct events_config *events = experiment->cells[i].events;
        if (events && (!samples || events->series > 0))
            return true;
    }
    return false;
}

/* Simulated time, and what is measured by it, is known with events only. */
static enum status check_timing(const struct draft *draft)
{
    const struct result_table_kind *table = draft->table;
    const struct yaml_node *y = first_y(draft);
    if (table == &result_tables[TABLE_SERIES] && !some_cell(draft->experiment, true))
        return error_set(draft->err, ERR_CONFIG, draft->plot->at,
                         "a plot over time needs samples: 'timing: events' and their "
                         "interval, such as 'series: 100 ms'");
    if (table == &result_tables[TABLE_CURVES] && draft->experiment->ncurves == 0)
        return error_set(draft->err, ERR_CONFIG, draft->plot->at,
                         "a plot of curves needs 'curve', such as 'curve: [lru, opt]'");
    if (table && table->timed && !some_cell(draft->experiment, false))
        return error_set(draft->err, ERR_CONFIG, draft->plot->at,
                         "a plot of %s needs 'timing: events'", table->name);
    for (; y && !table; y = next_y(draft, y))
        if (counter_find(y->text)->timed && !some_cell(draft->experiment, false))
            return error_set(draft->err, ERR_CONFIG, y->at,
                             "'%s' is measured with 'timing: events' only", y->text);
    return OK;
}

/* y: a counter, or a list of counters, which becomes "a,b". */
static enum status build_y(struct draft *draft)
{
    struct plot_config *plot = draft->plot;
    if (!first_y(draft))
        return error_set(draft->err, ERR_CONFIG, plot->at,
                         "a plot needs y, a counter such as 'fault_rate'; 'faultline list "
                         "counters' shows all");
    for (const struct yaml_node *y = first_y(draft); y; y = next_y(draft, y)) {
        if (!plot_has_y(draft->table, y->text))
            return plot_unknown_y(draft->table, y, draft->err);
        if (!draft->table && !experiment_wants(draft->experiment, counter_find(y->text)))
            return error_set(draft->err, ERR_CONFIG, y->at,
                             "'%s' is not among 'counters', so it stays blank", y->text);
        plot->y = plot->y ? arena_printf(draft->arena, "%s,%s", plot->y, y->text) : y->text;
        if (!plot->y)
            return error_nomem(draft->err);
    }
    return OK;
}

/* x: the first swept key, or what tells a table's rows apart; series: the first swept key
 * that is not x. */
static enum status build_columns(struct draft *draft)
{
    struct plot_config *plot = draft->plot;
    const struct experiment *experiment = draft->experiment;
    const struct yaml_node *x = draft->said[PLOT_X], *series = draft->said[PLOT_SERIES];
    if (series && !plot_find_column(draft->table, series->text))
        return plot_unknown_column(series, draft->err);
    plot->x = x                        ? plot_find_column(draft->table, x->text)
              : draft->table           ? draft->table->columns[0].name
              : experiment->nswept > 0 ? experiment->swept[0]
                                       : NULL;
    if (!plot->x)
        return error_set(draft->err, ERR_CONFIG, plot->at,
                         "a plot needs x, a key such as 'machine.page_size': nothing is "
                         "swept that it could be taken from");
    plot->series = series ? plot_find_column(draft->table, series->text) : NULL;
    for (size_t i = 0; i < experiment->nswept && !plot->series; i++)
        if (strcmp(experiment->swept[i], plot->x) != 0)
            plot->series = experiment->swept[i];
    return OK;
}

/* What is said, as far as it can be checked by itself. */
static enum status read_plot(struct draft *draft, const struct yaml_node *map)
{
    struct error *err = draft->err;
    if (map->kind != YAML_MAP)
        return error_set(err, ERR_CONFIG, map->at,
                         "a plot is a map, such as {x: machine.page_size, y: fault_rate}, "
                         "not %s",
                         yaml_kind_name(map->kind));
    enum status status = item_read(draft->said, map, plot_keys, PLOT_KEYS, a_plot, err);
    if (status != OK)
        return status;
    const struct yaml_node *y = draft->said[PLOT_Y], *file = draft->said[PLOT_FILE];
    if (y && y->kind != YAML_LIST)
        status = item_scalar(y, a_plot, err);
    else if (y && y->count == 0)
        status = error_set(err, ERR_CONFIG, y->at, "the list of counters for y is empty");
    for (y = status == OK ? first_y(draft) : NULL; y; y = next_y(draft, y))
        if (y->kind != YAML_SCALAR)
            return error_set(err, ERR_CONFIG, y->at,
                             "y is a counter or a list of counters, not %s",
                             yaml_kind_name(y->kind));
    uint64_t unused;
    if (status == OK && file)
        status = key_parse(&plot_keys[PLOT_FILE], &unused, file->text, file->at, err);
    return status;
}

/* Of what is measured of cells. */
static enum status build_of_cells(struct draft *draft)
{
    choose_table(draft);
    const struct yaml_node *x = draft->said[PLOT_X];
    if (x && !plot_has_x(draft->table, x->text))
        return plot_unknown_column(x, draft->err);
    enum status status = build_y(draft);
    if (status == OK)
        status = build_columns(draft);
    if (status == OK)
        status = check_timing(draft);
    if (status == OK && draft->plot->curves)
        status = plot_curves_over(draft->plot, draft->said[PLOT_CURVES], draft->err);
    return status;
}

static enum status build_pictures(struct draft *draft)
{
    const struct yaml_node *said = draft->said[PLOT_PICTURES];
    if (!said)
        return OK;
    draft->plot->pictures = plot_find_key(said->text);
    return draft->plot->pictures ? OK : plot_unknown_column(said, draft->err);
}

/* The values, a line each. */
static enum status build_only(struct draft *draft)
{
    const struct yaml_node *said = draft->said[PLOT_ONLY];
    struct plot_config *plot = draft->plot;
    if (!said)
        return OK;
    if (said->kind != YAML_LIST || said->count == 0)
        return error_set(draft->err, ERR_CONFIG, said->at,
                         "'only' is a list of values of the series, such as [lru, fifo]");
    if (!plot->series)
        return error_set(draft->err, ERR_CONFIG, said->at,
                         "'only' chooses values of the series, and the plot has none");
    for (const struct yaml_node *value = said->first; value; value = value->next) {
        if (value->kind != YAML_SCALAR)
            return error_set(draft->err, ERR_CONFIG, value->at,
                             "a value in the list of 'only' is a single one, not %s",
                             yaml_kind_name(value->kind));
        plot->only = plot->only
                         ? arena_printf(draft->arena, "%s\n%s", plot->only, value->text)
                         : value->text;
        if (!plot->only)
            return error_nomem(draft->err);
    }
    return OK;
}

static enum status build_plot(struct experiment *experiment, struct plot_config *plot,
                              const struct yaml_node *map, struct arena *arena,
                              struct error *err)
{
    struct draft draft = {
        .plot = plot, .experiment = experiment, .arena = arena, .err = err};
    plot->at = map->at;
    enum status status = read_plot(&draft, map);
    if (status != OK)
        return status;
    const struct yaml_node *title = draft.said[PLOT_TITLE], *file = draft.said[PLOT_FILE];
    plot->title = title ? title->text : NULL;
    plot->file = file ? file->text : NULL;
    status = plot_curves_take(plot, experiment, draft.said[PLOT_CURVES],
                              draft.said[PLOT_CURVE], arena, err);
    if (status == OK)
        status = plot->alone
                     ? plot_curves_alone(plot, draft.said[PLOT_X], draft.said[PLOT_Y],
                                         draft.said[PLOT_SERIES], arena, err)
                     : build_of_cells(&draft);
    if (status == OK)
        status = build_pictures(&draft);
    if (status == OK)
        status = build_only(&draft);
    if (status == OK)
        status =
            plot_scales_take(plot, draft.said[PLOT_XSCALE], draft.said[PLOT_YSCALE], err);
    return status == OK ? plot_file_make(plot, experiment, arena, err) : status;
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
