/* flt_writer.c -- writes native traces; the bytes are described in flt_layout.h. */
#include "base/file.h"
#include "base/map.h"
#include "trace/flt.h"
#include "trace/flt_header.h"
#include "trace/flt_layout.h"
#include "trace/flt_ops.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>
#include <xxhash.h>
#include <zstd.h>

enum { DEFAULT_LEVEL = 9 };

struct flt_writer {
    FILE *file;
    const char *name;          /* of the file, for errors                       */
    struct file_writer output; /* stream NULL: the file is the caller's         */
    uint64_t offset;           /* bytes written so far                          */
    bool keep_written;         /* see flt_writer_options                        */
    uint64_t reserved;         /* if so, the file may grow to so many bytes     */
    ZSTD_CCtx *zstd;
    int level;
    unsigned char *raw, *packed;
    size_t packed_capacity;
    unsigned char *entries; /* of the index, in its own layout */
    size_t nentries, entries_capacity;
    struct reference_counts counts;
    uint64_t steps, ops[VM_OP_KINDS];
    struct map blocks; /* every block seen, to count the distinct ones */
};

static void writer_free(struct flt_writer *w)
{
    ZSTD_freeCCtx(w->zstd);
    map_release(&w->blocks);
    free(w->raw);
    free(w->packed);
    free(w->entries);
    free(w);
}

void flt_writer_abandon(struct flt_writer *writer)
{
    if (!writer)
        return;
    if (writer->output.stream)
        file_abandon(&writer->output);
    writer_free(writer);
}

static enum status write_error(const struct flt_writer *w, struct error *err)
{
    return error_set(err, ERR_OUTPUT, at_file(w->name), "cannot be written: %s",
                     strerror(errno));
}

static enum status write_bytes(struct flt_writer *w, const void *bytes, size_t n,
                               struct error *err)
{
    if (n && fwrite(bytes, 1, n, w->file) != n)
        return write_error(w, err);
    w->offset += n;
    return OK;
}

/* Bytes of the index and what follows it, for so many chunks and with operations. */
static uint64_t index_bytes(uint64_t chunks)
{
    return FLT_INDEX_HEADER + chunks * FLT_INDEX_ENTRY + FLT_INDEX_TOTALS + FLT_INDEX_OPS +
           8 + FLT_TRAILER;
}

/* Reserve the room for so many bytes more and for the index as it is then. */
static enum status reserve(struct flt_writer *w, uint64_t bytes, uint64_t chunks,
                           struct error *err)
{
    const uint64_t end = w->offset + bytes + index_bytes(chunks);
    if (!w->keep_written || end <= w->reserved)
        return OK;
    int number;
    do {
        number = posix_fallocate(fileno(w->file), (off_t)w->reserved,
                                 (off_t)(end - w->reserved));
    } while (number == EINTR);
    if (number == ESPIPE || number == ENODEV) /* no file; nothing can be kept there */
        w->keep_written = false;
    else if (number != 0)
        return error_set(err, ERR_OUTPUT, at_file(w->name), "cannot be written: %s",
                         strerror(number));
    w->reserved = end;
    return OK;
}

enum status flt_writer_create_on(struct flt_writer **out, FILE *file, const char *name,
                                 const struct flt_writer_options *options,
                                 struct error *err)
{
    struct flt_writer *w = calloc(1, sizeof *w);
    if (!w)
        return error_nomem(err);
    w->file = file;
    w->name = name;
    w->level = options->level ? options->level : DEFAULT_LEVEL;
    w->keep_written = options->keep_written;
    w->packed_capacity = ZSTD_compressBound(FLT_EXPANDED_MAX);
    w->raw = malloc(FLT_EXPANDED_MAX);
    w->packed = malloc(w->packed_capacity);
    w->zstd = ZSTD_createCCtx();
    unsigned char header[FLT_HEADER_MAX];
    enum status status = w->raw && w->packed && w->zstd ? OK : error_nomem(err);
    const size_t length = status == OK ? flt_header_put(header, options) : 0;
    if (status == OK) /* a chunk of a single operation finds room in any case */
        status = reserve(w, length + FLT_CHUNK_HEADER + FLT_OP + 64, 1, err);
    if (status == OK)
        status = write_bytes(w, header, length, err);
    if (status != OK) {
        writer_free(w);
        return status;
    }
    *out = w;
    return OK;
}

