/* explain_test.c -- the tables that textbooks draw, column by column; policies watched are
 * the policies unwatched. */
#include "explain/explain.h"

#include "explain/reference_string.h"
#include "explain/render.h"
#include "harness.h"

/* Silberschatz, Galvin, Gagne, Operating System Concepts, 10th ed., 10.4. */
#define SILBERSCHATZ "7 0 1 2 0 3 0 4 2 3 0 3 2 1 2 0 1 7 0 1"

enum { POLICIES_MAX = 4 };

/* An explanation with what it was made from; must stay where it is. */
struct table {
    struct explanation explained;
    struct script script;
    struct experiment *experiments[POLICIES_MAX];
};

static const volatile sig_atomic_t never;

/* What the tests vary besides the string; the rest is 0. */
struct table_request {
    const char *policies[POLICIES_MAX + 1];
    const char *frames, *setting;
    uint64_t from, count;
    bool until_differs;
};

static enum status try_to_explain(struct table *table, const char *string,
                                  const struct table_request *request, struct error *err)
{
    const struct cell_config *cells[POLICIES_MAX];
    char frames[64], policy[256];
    size_t n = 0;
    *table = (struct table){0};
    snprintf(frames, sizeof frames, "machine.frames=%s", request->frames);
    for (; request->policies[n]; n++) {
        const char *const set[] = {"trace=string", frames, policy, request->setting, NULL};
        snprintf(policy, sizeof policy, "policy=%s", request->policies[n]);
        table->experiments[n] = load_settings(set);
        cells[n] = &table->experiments[n]->cells[0];
    }
    const struct explain_options options = {.cells = cells,
                                            .ncells = n,
                                            .from = request->from ? request->from : 1,
                                            .count = request->count,
                                            .until_differs = request->until_differs,
                                            .interrupted = &never};
    ASSERT_OK(script_of_string(&table->script, string, STRING_PAGE_SHIFT, err), err);
    return explain(&table->explained, &table->script, &options, err);
}

static void make_table(struct table *table, const char *string,
                       const struct table_request *request)
{
    struct error err = {0};
    ASSERT_OK(try_to_explain(table, string, request, &err), &err);
}

static void free_table(struct table *table)
{
    explanation_free(&table->explained);
    script_release(&table->script);
    for (size_t i = 0; i < POLICIES_MAX; i++)
        experiment_free(table->experiments[i]);
}

/* What the frames hold, as figures write it: "2 3 1", "7 - -"; used pages with `*`. */
static const char *frames_of(const struct explained_policy *policy,
                             const struct moment *moment, bool bits)
{
    static char text[256];
    int n = 0;
    text[0] = '\0';
    for (pfn_t pfn = 0; pfn < policy->nframes; pfn++) {
        const struct held none = {0};
        const struct held *held = pfn < moment->nheld ? &moment->held[pfn] : &none;
        n += held->kind == HELD_PAGE
                 ? snprintf(text + n, sizeof text - (size_t)n, "%s%" PRIu64 "%s",
                            pfn ? " " : "", held->vpn, bits && held->referenced ? "*" : "")
                 : snprintf(text + n, sizeof text - (size_t)n, "%s-", pfn ? " " : "");
    }
    return text;
}

/* --- figures -------------------------------------------------------------------------- */

/* The columns that figures 10.12, 10.14 and 10.15 draw: one a fault. */
static const struct {
    const char *policy;
    uint64_t faults;
    const char *columns[16];
} figures[] = {
    {"fifo",
     15,
     {"7 - -", "7 0 -", "7 0 1", "2 0 1", "2 3 1", "2 3 0", "4 3 0", "4 2 0", "4 2 3",
      "0 2 3", "0 1 3", "0 1 2", "7 1 2", "7 0 2", "7 0 1"}},
    {"opt",
     9,
     {"7 - -", "7 0 -", "7 0 1", "2 0 1", "2 0 3", "2 4 3", "2 0 3", "2 0 1", "7 0 1"}},
    {"lru",
     12,
     {"7 - -", "7 0 -", "7 0 1", "2 0 1", "2 0 3", "4 0 3", "4 0 2", "4 3 2", "0 3 2",
      "1 3 2", "1 0 2", "1 0 7"}},
};

