/* player.c -- see player.h. */
#include "explain/player.h"

const struct policy_ops *player_policy(const struct cell_config *config)
{
    struct pager_params params;
    cell_pager_params(&params, config, NULL);
    return params.policy;
}

enum status player_start(struct player *player, const struct cell_config *config,
                         const struct script *script, struct arena *arena, bool hex,
                         struct error *err)
{
    const struct policy_ops *policy = player_policy(config);
    const bool future = policy->sees == POLICY_FUTURE;
    const enum status status = cell_init(
        &player->cell, config, future ? &script->futures[policy->uses_time] : NULL, err);
    if (status != OK)
        return status;
    player->playing = true;
    observer_begin(&player->observer, &player->cell.pager, hex);
    player->observer.arena = arena;
    return OK;
}

void player_stop(struct player *player)
{
    if (!player->playing)
        return;
    observer_end(&player->observer);
    cell_release(&player->cell);
    player->playing = false;
}

/* A step is the atom of time: in a replay of whole steps no tick comes inside one. */
static enum status replay(struct pager *pager, const struct piece *piece, struct error *err)
{
    struct instance *instance = pager_instance(pager, 0);
    const uint64_t tick_at = instance->tick_at;
    if (piece->inside)
        instance->tick_at = UINT64_MAX;
    const enum status status = pager_replay(pager, &piece->paged, err);
    if (piece->inside)
        instance->tick_at = tick_at;
    return status;
}

enum status player_replay(struct player *player, const struct piece *piece,
                          struct error *err)
{
    struct pager *pager = &player->cell.pager;
    struct error why;
    observer_forget(&player->observer);
    player->observer.noting = piece->single;
    player->before = pager->counts;
    /* The policy's clock is exact at every reference only so. */
    pager->singly |= piece->single;
    const enum status status = replay(pager, piece, &why);
    if (status == ERR_CELL)
        return error_set(err, status, at_nowhere(), "%s: %.560s",
                         player->cell.config->policy_label, why.text);
    if (status != OK)
        error_copy(err, &why);
    else if (player->observer.failed)
        return error_nomem(err);
    return status;
}
