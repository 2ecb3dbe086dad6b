/* key_table.c -- the tables of keys.h. */
#include "base/types.h"
#include "experiment/keys.h"
#include "experiment/workload.h"

static const char *const replacements[] = {"lru", "fifo", "random", NULL};
static const char *const timings[] = {"none", "events", NULL};
static const char *const allocations[] = {"page", "cluster", "address", NULL};
static const char *const no_yes[] = {"no", "yes", NULL};
/* In the order of enum regions_from and enum region_backing. */
static const char *const regions[] = {"all", "infer", NULL};
static const char *const backings[] = {"store", "zero", "file", NULL};

/* The largest number of frames: a frame number is a pfn_t, and one of them is PFN_NONE. */
#define FRAMES_MAX (UINT32_MAX - UINT64_C(1))
#define TLB_ENTRIES_MAX (UINT64_C(1) << 20)
#define REPEAT_MAX UINT64_C(1000000000)
#define SPACE_MAX UINT64_C(4294967295)

/* Picoseconds. */
#define NANOSECOND UINT64_C(1000)
#define MICROSECOND (1000 * NANOSECOND)
#define SECOND (1000000 * MICROSECOND)
#define HOUR (3600 * SECOND)

/* The geometry of the TLB is that of Skylake-SP: 64 entries of 4 ways for data, 1536 of 12
 * for both (configs/machines/x86-64.yaml names the sources).  The costs, the quantum and
 * the time of a switch are round figures of the order of a PC's, not those of one. */
