/* textbook_test.c -- strings and states of textbooks with their published answers.
 * Not tried here: the NRU answers, see nru_test.c, the rows on aging, see aging_test.c, and
 * the one on WSClock, see wsclock_test.c. */
#include "harness.h"

static const char heading[] = "name,input,frames,answer,source";
enum { NAME, INPUT, FRAMES, ANSWER };

static const struct {
    const char *name, *setting;
} policies[] = {
    {"FIFO", "policy=fifo"},
    {"LRU", "policy=lru"},
    {"OPT", "policy=opt"},
    {"CLOCK(ref_on_load=1)", "policy={name: clock, ref_on_load: yes}"},
    /* In the states below the reference bits are given, so loading must not set them. */
    {"SecondChance", "policy={name: second-chance, ref_on_load: no}"},
};

/* The setting of the policy whose name has this length; NULL if it is not one of ours. */
static const char *setting_of(const char *name, size_t length)
{
    for (size_t i = 0; i < ARRAY_LEN(policies); i++)
        if (strlen(policies[i].name) == length &&
            strncmp(policies[i].name, name, length) == 0)
            return policies[i].setting;
    return NULL;
}

static bool is_string(const char *input)
{
    return input[strspn(input, "0123456789 ")] == '\0';
}

static struct replayed replay(const char *string, const char *policy, uint64_t frames,
                              const char *kernel)
{
    char memory[64];
    snprintf(memory, sizeof memory, "machine.frames=%" PRIu64, frames);
    const char *const set[] = {memory, policy, kernel, NULL};
    return replay_string(string, set);
}

/* Check "FIFO=15 OPT=9", or "FIFO=9,10" for a range of frames; the number of checks. */
static size_t check_answer(char *const *row, uint64_t first, uint64_t last)
{
    size_t checks = 0;
    for (char *at = row[ANSWER]; *at; at += *at == ' ') {
        char *counts = at + strcspn(at, " ");
        while (*counts != '=')
            counts--;
        const char *setting = setting_of(at, (size_t)(counts - at));
        ck_assert_msg(setting != NULL, "no policy for '%s'", at);
        for (uint64_t frames = first; frames <= last; frames++, checks++) {
            const uint64_t expected = strtoull(counts + 1, &counts, 10);
            const struct replayed run = replay(row[INPUT], setting, frames, NULL);
            ck_assert_msg(run.faults == expected,
                          "%s, %" PRIu64 " frames: %s: %" PRIu64 " faults, not %" PRIu64,
                          row[NAME], frames, setting, run.faults, expected);
        }
        at = counts;
    }
    return checks;
}

START_TEST(strings_fault_as_often_as_published)
{
    struct csv csv = csv_open(TEST_DATA "/textbook.csv", heading);
    size_t strings = 0, checks = 0;
    while (csv_next(&csv)) {
        if (!is_string(csv.fields[INPUT]))
            continue;
        char *to;
        const uint64_t first = strtoull(csv.fields[FRAMES], &to, 10);
        const uint64_t last =
            strncmp(to, "..", 2) == 0 ? to_number(to + 2) : to_number(csv.fields[FRAMES]);
        checks += check_answer(csv.fields, first, last);
        strings++;
    }
    ck_assert_uint_eq(strings, 7);
    ck_assert_uint_eq(checks, 3 + 3 + 3 + 2 + 4 + 3 * 7 + 3);
}
END_TEST

/* Stallings, Operating Systems, ch. 8, counts faults after the frames have filled: 3 less
 * than the 6, 7, 9 and 8 of who counts all. */
START_TEST(stallings_counts_no_fault_before_memory_is_full)
{
    static const char string[] = "2 3 2 1 5 2 4 5 3 2 5 2";
    static const struct {
        const char *policy;
        uint64_t faults;
    } book[] = {{"OPT", 3}, {"LRU", 4}, {"FIFO", 6}, {"CLOCK(ref_on_load=1)", 5}};
    for (size_t i = 0; i < ARRAY_LEN(book); i++) {
        const char *policy = setting_of(book[i].policy, strlen(book[i].policy));
        const struct replayed run =
            replay(string, policy, 3, "kernel={name: textbook, count_faults: once-full}");
        ck_assert_msg(run.faults == book[i].faults, "%s: %" PRIu64 " faults", policy,
                      run.faults);
    }
}
END_TEST

