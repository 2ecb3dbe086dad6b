/* device.c -- see device.h.
 *
 * When a request completes, the next ones are started before its owner is told, as a driver
 * does on an interrupt: what the owner then submits waits behind them. */
#include "swap/device.h"

#include "swap/histogram.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

__extension__ typedef unsigned __int128 wide_t; /* a product of a time and a count */

struct device {
    const struct device_ops *ops;
    struct engine *engine;
    void *state;
    struct device_env env;
    struct rng rng;
    _Alignas(max_align_t) unsigned char params[PARAM_VALUES_MAX];
    uint64_t capacity, merge_limit;
    uint32_t depth;
    struct request_queue waiting;
    struct request_queue serving; /* operations: without the requests merged into them */
    /* Counted over requests. */
    uint64_t arrivals, completions[2]; /* reads, writes                                */
    uint64_t bytes[2];
    uint64_t merges, pending, pending_max;
    wide_t wait_time, service_time; /* sums over completed requests                    */
    struct histogram waits, services;
    /* Counted over operations. */
    uint64_t operations;
    wide_t operation_time; /* sum over completed ones                                  */
    /* Integrals over time, up to `accounted`. */
    psec_t created, accounted, busy;
    wide_t pending_time; /* of the number of requests pending                          */
};

const struct device_ops *device_find(const char *name)
{
    for (const struct device_ops *const *d = device_table; *d; d++)
        if (strcmp((*d)->name, name) == 0)
            return *d;
    return NULL;
}

/* --- life ---------------------------------------------------------------------------- */

enum status device_create(struct device **out, struct engine *engine,
                          const struct device_ops *ops, const void *params,
                          uint64_t page_size, uint64_t seed, struct error *err)
{
    assert(ops->abi == DEVICE_ABI && ops->params_size <= PARAM_VALUES_MAX);
    struct device *device = calloc(1, sizeof *device);
    void *state = calloc(1, ops->state_size ? ops->state_size : 1);
    if (!device || !state) {
        free(device);
        free(state);
        return error_nomem(err);
    }
    device->ops = ops;
    device->engine = engine;
    device->state = state;
    if (ops->params_size)
        memcpy(device->params, params, ops->params_size);
    rng_seed(&device->rng, seed);
    device->env = (struct device_env){
        .params = device->params, .page_size = page_size, .rng = &device->rng};
    const enum status status = ops->init(state, &device->env, err);
    if (status != OK) {
        free(state);
        free(device);
        return status;
    }
    device->capacity = ops->capacity ? ops->capacity(state) : UINT64_MAX;
    device->merge_limit = ops->merge_limit ? ops->merge_limit(state) : 0;
    device->depth = ops->depth ? ops->depth(state) : 1;
    assert(device->depth >= 1);
    device->created = device->accounted = engine_now(engine);
    *out = device;
    return OK;
}

void device_free(struct device *device)
{
    if (!device)
        return;
    for (struct request *r = device->serving.first; r; r = r->next)
        engine_cancel(device->engine, &r->completion);
    if (device->ops->release)
        device->ops->release(device->state);
    free(device->state);
    free(device);
}

const struct device_ops *device_model(const struct device *device)
{
    return device->ops;
}

uint64_t device_capacity(const struct device *device)
{
    return device->capacity;
}

/* --- integrals ----------------------------------------------------------------------- */

static psec_t since_accounted(const struct device *device)
{
    return engine_now(device->engine) - device->accounted;
}

static psec_t busy_now(const struct device *device)
{
    return device->busy + (device->serving.length ? since_accounted(device) : 0);
}

static wide_t pending_time_now(const struct device *device)
{
    return device->pending_time + (wide_t)since_accounted(device) * device->pending;
}

/* To be called before pending or serving changes. */
static void account(struct device *device)
{
    device->busy = busy_now(device);
    device->pending_time = pending_time_now(device);
    device->accounted = engine_now(device->engine);
}

static void count_completion(struct device *device, bool write, uint64_t bytes, psec_t wait,
                             psec_t service)
{
    device->completions[write]++;
    device->bytes[write] += bytes;
    device->wait_time += wait;
    device->service_time += service;
    histogram_add(&device->waits, wait);
    histogram_add(&device->services, service);
}

