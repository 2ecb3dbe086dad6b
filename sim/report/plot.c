/* plot.c -- see plot.h.
 * gnuplot draws in a folder of its own beside the pictures' place, and what it has drawn is
 * looked at before it is moved there: on a full disk it stops in the middle and says
 * nothing. */
#include "report/plot.h"

#include "base/file.h"
#include "report/figure.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

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

/* The places that one plot takes, owned. */
struct places {
    char *stem;       /* as the caller named it             */
    const char *name; /* its last part                      */
    char *work;       /* folder where gnuplot draws         */
};

static void release(struct places *places)
{
    if (places->work) {
        static const char *const endings[] = {"gp", "svg", "png"};
        for (size_t i = 0; i < ARRAY_LEN(endings); i++) {
            char *path;
            if (asprintf(&path, "%s/%s.%s", places->work, places->name, endings[i]) < 0)
                continue;
            unlink(path);
            free(path);
        }
        rmdir(places->work);
    }
    free(places->work);
    free(places->stem);
}

static enum status prepare(struct places *places, const char *stem, struct error *err)
{
    *places = (struct places){.stem = strdup(stem)};
    if (!places->stem)
        return error_nomem(err);
    const char *slash = strrchr(places->stem, '/');
    places->name = slash ? slash + 1 : places->stem;
    if (!*places->name)
        return error_set(err, ERR_OUTPUT, at_file(stem),
                         "is a folder; the name of a plot without ending is needed");
    char *work;
    const int folder = (int)(places->name - places->stem);
    if (asprintf(&work, "%.*s.plot-XXXXXX", folder, places->stem) < 0)
        return error_nomem(err);
    if (!mkdtemp(work)) {
        free(work);
        return error_set(err, ERR_OUTPUT, at_file(stem), "cannot be written: %s",
                         strerror(errno));
    }
    places->work = work;
    return OK;
}

/* Write the script to where gnuplot draws and to where the user finds it. */
static enum status write_script(const struct places *places, const struct figure *figure,
                                struct error *err)
{
    char *text = NULL, *work = NULL, *final = NULL;
    size_t size = 0;
    FILE *stream = open_memstream(&text, &size);
    if (!stream)
        return error_nomem(err);
    figure_script(figure, places->name, stream);
    enum status status = fclose(stream) == 0 ? OK : error_nomem(err);
    if (status == OK && (asprintf(&work, "%s/%s.gp", places->work, places->name) < 0 ||
                         asprintf(&final, "%s.gp", places->stem) < 0))
        status = error_nomem(err);
    if (status == OK)
        status = file_write(work, text, size, err);
    if (status == OK)
        status = file_write(final, text, size, err);
    free(final);
    free(work);
    free(text);
    return status;
}

static bool is_whole(const char *picture, size_t size, const char *ending)
{
    const bool svg = strcmp(ending, "svg") == 0;
    const char *mark = svg ? "</svg>" : "IEND";
    const size_t length = strlen(mark), near = 16;
    const char *tail = picture + (size > near ? size - near : 0);
    return memmem(tail, (size_t)(picture + size - tail), mark, length) != NULL;
}

static enum status move_picture(const struct places *places, const char *ending,
                                struct error *err)
{
    char *from, *to, *picture = NULL;
    size_t size = 0;
    if (asprintf(&from, "%s/%s.%s", places->work, places->name, ending) < 0)
        return error_nomem(err);
    if (asprintf(&to, "%s.%s", places->stem, ending) < 0) {
        free(from);
        return error_nomem(err);
    }
    enum status status;
    if (file_read(&picture, &size, from, NULL) != OK || !is_whole(picture, size, ending))
        status = error_set(err, ERR_OUTPUT, at_file(to),
                           "cannot be written: gnuplot has not drawn it whole; is the disk "
                           "full, or its support for %s missing?",
                           ending);
    else
        status = file_write(to, picture, size, err);
    free(picture);
    free(to);
    free(from);
    return status;
}

enum status plot_write(const struct data *data, const struct plot_options *options,
                       const char *stem, struct error *err)
{
    struct figure figure;
    struct places places = {0};
    enum status status = figure_init(&figure, data, options, err);
    if (status == OK)
        status = prepare(&places, stem, err);
    if (status == OK)
        status = write_script(&places, &figure, err);
    if (status == OK)
        status = gnuplot_run(places.work, places.name, err);
    if (status == OK)
        status = move_picture(&places, "svg", err);
    if (status == OK)
        status = move_picture(&places, "png", err);
    release(&places);
    figure_release(&figure);
    return status;
}
