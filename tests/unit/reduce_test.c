/* reduce_test.c -- what may be left out of a trace: against the definitions of the papers,
 * written plainly, and against LRU and OPT on the full trace.
 * Kaplan, Smaragdakis, Wilson: SIGMETRICS 1999; ACM TOMACS 13(1), 2003. */
#include "trace/reduce.h"

#include "base/rng.h"
#include "base/types.h"
#include "trace/builder.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

enum { GRANULE_SHIFT = 9, PAGE_SHIFT = 12, BLOCKS = 1 << (PAGE_SHIFT - GRANULE_SHIFT) };
enum { LENGTH_MAX = 500000, PAGES_MAX = 1 << 17, FAULTS_MAX = 8192, FRAMES_MAX = 512 };

/* Accesses to pages, in their order. */
struct string {
    size_t n;
    uint32_t page[LENGTH_MAX];
    bool store[LENGTH_MAX];
};

static struct string full, reduced, expected;
static struct reference_counts counted; /* of the batches that came out */
static unsigned nbatches;
static struct builder *builder;
static struct reducer *reducer;
static struct batch batch;
static struct rng rng;
static struct error error;

static unsigned below(unsigned n)
{
    return (unsigned)rng_below(&rng, n);
}

/* Check's own assertions note each success, which would take most of the time here. */
static void must(bool condition, const char *what)
{
    if (!condition)
        ck_abort_msg("%s", what);
}

static void append(struct string *string, uint64_t page, bool store)
{
    must(string->n < LENGTH_MAX && page < PAGES_MAX, "room for the string");
    string->page[string->n] = (uint32_t)page;
    string->store[string->n++] = store;
}

/* --- reducing ----------------------------------------------------------------------------- */

static enum status collect(void *context, const struct batch *out, struct error *err)
{
    (void)context;
    (void)err;
    uint64_t at[2] = {0, 0};
    for (int s = 0; s < 2; s++)
        if (out->start[s] != BLOCK_NONE)
            at[s] = out->blocks[out->start[s]];
    for (uint32_t i = 0; i < out->nsteps; i++) {
        const struct shape *shape = step_shape(out, out->steps[i]);
        must(!shape->continued, "an access is a reference of its own");
        at[shape->data & 1] = out->blocks[out->steps[i] >> STEP_SHAPE_BITS];
        for (unsigned bit = 0; bit < shape->length; bit++)
            append(&reduced, at[shape->data >> bit & 1], shape->store >> bit & 1);
    }
    counted.ifetches += out->counts.ifetches;
    counted.loads += out->counts.loads;
    counted.stores += out->counts.stores;
    counted.modifies += out->counts.modifies;
    nbatches++;
    return OK;
}

static void begin(enum reduction_method method, uint64_t frames)
{
    const struct reduce_params params = {
        .reduction = {.method = method, .frames = frames},
        .page_shift = PAGE_SHIFT,
        .granule_shift = GRANULE_SHIFT,
    };
    const struct reduce_output output = {.put = collect};
    full.n = reduced.n = expected.n = nbatches = 0;
    counted = (struct reference_counts){0};
    ck_assert_int_eq(reducer_create(&reducer, &params, &output, &error), OK);
}

static void feed(void)
{
    builder_take(builder, &batch);
    ck_assert_int_eq(reducer_add(reducer, &batch, &error), OK);
}

static void end(void)
{
    feed();
    ck_assert_int_eq(reducer_finish(reducer, &error), OK);
    ck_assert_uint_eq(reducer_accesses(reducer), full.n);
    ck_assert_uint_eq(reducer_kept(reducer), reduced.n);
    reducer_free(reducer);
}

/* A reference of `size` bytes somewhere in the page, or at its end. */
static void refer(enum reference_kind kind, uint32_t page, uint32_t offset, uint32_t size)
{
    if (builder_full(builder))
        feed();
    const uint64_t address = ((uint64_t)page << PAGE_SHIFT) + offset;
    builder_add(builder, kind, address, size);
    for (int part = kind == MODIFY ? 0 : 1; part < 2; part++)
        for (uint64_t p = page; p <= (address + size - 1) >> PAGE_SHIFT; p++)
            append(&full, p, part == 1 && (kind == STORE || kind == MODIFY));
}

