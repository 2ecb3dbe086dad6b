/* pagedaemon-43_test.c -- the choice of 4.3BSD's pagedaemon under the textbook kernel:
 * against a slow model that knows only how often the hands have looked, and by hand. */
#include "policy/bits_model.h"
#include "policy/shown.h"

/* rules: a spread in frames, b hands.  The l-th look, from 0: the front hand's if l is
 * even, of the pair l / 2; a turn has a step in which there is nothing to look at. */
static uint64_t victim(struct bits_model *m)
{
    const uint64_t turn = m->nframes + 1;
    const uint64_t spread = m->rules->a < turn ? m->rules->a : turn - 1;
    for (;;) {
        const uint64_t look = m->hand++;
        const bool front = look % 2 == 0;
        if (!front && m->rules->b == 1)
            continue;
        const uint64_t ahead = front && m->rules->b == 2 ? spread : 0;
        const uint64_t step = (look / 2 + ahead) % turn;
        if (step == 0)
            continue;
        struct bits_frame *frame = &m->frames[step - 1];
        if (!frame->used)
            return step - 1;
        if (front)
            frame->used = false;
    }
}

START_TEST(hits_and_victims_are_those_of_the_slow_hands)
{
    static const struct {
        struct bits_rules rules;
        const char *policy;
    } rows[] = {
        {{.a = 512, .b = 2}, "policy=pagedaemon-43"},
        {{.a = 3, .b = 2}, "policy={name: pagedaemon-43, handspread: 12 KiB}"},
        {{.a = 0, .b = 2}, "policy={name: pagedaemon-43, handspread: 4095 B}"},
        {{.a = 17, .b = 2}, "policy={name: pagedaemon-43, handspread: 68 KiB}"},
        {{.b = 1}, "policy={name: pagedaemon-43, hands: 1}"},
    };
    struct bits_rules rules = rows[_i].rules;
    rules.ref_on_load = true;
    rules.victim = victim;
    const char *const set[] = {rows[_i].policy, NULL};
    bits_compare(&rules, set);
}
END_TEST

/* Four frames, hands two apart: the front hand at step 2, frame 1, the back hand at
 * nothing.   5: frame 1 cleared; nothing.  Frame 2 cleared; frame 0 used.  Frame 3
 * cleared; frame 1   unused: page 2 goes, and the front hand is at nothing next.   1 is
 * used.  6: frame 2, page 3, is under the back hand after that, and unused. */
START_TEST(the_hands_go_two_by_two_and_over_an_entry_that_is_no_frame)
{
    static const char *const set[] = {"policy={name: pagedaemon-43, handspread: 8 KiB}",
                                      "machine.frames=4", NULL};
    struct shown *s = shown_open("1 2 3 4 5 1 6", set);
    shown_take(s, 4);
    ck_assert_uint_eq(shown_hand(s, "front"), 1);
    shown_evicts(s, 2, "page 2 was not used since a hand came by last");
    shown_take(s, 1);
    shown_evicts(s, 3, NULL);
    ck_assert_uint_eq(shown_hand(s, "back"), 2);
    shown_close(s);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("pagedaemon-43");
    TCase *tests = tcase_create("pagedaemon-43");
    tcase_add_loop_test(tests, hits_and_victims_are_those_of_the_slow_hands, 0, 5);
    tcase_add_test(tests, the_hands_go_two_by_two_and_over_an_entry_that_is_no_frame);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
