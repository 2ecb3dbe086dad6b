/* mglru_test.c -- Linux's multi-gen LRU by hand: a worked example, how much is
 * reclaimed at a priority, and that no page is lost; after 6.1, 6.12 and 6.14 mm/vmscan.c. */
#include "policy/mglru_rig.h"

enum { A = 1, B, C, D };

/* --- the worked example ------------------------------------------------------------------ */

static enum page_fate touch_d(struct reclaim *reclaim, pfn_t pfn)
{
    struct rig *rig = CONTAINER_OF(reclaim, struct rig, run);
    if (frame_of(rig, D) != pfn)
        set_young(rig, D, D);
    return rig_answer(reclaim, pfn);
}

/* Four pages of a file, mapped and used once, and no others that a walk looks at; only files
 * are evicted. */
START_TEST(a_page_goes_when_two_generations_are_younger)
{
    struct rig *rig = open_version(MGLRU_6_1);
    for (unsigned page = 0; page < RIG_PAGES; page++)
        rig->pages[page].advised = page < A || page > D;
    rig_file(rig, A, D);
    rig->run.swappiness = 0;
    rig->run.wanted = 32;
    for (unsigned page = A; page <= D; page++)
        rig_touch(rig, page);
    check_shown(rig, "file 3: 4 3 2 1; max_seq=3; min_seq anon=0; min_seq file=0");
    rig_shrink(rig, 0); /* four generations: empty ones are passed over, no more */
    check_shown(rig, "file 3: 4 3 2 1; max_seq=3; min_seq anon=0; min_seq file=2");
    ck_assert_uint_eq(rig->frames[frame_of(rig, A)].young, 1);
    rig_shrink(rig, 0); /* two: the walk clears the accessed bits */
    check_shown(rig, "file 3: 4 3 2 1; max_seq=4; min_seq anon=1; min_seq file=3");
    for (unsigned page = A; page <= D; page++)
        ck_assert_uint_eq(rig->frames[frame_of(rig, page)].young, 0);
    rig_touch(rig, A);
    rig->run.priority = 0;
    rig->run.page = touch_d; /* D is used after the walk */
    policy_mglru.reclaim->shrink(rig->state, &rig->run);
    check_shown(rig, "file 5: 4; file 4: 1; max_seq=5; min_seq anon=2; min_seq file=4");
    ck_assert_uint_eq(rig->nvictims, 2);
    ck_assert_uint_eq(rig->victims[0], B);
    ck_assert_uint_eq(rig->victims[1], C);
    ck_assert_uint_eq(rig->run.scanned, 3);
    ck_assert_uint_eq(rig->run.reclaimed, 2);
    const struct reclaim_counts *counts = policy_mglru.reclaim->counts(rig->state);
    ck_assert_uint_eq(counts->pgscan[RECLAIM_FILE], 3);
    ck_assert_uint_eq(counts->pgsteal[RECLAIM_FILE], 2);
    ck_assert_uint_eq(counts->pgrefill, 1);
    ck_assert_uint_eq(counts->pgactivate, 1);
    rig_close(rig);
}
END_TEST

/* --- drivers ----------------------------------------------------------------------------- */

START_TEST(at_the_first_priority_there_is_no_aging)
{
    for (unsigned version = 0; version <= MGLRU_6_14; version++) {
        struct rig *rig = open_read(version, 4);
        set_generations(rig, 5, 4, 4);
        rig_shrink(rig, RECLAIM_PRIORITY);
        ck_assert_uint_eq(state(rig)->max_seq, 5);
        rig_shrink(rig, RECLAIM_PRIORITY - 1);
        ck_assert_uint_eq(state(rig)->max_seq, 6);
        ck_assert_uint_eq(rig->nvictims, 0);
        rig_close(rig);
    }
}
END_TEST

/* 6.1 goes on after it has aged; later versions leave it to the next priority. */
START_TEST(since_6_12_aging_ends_a_priority)
{
    for (unsigned version = 0; version <= MGLRU_6_14; version++) {
        struct rig *rig = open_read(version, 4);
        set_generations(rig, 5, 4, 4);
        rig_shrink(rig, 0);
        ck_assert_uint_eq(state(rig)->max_seq, 6);
        ck_assert_uint_eq(rig->nvictims, version < MGLRU_6_12 ? 4 : 0);
        rig_close(rig);
    }
}
END_TEST

