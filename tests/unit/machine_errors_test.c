/* machine_errors_test.c -- machines that cannot be, and the sentence for each. */
#include "unit/experiment_folder.h"

#define T "trace: t.flt\n"
#define X86 T "machine.mmu: x86-64\n"
#define TLB X86 "machine.tlb: "
#define E T "timing: events\n"
/* A process with a region that starts at column 25. */
#define R(machine, region)                                                                 \
    "timing: events\nmachine: " machine "\nworkload:\n- { trace: a, regions: [" region     \
    "] }\n"

static const struct {
    const char *text, *message;
} wrong[] = {
    /* Names of arrays and their keys. */
    {TLB "{ l9: { entries: 4 } }\n",
     "e.yaml:3:16: unknown key 'machine.tlb.l9': 'l9' is no name of a TLB array, which is "
     "'l', a level from 1 to 8, 'i' or 'd' if it serves instructions or data only, and "
     "'-SUFFIX' if there are several, such as l1i, l2, l1d-2m"},
    {X86 "machine.tlb.l0d.entries: 4\n",
     "e.yaml:3:1: unknown key 'machine.tlb.l0d.entries': 'l0d' is no name of a TLB array, "
     "which is 'l', a level from 1 to 8, 'i' or 'd' if it serves instructions or data "
     "only, and '-SUFFIX' if there are several, such as l1i, l2, l1d-2m"},
    {TLB "{ l2: { entris: 4 } }\n", "e.yaml:3:22: unknown key 'machine.tlb.l2.entris'; "
                                    "nearest is 'machine.tlb.l2.entries'"},
    {TLB "{ l1d-2m: { colour: 4 } }\n",
     "e.yaml:3:26: unknown key 'machine.tlb.l1d-2m.colour'; an array of the TLB has "
     "entries, ways, replacement, wired, pages, half, inclusive, hit"},
    {TLB "{ asid: 4 }\n",
     "e.yaml:3:16: unknown key 'machine.tlb.asid'; nearest is 'machine.tlb.asids'"},
    {TLB "{ l2: 4 }\n",
     "e.yaml:3:20: 'machine.tlb.l2' is a map of further keys, not a value"},
    {X86 "sweep: { machine.tlb.l2: [4] }\n",
     "e.yaml:3:10: 'machine.tlb.l2' is a section; vary its keys one by one, or together "
     "with 'zip'"},
    {X86 "machine.walk_cach.hit: 1 ns\n",
     "e.yaml:3:1: unknown key 'machine.walk_cach.hit'; nearest is "
     "'machine.walk_cache.hit'"},
    {X86 "machine.walk_cache.l6.entries: 1\n",
     "e.yaml:3:1: unknown key 'machine.walk_cache.l6.entries'; nearest is "
     "'machine.walk_cache.l2.entries'"},
    /* Values of one array: the key is as the user wrote it. */
    {TLB "{ l1d-2m: { entries: x } }\n",
     "e.yaml:3:35: bad count 'x' for machine.tlb.l1d-2m.entries: a count is a whole number "
     "in digits only, such as '1024'"},
    {TLB "{ l3: { ways: 4 } }\n",
     "e.yaml:3:22: machine.tlb.l3 needs machine.tlb.l3.entries, "
     "how many it has; 0: there is no such array"},
    {TLB "{ l1d: { entries: 6, ways: full, replacement: tree-plru } }\n",
     "e.yaml:3:60: machine.tlb.l1d.replacement 'tree-plru' needs ways that are a power of "
     "two, and machine.tlb.l1d.ways is 6"},
    {TLB "{ l1d: { entries: 128, ways: full, replacement: bit-plru } }\n",
     "e.yaml:3:62: machine.tlb.l1d.replacement 'bit-plru' knows sets of 64 ways at most, "
     "and machine.tlb.l1d.ways is 128"},
    {TLB "{ l1d: { entries: 128, ways: full, replacement: tree-plru } }\n",
     "e.yaml:3:62: machine.tlb.l1d.replacement 'tree-plru' knows sets of 64 ways at most, "
     "and machine.tlb.l1d.ways is 128"},
    {TLB "{ l1d: { entries: 65, ways: full, replacement: bit-plru-dynamorio } }\n",
     "e.yaml:3:61: machine.tlb.l1d.replacement 'bit-plru-dynamorio' knows sets of 64 ways "
     "at most, and machine.tlb.l1d.ways is 65"},
    {TLB "{ l1d: { wired: 4 } }\n",
     "e.yaml:3:30: machine.tlb.l1d.wired 4 leaves no entry of a set: it must be below "
     "machine.tlb.l1d.ways, which is 4"},
    {TLB "{ l1d: { half: system } }\n",
     "e.yaml:3:29: machine.tlb.l1d.half 'system' needs a format with page tables in a "
     "system "
     "space, as vax has; x86-64 has none, so that it must be whole"},
    {TLB "{ l1d: { half: process } }\n",
     "e.yaml:3:29: machine.tlb.l1d.half 'process' needs a format with page tables in a "
     "system "
     "space, as vax has; x86-64 has none, so that it must be whole"},
    {TLB "{ l1d: { hit: 1 cycle } }\n",
     "e.yaml:3:28: machine.tlb.l1d.hit '1 cycle' must be 0 s: the time of a hit of level 1 "
     "is part of that of the reference, machine.cost.reference"},
    {TLB "{ l2: { hit: 7 cycels } }\n",
     "e.yaml:3:27: bad time '7 cycels' for machine.tlb.l2.hit: unknown unit 'cycels'; "
     "units are ps, ns, us, ms, s, min and cycles"},
    /* Page sizes of an array. */
    {TLB "{ l2: { pages: 8 KiB } }\n", "e.yaml:3:29: machine.tlb.l2.pages: x86-64 has no "
                                       "pages of 8 KiB; it has 4 KiB, 2 MiB, 1 GiB"},
    {TLB "{ l2: { pages: [4 KiB, 3 KiB] } }\n",
     "e.yaml:3:37: machine.tlb.l2.pages '3 KiB' is not a power of two; nearest are '2 KiB' "
     "and '4 KiB'"},
    {TLB "{ l2: { pages: [4 KiB, 4096] } }\n",
     "e.yaml:3:37: '4096' is twice in the list of 'machine.tlb.l2.pages'"},
    {TLB "{ l2: { pages: [] } }\n", "e.yaml:3:29: the list of 'machine.tlb.l2.pages' is "
                                    "empty; it needs at least one size"},
    {TLB "{ l2: { pages: [any] } }\n",
     "e.yaml:3:30: bad size 'any' for machine.tlb.l2.pages: a size is a number of bytes or "
     "a number with a unit, such as '4096' or '4 KiB'"},
    {TLB "{ l2: { pages: { a: 1 } } }\n",
     "e.yaml:3:29: 'machine.tlb.l2.pages' is any, a size or a list of sizes, such as [4 "
     "KiB, 2 MiB], not a map"},
    {TLB "{ l2: { pages: 256 } }\n", "e.yaml:3:29: machine.tlb.l2.pages '256' is out of "
                                     "range: it must be 512 B to 1 TiB, a power of two"},
    {X86 "sweep: { machine.tlb.l2.pages: 4 KiB }\n",
     "e.yaml:3:32: 'machine.tlb.l2.pages' under sweep takes a list of values in brackets, "
     "not a value"},
    {X86 "sweep: { machine.tlb.l2.pages: [4 KiB, [4 KiB, 5]] }\n",
     "e.yaml:3:48: machine.tlb.l2.pages '5' is out of range: it must be 512 B to 1 TiB, a "
     "power of two"},
    /* Arrays together. */
    {TLB "{ l1d: { entries: 0 } }\n",
     "e.yaml:3:23: machine.tlb has no array of level 1 for data that holds pages of 4 KiB, "
     "the machine.page_size"},
    {TLB "{ l1i: { pages: 2 MiB } }\n",
     "e.yaml:3:23: machine.tlb has no array of level 1 for instructions that holds pages "
     "of 4 KiB, the machine.page_size"},
    {TLB "{ l2: { entries: 0 }, l3: { entries: 8 } }\n",
     "e.yaml:3:42: machine.tlb.l3 is of level 3, and there is no array of level 2"},
    {TLB "{ l4: { entries: 8 } }\n",
     "e.yaml:3:22: machine.tlb.l4 is of level 4, and there is no array of level 3"},
    {TLB "{ l1d-x: { entries: 8 } }\n",
     "e.yaml:3:25: machine.tlb.l1d and machine.tlb.l1d-x both hold pages of 4 KiB for "
     "data; give them different 'pages', or one of them 0 entries"},
    {TLB "{ l2i: { entries: 8, pages: 2 MiB } }\n",
     "e.yaml:3:23: machine.tlb.l2i and machine.tlb.l2 both hold pages of 2 MiB for "
     "instructions; give them different 'pages', or one of them 0 entries"},
    {TLB "{ l1: { entries: 8 }, l1d.ways: 1 }\n",
     "e.yaml:3:22: machine.tlb.l1d and machine.tlb.l1 both hold pages of 4 KiB for data; "
     "give them different 'pages', or one of them 0 entries"},
    {T "machine: { mmu: vax, page_size: 512 }\nmachine.tlb:\n"
       "  l1: { entries: 8, half: process }\n  l1-s: { entries: 8, half: system }\n"
       "  l2-s: { entries: 8, half: system, pages: any }\n  l2.half: process\n",
     "e.yaml:6:11: machine.tlb.l1-s and machine.tlb.l2-s are both for system space; there "
     "can be one such array"},
    {T "machine: { mmu: vax, page_size: 512 }\nmachine.tlb:\n"
       "  l1: { entries: 8, half: system }\n",
     "e.yaml:4:9: machine.tlb has no array of level 1 for instructions that holds pages of "
     "512 B, the machine.page_size"},
    {T "machine: { mmu: vax, page_size: 512 }\nmachine.tlb:\n"
       "  l1: { entries: 8 }\n  l1-s: { entries: 8, half: system }\n",
     "e.yaml:5:11: machine.tlb.l1 and machine.tlb.l1-s both hold pages of 512 B for "
     "instructions; give them different 'pages', or one of them 0 entries"},
    /* Caches. */
    {X86 "machine.walk_cache.l3: { entries: 10, ways: 4 }\n",
     "e.yaml:3:45: machine.walk_cache.l3.ways 4 does not divide "
     "machine.walk_cache.l3.entries 10; with these ways it can be 8 or 12 entries, with "
     "these entries the ways can be full"},
    {X86 "machine.table_cache: { size: 2 GiB }\n",
     "e.yaml:3:30: machine.table_cache.size '2 GiB' is out of range: it must be 0 B "
     "(none) to 1 GiB, a multiple of line and ways"},
    {X86 "machine.table_cache: { size: 1000 }\n",
     "e.yaml:3:30: machine.table_cache.size of 1000 B is no whole number of sets of 8 "
     "lines "
     "of 64 B"},
    {X86 "machine.table_cache: { size: 576 }\n",
     "e.yaml:3:30: machine.table_cache.size of 576 B is no whole number of sets of 8 lines "
     "of 64 B"},
    {X86 "machine.table_cache: { size: 100, ways: full }\n",
     "e.yaml:3:30: machine.table_cache.size of 100 B is no whole number of lines of 64 B"},
    {X86 "machine.table_cache: { size: 64, ways: full, line: 65 }\n",
     "e.yaml:3:52: machine.table_cache.line '65' is not a power of two; nearest are '64 B' "
     "and '128 B'"},
    /* Clock. */
    {T "machine.clock: 3000000000\n",
     "e.yaml:2:16: bad frequency '3000000000' for machine.clock: a frequency is a number "
     "with a unit (Hz, kHz, MHz, GHz), such as '3 GHz'"},
    {T "machine.clock: 999 Hz\n", "e.yaml:2:16: machine.clock '999 Hz' is out of range: it "
                                  "must be 1 kHz to 1000 GHz"},
    {T "machine.clock: 1001 GHz\n",
     "e.yaml:2:16: machine.clock '1001 GHz' is out of range: "
     "it must be 1 kHz to 1000 GHz"},
    {X86 "machine.cost.walk: 1001 cycles\nmachine.clock: 1 kHz\n",
     "e.yaml:3:20: machine.cost.walk '1001 cycles' is out of range: it must be 0 s to 1 s"},
    {E "machine.cost.reference: 0 cycles\n",
     "e.yaml:3:25: machine.cost.reference '0 cycles' is out of range: it must be 1 ps to 1 "
     "s"},
    {E "scheduler.quantum: 7 cycles\n",
     "e.yaml:3:20: bad time '7 cycles' for scheduler.quantum: unknown unit 'cycles'; units "
     "are ps, ns, us, ms, s and min"},
    /* What needs page tables, or events. */
    {T "machine.table_cache.size: 1 KiB\n",
     "e.yaml:2:1: 'machine.table_cache.size' needs a machine.mmu with page tables "
     "('faultline list formats'); 'ideal' (the default) has none"},
    {E "machine: { mmu: ideal, shootdown.batch: 1 }\n",
     "e.yaml:3:24: 'machine.shootdown.batch' needs a machine.mmu with page tables "
     "('faultline list formats'); 'ideal' has none"},
    {T "machine.adapt_page_size: no\n",
     "e.yaml:2:1: 'machine.adapt_page_size' needs a machine.mmu with page tables "
     "('faultline list formats'); 'ideal' (the default) has none"},
    {X86 "machine.shootdown.send: 1 ns\n",
     "e.yaml:3:1: 'machine.shootdown.send' needs 'timing: events'; with timing none (the "
     "default) there is no clock"},
    /* The format and its parameters. */
    {T "machine.mmu: { name: vax, system_page: 3 }\n",
     "e.yaml:2:40: unknown parameter 'system_page' of mmu 'vax'; nearest is "
     "'system_pages' (it has system_pages)"},
    {T "machine.mmu.depth: 3\n",
     "e.yaml:2:20: unknown parameter 'depth' of mmu 'ideal': it has no parameters"},
    {T "sweep: { machine.mmu: [ideal, { pages: 3 }] }\n",
     "e.yaml:2:31: a machine.mmu in a list needs a name, such as {name: ideal}"},
    {T "sweep: { machine.mmu: [ideal, { name: vax, pages: 3 }] }\nmachine.page_size: 512\n",
     "e.yaml:2:51: unknown parameter 'pages' of mmu 'vax'; it has system_pages"},
    /* Page size and memory. */
    {X86 "machine.page_size: 8 KiB\n",
     "e.yaml:3:20: x86-64 has no pages of 8 KiB; it has 4 KiB, 2 MiB, 1 GiB; with "
     "machine.adapt_page_size: yes its tables are adapted"},
    {T "machine.mmu: vax\n",
     "e.yaml:2:14: vax has no pages of 4 KiB (the default); it has 512 B; with "
     "machine.adapt_page_size: yes its tables are adapted"},
    {X86 "sweep: { machine.page_size: [4 KiB, 64 KiB] }\n",
     "e.yaml:3:37: x86-64 has no pages of 64 KiB; it has 4 KiB, 2 MiB, 1 GiB; with "
     "machine.adapt_page_size: yes its tables are adapted"},
    {T "machine: { mmu: vax, page_size: 512, frames: 1572865 }\n",
     "e.yaml:2:46: 1572865 frames of 512 B are more than vax can address: it has addresses "
     "for 1 GiB, of which tables take a quarter, so that the most are 1572864"},
    {T "machine: { mmu: vax, page_size: 512, memory: 1 GiB }\n",
     "e.yaml:2:46: 2097152 frames of 512 B are more than vax can address: it has addresses "
     "for 1 GiB, of which tables take a quarter, so that the most are 1572864"},
    {T "machine: { mmu: rs6000 }\n",
     "e.yaml:2:17: rs6000 has one entry for each frame, so that their number must be "
     "known; set machine.memory or machine.frames"},
    {T "machine: { mmu: rs6000, frames: unlimited }\n",
     "e.yaml:2:33: rs6000 has one entry for each frame, so that their number must be "
     "known; set machine.memory or machine.frames"},
    {E "machine: { mmu: rs6000, frames: 9 }\nbaseline: yes\n",
     "e.yaml:4:11: the baseline has unlimited memory, and rs6000 needs a number of frames, "
     "so that baseline must be no"},
    {T "machine: { mmu: vax, page_size: 1 GiB, adapt_page_size: yes }\n",
     "e.yaml:2:17: machine.mmu 'vax': a page of 1 GiB does not fit into the 30 bits of "
     "vax's addresses"},
    {T "machine: { mmu: vax, adapt_page_size: yes }\n"
       "sweep: { machine.page_size: [512, 1 GiB] }\n",
     "e.yaml:2:17: machine.mmu 'vax': a page of 1 GiB does not fit into the 30 bits of "
     "vax's addresses"},
    /* Regions. */
    {R("{ mmu: x86-64 }", "{ name: heap, start: 0, size: 1, page_size: 8 KiB }"),
     "e.yaml:4:25: region 'heap' has pages of 8 KiB, which x86-64 lacks; it has 4 KiB, 2 "
     "MiB, 1 GiB"},
    {R("{ mmu: x86-64, page_size: 2 MiB }",
       "{ name: heap, start: 0, size: 1, page_size: 4 KiB }"),
     "e.yaml:4:25: region 'heap' has pages of 4 KiB, but none can be smaller than "
     "machine.page_size, 2 MiB"},
    {R("{ cpus: 1 }", "{ name: heap, start: 0, size: 1, page_size: 2 MiB }"),
     "e.yaml:4:25: region 'heap' has pages of 2 MiB, but with machine.mmu 'ideal' all "
     "pages have one size, 4 KiB"},
    {R("{ mmu: x86-64, page_size: 8 KiB, adapt_page_size: yes }",
       "{ name: heap, start: 0, size: 1, page_size: 2 MiB }"),
     "e.yaml:4:25: region 'heap' has pages of 2 MiB, but with machine.mmu 'x86-64' and "
     "adapted tables all pages have one size, 8 KiB"},
    {R("{ mmu: x86-64 }", "{ name: heap, start: 0, size: 1, page_size: 3 MiB }"),
     "e.yaml:4:69: page_size '3 MiB' is not a power of two; nearest are '2 MiB' and '4 "
     "MiB'"},
    {R("{ mmu: x86-64 }", "{ name: heap, start: 0, size: 1, global: yes }"),
     "e.yaml:4:25: region 'heap' is global, the same in every address space, and so must "
     "be a part of a file; its backing is zero or store"},
    {R("{ mmu: x86-64 }", "{ start: 0, size: 1, file: f, global: yes }"),
     "e.yaml:4:25: region 'f' is global, the same in every address space, so that it must "
     "be 'shared: yes' or without w in its protection"},
    {R("{ mmu: x86-64 }", "{ start: 0, size: 1, global: y }"),
     "e.yaml:4:54: unknown global 'y'; allowed: no, yes"},
    {R("{ mmu: x86-64 }",
       "{ start: 16, size: 16, file: f, shared: yes, global: yes }") "- { trace: b, "
                                                                     "regions: [{ name: b, "
                                                                     "start: 31, size: 1 "
                                                                     "}] }\n",
     "e.yaml:4:25: region 'f' is global, but region 'b' of 'b' lies there too; it must be "
     "the same part of the same file, and global"},
    {R("{ mmu: x86-64 }",
       "{ start: 16, size: 16, file: f, shared: yes, global: yes }") "- { trace: b, "
                                                                     "regions: [{ name: b, "
                                                                     "start: 0, size: 17 "
                                                                     "}] }\n",
     "e.yaml:4:25: region 'f' is global, but region 'b' of 'b' lies there too; it must be "
     "the same part of the same file, and global"},
    {R("{ mmu: x86-64 }",
       "{ start: 16, size: 16, file: f, shared: yes, global: yes }") "- { trace: b, "
                                                                     "regions: [{ start: "
                                                                     "16, size: 16, file: "
                                                                     "f, shared: yes }] "
                                                                     "}\n",
     "e.yaml:4:25: region 'f' is global, but region 'f' of 'b' lies there too; it must be "
     "the same part of the same file, and global"},
    {"timing: events\nmachine.mmu: x86-64\nworkload:\n"
     "- { trace: a, space: 1, regions: [{ start: 0, size: 1, page_size: 2 MiB }] }\n"
     "- { trace: b, space: 1, regions: [{ start: 0, size: 1 }] }\n",
     "e.yaml:5:12: 'a' and 'b' share space 1, but say different regions of it; say them "
     "once"},
    {"timing: events\nmachine.mmu: x86-64\nworkload:\n"
     "- { trace: a, space: 1, regions: [{ start: 0, size: 1, file: f, protection: r }] }\n"
     "- { trace: b, space: 1, regions: [{ start: 0, size: 1, file: f, protection: r,\n"
     "    global: yes }] }\n",
     "e.yaml:5:12: 'a' and 'b' share space 1, but say different regions of it; say them "
     "once"},
    {R("{ mmu: x86-64 }",
       "{ start: 16, size: 16, file: f, shared: yes, global: yes }") "- { trace: b }\n",
     "e.yaml:4:25: region 'f' is global, and the regions of 'b' are not listed, so that it "
     "may have others there"},
};

