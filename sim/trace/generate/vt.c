/* vt.c -- patterns of touches by which 4.3BSD was measured; vt_program.h says how their
 * instructions are counted.  These are, a touch, and beside them what the machine took
 * without faults at 500 instructions a millisecond, less 3.4 % for the clock's interrupts:
 *     seq    8      7.8, the slope from 200 to 830 clusters, ten passes
 *     think  912    the share of the clock was taken from it; A = 300
 *     rnd    40     40.1, 0.083 ms
 *     hot    63.5   62.3, 0.129 ms; B = 90 */
#include "trace/vt_program.h"

enum {
    SYSTEM_CALLS = 10, /* of a snapshot of the kernel's counters                          */
    BREAK_MAX = 16384, /* KiB: the program's limit of its data                            */
};

enum pattern { SEQ, RND, HOT, THINK, GROW, FORK };
enum mode { READ, WRITE };
enum fork_child { EXITS, READS, WRITES, VFORKED };

struct vt {
    uint32_t pattern, mode;
    uint64_t kb, iters, a, b, child, snapshot, report, terminal;
};

struct run {
    const struct vt *p;
    struct vt_program program;
};

/* Where code is in main. */
enum {
    CODE_BEGIN = 0,
    CODE_ITERATE = 0x40,
    CODE_INIT = 0x80,
    CODE_PASS = 0xb0,
    CODE_RND = 0x120,
    CODE_HOT = 0x180,
    CODE_GROW = 0x200,
    CODE_FORK = 0x280,
    CODE_END = 0x380,
};

static bool execute(const struct run *run, unsigned at, const char *code)
{
    return vt_execute(&run->program, &vt_main, at, code, 0);
}

static bool execute_touch(const struct run *run, unsigned at, const char *code,
                          vaddr_t base, uint64_t cluster)
{
    return vt_execute(&run->program, &vt_main, at, code, base + cluster * VT_CLUSTER);
}

/* if (w) (*p)++; else junk += *p; */
static bool touch(const struct run *run, unsigned at, uint64_t cluster)
{
    return execute_touch(run, at, run->p->mode == WRITE ? "s.T." : "s.tS", VT_AREA,
                         cluster);
}

/* for (st = 0; st < A; st++) ; */
static bool spin(const struct run *run, unsigned at)
{
    if (!execute(run, at, "S.d."))
        return false;
    for (uint64_t i = 0; i < run->p->a; i++)
        if (!execute(run, at + 0x08, "Sd."))
            return false;
    return true;
}

/* for (p = base, i = 0; i < n; i++, p += 1024) *p = i; */
static bool fill(const struct run *run, unsigned at, vaddr_t base, uint64_t n)
{
    bool more = execute(run, at, "s....");
    for (uint64_t i = 0; more && i < n; i++)
        more = execute_touch(run, at + 0x14, "T....", base, i);
    return more;
}

/* for (p = base, i = 0; i < n; i++, p += 1024) { touch; } */
static bool pass(const struct run *run, unsigned at)
{
    bool more = execute(run, at, "s....");
    for (uint64_t i = 0; more && i < run->p->kb; i++)
        more = touch(run, at + 0x14, i) &&
               (run->p->pattern != THINK || spin(run, at + 0x24)) &&
               execute(run, at + 0x34, "....");
    return more;
}

/* rnd(below) */
static bool draw(struct run *run, unsigned at, uint64_t below, uint64_t *value)
{
    return execute(run, at, "SS") && vt_random(&run->program, below, value);
}

static bool touch_random(struct run *run)
{
    uint64_t cluster;
    return draw(run, CODE_RND, run->p->kb, &cluster) &&
           execute(run, CODE_RND + 0x08, ".s") && touch(run, CODE_RND + 0x10, cluster) &&
           spin(run, CODE_RND + 0x20);
}

/* One of the hot clusters, or the next one of the others. */
static bool choose(struct run *run, uint64_t *next, uint64_t *cluster)
{
    uint64_t percent;
    if (!draw(run, CODE_HOT, 100, &percent) || !execute(run, CODE_HOT + 0x08, "d."))
        return false;
    if (percent < run->p->b)
        return draw(run, CODE_HOT + 0x10, run->p->a, cluster) &&
               execute(run, CODE_HOT + 0x18, ".s.");
    *cluster = (*next)++;
    const bool around = *next == run->p->kb;
    if (around)
        *next = run->p->a;
    return execute(run, CODE_HOT + 0x24, around ? ".s...d" : ".s...");
}

static bool touch_chosen(struct run *run, uint64_t *next)
{
    uint64_t cluster;
    return choose(run, next, &cluster) && touch(run, CODE_HOT + 0x3c, cluster);
}

static bool grow(struct run *run)
{
    const vaddr_t base = run->program.end;
    return execute(run, CODE_GROW, "SS") && vt_sbrk(&run->program, run->p->a) &&
           fill(run, CODE_GROW + 0x08, base, run->p->a) && pass(run, CODE_GROW + 0x30);
}

