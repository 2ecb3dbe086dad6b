/* key_table.c -- the tables of keys.h. */
#include "base/types.h"
#include "experiment/keys.h"
#include "experiment/workload.h"

/* In the order of enum tlb_replacement and enum tlb_half. */
static const char *const replacements[] = {
    "lru", "fifo", "random", "nmru", "tree-plru", "bit-plru", "bit-plru-dynamorio", NULL};
static const char *const halves[] = {"whole", "process", "system", NULL};
static const char *const timings[] = {"none", "events", NULL};
static const char *const scopes[] = {"global", "process", NULL};
static const char *const allocations[] = {"page", "cluster", "address", NULL};
static const char *const table_frames[] = {"counted", "apart", NULL};
static const char *const no_yes[] = {"no", "yes", NULL};
/* In the order of enum regions_from and enum region_backing. */
static const char *const regions[] = {"all", "infer", "operations", NULL};
static const char *const backings[] = {"store", "zero", "file", NULL};

/* The largest number of frames: a frame number is a pfn_t, and one of them is PFN_NONE. */
#define FRAMES_MAX (UINT32_MAX - UINT64_C(1))
#define ENTRIES_MAX (UINT64_C(1) << 20)
#define ASIDS_MAX UINT64_C(4294967295)
#define CACHE_MAX (UINT64_C(1) << 30)
#define REPEAT_MAX UINT64_C(1000000000)
#define SPACE_MAX UINT64_C(4294967295)

/* Picoseconds. */
#define NANOSECOND UINT64_C(1000)
#define MICROSECOND (1000 * NANOSECOND)
#define SECOND (1000000 * MICROSECOND)
#define HOUR (3600 * SECOND)

/* Flags of keys of the hardware that translates, and of the times that it takes. */
enum {
    TRANSLATION = KEY_TABLES,
    TRANSLATION_TIME = KEY_TABLES | KEY_CYCLES,
    ARRAY = KEY_TABLES | KEY_PATTERN,
    SHOOTDOWN = KEY_TABLES | KEY_EVENTS,
    SHOOTDOWN_TIME = KEY_TABLES | KEY_EVENTS | KEY_CYCLES,
    CPU_TIME = KEY_EVENTS | KEY_CYCLES,
};

/* The costs, the quantum and the time of a switch are round figures of the order of a PC's,
 * not those of one.  Of the shootdowns the ceiling (33 pages) and the time to invalidate a
 * page (100 ns) are those of Linux, Documentation/arch/x86/tlb.rst and the comment at
 * tlb_single_page_flush_ceiling in arch/x86/mm/tlb.c; the time to flush and those of
 * interrupts are round figures too. */
