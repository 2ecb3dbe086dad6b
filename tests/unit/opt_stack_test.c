/* opt_stack_test.c -- OPT's stack against the algorithm of the paper, place by place:
 * Mattson, Gecsei, Slutz, Traiger, IBM Systems Journal 9(2), 1970. */
#include "base/rng.h"
#include "curve/next_uses.h"
#include "curve/opt.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

enum { LENGTH = 20000, PAGES = 700, BATCHES = 37 };

static page_t string[LENGTH];
static uint64_t next_use[LENGTH]; /* by looking ahead */

/* Loops, walks and jumps over ever more pages, so that the stack is deep and pages wait in
 * it for very different times. */
static void make_string(uint64_t seed)
{
    struct rng rng;
    rng_seed(&rng, seed);
    page_t page = 0, most = 2;
    for (unsigned i = 0; i < LENGTH; i++) {
        most = 2 + (page_t)((uint64_t)i * PAGES / LENGTH);
        if (rng_below(&rng, 1 + seed % 5 * 4) == 0)
            page = (page_t)rng_below(&rng, rng_below(&rng, 3) ? most / 8 + 1 : most);
        else
            page = (page + 1) % most;
        string[i] = page;
    }
    for (unsigned i = 0; i < LENGTH; i++) {
        unsigned k = i + 1;
        while (k < LENGTH && string[k] != string[i])
            k++;
        next_use[i] = k < LENGTH ? k : NEXT_USE_NEVER;
    }
}

static struct {
    page_t page;
    uint64_t next;
} stack[PAGES];
static unsigned depth;

/* The paper's: where the page was, or `depth` of before. */
static unsigned touch_slowly(page_t page, uint64_t next)
{
    unsigned place = 0;
    while (place < depth && stack[place].page != page)
        place++;
    page_t down = stack[0].page;
    uint64_t down_next = stack[0].next;
    for (unsigned i = 1; i <= place; i++) {
        const page_t here = stack[i].page;
        const uint64_t here_next = stack[i].next;
        if (i < place && here_next <= down_next)
            continue;
        stack[i].page = down;
        stack[i].next = down_next;
        down = here;
        down_next = here_next;
    }
    stack[0].page = page;
    stack[0].next = next;
    return place;
}

START_TEST(the_stack_is_that_of_the_paper)
{
    struct opt_stack opt = {0};
    uint64_t count[PAGES] = {0};
    make_string((uint64_t)_i);
    depth = 0;
    for (unsigned i = 0; i < LENGTH; i++) {
        const unsigned before = depth;
        const unsigned place = touch_slowly(string[i], next_use[i]);
        ck_assert_int_eq(opt_reserve(&opt, string[i] + 1, NULL), OK);
        const bool fresh = opt_touch(&opt, string[i], next_use[i]);
        if (fresh != (place == before))
            ck_abort_msg("touch %u: new or not", i);
        if (fresh)
            depth++;
        else
            count[place]++;
        for (unsigned k = 0; k < depth; k += 1 + k / 16)
            if (opt.pages[k] != stack[k].page)
                ck_abort_msg("touch %u: page %u at %u instead of %u", i, opt.pages[k], k,
                             stack[k].page);
    }
    ck_assert_uint_eq(opt.npages, depth);
    ck_assert_uint_ge(depth, PAGES / 2);
    for (unsigned d = 0; d < depth; d++)
        ck_assert_uint_eq(opt.count[d], count[d]);
    opt_release(&opt);
}
END_TEST

/* --- next uses ---------------------------------------------------------------------------- */

static uint32_t batch_length(unsigned batch)
{
    const uint32_t usual = LENGTH / BATCHES;
    return batch + 1 < BATCHES ? usual : LENGTH - usual * (BATCHES - 1);
}

START_TEST(next_uses_are_those_that_looking_ahead_finds)
{
    struct next_uses uses = {0};
    static uint64_t next[LENGTH];
    make_string((uint64_t)_i);
    uint32_t at = 0;
    for (unsigned b = 0; b < BATCHES; at += batch_length(b++))
        ck_assert_int_eq(next_uses_note(&uses, string + at, batch_length(b), PAGES, NULL),
                         OK);
    ck_assert_int_eq(next_uses_turn(&uses, NULL), OK);
    at = 0;
    for (unsigned b = 0; b < BATCHES; at += batch_length(b++))
        ck_assert_int_eq(
            next_uses_find(&uses, string + at, batch_length(b), next + at, NULL), OK);
    for (unsigned i = 0; i < LENGTH; i++)
        if (next[i] != next_use[i])
            ck_abort_msg("%u: %llu instead of %llu", i, (unsigned long long)next[i],
                         (unsigned long long)next_use[i]);
    next_uses_release(&uses);
}
END_TEST

START_TEST(a_second_reading_that_is_longer_is_refused)
{
    static const page_t pages[] = {0, 1, 0}, unknown[] = {1 << 20};
    uint64_t next[3];
    struct next_uses uses = {0};
    struct error err;
    ck_assert_int_eq(next_uses_note(&uses, pages, 3, 2, &err), OK);
    ck_assert_int_eq(next_uses_turn(&uses, &err), OK);
    ck_assert_int_eq(next_uses_find(&uses, unknown, 1, next, &err), ERR_IO);
    ck_assert_int_eq(next_uses_find(&uses, pages, 3, next, &err), OK);
    ck_assert_int_eq(next_uses_find(&uses, pages, 3, next, &err), ERR_IO);
    ck_assert_str_eq(err.text, "the trace changed while it was read");
    next_uses_release(&uses);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("opt_stack");
    TCase *tests = tcase_create("opt_stack");
    tcase_add_loop_test(tests, the_stack_is_that_of_the_paper, 0, 10);
    tcase_add_loop_test(tests, next_uses_are_those_that_looking_ahead_finds, 0, 3);
    tcase_add_test(tests, a_second_reading_that_is_longer_is_refused);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
