/* linux_wild.h -- the random programs of bsd43_wild.h on random machines with Linux: memory
 * of a megabyte or so, often too little swap space, so that processes are killed; any version,
 * on any device, with its own lists or any policy. */
#ifndef FAULTLINE_TESTS_OS_LINUX_WILD_H
#define FAULTLINE_TESTS_OS_LINUX_WILD_H

#include "os/bsd43_wild.h"

#include "os/linux/linux.h"

/* Of files, where swap space is on another device. */
static struct rig_values linux_wild_files;

static inline void linux_wild_kernel(const char *name, const char *text)
{
    rig_set(kernel_find("linux")->params, &rig.kernel, name, text);
}

static inline void linux_wild_number(const char *name, uint64_t value)
{
    char text[32];
    snprintf(text, sizeof text, "%" PRIu64, value);
    linux_wild_kernel(name, text);
}

/* The lists of the version, or those that it has besides, as `policy: native` has them. */
static inline void linux_wild_native(struct wild *w)
{
    struct native_policy native = {0};
    const struct linux_params *params = (const void *)rig.kernel.bytes;
    kernel_find("linux")->native(params, &native);
    if (strcmp(native.name, "linux5") == 0 && wild_below(w, 3) == 0) {
        rig_policy("mglru");
        return;
    }
    rig_policy(native.name);
    if (native.set[0].param)
        rig_set(policy_find(native.name)->params, &rig.policy, native.set[0].param,
                native.set[0].value);
}

/* 2.4 kills nobody while there is swap space: what cannot be swapped out, page tables and
 * pages that are compressed in memory, must not fill memory, nor a cgroup be so small that
 * nothing can be reclaimed in it. */
static inline bool linux_wild_is_24(void)
{
    const struct linux_params *params = (const void *)rig.kernel.bytes;
    return strncmp(kernel_find("linux")->params[0].choices[params->version], "2.4", 3) == 0;
}

static inline void linux_wild_params(struct wild *w)
{
    static const char *const swappiness[] = {"0", "1", "60", "60", "100"};
    static const char *const ratios[] = {"0", "5", "20", "60"};
    static const char *const numbers[] = {"0", "1", "3", "5"};
    static const char *const requests[] = {"1", "8", "128"};
    static const char *const huge[] = {"never", "madvise", "always"};
    linux_wild_kernel("swappiness", WILD_PICK(w, swappiness));
    linux_wild_number("cost_scan", wild_below(w, 2) * 10);
    linux_wild_number("cgroup_frames",
                      wild_below(w, 4) || linux_wild_is_24() ? 0 : 50 + wild_below(w, 150));
    linux_wild_kernel("cgroup_tables", wild_below(w, 2) ? "files" : "all");
    linux_wild_number("stats_flush_every", wild_below(w, 2) * 100);
    linux_wild_kernel("page_cluster", WILD_PICK(w, numbers));
    linux_wild_kernel("read_ahead_kb", wild_below(w, 2) ? "128" : "16");
    linux_wild_kernel("file_large_folios", wild_below(w, 4) ? "yes" : "no");
    linux_wild_kernel("swap_priority", wild_below(w, 2) ? "falling" : "equal");
    linux_wild_kernel("nr_requests", WILD_PICK(w, requests));
    linux_wild_kernel("dirty_ratio", WILD_PICK(w, ratios));
    linux_wild_kernel("dirty_background_ratio", WILD_PICK(w, ratios));
    linux_wild_kernel("thp", WILD_PICK(w, huge));
    linux_wild_kernel("zswap", wild_below(w, 3) || linux_wild_is_24() ? "no" : "yes");
    linux_wild_kernel("zswap_max_pool_percent", wild_below(w, 2) ? "20" : "5");
}

/* A device that takes so long for anything, a disk that rotates, or memory. */
static inline void linux_wild_devices(struct wild *w)
{
    static const char *const devices[] = {"fixed", "fixed", "fixed", "disk", "zram"};
    const char *name = linux_wild_is_24() ? "fixed" : WILD_PICK(w, devices);
    const struct device_ops *device = device_find(name);
    w->small = wild_below(w, 2) == 0; /* the store of a region may not fit               */
    rig.params.slots.nslots = w->small ? 20 + wild_below(w, 300) : 3000;
    rig.params.read_ahead = 1u << wild_below(w, 4);
    rig_device("latency", wild_below(w, 3) ? "1 ms" : "10 us");
    linux_wild_files = rig.device;
    rig.params.swap.ops = device;
    if (device != device_find("fixed")) {
        rig.params.files =
            (struct device_params){device_find("fixed"), linux_wild_files.bytes};
        param_defaults(device->params, rig.device.bytes);
    }
    w->more_swap[0] = w->more_swap[1] = rig.params.swap;
    rig.params.nmore_swap = wild_below(w, 3);
}

/* Huge pages of 64 base pages, and room for a few of them. */
static inline void linux_wild_huge(struct wild *w)
{
    rig_large_pages();
    rig_frames(250 + wild_below(w, 300));
}

static inline void linux_wild_memory(struct wild *w)
{
    static const char *const formats[] = {"x86-64", "ideal", "vax", "x86-32"};
    const char *format = WILD_PICK(w, formats);
    rig.params.pager.by_process = false;
    rig_mmu(format, 12);
    if (strcmp(format, "vax") == 0)
        rig_set(pagetable_find("vax")->params, &rig.format, "system_pages", "262144");
    const bool tables =
        strcmp(format, "x86-64") == 0 && wild_below(w, 2) && !linux_wild_is_24();
    rig.params.pager.mmu.tables_apart = !tables;
    rig_frames((tables ? 400 : 100) + wild_below(w, 300));
    if (wild_below(w, 4) == 0)
        linux_wild_huge(w);
}

/* A machine of a version with processes. */
static inline void linux_wild_make(struct wild *w, const char *version, uint64_t seed,
                                   uint64_t steps)
{
    wild_make(w, seed, steps);
    rig.params.pager.kernel = kernel_find("linux");
    param_defaults(kernel_find("linux")->params, rig.kernel.bytes);
    linux_wild_kernel("version", version);
    linux_wild_params(w);
    linux_wild_memory(w);
    linux_wild_devices(w);
    if (wild_below(w, 2) || rig.params.pager.policy == policy_find("pagedaemon-43"))
        linux_wild_native(w);
    if (rig.params.pager.policy ==
        policy_find("linux24")) /* 2.4.16 wants 1536 mapped pages */
        rig_set(rig.params.pager.policy->params, &rig.policy, "version", "2.4.32");
    for (size_t i = 0; i < rig.params.nprocesses; i++) /* data of their file */
        rig.parts[i].regions[1].shared = wild_below(w, 2);
}

/* Those between which a rule changes, the oldest and the newest. */
static const char *const linux_wild_versions[] = {"2.4.0",  "2.4.16", "2.4.32", "2.6.24",
                                                  "2.6.32", "3.16",   "4.19",   "5.4",
                                                  "5.15",   "6.1",    "6.12",   "6.18"};

#endif
