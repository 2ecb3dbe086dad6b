/* items.c -- see items.h. */
#include "experiment/items.h"

#include "base/units.h"

#include <assert.h>
#include <string.h>

enum { KEYS_MAX = 32 };

enum status item_key(size_t *out, const struct yaml_node *child, const struct key *keys,
                     size_t nkeys, const char *what, struct error *err)
{
    const char *names[KEYS_MAX];
    assert(nkeys <= KEYS_MAX);
    for (size_t i = 0; i < nkeys; i++) {
        names[i] = keys[i].name;
        if (strcmp(child->key, names[i]) == 0) {
            *out = i;
            return OK;
        }
    }
    char list[320];
    join_names(list, sizeof list, names, nkeys);
    const char *nearest = nearest_name(child->key, names, nkeys);
    return error_set(err, ERR_CONFIG, child->key_at,
                     "unknown key '%s' of %s%s%s%s; it has %s", child->key, what,
                     nearest ? "; nearest is '" : "", nearest ? nearest : "",
                     nearest ? "'" : "", list);
}

enum status item_scalar(const struct yaml_node *child, const char *what, struct error *err)
{
    if (child->kind == YAML_SCALAR)
        return OK;
    return error_set(err, ERR_CONFIG, child->at, "'%s' of %s takes a single value, not %s",
                     child->key, what, yaml_kind_name(child->kind));
}

enum status item_read(const struct yaml_node **said, const struct yaml_node *map,
                      const struct key *keys, size_t nkeys, const char *what,
                      struct error *err)
{
    for (size_t i = 0; i < nkeys; i++)
        said[i] = NULL;
    for (const struct yaml_node *child = map->first; child; child = child->next) {
        size_t i;
        enum status status = item_key(&i, child, keys, nkeys, what, err);
        if (status == OK && key_is_scalar(&keys[i]) && !key_is_plugin(&keys[i]))
            status = item_scalar(child, what, err);
        if (status != OK)
            return status;
        said[i] = child;
    }
    return OK;
}
