/* events_config_test.c -- `timing: events` in experiments: machine, scheduler, devices. */
#include "unit/experiment_folder.h"

#define E "trace: t.flt\ntiming: events\n"

#define NS UINT64_C(1000)
#define US (1000 * NS)
#define MS (1000 * US)

static const struct events_config *events(size_t cell)
{
    ck_assert_uint_lt(cell, experiment->ncells);
    ck_assert_ptr_nonnull(experiment->cells[cell].events);
    return experiment->cells[cell].events;
}

static void setup(void)
{
    folder_setup();
    mkdir("presets", 0700);
    mkdir("presets/devices", 0700);
    write_file("presets/devices/slow.yaml",
               "# A preset.\ndevice: fixed\nlatency: 30 ms\nservers: 2\n");
}

START_TEST(timing_none_has_no_events_and_none_of_their_settings)
{
    load("trace: t.flt\n", NULL);
    ck_assert_ptr_null(experiment->cells[0].events);
    ck_assert_str_eq(experiment->cells[0].timing, "none");
    char keys[256] = "";
    for (size_t i = 0; i < experiment->cells[0].nsettings; i++)
        if (strncmp(experiment->cells[0].settings[i].key, "kernel.", 7) != 0)
            snprintf(keys + strlen(keys), sizeof keys - strlen(keys), "%s ",
                     experiment->cells[0].settings[i].key);
    ck_assert_str_eq(
        keys, "kernel machine.clock machine.frames machine.mmu machine.page_size policy "
              "seed timing workload.fold ");
}
END_TEST

START_TEST(a_trace_with_events_has_the_defaults)
{
    load(E, NULL);
    const struct cell_config *cell = &experiment->cells[0];
    const struct events_config *e = events(0);
    ck_assert_str_eq(cell->timing, "events");
    ck_assert_str_eq(cell->trace, "t.flt");
    ck_assert_str_eq(cell->trace_label, "t");
    ck_assert_uint_eq(e->nprocesses, 1);
    const struct process_config *p = e->processes;
    ck_assert_str_eq(p->name, "t");
    ck_assert_str_eq(p->trace, "t.flt");
    ck_assert_uint_eq(p->nstreams, 0);
    ck_assert_uint_eq(p->copies, 1);
    ck_assert_uint_eq(p->offset, 0);
    ck_assert_uint_eq(p->repeat, 1);
    ck_assert_uint_eq(p->space, 0);
    ck_assert_uint_eq(p->priority, 0);
    ck_assert_uint_eq(p->start, 0);
    ck_assert_int_eq(p->regions_from, REGIONS_ALL);
    ck_assert_uint_eq(p->at.line, 1);
    ck_assert_uint_eq(p->at.column, 8);
    ck_assert_uint_eq(e->cpus, 1);
    ck_assert_uint_eq(e->cpu_lag, US);
    ck_assert_uint_eq(e->cost_reference, NS);
    ck_assert_uint_eq(e->cost_fault, US);
    ck_assert_uint_eq(e->cost_page_copy, 500 * NS);
    ck_assert_uint_eq(e->cost_page_zero, 250 * NS);
    ck_assert_uint_eq(e->quantum, 10 * MS);
    ck_assert_uint_eq(e->cost_switch, 5 * US);
    ck_assert_str_eq(e->swap_device.name, "fixed");
    ck_assert_str_eq(e->swap_device_label, "fixed");
    ck_assert_ptr_null(e->files_device.name);
    ck_assert_uint_eq(e->swap_slots, UINT64_MAX);
    ck_assert_str_eq(e->swap_allocation, "page");
    ck_assert_uint_eq(e->swap_cluster, 8);
    ck_assert_uint_eq(e->swap_read_ahead, 1);
    ck_assert_uint_eq(e->series, 0);
    ck_assert(!e->baseline);
}
END_TEST

