/* config_test.c -- experiment files as cells: defaults, layers, sweeps, labels. */
#include "unit/experiment_folder.h"

#define T "trace: traces/sq2.lackey.zst\n"

START_TEST(an_experiment_of_a_trace_alone_has_the_defaults)
{
    load(T, NULL);
    ck_assert_uint_eq(experiment->ncells, 1);
    ck_assert_uint_eq(experiment->nswept + experiment->nplots, 0);
    ck_assert_str_eq(experiment->name, "e");
    const struct cell_config *cell = &experiment->cells[0];
    ck_assert_str_eq(cell->trace, "traces/sq2.lackey.zst");
    ck_assert_str_eq(cell->trace_label, "sq2");
    ck_assert_uint_eq(cell->page_size, 4096);
    ck_assert_uint_eq(cell->frames, UINT64_MAX);
    ck_assert_str_eq(cell->machine.mmu.name, "ideal");
    ck_assert_uint_eq(cell->machine.narrays, 0);
    ck_assert_str_eq(cell->kernel.name, "textbook");
    ck_assert_str_eq(cell->policy.name, "lru");
    ck_assert_str_eq(cell->policy_label, "lru");
    ck_assert_str_eq(cell->timing, "none");
    ck_assert_uint_eq(cell->seed, 1);
}
END_TEST

START_TEST(everything_can_come_from_set)
{
    static const char *const set[] = {"trace=-", "machine={frames: 3, page_size: 1 KiB}",
                                      "policy={name: clock, hand: stays}", NULL};
    ck_assert_int_eq(load_with(NULL, NULL, set), OK);
    ck_assert_str_eq(experiment->name, "run");
    ck_assert_ptr_null(experiment->file);
    ck_assert_str_eq(experiment->cells[0].trace, "-");
    ck_assert_str_eq(experiment->cells[0].trace_label, "stdin");
    ck_assert_uint_eq(experiment->cells[0].frames, 3);
    ck_assert_uint_eq(experiment->cells[0].page_size, 1024);
    ck_assert_str_eq(experiment->cells[0].policy_label, "clock(hand=stays)");
}
END_TEST

START_TEST(memory_is_rounded_down_to_frames)
{
    load(T "machine: { memory: 10 KiB, page_size: 4 KiB }\n", NULL);
    ck_assert_uint_eq(experiment->cells[0].frames, 2);
    ck_assert_str_eq(setting(0, "machine.frames"), "2");
    ck_assert_ptr_null(setting(0, "machine.memory"));
    load(T "machine.frames: unlimited\n", NULL);
    ck_assert_uint_eq(experiment->cells[0].frames, UINT64_MAX);
    ck_assert_str_eq(setting(0, "machine.frames"), "unlimited");
}
END_TEST

START_TEST(nested_and_dotted_keys_are_the_same)
{
    load(T
         "machine: { tlb.l2: { entries: 512, ways: 4 }, mmu: x86-64 }\n"
         "policy.name: clock\npolicy.hand: stays\nsweep: { machine: { frames: [1, 2] } }\n",
         NULL);
    ck_assert_uint_eq(tlb_array(0, "l2")->tlb.entries, 512);
    ck_assert_str_eq(experiment->cells[0].policy_label, "clock(hand=stays)");
    ck_assert_str_eq(experiment->swept[0], "machine.frames");
}
END_TEST

START_TEST(an_x86_64_machine_has_the_tlb_of_skylake_unless_told)
{
    load(T "machine: { mmu: x86-64, tlb: { l1i: { entries: 8, ways: full, replacement: "
           "fifo }, l2: { entries: 0 } } }\n",
         NULL);
    const struct tlb_array_params *l1i = tlb_array(0, "l1i"), *l1d = tlb_array(0, "l1d");
    ck_assert_uint_eq(l1i->tlb.entries, 8);
    ck_assert_uint_eq(l1i->tlb.ways, 8);
    ck_assert_int_eq(l1i->tlb.replacement, TLB_FIFO);
    ck_assert_uint_eq(l1d->tlb.entries, 64);
    ck_assert_uint_eq(l1d->tlb.ways, 4);
    ck_assert_int_eq(l1d->tlb.replacement, TLB_LRU);
    ck_assert_ptr_null(tlb_array(0, "l2"));
    load(T "machine.mmu: x86-64\n", NULL);
    ck_assert_uint_eq(tlb_array(0, "l2")->tlb.entries, 1536);
    ck_assert_uint_eq(tlb_array(0, "l2")->tlb.ways, 12);
}
END_TEST

