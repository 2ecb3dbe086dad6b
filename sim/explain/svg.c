/* svg.c -- see render.h: a picture in the manner of textbooks.  Frames are boxes; a page
 * that has been brought in is red and bold, one that has been used is green. */
#include "explain/render.h"

#include <inttypes.h>
#include <string.h>

/* Pixels. */
enum {
    MARGIN = 16,
    ROW = 22,      /* height of a row                                                     */
    LIST_ROW = 19, /* ... of a list                                                       */
    SPACE = 8,     /* between the rows of one kind and those of another                   */
    TITLE = 26,
    LINE = 17,       /* of sentences                                                      */
    CHARACTER = 8,   /* widest digit of the font                                          */
    BOX_PADDING = 9, /* on both sides of a page's number                                  */
    FLAGS = 9,       /* room for the bits beside it                                       */
    LABEL_CHARACTER = 7,
    SENTENCE_CHARACTER = 6,
    SENTENCES_MIN = 560, /* width for sentences at least                                  */
};

struct drawing {
    const struct grid *grid;
    FILE *out;
    int label, cell; /* widths                                                            */
    int width, y;
    size_t columns; /* of a block                                                         */
};

/* --- pieces --------------------------------------------------------------------------- */

static void put_escaped(const char *text, FILE *out)
{
    for (; *text; text++)
        switch (*text) {
        case '<':
            fputs("&lt;", out);
            break;
        case '&':
            fputs("&amp;", out);
            break;
        default:
            putc(*text, out);
        }
}

static void put_text(const struct drawing *d, const char *class, int x, int y,
                     const char *text)
{
    if (!*text)
        return;
    fprintf(d->out, "<text class=\"%s\" x=\"%d\" y=\"%d\">", class, x, y);
    put_escaped(text, d->out);
    fputs("</text>\n", d->out);
}

static const char style[] =
    "<style>\n"
    "text { font-family: Helvetica, Arial, sans-serif; font-size: 13px; fill: #222; }\n"
    ".t { font-size: 15px; font-weight: bold; }\n"
    ".l { text-anchor: end; font-size: 12px; fill: #555; }\n"
    ".p { text-anchor: middle; }\n"
    ".n { text-anchor: middle; font-size: 10px; fill: #888; }\n"
    ".x { text-anchor: middle; font-weight: bold; fill: #b3261e; }\n"
    ".v { text-anchor: middle; fill: #b3261e; }\n"
    ".b { font-size: 9px; fill: #444; }\n"
    ".s { font-size: 12px; }\n"
    ".S { font-size: 12px; font-weight: bold; }\n"
    "rect { fill: #fff; stroke: #444; }\n"
    ".in { fill: #f8d0c8; }\n"
    ".hit { fill: #d7ecd2; }\n"
    ".no { stroke: #ccc; }\n"
    ".li { fill: #f2f2f2; stroke: #bbb; }\n"
    ".h { fill: #1a5fb4; }\n"
    "</style>\n";

/* --- sizes ---------------------------------------------------------------------------- */

static void measure_rows(struct drawing *d, const struct grid_row *row)
{
    for (; row; row = row->next) {
        const int label = LABEL_CHARACTER * (int)strlen(row->label) + 12;
        d->label = label > d->label ? label : d->label;
        for (size_t i = 0; i < d->grid->ncolumns; i++) {
            const int flags = d->grid->has_referenced || d->grid->has_dirty ? FLAGS : 0;
            const int cell =
                CHARACTER * (int)strlen(row->cells[i].text) + 2 * (BOX_PADDING + flags);
            d->cell = cell > d->cell ? cell : d->cell;
        }
    }
}

static int row_height(const struct grid_row *row)
{
    const struct grid_row *next = row->next;
    const bool breaks =
        next && (next->kind != row->kind || (next->kind == GRID_LIST && *next->label));
    return (row->kind == GRID_LIST ? LIST_ROW : ROW) + (breaks ? SPACE : 0);
}

