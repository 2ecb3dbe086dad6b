/* program.c -- see program.h. */
#include "record/program.h"

#include "trace/flt.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#define TOOL "faultline-amd64-linux"

enum { OPTIONS_MAX = 16, ROOM_BYTES = 64 << 20 };

enum { FOLDERS = 1000000 }; /* names for them */

/* --- the folder --------------------------------------------------------------------------- */

/* Where Debian and others keep Valgrind's parts. */
static const char *valgrind_folder(void)
{
    static const char *const folders[] = {
        "/usr/libexec/valgrind", "/usr/lib/x86_64-linux-gnu/valgrind", "/usr/lib/valgrind",
        "/usr/lib64/valgrind", "/usr/local/libexec/valgrind"};
    char path[PATH_MAX];
    for (size_t i = 0; i < ARRAY_LEN(folders); i++) {
        snprintf(path, sizeof path, "%s/default.supp", folders[i]);
        if (access(path, R_OK) == 0)
            return folders[i];
    }
    return NULL;
}

/* The tool: named by the user, of the tree that the program was built in, or installed. */
static bool find_tool(char *path)
{
    static const char *const places[] = {"../recorder/" TOOL, "../libexec/faultline/" TOOL};
    const char *named = getenv("FAULTLINE_RECORDER");
    if (named)
        return realpath(named, path) && access(path, X_OK) == 0;
    char program[PATH_MAX];
    const ssize_t length = readlink("/proc/self/exe", program, sizeof program - 1);
    if (length <= 0)
        return false;
    program[length] = '\0';
    *(strrchr(program, '/') + 1) = '\0';
    for (size_t i = 0; i < ARRAY_LEN(places); i++) {
        char place[PATH_MAX + 64];
        snprintf(place, sizeof place, "%s%s", program, places[i]);
        if (realpath(place, path) && access(path, X_OK) == 0)
            return true;
    }
    return false;
}

static bool has_room(const char *folder)
{
    struct statvfs fs;
    return access(folder, W_OK | X_OK) == 0 && statvfs(folder, &fs) == 0 &&
           (uint64_t)fs.f_bavail * fs.f_frsize >= ROOM_BYTES;
}

static bool link_all(const char *from, int to)
{
    DIR *stream = opendir(from);
    bool linked = stream != NULL;
    for (const struct dirent *entry; linked && (entry = readdir(stream));) {
        char target[PATH_MAX];
        if (entry->d_name[0] == '.')
            continue;
        snprintf(target, sizeof target, "%s/%s", from, entry->d_name);
        linked = symlinkat(target, to, entry->d_name) == 0;
    }
    if (stream)
        closedir(stream);
    return linked;
}

/* Digits, and always as many of them: the name gets into the program's environment with
 * --as-lackey, where the length of it shifts the stack, and where what looks for one of its
 * characters touches a place of a table for each. */
static bool make_folder(char *path, size_t size, const char *parent)
{
    const unsigned first = (unsigned)getpid();
    for (unsigned i = 0; i < FOLDERS; i++) {
        const int length =
            snprintf(path, size, "%s/faultline-%06u", parent, (first + i) % FOLDERS);
        if (length < 0 || (size_t)length >= size) {
            errno = ENAMETOOLONG;
            return false;
        }
        if (mkdir(path, 0700) == 0)
            return true;
        if (errno != EEXIST)
            return false;
    }
    return false;
}

