/* areas.c -- see areas.h. */
#include "layout/areas.h"

#include "base/bits.h"

#include <stdlib.h>
#include <string.h>

/* The heap begins behind the program's data, by as much as a kernel may randomise it: Linux,
 * arch/x86/kernel/process.c, arch_randomize_brk(): up to 1 GiB. */
#define HEAP_DISTANCE_MAX (UINT64_C(1) << 30)

void areas_init(struct areas *areas, unsigned granule_shift)
{
    *areas = (struct areas){
        .granule_shift = granule_shift, .heap = MAPPING_NONE, .newest = MAPPING_NONE};
}

void areas_release(struct areas *areas)
{
    for (uint32_t i = 0; i < areas->nfiles; i++)
        free(areas->files[i]);
    free(areas->files);
    map_release(&areas->file_index);
    free(areas->mappings);
    free(areas->top.areas);
    free(areas->buried.areas);
}

/* --- lists ------------------------------------------------------------------------------ */

/* Room for one more element of so many bytes; ERR_NOMEM. */
static enum status reserve(void **array, size_t n, size_t *room, size_t size,
                           struct error *err)
{
    if (n < *room)
        return OK;
    const size_t larger = *room ? 2 * *room : 64;
    void *grown = realloc(*array, larger * size);
    if (!grown)
        return error_nomem(err);
    *array = grown;
    *room = larger;
    return OK;
}

static enum status insert(struct area_list *list, size_t at, const struct area *area,
                          struct error *err)
{
    void *areas = list->areas;
    const enum status status = reserve(&areas, list->n, &list->room, sizeof *area, err);
    list->areas = areas;
    if (status != OK)
        return status;
    memmove(list->areas + at + 1, list->areas + at, (list->n - at) * sizeof *area);
    list->areas[at] = *area;
    list->n++;
    return OK;
}

static void remove_areas(struct area_list *list, size_t from, size_t to)
{
    if (from == to)
        return;
    memmove(list->areas + from, list->areas + to, (list->n - to) * sizeof *list->areas);
    list->n -= to - from;
}

