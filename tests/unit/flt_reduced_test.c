/* flt_reduced_test.c -- the header of reduced native traces, and what refuses them. */
#include "unit/flt_file.h"

#include <xxhash.h>

static struct reduction found;
static bool with_operations;

static void write_reduced(enum reduction_method method, uint64_t frames)
{
    struct flt_writer *writer;
    const struct flt_writer_options options = {
        .granule_shift = 12,
        .origin = "x",
        .reduction = {.method = method, .frames = frames},
    };
    build(1, 10, 12);
    batches[0].nops = with_operations ? batches[0].nops : 0;
    ck_assert_int_eq(flt_writer_create(&writer, path, &options, &error), OK);
    ck_assert_int_eq(flt_writer_put(writer, &batches[0], &error), OK);
    ck_assert_int_eq(flt_writer_finish(writer, &error), OK);
    load_file();
}

static enum status open_it(void)
{
    struct trace *trace = NULL;
    const struct trace_options options = {.path = path};
    const enum status status = trace_open(&trace, &options, &error);
    if (status == OK)
        found = trace_info(trace)->reduction;
    trace_close(trace);
    return status;
}

START_TEST(what_a_trace_is_reduced_to_comes_back)
{
    write_reduced(REDUCTION_OLR, REDUCTION_FRAMES_MAX);
    ck_assert_uint_eq(get32(bytes + 8), 3);
    ck_assert_int_eq(open_it(), OK);
    ck_assert_int_eq(found.method, REDUCTION_OLR);
    ck_assert_uint_eq(found.frames, REDUCTION_FRAMES_MAX);
    read_trace(path, false);
    ck_assert_int_eq(got.status, END);
    ck_assert_uint_eq(got.n, 1);
}
END_TEST

START_TEST(a_full_trace_has_no_reduction_in_its_header)
{
    write_small();
    ck_assert_uint_eq(get32(bytes + 8), 4);
    ck_assert_uint_eq(chunk_at[0], FLT_HEADER_FIXED + 1 + 8);
    ck_assert_int_eq(open_it(), OK);
    ck_assert_int_eq(found.method, REDUCTION_NONE);
}
END_TEST

/* Where in the reduction, and what. */
static const struct {
    size_t at;
    uint32_t value;
} nonsense[] = {
    {0, REDUCTION_NONE}, {0, REDUCTION_METHODS},
    {0, UINT32_MAX},     {4, 0},
    {4, UINT32_MAX},     {8, 1},
};

START_TEST(an_unknown_reduction_is_refused)
{
    write_reduced(REDUCTION_SAD, 64);
    put32(bytes + FLT_HEADER_FIXED + 1 + nonsense[_i].at, nonsense[_i].value);
    put64(bytes + chunk_at[0] - 8, XXH3_64bits(bytes, chunk_at[0] - 8));
    save_file(size);
    ck_assert_int_eq(open_it(), ERR_DAMAGED);
    must_say("reduced in a way that this program does not know", (size_t)_i);
}
END_TEST

START_TEST(operations_in_a_reduced_trace_are_refused)
{
    with_operations = true;
    write_reduced(REDUCTION_SAD, 64);
    ck_assert_uint_gt(batches[0].nops, 0);
    read_trace(path, false);
    ck_assert_int_eq(got.status, ERR_DAMAGED);
    must_say("has operations, which a reduced trace cannot", 0);
}
END_TEST

START_TEST(a_header_without_its_reduction_is_damaged)
{
    write_reduced(REDUCTION_SAD, 64);
    put32(bytes + 8, 2);
    put64(bytes + chunk_at[0] - 8, XXH3_64bits(bytes, chunk_at[0] - 8));
    save_file(size);
    ck_assert_int_eq(open_it(), ERR_DAMAGED);
    must_say("damaged: the header", 0);
}
END_TEST

START_TEST(a_reduction_cut_short_is_noticed)
{
    write_reduced(REDUCTION_SAD, 64);
    save_file(chunk_at[0] - 12);
    ck_assert_int_eq(open_it(), ERR_DAMAGED);
    must_say("damaged: the header is cut short", 0);
}
END_TEST

/* For 64 frames of 4 KiB by SAD, unless olr. */
static const struct {
    struct reduction_use use;
    bool olr;
    const char *says; /* NULL: it may be used so */
} uses[] = {
    {{.policy = "lru", .frames = 64, .page_size = 4096}, false, NULL},
    {{.policy = "opt", .frames = 64, .page_size = 4096}, false, NULL},
    {{.policy = "lru", .frames = UINT64_MAX, .page_size = 65536}, false, NULL},
    {{.policy = "lru", .frames = 64, .page_size = 4096}, true, NULL},
    {{.policy = "opt", .frames = 64, .page_size = 4096}, true, "'--method sad'"},
    {{.policy = "clock", .frames = 64, .page_size = 4096}, false, "lru and opt only"},
    {{.policy = "clock", .frames = 64, .page_size = 4096}, true, "lru only"},
    {{.policy = "lru", .frames = 63, .page_size = 4096}, false, "'--frames 63'"},
    {{.policy = "lru", .frames = 64, .page_size = 2048}, false, "not of 2 KiB"},
    {{.policy = "lru", .frames = 64, .page_size = 4096, .tables = true},
     false,
     "'machine.mmu: ideal'"},
    {{.policy = "lru", .frames = 64, .page_size = 4096, .timed = true},
     false,
     "'timing: none'"},
};

START_TEST(a_reduced_trace_is_refused_where_it_is_not_exact)
{
    const struct reduction full = {.method = REDUCTION_NONE};
    const struct reduction reduction = {
        .method = uses[_i].olr ? REDUCTION_OLR : REDUCTION_SAD, .frames = 64};
    struct reduction_use use = uses[_i].use;
    use.granule = 4096;
    error.text[0] = '\0';
    ck_assert_int_eq(reduction_allows(&full, "t.flt", &use, &error), OK);
    ck_assert_int_eq(reduction_allows(&reduction, "t.flt", &use, &error),
                     uses[_i].says ? ERR_CONFIG : OK);
    if (uses[_i].says) {
        must_say(uses[_i].says, (size_t)_i);
        ck_assert_str_eq(error.file, "t.flt");
    }
}
END_TEST

static Suite *flt_reduced_suite(void)
{
    Suite *suite = suite_create("flt_reduced");
    TCase *tests = tcase_create("flt_reduced");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, what_a_trace_is_reduced_to_comes_back);
    tcase_add_test(tests, a_full_trace_has_no_reduction_in_its_header);
    tcase_add_loop_test(tests, an_unknown_reduction_is_refused, 0, ARRAY_LEN(nonsense));
    tcase_add_test(tests, operations_in_a_reduced_trace_are_refused);
    tcase_add_test(tests, a_header_without_its_reduction_is_damaged);
    tcase_add_test(tests, a_reduction_cut_short_is_noticed);
    tcase_add_loop_test(tests, a_reduced_trace_is_refused_where_it_is_not_exact, 0,
                        ARRAY_LEN(uses));
    suite_add_tcase(suite, tests);
    return suite;
}

int main(void)
{
    return run_suite(flt_reduced_suite());
}
