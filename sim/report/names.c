/* names.c -- see names.h. */
#include "report/names.h"

#include "base/units.h"

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

static bool is_acronym(const char *word, size_t length)
{
    static const char *const acronyms[] = {"tlb", "l1i", "l1d", "l1", "l2", "mmu", "cpu"};
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
        const size_t length = strcspn(word, "._");
        if (is_acronym(word, length))
            for (size_t i = 0; i < length; i++)
                word[i] = (char)toupper((unsigned char)word[i]);
        word += length;
        if (*word)
            *word++ = ' ';
    }
    return buffer;
}

char *column_phrase(const char *name, char buffer[NAME_SIZE])
{
    const struct counter *counter = counter_find(name);
    if (!counter)
        return column_title(name, buffer);
    snprintf(buffer, NAME_SIZE, "%.*s", (int)strcspn(counter->description, ";"),
             counter->description);
    return buffer;
}

bool column_is_size(const char *name)
{
    const struct counter *counter = counter_find(name);
    if (counter)
        return strcmp(counter->unit, "bytes") == 0;
    return ends_with(name, "page_size") || ends_with(name, "memory") ||
           ends_with(name, "bytes");
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
    if (parse_size(&bytes, text, "", at_nowhere(), NULL) != OK)
        return false;
    *number = (double)bytes;
    return true;
}

static bool is_count(const char *text, uint64_t *count)
{
    return *text && text[strspn(text, "0123456789")] == '\0' &&
           parse_count(count, text, "", at_nowhere(), NULL) == OK;
}

char *column_value(const char *name, const char *text, char buffer[NAME_SIZE])
{
    const struct counter *counter = counter_find(name);
    uint64_t count;
    double number;
    snprintf(buffer, NAME_SIZE, "%s", text);
    if (counter && counter->kind == COUNTER_RATIO && column_number(text, &number))
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
