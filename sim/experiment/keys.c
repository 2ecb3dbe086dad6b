/* keys.c -- see keys.h. */
#include "experiment/keys.h"

#include "base/units.h"
#include "experiment/tlb_name.h"
#include "machine/pagetable.h"
#include "trace/generator.h"

#include <string.h>

enum { NAMES_MAX = 256 }; /* keys that are looked through for the nearest                */

/* What patterns have before NAME. */
static const char tlb[] = "machine.tlb.";

const char *key_last_part(const struct key *key)
{
    const char *dot = strrchr(key->name, '.');
    return dot ? dot + 1 : key->name;
}

/* What follows "machine.tlb." and the name of an array, which is set; NULL if name does not
 * begin so. */
static const char *after_array(const char *name, const char **array, size_t *length)
{
    struct tlb_name unused;
    if (strncmp(name, tlb, strlen(tlb)) != 0)
        return NULL;
    *array = name + strlen(tlb);
    *length = strcspn(*array, ".");
    return tlb_name_read(&unused, *array, *length) ? *array + *length : NULL;
}

const struct key *key_find(const char *name)
{
    const char *array;
    size_t length;
    const char *rest = after_array(name, &array, &length);
    for (size_t i = 0; i < key_count; i++) {
        const struct key *key = &key_table[i];
        if ((key->flags & KEY_PATTERN)
                ? rest && *rest && strcmp(rest + 1, key_last_part(key)) == 0
                : strcmp(key->name, name) == 0)
            return key;
    }
    return NULL;
}

const char *key_array(const char *name, size_t *length)
{
    const char *array;
    const char *rest = after_array(name, &array, length);
    return rest && *rest && key_find(name) ? array : NULL;
}

/* The arrays that a machine has unless told otherwise: those of Skylake-SP for 4 KiB pages
 * (configs/machines/x86-64.yaml names the sources). */
static const char *fallback_of(const char *part, const char *array, size_t length)
{
    static const char *const arrays[][3] = {
        {"l1i", "64", "4"}, {"l1d", "64", "4"}, {"l2", "1536", "12"}};
    for (size_t i = 0; i < ARRAY_LEN(arrays); i++)
        if (strlen(arrays[i][0]) == length && strncmp(arrays[i][0], array, length) == 0)
            return strcmp(part, "entries") == 0 ? arrays[i][1]
                   : strcmp(part, "ways") == 0  ? arrays[i][2]
                                                : NULL;
    return NULL;
}

struct key key_instance(const struct key *key, const char *name)
{
    const char *array;
    size_t length;
    struct key instance = *key;
    instance.name = name;
    if (!(key->flags & KEY_PATTERN) || !after_array(name, &array, &length))
        return instance;
    const char *part = key_last_part(key);
    const char *fallback = strcmp(part, "hit") == 0 && array[1] == '1'
                               ? "0 s"
                               : fallback_of(part, array, length);
    if (fallback)
        instance.fallback = fallback;
    return instance;
}

bool key_is_section(const char *name)
{
    const char *array;
    size_t length = strlen(name);
    for (size_t i = 0; i < key_count; i++)
        if (strncmp(key_table[i].name, name, length) == 0 &&
            key_table[i].name[length] == '.')
            return true;
    const char *rest = after_array(name, &array, &length);
    return rest && !*rest;
}

bool key_is_scalar(const struct key *key)
{
    return key->kind < KEY_NAMES;
}

bool key_is_plugin(const struct key *key)
{
    return key->kind >= KEY_POLICY && key->kind < KEY_NAMES;
}

const char *key_plugin_noun(const struct key *key)
{
    return key->kind == KEY_GENERATOR ? "generator" : key->name;
}

const char *key_plugin_example(const struct key *key)
{
    return key->fallback ? key->fallback : generator_table[0]->name;
}

const struct key *key_of_param(const char *name, const char **param)
{
    for (size_t i = 0; i < key_count; i++) {
        const struct key *key = &key_table[i];
        const size_t length = strlen(key->name);
        if (key_is_plugin(key) && strncmp(key->name, name, length) == 0 &&
            name[length] == '.') {
            *param = name + length + 1;
            return key;
        }
    }
    return NULL;
}

