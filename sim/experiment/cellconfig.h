/* cellconfig.h -- the configuration of one cell from what its layers say, checked and
 * complete. */
#ifndef FAULTLINE_EXPERIMENT_CELLCONFIG_H
#define FAULTLINE_EXPERIMENT_CELLCONFIG_H

#include "experiment/config.h"
#include "experiment/layer.h"

/* A trace of the experiment; cells that replay the same one share its strings. */
struct trace_name {
    const char *path;    /* resolved                                                    */
    const char *written; /* as the user wrote it                                        */
    const char *label;
    struct trace_name *next;
};

/* What building a cell's configuration needs besides its layer. */
struct cellconfig_builder {
    const char *file; /* the user's file, for what it lacks; NULL: only --set            */
    bool memory_varies; /* machine.memory is swept, so it tells cells apart              */
    struct trace_name *traces; /* of the cells built so far                             */
    struct arena *arena;
    struct error *err;
};

/* Fill in *cell, all but trace_label, which needs all cells: see cellconfig_label. */
MUST_CHECK enum status cellconfig_build(struct cellconfig_builder *builder,
                                        struct cell_config *cell,
                                        const struct layer *layer);

/* Set trace_label: the name of the trace's file without its endings, or the path as
 * written where two traces have the same. */
void cellconfig_label(const struct cellconfig_builder *builder, struct cell_config *cells,
                      size_t ncells);

#endif
