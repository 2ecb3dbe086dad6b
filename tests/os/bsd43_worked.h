/* bsd43_worked.h -- programs of a few references whose every step is written down: a row
 * for each event after which something of the kernel's differs from before.
 *
 * The machine is that of bsd43_rig.h, whose page is a cluster of 8 hw pages, with times that
 * are easily added up: a reference takes 1 ms, a transfer 10 ms, all else nothing.  References
 * to one place in a row are made in steps of up to 256, in which nobody sees what happens
 * meanwhile.
 *
 * A row says what there is afterwards:
 *
 *     frames   those that have changed: "2=a:D4 vm" is frame 2 with page 4 of the data of
 *              process a, valid and modified; see worked_frame()
 *     list     all of the free list from head to tail; "*" stands for the frames that were
 *              never used, the lowest first
 *     sets     resident sets in hw pages, of processes (a, b, by space) and texts (x0), and
 *              what else there is to say of them; see worked_sets()
 *     counts   what has been added to the counters since the row before, and where the
 *              hands are if they have moved                                             */
#ifndef FAULTLINE_TESTS_OS_BSD43_WORKED_H
#define FAULTLINE_TESTS_OS_BSD43_WORKED_H

#include "os/bsd43_rig.h"

#include "stats/gauges.h"

enum { WORKED_ROWS = 120, WORKED_FRAMES = 64, WORKED_TEXT = 256 };

struct worked_row {
    unsigned ms;
    int freemem; /* hw pages */
    const char *frames, *list, *sets, *counts;
};

/* A row that was seen. */
struct worked_seen {
    psec_t now;
    int freemem;
    char frames[WORKED_TEXT], list[WORKED_TEXT], sets[WORKED_TEXT], counts[WORKED_TEXT];
};

static struct worked {
    struct worked_seen rows[WORKED_ROWS];
    size_t n;
    /* As it was in the last row. */
    char frames[WORKED_FRAMES][32];
    uint64_t counts[BSD43_NCOUNTERS];
    pfn_t front, back;
} worked;

static const char *const worked_counters[BSD43_NCOUNTERS] = {
    [BSD43_PSWPIN] = "pswpin",       [BSD43_PSWPOUT] = "pswpout",
    [BSD43_PGIN] = "pgin",           [BSD43_PGOUT] = "pgout",
    [BSD43_PGPGIN] = "pgpgin",       [BSD43_PGPGOUT] = "pgpgout",
    [BSD43_INTRANS] = "intrans",     [BSD43_PGREC] = "pgrec",
    [BSD43_XSFREC] = "xsfrec",       [BSD43_XIFREC] = "xifrec",
    [BSD43_EXFOD] = "exfod",         [BSD43_ZFOD] = "zfod",
    [BSD43_NEXFOD] = "nexfod",       [BSD43_NZFOD] = "nzfod",
    [BSD43_PGFREC] = "pgfrec",       [BSD43_FAULTS] = "faults",
    [BSD43_SCAN] = "scan",           [BSD43_REV] = "rev",
    [BSD43_SEQFREE] = "seqfree",     [BSD43_DFREE] = "dfree",
    [BSD43_FASTPGREC] = "fastpgrec", [BSD43_SWPIN] = "swpin",
    [BSD43_SWPOUT] = "swpout",
};

static inline void worked_say(char text[WORKED_TEXT], const char *format, ...)
{
    const size_t used = strlen(text);
    va_list args;
    va_start(args, format);
    const int n = vsnprintf(text + used, WORKED_TEXT - used, format, args);
    va_end(args);
    ck_assert(n >= 0 && used + (size_t)n < WORKED_TEXT);
}

/* --- the core map ----------------------------------------------------------------------- */

/* v valid, m modified, t in transit, L locked, g gone, F or S hashed by the block of its
 * file or of swap, - not in the resident set. */
