/* defaults.c -- see defaults.h. */
#include "os/bsd43/defaults.h"

#include "base/bits.h"

#include <assert.h>

enum {
    /* The GENERIC kernel of June 1986 with maxusers 8: its code, data, and tables before
     * the buffer headers.  Boots at 1, 2, 4, 8 and 16 MB tell it to be in 544,793 ..
     * 545,040: nothing else gives the numbers of buffers and free pages they had. */
    KERNEL_BYTES = 544896,
    MAXUSERS = 8,
    BUF_BYTES = 56,     /* a buffer or swap header: struct buf */
    CMAP_BYTES = 16,    /* a core map entry: struct cmap       */
    MAXBSIZE = 8192,    /* bytes of address space a buffer     */
    LEAST_BUFFERS = 16, /* below, startup() panics             */
};

/* vax/vmparam.h */
enum {
    KLMAX_PAGES = 32, /* hw pages, as the following */
    KLSEQL_PAGES = 16,
    KLIN_PAGES = 8,
    KLTXT_PAGES = 4,
    KLSDIST = 3,  /* klusters                            */
    MAXSLP = 20,  /* seconds                             */
    SAFERSS = 32, /* hw pages                            */
    DISKRPM = 60, /* revolutions a second, in spite of its name: one transfer each */
    /* blocks */
    DMTEXT = 1024,
    HANDSPREAD = 2 << 20, /* bytes */
};

#define MIB (UINT64_C(1) << 20)

static int64_t least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static int64_t or_else(int64_t given, int64_t computed)
{
    return given ? given : computed;
}

static uint64_t or_else_bytes(uint64_t given, uint64_t computed)
{
    return given ? given : computed;
}

static int64_t round_up(int64_t n, int64_t unit)
{
    return (n + unit - 1) / unit * unit;
}

static enum status refuse(struct error *err, const char *what)
{
    return error_set(err, ERR_CONFIG, at_nowhere(), "%s", what);
}

/* As many buffers as 10 % of the first 2 MB and 5 % of the rest hold, two clusters each,
 * and half as many swap headers (startup()): before the kernel's page table clips the
 * buffers. */
static void count_buffers(struct bsd43_defaults *d, const struct bsd43_config *config)
{
    const int64_t physmem = config->physmem, two_mb = (2 << 20) / BSD43_NBPG;
    const int64_t buffered =
        physmem < two_mb ? physmem / 10 / d->clsize : (two_mb + physmem) / 20 / d->clsize;
    d->bufpages = (uint32_t)or_else(config->bufpages, buffered);
    const uint32_t nbuf = d->bufpages / 2;
    d->nbuf = config->nbuf ? config->nbuf : nbuf < 16 ? 16 : nbuf;
    d->nswbuf = (uint32_t)or_else(config->nswbuf, least(d->nbuf / 2 & ~1u, 256));
}

/* Room for the core map of what is left when `used` bytes are the kernel's. */
static int64_t core_map_entries(int64_t maxmem, int64_t used, int64_t clbytes)
{
    return (maxmem * BSD43_NBPG - used) / (clbytes + CMAP_BYTES) + 2;
}

/* The kernel takes memory from the bottom: code and data, tables, swap headers, buffer
 * headers, core map, buffers; messages at the top.  Each buffer also needs 8 KiB of the
 * kernel's address space, which SYSPTSIZE, (20 + maxusers) pages of page table, bounds: so
 * more memory, having a larger core map, may mean fewer buffers. */
