/* watchdog.c -- see watchdog.h. */
#include "experiment/watchdog.h"

#include "base/units.h"

#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define PSEC_PER_MS UINT64_C(1000000000)

enum status watchdog_start(struct watchdog *watchdog, void (*work)(void *context, int fd),
                           void *context, struct error *err)
{
    return child_start(&watchdog->child, work, context, err);
}

enum status watchdog_look(struct watchdog *watchdog, bool readable, uint64_t elapsed_ms,
                          uint64_t limit_ms, struct error *err)
{
    /* Its end is told of before all else: it may have come a moment ago. */
    if (readable)
        return child_receive(&watchdog->child, err);
    const struct guard_record *record = watchdog->record;
    const uint64_t calls = record->calls,
                   references = record->references + record->reference;
    const bool called = calls != watchdog->calls,
               referred = references != watchdog->references;
    /* Between calls it may prepare for a long time, as for an index of the future. */
    const bool under_way = record->call != CALL_NONE;
    if (called || referred || !under_way)
        watchdog->still_ms = 0;
    else
        watchdog->still_ms += elapsed_ms;
    if (referred)
        watchdog->stuck_ms = 0;
    else if (called)
        watchdog->stuck_ms += elapsed_ms;
    watchdog->calls = calls;
    watchdog->references = references;
    watchdog->limit_ms = limit_ms;
    watchdog->hangs = watchdog->still_ms >= limit_ms || watchdog->stuck_ms >= 10 * limit_ms;
    return watchdog->hangs ? END : OK;
}

uint64_t watchdog_elapsed_ms(uint64_t *last)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    const uint64_t ms = (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
    const uint64_t elapsed = ms - *last;
    *last = ms;
    const uint64_t most = 2 * (uint64_t)WATCHDOG_LOOK_MS;
    return elapsed < most ? elapsed : most;
}

enum status watchdog_wait(struct watchdog *watchdog, uint64_t limit_ms,
                          const volatile sig_atomic_t *interrupted, struct error *err)
{
    enum status status = OK;
    uint64_t last = 0;
    watchdog_elapsed_ms(&last);
    while (status == OK) {
        struct pollfd fd = {.fd = watchdog->child.fd, .events = POLLIN};
        const bool readable = poll(&fd, 1, WATCHDOG_LOOK_MS) > 0;
        status =
            watchdog_look(watchdog, readable, watchdog_elapsed_ms(&last), limit_ms, err);
        if (status == OK && *interrupted)
            status = error_set(err, ERR_INTERRUPTED, at_nowhere(), "interrupted");
    }
    return status == END ? OK : status;
}

/* "at reference 1,234".  Where uses come as one, references are counted up when a page must
 * come. */
static void write_reference(const struct guard_record *record, char *text, size_t size)
{
    const enum guard_call last = record->last;
    char number[32];
    const bool told_of_uses = last == CALL_ACCESS || last == CALL_SETTLED;
    snprintf(text, size, "%s reference %s", told_of_uses ? "at or after" : "at",
             format_count(record->reference, number, sizeof number));
}

void watchdog_tell(struct watchdog *watchdog, char *text, size_t size)
{
    const enum guard_call call = watchdog->record->call, last = watchdog->record->last;
    char where[64], limit[32];
    write_reference(watchdog->record, where, sizeof where);
    format_time(watchdog->limit_ms * PSEC_PER_MS, limit, sizeof limit);
    const int signal_number = child_end(&watchdog->child);
    const char *what = signal_number ? "crashed" : "ended the program";
    const char *name = signal_number ? strsignal(signal_number) : "";
    const char *colon = *name ? ": " : "";
    if (watchdog->hangs && watchdog->still_ms < watchdog->stuck_ms)
        snprintf(text, size, "%s is called without end %s", guard_call_names[last], where);
    else if (watchdog->hangs)
        snprintf(text, size, "%s has not returned for %s, %s", guard_call_names[last],
                 limit, where);
    else if (call != CALL_NONE)
        snprintf(text, size, "%s %s %s%s%s", guard_call_names[call], what, where, colon,
                 name);
    else
        snprintf(text, size,
                 "the simulation crashed%s%s; the last call was %s %s, and the policy may "
                 "have written where it must not",
                 colon, name, last == CALL_NONE ? "none yet" : guard_call_names[last],
                 where);
}

void watchdog_release(struct watchdog *watchdog)
{
    child_end(&watchdog->child);
    guard_record_free(watchdog->record);
    watchdog->record = NULL;
}