START_TEST(columns_are_those_of_silberschatz)
{
    const struct table_request request = {.policies = {figures[_i].policy}, .frames = "3"};
    struct table table;
    make_table(&table, SILBERSCHATZ, &request);
    const struct explained_policy *policy = &table.explained.policies[0];
    size_t column = 0;
    ck_assert_uint_eq(table.explained.n, 20);
    for (size_t i = 0; i < table.explained.n; i++)
        if (policy->moments[i].fault)
            ck_assert_str_eq(frames_of(policy, &policy->moments[i], false),
                             figures[_i].columns[column++]);
    ck_assert_uint_eq(column, figures[_i].faults);
    ck_assert_uint_eq(policy->faults, figures[_i].faults);
    free_table(&table);
}
END_TEST

/* Stallings, Operating Systems, "Behavior of Four Page-Replacement Algorithms": the row of
 * the clock, with use bits and the page that the hand is about to look at. */
START_TEST(clock_has_the_bits_and_the_hand_of_stallings)
{
    static const struct {
        const char *frames;
        pfn_t hand;
    } figure[] = {{"2* - -", 0}, {"2* 3* -", 0}, {"2* 3* -", 0},  {"2* 3* 1*", 0},
                  {"5* 3 1", 1}, {"5* 2* 1", 2}, {"5* 2* 4*", 0}, {"5* 2* 4*", 0},
                  {"3* 2 4", 1}, {"3* 2* 4", 1}, {"3* 2 5*", 0},  {"3* 2* 5*", 0}};
    const struct table_request request = {
        .policies = {"clock"}, .frames = "3", .setting = "kernel.count_faults=once-full"};
    struct table table;
    make_table(&table, "2 3 2 1 5 2 4 5 3 2 5 2", &request);
    const struct explained_policy *policy = &table.explained.policies[0];
    for (size_t i = 0; i < ARRAY_LEN(figure); i++) {
        const struct moment *moment = &policy->moments[i];
        ck_assert_str_eq(frames_of(policy, moment, true), figure[i].frames);
        ck_assert_uint_eq(moment->nhands, 1);
        ck_assert_uint_eq(moment->hands[0].frame, figure[i].hand);
    }
    ck_assert_uint_eq(policy->faults, 5);
    ck_assert(policy->uses_bits);
    ck_assert(policy->moments[0].loaded && !policy->moments[0].fault);
    free_table(&table);
}
END_TEST

/* Tanenbaum, Modern Operating Systems, 4th ed., fig. 3-15 and 3-16: pages A .. H were
 * loaded in this order and A was used; it is spared, and B goes.  The clock's hand is then
 * behind B's frame. */
START_TEST(a_used_page_is_spared_as_tanenbaum_draws_it)
{
    static const vpn_t queue[] = {3, 4, 5, 6, 7, 8, 1, 9};
    const struct table_request request = {
        .policies = {"second-chance", "clock"},
        .frames = "8",
        .setting = "policy.ref_on_load=no",
    };
    struct table table;
    make_table(&table, "1 2 3 4 5 6 7 8 1 9", &request);
    for (size_t i = 0; i < 2; i++) {
        const struct moment *moment = &table.explained.policies[i].moments[9];
        ck_assert_uint_eq(moment->ndepartures, 1);
        ck_assert_uint_eq(moment->departures[0].vpn, 2);
        ck_assert(!moment->departures[0].released);
    }
    const struct moment *chance = &table.explained.policies[0].moments[9];
    ck_assert_uint_eq(chance->nlists, 1);
    ck_assert_uint_eq(chance->lists[0].n, ARRAY_LEN(queue));
    for (size_t i = 0; i < ARRAY_LEN(queue); i++)
        ck_assert_uint_eq(chance->lists[0].pages[i], queue[i]);
    ck_assert_uint_eq(table.explained.policies[1].moments[9].hands[0].frame, 2);
    free_table(&table);
}
END_TEST

/* --- what policies show --------------------------------------------------------------- */

/* What a list holds: "T1: 4 3". */
static const char *list_of(const struct moment *moment, size_t i)
{
    static char text[256];
    ck_assert_uint_lt(i, moment->nlists);
    int n = snprintf(text, sizeof text, "%s:", moment->lists[i].name);
    for (size_t k = 0; k < moment->lists[i].n; k++)
        n += snprintf(text + n, sizeof text - (size_t)n, " %" PRIu64,
                      moment->lists[i].pages[k]);
    return text;
}

/* Megiddo, Modha, ARC, FAST 2003: 1 is used twice and so in T2; 4 finds memory full, and
 * the oldest of T1, which is above its target of 0, goes to B1. */
