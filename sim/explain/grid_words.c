/* grid_words.c -- the sentences of a grid. */
#include "explain/grid_build.h"

#include <ctype.h>
#include <inttypes.h>
#include <string.h>

static const char *plural(uint64_t n)
{
    return n == 1 ? "" : "s";
}

/* "page 7 was loaded first" as a sentence. */
static const char *sentence(struct grid_build *build, const char *why)
{
    char *text = arena_printf(build->grid->arena, "%s.", why ? why : "");
    if (text)
        *text = (char)toupper((unsigned char)*text);
    return build_text(build, text);
}

static void add_reasons(struct grid_build *build, struct grid_section *section)
{
    struct grid_reason **end = &section->reasons;
    for (size_t i = 0; i < build->explanation->n; i++) {
        const struct explained_reference *reference = &build->explanation->references[i];
        const struct moment *moment = &build->policy->moments[i];
        for (size_t k = 0; k < moment->ndepartures; k++) {
            const struct departure *gone = &moment->departures[k];
            struct grid_reason *reason = build_array(build, 1, sizeof *reason);
            if (!reason)
                return;
            *reason = (struct grid_reason){.number = reference->number,
                                           .page = build_page(build, reference->vpn),
                                           .victim = build_page(build, gone->vpn),
                                           .sentence = sentence(build, gone->why),
                                           .released = gone->released};
            *end = reason;
            end = &reason->next;
        }
    }
}

static const char *ideal(enum policy_sees sees)
{
    switch (sees) {
    case POLICY_EVERY_ACCESS:
    case POLICY_EVERY_REFERENCE:
        return ", ideal: it sees every use";
    case POLICY_FUTURE:
        return ", ideal: it sees the future";
    default:
        return "";
    }
}

static const char *evicted(struct grid_build *build, const struct explained_policy *policy)
{
    struct arena *arena = build->grid->arena;
    if (policy->page_outs == 0)
        return "no page evicted";
    if (policy->page_outs_dirty == 0)
        return build_text(build,
                          arena_printf(arena, "%" PRIu64 " page%s evicted",
                                       policy->page_outs, plural(policy->page_outs)));
    return build_text(build,
                      arena_printf(arena, "%" PRIu64 " page%s evicted, %" PRIu64 " dirty",
                                   policy->page_outs, plural(policy->page_outs),
                                   policy->page_outs_dirty));
}

void build_words(struct grid_build *build, struct grid_section *section)
{
    const struct explained_policy *policy = build->policy;
    struct arena *arena = build->grid->arena;
    const size_t n = build->explanation->n;
    char shown[64] = "";
    if (build->nframes < policy->nframes)
        snprintf(shown, sizeof shown, ", of which %zu %s used here", build->nframes,
                 build->nframes == 1 ? "is" : "are");
    section->label = policy->label;
    section->title = build_text(
        build, arena_printf(arena, "%s, %u frame%s%s%s", policy->label, policy->nframes,
                            plural(policy->nframes), shown, ideal(policy->sees)));
    section->summary =
        build_text(build, arena_printf(arena, "%" PRIu64 " fault%s in %zu reference%s; %s",
                                       policy->faults, plural(policy->faults), n, plural(n),
                                       evicted(build, policy)));
    add_reasons(build, section);
}

/* --- the whole ------------------------------------------------------------------------ */

static bool has_uncounted(const struct explanation *explanation)
{
    for (size_t p = 0; p < explanation->npolicies; p++)
        for (size_t i = 0; i < explanation->n; i++) {
            const struct moment *moment = &explanation->policies[p].moments[i];
            if (moment->loaded && !moment->fault)
                return true;
        }
    return false;
}

static bool has_stores(const struct explanation *explanation)
{
    for (size_t i = 0; i < explanation->n; i++)
        if (explanation->references[i].store)
            return true;
    return false;
}

void build_legend(struct grid_build *build)
{
    const struct grid *grid = build->grid;
    build->grid->legend =
        build_text(build, arena_printf(grid->arena, "F fault%s%s%s%s",
                                       has_uncounted(build->explanation)
                                           ? "; f fault that the kernel does not count"
                                           : "",
                                       has_stores(build->explanation) ? "; w write" : "",
                                       grid->has_referenced ? "; r referenced" : "",
                                       grid->has_dirty ? "; d dirty" : ""));
}

/* "fifo: page 7 goes. Page 7 was loaded first." */
static const char *choice(struct grid_build *build, const struct explained_policy *policy)
{
    struct arena *arena = build->grid->arena;
    const struct moment *moment = &policy->moments[build->explanation->n - 1];
    const char *text =
        build_text(build, arena_printf(arena, "%s: %s", policy->label,
                                       moment->ndepartures ? "" : "no page goes."));
    for (size_t i = 0; i < moment->ndepartures; i++) {
        const struct departure *gone = &moment->departures[i];
        text = build_text(build, arena_printf(arena, "%s%spage %s goes. %s", text,
                                              i ? " " : "", build_page(build, gone->vpn),
                                              sentence(build, gone->why)));
    }
    return text;
}

void build_verdict(struct grid_build *build)
{
    const struct explanation *explanation = build->explanation;
    const struct explained_reference *last = &explanation->references[explanation->n - 1];
    const char **lines = build_array(build, explanation->npolicies + 1, sizeof *lines);
    if (!lines)
        return;
    build->grid->verdict = lines;
    build->grid->nverdict = 1;
    if (!explanation->differs) {
        lines[0] = build_text(build, arena_printf(build->grid->arena,
                                                  "The policies choose the same pages up "
                                                  "to reference %" PRIu64 ", the last.",
                                                  last->number));
        return;
    }
    lines[0] = build_text(
        build, arena_printf(build->grid->arena,
                            "The policies choose differently for the first time at "
                            "reference %" PRIu64 ", to page %s.",
                            last->number, build_page(build, last->vpn)));
    for (size_t i = 0; i < explanation->npolicies; i++)
        lines[build->grid->nverdict++] = choice(build, &explanation->policies[i]);
}
