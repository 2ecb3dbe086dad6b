/* flt_reader.c -- reads native traces; the bytes are described in flt_layout.h.
 * Nothing that a file says is believed before a checksum or a bound has confirmed it. */
#include "trace/flt.h"
#include "trace/flt_chunk.h"
#include "trace/flt_header.h"
#include "trace/flt_layout.h"
#include "trace/flt_ops.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <xxhash.h>
#include <zstd.h>

struct flt_reader {
    FILE *file;
    const char *path; /* borrowed from the trace */
    bool skip_damaged;
    bool seekable;
    uint32_t version;
    uint64_t size;        /* of the file, 0 if not known      */
    uint64_t first_chunk; /* offset of the first chunk        */
    uint64_t index;       /* offset of the index by the trailer; 0 if not known */
    uint64_t offset;      /* of the next byte to be read      */
    uint64_t number;      /* of the chunk expected next       */
    bool unsound;         /* what was read last was damaged   */
    bool ended;
    ZSTD_DCtx *zstd;
    unsigned char *packed, *raw;
};

bool flt_probe(const void *head, size_t size)
{
    return size >= 8 && memcmp(head, FLT_MAGIC, 8) == 0;
}

static enum status damaged(const struct flt_reader *r, uint64_t offset, const char *what,
                           struct error *err)
{
    return error_set(err, ERR_DAMAGED, at_file(r->path),
                     "damaged: chunk %llu at byte %llu %s; 'faultline trace convert "
                     "--skip-damaged' saves the rest",
                     (unsigned long long)r->number, (unsigned long long)offset, what);
}

/* Read exactly n bytes; END if there are fewer, ERR_IO if reading failed. */
static enum status read_bytes(struct flt_reader *r, void *bytes, size_t n,
                              struct error *err)
{
    const size_t got = fread(bytes, 1, n, r->file);
    r->offset += got;
    if (got == n)
        return OK;
    if (ferror(r->file))
        return error_set(err, ERR_IO, at_file(r->path), "cannot read: %s", strerror(errno));
    return END;
}

/* Take over what a sound header says. */
static enum status use_header(struct flt_reader *r, const struct flt_header *header,
                              struct trace_info *info, char **origin, struct error *err)
{
    char *text = strndup(header->origin, header->origin_length);
    if (!text)
        return error_nomem(err);
    info->origin = *origin = text;
    info->granule_shift = header->granule_shift;
    info->address_bits = header->address_bits;
    info->reduction = header->reduction;
    r->first_chunk = r->offset;
    return OK;
}

static enum status read_header(struct flt_reader *r, struct trace_info *info, char **origin,
                               struct error *err)
{
    unsigned char h[FLT_HEADER_MAX];
    enum status status = read_bytes(r, h, FLT_HEADER_FIXED, err);
    if (status == OK && !flt_probe(h, 8))
        return error_set(err, ERR_DAMAGED, at_file(r->path), "not a native trace");
    r->version = status == OK ? get32(h + 8) : 0;
    if (status == OK && (r->version < 1 || r->version > FLT_VERSION))
        return error_set(err, ERR_DAMAGED, at_file(r->path),
                         "native trace of version %u; this program reads 1 to %d",
                         r->version, FLT_VERSION);
    if (status == OK)
        status = read_bytes(r, h + FLT_HEADER_FIXED, flt_header_rest(h), err);
    if (status == END)
        return error_set(err, ERR_DAMAGED, at_file(r->path),
                         "damaged: the header is cut short at byte %llu",
                         (unsigned long long)r->offset);
    struct flt_header header;
    const char *wrong = status == OK ? flt_header_parse(&header, h) : NULL;
    if (wrong)
        return error_set(err, ERR_DAMAGED, at_file(r->path), "%s", wrong);
    return status == OK ? use_header(r, &header, info, origin, err) : status;
}

/* Can an index count so many kinds of operations? */
static bool kinds_are_sound(const struct flt_reader *r, uint32_t kinds)
{
    return kinds == 0 ||
           (kinds >= flt_ops_kinds_least(r->version) && kinds <= flt_ops_kinds(r->version));
}

