/* workload_config_test.c -- the processes of an experiment, their regions, and the
 * effective experiment with them. */
#include "unit/experiment_folder.h"

#include "trace/vm_op.h"

#define E "timing: events\n"

static const struct process_config *process(size_t cell, size_t number)
{
    ck_assert_uint_lt(cell, experiment->ncells);
    ck_assert_ptr_nonnull(experiment->cells[cell].events);
    ck_assert_uint_lt(number, experiment->cells[cell].events->nprocesses);
    return &experiment->cells[cell].events->processes[number];
}

static void setup(void)
{
    folder_setup();
    mkdir("presets", 0700);
    mkdir("presets/devices", 0700);
    write_file("presets/devices/slow.yaml", "device: fixed\nlatency: 30 ms\n");
}

START_TEST(a_workload_is_a_list_or_a_map_with_one)
{
    static const char *const texts[] = {
        E "workload: [{trace: a.flt}, {trace: b.flt}]\n",
        E "workload: { processes: [{trace: a.flt}, {trace: b.flt}] }\n",
        E "workload:\n- trace: a.flt\n- trace: b.flt\n",
        E "workload.processes: [{trace: a.flt}, {trace: b.flt}]\n",
    };
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        load(texts[i], NULL);
        ck_assert_uint_eq(experiment->cells[0].events->nprocesses, 2);
        ck_assert_str_eq(process(0, 0)->trace, "a.flt");
        ck_assert_str_eq(process(0, 1)->trace, "b.flt");
        ck_assert_str_eq(experiment->cells[0].trace_label, "a+b");
        ck_assert_ptr_null(experiment->cells[0].trace);
        ck_assert_str_eq(setting(0, "workload.processes"), "a+b");
    }
}
END_TEST

START_TEST(a_process_is_what_its_keys_say)
{
    load(E "workload:\n"
           "  - { trace: a.flt, name: editor, start: 1.5 s, repeat: 3, space: 7,\n"
           "      priority: 9, copies: 2, offset: 11, streams: [b.flt, c.flt],\n"
           "      regions: infer }\n"
           "  - { trace: a.flt, streams: d.flt }\n",
         NULL);
    const struct process_config *p = process(0, 0);
    ck_assert_str_eq(p->name, "editor");
    ck_assert_uint_eq(p->start, UINT64_C(1500000000000));
    ck_assert_uint_eq(p->repeat, 3);
    ck_assert_uint_eq(p->space, 7);
    ck_assert_uint_eq(p->priority, 9);
    ck_assert_uint_eq(p->copies, 2);
    ck_assert_uint_eq(p->offset, 11);
    ck_assert_uint_eq(p->nstreams, 2);
    ck_assert_str_eq(p->streams[0], "b.flt");
    ck_assert_str_eq(p->streams[1], "c.flt");
    ck_assert_uint_eq(p->files[2].at.line, 4);
    ck_assert_uint_eq(p->files[2].at.column, 60);
    ck_assert_int_eq(p->regions_from, REGIONS_INFER);
    ck_assert_uint_eq(p->at.line, 3);
    ck_assert_uint_eq(p->at.column, 14);
    p = process(0, 1);
    ck_assert_str_eq(p->name, "a");
    ck_assert_uint_eq(p->start + p->space + p->priority + p->offset, 0);
    ck_assert_uint_eq(p->copies, 1);
    ck_assert_uint_eq(p->repeat, 1);
    ck_assert_uint_eq(p->nstreams, 1);
    ck_assert_str_eq(p->streams[0], "d.flt");
    ck_assert_int_eq(p->regions_from, REGIONS_ALL);
    ck_assert_ptr_eq(p->trace, process(0, 0)->trace);
}
END_TEST

