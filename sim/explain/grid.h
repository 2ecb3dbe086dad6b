/* grid.h -- an explanation as the rows and columns of a table, which each renderer draws in
 * its own manner. */
#ifndef FAULTLINE_EXPLAIN_GRID_H
#define FAULTLINE_EXPLAIN_GRID_H

#include "explain/explain.h"

enum grid_mark {
    MARK_NONE,
    MARK_LOADED, /* the page has been brought in                                         */
    MARK_HIT,    /* the page has been used                                               */
    MARK_FAULT,
    MARK_VICTIM,
    MARK_FAINT,
    GRID_MARKS
};

enum grid_row_kind {
    GRID_HEAD,  /* numbers and pages of the references                                    */
    GRID_FRAME, /* what a frame holds                                                     */
    GRID_EVENT, /* faults, victims                                                        */
    GRID_LIST,  /* what the policy shows                                                  */
    GRID_VALUE
};

struct grid_cell {
    const char *text; /* "": nothing                                                      */
    uint8_t mark;     /* enum grid_mark                                                   */
    bool hand, referenced, dirty;
    const char *note; /* why, or NULL                                                     */
};

struct grid_row {
    enum grid_row_kind kind;
    const char *label; /* "": it goes on with what the row above shows                    */
    struct grid_cell *cells; /* [ncolumns]                                                */
    struct grid_row *next;
};

/* Why a page went. */
struct grid_reason {
    uint64_t number;  /* of the reference                                                 */
    const char *page; /* that it is to                                                    */
    const char *victim;
    const char
        *sentence; /* "Page 7 was loaded first."                                    */
    bool released;
    struct grid_reason *next;
};

/* What belongs to one policy. */
struct grid_section {
    const char *label; /* "clock(hand=stays)"                                           */
    const char *title; /* "clock(hand=stays), 3 frames"                                 */
    const char
        *summary; /* "15 faults in 20 references; 12 pages evicted, 1 of them dirty" */
    struct grid_row *rows;
    struct grid_reason *reasons;
};

struct grid {
    size_t ncolumns;
    struct grid_row *head;
    struct grid_section *sections;
    size_t nsections;
    bool has_hand, has_referenced,
        has_dirty;      /* some cell has                             */
    const char *legend; /* "F fault; r referenced"                                       */
    const char *const *verdict; /* lines: where the policies differ, and what each chose  */
    size_t nverdict;     /* 0: they were not compared                                     */
    struct arena *arena; /* owns all of the above                                         */
    const struct explanation
        *explanation; /* borrowed; must live as long                  */
};

/* ERR_NOMEM.  Free with grid_free, also after an error. */
MUST_CHECK enum status grid_make(struct grid *grid, const struct explanation *explanation,
                                 struct error *err);
void grid_free(struct grid *grid);

#endif
