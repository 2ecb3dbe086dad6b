/* ftl.c -- see ftl.h.
 *
 * Why collecting ends: a collection gains at least one page if a closed block has at most
 * pages - 1 pages' worth of valid units.  A die takes no more units than leave such a
 * block, wherever they lie, while erased blocks are too few (limit), and among all dies
 * there is one that is below its limit. */
#include "swap/ftl.h"

#include <assert.h>
#include <stdlib.h>

#define NO_BLOCK UINT32_MAX

struct block {
    uint32_t valid; /* units                                                            */
    uint32_t next;  /* erased block after this one, or NO_BLOCK; OPEN, CLOSED           */
};
#define OPEN (NO_BLOCK - 1)
#define CLOSED (NO_BLOCK - 2)

struct die {
    uint32_t open;    /* block that is being written                                      */
    uint32_t page;    /* of it, the next one                                              */
    uint32_t fresh;   /* blocks from this one on were never written                       */
    uint32_t erased;  /* first erased block of those that were                            */
    uint32_t nerased; /* fresh ones included                                             */
    uint32_t valid;   /* units                                                           */
};

struct ftl {
    struct ftl_params params;
    uint32_t blocks, block_units, limit; /* of a die                                     */
    uint32_t next_die;
    struct die *dies;
    struct block *blocks_of; /* [die * blocks + block]                                   */
    uint32_t *where;         /* [logical unit] place, plus 1; 0: nowhere                 */
    uint32_t *unit_at;       /* [place] logical unit, plus 1; valid if where[] agrees    */
};

static uint64_t divide_up(uint64_t a, uint64_t b)
{
    return a / b + (a % b != 0);
}

uint64_t ftl_blocks(const struct ftl_params *params)
{
    const uint64_t page_units = params->page_units, pages = params->pages;
    const double wanted = (double)params->units * (1.0 + params->over_provisioning) /
                          ((double)params->dies * (double)(pages * page_units));
    const uint64_t provided = (uint64_t)wanted + ((double)(uint64_t)wanted < wanted);
    const uint64_t share = divide_up(params->units, params->dies);
    const uint64_t needed =
        divide_up(share + page_units, (pages - 1) * page_units) + params->erased_min;
    return provided > needed ? provided : needed;
}

enum status ftl_create(struct ftl **out, const struct ftl_params *params, struct error *err)
{
    struct ftl *ftl = calloc(1, sizeof *ftl);
    if (!ftl)
        return error_nomem(err);
    const uint64_t blocks = ftl_blocks(params);
    const uint32_t page_units = params->page_units;
    assert(params->dies * blocks * params->pages * page_units <= FTL_UNITS_MAX);
    ftl->params = *params;
    ftl->blocks = (uint32_t)blocks;
    ftl->block_units = params->pages * page_units;
    ftl->limit = (ftl->blocks - params->erased_min) * (params->pages - 1) * page_units;
    const size_t nblocks = (size_t)params->dies * ftl->blocks;
    ftl->dies = calloc(params->dies, sizeof *ftl->dies);
    ftl->blocks_of = calloc(nblocks, sizeof *ftl->blocks_of);
    ftl->where = calloc(params->units, sizeof *ftl->where);
    ftl->unit_at = calloc(nblocks * ftl->block_units, sizeof *ftl->unit_at);
    if (!ftl->dies || !ftl->blocks_of || !ftl->where || !ftl->unit_at) {
        ftl_free(ftl);
        return error_nomem(err);
    }
    for (uint32_t d = 0; d < params->dies; d++)
        ftl->dies[d] =
            (struct die){.open = NO_BLOCK, .erased = NO_BLOCK, .nerased = ftl->blocks};
    *out = ftl;
    return OK;
}

void ftl_free(struct ftl *ftl)
{
    if (!ftl)
        return;
    free(ftl->dies);
    free(ftl->blocks_of);
    free(ftl->where);
    free(ftl->unit_at);
    free(ftl);
}

uint32_t ftl_page(const struct ftl *ftl, uint64_t unit)
{
    assert(unit < ftl->params.units);
    const uint32_t place = ftl->where[unit];
    return place ? (place - 1) / ftl->params.page_units : FTL_NONE;
}

uint32_t ftl_die(const struct ftl *ftl, uint32_t page)
{
    return page / (ftl->blocks * ftl->params.pages);
}

void ftl_discard(struct ftl *ftl, uint64_t unit)
{
    assert(unit < ftl->params.units);
    if (!ftl->where[unit])
        return;
    const uint32_t block = (ftl->where[unit] - 1) / ftl->block_units;
    ftl->blocks_of[block].valid--;
    ftl->dies[block / ftl->blocks].valid--;
    ftl->where[unit] = 0;
}