START_TEST(every_key_is_read_and_recorded)
{
    load("trace: t.flt\ntiming: events\nseries: 20 ms\nbaseline: yes\n"
         "workload: { copies: 3, offset: 7, regions: infer }\n"
         "machine:\n  cpus: 4\n  cpu_lag: 2 us\n"
         "  cost: { reference: 2 ns, fault: 2 us, page_copy: 600 ns, page_zero: 333 ps }\n"
         "scheduler: { quantum: 1 min, switch: 0 s }\n"
         "swap: { device: fixed, size: 1 MiB, allocation: address, cluster: 16,\n"
         "        read_ahead: 4 }\n"
         "files.device: { name: fixed, latency: 5 ms }\n",
         NULL);
    const struct events_config *e = events(0);
    ck_assert_uint_eq(e->processes[0].copies, 3);
    ck_assert_uint_eq(e->processes[0].offset, 7);
    ck_assert_int_eq(e->processes[0].regions_from, REGIONS_INFER);
    ck_assert_uint_eq(e->cpus, 4);
    ck_assert_uint_eq(e->cpu_lag, 2 * US);
    ck_assert_uint_eq(e->cost_reference, 2 * NS);
    ck_assert_uint_eq(e->cost_fault, 2 * US);
    ck_assert_uint_eq(e->cost_page_copy, 600 * NS);
    ck_assert_uint_eq(e->cost_page_zero, 333);
    ck_assert_uint_eq(e->quantum, 60000 * MS);
    ck_assert_uint_eq(e->cost_switch, 0);
    ck_assert_uint_eq(e->swap_slots, 256);
    ck_assert_str_eq(e->swap_allocation, "address");
    ck_assert_uint_eq(e->swap_cluster, 16);
    ck_assert_uint_eq(e->swap_read_ahead, 4);
    ck_assert_str_eq(e->files_device.name, "fixed");
    ck_assert_uint_eq(e->series, 20 * MS);
    ck_assert(e->baseline);
    static const char *const settings[][2] = {
        {"baseline", "yes"},
        {"files.device", "fixed"},
        {"files.device.latency", "5 ms"},
        {"files.device.model", "fixed"},
        {"machine.cost.fault", "0.000002"},
        {"machine.cost.page_copy", "0.0000006"},
        {"machine.cost.page_zero", "0.000000000333"},
        {"machine.cost.reference", "0.000000002"},
        {"machine.cpu_lag", "0.000002"},
        {"machine.cpus", "4"},
        {"scheduler.quantum", "60.0"},
        {"scheduler.switch", "0.0"},
        {"series", "0.02"},
        {"swap.allocation", "address"},
        {"swap.cluster", "16"},
        {"swap.device", "fixed"},
        {"swap.device.model", "fixed"},
        {"swap.read_ahead", "4"},
        {"swap.size", "1048576"},
        {"timing", "events"},
        {"workload.copies", "3"},
        {"workload.offset", "7"},
        {"workload.regions", "infer"},
        {"workload.processes.0.copies", "3"},
    };
    for (size_t i = 0; i < ARRAY_LEN(settings); i++) {
        ck_assert_msg(setting(0, settings[i][0]), "no setting %s", settings[i][0]);
        ck_assert_str_eq(setting(0, settings[i][0]), settings[i][1]);
    }
    ck_assert_uint_eq(setting_at(0, "swap.cluster").line, 11);
    ck_assert_ptr_null(setting(0, "workload.processes"));
}
END_TEST

START_TEST(further_swap_devices_are_those_of_the_same_kind_and_then_the_others)
{
    load(
        E
        "swap: { device: fixed, device.latency: 3 ms, devices: 3, others: [slow, disk] }\n",
        NULL);
    const struct events_config *e = events(0);
    ck_assert_uint_eq(e->nmore_swap, 4);
    static const char *const models[] = {"fixed", "fixed", "fixed", "disk"};
    for (size_t i = 0; i < e->nmore_swap; i++)
        ck_assert_str_eq(e->more_swap[i].name, models[i]);
    for (size_t i = 0; i < 2; i++)
        ck_assert_mem_eq(e->more_swap[i].params, e->swap_device.params,
                         sizeof e->swap_device.params);
    ck_assert_mem_ne(e->more_swap[2].params, e->swap_device.params,
                     sizeof e->swap_device.params);
    ck_assert_str_eq(setting(0, "swap.devices"), "3");
    ck_assert_str_eq(setting(0, "swap.others"), "slow+disk");
    ck_assert_str_eq(setting(0, "swap.others.1.model"), "fixed");
    ck_assert_str_eq(setting(0, "swap.others.1.latency"), "30 ms");
    ck_assert_str_eq(setting(0, "swap.others.2.model"), "disk");
    ck_assert_str_eq(setting(0, "swap.device.latency"), "3 ms");
    load(E "swap.others: slow\n", NULL);
    ck_assert_uint_eq(events(0)->nmore_swap, 1);
    load(E, NULL);
    ck_assert_uint_eq(events(0)->nmore_swap, 0);
    ck_assert_str_eq(setting(0, "swap.devices"), "1");
    ck_assert_str_eq(setting(0, "swap.others"), "none");
}
END_TEST