START_TEST(settings_are_all_effective_keys_sorted_and_canonical)
{
    load(T "machine: { page_size: 8 KiB, memory: 1 MiB }\n"
           "policy: { name: clock, ref_on_load: off }\nkernel: { name: textbook, dirty: "
           "unsaved }\n",
         NULL);
    static const char expected[] =
        "kernel=textbook kernel.dirty=unsaved machine.clock=3000000000 "
        "machine.frames=128 machine.mmu=ideal machine.page_size=8192 policy=clock "
        "policy.hand=advances policy.ref_on_load=no "
        "seed=1 timing=none workload.fold=no ";
    const struct cell_config *cell = &experiment->cells[0];
    char text[512] = "";
    for (size_t i = 0; i < cell->nsettings; i++) {
        const struct setting *s = &cell->settings[i];
        /* Of the kernel's parameters only the one given; it may gain others. */
        if (strncmp(s->key, "kernel.", 7) != 0 || s->at.line > 0)
            snprintf(text + strlen(text), sizeof text - strlen(text), "%s=%s ", s->key,
                     s->value);
    }
    ck_assert_str_eq(text, expected);
    ck_assert_str_eq(cell->policy_label, "clock(ref_on_load=no)");
    ck_assert_uint_eq(setting_at(0, "policy.ref_on_load").line, 3);
    ck_assert_uint_eq(setting_at(0, "machine.frames").line, 2);
    ck_assert_ptr_null(setting_at(0, "policy.hand").file);
}
END_TEST

START_TEST(the_last_swept_key_varies_fastest)
{
    load(T "sweep:\n  machine.page_size: [1 KiB, 4 KiB]\n"
           "  policy: [lru, { name: clock, hand: stays }, fifo]\n",
         NULL);
    ck_assert_uint_eq(experiment->ncells, 6);
    ck_assert_uint_eq(experiment->nswept, 2);
    ck_assert_str_eq(experiment->swept[0], "machine.page_size");
    ck_assert_str_eq(experiment->swept[1], "policy");
    static const char *const labels[] = {"lru", "clock(hand=stays)", "fifo"};
    for (size_t i = 0; i < 6; i++) {
        ck_assert_uint_eq(experiment->cells[i].page_size, i < 3 ? 1024 : 4096);
        ck_assert_str_eq(experiment->cells[i].policy_label, labels[i % 3]);
    }
    ck_assert_uint_eq(setting_at(5, "machine.page_size").line, 3);
    ck_assert_uint_eq(setting_at(5, "machine.page_size").column, 30);
}
END_TEST

START_TEST(zip_is_one_axis_before_those_of_the_sweep)
{
    load(T "sweep: { policy: [lru, fifo] }\n"
           "zip: { machine.frames: [10, 20, 30], seed: [1, 2, 3] }\n",
         NULL);
    ck_assert_uint_eq(experiment->ncells, 6);
    ck_assert_uint_eq(experiment->nswept, 3);
    ck_assert_str_eq(experiment->swept[0], "machine.frames");
    ck_assert_str_eq(experiment->swept[1], "seed");
    ck_assert_str_eq(experiment->swept[2], "policy");
    for (size_t i = 0; i < 6; i++) {
        ck_assert_uint_eq(experiment->cells[i].frames, 10 * (i / 2 + 1));
        ck_assert_uint_eq(experiment->cells[i].seed, i / 2 + 1);
        ck_assert_str_eq(experiment->cells[i].policy_label, i % 2 ? "fifo" : "lru");
    }
}
END_TEST

START_TEST(a_parameter_of_the_policy_can_be_swept)
{
    load(T "policy: clock\nsweep: { policy.hand: [advances, stays] }\n", NULL);
    ck_assert_str_eq(experiment->cells[0].policy_label, "clock(hand=advances)");
    ck_assert_str_eq(experiment->cells[1].policy_label, "clock(hand=stays)");
    ck_assert_str_eq(setting(1, "policy.hand"), "stays");
}
END_TEST

START_TEST(swept_memory_is_a_setting_since_it_tells_cells_apart)
{
    load(T "sweep: { machine.memory: [1 MiB, 2 MiB] }\n", NULL);
    ck_assert_str_eq(setting(1, "machine.memory"), "2097152");
    ck_assert_str_eq(setting(1, "machine.frames"), "512");
}
END_TEST

