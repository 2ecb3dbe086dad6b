/* view.h -- what a policy shows of itself: the receiving end of the view_ calls of
 * faultline/policy.h.  Names are copied, so that a policy may make them up as it goes. */
#ifndef FAULTLINE_PAGER_VIEW_H
#define FAULTLINE_PAGER_VIEW_H

#include "pager/instance.h"

enum { VIEW_NAME_MAX = 48, VIEW_SENTENCE_MAX = 480, VIEW_PAGES = 4 };

struct view_hand {
    char name[VIEW_NAME_MAX];
    pfn_t entry;
};

struct view_list {
    char name[VIEW_NAME_MAX];
    size_t first, n; /* entries[first] .. entries[first + n - 1]                         */
};

struct view_number {
    char name[VIEW_NAME_MAX];
    pfn_t entry; /* PFN_NONE: it belongs to the policy as a whole                        */
    uint64_t value;
};

struct policy_view {
    const struct instance *instance;
    bool hex;    /* pages are named in hexadecimal                                       */
    bool failed; /* memory ran out, and something is missing                             */
    char sentence[VIEW_SENTENCE_MAX];
    struct view_hand *hands;
    struct view_list *lists;
    pfn_t *entries; /* of all lists                                                      */
    struct view_number *numbers;
    size_t nhands, nlists, nentries, nnumbers;
    size_t hand_capacity, list_capacity, entry_capacity, number_capacity;
    char pages[VIEW_PAGES][24]; /* what view_page() has returned last                    */
    unsigned npages;
};

/* instance: borrowed. */
void view_init(struct policy_view *view, const struct instance *instance, bool hex);
void view_release(struct policy_view *view);

/* Forget all that has been said and shown. */
void view_clear(struct policy_view *view);

/* The page of an entry, a frame or a ghost; false if it has none. */
bool entry_vpn(const struct instance *instance, pfn_t entry, vpn_t *vpn);

#endif
