/* list.c -- `faultline list`: what there is to choose from. */
#include "base/units.h"
#include "cli/command.h"
#include "cli/list_devices.h"
#include "cli/list_formats.h"
#include "cli/list_kernels.h"
#include "cli/list_machines.h"
#include "cli/list_policies.h"
#include "cli/print_params.h"
#include "experiment/keys.h"
#include "experiment/policy_file.h"
#include "stats/counters.h"
#include "stats/tables.h"
#include "trace/generator.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>

static int run(int argc, char **argv);

const struct command command_list = {
    .name = "list",
    .summary = "list policies, kernels, machines, devices, counters, columns, keys, "
               "formats, generators",
    .help =
        "usage: faultline list WHAT [NAME] [--verbose]\n"
        "\n"
        "WHAT is policies, kernels, machines, devices, counters, columns (of the tables\n"
        "of results), keys, formats (of traces and of page tables) or generators.\n"
        "With NAME: its parameters with type, default, range and meaning; of presets\n"
        "their values, of machines with the source of each; columns of one table.\n"
        "With --verbose: so much of all of them.\n"
        "A policy in a shared object is named by its path.\n"
        "\n"
        "Example: faultline list policies\n"
        "Example: faultline list policies clock\n"
        "Example: faultline list policies ./my-policy.so\n"
        "Example: faultline list devices ra81\n"
        "Example: faultline list machines --verbose\n",
    .run = run,
};

/* Each of these prints the whole list, or one entry if name is not NULL; false if there is
 * no such entry.  in_full: with all that is known.  What there is to know of a counter or a
 * key is in the list already. */
static bool list_counters(const char *name, bool in_full)
{
    (void)in_full;
    bool found = !name;
    for (size_t i = 0; i < counter_count; i++) {
        const struct counter *c = &counter_table[i];
        if (name && strcmp(name, c->name) != 0)
            continue;
        found = true;
        printf("%-24s %s [%s%s%s%s]%s%s\n", c->name, c->description, c->unit,
               c->timed ? ", timing: events" : "", c->own ? ", kernel: " : "",
               counter_kernels(c), c->formula[0] ? " = " : "", c->formula);
    }
    return found;
}

static bool has_groups(const struct result_table_kind *table)
{
    for (size_t i = 0; i < table->ncolumns; i++)
        if (table->columns[i].group)
            return true;
    return false;
}

static bool list_columns(const char *name, bool in_full)
{
    (void)in_full;
    bool found = false;
    for (size_t t = 0; t < TABLES; t++) {
        const struct result_table_kind *table = &result_tables[t];
        if (name && strcmp(name, table->name) != 0)
            continue;
        found = true;
        printf("%s.csv%s\n", table->name,
               has_groups(table) ? " (* left out where all are blank)" : "");
        for (size_t i = 0; i < table->ncolumns; i++) {
            const struct table_column *c = &table->columns[i];
            printf("  %-21s %s%s%s%s%s\n", c->name, c->description, *c->unit ? " [" : "",
                   c->unit, *c->unit ? "]" : "", c->group ? " *" : "");
        }
    }
    return found;
}

static void print_key(const char *prefix, const struct key *key)
{
    char name[80];
    snprintf(name, sizeof name, "%s%s", prefix, key->name);
    printf("%-30s %s%s", name, key->type, key->flags & KEY_CYCLES ? " or cycles" : "");
    if (key->range)
        printf(", %s", key->range);
    if (key->fallback)
        printf(", default %s", key->fallback);
    printf("\n    %s%s%s\n", key->help,
           key->flags & KEY_TABLES ? "; not with machine.mmu: ideal" : "",
           key->flags & KEY_EVENTS ? "; with timing: events" : "");
}

/* The keys of the maps in a list are listed behind it: "workload.processes[].trace". */
static bool list_keys(const char *name, bool in_full)
{
    (void)in_full;
    const struct {
        const char *prefix;
        const struct key *keys;
        size_t n;
    } tables[] = {
        {"", key_table, key_count},
        {"workload.processes[].", process_keys, process_key_count},
        {"workload.processes[].streams[].", stream_keys, stream_key_count},
        {"workload.processes[].regions[].", region_keys, region_key_count},
    };
    bool found = !name;
    for (size_t t = 0; t < ARRAY_LEN(tables); t++)
        for (size_t i = 0; i < tables[t].n; i++) {
            const size_t length = strlen(tables[t].prefix);
            const struct key *key = &tables[t].keys[i];
            if (name && (strncmp(name, tables[t].prefix, length) != 0 ||
                         strcmp(name + length, key->name) != 0))
                continue;
            found = true;
            print_key(tables[t].prefix, key);
        }
    return found;
}

static bool list_generators(const char *name, bool in_full)
{
    bool found = !name;
    for (const struct generator_ops *const *g = generator_table; *g; g++) {
        if (name && strcmp(name, (*g)->name) != 0)
            continue;
        found = true;
        printf("%-16s %s\n", (*g)->name, (*g)->summary);
        if (!in_full)
            continue;
        print_wrapped((*g)->shows);
        print_all_params((*g)->params);
    }
    return found;
}

static const struct {
    const char *name;
    bool (*list)(const char *name, bool in_full);
} lists[] = {
    {"policies", list_policies},
    {"kernels", list_kernels},
    {"machines", list_machines},
    {"devices", list_devices},
    {"counters", list_counters},
    {"columns", list_columns},
    {"keys", list_keys},
    {"formats", list_formats},
    {"generators", list_generators},
};

static int list_file(const char *path)
{
    struct error err;
    return list_policy_file(path, &err) == OK ? command_close_output(EXIT_DONE)
                                              : command_fail(&err);
}

static int list(const char *what, const char *name, bool in_full)
{
    const char *names[ARRAY_LEN(lists)];
    if (strcmp(what, "policies") == 0 && name && policy_is_file(name))
        return list_file(name);
    for (size_t i = 0; i < ARRAY_LEN(lists); i++) {
        names[i] = lists[i].name;
        if (strcmp(what, lists[i].name) != 0)
            continue;
        if (lists[i].list(name, in_full))
            return command_close_output(EXIT_DONE);
        return command_usage(&command_list, "there is no '%s' among the %s", name, what);
    }
    const char *nearest = nearest_name(what, names, ARRAY_LEN(names));
    return nearest ? command_usage(&command_list, "cannot list '%s'; did you mean '%s'?",
                                   what, nearest)
                   : command_usage(&command_list, "cannot list '%s'", what);
}

static int run(int argc, char **argv)
{
    static const struct option long_options[] = {
        {"help", no_argument, NULL, 'h'}, {"verbose", no_argument, NULL, 'v'}, {0}};
    bool verbose = false;
    for (int c; (c = getopt_long(argc, argv, ":", long_options, NULL)) != -1;) {
        if (c == 'h')
            return command_help(&command_list);
        if (c != 'v')
            return command_bad_option(&command_list, c, argv);
        verbose = true;
    }
    if (argc - optind < 1 || argc - optind > 2)
        return command_usage(&command_list,
                             "say what to list: policies, kernels, machines, devices, "
                             "counters, columns, keys, formats or generators");
    const char *name = argv[optind + 1]; /* NULL ends argv */
    return list(argv[optind], name, verbose || name);
}
