/* reference_test.c -- the pager, which replays steps, against a slow one that replays
 * references: random configurations on random programs, compared after every batch.
 * Every trial follows from its number alone; a mismatch prints the configuration. */
#include "policy/reference_pager.h"

#include "pager/future.h"
#include "pager/pager.h"

#include <check.h>
#include <stdio.h>

enum { TRIALS = 400, BATCHES_MAX = 8, REFS_MAX = 1500 };

static const char *const policy_names[REF_POLICIES] = {
    [LRU] = "lru",     [MRU] = "mru",       [FIFO] = "fifo",
    [CLOCK] = "clock", [RANDOM] = "random", [SECOND_CHANCE] = "second-chance",
    [OPT] = "opt"};
static const char *const tie_names[] = {"lowest-frame", "highest-frame", "lru",
                                        "last-loaded"};

/* --- random configurations ------------------------------------------------------------- */

static struct rng rng;

static unsigned below(unsigned n)
{
    return (unsigned)rng_below(&rng, n);
}

static bool one_in(unsigned n)
{
    return below(n) == 0;
}

static struct ref_tlb_config random_tlb(unsigned ways_most, unsigned sets_most)
{
    const unsigned ways = 1 + below(ways_most);
    return (struct ref_tlb_config){
        .entries = ways * (1 + below(sets_most)), .ways = ways, .fifo = one_in(2)};
}

static struct ref_config random_config(enum ref_policy policy)
{
    struct ref_config config = {
        .page_shift = 9 + below(8),
        .frames = 1 + below(1 + below(REFERENCE_FRAMES)),
        .policy = policy,
        .ref_on_load = one_in(2),
        .hand_stays = one_in(2),
        .tie = (enum ref_tie)below(4),
        .unsaved_is_dirty = one_in(2),
        .count_once_full = one_in(2),
        .clear_invalidates_tlb = one_in(2),
        .simulated = one_in(4),
        .x86_64 = one_in(2),
        .seed = rng_next(&rng),
    };
    if (!config.x86_64)
        return config;
    config.tlb[0] = random_tlb(3, 3);
    config.tlb[1] = random_tlb(4, 3);
    if (!one_in(4))
        config.tlb[2] = random_tlb(5, 6);
    if (config.tlb[2].entries && one_in(2))
        config.tlb[3] = random_tlb(8, 8);
    return config;
}

static const char *describe(const struct ref_config *c, int trial)
{
    static char text[512];
    int n = snprintf(
        text, sizeof text,
        "trial %d: policy %s (ref_on_load %d, hand_stays %d, tie %s), pages of "
        "%u, %u frames, unsaved %d, once-full %d, clear invalidates %d, simulated %d, %s",
        trial, policy_names[c->policy], c->ref_on_load, c->hand_stays, tie_names[c->tie],
        1u << c->page_shift, c->frames, c->unsaved_is_dirty, c->count_once_full,
        c->clear_invalidates_tlb, c->simulated, c->x86_64 ? "x86-64" : "ideal");
    for (int i = 0; c->x86_64 && i < REF_TLBS; i++)
        n += snprintf(text + n, sizeof text - (size_t)n, ", %u/%u %s", c->tlb[i].entries,
                      c->tlb[i].ways, c->tlb[i].fifo ? "fifo" : "lru");
    return text;
}

/* --- random programs ------------------------------------------------------------------- */

/* What a program does: code and data that walk, jump, and loop in place. */
struct program {
    struct program_ref refs[REFS_MAX];
    size_t n, length;
    uint64_t page;      /* bytes */
    vaddr_t code, data; /* where they begin */
    unsigned code_pages, data_pages;
    vaddr_t pc, at[3]; /* of the code, and of three data structures */
    bool has_code, has_data;
};

static struct program program;

static vaddr_t random_place(vaddr_t base, unsigned pages)
{
    const vaddr_t page = base + below(pages) * program.page;
    /* The ends of pages are where references cross. */
    return one_in(4) ? page + program.page - 1 - below(8)
                     : page + rng_below(&rng, program.page);
}

static uint32_t random_size(void)
{
    return one_in(16) ? 1 + below(2000) : 1 + below(8);
}

