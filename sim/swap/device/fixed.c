/* fixed.c -- a device that takes the same time for every request of one length, wherever it
 * lies: a latency and a bandwidth.  With one server and random arrivals it is the queue
 * M/D/1 of the textbooks, with several M/D/c. */
#include "swap/device.h"

#include "base/units.h"
#include "swap/duration.h"

struct fixed_params {
    psec_t latency;
    uint64_t bandwidth; /* bytes per second, 0: unlimited */
    uint64_t servers;
    uint64_t size; /* bytes, 0: no bound */
};

struct fixed {
    const struct fixed_params *params;
};

static const struct param fixed_table[] = {
    {.name = "latency",
     .kind = PARAM_TIME,
     .offset = offsetof(struct fixed_params, latency),
     .fallback = "100 us",
     .min = 0,
     .max = 3600e12,
     .help = "time of a request, whatever its length"},
    {.name = "bandwidth",
     .kind = PARAM_RATE,
     .offset = offsetof(struct fixed_params, bandwidth),
     .fallback = "unlimited",
     .help = "rate at which the bytes of a request are transferred, after the latency"},
    {.name = "servers",
     .kind = PARAM_UINT,
     .offset = offsetof(struct fixed_params, servers),
     .fallback = "1",
     .min = 1,
     .max = 65536,
     .unit = "requests",
     .help = "requests served at once, each at the full bandwidth"},
    {.name = "size",
     .kind = PARAM_SIZE,
     .offset = offsetof(struct fixed_params, size),
     .fallback = "0 B",
     .help = "capacity; 0 is no bound"},
    {0},
};

static enum status fixed_init(void *state, const struct device_env *env, struct error *err)
{
    const struct fixed_params *params = env->params;
    char size[32], page[32];
    if (params->size && params->size < env->page_size)
        return error_set(err, ERR_CONFIG, at_nowhere(),
                         "'size' (%s) of device 'fixed' is less than a page (%s)",
                         format_size(params->size, size, sizeof size),
                         format_size(env->page_size, page, sizeof page));
    ((struct fixed *)state)->params = params;
    return OK;
}

static uint64_t fixed_capacity(const void *state)
{
    const struct fixed_params *params = ((const struct fixed *)state)->params;
    return params->size ? params->size : UINT64_MAX;
}

static uint32_t fixed_depth(const void *state)
{
    return (uint32_t)((const struct fixed *)state)->params->servers;
}

static psec_t fixed_serve(void *state, const struct request *request, psec_t now)
{
    const struct fixed_params *params = ((const struct fixed *)state)->params;
    return now + params->latency + transfer_time(request->span_length, params->bandwidth);
}

const struct device_ops device_fixed = {
    .abi = DEVICE_ABI,
    .name = "fixed",
    .summary = "every request takes a latency and its length divided by a bandwidth",
    .source = "the deterministic server of queueing theory (Kleinrock 1975)",
    .params = fixed_table,
    .params_size = sizeof(struct fixed_params),
    .state_size = sizeof(struct fixed),
    .init = fixed_init,
    .capacity = fixed_capacity,
    .depth = fixed_depth,
    .serve = fixed_serve,
};
