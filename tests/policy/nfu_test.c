/* nfu_test.c -- NFU against a slow model, and the R bits of Tanenbaum's figure added up. */
#include "policy/bits_model.h"
#include "policy/ticks.h"

static void tick(struct bits_model *m)
{
    for (uint64_t i = 0; i < m->nused; i++) {
        m->frames[i].count += m->frames[i].used;
        m->frames[i].used = false;
    }
}

static bool may_go(const struct bits_model *m, uint64_t frame)
{
    for (uint64_t i = 0; i < m->nused; i++)
        if (m->frames[i].count < m->frames[frame].count)
            return false;
    return true;
}

static uint64_t first_victim(struct bits_model *m)
{
    uint64_t i = 0;
    while (!may_go(m, i))
        i++;
    return i;
}

START_TEST(the_first_page_with_the_lowest_counter_goes)
{
    static const struct {
        uint64_t interval;
        bool ref_on_load;
        const char *policy;
    } rows[] = {
        {20000, true, "policy={name: nfu, tie: first}"},
        {10, true, "policy={name: nfu, tie: first, interval: 10}"},
        {3, false, "policy={name: nfu, tie: first, interval: 3, ref_on_load: no}"},
    };
    const struct bits_rules rules = {.interval = rows[_i].interval,
                                     .ref_on_load = rows[_i].ref_on_load,
                                     .tick = tick,
                                     .victim = first_victim};
    const char *const set[] = {rows[_i].policy, NULL};
    bits_compare(&rules, set);
}
END_TEST

START_TEST(of_pages_with_the_lowest_counter_one_goes_by_chance)
{
    static const struct bits_rules rules = {
        .interval = 40, .ref_on_load = false, .tick = tick, .may_go = may_go};
    static const char *const set[] = {"policy={name: nfu, interval: 40, ref_on_load: no}",
                                      "machine.frames=8", NULL};
    uint64_t chosen[STRING_FRAMES_MAX] = {0};
    const uint64_t victims = bits_check_choices(&rules, set, 8, 4000, 4000, chosen);
    ck_assert_uint_gt(victims, 2000);
    for (int i = 0; i < 8; i++)
        ck_assert_uint_gt(chosen[i], 20);
}
END_TEST

/* The R bits of Tanenbaum, Modern Operating Systems, figure 3-17, added up page by page:
 * 4, 3, 2, 1, 3, 2. */
START_TEST(a_counter_is_the_number_of_intervals_with_a_use)
{
    static const uint64_t counters[] = {4, 3, 2, 1, 3, 2};
    struct shown *s = ticks_open("101011 110010 110101 100010 011000",
                                 "policy={name: nfu, " TICK_INTERVAL ", ref_on_load: no}");
    for (vpn_t page = 0; page < 6; page++)
        ck_assert_uint_eq(shown_number(s, "counter", page), counters[page]);
    shown_close(s);
}
END_TEST

/* A page that was used much long ago stays, and a new one goes: Tanenbaum's objection. */
START_TEST(it_never_forgets)
{
    static const char *const set[] = {
        "policy={name: nfu, interval: 2, tie: first, ref_on_load: no}", "machine.frames=3",
        NULL};
    struct shown *s = shown_open("1 2 1 2 1 2 3 2 3 2 3 2 4 5", set);
    shown_take(s, 12);
    ck_assert_uint_eq(shown_number(s, "counter", 1), 2);
    /* 3 was used in the last two intervals, of which the second has just ended. */
    shown_evicts(
        s, 1,
        "page 1 was used in 2 intervals since it was loaded, and none in fewer; of "
        "the 2 pages with that it is in the first frame");
    shown_evicts(s, 4,
                 "page 4 was used in 0 intervals since it was loaded, and none in fewer");
    shown_close(s);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("nfu");
    TCase *tests = tcase_create("nfu");
    tcase_add_loop_test(tests, the_first_page_with_the_lowest_counter_goes, 0, 3);
    tcase_add_test(tests, of_pages_with_the_lowest_counter_one_goes_by_chance);
    tcase_add_test(tests, a_counter_is_the_number_of_intervals_with_a_use);
    tcase_add_test(tests, it_never_forgets);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
