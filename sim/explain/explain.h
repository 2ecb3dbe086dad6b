/* explain.h -- what policies do, reference by reference: the table that textbooks draw, as
 * data.  render.h writes it. */
#ifndef FAULTLINE_EXPLAIN_EXPLAIN_H
#define FAULTLINE_EXPLAIN_EXPLAIN_H

#include "base/arena.h"
#include "experiment/config.h"
#include "explain/observer.h"
#include "explain/script.h"

/* Of more frames than this, only those that the references use are shown. */
enum { EXPLAIN_FRAMES_ALL = 16 };

/* A column of the table. */
struct explained_reference {
    uint64_t number; /* in the trace, from 1                                             */
    vpn_t vpn;
    bool ifetch, store;
};

enum held_kind {
    HELD_NOTHING,
    HELD_PAGE,
    HELD_TABLES /* taken by page tables                                                 */
};

/* What a frame holds. */
struct held {
    vpn_t vpn;
    uint8_t kind; /* enum held_kind                                                      */
    bool referenced, dirty;
};

struct shown_hand {
    const char *name;
    bool points; /* at a page, or the frame below                                        */
    vpn_t vpn;
    pfn_t frame; /* PFN_NONE: it points at a page that has none, or nowhere               */
};

struct shown_list {
    const char *name;
    const vpn_t *pages;
    size_t n;
};

struct shown_number {
    const char *name;
    bool of_page; /* else of the policy as a whole                                       */
    vpn_t vpn;
    pfn_t frame; /* of its page, or PFN_NONE                                              */
    uint64_t value;
};

/* What there is after a reference. */
struct moment {
    bool fault;  /* the kernel counts it                                                 */
    bool loaded; /* the page has come into memory                                        */
    pfn_t frame; /* of the page; PFN_NONE: it has gone again                             */
    const struct departure *departures;
    size_t ndepartures;
    const struct held *held; /* [nheld]: frames from 0 on; those beyond hold nothing      */
    pfn_t nheld;
    const struct shown_hand *hands;
    const struct shown_list *lists;
    const struct shown_number *numbers;
    size_t nhands, nlists, nnumbers;
};

struct explained_policy {
    const char *label; /* "clock(hand=stays)"                                            */
    const char *name;
    enum policy_sees sees;
    pfn_t nframes;
    bool uses_bits;       /* it has asked for accessed bits                              */
    struct moment before; /* the first reference                                         */
    struct moment *moments; /* [reference]                                                */
    uint64_t faults, page_outs, page_outs_dirty; /* in all of these references            */
};

struct explanation {
    struct explained_reference *references;
    size_t n;
    struct explained_policy *policies;
    size_t npolicies;
    bool hex;
    bool compared; /* it ends where the policies choose differently,                      */
    bool differs; /* which they do at the last reference, or nowhere                      */
    struct arena *arena; /* owns all of the above                                        */
};

struct explain_options {
    const struct cell_config *const *cells; /* [ncells]: equal but for the policy         */
    size_t ncells;
    uint64_t from;  /* number of the first reference to be shown, from 1                  */
    uint64_t count; /* how many; 0: all of a string, 20 of a trace                        */
    bool until_differs; /* stop where the policies choose differently, and show the last
                         * `count` references up to there                                 */
    bool hex;           /* name pages in hexadecimal                                      */
    const volatile sig_atomic_t *interrupted;
};

/* Replay the script through the cells.  ERR_CONFIG: there is nothing in the range; with
 * ERR_CELL the message names the policy.  Free with explanation_free, which is safe on what
 * is zeroed. */
MUST_CHECK enum status explain(struct explanation *explanation, struct script *script,
                               const struct explain_options *options, struct error *err);
void explanation_free(struct explanation *explanation);

/* True if the frame is worth a row: there are few of them, or the references use it. */
bool explained_frame(const struct explanation *explanation,
                     const struct explained_policy *policy, pfn_t pfn);

#endif
