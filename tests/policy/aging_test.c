/* aging_test.c -- aging: the counters of Tanenbaum's figure and exercises, and against a
 * slow model. */
#include "policy/bits_model.h"
#include "policy/ticks.h"

/* rules: a bits; b: a page is loaded with the highest one set. */
static void loaded(struct bits_model *m, uint64_t frame)
{
    m->frames[frame].count = m->rules->b ? (uint64_t)1 << (m->rules->a - 1) : 0;
}

static void tick(struct bits_model *m)
{
    for (uint64_t i = 0; i < m->nused; i++) {
        struct bits_frame *f = &m->frames[i];
        f->count = f->count / 2 + (f->used ? (uint64_t)1 << (m->rules->a - 1) : 0);
        f->used = false;
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
        struct bits_rules rules;
        const char *policy;
    } rows[] = {
        {{.interval = 20000, .a = 8, .b = 1}, "policy={name: aging, tie: first}"},
        {{.interval = 10, .a = 8, .b = 1, .ref_on_load = true},
         "policy={name: aging, tie: first, interval: 10}"},
        {{.interval = 3, .a = 31, .b = 0},
         "policy={name: aging, tie: first, interval: 3, bits: 31, ref_on_load: no, "
         "count_on_load: no}"},
        {{.interval = 40, .a = 1, .b = 0, .ref_on_load = true},
         "policy={name: aging, tie: first, interval: 40, bits: 1, count_on_load: no}"},
        {{.interval = 5, .a = 4, .b = 1},
         "policy={name: aging, tie: first, interval: 5, bits: 4, ref_on_load: no}"},
    };
    struct bits_rules rules = rows[_i].rules;
    rules.loaded = loaded;
    rules.tick = tick;
    rules.victim = first_victim;
    const char *const set[] = {rows[_i].policy, NULL};
    bits_compare(&rules, set);
}
END_TEST

START_TEST(of_pages_with_the_lowest_counter_one_goes_by_chance)
{
    static const struct bits_rules rules = {.interval = 40,
                                            .ref_on_load = true,
                                            .a = 3,
                                            .b = 1,
                                            .loaded = loaded,
                                            .tick = tick,
                                            .may_go = may_go};
    static const char *const set[] = {"policy={name: aging, interval: 40, bits: 3}",
                                      "machine.frames=8", NULL};
    uint64_t chosen[STRING_FRAMES_MAX] = {0};
    const uint64_t victims = bits_check_choices(&rules, set, 8, 400, 4000, chosen);
    ck_assert_uint_gt(victims, 2000);
    for (int i = 0; i < 8; i++)
        ck_assert_uint_gt(chosen[i], victims / 16);
}
END_TEST

static uint64_t from_binary(const char *digits)
{
    return strtoull(digits, NULL, 2);
}

/* Tanenbaum, Modern Operating Systems, figure 3-17: the R bits of six pages at five clock
 * ticks, and the counters (a) to (e) after each.  When the last ones stand, page 3 is the
 * one to go, then 5, and so on in the order of the counters. */
START_TEST(counters_are_those_of_tanenbaums_figure)
{
    static const char bits[] = "101011 110010 110101 100010 011000";
    static const char *const counters[5][6] = {
        {"10000000", "00000000", "10000000", "00000000", "10000000", "10000000"},
        {"11000000", "10000000", "01000000", "00000000", "11000000", "01000000"},
        {"11100000", "11000000", "00100000", "10000000", "01100000", "10100000"},
        {"11110000", "01100000", "00010000", "01000000", "10110000", "01010000"},
        {"01111000", "10110000", "10001000", "00100000", "01011000", "00101000"},
    };
    for (size_t ticks = 1; ticks <= 5; ticks++) {
        char part[sizeof bits];
        snprintf(part, sizeof part, "%.*s", (int)(7 * ticks - 1), bits);
        struct shown *s = ticks_open(part, "policy={name: aging, " TICK_INTERVAL
                                           ", count_on_load: no, ref_on_load: no}");
        for (vpn_t page = 0; page < 6; page++)
            ck_assert_uint_eq(shown_number(s, "counter", page),
                              from_binary(counters[ticks - 1][page]));
        shown_close(s);
    }
}
END_TEST

START_TEST(the_pages_go_in_the_order_of_tanenbaums_counters)
{
    char string[16 * STRING_MAX];
    static const char *const set[] = {"policy={name: aging, " TICK_INTERVAL
                                      ", tie: first, ref_on_load: no}",
                                      "machine.frames=6", NULL};
    ticks_string(string, "101011 110010 110101 100010 011000");
    strcat(string, " 11 12 13 14 15");
    struct shown *s = shown_open(string, set);
    shown_take(s, 5 * TICK_REFERENCES + 1);
    /* Loaded with 10000000: 00000100 more than in the figure after five ticks. */
    shown_evicts(s, 3, "page 3 has the lowest counter, 00100100");
    shown_evicts(s, 5, "page 5 has the lowest counter, 00101100");
    shown_evicts(s, 4, "page 4 has the lowest counter, 01011100");
    shown_evicts(s, 0, "page 0 has the lowest counter, 01111100");
    shown_evicts(s, 15 - 1,
                 "page 14 has the lowest counter, 10000000, as have 3 others; it is in the "
                 "first frame of these");
    shown_close(s);
}
END_TEST

/* Two published exercises: the R bits of pages 0 to 3 at every tick, "0111 1011 ...;
 * 8-bit", with a legend in front or without, and the counters at the end, "page0=01101110
 * page1=..." or "11001 10101 ...". */
START_TEST(counters_are_those_of_published_exercises)
{
    struct csv csv = csv_open(TEST_DATA "/textbook.csv", "name,input,frames,answer,source");
    size_t checks = 0;
    while (csv_next(&csv)) {
        char policy[128];
        if (!strstr(csv.fields[0], "aging"))
            continue;
        char *bits = strpbrk(csv.fields[1], "01"), *end = strchr(csv.fields[1], ';');
        ck_assert(bits && end);
        *end = '\0';
        snprintf(policy, sizeof policy,
                 "policy={name: aging, " TICK_INTERVAL
                 ", bits: %lu, count_on_load: no, ref_on_load: no}",
                 strtoul(end + 1, NULL, 10));
        struct shown *s = ticks_open(bits, policy);
        char *answer = csv.fields[3];
        for (vpn_t page = 0; page < 4; page++) {
            const char *word = strsep(&answer, " "), *value = strchr(word, '=');
            ck_assert_uint_eq(shown_number(s, "counter", page),
                              from_binary(value ? value + 1 : word));
            checks++;
        }
        shown_close(s);
    }
    ck_assert_uint_eq(checks, 8);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("aging");
    TCase *tests = tcase_create("aging");
    tcase_add_loop_test(tests, the_first_page_with_the_lowest_counter_goes, 0, 5);
    tcase_add_test(tests, of_pages_with_the_lowest_counter_one_goes_by_chance);
    tcase_add_test(tests, counters_are_those_of_tanenbaums_figure);
    tcase_add_test(tests, the_pages_go_in_the_order_of_tanenbaums_counters);
    tcase_add_test(tests, counters_are_those_of_published_exercises);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
