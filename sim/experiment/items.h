/* items.h -- the maps in lists of an experiment file: processes, regions, plots. */
#ifndef FAULTLINE_EXPERIMENT_ITEMS_H
#define FAULTLINE_EXPERIMENT_ITEMS_H

#include "experiment/keys.h"
#include "experiment/yaml.h"

/* The place in keys of the one that a child of the map has.  what: "a process".
 * ERR_CONFIG: unknown key, with the nearest and all that there are. */
MUST_CHECK enum status item_key(size_t *out, const struct yaml_node *child,
                                const struct key *keys, size_t nkeys, const char *what,
                                struct error *err);

/* ERR_CONFIG if the child is no scalar. */
MUST_CHECK enum status item_scalar(const struct yaml_node *child, const char *what,
                                   struct error *err);

/* Check a map and set said[i] to its child with keys[i], or NULL; of the children those of
 * scalar keys are scalars, but for those of plug-ins, which may be maps. */
MUST_CHECK enum status item_read(const struct yaml_node **said, const struct yaml_node *map,
                                 const struct key *keys, size_t nkeys, const char *what,
                                 struct error *err);

#endif
