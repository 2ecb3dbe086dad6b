/* storage.h -- the devices that an experiment names: models of device_table, and presets of
 * them.  A preset is a file devices/NAME.yaml in a folder of presets, or beside the file
 * that names it: `device: MODEL` and values of the model's parameters. */
#ifndef FAULTLINE_EXPERIMENT_STORAGE_H
#define FAULTLINE_EXPERIMENT_STORAGE_H

#include "experiment/plugin.h"
#include "experiment/preset.h"
#include "swap/device.h"

#define DEVICE_NONE "none" /* the name of no device at all */

struct storage_preset {
    const char *path;
    const struct device_ops *model;
    const struct yaml_node *map;
    struct storage_preset *next;
};

/* Zeroed but for options and arena. */
struct storage {
    const struct experiment_options *options;
    struct arena *arena;
    struct storage_preset *presets; /* those read so far                                 */
    /* What was tried last, and how large it is: neighbouring cells often have it too. */
    const struct device_ops *tried;
    struct plugin_config tried_config;
    uint64_t tried_page_size, tried_capacity;
};

/* The device that the value `name` of key means; *model NULL: none.  ERR_CONFIG. */
MUST_CHECK enum status storage_find(struct plugin *plugin, const struct device_ops **model,
                                    struct storage *storage, const char *key,
                                    const char *name, struct location at,
                                    struct error *err);

/* See whether a device with these parameters can be made, for transfers of page_size bytes,
 * and set *capacity to its bytes.  ERR_CONFIG points at the parameter at fault, in the
 * layer or in the preset. */
MUST_CHECK enum status storage_try(uint64_t *capacity, struct storage *storage,
                                   const struct plugin *plugin,
                                   const struct device_ops *model,
                                   const struct plugin_config *config, uint64_t page_size,
                                   const struct layer *layer, struct error *err);

/* The names of the presets in the folders, sorted, each once; at most max.  They live as
 * long as the arena. */
size_t storage_presets(const char **names, size_t max, const char *const *folders,
                       size_t nfolders, struct arena *arena);

#endif