const struct key key_table[] = {
    {"experiment", KEY_NAME, 0, "name", NULL, 0, 0, NULL, "a file name", NULL,
     "name of the experiment and of its folder of results; default: the file's name"},
    {"extends", KEY_NAMES, 0, "name or list", NULL, 0, 0, NULL, "files", NULL,
     "presets whose keys hold where this file says nothing"},
    {"trace", KEY_TEXT, 0, "path", NULL, 0, 0, NULL, NULL, NULL,
     "trace to replay, relative to the file that says so; - is standard input"},
    {"generate", KEY_GENERATOR, 0, "name or map", NULL, 0, 0, NULL, NULL, NULL,
     "generator of a synthetic trace, which is replayed instead of trace; 'faultline list "
     "generators'"},
    {"workload.processes", KEY_PROCESSES, KEY_EVENTS, "list of maps", NULL, 0, 0, NULL,
     "maps of workload.processes[] keys", NULL,
     "processes to run; instead of trace, and short 'workload'"},
    {"workload.beside", KEY_PROCESSES, KEY_EVENTS, "list of maps", NULL, 0, 0, NULL,
     "maps of workload.processes[] keys", NULL,
     "further processes, which run beside those of trace, generate or workload.processes"},
    {"workload.copies", KEY_COUNT, KEY_EVENTS, "count", "1", 1, PROCESSES_MAX, NULL,
     "1 to 4096", "processes", "how often each process runs that does not say so itself"},
    {"workload.offset", KEY_COUNT, KEY_EVENTS, "count", "0", 0, 0, NULL, NULL, "references",
     "copy k of a process starts k times as many references into its trace"},
    {"workload.regions", KEY_CHOICE, KEY_EVENTS, "choice", "all", 0, 0, regions,
     "all, infer, operations", NULL,
     "what the memory of a process is that does not say so itself; all: on the swap device "
     "from the start; infer: files and zeros, as the trace uses it; operations: what "
     "operations of the trace map"},
    {"workload.fold", KEY_CHOICE, 0, "choice", "no", 0, 0, no_yes, "no, yes", NULL,
     "whether addresses of traces are moved into the width of the machine's, if they have "
     "more bits"},
    {"machine.model", KEY_MODEL, 0, "name", NULL, 0, 0, NULL, NULL, NULL,
     "preset of a whole machine, whose machine.* keys hold where nothing else is said; "
     "'faultline list machines'"},
    {"machine.page_size", KEY_POWER, 0, "size", "4 KiB", 512, UINT64_C(1) << 30, NULL,
     "512 B to 1 GiB, a power of two", "bytes", "size of a page and of a frame"},
    {"machine.memory", KEY_SIZE, 0, "size", NULL, 0, 0, NULL, "at least one page", "bytes",
     "memory for pages, rounded down to whole frames; instead of machine.frames"},
    {"machine.frames", KEY_LIMIT, 0, "count or unlimited", "unlimited", 1, FRAMES_MAX, NULL,
     "1 to 4294967294", "frames", "frames for pages; instead of machine.memory"},
    {"machine.clock", KEY_FREQUENCY, 0, "frequency", "3 GHz", 1000, CLOCK_MAX, NULL,
     "1 kHz to 1000 GHz", "Hz", "cycles a second of the CPU, for times given in cycles"},
    {"machine.mmu", KEY_MMU, 0, "name or map", "ideal", 0, 0, NULL, NULL, NULL,
     "page-table format, by which addresses are translated; ideal: free of charge, no TLB; "
     "'faultline list formats'"},
    {"machine.adapt_page_size", KEY_CHOICE, TRANSLATION, "choice", "no", 0, 0, no_yes,
     "no, yes", NULL,
     "whether tables are adapted to a machine.page_size that the format lacks"},
    {"machine.table_frames", KEY_CHOICE, TRANSLATION, "choice", "counted", 0, 0,
     table_frames, "counted, apart", NULL,
     "counted: page tables take frames of the machine; apart: they lie beside them, and "
     "all "
     "frames are for pages"},
    {"machine.tlb.asids", KEY_LIMIT, TRANSLATION, "count or unlimited", "unlimited", 0,
     ASIDS_MAX, NULL, "0 to 4294967295", "address spaces",
     "address spaces whose entries a TLB holds at once; 0: entries have no address-space "
     "identifier, so that each switch of address spaces flushes"},
    {"machine.tlb.NAME.entries", KEY_COUNT, ARRAY, "count", NULL, 0, ENTRIES_MAX, NULL,
     "0 (none) to 1048576", "entries",
     "entries of an array of the TLB, a multiple of its ways; NAME: l and a level, i or d "
     "for instructions or data only, -SUFFIX; default: 64 of l1i and l1d, 1536 of l2"},
    {"machine.tlb.NAME.ways", KEY_WAYS, ARRAY, "count or full", "full", 1, ENTRIES_MAX,
     NULL, "divides entries", "entries",
     "entries of a set; full: one set of all; default of l1i and l1d: 4, of l2: 12"},
    {"machine.tlb.NAME.replacement", KEY_CHOICE, ARRAY, "choice", "lru", 0, 0, replacements,
     "lru, fifo, random, nmru, tree-plru, bit-plru, bit-plru-dynamorio", NULL,
     "which entry of a full set goes"},
    {"machine.tlb.NAME.wired", KEY_COUNT, ARRAY, "count", "0", 0, ENTRIES_MAX, NULL,
     "below ways", "entries",
     "entries of each set that are kept for the system and hold nothing here"},
    {"machine.tlb.NAME.pages", KEY_PAGES, ARRAY, "any, size or list", "any", 0, 0, NULL,
     "page sizes of machine.mmu", "bytes", "sizes of the pages that it holds"},
    {"machine.tlb.NAME.half", KEY_CHOICE, ARRAY, "choice", "whole", 0, 0, halves,
     "whole, process, system", NULL,
     "what it holds: pages of all kinds, of processes only, of system space only"},
    {"machine.tlb.NAME.inclusive", KEY_CHOICE, ARRAY, "choice", "no", 0, 0, no_yes,
     "no, yes", NULL, "whether what leaves it leaves the arrays nearer the CPU too"},
    {"machine.tlb.NAME.hit", KEY_TIME, ARRAY | KEY_CYCLES, "time", "3 ns", 0, SECOND, NULL,
     "0 s to 1 s", "s",
     "time of a hit, on top of what a hit of level 1 takes; default of level 1: 0 s"},
    {"machine.walk_cache.l2.entries", KEY_COUNT, TRANSLATION, "count", "0", 0, ENTRIES_MAX,
     NULL, "0 (none) to 1048576", "entries",
     "cached entries of tables of level 2, which point to those of base pages"},
    {"machine.walk_cache.l2.ways", KEY_WAYS, TRANSLATION, "count or full", "full", 1,
     ENTRIES_MAX, NULL, "divides entries", "entries", "entries of a set; full: one set"},
    {"machine.walk_cache.l3.entries", KEY_COUNT, TRANSLATION, "count", "0", 0, ENTRIES_MAX,
     NULL, "0 (none) to 1048576", "entries", "cached entries of tables of level 3"},
    {"machine.walk_cache.l3.ways", KEY_WAYS, TRANSLATION, "count or full", "full", 1,
     ENTRIES_MAX, NULL, "divides entries", "entries", "entries of a set; full: one set"},
    {"machine.walk_cache.l4.entries", KEY_COUNT, TRANSLATION, "count", "0", 0, ENTRIES_MAX,
     NULL, "0 (none) to 1048576", "entries", "cached entries of tables of level 4"},
    {"machine.walk_cache.l4.ways", KEY_WAYS, TRANSLATION, "count or full", "full", 1,
     ENTRIES_MAX, NULL, "divides entries", "entries", "entries of a set; full: one set"},
    {"machine.walk_cache.l5.entries", KEY_COUNT, TRANSLATION, "count", "0", 0, ENTRIES_MAX,
     NULL, "0 (none) to 1048576", "entries", "cached entries of tables of level 5"},
    {"machine.walk_cache.l5.ways", KEY_WAYS, TRANSLATION, "count or full", "full", 1,
     ENTRIES_MAX, NULL, "divides entries", "entries", "entries of a set; full: one set"},
    {"machine.walk_cache.hit", KEY_TIME, TRANSLATION_TIME, "time", "1 cycle", 0, SECOND,
     NULL, "0 s to 1 s", "s", "time that a walk takes to find an entry there"},
    {"machine.table_cache.size", KEY_SIZE, TRANSLATION, "size", "0 B", 0, CACHE_MAX, NULL,
     "0 B (none) to 1 GiB, a multiple of line and ways", "bytes",
     "data cache as page-table accesses see it"},
    {"machine.table_cache.line", KEY_POWER, TRANSLATION, "size", "64 B", 4, 4096, NULL,
     "4 B to 4 KiB, a power of two", "bytes", "a line of that cache"},
    {"machine.table_cache.ways", KEY_WAYS, TRANSLATION, "count or full", "8", 1,
     ENTRIES_MAX, NULL, "divides its lines", "lines",
     "lines of a set; full: one set of all"},
    {"machine.table_cache.hit", KEY_TIME, TRANSLATION_TIME, "time", "4 cycles", 0, SECOND,
     NULL, "0 s to 1 s", "s",
     "time of a page-table access found there; others take machine.cost.walk_access"},
    {"machine.cpus", KEY_COUNT, KEY_EVENTS, "count", "1", 1, 64, NULL, "1 to 64", "CPUs",
     "processors, which share memory and devices"},
    {"machine.cpu_lag", KEY_TIME, CPU_TIME, "time", "1 us", NANOSECOND, SECOND, NULL,
     "1 ns to 1 s", "s", "how far the clocks of two CPUs may be apart while they replay"},
    {"machine.cost.reference", KEY_TIME, CPU_TIME, "time", "1 ns", 1, SECOND, NULL,
     "1 ps to 1 s", "s", "CPU time of a reference"},
    {"machine.cost.walk", KEY_TIME, TRANSLATION_TIME, "time", "0 s", 0, SECOND, NULL,
     "0 s to 1 s", "s", "CPU time of a walk of the page tables, beside its accesses"},
    {"machine.cost.walk_access", KEY_TIME, TRANSLATION_TIME, "time", "5 ns", 0, SECOND,
     NULL, "0 s to 1 s", "s",
     "CPU time of an access to a page table that machine.table_cache does not have"},
    {"machine.cost.fault", KEY_TIME, CPU_TIME, "time", "1 us", 0, SECOND, NULL,
     "0 s to 1 s", "s", "CPU time of a page fault, beside copying and zeroing"},
    {"machine.cost.page_copy", KEY_TIME, CPU_TIME, "time", "500 ns", 0, SECOND, NULL,
     "0 s to 1 s", "s", "CPU time of copying a page"},
    {"machine.cost.page_zero", KEY_TIME, CPU_TIME, "time", "250 ns", 0, SECOND, NULL,
     "0 s to 1 s", "s", "CPU time of zeroing a page"},
    {"machine.shootdown.batch", KEY_LIMIT, SHOOTDOWN, "count or unlimited", "unlimited", 1,
     ENTRIES_MAX, NULL, "1 to 1048576", "pages",
     "most pages that other CPUs are told of with one interrupt; 1: page by page"},
    {"machine.shootdown.flush_ceiling", KEY_LIMIT, SHOOTDOWN, "count or unlimited", "33", 0,
     ENTRIES_MAX, NULL, "0 to 1048576", "pages",
     "more pages than this at once flush the whole TLB instead"},
    {"machine.shootdown.lazy", KEY_CHOICE, SHOOTDOWN, "choice", "yes", 0, 0, no_yes,
     "no, yes", NULL,
     "whether CPUs that do not run the address space are told when they next switch"},
    {"machine.shootdown.send", KEY_TIME, SHOOTDOWN_TIME, "time", "500 ns", 0, SECOND, NULL,
     "0 s to 1 s", "s", "CPU time of an interrupt to another CPU at its sender"},
    {"machine.shootdown.receive", KEY_TIME, SHOOTDOWN_TIME, "time", "1 us", 0, SECOND, NULL,
     "0 s to 1 s", "s", "CPU time of an interrupt from another CPU at its receiver"},
    {"machine.shootdown.invalidate", KEY_TIME, SHOOTDOWN_TIME, "time", "100 ns", 0, SECOND,
     NULL, "0 s to 1 s", "s", "CPU time of dropping one page from a TLB"},
    {"machine.shootdown.flush", KEY_TIME, SHOOTDOWN_TIME, "time", "500 ns", 0, SECOND, NULL,
     "0 s to 1 s", "s", "CPU time of flushing a TLB"},
    {"kernel", KEY_KERNEL, 0, "name or map", "textbook", 0, 0, NULL, NULL, NULL,
     "operating system: what happens on a fault; 'faultline list kernels'"},
    {"policy", KEY_POLICY, 0, "name or map", "lru", 0, 0, NULL, NULL, NULL,
     "replacement policy: which page goes; 'faultline list policies'; native, the default "
     "with a kernel that has one: the kernel's own"},
    {"replacement", KEY_CHOICE, KEY_EVENTS, "choice", "global", 0, 0, scopes,
     "global, process", NULL,
     "whose pages the policy chooses from; global: all; process: those of the process that "
     "needs a frame, each with an equal share of the frames, or what a policy of variable "
     "allocation gives it"},
    {"scheduler.quantum", KEY_TIME, KEY_EVENTS, "time", "10 ms", MICROSECOND, HOUR, NULL,
     "1 us to 60 min", "s",
     "a process that has run so long gives way to the next one that is ready"},
    {"scheduler.switch", KEY_TIME, CPU_TIME, "time", "5 us", 0, SECOND, NULL, "0 s to 1 s",
     "s", "CPU time of a context switch"},
    {"swap.device", KEY_DEVICE, KEY_EVENTS, "name or map", "fixed", 0, 0, NULL, NULL, NULL,
     "device that pages go to: a model, or a preset of one; 'faultline list devices'"},
    {"swap.devices", KEY_COUNT, KEY_EVENTS, "count", "1", 1, DEVICES_MAX, NULL, "1 to 16",
     "devices", "how many of it there are; pages go round them"},
    {"swap.others", KEY_DEVICES, KEY_EVENTS, "name or list", "none", 0, 0, NULL, NULL, NULL,
     "further swap devices, each named as swap.device; none: there are none"},
    {"swap.size", KEY_CAPACITY, KEY_EVENTS, "size or unlimited", "unlimited", 0, 0, NULL,
     "at least one page", "bytes",
     "part of each swap device that may be used; unlimited: all of it"},
    {"swap.allocation", KEY_CHOICE, KEY_EVENTS, "choice", "page", 0, 0, allocations,
     "page, cluster, address", NULL,
     "where a page goes: page: the next free slot; cluster: beside others of its process; "
     "address: beside its neighbours in memory"},
    {"swap.cluster", KEY_BINARY, KEY_EVENTS, "count", "8", 1, 65536, NULL,
     "1 to 65536, a power of two", "slots",
     "slots that swap.allocation cluster and address take at once, and that lie on one "
     "swap "
     "device before those on the next one"},
    {"swap.read_ahead", KEY_BINARY, KEY_EVENTS, "count", "1", 1, 64, NULL,
     "1 to 64, a power of two", "slots",
     "slots read at once, if they hold pages of the same process; 1: only the one needed"},
    {"files.device", KEY_DEVICE, KEY_EVENTS, "name or map", "none", 0, 0, NULL, NULL, NULL,
     "device that files lie on, named as swap.device; none: they lie on the swap device"},
    {"timing", KEY_CHOICE, 0, "choice", "none", 0, 0, timings, "none, events", NULL,
     "none: time counts references and devices answer at once; events: a clock in "
     "picoseconds, processes, CPUs and devices"},
    {"series", KEY_TIME, KEY_EVENTS, "time", "0 s", 0, HOUR, NULL, "0 s to 60 min", "s",
     "interval of samples, for plots over time; 0 s: none"},
    {"baseline", KEY_CHOICE, KEY_EVENTS, "choice", "no", 0, 0, no_yes, "no, yes", NULL,
     "whether to run with unlimited memory too, for the slowdown"},
    {"seed", KEY_COUNT, 0, "count", "1", 0, 0, NULL, NULL, NULL,
     "start of all random numbers"},
    {"counters", KEY_COUNTERS, 0, "name or list", NULL, 0, 0, NULL, NULL, NULL,
     "counters that are wanted, others stay blank; 'faultline list counters'; default: "
     "all"},
    {"curve.curves", KEY_CURVES, 0, "name or list", NULL, 0, 0, NULL,
     "lru, opt, working-set, vmin, window-footprint, footprint, reuse-distance", NULL,
     "curves of the traces, for every number of frames, window or time; 'curve: lru' is "
     "short for it"},
    {"curve.page_sizes", KEY_SIZES, 0, "size or list", NULL, 0, 0, NULL,
     "512 B to 1 TiB, powers of two", "bytes",
     "page sizes of the curves; default: those of the cells"},
    {"sweep", KEY_AXES, 0, "map of lists", NULL, 0, 0, NULL, NULL, NULL,
     "keys to vary, each with each; the last one varies fastest"},
    {"zip", KEY_AXES, 0, "map of lists", NULL, 0, 0, NULL, "lists of one length", NULL,
     "keys to vary together, as one slowest axis"},
    {"plots", KEY_PLOTS, 0, "list of maps", NULL, 0, 0, NULL, NULL, NULL,
     "pictures, each a map of x, y, series, only, title, file, curves, curve, pictures"},
};
const size_t key_count = ARRAY_LEN(key_table);

