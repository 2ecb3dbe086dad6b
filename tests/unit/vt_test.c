/* vt_test.c -- the patterns by which 4.3BSD was measured, against a transcription of their
 * descriptions, and the time of their instructions against that of the machine. */
#include "recording.h"

#include <inttypes.h>

enum { AREA = 9216, TOUCHES_MAX = 1 << 16 };

/* --- the patterns, as they are described ------------------------------------------- */

struct touch {
    uint64_t cluster;
    bool store;
};

struct touches {
    struct touch all[TOUCHES_MAX];
    size_t n;
    uint64_t x;
};

static struct touches expected, found;

static void add(struct touches *touches, uint64_t cluster, bool store)
{
    if (touches->n == TOUCHES_MAX)
        ck_abort_msg("there are too many touches");
    touches->all[touches->n++] = (struct touch){cluster, store};
}

static void add_all(struct touches *touches, uint64_t first, uint64_t end, bool store)
{
    for (uint64_t i = first; i < end; i++)
        add(touches, i, store);
}

/* Two steps of the generator give 15 bits each; the first ones are the higher. */
static uint64_t drawn(struct touches *touches, uint64_t below)
{
    uint64_t s[2];
    for (int i = 0; i < 2; i++) {
        touches->x = (1103515245 * touches->x + 12345) % (UINT64_C(1) << 32);
        s[i] = touches->x / 65536 % 32768;
    }
    return (s[0] * 32768 + s[1]) % below;
}

static void begin_expected(uint64_t n)
{
    expected.n = 0;
    expected.x = 12345;
    add_all(&expected, 0, n, true);
}

static void expect_rnd(uint64_t n, unsigned iters, bool store)
{
    begin_expected(n);
    for (unsigned k = 0; k < iters; k++)
        add(&expected, drawn(&expected, n), store);
}

static void expect_hot(uint64_t n, unsigned iters, uint64_t a, uint64_t b, bool store)
{
    uint64_t scanned = 0;
    begin_expected(n);
    for (unsigned k = 0; k < iters; k++) {
        if (drawn(&expected, 100) < b)
            add(&expected, drawn(&expected, a), store);
        else
            add(&expected, a + scanned++ % (n - a), store);
    }
}

static void expect_passes(uint64_t n, unsigned iters, bool store)
{
    begin_expected(n);
    for (unsigned k = 0; k < iters; k++)
        add_all(&expected, 0, n, store);
}

static void expect_grow(uint64_t n, unsigned iters, uint64_t a, bool store)
{
    begin_expected(n);
    for (unsigned k = 0; k < iters; k++) {
        add_all(&expected, n + k * a, n + (k + 1) * a, true);
        add_all(&expected, 0, n, store);
    }
}

/* --- what the generator makes ------------------------------------------------------ */

static void find_touches(void)
{
    found.n = 0;
    for (size_t i = 0; i < record.n; i++) {
        const struct reference *ref = &record.refs[i];
        if (ref->vaddr < AREA || ref->vaddr >= 0x40000000)
            continue;
        if (ref->kind == IFETCH || (ref->vaddr - AREA) % 1024 != 0 || ref->size != 1)
            ck_abort_msg("reference %zu is no touch", i);
        add(&found, (ref->vaddr - AREA) / 1024, ref->kind == STORE);
    }
}

static void touches_are_as_expected(void)
{
    find_touches();
    ck_assert_uint_eq(found.n, expected.n);
    for (size_t i = 0; i < found.n; i++)
        if (found.all[i].cluster != expected.all[i].cluster ||
            found.all[i].store != expected.all[i].store)
            ck_abort_msg("touch %zu is of cluster %" PRIu64 ", not %" PRIu64, i,
                         found.all[i].cluster, expected.all[i].cluster);
}

static uint32_t op_kind(size_t i)
{
    return record.ops[i].op.kind;
}

/* exec, and what it makes; the area; the counters before the pattern. */
#define BEGINNING "exec name:vt map map map map mark:start mark:init mark:report"

