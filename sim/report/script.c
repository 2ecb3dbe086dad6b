/* script.c -- a figure as a gnuplot script.
 *
 * Series differ in colour, dash and symbol, so that they stay apart in print and for the
 * colour-blind; the colours are those of Okabe and Ito, "Color Universal Design", 2008, less
 * the yellow, which is too light for a line on white. */
#include "report/canvas.h"
#include "report/figure.h"

#include <stdlib.h>
#include <string.h>

/* Pixels of the SVG; the PNG is larger by the same factor everywhere. */
enum {
    WIDTH = 1000,
    HEIGHT = 625,
    TITLE_ROOM = 66,  /* above the axes: the title                                      */
    X_ROOM = 92,      /* below them: tics, their labels, the axis' label                */
    SLANT_WIDTH = 76, /* characters of names along the axis beyond which they are aslant */
    SLANT_ROOM = 4,   /* the height that each character of the longest then takes       */
    KEY_ROW = 27,     /* one line of the key                                            */
    CAPTION_ROW = 18, /* one line of the caption                                        */
    LINE_WIDTH = 80,  /* characters of a key's line across the picture, as wide as gnuplot
                        * takes those of the PNG to be: 19 of its 1600 pixels            */
    SAMPLE_WIDTH = 8, /* characters that the sample of a line takes in the key          */
    POINTS_MOST = 30, /* a line with more has a symbol only here and there; over time it
                       * has none                                                       */
};

static const char *const colours[] = {"#0072b2", "#d55e00", "#009e73", "#cc79a7",
                                      "#e69f00", "#56b4e9", "#000000"};
static const int symbols[][2] = {{7, 6}, {5, 4}, {9, 8}, {13, 12}, {11, 10}, {15, 14}};
static const char *const dashes[] = {"solid",      "(14,6)", "(4,5)",
                                     "(16,5,3,5)", "(8,4)",  "(18,5,3,5,3,5)"};

struct style {
    const char *colour, *dash;
    int symbol;
};

/* Where several counters are drawn for each series, colour and shape tell the series, and
 * dash and the symbol's filling the counter. */
static struct style style_of(const struct figure *figure, size_t i)
{
    const struct figure_line *line = &figure->lines[i];
    const bool both = figure->nys > 1 && figure->ngroups > 1;
    const size_t look = both ? line->group : i;
    const size_t dash = both ? line->y : i;
    const size_t open = both ? line->y : i / ARRAY_LEN(symbols);
    return (struct style){
        .colour = colours[look % ARRAY_LEN(colours)],
        .dash = dashes[dash % ARRAY_LEN(dashes)],
        .symbol = symbols[look % ARRAY_LEN(symbols)][open % 2],
    };
}

static void put_text(const char *command, const char *text, const char *options,
                     FILE *stream)
{
    fputs(command, stream);
    putc(' ', stream);
    canvas_quote(text, stream);
    fprintf(stream, "%s\n", options);
}

static void put_data(const struct figure *figure, FILE *stream)
{
    for (size_t i = 0; i < figure->nlines; i++) {
        const struct figure_line *line = &figure->lines[i];
        if (line->npoints == 0)
            continue;
        fprintf(stream, "$line%zu << END\n", i + 1);
        for (size_t k = 0; k < line->npoints; k++) {
            const struct point *point = &line->points[k];
            const bool again = line->goes_round && k > 0 && point->y < point[-1].y;
            fprintf(stream, "%s%.10g %.10g\n", again ? "\n" : "", point->x, point->y);
        }
        fputs("END\n", stream);
    }
}

static size_t longest_label(const struct axis *axis)
{
    size_t longest = 0;
    for (size_t i = 0; i < axis->ntics; i++) {
        const size_t width = text_width(axis->tics[i].label);
        longest = width > longest ? width : longest;
    }
    return longest;
}

/* Category names that would touch each other are written aslant. */
static bool is_slanted(const struct axis *axis)
{
    return axis->categories && longest_label(axis) * axis->ntics > SLANT_WIDTH;
}

