/* plot_file.c -- see plot_file.h. */
#include "experiment/plot_file.h"

#include <string.h>

static bool file_taken(const struct experiment *experiment, const struct plot_config *self)
{
    for (const struct plot_config *plot = experiment->plots; plot < self; plot++)
        if (strcmp(plot->file, self->file) == 0)
            return true;
    return false;
}

enum status plot_file_make(struct plot_config *plot, const struct experiment *experiment,
                           struct arena *arena, struct error *err)
{
    if (plot->file && file_taken(experiment, plot))
        return error_set(err, ERR_CONFIG, plot->at, "a second plot with the file '%s'",
                         plot->file);
    if (plot->file)
        return OK;
    const char *dot = strrchr(plot->x, '.');
    char *stem = arena_printf(arena, "%s-by-%s", plot->y, dot ? dot + 1 : plot->x);
    for (char *c = stem; c && *c; c++)
        if (*c == ',')
            *c = '-';
    plot->file = stem;
    for (unsigned i = 2; plot->file && file_taken(experiment, plot); i++)
        plot->file = arena_printf(arena, "%s-%u", stem, i);
    return plot->file ? OK : error_nomem(err);
}
