/* linux_wild.h -- the random programs of bsd43_wild.h on random machines with Linux: memory
 * of a megabyte or so, often too little swap space, so that processes are killed. */
#ifndef FAULTLINE_TESTS_OS_LINUX_WILD_H
#define FAULTLINE_TESTS_OS_LINUX_WILD_H

#include "os/bsd43_wild.h"

#include "os/linux/linux.h"

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

/* What the kernel and its machine are to be, once there are programs. */
static inline void linux_wild_machine(struct wild *w)
{
    static const char *const versions[] = {"2.4.0", "2.4.16", "2.4.32", "2.6.24", "2.6.32",
                                           "3.16",  "4.19",   "5.15",   "6.1",    "6.18"};
    static const char *const formats[] = {"x86-64", "ideal", "vax", "x86-32"};
    const char *format = WILD_PICK(w, formats);
    rig.params.pager.kernel = kernel_find("linux");
    param_defaults(kernel_find("linux")->params, rig.kernel.bytes);
    linux_wild_kernel("version", WILD_PICK(w, versions));
    linux_wild_number("cost_scan", wild_below(w, 2) * 10);
    linux_wild_number("cgroup_frames", wild_below(w, 4) ? 0 : 50 + wild_below(w, 150));
    rig.params.pager.by_process = false;
    rig_mmu(format, 12);
    if (strcmp(format, "vax") == 0)
        rig_set(pagetable_find("vax")->params, &rig.format, "system_pages", "262144");
    const bool tables = strcmp(format, "x86-64") == 0 && wild_below(w, 2);
    rig.params.pager.mmu.tables_apart = !tables;
    rig_frames((tables ? 250 : 100) + wild_below(w, 300));
    if (rig.params.pager.policy == policy_find("pagedaemon-43"))
        rig_policy("clock");
    w->small = wild_below(w, 2) == 0; /* the store of a region may not fit               */
    rig.params.slots.nslots = w->small ? 20 + wild_below(w, 300) : 20000;
    rig.params.read_ahead = 1u << wild_below(w, 4);
    rig.params.nmore_swap = 0;
    rig_device("latency", wild_below(w, 3) ? "1 ms" : "10 us");
}

static inline void linux_wild_make(struct wild *w, uint64_t seed, uint64_t steps)
{
    wild_make(w, seed, steps);
    linux_wild_machine(w);
}

#endif
