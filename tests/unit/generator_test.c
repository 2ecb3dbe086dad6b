/* generator_test.c -- the synthetic traces: reference by reference where they can be
 * counted by hand, and by what they are meant to show. */
#include "recording.h"

static unsigned distinct_pages(size_t from, size_t end)
{
    static unsigned char seen[1 << 16];
    unsigned n = 0;
    memset(seen, 0, sizeof seen);
    for (size_t i = from; i < end; i++) {
        const size_t page = (record.refs[i].vaddr - BASE) / PAGE;
        ck_assert_uint_lt(page, sizeof seen);
        n += !seen[page];
        seen[page] = 1;
    }
    return n;
}

static double part_of_stores(void)
{
    size_t stores = 0;
    for (size_t i = 0; i < record.n; i++)
        stores += record.refs[i].kind == STORE;
    return (double)stores / (double)record.n;
}

/* --- sequential, loop ------------------------------------------------------------- */

START_TEST(sequential_reads_the_whole_array_in_order_each_pass)
{
    static const struct reference refs[] = {
        {LOAD, BASE, 4}, {LOAD, BASE + 8, 4}, {LOAD, BASE + 16, 4},
        {LOAD, BASE, 4}, {LOAD, BASE + 8, 4}, {LOAD, BASE + 16, 4},
    };
    run("sequential", "size=20B passes=2 stride=8B element=4B");
    expect(refs, ARRAY_LEN(refs));
}
END_TEST

START_TEST(sequential_never_reads_past_the_end)
{
    run("sequential", "size=100B stride=7B element=16B"); /* 0, 7, ... 84: 84+16 = 100 */
    ck_assert_uint_eq(record.n, 13);
    ck_assert_uint_eq(record.refs[12].vaddr, BASE + 84);
}
END_TEST

START_TEST(sequential_refuses_an_element_larger_than_the_array)
{
    ck_assert_int_eq(run_limited("sequential", "size=8B element=16B", 1, 1), ERR_CONFIG);
}
END_TEST

START_TEST(one_sequential_pass_faults_once_a_page)
{
    run("sequential", "size=64KiB");
    ck_assert_uint_eq(lru_faults(1), 16);
}
END_TEST

START_TEST(loop_one_page_larger_than_memory_faults_at_every_page_under_lru)
{
    run("loop", "size=68KiB iterations=10 stride=512B"); /* 17 pages, 8 references each */
    ck_assert_uint_eq(record.n, 17 * 8 * 10);
    ck_assert_uint_eq(lru_faults(16), 17 * 10);
    ck_assert_uint_eq(lru_faults(17), 17);
}
END_TEST

START_TEST(loop_stores_the_fraction_asked_for)
{
    run("loop", "size=64KiB iterations=10 writes=0");
    ck_assert(part_of_stores() == 0.0);
    run("loop", "size=64KiB iterations=10 writes=1");
    ck_assert(part_of_stores() == 1.0);
    run("loop", "size=64KiB iterations=100 writes=0.25"); /* n = 102400: s = 0.0014 */
    ck_assert_double_eq_tol(part_of_stores(), 0.25, 0.007);
}
END_TEST

/* --- uniform, zipf, phases, pointer-chase ------------------------------------------ */

START_TEST(uniform_references_each_page_alike)
{
    static bool touched[16 * PAGE / 8];
    unsigned count[16] = {0}, places = 0;
    double chi2 = 0;
    run("uniform", "pages=16 references=160000");
    ck_assert_uint_eq(record.n, 160000);
    for (size_t i = 0; i < record.n; i++) {
        const uint64_t offset = record.refs[i].vaddr - BASE;
        ck_assert_uint_lt(offset, 64 << 10);
        ck_assert_uint_eq(offset % 8, 0);
        count[offset / PAGE]++;
        places += !touched[offset / 8];
        touched[offset / 8] = true;
    }
    ck_assert_uint_eq(places, 16 * PAGE / 8); /* 20 references to each, on average */
    for (int i = 0; i < 16; i++)
        chi2 += (count[i] - 10000.0) * (count[i] - 10000.0) / 10000.0;
    ck_assert_double_lt(chi2, 37.7); /* 15 degrees of freedom, p = 0.001 */
    ck_assert_double_eq_tol(part_of_stores(), 0.3, 0.006);
}
END_TEST

/* The seed's draws are the same; only where the pages lie differs. */
START_TEST(uniform_pages_lie_a_stride_apart)
{
    enum { N = 4000 };
    run("uniform", "pages=6 page_size=8KiB references=4000");
    struct reference *dense = copy_record();
    run("uniform", "pages=6 page_size=8KiB stride=2MiB references=4000");
    ck_assert_uint_eq(record.n, N);
    for (size_t i = 0; i < N; i++) {
        const uint64_t offset = dense[i].vaddr - BASE;
        ck_assert_uint_lt(offset, 6 * 8192);
        ck_assert_uint_eq(record.refs[i].vaddr,
                          BASE + (offset / 8192 << 21) + offset % 8192);
    }
    run("uniform", "pages=6 page_size=8KiB stride=8KiB references=4000");
    expect(dense, N);
    free(dense);
}
END_TEST