static enum status take_kernel_memory(struct bsd43_defaults *d,
                                      const struct bsd43_config *config, struct error *err)
{
    const int64_t clbytes = (int64_t)BSD43_NBPG * d->clsize;
    const int64_t maxmem = (int64_t)config->physmem - BSD43_MSGBUF_PAGES;
    const int64_t system_space =
        (20 + or_else(config->maxusers, MAXUSERS)) * BSD43_NPTEPG * BSD43_NBPG;
    const int64_t clusters_per_buffer = MAXBSIZE > clbytes ? MAXBSIZE / clbytes : 1;
    int64_t used =
        or_else(config->kernel_bytes, KERNEL_BYTES) + (int64_t)d->nswbuf * BUF_BYTES;
    if (used + (int64_t)d->bufpages * clbytes >= maxmem * BSD43_NBPG)
        return refuse(err, "the kernel and its buffers leave no memory for processes: give "
                           "the machine more of it, or 'kernel_memory: apart'");
    const int64_t maxbufs =
        (system_space - used - core_map_entries(maxmem, used, clbytes) * CMAP_BYTES) /
        (MAXBSIZE + BUF_BYTES);
    if (maxbufs < LEAST_BUFFERS)
        return refuse(err, "the kernel's page table is too small for so much memory: a "
                           "larger 'maxusers' enlarges it, and 'wired' replaces the "
                           "reckoning");
    d->nbuf = (uint32_t)least(d->nbuf, maxbufs);
    d->bufpages = (uint32_t)least(d->bufpages, d->nbuf * clusters_per_buffer);
    used += (int64_t)d->nbuf * BUF_BYTES;
    const int64_t buffers = (int64_t)d->bufpages * clbytes;
    d->ncmap = (uint32_t)core_map_entries(maxmem, used + buffers, clbytes);
    used += (int64_t)d->ncmap * CMAP_BYTES;
    used = round_up(used, BSD43_NBPG) + buffers;
    const int64_t firstfree = round_up(used, clbytes) / BSD43_NBPG;
    d->loop_pages = (int32_t)(maxmem / d->clsize * d->clsize - firstfree);
    return OK;
}

static enum status size_memory(struct bsd43_defaults *d, const struct bsd43_config *config,
                               struct error *err)
{
    count_buffers(d, config);
    if (config->wired) {
        const int64_t left = (int64_t)config->physmem - config->wired;
        d->loop_pages = (int32_t)(left > 0 ? left / d->clsize * d->clsize : 0);
    } else {
        const enum status status = take_kernel_memory(d, config, err);
        if (status != OK)
            return status;
    }
    d->wired = (int32_t)config->physmem - d->loop_pages;
    /* What startup() leaves itself at least: 8 u-areas. */
    if (d->loop_pages < 8 * BSD43_UPAGES)
        return refuse(err, "less than 80 pages of 512 bytes are left for processes");
    return OK;
}

static void set_thresholds(struct bsd43_defaults *d, const struct bsd43_config *config)
{
    const int64_t loop = d->loop_pages;
    int64_t lotsfree = loop / 4, desfree = least(400, loop / 8);
    if (d->variant == BSD43_3BSD) {
        lotsfree = loop / 8;
        desfree = 64;
    } else if (d->variant >= BSD43_43BSD) {
        lotsfree = least(1024, lotsfree);
    }
    d->lotsfree = (int32_t)or_else(config->lotsfree, lotsfree);
    d->desfree = (int32_t)or_else(config->desfree, desfree);
    const int64_t minfree = d->variant == BSD43_3BSD ? 32 : least(128, d->desfree / 2);
    d->minfree = (int32_t)or_else(config->minfree, minfree);
}

/* More than there is can never be free: the hands would not stop, or all be swapped. */
static enum status check_thresholds(const struct bsd43_defaults *d, struct error *err)
{
    const struct {
        const char *name;
        int32_t pages;
    } thresholds[] = {
        {"lotsfree", d->lotsfree}, {"desfree", d->desfree}, {"minfree", d->minfree}};
    for (size_t i = 0; i < ARRAY_LEN(thresholds); i++)
        if (thresholds[i].pages > d->loop_pages)
            return error_set(err, ERR_CONFIG, at_nowhere(),
                             "'%s' is %d pages of 512 bytes: processes have only %d",
                             thresholds[i].name, thresholds[i].pages, d->loop_pages);
    return OK;
}

static void set_scan_rates(struct bsd43_defaults *d, const struct bsd43_config *config)
{
    const int64_t clusters = d->loop_pages / d->clsize;
    int64_t fast, slow;
    switch (d->variant) {
    case BSD43_3BSD:
        fast = or_else(config->fastscan, 20);
        slow = 30;
        break;
    case BSD43_41BSD:
        fast = or_else(config->fastscan, clusters / 300);
        fast = least(fast < 5 ? 5 : fast, d->maxslp);
        slow = 3 * fast;
        break;
    case BSD43_42BSD:
        fast = or_else(config->fastscan, clusters / 200);
        fast = fast < 5 ? 5 : fast;
        slow = 2 * fast;
        break;
    default:
        fast = least(or_else(config->fastscan, 200), d->loop_pages / 5);
        slow = fast / 2;
    }
    slow = or_else(config->slowscan, slow);
    d->fastscan = (int32_t)fast;
    d->slowscan = (int32_t)(d->variant == BSD43_41BSD ? least(slow, d->maxslp) : slow);
}