static void put(enum reference_kind kind, vaddr_t vaddr, uint32_t size)
{
    if (program.n < program.length)
        program.refs[program.n++] = (struct program_ref){kind, vaddr, size};
}

static void fetch(void)
{
    const uint32_t size = one_in(50) ? random_size() : 1 + below(8);
    put(IFETCH, program.pc, size);
    program.pc += size;
    if (one_in(12) || program.pc - program.code >= program.code_pages * program.page)
        program.pc = random_place(program.code, program.code_pages);
}

static void use_data(void)
{
    vaddr_t *at = &program.at[below(3)];
    const enum reference_kind kind = (enum reference_kind)(LOAD + below(3));
    put(kind, *at, random_size());
    *at = one_in(5) ? random_place(program.data, program.data_pages) : *at + below(24);
    if (*at - program.data >= program.data_pages * program.page)
        *at = program.data;
}

/* Code and data in turn without leaving their blocks: steps of many references. */
static void loop_in_place(void)
{
    const vaddr_t pc = program.pc & ~(vaddr_t)15, at = program.at[0] & ~(vaddr_t)15;
    const unsigned turns = 1 + below(one_in(4) ? 60 : 6);
    const unsigned stores = below(3);
    for (unsigned i = 0; i < turns; i++) {
        for (unsigned k = below(3); program.has_code && k > 0; k--)
            put(IFETCH, pc + below(12), 4);
        for (unsigned k = below(3); program.has_data && k > 0; k--)
            put(below(4) < stores ? (one_in(2) ? STORE : MODIFY) : LOAD, at + below(12), 4);
    }
}

static void random_program(unsigned page_shift)
{
    const unsigned only = below(8); /* 0: data only, 1: code only */
    program.page = (uint64_t)1 << page_shift;
    program.n = 0;
    program.length = 50 + below(REFS_MAX - 50);
    program.has_code = only != 0;
    program.has_data = only != 1;
    program.code_pages = 1 + below(1 + below(8));
    program.data_pages = 1 + below(1 + below(48));
    program.code = program.page << (3 + below(20));
    program.data =
        one_in(4) ? program.code : program.code + ((uint64_t)1 << (33 + below(3)));
    program.pc = random_place(program.code, program.code_pages);
    for (int i = 0; i < 3; i++)
        program.at[i] = random_place(program.data, program.data_pages);
    while (program.n < program.length) {
        if (one_in(6))
            loop_in_place();
        if (program.has_code)
            fetch();
        if (program.has_data && (!program.has_code || one_in(2)))
            use_data();
    }
}

/* --- the fast pager -------------------------------------------------------------------- */

/* A program in batches, with the number of touches that the slow pager makes of it. */
static struct batches {
    struct batch batch[BATCHES_MAX];
    size_t touches[BATCHES_MAX];
    size_t n;
    unsigned granule_shift;
} batches;

static struct ref_pager *slow;
static struct pager fast;
static struct page_index page_index;
static struct page_space space;
static struct future future;
static uint8_t classes[2 * BATCH_SHAPES];
static uint32_t pages[BATCH_BLOCKS];

/* Build steps of the program and cut them into batches at random places. */
static void build_batches(unsigned page_shift)
{
    static const unsigned granule_shifts[] = {4, 6, 9, 12};
    do
        batches.granule_shift = granule_shifts[below(4)];
    while (batches.granule_shift > page_shift);
    struct builder *builder;
    ck_assert_int_eq(builder_create(&builder, batches.granule_shift, NULL), OK);
    const unsigned cuts = below(BATCHES_MAX);
    batches.n = 0;
    for (size_t i = 0; i < program.n; i++) {
        const struct program_ref *ref = &program.refs[i];
        builder_add(builder, ref->kind, ref->vaddr, ref->size);
        const size_t touches = ref_pager_add(slow, ref);
        const bool cut = batches.n < cuts && below((unsigned)program.n) < cuts;
        if (!cut && i + 1 < program.n)
            continue;
        builder_take(builder, &batches.batch[batches.n]);
        batches.touches[batches.n++] = touches;
    }
    builder_free(builder);
}

