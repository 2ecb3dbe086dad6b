/* preset.c -- see preset.h. */
#include "experiment/preset.h"

#include "base/units.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { NEAREST_MAX = 256 }; /* presets of a folder that are looked through               */

/* The files that are being read, from the user's one down: none may extend an earlier. */
struct chain {
    const char *path;
    const struct chain *parent;
};

struct loader {
    const struct experiment_options *options;
    struct arena *arena;
    struct error *err;
};

const char *preset_resolve(const char *path, struct location at, struct arena *arena)
{
    const char *slash = at.line > 0 ? strrchr(at.file, '/') : NULL;
    if (!slash || path[0] == '/')
        return path;
    const int folder = (int)(slash - at.file);
    return arena_printf(arena, "%.*s/%s", folder, at.file, path);
}

static bool ends_in_yaml(const char *name)
{
    const char *dot = strrchr(name, '.');
    return dot && (strcmp(dot, ".yaml") == 0 || strcmp(dot, ".yml") == 0);
}

const char *preset_stem(const char *path, struct arena *arena)
{
    const char *slash = strrchr(path, '/');
    const char *name = slash ? slash + 1 : path;
    const char *dot = strrchr(name, '.');
    return arena_strndup(arena, name, dot ? (size_t)(dot - name) : strlen(name));
}

