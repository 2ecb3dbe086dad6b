/* bsd43.c -- the kernel of 4.3BSD: its parameters, and what it sets up when it is
 * booted. */
#include "os/bsd43/bsd43.h"

#include "stats/counters.h"

#include <stdlib.h>

static const char *const variant_choices[] = {"3bsd",   "4.1bsd", "4.2bsd",
                                              "4.3bsd", "tahoe",  NULL};
static const char *const memory_choices[] = {"apart", "reckoned", NULL};
static const char *const limits_choices[] = {"kernel", "none", NULL};
static const char *const start_choices[] = {"boot", "random", NULL};
static const char *const referenced_choices[] = {"hardware", "simulated", NULL};

#define NUMBER(member, most, unit_, help_)                                                 \
    {                                                                                      \
        .name = #member, .kind = PARAM_UINT,                                               \
        .offset = offsetof(struct bsd43_params, member), .fallback = "0", .max = (most),   \
        .unit = (unit_), .help = (help_)                                                   \
    }

/* In references of the program, an instruction each; measured as docs/kernels/bsd43-live.md
 * tells. */
#define COST(member, instructions, help_)                                                  \
    {                                                                                      \
        .name = #member, .kind = PARAM_UINT,                                               \
        .offset = offsetof(struct bsd43_params, member), .fallback = (instructions),       \
        .max = 1e9, .unit = "references", .help = ("CPU time of " help_)                   \
    }

static const struct param bsd43_table[] = {
    {.name = "variant",
     .kind = PARAM_CHOICE,
     .offset = offsetof(struct bsd43_params, variant),
     .fallback = "4.3bsd",
     .choices = variant_choices,
     .help = "the release whose paging is modelled"},
    {.name = "kernel_memory",
     .kind = PARAM_CHOICE,
     .offset = offsetof(struct bsd43_params, kernel_memory),
     .fallback = "apart",
     .choices = memory_choices,
     .help = "machine.memory is all for processes, the kernel having its own besides "
             "(apart), or startup() takes from it what the GENERIC kernel of 1986 took "
             "(reckoned)"},
    {.name = "referenced",
     .kind = PARAM_CHOICE,
     .offset = offsetof(struct bsd43_params, referenced),
     .fallback = "simulated",
     .choices = referenced_choices,
     .help = "the referenced bit: simulated, as on the VAX: clearing it makes the page "
             "invalid, and the next access traps; or that of the hardware, where it has "
             "one"},
    {.name = "limits",
     .kind = PARAM_CHOICE,
     .offset = offsetof(struct bsd43_params, limits),
     .fallback = "none",
     .choices = limits_choices,
     .help = "how large segments may be: as those of the kernel (6 MiB of text, 16 MiB of "
             "data, 16 MiB of stack, and as many texts as its table has), or as large as "
             "they are (none)"},
    {.name = "start",
     .kind = PARAM_CHOICE,
     .offset = offsetof(struct bsd43_params, start),
     .fallback = "boot",
     .choices = start_choices,
     .help = "the free list's order and the clock's phase at first: those of a kernel that "
             "has just been booted, or by the seed those of one that has been running for "
             "long"},
    {.name = "pagedaemon",
     .kind = PARAM_BOOL,
     .offset = offsetof(struct bsd43_params, pagedaemon),
     .fallback = "yes",
     .help = "the pagedaemon runs; without it nothing is ever evicted"},
    {.name = "swapper",
     .kind = PARAM_BOOL,
     .offset = offsetof(struct bsd43_params, swapper),
     .fallback = "yes",
     .help = "process 0 runs, which swaps whole processes out and in"},
    {.name = "preptofree",
     .kind = PARAM_BOOL,
     .offset = offsetof(struct bsd43_params, preptofree),
     .fallback = "yes",
     .help = "prepaged data and stack pages go to the end of the free list"},
    {.name = "u_areas",
     .kind = PARAM_BOOL,
     .offset = offsetof(struct bsd43_params, u_areas),
     .fallback = "yes",
     .help = "u-areas and page tables of processes take memory; machine.table_frames is "
             "then to be apart"},
    NUMBER(wired, 1e9, "pages",
           "pages of 512 bytes that are not pageable; 0: as kernel_memory says"),
    NUMBER(lotsfree, 1e9, "pages",
           "free pages of 512 bytes below which the pagedaemon scans; 0: a quarter of "
           "memory, at most 1024"),
    NUMBER(desfree, 1e9, "pages",
           "free pages of 512 bytes below which processes may be swapped; 0: an eighth of "
           "memory, at most 400"),
    NUMBER(minfree, 1e9, "pages",
           "free pages of 512 bytes that are tolerable; 0: half of desfree, at most 128"),
    NUMBER(fastscan, 1e9, "clusters/s",
           "how fast the hands move with nothing free (before 4.3BSD: seconds per turn); "
           "0: 200, at most a fifth of the pages a second"),
    NUMBER(slowscan, 1e9, "clusters/s",
           "the same with lotsfree free; 0: half of fastscan (before: a multiple of it)"),
    NUMBER(maxpgio, 1e6, "transfers/s",
           "paging that is tolerable; 0: 40, two thirds of a disk's revolutions"),
    NUMBER(maxslp, 127, "seconds",
           "after so long asleep a process is swapped before others; 0: 20"),
    NUMBER(saferss, 1e9, "pages",
           "pages of 512 bytes that a process keeps, less one for each second asleep; 0: "
           "32"),
    NUMBER(maxrss, 1e9, "pages",
           "pages of 512 bytes above which the front hand takes a process's pages at "
           "once; 0: all of memory but desfree"),
    NUMBER(klin, 32, "clusters",
           "window of page-ins, a power of two of at most 32 pages of 512 bytes; else "
           "there is none; 0: 8 pages"),
    NUMBER(klseql, 32, "clusters", "the same with sequential advice; 0: 16 pages"),
    NUMBER(kltxt, 32, "clusters", "the same of text; 0: 4 pages"),
    NUMBER(klout, 32, "clusters", "the same of page-outs; 0: 32 pages"),
    NUMBER(klsdist, 1024, "klusters",
           "with sequential advice: distance from a fault of what is freed; 0: 3"),
    NUMBER(nswbuf, 65535, "headers",
           "swap headers, transfers at once; 0: by the size of memory"),
    NUMBER(maxusers, 1000, "users", "size of the kernel's tables; 0: 8"),
    {.name = "file_block",
     .kind = PARAM_SIZE,
     .offset = offsetof(struct bsd43_params, file_block),
     .fallback = "8 KiB",
     .min = 512,
     .max = 1 << 20,
     .help = "what of a file lies together on its disk: one fill on demand reads no more"},
    COST(cost_tick, "172", "a clock interrupt, 100 a second, with what it starts"),
    COST(cost_pair, "90", "looking at a page, with two hands a pair"),
    COST(cost_free, "70", "the pagedaemon's freeing of a page"),
    COST(cost_pagein, "80",
         "a fault that is no fast reclaim, beside machine.cost.fault and a transfer"),
    COST(cost_transfer, "1500", "starting a transfer between memory and swap"),
    COST(cost_cluster, "40", "each cluster of a transfer"),
    COST(cost_interrupt, "500", "the end of a transfer"),
    {0},
};

