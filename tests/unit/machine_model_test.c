/* machine_model_test.c -- `machine.model`: presets of whole machines. */
#include "unit/experiment_folder.h"

#define T "trace: t.flt\n"

static void setup(void)
{
    static const char *const files[][2] = {
        {"presets/machines/big.yaml",
         "# A machine.\nmachine:\n  clock: 2 GHz\n  mmu: x86-64\n  memory: 8 MiB\n"
         "  cost.reference: 3 cycles\n"
         "  tlb: { asids: 9, l2: { entries: 512, ways: 4, hit: 8 cycles } }\n"},
        {"presets/machines/old.yaml",
         "machine: { mmu: { name: vax, system_pages: 50 }, page_size: 512 B, clock: 5 "
         "MHz,\n"
         "           cost.walk: 18 cycles, tlb.l2.entries: 0 }\n"},
        {"presets/machines/larger.yaml",
         "extends: machines/big\nmachine: { tlb.l2.entries: 1024, frames: 77 }\n"},
        {"presets/machines/plain.yaml", "machine.page_size: 1 KiB\n"},
        {"presets/machines/policy.yaml", "machine.clock: 1 GHz\npolicy: lru\n"},
        {"presets/machines/sweep.yaml", "sweep: { machine.clock: [1 GHz] }\n"},
        {"presets/machines/zip.yaml", "machine.frames: 1\nzip: { seed: [1] }\n"},
        {"presets/machines/named.yaml", "experiment: x\nmachine.frames: 1\n"},
        {"presets/machines/other.yaml", "machine.model: big\n"},
        {"presets/machines/typo.yaml", "machine:\n  clok: 1 GHz\n"},
        {"presets/machines/circle.yaml", "extends: machines/circle\n"},
        {"presets/machines/bad.yaml", "machine:\n  mmu: x86-64\n  page_size: 8 KiB\n"},
        {"presets/small.yaml", "extends: machines/plain\nmachine.model: big\n"},
        {"own.yaml", "machine.clock: 7 MHz\n"},
    };
    folder_setup();
    mkdir("presets", 0700);
    mkdir("presets/machines", 0700);
    mkdir("machines", 0700);
    write_file("machines/beside.yaml", "machine.clock: 6 MHz\n");
    for (size_t i = 0; i < ARRAY_LEN(files); i++)
        write_file(files[i][0], files[i][1]);
}

static const struct machine_config *machine(size_t cell)
{
    ck_assert_uint_lt(cell, experiment->ncells);
    return &experiment->cells[cell].machine;
}

START_TEST(what_a_model_says_holds)
{
    load(T "machine.model: big\n", NULL);
    ck_assert_str_eq(machine(0)->model, "big");
    ck_assert_str_eq(setting(0, "machine.model"), "big");
    ck_assert_uint_eq(setting_at(0, "machine.model").line, 2);
    ck_assert_uint_eq(machine(0)->clock, UINT64_C(2000000000));
    ck_assert_str_eq(machine(0)->mmu.name, "x86-64");
    ck_assert_uint_eq(machine(0)->asids, 9);
    ck_assert_uint_eq(tlb_array(0, "l2")->tlb.entries, 512);
    ck_assert_uint_eq(tlb_array(0, "l2")->hit, 4000);
    ck_assert_uint_eq(experiment->cells[0].frames, 2048);
    ck_assert_str_eq(setting_at(0, "machine.clock").file, "presets/machines/big.yaml");
    ck_assert_uint_eq(setting_at(0, "machine.clock").line, 3);
    load(T "machine.model: larger\n", NULL);
    ck_assert_str_eq(setting(0, "machine.model"), "larger");
    ck_assert_uint_eq(tlb_array(0, "l2")->tlb.entries, 1024);
    ck_assert_uint_eq(experiment->cells[0].frames, 77);
    ck_assert_uint_eq(machine(0)->clock, UINT64_C(2000000000));
}
END_TEST

