/* figure.h -- a plot laid out: what is to be drawn where, before any drawing program. */
#ifndef FAULTLINE_REPORT_FIGURE_H
#define FAULTLINE_REPORT_FIGURE_H

#include "base/arena.h"
#include "report/names.h"
#include "report/plot.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct point {
    double x, y; /* in the units of the axes: y already divided by axis.unit              */
};

struct tic {
    double at;
    const char *label; /* "" for a minor one                                            */
};

struct axis {
    char label[2 * NAME_SIZE + 4]; /* a title, and a note in brackets */
    bool log;        /* to base 2 (x) or 10 (y)                                          */
    bool categories; /* names at 0, 1, 2, ...                                            */
    double unit;     /* values are shown divided by this                                 */
    double low, high;
    struct tic *tics;
    size_t ntics;
};

struct figure_line {
    size_t y;        /* index in figure.ys                                               */
    size_t group;    /* same values of the splitting columns: same number                */
    const char *key; /* these values                                                     */
    const char *label;
    bool curve;           /* of a trace, not of cells                                     */
    bool goes_round;      /* it is broken where it starts again from 0                    */
    struct point *points; /* by x                                                        */
    size_t npoints, room;
};

struct figure {
    struct arena *arena; /* owns all below                                               */
    const struct data *data;
    size_t x;        /* column                                                          */
    size_t *ys, nys; /* columns                                                         */
    size_t *splits;  /* columns that split rows into lines, the series first            */
    size_t nsplits;
    const char **categories; /* of x                                                     */
    size_t ncategories;
    bool unlimited; /* x has this value besides numbers                                  */
    size_t omitted; /* points that a logarithmic axis cannot show                        */
    struct figure_line *lines;
    size_t nlines, ngroups;
    size_t ncurves; /* of lines, which are the last ones                                  */
    struct axis x_axis, y_axis;
    const char *title, *key_title;
    char **caption;
    size_t ncaption;
};

/* Lay a plot out.  Release it also after an error.  ERR_CONFIG, ERR_NOMEM. */
MUST_CHECK enum status figure_init(struct figure *figure, const struct data *data,
                                   const struct plot_options *options, struct error *err);
void figure_release(struct figure *figure);

/* Parts of figure_init, in the order in which it calls them. */
MUST_CHECK enum status figure_columns(struct figure *figure,
                                      const struct plot_options *options,
                                      struct error *err);
MUST_CHECK enum status figure_lines(struct figure *figure,
                                    const struct plot_options *options, struct error *err);
MUST_CHECK enum status figure_curves(struct figure *figure,
                                     const struct plot_options *options, struct error *err);
MUST_CHECK enum status figure_x_axis(struct figure *figure,
                                     const struct plot_options *options, struct error *err);
MUST_CHECK enum status figure_y_axis(struct figure *figure,
                                     const struct plot_options *options, struct error *err);
MUST_CHECK enum status figure_captions(struct figure *figure,
                                       const struct plot_options *options,
                                       struct error *err);

/* Put a point at the end of a line.  False: out of memory. */
bool figure_add_point(struct figure *figure, struct figure_line *line, struct point point);

/* It is drawn over simulated time. */
bool figure_is_course(const struct figure *figure);

/* More than one line, so that a key tells which is which. */
bool figure_has_key(const struct figure *figure);

/* Characters of the longest label; up to KEY_RIGHT_WIDTH the key is at the right. */
size_t figure_label_width(const struct figure *figure);
#define KEY_RIGHT_WIDTH 22

/* How an x value that stands for "unlimited" is kept until its place on the axis is known. */
#define X_UNLIMITED ((double)INFINITY)

/* Write the conventions that the cells' notes tell, each once, as one line; nothing if there
 * are none.  ERR_NOMEM. */
MUST_CHECK enum status figure_notes(const struct figure *figure, FILE *stream,
                                    struct error *err);

/* Write the figure as a gnuplot script that draws NAME.svg and NAME.png. */
void figure_script(const struct figure *figure, const char *name, FILE *stream);

/* Run gnuplot on NAME.gp in folder.  ERR_OUTPUT with what it says; the folder's other
 * content is left as it is. */
MUST_CHECK enum status gnuplot_run(const char *folder, const char *name, struct error *err);

#endif
