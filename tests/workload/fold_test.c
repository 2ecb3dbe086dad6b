/* fold_test.c -- traces with more address bits than the machine: what a folded trace does is
 * what the same program does whose addresses were chosen by hand. */
#include "trace/flt.h"
#include "workload/timed.h"

/* Segments of 16 MiB in which the programs are: `a` and `b` are neighbours, d lies low. */
struct layout {
    uint64_t a, b, c, d;
};
static const struct layout recorded = {0x7f0001, 0x7f0002, 0x555500, 0x10};
/* Into 32 bits, 256 segments, if c is used first: it goes to the top, one stays free. */
static const struct layout by_hand = {252, 253, 255, 0x10};

enum { SEGMENT_SHIFT = 24, TEXT_MAX = 4096, EXPANDED = 4 };

/* A setting, or a program, in which "$a" is the address of segment a, and page 3 of it is
 * "a3" after the kind of a reference: "La3 @map $b 4KiB rw; Sb0". */
static const char *expand(const char *text, const struct layout *layout)
{
    static char buffers[EXPANDED][TEXT_MAX];
    static unsigned next;
    const uint64_t segments[] = {layout->a, layout->b, layout->c, layout->d};
    char *const buffer = buffers[next++ % EXPANDED];
    size_t n = 0;
    for (const char *p = text; *p; p++) {
        const bool segment = p[0] >= 'a' && p[0] <= 'd';
        ck_assert_uint_lt(n + 32, TEXT_MAX);
        if (*p == '$' && p[1] >= 'a' && p[1] <= 'd') {
            const uint64_t address = segments[*++p - 'a'] << SEGMENT_SHIFT;
            n += (size_t)sprintf(buffer + n, "0x%" PRIx64, address);
        } else if (segment && p > text && strchr("ILSM", p[-1])) {
            char *end;
            const uint64_t page = strtoull(p + 1, &end, 10);
            const uint64_t first = (segments[*p - 'a'] << SEGMENT_SHIFT) / PROGRAM_PAGE;
            n += (size_t)sprintf(buffer + n, "%" PRIu64, first + page);
            p = end - 1;
        } else {
            buffer[n++] = *p;
        }
    }
    buffer[n] = '\0';
    return buffer;
}

/* The programs of a test: a.trace, b.trace. */
struct programs {
    const char *a, *b; /* b may be NULL */
};

static void write_programs(const struct programs *programs, const struct layout *layout)
{
    program("a.trace", expand(programs->a, layout));
    if (programs->b)
        program("b.trace", expand(programs->b, layout));
}

static void assert_same(const struct cell_result *x, const struct cell_result *y)
{
    for (size_t k = 0; k < counter_count; k++) {
        char p[FIELD_MAX], q[FIELD_MAX];
        counter_format(&counter_table[k], &x->counters, p, sizeof p);
        counter_format(&counter_table[k], &y->counters, q, sizeof q);
        ck_assert_msg(strcmp(p, q) == 0, "%s: %s folded, %s by hand", counter_table[k].name,
                      p, q);
    }
    for (int t = 0; t < TABLES; t++) {
        ck_assert_uint_eq(x->tables[t].n, y->tables[t].n);
        if (x->tables[t].n)
            ck_assert_str_eq(x->tables[t].text, y->tables[t].text);
    }
}

static const char *const none[] = {"timing=none", NULL};

/* The settings of timed_machine, ended by NULL. */
static const char *const *events(void)
{
    static const char *list[ARRAY_LEN(timed_machine) + 1];
    for (size_t i = 0; i < ARRAY_LEN(timed_machine); i++)
        list[i] = timed_machine[i];
    return list;
}

/* Run the programs with the settings (both ended by NULL) and further ones. */
static struct outcome run_with(const char *const *settings, const char *const *more)
{
    const char *set[SETTINGS_MAX] = {"machine.mmu=x86-32", "machine.frames=12"};
    size_t n = 2;
    for (; *settings; settings++)
        set[n++] = *settings;
    for (; *more; more++)
        set[n++] = *more;
    ck_assert_uint_lt(n, SETTINGS_MAX);
    return run_settings(set);
}

