/* own_list_test.c -- what the pager does for a kernel that keeps its own free list, lets
 * faults sleep, gives each page its place on swap, and moves several frames at once.
 *
 * The kernel here is as small as that allows: a fault that finds no frame sleeps; a
 * millisecond later the two pages that came in first are written together, and stay on the
 * free list, where they can be found again. */
#include "workload/large_rig.h"

#include "pager/frame.h"
#include "pager/io.h"

enum { LIST_MAX = 16 };

struct tiny {
    struct pager *pager;
    pfn_t list[LIST_MAX],
        came[LIST_MAX]; /* free frames, and active ones, the oldest first */
    unsigned nlist, ncame;
    struct fault_list sleepers;
    struct event event;
    struct pager_io io;
    unsigned reclaims, places;
};

static struct tiny last; /* as the run left it */

static void drop_first(pfn_t *list, unsigned *n, unsigned at)
{
    for (unsigned i = at + 1; i < *n; i++)
        list[i - 1] = list[i];
    --*n;
}

static pfn_t tiny_take(void *state, struct pager *pager)
{
    struct tiny *tiny = state;
    const pfn_t fresh = pager_unused_frame(pager);
    if (fresh != PFN_NONE || tiny->nlist == 0)
        return fresh;
    const pfn_t pfn = tiny->list[0];
    drop_first(tiny->list, &tiny->nlist, 0);
    return pfn;
}

static void tiny_freed(void *state, struct pager *pager, pfn_t pfn)
{
    struct tiny *tiny = state;
    (void)pager;
    tiny->list[tiny->nlist++] = pfn;
    for (unsigned i = 0; i < tiny->ncame; i++)
        if (tiny->came[i] == pfn)
            drop_first(tiny->came, &tiny->ncame, i--);
}

static void frame_done(struct pager_io *io, pfn_t pfn, bool wanted)
{
    (void)wanted;
    frame_cache(io->pager, pfn);
}

static void all_done(struct pager_io *io)
{
    struct tiny *tiny = CONTAINER_OF(io, struct tiny, io);
    pager_wakeup(tiny->pager, &tiny->sleepers);
}

static void write_two(struct event *event)
{
    struct tiny *tiny = CONTAINER_OF(event, struct tiny, event);
    struct pager *pager = tiny->pager;
    pfn_t end = PFN_NONE;
    tiny->io = (struct pager_io){.pager = pager,
                                 .first = PFN_NONE,
                                 .write = true,
                                 .on_swap = true,
                                 .frame_done = frame_done,
                                 .done = all_done};
    io_add(&tiny->io, &end, tiny->came[1], false);
    io_add(&tiny->io, &end, tiny->came[0], true); /* before the other one */
    tiny->io.offset =
        (uint64_t)pager->contents.all[pager->frames[tiny->came[0]].content].slot
        << pager->mmu.page_shift;
    io_start(&tiny->io);
}

static enum status tiny_init(void *state, struct pager *pager, const void *params,
                             struct error *err)
{
    struct tiny *tiny = state;
    (void)params;
    (void)err;
    tiny->pager = pager;
    event_init(&tiny->event, write_two);
    return OK;
}

/* Page n lies in slot 100 + n. */
static enum status tiny_place(void *state, struct pager *pager, content_t content,
                              slot_t *slot, struct error *err)
{
    struct tiny *tiny = state;
    (void)err;
    tiny->places++;
    *slot = 100 + (slot_t)pager->mmu.index->vpns[pager->contents.all[content].page];
    return OK;
}

static enum status tiny_fault(void *state, struct pager *pager, struct fault *fault,
                              struct error *err)
{
    struct tiny *tiny = state;
    content_t content;
    enum status status = pager_content(pager, fault->page, &content, err);
    struct content *c = &pager->contents.all[content];
    if (status == OK && c->slot == SLOT_NONE)
        status = tiny_place(state, pager, content, &c->slot, err);
    if (status != OK)
        return status;
    pager->counts.faults += !fault->counted;
    pager->counts.faults_minor += !fault->counted;
    fault->counted = true;
    if (c->frame != PFN_NONE) {
        for (unsigned i = 0; i < tiny->nlist; i++)
            if (tiny->list[i] == c->frame)
                drop_first(tiny->list, &tiny->nlist, i--);
        frame_reclaim(pager, c->frame);
        tiny->reclaims++;
        tiny->came[tiny->ncame++] = c->frame;
        pager_use(pager, fault, c->frame);
        return OK;
    }
    fault->frame = frame_take(pager);
    if (fault->frame == PFN_NONE) {
        pager_sleep(pager, fault, &tiny->sleepers);
        if (!event_pending(&tiny->event))
            engine_schedule(pager->storage.engine, &tiny->event,
                            engine_now(pager->storage.engine) + MS);
        return OK;
    }
    const pfn_t pfn = fault->frame;
    tiny->came[tiny->ncame++] = pfn;
    status = pager_fill(pager, fault, content, err);
    pager->frames[pfn].dirty = true;
    return status;
}

