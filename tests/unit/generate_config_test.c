/* generate_config_test.c -- experiments that generate their traces: cells, labels, what
 * wins, and what they must not say. */
#include "unit/experiment_folder.h"

#include "trace/generator.h"

#define ORIGIN "faultline trace generate "
#define TIMED "timing: events\n"

static const struct cell_config *cell(size_t i)
{
    ck_assert_uint_lt(i, experiment->ncells);
    return &experiment->cells[i];
}

static void assert_trace(size_t i, const char *trace, const char *label)
{
    ck_assert_ptr_nonnull(cell(i)->generate);
    ck_assert_str_eq(cell(i)->trace, trace);
    ck_assert_str_eq(cell(i)->trace_label, label);
}

START_TEST(a_generator_takes_the_place_of_a_trace)
{
    load("generate: { name: uniform, stride: 2 MiB, pages: 64 }\nseed: 3\n", NULL);
    ck_assert_uint_eq(experiment->ncells, 1);
    assert_trace(0,
                 ORIGIN "uniform --seed 3 pages=64 page_size=4096 stride=2097152 "
                        "references=1000000 writes=0.3",
                 "uniform(pages=64,stride=2097152)");
    const struct generate_config *generate = cell(0)->generate;
    ck_assert_str_eq(generate->generator.name, "uniform");
    ck_assert_uint_eq(generate->seed, 3);
    char origin[200];
    generator_origin(generator_find("uniform"), generate->generator.params, 3, origin,
                     sizeof origin);
    ck_assert_str_eq(origin, cell(0)->trace);
    ck_assert_str_eq(setting(0, "generate"), "uniform");
    ck_assert_str_eq(setting(0, "generate.pages"), "64");
    ck_assert_str_eq(setting(0, "generate.references"), "1000000");
    ck_assert_uint_eq(setting_at(0, "generate.pages").column, 50);
    ck_assert_ptr_null(setting_at(0, "generate.references").file);
}
END_TEST

START_TEST(a_name_is_enough)
{
    load("generate: loop\n", NULL);
    assert_trace(0, ORIGIN "loop --seed 1 size=266240 iterations=100 stride=64 writes=0",
                 "loop");
    load("generate.name: loop\ngenerate.size: 4 KiB\n", NULL);
    ck_assert_str_eq(cell(0)->trace_label, "loop(size=4096)");
}
END_TEST

START_TEST(a_parameter_can_be_swept)
{
    load("generate: { name: uniform, references: 1000 }\n"
         "sweep: { generate.pages: [64, 256], policy: [lru, fifo] }\n"
         "plots: [{ y: faults }]\n",
         NULL);
    ck_assert_uint_eq(experiment->ncells, 4);
    ck_assert_str_eq(experiment->plots[0].x, "generate.pages");
    assert_trace(0,
                 ORIGIN "uniform --seed 1 pages=64 page_size=4096 stride=0 references=1000 "
                        "writes=0.3",
                 "uniform(pages=64,references=1000)");
    ck_assert_str_eq(setting(2, "generate.pages"), "256");
    ck_assert_str_eq(cell(2)->trace_label, "uniform(pages=256,references=1000)");
    /* Cells of one trace are known by its name. */
    ck_assert_ptr_eq(cell(0)->trace, cell(1)->trace);
    ck_assert_ptr_eq(cell(2)->trace, cell(3)->trace);
    ck_assert_str_ne(cell(0)->trace, cell(2)->trace);
}
END_TEST

START_TEST(generators_can_be_swept)
{
    load("sweep: { generate: [loop, { name: uniform, pages: 16 }, uniform] }\n", NULL);
    ck_assert_str_eq(cell(0)->trace_label, "loop");
    ck_assert_str_eq(cell(1)->trace_label, "uniform(pages=16)");
    ck_assert_str_eq(cell(2)->trace_label, "uniform");
    ck_assert_str_eq(setting(2, "generate.pages"), "256");
}
END_TEST

