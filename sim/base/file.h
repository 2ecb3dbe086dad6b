/* file.h -- whole files: read at once, written so that they appear complete or not at all.
 * What is written goes to a temporary file in the same folder, which is synced and then
 * renamed; whoever reads the name sees the old content or the new one, after a crash too.
 * A name that exists and is no regular file (a pipe, /dev/stdout) is written in place. */
#ifndef FAULTLINE_BASE_FILE_H
#define FAULTLINE_BASE_FILE_H

#include "base/error.h"

#include <stddef.h>
#include <stdio.h>

struct file_writer {
    FILE *stream;    /* write here                                                 */
    char *path;      /* as the caller named it, for messages; owned                */
    char *target;    /* the file to appear; links followed; owned                  */
    char *temporary; /* NULL: written in place; owned                              */
};

/* Start to write path.  ERR_OUTPUT names the path and the system's reason. */
MUST_CHECK enum status file_create(struct file_writer *writer, const char *path,
                                   struct error *err);

/* Sync and rename.  ERR_OUTPUT if any write since file_create failed, and then the name
 * is as it was before.  The writer is released in any case. */
MUST_CHECK enum status file_commit(struct file_writer *writer, struct error *err);

/* Give up: remove the temporary file, release the writer. */
void file_abandon(struct file_writer *writer);

/* The three in one. */
MUST_CHECK enum status file_write(const char *path, const void *data, size_t size,
                                  struct error *err);

/* Read the whole of path into *data, which the caller frees; a NUL that *size does not
 * count ends it.  ERR_IO names the path and the system's reason. */
MUST_CHECK enum status file_read(char **data, size_t *size, const char *path,
                                 struct error *err);

/* Create a folder and those above it where they do not exist.  ERR_OUTPUT. */
MUST_CHECK enum status file_make_folder(const char *path, struct error *err);

#endif
