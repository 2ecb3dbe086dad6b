/* list_kernels.c -- see list_kernels.h. */
#include "cli/list_kernels.h"

#include "base/arena.h"
#include "base/file.h"
#include "cli/preset_folders.h"
#include "cli/print_params.h"
#include "experiment/preset.h"
#include "pager/kernel.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PART "kernels/"

enum { PRESETS_MAX = 256 };

static void format_native(const struct kernel_ops *kernel, const void *params, char *text,
                          size_t size)
{
    struct native_policy native = {0};
    kernel->native(params, &native);
    if (!native.set[0].param) {
        snprintf(text, size, "%s", native.name);
        return;
    }
    size_t used = (size_t)snprintf(text, size, "{ name: %s", native.name);
    for (size_t i = 0; i < NATIVE_SETTINGS && native.set[i].param && used < size; i++)
        used += (size_t)snprintf(text + used, size - used, ", %s: %s", native.set[i].param,
                                 native.set[i].value);
    if (used < size)
        snprintf(text + used, size - used, " }");
}

/* The kernel's own policy as in an experiment, and with which choices it is another or has other parameters. */
static void print_native(const struct kernel_ops *kernel)
{
    _Alignas(16) unsigned char params[PARAM_VALUES_MAX] = {0};
    char usual[160], text[160];
    if (!kernel->native)
        return;
    param_defaults(kernel->params, params);
    format_native(kernel, params, usual, sizeof usual);
    printf("  native policy: %s\n", usual);
    for (const struct param *p = kernel->params; p && p->name; p++) {
        for (uint32_t i = 0; p->kind == PARAM_CHOICE && p->choices[i]; i++) {
            memcpy(params + p->offset, &i, sizeof i);
            format_native(kernel, params, text, sizeof text);
            if (strcmp(text, usual) != 0)
                printf("    with %s %s: %s\n", p->name, p->choices[i], text);
        }
        param_defaults(kernel->params, params);
    }
}

static void print_kernel(const struct kernel_ops *kernel, bool in_full)
{
    printf("%-16s %s\n", kernel->name, kernel->summary);
    if (!in_full)
        return;
    printf("  source: %s\n", kernel->source);
    print_native(kernel);
    print_all_params(kernel->params);
}

/* What the file says it is, in the comment on its first line. */
static void print_preset(const char *name, const char *path, bool in_full)
{
    char *text;
    size_t size;
    if (file_read(&text, &size, path, NULL) != OK)
        return;
    const char *line = text + strspn(text, "# ");
    printf("%-19s preset: %.*s\n", name, (int)strcspn(line, "\n"), line);
    if (in_full)
        printf("  file: %s\n", path);
    free(text);
}

static bool list_presets(const struct experiment_options *options, struct arena *arena,
                         const char *name, bool in_full)
{
    const char *names[PRESETS_MAX];
    const size_t n =
        preset_names(names, PRESETS_MAX, options->presets, options->npresets, PART, arena);
    bool found = false;
    for (size_t i = 0; i < n; i++) {
        const char *full = arena_printf(arena, PART "%s", names[i]), *path;
        struct error err;
        if (!full || (name && strcmp(name, full) != 0) ||
            preset_find(&path, full, at_nowhere(), options, arena, &err) != OK || !path)
            continue;
        found = true;
        print_preset(full, path, in_full);
    }
    return found;
}

bool list_kernels(const char *name, bool in_full)
{
    bool found = !name;
    for (const struct kernel_ops *const *k = kernel_table; *k; k++)
        if (!name || strcmp(name, (*k)->name) == 0) {
            found = true;
            print_kernel(*k, in_full);
        }
    struct preset_folders folders;
    preset_folders_find(&folders);
    const struct experiment_options options = {.presets = folders.paths,
                                               .npresets = folders.n};
    struct arena *arena = arena_create();
    if (arena)
        found = list_presets(&options, arena, name, in_full) || found;
    arena_free(arena);
    return found;
}
