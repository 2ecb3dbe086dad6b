/* layout_picture.h -- references over time and address as a picture: D. J. Hatfield and
 * J. Gerald, "Program restructuring for virtual memory", IBM Systems Journal 10(3), 1971,
 * drew programs so.
 *
 * Time goes to the right and addresses upwards, without the empty space between regions.
 * The colour of a cell is the kind of most of its references, and darker where there are
 * more.  The three hues are of Okabe and Ito, "Color Universal Design", 2008, which the
 * colour-blind can tell apart. */
#ifndef FAULTLINE_REPORT_LAYOUT_PICTURE_H
#define FAULTLINE_REPORT_LAYOUT_PICTURE_H

#include "layout/bands.h"

#include <stdio.h>

/* Cells of the picture in its usual size: a cell is a pixel of the PNG. */
enum { PICTURE_COLUMNS = 1200, PICTURE_ROWS = 800, PICTURE_UNITS = 4096 };

struct layout_picture {
    const char *path; /* ends in .png or .svg                                            */
    const char *title;
    const char *references; /* what time is counted in: "references"                      */
    const struct layout_map *map;
    const struct density *density;
    uint64_t page_size; /* bytes                                                         */
};

/* Does the path end as that of a picture does? */
bool layout_picture_is_named(const char *path);

/* Draw it; it appears whole or not at all.  ERR_OUTPUT: it cannot be written, gnuplot is
 * missing or has failed; ERR_CONFIG: there is nothing to draw. */
MUST_CHECK enum status layout_picture_write(const struct layout_picture *picture,
                                            struct error *err);

/* Its cells, three bytes each (red, green, blue), by row from the bottom. */
struct layout_image {
    unsigned char *bytes;
    size_t size;
    uint32_t columns, rows;
    uint64_t most; /* accesses of the fullest cell                                        */
};

/* The colour of a cell with so many accesses, most of which are of this kind. */
void layout_colour(enum use_kind kind, uint64_t accesses, uint64_t most,
                   unsigned char rgb[3]);

/* Colour the cells.  The caller frees the bytes.  ERR_NOMEM. */
MUST_CHECK enum status layout_image_make(struct layout_image *image,
                                         const struct density *density,
                                         const struct bands *bands, struct error *err);

/* Write the gnuplot script that draws the image NAME.rgb and what belongs around it as
 * NAME.png or NAME.svg.  ERR_NOMEM. */
MUST_CHECK enum status layout_script(const struct layout_picture *picture,
                                     const struct bands *bands,
                                     const struct layout_image *image, const char *name,
                                     FILE *stream, struct error *err);

#endif
