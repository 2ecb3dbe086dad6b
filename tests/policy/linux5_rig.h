/* linux5_rig.h -- the rigs of tests of Linux's lists since 5.7. */
#ifndef FAULTLINE_TESTS_POLICY_LINUX5_RIG_H
#define FAULTLINE_TESTS_POLICY_LINUX5_RIG_H

#include "policy/lru_rig.h"

extern const struct policy_ops policy_linux5;

enum { FILES = 512 }; /* of open_scans(): pages from this number on are those of files */

static inline struct rig *open_rig(pfn_t nframes, const char *version)
{
    char set[32];
    snprintf(set, sizeof set, "version=%s", version);
    return rig_open(&policy_linux5, nframes, (const char *const[]){set, NULL});
}

/* For scans: nothing can go, and none ends since enough has gone. */
static inline struct rig *open_scans(const char *version)
{
    struct rig *rig = open_rig(RIG_FRAMES, version);
    rig_file(rig, FILES, RIG_PAGES - 1);
    rig->run.batch = RECLAIM_BATCH;
    rig->run.wanted = 1000;
    rig->answer = PAGE_KEEP;
    return rig;
}

#endif
