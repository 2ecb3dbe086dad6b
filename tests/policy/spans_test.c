/* spans_test.c -- every policy replays by spans of steps, step by step and reference by
 * reference to the same end. */
#include "base/units.h"
#include "pager/future.h"
#include "pager/pager.h"
#include "random_batches.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TRIALS = 20 };

enum way { BY_SPANS, BY_STEPS, BY_REFERENCES, WAYS };

/* The same program in the same machine, in one of the ways. */
struct world {
    struct pager pager;
    struct pager_params params;
    struct page_index index;
    struct page_space space;
    struct future future;
    struct span_finder finder;
    struct paged_spans spans;
};

static struct random_batches batches;
static struct world worlds[WAYS];
static struct spans spans; /* of the present batch, in blocks                            */
static uint8_t classes[2 * BATCH_SHAPES];
static uint32_t pages[BATCH_BLOCKS];
static struct rng rng;
static const struct policy_ops *policy;
static _Alignas(16) unsigned char policy_params[PARAM_VALUES_MAX];
static _Alignas(16) unsigned char kernel_params[PARAM_VALUES_MAX];
static char where[512];

/* --- settings ---------------------------------------------------------------------------- */

static unsigned below(unsigned n)
{
    return (unsigned)rng_below(&rng, n);
}

static bool set(const struct param *param, const char *text)
{
    struct error err;
    return param_set(policy->params, policy_params, param->name, text, "test", at_nowhere(),
                     &err) == OK;
}

/* A value near the default, or a small one: some count in references and would do nothing in
 * a short program. */
static void set_number(const struct param *param)
{
    char text[64];
    const unsigned number = 1 + below(1 + below(4000));
    if (param->kind == PARAM_REAL)
        snprintf(text, sizeof text, "%u.%u", below(2), below(10));
    else
        snprintf(text, sizeof text, "%u", number);
    set(param, text); /* or else it stays as it is */
}

static void random_params(void)
{
    for (const struct param *param = policy->params; param && param->name; param++) {
        unsigned nchoices = 0;
        while (param->kind == PARAM_CHOICE && param->choices[nchoices])
            nchoices++;
        if (nchoices)
            set(param, param->choices[below(nchoices)]);
        else if (param->kind == PARAM_BOOL)
            set(param, below(2) ? "yes" : "no");
        else if (below(2))
            set_number(param);
    }
}

static void describe(int trial, const struct pager_params *params)
{
    char value[64];
    int n = snprintf(where, sizeof where, "policy %s, trial %d, %llu frames, pages of 2^%u",
                     policy->name, trial, (unsigned long long)params->frames,
                     params->mmu.page_shift);
    for (const struct param *param = policy->params;
         param && param->name && n < (int)sizeof where; param++)
        n += snprintf(where + n, sizeof where - (size_t)n, ", %s %s", param->name,
                      param_format(param, policy_params, value, sizeof value));
}

/* --- worlds ------------------------------------------------------------------------------ */

static struct paged_batch page_batch(struct world *world, const struct batch *batch)
{
    ck_assert_int_eq(page_space_translate(&world->space, batch, pages, NULL), OK);
    return (struct paged_batch){.batch = batch,
                                .classes = classes,
                                .pages = pages,
                                .index = &world->index,
                                .npages = world->index.npages};
}

/* Those that use the time are told it in references, which spans do not have. */
static bool future_is_by_spans(enum way way)
{
    return way == BY_SPANS && !policy->uses_time;
}

static void look_ahead(struct world *world, enum way way)
{
    world->future = (struct future){.in_references = policy->uses_time};
    for (size_t i = 0; i < batches.n; i++) {
        batch_classify(&batches.batch[i], classes);
        const struct paged_batch batch = page_batch(world, &batches.batch[i]);
        spans_find(&spans, batch.batch, classes);
        const enum status status =
            future_is_by_spans(way) ? future_add_spans(&world->future, &spans, &batch, NULL)
                                    : future_add(&world->future, &batch, NULL);
        ck_assert_int_eq(status, OK);
    }
    future_finish(&world->future);
}

