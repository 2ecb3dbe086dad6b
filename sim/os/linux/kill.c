/* kill.c -- nothing can be reclaimed: out_of_memory(). */
#include "os/linux/linux.h"

enum status linux_out_of_memory(struct linux_kernel *kernel, struct fault *fault,
                                bool in_group, struct error *err)
{
    (void)fault;
    kernel->counts.oom_kill++;
    if (in_group)
        return error_set(err, ERR_CELL, at_nowhere(),
                         "out of memory: nothing can be reclaimed in the memory cgroup of "
                         "%llu frames",
                         (unsigned long long)kernel->group.limit);
    return error_set(err, ERR_CELL, at_nowhere(),
                     "out of memory: nothing can be reclaimed in %u frames, of which %llu "
                     "are free and %llu are kept free; raise machine.memory",
                     kernel->pager->nframes,
                     (unsigned long long)zones_free(&kernel->memory.zones),
                     (unsigned long long)kernel->memory.zones.min);
}