/* What the programs do folded is what they do with addresses by hand.  workload: with `$a`
 * and so on. */
static void assert_folds(const struct programs *programs, const char *workload,
                         const char *const *settings)
{
    write_programs(programs, &recorded);
    struct outcome folded = run_with(
        settings, (const char *[]){expand(workload, &recorded), "workload.fold=yes", NULL});
    write_programs(programs, &by_hand);
    struct outcome plain =
        run_with(settings, (const char *[]){expand(workload, &by_hand), NULL});
    assert_same(&folded.results[0], &plain.results[0]);
    ck_assert_uint_gt(folded.results[0].counters.faults_cold, 2);
    outcome_free(&folded);
    outcome_free(&plain);
}

/* --- what is moved ---------------------------------------------------------------------- */

static const char wanders[] = "Ic0 La0 Sa1 Ic1 Sb0 Lb1+ Ic0 Id0 Sd1 Ic2 La2 Sa3 Lb3 La4 "
                              "Sb5 Ic0 Ma0 Lb2 Ic3 Sa4095+ Lb0 La1 Id0 Sd2 Lc9";

START_TEST(a_program_runs_as_if_it_had_been_made_for_the_machine)
{
    const struct programs programs = {.a = wanders};
    assert_folds(&programs, "trace=a.trace", _i ? events() : none);
}
END_TEST

START_TEST(operations_are_moved_with_the_memory_that_they_are_for)
{
    const struct programs programs = {
        .a = "@map $c 64KiB rx file f; @map $d 8KiB rw; Ic0 Id0 Sd1 @map $a 32MiB rw; Sa0 "
             "Sb1 Sa4095+ @protect $b 4KiB r; Sb0 @advise $a 32MiB dontneed; La0 Lb1 "
             "@unmap $a 16MiB; Lb1"};
    assert_folds(&programs, "workload=[{trace: a.trace, regions: infer}]", events());
}
END_TEST

START_TEST(declared_regions_are_moved)
{
    const struct programs programs = {.a = "Ic0 Sd0 La0 Sa1 Ic1 Sb0 Lb9 Sd1 La7 Sb3 Ic0"};
    assert_folds(
        &programs,
        "workload=[{trace: a.trace, regions: [{start: $d, size: 8 KiB}, {start: "
        "$c, size: 64 KiB, file: prog, protection: r-x}, {start: $a, size: 32 MiB, "
        "backing: store}]}]",
        events());
}
END_TEST

START_TEST(inferred_regions_are_where_the_folded_trace_is)
{
    const struct programs programs = {.a = wanders};
    assert_folds(&programs, "workload=[{trace: a.trace, regions: infer}]", events());
}
END_TEST

/* --- who is folded together ------------------------------------------------------------- */

/* The child uses b and a before c, so that by itself it would put them elsewhere; it finds
 * its parent's pages all the same.  Nobody else uses d. */
START_TEST(a_child_is_folded_as_its_parent)
{
    static const struct programs programs = {.a = "Ic0 Sa0 Sb0 @fork 1; Sa0 Lb0 Ic1",
                                             .b = "Lb0 La0 Sb0 Ic0 Ic1 Ld0"};
    assert_folds(&programs,
                 "workload=[{trace: a.trace, streams: b.trace, regions: [{start: $d, size: "
                 "8 KiB}, {start: $c, size: 64 KiB}, {start: $a, size: 32 MiB}]}]",
                 events());
}
END_TEST

START_TEST(processes_in_one_address_space_are_folded_together)
{
    const struct programs programs = {.a = "Ic0 Sa0 Sb0 Sd0 Ic1 La0",
                                      .b = "Lb0 La0 Sb0 Ic0"};
    assert_folds(
        &programs,
        "workload=[{trace: a.trace, space: 7}, {trace: b.trace, space: 7, start: 5 "
        "ms}]",
        events());
}
END_TEST