/* 2/3 of what one arm can do, which further devices raise. */
static void set_maxpgio(struct bsd43_defaults *d, const struct bsd43_config *config)
{
    const int64_t devices = config->nswdev;
    int64_t maxpgio = or_else(config->maxpgio, DISKRPM * 2 / 3);
    if (d->variant >= BSD43_43BSD) {
        if (devices > 1)
            maxpgio = maxpgio * (2 * devices - 1) / 2;
    } else if ((d->variant == BSD43_42BSD && devices >= 2) ||
               (d->variant == BSD43_41BSD && devices == 2)) {
        maxpgio = maxpgio * 3 / 2;
    }
    d->maxpgio = (int32_t)maxpgio;
}

/* A window of so many hw pages, at least one cluster. */
static uint32_t window(uint32_t given, int32_t pages, const struct bsd43_defaults *d)
{
    if (!d->rules->klusters)
        return 1;
    const uint32_t clusters = (uint32_t)(pages / d->clsize);
    return given ? given : clusters ? clusters : 1;
}

static void set_klusters(struct bsd43_defaults *d, const struct bsd43_config *config)
{
    d->klmax = window(0, KLMAX_PAGES, d);
    d->klin = window(config->klin, KLIN_PAGES, d);
    d->klseql = window(config->klseql, KLSEQL_PAGES, d);
    d->kltxt = window(config->kltxt, KLTXT_PAGES, d);
    d->klout = window(config->klout, KLMAX_PAGES, d);
    d->klsdist = (uint32_t)or_else(config->klsdist, KLSDIST);
    d->memory_gate = (int32_t)d->klmax * d->clsize;
}

static void set_hands(struct bsd43_defaults *d, const struct bsd43_config *config)
{
    const uint64_t clbytes = (uint64_t)BSD43_NBPG * (uint64_t)d->clsize;
    const uint64_t spread = or_else_bytes(config->handspread, HANDSPREAD) / clbytes;
    d->turn = (uint32_t)(d->loop_pages / d->clsize) + 1;
    if (d->rules->hands == 2)
        d->handspread = spread >= d->turn ? d->turn - 1 : (uint32_t)spread;
}

uint64_t bsd43_dmapsize(uint32_t dmmin, uint32_t dmmax, uint32_t ndmap)
{
    uint64_t blocks = 0, chunk = dmmin;
    for (uint32_t i = 0; i < ndmap; i++) {
        blocks += chunk;
        if (chunk < dmmax)
            chunk *= 2;
    }
    return blocks * BSD43_NBPG;
}

/* The smallest largest chunk with which a map still covers maxdsize. */
static uint32_t computed_dmmax(const struct bsd43_defaults *d, uint64_t maxdsize)
{
    uint32_t dmmax = d->dmmin;
    while (dmmax < BSD43_DMMAX && bsd43_dmapsize(d->dmmin, dmmax, d->ndmap) < maxdsize)
        dmmax *= 2;
    return dmmax;
}

static enum status set_disk_maps(struct bsd43_defaults *d,
                                 const struct bsd43_config *config, struct error *err)
{
    const struct bsd43_rules *rules = d->rules;
    /* A kluster is contiguous on swap because no window crosses a chunk's boundary. */
    const uint32_t kluster = d->klmax * (uint32_t)d->clsize;
    const uint32_t dmmin = rules->dmmin > kluster ? rules->dmmin : kluster;
    const uint64_t maxdsize = or_else_bytes(config->maxdsize, 16 * MIB);
    d->ndmap = rules->ndmap;
    d->dmmin = (uint32_t)or_else(config->dmmin, dmmin);
    if (d->dmmin % kluster || !is_power_of_two(d->dmmin))
        return error_set(err, ERR_CONFIG, at_nowhere(),
                         "'dmmin' is %u blocks: it must be a power of two, at least %u, so "
                         "that no kluster crosses a chunk",
                         d->dmmin, kluster);
    d->dmmax = config->dmmax  ? config->dmmax
               : rules->dmmax ? rules->dmmax
                              : computed_dmmax(d, maxdsize);
    /* Half of the first chunk is for the arguments of exec, which a cluster is cut off. */
    if (d->dmmax < d->dmmin || !is_power_of_two(d->dmmax) ||
        d->dmmax < 4 * (uint32_t)d->clsize)
        return error_set(err, ERR_CONFIG, at_nowhere(),
                         "'dmmax' is %u blocks: it must be a power of two, at least dmmin, "
                         "%u, and 4 clusters",
                         d->dmmax, d->dmmin);
    d->dmtext = (uint32_t)least(or_else(config->dmtext, DMTEXT), d->dmmax);
    d->maxdmap = bsd43_dmapsize(d->dmmin, d->dmmax, d->ndmap);
    return OK;
}

