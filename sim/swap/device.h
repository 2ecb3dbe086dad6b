/* device.h -- a storage device: a queue of requests and a model that serves them.
 *
 * device.c keeps the queue, the statistics and the events; a model, one file X.c in
 * sim/swap/device/ that defines `const struct device_ops device_X`, says how long a request
 * takes, and if it likes which one comes next.
 *
 *     device_submit ─► queue ─► choose ─► serve ─► ... ─► done
 *       arrived                  started          completed
 *
 * wait = started - arrived, service = completed - started.  Units: bytes, picoseconds. */
#ifndef FAULTLINE_SWAP_DEVICE_H
#define FAULTLINE_SWAP_DEVICE_H

#include "base/error.h"
#include "base/param.h"
#include "base/rng.h"
#include "engine/engine.h"

#define DEVICE_ABI 1

enum { DEVICES_MAX = 16 }; /* swap devices of a machine                                  */

/* One transfer, embedded in what waits for it. */
struct request {
    uint64_t offset; /* bytes from the device's start                                    */
    uint64_t length; /* bytes, at least 1                                                */
    bool write;
    void (*done)(struct request *self); /* called at its completion, from an event       */
    /* Set by device.c. */
    psec_t arrived, started;
    struct event completion;
    struct request *next, *prev; /* queue, in order of arrival                           */
    struct request *merged;      /* requests that are served as one with this one        */
    uint64_t span_offset, span_length; /* of the request with those merged into it       */
    struct device *device;             /* that serves it                                 */
};

/* Requests that wait, in order of arrival. */
struct request_queue {
    struct request *first, *last;
    uint64_t length;
};

struct device_env {
    const void *params; /* as the model's params table lays them out                     */
    uint64_t page_size; /* bytes; transfers are whole pages                              */
    struct rng *rng;
};

struct device_ops {
    uint32_t abi;        /* DEVICE_ABI                                                   */
    const char *name;    /* as in configs: `swap.device: disk`; equals the file name     */
    const char *summary; /* one line for `faultline list devices`                        */
    const char *source;
    const struct param *params;
    size_t params_size; /* at most PARAM_VALUES_MAX                                      */
    size_t state_size;  /* bytes, zeroed before init                                     */
    /* True: no queue and no events; a transfer is CPU time of whoever asks for it, and what
     * is stored takes memory of the machine (device_memory). */
    bool in_memory;
    /* Also called to check a configuration: ERR_CONFIG (no location) names the parameters
     * that cannot be together and says what would be right.  ERR_NOMEM. */
    enum status (*init)(void *state, const struct device_env *env, struct error *err);
    void (*release)(void *state); /* NULL: nothing to release                            */
    uint64_t (*capacity)(const void *state); /* bytes; UINT64_MAX or NULL: no bound      */
    uint32_t (*depth)(const void *state); /* requests served at once, >= 1; NULL: 1      */
    uint64_t (*merge_limit)(const void *state); /* adjacent waiting requests of one
                        * direction are served as one up to so many bytes; NULL: never   */
    /* The request of the queue (not empty) to be started next; NULL: the first. */
    struct request *(*choose)(void *state, const struct request_queue *queue, psec_t now);
    /* Serve the bytes span_offset, span_length of the request from now on; returns when it
     * is complete, not before now.  For in_memory: returns now + the CPU time. */
    psec_t (*serve)(void *state, const struct request *request, psec_t now);
    /* What is stored there is not needed any more; NULL: nothing happens. */
    void (*discard)(void *state, uint64_t offset, uint64_t length);
    uint64_t (*memory)(const void *state); /* for in_memory: bytes of the machine taken  */
};

extern const struct device_ops *const device_table[]; /* ended by NULL */

/* The model called name, or NULL. */
const struct device_ops *device_find(const char *name);

struct device;

/* A device of the model; it takes part in the engine's events.  ERR_CONFIG, ERR_NOMEM. */
MUST_CHECK enum status device_create(struct device **out, struct engine *engine,
                                     const struct device_ops *ops, const void *params,
                                     uint64_t page_size, uint64_t seed, struct error *err);
void device_free(struct device *device); /* NULL is nothing */

const struct device_ops *device_model(const struct device *device);
uint64_t device_capacity(const struct device *device); /* bytes, UINT64_MAX: no bound    */

/* The request (offset, length, write, done set) arrives now.  Not for in_memory. */
void device_submit(struct device *device, struct request *request);

/* For in_memory: transfer at once; returns the CPU time that it costs. */
psec_t device_transfer(struct device *device, uint64_t offset, uint64_t length, bool write);

void device_discard(struct device *device, uint64_t offset, uint64_t length);
uint64_t device_memory(const struct device *device);

/* Requests that wait or are being served. */
uint64_t device_pending(const struct device *device);

/* Everything counted up to now; times in picoseconds.  A request that was merged into
 * another counts as a request of its own; it starts and ends with that one.  For in_memory
 * the service is the CPU time, and there are no queue and no waits: busy, utilisation,
 * wait_*, queue_* and merges are 0. */
struct device_stats {
    uint64_t reads, writes; /* requests completed                              */
    uint64_t bytes_read, bytes_written;
    uint64_t merges;                /* requests served together with an earlier one    */
    uint64_t operations;            /* calls of serve                                  */
    psec_t busy;                    /* while at least one request was being served     */
    double utilisation;             /* busy / time since the device was made; 0 to 1   */
    double wait_mean, service_mean; /* over completed requests                         */
    psec_t wait_p99, service_p99;   /* upper edge of the bin that holds it: at most 1 %
                                       * above the exact value                           */
    double queue_mean;              /* requests waiting or served, mean over time      */
    uint64_t queue_max;
};
void device_stats(const struct device *device, struct device_stats *stats);

/* The same of n devices of one machine together, 1 to DEVICES_MAX: utilisation is the mean of
 * theirs, queue_mean counts the requests at any of them, queue_max is that of the longest
 * queue, and the other figures are those of all requests. */
void devices_stats(const struct device *const devices[], unsigned n,
                   struct device_stats *stats);

/* Laws that hold on every run: Little's law (the time integral of the number of requests is
 * the sum of their times, in whole picoseconds), arrivals = completions + pending, busy <=
 * elapsed, and where one request is served at a time busy = sum of the services of the
 * operations (utilisation law).  NULL, or a sentence that says which does not hold. */
const char *device_check(const struct device *device);

#endif
