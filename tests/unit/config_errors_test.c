/* config_errors_test.c -- what an experiment file must not say, and the sentence for it. */
#include "unit/experiment_folder.h"

#define T "trace: t.flt\n"
#define TLB T "machine.mmu: x86-64\nmachine.tlb: "

static const struct {
    const char *text, *message;
} wrong[] = {
    /* Keys. */
    {T "machine:\n  memry: 8 MiB\n",
     "e.yaml:3:3: unknown key 'machine.memry'; nearest is 'machine.memory'"},
    {T "polcy: lru\n", "e.yaml:2:1: unknown key 'polcy'; nearest is 'policy'"},
    {T "page_size: 4 KiB\n",
     "e.yaml:2:1: unknown key 'page_size'; nearest is 'machine.page_size'"},
    {T "colour: red\n", "e.yaml:2:1: unknown key 'colour'; 'faultline list keys' shows all "
                        "that there are"},
    {T "seed: 1\nseed: 2\n",
     "e.yaml:3:1: key 'seed' is given twice; it is on line 2 already"},
    {T "machine: { mmu: ideal }\nmachine.mmu: ideal\n",
     "e.yaml:3:1: key 'machine.mmu' is given twice; it is on line 2 already"},
    {"machine.frames: 3\n", "e.yaml: no trace is named; write 'trace: PATH' into the "
                            "experiment or give --set trace=PATH"},
    /* Types. */
    {"- lru\n", "e.yaml:1:1: an experiment is a map of keys and values, such as 'policy: "
                "clock', not a list"},
    {T "machine: 3\n", "e.yaml:2:10: 'machine' is a map of further keys, not a value"},
    {T "machine.frames: [1, 2]\n", "e.yaml:2:17: 'machine.frames' takes one value, not a "
                                   "list; to vary it, put the list under 'sweep'"},
    {T "seed: { a: 1 }\n", "e.yaml:2:7: 'seed' takes a single value, not a map"},
    {T "seed:\n", "e.yaml:2:6: 'seed' has no value"},
    {T "seed: -1\n", "e.yaml:2:7: bad count '-1' for seed: a count is a whole number in "
                     "digits only, such as '1024'"},
    {T "machine.memory: 4M\n",
     "e.yaml:2:17: bad size '4M' for machine.memory: 'M' may mean a power of 1000 or of "
     "1024; write '4 MiB' or '4 MB'"},
    {T "experiment: a/b\n",
     "e.yaml:2:13: 'a/b' for experiment cannot be the name of a file: at most 100 "
     "characters, no '/' and no blanks, and neither '.' nor '-' first"},
    {T "timing: real\n", "e.yaml:2:9: unknown timing 'real'; allowed: none, events"},
    {T "kernel: { name: linux, version: \"5.7\", swappiness: 101 }\n",
     "e.yaml:2:52: kernel 'linux': 'swappiness' (101) is at most 100 before 5.8, and "
     "version is 5.7"},
    /* Memory. */
    {T "machine.frames: 0\n", "e.yaml:2:17: machine.frames '0' is out of range: it must be "
                              "from 1 to 4294967294, or unlimited"},
    {T "machine: { frames: 3, memory: 1 MiB }\n",
     "e.yaml:2:23: 'machine.frames' and 'machine.memory' say the same thing twice; leave "
     "one of them out"},
    {T "machine.memory: 2 KiB\n", "e.yaml:2:17: machine.memory of 2 KiB holds no page of 4 "
                                  "KiB; it must be at least one page"},
    {T "machine.memory: 64 TiB\n", "e.yaml:2:17: machine.memory of 64 TiB is 17179869184 "
                                   "frames of 4 KiB; the most are 4294967294"},
    {T "machine.page_size: 5000\n", "e.yaml:2:20: machine.page_size '5000' is not a power "
                                    "of two; nearest are '4 KiB' and '8 KiB'"},
    {T "machine.page_size: 256\n", "e.yaml:2:20: machine.page_size '256' is out of range: "
                                   "it must be 512 B to 1 GiB, a power of two"},
    /* MMU and TLB. */
    {T "machine.mmu: ideel\n", "e.yaml:2:14: unknown machine.mmu 'ideel'; nearest is "
                               "'ideal'; 'faultline list formats' shows all"},
    {T "machine.tlb.l2.ways: 4\n",
     "e.yaml:2:1: 'machine.tlb.l2.ways' needs a machine.mmu with page tables ('faultline "
     "list formats'); 'ideal' (the default) has none"},
    {T "machine.mmu: ideal\nmachine.tlb.l2.ways: 4\n",
     "e.yaml:3:1: 'machine.tlb.l2.ways' needs a machine.mmu with page tables ('faultline "
     "list formats'); 'ideal' has none"},
    {TLB "{ l2: { entries: 1000 } }\n",
     "e.yaml:3:31: machine.tlb.l2.ways 12 (the default) does not divide "
     "machine.tlb.l2.entries 1000; with these ways it can be 996 or 1008 entries, with "
     "these entries the ways can be full"},
    {TLB "{ l1d: { entries: 4, ways: 8 } }\n",
     "e.yaml:3:41: machine.tlb.l1d.ways 8 does not divide machine.tlb.l1d.entries 4; with "
     "these ways it can be 8 entries, with these entries the ways can be full"},
    {TLB "{ l1d: { entries: 1048577 } }\n",
     "e.yaml:3:32: machine.tlb.l1d.entries '1048577' is out of range: it must be from 0 to "
     "1048576"},
    {TLB "{ l2: { replacement: plru } }\n",
     "e.yaml:3:35: unknown machine.tlb.l2.replacement 'plru'; nearest is 'lru'; allowed: "
     "lru, fifo, random, nmru, tree-plru, bit-plru, bit-plru-dynamorio"},
    /* Plug-ins. */
    {T "policy: clok\n", "e.yaml:2:9: unknown policy 'clok'; nearest is 'clock'; "
                         "'faultline list policies' shows all"},
    {T "kernel: { name: textbok }\n", "e.yaml:2:17: unknown kernel 'textbok'; nearest is "
                                      "'textbook'; 'faultline list kernels' shows all"},
    {T "policy: { name: clock, hnad: stays }\n",
     "e.yaml:2:30: unknown parameter 'hnad' of policy 'clock'; nearest is 'hand' (it has "
     "ref_on_load, hand)"},
    {T "policy: { name: clock, hand: stay }\n",
     "e.yaml:2:30: bad value 'stay' for 'hand' of policy 'clock'; nearest is 'stays' (it "
     "is "
     "one of advances, stays)"},
    {T "policy.hand: stays\n",
     "e.yaml:2:14: unknown parameter 'hand' of policy 'lru': it has no parameters"},
    {T "policy: { name: clock, hand: [stays] }\n",
     "e.yaml:2:30: 'policy.hand' takes one value, not a list; to vary it, put the list "
     "under 'sweep'"},
    {T "sweep: { policy: [lru] }\npolicy: { name: clock, hnad: stays }\n",
     "e.yaml:3:30: unknown parameter 'hnad' of policy 'clock'; nearest is 'hand' (it has "
     "ref_on_load, hand)"},
    /* Sweeps. */
    {T "sweep: [policy]\n", "e.yaml:2:8: 'sweep' is a map of keys and lists of their "
                            "values, not a list"},
    {T "sweep: { polcy: [lru] }\n",
     "e.yaml:2:10: unknown key 'polcy'; nearest is 'policy'"},
    {T "sweep: { policy: lru }\n",
     "e.yaml:2:18: 'policy' under sweep takes a list of values in brackets, not a value"},
    {T "sweep: { policy: [] }\n", "e.yaml:2:18: the list of 'policy' under sweep is empty; "
                                  "it needs at least one value"},
    {T "sweep: { policy: [lru, fif] }\n", "e.yaml:2:24: unknown policy 'fif'; nearest is "
                                          "'fifo'; 'faultline list policies' shows all"},
    {T "sweep: { policy: [lru, lru] }\n",
     "e.yaml:2:24: 'lru' is twice in the list of 'policy' under sweep"},
    {T "sweep: { policy: [{ hand: stays }] }\n",
     "e.yaml:2:19: a policy in a list needs a name, such as {name: lru}"},
    {T "sweep: { policy: [clock, { name: lru, hand: stays }] }\n",
     "e.yaml:2:45: unknown parameter 'hand' of policy 'lru': it has no parameters"},
    {T "sweep: { seed: [[1]] }\n", "e.yaml:2:17: 'seed' takes a single value, not a list"},
    {T "sweep: { sweep: { seed: [1] } }\n",
     "e.yaml:2:10: 'sweep' inside sweep: sweeps cannot be nested"},
    {T "sweep: { plots: [1] }\n", "e.yaml:2:10: 'plots' cannot vary within sweep"},
    {T "sweep: { machine.tlb: [1] }\n", "e.yaml:2:10: 'machine.tlb' is a section; vary its "
                                        "keys one by one, or together with 'zip'"},
    {T "sweep: { seed: [1] }\nzip: { seed: [2] }\n",
     "e.yaml:3:8: 'seed' is in sweep and in zip; leave one of them out"},
    {T "sweep: { machine.page_size: [4 KiB, 3 KiB] }\n",
     "e.yaml:2:37: machine.page_size '3 KiB' is not a power of two; nearest are '2 KiB' "
     "and "
     "'4 KiB'"},
    {T "zip: { machine.frames: [1, 2, 3], policy: [lru, fifo] }\n",
     "e.yaml:2:43: the lists under zip must have one length: 'machine.frames' has 3 "
     "values, "
     "'policy' has 2"},
    {T "sweep: { policy: [lru, clock] }\npolicy.hand: stays\n",
     "e.yaml:3:1: 'policy.hand' would be lost, since 'policy' varies; give it with a name "
     "in the list, such as {name: lru, hand: stays}, or vary 'policy.hand' too"},
    /* Presets. */
    {T "extends: small\n",
     "e.yaml:2:10: no preset 'small'; it is looked for in presets and "
     "as a path relative to the file that names it"},
    {T "extends: machines/bigg\n",
     "e.yaml:2:10: no preset 'machines/bigg'; nearest is 'machines/big'"},
    {T "extends: machines/big\n",
     "presets/machines/../machines/huge.yaml:1:10: 'extends' goes round in a circle: "
     "e.yaml -> "
     "presets/machines/big.yaml -> presets/machines/../machines/huge.yaml -> "
     "presets/machines/big.yaml"},
    {T "extends: [machines/wrong]\n", "presets/machines/wrong.yaml:1:7: bad count 'x' for "
                                      "seed: a count is a whole number in "
                                      "digits only, such as '1024'"},
    /* Plots. */
    {T "plots: { y: fault_rate }\n", "e.yaml:2:8: 'plots' takes a list of maps, such as "
                                     "[{y: fault_rate}], not a map"},
    {T "plots: [{ x: seed }]\n", "e.yaml:2:9: a plot needs y, a counter such as "
                                 "'fault_rate'; 'faultline list counters' shows all"},
    {T "plots: [{ y: fault_rate }]\n",
     "e.yaml:2:9: a plot needs x, a key such as 'machine.page_size': nothing is swept that "
     "it could be taken from"},
    {T "plots: [{ x: seed, y: fault_rat }]\n",
     "e.yaml:2:23: unknown counter 'fault_rat' for y; nearest is 'fault_rate'"},
    {T "plots: [{ x: seed, y: [faults, colour] }]\n",
     "e.yaml:2:32: unknown counter 'colour' for y; 'faultline list counters' shows all"},
    {T "plots: [{ x: machine.page_siz, y: faults }]\n",
     "e.yaml:2:14: unknown column 'machine.page_siz' for x; nearest is "
     "'machine.page_size'"},
    {T "plots: [{ x: seed, y: faults, serie: policy }]\n",
     "e.yaml:2:31: unknown key 'serie' of a plot; nearest is 'series'; it has x, y, "
     "series, "
     "title, file, curves, curve, pictures, only, xscale, yscale"},
    {T "plots: [{ x: seed, y: faults, file: a/b }]\n",
     "e.yaml:2:37: 'a/b' for file cannot be the name of a file: at most 100 characters, no "
     "'/' and no blanks, and neither '.' nor '-' first"},
    {T "plots: [{ x: seed, y: faults, file: a }, { x: seed, y: loads, file: a }]\n",
     "e.yaml:2:42: a second plot with the file 'a'"},
    {T "plots: [{ x: seed, y: faults, yscale: logs }]\n",
     "e.yaml:2:39: unknown yscale 'logs'; nearest is 'log'; allowed: auto, linear, log"},
};

