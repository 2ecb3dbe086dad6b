/* harness.h -- what the tests against published results share: tables in CSV, experiments
 * made of settings, and strings of page numbers replayed reference by reference. */
#ifndef FAULTLINE_TESTS_HARNESS_H
#define FAULTLINE_TESTS_HARNESS_H

#include "experiment/cell.h"
#include "experiment/run.h"
#include "trace/builder.h"
#include "trace/text.h"

#include <check.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CSV_FIELDS_MAX = 16, STRING_MAX = 4096, STRING_PAGE_SHIFT = 12 };

#define ASSERT_OK(call, err)                                                               \
    do {                                                                                   \
        char message_[1400];                                                               \
        const enum status status_ = (call);                                                \
        ck_assert_msg(status_ == OK, "%s",                                                 \
                      error_format((err), message_, sizeof message_));                     \
    } while (0)

static inline uint64_t to_number(const char *text)
{
    char *end;
    const uint64_t number = strtoull(text, &end, 10);
    ck_assert_msg(end != text && *end == '\0', "'%s' is not a number", text);
    return number;
}

/* --- tables -------------------------------------------------------------------------- */

struct csv {
    struct text *text;
    size_t nfields;
    char *fields[CSV_FIELDS_MAX]; /* of the row last read, valid until the next one */
};

/* Split a line at its commas, in place; a field may stand in quotes, which are dropped. */
static inline size_t csv_split(char *line, char *fields[CSV_FIELDS_MAX])
{
    size_t n = 0;
    char *in = line, *out = line;
    for (bool more = true; more;) {
        ck_assert_uint_lt(n, CSV_FIELDS_MAX);
        fields[n++] = out;
        for (bool quoted = false; *in && (quoted || *in != ','); in++) {
            if (*in == '"')
                quoted = !quoted;
            else
                *out++ = *in;
        }
        more = *in == ',';
        in += more;
        *out++ = '\0';
    }
    return n;
}

/* Open a table whose first line is `heading`; compressed or not. */
static inline struct csv csv_open(const char *path, const char *heading)
{
    struct csv csv = {0};
    struct error err = {0};
    char *line;
    size_t length;
    ASSERT_OK(text_open(&csv.text, path, &err), &err);
    ASSERT_OK(text_line(csv.text, &line, &length, &err), &err);
    ck_assert_str_eq(line, heading);
    csv.nfields = csv_split(line, csv.fields);
    return csv;
}

/* Read the next row; at the end false, and the table is closed. */
static inline bool csv_next(struct csv *csv)
{
    struct error err = {0};
    char *line;
    size_t length;
    const enum status status = text_line(csv->text, &line, &length, &err);
    if (status == END) {
        text_close(csv->text);
        return false;
    }
    ASSERT_OK(status, &err);
    ck_assert_uint_eq(csv_split(line, csv->fields), csv->nfields);
    return true;
}

/* --- experiments --------------------------------------------------------------------- */

struct outcome {
    struct experiment *experiment;
    struct cell_result *results; /* [experiment->ncells] */
};

/* Load an experiment from settings "key=value", ended by NULL. */
static inline struct experiment *load_settings(const char *const *set)
{
    struct experiment_options options = {.set = set};
    struct experiment *experiment;
    struct error err = {0};
    while (set[options.nset])
        options.nset++;
    ASSERT_OK(experiment_load(&experiment, &options, &err), &err);
    return experiment;
}

/* Run all cells of the experiment that the settings make; free with outcome_free. */
static inline struct outcome run_settings(const char *const *set)
{
    static const volatile sig_atomic_t never;
    const struct run_options options = {.interrupted = &never};
    struct outcome outcome = {.experiment = load_settings(set)};
    struct error err = {0};
    outcome.results = calloc(outcome.experiment->ncells, sizeof *outcome.results);
    ck_assert_ptr_nonnull(outcome.results);
    ASSERT_OK(experiment_run(outcome.experiment, &options, outcome.results, &err), &err);
    for (size_t i = 0; i < outcome.experiment->ncells; i++)
        ck_assert_msg(outcome.results[i].state == CELL_DONE, "cell %zu: %s", i,
                      outcome.results[i].message);
    return outcome;
}

static inline void outcome_free(struct outcome *outcome)
{
    for (size_t i = 0; i < outcome->experiment->ncells; i++)
        cell_result_release(&outcome->results[i]);
    free(outcome->results);
    experiment_free(outcome->experiment);
}

/* --- strings of page numbers --------------------------------------------------------- */

#define NO_VICTIM UINT64_MAX

struct replayed {
    size_t n;
    bool hit[STRING_MAX];       /* [reference]                                       */
    vpn_t victim[STRING_MAX];   /* [reference]: the page that it evicted, or NO_VICTIM */
    uint64_t faults, page_outs; /* as the pager counts them                          */
};

/* A string as one batch with what a cell needs of it. */
struct string_batch {
    struct batch batch;
    struct page_index index;
    struct page_space space;
    struct paged_batch paged;
    struct future future;
    uint32_t *pages;
    uint8_t *classes;
};

/* Loads of the first bytes of the pages, numbers between blanks. */
static inline void string_build(struct batch *batch, const char *string)
{
    struct builder *builder;
    struct error err = {0};
    char *end;
    ASSERT_OK(batch_init(batch, &err), &err);
    ASSERT_OK(builder_create(&builder, STRING_PAGE_SHIFT, &err), &err);
    for (const char *at = string; *at; at = end) {
        const vpn_t vpn = strtoull(at, &end, 10);
        ck_assert_msg(end != at && (*end == ' ' || *end == '\0'),
                      "'%s' is no string of page numbers", string);
        builder_add(builder, LOAD, vpn << STRING_PAGE_SHIFT, 1);
        ck_assert(!builder_full(builder));
    }
    builder_take(builder, batch);
    builder_free(builder);
    ck_assert_uint_le(batch_references(batch), STRING_MAX);
}

