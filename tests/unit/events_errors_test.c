/* events_errors_test.c -- what an experiment file with `timing: events` must not say, and
 * the sentence for it. */
#include "unit/experiment_folder.h"

#define T "trace: t.flt\n"
#define E "timing: events\n"
#define W E "workload:\n"
#define MODELS "disk, fixed, ssd, zram"
#define KNOWN                                                                              \
    MODELS                                                                                 \
    ", bare, broken, few, list, odd, slow, tiny; 'faultline list devices' explains "       \
    "them"
/* Columns of series.csv that kernels have of their own. */
#define OWN                                                                                \
    "freemem, lotsfree, desfree, minfree, deficit, desscan, front, back, rss, pgin, "      \
    "pgout, pgrec, fastpgrec, pgfrec, zfod, scan, rev, dfree, swpin, swpout"
/* A list of regions that begins in line 3. */
#define R W "- { trace: t.flt, regions: ["

static const struct {
    const char *text, *message;
} wrong[] = {
    /* Without events. */
    {T "swap.device: disk\n", "e.yaml:2:1: 'swap.device' needs 'timing: events'; with "
                              "timing none (the default) there is no clock"},
    {T "timing: none\nmachine: { cpus: 2 }\n",
     "e.yaml:3:12: 'machine.cpus' needs 'timing: events'; with timing none there is no "
     "clock"},
    {T "swap.device.latency: 1 ms\n",
     "e.yaml:2:1: 'swap.device.latency' needs 'timing: events'; with timing none (the "
     "default) there is no clock"},
    {"workload: [{trace: a}]\n", "e.yaml:1:1: 'workload.processes' needs 'timing: events'; "
                                 "with timing none (the default) there is no clock"},
    {T "sweep: { timing: [none, events], workload.copies: [1, 2] }\n",
     "e.yaml:2:52: 'workload.copies' needs 'timing: events'; with timing none there is no "
     "clock"},
    /* Keys and values. */
    {T E "scheduler.quantum: 10\n",
     "e.yaml:3:20: bad time '10' for scheduler.quantum: a time is a number with a unit "
     "(ps, ns, us, ms, s, min), such as '60 us'"},
    {T E "scheduler.quantum: 1 ns\n", "e.yaml:3:20: scheduler.quantum '1 ns' is out of "
                                      "range: it must be 1 us to 60 min"},
    {T E "scheduler.quantum: 61 min\n", "e.yaml:3:20: scheduler.quantum '61 min' is out of "
                                        "range: it must be 1 us to 60 min"},
    {T E "machine.cost.reference: 0 s\n",
     "e.yaml:3:25: machine.cost.reference '0 s' is out of range: it must be 1 ps to 1 s"},
    {T E "machine.cost.fault: 2 s\n",
     "e.yaml:3:21: machine.cost.fault '2 s' is out of range: it must be 0 s to 1 s"},
    {T E "machine.cpu_lag: 1 ps\n",
     "e.yaml:3:18: machine.cpu_lag '1 ps' is out of range: it must be 1 ns to 1 s"},
    {T E "machine.cpus: 65\n",
     "e.yaml:3:15: machine.cpus '65' is out of range: it must be from 1 to 64"},
    {T E "swap.cluster: 12\n", "e.yaml:3:15: swap.cluster '12' is not a power of two; "
                               "nearest are '8' and '16'"},
    {T E "swap.cluster: 131072\n",
     "e.yaml:3:15: swap.cluster '131072' is out of range: it must be 1 to 65536, a power "
     "of two"},
    {T E "swap.read_ahead: 128\n",
     "e.yaml:3:18: swap.read_ahead '128' is out of range: it must be 1 to 64, a power of "
     "two"},
    {T E "swap.allocation: pages\n",
     "e.yaml:3:18: unknown swap.allocation 'pages'; nearest "
     "is 'page'; allowed: page, cluster, address"},
    {T E "baseline: maybe\n", "e.yaml:3:11: unknown baseline 'maybe'; allowed: no, yes"},
    {T E "series: 2 h\n", "e.yaml:3:9: bad time '2 h' for series: unknown unit 'h'; units "
                          "are ps, ns, us, ms, s and min"},
    {T E "scheduler.quantm: 1 ms\n",
     "e.yaml:3:1: unknown key 'scheduler.quantm'; nearest is 'scheduler.quantum'"},
    {T E "workload.copies: 0\n",
     "e.yaml:3:18: workload.copies '0' is out of range: it must be from 1 to 4096"},
    {T E "workload.regions: some\n",
     "e.yaml:3:19: unknown workload.regions 'some'; allowed: all, infer, operations"},
    /* Devices. */
    {T E "swap.device: dsik\n", "e.yaml:3:14: unknown swap.device 'dsik'; nearest is "
                                "'disk'; 'faultline list devices' shows all"},
    {T E "swap.device: slwo\n", "e.yaml:3:14: unknown swap.device 'slwo'; nearest is "
                                "'slow'; 'faultline list devices' shows all"},
    {T E "swap.device: none\n", "e.yaml:3:14: unknown swap.device 'none'; known: " KNOWN},
    {T E "files.device: tape\n", "e.yaml:3:15: unknown files.device 'tape'; known: " KNOWN},
    {T E "swap.device: { latency: 1 ms }\nswap.device.latency: 1 ms\n",
     "e.yaml:4:1: key 'swap.device.latency' is given twice; it is on line 3 already"},
    {T E "swap.device: { name: fixed, latncy: 1 ms }\n",
     "e.yaml:3:37: unknown parameter 'latncy' of device 'fixed'; nearest is 'latency' (it "
     "has latency, bandwidth, servers, size)"},
    {T E "swap.device: { name: slow, latency: 1 }\n",
     "e.yaml:3:37: bad time '1' for 'latency' of device 'fixed': a time is a number with a "
     "unit (ps, ns, us, ms, s, min), such as '60 us'"},
    {T E "files.device.latency: 1 ms\n",
     "e.yaml:3:23: unknown parameter 'latency' of device 'none': it has no parameters"},
    {T E "swap.device: broken\n",
     "presets/devices/broken.yaml:3:8: bad count 'x' for 'heads' of device 'disk': a count "
     "is a whole number in digits only, such as '1024'"},
    {T E "swap.device: odd\n",
     "presets/devices/odd.yaml:3:9: unknown parameter 'latncy' of device 'fixed'; nearest "
     "is 'latency' (it has latency, bandwidth, servers, size)"},
    {T E "swap.device: bare\n", "presets/devices/bare.yaml:1:1: a device's preset needs "
                                "'device', the name of its model: " MODELS},
    {T E "swap.device: tiny\n", "presets/devices/tiny.yaml:1:9: unknown device 'dsk'; "
                                "nearest is 'disk'; allowed: " MODELS},
    {T E "swap.device: list\n",
     "presets/devices/list.yaml:1:1: a device's preset is a map, "
     "such as {device: disk}, not a list"},
    {T E "swap.device: { name: disk, cylinders: 10 }\n",
     "e.yaml:3:39: swap.device 'disk': 'zones' (30) of device 'disk' are more than its "
     "'cylinders' (10)"},
    {T E "swap.device: few\n",
     "presets/devices/few.yaml:3:12: swap.device 'few': 'zones' (30) of device 'disk' are "
     "more than its 'cylinders' (20)"},
    {T E "files.device: { name: few, rpm: 3600 }\n",
     "presets/devices/few.yaml:3:12: files.device 'few': 'zones' (30) of device 'disk' are "
     "more than its 'cylinders' (20)"},
    {T E "swap.device: { name: few, zones: 21 }\n",
     "e.yaml:3:34: swap.device 'few': 'zones' (21) of device 'disk' are more than its "
     "'cylinders' (20)"},
    {T E "sweep: { machine.page_size: [4 KiB, 2 KiB] }\n"
         "swap.device: { name: disk, sector_size: 4 KiB }\n",
     "e.yaml:4:41: swap.device 'disk': 'sector_size' (4 KiB) of device 'disk' does not "
     "divide the page (2 KiB)"},
    {T E "swap.device: { name: disk, cylinders: 1, zones: 1, heads: 1,\n"
         "               sectors_inner: 1, sectors_outer: 1 }\n",
     "e.yaml:3:22: swap.device 'disk': the capacity of device 'disk' (512 B) is less than "
     "a "
     "page (4 KiB)"},
    {T E "sweep: { swap.device: [fixed, dsik] }\n",
     "e.yaml:3:31: unknown swap.device 'dsik'; nearest is 'disk'; 'faultline list devices' "
     "shows all"},
    {T E "sweep: { swap.device: [{ latency: 1 ms }] }\n",
     "e.yaml:3:24: a swap.device in a list needs a name, such as {name: fixed}"},
    {T E "sweep: { swap.device: [slow, fixed] }\nswap.device.latency: 1 ms\n",
     "e.yaml:4:1: 'swap.device.latency' would be lost, since 'swap.device' varies; give it "
     "with a name in the list, such as {name: fixed, latency: 1 ms}, or vary "
     "'swap.device.latency' too"},
    {T E "sweep: { swap.device: [fixed] }\nswap.device: { name: slow, latncy: 1 ms }\n",
     "e.yaml:4:36: unknown parameter 'latncy' of device 'fixed'; nearest is 'latency' (it "
     "has latency, bandwidth, servers, size)"},
    {T E "sweep: { swap.device: [fixed] }\nswap.device: dsik\n",
     "e.yaml:4:14: unknown swap.device 'dsik'; nearest is 'disk'; 'faultline list devices' "
     "shows all"},
    {T E "swap.size: 2 KiB\n", "e.yaml:3:12: swap.size of 2 KiB holds no page of 4 KiB; it "
                               "must be at least one page"},
    {T E "swap: { device: { name: fixed, size: 1 MiB }, size: 2 MiB }\n",
     "e.yaml:3:53: swap.size '2 MiB' is more than swap.device 'fixed' holds, 1 MiB"},
    /* Several swap devices. */
    {T "swap.devices: 2\n",
     "e.yaml:2:1: 'swap.devices' needs 'timing: events'; with timing "
     "none (the default) there is no clock"},
    {T E "swap.devices: 0\n",
     "e.yaml:3:15: swap.devices '0' is out of range: it must be from 1 to 16"},
    {T E "swap.devices: [1, 2]\n",
     "e.yaml:3:15: 'swap.devices' takes one value, not a list; to vary it, put the list "
     "under 'sweep'"},
    {T E "swap.others: []\n", "e.yaml:3:14: the list of 'swap.others' is empty; without "
                              "further devices it is none"},
    {T E "swap.others: { name: disk }\n",
     "e.yaml:3:14: 'swap.others' is none, a device or a list of devices, such as [ra81, "
     "rp06], not a map"},
    {T E "swap.others: [disk, [disk]]\n",
     "e.yaml:3:21: a device in 'swap.others' is the name of a model or of a preset, which "
     "has its parameters, not a list"},
    {T E "swap.others: [disk, dsik]\n",
     "e.yaml:3:21: unknown swap.others 'dsik'; nearest is 'disk'; 'faultline list devices' "
     "shows all"},
    {T E "swap.others: [none]\n", "e.yaml:3:15: unknown swap.others 'none'; known: " KNOWN},
    {T E "swap.others: few\n",
     "presets/devices/few.yaml:3:12: swap.others 'few': 'zones' (30) of device 'disk' are "
     "more than its 'cylinders' (20)"},
    {T E "swap: { devices: 15, others: [disk, disk] }\n",
     "e.yaml:3:30: there are 15 swap devices of swap.devices and 2 of swap.others; "
     "together "
     "they are at most 16"},
    {T E "swap: { device: disk, others: [disk, zram] }\n",
     "e.yaml:3:38: swap.others 'zram' is memory and swap.device 'disk' is not: pages go "
     "round the swap devices, so that all of them must be memory or none"},
    {T E "swap: { device: zram, others: disk }\n",
     "e.yaml:3:31: swap.others 'disk' is no memory and swap.device 'zram' is: pages go "
     "round "
     "the swap devices, so that all of them must be memory or none"},
    {T E "swap: { device: fixed, others: [disk, disk], size: 1 TiB }\n",
     "e.yaml:3:52: swap.size '1 TiB' is more than swap.others.1 'disk' holds, 488383615 "
     "KiB"},
    {T E "sweep: { swap.others: [none, [disk, dsik]] }\n",
     "e.yaml:3:37: unknown swap.others 'dsik'; nearest is 'disk'; 'faultline list devices' "
     "shows all"},
    {T E "sweep: { swap.devices: [1, 17] }\n",
     "e.yaml:3:28: swap.devices '17' is out of range: it must be from 1 to 16"},
    /* A device in memory. */
    {T E "files.device: zram\n", "e.yaml:3:15: files.device 'zram' is memory, which cannot "
                                 "hold files; it can be swap.device only"},
    {T E "swap.device: zram\n",
     "e.yaml:1:8: 't' lies on the swap device from the start ('regions: all'), and "
     "swap.device 'zram' is memory, which is empty then; write 'workload.regions: infer' "
     "or "
     "list its regions"},
    {T E "swap.device: zram\nworkload.regions: infer\n",
     "e.yaml:1:8: 't' has files ('regions: infer'), and swap.device 'zram' is memory, "
     "which "
     "cannot hold files; name a files.device"},
    {R "{ start: 0, size: 1, backing: store }] }\nswap.device: zram\n",
     "e.yaml:3:29: region '0x0' lies on the swap device from the start, and swap.device "
     "'zram' is memory, which is empty then; its backing can be zero or file"},
    {R "{ start: 0, size: 1, file: f }] }\nswap.device: zram\n",
     "e.yaml:3:29: region 'f' is a part of a file, and swap.device 'zram' is memory, which "
     "cannot hold files; name a files.device"},
    /* Processes. */
    {E, "e.yaml: no trace is named; write 'trace: PATH' into the experiment or give --set "
        "trace=PATH"},
    {T W "- trace: a\n", "e.yaml:3:1: 'trace' and 'workload.processes' say the same thing "
                         "twice; leave one of them out"},
    {E "workload: a.flt\n",
     "e.yaml:2:11: 'workload' is a map of further keys, not a value"},
    {E "workload.processes: a.flt\n",
     "e.yaml:2:21: 'workload.processes' is a list of processes, such as [{trace: cc1.flt, "
     "copies: 2}], not a value"},
    {E "workload.processes: { trace: a.flt }\n",
     "e.yaml:2:21: 'workload.processes' is a list of processes, such as [{trace: cc1.flt, "
     "copies: 2}], not a map"},
    {E "workload: []\n", "e.yaml:2:11: a workload needs at least one process, such as "
                         "[{trace: cc1.flt}]"},
    {W "- a.flt\n", "e.yaml:3:3: a process is a map, such as {trace: cc1.flt, copies: 2}, "
                    "not a value"},
    {W "- { copies: 2 }\n",
     "e.yaml:3:3: a process needs a trace, such as {trace: cc1.flt}, or a generator"},
    {W "- { trace: a, repaet: 2 }\n",
     "e.yaml:3:15: unknown key 'repaet' of a process; nearest is 'repeat'; it has trace, "
     "generate, name, start, repeat, space, priority, copies, offset, streams, thread, "
     "regions"},
    {W "- { trace: [a] }\n",
     "e.yaml:3:12: 'trace' of a process takes a single value, not a list"},
    {W "- { trace: a, start: 3 }\n",
     "e.yaml:3:22: bad time '3' for start: a time is a number with a unit (ps, ns, us, ms, "
     "s, min), such as '60 us'"},
    {W "- { trace: a, repeat: 0 }\n",
     "e.yaml:3:23: repeat '0' is out of range: it must be from 1 to 1000000000"},
    {W "- { trace: a, name: a/b }\n",
     "e.yaml:3:21: 'a/b' for name cannot be the name of a file: at most 100 characters, no "
     "'/' and no blanks, and neither '.' nor '-' first"},
    {W "- { trace: a, streams: { b: c } }\n",
     "e.yaml:3:26: unknown key 'b' of a stream; it has trace, thread, generate"},
    {W "- { trace: a, streams: [b, [c]] }\n",
     "e.yaml:3:28: 'streams' of a process is a path, a map such as {trace: cc1.flt, "
     "thread: "
     "1}, or a list of these, not a list"},
    {W "- { trace: a, name: p }\n- { trace: b, name: p }\n",
     "e.yaml:4:12: a second process with the name 'p'"},
    {W "- { trace: a, copies: 4000 }\n- { trace: b, copies: 97 }\n",
     "e.yaml:4:12: the workload has 4097 processes up to 'b', copies counted; the most are "
     "4096"},
    {W "- { trace: a, space: 3, regions: all }\n- { trace: b, space: 3, regions: infer }\n",
     "e.yaml:4:12: 'a' and 'b' share space 3, but say different regions of it; say them "
     "once"},
    {W "- { trace: a, space: 3, regions: [{ start: 0, size: 1 }] }\n"
       "- { trace: b, space: 3, regions: [{ start: 0, size: 2 }] }\n",
     "e.yaml:4:12: 'a' and 'b' share space 3, but say different regions of it; say them "
     "once"},
    {E "sweep: { workload.processes: [{ trace: a }] }\n",
     "e.yaml:2:31: 'workload.processes' is a list of processes, such as [{trace: cc1.flt, "
     "copies: 2}], not a map"},
    {E "sweep: { workload: [[{ trace: a }], [{ trce: b }]] }\n",
     "e.yaml:2:40: unknown key 'trce' of a process; nearest is 'trace'; it has trace, "
     "generate, name, start, repeat, space, priority, copies, offset, streams, thread, "
     "regions"},
    {W "- { trace: a }\n- { trace: b }\npolicy: opt\n",
     "e.yaml:5:9: policy 'opt' sees the future and needs one process: one copy, one trace "
     "without streams, replayed once"},
    {T E "policy: opt\nworkload.copies: 2\n",
     "e.yaml:3:9: policy 'opt' sees the future and needs one process: one copy, one trace "
     "without streams, replayed once"},
    {W "- { trace: a, streams: b }\npolicy: opt\n",
     "e.yaml:4:9: policy 'opt' sees the future and needs one process: one copy, one trace "
     "without streams, replayed once"},
    {W "- { trace: a, repeat: 2 }\npolicy: opt\n",
     "e.yaml:4:9: policy 'opt' sees the future and needs one process: one copy, one trace "
     "without streams, replayed once"},
    /* Regions. */
    {W "- { trace: a, regions: { start: 0 } }\n",
     "e.yaml:3:24: 'regions' of a process is all, infer, operations or a list of maps, not "
     "a map"},
    {W "- { trace: a, regions: al }\n", "e.yaml:3:24: unknown regions 'al'; nearest is "
                                        "'all'; allowed: all, infer, operations"},
    {R "] }\n", "e.yaml:3:28: the list of regions is empty; leave it out, or write all or "
                "infer for it"},
    {R "heap] }\n", "e.yaml:3:29: a region is a map, such as {start: 0x400000, size: 1 "
                    "MiB}, not a value"},
    {R "{ size: 1 MiB }] }\n", "e.yaml:3:29: a region needs a start, such as {start: "
                               "0x400000, size: 1 MiB}"},
    {R "{ start: 0, siez: 1 }] }\n",
     "e.yaml:3:41: unknown key 'siez' of a region; nearest is 'size'; it has name, start, "
     "size, end, backing, file, offset, shared, protection, page_size, global"},
    {R "{ name: heap, start: 0 }] }\n",
     "e.yaml:3:29: region 'heap' needs a size or an end"},
    {R "{ name: heap, start: 0, size: 1, end: 1 }] }\n",
     "e.yaml:3:62: 'size' and 'end' of region 'heap' say the same thing twice; leave one "
     "of "
     "them out"},
    {R "{ name: heap, start: 0, size: 0 }] }\n",
     "e.yaml:3:59: region 'heap' is empty: its size must be at least 1"},
    {R "{ name: heap, start: 0x10, end: 0x10 }] }\n",
     "e.yaml:3:61: region 'heap' is empty: its end must be above its start"},
    {R "{ name: heap, start: 0x20, end: 0x10 }] }\n",
     "e.yaml:3:61: region 'heap' is empty: its end must be above its start"},
    {R "{ name: heap, start: 0x10, size: 0xfffffffffffffff1 }] }\n",
     "e.yaml:3:62: region 'heap' ends beyond 2^64: from 0x10 on, the largest size is "
     "0xfffffffffffffff0"},
    {R "{ start: 0x1g, size: 1 }] }\n",
     "e.yaml:3:38: bad start '0x1g': it is a hexadecimal number, such as 0x400000, or a "
     "size, such as 4 MiB"},
    {R "{ start: 0x10000000000000000, size: 1 }] }\n",
     "e.yaml:3:38: bad start '0x10000000000000000': it must be below 0x10000000000000000, "
     "2^64"},
    {R "{ start: 0, size: 4K }] }\n",
     "e.yaml:3:47: bad size '4K' for size: 'K' may mean a power of 1000 or of 1024; write "
     "'4 KiB' or '4 kB'"},
    {R "{ name: text, start: 0, size: 1, backing: file }] }\n",
     "e.yaml:3:71: region 'text' is a part of a file, but none is named; write 'file: "
     "NAME'"},
    {R "{ name: heap, start: 0, size: 1, offset: 4 }] }\n",
     "e.yaml:3:62: 'offset' of region 'heap' needs 'backing: file'; its backing is zero"},
    {R "{ start: 0, size: 1, backing: store, file: f }] }\n",
     "e.yaml:3:66: 'file' of region 'f' needs 'backing: file'; its backing is store"},
    {R "{ start: 0, size: 1, shared: yes }] }\n",
     "e.yaml:3:50: 'shared' of region '0x0' needs 'backing: file'; its backing is zero"},
    {R "{ start: 0, size: 1, protection: rr }] }\n",
     "e.yaml:3:62: bad protection 'rr': it is made of r, w and x, each once or left out, "
     "such as rw or r-x"},
    {R "{ start: 0, size: 1, protection: rwz }] }\n",
     "e.yaml:3:62: bad protection 'rwz': it is made of r, w and x, each once or left out, "
     "such as rw or r-x"},
    {R "{ name: b, start: 0x2000, size: 0x1000 },\n"
       "  { name: a, start: 0x1000, size: 0x1001 }] }\n",
     "e.yaml:3:29: region 'b' overlaps region 'a' (line 4): it starts at 0x2000, and the "
     "last byte of that one is 0x2000"},
    /* Plots. */
    {T E "plots: [{ x: time, y: resident }]\n",
     "e.yaml:3:9: a plot over time needs samples: 'timing: events' and their interval, "
     "such "
     "as 'series: 100 ms'"},
    {T "plots: [{ x: process, y: resident_max }]\n",
     "e.yaml:2:9: a plot of processes needs 'timing: events'"},
    {T "plots: [{ x: seed, y: [faults, elapsed] }]\n",
     "e.yaml:2:32: 'elapsed' is measured with 'timing: events' only"},
    {T E "series: 1 s\nplots: [{ x: time, y: page_faults }]\n",
     "e.yaml:4:23: 'page_faults' for y is no number in series.csv, where the plot's other "
     "columns are; it has time, process, resident, free_frames, faults_per_second, "
     "page_ins_per_second, page_outs_per_second, scans_per_second, cpu_utilisation, ready, "
     "waiting, swap_queue, and what 'faultline list columns' shows of kernels"},
    {T E "series: 1 s\nplots: [{ x: seed, y: resident }]\n",
     "e.yaml:4:23: unknown counter 'resident' for y; 'faultline list counters' shows all"},
    {T E "series: 1 s\nplots: [{ x: tiem, y: resident }]\n",
     "e.yaml:4:14: unknown column 'tiem' for x; nearest is 'time'"},
    {T E "series: 1 s\nplots: [{ x: time, y: resident, series: proces }]\n",
     "e.yaml:4:41: unknown column 'proces' for series; nearest is 'process'"},
    {T E "series: 1 s\nplots: [{ x: time, y: process }]\n",
     "e.yaml:4:23: 'process' for y is no number in series.csv, where the plot's other "
     "columns are; it has time, process, resident, free_frames, faults_per_second, "
     "page_ins_per_second, page_outs_per_second, scans_per_second, cpu_utilisation, ready, "
     "waiting, swap_queue, and what 'faultline list columns' shows of kernels"},
};

