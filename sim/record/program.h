/* program.h -- runs a program under Valgrind with the recorder's tool (recorder/). */
#ifndef FAULTLINE_RECORD_PROGRAM_H
#define FAULTLINE_RECORD_PROGRAM_H

#include "base/error.h"

#include <stdbool.h>
#include <sys/types.h>

/* A folder for the bell, the rings and Valgrind's parts. */
struct recording_folder {
    char path[256];
};

/* Make a folder for rings, in memory if there is room, with links to Valgrind's parts and to
 * the tool.  ERR_OUTPUT; ERR_CONFIG if Valgrind is not installed, or the tool is missing. */
MUST_CHECK enum status folder_make(struct recording_folder *folder, struct error *err);

/* Remove it with all that is in it. */
void folder_remove(const struct recording_folder *folder);

/* Can the program be executed?  ERR_IO if it is not found, ERR_CONFIG if it may not be. */
MUST_CHECK enum status program_find(const char *name, struct error *err);

/* "faultline record: sort names.txt", words quoted as a shell needs it, for the origin of a
 * trace: one line, cut where that is too long.  NULL: out of memory; the caller's to free. */
char *program_origin(char *const *argv);

struct program_options {
    char *const *argv;    /* ended by NULL                                               */
    const char *start_at; /* function; NULL: none                                       */
    bool children;        /* record what it forks                                       */
    bool as_lackey;       /* leave in it what Valgrind puts there                       */
};

/* Start it.  ERR_CELL if the system refuses. */
MUST_CHECK enum status program_start(pid_t *pid, const struct recording_folder *folder,
                                     const struct program_options *options,
                                     struct error *err);

/* What Valgrind had to say, its first line without the number of the process; false if
 * nothing. */
bool program_complaint(const struct recording_folder *folder, pid_t pid, char *line,
                       size_t size);

#endif
