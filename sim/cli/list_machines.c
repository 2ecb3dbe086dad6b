/* list_machines.c -- see list_machines.h. */
#include "cli/list_machines.h"

#include "base/file.h"
#include "cli/preset_folders.h"
#include "cli/print_params.h"
#include "experiment/model.h"
#include "experiment/tlb_name.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MACHINES_MAX = 256, LINE_MAX_BYTES = 512, HEAD_MAX_BYTES = 8192 };

#define TLB "machine.tlb."

/* --- what a file says beside its values ----------------------------------------------- */

/* The text of a comment, from its '#' on, without blanks around it. */
static void trim(const char *hash, size_t length, char *out, size_t size)
{
    while (length > 0 && (*hash == '#' || *hash == ' ')) {
        hash++;
        length--;
    }
    while (length > 0 && (hash[length - 1] == ' ' || hash[length - 1] == '\r'))
        length--;
    snprintf(out, size, "%.*s", (int)length, hash);
}

/* The comment on a line of a file, "" if there is none.  No value of a machine has a '#'. */
static void comment_at(struct location at, char *out, size_t size)
{
    char *text;
    size_t bytes;
    *out = '\0';
    if (at.line == 0 || file_read(&text, &bytes, at.file, NULL) != OK)
        return;
    const char *line = text;
    for (uint64_t i = 1; i < at.line && line; i++) {
        line = strchr(line, '\n');
        line = line ? line + 1 : NULL;
    }
    const size_t length = line ? strcspn(line, "\n") : 0;
    const char *hash = line ? memchr(line, '#', length) : NULL;
    if (hash)
        trim(hash, length - (size_t)(hash - line), out, size);
    free(text);
}

/* The lines of comment that a file begins with, but for the first. */
static void print_head(const char *path)
{
    char *text, paragraph[HEAD_MAX_BYTES] = "", line[LINE_MAX_BYTES];
    size_t size, length = 0;
    if (file_read(&text, &size, path, NULL) != OK)
        return;
    for (const char *at = strchr(text, '\n'); at && at[1] == '#';
         at = strchr(at + 1, '\n')) {
        trim(at + 1, strcspn(at + 1, "\n"), line, sizeof line);
        const int n = snprintf(paragraph + length, sizeof paragraph - length, "%s%s",
                               length && *line ? " " : "", line);
        length = length + (size_t)n < sizeof paragraph ? length + (size_t)n : length;
    }
    if (*paragraph)
        print_wrapped(paragraph);
    free(text);
}

/* --- what it says of the machine ------------------------------------------------------ */

static const char *text_of(const struct layer *layer, const char *key)
{
    const struct assignment *said = layer_find(layer, key, AXIS_NONE);
    return said ? said->node->text : NULL;
}

static void put_value(FILE *out, const struct yaml_node *node)
{
    if (node->kind == YAML_LIST)
        yaml_write_flow(out, node);
    else
        fputs(node->text, out);
}

/* "x86-32(pse=no)" */
static void put_format(FILE *out, const struct layer *layer)
{
    const char *mmu = text_of(layer, "machine.mmu"), *separator = "(";
    fputs(mmu ? mmu : "ideal", out);
    for (const struct assignment *a = layer->first; a; a = a->next)
        if (strncmp(a->key, "machine.mmu.", 12) == 0) {
            fprintf(out, "%s%s=%s", separator, a->key + 12, a->node->text);
            separator = ", ";
        }
    if (*separator == ',')
        putc(')', out);
}

/* A value of an array of the TLB, NULL if it is not said. */
static const struct yaml_node *of_array(const struct layer *layer, const char *array,
                                        const char *what)
{
    char key[LINE_MAX_BYTES];
    snprintf(key, sizeof key, TLB "%s.%s", array, what);
    const struct assignment *said = layer_find(layer, key, AXIS_NONE);
    return said ? said->node : NULL;
}

/* "4KiB+2MiB": in a line that is wrapped at blanks. */
static void put_sizes(FILE *out, const struct yaml_node *node)
{
    const bool list = node->kind == YAML_LIST;
    for (const struct yaml_node *size = list ? node->first : node; size;
         size = list ? size->next : NULL) {
        if (list && size != node->first)
            putc('+', out);
        for (const char *c = size->text; *c; c++)
            if (*c != ' ')
                putc(*c, out);
    }
}

/* " l1d-2m 32/4 (2MiB)": entries and ways, and what it holds if that is not everything. */
static void put_array(FILE *out, const struct layer *layer, const char *array,
                      const char *entries)
{
    const struct yaml_node *ways = of_array(layer, array, "ways");
    const struct yaml_node *pages = of_array(layer, array, "pages");
    const struct yaml_node *half = of_array(layer, array, "half");
    fprintf(out, " %s %s/%s", array, entries, ways ? ways->text : "full");
    if (pages && strcmp(pages->text, "any") != 0) {
        fputs(" (", out);
        put_sizes(out, pages);
        putc(')', out);
    }
    if (half)
        fprintf(out, " (%s)", half->text);
}

