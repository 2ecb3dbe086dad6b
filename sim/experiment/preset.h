/* preset.h -- an experiment file with the presets that it extends. */
#ifndef FAULTLINE_EXPERIMENT_PRESET_H
#define FAULTLINE_EXPERIMENT_PRESET_H

#include "experiment/config.h"
#include "experiment/layer.h"

/* Read options->file (if there is one) and merge it into *layer over its presets; over
 * them `set`, what the --set options say, whose `extends` stands for that of the file.
 * ERR_CONFIG also if a preset is not found or extends itself. */
MUST_CHECK enum status preset_load(struct layer *layer, const struct layer *set,
                                   const struct experiment_options *options,
                                   struct arena *arena, struct error *err);

/* A path as written in the value `node`, relative to the folder of the file that holds it
 * (to the current folder if it comes from --set).  NULL if out of memory. */
const char *preset_resolve(const char *path, const struct yaml_node *node,
                           struct arena *arena);

#endif
