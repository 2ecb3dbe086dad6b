/* source.c -- see source.h. */
#include "experiment/source.h"

#include "trace/flt.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xxhash.h>

/* Digest of all bytes of the native trace. */
static enum status digest_file(struct source *source, const char *path, struct error *err)
{
    enum { CHUNK = 1 << 20 };
    FILE *file = fopen(path, "rb");
    if (!file)
        return error_set(err, ERR_IO, at_file(source->path), "cannot open: %s",
                         strerror(errno));
    unsigned char *bytes = malloc(CHUNK);
    XXH3_state_t *state = XXH3_createState();
    enum status status = bytes && state ? OK : error_nomem(err);
    if (status == OK) {
        XXH3_128bits_reset(state);
        size_t n;
        while ((n = fread(bytes, 1, CHUNK, file)) > 0)
            XXH3_128bits_update(state, bytes, n);
        if (ferror(file))
            status = error_set(err, ERR_IO, at_file(source->path), "cannot read: %s",
                               strerror(errno));
        const XXH128_hash_t hash = XXH3_128bits_digest(state);
        snprintf(source->digest, sizeof source->digest, "%016llx%016llx",
                 (unsigned long long)hash.high64, (unsigned long long)hash.low64);
    }
    XXH3_freeState(state);
    free(bytes);
    fclose(file);
    return status;
}

static enum status copy_batches(struct trace *trace, struct flt_writer *writer,
                                const volatile sig_atomic_t *interrupted, struct error *err)
{
    struct batch batch;
    enum status status = batch_init(&batch, err);
    while (status == OK && (status = trace_next(trace, &batch, err)) == OK) {
        status = flt_writer_put(writer, &batch, err);
        if (status == OK && *interrupted)
            status = error_set(err, ERR_INTERRUPTED, at_nowhere(), "interrupted");
    }
    batch_release(&batch);
    return status == END ? OK : status;
}

/* Convert the trace into a native file that has no name. */
static enum status spool(struct source *source, struct trace *trace,
                         const volatile sig_atomic_t *interrupted, struct error *err)
{
    const char *folder = getenv("TMPDIR");
    char name[512];
    snprintf(name, sizeof name, "%s/faultline-XXXXXX",
             folder && folder[0] ? folder : "/tmp");
    const int fd = mkstemp(name); /* reserves the name, which the writer replaces */
    if (fd < 0)
        return error_set(err, ERR_OUTPUT, at_file(name),
                         "cannot create a temporary file: %s", strerror(errno));
    close(fd);
    const struct flt_writer_options options = {
        .granule_shift = trace_info(trace)->granule_shift, .origin = "", .level = 1};
    struct flt_writer *writer = NULL;
    enum status status = flt_writer_create(&writer, name, &options, err);
    if (status == OK) {
        status = copy_batches(trace, writer, interrupted, err);
        if (status == OK)
            status = flt_writer_finish(writer, err);
        else
            flt_writer_abandon(writer);
    }
    if (status == OK) {
        source->spool = open(name, O_RDONLY | O_CLOEXEC);
        if (source->spool < 0)
            status =
                error_set(err, ERR_IO, at_file(name), "cannot open: %s", strerror(errno));
        snprintf(source->opened, sizeof source->opened, "/proc/self/fd/%d", source->spool);
    }
    unlink(name);
    return status;
}

static const char *opened_path(const struct source *source)
{
    return source->opened[0] ? source->opened : source->path;
}

static enum status learn(struct source *source, struct error *err)
{
    struct trace *trace;
    enum status status = source_read(source, &trace, err);
    if (status != OK)
        return status;
    const struct trace_info *info = trace_info(trace);
    source->granule_shift = info->granule_shift;
    source->references = info->counts.ifetches + info->counts.loads + info->counts.stores;
    source->steps = info->steps;
    trace_close(trace);
    return digest_file(source, opened_path(source), err);
}

enum status source_open(struct source *source, const char *path,
                        const volatile sig_atomic_t *interrupted, struct error *err)
{
    *source = (struct source){.path = path, .spool = -1};
    struct trace *trace;
    const struct trace_options options = {.path = path};
    enum status status = trace_open(&trace, &options, err);
    if (status != OK)
        return status;
    struct stat st;
    const bool native = strcmp(trace_info(trace)->format, "flt") == 0;
    if (!native || stat(path, &st) != 0 || !S_ISREG(st.st_mode))
        status = spool(source, trace, interrupted, err);
    trace_close(trace);
    if (status == OK)
        status = learn(source, err);
    if (status != OK)
        source_close(source);
    return status;
}

void source_close(struct source *source)
{
    if (source->spool >= 0)
        close(source->spool);
    source->spool = -1;
}

enum status source_read(const struct source *source, struct trace **out, struct error *err)
{
    const struct trace_options options = {.path = opened_path(source), .format = "flt"};
    return trace_open(out, &options, err);
}
