/* matrix_test.c -- the three orders of the matrix product, reference by reference. */
#include "recording.h"

/* Each array of 2 x 2 elements of 8 bytes takes one alignment of 64 KiB. */
#define A(i, k) (BASE + ((i)*2 + (k)) * 8)
#define B(k, j) (BASE + 0x10000 + ((k)*2 + (j)) * 8)
#define C(i, j) (BASE + 0x20000 + ((i)*2 + (j)) * 8)

START_TEST(matrix_row_runs_i_k_j)
{
    static const struct reference refs[] = {
        {LOAD, A(0, 0), 8},  {LOAD, B(0, 0), 8},  {LOAD, C(0, 0), 8},  {STORE, C(0, 0), 8},
        {LOAD, B(0, 1), 8},  {LOAD, C(0, 1), 8},  {STORE, C(0, 1), 8}, {LOAD, A(0, 1), 8},
        {LOAD, B(1, 0), 8},  {LOAD, C(0, 0), 8},  {STORE, C(0, 0), 8}, {LOAD, B(1, 1), 8},
        {LOAD, C(0, 1), 8},  {STORE, C(0, 1), 8}, {LOAD, A(1, 0), 8},  {LOAD, B(0, 0), 8},
        {LOAD, C(1, 0), 8},  {STORE, C(1, 0), 8}, {LOAD, B(0, 1), 8},  {LOAD, C(1, 1), 8},
        {STORE, C(1, 1), 8}, {LOAD, A(1, 1), 8},  {LOAD, B(1, 0), 8},  {LOAD, C(1, 0), 8},
        {STORE, C(1, 0), 8}, {LOAD, B(1, 1), 8},  {LOAD, C(1, 1), 8},  {STORE, C(1, 1), 8},
    };
    run("matrix-row", "n=2");
    expect(refs, ARRAY_LEN(refs));
}
END_TEST

START_TEST(matrix_column_runs_j_k_i)
{
    static const struct reference refs[] = {
        {LOAD, B(0, 0), 8},  {LOAD, A(0, 0), 8},  {LOAD, C(0, 0), 8},  {STORE, C(0, 0), 8},
        {LOAD, A(1, 0), 8},  {LOAD, C(1, 0), 8},  {STORE, C(1, 0), 8}, {LOAD, B(1, 0), 8},
        {LOAD, A(0, 1), 8},  {LOAD, C(0, 0), 8},  {STORE, C(0, 0), 8}, {LOAD, A(1, 1), 8},
        {LOAD, C(1, 0), 8},  {STORE, C(1, 0), 8}, {LOAD, B(0, 1), 8},  {LOAD, A(0, 0), 8},
        {LOAD, C(0, 1), 8},  {STORE, C(0, 1), 8}, {LOAD, A(1, 0), 8},  {LOAD, C(1, 1), 8},
        {STORE, C(1, 1), 8}, {LOAD, B(1, 1), 8},  {LOAD, A(0, 1), 8},  {LOAD, C(0, 1), 8},
        {STORE, C(0, 1), 8}, {LOAD, A(1, 1), 8},  {LOAD, C(1, 1), 8},  {STORE, C(1, 1), 8},
    };
    run("matrix-column", "n=2");
    expect(refs, ARRAY_LEN(refs));
}
END_TEST

START_TEST(matrix_blocked_with_one_block_is_matrix_row)
{
    run("matrix-row", "n=9");
    struct reference *row = copy_record();
    const size_t n = record.n;
    run("matrix-blocked", "n=9 block=9");
    expect(row, n);
    run("matrix-blocked", "n=9 block=100");
    expect(row, n);
    free(row);
}
END_TEST

/* n=5, block=2: the tiles along a side are 2, 2, 1.  B and C are touched n^3 times; A once
 * for each (i, k) in each of the 3 tiles along j. */
START_TEST(matrix_blocked_does_the_whole_product_at_ragged_edges)
{
    unsigned stores[25] = {0};
    run("matrix-blocked", "n=5 block=2");
    ck_assert_uint_eq(record.n, 3 * 125 + 3 * 25);
    for (size_t i = 0; i < record.n; i++)
        if (record.refs[i].kind == STORE)
            stores[(record.refs[i].vaddr - BASE - 0x20000) / 8]++;
    for (int i = 0; i < 25; i++)
        ck_assert_uint_eq(stores[i], 5);
}
END_TEST

START_TEST(matrix_instruction_fetches_go_before_each_access)
{
    static const struct reference refs[] = {
        {IFETCH, 0x400000, 4}, {LOAD, BASE, 4},
        {IFETCH, 0x400004, 4}, {LOAD, BASE + 0x10000, 4},
        {IFETCH, 0x400008, 4}, {LOAD, BASE + 0x20000, 4},
        {IFETCH, 0x40000c, 4}, {STORE, BASE + 0x20000, 4},
    };
    run("matrix-row", "n=1 element=4B ifetches=yes");
    expect(refs, ARRAY_LEN(refs));
}
END_TEST

/* n=32 with elements of 128 bytes: a row is a page.  In 16 frames, a column of A and one of
 * C (64 pages) do not fit: each inner load finds its page gone.  Along the rows, B comes
 * in once for each row of C, and each row of A and of C once. */
START_TEST(matrix_column_faults_at_every_element_when_a_row_is_a_page)
{
    run("matrix-column", "n=32 element=128B");
    const unsigned column = lru_faults(16);
    ck_assert_uint_ge(column, 2 * 32 * 32 * 32);
    run("matrix-row", "n=32 element=128B");
    ck_assert_uint_eq(lru_faults(16), 32 * 32 + 2 * 32);
    run("matrix-blocked", "n=32 element=128B block=4");
    ck_assert_uint_lt(lru_faults(16), column / 8);
}
END_TEST

static Suite *matrix_suite(void)
{
    Suite *suite = suite_create("matrix");
    TCase *tests = tcase_create("matrix");
    tcase_add_unchecked_fixture(tests, record_alloc, record_free);
    tcase_add_test(tests, matrix_row_runs_i_k_j);
    tcase_add_test(tests, matrix_column_runs_j_k_i);
    tcase_add_test(tests, matrix_blocked_with_one_block_is_matrix_row);
    tcase_add_test(tests, matrix_blocked_does_the_whole_product_at_ragged_edges);
    tcase_add_test(tests, matrix_instruction_fetches_go_before_each_access);
    tcase_add_test(tests, matrix_column_faults_at_every_element_when_a_row_is_a_page);
    suite_add_tcase(suite, tests);
    return suite;
}

int main(void)
{
    SRunner *runner = srunner_create(matrix_suite());
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