START_TEST(swap_devices_and_others_can_be_swept)
{
    static const size_t more[] = {0, 1, 2, 1, 2, 3};
    load(E "sweep: { swap.devices: [1, 2], swap.others: [none, slow, [slow, fixed]] }\n",
         NULL);
    ck_assert_uint_eq(experiment->ncells, 6);
    for (size_t i = 0; i < 6; i++)
        ck_assert_uint_eq(events(i)->nmore_swap, more[i]);
    ck_assert_str_eq(setting(5, "swap.others"), "slow+fixed");
    ck_assert_ptr_nonnull(strstr(experiment->effective, "[none, slow, [slow, fixed]]"));
    load(E "swap: { devices: 2, others: [slow, fixed] }\n", NULL);
    ck_assert_ptr_nonnull(strstr(experiment->effective, "  devices: 2\n"));
    ck_assert_ptr_nonnull(strstr(experiment->effective, "  others: [slow, fixed]\n"));
}
END_TEST

START_TEST(settings_are_sorted_and_each_is_there_once)
{
    load("workload: [{trace: a.flt}, {trace: b.flt, regions: infer}]\ntiming: events\n"
         "swap.device: slow\n",
         NULL);
    const struct cell_config *cell = &experiment->cells[0];
    for (size_t i = 1; i < cell->nsettings; i++)
        ck_assert_str_lt(cell->settings[i - 1].key, cell->settings[i].key);
}
END_TEST

START_TEST(a_device_is_a_model_or_a_preset_with_parameters_over_it)
{
    load(E "swap.device: slow\n", NULL);
    ck_assert_str_eq(events(0)->swap_device.name, "fixed");
    ck_assert_str_eq(events(0)->swap_device_label, "slow");
    ck_assert_str_eq(setting(0, "swap.device"), "slow");
    ck_assert_str_eq(setting(0, "swap.device.model"), "fixed");
    ck_assert_str_eq(setting(0, "swap.device.latency"), "30 ms");
    ck_assert_str_eq(setting_at(0, "swap.device.latency").file,
                     "presets/devices/slow.yaml");
    ck_assert_uint_eq(setting_at(0, "swap.device.latency").line, 3);
    ck_assert_ptr_null(setting_at(0, "swap.device.bandwidth").file);
    load(E "swap: { device: { name: slow, latency: 1 us } }\n", NULL);
    ck_assert_str_eq(events(0)->swap_device_label, "slow(latency=1 us)");
    ck_assert_str_eq(setting(0, "swap.device.servers"), "2");
    ck_assert_uint_eq(setting_at(0, "swap.device.latency").line, 3);
    ck_assert_str_eq(setting_at(0, "swap.device.latency").file, "e.yaml");
    load(E "swap.device: slow\nswap.device.latency: 1 us\n", NULL);
    ck_assert_str_eq(events(0)->swap_device_label, "slow(latency=1 us)");
    load(E "swap: { device: slow, device.latency: 1 us }\n", "swap.device.servers=3", NULL);
    ck_assert_str_eq(events(0)->swap_device_label, "slow(latency=1 us,servers=3)");
    load(E "swap.device.latency: 1 us\n", NULL);
    ck_assert_str_eq(events(0)->swap_device_label, "fixed(latency=1 us)");
}
END_TEST

START_TEST(a_preset_may_lie_beside_the_file_that_names_it)
{
    static const char *const none[] = {NULL};
    mkdir("sub", 0700);
    mkdir("sub/devices", 0700);
    write_file("sub/devices/own.yaml", "device: fixed\nlatency: 4 ms\n");
    write_file("sub/other.yaml", "device: fixed\nlatency: 5 ms\n");
    write_file("sub/e.yaml", E "swap.device: own\nfiles.device: ./other\n");
    ck_assert_int_eq(load_with(NULL, "sub/e.yaml", none), OK);
    ck_assert_str_eq(setting(0, "swap.device.latency"), "4 ms");
    ck_assert_str_eq(setting(0, "files.device.latency"), "5 ms");
    ck_assert_str_eq(setting(0, "files.device"), "other");
}
END_TEST

