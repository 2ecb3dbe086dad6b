/* pointer-chase.c -- a walk along a linked list whose nodes lie in random order.  The list
 * is one cycle through all nodes, made with Sattolo's algorithm (Sattolo, "An algorithm to
 * generate a random cyclic permutation", Information Processing Letters 22(6), 1986). */
#include "trace/generator.h"

#include <stdlib.h>

#define BASE UINT64_C(0x10000000)

enum { POINTER = 8 }; /* bytes: the link, at the start of a node */

struct pointer_chase {
    uint64_t nodes, node_size, references;
};

static enum status pointer_chase_run(const void *params, struct rng *rng,
                                     const struct generator_sink *sink, struct error *err)
{
    const struct pointer_chase *p = params;
    uint32_t *next = malloc(p->nodes * sizeof *next);
    if (!next)
        return error_nomem(err);
    for (uint32_t i = 0; i < p->nodes; i++)
        next[i] = i;
    for (uint64_t i = p->nodes - 1; i > 0; i--) {
        const uint64_t j = rng_below(rng, i); /* never i itself: that makes it one cycle */
        const uint32_t swap = next[i];
        next[i] = next[j];
        next[j] = swap;
    }
    uint32_t node = 0;
    for (uint64_t i = 0; i < p->references; i++) {
        if (!sink->put(sink->context, LOAD, BASE + node * p->node_size, POINTER))
            break;
        node = next[node];
    }
    free(next);
    return OK;
}

static const struct param pointer_chase_params[] = {
    {.name = "nodes",
     .kind = PARAM_UINT,
     .offset = offsetof(struct pointer_chase, nodes),
     .fallback = "65536",
     .min = 1,
     .max = 0x1p30,
     .unit = "nodes",
     .help = "length of the list; 65536 nodes of 64 B are 1024 pages of 4 KiB"},
    {.name = "node_size",
     .kind = PARAM_SIZE,
     .offset = offsetof(struct pointer_chase, node_size),
     .fallback = "64 B",
     .min = POINTER,
     .max = 0x1p33,
     .help =
         "bytes from one node to the next in memory; 2052 KiB: each node on a page, and "
         "on x86-64 in a page table, of its own, and they are in all sets of a TLB "
         "alike"},
    {.name = "references",
     .kind = PARAM_UINT,
     .offset = offsetof(struct pointer_chase, references),
     .fallback = "1000000",
     .min = 1,
     .max = 1e15,
     .unit = "references",
     .help =
         "loads, each of the link of one node; the walk goes round as often as it takes"},
    {0},
};

const struct generator_ops generator_pointer_chase = {
    .name = "pointer-chase",
    .summary = "a walk along a linked list whose nodes lie in random order",
    .shows =
        "Memory without locality that is still a loop: almost every load is on another "
        "page, and each load must wait for the one before. The TLB misses nearly always "
        "once the list is larger than its reach, and larger pages help only by that "
        "reach; nodes as small as the link or as large as a page show what packing "
        "data closely is worth.",
    .params = pointer_chase_params,
    .params_size = sizeof(struct pointer_chase),
    .run = pointer_chase_run,
};