START_TEST(in_6_1_kswapd_ages_in_the_second_of_its_rounds)
{
    struct rig *rig = open_read(MGLRU_6_1, 4);
    set_generations(rig, 5, 4, 4);
    rig->run.daemon = true;
    rig_shrink(rig, 5);
    for (unsigned run = 0; run < 2; run++) {
        rig->run.priority = 12;
        policy_mglru.reclaim->age(rig->state, &rig->run);
        ck_assert_uint_eq(state(rig)->max_seq, 5 + run);
        rig->run.priority = 11;
        policy_mglru.reclaim->age(rig->state, &rig->run);
        ck_assert_uint_eq(state(rig)->max_seq, 6 + run);
        set_generations(rig, 6 + run, 5 + run, 5 + run);
    }
    rig_close(rig);
}
END_TEST

/* 100 inactive pages: 2^6; wanted: 2^0 to 2^13. */
START_TEST(since_6_12_kswapd_begins_where_the_inactive_pages_are_enough)
{
    static const struct {
        uint64_t inactive, wanted;
        unsigned priority;
    } cases[] = {
        {1u << 19, 63, 12}, {1u << 19, 64, 12}, {1u << 18, 64, 12}, {1u << 17, 64, 11},
        {1u << 17, 65, 10}, {1u << 12, 64, 6},  {0, 64, 6},
    };
    for (unsigned version = 0; version <= MGLRU_6_14; version++)
        for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
            struct rig *rig = open_version(version);
            state(rig)->n[mglru_gen(1)][RECLAIM_FILE] = cases[i].inactive;
            rig->run.priority = RECLAIM_PRIORITY;
            rig->run.wanted = cases[i].wanted;
            rig->run.daemon = true;
            policy_mglru.reclaim->age(rig->state, &rig->run);
            ck_assert_uint_eq(rig->run.priority,
                              version < MGLRU_6_12 ? RECLAIM_PRIORITY : cases[i].priority);
            rig_close(rig);
        }
}
END_TEST

START_TEST(the_two_youngest_generations_are_the_active_pages)
{
    struct rig *rig = open_version(MGLRU_6_1);
    struct reclaim_sizes sizes;
    set_generations(rig, 6, 3, 3);
    for (unsigned seq = 3; seq <= 6; seq++) {
        state(rig)->n[mglru_gen(seq)][RECLAIM_ANON] = seq;
        state(rig)->n[mglru_gen(seq)][RECLAIM_FILE] = 10 * seq;
    }
    policy_mglru.reclaim->sizes(rig->state, &sizes);
    ck_assert_uint_eq(sizes.active[RECLAIM_ANON], 11);
    ck_assert_uint_eq(sizes.inactive[RECLAIM_ANON], 7);
    ck_assert_uint_eq(sizes.active[RECLAIM_FILE], 110);
    ck_assert_uint_eq(sizes.inactive[RECLAIM_FILE], 70);
    rig_close(rig);
}
END_TEST

/* When kswapd or a process has enough: before 6.12 a group's reclaim goes on to the end of the
 * priority unless it has swapped; since then always. */
START_TEST(reclaim_ends_when_it_has_enough)
{
    struct reclaim r = {.priority = 10, .wanted = 32, .reclaimed = 32};
    struct rig *rig = open_version(MGLRU_6_1);
    set_generations(rig, 7, 4, 4);
    ck_assert(mglru_is_enough_6_1(state(rig), &r, 6, true));
    ck_assert(!mglru_is_enough_6_1(state(rig), &r, 6, false));
    ck_assert(mglru_is_enough_6_1(state(rig), &r, 5, false)); /* aged twice */
    r.free = r.high = 100;
    ck_assert(mglru_is_enough_6_1(state(rig), &r, 6, false));
    r.in_group = true;
    ck_assert(!mglru_is_enough_6_1(state(rig), &r, 6, false));
    ck_assert(!mglru_is_enough(&r, 0));
    r.in_group = false;
    ck_assert(mglru_is_enough(&r, 0));
    ck_assert(!mglru_is_enough(&r, 1));
    r.daemon = true;
    state(rig)->round = 1;
    ck_assert(!mglru_is_enough_6_1(state(rig), &r, 5, true));
    state(rig)->round = 0;
    ck_assert(mglru_is_enough_6_1(state(rig), &r, 6, false));
    r.priority = 11;
    ck_assert(!mglru_is_enough_6_1(state(rig), &r, 6, false));
    r.free = 164;
    ck_assert(!mglru_is_enough(&r, 1));
    r.free = 165;
    ck_assert(mglru_is_enough(&r, 1));
    rig_close(rig);
}
END_TEST

/* --- lists ------------------------------------------------------------------------------- */

/* Every page is on one list once, of its type, and counted to one generation, or waits to be
 * added.  (Check's own assertions take most of the time here.) */
