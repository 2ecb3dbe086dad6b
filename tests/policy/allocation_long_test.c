/* allocation_long_test.c -- the policies `working-set` and `vmin` on a real trace, 33.9
 * million references of sqlite3, against their definitions: the intervals between uses. */
#include "base/map.h"
#include "harness.h"
#include "trace/trace.h"

#define PATH TEST_DATA "/sq2.flt"

enum { WINDOWS = 3, PAGES_MAX = 1024 };

static const uint64_t windows[WINDOWS] = {700, 20000, 1000000};

struct expected {
    uint64_t references;
    uint64_t faults[WINDOWS];                     /* of both policies */
    uint64_t working_set[WINDOWS], vmin[WINDOWS]; /* pages times references in memory */
};

struct reading {
    struct expected out;
    struct map pages;             /* from VPN to a number of its own */
    uint64_t last_use[PAGES_MAX]; /* 0: none yet */
};

/* The page's use at time t is `interval` references after the one before, or the trace ends
 * so many after it. */
static void add_interval(struct expected *out, uint64_t interval, bool ends)
{
    for (size_t w = 0; w < WINDOWS; w++) {
        const uint64_t window = windows[w];
        const bool hit = interval <= window && !ends;
        out->faults[w] += !hit && !ends;
        /* It leaves before reference number last use + window + 1. */
        out->working_set[w] += interval <= window ? interval : window + 1;
        out->vmin[w] += hit ? interval : 1;
    }
}

static void use(struct reading *r, uint32_t page)
{
    const uint64_t now = r->out.references;
    if (r->last_use[page] == 0)
        for (size_t w = 0; w < WINDOWS; w++)
            r->out.faults[w]++;
    else if (r->last_use[page] != now)
        add_interval(&r->out, now - r->last_use[page], false);
    r->last_use[page] = now;
}

static void read_batch(struct reading *r, const struct batch *batch, unsigned shift)
{
    static uint32_t pages[BATCH_BLOCKS]; /* [block] */
    uint32_t at[2] = {0};                /* where the streams are */
    struct error err = {0};
    for (uint32_t i = 0; i < batch->nblocks; i++)
        pages[i] = map_get_or_add(&r->pages, batch->blocks[i] >> shift,
                                  (uint32_t)r->pages.used, &err);
    ck_assert_uint_le(r->pages.used, PAGES_MAX);
    for (int i = 0; i < 2; i++)
        if (batch->start[i] != BLOCK_NONE)
            at[i] = pages[batch->start[i]];
    for (uint32_t i = 0; i < batch->nsteps; i++) {
        const struct shape *shape = step_shape(batch, batch->steps[i]);
        at[shape->data & 1] = pages[batch->steps[i] >> STEP_SHAPE_BITS];
        for (unsigned j = 0; j < shape->length; j++) {
            r->out.references += j > 0 || !shape->continued;
            use(r, at[shape->data >> j & 1]);
        }
    }
}

static struct expected from_definitions(void)
{
    const struct trace_options options = {.path = PATH};
    static struct reading r;
    struct trace *trace;
    struct batch batch;
    struct error err = {0};
    enum status status;
    ASSERT_OK(batch_init(&batch, &err), &err);
    ASSERT_OK(trace_open(&trace, &options, &err), &err);
    const unsigned shift = STRING_PAGE_SHIFT - trace_info(trace)->granule_shift;
    while ((status = trace_next(trace, &batch, &err)) == OK)
        read_batch(&r, &batch, shift);
    ck_assert_int_eq(status, END);
    for (size_t page = 0; page < r.pages.used; page++)
        add_interval(&r.out, r.out.references - r.last_use[page] + 1, true);
    trace_close(trace);
    batch_release(&batch);
    map_release(&r.pages);
    return r.out;
}

START_TEST(the_intervals_between_uses_give_faults_and_memory)
{
    static const char *const set[] = {"trace=" PATH, "sweep.policy=[working-set, vmin]",
                                      "sweep.policy.window=[700, 20000, 1000000]", NULL};
    const struct expected expected = from_definitions();
    struct outcome outcome = run_settings(set);
    ck_assert_uint_eq(outcome.experiment->ncells, 2 * WINDOWS);
    for (size_t i = 0; i < outcome.experiment->ncells; i++) {
        const struct counters *c = &outcome.results[i].counters;
        const size_t w = i % WINDOWS;
        const uint64_t sum = i < WINDOWS ? expected.working_set[w] : expected.vmin[w];
        const double mean = (double)sum / (double)expected.references;
        ck_assert_uint_eq(c->references, expected.references);
        ck_assert_msg(c->faults == expected.faults[w],
                      "window %" PRIu64 ": %" PRIu64 " faults, not %" PRIu64, windows[w],
                      c->faults, expected.faults[w]);
        ck_assert_msg(c->resident_mean > mean * (1 - 1e-9) &&
                          c->resident_mean < mean * (1 + 1e-9),
                      "window %" PRIu64 ": %.17g pages, not %.17g", windows[w],
                      c->resident_mean, mean);
    }
    outcome_free(&outcome);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("allocation");
    TCase *tests = tcase_create("allocation");
    tcase_add_test(tests, the_intervals_between_uses_give_faults_and_memory);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
