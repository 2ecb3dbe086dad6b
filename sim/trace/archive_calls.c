/* archive_calls.c -- see archive_calls.h.  LIBARCHIVE is the name by which the library was
 * found when this was built. */
#include "trace/archive_calls.h"

#include "base/types.h"

#include <dlfcn.h>
#include <stddef.h>
#include <string.h>

static const struct {
    const char *name;
    size_t offset;
} functions[] = {
    {"archive_errno", offsetof(struct archive_calls, errno_of)},
    {"archive_error_string", offsetof(struct archive_calls, error_string)},
    {"archive_filter_bytes", offsetof(struct archive_calls, filter_bytes)},
    {"archive_read_data_block", offsetof(struct archive_calls, read_data_block)},
    {"archive_read_free", offsetof(struct archive_calls, read_free)},
    {"archive_read_new", offsetof(struct archive_calls, read_new)},
    {"archive_read_next_header", offsetof(struct archive_calls, read_next_header)},
    {"archive_read_open1", offsetof(struct archive_calls, read_open1)},
    {"archive_read_set_callback_data",
     offsetof(struct archive_calls, read_set_callback_data)},
    {"archive_read_set_read_callback",
     offsetof(struct archive_calls, read_set_read_callback)},
    {"archive_set_error", offsetof(struct archive_calls, set_error)},
    /* Filters that need a program of their own are left out: a trace must not start one. */
    {"archive_read_support_filter_gzip", offsetof(struct archive_calls, support[0])},
    {"archive_read_support_filter_xz", offsetof(struct archive_calls, support[1])},
    {"archive_read_support_filter_zstd", offsetof(struct archive_calls, support[2])},
    {"archive_read_support_filter_bzip2", offsetof(struct archive_calls, support[3])},
    {"archive_read_support_filter_lz4", offsetof(struct archive_calls, support[4])},
    {"archive_read_support_format_raw", offsetof(struct archive_calls, support[5])},
    /* raw refuses an input without a byte */
    {"archive_read_support_format_empty", offsetof(struct archive_calls, support[6])},
};

enum status archive_calls_load(struct archive_calls *calls, struct error *err)
{
    calls->library = dlopen(LIBARCHIVE, RTLD_NOW | RTLD_LOCAL);
    for (size_t i = 0; calls->library && i < ARRAY_LEN(functions); i++) {
        void *function = dlsym(calls->library, functions[i].name);
        /* C has no conversion from an object's pointer to a function's, POSIX has. */
        memcpy((char *)calls + functions[i].offset, &function, sizeof function);
        if (!function) {
            error_set(err, ERR_IO, at_nowhere(),
                      "libarchive, which reads traces in text, "
                      "has no function %s",
                      functions[i].name);
            archive_calls_unload(calls);
            return ERR_IO;
        }
    }
    return calls->library
               ? OK
               : error_set(err, ERR_IO, at_nowhere(),
                           "cannot load libarchive, which reads traces in text: %s",
                           dlerror());
}

void archive_calls_unload(struct archive_calls *calls)
{
    if (calls->library)
        dlclose(calls->library);
    calls->library = NULL;
}
