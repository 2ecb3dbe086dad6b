/* compare_test.c -- two traces against each other, beside a list of references that knows of
 * neither steps nor batches. */
#include "trace/compare.h"

#include "trace/builder.h"
#include "trace/flt.h"
#include "unit/random_op.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { MOST = 400 };

/* A line of a made-up trace: a reference, or an operation before the next one. */
struct item {
    bool op;
    unsigned number; /* of the operation                                                 */
    enum reference_kind kind;
    vaddr_t vaddr;
    uint32_t size;
};

static char paths[2][64];
static struct trace *traces[2];
static struct compare compare;
static struct error error;
static struct rng rng;

static unsigned below(unsigned n)
{
    return (unsigned)rng_below(&rng, n);
}

static void setup(void)
{
    rng_seed(&rng, 11);
    for (int i = 0; i < 2; i++) {
        snprintf(paths[i], sizeof paths[i], "/tmp/faultline-compare-XXXXXX");
        const int fd = mkstemp(paths[i]);
        ck_assert_int_ge(fd, 0);
        close(fd);
    }
}

static void teardown(void)
{
    for (int i = 0; i < 2; i++)
        unlink(paths[i]);
}

/* --- traces from items ----------------------------------------------------------------- */

static void put(struct flt_writer *writer, struct builder *builder, struct batch *batch)
{
    builder_take(builder, batch);
    ck_assert_int_eq(flt_writer_put(writer, batch, &error), OK);
}

/* Write the items with chunks that end at random places. */
static void write_items(const char *path, const struct item *items, unsigned n,
                        unsigned shift)
{
    const struct flt_writer_options options = {.granule_shift = shift, .level = 1};
    struct flt_writer *writer;
    struct builder *builder;
    struct batch batch;
    ck_assert_int_eq(batch_init(&batch, NULL), OK);
    ck_assert_int_eq(builder_create(&builder, shift, NULL), OK);
    ck_assert_int_eq(flt_writer_create(&writer, path, &options, &error), OK);
    for (unsigned i = 0; i < n; i++) {
        const struct vm_op op = {.kind = VM_SWITCH, .stream = items[i].number};
        if (items[i].op)
            builder_op(builder, &op, NULL);
        else
            builder_add(builder, items[i].kind, items[i].vaddr, items[i].size);
        if (below(60) == 0)
            put(writer, builder, &batch);
    }
    put(writer, builder, &batch);
    ck_assert_int_eq(flt_writer_finish(writer, &error), OK);
    builder_free(builder);
    batch_release(&batch);
}

static void run(bool operations)
{
    for (int i = 0; i < 2; i++) {
        const struct trace_options options = {.path = paths[i]};
        ck_assert_int_eq(trace_open(&traces[i], &options, &error), OK);
    }
    ck_assert_int_eq(compare_init(&compare, traces[0], traces[1], operations, &error), OK);
    enum status status;
    while ((status = compare_next(&compare, &error)) == OK)
        ;
    ck_assert_int_eq(status, END);
}

static void done(void)
{
    compare_release(&compare);
    trace_close(traces[0]);
    trace_close(traces[1]);
}

/* --- the model ------------------------------------------------------------------------- */

struct model {
    struct {
        bool op, data, store;
        uint64_t first, last; /* blocks; of an operation its number                      */
    } line[2 * MOST];
    unsigned n;
};

static void add_line(struct model *model, const struct item *item, bool store,
                     unsigned shift)
{
    model->line[model->n].op = item->op;
    model->line[model->n].data = !item->op && item->kind != IFETCH;
    model->line[model->n].store = store;
    model->line[model->n].first = item->op ? item->number : item->vaddr >> shift;
    model->line[model->n++].last = item->op ? 0 : (item->vaddr + item->size - 1) >> shift;
}

static struct model model_of(const struct item *items, unsigned n, unsigned shift,
                             bool operations)
{
    struct model model = {.n = 0};
    for (unsigned i = 0; i < n; i++) {
        if (items[i].op ? operations : items[i].kind != STORE)
            add_line(&model, &items[i], false, shift);
        if (!items[i].op && (items[i].kind == STORE || items[i].kind == MODIFY))
            add_line(&model, &items[i], true, shift);
    }
    return model;
}