START_TEST(a_model_wins_over_a_preset_of_its_name)
{
    write_file("presets/devices/fixed.yaml", "device: fixed\nlatency: 9 ms\n");
    load(E, NULL);
    ck_assert_str_eq(setting(0, "swap.device.latency"), "100 us");
}
END_TEST

START_TEST(a_device_that_is_named_anew_starts_afresh)
{
    load(E "swap.device: { name: slow, servers: 4 }\n", "swap.device=slow", NULL);
    ck_assert_str_eq(events(0)->swap_device_label, "slow");
    ck_assert_str_eq(setting(0, "swap.device.servers"), "2");
    load(E, "swap.device={servers: 4, name: slow}", "swap.device=ssd", NULL);
    ck_assert_str_eq(events(0)->swap_device_label, "ssd");
    load(E, "swap.device=ssd", "swap.device={servers: 4, name: slow}", NULL);
    ck_assert_str_eq(events(0)->swap_device_label, "slow(servers=4)");
    load(E "files.device: slow\n", "files.device=none", NULL);
    ck_assert_ptr_null(events(0)->files_device.name);
    ck_assert_str_eq(setting(0, "files.device"), "none");
    ck_assert_ptr_null(setting(0, "files.device.latency"));
}
END_TEST

START_TEST(devices_and_their_parameters_can_be_swept)
{
    load(E "sweep: { swap.device: [fixed, slow, { name: slow, servers: 8 }] }\n", NULL);
    ck_assert_uint_eq(experiment->ncells, 3);
    ck_assert_str_eq(events(0)->swap_device_label, "fixed");
    ck_assert_str_eq(events(1)->swap_device_label, "slow");
    ck_assert_str_eq(events(2)->swap_device_label, "slow(servers=8)");
    load(E "swap.device: slow\nsweep: { swap.device.latency: [1 ms, 2 ms] }\n", NULL);
    ck_assert_uint_eq(experiment->ncells, 2);
    ck_assert_str_eq(events(0)->swap_device_label, "slow(latency=1 ms)");
    ck_assert_str_eq(setting(1, "swap.device.latency"), "2 ms");
    ck_assert_str_eq(experiment->swept[0], "swap.device.latency");
}
END_TEST

START_TEST(a_device_in_memory_takes_what_was_written_to_it_only)
{
    load(E "swap.device: zram\nfiles.device: slow\nworkload.regions: infer\n", NULL);
    ck_assert_str_eq(events(0)->swap_device.name, "zram");
    ck_assert_str_eq(events(0)->files_device.name, "fixed");
    load("timing: events\nswap.device: zram\n"
         "workload: [{ trace: t.flt, regions: [{ start: 0, size: 1 }] }]\n",
         NULL);
    ck_assert_ptr_null(events(0)->files_device.name);
}
END_TEST

START_TEST(numbers_of_the_machine_and_the_scheduler_can_be_swept)
{
    load(E "sweep: { machine.cpus: [1, 2], scheduler.quantum: [1 ms, 10 ms, 100 ms],\n"
           "         machine.cost.fault: [1 us], swap.allocation: [page, cluster],\n"
           "         swap.size: [1 MiB, unlimited], series: [1 s], baseline: [yes, no] }\n",
         NULL);
    ck_assert_uint_eq(experiment->ncells, 2 * 3 * 2 * 2 * 2);
    ck_assert_uint_eq(events(47)->cpus, 2);
    ck_assert_uint_eq(events(47)->quantum, 100 * MS);
    ck_assert_str_eq(events(47)->swap_allocation, "cluster");
    ck_assert_uint_eq(events(47)->swap_slots, UINT64_MAX);
    ck_assert_uint_eq(events(44)->swap_slots, 256);
    ck_assert_str_eq(setting(47, "swap.size"), "unlimited");
}
END_TEST

