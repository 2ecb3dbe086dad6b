/* text.c -- see render.h: for terminals. */
#include "explain/render.h"

#include <inttypes.h>
#include <string.h>

enum { GAP = 2, SENTENCE_MIN = 30 };

struct layout {
    const struct grid *grid;
    FILE *out;
    unsigned width;
    bool colour;
    int label, cell; /* widths                                                           */
    int blanks;      /* to be written before what comes next on the line                  */
};

/* Escape sequences by mark: bold red, green, bold red, magenta, faint. */
static const char *const colours[GRID_MARKS] = {
    [MARK_NONE] = "",           [MARK_LOADED] = "\033[1;31m",
    [MARK_HIT] = "\033[32m",    [MARK_FAULT] = "\033[1;31m",
    [MARK_VICTIM] = "\033[35m", [MARK_FAINT] = "\033[2m",
};

/* --- lines without blanks at their ends ----------------------------------------------- */

static void put(struct layout *layout, const char *text, const char *colour)
{
    if (!*text)
        return;
    const char *on = layout->colour ? colour : "";
    fprintf(layout->out, "%*s%s%s%s", layout->blanks, "", on, text, *on ? "\033[0m" : "");
    layout->blanks = 0;
}

static void put_right(struct layout *layout, const char *text, int width)
{
    const int length = (int)strlen(text);
    layout->blanks += length < width ? width - length : 0;
    put(layout, text, "");
}

static void put_left(struct layout *layout, const char *text, int width)
{
    const int length = (int)strlen(text);
    put(layout, text, "");
    layout->blanks += length < width ? width - length : 0;
}

/* A mark of one character, or room for it. */
static void put_flag(struct layout *layout, bool set, const char *flag)
{
    if (set)
        put(layout, flag, "");
    else
        layout->blanks++;
}

static void end_line(struct layout *layout)
{
    putc('\n', layout->out);
    layout->blanks = 0;
}

/* --- blocks --------------------------------------------------------------------------- */

/* The widest text of the rows' cells; *label likewise. */
static int measure_rows(const struct grid *grid, const struct grid_row *row, int *label)
{
    int width = 0;
    for (; row; row = row->next) {
        const int wanted = (int)strlen(row->label);
        *label = wanted > *label ? wanted : *label;
        for (size_t i = 0; i < grid->ncolumns; i++) {
            const int length = (int)strlen(row->cells[i].text);
            width = length > width ? length : width;
        }
    }
    return width;
}

static void measure(struct layout *layout)
{
    const struct grid *grid = layout->grid;
    layout->cell = measure_rows(grid, grid->head, &layout->label);
    for (size_t i = 0; i < grid->nsections; i++) {
        const int width = measure_rows(grid, grid->sections[i].rows, &layout->label);
        layout->cell = width > layout->cell ? width : layout->cell;
    }
}

static void print_cell(struct layout *layout, const struct grid_cell *cell)
{
    const struct grid *grid = layout->grid;
    layout->blanks += GAP + layout->cell - (int)strlen(cell->text);
    if (grid->has_hand)
        put_flag(layout, cell->hand, ">");
    put(layout, cell->text, colours[cell->mark]);
    if (grid->has_referenced)
        put_flag(layout, cell->referenced, "r");
    if (grid->has_dirty)
        put_flag(layout, cell->dirty, "d");
}

/* The end of a list that is longer in other columns. */
static bool is_blank(const struct grid_row *row, size_t first, size_t end)
{
    for (size_t i = first; i < end; i++)
        if (*row->cells[i].text)
            return false;
    return !*row->label;
}

static void print_rows(struct layout *layout, const struct grid_row *row, size_t first,
                       size_t end)
{
    for (; row; row = row->next) {
        if (is_blank(row, first, end))
            continue;
        put_left(layout, row->label, layout->label);
        for (size_t i = first; i < end; i++)
            print_cell(layout, &row->cells[i]);
        end_line(layout);
    }
}