START_TEST(a_trace_may_be_one_thread_of_a_file)
{
    load(E "workload:\n"
           "  - { trace: a.flt, thread: 0, streams: [{trace: a.flt, thread: 1}, b.flt,\n"
           "      {trace: b.flt}, {thread: 4294967295, trace: a.flt}] }\n"
           "  - { trace: a.flt, streams: {trace: a.flt, thread: 1} }\n",
         NULL);
    const struct process_config *p = process(0, 0);
    ck_assert_str_eq(p->trace, "a.flt, thread 0");
    ck_assert_str_eq(p->files[0].path, "a.flt");
    ck_assert(p->files[0].one_thread);
    ck_assert_uint_eq(p->files[0].thread, 0);
    ck_assert_uint_eq(p->nstreams, 4);
    static const struct {
        const char *name, *path;
        bool one_thread;
        uint32_t thread;
    } streams[] = {{"a.flt, thread 1", "a.flt", true, 1},
                   {"b.flt", "b.flt", false, 0},
                   {"b.flt", "b.flt", false, 0},
                   {"a.flt, thread 4294967295", "a.flt", true, UINT32_MAX}};
    for (size_t i = 0; i < 4; i++) {
        ck_assert_str_eq(p->streams[i], streams[i].name);
        ck_assert_str_eq(p->files[i + 1].path, streams[i].path);
        ck_assert(p->files[i + 1].one_thread == streams[i].one_thread);
        ck_assert_uint_eq(p->files[i + 1].thread, streams[i].thread);
    }
    ck_assert_uint_eq(p->files[1].at.column, 42);
    ck_assert_str_eq(p->name, "a");
    ck_assert_ptr_eq(process(0, 1)->streams[0], p->streams[0]); /* one trace, read once */
    ck_assert_str_eq(process(0, 1)->trace, "a.flt");
    ck_assert(!process(0, 1)->files[0].one_thread);
}
END_TEST

START_TEST(all_of_a_process_but_its_traces_is_a_setting)
{
    load(E "workload:\n"
           "  - { trace: a.flt }\n"
           "  - { trace: b.flt, name: n, start: 5 us, repeat: 3, space: 7, priority: 9,\n"
           "      copies: 2, offset: 11, streams: [c.flt, d.flt], regions:\n"
           "      [{ start: 0x1000, size: 4096, file: f, offset: 1 KiB, shared: yes },\n"
           "       { name: heap, start: 0, end: 0x800, protection: rw }] }\n",
         NULL);
    char text[1024] = "";
    const struct cell_config *cell = &experiment->cells[0];
    for (size_t i = 0; i < cell->nsettings; i++)
        if (strncmp(cell->settings[i].key, "workload.processes.1.", 21) == 0)
            snprintf(text + strlen(text), sizeof text - strlen(text), "%s=%s;",
                     cell->settings[i].key + 21, cell->settings[i].value);
    ck_assert_str_eq(text, "copies=2;name=n;offset=11;priority=9;"
                           "regions=[heap 0x0+0x800 rw- zero, "
                           "f 0x1000+0x1000 rwx file f+0x400 shared];"
                           "repeat=3;space=7;start=0.000005;streams=2;");
    ck_assert_str_eq(setting(0, "workload.processes.0.name"), "a");
    ck_assert_str_eq(setting(0, "workload.processes.0.regions"), "all");
    ck_assert_ptr_null(setting(0, "workload.processes.0.trace"));
    ck_assert_uint_eq(setting_at(0, "workload.processes.1.repeat").line, 4);
}
END_TEST

START_TEST(the_workload_says_what_its_processes_leave_open)
{
    load(E "workload:\n"
           "  copies: 3\n  offset: 100\n  regions: infer\n"
           "  processes:\n"
           "  - { trace: a.flt }\n"
           "  - { trace: b.flt, copies: 1, offset: 0, regions: all }\n"
           "  - { trace: c.flt, regions: [{ start: 0, size: 1 }] }\n",
         NULL);
    ck_assert_uint_eq(process(0, 0)->copies, 3);
    ck_assert_uint_eq(process(0, 0)->offset, 100);
    ck_assert_int_eq(process(0, 0)->regions_from, REGIONS_INFER);
    ck_assert_uint_eq(process(0, 1)->copies, 1);
    ck_assert_uint_eq(process(0, 1)->offset, 0);
    ck_assert_int_eq(process(0, 1)->regions_from, REGIONS_ALL);
    ck_assert_int_eq(process(0, 2)->regions_from, REGIONS_LIST);
    ck_assert_uint_eq(process(0, 2)->nregions, 1);
}
END_TEST

