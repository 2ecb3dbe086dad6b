/* generator.h -- the plug-in interface of a synthetic trace: one file X.c in
 * sim/trace/generate/ that defines `const struct generator_ops generator_X` (a `-` in the
 * name is a `_` in the symbol).  CMake finds it; nothing else is edited. */
#ifndef FAULTLINE_TRACE_GENERATOR_H
#define FAULTLINE_TRACE_GENERATOR_H

#include "base/param.h"
#include "base/rng.h"
#include "trace/builder.h"

/* What a generator writes to; hides where the references go. */
struct generator_sink {
    void *context;
    /* False: stop, the sink has enough or has failed. */
    bool (*put)(void *context, enum reference_kind kind, vaddr_t vaddr, uint32_t size);
};

struct generator_ops {
    const char *name;
    const char *summary; /* one line                                                    */
    const char *shows;   /* what a student or researcher sees with it: a short paragraph */
    const struct param *params;
    size_t params_size; /* at most PARAM_VALUES_MAX                                      */
    /* Push references until done or the sink says stop.  The same parameters and the same
     * state of rng give the same references. */
    enum status (*run)(const void *params, struct rng *rng,
                       const struct generator_sink *sink, struct error *err);
};

extern const struct generator_ops *const generator_table[]; /* ended by NULL */

#endif
