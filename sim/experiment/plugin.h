/* plugin.h -- what policies, kernels, devices, MMUs and generators have in common: a name
 * and parameters. */
#ifndef FAULTLINE_EXPERIMENT_PLUGIN_H
#define FAULTLINE_EXPERIMENT_PLUGIN_H

#include "experiment/config.h"
#include "experiment/layer.h"
#include "experiment/policy_file.h"
#include "pager/kernel.h"

struct plugin {
    const char *key;   /* "policy", "kernel", "swap.device", "machine.mmu", "generate"   */
    const char *name;  /* as the user knows it: that of a device may be a preset's, that of
                        * a policy the path of its file                                  */
    const char *model; /* as its table has it                                           */
    const struct param *params;     /* NULL: none                                        */
    const struct yaml_node *preset; /* values of parameters, and `device`; NULL: none     */
    const struct policy_ops *policy; /* NULL: it is none                                 */
    const struct policy_file *file;  /* NULL: it is built in                             */
    struct native_policy native; /* what a kernel sets of the parameters; else empty      */
};

/* The policy, kernel, MMU or generator that key_parse has found to exist. */
struct plugin plugin_find(const char *key, const char *name);

/* The same of what is named at a place, where a policy may be a file.  ERR_CONFIG if that
 * cannot be loaded. */
MUST_CHECK enum status plugin_load(struct plugin *plugin, struct policy_files *files,
                                   const char *key, const char *name, struct location at,
                                   struct error *err);

/* Set *config to the plug-in's defaults, then to what its kernel, its preset and then the
 * layer say. */
MUST_CHECK enum status plugin_configure(struct plugin_config *config,
                                        const struct plugin *plugin,
                                        const struct layer *layer, struct error *err);

/* Where the first parameter stands that the sentence has in quotes: the user's words before
 * the preset's, and if there is none the plug-in's name. */
struct location plugin_place_of_fault(const struct plugin *plugin,
                                      const struct layer *layer, const char *sentence);

/* Check what the layer says of the policy, the kernel, the MMU and the generator that it
 * names, although no cell may use them. */
MUST_CHECK enum status plugin_check(const struct layer *layer, struct policy_files *files,
                                    struct error *err);

#endif