/* False if the policy refuses its parameters. */
static bool start(struct world *world, enum way way, const struct pager_params *params)
{
    *world = (struct world){.params = *params};
    page_index_init(&world->index);
    page_space_init(&world->space, &world->index, 0, params->mmu.page_shift,
                    batches.granule_shift);
    ck_assert_int_eq(span_finder_init(&world->finder, NULL), OK);
    ck_assert_int_eq(paged_spans_init(&world->spans, NULL), OK);
    world->params.single_step = way == BY_REFERENCES;
    if (policy->sees == POLICY_FUTURE) {
        look_ahead(world, way);
        world->params.future = &world->future;
    }
    struct error err;
    const enum status status = pager_init(&world->pager, &world->params, &err);
    ck_assert(status == OK || status == ERR_CONFIG);
    return status == OK;
}

static void stop(struct world *world, bool started)
{
    if (started)
        pager_release(&world->pager);
    future_release(&world->future);
    paged_spans_release(&world->spans);
    span_finder_release(&world->finder);
    page_space_release(&world->space);
    page_index_release(&world->index);
}

static const struct paged_spans *find_spans(struct world *world,
                                            const struct paged_batch *batch)
{
    const struct paged_spans *found = &world->spans;
    if (policy->sees == POLICY_FUTURE && !policy->uses_time)
        ck_assert_int_eq(future_next_batch(&world->future, batch, &found, NULL), OK);
    else
        ck_assert_int_eq(
            span_finder_run(&world->finder, &world->spans, &spans, batch, NULL), OK);
    return found;
}

static void replay(struct world *world, enum way way, const struct batch *batch)
{
    struct paged_batch paged = page_batch(world, batch);
    struct error err;
    if (way == BY_SPANS)
        paged.spans = find_spans(world, &paged);
    const enum status status = pager_replay(&world->pager, &paged, &err);
    ck_assert_msg(status == OK, "%s; %s", err.text, where);
}

/* --- comparison -------------------------------------------------------------------------- */

/* Check's own assertions note each success, which would take most of the time here. */
static void same(const char *what, uint64_t got, uint64_t expected)
{
    if (got != expected)
        ck_abort_msg("%s: %llu by spans, else %llu; %s", what, (unsigned long long)got,
                     (unsigned long long)expected, where);
}

static void compare(const struct pager *a, const struct pager *b)
{
    const uint8_t seen = PAGE_VALID | PAGE_ACCESSED | PAGE_DIRTY | PAGE_RESIDENT;
    same("faults", a->counts.faults, b->counts.faults);
    same("page-outs", a->counts.page_outs, b->counts.page_outs);
    same("dirty page-outs", a->counts.page_outs_dirty, b->counts.page_outs_dirty);
    same("parts in a further page", a->counts.extra_accesses, b->counts.extra_accesses);
    same("bits looked at", a->counts.scans, b->counts.scans);
    same("any count differs", memcmp(&a->counts, &b->counts, sizeof a->counts) != 0, 0);
    same("frames used", a->nused, b->nused);
    for (pfn_t pfn = 0; pfn < a->nused; pfn++) {
        same("page in a frame", a->frames[pfn].page, b->frames[pfn].page);
        same("state of a frame", a->frames[pfn].state, b->frames[pfn].state);
        same("frame is dirty", a->frames[pfn].dirty, b->frames[pfn].dirty);
    }
    same("pages", a->npages, b->npages);
    for (page_t page = 0; page < a->npages; page++)
        same("bits of a page", a->mmu.bits[page] & seen, b->mmu.bits[page] & seen);
    same("clock", a->instances[0]->clock, b->instances[0]->clock);
    same("resident set", (uint64_t)(1e6 * instance_resident_mean(a->instances[0])),
         (uint64_t)(1e6 * instance_resident_mean(b->instances[0])));
    same("ghosts", a->instances[0]->ghosts_max, b->instances[0]->ghosts_max);
}

/* Spans in which there was surely no fault. */
static uint64_t nquiet, nfaults;

