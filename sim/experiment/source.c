/* source.c -- see source.h. */
#include "experiment/source.h"

#include "trace/flt.h"
#include "trace/generator.h"

#include <assert.h>
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

/* A file without a name, so that it goes away with the program however that ends. */
static FILE *nameless(const char **folder)
{
    const char *chosen = getenv("TMPDIR");
    *folder = chosen && chosen[0] ? chosen : "/tmp";
    int fd = open(*folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (fd < 0) { /* not every file system can */
        char name[512];
        snprintf(name, sizeof name, "%s/faultline-XXXXXX", *folder);
        fd = mkostemp(name, O_CLOEXEC);
        if (fd >= 0)
            unlink(name);
    }
    FILE *file = fd < 0 ? NULL : fdopen(fd, "w+b");
    if (!file && fd >= 0)
        close(fd);
    return file;
}

/* Begin a nameless native file. */
static enum status spool_begin(struct source *source, struct flt_writer **writer,
                               struct flt_writer_options *options, struct error *err)
{
    const char *folder;
    source->spool = nameless(&folder);
    if (!source->spool)
        return error_set(err, ERR_OUTPUT, at_file(folder),
                         "cannot create a temporary file: %s", strerror(errno));
    options->level = 1;
    return flt_writer_create_on(writer, source->spool, folder, options, err);
}

static enum status spool_end(struct source *source, struct flt_writer *writer,
                             enum status status, struct error *err)
{
    if (status == OK)
        status = flt_writer_finish(writer, err);
    else
        flt_writer_abandon(writer);
    snprintf(source->opened, sizeof source->opened, "/proc/self/fd/%d",
             fileno(source->spool));
    return status;
}

/* Convert the trace into a nameless native file. */
static enum status spool(struct source *source, struct trace *trace,
                         const volatile sig_atomic_t *interrupted, struct error *err)
{
    struct flt_writer *writer;
    struct flt_writer_options options = {.granule_shift = trace_info(trace)->granule_shift,
                                         .reduction = trace_info(trace)->reduction};
    enum status status = spool_begin(source, &writer, &options, err);
    if (status != OK)
        return status;
    status = copy_batches(trace, writer, interrupted, err);
    return spool_end(source, writer, status, err);
}

/* Where a generated trace is written to. */
struct generated {
    struct flt_writer *writer;
    const volatile sig_atomic_t *interrupted;
};

static enum status put_generated(void *context, const struct batch *batch,
                                 struct error *err)
{
    const struct generated *generated = context;
    const enum status status = flt_writer_put(generated->writer, batch, err);
    if (status == OK && *generated->interrupted)
        return error_set(err, ERR_INTERRUPTED, at_nowhere(), "interrupted");
    return status;
}

/* Make the trace in a nameless native file. */
static enum status generate(struct source *source, const struct generate_config *config,
                            const volatile sig_atomic_t *interrupted, struct error *err)
{
    struct generated generated = {.interrupted = interrupted};
    const struct generator_output output = {.context = &generated, .put = put_generated};
    struct flt_writer_options options = {.granule_shift = GRANULE_SHIFT_DEFAULT,
                                         .origin = source->path};
    enum status status = spool_begin(source, &generated.writer, &options, err);
    if (status != OK)
        return status;
    status =
        generator_make(generator_find(config->generator.name), config->generator.params,
                       config->seed, GRANULE_SHIFT_DEFAULT, &output, err);
    return spool_end(source, generated.writer, status, err);
}

static const char *opened_path(const struct source *source)
{
    return source->opened[0] ? source->opened : source->path;
}

static enum status learn(struct source *source, struct error *err)
{
    struct trace *trace;
    const struct source_use use = {.operations = false};
    enum status status = source_read(source, &use, &trace, err);
    if (status != OK)
        return status;
    const struct trace_info *info = trace_info(trace);
    source->granule_shift = info->granule_shift;
    source->references = info->counts.ifetches + info->counts.loads + info->counts.stores;
    source->steps = info->steps;
    source->ops = info->ops;
    source->switches = info->ops_of[VM_SWITCH];
    source->reduction = info->reduction;
    trace_close(trace);
    return digest_file(source, opened_path(source), err);
}

enum status source_open(struct source *source, const char *name,
                        const struct trace_file *file,
                        const volatile sig_atomic_t *interrupted, struct error *err)
{
    *source = (struct source){.path = name};
    struct trace *trace;
    const struct trace_options options = {
        .path = file->path, .one_thread = file->one_thread, .thread = file->thread};
    enum status status = trace_open(&trace, &options, err);
    if (status != OK)
        return status;
    struct stat st;
    const bool native = strcmp(trace_info(trace)->format, "flt") == 0;
    if (!native || file->one_thread || stat(file->path, &st) != 0 || !S_ISREG(st.st_mode))
        status = spool(source, trace, interrupted, err);
    trace_close(trace);
    if (status == OK)
        status = learn(source, err);
    if (status != OK)
        source_close(source);
    return status;
}

static enum status source_generate(struct source *source, const char *path,
                                   const struct generate_config *config,
                                   const volatile sig_atomic_t *interrupted,
                                   struct error *err)
{
    *source = (struct source){.path = path};
    enum status status = generate(source, config, interrupted, err);
    if (status == OK)
        status = learn(source, err);
    if (status != OK)
        source_close(source);
    return status;
}

void source_close(struct source *source)
{
    if (source->spool)
        fclose(source->spool);
    source->spool = NULL;
}

enum status source_read(const struct source *source, const struct source_use *use,
                        struct trace **out, struct error *err)
{
    const struct trace_options options = {.path = opened_path(source),
                                          .format = "flt",
                                          .fold = use->fold,
                                          .no_operations = !use->operations};
    return trace_open(out, &options, err);
}

static bool is_there(const struct source_table *table, const char *name)
{
    for (size_t i = 0; i < table->n; i++)
        if (strcmp(table->all[i].path, name) == 0)
            return true;
    return false;
}

static enum status make_room(struct source_table *table, struct error *err)
{
    if (table->n < table->capacity)
        return OK;
    const size_t capacity = table->capacity ? 2 * table->capacity : 16;
    struct source *all = realloc(table->all, capacity * sizeof *all);
    if (!all)
        return error_nomem(err);
    table->all = all;
    table->capacity = capacity;
    return OK;
}

static enum status add_file(struct source_table *table, const char *name,
                            const struct trace_file *file,
                            const volatile sig_atomic_t *interrupted, struct error *err)
{
    if (is_there(table, name))
        return OK;
    if (make_room(table, err) != OK)
        return ERR_NOMEM;
    struct error why;
    const enum status status =
        source_open(&table->all[table->n], name, file, interrupted, &why);
    table->n += status == OK;
    if (status == ERR_IO && file->at.file) /* it is not there: who names it should know */
        return error_set(err, status, file->at, "trace '%s': %.480s", name, why.text);
    if (status != OK)
        error_copy(err, &why);
    return status;
}

enum status source_table_generate(struct source_table *table, const char *path,
                                  const struct generate_config *config,
                                  const volatile sig_atomic_t *interrupted,
                                  struct error *err)
{
    if (is_there(table, path))
        return OK;
    if (make_room(table, err) != OK)
        return ERR_NOMEM;
    const enum status status =
        source_generate(&table->all[table->n], path, config, interrupted, err);
    table->n += status == OK;
    return status;
}

const struct source *source_table_find(const struct source_table *table, const char *path)
{
    for (size_t i = 0; i < table->n; i++)
        if (strcmp(table->all[i].path, path) == 0)
            return &table->all[i];
    assert(false); /* all traces are added before anything runs */
    return NULL;
}

/* What is generated is made as a whole before threads are taken out of it. */
enum status source_table_add(struct source_table *table, const char *name,
                             const struct trace_file *file,
                             const volatile sig_atomic_t *interrupted, struct error *err)
{
    if (!file->generate)
        return add_file(table, name, file, interrupted, err);
    const enum status status =
        source_table_generate(table, file->path, file->generate, interrupted, err);
    if (status != OK || !file->one_thread)
        return status;
    char opened[sizeof table->all[0].opened]; /* the table may move                      */
    memcpy(opened, source_table_find(table, file->path)->opened, sizeof opened);
    const struct trace_file thread = {
        .path = opened, .one_thread = true, .thread = file->thread};
    return add_file(table, name, &thread, interrupted, err);
}

void source_table_release(struct source_table *table)
{
    for (size_t i = 0; i < table->n; i++)
        source_close(&table->all[i]);
    free(table->all);
    *table = (struct source_table){0};
}