START_TEST(processes_without_names_are_called_by_their_traces_and_numbered)
{
    load(E "workload: [{trace: x/cc.flt}, {trace: y/cc.flt}, {trace: p.flt, name: cc.3},\n"
           "           {trace: cc.flt}, {trace: p.flt}, {trace: q.flt, name: p}]\n",
         NULL);
    static const char *const names[] = {"cc", "cc.2", "cc.3", "cc.4", "p.2", "p"};
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        ck_assert_str_eq(process(0, i)->name, names[i]);
    ck_assert_str_eq(experiment->cells[0].trace_label, "cc+cc.2+cc.3+cc.4+2");
    load(E "workload: [{trace: a}, {trace: b}, {trace: c}, {trace: d}, {trace: e}]\n",
         NULL);
    ck_assert_str_eq(experiment->cells[0].trace_label, "a+b+c+d+e");
}
END_TEST

START_TEST(processes_of_one_space_have_the_regions_that_one_of_them_says)
{
    load(E "workload:\n"
           "  - { trace: a.flt, space: 3 }\n"
           "  - { trace: b.flt, space: 3, regions: [{ start: 0, size: 1 MiB }] }\n"
           "  - { trace: c.flt, space: 3, regions: [{ start: 0, size: 0x100000 }] }\n"
           "  - { trace: d.flt, space: 4 }\n",
         NULL);
    for (size_t i = 0; i < 3; i++) {
        ck_assert_int_eq(process(0, i)->regions_from, REGIONS_LIST);
        ck_assert_uint_eq(process(0, i)->nregions, 1);
        ck_assert_uint_eq(process(0, i)->regions[0].length, 1 << 20);
    }
    ck_assert_int_eq(process(0, 3)->regions_from, REGIONS_ALL);
}
END_TEST

START_TEST(regions_are_sorted_and_complete)
{
    load(E "workload:\n"
           "- trace: a.flt\n"
           "  regions:\n"
           "  - { name: stack, start: 0xFFFFFFFFFFFF0000, size: 64 KiB }\n"
           "  - { start: 4 MiB, end: 0x500000, backing: store, protection: r-x }\n"
           "  - { start: 0x300000, size: 1 MiB, file: /lib/c.so, offset: 0x2000 }\n"
           "  - { name: data, start: 0x10, size: 1, file: f, backing: file, shared: yes,\n"
           "      protection: '-' }\n",
         NULL);
    const struct process_config *p = process(0, 0);
    ck_assert_uint_eq(p->nregions, 4);
    const struct region_config *r = p->regions;
    ck_assert_str_eq(r[0].name, "data");
    ck_assert_uint_eq(r[0].start, 16);
    ck_assert_uint_eq(r[0].length, 1);
    ck_assert_int_eq(r[0].backing, BACKING_FILE);
    ck_assert_str_eq(r[0].file, "f");
    ck_assert(r[0].shared);
    ck_assert_uint_eq(r[0].protection, 0);
    ck_assert_str_eq(r[1].name, "/lib/c.so");
    ck_assert_int_eq(r[1].backing, BACKING_FILE);
    ck_assert_uint_eq(r[1].offset, 0x2000);
    ck_assert(!r[1].shared);
    ck_assert_uint_eq(r[1].protection, VM_READ | VM_WRITE | VM_EXECUTE);
    ck_assert_str_eq(r[2].name, "0x400000");
    ck_assert_uint_eq(r[2].start, 0x400000);
    ck_assert_uint_eq(r[2].length, 0x100000);
    ck_assert_int_eq(r[2].backing, BACKING_STORE);
    ck_assert_uint_eq(r[2].protection, VM_READ | VM_EXECUTE);
    ck_assert_uint_eq(r[2].at.line, 6);
    ck_assert_uint_eq(r[2].at.column, 5);
    ck_assert_str_eq(r[3].name, "stack");
    ck_assert_uint_eq(r[3].start + r[3].length, 0);
    ck_assert_int_eq(r[3].backing, BACKING_ZERO);
}
END_TEST

