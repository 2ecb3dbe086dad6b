/* layout_script.c -- what stands around the cells, as a gnuplot script; see
 * layout_picture.h.
 *
 * Lengths are in pixels of the SVG; the PNG is larger by the same factor everywhere. */
#include "base/units.h"
#include "report/canvas.h"
#include "report/layout_labels.h"
#include "report/layout_picture.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#define PNG_SCALE 1.6

enum {
    LEFT_ROOM = 92,    /* addresses                                                      */
    RIGHT_ROOM = 168,  /* names of regions                                               */
    TOP_ROOM = 80,     /* title and key                                                  */
    BOTTOM_ROOM = 120, /* tics, the axis' label, the caption                             */
    LABEL_ROOM = 13,   /* the height of a label                                          */
    LABEL_MAX = 21,    /* characters of one                                              */
    NAME_LEAST = 4,    /* of a file's name in it, or it is left out                      */
    CAPTION_LINES = 3,
    CAPTION_ROW = 17,
    KEY_STEPS = 10, /* shades that the key shows of each colour                       */
};

#define PICTURE_WIDTH (LEFT_ROOM + PICTURE_COLUMNS / PNG_SCALE + RIGHT_ROOM)

static const char *file_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash && slash[1] ? slash + 1 : path;
}

/* A region of another kind that lay in the same place at another time and was used, or
 * NULL. */
static const struct layout_region *other_region(const struct layout_map *map,
                                                const struct label *label)
{
    const struct layout_region *named = &map->regions[label->region];
    const vaddr_t start = label->start > named->start ? label->start : named->start;
    const vaddr_t last = label->last < named->last ? label->last : named->last;
    for (size_t i = 0; i < map->n && map->regions[i].start <= last; i++) {
        const struct layout_region *region = &map->regions[i];
        if (region->last >= start && region->pages > 0 && region->kind != named->kind)
            return region;
    }
    return NULL;
}

/* "data libc.so.6", "file a.txt, heap"; a long name is shortened at the left. */
static void name_region(const struct layout_map *map, const struct label *label, char *text,
                        size_t size)
{
    const struct layout_region *region = &map->regions[label->region];
    const struct layout_region *other = other_region(map, label);
    const char *kind = region_kind_names[region->kind], *name = file_name(region->name);
    const char *also = other ? region_kind_names[other->kind] : "";
    const size_t taken = strlen(kind) + 1 + (other ? strlen(also) + 2 : 0);
    const size_t length = strlen(name), room = taken < LABEL_MAX ? LABEL_MAX - taken : 0;
    if (length <= room || room < NAME_LEAST)
        snprintf(text, size, "%s%s%s%s%s", kind, length && length <= room ? " " : "",
                 length <= room ? name : "", other ? ", " : "", also);
    else
        snprintf(text, size, "%s …%s%s%s", kind, name + (length - room + 1),
                 other ? ", " : "", also);
}

static void put_labels(const struct layout_picture *picture, const struct labels *labels,
                       FILE *stream)
{
    for (size_t i = 0; i < labels->n; i++) {
        const struct label *label = &labels->labels[i];
        const double at = label_place(label);
        char text[128];
        if (!label->shown)
            continue;
        name_region(picture->map, label, text, sizeof text);
        fputs("set label ", stream);
        canvas_quote(text, stream);
        fprintf(stream, " at graph 1.022, first %.2f left font ',9.5'\n", at);
        fprintf(stream,
                "set label '%" PRIx64 "' at graph -0.022, first %.2f right font "
                "',8.5' textcolor '#404040'\n",
                label->start, at);
        for (int side = 0; side < 2; side++)
            fprintf(stream,
                    "set arrow from graph %g, first %.2f to graph %g, first %.2f nohead "
                    "linecolor '#808080' linewidth 0.6\n",
                    side ? 1.0 : 0.0, label->wanted, side ? 1.018 : -0.018, at);
    }
}

