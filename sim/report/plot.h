/* plot.h -- pictures of results: a line chart drawn by gnuplot as SVG and PNG, with the
 * script (data inside, file names relative) beside them for who wants another style.
 *
 * One line for each series.  Keys that vary besides x and series get a line for each of
 * their combinations, so that no line joins what does not belong together.  Where curves of
 * the trace are drawn too, these are the lines, and the cells are points over them. */
#ifndef FAULTLINE_REPORT_PLOT_H
#define FAULTLINE_REPORT_PLOT_H

#include "base/error.h"
#include "report/data.h"

#include <stddef.h>

struct plot_options {
    const char *x;      /* a column, or the key of which it holds the value              */
    const char *y;      /* a column of numbers, or several joined by commas              */
    const char *series; /* a column, or NULL                                             */
    const char *title;  /* NULL: made from the experiment and the columns                */
    const char *part;   /* put behind the title: what the data is a part of; or NULL     */
    const char *curves; /* names of curves joined by commas; NULL: none                 */
    bool alone;         /* they are drawn without cells                                   */
    const char *only; /* values of the series, a line each: others are left out; or NULL */
    const char *pictures; /* a picture for each value of this column; NULL: one          */
    const struct data *over; /* the points of the curves that are drawn over cells; NULL  */
    enum plot_scale xscale, yscale;
    struct location at; /* where the user asked for the plot, for messages               */
};

/* A name for the plot's files, "fault_rate-by-page_size-per-policy"; returns buffer. */
char *plot_stem(const struct plot_options *options, char *buffer, size_t size);

/* Draw stem.svg and stem.png and write stem.gp; each appears whole or not at all.
 * ERR_CONFIG: a column does not exist or is no number, or there is nothing to draw;
 * ERR_OUTPUT: a file cannot be written, gnuplot is missing or has failed. */
MUST_CHECK enum status plot_write(const struct data *data,
                                  const struct plot_options *options, const char *stem,
                                  struct error *err);

#endif