/* The label tells what the user said, the trace what came of it. */
START_TEST(a_default_that_is_given_makes_the_same_trace)
{
    load("sweep: { generate: [uniform, { name: uniform, pages: 256 }] }\n", NULL);
    ck_assert_str_eq(cell(0)->trace_label, "uniform");
    ck_assert_str_eq(cell(1)->trace_label, "uniform(pages=256)");
    ck_assert_ptr_eq(cell(0)->trace, cell(1)->trace);
}
END_TEST

START_TEST(another_seed_makes_another_trace)
{
    load("generate: uniform\nsweep: { seed: [1, 2] }\n", NULL);
    ck_assert_str_eq(cell(0)->trace_label, cell(1)->trace_label);
    ck_assert_str_ne(cell(0)->trace, cell(1)->trace);
    ck_assert_uint_eq(cell(1)->generate->seed, 2);
}
END_TEST

START_TEST(with_events_it_is_the_trace_of_one_process)
{
    load("generate: { name: uniform, pages: 8 }\n" TIMED "workload.copies: 2\n"
         "sweep: { generate.pages: [8, 16], machine.frames: [4, 5] }\n",
         NULL);
    for (size_t i = 0; i < 4; i++) {
        ck_assert_uint_eq(cell(i)->events->nprocesses, 1);
        const struct process_config *process = &cell(i)->events->processes[0];
        ck_assert_str_eq(process->name, "uniform");
        ck_assert_str_eq(process->trace, cell(i)->trace);
        ck_assert_uint_eq(process->nstreams, 0);
        ck_assert_uint_eq(process->copies, 2);
        ck_assert_uint_eq(process->at.line, 1);
        ck_assert_str_eq(cell(i)->trace_label,
                         i < 2 ? "uniform(pages=8)" : "uniform(pages=16)");
    }
    ck_assert_str_ne(cell(1)->trace, cell(2)->trace);
}
END_TEST

static const struct process_config *process(size_t i, size_t number)
{
    ck_assert_uint_lt(number, cell(i)->events->nprocesses);
    return &cell(i)->events->processes[number];
}

#define LOOP ORIGIN "loop --seed 3 size=4096 iterations=100 stride=64 writes=0"

START_TEST(processes_of_a_list_may_generate_their_traces)
{
    load("workload:\n"
         "  - generate: { name: loop, size: 4 KiB }\n"
         "    copies: 2\n"
         "  - trace: a.flt\n"
         "  - { generate: { name: loop, size: 4 KiB }, name: other }\n"
         "  - { generate: loop }\n"
         "sweep: { seed: [3, 4] }\n" TIMED,
         NULL);
    ck_assert_ptr_null(cell(0)->generate);
    ck_assert_str_eq(process(0, 0)->trace, LOOP);
    ck_assert_uint_eq(process(0, 0)->copies, 2);
    ck_assert_uint_eq(process(0, 0)->at.line, 2);
    ck_assert_ptr_eq(process(0, 2)->trace, process(0, 0)->trace);
    ck_assert_uint_eq(process(0, 2)->files[0].generate->seed, 3);
    ck_assert_ptr_null(process(0, 1)->files[0].generate);
    ck_assert_str_ne(process(0, 3)->trace, process(0, 0)->trace);
    ck_assert_str_eq(cell(0)->trace_label, "loop+a+other+loop.2");
    ck_assert_ptr_nonnull(strstr(process(1, 0)->trace, " --seed 4 "));
    ck_assert_uint_eq(process(1, 3)->files[0].generate->seed, 4);
}
END_TEST