/* "map mark:init fork:1": operations from the first to before the end. */
static const char *operations(size_t first, size_t end)
{
    static char text[1024];
    size_t length = 0;
    text[0] = '\0';
    for (size_t i = first; i < end; i++) {
        const struct recorded_op *op = &record.ops[i];
        length += (size_t)snprintf(text + length, sizeof text - length, "%s%s",
                                   i > first ? " " : "", vm_op_names[op->op.kind]);
        if (vm_op_has_name(&op->op))
            length +=
                (size_t)snprintf(text + length, sizeof text - length, ":%s", op->file);
        else if (op->op.stream && op->op.kind != VM_EXIT)
            length +=
                (size_t)snprintf(text + length, sizeof text - length, ":%u", op->op.stream);
        ck_assert_uint_lt(length, sizeof text);
    }
    return text;
}

START_TEST(seq_touches_all_clusters_in_order_each_pass)
{
    run("vt", "pattern=seq kb=340 mode=w iters=3");
    expect_passes(340, 3, true);
    touches_are_as_expected();
    run("vt", "pattern=seq kb=340 mode=r iters=3");
    expect_passes(340, 3, false);
    touches_are_as_expected();
}
END_TEST

START_TEST(think_touches_as_seq_and_spins_between)
{
    run("vt", "pattern=think kb=50 mode=r iters=2 A=0");
    const size_t without = record.n;
    run("vt", "pattern=think kb=50 mode=r iters=2 A=7");
    expect_passes(50, 2, false);
    touches_are_as_expected();
    ck_assert_uint_eq(record.n, without + 50 * 2 * 7 * 3);
}
END_TEST

START_TEST(rnd_touches_clusters_as_they_are_drawn)
{
    run("vt", "pattern=rnd kb=1400 mode=w iters=2000");
    expect_rnd(1400, 2000, true);
    touches_are_as_expected();
    run("vt", "pattern=rnd kb=333 mode=r iters=1000 A=3");
    expect_rnd(333, 1000, false);
    touches_are_as_expected();
}
END_TEST

START_TEST(hot_touches_hot_clusters_or_goes_on_round_the_others)
{
    run("vt", "pattern=hot kb=830 mode=w iters=3000 A=395 B=90");
    expect_hot(830, 3000, 395, 90, true);
    touches_are_as_expected();
    run("vt", "pattern=hot kb=20 mode=r iters=1000 A=19 B=50");
    expect_hot(20, 1000, 19, 50, false);
    touches_are_as_expected();
    run("vt", "pattern=hot kb=20 iters=100 A=1 B=0");
    expect_hot(20, 100, 1, 0, true);
    touches_are_as_expected();
}
END_TEST

START_TEST(grow_maps_and_writes_what_is_new_before_each_pass)
{
    run("vt", "pattern=grow kb=71 mode=r iters=25 A=14");
    expect_grow(71, 25, 14, false);
    touches_are_as_expected();
    ck_assert_str_eq(operations(0, 9), BEGINNING);
    ck_assert_str_eq(operations(9 + 25, record.nops), "mark:run exit");
    for (uint64_t k = 0; k < 25; k++) {
        const struct recorded_op *grown = &record.ops[9 + k];
        ck_assert_uint_eq(grown->op.kind, VM_MAP);
        ck_assert_uint_eq(grown->op.start, AREA + 1024 * (71 + 14 * k));
        ck_assert_uint_eq(grown->op.length, UINT64_C(14) * 1024);
        for (size_t i = 0; i < grown->at; i++)
            if (record.refs[i].vaddr >= grown->op.start &&
                record.refs[i].vaddr < 0x40000000)
                ck_abort_msg("reference %zu is to what is mapped later", i);
    }
}
END_TEST

/* --- children ---------------------------------------------------------------------- */

