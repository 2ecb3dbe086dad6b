/* nru_test.c -- NRU: the states of Tanenbaum's exercises, and against a slow model that
 * looks at every page. */
#include "policy/bits_model.h"
#include "policy/shown.h"

static unsigned class_of(const struct bits_frame *f)
{
    return 2u * f->used + f->dirty;
}

static unsigned lowest_class(const struct bits_model *m)
{
    unsigned lowest = 3;
    for (uint64_t i = 0; i < m->nused; i++)
        if (class_of(&m->frames[i]) < lowest)
            lowest = class_of(&m->frames[i]);
    return lowest;
}

static bool may_go(const struct bits_model *m, uint64_t frame)
{
    return class_of(&m->frames[frame]) == lowest_class(m);
}

static uint64_t first_victim(struct bits_model *m)
{
    uint64_t i = 0;
    while (!may_go(m, i))
        i++;
    return i;
}

static void tick(struct bits_model *m)
{
    for (uint64_t i = 0; i < m->nused; i++)
        m->frames[i].used = false;
}

#define UNSAVED "kernel={name: textbook, dirty: unsaved}"

START_TEST(the_first_page_of_the_lowest_class_goes)
{
    static const struct {
        struct bits_rules rules;
        const char *policy;
    } rows[] = {
        {{.interval = 20000, .ref_on_load = true}, "policy={name: nru, choice: first}"},
        {{.interval = 60, .ref_on_load = true},
         "policy={name: nru, choice: first, interval: 60}"},
        {{.interval = 7, .ref_on_load = true},
         "policy={name: nru, choice: first, interval: 7}"},
        {{.interval = 25},
         "policy={name: nru, choice: first, interval: 25, ref_on_load: no}"},
    };
    struct bits_rules rules = rows[_i].rules;
    rules.tick = tick;
    rules.victim = first_victim;
    const char *const set[] = {rows[_i].policy, UNSAVED, NULL};
    bits_compare(&rules, set);
}
END_TEST

START_TEST(a_page_of_the_lowest_class_goes_by_chance)
{
    static const struct bits_rules rules = {
        .interval = 40, .ref_on_load = true, .tick = tick, .may_go = may_go};
    static const char *const set[] = {"policy={name: nru, interval: 40}",
                                      "machine.frames=24", UNSAVED, NULL};
    uint64_t chosen[STRING_FRAMES_MAX] = {0};
    ck_assert_uint_gt(bits_check_choices(&rules, set, 24, 60, 4000, chosen), 1000);
}
END_TEST

/* All pages of five frames are alike: each should be chosen a fifth of the times, with a
 * standard deviation of about 25. */
START_TEST(chance_favours_no_frame)
{
    static const struct bits_rules rules = {.interval = 1, .tick = tick, .may_go = may_go};
    static const char *const set[] = {"policy={name: nru, interval: 1, ref_on_load: no}",
                                      "machine.frames=5", UNSAVED, NULL};
    uint64_t chosen[STRING_FRAMES_MAX] = {0};
    const uint64_t victims = bits_check_choices(&rules, set, 5, 4000, 4000, chosen);
    ck_assert_uint_gt(victims, 2000);
    for (int i = 0; i < 5; i++) {
        ck_assert_uint_gt(chosen[i], victims / 5 - 100);
        ck_assert_uint_lt(chosen[i], victims / 5 + 100);
    }
}
END_TEST

/* The victim of a state "0:126,280,1,0 1:...": page, time of loading and of last use, R,
 * M. Pages are loaded with R clear, those with M stored into, and those with R used once
 * more. */