/* --- the queue ----------------------------------------------------------------------- */

static void queue_append(struct request_queue *queue, struct request *request)
{
    request->next = NULL;
    request->prev = queue->last;
    *(queue->last ? &queue->last->next : &queue->first) = request;
    queue->last = request;
    queue->length++;
}

static void queue_remove(struct request_queue *queue, struct request *request)
{
    *(request->prev ? &request->prev->next : &queue->first) = request->next;
    *(request->next ? &request->next->prev : &queue->last) = request->prev;
    queue->length--;
}

/* The first waiting request that lies at either end of a request's span and would not make
 * it longer than the limit. */
static struct request *find_adjacent(const struct device *device,
                                     const struct request *request)
{
    const uint64_t end = request->span_offset + request->span_length;
    for (struct request *r = device->waiting.first; r; r = r->next)
        if (r->write == request->write &&
            r->length <= device->merge_limit - request->span_length &&
            (r->offset == end || r->offset + r->length == request->span_offset))
            return r;
    return NULL;
}

static void merge(struct device *device, struct request *request)
{
    struct request *last = request;
    while (request->span_length < device->merge_limit) {
        struct request *r = find_adjacent(device, request);
        if (!r)
            return;
        queue_remove(&device->waiting, r);
        if (r->offset < request->span_offset)
            request->span_offset = r->offset;
        request->span_length += r->length;
        last->merged = r;
        last = r;
        device->merges++;
    }
}

static void complete(struct event *event);

static void start(struct device *device, struct request *request)
{
    const psec_t now = engine_now(device->engine);
    queue_remove(&device->waiting, request);
    merge(device, request);
    for (struct request *r = request; r; r = r->merged)
        r->started = now;
    device->operations++;
    const psec_t end = device->ops->serve(device->state, request, now);
    assert(end >= now);
    queue_append(&device->serving, request);
    event_init(&request->completion, complete);
    engine_schedule(device->engine, &request->completion, end);
}

static void start_waiting(struct device *device)
{
    while (device->waiting.length && device->serving.length < device->depth)
        start(device, device->ops->choose
                          ? device->ops->choose(device->state, &device->waiting,
                                                engine_now(device->engine))
                          : device->waiting.first);
}

static void complete(struct event *event)
{
    struct request *first = CONTAINER_OF(event, struct request, completion);
    struct device *device = first->device;
    account(device);
    queue_remove(&device->serving, first);
    device->operation_time += event->when - first->started;
    for (struct request *r = first; r; r = r->merged) {
        count_completion(device, r->write, r->length, r->started - r->arrived,
                         event->when - r->started);
        device->pending--;
    }
    start_waiting(device);
    for (struct request *r = first, *next; r; r = next) {
        next = r->merged; /* done may free the request or submit it again */
        r->done(r);
    }
}

void device_submit(struct device *device, struct request *request)
{
    assert(!device->ops->in_memory && request->length >= 1);
    assert(request->length <= device->capacity &&
           request->offset <= device->capacity - request->length);
    account(device);
    request->device = device;
    request->arrived = engine_now(device->engine);
    request->merged = NULL;
    request->span_offset = request->offset;
    request->span_length = request->length;
    queue_append(&device->waiting, request);
    device->arrivals++;
    device->pending++;
    if (device->pending > device->pending_max)
        device->pending_max = device->pending;
    start_waiting(device);
}

/* --- in memory ----------------------------------------------------------------------- */

psec_t device_transfer(struct device *device, uint64_t offset, uint64_t length, bool write)
{
    assert(device->ops->in_memory && length >= 1);
    assert(length <= device->capacity && offset <= device->capacity - length);
    const psec_t now = engine_now(device->engine);
    const struct request request = {.offset = offset,
                                    .length = length,
                                    .write = write,
                                    .arrived = now,
                                    .started = now,
                                    .span_offset = offset,
                                    .span_length = length,
                                    .device = device};
    const psec_t end = device->ops->serve(device->state, &request, now);
    assert(end >= now);
    device->arrivals++;
    device->operations++;
    device->operation_time += end - now;
    count_completion(device, write, length, 0, end - now);
    return end - now;
}

