/* contract.c -- see contract.h. */
#include "contract/contract.h"

#include "contract/checks.h"
#include "contract/trial.h"
#include "experiment/watchdog.h"

#include <string.h>

const struct contract_check contract_checks[] = {
    {"table", "its table has all that it must have, and nothing that contradicts it",
     check_table},
    {"parameters", "parameters in range are taken, others are refused", check_params},
    {"victim", "every victim can be evicted: it is in memory and not locked", check_victim},
    {"frames", "there are never more pages in memory than frames", check_frames},
    {"references", "every reference finds its page in memory, none is lost",
     check_references},
    {"leave", "pages may leave without having been chosen", check_leave},
    {"ghosts", "it remembers as many pages as it says", check_ghosts},
    {"future", "what it chooses does not depend on what comes later", check_future},
    {"seed", "the same seed gives the same result", check_seed},
    {"steps", "references replayed together give the result of single ones", check_steps},
    {"calls", "every call returns soon", check_calls},
    {"time", "it works in simulated time, with processes and transfers", check_time},
    {"explain", "it says why each page goes, if it says so of any", check_explain},
};
const size_t contract_check_count = ARRAY_LEN(contract_checks);

struct job {
    const struct contract_subject *subject;
    const struct contract_check *check;
};

static void run_here(void *context, int fd)
{
    const struct job *job = context;
    struct contract_verdict verdict;
    job->check->run(job->subject, &verdict);
    child_send(fd, &verdict, sizeof verdict);
}

enum status contract_run_apart(const struct contract_subject *subject,
                               const struct contract_check *check,
                               struct contract_verdict *verdict, struct error *err)
{
    struct contract_subject own = *subject;
    struct job job = {&own, check};
    struct watchdog watchdog = {.record = guard_record_create()};
    if (!watchdog.record)
        return error_nomem(err);
    own.record = watchdog.record;
    enum status status = watchdog_start(&watchdog, run_here, &job, err);
    if (status == OK)
        status = watchdog_wait(&watchdog, subject->limit_ms, subject->interrupted, err);
    if (status == OK && !watchdog.hangs && watchdog.child.nbytes == sizeof *verdict) {
        memcpy(verdict, watchdog.child.bytes, sizeof *verdict);
    } else if (status == OK) {
        verdict->kept = false;
        watchdog_tell(&watchdog, verdict->seen, sizeof verdict->seen);
    }
    watchdog_release(&watchdog);
    return status;
}
