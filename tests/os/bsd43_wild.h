/* bsd43_wild.h -- random programs that fork, vfork, exec, wait, sleep, exit, map, unmap and
 * advise, on random machines with little memory: a seed says everything. */
#ifndef FAULTLINE_TESTS_OS_BSD43_WILD_H
#define FAULTLINE_TESTS_OS_BSD43_WILD_H

#include "os/bsd43_rig.h"

/* Pages of 4 KiB, whatever those of the machine are.  EXTRA: where things are mapped for a
 * while; P1 of a VAX has 2^18 pages and begins with the stack here. */
enum {
    WILD_TEXT = 12,
    WILD_DATA = 12,
    WILD_BSS = 24,
    WILD_EXTRA = 4096,
    WILD_EXTRAS = 4,
    WILD_EXTRA_PAGES = 8,
    WILD_STACK = 524000,
    WILD_STACK_PAGES = 8
};

/* Streams of a process: its program, children that are forked and vforked, an image that an
 * exec starts, and a thread. */
enum { WILD_PROGRAM, WILD_CHILD, WILD_VCHILD, WILD_IMAGE, WILD_THREAD, WILD_STREAMS };

/* What the runs of a test have come to. */
struct wild_totals {
    uint64_t runs, full, events, references, faults, processes;
    uint64_t counted[BSD43_NCOUNTERS];
};

struct wild {
    struct device_params more_swap[2];
    uint64_t seed;
    struct rng rng;
    FILE *out;
    uint64_t bss; /* pages of it */
    uint64_t at[4];
    bool extra[WILD_EXTRAS];
    bool threads, any_threads; /* in this process; in any                                */
    bool small; /* swap space                                                           */
};

static inline uint64_t wild_below(struct wild *w, uint64_t n)
{
    return rng_below(&w->rng, n);
}

#define WILD_PICK(w, array) ((array)[wild_below((w), ARRAY_LEN(array))])

/* --- programs ---------------------------------------------------------------------------- */

static inline void wild_access(struct wild *w, char kind, uint64_t page)
{
    const uint64_t vaddr = page * PROGRAM_PAGE + wild_below(w, PROGRAM_PAGE / 8) * 8;
    for (uint64_t n = 1 + wild_below(w, 20); n > 0; n--)
        fprintf(w->out, "%c %" PRIx64 ",8\n", kind, vaddr);
}

/* Text, data of the file, data, or stack: mostly near the one before. */
static inline void wild_refer(struct wild *w)
{
    const uint64_t first[] = {0, WILD_DATA, WILD_BSS, WILD_STACK};
    const uint64_t pages[] = {WILD_TEXT, WILD_BSS - WILD_DATA, w->bss, WILD_STACK_PAGES};
    const uint64_t r = wild_below(w, 2) ? 2 : wild_below(w, 4);
    const uint64_t extra = wild_below(w, 20);
    if (extra < WILD_EXTRAS && w->extra[extra]) {
        wild_access(w, "LI"[wild_below(w, 2)],
                    WILD_EXTRA + 64 * extra + wild_below(w, WILD_EXTRA_PAGES));
        return;
    }
    w->at[r] = wild_below(w, 5) ? (w->at[r] + wild_below(w, 3)) % pages[r]
                                : wild_below(w, pages[r]);
    wild_access(w, r == 0 ? 'I' : "LSM"[wild_below(w, 3)], first[r] + w->at[r]);
}

/* A part of a file, text or data, or zeros: the kernel's tables of texts fill. */
static inline void wild_extra(struct wild *w)
{
    static const char *const what[] = {"rx file", "rx file", "rw file", "rw anon"};
    const uint64_t i = wild_below(w, WILD_EXTRAS);
    const uint64_t start = (WILD_EXTRA + 64 * i) * PROGRAM_PAGE;
    const uint64_t length = WILD_EXTRA_PAGES * PROGRAM_PAGE;
    if (w->extra[i]) {
        fprintf(w->out, "@unmap 0x%" PRIx64 " %" PRIu64 "\n", start, length);
    } else {
        const char *kind = WILD_PICK(w, what);
        fprintf(w->out, "@map 0x%" PRIx64 " %" PRIu64 " %s", start, length, kind);
        if (strstr(kind, "file"))
            fprintf(w->out, " g %" PRIu64,
                    wild_below(w, 60) * (wild_below(w, 2) ? 1 : 8) * PROGRAM_PAGE);
        fprintf(w->out, "\n");
    }
    w->extra[i] = !w->extra[i];
}

