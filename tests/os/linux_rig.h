/* linux_rig.h -- the machine of large_rig.h with Linux on it, of whose memory all is one zone
 * or two; no TLB, and tables take no frames.  It runs programs, or without a clock stores
 * into one page after the other. */
#ifndef FAULTLINE_TESTS_OS_LINUX_RIG_H
#define FAULTLINE_TESTS_OS_LINUX_RIG_H

#include "workload/large_rig.h"

#include "os/linux/linux.h"

/* What the last run came to. */
static struct linux_rig {
    struct vmstat counts;
    uint64_t free; /* frames                                                              */
    struct zones zones;
    char kills[640]; /* what is told of processes that it has ended                       */
    struct error err;
} lrig;

static inline void lrig_kernel(const char *name, const char *text)
{
    rig_set(kernel_find("linux")->params, &rig.kernel, name, text);
}

static inline void lrig_setup(void)
{
    folder_setup();
    rig_machine();
    memset(&lrig, 0, sizeof lrig);
    rig.params.pager.kernel = kernel_find("linux");
    param_defaults(kernel_find("linux")->params, rig.kernel.bytes);
    lrig_kernel("cost_scan", "0");
    rig_policy("fifo");
    rig_mmu("ideal", 12);
    rig.params.pager.mmu.narrays = 0;
}

static inline void lrig_note(const struct pager *pager)
{
    const struct linux_kernel *kernel = pager->kernel_state;
    lrig.counts = kernel->counts;
    lrig.zones = kernel->memory.zones;
    lrig.free = zones_free(&kernel->memory.zones);
    rig.counts = pager->counts;
}

/* --- without a clock ---------------------------------------------------------------------- */

/* A store into each of the pages first .. first + n - 1; on failure lrig.err. */
static inline enum status lrig_replay(struct pager *pager, vpn_t first, vpn_t n)
{
    struct string_batch s = {0};
    struct builder *builder;
    struct error err = {0};
    ASSERT_OK(batch_init(&s.batch, &err), &err);
    ASSERT_OK(builder_create(&builder, STRING_PAGE_SHIFT, &err), &err);
    for (vpn_t vpn = first; vpn < first + n; vpn++) {
        builder_add(builder, STORE, vpn << STRING_PAGE_SHIFT, 1);
        ck_assert(!builder_full(builder));
    }
    builder_take(builder, &s.batch);
    builder_free(builder);
    string_derive(&s, false);
    const enum status status = pager_replay(pager, &s.paged, &lrig.err);
    lrig_note(pager);
    if (status == OK) {
        const char *wrong = pager_check(pager);
        ck_assert_msg(!wrong, "%s", wrong);
    }
    pager_release(pager);
    string_release(&s);
    return status;
}

static inline enum status lrig_stores(vpn_t n)
{
    struct pager pager;
    rig.params.pager.host = NULL;
    ASSERT_OK(pager_init(&pager, &rig.params.pager, &lrig.err), &lrig.err);
    return lrig_replay(&pager, 0, n);
}

/* --- with a clock ------------------------------------------------------------------------- */

static inline enum status lrig_try(void)
{
    const struct simulation_host host = {.advance = rig_advance};
    enum status status = simulation_create(&rig.sim, &rig.params, &lrig.err);
    if (status == OK)
        status = simulation_run(rig.sim, &host, &lrig.err);
    if (rig.sim) {
        lrig_note(&rig.sim->pager);
        simulation_kills(rig.sim, lrig.kills, sizeof lrig.kills);
        simulation_totals(rig.sim, &rig.totals);
    }
    simulation_free(rig.sim);
    rig.sim = NULL;
    return status;
}

static inline void lrig_run(void)
{
    ASSERT_OK(lrig_try(), &lrig.err);
}

/* Zero-filled pages from 0 on for process i, and the program. */
static inline void lrig_process(size_t i, uint64_t pages, const char *text)
{
    rig_region(i, 0, pages, 0);
    rig_program(i, text);
}

#endif
