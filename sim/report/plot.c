/* plot.c -- see plot.h. */
#include "report/plot.h"

#include "base/file.h"
#include "report/canvas.h"
#include "report/figure.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

char *plot_stem(const struct plot_options *options, char *buffer, size_t size)
{
    const char *x = options->x, *series = options->series;
    x = strncmp(x, "machine.", 8) == 0 ? x + 8 : x;
    if (series && strncmp(series, "machine.", 8) == 0)
        series += 8;
    snprintf(buffer, size, "%s-by-%s%s%s", options->y, x, series ? "-per-" : "",
             series ? series : "");
    for (char *c = buffer; *c; c++)
        if (!isalnum((unsigned char)*c) && !strchr("._-", *c))
            *c = '-';
    return buffer;
}

/* Write the script to where gnuplot draws and to where the user finds it. */
static enum status write_script(const struct canvas *canvas, const struct figure *figure,
                                struct error *err)
{
    char *text = NULL, *path = NULL;
    size_t size = 0;
    FILE *stream = open_memstream(&text, &size);
    if (!stream)
        return error_nomem(err);
    figure_script(figure, canvas->name, stream);
    enum status status = fclose(stream) == 0 ? OK : error_nomem(err);
    if (status == OK && asprintf(&path, "%s.gp", canvas->stem) < 0)
        status = error_nomem(err);
    if (status == OK)
        status = canvas_write(canvas, "gp", text, size, err);
    if (status == OK)
        status = file_write(path, text, size, err);
    free(path);
    free(text);
    return status;
}

enum status plot_write(const struct data *data, const struct plot_options *options,
                       const char *stem, struct error *err)
{
    struct figure figure;
    struct canvas canvas = {0};
    enum status status = figure_init(&figure, data, options, err);
    if (status == OK)
        status = canvas_open(&canvas, stem, err);
    if (status == OK)
        status = write_script(&canvas, &figure, err);
    if (status == OK)
        status = canvas_draw(&canvas, err);
    if (status == OK)
        status = canvas_move(&canvas, "svg", err);
    if (status == OK)
        status = canvas_move(&canvas, "png", err);
    canvas_close(&canvas);
    figure_release(&figure);
    return status;
}
