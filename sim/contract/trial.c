/* trial.c -- see trial.h. */
#include "contract/trial.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

void verdict_breach(struct contract_verdict *verdict, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    verdict->kept = false;
    vsnprintf(verdict->seen, sizeof verdict->seen, format, args);
    va_end(args);
}

void verdict_kept(struct contract_verdict *verdict, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    verdict->kept = true;
    vsnprintf(verdict->seen, sizeof verdict->seen, format, args);
    va_end(args);
}

bool trial_failed(const struct trial *trial)
{
    return trial->verdict->seen[0] != '\0';
}

unsigned trial_pages(const struct trial *trial)
{
    return 4 + 2 * trial->frames;
}

bool trial_replay(struct trial *trial, struct rig_log *log,
                  const struct rig_options *options)
{
    struct error err;
    const enum status status =
        rig_replay(log, trial->subject, trial->string, options, &err);
    trial->replays++;
    trial->departures += log->n;
    if (status == OK)
        return true;
    if (status == ERR_CONFIG)
        trial->refused++;
    else
        verdict_breach(trial->verdict, "%.400s, with %u frames", err.text, trial->frames);
    return false;
}

bool trial_run_all(struct trial *trial, const struct contract_subject *subject, size_t n,
                   bool (*run)(struct trial *trial), struct contract_verdict *verdict)
{
    static const pfn_t frames[] = {1, 2, 4, 9, 30};
    *verdict = (struct contract_verdict){0};
    *trial = (struct trial){.subject = subject, .verdict = verdict};
    trial->string = malloc(sizeof *trial->string);
    if (!trial->string) {
        verdict_breach(verdict, "out of memory");
        return false;
    }
    bool kept = true;
    rng_seed(&trial->rng, 1);
    for (size_t i = 0; i < ARRAY_LEN(frames) && kept; i++) {
        trial->frames = frames[i];
        rig_string_make(trial->string, &trial->rng, n, trial_pages(trial));
        kept = run(trial) || !trial_failed(trial);
    }
    free(trial->string);
    if (kept && trial->refused == trial->replays) {
        verdict_breach(verdict, "it takes none of the numbers of frames from 1 to %u",
                       frames[ARRAY_LEN(frames) - 1]);
        kept = false;
    }
    return kept;
}
