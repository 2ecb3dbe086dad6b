/* timed.h -- small programs, written page by page, run with `timing: events` on a machine
 * with round costs; and what their tables say.  Sums that hold for any run are looked at
 * after every one. */
#ifndef FAULTLINE_TESTS_TIMED_H
#define FAULTLINE_TESTS_TIMED_H

#include "harness.h"

#include "base/rng.h"
#include "stats/tables.h"
#include "unit/experiment_folder.h"

#include <ctype.h>
#include <stdarg.h>

#define NS UINT64_C(1000) /* picoseconds */
#define US (1000 * NS)
#define MS (1000 * US)

/* The machine of run_timed, unless a setting says otherwise. */
#define REFERENCE US
#define FAULT (10 * US)
#define ZERO (20 * US)
#define COPY (30 * US)
#define SWITCH (5 * US)
#define LATENCY MS

static const char *const timed_machine[] = {
    "timing=events",
    "machine.cost.reference=1 us",
    "machine.cost.fault=10 us",
    "machine.cost.page_zero=20 us",
    "machine.cost.page_copy=30 us",
    "scheduler.switch=5 us",
    "swap.device={name: fixed, latency: 1 ms}",
};

/* Regions of a process: zero-filled pages 0 to 999. */
#define ZEROS "regions: [{start: 0, size: 4096000}]"

enum { SETTINGS_MAX = 40, FIELD_MAX = 64, PROGRAM_PAGE = 4096 };

/* --- programs ------------------------------------------------------------------------- */

/* Write a trace in lackey's format from words between blanks:
 *
 *     L3       a load from page 3; S stores, I fetches, M modifies
 *     S3x64    64 stores, each into the same place
 *     L3+      a load of 8 bytes, 4 of them in page 4
 *     @fork 1; an operation, up to the semicolon
 */
static inline void program(const char *path, const char *text)
{
    FILE *out = fopen(path, "w");
    ck_assert_ptr_nonnull(out);
    for (const char *p = text; *p;) {
        if (*p == ' ') {
            p++;
        } else if (*p == '@') {
            const char *end = strchr(p, ';');
            ck_assert_ptr_nonnull(end);
            fprintf(out, "%.*s\n", (int)(end - p), p);
            p = end + 1;
        } else {
            char *end;
            const char kind = *p;
            const uint64_t page = strtoull(p + 1, &end, 10);
            const bool crosses = *end == '+';
            end += crosses;
            const uint64_t times = *end == 'x' ? strtoull(end + 1, &end, 10) : 1;
            ck_assert_msg(strchr("ILSM", kind) && (*end == ' ' || !*end), "'%s'", p);
            for (uint64_t i = 0; i < times; i++)
                fprintf(out, "%c %" PRIx64 ",8\n", kind,
                        page * PROGRAM_PAGE + (crosses ? PROGRAM_PAGE - 4 : 0));
            p = end;
        }
    }
    fclose(out);
}

/* What a random program is made of. */
struct random_program {
    uint64_t seed, references, pages;
    bool instructions; /* with fetches and modifies, and references that cross pages     */
};

/* Most references stay near the last one, as those of programs do. */
static inline void random_program(const char *path, const struct random_program *r)
{
    FILE *out = fopen(path, "w");
    ck_assert_ptr_nonnull(out);
    struct rng rng;
    rng_seed(&rng, r->seed);
    uint64_t code = 0, data = 0;
    const uint64_t bytes = r->pages * PROGRAM_PAGE;
    for (uint64_t i = 0; i < r->references; i++) {
        const bool fetch = r->instructions && rng_below(&rng, 2) == 0;
        uint64_t *at = fetch ? &code : &data;
        *at = rng_below(&rng, 8) ? (*at + rng_below(&rng, 200)) % bytes
                                 : rng_below(&rng, bytes);
        const char kind = fetch ? 'I' : "LLS"[rng_below(&rng, 3)];
        const bool modify = r->instructions && !fetch && rng_below(&rng, 9) == 0;
        const uint64_t size = r->instructions ? 1 + rng_below(&rng, 8) : 1;
        fprintf(out, "%c %" PRIx64 ",%" PRIu64 "\n", modify ? 'M' : kind,
                (fetch ? 0 : bytes / 2) + *at, size);
    }
    fclose(out);
}

/* --- runs ----------------------------------------------------------------------------- */

static inline uint64_t picoseconds(const char *text)
{
    char *end;
    uint64_t whole = strtoull(text, &end, 10) * UINT64_C(1000000000000);
    ck_assert_msg(*end == '.', "'%s' is not a time in seconds", text);
    uint64_t unit = UINT64_C(1000000000000);
    for (const char *p = end + 1; *p; p++) {
        ck_assert(isdigit((unsigned char)*p) && unit >= 10);
        unit /= 10;
        whole += unit * (uint64_t)(*p - '0');
    }
    return whole;
}

/* A field of a row of one of the cell's tables; the row has no quotes. */
static inline const char *field(const struct cell_result *result, int table, size_t row,
                                const char *column, char buffer[FIELD_MAX])
{
    const struct result_table_kind *kind = &result_tables[table];
    const struct table_column *found = table_column_find(kind, column);
    ck_assert_msg(found != NULL, "no column '%s'", column);
    ck_assert_uint_lt(row, result->tables[table].n);
    const char *p = result->tables[table].text;
    for (; row > 0; row--)
        p = strchr(p, '\n') + 1;
    for (ptrdiff_t i = found - kind->columns; i > 0; i--)
        p = strchr(p, ',') + 1;
    const size_t length = strcspn(p, ",\n");
    ck_assert_uint_lt(length, FIELD_MAX);
    memcpy(buffer, p, length);
    buffer[length] = '\0';
    return buffer;
}

