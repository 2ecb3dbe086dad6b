/* defaults.h -- what the kernel computes when it is booted, from the size of memory and the
 * swap devices: startup() of vax/machdep.c, vminit() of sys/vm_page.c, binit() of
 * sys/init_main.c (4.3BSD, 7.1); setupclock() of sys/vm_sched.c before.
 *
 * Units: a hw page is 512 bytes (the VAX's page), and a disk block too.  A cluster is what
 * the pagedaemon and the core map deal in, `clsize` hw pages: the simulator's page.
 * Memory, thresholds and resident sets are in hw pages, scan rates and kluster windows in
 * clusters, swap space in blocks, limits on segments in bytes. */
#ifndef FAULTLINE_OS_BSD43_DEFAULTS_H
#define FAULTLINE_OS_BSD43_DEFAULTS_H

#include "base/error.h"
#include "os/bsd43/variant.h"
#include "swap/device.h"

#include <stdint.h>

/* vax/machparam.h, vax/vmparam.h, h/param.h, h/text.h, vm_swp.c */
enum {
    BSD43_NBPG = 512,       /* bytes a hw page, and a disk block               */
    BSD43_UPAGES = 10,      /* hw pages of u-area a process                    */
    BSD43_NPTEPG = 128,     /* page table entries a hw page of page table      */
    BSD43_SSIZE = 4,        /* hw pages of stack to begin with                 */
    BSD43_SINCR = 4,        /* hw pages that a stack grows beyond the fault    */
    BSD43_NXDAD = 12,       /* chunks of a text's swap space                   */
    BSD43_MSGBUF_PAGES = 8, /* hw pages at the end of memory for messages      */
    BSD43_MAXPHYS = 64512,  /* bytes of one swap transfer: 63 KiB              */
    BSD43_NCARGS = 20480,   /* bytes of arguments of exec                      */
    BSD43_HZ = 100,         /* clock ticks a second                            */
    BSD43_CMHSIZ = 2048,    /* heads of the hash of text pages                 */
    BSD43_DMMAX = 4096,     /* blocks: a chunk of a disk map at most           */
};

/* The resident set of a process without limit: the largest int of bytes, in hw pages. */
#define BSD43_RSS_UNLIMITED (INT32_MAX / BSD43_NBPG)

/* What the user says.  Numbers but variant, clsize, physmem and the devices may be 0: the
 * kernel's own value.  Others are kept, as the kernel keeps what is patched into it; but
 * caps hold for them too where the kernel's do: fastscan at most L/5 (4.1 and 4.2BSD: at
 * least 5 s), dmtext at most dmmax, maxtsize at most 12 dmtext, and further swap devices
 * raise maxpgio. */
struct bsd43_config {
    enum bsd43_variant variant;
    uint32_t clsize;       /* hw pages a cluster, a power of two; 2 on the VAX          */
    uint32_t physmem;      /* hw pages of memory                                        */
    uint32_t wired;        /* hw pages of it that are not pageable; 0: what startup()
                            * takes for the GENERIC kernel                              */
    uint32_t kernel_bytes; /* code, data and tables up to the swap headers              */
    uint32_t maxusers;     /* bounds the kernel's own page table, and so the buffers    */
    uint32_t nbuf, nswbuf; /* headers                                                   */
    uint32_t bufpages;     /* clusters                                                  */
    int32_t lotsfree, desfree, minfree;  /* hw pages                                    */
    int32_t fastscan, slowscan;          /* see bsd43_scan_unit                         */
    int32_t maxpgio;                     /* transfers a second                          */
    int32_t maxslp;                      /* seconds                                     */
    int32_t saferss, maxrss;             /* hw pages                                    */
    uint32_t klin, klseql, kltxt, klout; /* clusters                                    */
    uint32_t klsdist;                    /* klusters                                    */
    uint64_t handspread;                 /* bytes                                       */
    uint32_t dmmin, dmmax, dmtext;       /* blocks                                      */
    uint64_t maxtsize;                   /* bytes                                       */
    uint64_t dfldsize, maxdsize;         /* bytes                                       */
    uint64_t dflssize, maxssize;         /* bytes                                       */
    uint32_t nswdev;
    uint32_t swap_blocks[DEVICES_MAX]; /* [nswdev] blocks on each device                */
};

/* What runs.  Page counts are signed, as the kernel computes with them: freemem - deficit
 * may be below 0. */
struct bsd43_defaults {
    enum bsd43_variant variant;
    const struct bsd43_rules *rules;
    int32_t clsize;     /* hw pages a cluster                                           */
    int32_t loop_pages; /* hw pages: L, LOOPPAGES, a whole number of clusters           */
    int32_t wired;      /* hw pages: physical memory but for L                          */
    uint32_t ncmap;     /* core map entries allocated; 0 if `wired` was given           */
    uint32_t nbuf;      /* not clipped if `wired` was given                             */
    uint32_t nswbuf;    /* swap headers                                                 */
    uint32_t bufpages;  /* clusters                                                     */
    int32_t lotsfree, desfree, minfree;  /* hw pages                                    */
    int32_t fastscan, slowscan;          /* see bsd43_scan_unit                         */
    int32_t maxpgio;                     /* transfers a second                          */
    int32_t maxslp;                      /* seconds                                     */
    int32_t saferss, maxrss;             /* hw pages                                    */
    int32_t memory_gate;                 /* hw pages: with fewer free a page-in sleeps  */
    uint32_t klmax;                      /* clusters: the largest window                */
    uint32_t klin, klseql, kltxt, klout; /* clusters                                    */
    uint32_t klsdist;                    /* klusters                                    */
    uint32_t turn;       /* core map entries in a hand's turn: frames + 1, since the head
                          * of the free list has one                                    */
    uint32_t handspread; /* of them, from the back to the front hand; 0 with one hand   */
    uint32_t ndmap;      /* chunks of a disk map                                        */
    uint32_t dmmin, dmmax, dmtext; /* blocks                                            */
    uint64_t maxdmap;              /* bytes that a disk map can cover                   */
    uint64_t maxtsize;             /* bytes                                             */
    uint64_t dfldsize, maxdsize;   /* bytes                                             */
    uint64_t dflssize, maxssize;   /* bytes                                             */
    uint32_t nswdev;
    uint32_t nswap; /* blocks of swap space, with gaps where a device is smaller        */
};

/* ERR_CONFIG if the kernel would not boot so: no memory left, no swap device, page table of
 * the kernel too small, chunks that are not dmmin times a power of two. */
MUST_CHECK enum status bsd43_boot(struct bsd43_defaults *out,
                                  const struct bsd43_config *config, struct error *err);

/* Bytes that a full map of ndmap chunks covers; dmmin and dmmax in blocks. */
uint64_t bsd43_dmapsize(uint32_t dmmin, uint32_t dmmax, uint32_t ndmap);

#endif
