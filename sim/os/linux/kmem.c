/* kmem.c -- what a memory cgroup is charged with beside its processes' pages: their page
 * tables, and the nodes of the trees that hold what is in the page cache (XA_FLAGS_ACCOUNT).  A
 * node stays while it holds pages or shadow entries.
 *
 * 6.12 lib/xarray.c xas_create(), mm/memcontrol.c obj_cgroup_charge(), mm/memory.c
 * __pte_alloc(); size of an object as in /sys/kernel/slab/radix_tree_node on 6.18, and a pointer to the group. */
#include "os/linux/linux.h"

#include <stdlib.h>
#include <string.h>

enum { XA_CHUNK_SHIFT = 6, NODE_BYTES = 584 + 8, LEVELS = 7 };

/* Of the page that a process's areas and the like are charged with when it enters the group,
 * which is beside the limit here, so many bytes are in use; objects of the page cache get the
 * rest first.  Anything below 2,990 gives the counts of 6.18. */
enum { ENTRY_BYTES = 1024 };

/* Levels of the file's tree once it holds the page. */
static enum status height(struct linux_kernel *kernel, uint32_t file, uint64_t page,
                          unsigned *out, struct error *err)
{
    unsigned levels = 0;
    while (levels < LEVELS && page >> XA_CHUNK_SHIFT * levels)
        levels++;
    while (kernel->group.nfiles <= file) {
        const uint32_t n = 2 * file + 8;
        uint8_t *heights = realloc(kernel->group.heights, n);
        if (!heights)
            return error_nomem(err);
        memset(heights + kernel->group.nfiles, 0, n - kernel->group.nfiles);
        kernel->group.heights = heights;
        kernel->group.nfiles = n;
    }
    if (kernel->group.heights[file] < levels)
        kernel->group.heights[file] = (uint8_t)levels;
    *out = kernel->group.heights[file];
    return OK;
}

static uint64_t page_bytes(const struct linux_kernel *kernel)
{
    return (uint64_t)1 << kernel->pager->mmu.page_shift;
}

/* Bytes that the first node finds charged already. */
static uint64_t entry_stock(const struct linux_kernel *kernel)
{
    return page_bytes(kernel) > ENTRY_BYTES ? page_bytes(kernel) - ENTRY_BYTES : 0;
}

/* obj_cgroup_charge() of a node. */
static enum status charge(struct linux_kernel *kernel, struct error *err)
{
    bool charged;
    if (kernel->group.nodes.used == 1)
        kernel->group.object_stock = entry_stock(kernel);
    while (kernel->group.object_stock < NODE_BYTES) {
        const enum status status = linux_charge(kernel, NULL, 1, &charged, err);
        if (status != OK)
            return status;
        kernel->group.kernel_pages++;
        kernel->group.object_stock += page_bytes(kernel);
        linux_stats(kernel, 1);
    }
    kernel->group.object_stock -= NODE_BYTES;
    return OK;
}

enum status linux_charge_nodes(struct linux_kernel *kernel, uint32_t file, uint64_t page,
                               unsigned order, struct error *err)
{
    const uint64_t within = (UINT64_C(1) << order) - 1;
    const bool alone = page == 0 && order > 0; /* it needs a node all the same: xas_max() */
    unsigned levels = 0;
    enum status status = height(kernel, file, page + within + alone, &levels, err);
    for (unsigned level = order / XA_CHUNK_SHIFT; level < levels && status == OK; level++) {
        const uint64_t node = page >> XA_CHUNK_SHIFT * (level + 1);
        const uint64_t key = (uint64_t)file << 40 | (uint64_t)level << 36 | node;
        const size_t before = kernel->group.nodes.used;
        if (map_get_or_add(&kernel->group.nodes, key, 0, err) == MAP_ABSENT)
            return ERR_NOMEM;
        if (kernel->group.nodes.used > before)
            status = charge(kernel, err);
    }
    return status;
}

/* __pte_alloc(): a page table of the last level, of 512 entries. */
enum status linux_charge_table(struct linux_kernel *kernel, struct fault *fault,
                               const struct region *region, struct error *err)
{
    enum { PTE_SHIFT = 9, STATS_TABLE = 2 };
    const struct page_index *index = kernel->pager->mmu.index;
    const uint32_t tables = kernel->params->cgroup_tables;
    const uint64_t table = index->vpns[fault->page] >> PTE_SHIFT;
    const vpn_t first = table << PTE_SHIFT, last = first | ((1 << PTE_SHIFT) - 1);
    /* A table that is not all of the mapping's has been there for its neighbours. */
    const bool own =
        region->backing == BACKING_FILE && region->first <= first && last <= region->last;
    if (tables == LINUX_TABLES_NONE || (tables == LINUX_TABLES_FILES && !own))
        return OK;
    const uint64_t key = (uint64_t)index->space_of[fault->page] << 40 | table;
    const size_t before = kernel->group.tables.used;
    if (map_get_or_add(&kernel->group.tables, key, 0, err) == MAP_ABSENT)
        return ERR_NOMEM;
    if (kernel->group.tables.used == before)
        return OK;
    bool charged;
    const enum status status = linux_charge(kernel, NULL, 1, &charged, err);
    kernel->group.kernel_pages += status == OK;
    linux_stats(kernel, STATS_TABLE);
    return status;
}

const char *linux_kmem_check(const struct linux_kernel *kernel)
{
    const struct linux_group *group = &kernel->group;
    const uint64_t charged = group->kernel_pages * page_bytes(kernel) +
                             (group->nodes.used > 0 ? entry_stock(kernel) : 0);
    const uint64_t kept = group->tables.used * page_bytes(kernel) +
                          group->nodes.used * NODE_BYTES + group->object_stock;
    return charged == kept ? NULL : "the cgroup is charged for what the kernel has not";
}
