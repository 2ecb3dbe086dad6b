/* markdown.c -- see render.h: tables of GitHub-flavoured Markdown. */
#include "explain/render.h"

#include <inttypes.h>
#include <string.h>

/* Text as itself. */
static void put(const char *text, FILE *out)
{
    for (; *text; text++) {
        if (strchr("\\`*_|<>[]", *text))
            putc('\\', out);
        putc(*text, out);
    }
}

static void put_cell(const struct grid_cell *cell, FILE *out)
{
    const bool bold = cell->mark == MARK_LOADED || cell->mark == MARK_FAULT;
    fputs(cell->hand ? " \\>" : " ", out);
    fputs(bold ? "**" : "", out);
    put(cell->text, out);
    fputs(bold ? "**" : "", out);
    if (cell->referenced || cell->dirty)
        fprintf(out, "<sup>%s%s</sup>", cell->referenced ? "r" : "",
                cell->dirty ? "d" : "");
    fputs(" |", out);
}

static void put_row(const struct grid *grid, const struct grid_row *row, FILE *out)
{
    fputs("| ", out);
    put(row->label, out);
    fputs(" |", out);
    for (size_t i = 0; i < grid->ncolumns; i++)
        put_cell(&row->cells[i], out);
    putc('\n', out);
}

static void put_table(const struct grid *grid, const struct grid_section *section,
                      FILE *out)
{
    put_row(grid, grid->head, out);
    fputs("|---|", out);
    for (size_t i = 0; i < grid->ncolumns; i++)
        fputs("--:|", out);
    putc('\n', out);
    for (const struct grid_row *row = grid->head->next; row; row = row->next)
        put_row(grid, row, out);
    for (const struct grid_row *row = section->rows; row; row = row->next)
        put_row(grid, row, out);
}

static void put_reasons(const struct grid_reason *reason, FILE *out)
{
    fputs("\n| reference | page | goes | why |\n|--:|--:|--:|---|\n", out);
    for (; reason; reason = reason->next) {
        fprintf(out, "| %" PRIu64 " | %s | %s | ", reason->number, reason->page,
                reason->victim);
        put(reason->sentence, out);
        fputs(" |\n", out);
    }
}

void render_markdown(const struct grid *grid, FILE *out)
{
    for (size_t i = 0; i < grid->nsections; i++) {
        const struct grid_section *section = &grid->sections[i];
        fputs("### ", out);
        put(section->title, out);
        fputs("\n\n", out);
        put_table(grid, section, out);
        if (section->reasons)
            put_reasons(section->reasons, out);
        fprintf(out, "\n%s.\n\n", section->summary);
    }
    put(grid->legend, out);
    fputs(grid->has_hand ? "; \\> hand\n" : "\n", out);
    for (size_t i = 0; i < grid->nverdict; i++) {
        putc('\n', out);
        put(grid->verdict[i], out);
        putc('\n', out);
    }
}
