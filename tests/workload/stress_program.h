/* stress_program.h -- random programs that stay within their regions: references and
 * operations on memory, written as native traces.
 *
 * An address space is seen as *spots*, one a page: slab 0 is what a process begins with, and
 * each stream has a slab of its own to map things in.  What threads share is *frozen*: it
 * may be dropped, protected and mapped over at any moment, but not unmapped, since another
 * thread may use it. */
#ifndef FAULTLINE_TESTS_WORKLOAD_STRESS_PROGRAM_H
#define FAULTLINE_TESTS_WORKLOAD_STRESS_PROGRAM_H

#include "base/rng.h"
#include "trace/builder.h"
#include "trace/flt.h"
#include "workload/stream.h"

#include <check.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { STREAMS_MAX = 6, SLAB = 24, SPOTS = (STREAMS_MAX + 1) * SLAB, SPOT_NONE = SPOTS };
enum { GRANULE_SHIFT = 9, PATH_SIZE = 96 };

struct layout {
    bool valid[SPOTS], frozen[SPOTS];
};

/* What programs may do. */
struct program_params {
    unsigned page_shift;
    unsigned length;             /* bursts of references of a stream                     */
    unsigned instruction_pages;  /* that an instruction touches at most                  */
    unsigned percent_operations; /* of the bursts; 0: none at all                        */
    bool children;               /* fork, thread and exec with a stream                  */
    bool files;                  /* map files                                            */
    bool shared_space;           /* other processes use slab 0, too                      */
    unsigned slab;               /* of its own: that of its first stream is slab + 1     */
};

struct program {
    const struct program_params *params;
    struct rng *rng;
    const char *folder;
    unsigned number; /* of the program, for the names of its traces                      */
    struct stream streams[STREAMS_MAX];
    char paths[STREAMS_MAX][PATH_SIZE];
    struct layout begins[STREAMS_MAX]; /* what each stream begins with                   */
    unsigned nstreams;
    struct reference_counts executed; /* by all streams together                          */
    uint64_t operations;
    /* Of the stream under way. */
    struct builder *builder;
    struct flt_writer *writer;
    struct batch batch;
    struct layout layout;
    unsigned stream, recent[4], at_once;
    bool dead, fetches;
};

static inline unsigned program_below(struct program *program, unsigned n)
{
    return (unsigned)rng_below(program->rng, n);
}

static inline bool program_chance(struct program *program, unsigned percent)
{
    return program_below(program, 100) < percent;
}

/* Slabs lie apart, some in one page table and some not. */
static inline vpn_t vpn_of_spot(unsigned spot)
{
    /* Within 31 bits, which is what a process of a VAX has, at the largest page size. */
    static const vpn_t slabs[STREAMS_MAX + 1] = {0x400,   0x440,   0x7f00, 0x8000,
                                                 0x12340, 0x12380, 0x1ff00};
    return slabs[spot / SLAB] + spot % SLAB;
}

static inline void program_must(enum status status, const struct error *err)
{
    if (status != OK)
        ck_abort_msg("%s", err->text);
}

/* --- references ------------------------------------------------------------------------- */

static inline void program_flush(struct program *program)
{
    struct error err = {0};
    builder_take(program->builder, &program->batch);
    program_must(flt_writer_put(program->writer, &program->batch, &err), &err);
}

static inline void program_add(struct program *program, enum reference_kind kind,
                               vaddr_t vaddr, uint32_t size)
{
    builder_add(program->builder, kind, vaddr, size);
    if (program->dead)
        return;
    struct reference_counts *counts = &program->executed;
    counts->ifetches += kind == IFETCH;
    counts->loads += kind == LOAD || kind == MODIFY;
    counts->stores += kind == STORE || kind == MODIFY;
}

/* A spot that may be used, with a liking for those used last. */
static inline unsigned program_spot(struct program *program)
{
    unsigned *recent = &program->recent[program_below(program, ARRAY_LEN(program->recent))];
    if (program_chance(program, 60) && program->layout.valid[*recent])
        return *recent;
    for (int tries = 0; tries < 64; tries++) {
        const unsigned spot = program_below(program, SPOTS);
        if (program->layout.valid[spot])
            return *recent = spot;
    }
    return 0; /* the first page is never unmapped */
}

/* One reference, and an instruction fetch before it where the instruction under way would
 * touch too many pages. */