static inline void worked_flags(const struct bsd43 *kernel, pfn_t pfn, char *text)
{
    const struct pager *pager = kernel->pager;
    const struct bsd43_cmap *c = bsd43_cmap(kernel, pfn);
    const page_t page = pager->frames[pfn].page;
    *text++ = ' ';
    if (page != PAGE_NONE && pager->mmu.bits[page] & (PAGE_VALID | PAGE_WATCHED))
        *text++ = 'v';
    if (frame_dirty(pager, pfn))
        *text++ = 'm';
    if (pager->frames[pfn].state == FRAME_FILLING)
        *text++ = 't';
    if (c->push)
        *text++ = 'L';
    if (c->gone)
        *text++ = 'g';
    if (c->hash != BSD43_UNHASHED)
        *text++ = c->hash == BSD43_BY_FILE ? 'F' : 'S';
    if (!c->counted)
        *text++ = '-';
    if (text[-1] == ' ')
        text--;
    *text = '\0';
}

/* "-" a frame that holds nothing, "u" one of a u-area or page table, else what it holds:
 * text ("x0:2" is page 2 of text 0), data, or stack, whose pages count from its top. */
static inline void worked_frame(const struct bsd43 *kernel, pfn_t pfn, char text[32])
{
    const struct pager *pager = kernel->pager;
    const struct frame *frame = &pager->frames[pfn];
    const struct bsd43_cmap *c = bsd43_cmap(kernel, pfn);
    if (frame->content == CONTENT_NONE) {
        strcpy(text, frame->state == FRAME_WIRED ? "u" : "-");
        return;
    }
    const struct content *content = &pager->contents.all[frame->content];
    int n;
    if (c->type == BSD43_CTEXT) {
        n = sprintf(text, "x%u:%" PRIu64, c->ndx,
                    content->file_page - kernel->texts[c->ndx].file_page);
    } else if (!kernel->processes[c->ndx] || content->page == PAGE_NONE) {
        n = sprintf(text, "?");
    } else {
        const vpn_t vpn = pager->mmu.index->vpns[content->page];
        const struct bsd43_segment *segment =
            bsd43_segment_find(kernel->processes[c->ndx], vpn);
        n = sprintf(text, "%c:%c%u", 'a' + (int)c->ndx, c->type == BSD43_CDATA ? 'D' : 'S',
                    bsd43_cluster(segment, vpn));
    }
    worked_flags(kernel, pfn, text + n);
}

static inline void worked_frames(const struct bsd43 *kernel, char text[WORKED_TEXT])
{
    for (pfn_t pfn = 0; pfn < kernel->pager->nused; pfn++) {
        char frame[32];
        worked_frame(kernel, pfn, frame);
        if (strcmp(frame, worked.frames[pfn]) == 0)
            continue;
        strcpy(worked.frames[pfn], frame);
        worked_say(text, "%s%u=%s", *text ? ", " : "", pfn, frame);
    }
}

static inline void worked_list(const struct bsd43 *kernel, char text[WORKED_TEXT])
{
    for (uint32_t at = kernel->cmap[BSD43_CMHEAD].next; at != BSD43_CMHEAD;
         at = kernel->cmap[at].next) {
        if (at == BSD43_UNUSED)
            worked_say(text, "%s*", *text ? " " : "");
        else
            worked_say(text, "%s%u", *text ? " " : "", at - BSD43_FIRST);
    }
}

/* --- resident sets and counters --------------------------------------------------------- */

/* " out": the process has been swapped out; " gate": it waits for memory; " keep": it forks;
 * " +1": so many pages of it are being pushed. */
static inline void worked_sets(const struct bsd43 *kernel, char text[WORKED_TEXT])
{
    for (uint32_t i = 0; i < kernel->nprocesses; i++) {
        const struct bsd43_process *process = kernel->processes[i];
        if (!process)
            continue;
        worked_say(text, "%s%c%d", *text ? ", " : "", 'a' + (int)i, process->p.rssize);
        if (!(process->p.flags & BSD43_SLOAD))
            worked_say(text, process->p.flags & BSD43_SLOCK ? " going" : " out");
        if (process->at_gate)
            worked_say(text, " gate");
        if (process->p.flags & BSD43_SKEEP)
            worked_say(text, " keep");
        if (process->p.poip)
            worked_say(text, " +%u", process->p.poip);
    }
    for (uint32_t i = 0; i < kernel->ntexts; i++) {
        const struct bsd43_xtext *xtext = &kernel->texts[i];
        if (!xtext->used)
            continue;
        worked_say(text, "%sx%u %d", *text ? ", " : "", i, xtext->x.rssize);
        if (xtext->x.poip)
            worked_say(text, " +%u", xtext->x.poip);
    }
}