START_TEST(copies_offset_and_regions_can_be_swept)
{
    load(E "workload: [{trace: a.flt}, {trace: b.flt, copies: 5}]\n"
           "sweep: { workload.copies: [1, 2, 4], workload.offset: [0, 10],\n"
           "         workload: { regions: [all, infer] } }\n",
         NULL);
    ck_assert_uint_eq(experiment->ncells, 12);
    ck_assert_uint_eq(process(11, 0)->copies, 4);
    ck_assert_uint_eq(process(11, 1)->copies, 5);
    ck_assert_uint_eq(process(11, 1)->offset, 10);
    ck_assert_int_eq(process(10, 0)->regions_from, REGIONS_ALL);
    ck_assert_int_eq(process(11, 0)->regions_from, REGIONS_INFER);
    ck_assert_str_eq(setting(11, "workload.copies"), "4");
    load(E "trace: a.flt\nsweep: { workload.copies: [1, 2] }\n", NULL);
    ck_assert_uint_eq(process(1, 0)->copies, 2);
    load(E "trace: a.flt\nsweep: { workload.offset: [1, 2] }\n", NULL);
    ck_assert_uint_eq(process(1, 0)->offset, 2);
}
END_TEST

START_TEST(whole_workloads_can_be_swept)
{
    static const char *const texts[] = {
        E "sweep: { workload.processes: [[{trace: a.flt}], [{trace: a.flt}, {trace: b}]],\n"
          "         seed: [1, 2] }\n",
        E "sweep: { workload: [[{trace: a.flt}], [{trace: a.flt}, {trace: b}]],\n"
          "         seed: [1, 2] }\n",
    };
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        load(texts[i], NULL);
        ck_assert_uint_eq(experiment->ncells, 4);
        ck_assert_str_eq(experiment->swept[0], "workload.processes");
        ck_assert_str_eq(experiment->cells[1].trace_label, "a");
        ck_assert_str_eq(experiment->cells[2].trace_label, "a+b");
        ck_assert_str_eq(setting(3, "workload.processes"), "a+b");
        ck_assert_uint_eq(experiment->cells[2].events->nprocesses, 2);
    }
}
END_TEST

START_TEST(cells_with_the_same_workload_share_it)
{
    load(E "workload: [{trace: a.flt}]\n"
           "sweep: { workload.copies: [1, 2], seed: [1, 2, 3] }\n",
         NULL);
    ck_assert_ptr_eq(process(0, 0), process(2, 0));
    ck_assert_ptr_ne(process(2, 0), process(3, 0));
    ck_assert_ptr_eq(process(3, 0), process(5, 0));
    ck_assert_ptr_eq(process(0, 0)->trace, process(5, 0)->trace);
}
END_TEST

START_TEST(traces_of_processes_are_relative_to_what_names_them)
{
    mkdir("sub", 0700);
    write_file("sub/w.yaml", E "workload: [{trace: a.flt, streams: [../b.flt, /c.flt]}, "
                               "{trace: '-'}]\n");
    load("extends: sub/w\n", NULL);
    ck_assert_str_eq(process(0, 0)->trace, "sub/a.flt");
    ck_assert_str_eq(process(0, 0)->at.file, "sub/w.yaml");
    ck_assert_str_eq(process(0, 0)->streams[0], "sub/../b.flt");
    ck_assert_str_eq(process(0, 0)->streams[1], "/c.flt");
    ck_assert_str_eq(process(0, 1)->trace, "-");
    ck_assert_str_eq(process(0, 1)->name, "stdin");
}
END_TEST

START_TEST(so_many_processes_are_allowed_as_documented)
{
    load(E "workload: [{trace: a, copies: 4000}, {trace: b, copies: 96}]\n", NULL);
    ck_assert_uint_eq(process(0, 0)->copies + process(0, 1)->copies, 4096);
}
END_TEST

