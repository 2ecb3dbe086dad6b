/* machine_config_test.c -- the keys of a machine as what the hardware is made from. */
#include "unit/experiment_folder.h"

#include "experiment/cell.h"

#define T "trace: t.flt\n"
#define X86 T "machine.mmu: x86-64\n"
#define E "timing: events\n"

#define NS UINT64_C(1000)
#define US (1000 * NS)
#define KIB(n) ((uint64_t)(n) << 10)
#define ANY UINT64_MAX

static const struct machine_config *machine(size_t cell)
{
    ck_assert_uint_lt(cell, experiment->ncells);
    return &experiment->cells[cell].machine;
}

/* "l1i l1d l2" */
static const char *arrays(size_t cell)
{
    static char text[512];
    text[0] = '\0';
    for (size_t i = 0; i < machine(cell)->narrays; i++)
        snprintf(text + strlen(text), sizeof text - strlen(text), "%s%s", i ? " " : "",
                 machine(cell)->arrays[i].name);
    return text;
}

static void assert_settings(size_t cell, const char *const settings[][2], size_t n)
{
    for (size_t i = 0; i < n; i++) {
        ck_assert_msg(setting(cell, settings[i][0]), "no setting %s", settings[i][0]);
        ck_assert_msg(strcmp(setting(cell, settings[i][0]), settings[i][1]) == 0, "%s: %s",
                      settings[i][0], setting(cell, settings[i][0]));
    }
}

START_TEST(a_machine_with_page_tables_has_the_documented_defaults)
{
    load(X86, NULL);
    const struct machine_config *m = machine(0);
    ck_assert_ptr_null(m->model);
    ck_assert_uint_eq(m->clock, UINT64_C(3000000000));
    ck_assert_uint_eq(m->cost_instruction, 333);
    ck_assert_str_eq(m->mmu.name, "x86-64");
    ck_assert(!m->adapted);
    ck_assert_str_eq(arrays(0), "l1i l1d l2");
    for (size_t i = 0; i < 3; i++) {
        const struct tlb_array_params *array = &m->arrays[i];
        ck_assert_uint_eq(array->level, i < 2 ? 1 : 2);
        ck_assert_int_eq(array->streams[0], i != 1);
        ck_assert_int_eq(array->streams[1], i != 0);
        ck_assert_uint_eq(array->tlb.entries, i < 2 ? 64 : 1536);
        ck_assert_uint_eq(array->tlb.ways, i < 2 ? 4 : 12);
        ck_assert_int_eq(array->tlb.replacement, TLB_LRU);
        ck_assert_uint_eq(array->tlb.wired, 0);
        ck_assert_uint_eq(array->page_sizes, ANY);
        ck_assert_int_eq(array->half, TLB_WHOLE);
        ck_assert(!array->inclusive);
        ck_assert_uint_eq(array->hit, i < 2 ? 0 : 3 * NS);
    }
    ck_assert_uint_eq(m->asids, UINT64_MAX);
    for (unsigned level = 0; level <= WALK_LEVELS_MAX; level++)
        ck_assert_uint_eq(m->walk_cache.level[level].entries, 0);
    ck_assert_uint_eq(m->walk_cache.hit, 333);
    ck_assert_uint_eq(m->table_cache.size, 0);
    ck_assert_uint_eq(m->table_cache.miss, 5 * NS);
    ck_assert_uint_eq(m->cost_walk, 0);
    ck_assert_uint_eq(m->shootdown.batch, UINT64_MAX);
    ck_assert_uint_eq(m->shootdown.flush_ceiling, UINT64_MAX);
    ck_assert_uint_eq(m->shootdown.send + m->shootdown.invalidate, 0);
    ck_assert_ptr_null(setting(0, "machine.shootdown.batch"));
    ck_assert_ptr_null(setting(0, "machine.model"));
    ck_assert_ptr_null(setting(0, "machine.table_cache.line"));
}
END_TEST

