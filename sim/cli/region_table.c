/* region_table.c -- the map of an address space as two tables; see trace_info.h. */
#include "cli/trace_info.h"

#include "base/units.h"
#include "layout/areas.h"

#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { WIDTH = 100, NAME_LEAST = 16, NUMBER_MAX = 32 }; /* characters */

/* Widths of columns, 0 for one that says nothing. */
struct columns {
    int number, address, size, protection, was, from, until;
    bool file;
};

static int digits(uint64_t n)
{
    char text[NUMBER_MAX];
    return (int)strlen(format_count(n, text, sizeof text));
}

static void widen(int *width, int wanted)
{
    *width = wanted > *width ? wanted : *width;
}

/* "rw-p" */
static const char *protection_text(uint8_t protection, bool shared, char text[5])
{
    snprintf(text, 5, "%c%c%c%c", protection & VM_READ ? 'r' : '-',
             protection & VM_WRITE ? 'w' : '-', protection & VM_EXECUTE ? 'x' : '-',
             shared ? 's' : 'p');
    return text;
}

/* "264 KiB", "1 MiB": in the largest unit in which it is whole, or else has few digits. */
static const char *size_text(const struct layout_region *region, char *text, size_t size)
{
    static const char *const units[] = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
    double bytes = (double)(region->last - region->start) + 1;
    size_t unit = 0;
    for (; (bytes >= 10240 || (bytes >= 1024 && fmod(bytes, 1024) == 0)) &&
           unit < ARRAY_LEN(units) - 1;
         unit++)
        bytes /= 1024;
    snprintf(text, size, "%.0f %s", bytes, units[unit]);
    return text;
}

/* The end as /proc/PID/maps has it: the first byte behind the region. */
static const char *end_text(const struct layout_region *region, char *text, size_t size)
{
    if (region->last == UINT64_MAX)
        snprintf(text, size, "10000000000000000");
    else
        snprintf(text, size, "%" PRIx64, region->last + 1);
    return text;
}

static struct columns measure(const struct layout_map *map)
{
    struct columns columns = {.number = digits(map->n), .address = 8, .size = 4};
    for (size_t i = 0; i < map->n; i++) {
        const struct layout_region *region = &map->regions[i];
        char text[NUMBER_MAX];
        widen(&columns.address, (int)strlen(end_text(region, text, sizeof text)));
        widen(&columns.size, (int)strlen(size_text(region, text, sizeof text)));
        if (!region->mapped)
            continue;
        columns.protection = 4;
        columns.file |= *region->name != '\0';
        if (region->ever != region->protection)
            columns.was = 3;
        if (region->from > 0)
            widen(&columns.from, digits(region->from) > 6 ? digits(region->from) : 6);
        if (region->until != TIME_NEVER)
            widen(&columns.until, digits(region->until) > 5 ? digits(region->until) : 5);
    }
    return columns;
}

/* Columns in use take a blank more than their width. */
static int room_for_name(const struct columns *columns)
{
    const int optional[] = {columns->protection, columns->was, columns->from,
                            columns->until};
    int used =
        2 + columns->number + 1 + 2 * columns->address + 1 + 1 + columns->size + 1 + 9 + 1;
    for (size_t i = 0; i < ARRAY_LEN(optional); i++)
        used += optional[i] ? optional[i] + 1 : 0;
    return WIDTH - used > NAME_LEAST ? WIDTH - used : NAME_LEAST;
}

/* A long name loses its beginning; bytes that would break the line become question marks. */
static void print_name(const char *name, int room)
{
    const size_t length = strlen(name), most = (size_t)room;
    const bool cut = length > most;
    if (cut)
        fputs("…", stdout);
    for (const char *c = cut ? name + (length - most + 1) : name; *c; c++)
        putchar((unsigned char)*c < ' ' ? '?' : *c);
}

/* A line under way, which is printed without the blanks at its end. */
struct line {
    char text[256];
    size_t length;
};

static void put(struct line *line, const char *fmt, ...) PRINTF_LIKE(2, 3);

static void put(struct line *line, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    const int n =
        vsnprintf(line->text + line->length, sizeof line->text - line->length, fmt, args);
    va_end(args);
    line->length += (size_t)n;
}

