/* violations_test.c -- `regions: operations`: all memory is what operations map, and what is
 * used beside it is counted and passed over.  Counts and times are worked out by hand, or
 * by a model that keeps a table of pages and knows nothing of frames. */
#include "workload/alone.h"

#define OPERATION FAULT
#define MAPPED "workload=[{trace: a.trace, regions: operations}]"

/* --- by hand --------------------------------------------------------------------------- */

START_TEST(use_of_what_is_not_mapped_is_passed_over)
{
    const struct counters *c = run_alone(
        "L1 @map 0x1000 4KiB rw; S1 L2 I2 S2 @unmap 0x1000 1; L1", MAPPED, NULL, NULL);
    ck_assert_uint_eq(c->violations, 5);
    ck_assert_uint_eq(c->references, 6);
    ck_assert_uint_eq(c->faults, 1);
    ck_assert_uint_eq(c->faults_zero_fill, 1);
    ck_assert_uint_eq(c->elapsed,
                      SWITCH + 2 * OPERATION + 6 * REFERENCE + FAULT + ZERO + 5 * FAULT);
    ck_assert_uint_eq(c->cpu_user, 6 * REFERENCE);
    ck_assert_uint_eq(count_of(o.results, "a", "resident_max"), 1);
}
END_TEST

START_TEST(part_of_a_reference_that_is_not_mapped_is_passed_over)
{
    const struct counters *c =
        run_alone("@map 0x1000 8KiB rw; S2+ L2+ L0+ L1+", MAPPED, NULL, NULL);
    ck_assert_uint_eq(c->violations, 3); /* page 3 twice, page 0 */
    ck_assert_uint_eq(c->faults, 2);
    ck_assert_uint_eq(c->accesses, 8);
}
END_TEST

START_TEST(use_against_the_protection_is_passed_over_each_time)
{
    const struct counters *c = run_alone("@map 0x1000 4KiB r; S1 L1 S1 S1 I1 @protect "
                                         "0x1000 1 -; L1 I1 S1 @protect 0x1000 1 "
                                         "rw; S1 L1",
                                         MAPPED, NULL, NULL);
    ck_assert_uint_eq(c->violations, 6);
    ck_assert_uint_eq(c->faults_protection, 0);
    ck_assert_uint_eq(c->faults, 2); /* the first use, and that after it was barred */
    ck_assert_uint_eq(c->faults_zero_fill, 1);
    ck_assert_uint_eq(c->page_outs, 0);
    ck_assert_uint_eq(c->elapsed, SWITCH + 3 * OPERATION + 10 * REFERENCE + 2 * FAULT +
                                      ZERO + 6 * FAULT);
}
END_TEST

START_TEST(a_page_that_was_never_stored_into_is_clean)
{
    const struct counters *c =
        run_alone("@map 0x1000 16KiB rw file f; @protect 0x1000 1 r; L1 S1 S1 L2 L3 L4",
                  MAPPED, "machine.frames=1", NULL);
    ck_assert_uint_eq(c->violations, 2);
    ck_assert_uint_eq(c->page_outs_dirty, 0);
}
END_TEST

START_TEST(a_new_image_begins_with_nothing)
{
    program("b.trace", "L1 @map 0x1000 4KiB rw; L1");
    const struct counters *c = run_alone(
        "@map 0x1000 4KiB rw; S1 @exec 1; L1",
        "workload=[{trace: a.trace, streams: b.trace, regions: operations}]", NULL, NULL);
    ck_assert_uint_eq(c->violations, 1);
    ck_assert_uint_eq(c->faults_zero_fill, 2);
}
END_TEST

START_TEST(a_child_has_the_regions_of_its_parent_and_their_strictness)
{
    program("child.trace", "L1 L2 @unmap 0x1000 1; L1");
    const struct counters *c =
        run_alone("@map 0x1000 4KiB rw; S1 @fork 1; L1",
                  "workload=[{trace: a.trace, streams: child.trace, regions: operations}]",
                  NULL, NULL);
    ck_assert_uint_eq(c->violations, 2);
}
END_TEST

/* A thread waits for its page while another takes it away: the read that it waits for ends
 * with nobody, and the access is passed over. */