/* Together the processes touch 400 segments; there are 256. */
START_TEST(processes_in_address_spaces_of_their_own_are_folded_apart)
{
    for (uint64_t i = 0; i < 2; i++) {
        char text[TEXT_MAX] = "";
        for (uint64_t k = 0; k < 200; k++)
            sprintf(text + strlen(text), "L%" PRIu64 " ", (0x5000 + 2 * k + i) << 12);
        program(i ? "b.trace" : "a.trace", text);
    }
    const char *const set[] = {"workload=[{trace: a.trace}, {trace: b.trace}]",
                               "workload.fold=yes", "machine.frames=2000", NULL};
    struct outcome outcome = run_with(events(), set);
    ck_assert_uint_eq(outcome.results[0].counters.faults_cold, 400);
    outcome_free(&outcome);
}
END_TEST

/* The trace is the same, what else is in their address spaces is not. */
START_TEST(processes_of_one_trace_may_have_different_memory)
{
    static const struct programs programs = {.a = "Ic0 La0 Sd0 Ic1", .b = "Lb0 La0 Sd0"};
    static const char *const others[] = {
        "{trace: a.trace, streams: b.trace, regions: infer}",
        "{trace: a.trace, regions: [{start: $d, size: 4 KiB}, {start: $c, size: 8 KiB}, "
        "{start: $a, size: 4 KiB}, {start: $b, size: 4 KiB}]}",
        "{trace: a.trace, regions: [{start: $d, size: 4 KiB}, {start: $c, size: 8 KiB}, "
        "{start: $a, size: 4 KiB}, {start: 0, size: 4 KiB}, {start: $b, size: 4 KiB}]}",
    };
    char workload[TEXT_MAX];
    snprintf(
        workload, sizeof workload,
        "workload=[{trace: a.trace}, {trace: a.trace, regions: [{start: 0, size: 4 "
        "KiB}, {start: $d, size: 4 KiB}, {start: $c, size: 8 KiB}, {start: $a, size: 4 "
        "KiB}]}, %s]",
        others[_i]);
    assert_folds(&programs, workload, events());
}
END_TEST

/* The region at b is in the TLB once for both, whoever runs. */
START_TEST(processes_with_global_regions_are_folded_together)
{
    static const struct programs programs = {.a = "Ic0 La0 Lb0x40 Ic0 Lb0x40 La0",
                                             .b = "Lb0x40 La0 Ic0 Lb1 Lb0x40"};
    static const char regions[] =
        "regions: [{start: $c, size: 4 KiB}, {start: $a, size: 4 KiB}, {start: $b, size: 8 "
        "KiB, file: f, protection: r--, global: yes}]";
    char workload[TEXT_MAX];
    const char *settings[SETTINGS_MAX] = {"machine.tlb.asids=0", "scheduler.quantum=20 us"};
    for (size_t i = 0; i < ARRAY_LEN(timed_machine); i++)
        settings[2 + i] = timed_machine[i];
    snprintf(workload, sizeof workload,
             "workload=[{trace: a.trace, %s}, {trace: b.trace, %s}]", regions, regions);
    assert_folds(&programs, workload, settings);
}
END_TEST

/* The second copy begins in the middle, with b. */
START_TEST(a_copy_that_begins_elsewhere_is_folded_as_the_first)
{
    const struct programs programs = {.a = "Ic0 La0 Sd0 Sb0 Lb1 Ic1 La1 Sd1"};
    assert_folds(&programs,
                 "workload=[{trace: a.trace, copies: 2, offset: 3, repeat: 2, space: 1}]",
                 events());
}
END_TEST

/* --- on which machine ------------------------------------------------------------------- */