START_TEST(a_model_is_a_preset_or_a_path)
{
    load(T "machine.model: beside\n", NULL);
    ck_assert_uint_eq(machine(0)->clock, 6000000);
    load(T "machine.model: ./own\n", NULL);
    ck_assert_uint_eq(machine(0)->clock, 7000000);
    ck_assert_str_eq(setting(0, "machine.model"), "own");
    load(T, "machine.model=./own.yaml", NULL);
    ck_assert_str_eq(setting(0, "machine.model"), "own");
    ck_assert_uint_eq(machine(0)->clock, 7000000);
}
END_TEST

START_TEST(whatever_else_is_said_wins_over_the_model)
{
    load("extends: small\n" T
         "machine: { model: big, frames: 5, tlb.l2.ways: 8, adapt_page_size: yes }\n",
         "machine.tlb.asids=2", NULL);
    ck_assert_uint_eq(experiment->cells[0].frames, 5);
    ck_assert_uint_eq(tlb_array(0, "l2")->tlb.ways, 8);
    ck_assert_uint_eq(tlb_array(0, "l2")->tlb.entries, 512);
    ck_assert_uint_eq(machine(0)->asids, 2);
    load("extends: machines/plain\n" T "machine.model: old\nmachine.adapt_page_size: yes\n",
         NULL);
    ck_assert_uint_eq(experiment->cells[0].page_size, 1024);
    load(T "machine: { model: old }\n", "machine.mmu.system_pages=60", NULL);
    ck_assert_str_eq(setting(0, "machine.mmu.system_pages"), "60");
    /* The parameters go with the format, what needs tables with the tables. */
    load(T "machine: { model: old, mmu: vax }\n", NULL);
    ck_assert_str_ne(setting(0, "machine.mmu.system_pages"), "50");
    load(T "machine: { model: old, mmu: ideal }\n", NULL);
    ck_assert_uint_eq(machine(0)->narrays, 0);
    load(T "machine: { model: old }\nsweep: { machine.mmu: [ideal, vax] }\n", NULL);
    ck_assert_uint_eq(machine(0)->narrays, 0);
    ck_assert_uint_eq(machine(1)->cost_walk, 3600000);
    /* The latest model is the one. */
    load(T "machine.model: old\n", "machine.model=big", NULL);
    ck_assert_str_eq(machine(0)->mmu.name, "x86-64");
    ck_assert_uint_eq(experiment->cells[0].page_size, 4096);
}
END_TEST

START_TEST(models_can_be_swept)
{
    load(T "sweep: { machine.model: [old, big], machine.clock: [1 GHz, 2 GHz] }\n"
           "machine.model: larger\nmachine.tlb.asids: 4\n"
           "plots: [{ y: walks, series: machine.model, x: machine.clock }]\n",
         NULL);
    ck_assert_uint_eq(experiment->ncells, 4);
    ck_assert_str_eq(setting(0, "machine.model"), "old");
    ck_assert_str_eq(setting(3, "machine.model"), "big");
    ck_assert_uint_eq(experiment->cells[0].page_size, 512);
    ck_assert_uint_eq(experiment->cells[2].page_size, 4096);
    ck_assert_uint_eq(experiment->cells[2].frames, 2048);
    /* Nothing is left of the model that the file names outside of its sweep. */
    ck_assert_uint_eq(experiment->cells[0].frames, UINT64_MAX);
    /* Cycles of the model, of the clock that is swept. */
    ck_assert_uint_eq(machine(0)->cost_walk, 18000);
    ck_assert_uint_eq(machine(1)->cost_walk, 9000);
    ck_assert_uint_eq(tlb_array(3, "l2")->hit, 4000);
    for (size_t i = 0; i < 4; i++)
        ck_assert_uint_eq(machine(i)->asids, 4);
    ck_assert_str_eq(experiment->plots[0].series, "machine.model");
    load(T "machine.frames: 3\nzip: { machine.model: [old, big], seed: [1, 2] }\n", NULL);
    ck_assert_uint_eq(experiment->ncells, 2);
    ck_assert_uint_eq(experiment->cells[1].frames, 3);
    ck_assert_ptr_null(tlb_array(0, "l2"));
    ck_assert_ptr_nonnull(tlb_array(1, "l2"));
}
END_TEST

