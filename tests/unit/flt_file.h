/* flt_file.h -- native traces of random references and operations: written, spoilt and
 * read by tests. */
#ifndef FAULTLINE_TESTS_UNIT_FLT_FILE_H
#define FAULTLINE_TESTS_UNIT_FLT_FILE_H

#include "base/rng.h"
#include "trace/builder.h"
#include "trace/flt.h"
#include "trace/flt_layout.h"
#include "unit/random_op.h"

#include <check.h>
#include <stdlib.h>
#include <unistd.h>

enum { BATCHES_MAX = 8, FILE_MAX = 1 << 23 };

static char folder[] = "/tmp/faultline-flt-XXXXXX";
static char path[64];
static struct error error;
static struct rng rng;

/* What was written, and the bytes of the file with the place of each part. */
static struct batch batches[BATCHES_MAX];
static unsigned nbatches;
static unsigned char *bytes;
static size_t size, chunk_at[BATCHES_MAX + 1]; /* [nbatches]: the index */

/* What came out of a file. */
static struct {
    enum status status; /* END or an error */
    bool came[BATCHES_MAX];
    unsigned n;
    uint64_t lost_batches, lost_bytes;
} got;
static struct batch read_batch;

static inline void setup(void)
{
    strcpy(folder + strlen(folder) - 6, "XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/trace.flt", folder);
    bytes = malloc(FILE_MAX);
    ck_assert_ptr_nonnull(bytes);
    ck_assert_int_eq(batch_init(&read_batch, NULL), OK);
    rng_seed(&rng, 1);
}

static inline void teardown(void)
{
    unlink(path);
    ck_assert_int_eq(rmdir(folder), 0); /* no temporary file is left */
    for (unsigned i = 0; i < nbatches; i++)
        batch_release(&batches[i]);
    batch_release(&read_batch);
    free(bytes);
}

static inline unsigned below(unsigned n)
{
    return (unsigned)rng_below(&rng, n);
}

/* Check's own assertions note each success, which would take most of the time here. */
static inline void must(bool condition, const char *what, size_t at)
{
    if (!condition)
        ck_abort_msg("%s (%zu): %s", what, at, error.text);
}

/* --- writing --------------------------------------------------------------------------- */

/* Batches of so many random references each, and some operations between them. */
static inline void build(unsigned n, unsigned references, unsigned granule_shift)
{
    struct builder *builder;
    ck_assert_int_eq(builder_create(&builder, granule_shift, NULL), OK);
    for (nbatches = 0; nbatches < n; nbatches++) {
        for (unsigned i = 0; i < references; i++) {
            if (below(8) == 0) {
                struct vm_op op;
                char name[8];
                const char *file = random_op(&rng, &op, name, sizeof name - 1);
                builder_op(builder, &op, file);
            }
            const vaddr_t base = below(2) ? 0x400000 : UINT64_MAX << 30;
            builder_add(builder, (enum reference_kind)below(4), base + below(1 << 20),
                        1 + below(12));
        }
        ck_assert_int_eq(batch_init(&batches[nbatches], NULL), OK);
        builder_take(builder, &batches[nbatches]);
    }
    builder_free(builder);
}

static inline void write_trace(unsigned granule_shift, const char *origin)
{
    struct flt_writer *writer;
    const struct flt_writer_options options = {.granule_shift = granule_shift,
                                               .origin = origin};
    ck_assert_int_eq(flt_writer_create(&writer, path, &options, &error), OK);
    for (unsigned i = 0; i < nbatches; i++)
        ck_assert_int_eq(flt_writer_put(writer, &batches[i], &error), OK);
    ck_assert_int_eq(flt_writer_finish(writer, &error), OK);
}

