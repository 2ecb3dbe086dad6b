/* grid_build.h -- the parts of the work of making a grid. */
#ifndef FAULTLINE_EXPLAIN_GRID_BUILD_H
#define FAULTLINE_EXPLAIN_GRID_BUILD_H

#include "explain/grid.h"

enum {
    LIST_ROWS = 12
}; /* most rows of one list; the last says how many more there are    */

struct grid_build {
    struct grid *grid;
    const struct explanation *explanation;
    bool failed; /* memory ran out                                                        */
    /* Of the section being made: */
    const struct explained_policy *policy;
    struct grid_row *
        *end;            /* where the next row goes                                      */
    const pfn_t *frames; /* those that are shown                                        */
    size_t nframes;
    bool one_hand; /* it is drawn at its frame                                            */
};

/* The text, or "" and a note that memory ran out. */
const char *build_text(struct grid_build *build, const char *text);
/* Memory for n elements, at least one; NULL likewise. */
void *build_array(struct grid_build *build, size_t n, size_t size);
/* The name of a page. */
const char *build_page(struct grid_build *build, vpn_t vpn);

/* What there is in a column: before the first reference or after one. */
const struct moment *build_moment(const struct grid_build *build, size_t column);
/* The reference of a column; NULL: it is what there is before the first. */
const struct explained_reference *build_reference(const struct grid_build *build,
                                                  size_t column);

/* A further row; all cells are empty. */
struct grid_row *build_row(struct grid_build *build, enum grid_row_kind kind,
                           const char *label);

/* Rows of what the policy shows (grid_shown.c). */
bool has_one_hand(const struct grid_build *build);
void build_hands(struct grid_build *build);
void build_lists(struct grid_build *build);
void build_numbers(struct grid_build *build);

/* Sentences (grid_words.c). */
void build_words(struct grid_build *build, struct grid_section *section);
void build_legend(struct grid_build *build);
void build_verdict(struct grid_build *build);

#endif
