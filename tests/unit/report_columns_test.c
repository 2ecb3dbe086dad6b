/* report_columns_test.c -- which keys are columns of the table for the terminal. */
#include "report/report.h"

#include "results_made_up.h"

#include <check.h>

static struct error err;

enum { SETTINGS_MOST = 4 };

/* A cell's trace and settings; key NULL: no more. */
struct made_up_cell {
    const char *trace;
    struct setting settings[SETTINGS_MOST];
};

/* The headings of the table and its rows as far as the keys go, each ended by a newline,
 * with one blank between columns. */
static char *keys_of(const struct made_up_cell *cells, size_t n, const char *const *swept,
                     size_t nswept)
{
    const struct result_set like = made_up();
    struct cell_config configs[4];
    struct cell_result results[4];
    for (size_t i = 0; i < n; i++) {
        configs[i] = like.experiment->cells[0];
        configs[i].trace_label = cells[i].trace;
        configs[i].settings = cells[i].settings;
        configs[i].nsettings = 0;
        while (configs[i].nsettings < SETTINGS_MOST &&
               cells[i].settings[configs[i].nsettings].key)
            configs[i].nsettings++;
        results[i] = like.results[0];
        results[i].notes[0] = '\0';
    }
    const struct experiment experiment = {
        .name = "x", .cells = configs, .ncells = n, .swept = swept, .nswept = nswept};
    const struct result_set set = {&experiment, results};
    char *text;
    size_t size;
    FILE *stream = open_memstream(&text, &size);
    ck_assert_int_eq(table_print(&set, 0, stream, &err), OK);
    fclose(stream);
    char *const keys = malloc(size + 1), *out = keys;
    const size_t width = (size_t)(strstr(text, " faults") - text);
    for (const char *line = text; *line; line += strcspn(line, "\n") + 1) {
        for (size_t i = 0; i < width; i++)
            if (line[i] != ' ' || (out > keys && out[-1] != ' ' && out[-1] != '\n'))
                *out++ = line[i];
        while (out[-1] == ' ')
            out--;
        *out++ = '\n';
    }
    *out = '\0';
    free(text);
    return keys;
}

static void keys_are(const struct made_up_cell *cells, size_t n, const char *const *swept,
                     size_t nswept, const char *expected)
{
    char *keys = keys_of(cells, n, swept, nswept);
    ck_assert_str_eq(keys, expected);
    free(keys);
}

START_TEST(what_follows_from_the_name_of_a_plug_in_is_no_column)
{
    static const struct made_up_cell cells[] = {
        {"cc1", {{"machine.mmu", "x86-32", {0}}, {"machine.mmu.pse", "yes", {0}}}},
        {"cc1", {{"machine.mmu", "rs6000", {0}}, {"machine.mmu.probe_limit", "0", {0}}}},
    };
    static const char *const swept[] = {"machine.mmu"};
    keys_are(cells, ARRAY_LEN(cells), swept, 1,
             "trace policy page size frames MMU\n"
             "cc1 lru 512 B 16 x86-32\n"
             "cc1 lru 512 B 16 rs6000\n");
}
END_TEST

START_TEST(what_tells_cells_apart_that_have_the_same_plug_in_is_a_column)
{
    static const struct made_up_cell cells[] = {
        {"cc1",
         {{"machine.mmu", "mips", {0}},
          {"machine.mmu.refill_instructions", "9", {0}},
          {"machine.mmu.twice", "18", {0}},
          {"seed", "1", {0}}}},
        {"cc1",
         {{"machine.mmu", "mips", {0}},
          {"machine.mmu.refill_instructions", "20", {0}},
          {"machine.mmu.twice", "40", {0}},
          {"seed", "1", {0}}}},
        {"cc1",
         {{"machine.mmu", "x86-32", {0}},
          {"machine.mmu.pse", "yes", {0}},
          {"seed", "1", {0}}}},
    };
    static const char *const swept[] = {"machine.mmu", "seed"};
    keys_are(cells, ARRAY_LEN(cells), swept, 2,
             "trace policy page size frames MMU MMU refill instructions seed\n"
             "cc1 lru 512 B 16 mips 9 1\n"
             "cc1 lru 512 B 16 mips 20 1\n"
             "cc1 lru 512 B 16 x86-32 1\n");
}
END_TEST

