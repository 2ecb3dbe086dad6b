/* cellconfig.h -- the configuration of one cell from what its layers say, checked and
 * complete. */
#ifndef FAULTLINE_EXPERIMENT_CELLCONFIG_H
#define FAULTLINE_EXPERIMENT_CELLCONFIG_H

#include "experiment/config.h"
#include "experiment/layer.h"
#include "experiment/model.h"
#include "experiment/storage.h"
#include "experiment/trace_name.h"

struct policy_files;
struct tlb_keys;
struct workload;

/* Tables that could be made, so that neighbouring cells need not try. */
struct machine_trial {
    const struct plugin_config *mmu; /* NULL: none yet                                    */
    uint64_t page_size, frames;
};

/* What building a cell's configuration needs besides its layer. */
struct cellconfig_builder {
    const char *file; /* the user's file, for what it lacks; NULL: only --set            */
    bool memory_varies;              /* machine.memory is swept, so it tells cells apart */
    bool model_varies;               /* machine.model is swept                           */
    struct trace_name *traces;       /* of the cells built so far                        */
    const struct workload *workload; /* of the cell built last, for the next to share    */
    struct policy_files *policies;   /* of the experiment                                */
    struct storage storage;
    struct models models;
    struct tlb_keys *tlb_keys;  /* of the arrays met so far                              */
    struct machine_trial trial; /* of the cell built last                                */
    struct arena *arena;
    struct error *err;
};

/* Fill in *cell; the trace_label of one that has the trace of a file needs all cells: see
 * cellconfig_label. */
MUST_CHECK enum status cellconfig_build(struct cellconfig_builder *builder,
                                        struct cell_config *cell,
                                        const struct layer *layer);

/* Set trace_label: the name of the trace's file without its endings, or the path as
 * written where two traces have the same. */
void cellconfig_label(const struct cellconfig_builder *builder, struct cell_config *cells,
                      size_t ncells);

#endif