const struct key process_keys[] = {
    {"trace", KEY_TEXT, 0, "path", NULL, 0, 0, NULL, "must be given, or generate", NULL,
     "trace to replay, relative to the file that says so"},
    {"generate", KEY_GENERATOR, 0, "name or map", NULL, 0, 0, NULL, NULL, NULL,
     "generator of a synthetic trace, and of its streams, instead of trace"},
    {"name", KEY_NAME, 0, "name", NULL, 0, 0, NULL, "a file name, unique", NULL,
     "name of the process in reports; default: the name of its trace"},
    {"start", KEY_TIME, 0, "time", "0 s", 0, 0, NULL, NULL, "s", "when it starts"},
    {"repeat", KEY_COUNT, 0, "count", "1", 1, REPEAT_MAX, NULL, "1 to 1000000000", "runs",
     "how often the trace is replayed, in the same address space"},
    {"space", KEY_COUNT, 0, "count", "0", 0, SPACE_MAX, NULL, "0 to 4294967295", NULL,
     "number of its address space, which those that give it share; 0: each copy has one of "
     "its own"},
    {"priority", KEY_COUNT, 0, "count", "0", 0, 0, NULL, NULL, NULL, "larger runs first"},
    {"copies", KEY_COUNT, 0, "count", NULL, 1, PROCESSES_MAX, NULL, "1 to 4096",
     "processes", "how often it runs; default: workload.copies"},
    {"offset", KEY_COUNT, 0, "count", NULL, 0, 0, NULL, NULL, "references",
     "copy k starts k times as many references into the trace; default: workload.offset"},
    {"streams", KEY_STREAMS, 0, "path, map or list", NULL, 0, 0, NULL, NULL, NULL,
     "further traces, of the children and threads that operations in the trace start"},
    {"thread", KEY_COUNT, 0, "count", NULL, 0, UINT32_MAX, NULL, "0 to 4294967295", NULL,
     "thread of the trace that is replayed, of one that holds several; 0: the one that it "
     "begins with"},
    {"regions", KEY_REGIONS, 0, "choice or list of maps", NULL, 0, 0, regions,
     "all, infer, operations", NULL, "what its memory is; default: workload.regions"},
};
const size_t process_key_count = ARRAY_LEN(process_keys);

