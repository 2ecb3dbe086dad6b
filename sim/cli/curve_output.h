/* curve_output.h -- what `faultline curve` prints and writes. */
#ifndef FAULTLINE_CLI_CURVE_OUTPUT_H
#define FAULTLINE_CLI_CURVE_OUTPUT_H

#include "experiment/curve_rows.h"
#include "report/pictures.h"

/* The curves of one trace. */
struct curve_output {
    const char *path; /* of the trace */
    uint64_t ops;     /* operations of it, which curves know nothing of */
    const struct curve *curves;
    size_t n; /* page sizes */
    struct curve_points points;
};

/* Print tables for the eye: powers of two and the footprint, or the frames asked for. */
void curve_print(const struct curve_output *output);

/* The table `curves`, which the caller frees.  ERR_NOMEM. */
MUST_CHECK enum status curve_tabulate(struct data **out, const struct curve_output *output,
                                      struct error *err);

/* Write curves.csv, curves.json and the pictures into folder, made if need be.  ERR_OUTPUT,
 * ERR_NOMEM.  pictures lists what was drawn, also on an error. */
MUST_CHECK enum status curve_write_folder(struct data *data, curve_set set,
                                          const char *folder,
                                          struct report_pictures *pictures,
                                          struct error *err);

#endif