/* Index of the first area that ends at the block or behind it. */
static size_t lower_bound(const struct area_list *list, uint64_t block)
{
    size_t low = 0, high = list->n;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (list->areas[middle].last < block)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Let an area begin at the block if one holds it; the index of the first area from there. */
static enum status split(struct area_list *list, uint64_t block, size_t *at,
                         struct error *err)
{
    const size_t i = lower_bound(list, block);
    *at = i;
    if (i == list->n || list->areas[i].first >= block)
        return OK;
    struct area rest = list->areas[i];
    rest.first = block;
    const enum status status = insert(list, i + 1, &rest, err);
    if (status != OK)
        return status;
    list->areas[i].last = block - 1;
    *at = i + 1;
    return OK;
}

/* The areas on top that lie in a range, which are cut at its ends: indexes from *i to *j. */
static enum status cut_out(struct areas *areas, uint64_t first, uint64_t last, size_t *i,
                           size_t *j, struct error *err)
{
    enum status status = OK;
    if (last != UINT64_MAX)
        status = split(&areas->top, last + 1, j, err);
    else
        *j = areas->top.n;
    const size_t before = areas->top.n;
    if (status == OK)
        status = split(&areas->top, first, i, err);
    *j += areas->top.n - before;
    return status;
}

static bool is_mapped(const struct area *area)
{
    return area->until == TIME_NEVER;
}

static bool can_join(const struct area *a, const struct area *b)
{
    return a->last + 1 == b->first && a->mapping == b->mapping &&
           a->protection == b->protection && a->ever == b->ever &&
           is_mapped(a) == is_mapped(b);
}

/* Make one of neighbours that have become alike, among those from index i - 1 to j. */
static void join(struct area_list *list, size_t i, size_t j)
{
    size_t at = i > 0 ? i - 1 : 0;
    for (size_t left = j - at; left > 0 && at + 1 < list->n; left--) {
        struct area *a = &list->areas[at];
        const struct area *b = a + 1;
        if (!can_join(a, b)) {
            at++;
            continue;
        }
        a->last = b->last;
        a->from = a->from < b->from ? a->from : b->from;
        a->until = a->until > b->until ? a->until : b->until;
        remove_areas(list, at + 1, at + 2);
    }
}

/* --- mappings --------------------------------------------------------------------------- */

static enum status file_number(struct areas *areas, const char *name, uint32_t *number,
                               struct error *err)
{
    uint64_t hash = 0;
    for (const char *c = name; *c; c++)
        hash = mix64(hash ^ (unsigned char)*c);
    for (;; hash++) {
        *number = map_get_or_add(&areas->file_index, hash, areas->nfiles, err);
        if (*number == MAP_ABSENT)
            return ERR_NOMEM;
        if (*number == areas->nfiles)
            break;
        if (strcmp(areas->files[*number], name) == 0)
            return OK;
    }
    void *files = areas->files;
    size_t room = areas->files_room;
    const enum status status =
        reserve(&files, areas->nfiles, &room, sizeof *areas->files, err);
    areas->files = files;
    areas->files_room = (uint32_t)room;
    if (status != OK)
        return status;
    areas->files[areas->nfiles] = strdup(name);
    if (!areas->files[areas->nfiles])
        return error_nomem(err);
    areas->nfiles++;
    return OK;
}

static enum status add_mapping(struct areas *areas, const struct mapping *mapping,
                               uint32_t *number, struct error *err)
{
    void *mappings = areas->mappings;
    size_t room = areas->mappings_room;
    const enum status status =
        reserve(&mappings, areas->nmappings, &room, sizeof *mapping, err);
    areas->mappings = mappings;
    areas->mappings_room = (uint32_t)room;
    if (status != OK)
        return status;
    areas->mappings[areas->nmappings] = *mapping;
    *number = areas->nmappings++;
    return OK;
}

/* The area below a block and touching it that is mapped, or NULL. */
static const struct area *area_below(const struct areas *areas, uint64_t block)
{
    const size_t i = lower_bound(&areas->top, block);
    const struct area *area = i > 0 ? &areas->top.areas[i - 1] : NULL;
    return area && area->last + 1 == block && is_mapped(area) ? area : NULL;
}

/* Data in a file is followed by data that is zero at first, which no file holds; whoever
 * loads the file maps the one right after the other. */
static uint32_t data_before(const struct areas *areas, uint64_t block)
{
    const struct area *below = area_below(areas, block);
    if (!below || below->mapping != areas->newest || !(below->protection & VM_WRITE))
        return FILE_NONE;
    const struct mapping *data = &areas->mappings[below->mapping];
    return data->anonymous || data->shared ? FILE_NONE : data->file;
}

/* Valgrind puts the heap behind the data of the program's loader, where the kernel has put
 * that before the program began. */
static bool is_behind_first_data(const struct areas *areas, uint64_t block)
{
    const struct area *below = area_below(areas, block);
    return below && areas->mappings[below->mapping].file != FILE_NONE &&
           below->protection & VM_WRITE && below->from == areas->image_start;
}

/* Can the heap begin there?  The program is the file that lies lowest; no other file lies
 * between. */
static bool heap_can_begin(const struct areas *areas, uint64_t block)
{
    uint32_t program = FILE_NONE;
    uint64_t end = 0;
    if (is_behind_first_data(areas, block))
        return true;
    for (size_t i = 0; i < areas->top.n && areas->top.areas[i].first < block; i++) {
        const struct area *area = &areas->top.areas[i];
        const uint32_t file = areas->mappings[area->mapping].file;
        if (!is_mapped(area) || file == FILE_NONE)
            continue;
        if (program != FILE_NONE && file != program)
            return false;
        program = file;
        end = area->last + 1;
    }
    return program != FILE_NONE && end <= block &&
           (block - end) <= HEAP_DISTANCE_MAX >> areas->granule_shift;
}

/* A mapping like one that was there before goes on with that one. */
static bool is_again(const struct areas *areas, uint32_t number, const struct mapping *made)
{
    const struct mapping *old = &areas->mappings[number];
    return old->anonymous == made->anonymous && old->image == made->image &&
           old->shared == made->shared && !(old->marks & (MARK_BSS | MARK_STACK)) &&
           (made->anonymous || (old->file == made->file && old->origin == made->origin));
}

/* The number of the mapping that a map operation makes over the areas from i to j. */
static enum status choose_mapping(struct areas *areas, struct mapping *made, uint64_t first,
                                  size_t i, size_t j, uint32_t *number, struct error *err)
{
    if (made->anonymous && !made->shared) {
        made->file = data_before(areas, first);
        if (made->file != FILE_NONE) {
            made->marks = MARK_BSS;
            return add_mapping(areas, made, number, err);
        }
        const struct area *below = area_below(areas, first);
        *number = areas->heap;
        if (areas->heap != MAPPING_NONE && below && below->mapping == areas->heap)
            return OK;
    }
    for (size_t k = i; k < j; k++) {
        *number = areas->top.areas[k].mapping;
        if (is_again(areas, *number, made))
            return OK;
    }
    const bool heap = made->anonymous && !made->shared && areas->heap == MAPPING_NONE &&
                      heap_can_begin(areas, first);
    made->marks = heap ? MARK_HEAP : 0;
    const enum status status = add_mapping(areas, made, number, err);
    if (status == OK && heap)
        areas->heap = *number;
    return status;
}

/* --- operations ------------------------------------------------------------------------- */

/* What lies in the range makes place for `area`; of the same mapping it becomes part of it. */
static enum status cover(struct areas *areas, struct area *area, size_t i, size_t j,
                         struct error *err)
{
    for (size_t k = i; k < j; k++) {
        struct area *old = &areas->top.areas[k];
        if (old->mapping == area->mapping) {
            area->from = old->from < area->from ? old->from : area->from;
            area->ever |= old->ever;
            continue;
        }
        old->until = is_mapped(old) ? area->from : old->until;
        const enum status status = insert(&areas->buried, areas->buried.n, old, err);
        if (status != OK)
            return status;
    }
    remove_areas(&areas->top, i, j);
    return insert(&areas->top, i, area, err);
}

static enum status apply_map(struct areas *areas, const struct vm_op *op, const char *names,
                             struct area *area, size_t i, size_t j, struct error *err)
{
    struct mapping made = {.anonymous = op->file == VM_ANONYMOUS,
                           .file = FILE_NONE,
                           .shared = op->shared,
                           .image = areas->image,
                           .origin = op->offset - op->start};
    enum status status = OK;
    if (!made.anonymous)
        status = file_number(areas, names + op->file, &made.file, err);
    if (status == OK)
        status = choose_mapping(areas, &made, area->first, i, j, &area->mapping, err);
    if (status != OK)
        return status;
    areas->newest = area->mapping;
    return cover(areas, area, i, j, err);
}

static void apply_exec(struct areas *areas, uint64_t time)
{
    for (size_t i = 0; i < areas->top.n; i++)
        if (is_mapped(&areas->top.areas[i]))
            areas->top.areas[i].until = time;
    areas->image++;
    areas->image_start = time;
    areas->heap = areas->newest = MAPPING_NONE;
}

enum status areas_apply(struct areas *areas, const struct vm_op *op, const char *names,
                        uint64_t time, struct error *err)
{
    size_t i, j;
    if (op->kind == VM_EXEC) {
        apply_exec(areas, time);
        return OK;
    }
    struct area area = {.first = op->start >> areas->granule_shift,
                        .last = (op->start + (op->length - 1)) >> areas->granule_shift,
                        .from = time,
                        .until = TIME_NEVER,
                        .protection = op->protection,
                        .ever = op->protection};
    enum status status = cut_out(areas, area.first, area.last, &i, &j, err);
    if (status == OK && op->kind == VM_MAP)
        status = apply_map(areas, op, names, &area, i, j, err);
    if (status != OK)
        return status;
    for (size_t k = i; k < j && op->kind != VM_MAP; k++) {
        struct area *old = &areas->top.areas[k];
        if (!is_mapped(old))
            continue;
        if (op->kind == VM_UNMAP) {
            old->until = time;
        } else {
            old->protection = op->protection;
            old->ever |= op->protection;
        }
    }
    join(&areas->top, i, op->kind == VM_MAP ? i + 1 : j);
    return OK;
}

uint32_t areas_find(struct areas *areas, uint64_t block)
{
    const struct area_list *top = &areas->top;
    if (areas->found >= top->n || block < top->areas[areas->found].first ||
        block > top->areas[areas->found].last)
        areas->found = lower_bound(top, block);
    if (areas->found == top->n)
        return MAPPING_NONE;
    const struct area *area = &top->areas[areas->found];
    return block >= area->first && is_mapped(area) ? area->mapping : MAPPING_NONE;
}

void areas_mark_stack(struct areas *areas, uint32_t mapping)
{
    struct mapping *stack = &areas->mappings[mapping];
    if (!stack->anonymous || stack->shared || stack->marks & MARK_BSS)
        return;
    stack->marks = MARK_STACK;
    if (areas->heap == mapping)
        areas->heap = MAPPING_NONE;
}
