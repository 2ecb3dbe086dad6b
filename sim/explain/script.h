/* script.h -- the references that an explanation replays, in *pieces*: those of a range
 * come one by one, those before and after it many at a time.  A part of a reference that
 * lies in a further page is a piece of its own, with the same number. */
#ifndef FAULTLINE_EXPLAIN_SCRIPT_H
#define FAULTLINE_EXPLAIN_SCRIPT_H

#include "experiment/source.h"
#include "pager/future.h"

struct piece {
    struct paged_batch paged;
    bool single;     /* it is one reference, of the range, to one page                   */
    bool inside;     /* it goes on with the step of the piece before                     */
    uint64_t number; /* of the first reference, from 1                                   */
    vpn_t vpn;       /* single: its page                                                 */
    bool ifetch, store;
};

/* Must stay where it is from script_of_... on. */
struct script {
    struct trace *trace; /* NULL: the batch is all there is                              */
    struct batch batch;
    struct page_index index;
    struct page_space space;
    uint32_t *pages;
    uint8_t *classes;
    uint64_t from, end; /* the range: from <= number < end                               */
    uint64_t number;    /* of the next reference                                         */
    bool loaded;        /* the batch is being handed out                                 */
    uint32_t step;      /* of the batch, to be handed out next                           */
    unsigned reference; /* in that step                                                  */
    uint16_t at[2];     /* where the streams are: blocks of the batch                    */
    struct future futures[2]; /* [1]: in references                                      */
    /* What the present piece points to. */
    struct batch part;
    uint32_t one_step;
    struct shape one_shape;
    uint8_t one_class[2];
};

/* A string of pages (reference_string.h). */
MUST_CHECK enum status script_of_string(struct script *script, const char *string,
                                        unsigned page_shift, struct error *err);

/* A trace, whose source and fold (NULL: none) are borrowed. */
MUST_CHECK enum status script_of_trace(struct script *script, const struct source *source,
                                       const struct fold *fold, unsigned page_shift,
                                       struct error *err);
void script_release(struct script *script);

/* Begin from the start, with this range.  Of the futures, make those that are wanted, which
 * takes a pass over all references; ERR_INTERRUPTED once *interrupted is set. */
MUST_CHECK enum status script_begin(struct script *script, uint64_t from, uint64_t end,
                                    const bool wanted[2],
                                    const volatile sig_atomic_t *interrupted,
                                    struct error *err);

/* The next piece, valid until the next call: OK, END, or an error. */
MUST_CHECK enum status script_next(struct script *script, struct piece *piece,
                                   struct error *err);

#endif
