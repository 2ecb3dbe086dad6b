/* flt_reader.c -- reads native traces; the bytes are described in flt_layout.h.
 * Nothing that a file says is believed before a checksum or a bound has confirmed it. */
#include "trace/flt.h"
#include "trace/flt_layout.h"

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
    uint64_t size;        /* of the file, 0 if not known      */
    uint64_t first_chunk; /* offset of the first chunk        */
    uint64_t offset;      /* of the next byte to be read      */
    uint64_t number;      /* of the chunk expected next       */
    ZSTD_DCtx *zstd;
    unsigned char *packed, *raw;
};

/* The fields of a chunk's header. */
struct chunk {
    uint64_t number;
    uint32_t nsteps, nshapes, nblocks;
    uint16_t start[2];
    struct reference_counts counts;
    uint32_t payload, expanded;
    uint64_t checksum;
};

bool flt_probe(const void *head, size_t size)
{
    return size >= 8 && memcmp(head, FLT_MAGIC, 8) == 0;
}

static enum status damaged(const struct flt_reader *r, uint64_t offset, const char *what,
                           struct error *err)
{
    return error_set(
        err, ERR_DAMAGED, at_file(r->path),
        "damaged: chunk %llu at byte %llu %s; --skip-damaged goes on without it",
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

static enum status read_header(struct flt_reader *r, struct trace_info *info,
                               char **origin_copy, struct error *err)
{
    unsigned char h[FLT_HEADER_FIXED + FLT_ORIGIN_MAX + 8];
    enum status status = read_bytes(r, h, FLT_HEADER_FIXED, err);
    if (status == OK && !flt_probe(h, 8))
        return error_set(err, ERR_DAMAGED, at_file(r->path), "not a native trace");
    if (status == OK && get32(h + 8) != FLT_VERSION)
        return error_set(err, ERR_DAMAGED, at_file(r->path),
                         "native trace of version %u; this program reads version %d",
                         get32(h + 8), FLT_VERSION);
    const uint32_t size = status == OK ? get32(h + 12) : 0;
    const uint32_t origin = status == OK ? get32(h + 24) : 0;
    const unsigned shift = status == OK ? get32(h + 16) : 0;
    const bool sane = origin <= FLT_ORIGIN_MAX && size == FLT_HEADER_FIXED + origin + 8;
    if (status == OK && sane)
        status = read_bytes(r, h + FLT_HEADER_FIXED, origin + 8, err);
    if (status != OK && status != END)
        return status;
    if (status == END)
        return error_set(err, ERR_DAMAGED, at_file(r->path),
                         "damaged: the header is cut short at byte %llu",
                         (unsigned long long)r->offset);
    if (!sane || get64(h + size - 8) != XXH3_64bits(h, size - 8) || shift < 4 || shift > 30)
        return error_set(err, ERR_DAMAGED, at_file(r->path),
                         "damaged: the header at byte 0 does not match its checksum");
    char *text = malloc(origin + 1);
    if (!text)
        return error_nomem(err);
    memcpy(text, h + FLT_HEADER_FIXED, origin);
    text[origin] = '\0';
    info->origin = *origin_copy = text;
    info->granule_shift = shift;
    info->address_bits = get32(h + 20);
    r->first_chunk = r->offset;
    return OK;
}

static void set_totals(struct trace_info *info, uint64_t nchunks,
                       const unsigned char *totals)
{
    info->batches = nchunks;
    info->counts.ifetches = get64(totals);
    info->counts.loads = get64(totals + 8);
    info->counts.stores = get64(totals + 16);
    info->counts.modifies = get64(totals + 24);
    info->steps = get64(totals + 32);
    info->blocks = get64(totals + 40);
    info->complete = true;
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
    const size_t size = (size_t)(r->size - FLT_TRAILER - offset);
    if (size < FLT_INDEX_HEADER + FLT_INDEX_TOTALS + 8)
        return;
    unsigned char *index = malloc(size);
    if (index && !fseeko(r->file, (off_t)offset, SEEK_SET) &&
        fread(index, 1, size, r->file) == size &&
        get64(index + size - 8) == XXH3_64bits(index, size - 8))
        set_totals(info, get64(index + 8), index + size - 8 - FLT_INDEX_TOTALS);
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
    return OK;
}

uint64_t flt_reader_consumed(const struct flt_reader *reader, uint64_t *size)
{
    *size = reader->size;
    return reader->offset;
}

/* Parse and check a chunk's header; NULL if it is sound, else what is wrong. */
static const char *parse_chunk(const unsigned char *h, struct chunk *c)
{
    if (memcmp(h, FLT_CHUNK_MAGIC, 4) != 0)
        return "does not begin as a chunk does";
    if (get32(h + 4) !=
        (uint32_t)XXH3_64bits(h + FLT_CHUNK_SUMMED, FLT_CHUNK_HEADER - FLT_CHUNK_SUMMED))
        return "has a header that does not match its checksum";
    *c = (struct chunk){
        .number = get64(h + 8),
        .nsteps = get32(h + 16),
        .nshapes = get32(h + 20),
        .nblocks = get32(h + 24),
        .start = {get16(h + 28), get16(h + 30)},
        .counts = {get64(h + 32), get64(h + 40), get64(h + 48), get64(h + 56)},
        .payload = get32(h + 64),
        .expanded = get32(h + 68),
        .checksum = get64(h + 72),
    };
    if (c->nsteps > BATCH_STEPS || c->nshapes > BATCH_SHAPES || c->nblocks > BATCH_BLOCKS ||
        c->expanded > FLT_EXPANDED_MAX || c->payload > ZSTD_compressBound(FLT_EXPANDED_MAX))
        return "has impossible sizes";
    return NULL;
}

static const unsigned char *get_blocks(const unsigned char *p, const unsigned char *end,
                                       struct batch *batch)
{
    uint64_t last = 0;
    for (uint32_t i = 0; i < batch->nblocks; i++) {
        uint64_t zigzag = 0;
        unsigned shift = 0;
        do {
            if (p == end || shift > 63)
                return NULL;
            zigzag |= (uint64_t)(*p & 0x7f) << shift;
            shift += 7;
        } while (*p++ & 0x80);
        last += zigzag >> 1 ^ (0 - (zigzag & 1));
        batch->blocks[i] = last;
    }
    return p;
}

static uint64_t get_mask(const unsigned char *p, ptrdiff_t bytes)
{
    uint64_t mask = 0;
    for (ptrdiff_t i = 0; i < bytes; i++)
        mask |= (uint64_t)p[i] << (8 * i);
    return mask;
}

static const unsigned char *get_shapes(const unsigned char *p, const unsigned char *end,
                                       struct batch *batch)
{
    for (uint32_t i = 0; i < batch->nshapes; i++) {
        if (p == end)
            return NULL;
        struct shape *shape = &batch->shapes[i];
        shape->length = *p & 0x7f;
        shape->continued = *p++ >> 7;
        const ptrdiff_t bytes = (shape->length + 7) / 8;
        if (shape->length == 0 || shape->length > STEP_REFERENCES || end - p < 2 * bytes)
            return NULL;
        shape->data = get_mask(p, bytes);
        shape->store = get_mask(p + bytes, bytes);
        p += 2 * bytes;
        const uint64_t used = ~(uint64_t)0 >> (64 - shape->length);
        if ((shape->data | shape->store) & ~used || shape->store & ~shape->data)
            return NULL;
    }
    return p;
}

/* A stream must have moved somewhere before a step may say that it was active. */
static bool streams_are_placed(const struct batch *batch)
{
    bool placed[2] = {batch->start[0] != BLOCK_NONE, batch->start[1] != BLOCK_NONE};
    for (uint32_t i = 0; i < batch->nsteps && !(placed[0] && placed[1]); i++) {
        const struct shape *shape = &batch->shapes[batch->steps[i] & STEP_SHAPE_MASK];
        const uint64_t used = ~(uint64_t)0 >> (64 - shape->length);
        placed[shape->data & 1] = true;
        if ((!placed[0] && shape->data != used) || (!placed[1] && shape->data != 0))
            return false;
    }
    return true;
}

/* Steps whose indexes lie outside the dictionaries would be read out of bounds later. */
static bool get_steps(const unsigned char *p, const unsigned char *end, struct batch *batch)
{
    if ((size_t)(end - p) != (size_t)batch->nsteps * 4)
        return false;
    uint32_t most_block = 0, most_shape = 0;
    for (uint32_t i = 0; i < batch->nsteps; i++) {
        uint32_t step;
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
        memcpy(&step, p + 4 * (size_t)i, 4);
#else
        step = get32(p + 4 * (size_t)i);
#endif
        batch->steps[i] = step;
        const uint32_t block = step >> STEP_SHAPE_BITS, shape = step & STEP_SHAPE_MASK;
        most_block = block > most_block ? block : most_block;
        most_shape = shape > most_shape ? shape : most_shape;
    }
    if (batch->nsteps && (most_block >= batch->nblocks || most_shape >= batch->nshapes))
        return false;
    for (int s = 0; s < 2; s++)
        if (batch->start[s] != BLOCK_NONE && batch->start[s] >= batch->nblocks)
            return false;
    return streams_are_placed(batch);
}

/* Expand the payload in r->packed; NULL, or what is wrong. */
static const char *expand(struct flt_reader *r, const struct chunk *c, struct batch *batch)
{
    if (XXH3_64bits(r->packed, c->payload) != c->checksum)
        return "does not match its checksum";
    const size_t raw =
        ZSTD_decompressDCtx(r->zstd, r->raw, FLT_EXPANDED_MAX, r->packed, c->payload);
    if (ZSTD_isError(raw) || raw != c->expanded)
        return "does not expand";
    batch->number = c->number;
    batch->nsteps = c->nsteps;
    batch->nshapes = c->nshapes;
    batch->nblocks = c->nblocks;
    batch->start[0] = c->start[0];
    batch->start[1] = c->start[1];
    batch->counts = c->counts;
    const unsigned char *end = r->raw + raw, *p = get_blocks(r->raw, end, batch);
    p = p ? get_shapes(p, end, batch) : NULL;
    return p && get_steps(p, end, batch) ? NULL : "has contents that make no sense";
}

/* Read the chunk at the present offset.  OK; END at the index; ERR_DAMAGED. */
static enum status read_chunk(struct flt_reader *r, struct batch *batch, struct error *err)
{
    const uint64_t at = r->offset;
    unsigned char h[FLT_CHUNK_HEADER];
    enum status status = read_bytes(r, h, 4, err);
    if (status == OK && memcmp(h, FLT_INDEX_MAGIC, 4) == 0)
        return END;
    if (status == END)
        return damaged(r, at, "is missing: the file is cut short there", err);
    if (status == OK)
        status = read_bytes(r, h + 4, sizeof h - 4, err);
    struct chunk c;
    const char *wrong = NULL;
    if (status == OK) {
        wrong = parse_chunk(h, &c);
        if (!wrong)
            status = read_bytes(r, r->packed, c.payload, err);
    }
    if (status == END)
        return damaged(r, at, "is cut short by the end of the file", err);
    if (status == OK && !wrong && c.number < r->number)
        wrong = "has a number that was there before";
    if (status == OK && !wrong)
        wrong = expand(r, &c, batch);
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
    if (!r->seekable)
        return error_set(err, ERR_DAMAGED, at_file(r->path),
                         "damaged, and a pipe cannot be searched for the next chunk");
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
        struct chunk chunk;
        if (status == OK &&
            (!parse_chunk(window, &chunk) || memcmp(window, FLT_INDEX_MAGIC, 4) == 0)) {
            r->offset = at;
            return fseeko(r->file, (off_t)at, SEEK_SET) == 0 ? OK : END;
        }
        if (status != OK)
            break;
    }
    r->offset = r->size;
    return END;
}

/* The index was reached: are all chunks of which it tells behind us? */
static enum status check_end(const struct flt_reader *r, uint64_t at,
                             const struct trace_info *info, struct error *err)
{
    if (r->seekable && !info->complete)
        return error_set(
            err, ERR_DAMAGED, at_file(r->path),
            "damaged: the index at byte %llu, after chunk %lld, does not match "
            "its checksum; --skip-damaged goes on without it",
            (unsigned long long)at, (long long)r->number - 1);
    if (info->complete && r->number < info->batches)
        return damaged(r, at, "is missing from the file", err);
    return END;
}

enum status flt_reader_next(struct flt_reader *reader, struct batch *batch,
                            struct trace_info *info, struct error *err)
{
    for (;;) {
        const uint64_t at = reader->offset, expected = reader->number;
        enum status status = read_chunk(reader, batch, err);
        if (status == OK && batch->number > expected && !reader->skip_damaged) {
            reader->number = expected;
            return damaged(reader, at, "is missing from the file", err);
        }
        if (status == END && !reader->skip_damaged)
            status = check_end(reader, at, info, err);
        if (status != ERR_DAMAGED || !reader->skip_damaged)
            return status;
        if (reader->offset >= reader->size && at >= reader->size)
            return END; /* only the index was missing, and that is no loss */
        info->lost_batches++;
        status = resynchronise(reader, at, err);
        info->lost_bytes += reader->offset - at;
        if (status != OK)
            return status;
    }
}
