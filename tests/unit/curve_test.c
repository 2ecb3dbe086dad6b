/* curve_test.c -- curves against their definitions (curve_model.h), on random programs:
 * batches cut anywhere, references that cross pages, several page sizes together. */
#include "curve/curve.h"

#include "base/rng.h"
#include "trace/flt.h"
#include "unit/curve_model.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { ALL_KINDS = CURVE_LRU | CURVE_OPT | CURVE_WINDOWS };

static struct model *model;
static struct rng rng;
static struct error error;
static char path[64];

static unsigned below(unsigned n)
{
    return (unsigned)rng_below(&rng, n);
}

static bool one_in(unsigned n)
{
    return below(n) == 0;
}

/* Check's own assertions note each success, which would take most of the time here. */
static void must_equal(uint64_t got, uint64_t expected, const char *what, uint64_t at)
{
    if (got != expected)
        ck_abort_msg("%s at %llu: %llu instead of %llu", what, (unsigned long long)at,
                     (unsigned long long)got, (unsigned long long)expected);
}

static void must_be_near(double got, double expected, const char *what, uint64_t at)
{
    if (!(got <= expected * (1 + 1e-12) && got >= expected * (1 - 1e-12)))
        ck_abort_msg("%s at %llu: %.17g instead of %.17g", what, (unsigned long long)at,
                     got, expected);
}

static void setup(void)
{
    model = malloc(sizeof *model);
    ck_assert_ptr_nonnull(model);
    strcpy(path, "/tmp/faultline-curve-XXXXXX");
    const int file = mkstemp(path);
    ck_assert_int_ge(file, 0);
    close(file);
}

static void teardown(void)
{
    free(model);
    unlink(path);
}

/* --- random programs -------------------------------------------------------------------- */

struct reference {
    enum reference_kind kind;
    vaddr_t vaddr;
    uint32_t size;
};

static struct {
    struct reference *references;
    size_t n, length;
    unsigned granule_shift;
    vaddr_t code, data, at[4];
    unsigned code_bytes, data_bytes;
} program;

static void put(enum reference_kind kind, vaddr_t vaddr, uint32_t size)
{
    if (program.n < program.length)
        program.references[program.n++] = (struct reference){kind, vaddr, size};
}

static void loop_in_place(void)
{
    const unsigned turns = 1 + below(one_in(4) ? 60 : 5);
    for (unsigned i = 0; i < turns; i++) {
        for (unsigned k = below(3); k > 0; k--)
            put(IFETCH, program.at[0] & ~(vaddr_t)15, 4);
        for (unsigned k = below(3); k > 0; k--)
            put(LOAD, program.at[1] & ~(vaddr_t)15, 4);
    }
}

static void one_more(void)
{
    const unsigned stream = below(4); /* 0: code */
    vaddr_t *at = &program.at[stream];
    const uint32_t size = one_in(40) ? 1 + below(600) : 1 + below(8);
    put(stream ? (enum reference_kind)(LOAD + below(3)) : IFETCH, *at, size);
    *at += size;
    const vaddr_t base = stream ? program.data : program.code;
    const unsigned bytes = stream ? program.data_bytes : program.code_bytes;
    if (one_in(3) || *at - base >= bytes)
        *at = base + below(bytes);
}

/* Blocks of 16 to 512 bytes; code and data of up to `blocks` of them, which may overlap. */
static void make_program(size_t length, unsigned blocks)
{
    program.granule_shift = 4 + below(6);
    program.code_bytes = (1 + below(1 + blocks / 4)) << program.granule_shift;
    program.data_bytes = (1 + below(blocks)) << program.granule_shift;
    program.code = (vaddr_t)below(1000) << program.granule_shift;
    program.data = one_in(3) ? program.code : (vaddr_t)1 << 40;
    for (unsigned i = 0; i < 4; i++)
        program.at[i] = i ? program.data : program.code;
    program.references = malloc(length * sizeof *program.references);
    ck_assert_ptr_nonnull(program.references);
    program.length = length;
    for (program.n = 0; program.n < length;)
        if (one_in(12))
            loop_in_place();
        else
            one_more();
}

/* The program as a trace, in batches cut anywhere. */
static void write_program(void)
{
    const struct flt_writer_options options = {.granule_shift = program.granule_shift,
                                               .origin = "curve_test"};
    const unsigned cuts = below(8);
    struct flt_writer *writer;
    struct builder *builder;
    struct batch batch;
    ck_assert_int_eq(flt_writer_create(&writer, path, &options, &error), OK);
    ck_assert_int_eq(builder_create(&builder, program.granule_shift, &error), OK);
    ck_assert_int_eq(batch_init(&batch, &error), OK);
    for (size_t i = 0; i < program.n; i++) {
        const struct reference *r = &program.references[i];
        builder_add(builder, r->kind, r->vaddr, r->size);
        if (below((unsigned)program.n) >= cuts && i + 1 < program.n)
            continue;
        builder_take(builder, &batch);
        ck_assert_int_eq(flt_writer_put(writer, &batch, &error), OK);
    }
    ck_assert_int_eq(flt_writer_finish(writer, &error), OK);
    batch_release(&batch);
    builder_free(builder);
}