static inline void program_refer(struct program *program)
{
    const uint64_t page_size = (uint64_t)1 << program->params->page_shift;
    const unsigned spot = program_spot(program);
    const bool crosses =
        (spot + 1) % SLAB && program->layout.valid[spot + 1] && program_chance(program, 10);
    /* Else in the first block of the page, or across its end. */
    const uint64_t offset = crosses ? page_size - 3 : program_below(program, 64) * 8u;
    const vaddr_t vaddr = (vpn_of_spot(spot) << program->params->page_shift) + offset;
    enum reference_kind kind = (enum reference_kind)program_below(program, 4);
    if (!program->fetches && kind == IFETCH)
        kind = LOAD;
    const unsigned pages = crosses ? 2 : 1;
    if (kind == IFETCH)
        program->at_once = 0;
    if (program->fetches && program->at_once + pages > program->params->instruction_pages) {
        program_add(program, IFETCH, vpn_of_spot(0) << program->params->page_shift, 4);
        program->at_once = 1;
        if (program->at_once + pages > program->params->instruction_pages)
            return;
    }
    program->at_once += pages;
    const uint32_t room = program->params->page_shift == GRANULE_SHIFT ? 8 : 16;
    program_add(program, kind, vaddr, crosses ? 8 : 1 + program_below(program, room));
}

/* What comes after the end: nobody gets there. */
static inline void program_wander(struct program *program)
{
    program->dead = true;
    for (unsigned i = 0; i < 20; i++)
        program_add(program, program->fetches ? IFETCH : LOAD,
                    UINT64_C(0x5555000000) + i * UINT64_C(0x10000), 4);
}

/* --- operations ------------------------------------------------------------------------- */

static inline void program_op(struct program *program, const struct vm_op *op,
                              const char *file)
{
    builder_op(program->builder, op, file);
    program->operations += !program->dead;
}

/* A range of a slab's spots as an operation's, not always whole pages. */
static inline struct vm_op program_range(struct program *program, enum vm_op_kind kind,
                                         unsigned first, unsigned n)
{
    const unsigned shift = program->params->page_shift;
    const uint64_t cut = program_below(program, 2) * UINT64_C(100);
    return (struct vm_op){.kind = (uint8_t)kind,
                          .file = VM_ANONYMOUS,
                          .start = (vpn_of_spot(first) << shift) + cut,
                          .length = ((uint64_t)n << shift) - 2 * cut};
}

static inline uint8_t program_protection(struct program *program)
{
    static const uint8_t protections[] = {0, VM_READ, VM_READ | VM_WRITE,
                                          VM_READ | VM_EXECUTE,
                                          VM_READ | VM_WRITE | VM_EXECUTE};
    return protections[program_below(program, ARRAY_LEN(protections))];
}

static inline void program_map(struct program *program, unsigned first, unsigned n)
{
    static const char *const files[] = {"a", "b", "lib"};
    const bool file = program->params->files && program_chance(program, 50);
    struct vm_op op = program_range(program, VM_MAP, first, n);
    op.protection = program_protection(program);
    op.shared = program_chance(program, 40);
    if (file)
        op.offset = (uint64_t)program_below(program, 40) << program->params->page_shift;
    program_op(program, &op, file ? files[program_below(program, ARRAY_LEN(files))] : NULL);
    memset(program->layout.valid + first, true, n);
}

static inline void program_unmap(struct program *program, unsigned first, unsigned n)
{
    struct layout *layout = &program->layout;
    for (unsigned spot = first; spot < first + n; spot++)
        if (layout->frozen[spot] || spot == 0)
            return;
    const struct vm_op op = program_range(program, VM_UNMAP, first, n);
    program_op(program, &op, NULL);
    memset(layout->valid + first, false, n);
}

/* A slab: often one that holds something. */
static inline unsigned program_slab(struct program *program)
{
    const unsigned own = program->params->slab + program->stream + 1;
    const unsigned any = program_below(program, STREAMS_MAX + 1);
    return (program_chance(program, 40)   ? own
            : program_chance(program, 70) ? 0
                                          : any) *
           SLAB;
}

/* Advice on a range, mapped or not; what is being read may be dropped at once. */
static inline void program_advise(struct program *program, unsigned first, unsigned n)
{
    static const uint8_t advices[] = {VM_NORMAL,   VM_RANDOM,   VM_SEQUENTIAL, VM_WILLNEED,
                                      VM_WILLNEED, VM_DONTNEED, VM_DONTNEED};
    struct vm_op op = program_range(program, VM_ADVISE, first, n);
    op.advice = advices[program_below(program, ARRAY_LEN(advices))];
    program_op(program, &op, NULL);
    if (op.advice != VM_WILLNEED || program_chance(program, 70))
        return;
    op.advice = VM_DONTNEED;
    program_op(program, &op, NULL);
}

static inline void program_protect(struct program *program, unsigned first, unsigned n)
{
    struct vm_op op = program_range(program, VM_PROTECT, first, n);
    op.protection = program_protection(program);
    program_op(program, &op, NULL);
}

/* A new stream begins with this layout; its number, or 0 if there are enough. */
static inline unsigned program_begin(struct program *program, const struct layout *layout)
{
    if (program->nstreams == STREAMS_MAX)
        return 0;
    program->begins[program->nstreams] = *layout;
    return program->nstreams++;
}

