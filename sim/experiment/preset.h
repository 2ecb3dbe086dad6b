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

/* Read the file of a preset and merge it into *layer over those that it extends. */
MUST_CHECK enum status preset_read(struct layer *layer, const char *path,
                                   const struct experiment_options *options,
                                   struct arena *arena, struct error *err);

/* A path as written at a place, relative to the folder of the file there (to the current
 * folder if it comes from --set).  NULL if out of memory. */
const char *preset_resolve(const char *path, struct location at, struct arena *arena);

/* The file that the name of a preset means where it is written: in a folder of presets,
 * else relative to that place, which is all that counts for a name with '.' or '/' first.
 * *out is NULL if there is none. */
MUST_CHECK enum status preset_find(const char **out, const char *name, struct location at,
                                   const struct experiment_options *options,
                                   struct arena *arena, struct error *err);

/* The name of a preset by its path: "ra81" for ../devices/ra81.yaml.  NULL if out of
 * memory. */
const char *preset_stem(const char *path, struct arena *arena);

/* The presets in a part of the folders of presets ("machines/"), without it, sorted, each
 * once; at most max. */
size_t preset_names(const char **names, size_t max, const char *const *folders,
                    size_t nfolders, const char *part, struct arena *arena);

#endif
