/* bsd43_random_test.c -- random programs that share text, grow, fork and exec, in little
 * memory, under every variant and several policies: a build that checks looks at core map,
 * free list, resident sets and swap map after each event, any other at the end of the run. */
#include "os/bsd43_rig.h"

enum { TEXT_PAGES = 12, DATA = 12, BSS = 24, STACK = 524000, STACK_PAGES = 8, ROUNDS = 24 };

struct wild {
    struct rng rng;
    uint64_t bss; /* pages of it */
    uint64_t at[4];
    char text[60000];
    size_t used;
};

static void say(struct wild *w, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    const int n = vsnprintf(w->text + w->used, sizeof w->text - w->used, format, args);
    va_end(args);
    ck_assert(n > 0 && w->used + (size_t)n < sizeof w->text);
    w->used += (size_t)n;
}

/* A reference to text, data of the file, data, or stack: mostly near the one before. */
static void refer(struct wild *w)
{
    const uint64_t first[] = {0, DATA, BSS, STACK};
    const uint64_t pages[] = {TEXT_PAGES, BSS - DATA, w->bss, STACK_PAGES};
    const uint64_t r = rng_below(&w->rng, 2) ? 2 : rng_below(&w->rng, 4);
    w->at[r] = rng_below(&w->rng, 5) ? (w->at[r] + rng_below(&w->rng, 3)) % pages[r]
                                     : rng_below(&w->rng, pages[r]);
    say(w, "%c%" PRIu64 "x%" PRIu64 " ", r == 0 ? 'I' : "LSM"[rng_below(&w->rng, 3)],
        first[r] + w->at[r], 1 + rng_below(&w->rng, 20));
}

static void operate(struct wild *w)
{
    switch (rng_below(&w->rng, 6)) {
    case 0:
        say(w, "@fork 1; ");
        break;
    case 1:
        say(w, "@vfork 2; ");
        break;
    case 2:
        say(w, "@wait; ");
        break;
    case 3:
        say(w, "@advise 0x18000 %" PRIu64 "KiB %s; ", 4 * w->bss,
            rng_below(&w->rng, 2) ? "sequential" : "normal");
        break;
    default:
        say(w, "@map 0x%" PRIx64 " 8KiB rw; ", (BSS + w->bss) * PROGRAM_PAGE);
        w->bss += 2;
    }
}

/* A process with a program, a child that is forked and one that is vforked and execs. */
static void add_process(struct wild *w, size_t i, uint64_t steps)
{
    const uint64_t bss = 20 + rng_below(&w->rng, 30);
    rig_file(i, 0, TEXT_PAGES, 0, 0)->protection = VM_READ | VM_EXECUTE;
    rig_file(i, DATA, BSS - DATA, 0, TEXT_PAGES);
    rig_region(i, BSS, bss, 0);
    rig_region(i, STACK, STACK_PAGES, 0);
    for (int stream = 0; stream < 3; stream++) {
        w->used = 0;
        w->bss = bss;
        if (stream == 2)
            say(w, "S24 @exec; ");
        for (uint64_t step = 0; step < (stream ? 20 : steps); step++) {
            refer(w);
            if (stream == 0 && rng_below(&w->rng, 60) == 0)
                operate(w);
        }
        rig_program(i, w->text);
    }
    rig.processes[i].start = rng_below(&w->rng, 3) * 500 * MS;
}

static void set_machine(struct wild *w)
{
    static const char *const variants[] = {"3bsd", "4.1bsd", "4.2bsd", "4.3bsd", "tahoe"};
    static const char *const policies[] = {"pagedaemon-43", "lru", "clock", "arc"};
    rig_policy(policies[rng_below(&w->rng, 2) ? 0 : rng_below(&w->rng, 4)]);
    rig43_kernel("variant", variants[rng_below(&w->rng, 5)]);
    rig43_kernel("referenced", rng_below(&w->rng, 3) ? "simulated" : "hardware");
    rig43_kernel("u_areas", rng_below(&w->rng, 2) ? "yes" : "no");
    rig43_kernel("nswbuf", rng_below(&w->rng, 2) ? "2" : "0");
    rig43_kernel("klin", "4");
    rig43_kernel("swapper", "yes");
    rig_frames(60 + rng_below(&w->rng, 80));
    rig.params.pager.mmu.ncpus = 1 + (unsigned)rng_below(&w->rng, 2);
    rig.params.pager.cost_reference = (1 + rng_below(&w->rng, 100)) * US;
    rig.params.quantum = 20 * MS;
    rig.params.slots.nslots = 20000;
}

START_TEST(whatever_happens_what_must_hold_holds)
{
    struct wild *w = calloc(1, sizeof *w);
    rng_seed(&w->rng, (uint64_t)_i + 1);
    set_machine(w);
    const uint64_t n = 1 + rng_below(&w->rng, 3);
    for (size_t i = 0; i < n; i++)
        add_process(w, i, 1500);
    rig43_run();
    /* The others are reclaims after a sleep in pagein(). */
    ck_assert_uint_ge(counted(BSD43_PGREC),
                      counted(BSD43_FASTPGREC) + counted(BSD43_PGFREC) +
                          counted(BSD43_XSFREC) + counted(BSD43_XIFREC));
    ck_assert_uint_ge(counted(BSD43_PGPGIN), 8 * counted(BSD43_PGIN));
    ck_assert_uint_ge(counted(BSD43_PGPGOUT), 8 * counted(BSD43_PGOUT));
    ck_assert_uint_eq(counted(BSD43_SWPIN), counted(BSD43_SWPOUT));
    free(w);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("bsd43 random");
    TCase *tcase = tcase_create("bsd43 random");
    tcase_add_checked_fixture(tcase, rig43_setup, rig_teardown);
    tcase_add_loop_test(tcase, whatever_happens_what_must_hold_holds, 0, ROUNDS);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