static const struct {
    const char *settings, *operations;
} forks[] = {
    {"pattern=fork kb=10 iters=3 A=0",
     BEGINNING " fork:1 switch:1 exit switch wait:1 wait:1 fork:1 wait:1 wait:1 "
               "fork:1 wait:1 wait:1 mark:run exit"},
    {"pattern=fork kb=10 iters=1 A=1",
     BEGINNING " fork:1 switch:1 exit switch wait:1 wait:1 mark:run exit"},
    {"pattern=fork kb=10 iters=2 A=2",
     BEGINNING " fork:1 switch:1 exit switch wait:1 wait:1 fork:1 wait:1 wait:1 "
               "mark:run exit"},
    {"pattern=fork kb=10 iters=1 A=2 child=7",
     BEGINNING " fork:7 switch:7 exit switch wait:7 wait:7 mark:run exit"},
    {"pattern=fork kb=10 iters=2 A=3",
     BEGINNING " vfork:1 switch:1 exit switch wait:1 wait:1 vfork:1 wait:1 wait:1 "
               "mark:run exit"},
};

/* What the child does is there once, between the switches. */
START_TEST(fork_starts_a_child_each_time_and_waits_for_it)
{
    run("vt", forks[_i].settings);
    ck_assert_str_eq(operations(0, record.nops), forks[_i].operations);
    expected.n = 0;
    add_all(&expected, 0, 10, true);
    if (_i >= 1 && _i <= 3)
        add_all(&expected, 0, 10, _i >= 2);
    touches_are_as_expected();
    const size_t begin = record.ops[10].at, end = record.ops[12].at;
    ck_assert_uint_eq(record.ops[11].at, end); /* its exit */
    ck_assert_uint_gt(end, begin);
    for (size_t i = 0, touches = 0; i < record.n; i++) {
        const bool touch =
            record.refs[i].vaddr >= AREA && record.refs[i].vaddr < 0x40000000;
        if (touch && ++touches > 10 && (i < begin || i >= end))
            ck_abort_msg("touch %zu is the parent's", i);
    }
}
END_TEST

START_TEST(only_forks_have_a_stream_besides)
{
    static const struct {
        const char *pattern;
        uint32_t streams;
    } of[] = {{"seq", 0}, {"rnd", 0}, {"hot", 0}, {"think", 0}, {"grow", 0}, {"fork", 1}};
    const struct generator_ops *vt = find("vt");
    for (size_t i = 0; i < ARRAY_LEN(of); i++) {
        _Alignas(16) unsigned char params[PARAM_VALUES_MAX];
        param_defaults(vt->params, params);
        ck_assert_int_eq(param_set(vt->params, params, "pattern", of[i].pattern, "vt",
                                   at_nowhere(), NULL),
                         OK);
        ck_assert_uint_eq(generator_streams(vt, params), of[i].streams);
    }
}
END_TEST

/* --- the address space and the phases ---------------------------------------------- */

START_TEST(the_address_space_is_that_of_a_process_of_a_vax)
{
    static const struct {
        uint64_t start, length, offset;
        unsigned protection;
        const char *file;
    } map[] = {{0, 7168, 1024, VM_READ | VM_EXECUTE, "vt"},
               {7168, 2048, 8192, VM_READ | VM_WRITE | VM_EXECUTE, "vt"},
               {0x80000000 - 10 * 512 - 3072, 3072, 0, VM_READ | VM_WRITE | VM_EXECUTE, ""},
               {9216, 100 * 1024, 0, VM_READ | VM_WRITE, ""}};
    run("vt", "kb=100 iters=1");
    for (size_t i = 0; i < ARRAY_LEN(map); i++) {
        const struct recorded_op *op = &record.ops[2 + i];
        ck_assert_uint_eq(op->op.kind, VM_MAP);
        ck_assert_uint_eq(op->op.start, map[i].start);
        ck_assert_uint_eq(op->op.length, map[i].length);
        ck_assert_uint_eq(op->op.offset, map[i].offset);
        ck_assert_uint_eq(op->op.protection, map[i].protection);
        ck_assert_str_eq(op->file, map[i].file);
    }
    ck_assert_str_eq(operations(0, 2), "exec name:vt");
    ck_assert_str_eq(operations(2 + ARRAY_LEN(map), record.nops),
                     "mark:start mark:init mark:report mark:run exit");
    ck_assert_uint_eq(record.ops[record.nops - 1].at, record.n);
}
END_TEST

static bool within(const struct recorded_op *region, const struct reference *ref)
{
    return ref->vaddr >= region->op.start &&
           ref->vaddr + ref->size <= region->op.start + region->op.length;
}