/* A string of digits, one load each; a letter is a store: 'b' to page 2. */
static void refer_all(const char *pages)
{
    for (const char *p = pages; *p; p++)
        if (*p >= 'a')
            refer(STORE, (uint32_t)(*p - 'a' + 1), 0, 1);
        else
            refer(LOAD, (uint32_t)(*p - '0'), 0, 1);
}

/* References as a program makes them: it stays, returns, and moves on now and then; some
 * cross into the next block or page. */
static void refer_at_random(unsigned length, unsigned pages)
{
    uint32_t text = 0, data = 0;
    for (unsigned i = 0; i < length; i++) {
        if (below(8) == 0)
            text = below(pages);
        if (below(4) == 0)
            data = below(3) ? below(pages) : below(1 + pages / 3);
        const enum reference_kind kind = (enum reference_kind)(below(9) / 3 + below(2));
        const uint32_t offset = below(8) ? below(BLOCKS) << GRANULE_SHIFT
                                         : (1u << PAGE_SHIFT) - 1 - below(2) * 300;
        refer(kind, kind == IFETCH ? text : data, offset, 1 + below(9) / 8 * below(1000));
    }
}

/* --- the definition ----------------------------------------------------------------------- */

/* Are fewer than k distinct pages but `page` among the accesses first+1 .. end-1? */
static bool fewer_between(size_t first, size_t end, unsigned k)
{
    uint32_t others[FRAMES_MAX];
    unsigned n = 0;
    for (size_t i = first + 1; i < end && n < k; i++) {
        unsigned o = 0;
        while (o < n && others[o] != full.page[i])
            o++;
        if (o == n && full.page[i] != full.page[first])
            others[n++] = full.page[i];
    }
    return n < k;
}

/* SAD as the paper has it: of three accesses to a page, of which the first is kept, the
 * middle one goes if fewer than k distinct others come between the first and the last.
 * What it stored into is stored into by the last. */
static void reduce_plainly(unsigned k)
{
    static bool drop[LENGTH_MAX], store[LENGTH_MAX];
    static size_t kept[PAGES_MAX], last[PAGES_MAX]; /* positions + 1 */
    memset(drop, 0, full.n);
    memcpy(store, full.store, full.n);
    memset(kept, 0, sizeof kept);
    memset(last, 0, sizeof last);
    for (size_t i = 0; i < full.n; i++) {
        const uint32_t page = full.page[i];
        if (kept[page] && last[page] > kept[page]) {
            const size_t middle = last[page] - 1;
            drop[middle] = fewer_between(kept[page] - 1, i, k);
            if (drop[middle])
                store[i] = store[i] || store[middle];
            else
                kept[page] = middle + 1;
        }
        if (!kept[page])
            kept[page] = i + 1;
        last[page] = i + 1;
    }
    for (size_t i = 0; i < full.n; i++)
        if (!drop[i])
            append(&expected, full.page[i], store[i]);
}

static void must_be_expected(unsigned k)
{
    bool equal = reduced.n == expected.n;
    for (size_t i = 0; equal && i < reduced.n; i++)
        equal =
            reduced.page[i] == expected.page[i] && reduced.store[i] == expected.store[i];
    if (!equal)
        ck_abort_msg("k = %u: %zu accesses of %zu, not %zu", k, reduced.n, full.n,
                     expected.n);
}

/* --- LRU and OPT, plainly ------------------------------------------------------------------- */

struct outcome {
    size_t nfaults, dirty_outs;
    uint32_t fault[FAULTS_MAX],
        victim[FAULTS_MAX]; /* pages; UINT32_MAX: no victim        */
};

/* When page is used next after position i. */
static size_t next_use(const struct string *string, size_t i, unsigned shift, uint32_t page)
{
    size_t next = i + 1;
    while (next < string->n && string->page[next] >> shift != page)
        next++;
    return next;
}