START_TEST(uniform_refuses_pages_that_overlap_or_end_beyond_all_addresses)
{
    ck_assert_int_eq(run_limited("uniform", "page_size=8KiB stride=4KiB", 1, 1),
                     ERR_CONFIG);
    /* 65536 strides of 2^48 bytes are 2^64. */
    ck_assert_int_eq(run_limited("uniform", "pages=65537 stride=256TiB", 1, 1), ERR_CONFIG);
    ck_assert_int_eq(run_limited("uniform", "pages=65536 stride=256TiB", 1, 1), OK);
}
END_TEST

START_TEST(zipf_items_lie_a_stride_apart)
{
    enum { N = 4000 };
    run("zipf", "size=64KiB references=4000");
    struct reference *dense = copy_record();
    run("zipf", "size=64KiB stride=2MiB references=4000");
    ck_assert_uint_eq(record.n, N);
    for (size_t i = 0; i < N; i++) {
        const uint64_t offset = dense[i].vaddr - BASE;
        ck_assert_uint_eq(record.refs[i].vaddr,
                          BASE + (offset / PAGE << 21) + offset % PAGE);
    }
    free(dense);
    ck_assert_int_eq(run_limited("zipf", "item=8KiB stride=4KiB", 1, 1), ERR_CONFIG);
}
END_TEST

static int by_count_down(const void *a, const void *b)
{
    const unsigned x = *(const unsigned *)a, y = *(const unsigned *)b;
    return (x < y) - (x > y);
}

/* With 4 items and exponent 1 the weights are 1, 1/2, 1/3, 1/4, in all 25/12. */
START_TEST(zipf_draws_each_rank_with_its_probability)
{
    static const double part[] = {12.0 / 25, 6.0 / 25, 4.0 / 25, 3.0 / 25};
    unsigned count[4] = {0};
    double chi2 = 0;
    run("zipf", "size=16KiB exponent=1 references=100000");
    for (size_t i = 0; i < record.n; i++) {
        ck_assert_uint_lt(record.refs[i].vaddr - BASE, 16 << 10);
        count[(record.refs[i].vaddr - BASE) / PAGE]++;
    }
    qsort(count, 4, sizeof *count, by_count_down);
    for (int i = 0; i < 4; i++) {
        const double expected = part[i] * 100000;
        chi2 += (count[i] - expected) * (count[i] - expected) / expected;
    }
    ck_assert_double_lt(chi2, 16.27); /* 3 degrees of freedom, p = 0.001 */
}
END_TEST

static size_t most_used_item(uint64_t seed)
{
    unsigned count[64] = {0};
    size_t best = 0;
    ck_assert_int_eq(
        run_limited("zipf", "size=256KiB exponent=1.5 references=10000", seed, RECORD_MAX),
        OK);
    for (size_t i = 0; i < record.n; i++)
        count[(record.refs[i].vaddr - BASE) / PAGE]++;
    for (size_t i = 0; i < 64; i++)
        best = count[i] > count[best] ? i : best;
    return best;
}

START_TEST(zipf_strews_the_ranks_with_the_seed)
{
    bool moved = false;
    for (uint64_t seed = 2; seed < 6; seed++)
        moved |= most_used_item(seed) != most_used_item(1);
    ck_assert(moved);
}
END_TEST

START_TEST(zipf_refuses_an_item_larger_than_the_region)
{
    ck_assert_int_eq(run_limited("zipf", "size=4KiB item=8KiB", 1, 1), ERR_CONFIG);
}
END_TEST

START_TEST(phases_share_the_overlap_with_their_neighbour_only)
{
    run("phases", "phases=3 set=64KiB overlap=16KiB length=10000");
    ck_assert_uint_eq(record.n, 30000);
    for (size_t phase = 0; phase < 3; phase++)
        ck_assert_uint_eq(distinct_pages(phase * 10000, (phase + 1) * 10000), 16);
    ck_assert_uint_eq(distinct_pages(0, 20000), 16 + 16 - 4);
    ck_assert_uint_eq(distinct_pages(0, 30000), 16 + 2 * (16 - 4));
    ck_assert_uint_eq(lru_faults(40), 40);
}
END_TEST

START_TEST(phases_refuse_an_overlap_larger_than_the_set)
{
    ck_assert_int_eq(run_limited("phases", "set=4KiB overlap=8KiB", 1, 1), ERR_CONFIG);
}
END_TEST

