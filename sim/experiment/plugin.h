/* plugin.h -- what policies, kernels and devices have in common: a name and parameters. */
#ifndef FAULTLINE_EXPERIMENT_PLUGIN_H
#define FAULTLINE_EXPERIMENT_PLUGIN_H

#include "experiment/config.h"
#include "experiment/layer.h"

struct plugin {
    const char *key;   /* "policy", "kernel", "swap.device"                              */
    const char *name;  /* as the user knows it: that of a device may be a preset's       */
    const char *model; /* as its table has it                                           */
    const struct param *params;     /* NULL: none                                        */
    const struct yaml_node *preset; /* values of parameters, and `device`; NULL: none     */
};

/* The policy or kernel that key_parse has found to exist. */
struct plugin plugin_find(const char *key, const char *name);

/* Set *config to the plug-in's defaults, then to what its preset and then the layer say. */
MUST_CHECK enum status plugin_configure(struct plugin_config *config,
                                        const struct plugin *plugin,
                                        const struct layer *layer, struct error *err);

/* Check what the layer says of the policy and the kernel that it names, although no cell
 * may use them. */
MUST_CHECK enum status plugin_check(const struct layer *layer, struct error *err);

#endif
