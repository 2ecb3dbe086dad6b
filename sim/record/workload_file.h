/* workload_file.h -- the experiment file of a recording: its traces as one workload, which
 * `faultline run` takes as it is. */
#ifndef FAULTLINE_RECORD_WORKLOAD_FILE_H
#define FAULTLINE_RECORD_WORKLOAD_FILE_H

#include "base/file.h"
#include "record/recorder.h"
#include "record/session.h"

struct workload_file {
    struct file_writer writer; /* stream NULL: nothing is open */
    uint64_t reserved;         /* bytes */
};

/* Create STEM.yaml.  ERR_OUTPUT. */
MUST_CHECK enum status workload_file_create(struct workload_file *file, const char *stem,
                                            struct error *err);

/* Reserve the room that the session's streams will need, should the disk fill up.
 * ERR_OUTPUT. */
MUST_CHECK enum status workload_file_reserve(struct workload_file *file,
                                             const struct session *session,
                                             struct error *err);

/* Write it, and let it appear. */
MUST_CHECK enum status workload_file_finish(struct workload_file *file,
                                            const struct session *session,
                                            const struct recorder_state *state,
                                            struct error *err);

/* Remove what is not finished. */
void workload_file_abandon(struct workload_file *file);

#endif
