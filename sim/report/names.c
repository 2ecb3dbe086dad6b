/* names.c -- see names.h. */
#include "report/names.h"

#include "base/units.h"
#include "experiment/keys.h"
#include "swap/device.h"
#include "trace/generator.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool ends_with(const char *name, const char *ending)
{
    const size_t length = strlen(name), tail = strlen(ending);
    return length >= tail && strcmp(name + length - tail, ending) == 0;
}

size_t column_named(const struct data *data, const char *name)
{
    static const struct {
        const char *key, *column;
    } aliases[] = {{"machine.page_size", "page_size"}, {"machine.frames", "frames"}};
    for (size_t i = 0; i < ARRAY_LEN(aliases); i++)
        if (strcmp(name, aliases[i].key) == 0)
            name = aliases[i].column;
    size_t found = data_find(data, name);
    /* The last part of a key is enough if no other has it. */
    for (size_t i = 0, n = found == COLUMN_NONE ? data_columns(data) : 0; i < n; i++) {
        const char *dot = strrchr(data_name(data, i), '.');
        if (!dot || strcmp(dot + 1, name) != 0)
            continue;
        if (found != COLUMN_NONE)
            return COLUMN_NONE;
        found = i;
    }
    return found;
}

size_t derived_trace(const struct data *data)
{
    static const char generate[] = "generate";
    const size_t length = strlen(generate);
    for (size_t i = 0; i < data_columns(data); i++) {
        const char *name = data_name(data, i);
        if (data_kind(data, i) == COLUMN_KEY && strncmp(name, generate, length) == 0 &&
            (!name[length] || name[length] == '.'))
            return data_find(data, "trace");
    }
    return COLUMN_NONE;
}

static bool is_acronym(const char *word, size_t length)
{
    static const char *const acronyms[] = {"tlb", "l1i", "l1d", "l1",
                                           "l2",  "l3",  "mmu", "cpu"};
    for (size_t i = 0; i < ARRAY_LEN(acronyms); i++)
        if (strlen(acronyms[i]) == length && strncmp(word, acronyms[i], length) == 0)
            return true;
    return false;
}

char *column_title(const char *name, char buffer[NAME_SIZE])
{
    if (strncmp(name, "machine.", 8) == 0)
        name += 8;
    snprintf(buffer, NAME_SIZE, "%s", name);
    for (char *word = buffer; *word;) {
        const size_t length = strcspn(word, "._-");
        if (is_acronym(word, length))
            for (size_t i = 0; i < length; i++)
                word[i] = (char)toupper((unsigned char)word[i]);
        word += length;
        if (*word && *word != '-')
            *word = ' ';
        word += *word != '\0';
    }
    return buffer;
}

/* Rates and what has no unit may be any number; so may means, which the y axis finds out. */
static enum counter_kind kind_of_unit(const char *unit)
{
    if (strcmp(unit, "s") == 0)
        return COUNTER_TIME;
    return strcmp(unit, "1") == 0 || ends_with(unit, " per second") ? COUNTER_RATIO
                                                                    : COUNTER_COUNT;
}

struct meaning column_meaning(const struct data *data, size_t column)
{
    const char *name = data_name(data, column);
    if (data_table(data) && column >= data_leading(data)) {
        const struct table_column *known = table_column_find(data_table(data), name);
        return (struct meaning){known->unit, known->description, "",
                                kind_of_unit(known->unit), known->goes_round};
    }
    const struct counter *counter = counter_find(name);
    if (!counter)
        return (struct meaning){0};
    return (struct meaning){.unit = counter->unit,
                            .description = counter->description,
                            .formula = counter->formula,
                            .kind = counter->kind};
}

char *column_phrase(const struct data *data, size_t column, char buffer[NAME_SIZE])
{
    const struct meaning meaning = column_meaning(data, column);
    if (!meaning.unit)
        return column_title(data_name(data, column), buffer);
    snprintf(buffer, NAME_SIZE, "%.*s", (int)strcspn(meaning.description, ";"),
             meaning.description);
    return buffer;
}

char *column_title_of_x(const struct data *data, size_t column, char buffer[NAME_SIZE])
{
    const struct meaning meaning = column_meaning(data, column);
    if (meaning.unit && (meaning.kind == COUNTER_TIME || data_table(data)))
        return column_phrase(data, column, buffer);
    return column_title(data_name(data, column), buffer);
}

static bool key_has_unit(const char *name, const char *unit)
{
    const struct key *key = key_find(name);
    return key && key->unit && strcmp(key->unit, unit) == 0;
}