enum status folder_make(struct recording_folder *folder, struct error *err)
{
    const char *valgrind = valgrind_folder();
    char tool[PATH_MAX], path[PATH_MAX];
    if (!valgrind)
        return error_set(err, ERR_CONFIG, at_nowhere(),
                         "Valgrind is not installed, under which programs are recorded: "
                         "install the package valgrind and build Faultline again");
    if (!find_tool(tool))
        return error_set(err, ERR_CONFIG, at_nowhere(),
                         "the recorder's tool '" TOOL "' is missing: install the package "
                         "valgrind and build Faultline again, or name the tool in "
                         "FAULTLINE_RECORDER");
    const char *parent = getenv("TMPDIR");
    if (has_room("/dev/shm"))
        parent = "/dev/shm";
    else if (!parent || !*parent)
        parent = "/tmp";
    if (!make_folder(folder->path, sizeof folder->path, parent))
        return error_set(err, ERR_OUTPUT, at_file(parent), "folder cannot be created: %s",
                         strerror(errno));
    snprintf(path, sizeof path, "%s/valgrind", folder->path);
    const int parts =
        mkdir(path, 0700) == 0 ? open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
    const bool made =
        parts >= 0 && link_all(valgrind, parts) && symlinkat(tool, parts, TOOL) == 0;
    if (parts >= 0)
        close(parts);
    if (made)
        return OK;
    error_set(err, ERR_OUTPUT, at_file(folder->path), "cannot be written: %s",
              strerror(errno));
    folder_remove(folder);
    return ERR_OUTPUT;
}

static void remove_entries(const char *folder)
{
    DIR *stream = opendir(folder);
    if (!stream)
        return;
    for (const struct dirent *entry; (entry = readdir(stream));)
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            unlinkat(dirfd(stream), entry->d_name, 0);
    closedir(stream);
}

void folder_remove(const struct recording_folder *folder)
{
    char path[PATH_MAX];
    snprintf(path, sizeof path, "%s/valgrind", folder->path);
    remove_entries(path);
    rmdir(path);
    /* What still runs may make a file in between. */
    for (int tries = 0; tries < 10; tries++) {
        remove_entries(folder->path);
        if (rmdir(folder->path) == 0 || errno != ENOTEMPTY)
            return;
    }
}

/* --- its command line --------------------------------------------------------------------- */

