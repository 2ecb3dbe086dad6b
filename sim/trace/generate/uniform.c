/* uniform.c -- references at random places, all equally likely. */
#include "trace/generator.h"

#define BASE UINT64_C(0x10000000)

enum { ACCESS = 8 }; /* bytes of a reference, and its alignment */

struct uniform {
    uint64_t size, references;
    double writes;
};

static enum status uniform_run(const void *params, struct rng *rng,
                               const struct generator_sink *sink, struct error *err)
{
    const struct uniform *p = params;
    (void)err;
    for (uint64_t i = 0; i < p->references; i++) {
        const vaddr_t vaddr = BASE + rng_below(rng, p->size / ACCESS) * ACCESS;
        const enum reference_kind kind = rng_real(rng) < p->writes ? STORE : LOAD;
        if (!sink->put(sink->context, kind, vaddr, ACCESS))
            break;
    }
    return OK;
}

static const struct param uniform_params[] = {
    {.name = "size",
     .kind = PARAM_SIZE,
     .offset = offsetof(struct uniform, size),
     .fallback = "1 MiB",
     .min = ACCESS,
     .max = 0x1p40,
     .help = "length of the region; 1 MiB are 256 pages of 4 KiB"},
    {.name = "references",
     .kind = PARAM_UINT,
     .offset = offsetof(struct uniform, references),
     .fallback = "1000000",
     .min = 1,
     .max = 1e15,
     .unit = "references",
     .help = "length of the trace"},
    {.name = "writes",
     .kind = PARAM_REAL,
     .offset = offsetof(struct uniform, writes),
     .fallback = "0.3",
     .min = 0,
     .max = 1,
     .unit = "fraction",
     .help = "references that store"},
    {0},
};

const struct generator_ops generator_uniform = {
    .name = "uniform",
    .summary = "references at random places, all equally likely",
    .shows =
        "No locality at all: the past says nothing about the future, so all policies that "
        "cannot see the future fault alike, at a rate of 1 - frames/pages once memory is "
        "full. OPT alone does better. Any difference between two real policies here is "
        "noise, and tells how much of a difference elsewhere to believe.",
    .params = uniform_params,
    .params_size = sizeof(struct uniform),
    .run = uniform_run,
};
