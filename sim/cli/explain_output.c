/* explain_output.c -- see explain_output.h. */
#include "cli/explain_output.h"

#include "base/file.h"
#include "base/units.h"
#include "cli/command.h"
#include "explain/render.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { WIDTH = 80, SVG_WIDTH = 1200 }; /* characters, pixels */

enum form { FORM_TEXT, FORM_MARKDOWN, FORM_CSV, FORM_SVG };

static const char *const forms[] = {"text", "markdown", "csv", "svg"};
static const char *const endings[] = {".txt", ".md", ".csv", ".svg"};

enum status explain_output_check(const struct explain_output *output, struct error *err)
{
    for (size_t i = 0; i < ARRAY_LEN(forms); i++)
        if (!output->format || strcmp(output->format, forms[i]) == 0)
            return OK;
    const char *nearest = nearest_name(output->format, forms, ARRAY_LEN(forms));
    return error_set(err, ERR_CONFIG, at_nowhere(),
                     "unknown format '%s' of --format: text, markdown, csv or svg%s%s",
                     output->format, nearest ? "; nearest is " : "",
                     nearest ? nearest : "");
}

static enum form form_of(const struct explain_output *output)
{
    const char *dot = output->path ? strrchr(output->path, '.') : NULL;
    for (size_t i = 0; i < ARRAY_LEN(forms); i++)
        if (output->format ? strcmp(output->format, forms[i]) == 0
                           : dot && strcmp(dot, endings[i]) == 0)
            return (enum form)i;
    return FORM_TEXT;
}

static unsigned text_width(const struct explain_output *output)
{
    struct winsize size;
    if (output->width)
        return (unsigned)output->width;
    if (!output->path && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col)
        return size.ws_col;
    const char *columns = getenv("COLUMNS");
    const long width = columns ? strtol(columns, NULL, 10) : 0;
    return width > 0 && width < 10000 ? (unsigned)width : WIDTH;
}

/* Colours are for people who look at a terminal that has them; see no-color.org. */
static bool has_colours(const struct explain_output *output)
{
    const char *term = getenv("TERM"), *none = getenv("NO_COLOR");
    return !output->path && isatty(STDOUT_FILENO) && !(none && *none) &&
           !(term && strcmp(term, "dumb") == 0);
}

static enum status render(const struct explain_output *output,
                          const struct explanation *explanation, FILE *out,
                          struct error *err)
{
    const enum form form = form_of(output);
    if (form == FORM_CSV)
        return render_csv(explanation, out, err);
    struct grid grid;
    const enum status status = grid_make(&grid, explanation, err);
    if (status == OK && form == FORM_TEXT)
        render_text(&grid, text_width(output), has_colours(output), out);
    else if (status == OK && form == FORM_MARKDOWN)
        render_markdown(&grid, out);
    else if (status == OK)
        render_svg(&grid, SVG_WIDTH, out);
    grid_free(&grid);
    return status;
}

int explain_output_write(const struct explain_output *output,
                         const struct explanation *explanation)
{
    struct error err;
    if (!output->path) {
        const enum status status = render(output, explanation, stdout, &err);
        return status == OK ? command_close_output(EXIT_DONE) : command_fail(&err);
    }
    struct file_writer writer;
    enum status status = file_create(&writer, output->path, &err);
    if (status != OK)
        return command_fail(&err);
    status = render(output, explanation, writer.stream, &err);
    if (status == OK)
        status = file_commit(&writer, &err);
    else
        file_abandon(&writer);
    return status == OK ? EXIT_DONE : command_fail(&err);
}
