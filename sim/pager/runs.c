/* runs.c -- see runs.h. */
#include "pager/runs.h"

#include <assert.h>
#include <stdlib.h>
#include <sys/mman.h>

enum { SIZES_MAX = MMU_SIZES_MAX - 1 };

struct run_size {
    pfn_t n;      /* frames of a run                                                     */
    pfn_t *free;  /* [run]: of its frames, those on the free list                         */
    pfn_t lowest; /* no run before this one is free                                       */
};

struct frame_runs {
    struct run_size sizes[SIZES_MAX];
    unsigned nsizes;
    pfn_t *back; /* [frame]: on the free list, the one before it, or PFN_NONE          */
    bool *referenced; /* [frame]                                                          */
    size_t bytes;     /* reserved for both                                                */
};

/* --- life ------------------------------------------------------------------------------- */

/* Reserve the arrays as the core map's are: only what is used of them takes memory. */
static enum status create(struct pager *pager, struct error *err)
{
    struct frame_runs *runs = calloc(1, sizeof *runs);
    if (!runs)
        return error_nomem(err);
    const size_t bytes = pager->nframes * (sizeof *runs->back + sizeof *runs->referenced);
    void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED) {
        free(runs);
        return error_nomem(err);
    }
    runs->bytes = bytes;
    runs->back = memory;
    runs->referenced = (bool *)(runs->back + pager->nframes);
    pfn_t back = PFN_NONE;
    for (pfn_t pfn = pager->free_list; pfn != PFN_NONE; pfn = pager->frames[pfn].link) {
        runs->back[pfn] = back;
        back = pfn;
    }
    pager->runs = runs;
    return OK;
}

enum status runs_begin(struct pager *pager, struct error *err)
{
    return pager->runs ? OK : create(pager, err);
}

void runs_free(struct frame_runs *runs)
{
    if (!runs)
        return;
    for (unsigned i = 0; i < runs->nsizes; i++)
        free(runs->sizes[i].free);
    munmap(runs->back, runs->bytes);
    free(runs);
}

static struct run_size *find(const struct frame_runs *runs, pfn_t n)
{
    for (unsigned i = 0; runs && i < runs->nsizes; i++)
        if (runs->sizes[i].n == n)
            return (struct run_size *)&runs->sizes[i];
    return NULL;
}

enum status runs_want(struct pager *pager, pfn_t n, struct error *err)
{
    if (find(pager->runs, n))
        return OK;
    if (runs_begin(pager, err) != OK)
        return ERR_NOMEM;
    assert(pager->runs->nsizes < SIZES_MAX);
    struct run_size size = {.n = n};
    size.free = calloc(pager->nframes / n + (size_t)1, sizeof *size.free);
    if (!size.free)
        return error_nomem(err);
    for (pfn_t pfn = pager->free_list; pfn != PFN_NONE; pfn = pager->frames[pfn].link)
        size.free[pfn / n]++;
    pager->runs->sizes[pager->runs->nsizes++] = size;
    return OK;
}

/* --- runs ------------------------------------------------------------------------------- */

/* The run's frames that have been used. */
static pfn_t used_frames(const struct pager *pager, pfn_t n, pfn_t run)
{
    const pfn_t first = run * n;
    if (pager->nused <= first)
        return 0;
    return pager->nused - first < n ? pager->nused - first : n;
}

pfn_t runs_lowest(struct pager *pager, pfn_t n)
{
    struct run_size *size = find(pager->runs, n);
    const pfn_t nruns = pager->nframes / n;
    while (size->lowest < nruns &&
           size->free[size->lowest] < used_frames(pager, n, size->lowest))
        size->lowest++;
    return size->lowest < nruns ? size->lowest * n : PFN_NONE;
}

void runs_added(struct pager *pager, pfn_t pfn)
{
    struct frame_runs *runs = pager->runs;
    if (!runs)
        return;
    const pfn_t next = pager->frames[pfn].link;
    runs->back[pfn] = PFN_NONE;
    if (next != PFN_NONE)
        runs->back[next] = pfn;
    runs->referenced[pfn] = false;
    for (unsigned i = 0; i < runs->nsizes; i++) {
        struct run_size *size = &runs->sizes[i];
        const pfn_t run = pfn / size->n;
        size->free[run]++;
        if (run < size->lowest && size->free[run] == used_frames(pager, size->n, run))
            size->lowest = run;
    }
}

void runs_remove(struct pager *pager, pfn_t pfn)
{
    struct frame_runs *runs = pager->runs;
    const pfn_t back = runs->back[pfn], next = pager->frames[pfn].link;
    if (back == PFN_NONE)
        pager->free_list = next;
    else
        pager->frames[back].link = next;
    if (next != PFN_NONE)
        runs->back[next] = back;
    for (unsigned i = 0; i < runs->nsizes; i++)
        runs->sizes[i].free[pfn / runs->sizes[i].n]--;
}

/* --- referenced bits -------------------------------------------------------------------- */

bool runs_referenced(const struct pager *pager, pfn_t pfn)
{
    return pager->runs && pager->runs->referenced[pfn];
}

void runs_set_referenced(struct pager *pager, pfn_t pfn, bool referenced)
{
    if (pager->runs)
        pager->runs->referenced[pfn] = referenced;
}

/* --- checking --------------------------------------------------------------------------- */

static const char *check_size(const struct pager *pager, const struct run_size *size)
{
    pfn_t free_frames = 0;
    for (pfn_t pfn = 0; pfn < pager->nused; pfn++) {
        const pfn_t run = pfn / size->n;
        free_frames += pager->frames[pfn].state == FRAME_FREE;
        if (pfn + 1 < pager->nused && (pfn + 1) % size->n != 0)
            continue;
        if (size->free[run] != free_frames)
            return "a run has other free frames than were counted";
        if (run < size->lowest && free_frames == used_frames(pager, size->n, run))
            return "a run is free before the one that passes for the first";
        free_frames = 0;
    }
    return NULL;
}

const char *runs_check(const struct pager *pager)
{
    const struct frame_runs *runs = pager->runs;
    const char *wrong = NULL;
    if (!runs)
        return NULL;
    pfn_t back = PFN_NONE;
    for (pfn_t pfn = pager->free_list; pfn != PFN_NONE; pfn = pager->frames[pfn].link) {
        if (runs->back[pfn] != back)
            return "the free list is not the same both ways";
        back = pfn;
    }
    for (unsigned i = 0; i < runs->nsizes && !wrong; i++)
        wrong = check_size(pager, &runs->sizes[i]);
    return wrong;
}
