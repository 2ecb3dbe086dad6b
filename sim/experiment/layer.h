/* layer.h -- what one source of configuration says, key by key: a preset, the user's file,
 * the --set options, or the values that a sweep gives to one cell.  Layers are merged from
 * the least to the most specific; docs/experiments.md, "What wins", has the rules. */
#ifndef FAULTLINE_EXPERIMENT_LAYER_H
#define FAULTLINE_EXPERIMENT_LAYER_H

#include "experiment/keys.h"
#include "experiment/yaml.h"

enum axis { AXIS_NONE, AXIS_SWEEP, AXIS_ZIP };
extern const char *const axis_names[]; /* as the user writes them; "" for NONE           */

/* One key with its value; with an axis, with the list that it goes through.  The name of a
 * policy is key "policy", its parameters are "policy.hand" and so on. */
struct assignment {
    const char *key;
    enum axis axis;
    struct location at; /* of the key; line 0: it comes from --set                      */
    const struct yaml_node *node;
    struct assignment *next;
};

struct layer {
    struct assignment *first; /* in the order written                                   */
};

/* Add what a map says, nested or with dotted keys.  Every key is known and every value
 * but a device's name and a plug-in's parameter is checked.  replace: a key that the layer
 * has already is replaced, as a second --set does; else that is an error. */
MUST_CHECK enum status layer_read(struct layer *layer, const struct yaml_node *map,
                                  bool replace, struct arena *arena, struct error *err);

/* Add `key: node`, an item of a swept list that has been checked by layer_read. */
MUST_CHECK enum status layer_assign(struct layer *layer, const struct assignment *axis,
                                    const struct yaml_node *item, struct arena *arena,
                                    struct error *err);

/* Put the more specific layer over base. */
MUST_CHECK enum status layer_merge(struct layer *base, const struct layer *over,
                                   struct arena *arena, struct error *err);

/* NULL if the layer does not say. */
const struct assignment *layer_find(const struct layer *layer, const char *key,
                                    enum axis axis);

void layer_remove(struct layer *layer, const char *key);

/* True if a more specific word on `key` (value, or NULL for any) takes away what a less
 * specific layer said of `other`: the same key; memory and frames, trace, generator and
 * processes, of which one holds; the parameters of a plug-in that is named anew or gives
 * way; what needs page tables if there are none; what needs `timing: events` if there is
 * none. */
bool layer_overrides(const char *key, const struct yaml_node *value, const char *other);

/* An axis that gives values to key, or to a key that overrides it; NULL if none. */
const struct assignment *layer_axis_over(const struct layer *layer, const char *key);

#endif
