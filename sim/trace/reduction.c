/* reduction.c -- see reduction.h. */
#include "trace/reduction.h"

#include "base/units.h"

#include <inttypes.h>
#include <string.h>

const char *const reduction_names[REDUCTION_METHODS] = {
    [REDUCTION_SAD] = "sad", [REDUCTION_OLR] = "olr"};

const char *const reduction_titles[REDUCTION_METHODS] = {
    [REDUCTION_SAD] = "SAD", [REDUCTION_OLR] = "OLR"};

const char *const reduction_policies[REDUCTION_METHODS] = {
    [REDUCTION_SAD] = "lru and opt", [REDUCTION_OLR] = "lru"};

static bool is_exact_for(enum reduction_method method, const char *policy)
{
    return strcmp(policy, "lru") == 0 ||
           (method == REDUCTION_SAD && strcmp(policy, "opt") == 0);
}

static enum status refuse_policy(const struct reduction *reduction, const char *path,
                                 const char *policy, struct error *err)
{
    const char *title = reduction_titles[reduction->method];
    if (is_exact_for(REDUCTION_SAD, policy))
        return error_set(err, ERR_CONFIG, at_file(path),
                         "reduced by %s, which is exact for %s only and not for policy "
                         "'%s': use the full trace, or reduce that with '--method sad'",
                         title, reduction_policies[reduction->method], policy);
    return error_set(err, ERR_CONFIG, at_file(path),
                     "reduced by %s, which is exact for %s only and not for policy '%s': "
                     "use the full trace",
                     title, reduction_policies[reduction->method], policy);
}

enum status reduction_allows(const struct reduction *reduction, const char *path,
                             const struct reduction_use *use, struct error *err)
{
    char had[32], wanted[32];
    if (reduction->method == REDUCTION_NONE)
        return OK;
    if (use->timed)
        return error_set(err, ERR_CONFIG, at_file(path),
                         "a reduced trace keeps faults, not time: use the full trace, or "
                         "'timing: none'");
    if (use->tables)
        return error_set(err, ERR_CONFIG, at_file(path),
                         "a reduced trace keeps faults, not TLB misses: use the full "
                         "trace, or 'machine.mmu: ideal'");
    if (!is_exact_for(reduction->method, use->policy))
        return refuse_policy(reduction, path, use->policy, err);
    if (use->page_size < use->granule)
        return error_set(err, ERR_CONFIG, at_file(path),
                         "reduced for pages of %s or more, not of %s: use the full trace, "
                         "or reduce that with '--page-size'",
                         format_size(use->granule, had, sizeof had),
                         format_size(use->page_size, wanted, sizeof wanted));
    if (use->frames < reduction->frames)
        return error_set(err, ERR_CONFIG, at_file(path),
                         "reduced for %" PRIu64 " frames or more, not for %" PRIu64
                         ": use the full trace, or reduce that with '--frames %" PRIu64 "'",
                         reduction->frames, use->frames, use->frames);
    return OK;
}
