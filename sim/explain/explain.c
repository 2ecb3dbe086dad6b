/* explain.c -- see explain.h. */
#include "explain/explain.h"

#include "explain/player.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum {
    COLUMNS = 20,       /* of a trace, unless more are asked for                      */
    HELD_MAX = 1 << 24, /* frames of all columns: about 400 MB                        */
};

struct stage {
    struct script *script;
    const struct explain_options *options;
    struct player *players; /* [options->ncells]                                         */
};

/* --- replaying together --------------------------------------------------------------- */

static void stop(struct stage *stage)
{
    for (size_t i = 0; i < stage->options->ncells; i++)
        player_stop(&stage->players[i]);
}

/* Begin the script and all policies anew. */
static enum status start(struct stage *stage, uint64_t from, uint64_t end,
                         struct arena *arena, struct error *err)
{
    const struct explain_options *options = stage->options;
    bool futures[2] = {false, false};
    for (size_t i = 0; i < options->ncells; i++) {
        const struct policy_ops *policy = player_policy(options->cells[i]);
        futures[policy->uses_time] |= policy->sees == POLICY_FUTURE;
    }
    enum status status =
        script_begin(stage->script, from, end, futures, options->interrupted, err);
    for (size_t i = 0; i < options->ncells && status == OK; i++)
        status = player_start(&stage->players[i], options->cells[i], stage->script, arena,
                              options->hex, err);
    return status;
}

/* The next piece; END. */
static enum status next(struct stage *stage, struct piece *piece, struct error *err)
{
    return *stage->options->interrupted
               ? error_set(err, ERR_INTERRUPTED, at_nowhere(), "interrupted")
               : script_next(stage->script, piece, err);
}

/* Have all policies replay it. */
static enum status replay(struct stage *stage, const struct piece *piece, struct error *err)
{
    enum status status = OK;
    for (size_t i = 0; i < stage->options->ncells && status == OK; i++)
        status = player_replay(&stage->players[i], piece, err);
    return status;
}

/* --- the first difference ------------------------------------------------------------- */

static bool chose_alike(const struct observer *a, const struct observer *b)
{
    if (a->ndepartures != b->ndepartures)
        return false;
    for (size_t i = 0; i < a->ndepartures; i++)
        if (a->departures[i].vpn != b->departures[i].vpn)
            return false;
    return true;
}

static bool all_chose_alike(const struct stage *stage)
{
    for (size_t i = 1; i < stage->options->ncells; i++)
        if (!chose_alike(&stage->players[0].observer, &stage->players[i].observer))
            return false;
    return true;
}

/* The number of the first reference of the range at which the policies choose differently,
 * or of the last one if they never do. */
static enum status find_difference(struct stage *stage, uint64_t from, uint64_t *number,
                                   bool *found, struct error *err)
{
    struct piece piece;
    *number = from;
    *found = false;
    enum status status = start(stage, from, UINT64_MAX, NULL, err);
    while (status == OK && !*found && (status = next(stage, &piece, err)) == OK) {
        status = replay(stage, &piece, err);
        if (status != OK || !piece.single)
            continue;
        *number = piece.number;
        *found = !all_chose_alike(stage);
    }
    stop(stage);
    return status == END ? OK : status;
}

/* --- the table ------------------------------------------------------------------------ */

static enum status begin_table(struct explanation *explanation, const struct stage *stage,
                               struct error *err)
{
    const struct explain_options *options = stage->options;
    explanation->arena = arena_create();
    if (!explanation->arena)
        return error_nomem(err);
    explanation->hex = options->hex;
    explanation->compared = options->until_differs;
    explanation->npolicies = options->ncells;
    explanation->policies =
        arena_array(explanation->arena, options->ncells, sizeof *explanation->policies);
    return explanation->policies ? OK : error_nomem(err);
}

/* What is known of the policies when they have been started. */
static enum status describe(struct explanation *explanation, struct stage *stage,
                            struct error *err)
{
    for (size_t i = 0; i < explanation->npolicies; i++) {
        const struct player *player = &stage->players[i];
        struct explained_policy *policy = &explanation->policies[i];
        policy->label = arena_strdup(explanation->arena, player->cell.config->policy_label);
        policy->name = arena_strdup(explanation->arena, player->observer.policy->name);
        policy->sees = player->observer.policy->sees;
        policy->nframes = player->cell.pager.nframes;
        if (!policy->label || !policy->name)
            return error_nomem(err);
    }
    return OK;
}

/* Room for a further column; capacity: of all arrays. */
static enum status add_column(struct explanation *explanation, size_t *capacity,
                              struct error *err)
{
    if (explanation->n < *capacity)
        return OK;
    const size_t wanted = *capacity ? 2 * *capacity : 64;
    struct arena *arena = explanation->arena;
    struct explained_reference *references =
        arena_array(arena, wanted, sizeof *explanation->references);
    if (!references)
        return error_nomem(err);
    if (explanation->n)
        memcpy(references, explanation->references, explanation->n * sizeof *references);
    explanation->references = references;
    for (size_t i = 0; i < explanation->npolicies; i++) {
        struct explained_policy *policy = &explanation->policies[i];
        struct moment *moments = arena_array(arena, wanted, sizeof *policy->moments);
        if (!moments)
            return error_nomem(err);
        if (explanation->n)
            memcpy(moments, policy->moments, explanation->n * sizeof *moments);
        policy->moments = moments;
    }
    *capacity = wanted;
    return OK;
}