static void put_axis(const struct axis *axis, char name, FILE *stream)
{
    fprintf(stream, "set %clabel ", name);
    canvas_quote(axis->label, stream);
    putc('\n', stream);
    if (axis->log)
        fprintf(stream, "set logscale %c %d\n", name, name == 'x' ? 2 : 10);
    fprintf(stream, "set %crange [%.10g:%.10g]\n", name, axis->low, axis->high);
    fprintf(stream, "set %ctics %s nomirror", name,
            name == 'x' && is_slanted(axis) ? "rotate by -25" : "norotate");
    for (size_t i = 0; i < axis->ntics; i++) {
        fputs(i ? ", " : " (", stream);
        canvas_quote(axis->tics[i].label, stream);
        fprintf(stream, " %.10g%s", axis->tics[i].at, *axis->tics[i].label ? "" : " 1");
    }
    fputs(axis->ntics ? ")\n" : "\n", stream);
}

struct layout {
    int height, top,
        bottom;        /* pixels: of all, above and below the axes                   */
    int columns, rows; /* of a key above the picture; 0: it is at the right          */
};

/* The key is at the right, or above the picture if labels are long. */
static struct layout lay_out(const struct figure *figure)
{
    struct layout layout = {.height = HEIGHT, .top = TITLE_ROOM};
    const int lines = (int)figure->nlines, captions = (int)figure->ncaption;
    const int titles = *figure->key_title ? 1 : 0;
    const int longest = (int)figure_label_width(figure);
    layout.bottom = X_ROOM + captions * CAPTION_ROW;
    if (is_slanted(&figure->x_axis))
        layout.bottom += SLANT_ROOM * (int)longest_label(&figure->x_axis);
    if (!figure_has_key(figure)) {
        layout.columns = 0;
    } else if (longest <= KEY_RIGHT_WIDTH) {
        /* gnuplot wants some room to spare, or it makes two columns. */
        const int needed = layout.top + layout.bottom + (lines + titles + 1) * KEY_ROW;
        layout.height = needed > HEIGHT ? needed : HEIGHT;
    } else {
        const int fit = LINE_WIDTH / (longest + SAMPLE_WIDTH);
        layout.columns = fit > lines ? lines : fit > 1 ? fit : 1;
        layout.rows = (lines + layout.columns - 1) / layout.columns;
        layout.top += (layout.rows + titles) * KEY_ROW;
    }
    /* The axes keep two thirds of the usual height; and gnuplot makes more columns, which
     * leave the picture, of a key that is higher than they are. */
    const int key = (layout.rows + titles + 1) * KEY_ROW;
    const int axes = key > HEIGHT * 2 / 3 ? key : HEIGHT * 2 / 3;
    if (layout.height < layout.top + layout.bottom + axes)
        layout.height = layout.top + layout.bottom + axes;
    return layout;
}

static void put_key(const struct figure *figure, const struct layout *layout, FILE *stream)
{
    if (!figure_has_key(figure)) {
        fputs("unset key\n", stream);
        return;
    }
    if (layout->columns == 0)
        fputs("set key outside right top vertical", stream);
    else
        fprintf(stream, "set key at screen 0.08, screen %.4f left top vertical maxrows %d",
                1 - 46.0 / layout->height, layout->rows);
    fputs(" Left reverse samplen 4 spacing 1.25 width 1\n", stream);
    if (*figure->key_title)
        put_text("set key title", figure->key_title, " left", stream);
}

/* The title is a label, because gnuplot would put it between a key above and the axes. */
static void put_frame(const struct figure *figure, const struct layout *layout,
                      FILE *stream)
{
    const double height = layout->height;
    fputs("set label 1 ", stream);
    canvas_quote(figure->title, stream);
    fprintf(stream, " at screen 0.5, screen %.4f center font ',17'\n", 1 - 26 / height);
    for (size_t i = 0; i < figure->ncaption; i++) {
        fprintf(stream, "set label %zu ", i + 2);
        canvas_quote(figure->caption[i], stream);
        fprintf(stream,
                " at screen 0.02, screen %.4f left font ',11' textcolor '#404040'\n",
                (14 + CAPTION_ROW * (double)(figure->ncaption - 1 - i)) / height);
    }
    fprintf(stream, "set tmargin at screen %.4f\nset bmargin at screen %.4f\n",
            1 - layout->top / height, layout->bottom / height);
}

