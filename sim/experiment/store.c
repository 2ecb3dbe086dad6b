/* store.c -- see store.h. */
#include "experiment/store.h"

#include "base/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

static char *cell_path(const char *folder, const char *id)
{
    char *path;
    return asprintf(&path, "%s/cells/%s.json", folder, id) < 0 ? NULL : path;
}

/* Files that were to become cells: file_write() names them so. */
static void remove_temporaries(const char *path)
{
    DIR *dir = opendir(path);
    if (!dir)
        return;
    for (struct dirent *entry; (entry = readdir(dir));) {
        const size_t length = strlen(entry->d_name);
        if (length > 4 && strcmp(entry->d_name + length - 4, ".tmp") == 0)
            unlinkat(dirfd(dir), entry->d_name, 0);
    }
    closedir(dir);
}

/* Every run holds a shared lock on the folder, so whoever gets the exclusive one is alone.
 * Without locks, as on some network file systems, the run goes on and removes nothing. */
static int lock_folder(const char *path)
{
    const int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return fd;
    if (flock(fd, LOCK_EX | LOCK_NB) == 0)
        remove_temporaries(path);
    flock(fd, LOCK_SH);
    return fd;
}

enum status store_enter(int *use, const char *folder, struct error *err)
{
    char *path;
    *use = -1;
    if (asprintf(&path, "%s/cells", folder) < 0)
        return error_nomem(err);
    enum status status = file_make_folder(path, err);
    /* It may be there and yet be read-only, which should not come out after the first
     * hour of work. */
    if (status == OK && access(path, W_OK | X_OK) != 0)
        status = error_set(err, ERR_OUTPUT, at_file(path), "cannot be written: %s",
                           strerror(errno));
    if (status == OK)
        *use = lock_folder(path);
    free(path);
    return status;
}

void store_leave(int use)
{
    if (use >= 0)
        close(use);
}

static json_t *counters_to_json(const struct counters *counters)
{
    json_t *object = json_object();
    for (size_t i = 0; object && i < counter_count; i++) {
        const struct counter *counter = &counter_table[i];
        if (counter->kind != COUNTER_COUNT)
            continue;
        uint64_t value;
        memcpy(&value, (const char *)counters + counter->offset, sizeof value);
        if (json_object_set_new(object, counter->name, json_integer((json_int_t)value)) !=
            0) {
            json_decref(object);
            return NULL;
        }
    }
    return object;
}

enum status store_put(const char *folder, const struct cell_result *result,
                      struct error *err)
{
    json_t *counters = counters_to_json(&result->counters);
    /* "o" hands counters over, also if packing fails. */
    json_t *cell =
        json_pack("{s:s, s:s, s:I, s:o}", "id", result->id, "notes", result->notes,
                  "index_bytes", (json_int_t)result->index_bytes, "counters", counters);
    char *text = cell ? json_dumps(cell, JSON_INDENT(1)) : NULL;
    char *path = cell_path(folder, result->id);
    json_decref(cell);
    const enum status status =
        text && path ? file_write(path, text, strlen(text), err) : error_nomem(err);
    free(text);
    free(path);
    return status;
}

static bool counters_from_json(struct counters *counters, const json_t *object)
{
    for (size_t i = 0; i < counter_count; i++) {
        const struct counter *counter = &counter_table[i];
        if (counter->kind != COUNTER_COUNT)
            continue;
        const json_t *number = json_object_get(object, counter->name);
        if (!json_is_integer(number) || json_integer_value(number) < 0)
            return false;
        const uint64_t value = (uint64_t)json_integer_value(number);
        memcpy((char *)counters + counter->offset, &value, sizeof value);
    }
    counters->fault_rate =
        counters->references ? (double)counters->faults / (double)counters->references : 0;
    return true;
}

bool store_get(const char *folder, struct cell_result *result)
{
    char *path = cell_path(folder, result->id);
    json_t *cell = path ? json_load_file(path, 0, NULL) : NULL;
    free(path);
    const char *id, *notes;
    json_int_t index_bytes;
    json_t *counters;
    struct cell_result read = {.state = CELL_DONE};
    const bool sound =
        cell &&
        json_unpack(cell, "{s:s, s:s, s:I, s:o}", "id", &id, "notes", &notes, "index_bytes",
                    &index_bytes, "counters", &counters) == 0 &&
        strcmp(id, result->id) == 0 && counters_from_json(&read.counters, counters);
    if (sound) {
        memcpy(read.id, result->id, sizeof read.id);
        snprintf(read.notes, sizeof read.notes, "%s", notes);
        read.index_bytes = (uint64_t)index_bytes;
        *result = read;
    }
    json_decref(cell);
    return sound;
}
