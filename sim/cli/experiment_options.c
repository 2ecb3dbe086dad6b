/* experiment_options.c -- see experiment_options.h. */
#include "cli/experiment_options.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Folders of presets relative to the program's: installed, and in a build tree. */
static const char *const beside_program[] = {"../share/faultline/configs",
                                             "../../../configs"};

enum status load_experiment(struct experiment **out, const char *file,
                            const char *const *set, size_t nset, struct error *err)
{
    char program[PATH_MAX], folders[ARRAY_LEN(beside_program)][PATH_MAX + 64];
    const char *presets[ARRAY_LEN(beside_program)];
    const ssize_t length = readlink("/proc/self/exe", program, sizeof program - 1);
    program[length > 0 ? length : 0] = '\0';
    char *slash = strrchr(program, '/');
    if (slash)
        *slash = '\0';
    size_t npresets = 0;
    for (size_t i = 0; i < ARRAY_LEN(beside_program) && slash; i++) {
        snprintf(folders[npresets], sizeof folders[npresets], "%s/%s", program,
                 beside_program[i]);
        if (access(folders[npresets], R_OK) == 0) {
            presets[npresets] = folders[npresets];
            npresets++;
        }
    }
    const struct experiment_options options = {
        .file = file, .set = set, .nset = nset, .presets = presets, .npresets = npresets};
    return experiment_load(out, &options, err);
}
