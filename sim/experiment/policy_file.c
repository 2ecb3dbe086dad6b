/* policy_file.c -- see policy_file.h. */
#include "experiment/policy_file.h"

#include "base/arena.h"
#include "base/child.h"
#include "base/file.h"
#include "experiment/policy_table.h"

#include <dlfcn.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

enum {
    NAME_MAX_BYTES = 100,
    TRY_SECONDS = 10, /* to load a file takes milliseconds                                */
};

static const char ending[] = ".so";

bool policy_is_file(const char *text)
{
    const size_t length = strlen(text), tail = strlen(ending);
    return strchr(text, '/') ||
           (length > tail && strcmp(text + length - tail, ending) == 0);
}

/* What is known of a file before it is loaded. */
struct candidate {
    const char *path;
    char opened[4096];                /* with a '/', or dlopen would look elsewhere       */
    char name[NAME_MAX_BYTES + 1];    /* of the policy: "two-queue"                       */
    char symbol[NAME_MAX_BYTES + 16]; /* "policy_two_queue"                               */
    struct location at;
    struct error *err;
};

static enum status name_candidate(struct candidate *file)
{
    const char *slash = strrchr(file->path, '/');
    const char *stem = slash ? slash + 1 : file->path;
    const size_t length = strlen(stem), tail = strlen(ending);
    if (length <= tail || length - tail > NAME_MAX_BYTES ||
        strcmp(stem + length - tail, ending) != 0)
        return error_set(file->err, ERR_CONFIG, file->at,
                         "policy '%s': a shared object is named after its policy, such as "
                         "./my-policy.so",
                         file->path);
    snprintf(file->opened, sizeof file->opened, "%s%s", slash ? "" : "./", file->path);
    snprintf(file->name, sizeof file->name, "%.*s", (int)(length - tail), stem);
    snprintf(file->symbol, sizeof file->symbol, "policy_%s", file->name);
    for (char *c = file->symbol; *c; c++)
        if (*c == '-')
            *c = '_';
    return OK;
}

static enum status digest_file(const struct candidate *file, char digest[33])
{
    char *bytes;
    size_t size;
    struct error why;
    if (file_read(&bytes, &size, file->path, &why) != OK)
        return error_set(file->err, ERR_CONFIG, file->at, "policy '%s': %.480s", file->path,
                         why.text);
    const XXH128_hash_t hash = XXH3_128bits(bytes, size);
    free(bytes);
    snprintf(digest, 33, "%016llx%016llx", (unsigned long long)hash.high64,
             (unsigned long long)hash.low64);
    return OK;
}

/* What the dynamic linker says begins with the path, which the message has already. */
static enum status cannot_load(const struct candidate *file)
{
    const char *why = dlerror();
    const size_t length = strlen(file->opened);
    if (strncmp(why, file->opened, length) == 0 && why[length] == ':')
        why += length + 1;
    why += strspn(why, " ");
    return error_set(file->err, ERR_CONFIG, file->at, "policy '%s' cannot be loaded: %s%s",
                     file->path, why,
                     strstr(why, "undefined symbol")
                         ? "; a policy may call what faultline/policy.h and reclaim.h "
                           "declare, so one built for another version must be compiled "
                           "again"
                         : "");
}

static enum status find_table(const struct candidate *file, void *handle,
                              const struct policy_ops **ops)
{
    *ops = dlsym(handle, file->symbol);
    if (!*ops)
        return error_set(file->err, ERR_CONFIG, file->at,
                         "policy '%s' has no symbol '%s': 'const struct policy_ops %s' is "
                         "named after the file",
                         file->path, file->symbol, file->symbol);
    return policy_table_check(*ops, file->name, file->at, file->err);
}

/* Loaded with what it calls still open, so that one which calls what another ABI had is
 * found to be of another ABI. */
static enum status look_at(const struct candidate *file)
{
    const struct policy_ops *ops;
    void *handle = dlopen(file->opened, RTLD_LAZY | RTLD_LOCAL);
    if (!handle)
        return cannot_load(file);
    const enum status status = find_table(file, handle, &ops);
    dlclose(handle);
    return status;
}

static enum status load(const struct candidate *file, void **handle,
                        const struct policy_ops **ops)
{
    *handle = dlopen(file->opened, RTLD_NOW | RTLD_LOCAL);
    if (!*handle)
        return cannot_load(file);
    const enum status status = find_table(file, *handle, ops);
    if (status != OK)
        dlclose(*handle);
    return status;
}

/* In a process of its own: say what is wrong, if anything is. */
static void try_it(void *context, int fd)
{
    struct candidate file = *(const struct candidate *)context;
    struct error why = {.code = OK};
    const struct policy_ops *ops;
    void *handle;
    file.err = &why;
    enum status status = look_at(&file);
    if (status == OK)
        status = load(&file, &handle, &ops);
    why.code = status;
    child_send(fd, &why, sizeof why);
}

static enum status try_apart(struct candidate *file)
{
    struct child child;
    struct error why = {.code = ERR_CELL};
    const enum status status = child_run(&child, try_it, file, TRY_SECONDS, file->err);
    const bool answered = child.nbytes == sizeof why;
    if (answered)
        memcpy(&why, child.bytes, sizeof why);
    const int signal_number = child_end(&child);
    if (status != OK)
        return status;
    if (answered && why.code == OK)
        return OK;
    if (answered)
        return error_set(file->err, why.code, file->at, "%s", why.text);
    return error_set(
        file->err, ERR_CONFIG, file->at, "policy '%s' cannot be loaded: the attempt %s%s%s",
        file->path, signal_number == SIGKILL ? "did not end" : "crashed",
        signal_number == SIGKILL || !signal_number ? "" : ": ",
        signal_number == SIGKILL || !signal_number ? "" : strsignal(signal_number));
}

enum status policy_files_get(struct policy_files *files, const struct policy_file **out,
                             const char *path, struct location at, struct error *err)
{
    for (*out = files->first; *out; *out = (*out)->next)
        if (strcmp((*out)->path, path) == 0)
            return OK;
    struct candidate candidate = {.path = path, .at = at, .err = err};
    struct policy_file *file = arena_alloc(files->arena, sizeof *file);
    if (!file)
        return error_nomem(err);
    enum status status = name_candidate(&candidate);
    if (status == OK)
        status = digest_file(&candidate, file->digest);
    if (status == OK)
        status = try_apart(&candidate);
    if (status == OK)
        status = load(&candidate, &file->handle, &file->ops);
    if (status != OK)
        return status;
    file->path = path;
    file->next = files->first;
    files->first = file;
    *out = file;
    return OK;
}

void policy_files_release(struct policy_files *files)
{
    for (struct policy_file *file = files->first; file; file = file->next)
        dlclose(file->handle);
    files->first = NULL;
}