static int rows_height(const struct grid_row *row)
{
    int height = 0;
    for (; row; row = row->next)
        height += row_height(row);
    return height;
}

static size_t characters_of_line(const struct drawing *d)
{
    return (size_t)(d->width - 2 * MARGIN) / SENTENCE_CHARACTER;
}

/* The part of a sentence that fits on one line. */
static size_t line_length(const struct drawing *d, const char *text)
{
    const size_t most = characters_of_line(d);
    if (strlen(text) <= most)
        return strlen(text);
    size_t length = most;
    while (length > 0 && text[length] != ' ')
        length--;
    return length ? length : most;
}

/* Write a sentence on as many lines as it takes, or only count them. */
static int put_sentence(struct drawing *d, const char *class, const char *text, bool write)
{
    int lines = 0;
    while (*text) {
        const size_t length = line_length(d, text);
        if (write) {
            fprintf(d->out, "<text class=\"%s\" x=\"%d\" y=\"%d\">", class, MARGIN,
                    d->y + 12);
            for (size_t i = 0; i < length; i++)
                put_escaped((const char[]){text[i], '\0'}, d->out);
            fputs("</text>\n", d->out);
            d->y += LINE;
        }
        lines++;
        text += length;
        text += strspn(text, " ");
    }
    return lines;
}

/* "4: 2 for 7. Page 7 was loaded first." */
static void format_reason(const struct grid_reason *reason, char *text, size_t size)
{
    if (reason->released)
        snprintf(text, size, "%" PRIu64 ": %s is given up. %s", reason->number,
                 reason->victim, reason->sentence);
    else
        snprintf(text, size, "%" PRIu64 ": %s for %s. %s", reason->number, reason->page,
                 reason->victim, reason->sentence);
}

/* A blank line. */
static int put_space(struct drawing *d, bool write)
{
    d->y += write ? LINE : 0;
    return 1;
}

/* Lines of sentences, written or only counted. */
static int put_sentences(struct drawing *d, bool write)
{
    char text[640];
    const struct grid *grid = d->grid;
    snprintf(text, sizeof text, "%s; red: brought in; green: used%s", grid->legend,
             grid->has_hand ? "; triangle: hand" : "");
    int lines = put_sentence(d, "s", text, write);
    for (size_t i = 0; i < grid->nsections; i++) {
        const struct grid_section *section = &grid->sections[i];
        lines += put_space(d, write);
        snprintf(text, sizeof text, "%s: %s", section->label, section->summary);
        lines += put_sentence(d, "S", text, write);
        for (const struct grid_reason *r = section->reasons; r; r = r->next) {
            format_reason(r, text, sizeof text);
            lines += put_sentence(d, "s", text, write);
        }
    }
    if (grid->nverdict)
        lines += put_space(d, write);
    for (size_t i = 0; i < grid->nverdict; i++)
        lines += put_sentence(d, i ? "s" : "S", grid->verdict[i], write);
    return lines;
}

static int block_height(const struct grid *grid)
{
    int height = rows_height(grid->head) + SPACE;
    for (size_t i = 0; i < grid->nsections; i++)
        height += TITLE + rows_height(grid->sections[i].rows) + SPACE;
    return height;
}

/* --- rows ----------------------------------------------------------------------------- */

static void put_box(const struct drawing *d, const char *class, int x, int height)
{
    fprintf(d->out, "<rect class=\"%s\" x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\"/>\n",
            class, x, d->y, d->cell, height);
}

static void put_frame(const struct drawing *d, const struct grid_cell *cell, int x)
{
    const int middle = x + d->cell / 2, right = x + d->cell - FLAGS;
    put_box(d,
            cell->mark == MARK_LOADED ? "in"
            : cell->mark == MARK_HIT  ? "hit"
            : *cell->text             ? "full"
                                      : "no",
            x, ROW);
    put_text(d, cell->mark == MARK_LOADED ? "x" : "p", middle, d->y + 16, cell->text);
    if (cell->referenced)
        put_text(d, "b", right, d->y + 9, "r");
    if (cell->dirty)
        put_text(d, "b", right, d->y + 19, "d");
    if (cell->hand)
        fprintf(d->out, "<path class=\"h\" d=\"M%d %d l6 4 l-6 4 z\"/>\n", x + 2, d->y + 7);
}