/* One cell runs as recorded and three are folded, each into its own width. */
START_TEST(each_machine_has_its_own_width)
{
    static const volatile sig_atomic_t never;
    const struct run_options options = {.interrupted = &never, .jobs = 1};
    const char *const set[] = {"trace=a.trace", "workload.fold=yes",
                               "machine.frames=unlimited",
                               "sweep.machine.mmu=[ideal, x86-32, mips, x86-64]", NULL};
    struct cell_result results[4] = {0};
    struct error err = {0};
    program("a.trace", expand(wanders, &recorded));
    struct experiment *e = load_settings(set);
    ASSERT_OK(experiment_run(e, &options, results, &err), &err);
    static const char *const notes[] = {
        NULL, "addresses of the trace are folded into 32 bits",
        "addresses of the trace are folded into 31 bits", NULL};
    for (size_t i = 0; i < ARRAY_LEN(results); i++) {
        ck_assert_msg(results[i].state == CELL_DONE, "%s", results[i].message);
        ck_assert_uint_eq(results[i].counters.faults, results[0].counters.faults);
        ck_assert_uint_eq(results[i].counters.bytes_touched,
                          results[0].counters.bytes_touched);
        const char *found = strstr(results[i].notes, "folded");
        ck_assert(!notes[i] == !found);
        ck_assert(!notes[i] || strstr(results[i].notes, notes[i]));
        cell_result_release(&results[i]);
    }
    experiment_free(e);
}
END_TEST

/* Pairs of segments of 16 MiB and a single one: five pages of 4 KiB, three of 32 MiB.
 * Segment by segment the second pair would be moved to 249 and 250, where it is in two. */
START_TEST(pages_larger_than_a_segment_stay_whole)
{
    static const uint64_t segments[] = {0x5000, 0x5001, 0x6000, 0x7f0000, 0x7f0001};
    char text[TEXT_MAX] = "";
    for (size_t i = 0; i < ARRAY_LEN(segments); i++)
        sprintf(text + strlen(text), "L%" PRIu64 " ", segments[i] << 12);
    program("a.trace", text);
    const char *const set[] = {"trace=a.trace", "workload.fold=yes",
                               "sweep.machine.page_size=[4 KiB, 32 MiB]",
                               "machine.adapt_page_size=yes", NULL};
    struct outcome outcome = run_with(none, set);
    ck_assert_uint_eq(outcome.results[0].counters.faults, 5);
    ck_assert_uint_eq(outcome.results[1].counters.faults, 3);
    outcome_free(&outcome);
}
END_TEST

/* --- what cannot be --------------------------------------------------------------------- */

/* The only cell fails with this message. */
static void assert_cell_fails(const char *message, const char *const *settings,
                              const char *first, const char *second)
{
    static const volatile sig_atomic_t never;
    const struct run_options options = {.interrupted = &never};
    const char *set[SETTINGS_MAX] = {"machine.mmu=x86-32", first, second};
    size_t n = second ? 3 : 2;
    for (; *settings; settings++)
        set[n++] = *settings;
    struct experiment *e = load_settings(set);
    struct cell_result result = {0};
    struct error err = {0};
    ASSERT_OK(experiment_run(e, &options, &result, &err), &err);
    ck_assert_int_eq(result.state, CELL_FAILED);
    ck_assert_str_eq(result.message, message);
    cell_result_release(&result);
    experiment_free(e);
}

START_TEST(an_address_beyond_the_width_is_named_with_its_trace_and_reference)
{
    program("a.trace", expand("Ld0 Ld1 La0 Ld2", &recorded));
    assert_cell_fails("a.trace: address 0x7f0001000000 is beyond the 32 bits of x86-32; "
                      "machine.mmu: ideal, or workload.fold: yes, can take it (at "
                      "reference 3)",
                      _i ? events() : none, "trace=a.trace", NULL);
}
END_TEST

START_TEST(more_than_the_width_holds_is_an_error_that_names_the_trace)
{
    char text[TEXT_MAX] = "";
    for (unsigned i = 0; i < 257; i++)
        sprintf(text + strlen(text), "L%" PRIu64 " ", (UINT64_C(0x5000) + i) << 12);
    program("a.trace", text);
    assert_cell_fails(
        "a.trace: the trace touches more than the 32 bits of x86-32 can hold, "
        "in segments of 16 MiB",
        _i ? events() : none, "trace=a.trace", "workload.fold=yes");
}
END_TEST