/* The first line that differs; *references and *ops: how many of each come before it. */
static bool first_difference(const struct model *a, const struct model *b,
                             uint64_t *references, uint64_t *ops, bool *at_op)
{
    *references = *ops = 0;
    for (unsigned i = 0; i < a->n || i < b->n; i++) {
        *at_op = (i < a->n && a->line[i].op) || (i < b->n && b->line[i].op);
        if (i >= a->n || i >= b->n ||
            memcmp(&a->line[i], &b->line[i], sizeof a->line[i]) != 0)
            return true;
        *(a->line[i].op ? ops : references) += 1;
    }
    return false;
}

/* --- tests ----------------------------------------------------------------------------- */

static struct item random_item(void)
{
    if (below(20) == 0)
        return (struct item){.op = true, .number = below(5)};
    return (struct item){
        .kind = (enum reference_kind)below(4),
        .vaddr = 0x400000 + below(5) * 4096 + below(3) * 512 + below(512),
        .size = below(10) ? 1 + below(8) : 1 + below(9000),
    };
}

/* The same but for at most one item, which is another, left out or added. */
static unsigned change(struct item *changed, const struct item *items, unsigned n)
{
    memcpy(changed, items, n * sizeof *items);
    const unsigned at = below(n);
    switch (below(4)) {
    case 0:
        changed[at] = random_item();
        return n;
    case 1:
        memmove(changed + at, changed + at + 1, (n - at - 1) * sizeof *items);
        return n - 1;
    case 2:
        memmove(changed + at + 1, changed + at, (n - at) * sizeof *items);
        changed[at] = random_item();
        return n + 1;
    default:
        return n;
    }
}

/* What is shown of a side is what the model has. */
static void check_shown(const struct model *model, const struct compared *side)
{
    struct compared_reference found[2 * MOST];
    const size_t n = compared_references(side, 0, found, ARRAY_LEN(found));
    uint64_t number = 0;
    size_t next = 0;
    for (unsigned i = 0; i < model->n; i++) {
        if (model->line[i].op)
            continue;
        if (next < n && found[next].number == number) {
            const struct compared_reference *f = &found[next++];
            ck_assert(f->data == model->line[i].data && f->store == model->line[i].store);
            ck_assert_uint_eq(f->nblocks, model->line[i].last - model->line[i].first + 1);
            for (unsigned k = 0; k < f->nblocks && k < COMPARED_BLOCKS; k++)
                ck_assert_uint_eq(f->blocks[k], model->line[i].first + k);
        }
        number++;
    }
    ck_assert_uint_eq(next, n);
}

START_TEST(first_difference_is_that_of_two_lists)
{
    static struct item items[MOST], changed[MOST];
    static const unsigned shifts[][2] = {{9, 9}, {9, 12}, {12, 9}, {12, 12}};
    unsigned different = 0, at_ops = 0;
    for (unsigned round = 0; round < 80; round++) {
        const unsigned *shift = shifts[below(4)];
        const bool operations = below(2);
        const unsigned n = 2 + below(MOST - 3);
        for (unsigned i = 0; i < n; i++)
            items[i] = random_item();
        items[0].op = false; /* so that no trace is empty */
        items[0].size = items[0].size ? items[0].size : 1;
        items[1] = items[0];
        const unsigned nchanged = change(changed, items, n);
        const unsigned most = shift[0] > shift[1] ? shift[0] : shift[1];
        const struct model a = model_of(items, n, most, operations);
        const struct model b = model_of(changed, nchanged, most, operations);
        uint64_t references, ops;
        bool at_op = false;
        const bool differ = first_difference(&a, &b, &references, &ops, &at_op);
        write_items(paths[0], items, n, shift[0]);
        write_items(paths[1], changed, nchanged, shift[1]);
        run(operations);
        ck_assert_msg(compare.differ == differ, "round %u", round);
        ck_assert_uint_eq(compare.ops, ops);
        if (differ) {
            ck_assert_msg(compare_at_operation(&compare) == at_op, "round %u", round);
            ck_assert_uint_eq(at_op ? compare.references : compare_difference(&compare),
                              references);
        } else {
            ck_assert_uint_eq(compare.references, references);
        }
        check_shown(&a, &compare.side[0]);
        check_shown(&b, &compare.side[1]);
        different += differ;
        at_ops += differ && at_op;
        done();
    }
    ck_assert_uint_gt(different, 40);
    ck_assert_uint_lt(different, 75);
    ck_assert_uint_gt(at_ops, 1);
}
END_TEST