START_TEST(a_set_replaces_the_sweep_of_its_key)
{
    static const char text[] = T "sweep: { machine.frames: [1, 2], policy: [lru, fifo] }\n"
                                 "zip: { seed: [1, 2], machine.page_size: [4096, 8192] }\n";
    load(text, "policy=clock", "seed=7", NULL);
    ck_assert_uint_eq(experiment->ncells, 4);
    ck_assert_str_eq(experiment->cells[3].policy_label, "clock");
    ck_assert_uint_eq(experiment->cells[3].seed, 7);
    load(text, "sweep.policy=[mru]", "machine.memory=64 KiB", NULL);
    ck_assert_uint_eq(experiment->ncells, 2);
    ck_assert_str_eq(experiment->cells[0].policy_label, "mru");
    ck_assert_uint_eq(experiment->cells[0].frames, 16);
    ck_assert_uint_eq(experiment->cells[1].frames, 8);
}
END_TEST

START_TEST(of_memory_and_frames_the_more_specific_wins)
{
    load(T "machine.frames: 5\n", "machine.memory=8 KiB", NULL);
    ck_assert_uint_eq(experiment->cells[0].frames, 2);
    load(T "machine.memory: 8 KiB\nsweep: { machine.frames: [7] }\n", NULL);
    ck_assert_uint_eq(experiment->cells[0].frames, 7);
    load(T "machine.frames: 5\n", "machine.frames=6", "machine.frames=7", NULL);
    ck_assert_uint_eq(experiment->cells[0].frames, 7);
}
END_TEST

START_TEST(a_policy_that_is_named_anew_starts_afresh)
{
    load(T "policy: { name: clock, hand: stays }\n", "policy=clock", NULL);
    ck_assert_str_eq(experiment->cells[0].policy_label, "clock");
    load(T "policy: { name: clock, hand: stays }\n", "policy.ref_on_load=no", NULL);
    ck_assert_str_eq(experiment->cells[0].policy_label, "clock(ref_on_load=no,hand=stays)");
    load(T "policy: { name: clock, hand: stays }\nsweep: { policy: [lru, clock] }\n", NULL);
    ck_assert_str_eq(experiment->cells[1].policy_label, "clock");
}
END_TEST

START_TEST(an_ideal_mmu_drops_what_needs_page_tables_of_what_it_overrides)
{
    static const char text[] =
        T "machine: { mmu: x86-64, tlb: { asids: 3, l2.entries: 768 }, cost.walk: 1 ns,\n"
          "           walk_cache.l2.entries: 4, table_cache.size: 1 KiB,\n"
          "           adapt_page_size: yes }\n";
    load(text, "machine.mmu=ideal", NULL);
    ck_assert_uint_eq(experiment->cells[0].machine.narrays, 0);
    ck_assert_ptr_null(setting(0, "machine.tlb.l2.entries"));
    ck_assert_ptr_null(setting(0, "machine.cost.walk"));
    load(text, "sweep.machine.mmu=[ideal, x86-64]", NULL);
    ck_assert_uint_eq(experiment->cells[0].machine.narrays, 0);
    ck_assert_uint_eq(tlb_array(1, "l2")->tlb.entries, 768);
    ck_assert_uint_eq(experiment->cells[1].machine.asids, 3);
}
END_TEST

START_TEST(presets_hold_where_the_file_says_nothing)
{
    mkdir("presets", 0700);
    mkdir("presets/machines", 0700);
    mkdir("own", 0700);
    write_file("presets/machines/small.yaml",
               "experiment: not-this-name\nmachine: { frames: 4, page_size: 1 KiB }\n"
               "policy: fifo\n");
    write_file("presets/machines/tiny.yaml",
               "extends: machines/small\nmachine.frames: 2\n");
    write_file("own/seed.yaml", "seed: 9\ntrace: t.flt\n");
    load("extends: [machines/tiny, own/seed.yaml]\npolicy: mru\n", NULL);
    const struct cell_config *cell = &experiment->cells[0];
    ck_assert_uint_eq(cell->frames, 2);
    ck_assert_uint_eq(cell->page_size, 1024);
    ck_assert_str_eq(cell->policy_label, "mru");
    ck_assert_uint_eq(cell->seed, 9);
    ck_assert_str_eq(cell->trace, "own/t.flt");
    ck_assert_str_eq(experiment->name, "e");
    load("extends: machines/tiny\ntrace: t.flt\n", "extends=./own/seed", NULL);
    ck_assert_uint_eq(experiment->cells[0].frames, UINT64_MAX);
    ck_assert_uint_eq(experiment->cells[0].seed, 9);
}
END_TEST