static void put_word(FILE *stream, const char *word)
{
    const bool plain = *word && strspn(word, "abcdefghijklmnopqrstuvwxyz"
                                             "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                             "0123456789%+,-./:=@_") == strlen(word);
    if (!plain)
        putc('\'', stream);
    for (; *word; word++) {
        if (*word == '\'')
            fputs("'\\''", stream);
        else
            putc((unsigned char)*word < ' ' ? ' ' : *word, stream);
    }
    if (!plain)
        putc('\'', stream);
}

char *program_origin(char *const *argv)
{
    char *origin = NULL;
    size_t length = 0;
    FILE *stream = open_memstream(&origin, &length);
    if (!stream)
        return NULL;
    fputs("faultline record:", stream);
    for (; *argv; argv++) {
        putc(' ', stream);
        put_word(stream, *argv);
    }
    if (fclose(stream) != 0) {
        free(origin);
        return NULL;
    }
    if (length > FLT_ORIGIN_MAX)
        origin[FLT_ORIGIN_MAX] = '\0';
    return origin;
}

/* --- the program -------------------------------------------------------------------------- */

static int why_not(const char *path)
{
    struct stat st;
    if (stat(path, &st) != 0)
        return errno;
    if (S_ISDIR(st.st_mode))
        return EISDIR;
    return access(path, X_OK) == 0 ? 0 : EACCES;
}

enum status program_find(const char *name, struct error *err)
{
    int number = strchr(name, '/') ? why_not(name) : ENOENT;
    const char *path = getenv("PATH");
    for (const char *at = path ? path : "/bin:/usr/bin"; !strchr(name, '/') && *name;) {
        char candidate[PATH_MAX];
        const size_t length = strcspn(at, ":");
        snprintf(candidate, sizeof candidate, "%.*s%s%s", (int)length, at,
                 length > 0 ? "/" : "", name);
        const int reason = why_not(candidate);
        if (reason == 0)
            return OK;
        if (reason == EACCES)
            number = EACCES;
        if (at[length] == '\0')
            break;
        at += length + 1;
    }
    if (number == 0)
        return OK;
    const bool missing = number == ENOENT || number == ENOTDIR;
    return error_set(err, missing ? ERR_IO : ERR_CONFIG, at_file(name),
                     missing && !strchr(name, '/') ? "command not found" : "%s",
                     strerror(number));
}

/* Signals as they were when this program was started, as far as it has changed them. */
static void restore_signals(void)
{
    static const int changed[] = {SIGINT, SIGTERM, SIGPIPE, SIGHUP, SIGQUIT};
    const struct sigaction action = {.sa_handler = SIG_DFL};
    for (size_t i = 0; i < ARRAY_LEN(changed); i++)
        sigaction(changed[i], &action, NULL);
}

static void become_program(const char *program, char *const *words, const char *parts,
                           int report)
{
    restore_signals();
    setenv("VALGRIND_LIB", parts, 1);
    if (program)
        execvp(program, words);
    execvp(words[0], words);
    const int number = errno;
    if (write(report, &number, sizeof number) != sizeof number)
        _exit(126);
    _exit(127);
}

/* program: what is tried first in the place of words[0], or NULL. */
static enum status start(pid_t *pid, const char *program, char *const *words,
                         const char *parts, struct error *err)
{
    int report[2], number = 0;
    if (pipe2(report, O_CLOEXEC) != 0)
        return error_set(err, ERR_CELL, at_nowhere(), "no process can be started: %s",
                         strerror(errno));
    *pid = fork();
    if (*pid == 0)
        become_program(program, words, parts, report[1]);
    if (*pid < 0)
        number = errno;
    close(report[1]);
    const ssize_t said = *pid > 0 ? read(report[0], &number, sizeof number) : 0;
    close(report[0]);
    if (*pid > 0 && said != sizeof number)
        return OK;
    return error_set(err, ERR_CELL, at_nowhere(), "'%s' cannot be started: %s", words[0],
                     strerror(number));
}

enum status program_start(pid_t *pid, const struct recording_folder *folder,
                          const struct program_options *options, struct error *err)
{
    size_t n = 0, nargs = 0;
    char parts[PATH_MAX], log[PATH_MAX], recording[PATH_MAX], start_at[PATH_MAX];
    snprintf(parts, sizeof parts, "%s/valgrind", folder->path);
    snprintf(log, sizeof log, "--log-file=%s/log.%%p", folder->path);
    snprintf(recording, sizeof recording, "--recording=%s", folder->path);
    snprintf(start_at, sizeof start_at, "--start-at=%s",
             options->start_at ? options->start_at : "");
    while (options->argv[nargs])
        nargs++;
    const char **words = calloc(OPTIONS_MAX + nargs + 1, sizeof(const char *));
    if (!words)
        return error_nomem(err);
    words[n++] = "valgrind";
    words[n++] = "-q";
    words[n++] = "--tool=faultline";
    words[n++] = "--trace-children=yes";
    words[n++] = "--vgdb=no";
    words[n++] = log;
    words[n++] = recording;
    words[n++] = options->children ? "--children=yes" : "--children=no";
    if (options->as_lackey)
        words[n++] = "--as-lackey=yes";
    if (options->start_at)
        words[n++] = start_at;
    words[n++] = "--";
    memcpy(words + n, options->argv, nargs * sizeof(const char *));
    /* In Debian `valgrind` is a script that adds to the environment, as lackey has it. */
    const enum status status = start(pid, options->as_lackey ? NULL : "valgrind.bin",
                                     (char *const *)words, parts, err);
    free(words);
    return status;
}

bool program_complaint(const struct recording_folder *folder, pid_t pid, char *line,
                       size_t size)
{
    char path[PATH_MAX];
    snprintf(path, sizeof path, "%s/log.%ld", folder->path, (long)pid);
    FILE *file = fopen(path, "re");
    if (!file)
        return false;
    bool found = false;
    while (!found && fgets(line, (int)size, file)) {
        line[strcspn(line, "\n")] = '\0';
        /* "==123== text", or "valgrind: text" where no process is named yet. */
        const char *text = strncmp(line, "==", 2) == 0 ? strstr(line + 2, "== ") : NULL;
        if (text)
            memmove(line, text + 3, strlen(text + 3) + 1);
        found = line[strspn(line, " =")] != '\0';
    }
    fclose(file);
    return found;
}
