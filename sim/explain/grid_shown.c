/* grid_shown.c -- rows of what a policy shows: hands, numbers, lists.  What has a name at
 * any reference has its rows at all. */
#include "explain/grid_build.h"

#include <inttypes.h>
#include <string.h>

enum { NAMES_MAX = 64 }; /* of hands, of lists, of numbers; more are not shown            */

/* The names of one kind, in the order in which they appear first. */
struct names {
    const char *all[NAMES_MAX];
    size_t n;
};

static void add_name(struct names *names, const char *name)
{
    for (size_t i = 0; i < names->n; i++)
        if (strcmp(names->all[i], name) == 0)
            return;
    if (names->n < NAMES_MAX)
        names->all[names->n++] = name;
}

/* --- hands ---------------------------------------------------------------------------- */

static void collect_hands(const struct grid_build *build, struct names *names)
{
    for (size_t i = 0; i < build->grid->ncolumns; i++) {
        const struct moment *moment = build_moment(build, i);
        for (size_t k = 0; k < moment->nhands; k++)
            add_name(names, moment->hands[k].name);
    }
}

/* One hand is drawn at its frame; several have a row each, and so has one among frames of
 * which only some are shown. */
bool has_one_hand(const struct grid_build *build)
{
    struct names names = {0};
    collect_hands(build, &names);
    return names.n == 1 && build->policy->nframes <= EXPLAIN_FRAMES_ALL;
}

void build_hands(struct grid_build *build)
{
    struct names names = {0};
    if (build->one_hand)
        return;
    collect_hands(build, &names);
    for (size_t n = 0; n < names.n; n++) {
        struct grid_row *row = build_row(build, GRID_VALUE, names.all[n]);
        for (size_t i = 0; row && i < build->grid->ncolumns; i++) {
            const struct moment *moment = build_moment(build, i);
            for (size_t k = 0; k < moment->nhands; k++)
                if (moment->hands[k].points &&
                    strcmp(moment->hands[k].name, names.all[n]) == 0)
                    row->cells[i].text = build_page(build, moment->hands[k].vpn);
        }
    }
}

/* --- lists ---------------------------------------------------------------------------- */

static const struct shown_list *find_list(const struct moment *moment, const char *name)
{
    for (size_t i = 0; i < moment->nlists; i++)
        if (strcmp(moment->lists[i].name, name) == 0)
            return &moment->lists[i];
    return NULL;
}

/* Row `depth` of a list; the last that there may be says how many follow. */
static void fill_list_row(struct grid_build *build, struct grid_row *row, const char *name,
                          size_t depth)
{
    for (size_t i = 0; i < build->grid->ncolumns; i++) {
        const struct shown_list *list = find_list(build_moment(build, i), name);
        if (!list || depth >= list->n)
            continue;
        if (depth + 1 == LIST_ROWS && list->n > LIST_ROWS)
            row->cells[i] = (struct grid_cell){
                .text = build_text(
                    build, arena_printf(build->grid->arena, "+%zu", list->n - depth)),
                .mark = MARK_FAINT};
        else
            row->cells[i].text = build_page(build, list->pages[depth]);
    }
}

static void build_list(struct grid_build *build, const char *name)
{
    size_t depth = 1;
    for (size_t i = 0; i < build->grid->ncolumns; i++) {
        const struct shown_list *list = find_list(build_moment(build, i), name);
        if (list && list->n > depth)
            depth = list->n;
    }
    for (size_t i = 0; i < depth && i < LIST_ROWS; i++) {
        struct grid_row *row = build_row(build, GRID_LIST, i ? "" : name);
        if (row)
            fill_list_row(build, row, name, i);
    }
}

void build_lists(struct grid_build *build)
{
    struct names names = {0};
    for (size_t i = 0; i < build->grid->ncolumns; i++) {
        const struct moment *moment = build_moment(build, i);
        for (size_t k = 0; k < moment->nlists; k++)
            add_name(&names, moment->lists[k].name);
    }
    for (size_t i = 0; i < names.n; i++)
        build_list(build, names.all[i]);
}

/* --- numbers -------------------------------------------------------------------------- */

static void collect_numbers(const struct grid_build *build, struct names *names,
                            bool of_page)
{
    for (size_t i = 0; i < build->grid->ncolumns; i++) {
        const struct moment *moment = build_moment(build, i);
        for (size_t k = 0; k < moment->nnumbers; k++)
            if (moment->numbers[k].of_page == of_page &&
                (!of_page || moment->numbers[k].frame != PFN_NONE))
                add_name(names, moment->numbers[k].name);
    }
}

/* The values of a number of a frame, or of the policy as a whole (PFN_NONE). */
static void build_values(struct grid_build *build, const char *label, const char *name,
                         pfn_t frame)
{
    struct grid_row *row = build_row(build, GRID_VALUE, label);
    for (size_t i = 0; row && i < build->grid->ncolumns; i++) {
        const struct moment *moment = build_moment(build, i);
        for (size_t k = 0; k < moment->nnumbers; k++) {
            const struct shown_number *number = &moment->numbers[k];
            if (number->of_page == (frame != PFN_NONE) && number->frame == frame &&
                strcmp(number->name, name) == 0)
                row->cells[i].text = build_text(
                    build, arena_printf(build->grid->arena, "%" PRIu64, number->value));
        }
    }
}

void build_numbers(struct grid_build *build)
{
    struct names whole = {0}, each = {0};
    collect_numbers(build, &whole, false);
    collect_numbers(build, &each, true);
    for (size_t n = 0; n < whole.n; n++)
        build_values(build, whole.all[n], whole.all[n], PFN_NONE);
    for (size_t n = 0; n < each.n; n++)
        for (size_t i = 0; i < build->nframes; i++)
            build_values(build,
                         arena_printf(build->grid->arena, "%s, frame %u", each.all[n],
                                      build->frames[i]),
                         each.all[n], build->frames[i]);
}