START_TEST(shootdowns_have_their_defaults_with_events)
{
    load(X86 E, NULL);
    const struct shootdown_params *s = &machine(0)->shootdown;
    ck_assert_uint_eq(s->batch, UINT64_MAX);
    ck_assert_uint_eq(s->flush_ceiling, 33);
    ck_assert(s->lazy);
    ck_assert_uint_eq(s->send, 500 * NS);
    ck_assert_uint_eq(s->receive, US);
    ck_assert_uint_eq(s->invalidate, 100 * NS);
    ck_assert_uint_eq(s->flush, 500 * NS);
    load(T E, NULL);
    ck_assert_ptr_null(setting(0, "machine.shootdown.send"));
}
END_TEST

static const char full[] =
    T E "machine:\n"
        "  clock: 2 GHz\n"
        "  mmu: { name: vax, system_pages: 4096 }\n"
        "  page_size: 512 B\n"
        "  tlb:\n"
        "    asids: 7\n"
        "    l1: { entries: 24, ways: 3, replacement: nmru, wired: 2, pages: 512 B,\n"
        "          half: process, inclusive: yes }\n"
        "    l1-system: { entries: 8, half: system }\n"
        "    l2: { entries: 128, ways: 64, replacement: tree-plru, pages: [512 B],\n"
        "          half: process, hit: 9 cycles }\n"
        "    l3d: { entries: 12, hit: 2.5 cycles, replacement: bit-plru }\n"
        "  walk_cache: { l2: { entries: 8, ways: 4 }, l3.entries: 4, hit: 3 cycles }\n"
        "  table_cache: { size: 3 KiB, line: 32 B, ways: 3, hit: 5 cycles }\n"
        "  cost: { walk: 20 cycles, walk_access: 7 ns, reference: 2 cycles }\n"
        "  cpu_lag: 10 cycles\n"
        "  shootdown: { batch: 16, flush_ceiling: unlimited, lazy: no, send: 1 cycle,\n"
        "               receive: 2 cycles, invalidate: 3 cycles, flush: 4 cycles }\n";

START_TEST(every_key_of_a_machine_is_read)
{
    load(full, NULL);
    const struct machine_config *m = machine(0);
    ck_assert_uint_eq(m->clock, UINT64_C(2000000000));
    ck_assert_uint_eq(m->cost_instruction, 500);
    ck_assert_str_eq(m->mmu.name, "vax");
    ck_assert_uint_eq(m->asids, 7);
    ck_assert_str_eq(arrays(0), "l1 l1-system l2 l3d");
    const struct tlb_array_params *l1 = &m->arrays[0], *l2 = &m->arrays[2];
    ck_assert_uint_eq(l1->tlb.entries, 24);
    ck_assert_uint_eq(l1->tlb.ways, 3);
    ck_assert_int_eq(l1->tlb.replacement, TLB_NMRU);
    ck_assert_uint_eq(l1->tlb.wired, 2);
    ck_assert_uint_eq(l1->page_sizes, 512);
    ck_assert_int_eq(l1->half, TLB_PROCESS);
    ck_assert(l1->inclusive);
    ck_assert_int_eq(m->arrays[1].half, TLB_SYSTEM);
    ck_assert_uint_eq(m->arrays[1].tlb.ways, 8);
    ck_assert_int_eq(l2->tlb.replacement, TLB_TREE_PLRU);
    ck_assert_uint_eq(l2->tlb.ways, 64);
    ck_assert_uint_eq(l2->page_sizes, 512);
    ck_assert_uint_eq(l2->hit, 4500);
    ck_assert_uint_eq(m->arrays[3].level, 3);
    ck_assert(!m->arrays[3].streams[0] && m->arrays[3].streams[1]);
    ck_assert_int_eq(m->arrays[3].tlb.replacement, TLB_BIT_PLRU);
    ck_assert_uint_eq(m->arrays[3].hit, 1250);
    ck_assert_uint_eq(m->walk_cache.level[2].entries, 8);
    ck_assert_uint_eq(m->walk_cache.level[2].ways, 4);
    ck_assert_uint_eq(m->walk_cache.level[3].entries, 4);
    ck_assert_uint_eq(m->walk_cache.level[3].ways, 4);
    ck_assert_uint_eq(m->walk_cache.level[4].entries, 0);
    ck_assert_uint_eq(m->walk_cache.hit, 1500);
    ck_assert_uint_eq(m->table_cache.size, KIB(3));
    ck_assert_uint_eq(m->table_cache.line, 32);
    ck_assert_uint_eq(m->table_cache.ways, 3);
    ck_assert_uint_eq(m->table_cache.hit, 2500);
    ck_assert_uint_eq(m->table_cache.miss, 7 * NS);
    ck_assert_uint_eq(m->cost_walk, 10 * NS);
    ck_assert_uint_eq(experiment->cells[0].events->cost_reference, NS);
    ck_assert_uint_eq(experiment->cells[0].events->cpu_lag, 5 * NS);
    ck_assert_uint_eq(m->shootdown.batch, 16);
    ck_assert_uint_eq(m->shootdown.flush_ceiling, UINT64_MAX);
    ck_assert(!m->shootdown.lazy);
    ck_assert_uint_eq(m->shootdown.send, 500);
    ck_assert_uint_eq(m->shootdown.receive, 1000);
    ck_assert_uint_eq(m->shootdown.invalidate, 1500);
    ck_assert_uint_eq(m->shootdown.flush, 2000);
}
END_TEST

