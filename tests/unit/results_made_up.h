/* results_made_up.h -- a small experiment with results for tests of reports: two policies
 * at two page sizes in 8 KiB of memory, the last cell failed. */
#ifndef TESTS_RESULTS_MADE_UP_H
#define TESTS_RESULTS_MADE_UP_H

#include "experiment/result.h"

#include <stdlib.h>
#include <string.h>

static const struct setting made_up_settings[4][4] = {
    {{"kernel", "textbook", {0}},
     {"machine.mmu", "ideal", {0}},
     {"machine.page_size", "512", {0}},
     {"seed", "1", {0}}},
    {{"kernel", "textbook", {0}},
     {"machine.mmu", "ideal", {0}},
     {"machine.page_size", "512", {0}},
     {"seed", "1", {0}}},
    {{"kernel", "textbook", {0}},
     {"machine.mmu", "ideal", {0}},
     {"machine.page_size", "4096", {0}},
     {"seed", "2", {0}}},
    {{"kernel", "textbook", {0}},
     {"machine.mmu", "ideal", {0}},
     {"machine.page_size", "4096", {0}},
     {"seed", "2", {0}}},
};

static struct cell_config made_up_cells[4] = {
    {.trace_label = "cc1", .page_size = 512, .frames = 16, .policy_label = "lru"},
    {.trace_label = "cc1",
     .page_size = 512,
     .frames = 16,
     .policy_label = "clock(hand=a,b)"},
    {.trace_label = "cc1", .page_size = 4096, .frames = 2, .policy_label = "lru"},
    {.trace_label = "cc1",
     .page_size = 4096,
     .frames = 2,
     .policy_label = "clock(hand=a,b)"},
};

static struct cell_result made_up_results[4] = {
    {.state = CELL_DONE,
     .id = "00000000000000000000000000000001",
     .counters = {.references = 10,
                  .faults = 8,
                  .fault_rate = 0.8,
                  .walks = 7,
                  .translation_time = 21000,
                  .cycles_per_reference = 6.25},
     .notes = "kernel textbook; the policy is ideal"},
    {.state = CELL_DONE,
     .id = "00000000000000000000000000000002",
     .counters = {.references = 10, .faults = 1234567, .fault_rate = 0.1},
     .notes = "kernel textbook; seen 4 times"},
    {.state = CELL_DONE,
     .id = "00000000000000000000000000000003",
     .counters = {.references = 10, .faults = 3, .fault_rate = 0.3},
     .notes = "kernel textbook; the policy is ideal"},
    {.state = CELL_FAILED,
     .id = "00000000000000000000000000000004",
     .message = "no frame left"},
};

static const char *const made_up_swept[] = {"machine.page_size", "policy", "seed"};

static struct experiment made_up_experiment = {
    .name = "made-up",
    .cells = made_up_cells,
    .ncells = 4,
    .swept = made_up_swept,
    .nswept = 3,
    .effective = "experiment: made-up\n",
};

static struct result_set made_up(void)
{
    for (size_t i = 0; i < 4; i++) {
        made_up_cells[i].settings = made_up_settings[i];
        made_up_cells[i].nsettings = 4;
    }
    return (struct result_set){&made_up_experiment, made_up_results};
}

#endif
