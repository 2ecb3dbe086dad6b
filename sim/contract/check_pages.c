/* check_pages.c -- checks of what pages come and go. */
#include "contract/checks.h"

#include "contract/trial.h"

#include <inttypes.h>
#include <string.h>

/* --- victim ------------------------------------------------------------------------------ */

static bool try_victim(struct trial *trial)
{
    struct rig_log log;
    const struct rig_options options = {.frames = trial->frames, .steps = 97, .seed = 1};
    const bool done = trial_replay(trial, &log, &options);
    rig_log_release(&log);
    return done;
}

void check_victim(const struct contract_subject *subject, struct contract_verdict *verdict)
{
    struct trial trial;
    if (trial_run_all(&trial, subject, 1500, try_victim, verdict))
        verdict_kept(verdict, "%" PRIu64 " pages went in %u replays", trial.departures,
                     trial.replays);
}

/* --- frames ------------------------------------------------------------------------------ */

static bool holds_together(struct trial *trial, const struct rig_log *log)
{
    if (log->resident_max > trial->frames)
        verdict_breach(trial->verdict, "%" PRIu64 " pages in %u frames", log->resident_max,
                       trial->frames);
    else if (log->unsound)
        verdict_breach(trial->verdict, "%s, with %u frames", log->unsound, trial->frames);
    return !trial_failed(trial);
}

static bool try_frames(struct trial *trial)
{
    struct rig_log log;
    const struct rig_options options = {.frames = trial->frames, .steps = 11, .seed = 2};
    const bool kept = trial_replay(trial, &log, &options) && holds_together(trial, &log);
    rig_log_release(&log);
    return kept;
}

void check_frames(const struct contract_subject *subject, struct contract_verdict *verdict)
{
    struct trial trial;
    if (trial_run_all(&trial, subject, 500, try_frames, verdict))
        verdict_kept(verdict, "counted in %u replays, every 11 steps", trial.replays);
}

/* --- references -------------------------------------------------------------------------- */

static uint64_t distinct_pages(const struct rig_string *string)
{
    bool seen[1024] = {false};
    uint64_t n = 0;
    for (size_t i = 0; i < string->n; i++) {
        bool *page = &seen[string->refs[i].vaddr >> RIG_PAGE_SHIFT];
        n += !*page;
        *page = true;
    }
    return n;
}

static bool nothing_is_lost(struct trial *trial, const struct rig_log *log)
{
    const struct pager_counts *counts = &log->counts;
    struct contract_verdict *verdict = trial->verdict;
    const uint64_t distinct = distinct_pages(trial->string);
    if (log->lost)
        verdict_breach(verdict,
                       "%" PRIu64 " times the page of the last reference was not there",
                       log->lost);
    else if (log->references != trial->string->n)
        verdict_breach(verdict, "%" PRIu64 " of %zu references were made", log->references,
                       trial->string->n);
    else if (counts->page_ins - counts->page_outs != log->resident)
        verdict_breach(verdict,
                       "%" PRIu64 " pages came and %" PRIu64 " went, and %" PRIu64
                       " are there",
                       counts->page_ins, counts->page_outs, log->resident);
    else if (counts->faults_cold != distinct)
        verdict_breach(verdict, "%" PRIu64 " first faults of %" PRIu64 " pages",
                       counts->faults_cold, distinct);
    return !trial_failed(trial);
}

static bool try_references(struct trial *trial)
{
    struct rig_log log;
    const struct rig_options options = {.frames = trial->frames, .steps = 1, .seed = 3};
    const bool kept = trial_replay(trial, &log, &options) && nothing_is_lost(trial, &log);
    rig_log_release(&log);
    return kept;
}

void check_references(const struct contract_subject *subject,
                      struct contract_verdict *verdict)
{
    struct trial trial;
    if (trial_run_all(&trial, subject, 250, try_references, verdict))
        verdict_kept(verdict, "%u replays of 250 references, looked at step by step",
                     trial.replays);
}

/* --- leave ------------------------------------------------------------------------------- */

static bool try_leave(struct trial *trial)
{
    struct rig_log log;
    const struct rig_options options = {
        .frames = trial->frames, .steps = 23, .forget = true, .seed = 4};
    const bool kept = trial_replay(trial, &log, &options) && holds_together(trial, &log);
    rig_log_release(&log);
    return kept;
}

void check_leave(const struct contract_subject *subject, struct contract_verdict *verdict)
{
    struct trial trial;
    if (trial_run_all(&trial, subject, 900, try_leave, verdict))
        verdict_kept(
            verdict,
            "pages were unmapped, and others evicted, every 23 steps in %u replays",
            trial.replays);
}

/* --- ghosts ------------------------------------------------------------------------------ */

/* As many as it says, and one that is on its way back to memory. */
static bool try_ghosts(struct trial *trial)
{
    struct rig_log log;
    struct guard guard;
    const struct contract_subject *subject = trial->subject;
    const struct rig_options options = {
        .frames = trial->frames, .steps = 50, .forget = true, .seed = 5};
    guard_init(&guard, subject->policy, subject->params, subject->record);
    const uint64_t most = guard.ops.ghosts(guard.values, trial->frames);
    if (guard.ops.ghosts(guard.values, trial->frames) != most)
        verdict_breach(trial->verdict,
                       "ghosts() says %" PRIu64 " for %u frames, and then another number",
                       most, trial->frames);
    const bool done = trial_replay(trial, &log, &options);
    if (done && log.ghosts_max > most + 1)
        verdict_breach(
            trial->verdict,
            "%u pages were remembered with %u frames, and ghosts() says %" PRIu64,
            log.ghosts_max, trial->frames, most);
    rig_log_release(&log);
    return done && !trial_failed(trial);
}

void check_ghosts(const struct contract_subject *subject, struct contract_verdict *verdict)
{
    struct trial trial;
    if (!subject->policy->ghosts)
        verdict_kept(verdict, "it remembers no page that has gone");
    else if (trial_run_all(&trial, subject, 900, try_ghosts, verdict))
        verdict_kept(verdict, "never more than it says in %u replays", trial.replays);
}

/* --- explain ----------------------------------------------------------------------------- */

static bool try_explain(struct trial *trial)
{
    struct rig_log log;
    const struct rig_options options = {
        .frames = trial->frames, .explain = true, .seed = 6};
    const bool done = trial_replay(trial, &log, &options);
    if (done && trial->subject->policy->why && log.sentences != log.n)
        verdict_breach(trial->verdict,
                       "of %zu pages that went, why() has said of %" PRIu64 " why", log.n,
                       log.sentences);
    rig_log_release(&log);
    return done && !trial_failed(trial);
}

void check_explain(const struct contract_subject *subject, struct contract_verdict *verdict)
{
    struct trial trial;
    if (!subject->policy->why && !subject->policy->show)
        verdict_kept(verdict, "it has neither why() nor show()");
    else if (trial_run_all(&trial, subject, 500, try_explain, verdict))
        verdict_kept(verdict, "asked about %" PRIu64 " pages that went", trial.departures);
}
