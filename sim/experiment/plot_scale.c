/* plot_scale.c -- see plot_scale.h. */
#include "experiment/plot_scale.h"

#include "experiment/keys.h"

static const char *const names[] = {
    [PLOT_AUTO] = "auto", [PLOT_LINEAR] = "linear", [PLOT_LOG] = "log", NULL};

static enum status take(enum plot_scale *scale, const struct yaml_node *said,
                        struct error *err)
{
    uint64_t number = PLOT_AUTO;
    if (!said)
        return OK;
    const struct key key = {.name = said->key,
                            .kind = KEY_CHOICE,
                            .choices = names,
                            .range = "auto, linear, log"};
    const enum status status = key_parse(&key, &number, said->text, said->at, err);
    *scale = (enum plot_scale)number;
    return status;
}

enum status plot_scales_take(struct plot_config *plot, const struct yaml_node *x,
                             const struct yaml_node *y, struct error *err)
{
    const enum status status = take(&plot->xscale, x, err);
    return status == OK ? take(&plot->yscale, y, err) : status;
}

const char *plot_scale_name(enum plot_scale scale)
{
    return names[scale];
}
