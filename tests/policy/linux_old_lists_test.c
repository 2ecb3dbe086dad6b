/* linux_old_lists_test.c -- whatever happens to pages, Linux's lists before 2.6.28 have each
 * page that is in memory once, and no other. */
#include "policy/reclaim_rig.h"

extern const struct policy_ops policy_linux24, policy_linux24age, policy_linux26;

enum { FRAMES = 48, PAGES = 100, STEPS = 2000 };

/* Pages of files are even, and all have been in memory before: none is on no list. */
static struct rig *open_rig(const struct policy_ops *ops, const char *const *set)
{
    struct rig *rig = rig_open(ops, FRAMES, set);
    for (unsigned page = 0; page < PAGES; page++) {
        rig->pages[page].saved = true;
        rig->pages[page].file = page % 2 == 0;
    }
    rig->run.batch = 4;
    rig->run.wanted = 4;
    return rig;
}

static pfn_t any_frame(struct rig *rig)
{
    pfn_t pfn = (pfn_t)rng_below(&rig->rng, FRAMES);
    while (!page_evictable(&rig->env, pfn))
        pfn = (pfn + 1) % FRAMES;
    return pfn;
}

static void reclaim(struct rig *rig)
{
    static const enum page_fate answers[] = {PAGE_GONE, PAGE_WRITING, PAGE_KEEP,
                                             PAGE_ACTIVATE};
    unsigned first = RECLAIM_PRIORITY, last = 0;
    if (rig->ops->reclaim->priorities)
        rig->ops->reclaim->priorities(rig->state, &first, &last);
    rig->answer = answers[rng_below(&rig->rng, ARRAY_LEN(answers))];
    rig->run.may_swap = rig->can_swap = rng_below(&rig->rng, 4) > 0;
    rig->run.daemon = rng_below(&rig->rng, 2);
    rig->run.free = rig->nfree;
    rig->run.high = rng_below(&rig->rng, 12);
    rig->run.reclaimed = rig->run.scanned = 0;
    rig_shrink(rig, last + (unsigned)rng_below(&rig->rng, first - last + 1));
}

static void finish_write(struct rig *rig, pfn_t pfn)
{
    rig->frames[pfn].writing = false;
    if (rig->ops->reclaim->written)
        rig->ops->reclaim->written(rig->state, pfn);
}

static void step(struct rig *rig)
{
    const unsigned page = (unsigned)rng_below(&rig->rng, PAGES);
    const uint64_t kind = rng_below(&rig->rng, 10);
    if (kind < 3)
        rig_touch(rig, page);
    else if (kind < 5)
        rig_store(rig, page);
    else if (kind < 7 && page % 2 == 0)
        rig_read(rig, page);
    else if (rig->nfree == FRAMES)
        return;
    else if (kind == 7)
        reclaim(rig);
    else if (kind == 8)
        finish_write(rig, any_frame(rig));
    else if (rng_below(&rig->rng, 2))
        rig_evict(rig, any_frame(rig), false);
    else if (rig->ops->reclaim->second)
        rig->ops->reclaim->second(rig->state);
}

/* Each page that is shown has a blank before it. */
static void check(struct rig *rig)
{
    bool seen[PAGES] = {false};
    unsigned shown = 0;
    for (const char *at = rig_show(rig); (at = strchr(at, ' ')); at++) {
        if (at[1] < '0' || at[1] > '9')
            continue;
        const unsigned long page = strtoul(at + 1, NULL, 10);
        ck_assert_uint_lt(page, PAGES);
        ck_assert(!seen[page] && rig->pages[page].pfn != PFN_NONE);
        seen[page] = true;
        shown++;
    }
    ck_assert_uint_eq(shown + rig->nfree, FRAMES);
    struct reclaim_sizes sizes;
    rig->ops->reclaim->sizes(rig->state, &sizes);
    uint64_t sum = 0;
    for (unsigned type = RECLAIM_ANON; type < RECLAIM_TYPES; type++)
        sum += sizes.active[type] + sizes.inactive[type];
    ck_assert_uint_eq(sum, shown);
}

START_TEST(lists_have_every_page_once)
{
    static const struct {
        const struct policy_ops *ops;
        const char *set[2];
    } rows[] = {{&policy_linux26, {NULL}},
                {&policy_linux24, {NULL}},
                {&policy_linux24, {"version=2.4.32"}},
                {&policy_linux24age, {NULL}}};
    struct rig *rig = open_rig(rows[_i].ops, rows[_i].set);
    for (unsigned i = 0; i < STEPS; i++) {
        step(rig);
        check(rig);
    }
    ck_assert_uint_gt(rig->nvictims, 100);
    rig_close(rig);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("linux's old lists");
    TCase *tests = tcase_create("lists");
    tcase_add_loop_test(tests, lists_have_every_page_once, 0, 4);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
