/* grid.c -- see grid.h: the references, the frames, faults and victims. */
#include "explain/grid.h"

#include "explain/grid_build.h"

#include <inttypes.h>
#include <string.h>

/* --- memory --------------------------------------------------------------------------- */

const char *build_text(struct grid_build *build, const char *text)
{
    build->failed |= !text;
    return text ? text : "";
}

void *build_array(struct grid_build *build, size_t n, size_t size)
{
    void *array = arena_array(build->grid->arena, n + 1, size);
    build->failed |= !array;
    return array;
}

const char *build_page(struct grid_build *build, vpn_t vpn)
{
    return build_text(
        build, arena_printf(build->grid->arena,
                            build->explanation->hex ? "0x%" PRIx64 : "%" PRIu64, vpn));
}

/* --- columns and rows ----------------------------------------------------------------- */

/* What there was before is of interest unless it is nothing. */
static bool has_start(const struct explanation *explanation)
{
    return explanation->references[0].number > 1;
}

const struct moment *build_moment(const struct grid_build *build, size_t column)
{
    const bool start = has_start(build->explanation);
    return start && column == 0 ? &build->policy->before
                                : &build->policy->moments[column - start];
}

const struct explained_reference *build_reference(const struct grid_build *build,
                                                  size_t column)
{
    const bool start = has_start(build->explanation);
    return start && column == 0 ? NULL : &build->explanation->references[column - start];
}

struct grid_row *build_row(struct grid_build *build, enum grid_row_kind kind,
                           const char *label)
{
    struct grid_row *row = build_array(build, 1, sizeof *row);
    if (!row)
        return NULL;
    *row = (struct grid_row){.kind = kind, .label = build_text(build, label)};
    row->cells = build_array(build, build->grid->ncolumns, sizeof *row->cells);
    if (!row->cells)
        return NULL;
    for (size_t i = 0; i < build->grid->ncolumns; i++)
        row->cells[i].text = "";
    *build->end = row;
    build->end = &row->next;
    return row;
}

static void build_head(struct grid_build *build)
{
    struct grid *grid = build->grid;
    build->end = &grid->head;
    struct grid_row *numbers = build_row(build, GRID_HEAD, "reference");
    struct grid_row *pages = build_row(build, GRID_HEAD, "page");
    for (size_t i = 0; numbers && pages && i < grid->ncolumns; i++) {
        const struct explained_reference *reference = build_reference(build, i);
        numbers->cells[i].mark = MARK_FAINT;
        if (!reference) {
            numbers->cells[i].text = "..";
            continue;
        }
        numbers->cells[i].text =
            build_text(build, arena_printf(grid->arena, "%" PRIu64, reference->number));
        pages->cells[i].text = build_text(
            build, arena_printf(grid->arena, "%s%s", build_page(build, reference->vpn),
                                reference->store ? "w" : ""));
    }
}

/* --- frames --------------------------------------------------------------------------- */

static void choose_frames(struct grid_build *build)
{
    const struct moment *last = &build->policy->moments[build->explanation->n - 1];
    const pfn_t nframes = build->policy->nframes;
    const pfn_t n = nframes <= EXPLAIN_FRAMES_ALL ? nframes : last->nheld;
    pfn_t *frames = build_array(build, n, sizeof *frames);
    build->frames = frames;
    build->nframes = 0;
    for (pfn_t pfn = 0; frames && pfn < n; pfn++)
        if (explained_frame(build->explanation, build->policy, pfn))
            frames[build->nframes++] = pfn;
}

static void fill_frame(struct grid_build *build, struct grid_cell *cell,
                       const struct moment *moment, pfn_t pfn)
{
    struct grid *grid = build->grid;
    cell->hand = build->one_hand && moment->nhands && moment->hands[0].frame == pfn;
    grid->has_hand |= cell->hand;
    if (pfn >= moment->nheld || moment->held[pfn].kind == HELD_NOTHING)
        return;
    const struct held *held = &moment->held[pfn];
    if (held->kind == HELD_TABLES) {
        cell->text = "table";
        cell->mark = MARK_FAINT;
        return;
    }
    cell->text = build_page(build, held->vpn);
    cell->referenced = held->referenced && build->policy->uses_bits;
    cell->dirty = held->dirty;
    grid->has_referenced |= cell->referenced;
    grid->has_dirty |= cell->dirty;
    if (moment->frame == pfn)
        cell->mark = moment->loaded ? MARK_LOADED : MARK_HIT;
}