START_TEST(a_more_specific_timing_none_drops_what_needs_events)
{
    static const char text[] =
        E "swap: { device: slow, device.servers: 4 }\nmachine.cpus: 2\n";
    load(text, "timing=none", NULL);
    ck_assert_ptr_null(experiment->cells[0].events);
    ck_assert_ptr_null(setting(0, "swap.device.servers"));
    load(text, "sweep.timing=[none, events]", NULL);
    ck_assert_ptr_null(experiment->cells[0].events);
    ck_assert_uint_eq(events(1)->cpus, 2);
    ck_assert_str_eq(events(1)->swap_device_label, "slow(servers=4)");
}
END_TEST

START_TEST(of_trace_and_processes_the_more_specific_wins)
{
    load("timing: events\nworkload: [{trace: a.flt}, {trace: b.flt}]\n", "trace=c.flt",
         NULL);
    ck_assert_uint_eq(events(0)->nprocesses, 1);
    ck_assert_str_eq(experiment->cells[0].trace, "c.flt");
    load(E, "workload=[{trace: a.flt}, {trace: b.flt}]", NULL);
    ck_assert_uint_eq(events(0)->nprocesses, 2);
    ck_assert_ptr_null(experiment->cells[0].trace);
    load(E, "sweep.workload.processes=[[{trace: a.flt}], [{trace: b.flt}]]", NULL);
    ck_assert_str_eq(events(1)->processes[0].trace, "b.flt");
}
END_TEST

START_TEST(a_plot_may_be_drawn_from_the_tables_of_a_cell)
{
    load(E "series: 1 ms\nsweep: { swap.device: [fixed, slow], seed: [1, 2] }\n"
           "plots:\n"
           "  - { y: resident }\n"
           "  - { x: time, y: [ready, waiting], series: process }\n"
           "  - { y: resident_max }\n"
           "  - { y: queue_max, series: seed }\n"
           "  - { y: cpu_utilisation }\n"
           "  - { x: time, y: cpu_utilisation }\n",
         NULL);
    static const char *const expected[][3] = {
        {"time", "resident", "swap.device"},
        {"time", "ready,waiting", "process"},
        {"process", "resident_max", "swap.device"},
        {"device", "queue_max", "seed"},
        {"swap.device", "cpu_utilisation", "seed"},
        {"time", "cpu_utilisation", "swap.device"},
    };
    ck_assert_uint_eq(experiment->nplots, ARRAY_LEN(expected));
    for (size_t i = 0; i < ARRAY_LEN(expected); i++) {
        ck_assert_str_eq(experiment->plots[i].x, expected[i][0]);
        ck_assert_str_eq(experiment->plots[i].y, expected[i][1]);
        ck_assert_str_eq(experiment->plots[i].series, expected[i][2]);
    }
}
END_TEST

static Suite *events_config_suite(void)
{
    Suite *suite = suite_create("events_config");
    TCase *tests = tcase_create("events_config");
    tcase_add_checked_fixture(tests, setup, folder_teardown);
    tcase_add_test(tests, timing_none_has_no_events_and_none_of_their_settings);
    tcase_add_test(tests, a_trace_with_events_has_the_defaults);
    tcase_add_test(tests, every_key_is_read_and_recorded);
    tcase_add_test(tests,
                   further_swap_devices_are_those_of_the_same_kind_and_then_the_others);
    tcase_add_test(tests, swap_devices_and_others_can_be_swept);
    tcase_add_test(tests, settings_are_sorted_and_each_is_there_once);
    tcase_add_test(tests, a_device_is_a_model_or_a_preset_with_parameters_over_it);
    tcase_add_test(tests, a_preset_may_lie_beside_the_file_that_names_it);
    tcase_add_test(tests, a_model_wins_over_a_preset_of_its_name);
    tcase_add_test(tests, a_device_that_is_named_anew_starts_afresh);
    tcase_add_test(tests, devices_and_their_parameters_can_be_swept);
    tcase_add_test(tests, a_device_in_memory_takes_what_was_written_to_it_only);
    tcase_add_test(tests, numbers_of_the_machine_and_the_scheduler_can_be_swept);
    tcase_add_test(tests, a_more_specific_timing_none_drops_what_needs_events);
    tcase_add_test(tests, of_trace_and_processes_the_more_specific_wins);
    tcase_add_test(tests, a_plot_may_be_drawn_from_the_tables_of_a_cell);
    suite_add_tcase(suite, tests);
    return suite;
}

int main(void)
{
    SRunner *runner = srunner_create(events_config_suite());
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