static struct paged_batch page_batch(const struct batch *batch)
{
    batch_classify(batch, classes);
    ck_assert_int_eq(page_space_translate(&space, batch, pages, NULL), OK);
    return (struct paged_batch){.batch = batch,
                                .classes = classes,
                                .pages = pages,
                                .index = &page_index,
                                .npages = page_index.npages};
}

static void look_ahead(void)
{
    for (size_t i = 0; i < batches.n; i++) {
        const struct paged_batch batch = page_batch(&batches.batch[i]);
        ck_assert_int_eq(future_add(&future, &batch, NULL), OK);
    }
    future_finish(&future);
}

static void set(const struct param *table, void *values, const char *name, const char *text)
{
    struct error err;
    const enum status status =
        param_set(table, values, name, text, "test", at_nowhere(), &err);
    ck_assert_msg(status == OK, "%s", err.text);
}

static void set_policy_params(const struct policy_ops *policy, void *values,
                              const struct ref_config *config)
{
    if (!policy->params)
        return;
    param_defaults(policy->params, values);
    if (config->policy == CLOCK)
        set(policy->params, values, "hand", config->hand_stays ? "stays" : "advances");
    if (config->policy == CLOCK || config->policy == SECOND_CHANCE)
        set(policy->params, values, "ref_on_load", config->ref_on_load ? "yes" : "no");
    if (config->policy == OPT)
        set(policy->params, values, "tie", tie_names[config->tie]);
}

static void set_kernel_params(const struct kernel_ops *kernel, void *values,
                              const struct ref_config *config)
{
    param_defaults(kernel->params, values);
    set(kernel->params, values, "dirty", config->unsaved_is_dirty ? "unsaved" : "written");
    set(kernel->params, values, "count_faults",
        config->count_once_full ? "once-full" : "all");
    set(kernel->params, values, "clear_invalidates_tlb",
        config->clear_invalidates_tlb ? "yes" : "no");
    set(kernel->params, values, "referenced", config->simulated ? "simulated" : "hardware");
}

static size_t make_arrays(struct tlb_array_params arrays[REF_TLBS],
                          const struct ref_config *config)
{
    static const unsigned levels[REF_TLBS] = {1, 1, 2, 3};
    size_t n = 0;
    for (size_t i = 0; i < REF_TLBS; i++)
        if (config->tlb[i].entries)
            arrays[n++] = (struct tlb_array_params){
                .tlb = {.entries = config->tlb[i].entries,
                        .ways = config->tlb[i].ways,
                        .replacement = config->tlb[i].fifo ? TLB_FIFO : TLB_LRU},
                .level = levels[i],
                .streams = {i != 1, i != 0},
                .page_sizes = UINT64_MAX};
    return n;
}

static void start_fast(const struct ref_config *config)
{
    static _Alignas(16) unsigned char policy_params[PARAM_VALUES_MAX];
    static _Alignas(16) unsigned char kernel_params[PARAM_VALUES_MAX];
    static struct pager_params params; /* outlives the pager */
    static struct tlb_array_params arrays[REF_TLBS];
    params = (struct pager_params){
        .mmu = {.format = pagetable_find(config->x86_64 ? "x86-64" : "ideal"),
                .page_shift = config->page_shift,
                .adapted = true,
                .tables_apart = true, /* or else the slow pager would have to know frames */
                .frames = config->frames,
                .arrays = arrays,
                .asids = UINT64_MAX,
                .shootdown = {.batch = 1, .flush_ceiling = 1},
                .ncpus = 1},
        .frames = config->frames,
        .kernel = kernel_find("textbook"),
        .kernel_params = kernel_params,
        .policy = policy_find(policy_names[config->policy]),
        .policy_params = policy_params,
        .future = config->policy == OPT ? &future : NULL,
        .seed = config->seed,
    };
    params.mmu.narrays = make_arrays(arrays, config);
    set_policy_params(params.policy, policy_params, config);
    set_kernel_params(params.kernel, kernel_params, config);
    page_index_init(&page_index);
    page_space_init(&space, &page_index, 0, config->page_shift, batches.granule_shift);
    future = (struct future){0};
    if (config->policy == OPT)
        look_ahead();
    ck_assert_int_eq(pager_init(&fast, &params, NULL), OK);
}

