/* policy_file.h -- replacement policies in shared objects: `policy: ./my-policy.so`. */
#ifndef FAULTLINE_EXPERIMENT_POLICY_FILE_H
#define FAULTLINE_EXPERIMENT_POLICY_FILE_H

#include "faultline/policy.h"

#include <stdbool.h>

struct arena;

struct policy_file {
    const char *path; /* resolved                                                        */
    const struct policy_ops *ops;
    char digest[33]; /* of its bytes: 32 hexadecimal digits                              */
    void *handle;
    struct policy_file *next;
};

/* The shared objects that an experiment has loaded; at first none. */
struct policy_files {
    struct arena *arena; /* of what is known of them                                     */
    struct policy_file *first;
};

/* True if what stands for a policy is the path of a file: it has a '/', or ends in ".so". */
bool policy_is_file(const char *text);

/* The policy in the file, which is loaded if it is not yet, and its table checked.  Whether
 * it can be is tried in a process of its own first, since its code may do anything.
 * ERR_CONFIG at the place that names the file.  path: borrowed. */
MUST_CHECK enum status policy_files_get(struct policy_files *files,
                                        const struct policy_file **out, const char *path,
                                        struct location at, struct error *err);
void policy_files_release(struct policy_files *files);

#endif
