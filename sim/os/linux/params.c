/* params.c -- the parameters of the kernel, and which release it is. */
#include "os/linux/linux.h"

static const char *const version_choices[] = {
    "2.4.0", "2.4.16", "2.4.32", "2.6.24", "2.6.32", "3.16", "4.19", "5.4",  "5.7", "5.8",
    "5.9",   "5.15",   "6.1",    "6.5",    "6.8",    "6.12", "6.14", "6.18", NULL};

static const char *const cgroup_choices[] = {"1", "2", "2-only", NULL};

static const char *const tables_choices[] = {"none", "files", "all", NULL};

static const uint32_t version_numbers[] = {
    LINUX_VERSION(2, 4, 0),  LINUX_VERSION(2, 4, 16), LINUX_VERSION(2, 4, 32),
    LINUX_VERSION(2, 6, 24), LINUX_VERSION(2, 6, 32), LINUX_VERSION(3, 16, 0),
    LINUX_VERSION(4, 19, 0), LINUX_VERSION(5, 4, 0),  LINUX_VERSION(5, 7, 0),
    LINUX_VERSION(5, 8, 0),  LINUX_VERSION(5, 9, 0),  LINUX_VERSION(5, 15, 0),
    LINUX_VERSION(6, 1, 0),  LINUX_VERSION(6, 5, 0),  LINUX_VERSION(6, 8, 0),
    LINUX_VERSION(6, 12, 0), LINUX_VERSION(6, 14, 0), LINUX_VERSION(6, 18, 0)};

static const char *const priority_choices[] = {"falling", "equal", NULL};

static const char *const rotates_choices[] = {"device", "yes", "no", NULL};

static const char *const thp_choices[] = {"always", "madvise", "never", NULL};

static const char *const defrag_choices[] = {"always",  "defer", "defer+madvise",
                                             "madvise", "never", NULL};

_Static_assert(sizeof(struct linux_params) <= PARAM_VALUES_MAX, "raise PARAM_VALUES_MAX");

