/* timed_made_up.h -- a small experiment with `timing: events` for tests of reports: two
 * policies, each with two processes, one device, two arrays of a TLB and two samples. */
#ifndef TESTS_TIMED_MADE_UP_H
#define TESTS_TIMED_MADE_UP_H

#include "experiment/result.h"

#include <math.h>
#include <string.h>

#define MSEC UINT64_C(1000000000) /* picoseconds */

static const struct events_config timed_events;
static const struct setting timed_settings[] = {{"timing", "events", {0}}};

static struct cell_config timed_cells[2] = {
    {.trace_label = "a+b",
     .policy_label = "lru",
     .page_size = 4096,
     .frames = 8,
     .events = &timed_events,
     .settings = timed_settings,
     .nsettings = 1},
    {.trace_label = "a+b",
     .policy_label = "clock",
     .page_size = 4096,
     .frames = 8,
     .events = &timed_events,
     .settings = timed_settings,
     .nsettings = 1},
};

static struct cell_result timed_results[2];
static const char *const timed_swept[] = {"policy"};
static struct experiment timed_experiment = {
    .name = "timed",
    .cells = timed_cells,
    .ncells = 2,
    .swept = timed_swept,
    .nswept = 1,
    .effective = "experiment: timed\n",
};

static void timed_process(struct rows *rows, const char *name, psec_t elapsed)
{
    rows_text(rows, name);
    rows_count(rows, 1);
    rows_count(rows, 0);
    rows_time(rows, 0);
    rows_time(rows, elapsed);
    rows_time(rows, elapsed / 2);
    rows_time(rows, 0);
    rows_time(rows, elapsed / 2);
    rows_time(rows, 0);
    for (int i = 0; i < 5; i++) /* references, faults, faults_major, _minor, page_ins */
        rows_count(rows, (uint64_t)(5 - i));
    rows_time(rows, 1000);
    rows_real(rows, NAN);
    rows_count(rows, 4);
    for (int i = 0; i < 3; i++) /* sleep, swapped, end */
        rows_blank(rows);
    rows_end(rows);
}

static void timed_device(struct rows *rows)
{
    rows_text(rows, "swap");
    rows_text(rows, "disk");
    for (int i = 0; i < 6; i++)
        rows_count(rows, (uint64_t)i);
    rows_real(rows, 0.25);
    for (int i = 0; i < 4; i++)
        rows_time(rows, 3 * MSEC);
    rows_real(rows, 1.5);
    rows_count(rows, 2);
    rows_end(rows);
}

static inline void timed_tlb(struct rows *rows, const char *name, uint64_t level)
{
    rows_text(rows, name);
    rows_count(rows, level);
    for (uint64_t i = 1; i <= 8; i++) /* entries, ways, hits ... flushes */
        rows_count(rows, level * 10 + i);
    rows_end(rows);
}

/* A process's row: what only all have is blank. */
static void timed_sample(struct rows *rows, psec_t time, const char *process,
                         uint64_t resident)
{
    const bool all = strcmp(process, SERIES_ALL) == 0;
    rows_time(rows, time);
    rows_text(rows, process);
    rows_count(rows, resident);
    if (all)
        rows_count(rows, 8 - resident);
    else
        rows_blank(rows);
    for (int i = 0; i < 2; i++) /* faults, page-ins per second */
        rows_real(rows, (double)resident / 2);
    for (int i = 0; i < 3; i++) /* page-outs, scans per second, CPU utilisation */
        rows_real(rows, all ? 0.5 : NAN);
    for (int i = 0; i < 3; i++) /* ready, waiting, queue */
        if (all)
            rows_count(rows, (uint64_t)i);
        else
            rows_blank(rows);
    for (size_t i = 12; i < result_tables[TABLE_SERIES].ncolumns; i++)
        rows_blank(rows);
    rows_end(rows);
}

static inline void timed_fill(struct cell_result *result, uint64_t factor)
{
    cell_result_release(result);
    *result = (struct cell_result){
        .state = CELL_DONE,
        .counters = {.references = 10,
                     .faults = 4,
                     .faults_major = 3 * factor,
                     .fault_rate = 0.4,
                     .elapsed = factor * 123 * MSEC,
                     .cpu_user = 60 * MSEC,
                     .cpu_fault = 15 * MSEC,
                     .cpu_utilisation = 0.5 / (double)factor,
                     .paging_wait = 20 * MSEC,
                     .ready_wait = 5 * MSEC,
                     .effective_access_time = 1500,
                     .slowdown = NAN,
                     .swap_utilisation = 0.75},
        .notes = "kernel textbook; swap device disk",
    };
    memset(result->id, (int)('0' + factor), 32);
    timed_process(&result->tables[TABLE_PROCESSES], "a", 100 * MSEC);
    timed_process(&result->tables[TABLE_PROCESSES], "b,\"c\"", factor * 123 * MSEC);
    timed_device(&result->tables[TABLE_DEVICES]);
    timed_tlb(&result->tables[TABLE_TLBS], "l1d", 1);
    timed_tlb(&result->tables[TABLE_TLBS], "l2", 2);
    for (uint64_t k = 1; k <= 2; k++) {
        timed_sample(&result->tables[TABLE_SERIES], k * 50 * MSEC, SERIES_ALL, 3 * k);
        timed_sample(&result->tables[TABLE_SERIES], k * 50 * MSEC, "a", k);
        timed_sample(&result->tables[TABLE_SERIES], k * 50 * MSEC, "b,\"c\"", 2 * k);
    }
}

static inline struct result_set timed_made_up(void)
{
    for (size_t i = 0; i < 2; i++)
        timed_fill(&timed_results[i], i + 1);
    return (struct result_set){&timed_experiment, timed_results};
}

static inline void timed_release(void)
{
    for (size_t i = 0; i < 2; i++)
        cell_result_release(&timed_results[i]);
}

#endif