static uint64_t at_most(uint64_t bytes, uint64_t most)
{
    return bytes < most ? bytes : most;
}

/* A limit to begin with is at most the hard one, which the map bounds. */
static void set_limits(struct bsd43_defaults *d, const struct bsd43_config *config)
{
    const uint64_t text = (uint64_t)BSD43_NXDAD * d->dmtext * BSD43_NBPG;
    const uint64_t maxdsize = or_else_bytes(config->maxdsize, 16 * MIB);
    d->maxtsize = at_most(or_else_bytes(config->maxtsize, 6 * MIB), text);
    d->maxdsize = at_most(maxdsize, d->maxdmap);
    d->maxssize = at_most(or_else_bytes(config->maxssize, maxdsize), d->maxdmap);
    d->dfldsize = at_most(or_else_bytes(config->dfldsize, 6 * MIB), d->maxdsize);
    d->dflssize = at_most(or_else_bytes(config->dflssize, MIB / 2), d->maxssize);
    const int32_t maxrss =
        d->variant >= BSD43_43BSD ? d->loop_pages - d->desfree : BSD43_RSS_UNLIMITED;
    d->maxrss = (int32_t)or_else(config->maxrss, maxrss);
    d->saferss = (int32_t)or_else(config->saferss, SAFERSS);
}

/* Chunks of dmmax blocks go round the devices, so that each counts as the largest. */
static enum status size_swap(struct bsd43_defaults *d, const struct bsd43_config *config,
                             struct error *err)
{
    uint64_t largest = 0;
    if (config->nswdev == 0 || config->swap_blocks[0] < 4 * config->clsize)
        return refuse(err,
                      "there is no swap device of at least 4 clusters: 4.3BSD does not "
                      "run without one");
    for (uint32_t i = 0; i < config->nswdev; i++)
        if (config->swap_blocks[i] > largest)
            largest = config->swap_blocks[i];
    if (config->nswdev > 1)
        largest = (largest + d->dmmax - 1) / d->dmmax * d->dmmax;
    if (largest * config->nswdev > INT32_MAX)
        return refuse(err, "the swap devices have more than 2147483647 blocks together");
    d->nswdev = config->nswdev;
    d->nswap = (uint32_t)(largest * config->nswdev);
    return OK;
}

enum status bsd43_boot(struct bsd43_defaults *out, const struct bsd43_config *config,
                       struct error *err)
{
    assert(is_power_of_two(config->clsize) && config->nswdev <= DEVICES_MAX);
    if (config->physmem > INT32_MAX)
        return refuse(err, "memory has more than 2147483647 pages of 512 bytes");
    struct bsd43_defaults d = {.variant = config->variant,
                               .rules = bsd43_rules(config->variant),
                               .clsize = (int32_t)config->clsize,
                               .maxslp = (int32_t)or_else(config->maxslp, MAXSLP)};
    enum status status = size_memory(&d, config, err);
    if (status != OK)
        return status;
    set_thresholds(&d, config);
    status = check_thresholds(&d, err);
    if (status != OK)
        return status;
    set_scan_rates(&d, config);
    set_maxpgio(&d, config);
    set_klusters(&d, config);
    set_hands(&d, config);
    status = set_disk_maps(&d, config, err);
    if (status == OK)
        status = size_swap(&d, config, err);
    if (status != OK)
        return status;
    set_limits(&d, config);
    *out = d;
    return OK;
}
