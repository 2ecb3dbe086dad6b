/* pictures.h -- from which table a plot is drawn, and into how many pictures.
 *
 * A plot is drawn from the first of these that has its x, y and series: results.csv,
 * processes.csv, devices.csv, tlbs.csv, and, if x is one of its own columns, series.csv.
 * Lines over time are those of all processes together, a line for each cell; if x, y or
 * series asks for `process`, those of each process, a picture for each cell. */
#ifndef FAULTLINE_REPORT_PICTURES_H
#define FAULTLINE_REPORT_PICTURES_H

#include "report/data.h"
#include "report/plot.h"

/* Where plots take their tables from; a table is made or read when it is asked for. */
struct picture_source {
    const struct result_set *set; /* results in memory, or NULL and                      */
    const char *folder;           /* the folder that holds them, or NULL                 */
    struct data *results;
    struct data *tables[TABLES]; /* NULL: there is none                                  */
    bool sought[TABLES];
};

/* Both: release the source, also after an error. */
/* From results in memory, which the caller keeps.  ERR_NOMEM. */
MUST_CHECK enum status picture_source_of(struct picture_source *source,
                                         const struct result_set *set, struct error *err);
/* From a folder of results or a file in one, as report_read does.  ERR_IO, ERR_SYNTAX. */
MUST_CHECK enum status picture_source_read(struct picture_source *source, const char *path,
                                           struct error *err);
/* From curves alone, which the caller keeps and releases. */
void picture_source_of_curves(struct picture_source *source, struct data *curves);
void picture_source_release(struct picture_source *source);

/* One of the cells' tables (TABLE_PROCESSES, ...), owned by the source; NULL: there is
 * none. */
MUST_CHECK enum status picture_source_table(struct picture_source *source, size_t table,
                                            const struct data **out, struct error *err);

/* Paths of pictures; free with report_pictures_free. */
struct report_pictures {
    char **paths;
    size_t n;
};
void report_pictures_free(struct report_pictures *pictures);

/* Draw a plot: stem.svg and the like, or with a picture for each cell stem-CELL.svg, where
 * CELL is made of what tells the cells apart.  What was drawn is added to pictures, also
 * on an error.  Errors as those of plot_write, and those of reading the tables. */
MUST_CHECK enum status pictures_draw(struct picture_source *source,
                                     const struct plot_options *options, const char *stem,
                                     struct report_pictures *pictures, struct error *err);

#endif
