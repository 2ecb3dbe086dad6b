/* swapcluster.c -- aligned clusters of slots, in lists by how full they are; see swaparea.h. */
#include "os/linux/swaparea.h"

#include <stdlib.h>

static void del(struct swaparea *area, uint32_t index)
{
    struct swapcluster *cluster = &area->clusters[index];
    const uint32_t list = cluster->list;
    if (cluster->next != SWAPCLUSTER_NIL)
        area->clusters[cluster->next].prev = cluster->prev;
    else
        area->tails[list] = cluster->prev;
    if (cluster->prev != SWAPCLUSTER_NIL)
        area->clusters[cluster->prev].next = cluster->next;
    else
        area->heads[list] = cluster->next;
    area->lengths[list]--;
}

static void add_tail(struct swaparea *area, uint32_t index, enum swapcluster_list list)
{
    struct swapcluster *cluster = &area->clusters[index];
    const uint32_t tail = area->tails[list];
    cluster->list = (uint8_t)list;
    cluster->next = SWAPCLUSTER_NIL;
    cluster->prev = tail;
    if (tail != SWAPCLUSTER_NIL)
        area->clusters[tail].next = index;
    else
        area->heads[list] = index;
    area->tails[list] = index;
    area->lengths[list]++;
}

static void move_tail(struct swaparea *area, uint32_t index, enum swapcluster_list list)
{
    del(area, index);
    add_tail(area, index, list);
}

static bool keeps_lists(const struct swaparea *area)
{
    return area->params.rule >= SWAPAREA_LISTS;
}

static enum swapcluster_list partly(const struct swaparea *area)
{
    return keeps_lists(area) ? SWAPCLUSTER_PARTLY : SWAPCLUSTER_NONE;
}

enum status swapcluster_init(struct swaparea *area, struct error *err)
{
    const uint32_t size = area->params.cluster, nslots = area->params.nslots;
    area->nclusters = nslots / size + (nslots % size != 0);
    area->clusters = calloc(area->nclusters, sizeof *area->clusters);
    area->cursors = calloc(area->params.ncpus, sizeof *area->cursors);
    if (!area->clusters || !area->cursors)
        return error_nomem(err);
    for (uint32_t list = 0; list < SWAPCLUSTER_LISTS; list++)
        area->heads[list] = area->tails[list] = SWAPCLUSTER_NIL;
    for (uint32_t cpu = 0; cpu < area->params.ncpus; cpu++)
        area->cursors[cpu] = (struct swapcursor){.cluster = SWAPCLUSTER_NIL, .scan = 1};
    area->clusters[0].count = 1; /* the header */
    if (nslots % size != 0)
        area->clusters[area->nclusters - 1].count += size - nslots % size;
    for (uint32_t i = 0; i < area->nclusters; i++)
        add_tail(area, i, area->clusters[i].count ? partly(area) : SWAPCLUSTER_FREE);
    return OK;
}

/* --- CLUSTERS -------------------------------------------------------------------------- */

/* A slot of the CPU's cluster or of the first free one; 0: there is none. */
static uint32_t find_in_cluster(struct swaparea *area, struct swapcursor *cursor)
{
    const uint32_t size = area->params.cluster;
    for (;;) {
        const uint32_t head = area->heads[SWAPCLUSTER_FREE];
        if (cursor->cluster == SWAPCLUSTER_NIL) {
            if (head == SWAPCLUSTER_NIL)
                return 0;
            cursor->cluster = head;
            cursor->next = head * size;
        }
        const uint32_t index = cursor->cluster;
        /* It may be free again, and then is not this CPU's unless it comes next. */
        const bool lost = area->clusters[index].list == SWAPCLUSTER_FREE && index != head;
        const uint32_t offset =
            lost ? 0 : swaparea_first_free(area, cursor->next, index * size + size - 1);
        if (offset > 0) {
            cursor->next = offset + 1;
            return offset;
        }
        cursor->cluster = SWAPCLUSTER_NIL;
    }
}

static uint32_t find_solid(struct swaparea *area, struct swapcursor *cursor)
{
    uint32_t offset = find_in_cluster(area, cursor);
    if (offset == 0) {
        const uint32_t from = cursor->scan > area->highest ? area->lowest : cursor->scan;
        offset = swaparea_first_free(area, from, area->highest);
        if (offset == 0)
            offset = swaparea_first_free(area, area->lowest, from - 1);
    }
    cursor->scan = offset + 1;
    return offset;
}

/* --- LISTS ----------------------------------------------------------------------------- */

/* A slot of the cluster of `from`, from there on; the cursor goes behind it, or nowhere when
 * the cluster is at its end or full. */
static uint32_t scan(const struct swaparea *area, uint32_t from, struct swapcursor *cursor)
{
    const uint32_t size = area->params.cluster, index = from / size;
    uint32_t last = area->params.nslots - 1;
    if (index < last / size)
        last = index * size + size - 1;
    const uint32_t offset = swaparea_first_free(area, from, last);
    const bool fills = area->clusters[index].count + 1 == size;
    cursor->next = offset > 0 && offset < last && !fills ? offset + 1 : 0;
    return offset;
}