/* What the children do is in the generator's trace, and is taken out of it. */
START_TEST(a_generator_of_children_has_their_streams)
{
    static const char *const texts[] = {
        "generate: { name: vt, pattern: fork }\n" TIMED,
        "workload: [{ generate: { name: vt, pattern: fork } }]\n" TIMED};
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        load(texts[i], NULL);
        const struct process_config *p = process(0, 0);
        ck_assert_uint_eq(p->nstreams, 1);
        ck_assert(p->files[0].one_thread && p->files[1].one_thread);
        ck_assert_uint_eq(p->files[0].thread, 0);
        ck_assert_uint_eq(p->files[1].thread, 1);
        ck_assert_str_eq(p->name, "vt");
        ck_assert_str_eq(setting(0, "workload.processes.0.streams"), "1");
        const size_t length = strlen(p->files[0].path);
        ck_assert_int_eq(strncmp(p->trace, p->files[0].path, length), 0);
        ck_assert_str_eq(p->trace + length, ", thread 0");
        ck_assert_int_eq(strncmp(p->streams[0], p->files[0].path, length), 0);
        ck_assert_str_eq(p->streams[0] + length, ", thread 1");
    }
    load("generate: { name: vt, pattern: seq }\n" TIMED, NULL);
    ck_assert_uint_eq(process(0, 0)->nstreams, 0);
    ck_assert(!process(0, 0)->files[0].one_thread);
    ck_assert_str_eq(process(0, 0)->trace, process(0, 0)->files[0].path);
}
END_TEST

/* A program that starts others, as a shell does. */
START_TEST(streams_may_be_generated_too)
{
    load("workload:\n"
         "  - trace: sh.txt\n"
         "    streams:\n"
         "      - { generate: { name: loop, size: 4 KiB } }\n"
         "      - { generate: { name: vt, pattern: fork, child: 3 }, thread: 0 }\n"
         "      - { generate: { name: vt, pattern: fork, child: 3 }, thread: 3 }\n"
         "sweep: { seed: [3, 4] }\n" TIMED,
         NULL);
    const struct process_config *p = process(0, 0);
    ck_assert_uint_eq(p->nstreams, 3);
    ck_assert_str_eq(p->streams[0], LOOP);
    ck_assert(!p->files[1].one_thread && p->files[2].one_thread && p->files[3].one_thread);
    ck_assert_uint_eq(p->files[3].thread, 3);
    ck_assert_uint_eq(p->files[1].at.line, 4);
    ck_assert_str_eq(p->files[2].path, p->files[3].path);
    ck_assert_uint_eq(process(1, 0)->files[1].generate->seed, 4);
}
END_TEST

START_TEST(processes_may_run_beside_whatever_there_is)
{
    static const char *const mains[] = {
        "generate: loop\n", "trace: m.flt\n",
        "workload.processes: [{trace: m.flt}, {trace: n.flt}]\n"};
    static const char *const labels[] = {"loop", "m", "m+n"};
    for (size_t i = 0; i < ARRAY_LEN(mains); i++) {
        char text[300];
        snprintf(text, sizeof text,
                 "%sworkload.beside: [{trace: init.flt}, {generate: uniform}]\n"
                 "workload.copies: 2\n" TIMED,
                 mains[i]);
        load(text, NULL);
        ck_assert_uint_eq(cell(0)->events->nprocesses, i == 2 ? 4 : 3);
        ck_assert_str_eq(process(0, 0)->name, "init");
        ck_assert_str_eq(process(0, 1)->name, "uniform");
        ck_assert_str_eq(process(0, 2)->name, i == 0 ? "loop" : "m");
        ck_assert_uint_eq(process(0, 0)->copies, 2);
        ck_assert_str_eq(cell(0)->trace_label, labels[i]);
        ck_assert_str_eq(setting(0, "workload.beside"), "init+uniform");
        ck_assert_ptr_eq(cell(0)->trace, i == 2 ? NULL : process(0, 2)->trace);
    }
    load("trace: m.flt\n" TIMED "sweep: { workload.beside: [[{trace: a.flt}], [{trace: "
         "a.flt}, {trace: b.flt}]] }\n",
         NULL);
    ck_assert_uint_eq(cell(0)->events->nprocesses, 2);
    ck_assert_uint_eq(cell(1)->events->nprocesses, 3);
    ck_assert_str_eq(setting(1, "workload.beside"), "a+b");
}
END_TEST