START_TEST(an_operation_on_more_than_the_width_holds_is_named)
{
    program("a.trace", expand("Lc0 @map $a 1TiB rw; La0", &recorded));
    assert_cell_fails(
        "a.trace: the trace touches more than the 32 bits of x86-32 can hold, "
        "in segments of 16 MiB, with the map of 1099511627776 bytes from "
        "0x7f0001000000 on",
        events(), "trace=a.trace", "workload.fold=yes");
}
END_TEST

START_TEST(a_region_larger_than_the_width_holds_is_named)
{
    program("a.trace", expand("La0", &recorded));
    assert_cell_fails("--set 'workload=[{trace: a.trace, regions: [{name: libs, start: "
                      "0x7f0001000000, size: 1 TiB}]}]': region 'libs' of 1 TiB: with it, "
                      "the trace touches more than the 32 bits of x86-32 can hold, in "
                      "segments of 16 MiB",
                      events(),
                      expand("workload=[{trace: a.trace, regions: [{name: libs, start: $a, "
                             "size: 1 TiB}]}]",
                             &recorded),
                      "workload.fold=yes");
}
END_TEST

/* It was looked at when it was another program. */
START_TEST(a_trace_that_changes_while_it_is_used_is_damaged)
{
    const struct fold_params params = {
        .bits = 32, .segment_shift = SEGMENT_SHIFT, .machine = "test"};
    struct trace_options options = {.path = "a.trace"};
    struct fold *fold;
    struct trace *trace;
    struct batch batch;
    struct error err = {0};
    program("a.trace", "L1");
    ASSERT_OK(batch_init(&batch, &err), &err);
    ASSERT_OK(fold_create(&fold, &params, &err), &err);
    ASSERT_OK(fold_place(fold, &err), &err);
    options.fold = fold;
    ASSERT_OK(trace_open(&trace, &options, &err), &err);
    ck_assert_int_eq(trace_next(trace, &batch, &err), ERR_DAMAGED);
    ck_assert_str_eq(err.at.file, "a.trace");
    ck_assert_str_eq(err.text, "it has changed while it was being used");
    trace_close(trace);
    fold_free(fold);
    batch_release(&batch);
}
END_TEST

/* The blocks of the trace are larger than a segment would be. */
START_TEST(a_trace_of_large_blocks_is_refused_for_its_blocks_only)
{
    const struct flt_writer_options options = {.granule_shift = 26, .origin = ""};
    struct builder *builder;
    struct flt_writer *writer;
    struct batch batch;
    struct error err = {0};
    ASSERT_OK(builder_create(&builder, options.granule_shift, &err), &err);
    ASSERT_OK(batch_init(&batch, &err), &err);
    builder_add(builder, LOAD, UINT64_C(0x7f) << 40, 1);
    builder_take(builder, &batch);
    ASSERT_OK(flt_writer_create(&writer, "a.trace", &options, &err), &err);
    ASSERT_OK(flt_writer_put(writer, &batch, &err), &err);
    ASSERT_OK(flt_writer_finish(writer, &err), &err);
    batch_release(&batch);
    builder_free(builder);
    assert_cell_fails(
        "pages of 4096 bytes: the trace knows addresses to 67108864 bytes only", none,
        "trace=a.trace", "workload.fold=yes");
}
END_TEST

/* --- a recording ------------------------------------------------------------------------ */

