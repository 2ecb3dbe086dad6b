/* picture_data.h -- pictures of cells with curves over them, of curves alone, and of each
 * value of a column. */
#ifndef FAULTLINE_REPORT_PICTURE_DATA_H
#define FAULTLINE_REPORT_PICTURE_DATA_H

#include "report/pictures.h"

/* What a picture is drawn of. */
struct picture_data {
    const struct data *data;   /* cells, or the table `curves`                           */
    const struct data *curves; /* that table, to be drawn over cells; or NULL             */
};

/* Draw all of it.  Errors as those of plot_write. */
MUST_CHECK enum status picture_draw_data(const struct picture_data *drawn,
                                         const struct plot_options *options,
                                         const char *stem, struct report_pictures *pictures,
                                         struct error *err);

/* A picture for each value of options->pictures: stem-VALUE. */
MUST_CHECK enum status picture_draw_by_value(const struct picture_data *drawn,
                                             const struct plot_options *options,
                                             const char *stem,
                                             struct report_pictures *pictures,
                                             struct error *err);

/* Draw a table, and note the pictures. */
MUST_CHECK enum status picture_draw(const struct data *data,
                                    const struct plot_options *options, const char *stem,
                                    struct report_pictures *pictures, struct error *err);

/* True if stem.svg is among the pictures from number `from` on. */
bool picture_is_drawn(const struct report_pictures *pictures, size_t from,
                      const char *stem);

#endif