START_TEST(of_trace_generator_and_processes_the_more_specific_wins)
{
    load("trace: t.flt\n", "generate={name: loop, size: 8 KiB}", NULL);
    ck_assert_str_eq(cell(0)->trace_label, "loop(size=8192)");
    load("generate: { name: uniform, pages: 4 }\n", "trace=t.flt", NULL);
    ck_assert_ptr_null(cell(0)->generate);
    ck_assert_str_eq(cell(0)->trace, "t.flt");
    ck_assert_str_eq(cell(0)->trace_label, "t");
    ck_assert_ptr_null(setting(0, "generate.pages"));
    load("generate: uniform\nsweep: { generate.pages: [1, 2, 3] }\n", "trace=t.flt", NULL);
    ck_assert_uint_eq(experiment->ncells, 1);
    load("generate: { name: uniform, pages: 4 }\nsweep: { trace: [a.flt, b.flt] }\n", NULL);
    ck_assert_ptr_null(cell(1)->generate);
    load("workload: [{ trace: a.flt }]\n" TIMED, "generate=loop", NULL);
    ck_assert_str_eq(cell(0)->events->processes[0].name, "loop");
    load("generate: { name: uniform, pages: 4 }\n" TIMED, "workload=[{trace: a.flt}]",
         NULL);
    ck_assert_ptr_null(cell(0)->generate);
    ck_assert_str_eq(cell(0)->trace_label, "a");
}
END_TEST

START_TEST(a_generator_that_is_named_anew_starts_afresh)
{
    static const char text[] = "generate: { name: uniform, pages: 4 }\n";
    load(text, "generate=uniform", NULL);
    ck_assert_str_eq(cell(0)->trace_label, "uniform");
    load(text, "generate.writes=0", NULL);
    ck_assert_str_eq(cell(0)->trace_label, "uniform(pages=4,writes=0)");
    load(text, "sweep.generate.pages=[5, 6]", NULL);
    ck_assert_str_eq(cell(1)->trace_label, "uniform(pages=6)");
    load(text, "sweep.generate=[loop, uniform]", NULL);
    ck_assert_str_eq(cell(1)->trace_label, "uniform");
}
END_TEST

static const char *const rich[] = {
    "generate: { name: uniform, pages: 64, stride: 2 MiB }\n",
    ("generate: uniform\nsweep: { generate.pages: [4, 8], seed: [1, 2] }\n" TIMED),
    "sweep: { generate: [loop, { name: zipf, size: 8 KiB }] }\n",
    ("generate: { name: vt, pattern: fork }\nworkload.beside: [{ trace: a.flt }]\n" TIMED),
    ("workload: [{ generate: { name: uniform, pages: 4 }, copies: 2 }, { generate: loop "
     "}]\n"
     "sweep: { seed: [1, 2] }\n" TIMED),
};

static char *cells_text(void)
{
    char *text = NULL;
    size_t length;
    FILE *out = open_memstream(&text, &length);
    for (size_t i = 0; i < experiment->ncells; i++) {
        fprintf(out, "%s %s", cell(i)->trace, cell(i)->trace_label);
        for (size_t k = 0; k < cell(i)->nsettings; k++)
            fprintf(out, " %s=%s", cell(i)->settings[k].key, cell(i)->settings[k].value);
        fputc('\n', out);
    }
    fclose(out);
    return text;
}

