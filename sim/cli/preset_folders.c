/* preset_folders.c -- see preset_folders.h. */
#include "cli/preset_folders.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Relative to the program's folder: installed, and in a build tree. */
static const char *const beside_program[PRESET_FOLDERS] = {"../share/faultline/configs",
                                                           "../../../configs"};

void preset_folders_find(struct preset_folders *folders)
{
    char program[PATH_MAX];
    const ssize_t length = readlink("/proc/self/exe", program, sizeof program - 1);
    program[length > 0 ? length : 0] = '\0';
    char *slash = strrchr(program, '/');
    if (slash)
        *slash = '\0';
    folders->n = 0;
    for (size_t i = 0; i < PRESET_FOLDERS && slash; i++) {
        char *text = folders->text[folders->n];
        snprintf(text, sizeof folders->text[0], "%s/%s", program, beside_program[i]);
        if (access(text, R_OK) == 0)
            folders->paths[folders->n++] = text;
    }
}