/* Replay on pages of 1 << shift of those of the string. */
static void replay(const struct string *string, unsigned frames, unsigned shift, bool opt,
                   struct outcome *outcome)
{
    uint32_t page[FRAMES_MAX];
    size_t used[FRAMES_MAX];
    bool dirty[FRAMES_MAX];
    unsigned n = 0;
    *outcome = (struct outcome){0};
    for (size_t i = 0; i < string->n; i++) {
        const uint32_t wanted = string->page[i] >> shift;
        unsigned f = 0;
        while (f < n && page[f] != wanted)
            f++;
        if (f == n) {
            uint32_t victim = UINT32_MAX;
            if (n == frames) {
                size_t best = 0;
                f = 0;
                for (unsigned g = 0; g < n; g++) {
                    const size_t merit =
                        opt ? next_use(string, i, shift, page[g]) : string->n - used[g];
                    if (merit > best)
                        f = g;
                    best = merit > best ? merit : best;
                }
                victim = page[f];
                outcome->dirty_outs += dirty[f];
            } else {
                n++;
            }
            must(outcome->nfaults < FAULTS_MAX, "room for the faults");
            outcome->victim[outcome->nfaults] = victim;
            outcome->fault[outcome->nfaults++] = wanted;
            page[f] = wanted;
            dirty[f] = false;
        }
        used[f] = i;
        dirty[f] = dirty[f] || string->store[i];
    }
}

static void must_fault_alike(unsigned k, unsigned frames, unsigned shift, bool opt)
{
    static struct outcome a, b;
    replay(&full, frames, shift, opt, &a);
    replay(&reduced, frames, shift, opt, &b);
    if (memcmp(&a, &b, sizeof a) != 0)
        ck_abort_msg("reduced for %u frames, %s with %u frames of 1 << %u pages: "
                     "%zu faults and %zu dirty, not %zu and %zu",
                     k, opt ? "opt" : "lru", frames, shift, b.nfaults, b.dirty_outs,
                     a.nfaults, a.dirty_outs);
}

/* --- tests -------------------------------------------------------------------------------- */

static void must_become(enum reduction_method method, uint64_t frames, const char *pages,
                        const char *left)
{
    begin(method, frames);
    refer_all(pages);
    end();
    char got[64];
    ck_assert_uint_lt(reduced.n, sizeof got);
    for (size_t i = 0; i < reduced.n; i++)
        got[i] = (char)((reduced.store[i] ? 'a' - 1 : '0') + (int)reduced.page[i]);
    got[reduced.n] = '\0';
    ck_assert_str_eq(got, left);
}

/* By hand, 2 frames.  Accesses to page 1 are the 1st, 3rd, 5th and 7th: between the 1st and
 * the 5th comes 2 only, so the 3rd goes; between the 1st and the 7th come 2 and 3, so the 5th
 * stays.  Of 2 there are two accesses, and no middle one. */
START_TEST(sad_drops_the_middle_one_of_three_near_accesses)
{
    must_become(REDUCTION_SAD, 2, "1212131", "122131");
    must_become(REDUCTION_SAD, 3, "1212131", "12231"); /* the 5th goes too */
    must_become(REDUCTION_SAD, 1, "1212131", "1212131");
    must_become(REDUCTION_SAD, 1, "1111", "11");
    must_become(REDUCTION_SAD, 1, "1", "1");
}
END_TEST

START_TEST(the_store_of_an_access_that_goes_is_in_the_next_that_stays)
{
    must_become(REDUCTION_SAD, 1, "1a11", "1a");
    must_become(REDUCTION_SAD, 2, "12a1213", "122a3");
    must_become(REDUCTION_OLR, 3, "123a12", "a23"); /* no access but the fetch is left */
}
END_TEST

/* By hand, 3 frames.  First 4 evicts 1, which was fetched first: the fetches say it all.
 * Then 4 evicts 2, so that 1 must have been used after 2, as 3 has.  Last 4 evicts 3, and
 * both others must have been used after it, in any order. */
START_TEST(olr_makes_an_access_only_where_the_order_of_fetches_is_wrong)
{
    must_become(REDUCTION_OLR, 3, "1232131234", "1234");
    must_become(REDUCTION_OLR, 3, "12323131314", "12134");
    must_become(REDUCTION_OLR, 3, "12321212124", "123124");
}
END_TEST

/* By hand, 2 frames: 3 evicts 2, and 1 must have been used after it; 2 evicts 3, and 1 must
 * have been used after that. */
START_TEST(olr_leaves_what_cannot_be_shorter)
{
    must_become(REDUCTION_OLR, 2, "121312", "121312");
}
END_TEST

