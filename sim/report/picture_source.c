/* picture_source.c -- the tables that plots are drawn from; see pictures.h. */
#include "report/report.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum status picture_source_of(struct picture_source *source, const struct result_set *set,
                              struct error *err)
{
    *source = (struct picture_source){.set = set};
    return data_from_results(&source->results, set, true, err);
}

enum status picture_source_read(struct picture_source *source, const char *path,
                                struct error *err)
{
    struct stat found;
    *source = (struct picture_source){0};
    if (stat(path, &found) == 0 && S_ISDIR(found.st_mode))
        source->folder = path;
    return report_read(&source->results, path, err);
}

void picture_source_of_curves(struct picture_source *source, struct data *curves)
{
    *source = (struct picture_source){0};
    source->tables[TABLE_CURVES] = curves;
    source->sought[TABLE_CURVES] = true;
    source->results = curves;
}

void picture_source_release(struct picture_source *source)
{
    for (size_t t = 0; t < TABLES; t++)
        data_free(source->tables[t]);
    data_free(source->results);
    *source = (struct picture_source){0};
}

static enum status read_table(struct data **out, const char *folder, size_t table,
                              struct error *err)
{
    char *path = report_table_path(folder, table);
    if (!path)
        return error_nomem(err);
    enum status status = OK;
    if (access(path, F_OK) == 0)
        status = csv_read(out, path, err);
    if (status == OK && *out && data_table(*out) != &result_tables[table]) {
        status = error_set(err, ERR_SYNTAX, at_file(path),
                           "has not the headings of the table '%s'; one written by this "
                           "version of faultline is needed",
                           result_tables[table].name);
        data_free(*out);
        *out = NULL;
    }
    free(path);
    return status;
}

enum status picture_source_table(struct picture_source *source, size_t table,
                                 const struct data **out, struct error *err)
{
    enum status status = OK;
    struct data **kept = &source->tables[table];
    if (!source->sought[table] && source->set && results_have_table(source->set, table))
        status = data_from_table(kept, source->set, table, err);
    else if (!source->sought[table] && source->folder)
        status = read_table(kept, source->folder, table, err);
    if (status != OK)
        return status;
    source->sought[table] = true;
    if (*kept) {
        data_set_title(*kept, data_title(source->results));
        if (table != TABLE_CURVES) /* which are of no cell */
            data_set_facts(*kept, source->results);
    }
    *out = *kept;
    return OK;
}
