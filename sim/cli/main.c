/* main.c -- finds the command and hands over to it. */
#include "cli/command.h"

#include "base/types.h"
#include "base/units.h"

#include <malloc.h>
#include <stdio.h>
#include <string.h>

static const struct command *const commands[] = {
    &command_run,          &command_check,         &command_plot,
    &command_record,       &command_list,          &command_walk,
    &command_explain,      &command_curve,         &command_new_policy,
    &command_trace_info,   &command_trace_convert, &command_trace_cut,
    &command_trace_check,  &command_trace_compare, &command_trace_generate,
    &command_trace_reduce,
};

static int print_overview(void)
{
    puts("usage: faultline COMMAND ...\n\n"
         "Replays the memory references of programs through a modelled machine and "
         "kernel.\n");
    for (size_t i = 0; i < ARRAY_LEN(commands); i++)
        printf("  %-16s %s\n", commands[i]->name, commands[i]->summary);
    puts(
        "\n'faultline COMMAND --help' explains a command, 'faultline --version' prints the "
        "version.\n"
        "Example: faultline run configs/experiments/page-size.yaml");
    return command_close_output(EXIT_DONE);
}

/* The command that the first words name, and how many words that took. */
static const struct command *find(int argc, char **argv, int *words)
{
    for (size_t i = 0; i < ARRAY_LEN(commands); i++) {
        const char *name = commands[i]->name, *space = strchr(name, ' ');
        *words = space ? 2 : 1;
        const size_t first = space ? (size_t)(space - name) : strlen(name);
        if (argc <= *words || strlen(argv[1]) != first ||
            strncmp(argv[1], name, first) != 0)
            continue;
        if (!space || strcmp(argv[2], space + 1) == 0)
            return commands[i];
    }
    return NULL;
}

static int unknown(int argc, char **argv)
{
    char name[128];
    const bool create = strcmp(argv[1], "new") == 0;
    const bool group = create || strcmp(argv[1], "trace") == 0;
    snprintf(name, sizeof name, "%s%s%s", argv[1], group && argc > 2 ? " " : "",
             group && argc > 2 ? argv[2] : "");
    const char *names[ARRAY_LEN(commands)];
    for (size_t i = 0; i < ARRAY_LEN(commands); i++)
        names[i] = commands[i]->name;
    const char *nearest = nearest_name(name, names, ARRAY_LEN(names));
    if (group && argc < 3)
        fputs(create ? "faultline: 'new' needs to know what to make: policy\n"
                     : "faultline: 'trace' needs a command: info, convert, cut, check, "
                       "compare, generate or reduce\n",
              stderr);
    else if (nearest)
        fprintf(stderr, "faultline: unknown command '%s'; did you mean '%s'?\n", name,
                nearest);
    else
        fprintf(stderr, "faultline: unknown command '%s'\n", name);
    fputs("try 'faultline --help'\n", stderr);
    return EXIT_USAGE;
}

/* Large buffers go back to the system when they are freed.  Left to itself, glibc keeps
 * later ones on its heap once a large one was freed, and how much memory a run takes then
 * depends on how the holes fall. */
static void return_large_buffers(void)
{
#ifdef M_MMAP_THRESHOLD
    mallopt(M_MMAP_THRESHOLD, 128 << 10);
#endif
}

int main(int argc, char **argv)
{
    return_large_buffers();
    command_catch_signals();
    if (argc < 2) {
        print_overview();
        return EXIT_USAGE;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 ||
        strcmp(argv[1], "help") == 0)
        return print_overview();
    if (strcmp(argv[1], "--version") == 0) {
        puts("faultline " FAULTLINE_VERSION);
        return command_close_output(EXIT_DONE);
    }
    int words;
    const struct command *command = find(argc, argv, &words);
    if (!command)
        return unknown(argc, argv);
    return command->run(argc - words, argv + words);
}
