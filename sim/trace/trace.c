/* trace.c -- see trace.h: recognises the format and drives its reader. */
#include "trace/trace.h"

#include "base/units.h"
#include "trace/flt.h"
#include "trace/format.h"
#include "trace/one_thread.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DEFAULT_LIST_PAGE_SIZE = 4096, FORMATS_MAX = 32 };

struct trace {
    char *path;
    char *origin; /* owned copy behind info.origin */
    struct trace_info info;
    struct flt_reader *flt; /* native, or else the four below */
    struct text *text;
    const struct format_ops *format;
    struct builder *builder;
    void *state;
    struct format_options options;
    const struct fold *fold; /* or NULL */
    bool no_operations, one_thread;
    struct one_thread filter; /* if one_thread */
    bool ended;
    bool yielded; /* a batch has come out: the trace is not empty */
};

static enum status unknown_format(const char *path, const char *name, struct error *err)
{
    const char *names[FORMATS_MAX] = {"flt"};
    char all[256] = "flt";
    size_t n = 1;
    for (const struct format_ops *const *f = format_table; *f && n < FORMATS_MAX; f++) {
        names[n++] = (*f)->name;
        strncat(all, ", ", sizeof all - strlen(all) - 1);
        strncat(all, (*f)->name, sizeof all - strlen(all) - 1);
    }
    const char *nearest = name ? nearest_name(name, names, n) : NULL;
    if (!name)
        return error_set(
            err, ERR_SYNTAX, at_file(path),
            "not recognised as a trace of any format; 'faultline trace convert --format "
            "NAME' reads it as one of %s",
            all);
    return error_set(err, ERR_CONFIG, at_nowhere(), "unknown trace format '%s'%s%s%s (%s)",
                     name, nearest ? "; did you mean '" : "", nearest ? nearest : "",
                     nearest ? "'?" : "", all);
}

/* The format that fits the head of the text best. */
static enum status detect(struct trace *t, const char *name, struct error *err)
{
    if (name) {
        for (const struct format_ops *const *f = format_table; *f; f++)
            if (strcmp((*f)->name, name) == 0)
                t->format = *f;
        return t->format ? OK : unknown_format(t->path, name, err);
    }
    size_t size;
    const char *head = text_head(t->text, &size);
    if (flt_probe(head, size))
        return error_set(err, ERR_SYNTAX, at_file(t->path),
                         "a native trace inside another compression; unpack it first");
    if (size == 0) { /* empty, or damaged before its first byte */
        char *line;
        size_t length;
        const enum status status = text_line(t->text, &line, &length, err);
        return status != END ? status
                             : error_set(err, ERR_SYNTAX, at_file(t->path), "empty trace");
    }
    unsigned best = 0;
    for (const struct format_ops *const *f = format_table; *f; f++) {
        const unsigned score = (*f)->probe(head, size);
        if (score > best) {
            best = score;
            t->format = *f;
        }
    }
    return t->format ? OK : unknown_format(t->path, NULL, err);
}

static enum status check_granule(const char *what, uint64_t bytes, struct error *err)
{
    if (granule_is_valid(bytes))
        return OK;
    return error_set(err, ERR_CONFIG, at_nowhere(),
                     "%s of %llu bytes: a power of two from 16 B to 1 GiB is needed", what,
                     (unsigned long long)bytes);
}

static enum status open_foreign(struct trace *t, const struct trace_options *options,
                                struct error *err)
{
    t->options.list_page_size =
        options->list_page_size ? options->list_page_size : DEFAULT_LIST_PAGE_SIZE;
    enum status status = check_granule("pages", t->options.list_page_size, err);
    if (status == OK && options->granule)
        status = check_granule("a granule", options->granule, err);
    if (status == OK)
        status = detect(t, options->format, err);
    if (status != OK)
        return status;
    unsigned shift = t->format->granule_shift ? t->format->granule_shift(&t->options) : 0;
    if (options->granule)
        shift = log2_of(options->granule);
    t->info.granule_shift = shift ? shift : GRANULE_SHIFT_DEFAULT;
    t->info.format = t->format->name;
    t->info.origin = "";
    t->info.address_bits = 64;
    t->state = calloc(1, t->format->state_size ? t->format->state_size : 1);
    if (!t->state)
        return error_nomem(err);
    return builder_create(&t->builder, t->info.granule_shift, err);
}

/* The native format is told by its first byte, which begins no text and no compression. */
static bool starts_as_native(FILE *file)
{
    const int c = getc(file);
    if (c != EOF)
        ungetc(c, file);
    return c == (unsigned char)"\x89"[0];
}