static const struct {
    const char *set[3], *message;
} wrong_sets[] = {
    {{"workload=[{trace: a}]"},
     "--set 'workload=[{trace: a}]': 'workload.processes' needs 'timing: events'; with "
     "timing none (the default) there is no clock"},
    {{"timing=events", "swap.device=dsik"},
     "--set 'swap.device=dsik': unknown swap.device 'dsik'; nearest is 'disk'; 'faultline "
     "list devices' shows all"},
    {{"timing=events",
      "workload=[{trace: a, regions: [{start: 0, size: 2}, {start: 1, size: "
      "2}]}]"},
     "--set 'workload=[{trace: a, regions: [{start: 0, size: 2}, {start: 1, size: 2}]}]': "
     "region '0x1' overlaps region '0x0': it starts at 0x1, and the last byte of that one "
     "is "
     "0x1"},
};

static void setup(void)
{
    static const char *const presets[][2] = {
        {"slow", "device: fixed\nlatency: 30 ms\n"},
        {"broken", "device: disk\n# comment\nheads: x\n"},
        {"odd", "device: fixed\n  # y\nlatncy: 1 ms\n"},
        {"bare", "latency: 1 ms\n"},
        {"tiny", "device: dsk\n"},
        {"list", "- disk\n"},
        {"few", "device: disk\n# comment\ncylinders: 20\n"},
    };
    folder_setup();
    mkdir("presets", 0700);
    mkdir("presets/devices", 0700);
    for (size_t i = 0; i < ARRAY_LEN(presets); i++) {
        char path[64];
        snprintf(path, sizeof path, "presets/devices/%s.yaml", presets[i][0]);
        write_file(path, presets[i][1]);
    }
}

