/* density.c -- see density.h. */
#include "layout/density.h"

#include <stdlib.h>

enum status density_init(struct density *density, const struct density_size *size,
                         unsigned unit_shift, struct error *err)
{
    const uint64_t width = (size->references + (size->columns - 1)) / size->columns;
    *density = (struct density){
        .size = *size, .unit_shift = unit_shift, .width = width > 0 ? width : 1};
    density->left = density->width;
    density->units = malloc(size->units * sizeof *density->units);
    density->cells = calloc(size->units, sizeof *density->cells);
    return density->units && density->cells ? OK : error_nomem(err);
}

static void free_cells(struct density *density)
{
    for (size_t i = 0; density->cells && i < density->index.used; i++)
        free(density->cells[i]);
}

void density_release(struct density *density)
{
    free_cells(density);
    free(density->cells);
    free(density->units);
    map_release(&density->index);
}

static uint32_t sum_of(uint32_t a, uint64_t b)
{
    return b > UINT32_MAX - a ? UINT32_MAX : a + (uint32_t)b;
}

static void add_cell(struct density_cell *to, const struct density_cell *from)
{
    for (int kind = 0; kind < USE_KINDS; kind++)
        to->accesses[kind] = sum_of(to->accesses[kind], from->accesses[kind]);
}

/* Make units of twice the size.  On failure the old ones stay as they are. */
static enum status join_units(struct density *density, struct error *err)
{
    struct map index = {0};
    const uint32_t n = (uint32_t)density->index.used;
    for (uint32_t i = 0; i < n; i++)
        if (map_get_or_add(&index, density->units[i] >> 1, (uint32_t)index.used, err) ==
            MAP_ABSENT) {
            map_release(&index);
            return ERR_NOMEM;
        }
    for (uint32_t i = 0; i < n; i++) {
        /* A unit's new number is never above its old one, so that none is overwritten
         * before it has been looked at. */
        const uint32_t to = map_get(&index, density->units[i] >> 1);
        struct density_cell *cells = density->cells[i];
        density->cells[i] = NULL;
        density->units[to] = density->units[i] >> 1;
        if (!density->cells[to]) {
            density->cells[to] = cells;
            continue;
        }
        for (uint32_t column = 0; column < density->size.columns; column++)
            add_cell(&density->cells[to][column], &cells[column]);
        free(cells);
    }
    map_release(&density->index);
    density->index = index;
    density->unit_shift++;
    return OK;
}

/* Make columns of twice the width. */
static void join_columns(struct density *density)
{
    for (size_t i = 0; i < density->index.used; i++) {
        struct density_cell *cells = density->cells[i];
        for (uint32_t column = 0; column < density->size.columns; column++) {
            const struct density_cell from = cells[column];
            cells[column] = (struct density_cell){0};
            add_cell(&cells[column / 2], &from);
        }
    }
    density->column /= 2;
    density->width *= 2;
    density->left = density->width;
}

enum status density_add(struct density *density, vaddr_t place,
                        const struct use_count *count, struct error *err)
{
    if (density->column == density->size.columns)
        join_columns(density);
    uint32_t unit = map_get(&density->index, place >> density->unit_shift);
    while (unit == MAP_ABSENT && density->index.used == density->size.units) {
        const enum status status = join_units(density, err);
        if (status != OK)
            return status;
        unit = map_get(&density->index, place >> density->unit_shift);
    }
    if (unit == MAP_ABSENT) {
        struct density_cell *cells = calloc(density->size.columns, sizeof *cells);
        unit = (uint32_t)density->index.used;
        if (!cells || map_get_or_add(&density->index, place >> density->unit_shift, unit,
                                     err) == MAP_ABSENT) {
            free(cells);
            return error_nomem(err);
        }
        density->units[unit] = place >> density->unit_shift;
        density->cells[unit] = cells;
    }
    struct density_cell *cell = &density->cells[unit][density->column];
    for (int kind = 0; kind < USE_KINDS; kind++)
        cell->accesses[kind] = sum_of(cell->accesses[kind], count->accesses[kind]);
    return OK;
}

void density_advance(struct density *density, uint64_t references)
{
    density->left -= references;
    if (density->left > 0)
        return;
    density->column++;
    density->left = density->width;
}

uint32_t density_columns(const struct density *density)
{
    return density->column + (density->left < density->width);
}