static void tiny_stop(void *state, struct pager *pager)
{
    struct tiny *tiny = state;
    engine_cancel(pager->storage.engine, &tiny->event);
    last = *tiny;
}

static const char *tiny_check(const void *state, const struct pager *pager)
{
    const struct tiny *tiny = state;
    return tiny->nlist == pager->count[FRAME_FREE] + pager->count[FRAME_CACHED]
               ? NULL
               : "the tiny kernel's list has not all free frames";
}

static const struct kernel_ops kernel_tiny = {
    .name = "tiny",
    .state_size = sizeof(struct tiny),
    .init = tiny_init,
    .fault = tiny_fault,
    .stop = tiny_stop,
    .patience = UINT64_C(1000000000000),
    .take_frame = tiny_take,
    .frame_freed = tiny_freed,
    .place = tiny_place,
    .check = tiny_check,
};

static void setup(void)
{
    rig_setup();
    rig.params.pager.kernel = &kernel_tiny;
    rig_mmu("ideal", 12);
    rig.params.pager.mmu.narrays = 0;
    rig_frames(4);
    rig_region(0, 0, 16, 0);
}

/* --- tests --------------------------------------------------------------------------- */

/* The fifth page waits for the kernel's event, then for the write of two pages, which is
 * one request of twice a page. */
START_TEST(a_fault_sleeps_until_the_kernel_wakes_it)
{
    rig_program(0, "S0 S1 S2 S3 S4");
    rig_run();
    ck_assert_uint_eq(rig.counts.faults, 5);
    ck_assert_uint_eq(rig.swap.writes, 1);
    ck_assert_uint_eq(rig.swap.bytes_written, 8192);
    ck_assert_uint_eq(rig.counts.write_backs, 2);
    ck_assert_uint_eq(rig.totals.elapsed,
                      SWITCH + 5 * (FAULT + ZERO + REFERENCE) + MS + LATENCY);
}
END_TEST

/* Page 1 was written and its frame is free, but holds it still: no transfer.  Page 0's
 * frame was used for page 4, so that it is read. */
START_TEST(what_is_on_the_free_list_is_reclaimed_without_a_transfer)
{
    rig_program(0, "S0 S1 S2 S3 S4 L1");
    rig_run();
    ck_assert_uint_eq(last.reclaims, 1);
    ck_assert_uint_eq(rig.swap.reads, 0);
    ck_assert_uint_eq(rig.totals.elapsed,
                      SWITCH + 6 * (FAULT + REFERENCE) + 5 * ZERO + MS + LATENCY);
}
END_TEST

/* Page 0's frame has become page 4's; page 0 takes that of page 1, the other one on the
 * list, and is read from its place. */
START_TEST(what_a_frame_held_is_lost_when_it_is_taken)
{
    rig_program(0, "S0 S1 S2 S3 S4 L0");
    rig_run();
    ck_assert_uint_eq(last.reclaims, 0);
    ck_assert_uint_eq(rig.swap.reads, 1);
    ck_assert_uint_eq(rig.counts.page_ins, 1);
    ck_assert_uint_eq(last.places, 5);
}
END_TEST

/* Page 1 is forgotten while its frame is on the list: it stays there and holds nothing, and
 * the page is zero again. */
START_TEST(a_page_that_ends_leaves_its_frame_where_it_is_on_the_list)
{
    rig_program(0, "S0 S1 S2 S3 S4 @unmap 0x1000 4KiB; @map 0x1000 4KiB rw; L1");
    rig_run();
    ck_assert_uint_eq(last.reclaims, 0);
    ck_assert_uint_eq(rig.swap.reads, 0);
    ck_assert_uint_eq(rig.counts.faults, 6);
}
END_TEST

static Suite *own_list_suite(void)
{
    Suite *suite = suite_create("own list");
    TCase *tcase = tcase_create("own list");
    tcase_add_checked_fixture(tcase, setup, rig_teardown);
    tcase_add_test(tcase, a_fault_sleeps_until_the_kernel_wakes_it);
    tcase_add_test(tcase, what_is_on_the_free_list_is_reclaimed_without_a_transfer);
    tcase_add_test(tcase, what_a_frame_held_is_lost_when_it_is_taken);
    tcase_add_test(tcase, a_page_that_ends_leaves_its_frame_where_it_is_on_the_list);
    suite_add_tcase(suite, tcase);
    return suite;
}

int main(void)
{
    return run_suite(own_list_suite());
}
