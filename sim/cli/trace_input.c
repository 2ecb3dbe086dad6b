/* trace_input.c -- see trace_input.h. */
#include "cli/trace_input.h"

#include "cli/trace_output.h"

enum status trace_input_option(struct trace_options *input, int option, struct error *err)
{
    switch (option) {
    case 'f':
        input->format = optarg;
        return OK;
    case 'p':
        return parse_power_of_two(&input->list_page_size, optarg, "--page-size", err);
    case 'g':
        return parse_power_of_two(&input->granule, optarg, "--granule", err);
    default:
        input->skip_damaged = true;
        return OK;
    }
}

bool trace_input_options(const struct command *command, int argc, char **argv,
                         const struct option *options,
                         enum status (*set)(void *context, int option, struct error *err),
                         void *context, int *status)
{
    int option;
    optind = 0;
    opterr = 0;
    while ((option = getopt_long(argc, argv, ":h", options, NULL)) != -1) {
        struct error err;
        if (option == 'h')
            *status = command_help(command);
        else if (option == '?' || option == ':')
            *status = command_bad_option(command, option, argv);
        else if (set(context, option, &err) != OK)
            *status = command_fail(&err);
        else
            continue;
        return false;
    }
    return true;
}
