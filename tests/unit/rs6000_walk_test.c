/* rs6000_walk_test.c -- the inverted page table of an RS/6000 against a slow model of it, a
 * list of all that is mapped: what each walk reads, and the bits of frames. */
#include "pagetable_steps.h"

enum { V = PTE_VALID, W = PTE_WRITABLE, R = PTE_REFERENCED, C = PTE_MODIFIED };
enum { SPACES = 3, FRAMES = 900 };

static const paddr_t anchors = 0xc0000000;

static struct model model;

/* All that is mapped, in the order in which it was entered. */
static struct {
    uint32_t space, hash;
    pfn_t pfn;
} mapped[FRAMES];
static size_t nmapped;
static uint64_t probe_limit;

static uint32_t id_of(struct model *m, struct steps_page page)
{
    const uint32_t segment = (uint32_t)(page.vpn >> (28 - m->page_shift));
    return (14352 * page.space + 273 * segment) % (1 << 24);
}

static uint32_t index_of(struct model *m, struct steps_page page)
{
    return (uint32_t)(page.vpn % (1u << (28 - m->page_shift)));
}

/* As many as the index bits need that are not among a tag's 6, and at least FRAMES. */
static uint32_t nanchors(struct model *m)
{
    return m->page_shift == 9 ? 8192 : 1024;
}

static uint32_t hash_of(struct model *m, struct steps_page page)
{
    return (id_of(m, page) ^ index_of(m, page)) % nanchors(m);
}

static void begun(struct model *m, uint32_t space)
{
    (void)m;
    (void)space;
}

static void entered(struct model *m, struct steps_page page, struct model_entry entry)
{
    mapped[nmapped].space = page.space;
    mapped[nmapped].hash = hash_of(m, page);
    mapped[nmapped++].pfn = entry.pfn;
}

static void forget(size_t i)
{
    memmove(&mapped[i], &mapped[i + 1], (--nmapped - i) * sizeof *mapped);
}

static void removed(struct model *m, struct steps_page page, struct model_entry entry)
{
    size_t i = 0;
    (void)m;
    (void)page;
    while (mapped[i].pfn != entry.pfn)
        i++;
    forget(i);
}

static void ended(struct model *m, uint32_t space)
{
    (void)m;
    for (size_t i = nmapped; i-- > 0;)
        if (mapped[i].space == space)
            forget(i);
}

static void predict(struct model *m, struct steps_page page, struct model_entry entry,
                    bool store, bool modify, struct model_prediction *out)
{
    const uint32_t hash = hash_of(m, page);
    const paddr_t all = anchors + 4 * nanchors(m);
    uint64_t probes = 0;
    (void)modify;
    model_predict(out, anchors + 4 * hash, false);
    for (size_t i = nmapped; i-- > 0;) {
        if (mapped[i].hash != hash)
            continue;
        model_predict(out, all + 16 * mapped[i].pfn, false);
        if (mapped[i].pfn == entry.pfn)
            break;
        if (++probes == probe_limit) {
            out->result = WALK_NOT_PRESENT;
            return;
        }
        model_predict(out, all + 16 * mapped[i].pfn + 4, false);
    }
    if (entry.pfn == PFN_NONE || !(entry.bits & V))
        out->result = WALK_NOT_PRESENT;
    else if (store && !(entry.bits & W))
        out->result = WALK_PROTECTION;
}

static const struct steps_oracle oracle = {
    .bits = V | W | R | C,
    .entered = entered,
    .removed = removed,
    .begun = begun,
    .ended = ended,
    .predict = predict,
};

/* Pages that the hash, and pages that the tag alone tells apart, in several segments. */
static const struct {
    unsigned shift;
    const char *probe_limit;
} runs[] = {{12, "0"}, {12, "3"}, {9, "0"}};

START_TEST(random_operations_do_what_a_slow_model_does)
{
    max_align_t params[PARAM_VALUES_MAX / sizeof(max_align_t)];
    const struct pagetable_ops *rs6000 = pagetable_find("rs6000");
    param_defaults(rs6000->params, params);
    ck_assert_int_eq(param_set(rs6000->params, params, "probe_limit", runs[_i].probe_limit,
                               "rs6000", at_nowhere(), NULL),
                     OK);
    model_open(&model, rs6000, runs[_i].shift, runs[_i].shift != 12, params, FRAMES);
    probe_limit = strtoull(runs[_i].probe_limit, NULL, 10);
    const vpn_t segment = (vpn_t)1 << (28 - runs[_i].shift);
    const vpn_t colliding = segment / 64;
    for (uint32_t space = 0; space < SPACES; space++) {
        model_add_space(&model, space);
        model_add_area(&model, space, 0, 70, 0);
        model_add_area(&model, space, 3 * colliding, 70, 0);
        model_add_area(&model, space, 7 * colliding, 70, 0);
        model_add_area(&model, space, 16 * segment - 60, 60, 0);
        model_add_area(&model, space, 5 * segment - 7, 14, 0);
    }
    steps_run(&model, &oracle, 1000000);
    for (size_t i = 0; i < 3; i++)
        ck_assert_uint_gt(model.walks[i], 4000);
    model_close(&model);
}
END_TEST

static Suite *rs6000_walk_suite(void)
{
    Suite *suite = suite_create("rs6000_walk");
    TCase *tests = tcase_create("rs6000_walk");
    tcase_add_loop_test(tests, random_operations_do_what_a_slow_model_does, 0,
                        (int)ARRAY_LEN(runs));
    suite_add_tcase(suite, tests);
    return suite;
}

int main(void)
{
    SRunner *runner = srunner_create(rs6000_walk_suite());
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