static uint32_t child_of(const struct run *run)
{
    return (uint32_t)run->p->child;
}

/* What a child does: the same each time. */
static bool run_child(const struct run *run)
{
    static const char *const body[] = {"", [READS] = "tS", [WRITES] = "T"};
    const uint64_t n = run->p->a == READS || run->p->a == WRITES ? run->p->kb : 0;
    bool more = vt_switch(&run->program, child_of(run)) && vt_forked(&run->program) &&
                execute(run, CODE_FORK + 0x60, "S.d.");
    for (uint64_t i = 0; more && i < n; i++)
        more = execute_touch(run, CODE_FORK + 0x70, body[run->p->a], VT_AREA, i) &&
               execute(run, CODE_FORK + 0x78, "....");
    return more && execute(run, CODE_FORK + 0x88, "SS") && vt_exit(&run->program) &&
           vt_switch(&run->program, 0);
}

/* while (wait(&st) > 0) ; the second one says that there is no other child */
static bool fork_child(const struct run *run, bool first)
{
    const struct vt_program *program = &run->program;
    const uint32_t child = child_of(run);
    return execute(run, CODE_FORK, "d.S") &&
           vt_fork(program, run->p->a == VFORKED, child) && (!first || run_child(run)) &&
           execute(run, CODE_FORK + 0x0c, "S.s.SS") && vt_wait(program, child) &&
           execute(run, CODE_FORK + 0x24, ".SS") && vt_wait(program, child) &&
           execute(run, CODE_FORK + 0x30, ".");
}

static bool iterate(struct run *run, uint64_t turn, uint64_t *next)
{
    switch ((enum pattern)run->p->pattern) {
    case RND:
        return touch_random(run);
    case HOT:
        return touch_chosen(run, next);
    case GROW:
        return grow(run);
    case FORK:
        return fork_child(run, turn == 0);
    case SEQ:
    case THINK:
        break;
    }
    return pass(run, CODE_PASS);
}

static bool run_pattern(struct run *run)
{
    uint64_t next = run->p->a;
    bool more = execute(run, CODE_ITERATE, "..d.");
    for (uint64_t k = 0; more && k < run->p->iters; k++)
        more = iterate(run, k, &next) && execute(run, CODE_ITERATE + 0x10, ".d.");
    return more;
}

/* Read the kernel's counters, at the end of the phase so called.  Most instructions are the
 * kernel's, for the process. */
static bool snapshot(const struct run *run, const char *phase)
{
    const struct vt_program *program = &run->program;
    const uint64_t kernel = run->p->snapshot / SYSTEM_CALLS - 9;
    bool more = true;
    for (unsigned i = 0; more && i < SYSTEM_CALLS; i++) {
        more = vt_execute(program, &vt_snap, i * 0x14, "SSdS.", 0) &&
               vt_execute(program, &vt_system_calls, 0, "..s.", 0);
        for (uint64_t done = 0; more && done < kernel; done++)
            more = vt_execute(program, &vt_system_calls, 0x0c, ".", 0);
    }
    return more && vt_mark(program, phase);
}

/* Print the counters, which goes all over the library. */
static bool report(const struct run *run)
{
    enum { LIBRARY = 0x1200, STRIDE = 0x80, EACH = 3 + 10 };
    const struct vt_program *program = &run->program;
    bool more = true;
    for (uint64_t i = 0; more && i < run->p->report / EACH; i++)
        more = vt_execute(program, &vt_snap, 0xc8, "dS.", 0) &&
               vt_execute(program, &vt_libc, (unsigned)(i * STRIDE % LIBRARY), "..s..D.d.S",
                          0);
    return more;
}

/* The terminal interrupts while it prints, which is while the pattern runs. */
static bool print_on(const struct run *run)
{
    bool more = true;
    for (uint64_t done = 0; more && done < run->p->terminal; done++)
        more = execute(run, CODE_ITERATE, ".");
    return more;
}

/* From exec to the first touch. */
static bool begin(struct run *run)
{
    return vt_exec(&run->program) && execute(run, CODE_BEGIN, ".sdDs.SSD") &&
           vt_execute(&run->program, &vt_libc, 0, "s..sdD.s", 0) &&
           vt_sbrk(&run->program, run->p->kb) && snapshot(run, "start");
}

static bool run_program(struct run *run)
{
    return begin(run) && fill(run, CODE_INIT, VT_AREA, run->p->kb) &&
           snapshot(run, "init") && report(run) && snapshot(run, "report") &&
           print_on(run) && run_pattern(run) && snapshot(run, "run") &&
           execute(run, CODE_END, "SS") && vt_exit(&run->program);
}

static enum status vt_run(const void *params, struct rng *rng,
                          const struct generator_sink *sink, struct error *err)
{
    struct run run = {.p = params};
    (void)rng;
    (void)err;
    vt_program_init(&run.program, sink);
    (void)run_program(&run);
    return OK;
}