static const struct {
    const char *set[3], *message;
} wrong_sets[] = {
    {{"machine.tlb.l1d-2m.wayz=3"},
     "--set 'machine.tlb.l1d-2m.wayz=3': unknown key 'machine.tlb.l1d-2m.wayz'; nearest is "
     "'machine.tlb.l1d-2m.ways'"},
    {{"machine.mmu=x86-64", "machine.tlb.l2.pages=[1 GiB, 8 MiB]"},
     "--set 'machine.tlb.l2.pages=[1 GiB, 8 MiB]': machine.tlb.l2.pages: x86-64 has no "
     "pages of 8 MiB; it has 4 KiB, 2 MiB, 1 GiB"},
    {{"machine.mmu=x86-64", "machine.tlb.l2.ways=5"},
     "--set 'machine.tlb.l2.ways=5': machine.tlb.l2.ways 5 does not divide "
     "machine.tlb.l2.entries 1536 (the default); with these ways it can be 1535 or 1540 "
     "entries, with these entries the ways can be full"},
};

static void assert_error(const char *file, const char *const *set, const char *message)
{
    struct error err = {0};
    char text[1400];
    ck_assert_int_eq(load_with(&err, file, set), ERR_CONFIG);
    ck_assert_str_eq(error_format(&err, text, sizeof text), message);
}

