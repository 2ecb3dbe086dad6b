/* plot_curves.c -- see plot_curves.h. */
#include "experiment/plot_curves.h"

#include "experiment/curves.h"
#include "stats/tables.h"

#include "base/units.h"

#include <string.h>

/* How a curve is drawn if nothing else is said. */
static const struct {
    const char *x, *y;
} usual[CURVE_NAMES] = {
    [CURVE_NAME_LRU] = {"memory", "fault_rate"},
    [CURVE_NAME_OPT] = {"memory", "fault_rate"},
    [CURVE_NAME_WORKING_SET] = {"window", "fault_rate"},
    [CURVE_NAME_VMIN] = {"window", "pages"},
    [CURVE_NAME_WINDOW_FOOTPRINT] = {"window", "pages"},
    [CURVE_NAME_FOOTPRINT] = {"reference", "pages"},
    [CURVE_NAME_REUSE_DISTANCE] = {"distance", "accesses"},
};

static enum status check_computed(const struct experiment *experiment, curve_set set,
                                  const struct yaml_node *node, struct error *err)
{
    const curve_set computed = experiment->ncurves ? experiment->curves[0].set : 0;
    for (unsigned i = 0; i < CURVE_NAMES; i++)
        if (set & ~computed & 1u << i)
            return error_set(err, ERR_CONFIG, node->at,
                             "curve '%s' is not computed; it has to be in the list of "
                             "'curve', such as 'curve: [%s]'",
                             curve_names[i], curve_names[i]);
    return OK;
}

enum status plot_curves_take(struct plot_config *plot, const struct experiment *experiment,
                             const struct yaml_node *curves, const struct yaml_node *curve,
                             struct arena *arena, struct error *err)
{
    const struct yaml_node *node = curve ? curve : curves;
    curve_set set;
    if (!node)
        return OK;
    if (curve && curves)
        return error_set(err, ERR_CONFIG, curves->key_at,
                         "a plot has 'curve', for curves alone, or 'curves', for curves "
                         "over cells, not both");
    enum status status = curves_read(&set, node, node->key, err);
    if (status == OK)
        status = check_computed(experiment, set, node, err);
    if (status != OK)
        return status;
    const struct yaml_node *name = node->kind == YAML_LIST ? node->first : node;
    plot->alone = curve != NULL;
    plot->curves = name->text;
    while (node->kind == YAML_LIST && (name = name->next) && plot->curves)
        plot->curves = arena_printf(arena, "%s,%s", plot->curves, name->text);
    return plot->curves ? OK : error_nomem(err);
}

static enum curve_name curve_called(const char *name, size_t length)
{
    unsigned i = 0;
    while (i < CURVE_NAMES &&
           (strncmp(curve_names[i], name, length) != 0 || curve_names[i][length] != '\0'))
        i++;
    return (enum curve_name)i;
}

/* Every curve of the plot has to have the column. */
static enum status check_column(const struct plot_config *plot, const char *column,
                                const char *role, struct location at, struct error *err)
{
    const struct result_table_kind *table = &result_tables[TABLE_CURVES];
    const char *names[CURVE_NAMES + 8];
    size_t n = 0, length;
    for (const char *curve = plot->curves; *curve;
         curve += length + (curve[length] == ',')) {
        length = strcspn(curve, ",");
        const enum curve_name name = curve_called(curve, length);
        if (curve_has_column(name, curve_column_like(column)))
            continue;
        for (size_t i = 0; i < table->ncolumns && n < ARRAY_LEN(names); i++)
            if (curve_has_column(name, table->columns[i].name))
                names[n++] = table->columns[i].name;
        char list[160];
        return error_set(
            err, ERR_CONFIG, at, "curve '%s' cannot be drawn with '%s' for %s; it has %s",
            curve_names[name], column, role, join_names(list, sizeof list, names, n));
    }
    return OK;
}

static enum status check_columns(const struct plot_config *plot, struct location x_at,
                                 struct location y_at, struct error *err)
{
    char name[64];
    size_t length;
    enum status status = check_column(plot, plot->x, "x", x_at, err);
    for (const char *y = plot->y; *y && status == OK; y += length + (y[length] == ',')) {
        length = strcspn(y, ",");
        if (length >= sizeof name)
            length = sizeof name - 1;
        memcpy(name, y, length);
        name[length] = '\0';
        status = check_column(plot, name, "y", y_at, err);
    }
    return status;
}

enum status plot_curves_over(const struct plot_config *plot, const struct yaml_node *curves,
                             struct error *err)
{
    return check_columns(plot, curves->at, curves->at, err);
}

enum status plot_curves_alone(struct plot_config *plot, const struct yaml_node *x,
                              const struct yaml_node *y, const struct yaml_node *series,
                              struct arena *arena, struct error *err)
{
    const enum curve_name first = curve_called(plot->curves, strcspn(plot->curves, ","));
    plot->x = x ? curve_column_like(x->text) : usual[first].x;
    for (const struct yaml_node *item = y && y->kind == YAML_LIST ? y->first : y; item;
         item = y->kind == YAML_LIST ? item->next : NULL) {
        plot->y = plot->y ? arena_printf(arena, "%s,%s", plot->y, item->text) : item->text;
        if (!plot->y)
            return error_nomem(err);
    }
    if (!plot->y)
        plot->y = usual[first].y;
    if (series) {
        static const char *const names[] = {"page_size", "curve", "trace"};
        const char *text = series->text;
        if (strcmp(text, "machine.page_size") == 0)
            text = names[0];
        for (size_t i = 0; i < ARRAY_LEN(names); i++)
            if (strcmp(text, names[i]) == 0)
                plot->series = names[i];
        if (!plot->series)
            return error_set(err, ERR_CONFIG, series->at,
                             "'%s' cannot be the series of curves; page_size, curve or "
                             "trace can",
                             series->text);
    }
    return check_columns(plot, x ? x->at : plot->at, y ? y->at : plot->at, err);
}