static void put_event(const struct drawing *d, const struct grid_cell *cell, int x)
{
    if (cell->note) {
        fputs("<g><title>", d->out);
        put_escaped(cell->note, d->out);
        fputs("</title>", d->out);
    }
    put_text(d,
             cell->mark == MARK_FAULT    ? "x"
             : cell->mark == MARK_VICTIM ? "v"
             : cell->mark == MARK_FAINT  ? "n"
                                         : "p",
             x + d->cell / 2, d->y + 16, cell->text);
    if (cell->dirty)
        put_text(d, "b", x + d->cell - FLAGS, d->y + 19, "d");
    if (cell->note)
        fputs("</g>\n", d->out);
}

static void put_listed(const struct drawing *d, const struct grid_cell *cell, int x)
{
    if (!*cell->text)
        return;
    put_box(d, "li", x, LIST_ROW);
    put_text(d, cell->mark == MARK_FAINT ? "n" : "p", x + d->cell / 2, d->y + 14,
             cell->text);
}

static void put_rows(struct drawing *d, const struct grid_row *row, size_t first,
                     size_t end)
{
    for (; row; row = row->next) {
        put_text(d, "l", MARGIN + d->label - 8, d->y + 15, row->label);
        for (size_t i = first; i < end; i++) {
            const int x = MARGIN + d->label + (int)(i - first) * d->cell;
            if (row->kind == GRID_FRAME)
                put_frame(d, &row->cells[i], x);
            else if (row->kind == GRID_LIST)
                put_listed(d, &row->cells[i], x);
            else
                put_event(d, &row->cells[i], x);
        }
        d->y += row_height(row);
    }
    d->y += SPACE;
}

static void put_blocks(struct drawing *d)
{
    const struct grid *grid = d->grid;
    for (size_t first = 0; first < grid->ncolumns; first += d->columns) {
        const size_t left = grid->ncolumns - first;
        const size_t end = first + (left < d->columns ? left : d->columns);
        put_rows(d, grid->head, first, end);
        for (size_t i = 0; i < grid->nsections; i++) {
            put_text(d, "t", MARGIN, d->y + 16,
                     first ? grid->sections[i].label : grid->sections[i].title);
            d->y += TITLE;
            put_rows(d, grid->sections[i].rows, first, end);
        }
    }
}

void render_svg(const struct grid *grid, unsigned width, FILE *out)
{
    struct drawing d = {.grid = grid, .out = out, .y = MARGIN};
    measure_rows(&d, grid->head);
    for (size_t i = 0; i < grid->nsections; i++)
        measure_rows(&d, grid->sections[i].rows);
    const int room = (int)width - 2 * MARGIN - d.label;
    const size_t n = grid->ncolumns;
    d.columns = room > d.cell ? (size_t)(room / d.cell) : 1;
    const int table = d.label + (int)(n < d.columns ? n : d.columns) * d.cell;
    d.width = 2 * MARGIN + (table > SENTENCES_MIN ? table : SENTENCES_MIN);
    const int blocks = (int)((n + d.columns - 1) / d.columns);
    const int height =
        2 * MARGIN + blocks * block_height(grid) + LINE * put_sentences(&d, false);
    fprintf(out,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" "
            "viewBox=\"0 0 %d %d\">\n%s"
            "<rect x=\"0\" y=\"0\" width=\"%d\" height=\"%d\" style=\"stroke: none\"/>\n",
            d.width, height, d.width, height, style, d.width, height);
    put_blocks(&d);
    put_sentences(&d, true);
    fputs("</svg>\n", out);
}
