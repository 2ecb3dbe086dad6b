/* layout_image.c -- the cells of a picture of references over time and address; see
 * layout_picture.h. */
#include "report/layout_picture.h"

#include <math.h>
#include <stdlib.h>

/* A cell with one access has this part of its colour, the fullest one all of it. */
#define FAINTEST 0.4

static const unsigned char colours[USE_KINDS][3] = {
    [USE_FETCH] = {0x00, 0x72, 0xb2}, /* blue        */
    [USE_LOAD] = {0x00, 0x9e, 0x73},  /* green       */
    [USE_STORE] = {0xd5, 0x5e, 0x00}, /* vermillion  */
};

void layout_colour(enum use_kind kind, uint64_t accesses, uint64_t most,
                   unsigned char rgb[3])
{
    const double share = most > 1 ? log((double)accesses) / log((double)most) : 1;
    const double strength = FAINTEST + (1 - FAINTEST) * share;
    for (int i = 0; i < 3; i++)
        rgb[i] = (unsigned char)lround(255 + (colours[kind][i] - 255) * strength);
}

/* The accesses of the cells that fall into one row of the picture. */
struct row_sums {
    uint64_t (*accesses)[USE_KINDS]; /* [column]                                          */
    uint32_t columns;
};

static uint64_t sum_of(const uint64_t accesses[USE_KINDS])
{
    return accesses[USE_FETCH] + accesses[USE_LOAD] + accesses[USE_STORE];
}

static enum use_kind kind_of(const uint64_t accesses[USE_KINDS])
{
    enum use_kind kind = USE_STORE;
    if (accesses[USE_LOAD] > accesses[kind])
        kind = USE_LOAD;
    if (accesses[USE_FETCH] > accesses[kind])
        kind = USE_FETCH;
    return kind;
}

static void clear(struct row_sums *sums)
{
    for (uint32_t column = 0; column < sums->columns; column++)
        for (int kind = 0; kind < USE_KINDS; kind++)
            sums->accesses[column][kind] = 0;
}

static void add(struct row_sums *sums, const struct density_cell *cells)
{
    for (uint32_t column = 0; column < sums->columns; column++)
        for (int kind = 0; kind < USE_KINDS; kind++)
            sums->accesses[column][kind] += cells[column].accesses[kind];
}

static void find_most(struct layout_image *image, const struct row_sums *sums)
{
    for (uint32_t column = 0; column < sums->columns; column++) {
        const uint64_t n = sum_of(sums->accesses[column]);
        image->most = n > image->most ? n : image->most;
    }
}

static void paint(struct layout_image *image, const struct row_sums *sums, uint32_t row)
{
    unsigned char *rgb = image->bytes + (size_t)row * image->columns * 3;
    for (uint32_t column = 0; column < sums->columns; column++, rgb += 3) {
        const uint64_t n = sum_of(sums->accesses[column]);
        if (n > 0)
            layout_colour(kind_of(sums->accesses[column]), n, image->most, rgb);
    }
}

/* All rows in turn; what is done with each. */
static void each_row(struct layout_image *image, const struct density *density,
                     const struct bands *bands, struct row_sums *sums, bool painting)
{
    size_t first = 0; /* the first unit that may reach the row */
    for (uint32_t row = 0; row < image->rows; row++) {
        while (first < bands->nunits &&
               bands->units[first].row + bands->units[first].rows <= row)
            first++;
        clear(sums);
        for (size_t i = first; i < bands->nunits && bands->units[i].row <= row; i++)
            add(sums, density->cells[bands->units[i].number]);
        if (painting)
            paint(image, sums, row);
        else
            find_most(image, sums);
    }
}

enum status layout_image_make(struct layout_image *image, const struct density *density,
                              const struct bands *bands, struct error *err)
{
    *image =
        (struct layout_image){.columns = density_columns(density), .rows = bands->rows};
    image->size = (size_t)image->columns * image->rows * 3;
    image->bytes = malloc(image->size + 1);
    struct row_sums sums = {.columns = image->columns};
    sums.accesses = calloc(image->columns + 1, sizeof *sums.accesses);
    if (!image->bytes || !sums.accesses) {
        free(sums.accesses);
        return error_nomem(err);
    }
    for (size_t i = 0; i < image->size; i++)
        image->bytes[i] = 255;
    each_row(image, density, bands, &sums, false);
    each_row(image, density, bands, &sums, true);
    free(sums.accesses);
    return OK;
}
