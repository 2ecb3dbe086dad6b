/* machine_presets_test.c -- the machines of configs/machines: that they load, what they
 * hold, and that every number in them names its source. */
#include "experiment/config.h"

#include "base/file.h"

#include <check.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CONFIGS TEST_DATA "/../../configs"

static const char *const machines[] = {
    "decstation-3100", "golden-cove", "i386",   "pentium-pro", "rs6000-530", "skylake-x",
    "sun4m",           "vax-11-780",  "x86-64", "zen2",        "zen3",
};

static struct experiment *experiment;
static char *text;

static void teardown(void)
{
    experiment_free(experiment);
    experiment = NULL;
    free(text);
    text = NULL;
}

static const struct machine_config *load(const char *machine)
{
    static const char *const presets[] = {CONFIGS};
    char model[64], message[1400];
    struct error err = {0};
    snprintf(model, sizeof model, "machine.model=%s", machine);
    const char *const set[] = {"trace=t.flt", "machine.memory=16 MiB", model};
    const struct experiment_options options = {
        .set = set, .nset = 3, .presets = presets, .npresets = 1};
    const enum status status = experiment_load(&experiment, &options, &err);
    ck_assert_msg(status == OK, "%s", error_format(&err, message, sizeof message));
    return &experiment->cells[0].machine;
}

static const struct tlb_array_params *array_of(const struct machine_config *machine,
                                               const char *name)
{
    for (size_t i = 0; i < machine->narrays; i++)
        if (strcmp(machine->arrays[i].name, name) == 0)
            return &machine->arrays[i];
    ck_abort_msg("no array %s", name);
    return NULL;
}

START_TEST(every_file_is_known_here)
{
    size_t n = 0;
    DIR *dir = opendir(CONFIGS "/machines");
    ck_assert_ptr_nonnull(dir);
    for (struct dirent *entry; (entry = readdir(dir));)
        n += entry->d_name[0] != '.';
    closedir(dir);
    ck_assert_uint_eq(n, ARRAY_LEN(machines));
}
END_TEST

START_TEST(every_machine_loads_by_its_name)
{
    const struct machine_config *machine = load(machines[_i]);
    ck_assert_str_eq(machine->model, machines[_i]);
    ck_assert_str_ne(machine->mmu.name, "ideal");
    ck_assert_uint_gt(machine->narrays, 0);
}
END_TEST

/* What each is made of.  Times are cycles by hand: 9 at 3.3 GHz are 2727 ps. */
static const struct {
    const char *machine, *mmu;
    uint64_t asids;
    psec_t walk, miss; /* a walk; an access of it that is in no cache                    */
} costs[] = {
    {"decstation-3100", "mips", 64, 0, 359928},
    {"golden-cove", "x86-64", 4096, 0, 20000},
    {"i386", "x86-32", 0, 0, 125000},
    {"pentium-pro", "x86-32", 0, 0, 32500},
    {"rs6000-530", "rs6000", UINT64_MAX, 800000, 600000},
    {"skylake-x", "x86-64", 4096, 0, 22727},
    {"sun4m", "srmmu", 64, 0, 200000},
    {"vax-11-780", "vax", 0, 3600000, 1200000},
    {"x86-64", "x86-64", UINT64_MAX, 0, 5000},
    {"zen2", "x86-64", 0, 0, 20000},
    {"zen3", "x86-64", 4096, 0, 13784},
};

START_TEST(walks_cost_what_the_file_says_in_cycles)
{
    const struct machine_config *machine = load(costs[_i].machine);
    ck_assert_str_eq(machine->mmu.name, costs[_i].mmu);
    ck_assert_uint_eq(machine->asids, costs[_i].asids);
    ck_assert_uint_eq(machine->cost_walk, costs[_i].walk);
    ck_assert_uint_eq(machine->table_cache.miss, costs[_i].miss);
}
END_TEST

static const struct {
    const char *machine, *array;
    uint32_t entries, ways;
    psec_t hit;
} arrays[] = {
    {"decstation-3100", "l1", 64, 64, 0},
    {"golden-cove", "l1d", 96, 6, 0},
    {"golden-cove", "l2", 2048, 16, 2188},
    {"i386", "l1", 32, 4, 0},
    {"pentium-pro", "l1i-4m", 2, 2, 0},
    {"rs6000-530", "l1d", 128, 2, 0},
    {"skylake-x", "l2", 1536, 12, 2727},
    {"skylake-x", "l2-1g", 16, 4, 2727},
    {"sun4m", "l1", 32, 32, 0},
    {"vax-11-780", "l1", 64, 2, 0},
    {"vax-11-780", "l1-system", 64, 2, 0},
    {"x86-64", "l2", 1536, 12, 3000},
    {"zen2", "l2d", 2048, 8, 2667},
    {"zen3", "l2d-1g", 64, 64, 1351},
};

