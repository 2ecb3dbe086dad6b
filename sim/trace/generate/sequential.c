/* sequential.c -- passes over an array from its first byte to its last. */
#include "trace/generator.h"

#define BASE UINT64_C(0x10000000)

struct sequential {
    uint64_t size, passes, stride, element;
};

static enum status sequential_check(const void *params, struct error *err)
{
    const struct sequential *p = params;
    if (p->element > p->size)
        return error_set(
            err, ERR_CONFIG, at_nowhere(),
            "generator 'sequential': 'element' is larger than 'size'; it may be "
            "at most %llu B",
            (unsigned long long)p->size);
    return OK;
}

static enum status sequential_run(const void *params, struct rng *rng,
                                  const struct generator_sink *sink, struct error *err)
{
    const struct sequential *p = params;
    (void)rng;
    (void)err;
    for (uint64_t pass = 0; pass < p->passes; pass++)
        for (uint64_t at = 0; at <= p->size - p->element; at += p->stride)
            if (!sink->put(sink->context, LOAD, BASE + at, (uint32_t)p->element))
                return OK;
    return OK;
}

static const struct param sequential_params[] = {
    {.name = "size",
     .kind = PARAM_SIZE,
     .offset = offsetof(struct sequential, size),
     .fallback = "4 MiB",
     .min = 1,
     .max = 0x1p40,
     .help = "length of the array"},
    {.name = "passes",
     .kind = PARAM_UINT,
     .offset = offsetof(struct sequential, passes),
     .fallback = "1",
     .min = 1,
     .max = 1e12,
     .unit = "passes",
     .help = "how often the array is read"},
    {.name = "stride",
     .kind = PARAM_SIZE,
     .offset = offsetof(struct sequential, stride),
     .fallback = "8 B",
     .min = 1,
     .max = 0x1p40,
     .help = "distance from one load to the next"},
    {.name = "element",
     .kind = PARAM_SIZE,
     .offset = offsetof(struct sequential, element),
     .fallback = "8 B",
     .min = 1,
     .max = 4096,
     .help = "bytes that one load reads"},
    {0},
};

const struct generator_ops generator_sequential = {
    .name = "sequential",
    .summary = "passes over an array from its first byte to its last",
    .shows =
        "Spatial locality alone: in one pass every page faults once, when it is first "
        "touched, whatever the policy and the memory, and doubling the page size halves "
        "the faults. A stride larger than the page takes that gain away: each reference "
        "is a new page, and most of what was fetched is never touched.",
    .params = sequential_params,
    .params_size = sizeof(struct sequential),
    .check = sequential_check,
    .run = sequential_run,
};