START_TEST(every_key_of_a_machine_is_recorded)
{
    load(full, NULL);
    static const char *const settings[][2] = {
        {"machine.adapt_page_size", "no"},
        {"machine.clock", "2000000000"},
        {"machine.cost.walk", "0.00000001"},
        {"machine.cost.walk_access", "0.000000007"},
        {"machine.mmu", "vax"},
        {"machine.mmu.system_pages", "4096"},
        {"machine.shootdown.batch", "16"},
        {"machine.shootdown.flush", "0.000000002"},
        {"machine.shootdown.flush_ceiling", "unlimited"},
        {"machine.shootdown.invalidate", "0.0000000015"},
        {"machine.shootdown.lazy", "no"},
        {"machine.shootdown.receive", "0.000000001"},
        {"machine.shootdown.send", "0.0000000005"},
        {"machine.table_cache.hit", "0.0000000025"},
        {"machine.table_cache.line", "32"},
        {"machine.table_cache.size", "3072"},
        {"machine.table_cache.ways", "3"},
        {"machine.table_frames", "counted"},
        {"machine.tlb.asids", "7"},
        {"machine.tlb.l1.entries", "24"},
        {"machine.tlb.l1.half", "process"},
        {"machine.tlb.l1.hit", "0.0"},
        {"machine.tlb.l1.inclusive", "yes"},
        {"machine.tlb.l1.pages", "512"},
        {"machine.tlb.l1.replacement", "nmru"},
        {"machine.tlb.l1.ways", "3"},
        {"machine.tlb.l1.wired", "2"},
        {"machine.tlb.l1-system.ways", "8"},
        {"machine.tlb.l2.hit", "0.0000000045"},
        {"machine.tlb.l3d.hit", "0.00000000125"},
        {"machine.tlb.l3d.pages", "any"},
        {"machine.walk_cache.hit", "0.0000000015"},
        {"machine.walk_cache.l2.entries", "8"},
        {"machine.walk_cache.l2.ways", "4"},
        {"machine.walk_cache.l3.ways", "4"},
        {"machine.walk_cache.l4.entries", "0"},
        {"machine.walk_cache.l5.entries", "0"},
    };
    assert_settings(0, settings, ARRAY_LEN(settings));
    ck_assert_ptr_null(setting(0, "machine.walk_cache.l4.ways"));
    ck_assert_ptr_null(setting(0, "machine.tlb.l1i.entries"));
    ck_assert_uint_eq(setting_at(0, "machine.tlb.l1.entries").line, 9);
    const struct cell_config *cell = &experiment->cells[0];
    for (size_t i = 1; i < cell->nsettings; i++)
        ck_assert_str_lt(cell->settings[i - 1].key, cell->settings[i].key);
}
END_TEST

