/* ostep_test.c -- every reference of the strings that OSTEP's paging-policy simulator was
 * given: hit or miss, and the page evicted.  Its OPT evicts, of pages never used again, the
 * last in memory order, which is the one loaded last.  Its CLOCK picks pages at random and
 * is not in the table. */
#include "harness.h"

static const struct {
    const char *name, *setting;
} policies[] = {
    {"FIFO", "policy=fifo"},
    {"LRU", "policy=lru"},
    {"MRU", "policy=mru"},
    {"OPT", "policy={name: opt, tie: last-loaded}"},
};

enum { STRING, POLICY, FRAMES, REFS, HITS, MISSES, REFERENCES, HITMISS, VICTIMS };

enum { ROWS = 29 * 4 * 10 }; /* strings, policies, 1 to 10 frames */

static const char *setting_of(const char *policy)
{
    for (size_t i = 0; i < ARRAY_LEN(policies); i++)
        if (strcmp(policies[i].name, policy) == 0)
            return policies[i].setting;
    ck_abort_msg("unknown policy '%s'", policy);
    return NULL;
}

static void check_references(char *const *row, const struct replayed *run)
{
    const char *at = row[VICTIMS];
    size_t hits = 0;
    for (size_t i = 0; i < run->n; i++) {
        ck_assert_msg(row[HITMISS][i] == (run->hit[i] ? 'H' : 'M'),
                      "%s, %s, %s frames: reference %zu is a %s", row[STRING], row[POLICY],
                      row[FRAMES], i + 1, run->hit[i] ? "hit" : "miss");
        char victim[32] = "-";
        if (run->victim[i] != NO_VICTIM)
            snprintf(victim, sizeof victim, "%" PRIu64, run->victim[i]);
        const size_t length = strcspn(at, " ");
        ck_assert_msg(length == strlen(victim) && strncmp(at, victim, length) == 0,
                      "%s, %s, %s frames: reference %zu evicts %s instead of %.*s",
                      row[STRING], row[POLICY], row[FRAMES], i + 1, victim, (int)length,
                      at);
        at += length + (at[length] == ' ');
        hits += run->hit[i];
    }
    ck_assert_str_eq(at, "");
    ck_assert_uint_eq(hits, to_number(row[HITS]));
}

START_TEST(every_reference_hits_or_evicts_as_in_the_simulator_of_ostep)
{
    struct csv csv = csv_open(TEST_DATA "/ostep.csv.zst",
                              "string,policy,cachesize,refs,hits,misses,reference_string,"
                              "hitmiss,victims");
    size_t rows = 0;
    for (; csv_next(&csv); rows++) {
        char *const *row = csv.fields;
        char frames[64];
        snprintf(frames, sizeof frames, "machine.frames=%s", row[FRAMES]);
        const char *const set[] = {frames, setting_of(row[POLICY]), NULL};
        const struct replayed run = replay_string(row[REFERENCES], set);
        ck_assert_uint_eq(run.n, to_number(row[REFS]));
        ck_assert_uint_eq(strlen(row[HITMISS]), run.n);
        check_references(row, &run);
        ck_assert_uint_eq(run.faults, to_number(row[MISSES]));
    }
    ck_assert_uint_eq(rows, ROWS);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("ostep");
    TCase *tests = tcase_create("ostep");
    tcase_add_test(tests, every_reference_hits_or_evicts_as_in_the_simulator_of_ostep);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
