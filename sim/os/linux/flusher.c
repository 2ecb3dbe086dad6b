/* flusher.c -- see flusher.h: what is dirty, and writing it. */
#include "os/linux/linux.h"

#include "pager/frame.h"

#include <assert.h>
#include <stdlib.h>

#define SECOND UINT64_C(1000000000000)
#define NO_FILE UINT32_MAX

enum {
    MIN_WRITEBACK_PAGES = 1024, /* of a file before the next one has its turn             */
    REQUEST_PAGES = 256,        /* at most in one request: 1 MiB in pages of 4 KiB        */
};

/* One request. */
struct linux_flush {
    struct pager_io io;
    struct linux_kernel *kernel;
    struct linux_flush *next; /* spare ones                                               */
};

/* --- dirty files -------------------------------------------------------------------------- */

static struct linux_dirty *dirty_of(struct linux_kernel *kernel, uint32_t file)
{
    return &kernel->files[file].dirty;
}

static bool is_dirty(const struct linux_dirty *dirty)
{
    return dirty->n > 0 || dirty->at < dirty->nbatch;
}

void linux_dirty_release(struct linux_dirty *dirty)
{
    free(dirty->pages);
    free(dirty->batch);
}

static enum status add_page(struct linux_dirty *dirty, uint64_t page, struct error *err)
{
    if (dirty->n == dirty->capacity) {
        const uint32_t capacity = dirty->capacity ? 2 * dirty->capacity : 64;
        uint64_t *pages = realloc(dirty->pages, capacity * sizeof *pages);
        if (!pages)
            return error_nomem(err);
        dirty->pages = pages;
        dirty->capacity = capacity;
    }
    dirty->pages[dirty->n++] = page;
    return OK;
}

enum status linux_dirtied(struct linux_kernel *kernel, pfn_t pfn, struct error *err)
{
    struct pager *pager = kernel->pager;
    struct linux_flusher *flusher = &kernel->flusher;
    struct engine *engine = pager->storage.engine;
    const struct content *c = &pager->contents.all[pager->frames[pfn].content];
    struct linux_dirty *dirty = dirty_of(kernel, c->file);
    pager->frames[pfn].dirty = true;
    linux_count_event(kernel, LINUX_DIRTIED);
    if (!is_dirty(dirty)) {
        dirty->since = engine_now(engine);
        dirty->turn = flusher->turns++;
    }
    flusher->dirty++;
    if (!event_pending(&flusher->wake))
        engine_schedule(engine, &flusher->wake,
                        engine_now(engine) + kernel->params->dirty_writeback);
    return add_page(dirty, c->file_page, err);
}

/* --- which pages are next ------------------------------------------------------------------ */