static void run_trial(int trial, const struct pager_params *params)
{
    bool started[WAYS];
    describe(trial, params);
    for (int way = 0; way < WAYS; way++)
        started[way] = start(&worlds[way], (enum way)way, params);
    for (size_t i = 0; i < batches.n && started[BY_SPANS]; i++) {
        const uint64_t before = worlds[BY_SPANS].pager.counts.faults;
        batch_classify(&batches.batch[i], classes);
        spans_find(&spans, &batches.batch[i], classes);
        for (int way = 0; way < WAYS; way++)
            replay(&worlds[way], (enum way)way, &batches.batch[i]);
        compare(&worlds[BY_SPANS].pager, &worlds[BY_STEPS].pager);
        compare(&worlds[BY_SPANS].pager, &worlds[BY_REFERENCES].pager);
        const uint64_t faults = worlds[BY_SPANS].pager.counts.faults - before;
        nquiet += spans.nspans > faults ? spans.nspans - faults : 0;
        nfaults += faults;
    }
    for (int way = 0; way < WAYS; way++)
        stop(&worlds[way], started[way]);
}

static struct pager_params random_machine(void)
{
    static const struct tlb_array_params arrays[] = {{.tlb = {.entries = 8, .ways = 2},
                                                      .level = 1,
                                                      .streams = {true, true},
                                                      .page_sizes = UINT64_MAX}};
    const struct kernel_ops *kernel = kernel_find("textbook");
    const uint64_t frames = below(3) ? 12 + below(30) : 1 + below(12);
    const bool has_tlb = policy->sees == POLICY_FUTURE && below(4) == 0;
    param_defaults(kernel->params, kernel_params);
    return (struct pager_params){
        .mmu = {.format = pagetable_find(has_tlb ? "x86-64" : "ideal"),
                .page_shift = 12 + below(2),
                .adapted = true,
                .tables_apart = true,
                .frames = frames,
                .arrays = arrays,
                .narrays = has_tlb ? ARRAY_LEN(arrays) : 0,
                .asids = UINT64_MAX,
                .shootdown = {.batch = 1, .flush_ceiling = 1},
                .ncpus = 1},
        .frames = frames,
        .kernel = kernel,
        .kernel_params = kernel_params,
        .policy = policy,
        .policy_params = policy_params,
        .seed = rng_next(&rng),
    };
}

/* The same for a policy whatever others there are. */
static uint64_t seed_of(const char *name)
{
    uint64_t seed = 0;
    for (; *name; name++)
        seed = 31 * seed + (unsigned char)*name;
    return seed;
}

START_TEST(replay_by_spans_equals_replay_by_steps_and_by_references)
{
    policy = policy_table[_i];
    nquiet = nfaults = 0;
    for (size_t i = 0; i < RANDOM_BATCHES_MAX; i++)
        ck_assert_int_eq(batch_init(&batches.batch[i], NULL), OK);
    ck_assert_int_eq(spans_init(&spans, NULL), OK);
    for (int trial = 0; trial < TRIALS; trial++) {
        rng_seed(&rng, seed_of(policy->name) + (uint64_t)trial);
        random_batches_make(&batches, &rng, below(2) ? 9 : 12, 2 + below(80),
                            1 + below(RANDOM_BATCHES_MAX), 20000 + below(20000));
        const struct pager_params params = random_machine();
        if (policy->params)
            param_defaults(policy->params, policy_params);
        if (trial > 0)
            random_params();
        run_trial(trial, &params);
    }
    ck_assert_uint_gt(nquiet, 0);
    ck_assert_uint_gt(nfaults, 0);
    for (size_t i = 0; i < RANDOM_BATCHES_MAX; i++)
        batch_release(&batches.batch[i]);
    spans_release(&spans);
}
END_TEST

static Suite *spans_suite(void)
{
    Suite *suite = suite_create("spans");
    TCase *tests = tcase_create("spans");
    int npolicies = 0;
    while (policy_table[npolicies])
        npolicies++;
    tcase_add_loop_test(tests, replay_by_spans_equals_replay_by_steps_and_by_references, 0,
                        npolicies);
    suite_add_tcase(suite, tests);
    return suite;
}

int main(void)
{
    SRunner *runner = srunner_create(spans_suite());
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
