/* bench.c -- how fast traces are decoded and replayed, in references per second.
 *
 * usage: faultline-bench [TRACE.flt [RUNS]]
 *
 * Each figure is the median of several runs on one thread, processor time, from the file
 * to the result; the bandwidth of a plain copy on the same machine stands below the table,
 * since it bounds what any simulator can do.  What takes long, because its policy faults at
 * every turn, is run once. */
#include "base/units.h"
#include "experiment/config.h"
#include "experiment/fold_table.h"
#include "experiment/pass.h"
#include "pager/policies.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

enum { RUNS_MAX = 101, COPY_BYTES = 256 << 20 };

#define LONG 1.0 /* seconds */

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static int compare(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(double *times, int n)
{
    qsort(times, (size_t)n, sizeof *times, compare);
    return times[n / 2];
}

static void die(const struct error *err)
{
    char line[1280];
    fprintf(stderr, "faultline-bench: %s\n", error_format(err, line, sizeof line));
    exit(EXIT_FAILURE);
}

/* Bytes copied per second by memcpy, far beyond the caches. */
static double copy_bandwidth(int runs)
{
    char *from = malloc(COPY_BYTES), *to = malloc(COPY_BYTES);
    double times[RUNS_MAX];
    if (!from || !to)
        exit(EXIT_FAILURE);
    memset(from, 1, COPY_BYTES);
    memset(to, 2, COPY_BYTES);
    for (int i = 0; i < runs; i++) {
        const double start = now();
        memcpy(to, from, COPY_BYTES);
        times[i] = now() - start;
        from[i] = to[i + 1]; /* keeps the copy from being optimised away */
    }
    free(from);
    free(to);
    return COPY_BYTES / median(times, runs);
}

static double decode(const struct source *source, int runs)
{
    double times[RUNS_MAX];
    struct error err;
    for (int i = 0; i < runs; i++) {
        struct trace *trace;
        struct batch batch;
        const double start = now();
        enum status status = source_read(source, &(struct source_use){0}, &trace, &err);
        if (status != OK || batch_init(&batch, &err) != OK)
            die(&err);
        while ((status = trace_next(trace, &batch, &err)) == OK)
            ;
        if (status != END)
            die(&err);
        batch_release(&batch);
        trace_close(trace);
        times[i] = now() - start;
    }
    return median(times, runs);
}

static bool advance(void *context, uint64_t references)
{
    (void)context;
    (void)references;
    return true;
}

/* Replay one cell, described as --set would. */
static double replay(struct source *source, const char *const *set, size_t nset, int runs,
                     struct cell_result *result)
{
    double times[RUNS_MAX];
    struct error err;
    struct experiment *experiment;
    static const char *const presets[] = {PRESETS};
    const struct experiment_options options = {
        .set = set, .nset = nset, .presets = presets, .npresets = ARRAY_LEN(presets)};
    if (experiment_load(&experiment, &options, &err) != OK)
        die(&err);
    const struct pass_host host = {.advance = advance};
    const struct source_table sources = {.all = source, .n = 1};
    const bool timed = experiment->cells[0].events != NULL;
    struct fold_table folds;
    fold_table_init(&folds, &sources);
    int n = 0;
    do {
        struct pass pass = {
            .source = timed ? NULL : source,
            .sources = &sources,
            .folds = &folds,
            .configs = {&experiment->cells[0]},
            .results = {result},
            .ncells = 1,
        };
        const double start = now();
        if (pass_run(&pass, &host, &err) != OK)
            die(&err);
        times[n++] = now() - start;
        if (result->state != CELL_DONE) {
            fprintf(stderr, "faultline-bench: %s\n", result->message);
            exit(EXIT_FAILURE);
        }
        cell_result_release(result);
    } while (n < runs && times[0] < LONG);
    fold_table_release(&folds);
    experiment_free(experiment);
    return median(times, n);
}

/* What is replayed: every policy with so many frames, and then these. */
static const char *const frames[] = {"256", "1024"};
static const struct work {
    const char *name;
    const char *set[4];
} works[] = {
    {"lru, 64", {"policy=lru", "machine.frames=64"}},
    {"clock, 64", {"policy=clock", "machine.frames=64"}},
    {"TLB 64/4", {"machine.mmu=x86-64", "machine.tlb.l2.entries=0"}},
    {"TLB 64/4 + 1536/12", {"machine.mmu=x86-64"}},
    {"TLB ... + 4096/8",
     {"machine.mmu=x86-64", "machine.tlb.l3.entries=4096", "machine.tlb.l3.ways=8"}},
    {"skylake-x", {"machine.model=skylake-x"}},
    {"zen2", {"machine.model=zen2"}},
    {"lru, 1024, in time",
     {"policy=lru", "machine.frames=1024", "timing=events", "swap.device=ssd-nvme"}},
    {"fifo, 1024, in time",
     {"policy=fifo", "machine.frames=1024", "timing=events", "swap.device=ssd-nvme"}},
    {"clock, 1024, in time",
     {"policy=clock", "machine.frames=1024", "timing=events", "swap.device=ssd-nvme"}},
    {"4.3BSD, 8 MiB", {"extends=kernels/bsd43"}},
    {"4.3BSD, 4 MiB", {"extends=kernels/bsd43", "machine.memory=4 MiB"}},
};

/* Replay what the settings say, and print how fast that was. */
static void measure(struct source *source, const struct work *work, int runs)
{
    char trace[600];
    snprintf(trace, sizeof trace, "trace=%s", source->path);
    const char *set[ARRAY_LEN(work->set) + 1] = {trace};
    size_t nset = 1;
    for (size_t k = 0; k < ARRAY_LEN(work->set) && work->set[k]; k++)
        set[nset++] = work->set[k];
    struct cell_result result = {0};
    const double time = replay(source, set, nset, runs, &result);
    printf("%-26s %12.0f %12llu %16llu\n", work->name,
           (double)source->references / time / 1e6,
           (unsigned long long)result.counters.faults,
           (unsigned long long)result.counters.policy_memory);
}

static void measure_policies(struct source *source, int runs)
{
    for (const struct policy_ops *const *p = policy_table; *p; p++)
        for (size_t i = 0; i < ARRAY_LEN(frames); i++) {
            char name[64], policy[64], memory[64];
            snprintf(name, sizeof name, "%s, %s", (*p)->name, frames[i]);
            snprintf(policy, sizeof policy, "policy=%s", (*p)->name);
            snprintf(memory, sizeof memory, "machine.frames=%s", frames[i]);
            const struct work work = {name, {policy, memory}};
            measure(source, &work, runs);
        }
}

int main(int argc, char **argv)
{
    const char *path = argc > 1 ? argv[1] : "traces/cc1.flt";
    const long asked = argc > 2 ? strtol(argv[2], NULL, 10) : 7;
    const int runs = asked < 1 ? 1 : asked > RUNS_MAX ? RUNS_MAX : (int)asked;
    struct error err;
    struct source source;
    const struct trace_file file = {.path = path};
    const volatile sig_atomic_t interrupted = 0;
    if (source_open(&source, path, &file, &interrupted, &err) != OK)
        die(&err);
    char count[32];
    const double references = (double)source.references;
    printf("%s: %s references, %.3f steps per reference\n", path,
           format_count(source.references, count, sizeof count),
           (double)source.steps / references);
    printf(
        "median of %d runs, one thread, from the file, 4 KiB pages; policies with so many "
        "frames\n\n%-26s %12s %12s %16s\n",
        runs, "work", "M refs/s", "faults", "policy, bytes");
    printf("%-26s %12.0f\n", "decoding alone", references / decode(&source, runs) / 1e6);
    measure_policies(&source, runs);
    for (size_t i = 0; i < ARRAY_LEN(works); i++)
        measure(&source, &works[i], runs);
    struct rusage usage; /* before the copy, whose buffers are larger than all else */
    getrusage(RUSAGE_SELF, &usage);
    printf("\npeak resident size %.1f MiB, the index of opt included\n"
           "copy bandwidth of this machine %.1f GB/s\n",
           (double)usage.ru_maxrss / 1024, copy_bandwidth(runs) / 1e9);
    source_close(&source);
    return EXIT_SUCCESS;
}
