/* share_test.c -- with replacement by process a policy fits its lists to the share of its
 * process: two processes that have half of memory each fault as one alone on that half. */
#include "pager/instance.h"
#include "workload/timed.h"

/* The end of a program, long enough for all others to come to theirs: it faults no more. */
#define END " L0x3000"

enum { PAGES = 40, REFERENCES = 3000, TEXT = 20 * REFERENCES };

/* Policies, beside those of the table as they are, with lists of other sizes, and without
 * what is random. */
static const char *const variants[] = {
    "{name: aging, tie: first}",
    "{name: nfu, tie: first}",
    "{name: nru, choice: first}",
    "{name: 2q, kin: 50, kout: 100}",
    "{name: s3-fifo, small: 30}",
    "{name: s3-fifo, fill: main}",
    "{name: slru, segments: 4}",
    "{name: clock-pro, cold: 25}",
    "{name: two-handed-clock, scan_rate: 1000, interval: 20, lotsfree: 0.3}",
    "{name: segmented-fifo, secondary: 0.7}",
    "{name: lirs, hir: 0.25}",
    "{name: lirs, ghosts: 0.5}",
    "{name: mq, ghosts: 1, lifetime: 50}",
    "{name: mq, ghosts: 0.5}",
    "{name: eelru, fade: 2}",
    "{name: lru-k, ghosts: 0.5}",
};

/* The allocation is fixed, several processes can run, there is nothing random, and no hands
 * go round all of the machine's memory. */
static bool is_compared(const struct policy_ops *policy)
{
    static const char *const others[] = {"random", "aging", "nfu", "nru", "pagedaemon-43"};
    for (size_t i = 0; i < ARRAY_LEN(others); i++)
        if (strcmp(policy->name, others[i]) == 0)
            return false;
    return !policy->release && policy->sees != POLICY_FUTURE;
}

/* The setting of the i-th policy or variant; false: there are no more. */
static bool policy_setting(size_t i, char setting[128])
{
    size_t n = 0;
    for (const struct policy_ops *const *p = policy_table; *p; p++)
        if (is_compared(*p) && n++ == i) {
            snprintf(setting, 128, "policy=%s", (*p)->name);
            return true;
        }
    if (i - n >= ARRAY_LEN(variants))
        return false;
    snprintf(setting, 128, "policy=%s", variants[i - n]);
    return true;
}

/* Loads of pages that are wanted again, in loops, or once. */
static void write_program(const char *path, uint64_t seed)
{
    static char text[TEXT];
    char *end = text;
    struct rng rng;
    rng_seed(&rng, seed);
    uint64_t page = 0;
    for (int i = 0; i < REFERENCES; i++) {
        const uint64_t kind = rng_below(&rng, 10);
        if (kind < 4)
            page = (page + 1) % PAGES;
        else if (kind < 8)
            page = rng_below(&rng, 1 + rng_below(&rng, PAGES));
        end += sprintf(end, "L%" PRIu64 " ", page);
    }
    sprintf(end - 1, END);
    program(path, text);
}

static uint64_t faults_alone(const char *policy, const char *frames)
{
    struct outcome o = run_timed("workload=[{trace: a.trace, " ZEROS "}]", policy, frames,
                                 "scheduler.quantum=20 us", NULL);
    const uint64_t faults = count_of(o.results, "a", "faults");
    outcome_free(&o);
    return faults;
}

/* Each comes to its end when neither faults any more: the shares are the same until then.
 * The first process has begun with a share of all, before there was the other. */
static void compare_two(const char *policy, int frames)
{
    char half[32], all[32];
    snprintf(half, sizeof half, "machine.frames=%d", frames);
    snprintf(all, sizeof all, "machine.frames=%d", 2 * frames);
    const uint64_t alone = faults_alone(policy, half);
    struct outcome o =
        run_timed("workload=[{name: a, trace: a.trace, " ZEROS
                  "}, {name: b, trace: a.trace, " ZEROS "}]",
                  policy, all, "scheduler.quantum=20 us", "replacement=process", NULL);
    const uint64_t a = count_of(o.results, "a", "faults");
    const uint64_t b = count_of(o.results, "b", "faults");
    ck_assert_msg(a == alone && b == alone,
                  "%s, %d frames: faults of two %" PRIu64 " and %" PRIu64
                  ", of one alone %" PRIu64,
                  policy, frames, a, b, alone);
    outcome_free(&o);
}

START_TEST(each_of_two_faults_as_one_alone_on_half_the_frames)
{
    static const int frames[] = {6, 16, 26};
    char policy[128];
    for (size_t k = 0; k < ARRAY_LEN(frames); k++) {
        write_program("a.trace", k + 1);
        for (size_t i = 0; policy_setting(i, policy); i++)
            compare_two(policy, frames[k]);
    }
}
END_TEST

