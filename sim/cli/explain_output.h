/* explain_output.h -- where an explanation goes, and in which form. */
#ifndef FAULTLINE_CLI_EXPLAIN_OUTPUT_H
#define FAULTLINE_CLI_EXPLAIN_OUTPUT_H

#include "explain/explain.h"

struct explain_output {
    const char
        *format;      /* "text", "markdown", "csv", "svg"; NULL: by the file's ending    */
    const char *path; /* NULL: standard output                                         */
    uint64_t width;   /* characters of a line of text; 0: the terminal's                */
};

/* ERR_CONFIG if the format is none. */
MUST_CHECK enum status explain_output_check(const struct explain_output *output,
                                            struct error *err);

/* Write it; the exit status. */
int explain_output_write(const struct explain_output *output,
                         const struct explanation *explanation);

#endif