static const struct {
    const char *set[3], *message;
} wrong_sets[] = {
    {{"machine.memry=8MiB"},
     "--set 'machine.memry=8MiB': unknown key 'machine.memry'; nearest is "
     "'machine.memory'"},
    {{"policy"}, "--set 'policy': a setting is KEY=VALUE, such as machine.memory=8MiB"},
    {{"=lru"}, "--set '=lru': a setting is KEY=VALUE, such as machine.memory=8MiB"},
    {{"policy="}, "--set 'policy=': 'policy' has no value"},
    {{"sweep.policy=[lru"},
     "--set 'sweep.policy=[lru': broken YAML: did not find expected "
     "',' or ']'"},
    {{"policy={name: clock, hand: stay}"},
     "--set 'policy={name: clock, hand: stay}': bad value 'stay' for 'hand' of policy "
     "'clock'; nearest is 'stays' (it is one of advances, stays)"},
    {{"machine.memory=1MiB", "machine.frames=3"},
     "--set 'machine.frames=3': 'machine.memory' and 'machine.frames' say the same thing "
     "twice; leave one of them out"},
    {{"policy=lru", "sweep.policy=[lru, fifo]"},
     "--set 'policy=lru': 'policy' is also swept by a --set; only one of them can hold"},
    {{"sweep.policy=[lru, clock]", "policy.hand=stays"},
     "--set 'policy.hand=stays': 'policy.hand' would be lost, since 'policy' varies; give "
     "it with a name in the list, such as {name: lru, hand: stays}, or vary 'policy.hand' "
     "too"},
    {{"extends=machines/bigg"},
     "--set 'extends=machines/bigg': no preset 'machines/bigg'; nearest is 'machines/big'"},
};

