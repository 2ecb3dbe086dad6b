/* curve_print.c -- curves as tables for the eye; see curve_output.h. */
#include "cli/curve_output.h"

#include "base/units.h"

#include <inttypes.h>
#include <stdio.h>

enum { TEXT = 32 };

static bool has(const struct curve_output *output, enum curve_name name)
{
    return output->points.set >> name & 1;
}

static void print_count(uint64_t count)
{
    char text[TEXT];
    printf("  %14s", format_count(count, text, sizeof text));
}

static void print_faults(const struct curve_output *output, uint64_t faults)
{
    const uint64_t references = output->points.references;
    print_count(faults);
    printf("  %10.4g", references ? (double)faults / (double)references : 0);
}

static void print_size(double bytes)
{
    static const char *const units[] = {"B", "KiB", "MiB", "GiB", "TiB"};
    char text[TEXT];
    size_t i = 0;
    for (; i + 1 < ARRAY_LEN(units) && bytes >= 1024; i++)
        bytes /= 1024;
    snprintf(text, sizeof text, "%.4g %s", bytes, units[i]);
    printf("  %12s", text);
}

/* --- lru, opt ---------------------------------------------------------------------------- */

static void print_frames(const struct curve_output *output, const struct curve *curve,
                         uint64_t frames)
{
    print_count(frames);
    print_size((double)frames * (double)(UINT64_C(1) << curve->page_shift));
    if (has(output, CURVE_NAME_LRU))
        print_faults(output, stack_curve_faults(&curve->lru, frames));
    if (has(output, CURVE_NAME_OPT))
        print_faults(output, stack_curve_faults(&curve->opt, frames));
    putchar('\n');
}

static void print_ranges(const struct curve_output *output, const struct curve *curve)
{
    for (size_t i = 0; i < output->points.nranges; i++) {
        const struct frame_range range =
            curve_range(&output->points.ranges[i], curve->npages);
        for (uint64_t frames = range.first; frames <= range.last; frames++)
            print_frames(output, curve, frames);
    }
}

/* Powers of two and the footprint. */
static void print_powers(const struct curve_output *output, const struct curve *curve)
{
    const uint64_t least = output->points.frames_least;
    uint64_t frames = 1;
    while (frames < least)
        frames *= 2;
    if (frames > least)
        print_frames(output, curve, least);
    for (; frames < curve->npages; frames *= 2)
        print_frames(output, curve, frames);
    if (curve->npages > least)
        print_frames(output, curve, curve->npages);
    else if (frames == least)
        print_frames(output, curve, least);
}

static void print_stacks(const struct curve_output *output, const struct curve *curve)
{
    if (!has(output, CURVE_NAME_LRU) && !has(output, CURVE_NAME_OPT))
        return;
    printf("  %14s  %12s", "frames", "memory");
    if (has(output, CURVE_NAME_LRU))
        printf("  %14s  %10s", "lru faults", "rate");
    if (has(output, CURVE_NAME_OPT))
        printf("  %14s  %10s", "opt faults", "rate");
    putchar('\n');
    if (output->points.nranges)
        print_ranges(output, curve);
    else
        print_powers(output, curve);
}

/* --- windows ----------------------------------------------------------------------------- */

static void print_window(const struct curve_output *output, const struct curve *curve,
                         uint64_t window)
{
    bool exact;
    const size_t i = window_curve_find(&curve->windows, window, &exact);
    const struct window_point point = window_curve_point(&curve->windows, i);
    print_count(window);
    if (has(output, CURVE_NAME_WORKING_SET) || has(output, CURVE_NAME_VMIN))
        print_faults(output, point.faults);
    if (has(output, CURVE_NAME_WORKING_SET))
        printf("  %12.1f", point.working_set);
    if (has(output, CURVE_NAME_VMIN))
        printf("  %12.1f", point.vmin);
    if (has(output, CURVE_NAME_WINDOW_FOOTPRINT))
        printf("  %12.1f", point.footprint);
    putchar('\n');
}

static void print_windows(const struct curve_output *output, const struct curve *curve)
{
    if (curve->windows.n == 0)
        return;
    printf("\n  %14s", "window");
    if (has(output, CURVE_NAME_WORKING_SET) || has(output, CURVE_NAME_VMIN))
        printf("  %14s  %10s", "faults", "rate");
    if (has(output, CURVE_NAME_WORKING_SET))
        printf("  %12s", "working set");
    if (has(output, CURVE_NAME_VMIN))
        printf("  %12s", "vmin");
    if (has(output, CURVE_NAME_WINDOW_FOOTPRINT))
        printf("  %12s", "footprint");
    fputs("  (mean pages)\n", stdout);
    uint64_t window = 1;
    for (; window < curve->references; window *= 2)
        print_window(output, curve, window);
    print_window(output, curve, window);
}

/* --- footprint, reuse distance ----------------------------------------------------------- */

static void print_footprint(const struct curve *curve)
{
    printf("\n  %14s  %14s\n", "references", "pages so far");
    page_t pages = 0;
    for (uint64_t reference = 1;; reference *= 2) {
        const uint64_t at = reference < curve->references ? reference : curve->references;
        while (pages < curve->npages && curve->first_uses[pages] <= at)
            pages++;
        print_count(at);
        print_count(pages);
        putchar('\n');
        if (at == curve->references)
            return;
    }
}

static void print_distances(const struct curve *curve)
{
    const struct stack_curve *lru = &curve->lru;
    printf("\n  %14s  %14s\n", "reuse distance", "accesses");
    for (uint64_t first = 0, last = 0; first < lru->npages; first = last + 1) {
        char low[TEXT], high[TEXT], text[2 * TEXT + 2];
        last = first ? 2 * first - 1 : 0;
        last = last < lru->npages ? last : lru->npages - 1;
        format_count(first, low, sizeof low);
        format_count(last, high, sizeof high);
        snprintf(text, sizeof text, first == last ? "%s" : "%s-%s", low, high);
        printf("  %14s", text);
        print_count(lru->faults[first] - lru->faults[last + 1]);
        putchar('\n');
    }
    printf("  %14s", "first use");
    print_count(lru->npages);
    putchar('\n');
}

void curve_print(const struct curve_output *output)
{
    for (size_t i = 0; i < output->n; i++) {
        const struct curve *curve = &output->curves[i];
        const uint64_t page_size = UINT64_C(1) << curve->page_shift;
        char size[TEXT], references[TEXT], pages[TEXT], memory[TEXT];
        printf("%s%s, pages of %s: %s references, %s pages, %s\n", i ? "\n" : "",
               output->path, format_size(page_size, size, sizeof size),
               format_count(output->points.references, references, sizeof references),
               format_count(curve->npages, pages, sizeof pages),
               format_size(curve->npages * page_size, memory, sizeof memory));
        print_stacks(output, curve);
        print_windows(output, curve);
        if (has(output, CURVE_NAME_FOOTPRINT))
            print_footprint(curve);
        if (has(output, CURVE_NAME_REUSE_DISTANCE))
            print_distances(curve);
    }
    char ops[TEXT];
    if (output->ops)
        printf("\nits operations on memory (%s) are not carried out\n",
               format_count(output->ops, ops, sizeof ops));
}