START_TEST(lists_hold_pages_that_are_in_memory_and_pages_that_were)
{
    static const char *const lists[] = {"T1: 4 3", "T2: 1", "B1: 2", "B2:"};
    const struct table_request request = {.policies = {"arc"}, .frames = "3"};
    struct table table;
    make_table(&table, "1 2 3 1 4", &request);
    const struct moment *moment = &table.explained.policies[0].moments[4];
    ck_assert_uint_eq(moment->nlists, ARRAY_LEN(lists));
    for (size_t i = 0; i < ARRAY_LEN(lists); i++)
        ck_assert_str_eq(list_of(moment, i), lists[i]);
    free_table(&table);
}
END_TEST

/* After 7 0 1 2 0 3 page 0 is used next at reference 7, 2 at 9, 3 at 10.  FIFO and LRU have
 * evicted as in the figures, MRU 1 and then 0. */
START_TEST(orders_are_shown_from_end_to_end)
{
    static const char *const lists[] = {
        "queue, oldest first: 1 2 3",
        "stack, last used first: 3 0 2",
        "stack, last used first: 3 2 7",
        "next use, last first: 3 2 0",
    };
    const struct table_request request = {.policies = {"fifo", "lru", "mru", "opt"},
                                          .frames = "3"};
    struct table table;
    make_table(&table, SILBERSCHATZ, &request);
    for (size_t i = 0; i < ARRAY_LEN(lists); i++)
        ck_assert_str_eq(list_of(&table.explained.policies[i].moments[5], 0), lists[i]);
    free_table(&table);
}
END_TEST

/* Of pff, which is told of no use, the clock goes on all the same. */
START_TEST(time_is_right_at_every_reference)
{
    static const uint64_t since[] = {0, 0, 1, 2, 3, 4};
    const struct table_request request = {.policies = {"pff"}, .frames = "3"};
    struct table table;
    make_table(&table, "1 2 1 1 2 1", &request);
    for (size_t i = 0; i < ARRAY_LEN(since); i++) {
        const struct moment *moment = &table.explained.policies[0].moments[i];
        ck_assert_uint_eq(moment->nnumbers, 1);
        ck_assert_str_eq(moment->numbers[0].name, "since the last fault");
        ck_assert_uint_eq(moment->numbers[0].value, since[i]);
    }
    free_table(&table);
}
END_TEST

/* --- what is watched is what runs ----------------------------------------------------- */

/* Near the last page, in loops, or anywhere; a fifth of them writes. */
static void random_string(char *string, struct rng *rng, size_t n)
{
    vpn_t page = 0;
    for (size_t i = 0; i < n; i++) {
        const uint64_t kind = rng_below(rng, 8);
        page = kind < 2   ? page
               : kind < 4 ? (page + 1) % 24
                          : rng_below(rng, kind < 7 ? 9 : 24);
        string += sprintf(string, "%s%" PRIu64, i ? " " : "", page);
    }
}

/* Of pages given up (releases), a replayed string knows one a reference at most. */
static void victims_agree(const struct explanation *explained, const struct replayed *run,
                          bool releases)
{
    const struct explained_policy *policy = &explained->policies[0];
    for (size_t i = 0; i < explained->n; i++) {
        const struct moment *moment = &policy->moments[i];
        ck_assert_msg(moment->loaded != run->hit[i], "%s, reference %zu", policy->label, i);
        ck_assert_msg(
            releases || run->victim[i] == NO_VICTIM ||
                (moment->ndepartures > 0 &&
                 moment->departures[moment->ndepartures - 1].vpn == run->victim[i]),
            "%s, reference %zu", policy->label, i);
        ck_assert_uint_eq(moment->held[moment->frame].vpn, explained->references[i].vpn);
        for (size_t k = 0; k < moment->ndepartures; k++)
            ck_assert(*moment->departures[k].why);
    }
    ck_assert_uint_eq(policy->faults, run->faults);
    ck_assert_uint_eq(policy->page_outs, run->page_outs);
}

static void compare_with_replay(const char *name, const struct policy_ops *ops,
                                struct rng *rng)
{
    static char string[8 * STRING_MAX];
    const struct table_request request = {.policies = {name}, .frames = "7"};
    char policy[64];
    snprintf(policy, sizeof policy, "policy=%s", name);
    const char *const set[] = {"machine.frames=7", policy, NULL};
    random_string(string, rng, 300);
    struct table table;
    make_table(&table, string, &request);
    const struct replayed run = replay_string(string, set);
    victims_agree(&table.explained, &run, ops->release != NULL);
    free_table(&table);
}