static bool are_sound(const struct rig *rig)
{
    const struct mglru *m = state(rig);
    uint64_t n[MGLRU_GENS][RECLAIM_TYPES] = {0};
    uint8_t seen[RIG_FRAMES] = {0};
    bool sound = true;
    for (unsigned type = 0; type < RECLAIM_TYPES; type++) {
        const uint64_t gens = m->max_seq - m->min_seq[type] + 1;
        sound &= gens >= MGLRU_MIN_GENS && gens <= MGLRU_GENS;
        for (unsigned gen = 0; gen < MGLRU_GENS; gen++) {
            const pfn_t head = frame_ring_newest(&m->ring[gen][type]);
            for (pfn_t pfn = head; pfn != PFN_NONE && sound;) {
                sound = mglru_type(m, pfn) == type && m->pages[pfn].list == gen &&
                        m->pages[pfn].gen > 0 && seen[pfn]++ == 0;
                n[m->pages[pfn].gen - 1][type] += sound;
                const pfn_t older = m->ring[gen][type].links[pfn].older;
                pfn = older == head ? PFN_NONE : older;
            }
        }
    }
    const pfn_t newest = frame_ring_newest(&m->waiting);
    for (pfn_t pfn = newest; pfn != PFN_NONE && sound;) {
        sound = m->pages[pfn].gen == 0 && seen[pfn]++ == 0;
        const pfn_t older = m->waiting.links[pfn].older;
        pfn = older == newest ? PFN_NONE : older;
    }
    for (pfn_t pfn = 0; pfn < rig->env.nframes; pfn++)
        sound &= seen[pfn] == rig->frames[pfn].evictable;
    return sound && memcmp(n, m->n, sizeof n) == 0;
}

static void end_write(struct rig *rig, pfn_t pfn)
{
    if (!rig->frames[pfn].writing)
        return;
    rig->frames[pfn].writing = false;
    policy_mglru.reclaim->written(rig->state, pfn);
}

static void shrink_somehow(struct rig *rig)
{
    static const enum page_fate fates[] = {PAGE_GONE, PAGE_GONE, PAGE_WRITING, PAGE_KEEP,
                                           PAGE_ACTIVATE};
    rig->answer = fates[rng_below(&rig->rng, ARRAY_LEN(fates))];
    rig->run.swappiness = (uint32_t)rng_below(&rig->rng, 3) * 60;
    rig->run.daemon = rng_below(&rig->rng, 2);
    rig->run.in_group = rng_below(&rig->rng, 2);
    rig_shrink(rig, (unsigned)rng_below(&rig->rng, 6));
}

static void do_something(struct rig *rig, unsigned page)
{
    const struct reclaim_ops *lists = policy_mglru.reclaim;
    const pfn_t pfn = rig->pages[page].pfn;
    const uint64_t what = rng_below(&rig->rng, 16);
    if (what < 6)
        rig_touch(rig, page);
    else if (what < 7)
        rig_store(rig, page);
    else if (what < 9)
        rig_read(rig, page);
    else if (what < 11)
        shrink_somehow(rig);
    else if (what < 12)
        lists->age(rig->state, &rig->run);
    else if (what < 14)
        for (pfn_t i = 0; i < rig->env.nframes; i++)
            end_write(rig, i);
    else if (pfn == PFN_NONE)
        return;
    else if (what < 15)
        lists->deactivate(rig->state, pfn);
    else
        lists->lazy_free(rig->state, pfn);
}

START_TEST(no_page_is_lost_whatever_happens)
{
    for (unsigned version = 0; version <= MGLRU_6_14; version++)
        for (unsigned seed = 0; seed < 4; seed++) {
            const char *const set[] = {versions[version],  "walk_least=10",
                                       "refaults_least=2", "batch=5",
                                       "addition_batch=7", NULL};
            struct rig *rig = rig_open(&policy_mglru, 60, set);
            rng_seed(&rig->rng, seed);
            rig->run.wanted = 8;
            rig_file(rig, 0, 40);
            for (unsigned i = 0; i < 4000; i++) {
                rig->nvictims = 0;
                do_something(rig, (unsigned)rng_below(&rig->rng, 90));
                ck_assert_msg(are_sound(rig), "%s, seed %u, step %u: %s", versions[version],
                              seed, i, rig_show(rig));
            }
            rig_close(rig);
        }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("mglru");
    TCase *tests = tcase_create("mglru");
    tcase_add_test(tests, a_page_goes_when_two_generations_are_younger);
    tcase_add_test(tests, at_the_first_priority_there_is_no_aging);
    tcase_add_test(tests, since_6_12_aging_ends_a_priority);
    tcase_add_test(tests, in_6_1_kswapd_ages_in_the_second_of_its_rounds);
    tcase_add_test(tests, since_6_12_kswapd_begins_where_the_inactive_pages_are_enough);
    tcase_add_test(tests, the_two_youngest_generations_are_the_active_pages);
    tcase_add_test(tests, reclaim_ends_when_it_has_enough);
    tcase_add_test(tests, no_page_is_lost_whatever_happens);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