static void build_frames(struct grid_build *build)
{
    for (size_t i = 0; i < build->nframes; i++) {
        struct grid_row *row =
            build_row(build, GRID_FRAME,
                      arena_printf(build->grid->arena, "frame %u", build->frames[i]));
        for (size_t k = 0; row && k < build->grid->ncolumns; k++)
            fill_frame(build, &row->cells[k], build_moment(build, k), build->frames[i]);
    }
}

/* --- events --------------------------------------------------------------------------- */

static void build_faults(struct grid_build *build)
{
    struct grid_row *row = build_row(build, GRID_EVENT, "fault");
    for (size_t i = 0; row && i < build->grid->ncolumns; i++) {
        const struct moment *moment = build_moment(build, i);
        if (!moment->fault && !moment->loaded)
            continue;
        row->cells[i].text = moment->fault ? "F" : "f";
        row->cells[i].mark = MARK_FAULT;
    }
}

static void add_victim(struct grid_build *build, struct grid_cell *cell,
                       const struct departure *gone)
{
    cell->text = build_text(build, arena_printf(build->grid->arena, "%s%s%s", cell->text,
                                                *cell->text ? "," : "",
                                                build_page(build, gone->vpn)));
    cell->mark = MARK_VICTIM;
    cell->dirty |= gone->dirty;
    build->grid->has_dirty |= gone->dirty;
    cell->note = gone->why;
}

/* Those that gave way to a page, or those that were given up. */
static void build_victims(struct grid_build *build, const char *label, bool released)
{
    struct grid_row *row = build_row(build, GRID_EVENT, label);
    for (size_t i = 0; row && i < build->grid->ncolumns; i++) {
        const struct moment *moment = build_moment(build, i);
        for (size_t k = 0; k < moment->ndepartures; k++)
            if (moment->departures[k].released == released)
                add_victim(build, &row->cells[i], &moment->departures[k]);
    }
}

static bool gives_up(const struct grid_build *build)
{
    for (size_t i = 0; i < build->explanation->n; i++) {
        const struct moment *moment = &build->policy->moments[i];
        for (size_t k = 0; k < moment->ndepartures; k++)
            if (moment->departures[k].released)
                return true;
    }
    return false;
}

static void build_section(struct grid_build *build, struct grid_section *section)
{
    build->end = &section->rows;
    choose_frames(build);
    build->one_hand = has_one_hand(build);
    build_frames(build);
    build_faults(build);
    build_victims(build, "victim", false);
    if (gives_up(build))
        build_victims(build, "given up", true);
    build_hands(build);
    build_numbers(build);
    build_lists(build);
    build_words(build, section);
}

enum status grid_make(struct grid *grid, const struct explanation *explanation,
                      struct error *err)
{
    struct grid_build build = {.grid = grid, .explanation = explanation};
    *grid = (struct grid){.arena = arena_create(), .explanation = explanation};
    if (!grid->arena)
        return error_nomem(err);
    grid->ncolumns = explanation->n + has_start(explanation);
    grid->sections = build_array(&build, explanation->npolicies, sizeof *grid->sections);
    if (!grid->sections)
        return error_nomem(err);
    grid->nsections = explanation->npolicies;
    build_head(&build);
    for (size_t i = 0; i < grid->nsections; i++) {
        build.policy = &explanation->policies[i];
        build_section(&build, &grid->sections[i]);
    }
    build_legend(&build);
    if (explanation->compared)
        build_verdict(&build);
    return build.failed ? error_nomem(err) : OK;
}

void grid_free(struct grid *grid)
{
    arena_free(grid->arena);
    *grid = (struct grid){0};
}