START_TEST(a_watched_policy_does_as_it_does_unwatched)
{
    struct rng rng;
    rng_seed(&rng, 11);
    for (const struct policy_ops *const *p = policy_table; *p; p++)
        compare_with_replay((*p)->name, *p, &rng);
    /* Its clock ticks often enough to matter. */
    compare_with_replay("{name: aging, interval: 20}", policy_find("aging"), &rng);
}
END_TEST

static void moments_agree(const struct explained_policy *a, const struct moment *ma,
                          const struct moment *mb)
{
    ck_assert_int_eq(ma->fault, mb->fault);
    ck_assert_uint_eq(ma->frame, mb->frame);
    ck_assert_uint_eq(ma->ndepartures, mb->ndepartures);
    for (size_t i = 0; i < ma->ndepartures; i++) {
        ck_assert_uint_eq(ma->departures[i].vpn, mb->departures[i].vpn);
        ck_assert_str_eq(ma->departures[i].why, mb->departures[i].why);
    }
    char text[256];
    snprintf(text, sizeof text, "%s", frames_of(a, ma, true));
    ck_assert_str_eq(text, frames_of(a, mb, true));
    ck_assert_uint_eq(ma->nlists, mb->nlists);
    for (size_t i = 0; i < ma->nlists; i++) {
        snprintf(text, sizeof text, "%s", list_of(ma, i));
        ck_assert_str_eq(text, list_of(mb, i));
    }
}

/* References before the range come many at a time, those of the range one by one. */
START_TEST(the_end_of_a_table_is_a_table_of_the_end)
{
    static char string[8 * STRING_MAX];
    struct rng rng;
    rng_seed(&rng, 5);
    for (const struct policy_ops *const *p = policy_table; *p; p++) {
        const struct table_request all = {.policies = {(*p)->name}, .frames = "6"};
        struct table_request part = all;
        random_string(string, &rng, 200);
        part.from = 60 + rng_below(&rng, 60);
        part.count = 50;
        struct table a, b;
        make_table(&a, string, &all);
        make_table(&b, string, &part);
        ck_assert_uint_eq(b.explained.n, 50);
        const size_t skip = (size_t)part.from - 1;
        ck_assert_uint_eq(b.explained.references[0].number, part.from);
        for (size_t i = 0; i < b.explained.n; i++)
            moments_agree(&a.explained.policies[0],
                          &a.explained.policies[0].moments[skip + i],
                          &b.explained.policies[0].moments[i]);
        ck_assert_str_eq(
            frames_of(&a.explained.policies[0], &a.explained.policies[0].moments[skip - 1],
                      false),
            frames_of(&b.explained.policies[0], &b.explained.policies[0].before, false));
        free_table(&a);
        free_table(&b);
    }
}
END_TEST

/* --- differences ---------------------------------------------------------------------- */

START_TEST(policies_are_compared_up_to_their_first_difference)
{
    const struct table_request request = {
        .policies = {"fifo", "lru", "fifo"}, .frames = "3", .until_differs = true};
    struct table table;
    make_table(&table, SILBERSCHATZ, &request);
    /* By the figures: at the sixth reference FIFO replaces 0, LRU 1. */
    ck_assert(table.explained.compared && table.explained.differs);
    ck_assert_uint_eq(table.explained.n, 6);
    ck_assert_uint_eq(table.explained.policies[0].moments[5].departures[0].vpn, 0);
    ck_assert_uint_eq(table.explained.policies[1].moments[5].departures[0].vpn, 1);
    free_table(&table);
}
END_TEST

START_TEST(only_the_last_references_before_a_difference_are_shown)
{
    const struct table_request request = {
        .policies = {"fifo", "lru"}, .frames = "3", .until_differs = true, .count = 2};
    struct table table;
    make_table(&table, SILBERSCHATZ, &request);
    ck_assert_uint_eq(table.explained.n, 2);
    ck_assert_uint_eq(table.explained.references[1].number, 6);
    ck_assert_uint_eq(table.explained.references[1].vpn, 3);
    free_table(&table);
}
END_TEST

START_TEST(policies_that_never_differ_are_shown_to_the_end)
{
    const struct table_request request = {
        .policies = {"lru", "lru"}, .frames = "3", .until_differs = true};
    struct table table;
    make_table(&table, SILBERSCHATZ, &request);
    ck_assert(table.explained.compared && !table.explained.differs);
    ck_assert_uint_eq(table.explained.n, 20);
    free_table(&table);
}
END_TEST

