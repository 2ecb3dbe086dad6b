/* devices_rig.h -- several swap devices that note the first requests that they serve, in the
 * order in which they begin them; each takes a millisecond. */
#ifndef FAULTLINE_TESTS_WORKLOAD_DEVICES_RIG_H
#define FAULTLINE_TESTS_WORKLOAD_DEVICES_RIG_H

#include "workload/large_rig.h"

enum { NOTED_MAX = 1024, MORE_MAX = DEVICES_MAX - 1 };

static struct noted {
    unsigned device;
    uint64_t offset, length; /* bytes                                                     */
    bool write;
} noted[NOTED_MAX];
static size_t nnoted;

/* The devices are told apart by their parameters: a number each, and how large it is. */
struct noting_params {
    unsigned number;
    uint64_t size; /* bytes; 0: no bound                                                 */
};

struct noting {
    const struct noting_params *params;
};

static struct noting_params noting[DEVICES_MAX];
static struct device_params more_noting[MORE_MAX];

static inline enum status noting_init(void *state, const struct device_env *env,
                                      struct error *err)
{
    (void)err;
    ((struct noting *)state)->params = env->params;
    return OK;
}

static inline uint64_t noting_capacity(const void *state)
{
    const struct noting *device = state;
    return device->params->size ? device->params->size : UINT64_MAX;
}

static inline psec_t noting_serve(void *state, const struct request *request, psec_t now)
{
    const struct noting *device = state;
    ck_assert_uint_le(request->span_offset + request->span_length, noting_capacity(device));
    if (nnoted < NOTED_MAX)
        noted[nnoted++] = (struct noted){device->params->number, request->span_offset,
                                         request->span_length, request->write};
    return now + MS;
}

static const struct device_ops noting_ops = {
    .abi = DEVICE_ABI,
    .name = "noting",
    .params_size = sizeof(struct noting_params),
    .state_size = sizeof(struct noting),
    .init = noting_init,
    .capacity = noting_capacity,
    .serve = noting_serve,
};

/* The machine has n of them, without bounds. */
static inline void noting_devices(unsigned n)
{
    nnoted = 0;
    for (unsigned i = 0; i < n; i++)
        noting[i] = (struct noting_params){.number = i};
    rig.params.swap = (struct device_params){&noting_ops, &noting[0]};
    for (unsigned i = 1; i < n; i++)
        more_noting[i - 1] = (struct device_params){&noting_ops, &noting[i]};
    rig.params.more_swap = more_noting;
    rig.params.nmore_swap = n - 1;
}

/* The next request of one direction from *at on is this one. */
static inline void noted_next(size_t *at, bool write, unsigned device, uint64_t offset,
                              uint64_t length)
{
    while (*at < nnoted && noted[*at].write != write)
        ++*at;
    ck_assert_uint_lt(*at, nnoted);
    const struct noted *n = &noted[(*at)++];
    ck_assert_msg(n->device == device && n->offset == offset && n->length == length,
                  "device %u, byte %llu, %llu bytes", n->device,
                  (unsigned long long)n->offset, (unsigned long long)n->length);
}

#endif