static inline void worked_hand(const char *name, pfn_t now, pfn_t *before,
                               char text[WORKED_TEXT])
{
    if (now == *before)
        return;
    *before = now;
    worked_say(text, "%s%s ", *text ? " " : "", name);
    worked_say(text, now == PFN_NONE ? "-" : "%u", now);
}

static inline void worked_counts(const struct bsd43 *kernel, char text[WORKED_TEXT])
{
    for (int i = 0; i < BSD43_NCOUNTERS; i++) {
        const uint64_t now = bsd43_counted(&kernel->meter, (enum bsd43_counter)i);
        if (worked_counters[i] && now != worked.counts[i])
            worked_say(text, "%s%s %" PRIu64, *text ? " " : "", worked_counters[i],
                       now - worked.counts[i]);
        worked.counts[i] = now;
    }
    struct gauges gauges = {.front = PFN_NONE, .back = PFN_NONE};
    bsd43_sample(kernel, kernel->pager, NULL, &gauges);
    worked_hand("front", (pfn_t)gauges.front, &worked.front, text);
    worked_hand("back", (pfn_t)gauges.back, &worked.back, text);
}

/* --- rows ------------------------------------------------------------------------------- */

/* After each event: a row if it differs. */
static inline bool worked_look(void *context, uint64_t references)
{
    const struct bsd43 *kernel = rig.sim->pager.kernel_state;
    struct worked_seen seen = {.now = engine_now(rig.sim->engine),
                               .freemem = bsd43_freemem(kernel)};
    (void)context;
    (void)references;
    rig.sim->turns = UINT64_MAX; /* the next event is looked at, too */
    worked_frames(kernel, seen.frames);
    worked_list(kernel, seen.list);
    worked_sets(kernel, seen.sets);
    worked_counts(kernel, seen.counts);
    const struct worked_seen *last = &worked.rows[worked.n ? worked.n - 1 : 0];
    if (worked.n && !*seen.frames && !*seen.counts && strcmp(seen.list, last->list) == 0 &&
        strcmp(seen.sets, last->sets) == 0)
        return true;
    ck_assert_uint_lt(worked.n, WORKED_ROWS);
    worked.rows[worked.n++] = seen;
    return true;
}

static inline void worked_setup(void)
{
    rig43_setup();
    rig.params.cost_switch = 0;
    rig.params.quantum = 1000000 * MS;
    rig.params.pager.cost_reference = MS;
    rig.params.pager.cost_fault = 0;
    rig.params.pager.cost_page_copy = 0;
    rig.params.pager.cost_page_zero = 0;
    rig_device("latency", "10 ms");
    rig_frames(16);
    rig43.watch = worked_look;
    worked = (struct worked){.front = PFN_NONE, .back = PFN_NONE};
}

static inline void worked_differs(const struct worked_row *row, size_t i)
{
    const struct worked_seen *seen = &worked.rows[i];
    ck_abort_msg("row %zu is {%llu.%03llu, %d, \"%s\", \"%s\", \"%s\", \"%s\"}\n"
                 "          and not {%u, %d, \"%s\", \"%s\", \"%s\", \"%s\"}",
                 i, (unsigned long long)(seen->now / MS),
                 (unsigned long long)(seen->now % MS / US), seen->freemem, seen->frames,
                 seen->list, seen->sets, seen->counts, row->ms, row->freemem, row->frames,
                 row->list, row->sets, row->counts);
}

/* Run what has been put together; these rows are what happens. */
static inline void worked_run(const struct worked_row *rows, size_t n)
{
    rig43_run();
    for (size_t i = 0; i < n && i < worked.n; i++) {
        const struct worked_seen *seen = &worked.rows[i];
        if (seen->now != rows[i].ms * MS || seen->freemem != rows[i].freemem ||
            strcmp(seen->frames, rows[i].frames) != 0 ||
            strcmp(seen->list, rows[i].list) != 0 ||
            strcmp(seen->sets, rows[i].sets) != 0 ||
            strcmp(seen->counts, rows[i].counts) != 0)
            worked_differs(&rows[i], i);
    }
    ck_assert_uint_eq(worked.n, n);
}

#define WORKED(rows) worked_run((rows), ARRAY_LEN(rows))

#endif
