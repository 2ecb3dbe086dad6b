/* phases.c -- a program that works in one place for a while and then moves on: Denning's
 * model of phases and transitions ("Working sets past and present", IEEE TSE 6(1), 1980). */
#include "trace/generator.h"

#define BASE UINT64_C(0x10000000)

enum { ACCESS = 8 }; /* bytes of a reference, and its alignment */

struct phases {
    uint64_t phases, set, overlap, length;
    double writes;
};

static enum status phases_check(const void *params, struct error *err)
{
    const struct phases *p = params;
    if (p->overlap > p->set)
        return error_set(err, ERR_CONFIG, at_nowhere(),
                         "generator 'phases': 'overlap' is larger than 'set'; it may be at "
                         "most %llu B",
                         (unsigned long long)p->set);
    return OK;
}

static enum status phases_run(const void *params, struct rng *rng,
                              const struct generator_sink *sink, struct error *err)
{
    const struct phases *p = params;
    (void)err;
    for (uint64_t phase = 0; phase < p->phases; phase++) {
        const vaddr_t set = BASE + phase * (p->set - p->overlap);
        for (uint64_t i = 0; i < p->length; i++) {
            const vaddr_t vaddr = set + rng_below(rng, p->set / ACCESS) * ACCESS;
            const enum reference_kind kind = rng_real(rng) < p->writes ? STORE : LOAD;
            if (!sink->put(sink->context, kind, vaddr, ACCESS))
                return OK;
        }
    }
    return OK;
}

static const struct param phases_params[] = {
    {.name = "phases",
     .kind = PARAM_UINT,
     .offset = offsetof(struct phases, phases),
     .fallback = "10",
     .min = 1,
     .max = 1e6,
     .unit = "phases",
     .help = "how many places the program works in, one after the other"},
    {.name = "set",
     .kind = PARAM_SIZE,
     .offset = offsetof(struct phases, set),
     .fallback = "256 KiB",
     .min = ACCESS,
     .max = 0x1p40,
     .help = "working set of a phase; references fall anywhere in it, all equally likely"},
    {.name = "overlap",
     .kind = PARAM_SIZE,
     .offset = offsetof(struct phases, overlap),
     .fallback = "64 KiB",
     .min = 0,
     .max = 0x1p40,
     .help = "end of a phase's working set that the next phase starts with"},
    {.name = "length",
     .kind = PARAM_UINT,
     .offset = offsetof(struct phases, length),
     .fallback = "100000",
     .min = 1,
     .max = 1e12,
     .unit = "references",
     .help = "length of a phase"},
    {.name = "writes",
     .kind = PARAM_REAL,
     .offset = offsetof(struct phases, writes),
     .fallback = "0.3",
     .min = 0,
     .max = 1,
     .unit = "fraction",
     .help = "references that store"},
    {0},
};

const struct generator_ops generator_phases = {
    .name = "phases",
    .summary = "working sets that hold for a while, with abrupt transitions",
    .shows =
        "The working-set model: with memory for one set, a burst of faults at each "
        "transition and silence between; with less, faults all the time. LRU and the "
        "clock drop the old set quickly; policies that count uses hold on to pages of "
        "dead phases and pay for it. What a variable allocation gains over a fixed one "
        "shows here too.",
    .params = phases_params,
    .params_size = sizeof(struct phases),
    .check = phases_check,
    .run = phases_run,
};
