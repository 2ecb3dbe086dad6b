/* folder.c -- a folder of results, written and read; see report.h. */
#include "base/file.h"
#include "report/curve_data.h"
#include "report/report.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A file in a folder; the caller frees it.  NULL: out of memory. */
static char *path_in(const char *folder, const char *name)
{
    char *path;
    return asprintf(&path, "%s/%s", folder, name) < 0 ? NULL : path;
}

static enum status write_in(const char *folder, const char *name, const char *text,
                            size_t size, struct error *err)
{
    char *path = path_in(folder, name);
    if (!path)
        return error_nomem(err);
    const enum status status = file_write(path, text, size, err);
    free(path);
    return status;
}

enum status report_write_file(const struct data *data,
                              void (*write)(const struct data *, FILE *),
                              const char *folder, const char *name, struct error *err)
{
    char *text = NULL;
    size_t size = 0;
    FILE *stream = open_memstream(&text, &size);
    if (!stream)
        return error_nomem(err);
    write(data, stream);
    enum status status = fclose(stream) == 0 ? OK : error_nomem(err);
    if (status == OK)
        status = write_in(folder, name, text, size, err);
    free(text);
    return status;
}

char *report_table_path(const char *folder, size_t table)
{
    char name[32];
    snprintf(name, sizeof name, "%s.csv", result_tables[table].name);
    return path_in(folder, name);
}

/* A table that the results do not have must not be there from an earlier run either. */
static enum status write_or_remove(const struct data *data,
                                   void (*write)(const struct data *, FILE *),
                                   const char *folder, const char *name, struct error *err)
{
    if (data)
        return report_write_file(data, write, folder, name, err);
    char *path = path_in(folder, name);
    if (!path)
        return error_nomem(err);
    enum status status = OK;
    if (unlink(path) != 0 && errno != ENOENT)
        status = error_set(err, ERR_OUTPUT, at_file(path), "cannot be removed: %s",
                           strerror(errno));
    free(path);
    return status;
}

static enum status write_table(struct picture_source *source, size_t table,
                               const char *folder, struct error *err)
{
    const struct data *data;
    char name[32];
    enum status status = picture_source_table(source, table, &data, err);
    if (status != OK)
        return status;
    snprintf(name, sizeof name, "%s.csv", result_tables[table].name);
    status = write_or_remove(data, csv_write, folder, name, err);
    if (status == OK && table == TABLE_CURVES)
        status = write_or_remove(data, curve_json_write, folder, "curves.json", err);
    return status;
}

static enum status write_json(const struct result_set *set, const char *model_version,
                              const char *folder, struct error *err)
{
    char *text = NULL;
    size_t size = 0;
    FILE *stream = open_memstream(&text, &size);
    if (!stream)
        return error_nomem(err);
    enum status status = json_write(set, model_version, stream, err);
    if (fclose(stream) != 0 && status == OK)
        status = error_nomem(err);
    if (status == OK)
        status = write_in(folder, "results.json", text, size, err);
    free(text);
    return status;
}

/* One plot that fails leaves the others alone; the first reason is reported. */
static enum status draw_all(struct picture_source *source, const char *folder,
                            struct report_pictures *pictures, struct error *err)
{
    const struct experiment *experiment = source->set->experiment;
    enum status first = OK;
    for (size_t k = 0; data_rows(source->results) > 0 && k < experiment->nplots; k++) {
        const struct plot_config *config = &experiment->plots[k];
        const struct plot_options options = {.x = config->x,
                                             .y = config->y,
                                             .series = config->series,
                                             .title = config->title,
                                             .curves = config->curves,
                                             .alone = config->alone,
                                             .pictures = config->pictures,
                                             .only = config->only,
                                             .xscale = config->xscale,
                                             .yscale = config->yscale,
                                             .at = config->at};
        char *stem = path_in(folder, config->file);
        struct error *why = first == OK ? err : NULL;
        const enum status status =
            stem ? pictures_draw(source, &options, stem, pictures, why) : error_nomem(why);
        free(stem);
        if (first == OK)
            first = status;
    }
    return first;
}

enum status report_write_folder(const struct result_set *set, const char *folder,
                                const char *model_version, struct report_pictures *pictures,
                                struct error *err)
{
    const char *effective = set->experiment->effective;
    struct picture_source source;
    *pictures = (struct report_pictures){0};
    enum status status = picture_source_of(&source, set, err);
    if (status == OK)
        status = file_make_folder(folder, err);
    if (status == OK)
        status = write_in(folder, "effective.yaml", effective, strlen(effective), err);
    if (status == OK)
        status = report_write_file(source.results, csv_write, folder, "results.csv", err);
    if (status == OK)
        status = write_json(set, model_version, folder, err);
    for (size_t t = 0; status == OK && t < TABLES; t++)
        status = write_table(&source, t, folder, err);
    if (status == OK)
        status = draw_all(&source, folder, pictures, err);
    picture_source_release(&source);
    return status;
}

static bool is_json(const char *path)
{
    const size_t length = strlen(path);
    return length >= 5 && strcmp(path + length - 5, ".json") == 0;
}

static enum status read_folder(struct data **out, const char *folder, struct error *err)
{
    char *json = path_in(folder, "results.json"), *csv = path_in(folder, "results.csv");
    enum status status;
    if (!json || !csv)
        status = error_nomem(err);
    else if (access(json, F_OK) == 0)
        status = json_read(out, json, err);
    else if (access(csv, F_OK) == 0)
        status = csv_read(out, csv, err);
    else
        status = error_set(err, ERR_IO, at_file(folder),
                           "holds neither results.json nor results.csv; the folder that "
                           "'faultline run' has written is needed");
    free(csv);
    free(json);
    return status;
}

enum status report_read(struct data **out, const char *path, struct error *err)
{
    struct stat found;
    if (stat(path, &found) != 0)
        return error_set(err, ERR_IO, at_file(path), "cannot be opened: %s",
                         strerror(errno));
    if (S_ISDIR(found.st_mode))
        return read_folder(out, path, err);
    return is_json(path) ? json_read(out, path, err) : csv_read(out, path, err);
}
