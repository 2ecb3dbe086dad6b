/* processes.h -- the items of `workload.processes`, as they are written. */
#ifndef FAULTLINE_EXPERIMENT_PROCESSES_H
#define FAULTLINE_EXPERIMENT_PROCESSES_H

#include "base/arena.h"
#include "experiment/config.h"
#include "experiment/yaml.h"

/* One item.  In config what was not said has its default or, where the workload gives it,
 * is 0 or NULL: name, copies, offset, regions.  trace and streams are not set yet. */
struct process_item {
    struct process_config config;
    const struct yaml_node *trace; /* NULL: not said                                */
    const struct generate_config *generate; /* without its seed; NULL: not said          */
    const struct yaml_node *thread;  /* NULL: not said                                    */
    const struct yaml_node *streams; /* text, a map or a list of these; NULL: none        */
    bool says_offset, says_regions;
};

/* One of `streams`: of trace and generate one is not NULL. */
struct stream_item {
    const struct yaml_node *trace, *generate;
    const struct yaml_node *thread; /* NULL: not said                                    */
};

/* Read it.  ERR_CONFIG. */
MUST_CHECK enum status stream_read(struct stream_item *stream, const struct yaml_node *node,
                                   struct error *err);

/* Read a list of maps (process_keys), which lies in the arena.  ERR_CONFIG. */
MUST_CHECK enum status processes_read(struct process_item **out, size_t *n,
                                      const struct yaml_node *list, struct arena *arena,
                                      struct error *err);

#endif