const struct key key_table[] = {
    {"experiment", KEY_NAME, false, "name", NULL, 0, 0, NULL, "a file name", NULL,
     "name of the experiment and of its folder of results; default: the file's name"},
    {"extends", KEY_NAMES, false, "name or list", NULL, 0, 0, NULL, "files", NULL,
     "presets whose keys hold where this file says nothing"},
    {"trace", KEY_TEXT, false, "path", NULL, 0, 0, NULL, NULL, NULL,
     "trace to replay, relative to the file that says so; - is standard input"},
    {"workload.processes", KEY_PROCESSES, true, "list of maps", NULL, 0, 0, NULL,
     "maps of workload.processes[] keys", NULL,
     "processes to run; instead of trace, and short 'workload'"},
    {"workload.copies", KEY_COUNT, true, "count", "1", 1, PROCESSES_MAX, NULL, "1 to 4096",
     "processes", "how often each process runs that does not say so itself"},
    {"workload.offset", KEY_COUNT, true, "count", "0", 0, 0, NULL, NULL, "references",
     "copy k of a process starts k times as many references into its trace"},
    {"workload.regions", KEY_CHOICE, true, "choice", "all", 0, 0, regions, "all, infer",
     NULL,
     "what the memory of a process is that does not say so itself; all: on the swap device "
     "from the start; infer: files and zeros, as the trace uses it"},
    {"machine.page_size", KEY_POWER, false, "size", "4 KiB", 512, UINT64_C(1) << 30, NULL,
     "512 B to 1 GiB, a power of two", "bytes", "size of a page and of a frame"},
    {"machine.memory", KEY_SIZE, false, "size", NULL, 0, 0, NULL, "at least one page",
     "bytes", "memory for pages, rounded down to whole frames; instead of machine.frames"},
    {"machine.frames", KEY_FRAMES, false, "count or unlimited", "unlimited", 1, FRAMES_MAX,
     NULL, "1 to 4294967294", "frames", "frames for pages; instead of machine.memory"},
    {"machine.mmu", KEY_MMU, false, "name", "ideal", 0, 0, NULL, "ideal, x86-64", NULL,
     "how addresses are translated; ideal: free of charge, no TLB"},
    {"machine.tlb.l1i.entries", KEY_COUNT, false, "count", "64", 1, TLB_ENTRIES_MAX, NULL,
     "1 to 1048576", "entries",
     "entries of the first-level TLB for instructions; a multiple of its ways"},
    {"machine.tlb.l1i.ways", KEY_WAYS, false, "count or full", "4", 1, TLB_ENTRIES_MAX,
     NULL, "divides entries", "entries",
     "entries in a set of the first-level TLB for instructions; full: one set of all"},
    {"machine.tlb.l1i.replacement", KEY_CHOICE, false, "choice", "lru", 0, 0, replacements,
     "lru, fifo, random", NULL,
     "which entry of a full set of the first-level TLB for instructions goes"},
    {"machine.tlb.l1d.entries", KEY_COUNT, false, "count", "64", 1, TLB_ENTRIES_MAX, NULL,
     "1 to 1048576", "entries",
     "entries of the first-level TLB for data; a multiple of its ways"},
    {"machine.tlb.l1d.ways", KEY_WAYS, false, "count or full", "4", 1, TLB_ENTRIES_MAX,
     NULL, "divides entries", "entries",
     "entries in a set of the first-level TLB for data; full: one set of all"},
    {"machine.tlb.l1d.replacement", KEY_CHOICE, false, "choice", "lru", 0, 0, replacements,
     "lru, fifo, random", NULL,
     "which entry of a full set of the first-level TLB for data goes"},
    {"machine.tlb.l2.entries", KEY_COUNT, false, "count", "1536", 0, TLB_ENTRIES_MAX, NULL,
     "0 (none) to 1048576", "entries",
     "entries of the second-level TLB; a multiple of its ways"},
    {"machine.tlb.l2.ways", KEY_WAYS, false, "count or full", "12", 1, TLB_ENTRIES_MAX,
     NULL, "divides entries", "entries",
     "entries in a set of the second-level TLB; full: one set of all"},
    {"machine.tlb.l2.replacement", KEY_CHOICE, false, "choice", "lru", 0, 0, replacements,
     "lru, fifo, random", NULL, "which entry of a full set of the second-level TLB goes"},
    {"machine.cpus", KEY_COUNT, true, "count", "1", 1, 64, NULL, "1 to 64", "CPUs",
     "processors, which share memory and devices"},
    {"machine.cpu_lag", KEY_TIME, true, "time", "1 us", NANOSECOND, SECOND, NULL,
     "1 ns to 1 s", "s", "how far the clocks of two CPUs may be apart while they replay"},
    {"machine.cost.reference", KEY_TIME, true, "time", "1 ns", 1, SECOND, NULL,
     "1 ps to 1 s", "s", "CPU time of a reference"},
    {"machine.cost.tlb_l2_hit", KEY_TIME, true, "time", "3 ns", 0, SECOND, NULL,
     "0 s to 1 s", "s", "CPU time of a translation found in the second-level TLB"},
    {"machine.cost.walk_access", KEY_TIME, true, "time", "5 ns", 0, SECOND, NULL,
     "0 s to 1 s", "s", "CPU time of an access to a page table"},
    {"machine.cost.fault", KEY_TIME, true, "time", "1 us", 0, SECOND, NULL, "0 s to 1 s",
     "s", "CPU time of a page fault, beside copying and zeroing"},
    {"machine.cost.page_copy", KEY_TIME, true, "time", "500 ns", 0, SECOND, NULL,
     "0 s to 1 s", "s", "CPU time of copying a page"},
    {"machine.cost.page_zero", KEY_TIME, true, "time", "250 ns", 0, SECOND, NULL,
     "0 s to 1 s", "s", "CPU time of zeroing a page"},
    {"kernel", KEY_KERNEL, false, "name or map", "textbook", 0, 0, NULL, NULL, NULL,
     "operating system: what happens on a fault; 'faultline list kernels'"},
    {"policy", KEY_POLICY, false, "name or map", "lru", 0, 0, NULL, NULL, NULL,
     "replacement policy: which page goes; 'faultline list policies'"},
    {"scheduler.quantum", KEY_TIME, true, "time", "10 ms", MICROSECOND, HOUR, NULL,
     "1 us to 60 min", "s",
     "a process that has run so long gives way to the next one that is ready"},
    {"scheduler.switch", KEY_TIME, true, "time", "5 us", 0, SECOND, NULL, "0 s to 1 s", "s",
     "CPU time of a context switch"},
    {"swap.device", KEY_DEVICE, true, "name or map", "fixed", 0, 0, NULL, NULL, NULL,
     "device that pages go to: a model, or a preset of one; 'faultline list devices'"},
    {"swap.size", KEY_CAPACITY, true, "size or unlimited", "unlimited", 0, 0, NULL,
     "at least one page", "bytes",
     "part of the device that may be used; unlimited: all of it"},
    {"swap.allocation", KEY_CHOICE, true, "choice", "page", 0, 0, allocations,
     "page, cluster, address", NULL,
     "where a page goes: page: the next free slot; cluster: beside others of its process; "
     "address: beside its neighbours in memory"},
    {"swap.cluster", KEY_BINARY, true, "count", "8", 1, 65536, NULL,
     "1 to 65536, a power of two", "slots",
     "slots that swap.allocation cluster and address take at once"},
    {"swap.read_ahead", KEY_BINARY, true, "count", "1", 1, 64, NULL,
     "1 to 64, a power of two", "slots",
     "slots read at once, if they hold pages of the same process; 1: only the one needed"},
    {"files.device", KEY_DEVICE, true, "name or map", "none", 0, 0, NULL, NULL, NULL,
     "device that files lie on, named as swap.device; none: they lie on the swap device"},
    {"timing", KEY_CHOICE, false, "choice", "none", 0, 0, timings, "none, events", NULL,
     "none: time counts references and devices answer at once; events: a clock in "
     "picoseconds, processes, CPUs and devices"},
    {"series", KEY_TIME, true, "time", "0 s", 0, HOUR, NULL, "0 s to 60 min", "s",
     "interval of samples, for plots over time; 0 s: none"},
    {"baseline", KEY_CHOICE, true, "choice", "no", 0, 0, no_yes, "no, yes", NULL,
     "whether to run with unlimited memory too, for the slowdown"},
    {"seed", KEY_COUNT, false, "count", "1", 0, 0, NULL, NULL, NULL,
     "start of all random numbers"},
    {"sweep", KEY_AXES, false, "map of lists", NULL, 0, 0, NULL, NULL, NULL,
     "keys to vary, each with each; the last one varies fastest"},
    {"zip", KEY_AXES, false, "map of lists", NULL, 0, 0, NULL, "lists of one length", NULL,
     "keys to vary together, as one slowest axis"},
    {"plots", KEY_PLOTS, false, "list of maps", NULL, 0, 0, NULL, NULL, NULL,
     "pictures, each a map of x, y, series, title, file"},
};
const size_t key_count = ARRAY_LEN(key_table);