START_TEST(the_hardware_is_made_from_all_of_it)
{
    struct pager_params params;
    load(full, "machine.frames=99", "seed=5", NULL);
    const struct machine_config *m = machine(0);
    cell_pager_params(&params, &experiment->cells[0], NULL);
    const struct mmu_params *mmu = &params.mmu;
    ck_assert_str_eq(mmu->format->name, "vax");
    ck_assert_ptr_eq(mmu->format_params, m->mmu.params);
    ck_assert_uint_eq(mmu->page_shift, 9);
    ck_assert_uint_eq(mmu->frames, 99);
    ck_assert_uint_eq(params.frames, 99);
    ck_assert_ptr_eq(mmu->arrays, m->arrays);
    ck_assert_uint_eq(mmu->narrays, 4);
    ck_assert_uint_eq(mmu->walk_cache.level[2].entries, 8);
    ck_assert_uint_eq(mmu->table_cache.miss, 7 * NS);
    ck_assert_uint_eq(mmu->shootdown.batch, 16);
    ck_assert_uint_eq(mmu->asids, 7);
    ck_assert_uint_eq(mmu->ncpus, 1);
    ck_assert_uint_eq(mmu->cost_walk, 10 * NS);
    ck_assert_uint_eq(mmu->cost_instruction, 500);
    ck_assert_uint_eq(mmu->seed, 5);
    ck_assert(!mmu->adapted);
    load(X86 "machine: { adapt_page_size: yes, page_size: 8 KiB }\n", NULL);
    cell_pager_params(&params, &experiment->cells[0], NULL);
    ck_assert(params.mmu.adapted);
}
END_TEST

START_TEST(an_array_called_l1_takes_the_place_of_l1i_and_l1d)
{
    load(X86 "machine.tlb.l1.entries: 32\n", NULL);
    ck_assert_str_eq(arrays(0), "l1 l2");
    ck_assert_uint_eq(machine(0)->arrays[0].tlb.ways, 32);
    load(X86 "machine.tlb: { l1.entries: 32, l2.entries: 0 }\n", NULL);
    ck_assert_str_eq(arrays(0), "l1");
    ck_assert_str_eq(setting(0, "machine.tlb.l2.entries"), "0");
    ck_assert_ptr_null(setting(0, "machine.tlb.l2.ways"));
    /* A suffix makes another array of it. */
    load(X86 "machine.tlb.l1-2m: { entries: 8, pages: 2 MiB }\n"
             "machine.tlb: { l1i.pages: 4 KiB, l1d.pages: [4 KiB] }\n",
         NULL);
    ck_assert_str_eq(arrays(0), "l1i l1d l1-2m l2");
}
END_TEST

START_TEST(arrays_are_ordered_by_level_stream_and_name)
{
    load(X86 "machine.tlb:\n"
             "  l3: { entries: 4 }\n"
             "  l2-1g: { entries: 4, pages: 1 GiB }\n"
             "  l2: { pages: [2 MiB, 4 KiB] }\n"
             "  l1d-1g: { entries: 2, pages: 1 GiB }\n"
             "  l1d-2m: { entries: 2, pages: 2 MiB }\n"
             "  l1i: { pages: 4 KiB }\n"
             "  l1i-big: { entries: 2, pages: [2 MiB, 1 GiB] }\n"
             "  l1d: { pages: 4 KiB }\n",
         NULL);
    ck_assert_str_eq(arrays(0), "l1i l1i-big l1d l1d-1g l1d-2m l2 l2-1g l3");
    ck_assert_uint_eq(tlb_array(0, "l2")->page_sizes, KIB(4) | KIB(2048));
    ck_assert_str_eq(setting(0, "machine.tlb.l2.pages"), "4096+2097152");
    ck_assert_str_eq(setting(0, "machine.tlb.l1i-big.pages"), "2097152+1073741824");
}
END_TEST