/* Copy a recording as it is folded into so many bits. */
static void write_folded(const char *from, const char *to, unsigned bits)
{
    const struct fold_params params = {
        .bits = bits, .segment_shift = SEGMENT_SHIFT, .machine = "test"};
    struct trace_options options = {.path = from};
    struct fold *fold;
    struct trace *trace;
    struct batch batch;
    struct flt_writer *writer;
    struct error err = {0};
    ASSERT_OK(batch_init(&batch, &err), &err);
    ASSERT_OK(fold_create(&fold, &params, &err), &err);
    ASSERT_OK(trace_open(&trace, &options, &err), &err);
    const unsigned granule_shift = trace_info(trace)->granule_shift;
    while (trace_next(trace, &batch, &err) == OK)
        ASSERT_OK(fold_look(fold, &batch, granule_shift, &err), &err);
    trace_close(trace);
    ASSERT_OK(fold_place(fold, &err), &err);
    options.fold = fold;
    ASSERT_OK(trace_open(&trace, &options, &err), &err);
    const struct flt_writer_options written = {
        .granule_shift = granule_shift, .origin = "", .level = 1};
    ASSERT_OK(flt_writer_create(&writer, to, &written, &err), &err);
    while (trace_next(trace, &batch, &err) == OK) {
        for (uint32_t i = 0; i < batch.nblocks; i++)
            ck_assert_uint_eq(batch.blocks[i] << granule_shift >> bits, 0);
        ASSERT_OK(flt_writer_put(writer, &batch, &err), &err);
    }
    ASSERT_OK(flt_writer_finish(writer, &err), &err);
    trace_close(trace);
    fold_free(fold);
    batch_release(&batch);
}

/* On the ideal machine all that differs is the names of pages. */
START_TEST(a_folded_recording_faults_as_the_recording_does)
{
    static const char recording[] = TEST_DATA "/../../traces/sort.flt";
    char trace[512];
    write_folded(recording, "sort.flt", 31);
    snprintf(trace, sizeof trace, "sweep.trace=[%s, sort.flt]", recording);
    const char *set[SETTINGS_MAX] = {trace, "sweep.machine.frames=[32, 150]"};
    for (size_t i = 0; i < ARRAY_LEN(timed_machine) && _i; i++)
        set[2 + i] = timed_machine[i];
    struct outcome o = run_settings(set);
    for (size_t i = 0; i < 2; i++) {
        assert_same(&o.results[i], &o.results[2 + i]);
        ck_assert_uint_gt(o.results[i].counters.page_outs, 0);
    }
    outcome_free(&o);
}
END_TEST

static Suite *fold_suite(void)
{
    Suite *suite = suite_create("fold");
    TCase *tests = tcase_create("fold");
    tcase_add_checked_fixture(tests, folder_setup, folder_teardown);
    tcase_add_loop_test(tests, a_program_runs_as_if_it_had_been_made_for_the_machine, 0, 2);
    tcase_add_test(tests, operations_are_moved_with_the_memory_that_they_are_for);
    tcase_add_test(tests, declared_regions_are_moved);
    tcase_add_test(tests, inferred_regions_are_where_the_folded_trace_is);
    tcase_add_test(tests, a_child_is_folded_as_its_parent);
    tcase_add_test(tests, processes_in_one_address_space_are_folded_together);
    tcase_add_test(tests, processes_in_address_spaces_of_their_own_are_folded_apart);
    tcase_add_loop_test(tests, processes_of_one_trace_may_have_different_memory, 0, 3);
    tcase_add_test(tests, processes_with_global_regions_are_folded_together);
    tcase_add_test(tests, a_copy_that_begins_elsewhere_is_folded_as_the_first);
    tcase_add_test(tests, each_machine_has_its_own_width);
    tcase_add_test(tests, pages_larger_than_a_segment_stay_whole);
    tcase_add_loop_test(
        tests, an_address_beyond_the_width_is_named_with_its_trace_and_reference, 0, 2);
    tcase_add_loop_test(tests, more_than_the_width_holds_is_an_error_that_names_the_trace,
                        0, 2);
    tcase_add_test(tests, an_operation_on_more_than_the_width_holds_is_named);
    tcase_add_test(tests, a_region_larger_than_the_width_holds_is_named);
    tcase_add_test(tests, a_trace_that_changes_while_it_is_used_is_damaged);
    tcase_add_test(tests, a_trace_of_large_blocks_is_refused_for_its_blocks_only);
    tcase_add_loop_test(tests, a_folded_recording_faults_as_the_recording_does, 0, 2);
    suite_add_tcase(suite, tests);
    return suite;
}

int main(void)
{
    return run_suite(fold_suite());
}