/* --- comparing --------------------------------------------------------------------------- */

static bool advance(void *context, uint64_t references)
{
    *(uint64_t *)context += references;
    return true;
}

static void take_curves(struct curve *curves, const struct curve_request *request)
{
    const struct trace_options options = {.path = path};
    uint64_t done = 0;
    const struct curve_host host = {.context = &done, .advance = advance};
    struct trace *trace;
    ck_assert_int_eq(trace_open(&trace, &options, &error), OK);
    ck_assert_msg(curve_run(curves, request, trace, &host, &error) == OK, "%s", error.text);
    trace_close(trace);
    must_equal(done, curves[0].references, "references followed", 0);
}

static void make_model(unsigned page_shift)
{
    memset(model, 0, sizeof *model);
    for (size_t i = 0; i < program.n; i++) {
        const struct reference *r = &program.references[i];
        model_add(model, r->kind, r->vaddr, r->size, page_shift);
    }
    model_look_ahead(model);
}

static void compare_common(const struct curve *curve)
{
    must_equal(curve->references, model->references, "references", 0);
    must_equal(curve->accesses, model->n, "accesses", 0);
    must_equal(curve->npages, model->npages, "pages", 0);
    for (unsigned i = 0; i < model->npages; i++)
        must_equal(curve->first_uses[i], model->first_use[i], "first use", i);
}

static void compare_lru(const struct stack_curve *lru)
{
    uint64_t count[MODEL_PAGES], faults = model->n;
    model_distances(model, count);
    must_equal(lru->npages, model->npages, "pages of lru", 0);
    for (page_t d = 0; d < lru->npages; d++) {
        must_equal(stack_curve_at_distance(lru, d), count[d], "accesses", d);
        faults -= count[d];
        must_equal(stack_curve_faults(lru, d + 1), faults, "faults of lru", d + 1);
    }
    must_equal(stack_curve_faults(lru, UINT64_MAX), lru->npages, "cold faults", 0);
}

/* All small numbers of frames, and some others. */
static void compare_opt(const struct stack_curve *opt)
{
    must_equal(opt->npages, model->npages, "pages of opt", 0);
    must_equal(opt->faults[0], model->n, "accesses", 0);
    for (unsigned frames = 1; frames <= model->npages;
         frames += frames < 10 ? 1 : 1 + below(model->npages / 4 + 1))
        must_equal(stack_curve_faults(opt, frames), model_opt_faults(model, frames),
                   "faults of opt", frames);
}

static void compare_window(const struct window_curve *curve, size_t i)
{
    bool exact;
    const struct window_point point = window_curve_point(curve, i);
    must_equal(window_curve_find(curve, point.window, &exact), i, "number", point.window);
    ck_assert(exact);
    const struct model_window expected = model_window(model, point.window);
    must_equal(point.faults, expected.faults, "faults of the working set", point.window);
    must_be_near(point.working_set, expected.working_set, "working set", point.window);
    must_be_near(point.vmin, expected.vmin, "vmin", point.window);
    must_be_near(point.footprint, expected.footprint, "footprint", point.window);
}

/* The shortest windows, some others, and the longest. */
static void compare_windows(const struct window_curve *curve)
{
    for (size_t i = 0; i < curve->n; i += i < 5 ? 1 : 1 + rng_below(&rng, 2 * i))
        compare_window(curve, i);
    compare_window(curve, curve->n - 1);
}

static void compare_all(const struct curve *curve, const struct curve_request *request)
{
    make_model(curve->page_shift);
    compare_common(curve);
    if (request->kinds & CURVE_LRU)
        compare_lru(&curve->lru);
    else
        ck_assert_ptr_null(curve->lru.faults);
    if (request->kinds & CURVE_OPT)
        compare_opt(&curve->opt);
    else
        ck_assert_ptr_null(curve->opt.faults);
    if (request->kinds & CURVE_WINDOWS)
        compare_windows(&curve->windows);
    else
        ck_assert_uint_eq(curve->windows.n, 0);
}