START_TEST(sad_is_what_the_paper_says)
{
    for (unsigned i = 0; i < 200; i++) {
        const unsigned k = 1 + below(12);
        begin(REDUCTION_SAD, k);
        refer_at_random(1 + below(400), 2 + below(20));
        end();
        reduce_plainly(k);
        must_be_expected(k);
    }
}
END_TEST

START_TEST(lru_and_opt_do_not_see_what_sad_drops)
{
    for (unsigned i = 0; i < 80; i++) {
        const unsigned k = 1 + below(6), pages = 3 + below(9);
        begin(REDUCTION_SAD, k);
        refer_at_random(1 + below(250), pages);
        end();
        for (unsigned frames = k; frames <= pages + 1; frames++)
            for (unsigned shift = 0; shift < 3; shift++) {
                must_fault_alike(k, frames, shift, false);
                must_fault_alike(k, frames, shift, true);
            }
    }
}
END_TEST

START_TEST(lru_does_not_see_what_olr_drops)
{
    for (unsigned i = 0; i < 200; i++) {
        const unsigned k = 1 + below(6), pages = 3 + below(9);
        begin(REDUCTION_OLR, k);
        refer_at_random(1 + below(250), pages);
        end();
        for (unsigned frames = k; frames <= pages + 1; frames++)
            for (unsigned shift = 0; shift < 3; shift++)
                must_fault_alike(k, frames, shift, false);
    }
}
END_TEST

START_TEST(many_frames_are_as_few)
{
    for (unsigned i = 0; i < 4; i++) {
        const unsigned k = 70 + below(200);
        begin(i & 1 ? REDUCTION_OLR : REDUCTION_SAD, k);
        refer_at_random(8000, 300);
        end();
        must_fault_alike(k, k, 0, false);
        must_fault_alike(k, k + 20, 0, false);
        if (i & 1)
            continue;
        reduce_plainly(k);
        must_be_expected(k);
    }
}
END_TEST

/* When the trace ends: two accesses for each page of the window, or frame. */
START_TEST(what_is_held_back_does_not_grow_with_the_trace)
{
    for (unsigned i = 0; i < 60; i++) {
        const unsigned k = 1 + below(6);
        begin(i & 1 ? REDUCTION_OLR : REDUCTION_SAD, k);
        refer_at_random(3000, 3 + below(20));
        feed();
        const uint64_t before = reducer_kept(reducer);
        end();
        ck_assert_uint_le(reduced.n - before, 2 * (k + 1));
    }
}
END_TEST

/* A fault of a string and a stack of at most four pages of 1 to 7, the oldest in the lowest
 * octal digit. */
enum { STACKS = 1 << 12, SEARCH_FAULTS = 48 };

static unsigned without(unsigned stack, unsigned page)
{
    unsigned kept = 0, shift = 0;
    for (; stack; stack >>= 3)
        if ((stack & 7) != page) {
            kept |= (stack & 7) << shift;
            shift += 3;
        }
    return kept;
}

static unsigned with(unsigned stack, unsigned page)
{
    unsigned shift = 0;
    while (stack >> shift)
        shift += 3;
    return stack | page << shift;
}

/* Length of the shortest string of accesses that makes LRU do the same, by searching all. */
static unsigned shortest(const struct outcome *faults)
{
    static unsigned length[SEARCH_FAULTS + 1]
                          [STACKS]; /* of the string up to there, plus 1 */
    static unsigned queue[(SEARCH_FAULTS + 1) * STACKS];
    size_t head = 0, tail = 0;
    memset(length, 0, sizeof length);
    length[0][0] = 1;
    queue[tail++] = 0;
    for (;;) {
        must(head < tail, "there is a string");
        const unsigned at = queue[head] / STACKS, stack = queue[head] % STACKS;
        head++;
        if (at == faults->nfaults)
            return length[at][stack] - 1;
        unsigned next[5], n = 0;
        for (unsigned rest = stack; rest; rest >>= 3)
            next[n++] = at * STACKS + with(without(stack, rest & 7), rest & 7);
        const uint32_t victim = faults->victim[at], fetched = faults->fault[at];
        if (victim == UINT32_MAX)
            next[n++] = (at + 1) * STACKS + with(stack, fetched);
        else if (victim == (stack & 7))
            next[n++] = (at + 1) * STACKS + with(stack >> 3, fetched);
        for (unsigned i = 0; i < n; i++)
            if (!length[next[i] / STACKS][next[i] % STACKS]) {
                length[next[i] / STACKS][next[i] % STACKS] = length[at][stack] + 1;
                queue[tail++] = next[i];
            }
    }
}