START_TEST(a_machine_that_cannot_be_is_refused_with_place_reason_and_remedy)
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

START_TEST(a_tlb_has_24_arrays_at_most)
{
    char text[2048] = TLB "\n";
    static const char *const none[] = {NULL};
    for (int i = 0; i < 22; i++)
        snprintf(text + strlen(text), sizeof text - strlen(text), "  l1d-%d.entries: 0\n",
                 i);
    write_file("e.yaml", text);
    assert_error("e.yaml", none,
                 "e.yaml:25:3: machine.tlb has more than 24 arrays, which are the most");
    strcat(text, "  l1d-x.entries: 0\n  l1i.ways: 1\n  l1d.ways: 1\n");
    write_file("e.yaml", text);
    assert_error("e.yaml", none,
                 "e.yaml:28:3: machine.tlb has more than 24 arrays, which are the most");
}
END_TEST

START_TEST(a_region_may_be_global_where_all_have_the_same_part_of_a_file)
{
#define TEXT "{ start: 4096, size: 4096, file: f, offset: 8, protection: r-x, global: yes"
    load(R("{ mmu: x86-64 }",
           TEXT " }") "- { trace: b, regions: [" TEXT
                      ", name: t }, { start: 8192, size: 1 }] }\n"
                      "- { trace: c, regions: [{ start: 0, size: 4096 }] }\n",
         NULL);
    const struct process_config *p = experiment->cells[0].events->processes;
    ck_assert(p[0].regions[0].global && p[1].regions[0].global);
    ck_assert(!p[1].regions[1].global);
    ck_assert_uint_eq(p[0].regions[0].page_shift, 0);
    ck_assert_str_eq(setting(0, "workload.processes.0.regions"),
                     "[f 0x1000+0x1000 r-x file f+0x8 private global]");
}
END_TEST

