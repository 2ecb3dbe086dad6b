/* experiment_options.c -- see experiment_options.h. */
#include "cli/experiment_options.h"

#include "cli/preset_folders.h"

enum status load_experiment(struct experiment **out, const char *file,
                            const char *const *set, size_t nset, struct error *err)
{
    struct preset_folders folders;
    preset_folders_find(&folders);
    const struct experiment_options options = {.file = file,
                                               .set = set,
                                               .nset = nset,
                                               .presets = folders.paths,
                                               .npresets = folders.n};
    return experiment_load(out, &options, err);
}
