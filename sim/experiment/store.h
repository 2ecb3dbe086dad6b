/* store.h -- finished cells on disk: FOLDER/cells/IDENTITY.json with counters and tables,
 * each written whole or not at all, so that a run killed at any moment can be resumed. */
#ifndef FAULTLINE_EXPERIMENT_STORE_H
#define FAULTLINE_EXPERIMENT_STORE_H

#include "experiment/result.h"

/* Make the folder if need be and begin to use it; *use is for store_leave.  What killed
 * runs left half written is removed, unless another run uses the folder too.  ERR_OUTPUT
 * if it cannot be written. */
MUST_CHECK enum status store_enter(int *use, const char *folder, struct error *err);
void store_leave(int use);

/* Keep a finished cell (state CELL_DONE) under its identity. */
MUST_CHECK enum status store_put(const char *folder, const struct cell_result *result,
                                 struct error *err);

/* Find the cell whose identity result->id holds: true, and *result filled in, which the
 * caller releases; it owned nothing before.  A file that is missing or does not read as a
 * finished cell of that identity is as good as none. */
bool store_get(const char *folder, struct cell_result *result);

/* A finished cell as text, which the caller frees, as it stands in its file; NULL if out of
 * memory. */
char *store_format(const struct cell_result *result);

/* The reverse, as store_get. */
bool store_parse(struct cell_result *result, const char *text, size_t length);

#endif