START_TEST(pointer_chase_is_one_cycle_through_all_nodes)
{
    static unsigned char seen[1000];
    run("pointer-chase", "nodes=1000 node_size=48B references=2001");
    ck_assert_uint_eq(record.n, 2001);
    memset(seen, 0, sizeof seen);
    for (size_t i = 0; i < 1000; i++) {
        const uint64_t offset = record.refs[i].vaddr - BASE;
        ck_assert_uint_eq(offset % 48, 0);
        ck_assert_uint_lt(offset / 48, 1000);
        ck_assert(!seen[offset / 48]);
        seen[offset / 48] = 1;
    }
    for (size_t i = 1000; i < 2001; i++) /* and round again the same way */
        ck_assert_uint_eq(record.refs[i].vaddr, record.refs[i - 1000].vaddr);
}
END_TEST

START_TEST(pointer_chase_of_one_node_stays_there)
{
    run("pointer-chase", "nodes=1 references=3");
    ck_assert_uint_eq(distinct_pages(0, 3), 1);
}
END_TEST

/* --- whole traces ------------------------------------------------------------------ */

struct taken {
    unsigned batches, most;
    uint64_t references, stores;
};

static enum status take(void *context, const struct batch *batch, struct error *err)
{
    struct taken *taken = context;
    taken->references += batch_references(batch);
    taken->stores += batch->counts.stores;
    return ++taken->batches < taken->most ? OK
                                          : error_set(err, ERR_IO, at_nowhere(), "full");
}

static enum status make(const char *name, const char *param, const char *value,
                        uint64_t seed, struct taken *taken)
{
    _Alignas(16) unsigned char params[PARAM_VALUES_MAX];
    const struct generator_ops *generator = generator_find(name);
    const struct generator_output output = {.context = taken, .put = take};
    param_defaults(generator->params, params);
    ck_assert_int_eq(
        param_set(generator->params, params, param, value, name, at_nowhere(), NULL), OK);
    return generator_make(generator, params, seed, GRANULE_SHIFT_DEFAULT, &output, NULL);
}

START_TEST(a_trace_is_handed_on_in_batches_to_its_last_reference)
{
    struct taken taken = {.most = 1000};
    ck_assert_int_eq(make("uniform", "references", "700001", 1, &taken), OK);
    ck_assert_uint_gt(taken.batches, 1);
    ck_assert_uint_eq(taken.references, 700001);
}
END_TEST

START_TEST(an_output_that_fails_ends_the_trace)
{
    for (unsigned most = 1; most < 3; most++) {
        struct taken taken = {.most = most};
        ck_assert_int_eq(make("uniform", "references", "700001", 1, &taken), ERR_IO);
        ck_assert_uint_eq(taken.batches, most);
    }
    struct taken last = {.most = 1}; /* the only batch, put when the generator is done */
    ck_assert_int_eq(make("uniform", "references", "7", 1, &last), ERR_IO);
}
END_TEST

START_TEST(the_seed_starts_the_random_numbers_of_a_trace)
{
    uint64_t stores[3];
    record_alloc();
    for (uint64_t seed = 0; seed < 3; seed++) {
        struct taken taken = {.most = 1000};
        ck_assert_int_eq(make("uniform", "references", "10000", seed, &taken), OK);
        ck_assert_int_eq(run_limited("uniform", "references=10000", seed, RECORD_MAX), OK);
        stores[seed] = 0;
        for (size_t i = 0; i < record.n; i++)
            stores[seed] += record.refs[i].kind == STORE;
        ck_assert_uint_eq(taken.stores, stores[seed]);
    }
    ck_assert(stores[0] != stores[1] && stores[1] != stores[2]);
    record_free();
}
END_TEST

START_TEST(parameters_that_do_not_go_together_put_nothing)
{
    struct taken taken = {.most = 1000};
    ck_assert_int_eq(make("sequential", "size", "4B", 1, &taken), ERR_CONFIG);
    ck_assert_uint_eq(taken.batches, 0);
}
END_TEST

START_TEST(generators_are_found_by_their_names)
{
    ck_assert_ptr_null(generator_find("unifor"));
    for (size_t i = 0; generator_table[i]; i++)
        ck_assert_ptr_eq(generator_find(generator_table[i]->name), generator_table[i]);
}
END_TEST

START_TEST(the_origin_of_a_trace_has_all_that_made_it)
{
    _Alignas(16) unsigned char params[PARAM_VALUES_MAX];
    const struct generator_ops *generator = generator_find("loop");
    char text[200], cut[20];
    param_defaults(generator->params, params);
    ck_assert_str_eq(generator_origin(generator, params, 7, text, sizeof text),
                     "faultline trace generate loop --seed 7 size=266240 iterations=100 "
                     "stride=64 writes=0");
    ck_assert_str_eq(generator_origin(generator, params, 7, cut, sizeof cut),
                     "faultline trace gen");
}
END_TEST

