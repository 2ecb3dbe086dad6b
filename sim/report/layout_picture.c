/* layout_picture.c -- see layout_picture.h. */
#include "report/layout_picture.h"

#include "report/canvas.h"

#include <stdlib.h>
#include <string.h>

/* Where the ending of a picture's name begins, or NULL. */
static const char *ending_of(const char *path)
{
    const char *dot = strrchr(path, '.');
    return dot && (strcmp(dot, ".png") == 0 || strcmp(dot, ".svg") == 0) ? dot : NULL;
}

bool layout_picture_is_named(const char *path)
{
    return ending_of(path) != NULL;
}

static enum status write_script(const struct layout_picture *picture,
                                const struct bands *bands, const struct layout_image *image,
                                const struct canvas *canvas, struct error *err)
{
    char *text = NULL;
    size_t size = 0;
    FILE *stream = open_memstream(&text, &size);
    if (!stream)
        return error_nomem(err);
    enum status status = layout_script(picture, bands, image, canvas->name, stream, err);
    if (fclose(stream) != 0 && status == OK)
        status = error_nomem(err);
    if (status == OK)
        status = canvas_write(canvas, "gp", text, size, err);
    free(text);
    return status;
}

static enum status draw(const struct layout_picture *picture, const struct bands *bands,
                        const struct layout_image *image, struct error *err)
{
    struct canvas canvas = {0};
    const char *ending = ending_of(picture->path);
    char *stem = strndup(picture->path, (size_t)(ending - picture->path));
    enum status status = stem ? canvas_open(&canvas, stem, err) : error_nomem(err);
    if (status == OK)
        status = write_script(picture, bands, image, &canvas, err);
    if (status == OK)
        status = canvas_write(&canvas, "rgb", image->bytes, image->size, err);
    if (status == OK)
        status = canvas_draw(&canvas, err);
    if (status == OK)
        status = canvas_move(&canvas, ending + 1, err);
    canvas_close(&canvas);
    free(stem);
    return status;
}

enum status layout_picture_write(const struct layout_picture *picture, struct error *err)
{
    struct bands bands;
    struct layout_image image = {0};
    if (picture->map->references == 0)
        return error_set(err, ERR_CONFIG, at_file(picture->path),
                         "nothing to draw: the trace has no references");
    enum status status =
        bands_init(&bands, picture->density, picture->map, PICTURE_ROWS, err);
    if (status == OK)
        status = layout_image_make(&image, picture->density, &bands, err);
    if (status == OK)
        status = draw(picture, &bands, &image, err);
    free(image.bytes);
    bands_release(&bands);
    return status;
}
