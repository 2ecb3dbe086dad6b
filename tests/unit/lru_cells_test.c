/* lru_cells_test.c -- cells of LRU from the curve: equal to the replay, and only where
 * nothing else is wanted. */
#include "unit/experiment_folder.h"

#include "experiment/run.h"
#include "experiment/store.h"

enum { CELLS = 64 };
static struct cell_result replayed[CELLS], answered[CELLS];
static const volatile sig_atomic_t not_interrupted = 0;

/* All but page_outs_dirty that has a meaning without `timing: events`. */
static char all_others[4096];

static void setup(void)
{
    folder_setup();
    snprintf(all_others, sizeof all_others, "counters: [");
    for (size_t i = 0; i < counter_count; i++)
        if (strcmp(counter_table[i].name, "page_outs_dirty") != 0)
            snprintf(all_others + strlen(all_others),
                     sizeof all_others - strlen(all_others), "%s%s", i ? ", " : "",
                     counter_table[i].name);
    strcat(all_others, "]\n");
}

static void release(struct cell_result *results)
{
    for (size_t i = 0; i < CELLS; i++)
        cell_result_release(&results[i]);
    memset(results, 0, CELLS * sizeof *results);
}

static void teardown(void)
{
    release(replayed);
    release(answered);
    folder_teardown();
}

static void run(struct cell_result *results, const char *text, const char *kept)
{
    struct error err = {0};
    char message[1400];
    const struct run_options options = {
        .jobs = 2, .folder = kept, .resume = kept, .interrupted = &not_interrupted};
    load(text, NULL);
    ck_assert_uint_le(experiment->ncells, CELLS);
    release(results);
    const enum status status = experiment_run(experiment, &options, results, &err);
    ck_assert_msg(status == OK, "%s", error_format(&err, message, sizeof message));
    for (size_t i = 0; i < experiment->ncells; i++)
        ck_assert_msg(results[i].state == CELL_DONE, "%s", results[i].message);
}

/* From a curve that is not known. */
static size_t answers(const struct cell_result *results)
{
    size_t n = 0;
    for (size_t i = 0; i < experiment->ncells; i++)
        n += results[i].counters.page_outs_dirty == COUNT_UNKNOWN;
    return n;
}

static void run_both(const char *rest)
{
    char text[8192];
    snprintf(text, sizeof text, "%s%s", all_others, rest);
    run(replayed, rest, NULL);
    ck_assert_uint_eq(answers(replayed), 0);
    run(answered, text, NULL);
}

static void assert_equal(size_t cell)
{
    for (size_t k = 0; k < counter_count; k++) {
        char one[64], other[64];
        const struct counter *counter = &counter_table[k];
        if (strcmp(counter->name, "page_outs_dirty") == 0)
            continue;
        counter_format(counter, &replayed[cell].counters, one, sizeof one);
        counter_format(counter, &answered[cell].counters, other, sizeof other);
        ck_assert_msg(strcmp(one, other) == 0, "%s of cell %zu: %s, not %s", counter->name,
                      cell, other, one);
    }
    ck_assert_str_eq(answered[cell].notes, replayed[cell].notes);
    ck_assert_uint_eq(answered[cell].index_bytes, replayed[cell].index_bytes);
}

static const char *const programs[] = {
    "generate: { name: zipf, references: 30000, size: 256 KiB, writes: 0.5 }\n",
    "generate: { name: loop, size: 80 KiB, iterations: 3, writes: 0.3 }\n",
    "generate: { name: phases, length: 2000 }\n",
    "trace: crossing.lackey\n",
};

START_TEST(every_counter_equals_that_of_the_replay)
{
    char text[1024];
    write_file("crossing.lackey", "I  04000ffe,4\n L 04001ffc,8\n S 04000000,8\n"
                                  "I  04000ffe,4\n M 04003fff,2\n L 04009000,4\n"
                                  "I  04000ffe,4\n S 04009000,4\n L 04000400,4\n");
    snprintf(text, sizeof text,
             "%s"
             "sweep:\n"
             "  machine.page_size: [512 B, 1 KiB, 4 KiB]\n"
             "  machine.frames: [1, 2, 3, 5, 17, 64, 100, 1000, unlimited]\n",
             programs[_i]);
    run_both(text);
    ck_assert_uint_eq(answers(answered), experiment->ncells);
    for (size_t i = 0; i < experiment->ncells; i++)
        assert_equal(i);
}
END_TEST

