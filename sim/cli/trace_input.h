/* trace_input.h -- what the commands that read a trace have in common. */
#ifndef FAULTLINE_CLI_TRACE_INPUT_H
#define FAULTLINE_CLI_TRACE_INPUT_H

#include "trace/trace.h"

#include <getopt.h>

/* Long options of every command that reads a trace of any format. */
/* clang-format off */
#define TRACE_INPUT_OPTIONS                            \
    {"format", required_argument, NULL, 'f'},          \
    {"page-size", required_argument, NULL, 'p'},       \
    {"granule", required_argument, NULL, 'g'},         \
    {"skip-damaged", no_argument, NULL, 's'},          \
    {"quiet", no_argument, NULL, 'q'},                 \
    {"help", no_argument, NULL, 'h'}
/* clang-format on */

/* Take one of these options but quiet and help.  ERR_CONFIG. */
MUST_CHECK enum status trace_input_option(struct trace_options *input, int option,
                                          struct error *err);

#endif
