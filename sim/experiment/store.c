/* store.c -- see store.h. */
#include "experiment/store.h"

#include "base/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <math.h>
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

/* Names of files and processes may be any bytes, and JSON holds Unicode: each byte is kept
 * as the character of its number, so that it comes back as it was. */
static json_t *bytes_to_json(const char *bytes, size_t length)
{
    char *utf8 = malloc(2 * length + 1), *out = utf8;
    if (!utf8)
        return NULL;
    for (size_t i = 0; i < length; i++) {
        const unsigned char byte = (unsigned char)bytes[i];
        if (byte < 0x80) {
            *out++ = (char)byte;
        } else {
            *out++ = (char)(0xc0 | byte >> 6);
            *out++ = (char)(0x80 | (byte & 0x3f));
        }
    }
    json_t *string = json_stringn(utf8, (size_t)(out - utf8));
    free(utf8);
    return string;
}

/* The bytes, which the caller frees; NULL if the string is none of those above, or memory
 * is short. */
static char *bytes_from_json(const json_t *string, size_t *length)
{
    const char *in = json_string_value(string);
    const size_t size = json_string_length(string);
    char *bytes = in ? malloc(size + 1) : NULL, *out = bytes;
    for (size_t i = 0; bytes && i < size; i++) {
        const unsigned char byte = (unsigned char)in[i];
        if (byte > 0xc3) {
            free(bytes);
            return NULL;
        }
        /* jansson has seen to it that the second byte of two is there. */
        *out++ = (char)(byte < 0x80 ? byte : byte << 6 | (in[++i] & 0x3f));
    }
    if (bytes) {
        *out = '\0';
        *length = (size_t)(out - bytes);
    }
    return bytes;
}

/* Times in picoseconds; a count or a ratio that was not measured is null. */
static json_t *counter_to_json(const struct counter *counter,
                               const struct counters *counters)
{
    const void *member = (const char *)counters + counter->offset;
    if (!counter_known(counter, counters))
        return json_null();
    if (counter->kind != COUNTER_RATIO)
        return json_integer((json_int_t) * (const uint64_t *)member);
    const double ratio = *(const double *)member;
    return isfinite(ratio) ? json_real(ratio) : json_null();
}

static json_t *counters_to_json(const struct counters *counters)
{
    json_t *object = json_object();
    for (size_t i = 0; object && i < counter_count; i++) {
        const struct counter *counter = &counter_table[i];
        if (json_object_set_new(object, counter->name,
                                counter_to_json(counter, counters)) != 0) {
            json_decref(object);
            return NULL;
        }
    }
    return object;
}

static json_t *tables_to_json(const struct rows tables[TABLES])
{
    json_t *object = json_object();
    for (size_t t = 0; object && t < TABLES; t++) {
        if (tables[t].n == 0)
            continue;
        if (json_object_set_new(object, result_tables[t].name,
                                bytes_to_json(tables[t].text, tables[t].length)) != 0) {
            json_decref(object);
            return NULL;
        }
    }
    return object;
}

char *store_format(const struct cell_result *result)
{
    /* "o" hands an object over, also if packing fails, as it does if one is NULL. */
    json_t *cell = json_pack("{s:s, s:o, s:o, s:I, s:o, s:o}", "id", result->id, "notes",
                             bytes_to_json(result->notes, strlen(result->notes)), "warning",
                             bytes_to_json(result->warning, strlen(result->warning)),
                             "index_bytes", (json_int_t)result->index_bytes, "counters",
                             counters_to_json(&result->counters), "tables",
                             tables_to_json(result->tables));
    char *text = cell ? json_dumps(cell, JSON_INDENT(1)) : NULL;
    json_decref(cell);
    return text;
}

enum status store_put(const char *folder, const struct cell_result *result,
                      struct error *err)
{
    char *text = store_format(result);
    char *path = cell_path(folder, result->id);
    const enum status status =
        text && path ? file_write(path, text, strlen(text), err) : error_nomem(err);
    free(text);
    free(path);
    return status;
}

static bool counter_from_json(const struct counter *counter, struct counters *counters,
                              const json_t *value)
{
    void *member = (char *)counters + counter->offset;
    if (counter->kind == COUNTER_RATIO) {
        *(double *)member = json_is_real(value) ? json_real_value(value) : NAN;
        return json_is_real(value) || json_is_null(value);
    }
    if ((counter->kind == COUNTER_COUNT || counter->own) && json_is_null(value)) {
        *(uint64_t *)member = counter->kind == COUNTER_COUNT ? COUNT_UNKNOWN : 0;
        return true;
    }
    *(uint64_t *)member = (uint64_t)json_integer_value(value);
    counter_tells_kernel(counter, counters);
    return json_is_integer(value) && json_integer_value(value) >= 0;
}

static bool counters_from_json(struct counters *counters, const json_t *object)
{
    for (size_t i = 0; i < counter_count; i++) {
        const struct counter *counter = &counter_table[i];
        if (!counter_from_json(counter, counters, json_object_get(object, counter->name)))
            return false;
    }
    return true;
}

static bool tables_from_json(struct rows tables[TABLES], const json_t *object)
{
    for (size_t t = 0; t < TABLES; t++) {
        const json_t *string = json_object_get(object, result_tables[t].name);
        if (!string)
            continue;
        size_t length;
        char *text = bytes_from_json(string, &length);
        const bool sound =
            text && rows_restore(&tables[t], text, length, result_tables[t].ncolumns);
        free(text);
        if (!sound)
            return false;
    }
    return json_is_object(object);
}

/* The object, which is released, or NULL. */
static bool result_from_json(struct cell_result *result, json_t *cell)
{
    const char *id;
    json_int_t index_bytes;
    json_t *counters, *tables, *notes, *warning;
    struct cell_result read = {.state = CELL_DONE};
    size_t length;
    char *text = NULL, *warned = NULL;
    const bool sound =
        cell &&
        json_unpack(cell, "{s:s, s:o, s:o, s:I, s:o, s:o}", "id", &id, "notes", &notes,
                    "warning", &warning, "index_bytes", &index_bytes, "counters", &counters,
                    "tables", &tables) == 0 &&
        strcmp(id, result->id) == 0 && (text = bytes_from_json(notes, &length)) &&
        (warned = bytes_from_json(warning, &length)) &&
        counters_from_json(&read.counters, counters) &&
        tables_from_json(read.tables, tables);
    if (sound) {
        memcpy(read.id, result->id, sizeof read.id);
        snprintf(read.notes, sizeof read.notes, "%s", text);
        snprintf(read.warning, sizeof read.warning, "%s", warned);
        read.index_bytes = (uint64_t)index_bytes;
        *result = read;
    } else {
        cell_result_release(&read);
    }
    free(text);
    free(warned);
    json_decref(cell);
    return sound;
}

bool store_get(const char *folder, struct cell_result *result)
{
    char *path = cell_path(folder, result->id);
    json_t *cell = path ? json_load_file(path, 0, NULL) : NULL;
    free(path);
    return result_from_json(result, cell);
}

bool store_parse(struct cell_result *result, const char *text, size_t length)
{
    return result_from_json(result, json_loadb(text, length, 0, NULL));
}