/* Partly used clusters are fragmented ones once a CPU has come to them, and fragmented ones
 * are used in turn. */
static uint32_t find_listed(struct swaparea *area, struct swapcursor *cursor)
{
    static const enum swapcluster_list free_first[] = {SWAPCLUSTER_FREE, SWAPCLUSTER_PARTLY,
                                                       SWAPCLUSTER_FRAGMENTED},
                                       nonfull_first[] = {SWAPCLUSTER_PARTLY,
                                                          SWAPCLUSTER_FREE,
                                                          SWAPCLUSTER_FRAGMENTED};
    const enum swapcluster_list *order =
        area->params.rule == SWAPAREA_NONFULL ? nonfull_first : free_first;
    uint32_t offset = cursor->next > 0 ? scan(area, cursor->next, cursor) : 0;
    for (size_t i = 0; offset == 0 && i < ARRAY_LEN(free_first); i++) {
        const uint32_t head = area->heads[order[i]];
        if (head == SWAPCLUSTER_NIL)
            continue;
        if (order[i] == SWAPCLUSTER_PARTLY || order[i] == SWAPCLUSTER_FRAGMENTED)
            move_tail(area, head, SWAPCLUSTER_FRAGMENTED);
        offset = scan(area, head * area->params.cluster, cursor);
    }
    return offset;
}

bool swapcluster_has_cursor(const struct swaparea *area, uint32_t cpu)
{
    return keeps_lists(area) && area->cursors[cpu].next > 0;
}

void swapcluster_drop_cursor(struct swaparea *area, uint32_t cpu)
{
    if (keeps_lists(area))
        area->cursors[cpu].next = 0;
}

/* --- both ------------------------------------------------------------------------------ */

uint32_t swapcluster_find(struct swaparea *area, uint32_t cpu)
{
    struct swapcursor *cursor = &area->cursors[cpu];
    return keeps_lists(area) ? find_listed(area, cursor) : find_solid(area, cursor);
}

void swapcluster_took(struct swaparea *area, uint32_t offset)
{
    const uint32_t index = offset / area->params.cluster;
    struct swapcluster *cluster = &area->clusters[index];
    cluster->count++;
    if (cluster->list == SWAPCLUSTER_FREE)
        move_tail(area, index, partly(area));
    if (keeps_lists(area) && cluster->count == area->params.cluster)
        move_tail(area, index, SWAPCLUSTER_FULL);
    else if (area->params.rule == SWAPAREA_NONFULL &&
             cluster->list != SWAPCLUSTER_FRAGMENTED) /* relocate_cluster() */
        move_tail(area, index, SWAPCLUSTER_FRAGMENTED);
}

void swapcluster_gave(struct swaparea *area, uint32_t offset)
{
    const uint32_t index = offset / area->params.cluster;
    struct swapcluster *cluster = &area->clusters[index];
    cluster->count--;
    if (cluster->count == 0)
        move_tail(area, index, SWAPCLUSTER_FREE);
    else if (cluster->list != partly(area))
        move_tail(area, index, partly(area));
}

static const char *check_count(const struct swaparea *area, uint32_t index)
{
    const uint32_t size = area->params.cluster;
    const struct swapcluster *cluster = &area->clusters[index];
    uint32_t count = 0;
    for (uint32_t i = 0; i < size; i++) {
        const uint64_t offset = (uint64_t)index * size + i;
        count += offset >= area->params.nslots || area->map[offset] != 0;
    }
    if (count != cluster->count)
        return "the count of a swap cluster is not that of its slots";
    if ((count == 0) != (cluster->list == SWAPCLUSTER_FREE))
        return "a swap cluster is in the list of free ones and is not, or the reverse";
    if (keeps_lists(area) && (count == size) != (cluster->list == SWAPCLUSTER_FULL))
        return "a swap cluster is in the list of full ones and is not, or the reverse";
    return NULL;
}

const char *swapcluster_check(const struct swaparea *area)
{
    uint32_t total = 0;
    for (uint32_t list = 0; list < SWAPCLUSTER_LISTS; list++) {
        uint32_t n = 0, prev = SWAPCLUSTER_NIL;
        for (uint32_t i = area->heads[list]; i != SWAPCLUSTER_NIL && n <= area->nclusters;
             i = area->clusters[i].next) {
            if (area->clusters[i].list != list || area->clusters[i].prev != prev)
                return "a swap cluster is out of place in its list";
            const char *problem = check_count(area, i);
            if (problem)
                return problem;
            prev = i;
            n++;
        }
        if (n != area->lengths[list] || prev != area->tails[list])
            return "a list of swap clusters is not as long as it is counted";
        total += n;
    }
    return total == area->nclusters ? NULL : "a swap cluster is in no list";
}
