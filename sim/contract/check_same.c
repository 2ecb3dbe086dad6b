/* check_same.c -- checks of what must make no difference. */
#include "contract/checks.h"

#include "contract/trial.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Both logs are released. */
static bool are_same(struct trial *trial, struct rig_log *a, struct rig_log *b,
                     const char *what)
{
    char difference[200];
    struct contract_verdict *verdict = trial->verdict;
    if (!rig_same_departures(a, b, UINT64_MAX, difference, sizeof difference))
        verdict_breach(verdict, "%s: %s; with %u frames", what, difference, trial->frames);
    else if (memcmp(&a->counts, &b->counts, sizeof a->counts) != 0)
        verdict_breach(
            verdict,
            "%s: the same pages went, and the counts differ (bits were looked at "
            "%" PRIu64 " and %" PRIu64 " times); with %u frames",
            what, a->counts.scans, b->counts.scans, trial->frames);
    rig_log_release(a);
    rig_log_release(b);
    return !trial_failed(trial);
}

/* Replay with both options: true if that makes no difference, or the policy refuses. */
static bool compare(struct trial *trial, const struct rig_options *one,
                    const struct rig_options *other, const char *what)
{
    struct rig_log a, b;
    if (!trial_replay(trial, &a, one)) {
        rig_log_release(&a);
        return !trial_failed(trial);
    }
    if (!trial_replay(trial, &b, other)) {
        rig_log_release(&a);
        rig_log_release(&b);
        return !trial_failed(trial);
    }
    return are_same(trial, &a, &b, what);
}

/* --- future ------------------------------------------------------------------------------ */

enum { PREFIXES = 6 };

/* What went up to a reference must not depend on what follows it. */
static bool try_prefix(struct trial *trial, const struct rig_log *whole)
{
    struct rig_log log;
    char difference[200];
    const struct rig_options options = {.frames = trial->frames, .seed = 7};
    const size_t from = (size_t)rng_below(&trial->rng, trial->string->n);
    struct rig_string *string = trial->string, *other = malloc(sizeof *other);
    if (!other) {
        verdict_breach(trial->verdict, "out of memory");
        return false;
    }
    memcpy(other, string, sizeof *other);
    rig_string_change_tail(other, &trial->rng, from, trial_pages(trial));
    trial->string = other;
    if (trial_replay(trial, &log, &options) &&
        !rig_same_departures(whole, &log, from, difference, sizeof difference))
        verdict_breach(trial->verdict,
                       "with other references after number %zu: %s; with %u frames", from,
                       difference, trial->frames);
    rig_log_release(&log);
    trial->string = string;
    free(other);
    return !trial_failed(trial);
}

static bool try_future(struct trial *trial)
{
    struct rig_log whole;
    const struct rig_options options = {.frames = trial->frames, .seed = 7};
    bool kept = trial_replay(trial, &whole, &options);
    for (int i = 0; i < PREFIXES && kept; i++)
        kept = try_prefix(trial, &whole);
    rig_log_release(&whole);
    return kept;
}

void check_future(const struct contract_subject *subject, struct contract_verdict *verdict)
{
    struct trial trial;
    if (subject->policy->sees == POLICY_FUTURE)
        verdict_kept(verdict, "it says that it sees the future");
    else if (trial_run_all(&trial, subject, 900, try_future, verdict))
        verdict_kept(verdict, "%u replays with other references from some point on",
                     trial.replays);
}

/* --- seed -------------------------------------------------------------------------------- */

/* The same again, after another string, so that nothing kept outside the state passes. */
static bool try_seed(struct trial *trial)
{
    struct rig_log first, between;
    const struct rig_options options = {.frames = trial->frames, .steps = 200, .seed = 8};
    const struct rig_options other = {.frames = trial->frames + 1, .steps = 70, .seed = 9};
    struct rig_log again;
    bool done = trial_replay(trial, &first, &options);
    if (done) {
        trial_replay(trial, &between, &other);
        rig_log_release(&between);
        done = trial_replay(trial, &again, &options);
        if (done)
            return are_same(trial, &first, &again, "the same replay for the second time");
        rig_log_release(&again);
    }
    rig_log_release(&first);
    return false;
}

void check_seed(const struct contract_subject *subject, struct contract_verdict *verdict)
{
    struct trial trial;
    if (trial_run_all(&trial, subject, 900, try_seed, verdict))
        verdict_kept(verdict, "%u replays, each made twice", trial.replays / 3);
}

/* --- steps ------------------------------------------------------------------------------- */

static bool try_steps(struct trial *trial)
{
    const struct rig_options whole = {.frames = trial->frames, .seed = 10};
    struct rig_options singly = whole, cut = whole, unmapped = whole, both = whole;
    singly.single_step = true;
    cut.steps = 61;
    unmapped.steps = both.steps = 40;
    unmapped.forget = both.forget = true;
    both.single_step = true;
    return compare(trial, &whole, &singly, "step by step and reference by reference") &&
           compare(trial, &whole, &cut, "in one piece and cut into several") &&
           compare(trial, &unmapped, &both,
                   "step by step and reference by reference, and pages unmapped");
}

void check_steps(const struct contract_subject *subject, struct contract_verdict *verdict)
{
    struct trial trial;
    if (trial_run_all(&trial, subject, 1200, try_steps, verdict))
        verdict_kept(verdict, "%u replays, compared in pairs", trial.replays);
}
