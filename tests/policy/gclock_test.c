/* gclock_test.c -- the generalized clock against a slow model that keeps a count at every
 * use, as the papers have it, and against the clock that it generalizes. */
#include "policy/bits_model.h"
#include "policy/shown.h"

/* The papers' version: a use sets the count there and then; there are no bits. */
struct counts {
    uint64_t frames, n, hand, initial, weight;
    vpn_t pages[STRING_FRAMES_MAX];
    uint64_t count[STRING_FRAMES_MAX];
};

static void *counts_create(uint64_t frames, const void *params)
{
    struct counts *m = calloc(1, sizeof *m);
    const uint64_t *initial_weight = params;
    ck_assert_ptr_nonnull(m);
    m->frames = frames;
    m->initial = initial_weight[0];
    m->weight = initial_weight[1];
    return m;
}

static bool counts_reference(void *state, vpn_t page, vpn_t *victim)
{
    struct counts *m = state;
    for (uint64_t i = 0; i < m->n; i++)
        if (m->pages[i] == page) {
            m->count[i] = m->weight;
            return true;
        }
    uint64_t at = m->n;
    if (at < m->frames) {
        m->n++;
    } else {
        while (m->count[m->hand] > 0) {
            m->count[m->hand]--;
            m->hand = (m->hand + 1) % m->frames;
        }
        at = m->hand;
        m->hand = (m->hand + 1) % m->frames;
        *victim = m->pages[at];
    }
    m->pages[at] = page;
    m->count[at] = m->initial;
    return false;
}

START_TEST(bits_give_the_same_as_a_count_set_at_every_use)
{
    static const struct {
        uint64_t initial_weight[2];
        const char *policy;
    } rows[] = {
        {{1, 2}, "policy=gclock"},
        {{0, 1}, "policy={name: gclock, initial: 0, weight: 1}"},
        {{2, 1}, "policy={name: gclock, initial: 2, weight: 1}"},
        {{3, 7}, "policy={name: gclock, initial: 3, weight: 7}"},
    };
    const char *const set[] = {rows[_i].policy, NULL};
    const struct policy_model model = {counts_create, free, counts_reference,
                                       rows[_i].initial_weight};
    model_compare_many(&model, set, 40);
}
END_TEST

/* With `add` uses between two visits of the hand count once: a model with bits. */
static void loaded(struct bits_model *m, uint64_t frame)
{
    m->frames[frame].count = 1;
}

static uint64_t add_victim(struct bits_model *m)
{
    for (;; m->hand = (m->hand + 1) % m->nframes) {
        struct bits_frame *f = &m->frames[m->hand];
        if (f->used && f->count < m->rules->b)
            f->count =
                f->count + m->rules->a < m->rules->b ? f->count + m->rules->a : m->rules->b;
        f->used = false;
        if (f->count == 0)
            break;
        f->count--;
    }
    const uint64_t frame = m->hand;
    m->hand = (m->hand + 1) % m->nframes;
    return frame;
}

START_TEST(adding_stops_at_the_most)
{
    static const struct bits_rules rules = {
        .a = 3, .b = 5, .loaded = loaded, .victim = add_victim};
    static const char *const set[] = {
        "policy={name: gclock, on_use: add, weight: 3, max: 5}", NULL};
    bits_compare(&rules, set);
}
END_TEST

static struct replayed replay(const char *policy, const char *string)
{
    const char *const set[] = {policy, "machine.frames=3", NULL};
    return replay_string(string, set);
}

/* CLOCK is GCLOCK where every weight is one. */
START_TEST(with_weight_one_it_is_the_clock)
{
    static const char string[] = "2 3 2 1 5 2 4 5 3 2 5 2 1 2 3 4 1 2 5 1 2 3 4 5 7 0 1 2";
    static const char *const pairs[][2] = {
        {"policy={name: gclock, initial: 1, weight: 1}", "policy=clock"},
        {"policy={name: gclock, initial: 0, weight: 1}",
         "policy={name: clock, ref_on_load: no}"}};
    for (size_t i = 0; i < ARRAY_LEN(pairs); i++) {
        const struct replayed gclock = replay(pairs[i][0], string);
        const struct replayed clock = replay(pairs[i][1], string);
        ck_assert_uint_gt(clock.page_outs, 10);
        ck_assert_mem_eq(gclock.victim, clock.victim, clock.n * sizeof *clock.victim);
    }
}
END_TEST

/* By hand, initial 1 and weight 2, three frames: 1 is used again.  4 finds counts 2 (set by
 * the use), 1, 1; after a turn 1, 0, 0: page 2 goes, with the hand on page 1 at count 0.
 * 5 looks at page 3, whose count is 0, and takes it. */
START_TEST(counts_are_taken_down_turn_by_turn)
{
    static const char *const set[] = {"policy=gclock", "machine.frames=3", NULL};
    struct shown *s = shown_open("1 2 3 1 4 5", set);
    shown_take(s, 4);
    ck_assert_uint_eq(shown_number(s, "count", 1), 1);
    shown_evicts(
        s, 2,
        "the hand took one off the count of each page 4 times; page 2 is the first "
        "that it found with count 0 and not used");
    ck_assert_uint_eq(shown_number(s, "count", 1), 0);
    ck_assert_uint_eq(shown_number(s, "count", 4), 1);
    ck_assert_uint_eq(shown_hand(s, "hand"), 2);
    shown_evicts(s, 3, "page 3 is the first that it found with count 0 and not used");
    shown_close(s);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("gclock");
    TCase *tests = tcase_create("gclock");
    tcase_add_loop_test(tests, bits_give_the_same_as_a_count_set_at_every_use, 0, 4);
    tcase_add_test(tests, adding_stops_at_the_most);
    tcase_add_test(tests, with_weight_one_it_is_the_clock);
    tcase_add_test(tests, counts_are_taken_down_turn_by_turn);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
