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
    unsigned count[16] = {0};
    double chi2 = 0;
    run("uniform", "size=64KiB references=160000");
    ck_assert_uint_eq(record.n, 160000);
    for (size_t i = 0; i < record.n; i++) {
        const uint64_t offset = record.refs[i].vaddr - BASE;
        ck_assert_uint_lt(offset, 64 << 10);
        ck_assert_uint_eq(offset % 8, 0);
        count[offset / PAGE]++;
    }
    for (int i = 0; i < 16; i++)
        chi2 += (count[i] - 10000.0) * (count[i] - 10000.0) / 10000.0;
    ck_assert_double_lt(chi2, 37.7); /* 15 degrees of freedom, p = 0.001 */
    ck_assert_double_eq_tol(part_of_stores(), 0.3, 0.006);
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
    tcase_add_test(each, zipf_draws_each_rank_with_its_probability);
    tcase_add_test(each, zipf_strews_the_ranks_with_the_seed);
    tcase_add_test(each, zipf_refuses_an_item_larger_than_the_region);
    tcase_add_test(each, phases_share_the_overlap_with_their_neighbour_only);
    tcase_add_test(each, phases_refuse_an_overlap_larger_than_the_set);
    tcase_add_test(each, pointer_chase_is_one_cycle_through_all_nodes);
    tcase_add_test(each, pointer_chase_of_one_node_stays_there);
    suite_add_tcase(suite, each);

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