/* Though it follows from the other. */
START_TEST(a_key_that_was_swept_is_a_column)
{
    static const struct made_up_cell cells[] = {
        {"cc1", {{"machine.mmu", "mips", {0}}, {"seed", "1", {0}}}},
        {"cc1", {{"machine.mmu", "x86-32", {0}}, {"seed", "2", {0}}}},
    };
    static const char *const swept[] = {"machine.mmu", "seed"};
    keys_are(cells, ARRAY_LEN(cells), swept, 2,
             "trace policy page size frames MMU seed\n"
             "cc1 lru 512 B 16 mips 1\n"
             "cc1 lru 512 B 16 x86-32 2\n");
}
END_TEST

START_TEST(a_generated_trace_has_its_generator_s_name_beside_swept_parameters)
{
    static const struct made_up_cell cells[] = {
        {"uniform(pages=64,stride=4096)",
         {{"generate", "uniform", {0}},
          {"generate.pages", "64", {0}},
          {"generate.stride", "4096", {0}}}},
        {"uniform(pages=64,stride=8192)",
         {{"generate", "uniform", {0}},
          {"generate.pages", "64", {0}},
          {"generate.stride", "8192", {0}}}},
    };
    static const char *const swept[] = {"generate.stride"};
    keys_are(cells, ARRAY_LEN(cells), swept, 1,
             "trace policy page size frames generate stride\n"
             "uniform lru 512 B 16 4 KiB\n"
             "uniform lru 512 B 16 8 KiB\n");
}
END_TEST

START_TEST(swept_generators_have_their_names_once)
{
    static const struct made_up_cell cells[] = {
        {"uniform", {{"generate", "uniform", {0}}, {"generate.pages", "64", {0}}}},
        {"zipf(exponent=0.8)",
         {{"generate", "zipf", {0}}, {"generate.exponent", "0.8", {0}}}},
        {"zipf(exponent=1.2)",
         {{"generate", "zipf", {0}}, {"generate.exponent", "1.2", {0}}}},
    };
    static const char *const swept[] = {"generate"};
    keys_are(cells, 2, swept, 1,
             "trace policy page size frames\n"
             "uniform lru 512 B 16\n"
             "zipf lru 512 B 16\n");
    keys_are(cells, 3, swept, 1,
             "trace policy page size frames generate exponent\n"
             "uniform lru 512 B 16\n"
             "zipf lru 512 B 16 0.8\n"
             "zipf lru 512 B 16 1.2\n");
}
END_TEST

START_TEST(generators_with_the_same_parameters_have_their_names_once_too)
{
    static const struct made_up_cell cells[] = {
        {"matrix-row(n=64)", {{"generate", "matrix-row", {0}}, {"generate.n", "64", {0}}}},
        {"matrix-column(n=64)",
         {{"generate", "matrix-column", {0}}, {"generate.n", "64", {0}}}},
    };
    static const char *const swept[] = {"generate"};
    keys_are(cells, ARRAY_LEN(cells), swept, 1,
             "trace policy page size frames\n"
             "matrix-row lru 512 B 16\n"
             "matrix-column lru 512 B 16\n");
}
END_TEST

START_TEST(a_generated_trace_keeps_its_full_name_where_other_keys_vary)
{
    static const struct made_up_cell cells[] = {
        {"uniform(pages=64)",
         {{"generate", "uniform", {0}}, {"generate.pages", "64", {0}}, {"seed", "1", {0}}}},
        {"uniform(pages=64)",
         {{"generate", "uniform", {0}}, {"generate.pages", "64", {0}}, {"seed", "2", {0}}}},
    };
    static const char *const swept[] = {"seed"};
    keys_are(cells, ARRAY_LEN(cells), swept, 1,
             "trace policy page size frames seed\n"
             "uniform(pages=64) lru 512 B 16 1\n"
             "uniform(pages=64) lru 512 B 16 2\n");
}
END_TEST

static Suite *report_columns_suite(void)
{
    Suite *suite = suite_create("report_columns");
    TCase *tests = tcase_create("columns");
    tcase_add_test(tests, what_follows_from_the_name_of_a_plug_in_is_no_column);
    tcase_add_test(tests, what_tells_cells_apart_that_have_the_same_plug_in_is_a_column);
    tcase_add_test(tests, a_key_that_was_swept_is_a_column);
    tcase_add_test(tests,
                   a_generated_trace_has_its_generator_s_name_beside_swept_parameters);
    tcase_add_test(tests, swept_generators_have_their_names_once);
    tcase_add_test(tests, generators_with_the_same_parameters_have_their_names_once_too);
    tcase_add_test(tests, a_generated_trace_keeps_its_full_name_where_other_keys_vary);
    suite_add_tcase(suite, tests);
    return suite;
}

int main(void)
{
    SRunner *runner = srunner_create(report_columns_suite());
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