START_TEST(a_model_loses_what_needs_events_where_there_are_none)
{
    load(T "machine.model: big\n", NULL);
    ck_assert_ptr_null(setting(0, "machine.cost.reference"));
    load(T "machine.model: big\ntiming: none\n", NULL);
    ck_assert_ptr_null(setting(0, "machine.cost.reference"));
    load(T "machine.model: big\ntiming: events\n", NULL);
    ck_assert_uint_eq(experiment->cells[0].events->cost_reference, 1500);
    load(T "machine.model: big\nsweep: { timing: [none, events] }\n", NULL);
    ck_assert_ptr_null(setting(0, "machine.cost.reference"));
    ck_assert_uint_eq(experiment->cells[1].events->cost_reference, 1500);
    load(T "sweep: { machine.model: [big, old], timing: [none, events] }\n", NULL);
    ck_assert_ptr_null(setting(0, "machine.cost.reference"));
    ck_assert_uint_eq(experiment->cells[1].events->cost_reference, 1500);
    load(T "sweep: { machine.model: [big, old] }\n", NULL);
    ck_assert_ptr_null(setting(0, "machine.cost.reference"));
}
END_TEST

static const char *const rich[] = {
    T "machine: { model: larger, tlb.l1d.entries: 32 }\ntiming: events\n",
    T "sweep: { machine.model: [old, big, ./own], machine.tlb.asids: [0, 1] }\n"
      "machine: { mmu: x86-64, adapt_page_size: yes, cost.walk: 3 ns }\n",
    T "sweep: { machine.model: [old, big], machine.frames: [10, 20] }\ntiming: events\n",
    ("extends: small\n" T),
};

static char *cells_text(void)
{
    char *text = NULL;
    size_t length;
    FILE *out = open_memstream(&text, &length);
    for (size_t i = 0; i < experiment->ncells; i++)
        for (size_t k = 0; k < experiment->cells[i].nsettings; k++)
            fprintf(out, "%s=%s\n", experiment->cells[i].settings[k].key,
                    experiment->cells[i].settings[k].value);
    fclose(out);
    return text;
}

START_TEST(the_effective_experiment_names_the_model_and_gives_the_same_machines)
{
    write_file("presets/small.yaml",
               "machine: { model: big, page_size: 1 KiB, adapt_page_size: yes }\n");
    load(rich[_i], NULL);
    char *cells = cells_text(), *effective = strdup(experiment->effective);
    ck_assert_ptr_nonnull(strstr(effective, "model: "));
    load(effective, NULL);
    char *again = cells_text();
    ck_assert_str_eq(again, cells);
    ck_assert_str_eq(experiment->effective, effective);
    free(cells);
    free(again);
    free(effective);
}
END_TEST

START_TEST(with_several_models_the_effective_experiment_leaves_them_their_defaults)
{
    load(T "sweep: { machine.model: [old, big] }\nmachine.tlb.l1d.ways: 2\n", NULL);
    ck_assert_str_eq(experiment->effective, "experiment: e\n"
                                            "trace: t.flt\n"
                                            "workload:\n"
                                            "  fold: no\n"
                                            "machine:\n"
                                            "  tlb:\n"
                                            "    l1d:\n"
                                            "      ways: 2\n"
                                            "kernel: textbook\n"
                                            "policy: lru\n"
                                            "timing: none\n"
                                            "seed: 1\n"
                                            "sweep:\n"
                                            "  machine.model: [old, big]\n");
}
END_TEST

