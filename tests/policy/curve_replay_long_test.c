/* curve_replay_long_test.c -- whole curves against the replay of policies lru and opt with
 * each number of frames, and of policies working-set and vmin with some windows, on pieces
 * of the bundled traces; and against curves of sq2.flt that other programs made. */
#include "harness.h"

#include "curve/curve.h"
#include "trace/flt.h"
#include "trace/slice.h"

#include <unistd.h>

#define TRACES TEST_DATA "/../../traces/"

enum { PIECE = 1000000, FRAMES_MAX = 2048 };

static const struct {
    const char *trace;
    uint64_t from;
} pieces[] = {
    {TRACES "cc1.flt", 60000000},        {TRACES "sqlite.flt", 20000000},
    {TRACES "perl.flt", 5000000},        {TRACES "xz.flt", 8000000},
    {TRACES "matmul-column.flt", 40000}, {TRACES "sort.flt", 7000000},
};

static const char *const page_sizes[] = {"1 KiB", "4 KiB", "8 KiB", "32 KiB", "256 KiB"};
static const unsigned page_shifts[] = {10, 12, 13, 15, 18};

enum { PAGE_SIZES = ARRAY_LEN(page_shifts) };

static char path[64];
static struct error error;

static void setup(void)
{
    strcpy(path, "/tmp/faultline-curve-XXXXXX");
    const int file = mkstemp(path);
    ck_assert_int_ge(file, 0);
    close(file);
}

static void teardown(void)
{
    unlink(path);
}

/* Write a piece of a trace to `path`. */
static void cut(const char *from_path, uint64_t from)
{
    const struct trace_options options = {.path = from_path};
    const struct flt_writer_options out = {.granule_shift = 9, .origin = ""};
    struct trace *trace;
    struct flt_writer *writer;
    struct slice slice;
    struct batch batch;
    ASSERT_OK(trace_open(&trace, &options, &error), &error);
    ASSERT_OK(flt_writer_create(&writer, path, &out, &error), &error);
    ASSERT_OK(slice_init(&slice, from, PIECE, &error), &error);
    ASSERT_OK(batch_init(&batch, &error), &error);
    while (!slice_done(&slice)) {
        ASSERT_OK(trace_next(trace, &batch, &error), &error);
        slice_batch(&slice, &batch);
        ASSERT_OK(flt_writer_put(writer, &batch, &error), &error);
    }
    ASSERT_OK(flt_writer_finish(writer, &error), &error);
    batch_release(&batch);
    slice_release(&slice);
    trace_close(trace);
}

static bool advance(void *context, uint64_t references)
{
    (void)context;
    (void)references;
    return true;
}

static void take_curves(struct curve *curves, const struct curve_request *request,
                        const char *trace_path)
{
    const struct trace_options options = {.path = trace_path};
    const struct curve_host host = {.advance = advance};
    struct trace *trace;
    ASSERT_OK(trace_open(&trace, &options, &error), &error);
    ASSERT_OK(curve_run(curves, request, trace, &host, &error), &error);
    trace_close(trace);
}

/* The faults that a policy has with first, first + 1, ... frames, counted by the pager. */
static void compare_cells(const struct curve *curve, const char *page_size,
                          const char *policy, const struct stack_curve *faults,
                          page_t first, page_t last)
{
    static char sweep[16 * FRAMES_MAX];
    char trace[128], size[64], name[64];
    size_t at = (size_t)snprintf(sweep, sizeof sweep, "sweep.machine.frames=[");
    for (page_t frames = first; frames <= last; frames++)
        at += (size_t)snprintf(sweep + at, sizeof sweep - at, "%u%s", frames,
                               frames < last ? ", " : "]");
    snprintf(trace, sizeof trace, "trace=%s", path);
    snprintf(size, sizeof size, "machine.page_size=%s", page_size);
    snprintf(name, sizeof name, "policy=%s", policy);
    const char *const set[] = {trace, size, name, sweep, NULL};
    struct outcome outcome = run_settings(set);
    ck_assert_uint_eq(outcome.experiment->ncells, last - first + 1);
    for (page_t i = 0; i <= last - first; i++) {
        const struct counters *c = &outcome.results[i].counters;
        const uint64_t frames = outcome.experiment->cells[i].frames;
        ck_assert_uint_eq(frames, first + i);
        ck_assert_uint_eq(c->references, curve->references);
        ck_assert_uint_eq(c->accesses, curve->accesses);
        ck_assert_uint_eq(c->faults_cold, curve->npages);
        ck_assert_msg(c->faults == stack_curve_faults(faults, frames),
                      "%s, pages of %s, %" PRIu64 " frames: %" PRIu64
                      " faults in the replay, %" PRIu64 " on the curve",
                      policy, page_size, frames, c->faults,
                      stack_curve_faults(faults, frames));
    }
    outcome_free(&outcome);
}

START_TEST(curves_equal_the_replay_with_every_number_of_frames)
{
    const unsigned piece = (unsigned)_i / PAGE_SIZES, size = (unsigned)_i % PAGE_SIZES;
    struct curve_request request = {.kinds = CURVE_LRU | CURVE_OPT,
                                    .npage_sizes = PAGE_SIZES};
    struct curve curves[PAGE_SIZES];
    memcpy(request.page_shifts, page_shifts, sizeof page_shifts);
    cut(pieces[piece].trace, pieces[piece].from);
    take_curves(curves, &request, path);
    const struct curve *curve = &curves[size];
    ck_assert_uint_le(curve->npages, FRAMES_MAX);
    compare_cells(curve, page_sizes[size], "lru", &curve->lru, 1, curve->npages);
    compare_cells(curve, page_sizes[size], "opt", &curve->opt, 1, curve->npages);
    for (unsigned i = 0; i < PAGE_SIZES; i++)
        curve_release(&curves[i]);
}
END_TEST