/* The file is opened once only, since it may be a pipe. */
static enum status open_any(struct trace *t, const struct trace_options *options,
                            struct error *err)
{
    FILE *file = strcmp(t->path, "-") == 0 ? stdin : fopen(t->path, "rbe");
    if (!file)
        return error_set(err, ERR_IO, at_file(t->path), "cannot open: %s", strerror(errno));
    const bool native =
        options->format ? strcmp(options->format, "flt") == 0 : starts_as_native(file);
    enum status status;
    if (native) {
        status = flt_reader_open(&t->flt, file, t->path, options->skip_damaged, &t->info,
                                 &t->origin, err);
        t->info.format = "flt";
    } else {
        status = text_open_file(&t->text, file, t->path, err);
    }
    if (status != OK && file != stdin)
        fclose(file);
    return status == OK && !native ? open_foreign(t, options, err) : status;
}

/* Leave out what was not asked for. */
static enum status prepare_filters(struct trace *t, const struct trace_options *options,
                                   struct error *err)
{
    t->no_operations = options->no_operations;
    t->one_thread = options->one_thread;
    return options->one_thread ? one_thread_init(&t->filter, options->thread, err) : OK;
}

enum status trace_open(struct trace **out, const struct trace_options *options,
                       struct error *err)
{
    struct trace *t = calloc(1, sizeof *t);
    if (!t)
        return error_nomem(err);
    t->path = strdup(options->path);
    t->info.path = t->path;
    t->fold = options->fold;
    enum status status = t->path ? open_any(t, options, err) : error_nomem(err);
    if (status == OK)
        status = prepare_filters(t, options, err);
    if (status != OK) {
        trace_close(t);
        return status;
    }
    *out = t;
    return OK;
}

void trace_close(struct trace *trace)
{
    if (!trace)
        return;
    free(trace->origin);
    flt_reader_close(trace->flt);
    text_close(trace->text);
    builder_free(trace->builder);
    free(trace->state);
    one_thread_release(&trace->filter);
    free(trace->path);
    free(trace);
}

const struct trace_info *trace_info(const struct trace *trace)
{
    return &trace->info;
}

static enum status next_foreign(struct trace *t, struct batch *batch, struct error *err)
{
    if (t->ended)
        return END;
    const enum status status =
        t->format->read(t->state, t->text, t->builder, &t->options, err);
    if (status != OK && status != END)
        return status;
    t->ended = status == END;
    builder_take(t->builder, batch);
    return batch_is_empty(batch) ? END : OK;
}

static enum status next_filtered(struct trace *t, struct batch *batch, struct error *err)
{
    const enum status status = t->flt ? flt_reader_next(t->flt, batch, &t->info, err)
                                      : next_foreign(t, batch, err);
    if (status == OK && t->one_thread)
        one_thread_keep(&t->filter, batch);
    if (status == OK && t->no_operations) {
        t->info.ops_left_out += batch->nops;
        batch->nops = batch->names_length = 0;
    }
    if (status == OK && t->fold && !fold_batch(t->fold, batch, t->info.granule_shift))
        return error_set(err, ERR_DAMAGED, at_file(t->path),
                         "it has changed while it was being used");
    return status;
}

static enum status is_empty(const struct trace *t, struct error *err)
{
    if (t->info.lost_batches)
        return error_set(err, ERR_DAMAGED, at_file(t->path),
                         "damaged: no sound chunk is left");
    if (t->one_thread)
        return error_set(err, ERR_SYNTAX, at_file(t->path), "it has no thread %u",
                         t->filter.wanted);
    return error_set(err, ERR_SYNTAX, at_file(t->path), "empty trace: no references%s",
                     t->no_operations ? "" : " and no operations");
}

enum status trace_next(struct trace *trace, struct batch *batch, struct error *err)
{
    enum status status;
    do {
        status = next_filtered(trace, batch, err);
    } while (status == OK && batch_is_empty(batch));
    if (status == END && !trace->yielded)
        return is_empty(trace, err);
    trace->yielded = trace->yielded || status == OK;
    return status;
}

enum status trace_rewind(struct trace *trace, struct error *err)
{
    one_thread_rewind(&trace->filter);
    trace->info.ops_left_out = 0;
    if (trace->flt) {
        trace->info.lost_batches = trace->info.lost_bytes = 0;
        return flt_reader_rewind(trace->flt, err);
    }
    if (strcmp(trace->path, "-") == 0)
        return error_set(err, ERR_IO, at_file(trace->path),
                         "cannot be read twice: a file is needed, not a pipe");
    text_close(trace->text);
    trace->text = NULL;
    builder_free(trace->builder);
    trace->builder = NULL;
    memset(trace->state, 0, trace->format->state_size);
    trace->ended = false;
    const enum status status = text_open(&trace->text, trace->path, err);
    return status == OK ? builder_create(&trace->builder, trace->info.granule_shift, err)
                        : status;
}

uint64_t trace_consumed(const struct trace *trace, uint64_t *size)
{
    return trace->flt ? flt_reader_consumed(trace->flt, size)
                      : text_consumed(trace->text, size);
}