START_TEST(cycles_follow_the_clock_of_their_cell_wherever_it_is_said)
{
    load("sweep: { machine.clock: [1 GHz, 2 GHz, 500 MHz] }\n"
         "machine: { cost.walk: 3 cycles, mmu: x86-64, tlb.l2.hit: 1.5 cycles }\n" T,
         NULL);
    ck_assert_uint_eq(machine(0)->cost_walk, 3000);
    ck_assert_uint_eq(machine(1)->cost_walk, 1500);
    ck_assert_uint_eq(machine(2)->cost_walk, 6000);
    ck_assert_uint_eq(tlb_array(1, "l2")->hit, 750);
    ck_assert_str_eq(setting(1, "machine.cost.walk"), "0.0000000015");
    ck_assert_str_eq(setting(2, "machine.clock"), "500000000");
    load(X86 "machine.cost.walk: 2 cycles\nmachine.clock: 1 GHz\n", NULL);
    ck_assert_uint_eq(machine(0)->cost_walk, 2000);
    load(X86
         "sweep: { machine.cost.walk: [2 cycles, 2 ns], machine.tlb.l2.hit: [1 cycle] }\n",
         "machine.clock=4GHz", NULL);
    ck_assert_uint_eq(machine(0)->cost_walk, 500);
    ck_assert_uint_eq(machine(1)->cost_walk, 2000);
    ck_assert_uint_eq(tlb_array(0, "l2")->hit, 250);
}
END_TEST

START_TEST(any_part_of_the_machine_can_be_set_and_swept)
{
    load(X86 "sweep:\n"
             "  machine.tlb.l1d.entries: [16, 32]\n"
             "  machine.tlb.l2.pages: [any, 4 KiB, [4 KiB, 2 MiB]]\n"
             "  machine.tlb.l1i.replacement: [lru, bit-plru-dynamorio]\n"
             "  machine.table_cache.size: [0, 4 KiB]\n"
             "  machine.tlb.asids: [0, unlimited]\n"
             "  machine.walk_cache.l2.entries: [0, 8]\n",
         "machine.tlb.l1i.ways=full", NULL);
    ck_assert_uint_eq(experiment->ncells, 2 * 3 * 2 * 2 * 2 * 2);
    const size_t last = experiment->ncells - 1;
    ck_assert_uint_eq(tlb_array(last, "l1d")->tlb.entries, 32);
    ck_assert_uint_eq(tlb_array(last, "l2")->page_sizes, KIB(4) | KIB(2048));
    ck_assert_int_eq(tlb_array(last, "l1i")->tlb.replacement, TLB_BIT_PLRU_DYNAMORIO);
    ck_assert_uint_eq(tlb_array(last, "l1i")->tlb.ways, 64);
    ck_assert_uint_eq(machine(last)->table_cache.ways, 8);
    ck_assert_uint_eq(machine(0)->asids, 0);
    ck_assert_uint_eq(tlb_array(0, "l2")->page_sizes, ANY);
    ck_assert_uint_eq(machine(1)->walk_cache.level[2].entries, 8);
    ck_assert_str_eq(experiment->swept[0], "machine.tlb.l1d.entries");
    load(X86, "sweep.machine.tlb.l4.entries=[0]", NULL);
    ck_assert_str_eq(setting(0, "machine.tlb.l4.entries"), "0");
    load(X86 "machine.tlb.l2.pages: 4 KiB\n", "machine.tlb.l2.pages=[2 MiB, 4 KiB]", NULL);
    ck_assert_uint_eq(tlb_array(0, "l2")->page_sizes, KIB(4) | KIB(2048));
}
END_TEST

START_TEST(a_format_is_a_name_or_a_map_with_parameters)
{
    load(T "machine: { mmu: { name: vax, system_pages: 100 }, page_size: 512 }\n", NULL);
    ck_assert_str_eq(setting(0, "machine.mmu"), "vax");
    ck_assert_str_eq(setting(0, "machine.mmu.system_pages"), "100");
    load(T "machine: { mmu: vax, mmu.system_pages: 100, page_size: 512 }\n",
         "machine.mmu.system_pages=200", NULL);
    ck_assert_str_eq(setting(0, "machine.mmu.system_pages"), "200");
    /* Named anew it starts with its defaults. */
    load(T "machine: { mmu: { name: vax, system_pages: 100 }, page_size: 512 }\n",
         "machine.mmu=vax", NULL);
    ck_assert_str_ne(setting(0, "machine.mmu.system_pages"), "100");
    load(T "machine: { mmu: vax, page_size: 512 }\n"
           "sweep: { machine.mmu.system_pages: [100, 200] }\n",
         NULL);
    ck_assert_str_eq(setting(1, "machine.mmu.system_pages"), "200");
    load(T "sweep: { machine.mmu: [ideal, { name: vax, system_pages: 300 }] }\n"
           "machine.page_size: 512\n",
         NULL);
    ck_assert_str_eq(setting(0, "machine.mmu"), "ideal");
    ck_assert_str_eq(setting(1, "machine.mmu.system_pages"), "300");
}
END_TEST