START_TEST(what_is_unmapped_while_a_thread_waits_for_it_is_passed_over)
{
    program("b.trace", "L1 L2");
    const struct counters *c =
        run_alone("@map 0x1000 4KiB rw file f; @map 0x2000 4KiB rw; @thread 1; S2x20 "
                  "@unmap 0x1000 1; "
                  "S2",
                  "workload=[{trace: a.trace, streams: b.trace, regions: operations}]",
                  "machine.cpus=2", NULL);
    ck_assert_uint_eq(c->violations, 1);
    ck_assert_uint_eq(c->faults_major, 1);
    ck_assert_uint_eq(c->page_ins, 1);
}
END_TEST

/* Of three frames all are there for the other thread afterwards. */
START_TEST(what_is_barred_while_a_thread_waits_for_it_is_passed_over)
{
    program("b.trace", "L1 L1");
    const struct counters *c = run_alone(
        "@map 0x1000 4KiB r file f; @map 0x2000 12KiB rw; @thread 1; S2x20 @protect 0x1000 "
        "1 -; S2x2000 S3 S4 S2 S3 S4 S2 S3 S4",
        "workload=[{trace: a.trace, streams: b.trace, regions: operations}]",
        "machine.cpus=2", "machine.frames=3");
    ck_assert_uint_eq(c->violations, 2);
    ck_assert_uint_eq(c->page_ins, 1);
    ck_assert_uint_eq(c->page_outs, 1);
    ck_assert_uint_eq(c->faults, 4);
}
END_TEST

/* The same of a thread that waits for a frame. */
START_TEST(what_is_unmapped_while_a_thread_waits_for_a_frame_is_passed_over)
{
    program("b.trace", "L1x30 L2");
    const struct counters *c =
        run_alone("@map 0x1000 4KiB rw; @map 0x2000 8KiB rw; @thread 1; S2x60 S3 L2",
                  "workload=[{trace: a.trace, streams: b.trace, regions: operations}]",
                  "machine.cpus=2", "machine.frames=1");
    ck_assert_uint_eq(c->violations, 0);
    program("b.trace", "L1x30 @unmap 0x3000 1; L1");
    c = run_again("workload=[{trace: a.trace, streams: b.trace, regions: operations}]",
                  "machine.cpus=2", "machine.frames=1");
    ck_assert_uint_le(c->violations, 1);
}
END_TEST

START_TEST(with_other_regions_it_is_an_error_as_ever)
{
    program("a.trace", "@map 0x1000000 4KiB rw; S4096 L4097");
    assert_fails("a.trace: address 0x1001000 of address space 0 is in none of its regions; "
                 "map it, or declare a region for it (at reference 2)",
                 PROCESS, NULL);
}
END_TEST

/* --- random ---------------------------------------------------------------------------- */

enum { PAGES = 24, WORDS = 800 };

/* What the model knows of a page. */
struct page {
    bool mapped, readable, writable, used;
};

struct model {
    struct page pages[PAGES + 2];
    uint64_t violations, references, zero_fills;
};

static struct rng rng;

static unsigned below(unsigned n)
{
    return (unsigned)rng_below(&rng, n);
}

static void model_use(struct model *model, unsigned page, bool store)
{
    struct page *p = &model->pages[page];
    if (!p->mapped || (store ? !p->writable : !p->readable)) {
        model->violations++;
        return;
    }
    model->zero_fills += !p->used;
    p->used = true;
}

/* An operation as text, which the model follows. */
static char *random_operation(struct model *model, char *text)
{
    static const char *const protections[] = {"-", "r", "rw", "rx", "rwx", "w"};
    const unsigned first = below(PAGES), n = 1 + below(PAGES - first);
    const unsigned kind = below(4), protection = below(ARRAY_LEN(protections));
    const char *name = protections[protection];
    for (unsigned i = first; i < first + n; i++) {
        struct page *p = &model->pages[i];
        if (kind == 0)
            *p = (struct page){.mapped = true};
        if (kind == 1)
            *p = (struct page){.mapped = false};
        if (kind == 0 || kind == 2) {
            p->readable = strcmp(name, "-") != 0;
            p->writable = strchr(name, 'w') != NULL;
        }
        if (kind == 3)
            p->used = false; /* it is zero again */
    }
    text += sprintf(text, "@%s 0x%x 0x%x",
                    kind == 0   ? "map"
                    : kind == 1 ? "unmap"
                    : kind == 2 ? "protect"
                                : "advise",
                    first * PROGRAM_PAGE + below(100), n * PROGRAM_PAGE - 200);
    if (kind != 1)
        text += sprintf(text, " %s", kind == 3 ? "dontneed" : name);
    return text + sprintf(text, "; ");
}