static struct curve_request random_request(unsigned sizes_most)
{
    struct curve_request request = {.kinds = 1 + below(ALL_KINDS)};
    unsigned left[CURVE_PAGE_SIZES], nleft = 0;
    for (unsigned shift = program.granule_shift; shift < 24; shift++)
        left[nleft++] = shift;
    request.npage_sizes = 1 + below(sizes_most);
    for (size_t i = 0; i < request.npage_sizes; i++) {
        const unsigned k = one_in(2) ? 0 : below(nleft);
        request.page_shifts[i] = left[k];
        memmove(left + k, left + k + 1, (--nleft - k) * sizeof *left);
    }
    return request;
}

static void trial(uint64_t seed, size_t length, unsigned blocks, unsigned sizes_most)
{
    struct curve curves[CURVE_PAGE_SIZES];
    rng_seed(&rng, seed);
    make_program(length, blocks);
    write_program();
    const struct curve_request request = random_request(sizes_most);
    take_curves(curves, &request);
    for (size_t i = 0; i < request.npage_sizes; i++) {
        ck_assert_uint_eq(curves[i].page_shift, request.page_shifts[i]);
        compare_all(&curves[i], &request);
        curve_release(&curves[i]);
    }
    free(program.references);
}

START_TEST(curves_are_what_their_definitions_say)
{
    trial((uint64_t)_i, 20 + (size_t)_i * 15, 2 + (unsigned)_i * 4, 12);
}
END_TEST

START_TEST(curves_of_one_page_size_are_what_their_definitions_say)
{
    trial(1000 + (uint64_t)_i, 20 + (size_t)_i * 30, 2 + (unsigned)_i * 8, 1);
}
END_TEST

/* Deep stacks: distances of some hundred, far more accesses than there are slots. */
START_TEST(curves_of_many_pages_are_what_their_definitions_say)
{
    trial(2000 + (uint64_t)_i, 30000, 600, 2);
}
END_TEST

/* --- published strings -------------------------------------------------------------------- */

/* Loads of the first bytes of pages of 4 KiB. */
static struct curve curve_of_string(const char *string)
{
    struct curve curve;
    const struct curve_request request = {
        .kinds = ALL_KINDS, .npage_sizes = 1, .page_shifts = {12}};
    char *end;
    program.granule_shift = 12;
    program.length = strlen(string);
    program.references = malloc(program.length * sizeof *program.references);
    ck_assert_ptr_nonnull(program.references);
    rng_seed(&rng, 1);
    program.n = 0;
    for (const char *at = string; *at; at = end)
        put(LOAD, strtoull(at, &end, 10) << 12, 1);
    write_program();
    free(program.references);
    take_curves(&curve, &request);
    return curve;
}

/* Silberschatz, Galvin, Gagne, "Operating System Concepts", 10th ed., figures 10.14 and
 * 10.15: nine and twelve faults. */
START_TEST(silberschatzs_string_faults_as_in_the_book)
{
    struct curve curve = curve_of_string("7 0 1 2 0 3 0 4 2 3 0 3 2 1 2 0 1 7 0 1");
    ck_assert_uint_eq(stack_curve_faults(&curve.opt, 3), 9);
    ck_assert_uint_eq(stack_curve_faults(&curve.lru, 3), 12);
    ck_assert_uint_eq(curve.npages, 6);
    curve_release(&curve);
}
END_TEST

/* By hand: of a b a c b a, the intervals are 2 (a), 3 (b), 3 (a).  With a window of two,
 * W is a, ab, ab, ac, bc, ab: 11 pages in six references; VMIN keeps a from 1 to 3 only. */
START_TEST(windows_of_a_short_string_are_as_by_hand)
{
    struct curve curve = curve_of_string("1 2 1 3 2 1");
    const struct window_point point = window_curve_point(&curve.windows, 1);
    ck_assert_uint_eq(point.window, 2);
    ck_assert_uint_eq(point.faults, 5);
    ck_assert_uint_eq(point.intervals, 1);
    ck_assert_double_eq_tol(point.working_set, 11. / 6, 1e-15);
    ck_assert_double_eq_tol(point.vmin, 7. / 6, 1e-15);
    ck_assert_double_eq_tol(point.footprint, 2, 1e-15);
    static const uint64_t first_uses[] = {1, 2, 4};
    for (int i = 0; i < 3; i++)
        ck_assert_uint_eq(curve.first_uses[i], first_uses[i]);
    curve_release(&curve);
}
END_TEST

/* --- windows ------------------------------------------------------------------------------ */

START_TEST(windows_ascend_and_hold_every_length)
{
    for (size_t i = 0; i + 1 < WINDOW_COUNT; i++) {
        const uint64_t length = window_length(i);
        must_equal(window_number(length), i, "number of a window", length);
        must_equal(window_number(length + 1), i + 1, "number of the next", length + 1);
    }
    ck_assert_uint_eq(window_length(WINDOW_DENSE - 1), WINDOW_DENSE);
    ck_assert_uint_eq(window_length(WINDOW_DENSE), WINDOW_DENSE + 2);
    ck_assert_uint_eq(window_number(UINT64_MAX), WINDOW_COUNT - 1);
}
END_TEST

