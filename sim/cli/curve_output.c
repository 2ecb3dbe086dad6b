/* curve_output.c -- the files of `faultline curve`; see curve_output.h. */
#include "cli/curve_output.h"

#include "base/file.h"
#include "report/curve_data.h"
#include "report/report.h"

#include <stdlib.h>
#include <string.h>

/* "cc1" for "traces/cc1.flt". */
static char *label_of(const char *path)
{
    if (strcmp(path, "-") == 0)
        return strdup("stdin");
    const char *slash = strrchr(path, '/');
    const char *name = slash ? slash + 1 : path;
    return *name ? strndup(name, 1 + strcspn(name + 1, ".")) : strdup(path);
}

/* A table of one row, whose trace all points have. */
static struct data *leading(const char *path)
{
    char *label = label_of(path);
    struct data *data = label ? data_create(path) : NULL;
    if (data) {
        data_add_column(data, "trace", COLUMN_KEY);
        data_add_row(data);
        data_put(data, 0, label);
        data_set_title(data, label);
    }
    free(label);
    return data;
}

static enum status fill(struct data *data, const struct data *cells,
                        const struct curve_output *output, struct error *err)
{
    const struct result_table_kind *kind = &result_tables[TABLE_CURVES];
    data_add_column(data, "trace", COLUMN_KEY);
    for (size_t i = 0; i < kind->ncolumns; i++)
        data_add_column(data, kind->columns[i].name, COLUMN_COUNTER);
    if (!data_complete(data) || !data_complete(cells))
        return error_nomem(err);
    data_set_table(data, kind);
    data_set_title(data, data_title(cells));
    struct rows rows = {0};
    for (size_t i = 0; i < output->n; i++)
        curve_rows_add(&rows, &output->curves[i], &output->points);
    enum status status = rows.failed ? error_nomem(err) : OK;
    if (status == OK && rows.n > 0)
        status = csv_add_rows(data, cells, 0, &rows, err);
    rows_release(&rows);
    return status;
}

enum status curve_tabulate(struct data **out, const struct curve_output *output,
                           struct error *err)
{
    struct data *cells = leading(output->path), *data = data_create(output->path);
    const enum status status =
        cells && data ? fill(data, cells, output, err) : error_nomem(err);
    data_free(cells);
    if (status == OK)
        *out = data;
    else
        data_free(data);
    return status;
}

/* The usual pictures; each is drawn of those of its curves that there are. */
static const struct {
    const char *file, *x, *y;
    curve_set curves;
} figures[] = {
    {"fault-rate", "memory", "fault_rate", 1u << CURVE_NAME_LRU | 1u << CURVE_NAME_OPT},
    {"fault-rate-by-window", "window", "fault_rate", 1u << CURVE_NAME_WORKING_SET},
    {"pages-by-window", "window", "pages",
     1u << CURVE_NAME_WORKING_SET | 1u << CURVE_NAME_VMIN |
         1u << CURVE_NAME_WINDOW_FOOTPRINT},
    {"fault-rate-by-pages", "pages", "fault_rate",
     1u << CURVE_NAME_WORKING_SET | 1u << CURVE_NAME_VMIN},
    {"footprint", "reference", "pages", 1u << CURVE_NAME_FOOTPRINT},
    {"reuse-distance", "distance", "accesses", 1u << CURVE_NAME_REUSE_DISTANCE},
};

/* "lru,opt" */
static void join_set(char *names, size_t size, curve_set set)
{
    size_t used = 0;
    names[0] = '\0';
    for (unsigned i = 0; i < CURVE_NAMES && used < size; i++)
        if (set >> i & 1)
            used += (size_t)snprintf(names + used, size - used, "%s%s", used ? "," : "",
                                     curve_names[i]);
}

static enum status draw(struct picture_source *source, size_t figure, curve_set set,
                        const char *folder, struct report_pictures *pictures,
                        struct error *err)
{
    char names[160], *stem;
    join_set(names, sizeof names, set & figures[figure].curves);
    const struct plot_options options = {
        .x = figures[figure].x, .y = figures[figure].y, .curves = names, .alone = true};
    if (asprintf(&stem, "%s/%s", folder, figures[figure].file) < 0)
        return error_nomem(err);
    const enum status status = pictures_draw(source, &options, stem, pictures, err);
    free(stem);
    return status;
}

enum status curve_write_folder(struct data *data, curve_set set, const char *folder,
                               struct report_pictures *pictures, struct error *err)
{
    enum status status = file_make_folder(folder, err);
    if (status == OK)
        status = report_write_file(data, csv_write, folder, "curves.csv", err);
    if (status == OK)
        status = report_write_file(data, curve_json_write, folder, "curves.json", err);
    struct picture_source source = {0};
    picture_source_of_curves(&source, data);
    for (size_t i = 0; i < ARRAY_LEN(figures) && status == OK; i++)
        if (set & figures[i].curves)
            status = draw(&source, i, set, folder, pictures, err);
    return status;
}
