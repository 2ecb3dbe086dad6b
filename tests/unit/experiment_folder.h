/* experiment_folder.h -- a fresh current folder for each test, experiment files in it, and
 * loading them. */
#ifndef FAULTLINE_TESTS_EXPERIMENT_FOLDER_H
#define FAULTLINE_TESTS_EXPERIMENT_FOLDER_H

#include "experiment/config.h"

#include <check.h>
#include <ftw.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SETS_MAX = 8 };

static char folder[] = "/tmp/faultline-test-XXXXXX";
static struct experiment *experiment;

static void folder_setup(void)
{
    strcpy(folder + strlen(folder) - 6, "XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    ck_assert_int_eq(chdir(folder), 0);
    experiment = NULL;
}

static int remove_one(const char *path, const struct stat *info, int kind, struct FTW *walk)
{
    (void)info;
    (void)kind;
    (void)walk;
    return remove(path);
}

static void folder_teardown(void)
{
    experiment_free(experiment);
    ck_assert_int_eq(chdir("/"), 0);
    nftw(folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

static void write_file(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");
    ck_assert_ptr_nonnull(file);
    fputs(text, file);
    fclose(file);
}

/* Load `file` (NULL: none) with --set options and the preset folder "presets". */
static enum status load_with(struct error *err, const char *file, const char *const *set)
{
    static const char *const presets[] = {"presets"};
    struct experiment_options options = {
        .file = file, .set = set, .presets = presets, .npresets = 1};
    while (set[options.nset])
        options.nset++;
    experiment_free(experiment);
    experiment = NULL;
    return experiment_load(&experiment, &options, err);
}

/* Load e.yaml with that text; a following list of --set options ends with NULL. */
static inline void load(const char *text, ...)
{
    const char *set[SETS_MAX + 1] = {NULL};
    va_list args;
    va_start(args, text);
    for (size_t i = 0; i < SETS_MAX && (set[i] = va_arg(args, const char *)); i++)
        ;
    va_end(args);
    write_file("e.yaml", text);
    struct error err = {0};
    char message[1400];
    const enum status status = load_with(&err, "e.yaml", set);
    ck_assert_msg(status == OK, "%s", error_format(&err, message, sizeof message));
}

static inline const char *setting(size_t cell, const char *key)
{
    const struct cell_config *config = &experiment->cells[cell];
    for (size_t i = 0; i < config->nsettings; i++)
        if (strcmp(config->settings[i].key, key) == 0)
            return config->settings[i].value;
    return NULL;
}

/* The array of the cell's TLB, or NULL. */
static inline const struct tlb_array_params *tlb_array(size_t cell, const char *name)
{
    const struct machine_config *machine = &experiment->cells[cell].machine;
    for (size_t i = 0; i < machine->narrays; i++)
        if (strcmp(machine->arrays[i].name, name) == 0)
            return &machine->arrays[i];
    return NULL;
}

static inline struct location setting_at(size_t cell, const char *key)
{
    const struct cell_config *config = &experiment->cells[cell];
    for (size_t i = 0; i < config->nsettings; i++)
        if (strcmp(config->settings[i].key, key) == 0)
            return config->settings[i].at;
    ck_abort_msg("no setting %s", key);
    return at_nowhere();
}

#endif
