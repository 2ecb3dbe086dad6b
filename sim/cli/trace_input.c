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
