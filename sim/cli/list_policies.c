/* list_policies.c -- see list_policies.h. */
#include "cli/list_policies.h"

#include "base/arena.h"
#include "base/units.h"
#include "cli/print_params.h"
#include "experiment/policy_file.h"
#include "pager/policies.h"

#include <stdio.h>
#include <string.h>

static const char *sees_text(enum policy_sees sees)
{
    static const char *const texts[] = {
        "accessed and dirty bits, as a kernel does (buildable)",
        "every access (ideal: no kernel could)",
        "every reference (ideal: no kernel could)",
        "the future (ideal: nobody could)",
    };
    return texts[sees];
}

static void print_memory(const struct policy_ops *policy)
{
    char state[32], each[32];
    printf("  memory: %s bytes", format_count(policy->state_size, state, sizeof state));
    if (policy->frame_size)
        printf(", and %s for each page in memory%s",
               format_count(policy->frame_size, each, sizeof each),
               policy->ghosts ? " and each that it remembers (ghost)" : "");
    putchar('\n');
}

/* built_in: its code may be run here. */
static void print_policy(const struct policy_ops *policy, bool built_in)
{
    printf("  source: %s\n  sees: %s\n", policy->source, sees_text(policy->sees));
    print_memory(policy);
    if (policy->ghosts && built_in) {
        enum { FRAMES = 1000 };
        char most[32];
        _Alignas(16) unsigned char params[PARAM_VALUES_MAX] = {0};
        param_defaults(policy->params, params);
        format_count(policy->ghosts(params, FRAMES), most, sizeof most);
        printf("  ghosts: at most %s with %d frames\n", most, FRAMES);
    }
    if (policy->release)
        puts("  allocation: variable, it gives up frames by itself");
    print_all_params(policy->params);
}

bool list_policies(const char *name, bool in_full)
{
    bool found = !name;
    for (const struct policy_ops *const *p = policy_table; *p; p++) {
        if (name && strcmp(name, (*p)->name) != 0)
            continue;
        found = true;
        printf("%-16s %s\n", (*p)->name, (*p)->summary);
        if (in_full)
            print_policy(*p, true);
    }
    return found;
}

enum status list_policy_file(const char *path, struct error *err)
{
    struct policy_files files = {.arena = arena_create()};
    const struct policy_file *file;
    if (!files.arena)
        return error_nomem(err);
    const enum status status = policy_files_get(&files, &file, path, at_nowhere(), err);
    if (status == OK) {
        printf("%-16s %s\n  file: %s\n", file->ops->name, file->ops->summary, path);
        print_policy(file->ops, false);
    }
    policy_files_release(&files);
    arena_free(files.arena);
    return status;
}