START_TEST(a_region_may_have_pages_of_any_size_from_the_base_on)
{
    load(R("{ mmu: x86-64 }",
           "{ start: 0, size: 1, page_size: 2 MiB }, { start: 1 GiB, "
           "size: 1, page_size: 4096 }, { start: 2 GiB, size: 1 }") "sweep: { "
                                                                    "machine.page_size: [4 "
                                                                    "KiB] }\n",
         NULL);
    const struct region_config *r = experiment->cells[0].events->processes[0].regions;
    ck_assert_uint_eq(r[0].page_shift, 21);
    ck_assert_uint_eq(r[1].page_shift, 12);
    ck_assert_uint_eq(r[2].page_shift, 0);
    ck_assert_str_eq(setting(0, "workload.processes.0.regions"),
                     "[0x0 0x0+0x1 rwx zero pages of 2 MiB, 0x40000000 0x40000000+0x1 rwx "
                     "zero pages of 4 KiB, 0x80000000 0x80000000+0x1 rwx zero]");
    /* The base size is no size of its own on a machine that has no other. */
    load(R("{ cpus: 1 }", "{ start: 0, size: 1, page_size: 4 KiB }"), NULL);
}
END_TEST

static Suite *machine_errors_suite(void)
{
    Suite *suite = suite_create("machine_errors");
    TCase *tests = tcase_create("machine_errors");
    tcase_add_checked_fixture(tests, folder_setup, folder_teardown);
    tcase_add_loop_test(tests,
                        a_machine_that_cannot_be_is_refused_with_place_reason_and_remedy, 0,
                        ARRAY_LEN(wrong));
    tcase_add_loop_test(tests, a_wrong_set_is_refused_and_quoted, 0, ARRAY_LEN(wrong_sets));
    tcase_add_test(tests, a_tlb_has_24_arrays_at_most);
    tcase_add_test(tests, a_region_may_be_global_where_all_have_the_same_part_of_a_file);
    tcase_add_test(tests, a_region_may_have_pages_of_any_size_from_the_base_on);
    suite_add_tcase(suite, tests);
    return suite;
}

int main(void)
{
    SRunner *runner = srunner_create(machine_errors_suite());
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
