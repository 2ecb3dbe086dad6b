/* uniform.c -- references at random places of some pages, all equally likely. */
#include "trace/generator.h"

#define BASE UINT64_C(0x10000000)

enum { ACCESS = 8 }; /* bytes of a reference, and its alignment */

struct uniform {
    uint64_t pages, page_size, stride, references;
    double writes;
};

static enum status uniform_check(const void *params, struct error *err)
{
    const struct uniform *p = params;
    if (p->stride == 0)
        return OK;
    if (p->stride < p->page_size)
        return error_set(err, ERR_CONFIG, at_nowhere(),
                         "generator 'uniform': 'stride' is smaller than 'page_size'; it "
                         "must be 0 B or at least %llu B",
                         (unsigned long long)p->page_size);
    if (p->pages - 1 > (UINT64_MAX - BASE - p->page_size) / p->stride)
        return error_set(
            err, ERR_CONFIG, at_nowhere(),
            "generator 'uniform': %llu pages at this 'stride' end above 2^64; "
            "it may be at most %llu B",
            (unsigned long long)p->pages,
            (unsigned long long)((UINT64_MAX - BASE - p->page_size) / (p->pages - 1)));
    return OK;
}

static enum status uniform_run(const void *params, struct rng *rng,
                               const struct generator_sink *sink, struct error *err)
{
    const struct uniform *p = params;
    const uint64_t places = p->page_size / ACCESS; /* of a page                          */
    const uint64_t stride = p->stride ? p->stride : p->page_size;
    (void)err;
    for (uint64_t i = 0; i < p->references; i++) {
        const uint64_t place = rng_below(rng, p->pages * places);
        const vaddr_t vaddr = BASE + place / places * stride + place % places * ACCESS;
        const enum reference_kind kind = rng_real(rng) < p->writes ? STORE : LOAD;
        if (!sink->put(sink->context, kind, vaddr, ACCESS))
            break;
    }
    return OK;
}

static const struct param uniform_params[] = {
    {.name = "pages",
     .kind = PARAM_UINT,
     .offset = offsetof(struct uniform, pages),
     .fallback = "256",
     .min = 1,
     .max = 0x1p32,
     .unit = "pages",
     .help = "how many pages the references fall on; 256 of 4 KiB are 1 MiB"},
    {.name = "page_size",
     .kind = PARAM_SIZE,
     .offset = offsetof(struct uniform, page_size),
     .fallback = "4 KiB",
     .min = ACCESS,
     .max = 0x1p30,
     .help = "size of these pages, whatever that of the machine is"},
    {.name = "stride",
     .kind = PARAM_SIZE,
     .offset = offsetof(struct uniform, stride),
     .fallback = "0 B",
     .min = 0,
     .max = 0x1p48,
     .help =
         "distance from the start of one page to the next; 0 B: one page after the "
         "other without a gap; 2052 KiB: on x86-64 each has a page table of its own, and "
         "they are in all sets of a TLB alike"},
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
    .summary = "references at random places of some pages, all equally likely",
    .shows =
        "No locality at all: the past says nothing about the future, so all policies that "
        "cannot see the future fault alike, at a rate of 1 - frames/pages once memory is "
        "full. OPT alone does better. Any difference between two real policies here is "
        "noise, and tells how much of a difference elsewhere to believe. Without reuse "
        "in the near past a TLB hits by its share of the pages alone, and with the pages "
        "strewn over a large address space each walk needs tables of its own.",
    .params = uniform_params,
    .params_size = sizeof(struct uniform),
    .check = uniform_check,
    .run = uniform_run,
};