static void assert_error(const char *file, const char *const *set, const char *message)
{
    struct error err = {0};
    char text[1400];
    ck_assert_int_eq(load_with(&err, file, set), ERR_CONFIG);
    ck_assert_str_eq(error_format(&err, text, sizeof text), message);
}

/* So many of them are one test, which saves making processes and folders. */
enum { GROUP = 8 };

START_TEST(a_wrong_file_is_refused_with_place_reason_and_remedy)
{
    static const char *const none[] = {NULL};
    for (size_t i = (size_t)_i * GROUP;
         i < ARRAY_LEN(wrong) && i < (size_t)(_i + 1) * GROUP; i++) {
        write_file("e.yaml", wrong[i].text);
        assert_error("e.yaml", none, wrong[i].message);
    }
}
END_TEST

START_TEST(a_wrong_set_is_refused_and_quoted)
{
    write_file("e.yaml", T);
    assert_error("e.yaml", wrong_sets[_i].set, wrong_sets[_i].message);
}
END_TEST

START_TEST(an_error_may_be_ignored)
{
    static const char *const set[] = {"timing=events", "swap.device=few", NULL};
    write_file("e.yaml", T);
    ck_assert_int_eq(load_with(NULL, "e.yaml", set), ERR_CONFIG);
    ck_assert_ptr_null(experiment);
}
END_TEST

static Suite *events_errors_suite(void)
{
    Suite *suite = suite_create("events_errors");
    TCase *tests = tcase_create("events_errors");
    tcase_add_checked_fixture(tests, setup, folder_teardown);
    tcase_add_loop_test(tests, a_wrong_file_is_refused_with_place_reason_and_remedy, 0,
                        (ARRAY_LEN(wrong) + GROUP - 1) / GROUP);
    tcase_add_loop_test(tests, a_wrong_set_is_refused_and_quoted, 0, ARRAY_LEN(wrong_sets));
    tcase_add_test(tests, an_error_may_be_ignored);
    suite_add_tcase(suite, tests);
    return suite;
}

int main(void)
{
    SRunner *runner = srunner_create(events_errors_suite());
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
