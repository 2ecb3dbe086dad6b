/* engine.h -- the simulated clock and the queue of events.
 *
 * One clock, in picoseconds; one queue ordered by (time, order of scheduling), so that a
 * run repeats byte for byte.  An event is embedded in what waits (a request, a timer, a
 * CPU): CONTAINER_OF in its fire function finds the owner.  Scheduling cannot fail. */
#ifndef FAULTLINE_ENGINE_ENGINE_H
#define FAULTLINE_ENGINE_ENGINE_H

#include "base/error.h"
#include "base/types.h"

struct engine;

struct event {
    psec_t when;  /* due time; valid while pending                                     */
    uint64_t seq; /* order of scheduling: breaks ties                                  */
    void (*fire)(struct event *self); /* engine_now() is `when`                        */
    /* Private to engine.c. */
    struct event *next, *prev, *child;
    uint32_t bucket;
    bool pending;
};

MUST_CHECK enum status engine_create(struct engine **out, struct error *err);
/* Events that are still pending are dropped; they belong to their owners. */
void engine_free(struct engine *engine);

psec_t engine_now(const struct engine *engine);

/* Make an event that is not pending ready for use. */
static inline void event_init(struct event *event, void (*fire)(struct event *self))
{
    *event = (struct event){.fire = fire};
}

static inline bool event_pending(const struct event *event)
{
    return event->pending;
}

/* The event, which is not pending, fires when the clock reaches `when` (not in the past),
 * after all that were scheduled for the same time before. */
void engine_schedule(struct engine *engine, struct event *event, psec_t when);

/* The event, pending or not, does not fire. */
void engine_cancel(struct engine *engine, struct event *event);

/* When the next event is due; PSEC_NEVER if none is pending. */
psec_t engine_next(struct engine *engine);

/* Take the next event, set the clock to its time and fire it; false if none is pending. */
bool engine_step(struct engine *engine);

/* Set the clock to `when`: not in the past, and before it no event is due. */
void engine_advance(struct engine *engine, psec_t when);

/* Events scheduled, fired and cancelled so far; scheduled = fired + cancelled + pending. */
struct engine_counts {
    uint64_t scheduled, fired, cancelled, pending;
};
struct engine_counts engine_counts(const struct engine *engine);

#endif