START_TEST(a_trace_is_relative_to_what_names_it)
{
    mkdir("sub", 0700);
    write_file("sub/e.yaml", "trace: ../traces/a.flt\n");
    static const char *const none[] = {NULL};
    static const char *const set[] = {"trace=traces/a.flt", NULL};
    ck_assert_int_eq(load_with(NULL, "sub/e.yaml", none), OK);
    ck_assert_str_eq(experiment->cells[0].trace, "sub/../traces/a.flt");
    ck_assert_int_eq(load_with(NULL, "sub/e.yaml", set), OK);
    ck_assert_str_eq(experiment->cells[0].trace, "traces/a.flt");
    load("trace: /abs/b.x.flt\n", NULL);
    ck_assert_str_eq(experiment->cells[0].trace, "/abs/b.x.flt");
    ck_assert_str_eq(experiment->cells[0].trace_label, "b");
}
END_TEST

START_TEST(traces_of_one_name_are_told_apart_by_their_paths)
{
    load("sweep: { trace: [a/x.flt, b/x.flt, b/y.flt] }\n", NULL);
    ck_assert_str_eq(experiment->cells[0].trace_label, "a/x.flt");
    ck_assert_str_eq(experiment->cells[1].trace_label, "b/x.flt");
    ck_assert_str_eq(experiment->cells[2].trace_label, "y");
}
END_TEST

START_TEST(plots_take_what_is_missing_from_the_sweep)
{
    load(T
         "sweep: { machine.page_size: [4096, 8192], policy: [lru, fifo] }\n"
         "plots:\n"
         "  - { y: fault_rate }\n"
         "  - { x: policy, y: [bytes_fetched, bytes_touched], title: 'A: b', file: own }\n"
         "  - { x: page_size, y: fault_rate, series: seed, xscale: linear, yscale: log }\n",
         NULL);
    ck_assert_uint_eq(experiment->nplots, 3);
    const struct plot_config *plot = experiment->plots;
    ck_assert_str_eq(plot[0].x, "machine.page_size");
    ck_assert_str_eq(plot[0].series, "policy");
    ck_assert_str_eq(plot[0].file, "fault_rate-by-page_size");
    ck_assert_ptr_null(plot[0].title);
    ck_assert_str_eq(plot[1].y, "bytes_fetched,bytes_touched");
    ck_assert_str_eq(plot[1].series, "machine.page_size");
    ck_assert_str_eq(plot[1].title, "A: b");
    ck_assert_str_eq(plot[1].file, "own");
    ck_assert_uint_eq(plot[1].xscale + plot[1].yscale, PLOT_AUTO);
    ck_assert_uint_eq(plot[2].xscale, PLOT_LINEAR);
    ck_assert_uint_eq(plot[2].yscale, PLOT_LOG);
    ck_assert_str_eq(plot[2].x, "machine.page_size");
    ck_assert_str_eq(plot[2].series, "seed");
    ck_assert_str_eq(plot[2].file, "fault_rate-by-page_size-2");
}
END_TEST

static const char *const rich[] = {
    T,
    T "machine: { memory: 64 KiB, mmu: x86-64, tlb.l2.entries: 0, tlb.l1d.ways: full,\n"
      "           adapt_page_size: yes }\n"
      "policy: { name: clock, hand: stays }\nseed: 3\nexperiment: other\n",
    "sweep: { trace: [a/x.flt, b/x.flt], policy: [lru, { name: clock, hand: stays }] }\n"
    "zip: { machine.memory: [1 MiB, 2 MiB], seed: [1, 2] }\n"
    "machine: { mmu: x86-64, frames: 3, adapt_page_size: yes }\n"
    "plots: [{ y: fault_rate, title: 'x, y: \"z\"' }, { y: [faults, loads], x: seed, "
    "yscale: log }]\n",
    T "sweep: { machine.mmu: [ideal, x86-64], policy.hand: [advances, stays] }\n"
      "machine.tlb.l1i.entries: 128\npolicy: clock\nmachine.adapt_page_size: yes\n",
    ("trace: '-'\nkernel: { name: textbook, dirty: unsaved }\nsweep: { policy: [lru] }\n"
     "policy: fifo\n"),
};

