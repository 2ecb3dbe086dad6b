/* native.h -- `policy: native`: the policy that is a kernel's own. */
#ifndef FAULTLINE_EXPERIMENT_NATIVE_H
#define FAULTLINE_EXPERIMENT_NATIVE_H

#include "experiment/plugin.h"

/* True if the value of a key is `native` of a policy. */
bool native_is_meant(const char *key, const char *text);

/* The policy of the kernel, which is configured.  ERR_CONFIG at the place that asks for it if
 * the kernel has none of its own, or one that there is not. */
MUST_CHECK enum status native_find(struct plugin *plugin,
                                   const struct plugin_config *kernel, struct location at,
                                   struct error *err);

/* True if the kernel sets the parameter to something else than its default. */
bool native_differs(const struct native_policy *native, const struct param *param);

/* The default of `policy`: `native` where the kernel has one.  NULL if kernels vary and have
 * different ones. */
const char *native_default(const struct layer *layer);

#endif
