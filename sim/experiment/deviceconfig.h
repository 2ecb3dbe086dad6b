/* deviceconfig.h -- the devices of a cell with `timing: events`: those of swap space and that
 * of files. */
#ifndef FAULTLINE_EXPERIMENT_DEVICECONFIG_H
#define FAULTLINE_EXPERIMENT_DEVICECONFIG_H

#include "experiment/cellwork.h"

/* A device with its parameters. */
struct device_choice {
    struct plugin plugin;
    const struct device_ops *model; /* NULL: there is none                                */
    uint64_t capacity;              /* bytes; UINT64_MAX: no bound                        */
    struct location at;
};

/* Set what events says of devices, and record the settings; *swap is the first swap device.
 * The cell's page size is set already.  ERR_CONFIG. */
MUST_CHECK enum status deviceconfig_build(struct cellwork *work,
                                          struct events_config *events,
                                          struct device_choice *swap,
                                          struct device_choice *files);

/* Check the value of `swap.others`, but for what the names mean: a name, or a list of names
 * that is not empty. */
MUST_CHECK enum status deviceconfig_check_others(const struct yaml_node *node,
                                                 const char *key, struct error *err);

/* Check what the layer says of the devices that it names, although no cell may use them. */
MUST_CHECK enum status deviceconfig_check(const struct layer *layer,
                                          struct storage *storage, struct error *err);

#endif
