/* apart.c -- see apart.h. */
#include "experiment/apart.h"

#include "experiment/policy_file.h"
#include "experiment/store.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What the process says, before `length` bytes of the finished cell. */
struct outcome {
    enum status status; /* of pass_run                                                   */
    enum cell_state state;
    struct error err;
    char message[sizeof((struct cell_result *)0)->message];
    size_t length;
};

bool apart_wanted(const struct pass *pass)
{
    return !pass->curves && pass->configs[0]->policy_file;
}

/* --- in the process --------------------------------------------------------------------- */

/* The program ends the process if it is to stop. */
static bool advance(void *context, uint64_t references)
{
    struct guard_record *record = context;
    record->references += references;
    return true;
}

static void send_outcome(int fd, enum status status, const struct error *err,
                         const struct cell_result *result)
{
    struct outcome outcome = {.status = status, .state = result->state};
    char *text = NULL;
    if (status != OK)
        error_copy(&outcome.err, err);
    memcpy(outcome.message, result->message, sizeof outcome.message);
    if (status == OK && result->state == CELL_DONE) {
        text = store_format(result);
        outcome.length = text ? strlen(text) : 0;
        if (!text)
            outcome.status = error_nomem(&outcome.err);
    }
    child_send(fd, &outcome, sizeof outcome);
    child_send(fd, text, outcome.length);
    free(text);
}

static void run_here(void *context, int fd)
{
    const struct apart *apart = context;
    struct pass pass = *apart->pass;
    struct cell_config config = *pass.configs[0];
    struct cell_result result = *pass.results[0];
    struct guard_record *record = apart->watchdog.record;
    struct guard guard;
    struct error err = {0};
    const struct pass_host host = {.context = record, .advance = advance};
    guard_init(&guard, config.policy_ops, config.policy.params, record);
    config.policy_guard = &guard;
    pass.configs[0] = &config;
    pass.results[0] = &result;
    const enum status status = pass_run(&pass, &host, &err);
    send_outcome(fd, status, &err, &result);
}

/* --- in the program --------------------------------------------------------------------- */

enum status apart_start(struct apart *apart, struct pass *pass, struct error *err)
{
    assert(pass->ncells == 1);
    *apart = (struct apart){.pass = pass, .watchdog.record = guard_record_create()};
    if (!apart->watchdog.record)
        return error_nomem(err);
    const enum status status = watchdog_start(&apart->watchdog, run_here, apart, err);
    if (status != OK)
        apart_stop(apart);
    return status;
}

enum status apart_look(struct apart *apart, bool readable, uint64_t elapsed_ms,
                       uint64_t limit_ms, const struct pass_host *host, struct error *err)
{
    const uint64_t references = apart->watchdog.record->references;
    if (!host->advance(host->context, references - apart->references))
        return error_set(err, ERR_INTERRUPTED, at_nowhere(), "interrupted");
    apart->references = references;
    return watchdog_look(&apart->watchdog, readable, elapsed_ms, limit_ms, err);
}

static void crashed(struct apart *apart)
{
    const struct cell_config *config = apart->pass->configs[0];
    struct cell_result *result = apart->pass->results[0];
    char what[400];
    watchdog_tell(&apart->watchdog, what, sizeof what);
    result->state = CELL_FAILED;
    snprintf(result->message, sizeof result->message, "policy '%s' (%s): %s",
             config->policy.name, config->policy_file->path, what);
}

enum status apart_finish(struct apart *apart, struct error *err)
{
    const struct child *child = &apart->watchdog.child;
    struct cell_result *result = apart->pass->results[0];
    struct outcome outcome = {0};
    enum status status = OK;
    if (child->nbytes >= sizeof outcome)
        memcpy(&outcome, child->bytes, sizeof outcome);
    const bool whole =
        child->nbytes >= sizeof outcome && child->nbytes - sizeof outcome == outcome.length;
    outcome.err.at.file = outcome.err.at.file ? outcome.err.file : NULL;
    if (apart->watchdog.hangs || !whole ||
        (outcome.length &&
         !store_parse(result, child->bytes + sizeof outcome, outcome.length))) {
        crashed(apart);
    } else if (outcome.status != OK) {
        error_copy(err, &outcome.err);
        status = outcome.status;
    } else if (outcome.state == CELL_FAILED) {
        result->state = CELL_FAILED;
        memcpy(result->message, outcome.message, sizeof result->message);
    }
    apart_stop(apart);
    return status;
}

void apart_stop(struct apart *apart)
{
    watchdog_release(&apart->watchdog);
}