enum { LOADED, USED };

struct state {
    size_t n;
    struct {
        unsigned page, times[2];
        bool referenced;
    } pages[8];
};

/* "page:load,lastref,R,M 0:126,280,1,0 ...", with or without the legend in front. */
static struct state parse_state(const char *input)
{
    struct state state = {0};
    for (const char *at = strncmp(input, "page:", 5) ? input : strchr(input, ' '); *at;) {
        unsigned page, loaded, used, referenced, modified;
        int length = 0;
        ck_assert_int_eq(sscanf(at, " %u:%u,%u,%u,%u%n", &page, &loaded, &used, &referenced,
                                &modified, &length),
                         5);
        ck_assert_uint_lt(state.n, ARRAY_LEN(state.pages));
        state.pages[state.n].page = page;
        state.pages[state.n].times[LOADED] = loaded;
        state.pages[state.n].times[USED] = used;
        state.pages[state.n++].referenced = referenced;
        at += length;
    }
    return state;
}

/* Append the pages that take part, in the order of their times. */
static void append_in_order(char *string, size_t size, const struct state *state, int which,
                            bool only_referenced)
{
    for (unsigned last = 0;;) {
        size_t next = state->n;
        for (size_t i = 0; i < state->n; i++) {
            const unsigned time = state->pages[i].times[which];
            if (time > last && (state->pages[i].referenced || !only_referenced) &&
                (next == state->n || time < state->pages[next].times[which]))
                next = i;
        }
        if (next == state->n)
            return;
        last = state->pages[next].times[which];
        const size_t used = strlen(string);
        snprintf(string + used, size - used, "%u ", state->pages[next].page);
    }
}

/* The page that goes when a further one comes into the state.  The state is built by
 * loading the pages in their order and then using them in theirs: for LRU all, for the
 * others those whose reference bit is set. */
static vpn_t victim_of(const struct state *state, const char *policy)
{
    char string[128] = "";
    append_in_order(string, sizeof string, state, LOADED, false);
    append_in_order(string, sizeof string, state, USED, strcmp(policy, "policy=lru") != 0);
    strcat(string, "99");
    const struct replayed run = replay(string, policy, state->n, NULL);
    ck_assert_uint_eq(run.page_outs, 1);
    return run.victim[run.n - 1];
}

/* Tanenbaum, Modern Operating Systems, ch. 3, exercises: four pages with their times of
 * loading and of last use and their R and M bits. */
START_TEST(victims_are_those_of_tanenbaum)
{
    struct csv csv = csv_open(TEST_DATA "/textbook.csv", heading);
    size_t checks = 0;
    while (csv_next(&csv)) {
        if (strncmp(csv.fields[NAME], "tanenbaum-victim", 16) != 0)
            continue;
        const struct state state = parse_state(csv.fields[INPUT]);
        ck_assert_uint_eq(state.n, to_number(csv.fields[FRAMES]));
        char *next = csv.fields[ANSWER];
        for (char *word; (word = strsep(&next, " "));) {
            char *arrow = strstr(word, "->");
            ck_assert_ptr_nonnull(arrow);
            const char *policy = setting_of(word, (size_t)(arrow - word));
            if (!policy)
                continue; /* NRU */
            const vpn_t victim = victim_of(&state, policy);
            ck_assert_msg(victim == to_number(arrow + 2), "%s: %s evicts %" PRIu64,
                          csv.fields[NAME], word, victim);
            checks++;
        }
    }
    ck_assert_uint_eq(checks, 2 * 3);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("textbook");
    TCase *tests = tcase_create("textbook");
    tcase_add_test(tests, strings_fault_as_often_as_published);
    tcase_add_test(tests, stallings_counts_no_fault_before_memory_is_full);
    tcase_add_test(tests, victims_are_those_of_tanenbaum);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
