/* trial.h -- what the checks share: verdicts, and many replays of different strings with
 * different numbers of frames. */
#ifndef FAULTLINE_CONTRACT_TRIAL_H
#define FAULTLINE_CONTRACT_TRIAL_H

#include "base/rng.h"
#include "contract/rig.h"

struct trial {
    const struct contract_subject *subject;
    struct contract_verdict *verdict;
    struct rig_string *string;
    struct rng rng;
    pfn_t frames;
    uint64_t departures; /* in all replays                                               */
    unsigned replays, refused; /* refused: the policy wants more frames                   */
};

/* What has been seen is a breach, or what was wanted. */
void verdict_breach(struct contract_verdict *verdict, const char *format, ...)
    PRINTF_LIKE(2, 3);
void verdict_kept(struct contract_verdict *verdict, const char *format, ...)
    PRINTF_LIKE(2, 3);

/* Run a trial for some numbers of frames, from 1 on, each with a string of n references over
 * more pages.  `run` returns false if it has found a breach.  False, and the verdict, if there
 * is one or the policy takes none of the numbers. */
bool trial_run_all(struct trial *trial, const struct contract_subject *subject, size_t n,
                   bool (*run)(struct trial *trial), struct contract_verdict *verdict);

/* Replay the trial's string.  False if the policy refuses the number of frames, or breaks the
 * contract, which is in the verdict then; the log is to be released in any case. */
bool trial_replay(struct trial *trial, struct rig_log *log,
                  const struct rig_options *options);

/* The policy has broken the contract. */
bool trial_failed(const struct trial *trial);

/* Pages that a trial's string has. */
unsigned trial_pages(const struct trial *trial);

#endif
