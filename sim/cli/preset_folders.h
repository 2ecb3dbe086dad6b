/* preset_folders.h -- where presets lie. */
#ifndef FAULTLINE_CLI_PRESET_FOLDERS_H
#define FAULTLINE_CLI_PRESET_FOLDERS_H

#include <limits.h>
#include <stddef.h>

enum { PRESET_FOLDERS = 2 };

struct preset_folders {
    const char *paths[PRESET_FOLDERS]; /* point into text                                */
    size_t n;
    char text[PRESET_FOLDERS][PATH_MAX + 64];
};

/* Those that are there: the configs folder of the installation and of the build tree that
 * the program belongs to. */
void preset_folders_find(struct preset_folders *folders);

#endif