START_TEST(a_policy_that_sees_the_future_has_one_process)
{
    load(E "trace: a.flt\npolicy: opt\nworkload.offset: 5\n", NULL);
    ck_assert_str_eq(experiment->cells[0].policy.name, "opt");
    load(E "workload: [{trace: a.flt, space: 1, start: 3 s}]\npolicy: opt\n", NULL);
    ck_assert_str_eq(experiment->cells[0].policy.name, "opt");
}
END_TEST

static const char *const rich[] = {
    E "workload: [{trace: a.flt, thread: 0, streams: [{trace: a.flt, thread: 2}, b]}]\n",
    "trace: a.flt\ntiming: events\n",
    E
    "workload:\n- { trace: a.flt, name: 'x:y', copies: 2, streams: [b.flt, c d.flt] }\n"
    "- trace: a.flt\n  regions:\n  - { start: 0x1000, size: 4 KiB, file: 'a, \"b\"' }\n"
    "  - { name: heap, start: 1 MiB, end: 2 MiB, protection: '-' }\n"
    "policy: { name: clock, hand: stays }\nmachine: { mmu: x86-64, memory: 1 MiB,\n"
    "  adapt_page_size: yes }\n"
    "swap: { device: { name: slow, servers: 3 }, size: 10 MB }\nfiles.device: slow\n"
    "series: 10 ms\nplots: [{ y: resident, series: process }, { y: slowdown, x: seed }]\n",
    E "trace: a.flt\nsweep: { workload.copies: [1, 2], workload.offset: [0, 10],\n"
      "  swap.device: [fixed, { name: slow, latency: 2 ms }], machine.cpus: [1, 2],\n"
      "  workload.regions: [all, infer, operations], scheduler.quantum: [1 ms, 2 ms] }\n",
    E "sweep: { workload: [[{trace: a.flt}], [{trace: a.flt, regions: [{start: 0, size: "
      "1}]}, {trace: '-'}]] }\n"
      "zip: { swap.size: [1 MiB, unlimited], swap.cluster: [1, 4] }\nworkload.copies: 2\n",
    "trace: a.flt\nsweep: { timing: [none, events] }\nswap.device: slow\nmachine.cpus: 3\n",
    ("trace: a.flt\ntiming: events\nswap.device: slow\n"
     "sweep: { swap.device.latency: [1 ms, 10 us] }\n"),
};

/* All that tells the cells of two experiments apart. */
static char *cells_text(void)
{
    char *text = NULL;
    size_t length;
    FILE *out = open_memstream(&text, &length);
    for (size_t i = 0; i < experiment->ncells; i++) {
        const struct cell_config *cell = &experiment->cells[i];
        fprintf(out, "%s %s %s", cell->trace ? cell->trace : "", cell->trace_label,
                cell->policy_label);
        for (size_t k = 0; k < cell->nsettings; k++)
            fprintf(out, " %s=%s", cell->settings[k].key, cell->settings[k].value);
        const struct events_config *e = cell->events;
        if (e)
            fprintf(out, " %s", e->swap_device_label);
        for (size_t p = 0; e && p < e->nprocesses; p++) {
            fprintf(out, " %s", e->processes[p].trace);
            for (size_t s = 0; s < e->processes[p].nstreams; s++)
                fprintf(out, ",%s", e->processes[p].streams[s]);
        }
        fputc('\n', out);
    }
    for (size_t i = 0; i < experiment->nswept; i++)
        fprintf(out, "swept %s\n", experiment->swept[i]);
    for (size_t i = 0; i < experiment->nplots; i++)
        fprintf(out, "%s %s %s %s\n", experiment->plots[i].x, experiment->plots[i].y,
                experiment->plots[i].series ? experiment->plots[i].series : "-",
                experiment->plots[i].file);
    fclose(out);
    return text;
}