/* Make what a cell needs of the batch.  in_references: the unit of the future. */
static inline void string_derive(struct string_batch *s, bool in_references)
{
    struct error err = {0};
    page_index_init(&s->index);
    page_space_init(&s->space, &s->index, 0, STRING_PAGE_SHIFT, STRING_PAGE_SHIFT);
    s->pages = calloc(BATCH_BLOCKS, sizeof *s->pages);
    s->classes = calloc(2 * BATCH_SHAPES, sizeof *s->classes);
    ck_assert(s->pages && s->classes);
    ASSERT_OK(page_space_translate(&s->space, &s->batch, s->pages, &err), &err);
    batch_classify(&s->batch, s->classes);
    s->paged = (struct paged_batch){.batch = &s->batch,
                                    .classes = s->classes,
                                    .pages = s->pages,
                                    .index = &s->index,
                                    .npages = s->index.npages};
    s->future = (struct future){.in_references = in_references};
    ASSERT_OK(future_add(&s->future, &s->paged, &err), &err);
    future_finish(&s->future);
}

static inline void string_release(struct string_batch *s)
{
    future_release(&s->future);
    page_space_release(&s->space);
    page_index_release(&s->index);
    batch_release(&s->batch);
    free(s->pages);
    free(s->classes);
}

enum { STRING_FRAMES_MAX = 64 };

/* Replay step i alone: repeated references to one page, of which all but the first must
 * be hits. */
static inline void string_step(const struct string_batch *s, uint32_t i, struct cell *cell,
                               struct replayed *out)
{
    const struct pager *pager = &cell->pager;
    const uint8_t length = s->batch.shapes[s->batch.steps[i] & STEP_SHAPE_MASK].length;
    struct batch step = s->batch;
    struct paged_batch paged = s->paged;
    struct error err = {0};
    step.steps += i;
    step.nsteps = 1;
    step.counts = (struct reference_counts){.loads = length};
    if (i > 0)
        step.start[1] = (uint16_t)(s->batch.steps[i - 1] >> STEP_SHAPE_BITS);
    paged.batch = &step;
    page_t before[STRING_FRAMES_MAX]; /* the core map */
    const pfn_t nused = pager->nused;
    ck_assert_uint_le(nused, STRING_FRAMES_MAX);
    for (pfn_t pfn = 0; pfn < nused;
         pfn++) { /* some policies unmap a page before it goes */
        const content_t content = pager->frames[pfn].content;
        before[pfn] =
            content == CONTENT_NONE ? PAGE_NONE : pager->contents.all[content].page;
    }
    const uint64_t page_ins = pager->counts.page_ins, page_outs = pager->counts.page_outs;
    ASSERT_OK(pager_replay(&cell->pager, &paged, &err), &err);
    ck_assert_uint_le(pager->counts.page_ins - page_ins, 1);
    const page_t page = s->pages[s->batch.steps[i] >> STEP_SHAPE_BITS] >> 1;
    const pfn_t pfn = pager->mmu.frame_of[page]; /* the victim was there */
    for (uint8_t k = 0; k < length; k++, out->n++) {
        out->hit[out->n] = k > 0 || pager->counts.page_ins == page_ins;
        out->victim[out->n] = k == 0 && pager->counts.page_outs != page_outs
                                  ? s->index.vpns[before[pfn]]
                                  : NO_VICTIM;
    }
}

/* A batch and the cell in which it is replayed. */
struct string_run {
    struct experiment *experiment;
    struct string_batch string;
    struct cell cell;
};

/* Make the cell of settings without a trace, ended by NULL, for the batch in run->string. */
static inline void string_open(struct string_run *run, const char *const *set)
{
    const char *all[16] = {"trace=string"};
    struct error err = {0};
    for (size_t i = 0; set[i]; i++) {
        ck_assert_uint_lt(i + 2, ARRAY_LEN(all));
        all[i + 1] = set[i];
    }
    run->experiment = load_settings(all);
    ck_assert_uint_eq(run->experiment->ncells, 1);
    const struct cell_config *config = &run->experiment->cells[0];
    const struct policy_ops *policy = policy_find(config->policy.name);
    string_derive(&run->string, policy->uses_time);
    const bool future = policy->sees == POLICY_FUTURE;
    ASSERT_OK(cell_init(&run->cell, config, future ? &run->string.future : NULL, &err),
              &err);
}

static inline void string_close(struct string_run *run)
{
    cell_release(&run->cell);
    string_release(&run->string);
    experiment_free(run->experiment);
}

/* Replay a string in the cell that settings without a trace, ended by NULL, make. */
static inline struct replayed replay_string(const char *string, const char *const *set)
{
    struct string_run run;
    struct replayed out = {0};
    string_build(&run.string.batch, string);
    string_open(&run, set);
    for (uint32_t i = 0; i < run.string.batch.nsteps; i++)
        string_step(&run.string, i, &run.cell, &out);
    out.faults = run.cell.pager.counts.faults;
    out.page_outs = run.cell.pager.counts.page_outs;
    string_close(&run);
    return out;
}

/* The exit status of a test program. */
static inline int run_suite(Suite *suite)
{
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

#endif
