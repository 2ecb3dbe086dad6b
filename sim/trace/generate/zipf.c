/* zipf.c -- items of memory whose popularity falls with their rank as rank^-exponent.
 * Drawn exactly, by inversion of the distribution function with a binary search (Devroye,
 * "Non-Uniform Random Variate Generation", 1986, section III.2.1): O(log items) a draw. */
#include "trace/generator.h"

#include <math.h>
#include <stdlib.h>

#define BASE UINT64_C(0x10000000)

enum { ACCESS = 8, ITEMS_MAX = 1 << 27 };

struct zipf {
    uint64_t size, item, stride, references;
    double exponent, writes;
};

/* The least popular rank comes first: added up from the small weights to the large ones,
 * the sums keep their precision. */
struct ranks {
    double *cumulative; /* weight of entry i and all before it                            */
    uint32_t *item;     /* which item entry i is                                          */
    uint32_t n;
};

static enum status ranks_init(struct ranks *ranks, uint32_t n, double exponent,
                              struct rng *rng, struct error *err)
{
    ranks->n = n;
    ranks->cumulative = malloc(n * sizeof *ranks->cumulative);
    ranks->item = malloc(n * sizeof *ranks->item);
    if (!ranks->cumulative || !ranks->item)
        return error_nomem(err);
    double sum = 0;
    for (uint32_t i = 0; i < n; i++) {
        sum += pow((double)(n - i), -exponent);
        ranks->cumulative[i] = sum;
        ranks->item[i] = i;
    }
    for (uint32_t i = n; i > 1; i--) { /* Fisher & Yates */
        const uint32_t j = (uint32_t)rng_below(rng, i);
        const uint32_t swap = ranks->item[i - 1];
        ranks->item[i - 1] = ranks->item[j];
        ranks->item[j] = swap;
    }
    return OK;
}

static void ranks_release(struct ranks *ranks)
{
    free(ranks->cumulative);
    free(ranks->item);
}

/* The first entry whose cumulative weight exceeds the drawn one. */
static uint32_t ranks_draw(const struct ranks *ranks, struct rng *rng)
{
    const double drawn = rng_real(rng) * ranks->cumulative[ranks->n - 1];
    uint32_t low = 0, high = ranks->n - 1;
    while (low < high) {
        const uint32_t middle = low + (high - low) / 2;
        if (ranks->cumulative[middle] > drawn)
            high = middle;
        else
            low = middle + 1;
    }
    return ranks->item[low];
}

static enum status zipf_check(const void *params, struct error *err)
{
    const struct zipf *p = params;
    const uint64_t items = p->size / p->item;
    if (items < 1 || items > ITEMS_MAX)
        return error_set(
            err, ERR_CONFIG, at_nowhere(),
            "generator 'zipf': 'size' holds %llu times 'item'; between 1 and %d "
            "are allowed",
            (unsigned long long)items, ITEMS_MAX);
    if (p->stride && p->stride < p->item)
        return error_set(
            err, ERR_CONFIG, at_nowhere(),
            "generator 'zipf': 'stride' is smaller than 'item'; it must be 0 B "
            "or at least %llu B",
            (unsigned long long)p->item);
    return OK;
}

static enum status zipf_run(const void *params, struct rng *rng,
                            const struct generator_sink *sink, struct error *err)
{
    const struct zipf *p = params;
    const uint64_t items = p->size / p->item, stride = p->stride ? p->stride : p->item;
    struct ranks ranks = {0};
    enum status status = ranks_init(&ranks, (uint32_t)items, p->exponent, rng, err);
    for (uint64_t i = 0; status == OK && i < p->references; i++) {
        const uint64_t item = ranks_draw(&ranks, rng);
        const uint64_t offset = rng_below(rng, p->item / ACCESS) * ACCESS;
        const enum reference_kind kind = rng_real(rng) < p->writes ? STORE : LOAD;
        if (!sink->put(sink->context, kind, BASE + item * stride + offset, ACCESS))
            break;
    }
    ranks_release(&ranks);
    return status;
}

static const struct param zipf_params[] = {
    {.name = "size",
     .kind = PARAM_SIZE,
     .offset = offsetof(struct zipf, size),
     .fallback = "4 MiB",
     .min = ACCESS,
     .max = 0x1p40,
     .help = "all items together; 4 MiB are 1024 items of 4 KiB"},
    {.name = "item",
     .kind = PARAM_SIZE,
     .offset = offsetof(struct zipf, item),
     .fallback = "4 KiB",
     .min = ACCESS,
     .max = 0x1p30,
     .help = "bytes that share one rank; where in them a reference falls is uniform"},
    {.name = "stride",
     .kind = PARAM_SIZE,
     .offset = offsetof(struct zipf, stride),
     .fallback = "0 B",
     .min = 0,
     .max = 0x1p36,
     .help = "distance from the start of one item to the next; 0 B: one item after the "
             "other without a gap"},
    {.name = "exponent",
     .kind = PARAM_REAL,
     .offset = offsetof(struct zipf, exponent),
     .fallback = "0.99",
     .min = 0,
     .max = 10,
     .help = "0 is uniform; 0.99 is that of the YCSB benchmark (Cooper et al., SoCC 2010)"},
    {.name = "references",
     .kind = PARAM_UINT,
     .offset = offsetof(struct zipf, references),
     .fallback = "1000000",
     .min = 1,
     .max = 1e15,
     .unit = "references",
     .help = "length of the trace"},
    {.name = "writes",
     .kind = PARAM_REAL,
     .offset = offsetof(struct zipf, writes),
     .fallback = "0.1",
     .min = 0,
     .max = 1,
     .unit = "fraction",
     .help = "references that store"},
    {0},
};

const struct generator_ops generator_zipf = {
    .name = "zipf",
    .summary = "few popular and many rare items, as in caches and key-value stores",
    .shows =
        "Popularity without order: each reference is drawn anew, so how often a page was "
        "used tells more than when. Policies that count uses (LFU, ARC, S3-FIFO) beat "
        "LRU, LRU beats FIFO, and the gap grows with the exponent. The ranks are "
        "strewn over the region with the seed; with items smaller than a page, hot and "
        "cold items share pages and larger pages waste memory.",
    .params = zipf_params,
    .params_size = sizeof(struct zipf),
    .check = zipf_check,
    .run = zipf_run,
};