static void set_totals(struct trace_info *info, uint64_t nchunks,
                       const unsigned char *totals, uint32_t kinds)
{
    info->batches = nchunks;
    info->counts.ifetches = get64(totals);
    info->counts.loads = get64(totals + 8);
    info->counts.stores = get64(totals + 16);
    info->counts.modifies = get64(totals + 24);
    info->steps = get64(totals + 32);
    info->blocks = get64(totals + 40);
    for (size_t i = 0; i < kinds; i++) {
        info->ops_of[i] = get64(totals + FLT_INDEX_TOTALS + 8 * i);
        info->ops += info->ops_of[i];
    }
    info->complete = true;
}

static bool index_is_sound(const struct flt_reader *r, const unsigned char *index,
                           size_t size)
{
    const uint32_t kinds = get32(index + 4);
    const size_t fixed = FLT_INDEX_HEADER + FLT_INDEX_TOTALS + 8 * (size_t)kinds + 8;
    return get64(index + size - 8) == XXH3_64bits(index, size - 8) &&
           kinds_are_sound(r, kinds) && size >= fixed &&
           (size - fixed) % FLT_INDEX_ENTRY == 0;
}

/* Read the totals of a seekable file's index, if it has a sound one. */
static void read_index(struct flt_reader *r, struct trace_info *info)
{
    unsigned char trailer[FLT_TRAILER];
    if (r->size < FLT_TRAILER ||
        fseeko(r->file, (off_t)(r->size - FLT_TRAILER), SEEK_SET) ||
        fread(trailer, 1, sizeof trailer, r->file) != sizeof trailer ||
        memcmp(trailer + 8, FLT_END_MAGIC, 8) != 0)
        return;
    const uint64_t offset = get64(trailer);
    if (offset < r->first_chunk || offset > r->size - FLT_TRAILER)
        return;
    r->index = offset;
    const size_t size = (size_t)(r->size - FLT_TRAILER - offset);
    if (size < FLT_INDEX_HEADER + FLT_INDEX_TOTALS + 8)
        return;
    unsigned char *index = malloc(size);
    if (index && !fseeko(r->file, (off_t)offset, SEEK_SET) &&
        fread(index, 1, size, r->file) == size && index_is_sound(r, index, size)) {
        const uint32_t kinds = get32(index + 4);
        set_totals(info, get64(index + 8),
                   index + size - 8 - 8 * (size_t)kinds - FLT_INDEX_TOTALS, kinds);
    }
    free(index);
}

enum status flt_reader_open(struct flt_reader **out, FILE *file, const char *path,
                            bool skip_damaged, struct trace_info *info, char **origin,
                            struct error *err)
{
    struct flt_reader *r = calloc(1, sizeof *r);
    if (!r)
        return error_nomem(err);
    *r = (struct flt_reader){.file = file, .path = path, .skip_damaged = skip_damaged};
    struct stat st;
    r->seekable = fstat(fileno(file), &st) == 0 && S_ISREG(st.st_mode);
    r->size = r->seekable ? (uint64_t)st.st_size : 0;
    r->zstd = ZSTD_createDCtx();
    r->packed = malloc(ZSTD_compressBound(FLT_EXPANDED_MAX));
    r->raw = malloc(FLT_EXPANDED_MAX);
    enum status status = r->zstd && r->packed && r->raw ? OK : error_nomem(err);
    if (status == OK)
        status = read_header(r, info, origin, err);
    if (status == OK && r->seekable) {
        read_index(r, info);
        status = flt_reader_rewind(r, err);
    }
    if (status != OK) {
        r->file = NULL;
        flt_reader_close(r);
        return status;
    }
    *out = r;
    return OK;
}

void flt_reader_close(struct flt_reader *reader)
{
    if (!reader)
        return;
    if (reader->file && reader->file != stdin)
        fclose(reader->file);
    ZSTD_freeDCtx(reader->zstd);
    free(reader->packed);
    free(reader->raw);
    free(reader);
}

