/* file.c -- see file.h. */
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static enum status cannot_write(const char *path, int number, struct error *err)
{
    return error_set(err, ERR_OUTPUT, at_file(path), "cannot be written: %s",
                     strerror(number));
}

static void release(struct file_writer *writer)
{
    free(writer->path);
    free(writer->target);
    free(writer->temporary);
    *writer = (struct file_writer){0};
}

/* Open a new file beside the target.  The number counts up past files that a killed run of
 * the same process number, or of another machine, has left. */
static int open_temporary(struct file_writer *writer)
{
    for (unsigned n = 0; n < 10000; n++) {
        free(writer->temporary);
        if (asprintf(&writer->temporary, "%s.%ld-%u.tmp", writer->target, (long)getpid(),
                     n) < 0) {
            writer->temporary = NULL;
            errno = ENOMEM;
            return -1;
        }
        const int fd =
            open(writer->temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (fd >= 0 || errno != EEXIST)
            return fd;
    }
    return -1;
}

enum status file_create(struct file_writer *writer, const char *path, struct error *err)
{
    struct stat found;
    const bool exists = stat(path, &found) == 0;
    *writer = (struct file_writer){.path = strdup(path)};
    /* A link stays a link, and the file that it names is the one replaced. */
    writer->target = exists ? realpath(path, NULL) : strdup(path);
    int fd = -1;
    if (!writer->path || !writer->target)
        errno = ENOMEM;
    else if (exists && !S_ISREG(found.st_mode))
        fd = open(path, O_WRONLY | O_CLOEXEC);
    else
        fd = open_temporary(writer);
    if (fd >= 0 && !(writer->stream = fdopen(fd, "wb"))) {
        const int number = errno;
        close(fd);
        if (writer->temporary)
            unlink(writer->temporary);
        errno = number;
    }
    if (writer->stream)
        return OK;
    const int number = errno;
    release(writer);
    return cannot_write(path, number, err);
}

enum status file_commit(struct file_writer *writer, struct error *err)
{
    const char *reason = NULL;
    if (ferror(writer->stream)) /* an earlier write: its errno is gone */
        reason = "a write has failed; is the device full?";
    if (fflush(writer->stream) != 0 ||
        (writer->temporary && fsync(fileno(writer->stream)) != 0))
        reason = strerror(errno);
    if (fclose(writer->stream) != 0 && !reason)
        reason = strerror(errno);
    if (writer->temporary && !reason && rename(writer->temporary, writer->target) != 0)
        reason = strerror(errno);
    if (writer->temporary && reason)
        unlink(writer->temporary);
    enum status status = OK;
    if (reason)
        status = error_set(err, ERR_OUTPUT, at_file(writer->path), "cannot be written: %s",
                           reason);
    release(writer);
    return status;
}

void file_abandon(struct file_writer *writer)
{
    fclose(writer->stream);
    if (writer->temporary)
        unlink(writer->temporary);
    release(writer);
}

enum status file_write(const char *path, const void *data, size_t size, struct error *err)
{
    struct file_writer writer;
    const enum status status = file_create(&writer, path, err);
    if (status != OK)
        return status;
    if (size > 0 && fwrite(data, 1, size, writer.stream) != size) {
        const int number = errno;
        file_abandon(&writer);
        return cannot_write(path, number, err);
    }
    return file_commit(&writer, err);
}

enum status file_read(char **data, size_t *size, const char *path, struct error *err)
{
    FILE *stream = fopen(path, "rbe");
    if (!stream)
        return error_set(err, ERR_IO, at_file(path), "cannot be opened: %s",
                         strerror(errno));
    size_t room = 65536, used = 0;
    char *buffer = malloc(room + 1);
    while (buffer) {
        used += fread(buffer + used, 1, room - used, stream);
        if (used < room)
            break;
        char *larger = realloc(buffer, 2 * room + 1);
        if (!larger)
            free(buffer);
        buffer = larger;
        room *= 2;
    }
    const int number = ferror(stream) ? errno : 0;
    fclose(stream);
    if (!buffer)
        return error_nomem(err);
    if (number != 0) {
        free(buffer);
        return error_set(err, ERR_IO, at_file(path), "cannot be read: %s",
                         strerror(number));
    }
    buffer[used] = '\0';
    *data = buffer;
    *size = used;
    return OK;
}

enum status file_make_folder(const char *path, struct error *err)
{
    char *copy = strdup(path);
    if (!copy)
        return error_nomem(err);
    /* Some file systems refuse mkdir on what exists with other reasons than EEXIST, so that
     * only what is there in the end decides. */
    int number = ENOENT;
    for (char *end = copy; *end; end++) {
        if (end[1] != '/' && end[1] != '\0')
            continue;
        const char kept = end[1];
        end[1] = '\0';
        number = mkdir(copy, 0777) == 0 ? 0 : errno;
        /* Nothing can be made in it, and the reason is here. */
        if (number != 0 && access(copy, F_OK) != 0)
            break;
        end[1] = kept;
    }
    free(copy);
    struct stat found;
    if (stat(path, &found) == 0) {
        if (S_ISDIR(found.st_mode))
            return OK;
        number = ENOTDIR;
    }
    return error_set(err, ERR_OUTPUT, at_file(path), "folder cannot be created: %s",
                     strerror(number));
}