static const char *const patterns[] = {
    "pattern=seq kb=20 iters=2",           "pattern=rnd kb=20 iters=20 A=2",
    "pattern=hot kb=20 iters=20 A=3 B=50", "pattern=think kb=20 iters=2 A=2",
    "pattern=grow kb=20 iters=2 A=3",      "pattern=fork kb=20 iters=2 A=2",
    "pattern=fork kb=20 iters=2 A=3",
};

START_TEST(every_reference_is_in_a_region_that_allows_it)
{
    struct recorded_op regions[8];
    size_t n = 0;
    run("vt", "kb=26 iters=1");
    for (size_t i = 0; i < record.nops; i++)
        if (op_kind(i) == VM_MAP)
            regions[n++] = record.ops[i];
    run("vt", patterns[_i]);
    for (size_t i = 0; i < record.n; i++) {
        const struct reference *ref = &record.refs[i];
        size_t r = 0;
        while (r < n && !within(&regions[r], ref))
            r++;
        if (r == n || (ref->kind == IFETCH) != (r == 0)) /* text alone is fetched */
            ck_abort_msg("reference %zu is to 0x%" PRIx64, i, ref->vaddr);
    }
}
END_TEST

START_TEST(printing_uses_all_text_and_data)
{
    bool used[9] = {false};
    run("vt", "kb=20 iters=1");
    for (size_t i = 0; i < record.n; i++)
        if (record.refs[i].vaddr < AREA)
            used[record.refs[i].vaddr / 1024] = true;
    for (size_t i = 0; i < ARRAY_LEN(used); i++)
        ck_assert_msg(used[i], "cluster %zu is never used", i);
}
END_TEST

START_TEST(marks_stand_between_the_phases)
{
    static const size_t touches[] = {0, 60, 60, 180};
    run("vt", "kb=60 iters=2");
    const size_t first = record.nops - 1 - ARRAY_LEN(touches), whole = record.n;
    for (size_t i = 0; i < ARRAY_LEN(touches); i++) {
        record.n = record.ops[first + i].at;
        find_touches();
        ck_assert_uint_eq(found.n, touches[i]);
        if (i > 0)
            ck_assert_uint_gt(record.n, record.ops[first + i - 1].at);
    }
    ck_assert_uint_eq(whole, record.n + 5); /* its exit */
}
END_TEST

/* --- time -------------------------------------------------------------------------- */

/* References up to the marks, and in all. */
struct lengths {
    uint64_t n, report, run;
};

static bool count(void *context, enum reference_kind kind, vaddr_t vaddr, uint32_t size)
{
    (void)kind;
    (void)vaddr;
    (void)size;
    ((struct lengths *)context)->n++;
    return true;
}

static bool look(void *context, const struct vm_op *op, const char *file)
{
    struct lengths *lengths = context;
    if (op->kind == VM_MARK && strcmp(file, "report") == 0)
        lengths->report = lengths->n;
    if (op->kind == VM_MARK && strcmp(file, "run") == 0)
        lengths->run = lengths->n;
    return true;
}

static struct lengths measure(const char *settings)
{
    _Alignas(16) unsigned char params[PARAM_VALUES_MAX];
    const struct generator_ops *generator = find("vt");
    char words[128], *save = NULL;
    struct lengths lengths = {0};
    const struct generator_sink sink = {.context = &lengths, .put = count, .op = look};
    param_defaults(generator->params, params);
    snprintf(words, sizeof words, "%s", settings);
    for (char *word = strtok_r(words, " ", &save); word;
         word = strtok_r(NULL, " ", &save)) {
        char *equals = strchr(word, '=');
        *equals = '\0';
        ck_assert_int_eq(param_set(generator->params, params, word, equals + 1, "vt",
                                   at_nowhere(), NULL),
                         OK);
    }
    ck_assert_int_eq(generator->run(params, NULL, &sink, NULL), OK);
    return lengths;
}

/* Elapsed milliseconds of phase `run` on the machine, where nothing was paged: mean of
 * three or four runs.  It executed 500 instructions a millisecond, 3.4 % of them of the
 * clock. */