/* All that tells the cells of two experiments apart. */
static char *cells_text(const struct experiment *e)
{
    char *text = NULL;
    size_t length;
    FILE *out = open_memstream(&text, &length);
    fprintf(out, "%s\n", e->name);
    for (size_t i = 0; i < e->ncells; i++) {
        const struct cell_config *cell = &e->cells[i];
        fprintf(out, "%s %s %s", cell->trace, cell->trace_label, cell->policy_label);
        for (size_t k = 0; k < cell->nsettings; k++)
            fprintf(out, " %s=%s", cell->settings[k].key, cell->settings[k].value);
        fputc('\n', out);
    }
    for (size_t i = 0; i < e->nswept; i++)
        fprintf(out, "swept %s\n", e->swept[i]);
    for (size_t i = 0; i < e->nplots; i++)
        fprintf(out, "%s %s %s %s %s %d %d\n", e->plots[i].x, e->plots[i].y,
                e->plots[i].series ? e->plots[i].series : "-", e->plots[i].file,
                e->plots[i].title ? e->plots[i].title : "-", (int)e->plots[i].xscale,
                (int)e->plots[i].yscale);
    fclose(out);
    return text;
}

START_TEST(the_effective_experiment_gives_the_same_cells_and_itself)
{
    load(rich[_i], "machine.page_size=8 KiB", NULL);
    char *cells = cells_text(experiment), *effective = strdup(experiment->effective);
    load(effective, NULL);
    char *again = cells_text(experiment);
    ck_assert_str_eq(again, cells);
    ck_assert_str_eq(experiment->effective, effective);
    free(cells);
    free(again);
    free(effective);
}
END_TEST

START_TEST(the_effective_experiment_is_written_out)
{
    load(T "policy: { name: clock, hand: stays }\nsweep: { machine.frames: [1, 2] }\n",
         "seed=2", NULL);
    ck_assert_str_eq(experiment->effective, "experiment: e\n"
                                            "trace: traces/sq2.lackey.zst\n"
                                            "workload:\n"
                                            "  fold: no\n"
                                            "machine:\n"
                                            "  page_size: 4 KiB\n"
                                            "  clock: 3 GHz\n"
                                            "  mmu: ideal\n"
                                            "kernel: textbook\n"
                                            "policy: {name: clock, hand: stays}\n"
                                            "timing: none\n"
                                            "seed: 2\n"
                                            "sweep:\n"
                                            "  machine.frames: [1, 2]\n");
}
END_TEST

static Suite *config_suite(void)
{
    Suite *suite = suite_create("config");
    TCase *tests = tcase_create("config");
    tcase_add_checked_fixture(tests, folder_setup, folder_teardown);
    tcase_add_test(tests, an_experiment_of_a_trace_alone_has_the_defaults);
    tcase_add_test(tests, everything_can_come_from_set);
    tcase_add_test(tests, memory_is_rounded_down_to_frames);
    tcase_add_test(tests, nested_and_dotted_keys_are_the_same);
    tcase_add_test(tests, an_x86_64_machine_has_the_tlb_of_skylake_unless_told);
    tcase_add_test(tests, settings_are_all_effective_keys_sorted_and_canonical);
    tcase_add_test(tests, the_last_swept_key_varies_fastest);
    tcase_add_test(tests, zip_is_one_axis_before_those_of_the_sweep);
    tcase_add_test(tests, a_parameter_of_the_policy_can_be_swept);
    tcase_add_test(tests, swept_memory_is_a_setting_since_it_tells_cells_apart);
    tcase_add_test(tests, a_set_replaces_the_sweep_of_its_key);
    tcase_add_test(tests, of_memory_and_frames_the_more_specific_wins);
    tcase_add_test(tests, a_policy_that_is_named_anew_starts_afresh);
    tcase_add_test(tests, an_ideal_mmu_drops_what_needs_page_tables_of_what_it_overrides);
    tcase_add_test(tests, presets_hold_where_the_file_says_nothing);
    tcase_add_test(tests, a_trace_is_relative_to_what_names_it);
    tcase_add_test(tests, traces_of_one_name_are_told_apart_by_their_paths);
    tcase_add_test(tests, plots_take_what_is_missing_from_the_sweep);
    tcase_add_loop_test(tests, the_effective_experiment_gives_the_same_cells_and_itself, 0,
                        ARRAY_LEN(rich));
    tcase_add_test(tests, the_effective_experiment_is_written_out);
    suite_add_tcase(suite, tests);
    return suite;
}

int main(void)
{
    SRunner *runner = srunner_create(config_suite());
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
