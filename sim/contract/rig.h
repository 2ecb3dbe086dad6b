/* rig.h -- what the checks are made of: strings of references, and replays of them that note
 * every page that the policy has had evicted. */
#ifndef FAULTLINE_CONTRACT_RIG_H
#define FAULTLINE_CONTRACT_RIG_H

#include "contract/contract.h"
#include "pager/pager.h"
#include "trace/builder.h"

enum { RIG_PAGE_SHIFT = 12, RIG_STRING_MAX = 4096 };

struct rig_reference {
    vaddr_t vaddr;
    uint8_t kind; /* IFETCH, LOAD or STORE                                               */
};

struct rig_string {
    struct rig_reference refs[RIG_STRING_MAX];
    size_t n;
};

/* Make one of n references: code and data that walk, loop, jump and scan over so many pages,
 * some of them hot. */
void rig_string_make(struct rig_string *string, struct rng *rng, size_t n, unsigned pages);

/* Make other references from position `from` on. */
void rig_string_change_tail(struct rig_string *string, struct rng *rng, size_t from,
                            unsigned pages);

struct rig_options {
    pfn_t frames;
    size_t steps; /* of a batch; 0: all in one                                            */
    bool single_step;
    bool forget;  /* between batches some pages are gone for ever, and some are evicted   */
    bool explain; /* at each departure have why() and show() called                       */
    uint64_t seed;
    const void *params; /* NULL: those of the subject                                    */
};

/* A page that went, by victim() or release(). */
struct rig_departure {
    uint64_t reference; /* from 1; 0: before the first                                   */
    vpn_t vpn;
    uint32_t call; /* enum guard_call                                                    */
};

struct rig_log {
    struct rig_departure *departures;
    size_t n, capacity;
    bool short_of_memory;
    struct pager_counts counts;
    uint64_t references;   /* replayed                                                   */
    uint64_t resident;     /* pages in memory at the end                                 */
    uint64_t resident_max; /* and after a batch, at most                                 */
    uint64_t lost;         /* batches after whose last reference its page is not there    */
    uint64_t sentences;    /* of why()                                                   */
    pfn_t ghosts_max;      /* remembered at once, at most                                */
    const char *unsound;   /* what pager_check() finds first, after a batch, or NULL      */
};

/* Replay the string.  The log is released by the caller, on failure too.  ERR_CELL: the
 * policy has broken the contract; ERR_CONFIG: it refuses its parameters; ERR_NOMEM. */
MUST_CHECK enum status rig_replay(struct rig_log *log,
                                  const struct contract_subject *subject,
                                  const struct rig_string *string,
                                  const struct rig_options *options, struct error *err);
void rig_log_release(struct rig_log *log);

/* True if both have the same departures at references up to `last`; else the first that
 * differ, in words. */
bool rig_same_departures(const struct rig_log *a, const struct rig_log *b, uint64_t last,
                         char *difference, size_t size);

#endif