static const struct {
    const char *settings;
    double ms, tolerance;
} measured[] = {
    {"pattern=seq kb=200 mode=w iters=10", 51.3, 2.5}, /* 48 to 53                       */
    {"pattern=seq kb=200 mode=r iters=10", 51.3, 3.5}, /* 49 to 56                       */
    {"pattern=seq kb=830 mode=w iters=10", 152.8, 3},  /* 150 to 156                     */
    {"pattern=seq kb=830 mode=r iters=10", 153.2, 3},
    {"pattern=hot kb=200 mode=w iters=20000 A=95 B=90", 2605.3, 60},
    {"pattern=think kb=200 mode=w iters=10 A=300", 3792.0, 10},
};

START_TEST(instructions_take_the_time_that_was_measured)
{
    const struct lengths lengths = measure(measured[_i].settings);
    ck_assert_double_eq_tol((double)(lengths.run - lengths.report) / (500 * (1 - 0.0344)),
                            measured[_i].ms, measured[_i].tolerance);
}
END_TEST

/* 0.083 ms */
START_TEST(a_random_touch_is_forty_instructions)
{
    const uint64_t a_hundred = measure("pattern=rnd kb=1400 iters=100").n;
    ck_assert_uint_eq(measure("pattern=rnd kb=1400 iters=200").n - a_hundred, 4000);
}
END_TEST

/* --- parameters -------------------------------------------------------------------- */

START_TEST(parameters_that_a_pattern_cannot_have_are_refused)
{
    static const char *const bad[] = {
        "pattern=hot kb=20 A=0",
        "pattern=hot kb=20 A=20",
        "pattern=hot kb=20 A=3 B=101",
        "pattern=grow kb=20 A=0",
        "pattern=grow kb=84 iters=10 A=1631",
        "pattern=fork A=4",
    };
    static const char *const good[] = {
        "pattern=hot kb=20 A=1 B=100",
        "pattern=hot kb=20 A=19 B=0",
        "pattern=grow kb=84 iters=10 A=1630",
        "pattern=fork A=3",
    };
    for (size_t i = 0; i < ARRAY_LEN(bad); i++)
        ck_assert_msg(run_limited("vt", bad[i], 1, 1) == ERR_CONFIG, "%s", bad[i]);
    for (size_t i = 0; i < ARRAY_LEN(good); i++)
        ck_assert_msg(run_limited("vt", good[i], 1, 1) == OK, "%s", good[i]);
}
END_TEST

static Suite *vt_suite(void)
{
    Suite *suite = suite_create("vt");
    TCase *tcase = tcase_create("vt");
    tcase_add_unchecked_fixture(tcase, record_alloc, record_free);
    tcase_add_test(tcase, seq_touches_all_clusters_in_order_each_pass);
    tcase_add_test(tcase, think_touches_as_seq_and_spins_between);
    tcase_add_test(tcase, rnd_touches_clusters_as_they_are_drawn);
    tcase_add_test(tcase, hot_touches_hot_clusters_or_goes_on_round_the_others);
    tcase_add_test(tcase, grow_maps_and_writes_what_is_new_before_each_pass);
    tcase_add_loop_test(tcase, fork_starts_a_child_each_time_and_waits_for_it, 0,
                        ARRAY_LEN(forks));
    tcase_add_test(tcase, only_forks_have_a_stream_besides);
    tcase_add_test(tcase, the_address_space_is_that_of_a_process_of_a_vax);
    tcase_add_loop_test(tcase, every_reference_is_in_a_region_that_allows_it, 0,
                        ARRAY_LEN(patterns));
    tcase_add_test(tcase, printing_uses_all_text_and_data);
    tcase_add_test(tcase, marks_stand_between_the_phases);
    tcase_add_loop_test(tcase, instructions_take_the_time_that_was_measured, 0,
                        ARRAY_LEN(measured));
    tcase_add_test(tcase, a_random_touch_is_forty_instructions);
    tcase_add_test(tcase, parameters_that_a_pattern_cannot_have_are_refused);
    suite_add_tcase(suite, tcase);
    return suite;
}

int main(void)
{
    SRunner *runner = srunner_create(vt_suite());
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