static void put_tlb(FILE *out, const struct layer *layer)
{
    const char *separator = "; TLB";
    for (const struct assignment *a = layer->first; a; a = a->next) {
        const char *dot = strrchr(a->key, '.');
        if (strncmp(a->key, TLB, strlen(TLB)) != 0 || strcmp(dot, ".entries") != 0 ||
            strcmp(a->node->text, "0") == 0)
            continue;
        char array[TLB_NAME_MAX + 1];
        snprintf(array, sizeof array, "%.*s", (int)(dot - a->key - (int)strlen(TLB)),
                 a->key + strlen(TLB));
        fputs(separator, out);
        put_array(out, layer, array, a->node->text);
        separator = ",";
    }
}

/* "x86-32(pse=no), 16 MHz, pages of 4 KiB; TLB l1 32/4" */
static void print_gist(const struct layer *layer)
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    if (!out)
        return;
    const char *clock = text_of(layer, "machine.clock");
    const char *page_size = text_of(layer, "machine.page_size");
    put_format(out, layer);
    if (clock)
        fprintf(out, ", %s", clock);
    if (page_size)
        fprintf(out, ", pages of %s", page_size);
    put_tlb(out, layer);
    if (fclose(out) == 0)
        print_wrapped(text);
    free(text);
}

/* "  machine.cost.walk: 18 cycles (unverified); [4] less its waits" */
static void print_value(const struct assignment *said)
{
    char comment[LINE_MAX_BYTES];
    comment_at(said->node->at, comment, sizeof comment);
    printf("  %s: ", said->key);
    put_value(stdout, said->node);
    if (strstr(comment, "unverified"))
        printf(" (unverified)");
    if (*comment && strcmp(comment, "unverified") != 0)
        printf("; %s", comment);
    putchar('\n');
}

static void print_machine(const struct model *model, const char *path, bool in_full)
{
    char summary[LINE_MAX_BYTES];
    comment_at((struct location){path, 1, 1}, summary, sizeof summary);
    printf("%-16s %s\n", model->name, summary);
    if (!in_full) {
        print_gist(&model->layer);
        return;
    }
    printf("  file: %s\n", path);
    print_head(path);
    for (const struct assignment *a = model->layer.first; a; a = a->next)
        print_value(a);
}

/* --- presets -------------------------------------------------------------------------- */

/* The preset that `machine.model: NAME` would mean. */
static enum status find_machine(const struct model **model, struct models *models,
                                const char *name, struct error *err)
{
    struct yaml_node *node = arena_alloc(models->arena, sizeof *node);
    struct assignment *said = arena_alloc(models->arena, sizeof *said);
    if (!node || !said)
        return error_nomem(err);
    *node = (struct yaml_node){.kind = YAML_SCALAR, .text = name};
    *said = (struct assignment){.key = "machine.model", .node = node};
    return model_find(model, models, &(struct layer){said}, err);
}

/* file: its name as preset_find() has it, "machines/skylake-x" or a path. */
static void list_machine(struct models *models, const char *name, const char *file,
                         bool in_full)
{
    const struct model *model;
    const char *path;
    struct error err;
    char text[sizeof err.file + sizeof err.text + 64];
    enum status status = find_machine(&model, models, name, &err);
    if (status == OK)
        status =
            preset_find(&path, file, at_nowhere(), models->options, models->arena, &err);
    if (status == OK)
        print_machine(model, path, in_full);
    else
        printf("%-16s a preset that is wrong: %s\n", name,
               error_format(&err, text, sizeof text));
}

static bool list_all(struct models *models, const char *name, bool in_full)
{
    const char *names[MACHINES_MAX];
    const struct experiment_options *options = models->options;
    const size_t n = model_names(names, MACHINES_MAX, options->presets, options->npresets,
                                 models->arena);
    bool found = !name;
    for (size_t i = 0; i < n; i++) {
        if (name && strcmp(name, names[i]) != 0)
            continue;
        const char *file = arena_printf(models->arena, "machines/%s", names[i]);
        found = true;
        if (file)
            list_machine(models, names[i], file, in_full);
    }
    return found;
}

bool list_machines(const char *name, bool in_full)
{
    struct preset_folders folders;
    preset_folders_find(&folders);
    const struct experiment_options options = {.presets = folders.paths,
                                               .npresets = folders.n};
    struct models models = {.options = &options, .arena = arena_create()};
    bool found = !name;
    if (models.arena && name && (*name == '.' || *name == '/')) {
        found = true;
        list_machine(&models, name, name, in_full);
    } else if (models.arena) {
        found = list_all(&models, name, in_full);
    }
    arena_free(models.arena);
    return found;
}