/* The first process ends before the second has run: that has begun with a share of half. */
START_TEST(a_share_that_has_grown_is_used_as_a_whole)
{
    char policy[128];
    write_program("a.trace", 4);
    program("short.trace", "L0");
    for (size_t i = 0; policy_setting(i, policy); i++) {
        const uint64_t alone = faults_alone(policy, "machine.frames=16");
        struct outcome o = run_timed(
            "workload=[{trace: short.trace, " ZEROS "}, {trace: a.trace, " ZEROS "}]",
            policy, "machine.frames=16", "replacement=process", NULL);
        ck_assert_msg(count_of(o.results, "a", "faults") == alone,
                      "%s: %" PRIu64 " faults, alone %" PRIu64, policy,
                      count_of(o.results, "a", "faults"), alone);
        outcome_free(&o);
    }
}
END_TEST

/* With a share of one frame every page but the one used last is out: 14 faults of each of
 * the four. */
START_TEST(a_share_of_one_frame_is_enough_for_every_policy)
{
    char policy[128];
    program("a.trace", "L0 L1 L0 L2 L2 L1 L0 L0 L3 L2 L3 L1x9 L4 L0 L1" END);
    for (size_t i = 0; policy_setting(i, policy); i++) {
        struct outcome o = run_timed("workload=[{trace: a.trace, copies: 4, " ZEROS "}]",
                                     policy, "machine.frames=4", "scheduler.quantum=2 us",
                                     "replacement=process", NULL);
        ck_assert_msg(o.results[0].counters.faults == 56, "%s: %" PRIu64 " faults", policy,
                      o.results[0].counters.faults);
        outcome_free(&o);
    }
}
END_TEST

/* --- a share that changes while pages are in memory ------------------------------------- */

enum { FRAMES = 16, PART = 4, STEPS = 400, SOON = 12 };

/* So many address spaces share memory; the first, which is the only one that has pages,
 * stands for all. */
static void share_between(struct pager *pager, uint32_t n)
{
    struct space *spaces[FRAMES];
    pager->by_process = true;
    for (uint32_t i = 0; i < n; i++)
        spaces[i] = pager->spaces[0];
    free(pager->spaces);
    pager->spaces = malloc(sizeof spaces);
    ck_assert_ptr_nonnull(pager->spaces);
    memcpy(pager->spaces, spaces, sizeof spaces);
    pager->nspaces = n;
}

static void random_string(char *string, uint64_t seed)
{
    struct rng rng;
    rng_seed(&rng, seed);
    for (int i = 0; i < 4 * STEPS; i++)
        string += sprintf(string, i ? " %" PRIu64 : "%" PRIu64,
                          rng_below(&rng, 1 + rng_below(&rng, PAGES)));
}

static void replay_steps(struct string_run *run, uint32_t n, uint32_t *step,
                         struct replayed *out)
{
    for (const uint32_t end = *step + n; *step < end; ++*step)
        if (*step < run->string.batch.nsteps)
            string_step(&run->string, *step, &run->cell, out);
}

/* What is remembered is as much as the share allows, once pages have gone. */
static void assert_ghosts(const struct pager *pager, pfn_t share, const char *setting)
{
    const struct instance *instance = pager->instances[0];
    const uint64_t most =
        pager->policy->ghosts ? pager->policy->ghosts(instance->env.params, share) : 0;
    ck_assert_uint_eq(instance->env.share, share);
    ck_assert_msg(instance->ghosts <= most, "%s: %u ghosts with a share of %u", setting,
                  instance->ghosts, share);
}

START_TEST(what_is_remembered_follows_the_share)
{
    static char string[16 * STEPS];
    char setting[128];
    for (size_t i = 0; policy_setting(i, setting); i++) {
        const char *const set[] = {setting, "machine.frames=16", NULL};
        static struct replayed out;
        struct string_run run = {0};
        struct error err = {0};
        uint32_t step = 0;
        out.n = 0;
        random_string(string, i);
        string_build(&run.string.batch, string);
        string_open(&run, set);
        struct pager *pager = &run.cell.pager;
        replay_steps(&run, STEPS, &step, &out);
        share_between(pager, FRAMES / PART);
        instance_share(pager->instances[0]);
        for (int k = 0; k < FRAMES - PART; k++) /* others take what is theirs */
            ASSERT_OK(pager_evict(pager, &err), &err);
        replay_steps(&run, SOON, &step, &out);
        assert_ghosts(pager, PART, setting);
        replay_steps(&run, STEPS, &step, &out);
        share_between(pager, FRAMES);
        replay_steps(&run, SOON, &step, &out);
        assert_ghosts(pager, 1, setting);
        share_between(pager, 1);
        replay_steps(&run, STEPS, &step, &out);
        assert_ghosts(pager, FRAMES, setting);
        string_close(&run);
    }
}
END_TEST