static size_t columns_of_block(const struct layout *layout)
{
    const struct grid *grid = layout->grid;
    const int cell =
        GAP + layout->cell + grid->has_hand + grid->has_referenced + grid->has_dirty;
    const int room = (int)layout->width - layout->label;
    return room > cell ? (size_t)(room / cell) : 1;
}

static void print_blocks(struct layout *layout)
{
    const struct grid *grid = layout->grid;
    const size_t n = columns_of_block(layout);
    for (size_t first = 0; first < grid->ncolumns; first += n) {
        const size_t end = grid->ncolumns - first > n ? first + n : grid->ncolumns;
        print_rows(layout, grid->head, first, end);
        for (size_t i = 0; i < grid->nsections; i++) {
            fprintf(layout->out, "\n%s\n",
                    first ? grid->sections[i].label : grid->sections[i].title);
            print_rows(layout, grid->sections[i].rows, first, end);
        }
        end_line(layout);
    }
    fprintf(layout->out, "%s%s\n", grid->legend, grid->has_hand ? "; > hand" : "");
}

/* --- sentences ------------------------------------------------------------------------ */

/* Words up to the line's end, where all begin with this indent. */
static void print_wrapped(struct layout *layout, const char *text, int indent)
{
    const int width = (int)layout->width - indent;
    int room = width > SENTENCE_MIN ? width : SENTENCE_MIN;
    const int all = room;
    while (*text) {
        const int length = (int)strcspn(text, " ");
        if (length > room && room < all) {
            fprintf(layout->out, "\n%*s", indent, "");
            room = all;
        }
        const int blanks = (int)strspn(text + length, " ");
        fprintf(layout->out, "%.*s", length, text);
        text += length + blanks;
        if (*text && (int)strcspn(text, " ") < room - length)
            putc(' ', layout->out);
        room -= length + 1;
    }
    putc('\n', layout->out);
}

static void widen(int *width, const char *text)
{
    const int length = (int)strlen(text);
    *width = length > *width ? length : *width;
}

static void print_reasons(struct layout *layout, const struct grid_section *section)
{
    int widths[3] = {(int)strlen("reference"), (int)strlen("page"), (int)strlen("goes")};
    for (const struct grid_reason *r = section->reasons; r; r = r->next) {
        widen(&widths[1], r->page);
        widen(&widths[2], r->victim);
    }
    put_left(layout, "reference", widths[0] + GAP);
    put_right(layout, "page", widths[1]);
    layout->blanks += GAP;
    put_right(layout, "goes", widths[2]);
    layout->blanks += GAP;
    put(layout, "why", "");
    end_line(layout);
    for (const struct grid_reason *r = section->reasons; r; r = r->next) {
        fprintf(layout->out, "%*" PRIu64 "%*s%*s%*s%*s%*s", widths[0], r->number, GAP, "",
                widths[1], r->page, GAP, "", widths[2], r->victim, GAP, "");
        print_wrapped(layout, r->sentence, widths[0] + widths[1] + widths[2] + 3 * GAP);
    }
}

static void print_summaries(struct layout *layout)
{
    int width = 0;
    for (size_t i = 0; i < layout->grid->nsections; i++)
        widen(&width, layout->grid->sections[i].label);
    end_line(layout);
    for (size_t i = 0; i < layout->grid->nsections; i++)
        fprintf(layout->out, "%-*s  %s\n", width, layout->grid->sections[i].label,
                layout->grid->sections[i].summary);
}

void render_text(const struct grid *grid, unsigned width, bool colour, FILE *out)
{
    struct layout layout = {.grid = grid, .out = out, .width = width, .colour = colour};
    measure(&layout);
    print_blocks(&layout);
    for (size_t i = 0; i < grid->nsections; i++) {
        const struct grid_section *section = &grid->sections[i];
        if (!section->reasons)
            continue;
        end_line(&layout);
        if (grid->nsections > 1)
            fprintf(out, "%s\n", section->label);
        print_reasons(&layout, section);
    }
    print_summaries(&layout);
    if (grid->nverdict)
        end_line(&layout);
    for (size_t i = 0; i < grid->nverdict; i++)
        print_wrapped(&layout, grid->verdict[i], 0);
}