const struct key process_keys[] = {
    {"trace", KEY_TEXT, false, "path", NULL, 0, 0, NULL, "must be given", NULL,
     "trace to replay, relative to the file that says so"},
    {"name", KEY_NAME, false, "name", NULL, 0, 0, NULL, "a file name, unique", NULL,
     "name of the process in reports; default: the name of its trace"},
    {"start", KEY_TIME, false, "time", "0 s", 0, 0, NULL, NULL, "s", "when it starts"},
    {"repeat", KEY_COUNT, false, "count", "1", 1, REPEAT_MAX, NULL, "1 to 1000000000",
     "runs", "how often the trace is replayed, in the same address space"},
    {"space", KEY_COUNT, false, "count", "0", 0, SPACE_MAX, NULL, "0 to 4294967295", NULL,
     "number of its address space, which those that give it share; 0: each copy has one of "
     "its own"},
    {"priority", KEY_COUNT, false, "count", "0", 0, 0, NULL, NULL, NULL,
     "larger runs first"},
    {"copies", KEY_COUNT, false, "count", NULL, 1, PROCESSES_MAX, NULL, "1 to 4096",
     "processes", "how often it runs; default: workload.copies"},
    {"offset", KEY_COUNT, false, "count", NULL, 0, 0, NULL, NULL, "references",
     "copy k starts k times as many references into the trace; default: workload.offset"},
    {"streams", KEY_NAMES, false, "path or list", NULL, 0, 0, NULL, NULL, NULL,
     "further traces, of the children and threads that operations in the trace start"},
    {"regions", KEY_REGIONS, false, "choice or list of maps", NULL, 0, 0, regions,
     "all, infer", NULL, "what its memory is; default: workload.regions"},
};
const size_t process_key_count = ARRAY_LEN(process_keys);

const struct key region_keys[] = {
    {"name", KEY_NAME, false, "name", NULL, 0, 0, NULL, "a file name", NULL,
     "name in messages; default: the file, or the address of its start"},
    {"start", KEY_ADDRESS, false, "address", NULL, 0, 0, NULL, "must be given", NULL,
     "its first byte, such as 0x400000 or 4 MiB"},
    {"size", KEY_ADDRESS, false, "address", NULL, 0, 0, NULL, "at least 1", NULL, "bytes"},
    {"end", KEY_ADDRESS, false, "address", NULL, 0, 0, NULL, "above start", NULL,
     "first byte after it; instead of size"},
    {"backing", KEY_CHOICE, false, "choice", NULL, 0, 0, backings, "store, zero, file",
     NULL,
     "what a page is at first: store: on the swap device; zero: zeros; file: a part of a "
     "file; default: file if a file is named, else zero"},
    {"file", KEY_TEXT, false, "text", NULL, 0, 0, NULL, NULL, NULL,
     "name of the file; regions that name the same one share its pages"},
    {"offset", KEY_ADDRESS, false, "address", "0", 0, 0, NULL, NULL, "bytes",
     "where in the file it starts"},
    {"shared", KEY_CHOICE, false, "choice", "no", 0, 0, no_yes, "no, yes", NULL,
     "whether stores are seen by all that map the file"},
    {"protection", KEY_PROTECTION, false, "letters", "rwx", 0, 0, NULL, "r, w, x or -",
     NULL, "what may be done with it: read, write, execute"},
};
const size_t region_key_count = ARRAY_LEN(region_keys);