const struct param linux_param_table[] = {
    {.name = "version",
     .kind = PARAM_CHOICE,
     .offset = offsetof(struct linux_params, version),
     .fallback = "6.18",
     .choices = version_choices,
     .help = "the release whose paging is modelled"},
    {.name = "swappiness",
     .kind = PARAM_UINT,
     .offset = offsetof(struct linux_params, swappiness),
     .fallback = "60",
     .max = 200,
     .help = "vm.swappiness: how readily anonymous pages are taken instead of pages of "
             "files; before 5.8 at most 100"},
    {.name = "cgroup_frames",
     .kind = PARAM_UINT,
     .offset = offsetof(struct linux_params, cgroup_frames),
     .fallback = "0",
     .max = 1e9,
     .unit = "frames",
     .help = "limit of the memory cgroup in which all processes are; 0: there is none"},
    {.name = "cgroup_version",
     .kind = PARAM_CHOICE,
     .offset = offsetof(struct linux_params, cgroup_version),
     .fallback = "1",
     .choices = cgroup_choices,
     .help = "of the hierarchy that the cgroup is in, which decides what of its statistics "
             "changes when; 2-only: since 6.11 in a kernel that is built without version 1 "
             "(CONFIG_MEMCG_V1), and before as 2"},
    {.name = "cgroup_tables",
     .kind = PARAM_CHOICE,
     .offset = offsetof(struct linux_params, cgroup_tables),
     .fallback = "files",
     .choices = tables_choices,
     .help =
         "whose page tables of the last level are charged to the cgroup: of all memory, "
         "as where a process begins in it; of mappings of files only, those of "
         "anonymous memory having been there before; or none"},
    {.name = "stats_flush_every",
     .kind = PARAM_UINT,
     .offset = offsetof(struct linux_params, stats_flush_every),
     .fallback = "0",
     .max = 1e15,
     .unit = "references",
     .help = "memory.stat of the cgroup is read so often, which brings the statistics up "
             "to date that reclaim looks at; 0: it is not, and only the kernel's timer "
             "of two seconds does, or without a clock ('timing: none') they always are"},
    {.name = "stats_cpus",
     .kind = PARAM_UINT,
     .offset = offsetof(struct linux_params, stats_cpus),
     .fallback = "2",
     .min = 1,
     .max = RSTAT_CPUS_MAX,
     .help = "CPUs of which each counts for itself: reading memory.stat brings the "
             "statistics up to date if more than 64 changes for each have come together"},
    {.name = "fault_around",
     .kind = PARAM_SIZE,
     .offset = offsetof(struct linux_params, fault_around),
     .fallback = "64 KiB",
     .min = 512,
     .max = 1 << 30,
     .help = "a fault on a page of a file also maps the pages in memory of a window of so "
             "many bytes (fault_around_bytes)"},
    {.name = "thp",
     .kind = PARAM_CHOICE,
     .offset = offsetof(struct linux_params, thp),
     .fallback = "madvise",
     .choices = thp_choices,
     .help =
         "transparent_hugepage/enabled: anonymous memory that gets huge pages, where the "
         "MMU has them; madvise: that for which a trace advises hugepage"},
    {.name = "thp_defrag",
     .kind = PARAM_CHOICE,
     .offset = offsetof(struct linux_params, thp_defrag),
     .fallback = "madvise",
     .choices = defrag_choices,
     .help = "transparent_hugepage/defrag: which faults compact memory for a huge page and "
             "reclaim some; madvise: those of memory that is advised hugepage; defer: "
             "kswapd and kcompactd do so beside them"},
    {.name = "khugepaged_pages_to_scan",
     .kind = PARAM_UINT,
     .offset = offsetof(struct linux_params, khugepaged.pages_to_scan),
     .fallback = "4096",
     .max = 1e9,
     .unit = "pages",
     .help = "that khugepaged looks at before it sleeps; 0: it does not run.  Linux has 8 "
             "huge pages' worth of them"},
    {.name = "khugepaged_scan_sleep",
     .kind = PARAM_TIME,
     .offset = offsetof(struct linux_params, khugepaged.scan_sleep),
     .fallback = "10 s",
     .min = 1e9,
     .max = 1e16,
     .help = "khugepaged/scan_sleep_millisecs: how long it sleeps then"},
    {.name = "khugepaged_alloc_sleep",
     .kind = PARAM_TIME,
     .offset = offsetof(struct linux_params, khugepaged.alloc_sleep),
     .fallback = "60 s",
     .min = 1e9,
     .max = 1e16,
     .help = "khugepaged/alloc_sleep_millisecs: and when there was no block of frames"},
    {.name = "khugepaged_max_ptes_none",
     .kind = PARAM_UINT,
     .offset = offsetof(struct linux_params, khugepaged.max_ptes_none),
     .fallback = "511",
     .max = 1e6,
     .unit = "pages",
     .help =
         "of a range that khugepaged makes a huge page of, at most so many may be empty"},
    {.name = "khugepaged_max_ptes_swap",
     .kind = PARAM_UINT,
     .offset = offsetof(struct linux_params, khugepaged.max_ptes_swap),
     .fallback = "64",
     .max = 1e6,
     .unit = "pages",
     .help = "... in swap space; before 4.8 none"},
    {.name = "khugepaged_max_ptes_shared",
     .kind = PARAM_UINT,
     .offset = offsetof(struct linux_params, khugepaged.max_ptes_shared),
     .fallback = "256",
     .max = 1e6,
     .unit = "pages",
     .help = "... shared with other processes; before 5.8 none"},
    {.name = "swap_priority",
     .kind = PARAM_CHOICE,
     .offset = offsetof(struct linux_params, swap_priority),
     .fallback = "falling",
     .choices = priority_choices,
     .help = "of swap devices; falling: each is used when those before it are full; equal: "
             "in turn"},
    {.name = "page_cluster",
     .kind = PARAM_UINT,
     .offset = offsetof(struct linux_params, page_cluster),
     .fallback = "3",
     .max = 10,
     .help = "vm.page-cluster: at most 2 to so many pages are read at a time from a swap "
             "device that takes time; Linux takes 2 with less than 16 MiB of memory"},
    {.name = "swap_rotates",
     .kind = PARAM_CHOICE,
     .offset = offsetof(struct linux_params, swap_rotates),
     .fallback = "device",
     .choices = rotates_choices,
     .help = "queue/rotational of swap devices, by which slots are given out and, since "
             "4.14, neighbours chosen that are read ahead: as it is of the device, or "
             "another, as disks of virtual machines say"},
    {.name = "vma_ra_enabled",
     .kind = PARAM_BOOL,
     .offset = offsetof(struct linux_params, vma_ra_enabled),
     .fallback = "yes",
     .help = "mm/swap/vma_ra_enabled: if no swap device rotates, neighbours in the address "
             "space are read ahead, and not those on the device (since 4.14)"},
    {.name = "read_ahead_kb",
     .kind = PARAM_UINT,
     .offset = offsetof(struct linux_params, read_ahead_kb),
     .fallback = "128",
     .max = 1 << 20,
     .unit = "KiB",
     .help = "of the device that files are on: at most so much is read at a time; 0: no "
             "read-ahead of files"},
    {.name = "file_large_folios",
     .kind = PARAM_BOOL,
     .offset = offsetof(struct linux_params, file_large_folios),
     .fallback = "yes",
     .help = "files are on a file system that reads them ahead in folios of several pages, "
             "as ext4 and xfs do in 6.18; no other version does here"},
    /* 6.18 frees 12288 pages of a file, read once in random order, in 11.4 ms of system time
     * (memory.force_empty): 930 instructions of a nanosecond each. */
    {.name = "cost_scan",
     .kind = PARAM_UINT,
     .offset = offsetof(struct linux_params, cost_scan),
     .fallback = "930",
     .max = 1e9,
     .unit = "references",
     .help = "CPU time of reclaim for each page that it looks at: kswapd's, or of the "
             "process that reclaims"},
    {.name = "dirty_background_ratio",
     .kind = PARAM_UINT,
     .offset = offsetof(struct linux_params, dirty_background_ratio),
     .fallback = "10",
     .max = 100,
     .unit = "%",
     .help =
         "vm.dirty_background_ratio: with more dirty pages of files, in percent of free "
         "memory and file pages, they are written back until there are fewer"},
    {.name = "dirty_ratio",
     .kind = PARAM_UINT,
     .offset = offsetof(struct linux_params, dirty_ratio),
     .fallback = "20",
     .max = 100,
     .unit = "%",
     .help =
         "vm.dirty_ratio: half way from dirty_background_ratio to this, who stores into "
         "files is slowed down, so that there are never more dirty pages"},
    {.name = "dirty_writeback",
     .kind = PARAM_TIME,
     .offset = offsetof(struct linux_params, dirty_writeback),
     .fallback = "5 s",
     .min = 1e9,
     .max = 1e16,
     .help = "vm.dirty_writeback_centisecs: how often pages are looked for that have been "
             "dirty for long"},
    {.name = "dirty_expire",
     .kind = PARAM_TIME,
     .offset = offsetof(struct linux_params, dirty_expire),
     .fallback = "30 s",
     .max = 1e16,
     .help = "vm.dirty_expire_centisecs: for how long, before they are written back"},
    {.name = "zswap",
     .kind = PARAM_BOOL,
     .offset = offsetof(struct linux_params, zswap.enabled),
     .fallback = "no",
     .help =
         "pages that are swapped out are compressed in memory, in front of swap devices "
         "that take time"},
    {.name = "zswap_max_pool_percent",
     .kind = PARAM_UINT,
     .offset = offsetof(struct linux_params, zswap.max_pool_percent),
     .fallback = "20",
     .max = 100,
     .unit = "%",
     .help = "of memory that zswap may take"},
    {.name = "zswap_accept_threshold_percent",
     .kind = PARAM_UINT,
     .offset = offsetof(struct linux_params, zswap.accept_percent),
     .fallback = "90",
     .max = 100,
     .unit = "%",
     .help = "of that, below which it takes pages again when it has been full"},
    {.name = "zswap_ratio",
     .kind = PARAM_REAL,
     .offset = offsetof(struct linux_params, zswap.ratio),
     .fallback = "2.106",
     .min = 1,
     .max = 100,
     .help =
         "page size over mean size of what zswap compresses, as ratio of the device zram "
         "with its algorithm lzo"},
    {.name = "zswap_spread",
     .kind = PARAM_REAL,
     .offset = offsetof(struct linux_params, zswap.spread),
     .fallback = "0.5",
     .max = 1,
     .help = "as spread of the device zram"},
    {.name = "zswap_same_filled",
     .kind = PARAM_REAL,
     .offset = offsetof(struct linux_params, zswap.same_filled),
     .fallback = "0.086",
     .max = 1,
     .help = "as same_filled of the device zram"},
    {.name = "zswap_compress_rate",
     .kind = PARAM_RATE,
     .offset = offsetof(struct linux_params, zswap.compress_rate),
     .fallback = "610 MB/s",
     .help = "of compressing, as that of the device zram with lzo"},
    {.name = "zswap_expand_rate",
     .kind = PARAM_RATE,
     .offset = offsetof(struct linux_params, zswap.expand_rate),
     .fallback = "870 MB/s",
     .help = "of expanding, as that of the device zram with lzo"},
    {.name = "nr_requests",
     .kind = PARAM_UINT,
     .offset = offsetof(struct linux_params, nr_requests),
     .fallback = "128",
     .min = 1,
     .max = 1e6,
     .unit = "requests",
     .help = "of a block device's queue: who reclaims waits when so many writes to a swap "
             "device are under way"},
    {.name = "max_sectors_kb",
     .kind = PARAM_UINT,
     .offset = offsetof(struct linux_params, max_sectors_kb),
     .fallback = "1280",
     .min = 1,
     .max = 1 << 20,
     .unit = "KiB",
     .help =
         "of a block device's queue: pages that reclaim writes to neighbouring slots one "
         "after the other are requests of so much at most"},
    {0},
};

uint32_t linux_version_of(const struct linux_params *params)
{
    return version_numbers[params->version];
}

/* The sysctl's extra2 was one_hundred before 5.8. */
enum status linux_fit(const void *params, struct error *err)
{
    const struct linux_params *p = params;
    const char *version = version_choices[p->version];
    if (p->swappiness <= 100 || linux_version_of(p) >= LINUX_VERSION(5, 8, 0))
        return OK;
    return error_set(err, ERR_CONFIG, at_nowhere(),
                     "'swappiness' (%llu) is at most 100 before 5.8, and version is %s",
                     (unsigned long long)p->swappiness, version);
}
