/* group.h -- the memory cgroup, version 1 or 2, by the files of its folder. */
#ifndef LIVE_GROUP_H
#define LIVE_GROUP_H

#include <stddef.h>
#include <stdint.h>

/* What is taken from memory.stat. */
enum group_value {
    GROUP_INACTIVE_ANON, /* bytes */
    GROUP_ACTIVE_ANON,
    GROUP_INACTIVE_FILE,
    GROUP_ACTIVE_FILE,
    GROUP_REFAULT_ANON, /* pages, as all that follow */
    GROUP_REFAULT_FILE,
    GROUP_ACTIVATE_ANON,
    GROUP_ACTIVATE_FILE,
    GROUP_RESTORE_ANON,
    GROUP_RESTORE_FILE,
    GROUP_PGMAJFAULT,
    GROUP_PGPGIN,
    GROUP_PGPGOUT,
    GROUP_PSWPIN,
    GROUP_PSWPOUT,
    GROUP_VALUES,
};

/* The names in memory.stat. */
extern const char *const group_value_names[GROUP_VALUES];

struct group {
    int procs; /* cgroup.procs, open for writing */
    int stat;  /* memory.stat, open for reading  */
};

/* Open the files of the folder and read memory.stat once: the kernel's buffer for it is then
 * charged to the group that the caller is in now.  Fails with fail(). */
void group_open(struct group *group, const char *folder);

/* Move the calling process into the group. */
void group_enter(const struct group *group);

/* Read memory.stat, which makes the kernel sum up its counts.  With `values` they are taken
 * from it; a name that is not there is 0. */
void group_read(const struct group *group, uint64_t values[GROUP_VALUES]);

#endif