/* Lines between bands: full between regions, dotted where space within one is left out. */
static void put_lines(const struct bands *bands, FILE *stream)
{
    for (size_t i = 1; i < bands->n; i++) {
        const struct band *band = &bands->bands[i];
        const bool cut = band->region == band[-1].region;
        fprintf(stream,
                "set arrow from graph 0, first %.2f to graph 1, first %.2f nohead front "
                "linecolor '%s' linewidth 0.6%s\n",
                band->row - BAND_SPACE / 2.0, band->row - BAND_SPACE / 2.0,
                cut ? "#b0b0b0" : "#808080", cut ? " dashtype (2,4)" : "");
    }
}

/* A round number of which `most` holds four to ten. */
static double round_step(double most)
{
    const double ten = pow(10, floor(log10(most / 4)));
    const double step = most / 4 / ten;
    return ten * (step >= 5 ? 5 : step >= 2 ? 2 : 1);
}

static void put_time(const struct layout_picture *picture, double references, FILE *stream)
{
    static const struct {
        double unit;
        const char *name;
    } units[] = {{1e9, "billions"}, {1e6, "millions"}, {1e3, "thousands"}};
    double unit = 1, step = round_step(references);
    const char *name = "";
    step = step < 1 ? 1 : step;
    for (size_t i = 0; i < ARRAY_LEN(units) && unit <= 1; i++)
        if (references >= 2 * units[i].unit) {
            unit = units[i].unit;
            name = units[i].name;
        }
    fprintf(stream, "set xrange [0:%.10g]\nset xtics out nomirror font ',10' (",
            references);
    for (int i = 0; i * step <= references; i++)
        fprintf(stream, "%s'%g' %.10g", i ? ", " : "", i * step / unit, i * step);
    fputs(")\nset xlabel ", stream);
    char text[128];
    snprintf(text, sizeof text, *name ? "time (%s of %s)" : "time (%s%s)", name,
             picture->references);
    canvas_quote(text, stream);
    fputs(" font ',11' offset 0,0.4\n", stream);
}

/* Bars with the shades of each colour. */
static void put_key(const struct layout_image *image, double height, FILE *stream)
{
    static const char *const names[USE_KINDS] = {"fetches", "loads", "stores"};
    const double y = height - 58, bar = 70.0 / KEY_STEPS;
    for (int kind = 0; kind < USE_KINDS; kind++) {
        const double x = LEFT_ROOM + 150.0 * kind;
        for (int i = 0; i < KEY_STEPS; i++) {
            unsigned char rgb[3];
            const double share = (double)i / (KEY_STEPS - 1);
            layout_colour((enum use_kind)kind,
                          (uint64_t)lround(pow((double)image->most, share)), image->most,
                          rgb);
            fprintf(stream,
                    "set object rectangle from screen %.5f, screen %.5f to screen %.5f, "
                    "screen %.5f fillcolor rgb '#%02x%02x%02x' fillstyle solid noborder\n",
                    (x + i * bar) / PICTURE_WIDTH, (y - 5) / height,
                    (x + (i + 1) * bar) / PICTURE_WIDTH, (y + 5) / height, rgb[0], rgb[1],
                    rgb[2]);
        }
        fprintf(stream, "set label '%s' at screen %.5f, screen %.5f left font ',10'\n",
                names[kind], (x + 77) / PICTURE_WIDTH, y / height);
    }
}