/* Cells with as many frames as there are pages. */
static const uint64_t windows[] = {1, 2, 3, 10, 100, 1000, 8192, 50000, 131072, 1 << 19};

/* Policy working-set's memory holds, besides the working set, the page that the reference
 * under way is about to drive out; the last reference's is still there in the end. */
static void compare_window(const struct curve *curve, const char *policy, uint64_t window,
                           const struct counters *c)
{
    bool exact;
    const size_t i = window_curve_find(&curve->windows, window, &exact);
    const struct window_point point = window_curve_point(&curve->windows, i);
    const double leaving = (double)c->page_outs / (double)curve->references;
    const bool vmin = strcmp(policy, "vmin") == 0;
    const double size = vmin ? point.vmin : point.working_set + leaving;
    ck_assert(exact);
    ck_assert_msg(c->faults == point.faults,
                  "%s, window %" PRIu64 ": %" PRIu64 " faults in the replay, %" PRIu64
                  " on the curve",
                  policy, window, c->faults, point.faults);
    const double one = 1 / (double)curve->references;
    ck_assert_double_gt(c->resident_mean, size - 1e-9 * size);
    ck_assert_double_lt(c->resident_mean, size + 1e-9 * size + (vmin ? 0 : one));
}

START_TEST(window_curves_equal_the_replay)
{
    static const char *const policies[] = {"working-set", "vmin"};
    const char *policy = policies[_i % 2];
    const unsigned piece = (unsigned)_i / 2;
    const struct curve_request request = {
        .kinds = CURVE_WINDOWS, .npage_sizes = 1, .page_shifts = {12}};
    struct curve curve;
    char trace[128], sweep[1024];
    cut(pieces[piece].trace, pieces[piece].from);
    take_curves(&curve, &request, path);
    snprintf(trace, sizeof trace, "trace=%s", path);
    size_t at = (size_t)snprintf(sweep, sizeof sweep, "sweep.policy=[");
    for (size_t i = 0; i < ARRAY_LEN(windows); i++)
        at += (size_t)snprintf(sweep + at, sizeof sweep - at,
                               "%s{name: %s, window: %" PRIu64 "}", i ? ", " : "", policy,
                               windows[i]);
    snprintf(sweep + at, sizeof sweep - at, "]");
    const char *const set[] = {trace, "machine.frames=unlimited", sweep, NULL};
    struct outcome outcome = run_settings(set);
    ck_assert_uint_eq(outcome.experiment->ncells, ARRAY_LEN(windows));
    for (size_t i = 0; i < ARRAY_LEN(windows); i++)
        compare_window(&curve, policy, windows[i], &outcome.results[i].counters);
    outcome_free(&outcome);
    curve_release(&curve);
}
END_TEST

static const struct {
    const char *file;
    unsigned page_shift;
} published[] = {
    {TEST_DATA "/mrc_lru_4k_sq2.csv", 12},
    {TEST_DATA "/mrc_lru_sh13_sq2.csv", 13},
    {TEST_DATA "/mrc_lru_sh14_sq2.csv", 14},
    {TEST_DATA "/mrc_lru_sh16_sq2.csv", 16},
};

/* libCacheSim and an independent program. */
START_TEST(lru_curves_equal_those_of_other_programs_at_every_point)
{
    struct curve_request request = {.kinds = CURVE_LRU,
                                    .npage_sizes = ARRAY_LEN(published)};
    struct curve curves[ARRAY_LEN(published)];
    for (size_t i = 0; i < ARRAY_LEN(published); i++)
        request.page_shifts[i] = published[i].page_shift;
    take_curves(curves, &request, TEST_DATA "/sq2.flt");
    for (size_t i = 0; i < ARRAY_LEN(published); i++) {
        struct csv csv = csv_open(published[i].file, "frames,faults");
        uint64_t rows = 0;
        while (csv_next(&csv)) {
            ck_assert_uint_eq(to_number(csv.fields[0]), ++rows);
            ck_assert_uint_eq(stack_curve_faults(&curves[i].lru, rows),
                              to_number(csv.fields[1]));
        }
        ck_assert_uint_eq(rows, curves[i].npages);
        curve_release(&curves[i]);
    }
}
END_TEST

/* libCacheSim and an independent program. */
START_TEST(the_opt_curve_equals_other_programs_belady)
{
    static const uint64_t points[][2] = {{64, 34865}, {128, 1383}, {256, 708}, {512, 655}};
    const struct curve_request request = {
        .kinds = CURVE_OPT, .npage_sizes = 1, .page_shifts = {12}};
    struct curve curve;
    take_curves(&curve, &request, TEST_DATA "/sq2.flt");
    for (size_t i = 0; i < ARRAY_LEN(points); i++)
        ck_assert_uint_eq(stack_curve_faults(&curve.opt, points[i][0]), points[i][1]);
    curve_release(&curve);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("curve_replay");
    TCase *tests = tcase_create("curve_replay");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_loop_test(tests, curves_equal_the_replay_with_every_number_of_frames, 0,
                        ARRAY_LEN(pieces) * PAGE_SIZES);
    tcase_add_loop_test(tests, window_curves_equal_the_replay, 0, 2 * ARRAY_LEN(pieces));
    tcase_add_test(tests, lru_curves_equal_those_of_other_programs_at_every_point);
    tcase_add_test(tests, the_opt_curve_equals_other_programs_belady);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