static void setup(void)
{
    folder_setup();
    mkdir("presets", 0700);
    mkdir("presets/machines", 0700);
    write_file("presets/machines/big.yaml", "extends: ../machines/huge\n");
    write_file("presets/machines/huge.yaml", "extends: machines/big\n");
    write_file("presets/machines/wrong.yaml", "seed: x\n");
}

static void assert_error(const char *file, const char *const *set, const char *message)
{
    struct error err = {0};
    char text[1400];
    ck_assert_int_eq(load_with(&err, file, set), ERR_CONFIG);
    ck_assert_str_eq(error_format(&err, text, sizeof text), message);
}

START_TEST(a_wrong_file_is_refused_with_place_reason_and_remedy)
{
    static const char *const none[] = {NULL};
    write_file("e.yaml", wrong[_i].text);
    assert_error("e.yaml", none, wrong[_i].message);
}
END_TEST

START_TEST(a_wrong_set_is_refused_and_quoted)
{
    write_file("e.yaml", T);
    assert_error("e.yaml", wrong_sets[_i].set, wrong_sets[_i].message);
}
END_TEST

START_TEST(a_sweep_of_too_many_cells_is_refused)
{
    char text[8192] = T "sweep:\n", list[2048] = "";
    for (int i = 0; i < 400; i++)
        snprintf(list + strlen(list), sizeof list - strlen(list), "%d,", i + 1);
    snprintf(text + strlen(text), sizeof text - strlen(text),
             "  seed: [%s]\n  machine.frames: [%s]\n", list, list);
    static const char *const none[] = {NULL};
    write_file("e.yaml", text);
    assert_error("e.yaml", none,
                 "e.yaml:3:3: the sweep has more than 100000 cells; shorten a list, or "
                 "split it into several experiments");
}
END_TEST

START_TEST(an_error_may_be_ignored)
{
    static const char *const set[] = {"policy=clok", NULL};
    ck_assert_int_eq(load_with(NULL, NULL, set), ERR_CONFIG);
    ck_assert_ptr_null(experiment);
}
END_TEST

static Suite *config_errors_suite(void)
{
    Suite *suite = suite_create("config_errors");
    TCase *tests = tcase_create("config_errors");
    tcase_add_checked_fixture(tests, setup, folder_teardown);
    tcase_add_loop_test(tests, a_wrong_file_is_refused_with_place_reason_and_remedy, 0,
                        ARRAY_LEN(wrong));
    tcase_add_loop_test(tests, a_wrong_set_is_refused_and_quoted, 0, ARRAY_LEN(wrong_sets));
    tcase_add_test(tests, a_sweep_of_too_many_cells_is_refused);
    tcase_add_test(tests, an_error_may_be_ignored);
    suite_add_tcase(suite, tests);
    return suite;
}

int main(void)
{
    SRunner *runner = srunner_create(config_errors_suite());
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