static inline void wild_advise(struct wild *w)
{
    static const char *const advices[] = {"sequential", "sequential", "random",    "normal",
                                          "dontneed",   "willneed",   "free",      "cold",
                                          "pageout",    "hugepage",   "nohugepage"};
    const bool data = wild_below(w, 4) == 0;
    fprintf(w->out, "@advise 0x%x %" PRIu64 "KiB %s\n",
            (data ? WILD_DATA : WILD_BSS) * PROGRAM_PAGE,
            4 * (data ? WILD_BSS - WILD_DATA : w->bss), WILD_PICK(w, advices));
}

static inline void wild_sleep(struct wild *w)
{
    static const char *const times[] = {"10ms", "300ms", "2s", "30s"};
    fprintf(w->out, "@sleep %s\n", WILD_PICK(w, times));
}

/* The data segment grows, or is as it was. */
static inline void wild_grow(struct wild *w, uint64_t initial)
{
    if (w->bss > initial + 6) {
        fprintf(w->out, "@unmap 0x%" PRIx64 " %" PRIu64 "KiB\n",
                (WILD_BSS + initial) * PROGRAM_PAGE, 4 * (w->bss - initial));
        w->bss = initial;
    } else {
        fprintf(w->out, "@map 0x%" PRIx64 " 8KiB rw\n", (WILD_BSS + w->bss) * PROGRAM_PAGE);
        w->bss += 2;
    }
}

static inline void wild_operate(struct wild *w, uint64_t initial)
{
    switch (wild_below(w, 9)) {
    case 0:
        fprintf(w->out, "@fork %d\n", WILD_CHILD);
        break;
    case 1:
        fprintf(w->out, "@vfork %d\n", WILD_VCHILD);
        break;
    case 2:
        fprintf(w->out, "@wait\n");
        break;
    case 3:
        wild_sleep(w);
        break;
    case 4:
        wild_advise(w);
        break;
    case 5:
    case 6:
        for (int i = 0; i < 3; i++)
            wild_extra(w);
        break;
    case 7:
        if (w->threads)
            fprintf(w->out, "@thread %d\n", WILD_THREAD);
        break;
    default:
        wild_grow(w, initial);
    }
}

static inline void wild_end(struct wild *w, int stream)
{
    if (stream == WILD_VCHILD && wild_below(w, 3))
        fprintf(w->out, "@exec %d\n", WILD_IMAGE);
    else if (stream == WILD_PROGRAM && !w->threads && wild_below(w, 2))
        fprintf(w->out, "@exec %d\n", WILD_IMAGE);
    else if (wild_below(w, 3) == 0)
        fprintf(w->out, "@exit 1\n");
}

static inline void wild_stream(struct wild *w, size_t i, int stream, uint64_t bss,
                               uint64_t steps)
{
    w->bss = bss;
    memset(w->extra, false, sizeof w->extra);
    rig_program(i, "");
    w->out = fopen(rig.parts[i].paths[stream], "w");
    ck_assert_ptr_nonnull(w->out);
    for (uint64_t step = 0; step < (stream ? 20 : steps); step++) {
        wild_refer(w);
        if (stream == WILD_PROGRAM && wild_below(w, 40) == 0)
            wild_operate(w, bss);
        else if (wild_below(w, 100) == 0)
            wild_sleep(w);
    }
    wild_end(w, stream);
    fclose(w->out);
}

static inline void wild_process(struct wild *w, size_t i, uint64_t steps)
{
    const uint64_t bss = 20 + wild_below(w, 30);
    rig_file(i, 0, WILD_TEXT, 0, 0)->protection = VM_READ | VM_EXECUTE;
    rig_file(i, WILD_DATA, WILD_BSS - WILD_DATA, 0, WILD_TEXT);
    rig_region(i, WILD_BSS, bss, 0)->backing =
        wild_below(w, 5) ? BACKING_ZERO : BACKING_STORE;
    rig_region(i, WILD_STACK, WILD_STACK_PAGES, 0);
    w->threads = wild_below(w, 4) == 0;
    w->any_threads |= w->threads;
    for (int stream = 0; stream < WILD_STREAMS; stream++)
        wild_stream(w, i, stream, bss, steps);
    rig.processes[i].start = wild_below(w, 3) * 500 * MS;
    rig.processes[i].copies = (unsigned)(1 + wild_below(w, 3));
}

/* --- machines ---------------------------------------------------------------------------- */