/* --- every generator --------------------------------------------------------------- */

static const char *nth_name(int i)
{
    return generator_table[i]->name;
}

START_TEST(equal_seeds_give_equal_references)
{
    enum { N = 20000 };
    ck_assert_int_eq(run_limited(nth_name(_i), "", 7, N), OK);
    const size_t n = record.n;
    struct reference *first = copy_record();
    ck_assert_int_eq(run_limited(nth_name(_i), "", 7, N), OK);
    expect(first, n);
    free(first);
}
END_TEST

START_TEST(a_sink_that_says_stop_gets_no_more)
{
    ck_assert_int_eq(run_limited(nth_name(_i), "", 1, 1), OK);
    ck_assert_uint_eq(record.n, 1);
    ck_assert_int_eq(run_limited(nth_name(_i), "", 1, 1001), OK);
    ck_assert_uint_eq(record.n, 1001);
}
END_TEST

START_TEST(defaults_are_within_their_ranges_and_described)
{
    const struct generator_ops *generator = generator_table[_i];
    ck_assert_uint_le(generator->params_size, PARAM_VALUES_MAX);
    ck_assert_uint_gt(strlen(generator->summary), 10);
    ck_assert_uint_gt(strlen(generator->shows), 100);
    for (const struct param *p = generator->params; p->name; p++) {
        _Alignas(16) unsigned char params[PARAM_VALUES_MAX];
        struct error err;
        ck_assert_msg(param_set(generator->params, params, p->name, p->fallback, "it",
                                at_nowhere(), &err) == OK,
                      "%s: %s", generator->name, err.text);
        ck_assert_uint_gt(strlen(p->help), 10);
        ck_assert_uint_lt(p->offset, generator->params_size);
    }
}
END_TEST

static Suite *generator_suite(void)
{
    Suite *suite = suite_create("generator");
    TCase *each = tcase_create("each");
    tcase_add_unchecked_fixture(each, record_alloc, record_free);
    tcase_add_test(each, sequential_reads_the_whole_array_in_order_each_pass);
    tcase_add_test(each, sequential_never_reads_past_the_end);
    tcase_add_test(each, sequential_refuses_an_element_larger_than_the_array);
    tcase_add_test(each, one_sequential_pass_faults_once_a_page);
    tcase_add_test(each, loop_one_page_larger_than_memory_faults_at_every_page_under_lru);
    tcase_add_test(each, loop_stores_the_fraction_asked_for);
    tcase_add_test(each, uniform_references_each_page_alike);
    tcase_add_test(each, uniform_pages_lie_a_stride_apart);
    tcase_add_test(each, uniform_refuses_pages_that_overlap_or_end_beyond_all_addresses);
    tcase_add_test(each, zipf_draws_each_rank_with_its_probability);
    tcase_add_test(each, zipf_strews_the_ranks_with_the_seed);
    tcase_add_test(each, zipf_refuses_an_item_larger_than_the_region);
    tcase_add_test(each, zipf_items_lie_a_stride_apart);
    tcase_add_test(each, phases_share_the_overlap_with_their_neighbour_only);
    tcase_add_test(each, phases_refuse_an_overlap_larger_than_the_set);
    tcase_add_test(each, pointer_chase_is_one_cycle_through_all_nodes);
    tcase_add_test(each, pointer_chase_of_one_node_stays_there);
    suite_add_tcase(suite, each);

    TCase *whole = tcase_create("whole");
    tcase_add_test(whole, a_trace_is_handed_on_in_batches_to_its_last_reference);
    tcase_add_test(whole, an_output_that_fails_ends_the_trace);
    tcase_add_test(whole, the_seed_starts_the_random_numbers_of_a_trace);
    tcase_add_test(whole, parameters_that_do_not_go_together_put_nothing);
    tcase_add_test(whole, generators_are_found_by_their_names);
    tcase_add_test(whole, the_origin_of_a_trace_has_all_that_made_it);
    suite_add_tcase(suite, whole);

    TCase *all = tcase_create("all");
    tcase_add_unchecked_fixture(all, record_alloc, record_free);
    int n = 0;
    while (generator_table[n])
        n++;
    tcase_add_loop_test(all, equal_seeds_give_equal_references, 0, n);
    tcase_add_loop_test(all, a_sink_that_says_stop_gets_no_more, 0, n);
    tcase_add_loop_test(all, defaults_are_within_their_ranges_and_described, 0, n);
    suite_add_tcase(suite, all);
    return suite;
}

int main(void)
{
    SRunner *runner = srunner_create(generator_suite());
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
