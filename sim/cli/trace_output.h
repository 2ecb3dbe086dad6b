/* trace_output.h -- what the commands that write a native trace have in common. */
#ifndef FAULTLINE_CLI_TRACE_OUTPUT_H
#define FAULTLINE_CLI_TRACE_OUTPUT_H

#include "cli/progress.h"
#include "trace/flt.h"

struct trace_output {
    struct flt_writer *writer;
    const char *path;
    struct progress progress;
    uint64_t references, ops, chunks; /* written so far                                 */
};

/* Values of options; ERR_CONFIG says what would be right. */
MUST_CHECK enum status parse_power_of_two(uint64_t *bytes, const char *text,
                                          const char *option, struct error *err);
MUST_CHECK enum status parse_level(int *level, const char *text, struct error *err);
MUST_CHECK enum status check_origin(const char *origin, struct error *err);

/* Begin to write path; what names the work in the progress bar. */
MUST_CHECK enum status trace_output_open(struct trace_output *output, const char *path,
                                         const struct flt_writer_options *options,
                                         const char *what, bool quiet, struct error *err);

/* Write one batch and tell the progress: done of total (0: not known).
 * ERR_INTERRUPTED after Ctrl-C. */
MUST_CHECK enum status trace_output_put(struct trace_output *output,
                                        const struct batch *batch, uint64_t done,
                                        uint64_t total, struct error *err);

/* Finish the file if status is OK or END and say what is in it; otherwise remove what has
 * been written and print the error.  Returns the exit status. */
int trace_output_close(struct trace_output *output, enum status status, struct error *err);

/* After reading with skip_damaged: say on standard error what was lost, if anything. */
void warn_lost(const struct trace_info *info);

#endif
