/* layout_labels.c -- see layout_labels.h. */
#include "report/layout_labels.h"

#include <math.h>
#include <stdlib.h>

/* So many heights of a label it may stand away from what it names. */
#define FARTHEST 1.5

static size_t gather(struct label *labels, const struct bands *bands,
                     const struct layout_map *map)
{
    size_t n = 0;
    for (size_t i = 0; i < bands->n; i++) {
        const struct band *band = &bands->bands[i];
        const uint32_t top = band->row + band->rows;
        if (i > 0 && band->region == band[-1].region) {
            struct label *label = &labels[n - 1];
            const double bottom = label->wanted - label->rows / 2.0;
            label->rows = top - (uint32_t)bottom;
            label->last = band->last;
            label->wanted = (top + bottom) / 2;
            continue;
        }
        const struct layout_region *region = &map->regions[band->region];
        const enum region_kind kind = region->kind;
        labels[n++] = (struct label){.wanted = band->row + band->rows / 2.0,
                                     .rows = band->rows,
                                     .start = band->start,
                                     .last = band->last,
                                     .region = band->region,
                                     .wished = kind == REGION_STACK || kind == REGION_HEAP,
                                     .references = region->references[USE_FETCH] +
                                                   region->references[USE_LOAD] +
                                                   region->references[USE_STORE]};
    }
    return n;
}

/* Labels at least `least` rows apart, pushed upwards from the bottom and then, where the top
 * is reached, down again. */
static void push_up(struct labels *labels, double rows)
{
    double next = labels->least / 2;
    for (size_t i = 0; i < labels->n; i++) {
        struct label *label = &labels->labels[i];
        if (!label->shown)
            continue;
        label->up = label->wanted > next ? label->wanted : next;
        next = label->up + labels->least;
    }
    next = rows - labels->least / 2;
    for (size_t i = labels->n; i-- > 0;) {
        struct label *label = &labels->labels[i];
        if (!label->shown)
            continue;
        label->up = label->up < next ? label->up : next;
        next = label->up - labels->least;
    }
}

/* The same the other way round. */
static void push_down(struct labels *labels, double rows)
{
    double next = rows - labels->least / 2;
    for (size_t i = labels->n; i-- > 0;) {
        struct label *label = &labels->labels[i];
        if (!label->shown)
            continue;
        label->down = label->wanted < next ? label->wanted : next;
        next = label->down - labels->least;
    }
    next = labels->least / 2;
    for (size_t i = 0; i < labels->n; i++) {
        struct label *label = &labels->labels[i];
        if (!label->shown)
            continue;
        label->down = label->down > next ? label->down : next;
        next = label->down + labels->least;
    }
}

/* No label leaves the picture or is too far away from what it names. */
static bool have_room(const struct labels *labels, double rows)
{
    for (size_t i = 0; i < labels->n; i++) {
        const struct label *label = &labels->labels[i];
        const double at = label_place(label), most = FARTHEST * labels->least;
        if (label->shown && (at < labels->least / 2 || at > rows - labels->least / 2 ||
                             fabs(at - label->wanted) > most))
            return false;
    }
    return true;
}

static bool comes_before(const struct label *a, const struct label *b)
{
    if (a->wished != b->wished)
        return a->wished;
    return a->rows != b->rows ? a->rows > b->rows : a->references > b->references;
}

/* What has not been tried: stack and heap before others, and higher stretches before lower
 * ones. */
static struct label *next_label(const struct labels *labels)
{
    struct label *found = NULL;
    for (size_t i = 0; i < labels->n; i++) {
        struct label *label = &labels->labels[i];
        if (!label->tried && (!found || comes_before(label, found)))
            found = label;
    }
    return found;
}

/* Place the labels, one by one; one that has no room is not shown. */
static void spread(struct labels *labels, double rows)
{
    for (struct label *label; (label = next_label(labels));) {
        label->tried = label->shown = true;
        push_up(labels, rows);
        push_down(labels, rows);
        if (have_room(labels, rows))
            continue;
        label->shown = false;
        push_up(labels, rows);
        push_down(labels, rows);
    }
}

enum status labels_init(struct labels *labels, const struct bands *bands,
                        const struct layout_map *map, double least, struct error *err)
{
    *labels = (struct labels){.least = least};
    labels->labels = calloc(bands->n + 1, sizeof *labels->labels);
    if (!labels->labels)
        return error_nomem(err);
    labels->n = gather(labels->labels, bands, map);
    spread(labels, bands->rows);
    return OK;
}

void labels_release(struct labels *labels)
{
    free(labels->labels);
}