START_TEST(the_effective_experiment_gives_the_same_cells_and_itself)
{
    load(rich[_i], "machine.page_size=8 KiB", NULL);
    char *cells = cells_text(), *effective = strdup(experiment->effective);
    load(effective, NULL);
    char *again = cells_text();
    ck_assert_str_eq(again, cells);
    ck_assert_str_eq(experiment->effective, effective);
    free(cells);
    free(again);
    free(effective);
}
END_TEST

START_TEST(the_effective_experiment_is_written_out)
{
    load(E "workload:\n- trace: a.flt\n- { trace: b.flt, regions: [{start: 0, size: 1}] }\n"
           "swap: { device: { name: slow, servers: 3 } }\nmachine.cpus: 2\n"
           "sweep: { workload.copies: [1, 2] }\n",
         "series=1 s", NULL);
    ck_assert_str_eq(experiment->effective,
                     "experiment: e\n"
                     "workload:\n"
                     "  processes:\n"
                     "    - {trace: a.flt}\n"
                     "    - {trace: b.flt, regions: [{start: 0, size: 1}]}\n"
                     "  offset: 0\n"
                     "  regions: all\n"
                     "  fold: no\n"
                     "machine:\n"
                     "  page_size: 4 KiB\n"
                     "  frames: unlimited\n"
                     "  clock: 3 GHz\n"
                     "  mmu: ideal\n"
                     "  cpus: 2\n"
                     "  cpu_lag: 1 us\n"
                     "  cost:\n"
                     "    reference: 1 ns\n"
                     "    fault: 1 us\n"
                     "    page_copy: 500 ns\n"
                     "    page_zero: 250 ns\n"
                     "kernel: textbook\n"
                     "policy: lru\n"
                     "replacement: global\n"
                     "scheduler:\n"
                     "  quantum: 10 ms\n"
                     "  switch: 5 us\n"
                     "swap:\n"
                     "  device: {name: slow, servers: 3}\n"
                     "  devices: 1\n"
                     "  others: none\n"
                     "  size: unlimited\n"
                     "  allocation: page\n"
                     "  cluster: 8\n"
                     "  read_ahead: 1\n"
                     "files:\n"
                     "  device: none\n"
                     "timing: events\n"
                     "series: 1 s\n"
                     "baseline: no\n"
                     "seed: 1\n"
                     "sweep:\n"
                     "  workload.copies: [1, 2]\n");
}
END_TEST

static Suite *workload_config_suite(void)
{
    Suite *suite = suite_create("workload_config");
    TCase *tests = tcase_create("workload_config");
    tcase_add_checked_fixture(tests, setup, folder_teardown);
    tcase_add_test(tests, a_workload_is_a_list_or_a_map_with_one);
    tcase_add_test(tests, a_process_is_what_its_keys_say);
    tcase_add_test(tests, a_trace_may_be_one_thread_of_a_file);
    tcase_add_test(tests, all_of_a_process_but_its_traces_is_a_setting);
    tcase_add_test(tests, the_workload_says_what_its_processes_leave_open);
    tcase_add_test(tests, processes_without_names_are_called_by_their_traces_and_numbered);
    tcase_add_test(tests, processes_of_one_space_have_the_regions_that_one_of_them_says);
    tcase_add_test(tests, regions_are_sorted_and_complete);
    tcase_add_test(tests, copies_offset_and_regions_can_be_swept);
    tcase_add_test(tests, whole_workloads_can_be_swept);
    tcase_add_test(tests, cells_with_the_same_workload_share_it);
    tcase_add_test(tests, traces_of_processes_are_relative_to_what_names_them);
    tcase_add_test(tests, so_many_processes_are_allowed_as_documented);
    tcase_add_test(tests, a_policy_that_sees_the_future_has_one_process);
    tcase_add_loop_test(tests, the_effective_experiment_gives_the_same_cells_and_itself, 0,
                        ARRAY_LEN(rich));
    tcase_add_test(tests, the_effective_experiment_is_written_out);
    suite_add_tcase(suite, tests);
    return suite;
}

int main(void)
{
    SRunner *runner = srunner_create(workload_config_suite());
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
