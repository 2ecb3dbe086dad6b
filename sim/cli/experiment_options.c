/* experiment_options.c -- see experiment_options.h. */
#include "cli/experiment_options.h"

#include "base/units.h"
#include "cli/preset_folders.h"

#include <stdio.h>
#include <stdlib.h>

#define PSEC_PER_MS UINT64_C(1000000000)

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

enum status settings_init(struct settings *settings, int argc, struct error *err)
{
    const size_t n = (size_t)argc + 1;
    *settings = (struct settings){.all = calloc(n, sizeof *settings->all),
                                  .made = calloc(n, sizeof *settings->made)};
    return settings->all && settings->made ? OK : error_nomem(err);
}

void settings_release(struct settings *settings)
{
    for (size_t i = 0; i < settings->nmade; i++)
        free(settings->made[i]);
    free(settings->made);
    free((void *)settings->all);
}

enum status settings_add_policy(struct settings *settings, const char *value,
                                struct error *err)
{
    char *setting;
    if (asprintf(&setting, "policy=%s", value) < 0)
        return error_nomem(err);
    settings->made[settings->nmade++] = setting;
    settings->all[settings->n++] = setting;
    return OK;
}

enum status read_call_limit(uint64_t *limit_ms, const char *text, struct error *err)
{
    psec_t limit;
    const enum status status = parse_time(&limit, text, "--call-limit", at_nowhere(), err);
    if (status != OK)
        return status;
    *limit_ms = limit / PSEC_PER_MS;
    if (*limit_ms == 0)
        return error_set(err, ERR_CONFIG, at_nowhere(),
                         "--call-limit '%s' is too short: it is at least 1 ms", text);
    return OK;
}