enum status flt_writer_create(struct flt_writer **out, const char *path,
                              const struct flt_writer_options *options, struct error *err)
{
    if (strcmp(path, "-") == 0)
        return flt_writer_create_on(out, stdout, "standard output", options, err);
    struct file_writer output;
    enum status status = file_create(&output, path, err);
    if (status != OK)
        return status;
    status = flt_writer_create_on(out, output.stream, output.path, options, err);
    if (status == OK)
        (*out)->output = output;
    else
        file_abandon(&output);
    return status;
}

static unsigned char *put_blocks(unsigned char *p, const struct batch *batch)
{
    uint64_t last = 0;
    for (uint32_t i = 0; i < batch->nblocks; i++) {
        const uint64_t delta = batch->blocks[i] - last;
        uint64_t zigzag = delta << 1 ^ (0 - (delta >> 63));
        last = batch->blocks[i];
        for (; zigzag >= 0x80; zigzag >>= 7)
            *p++ = (unsigned char)(zigzag | 0x80);
        *p++ = (unsigned char)zigzag;
    }
    return p;
}

static unsigned char *put_shapes(unsigned char *p, const struct batch *batch)
{
    for (uint32_t i = 0; i < batch->nshapes; i++) {
        const struct shape *shape = &batch->shapes[i];
        *p++ = (unsigned char)(shape->length | shape->continued << 7);
        for (int byte = 0; byte * 8 < shape->length; byte++)
            *p++ = (unsigned char)(shape->data >> (8 * byte));
        for (int byte = 0; byte * 8 < shape->length; byte++)
            *p++ = (unsigned char)(shape->store >> (8 * byte));
    }
    return p;
}

static size_t put_payload(unsigned char *raw, const struct batch *batch)
{
    unsigned char *p = put_shapes(put_blocks(raw, batch), batch);
    for (uint32_t i = 0; i < batch->nsteps; i++, p += 4)
        put32(p, batch->steps[i]);
    return (size_t)(flt_ops_put(p, batch) - raw);
}

/* Enter the chunk about to be written into the index and the totals. */
static enum status note_chunk(struct flt_writer *w, const struct batch *batch,
                              size_t payload, struct error *err)
{
    if (w->nentries == w->entries_capacity) {
        const size_t capacity = w->entries_capacity ? 2 * w->entries_capacity : 64;
        unsigned char *entries = realloc(w->entries, capacity * FLT_INDEX_ENTRY);
        if (!entries)
            return error_nomem(err);
        w->entries = entries;
        w->entries_capacity = capacity;
    }
    unsigned char *entry = w->entries + w->nentries++ * FLT_INDEX_ENTRY;
    put64(entry, w->offset);
    put64(entry + 8, batch_references(batch));
    put32(entry + 16, batch->nsteps);
    put32(entry + 20, (uint32_t)payload);
    for (uint32_t i = 0; i < batch->nblocks; i++)
        if (map_get_or_add(&w->blocks, batch->blocks[i], 0, err) == MAP_ABSENT)
            return ERR_NOMEM;
    w->counts.ifetches += batch->counts.ifetches;
    w->counts.loads += batch->counts.loads;
    w->counts.stores += batch->counts.stores;
    w->counts.modifies += batch->counts.modifies;
    w->steps += batch->nsteps;
    for (uint32_t i = 0; i < batch->nops; i++)
        w->ops[batch->ops[i].kind]++;
    return OK;
}