START_TEST(no_trace_is_shorter_than_that_of_olr)
{
    static struct outcome faults;
    for (unsigned i = 0; i < 200; i++) {
        const unsigned k = 1 + below(4), pages = 2 + below(6);
        begin(REDUCTION_OLR, k);
        for (unsigned n = 1 + below(SEARCH_FAULTS - 1); n > 0; n--)
            refer(LOAD, 1 + below(1 + below(pages)), 0, 1);
        end();
        replay(&full, k, 0, false, &faults);
        ck_assert_uint_eq(reduced.n, shortest(&faults));
    }
}
END_TEST

START_TEST(batches_stand_for_all_references)
{
    for (int method = REDUCTION_SAD; method <= REDUCTION_OLR; method++) {
        begin((enum reduction_method)method, 3);
        for (unsigned i = 0; i < 50; i++) {
            refer(IFETCH, 1, 0, 4);
            refer(LOAD, 2, 4095, 2); /* one reference, two accesses */
            refer(MODIFY, 4, 8, 8);
            refer(STORE, 4, 8, 8);
        }
        end();
        ck_assert_uint_eq(nbatches, 1);
        ck_assert_uint_eq(counted.ifetches, 50);
        ck_assert_uint_eq(counted.loads, 100);
        ck_assert_uint_eq(counted.stores, 100);
        ck_assert_uint_eq(counted.modifies, 50);
    }
}
END_TEST

/* More pages than a batch has room for. */
START_TEST(many_batches_are_as_one)
{
    for (unsigned k = 1; k <= 3; k++) {
        begin(REDUCTION_SAD, k);
        for (unsigned i = 0; i < 300000; i++)
            refer(LOAD, below(2) ? 1 + below(2) : below(PAGES_MAX), 0, 1);
        end();
        reduce_plainly(k);
        must_be_expected(k);
        ck_assert_uint_ge(nbatches, 2);
        ck_assert_uint_eq(counted.loads, 300000);
    }
}
END_TEST

static void setup(void)
{
    rng_seed(&rng, 1);
    ck_assert_int_eq(builder_create(&builder, GRANULE_SHIFT, &error), OK);
    ck_assert_int_eq(batch_init(&batch, &error), OK);
}

static void teardown(void)
{
    batch_release(&batch);
    builder_free(builder);
}

int main(void)
{
    Suite *suite = suite_create("reduce");
    TCase *hand = tcase_create("by hand");
    tcase_add_checked_fixture(hand, setup, teardown);
    tcase_add_test(hand, sad_drops_the_middle_one_of_three_near_accesses);
    tcase_add_test(hand, the_store_of_an_access_that_goes_is_in_the_next_that_stays);
    tcase_add_test(hand, olr_makes_an_access_only_where_the_order_of_fetches_is_wrong);
    tcase_add_test(hand, olr_leaves_what_cannot_be_shorter);
    suite_add_tcase(suite, hand);
    TCase *random = tcase_create("random");
    tcase_add_checked_fixture(random, setup, teardown);
    tcase_add_test(random, sad_is_what_the_paper_says);
    tcase_add_test(random, lru_and_opt_do_not_see_what_sad_drops);
    tcase_add_test(random, lru_does_not_see_what_olr_drops);
    tcase_add_test(random, many_frames_are_as_few);
    tcase_add_test(random, what_is_held_back_does_not_grow_with_the_trace);
    tcase_add_test(random, no_trace_is_shorter_than_that_of_olr);
    suite_add_tcase(suite, random);
    TCase *batches = tcase_create("batches");
    tcase_add_checked_fixture(batches, setup, teardown);
    tcase_add_test(batches, batches_stand_for_all_references);
    tcase_add_test(batches, many_batches_are_as_one);
    suite_add_tcase(suite, batches);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