/* Curves over which cells are drawn: lines without symbols. */
static const char *put_curves(const struct figure *figure, FILE *stream)
{
    static const char *const greys[] = {"#000000", "#707070", "#a8a8a8"};
    const char *separator = "plot ";
    const size_t first = figure->nlines - figure->ncurves;
    for (size_t i = first; i < figure->nlines; i++) {
        if (figure->lines[i].npoints == 0)
            continue;
        const size_t k = i - first;
        fprintf(stream,
                "%s$line%zu using 1:2 with lines linewidth 2.5 dashtype %s linecolor rgb "
                "'%s' title ",
                separator, i + 1, dashes[k % ARRAY_LEN(dashes)],
                greys[k % ARRAY_LEN(greys)]);
        canvas_quote(figure->lines[i].label, stream);
        separator = ", \\\n    ";
    }
    return separator;
}

static void put_plot(const struct figure *figure, FILE *stream)
{
    const char *separator = put_curves(figure, stream);
    const bool points = figure->x_axis.categories || figure->ncurves > 0;
    const bool course = figure_is_course(figure);
    for (size_t i = 0; i < figure->nlines - figure->ncurves; i++) {
        if (figure->lines[i].npoints == 0)
            continue;
        const struct style style = style_of(figure, i);
        const size_t step = 1 + (figure->lines[i].npoints - 1) / POINTS_MOST;
        const bool bare = course && step > 1;
        fprintf(stream, "%s$line%zu using 1:2 with %s", separator, i + 1,
                points ? "points"
                : bare ? "lines"
                       : "linespoints");
        if (!points)
            fprintf(stream, " linewidth 2 dashtype %s", style.dash);
        if (!points && !bare)
            fprintf(stream, " pointinterval %zu", step);
        fprintf(stream, " linecolor rgb '%s'", style.colour);
        if (!bare)
            fprintf(stream, " pointtype %d", style.symbol);
        fputs(" title ", stream);
        canvas_quote(figure->lines[i].label, stream);
        separator = ", \\\n    ";
    }
    putc('\n', stream);
}

static void put_output(const char *command, const char *name, const char *ending,
                       FILE *stream)
{
    fputs(command, stream);
    canvas_quote(name, stream);
    /* gnuplot joins strings with a dot. */
    fprintf(stream, " . '%s'\n", ending);
}

void figure_script(const struct figure *figure, const char *name, FILE *stream)
{
    const struct layout layout = lay_out(figure);
    fputs("# Draws the SVG and the PNG picture of the same name: gnuplot THIS-FILE\n"
          "set encoding utf8\n",
          stream);
    put_data(figure, stream);
    fputs("set border 3 linecolor '#404040'\n"
          "set grid xtics ytics linetype 1 linecolor '#d8d8d8' linewidth 0.7\n"
          "set tics out\n",
          stream);
    /* Symbols that stand alone are larger than those that mark a line. */
    fprintf(stream, "set pointsize %s\n", figure->x_axis.categories ? "1.6" : "1.1");
    put_axis(&figure->x_axis, 'x', stream);
    put_axis(&figure->y_axis, 'y', stream);
    put_key(figure, &layout, stream);
    put_frame(figure, &layout, stream);
    fprintf(stream,
            "set terminal svg size %d,%d noenhanced font 'sans-serif,14' background "
            "'white'\n",
            WIDTH, layout.height);
    put_output("set output ", name, ".svg", stream);
    put_plot(figure, stream);
    fprintf(
        stream,
        "set terminal pngcairo size %d,%d noenhanced font 'sans-serif,14' fontscale 1.6 "
        "linewidth 1.6 pointscale 1.6 background 'white'\n",
        WIDTH * 16 / 10, layout.height * 16 / 10);
    put_output("set output ", name, ".png", stream);
    fputs("replot\nunset output\n", stream);
}