/* What may be used of each swap device, in blocks: as much as lets the kernel number all of
 * them, round which chunks go. */
static void configure_swap(struct bsd43_config *config, const struct swap_space *swap)
{
    const uint32_t clsize = config->clsize, n = swap->n;
    const uint32_t unit = n > 1 && clsize < BSD43_DMMAX ? BSD43_DMMAX : clsize;
    const uint64_t most = INT32_MAX / n / unit * unit;
    config->nswdev = n;
    for (uint32_t i = 0; i < n; i++) {
        const uint64_t blocks = swap->sizes[i] * clsize;
        config->swap_blocks[i] = (uint32_t)(blocks < most ? blocks : most);
    }
}

/* A number that the kernel has as an int. */
static int32_t number(uint64_t value)
{
    return value > INT32_MAX ? INT32_MAX : (int32_t)value;
}

static void configure(struct bsd43_config *config, const struct bsd43 *kernel,
                      uint64_t frames)
{
    const struct bsd43_params *p = kernel->params;
    const struct pager *pager = kernel->pager;
    const uint32_t clsize = (uint32_t)(((uint64_t)1 << pager->mmu.page_shift) / BSD43_NBPG);
    *config = (struct bsd43_config){
        .variant = (enum bsd43_variant)p->variant,
        .clsize = clsize,
        .physmem = (uint32_t)frames * clsize,
        .wired = (uint32_t)p->wired,
        .maxusers = (uint32_t)p->maxusers,
        .nswbuf = (uint32_t)p->nswbuf,
        .lotsfree = number(p->lotsfree),
        .desfree = number(p->desfree),
        .minfree = number(p->minfree),
        .fastscan = number(p->fastscan),
        .slowscan = number(p->slowscan),
        .maxpgio = number(p->maxpgio),
        .maxslp = number(p->maxslp),
        .saferss = number(p->saferss),
        .maxrss = number(p->maxrss),
        .klin = (uint32_t)p->klin,
        .klseql = (uint32_t)p->klseql,
        .kltxt = (uint32_t)p->kltxt,
        .klout = (uint32_t)p->klout,
        .klsdist = (uint32_t)p->klsdist,
    };
    configure_swap(config, &pager->storage.swap);
    /* Memory apart: what is wired lies beside the machine's frames.  Endless memory is so,
     * of which no table could be reckoned. */
    if (!p->wired &&
        (p->kernel_memory == BSD43_MEMORY_APART || pager->params->frames == UINT64_MAX)) {
        config->physmem += clsize;
        config->wired = clsize;
    }
}

