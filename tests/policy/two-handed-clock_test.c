/* two-handed-clock_test.c -- the two-handed clock: the kernels' page daemon by hand, and
 * against a slow model in which a use takes a page off the free list there and then. */
#include "policy/bits_model.h"
#include "policy/shown.h"

/* rules: a spread and d lotsfree in percent, b scan rate, c: the front hand takes pages. */
static void setup(struct bits_model *m)
{
    const uint64_t spread = m->nframes * m->rules->a / 100;
    m->other_hand = m->hand + (spread < m->nframes ? spread : m->nframes - 1);
}

static uint64_t place_in_list(const struct bits_model *m, uint64_t frame)
{
    uint64_t at = 0;
    while (at < m->nlist && m->list[at] != frame)
        at++;
    return at;
}

static void take_off_list(struct bits_model *m, uint64_t frame)
{
    const uint64_t at = place_in_list(m, frame);
    if (at == m->nlist)
        return;
    m->nlist--;
    for (uint64_t i = at; i < m->nlist; i++)
        m->list[i] = m->list[i + 1];
}

static void look(struct bits_model *m, uint64_t frame, bool front)
{
    if (frame >= m->nused || place_in_list(m, frame) < m->nlist)
        return; /* empty, or free already */
    if (m->frames[frame].used) {
        if (front)
            m->frames[frame].used = false;
    } else if (!front || m->rules->c) {
        m->list[m->nlist++] = frame;
    }
}

static void move(struct bits_model *m)
{
    if (m->other_hand == 0 && m->hand == 0)
        setup(m);
    look(m, m->other_hand % m->nframes, true);
    look(m, m->hand % m->nframes, false);
    m->hand++;
    m->other_hand++;
}

static uint64_t victim(struct bits_model *m)
{
    while (m->nlist == 0)
        move(m);
    const uint64_t frame = m->list[0];
    take_off_list(m, frame);
    return frame;
}

static void tick(struct bits_model *m)
{
    const uint64_t lotsfree = m->nframes * m->rules->d / 100;
    for (uint64_t i = 0; i < m->rules->b; i++) {
        const uint64_t nfree = m->nframes - m->nused + m->nlist;
        if (nfree < (lotsfree ? lotsfree : 1))
            move(m);
    }
}

START_TEST(hits_and_victims_are_those_of_a_clock_with_two_hands)
{
    static const struct {
        struct bits_rules rules;
        const char *policy;
    } rows[] = {
        {{.ref_on_load = true, .a = 50}, "policy=two-handed-clock"},
        {{.a = 50}, "policy={name: two-handed-clock, ref_on_load: no}"},
        {{.ref_on_load = true, .a = 0}, "policy={name: two-handed-clock, spread: 0}"},
        {{.ref_on_load = true, .a = 29}, "policy={name: two-handed-clock, spread: 0.29}"},
        {{.ref_on_load = true, .a = 100}, "policy={name: two-handed-clock, spread: 1}"},
        {{.ref_on_load = true, .a = 50, .c = 1},
         "policy={name: two-handed-clock, front: takes}"},
        {{.interval = 10, .ref_on_load = true, .a = 25, .b = 3, .d = 20},
         "policy={name: two-handed-clock, spread: 0.25, scan_rate: 3, interval: 10, "
         "lotsfree: 0.2}"},
        {{.interval = 5, .ref_on_load = true, .a = 25, .b = 4, .c = 1, .d = 50},
         "policy={name: two-handed-clock, spread: 0.25, scan_rate: 4, interval: 5, "
         "lotsfree: 0.5, front: takes}"},
        {{.interval = 30, .ref_on_load = true, .a = 75, .b = 100, .d = 1},
         "policy={name: two-handed-clock, spread: 0.75, scan_rate: 100, interval: 30}"},
    };
    struct bits_rules rules = rows[_i].rules;
    rules.hit = take_off_list;
    rules.tick = tick;
    rules.victim = victim;
    const char *const set[] = {rows[_i].policy, NULL};
    bits_compare(&rules, set);
}
END_TEST

/* Solaris, usr/src/uts/common/os/vm_pageout.c, pageout_scanner() and checkpage(), by hand:
 * eight frames, clean pages p0 to p7 of which 0, 2, 3, 5, 6 have been used; hands 3 apart,
 * 4 frames a wake-up, 3 to be kept free.
 *   First wake-up: front 3 used, cleared; back 0 used.  Front 4 free, back 1 free.
 *   Front 5 used, cleared; back 2 used.  Front 6 used, cleared; back 3 free.
 *   Then 5 and 4 are used, which takes 4 back, and 8 comes into the frame of 1.
 *   Second wake-up: front 7 free; back 4 used.  Front 0 used, cleared; back 5 used.
 *   Front 8 used, cleared; back 6 free, which makes three. */
START_TEST(the_daemon_goes_the_way_of_the_kernels)
{
    static const char *const set[] = {
        "policy={name: two-handed-clock, front: takes, spread: 0.375, lotsfree: 0.375, "
        "scan_rate: 4, interval: 13, ref_on_load: no}",
        "machine.frames=8", NULL};
    /* The last use in the first interval is of 6, the next reference that of 5. */
    struct shown *s =
        shown_open("0 1 2 3 4 5 6 7 0 2 3 5 6 5 4 8 5 4 5 4 8 5 8 5 8 5 4 9 10 11", set);
    shown_take(s, 14);
    ck_assert_str_eq(shown_list(s, "found unused, first to go first"), "4 1 3");
    ck_assert_uint_eq(shown_hand(s, "back"), 4);
    ck_assert_uint_eq(shown_hand(s, "front"), 7);
    shown_take(s, 1);
    shown_evicts(s, 1,
                 "page 1 was not used between the front hand and the back hand, nor "
                 "since");
    shown_take(s, 11);
    ck_assert_str_eq(shown_list(s, "found unused, first to go first"), "3 7 6");
    ck_assert_uint_eq(shown_hand(s, "back"), 7);
    ck_assert_uint_eq(shown_hand(s, "front"), 2);
    shown_evicts(s, 3, NULL);
    shown_evicts(s, 7,
                 "page 7 was not used between the back hand and the front hand, nor "
                 "since");
    shown_evicts(s, 6, NULL);
    shown_close(s);
}
END_TEST

/* By hand, four frames, hands two apart.  5: the back hand passes 1 and 2, whose bits the
 * front hand has not reached, and takes 3, which that has cleared.  3 comes back at once:
 * the back hand is at 4, which was cleared too.  1 is used, so 6 passes it and takes 2. */
START_TEST(a_page_has_the_time_between_the_hands_to_be_used)
{
    static const char *const set[] = {"policy=two-handed-clock", "machine.frames=4", NULL};
    struct shown *s = shown_open("1 2 3 4 5 3 1 6", set);
    shown_take(s, 4);
    ck_assert_uint_eq(shown_hand(s, "front"), 2);
    shown_evicts(s, 3, NULL);
    ck_assert_uint_eq(shown_hand(s, "back"), 3);
    ck_assert_uint_eq(shown_hand(s, "front"), 1);
    shown_evicts(s, 4, NULL);
    shown_take(s, 1);
    shown_evicts(s, 2, NULL);
    shown_close(s);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("two-handed-clock");
    TCase *tests = tcase_create("two-handed-clock");
    tcase_add_loop_test(tests, hits_and_victims_are_those_of_a_clock_with_two_hands, 0, 9);
    tcase_add_test(tests, the_daemon_goes_the_way_of_the_kernels);
    tcase_add_test(tests, a_page_has_the_time_between_the_hands_to_be_used);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