static inline void wild_kernel(struct wild *w)
{
    static const char *const variants[] = {"3bsd",   "4.1bsd", "4.2bsd",
                                           "4.3bsd", "4.3bsd", "tahoe"};
    static const char *const klins[] = {"0", "1", "4", "16"};
    static const char *const headers[] = {"0", "1", "2", "8"};
    rig43_kernel("variant", WILD_PICK(w, variants));
    rig43_kernel("referenced", wild_below(w, 3) ? "simulated" : "hardware");
    rig43_kernel("u_areas", wild_below(w, 2) ? "yes" : "no");
    rig43_kernel("nswbuf", WILD_PICK(w, headers));
    rig43_kernel("klin", WILD_PICK(w, klins));
    rig43_kernel("kltxt", WILD_PICK(w, klins));
    rig43_kernel("maxrss", wild_below(w, 4) ? "0" : "160");
    rig43_kernel("maxusers", wild_below(w, 2) ? "0" : "1");
    rig43_kernel("swapper", "yes");
    rig43_kernel("limits", wild_below(w, 2) ? "kernel" : "none");
}

/* The kernel's own CPU time, of a machine that is fast enough for it, or none. */
static inline void wild_costs(struct wild *w)
{
    if (wild_below(w, 3))
        return;
    rig.params.pager.cost_reference = (1 + wild_below(w, 5)) * US;
    for (const struct param *p = kernel_find("bsd43")->params; p->name; p++)
        if (strncmp(p->name, "cost_", 5) == 0)
            rig43_kernel(p->name, p->fallback);
}

/* Any policy that sees no future. */
static inline void wild_policy(struct wild *w)
{
    unsigned n = 0;
    while (policy_table[n])
        n++;
    const struct policy_ops *policy = policy_find("pagedaemon-43");
    if (wild_below(w, 2))
        policy = policy_table[wild_below(w, n)];
    if (policy->sees == POLICY_FUTURE)
        policy = policy_find("lru");
    rig_policy(policy->name);
    rig.params.pager.by_process = wild_below(w, 6) == 0;
}

static inline void wild_machine(struct wild *w)
{
    static const char *const formats[] = {"vax",    "vax",  "ideal", "x86-32",
                                          "x86-64", "mips", "srmmu", "x86-pae"};
    static const unsigned shifts[] = {9, 10, 10, 12, 12};
    const unsigned shift = WILD_PICK(w, shifts);
    const char *format = WILD_PICK(w, formats);
    rig_mmu(format, shift);
    rig.params.pager.mmu.adapted = true;
    if (strcmp(format, "vax") == 0)
        rig_set(pagetable_find("vax")->params, &rig.format, "system_pages", "262144");
    rig.params.pager.mmu.narrays = wild_below(w, 2);
    rig.params.pager.mmu.ncpus = 1 + (unsigned)wild_below(w, 2);
    rig.params.pager.cost_reference = (1 + wild_below(w, 100)) * US;
    rig.params.quantum = 20 * MS;
    rig_frames((60 + wild_below(w, 80)) << (12 - shift));
    w->small = wild_below(w, 6) == 0;
    rig.params.slots.nslots = (uint64_t)(w->small ? 400 : 20000) << (12 - shift);
    w->more_swap[0] = w->more_swap[1] = rig.params.swap;
    rig.params.more_swap = w->more_swap;
    rig.params.nmore_swap = w->seed % 3;
}

/* A machine with processes; steps of each program. */
static inline void wild_make(struct wild *w, uint64_t seed, uint64_t steps)
{
    *w = (struct wild){.seed = seed};
    rng_seed(&w->rng, seed);
    wild_machine(w);
    wild_kernel(w);
    wild_costs(w);
    wild_policy(w);
    const uint64_t n = 1 + wild_below(w, 3);
    for (size_t i = 0; i < n; i++)
        wild_process(w, i, steps);
}

/* The same with the textbook kernel, and the hands of 4.3BSD. */
static inline void wild_textbook(struct wild *w, uint64_t seed, uint64_t steps)
{
    wild_make(w, seed, steps);
    rig.params.pager.kernel = kernel_find("textbook");
    param_defaults(kernel_find("textbook")->params, rig.kernel.bytes);
    rig_policy("pagedaemon-43");
    rig_set(policy_find("pagedaemon-43")->params, &rig.policy, "hands",
            wild_below(w, 2) ? "1" : "2");
    rig_set(policy_find("pagedaemon-43")->params, &rig.policy, "handspread",
            wild_below(w, 2) ? "64 KiB" : "2 MiB");
}

/* --- runs -------------------------------------------------------------------------------- */

static inline void wild_must(const struct wild *w, bool condition, const char *what)
{
    if (!condition)
        ck_abort_msg("seed %" PRIu64 ": %s", w->seed, what);
}