/* The presets in a part of a folder, with it before their names and in no order. */
static size_t names_in(const char **names, size_t max, const char *folder, const char *part,
                       struct arena *arena)
{
    const char *path = arena_printf(arena, "%s/%s", folder, part);
    DIR *dir = path ? opendir(path) : NULL;
    size_t n = 0;
    for (struct dirent *entry; dir && n < max && (entry = readdir(dir));) {
        const size_t length = strlen(entry->d_name);
        if (length <= 5 || strcmp(entry->d_name + length - 5, ".yaml") != 0)
            continue;
        const char *found =
            arena_printf(arena, "%s%.*s", part, (int)(length - 5), entry->d_name);
        if (found)
            names[n++] = found;
    }
    if (dir)
        closedir(dir);
    return n;
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

size_t preset_names(const char **names, size_t max, const char *const *folders,
                    size_t nfolders, const char *part, struct arena *arena)
{
    size_t n = 0, kept = 0;
    for (size_t i = 0; i < nfolders; i++)
        n += names_in(names + n, max - n, folders[i], part, arena);
    for (size_t i = 0; i < n; i++)
        names[i] += strlen(part);
    qsort(names, n, sizeof *names, compare_names);
    for (size_t i = 0; i < n; i++)
        if (kept == 0 || strcmp(names[kept - 1], names[i]) != 0)
            names[kept++] = names[i];
    return kept;
}

/* Look for a near name in the part of `folder` in which the preset should be. */
static const char *nearest_preset(const struct loader *loader, const char *folder,
                                  const char *name)
{
    const char *slash = strrchr(name, '/');
    const char *part =
        arena_strndup(loader->arena, name, slash ? (size_t)(slash - name) + 1 : 0);
    const char *names[NEAREST_MAX];
    return part ? nearest_name(name, names,
                               names_in(names, NEAREST_MAX, folder, part, loader->arena))
                : NULL;
}

static enum status missing_preset(const struct loader *loader, const struct yaml_node *name)
{
    const struct experiment_options *options = loader->options;
    const char *nearest = NULL;
    for (size_t i = 0; i < options->npresets && !nearest; i++)
        nearest = nearest_preset(loader, options->presets[i], name->text);
    if (nearest)
        return error_set(loader->err, ERR_CONFIG, name->at,
                         "no preset '%s'; nearest is '%s'", name->text, nearest);
    char folders[320];
    join_names(folders, sizeof folders, options->presets, options->npresets);
    return error_set(loader->err, ERR_CONFIG, name->at,
                     "no preset '%s'; it is looked for%s%s%s as a path relative to the "
                     "file that names it",
                     name->text, options->npresets ? " in " : "", folders,
                     options->npresets ? " and" : "");
}

enum status preset_find(const char **out, const char *name, struct location at,
                        const struct experiment_options *options, struct arena *arena,
                        struct error *err)
{
    const char *ending = ends_in_yaml(name) ? "" : ".yaml";
    const bool relative = name[0] == '.' || name[0] == '/';
    for (size_t i = 0; i < options->npresets && !relative; i++) {
        *out = arena_printf(arena, "%s/%s%s", options->presets[i], name, ending);
        if (!*out)
            return error_nomem(err);
        if (access(*out, F_OK) == 0)
            return OK;
    }
    const char *file = arena_printf(arena, "%s%s", name, ending);
    *out = file ? preset_resolve(file, at, arena) : NULL;
    if (!*out)
        return error_nomem(err);
    if (access(*out, F_OK) != 0)
        *out = NULL;
    return OK;
}

static bool same_file(const char *a, const char *b)
{
    char *real_a = realpath(a, NULL), *real_b = realpath(b, NULL);
    const bool same = real_a && real_b ? strcmp(real_a, real_b) == 0 : strcmp(a, b) == 0;
    free(real_a);
    free(real_b);
    return same;
}

/* Append the chain, from its outermost file on, as "a.yaml -> b.yaml -> ". */
static size_t write_chain(const struct chain *chain, char *buffer, size_t size)
{
    if (!chain)
        return 0;
    const size_t length = write_chain(chain->parent, buffer, size);
    if (length >= size)
        return length;
    return length + (size_t)snprintf(buffer + length, size - length, "%s -> ", chain->path);
}

static enum status check_circle(const struct loader *loader, const struct chain *chain,
                                const struct yaml_node *name, const char *path)
{
    for (const struct chain *c = chain; c; c = c->parent)
        if (same_file(c->path, path)) {
            char files[480] = "";
            write_chain(chain, files, sizeof files);
            return error_set(loader->err, ERR_CONFIG, name->at,
                             "'extends' goes round in a circle: %s%s", files, path);
        }
    return OK;
}

static enum status load_file(const struct loader *loader, struct layer *layer,
                             const struct chain *chain, const struct assignment *extends,
                             const struct layer *set);

/* Merge the preset called name into layer.  Its `experiment` is the name of another
 * experiment, so it is not handed on. */
static enum status load_preset(const struct loader *loader, struct layer *layer,
                               const struct chain *parent, const struct yaml_node *name)
{
    const char *path;
    enum status status = preset_find(&path, name->text, name->at, loader->options,
                                     loader->arena, loader->err);
    if (status == OK && !path)
        status = missing_preset(loader, name);
    if (status == OK)
        status = check_circle(loader, parent, name, path);
    if (status != OK)
        return status;
    struct layer preset = {0};
    status = load_file(loader, &preset, &(struct chain){path, parent}, NULL, NULL);
    layer_remove(&preset, "experiment");
    return status == OK ? layer_merge(layer, &preset, loader->arena, loader->err) : status;
}

static enum status load_presets(const struct loader *loader, struct layer *layer,
                                const struct chain *chain, const struct assignment *extends)
{
    if (extends->node->kind != YAML_LIST)
        return load_preset(loader, layer, chain, extends->node);
    for (const struct yaml_node *name = extends->node->first; name; name = name->next) {
        const enum status status = load_preset(loader, layer, chain, name);
        if (status != OK)
            return status;
    }
    return OK;
}

/* Merge the presets, then the last file of the chain, then set.  extends, if given,
 * stands for the `extends` of the file. */
static enum status load_file(const struct loader *loader, struct layer *layer,
                             const struct chain *chain, const struct assignment *extends,
                             const struct layer *set)
{
    struct layer own = {0};
    enum status status = OK;
    if (chain) {
        struct yaml_node *root;
        status = yaml_read_file(&root, chain->path, loader->arena, loader->err);
        if (status == OK)
            status = layer_read(&own, root, false, loader->arena, loader->err);
    }
    if (!extends)
        extends = layer_find(&own, "extends", AXIS_NONE);
    if (status == OK && extends)
        status = load_presets(loader, layer, chain, extends);
    if (status == OK)
        status = layer_merge(layer, &own, loader->arena, loader->err);
    if (status == OK && set)
        status = layer_merge(layer, set, loader->arena, loader->err);
    layer_remove(layer, "extends");
    return status;
}

enum status preset_read(struct layer *layer, const char *path,
                        const struct experiment_options *options, struct arena *arena,
                        struct error *err)
{
    const struct loader loader = {options, arena, err};
    return load_file(&loader, layer, &(struct chain){path, NULL}, NULL, NULL);
}

enum status preset_load(struct layer *layer, const struct layer *set,
                        const struct experiment_options *options, struct arena *arena,
                        struct error *err)
{
    const struct loader loader = {options, arena, err};
    const struct chain root = {options->file, NULL};
    return load_file(&loader, layer, options->file ? &root : NULL,
                     layer_find(set, "extends", AXIS_NONE), set);
}
