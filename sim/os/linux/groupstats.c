/* groupstats.c -- how many statistics of the memory cgroup change when something becomes of a
 * page: by so much flushes come nearer.
 *
 * 6.1, 6.12 and 6.14 mm/memcontrol.c memcg_vm_event_stat[], memcg_node_stat_items[],
 * uncharge_batch(), __mem_cgroup_uncharge_swap(); mm/memcontrol-v1.c; mm/swap_state.c;
 * mm/page_io.c; measured on 6.18, cgroups of version 1. */
#include "os/linux/linux.h"

/* pgpgin and pgpgout, since 6.11 a matter of CONFIG_MEMCG_V1. */
static bool counts_charges(const struct linux_kernel *kernel)
{
    return kernel->version < LINUX_VERSION(6, 11, 0) ||
           kernel->params->cgroup_version != LINUX_CGROUP_2_ONLY;
}

/* pswpin and pswpout */
static bool counts_swap(const struct linux_kernel *kernel)
{
    return kernel->version >= LINUX_VERSION(6, 14, 0);
}

/* do_memsw_account(): memory and swap space are charged together, and what is in memory again
 * uses no swap space, even while it keeps its slot. */
static bool charges_together(const struct linux_kernel *kernel)
{
    return kernel->params->cgroup_version == LINUX_CGROUP_1;
}

/* Before 6.5 pgfault is counted when a fault begins or is taken up again, later when it is
 * over. */
static bool counts_first(const struct linux_kernel *kernel)
{
    return kernel->version < LINUX_VERSION(6, 5, 0);
}

/* The statistics beside those of the lists and of refaults. */
static unsigned changes(const struct linux_kernel *kernel, enum linux_event event)
{
    const unsigned charge = counts_charges(kernel), swap = counts_swap(kernel);
    const unsigned first = counts_first(kernel);
    switch (event) {
    case LINUX_FAULT: /* pgfault */
        return first;
    case LINUX_FOUND_MAPPED: /* pgfault */
        return 1 - first;
    case LINUX_DIRTIED: /* file_dirty */
    case LINUX_FLUSHED: /* file_writeback */
        return 1;
    case LINUX_FOUND: /* pgfault, file_mapped or anon_mapped */
        return 2 - first;
    case LINUX_FLUSH: /* file_dirty, file_writeback */
        return 2;
    case LINUX_FIRST_TOUCH: /* pgfault, anon_mapped */
        return 2 - first + charge;
    case LINUX_SWAP_IN: /* pgfault, pgmajfault, anon_mapped; swap */
        return 3 - first + charge + swap + (charges_together(kernel) || !kernel->slots);
    case LINUX_SWAP_AHEAD: /* swapcached; swap */
        return 1 + charge + swap + charges_together(kernel);
    case LINUX_SWAP_OUT: /* swapcached, writeback, both up and down; anon_mapped, swap;
                          * pgpgout too where it counts singly */
        return 6 + swap + charges_together(kernel);
    case LINUX_FILE_IN: /* pgfault, pgmajfault, file, file_mapped */
        return 4 - first + charge;
    default: /* LINUX_LAZY_FREED: anon_mapped and pglazyfreed */
        return 2;
    }
}

void linux_count_event(struct linux_kernel *kernel, enum linux_event event)
{
    linux_stats(kernel, changes(kernel, event));
}

void linux_count_folio(struct linux_kernel *kernel, uint64_t n)
{
    linux_stats(kernel, counts_charges(kernel));
    linux_updated(kernel, n); /* file */
}

void linux_count_drop(struct linux_kernel *kernel, uint64_t n, uint64_t mapped)
{
    while (mapped-- > 0)
        linux_updated(kernel, 1); /* file_mapped */
    linux_updated(kernel, n);     /* file */
}

void linux_count_in_vain(struct linux_kernel *kernel)
{
    linux_stats(kernel, 2 * counts_charges(kernel));
}

/* Pages that are swapped out count singly where they and swap space are charged together. */
void linux_count_uncharged(struct linux_kernel *kernel, enum reclaim_type type, uint64_t n)
{
    enum { PAGEVEC_SIZE = 31 }; /* of struct folio_batch, in which they are freed */
    if (!counts_charges(kernel) || (type == RECLAIM_ANON && charges_together(kernel)))
        return;
    if (kernel->version >= LINUX_VERSION(6, 12, 0))
        for (; n > PAGEVEC_SIZE; n -= PAGEVEC_SIZE)
            linux_updated(kernel, PAGEVEC_SIZE);
    linux_updated(kernel, n);
}

void linux_count_slots(struct linux_kernel *kernel, uint64_t n)
{
    if (!charges_together(kernel))
        linux_stats(kernel, (unsigned)n);
}