void device_discard(struct device *device, uint64_t offset, uint64_t length)
{
    if (device->ops->discard)
        device->ops->discard(device->state, offset, length);
}

uint64_t device_memory(const struct device *device)
{
    return device->ops->memory ? device->ops->memory(device->state) : 0;
}

/* --- statistics ---------------------------------------------------------------------- */

uint64_t device_pending(const struct device *device)
{
    return device->pending;
}

static double quotient(wide_t sum, uint64_t n)
{
    return n ? (double)sum / (double)n : 0.0;
}

/* What is counted of a device, added to that of others. */
static void add_counts(struct device_stats *stats, const struct device *device)
{
    stats->reads += device->completions[0];
    stats->writes += device->completions[1];
    stats->bytes_read += device->bytes[0];
    stats->bytes_written += device->bytes[1];
    stats->merges += device->merges;
    stats->operations += device->operations;
    stats->busy += busy_now(device);
    if (device->pending_max > stats->queue_max)
        stats->queue_max = device->pending_max;
}

void devices_stats(const struct device *const devices[], unsigned n,
                   struct device_stats *stats)
{
    assert(n >= 1 && n <= DEVICES_MAX);
    const struct histogram *waits[DEVICES_MAX], *services[DEVICES_MAX];
    wide_t wait_time = 0, service_time = 0, pending_time = 0, busy = 0;
    *stats = (struct device_stats){0};
    for (unsigned i = 0; i < n; i++) {
        const struct device *device = devices[i];
        add_counts(stats, device);
        busy += busy_now(device);
        wait_time += device->wait_time;
        service_time += device->service_time;
        pending_time += pending_time_now(device);
        waits[i] = &device->waits;
        services[i] = &device->services;
    }
    const psec_t elapsed = engine_now(devices[0]->engine) - devices[0]->created;
    const uint64_t completions = stats->reads + stats->writes;
    stats->utilisation = quotient(busy, elapsed) / n;
    stats->wait_mean = quotient(wait_time, completions);
    stats->service_mean = quotient(service_time, completions);
    stats->wait_p99 = histogram_percentile_of(waits, n, 99);
    stats->service_p99 = histogram_percentile_of(services, n, 99);
    stats->queue_mean = quotient(pending_time, elapsed);
}

void device_stats(const struct device *device, struct device_stats *stats)
{
    devices_stats(&device, 1, stats);
}

/* The number of requests in a queue, those merged into others too, and the sum of their
 * times since they arrived. */
struct ages {
    uint64_t requests;
    wide_t sum;
};

static void add_ages(struct ages *ages, const struct request_queue *queue, psec_t now)
{
    for (const struct request *head = queue->first; head; head = head->next)
        for (const struct request *r = head; r; r = r->merged) {
            ages->requests++;
            ages->sum += now - r->arrived;
        }
}

const char *device_check(const struct device *device)
{
    const psec_t now = engine_now(device->engine);
    struct ages ages = {0};
    add_ages(&ages, &device->waiting, now);
    add_ages(&ages, &device->serving, now);
    if (ages.requests != device->pending || device->arrivals != device->completions[0] +
                                                                    device->completions[1] +
                                                                    device->pending)
        return "requests that arrived are not those completed and those pending";
    if (device->ops->in_memory)
        return NULL;
    if (pending_time_now(device) != device->wait_time + device->service_time + ages.sum)
        return "Little's law: the time integral of the number of requests is not the sum "
               "of "
               "their times";
    const psec_t busy = busy_now(device);
    if (busy > now - device->created)
        return "the device was busy for longer than it exists";
    wide_t served = device->operation_time;
    for (const struct request *r = device->serving.first; r; r = r->next)
        served += now - r->started;
    if (served < busy || served > (wide_t)busy * device->depth)
        return "utilisation law: the time busy does not agree with the sum of the services";
    return NULL;
}
