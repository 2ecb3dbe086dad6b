/* render.h -- an explanation written in one of several forms. */
#ifndef FAULTLINE_EXPLAIN_RENDER_H
#define FAULTLINE_EXPLAIN_RENDER_H

#include "explain/grid.h"

#include <stdio.h>

/* For a terminal, in blocks of as many columns as `width` characters have room for. */
void render_text(const struct grid *grid, unsigned width, bool colour, FILE *out);

/* Tables of GitHub-flavoured Markdown. */
void render_markdown(const struct grid *grid, FILE *out);

/* A picture, in blocks of as many columns as `width` pixels have room for. */
void render_svg(const struct grid *grid, unsigned width, FILE *out);

/* A row for each policy and reference: policy, reference, page, access, fault, loaded,
 * victim, why, a column for each frame shown, referenced, dirty, hands, lists, numbers.
 * ERR_NOMEM. */
MUST_CHECK enum status render_csv(const struct explanation *explanation, FILE *out,
                                  struct error *err);

#endif
