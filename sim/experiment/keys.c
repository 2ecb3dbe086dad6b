/* keys.c -- see keys.h. */
#include "experiment/keys.h"

#include "base/units.h"
#include "machine/pagetable.h"

#include <string.h>

enum { NAMES_MAX = 256 }; /* keys that are looked through for the nearest                */

const struct key *key_find(const char *name)
{
    for (size_t i = 0; i < key_count; i++)
        if (strcmp(key_table[i].name, name) == 0)
            return &key_table[i];
    return NULL;
}

bool key_is_section(const char *name)
{
    const size_t length = strlen(name);
    for (size_t i = 0; i < key_count; i++)
        if (strncmp(key_table[i].name, name, length) == 0 &&
            key_table[i].name[length] == '.')
            return true;
    return false;
}

bool key_is_scalar(const struct key *key)
{
    return key->kind < KEY_NAMES;
}

bool key_is_plugin(const struct key *key)
{
    return key->kind == KEY_POLICY || key->kind == KEY_KERNEL || key->kind == KEY_DEVICE;
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

bool key_needs_events(const char *name)
{
    const char *param;
    const struct key *key = key_find(name);
    if (!key)
        key = key_of_param(name, &param);
    return key && key->events;
}

bool key_can_vary(const struct key *key)
{
    return key->kind == KEY_PROCESSES || (key_is_scalar(key) && key->kind != KEY_NAME);
}

/* The only key whose last part is name, as when 'page_size' stands for
 * 'machine.page_size'; NULL if there is none or more than one. */
static const char *key_ending(const char *name)
{
    const char *found = NULL;
    for (size_t i = 0; i < key_count; i++) {
        const char *dot = strrchr(key_table[i].name, '.');
        if (dot && strcmp(dot + 1, name) == 0) {
            if (found)
                return NULL;
            found = key_table[i].name;
        }
    }
    return found;
}

enum status key_unknown(const char *name, struct location at, struct error *err)
{
    static const char *const sections[] = {
        "workload",        "machine",         "machine.tlb",
        "machine.tlb.l1i", "machine.tlb.l1d", "machine.tlb.l2",
        "machine.cost",    "scheduler",       "swap",
        "files",
    };
    const char *names[NAMES_MAX];
    size_t n = 0;
    for (size_t i = 0; i < ARRAY_LEN(sections); i++)
        names[n++] = sections[i];
    for (size_t i = 0; i < key_count; i++)
        names[n++] = key_table[i].name;
    const char *nearest = nearest_name(name, names, n);
    if (!nearest)
        nearest = key_ending(name);
    if (nearest)
        return error_set(err, ERR_CONFIG, at, "unknown key '%s'; nearest is '%s'", name,
                         nearest);
    return error_set(err, ERR_CONFIG, at,
                     "unknown key '%s'; 'faultline list keys' shows all that there are",
                     name);
}

bool key_mmu_is_ideal(const char *text)
{
    const struct pagetable_ops *format = pagetable_find(text);
    return format && !format->create;
}