START_TEST(a_range_beyond_the_end_is_refused)
{
    const struct table_request request = {.policies = {"lru"}, .frames = "3", .from = 21};
    struct table table;
    struct error err = {0};
    ck_assert_int_eq(try_to_explain(&table, SILBERSCHATZ, &request, &err), ERR_CONFIG);
    ck_assert_str_eq(err.text, "there is no reference 21: there are 20");
    free_table(&table);
}
END_TEST

/* --- strings -------------------------------------------------------------------------- */

START_TEST(a_letter_before_or_after_a_page_says_what_the_reference_does)
{
    const struct table_request request = {.policies = {"fifo"}, .frames = "9"};
    static const bool stores[] = {true, true, true, false, false, false, true, false};
    static const vpn_t pages[] = {3, 4, 5, 6, 7, 8, 0x1f, 2};
    struct table table;
    make_table(&table, "3w W4\n5 W,6R r7 8 r, 0x1fw\t2", &request);
    ck_assert_uint_eq(table.explained.n, ARRAY_LEN(pages));
    for (size_t i = 0; i < ARRAY_LEN(pages); i++) {
        ck_assert_uint_eq(table.explained.references[i].vpn, pages[i]);
        ck_assert_int_eq(table.explained.references[i].store, stores[i]);
        ck_assert(!table.explained.references[i].ifetch);
        ck_assert_int_eq(table.explained.policies[0].moments[7].held[i].dirty, stores[i]);
    }
    free_table(&table);
}
END_TEST

static const struct {
    const char *string, *message;
} mistakes[] = {
    {"", "reference string:1:1: it is empty: page numbers are expected, as in "
         "\"7 0 1 2 0 3\""},
    {" , \n", "reference string:2:1: it is empty: page numbers are expected, as in "
              "\"7 0 1 2 0 3\""},
    {"7 0 x 2", "reference string:1:5: 'x' is no page: a number is expected, with 'w' "
                "before or after it for a write, as in 3w"},
    {"7 0\n1  w3w",
     "reference string:2:4: 'w3w' is no page: a number is expected, with 'w' "
     "before or after it for a write, as in 3w"},
    {"7 -1", "reference string:1:3: '-1' is no page: a number is expected, with 'w' before "
             "or after it for a write, as in 3w"},
    {"w 7", "reference string:1:1: 'w' belongs to no page: it stands behind its number, as "
            "in \"3 w\" or 3w"},
    {"7w w",
     "reference string:1:4: 'w' belongs to no page: it stands behind its number, as "
     "in \"3 w\" or 3w"},
    {"4503599627370496", "reference string:1:1: page 4503599627370496 is too large: "
                         "addresses have 64 bits, so pages of 4096 bytes are numbered "
                         "below 2^52"},
};

START_TEST(a_mistake_in_a_string_is_named_by_its_column)
{
    struct batch batch;
    struct error err = {0};
    char message[1400];
    ASSERT_OK(batch_init(&batch, &err), &err);
    ck_assert_int_eq(reference_string_read(&batch, mistakes[_i].string, 12, &err),
                     ERR_CONFIG);
    ck_assert_str_eq(error_format(&err, message, sizeof message), mistakes[_i].message);
    batch_release(&batch);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("explain");
    TCase *tests = tcase_create("explain");
    tcase_add_loop_test(tests, columns_are_those_of_silberschatz, 0,
                        (int)ARRAY_LEN(figures));
    tcase_add_test(tests, clock_has_the_bits_and_the_hand_of_stallings);
    tcase_add_test(tests, a_used_page_is_spared_as_tanenbaum_draws_it);
    tcase_add_test(tests, lists_hold_pages_that_are_in_memory_and_pages_that_were);
    tcase_add_test(tests, orders_are_shown_from_end_to_end);
    tcase_add_test(tests, time_is_right_at_every_reference);
    tcase_add_test(tests, a_watched_policy_does_as_it_does_unwatched);
    tcase_add_test(tests, the_end_of_a_table_is_a_table_of_the_end);
    tcase_add_test(tests, policies_are_compared_up_to_their_first_difference);
    tcase_add_test(tests, only_the_last_references_before_a_difference_are_shown);
    tcase_add_test(tests, policies_that_never_differ_are_shown_to_the_end);
    tcase_add_test(tests, a_range_beyond_the_end_is_refused);
    tcase_add_test(tests, a_letter_before_or_after_a_page_says_what_the_reference_does);
    tcase_add_loop_test(tests, a_mistake_in_a_string_is_named_by_its_column, 0,
                        (int)ARRAY_LEN(mistakes));
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