START_TEST(arrays_are_those_of_the_sources)
{
    const struct tlb_array_params *array =
        array_of(load(arrays[_i].machine), arrays[_i].array);
    ck_assert_uint_eq(array->tlb.entries, arrays[_i].entries);
    ck_assert_uint_eq(array->tlb.ways, arrays[_i].ways);
    ck_assert_uint_eq(array->hit, arrays[_i].hit);
}
END_TEST

/* DEC EK-MM780-TD: the halves; 4.4BSD: 8 entries are the kernel's. */
START_TEST(what_is_special_of_a_machine_is_set)
{
    const struct machine_config *machine = load("vax-11-780");
    ck_assert_int_eq(array_of(machine, "l1")->half, TLB_PROCESS);
    ck_assert_int_eq(array_of(machine, "l1-system")->half, TLB_SYSTEM);
    ck_assert_uint_eq(experiment->cells[0].page_size, 512);
    experiment_free(experiment);
    machine = load("decstation-3100");
    ck_assert_int_eq(array_of(machine, "l1")->tlb.replacement, TLB_RANDOM);
    ck_assert_uint_eq(array_of(machine, "l1")->tlb.wired, 8);
    experiment_free(experiment);
    machine = load("pentium-pro");
    ck_assert_uint_eq(machine->table_cache.hit, 12500); /* 2.5 cycles of 5 ns */
    ck_assert_uint_eq(machine->clock, 200000000);
}
END_TEST

/* --- sources -------------------------------------------------------------------------- */

static void read_machine(const char *machine)
{
    char path[512];
    size_t size;
    snprintf(path, sizeof path, CONFIGS "/machines/%s.yaml", machine);
    ck_assert_int_eq(file_read(&text, &size, path, NULL), OK);
}

/* Is a value of the line (what ends in a colon is a key) a number? */
static bool has_number(const char *line)
{
    const char *const separators = " ,{}[]";
    for (const char *word = line + strspn(line, separators); *word && *word != '#';
         word += strspn(word, separators)) {
        const size_t length = strcspn(word, separators);
        if (strchr("0123456789", *word) && word[length - 1] != ':')
            return true;
        word += length;
    }
    return false;
}

/* Every [n] of a comment is explained above the values; true if there is one. */
static bool cites(const char *comment, const char *head)
{
    bool found = false;
    for (const char *at = comment; (at = strchr(at, '[')); at++) {
        char reference[] = "[?]", *where;
        reference[1] = at[1];
        where = strstr(head, reference);
        ck_assert_msg(at[2] == ']' && where, "'%s' is not among the sources", reference);
        found = true;
    }
    return found;
}

START_TEST(every_number_has_its_source_on_its_line)
{
    read_machine(machines[_i]);
    char *values = strstr(text, "\nmachine:");
    ck_assert_ptr_nonnull(values);
    *values++ = '\0';
    ck_assert(strncmp(text, "# ", 2) == 0 && strstr(text, "\n#\n# Sources.  [1] "));
    for (char *line = strtok(values, "\n"); line; line = strtok(NULL, "\n")) {
        const char *comment = strstr(line, " #");
        const bool source = comment && cites(comment, text);
        if (has_number(line) && !source)
            ck_assert_msg(comment && (strstr(comment, "unverified") ||
                                      strstr(comment, "there is none")),
                          "%s: no source: %s", machines[_i], line);
    }
}
END_TEST

static Suite *machine_presets_suite(void)
{
    Suite *suite = suite_create("machine_presets");
    TCase *tests = tcase_create("machines");
    tcase_add_checked_fixture(tests, NULL, teardown);
    tcase_add_test(tests, every_file_is_known_here);
    tcase_add_loop_test(tests, every_machine_loads_by_its_name, 0,
                        (int)ARRAY_LEN(machines));
    tcase_add_loop_test(tests, walks_cost_what_the_file_says_in_cycles, 0,
                        (int)ARRAY_LEN(costs));
    tcase_add_loop_test(tests, arrays_are_those_of_the_sources, 0, (int)ARRAY_LEN(arrays));
    tcase_add_test(tests, what_is_special_of_a_machine_is_set);
    tcase_add_loop_test(tests, every_number_has_its_source_on_its_line, 0,
                        (int)ARRAY_LEN(machines));
    suite_add_tcase(suite, tests);
    return suite;
}

int main(void)
{
    SRunner *runner = srunner_create(machine_presets_suite());
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
