/* keys.c -- see keys.h. */
#include "experiment/keys.h"

#include "base/bits.h"
#include "base/units.h"
#include "machine/pagetable.h"
#include "pager/kernel.h"
#include "pager/policy.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { NAMES_MAX = 256 }; /* plug-ins or keys that are looked through for the nearest    */

static const char *const replacements[] = {"lru", "fifo", "random", NULL};
static const char *const timings[] = {"none", NULL};

/* The largest number of frames: a frame number is a pfn_t, and one of them is PFN_NONE. */
#define FRAMES_MAX (UINT32_MAX - UINT64_C(1))
#define TLB_ENTRIES_MAX (UINT64_C(1) << 20)

/* The geometry of the TLB is that of Skylake-SP: 64 entries of 4 ways for data, 1536 of 12
 * for both (configs/machines/x86-64.yaml names the sources). */
const struct key key_table[] = {
    {"experiment", KEY_NAME, "name", NULL, 0, 0, NULL, "a file name", NULL,
     "name of the experiment and of its folder of results; default: the file's name"},
    {"extends", KEY_NAMES, "name or list", NULL, 0, 0, NULL, "files", NULL,
     "presets whose keys hold where this file says nothing"},
    {"trace", KEY_TEXT, "path", NULL, 0, 0, NULL, NULL, NULL,
     "trace to replay, relative to the file that says so; - is standard input"},
    {"machine.page_size", KEY_POWER, "size", "4 KiB", 512, UINT64_C(1) << 30, NULL,
     "512 B to 1 GiB, a power of two", "bytes", "size of a page and of a frame"},
    {"machine.memory", KEY_SIZE, "size", NULL, 0, 0, NULL, "at least one page", "bytes",
     "memory for pages, rounded down to whole frames; instead of machine.frames"},
    {"machine.frames", KEY_FRAMES, "count or unlimited", "unlimited", 1, FRAMES_MAX, NULL,
     "1 to 4294967294", "frames", "frames for pages; instead of machine.memory"},
    {"machine.mmu", KEY_MMU, "name", "ideal", 0, 0, NULL, "ideal, x86-64", NULL,
     "how addresses are translated; ideal: free of charge, no TLB"},
    {"machine.tlb.l1i.entries", KEY_COUNT, "count", "64", 1, TLB_ENTRIES_MAX, NULL,
     "1 to 1048576", "entries",
     "entries of the first-level TLB for instructions; a multiple of its ways"},
    {"machine.tlb.l1i.ways", KEY_WAYS, "count or full", "4", 1, TLB_ENTRIES_MAX, NULL,
     "divides entries", "entries",
     "entries in a set of the first-level TLB for instructions; full: one set of all"},
    {"machine.tlb.l1i.replacement", KEY_CHOICE, "choice", "lru", 0, 0, replacements,
     "lru, fifo, random", NULL,
     "which entry of a full set of the first-level TLB for instructions goes"},
    {"machine.tlb.l1d.entries", KEY_COUNT, "count", "64", 1, TLB_ENTRIES_MAX, NULL,
     "1 to 1048576", "entries",
     "entries of the first-level TLB for data; a multiple of its ways"},
    {"machine.tlb.l1d.ways", KEY_WAYS, "count or full", "4", 1, TLB_ENTRIES_MAX, NULL,
     "divides entries", "entries",
     "entries in a set of the first-level TLB for data; full: one set of all"},
    {"machine.tlb.l1d.replacement", KEY_CHOICE, "choice", "lru", 0, 0, replacements,
     "lru, fifo, random", NULL,
     "which entry of a full set of the first-level TLB for data goes"},
    {"machine.tlb.l2.entries", KEY_COUNT, "count", "1536", 0, TLB_ENTRIES_MAX, NULL,
     "0 (none) to 1048576", "entries",
     "entries of the second-level TLB; a multiple of its ways"},
    {"machine.tlb.l2.ways", KEY_WAYS, "count or full", "12", 1, TLB_ENTRIES_MAX, NULL,
     "divides entries", "entries",
     "entries in a set of the second-level TLB; full: one set of all"},
    {"machine.tlb.l2.replacement", KEY_CHOICE, "choice", "lru", 0, 0, replacements,
     "lru, fifo, random", NULL, "which entry of a full set of the second-level TLB goes"},
    {"kernel", KEY_KERNEL, "name or map", "textbook", 0, 0, NULL, NULL, NULL,
     "operating system: what happens on a fault; 'faultline list kernels'"},
    {"policy", KEY_POLICY, "name or map", "lru", 0, 0, NULL, NULL, NULL,
     "replacement policy: which page goes; 'faultline list policies'"},
    {"timing", KEY_CHOICE, "choice", "none", 0, 0, timings, "none", NULL,
     "none: time counts references and devices answer at once"},
    {"seed", KEY_COUNT, "count", "1", 0, 0, NULL, NULL, NULL,
     "start of all random numbers"},
    {"sweep", KEY_AXES, "map of lists", NULL, 0, 0, NULL, NULL, NULL,
     "keys to vary, each with each; the last one varies fastest"},
    {"zip", KEY_AXES, "map of lists", NULL, 0, 0, NULL, "lists of one length", NULL,
     "keys to vary together, as one slowest axis"},
    {"plots", KEY_PLOTS, "list of maps", NULL, 0, 0, NULL, NULL, NULL,
     "pictures, each a map of x, y, series, title, file"},
};
const size_t key_count = ARRAY_LEN(key_table);

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

