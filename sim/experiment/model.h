/* model.h -- `machine.model`: presets of whole machines.  A model is a file machines/NAME.yaml
 * in a folder of presets, or beside the file that names it; it says machine.* keys and
 * perhaps `extends`, nothing else, and what it says holds where nothing else does; what needs
 * `timing: events` only if there is some. */
#ifndef FAULTLINE_EXPERIMENT_MODEL_H
#define FAULTLINE_EXPERIMENT_MODEL_H

#include "experiment/preset.h"

struct model {
    const struct yaml_node *node; /* that names it                                       */
    const char *name;             /* "skylake-x"                                         */
    struct layer layer;
    struct model *next;
};

/* Zeroed but for options and arena. */
struct models {
    const struct experiment_options *options;
    struct arena *arena;
    struct model *all; /* those read so far                                              */
};

/* The model that the layer names; *model NULL: none. */
MUST_CHECK enum status model_find(const struct model **model, struct models *models,
                                  const struct layer *layer, struct error *err);

/* Put what the model that the layer names says under the layer, in the layer's arena. */
MUST_CHECK enum status model_apply(struct layer *layer, struct models *models,
                                   struct arena *arena, struct error *err);

/* The names of the models in the folders, sorted, each once; at most max.  They live as long
 * as the arena. */
size_t model_names(const char **names, size_t max, const char *const *folders,
                   size_t nfolders, struct arena *arena);

#endif
