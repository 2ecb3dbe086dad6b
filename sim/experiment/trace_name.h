/* trace_name.h -- what the traces of an experiment are called. */
#ifndef FAULTLINE_EXPERIMENT_TRACE_NAME_H
#define FAULTLINE_EXPERIMENT_TRACE_NAME_H

#include "experiment/config.h"
#include "experiment/yaml.h"

/* A trace of the experiment; cells that replay the same one share its strings. */
struct trace_name {
    const char *path;       /* resolved; of a generated one what made it; of one thread
                          * "PATH, thread N"                                             */
    struct trace_file file; /* which it is                                               */
    const char *written; /* as the user wrote it                                        */
    const char *label;   /* its file's name without folder and endings; "stdin"; the name
                          * of its generator                                            */
    struct trace_name *next;
};

/* The trace that the value `node` names, or, if `thread` is not NULL, the thread of it that
 * that value says; from the list or added to it. */
MUST_CHECK enum status trace_name_of(const struct trace_name **out,
                                     struct trace_name **traces,
                                     const struct yaml_node *node,
                                     const struct yaml_node *thread, struct arena *arena,
                                     struct error *err);

/* The trace that a generator makes; config lives as long as the arena. */
MUST_CHECK enum status trace_name_generated(const struct trace_name **out,
                                            struct trace_name **traces,
                                            const struct generate_config *config,
                                            struct arena *arena, struct error *err);

/* One thread of that trace, of those that it has by generator_streams(). */
MUST_CHECK enum status trace_name_generated_thread(const struct trace_name **out,
                                                   struct trace_name **traces,
                                                   const struct trace_name *whole,
                                                   uint32_t thread, struct arena *arena,
                                                   struct error *err);

#endif