bool column_is_time(const struct data *data, size_t column)
{
    const struct meaning meaning = column_meaning(data, column);
    if (meaning.unit)
        return meaning.kind == COUNTER_TIME;
    if (key_has_unit(data_name(data, column), "s"))
        return true;
    /* Settings of keys are seconds, those of parameters carry their unit. */
    psec_t time;
    bool any = false;
    for (size_t row = 0; row < data_rows(data); row++) {
        const char *text = data_get(data, row, column);
        if (strcmp(text, "0") == 0)
            continue;
        if (parse_time(&time, text, "", at_nowhere(), NULL) != OK)
            return false;
        any = true;
    }
    return any;
}

bool column_is_part(const char *name)
{
    return ends_with(name, "utilisation");
}

const char *time_unit(double seconds, double *unit)
{
    static const struct {
        double unit;
        const char *name;
    } units[] = {{1, "s"}, {1e-3, "ms"}, {1e-6, "µs"}, {1e-9, "ns"}, {1e-12, "ps"}};
    size_t i = 0;
    while (seconds > 0 && i + 1 < ARRAY_LEN(units) && seconds < units[i].unit)
        i++;
    *unit = units[i].unit;
    return units[i].name;
}

static void note_kind(const struct param *params, const char *name, bool *size, bool *other)
{
    for (const struct param *p = params; p && p->name; p++)
        if (strcmp(p->name, name) == 0)
            *(p->kind == PARAM_SIZE ? size : other) = true;
}

/* Of which plug-in the parameter is, its name does not say: true if it is a size wherever
 * there is one of this name. */
static bool param_is_size(const char *name)
{
    const char *param;
    const struct key *key = key_of_param(name, &param);
    bool size = false, other = false;
    if (key && key->kind == KEY_GENERATOR)
        for (const struct generator_ops *const *g = generator_table; *g; g++)
            note_kind((*g)->params, param, &size, &other);
    if (key && key->kind == KEY_DEVICE)
        for (const struct device_ops *const *d = device_table; *d; d++)
            note_kind((*d)->params, param, &size, &other);
    return size && !other;
}

bool column_is_size(const char *name)
{
    const struct counter *counter = counter_find(name);
    if (counter)
        return strcmp(counter->unit, "bytes") == 0;
    return ends_with(name, "page_size") || ends_with(name, "memory") ||
           ends_with(name, "bytes") || strncmp(name, "bytes_", 6) == 0 ||
           key_has_unit(name, "bytes") || param_is_size(name);
}

bool column_number(const char *text, double *number)
{
    char *end;
    const double value = strtod(text, &end);
    if (end != text && *end == '\0' && isfinite(value)) {
        *number = value;
        return true;
    }
    uint64_t bytes;
    psec_t time;
    if (parse_size(&bytes, text, "", at_nowhere(), NULL) == OK)
        *number = (double)bytes;
    else if (parse_time(&time, text, "", at_nowhere(), NULL) == OK)
        *number = (double)time / 1e12;
    else
        return false;
    return true;
}

static bool is_count(const char *text, uint64_t *count)
{
    return *text && text[strspn(text, "0123456789")] == '\0' &&
           parse_count(count, text, "", at_nowhere(), NULL) == OK;
}

static void format_seconds(double seconds, char buffer[NAME_SIZE])
{
    double unit;
    const char *name = time_unit(seconds, &unit);
    snprintf(buffer, NAME_SIZE, seconds / unit < 1000 ? "%.4g %s" : "%.0f %s",
             seconds / unit, name);
}

/* "3.3 GHz" */
static void format_frequency(double hertz, char buffer[NAME_SIZE])
{
    static const char *const units[] = {"Hz", "kHz", "MHz", "GHz"};
    size_t i = 0;
    for (; i + 1 < ARRAY_LEN(units) && hertz >= 1000; i++)
        hertz /= 1000;
    snprintf(buffer, NAME_SIZE, "%.4g %s", hertz, units[i]);
}

char *column_value(const char *name, const char *text, char buffer[NAME_SIZE])
{
    const struct counter *counter = counter_find(name);
    const bool time = counter ? counter->kind == COUNTER_TIME : key_has_unit(name, "s");
    uint64_t count;
    double number;
    snprintf(buffer, NAME_SIZE, "%s", text);
    if (time && column_number(text, &number))
        format_seconds(number, buffer);
    else if (key_has_unit(name, "Hz") && column_number(text, &number))
        format_frequency(number, buffer);
    else if (column_is_part(name) && column_number(text, &number))
        snprintf(buffer, NAME_SIZE, "%.1f%%", 100 * number);
    else if (counter && counter->kind == COUNTER_RATIO && column_number(text, &number))
        snprintf(buffer, NAME_SIZE, "%#.4g", number);
    else if (!counter && column_is_size(name) && is_count(text, &count))
        format_size(count, buffer, NAME_SIZE);
    else if ((counter || strcmp(name, "frames") == 0) && is_count(text, &count))
        format_count(count, buffer, NAME_SIZE);
    return buffer;
}

size_t text_width(const char *text)
{
    size_t width = 0;
    for (; *text; text++)
        width += (*text & 0xc0) != 0x80;
    return width;
}