static uint32_t vt_streams(const void *params)
{
    const struct vt *p = params;
    return p->pattern == FORK ? (uint32_t)p->child : 0;
}

static enum status refuse(struct error *err, const char *why)
{
    return error_set(err, ERR_CONFIG, at_nowhere(), "generator 'vt': %s", why);
}

static enum status vt_check(const void *params, struct error *err)
{
    const struct vt *p = params;
    if (p->pattern == HOT && (p->a < 1 || p->a >= p->kb))
        return refuse(err,
                      "'A', the hot clusters of pattern hot, must be from 1 to kb - 1");
    if (p->pattern == HOT && p->b > 100)
        return refuse(err, "'B', the percentage of hot touches, may be at most 100");
    if (p->pattern == GROW && (p->a < 1 || p->a > (BREAK_MAX - p->kb) / p->iters))
        return refuse(err, "'A', the KiB by which pattern grow grows each time, must be at "
                           "least 1, and kb + iters * A at most 16384");
    if (p->pattern == FORK && p->a > VFORKED)
        return refuse(err, "'A' is what the child of pattern fork does, 0 to 3");
    return OK;
}

static const char *const patterns[] = {"seq", "rnd", "hot", "think", "grow", "fork", NULL};
static const char *const modes[] = {"r", "w", NULL};

static const struct param vt_params[] = {
    {.name = "pattern",
     .kind = PARAM_CHOICE,
     .offset = offsetof(struct vt, pattern),
     .fallback = "seq",
     .choices = patterns,
     .help = "in order; at random; hot clusters and a scan of the others; in order with a "
             "pause after each; in order with growing data; in order by children"},
    {.name = "kb",
     .kind = PARAM_UINT,
     .offset = offsetof(struct vt, kb),
     .fallback = "1400",
     .min = 1,
     .max = BREAK_MAX,
     .unit = "KiB",
     .help = "clusters of 1 KiB"},
    {.name = "mode",
     .kind = PARAM_CHOICE,
     .offset = offsetof(struct vt, mode),
     .fallback = "w",
     .choices = modes,
     .help = "whether a touch reads or increments its byte"},
    {.name = "iters",
     .kind = PARAM_UINT,
     .offset = offsetof(struct vt, iters),
     .fallback = "10",
     .min = 1,
     .max = 1e9,
     .unit = "turns",
     .help = "passes of seq, think and grow, touches of rnd and hot, children of fork"},
    {.name = "A",
     .kind = PARAM_UINT,
     .offset = offsetof(struct vt, a),
     .fallback = "0",
     .min = 0,
     .max = 1e9,
     .help =
         "hot: hot clusters; think and rnd: empty loops after each touch; grow: KiB "
         "more each time; fork: the child exits (0), reads (1) or writes (2) all, or exits "
         "after a vfork (3)"},
    {.name = "B",
     .kind = PARAM_UINT,
     .offset = offsetof(struct vt, b),
     .fallback = "0",
     .min = 0,
     .max = 1e9,
     .help = "hot: touches in 100 that are hot"},
    {.name = "child",
     .kind = PARAM_UINT,
     .offset = offsetof(struct vt, child),
     .fallback = "1",
     .min = 1,
     .max = 4096,
     .help = "fork: which stream the child is"},
    {.name = "snapshot",
     .kind = PARAM_UINT,
     .offset = offsetof(struct vt, snapshot),
     .fallback = "100",
     .min = 100,
     .max = 1e9,
     .unit = "instructions",
     .help = "of reading the kernel's counters before and after each phase, the kernel's "
             "included; fitted to the shortest fills"},
    {.name = "report",
     .kind = PARAM_UINT,
     .offset = offsetof(struct vt, report),
     .fallback = "10000",
     .min = 0,
     .max = 1e9,
     .unit = "instructions",
     .help = "of printing them before the pattern; a guess"},
    {.name = "terminal",
     .kind = PARAM_UINT,
     .offset = offsetof(struct vt, terminal),
     .fallback = "8000",
     .min = 0,
     .max = 1e9,
     .unit = "instructions",
     .help = "of the terminal's interrupts, which print them while the pattern runs; "
             "fitted to the shortest runs"},
    {0},
};

const struct generator_ops generator_vt = {
    .name = "vt",
    .summary = "patterns of touches by which 4.3BSD was measured on a VAX",
    .shows =
        "What a kernel's paging does to the simplest programs. All clusters are written "
        "once, then touched in order, at random, or mostly a few of them, with or without "
        "time between; how much more than memory they are decides. Marks tell the phases "
        "apart: start, init, report, run. One reference is one "
        "instruction, of which a VAX-11/780 executes half a million a second. Its "
        "addresses are those of a process of a VAX.",
    .params = vt_params,
    .params_size = sizeof(struct vt),
    .check = vt_check,
    .streams = vt_streams,
    .run = vt_run,
};
