/* canvas.c -- see canvas.h. */
#include "report/canvas.h"

#include "base/file.h"
#include "report/figure.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void canvas_close(struct canvas *canvas)
{
    if (canvas->folder) {
        static const char *const endings[] = {"gp", "rgb", "svg", "png"};
        for (size_t i = 0; i < ARRAY_LEN(endings); i++) {
            char *path;
            if (asprintf(&path, "%s/%s.%s", canvas->folder, canvas->name, endings[i]) < 0)
                continue;
            unlink(path);
            free(path);
        }
        rmdir(canvas->folder);
    }
    free(canvas->folder);
    free(canvas->stem);
}

enum status canvas_open(struct canvas *canvas, const char *stem, struct error *err)
{
    *canvas = (struct canvas){.stem = strdup(stem)};
    if (!canvas->stem)
        return error_nomem(err);
    const char *slash = strrchr(canvas->stem, '/');
    canvas->name = slash ? slash + 1 : canvas->stem;
    if (!*canvas->name)
        return error_set(err, ERR_OUTPUT, at_file(stem),
                         "is a folder; the name of a plot without ending is needed");
    char *folder;
    const int length = (int)(canvas->name - canvas->stem);
    if (asprintf(&folder, "%.*s.plot-XXXXXX", length, canvas->stem) < 0)
        return error_nomem(err);
    if (!mkdtemp(folder)) {
        free(folder);
        return error_set(err, ERR_OUTPUT, at_file(stem), "cannot be written: %s",
                         strerror(errno));
    }
    canvas->folder = folder;
    return OK;
}

enum status canvas_write(const struct canvas *canvas, const char *ending, const void *data,
                         size_t size, struct error *err)
{
    char *path;
    if (asprintf(&path, "%s/%s.%s", canvas->folder, canvas->name, ending) < 0)
        return error_nomem(err);
    const enum status status = file_write(path, data, size, err);
    free(path);
    return status;
}

enum status canvas_draw(const struct canvas *canvas, struct error *err)
{
    return gnuplot_run(canvas->folder, canvas->name, err);
}

static bool is_whole(const char *picture, size_t size, const char *ending)
{
    const bool svg = strcmp(ending, "svg") == 0;
    const char *mark = svg ? "</svg>" : "IEND";
    const size_t length = strlen(mark), near = 16;
    const char *tail = picture + (size > near ? size - near : 0);
    return memmem(tail, (size_t)(picture + size - tail), mark, length) != NULL;
}

enum status canvas_move(const struct canvas *canvas, const char *ending, struct error *err)
{
    char *from, *to, *picture = NULL;
    size_t size = 0;
    if (asprintf(&from, "%s/%s.%s", canvas->folder, canvas->name, ending) < 0)
        return error_nomem(err);
    if (asprintf(&to, "%s.%s", canvas->stem, ending) < 0) {
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

void canvas_quote(const char *text, FILE *stream)
{
    putc('\'', stream);
    for (; *text; text++) {
        if (*text == '\'')
            putc('\'', stream);
        putc((unsigned char)*text < ' ' ? ' ' : *text, stream);
    }
    putc('\'', stream);
}