static inline void load_file(void)
{
    FILE *file = fopen(path, "rb");
    ck_assert_ptr_nonnull(file);
    size = fread(bytes, 1, FILE_MAX, file);
    ck_assert_uint_lt(size, FILE_MAX);
    fclose(file);
    chunk_at[0] = get32(bytes + 12);
    for (unsigned i = 0; i < nbatches; i++)
        chunk_at[i + 1] = chunk_at[i] + FLT_CHUNK_HEADER + get32(bytes + chunk_at[i] + 64);
}

static inline void save_file(size_t length)
{
    FILE *file = fopen(path, "wb");
    ck_assert_ptr_nonnull(file);
    ck_assert_uint_eq(fwrite(bytes, 1, length, file), length);
    fclose(file);
}

/* The small trace: three chunks of ten references with operations, a few hundred bytes in
 * all. */
static inline void write_small(void)
{
    build(3, 10, 9);
    write_trace(9, "x");
    load_file();
    ck_assert_uint_lt(size, 1200);
}

/* --- reading --------------------------------------------------------------------------- */

static inline bool same_batch(const struct batch *a, const struct batch *b)
{
    if (a->nsteps != b->nsteps || a->nshapes != b->nshapes || a->nblocks != b->nblocks ||
        a->start[0] != b->start[0] || a->start[1] != b->start[1] ||
        memcmp(&a->counts, &b->counts, sizeof a->counts) != 0 ||
        memcmp(a->steps, b->steps, a->nsteps * sizeof *a->steps) != 0 ||
        memcmp(a->blocks, b->blocks, a->nblocks * sizeof *a->blocks) != 0)
        return false;
    for (uint32_t i = 0; i < a->nshapes; i++) {
        const struct shape *x = &a->shapes[i], *y = &b->shapes[i];
        if (x->data != y->data || x->store != y->store || x->length != y->length ||
            x->continued != y->continued)
            return false;
    }
    if (a->nops != b->nops)
        return false;
    for (uint32_t i = 0; i < a->nops; i++)
        if (!same_op(&a->ops[i], a->names, &b->ops[i], b->names))
            return false;
    return true;
}

static inline void read_to_end(struct trace *trace)
{
    got.n = 0;
    memset(got.came, 0, sizeof got.came);
    while ((got.status = trace_next(trace, &read_batch, &error)) == OK) {
        const uint64_t number = read_batch.number;
        must(number < nbatches && !got.came[number], "a wrong batch", number);
        must(same_batch(&read_batch, &batches[number]), "a different batch", number);
        got.came[number] = true;
        got.n++;
    }
    got.lost_batches = trace_info(trace)->lost_batches;
    got.lost_bytes = trace_info(trace)->lost_bytes;
}

/* Read all that can be; whatever comes must be what was written. */
static inline void read_trace(const char *name, bool skip_damaged)
{
    struct trace *trace = NULL;
    const struct trace_options options = {.path = name, .skip_damaged = skip_damaged};
    error.text[0] = '\0';
    memset(&got, 0, sizeof got);
    got.status = trace_open(&trace, &options, &error);
    if (got.status == OK)
        read_to_end(trace);
    trace_close(trace);
}

static inline void must_say(const char *what, size_t at)
{
    if (!strstr(error.text, what))
        ck_abort_msg("byte %zu: '%s' expected, not: %s", at, what, error.text);
}

static inline unsigned part_of(size_t at)
{
    unsigned part = 0;
    while (part < nbatches && at >= chunk_at[part + 1])
        part++;
    return part;
}

/* The error names the part of the file in which byte `at` is. */
static inline void must_name_part(size_t at)
{
    char place[80];
    const unsigned part = part_of(at);
    if (at >= chunk_at[nbatches])
        snprintf(place, sizeof place, "damaged: the index at byte %zu ",
                 chunk_at[nbatches]);
    else
        snprintf(place, sizeof place, "damaged: chunk %u at byte %zu ", part,
                 chunk_at[part]);
    must(got.status == ERR_DAMAGED && got.n == part, "chunks before the damage", at);
    must_say(place, at);
}

static inline int run_suite(Suite *suite)
{
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

#endif
