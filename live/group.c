/* group.c -- see group.h. */
#include "group.h"

#include "fail.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { STAT_MAX = 1 << 14, PATH_LENGTH_MAX = 4096 }; /* bytes */

const char *const group_value_names[GROUP_VALUES] = {
    [GROUP_INACTIVE_ANON] = "inactive_anon",
    [GROUP_ACTIVE_ANON] = "active_anon",
    [GROUP_INACTIVE_FILE] = "inactive_file",
    [GROUP_ACTIVE_FILE] = "active_file",
    [GROUP_REFAULT_ANON] = "workingset_refault_anon",
    [GROUP_REFAULT_FILE] = "workingset_refault_file",
    [GROUP_ACTIVATE_ANON] = "workingset_activate_anon",
    [GROUP_ACTIVATE_FILE] = "workingset_activate_file",
    [GROUP_RESTORE_ANON] = "workingset_restore_anon",
    [GROUP_RESTORE_FILE] = "workingset_restore_file",
    [GROUP_PGMAJFAULT] = "pgmajfault",
    [GROUP_PGPGIN] = "pgpgin",
    [GROUP_PGPGOUT] = "pgpgout",
    [GROUP_PSWPIN] = "pswpin",
    [GROUP_PSWPOUT] = "pswpout",
};

static int open_in(const char *folder, const char *name, int flags)
{
    char path[PATH_LENGTH_MAX];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    const int fd = open(path, flags | O_CLOEXEC);
    if (fd < 0)
        fail("cannot open '%s':", path);
    return fd;
}

void group_open(struct group *group, const char *folder)
{
    group->procs = open_in(folder, "cgroup.procs", O_WRONLY);
    group->stat = open_in(folder, "memory.stat", O_RDONLY);
    group_read(group, NULL);
}

void group_enter(const struct group *group)
{
    if (write(group->procs, "0", 1) != 1) /* 0: the caller */
        fail("cannot enter the cgroup:");
}

static enum group_value value_named(const char *name, size_t length)
{
    enum group_value value = 0;
    while (value < GROUP_VALUES && (strlen(group_value_names[value]) != length ||
                                    memcmp(group_value_names[value], name, length) != 0))
        value++;
    return value;
}

static void take_values(const char *text, uint64_t values[GROUP_VALUES])
{
    memset(values, 0, GROUP_VALUES * sizeof *values);
    while (*text) {
        const size_t length = strcspn(text, " \n");
        const enum group_value value = value_named(text, length);
        if (value < GROUP_VALUES)
            values[value] = strtoull(text + length, NULL, 10);
        text += strcspn(text, "\n");
        text += *text == '\n';
    }
}

void group_read(const struct group *group, uint64_t values[GROUP_VALUES])
{
    char text[STAT_MAX];
    const ssize_t got = pread(group->stat, text, sizeof text - 1, 0);
    if (got < 0)
        fail("cannot read memory.stat:");
    text[got] = '\0';
    if (values)
        take_values(text, values);
}
