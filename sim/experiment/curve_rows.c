/* curve_rows.c -- see curve_rows.h.  The columns are those of the table in tables.c. */
#include "experiment/curve_rows.h"

#include <math.h>

/* One row; what is blank is UINT64_MAX, or NAN. */
struct row {
    enum curve_name curve;
    uint64_t frames;
    double memory;
    uint64_t window, distance, reference, faults;
    double fault_rate, pages;
    uint64_t accesses;
};

#define BLANK UINT64_MAX

static const struct row blank = {
    .frames = BLANK,
    .memory = NAN,
    .window = BLANK,
    .distance = BLANK,
    .reference = BLANK,
    .faults = BLANK,
    .fault_rate = NAN,
    .pages = NAN,
    .accesses = BLANK,
};

/* What all rows of a call have in common. */
struct writer {
    struct rows *rows;
    const struct curve *curve;
    const struct curve_points *points;
};

static void put_count(struct rows *rows, uint64_t count)
{
    if (count == BLANK)
        rows_blank(rows);
    else
        rows_count(rows, count);
}

/* Whole numbers in digits. */
static void put_real(struct rows *rows, double real)
{
    if (real == floor(real) && real < 0x1p53)
        rows_count(rows, (uint64_t)real);
    else
        rows_real(rows, real);
}

static void put(const struct writer *writer, const struct row *row)
{
    struct rows *rows = writer->rows;
    rows_count(rows, UINT64_C(1) << writer->curve->page_shift);
    rows_text(rows, curve_names[row->curve]);
    put_count(rows, row->frames);
    put_real(rows, row->memory);
    put_count(rows, row->window);
    put_count(rows, row->distance);
    put_count(rows, row->reference);
    put_count(rows, row->faults);
    rows_real(rows, row->fault_rate);
    put_real(rows, row->pages);
    put_count(rows, row->accesses);
    rows_end(rows);
}

static double bytes_of(const struct writer *writer, double pages)
{
    return ldexp(pages, (int)writer->curve->page_shift);
}

static double rate_of(const struct writer *writer, uint64_t faults)
{
    const uint64_t references = writer->points->references;
    return references ? (double)faults / (double)references : 0;
}

/* --- lru, opt ---------------------------------------------------------------------------- */

static void put_frames(const struct writer *writer, enum curve_name name,
                       const struct stack_curve *stack, uint64_t frames)
{
    struct row row = blank;
    row.curve = name;
    row.frames = frames;
    row.memory = bytes_of(writer, (double)frames);
    row.faults = stack_curve_faults(stack, frames);
    row.fault_rate = rate_of(writer, row.faults);
    put(writer, &row);
}

struct frame_range curve_range(const struct frame_range *range, page_t npages)
{
    struct frame_range within = *range;
    if (within.last > npages)
        within.last = npages > within.first ? npages : within.first;
    return within;
}

static void add_stack(const struct writer *writer, enum curve_name name,
                      const struct stack_curve *stack)
{
    const struct curve_points *points = writer->points;
    const uint64_t least = points->frames_least;
    const struct frame_range all = {.first = least,
                                    .last = stack->npages > least ? stack->npages : least};
    const struct frame_range *ranges = points->nranges ? points->ranges : &all;
    const size_t nranges = points->nranges ? points->nranges : 1;
    for (size_t i = 0; i < nranges; i++) {
        const struct frame_range range = curve_range(&ranges[i], stack->npages);
        for (uint64_t frames = range.first; frames <= range.last; frames++)
            put_frames(writer, name, stack, frames);
    }
}

/* --- windows ----------------------------------------------------------------------------- */

uint64_t curve_next_window(uint64_t window)
{
    if (window < WINDOWS_DENSE)
        return window + 1;
    const unsigned doubling = 63 - (unsigned)__builtin_clzll(window);
    return window + (UINT64_C(1) << doubling) / WINDOWS_STEPS;
}

static void put_window(const struct writer *writer, enum curve_name name,
                       const struct window_point *point, uint64_t window)
{
    struct row row = blank;
    row.curve = name;
    row.window = window;
    row.pages = name == CURVE_NAME_WORKING_SET ? point->working_set
                : name == CURVE_NAME_VMIN      ? point->vmin
                                               : point->footprint;
    row.memory = bytes_of(writer, row.pages);
    if (name != CURVE_NAME_WINDOW_FOOTPRINT) {
        row.faults = point->faults;
        row.fault_rate = rate_of(writer, point->faults);
    }
    put(writer, &row);
}

static void add_windows(const struct writer *writer, enum curve_name name)
{
    const struct window_curve *windows = &writer->curve->windows;
    uint64_t window = 0;
    do {
        bool exact;
        window = curve_next_window(window);
        const size_t i = window_curve_find(windows, window, &exact);
        const struct window_point point = window_curve_point(windows, i);
        put_window(writer, name, &point, window);
    } while (window < windows->references);
}

/* --- footprint, reuse distance ----------------------------------------------------------- */

static void put_footprint(const struct writer *writer, uint64_t reference, page_t pages)
{
    struct row row = blank;
    row.curve = CURVE_NAME_FOOTPRINT;
    row.reference = reference;
    row.pages = (double)pages;
    row.memory = bytes_of(writer, row.pages);
    put(writer, &row);
}

static void add_footprint(const struct writer *writer)
{
    const struct curve *curve = writer->curve;
    for (page_t i = 0; i < curve->npages; i++)
        if (i + 1 == curve->npages || curve->first_uses[i + 1] != curve->first_uses[i])
            put_footprint(writer, curve->first_uses[i], i + 1);
    if (curve->npages && curve->first_uses[curve->npages - 1] < curve->references)
        put_footprint(writer, curve->references, curve->npages);
}

static void put_distance(const struct writer *writer, uint64_t distance, uint64_t accesses)
{
    struct row row = blank;
    row.curve = CURVE_NAME_REUSE_DISTANCE;
    row.distance = distance;
    row.accesses = accesses;
    if (accesses)
        put(writer, &row);
}

static void add_distances(const struct writer *writer)
{
    const struct stack_curve *lru = &writer->curve->lru;
    for (page_t d = 0; d < lru->npages; d++)
        put_distance(writer, d, stack_curve_at_distance(lru, d));
    put_distance(writer, BLANK, lru->npages);
}

static void add_curve(const struct writer *writer, enum curve_name name)
{
    switch (name) {
    case CURVE_NAME_LRU:
        add_stack(writer, name, &writer->curve->lru);
        break;
    case CURVE_NAME_OPT:
        add_stack(writer, name, &writer->curve->opt);
        break;
    case CURVE_NAME_WORKING_SET:
    case CURVE_NAME_VMIN:
    case CURVE_NAME_WINDOW_FOOTPRINT:
        add_windows(writer, name);
        break;
    case CURVE_NAME_FOOTPRINT:
        add_footprint(writer);
        break;
    case CURVE_NAME_REUSE_DISTANCE:
        add_distances(writer);
        break;
    case CURVE_NAMES:
        break;
    }
}

void curve_rows_add(struct rows *rows, const struct curve *curve,
                    const struct curve_points *points)
{
    const struct writer writer = {rows, curve, points};
    for (unsigned i = 0; i < CURVE_NAMES; i++)
        if (points->set >> i & 1)
            add_curve(&writer, (enum curve_name)i);
}
