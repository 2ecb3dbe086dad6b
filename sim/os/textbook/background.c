/* background.c -- what the textbook kernel does ahead of need: frames are kept free, and
 * dirty pages are written while they stay in memory, with a bounded number of writes under
 * way.  As described by Silberschatz, Galvin, Gagne, Operating System Concepts, 10.4.7
 * (page-buffering: a pool of free frames, and writing while the device is idle). */
#include "os/textbook/textbook.h"

enum status textbook_keep_free(struct textbook *kernel, struct error *err)
{
    struct pager *pager = kernel->pager;
    enum status status = OK;
    while (status == OK && pager->storage.engine && pager->count[FRAME_ACTIVE] > 0 &&
           pager->writes < kernel->params->in_flight &&
           (uint64_t)pager_free_frames(pager) + pager->count[FRAME_LEAVING] <
               kernel->params->keep_free)
        status = pager_evict(pager, err);
    return status;
}

/* Once round the frames at most, from where the last turn stopped. */
static void write_back(struct event *event)
{
    struct textbook *kernel = CONTAINER_OF(event, struct textbook, write_back);
    struct pager *pager = kernel->pager;
    for (pfn_t seen = 0; seen < pager->nused && pager->writes < kernel->params->in_flight;
         seen++) {
        const pfn_t pfn = kernel->hand < pager->nused ? kernel->hand : 0;
        kernel->hand = pfn + 1;
        if (frame_pageable(pager, pfn) && !pager->frames[pfn].writing &&
            frame_dirty(pager, pfn) && pager_clean(pager, pfn, NULL) != OK)
            break; /* swap space is full: the next eviction will say so */
    }
    struct engine *engine = pager->storage.engine;
    engine_schedule(engine, event, engine_now(engine) + kernel->params->write_back);
}

void textbook_start(void *state, struct pager *pager)
{
    struct textbook *kernel = state;
    struct engine *engine = pager->storage.engine;
    event_init(&kernel->write_back, write_back);
    if (kernel->params->write_back)
        engine_schedule(engine, &kernel->write_back,
                        engine_now(engine) + kernel->params->write_back);
}

void textbook_stop(void *state, struct pager *pager)
{
    struct textbook *kernel = state;
    engine_cancel(pager->storage.engine, &kernel->write_back);
}