/* --- writing --------------------------------------------------------------------------- */

static struct block *block_of(const struct ftl *ftl, uint32_t die, uint32_t block)
{
    return &ftl->blocks_of[(size_t)die * ftl->blocks + block];
}

static void open_block(struct ftl *ftl, uint32_t d)
{
    struct die *die = &ftl->dies[d];
    assert(die->nerased > 0);
    if (die->open != NO_BLOCK)
        block_of(ftl, d, die->open)->next = CLOSED;
    if (die->erased != NO_BLOCK) {
        die->open = die->erased;
        die->erased = block_of(ftl, d, die->open)->next;
    } else {
        die->open = die->fresh++;
    }
    die->nerased--;
    die->page = 0;
    block_of(ftl, d, die->open)->next = OPEN;
}

/* Put n units on the next page of the open block, which is not full. */
static void put(struct ftl *ftl, uint32_t d, const uint32_t *units, uint32_t n)
{
    struct die *die = &ftl->dies[d];
    const size_t first = ((size_t)d * ftl->blocks + die->open) * ftl->block_units +
                         (size_t)die->page * ftl->params.page_units;
    for (uint32_t i = 0; i < n; i++) {
        ftl->unit_at[first + i] = units[i] + 1;
        ftl->where[units[i]] = (uint32_t)(first + i + 1);
    }
    block_of(ftl, d, die->open)->valid += n;
    die->valid += n;
    die->page++;
}

/* The closed block with the fewest valid units. */
static uint32_t find_victim(const struct ftl *ftl, uint32_t d)
{
    uint32_t victim = NO_BLOCK, least = UINT32_MAX;
    for (uint32_t b = 0; b < ftl->dies[d].fresh; b++) {
        const struct block *block = block_of(ftl, d, b);
        if (block->next == CLOSED && block->valid < least) {
            victim = b;
            least = block->valid;
        }
    }
    assert(least <= ftl->block_units - ftl->params.page_units);
    return victim;
}

static void move(struct ftl *ftl, const uint32_t *units, uint32_t n, struct ftl_work *work)
{
    for (uint32_t i = 0; i < n; i++)
        ftl_discard(ftl, units[i]);
    if (ftl->dies[work->die].page == ftl->params.pages)
        open_block(ftl, work->die);
    put(ftl, work->die, units, n);
    work->programs++;
}

static void collect(struct ftl *ftl, struct ftl_work *work)
{
    struct die *die = &ftl->dies[work->die];
    const uint32_t page_units = ftl->params.page_units;
    const uint32_t victim = find_victim(ftl, work->die);
    const size_t first = ((size_t)work->die * ftl->blocks + victim) * ftl->block_units;
    uint32_t units[FTL_PAGE_UNITS_MAX], n = 0, last_read = FTL_NONE;
    for (uint32_t i = 0; i < ftl->block_units; i++) {
        const uint32_t unit = ftl->unit_at[first + i] - 1;
        if (unit == FTL_NONE || ftl->where[unit] != first + i + 1)
            continue;
        if (i / page_units != last_read)
            work->reads++;
        last_read = i / page_units;
        units[n++] = unit;
        if (n == page_units) {
            move(ftl, units, n, work);
            n = 0;
        }
    }
    if (n)
        move(ftl, units, n, work);
    struct block *block = block_of(ftl, work->die, victim);
    assert(block->valid == 0);
    block->next = die->erased;
    die->erased = victim;
    die->nerased++;
    work->erases++;
}

/* The next die in turn that may take n more units. */
static uint32_t choose_die(struct ftl *ftl, uint32_t n)
{
    uint32_t d = ftl->next_die;
    while (ftl->dies[d].valid + n > ftl->limit)
        d = d + 1 < ftl->params.dies ? d + 1 : 0;
    ftl->next_die = d + 1 < ftl->params.dies ? d + 1 : 0;
    return d;
}

struct ftl_work ftl_write(struct ftl *ftl, const uint32_t *units, uint32_t n)
{
    struct ftl_work work = {.die = choose_die(ftl, n)};
    struct die *die = &ftl->dies[work.die];
    while (die->open == NO_BLOCK || die->page == ftl->params.pages) {
        open_block(ftl, work.die);
        while (die->nerased < ftl->params.erased_min)
            collect(ftl, &work);
    }
    put(ftl, work.die, units, n);
    work.programs++;
    return work;
}