static inline uint64_t time_at(const struct cell_result *result, int table, size_t row,
                               const char *column)
{
    char buffer[FIELD_MAX];
    return picoseconds(field(result, table, row, column, buffer));
}

/* The same in one of the columns that are blank where no process has such a time. */
static inline uint64_t some_time_at(const struct cell_result *result, int table, size_t row,
                                    const char *column)
{
    char buffer[FIELD_MAX];
    field(result, table, row, column, buffer);
    return *buffer ? picoseconds(buffer) : 0;
}

static inline uint64_t count_at(const struct cell_result *result, int table, size_t row,
                                const char *column)
{
    char buffer[FIELD_MAX];
    return to_number(field(result, table, row, column, buffer));
}

/* The row of a process. */
static inline size_t row_of(const struct cell_result *result, const char *process)
{
    char buffer[FIELD_MAX];
    size_t row = 0;
    while (strcmp(field(result, TABLE_PROCESSES, row, "process", buffer), process) != 0)
        row++;
    return row;
}

static inline uint64_t time_of(const struct cell_result *result, const char *process,
                               const char *column)
{
    return time_at(result, TABLE_PROCESSES, row_of(result, process), column);
}

static inline uint64_t count_of(const struct cell_result *result, const char *process,
                                const char *column)
{
    return count_at(result, TABLE_PROCESSES, row_of(result, process), column);
}

/* Times and counts of CPUs and of processes add up, whatever was run. */
static inline void assert_sums(const struct cell_result *result, uint64_t cpus)
{
    const struct counters *c = &result->counters;
    uint64_t references = 0, faults = 0, page_ins = 0, user = 0, fault = 0, paging = 0,
             ready = 0;
    for (size_t row = 0; row < result->tables[TABLE_PROCESSES].n; row++) {
        const int p = TABLE_PROCESSES;
        const uint64_t times[] = {
            time_at(result, p, row, "user"), time_at(result, p, row, "fault"),
            time_at(result, p, row, "paging_wait"), time_at(result, p, row, "ready_wait")};
        ck_assert_uint_eq(time_at(result, p, row, "elapsed"),
                          times[0] + times[1] + times[2] + times[3] +
                              some_time_at(result, p, row, "sleep") +
                              some_time_at(result, p, row, "swapped"));
        ck_assert_uint_eq(count_at(result, p, row, "faults"),
                          count_at(result, p, row, "faults_major") +
                              count_at(result, p, row, "faults_minor"));
        references += count_at(result, p, row, "references");
        faults += count_at(result, p, row, "faults");
        page_ins += count_at(result, p, row, "page_ins");
        user += times[0];
        fault += times[1];
        paging += times[2];
        ready += times[3];
    }
    ck_assert_uint_eq(c->elapsed * cpus, c->cpu_user + c->cpu_fault + c->cpu_switch +
                                             c->cpu_kernel + c->cpu_idle_paging +
                                             c->cpu_idle);
    ck_assert_uint_eq(references, c->references);
    ck_assert_uint_eq(references, c->ifetches + c->loads + c->stores);
    ck_assert_uint_eq(faults, c->faults);
    ck_assert_uint_eq(faults, c->faults_major + c->faults_minor);
    ck_assert_uint_le(page_ins, c->page_ins); /* the others were read ahead for nobody */
    ck_assert_uint_eq(user, c->cpu_user);
    ck_assert_uint_eq(fault, c->cpu_fault);
    ck_assert_uint_eq(paging, c->paging_wait);
    ck_assert_uint_eq(ready, c->ready_wait);
}

/* The machine's settings, the first one and those of the list, in set[SETTINGS_MAX]. */
static inline void gather(const char **set, const char *first, va_list list)
{
    size_t n = 0;
    for (; n < ARRAY_LEN(timed_machine); n++)
        set[n] = timed_machine[n];
    for (const char *next = first; next; next = va_arg(list, const char *)) {
        /* A device in the place of the machine's: it has other parameters. */
        const bool device = strncmp(next, "swap.device", strlen("swap.device")) == 0;
        set[device ? ARRAY_LEN(timed_machine) - 1 : n++] = next;
        ck_assert_uint_lt(n, SETTINGS_MAX);
    }
    set[n] = NULL;
}

/* Run the cells that the machine and further settings, ended by NULL, make. */
static inline struct outcome run_timed(const char *first, ...)
{
    const char *set[SETTINGS_MAX];
    va_list rest;
    va_start(rest, first);
    gather(set, first, rest);
    va_end(rest);
    struct outcome outcome = run_settings(set);
    for (size_t i = 0; i < outcome.experiment->ncells; i++)
        assert_sums(&outcome.results[i], outcome.experiment->cells[i].events->cpus);
    return outcome;
}

/* The only cell that the machine and the settings make fails with this message. */
static inline void assert_fails(const char *message, const char *first, ...)
{
    static const volatile sig_atomic_t never;
    const struct run_options options = {.interrupted = &never};
    const char *set[SETTINGS_MAX];
    struct error err = {0};
    va_list rest;
    va_start(rest, first);
    gather(set, first, rest);
    va_end(rest);
    struct outcome outcome = {.experiment = load_settings(set)};
    ck_assert_uint_eq(outcome.experiment->ncells, 1);
    struct cell_result result = {0};
    ASSERT_OK(experiment_run(outcome.experiment, &options, &result, &err), &err);
    ck_assert_int_eq(result.state, CELL_FAILED);
    ck_assert_str_eq(result.message, message);
    cell_result_release(&result);
    experiment_free(outcome.experiment);
}

#endif