enum status flt_reader_rewind(struct flt_reader *reader, struct error *err)
{
    if (!reader->seekable ||
        fseeko(reader->file, (off_t)reader->first_chunk, SEEK_SET) != 0)
        return error_set(err, ERR_IO, at_file(reader->path),
                         "cannot be read twice: a file is needed, not a pipe");
    reader->offset = reader->first_chunk;
    reader->number = 0;
    reader->unsound = reader->ended = false;
    return OK;
}

uint64_t flt_reader_consumed(const struct flt_reader *reader, uint64_t *size)
{
    *size = reader->size;
    return reader->offset;
}

/* Read the chunk at the present offset.  OK; END at the index; ERR_DAMAGED. */
static enum status read_chunk(struct flt_reader *r, struct batch *batch, struct error *err)
{
    const uint64_t at = r->offset;
    unsigned char h[FLT_CHUNK_HEADER];
    enum status status = read_bytes(r, h, 4, err);
    if (status == OK && (memcmp(h, FLT_INDEX_MAGIC, 4) == 0 ||
                         (at == r->index && memcmp(h, FLT_CHUNK_MAGIC, 4) != 0)))
        return END;
    if (status == END)
        return damaged(r, at, "is missing: the file is cut short there", err);
    if (status == OK)
        status = read_bytes(r, h + 4, sizeof h - 4, err);
    struct flt_chunk c;
    const char *wrong = NULL;
    if (status == OK) {
        wrong = flt_chunk_parse(&c, h);
        if (!wrong)
            status = read_bytes(r, r->packed, c.payload, err);
    }
    if (status == END)
        return damaged(r, at, "is cut short by the end of the file", err);
    if (status == OK && !wrong && c.number < r->number)
        wrong = "has a number that was there before";
    if (status == OK && !wrong)
        wrong = flt_chunk_expand(&c, r->packed, r->raw, r->zstd, batch);
    if (status == OK && !wrong)
        wrong = flt_ops_refuse(batch, r->version);
    if (status == OK && wrong)
        return damaged(r, at, wrong, err);
    if (status == OK)
        r->number = c.number + 1;
    return status;
}

/* Find the next sound chunk header after a damaged chunk at byte `from`: byte by byte,
 * since the sizes of a damaged chunk cannot be trusted. */
static enum status resynchronise(struct flt_reader *r, uint64_t from, struct error *err)
{
    if (!r->seekable && feof(r->file))
        return END;
    if (!r->seekable)
        return error_set(err, ERR_DAMAGED, at_file(r->path),
                         "damaged: chunk %llu at byte %llu, and a pipe cannot be searched "
                         "for the next one",
                         (unsigned long long)r->number, (unsigned long long)from);
    unsigned char window[FLT_CHUNK_HEADER];
    for (uint64_t at = from + 1; at + sizeof window <= r->size; at++) {
        if (fseeko(r->file, (off_t)at, SEEK_SET) != 0)
            break;
        int c;
        do { /* to the next letter that may begin a magic word */
            c = getc(r->file);
            at++;
        } while (c != EOF && c != 'F');
        at--;
        if (c == EOF || fseeko(r->file, (off_t)at, SEEK_SET) != 0)
            break;
        r->offset = at;
        const enum status status = read_bytes(r, window, sizeof window, err);
        struct flt_chunk chunk;
        if (status == OK &&
            (!flt_chunk_parse(&chunk, window) || (memcmp(window, FLT_INDEX_MAGIC, 4) == 0 &&
                                                  kinds_are_sound(r, get32(window + 4))))) {
            r->offset = at;
            return fseeko(r->file, (off_t)at, SEEK_SET) == 0 ? OK : END;
        }
        if (status != OK)
            break;
    }
    r->offset = r->size;
    return END;
}

static enum status index_damaged(const struct flt_reader *r, uint64_t at, const char *what,
                                 struct error *err)
{
    return error_set(err, ERR_DAMAGED, at_file(r->path),
                     "damaged: the index at byte %llu %s; 'faultline trace convert "
                     "--skip-damaged' saves the rest",
                     (unsigned long long)at, what);
}

