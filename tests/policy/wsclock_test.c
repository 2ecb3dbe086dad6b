/* wsclock_test.c -- the policy `wsclock` against its description in Carr and Hennessy 1981
 * and Tanenbaum, Modern Operating Systems, 3.4.9. */
#include "policy/allocation_model.h"

/* --- a slow model ------------------------------------------------------------------------ */

/* One turn of the hand: a frame whose page can go, or a->frames.  *writes: some page was
 * written. */
static uint64_t turn(struct allocation *a, uint64_t t, bool *writes)
{
    for (uint64_t n = 0; n < a->frames; n++) {
        const uint64_t frame = a->hand;
        const vpn_t page = a->in_frame[frame];
        a->hand = (a->hand + 1) % a->frames;
        if (a->referenced[page]) {
            a->referenced[page] = false;
            a->last_use[page] = t;
        } else if (t - a->last_use[page] > a->window) {
            if (!a->dirty[page])
                return frame;
            a->dirty[page] = false;
            a->written++;
            *writes = true;
        }
    }
    return a->frames;
}

/* The frame of the page found used longest ago, of several the first from the hand on. */
static uint64_t oldest_from(const struct allocation *a, uint64_t hand)
{
    uint64_t oldest = hand;
    for (uint64_t n = 1; n < a->frames; n++) {
        const uint64_t frame = (hand + n) % a->frames;
        if (a->last_use[a->in_frame[frame]] < a->last_use[a->in_frame[oldest]])
            oldest = frame;
    }
    return oldest;
}

static uint64_t frame_to_use(struct allocation *a, uint64_t t)
{
    bool writes = false;
    if (a->nframes < a->frames)
        return a->nframes++;
    const uint64_t start = a->hand;
    uint64_t frame = turn(a, t, &writes);
    if (frame == a->frames && writes)
        frame = turn(a, t, &writes);
    if (frame == a->frames) {
        frame = oldest_from(a, start);
        a->hand = (frame + 1) % a->frames;
    }
    model_evict(a, a->in_frame[frame]);
    return frame;
}

static void reference(struct allocation *a, uint64_t t)
{
    const struct use *use = &a->uses[t - 1];
    const vpn_t page = use->page;
    if (a->resident[page]) {
        a->referenced[page] = true;
    } else {
        a->in_frame[frame_to_use(a, t)] = page;
        model_load(a, page);
        a->last_use[page] = t;
        a->referenced[page] = a->ref_on_load;
    }
    a->dirty[page] |= use->kind == STORE;
}

START_TEST(the_resident_set_is_that_of_the_description)
{
    allocation_compare_many(reference,
                            "policy={name: wsclock, window: %llu, ref_on_load: %s}");
}
END_TEST

/* --- examples ---------------------------------------------------------------------------- */

enum { USED, DIRTY, AGED, NEW };

/* At the time `now` a page is wanted, and the hand finds in this order a page that was used,
 * a dirty one that is older than any window, and one that was loaded at `loaded` and not
 * used since.  True if that one goes. */
static bool aged_page_goes(unsigned now, unsigned loaded, unsigned window)
{
    static struct use uses[STRING_MAX];
    char setting[96];
    struct allocation_run r;
    bool resident[MODEL_PAGES] = {0};
    ck_assert_uint_le(now, STRING_MAX);
    for (unsigned t = 1; t <= now; t++)
        uses[t - 1] = (struct use){USED, LOAD};
    uses[1] = (struct use){DIRTY, STORE};
    uses[loaded - 1].page = AGED;
    uses[now - 1].page = NEW;
    snprintf(setting, sizeof setting, "policy={name: wsclock, window: %u, ref_on_load: no}",
             window);
    allocation_open(&r, uses, now, (const char *[]){setting, "machine.frames=3", NULL});
    while (allocation_step(&r))
        allocation_resident(&r, resident);
    ck_assert(resident[USED] && resident[NEW]);
    ck_assert(resident[DIRTY] != resident[AGED]);
    ck_assert_uint_eq(r.run.cell.pager.counts.write_backs, 1);
    ck_assert_uint_eq(r.run.cell.pager.counts.page_outs_dirty, 0);
    string_close(&r.run);
    return !resident[AGED];
}

/* Tanenbaum, Modern Operating Systems, figure 3-20, and exercises on it: at 2204 the hand
 * comes to a page with R = 0 and 1213 as its time of last use. */
START_TEST(the_page_of_tanenbaum_goes_if_it_is_older_than_tau)
{
    struct csv csv = csv_open(TEST_DATA "/textbook.csv", "name,input,frames,answer,source");
    size_t rows = 0;
    while (csv_next(&csv)) {
        unsigned now, time, age, evict, keep;
        if (strcmp(csv.fields[0], "tanenbaum-wsclock") != 0)
            continue;
        ck_assert_int_eq(sscanf(csv.fields[1], "now=%u page time=%u R=0", &now, &time), 2);
        ck_assert_int_eq(
            sscanf(csv.fields[3], "age %u: tau=%u evict; tau=%u keep", &age, &evict, &keep),
            3);
        ck_assert_uint_eq(now - time, age);
        ck_assert(aged_page_goes(now, time, evict));
        ck_assert(!aged_page_goes(now, time, keep));
        ck_assert(aged_page_goes(now, time, age - 1));
        ck_assert(!aged_page_goes(now, time, age));
        rows++;
    }
    ck_assert_uint_eq(rows, 1);
}
END_TEST

/* All pages were used within the window.  a and b have been used since they were loaded, and
 * count as used at 6; c, loaded at 3, is the oldest. */
START_TEST(the_page_found_used_longest_ago_goes_where_all_are_in_the_working_set)
{
    static const char *const expected[] = {"abc", "abd", NULL};
    allocation_example(
        "abcabd",
        (const char *[]){"policy={name: wsclock, window: 100, ref_on_load: no}",
                         "machine.frames=3", NULL},
        5, expected);
}
END_TEST

START_TEST(it_says_why_a_page_goes)
{
    const char *set[] = {"policy={name: wsclock, window: 3, ref_on_load: no}",
                         "machine.frames=2", NULL};
    struct shown *s = shown_open("1 2 1 2 1 2 3 4", set);
    shown_take(s, 6);
    ck_assert_uint_eq(shown_hand(s, "hand"), 0);
    ck_assert_uint_eq(shown_number(s, "last use", 2), 2);
    shown_evicts(s, 1,
                 "a whole turn found no page outside its working set, and page 1 was found "
                 "used longest ago: 0 references");
    ck_assert_uint_eq(shown_hand(s, "hand"), 1);
    ck_assert_uint_eq(shown_number(s, "last use", 2), 7);
    shown_take(s, 1);
    shown_close(s);
    s = shown_open("1 2 1 1 1 3", set);
    shown_take(s, 3);
    shown_evicts(
        s, 2,
        "page 2 has left its working set: it was found used last 4 references ago, "
        "and the window is 3");
    shown_close(s);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("wsclock");
    TCase *tests = tcase_create("wsclock");
    tcase_add_test(tests, the_resident_set_is_that_of_the_description);
    tcase_add_test(tests, the_page_of_tanenbaum_goes_if_it_is_older_than_tau);
    tcase_add_test(tests,
                   the_page_found_used_longest_ago_goes_where_all_are_in_the_working_set);
    tcase_add_test(tests, it_says_why_a_page_goes);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