/* binit(), and swapon() of all devices but the first. */
static enum status swap_on(struct bsd43 *kernel, const struct bsd43_config *config,
                           struct error *err)
{
    enum { ARGMAP_PIECES = 16, SWAPMAP_PIECES = 1 << 20 };
    const struct bsd43_defaults *d = &kernel->d;
    /* The kernel's map has 4 * nproc pieces; the model's is to lose none. */
    enum status status = bsd43_rmap_init(&kernel->swapmap, SWAPMAP_PIECES, err);
    if (status == OK)
        status = bsd43_rmap_init(&kernel->argmap, ARGMAP_PIECES, err);
    for (uint32_t i = 0; i < d->nswdev && status == OK; i++)
        bsd43_swap_on(&kernel->swapmap, &kernel->argmap, d, i, config->swap_blocks[i]);
    kernel->swap_blocks = bsd43_rmap_free_blocks(&kernel->swapmap);
    kernel->arg_blocks = bsd43_rmap_free_blocks(&kernel->argmap);
    swap_space_interleave(&kernel->pager->storage.swap, d->dmmax / (uint32_t)d->clsize);
    return status;
}

/* The tables of texts and swap headers. */
static enum status make_tables(struct bsd43 *kernel, struct error *err)
{
    enum { FURTHER_TEXTS = 1 << 12 };
    const struct bsd43_defaults *d = &kernel->d;
    const bool limited = kernel->params->limits == BSD43_LIMITS_KERNEL;
    kernel->ntext =
        36 + (uint32_t)(kernel->params->maxusers ? kernel->params->maxusers : 8);
    kernel->ntexts = kernel->ntext + (limited ? 0 : FURTHER_TEXTS);
    kernel->texts = calloc(kernel->ntexts, sizeof *kernel->texts);
    kernel->headers = calloc(d->nswbuf, sizeof *kernel->headers);
    if (!kernel->texts || !kernel->headers)
        return error_nomem(err);
    for (uint32_t i = d->nswbuf; i > 0; i--) {
        struct bsd43_header *header = &kernel->headers[i - 1];
        header->kernel = kernel;
        header->number = (uint16_t)i;
        header->next = kernel->free_headers;
        kernel->free_headers = header;
    }
    return OK;
}

static enum status bsd43_init(void *state, struct pager *pager, const void *params,
                              struct error *err)
{
    struct bsd43 *kernel = state;
    struct bsd43_config config;
    kernel->pager = pager;
    kernel->params = params;
    bsd43_daemon_init(kernel);
    bsd43_swapper_init(kernel);
    if (!pager->storage.engine)
        return error_set(err, ERR_CELL, at_nowhere(),
                         "kernel 'bsd43' has daemons, which need a clock: set 'timing: "
                         "events'");
    const uint64_t pages = (uint64_t)1 << pager->mmu.page_shift >> 9, most = 1 << 30;
    const uint64_t frames = pager->nframes < most / pages ? pager->nframes : most / pages;
    configure(&config, kernel, frames);
    enum status status = bsd43_check_clock(kernel, err);
    if (status == OK)
        status = bsd43_boot(&kernel->d, &config, err);
    if (status != OK)
        return status;
    pager->nframes = (pfn_t)(kernel->d.loop_pages / kernel->d.clsize);
    pager->clear_invalidates = true;
    pager->simulate_referenced = kernel->params->referenced == BSD43_REFERENCED_SIMULATED;
    kernel->meter.avefree = kernel->d.loop_pages;
    status = bsd43_cmap_init(kernel, err);
    if (status == OK)
        status = swap_on(kernel, &config, err);
    return status == OK ? make_tables(kernel, err) : status;
}