static vpn_t victim_of(const char *input, uint64_t frames)
{
    char loads[64] = "", uses[64] = "", string[160], memory[32];
    for (const char *at = strncmp(input, "page:", 5) ? input : strchr(input, ' '); *at;) {
        unsigned page, loaded, used, referenced, modified;
        int length = 0;
        ck_assert_int_eq(sscanf(at, " %u:%u,%u,%u,%u%n", &page, &loaded, &used, &referenced,
                                &modified, &length),
                         5);
        sprintf(loads + strlen(loads), "%u%s ", page, modified ? "w" : "");
        if (referenced)
            sprintf(uses + strlen(uses), "%u ", page);
        at += length;
    }
    snprintf(string, sizeof string, "%s%s99", loads, uses);
    snprintf(memory, sizeof memory, "machine.frames=%" PRIu64, frames);
    const char *const set[] = {"policy={name: nru, ref_on_load: no}", memory, NULL};
    struct shown *s = shown_open(string, set);
    shown_take(s, s->run.string.batch.nsteps);
    ck_assert_uint_eq(s->nvictims, 1);
    const vpn_t victim = s->victims[0];
    shown_close(s);
    return victim;
}

/* Tanenbaum, Modern Operating Systems, ch. 3, exercises. */
START_TEST(victims_are_those_of_tanenbaum)
{
    struct csv csv = csv_open(TEST_DATA "/textbook.csv", "name,input,frames,answer,source");
    size_t checks = 0;
    while (csv_next(&csv)) {
        const char *answer = strstr(csv.fields[3], "NRU->");
        if (!answer)
            continue;
        ck_assert_uint_eq(victim_of(csv.fields[1], to_number(csv.fields[2])),
                          strtoull(answer + strlen("NRU->"), NULL, 10));
        checks++;
    }
    ck_assert_uint_eq(checks, 2);
}
END_TEST

/* By hand: interrupts after 6 and 12 references.  At the first, 1 and 3 have been stored
 * into and fall to class 1, 2 and 4 to class 0; then 4 and 2 are used and rise to class 2.
 * 5 evicts 1, the first page of class 1, and 6, a store, evicts 3.  At the second
 * interrupt all fall again, of which 4 has not been used since. */
START_TEST(an_interrupt_brings_all_pages_down_and_a_use_one_up)
{
    static const char *const set[] = {"policy={name: nru, interval: 6, choice: first}",
                                      "machine.frames=4", NULL};
    struct shown *s = shown_open("1w 2 3w 4 1 2 4 2 5 6w 2 5 2", set);
    shown_take(s, 6);
    ck_assert_uint_eq(shown_number(s, "class", 1), 3);
    ck_assert_uint_eq(shown_number(s, "class", 4), 2);
    shown_take(s, 2); /* the interrupt, 4, 2 */
    ck_assert_uint_eq(shown_number(s, "class", 1), 1);
    ck_assert_uint_eq(shown_number(s, "class", 2), 2);
    ck_assert_uint_eq(shown_number(s, "class", 4), 2);
    shown_evicts(s, 1,
                 "page 1 is in class 1 (not referenced, modified), and none is lower");
    ck_assert_uint_eq(shown_number(s, "class", 5), 2);
    shown_evicts(s, 3, NULL);
    ck_assert_uint_eq(shown_number(s, "class", 6), 3);
    shown_take(s, 3);
    ck_assert_uint_eq(shown_number(s, "class", 6), 1);
    ck_assert_uint_eq(shown_number(s, "class", 4), 0);
    shown_close(s);
}
END_TEST

START_TEST(the_reason_tells_of_chance)
{
    static const char *const set[] = {"policy=nru", "machine.frames=1", NULL};
    struct shown *s = shown_open("1 2", set);
    shown_take(s, 1);
    shown_evicts(
        s, 1,
        "page 1 is in class 2 (referenced, not modified), and none is lower; within "
        "the class chance decides");
    shown_close(s);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("nru");
    TCase *tests = tcase_create("nru");
    tcase_add_loop_test(tests, the_first_page_of_the_lowest_class_goes, 0, 4);
    tcase_add_test(tests, a_page_of_the_lowest_class_goes_by_chance);
    tcase_add_test(tests, chance_favours_no_frame);
    tcase_add_test(tests, victims_are_those_of_tanenbaum);
    tcase_add_test(tests, an_interrupt_brings_all_pages_down_and_a_use_one_up);
    tcase_add_test(tests, the_reason_tells_of_chance);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
