/* plugin.h -- what policies and kernels have in common: a name and parameters. */
#ifndef FAULTLINE_EXPERIMENT_PLUGIN_H
#define FAULTLINE_EXPERIMENT_PLUGIN_H

#include "experiment/config.h"
#include "experiment/layer.h"

struct plugin {
    const char *key; /* "policy", "kernel"                                               */
    const char *name;
    const struct param *params; /* NULL: none                                           */
};

/* The plug-in that key_parse has found to exist. */
struct plugin plugin_find(const char *key, const char *name);

/* Set *config to the plug-in's defaults and then to what the layer says of it. */
MUST_CHECK enum status plugin_configure(struct plugin_config *config,
                                        const struct plugin *plugin,
                                        const struct layer *layer, struct error *err);

/* Check what the layer says of the plug-ins that it names, although no cell may use it. */
MUST_CHECK enum status plugin_check(const struct layer *layer, struct error *err);

#endif
