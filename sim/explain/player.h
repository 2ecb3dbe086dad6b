/* player.h -- one policy at work on a script. */
#ifndef FAULTLINE_EXPLAIN_PLAYER_H
#define FAULTLINE_EXPLAIN_PLAYER_H

#include "experiment/cell.h"
#include "explain/explain.h"

struct player {
    struct cell cell;
    struct observer observer;
    bool playing;
    struct pager_counts before; /* the piece                                             */
};

/* The policy that a cell has. */
const struct policy_ops *player_policy(const struct cell_config *config);

/* arena: for reasons and what is recorded; NULL: neither is wanted.  The player must stay
 * where it is. */
MUST_CHECK enum status player_start(struct player *player, const struct cell_config *config,
                                    const struct script *script, struct arena *arena,
                                    bool hex, struct error *err);
void player_stop(struct player *player);

/* Replay a piece; if it is single its departures are in player->observer.  ERR_CELL names
 * the policy. */
MUST_CHECK enum status player_replay(struct player *player, const struct piece *piece,
                                     struct error *err);

/* Fill in what there is now: before the first piece of the range.  ERR_NOMEM. */
MUST_CHECK enum status player_record_start(struct player *player, struct moment *moment,
                                           struct error *err);
/* After a piece of the range.  ERR_NOMEM. */
MUST_CHECK enum status player_record(struct player *player, const struct piece *piece,
                                     struct moment *moment, struct error *err);

#endif