static void put_caption(const struct layout_picture *picture, const struct bands *bands,
                        const struct layout_image *image, double height, FILE *stream)
{
    char text[CAPTION_LINES][256], most[32], width[32], page[32], unit[32];
    const struct density *density = picture->density;
    size_t cuts = 0;
    for (size_t i = 1; i < bands->n; i++)
        cuts += bands->bands[i].start != bands->bands[i - 1].last + 1;
    snprintf(text[0], sizeof text[0],
             "A cell has the colour of most of its %s, the darker the more: 1 to %s, "
             "logarithmic.",
             picture->references, format_count(image->most, most, sizeof most));
    snprintf(
        text[1], sizeof text[1],
        "Width of a column in %s: %s.  Height of a place: %s.  Touched: %s pages of %s.",
        picture->references, format_count(density->width, width, sizeof width),
        format_size(UINT64_C(1) << density->unit_shift, unit, sizeof unit),
        format_count(picture->map->pages, most, sizeof most),
        format_size(picture->page_size, page, sizeof page));
    snprintf(text[2], sizeof text[2],
             "Empty space is left out in %zu places; small regions are drawn higher than "
             "they are.",
             cuts);
    for (int i = 0; i < CAPTION_LINES; i++) {
        fputs("set label ", stream);
        canvas_quote(text[i], stream);
        fprintf(stream,
                " at screen %.5f, screen %.5f left font ',9.5' textcolor '#404040'\n",
                LEFT_ROOM / PICTURE_WIDTH,
                (14 + CAPTION_ROW * (CAPTION_LINES - 1 - i)) / height);
    }
}

static void put_plot(const struct layout_picture *picture, const struct layout_image *image,
                     const char *name, double height, FILE *stream)
{
    const bool png = strcmp(strrchr(picture->path, '.'), ".png") == 0;
    if (png)
        fprintf(stream,
                "set terminal pngcairo size %.0f,%.0f noenhanced font 'sans-serif,14' "
                "fontscale %g linewidth %g background 'white'\n",
                PICTURE_WIDTH * PNG_SCALE, height * PNG_SCALE, PNG_SCALE, PNG_SCALE);
    else
        fprintf(stream,
                "set terminal svg size %.0f,%.0f noenhanced font 'sans-serif,14' "
                "background 'white'\n",
                PICTURE_WIDTH, height);
    fputs("set output ", stream);
    canvas_quote(name, stream);
    fprintf(stream, " . '.%s'\nplot ", png ? "png" : "svg");
    canvas_quote(name, stream);
    fprintf(stream,
            " . '.rgb' binary array=(%" PRIu32 ",%" PRIu32 ") format='%%uchar' dx=%" PRIu64
            " dy=1 origin=(%.1f,0.5) using 1:2:3 with rgbimage%s notitle\n"
            "unset output\n",
            image->columns, image->rows, picture->density->width,
            (double)picture->density->width / 2, png ? " pixels" : "");
}

static void put_all(const struct layout_picture *picture, const struct bands *bands,
                    const struct layout_image *image, const struct labels *labels,
                    const char *name, FILE *stream)
{
    const double height = TOP_ROOM + image->rows / PNG_SCALE + BOTTOM_ROOM;
    fputs("set encoding utf8\nset border 15 linecolor '#404040' linewidth 0.8\n"
          "unset key\nunset ytics\nset label 1 ",
          stream);
    canvas_quote(picture->title, stream);
    fprintf(stream, " at screen %.5f, screen %.5f left font ',15'\n",
            LEFT_ROOM / PICTURE_WIDTH, 1 - 26 / height);
    fprintf(stream,
            "set lmargin at screen %.6f\nset rmargin at screen %.6f\n"
            "set tmargin at screen %.6f\nset bmargin at screen %.6f\n",
            LEFT_ROOM / PICTURE_WIDTH, 1 - RIGHT_ROOM / PICTURE_WIDTH,
            1 - TOP_ROOM / height, BOTTOM_ROOM / height);
    fprintf(stream, "set yrange [0:%" PRIu32 "]\n", image->rows);
    put_time(picture, (double)picture->density->width * image->columns, stream);
    put_key(image, height, stream);
    put_lines(bands, stream);
    put_labels(picture, labels, stream);
    put_caption(picture, bands, image, height, stream);
    put_plot(picture, image, name, height, stream);
}

enum status layout_script(const struct layout_picture *picture, const struct bands *bands,
                          const struct layout_image *image, const char *name, FILE *stream,
                          struct error *err)
{
    struct labels labels;
    const enum status status =
        labels_init(&labels, bands, picture->map, LABEL_ROOM * PNG_SCALE, err);
    if (status == OK)
        put_all(picture, bands, image, &labels, name, stream);
    labels_release(&labels);
    return status;
}