START_TEST(adaption_is_for_page_sizes_that_the_format_lacks_only)
{
    load(X86 "machine.adapt_page_size: yes\n"
             "machine.tlb: { l1i.pages: 4 KiB, l1d.pages: 4 KiB, l1-2m: { entries: 4,\n"
             "  pages: 2 MiB }, l2.pages: 2 MiB }\n"
             "sweep: { machine.page_size: [512, 4 KiB, 64 KiB, 2 MiB, 4 MiB] }\n",
         NULL);
    static const bool adapted[] = {true, false, true, false, true};
    for (size_t i = 0; i < 5; i++) {
        const uint64_t base = experiment->cells[i].page_size;
        ck_assert_int_eq(machine(i)->adapted, adapted[i]);
        ck_assert_str_eq(setting(i, "machine.adapt_page_size"), "yes");
        /* Base pages are where the next smaller pages of the hardware are. */
        ck_assert_int_eq((tlb_array(i, "l1d")->page_sizes & base) != 0, i < 3);
        ck_assert_int_eq((tlb_array(i, "l1-2m")->page_sizes & base) != 0, i >= 3);
        ck_assert_str_eq(setting(i, "machine.tlb.l2.pages"), "2097152");
    }
}
END_TEST

START_TEST(memory_may_fill_three_quarters_of_what_can_be_addressed)
{
    /* 30 bits: 768 MiB of 512 B. */
    load(T "machine: { mmu: vax, page_size: 512, frames: 1572864 }\n", NULL);
    ck_assert_uint_eq(experiment->cells[0].frames, 1572864);
    load(T "machine: { mmu: vax, page_size: 512, memory: 768 MiB }\n", NULL);
    ck_assert_uint_eq(experiment->cells[0].frames, 1572864);
    load(T "machine: { mmu: rs6000, frames: 5 }\n", NULL);
    load(T E "machine: { mmu: rs6000, frames: 5 }\nbaseline: no\n", NULL);
}
END_TEST

static const char *const rich[] = {
    full,
    X86 "machine: { tlb.l1.entries: 8, table_cache: { size: 1 KiB }, clock: 16.67 MHz,\n"
        "  tlb.l2.pages: [2 MiB, 4 KiB], walk_cache.l5: { entries: 3, ways: full } }\n",
    X86 "sweep: { machine.tlb.l2.pages: [any, [4 KiB, 2 MiB]], machine.tlb.l3.entries: [0, "
        "1],\n  machine.clock: [1 GHz, 2 GHz], machine.cost.walk: [1 cycle, 5 ns] }\n",
    T "sweep: { machine.mmu: [ideal, x86-64, { name: vax, system_pages: 77 }],\n"
      "  timing: [none, events] }\n"
      "machine: { page_size: 512, adapt_page_size: yes, shootdown.batch: 2 }\n",
};

START_TEST(the_effective_experiment_gives_the_same_machines_and_itself)
{
    load(rich[_i], NULL);
    char *cells = NULL, *again = NULL, *effective = strdup(experiment->effective);
    size_t length;
    for (int turn = 0; turn < 2; turn++) {
        FILE *out = open_memstream(turn ? &again : &cells, &length);
        for (size_t i = 0; i < experiment->ncells; i++)
            for (size_t k = 0; k < experiment->cells[i].nsettings; k++)
                fprintf(out, "%s=%s\n", experiment->cells[i].settings[k].key,
                        experiment->cells[i].settings[k].value);
        fclose(out);
        load(effective, NULL);
    }
    ck_assert_str_eq(again, cells);
    ck_assert_str_eq(experiment->effective, effective);
    free(cells);
    free(again);
    free(effective);
}
END_TEST