static void bsd43_release(void *state)
{
    struct bsd43 *kernel = state;
    bsd43_swapper_release(kernel);
    bsd43_processes_release(kernel);
    bsd43_texts_release(kernel);
    bsd43_cmap_release(kernel);
    bsd43_rmap_release(&kernel->swapmap);
    bsd43_rmap_release(&kernel->argmap);
    free(kernel->headers);
}

static void bsd43_counters(const void *state, struct counters *counters)
{
    const struct bsd43 *kernel = state;
    const struct bsd43_meter *meter = &kernel->meter;
    counters->kernel_own = COUNTING_BSD43;
    counters->v_faults = bsd43_counted(meter, BSD43_FAULTS);
    counters->pgin = bsd43_counted(meter, BSD43_PGIN);
    counters->pgout = bsd43_counted(meter, BSD43_PGOUT);
    counters->pgpgin = bsd43_counted(meter, BSD43_PGPGIN);
    counters->pgpgout = bsd43_counted(meter, BSD43_PGPGOUT);
    counters->intrans = bsd43_counted(meter, BSD43_INTRANS);
    counters->pgrec = bsd43_counted(meter, BSD43_PGREC);
    counters->fastpgrec = bsd43_counted(meter, BSD43_FASTPGREC);
    counters->pgfrec = bsd43_counted(meter, BSD43_PGFREC);
    counters->xsfrec = bsd43_counted(meter, BSD43_XSFREC);
    counters->xifrec = bsd43_counted(meter, BSD43_XIFREC);
    counters->exfod = bsd43_counted(meter, BSD43_EXFOD);
    counters->zfod = bsd43_counted(meter, BSD43_ZFOD);
    counters->nexfod = bsd43_counted(meter, BSD43_NEXFOD);
    counters->nzfod = bsd43_counted(meter, BSD43_NZFOD);
    counters->scan = bsd43_counted(meter, BSD43_SCAN);
    counters->rev = bsd43_counted(meter, BSD43_REV);
    counters->seqfree = bsd43_counted(meter, BSD43_SEQFREE);
    counters->dfree = bsd43_counted(meter, BSD43_DFREE);
    counters->swpin = bsd43_counted(meter, BSD43_SWPIN);
    counters->swpout = bsd43_counted(meter, BSD43_SWPOUT);
    counters->pswpin = bsd43_counted(meter, BSD43_PSWPIN);
    counters->pswpout = bsd43_counted(meter, BSD43_PSWPOUT);
}

static void bsd43_native(const void *params, struct native_policy *native)
{
    const struct bsd43_params *p = params;
    native->name = "pagedaemon-43";
    native->set[0].param = "hands";
    native->set[0].value = bsd43_rules(p->variant)->hands == 1 ? "1" : "2";
    native->set[1].param = "start";
    native->set[1].value = start_choices[p->start];
}

const struct kernel_ops kernel_bsd43 = {
    .name = "bsd43",
    .summary = "4.3BSD on the VAX: one clock with two hands for all of memory",
    .source = "4.3BSD (June 1986): sys/vm_*.c 7.1, vax/locore.s",
    .params = bsd43_table,
    .params_size = sizeof(struct bsd43_params),
    .state_size = sizeof(struct bsd43),
    .native = bsd43_native,
    .init = bsd43_init,
    .release = bsd43_release,
    .fault = bsd43_fault,
    .mapped = bsd43_mapped,
    .fork = bsd43_fork,
    .fork_copy = bsd43_fork_copy,
    .vfork = bsd43_vfork,
    .vfork_end = bsd43_vfork_end,
    .process_advised = bsd43_advised,
    .start = bsd43_start,
    .stop = bsd43_stop,
    .patience = UINT64_C(600000000000000), /* 10 minutes */
    .process_begin = bsd43_process_begin,
    .process_exec = bsd43_process_exec,
    .process_end = bsd43_process_end,
    .process_sleeps = bsd43_process_sleeps,
    .process_wakes = bsd43_process_wakes,
    .region_added = bsd43_region_added,
    .region_removed = bsd43_region_removed,
    .take_frame = bsd43_take_frame,
    .frame_freed = bsd43_frame_freed,
    .place = bsd43_place,
    .expendable = bsd43_expendable,
    .locked = bsd43_locked,
    .count = bsd43_counters,
    .sample = bsd43_sample,
    .check = bsd43_check,
};