static enum status too_large(const struct explanation *explanation, struct error *err)
{
    return error_set(err, ERR_CONFIG, at_nowhere(),
                     "a table of more than %zu references and %u frames is too large; ask "
                     "for fewer references with --count, or for fewer frames",
                     explanation->n, explanation->policies[0].nframes);
}

static enum status record_column(struct explanation *explanation, struct stage *stage,
                                 const struct piece *piece, uint64_t *held,
                                 struct error *err)
{
    const size_t n = explanation->n;
    explanation->references[n] = (struct explained_reference){piece->number, piece->vpn,
                                                              piece->ifetch, piece->store};
    for (size_t i = 0; i < explanation->npolicies; i++) {
        struct player *player = &stage->players[i];
        struct explained_policy *policy = &explanation->policies[i];
        const struct pager_counts *now = &player->cell.pager.counts;
        const struct pager_counts *before = &player->before;
        const enum status status = player_record(player, piece, &policy->moments[n], err);
        if (status != OK)
            return status;
        policy->faults += now->faults - before->faults;
        policy->page_outs += now->page_outs - before->page_outs;
        policy->page_outs_dirty += now->page_outs_dirty - before->page_outs_dirty;
        policy->uses_bits = now->scans > 0;
        *held += policy->moments[n].nheld;
    }
    explanation->n++;
    return *held <= HELD_MAX ? OK : too_large(explanation, err);
}

/* What is there before the first column. */
static enum status record_start(struct explanation *explanation, struct stage *stage,
                                struct error *err)
{
    enum status status = OK;
    for (size_t i = 0; i < explanation->npolicies && status == OK; i++)
        status =
            player_record_start(&stage->players[i], &explanation->policies[i].before, err);
    return status;
}

static enum status record(struct explanation *explanation, struct stage *stage,
                          uint64_t from, uint64_t end, struct error *err)
{
    struct piece piece = {0};
    size_t capacity = 0;
    uint64_t held = 0;
    enum status status = start(stage, from, end, explanation->arena, err);
    if (status == OK)
        status = describe(explanation, stage, err);
    while (status == OK && (status = next(stage, &piece, err)) == OK) {
        if (piece.number >= end)
            break;
        if (piece.single && explanation->n == 0)
            status = record_start(explanation, stage, err);
        if (status == OK)
            status = replay(stage, &piece, err);
        if (status == OK && piece.single)
            status = add_column(explanation, &capacity, err);
        if (status == OK && piece.single)
            status = record_column(explanation, stage, &piece, &held, err);
    }
    stop(stage);
    if ((status == OK || status == END) && explanation->n == 0)
        return error_set(err, ERR_CONFIG, at_nowhere(),
                         "there is no reference %" PRIu64 ": there are %" PRIu64, from,
                         stage->script->number - 1);
    return status == END ? OK : status;
}

static enum status explain_on(struct stage *stage, struct explanation *explanation,
                              struct error *err)
{
    const struct explain_options *options = stage->options;
    uint64_t from = options->from, count = options->count;
    if (count == 0)
        count = stage->script->trace ? COLUMNS : UINT64_MAX;
    uint64_t end = count < UINT64_MAX - from ? from + count : UINT64_MAX;
    enum status status = begin_table(explanation, stage, err);
    if (status == OK && options->until_differs) {
        uint64_t last;
        status = find_difference(stage, from, &last, &explanation->differs, err);
        end = last + 1;
        from = end - from > count ? end - count : from;
    }
    return status == OK ? record(explanation, stage, from, end, err) : status;
}

enum status explain(struct explanation *explanation, struct script *script,
                    const struct explain_options *options, struct error *err)
{
    struct stage stage = {.script = script, .options = options};
    *explanation = (struct explanation){0};
    stage.players = calloc(options->ncells, sizeof *stage.players);
    if (!stage.players)
        return error_nomem(err);
    const enum status status = explain_on(&stage, explanation, err);
    stop(&stage);
    free(stage.players);
    return status;
}

void explanation_free(struct explanation *explanation)
{
    arena_free(explanation->arena);
    *explanation = (struct explanation){0};
}

/* --- frames --------------------------------------------------------------------------- */

static bool has_left(const struct moment *moment, pfn_t pfn)
{
    for (size_t i = 0; i < moment->ndepartures; i++)
        if (moment->departures[i].frame == pfn)
            return true;
    return false;
}

bool explained_frame(const struct explanation *explanation,
                     const struct explained_policy *policy, pfn_t pfn)
{
    if (policy->nframes <= EXPLAIN_FRAMES_ALL)
        return pfn < policy->nframes;
    for (size_t i = 0; i < explanation->n; i++)
        if (policy->moments[i].frame == pfn || has_left(&policy->moments[i], pfn))
            return true;
    return false;
}