/* --- the comparison -------------------------------------------------------------------- */

static const char *where;

static void same(const char *what, uint64_t got, uint64_t expected)
{
    /* Check's own assertions note each success, which would take most of the time here. */
    if (got != expected)
        ck_abort_msg("%s is %llu, the slow pager says %llu; %s", what,
                     (unsigned long long)got, (unsigned long long)expected, where);
}

static void compare_counts(uint64_t references)
{
    const struct ref_counts *counts = &slow->counts;
    same("faults", fast.counts.faults, counts->faults);
    same("major faults", fast.counts.faults_major,
         counts->faults - counts->faults_referenced);
    same("cold faults", fast.counts.faults_cold, counts->faults_cold);
    same("page-ins", fast.counts.page_ins, counts->page_ins);
    same("page-outs", fast.counts.page_outs, counts->page_outs);
    same("dirty page-outs", fast.counts.page_outs_dirty, counts->page_outs_dirty);
    same("accesses", references + fast.counts.extra_accesses, counts->accesses);
    struct mmu_counts mmu;
    mmu_sum(&fast.mmu, &mmu);
    same("L1I misses", mmu.l1_misses[0], counts->l1_misses[0]);
    same("L1D misses", mmu.l1_misses[1], counts->l1_misses[1]);
    same("L2 hits", mmu.level_hits[2], counts->hits[2]);
    same("L2 misses", mmu.level_misses[2], counts->misses[2]);
    same("L3 hits", mmu.level_hits[3], counts->hits[3]);
    same("L3 misses", mmu.level_misses[3], counts->misses[3]);
    same("walks", mmu.walks, counts->walks);
    same("walks to modify", mmu.modify_walks, counts->modify_walks);
    same("accesses of walks", mmu.walk_accesses, counts->walk_accesses);
}

static void compare_frames(void)
{
    for (unsigned i = 0; i < slow->config.frames; i++) {
        const struct ref_frame *frame = &slow->frames[i];
        same("frame filled", i < fast.nused, frame->filled);
        if (!frame->filled)
            continue;
        same("page in a frame", page_index.vpns[fast.frames[i].page], frame->vpn);
        same("accessed bit", frame_referenced(&fast, i), ref_is_accessed(slow, frame));
        same("dirty bit", frame_dirty(&fast, i), frame->dirty);
    }
}

static void run_trial(enum ref_policy policy, int trial)
{
    rng_seed(&rng, (uint64_t)policy * 1000 + (uint64_t)trial);
    const struct ref_config config = random_config(policy);
    where = describe(&config, trial);
    slow = ref_pager_create(&config);
    random_program(config.page_shift);
    build_batches(config.page_shift);
    start_fast(&config);
    uint64_t references = 0;
    for (size_t i = 0; i < batches.n; i++) {
        const struct paged_batch batch = page_batch(&batches.batch[i]);
        struct error err;
        const enum status status = pager_replay(&fast, &batch, &err);
        ck_assert_msg(status == OK, "%s; %s", err.text, where);
        references += batch_references(&batches.batch[i]);
        ref_pager_run(slow, batches.touches[i]);
        compare_counts(references);
        compare_frames();
    }
    same("touches", slow->now, slow->ntouches);
    pager_release(&fast);
    future_release(&future);
    page_space_release(&space);
    page_index_release(&page_index);
    ref_pager_free(slow);
}

START_TEST(replay_by_steps_equals_replay_by_references)
{
    for (size_t i = 0; i < BATCHES_MAX; i++)
        ck_assert_int_eq(batch_init(&batches.batch[i], NULL), OK);
    for (int trial = 0; trial < TRIALS; trial++)
        run_trial((enum ref_policy)_i, trial);
    for (size_t i = 0; i < BATCHES_MAX; i++)
        batch_release(&batches.batch[i]);
}
END_TEST

static Suite *reference_suite(void)
{
    Suite *suite = suite_create("reference");
    TCase *tests = tcase_create("reference");
    tcase_add_loop_test(tests, replay_by_steps_equals_replay_by_references, 0,
                        REF_POLICIES);
    suite_add_tcase(suite, tests);
    return suite;
}

int main(void)
{
    SRunner *runner = srunner_create(reference_suite());
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