static const struct item plain[] = {
    {.kind = IFETCH, .vaddr = 0x1000, .size = 4},
    {.kind = LOAD, .vaddr = 0x5000, .size = 8},
    {.kind = STORE, .vaddr = 0x5008, .size = 8},
};

START_TEST(modify_equals_a_load_and_a_store)
{
    const struct item modify[] = {plain[0], {.kind = MODIFY, .vaddr = 0x5000, .size = 8}};
    write_items(paths[0], plain, 3, 9);
    write_items(paths[1], modify, 2, 9);
    run(true);
    ck_assert(!compare.differ);
    ck_assert_uint_eq(compare.references, 3);
    done();
}
END_TEST

START_TEST(reference_that_crosses_blocks_is_not_two_references)
{
    const struct item two[] = {plain[0],
                               {.kind = LOAD, .vaddr = 0x51f8, .size = 8},
                               {.kind = LOAD, .vaddr = 0x5200, .size = 8}};
    const struct item one[] = {plain[0], {.kind = LOAD, .vaddr = 0x51f8, .size = 16}};
    write_items(paths[0], two, 3, 9);
    write_items(paths[1], one, 2, 9);
    run(false);
    ck_assert(compare.differ);
    ck_assert_uint_eq(compare_difference(&compare), 1);
    done();
}
END_TEST

START_TEST(operation_at_the_end_counts_only_when_it_is_asked_for)
{
    struct item more[4] = {plain[0], plain[1], plain[2], {.op = true, .number = 3}};
    write_items(paths[0], plain, 3, 9);
    write_items(paths[1], more, 4, 9);
    run(false);
    ck_assert(!compare.differ);
    done();
    run(true);
    ck_assert(compare.differ);
    ck_assert(compare_at_operation(&compare));
    ck_assert_ptr_null(compared_op(&compare.side[0]));
    ck_assert_uint_eq(compared_op(&compare.side[1])->stream, 3);
    done();
}
END_TEST

/* Each field of an operation, and the name of a file. */
START_TEST(operations_differ_in_any_field)
{
    const struct vm_op first = {.kind = VM_MAP, .start = 4096, .length = 4096};
    struct vm_op other[8];
    for (unsigned i = 0; i < ARRAY_LEN(other); i++)
        other[i] = first;
    other[1].protection = 1;
    other[2].shared = true;
    other[3].start = 8192;
    other[4].length = 1;
    other[5].offset = 512;
    other[6].kind = VM_UNMAP;
    const char *names[ARRAY_LEN(other)] = {"a", "a", "a", "a", "a", "a", NULL, "b"};
    for (unsigned i = 0; i < ARRAY_LEN(other); i++) {
        for (unsigned k = 0; k < 2; k++) {
            const struct flt_writer_options options = {.granule_shift = 9};
            struct flt_writer *writer;
            struct builder *builder;
            struct batch batch;
            ck_assert_int_eq(batch_init(&batch, NULL), OK);
            ck_assert_int_eq(builder_create(&builder, 9, NULL), OK);
            ck_assert_int_eq(flt_writer_create(&writer, paths[k], &options, &error), OK);
            builder_op(builder, k ? &other[i] : &first, k ? names[i] : "a");
            put(writer, builder, &batch);
            ck_assert_int_eq(flt_writer_finish(writer, &error), OK);
            builder_free(builder);
            batch_release(&batch);
        }
        run(true);
        ck_assert_msg(compare.differ == (i > 0), "operation %u", i);
        done();
    }
}
END_TEST

static Suite *compare_suite(void)
{
    Suite *suite = suite_create("compare");
    TCase *tests = tcase_create("compare");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, first_difference_is_that_of_two_lists);
    tcase_add_test(tests, modify_equals_a_load_and_a_store);
    tcase_add_test(tests, reference_that_crosses_blocks_is_not_two_references);
    tcase_add_test(tests, operation_at_the_end_counts_only_when_it_is_asked_for);
    tcase_add_test(tests, operations_differ_in_any_field);
    suite_add_tcase(suite, tests);
    return suite;
}

int main(void)
{
    SRunner *runner = srunner_create(compare_suite());
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
