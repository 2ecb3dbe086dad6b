/* generator.h -- the plug-in interface of a synthetic trace: one file X.c in
 * sim/trace/generate/ that defines `const struct generator_ops generator_X` (a `-` in the
 * name is a `_` in the symbol).  CMake finds it; nothing else is edited. */
#ifndef FAULTLINE_TRACE_GENERATOR_H
#define FAULTLINE_TRACE_GENERATOR_H

#include "base/param.h"
#include "base/rng.h"
#include "trace/builder.h"

/* What a generator writes to; hides where the references go.  One that starts children or
 * threads puts a SWITCH before what each of them does, once, and a SWITCH back behind it. */
struct generator_sink {
    void *context;
    /* False: stop, the sink has enough or has failed. */
    bool (*put)(void *context, enum reference_kind kind, vaddr_t vaddr, uint32_t size);
    /* An operation between the references; op and file as of builder_op().  False: stop. */
    bool (*op)(void *context, const struct vm_op *op, const char *file);
};

struct generator_ops {
    const char *name;
    const char *summary; /* one line                                                    */
    const char *shows;   /* what a student or researcher sees with it: a short paragraph */
    const struct param *params;
    size_t params_size; /* at most PARAM_VALUES_MAX                                      */
    /* See whether the parameters go together: ERR_CONFIG with a sentence that has the one at
     * fault in quotes.  NULL: they always do. */
    enum status (*check)(const void *params, struct error *err);
    /* How many traces it makes besides, of children and threads: those that SWITCHes of its
     * trace name, from 1.  NULL: none. */
    uint32_t (*streams)(const void *params);
    /* Push references until done or the sink says stop.  The same parameters, which check
     * has passed, and the same state of rng give the same references. */
    enum status (*run)(const void *params, struct rng *rng,
                       const struct generator_sink *sink, struct error *err);
};

extern const struct generator_ops *const generator_table[]; /* ended by NULL */

/* The generator of that name, or NULL. */
const struct generator_ops *generator_find(const char *name);

uint32_t generator_streams(const struct generator_ops *generator, const void *params);

MUST_CHECK enum status generator_check(const struct generator_ops *generator,
                                       const void *params, struct error *err);

/* "faultline trace generate loop --seed 1 size=266240 ...": all that makes a trace.
 * Returns buffer. */
char *generator_origin(const struct generator_ops *generator, const void *params,
                       uint64_t seed, char *buffer, size_t size);

/* Where generated batches go. */
struct generator_output {
    void *context;
    /* What is not OK ends the trace and is returned. */
    enum status (*put)(void *context, const struct batch *batch, struct error *err);
};

/* Hand the whole trace to the output, batch by batch.  granule_shift: as of a builder.
 * ERR_CONFIG of generator_check, before anything is put; ERR_NOMEM. */
MUST_CHECK enum status generator_make(const struct generator_ops *generator,
                                      const void *params, uint64_t seed,
                                      unsigned granule_shift,
                                      const struct generator_output *output,
                                      struct error *err);

#endif
