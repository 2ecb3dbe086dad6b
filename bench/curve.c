/* curve.c -- how fast curves are computed, in references per second.
 *
 * usage: faultline-curve [TRACE.flt [RUNS]]
 *
 * Each figure is the median of several runs on one thread, processor time, from the file
 * to the result; for OPT both readings of the trace are in it. */
#include "curve/curve.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { RUNS_MAX = 101 };

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

static void die(const struct error *err)
{
    char line[1280];
    fprintf(stderr, "faultline-curve: %s\n", error_format(err, line, sizeof line));
    exit(EXIT_FAILURE);
}

static bool advance(void *context, uint64_t references)
{
    (void)context;
    (void)references;
    return true;
}

static const struct {
    const char *name;
    struct curve_request request;
} works[] = {
    {"LRU, 4 KiB", {CURVE_LRU, 1, {12}}},
    {"LRU, 512 B to 64 KiB", {CURVE_LRU, 8, {9, 10, 11, 12, 13, 14, 15, 16}}},
    {"LRU, 4 KiB to 512 KiB", {CURVE_LRU, 8, {12, 13, 14, 15, 16, 17, 18, 19}}},
    {"OPT, 4 KiB", {CURVE_OPT, 1, {12}}},
    {"OPT, 512 B to 64 KiB", {CURVE_OPT, 8, {9, 10, 11, 12, 13, 14, 15, 16}}},
    {"windows, 4 KiB", {CURVE_WINDOWS, 1, {12}}},
    {"windows, 512 B to 64 KiB", {CURVE_WINDOWS, 8, {9, 10, 11, 12, 13, 14, 15, 16}}},
    {"all three, 4 KiB", {CURVE_LRU | CURVE_OPT | CURVE_WINDOWS, 1, {12}}},
};

struct outcome {
    double time; /* seconds, the median */
    uint64_t references;
    uint64_t pages, bytes, index_bytes; /* of all page sizes together */
};

static void run_once(const char *path, const struct curve_request *request,
                     struct outcome *outcome)
{
    const struct trace_options options = {.path = path};
    const struct curve_host host = {.advance = advance};
    struct curve curves[CURVE_PAGE_SIZES] = {0};
    struct trace *trace;
    struct error err;
    if (trace_open(&trace, &options, &err) != OK ||
        curve_run(curves, request, trace, &host, &err) != OK)
        die(&err);
    *outcome = (struct outcome){.references = curves[0].references};
    for (size_t i = 0; i < request->npage_sizes; i++) {
        outcome->pages += curves[i].npages;
        outcome->bytes += curves[i].bytes;
        outcome->index_bytes += curves[i].index_bytes;
        curve_release(&curves[i]);
    }
    trace_close(trace);
}

static struct outcome measure(const char *path, const struct curve_request *request,
                              int runs)
{
    struct outcome outcome;
    double times[RUNS_MAX];
    for (int i = 0; i < runs; i++) {
        const double start = now();
        run_once(path, request, &outcome);
        times[i] = now() - start;
    }
    qsort(times, (size_t)runs, sizeof *times, compare);
    outcome.time = times[runs / 2];
    return outcome;
}

int main(int argc, char **argv)
{
    const char *path = argc > 1 ? argv[1] : "traces/cc1.flt";
    const long asked = argc > 2 ? strtol(argv[2], NULL, 10) : 7;
    const int runs = asked < 1 ? 1 : asked > RUNS_MAX ? RUNS_MAX : (int)asked;
    printf("%s\nmedian of %d runs, one thread, from the file\n\n", path, runs);
    printf("%-26s %12s %12s %12s %12s\n", "whole curve", "M refs/s", "pages", "bytes/page",
           "index KiB");
    for (size_t i = 0; i < ARRAY_LEN(works); i++) {
        const struct outcome o = measure(path, &works[i].request, runs);
        printf("%-26s %12.0f %12llu %12.0f %12.0f\n", works[i].name,
               (double)o.references / o.time / 1e6, (unsigned long long)o.pages,
               (double)(o.bytes - o.index_bytes) / (double)o.pages,
               (double)o.index_bytes / 1024);
    }
    return EXIT_SUCCESS;
}
