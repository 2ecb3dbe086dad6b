/* check_time.c -- checks that every call returns, and of simulated time. */
#include "contract/checks.h"

#include "contract/trial.h"
#include "experiment/run.h"

#include <inttypes.h>
#include <stdlib.h>

/* --- calls ------------------------------------------------------------------------------- */

/* Many frames, all of them used: what takes a turn over all takes long. */
void check_calls(const struct contract_subject *subject, struct contract_verdict *verdict)
{
    struct trial trial = {.subject = subject, .verdict = verdict, .frames = 1500};
    struct rig_log log;
    const struct rig_options options = {.frames = trial.frames, .seed = 11};
    const uint64_t before = subject->record->calls;
    *verdict = (struct contract_verdict){0};
    trial.string = malloc(sizeof *trial.string);
    if (!trial.string) {
        verdict_breach(verdict, "out of memory");
        return;
    }
    trial.string->n = RIG_STRING_MAX;
    for (size_t i = 0; i < RIG_STRING_MAX; i++)
        trial.string->refs[i] = (struct rig_reference){
            .vaddr = (vaddr_t)(i % 2000) << RIG_PAGE_SHIFT,
            .kind = i % 3 ? LOAD : STORE,
        };
    if (trial_replay(&trial, &log, &options))
        verdict_kept(verdict, "%" PRIu64 " calls with %u frames have returned",
                     subject->record->calls - before, trial.frames);
    else if (!trial_failed(&trial))
        verdict_breach(verdict, "it does not take %u frames", trial.frames);
    rig_log_release(&log);
    free(trial.string);
}

/* --- time -------------------------------------------------------------------------------- */

/* Processes that end at different times share memory; transfers take time, pages are read
 * ahead, and dirty ones written in the background. */
static const char *const surroundings[] = {
    "generate={name: phases, set: 64 KiB, overlap: 16 KiB, phases: 4, length: 500}",
    "timing=events",
    "machine.frames=24",
    "machine.cpus=2",
    "scheduler.quantum=200 us",
    "swap.device=fixed",
    "swap.allocation=cluster",
    "swap.read_ahead=4",
    "kernel={name: textbook, keep_free: 2, write_back: 1 ms}",
};
/* Of a policy that sees the future there can be one only. */
static const char *const several[] = {"workload.copies=3", "workload.offset=700"};

static const char *const replacements[] = {"replacement=global", "replacement=process"};

enum { SETTINGS_MAX = 64 };

static size_t add(const char **settings, size_t n, const char *const *from, size_t nfrom)
{
    for (size_t i = 0; i < nfrom && n < SETTINGS_MAX; i++)
        settings[n++] = from[i];
    return n;
}

/* Faults of the experiment's one cell; false after a breach. */
static bool run_in_time(const struct contract_subject *subject,
                        const struct experiment *experiment, uint64_t *faults,
                        struct contract_verdict *verdict)
{
    const struct run_options options = {
        .jobs = 1, .call_limit_ms = subject->limit_ms, .interrupted = subject->interrupted};
    struct cell_result result = {0};
    struct error err;
    bool kept = false;
    if (experiment_run(experiment, &options, &result, &err) != OK)
        verdict_breach(verdict, "%.500s", err.text);
    else if (result.state != CELL_DONE)
        verdict_breach(verdict, "%.500s", result.message);
    else
        kept = true;
    *faults = result.counters.faults;
    cell_result_release(&result);
    return kept;
}

static bool try_replacement(const struct contract_subject *subject, const char *replacement,
                            uint64_t *faults, struct contract_verdict *verdict)
{
    const char *settings[SETTINGS_MAX];
    struct experiment *experiment;
    struct error err;
    size_t n = add(settings, 0, surroundings, ARRAY_LEN(surroundings));
    if (subject->policy->sees != POLICY_FUTURE)
        n = add(settings, n, several, ARRAY_LEN(several));
    n = add(settings, n, &replacement, 1);
    n = add(settings, n, subject->settings, subject->nsettings);
    const struct experiment_options options = {.set = settings, .nset = n};
    if (experiment_load(&experiment, &options, &err) != OK) {
        verdict_breach(verdict, "%.500s", err.text);
        return false;
    }
    const bool kept = run_in_time(subject, experiment, faults, verdict);
    experiment_free(experiment);
    return kept;
}

void check_time(const struct contract_subject *subject, struct contract_verdict *verdict)
{
    uint64_t faults[ARRAY_LEN(replacements)];
    for (size_t i = 0; i < ARRAY_LEN(replacements); i++)
        if (!try_replacement(subject, replacements[i], &faults[i], verdict))
            return;
    verdict_kept(verdict,
                 "%" PRIu64 " faults with global replacement, %" PRIu64 " by process",
                 faults[0], faults[1]);
}