const struct key stream_keys[] = {
    {"trace", KEY_TEXT, 0, "path", NULL, 0, 0, NULL, "must be given, or generate", NULL,
     "trace to replay, relative to the file that says so"},
    {"thread", KEY_COUNT, 0, "count", NULL, 0, UINT32_MAX, NULL, "0 to 4294967295", NULL,
     "thread of it that is replayed, of one that holds several"},
    {"generate", KEY_GENERATOR, 0, "name or map", NULL, 0, 0, NULL, NULL, NULL,
     "generator of a synthetic trace, instead of trace"},
};
const size_t stream_key_count = ARRAY_LEN(stream_keys);
const struct key *const stream_thread_key = &stream_keys[1];

const struct key region_keys[] = {
    {"name", KEY_NAME, 0, "name", NULL, 0, 0, NULL, "a file name", NULL,
     "name in messages; default: the file, or the address of its start"},
    {"start", KEY_ADDRESS, 0, "address", NULL, 0, 0, NULL, "must be given", NULL,
     "its first byte, such as 0x400000 or 4 MiB"},
    {"size", KEY_ADDRESS, 0, "address", NULL, 0, 0, NULL, "at least 1", NULL, "bytes"},
    {"end", KEY_ADDRESS, 0, "address", NULL, 0, 0, NULL, "above start", NULL,
     "first byte after it; instead of size"},
    {"backing", KEY_CHOICE, 0, "choice", NULL, 0, 0, backings, "store, zero, file", NULL,
     "what a page is at first: store: on the swap device; zero: zeros; file: a part of a "
     "file; default: file if a file is named, else zero"},
    {"file", KEY_TEXT, 0, "text", NULL, 0, 0, NULL, NULL, NULL,
     "name of the file; regions that name the same one share its pages"},
    {"offset", KEY_ADDRESS, 0, "address", "0", 0, 0, NULL, NULL, "bytes",
     "where in the file it starts"},
    {"shared", KEY_CHOICE, 0, "choice", "no", 0, 0, no_yes, "no, yes", NULL,
     "whether stores are seen by all that map the file"},
    {"protection", KEY_PROTECTION, 0, "letters", "rwx", 0, 0, NULL, "r, w, x or -", NULL,
     "what may be done with it: read, write, execute"},
    {"page_size", KEY_POWER, 0, "size", NULL, 512, UINT64_C(1) << 40, NULL,
     "a page size of machine.mmu, at least machine.page_size", "bytes",
     "size of its pages where it has whole ones; default: machine.page_size"},
    {"global", KEY_CHOICE, 0, "choice", "no", 0, 0, no_yes, "no, yes", NULL,
     "whether its translations are the same in every address space that has it"},
};
const size_t region_key_count = ARRAY_LEN(region_keys);