static const struct {
    const char *text, *message;
} wrong[] = {
    {T "machine.model: bgi\n",
     "e.yaml:2:16: unknown machine.model 'bgi'; nearest is 'big'; "
     "'faultline list machines' shows all"},
    {T "machine.model: cray-1\n",
     "e.yaml:2:16: unknown machine.model 'cray-1'; known: bad, big, circle, larger, named, "
     "old, other, plain, policy, sweep, typo, zip; 'faultline list machines' explains "
     "them"},
    {T "sweep: { machine.model: [big, bgi] }\n",
     "e.yaml:2:31: unknown machine.model 'bgi'; nearest is 'big'; 'faultline list "
     "machines' shows all"},
    {T "machine.model: [big]\n",
     "e.yaml:2:16: 'machine.model' takes one value, not a list; to vary it, put the list "
     "under 'sweep'"},
    {T "machine.model: policy\n", "presets/machines/policy.yaml:2:1: a model of a machine "
                                  "says machine.* keys only, not 'policy'"},
    {T "machine.model: named\n",
     "presets/machines/named.yaml:1:1: a model of a machine says machine.* keys only, not "
     "'experiment'"},
    {T "machine.model: sweep\n",
     "presets/machines/sweep.yaml:1:10: a model of a machine cannot vary anything; "
     "'machine.clock' is in sweep"},
    {T "machine.model: zip\n", "presets/machines/zip.yaml:2:8: a model of a machine cannot "
                               "vary anything; 'seed' is in zip"},
    {T "machine.model: other\n",
     "presets/machines/other.yaml:1:1: a model of a machine cannot name another as its "
     "'machine.model'; it can extend it"},
    {T "machine.model: typo\n", "presets/machines/typo.yaml:2:3: unknown key "
                                "'machine.clok'; nearest is 'machine.clock'"},
    {T "machine.model: circle\n",
     "presets/machines/circle.yaml:1:10: 'extends' goes round in a circle: "
     "presets/machines/circle.yaml -> presets/machines/circle.yaml"},
    {T "machine.model: bad\n",
     "presets/machines/bad.yaml:3:14: x86-64 has no pages of 8 KiB; it has 4 KiB, 2 MiB, "
     "1 GiB; with machine.adapt_page_size: yes its tables are adapted"},
};

START_TEST(a_wrong_model_is_refused_with_place_reason_and_remedy)
{
    static const char *const none[] = {NULL};
    struct error err = {0};
    char text[1400];
    write_file("e.yaml", wrong[_i].text);
    ck_assert_int_eq(load_with(&err, "e.yaml", none), ERR_CONFIG);
    ck_assert_str_eq(error_format(&err, text, sizeof text), wrong[_i].message);
}
END_TEST

static Suite *machine_model_suite(void)
{
    Suite *suite = suite_create("machine_model");
    TCase *tests = tcase_create("machine_model");
    tcase_add_checked_fixture(tests, setup, folder_teardown);
    tcase_add_test(tests, what_a_model_says_holds);
    tcase_add_test(tests, a_model_is_a_preset_or_a_path);
    tcase_add_test(tests, whatever_else_is_said_wins_over_the_model);
    tcase_add_test(tests, models_can_be_swept);
    tcase_add_test(tests, a_model_loses_what_needs_events_where_there_are_none);
    tcase_add_loop_test(
        tests, the_effective_experiment_names_the_model_and_gives_the_same_machines, 0,
        ARRAY_LEN(rich));
    tcase_add_test(tests,
                   with_several_models_the_effective_experiment_leaves_them_their_defaults);
    tcase_add_loop_test(tests, a_wrong_model_is_refused_with_place_reason_and_remedy, 0,
                        ARRAY_LEN(wrong));
    suite_add_tcase(suite, tests);
    return suite;
}

int main(void)
{
    SRunner *runner = srunner_create(machine_model_suite());
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