static inline void wild_holds(struct wild *w)
{
    const char *wrong = simulation_check(rig.sim);
    wild_must(w, !wrong, wrong);
}

/* What has been counted fits together: each fault has come to one end; but with two CPUs one
 * may find valid what the other has just brought in, and a thread what another waits for. */
static inline void wild_identities(const struct wild *w, const struct bsd43 *kernel)
{
    const struct bsd43_meter *m = &kernel->meter;
    const struct pager_counts *counts = &rig.sim->pager.counts;
    const uint64_t ends = bsd43_counted(m, BSD43_PGREC) + bsd43_counted(m, BSD43_INTRANS) +
                          bsd43_counted(m, BSD43_ZFOD) / (uint64_t)kernel->d.clsize +
                          bsd43_counted(m, BSD43_PGIN);
    const uint64_t faults = bsd43_counted(m, BSD43_FAULTS);
    wild_must(w, faults == counts->faults, "faults");
    const bool alone = rig.params.pager.mmu.ncpus == 1 && !w->any_threads;
    if (alone ? faults != ends : faults < ends)
        ck_abort_msg("seed %" PRIu64 ": %" PRIu64 " faults come to %" PRIu64 " ends",
                     w->seed, faults, ends);
    wild_must(w,
              bsd43_counted(m, BSD43_PGREC) >=
                  bsd43_counted(m, BSD43_FASTPGREC) + bsd43_counted(m, BSD43_PGFREC) +
                      bsd43_counted(m, BSD43_XSFREC) + bsd43_counted(m, BSD43_XIFREC),
              "reclaims");
    wild_must(w, bsd43_counted(m, BSD43_SWPIN) <= bsd43_counted(m, BSD43_SWPOUT),
              "processes that came in and had not left");
}

static inline void wild_add(struct wild_totals *totals)
{
    const struct simulation *sim = rig.sim;
    totals->runs++;
    totals->events += engine_counts(sim->engine).fired;
    totals->faults += sim->pager.counts.faults;
    totals->processes += sim->created;
    for (size_t i = 0; i < sim->nended; i++)
        totals->references += sim->ended[i].references;
    if (sim->pager.kernel != kernel_find("bsd43"))
        return;
    const struct bsd43 *kernel = sim->pager.kernel_state;
    for (int i = 0; i < BSD43_NCOUNTERS; i++)
        totals->counted[i] += bsd43_counted(&kernel->meter, (enum bsd43_counter)i);
}

/* Run it to its end and beyond, till nothing is under way; swap space may be full, if it is
 * small. */
static inline void wild_run(struct wild *w, struct wild_totals *totals)
{
    struct error err = {0};
    const struct simulation_host host = {.advance = rig_advance};
    ASSERT_OK(simulation_create(&rig.sim, &rig.params, &err), &err);
    const enum status status = simulation_run(rig.sim, &host, &err);
    const bool full =
        status == ERR_CELL && w->small && strstr(err.text, "swap space is full");
    totals->full += full;
    if (status != OK && !full)
        ck_abort_msg("seed %" PRIu64 ": %s", w->seed, err.text);
    while (status == OK && engine_step(rig.sim->engine))
        wild_holds(w);
    if (status == OK && rig.sim->pager.kernel == kernel_find("bsd43"))
        wild_identities(w, rig.sim->pager.kernel_state);
    wild_add(totals);
    simulation_free(rig.sim);
    rig.sim = NULL;
    rig.params.nprocesses = 0;
    memset(rig.processes, 0, sizeof rig.processes);
}

static inline void wild_report(const struct wild_totals *t)
{
    printf("%" PRIu64 " runs (%" PRIu64 " filled swap space), %" PRIu64
           " processes, %" PRIu64 " references, %" PRIu64 " faults, %" PRIu64 " events\n",
           t->runs, t->full, t->processes, t->references, t->faults, t->events);
    printf("pgin %" PRIu64 " pgout %" PRIu64 " pgrec %" PRIu64 " xsfrec %" PRIu64
           " xifrec %" PRIu64 " intrans %" PRIu64 " dfree %" PRIu64 " seqfree %" PRIu64
           " swpout %" PRIu64 " swpin %" PRIu64 "\n",
           t->counted[BSD43_PGIN], t->counted[BSD43_PGOUT], t->counted[BSD43_PGREC],
           t->counted[BSD43_XSFREC], t->counted[BSD43_XIFREC], t->counted[BSD43_INTRANS],
           t->counted[BSD43_DFREE], t->counted[BSD43_SEQFREE], t->counted[BSD43_SWPOUT],
           t->counted[BSD43_SWPIN]);
}

#endif