START_TEST(the_effective_experiment_gives_the_same_cells_and_itself)
{
    load(rich[_i], NULL);
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

static const struct {
    const char *text, *message;
} wrong[] = {
    {"generate: unifrm\n", "e.yaml:1:11: unknown generator 'unifrm'; nearest is 'uniform'; "
                           "'faultline list generators' shows all"},
    {"trace: t.flt\ngenerate: loop\n",
     "e.yaml:2:1: 'trace' and 'generate' say the same thing twice; leave one of them out"},
    {TIMED "generate: { name: loop }\nworkload: [{ trace: t.flt }]\n",
     "e.yaml:3:1: 'generate' and 'workload.processes' say the same thing twice; leave one "
     "of them out"},
    {"sweep: { trace: [t.flt], generate: [loop] }\n",
     "e.yaml:1:26: 'trace' and 'generate' say the same thing twice; leave one of them out"},
    {"generate: { pages: 4 }\n",
     "e.yaml:1:13: 'generate.pages' needs the name of a generator, such as 'generate: "
     "uniform'"},
    {"trace: t.flt\nsweep: { generate.node_size: [8 B] }\n",
     "e.yaml:2:31: 'generate.node_size' needs the name of a generator, such as 'generate: "
     "pointer-chase'"},
    {TIMED "workload: [{ trace: t.flt }]\ngenerate.colour: 4\n",
     "e.yaml:3:1: 'generate.colour' needs the name of a generator, such as 'generate: "
     "loop'"},
    {"generate: { name: uniform, pags: 4 }\n",
     "e.yaml:1:34: unknown parameter 'pags' of generator 'uniform'; nearest is 'pages' (it "
     "has pages, page_size, stride, references, writes)"},
    {"generate: { name: loop, size: 4K }\n",
     "e.yaml:1:31: bad size '4K' for 'size' of generator 'loop': 'K' may mean a power of "
     "1000 or of 1024; write '4 KiB' or '4 kB'"},
    {"generate: { name: sequential, element: 16 B, size: 8 B }\n",
     "e.yaml:1:40: generator 'sequential': 'element' is larger than 'size'; it may be at "
     "most 8 B"},
    {"generate: uniform\nsweep: { generate.stride: [4 KiB, 2 KiB] }\n",
     "e.yaml:2:35: generator 'uniform': 'stride' is smaller than 'page_size'; it must be 0 "
     "B or at least 4096 B"},
    {"sweep: { generate: [{ pages: 4 }] }\n",
     "e.yaml:1:21: a generator in a list needs a name, such as {name: loop}"},
    {"sweep: { generate: [loop, uniform] }\ngenerate.pages: 4\n",
     "e.yaml:2:1: 'generate.pages' would be lost, since 'generate' varies; give it with a "
     "name in the list, such as {name: loop, pages: 4}, or vary 'generate.pages' too"},
    {TIMED "workload: [{ generate: { name: uniform, pags: 4 } }]\n",
     "e.yaml:2:47: unknown parameter 'pags' of generator 'uniform'; nearest is 'pages' (it "
     "has pages, page_size, stride, references, writes)"},
    {TIMED "workload: [{ generate: { name: sequential, element: 16 B, size: 8 B } }]\n",
     "e.yaml:2:53: generator 'sequential': 'element' is larger than 'size'; it may be at "
     "most 8 B"},
    {TIMED "workload: [{ generate: { pages: 4 } }]\n",
     "e.yaml:2:24: 'generate' of a process needs the name of a generator, such as {name: "
     "uniform}"},
    {TIMED "workload: [{ generate: unifrm }]\n",
     "e.yaml:2:24: unknown generator 'unifrm'; nearest is 'uniform'; 'faultline list "
     "generators' shows all"},
    {TIMED "workload: [{ generate: loop, trace: a.flt }]\n",
     "e.yaml:2:37: a process has a trace or generates one, not both"},
    {TIMED "workload: [{ generate: loop, thread: 1 }]\n",
     "e.yaml:2:38: 'thread' of a process is of a trace; a generator makes the streams that "
     "it needs"},
    {TIMED "workload: [{ generate: loop, streams: b.flt }]\n",
     "e.yaml:2:39: 'streams' of a process is of a trace; a generator makes the streams "
     "that "
     "it needs"},
    {TIMED "workload: [{ trace: a, streams: [{ thread: 1 }] }]\n",
     "e.yaml:2:34: a stream needs a trace, such as {trace: cc1.flt, thread: 1}, or a "
     "generator, and not both"},
    {TIMED "workload: [{ trace: a, streams: { trace: b, generate: loop } }]\n",
     "e.yaml:2:33: a stream needs a trace, such as {trace: cc1.flt, thread: 1}, or a "
     "generator, and not both"},
    {TIMED "workload: [{ trace: a, streams: [{ generate: { name: loop, sise: 8 B } }] }]\n",
     "e.yaml:2:66: unknown parameter 'sise' of generator 'loop'; nearest is 'size' (it has "
     "size, iterations, stride, writes)"},
    {TIMED "workload: [{ copies: 2 }]\n",
     "e.yaml:2:12: a process needs a trace, such as {trace: cc1.flt}, or a generator"},
    {TIMED "generate: loop\nworkload.beside: loop\n",
     "e.yaml:3:18: 'workload.beside' is a list of processes, such as [{trace: cc1.flt, "
     "copies: 2}], not a value"},
    {"generate: loop\nworkload.beside: [{ trace: a.flt }]\n",
     "e.yaml:2:1: 'workload.beside' needs 'timing: events'; with timing none (the default) "
     "there is "
     "no clock"},
    {"sweep: { generate: [loop] }\ngenerate: { name: loop, sise: 8 B }\n",
     "e.yaml:2:31: unknown parameter 'sise' of generator 'loop'; nearest is 'size' (it has "
     "size, iterations, stride, writes)"},
};

START_TEST(a_wrong_file_is_refused_with_place_reason_and_remedy)
{
    static const char *const none[] = {NULL};
    struct error err = {0};
    char text[1400];
    write_file("e.yaml", wrong[_i].text);
    ck_assert_int_eq(load_with(&err, "e.yaml", none), ERR_CONFIG);
    ck_assert_str_eq(error_format(&err, text, sizeof text), wrong[_i].message);
}
END_TEST

static Suite *generate_config_suite(void)
{
    Suite *suite = suite_create("generate_config");
    TCase *tests = tcase_create("generate_config");
    tcase_add_checked_fixture(tests, folder_setup, folder_teardown);
    tcase_add_test(tests, a_generator_takes_the_place_of_a_trace);
    tcase_add_test(tests, a_name_is_enough);
    tcase_add_test(tests, a_parameter_can_be_swept);
    tcase_add_test(tests, generators_can_be_swept);
    tcase_add_test(tests, a_default_that_is_given_makes_the_same_trace);
    tcase_add_test(tests, another_seed_makes_another_trace);
    tcase_add_test(tests, with_events_it_is_the_trace_of_one_process);
    tcase_add_test(tests, processes_of_a_list_may_generate_their_traces);
    tcase_add_test(tests, a_generator_of_children_has_their_streams);
    tcase_add_test(tests, streams_may_be_generated_too);
    tcase_add_test(tests, processes_may_run_beside_whatever_there_is);
    tcase_add_test(tests, of_trace_generator_and_processes_the_more_specific_wins);
    tcase_add_test(tests, a_generator_that_is_named_anew_starts_afresh);
    tcase_add_loop_test(tests, the_effective_experiment_gives_the_same_cells_and_itself, 0,
                        ARRAY_LEN(rich));
    tcase_add_loop_test(tests, a_wrong_file_is_refused_with_place_reason_and_remedy, 0,
                        ARRAY_LEN(wrong));
    suite_add_tcase(suite, tests);
    return suite;
}

int main(void)
{
    SRunner *runner = srunner_create(generate_config_suite());
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
