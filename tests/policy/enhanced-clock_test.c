/* enhanced-clock_test.c -- the clock with classes: the steps of Stallings, Operating
 * Systems, 8.2, by hand, and against a slow model of them. */
#include "policy/bits_model.h"
#include "policy/shown.h"

/* Stallings' three steps, word by word. */
static uint64_t victim(struct bits_model *m)
{
    for (;;) {
        for (uint64_t i = 0; i < m->nframes; i++) {
            const uint64_t at = (m->hand + i) % m->nframes;
            if (!m->frames[at].used && !m->frames[at].dirty) {
                m->hand = (at + 1) % m->nframes;
                return at;
            }
        }
        for (uint64_t i = 0; i < m->nframes; i++) {
            const uint64_t at = (m->hand + i) % m->nframes;
            if (!m->frames[at].used && m->frames[at].dirty) {
                m->hand = (at + 1) % m->nframes;
                return at;
            }
            m->frames[at].used = false;
        }
    }
}

START_TEST(hits_and_victims_are_those_of_stallings_steps)
{
    static const struct bits_rules rules[] = {{.ref_on_load = true, .victim = victim},
                                              {.victim = victim}};
    static const char *const policies[] = {
        "policy=enhanced-clock", "policy={name: enhanced-clock, ref_on_load: no}"};
    const char *const set[] = {policies[_i], "kernel={name: textbook, dirty: unsaved}",
                               NULL};
    bits_compare(&rules[_i], set);
}
END_TEST

/* By hand, four frames, 1 and 3 stored into, all used.  5: two turns find nothing and
 * clear the bits; then 2 is the first clean page.  4 is used.  6: no page is unused and
 * clean, and 3, where the hand is, is unused.  7: again none is; the second turn passes 4,
 * clearing its bit, and takes 1.  8: now 4 is unused and clean. */
START_TEST(clean_unused_pages_go_first_then_dirty_unused_ones)
{
    static const char *const set[] = {"policy=enhanced-clock", "machine.frames=4", NULL};
    struct shown *s = shown_open("1w 2 3w 4 5 4 6 7 8", set);
    shown_take(s, 4);
    shown_evicts(s, 2,
                 "page 2 is the first from the hand on that is clean; all pages had been "
                 "used, so their bits were cleared first");
    ck_assert_uint_eq(shown_hand(s, "hand"), 2);
    shown_take(s, 1);
    shown_evicts(s, 3,
                 "page 3 is the first from the hand on that is not used, though dirty; all "
                 "unused ones are dirty");
    shown_evicts(s, 1, NULL);
    shown_evicts(s, 4,
                 "page 4 is the first from the hand on that is neither used nor dirty");
    ck_assert_uint_eq(s->run.cell.pager.counts.page_outs_dirty, 2);
    shown_close(s);
}
END_TEST

/* All pages used and dirty: it takes four turns, and the first from the hand on goes. */
START_TEST(among_used_dirty_pages_it_is_the_clock)
{
    static const char *const set[] = {"policy=enhanced-clock", "machine.frames=2", NULL};
    struct shown *s = shown_open("1w 2w 3w 4w", set);
    shown_take(s, 2);
    shown_evicts(s, 1,
                 "page 1 is the first from the hand on that is dirty as all are; all had "
                 "been used, so their bits were cleared first");
    shown_evicts(s, 2, NULL);
    shown_close(s);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("enhanced-clock");
    TCase *tests = tcase_create("enhanced-clock");
    tcase_add_loop_test(tests, hits_and_victims_are_those_of_stallings_steps, 0, 2);
    tcase_add_test(tests, clean_unused_pages_go_first_then_dirty_unused_ones);
    tcase_add_test(tests, among_used_dirty_pages_it_is_the_clock);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
