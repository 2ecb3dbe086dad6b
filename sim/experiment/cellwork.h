/* cellwork.h -- a cell under construction: what its layer says of a key, and the settings
 * that are recorded for it.  For cellconfig.c and the files that it hands work to. */
#ifndef FAULTLINE_EXPERIMENT_CELLWORK_H
#define FAULTLINE_EXPERIMENT_CELLWORK_H

#include "experiment/cellconfig.h"
#include "experiment/plugin.h"

struct cellwork {
    struct cellconfig_builder *builder;
    struct cell_config *cell;
    const struct layer *layer;
    struct setting *settings; /* grows; malloc                                           */
    size_t nsettings, capacity;
};

/* A value of the cell: the user's word or the default. */
struct cell_value {
    const struct key *key;
    const char *text;   /* NULL: not said, and there is no default                      */
    struct location at; /* of the value; nowhere for a default                          */
    bool given;
    uint64_t number;
};

/* The value of a scalar key.  The cell's clock is set before that of a time that may be
 * given in cycles is asked for. */
MUST_CHECK enum status cellwork_get(const struct cellwork *work, const char *name,
                                    struct cell_value *value);

/* The same of an instance of a pattern, which lives as long as the arena. */
MUST_CHECK enum status cellwork_get_key(const struct cellwork *work, const struct key *key,
                                        struct cell_value *value);

/* Record an effective setting; both strings live as long as the arena or for ever. */
MUST_CHECK enum status cellwork_record(struct cellwork *work, const char *key,
                                       const char *text, struct location at);

/* Record a number as the value of a key, a time in seconds. */
MUST_CHECK enum status cellwork_record_number(struct cellwork *work,
                                              const struct cell_value *value,
                                              uint64_t number);

/* Record a count or `unlimited`. */
MUST_CHECK enum status cellwork_record_limit(struct cellwork *work,
                                             const struct cell_value *value);

/* Record the choice that the value names; *choice, if asked for, is its text, which lives
 * for ever. */
MUST_CHECK enum status cellwork_record_choice(struct cellwork *work,
                                              const struct cell_value *value,
                                              const char **choice);

/* Record every parameter, and make a label of those that the user gave, and of those that
 * the kernel set otherwise than they are by default: "clock" or "clock(hand=stays)". */
MUST_CHECK enum status cellwork_record_params(struct cellwork *work,
                                              const struct plugin *plugin,
                                              const struct plugin_config *config,
                                              const char **label);

/* Configure the kernel, MMU or generator that the cell has, and record it. */
MUST_CHECK enum status cellwork_plugin(struct cellwork *work, const char *key,
                                       struct plugin_config *config, const char **label);

/* The same of its policy, with the digest of the file if that is one.  The kernel has been
 * configured. */
MUST_CHECK enum status cellwork_policy(struct cellwork *work);

/* Give the cell its settings, sorted. */
MUST_CHECK enum status cellwork_finish(struct cellwork *work);

void cellwork_release(struct cellwork *work);

#endif