/* One reference, which the model follows. */
static char *random_reference(struct model *model, char *text, char kind)
{
    const unsigned page = below(PAGES);
    const bool crosses = below(6) == 0;
    for (unsigned k = 0; k <= crosses && kind != 'S'; k++)
        model_use(model, page + k, false);
    for (unsigned k = 0; k <= crosses && (kind == 'S' || kind == 'M'); k++)
        model_use(model, page + k, true);
    model->references += kind == 'M' ? 2 : 1;
    return text + sprintf(text, "%c%u%s ", kind, page, crosses ? "+" : "");
}

/* Instructions and operations as words of program(). */
static void random_words(struct model *model, char *text, unsigned words)
{
    for (unsigned i = 0; i < words; i++) {
        if (below(20) == 0) {
            text = random_operation(model, text);
            continue;
        }
        text = random_reference(model, text, 'I');
        if (below(3))
            text = random_reference(model, text, "LSM"[below(3)]);
    }
    text[-1] = '\0';
}

static const char *const machines[] = {
    "machine.frames=6", "machine.frames=unlimited",
    "policy=clock",     "machine={mmu: x86-64, memory: 256 KiB, table_frames: apart}",
    "policy=fifo",      "replacement=process",
};

START_TEST(violations_are_those_of_a_model)
{
    static char text[WORDS * 48];
    for (unsigned round = 0; round < 4; round++) {
        struct model model = {.references = 0};
        rng_seed(&rng, 100 * (unsigned)_i + round);
        random_words(&model, text, WORDS);
        const struct counters *c = run_alone(text, MAPPED, machines[_i], NULL);
        ck_assert_uint_eq(c->references, model.references);
        ck_assert_uint_eq(c->violations, model.violations);
        ck_assert_uint_gt(model.violations, 30);
        if (c->page_outs == 0) /* what was evicted clean is zeros again */
            ck_assert_uint_eq(c->faults_zero_fill, model.zero_fills);
        ck_assert_uint_eq(c->faults_protection, 0);
    }
}
END_TEST

/* Threads that map, protect and unmap each other's memory, whose pages are on their way: no
 * frame is lost (the build that checks events looks), and all come to their ends. */
START_TEST(threads_take_memory_from_each_other)
{
    static char text[WORDS * 48 + 64];
    for (unsigned round = 0; round < 4; round++) {
        struct model model = {.references = 0};
        rng_seed(&rng, 1000 + 100 * (unsigned)_i + round);
        for (unsigned thread = 1; thread <= 3; thread++) {
            char path[16];
            snprintf(path, sizeof path, "t%u.trace", thread);
            random_words(&model, text, WORDS / 6);
            program(path, text);
        }
        strcpy(text, "@map 0 64KiB rw; @thread 1; @thread 2; @fork 3; ");
        random_words(&model, text + strlen(text), WORDS / 6);
        const struct counters *c =
            run_alone(text,
                      "workload=[{trace: a.trace, regions: operations, "
                      "streams: [t1.trace, t2.trace, t3.trace]}]",
                      machines[_i], "machine.cpus=2");
        ck_assert_uint_eq(c->references, model.references);
        ck_assert_uint_gt(c->violations, 0);
        ck_assert_uint_lt(c->violations, c->accesses);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("violations");
    TCase *tests = tcase_create("violations");
    tcase_add_checked_fixture(tests, alone_setup, alone_teardown);
    tcase_add_test(tests, use_of_what_is_not_mapped_is_passed_over);
    tcase_add_test(tests, part_of_a_reference_that_is_not_mapped_is_passed_over);
    tcase_add_test(tests, use_against_the_protection_is_passed_over_each_time);
    tcase_add_test(tests, a_page_that_was_never_stored_into_is_clean);
    tcase_add_test(tests, a_new_image_begins_with_nothing);
    tcase_add_test(tests, a_child_has_the_regions_of_its_parent_and_their_strictness);
    tcase_add_test(tests, what_is_unmapped_while_a_thread_waits_for_it_is_passed_over);
    tcase_add_test(tests, what_is_barred_while_a_thread_waits_for_it_is_passed_over);
    tcase_add_test(tests, what_is_unmapped_while_a_thread_waits_for_a_frame_is_passed_over);
    tcase_add_test(tests, with_other_regions_it_is_an_error_as_ever);
    tcase_add_loop_test(tests, violations_are_those_of_a_model, 0, ARRAY_LEN(machines));
    tcase_add_loop_test(tests, threads_take_memory_from_each_other, 0, ARRAY_LEN(machines));
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