/* Right-aligned, or left-aligned in a negative width; nothing in one of 0. */
static void put_optional(struct line *line, int width, const char *text)
{
    if (width)
        put(line, " %*s", width, text);
}

static void print_line(struct line *line, const char *name, int room)
{
    if (*name)
        put(line, " ");
    while (!*name && line->length > 0 && line->text[line->length - 1] == ' ')
        line->length--;
    printf("%.*s", (int)line->length, line->text);
    print_name(name, room);
    putchar('\n');
}

static void print_head(const struct columns *columns)
{
    struct line line = {0};
    put(&line, "  %*s %-*s %*s", columns->number, "#", 2 * columns->address + 1,
        "addresses", columns->size, "size");
    put_optional(&line, -columns->protection, "prot");
    put_optional(&line, -columns->was, "was");
    put(&line, " %-9s", "kind");
    put_optional(&line, columns->from, "mapped");
    put_optional(&line, columns->until, "until");
    putchar('\n');
    print_line(&line, columns->file ? "file" : "", NAME_LEAST);
}

static void print_region(size_t i, const struct layout_region *region,
                         const struct columns *columns)
{
    struct line line = {0};
    char size[NUMBER_MAX], end[NUMBER_MAX], from[NUMBER_MAX] = "", until[NUMBER_MAX] = "";
    char now[5] = "", ever[5] = "";
    if (region->mapped) {
        protection_text(region->protection, region->shared, now);
        protection_text(region->ever, region->shared, ever);
        ever[region->ever == region->protection ? 0 : 3] = '\0';
        if (region->from > 0)
            format_count(region->from, from, sizeof from);
        if (region->until != TIME_NEVER)
            format_count(region->until, until, sizeof until);
    }
    end_text(region, end, sizeof end);
    put(&line, "  %*zu %0*" PRIx64 "-%.*s%s %*s", columns->number, i + 1, columns->address,
        region->start, columns->address - (int)strlen(end), "0000000000000000", end,
        columns->size, size_text(region, size, sizeof size));
    put_optional(&line, -columns->protection, now);
    put_optional(&line, -columns->was, ever);
    put(&line, " %-9s", region_kind_names[region->kind]);
    put_optional(&line, columns->from, from);
    put_optional(&line, columns->until, until);
    print_line(&line, region->name, room_for_name(columns));
}

/* --- what was used ---------------------------------------------------------------------- */

enum { USED_COLUMNS = 7 };

static void counts_of(const struct layout_region *region, uint64_t counts[USED_COLUMNS])
{
    counts[0] = region->pages;
    for (int kind = 0; kind < USE_KINDS; kind++) {
        counts[1 + kind] = region->pages_of[kind];
        counts[4 + kind] = region->references[kind];
    }
}

static void print_used(const struct layout_map *map)
{
    static const char *const heads[USED_COLUMNS] = {
        "pages", "executed", "read", "written", "fetches", "loads", "stores"};
    int widths[USED_COLUMNS];
    uint64_t counts[USED_COLUMNS];
    for (int column = 0; column < USED_COLUMNS; column++)
        widths[column] = (int)strlen(heads[column]);
    for (size_t i = 0; i < map->n; i++) {
        counts_of(&map->regions[i], counts);
        for (int column = 0; column < USED_COLUMNS; column++)
            widen(&widths[column], digits(counts[column]));
    }
    printf("\n  %*s %-9s", digits(map->n), "#", "kind");
    for (int column = 0; column < USED_COLUMNS; column++)
        printf("  %*s", widths[column], heads[column]);
    putchar('\n');
    for (size_t i = 0; i < map->n; i++) {
        char text[NUMBER_MAX];
        printf("  %*zu %-9s", digits(map->n), i + 1,
               region_kind_names[map->regions[i].kind]);
        counts_of(&map->regions[i], counts);
        for (int column = 0; column < USED_COLUMNS; column++)
            printf("  %*s", widths[column],
                   format_count(counts[column], text, sizeof text));
        putchar('\n');
    }
}

void region_table_print(const struct layout_map *map)
{
    const struct columns columns = measure(map);
    print_head(&columns);
    for (size_t i = 0; i < map->n; i++)
        print_region(i, &map->regions[i], &columns);
    print_used(map);
}
