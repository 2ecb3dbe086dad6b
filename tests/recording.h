/* recording.h -- runs a generator in a test and keeps its references. */
#ifndef FAULTLINE_TESTS_RECORDING_H
#define FAULTLINE_TESTS_RECORDING_H

#include "trace/generator.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BASE UINT64_C(0x10000000)

enum { RECORD_MAX = 1 << 18, RECORD_OPS = 64, PAGE = 4096 };

struct reference {
    enum reference_kind kind;
    vaddr_t vaddr;
    uint32_t size;
};

struct recorded_op {
    size_t at; /* comes before refs[at] */
    struct vm_op op;
    char file[32]; /* "" for none */
};

struct record {
    size_t n, limit; /* the sink says stop at limit references */
    struct reference *refs;
    size_t nops;
    struct recorded_op ops[RECORD_OPS];
};

static struct record record;

static inline void record_alloc(void)
{
    record.refs = malloc(RECORD_MAX * sizeof *record.refs);
    ck_assert_ptr_nonnull(record.refs);
}

static inline void record_free(void)
{
    free(record.refs);
}

static inline bool record_put(void *context, enum reference_kind kind, vaddr_t vaddr,
                              uint32_t size)
{
    struct record *r = context;
    ck_assert_uint_lt(r->n, r->limit); /* nothing may come after a stop */
    r->refs[r->n++] = (struct reference){kind, vaddr, size};
    return r->n < r->limit;
}

static inline bool record_op(void *context, const struct vm_op *op, const char *file)
{
    struct record *r = context;
    ck_assert_uint_lt(r->n, r->limit);
    ck_assert_uint_lt(r->nops, RECORD_OPS);
    struct recorded_op *recorded = &r->ops[r->nops++];
    *recorded = (struct recorded_op){.at = r->n, .op = *op};
    snprintf(recorded->file, sizeof recorded->file, "%s", file ? file : "");
    return true;
}

static inline const struct generator_ops *find(const char *name)
{
    for (const struct generator_ops *const *g = generator_table; *g; g++)
        if (strcmp((*g)->name, name) == 0)
            return *g;
    ck_abort_msg("no generator '%s'", name);
}

static inline enum status run_limited(const char *name, const char *settings, uint64_t seed,
                                      size_t limit)
{
    const struct generator_ops *generator = find(name);
    _Alignas(16) unsigned char params[PARAM_VALUES_MAX];
    char words[256], *save = NULL;
    struct error err;
    param_defaults(generator->params, params);
    snprintf(words, sizeof words, "%s", settings);
    for (char *word = strtok_r(words, " ", &save); word;
         word = strtok_r(NULL, " ", &save)) {
        char *equals = strchr(word, '=');
        *equals = '\0';
        const enum status set = param_set(generator->params, params, word, equals + 1, name,
                                          at_nowhere(), &err);
        ck_assert_msg(set == OK, "%s", err.text);
    }
    const enum status checked = generator_check(generator, params, &err);
    if (checked != OK)
        return checked;
    struct rng rng;
    rng_seed(&rng, seed);
    record.n = record.nops = 0;
    record.limit = limit;
    const struct generator_sink sink = {
        .context = &record, .put = record_put, .op = record_op};
    return generator->run(params, &rng, &sink, &err);
}

static inline void run(const char *name, const char *settings)
{
    ck_assert_int_eq(run_limited(name, settings, 1, RECORD_MAX), OK);
    ck_assert_uint_lt(record.n, RECORD_MAX);
}

static inline void expect(const struct reference *refs, size_t n)
{
    ck_assert_uint_eq(record.n, n);
    for (size_t i = 0; i < n; i++)
        ck_assert_msg(record.refs[i].kind == refs[i].kind &&
                          record.refs[i].vaddr == refs[i].vaddr &&
                          record.refs[i].size == refs[i].size,
                      "reference %zu is %d 0x%llx %u", i, (int)record.refs[i].kind,
                      (unsigned long long)record.refs[i].vaddr, record.refs[i].size);
}

/* Faults of the recorded references by LRU: a list of pages, most recent first. */
static inline unsigned lru_faults(unsigned frames)
{
    vpn_t list[256];
    unsigned used = 0, faults = 0;
    for (size_t i = 0; i < record.n; i++) {
        const vpn_t page = record.refs[i].vaddr / PAGE;
        unsigned at = 0;
        while (at < used && list[at] != page)
            at++;
        if (at == used) {
            faults++;
            used += used < frames;
            at = used - 1;
        }
        memmove(list + 1, list, at * sizeof *list);
        list[0] = page;
    }
    return faults;
}

static inline struct reference *copy_record(void)
{
    struct reference *copy = malloc(record.n * sizeof *copy);
    ck_assert_ptr_nonnull(copy);
    memcpy(copy, record.refs, record.n * sizeof *copy);
    return copy;
}

#endif