#define ZIPF "generate: { name: zipf, references: 5000, size: 256 KiB }\n"
#define FRAMES "sweep: { machine.frames: [2, 3, 4] }\n"

static const struct {
    const char *text;
    size_t answers;
} cases[] = {
    {ZIPF FRAMES, 3},
    {ZIPF "sweep: { machine.frames: [2, 3] }\n", 0},
    {ZIPF "sweep: { machine.frames: [2, 3], machine.page_size: [1 KiB, 4 KiB] }\n", 0},
    {ZIPF "sweep: { machine.frames: [2, 3, 4], policy: [lru, fifo] }\n", 3},
    {ZIPF "kernel.dirty: unsaved\n" FRAMES, 0},
    {ZIPF "kernel.dirty: written\n" FRAMES, 3},
    {ZIPF "machine: { mmu: x86-64, table_frames: apart }\n" FRAMES, 0},
    {ZIPF "timing: events\n" FRAMES, 0},
};

START_TEST(cells_of_which_more_is_to_be_told_are_replayed)
{
    run_both(cases[_i].text);
    ck_assert_uint_eq(answers(answered), cases[_i].answers);
    for (size_t i = 0; i < experiment->ncells; i++)
        assert_equal(i);
}
END_TEST

START_TEST(who_wants_dirty_page_outs_gets_the_replay)
{
    run(answered, ZIPF FRAMES "counters: [faults, page_outs_dirty]\n", NULL);
    ck_assert_uint_eq(answers(answered), 0);
}
END_TEST

START_TEST(an_answer_is_kept_apart_from_the_replay)
{
    run(answered, ZIPF FRAMES "counters: faults\n", "kept");
    ck_assert_uint_eq(answers(answered), 3);
    run(replayed, ZIPF FRAMES, "kept");
    ck_assert_uint_eq(answers(replayed), 0);
    ck_assert_str_ne(replayed[0].id, answered[0].id);
    run(answered, ZIPF FRAMES "counters: fault_rate\n", "kept");
    ck_assert_uint_eq(answers(answered), 3);
}
END_TEST

static const struct {
    const char *text, *message;
} wrong[] = {
    {ZIPF "counters: faluts\n",
     "e.yaml:2:11: unknown counter 'faluts' for counters; nearest is 'faults'; 'faultline "
     "list counters' shows all"},
    {ZIPF "counters: []\n",
     "e.yaml:2:11: the list of 'counters' is empty; it needs at least one"},
    {ZIPF "counters: [[faults]]\n",
     "e.yaml:2:12: 'counters' is a counter or a list of counters, such as [faults, "
     "fault_rate], not a list"},
    {ZIPF FRAMES "counters: faults\nplots: [{ y: fault_rate }]\n",
     "e.yaml:4:14: 'fault_rate' is not among 'counters', so it stays blank"},
    {ZIPF "sweep: { counters: [faults, loads] }\n",
     "e.yaml:2:10: 'counters' cannot vary within sweep"},
};

START_TEST(what_is_wrong_is_told)
{
    static const char *const none[] = {NULL};
    struct error err = {0};
    char message[1400];
    write_file("e.yaml", wrong[_i].text);
    ck_assert_int_eq(load_with(&err, "e.yaml", none), ERR_CONFIG);
    ck_assert_str_eq(error_format(&err, message, sizeof message), wrong[_i].message);
}
END_TEST

static Suite *lru_cells_suite(void)
{
    Suite *suite = suite_create("lru_cells");
    TCase *tests = tcase_create("lru_cells");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_loop_test(tests, every_counter_equals_that_of_the_replay, 0,
                        ARRAY_LEN(programs));
    tcase_add_loop_test(tests, cells_of_which_more_is_to_be_told_are_replayed, 0,
                        ARRAY_LEN(cases));
    tcase_add_test(tests, who_wants_dirty_page_outs_gets_the_replay);
    tcase_add_test(tests, an_answer_is_kept_apart_from_the_replay);
    tcase_add_loop_test(tests, what_is_wrong_is_told, 0, ARRAY_LEN(wrong));
    suite_add_tcase(suite, tests);
    return suite;
}

int main(void)
{
    SRunner *runner = srunner_create(lru_cells_suite());
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
