/* key_parse.c -- the text of a scalar key as a number; see keys.h. */
#include "experiment/keys.h"

#include "base/bits.h"
#include "base/units.h"
#include "experiment/policy_file.h"
#include "machine/pagetable.h"
#include "pager/kernel.h"
#include "pager/policies.h"
#include "trace/generator.h"
#include "trace/vm_op.h"

#include <assert.h>
#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NAMES_MAX = 256 }; /* plug-ins that are looked through for the nearest            */

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
    if (key->kind == KEY_POLICY) {
        for (; n + 1 < max && policy_table[n]; n++)
            names[n] = policy_table[n]->name;
        names[n++] = NATIVE_POLICY;
    } else if (key->kind == KEY_KERNEL)
        for (; n < max && kernel_table[n]; n++)
            names[n] = kernel_table[n]->name;
    else if (key->kind == KEY_GENERATOR)
        for (; n < max && generator_table[n]; n++)
            names[n] = generator_table[n]->name;
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
    if (key->kind == KEY_POLICY && policy_is_file(text))
        return OK; /* it is loaded when it is used */
    for (size_t i = 0; i < n; i++)
        if (strcmp(names[i], text) == 0)
            return OK;
    char list[320];
    join_names(list, sizeof list, names, n);
    const char *nearest = nearest_name(text, names, n);
    const char *command = key->kind == KEY_POLICY   ? "policies"
                          : key->kind == KEY_KERNEL ? "kernels"
                          : key->kind == KEY_MMU    ? "formats"
                                                    : "generators";
    if (nearest)
        return error_set(err, ERR_CONFIG, at,
                         "unknown %s '%s'; nearest is '%s'; 'faultline list %s' shows all",
                         key_plugin_noun(key), text, nearest, command);
    return error_set(err, ERR_CONFIG, at,
                     "unknown %s '%s'; known: %s; 'faultline list %s' explains them",
                     key_plugin_noun(key), text, list, command);
}

static enum status out_of_range(const struct key *key, const char *text, struct location at,
                                struct error *err)
{
    return error_set(err, ERR_CONFIG, at, "%s '%s' is out of range: it must be %s",
                     key->name, text, key->range);
}

static enum status check_power(const struct key *key, uint64_t number, const char *text,
                               struct location at, struct error *err)
{
    if (number < key->min || number > key->max)
        return out_of_range(key, text, at, err);
    if (is_power_of_two(number))
        return OK;
    char below[32], above[32];
    uint64_t lower = key->min;
    while (lower * 2 <= number)
        lower *= 2;
    const bool size = key->kind == KEY_POWER;
    snprintf(below, sizeof below, "%" PRIu64, lower);
    snprintf(above, sizeof above, "%" PRIu64, lower * 2);
    return error_set(err, ERR_CONFIG, at,
                     "%s '%s' is not a power of two; nearest are '%s' and '%s'", key->name,
                     text, size ? format_size(lower, below, sizeof below) : below,
                     size ? format_size(lower * 2, above, sizeof above) : above);
}

/* The number that a word stands for. */
static const char *word_of(const struct key *key)
{
    return key->kind == KEY_LIMIT || key->kind == KEY_CAPACITY ? "unlimited"
           : key->kind == KEY_WAYS                             ? "full"
                                                               : NULL;
}

static enum status parse_number(const struct key *key, uint64_t *number, const char *text,
                                struct location at, struct error *err)
{
    const char *word = word_of(key);
    const enum status status = parse_count(number, text, key->name, at, err);
    if (status != OK || (key->min == 0 && key->max == 0) ||
        (*number >= key->min && *number <= key->max))
        return status;
    return error_set(
        err, ERR_CONFIG, at,
        "%s '%s' is out of range: it must be from %" PRIu64 " to %" PRIu64 "%s%s",
        key->name, text, key->min, key->max, word ? ", or " : "", word ? word : "");
}

/* hertz: 0 if the clock is not known.  Then a number of cycles may be any time; whether it
 * is a number at all tells the fastest clock. */
static enum status parse_span(const struct key *key, uint64_t *number, const char *text,
                              uint64_t hertz, struct location at, struct error *err)
{
    const bool cycles = key->flags & KEY_CYCLES;
    const uint64_t clock = hertz ? hertz : CLOCK_MAX;
    const enum status status =
        cycles ? parse_clocked_time(number, text, clock, key->name, at, err)
               : parse_time(number, text, key->name, at, err);
    if (status != OK || key->max == 0 || (*number >= key->min && *number <= key->max))
        return status;
    if (cycles && !hertz && is_in_cycles(text))
        return OK;
    return out_of_range(key, text, at, err);
}

static enum status parse_clock(const struct key *key, uint64_t *number, const char *text,
                               struct location at, struct error *err)
{
    const enum status status = parse_frequency(number, text, key->name, at, err);
    if (status != OK || (*number >= key->min && *number <= key->max))
        return status;
    return out_of_range(key, text, at, err);
}

