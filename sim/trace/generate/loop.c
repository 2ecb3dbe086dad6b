/* loop.c -- a program that goes round a region of memory again and again. */
#include "trace/generator.h"

#define BASE UINT64_C(0x10000000)

enum { ACCESS = 8 }; /* bytes of a reference */

struct loop {
    uint64_t size, iterations, stride;
    double writes;
};

static enum status loop_run(const void *params, struct rng *rng,
                            const struct generator_sink *sink, struct error *err)
{
    const struct loop *p = params;
    (void)err;
    for (uint64_t turn = 0; turn < p->iterations; turn++)
        for (uint64_t at = 0; at <= p->size - ACCESS; at += p->stride) {
            const enum reference_kind kind = rng_real(rng) < p->writes ? STORE : LOAD;
            if (!sink->put(sink->context, kind, BASE + at, ACCESS))
                return OK;
        }
    return OK;
}

static const struct param loop_params[] = {
    {.name = "size",
     .kind = PARAM_SIZE,
     .offset = offsetof(struct loop, size),
     .fallback = "260 KiB",
     .min = ACCESS,
     .max = 0x1p40,
     .help = "length of the loop; 260 KiB are 65 pages of 4 KiB, one more than 64 frames"},
    {.name = "iterations",
     .kind = PARAM_UINT,
     .offset = offsetof(struct loop, iterations),
     .fallback = "100",
     .min = 1,
     .max = 1e12,
     .unit = "turns",
     .help = "how often the program goes round"},
    {.name = "stride",
     .kind = PARAM_SIZE,
     .offset = offsetof(struct loop, stride),
     .fallback = "64 B",
     .min = 1,
     .max = 0x1p40,
     .help = "distance from one reference to the next"},
    {.name = "writes",
     .kind = PARAM_REAL,
     .offset = offsetof(struct loop, writes),
     .fallback = "0",
     .min = 0,
     .max = 1,
     .unit = "fraction",
     .help = "references that store; which ones, the seed decides"},
    {0},
};

const struct generator_ops generator_loop = {
    .name = "loop",
    .summary = "a loop over a region of memory",
    .shows =
        "The worst case of LRU: with the loop one page longer than memory, LRU and FIFO "
        "always evict the page that is needed next and fault on every page of every "
        "turn, while MRU keeps most of the loop and wins. With one frame more, the loop "
        "fits and only the first turn faults: the fault curve is a cliff.",
    .params = loop_params,
    .params_size = sizeof(struct loop),
    .run = loop_run,
};