/* Pages before and after the share of 8 frames becomes 4, and all that go from then on, in
 * order: for those that are wanted, and, at the end, one after the other. */
static const struct {
    const char *policy;
    uint32_t before; /* references of them */
    const char *string, *victims;
} halvings[] = {
    /* T1 has more than its share: its pages are not remembered, and 0 comes into T1. */
    {"arc", 6, "0 1 2 3 4 5 8 0", "0 1 2 3 4 5 8 0"},
    /* 0 and 1 become probationary, before 8. */
    {"{name: slru, protected: 50}", 8, "0 1 2 3 0 1 2 3 8 9", "0 1 8 9 2 3"},
    /* 0, 1 and 2 become HIR, and 0 the last of them; 3, 4 and 5 stay LIR. */
    {"{name: lirs, hir: 0.25}", 6, "0 1 2 3 4 5 0 8 9", "1 2 0 8 9 3 4 5"},
    /* 0, 1 and 2 turn cold; 0, used since, gets another round. */
    {"{name: clock-pro, cold: 25}", 6, "0 1 2 3 4 5 0 8 9", "1 2 0 8 9 3 4 5"},
    /* With 8, pages 1, 2 and 3 come into the secondary segment; 2 is taken back. */
    {"segmented-fifo", 6, "0 1 2 3 4 5 8 2 9", "0 1 3 4 5 8 2 9"},
    /* The use of 0 at position 8 speaks for early eviction from 1 to 8; pages that would get
     * beyond 8 go first, at the end 5 at 8, and then from position 1 on. */
    {"eelru", 10, "0 1 2 3 4 5 6 7 2 1 0 8 9", "3 4 5 9 8 0 1 2 7 6"},
    /* The same from 1 to 6; pages that are beyond 6 go first, at the end 3, 4 and 5. */
    {"{name: eelru, reach: 1.5}", 8, "0 1 2 3 4 5 6 7 0 8 9", "1 2 3 4 5 9 8 0 7 6"},
};

static char *add_victim(char *end, vpn_t page, const char *start)
{
    return end + sprintf(end, end == start ? "%" PRIu64 : " %" PRIu64, page);
}

/* Evict one more page; which? */
static vpn_t evict_one(struct string_run *run)
{
    struct pager *pager = &run->cell.pager;
    struct error err = {0};
    page_t before[STRING_FRAMES_MAX] = {0};
    for (pfn_t pfn = 0; pfn < pager->nused; pfn++)
        before[pfn] = pager->frames[pfn].page;
    ASSERT_OK(pager_evict(pager, &err), &err);
    pfn_t pfn = 0;
    while (before[pfn] == pager->frames[pfn].page)
        pfn++;
    return run->string.index.vpns[before[pfn]];
}

START_TEST(pages_go_in_the_order_of_lists_that_have_become_shorter)
{
    static struct replayed out;
    char setting[128], victims[128] = "", *end = victims;
    struct string_run run = {0};
    uint32_t step = 0;
    out.n = 0;
    snprintf(setting, sizeof setting, "policy=%s", halvings[_i].policy);
    const char *const set[] = {setting, "machine.frames=8", NULL};
    string_build(&run.string.batch, halvings[_i].string);
    string_open(&run, set);
    replay_steps(&run, halvings[_i].before, &step, &out);
    share_between(&run.cell.pager, 2);
    instance_share(run.cell.pager.instances[0]);
    replay_steps(&run, STEPS, &step, &out);
    for (size_t i = halvings[_i].before; i < out.n; i++)
        if (out.victim[i] != NO_VICTIM)
            end = add_victim(end, out.victim[i], victims);
    while (run.cell.pager.count[FRAME_ACTIVE] > 0)
        end = add_victim(end, evict_one(&run), victims);
    ck_assert_msg(strcmp(victims, halvings[_i].victims) == 0, "%s: %s", setting, victims);
    share_between(&run.cell.pager, 1);
    string_close(&run);
}
END_TEST

static Suite *share_suite(void)
{
    Suite *suite = suite_create("share");
    TCase *tcase = tcase_create("share");
    tcase_add_checked_fixture(tcase, folder_setup, folder_teardown);
    tcase_add_test(tcase, each_of_two_faults_as_one_alone_on_half_the_frames);
    tcase_add_test(tcase, a_share_that_has_grown_is_used_as_a_whole);
    tcase_add_test(tcase, a_share_of_one_frame_is_enough_for_every_policy);
    tcase_add_test(tcase, what_is_remembered_follows_the_share);
    tcase_add_loop_test(tcase, pages_go_in_the_order_of_lists_that_have_become_shorter, 0,
                        ARRAY_LEN(halvings));
    suite_add_tcase(suite, tcase);
    return suite;
}

int main(void)
{
    return run_suite(share_suite());
}