static inline void program_fork(struct program *program)
{
    struct layout layout = program->layout;
    memset(layout.frozen, false, sizeof layout.frozen);
    const unsigned stream = program_begin(program, &layout);
    const struct vm_op op = {.kind = VM_FORK, .file = VM_ANONYMOUS, .stream = stream};
    if (stream)
        program_op(program, &op, NULL);
}

static inline void program_thread(struct program *program)
{
    struct layout *layout = &program->layout;
    for (unsigned spot = 0; spot < SPOTS; spot++)
        layout->frozen[spot] |= layout->valid[spot];
    const unsigned stream = program_begin(program, layout);
    const struct vm_op op = {.kind = VM_THREAD, .file = VM_ANONYMOUS, .stream = stream};
    if (stream)
        program_op(program, &op, NULL);
}

/* With a stream the rest of this one is not executed. */
static inline void program_exec(struct program *program)
{
    struct layout layout = {0};
    memset(layout.valid, true, SLAB);
    const unsigned stream = program->params->children && program_chance(program, 30)
                                ? program_begin(program, &layout)
                                : 0;
    const struct vm_op op = {.kind = VM_EXEC, .file = VM_ANONYMOUS, .stream = stream};
    program_op(program, &op, NULL);
    program->layout = layout;
    if (stream)
        program_wander(program);
}

static inline void program_operate(struct program *program)
{
    const unsigned own = (program->params->slab + program->stream + 1) * SLAB;
    const unsigned slab = program_slab(program);
    const unsigned first = program_below(program, SLAB);
    const unsigned n = 1 + program_below(program, SLAB - first);
    const unsigned what = program_below(program, 100);
    if (what < 20)
        program_map(program, own + first, n);
    else if (what < 35)
        program_unmap(program, (slab ? own : 0) + first, n); /* no other may use it */
    else if (what < 50)
        program_protect(program, slab + first, n);
    else if (what < 88)
        program_advise(program, slab + first, n);
    else if (what < 90)
        program_exec(program);
    else if (program->params->children && what < 95)
        program_fork(program);
    else if (program->params->children)
        program_thread(program);
}

/* --- streams ---------------------------------------------------------------------------- */

static inline enum status program_open(const void *context, struct trace **out,
                                       struct error *err)
{
    const struct trace_options options = {.path = context};
    return trace_open(out, &options, err);
}

static inline void program_bursts(struct program *program)
{
    const struct program_params *params = program->params;
    for (unsigned i = 0; i < params->length && !program->dead; i++) {
        if (builder_full(program->builder) || program_chance(program, 1))
            program_flush(program);
        if (program_chance(program, params->percent_operations))
            program_operate(program);
        else
            for (unsigned n = 1 + program_below(program, 12); n > 0 && !program->dead; n--)
                program_refer(program);
    }
}

static inline void program_write(struct program *program, unsigned number)
{
    struct error err = {0};
    const struct flt_writer_options options = {
        .granule_shift = GRANULE_SHIFT, .origin = "stress", .level = 1};
    char *path = program->paths[number];
    snprintf(path, PATH_SIZE, "%s/%u-%u.flt", program->folder, program->number, number);
    program_must(flt_writer_create(&program->writer, path, &options, &err), &err);
    program_must(builder_create(&program->builder, GRANULE_SHIFT, &err), &err);
    program->layout = program->begins[number];
    program->stream = number;
    program->dead = false;
    program->at_once = program->params->instruction_pages;
    program->fetches = program_chance(program, 80);
    const uint64_t before =
        program->executed.ifetches + program->executed.loads + program->executed.stores;
    program_refer(program);
    program_bursts(program);
    if (!program->dead && program->params->percent_operations &&
        program_chance(program, 50)) {
        const struct vm_op op = {.kind = VM_EXIT, .file = VM_ANONYMOUS};
        program_op(program, &op, NULL);
        program_wander(program);
    }
    program_flush(program);
    builder_free(program->builder);
    program_must(flt_writer_finish(program->writer, &err), &err);
    program->streams[number] = (struct stream){
        .path = path,
        .references = program->executed.ifetches + program->executed.loads +
                      program->executed.stores - before,
        .granule_shift = GRANULE_SHIFT,
        .open = program_open,
        .context = path,
    };
}

/* Make a program; its traces go to the folder. */
static inline void program_make(struct program *program,
                                const struct program_params *params, struct rng *rng,
                                const char *folder, unsigned number)
{
    *program = (struct program){
        .params = params, .rng = rng, .folder = folder, .number = number, .nstreams = 1};
    ck_assert_int_eq(batch_init(&program->batch, NULL), OK);
    memset(program->begins[0].valid, true, SLAB);
    memset(program->begins[0].frozen, params->shared_space, SLAB);
    for (unsigned stream = 0; stream < program->nstreams; stream++)
        program_write(program, stream);
    batch_release(&program->batch);
}

static inline void program_remove(struct program *program)
{
    for (unsigned stream = 0; stream < program->nstreams; stream++)
        unlink(program->paths[stream]);
}

#endif
