/* swaparea.c -- see swaparea.h. */
#include "os/linux/swaparea.h"

#include "os/linux/version.h"

#include <assert.h>
#include <stdlib.h>

enum swaparea_rule swaparea_rule_of(uint32_t version, bool rotational)
{
    if (version < LINUX_VERSION(2, 6, 0))
        return SWAPAREA_RUNS_24;
    if (version < LINUX_VERSION(rotational ? 6 : 3, rotational ? 14 : 12, 0))
        return SWAPAREA_RUNS;
    if (version < LINUX_VERSION(6, 12, 0))
        return SWAPAREA_CLUSTERS;
    return version < LINUX_VERSION(6, 18, 0) ? SWAPAREA_LISTS : SWAPAREA_NONFULL;
}

static bool has_clusters(const struct swaparea *area)
{
    return area->params.rule >= SWAPAREA_CLUSTERS;
}

enum status swaparea_init(struct swaparea *area, const struct swaparea_params *params,
                          uint32_t header, struct error *err)
{
    assert(params->nslots >= 2 && header != 0);
    *area = (struct swaparea){
        .params = *params, .lowest = 1, .highest = params->nslots - 1, .next = 1};
    area->map = calloc(params->nslots, sizeof *area->map);
    if (!area->map)
        return error_nomem(err);
    enum status status = OK;
    if (has_clusters(area))
        status = swapcluster_init(area, err);
    if (status != OK)
        swaparea_release(area);
    else
        area->map[0] = header;
    return status;
}

void swaparea_release(struct swaparea *area)
{
    free(area->map);
    free(area->clusters);
    free(area->cursors);
    *area = (struct swaparea){0};
}

uint32_t swaparea_first_free(const struct swaparea *area, uint32_t from, uint32_t to)
{
    for (uint32_t offset = from; offset <= to; offset++)
        if (area->map[offset] == 0)
            return offset;
    return 0;
}

/* The first of so many free slots behind one another, wherever they begin; or 0. */
static uint32_t free_run(const struct swaparea *area)
{
    uint32_t length = 0;
    for (uint32_t offset = area->lowest; offset <= area->highest; offset++) {
        length = area->map[offset] == 0 ? length + 1 : 0;
        if (length == area->params.cluster)
            return offset - (length - 1);
    }
    return 0;
}

static uint32_t find_24(struct swaparea *area)
{
    if (area->left > 0) {
        const uint32_t offset = swaparea_first_free(area, area->next, area->highest);
        if (offset > 0) {
            area->left--;
            return offset;
        }
    }
    area->left = area->params.cluster; /* beside the one that is taken now */
    const uint32_t run = free_run(area);
    return run ? run : swaparea_first_free(area, area->lowest, area->highest);
}

static uint32_t find(struct swaparea *area)
{
    uint32_t from = area->next;
    if (area->left == 0) {
        area->left = area->params.cluster;
        if (area->params.nslots - 1 - area->nused >= area->params.cluster) {
            const uint32_t run = free_run(area);
            from = run ? run : area->lowest;
        }
    }
    area->left--;
    const uint32_t offset = swaparea_first_free(area, from, area->highest);
    return offset ? offset : swaparea_first_free(area, area->lowest, from - 1);
}

static void took(struct swaparea *area, uint32_t offset, uint32_t mark)
{
    area->map[offset] = mark;
    area->nused++;
    area->next = offset + 1;
    if (area->lowest == offset)
        area->lowest++;
    if (area->highest == offset)
        area->highest--;
    if (area->nused == area->params.nslots - 1) {
        area->lowest = area->params.nslots;
        area->highest = 0;
    }
    if (has_clusters(area))
        swapcluster_took(area, offset);
}

uint32_t swaparea_take(struct swaparea *area, uint32_t cpu, uint32_t mark)
{
    assert(mark != 0);
    if (area->highest == 0)
        return 0;
    const uint32_t offset = has_clusters(area) ? swapcluster_find(area, cpu)
                            : area->params.rule == SWAPAREA_RUNS_24 ? find_24(area)
                                                                    : find(area);
    if (offset > 0)
        took(area, offset, mark);
    return offset;
}

void swaparea_give(struct swaparea *area, uint32_t offset)
{
    assert(offset > 0 && offset < area->params.nslots && area->map[offset] != 0);
    area->map[offset] = 0;
    area->nused--;
    if (offset < area->lowest)
        area->lowest = offset;
    if (offset > area->highest)
        area->highest = offset;
    if (has_clusters(area))
        swapcluster_gave(area, offset);
}

const char *swaparea_check(const struct swaparea *area)
{
    uint32_t nused = 0;
    for (uint32_t offset = 1; offset < area->params.nslots; offset++) {
        nused += area->map[offset] != 0;
        if (area->map[offset] == 0 && (offset < area->lowest || offset > area->highest))
            return "a free slot is outside the part of the swap area that has free ones";
    }
    if (nused != area->nused)
        return "the used slots of a swap area are not those of its map";
    return has_clusters(area) ? swapcluster_check(area) : NULL;
}