/* 0x and up to 16 digits, or a size. */
static enum status parse_address(const struct key *key, uint64_t *number, const char *text,
                                 struct location at, struct error *err)
{
    if (text[0] != '0' || tolower((unsigned char)text[1]) != 'x')
        return parse_size(number, text, key->name, at, err);
    const char *digits = text + 2;
    const size_t length = strspn(digits, "0123456789abcdefABCDEF");
    if (length == 0 || digits[length])
        return error_set(err, ERR_CONFIG, at,
                         "bad %s '%s': it is a hexadecimal number, such as 0x400000, or a "
                         "size, such as 4 MiB",
                         key->name, text);
    if (length - strspn(digits, "0") > 16)
        return error_set(err, ERR_CONFIG, at,
                         "bad %s '%s': it must be below 0x10000000000000000, 2^64",
                         key->name, text);
    *number = strtoull(digits, NULL, 16);
    return OK;
}

/* Each of the letters at most once; a dash stands for one that is not there. */
static enum status parse_protection(const struct key *key, uint64_t *number,
                                    const char *text, struct location at, struct error *err)
{
    static const char letters[] = "rwx";
    static const enum vm_protection bits[] = {VM_READ, VM_WRITE, VM_EXECUTE};
    bool good = *text && strlen(text) <= 3;
    for (const char *c = text; *c && good; c++) {
        const char *letter = strchr(letters, *c);
        const uint64_t bit = letter ? bits[letter - letters] : 0;
        good = (letter && !(*number & bit)) || *c == '-';
        *number |= bit;
    }
    if (good)
        return OK;
    return error_set(
        err, ERR_CONFIG, at,
        "bad %s '%s': it is made of r, w and x, each once or left out, such as "
        "rw or r-x",
        key->name, text);
}

static enum status parse_bytes(const struct key *key, uint64_t *number, const char *text,
                               struct location at, struct error *err)
{
    const enum status status = parse_size(number, text, key->name, at, err);
    return status == OK && key->max && *number > key->max ? out_of_range(key, text, at, err)
                                                          : status;
}

static enum status parse_with_unit(const struct key *key, uint64_t *number,
                                   const char *text, uint64_t hertz, struct location at,
                                   struct error *err)
{
    switch (key->kind) {
    case KEY_ADDRESS:
        return parse_address(key, number, text, at, err);
    case KEY_TIME:
        return parse_span(key, number, text, hertz, at, err);
    case KEY_FREQUENCY:
        return parse_clock(key, number, text, at, err);
    case KEY_PROTECTION:
        return parse_protection(key, number, text, at, err);
    default:
        return parse_bytes(key, number, text, at, err);
    }
}

enum status key_parse(const struct key *key, uint64_t *number, const char *text,
                      struct location at, struct error *err)
{
    return key_parse_clocked(key, number, text, 0, at, err);
}

enum status key_parse_clocked(const struct key *key, uint64_t *number, const char *text,
                              uint64_t hertz, struct location at, struct error *err)
{
    *number = 0;
    const char *word = word_of(key);
    if (word && strcmp(text, word) == 0) {
        *number = UINT64_MAX;
        return OK;
    }
    enum status status;
    switch (key->kind) {
    case KEY_TEXT:
    case KEY_DEVICE:
    case KEY_MODEL:
        return OK;
    case KEY_NAME:
        return check_name(key, text, at, err);
    case KEY_SIZE:
    case KEY_CAPACITY:
    case KEY_ADDRESS:
    case KEY_TIME:
    case KEY_FREQUENCY:
    case KEY_PROTECTION:
        return parse_with_unit(key, number, text, hertz, at, err);
    case KEY_POWER:
        status = parse_size(number, text, key->name, at, err);
        return status == OK ? check_power(key, *number, text, at, err) : status;
    case KEY_BINARY:
        status = parse_count(number, text, key->name, at, err);
        return status == OK ? check_power(key, *number, text, at, err) : status;
    case KEY_COUNT:
    case KEY_LIMIT:
    case KEY_WAYS:
        return parse_number(key, number, text, at, err);
    case KEY_CHOICE:
        return parse_choice(key, number, text, at, err);
    case KEY_MMU:
    case KEY_POLICY:
    case KEY_KERNEL:
    case KEY_GENERATOR:
        return find_plugin(key, text, at, err);
    case KEY_NAMES:
    case KEY_STREAMS:
    case KEY_PAGES:
    case KEY_SIZES:
    case KEY_DEVICES:
    case KEY_CURVES:
    case KEY_COUNTERS:
    case KEY_PROCESSES:
    case KEY_REGIONS:
    case KEY_AXES:
    case KEY_PLOTS:
        break;
    }
    assert(false); /* the callers take apart a key whose value is no scalar */
    return error_set(err, ERR_CONFIG, at, "%s is not a single value", key->name);
}