const struct key *key_of_param(const char *name, const char **param)
{
    const char *dot = strchr(name, '.');
    for (size_t i = 0; dot && i < key_count; i++) {
        const struct key *key = &key_table[i];
        if ((key->kind == KEY_POLICY || key->kind == KEY_KERNEL) &&
            strlen(key->name) == (size_t)(dot - name) &&
            strncmp(key->name, name, (size_t)(dot - name)) == 0) {
            *param = dot + 1;
            return key;
        }
    }
    return NULL;
}

bool key_can_vary(const struct key *key)
{
    return key->kind <= KEY_KERNEL && key->kind != KEY_NAME;
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
    const char *names[NAMES_MAX] = {"machine", "machine.tlb", "machine.tlb.l1i",
                                    "machine.tlb.l1d", "machine.tlb.l2"};
    size_t n = 5;
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

static enum status parse_choice(const struct key *key, uint64_t *number, const char *text,
                                struct location at, struct error *err)
{
    size_t n = 0;
    for (; key->choices[n]; n++)
        if (strcmp(key->choices[n], text) == 0) {
            *number = n;
            return OK;
        }
    const char *nearest = nearest_name(text, key->choices, n);
    return error_set(err, ERR_CONFIG, at, "unknown %s '%s'%s%s%s; allowed: %s", key->name,
                     text, nearest ? "; nearest is '" : "", nearest ? nearest : "",
                     nearest ? "'" : "", key->range);
}

static enum status check_name(const struct key *key, const char *text, struct location at,
                              struct error *err)
{
    bool good = *text && *text != '.' && *text != '-' && strlen(text) <= 100;
    for (const char *c = text; *c; c++)
        good = good && *c != '/' && (unsigned char)*c > ' ' && *c != 0x7f;
    if (good)
        return OK;
    return error_set(err, ERR_CONFIG, at,
                     "'%s' for %s cannot be the name of a file: at most 100 characters, "
                     "no '/' and no blanks, and neither '.' nor '-' first",
                     text, key->name);
}

/* The names that a key of a plug-in can have. */
static size_t plugin_names(const struct key *key, const char **names, size_t max)
{
    size_t n = 0;
    if (key->kind == KEY_POLICY)
        for (; n < max && policy_table[n]; n++)
            names[n] = policy_table[n]->name;
    else if (key->kind == KEY_KERNEL)
        for (; n < max && kernel_table[n]; n++)
            names[n] = kernel_table[n]->name;
    else
        for (; n < max && pagetable_table[n]; n++)
            names[n] = pagetable_table[n]->name;
    return n;
}

static enum status find_plugin(const struct key *key, const char *text, struct location at,
                               struct error *err)
{
    const char *names[NAMES_MAX] = {0};
    const size_t n = plugin_names(key, names, NAMES_MAX);
    for (size_t i = 0; i < n; i++)
        if (strcmp(names[i], text) == 0)
            return OK;
    char list[320];
    join_names(list, sizeof list, names, n);
    const char *nearest = nearest_name(text, names, n);
    if (key->kind == KEY_MMU)
        return error_set(err, ERR_CONFIG, at, "unknown %s '%s'%s%s%s; allowed: %s",
                         key->name, text, nearest ? "; nearest is '" : "",
                         nearest ? nearest : "", nearest ? "'" : "", list);
    const char *command = key->kind == KEY_POLICY ? "policies" : "kernels";
    if (nearest)
        return error_set(err, ERR_CONFIG, at,
                         "unknown %s '%s'; nearest is '%s'; 'faultline list %s' shows all",
                         key->name, text, nearest, command);
    return error_set(err, ERR_CONFIG, at,
                     "unknown %s '%s'; known: %s; 'faultline list %s' explains them",
                     key->name, text, list, command);
}

bool key_mmu_is_ideal(const char *text)
{
    const struct pagetable_ops *format = pagetable_find(text);
    return format && !format->create;
}

static enum status check_power(const struct key *key, uint64_t bytes, const char *text,
                               struct location at, struct error *err)
{
    if (bytes >= key->min && bytes <= key->max && is_power_of_two(bytes))
        return OK;
    char below[32], above[32];
    uint64_t lower = key->min;
    while (lower * 2 <= bytes && lower < key->max)
        lower *= 2;
    if (bytes < key->min || bytes > key->max)
        return error_set(err, ERR_CONFIG, at, "%s '%s' is out of range: it must be %s",
                         key->name, text, key->range);
    return error_set(err, ERR_CONFIG, at,
                     "%s '%s' is not a power of two; nearest are '%s' and '%s'", key->name,
                     text, format_size(lower, below, sizeof below),
                     format_size(lower * 2, above, sizeof above));
}

static enum status parse_number(const struct key *key, uint64_t *number, const char *text,
                                struct location at, struct error *err)
{
    const char *word = key->kind == KEY_FRAMES ? "unlimited"
                       : key->kind == KEY_WAYS ? "full"
                                               : "";
    if (*word && strcmp(text, word) == 0) {
        *number = UINT64_MAX;
        return OK;
    }
    const enum status status = parse_count(number, text, key->name, at, err);
    if (status != OK || (key->min == 0 && key->max == 0) ||
        (*number >= key->min && *number <= key->max))
        return status;
    return error_set(err, ERR_CONFIG, at,
                     "%s '%s' is out of range: it must be from %" PRIu64 " to %" PRIu64
                     "%s%s",
                     key->name, text, key->min, key->max, *word ? ", or " : "", word);
}

enum status key_parse(const struct key *key, uint64_t *number, const char *text,
                      struct location at, struct error *err)
{
    *number = 0;
    enum status status;
    switch (key->kind) {
    case KEY_TEXT:
        return OK;
    case KEY_NAME:
        return check_name(key, text, at, err);
    case KEY_SIZE:
        return parse_size(number, text, key->name, at, err);
    case KEY_POWER:
        status = parse_size(number, text, key->name, at, err);
        if (status == OK)
            status = check_power(key, *number, text, at, err);
        return status;
    case KEY_COUNT:
    case KEY_FRAMES:
    case KEY_WAYS:
        return parse_number(key, number, text, at, err);
    case KEY_CHOICE:
        return parse_choice(key, number, text, at, err);
    case KEY_MMU:
    case KEY_POLICY:
    case KEY_KERNEL:
        return find_plugin(key, text, at, err);
    case KEY_NAMES:
    case KEY_AXES:
    case KEY_PLOTS:
        break;
    }
    assert(false); /* the callers take apart a key whose value is no scalar */
    return error_set(err, ERR_CONFIG, at, "%s is not a single value", key->name);
}
