/* canvas.h -- a folder of its own, beside a picture's place, in which gnuplot draws.  What it
 * has drawn is looked at before it is moved there: on a full disk gnuplot stops in the
 * middle and says nothing. */
#ifndef FAULTLINE_REPORT_CANVAS_H
#define FAULTLINE_REPORT_CANVAS_H

#include "base/error.h"

#include <stdio.h>

struct canvas {
    char *stem;       /* as the caller named it; owned   */
    const char *name; /* its last part                   */
    char *folder;     /* where gnuplot draws; owned      */
};

/* stem: a path without ending.  Close it also after an error.  ERR_OUTPUT, ERR_NOMEM. */
MUST_CHECK enum status canvas_open(struct canvas *canvas, const char *stem,
                                   struct error *err);
/* Remove the folder and what is in it. */
void canvas_close(struct canvas *canvas);

/* Write NAME.ending in the folder: `gp` is the script, `rgb` the bytes of an image. */
MUST_CHECK enum status canvas_write(const struct canvas *canvas, const char *ending,
                                    const void *data, size_t size, struct error *err);

/* Run the script, which draws NAME.svg or NAME.png in the folder.  ERR_OUTPUT. */
MUST_CHECK enum status canvas_draw(const struct canvas *canvas, struct error *err);

/* Move NAME.ending to its place, whole or not at all.  ERR_OUTPUT. */
MUST_CHECK enum status canvas_move(const struct canvas *canvas, const char *ending,
                                   struct error *err);

/* Write a text into a script, in single quotes, where gnuplot takes all characters but the
 * quote as they are. */
void canvas_quote(const char *text, FILE *stream);

#endif