START_TEST(the_effective_experiment_has_every_array)
{
    load(X86 "machine.tlb.l1: { entries: 8, pages: [4 KiB, 2 MiB] }\n"
             "sweep: { machine.tlb.l1.hit: [0 s] }\n",
         "machine.clock=1 GHz", NULL);
    static const char expected[] = "  clock: 1 GHz\n"
                                   "  mmu: x86-64\n"
                                   "  adapt_page_size: no\n"
                                   "  table_frames: counted\n"
                                   "  tlb:\n"
                                   "    asids: unlimited\n"
                                   "    l1:\n"
                                   "      entries: 8\n"
                                   "      ways: full\n"
                                   "      replacement: lru\n"
                                   "      wired: 0\n"
                                   "      pages: [4 KiB, 2 MiB]\n"
                                   "      half: whole\n"
                                   "      inclusive: no\n"
                                   "    l2:\n"
                                   "      entries: 1536\n"
                                   "      ways: 12\n"
                                   "      replacement: lru\n"
                                   "      wired: 0\n"
                                   "      pages: any\n"
                                   "      half: whole\n"
                                   "      inclusive: no\n"
                                   "      hit: 3 ns\n"
                                   "  walk_cache:\n"
                                   "    l2:\n"
                                   "      entries: 0\n";
    ck_assert_msg(strstr(experiment->effective, expected), "%s", experiment->effective);
}
END_TEST

START_TEST(plots_may_be_made_over_any_part_of_the_machine)
{
    load(X86 "plots: [{ x: machine.tlb.l1d-2m.entries, y: walks }, { x: clock, y: walks,\n"
             "  series: asids }]\n"
             "sweep: { machine.tlb.l2.entries: [0, 12] }\n",
         NULL);
    ck_assert_str_eq(experiment->plots[0].x, "machine.tlb.l1d-2m.entries");
    ck_assert_str_eq(experiment->plots[0].series, "machine.tlb.l2.entries");
    ck_assert_str_eq(experiment->plots[1].x, "machine.clock");
    ck_assert_str_eq(experiment->plots[1].series, "machine.tlb.asids");
}
END_TEST

static Suite *machine_config_suite(void)
{
    Suite *suite = suite_create("machine_config");
    TCase *tests = tcase_create("machine_config");
    tcase_add_checked_fixture(tests, folder_setup, folder_teardown);
    tcase_add_test(tests, a_machine_with_page_tables_has_the_documented_defaults);
    tcase_add_test(tests, shootdowns_have_their_defaults_with_events);
    tcase_add_test(tests, every_key_of_a_machine_is_read);
    tcase_add_test(tests, every_key_of_a_machine_is_recorded);
    tcase_add_test(tests, the_hardware_is_made_from_all_of_it);
    tcase_add_test(tests, an_array_called_l1_takes_the_place_of_l1i_and_l1d);
    tcase_add_test(tests, arrays_are_ordered_by_level_stream_and_name);
    tcase_add_test(tests, cycles_follow_the_clock_of_their_cell_wherever_it_is_said);
    tcase_add_test(tests, any_part_of_the_machine_can_be_set_and_swept);
    tcase_add_test(tests, a_format_is_a_name_or_a_map_with_parameters);
    tcase_add_test(tests, adaption_is_for_page_sizes_that_the_format_lacks_only);
    tcase_add_test(tests, memory_may_fill_three_quarters_of_what_can_be_addressed);
    tcase_add_loop_test(tests, the_effective_experiment_gives_the_same_machines_and_itself,
                        0, ARRAY_LEN(rich));
    tcase_add_test(tests, the_effective_experiment_has_every_array);
    tcase_add_test(tests, plots_may_be_made_over_any_part_of_the_machine);
    suite_add_tcase(suite, tests);
    return suite;
}

int main(void)
{
    SRunner *runner = srunner_create(machine_config_suite());
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