/* A window between two of the curve is answered with the shorter one, and one beyond the
 * trace with the longest. */
START_TEST(a_window_that_the_curve_lacks_is_rounded_down)
{
    const struct window_curve curve = {.n = WINDOW_DENSE + 2};
    bool exact;
    ck_assert_uint_eq(window_curve_find(&curve, WINDOW_DENSE + 2, &exact), WINDOW_DENSE);
    ck_assert(exact);
    ck_assert_uint_eq(window_curve_find(&curve, WINDOW_DENSE + 3, &exact), WINDOW_DENSE);
    ck_assert(!exact);
    ck_assert_uint_eq(window_curve_find(&curve, 1 << 20, &exact), WINDOW_DENSE + 1);
    ck_assert(exact);
}
END_TEST

/* --- refusals ----------------------------------------------------------------------------- */

static bool stop(void *context, uint64_t references)
{
    (void)context;
    (void)references;
    return false;
}

static void must_refuse(const struct curve_request *request, const struct curve_host *host,
                        enum status status, const char *message)
{
    const struct trace_options options = {.path = path};
    struct trace *trace;
    struct curve curve;
    ck_assert_int_eq(trace_open(&trace, &options, &error), OK);
    ck_assert_int_eq(curve_run(&curve, request, trace, host, &error), status);
    ck_assert_msg(strstr(error.text, message), "'%s' expected, not: %s", message,
                  error.text);
    trace_close(trace);
}

static const struct curve_request all_of_4k = {
    .kinds = ALL_KINDS, .npage_sizes = 1, .page_shifts = {12}};

START_TEST(pages_below_the_granule_are_refused)
{
    const struct curve_request request = {
        .kinds = CURVE_LRU, .npage_sizes = 2, .page_shifts = {12, 11}};
    uint64_t done = 0;
    const struct curve_host host = {.context = &done, .advance = advance};
    struct curve curve = curve_of_string("1 2 3");
    curve_release(&curve);
    must_refuse(&request, &host, ERR_CONFIG,
                "pages of 2048 bytes: the trace knows addresses to 4096 bytes only");
}
END_TEST

START_TEST(a_run_can_be_stopped)
{
    const struct curve_host host = {.advance = stop};
    struct curve curve = curve_of_string("1 2 3");
    curve_release(&curve);
    must_refuse(&all_of_4k, &host, ERR_INTERRUPTED, "interrupted");
}
END_TEST

/* A trace of one reference that has been reduced. */
static void write_reduced(struct reduction reduction)
{
    const struct flt_writer_options options = {
        .granule_shift = 12, .origin = "", .reduction = reduction};
    struct flt_writer *writer;
    struct builder *builder;
    struct batch batch;
    ck_assert_int_eq(flt_writer_create(&writer, path, &options, &error), OK);
    ck_assert_int_eq(builder_create(&builder, 12, &error), OK);
    ck_assert_int_eq(batch_init(&batch, &error), OK);
    builder_add(builder, LOAD, 0x1000, 1);
    builder_take(builder, &batch);
    ck_assert_int_eq(flt_writer_put(writer, &batch, &error), OK);
    ck_assert_int_eq(flt_writer_finish(writer, &error), OK);
    batch_release(&batch);
    builder_free(builder);
}

START_TEST(windows_of_reduced_traces_are_refused)
{
    uint64_t done = 0;
    const struct curve_host host = {.context = &done, .advance = advance};
    write_reduced((struct reduction){REDUCTION_SAD, 8});
    must_refuse(&all_of_4k, &host, ERR_CONFIG, "reduced for 8 frames or more");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("curve");
    TCase *tests = tcase_create("curve");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_loop_test(tests, curves_are_what_their_definitions_say, 0, 40);
    tcase_add_loop_test(tests, curves_of_one_page_size_are_what_their_definitions_say, 0,
                        40);
    tcase_add_loop_test(tests, curves_of_many_pages_are_what_their_definitions_say, 0, 4);
    tcase_add_test(tests, silberschatzs_string_faults_as_in_the_book);
    tcase_add_test(tests, windows_of_a_short_string_are_as_by_hand);
    tcase_add_test(tests, windows_ascend_and_hold_every_length);
    tcase_add_test(tests, a_window_that_the_curve_lacks_is_rounded_down);
    tcase_add_test(tests, pages_below_the_granule_are_refused);
    tcase_add_test(tests, a_run_can_be_stopped);
    tcase_add_test(tests, windows_of_reduced_traces_are_refused);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
