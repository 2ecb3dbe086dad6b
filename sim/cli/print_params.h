/* print_params.h -- the parameters of a policy, kernel or generator, for a reader. */
#ifndef FAULTLINE_CLI_PRINT_PARAMS_H
#define FAULTLINE_CLI_PRINT_PARAMS_H

#include "base/param.h"

/* Each with type, default, range, unit and help, on standard output. */
void print_params(const struct param *table);

/* The same, and that there are none where it is so. */
void print_all_params(const struct param *table);

/* Print text in lines of up to 76 bytes, each after an indent of four. */
void print_wrapped(const char *text);

#endif