static bool has_flag(const char *name, enum key_flags flag)
{
    const char *param;
    const struct key *key = key_find(name);
    if (!key)
        key = key_of_param(name, &param);
    return key && key->flags & flag;
}

bool key_needs_events(const char *name)
{
    return has_flag(name, KEY_EVENTS);
}

bool key_needs_tables(const char *name)
{
    return has_flag(name, KEY_TABLES);
}

bool key_can_vary(const struct key *key)
{
    return key->kind == KEY_PROCESSES || key->kind == KEY_PAGES ||
           key->kind == KEY_DEVICES || (key_is_scalar(key) && key->kind != KEY_NAME);
}

/* The only key whose last part is name, as when 'page_size' stands for
 * 'machine.page_size'; NULL if there is none or more than one. */
static const char *key_ending(const char *name)
{
    const char *found = NULL;
    for (size_t i = 0; i < key_count; i++) {
        const char *dot = strrchr(key_table[i].name, '.');
        if (dot && strcmp(dot + 1, name) == 0 && !(key_table[i].flags & KEY_PATTERN)) {
            if (found)
                return NULL;
            found = key_table[i].name;
        }
    }
    return found;
}

/* A key of an array of the TLB that there is not, or of no array. */
static enum status unknown_of_tlb(const char *name, struct location at, struct error *err)
{
    const char *names[NAMES_MAX], *array = name;
    size_t length = 0, n = 0;
    const char *rest = after_array(name, &array, &length);
    if (!rest)
        return error_set(
            err, ERR_CONFIG, at,
            "unknown key '%s': '%.*s' is no name of a TLB array, which is 'l', "
            "a level from 1 to 8, 'i' or 'd' if it serves instructions or data "
            "only, and '-SUFFIX' if there are several, such as l1i, l2, l1d-2m",
            name, (int)length, array);
    for (size_t i = 0; i < key_count && n < NAMES_MAX; i++)
        if ((key_table[i].flags & KEY_PATTERN))
            names[n++] = key_last_part(&key_table[i]);
    const char *nearest = nearest_name(rest + 1, names, n);
    char list[160];
    if (nearest)
        return error_set(err, ERR_CONFIG, at, "unknown key '%s'; nearest is '%.*s.%s'",
                         name, (int)(rest - name), name, nearest);
    return error_set(err, ERR_CONFIG, at, "unknown key '%s'; an array of the TLB has %s",
                     name, join_names(list, sizeof list, names, n));
}

/* The nearest key or section; of those that begin with "machine.tlb." if name does. */
static const char *nearest_key(const char *name)
{
    static const char *const sections[] = {
        "workload",
        "machine",
        "machine.tlb",
        "machine.walk_cache",
        "machine.walk_cache.l2",
        "machine.walk_cache.l3",
        "machine.walk_cache.l4",
        "machine.walk_cache.l5",
        "machine.table_cache",
        "machine.cost",
        "machine.shootdown",
        "scheduler",
        "swap",
        "files",
        "curve",
    };
    const bool in_tlb = strncmp(name, tlb, strlen(tlb)) == 0;
    const char *names[NAMES_MAX] = {0};
    size_t n = 0;
    for (size_t i = 0; i < ARRAY_LEN(sections) && !in_tlb; i++)
        names[n++] = sections[i];
    for (size_t i = 0; i < key_count && n < NAMES_MAX; i++)
        if (!(key_table[i].flags & KEY_PATTERN) &&
            (!in_tlb || strncmp(key_table[i].name, tlb, strlen(tlb)) == 0))
            names[n++] = key_table[i].name;
    const char *nearest = nearest_name(name, names, n);
    return nearest || in_tlb ? nearest : key_ending(name);
}

enum status key_unknown(const char *name, struct location at, struct error *err)
{
    const char *nearest = nearest_key(name);
    if (nearest)
        return error_set(err, ERR_CONFIG, at, "unknown key '%s'; nearest is '%s'", name,
                         nearest);
    if (strncmp(name, tlb, strlen(tlb)) == 0)
        return unknown_of_tlb(name, at, err);
    return error_set(err, ERR_CONFIG, at,
                     "unknown key '%s'; 'faultline list keys' shows all that there are",
                     name);
}

bool key_mmu_is_ideal(const char *text)
{
    const struct pagetable_ops *format = pagetable_find(text);
    return format && !format->create;
}