enum status flt_writer_put(struct flt_writer *writer, const struct batch *batch,
                           struct error *err)
{
    if (batch_is_empty(batch))
        return OK;
    const size_t raw = put_payload(writer->raw, batch);
    assert(raw <= FLT_EXPANDED_MAX);
    const size_t packed =
        ZSTD_compressCCtx(writer->zstd, writer->packed, writer->packed_capacity,
                          writer->raw, raw, writer->level);
    if (ZSTD_isError(packed))
        return error_set(err, ERR_OUTPUT, at_file(writer->name), "cannot compress: %s",
                         ZSTD_getErrorName(packed));
    unsigned char h[FLT_CHUNK_HEADER];
    memcpy(h, FLT_CHUNK_MAGIC, 4);
    put64(h + 8, writer->nentries);
    put32(h + 16, batch->nsteps);
    put32(h + 20, batch->nshapes);
    put32(h + 24, batch->nblocks);
    put32(h + 28, batch->start[0] | (uint32_t)batch->start[1] << 16);
    put64(h + 32, batch->counts.ifetches);
    put64(h + 40, batch->counts.loads);
    put64(h + 48, batch->counts.stores);
    put64(h + 56, batch->counts.modifies);
    put32(h + 64, (uint32_t)packed);
    put32(h + 68, (uint32_t)raw);
    put64(h + 72, XXH3_64bits(writer->packed, packed));
    put32(h + 4, (uint32_t)XXH3_64bits(h + FLT_CHUNK_SUMMED, sizeof h - FLT_CHUNK_SUMMED));
    enum status status = reserve(writer, sizeof h + packed, writer->nentries + 1, err);
    if (status == OK)
        status = note_chunk(writer, batch, packed, err);
    if (status == OK)
        status = write_bytes(writer, h, sizeof h, err);
    if (status == OK)
        status = write_bytes(writer, writer->packed, packed, err);
    return status;
}

uint64_t flt_writer_bytes(const struct flt_writer *writer)
{
    return writer->offset;
}

/* Put the totals, and the operations by kind if there are any; returns their bytes. */
static size_t put_totals(const struct flt_writer *w, unsigned char *tail, uint32_t kinds)
{
    const uint64_t totals[] = {w->counts.ifetches, w->counts.loads,
                               w->counts.stores,   w->counts.modifies,
                               w->steps,           (uint64_t)w->blocks.used};
    for (size_t i = 0; i < ARRAY_LEN(totals); i++)
        put64(tail + 8 * i, totals[i]);
    for (size_t i = 0; i < kinds; i++)
        put64(tail + FLT_INDEX_TOTALS + 8 * i, w->ops[i]);
    return FLT_INDEX_TOTALS + 8 * (size_t)kinds;
}

static enum status write_index(struct flt_writer *w, struct error *err)
{
    const uint64_t offset = w->offset;
    uint32_t kinds = 0;
    for (int i = 0; i < VM_OP_KINDS; i++)
        if (w->ops[i])
            kinds = VM_OP_KINDS;
    unsigned char head[FLT_INDEX_HEADER] = FLT_INDEX_MAGIC;
    put32(head + 4, kinds);
    put64(head + 8, w->nentries);
    unsigned char tail[FLT_INDEX_TOTALS + FLT_INDEX_OPS + 8 + FLT_TRAILER];
    const size_t totals = put_totals(w, tail, kinds);
    XXH3_state_t *state = XXH3_createState();
    if (!state)
        return error_nomem(err);
    XXH3_64bits_reset(state);
    XXH3_64bits_update(state, head, sizeof head);
    XXH3_64bits_update(state, w->entries, w->nentries * FLT_INDEX_ENTRY);
    XXH3_64bits_update(state, tail, totals);
    put64(tail + totals, XXH3_64bits_digest(state));
    XXH3_freeState(state);
    put64(tail + totals + 8, offset);
    memcpy(tail + totals + 16, FLT_END_MAGIC, 8);
    enum status status = write_bytes(w, head, sizeof head, err);
    if (status == OK)
        status = write_bytes(w, w->entries, w->nentries * FLT_INDEX_ENTRY, err);
    if (status == OK)
        status = write_bytes(w, tail, totals + 8 + FLT_TRAILER, err);
    return status;
}

enum status flt_writer_finish(struct flt_writer *writer, struct error *err)
{
    enum status status = write_index(writer, err);
    if (status == OK && fflush(writer->file) != 0)
        status = write_error(writer, err);
    if (status == OK && writer->keep_written &&
        ftruncate(fileno(writer->file), (off_t)writer->offset) != 0)
        status = write_error(writer, err);
    if (status != OK) {
        flt_writer_abandon(writer);
        return status;
    }
    if (writer->output.stream)
        status = file_commit(&writer->output, err);
    writer_free(writer);
    return status;
}