/* Read the index of a pipe, of which the magic was at byte `at`, to its end.  *nchunks: of
 * how many chunks it tells.  END if it is cut short, ERR_DAMAGED if it is not sound. */
static enum status read_piped_index(struct flt_reader *r, uint64_t at, uint64_t *nchunks,
                                    struct error *err)
{
    unsigned char head[FLT_INDEX_HEADER] = FLT_INDEX_MAGIC, entry[FLT_INDEX_ENTRY];
    unsigned char tail[FLT_INDEX_TOTALS + FLT_INDEX_OPS + 8 + FLT_TRAILER];
    XXH3_state_t *state = XXH3_createState();
    if (!state)
        return error_nomem(err);
    XXH3_64bits_reset(state);
    enum status status = read_bytes(r, head + 4, sizeof head - 4, err);
    *nchunks = status == OK ? get64(head + 8) : 0;
    const uint32_t kinds = status == OK ? get32(head + 4) : 0;
    const size_t totals = FLT_INDEX_TOTALS + 8 * (size_t)kinds;
    if (!kinds_are_sound(r, kinds))
        status = ERR_DAMAGED;
    XXH3_64bits_update(state, head, sizeof head);
    for (uint64_t i = 0; i < *nchunks && status == OK; i++) {
        status = read_bytes(r, entry, sizeof entry, err);
        XXH3_64bits_update(state, entry, sizeof entry);
    }
    if (status == OK)
        status = read_bytes(r, tail, totals + 8 + FLT_TRAILER, err);
    if (status == OK) {
        XXH3_64bits_update(state, tail, totals);
        const unsigned char *checksum = tail + totals, *trailer = checksum + 8;
        if (get64(checksum) != XXH3_64bits_digest(state) || get64(trailer) != at ||
            memcmp(trailer + 8, FLT_END_MAGIC, 8) != 0)
            status = ERR_DAMAGED;
    }
    XXH3_freeState(state);
    return status;
}

/* The index at byte `at` was reached: are all chunks of which it tells behind us? */
static enum status check_end(struct flt_reader *r, uint64_t at,
                             const struct trace_info *info, struct error *err)
{
    uint64_t nchunks = info->batches;
    enum status status = info->complete ? OK : ERR_DAMAGED;
    if (!r->seekable)
        status = read_piped_index(r, at, &nchunks, err);
    if (status == END)
        return index_damaged(r, at, "is cut short by the end of the file", err);
    if (status == ERR_DAMAGED)
        return index_damaged(r, at, "does not match its checksum", err);
    if (status == OK && nchunks > r->number)
        return damaged(r, at, "is missing from the file", err);
    if (status == OK && nchunks < r->number)
        return index_damaged(r, at, "does not tell of all chunks", err);
    return status == OK ? END : status;
}

/* No more chunks will come: how many were lost since the last sound one?  Without an index
 * nobody knows, but damage means one at least. */
static void count_last_lost(const struct flt_reader *r, struct trace_info *info)
{
    if (!info->complete)
        info->lost_batches += r->unsound;
    else if (info->batches > r->number)
        info->lost_batches += info->batches - r->number;
}

enum status flt_reader_next(struct flt_reader *reader, struct batch *batch,
                            struct trace_info *info, struct error *err)
{
    while (!reader->ended) {
        const uint64_t at = reader->offset, expected = reader->number;
        enum status status = read_chunk(reader, batch, err);
        if (status == OK && batch->number > expected && !reader->skip_damaged) {
            reader->number = expected;
            return damaged(reader, at, "is missing from the file", err);
        }
        if (status == OK) {
            info->lost_batches += batch->number - expected;
            reader->unsound = false;
        }
        if (status == END && !reader->skip_damaged)
            status = check_end(reader, at, info, err);
        if (status == ERR_DAMAGED && reader->skip_damaged) {
            reader->unsound = reader->unsound || reader->offset > at;
            status = resynchronise(reader, at, err);
            info->lost_bytes += reader->offset - at;
            if (status == OK)
                continue;
        }
        if (status == END && reader->skip_damaged)
            count_last_lost(reader, info);
        reader->ended = status == END;
        return status;
    }
    return END;
}
