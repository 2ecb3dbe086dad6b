/* generator.c -- see generator.h. */
#include "trace/generator.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* A trace being made. */
struct making {
    struct builder *builder;
    struct batch batch;
    const struct generator_output *output;
    enum status status; /* of the output                                                 */
    struct error *err;
};

const struct generator_ops *generator_find(const char *name)
{
    for (const struct generator_ops *const *g = generator_table; *g; g++)
        if (strcmp((*g)->name, name) == 0)
            return *g;
    return NULL;
}

uint32_t generator_streams(const struct generator_ops *generator, const void *params)
{
    return generator->streams ? generator->streams(params) : 0;
}

enum status generator_check(const struct generator_ops *generator, const void *params,
                            struct error *err)
{
    return generator->check ? generator->check(params, err) : OK;
}

char *generator_origin(const struct generator_ops *generator, const void *params,
                       uint64_t seed, char *buffer, size_t size)
{
    size_t length = (size_t)snprintf(
        buffer, size, "faultline trace generate %s --seed %" PRIu64, generator->name, seed);
    for (const struct param *p = generator->params; p && p->name && length < size; p++) {
        char value[64];
        length += (size_t)snprintf(buffer + length, size - length, " %s=%s", p->name,
                                   param_format(p, params, value, sizeof value));
    }
    return buffer;
}

static bool flush(struct making *making)
{
    builder_take(making->builder, &making->batch);
    making->status =
        making->output->put(making->output->context, &making->batch, making->err);
    return making->status == OK;
}

static bool put(void *context, enum reference_kind kind, vaddr_t vaddr, uint32_t size)
{
    struct making *making = context;
    builder_add(making->builder, kind, vaddr, size);
    return !builder_full(making->builder) || flush(making);
}

static bool put_op(void *context, const struct vm_op *op, const char *file)
{
    struct making *making = context;
    builder_op(making->builder, op, file);
    return !builder_full(making->builder) || flush(making);
}

static enum status run(struct making *making, const struct generator_ops *generator,
                       const void *params, uint64_t seed)
{
    const struct generator_sink sink = {.context = making, .put = put, .op = put_op};
    struct rng rng;
    rng_seed(&rng, seed);
    const enum status status = generator->run(params, &rng, &sink, making->err);
    if (status != OK || making->status != OK)
        return status != OK ? status : making->status;
    return flush(making) ? OK : making->status;
}

enum status generator_make(const struct generator_ops *generator, const void *params,
                           uint64_t seed, unsigned granule_shift,
                           const struct generator_output *output, struct error *err)
{
    struct making making = {.output = output, .err = err};
    enum status status = generator_check(generator, params, err);
    if (status != OK)
        return status;
    status = batch_init(&making.batch, err);
    if (status == OK)
        status = builder_create(&making.builder, granule_shift, err);
    if (status == OK)
        status = run(&making, generator, params, seed);
    builder_free(making.builder);
    batch_release(&making.batch);
    return status;
}