static int ascending(const void *a, const void *b)
{
    const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

/* Go through what of the file is dirty now. */
static void begin_batch(struct linux_kernel *kernel, struct linux_dirty *dirty)
{
    qsort(dirty->pages, dirty->n, sizeof *dirty->pages, ascending);
    free(dirty->batch);
    dirty->batch = dirty->pages;
    dirty->nbatch = dirty->n;
    dirty->at = 0;
    dirty->pages = NULL;
    dirty->capacity = dirty->n = 0;
    dirty->since = engine_now(kernel->pager->storage.engine); /* of stores from now on    */
}

/* The frame of the file's next dirty page, or PFN_NONE: it is not dirty any more, since
 * somebody else has written it. */
static pfn_t frame_of(const struct linux_kernel *kernel, uint32_t file, uint64_t page)
{
    const struct pager *pager = kernel->pager;
    const content_t content = contents_find_file(&pager->contents, file, page);
    const pfn_t pfn = pager->contents.all[content].frame;
    if (pfn == PFN_NONE || pager->frames[pfn].state != FRAME_ACTIVE ||
        !pager->frames[pfn].dirty || pager->frames[pfn].writing)
        return PFN_NONE;
    return pfn;
}

/* A page that is being written, and has been stored into since, is for the next time. */
static bool is_for_later(const struct linux_kernel *kernel, uint32_t file, uint64_t page)
{
    const struct pager *pager = kernel->pager;
    const content_t content = contents_find_file(&pager->contents, file, page);
    const pfn_t pfn = pager->contents.all[content].frame;
    return pfn != PFN_NONE && pager->frames[pfn].dirty &&
           (pager->frames[pfn].writing || pager->frames[pfn].state == FRAME_HELD);
}

/* A file has not had its turn to the end. */
static bool in_the_middle(const struct linux_kernel *kernel)
{
    const struct linux_flusher *flusher = &kernel->flusher;
    if (flusher->file == NO_FILE || flusher->chunk == 0)
        return false;
    const struct linux_dirty *dirty = &kernel->files[flusher->file].dirty;
    return dirty->at < dirty->nbatch;
}

/* What is to be done now. */
static enum linux_flush_kind next_kind(const struct linux_kernel *kernel)
{
    const struct linux_flusher *flusher = &kernel->flusher;
    if (flusher->dirty == 0)
        return FLUSH_NONE;
    if (flusher->wanted > 0)
        return FLUSH_ALL;
    if (flusher->kind == FLUSH_OLD || in_the_middle(kernel))
        return flusher->kind;
    return flusher->dirty > linux_dirty_limits(kernel).background ? FLUSH_BACKGROUND
                                                                  : FLUSH_NONE;
}

/* The file whose turn it is of those that are to be written; NO_FILE: there is none. */
static uint32_t turn(const struct linux_kernel *kernel)
{
    const struct linux_flusher *flusher = &kernel->flusher;
    uint32_t first = NO_FILE;
    for (uint32_t i = 0; i < kernel->nfiles; i++) {
        const struct linux_dirty *dirty = &kernel->files[i].dirty;
        const bool begun = dirty->at < dirty->nbatch;
        const bool young = flusher->kind == FLUSH_OLD && dirty->since > flusher->before;
        if (is_dirty(dirty) && (begun || !young) &&
            (first == NO_FILE || dirty->turn < kernel->files[first].dirty.turn))
            first = i;
    }
    return first;
}

/* The next file has its turn, if any is to be written. */
static void take_turn(struct linux_kernel *kernel)
{
    struct linux_flusher *flusher = &kernel->flusher;
    if (flusher->file != NO_FILE)
        dirty_of(kernel, flusher->file)->turn = flusher->turns++;
    flusher->file = turn(kernel);
    flusher->chunk = MIN_WRITEBACK_PAGES;
    if (flusher->file == NO_FILE)
        return;
    struct linux_dirty *dirty = dirty_of(kernel, flusher->file);
    if (dirty->at == dirty->nbatch)
        begin_batch(kernel, dirty);
}

/* The file whose pages are written next; NO_FILE: all is done. */
static uint32_t next_file(struct linux_kernel *kernel)
{
    struct linux_flusher *flusher = &kernel->flusher;
    for (;;) {
        flusher->kind = next_kind(kernel);
        if (flusher->kind == FLUSH_NONE)
            return NO_FILE;
        if (!in_the_middle(kernel))
            take_turn(kernel);
        if (flusher->file != NO_FILE)
            return flusher->file;
        flusher->kind =
            FLUSH_NONE; /* nothing is old enough; too much may be dirty        */
    }
}

/* --- writing ------------------------------------------------------------------------------ */

/* wb_update_write_bandwidth(): over about four seconds. */
static void update_bandwidth(struct linux_kernel *kernel)
{
    struct linux_flusher *flusher = &kernel->flusher;
    const psec_t now = engine_now(kernel->pager->storage.engine);
    const psec_t interval = SECOND / 5, period = 4096 * (SECOND / 1000);
    const psec_t elapsed = now - flusher->stamp;
    if (elapsed < interval)
        return;
    const double written = (double)(flusher->written - flusher->stamp_written);
    const double share = elapsed < period ? (double)elapsed / (double)period : 1;
    flusher->bandwidth = flusher->bandwidth * (1 - share) +
                         written * (double)SECOND / (double)elapsed * share;
    flusher->stamp = now;
    flusher->stamp_written = flusher->written;
}

static void page_flushed(struct pager_io *io, pfn_t pfn, bool wanted)
{
    struct linux_kernel *kernel = CONTAINER_OF(io, struct linux_flush, io)->kernel;
    struct frame *frame = &io->pager->frames[pfn];
    const struct reclaim_ops *lists = linux_lists(kernel);
    (void)wanted;
    kernel->flusher.writing--;
    kernel->flusher.written++;
    linux_count_event(kernel, LINUX_FLUSHED);
    if (frame->state == FRAME_LEAVING)
        linux_leave(kernel, pfn);
    else if (frame->reclaim && frame->state == FRAME_ACTIVE && lists && lists->written)
        lists->written(linux_lists_state(kernel), folio_first(io->pager, pfn));
    frame->reclaim = false;
}

static void flushed(struct pager_io *io)
{
    struct linux_flush *flush = CONTAINER_OF(io, struct linux_flush, io);
    struct linux_kernel *kernel = flush->kernel;
    const uint64_t pages = io->n;
    kernel->flusher.requests--;
    flush->next = kernel->flusher.spare;
    kernel->flusher.spare = flush;
    update_bandwidth(kernel);
    linux_flusher_run(kernel);
    linux_wrote(kernel, pages);
}

static struct linux_flush *flush_get(struct linux_kernel *kernel)
{
    struct linux_flush *flush = kernel->flusher.spare;
    if (flush)
        kernel->flusher.spare = flush->next;
    else
        flush = arena_alloc(kernel->pager->arena, sizeof *flush);
    if (flush)
        *flush = (struct linux_flush){.io = {.pager = kernel->pager,
                                             .first = PFN_NONE,
                                             .write = true,
                                             .frame_done = page_flushed,
                                             .done = flushed},
                                      .kernel = kernel};
    return flush;
}

/* folio_mkclean(): the next store traps. */
static void clean(struct linux_kernel *kernel, pfn_t pfn)
{
    struct pager *pager = kernel->pager;
    for (page_t page = pager->frames[pfn].page; page != PAGE_NONE;
         page = pager->next_mapping[page])
        if (!(pager->mmu.bits[page] & PAGE_READ_ONLY))
            mmu_set_read_only(&pager->mmu, page, true);
    kernel->flusher.writing++;
    linux_count_event(kernel, LINUX_FLUSH);
}

/* Put pages of the file that follow one another on the device into a request.  *put_off: some
 * are for the next time. */
static enum status gather(struct linux_flush *flush, uint32_t file, bool *put_off,
                          struct error *err)
{
    struct linux_kernel *kernel = flush->kernel;
    struct pager *pager = kernel->pager;
    struct linux_flusher *flusher = &kernel->flusher;
    struct linux_dirty *dirty = dirty_of(kernel, file);
    pfn_t last = PFN_NONE;
    enum status status = OK;
    for (; dirty->at < dirty->nbatch && flush->io.n < REQUEST_PAGES; dirty->at++) {
        const uint64_t page = dirty->batch[dirty->at];
        const pfn_t pfn = frame_of(kernel, file, page);
        if (pfn == PFN_NONE && is_for_later(kernel, file, page)) {
            status = add_page(dirty, page, err);
            flusher->dirty++;
            *put_off = true;
        }
        uint64_t offset = 0;
        if (pfn != PFN_NONE)
            status = content_place(pager, &pager->contents.all[pager->frames[pfn].content],
                                   &offset, err);
        if (status != OK)
            return status;
        const uint64_t end =
            flush->io.offset + ((uint64_t)flush->io.n << pager->mmu.page_shift);
        if (pfn != PFN_NONE && flush->io.n > 0 && offset != end)
            break;
        flusher->dirty--;
        flusher->chunk -= flusher->chunk > 0;
        flusher->wanted -= flusher->wanted > 0;
        if (pfn == PFN_NONE)
            continue;
        if (flush->io.n == 0)
            flush->io.offset = offset;
        clean(kernel, pfn);
        io_add(&flush->io, &last, pfn, false);
    }
    return OK;
}

/* Start a request.  False: for now there is nothing to be written. */
static enum status start_next(struct linux_kernel *kernel, bool *started, struct error *err)
{
    struct linux_flusher *flusher = &kernel->flusher;
    const uint32_t file = next_file(kernel);
    bool put_off = false;
    *started = false;
    if (file == NO_FILE)
        return OK;
    struct linux_flush *flush = flush_get(kernel);
    if (!flush)
        return error_nomem(err);
    const enum status status = gather(flush, file, &put_off, err);
    *started = status == OK && (flush->io.n > 0 || !put_off);
    if (status == OK && flush->io.n > 0) {
        flusher->requests++;
        io_start(&flush->io);
    } else {
        flush->next = flusher->spare;
        flusher->spare = flush;
    }
    return status;
}

void linux_flusher_run(struct linux_kernel *kernel)
{
    struct linux_flusher *flusher = &kernel->flusher;
    struct error err;
    enum status status = OK;
    bool started = true;
    while (status == OK && started && flusher->requests < kernel->params->nr_requests)
        status = start_next(kernel, &started, &err);
    if (flusher->dirty == 0)
        flusher->wanted = 0;
    if (status != OK)
        pager_fail(kernel->pager, &err);
}

/* wb_workfn(): what is old enough, as long as anything is dirty. */
static void wake(struct event *event)
{
    struct linux_kernel *kernel = CONTAINER_OF(event, struct linux_kernel, flusher.wake);
    struct linux_flusher *flusher = &kernel->flusher;
    struct engine *engine = kernel->pager->storage.engine;
    const psec_t now = engine_now(engine), age = kernel->params->dirty_expire;
    if (now >= age) {
        flusher->before = now - age;
        flusher->kind = FLUSH_OLD;
    }
    linux_flusher_run(kernel);
    if (flusher->dirty > 0)
        engine_schedule(engine, event, now + kernel->params->dirty_writeback);
}

void linux_flush_all(struct linux_kernel *kernel)
{
    kernel->flusher.wanted = kernel->flusher.dirty;
    linux_flusher_run(kernel);
}

void linux_flusher_init(struct linux_kernel *kernel)
{
    /* Until it is known, a disk is taken to write 100 MiB a second. */
    const double pages = (double)((uint64_t)100 << 20 >> kernel->pager->mmu.page_shift);
    kernel->flusher = (struct linux_flusher){.file = NO_FILE, .bandwidth = pages};
    event_init(&kernel->flusher.wake, wake);
}

/* --- checks ------------------------------------------------------------------------------- */

const char *linux_flusher_check(const struct linux_kernel *kernel)
{
    const struct linux_flusher *flusher = &kernel->flusher;
    uint64_t dirty = 0;
    for (uint32_t i = 0; i < kernel->nfiles; i++) {
        const struct linux_dirty *file = &kernel->files[i].dirty;
        dirty += file->n + (file->nbatch - file->at);
    }
    if (dirty != flusher->dirty)
        return "dirty pages of files are not those that were counted";
    if (flusher->writing > kernel->pager->writes)
        return "the flusher has more pages under way than there are";
    return NULL;
}
