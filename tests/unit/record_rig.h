/* record_rig.h -- the recorder's tool, played by a test: rings in a folder, which images fill
 * as the test says, and what the traces say that become of them. */
#ifndef FAULTLINE_TESTS_UNIT_RECORD_RIG_H
#define FAULTLINE_TESTS_UNIT_RECORD_RIG_H

#include "record/images.h"
#include "trace/trace.h"
#include "unit/record_words.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

enum {
    RIG_RING_BYTES = RECORDING_HEADER + RECORDING_CHUNKS * RECORDING_CHUNK_WORDS * 8,
    /* No process has such a number (proc(5), pid_max): all of them have gone. */
    RIG_PID = 5000000,
};

static char rig_folder[] = "/tmp/faultline-record-XXXXXX";
static char rig_stem[80];
static struct session session;
static struct ring *found; /* rings of no image yet */
static struct error error;

static inline void rig_start(void)
{
    strcpy(rig_folder + strlen(rig_folder) - 6, "XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(rig_folder));
    snprintf(rig_stem, sizeof rig_stem, "%s/t", rig_folder);
    session = (struct session){
        .stem = rig_stem,
        .origin = "test",
        .granule_shift = 9,
        .instructions = true,
        .children = true,
        .program = RIG_PID,
        .tally = {.started = true, .keeping = true, .left = UINT64_MAX},
    };
    ck_assert_int_eq(output_create(&session.output, 9, 1, &error), OK);
}

static inline void rig_remove(const char *name)
{
    char path[128];
    snprintf(path, sizeof path, "%s/%s", rig_folder, name);
    unlink(path);
}

static inline void rig_stop(void)
{
    while (session.images)
        image_end(session.images, NULL);
    for (struct ring *ring; (ring = found);) {
        found = ring->next;
        ring_free(ring);
    }
    output_free(session.output);
    for (uint32_t i = 0; i < session.nstreams; i++) {
        char path[128];
        session_path(&session, i, path, sizeof path);
        unlink(path);
    }
    session_release(&session);
    rig_remove("bell");
    ck_assert_int_eq(rmdir(rig_folder), 0);
}

/* --- images ------------------------------------------------------------------------------- */

/* A ring as the tool has it mapped. */
static inline struct recording_ring *rig_ring(uint32_t pid, uint32_t parent)
{
    static unsigned number;
    char path[128];
    snprintf(path, sizeof path, "%s/%u.%u", rig_folder, pid, number++);
    const int fd = open(path, O_RDWR | O_CREAT | O_EXCL, 0600);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(ftruncate(fd, RIG_RING_BYTES), 0);
    struct recording_ring *ring =
        mmap(NULL, RIG_RING_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    ck_assert_ptr_ne(ring, MAP_FAILED);
    close(fd);
    *ring = (struct recording_ring){.magic = RECORDING_MAGIC,
                                    .version = RECORDING_VERSION,
                                    .pid = pid,
                                    .parent = parent,
                                    .thread = 1};
    return ring;
}

/* Write words into the chunk that is being filled. */
static inline void rig_write(struct recording_ring *ring, struct words *words)
{
    const uint32_t chunk = ring->produced % RECORDING_CHUNKS;
    ck_assert_uint_le(words->n, RECORDING_CHUNK_WORDS);
    memcpy((char *)ring + RECORDING_HEADER + (size_t)chunk * RECORDING_CHUNK_WORDS * 8,
           words->at, words->n * sizeof *words->at);
    ring->used[chunk] = words->n;
    words->n = 0;
}

/* The same, and publish it. */
static inline void rig_publish(struct recording_ring *ring, struct words *words)
{
    rig_write(ring, words);
    __atomic_add_fetch(&ring->produced, 1, __ATOMIC_RELEASE);
}

/* What the reader does again and again; the program has ended with the status, -1: not yet. */
static inline enum status rig_rounds(unsigned n, int program_status)
{
    enum status status = OK;
    for (; n > 0 && status == OK; n--) {
        bool worked;
        status = rings_find(&found, rig_folder, &error);
        if (status == OK)
            status = images_attach(&session, &found, &error);
        if (status == OK)
            status = images_decode(&session, &worked, &error);
        if (status == OK)
            images_conclude(&session, found, program_status);
    }
    return status;
}

/* --- traces ------------------------------------------------------------------------------- */

static inline int rig_print_op(char *to, size_t size, const struct batch *batch,
                               const struct vm_op *op)
{
    const char *file = op->file == VM_ANONYMOUS ? "" : batch->names + op->file;
    if (op->kind == VM_NAME)
        return snprintf(to, size, "name %s; ", file);
    if (vm_op_has_range(op))
        return snprintf(to, size, "%s %llx+%llx p%u%s%s @%llx; ", vm_op_names[op->kind],
                        (unsigned long long)op->start, (unsigned long long)op->length,
                        op->protection, *file ? " " : "", file,
                        (unsigned long long)op->offset);
    return snprintf(to, size, "%s %u; ", vm_op_names[op->kind], op->stream);
}

static inline void rig_print_batch(char *to, size_t size, const struct batch *batch)
{
    uint32_t step = 0;
    size_t n = 0;
    for (uint32_t i = 0; i <= batch->nops; i++) {
        const uint32_t end = i < batch->nops ? batch->ops[i].step : batch->nsteps;
        unsigned references = 0;
        for (; step < end; step++)
            references += step_shape(batch, batch->steps[step])->length;
        if (references > 0)
            n += (size_t)snprintf(to + n, size - n, "%u refs; ", references);
        if (i < batch->nops)
            n += (size_t)rig_print_op(to + n, size - n, batch, &batch->ops[i]);
    }
}

/* What the trace of a stream says, a batch at a time: operations, and how many references are
 * between them. */
static inline const char *rig_trace(uint32_t number)
{
    static char text[4096];
    char path[128];
    struct trace *trace;
    struct batch batch;
    output_drain(session.output);
    session_path(&session, number, path, sizeof path);
    const struct trace_options options = {.path = path};
    ck_assert_msg(trace_open(&trace, &options, &error) == OK, "%s", error.text);
    ck_assert_int_eq(batch_init(&batch, NULL), OK);
    text[0] = '\0';
    while (trace_next(trace, &batch, &error) == OK)
        rig_print_batch(text + strlen(text), sizeof text - strlen(text), &batch);
    batch_release(&batch);
    trace_close(trace);
    return text;
}

#endif
