/* lru_lists_test.c -- Linux's lists where some of what is on them are folios of several pages,
 * counted by hand. */
#include "harness.h"

#include "faultline/lru_lists.h"

enum { FRAMES = 64 };

static _Alignas(64) uint8_t memory[FRAMES * LRU_FRAME_SIZE];
static struct lru_lists lists;

static void setup(void)
{
    const struct policy_env env = {.nframes = FRAMES, .frames = memory};
    memset(memory, 0, sizeof memory);
    memset(&lists, 0, sizeof lists);
    lru_init(&lists, &env);
}

/* A folio of 2 to the order pages of a file comes. */
static void put(pfn_t pfn, unsigned order)
{
    lists.marks[pfn] = LRU_FILE | (order > 0 ? LRU_LARGE : 0);
    lists.orders[pfn] = (uint8_t)order;
    lists.where[pfn] = LRU_NOWHERE;
    lru_add(&lists, pfn);
}

START_TEST(lists_count_pages)
{
    put(0, 5);
    put(32, 0);
    put(40, 3);
    ck_assert_uint_eq(lists.n[LRU_INACTIVE_FILE], 32 + 1 + 8);
    ck_assert_uint_eq(lru_folios(&lists, LRU_INACTIVE_FILE), 3);
    lru_mark(&lists, 40, LRU_ACTIVE, true);
    lru_move(&lists, 40);
    ck_assert_uint_eq(lists.n[LRU_INACTIVE_FILE], 33);
    ck_assert_uint_eq(lists.n[LRU_ACTIVE_FILE], 8);
    lru_take(&lists, 0);
    ck_assert_uint_eq(lists.n[LRU_INACTIVE_FILE], 1);
}
END_TEST

/* isolate_lru_folios() stops when it has as many as it wants, with all of the last. */
START_TEST(isolation_takes_whole_folios)
{
    static const struct {
        uint64_t wanted, taken;
        unsigned folios;
    } rows[] = {{1, 4, 1}, {4, 4, 1}, {5, 5, 2}, {6, 37, 3}, {32, 37, 3}, {99, 37, 3}};
    put(0, 2);
    put(4, 0);
    put(32, 5);
    ck_assert_uint_eq(lru_isolate(&lists, LRU_INACTIVE_FILE, rows[_i].wanted),
                      rows[_i].taken);
    ck_assert_uint_eq(lists.n[LRU_TAKEN], rows[_i].taken);
    ck_assert_uint_eq(lru_folios(&lists, LRU_TAKEN), rows[_i].folios);
    ck_assert_uint_eq(lists.n[LRU_INACTIVE_FILE], 37 - rows[_i].taken);
    lru_return(&lists);
    ck_assert_uint_eq(lists.n[LRU_INACTIVE_FILE], 37);
    ck_assert_uint_eq(lru_tail(&lists, LRU_INACTIVE_FILE), 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("policy/lru_lists");
    TCase *all = tcase_create("all");
    tcase_add_checked_fixture(all, setup, NULL);
    tcase_add_test(all, lists_count_pages);
    tcase_add_loop_test(all, isolation_takes_whole_folios, 0, 6);
    suite_add_tcase(suite, all);
    return run_suite(suite);
}
